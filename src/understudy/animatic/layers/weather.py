"""Weather between camera and set: rain, snow, drifting fog, neon light on everything.

Knows textures made once per shot and how they drift. Must not know performers or words. Lots are drawn when a shot is
made ready; painting only shifts what is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.canvas import Bytes, Canvas
from understudy.animatic.layers._layer import Moment
from understudy.animatic.screenplay import Weather
from understudy.core.units import FRAMES_PER_SECOND, Size


@dataclass(frozen=True, slots=True)
class Rain:
    """Streaks of one depth: a tile of light that falls and wraps around."""

    tile: Bytes  # (2 h, w): twice the height, so that any fall is one slice
    fall: float  # pixels per frame

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        height = self.tile.shape[0] // 2
        # whole pixels will do: a drop crosses dozens of them in one frame
        start = height - int(moment.film_frame * self.fall) % height
        canvas.glow(self.tile[start : start + canvas.size.height])


@dataclass(frozen=True, slots=True)
class Snow:
    """Flakes of one depth, falling slowly with a sway; sub-pixel, for they are slow enough to tremble."""

    tile: Bytes  # (2 h, 2 w): seamless and laid twice each way, so that any drift is one cut
    fall: float
    sway: float

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        wide, high = canvas.size.width, canvas.size.height
        t = moment.film_frame
        x = self.sway * np.sin(2 * np.pi * t / (3.7 * FRAMES_PER_SECOND)) + 0.3 * t * self.sway / FRAMES_PER_SECOND
        left, top = -x % wide, -t * self.fall % high
        middle = (left + (wide - 1) / 2, top + (high - 1) / 2)
        canvas.glow(cv2.getRectSubPix(self.tile, (wide, high), middle))


@dataclass(frozen=True, slots=True)
class Fog:
    """A veil of two drifting clouds of noise, thicker towards the ground."""

    clouds: Bytes  # (h, w) small and seamless
    thickness: NDArray[np.float32]  # (rows, 1) 0..1 of the small picture
    drift: float
    yuv: tuple[int, int, int]

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        rows, columns = self.clouds.shape
        high, wide = len(self.thickness), columns // 2
        shift = np.array([[1.0, 0.0, self.drift * moment.film_frame], [0.0, 1.0, 0.0]])
        back = np.array([[1.0, 0.0, -0.6 * self.drift * moment.film_frame + 31.0], [0.0, 1.0, rows / 3]])
        options = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_WRAP}
        one = cv2.warpAffine(self.clouds, shift, (wide, high), **options)
        two = cv2.warpAffine(self.clouds, back, (wide, high), **options)
        thin = (one.astype(np.float32) + two) * (0.5 * self.thickness)
        alpha = cv2.resize(thin.astype(np.uint8), (canvas.size.width, canvas.size.height))
        canvas.veil(alpha, self.yuv)


@dataclass(frozen=True, slots=True)
class Neon:
    """Coloured light from both sides that breathes a little: magenta from the left, cyan from the right."""

    shift_blue: NDArray[np.int16]  # (h/2, w/2)
    shift_red: NDArray[np.int16]

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        for plane, shift in ((canvas.blue, self.shift_blue), (canvas.red, self.shift_red)):
            cv2.add(plane, shift, dst=plane, dtype=cv2.CV_8U)


WeatherLayer = Rain | Snow | Fog | Neon


def far_weather(weather: Sequence[Weather], size: Size, rng: np.random.Generator) -> list[WeatherLayer]:
    """What falls behind the people."""
    layers: list[WeatherLayer] = []
    if Weather.RAIN in weather:
        layers.append(_rain(size, rng, count=650, length=0.045, width=1, light=30, fall=0.055))
    if Weather.SNOW in weather:
        layers.append(_snow(size, rng, count=420, radius=0.0017, light=110, fall=0.0022, sway=0.012))
    if Weather.FOG in weather:
        layers.append(_fog(size, rng, most=0.74))
    return layers


def near_weather(weather: Sequence[Weather], size: Size, rng: np.random.Generator) -> list[WeatherLayer]:
    """What falls in front of them: thinner, larger, faster. Faces must stay readable."""
    layers: list[WeatherLayer] = []
    if Weather.RAIN in weather:
        layers.append(_rain(size, rng, count=150, length=0.11, width=2, light=38, fall=0.095))
    if Weather.SNOW in weather:
        layers.append(_snow(size, rng, count=90, radius=0.0038, light=170, fall=0.0042, sway=0.03))
        layers.append(_snow(size, rng, count=14, radius=0.009, light=120, fall=0.0068, sway=0.05))
    if Weather.FOG in weather:
        layers.append(_fog(size, rng, most=0.26))
    if Weather.NEON in weather:
        layers.append(_neon(size))
    return layers


def _rain(
    size: Size, rng: np.random.Generator, *, count: int, length: float, width: int, light: int, fall: float
) -> Rain:
    high, wide = size.height, size.width
    tile = np.zeros((high, wide), np.uint8)
    lean = 0.10
    for x, y, share, gleam in zip(
        rng.uniform(-0.1 * wide, wide, count), rng.uniform(0, high, count), rng.uniform(0.6, 1.2, count),
        rng.uniform(0.35, 1.0, count), strict=True,
    ):  # fmt: skip
        drop = length * share * high
        for up in (0, high):  # once more a tile higher, so that streaks go on over the seam
            start = (round((x + lean * drop) * 16), round((y - up) * 16))
            end = (round(x * 16), round((y - up + drop) * 16))
            cv2.line(tile, start, end, int(light * gleam), max(1, round(width * high / 900)), cv2.LINE_AA, 4)
    tile = cv2.GaussianBlur(tile, (0, 0), 0.4 + 0.25 * width)
    return Rain(np.vstack([tile, tile]), fall * high)


def _snow(
    size: Size, rng: np.random.Generator, *, count: int, radius: float, light: int, fall: float, sway: float
) -> Snow:
    high, wide = size.height, size.width
    tile = np.zeros((high, wide), np.uint8)
    unit = min(high, wide)
    for x, y, share, gleam in zip(
        rng.uniform(0, wide, count), rng.uniform(0, high, count), rng.uniform(0.6, 1.4, count),
        rng.uniform(0.45, 1.0, count), strict=True,
    ):  # fmt: skip
        r = radius * share * high
        center = (
            round(float(np.clip(x, 2 * r, wide - 2 * r)) * 16),
            round(float(np.clip(y, 2 * r, high - 2 * r)) * 16),
        )
        cv2.circle(tile, center, max(8, round(r * 16)), int(light * gleam), -1, cv2.LINE_AA, 4)
    tile = cv2.GaussianBlur(tile, (0, 0), max(0.7, radius * unit * 0.45))
    return Snow(np.tile(tile, (2, 2)), fall * high, sway * unit)


def _fog(size: Size, rng: np.random.Generator, *, most: float) -> Fog:
    high, wide = max(18, size.height // 16), max(32, size.width // 16)
    noise = np.zeros((high, wide * 2), np.float32)
    for octave, weight in ((4, 1.0), (8, 0.55), (16, 0.3)):
        coarse = rng.uniform(0, 1, (max(2, octave * high // (2 * wide) + 2), octave)).astype(np.float32)
        coarse = np.hstack([coarse, coarse[:, :1]])  # seamless sideways
        noise += weight * cv2.resize(coarse, (wide * 2, high), interpolation=cv2.INTER_CUBIC)
    noise = (noise - noise.min()) / max(1e-6, float(noise.max() - noise.min()))
    clouds = np.rint(255 * (0.35 + 0.65 * noise)).astype(np.uint8)
    rows = np.linspace(0, 1, high, dtype=np.float32)[:, None]
    thickness = most * (0.35 + 0.65 * np.clip(1.3 - np.abs(rows - 0.62) * 1.7, 0, 1))
    return Fog(clouds, thickness.astype(np.float32), 0.055, (205, 130, 126))


def _neon(size: Size) -> Neon:
    half = (size.height // 2, size.width // 2)
    across = np.linspace(0, 1, half[1], dtype=np.float32)[None, :]
    left, right = np.clip(1 - across * 2.2, 0, 1) ** 1.5, np.clip(across * 2.2 - 1.2, 0, 1) ** 1.5
    down = np.linspace(1.0, 0.75, half[0], dtype=np.float32)[:, None]
    blue = (14 * left + 12 * right) * down
    red = (17 * left - 16 * right) * down
    return Neon(np.rint(blue).astype(np.int16), np.rint(red).astype(np.int16))
