"""A singer of vowels made of nothing but numpy: pulses through resonators. Not espeak, so a fair reference voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import signal

from understudy.media.audio import SAMPLE_RATE, Wave, write_wav

VOWELS = ((730, 1090, 2440, 3500), (270, 2290, 3010, 3700), (300, 870, 2240, 3400), (530, 1840, 2480, 3500))
"""Formants of a man's "ah", "ee", "oo", "eh", Hz. Source: Peterson and Barney 1952."""


def sung_vowels(pitch: float, throat: float = 1.0, seconds: float = 4.0, tilt_db: float = 0.0, seed: int = 0) -> Wave:
    """Vowels and pauses at a wandering pitch around `pitch` Hz; `throat` scales the formants, `tilt_db` per octave."""
    rng = np.random.default_rng(seed)
    count = round(seconds * SAMPLE_RATE)
    times = np.arange(count) / SAMPLE_RATE
    contour = pitch * 2 ** ((1.6 * np.sin(2 * np.pi * 0.7 * times) + 0.4 * np.sin(2 * np.pi * 2.3 * times)) / 12)
    phase = np.cumsum(contour) / SAMPLE_RATE
    pulses = np.diff(np.floor(phase), prepend=0.0)
    # a glottis falls by 12 dB an octave, and lips that radiate give back 6
    source = signal.lfilter([1.0, -0.6], [1.0, -0.97], pulses) + 0.002 * rng.standard_normal(count)
    out = np.zeros(count)
    length = SAMPLE_RATE * 2 // 5
    for number, start in enumerate(range(0, count, length)):
        vowel = source[start : start + length]
        for formant, width in zip(VOWELS[number % len(VOWELS)], (80, 100, 140, 200), strict=True):
            radius = np.exp(-np.pi * width / SAMPLE_RATE)
            angle = 2 * np.pi * formant * throat / SAMPLE_RATE
            vowel = signal.lfilter([1 - radius], [1, -2 * radius * np.cos(angle), radius**2], vowel)
        edges = np.minimum(1, np.minimum(np.arange(len(vowel)), np.arange(len(vowel))[::-1]) / 2400)
        out[start : start + length] = vowel * edges * (number % 5 != 4)
    if tilt_db:
        spectrum = np.fft.rfft(out)
        octaves = np.log2(np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), 50) / 1000)
        out = np.fft.irfft(spectrum * 10 ** (tilt_db * octaves / 20), count)
    mono = (0.3 * out / np.abs(out).max()).astype(np.float32)
    return np.repeat(mono[:, None], 2, axis=1)


def reference(folder: Path, pitch: float, throat: float = 1.0, tilt_db: float = 0.0) -> Path:
    """The same as a WAV file."""
    path = folder / f"voice-{pitch:.0f}-{throat}-{tilt_db}.wav"
    write_wav(path, sung_vowels(pitch, throat, tilt_db=tilt_db))
    return path
