"""What was consumed and what it costs, in exact decimal arithmetic.

Knows amounts. Must not know formulas (catalog/tariffs) nor where the book is kept (stores).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from understudy.core.units import Ratio, Size, Tier

MICRO = Decimal("0.000001")
"""Smallest unit of money that is kept. Source: spec/dashscope.md §9.4."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one finished task consumed.

    `input_seconds` is the billed part of the reference videos, `output_seconds` the finished video; both are
    Decimal. `billed_seconds` is what the unit price is multiplied with. Source: seed 003, billing.
    """

    output_seconds: Decimal = Decimal(0)
    input_seconds: Decimal = Decimal(0)
    billed_seconds: Decimal = Decimal(0)
    video_count: int = 0
    image_count: int = 0
    tier: Tier | None = None
    size: Size | None = None
    ratio: Ratio | None = None
    frames_per_second: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What that costs.

    `quantity` in `unit` ("second", "image") at `unit_price` each; `free_quantity` of it comes out of the free
    quota, so `amount = (quantity - free_quantity) * unit_price`, kept to 0.000001.
    """

    quantity: Decimal
    unit: str
    unit_price: Decimal
    currency: str = "CNY"
    free_quantity: Decimal = Decimal(0)

    @property
    def amount(self) -> Decimal:
        return ((self.quantity - self.free_quantity) * self.unit_price).quantize(MICRO)

    def less_quota(self, left: Decimal) -> Charge:
        """The same charge with up to `left` units taken from the free quota."""
        free = min(max(left, Decimal(0)), self.quantity)
        return Charge(self.quantity, self.unit, self.unit_price, self.currency, free)


@dataclass(frozen=True, slots=True)
class Quota:
    """Free units of one model that an account still has until `expires` (aware UTC)."""

    model: str
    granted: Decimal
    used: Decimal
    expires: datetime

    def left(self, now: datetime) -> Decimal:
        return max(self.granted - self.used, Decimal(0)) if now < self.expires else Decimal(0)
