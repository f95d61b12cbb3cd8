"""The light of a shot: one change of light for the set, a milder one for people, from weather words and the set itself.

Knows tables of gain, gamma and tint. Must not know how anything is painted. All light is baked in when a shot is made
ready; a frame pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.canvas import Bytes, Grade, yuv_of
from understudy.animatic.screenplay import Weather

SAME = Grade.of()
"""No change."""

# Numbers by eye, on photographs and on drawn sets. GUESS.
_PLATE = {
    Weather.NIGHT: Grade.of(gain=0.50, gamma=1.25, tint=(8, -6), saturation=0.7),
    Weather.SUNSET: Grade.of(gain=0.96, gamma=1.04, tint=(-12, 9), saturation=1.05),
    Weather.FOG: Grade.of(gain=0.80, lift=0.12, saturation=0.6),
    Weather.RAIN: Grade.of(gain=0.84, gamma=1.05, tint=(3, -3), saturation=0.72),
    Weather.SNOW: Grade.of(gain=0.97, lift=0.03, tint=(3, -2), saturation=0.8),
    Weather.NEON: Grade.of(gain=0.72, gamma=1.1, tint=(10, 7), saturation=1.1),
}
_PEOPLE = {
    Weather.NIGHT: Grade.of(gain=0.82, gamma=1.08, tint=(4, -1), saturation=0.90),
    Weather.SUNSET: Grade.of(gain=0.97, tint=(-7, 4), saturation=0.92),
    Weather.FOG: Grade.of(gain=0.88, lift=0.05, saturation=0.78),
    Weather.RAIN: Grade.of(gain=0.92, tint=(2, -1), saturation=0.87),
    Weather.SNOW: Grade.of(gain=0.98, lift=0.01, tint=(2, -1), saturation=0.9),
    Weather.NEON: Grade.of(gain=0.88, gamma=1.05, tint=(7, 5), saturation=1.05),
}
_LAMPS = {
    Weather.NIGHT: Grade.of(gain=0.90, gamma=1.05, tint=(-1, 1), saturation=0.93),
    Weather.NEON: _PEOPLE[Weather.NEON],
}


def plate_grade(weather: Sequence[Weather]) -> Grade:
    """How a photographed set changes; a drawn one is drawn in its light already."""
    return _chain(_PLATE, weather)


def people_grade(weather: Sequence[Weather]) -> Grade:
    """How people change: milder than their set, so that faces stay readable."""
    return _chain(_PEOPLE, weather)


def lamp_grade(weather: Sequence[Weather]) -> Grade:
    """How people change in a room: no weather reaches them, but by night lamps are dimmer and warmer than the day."""
    kept = [w for w in weather if w in _LAMPS]
    return _chain(_LAMPS, kept)


def _chain(table: dict[Weather, Grade], weather: Sequence[Weather]) -> Grade:
    grade = SAME
    for word in dict.fromkeys(weather):
        if word is Weather.NEON and Weather.NIGHT in weather:
            continue  # neon shows at night as coloured light, not as a second darkness
        grade = grade.then(table[word])
    return grade


def night_yuv(yuv: Bytes, grade: Grade) -> Bytes:
    """A plate (h, w, 3) Y, U, V by night: what was brightest stays lit and glows."""
    dark = grade.on(yuv)
    luma = yuv[:, :, 0].astype(np.float32)
    threshold = max(170.0, float(np.percentile(luma, 97.5)))
    lamps = np.clip((luma - threshold) / 40, 0, 1)
    if float(lamps.mean()) > 0.02:  # a bright sky is no lamp
        return dark
    sigma = yuv.shape[0] / 60
    small = cv2.resize(lamps, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    halo = cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / 4), (luma.shape[1], luma.shape[0]))
    share = np.clip(lamps * 0.85 + halo * 1.2, 0, 1)[:, :, None]
    return np.rint(dark + (yuv.astype(np.float32) - dark) * share).astype(np.uint8)


def match(people: NDArray[np.uint8], alpha: NDArray[np.uint8], around: Bytes, strength: float = 0.35) -> Grade:
    """A gentle pull of somebody's light towards the set behind him.

    Args:
        people: (h, w, 3) RGB of the sprite.
        alpha: (h, w) its coverage.
        around: (h, w, 3) Y, U, V of the set.
        strength: 0 nothing, 1 all the way. Bounded in any case: a face keeps its own colour.
    """
    solid = alpha > 200
    if int(solid.sum()) < 50:
        return SAME
    own = yuv_of(people)[solid].astype(np.float64)
    there = around.reshape(-1, 3).astype(np.float64)
    own_light, there_light = own[:, 0].mean() - 16, there[:, 0].mean() - 16
    gain = 1 + float(np.clip((there_light / max(own_light, 12.0) - 1) * strength, -0.20, 0.10))
    spread = float(np.clip((there[:, 0].std() / max(own[:, 0].std(), 8.0) - 1) * strength * 0.4, -0.06, 0.06))
    blue, red = (float(np.clip((there[:, c].mean() - 128) * strength * 0.4, -3, 3)) for c in (1, 2))
    return Grade.of(gain=gain, gamma=1 + spread, tint=(blue, red))
