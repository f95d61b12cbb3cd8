"""Headmarks: drawn signs laid on and around an acting head.

Knows where on a head a sign belongs and how it moves there. Must not know how signs look (stickers), nor which
expression shows which (expressions).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np

from understudy.animatic.easing import clamp
from understudy.animatic.expressions import Mark
from understudy.animatic.expressions.headshot import Bearing, Headshot
from understudy.animatic.expressions.stickers import sign
from understudy.animatic.faces.lips import FacePose
from understudy.animatic.performer import Face, Plate


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a sign hangs: the middle of some points of the mesh, moved by heights of the face.

    `on_skin` moves and turns with the skin; else the sign follows the head half the way. `hangs`: its upper edge is at
    the spot, not its middle. `stand_in` is the place in the face's box, 0..1, where there is no mesh.
    """

    points: tuple[int, ...]
    stand_in: tuple[float, float]
    x: float = 0.0
    y: float = 0.0
    on_skin: bool = False
    hangs: bool = False


SPOTS: Mapping[str, Spot] = MappingProxyType(
    {
        "left_cheek": Spot((50,), (0.22, 0.62), on_skin=True),
        "right_cheek": Spot((280,), (0.78, 0.62), on_skin=True),
        "left_eye": Spot((145,), (0.3, 0.42), on_skin=True, hangs=True),
        "right_eye": Spot((374,), (0.7, 0.42), on_skin=True, hangs=True),
        "left_pupil": Spot((145, 159), (0.3, 0.38), on_skin=True),
        "right_pupil": Spot((374, 386), (0.7, 0.38), on_skin=True),
        "forehead": Spot((10, 151), (0.5, 0.08), on_skin=True),
        "brow_middle": Spot((9, 151), (0.5, 0.22), on_skin=True),
        "mouth": Spot((13, 14), (0.5, 0.78), on_skin=True),
        "temple_left": Spot((54,), (0.1, 0.12)),
        "temple_right": Spot((284,), (0.9, 0.12)),
        "above": Spot((10,), (0.5, 0.0), 0.0, -0.46),
        "upper_left": Spot((10,), (0.5, 0.0), -0.78, -0.18),
        "upper_right": Spot((10,), (0.5, 0.0), 0.78, -0.18),
        "left_side": Spot((234,), (0.0, 0.4), -0.5, 0.05),
    }
)
"""Left and right are the viewer's."""

_SIDES = (33, 263)  # outer corners of the eyes: how a head leans
_BROAD = (21, 251)  # sides of the forehead: a band goes around it
_COMES, _GOES = 0.14, 0.16  # of a mark's own time


