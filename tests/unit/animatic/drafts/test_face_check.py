"""A picture is checked before it is filmed: the verdict, and boxes that a portrait film can be made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sight import models_folder, photo
from understudy.animatic.faces.facecheck import boxes_for, find_face, frame_around
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Plate
from understudy.core.faults import MediaRefused, Refused
from understudy.core.findings import CheckProblem, Findings
from understudy.core.request import Capability, LocalMedia
from understudy.core.units import Ratio
from understudy.media.probe import probe_file
from unit.animatic.drafts.headshots import barred, local, made, portrait, turned

NO_FACE, MANY, SMALL, POSE, BLURRED, COVERED, EDGE = (
    CheckProblem.NO_FACE,
    CheckProblem.MANY_FACES,
    CheckProblem.FACE_SMALL,
    CheckProblem.FACE_POSE,
    CheckProblem.FACE_BLURRED,
    CheckProblem.FACE_COVERED,
    CheckProblem.FACE_AT_EDGE,
)


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes(models_folder())


def smiling() -> Plate:
    return portrait("smiling")


def blurred(sigma: float) -> Plate:
    return np.asarray(cv2.GaussianBlur(smiling(), (0, 0), sigma), np.uint8)


def on_a_wall(width: int) -> Plate:
    """The smiling portrait, `width` pixels wide, on a large grey wall."""
    wall = np.full((1200, 1600, 3), (120, 140, 150), np.uint8)
    wall[300 : 300 + width, 300 : 300 + width] = cv2.resize(smiling(), (width, width), interpolation=cv2.INTER_AREA)
    return wall


def side_by_side() -> Plate:
    calm = cv2.resize(portrait("calm"), (655, 768))
    return np.asarray(np.hstack([cv2.resize(smiling(), (768, 768)), calm]), np.uint8)


def with_somebody_small() -> Plate:
    picture = smiling().copy()
    picture[820:970, 850:978] = cv2.resize(portrait("calm"), (128, 150), interpolation=cv2.INTER_AREA)
    return picture


GOOD: dict[str, Callable[[], Plate]] = {
    "smiling": smiling,
    "calm": lambda: portrait("calm"),
    "dark": lambda: (smiling() * 0.35).astype(np.uint8),
    "grey": lambda: np.repeat(cv2.cvtColor(smiling(), cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2),
    "leaning a little": lambda: turned(smiling(), 8),
    "a little soft": lambda: blurred(1.5),
    "a passer-by behind": with_somebody_small,
    "hair behind a bar": lambda: barred(smiling(), (500, 330, 600, 400), (90, 60, 60)),
}

BAD: dict[str, tuple[Callable[[], Plate], CheckProblem]] = {
    "a cat": (lambda: photo("chelsea"), NO_FACE),
    "a cat, cropped so that its side looks tilted": (
        lambda: photo("chelsea")[:, :300].repeat(2, 0).repeat(2, 1),
        NO_FACE,
    ),
    "a cup": (lambda: photo("coffee"), NO_FACE),
    "a rocket": (lambda: photo("rocket"), NO_FACE),
    "nothing": (lambda: np.full((600, 600, 3), 128, np.uint8), NO_FACE),
    "two people": (side_by_side, MANY),
    "far away": (lambda: on_a_wall(256), SMALL),
    "small in its picture": (lambda: on_a_wall(460), SMALL),
    "leaning": (lambda: turned(smiling(), 25), POSE),
    "lying": (lambda: turned(smiling(), 90), POSE),
    "on its head": (lambda: turned(smiling(), 180), POSE),
    "out of focus": (lambda: blurred(4), BLURRED),
    "far out of focus": (lambda: blurred(8), BLURRED),
    "mouth behind a bar": (lambda: barred(smiling(), (340, 255, 570, 340), (30, 30, 30)), COVERED),
    "mouth behind a mask": (lambda: barred(smiling(), (350, 235, 560, 345), (200, 220, 235)), COVERED),
    "eyes behind a bar": (lambda: barred(smiling(), (340, 190, 570, 240), (30, 30, 30)), COVERED),
    "one half hidden": (lambda: barred(smiling(), (455, 90, 600, 400), (60, 90, 60)), COVERED),
    "all but the eyes hidden": (lambda: barred(smiling(), (330, 230, 580, 420), (90, 60, 60)), COVERED),
    "cut at the left": (lambda: np.ascontiguousarray(smiling()[:, 430:]), EDGE),
    "cut at the top": (lambda: np.ascontiguousarray(smiling()[200:]), EDGE),
    "nothing but face": (lambda: np.ascontiguousarray(smiling()[110:390, 350:560]), EDGE),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_portrait_passes_with_its_face_in_a_frame(eyes: Eyes, name: str) -> None:
    picture = GOOD[name]()
    found = boxes_for(picture, eyes, Ratio(1, 1))
    assert found.passed, found.detail
    assert found.humanoid is True
    holds(found, picture.shape[1], picture.shape[0], Ratio(1, 1))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_one_is_told_what_is_wrong_with_it(eyes: Eyes, name: str) -> None:
    picture, problem = BAD[name]
    found = boxes_for(picture(), eyes, Ratio(1, 1))
    assert (found.passed, found.problem) == (False, problem)
    assert found.face_box is None
    assert "Give a " in found.detail
    assert found.humanoid is (problem is not NO_FACE)


def holds(found: Findings, width: int, height: int, ratio: Ratio) -> None:
    """Boxes as they are promised: inside the picture, the frame of the exact ratio, the face in the frame."""
    assert found.face_box is not None
    assert found.frame_box is not None
    for x1, y1, x2, y2 in (found.face_box, found.frame_box):
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height
        assert all(type(v) is int for v in (x1, y1, x2, y2))
    x1, y1, x2, y2 = found.frame_box
    assert (x2 - x1) * ratio.down == (y2 - y1) * ratio.across
    assert x1 <= found.face_box[0] + 2
    assert found.face_box[2] <= x2 + 2


def test_someone_from_behind_is_a_person_without_a_face(eyes: Eyes) -> None:
    # a face painted over with skin: what is left is a head with hair, and a body
    hidden = barred(smiling(), (355, 150, 550, 390), (200, 150, 130))
    hidden = np.asarray(cv2.GaussianBlur(hidden, (0, 0), 12), np.uint8)
    found = boxes_for(hidden, eyes, None)
    assert found.problem in (NO_FACE, COVERED, BLURRED)
    assert found.humanoid is True


def test_measures_of_a_clear_face(eyes: Eyes) -> None:
    seen = find_face(smiling(), eyes)
    assert seen is not None
    assert seen.width == pytest.approx(188, abs=8)
    assert abs(seen.yaw) < 5
    assert abs(seen.pitch) < 6
    assert abs(seen.roll) < 6
    assert seen.rivals == 0
    assert seen.outside == 0
    softer = find_face(blurred(2), eyes)
    assert softer is not None
    assert softer.sharpness < 0.5 * seen.sharpness


faces = st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(20, 600), st.integers(20, 600))


@given(faces, st.sampled_from([Ratio(1, 1), Ratio(3, 4)]))
def test_a_frame_has_its_ratio_and_lies_in_the_picture(face: tuple[int, int, int, int], ratio: Ratio) -> None:
    box = face[0], face[1], face[0] + face[2], face[1] + face[3]
    frame = frame_around(box, (1000, 900), ratio)
    if frame is None:
        assert min(1000 / ratio.across, 900 / ratio.down) < 1.3 * max(face[2] / ratio.across, face[3] / ratio.down)
        return
    x1, y1, x2, y2 = frame
    assert (x2 - x1) * ratio.down == (y2 - y1) * ratio.across
    assert 0 <= x1 < x2 <= 1000
    assert 0 <= y1 < y2 <= 900
    assert x2 - x1 > face[2]
    assert y2 - y1 > face[3]


# the draft ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "ratio"), [({}, Ratio(1, 1)), ({"ratio": "1:1"}, Ratio(1, 1)), ({"ratio": "3:4"}, Ratio(3, 4))]
)
def test_the_draft_answers_with_findings_alone(tmp_path: Path, options: dict[str, str], ratio: Ratio) -> None:
    reel = made(tmp_path, Capability.FACE_CHECK, local(tmp_path, portrait("calm")), options)
    assert reel.path is None
    assert reel.facts is None
    assert reel.findings is not None
    holds(reel.findings, 512, 600, ratio)


def test_boxes_of_a_huge_picture_are_in_its_own_pixels(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    Image.fromarray(smiling()).resize((7000, 7000), Image.Resampling.BILINEAR).save(path, quality=80)
    found = made(tmp_path, Capability.FACE_CHECK, LocalMedia(path, probe_file(path)), {"ratio": "3:4"}).findings
    assert found is not None
    assert found.passed, found.detail
    holds(found, 7000, 7000, Ratio(3, 4))
    assert found.face_box is not None
    np.testing.assert_allclose(np.array(found.face_box) / 7000, np.array([357, 138, 546, 355]) / 1024, atol=0.01)


def test_the_same_picture_gets_the_same_answer(tmp_path: Path) -> None:
    media = local(tmp_path, portrait("calm"))
    first, second = (made(tmp_path, Capability.FACE_CHECK, media, {}).findings for _ in range(2))
    assert first == second


def test_without_models_nobody_pretends(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="understudy models install"):
        made(tmp_path, Capability.FACE_CHECK, local(tmp_path, portrait("calm")), {}, models=False)


def test_a_damaged_picture_is_refused(tmp_path: Path) -> None:
    media = local(tmp_path, portrait("calm"))
    media.path.write_bytes(media.path.read_bytes()[:5000])
    with pytest.raises(MediaRefused):
        made(tmp_path, Capability.FACE_CHECK, media, {})
