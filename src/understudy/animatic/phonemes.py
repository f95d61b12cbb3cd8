"""Phonemes to mouth: what lips and jaw do while a sound is made, and how one movement runs into the next.

Knows espeak's phoneme names of Mandarin and English and visemes. Must not know audio files, voices or pixels. Time is
seconds in, frames at 30 fps out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic.utterance import Mouth
from understudy.core.units import FRAMES_PER_SECOND

_FINE = 8
"""Steps per frame in which movements are blended before each frame takes its mean."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One phoneme from `start` up to `end`, seconds in the sound; `name` is espeak's, `rest` marks a pause."""

    name: str
    start: float
    end: float

    @property
    def rest(self) -> bool:
        return self.name.startswith("_") or self.name.startswith("(") or not self.name


@dataclass(frozen=True, slots=True)
class Viseme:
    """Where the mouth goes: `opening` 0..1, `width` -1 (rounded) to 1 (spread), `closed` where lips must touch.

    `weight` says how much the sound insists on its shape against its neighbours: vowels and lips do, tongue does not.
    """

    opening: float
    width: float
    closed: bool = False
    weight: float = 1.0


# Vowels by their letters in espeak's names, longest first; a diphthong lists where it starts and where it ends.
# Source of openings: the vowel chart; the figures are GUESSes tuned by looking.
_VOWELS: tuple[tuple[str, tuple[Viseme, ...]], ...] = tuple(
    (name, tuple(Viseme(opening, width) for opening, width in shapes))
    for name, shapes in (
        ("uai", ((0.25, -0.8), (0.8, 0.0), (0.4, 0.6))),
        ("uei", ((0.25, -0.8), (0.45, 0.3), (0.3, 0.6))),
        ("iau", ((0.25, 0.6), (0.8, 0.0), (0.35, -0.6))),
        ("iou", ((0.25, 0.6), (0.5, -0.5), (0.3, -0.8))),
        ("ong", ((0.45, -0.8), (0.3, -0.6))),
        ("aI@", ((0.85, 0.1), (0.4, 0.5), (0.4, 0.0))),
        ("aU@", ((0.85, 0.0), (0.4, -0.7), (0.4, 0.0))),
        ("ai", ((0.85, 0.1), (0.4, 0.6))),
        ("aI", ((0.85, 0.1), (0.4, 0.6))),
        ("aU", ((0.85, 0.0), (0.35, -0.7))),
        ("Au", ((0.8, -0.1), (0.35, -0.7))),
        ("au", ((0.8, -0.1), (0.35, -0.7))),
        ("ei", ((0.5, 0.5), (0.3, 0.7))),
        ("eI", ((0.5, 0.5), (0.3, 0.7))),
        ("oU", ((0.5, -0.6), (0.3, -0.9))),
        ("ou", ((0.5, -0.6), (0.3, -0.9))),
        ("OI", ((0.5, -0.7), (0.35, 0.5))),
        ("oI", ((0.5, -0.7), (0.35, 0.5))),
        ("ia", ((0.25, 0.7), (0.85, 0.1))),
        ("iA", ((0.25, 0.7), (0.85, 0.1))),
        ("iE", ((0.25, 0.7), (0.55, 0.4))),
        ("ie", ((0.25, 0.7), (0.5, 0.5))),
        ("ua", ((0.25, -0.9), (0.85, 0.0))),
        ("uA", ((0.25, -0.9), (0.85, 0.0))),
        ("uo", ((0.25, -0.9), (0.5, -0.6))),
        ("yE", ((0.25, -0.8), (0.5, 0.3))),
        ("y&", ((0.25, -0.8), (0.5, 0.1))),
        ("i@", ((0.3, 0.7), (0.4, 0.1))),
        ("e@", ((0.5, 0.4), (0.4, 0.1))),
        ("U@", ((0.3, -0.7), (0.4, 0.0))),
        ("A:", ((0.95, 0.0),)),
        ("O:", ((0.6, -0.7),)),
        ("o-", ((0.4, 0.0),)),
        ("@r", ((0.45, -0.2),)),
        ("A@", ((0.85, 0.0),)),
        ("O@", ((0.55, -0.6),)),
        ("3:", ((0.4, -0.2),)),
        ("a#", ((0.6, 0.1),)),
        ("I#", ((0.3, 0.5),)),
        ("I2", ((0.3, 0.5),)),
        ("i.", ((0.2, 0.4),)),
        ("i[", ((0.2, 0.5),)),
        ("i:", ((0.3, 0.9),)),
        ("u:", ((0.25, -1.0),)),
        ("A", ((0.9, 0.0),)),
        ("a", ((0.85, 0.15),)),
        ("0", ((0.7, -0.3),)),
        ("V", ((0.6, 0.1),)),
        ("E", ((0.55, 0.4),)),
        ("e", ((0.5, 0.4),)),
        ("@", ((0.4, 0.0),)),
        ("3", ((0.4, -0.2),)),
        ("o", ((0.5, -0.6),)),
        ("O", ((0.6, -0.6),)),
        ("i", ((0.3, 0.8),)),
        ("I", ((0.35, 0.5),)),
        ("y", ((0.22, -0.9),)),
        ("u", ((0.25, -1.0),)),
        ("U", ((0.3, -0.7),)),
        ("8", ((0.4, -0.3),)),
    )
)
_LIPS = Viseme(0.0, 0.0, closed=True, weight=3.0)
_TEETH_ON_LIP = Viseme(0.12, 0.1, weight=1.6)
_ROUND = Viseme(0.22, -0.9, weight=1.0)
_HISS = Viseme(0.14, 0.45, weight=0.8)
_HUSH = Viseme(0.2, -0.55, weight=0.9)
_TONGUE = Viseme(0.24, 0.15, weight=0.45)
_BACK = Viseme(0.3, 0.0, weight=0.3)
_REST = Viseme(0.0, 0.0, weight=1.2)

