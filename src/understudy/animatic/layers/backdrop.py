"""The set: a photographed plate or a drawn place behind everybody, and pictures that fill the frame alone.

Knows how to hang pictures so that no view of the shot looks past their edge, out of focus as the shot size asks.
Must not know performers, nor what the prompt said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.camera import Box, View, seen
from understudy.animatic.canvas import Bytes, Canvas, Grade, Paint, pack
from understudy.animatic.layers import _draw
from understudy.animatic.layers._layer import Moment
from understudy.animatic.layers._outdoors import Piece
from understudy.core.units import Size

_SOFT = 2.4  # blur in film pixels from which half the pixels show the same. By eye
PLATE_NEAR = 0.62
"""Depth of a photographed plate: far enough to slide behind people, near enough to hold their floor. GUESS, by eye."""


@dataclass(frozen=True, slots=True)
class Hung:
    """One picture in the set: its paint, depth, and where it hangs (paint pixels to set pixels)."""

    paint: Paint
    near: float
    place: NDArray[np.float64]
    opaque: bool
    soft: bool = False  # out of focus by more than a pixel or two of the film

    def paint_on(self, canvas: Canvas, view: View) -> None:
        matrix = view.matrix(self.near, canvas.size) @ np.vstack([self.place, (0.0, 0.0, 1.0)])
        if self.opaque:
            canvas.cover(self.paint, matrix, soft=self.soft)
        else:
            canvas.draw(self.paint, matrix)


@dataclass(slots=True)
class Backdrop:
    """What hangs behind (or, for `near` above 1, in front of) the people of a shot; a Layer.

    While the camera stands still, a set that fills the picture is painted once and copied.
    """

    hung: tuple[Hung, ...]
    _seen: View | None = None
    _painted: Bytes | None = None

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        if self._painted is not None and moment.view == self._seen:
            np.copyto(canvas.planes, self._painted)
            return
        for picture in self.hung:
            picture.paint_on(canvas, moment.view)
        stands = moment.view == self._seen
        self._seen = moment.view
        self._painted = canvas.planes.copy() if stands and self.hung and self.hung[0].opaque else None

    def light(self) -> Bytes:
        """(n, 1, 3) Y, U, V samples of the opaque picture, by which people are lit."""
        for picture in self.hung:
            if picture.opaque:
                packed = picture.paint.packed
                step = max(1, packed.shape[0] // 60)
                return np.ascontiguousarray(packed[::step, ::step, :3])
        return np.full((1, 1, 3), 128, np.uint8)


def hang_plate(
    picture: NDArray[np.uint8],
    views: Sequence[View],
    size: Size,
    *,
    blur: float,
    grade: Grade,
    near: float = PLATE_NEAR,
) -> Hung:
    """A photograph as the set: covers every view of the shot, cut as little as can be.

    Args:
        picture: (h, w, 3) RGB.
        views: all views of the shot.
        size: of the film.
        blur: out of focus, in film pixels.
        grade: change of light, baked in.
        near: depth.
    """
    left, top, right, bottom = _union(seen(views, near, size), (0.0, 0.0, float(size.width), float(size.height)))
    high, wide = picture.shape[:2]
    scale = max((right - left) / wide, (bottom - top) / high)
    # the middle sideways; a little of the top is given away rather than the ground people stand on
    x = (left + right) / 2 - wide * scale / 2
    y = top - (high * scale - (bottom - top)) * 0.5
    return _hang(pack(picture, grade), scale, x, y, views, size, near, blur, opaque=True)


def hang_yuv(yuv: Bytes, like: Hung) -> Hung:
    """The same picture in place, with other colours: (h, w, 3) Y, U, V of the paint's own size."""
    packed = np.dstack([yuv, like.paint.packed[:, :, 3]])
    return replace(like, paint=Paint(packed, like.paint.scale))


