"""Charges and quotas, to the last digit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.core.usage import Charge, Quota

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quantity", "price", "left", "free", "amount"),
    [
        ("11", "0.6", "0", "0", "6.600000"),
        ("11", "0.6", "50", "11", "0.000000"),
        ("11", "0.6", "4.5", "4.5", "3.900000"),
        ("11.65", "0.733924", "0", "0", "8.550215"),  # 8.5502146
        ("10", "1.0", "-3", "0", "10.000000"),
    ],
)
def test_the_free_quota_comes_off_first(quantity: str, price: str, left: str, free: str, amount: str) -> None:
    charge = Charge(Decimal(quantity), "second", Decimal(price)).less_quota(Decimal(left))
    assert (charge.free_quantity, str(charge.amount)) == (Decimal(free), amount)


@given(
    quantity=st.decimals(0, 1000, places=3), price=st.decimals(0, 10, places=6), left=st.decimals(-10, 1000, places=3)
)
def test_a_quota_never_makes_it_dearer_nor_negative(quantity: Decimal, price: Decimal, left: Decimal) -> None:
    whole = Charge(quantity, "second", price)
    assert 0 <= whole.less_quota(left).amount <= whole.amount


def test_a_quota_ends_with_its_day() -> None:
    quota = Quota("wan2.7-r2v", Decimal(50), Decimal("12.5"), NOON)
    assert quota.left(NOON - timedelta(seconds=1)) == Decimal("37.5")
    assert quota.left(NOON) == 0
    assert Quota("wan2.7-r2v", Decimal(50), Decimal(60), NOON).left(NOON - timedelta(days=1)) == 0
