"""A drawn set that passes by behind those the camera goes along with.

Knows how a set of limited width goes on for ever: it is mirrored at its ends. Must not know who goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.camera import View
from understudy.animatic.canvas import Bytes, Canvas, Paint
from understudy.animatic.layers._layer import Moment
from understudy.animatic.layers.backdrop import Hung
from understudy.core.units import Size

Track = NDArray[np.float64]


_LIGHTS = 0.24  # how far right of the middle drawn skies have sun and moon, in parts of the wide picture
_SKY, _SLOW = 0.6, 0.16
"""What is farther than this holds the sky: it passes by so much more slowly than its depth says, for sun and moon go
along with whoever looks at them. By eye."""


@dataclass(slots=True)
class Passing:
    """Hung pieces seen by a camera that moves `way[frame]` set pixels to the right; a Layer."""

    hung: tuple[Hung, ...]
    way: Track
    aside: float = 0.0

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        frame = min(max(moment.frame, 0), len(self.way) - 1)
        view = replace(moment.view, x=moment.view.x + float(self.way[frame]))
        for piece in self.hung:
            if piece.opaque:
                _cover(canvas, piece, self._sky(moment.view, piece.near, frame) if piece.near < _SKY else view)
            else:
                _repeat(canvas, piece, view)

    def _sky(self, view: View, near: float, frame: int) -> View:
        return replace(view, x=view.x + _SLOW * float(self.way[frame]) + self.aside / near)


def passing(hung: Sequence[Hung], way: Track, size: Size, aspect: float) -> Passing:
    """The same pieces, ready to go on for ever. `aspect` is width / height of the wide picture they were drawn for."""
    # an upright film sees the middle of a wide set: its sky is moved, so that sun and moon are in the picture
    aside = _LIGHTS * max(0.0, size.height * aspect - size.width)
    return Passing(tuple(piece if piece.opaque else _doubled(piece) for piece in hung), way, aside)


def _matrix(piece: Hung, view: View, canvas: Canvas) -> NDArray[np.float64]:
    return view.matrix(piece.near, canvas.size) @ np.vstack([piece.place, (0.0, 0.0, 1.0)])


def _cover(canvas: Canvas, piece: Hung, view: View) -> None:
    """As Canvas.cover, but the piece is mirrored at its ends."""
    size = (canvas.size.width, canvas.size.height)
    half = (size[0] // 2, size[1] // 2)
    options = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REFLECT}
    matrix = _matrix(piece, view, canvas)
    if piece.soft:
        small = matrix / 2
        small[:, 2] -= 0.25
        luma, canvas.blue[:], canvas.red[:], _ = cv2.split(cv2.warpAffine(piece.paint.packed, small, half, **options))
        cv2.resize(luma, size, dst=canvas.luma, interpolation=cv2.INTER_LINEAR)
        return
    canvas.luma[:], blue, red, _ = cv2.split(cv2.warpAffine(piece.paint.packed, matrix, size, **options))
    cv2.resize(blue, half, dst=canvas.blue, interpolation=cv2.INTER_AREA)
    cv2.resize(red, half, dst=canvas.red, interpolation=cv2.INTER_AREA)


def _doubled(piece: Hung) -> Hung:
    """A piece with its mirror image beside it: what then repeats has no seam."""
    packed: Bytes = np.ascontiguousarray(np.hstack([piece.paint.packed, piece.paint.packed[:, ::-1]]))
    return replace(piece, paint=Paint(packed, piece.paint.scale))


def _repeat(canvas: Canvas, piece: Hung, view: View) -> None:
    matrix = _matrix(piece, view, canvas)
    step = matrix[:, 0] * (piece.paint.width - 1)  # neighbours share a column, so that no gap is seen
    if abs(step[0]) < 8:
        return
    left = -matrix[0, 2] / step[0]
    first, last = int(np.floor(left)) - 1, int(np.ceil(left + canvas.size.width / step[0])) + 1
    for number in range(first, last + 1):
        placed = matrix.copy()
        placed[:, 2] += number * step
        canvas.draw(piece.paint, placed)