def hang_pieces(
    pieces: Sequence[Piece],
    aspect: float,
    views: Sequence[View],
    size: Size,
    *,
    blur: float,
    grade: Grade | None = None,
) -> list[Hung]:
    """A drawn set, all its pieces by one measure, large enough that no view looks past any of them.

    `aspect` is width / height of the wide picture it was drawn for; the film sees its middle.
    """
    growth = 1.0
    middle_x, middle_y = size.width / 2, size.height / 2
    width = size.height * aspect
    for piece in pieces:
        left, top, right, bottom = seen(views, piece.near, size)
        growth = max(
            growth,
            (middle_x - left) / ((0.5 - _draw.LEFT) * width),
            (right - middle_x) / ((_draw.RIGHT - 0.5) * width),
            (middle_y - top) / ((0.5 - _draw.TOP) * size.height),
            (bottom - middle_y) / ((_draw.BOTTOM - 0.5) * size.height),
        )
    hung = []
    for piece in pieces:
        scale = (_draw.RIGHT - _draw.LEFT) * width / piece.picture.shape[1] * growth
        x = middle_x + (_draw.LEFT - 0.5) * width * growth
        y = middle_y + (_draw.TOP - 0.5) * size.height * growth
        opaque = piece.picture.shape[2] == 3
        # what is nearer than the people is out of focus too, however wide the shot
        soft = blur * abs(1 - piece.near) / 0.4 if piece.near < 1 else max(blur, 0.006 * size.height)
        hung.append(_hang(pack(piece.picture, grade), scale, x, y, views, size, piece.near, soft, opaque=opaque))
    return hung


def fill_frame(picture: NDArray[np.uint8], views: Sequence[View], size: Size, *, grade: Grade) -> list[Hung]:
    """A picture that is the whole image: a panel, a first frame. Shown entire when its shape is far from the film's.

    When covering would cut away more than a fifth, it lies whole over a blurred, darkened copy of itself.
    """
    high, wide = picture.shape[:2]
    cover = max(size.width / wide, size.height / high)
    kept = (size.width / cover / wide) * (size.height / cover / high)
    near = 1.0
    if kept >= 0.8:
        return [hang_plate(picture, views, size, blur=0.0, grade=grade, near=near)]
    soft = cv2.GaussianBlur(picture, (0, 0), max(4.0, max(high, wide) / 40))
    behind = hang_plate((soft * 0.55).astype(np.uint8), views, size, blur=0.0, grade=grade, near=0.5)
    scale = min(size.width / wide, size.height / high)
    x, y = (size.width - wide * scale) / 2, (size.height - high * scale) / 2
    whole = np.dstack([picture, np.full((high, wide), 255, np.uint8)])
    front = _hang(pack(whole, grade), scale, x, y, views, size, near, 0.0, opaque=False)
    return [behind, front]


def _hang(
    packed: Bytes, scale: float, x: float, y: float, views: Sequence[View], size: Size, near: float, blur: float,
    *, opaque: bool,
) -> Hung:  # fmt: skip
    """Make the paint as large as the closest view needs, not larger, and blur it."""
    closest = max(1.0 + (view.zoom - 1.0) * near for view in views)
    detail = min(1.0, scale * closest * 1.02)
    # what is out of focus needs no more pixels than its blur leaves
    film_pixels = scale * closest  # film pixels per source pixel
    if blur > 2:
        detail = min(detail, max(0.2, film_pixels * 2.0 / blur), 1.0)
    if detail < 0.98:
        shape = (max(2, round(packed.shape[1] * detail)), max(2, round(packed.shape[0] * detail)))
        across, down = shape[0] / packed.shape[1], shape[1] / packed.shape[0]
        packed = cv2.resize(packed, shape, interpolation=cv2.INTER_AREA)
    else:
        across = down = 1.0
    sigma = blur / film_pixels * across
    if sigma > 0.4:
        packed = cv2.GaussianBlur(packed, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        if opaque:
            packed[:, :, 3] = 255
    if not opaque:
        packed, x, y = _trimmed(packed, x, y, scale / across, scale / down)
    # pixel centers: a source pixel's middle stays where it was
    place = np.array([[scale / across, 0.0, x], [0.0, scale / down, y]])
    place[0, 2] += (scale / across - scale) / 2
    place[1, 2] += (scale / down - scale) / 2
    return Hung(Paint(packed, across), near, place, opaque, soft=blur >= _SOFT)


def _trimmed(packed: Bytes, x: float, y: float, wide: float, tall: float) -> tuple[Bytes, float, float]:
    """A piece without its empty margins, and where it hangs then; `wide`, `tall` are set pixels per paint pixel."""
    rows = np.flatnonzero(packed[:, :, 3].max(axis=1))
    columns = np.flatnonzero(packed[:, :, 3].max(axis=0))
    if not len(rows):
        return packed[:1, :1].copy(), x, y
    top, bottom = max(0, int(rows[0]) - 1), int(rows[-1]) + 2
    left, right = max(0, int(columns[0]) - 1), int(columns[-1]) + 2
    return np.ascontiguousarray(packed[top:bottom, left:right]), x + left * wide, y + top * tall


def _union(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
