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

_DITHER = 251  # pixels after which the noise that hides a gradient's steps repeats: nobody sees a period of it
_BITS = 4  # fractional bits of OpenCV's coordinates: edges lie between pixels


@dataclass(frozen=True, slots=True)
class Mask:
    """Coverage 0..1 of a shape, only as large as the shape: (h, w) float32 with its upper left corner on the board."""

    values: NDArray[np.float32]
    left: int
    top: int

    @property
    def area(self) -> tuple[slice, slice]:
        """Rows and columns of the board."""
        high, wide = self.values.shape
        return slice(self.top, self.top + high), slice(self.left, self.left + wide)

    def without(self, other: Mask) -> Mask:
        """What of this shape the other does not cover."""
        values = self.values.copy()
        top, left = max(self.top, other.top), max(self.left, other.left)
        bottom = min(self.area[0].stop, other.area[0].stop)
        right = min(self.area[1].stop, other.area[1].stop)
        if bottom > top and right > left:
            hidden = other.values[top - other.top : bottom - other.top, left - other.left : right - other.left]
            values[top - self.top : bottom - self.top, left - self.left : right - self.left] *= 1 - hidden
        return Mask(values, self.left, self.top)


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

    def mask(self, outlines: Sequence[Sequence[Point]], soft: float = 0.0) -> Mask:
        """Coverage of polygons, edges smooth; `soft` blurs them (parts of the height)."""
        spots = [np.array([self.spot(*p) for p in o], dtype=np.float64).reshape(-1, 2) for o in outlines if len(o)]
        if not spots:
            return Mask(np.zeros((0, 0), np.float32), 0, 0)
        table = np.concatenate(spots)
        mask = self._room((*table.min(axis=0), *table.max(axis=0)), soft)
        shift = (mask.left, mask.top)
        drawn = np.zeros(mask.values.shape, np.uint8)
        for spot in spots:
            cv2.fillPoly(drawn, [np.rint((spot - shift) * 2**_BITS).astype(np.int32)], 255, cv2.LINE_AA, _BITS)
        return self._softened(drawn, mask, soft)

    def disc(self, x: float, y: float, across: float, down: float, soft: float = 0.0) -> Mask:
        """Coverage of an ellipse; radii in parts of the height."""
        (left, top), wide, tall = self.spot(x, y), self.length(across), self.length(down)
        mask = self._room((left - wide, top - tall, left + wide, top + tall), soft)
        drawn = np.zeros(mask.values.shape, np.uint8)
        axes = (max(1, round(wide * 2**_BITS)), max(1, round(tall * 2**_BITS)))
        place = (round((left - mask.left) * 2**_BITS), round((top - mask.top) * 2**_BITS))
        cv2.ellipse(drawn, place, axes, 0, 0, 360, 255, -1, cv2.LINE_AA, _BITS)
        return self._softened(drawn, mask, soft)

    def _room(self, box: tuple[float, float, float, float], soft: float) -> Mask:
        """An empty mask around a box in pixels, with room for a blur."""
        margin = 2 + (3.0 * max(0.5, self.length(soft)) if soft > 0 else 0.0)
        high, wide = self.picture.shape[:2]
        left, top = max(0, int(box[0] - margin)), max(0, int(box[1] - margin))
        right, bottom = min(wide, int(box[2] + margin) + 2), min(high, int(box[3] + margin) + 2)
        return Mask(np.zeros((max(0, bottom - top), max(0, right - left)), np.float32), left, top)

    def _softened(self, drawn: NDArray[np.uint8], where: Mask, soft: float) -> Mask:
        if soft > 0 and drawn.size:
            sigma = max(0.5, self.length(soft))
            step = max(1, int(sigma / 4))  # a wide blur is as good on a small copy
            high, wide = drawn.shape
            shape = (max(1, round(wide / step)), max(1, round(high / step)))
            small = cv2.resize(drawn, shape, interpolation=cv2.INTER_AREA)
            # nothing lies beyond a shape's own rectangle, but a shape that leaves the board goes on there
            small = cv2.GaussianBlur(small.astype(np.float32), (0, 0), sigma / step, borderType=cv2.BORDER_REPLICATE)
            return Mask(
                cv2.resize(small, (wide, high), interpolation=cv2.INTER_LINEAR) / np.float32(255), *_corner(where)
            )
        return Mask(drawn.astype(np.float32) / np.float32(255), *_corner(where))

    def lay(self, mask: Mask, colour: Colour, opacity: float = 1.0) -> None:
        """Paint one colour through a mask."""
        part = mask.values[:, :, None] * np.float32(opacity)
        area = self.picture[mask.area]
        area += (np.array(colour, np.float32) - area) * part
        if self.alpha is not None:
            have = self.alpha[mask.area]
            have += (1 - have) * part[:, :, 0]

    def shade(self, mask: Mask, top: Colour, bottom: Colour) -> None:
        """Paint a vertical gradient through a mask, from its highest to its lowest row."""
        rows = np.flatnonzero(mask.values.max(axis=1, initial=0) > 0.002)
        if not len(rows):
            return
        span = np.arange(mask.values.shape[0], dtype=np.float32)
        ramp = np.clip((span - rows[0]) / max(1.0, float(rows[-1] - rows[0])), 0, 1)[:, None]
        colours = np.array(top, np.float32) * (1 - ramp) + np.array(bottom, np.float32) * ramp
        part = mask.values[:, :, None]
        area = self.picture[mask.area]
        area += (colours[:, None, :] - area) * part
        if self.alpha is not None:
            have = self.alpha[mask.area]
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
        # a wide light is as good from a small copy
        step = max(1, int(self.length(radius) / 24))
        across = (np.arange(left, right, step) + (step - 1) / 2 - center[0]) / self.length(radius)
        down = (np.arange(top, bottom, step) + (step - 1) / 2 - center[1]) / self.length(radius)
        light = np.exp(-(across[None, :] ** 2)) * np.exp(-(down[:, None] ** 2)) * strength
        light = np.maximum(light - 0.002, 0).astype(np.float32)
        if step > 1:
            light = cv2.resize(light, (len(across) * step, len(down) * step), interpolation=cv2.INTER_LINEAR)
        area = self.picture[top:bottom, left:right]
        area += light[: bottom - top, : right - left, None] * (np.array(colour, np.float32) * (1 - area / 255))

    def grain(self, rng: np.random.Generator, strength: float, coarse: int = 1) -> None:
        """Texture: brightness noise, optionally coarse; also hides the steps of gradients."""
        height, width = self.picture.shape[:2]
        noise = rng.normal(0, strength, (height // coarse + 2, width // coarse + 2)).astype(np.float32)
        if coarse > 1:
            noise = cv2.resize(noise, (width + coarse, height + coarse), interpolation=cv2.INTER_CUBIC)
        self.picture += noise[:height, :width, None]

    def done(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        """(h, w, 3) or (h, w, 4) uint8, dithered."""
        high, wide = self.picture.shape[:2]
        tile = rng.uniform(-0.5, 0.5, (_DITHER, _DITHER)).astype(np.float32)
        noise = np.tile(tile, (-(-high // _DITHER), -(-wide // _DITHER)))[:high, :wide]
        flat = np.rint(np.clip(self.picture + noise[:, :, None], 0, 255)).astype(np.uint8)
        if self.alpha is None:
            return flat
        return np.dstack([flat, np.clip(np.rint(self.alpha * 255), 0, 255).astype(np.uint8)])


def _corner(mask: Mask) -> tuple[int, int]:
    return mask.left, mask.top


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
