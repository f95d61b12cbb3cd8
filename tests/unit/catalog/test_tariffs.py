"""Bills against numbers worked out by hand from the formula of seed 003.

billed = sum over reference videos of min(length, cap by number of references) + seconds of the result
caps: 1 reference 5 s, 2 2.5 s, 3 1.65 s, 4 1.25 s, 5 1 s; images and the first frame cost nothing
charge = billed x price of the output tier
"""

# ruff: noqa: E501 - a table is read by its columns
from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from understudy.catalog import tariffs
from understudy.catalog.sizing import settle
from understudy.catalog.validate import complete
from understudy.core.card import Billing
from understudy.core.faults import BadCard
from understudy.core.request import Profile, Role
from understudy.core.units import Ratio, Size, Tier
from unit.catalog.wan_r2v import SHELF, a_photo, a_request

N, O, F = "wan2.7-r2v", "wan2.6-r2v", "wan2.6-r2v-flash"  # noqa: E741
CN, SG = "cn-beijing", "ap-southeast-1"

# fmt: off
BILLS = [
    # model, references (i image, v video, f first frame), lengths of the videos, tier, seconds out, sound, region,
    #   billed input, billed, amount
    # One reference: cap 5
    (N, "i",     [],                        720,   5, True,  CN, "0",    "5",     "3.000000"),   # 5 x 0.6
    (N, "i",     [],                        1080, 15, True,  CN, "0",    "15",    "15.000000"),  # 15 x 1.0
    (N, "v",     ["8"],                     720,  10, True,  CN, "5",    "15",    "9.000000"),   # (5 + 10) x 0.6
    (N, "v",     ["5"],                     720,  10, True,  CN, "5",    "15",    "9.000000"),   # exactly the cap
    (N, "v",     ["3.2"],                   1080,  2, True,  CN, "3.2",  "5.2",   "5.200000"),   # (3.2 + 2) x 1.0
    (N, "v",     ["1"],                     1080, 10, True,  SG, "1",    "11",    "12.109746"),  # 11 x 1.100886
    (O, "v",     ["30"],                    720,   5, True,  CN, "5",    "10",    "6.000000"),   # (5 + 5) x 0.6, seed 000
    (O, "v",     ["30"],                    720,   5, False, CN, "5",    "10",    "6.000000"),   # silence is not cheaper
    (F, "v",     ["30"],                    720,   5, True,  CN, "5",    "10",    "3.000000"),   # 10 x 0.3
    (F, "v",     ["30"],                    720,   5, False, CN, "5",    "10",    "1.500000"),   # 10 x 0.15
    (F, "i",     [],                        1080, 10, True,  CN, "0",    "10",    "5.000000"),   # 10 x 0.5
    (F, "i",     [],                        1080, 10, False, CN, "0",    "10",    "2.500000"),   # 10 x 0.25
    (F, "i",     [],                        1080, 10, False, SG, "0",    "10",    "2.752210"),   # 10 x 0.275221
    (F, "i",     [],                        720,  10, False, SG, "0",    "10",    "1.834810"),   # 10 x 0.183481
    # Two: cap 2.5
    (N, "ii",    [],                        720,   2, True,  CN, "0",    "2",     "1.200000"),   # 2 x 0.6
    (N, "iv",    ["8"],                     720,  10, True,  CN, "2.5",  "12.5",  "7.500000"),   # (2.5 + 10) x 0.6
    (N, "vi",    ["2"],                     720,  10, True,  CN, "2",    "12",    "7.200000"),   # (2 + 10) x 0.6
    (N, "vv",    ["8", "9"],                1080, 10, True,  CN, "5",    "15",    "15.000000"),  # (2.5 + 2.5 + 10) x 1
    (N, "vv",    ["1.5", "9"],              1080,  5, True,  CN, "4",    "9",     "9.000000"),   # (1.5 + 2.5 + 5) x 1
    (N, "fv",    ["8"],                     720,  10, True,  CN, "5",    "15",    "9.000000"),   # first frame: cap 5
    (O, "vv",    ["2.04", "2.51"],          1080,  3, True,  CN, "4.54", "7.54",  "7.540000"),   # 2.04 + 2.5 + 3
    (F, "vv",    ["9", "9"],                720,  10, False, CN, "5",    "15",    "2.250000"),   # 15 x 0.15
    # Three: cap 1.65, not 5/3
    (N, "iii",   [],                        1080,  5, True,  CN, "0",    "5",     "5.000000"),   # 5 x 1
    (N, "ivi",   ["8"],                     720,  10, True,  CN, "1.65", "11.65", "6.990000"),   # 11.65 x 0.6
    (N, "ivv",   ["8", "8"],                720,  10, True,  CN, "3.3",  "13.3",  "7.980000"),   # (3.3 + 10) x 0.6
    (N, "vvv",   ["8", "8", "8"],           720,  10, True,  CN, "4.95", "14.95", "8.970000"),   # (4.95 + 10) x 0.6
    (N, "vvv",   ["1", "1.65", "1.66"],     1080,  2, True,  CN, "4.3",  "6.3",   "6.300000"),   # 1 + 1.65 + 1.65 + 2
    (N, "vvv",   ["8", "8", "8"],           720,  10, True,  SG, "4.95", "14.95", "10.972164"),  # 14.95 x 0.733924 = 10.9721638
    (O, "iiv",   ["1.2"],                   720,   5, True,  CN, "1.2",  "6.2",   "3.720000"),   # 6.2 x 0.6
    (O, "vvv",   ["30", "30", "30"],        1080, 10, True,  CN, "4.95", "14.95", "14.950000"),
    (F, "vvv",   ["30", "30", "30"],        1080, 10, True,  CN, "4.95", "14.95", "7.475000"),   # 14.95 x 0.5
    # Four: cap 1.25
    (N, "iiii",  [],                        720,  10, True,  CN, "0",    "10",    "6.000000"),
    (N, "iiiv",  ["8"],                     720,  10, True,  CN, "1.25", "11.25", "6.750000"),   # 11.25 x 0.6
    (N, "iivv",  ["8", "1.1"],              720,   5, True,  CN, "2.35", "7.35",  "4.410000"),   # (1.25 + 1.1 + 5) x 0.6
    (N, "vvvv",  ["8", "8", "8", "8"],      1080, 10, True,  CN, "5",    "15",    "15.000000"),
    (O, "ivvv",  ["8", "8", "8"],           720,   2, True,  CN, "3.75", "5.75",  "3.450000"),   # (3.75 + 2) x 0.6
    (F, "ivvv",  ["8", "8", "8"],           720,   2, False, SG, "3.75", "5.75",  "1.055016"),   # 5.75 x 0.183481 = 1.05501575
    # Five: cap 1
    (N, "iiiii", [],                        1080,  2, True,  CN, "0",    "2",     "2.000000"),
    (N, "iviii", ["8"],                     720,  10, True,  CN, "1",    "11",    "6.600000"),   # the worked example: (1 + 10) x 0.6
    (N, "iviii", ["0.9"],                   720,  10, True,  CN, "0.9",  "10.9",  "6.540000"),   # 10.9 x 0.6
    (N, "fiviii", ["8"],                    720,  10, True,  CN, "1",    "11",    "6.600000"),   # the first frame is not counted
    (N, "vvvvv", ["8", "8", "8", "8", "8"], 1080, 10, True,  CN, "5",    "15",    "15.000000"),
    (O, "iivvv", ["8", "0.5", "8"],         1080,  7, True,  CN, "2.5",  "9.5",   "9.500000"),   # 1 + 0.5 + 1 + 7
    (F, "iivvv", ["8", "8", "8"],           1080, 10, True,  SG, "3",    "13",    "7.155759"),   # 13 x 0.550443
    (F, "iivvv", ["8", "8", "8"],           1080, 10, False, SG, "3",    "13",    "3.577873"),   # 13 x 0.275221
]
# fmt: on


