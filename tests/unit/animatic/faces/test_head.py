"""A head goes as one, and the wall behind it stays."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from sight import models_folder, photo
from understudy.animatic.faces.head import Head, Turn, prepare_head
from understudy.animatic.faces.lips import FacePose
from understudy.animatic.faces.portrait import prepare
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face, Plate


@cache
def eyes() -> Eyes:
    return Eyes(models_folder())


@cache
def scene(busy: bool) -> tuple[Plate, Face]:
    """The astronaut, as she was pictured, or with a wall of tiles in the upper corners, next to her head."""
    picture = cv2.resize(photo("astronaut")[:320, 60:380], (480, 480), interpolation=cv2.INTER_CUBIC)
    face = eyes().faces(picture)[0]
    if busy:
        tiles = np.indices((480, 480)).sum(axis=0) // 12 % 2 * 110 + 70
        seen = eyes().person_mask(picture)[..., None] > 0.35
        picture = np.where(seen, picture, np.repeat(tiles[..., None], 3, axis=2)).astype(np.uint8)
    return picture, face


@cache
def head(busy: bool) -> Head:
    return prepare_head(*scene(busy), eyes())


TURNS = [Turn(yaw=5), Turn(pitch=4), Turn(roll=3), Turn(lift=0.02), Turn(-4, 3, -2, 0.01)]


@pytest.mark.parametrize("busy", [False, True])
def test_a_head_at_rest_is_the_picture(busy: bool) -> None:
    picture, _ = scene(busy)
    still = head(busy).carried([], Turn())
    assert still.shape == picture.shape
    assert cv2.PSNR(still, picture) > 30  # cut out, its fringe is that of the sprite


def test_before_a_busy_wall_a_head_is_cut_out_and_before_an_even_one_it_is_not() -> None:
    assert head(True).plate is not None
    assert head(False).plate is None


@pytest.mark.parametrize("turn", TURNS)
def test_a_busy_wall_does_not_move(turn: Turn) -> None:
    picture, _ = scene(True)
    moved = head(True).carried([], turn)
    far = eyes().person_mask(picture)
    far = cv2.dilate((far > 0.1).astype(np.uint8), np.ones((61, 61), np.uint8)) == 0
    assert far.sum() > 20_000
    assert np.abs(moved.astype(int) - picture)[far].max() <= 1


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize(
    ("turn", "along"), [(Turn(yaw=5), (1, 0)), (Turn(pitch=5), (0, 1)), (Turn(lift=0.03), (0, -1))]
)
def test_the_face_goes_where_it_is_turned(busy: bool, turn: Turn, along: tuple[int, int]) -> None:
    _, face = scene(busy)
    seen = eyes().follow(head(busy).carried([], turn), face)
    assert seen is not None
    way = (seen.mesh - face.mesh)[:, :2].mean(axis=0)
    assert float(way @ along) > 2.0
    assert abs(float(way @ along[::-1])) < 1.5


def test_hair_goes_with_the_face() -> None:
    """Rolled, the crown of the head goes furthest, the chin least, all to the same side."""
    picture, face = scene(True)
    moved = head(True).carried([], Turn(roll=4))
    person = cv2.erode((eyes().person_mask(picture) > 0.8).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    grey = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (picture, moved)]
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*grey, None)
    crown = int(np.flatnonzero(person.any(axis=1))[0])
    rows = [slice(crown, crown + 30)] + [
        slice(int(face.mesh[point, 1]) - 12, int(face.mesh[point, 1])) for point in (168, 152)
    ]
    hair, brow, chin = (float(flow[band][person[band]][:, 0].mean()) for band in rows)
    assert hair > brow > chin > 1.5


def test_the_body_below_stays() -> None:
    picture, _ = scene(False)
    moved = head(False).carried([], Turn(4, 3, 2, 0.01))
    assert np.abs(moved[-12:].astype(int) - picture[-12:]).mean() < 4


@pytest.mark.parametrize("busy", [False, True])
def test_what_the_face_does_goes_along(busy: bool) -> None:
    _, face = scene(busy)
    portrait = prepare(head(busy).sprite, face)
    patch = portrait.paint(FacePose(opening=0.9, blink=1.0))
    spoken = head(busy).carried([patch], Turn(yaw=4))
    silent = head(busy).carried([], Turn(yaw=4))
    changed = np.abs(spoken.astype(int) - silent).max(axis=2) > 25
    rows, columns = np.nonzero(changed)
    left, top, right, bottom = face.box
    assert changed.sum() > 300
    assert left - 30 < columns.min()
    assert columns.max() < right + 30
    assert top - 30 < rows.min()
    assert rows.max() < bottom + 40


def test_without_a_person_in_the_mask_the_head_still_moves() -> None:
    """A face painted on a wall: nobody is cut out of it, and the wall goes along softly."""

    class Blind(Eyes):
        def person_mask(self, picture: Plate) -> np.ndarray:
            return np.zeros(picture.shape[:2], np.float32)

    picture, face = scene(True)
    found = prepare_head(picture, face, Blind(models_folder()))
    assert found.plate is None
    moved = found.carried([], Turn(yaw=5))
    assert np.abs(moved.astype(int) - picture).max() > 40
    assert np.abs(moved[:, :4].astype(int) - picture[:, :4]).max() <= 12
