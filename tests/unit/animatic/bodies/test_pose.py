"""Bodies: found where they are, whole or half, and followed; nothing is taken for one that is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sight import models_folder, photo
from understudy.animatic.bodies.dissection import limbs_shown
from understudy.animatic.bodies.pose import BodyEyes, Joint, Pose, can_see_bodies
from understudy.media.image import read_image
from unit.animatic.manikin import SIZE, Stance, dancing, drawn, place, wall


@pytest.fixture(scope="module")
def eyes() -> BodyEyes:
    return BodyEyes(models_folder())


NAMES = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
STANCES = {
    "arms hanging": Stance(),
    "an arm raised": Stance((100, 20), (150, 14)),
    "arms spread": Stance((85, 85), (85, 85)),
    "leaning": Stance((60, 20), (30, 14), lean=12),
    "a step": Stance(thighs=(28, 4), shins=(-4, 2)),
    "smaller": Stance(unit=62, at=(150, 520)),
}


def off(pose: Pose, stance: Stance) -> dict[str, float]:
    """How far joints are from where they were drawn, in shoulder widths."""
    joints = place(stance)
    return {
        f"{side}_{name}": float(
            np.hypot(*(np.array(pose.at(Joint[f"{side}_{name}".upper()])) - joints[f"{side}_{name}"]))
        )
        / stance.unit
        for side in ("left", "right")
        for name in NAMES
    }


@pytest.mark.parametrize("stance", STANCES.values(), ids=STANCES.keys())
def test_joints_are_where_they_were_drawn(eyes: BodyEyes, stance: Stance) -> None:
    (pose,) = eyes.bodies(drawn(stance))
    assert pose.sureness > 0.9
    far = off(pose, stance)
    assert max(far.values()) < 0.4, far
    assert np.mean(list(far.values())) < 0.16
    assert set(limbs_shown(pose, SIZE.width, SIZE.height)) == {"left_arm", "right_arm", "left_leg", "right_leg"}


def test_half_a_body_in_a_photograph(eyes: BodyEyes) -> None:
    (pose,) = eyes.bodies(photo("astronaut"))
    # marked by hand in the photograph: the tip of the nose, the seams of the shoulders
    np.testing.assert_allclose(pose.at(Joint.NOSE), (226, 131), atol=14)
    np.testing.assert_allclose(pose.at(Joint.RIGHT_SHOULDER), (122, 222), atol=32)
    np.testing.assert_allclose(pose.at(Joint.LEFT_SHOULDER), (300, 228), atol=32)
    assert limbs_shown(pose, 512, 512) == ()  # her arms end outside, her legs too


def test_a_bust(eyes: BodyEyes) -> None:
    import matplotlib

    picture = read_image(Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg")
    (pose,) = eyes.bodies(picture[..., :3])
    assert pose.sureness > 0.9
    assert limbs_shown(pose, picture.shape[1], picture.shape[0]) == ()


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket"])
def test_no_body_in_a_cat_a_cup_a_rocket(eyes: BodyEyes, name: str) -> None:
    assert eyes.bodies(photo(name)) == []


def test_no_body_in_an_empty_room(eyes: BodyEyes) -> None:
    assert eyes.bodies(wall()) == []


def test_two_bodies_the_larger_first(eyes: BodyEyes) -> None:
    large, small = Stance(at=(120, 400), unit=84), Stance((12, 30), at=(330, 420), unit=64)
    poses = eyes.bodies(drawn(small, drawn(large)))
    assert len(poses) == 2
    assert max(off(poses[0], large).values()) < 0.45
    assert max(off(poses[1], small).values()) < 0.45


def test_a_body_is_followed_through_a_dance(eyes: BodyEyes) -> None:
    stances = list(dancing(12, 15.0))
    pose = eyes.bodies(drawn(stances[0]))[0]
    for stance in stances[1:]:
        found = eyes.follow_body(drawn(stance), pose)
        assert found is not None
        pose = found
        assert np.mean(list(off(pose, stance).values())) < 0.2


def test_who_left_is_lost(eyes: BodyEyes) -> None:
    pose = eyes.bodies(drawn(Stance()))[0]
    assert eyes.follow_body(wall(), pose) is None


def test_the_outline_covers_the_body_and_not_the_wall(eyes: BodyEyes) -> None:
    picture = drawn(Stance((60, 60), (60, 60)))
    pose = eyes.bodies(picture)[0]
    mask = eyes.outline(picture, pose)
    person = np.abs(picture.astype(int) - wall()).max(axis=2) > 24
    assert mask.shape == picture.shape[:2]
    assert (mask[person] > 0.5).mean() > 0.85
    assert (mask[~person] > 0.5).mean() < 0.04


def test_the_same_picture_gives_the_same_numbers(eyes: BodyEyes) -> None:
    picture = drawn(Stance())
    one, other = eyes.bodies(picture)[0], BodyEyes(models_folder()).bodies(picture)[0]
    np.testing.assert_array_equal(one.points, other.points)
    np.testing.assert_array_equal(one.seen, other.seen)


def test_a_pose_seen_from_another_corner(eyes: BodyEyes) -> None:
    pose = eyes.bodies(drawn(Stance()))[0]
    moved = pose.moved(30, 50, 2.0)
    np.testing.assert_allclose(moved.points[:, :2], (pose.points[:, :2] - (30, 50)) * 2, rtol=1e-5)
    np.testing.assert_allclose(moved.points[:, 2], pose.points[:, 2] * 2, rtol=1e-5)
    assert moved.trunk == pytest.approx(2 * pose.trunk, rel=1e-5)


def test_a_folder_without_models_is_known_for_one(tmp_path: Path) -> None:
    assert can_see_bodies(models_folder())
    assert not can_see_bodies(tmp_path)
