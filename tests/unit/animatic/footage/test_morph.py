"""From one picture to another of the same scene: measured against the truth, which a crop of a photograph knows."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sight import models_folder, photo
from understudy.animatic.footage.morph import (
    Morph,
    between_places,
    match,
    meeting_places,
    no_residue,
    place_of_box,
    place_of_face,
    residue_of,
    residue_of_faces,
)
from understudy.animatic.perception import Eyes
from understudy.core.units import Size
from unit.animatic.drafts.still import crop, likeness

SIZE = Size(480, 320)
PAIRS = {
    "zoom": (("coffee", 0.5, 0.5, 1.1, 0.0), ("coffee", 0.55, 0.5, 1.9, 0.0)),
    "pan": (("chelsea", 0.38, 0.5, 1.3, 0.0), ("chelsea", 0.60, 0.5, 1.3, 0.0)),
    "turn": (("coffee", 0.5, 0.5, 1.6, 0.0), ("coffee", 0.5, 0.5, 1.6, 14.0)),
    "all": (("chelsea", 0.42, 0.45, 1.2, -4.0), ("chelsea", 0.55, 0.55, 1.7, 5.0)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_what_two_crops_share_is_found_to_the_pixel(name: str) -> None:
    (first, from_here), (last, to_there) = (crop(*where, size=SIZE) for where in PAIRS[name])
    found = match(first, last)
    assert found is not None
    truth = to_there @ np.vstack([np.linalg.inv(np.vstack([from_here, [0, 0, 1]]))])
    corners = np.array([[100, 60, 1], [380, 60, 1], [240, 260, 1]])
    assert np.abs(corners @ (found.matrix - truth).T).max() < 1.5


@pytest.mark.parametrize("name", PAIRS)
def test_the_middle_is_the_truth_and_not_a_dissolve(name: str) -> None:
    (first, from_here), (last, to_there) = (crop(*where, size=SIZE) for where in PAIRS[name])
    found = match(first, last)
    assert found is not None
    made = Morph(first, last, found.matrix, residue_of(first, last, found.matrix)).at(0.5)
    half = between_places(to_there @ np.linalg.inv(np.vstack([from_here, [0, 0, 1]])), 0.5)
    path = half @ np.vstack([from_here, [0, 0, 1]])
    whole = photo(PAIRS[name][0][0])
    truth = np.asarray(cv2.warpAffine(whole, path, (SIZE.width, SIZE.height), flags=cv2.INTER_AREA), np.uint8)
    dissolve = np.asarray(cv2.addWeighted(first, 0.5, last, 0.5, 0), np.uint8)
    inner = np.s_[40:-40, 60:-60]  # the crops' own edges may lie beyond both pictures
    assert likeness(made[inner], truth[inner]) > likeness(dissolve[inner], truth[inner]) + 6
    assert likeness(made[inner], truth[inner]) > 25


def test_the_ends_of_the_way_are_the_pictures() -> None:
    (first, _), (last, _) = (crop(*where, size=SIZE) for where in PAIRS["all"])
    found = match(first, last)
    assert found is not None
    morph = Morph(first, last, found.matrix, residue_of(first, last, found.matrix))
    inner = np.s_[8:-8, 8:-8]
    assert likeness(morph.at(0.0)[inner], first[inner]) > 45
    assert likeness(morph.at(1.0)[inner], last[inner]) > 35


def test_the_way_has_no_jump() -> None:
    (first, _), (last, _) = (crop(*where, size=SIZE) for where in PAIRS["zoom"])
    found = match(first, last)
    assert found is not None
    morph = Morph(first, last, found.matrix, residue_of(first, last, found.matrix))
    seen = [morph.at(step / 20).astype(np.int16) for step in range(21)]
    steps = np.array([np.abs(b - a).mean() for a, b in pairwise(seen)])
    assert steps.max() < 2.5 * np.median(steps)


@pytest.mark.parametrize(("one", "other"), [("coffee", "chelsea"), ("rocket", "coffee"), ("astronaut", "rocket")])
def test_pictures_that_share_nothing_are_not_matched(one: str, other: str) -> None:
    pair = [crop(name, 0.5, 0.5, 1.0, size=SIZE)[0] for name in (one, other)]
    assert match(pair[0], pair[1]) is None


def test_a_blank_picture_is_not_matched() -> None:
    blank = np.full((320, 480, 3), 128, np.uint8)
    assert match(blank, crop("coffee", 0.5, 0.5, 1.0, size=SIZE)[0]) is None


@settings(max_examples=60, deadline=None)
@given(st.floats(0.3, 3.0), st.floats(-150, 150), st.floats(-400, 400), st.floats(-400, 400), st.floats(0, 1))
def test_the_cameras_way_leads_from_nothing_to_the_place_at_even_zoom(
    zoom: float, degrees: float, x: float, y: float, progress: float
) -> None:
    turn = np.radians(degrees)
    place = np.array([[zoom * np.cos(turn), -zoom * np.sin(turn), x], [zoom * np.sin(turn), zoom * np.cos(turn), y]])
    assert np.allclose(between_places(place, 0.0), [[1, 0, 0], [0, 1, 0]], atol=1e-9)
    assert np.allclose(between_places(place, 1.0), place, atol=1e-6)
    here = between_places(place, progress)
    assert np.isclose(np.hypot(here[0, 0], here[1, 0]), zoom**progress)


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.floats(90, 300), st.floats(80, 240), st.floats(40, 140)),
    st.tuples(st.floats(90, 300), st.floats(80, 240), st.floats(40, 140)),
    st.floats(-6, 6),
)
def test_at_a_meeting_place_both_likenesses_lie_on_each_other(
    first: tuple[float, float, float], last: tuple[float, float, float], turn: float
) -> None:
    places = meeting_places(first, last, turn, Size(400, 320))
    spots = [m[:, :2] @ spot[:2] + m[:, 2] for m, spot in zip(places, (first, last), strict=True)]
    assert np.allclose(spots[0], spots[1], atol=1e-6)
    widths = [np.sqrt(np.linalg.det(m[:, :2])) * spot[2] for m, spot in zip(places, (first, last), strict=True)]
    assert np.isclose(widths[0], widths[1])


def test_one_face_lies_on_another() -> None:
    eyes = Eyes(models_folder())
    first = crop("astronaut", 0.45, 0.3, 1.6, size=Size(360, 360))[0]
    last = crop("astronaut", 0.42, 0.25, 2.2, 9.0, size=Size(360, 360))[0]
    one, other = eyes.faces(first)[0], eyes.faces(last)[0]
    matrix = place_of_face(one, other)
    laid = one.mesh[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(laid - other.mesh[:, :2]).mean() < 0.03 * (other.box[2] - other.box[0])
    residue = residue_of_faces(one, other, matrix, 360, 360)
    assert np.abs(residue.shift).max() < 0.2 * (one.box[2] - one.box[0])
    assert np.abs(residue.shift[0]).max() < 0.5  # nothing at the picture's edge


def test_a_box_on_a_box() -> None:
    matrix = place_of_box((10, 10, 30, 30), (100, 50, 140, 90))
    assert np.allclose(matrix[:, :2] @ (20, 20) + matrix[:, 2], (120, 70))
    assert np.isclose(matrix[0, 0], 2.0)
    still = no_residue(64, 48)
    assert not still.shift.any()
    assert not still.alike.any()
