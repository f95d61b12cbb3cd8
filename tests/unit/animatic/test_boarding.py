"""Stand-ins before they are painted: framed as wholes, seated on their mounts, followed at their own pace."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.animatic.blocking import Stand, block, outline_of
from understudy.animatic.boarding import framed, ground_passed, mount_of, seated
from understudy.animatic.screenplay import Act, CameraMove, Move, ShotSize, Side, Verb
from understudy.animatic.standins.figure import UNIT, Figure, performer_of
from understudy.animatic.standins.kinds import KINDS
from understudy.animatic.standins.people import PEOPLE
from understudy.animatic.storyboard import Placement, Shot
from understudy.core.units import Size

SIZE = Size(640, 360)


def stands(shares: dict[str, float], acts: tuple[Act, ...] = ()) -> dict[str, Stand]:
    """Some kinds on their marks, named by their kinds."""
    performers = {name: performer_of(name, Figure(KINDS[name], name, None, share)) for name, share in shares.items()}
    shot = shot_of(shares, acts)
    outlines = {name: outline_of(performer) for name, performer in performers.items()}
    return {stand.name: stand for stand in block(shot, performers, outlines, SIZE)}


def shot_of(names: dict[str, float], acts: tuple[Act, ...] = (), *moves: CameraMove) -> Shot:
    spots = np.linspace(0.35, 0.65, len(names)) if len(names) > 1 else [0.5]
    placements = tuple(
        Placement(name, x=float(x), acts=tuple(a for a in acts if a.who == name))
        for name, x in zip(names, spots, strict=True)
    )
    return Shot(0, 0, 60, ShotSize.FULL, moves=moves, placements=placements)


def test_shares_are_heights_beside_each_other() -> None:
    found = stands({"man": 1.0, "dog": 0.4})
    assert found["dog"].height == pytest.approx(0.4 * found["man"].height, rel=0.05)
    assert found["dog"].y == pytest.approx(found["man"].y), "on the same ground"


def test_small_ones_alone_are_shown_from_near() -> None:
    assert stands({"mouse": 0.1})["mouse"].height > 2 * stands({"mouse": 0.1, "man": 1.0})["mouse"].height


@pytest.mark.parametrize(("kind", "above"), [("bird", True), ("whale", True), ("cat", False), ("boat", False)])
def test_birds_are_in_the_air_and_cats_are_not(kind: str, above: bool) -> None:
    stand = stands({kind: 0.5})[kind]
    assert (stand.y < 0.8 * SIZE.height) is above


def test_an_animal_is_framed_whole_and_in_close_shots_by_its_head() -> None:
    cat = stands({"cat": 0.7})["cat"]
    whole, near = framed(cat, 0.5, ShotSize.FULL).body, framed(cat, 0.5, ShotSize.CLOSE).body
    left, right = cat.x - cat.width / 2, cat.x + cat.width / 2
    assert whole[0] < left
    assert right < whole[2]
    assert near[0] > cat.x - 0.05 * cat.width
    assert near[3] < cat.y


def test_who_sits_is_framed_where_his_head_is() -> None:
    man = stands({"man": 1.0}, (Act("man", Verb.SIT),))["man"]
    head = framed(man, 0.5, ShotSize.MEDIUM).head
    assert head is not None
    assert man.head is not None
    assert head[1] - man.head[1] == pytest.approx(0.49 * PEOPLE["person"].legs * man.body, rel=0.02)


def test_a_rider_sits_at_the_height_of_the_saddle() -> None:
    found = stands({"man": 1.0, "horse": 1.1}, (Act("man", Verb.SIT, "horse"),))
    horse, rider = found["horse"], next(s for s in seated(list(found.values())) if s.name == "man")
    assert mount_of(rider, found) is horse
    hip = rider.y - PEOPLE["person"].legs * rider.scale * UNIT
    saddle = KINDS["horse"].seat
    assert saddle is not None
    assert hip == pytest.approx(horse.y - saddle * horse.height)


def test_the_ground_passes_at_the_pace_of_whoever_goes() -> None:
    follow = CameraMove(Move.TRACK, Side.RIGHT)
    walk, run = (Act("cat", Verb.WALK),), (Act("cat", Verb.RUN),)
    slow = ground_passed(shot_of({"cat": 0.7}, walk, follow), list(stands({"cat": 0.7}, walk).values()), SIZE)
    fast = ground_passed(shot_of({"cat": 0.7}, run, follow), list(stands({"cat": 0.7}, run).values()), SIZE)
    still = ground_passed(shot_of({"cat": 0.7}, run), list(stands({"cat": 0.7}, run).values()), SIZE)
    assert slow is not None
    assert fast is not None
    assert still is not None
    assert 0 < 1.5 * slow[-1] < fast[-1] < 2 * SIZE.width
    assert not still.any(), "nobody is followed"
    assert np.allclose(np.diff(fast), fast[1]), "evenly"
