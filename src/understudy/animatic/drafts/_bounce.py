"""Bounce: a film played forwards, backwards and forwards again for as long as it is needed, in bounded memory.

Knows how pictures that come in one order only are had in the other. Must not know what they show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from understudy.animatic.performer import Plate

MOST_BYTES = 900_000_000
"""Of pictures on disk at one time while a film runs backwards."""


def bounced(
    play: Callable[[], Iterator[Plate]], length: int, count: int, store: Path, most_bytes: int = MOST_BYTES
) -> Iterator[tuple[int, Plate]]:
    """`count` pictures of a film of `length`, each with its number in the film: 0, 1 ... last, last but one ... 0, 1.

    Backwards the film is read anew, stretch by stretch from its end, and each stretch kept in a file in `store`.
    """
    given = 0
    first = True
    while given < count:
        # each turning point is shown once
        for number, picture in islice(enumerate(play()), 0 if first else 1, min(length, count - given + (not first))):
            yield number, picture
            given += 1
        first = False
        if length == 1:
            first = True
            continue
        if given < count:
            for number, picture in islice(_backwards(play, length, store, most_bytes), count - given):
                yield number, picture
                given += 1


def _backwards(
    play: Callable[[], Iterator[Plate]], length: int, store: Path, most_bytes: int
) -> Iterator[tuple[int, Plate]]:
    """From the last picture but one to the first."""
    stop = length - 1
    while stop > 0:
        pictures = play()
        sample = next(pictures)
        most = max(1, most_bytes // sample.nbytes)
        start = max(0, stop - most)
        path = store / "backwards.raw"
        kept = np.memmap(path, np.uint8, "w+", shape=(stop - start, *sample.shape))
        if start == 0:
            kept[0] = sample
        for number, picture in islice(enumerate(pictures, 1), stop - 1):
            if number >= start:
                kept[number - start] = picture
        for number in range(stop - 1, start - 1, -1):
            yield number, np.array(kept[number - start])
        del kept
        path.unlink()
        stop = start
