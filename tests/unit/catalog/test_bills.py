"""Bills of every family against numbers worked out by hand. Source: spec/dashscope.md §6-§9, §11; seed 001, prices.

The reference-to-video models have their own table in test_tariffs.
"""

# ruff: noqa: E501 - a table is read by its columns
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from understudy.catalog import tariffs
from understudy.core.request import Role
from understudy.core.units import Size, Tier
from unit.catalog.asked import SHELF, VENDORS, a_film, a_picture, card_of, made

CN, SG, US, EU = "cn-beijing", "ap-southeast-1", "us-east-1", "eu-central-1"
P480, P720, P1080 = ({"tier": Tier(lines)} for lines in (480, 720, 1080))
SILENT = {"sound": False}


def option(**values: Any) -> dict[str, Any]:
    return {"options": values}


# fmt: off
BILLS: list[tuple[str, dict[str, Any], str, list[str], str, str, str]] = [
    # model or model/function, what is said, region, lengths of given films, seconds made, billed, amount
    # Text to video: output seconds x tier
    ("wan2.2-t2v-plus",   {"size": Size(832, 480)},   CN, [], "5",  "5",  "0.700000"),   # 5 x 0.14
    ("wan2.2-t2v-plus",   {},                         CN, [], "5",  "5",  "3.500000"),   # default 1080P: 5 x 0.70
    ("wan2.2-t2v-plus",   {"size": Size(720, 1280)},  CN, [], "5",  "5",  "3.500000"),   # §6.1: no 720P, billed as 1080P
    ("wan2.2-t2v-plus",   {"size": Size(720, 1280)},  CN, [], "3",  "3",  "2.100000"),   # the rendered seconds
    ("wan2.2-t2v-plus",   {"size": Size(480, 480)},   CN, [], "5",  "5",  "0.700000"),   # §6.1: 624*624
    ("wan2.2-t2v-plus",   {},                         SG, [], "5",  "5",  "3.669620"),   # 5 x 0.733924
    ("wanx2.1-t2v-turbo", {},                         CN, [], "5",  "5",  "1.200000"),   # 5 x 0.24
    ("wanx2.1-t2v-turbo", {"size": Size(832, 480)},   CN, [], "5",  "5",  "1.200000"),   # both tiers cost the same
    ("wanx2.1-t2v-turbo", {},                         SG, [], "5",  "5",  "1.321065"),   # 5 x 0.264213
    ("wanx2.1-t2v-plus",  {},                         CN, [], "5",  "5",  "3.500000"),
    ("wan2.5-t2v-preview", {"size": Size(832, 480)},  CN, [], "10", "10", "3.000000"),   # 10 x 0.3
    ("wan2.5-t2v-preview", {},                        SG, [], "10", "10", "11.008850"),  # 10 x 1.100885
    ("wan2.6-t2v",        {"size": Size(1280, 720)},  CN, [], "15", "15", "9.000000"),   # 15 x 0.6
    ("wan2.6-t2v",        {},                         US, [], "5",  "5",  "5.504430"),   # 5 x 1.100886
    ("wan2.7-t2v",        P720,                       CN, [], "2",  "2",  "1.200000"),
    ("wan2.7-t2v",        {},                         CN, [], "2",  "2",  "2.000000"),
    # Image to video
    ("wan2.2-i2v-plus",   P480,                       CN, [], "5",  "5",  "0.700000"),
    ("wan2.2-i2v-plus",   {},                         CN, [], "5",  "5",  "3.500000"),
    ("wanx2.1-i2v-turbo", {},                         CN, [], "3",  "3",  "0.720000"),   # 3 x 0.24
    ("wanx2.1-i2v-turbo", P480,                       CN, [], "4",  "4",  "0.960000"),
    ("wanx2.1-i2v-plus",  {},                         CN, [], "5",  "5",  "3.500000"),
    ("wanx2.1-i2v-plus",  {"size": Size(720, 1280)},  CN, [], "3",  "3",  "2.100000"),   # as seed 001 asks for it
    ("wan2.2-i2v-flash",  P480,                       CN, [], "5",  "5",  "0.500000"),   # 5 x 0.1
    ("wan2.2-i2v-flash",  P1080,                      CN, [], "5",  "5",  "2.400000"),   # 5 x 0.48
    ("wan2.5-i2v-preview", P720,                      CN, [], "5",  "5",  "3.000000"),
    ("wan2.6-i2v",        {},                         CN, [], "10", "10", "10.000000"),
    ("wan2.6-i2v",        SILENT,                     CN, [], "10", "10", "10.000000"),  # silence has no price here
    ("wan2.6-i2v-flash",  P720,                       CN, [], "10", "10", "3.000000"),   # 10 x 0.3
    ("wan2.6-i2v-flash",  P720 | SILENT,              CN, [], "10", "10", "1.500000"),   # half
    ("wan2.6-i2v-flash",  SILENT,                     CN, [], "10", "10", "2.500000"),   # 10 x 0.25
    ("wan2.6-i2v-flash",  SILENT,                     SG, [], "10", "10", "2.752210"),   # 10 x 0.275221
    ("wan2.7-i2v",        {},                         CN, [], "15", "15", "15.000000"),
    # First and last frame
    ("wanx2.1-kf2v-plus", {},                         CN, [], "5",  "5",  "3.500000"),   # 5 x 0.70
    ("wanx2.1-kf2v-plus", {},                         SG, [], "5",  "5",  "3.669620"),
    ("wan2.2-kf2v-flash", {},                         CN, [], "5",  "5",  "1.000000"),   # 5 x 0.20
    ("wan2.2-kf2v-flash", P480,                       CN, [], "5",  "5",  "0.500000"),
    ("wan2.2-kf2v-flash", P1080,                      CN, [], "5",  "5",  "2.400000"),
    # VACE: what is given is free
    ("wanx2.1-vace-plus/image_reference",   {"subjects": 3}, CN, [],     "5", "5", "3.500000"),
    ("wanx2.1-vace-plus/video_repainting",  {},              CN, ["60"], "5", "5", "3.500000"),
    ("wanx2.1-vace-plus/video_edit",        {},              CN, ["4"],  "4", "4", "2.800000"),
    ("wanx2.1-vace-plus/video_extension",   {},              SG, ["3"],  "5", "5", "3.669620"),
    ("wanx2.1-vace-plus/video_outpainting", {},              CN, ["9"],  "2.5", "2.5", "1.750000"),
    # Style: by short side
    ("video-style-transform", {},                            CN, ["12.5"], "12.5", "12.5", "6.250000"),   # 12.5 x 0.5
    ("video-style-transform", option(min_len=540),           CN, ["12.5"], "12.5", "12.5", "2.500000"),   # 12.5 x 0.2
    ("video-style-transform", option(use_SR=True, style=7),  CN, ["30"],   "30",   "30",   "15.000000"),
    # Portraits: decimals, by picture ratio
    ("emo-v1",       {},                                     CN, [], "10.23", "10.23", "0.818400"),   # 10.23 x 0.08
    ("emo-v1",       option(frame_box=[0, 0, 300, 300]),     CN, [], "10.23", "10.23", "0.818400"),
    ("emo-v1",       option(frame_box=[0, 0, 300, 400]),     CN, [], "10.23", "10.23", "1.636800"),   # 10.23 x 0.16
    ("liveportrait", {},                                     CN, [], "180",   "180",   "3.600000"),   # 180 x 0.02
    ("emoji-v1",     option(driven_id="mengwa_kaixin"),      CN, [], "3.2",   "3.2",   "0.256000"),   # 3.2 x 0.08
    ("videoretalk",  {},                                     CN, ["40"], "12.34", "12.34", "0.987200"),   # the film given is free
    ("animate-anyone-template-gen2", {},                     CN, [], "7.5",   "7.5",   "0.600000"),   # seconds of the motion
    ("animate-anyone-gen2", {},                              CN, ["7.5"], "7.47", "7.47", "0.597600"),
    ("animate-anyone", {},                                   CN, ["7.5"], "7.47", "7.47", "0.000000"),   # dedicated: nothing per second
    ("wan2.2-s2v",   {},                                     CN, [], "10.23", "10.23", "5.115000"),   # 480P: x 0.5
    ("wan2.2-s2v",   P720,                                   CN, [], "10.23", "10.23", "9.207000"),   # x 0.9
    # By mode
    ("wan2.2-animate-move", option(mode="wan-std"),          CN, ["9"], "9", "9", "3.600000"),   # 9 x 0.4
    ("wan2.2-animate-move", option(mode="wan-pro"),          CN, ["9"], "9", "9", "5.400000"),
    ("wan2.2-animate-mix",  option(mode="wan-std"),          CN, ["9"], "9", "9", "5.400000"),
    ("wan2.2-animate-mix",  option(mode="wan-pro"),          CN, ["9"], "9", "9", "8.100000"),
    # Film in and film out
    ("wan2.7-videoedit",  {},                                CN, ["5"],    "5", "10",   "10.000000"),  # (5 + 5) x 1.0
    ("wan2.7-videoedit",  P720,                              CN, ["9.5"],  "3", "6",    "3.600000"),   # of a film that is cut the used part (GUESS): (3 + 3) x 0.6
    ("wan2.7-videoedit",  P720 | {"subjects": 4},            CN, ["9.5"],  "3", "6",    "3.600000"),   # pictures are free
    ("happyhorse-1.0-video-edit", P720,                      CN, ["10"],   "10", "20",  "18.000000"),  # 20 x 0.9
    # HappyHorse
    ("happyhorse-1.0-t2v", {},                               CN, [], "5",  "5",  "8.000000"),    # 5 x 1.6
    ("happyhorse-1.1-t2v", {},                               CN, [], "5",  "5",  "6.000000"),    # 5 x 1.2
    ("happyhorse-1.1-i2v", P720,                             EU, [], "15", "15", "13.500000"),   # 15 x 0.9
    ("happyhorse-1.0-r2v", {"subjects": 9} | P720,           CN, [], "3",  "3",  "2.700000"),    # pictures are free
    ("happyhorse-1.0-i2v", {},                               CN, [], "3",  "3",  "4.800000"),
    ("happyhorse-1.1-r2v", {},                               CN, [], "3",  "3",  "3.600000"),
    # Checks: one picture, pass or fail
    ("emo-detect-v1",              {}, CN, [], "0", "1", "0.004000"),
    ("liveportrait-detect",        {}, CN, [], "0", "1", "0.004000"),
    ("emoji-detect-v1",            {}, CN, [], "0", "1", "0.004000"),
    ("animate-anyone-detect-gen2", {}, CN, [], "0", "1", "0.004000"),
    ("wan2.2-s2v-detect",          {}, CN, [], "0", "1", "0.004000"),
    ("animate-anyone-detect",      {}, CN, [], "0", "1", "0.000000"),
]
# fmt: on


