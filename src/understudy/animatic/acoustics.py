"""What can be measured of a voice: its pitch over time, its colour over frequency, the length of its throat.

Knows signals: frames, autocorrelation, spectra. Must not know speakers, espeak or films. Sounds here are mono,
(n,) float32; frequencies in Hz; spectra in dB over `BANDS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import ndimage

Mono = NDArray[np.float32]
Floats = NDArray[np.float64]

LOWEST_F0, HIGHEST_F0 = 65.0, 500.0
"""Hz. Speech of men, women and small children lies between; singing may leave it."""

BANDS: Floats = np.geomspace(100.0, 10_000.0, 25)
"""Centres, Hz, of the bands of a long-term spectrum: about a quarter octave apart, which smooths single harmonics."""

_PITCH_RATE = 12_000
_WINDOW = 480  # 40 ms: two periods of the lowest voice and more
_HOP = 120
_PERIODIC = 0.18  # YIN's absolute threshold; the paper takes 0.1 to 0.15 for clean speech
_VOICED_FLOOR_DB = 28.0
_HEARD = 1e-8  # mean square below which nobody hears anything: -80 dBFS
_TRACT_RATE = 11_000


@dataclass(frozen=True, slots=True)
class PitchTrack:
    """Pitch every 10 ms: `f0` in Hz (0 where unvoiced) and `power` (mean square) of the frame around it."""

    f0: Floats
    power: Floats

    @property
    def voiced(self) -> NDArray[np.bool_]:
        return self.f0 > 0

    @property
    def voiced_seconds(self) -> float:
        return float(self.voiced.sum()) * _HOP / _PITCH_RATE

    @property
    def median(self) -> float:
        """Hz; 0 where nothing is voiced."""
        return float(np.median(self.f0[self.voiced])) if self.voiced.any() else 0.0

    @property
    def spread(self) -> float:
        """How lively the pitch moves: half the width, in semitones, that holds the middle two thirds."""
        if not self.voiced.any():
            return 0.0
        low, high = np.quantile(self.f0[self.voiced], [1 / 6, 5 / 6])
        return float(6 * np.log2(high / low))


def resample(sound: Mono, rate: int, to_rate: int) -> Mono:
    """The same sound at another sample rate."""
    if rate == to_rate or not len(sound):
        return sound
    shared = gcd(rate, to_rate)
    return np.asarray(scipy.signal.resample_poly(sound, to_rate // shared, rate // shared), np.float32)


def _frames(sound: NDArray[np.float32], width: int, hop: int) -> NDArray[np.float32]:
    """(count, width) windows of the sound, the last one padded with zeros."""
    count = max(1, 1 + -(-(len(sound) - width) // hop))
    padded = np.zeros((count - 1) * hop + width, np.float32)
    padded[: len(sound)] = sound[: len(padded)]
    return np.lib.stride_tricks.sliding_window_view(padded, width)[::hop]


def track_pitch(sound: Mono, rate: int) -> PitchTrack:
    """Pitch by YIN (de Cheveigné and Kawahara 2002): the first deep dip of the normalised difference function."""
    # hum and constant offsets are as periodic as it gets, and nobody's voice
    steady = scipy.signal.butter(2, 55, "highpass", fs=_PITCH_RATE, output="sos")
    low = np.asarray(scipy.signal.sosfilt(steady, resample(sound, rate, _PITCH_RATE)), np.float32)
    shortest, longest = int(_PITCH_RATE / HIGHEST_F0), int(np.ceil(_PITCH_RATE / LOWEST_F0))
    span = _WINDOW + longest
    frames = _frames(low, span, _HOP).astype(np.float64)
    length = 1 << (span + _WINDOW).bit_length()
    head = np.fft.rfft(frames[:, :_WINDOW], length)
    whole = np.fft.rfft(frames, length)
    products = np.fft.irfft(np.conj(head) * whole, length)[:, : longest + 1]
    squares = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    lags = np.arange(longest + 1)
    energies = squares[:, lags + _WINDOW] - squares[:, lags]
    difference = np.maximum(energies[:, :1] + energies - 2 * products, 0.0)
    totals = np.cumsum(difference[:, 1:], axis=1)
    dips = np.ones_like(difference)
    dips[:, 1:] = difference[:, 1:] * lags[1:] / np.maximum(totals, 1e-12)

    power = energies[:, 0] / _WINDOW
    loud = power > max(_HEARD, np.quantile(power, 0.95) * 10 ** (-_VOICED_FLOOR_DB / 10))
    f0 = np.zeros(len(frames))
    search = dips[:, shortest:longest]
    deep = search < _PERIODIC
    for index in np.flatnonzero(loud & deep.any(axis=1)):
        row = dips[index]
        lag = shortest + int(np.argmax(deep[index]))
        while lag + 1 < longest and row[lag + 1] < row[lag]:
            lag += 1
        before, here, after = row[lag - 1], row[lag], row[lag + 1]
        bend = before - 2 * here + after
        f0[index] = _PITCH_RATE / (lag + (0.5 * (before - after) / bend if bend > 1e-9 else 0.0))
    # single frames that leap by an octave are the tracker's slips, not the speaker's
    smooth = ndimage.median_filter(f0, 5, mode="nearest")
    slips = (f0 > 0) & (smooth > 0) & (np.abs(np.log2(np.maximum(f0, 1) / np.maximum(smooth, 1))) > 0.4)
    f0[slips] = 0.0
    return PitchTrack(f0, power)


def long_term_spectrum(sound: Mono, rate: int) -> Floats:
    """Average level in dB at `BANDS` of the parts that sound, less its own mean: the colour, not the loudness."""
    width = 1 << int(np.log2(rate * 0.03))
    frames = _frames(sound, width, width // 2)
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    kept = frames[power > np.quantile(power, 0.95) * 10 ** (-_VOICED_FLOOR_DB / 10)]
    if not len(kept):
        return np.zeros(len(BANDS))
    spectrum = (np.abs(np.fft.rfft(kept * np.hanning(width), axis=1)) ** 2).mean(axis=0)
    return _in_bands(np.asarray(spectrum, np.float64), np.asarray(np.fft.rfftfreq(width, 1 / rate), np.float64))


def _in_bands(spectrum: Floats, frequencies: Floats) -> Floats:
    """Power in dB around each band, weighted by a triangle as wide as the two neighbours; mean of all bands 0."""
    step = np.log(BANDS[1] / BANDS[0])
    distance = np.abs(np.log(np.maximum(frequencies, 1.0))[None, :] - np.log(BANDS)[:, None]) / step
    weights = np.maximum(0.0, 1.0 - distance)
    # low bands may fall between two bins: widen them to the nearest bin
    for band in np.flatnonzero(weights.sum(axis=1) < 1e-6):
        weights[band, int(np.argmin(distance[band]))] = 1.0
    levels = 10 * np.log10((weights @ spectrum) / weights.sum(axis=1) + 1e-12)
    levels = np.maximum(levels, levels.max() - 70.0)
    return np.asarray(levels - levels.mean())


def throat_frequency(sound: Mono, rate: int, track: PitchTrack) -> float:
    """Where the resonances of a voice lie on average: geometric mean, Hz, of its formants between 0.3 and 5 kHz.

    Over a sentence or more it depends on the length of the throat far more than on the words: it is about 1.45 kHz
    for espeak's plain man, higher for women, highest for children. 0 when too little is voiced to say.
    """
    voiced = np.flatnonzero(track.voiced)
    if len(voiced) < 20:
        return 0.0
    low = resample(sound, rate, _TRACT_RATE)
    for _ in range(2):  # microphones and rooms tilt a spectrum, and a tilt moves the found resonances: take it out
        slope = np.float32(np.dot(low[1:], low[:-1]) / max(float(np.dot(low, low)), 1e-9))
        low = np.append(low[:1], low[1:] - slope * low[:-1])
    width = _TRACT_RATE * 30 // 1000
    voiced = voiced[:: max(1, len(voiced) // 300)]
    window = np.hanning(width)
    found: list[float] = []
    for index in voiced:
        start = index * _HOP * _TRACT_RATE // _PITCH_RATE
        frame = low[start : start + width]
        if len(frame) < width:
            break
        formants = _formants(frame * window)
        if len(formants) >= 3:
            found.append(float(np.log(formants[:4]).mean()) if len(formants) >= 4 else float(np.log(formants).mean()))
    return float(np.exp(np.median(found))) if len(found) >= 10 else 0.0


def _formants(frame: NDArray[np.float64], order: int = 12) -> Floats:
    """Resonances in Hz of one windowed frame, by linear prediction, lowest first."""
    spectrum = np.abs(np.fft.rfft(frame, 1024)) ** 2
    correlation = np.fft.irfft(spectrum)[: order + 1]
    if correlation[0] <= 0:
        return np.zeros(0)
    correlation[0] *= 1.0001
    predictor = scipy.linalg.solve_toeplitz(correlation[:order], correlation[1 : order + 1])
    roots = np.roots(np.concatenate([[1.0], -predictor]))
    roots = roots[np.imag(roots) > 0.01]
    frequencies = np.angle(roots) * _TRACT_RATE / (2 * np.pi)
    widths = -np.log(np.maximum(np.abs(roots), 1e-6)) * _TRACT_RATE / np.pi
    return np.sort(frequencies[(frequencies > 250) & (frequencies < 5000) & (widths < 600)])
