"""Looks: each clearly another, all of them steady, none of them losing what the picture shows."""

from __future__ import annotations

from itertools import combinations, pairwise

import cv2
import numpy as np
import pytest

from looks import Picture, apart, kit_of, view
from sight import models_folder
from understudy.animatic.looks import Kit, Style, open_look
from understudy.animatic.looks.colouring import colouring_of
from understudy.animatic.looks.eyes import WideEyes
from understudy.animatic.looks.sight import Sight, sights
from understudy.animatic.perception import Eyes
from understudy.core.units import Size

SIZE = Size(320, 180)
VENDORS = (
    Style.MANGA,
    Style.COMIC,
    Style.FRESH_COMIC,
    Style.CARTOON_3D,
    Style.CHINESE_CARTOON,
    Style.CUT_PAPER,
    Style.ILLUSTRATION,
    Style.INK,
)
GRAINY = {Style.BLACK_AND_WHITE, Style.OLD_FILM}
"""Film stock: its grain is new in every picture, as grain is."""


def painted(style: Style, pictures: list[Picture], kit: Kit | None = None) -> list[Picture]:
    look = open_look(style, kit or kit_of(pictures))
    return [look(sight) for sight in sights(pictures)]


def statistics(picture: Picture) -> np.ndarray:
    """What a glance takes in: light, contrast, colourfulness, its hue, how much is flat, how much is line."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float64)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    edge = cv2.Laplacian(grey, cv2.CV_64F)
    chroma = np.hypot(lab[:, :, 1] - 128, lab[:, :, 2] - 128)
    return np.array(
        [
            *lab.mean(axis=(0, 1)),
            lab[:, :, 0].std() * 1.5,
            chroma.mean() * 2,
            chroma.std(),
            (np.abs(edge) < 2).mean() * 60,
            np.abs(edge).mean(),
            (grey > 235).mean() * 60,
            (grey < 45).mean() * 60,
        ]
    )


@pytest.mark.parametrize("style", Style)
def test_paints_whole_pictures_of_the_films_size(style: Style) -> None:
    for size in (Size(322, 182), Size(180, 322), Size(64, 64)):
        picture = view("astronaut", size)
        (made,) = painted(style, [picture])
        assert made.shape == picture.shape
        assert made.dtype == np.uint8
        if style is not Style.AS_IT_IS:
            assert made.std() > 8


@pytest.mark.parametrize("style", Style)
def test_paints_alike_twice_and_leaves_the_given_picture_alone(style: Style) -> None:
    pictures = [view("chelsea", SIZE, x) for x in (0.3, 0.32, 0.35)]
    kept = [picture.copy() for picture in pictures]
    first, second = painted(style, pictures), painted(style, pictures)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(pictures, kept, strict=True))


@pytest.mark.parametrize("photograph", ["astronaut", "coffee"])
def test_the_eight_looks_are_far_apart(photograph: str) -> None:
    """A glance tells any two of them from each other, and each from the film itself."""
    picture = view(photograph, Size(640, 360))
    glances = {style: statistics(painted(style, [picture])[0]) for style in VENDORS}
    glances[Style.AS_IT_IS] = statistics(picture)
    for (one, first), (other, second) in combinations(glances.items(), 2):
        assert np.linalg.norm(first - second) > 9, (one, other)


@pytest.mark.parametrize("style", [style for style in Style if style is not Style.AS_IT_IS])
def test_structure_is_kept(style: Style) -> None:
    """Light stays where light was, roughly: the film is still that film."""
    picture = view("astronaut", SIZE)
    (made,) = painted(style, [picture])
    greys = [cv2.GaussianBlur(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), (0, 0), 6).ravel() for p in (picture, made)]
    assert np.corrcoef(*greys)[0, 1] > 0.6


@pytest.mark.parametrize("style", [style for style in Style if style not in GRAINY | {Style.AS_IT_IS}])
def test_a_still_scene_does_not_flicker(style: Style) -> None:
    """A camera's noise is not made larger by more than the contrast that the look itself gives."""
    pictures = [view("astronaut", SIZE, noise=2.5, number=n) for n in range(7)]
    made = painted(style, pictures)
    source = np.mean([apart(a, b) for a, b in pairwise(pictures[3:])])
    shown = np.mean([apart(a, b) for a, b in pairwise(made[3:])])
    assert shown < 1.25 * source


# grey levels by which a picture may differ from the one before moved along, beside those of the film itself
PANS = {Style.MANGA: 9.0, Style.PENCIL: 8.0}


@pytest.mark.parametrize("style", [style for style in Style if style not in GRAINY | {Style.AS_IT_IS}])
def test_a_pan_carries_its_texture_along(style: Style) -> None:
    whole = view("coffee", Size(420, 180))
    pictures = [np.ascontiguousarray(whole[:, 4 * n : 4 * n + 320]) for n in range(8)]
    made = painted(style, pictures)
    steps = [apart(a[20:-20, 44:-40], b[20:-20, 40:-44]) for a, b in pairwise(made[3:])]
    assert np.mean(steps) < PANS.get(style, 4.5)


