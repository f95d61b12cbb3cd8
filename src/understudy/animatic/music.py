"""Music: a quiet bed of chords or plucked strings, invented on the spot from words of music and mood.

Knows notes, chords and two instruments; everything is in C major or A minor, so that sung lines agree with it
(deliveries.nearest_key). Must not know shots or levels in a film. Sounds are (n, 2) float32 at 48 kHz.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic.ambience import BED_DB
from understudy.media.audio import SAMPLE_RATE, Wave

_NO_MUSIC = re.compile(
    r"(?:无|没有|不要|不加|禁止|去掉)(?:任何)?(?:背景)?(?:音乐|配乐)"
    r"|\b(?:no|without)(?: any)?(?: background)? (?:music|score)"
)
_MUSIC = re.compile(
    r"音乐|配乐|旋律|歌曲|唱歌|弹奏|弹唱|吉他|钢琴|民谣|伴奏"
    r"|\bmusic|\bmelod|\bsongs?\b|soundtrack|guitar|\bpiano|ukulele|\bfolk\b|ballad|lullaby"
)
_PLUCKED = re.compile(
    r"吉他|弹奏|弹唱|民谣|琵琶|古筝|尤克里里"
    r"|guitar|\bfolk\b|strum|ukulele|banjo|\blute\b|\bharp\b|acoustic|country music"
)
_MINOR = re.compile(
    r"悲|伤|忧|孤独|紧张|恐怖|悬疑|神秘|阴|惊|\bsad|melanchol|lonel|\btens|\bdark|horror|myster|suspens|grief|ominous|noir"
)
_LIVELY = re.compile(
    r"欢|快乐|开心|活泼|轻快|热闹|喜|搞笑|happy|cheer|lively|upbeat|\bfun\b|funny|\bjoy|playful|energetic|comed"
)

_MAJOR_ROUNDS = ((0, 7, 9, 5), (0, 9, 5, 7), (0, 5, 9, 7))
_MINOR_ROUNDS = ((9, 5, 0, 7), (9, 4, 5, 0), (9, 2, 5, 4))
_MINOR_CHORDS = frozenset({9, 2, 4})  # A, D and E carry minor thirds in C major


@dataclass(frozen=True, slots=True)
class Tune:
    """What music to make: on plucked strings or as a soft pad, sad or not, lively or not."""

    plucked: bool = False
    minor: bool = False
    lively: bool = False

    @property
    def beats_per_minute(self) -> int:
        return 104 if self.lively else 66 if self.minor else 80


def tune_for(music: Iterable[str], mood: Iterable[str], text: str) -> Tune | None:
    """The music the words ask for, or None where they ask for none or forbid it.

    `music` and `mood` are the prompt's own words for them, `text` all else it says.
    """
    asked, feeling = " ".join(music).lower(), " ".join(mood).lower()
    everything = f"{asked} {feeling} {text.lower()}"
    if _NO_MUSIC.search(everything):
        return None
    if not asked and not feeling and not _MUSIC.search(everything):
        return None
    return Tune(
        plucked=bool(_PLUCKED.search(everything)),
        minor=bool(_MINOR.search(f"{asked} {feeling}")),
        lively=bool(_LIVELY.search(f"{asked} {feeling}")),
    )


def bed_for(music: Iterable[str], mood: Iterable[str], text: str) -> Tune | None:
    """Music in the mood of all that is said, though no word may ask for any; None where the words forbid it."""
    asked = tune_for(music, mood, text)
    everything = f"{' '.join(music)} {' '.join(mood)} {text}".lower()
    if asked is not None or _NO_MUSIC.search(everything):
        return asked
    return Tune(minor=bool(_MINOR.search(everything)), lively=bool(_LIVELY.search(everything)))


def music(tune: Tune, sample_count: int, rng: np.random.Generator) -> Wave:
    """Music of `sample_count` samples, at ambience.BED_DB where it sounds."""
    if sample_count <= 0:
        return np.zeros((0, 2), np.float32)
    rounds = _MINOR_ROUNDS if tune.minor else _MAJOR_ROUNDS
    chords = rounds[int(rng.integers(len(rounds)))]
    beat = 60 * SAMPLE_RATE // tune.beats_per_minute
    play = _plucks if tune.plucked else _pads
    dry = play(chords, beat, sample_count, tune, rng)
    wet = _in_a_room(dry, rng)
    level = float(np.sqrt(np.mean(np.square(wet, dtype=np.float64))))
    return np.asarray(wet * (10 ** (BED_DB / 20) / max(level, 1e-9)), np.float32)


def _hertz(note: int) -> float:
    """Frequency of a note counted in semitones from C3."""
    return float(130.813 * 2 ** (note / 12))


def _chord(root: int) -> tuple[int, int, int]:
    """Root, third, fifth in semitones from C."""
    return root, root + (3 if root in _MINOR_CHORDS else 4), root + 7


def _string(hertz: float, seconds: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """One plucked string after Karplus and Strong 1983: a burst of noise in a loop that loses its highs."""
    period = SAMPLE_RATE / hertz
    delay = int(period - 0.5)
    loose = period - 0.5 - delay
    count = int(seconds * SAMPLE_RATE)
    burst = np.zeros(count)
    pluck = ndimage.uniform_filter1d(rng.uniform(-1, 1, delay), 5, mode="wrap")
    burst[:delay] = pluck - pluck.mean()
    loss = 0.996 ** (hertz / 130)
    # the loop: delay, then a two-point mean (a low-pass) and a fraction of a sample that tunes it
    loop = np.zeros(delay + 3)
    loop[0] = 1.0
    loop[delay : delay + 3] -= loss * np.convolve([0.5, 0.5], [1 - loose, loose])
    sound = scipy.signal.lfilter([1.0], loop, burst)
    sound *= np.exp(-1.2 * np.arange(count) / SAMPLE_RATE)
    sound[-480:] *= np.linspace(1, 0, 480)
    return np.asarray(sound / (np.abs(sound).max() + 1e-9), np.float32)


def _plucks(chords: tuple[int, ...], beat: int, count: int, tune: Tune, rng: np.random.Generator) -> Wave:
    out = np.zeros((count, 2), np.float32)
    pattern = (0, 2, 1, 2, 3, 2, 1, 2)  # thumb, fingers: an arpeggio over eight half beats
    strings: dict[int, NDArray[np.float32]] = {}
    half = beat // 2
    for step in range(-(-count // half)):
        root, third, fifth = _chord(chords[(step // 8) % len(chords)])
        low = -12 if root > 4 else 0
        notes = (root - 12 + (12 if root < 0 else 0), third + low, fifth + low, root + 12 + low)
        note = notes[pattern[step % 8]]
        if note not in strings:
            strings[note] = _string(_hertz(note), 2.2, rng)
        start = max(0, step * half + int(rng.normal(0, 0.006 * SAMPLE_RATE)))
        piece = strings[note][: count - start] if start < count else strings[note][:0]
        strength = (1.0 if step % 8 == 0 else 0.7) * float(rng.uniform(0.8, 1.0))
        side = 0.5 + 0.05 * (note % 5 - 2)
        out[start : start + len(piece)] += piece[:, None] * np.array([1 - side, side], np.float32) * strength
    return out


def _pads(chords: tuple[int, ...], beat: int, count: int, tune: Tune, rng: np.random.Generator) -> Wave:
    out = np.zeros((count, 2), np.float32)
    bar = beat * 4
    overlap = beat
    for number in range(-(-count // bar)):
        start = number * bar
        length = min(bar + overlap, count - start)
        times = np.arange(length) / SAMPLE_RATE
        swell = np.clip(times * SAMPLE_RATE / overlap, 0, 1) if number else np.ones(length)
        swell = swell * np.clip((bar + overlap - times * SAMPLE_RATE) / overlap, 0, 1)
        root, third, fifth = _chord(chords[number % len(chords)])
        for note in (root - 12, root, third, fifth, third + 12):
            for channel in (0, 1):
                detune = 1 + float(rng.normal(0, 0.0012))
                tone = np.zeros(length)
                for harmonic, strength in ((1, 1.0), (2, 0.35), (3, 0.14), (4, 0.05)):
                    phase = float(rng.uniform(0, 2 * np.pi))
                    tone += strength * np.sin(2 * np.pi * _hertz(note) * detune * harmonic * times + phase)
                out[start : start + length, channel] += (tone * np.sin(swell * np.pi / 2)).astype(np.float32)
    if tune.lively:
        # lively chords also move: a soft pluck on each beat
        out = out / (out.std() + 1e-9) + 0.8 * _normal(_plucks(chords, beat, count, tune, rng))
    return out


def _normal(wave: Wave) -> Wave:
    return np.asarray(wave / (wave.std() + 1e-9), np.float32)


def _in_a_room(dry: Wave, rng: np.random.Generator) -> Wave:
    """The same with the echo of a small hall, and without harsh highs."""
    times = np.arange(int(1.1 * SAMPLE_RATE)) / SAMPLE_RATE
    echo = rng.standard_normal((len(times), 2)) * np.exp(-5.5 * times)[:, None]
    echo = ndimage.uniform_filter1d(echo, 9, axis=0)
    echo /= np.sqrt((echo**2).sum(axis=0))
    wet = scipy.signal.fftconvolve(dry, echo, axes=0)[: len(dry)]
    soft = ndimage.gaussian_filter1d(dry, 1.6, axis=0)
    return np.asarray(soft + 0.35 * wet, np.float32)
