"""Survey: a film watched once, before work on it begins: the camera's way, and a few key pictures at full size.

Knows how often to look closely. Must not know what for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.filling import Hole, Plate
from understudy.animatic.footage.mosaic import Key
from understudy.animatic.footage.travel import Grey, Stretch, is_other, scaled, small_grey, travel

_FIRST_STEP = 2  # pictures between keys at first; doubled whenever there are too many
_MOST_CUTS = 24


@dataclass(slots=True)
class Survey:
    """What was seen. `stretches` hold matrices in full pixels; `greys` every picture, small; `keys` in order."""

    stretches: list[Stretch] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    greys: list[Grey] = field(default_factory=list)
    count: int = 0

    def key_in(self, stretch: Stretch) -> list[Key]:
        """The key pictures of a stretch, numbered within it."""
        last = stretch.first + stretch.count
        return [
            Key(key.number - stretch.first, key.picture, key.unwanted)
            for key in self.keys
            if stretch.first <= key.number < last
        ]


def survey(
    pictures: Iterable[Plate], keys: int = 12, where: Iterable[Hole | None] | None = None, follow: bool = True
) -> Survey:
    """Watch a film.

    Every stretch between cuts has its first picture as a key at least.

    Args:
        pictures: (h, w, 3) uint8, all of one size.
        keys: about so many key pictures are kept, evenly over the film.
        where: for each picture what is not to be looked at when the camera is followed (small, as `greys`).
        follow: whether the camera is followed; otherwise `stretches` stays empty.
    """
    found = Survey()
    evenly: list[Key] = []
    at_cuts: list[Key] = []
    step = _FIRST_STEP
    factor = 1.0
    for number, picture in enumerate(pictures):
        grey = small_grey(picture)
        factor = picture.shape[1] / grey.shape[1]
        found.greys.append(grey)
        if number % step == 0:
            evenly.append(Key(number, picture))
            if len(evenly) >= 2 * keys:
                evenly = evenly[::2]
                step *= 2
        elif is_other(found.greys[-2], grey) and len(at_cuts) < _MOST_CUTS:
            at_cuts.append(Key(number, picture))
        found.count = number + 1
    found.keys = sorted((*evenly, *at_cuts), key=lambda key: key.number)
    if follow:
        found.stretches = followed(found.greys, factor, where)
    return found


def followed(greys: list[Grey], factor: float, unwanted: Iterable[Hole | None] | None = None) -> list[Stretch]:
    """The camera's way through small pictures, as matrices for pictures `factor` times as large."""
    looked = None if unwanted is None else _inverted(unwanted)
    ways = travel(greys, looked)
    return [Stretch(way.first, tuple(scaled(m, factor) for m in way.to_first)) for way in ways]


def _inverted(unwanted: Iterable[Hole | None]) -> Iterator[NDArray[np.uint8] | None]:
    for mask in unwanted:
        yield None if mask is None else np.where(mask, 0, 255).astype(np.uint8)
