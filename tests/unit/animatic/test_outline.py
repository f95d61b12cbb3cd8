"""Outlines that a thing could have, and tears; things told from backdrops by what a lens did to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import sklearn
from numpy.typing import NDArray

from sight import models_folder, photo
from subjects import BACKDROPS, SHAPES, SIDE, TEXTURES, agreement_of, before, outline
from understudy.animatic import focus
from understudy.animatic.cutout import cut
from understudy.animatic.outline import fill_alike, judge
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Kind
from understudy.media.image import read_image

Mask = NDArray[np.float32]
Plate = NDArray[np.uint8]


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes(models_folder())


def dahlia() -> Plate:
    return read_image(Path(sklearn.__file__).parent / "datasets" / "images" / "flower.jpg")


def bokeh(shape: str, behind: str, blur: float = 9.0) -> Plate:
    """A shape in focus before a photograph out of focus."""
    texture = cv2.resize(photo(TEXTURES[shape]), (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    far = cv2.resize(photo(behind), (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    far = cv2.GaussianBlur(far, (0, 0), blur)
    alpha = outline(shape)[..., None]
    noise = np.random.default_rng(4).normal(0, 1, (SIDE, SIDE, 1))
    return np.clip(texture * alpha + far * (1 - alpha) + noise, 0, 255).astype(np.uint8)


# Tears -------------------------------------------------------------------------------------------------------------


def bitten(mask: Mask) -> Mask:
    torn = mask.copy()
    cv2.circle(torn, (SIDE // 2, SIDE // 2), SIDE // 11, 0.0, cv2.FILLED)
    cv2.line(torn, (SIDE // 2, SIDE // 2), (SIDE // 2, 0), 0.0, SIDE // 40)
    return torn


def ragged(mask: Mask) -> Mask:
    lots = cv2.resize(np.random.default_rng(1).normal(0, 1, (60, 60)).astype(np.float32), (SIDE, SIDE))
    return ((cv2.GaussianBlur(mask, (0, 0), 22) + 0.35 * lots) > 0.5).astype(np.float32)


def haze(mask: Mask) -> Mask:
    return (cv2.GaussianBlur(mask, (0, 0), 9) > 0.04).astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_true_outline_is_sound(shape: str) -> None:
    found = judge(before(shape, BACKDROPS["blue"]), outline(shape))
    assert found.is_sound
    assert found.torn_out < 0.03
    assert found.rough < 1.3
    assert found.on_edges > 0.8
    assert found.framed == 0


@pytest.mark.parametrize(
    ("harm", "shape"), [(bitten, "cup"), (ragged, "cup"), (ragged, "bottle"), (haze, "cup"), (haze, "bottle")]
)
def test_a_torn_outline_is_not(harm: Callable[[Mask], Mask], shape: str) -> None:
    assert not judge(before(shape, BACKDROPS["blue"]), harm(outline(shape))).is_sound


def test_a_part_of_something_larger_is_not_a_thing() -> None:
    picture = before("cup", BACKDROPS["blue"])
    half = np.zeros((SIDE, SIDE), np.float32)
    half[:, SIDE // 2 :] = 1
    assert not judge(picture, half).is_sound


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_nothing_and_everything_are_no_outlines(value: float) -> None:
    assert not judge(before("cup", BACKDROPS["blue"]), np.full((SIDE, SIDE), value, np.float32)).is_sound


def test_holes_in_the_subjects_colours_are_filled_and_handles_are_not() -> None:
    picture, mask = before("cup", BACKDROPS["blue"]), outline("cup")
    torn = mask.copy()
    cv2.circle(torn, (SIDE * 45 // 100, SIDE * 54 // 100), SIDE // 12, 0.0, cv2.FILLED)
    filled = fill_alike(picture, torn)
    assert filled[SIDE * 54 // 100, SIDE * 45 // 100] == 1
    assert filled[SIDE * 52 // 100, SIDE * 70 // 100] == 0  # inside the handle
    np.testing.assert_allclose(filled[mask < 0.01], 0, atol=0.02)
    np.testing.assert_array_equal(fill_alike(picture, mask), mask)


# Focus --------------------------------------------------------------------------------------------------------------


def test_a_flower_before_blurred_leaves_is_cut_whole(eyes: Eyes) -> None:
    """Its heart is darker than its petals, a second blossom is cut by the picture below: neither may spoil it."""
    found = cut(dahlia(), eyes, 2000, 2000)
    assert found.kind is Kind.OBJECT
    assert found.sides == frozenset()
    truth = np.zeros((427, 640), np.float32)
    cv2.ellipse(truth, (307, 222), (137, 136), 0, 0, 360, 1.0, cv2.FILLED)
    assert agreement_of(found.sprite, truth) > 0.94
    height, width = found.sprite.shape[:2]
    heart = found.sprite[height // 4 : -height // 4, width // 4 : -width // 4, 3]
    assert heart.min() == 255


def test_sharp_things_before_blurred_photographs(eyes: Eyes, capsys: pytest.CaptureFixture[str]) -> None:
    """Intersection over union with the drawn outline, or a card rather than something torn."""
    table: dict[tuple[str, str], float | None] = {}
    places = ("coffee", "rocket", "chelsea")
    for shape in SHAPES:
        for behind in places:
            found = cut(bokeh(shape, behind), eyes, 2000, 2000)
            is_cut = found.kind is Kind.OBJECT
            table[shape, behind] = agreement_of(found.sprite, outline(shape)) if is_cut else None
    with capsys.disabled():
        print("\n" + "".join(f"{name:>9}" for name in ("", *places)))
        for shape in SHAPES:
            cells = [table[shape, name] for name in places]
            print(f"{shape:>9}" + "".join(f"{'card' if cell is None else f'{cell:.3f}':>9}" for cell in cells))
    cuts = [value for value in table.values() if value is not None]
    assert len(cuts) >= 5
    assert min(cuts) >= 0.75  # the black plant before a night sky; the others 0.83 up


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket", "hubble_deep_field"])
def test_what_is_sharp_all_over_has_no_blurred_backdrop(name: str) -> None:
    assert focus.stands_sharp(photo(name)) is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 60, 3), (64, 64, 3)])
def test_flat_and_tiny_pictures_have_no_sharp_part(shape: tuple[int, int, int]) -> None:
    assert focus.stands_sharp(np.full(shape, 90, np.uint8)) is None


def test_the_same_picture_gives_the_same_mask() -> None:
    one, other = focus.stands_sharp(dahlia()), focus.stands_sharp(dahlia())
    assert one is not None
    assert other is not None
    np.testing.assert_array_equal(one, other)
