"""Whose clip talks, and which of its pictures do not: told from drawn faces whose lips are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.animatic.faces.quiet import LEAST, lip_gap, lip_shapes, quiet_stretch
from understudy.animatic.performer import Face
from understudy.animatic.strips import Moving, Still, at_rest
from unit.animatic.mask import drawn_face

SHUT, OPEN = drawn_face(200)[1], drawn_face(200, teeth=22)[1]


def mouth(opening: float) -> Face:
    """The drawn face with lips between shut (0) and open (1)."""
    return Face(SHUT.mesh + np.float32(opening) * (OPEN.mesh - SHUT.mesh), 1.0)


def filmed(face: Face, number: int) -> Face:
    """The face as an unsteady hand films it: shifted, turned, nearer."""
    turned = cv2.getRotationMatrix2D((150, 180), 5 * np.sin(number / 9), 1 + 0.08 * np.sin(number / 13))
    mesh = face.mesh.copy()
    mesh[:, :2] = face.mesh[:, :2] @ turned[:, :2].T + turned[:, 2] + (4 * np.sin(number / 7), number % 3)
    return Face(mesh.astype(np.float32), 1.0)


def clip(openings: list[float]) -> list[Face | None]:
    return [filmed(mouth(opening), number) for number, opening in enumerate(openings)]


def talk(count: int) -> list[float]:
    return [0.5 - 0.5 * float(np.cos(number * 0.9)) for number in range(count)]


# the person: what his lips do, and the stretch (first picture, after last) to be played while he is silent
TABLE = [
    ("never speaks", [0.0] * 60, None),
    ("never speaks, smiling", [0.8] * 60, None),
    ("speaks, then listens", talk(40) + [0.0] * 50, (40, 90)),
    ("listens, then speaks", [0.0] * 30 + talk(40), (0, 30)),
    ("listens twice, longer the second time", [0.0] * 20 + talk(30) + [0.0] * 25 + talk(20), (50, 75)),
    ("smiles while he listens", talk(40) + [0.3] * 50, (40, 90)),
]


@pytest.mark.parametrize(("openings", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_longest_rest_of_the_mouth_is_found(openings: list[float], expected: tuple[int, int] | None) -> None:
    found = quiet_stretch(clip(openings))
    if expected is None:
        assert found is None
        return
    assert found is not None
    # a picture more or less: the lips part slowly
    assert abs(found[0] - expected[0]) <= 1
    assert abs(found[1] - expected[1]) <= 1


def test_who_never_rests_is_held_at_his_calmest_picture() -> None:
    openings = [0.3 + 0.7 * value for value in talk(60)]
    openings[33] = 0.05
    assert quiet_stretch(clip(openings)) == (33, 34)


def test_nobody_is_held_with_shut_eyes() -> None:
    openings = [0.3 + 0.7 * value for value in talk(60)]
    openings[33], openings[41] = 0.02, 0.05
    faces = clip(openings)
    blinking = faces[33]
    assert blinking is not None
    from understudy.animatic.faces.lips import LIDS

    for upper, lower in LIDS:
        blinking.mesh[list(upper)] = blinking.mesh[list(lower)]
    assert quiet_stretch(faces) == (41, 42)


@pytest.mark.parametrize("seen", [0, 1, 20])
def test_a_face_seen_too_seldom_says_nothing(seen: int) -> None:
    faces: list[Face | None] = [None] * 80
    faces[:seen] = clip(talk(seen))
    assert quiet_stretch(faces) is None


def test_a_lost_face_ends_the_stretch() -> None:
    faces = clip(talk(40) + [0.0] * 60)
    faces[60] = None
    assert quiet_stretch(faces) == (61, 100)


def test_lip_shapes_do_not_change_with_the_camera() -> None:
    shapes = lip_shapes(clip([0.4] * 50))
    assert np.abs(shapes - shapes[0]).max() < 1e-3
    apart = lip_shapes([mouth(0.0), mouth(1.0)])
    assert np.abs(apart[1] - apart[0]).mean() > 0.005


def test_the_gap_is_measured_over_the_height_of_the_face() -> None:
    assert lip_gap(mouth(0.0)) < 0.002
    assert lip_gap(mouth(1.0)) == pytest.approx(22 / 260, rel=0.15)  # the drawn face is 260 high


# Playing -------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(0, 30), st.integers(1, 40), st.integers(0, 500))
def test_at_rest_only_quiet_pictures_play_without_a_jump(before: int, first: int, length: int, frame: int) -> None:
    count = first + length + before
    moving = Moving(np.zeros((count, 1, 1, 4), np.uint8), [None] * count, (first, first + length))
    here, after = at_rest(moving, frame), at_rest(moving, frame + 1)
    assert first <= here < first + length
    assert abs(after - here) == (1 if length > 1 else 0)


def test_who_never_speaks_plays_on_and_stills_are_still() -> None:
    moving = Moving(np.zeros((20, 1, 1, 4), np.uint8), [None] * 20)
    assert [at_rest(moving, frame) for frame in (0, 7, 300)] == [0, 7, 300]
    assert at_rest(Still(np.zeros((1, 1, 4), np.uint8)), 9) == 9


def test_a_stretch_is_long_enough_not_to_look_like_a_tic() -> None:
    short = talk(40) + [0.0] * (LEAST - 4) + talk(40)[8:]
    found = quiet_stretch(clip(short))
    assert found is not None
    assert found[1] - found[0] == 1 or found[1] - found[0] >= LEAST
