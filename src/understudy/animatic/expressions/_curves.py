"""Curves: an expression as data: tracks over a share of its time, swings, and the marks that appear.

Knows acting in numbers. Must not know pictures, nor how a mark is drawn (stickers). Every curve is 0 at both ends, so
that an expression begins and ends as the photograph and loops.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TypeAlias

from understudy.animatic.easing import clamp
from understudy.animatic.expressions.headshot import Bearing
from understudy.animatic.faces.lips import FacePose, Mimic

Key: TypeAlias = tuple[float, float]
"""A moment, 0..1, and the value then."""


@dataclass(frozen=True, slots=True)
class Swing:
    """Something goes to and fro `times` times between two moments, `most` either way; softly in and out.

    `lifted` swings from 0 to `most` and back instead, as in nods.
    """

    track: str
    most: float
    times: int
    start: float = 0.1
    end: float = 0.9
    lifted: bool = False

    def at(self, share: float) -> float:
        if not self.start < share < self.end:
            return 0.0
        inside = (share - self.start) / (self.end - self.start)
        edge = min(1.0, min(inside, 1 - inside) * 2 * self.times)
        turn = 2 * math.pi * self.times * inside
        return self.most * edge * (0.5 - 0.5 * math.cos(turn) if self.lifted else math.sin(turn))


@dataclass(frozen=True, slots=True)
class Mark:
    """A drawn sign: which (`stickers`), when, where and how large, and how it moves.

    `at` names a spot of the head (`headmarks.SPOTS`); `x`, `y` are added to it, `size` is its height, all in heights
    of the face. `moves` names how it goes: see `headmarks`.
    """

    sign: str
    at: str
    size: float
    start: float = 0.2
    end: float = 0.85
    x: float = 0.0
    y: float = 0.0
    moves: str = "pop"
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression: its length, its curves by the name of a field of FacePose, Mimic or Bearing, and its marks."""

    meaning: str
    seconds: float
    curves: Mapping[str, tuple[Key, ...]]
    swings: tuple[Swing, ...] = ()
    marks: tuple[Mark, ...] = ()

    def value(self, track: str, share: float) -> float:
        """A track at a moment."""
        return _along(self.curves.get(track, ()), share) + sum(s.at(share) for s in self.swings if s.track == track)

    def pose(self, share: float) -> FacePose:
        """The face at a moment 0..1."""
        mimic = Mimic(**{name: _bounded(self.value(name, share)) for name in _MIMIC})
        plain = {name: self.value(name, share) for name in _POSE}
        for name in ("opening", "closed", "blink"):
            plain[name] = clamp(plain[name])
        return FacePose(**plain, mimic=None if mimic == _REST else mimic)

    def bearing(self, share: float) -> Bearing:
        """The figure at a moment 0..1."""
        return Bearing(**{name: self.value(name, share) for name in _BEARING})

    @property
    def tracks(self) -> frozenset[str]:
        """All tracks that ever move."""
        return frozenset(self.curves) | {swing.track for swing in self.swings}


_POSE = ("opening", "width", "closed", "blink", "yaw", "pitch", "roll")
_MIMIC = tuple(field.name for field in fields(Mimic))
_BEARING = tuple(field.name for field in fields(Bearing))
TRACKS = frozenset((*_POSE, *_MIMIC, *_BEARING))
_REST = Mimic()


def _bounded(value: float) -> float:
    return clamp(value, -1.0, 1.0)


def _along(keys: tuple[Key, ...], share: float) -> float:
    """The curve through keys, at rest in each of them; 0 before the first and after the last."""
    before = (0.0, 0.0)
    for key in (*keys, (1.0, 0.0)):
        if share <= key[0]:
            if key[0] == before[0]:
                return key[1]
            t = (share - before[0]) / (key[0] - before[0])
            return before[1] + (key[1] - before[1]) * t * t * (3 - 2 * t)
        before = key
    return 0.0


def held(value: float, start: float = 0.18, end: float = 0.84) -> tuple[Key, ...]:
    """Up to a value by `start`, there until `end`, then back."""
    return (max(0.0, start - 0.14), 0.0), (start, value), (end, value), (min(1.0, end + 0.13), 0.0)


def both(track: str, keys: tuple[Key, ...]) -> dict[str, tuple[Key, ...]]:
    """The same on the left and on the right."""
    return {f"{track}_left": keys, f"{track}_right": keys}


def flash(moment: float, value: float = 1.0, half: float = 0.035) -> tuple[Key, ...]:
    """There and back at once: a blink."""
    return (moment - half, 0.0), (moment, value), (moment + half, 0.0)
