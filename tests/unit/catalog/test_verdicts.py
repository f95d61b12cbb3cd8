"""What became of one request is not told of the next that differs from it in anything that counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from understudy.catalog.validate import complete
from understudy.catalog.verdicts import MOST, Verdicts, shape_of, verdicts_of
from understudy.core.card import ModelCard, Option, OptionKind
from understudy.core.faults import InvalidRequest
from understudy.core.request import Profile, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from unit.catalog.wan_r2v import SHELF, a_request, references

COMPAT, STRICT = Profile.COMPAT, Profile.STRICT
Asked = tuple[dict[str, Any], Profile]


def outcome(request: VideoRequest, card: ModelCard, profile: Profile) -> VideoRequest | tuple[str, ...]:
    try:
        return complete(request, card, profile)
    except InvalidRequest as error:
        return tuple(violation.reason for violation in error.violations)


def with_first(**changes: Any) -> tuple[Any, ...]:
    """Two images, the first of them changed."""
    first, second = references("ii")
    return (replace(first, **changes), second)


PLAIN: Asked = ({}, COMPAT)


def pair(model: str, *after: Any, before: Asked = PLAIN, **changes: Any) -> tuple[str, Asked, Asked]:
    return model, before, (after[0] if after else (changes, COMPAT))


VOICED = with_first(voice="https://a.example/v.mp3")
OFF: dict[str, Any] = {"size": Size(1300, 731)}
"""A size that compat brings to the nearest of the card, and strict refuses."""
NEXT = {
    "more videos": pair(
        "wan2.6-r2v", before=({"references": references("iiii")}, COMPAT), references=references("vvvv")
    ),
    "a video, which may last less": pair(
        "wan2.7-r2v", before=({"seconds": 15}, COMPAT), seconds=15, references=references("iv")
    ),
    "another role": pair("wan2.7-r2v", references=with_first(role=Role.FIRST_FRAME)),
    "a voice": pair("wan2.6-r2v", references=VOICED),
    "one reference less": pair("wan2.7-r2v", references=()),
    "seconds": pair("wan2.7-r2v", seconds=99),
    "a tier": pair("wan2.7-r2v", tier=Tier(720)),
    "a ratio": pair("wan2.7-r2v", ratio=Ratio(9, 16)),
    "a size": pair("wan2.6-r2v", size=Size(1280, 720)),
    "sound": pair("wan2.6-r2v-flash", sound=False),
    "a shot type": pair("wan2.6-r2v", shot_type=ShotType.MULTI),
    "watermark": pair("wan2.6-r2v", watermark=True),
    "the profile": pair("wan2.2-t2v-plus", (OFF, STRICT), before=(OFF, COMPAT)),
    "an option": pair("wan2.7-r2v", ({"options": {"glitter": 3}}, STRICT)),
    "no prompt": pair("wan2.7-r2v", prompt=" "),
    "a seed": pair("wan2.7-r2v", seed=-1),
    "a path for a link": pair("wan2.7-r2v", references=with_first(url="C:\\girl.png")),
    "a path for a voice": pair(
        "wan2.7-r2v", before=({"references": VOICED}, COMPAT), references=with_first(voice="/v.mp3")
    ),
}
"""What differs -> model, the request before, the next one."""


@pytest.mark.parametrize(("model", "before", "after"), NEXT.values(), ids=NEXT)
def test_the_next_request_is_judged_by_itself(model: str, before: Asked, after: Asked) -> None:
    known = replace(SHELF.find(model))

    def ask(asked: Asked, card: ModelCard) -> VideoRequest | tuple[str, ...]:
        usual = {"references": references("ii")} if "r2v" in model else {"references": ()}
        return outcome(a_request(model).but(**{**usual, **asked[0]}), card, asked[1])

    first = ask(before, known)
    assert isinstance(first, VideoRequest), "what is remembered is what was allowed"
    alone = ask(after, replace(known))
    assert ask(after, known) == alone
    assert ask(before, known) == first
    assert alone != first, "the row tells a difference"


def test_a_voice_that_is_passed_over_is_so_each_time() -> None:
    card = replace(SHELF.find("wan2.7-r2v"))
    frame = replace(references("i")[0], role=Role.FIRST_FRAME, voice="https://a.example/v.mp3")
    asked = a_request("wan2.7-r2v").but(references=(frame, *references("i")))
    for _ in range(2):
        assert complete(asked, card, COMPAT).references[0].voice is None


def test_texts_and_links_are_not_kept() -> None:
    one = a_request("wan2.7-r2v", "i")
    other = one.but(
        prompt="雨", seed=3, references=tuple(replace(r, url="http://b/c", path="x") for r in one.references)
    )
    assert shape_of(one, COMPAT) == shape_of(other, COMPAT)
    assert shape_of(one.but(options={"fps": 3}), COMPAT) is None, "a model's own words may be anything"


def test_a_caller_who_tries_every_shape_fills_no_memory() -> None:
    verdicts = Verdicts()
    asked = a_request("wan2.7-r2v", "i")
    shapes = [shape_of(asked.but(seconds=seconds), COMPAT) for seconds in range(3 * MOST)]
    for shape in shapes:
        verdicts.keep(shape, asked, asked)
        assert verdicts.find(shape)
    assert sum(bool(verdicts.find(shape)) for shape in shapes) <= MOST


def test_each_card_has_verdicts_of_its_own() -> None:
    card = SHELF.find("wan2.7-r2v")
    assert verdicts_of(card) is verdicts_of(card)
    assert verdicts_of(card) is not verdicts_of(replace(card, options={"bgm": Option(OptionKind.FLAG)}))
