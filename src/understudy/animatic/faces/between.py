"""Between: what is seen between the lips of a moved mouth: teeth of the picture, the dark, a tongue, a seam.

Knows a pose's lips and the pixels the picture shows between its own. Must not know how lips are carried (lips) nor
where in a sprite they are (portrait). Colours are (h, w, 3) float32 0..255, covers (h, w) 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.faces.lips import Anatomy, FacePose, Floats, Lips, smooth

Inside: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Colour and cover."""

SKIN_LUMA = 165.0
"""0..255, of the well lit skin for which the colours below were chosen."""

_CAVITY = np.array([46, 20, 20], np.float32)
_TONGUE = np.array([128, 62, 60], np.float32)
_TEETH = np.array([212, 203, 192], np.float32)
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_TOOTH = (0.42, 0.72)
"""Luma over that of the skin: darker than the first is the dark of the mouth, brighter than the second a tooth."""
_TINTED = 0.12
"""Of the skin's red that its blue falls short by: below, lips and teeth are not told apart by colour."""
_RED = (0.86, 0.72)
"""The same over the skin's own, from where on it is a lip, and from where on a tooth. Measured: lips 0.84 to 1.06,
teeth 0.56 to 0.69."""
_TEETH_SEEN = (0.15, 0.35)  # of what is bright between the lips that must look like teeth, for none of it and all


@dataclass(slots=True)
class Look:
    """What drawn colours follow: `teeth` and `skin` (3,) RGB, `light` 1 = well lit skin."""

    teeth: NDArray[np.float32]
    light: float
    skin: NDArray[np.float32]

    @classmethod
    def of(cls, skin: NDArray[np.float32]) -> Look:
        """The look of a face by some colours (n, 3) of its skin; without any, that of good light."""
        luma = float(np.median(skin @ _LUMA)) if len(skin) else SKIN_LUMA
        light = float(np.clip(luma / SKIN_LUMA, 0.35, 1.15))
        usual = np.asarray(np.median(skin, axis=0) if len(skin) else np.full(3, SKIN_LUMA), np.float32)
        # teeth take the colour of the light: half way from white towards the tint of the skin
        return cls(np.asarray(_TEETH * (0.5 + 0.5 * usual / max(luma, 1.0)), np.float32), light, usual)


def softness(anatomy: Anatomy) -> float:
    """Pixels over which a lip's edge goes over into what is behind it: lips have no hard rim."""
    return max(0.8, 0.03 * anatomy.half)


def seen_between(anatomy: Anatomy, y: Floats, lips: Lips) -> NDArray[np.bool_]:
    """(h, w) where anything is seen through the gap; arguments as for `inside`."""
    soft = softness(anatomy)
    parted = lips.lower - lips.upper > 0.02 * soft
    within = (y > lips.upper - soft) & (y < lips.lower + soft)
    return np.asarray(parted & within & (anatomy.moved_share(lips) > 0), np.bool_)


