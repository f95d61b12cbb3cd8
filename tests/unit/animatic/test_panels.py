"""Storyboard sheets made by code come apart into their pictures; single photographs do not."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sight import photo
from understudy.animatic.panels import by_grid, by_gutters, split

Picture = NDArray[np.uint8]
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket", "hubble_deep_field", "immunohistochemistry")


def panel(number: int, width: int, height: int) -> Picture:
    """A crop of a sample photograph; its number goes round the sample photographs."""
    whole = photo(PHOTOGRAPHS[number % len(PHOTOGRAPHS)])
    scale = max(width / whole.shape[1], height / whole.shape[0])
    size = max(width, round(whole.shape[1] * scale)), max(height, round(whole.shape[0] * scale))
    large = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    left, top = (large.shape[1] - width) // 2, (large.shape[0] - height) // 2
    return np.asarray(large[top : top + height, left : left + width])


def sheet(
    rows: list[int], gutter: int = 12, shade: int = 255, size: tuple[int, int] = (1200, 900), border: bool = True
) -> tuple[Picture, list[Picture]]:
    """A sheet whose rows hold so many panels each, and its panels in reading order."""
    width, height = size
    whole = np.full((height, width, 3), shade, np.uint8)
    edge = gutter if border else 0
    tall = (height - 2 * edge - gutter * (len(rows) - 1)) / len(rows)
    panels: list[Picture] = []
    for row, count in enumerate(rows):
        wide = (width - 2 * edge - gutter * (count - 1)) / count
        for column in range(count):
            top, left = round(edge + row * (tall + gutter)), round(edge + column * (wide + gutter))
            panels.append(panel(len(panels), round(wide), round(tall)))
            high, broad = panels[-1].shape[:2]
            high, broad = min(high, height - top), min(broad, width - left)
            whole[top : top + high, left : left + broad] = panels[-1][:high, :broad]
    return whole, panels


def as_jpeg(picture: Picture, quality: int) -> Picture:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "JPEG", quality=quality)
    return np.array(Image.open(data))


def assert_same(found: tuple[Picture, ...], panels: list[Picture]) -> None:
    """Each found picture shows its panel, nearly whole, and none of the gutter."""
    assert len(found) == len(panels)
    for one, other in zip(found, panels, strict=True):
        for got, true in zip(one.shape[:2], other.shape[:2], strict=True):
            assert true * 0.93 - 4 <= got <= true + 2
        scaled = cv2.resize(other, (one.shape[1], one.shape[0]), interpolation=cv2.INTER_AREA)
        small, true_small = (cv2.resize(p, (24, 24), interpolation=cv2.INTER_AREA) for p in (one, scaled))
        assert np.abs(small.astype(int) - true_small.astype(int)).mean() < 12


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        ([3, 3, 3], {}),
        ([3, 3, 3], {"shade": 0}),
        ([3, 3, 3], {"gutter": 5}),
        ([2, 2], {}),
        ([2, 2], {"border": False, "gutter": 8}),
        ([2, 2], {"shade": 128}),
        ([2, 3, 4], {}),
        ([1, 2], {}),
        ([1, 2], {"shade": 0}),
        ([3], {"size": (1600, 400)}),
        ([1, 1, 1, 1], {"size": (500, 1400)}),
        ([2, 2, 2], {"size": (2400, 3200), "gutter": 30}),
    ],
)
@pytest.mark.parametrize("is_counted", [True, False])
def test_gutters_of_every_usual_kind(rows: list[int], options: dict[str, object], is_counted: bool) -> None:
    whole, panels = sheet(rows, **options)  # type: ignore[arg-type]
    assert_same(split(whole, len(panels) if is_counted else None), panels)


def test_gutters_survive_jpeg() -> None:
    whole, panels = sheet([3, 3, 3], gutter=6)
    assert_same(split(as_jpeg(whole, 60)), panels)


def test_a_tall_panel_beside_two() -> None:
    whole = np.full((900, 1200, 3), 255, np.uint8)
    panels = [panel(0, 578, 876), panel(1, 586, 428), panel(2, 586, 436)]
    whole[12:888, 12:590], whole[12:440, 602:1188], whole[452:888, 602:1188] = panels
    assert_same(split(whole, 3), panels)


@pytest.mark.parametrize("quality", [95, 60])
@pytest.mark.parametrize("rows", [[3, 3, 3], [2, 2], [3, 3], [4, 4, 4]])
def test_without_gutters_the_number_of_shots_helps(rows: list[int], quality: int) -> None:
    whole, panels = sheet(rows, gutter=0)
    pressed = as_jpeg(whole, quality)
    assert split(pressed) == ()
    assert_same(split(pressed, len(panels)), panels)


@pytest.mark.parametrize("name", [*PHOTOGRAPHS, "coins", "camera", "moon", "page"])
def test_a_single_photograph_stays_whole(name: str) -> None:
    picture = photo(name) if photo(name).ndim == 3 else np.dstack([photo(name)] * 3)
    assert by_gutters(picture) == ()
    for count in (2, 3, 4, 6, 9, 12):
        assert by_grid(picture, count) == ()
        assert split(picture, count) == ()


def test_a_picture_in_a_border_is_not_two() -> None:
    framed = np.full((400, 600, 3), 255, np.uint8)
    framed[40:360, 60:540] = panel(0, 480, 320)
    assert split(framed) == ()


def test_a_blank_sheet_is_nothing() -> None:
    assert split(np.full((300, 300, 3), 255, np.uint8), 4) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (7, 300)])
def test_tiny_pictures_are_no_sheets(shape: tuple[int, int]) -> None:
    assert split(np.zeros((*shape, 3), np.uint8), 4) == ()
