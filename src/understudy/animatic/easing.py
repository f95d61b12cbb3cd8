"""Easing: how a movement begins and ends, as curves from progress to progress.

Knows numbers between 0 and 1. Must not know what moves.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def clamp(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """`value` kept between `low` and `high`."""
    return low if value < low else high if value > high else value


def smooth(progress: float) -> float:
    """Slow start, slow end; speed is zero at both ends, acceleration too (Perlin's smootherstep). Input 0..1."""
    t = clamp(progress)
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0)


def cruise(progress: float, ramp: float = 0.22) -> float:
    """A camera's ease: speeds up over `ramp` of the way, runs evenly, slows down. Input 0..1."""
    t = clamp(progress)
    peak = 1.0 / (1.0 - ramp)
    if t < ramp:
        return peak * (t / 2 - ramp / (2 * math.pi) * math.sin(math.pi * t / ramp))
    if t > 1.0 - ramp:
        return 1.0 - cruise(1.0 - t, ramp)
    return peak * (t - ramp / 2)


def settle(progress: float) -> float:
    """Quick start, soft landing: for somebody who arrives. Input 0..1."""
    return 1.0 - (1.0 - clamp(progress)) ** 3


def part(progress: float, start: float, end: float) -> float:
    """How far `progress` has come between `start` and `end`, 0..1."""
    return clamp((progress - start) / (end - start)) if end > start else float(progress >= end)


def mix(low: float, high: float, share: float) -> float:
    """`low` at share 0, `high` at share 1."""
    return low + (high - low) * share


def smooth_noise(count: int, rng: np.random.Generator, *, period: float, octaves: int = 2) -> NDArray[np.float64]:
    """`count` values of a wandering curve, about -1..1, without a jump in speed.

    Knots are drawn every `period` frames (halved per octave) and joined by a cubic B-spline, whose second derivative
    is continuous: a hand-held camera sways by it and never trembles.
    """
    moments = np.arange(count, dtype=np.float64)
    curve = np.zeros(count)
    for octave in range(octaves):
        step = max(2.0, period / 2**octave)
        knots = rng.uniform(-1.0, 1.0, int(count / step) + 5)
        place = moments / step
        left = place.astype(np.int64)
        t = place - left
        weights = (
            (1 - t) ** 3 / 6,
            (3 * t**3 - 6 * t**2 + 4) / 6,
            (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
            t**3 / 6,
        )
        curve += sum(w * knots[left + offset] for offset, w in enumerate(weights)) * 0.5**octave
    return curve
