"""Craft: the tools every look shares: colour tables, smoothing that keeps edges, lines, paper, dots and shadows.

Knows pixels of one picture. Must not know films, prompts or which look it serves. Widths are in pixels of the picture
at hand; a look scales them by its `unit`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.looks.colouring import Colours, lab_of, ramp, rgb_of, skin
from understudy.animatic.looks.sight import Picture, Plane

_STEPS = 64  # per channel of a colour table
_KEEPS_SKIN = 22.0  # Lab units by which another colour must be nearer to a colour of skin than skin is. GUESS

ColourRule = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""(n, 3) sRGB 0..1 to (n, 3) sRGB 0..1."""


@dataclass(frozen=True, slots=True)
class ColourTable:
    """Any rule from colour to colour, worked out once; a picture then pays one look-up per pixel."""

    packed: NDArray[np.uint32]

    @classmethod
    def of(cls, rule: ColourRule) -> ColourTable:
        """Work a rule out for all colours."""
        steps = ((np.arange(_STEPS, dtype=np.float32) + np.float32(0.5)) / _STEPS).astype(np.float32)
        red, green, blue = np.meshgrid(steps, steps, steps, indexing="ij")
        colours = np.stack([red.ravel(), green.ravel(), blue.ravel()], axis=1)
        made = np.zeros((len(colours), 4), np.uint8)
        made[:, :3] = np.rint(np.clip(rule(colours), 0, 1) * 255).astype(np.uint8)
        return cls(made.view(np.uint32).reshape(-1))

    def on(self, picture: Picture) -> Picture:
        """The picture in these colours."""
        place = (picture[:, :, 0].astype(np.int32) >> 2) << 12
        place |= (picture[:, :, 1].astype(np.int32) >> 2) << 6
        place |= picture[:, :, 2] >> 2
        found = self.packed.take(place).view(np.uint8).reshape(*picture.shape[:2], 4)
        return np.asarray(cv2.cvtColor(found, cv2.COLOR_RGBA2RGB), np.uint8)


def shares(lab: Colours, palette: Colours, softness: float, light: float = 1.0) -> NDArray[np.float32]:
    """(n, k) how much of each colour of a palette stands for each given one; rows sum to 1.

    Skin is matched with colours of skin where the palette has some: a face must not fall to pieces because the wall
    behind it is as bright. See `towards` for the rest.
    """
    weighing = np.array([light, 1, 1], np.float32)
    root = np.stack([np.sqrt((((lab - one) * weighing) ** 2).sum(axis=1)) for one in palette], axis=1)
    other = 1 - skin(palette)
    root += (_KEEPS_SKIN * skin(lab)[:, None]) * other[None]
    near = np.exp(-(root - root.min(axis=1, keepdims=True)) / max(0.1, softness))
    return np.asarray(near / near.sum(axis=1, keepdims=True), np.float32)


def towards(palette: Colours, softness: float, share: float = 1.0, light: float = 1.0) -> Callable[[Colours], Colours]:
    """A rule in Lab that pulls colours to those of a palette.

    Args:
        palette: (k, 3) Lab.
        softness: Lab units over which two neighbours run into each other; 2 is a clean edge, 12 a wash.
        share: 0..1 of the way.
        light: how much lightness counts beside hue; 0.5 lets hues decide.
    """

    def rule(lab: Colours) -> Colours:
        mixed = shares(lab, palette, softness, light) @ palette
        return np.asarray(lab + (mixed - lab) * np.float32(share), np.float32)

    return rule


def in_lab(rule: Callable[[Colours], Colours]) -> ColourRule:
    """A rule of Lab as one of sRGB."""
    return lambda rgb: rgb_of(rule(lab_of(rgb)))


def soft_steps(light: NDArray[Any], count: int, softness: float) -> NDArray[np.float32]:
    """Lightness 0..1 in `count` even tones; `softness` 0..1 is the share of a tone that is a slope."""
    place = np.clip(light, 0, 1) * count
    whole = np.floor(place)
    rest = np.clip((place - whole - 0.5) / max(1e-3, softness) + 0.5, 0, 1)
    rest = rest * rest * (3 - 2 * rest)
    low = (whole - 0.5 + rest) / (count - 1) if count > 1 else rest
    return np.asarray(np.clip(low, 0, 1), np.float32)


