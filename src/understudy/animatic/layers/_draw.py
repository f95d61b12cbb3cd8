"""The illustrator's tools for drawn sets: a board in set coordinates, gradients, lights, ridges, dithering.

Knows shapes and colours. Must not know places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2

Colour = tuple[float, float, float]
"""RGB, 0..255."""
Point = tuple[float, float]

LEFT, TOP, RIGHT, BOTTOM = -0.35, -0.30, 1.35, 1.30
"""What a board holds, in parts of the wide picture: more than the picture, so that a camera may move."""

_BITS = 4  # fractional bits of OpenCV's coordinates: edges lie between pixels


@dataclass(slots=True)
class Board:
    """A float picture (h, w, 3) 0..255 with coordinates in parts of the wide picture: (0, 0) to (1, 1).

    `alpha` is None for an opaque board, else (h, w) float 0..1 of what has been drawn so far.
    """

    picture: NDArray[np.float32]
    alpha: NDArray[np.float32] | None
    pixels: float
    aspect: float

    @classmethod
    def blank(cls, width: float, aspect: float, *, opaque: bool) -> Board:
        """`width` in pixels of the wide picture; `aspect` its width / height."""
        across, down = round(width * (RIGHT - LEFT)), round(width / aspect * (BOTTOM - TOP))
        return cls(
            np.zeros((down, across, 3), np.float32),
            None if opaque else np.zeros((down, across), np.float32),
            width,
            aspect,
        )

    def spot(self, x: float, y: float) -> Point:
        """Pixels of a place."""
        return (x - LEFT) * self.pixels, (y - TOP) * self.pixels / self.aspect

    def length(self, part: float) -> float:
        """Pixels of a length in parts of the picture's height."""
        return part * self.pixels / self.aspect

    def sky(self, stops: Sequence[tuple[float, Colour]]) -> None:
        """A vertical gradient over everything: (y, colour) from top to bottom."""
        rows = TOP + (np.arange(self.picture.shape[0]) + 0.5) / self.picture.shape[0] * (BOTTOM - TOP)
        places = [s[0] for s in stops]
        column = np.stack([np.interp(rows, places, [s[1][c] for s in stops]) for c in range(3)], axis=-1)
        self.picture[:] = column[:, None, :]

    def mask(self, outlines: Sequence[Sequence[Point]], soft: float = 0.0) -> NDArray[np.float32]:
        """Coverage 0..1 of polygons, edges smooth; `soft` blurs them (parts of the height)."""
        mask = np.zeros(self.picture.shape[:2], np.uint8)
        rounded = [np.rint(np.array([self.spot(*p) for p in o]) * 2**_BITS).astype(np.int32) for o in outlines]
        for outline in rounded:
            cv2.fillPoly(mask, [outline], 255, cv2.LINE_AA, _BITS)
        return self._softened(mask, soft)

    def disc(self, x: float, y: float, across: float, down: float, soft: float = 0.0) -> NDArray[np.float32]:
        """Coverage of an ellipse; radii in parts of the height."""
        mask = np.zeros(self.picture.shape[:2], np.uint8)
        center = self.spot(x, y)
        axes = (max(1, round(self.length(across) * 2**_BITS)), max(1, round(self.length(down) * 2**_BITS)))
        place = (round(center[0] * 2**_BITS), round(center[1] * 2**_BITS))
        cv2.ellipse(mask, place, axes, 0, 0, 360, 255, -1, cv2.LINE_AA, _BITS)
        return self._softened(mask, soft)

    def _softened(self, mask: NDArray[np.uint8], soft: float) -> NDArray[np.float32]:
        if soft > 0:
            sigma = max(0.5, self.length(soft))
            step = max(1, int(sigma / 4))  # a wide blur is as good on a small copy
            small = cv2.resize(mask, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
            small = cv2.GaussianBlur(small.astype(np.float32), (0, 0), sigma / step)
            mask = cv2.resize(small, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_LINEAR)
        return mask.astype(np.float32) / np.float32(255)

    def lay(self, mask: NDArray[np.float32], colour: Colour, opacity: float = 1.0) -> None:
        """Paint one colour through a mask."""
        rows, columns = _reach(mask)
        part = mask[rows, columns, None] * np.float32(opacity)
        area = self.picture[rows, columns]
        area += (np.array(colour, np.float32) - area) * part
        if self.alpha is not None:
            have = self.alpha[rows, columns]
            have += (1 - have) * part[:, :, 0]

    def shade(self, mask: NDArray[np.float32], top: Colour, bottom: Colour) -> None:
        """Paint a vertical gradient through a mask, from its highest to its lowest row."""
        rows, columns = _reach(mask)
        count = rows.stop - rows.start
        ramp = np.linspace(0, 1, count, dtype=np.float32)[:, None]
        colours = np.array(top, np.float32) * (1 - ramp) + np.array(bottom, np.float32) * ramp
        part = mask[rows, columns, None]
        area = self.picture[rows, columns]
        area += (colours[:, None, :] - area) * part
        if self.alpha is not None:
            have = self.alpha[rows, columns]
            have += (1 - have) * part[:, :, 0]

    def polygon(self, points: Sequence[Point], colour: Colour, opacity: float = 1.0, soft: float = 0.0) -> None:
        self.lay(self.mask([points], soft), colour, opacity)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, opacity: float = 1.0) -> None:
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour, opacity)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Add soft round light (screened, so that it never burns out to flat white)."""
        height, width = self.picture.shape[:2]
        center = self.spot(x, y)
        reach = self.length(radius) * 2.6
        left, right = max(0, int(center[0] - reach)), min(width, int(center[0] + reach))
        top, bottom = max(0, int(center[1] - reach)), min(height, int(center[1] + reach))
        if right <= left or bottom <= top:
            return
        across = (np.arange(left, right) - center[0]) / self.length(radius)
        down = (np.arange(top, bottom) - center[1]) / self.length(radius)
        light = np.exp(-(across[None, :] ** 2 + down[:, None] ** 2)).astype(np.float32) * np.float32(strength)
        light = np.maximum(light - np.float32(0.002), 0)
        area = self.picture[top:bottom, left:right]
        area += light[:, :, None] * (np.array(colour, np.float32) * (1 - area / 255))

    def grain(self, rng: np.random.Generator, strength: float, coarse: int = 1) -> None:
        """Texture: brightness noise, optionally coarse; also hides the steps of gradients."""
        height, width = self.picture.shape[:2]
        noise = rng.normal(0, strength, (height // coarse + 2, width // coarse + 2)).astype(np.float32)
        if coarse > 1:
            noise = cv2.resize(noise, (width + coarse, height + coarse), interpolation=cv2.INTER_CUBIC)
        self.picture += noise[:height, :width, None]

    def done(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        """(h, w, 3) or (h, w, 4) uint8, dithered."""
        noise = rng.uniform(-0.5, 0.5, self.picture.shape[:2]).astype(np.float32)
        flat = np.clip(np.rint(self.picture + noise[:, :, None]), 0, 255).astype(np.uint8)
        if self.alpha is None:
            return flat
        return np.dstack([flat, np.clip(np.rint(self.alpha * 255), 0, 255).astype(np.uint8)])


def _reach(mask: NDArray[np.float32]) -> tuple[slice, slice]:
    rows = np.flatnonzero(mask.max(axis=1) > 0.002)
    columns = np.flatnonzero(mask.max(axis=0) > 0.002)
    if not len(rows) or not len(columns):
        return slice(0, 0), slice(0, 0)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def ridge(rng: np.random.Generator, y: float, height: float, *, rough: float = 0.5, count: int = 129) -> list[Point]:
    """A skyline of hills as a closed polygon down to the board's edge: `y` its middle, `height` its swing."""
    line = np.zeros(count)
    step = (count - 1) // 4
    swing = height
    while step > 1:
        knots = rng.uniform(-1, 1, (count - 1) // step + 1)
        line += np.interp(np.arange(count), np.arange(0, count, step), knots) * swing
        swing *= rough
        step //= 2
    xs = np.linspace(LEFT, RIGHT, count)
    return [(RIGHT, BOTTOM), (LEFT, BOTTOM), *((float(x), float(y + v)) for x, v in zip(xs, line, strict=True))]


def quad(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """An upright rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def blend(one: Colour, other: Colour, share: float) -> Colour:
    """A colour between two."""
    return (
        one[0] + (other[0] - one[0]) * share,
        one[1] + (other[1] - one[1]) * share,
        one[2] + (other[2] - one[2]) * share,
    )
