"""Wan models as ModelVerse sells them: every number of the specification. Source: spec/gateways.md §3.3, §7."""

from __future__ import annotations

from decimal import Decimal

import pytest

from understudy.catalog.shelf import Shelf
from understudy.catalog.tariffs import quote
from understudy.catalog.validate import complete
from understudy.core.faults import InvalidRequest
from understudy.core.request import Medium, Profile, Reference, Role, VideoRequest
from understudy.core.units import Size, Tier

SHELF = Shelf.open()
STILL = Reference("https://x/a.png", Medium.IMAGE, Role.FIRST_FRAME)
PAIRS = {"480P": {"832*480", "480*832"}, "720P": {"1280*720", "720*1280"}, "1080P": {"1920*1080", "1080*1920"}}

SOLD = [
    ("Wan-AI/Wan2.2-T2V", {"480P": "0.18", "720P": "0.35"}, (5, 8)),
    ("Wan-AI/Wan2.2-I2V", {"480P": "0.18", "720P": "0.35"}, (5, 8)),
    ("Wan-AI/Wan2.5-T2V", {"480P": "0.365", "720P": "0.73", "1080P": "1.095"}, (5, 10)),
    ("Wan-AI/Wan2.5-I2V", {"480P": "0.365", "720P": "0.73", "1080P": "1.095"}, (5, 10)),
    ("Wan-AI/Wan2.6-T2V", {"720P": "0.6", "1080P": "1.0"}, (5, 10, 15)),
    ("Wan-AI/Wan2.6-I2V", {"720P": "0.6", "1080P": "1.0"}, (5, 10, 15)),
]


def asked(model: str, **changes: object) -> VideoRequest:
    still = (STILL,) if model.endswith("I2V") else ()
    return VideoRequest(model, prompt="p", references=still).but(**changes)


@pytest.mark.parametrize(("model", "prices", "seconds"), SOLD)
@pytest.mark.parametrize("region", ["cn-beijing", "ap-southeast-1", "eu-central-1"])
def test_prices_are_the_gateways_own(model: str, prices: dict[str, str], seconds: tuple[int, ...], region: str) -> None:
    card = Shelf.open(region=region).find(model)
    assert {str(tier) for tier in card.tiers} == set(prices)
    assert card.seconds_choices == seconds
    for tier, price in prices.items():
        request = complete(asked(model, tier=Tier.parse(tier), seconds=seconds[-1]), card, Profile.STRICT)
        usage, charge = quote(request, card, (), region)
        assert (charge.unit_price, charge.amount) == (Decimal(price), Decimal(price) * seconds[-1])
        assert str(usage.tier) == tier
    assert not card.billing.free_quantity


@pytest.mark.parametrize(("model", "prices", "seconds"), [row for row in SOLD if row[0].endswith("T2V")])
def test_text_makes_pairs_of_sizes_only(model: str, prices: dict[str, str], seconds: tuple[int, ...]) -> None:
    card = SHELF.find(model)
    assert {str(option.size) for option in card.sizes} == set().union(*(PAIRS[tier] for tier in prices))
    with pytest.raises(InvalidRequest):
        complete(asked(model, size=Size(960, 960)), card, Profile.COMPAT)


@pytest.mark.parametrize(("model", "prices", "seconds"), SOLD)
def test_other_lengths_are_not_sold(model: str, prices: dict[str, str], seconds: tuple[int, ...]) -> None:
    for length in (1, 4, 7, 16):
        with pytest.raises(InvalidRequest):
            complete(asked(model, seconds=length), SHELF.find(model), Profile.COMPAT)


@pytest.mark.parametrize(("model", "extends"), [("Wan-AI/Wan2.5-T2V", False), ("Wan-AI/Wan2.6-T2V", True)])
def test_who_rewrites_the_prompt_unasked(model: str, extends: bool) -> None:
    assert complete(asked(model), SHELF.find(model), Profile.COMPAT).prompt_extend is extends


def test_the_last_frame_may_be_given_too() -> None:
    card = SHELF.find("Wan-AI/Wan2.2-I2V")
    both = (STILL, Reference("https://x/b.png", Medium.IMAGE, Role.LAST_FRAME))
    assert complete(asked(card.model, references=both), card, Profile.STRICT).of_role(Role.LAST_FRAME) is not None


def test_each_is_sold_beside_the_model_it_resells() -> None:
    for model, _, _ in SOLD:
        origin = next(card for card in SHELF.all() if card.hints("modelverse").get("model") == model)
        assert origin.makes is SHELF.find(model).makes
        assert set(SHELF.find(model).seconds_choices) == set(origin.hints("modelverse")["seconds"])
