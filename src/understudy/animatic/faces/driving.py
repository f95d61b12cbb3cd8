"""Driving: from a sound alone, without its words, to what the mouth and the head of its speaker do.

Knows loudness, the colour of speech sounds, and how lips go with both. Must not know words, phonemes, faces or pixels.
Everything is measured against the sound's own loud parts and its own mean colour, so neither the recording's level nor
its microphone matters.

The weights below were fitted (ridge regression) to the mouth openings that `phonemes` gives for eight sentences,
Mandarin and English, in four voices of espeak. On voices and sentences left out of the fit the correlation with those
openings was 0.68 on average, that of `width` 0.48; loudness alone reached 0.57 and 0.11.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic.utterance import Mouth
from understudy.media.audio import SAMPLE_RATE, Wave

Track: TypeAlias = NDArray[np.float32]
"""(frame_count,) float32."""

_Floats: TypeAlias = NDArray[np.float64]

_RATE = 16_000  # Hz of the analysis: mouths are heard below 8 kHz
_HOP, _WINDOW, _BINS = 80, 400, 512  # 5 ms, 25 ms
STEP_SECONDS = _HOP / _RATE
_BLOCK = 2_000  # steps analysed at once: ten seconds
_EDGES = np.array([90, 180, 300, 450, 650, 900, 1250, 1750, 2400, 3200, 4200, 5500, 7800.0])
"""Hz, borders of the twelve bands."""

_SOUNDS_DB = -22.0  # below the loud parts: the quieter does not count for the mean colour
_SILENT_DB = (-34.0, -26.0)  # the mouth is shut below the first and free above the second. GUESS
_FLOOR_DB = -75.0  # dBFS that the loudest must reach to be a sound at all
_ROOM_DB = 9.0  # a steady noise so much below speech still counts as silence. GUESS
_SMOOTH_STEPS = 6.0  # 30 ms: as fast as lips go
_WIDE = 0.74  # opening of a speaker's widest vowels (95 of 100 steps stay below)
_NARROW = 0.06  # of his narrowest sounds (8 of 100 stay below)
_LEAST_SPAN = 0.2  # of what the weights say: somebody who holds one vowel is not made to chew. Speech has 0.32 to 0.45
_STANDS_OUT_DB = 5.0  # over the syllables around it: a full stress
_FAINT = 0.2
_LEAD_SECONDS = 0.015  # lips are ahead of the sound, as in `phonemes`

_OPENING = np.array([0.47, 0.04, -0.11, -0.13, -0.02, 0.11, -0.03, 0.03, 0.00, -0.01, 0.08, 0.01, -0.00, -0.00])
_WIDTH = np.array([-0.65, 0.08, 0.10, -0.08, 0.02, -0.01, -0.24, -0.04, -0.01, 0.01, 0.60, 0.04, -0.36, 0.43])
"""Weights of the level and of the twelve bands, then the constant."""


@dataclass(frozen=True, slots=True)
class Driving:
    """What a sound makes of its speaker, a value per picture.

    `mouth` as in utterance, at any rate. `energy` is 0 in silence and 1 in the loudest phrases, slow as phrases are.
    `stress` rises to 1 on the syllables that stand out.
    """

    mouth: Mouth
    energy: Track
    stress: Track

    def __len__(self) -> int:
        return len(self.energy)


def mouth_from(wave: Wave, frames_per_second: int | Fraction, frame_count: int) -> Mouth:
    """The mouth of `drive`."""
    return drive(wave, frames_per_second, frame_count).mouth


def drive(wave: Wave, frames_per_second: int | Fraction, frame_count: int) -> Driving:
    """How the speaker of a sound moves; picture `i` shows the sound from `i` to `i + 1` over the rate.

    Args:
        wave: 48 kHz stereo. After its end there is silence.
        frames_per_second: any rate.
        frame_count: at least 1.
    """
    levels = _levels(wave)
    total = _db((10 ** (levels[:, 1:8] / 10)).sum(axis=1))
    loud = _loudness(total)
    if loud is None:
        still = np.zeros(frame_count, np.float32)
        return Driving(Mouth(still, still.copy(), still.copy()), still.copy(), still.copy())
    level = total - loud
    speaks = _speaks(level)
    opening, width = _shape(levels - loud, level, speaks)
    energy = np.clip(ndimage.gaussian_filter1d(speaks * np.clip((level + 24) / 24, 0, 1), 50, mode="nearest"), 0, 1)
    rate = Fraction(frames_per_second)
    opened = np.clip(_shown(opening, rate, frame_count), 0, 1)
    opened[opened < 0.02] = 0
    # which holes in a voice are lips (p, b) and which the tongue (t, k) cannot be told by ear alone: measured, one in
    # ten guesses was right. The mouth goes shut in all of them, and presses its lips in none.
    mouth = Mouth(opened, np.clip(_shown(width, rate, frame_count), -1, 1), np.zeros(frame_count, np.float32))
    return Driving(
        mouth, _shown(energy, rate, frame_count), _shown(_stress(level, speaks), rate, frame_count, lead=0.06)
    )


def _levels(wave: Wave) -> _Floats:
    """(steps, 12) level in dBFS of each band, every 5 ms, centred on its moment."""
    mono = np.asarray(
        scipy.signal.resample_poly(wave.mean(axis=1, dtype=np.float32), 1, SAMPLE_RATE // _RATE), np.float32
    )
    steps = len(mono) // _HOP + 1
    padded = np.pad(mono, (_WINDOW // 2, 2 * _WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:steps]
    shape = np.hanning(_WINDOW).astype(np.float32)
    borders = np.searchsorted(np.fft.rfftfreq(_BINS, 1 / _RATE), _EDGES)
    found = np.empty((steps, len(_EDGES) - 1))
    for start in range(0, steps, _BLOCK):
        power = np.abs(np.fft.rfft(windows[start : start + _BLOCK] * shape, _BINS, axis=1)) ** 2
        found[start : start + _BLOCK] = np.add.reduceat(power, borders, axis=1)[:, : found.shape[1]]
    return _db(found / (0.375 * _WINDOW * _BINS / 2))


def _db(power: _Floats) -> _Floats:
    return np.asarray(10 * np.log10(power + 1e-12))


def _loudness(total: _Floats) -> float | None:
    """Level of the loud parts, dBFS; None where there is nothing to hear."""
    top = float(total.max(initial=-200.0))
    return float(np.percentile(total[total > top - 30], 90)) if top > _FLOOR_DB else None


def _speaks(level: _Floats) -> _Floats:
    """0 in silence, 1 in speech, short ways between; a steady noise of the room is silence too."""
    low, high = _SILENT_DB
    room = float(np.percentile(ndimage.uniform_filter1d(level, 9, mode="nearest"), 4)) + 4
    if room < -_ROOM_DB:  # else it never pauses, and there is no telling
        low, high = max(low, room), max(high, room + 6)
    return np.asarray(ndimage.gaussian_filter1d(np.clip((level - low) / (high - low), 0, 1), 3.0, mode="nearest"))


def _shape(levels: _Floats, level: _Floats, speaks: _Floats) -> tuple[_Floats, _Floats]:
    """Opening 0..1 and width -1..1 of the lips in every step."""
    given = features(levels, level)
    sounding = speaks > 0.7
    opening = given @ _OPENING
    if sounding.any():
        low, high = np.percentile(opening[sounding], (8, 95))
        opening = _WIDE - (high - opening) / max(float(high - low), _LEAST_SPAN) * (_WIDE - _NARROW)
    return np.clip(opening, 0, 1) * speaks, np.clip(1.5 * (given @ _WIDTH), -1, 1) * speaks


def features(levels: _Floats, level: _Floats) -> _Floats:
    """(steps, 14): loudness, each band against its own mean, and 1; what the weights are for."""
    counted = level > _SOUNDS_DB
    clipped = np.clip(levels, -55, 10)
    colour = np.clip(clipped - clipped[counted].mean(axis=0), -30, 15) / 20
    given = np.concatenate([np.clip((level + 30) / 30, 0, 1.2)[:, None], colour], axis=1)
    smooth = ndimage.gaussian_filter1d(given, _SMOOTH_STEPS, axis=0, mode="nearest")
    return np.concatenate([smooth, np.ones((len(level), 1))], axis=1)


def _stress(level: _Floats, speaks: _Floats) -> _Floats:
    """Bells of height 0..1 over the syllables that are louder than those around them, at most two a second."""
    loudness = ndimage.gaussian_filter1d(np.clip(level, -30, 6), 8, mode="nearest")
    tops, _ = scipy.signal.find_peaks(
        np.pad(loudness, 1, constant_values=-60), height=-18, distance=round(0.15 / STEP_SECONDS)
    )
    tops = tops - 1
    height = np.zeros(len(tops))
    for place, top in enumerate(tops):
        near = (np.abs(tops - top) * STEP_SECONDS < 1.2) & (tops != top)
        around = loudness[tops[near]].mean() if near.any() else loudness[top] - _STANDS_OUT_DB / 2
        height[place] = np.clip((loudness[top] - around) / _STANDS_OUT_DB, 0, 1) * speaks[top]
    track = np.zeros(len(level))
    moments = np.arange(len(level)) * STEP_SECONDS
    taken: list[float] = []
    for place in np.argsort(-height, kind="stable"):
        moment = tops[place] * STEP_SECONDS
        if height[place] < _FAINT or any(abs(moment - other) < 0.5 for other in taken):
            continue
        taken.append(moment)
        reach = slice(max(0, tops[place] - 80), tops[place] + 81)
        track[reach] = np.maximum(track[reach], height[place] * np.exp(-0.5 * ((moments[reach] - moment) / 0.08) ** 2))
    return track


def _shown(track: _Floats, rate: Fraction, frame_count: int, lead: float = _LEAD_SECONDS) -> Track:
    """Mean of a track of 5 ms steps over each picture's time, a little ahead; 0 beyond its end."""
    sums = np.concatenate([[0.0], np.cumsum(track)])
    borders = (np.arange(frame_count + 1) / float(rate) + lead) / STEP_SECONDS + 0.5
    at = np.interp(np.clip(borders, 0, len(track)), np.arange(len(sums)), sums)
    return np.asarray(np.diff(at) / np.maximum(np.diff(borders), 1e-9), np.float32)