@pytest.mark.parametrize(
    ("model", "kinds", "lengths", "tier", "seconds", "sound", "region", "billed_input", "billed", "amount"), BILLS
)
def test_bills(
    model: str,
    kinds: str,
    lengths: list[str],
    tier: int,
    seconds: int,
    sound: bool,
    region: str,
    billed_input: str,
    billed: str,
    amount: str,
) -> None:
    card = SHELF.find(model)
    asked = a_request(model, kinds, tier=Tier(tier), seconds=seconds, sound=sound)
    request = complete(asked, card, Profile.COMPAT)
    videos = [Decimal(length) for length in lengths]
    usage, charge = tariffs.measure(request, card, videos, Decimal(seconds), region)
    assert (usage.input_seconds, usage.output_seconds) == (Decimal(billed_input), seconds)
    assert usage.billed_seconds == charge.quantity == Decimal(billed)
    assert str(charge.amount) == amount
    assert (usage.tier, usage.video_count, usage.frames_per_second) == (Tier(tier), 1, 30)
    assert (charge.currency, charge.unit) == ("CNY", "second")
    assert tariffs.quote(request, card, videos, region) == (usage, charge), "quoted before as charged after"


def test_the_table_covers_every_number_of_references_for_every_model() -> None:
    covered = {(model, len(kinds.replace("f", ""))) for model, kinds, *_ in BILLS}
    assert covered == {(model, count) for model in (N, O, F) for count in (1, 2, 3, 4, 5)}


