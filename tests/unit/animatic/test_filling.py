"""Holes painted over: what is known stays, structure goes on, nothing far away is copied in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmed import likeness, scene
from understudy.animatic.filling import fill, spread
from understudy.animatic.footage.joining import Joint


def stripes(height: int = 90, width: int = 140) -> np.ndarray:
    """Sky over water over sand, with a little grain."""
    rows = np.arange(height) * 3 // height
    colours = np.array([[120, 170, 230], [40, 90, 120], [200, 180, 130]])
    grain = np.random.default_rng(1).normal(0, 4, (height, width, 3))
    return np.clip(colours[rows][:, None] + grain, 0, 255).astype(np.uint8)


def test_structure_goes_on() -> None:
    picture = stripes()
    hole = np.zeros(picture.shape[:2], bool)
    hole[:, 100:] = True
    made = fill(np.where(hole[..., None], 0, picture).astype(np.uint8), hole)
    assert np.array_equal(made[~hole], picture[~hole])
    for row in (10, 45, 80):
        assert np.abs(made[row, 105:135].mean(axis=0) - picture[row, 105:135].mean(axis=0)).max() < 12


def test_slanting_stripes_go_on_behind_a_hole() -> None:
    rows, columns = np.mgrid[0:160, 0:240]
    slanting = np.repeat((((rows + columns) // 12 % 2) * 180 + 40)[..., None], 3, axis=2).astype(np.uint8)
    hole = np.zeros((160, 240), bool)
    hole[60:100, 90:140] = True
    flat = slanting.copy()
    flat[hole] = 130
    assert likeness(fill(slanting, hole), slanting, hole) > likeness(flat, slanting, hole) + 3


def test_a_dark_border_goes_on_dark_and_colourless() -> None:
    """Beside a uniform no other colour appears, though a red stripe ends near it."""
    picture = stripes()
    picture[45:] = (20, 20, 26)
    picture[40:45, 60:100] = (200, 30, 40)
    hole = np.zeros(picture.shape[:2], bool)
    hole[:, 100:] = True
    made = fill(picture, hole, band=0.1)[60:, 105:].astype(int)
    assert made.max() < 70
    assert np.ptp(made.mean(axis=(0, 1))) < 15


def test_a_patch_of_texture_disappears() -> None:
    picture = scene("grass", 200) if scene("grass").ndim == 3 else np.repeat(scene("grass", 200)[..., None], 3, axis=2)
    hole = np.zeros(picture.shape[:2], bool)
    hole[70:110, 80:130] = True
    made = fill(picture, hole)
    assert made[hole].std() == pytest.approx(picture[~hole].std(), rel=0.45)  # texture, no smear
    assert abs(made[hole].mean() - picture[~hole].mean()) < 16


def test_what_is_to_be_avoided_is_not_copied() -> None:
    picture = stripes()
    picture[30:60, 60:95] = (230, 20, 20)  # somebody in red next to the hole
    hole = np.zeros(picture.shape[:2], bool)
    hole[:, 100:] = True
    avoid = np.zeros_like(hole)
    avoid[24:66, 54:101] = True
    made = fill(picture, hole, avoid & ~hole)
    assert (made[hole][:, 0].astype(int) - made[hole][:, 1] > 120).mean() < 0.03


def test_nothing_and_everything_missing() -> None:
    picture = stripes(40, 40)
    assert np.array_equal(fill(picture, np.zeros((40, 40), bool)), picture)
    assert fill(picture, np.ones((40, 40), bool)).std() == 0


def test_the_same_seed_gives_the_same_picture() -> None:
    picture, hole = stripes(60, 80), np.zeros((60, 80), bool)
    hole[20:40, 30:60] = True
    assert np.array_equal(fill(picture, hole, seed=5), fill(picture, hole, seed=5))


@settings(deadline=None, max_examples=25)
@given(st.integers(4, 40), st.integers(4, 40), st.integers(0, 10_000))
def test_spread_stays_within_what_is_known(height: int, width: int, seed: int) -> None:
    lots = np.random.default_rng(seed)
    values = lots.uniform(-50, 50, (height, width, 2)).astype(np.float32)
    known = lots.uniform(0, 1, (height, width)) < 0.3
    known[0, 0] = True
    made = spread(values, known)
    assert np.allclose(made[known], values[known], atol=1e-3)
    assert made.min() >= values[known].min() - 1e-3
    assert made.max() <= values[known].max() + 1e-3


def test_a_join_keeps_the_outside_and_meets_its_colours() -> None:
    """The other picture is two pixels aside and darker; joined, it fits, and outside no pixel changes."""
    picture = scene("coffee", 360)[:240]
    other = np.clip(np.roll(picture, 2, axis=1).astype(int) - 25, 0, 255).astype(np.uint8)
    hole = np.zeros(picture.shape[:2], bool)
    hole[80:170, 120:230] = True
    joined = Joint().join(picture, other, hole)
    assert np.array_equal(joined[~hole], picture[~hole])
    assert likeness(joined, picture, hole) > likeness(other, picture, hole) + 6
