"""A caller of our own wire is told of his own fields, whatever card refuses what he wrote."""

from __future__ import annotations

from dataclasses import fields

import pytest

from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.core.card import ModelCard
from understudy.core.faults import InvalidRequest, MediaProblem, MediaRefused, NotFound
from understudy.core.request import Profile, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.dialects.native.naming import own_words, say

SHELF = Shelf.open()
CARDS = [card.of(name) for card in SHELF.all() for name in (card.functions or [""])]
FIELDS = {field.name for field in fields(VideoRequest)}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: f"{card.model}-{card.makes}")
def test_every_card_refuses_in_our_words(card: ModelCard) -> None:
    wrong = VideoRequest(card.model, size=Size(7, 7), tier=Tier(7), ratio=Ratio(7, 1), seconds=999, seed=-1)
    with pytest.raises(InvalidRequest) as caught:
        complete(wrong, card, Profile.STRICT)
    told = own_words(caught.value)
    assert isinstance(told, InvalidRequest)
    for violation in told.violations:
        assert violation.path.partition("[")[0].partition(".")[0] in FIELDS, violation
        assert "input." not in violation.reason + told.message
        assert "parameters." not in violation.reason + told.message


def test_every_field_of_a_role_is_known_by_that_role() -> None:
    for card in CARDS:
        for name, role in card.hints("dashscope").get("fields", {}).items():
            assert str(role).partition(":")[0] in say(f"x input.{name}"), (card.model, name)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("input.media[2].url", "references[2].url"),
        ("parameters.duration", "seconds"),
        ("parameters.style", "options.style"),
        ("input.img_url", "references"),
        ("Field required: input.img_url", "Field required: references (role first_frame)"),
        ("references[0].url", "references[0].url"),
    ],
)
def test_names(theirs: str, ours: str) -> None:
    assert say(theirs) == ours


def test_what_another_server_said_stays_as_it_is() -> None:
    theirs = InvalidRequest.of("input.media", "input.media is wrong").worded("InvalidParameter", "dashscope")
    assert own_words(theirs) is theirs
    missing = NotFound("There is no input.media here.", what="task")
    assert own_words(missing) is missing
    refused = own_words(MediaRefused(MediaProblem.FORMAT, "See input.media[0].", path="input.media[0]"))
    assert isinstance(refused, MediaRefused)
    assert (refused.message, refused.path) == ("See references[0].", "references[0]")
