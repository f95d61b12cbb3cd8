"""Subjects with known outlines before plain backdrops, drawn by code: what a cut-out is measured against."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sight import photo

SIDE = 480
SHAPES = ("bottle", "cup", "star", "plant")
BACKDROPS = {
    "white": (244, 244, 242),
    "grey": (128, 128, 130),
    "blue": (60, 110, 190),
    "black": (18, 18, 20),
}
TEXTURES = {"bottle": "coffee", "cup": "chelsea", "star": "astronaut", "plant": "hubble_deep_field"}


def outline(shape: str) -> NDArray[np.float32]:
    """(SIDE, SIDE) coverage 0..1 of a shape, with a soft edge of one pixel."""
    drawn = np.zeros((SIDE * 4, SIDE * 4), np.uint8)
    s = SIDE * 4 / 100
    if shape == "bottle":
        cv2.ellipse(drawn, _at(50, 68, s), (int(19 * s), int(24 * s)), 0, 0, 360, 255, cv2.FILLED)
        cv2.rectangle(drawn, _at(44, 18, s), _at(56, 55, s), 255, cv2.FILLED)
    elif shape == "cup":
        cv2.ellipse(drawn, _at(70, 52, s), (int(14 * s), int(14 * s)), 0, 0, 360, 255, round(5 * s))
        cv2.rectangle(drawn, _at(24, 30, s), _at(66, 78, s), 255, cv2.FILLED)
    elif shape == "star":
        angles = np.arange(10) * np.pi / 5
        radii = np.where(np.arange(10) % 2, 17, 38) * s
        points = np.stack([50 * s + radii * np.sin(angles), 52 * s - radii * np.cos(angles)], axis=1)
        cv2.fillPoly(drawn, [points.astype(np.int32)], 255)
    else:
        for tilt in (-55, -25, 0, 28, 60):
            tip = (int((50 + 42 * np.sin(np.radians(tilt))) * s), int((62 - 44 * np.cos(np.radians(tilt))) * s))
            middle = ((50 * s + tip[0]) / 2, (62 * s + tip[1]) / 2)
            cv2.ellipse(drawn, (middle, (7 * s, 44 * s), float(tilt)), 255, cv2.FILLED)
        cv2.rectangle(drawn, _at(38, 60, s), _at(62, 86, s), 255, cv2.FILLED)
    return np.asarray(cv2.resize(drawn, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32) / 255


def before(shape: str, colour: tuple[int, int, int], noise: float = 2.0) -> NDArray[np.uint8]:
    """The shape, textured with a sample photograph, before a backdrop with a little vignette and sensor noise."""
    alpha = outline(shape)[..., None]
    texture = cv2.resize(photo(TEXTURES[shape]), (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    texture = 36 + texture * 0.75  # no part of it is as bright or dark as the backdrops
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    light = (1 - 0.05 * (x * x + y * y))[..., None]
    lots = np.random.default_rng(5).normal(0, noise, (SIDE, SIDE, 1))
    mixed = texture * alpha + np.array(colour, np.float32) * light * (1 - alpha) + lots
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def agreement(mask: NDArray[np.floating], truth: NDArray[np.floating]) -> float:
    """Intersection over union of two masks, 0..1."""
    one, other = mask > 0.5, truth > 0.5
    return float((one & other).sum() / max(1, (one | other).sum()))


def _at(x: float, y: float, s: float) -> tuple[int, int]:
    return int(x * s), int(y * s)


def agreement_of(sprite: NDArray[np.uint8], truth: NDArray[np.float32]) -> float:
    """How well a sprite that was cut at full size matches the outline it was drawn with, wherever it was cropped."""
    room = 20
    alpha = sprite[..., 3].astype(np.float32) / 255
    wide = cv2.copyMakeBorder(truth, room, room, room, room, cv2.BORDER_CONSTANT)
    _, _, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(wide, alpha, cv2.TM_CCORR))
    whole = np.zeros_like(wide)
    whole[y : y + alpha.shape[0], x : x + alpha.shape[1]] = alpha
    return agreement(whole, wide)
