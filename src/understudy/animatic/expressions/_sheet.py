"""Sheet: what stickers are drawn on, and the shapes they are drawn of.

Knows fills, lines, rims and soft edges. Must not know which sign it is. All is drawn four times too large and shrunk.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.layers.lettering import Letterer
from understudy.animatic.performer import Sprite

Point: TypeAlias = tuple[float, float]
Colour: TypeAlias = tuple[int, int, int]

_OVERSIZE = 4
_RIM = 0.055  # of the sign's height
_FIXED = 4  # fractional bits of OpenCV's coordinates


class Sheet:
    """A square or oblong sheet in coordinates of its height: (0, 0) to (`aspect`, 1)."""

    def __init__(self, height: int, aspect: float = 1.0) -> None:
        self.unit = height * _OVERSIZE
        self.colours = np.zeros((self.unit, max(1, round(self.unit * aspect)), 3), np.uint8)
        self.cover = np.zeros(self.colours.shape[:2], np.uint8)

    def fill(self, points: Sequence[Point], colour: Colour) -> None:
        shape = [self._spots(points)]
        cv2.fillPoly(self.colours, shape, colour, cv2.LINE_8, _FIXED)
        cv2.fillPoly(self.cover, shape, 255, cv2.LINE_8, _FIXED)

    def line(self, points: Sequence[Point], wide: float, colour: Colour, closed: bool = False) -> None:
        thick = max(1, round(wide * self.unit))
        shape = [self._spots(points)]
        cv2.polylines(self.colours, shape, closed, colour, thick, cv2.LINE_8, _FIXED)
        cv2.polylines(self.cover, shape, closed, 255, thick, cv2.LINE_8, _FIXED)

    def disc(self, x: float, y: float, radius: float, colour: Colour, tall: float = 1.0) -> None:
        self.fill(circle(x, y, radius, tall), colour)

    def text(self, words: str, colour: Colour, size: float = 0.8) -> None:
        letterer, pixels = Letterer(), round(size * self.unit)
        mask = np.zeros_like(self.cover)
        wide = letterer.width(words, pixels)
        letterer.draw(mask, words, (mask.shape[1] - wide) // 2, round(self.unit * (0.5 + 0.36 * size)), pixels)
        self.colours[mask > 127] = colour
        self.cover = np.maximum(self.cover, mask)

    def done(self, rim: bool = True, opacity: float = 1.0, soft: float = 0.0) -> Sprite:
        """The sign at its size, straight alpha."""
        cover: NDArray[np.float32] = np.asarray(self.cover, np.float32) / np.float32(255)
        colours: NDArray[np.float32] = np.asarray(self.colours, np.float32)
        if rim:
            wide = 2 * round(_RIM * self.unit) + 1
            around = cv2.dilate(cover, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide)))
            colours = np.asarray(colours * cover[..., None] + 255 * (1 - cover[..., None]), np.float32)
            cover = np.asarray(around, np.float32)
        if soft:
            # colours grow outwards before the edge is softened, or it would darken
            reach = 2 * math.ceil(3.2 * soft * self.unit) + 1
            grown = cv2.dilate(colours, np.ones((reach, reach), np.uint8))
            colours = np.asarray(np.where(cover[..., None] > 0, colours, grown), np.float32)
            cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), soft * self.unit), np.float32)
        size = max(1, colours.shape[1] // _OVERSIZE), max(1, colours.shape[0] // _OVERSIZE)
        weighted = cv2.resize(np.dstack([colours * cover[..., None], cover]), size, interpolation=cv2.INTER_AREA)
        alpha = weighted[..., 3:]
        straight = weighted[..., :3] / np.maximum(alpha, 1e-4)
        return np.asarray(np.clip(np.dstack([straight, alpha * 255 * opacity]) + 0.5, 0, 255), np.uint8)

    def _spots(self, points: Sequence[Point]) -> NDArray[np.int32]:
        return np.round(np.array(points, np.float64) * self.unit * (1 << _FIXED)).astype(np.int32)


def circle(x: float, y: float, radius: float, tall: float = 1.0, count: int = 48) -> list[Point]:
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return [(x + radius * math.cos(t), y + tall * radius * math.sin(t)) for t in turns]


def rays(x: float, y: float, far: float, near: float, count: int, turn: float = -90.0) -> list[Point]:
    """A star with `count` points."""
    spots = []
    for step in range(2 * count):
        angle = math.radians(turn + step * 180 / count)
        reach = far if step % 2 == 0 else near
        spots.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return spots


def glitter(x: float, y: float, reach: float) -> list[Point]:
    """A star of four points with hollow sides."""
    turns = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    return [
        (
            x + reach * math.copysign(abs(math.cos(t)) ** 3, math.cos(t)),
            y + reach * math.copysign(abs(math.sin(t)) ** 3, math.sin(t)),
        )
        for t in turns
    ]


def drop(x: float, top: float, bottom: float, wide: float) -> list[Point]:
    """A drop with its tip up."""
    spots = []
    for t in np.linspace(0, 2 * np.pi, 64, endpoint=False):
        down = 0.5 - 0.5 * math.cos(t)
        spots.append((x + wide * math.sin(t) * math.sin(t / 2) ** 1.6, top + (bottom - top) * down))
    return spots


def heart(x: float, y: float, reach: float) -> list[Point]:
    spots = []
    for t in np.linspace(0, 2 * np.pi, 72, endpoint=False):
        across = 16 * math.sin(t) ** 3
        up = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        spots.append((x + reach * across / 17, y - reach * up / 17))
    return spots


def cloud(sheet: Sheet, colour: Colour, grow: float = 0.0) -> None:
    for x, y, radius in (
        (0.36, 0.56, 0.26),
        (0.62, 0.36, 0.26),
        (0.92, 0.42, 0.28),
        (1.08, 0.62, 0.22),
        (0.72, 0.64, 0.27),
    ):
        sheet.disc(x, y, radius + grow, colour)


def wave(x0: float, x1: float, y: float, high: float, times: float) -> list[Point]:
    return [(x, y + high * math.sin(2 * math.pi * times * (x - x0) / (x1 - x0))) for x in np.linspace(x0, x1, 60)]


def laid_over(below: Sprite, above: Sprite) -> Sprite:
    """One sign over another of the same size."""
    a, b = above[..., 3:].astype(np.float32) / 255, below[..., 3:].astype(np.float32) / 255
    alpha = a + b * (1 - a)
    colour = (above[..., :3] * a + below[..., :3] * b * (1 - a)) / np.maximum(alpha, 1e-4)
    return np.asarray(np.clip(np.dstack([colour, alpha * 255]) + 0.5, 0, 255), np.uint8)
