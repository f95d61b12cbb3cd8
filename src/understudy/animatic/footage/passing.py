"""Passing: one thing that crosses the last pictures of a clip, as a cut-out that goes on as it went.

Knows what stands out from what is behind it and keeps its shape. Must not know how anything else in the film goes on
(continuing). What bends, walks or cannot be told from what is behind it is not such a thing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.filling import Hole, Plate
from understudy.animatic.footage import mosaic
from understudy.animatic.footage.joining import Joint
from understudy.animatic.footage.mosaic import Key, Room
from understudy.animatic.footage.travel import Matrix, Pose, agreed, points_of, scaled, small_grey

_KEYS = 9
_STANDS_OUT = 24  # difference of colours (0..255) from what is behind it
_FAST = 0.35  # of the fastest motion: slower parts are not the thing
_AREA = 0.0008, 0.3  # share of the picture
_ALONE = 0.6  # least share of all that moves which is this thing
_RIGID = 0.5  # least share of its points that agree on one motion
_BACK = (1, 2, 4, 6)  # pictures that its speed is measured over
_COAST = 45.0  # pictures after which it has lost two thirds of its speed
_SOFT = 1.2  # pixels


class Passing:
    """The thing: its cut-out, what is behind it, and its speed."""

    def __init__(
        self, cutout: NDArray[np.float32], clean: Plate, speed: NDArray[np.float64], middle: tuple[float, float]
    ):
        """Begin.

        Args:
            cutout: (h, w, 4) float32, colours times alpha and alpha 0..1, where it is in the last picture.
            clean: the last picture without it.
            speed: x, y, logarithm of zoom, turn for each picture, around `middle`.
            middle: of the thing, in pixels.
        """
        self._cutout, self._clean, self._speed, self._middle = cutout, clean, speed, middle

    def at(self, step: int) -> Plate:
        """The last picture with the thing where it is `step` pictures later."""
        way = _COAST * (1 - math.exp(-step / _COAST))
        x, y, zoom, turn = self._speed * way
        matrix = Pose(x, y, math.exp(float(np.clip(zoom, -1, 1))), turn).matrix(self._middle)
        height, width = self._clean.shape[:2]
        laid = cv2.warpAffine(self._cutout, matrix[:2], (width, height), flags=cv2.INTER_LINEAR)
        alpha = laid[..., 3]
        rows, columns = np.flatnonzero((alpha > 0).any(axis=1)), np.flatnonzero((alpha > 0).any(axis=0))
        if not len(rows):
            return self._clean
        out = self._clean.copy()
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        mixed = self._clean[box] * (1 - alpha[box][..., None]) + laid[box][..., :3]
        out[box] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
        return out


def find(tail: Sequence[Plate], to_first: Sequence[Matrix], speed: NDArray[np.float32], seed: int) -> Passing | None:
    """The one thing that passes at the end of a clip; None where there is none, or more than one.

    Args:
        tail: the last pictures.
        to_first: the camera's way through them (`travel.Stretch.to_first`).
        speed: (h, w, 2), any size: how fast what is seen in the last picture moves, in full pixels a picture.
        seed: settles draws of lots.
    """
    height, width = tail[-1].shape[:2]
    where = _moving(speed, (width, height))
    if where is None:
        return None
    surely, rough = where
    rows, columns = np.nonzero(rough)
    middle = float(columns.mean()), float(rows.mean())
    moves = _moves(tail, to_first, surely, middle)
    if moves is None:
        return None
    behind = _behind(tail, to_first, rough, moves, middle, seed)
    mask = _outline(tail[-1], behind, rough)
    if mask is None:
        return None
    reach = max(3, round(0.012 * max(height, width))) | 1
    hole = cv2.dilate(mask.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    clean = Joint().join(tail[-1], behind, np.asarray(hole))
    alpha = cv2.GaussianBlur(cv2.erode(mask.astype(np.float32), np.ones((3, 3), np.uint8)), (0, 0), _SOFT)
    cutout = np.dstack([tail[-1].astype(np.float32) * alpha[..., None], alpha]).astype(np.float32)
    return Passing(cutout, clean, moves, middle)


def _moving(speed: NDArray[np.float32], size: tuple[int, int]) -> tuple[Hole, Hole] | None:
    """Where the one thing is that moves: what surely belongs to it, and that with some room around it."""
    fast = np.linalg.norm(speed, axis=2)
    moving = (fast > _FAST * float(np.percentile(fast, 99.7))).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(moving, np.ones((3, 3), np.uint8)))
    if count < 2:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    part = (labels == largest).astype(np.uint8)
    if float((part & moving).sum()) < _ALONE * float(moving.sum()):
        return None
    wide = cv2.dilate(part, np.ones((7, 7), np.uint8))
    sure, near = (cv2.resize(each, size, interpolation=cv2.INTER_NEAREST) > 0 for each in (part & moving, wide))
    return (np.asarray(sure), np.asarray(near)) if _AREA[0] <= float(near.mean()) <= _AREA[1] else None


def _behind(
    tail: Sequence[Plate],
    to_first: Sequence[Matrix],
    rough: Hole,
    moves: NDArray[np.float64],
    middle: tuple[float, float],
    seed: int,
) -> Plate:
    """The last picture as it is behind the thing: seen in the pictures where the thing was somewhere else."""
    height, width = rough.shape
    room = Room(0, 0, width, height)
    last = len(tail) - 1
    keys = []
    for number in sorted({round(share * last / (_KEYS - 1)) for share in range(_KEYS)}):
        x, y, zoom, turn = moves * (number - last)
        there = np.linalg.inv(to_first[number]) @ to_first[-1] @ Pose(x, y, math.exp(zoom), turn).matrix(middle)
        moved = cv2.warpAffine(rough.astype(np.uint8), there[:2], (width, height), flags=cv2.INTER_NEAREST)
        keys.append(Key(number, tail[number], np.asarray(moved > 0)))
    seen = mosaic.build(keys, to_first, room, seed=seed, soft=False)
    return seen.seen_from(to_first[-1], (width, height), room)


def _outline(last: Plate, behind: Plate, rough: Hole) -> Hole | None:
    """Where the thing is in the last picture: one part that is not as what is behind it."""
    apart = cv2.blur(cv2.absdiff(last, behind), (3, 3)).max(axis=2)
    size = max(3, round(0.008 * max(rough.shape))) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    other = ((apart > _STANDS_OUT) & rough).astype(np.uint8)
    other = cv2.morphologyEx(other, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3 * size, 3 * size)))
    other = cv2.morphologyEx(other, cv2.MORPH_OPEN, disc)
    outlines, _ = cv2.findContours(other, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    largest = max(outlines, key=cv2.contourArea)
    mask = cv2.drawContours(np.zeros(rough.shape, np.uint8), [largest], -1, 1, cv2.FILLED)
    return np.asarray(mask > 0) if float(mask.mean()) >= _AREA[0] else None


def _moves(
    tail: Sequence[Plate], to_first: Sequence[Matrix], mask: Hole, middle: tuple[float, float]
) -> NDArray[np.float64] | None:
    """x, y, logarithm of zoom and turn for each picture, the camera's own motion taken out; None if it bends."""
    last = small_grey(tail[-1])
    factor = tail[-1].shape[1] / last.shape[1]
    small = cv2.resize(mask.astype(np.uint8) * 255, (last.shape[1], last.shape[0]), interpolation=cv2.INTER_AREA)
    points = points_of(last, np.asarray((small > 127) * 255, np.uint8))
    guess: Matrix = np.eye(3)
    found = []
    for back in _BACK:
        if back >= len(tail):
            break
        there, share = agreed(last, small_grey(tail[-1 - back]), points, guess, 15)
        if there is None or share < _RIGID:
            break
        guess = there
        still = np.linalg.inv(to_first[-1]) @ to_first[-1 - back]  # from the earlier picture to the last one
        pose = Pose.of(np.asarray(np.linalg.inv(still @ scaled(there, factor)), np.float64), middle)
        found.append(np.array([pose.x, pose.y, math.log(pose.zoom), pose.turn]) / back)
    return np.asarray(np.median(found, axis=0), np.float64) if len(found) >= 2 else None
