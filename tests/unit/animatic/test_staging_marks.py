"""Marks: nobody on top of anybody, known widths respected, hands and faces free."""

from __future__ import annotations

import itertools

import pytest

from understudy.animatic.marks import place_cast
from understudy.animatic.screenplay import Act, CastMember, Part, ScriptShot, Side, Verb
from understudy.animatic.storyboard import Placement

FULL = 0.81  # of the set is seen in a full shot


def marks(*acts: Act, names: str = "ab", props: tuple[CastMember, ...] = (), **more: object) -> dict[str, Placement]:
    cast = (*(CastMember(name) for name in names), *props)
    found = place_cast(ScriptShot("x", cast=cast, acts=acts), tuple(names), **more)  # type: ignore[arg-type]
    return {p.name: p for p in found}


@pytest.mark.parametrize(
    "widths",
    [
        {"a": 0.35, "b": 0.35},
        {"a": 0.5, "b": 0.3},
        {"a": 0.15, "b": 0.6},
        {"a": 0.2, "b": 0.3, "c": 0.3},
        {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25},
    ],
)
def test_people_with_room_do_not_overlap(widths: dict[str, float]) -> None:
    found = marks(names="".join(widths), widths=widths)
    for one, two in itertools.pairwise(widths):
        assert found[two].x - found[one].x >= FULL * (widths[one] + widths[two]) / 2
    assert found["a"].x - FULL * widths["a"] / 2 >= 0
    last = max(widths)
    assert found[last].x + FULL * widths[last] / 2 <= 1


def test_people_without_room_share_what_there_is() -> None:
    found = marks(names="abc", widths=dict.fromkeys("abc", 0.8))
    xs = [found[n].x for n in "abc"]
    assert xs[0] == pytest.approx(1 - xs[2])
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1])
    assert xs[0] > 0.1


def test_thin_people_do_not_huddle() -> None:
    found = marks(widths={"a": 0.1, "b": 0.1})
    assert found["b"].x - found["a"].x >= 0.3


def test_who_is_unknown_is_as_wide_as_a_bust() -> None:
    assert marks(widths={"a": 0.35}) == marks(widths={"a": 0.35, "b": 0.35})


@pytest.mark.parametrize("verb", [Verb.WALK, Verb.RUN])
@pytest.mark.parametrize("wide", [0.2, 0.35, 0.5])
def test_a_walk_to_somebody_ends_beside_him(verb: Verb, wide: float) -> None:
    found = marks(Act("a", verb, "b"), widths={"a": wide, "b": wide})
    end = found["a"].travels_to
    assert end is not None
    assert found["b"].x - end >= min(FULL * wide, 0.6) - 0.07
    assert end > found["a"].x


def test_people_who_walk_together_walk_the_same_way_and_into_nobody() -> None:
    still, walking = marks(names="abc"), marks(Act("a", Verb.WALK), Act("b", Verb.WALK), names="abc")
    for name in "ab":
        end = walking[name].travels_to
        assert end == still[name].x
        assert walking[name].x < end
    assert (walking["c"].x, walking["c"].travels_to) == (still["c"].x, None)


def test_a_passing_person_who_stays_ends_on_his_own_mark() -> None:
    still, passing = marks(), marks(Act("a", Verb.PASS, "b"), talkers=("a",))
    assert (passing["a"].x, passing["a"].travels_to, passing["a"].leaves_to) == (still["a"].x, None, None)
    assert passing["a"].enters_from is Side.LEFT
    through = marks(Act("a", Verb.PASS, "b"))
    assert {through["a"].enters_from, through["a"].leaves_to} == {Side.LEFT, Side.RIGHT}


def test_things_are_held_on_the_side_away_from_others() -> None:
    props = (CastMember("p", Part.PROP, held_by="a"), CastMember("q", Part.PROP, held_by="b"))
    found = marks(props=props)
    assert found["p"].x < found["a"].x < found["b"].x < found["q"].x


def test_marks_are_kept_for_those_who_come_later() -> None:
    early = marks(names="a", stage=(CastMember("a"), CastMember("b")))
    assert early["a"].x == marks()["a"].x
    assert early.keys() == {"a"}


def test_a_thing_that_lies_somewhere_moves_nobody() -> None:
    found = marks(props=(CastMember("p", Part.PROP),), rests={"p": 0.5})
    assert (found["a"].x, found["p"].x, found["b"].x) == (marks()["a"].x, 0.5, marks()["b"].x)
