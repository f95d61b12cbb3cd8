"""Mosaic: one large picture of all that a camera saw while it moved, and what it may have looked like around that.

Knows key pictures, the camera's way between them, and how far a film's frame reaches. Must not know what the mosaic is
for: a wider picture, what stands behind a masked thing, a move that goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.filling import Hole, Plate, fill
from understudy.animatic.footage.travel import Matrix

MOST_PIXELS = 3_600_000
"""Pixels of a mosaic; larger ones are kept smaller and shown enlarged."""

_ROWS = 64  # rows of a mosaic that are settled at a time
_SOFT = 0.05  # of the longer side: what is painted gets softer, the farther it is from what was seen
_SOFTEST = 0.012  # of the longer side: the widest blur, as standard deviation


@dataclass(frozen=True, slots=True)
class Key:
    """A picture of the film: its number, its pixels, and where it shows what is not wanted (a masked thing)."""

    number: int
    picture: Plate
    unwanted: Hole | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """How far a frame reaches, in pixels of the given picture; may lie outside of it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def corners(self) -> NDArray[np.float64]:
        return np.array(
            [
                [self.left, self.top, 1],
                [self.right, self.top, 1],
                [self.right, self.bottom, 1],
                [self.left, self.bottom, 1],
            ]
        )


@dataclass(frozen=True, slots=True)
class Mosaic:
    """`picture`, of which `known` was really seen; `from_first` takes pixels of a film's first picture to it."""

    picture: Plate
    known: Hole
    from_first: Matrix

    def seen_from(self, to_first: Matrix, size: tuple[int, int], room: Room) -> Plate:
        """The mosaic as a frame of `size` (width, height) that shows `room` of the picture at `to_first`."""
        matrix = self.from_first @ to_first @ _from_frame(size, room)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(
            cv2.warpAffine(self.picture, matrix[:2], size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
        )

    def known_from(self, to_first: Matrix, size: tuple[int, int], room: Room) -> Hole:
        """Which of those pixels were really seen."""
        matrix = self.from_first @ to_first @ _from_frame(size, room)
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(self.known.astype(np.uint8), matrix[:2], size, flags=flags) > 0)


def _from_frame(size: tuple[int, int], room: Room) -> Matrix:
    """From pixel middles of a frame to pixel middles of the given picture."""
    across, down = (room.right - room.left) / size[0], (room.bottom - room.top) / size[1]
    return np.array([[across, 0, room.left + across / 2 - 0.5], [0, down, room.top + down / 2 - 0.5], [0, 0, 1.0]])


def build(
    keys: Sequence[Key],
    way: Sequence[Matrix],
    room: Room,
    *,
    seed: int = 0,
    soft: bool = True,
    band: float = 0.1,
    avoid: Hole | None = None,
) -> Mosaic:
    """The mosaic of one stretch of a film.

    Where several key pictures show a place, the middle one by lightness is taken: who only passes through is not seen.

    Args:
        keys: key pictures, all of one size.
        way: for every picture of the stretch the matrix to its first (`travel.Stretch.to_first`), in full pixels;
            `Key.number` counts in it.
        room: what each frame shows.
        seed: settles draws of lots.
        band: what nobody saw is painted after what stands so near to it, over the longer side.
        soft: whether what nobody saw gets softer with distance.
        avoid: in the first key picture, what must not be taken as an example for what nobody saw.
    """
    corners = np.concatenate([(matrix @ room.corners.T).T[:, :2] for matrix in way])
    low, high = np.floor(corners.min(axis=0) + 0.01), np.ceil(corners.max(axis=0) - 0.01)
    across, down = high - low
    scale = min(1.0, float(np.sqrt(MOST_PIXELS / max(1.0, across * down))))
    size = max(8, round(float(across * scale))), max(8, round(float(down * scale)))
    shift = (scale - 1) / 2
    from_first = np.array([[scale, 0, shift - low[0] * scale], [0, scale, shift - low[1] * scale], [0, 0, 1.0]])
    layers, masks = [], []
    for key in keys:
        matrix = (from_first @ way[key.number])[:2]
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        layers.append(cv2.warpAffine(key.picture, matrix, size, flags=method, borderMode=cv2.BORDER_REPLICATE))
        shown = np.full(key.picture.shape[:2], 255, np.uint8)
        if key.unwanted is not None:
            shown[key.unwanted] = 0
        masks.append(np.asarray(cv2.warpAffine(shown, matrix, size) >= 254))
    picture, known = _middle(layers, masks)
    shunned = None
    if avoid is not None and keys:
        moved = cv2.warpAffine(avoid.astype(np.uint8), (from_first @ way[keys[0].number])[:2], size)
        shunned = np.asarray(moved > 0)
    if not known.all() and known.any():
        picture = fill(picture, ~known, shunned, seed, band)
        if soft:
            picture = softened(picture, known)
    return Mosaic(picture, known, from_first)


def _middle(layers: Sequence[Plate], masks: Sequence[Hole]) -> tuple[Plate, Hole]:
    """Of every pixel the layer that is the middle one by lightness among those that know it."""
    known = np.logical_or.reduce(masks)
    if len(layers) == 1:
        return layers[0], known
    out = layers[0].copy()
    for top in range(0, out.shape[0], _ROWS):
        rows = slice(top, top + _ROWS)
        stack = np.stack([layer[rows] for layer in layers])
        there = np.stack([mask[rows] for mask in masks])
        light = (stack.astype(np.uint16) * np.array([2, 5, 1], np.uint16)).sum(axis=3).astype(np.int32)
        light[~there] = 1 << 20
        order = np.argsort(light, axis=0, kind="stable")
        middle = np.maximum(there.sum(axis=0) - 1, 0) // 2
        chosen = np.take_along_axis(order, middle[None], axis=0)[0]
        out[rows] = np.take_along_axis(stack, chosen[None, ..., None], axis=0)[0]
    return out, known


def softened(picture: Plate, known: Hole) -> Plate:
    """The picture ever softer away from what is known: what is guessed does not pretend to be sharp."""
    longest = max(known.shape)
    away = cv2.distanceTransform((~known).astype(np.uint8), cv2.DIST_L2, 5) / (longest * _SOFT)
    out = picture.astype(np.float32)
    for strength in (0.35, 1.0):
        blurred = cv2.GaussianBlur(picture, (0, 0), max(0.6, _SOFTEST * longest * strength))
        share = np.clip(away - (0.3 if strength < 1 else 1.3), 0, 1)[..., None]
        out += (blurred - out) * share
    result = np.clip(out + 0.5, 0, 255).astype(np.uint8)
    result[known] = picture[known]
    return result
