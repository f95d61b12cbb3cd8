"""Ways of speaking that a synthesiser does not have: the whisper and the song.

Knows mono sound and its pitch. Must not know espeak, speakers or films. Nothing here changes the length of a sound,
so mouth movements made for it stay true.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic.acoustics import Floats, Mono, track_pitch

_HOP_SECONDS = 0.01  # of acoustics.track_pitch
_SCALE = (0, 2, 4, 7, 9, 12)
"""Major pentatonic in semitones: any walk on it is a tune, in China and elsewhere."""


def whispered(sound: Mono, rate: int, rng: np.random.Generator) -> Mono:
    """The same words on breath: noise shaped by the smooth envelope of each moment's spectrum."""
    if len(sound) < 64:
        return sound
    width = 1 << int(np.log2(rate * 0.03))
    _, _, spectrum = scipy.signal.stft(sound, rate, nperseg=width, noverlap=width * 3 // 4)
    logs = np.log(np.abs(spectrum) + 1e-7)
    cepstrum = np.fft.irfft(logs, axis=0)
    # what repeats slower than about 2 ms in the spectrum is throat and mouth, the rest is the voice's harmonics
    keep = int(rate * 0.0019)
    cepstrum[keep:-keep] = 0.0
    envelope = np.exp(np.fft.rfft(cepstrum, axis=0).real)
    noise = rng.standard_normal(len(sound) + width)
    _, _, breath = scipy.signal.stft(noise, rate, nperseg=width, noverlap=width * 3 // 4)
    breath = breath[:, : envelope.shape[1]]
    frequencies = np.fft.rfftfreq(width, 1 / rate)[:, None]
    tilt = np.interp(np.log2(np.maximum(frequencies, 30.0)), np.log2([200.0, 700.0, 2500.0]), [0.12, 0.5, 1.0])
    _, whisper = scipy.signal.istft(breath * envelope * tilt, rate, nperseg=width, noverlap=width * 3 // 4)
    out = np.zeros(len(sound), np.float32)
    out[: min(len(sound), len(whisper))] = whisper[: len(sound)]
    return out


def nearest_key(pitch: float) -> float:
    """The nearest C, F or G to a pitch, Hz: on each of them the pentatonic stays within C major, as all music here."""
    above_c = 12 * np.log2(pitch / 65.406)
    keys = [octave * 12 + note for octave in range(4) for note in (0, 5, 7)]
    return float(65.406 * 2 ** (min(keys, key=lambda key: abs(key - above_c)) / 12))


def melody(count: int, rng: np.random.Generator) -> tuple[int, ...]:
    """`count` notes in semitones above the key note: small steps, and home at the end."""
    degree = int(rng.integers(1, 3))
    notes = []
    for index in range(count):
        notes.append(_SCALE[degree])
        step = int(rng.choice([-2, -1, -1, 0, 1, 1, 2]))
        # leaning towards home as the end comes near
        if count - index <= 3 and degree > 1:
            step = -1
        degree = min(len(_SCALE) - 1, max(0, degree + step))
    if notes:
        notes[-1] = 0
    return tuple(notes)


def sung(sound: Mono, rate: int, onsets: Sequence[float], key: float, notes: Sequence[int]) -> Mono:
    """The same words on a tune: note `notes[i]` (semitones above `key` Hz) from second `onsets[i]` on, with vibrato."""
    if not onsets or len(sound) < rate // 20:
        return sound
    track = track_pitch(sound, rate)
    if not track.voiced.any():
        return sound
    times = np.arange(len(track.f0)) * _HOP_SECONDS
    semitones = np.full(len(times), float(notes[0]))
    since = np.zeros(len(times))
    for onset, note in zip(onsets, notes, strict=True):
        semitones[times >= onset] = note
        since = np.where(times >= onset, times - onset, since)
    glide = ndimage.gaussian_filter1d(semitones, 3.0, mode="nearest")
    vibrato = 0.35 * np.sin(2 * np.pi * 5.4 * times) * np.clip((since - 0.2) / 0.2, 0, 1)
    target = key * 2 ** ((glide + vibrato) / 12)
    return _moved_pitch(sound, rate, track.f0, target)


def _moved_pitch(sound: Mono, rate: int, f0: Floats, target: Floats) -> Mono:
    """TD-PSOLA: periods of the sound laid again at the distance of the wanted pitch; unvoiced parts as they were."""
    marks, periods, voiced = _marks(sound, rate, f0)
    out = np.zeros(len(sound) + rate, np.float32)
    weight = np.zeros(len(sound) + rate, np.float32)
    position = float(marks[0])
    while position < len(sound):
        index = int(np.searchsorted(marks, position))
        if index == len(marks) or (index and position - marks[index - 1] < marks[index] - position):
            index -= 1
        period, mark = int(periods[index]), int(marks[index])
        low, high = max(0, mark - period), min(len(sound), mark + period)
        window = np.hanning(2 * period + 1)[low - (mark - period) : high - (mark - period)].astype(np.float32)
        start = int(position) - (mark - low)
        if start < 0:
            low, window, start = low - start, window[-start:], 0
        out[start : start + high - low] += sound[low:high] * window
        weight[start : start + high - low] += window
        moment = min(len(target) - 1, int(position / rate / _HOP_SECONDS))
        position += rate / target[moment] if voiced[index] else period
    # where grains lie closer than a period they add up: keep the loudness of what was said
    return np.asarray(out / np.maximum(weight, 0.5), np.float32)[: len(sound)]


def _marks(sound: Mono, rate: int, f0: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Where each period peaks (or every 5 ms of unvoiced sound), its length in samples, and whether it is voiced."""
    calm = np.asarray(ndimage.gaussian_filter1d(sound, rate / 4000))
    marks: list[int] = []
    periods: list[int] = []
    voiced: list[bool] = []
    position = 0
    while position < len(sound):
        frame = min(len(f0) - 1, int(position / rate / _HOP_SECONDS))
        pitched = f0[frame] > 0
        period = int(rate / f0[frame]) if pitched else rate // 200
        if pitched:
            reach = max(2, period // 4) if voiced and voiced[-1] else period // 2
            low, high = max(0, position - reach), min(len(sound), position + reach)
            position = max(low + int(np.argmax(calm[low:high])), marks[-1] + 1 if marks else 0)
        marks.append(position)
        periods.append(period)
        voiced.append(bool(pitched))
        position += period
    return np.array(marks), np.array(periods), np.array(voiced)
