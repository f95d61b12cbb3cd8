"""Depths: how near things in a single picture probably are, and where its sky, water and green are.

Knows colours, sharpness and height in the picture. Must not know cameras, nor subjects (foreground). No network is
asked: these are the rules of thumb of landscape painting, and they are smooth, so that a wrong guess bends a little
and never tears. Maps are small: the longer side has `SIDE` pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic import matte
from understudy.animatic._opencv import cv2
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate

SIDE = 160
"""Pixels of the longer side of every map."""

# All by eye, on some twenty photographs. GUESS.
_SKY_LEAST = 0.07  # share of the picture below which an even top is no sky
_SKY_STEP = 5  # largest step of lightness and colour (0..255 in Lab) from pixel to pixel within a sky
_SKY_TEXTURE = 9.0  # spread of lightness in a window from which on it is no sky
_UPRIGHT = 0.3  # nearness of what stands up from the ground's far edge
_SHARP_SHARE = 0.25  # how much sharpness says


@dataclass(frozen=True, slots=True)
class Depths:
    """A guess at a picture's space; maps (h, w) float32 0..1.

    `near` is 0 far away, 1 where it is nearest. `sky` is where there is nothing but air. `horizon` is the height of
    the ground's far edge in parts of the picture's height, None where no ground was told.
    """

    near: Mask
    sky: Mask
    horizon: float | None


def small_of(picture: Plate) -> Plate:
    """The picture at the size of the maps."""
    height, width = picture.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def guess_depths(picture: Plate, has_person: bool, foot: float | None = None) -> Depths:
    """Guess at the space of a picture; some 10 ms.

    Args:
        picture: (h, w, 3) RGB, with what stands in front taken out if that is known.
        has_person: a picture of a person has a backdrop rather than a landscape.
        foot: height, in parts of the picture, of the ground right under who stands in front; there it is as near as
            he is.
    """
    small = small_of(picture)
    height, width = small.shape[:2]
    sky = _sky(small)
    share = float(sky.mean())
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    horizon: float | None = None
    if share >= _SKY_LEAST:
        bottoms = np.where(sky.any(axis=0), height - 1 - np.argmax(sky[::-1] > 0.5, axis=0), 0) / height
        horizon = float(np.clip(np.percentile(bottoms, 75), 0.2, 0.75))
    if has_person and (horizon is None or foot is None or foot > 0.97):
        # head and shoulders before a wall: the wall is one piece, the ground out of sight
        near = 0.25 + 0.25 * np.broadcast_to(rows**2, small.shape[:2])
    elif horizon is not None:
        edge = min(max(horizon, 0.2), (foot or 1.0) - 0.1)
        ground = np.clip((rows - edge) / max(0.05, (foot or 1.0) - edge), 0, 1)
        near = np.maximum(_UPRIGHT * (1 - sky), np.broadcast_to(ground, small.shape[:2]))
    else:
        # things on a table, animals, rooms: the middle bulges, what lies low is nearer
        across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
        bulge = np.exp(-((across / 0.75) ** 2) - ((rows - 0.55) / 0.42) ** 2)
        near = 0.2 + 0.55 * bulge + 0.25 * rows**1.5
        near = (1 - _SHARP_SHARE) * near + _SHARP_SHARE * _sharpness(small)
    near = np.asarray(near, np.float32)
    near = _on_edges(small, near)
    near = near * (1 - cv2.GaussianBlur(sky, (0, 0), 1.0))
    near = cv2.GaussianBlur(near, (0, 0), 0.012 * max(height, width))
    return Depths(np.clip(near, 0, 1).astype(np.float32), sky, horizon)


def water_of(small: Plate, depths: Depths) -> Mask:
    """Where water probably is: below the middle, bluish, greyish or mirror-like, not green and not warm."""
    lab = matte.lab_of(small)
    height = small.shape[0]
    low = np.clip((np.linspace(0, 1, height, dtype=np.float32) - (depths.horizon or 0.4)) / 0.08, 0, 1)[:, None]
    cool = np.clip((6 - lab[..., 2]) / 10, 0, 1) * np.clip((8 - np.abs(lab[..., 1] + 2)) / 6, 0, 1)
    return _soft(low * cool * (1 - depths.sky))


def green_of(small: Plate, depths: Depths) -> Mask:
    """Where leaves and grass probably are: by colour."""
    lab = matte.lab_of(small)
    return _soft(np.clip((-lab[..., 1] - 4) / 8, 0, 1) * np.clip((lab[..., 2] - 2) / 8, 0, 1) * (1 - depths.sky))


def bright_of(small: Plate, warm: bool) -> Mask:
    """Where fire (warm) or smoke and steam (pale) probably are."""
    lab = matte.lab_of(small)
    pale = np.clip((lab[..., 0] - 62) / 12, 0, 1)
    hue = np.clip((lab[..., 2] - 25) / 15, 0, 1) if warm else np.clip((14 - np.abs(lab[..., 1:]).sum(axis=2)) / 8, 0, 1)
    return _soft(pale * hue)


def _soft(mask: NDArray[np.floating]) -> Mask:
    return np.asarray(cv2.GaussianBlur(np.asarray(mask, np.float32), (0, 0), 1.6), np.float32)


def _sky(small: Plate) -> Mask:
    """The even part of the picture that hangs together with its upper edge; 0 or 1, softened."""
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2Lab), np.uint8)
    light = lab[..., 0].astype(np.float32)
    window = (5, 5)
    spread = np.sqrt(np.maximum(cv2.blur(light * light, window) - cv2.blur(light, window) ** 2, 0))
    height, width = light.shape
    blocked = (spread > _SKY_TEXTURE).astype(np.uint8)
    flood = np.zeros((height + 2, width + 2), np.uint8)
    flood[1:-1, 1:-1] = blocked
    for column in range(0, width, 4):
        if flood[2, column + 1] == 0:
            cv2.floodFill(
                lab, flood, (column, 1), (0, 0, 0), (_SKY_STEP,) * 3, (_SKY_STEP,) * 3, 4 | (2 << 8) | (1 << 17)
            )
    filled = (flood[1:-1, 1:-1] == 2).astype(np.uint8)
    filled = cv2.morphologyEx(filled, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    filled = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    if filled.mean() < _SKY_LEAST or filled[: height // 2].mean() < 1.4 * filled[height // 2 :].mean():
        return np.zeros((height, width), np.float32)
    return np.asarray(cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 0.8), np.float32)


def _sharpness(small: Plate) -> Mask:
    """Fine contrast pooled over a twentieth of the picture, 0..1: what a lens was focused on is rather in front."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1.2))
    pooled = cv2.GaussianBlur(fine, (0, 0), 0.05 * max(grey.shape))
    return np.asarray(np.clip(pooled / max(float(np.percentile(pooled, 95)), 1e-3), 0, 1), np.float32)


def _on_edges(small: Plate, near: Mask) -> Mask:
    """The map drawn towards the picture's own large shapes."""
    radius = max(2, round(0.06 * max(small.shape[:2])))
    return 0.5 * near + 0.5 * matte.snap(small, near, radius, evenness=4e-3)
