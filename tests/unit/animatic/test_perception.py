"""What the eyes see in sample photographs, and what they must not see."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
import sklearn

from sight import models_folder, photo, swaying
from understudy.animatic.perception import Eyes
from understudy.media.image import read_image

NOSE_TIP = 1
INNER_LIPS = (13, 14)  # upper, lower


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes(models_folder())


def turned(name: str, degrees: float) -> np.ndarray:
    picture = photo(name)
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT))


def test_one_face_where_it_is(eyes: Eyes) -> None:
    (face,) = eyes.faces(photo("astronaut"))
    assert face.confidence > 0.95
    assert face.mesh.shape == (468, 3)
    assert face.mesh.dtype == np.float32
    # marked by hand in the photograph: the tip of the nose, the mouth between the lips
    np.testing.assert_allclose(face.mesh[NOSE_TIP, :2], (226, 131), atol=9)
    np.testing.assert_allclose(face.mesh[list(INNER_LIPS), :2].mean(axis=0), (224, 146), atol=7)
    assert abs(face.yaw) < 12
    left, top, right, bottom = face.box
    assert 170 < left < right < 285
    assert 55 < top < bottom < 190


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket"])
def test_no_face_in_a_cat_a_cup_a_rocket(eyes: Eyes, name: str) -> None:
    assert eyes.faces(photo(name)) == []


@pytest.mark.parametrize(
    ("package", "path"), [(sklearn, "datasets/images/flower.jpg"), (sklearn, "datasets/images/china.jpg")]
)
def test_no_face_in_petals_and_roof_tiles(eyes: Eyes, package: ModuleType, path: str) -> None:
    assert eyes.faces(read_image(Path(str(package.__file__)).parent / path)) == []


@pytest.mark.parametrize("scale", [0.4, 0.6, 1.0])
def test_no_face_in_a_rocket_of_any_size(eyes: Eyes, scale: float) -> None:
    assert eyes.faces(np.asarray(cv2.resize(photo("rocket"), None, fx=scale, fy=scale))) == []


@pytest.mark.parametrize("degrees", [-30, -12, 15, 35])
def test_roll_follows_a_turned_picture_and_yaw_does_not(eyes: Eyes, degrees: int) -> None:
    level = eyes.faces(photo("astronaut"))[0]
    face = eyes.faces(turned("astronaut", degrees))[0]
    assert face.roll - level.roll == pytest.approx(degrees, abs=3)
    assert face.yaw == pytest.approx(level.yaw, abs=6)


def test_yaw_is_positive_to_the_right_of_the_picture(eyes: Eyes) -> None:
    profile = np.dstack([photo("camera")] * 3)  # the cameraman looks to the right
    (face,) = eyes.faces(profile)
    assert face.yaw > 30
    (mirrored,) = eyes.faces(np.ascontiguousarray(profile[:, ::-1]))
    assert mirrored.yaw < -30


@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5])
def test_size_of_the_picture_hardly_matters(eyes: Eyes, scale: float) -> None:
    plain = eyes.faces(photo("astronaut"))[0]
    scaled = eyes.faces(np.asarray(cv2.resize(photo("astronaut"), None, fx=scale, fy=scale)))[0]
    width = plain.box[2] - plain.box[0]
    np.testing.assert_allclose(scaled.mesh[:, :2] / scale, plain.mesh[:, :2], atol=0.05 * width)
    assert np.ptp(scaled.mesh[:, 2]) / scale == pytest.approx(np.ptp(plain.mesh[:, 2]), rel=0.15)


def test_a_face_in_a_corner_of_a_large_picture_is_found(eyes: Eyes) -> None:
    wide = np.full((900, 1600, 3), 120, np.uint8)
    wide[560:816, 1200:1456] = cv2.resize(photo("astronaut"), (256, 256), interpolation=cv2.INTER_AREA)
    (face,) = eyes.faces(wide)
    assert 1200 < face.box[0] < face.box[2] < 1400


def test_two_faces_come_largest_first(eyes: Eyes) -> None:
    both = np.full((512, 900, 3), 90, np.uint8)
    both[128:384, 20:276] = cv2.resize(photo("astronaut"), (256, 256), interpolation=cv2.INTER_AREA)
    both[:, 380:892] = photo("astronaut")
    large, small = eyes.faces(both)
    assert large.box[0] > 380 > small.box[2]


def test_a_face_is_followed_through_a_clip(eyes: Eyes) -> None:
    face = None
    for picture in swaying("astronaut", 12, 480, 480):
        found = eyes.faces(picture, parts=1)[0] if face is None else eyes.follow(picture, face)
        assert found is not None
        if face is not None:
            assert abs(found.mesh[NOSE_TIP, 0] - face.mesh[NOSE_TIP, 0]) < 20
        face = found
    assert face is not None
    assert eyes.follow(np.full((480, 480, 3), 127, np.uint8), face) is None


def test_the_person_mask_covers_the_person(eyes: Eyes) -> None:
    mask = eyes.person_mask(photo("astronaut"))
    assert mask.shape == (512, 512)
    assert mask.dtype == np.float32
    assert 0 <= mask.min() <= mask.max() <= 1
    assert mask[140, 224] > 0.95  # face
    assert mask[400, 200] > 0.95  # suit
    assert mask[60, 420] < 0.05  # the shuttle model behind
    assert mask[20, 60] < 0.2  # the flag


def test_the_person_mask_survives_a_wide_frame(eyes: Eyes) -> None:
    wide = np.full((512, 1280, 3), 150, np.uint8)
    wide[:, 384:896] = photo("astronaut")
    mask = eyes.person_mask(wide)
    assert mask[400, 584] > 0.9
    assert mask[:, :300].max() < 0.2


@pytest.mark.parametrize(
    ("name", "is_person"), [("astronaut", True), ("camera", True), ("chelsea", False), ("coffee", False)]
)
def test_sureness_tells_persons_from_things(eyes: Eyes, name: str, is_person: bool) -> None:
    picture = photo(name) if photo(name).ndim == 3 else np.dstack([photo(name)] * 3)
    mask = eyes.person_mask(picture) > 0.5
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (float(columns[0]), float(rows[0]), float(columns[-1]), float(rows[-1]))
    assert (eyes.sureness(picture, box) > 0.6) is is_person


def test_same_picture_same_numbers(eyes: Eyes) -> None:
    again = Eyes(models_folder())
    np.testing.assert_array_equal(eyes.person_mask(photo("astronaut")), again.person_mask(photo("astronaut")))
    np.testing.assert_array_equal(eyes.faces(photo("astronaut"))[0].mesh, again.faces(photo("astronaut"))[0].mesh)


def test_tiny_pictures_do_no_harm(eyes: Eyes) -> None:
    for shape in ((1, 1, 3), (2, 40, 3), (40, 2, 3)):
        assert eyes.faces(np.zeros(shape, np.uint8)) == []
        assert eyes.person_mask(np.zeros(shape, np.uint8)).shape == shape[:2]
