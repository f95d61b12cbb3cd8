"""Ambience: what a place sounds like while nobody speaks, made of shaped noise and small events.

Knows kinds of places and weather, and the words that name them in Chinese and English. Must not know shots, speakers
or levels in a film: every bed comes at the same loudness. Sounds are (n, 2) float32 at 48 kHz.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from understudy.animatic.screenplay import Weather
from understudy.media.audio import SAMPLE_RATE, Wave

BED_DB = -40.0
"""RMS of every bed as made here, dBFS: 20 dB below a spoken line."""


class Ambience(StrEnum):
    """Kinds of background sound."""

    ROOM = "room"
    RAIN = "rain"
    WIND = "wind"
    NIGHT = "night"
    CITY = "city"
    FOREST = "forest"
    SEA = "sea"
    CROWD = "crowd"
    FIRE = "fire"
    MACHINE = "machine"


_PLACE_WORDS: tuple[tuple[Ambience, str, str], ...] = (
    (Ambience.RAIN, r"雨", r"\brain(?:s|y|ing|drops?|storms?)?\b|drizzl|downpour"),
    (
        Ambience.SEA,
        r"海边|大海|海滩|海面|海浪|海洋|海岸|沙滩|码头",
        r"\bsea\b|\bocean|beach|\bshores?\b|harbou?r|seaside",
    ),
    (Ambience.FIRE, r"篝火|壁炉|炉火|火堆", r"campfire|fireplace|bonfire"),
    (
        Ambience.CROWD,
        r"咖啡|餐厅|酒吧|市场|集市|商场|超市|食堂|人群|派对|婚礼",
        r"cafe|café|restaurant|\bbar\b|\bmarket|\bmall\b|crowd|\bparty\b|canteen|diner",
    ),
    (
        Ambience.FOREST,
        r"森林|树林|竹林|公园|花园|草地|田野|田间|乡村|果园",
        r"\bforest|\bwoods\b|bamboo|\bpark\b|garden|meadow|(?<!of )\bfields?\b|countryside|jungle|\blawn",
    ),
    (
        Ambience.WIND,
        r"雪|山顶|山谷|山上|沙漠|草原|高原|悬崖|天台|屋顶|大风|狂风|寒风|微风|风声",
        r"\bsnow|mountain|\bdesert|prairie|cliff|rooftop|\bwind(?:y|s)?\b|plateau",
    ),
    (
        Ambience.MACHINE,
        r"飞船|太空|机舱|实验室|工厂|地铁|列车|火车|车厢|便利店",
        r"spaceship|spacecraft|cockpit|laborator|factory|subway|\btrain\b|convenience store|server room",
    ),
    (
        Ambience.CITY,
        r"街|城市|马路|路口|小巷|巷子|车站|都市|霓虹",
        r"\bstreet|\bcity\b|downtown|\balley|crossroad|\bstation\b|\burban\b|\bneon\b|\broad\b|sidewalk",
    ),
    (
        Ambience.ROOM,
        r"室内|卧室|教室|房间|客厅|大厅|屋里|屋子|家里|办公|厨房",
        r"\b(?:bed|living |class)?room\b|indoors?|\boffice|kitchen|\bstudio\b|\bhome\b|\bhouse\b|\bhall\b|library",
    ),
)
_NIGHT_WORDS = re.compile(r"夜|深更|月光|星空|\bnight|midnight|moonli|starry")
_OUTDOORS = frozenset({Ambience.FOREST, Ambience.WIND, Ambience.FIRE})


def ambiences(place: str, weather: Iterable[Weather]) -> tuple[Ambience, ...]:
    """The beds of a shot, loudest first; a room's tone where nothing is said."""
    weather = frozenset(weather)
    words = place.lower()
    named = [kind for kind, chinese, english in _PLACE_WORDS if re.search(f"{chinese}|{english}", words)]
    found: list[Ambience] = []
    if Weather.RAIN in weather:
        found.append(Ambience.RAIN)
    if weather & {Weather.SNOW, Weather.FOG}:
        found.append(Ambience.WIND)
    found += [kind for kind in named if kind not in found]
    if Weather.NEON in weather and Ambience.CITY not in found:
        found.append(Ambience.CITY)
    night = Weather.NIGHT in weather or bool(_NIGHT_WORDS.search(words))
    if night and Ambience.RAIN not in found and (not found or _OUTDOORS & set(found)):
        # crickets do not sing in the rain, nor in a room; birds sleep
        found = [kind for kind in found if kind is not Ambience.FOREST]
        found.insert(0, Ambience.NIGHT)
    return tuple(found[:2]) or (Ambience.ROOM,)


def ambience(kind: Ambience, sample_count: int, rng: np.random.Generator) -> Wave:
    """A bed of `sample_count` samples, at BED_DB, without any beginning or end of its own."""
    if sample_count <= 0:
        return np.zeros((0, 2), np.float32)
    made = _MAKERS[kind](sample_count, rng)
    level = float(np.sqrt(np.mean(np.square(made, dtype=np.float64))))
    return np.asarray(made * (10 ** (BED_DB / 20) / max(level, 1e-9)), np.float32)


