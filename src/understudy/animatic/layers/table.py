"""A table's edge in front of the picture: what somebody puts down on it stands on it, not on air.

Knows a plain wooden board and its place under a thing. Must not know prompts, nor who put the thing there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.blocking import Stand
from understudy.animatic.camera import View, seen
from understudy.animatic.canvas import Canvas, Grade, Paint, pack
from understudy.animatic.layers._layer import Moment
from understudy.core.units import Size

HIGH = 0.06
"""Height of the board's visible part, top and front, in parts of the picture's height. By eye."""
_STANDS_IN = 0.42  # where on the seen top of the board things stand, from its far edge
_TOP, _FRONT = (158, 114, 78), (112, 76, 50)
_PIXELS = 96  # high enough for any film: flat colours and a few lines of grain


@dataclass(frozen=True, slots=True)
class Table:
    """The board under a thing; a Layer."""

    board: Paint
    left: float  # set pixels
    top: float
    per: float  # set pixels per pixel of the board
    near: float
    size: Size

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        place = np.array([[self.per, 0.0, self.left], [0.0, self.per, self.top], [0.0, 0.0, 1.0]])
        canvas.draw(self.board, moment.view.matrix(self.near, self.size) @ place)


def table_under(thing: Stand, views: Sequence[View], size: Size, grade: Grade, rng: np.random.Generator) -> Table:
    """A table for a thing that rests at `thing.x`, `thing.y`: wider than it, down to the lower edge of every view."""
    _, top, _, bottom = seen(views, thing.near, size)
    tall = HIGH * (bottom - top)
    upper = thing.y - _STANDS_IN * 0.5 * tall
    deep = max(tall, bottom - upper + 0.02 * (bottom - top))
    wide = max(2.3 * thing.width, 0.24 * (bottom - top))
    per = tall / _PIXELS
    return Table(
        _board(round(wide / per), round(deep / per), grade, rng), thing.x - wide / 2, upper, per, thing.near, size
    )


def _board(wide: int, high: int, grade: Grade, rng: np.random.Generator) -> Paint:
    seen_top = _PIXELS // 2
    picture = np.empty((high, wide, 3), np.float32)
    picture[:] = _FRONT
    picture[:seen_top] = _TOP
    grain = cv2.GaussianBlur(rng.normal(0, 30, (high, max(2, wide // 24))).astype(np.float32), (0, 0), 1.5)
    picture += cv2.resize(grain, (wide, high), interpolation=cv2.INTER_LINEAR)[:, :, None] * 0.6
    picture[seen_top : seen_top + 5] += 34  # light on the front edge
    picture[seen_top + 5 :] -= np.linspace(0, 26, max(1, high - seen_top - 5), dtype=np.float32)[:, None, None]
    alpha = np.zeros((high, wide), np.uint8)
    inset = min(wide // 10, _PIXELS // 3)  # the far edge of the top is shorter: it is seen from above
    corners = np.array(
        [(inset, 2), (wide - inset, 2), (wide - 3, seen_top), (wide - 3, high), (3, high), (3, seen_top)]
    )
    cv2.fillPoly(alpha, [corners.astype(np.int32)], 255, cv2.LINE_AA)
    solid = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    return Paint(pack(np.dstack([solid, alpha]), grade))
