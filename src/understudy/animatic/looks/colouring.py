"""Colouring: what colours and tones a whole film has, so that its look is settled once and never changes in between.

Knows a few small pictures spread over the film. Must not know what is made of it. Every number of a look that depends
on the film comes from here: a palette found anew in every picture would flicker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.looks.sight import Picture
from understudy.media.video import read_video

_LOOKS = 14  # pictures that are looked at. GUESS
_HIGH = 120  # their height
_ROUNDS = 14  # of the palette's search; it stands still before
_SOMEBODY = 0.015  # share of a film that must have colours of skin
_OF_SKIN = 3

Colours = NDArray[np.float32]
"""(n, 3) float32 CIE Lab: L 0..100, a and b around 0."""


@dataclass(frozen=True, slots=True)
class Colouring:
    """Colours of a film (or of a still): `points` are a few thousand of its pixels in Lab, in no order."""

    points: Colours

    def light(self, share: float) -> float:
        """The lightness, 0..1, below which `share` (0..1) of the film lies."""
        return float(np.quantile(self.points[:, 0], share)) / 100

    def palette(self, count: int, seed: int = 0) -> Colours:
        """`count` colours that stand for the film, (count, 3) Lab from dark to light.

        Where somebody is seen at least three of them are colours of skin, however small the face.
        """
        here = skin(self.points) > 0.5
        share = float(here.mean())
        if count < 7 or share < _SOMEBODY or share > 1 - _SOMEBODY:
            return _sorted(_middles(self.points, count, seed))
        of_skin = min(count // 2, max(_OF_SKIN, round(share * count)))
        people = _middles(self.points[here], of_skin, seed)
        return _sorted(np.concatenate([people, _middles(self.points[~here], count - of_skin, seed)]))

    def spread(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean (3,) and covariance (3, 3) of the colours in Lab."""
        return self.points.mean(axis=0, dtype=np.float64), np.cov(self.points.T.astype(np.float64))


def _middles(points: Colours, count: int, seed: int) -> Colours:
    """The middles of `count` clusters (k-means)."""
    rng = np.random.default_rng(seed)
    middles = points[rng.integers(len(points))][None]
    for _ in range(count - 1):  # the next one far from all before: small bright things get their colour too
        far = np.min(((points[:, None] - middles[None]) ** 2).sum(axis=2), axis=1)
        chances = np.cumsum(far + 1e-3)
        pick = int(np.searchsorted(chances, rng.uniform(0, float(chances[-1]))))
        middles = np.concatenate([middles, points[min(pick, len(points) - 1)][None]])
    for _ in range(_ROUNDS):
        nearest = np.argmin(((points[:, None] - middles[None]) ** 2).sum(axis=2), axis=1)
        middles = np.stack(
            [points[nearest == k].mean(axis=0) if np.any(nearest == k) else middles[k] for k in range(count)]
        )
    return np.asarray(middles, np.float32)


def _sorted(colours: Colours) -> Colours:
    return np.asarray(colours[np.argsort(colours[:, 0])], np.float32)


def film_colouring(path: Path, frame_count: int, frames_per_second: Fraction) -> Colouring:
    """Look at a film's first `frame_count` pictures, a few of them, small.

    Raises:
        MediaRefused: the file cannot be read as a film.
    """
    apart = max(1, -(-frame_count // _LOOKS))
    rate = Fraction(frames_per_second) / apart
    return colouring_of(list(read_video(path, max_height=_HIGH, max_frames=_LOOKS, frames_per_second=rate)))


def colouring_of(pictures: Sequence[Picture]) -> Colouring:
    """Look at given pictures."""
    rng = np.random.default_rng(0)
    each = max(200, 6000 // len(pictures))
    found = []
    for picture in pictures:
        calm = cv2.medianBlur(np.ascontiguousarray(picture[:, :, :3]), 3)
        points = lab_of(calm.reshape(-1, 3).astype(np.float32) / 255)
        found.append(points[rng.integers(0, len(points), each)])
    return Colouring(np.concatenate(found))


def lab_of(rgb: NDArray[Any]) -> Colours:
    """(n, 3) sRGB 0..1 to Lab."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(rgb, np.float32)[None], cv2.COLOR_RGB2LAB)[0], np.float32)


def rgb_of(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 3) Lab to sRGB 0..1, clipped."""
    back = cv2.cvtColor(np.ascontiguousarray(lab, np.float32)[None], cv2.COLOR_LAB2RGB)[0]
    return np.asarray(np.clip(back, 0, 1), np.float32)


def ramp(values: NDArray[Any], low: float, high: float) -> NDArray[np.float32]:
    """0 below `low`, 1 above `high`, an S between; `high` may lie below `low`."""
    t = np.clip((values - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def skin(lab: Colours) -> NDArray[np.float32]:
    """How much a colour is one of skin, 0..1; from deep to pale. Measured on the sample portraits. GUESS beyond."""
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))
    strong = np.hypot(lab[:, 1], lab[:, 2])
    right = ramp(np.abs(hue - 48), 34, 20)
    return np.asarray(
        right * ramp(strong, 8, 15) * ramp(strong, 52, 42) * ramp(lab[:, 0], 18, 34) * ramp(lab[:, 0], 99, 93),
        np.float32,
    )
