"""Utterance: a spoken line as sound and as mouth movement.

Knows samples and mouth openings. Must not know how they were made (speech) or drawn (portrait).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 48_000

Wave = NDArray[np.float32]
"""(n, 2) float32, -1..1, 48 kHz."""


@dataclass(frozen=True, slots=True)
class Mouth:
    """Mouth movement at 30 fps, one row per film frame, all float32.

    `opening` 0 (closed) to 1 (wide); `width` -1 (rounded, "oo") to 1 (spread, "ee"); `closed` 1 where lips press
    together (p, b, m) else 0.
    """

    opening: NDArray[np.float32]
    width: NDArray[np.float32]
    closed: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.opening)


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line, spoken."""

    wave: Wave
    mouth: Mouth

    @property
    def seconds(self) -> float:
        return len(self.wave) / SAMPLE_RATE