@pytest.mark.parametrize(("name", "said", "region", "films", "seconds", "billed", "amount"), BILLS)
def test_bills(
    name: str, said: dict[str, Any], region: str, films: list[str], seconds: str, billed: str, amount: str
) -> None:
    card = card_of(name, region)
    request = made(name, **said)
    lengths = [Decimal(length) for length in films]
    usage, charge = tariffs.measure(request, card, lengths, Decimal(seconds), region)
    assert (str(charge.quantity), str(charge.amount)) == (billed, amount)
    if card.makes.is_check:
        assert (charge.unit, usage.image_count, usage.video_count) == ("image", 1, 0)
    else:
        assert (charge.unit, usage.image_count, usage.video_count) == ("second", 0, 1)
        assert (usage.output_seconds, usage.billed_seconds) == (Decimal(seconds), Decimal(billed))


def test_every_model_has_a_bill_here_or_in_the_table_of_reference_to_video() -> None:
    covered = {name.partition("/")[0] for name, *_ in BILLS}
    elsewhere = {card.model for card in SHELF.all() if card.billing.formula == "reference-seconds"}
    assert covered | elsewhere == {card.model for card in VENDORS}
    functions = {name for name, *_ in BILLS if "/" in name}
    assert len(functions) == len(SHELF.find("wanx2.1-vace-plus").functions)