_Curve = tuple[tuple[float, float], ...]
"""(Hz, dB) points of a spectrum, straight on a logarithmic axis."""


def _noise(count: int, rng: np.random.Generator, curve: _Curve, mono: float = 0.0) -> Wave:
    """Stereo noise of a spectrum; `mono` 0..1 is how much both sides share (near or wide)."""
    length = fft.next_fast_len(count, real=True)
    white = rng.standard_normal((length, 2)).astype(np.float32)
    if mono:
        white = (1 - mono) * white + mono * white[:, :1]
    frequencies = np.maximum(fft.rfftfreq(length, 1 / SAMPLE_RATE), 10.0)
    hertz, decibels = zip(*curve, strict=True)
    gains = 10 ** (np.interp(np.log(frequencies), np.log(hertz), decibels) / 20)
    shaped = fft.irfft(fft.rfft(white, axis=0) * gains[:, None].astype(np.float32), length, axis=0)[:count]
    return np.asarray(shaped / (shaped.std() + 1e-9), np.float32)


def _slow(count: int, rng: np.random.Generator, seconds: float, low: float, high: float) -> NDArray[np.float32]:
    """A curve (count, 1) that wanders between `low` and `high`, changing its mind every `seconds`."""
    knots = 4 + int(count / SAMPLE_RATE / seconds)
    values = ndimage.gaussian_filter1d(rng.uniform(0, 1, knots), 0.6, mode="nearest")
    steps = np.linspace(0.5, 0.5 + count / SAMPLE_RATE / seconds, max(2, count // 480))
    coarse = ndimage.map_coordinates(values, [steps], order=3, mode="nearest")
    curve = np.interp(np.arange(count), np.linspace(0, count, len(coarse)), coarse)
    return np.asarray(low + (high - low) * np.clip(curve, 0, 1), np.float32)[:, None]


def _scatter(count: int, rng: np.random.Generator, per_second: float, events: list[NDArray[np.float32]]) -> Wave:
    """Events strewn over time and from left to right, some near, most far."""
    out = np.zeros((count, 2), np.float32)
    number = int(rng.poisson(per_second * count / SAMPLE_RATE))
    for start in rng.integers(0, count, number):
        event = events[int(rng.integers(len(events)))]
        side = float(rng.uniform(0.15, 0.85))
        strength = float(rng.uniform(0.1, 1.0) ** 2)
        piece = event[: count - start]
        out[start : start + len(piece), 0] += piece * strength * (1 - side)
        out[start : start + len(piece), 1] += piece * strength * side
    return out


def _ping(hertz: float, to_hertz: float, seconds: float) -> NDArray[np.float32]:
    """A short tone that slides and dies away."""
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(np.linspace(hertz, to_hertz, len(times))) / SAMPLE_RATE
    rise = np.clip(times / 0.004, 0, 1)
    return np.asarray(np.sin(phase) * rise * np.exp(-5 * times / seconds), np.float32)


def _room(count: int, rng: np.random.Generator) -> Wave:
    return _noise(count, rng, ((20, -8), (60, 0), (200, -6), (1000, -18), (6000, -34), (20000, -60)), mono=0.4)


def _rain(count: int, rng: np.random.Generator) -> Wave:
    hiss = _noise(count, rng, ((50, -30), (300, -12), (1500, -3), (5000, 0), (12000, -8), (20000, -24)))
    hiss *= _slow(count, rng, 1.5, 0.75, 1.1)
    pitches, lengths = rng.uniform(900, 5200, 10), rng.uniform(0.01, 0.04, 10)
    drops = [_ping(float(f), float(f) * 0.8, float(s)) for f, s in zip(pitches, lengths, strict=True)]
    return hiss + 3.0 * _scatter(count, rng, 60, drops)


def _wind(count: int, rng: np.random.Generator) -> Wave:
    low = _noise(count, rng, ((20, -12), (90, 0), (300, -12), (900, -30), (20000, -70)), mono=0.5)
    middle = _noise(count, rng, ((100, -40), (350, 0), (600, -8), (1500, -30), (20000, -70)), mono=0.3)
    whistle = _noise(count, rng, ((300, -50), (800, -4), (1000, 0), (1300, -10), (3000, -40), (20000, -80)))
    gust = _slow(count, rng, 1.8, 0.15, 1.0)
    return low * (0.4 + 0.6 * gust) + 0.8 * middle * gust + 0.3 * whistle * gust**3


def _night(count: int, rng: np.random.Generator) -> Wave:
    out = 0.35 * _noise(count, rng, ((20, -10), (80, 0), (400, -14), (3000, -26), (20000, -50)), mono=0.3)
    times = np.arange(count) / SAMPLE_RATE
    for _ in range(4):
        pitch, chirps = rng.uniform(3900, 4900), rng.uniform(1.6, 2.6)
        pulse = np.clip(np.sin(2 * np.pi * rng.uniform(26, 34) * times), 0, 1)
        song = np.clip(np.sin(2 * np.pi * chirps * times + rng.uniform(0, 6)) * 3, 0, 1)
        tone = np.sin(2 * np.pi * pitch * times + rng.uniform(0, 6)) * pulse * song * rng.uniform(0.3, 1.0)
        side = rng.uniform(0.1, 0.9)
        out += (np.stack([tone * (1 - side), tone * side], axis=1) * 1.7).astype(np.float32)
    return out


def _city(count: int, rng: np.random.Generator) -> Wave:
    hum = _noise(count, rng, ((20, -10), (70, 0), (200, -8), (800, -20), (4000, -36), (20000, -60)), mono=0.3)
    car = _noise(count, rng, ((60, -20), (250, -4), (900, 0), (2500, -12), (9000, -36), (20000, -60)))
    left, right = _slow(count, rng, 1.6, 0, 1), _slow(count, rng, 1.6, 0, 1)
    return hum + 0.45 * car * np.concatenate([left, right], axis=1) ** 2


def _forest(count: int, rng: np.random.Generator) -> Wave:
    leaves = _noise(count, rng, ((60, -16), (300, -8), (2500, 0), (7000, -4), (14000, -20), (20000, -40)))
    leaves *= _slow(count, rng, 1.4, 0.25, 1.0)
    birds = []
    for _ in range(6):
        base = rng.uniform(2400, 5200)
        notes = []
        for _ in range(int(rng.integers(2, 6))):
            note = _ping(base * rng.uniform(0.85, 1.2), base * rng.uniform(0.85, 1.3), rng.uniform(0.06, 0.16))
            notes.append(np.pad(note, (0, int(rng.integers(1200, 5200)))))
        birds.append(np.concatenate(notes))
    return leaves + 2.4 * _scatter(count, rng, 0.8, birds)


def _sea(count: int, rng: np.random.Generator) -> Wave:
    deep = _noise(count, rng, ((20, -14), (80, 0), (300, -6), (1200, -20), (20000, -60)), mono=0.3)
    foam = _noise(count, rng, ((200, -24), (900, -6), (3000, 0), (8000, -8), (16000, -24), (20000, -40)))
    times = np.arange(count) / SAMPLE_RATE
    phase = rng.uniform(0, 2 * np.pi)
    swell = (0.5 + 0.5 * np.sin(2 * np.pi * times / 6.5 + phase + 0.6 * np.sin(2 * np.pi * times / 17)))[:, None]
    return np.asarray(deep * (0.35 + 0.5 * swell) + foam * (0.08 + 0.9 * swell**2.2), np.float32)


def _crowd(count: int, rng: np.random.Generator) -> Wave:
    out = 0.5 * _room(count, rng)
    for pitch in (320, 480, 700, 1050, 1600):
        voice = _noise(count, rng, ((pitch / 3, -40), (pitch, 0), (pitch * 1.7, -10), (pitch * 5, -40), (20000, -80)))
        out += 0.5 * voice * _slow(count, rng, 0.22, 0.0, 1.0) * (320 / pitch) ** 0.4
    clinks = [_ping(float(f), float(f), 0.12) for f in rng.uniform(2600, 5200, 5)]
    return out + 0.8 * _scatter(count, rng, 0.5, clinks)


def _fire(count: int, rng: np.random.Generator) -> Wave:
    glow = _noise(count, rng, ((30, -6), (120, 0), (500, -12), (3000, -24), (20000, -50)), mono=0.5)
    cracks = [
        np.asarray(rng.standard_normal(n) * np.exp(-np.arange(n) / (n / 5)), np.float32)
        for n in rng.integers(120, 900, 8)
    ]
    return glow * _slow(count, rng, 0.5, 0.6, 1.0) + 3.0 * _scatter(count, rng, 14, cracks)


def _machine(count: int, rng: np.random.Generator) -> Wave:
    air = _noise(count, rng, ((20, -10), (90, 0), (400, -8), (2000, -18), (9000, -34), (20000, -60)), mono=0.4)
    times = np.arange(count) / SAMPLE_RATE
    hum = sum(np.sin(2 * np.pi * 50.0 * n * times + rng.uniform(0, 6)) / n**1.3 for n in (1, 2, 3, 4, 6))
    return air + 0.25 * np.asarray(hum, np.float32)[:, None]


_MAKERS = {
    Ambience.ROOM: _room,
    Ambience.RAIN: _rain,
    Ambience.WIND: _wind,
    Ambience.NIGHT: _night,
    Ambience.CITY: _city,
    Ambience.FOREST: _forest,
    Ambience.SEA: _sea,
    Ambience.CROWD: _crowd,
    Ambience.FIRE: _fire,
    Ambience.MACHINE: _machine,
}
