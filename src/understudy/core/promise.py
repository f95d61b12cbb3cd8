"""Promise: what a film must be, as it was told or follows from what was given.

Knows the numbers a finished file is held to. Must not know how they come about (catalog) or who checks them (service).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from understudy.core.units import FRAMES_PER_SECOND, Size


@dataclass(frozen=True, slots=True)
class Promise:
    """`size` and `seconds` are None where only the engine can know, `sound` likewise."""

    size: Size | None = None
    frames_per_second: Fraction = Fraction(FRAMES_PER_SECOND)
    seconds: Decimal | None = None
    sound: bool | None = None

    @property
    def frame_count(self) -> int | None:
        """Whole pictures: round(seconds x rate), half to even, at least one."""
        return None if self.seconds is None else max(1, round(Fraction(self.seconds) * self.frames_per_second))