_CONSONANTS: tuple[tuple[str, Viseme], ...] = (
    (r"^[pbm]", _LIPS),
    (r"^[fv]", _TEETH_ON_LIP),
    (r"^w", _ROUND),
    (r"^(tS;|dZ;|S;)", Viseme(0.18, 0.5, weight=0.7)),  # j q x of pinyin: spread
    (r"^(tS|dZ|S|Z|ts\.|s\.|z\.)", _HUSH),
    (r"^(ts|dz|s|z)", _HISS),
    (r"^j", Viseme(0.22, 0.7, weight=0.8)),
    (r"^r", Viseme(0.25, -0.4, weight=0.7)),
    (r"^[TDtdnlL*]", _TONGUE),
    (r"^[kgNhXxC?]", _BACK),
)
_MARKS = re.compile(r"^[',%=|]+|\d+$")


def visemes(name: str) -> tuple[Viseme, ...]:
    """The shapes a phoneme goes through, in order. Unknown names half open the mouth: it is a sound after all."""
    if name.startswith(("_", "(")) or not name:
        return (_REST,)
    plain = _MARKS.sub("", name)
    for pattern, shape in _CONSONANTS:
        if re.match(pattern, plain):
            return (shape,)
    for vowel, shapes in _VOWELS:
        if plain.startswith(vowel):
            return shapes
    return (Viseme(0.35, 0.0),)


def is_lip_closure(name: str) -> bool:
    """True for p, b, m."""
    return visemes(name)[0].closed


def mouth_of(phones: Sequence[Phone], seconds: float, liveliness: float = 1.0) -> Mouth:
    """Mouth movement for a sound of `seconds`: one row per film frame, ceil(seconds x 30), closed at both ends.

    Shapes are blended over about 60 ms, as lips do, and led by 15 ms, as lips lead the sound; closures for p, b, m
    are kept whatever stands around them. `liveliness` scales the openings (a whisper 0.7, a shout 1.25).
    """
    count = max(1, int(np.ceil(seconds * FRAMES_PER_SECOND - 1e-6)))
    fine = count * _FINE
    rate = FRAMES_PER_SECOND * _FINE
    opening, width, weight = np.zeros(fine), np.zeros(fine), np.full(fine, _REST.weight)
    closed = np.zeros(fine)
    for phone in phones:
        shapes = visemes(phone.name)
        edges = np.linspace(phone.start - 0.015, phone.end - 0.015, len(shapes) + 1) * rate
        for shape, low, high in zip(shapes, edges[:-1], edges[1:], strict=True):
            part = slice(max(0, round(low)), max(0, round(high)))
            opening[part], width[part], weight[part] = shape.opening, shape.width, shape.weight
            if shape.closed:
                closed[part] = 1.0
    reach = 0.022 * rate
    total = ndimage.gaussian_filter1d(weight, reach, mode="nearest")
    opening = ndimage.gaussian_filter1d(opening * weight, reach, mode="nearest") / total * liveliness
    width = ndimage.gaussian_filter1d(width * weight, 1.4 * reach, mode="nearest")
    width /= ndimage.gaussian_filter1d(weight, 1.4 * reach, mode="nearest")
    pressed = np.clip(ndimage.gaussian_filter1d(closed, 0.012 * rate, mode="nearest") * 1.25, 0, 1)
    opening *= 1 - pressed

    frames_opening = _per_frame(opening)
    frames_closed = _closures(phones, count)
    frames_opening[frames_closed > 0] = 0.0
    frames_opening[-1] = 0.0
    return Mouth(
        np.clip(frames_opening, 0, 1).astype(np.float32),
        np.clip(_per_frame(width), -1, 1).astype(np.float32),
        frames_closed,
    )


def _per_frame(fine: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(fine.reshape(-1, _FINE).mean(axis=1))


def _closures(phones: Sequence[Phone], count: int) -> NDArray[np.float32]:
    """1 on frames whose middle falls into p, b or m; a closure too short for any middle takes the nearest frame."""
    closed = np.zeros(count, np.float32)
    for phone in phones:
        if not is_lip_closure(phone.name):
            continue
        low = int(np.ceil(phone.start * FRAMES_PER_SECOND - 0.5))
        high = int(np.ceil(phone.end * FRAMES_PER_SECOND - 0.5))
        if high <= low:
            low = min(count - 1, int(phone.start * FRAMES_PER_SECOND))
            high = low + 1
        closed[max(0, low) : high] = 1.0
    return closed


def still_mouth(seconds: float) -> Mouth:
    """A mouth that stays shut."""
    return mouth_of((), seconds)