def test_a_run_with_a_first_frame_costs_what_its_tier_costs() -> None:
    card = SHELF.find(N)
    request = complete(a_request(kinds="fi", tier=Tier(720), seconds=10), card, Profile.COMPAT)
    before = tariffs.quote(request, card, [], CN)
    settled = settle(request, card, {Role.FIRST_FRAME: a_photo(3000, 1000)})
    usage, charge = tariffs.measure(settled, card, [], Decimal(10), CN)
    assert charge == before[1]
    assert str(charge.amount) == "6.000000"
    assert (usage.size, usage.ratio, usage.tier) == (Size(1664, 552), Ratio(208, 69), Tier(720))


def test_a_quote_needs_a_complete_request() -> None:
    with pytest.raises(ValueError, match="complete"):
        tariffs.quote(a_request(), SHELF.find(N), [], CN)


PRICES = {"moon": {"720P": Decimal(2), "720P:silent": Decimal(1)}, "*": {"*": Decimal(7), "*:silent": Decimal(3)}}


@pytest.mark.parametrize(
    ("prices", "region", "tier", "sound", "price"),
    [
        (PRICES, "moon", 720, True, 2),
        (PRICES, "moon", 720, None, 2),
        (PRICES, "moon", 720, False, 1),
        (PRICES, "mars", 1080, True, 7),
        (PRICES, "mars", 1080, False, 3),
        ({}, "moon", 720, True, 0),
    ],
)
def test_which_price_counts(prices: dict, region: str, tier: int, sound: bool | None, price: int) -> None:
    card = replace(SHELF.find(N), billing=Billing("output-seconds", prices=prices))
    assert tariffs.unit_price(a_request(tier=Tier(tier), sound=sound), card, region) == price


def test_a_missing_price_says_where_it_belongs() -> None:
    card = replace(SHELF.find(N), billing=Billing("output-seconds", prices=PRICES))
    with pytest.raises(BadCard, match=r"no price for 1080P in region moon: add it"):
        tariffs.unit_price(a_request(tier=Tier(1080)), card, "moon")


def test_a_model_billed_by_output_alone() -> None:
    card = replace(SHELF.find(N), billing=Billing("output-seconds", prices=PRICES))
    request = complete(a_request(kinds="vv", tier=Tier(720), seconds=4), card, Profile.COMPAT)
    usage, charge = tariffs.measure(request, card, [Decimal(9), Decimal(9)], Decimal(4), "moon")
    assert (usage.input_seconds, usage.billed_seconds, charge.amount) == (0, 4, 8)
