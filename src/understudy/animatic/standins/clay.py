"""Clay: the matt look of a mannequin's part, as if modelled and lit softly from the upper left.

Knows shapes as masks and light on round things. Must not know which figure a part belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.performer import Sprite
from understudy.animatic.standins.bones import Part

Colour = tuple[int, int, int]

GREY: Colour = (188, 186, 182)
"""Of the bare clay. GUESS, by eye: light enough to stand out at night, dark enough for a noon sky."""
_LIGHT = np.array([-0.42, -0.68, 0.60])
_AMBIENT, _DIRECT = 0.60, 0.46
_ROUND = 1.25  # how steep the edges of a part are
_BITS = 4


@dataclass(frozen=True, slots=True)
class Cast:
    """A part in clay: RGBA and where the part's own (0, 0) lies in it, in pixels."""

    sprite: Sprite
    x: float
    y: float


def model(part: Part, accent: Colour | None, pixels: float) -> Cast:
    """A part in clay, `pixels` per unit. `accent` None leaves it grey."""
    spots = np.concatenate([np.array(o) for o in part.outlines]) * pixels
    low, high = np.floor(spots.min(axis=0)) - 3, np.ceil(spots.max(axis=0)) + 3
    wide, tall = (max(2, int(v)) for v in high - low)
    mask = np.zeros((tall, wide), np.uint8)
    for outline in part.outlines:
        drawn = np.rint((np.array(outline) * pixels - low) * 2**_BITS).astype(np.int32)
        cv2.fillPoly(mask, [drawn], 255, cv2.LINE_AA, _BITS)
    shade = _shade(mask)
    grey = np.array(GREY, np.float64) * part.tone
    share = part.accent if accent is not None else 0.0
    colour = grey + (np.array(accent or GREY, np.float64) * (0.35 + 0.65 * part.tone) - grey) * share
    lit = colour[None, None, :] * shade[:, :, None]
    rgb = np.clip(np.rint(lit), 0, 255).astype(np.uint8)
    return Cast(np.dstack([rgb, mask]), float(-low[0]), float(-low[1]))


def _shade(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Light on a mask blown up like a cushion, about 0.4..1.15."""
    solid = (mask > 127).astype(np.uint8)
    # what touches the edge of its rectangle still has an edge there
    inside = cv2.distanceTransform(cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)[
        1:-1, 1:-1
    ]
    most = max(1.0, float(inside.max()))
    share = np.clip(inside / most, 0, 1)
    height = np.sqrt(np.maximum(share * (2 - share), 0)).astype(np.float32) * np.float32(most * _ROUND)
    height = cv2.GaussianBlur(height, (0, 0), max(0.6, most * 0.22))
    across, down = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125)
    length = np.sqrt(across**2 + down**2 + 1)
    facing = (-across * _LIGHT[0] - down * _LIGHT[1] + _LIGHT[2]) / (length * np.linalg.norm(_LIGHT))
    rim = 0.90 + 0.10 * np.clip(inside / max(1.5, most * 0.25), 0, 1)
    return np.asarray((_AMBIENT + _DIRECT * np.clip(facing, -0.35, 1)) * rim, np.float32)
