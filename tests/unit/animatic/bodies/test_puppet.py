"""Figures taken apart, bent and painted: at rest the picture itself, in motion the motion of somebody else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sight import models_folder, photo
from understudy.animatic.bodies.dissection import LIMBS
from understudy.animatic.bodies.figure import Figure, cut_figure, outline
from understudy.animatic.bodies.motion import Motion
from understudy.animatic.bodies.pose import BodyEyes, Joint
from understudy.animatic.bodies.puppet import Bones, Puppet, bone, inverse
from understudy.animatic.bodies.puppet import Stance as Bent
from understudy.animatic.bodies.retarget import Placing, measures_of, measures_of_figure, stances
from unit.animatic.manikin import SIZE, Stance, dancing, drawn, place, wall

RATE = Fraction(15)


@pytest.fixture(scope="module")
def eyes() -> BodyEyes:
    return BodyEyes(models_folder())


@pytest.fixture(scope="module")
def figure(eyes: BodyEyes) -> Figure:
    picture = drawn(Stance((40, 40), (40, 40)))
    pose = eyes.bodies(picture)[0]
    cut = cut_figure(picture, pose, outline(picture, pose, eyes, 0), 1.0)
    assert cut is not None
    return cut


def at_rest(figure: Figure) -> Bent:
    """Every bone where the figure has it."""
    same = np.column_stack([np.eye(2), np.zeros(2)])
    parts = {"trunk": Bones(figure.trunk.line, (same, same, same))}
    parts |= {name: Bones(figure.line_of(name), (same, same, same)) for name in figure.limbs}
    legs = [name for name in parts if name.endswith("leg")]
    return Bent(parts, (*legs, "trunk", *(name for name in parts if name.endswith("arm"))))


def known_motion(chosen: list[Stance]) -> Motion:
    """A motion of joints as they were drawn, without any model."""
    points = np.zeros((len(chosen), 33, 3), np.float32)
    for row, stance in zip(points, chosen, strict=True):
        joints, u = place(stance), stance.unit
        for side, right in (("left", 0), ("right", 1)):
            for name, number in {"shoulder": 11, "elbow": 13, "wrist": 15, "hip": 23, "knee": 25, "ankle": 27}.items():
                row[number + right, :2] = joints[f"{side}_{name}"]
            sign = 1 - 2 * right
            row[19 + right, :2] = joints[f"{side}_wrist"] + 0.15 * (joints[f"{side}_wrist"] - joints[f"{side}_elbow"])
            row[29 + right, :2] = joints[f"{side}_ankle"] + (0, 0.1 * u)
            row[31 + right, :2] = joints[f"{side}_ankle"] + (sign * 0.15 * u, 0.12 * u)
            row[7 + right, :2] = joints["head"] + (sign * 0.3 * u, 0)
            row[2 + 3 * right, :2] = joints["head"] + (sign * 0.12 * u, -0.05 * u)
    return Motion(points, np.ones((len(chosen), 33), np.float32), SIZE, RATE)


def place_of(figure: Figure, motion: Motion) -> Placing:
    return Placing(1.0, (0.0, 0.0), measures_of(motion).height / measures_of_figure(figure).height)


def test_a_figure_has_all_limbs_and_knows_where_it_was(figure: Figure) -> None:
    assert set(figure.limbs) == set(LIMBS)
    assert figure.stands
    assert not figure.cut_below
    assert figure.mask.shape == (SIZE.height, SIZE.width)
    chest = place(Stance())["chest"]
    mine = figure.pose.between(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER) / figure.scale + (figure.left, figure.top)
    np.testing.assert_allclose(mine, chest, atol=14)


def test_at_rest_it_is_the_picture(figure: Figure) -> None:
    true = drawn(Stance((40, 40), (40, 40)))
    left, top = int(figure.left), int(figure.top)
    room = true[top : top + figure.size[1], left : left + figure.size[0]]
    painted = np.full_like(room, 205)
    Puppet(figure).paint(painted, at_rest(figure))
    inside = figure.mask[top : top + figure.size[1], left : left + figure.size[0]] > 0.98
    off = np.abs(painted.astype(int) - room).max(axis=2)[inside]
    assert np.median(off) <= 3
    assert (off > 40).mean() < 0.02  # seams


def test_outside_the_figure_nothing_is_painted(figure: Figure) -> None:
    ground = np.full((SIZE.height, SIZE.width, 3), 77, np.uint8)
    Puppet(figure).paint(ground, at_rest(figure))
    away = np.ones(ground.shape[:2], bool)
    away[: figure.size[1] + 6, : figure.size[0] + 6] = False
    assert (ground[away] == 77).all()


def test_arms_that_leave_take_their_pixels_along(figure: Figure) -> None:
    motion = known_motion([Stance((75, 75), (75, 75))] * 6)
    ground = np.full((SIZE.height, SIZE.width, 3), 205, np.uint8)
    Puppet(figure).paint(ground, stances(figure, motion, place_of(figure, motion))[3])
    true = drawn(Stance((75, 75), (75, 75)))
    person = np.abs(true.astype(int) - wall()).max(axis=2) > 30
    painted = np.abs(ground.astype(int) - 205).max(axis=2) > 30
    # where she would be with her arms spread she is, and hardly anywhere else
    assert (person & painted).sum() / (person | painted).sum() > 0.72
    skin = [tuple(place(Stance((75, 75), (75, 75)))[f"{side}_wrist"].astype(int)) for side in ("left", "right")]
    for x, y in skin:
        near = ground[y - 14 : y + 15, x - 14 : x + 15].reshape(-1, 3).astype(int)
        assert ((near[:, 0] - near[:, 2] > 25) & (near[:, 0] > 150)).any()


def test_directions_are_taken_over(figure: Figure) -> None:
    chosen = list(dancing(40))
    bent = stances(figure, known_motion(chosen), place_of(figure, known_motion(chosen)))
    for name, joints in (
        ("left_arm", ("shoulder", "elbow")),
        ("right_arm", ("shoulder", "elbow")),
        ("left_leg", ("hip", "knee")),
    ):
        side = name.split("_")[0]
        found = np.array([one.parts[name].joints[1] - one.parts[name].joints[0] for one in bent])
        true = np.array([place(s)[f"{side}_{joints[1]}"] - place(s)[f"{side}_{joints[0]}"] for s in chosen])
        apart = np.degrees(np.arctan2(found[:, 1], found[:, 0]) - np.arctan2(true[:, 1], true[:, 0]))
        assert np.abs((apart + 180) % 360 - 180).mean() < 5, name


def test_feet_stand_on_the_same_ground(figure: Figure) -> None:
    chosen = list(dancing(40))
    motion = known_motion(chosen)
    bent = stances(figure, motion, place_of(figure, motion))
    lowest = np.array([max(one.parts[leg].joints[2, 1] for leg in ("left_leg", "right_leg")) for one in bent])
    true = motion.points[:, [Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE], 1].max(axis=1)
    assert np.abs(lowest - true).max() < 0.06 * motion.size.height / 2


def test_limbs_hang_together(figure: Figure) -> None:
    motion = known_motion(list(dancing(20)))
    for one in stances(figure, motion, place_of(figure, motion)):
        for name in figure.limbs:
            forward = inverse(one.parts["trunk"].back[1 if name.endswith("arm") else 0])
            root = forward[:, :2] @ figure.line_of(name)[0] + forward[:, 2]
            np.testing.assert_allclose(one.parts[name].joints[0], root, atol=1e-6)
            for back, joint, mine in zip(
                one.parts[name].back, one.parts[name].joints, figure.line_of(name), strict=False
            ):
                np.testing.assert_allclose(back[:, :2] @ joint + back[:, 2], mine, atol=1e-6)


def test_a_wild_motion_makes_a_calm_puppet(figure: Figure) -> None:
    motion = known_motion([Stance()] * 30)
    rng = np.random.default_rng(4)
    points = motion.points + rng.normal(0, 90, motion.points.shape).astype(np.float32)
    bent = stances(figure, replace(motion, points=points), place_of(figure, motion))
    for name in ("left_arm", "right_leg"):
        rest = figure.line_of(name)
        own = np.linalg.norm(np.diff(rest, axis=0), axis=1)[:2]
        for one in bent:
            lengths = np.linalg.norm(np.diff(one.parts[name].joints, axis=0), axis=1)[:2]
            grow = place_of(figure, motion).grow
            assert (lengths <= 1.2 * grow * own).all()
            assert (lengths >= 0.4 * grow * own).all()
    spine = np.array([one.parts["trunk"].joints[2] - one.parts["trunk"].joints[1] for one in bent])
    assert np.abs(np.degrees(np.arctan2(spine[:, 0], -spine[:, 1]))).max() < 50


def test_who_is_seen_from_behind_is_mirrored_not_crossed(figure: Figure) -> None:
    front = known_motion([Stance((80, 10))] * 8)
    order = np.arange(33)
    for left in (7, *range(11, 33, 2)):
        order[left], order[left + 1] = left + 1, left
    behind = replace(front, points=front.points[:, order])
    one, other = (stances(figure, each, place_of(figure, front))[4] for each in (front, behind))
    np.testing.assert_allclose(one.parts["left_arm"].joints, other.parts["left_arm"].joints, atol=4)


def test_limbs_nobody_saw_stay_as_in_the_picture(figure: Figure) -> None:
    motion = known_motion([Stance((150, 150), (150, 150))] * 8)
    seen = motion.seen.copy()
    seen[:, 13:23] = 0.0
    bent = stances(figure, replace(motion, seen=seen), place_of(figure, motion))[4]
    own = figure.line_of("left_arm")
    found = bent.parts["left_arm"].joints
    apart = np.arctan2(*(found[1] - found[0])[::-1]) - np.arctan2(*(own[1] - own[0])[::-1])
    assert abs(np.degrees(apart)) < 8


def test_half_a_body_has_no_limbs_to_move(eyes: BodyEyes) -> None:
    picture = photo("astronaut")
    pose = eyes.bodies(picture)[0]
    cut = cut_figure(picture, pose, outline(picture, pose, eyes, 0), 0.5)
    assert cut is not None
    assert cut.limbs == {}
    assert cut.cut_below
    assert not cut.stands


def test_nobody_cannot_be_cut(eyes: BodyEyes) -> None:
    pose = eyes.bodies(drawn(Stance()))[0]
    assert cut_figure(wall(), pose, np.zeros((SIZE.height, SIZE.width), np.float32), 1.0) is None


place_ = st.tuples(st.floats(-200, 200), st.floats(-200, 200)).map(np.array)


@given(place_, place_, place_, place_, st.floats(0.2, 5))
def test_a_bone_leads_from_end_to_end(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray, thick: float) -> None:
    if min(np.hypot(*(b - a)), np.hypot(*(d - c))) < 1:
        return
    back = bone(np.array([a, b]), np.array([c, d]), thick)
    np.testing.assert_allclose(back[:, :2] @ c + back[:, 2], a, atol=1e-6)
    np.testing.assert_allclose(back[:, :2] @ d + back[:, 2], b, atol=1e-6)
    there = inverse(back)
    np.testing.assert_allclose(there[:, :2] @ b + there[:, 2], d, atol=1e-5)
