"""Puppet: a figure bent at its joints and painted into a picture.

Knows how pixels follow bones: each part is warped as one piece, smoothly around its joints, and parts are laid over one
another. Must not know why a limb moves (retarget), nor how the figure was taken apart (figure).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.bodies.dissection import Line, Part
from understudy.animatic.bodies.figure import Figure
from understudy.animatic.performer import Plate

_STEP = 4  # pixels between points at which the warp is computed; between them it is straight
_SOFTNESS = 0.75  # of a part's half width: how far around a joint pixels belong to both bones
_LEAST = 1e-3

Affine = NDArray[np.float64]
"""(2, 3): x' = M[:, :2] x + M[:, 2]."""


@dataclass(frozen=True, slots=True)
class Bones:
    """How one part lies in a picture: joints and, for each bone, the way from picture pixels back to the figure's."""

    joints: Line
    back: tuple[Affine, ...]


@dataclass(frozen=True, slots=True)
class Stance:
    """A whole puppet at one moment: bones of each part, and the parts' names from the back to the front."""

    parts: dict[str, Bones]
    order: tuple[str, ...]


def bone(source: Line, target: Line, thickness: float) -> Affine:
    """The way back for one bone: (2, 2) start and end in the figure, and in the picture.

    Along the bone it is stretched from end to end, across it by `thickness` (picture pixels per figure pixel).
    """
    old, new = source[1] - source[0], target[1] - target[0]
    old_length, new_length = max(_LEAST, float(np.hypot(*old))), max(_LEAST, float(np.hypot(*new)))
    e_old, e_new = old / old_length, new / new_length
    along = np.outer(e_old, e_new) * (old_length / new_length)
    across = np.outer(_turned(e_old), _turned(e_new)) / thickness
    linear = along + across
    return np.column_stack([linear, source[0] - linear @ target[0]])


def inverse(forward: Affine) -> Affine:
    """The affine map that undoes another."""
    linear = np.linalg.inv(forward[:, :2])
    return np.column_stack([linear, -linear @ forward[:, 2]])


class Puppet:
    """Paints a figure in any stance. About 10 ms for a standing body 900 pixels high."""

    def __init__(self, figure: Figure) -> None:
        pieces: dict[str, tuple[Part, ...]] = {"trunk": (figure.trunk,), **figure.limbs}
        self._pieces = {name: [(part, _box_of(part)) for part in parts] for name, parts in pieces.items()}

    def paint(self, picture: Plate, stance: Stance) -> None:
        """Lay the puppet over (h, w, 3) uint8, in place."""
        for name in stance.order:
            bones = stance.parts[name]
            for part, corners in self._pieces[name]:
                last = part.first + len(part.line) - 1
                own = Bones(bones.joints[part.first : last + 1], bones.back[part.first : last])
                self._paint_part(picture, part, own, corners)

    def _paint_part(self, picture: Plate, part: Part, bones: Bones, corners: Line) -> None:
        height, width = picture.shape[:2]
        places = np.concatenate([_applied(inverse(back), corners) for back in bones.back])
        low, high = places.min(axis=0), places.max(axis=0)
        reach = 2.6 * max(part.radii) * _scale(bones.back[0])
        core_low, core_high = bones.joints.min(axis=0) - reach, bones.joints.max(axis=0) + reach
        if part.name != "trunk":  # the corners of a part's box swing far out; its pixels stay near its bones
            low, high = np.maximum(low, core_low), np.minimum(high, core_high)
        left, top = max(0, int(low[0]) // _STEP * _STEP), max(0, int(low[1]) // _STEP * _STEP)
        right, bottom = min(width, int(high[0]) + 2), min(height, int(high[1]) + 2)
        if right - left < 2 or bottom - top < 2:
            return
        across, down = -(-(right - left) // _STEP), -(-(bottom - top) // _STEP)
        x, y = np.meshgrid(
            left + _STEP * np.arange(across) + (_STEP - 1) / 2, top + _STEP * np.arange(down) + (_STEP - 1) / 2
        )
        way = _way_back(np.stack([x, y], axis=-1), bones, part.radii)
        fine = cv2.resize(way, (across * _STEP, down * _STEP), interpolation=cv2.INTER_LINEAR)
        fine = fine[: bottom - top, : right - left]
        seen = cv2.remap(
            part.sprite, fine[..., 0], fine[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
        )
        _lay(picture[top:bottom, left:right], seen)


def _way_back(points: NDArray[np.float64], bones: Bones, radii: tuple[float, ...]) -> NDArray[np.float32]:
    """(h, w, 2) float32: where in the figure each point of the picture comes from."""
    came = points @ bones.back[0][:, :2].T + bones.back[0][:, 2]
    directions = np.diff(bones.joints, axis=0)
    directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), _LEAST)
    for number in range(1, len(bones.back)):
        fold = directions[number - 1] + directions[number]
        length = float(np.hypot(*fold))
        if length < 0.2:  # folded flat: there is no plane between the bones, the outer one begins at its joint
            fold, length = directions[number], 1.0
        soft = _SOFTNESS * radii[number] * _scale(bones.back[number])
        past = ((points - bones.joints[number]) @ (fold / length)) / (2 * soft) + 0.5
        share = np.clip(past, 0, 1)
        share = (share * share * (3 - 2 * share))[..., None]
        back = bones.back[number]
        came += share * (points @ back[:, :2].T + back[:, 2] - came)
    return came.astype(np.float32)


def _lay(ground: Plate, over: NDArray[np.uint8]) -> None:
    """Premultiplied RGBA over a picture, in place."""
    rest = cv2.cvtColor(255 - over[..., 3], cv2.COLOR_GRAY2RGB)
    ground[:] = cv2.add(cv2.multiply(ground, rest, scale=1 / 255), cv2.cvtColor(over, cv2.COLOR_RGBA2RGB))


def _scale(back: Affine) -> float:
    """Picture pixels per figure pixel, about."""
    return 1 / max(_LEAST, float(np.sqrt(abs(np.linalg.det(back[:, :2])))))


def _applied(matrix: Affine, points: Line) -> Line:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def _turned(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([-direction[1], direction[0]])


def _box_of(part: Part) -> Line:
    """Corners of all that can be seen of a part, in figure pixels."""
    seen = part.sprite[..., 3] > 2
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return np.zeros((4, 2))
    left, right, top, bottom = columns[0] - 1, columns[-1] + 1, rows[0] - 1, rows[-1] + 1
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
