"""Figures and gaits: whole, on the ground, and in step with the ground that passes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from understudy.animatic.screenplay import Verb
from understudy.animatic.standins.bones import REST, Pose, Puppet, blob, limb, oval, placed
from understudy.animatic.standins.build import puppet_of
from understudy.animatic.standins.clay import GREY, model
from understudy.animatic.standins.figure import Figure, performer_of
from understudy.animatic.standins.gaits import Doing, grounded, poses
from understudy.animatic.standins.kinds import KINDS, Role

BODIES = sorted({kind.body for kind in KINDS.values()})
LIVING = sorted(name for name, kind in KINDS.items() if kind.role in (Role.PERSON, Role.ANIMAL))


def doing(name: str, *verbs: Verb, way: float = 0.0, front: bool = False, count: int = 60) -> Doing:
    """Somebody who comes `way` units in the whole shot."""
    kind = KINDS[name]
    aloft = kind.home.value == "air"
    return Doing(
        kind,
        puppet_of(kind.body, front=front, aloft=aloft),
        front,
        frozenset(verbs),
        np.linspace(0, way, count),
        np.arange(count) / 30,
        np.zeros(count),
        aloft,
    )


def lowest(puppet: Puppet, pose: Pose, prefixes: tuple[str, ...]) -> float:
    places = placed(puppet, pose)
    return max(
        float((np.array(outline) @ places[p.name][1, :2]).max() + places[p.name][1, 2])
        for p in puppet.parts
        if p.name in places and p.name.startswith(prefixes)
        for outline in p.outlines
    )


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("front", [False, True])
def test_every_body_is_one_unit_high_and_stands_on_the_ground(body: str, front: bool) -> None:
    left, top, right, bottom = puppet_of(body, front=front).box()
    assert bottom == pytest.approx(0.0, abs=0.03)
    assert bottom - top == pytest.approx(1.0, abs=0.09)
    assert right - left > 0.1


@pytest.mark.parametrize("body", BODIES)
def test_every_part_hangs_on_a_part_that_is_there(body: str) -> None:
    puppet = puppet_of(body)
    names = [part.name for part in puppet.parts]
    assert len(set(names)) == len(names)
    assert all(part.parent is None or part.parent in names for part in puppet.parts)
    assert set(placed(puppet, REST)) == {part.name for part in puppet.parts if not part.hidden}


@pytest.mark.parametrize("name", LIVING)
def test_no_verb_throws_a_figure_off(name: str) -> None:
    for verb, front in itertools.product(Verb, (False, True) if KINDS[name].role is Role.PERSON else (False,)):
        for one, other in itertools.pairwise(poses(doing(name, verb, way=3.0, front=front, count=40))):
            assert abs(one.x) < 0.6, verb
            assert abs(one.y) < 1.1, verb
            assert abs(one.y - other.y) < 0.45, verb


@pytest.mark.parametrize("name", ["man", "girl", "cat", "horse", "elephant", "dog"])
@pytest.mark.parametrize(("verb", "way"), [(Verb.WALK, 2.0), (Verb.SIT, 0.0), (Verb.LOOK, 0.0)])
def test_feet_are_on_the_ground(name: str, verb: Verb, way: float) -> None:
    work = doing(name, verb, way=way)
    for pose in poses(work)[5::9]:
        assert lowest(work.puppet, pose, ("foot", "paw")) == pytest.approx(0.0, abs=0.02)


def test_who_runs_leaves_the_ground_and_who_walks_does_not() -> None:
    run, walk = doing("cat", Verb.RUN, way=6.0), doing("cat", Verb.WALK, way=3.0)
    assert min(lowest(run.puppet, pose, ("paw",)) for pose in poses(run)) < -0.05
    assert min(lowest(walk.puppet, pose, ("paw",)) for pose in poses(walk)) > -0.02


def test_legs_keep_step_with_the_ground() -> None:
    """Twice the way, twice the steps; no way, no steps."""

    def swings(way: float) -> int:
        angle = np.array([pose.turns["thigh_r"] for pose in poses(doing("man", Verb.WALK, way=way, count=240))])
        return int((np.diff(np.sign(angle - angle.mean())) != 0).sum())

    assert swings(8.0) == pytest.approx(2 * swings(4.0), abs=2)
    still = [pose.turns["thigh_r"] for pose in poses(doing("man", Verb.WALK, way=0.0))]
    assert max(still) - min(still) < 1


def test_wheels_turn_as_far_as_the_car_has_come() -> None:
    work = doing("car", Verb.WALK, way=2.0)
    turned = poses(work)[-1].turns["wheel_f"]
    assert np.radians(turned) * work.puppet.wheel == pytest.approx(2.0)


@pytest.mark.parametrize(("name", "part"), [("bird", "wing_r"), ("fish", "tail"), ("butterfly", "wing_r")])
def test_wings_beat_and_tails_swing(name: str, part: str) -> None:
    seen = np.array([pose.stretches[part] for pose in poses(doing(name))])
    assert np.ptp(seen, axis=0).max() > 0.3


def test_a_boat_rocks() -> None:
    turns = [pose.turn for pose in poses(doing("boat", count=120))]
    assert min(turns) < -1 < 1 < max(turns)


def test_mouths_open_with_the_voice_and_eyes_shut_in_sleep() -> None:
    speaks = doing("woman", Verb.SPEAK, front=True)
    speaks.talk[10:20] = 0.8
    shown = poses(speaks)
    assert "mouth" in shown[15].stretches
    assert "mouth" not in shown[30].stretches
    assert all(pose.stretches["eye_0"][1] < 0.5 for pose in poses(doing("cat", Verb.SLEEP)))


def test_lying_down_nothing_is_under_the_ground() -> None:
    work = doing("dog", Verb.SLEEP)
    pose = grounded(work.puppet, poses(work)[0], only_feet=False)
    assert lowest(work.puppet, pose, ("",)) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_clay_is_grey_unless_there_is_a_colour(name: str) -> None:
    puppet = puppet_of(KINDS[name].body)
    part = max(puppet.parts, key=lambda p: p.accent)
    grey, red = model(part, None, 60).sprite, model(part, (200, 40, 40), 60).sprite
    solid = grey[:, :, 3] > 200
    assert np.abs(np.diff(grey[solid][:, :3].astype(int), axis=1)).max() <= 8
    assert red[solid][:, 0].mean() > red[solid][:, 2].mean() + 20
    assert np.ptp(grey[solid][:, 1]) > 15, "light makes it round"
    assert max(GREY) - min(GREY) < 10


def test_a_figure_is_a_performer_like_any_other() -> None:
    cat = performer_of("cat", Figure(KINDS["cat"], "cat", None, 0.7))
    assert cat.pictures.sprite(0).shape[2] == 4
    assert cat.pictures.face(0) is None
    assert cat.size[0] > 300
    assert cat.size[1] > 300


def test_outlines_are_closed_and_turn_smoothly() -> None:
    for outline in (oval(0, 0, 1, 0.5), limb(1, 0.1, 0.05), blob([(0, 0), (1, 0), (1, 1), (0, 1)])):
        steps = np.diff(np.array([*outline, outline[0]]), axis=0)
        assert len(outline) > 8
        assert np.linalg.norm(steps, axis=1).max() < 1.1
