"""Wide eyes: the eyes of the people in a film made larger, as cartoons have them.

Knows face meshes and a smooth local swelling of the picture. Must not know which look asks for it. Faces are looked
for every so often and followed in between; what grows does so over some pictures: a sudden change would be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.looks.sight import Picture, Sight
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face

_LOOKED_FOR_EVERY = 12  # pictures
_LOOKED_AT = 640  # pixels of the longer side
_MOST = 3  # faces
_GROWN = 0.30  # 0 is nothing, 1 would pull the pupil over the whole eye. GUESS, by eye
_REACH = 0.98  # of an eye's width: how far from its middle the picture moves
_LEAST = 7.0  # pixels of an eye's width below which nothing would be seen
_STEADY = 0.55  # share of the newest mesh: meshes tremble by a fraction of a pixel
_CORNERS = ((33, 133), (362, 263))  # of the left and the right eye, in the picture


@dataclass(slots=True)
class _Known:
    face: Face
    spots: NDArray[np.float64]  # (2, 3) x, y, width of each eye, pixels of the whole picture
    share: float


class WideEyes:
    """Asked for the sights of one film in their order; keeps the faces it has seen."""

    def __init__(self, eyes: Eyes) -> None:
        self._eyes = eyes
        self._known: list[_Known] = []

    def widened(self, sight: Sight) -> Sight:
        """The same sight with larger eyes; itself where nobody is seen. Some 6 ms a face, 25 when looking for one."""
        high, wide = sight.picture.shape[:2]
        scale = min(1.0, _LOOKED_AT / max(high, wide))
        size = (max(2, round(wide * scale)), max(2, round(high * scale)))
        view = np.asarray(cv2.resize(sight.calm, size, interpolation=cv2.INTER_AREA), np.uint8)
        self._look(view, 1 / scale, sight.number)
        if not self._known:
            return sight
        picture, calm = sight.picture.copy(), sight.calm.copy()
        for known in self._known:
            for x, y, across in known.spots:
                if across >= _LEAST:
                    for plane in (picture, calm):
                        _swell(plane, x, y, _REACH * across, _GROWN * known.share)
        return replace(sight, picture=picture, calm=calm)

    def _look(self, view: Picture, scale: float, number: int) -> None:
        still: list[_Known] = []
        for known in self._known:
            face = self._eyes.follow(view, known.face)
            if face is not None:
                spots = known.spots + _STEADY * (_spots(face, scale) - known.spots)
                still.append(_Known(face, spots, min(1.0, known.share + 0.15)))
        self._known = still
        if number % _LOOKED_FOR_EVERY:
            return
        for face in self._eyes.faces(view, parts=2):
            spots = _spots(face, scale)
            away = [np.abs(spots[:, :2] - known.spots[:, :2]).max() for known in self._known]
            if len(self._known) < _MOST and all(far > spots[:, 2].max() for far in away):
                self._known.append(_Known(face, spots, 1.0 if number == 0 else 0.0))


def _spots(face: Face, scale: float) -> NDArray[np.float64]:
    mesh = face.mesh[:, :2].astype(np.float64)
    rows = []
    for outer, inner in _CORNERS:
        middle = (mesh[outer] + mesh[inner]) / 2
        rows.append([middle[0], middle[1], float(np.linalg.norm(mesh[outer] - mesh[inner]))])
    return (np.array(rows) + np.array([0.5, 0.5, 0])) * scale - np.array([0.5, 0.5, 0])


def _swell(picture: Picture, x: float, y: float, reach: float, amount: float) -> None:
    """Enlarge what lies around a point, in place; nothing moves from `reach` pixels on."""
    high, wide = picture.shape[:2]
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    right, bottom = min(wide, int(x + reach) + 2), min(high, int(y + reach) + 2)
    if right - left < 4 or bottom - top < 4:
        return
    across, down = np.meshgrid(np.arange(left, right, dtype=np.float32), np.arange(top, bottom, dtype=np.float32))
    dx, dy = across - np.float32(x), down - np.float32(y)
    near = np.clip(1 - (dx * dx + dy * dy) * np.float32(1 / reach**2), 0, 1)
    shrink = 1 - np.float32(amount) * near * near
    # read from a copy: the part is written where it is read
    around = picture[top:bottom, left:right].copy()
    there = (np.float32(x - left) + dx * shrink, np.float32(y - top) + dy * shrink)
    picture[top:bottom, left:right] = cv2.remap(around, *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
