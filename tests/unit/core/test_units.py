"""Sizes, ratios, tiers and numbers: how each is read and printed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.core.units import Ratio, Size, Tier, frame_count, plain_number


@pytest.mark.parametrize("text", ["1280*720", "1280x720", "1280X720", "1280×720", " 1280 * 720 "])
def test_a_size_is_read_with_any_separator_and_printed_with_one(text: str) -> None:
    assert Size.parse(text) == Size(1280, 720)
    assert str(Size.parse(text)) == "1280*720"


@pytest.mark.parametrize(
    "text", ["", "720P", "16:9", "1280", "1280*", "-1*5", "1280*720*3", "1e3*5", "0*5", "123456*5"]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Size.parse(text)


@pytest.mark.parametrize(
    ("text", "printed"), [("16:9", "16:9"), ("4：3", "4:3"), (" 1 : 1 ", "1:1"), ("32:18", "32:18")]
)
def test_a_ratio_prints_as_it_came(text: str, printed: str) -> None:
    assert str(Ratio.parse(text)) == printed


@pytest.mark.parametrize("text", ["", "16*9", "16:0", "16:9:1", "1.5:1"])
def test_what_is_no_ratio_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Ratio.parse(text)


@pytest.mark.parametrize("text", ["720P", "720p", " 720 P "])
def test_a_tier(text: str) -> None:
    assert (Tier.parse(text), str(Tier.parse(text))) == (Tier(720), "720P")


@pytest.mark.parametrize("text", ["", "720", "P", "72P", "1280*720", "SD"])
def test_what_is_no_tier_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Tier.parse(text)


def test_shapes_compare_exactly() -> None:
    assert Size(1280, 720).aspect == Ratio(16, 9).aspect == Ratio(32, 18).aspect == Fraction(16, 9)
    assert Ratio(16, 9) != Ratio(32, 18)
    assert Size(1280, 720).area == 921600
    assert Tier(720) < Tier(1080)


@given(st.integers(1, 99999), st.integers(1, 99999))
def test_sizes_survive_printing(width: int, height: int) -> None:
    assert Size.parse(str(Size(width, height))) == Size(width, height)


@pytest.mark.parametrize(
    ("seconds", "frames"),
    [("2", 60), ("5", 150), ("10", 300), ("1.65", 50), ("0.5", 15), ("0", 1), ("0.001", 1), ("1.001", 30)],
)
def test_frames_of_a_length(seconds: str, frames: int) -> None:
    assert frame_count(Decimal(seconds)) == frames


@pytest.mark.parametrize(
    ("value", "printed"),
    [("10", "10"), ("10.0", "10"), ("6.650", "6.65"), ("1E+2", "100"), ("-0", "0"), ("0.5", "0.5")],
)
def test_whole_numbers_leave_without_a_point(value: str, printed: str) -> None:
    assert str(plain_number(Decimal(value))) == printed
