"""Every number of spec/catalog.json against the card of its model, read from the file itself.

Where card and file differ, the difference and its reason stand here; a new one fails, and so does one that is gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.core.card import ModelCard
from unit.catalog.asked import VENDORS
from unit.catalog.spec_facts import Unread, pairs
from wires import shared

SHELF = Shelf.open()
MODELS = [card.model for card in VENDORS]

DIFFERENCES: Mapping[str, Mapping[str, str]] = {
    "wan2.6-r2v": {"output.audio": "seed 000 lists audio for it too: taken, at the same price (spec §5.2)"},
    "wan2.6-t2v": {"output.fields": "no actual_prompt for wan2.6 (spec §4.2)"},
    "wan2.6-i2v": {"output.fields": "no actual_prompt for wan2.6 (spec §4.2)"},
    "wan2.6-i2v-flash": {
        "output.fields": "no actual_prompt for wan2.6 (spec §4.2)",
        "output.audio": "its parameters have audio, and silence its own price",
    },
    "wanx2.1-vace-plus": {
        "media.video.formats": "numbers recalled there (GUESS); phones write mov",
        "media.video.seconds": "a longer film is taken, its first 5 s count: no limit of the file",
        "video_edit.input.mask_image_url.required": "one of the two masks is, as its rule says",
        "video_edit.input.mask_video_url.required": "as above",
        "video_edit.parameters.duration.default": "a film shorter than 5 s gives a shorter result (GUESS)",
        "video_outpainting.parameters.duration.default": "as above",
    },
    "video-style-transform": {"media.video_url.max_ratio": "1.8 and what even sides make of it"},
    "animate-anyone-template-gen2": {
        "media.video_url.min_fps": "23.976 is sold as 24",
        "media.video_url.ratio": "a third, in decimals",
    },
    "animate-anyone-gen2": {"output.audio": "the sources disagree; the template's sound is kept (spec §8.2)"},
    "animate-anyone-detect": {
        "price.unit": "dedicated machines are no business of a meter: nothing per image",
        "rate_limit.concurrent": "a check is answered at once",
    },
    "animate-anyone": {"price.unit": "as for its check: nothing per second"},
    "emo-detect-v1": {"parameters.ratio.required": "it has a default (spec §8.1)"},
    "emoji-detect-v1": {"parameters.ratio.required": "it has one value only, and seed 001 leaves it out"},
    "emoji-v1": {"free_quota.quantity": "seed 001 says 500 s, and seeds come first (spec §9.6)"},
}


@cache
def said() -> Any:
    text = shared("spec", "catalog.json").read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal)


def differences(entry: Mapping[str, Any], card: ModelCard) -> dict[str, tuple[Any, Any]]:
    return {place: (theirs, ours) for place, theirs, ours in pairs(entry, card) if theirs != ours}


def test_every_model_of_the_specification_has_a_card_and_there_is_no_other() -> None:
    assert sorted(MODELS) == sorted(said()["models"])
    assert len(MODELS) == 45


@pytest.mark.parametrize("model", MODELS)
def test_the_card_says_what_the_specification_says(model: str) -> None:
    found = differences(said()["models"][model], SHELF.find(model))
    assert set(found) == set(DIFFERENCES.get(model, {})), found


def test_the_walk_reads_some_two_thousand_facts() -> None:
    counts = {model: len(list(pairs(entry, SHELF.find(model)))) for model, entry in said()["models"].items()}
    assert sum(counts.values()) > 2000
    assert min(counts.values()) > 15, counts


def test_a_planted_error_is_found() -> None:
    entry, card = said()["models"]["wanx2.1-i2v-turbo"], SHELF.find("wanx2.1-i2v-turbo")
    prices = {**card.billing.prices, "cn-beijing": {"480P": Decimal("0.24"), "720P": Decimal("0.25")}}
    wrong = {
        "price.cn_beijing": replace(card, billing=replace(card.billing, prices=prices)),
        "parameters.duration.enum": replace(card, seconds_choices=(3, 5)),
        "aliases": replace(card, aliases=()),
        "media.img_url.max_mb": replace(
            card, media={"first_frame": replace(card.media["first_frame"], max_bytes=10_000_000)}
        ),
    }
    for place, mutant in wrong.items():
        assert list(differences(entry, mutant)) == [place]


def test_a_fact_nobody_reads_is_no_silent_pass() -> None:
    with pytest.raises(Unread):
        list(pairs({"output": {"moons": 3}}, SHELF.find("emo-v1")))


def test_the_caps_of_reference_videos() -> None:
    caps = said()["billing"]["r2v_input_cap"]["per_video_cap_by_reference_count"]
    for card in SHELF.all():
        if card.billing.formula == "reference-seconds":
            assert card.billing.input_caps == {int(count): cap for count, cap in caps.items()}


def test_singapore_asks_less_of_one_model() -> None:
    """Source: spec/dashscope.md §10: wan2.1-kf2v-plus 1/2 there."""
    rate = Shelf.open(region="ap-southeast-1").find("wan2.1-kf2v-plus").rate
    assert (rate.submits_per_second, rate.running_at_once) == (1, 2)
