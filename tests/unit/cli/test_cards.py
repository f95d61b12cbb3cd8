"""A card in words: what a person reads in `models list`, `models show` and on the models page."""

from __future__ import annotations

import pytest

from understudy.catalog.shelf import Shelf
from understudy.cli import cards
from understudy.core.card import ModelCard
from understudy.core.request import Capability

SHELF = Shelf.open()
EVERY = [one for card in SHELF.all() for one in (card.functions.values() or (card,))]


@pytest.mark.parametrize("card", EVERY, ids=lambda card: f"{card.model}-{card.makes}")
def test_every_fact_of_every_card_can_be_told(card: ModelCard) -> None:
    told = dict(cards.facts_of(card))
    assert all(value and "None" not in value and "Decimal" not in value for value in told.values()), told
    assert {"makes", "regions", "needs", "price", "free", "limits"} <= set(told)
    assert all(f"option {name}" in told for name in card.options)
    assert ("seconds" in told) is not card.makes.is_check


def test_every_capability_has_its_words() -> None:
    assert set(cards.MAKES) == set(Capability)


@pytest.mark.parametrize(
    ("model", "function", "fact", "value"),
    [
        ("wan2.7-r2v", "", "seconds", "2–15; default 5; with a reference video at most 10"),
        ("wan2.5-t2v-preview", "", "seconds", "5, 10; default 5"),
        ("emo-v1", "", "needs", "portrait, driving_audio"),
        ("emo-v1", "", "sizes", "by the frame box: 512*512 (512P 1:1), 512*704 (512P 3:4)"),
        ("emo-v1", "", "price", "cn-beijing: 1:1 0.08, 3:4 0.16 CNY/second"),
        ("emo-detect-v1", "", "free", "200 images for 90 days in cn-beijing"),
        ("emo-detect-v1", "", "limits", "5 submits per second, any number of running at once"),
        ("wan2.7-i2v", "", "needs", "first_frame or first_clip; may be given: last_frame, driving_audio"),
        ("wanx2.1-vace-plus", "video_edit", "option expand_ratio", "number 0–1; default 0.05"),
        ("wanx2.1-vace-plus", "image_reference", "needs", "1–3 images as subjects"),
        ("wanx2.1-vace-plus", "video_outpainting", "pictures per second", "30, or by option fps"),
        ("animate-anyone-template-gen2", "", "seconds", "as long as the film"),
        ("emoji-v1", "", "option driven_id", "text: mengwa_kaixin"),
    ],
)
def test_facts_read_like_this(model: str, function: str, fact: str, value: str) -> None:
    assert dict(cards.facts_of(SHELF.find(model).of(function)))[fact].startswith(value)