QUOTAS = [
    # seed 001; seconds, checks in pictures
    ("wan2.2-t2v-plus", 50), ("wanx2.1-t2v-turbo", 200), ("wanx2.1-t2v-plus", 200), ("wan2.2-i2v-plus", 50),
    ("wanx2.1-i2v-turbo", 200), ("wanx2.1-i2v-plus", 200), ("wanx2.1-kf2v-plus", 200), ("wanx2.1-vace-plus", 50),
    ("video-style-transform", 600), ("emo-v1", 1800), ("liveportrait", 1800), ("videoretalk", 1800),
    ("emoji-v1", 500), ("animate-anyone-template-gen2", 1800), ("animate-anyone-gen2", 1800),
    ("emo-detect-v1", 200), ("animate-anyone-detect", 0), ("animate-anyone", 0),
]  # fmt: skip


@pytest.mark.parametrize(("model", "quantity"), QUOTAS)
def test_free_quotas(model: str, quantity: int) -> None:
    billing = card_of(model).billing
    assert (billing.free_quantity, billing.free_days, billing.free_regions) == (quantity, 90, ("cn-beijing",))


def test_a_bill_less_its_quota() -> None:
    """30 s of style at 720P with 12.5 s left: (30 - 12.5) x 0.5."""
    _, charge = tariffs.measure(made("video-style-transform"), card_of("video-style-transform"), (), Decimal(30), CN)
    less = charge.less_quota(Decimal("12.5"))
    assert (less.free_quantity, str(less.amount)) == (Decimal("12.5"), "8.750000")


def test_the_seen_ratio_of_a_portrait_sets_its_price_only_where_the_card_says_so() -> None:
    tall = {Role.PORTRAIT: a_picture("600*800")}
    assert tariffs.unit_price(made("liveportrait", facts=tall), card_of("liveportrait"), CN) == Decimal("0.02")
    assert tariffs.unit_price(made("emo-v1", facts=tall), card_of("emo-v1"), CN) == Decimal("0.08"), "its box does"


FINISHED = [
    # frames, rate, seconds of the file, told: by the pictures, to a hundredth
    (153, "15", "10.24", "10.20"), (307, "30", "10.3", "10.23"), (None, "30", "7.777", "7.78"), (0, "30", None, "0.00"),
]  # fmt: skip


@pytest.mark.parametrize(("frames", "rate", "seconds", "told"), FINISHED)
def test_the_length_of_a_finished_film(frames: int | None, rate: str, seconds: str | None, told: str) -> None:
    from dataclasses import replace

    facts = replace(a_film("2*2", seconds or "1", rate), frame_count=frames)
    facts = facts if seconds else replace(facts, seconds=None)
    assert str(tariffs.finished_seconds(facts)) == told
