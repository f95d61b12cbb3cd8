"""Likeness: whether two pictures show the same face, as far as light and shape without a model can tell.

Knows faces brought to one upright view, and how alike two such views are. Must not know films. This is no face
recognition: it holds for one person in one kind of picture, and says how sure it is as a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.faces.following import Choose
from understudy.animatic.performer import Face, Plate

_SIDE = 96
_ANCHORS = np.array([[30.0, 36.0], [66.0, 36.0], [48.0, 72.0]])  # eyes and mouth in the upright view
_EYES = ((33, 133, 159, 145), (362, 263, 386, 374))
_MOUTH = (61, 291, 0, 17)
_LIPS_ROW = 60  # from here down a view counts less: mouths speak
_LIGHT = 9.0  # deviation, in pixels of the view, of what is taken for light


@dataclass(frozen=True, slots=True)
class Look:
    """A face in the upright view: (96, 96) structure without light, of unit length, less at the rim and the mouth."""

    pixels: NDArray[np.float32]


def look_of(picture: Plate, face: Face) -> Look:
    """The upright view of a face of a picture."""
    mesh = face.mesh[:, :2].astype(np.float64)
    points = np.array([mesh[list(part)].mean(axis=0) for part in (*_EYES, _MOUTH)])
    matrix = cv2.getAffineTransform(points.astype(np.float32), _ANCHORS.astype(np.float32))
    shrink = 1 / max(1e-6, float(np.sqrt(abs(np.linalg.det(matrix[:, :2])))))
    grey = cv2.cvtColor(_around(picture, face), cv2.COLOR_RGB2GRAY)
    left, top = _corner(picture, face)
    matrix[:, 2] += matrix[:, :2] @ np.array([left, top])
    if shrink > 1.5:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.4 * shrink), np.uint8)
    upright = cv2.warpAffine(grey, matrix, (_SIDE, _SIDE), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    view = cv2.GaussianBlur(upright, (0, 0), 1.4)
    rest: NDArray[Any] = view - cv2.GaussianBlur(view, (0, 0), _LIGHT)
    rest /= np.sqrt(cv2.GaussianBlur(rest * rest, (0, 0), _LIGHT)) + 4.0
    rest *= _window()
    return Look((rest / max(1e-6, float(np.linalg.norm(rest)))).astype(np.float32))


def alike(one: Look, other: Look) -> float:
    """-1 to 1: the best correlation of two views over small shifts.

    Measured: one person in one session, talking, turning, in other light 0.88 and more; strangers 0.48 in the middle,
    95 of 100 below 0.67.
    """
    best = -1.0
    for down in range(-3, 4):
        for across in range(-3, 4):
            moved = np.roll(other.pixels, (down, across), axis=(0, 1))
            best = max(best, float((one.pixels * moved).sum()))
    return best


def resembling(wanted: Look, needed: float) -> Choose:
    """Chooses, of the faces in a picture, the one most alike, if it is so by `needed` at least."""

    def choose(picture: Plate, faces: list[Face]) -> Face | None:
        scored = [(alike(look_of(picture, face), wanted), -place) for place, face in enumerate(faces)]
        score, place = max(scored, default=(-1.0, 0))
        return faces[-place] if score >= needed else None

    return choose


def _corner(picture: Plate, face: Face) -> tuple[int, int]:
    left, top, right, _ = face.box
    room = 0.3 * (right - left)
    return max(0, min(picture.shape[1] - 2, int(left - room))), max(0, min(picture.shape[0] - 2, int(top - room)))


def _around(picture: Plate, face: Face) -> Plate:
    left, top = _corner(picture, face)
    _, _, right, bottom = face.box
    room = 0.3 * (right - face.box[0])
    return np.ascontiguousarray(
        picture[top : max(top + 2, int(bottom + room)), left : max(left + 2, int(right + room))]
    )


def _window() -> NDArray[np.float32]:
    """What of the view is face: an oval, the mouth's part at a third."""
    y, x = np.mgrid[:_SIDE, :_SIDE].astype(np.float32)
    inside = 1 - np.clip((np.hypot((x - 48) / 40, (y - 50) / 46) - 0.85) / 0.3, 0, 1)
    return np.asarray(inside * np.where(y > _LIPS_ROW, 0.35, 1.0), np.float32)