def inside(
    anatomy: Anatomy, y: Floats, lips: Lips, pose: FacePose, pictured: NDArray[np.float32], look: Look
) -> Inside:
    """What is seen through the gap.

    Args:
        anatomy: of the face.
        y: (h, w) rows in the face's own coordinates.
        lips: of the pose, for the columns of the same pixels.
        pose: only how far it opens is asked.
        pictured: (h, w, 3) what the picture shows there; it counts only between the picture's own lips.
        look: of the face.
    """
    a = anatomy
    tall = np.maximum(lips.lower - lips.upper, 1e-3)
    soft = softness(a)
    cover = np.clip((y - lips.upper) / soft + 0.5, 0, 1) * np.clip((lips.lower - y) / soft + 0.5, 0, 1)
    cover *= np.clip(tall / (2 * soft), 0, 1)
    # a lip that has not moved is the picture itself
    cover *= a.moved_share(lips)
    shown = lips.lower0 - lips.upper0
    kept = np.clip((y - lips.upper0) / soft + 1.5, 0, 1)
    kept *= np.clip((lips.lower0 - a.rim(lips) - y) / soft + 0.5, 0, 1)
    kept *= smooth(0.08 * a.half, 0.16 * a.half, shown)
    # teeth hang on the skull and stay; the dark beside them is not the one that a wider mouth shows
    parted = np.float32(min(1.0, a.gap(pose) / (0.2 * a.half)))
    if parted:
        # gaps between teeth are no dark of the mouth
        calm = np.asarray(cv2.GaussianBlur(pictured, (0, 0), max(0.5, 0.05 * a.half)), np.float32)
        bright = smooth(*_TOOTH, np.asarray(calm @ _LUMA, np.float32) / np.float32(SKIN_LUMA * look.light))
        tint = float(look.skin[0] - look.skin[2])
        if tint > _TINTED * float(look.skin[0]):
            # what is bright between the lips may be lips, if they are pale: as a whole, it is no less red than the skin
            redder = (calm[..., 0] - calm[..., 2]) * look.skin[0] / np.maximum(calm[..., 0] * tint, 1.0)
            seen = kept * bright
            white = float((smooth(*_RED, np.asarray(redder, np.float32)) * seen).sum() / max(1e-3, float(seen.sum())))
            bright = bright * float(np.interp(white, _TEETH_SEEN, (0, 1)))
        kept = kept * (1 - parted * (1 - bright))
    drawn = _drawn(a, y, lips, tall, look)
    colour = drawn + (pictured - drawn) * kept[..., None]
    return np.asarray(colour, np.float32), np.asarray(cover, np.float32)


def _drawn(a: Anatomy, y: Floats, lips: Lips, tall: Floats, look: Look) -> NDArray[np.float32]:
    """The dark, the tongue and a hint of the upper teeth."""
    down = np.clip((y - lips.upper) / tall, 0, 1)
    side = np.clip(1 - np.abs(lips.across) ** 2.2, 0, 1)
    tongue = smooth(0.4, 1.0, down) * side * smooth(0.12 * a.half, 0.4 * a.half, tall)
    colour = _CAVITY * (1 - 0.75 * tongue[..., None]) + _TONGUE * (0.75 * tongue[..., None])
    # shade under the upper lip, and towards the corners
    colour *= (0.55 + 0.45 * side * smooth(0.0, 0.5, down))[..., None]
    # what the picture shows of teeth is laid over these: they are hinted at, arched, in the shade of the lip
    arch = np.clip(1 - np.abs(lips.across) ** 2, 0, 1)
    height = np.minimum(0.45 * tall, 0.23 * a.half) * (0.35 + 0.65 * arch)
    depth = (y - lips.upper) / np.maximum(height, 1e-3)
    band = smooth(1.15, 0.7, depth) * smooth(0.08 * a.half, 0.3 * a.half, tall) * smooth(0.0, 0.5, arch)
    shade = (0.5 + 0.42 * smooth(0.0, 0.7, depth)) * (0.6 + 0.4 * arch)
    colour = colour * (1 - band[..., None]) + look.teeth * (shade * band)[..., None]
    return np.asarray(colour * look.light, np.float32)


def seam(anatomy: Anatomy, y: Floats, lips: Lips, pose: FacePose, look: Look) -> Inside:
    """The shadow where two lips meet that were apart in the picture: without it they seem one skin."""
    bared = min(1.0, anatomy.rest_gap / (0.2 * anatomy.half))
    line = np.exp(-(((y - (lips.upper + lips.lower) / 2) / max(0.8, 0.035 * anatomy.half)) ** 2))
    cover = 0.5 * max(0.0, 2.5 * pose.closed - 1.5) * bared * line * smooth(1.0, 0.8, np.abs(lips.across))
    colour = np.broadcast_to(_CAVITY * 1.8 * look.light, (*y.shape, 3))
    return np.asarray(colour, np.float32), np.asarray(cover, np.float32)
