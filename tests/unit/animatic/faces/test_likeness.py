"""The same face is told from another one, in the kinds of picture a film gives."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest
from PIL import Image

from sight import models_folder, photo
from understudy.animatic.faces.likeness import Look, alike, look_of, resembling
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Plate

SAME = 0.85
OTHER = 0.66  # what a threshold of 170 asks for


@cache
def eyes() -> Eyes:
    return Eyes(models_folder())


@cache
def hopper() -> Plate:
    path = Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    return np.asarray(Image.open(path).convert("RGB"))


def look(picture: Plate) -> Look:
    return look_of(picture, eyes().faces(picture)[0])


def turned(picture: Plate) -> Plate:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 3), 12, 0.8)
    return cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)


CHANGES = {
    "smaller": lambda p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "darker": lambda p: (p * 0.5).astype(np.uint8),
    "lit from the side": lambda p: np.clip(p * np.linspace(0.4, 1.2, p.shape[1])[None, :, None], 0, 255).astype(
        np.uint8
    ),
    "turned": turned,
    "out of focus": lambda p: cv2.GaussianBlur(p, (0, 0), 1.5),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("who", ["astronaut", "hopper"])
def test_a_face_is_like_itself(name: str, who: str) -> None:
    picture = photo("astronaut") if who == "astronaut" else hopper()
    assert alike(look(picture), look(CHANGES[name](picture))) > SAME


def test_two_women_are_not_alike() -> None:
    assert alike(look(photo("astronaut")), look(hopper())) < OTHER


def test_of_two_faces_in_one_picture_the_one_meant_is_chosen() -> None:
    one = cv2.resize(photo("astronaut")[:300, 80:380], (360, 360))
    other = cv2.resize(hopper()[20:460, 50:490], (360, 360))
    both = np.hstack([one, other])
    faces = eyes().faces(both)
    assert len(faces) == 2
    for wanted, left_half in ((one, True), (other, False)):
        chosen = resembling(look(wanted), OTHER)(both, faces)
        assert chosen is not None
        assert (chosen.box[0] < 360) is left_half


def test_nobody_is_chosen_where_nobody_is_like_enough() -> None:
    picture = hopper()
    assert resembling(look(photo("astronaut")), OTHER)(picture, eyes().faces(picture)) is None
    assert resembling(look(picture), OTHER)(picture, []) is None