def test_drift_follows_the_view() -> None:
    whole = view("coffee", Size(420, 180))
    pictures = [np.ascontiguousarray(whole[:, 5 * n : 5 * n + 320]) for n in range(10)]
    last = list(sights(pictures))[-1]
    assert last.drift[0] == pytest.approx(-45, abs=3)
    assert last.drift[1] == pytest.approx(0, abs=1.5)


def test_a_still_view_does_not_drift() -> None:
    pictures = [view("coffee", SIZE, noise=2.0, number=n) for n in range(6)]
    assert list(sights(pictures))[-1].drift == pytest.approx((0, 0), abs=0.5)


def test_calm_pictures_have_less_noise_and_no_ghosts() -> None:
    clean = view("astronaut", SIZE)
    noisy = [view("astronaut", SIZE, noise=4.0, number=n) for n in range(8)]
    assert apart(list(sights(noisy))[-1].calm, clean) < 0.75 * apart(noisy[-1], clean)
    other = view("coffee", SIZE)
    after = list(sights([clean, clean, other]))[-1]
    assert apart(after.calm, other) < 1.0


def test_lines_stand_on_edges_and_nowhere_else() -> None:
    picture = np.full((180, 320, 3), 200, np.uint8)
    cv2.rectangle(picture, (90, 40), (230, 140), (60, 90, 190), -1)
    look = open_look(Style.MANGA, kit_of([picture]))
    (sight,) = sights([picture])
    dark = cv2.cvtColor(look(sight), cv2.COLOR_RGB2GRAY) < 90
    assert dark[60:120, 88:93].any(axis=1).mean() > 0.8
    assert not dark[:20].any()


def test_skin_keeps_a_colour_of_skin_in_flat_looks() -> None:
    """However bright the wall behind: a face is not given to it."""
    picture = view("astronaut", Size(480, 270))
    skin = picture[70:95, 235:255].reshape(-1, 3).mean(axis=0)
    for style in (Style.CUT_PAPER, Style.ILLUSTRATION):
        (made,) = painted(style, [picture])
        red, _, blue = np.median(made[70:95, 235:255].reshape(-1, 3), axis=0)
        assert skin[0] - skin[2] > 30
        assert red - blue > 30, style


def test_palette_has_skin_where_somebody_is_seen() -> None:
    from understudy.animatic.looks.colouring import skin

    palette = colouring_of([view("astronaut", SIZE)]).palette(9)
    assert palette.shape == (9, 3)
    assert (skin(palette) > 0.5).sum() >= 2
    assert np.all(np.diff(palette[:, 0]) >= 0)


def test_black_and_white_has_no_colour_and_manga_few_tones() -> None:
    picture = view("astronaut", SIZE)
    (silver,) = painted(Style.BLACK_AND_WHITE, [picture])
    assert np.ptp(silver.astype(int), axis=2).mean() < 8
    (page,) = painted(Style.MANGA, [picture])
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    assert ((grey < 70) | (grey > 200)).mean() > 0.8


def test_pixels_are_squares() -> None:
    (made,) = painted(Style.PIXELS, [view("astronaut", Size(1280, 720))])
    blocks = made[:720, :1280].reshape(144, 5, 256, 5, 3)
    assert np.array_equal(blocks, np.broadcast_to(blocks[:, :1, :, :1], blocks.shape))


def test_eyes_are_made_wider_and_all_else_stays() -> None:
    eyes = Eyes(models_folder())
    picture = view("astronaut", Size(640, 480))
    wide = WideEyes(eyes).widened(Sight(picture, picture, (0.0, 0.0), 0))
    face = eyes.faces(picture)[0]
    for corners in ((33, 133), (362, 263)):
        x, y = (int(v) for v in face.mesh[list(corners), :2].mean(axis=0))
        assert _best_scale(picture, wide.picture, x, y) >= 1.2
    changed = np.abs(wide.picture.astype(int) - picture).max(axis=2) > 0
    left, top, right, bottom = (int(v) for v in face.box)
    assert not changed[(top + bottom) // 2 + 20 :].any()
    assert not changed[:, right + 20 :].any()
    assert not changed[:, : left - 20].any()


def test_eyes_without_a_face_change_nothing() -> None:
    picture = view("coffee", Size(320, 240))
    sight = Sight(picture, picture, (0.0, 0.0), 0)
    assert WideEyes(Eyes(models_folder())).widened(sight) is sight


def _best_scale(before: Picture, after: Picture, x: int, y: int) -> float:
    """By how much what lies around a point was enlarged: the scale at which the pictures agree best."""
    shown = after[y - 6 : y + 7, x - 6 : x + 7]
    fits = {}
    for scale in (1.0, 1.1, 1.2, 1.3, 1.4, 1.5):
        matrix = np.array([[scale, 0, x * (1 - scale)], [0, scale, y * (1 - scale)]])
        large = cv2.warpAffine(before, matrix, before.shape[1::-1])
        fits[scale] = apart(large[y - 6 : y + 7, x - 6 : x + 7], shown)
    return min(fits, key=lambda scale: fits[scale])