@dataclass(frozen=True, slots=True)
class _State:
    """A sign at one moment: shift in heights of the face, scale, turn in degrees, opacity, share that is there."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0
    turn: float = 0.0
    opacity: float = 1.0
    length: float = 1.0


class Headmarks:
    """The marks of one expression on one headshot."""

    def __init__(self, headshot: Headshot, face: Face | None, marks: tuple[Mark, ...]) -> None:
        self._headshot = headshot
        self._face = face
        self._marks = marks

    def paint(self, picture: Plate, share: float, seconds: float, pose: FacePose, bearing: Bearing) -> None:
        """Lay all marks of a moment on a painted picture, in place.

        Args:
            picture: (h, w, 3), as `Headshot.paint` gave it for this pose and bearing.
            share: the moment, 0..1.
            seconds: the same in seconds, for what throbs and trembles.
            pose: of the face.
            bearing: of the figure.
        """
        for mark in self._marks:
            if mark.start < share < mark.end:
                inside = (share - mark.start) / (mark.end - mark.start)
                self._lay(picture, mark, _MOVES[mark.moves](inside, seconds), inside, pose, bearing)

    def _lay(self, picture: Plate, mark: Mark, state: _State, inside: float, pose: FacePose, bearing: Bearing) -> None:
        spot, unit = SPOTS[mark.at], self._headshot.face_height
        at_rest = self._place(spot.points, spot)
        x, y = self._headshot.where(at_rest, pose, bearing)
        lean = 0.0
        if spot.on_skin:
            lean = self._lean(pose, bearing)
        else:
            x, y = (x + at_rest[0]) / 2, (y + at_rest[1]) / 2
        x += (spot.x + mark.x + state.x) * unit
        y += (spot.y + mark.y + state.y) * unit
        drawn = sign(mark.sign, self._height(mark))
        if state.length < 1:
            drawn = drawn[: max(2, round(state.length * drawn.shape[0]))]
        high, wide = drawn.shape[:2]
        scale = max(0.02, state.scale)
        if not spot.on_skin:  # what stands in the air must be seen whole
            half_w, half_h = 0.5 * wide * scale, 0.5 * high * scale
            x = clamp(x, min(half_w, picture.shape[1] / 2), max(picture.shape[1] - half_w, picture.shape[1] / 2))
            y = clamp(y, min(half_h, picture.shape[0] / 2), max(picture.shape[0] - half_h, picture.shape[0] / 2))
        anchor = (wide / 2, 0.0 if spot.hangs and mark.moves in ("stream", "fade") else high / 2)
        opacity = state.opacity * clamp(inside / 0.06) * clamp((1 - inside) / 0.08)
        _blend(picture, drawn, anchor, (x, y), scale, mark.turn + state.turn + lean, opacity)

    def _place(self, points: tuple[int, ...], spot: Spot) -> tuple[float, float]:
        if self._face is None:
            left, top, right, bottom = self._headshot.box
            across, down = spot.stand_in
            return left + across * (right - left), top + down * (bottom - top)
        x, y = self._face.mesh[list(points), :2].mean(axis=0)
        return float(x), float(y)

    def _lean(self, pose: FacePose, bearing: Bearing) -> float:
        """Degrees by which the line of the eyes slopes."""
        if self._face is None:
            return bearing.sway
        (ax, ay), (bx, by) = (
            self._headshot.where((float(x), float(y)), pose, bearing) for x, y in self._face.mesh[list(_SIDES), :2]
        )
        return math.degrees(math.atan2(by - ay, bx - ax))

    def _height(self, mark: Mark) -> int:
        if mark.sign != "headband":
            return max(6, round(mark.size * self._headshot.face_height))
        if self._face is None:
            return max(6, round(self._headshot.face_width / 5))
        (ax, ay), (bx, by) = self._face.mesh[list(_BROAD), :2]
        return max(6, round(1.42 * math.hypot(bx - ax, by - ay) / 5))


def _popped(u: float) -> float:
    """Scale of what jumps in, a little too large at first, and shrinks away."""
    if u < _COMES:
        t = u / _COMES
        return t * (2.6 - 1.6 * t) if t < 1 else 1.0
    return clamp((1 - u) / _GOES) if u > 1 - _GOES else 1.0


_Move = Callable[[float, float], _State]
_MOVES: Mapping[str, _Move] = MappingProxyType(
    {
        # of a mark's own time 0..1 and seconds
        "pop": lambda u, t: _State(scale=_popped(u)),
        "fade": lambda u, t: _State(opacity=min(clamp(u / 0.18), clamp((1 - u) / 0.18))),
        "throb": lambda u, t: _State(scale=_popped(u) * (1 + 0.13 * math.sin(2 * math.pi * 2.6 * t))),
        "spin": lambda u, t: _State(scale=_popped(u), turn=70 * math.sin(2 * math.pi * 0.5 * t)),
        "float": lambda u, t: _State(scale=_popped(u), y=0.025 * math.sin(2 * math.pi * 0.8 * t)),
        "rise": lambda u, t: _State(
            x=0.04 * math.sin(9 * u), y=-0.34 * u, scale=_popped(u) * (0.75 + 0.35 * u), opacity=clamp((1 - u) / 0.4)
        ),
        "stream": lambda u, t: _State(
            length=clamp(u / 0.35, 0.05) * (1 + 0.02 * math.sin(11 * t)), opacity=clamp((1 - u) / 0.15)
        ),
        "slide": lambda u, t: _State(y=0.24 * u * u, scale=_popped(u)),
        "twinkle": lambda u, t: _State(
            scale=_popped(u) * (0.72 + 0.28 * math.sin(2 * math.pi * 2.0 * t)), turn=14 * math.sin(2 * math.pi * t)
        ),
        "drift": lambda u, t: _State(x=-0.34 * u, y=0.04 * u, scale=0.45 + 0.8 * u, opacity=clamp((1 - u) / 0.5)),
        "drift_right": lambda u, t: _State(x=0.30 * u, y=0.04 * u, scale=0.45 + 0.8 * u, opacity=clamp((1 - u) / 0.5)),
        "shake": lambda u, t: _State(
            scale=_popped(u), x=0.015 * math.sin(41 * t), y=0.015 * math.sin(53 * t), turn=7 * math.sin(47 * t)
        ),
        "wobble": lambda u, t: _State(scale=_popped(u), turn=11 * math.sin(2 * math.pi * 1.1 * t)),
        "drop": lambda u, t: _State(
            y=-0.5 * clamp(1 - u / 0.16) ** 2 - 0.05 * abs(math.sin(math.pi * clamp((u - 0.16) / 0.12))),
            scale=clamp((1 - u) / _GOES) if u > 1 - _GOES else 1.0,
        ),
        "rush": lambda u, t: _State(x=-0.10 * ((3.2 * t) % 1.0), opacity=1 - 0.6 * ((3.2 * t) % 1.0)),
    }
)


def _blend(
    picture: Plate,
    drawn: Plate,
    anchor: tuple[float, float],
    spot: tuple[float, float],
    scale: float,
    turn: float,
    opacity: float,
) -> None:
    """Lay a sign on a picture, its anchor at the spot, between pixels."""
    if opacity <= 0:
        return
    c, s = math.cos(math.radians(turn)) * scale, math.sin(math.radians(turn)) * scale
    linear = np.array([[c, -s], [s, c]])
    high, wide = drawn.shape[:2]
    corners = (np.array([[0, 0], [wide, 0], [0, high], [wide, high]]) - anchor) @ linear.T + spot
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 2
    right, bottom = min(right, picture.shape[1]), min(bottom, picture.shape[0])
    if right <= left or bottom <= top:
        return
    matrix = np.empty((2, 3))
    matrix[:, :2] = linear
    matrix[:, 2] = np.array(spot) - linear @ np.array(anchor) - (left, top)
    alpha = drawn[..., 3:].astype(np.float32) * np.float32(opacity / 255)
    layer = np.dstack([drawn[..., :3] * alpha, alpha])
    moved = cv2.warpAffine(layer, matrix, (int(right - left), int(bottom - top)), flags=cv2.INTER_LINEAR)
    below = picture[top:bottom, left:right]
    below[:] = np.clip(below * (1 - moved[..., 3:]) + moved[..., :3] + 0.5, 0, 255).astype(np.uint8)
