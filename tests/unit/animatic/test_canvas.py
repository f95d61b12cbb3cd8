"""The canvas: colours, placement to a fraction of a pixel, edges without halo, nothing beyond the touched place."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.animatic.canvas import Canvas, Grade, Paint, pack, rgb_of, shadow_paint, yuv_of
from understudy.core.units import Size

SIZE = Size(128, 96)


def upright(x: float, y: float, scale: float = 1.0) -> np.ndarray:
    return np.array([[scale, 0.0, x], [0.0, scale, y]])


def block(colour: tuple[int, int, int], width: int = 20, height: int = 16, alpha: int = 255) -> Paint:
    return Paint(pack(np.full((height, width, 4), (*colour, alpha), np.uint8)))


@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [  # ITU-R BT.709 limited range, computed by hand from its coefficients
        ((0, 0, 0), (16, 128, 128)),
        ((255, 255, 255), (235, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
    ],
)
def test_colours_are_bt709_limited(rgb: tuple[int, int, int], yuv: tuple[int, int, int]) -> None:
    picture = np.full((2, 2, 3), rgb, np.uint8)
    assert np.abs(yuv_of(picture)[0, 0].astype(int) - yuv).max() <= 1
    assert np.abs(rgb_of(yuv_of(picture))[0, 0].astype(int) - rgb).max() <= 3


def test_planes_are_views_of_one_i420_picture() -> None:
    canvas = Canvas(SIZE)
    canvas.luma[:], canvas.blue[:], canvas.red[:] = 50, 60, 70
    assert canvas.planes.shape == (144, 128)
    flat = canvas.planes.reshape(-1)
    assert (flat[: 128 * 96] == 50).all()
    assert (flat[128 * 96 : 128 * 96 * 5 // 4] == 60).all()
    assert (flat[128 * 96 * 5 // 4 :] == 70).all()


@pytest.mark.parametrize("size", [Size(127, 96), Size(128, 95)])
def test_odd_sides_are_refused(size: Size) -> None:
    with pytest.raises(ValueError, match="even"):
        Canvas(size)


def test_a_stroke_touches_only_its_place() -> None:
    canvas = Canvas(SIZE)
    canvas.fill((90, 110, 140))
    before = canvas.planes.copy()
    canvas.draw(block((255, 255, 255)), upright(40, 30))
    assert (canvas.luma[31:45, 41:59] > 230).all()
    changed = np.argwhere(canvas.planes[:96] != before[:96])
    assert changed.min(axis=0).tolist() >= [29, 39]
    assert changed.max(axis=0).tolist() <= [46, 60]


@pytest.mark.parametrize(("x", "y"), [(-500, 10), (500, 10), (10, -500), (10, 500)])
def test_what_lies_outside_changes_nothing(x: float, y: float) -> None:
    canvas = Canvas(SIZE)
    before = canvas.planes.copy()
    canvas.draw(block((255, 0, 0)), upright(x, y))
    canvas.stamp(block((255, 0, 0)), int(x), int(y))
    assert (canvas.planes == before).all()


@given(st.floats(-15, 120), st.floats(-15, 90), st.floats(0.3, 2.0), st.floats(-40, 40))
@settings(max_examples=40, deadline=None)
def test_strokes_may_lie_across_any_edge(x: float, y: float, scale: float, turn: float) -> None:
    canvas = Canvas(SIZE)
    cosine, sine = scale * np.cos(np.radians(turn)), scale * np.sin(np.radians(turn))
    canvas.draw(block((200, 120, 60)), np.array([[cosine, -sine, x], [sine, cosine, y]]))
    assert canvas.luma.min() >= 15
    assert canvas.luma.max() < 180


@given(st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_places_are_kept_to_a_fraction_of_a_pixel(x: float, y: float) -> None:
    """The centre of light moves exactly as far as the stroke: a slow camera does not stutter."""
    canvas = Canvas(SIZE)
    canvas.draw(block((255, 255, 255)), upright(40 + x, 30 + y))
    light = canvas.luma.astype(np.float64) - 16
    rows, columns = np.mgrid[:96, :128]
    assert (light * columns).sum() / light.sum() == pytest.approx(40 + x + 9.5, abs=0.04)
    assert (light * rows).sum() / light.sum() == pytest.approx(30 + y + 7.5, abs=0.04)


def test_edges_have_no_halo() -> None:
    """A half transparent rim over a ground of its own colour is invisible, whatever stands in clear pixels."""
    sprite = np.zeros((40, 40, 4), np.uint8)
    sprite[:, :, :3] = (0, 0, 255)  # blue under clear pixels must never be seen
    soft = cv2.GaussianBlur(cv2.circle(np.zeros((40, 40), np.uint8), (20, 20), 12, 255, -1), (0, 0), 2)
    sprite[soft > 0, :3] = (180, 90, 40)
    sprite[:, :, 3] = soft
    canvas = Canvas(SIZE)
    canvas.fill(tuple(int(v) for v in yuv_of(np.full((1, 1, 3), (180, 90, 40), np.uint8))[0, 0]))  # type: ignore[arg-type]
    before = canvas.planes.astype(int)
    canvas.draw(Paint(pack(sprite)), upright(30.4, 20.7, 1.31))
    assert np.abs(canvas.planes.astype(int) - before).max() <= 3


def test_half_opacity_is_half_way() -> None:
    canvas = Canvas(SIZE)
    canvas.fill((16, 128, 128))
    canvas.draw(block((255, 255, 255), 40, 40), upright(20, 20), 0.5)
    assert abs(int(canvas.luma[40, 40]) - (16 + 235) // 2) <= 2


def test_an_opaque_paint_covers_everything() -> None:
    canvas = Canvas(SIZE)
    canvas.cover(block((255, 255, 255), 64, 48), upright(0, 0, 2.0))
    assert canvas.luma.min() >= 234
    assert canvas.blue.min() == canvas.blue.max() == 128


def test_what_is_out_of_focus_looks_the_same_at_half_the_work() -> None:
    rng = np.random.default_rng(1)
    noise = cv2.GaussianBlur(rng.integers(0, 255, (120, 160, 3), dtype=np.uint8), (0, 0), 3)
    paint, plain, soft = Paint(pack(noise)), Canvas(SIZE), Canvas(SIZE)
    matrix = np.array([[1.05, 0.0, -8.3], [0.0, 1.05, -9.6]])
    plain.cover(paint, matrix)
    soft.cover(paint, matrix, soft=True)
    assert np.abs(plain.planes.astype(int) - soft.planes.astype(int)).max() <= 4


def test_grades_follow_each_other() -> None:
    dark, warm = Grade.of(gain=0.5), Grade.of(tint=(-10, 12))
    grey = np.full((1, 1, 3), (126, 128, 128), np.uint8)
    assert dark.on(grey)[0, 0].tolist() == [71, 128, 128]
    assert dark.then(warm).on(grey)[0, 0].tolist() == [71, 118, 140]
    assert (Grade.of().on(grey) == grey).all()


def test_veil_glow_dim_and_mix() -> None:
    canvas, other = Canvas(SIZE), Canvas(SIZE)
    canvas.fill((100, 100, 160))
    canvas.veil(np.full((96, 128), 255, np.uint8), (200, 130, 126))
    assert abs(int(canvas.luma[5, 5]) - 200) <= 1
    assert abs(int(canvas.red[5, 5]) - 126) <= 1
    canvas.glow(np.full((96, 128), 100, np.uint8))
    assert canvas.luma.max() == 255
    canvas.dim(0.0)
    assert (canvas.luma == 16).all()
    assert (canvas.blue == 128).all()
    other.fill((116, 128, 128))
    canvas.mix(other, 0.5)
    assert (canvas.luma == 66).all()


def test_a_shadow_darkens_softly() -> None:
    canvas = Canvas(SIZE)
    canvas.fill((200, 128, 128))
    canvas.draw(shadow_paint(60, 12, 0.5), upright(10, 20))
    assert canvas.luma.min() < 125
    assert np.abs(np.diff(canvas.luma[:96].astype(int), axis=1)).max() < 20
    assert np.abs(canvas.blue.astype(int) - 128).max() <= 2
