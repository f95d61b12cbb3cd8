"""Parallax: a still picture as a small stage that a camera can move through: a bent backdrop and who stands before it.

Knows two textures, a map of nearness and one View per frame, and how both move against each other. Must not know
prompts, faces or what anything is. Textures are mirrored a little beyond the picture's edges, so that a camera may look
there. Everything is a smooth backward map on a coarse grid: nothing tears, and a frame costs two remaps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.camera import View
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate, Sprite
from understudy.core.units import Size

MARGIN = 0.12
"""How far textures are mirrored beyond the picture, over its longer side."""

FARTHEST = 0.42
"""`near` of what is far away; what stands in front has 1. By eye: less looks like paper theatre."""

Floats: TypeAlias = NDArray[np.float32]
Rectangle: TypeAlias = tuple[int, int, int, int]

_CELL = 8  # pixels of a cell of the coarse grid
_ROUNDS = 2  # of looking up how near the point is that is seen


def margin_of(size: Size) -> int:
    """Pixels by which the textures of a film of this size are larger on every side; even."""
    return round(MARGIN * max(size.width, size.height) / 2) * 2


def widened(texture: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """A picture or sprite of the film's size, mirrored beyond its edges."""
    m = margin_of(size)
    return np.asarray(cv2.copyMakeBorder(texture, m, m, m, m, cv2.BORDER_REFLECT_101), np.uint8)


@dataclass(frozen=True, slots=True)
class Pose:
    """How who stands in front is placed in a frame: shifts in pixels (y down), degrees clockwise and stretches, about
    his foot.
    """

    x: float = 0.0
    y: float = 0.0
    turn: float = 0.0
    wide: float = 1.0
    tall: float = 1.0


@dataclass(slots=True)
class Stage:
    """A picture taken apart. `near` is a small map (h, w) 0..1 of the backdrop; `foot` the point in pixels that who
    stands in front turns about.
    """

    size: Size
    near: Mask
    foot: tuple[float, float] = (0.0, 0.0)
    _across: Floats = field(init=False)
    _down: Floats = field(init=False)

    def __post_init__(self) -> None:
        columns, rows = -(-self.size.width // _CELL), -(-self.size.height // _CELL)
        # one cell beyond the picture, because a resize flattens what lies at its border
        across = (np.arange(-1, columns + 1, dtype=np.float32) + 0.5) * _CELL - 0.5
        down = (np.arange(-1, rows + 1, dtype=np.float32) + 0.5) * _CELL - 0.5
        self._across, self._down = np.meshgrid(across, down)

    @property
    def grid(self) -> tuple[Floats, Floats]:
        """The coarse grid's points, x and y in film pixels; what stirs the picture is told on it."""
        return self._across, self._down

    def backdrop(self, texture: Plate, view: View, stir: Floats | None = None) -> Plate:
        """The backdrop as the view sees it, (h, w, 3).

        `texture` is a widened picture. `stir` (rows, columns, 2) are shifts on the grid, in film pixels: a point shows
        what lies so far beside it.
        """
        return self._drawn(texture, self._sources(view), stir)

    def front(
        self, texture: Sprite, view: View, pose: Pose, stir: Floats | None = None
    ) -> tuple[Sprite, Rectangle] | None:
        """Who stands in front as the view sees him: premultiplied pixels and their left, top, right, bottom.

        None where nothing of the texture, which is widened and premultiplied, can be seen.
        """
        matrix = view.matrix(1.0, self.size) @ _whole(self._placed(pose))
        m = margin_of(self.size)
        if stir is not None:
            back = cv2.invertAffineTransform(matrix)
            source = np.empty((*self._across.shape, 2), np.float32)
            source[..., 0] = back[0, 0] * self._across + back[0, 1] * self._down + back[0, 2]
            source[..., 1] = back[1, 0] * self._across + back[1, 1] * self._down + back[1, 2]
            return self._drawn(texture, source, stir), (0, 0, self.size.width, self.size.height)
        matrix = matrix.copy()
        matrix[:, 2] -= matrix[:, :2] @ (m, m)
        area = _touched(texture.shape[1], texture.shape[0], matrix, self.size)
        if area is None:
            return None
        left, top, right, bottom = area
        matrix[:, 2] -= (left, top)
        drawn = cv2.warpAffine(texture, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
        return np.asarray(drawn, np.uint8), area

    def _placed(self, pose: Pose) -> NDArray[np.float64]:
        """Picture pixels to set pixels: turned and stretched about the foot, then shifted."""
        turn = np.radians(pose.turn)
        a, b = np.cos(turn) * pose.wide, -np.sin(turn) * pose.tall
        c, d = np.sin(turn) * pose.wide, np.cos(turn) * pose.tall
        x, y = self.foot
        return np.array([[a, b, x - a * x - b * y + pose.x], [c, d, y - c * x - d * y + pose.y]])

    def _sources(self, view: View) -> Floats:
        """For each point of the grid the point of the picture that is seen there, by the nearness found there."""
        width, height = self.size.width, self.size.height
        turn = np.radians(view.roll)
        x = self._across - np.float32(width / 2 - view.pan_x)
        y = self._down - np.float32(height / 2 - view.pan_y)
        x, y = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        source = np.dstack([self._across, self._down]).astype(np.float32)
        per_x, per_y = self.near.shape[1] / width, self.near.shape[0] / height
        for _ in range(_ROUNDS):
            found = cv2.remap(
                self.near,
                (source[..., 0] + 0.5) * np.float32(per_x) - np.float32(0.5),
                (source[..., 1] + 0.5) * np.float32(per_y) - np.float32(0.5),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            near = FARTHEST + (1 - FARTHEST) * found
            zoom = 1 + (view.zoom - 1) * near
            source[..., 0] = width / 2 + (view.x - width / 2) * near + view.orbit * (near - 1) + x / zoom
            source[..., 1] = height / 2 + (view.y - height / 2) * near + y / zoom
        return source

    def _drawn(self, texture: NDArray[np.uint8], source: Floats, stir: Floats | None) -> NDArray[np.uint8]:
        whole = source + np.float32(margin_of(self.size))
        if stir is not None:
            whole += stir
        rows, columns = whole.shape[:2]
        spread = cv2.resize(whole, (columns * _CELL, rows * _CELL), interpolation=cv2.INTER_LINEAR)
        flow = spread[_CELL : _CELL + self.size.height, _CELL : _CELL + self.size.width]
        if texture.shape[2] == 4:  # who has left the picture does not come back from its other side
            return np.asarray(cv2.remap(texture, flow, None, cv2.INTER_LINEAR), np.uint8)
        return np.asarray(cv2.remap(texture, flow, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.uint8)


def lay_over(picture: Plate, front: Sprite, area: Rectangle) -> None:
    """Lay premultiplied pixels over a picture, in place."""
    left, top, right, bottom = area
    below = picture[top:bottom, left:right]
    kept = cv2.bitwise_not(np.ascontiguousarray(front[..., 3]))
    colour = np.ascontiguousarray(front[..., :3])
    below[:] = cv2.add(cv2.multiply(below, cv2.merge([kept, kept, kept]), scale=1 / 255), colour)


def _whole(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vstack([matrix, [0.0, 0.0, 1.0]])


def _touched(width: int, height: int, matrix: NDArray[np.float64], size: Size) -> Rectangle | None:
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ matrix.T
    low, high = corners.min(axis=0) - 1, corners.max(axis=0) + 1
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    right, bottom = min(size.width, int(high[0]) + 1), min(size.height, int(high[1]) + 1)
    return (left, top, right, bottom) if right > left and bottom > top else None
