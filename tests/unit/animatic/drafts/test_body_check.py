"""Which pictures of persons pass, as whole or as half, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest

from sight import photo
from understudy.animatic.performer import Plate
from understudy.core.faults import Refused
from understudy.core.findings import CheckProblem
from understudy.media.image import read_image
from unit.animatic.drafts.movers import checked
from unit.animatic.manikin import Stance, drawn, wall


def bust() -> Plate:
    return read_image(Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg")


def pair() -> Plate:
    return drawn(Stance((12, 30), at=(325, 400), unit=80), drawn(Stance(at=(115, 400), unit=84)))


def passer_by() -> Plate:
    return drawn(Stance(), drawn(Stance(at=(385, 330), unit=26)))


def tipped() -> Plate:
    picture = drawn(Stance())
    matrix = cv2.getRotationMatrix2D((216, 384), 62, 0.8)
    return np.asarray(cv2.warpAffine(picture, matrix, (432, 768), borderMode=cv2.BORDER_REPLICATE), np.uint8)


@pytest.mark.parametrize(
    ("picture", "body"),
    [
        (drawn(Stance()), "full"),
        (drawn(Stance((90, 20), (150, 10), (18, 4))), "full"),
        (passer_by(), "full"),
        (drawn(Stance())[:420], "half"),
        (photo("astronaut"), "half"),
        (bust(), "half"),
    ],
    ids=["standing", "waving", "with a passer-by", "cut at the hips", "an astronaut", "an admiral"],
)
def test_what_passes(tmp_path: Path, picture: Plate, body: str) -> None:
    reel = checked(tmp_path, picture)
    assert reel.path is None
    assert reel.findings is not None
    assert reel.findings.passed, reel.findings
    assert (reel.findings.problem, reel.findings.detail) == (None, "")
    assert reel.findings.humanoid is True
    assert reel.findings.body == body


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        (photo("chelsea"), CheckProblem.NO_BODY),
        (photo("coffee"), CheckProblem.NO_BODY),
        (wall(), CheckProblem.NO_BODY),
        (pair(), CheckProblem.MANY_BODIES),
        (tipped(), CheckProblem.BODY_POSE),
        (drawn(Stance(unit=26, at=(200, 420))), CheckProblem.BODY_PROPORTION),
        (photo("astronaut")[20:200, 140:310], CheckProblem.BODY_PROPORTION),
    ],
    ids=["a cat", "a cup", "nobody", "two", "lying", "far away", "a face alone"],
)
def test_what_does_not(tmp_path: Path, picture: Plate, problem: CheckProblem) -> None:
    findings = checked(tmp_path, picture).findings
    assert findings is not None
    assert not findings.passed
    assert findings.problem is problem, findings
    assert findings.detail
    assert findings.humanoid is (problem is not CheckProblem.NO_BODY)


@pytest.mark.parametrize("folder", [None, "empty"])
def test_without_models_nothing_is_found_and_it_is_said_how_to_get_them(tmp_path: Path, folder: str | None) -> None:
    with pytest.raises(Refused, match="understudy models install"):
        checked(tmp_path, drawn(Stance()), models=None if folder is None else tmp_path)
