"""Patches: rectangles of a sprite and colours laid over them.

Knows pixels. Must not know faces.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.performer import Sprite

Rectangle: TypeAlias = tuple[int, int, int, int]
"""left, top, right, bottom in sprite pixels; right and bottom are outside."""

Overlay: TypeAlias = tuple[Rectangle, NDArray[np.float32], NDArray[np.float32]]
"""Where in a patch, which colours (h, w, 3) 0..255, and how much they cover (h, w) 0..1."""


def overlap(one: Rectangle, other: Rectangle) -> Rectangle:
    """What two rectangles share; empty or turned inside out where they share nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def lay_over(patch: Sprite, area: Rectangle, colour: NDArray[np.float32], cover: NDArray[np.float32]) -> None:
    """Blend colours into a part of a patch, in place; its alpha stays."""
    left, top, right, bottom = area
    below = patch[top:bottom, left:right]
    share = cover[..., None]
    mixed = below[..., :3] * (1 - share) + colour * share
    below[..., :3] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def premultiplied(sprite: Sprite) -> Sprite:
    """The sprite with its colours multiplied by its alpha."""
    alpha = np.ascontiguousarray(sprite[..., 3])
    planes = [cv2.multiply(np.ascontiguousarray(sprite[..., i]), alpha, scale=1 / 255) for i in range(3)]
    return np.asarray(cv2.merge([*planes, alpha]), np.uint8)