def grey_of(picture: Picture) -> Plane:
    """Brightness 0..1."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32) * np.float32(1 / 255)


def pen_grey(picture: Picture) -> Plane:
    """What a pen sees, 0..1: steps of colour as well as of light, and those in the dark as well as those in the sun."""
    weights = np.array([[0.2, 0.42, 0.38]])
    return np.asarray(np.sqrt(cv2.transform(picture, weights).astype(np.float32) * np.float32(1 / 255)), np.float32)


def simplified(picture: Picture, rounds: int, colour: float, reach: int = 5, shrink: int = 2) -> Picture:
    """Flat areas, clean edges: bilateral filtering at 1/`shrink` size; the full size comes back smooth."""
    high, wide = picture.shape[:2]
    small = cv2.resize(picture, (max(8, wide // shrink), max(8, high // shrink)), interpolation=cv2.INTER_AREA)
    for _ in range(rounds):
        small = cv2.bilateralFilter(small, reach, colour, reach * 0.8)
    return np.asarray(cv2.resize(small, (wide, high), interpolation=cv2.INTER_CUBIC), np.uint8)


def brushed(picture: Picture, side: int, shrink: int = 2) -> Picture:
    """Patches of a broad brush with firm borders: Kuwahara's filter with soft choice, at 1/`shrink` size."""
    high, wide = picture.shape[:2]
    size = (max(8, wide // shrink), max(8, high // shrink))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    square = grey * grey
    last = side - 1
    total = np.zeros((size[1], size[0], 3), np.float32)
    weights = np.zeros_like(grey)
    for anchor in ((0, 0), (last, 0), (0, last), (last, last)):
        mean = cv2.blur(grey, (side, side), anchor=anchor)
        spread = np.maximum(cv2.blur(square, (side, side), anchor=anchor) - mean * mean, 0)
        weight = np.reciprocal(1 + spread * np.float32(0.05))
        weight *= weight
        weight *= weight * weight  # the sixth power: the calmest side has nearly all the say
        weight += np.float32(1e-9)  # where all four are wild they share it
        colours = cv2.blur(small, (side, side), anchor=anchor)
        total += cv2.multiply(colours, cv2.merge([weight] * 3), dtype=cv2.CV_32F)
        weights += weight
    made = cv2.divide(total, cv2.merge([weights] * 3), dtype=cv2.CV_8U)
    return np.asarray(cv2.resize(made, (wide, high), interpolation=cv2.INTER_LINEAR), np.uint8)


def blurred(plane: Plane, sigma: float) -> Plane:
    """A Gaussian blur; a broad one is made at a smaller size, where nothing is lost by it."""
    if sigma < 4:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
    high, wide = plane.shape
    shrink = min(8, int(sigma // 2))
    small = cv2.resize(plane, (max(2, wide // shrink), max(2, high // shrink)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
    return np.asarray(cv2.resize(small, (wide, high), interpolation=cv2.INTER_LINEAR), np.float32)


def tangents(grey: Plane, sigma: float) -> NDArray[np.float32]:
    """(h, w, 2) unit vectors along the edges, smooth over `sigma` pixels."""
    x, y = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    xx, yy, xy = (blurred(part, max(0.8, sigma)) for part in (x * x, y * y, x * y))
    turn = np.float32(0.5) * cv2.phase(xx - yy, 2 * xy) + np.float32(np.pi / 2)
    return np.asarray(cv2.merge([np.cos(turn), np.sin(turn)]), np.float32)


def along(plane: Plane, direction: NDArray[np.float32], reach: float, steps: int = 2) -> Plane:
    """The mean of a plane along a field of directions: `steps` looks to each side, up to `reach` pixels."""
    grid = _grid(plane.shape)
    total = plane.copy()
    weights = 1.0
    for step in range(1, steps + 1):
        weight = 1 - 0.5 * step / steps
        for side in (1, -1):
            there = cv2.scaleAdd(direction, side * reach * step / steps, grid)
            seen = cv2.remap(plane, there, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            total = cv2.scaleAdd(seen, weight, total)
            weights += weight
    return np.asarray(total * np.float32(1 / weights), np.float32)


@lru_cache(maxsize=4)
def _grid(shape: tuple[int, int]) -> NDArray[np.float32]:
    across, down = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
    return np.asarray(cv2.merge([across, down]), np.float32)


def lines(grey: Plane, width: float, threshold: float, firmness: float = 2.2, flow: float = 3.0) -> Plane:
    """Where a pen would go, 0..1: dark sides of edges, running along them, without specks.

    Args:
        grey: 0..1, calm.
        width: of a line, pixels.
        threshold: contrast (0..1) from where there is a line.
        firmness: contrast of a full black over that of a beginning line.
        flow: over how many widths lines are drawn together along their direction; 0 for none.
    """
    sigma = max(0.5, width * 0.55)
    fine, wide = cv2.GaussianBlur(grey, (0, 0), sigma), cv2.GaussianBlur(grey, (0, 0), sigma * 1.6)
    dark = wide - fine
    if flow:  # at half size: what is thin has become smooth by now
        high, across = grey.shape
        size = (max(4, across // 2), max(4, high // 2))
        half = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        drawn = cv2.resize(dark, size, interpolation=cv2.INTER_AREA)
        drawn = along(drawn, tangents(half, width), flow * width / 2)
        dark = cv2.resize(drawn, (across, high), interpolation=cv2.INTER_CUBIC)
    ink = ramp(dark, threshold, threshold * firmness)
    # two thresholds: a weak line stays only near a strong one
    strong = cv2.blur((dark > threshold * firmness).astype(np.float32), (2 * round(4 * width) + 1,) * 2)
    return np.asarray(ink * np.clip(strong * 14, 0, 1), np.float32)


def over(picture: Picture, colour: tuple[int, int, int], alpha: Plane) -> Picture:
    """One colour laid over a picture, by an alpha of 0..1."""
    share = cv2.convertScaleAbs(alpha, alpha=255)
    under = cv2.multiply(picture, cv2.merge([cv2.bitwise_not(share)] * 3), scale=1 / 255)
    upper = cv2.merge([cv2.convertScaleAbs(share, alpha=channel / 255) for channel in colour])
    return np.asarray(cv2.add(under, upper), np.uint8)


def blend(under: Picture, upper: Picture, alpha: Plane) -> Picture:
    """`upper` over `under`."""
    alpha = np.ascontiguousarray(alpha, np.float32)
    return np.asarray(cv2.blendLinear(upper, under, alpha, np.float32(1) - alpha), np.uint8)


def lit(picture: Picture, light: Plane) -> Picture:
    """The picture times a light around 1."""
    return np.asarray(cv2.multiply(picture, cv2.merge([light] * 3), dtype=cv2.CV_8U), np.uint8)


def glowing(picture: Picture, from_: float, share: float, sigma: float) -> Picture:
    """Lights (brightness from `from_` up) spread softly over their surroundings."""
    high, wide = picture.shape[:2]
    small = cv2.resize(picture, (max(8, wide // 8), max(8, high // 8)), interpolation=cv2.INTER_AREA)
    small = small.astype(np.float32) * ramp(grey_of(small), from_, min(1.0, from_ + 0.25))[:, :, None]
    halo = cv2.GaussianBlur(small, (0, 0), max(0.8, sigma / 8)) * np.float32(share)
    large = cv2.resize(halo, (wide, high), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    # screen: light on light never runs over
    return np.asarray(cv2.add(picture, cv2.multiply(large, cv2.bitwise_not(picture), scale=1 / 255)), np.uint8)


@dataclass(frozen=True, slots=True)
class Tile:
    """A seamless texture laid out larger than the picture, so that any shift of it is one slice."""

    sheet: Plane
    period: tuple[int, int]  # down, across
    shape: tuple[int, int]  # of the picture

    @classmethod
    def of(cls, cell: Plane, shape: tuple[int, int]) -> Tile:
        """Lay out a seamless cell for pictures of `shape` (h, w)."""
        high, wide = cell.shape
        times = (-(-shape[0] // high) + 1, -(-shape[1] // wide) + 1)
        sheet = np.pad(np.tile(cell, times), ((0, 2), (0, 2)), mode="wrap")  # a fraction looks one pixel further
        return cls(np.ascontiguousarray(sheet, np.float32), (high, wide), shape)

    def at(self, drift: tuple[float, float] = (0.0, 0.0)) -> Plane:
        """The texture (h, w) after the view has moved its content by `drift` pixels."""
        high, wide = self.shape
        left, top = -drift[0] % self.period[1], -drift[1] % self.period[0]
        if left == int(left) and top == int(top):
            return self.sheet[int(top) : int(top) + high, int(left) : int(left) + wide]
        # by fractions of a pixel, or the texture would tremble on what it covers
        middle = (left + (wide - 1) / 2, top + (high - 1) / 2)
        return np.asarray(cv2.getRectSubPix(self.sheet, (wide, high), middle), np.float32)


def dots(period: int, shape: tuple[int, int]) -> Tile:
    """A screen of dots at 45 degrees with thresholds 0..1, evenly filled: `tone > dots` prints dots of any darkness."""
    side = 2 * max(2, period)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) * np.float32(2 * np.pi / side)
    wave = np.cos(x + y) + np.cos(x - y)
    rank = np.argsort(np.argsort(wave.ravel(), kind="stable"), kind="stable").astype(np.float32)
    return Tile.of(((rank + 0.5) / rank.size).reshape(side, side).astype(np.float32), shape)


def hatching(period: float, shape: tuple[int, int], rng: np.random.Generator, steep: int = 1) -> Tile:
    """Slanting strokes with thresholds 0..1, a little uneven as a hand's."""
    side = max(8, round(period)) * 16
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / np.float32(side)
    count = 16
    wobble = 0.9 * noise((side, side), 6, rng)
    stroke = 0.5 + 0.5 * np.sin(2 * np.pi * count * (x + steep * y) + wobble)
    worn = 0.22 * noise((side, side), 40, rng)
    return Tile.of(np.clip(stroke + worn, 0, 1).astype(np.float32), shape)


def paper(shape: tuple[int, int], rng: np.random.Generator, fine: int = 90, coarse: int = 12) -> Tile:
    """Grain of paper around 0, mostly within -1..1: fine tooth on coarse clouds."""
    side = 512
    grain = 0.65 * noise((side, side), fine, rng) + 0.35 * noise((side, side), coarse, rng)
    return Tile.of(grain.astype(np.float32), shape)


def fibres(shape: tuple[int, int], rng: np.random.Generator, count: int = 900) -> Tile:
    """Short curled hairs in paper, 0..1."""
    side = 512
    sheet = np.zeros((side, side), np.uint8)
    for x, y, turn, long in zip(
        rng.uniform(0, side, count), rng.uniform(0, side, count), rng.uniform(0, np.pi, count),
        rng.uniform(6, 26, count), strict=True,
    ):  # fmt: skip
        t = np.linspace(-0.5, 0.5, 6)
        bent = turn + t * rng.uniform(-1.6, 1.6)
        hair = np.stack([x + t * long * np.cos(bent), y + t * long * np.sin(bent)], axis=1)
        strong = int(rng.integers(60, 200))
        for shift_x in (-side, 0, side):
            for shift_y in (-side, 0, side):
                spots = np.rint((hair + np.array([shift_x, shift_y])) * 16).astype(np.int32)
                cv2.polylines(sheet, [spots], False, strong, 1, cv2.LINE_AA, 4)
    return Tile.of((sheet / 255).astype(np.float32), shape)


def noise(shape: tuple[int, int], cells: int, rng: np.random.Generator) -> Plane:
    """Smooth noise of mean 0 and spread 0.5 that goes on over its borders, `cells` lumps to a side."""
    coarse = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    around = np.pad(coarse, 2, mode="wrap")
    high, wide = shape
    scale = high / cells
    large = cv2.resize(around, None, fx=wide / cells, fy=scale, interpolation=cv2.INTER_CUBIC)
    edge = round(2 * scale)
    cut = large[edge : edge + high, edge : edge + wide]
    return np.asarray(cut * np.float32(0.5 / max(1e-6, float(cut.std()))), np.float32)


def vignette(shape: tuple[int, int], from_: float, to: float) -> Plane:
    """0 in the middle, 1 in the corners: distances over half the diagonal between `from_` and `to`."""
    high, wide = shape
    y = np.linspace(-1, 1, high, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, wide, dtype=np.float32)[None, :]
    return ramp(np.sqrt((x * x + y * y) * np.float32(0.5)), from_, to)
