"""Sizes, ratios and tiers: parsing and printing of each, in one place.

Knows how a picture size, an aspect ratio and a quality tier are written.
Must not know any model, vendor route or file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

FRAMES_PER_SECOND = 30
"""Frames per second of every r2v result. Source: seed 003, supported models (30fps, MP4 H.264)."""

_SIZE = re.compile(r"^\s*(\d{1,5})\s*[*xX×]\s*(\d{1,5})\s*$")
_RATIO = re.compile(r"^\s*(\d{1,3})\s*[:：]\s*(\d{1,3})\s*$")
_TIER = re.compile(r"^\s*(\d{3,4})\s*[pP]\s*$")


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """Picture size in pixels, both sides at least 1."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a picture size needs two positive sides, not {self.width}*{self.height}")

    @classmethod
    def parse(cls, text: str) -> Size:
        """Read `1280*720`; `x`, `X` and `×` are accepted as separator. Raises ValueError.

        Source: seed 000, size ("宽*高"); the other separators are a courtesy of the compat profile.
        """
        match = _SIZE.match(text)
        if not match:
            raise ValueError(f"{text!r} is not a size in pixels such as 1280*720")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.width}*{self.height}"

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def aspect(self) -> Fraction:
        return Fraction(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Aspect ratio as the caller writes it (`16:9`); never reduced, so that it prints as it came."""

    across: int
    down: int

    def __post_init__(self) -> None:
        if self.across < 1 or self.down < 1:
            raise ValueError(f"an aspect ratio needs two positive parts, not {self.across}:{self.down}")

    @classmethod
    def parse(cls, text: str) -> Ratio:
        """Read `16:9` (ASCII or full-width colon). Raises ValueError."""
        match = _RATIO.match(text)
        if not match:
            raise ValueError(f"{text!r} is not an aspect ratio such as 16:9")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.across}:{self.down}"

    @property
    def aspect(self) -> Fraction:
        return Fraction(self.across, self.down)


@dataclass(frozen=True, slots=True, order=True)
class Tier:
    """Quality tier by its number of lines: `Tier(720)` prints as `720P`."""

    lines: int

    @classmethod
    def parse(cls, text: str) -> Tier:
        """Read `720P` or `720p`. Raises ValueError."""
        match = _TIER.match(text)
        if not match:
            raise ValueError(f"{text!r} is not a tier such as 720P")
        return cls(int(match[1]))

    def __str__(self) -> str:
        return f"{self.lines}P"


def frame_count(seconds: Decimal | int, frames_per_second: int = FRAMES_PER_SECOND) -> int:
    """Whole frames of a picture of `seconds`: round(seconds x rate), at least one."""
    return max(1, int((Decimal(seconds) * frames_per_second).to_integral_value()))


def plain_number(value: Decimal | int) -> int | float:
    """A number as it leaves on a wire: whole numbers as int (`10`, never `10.0`), others as float."""
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else float(number)
