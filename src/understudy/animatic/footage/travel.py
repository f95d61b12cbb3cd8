"""Travel: how the camera, or one thing in front of it, moved from picture to picture.

Knows points that can be found again and the similarity (shift, turn, zoom) that most of them agree on. Must not know
why anybody asks: a border to be filled (mosaic), a mask to be carried along (masks), a move to be gone on with
(continuing).
Matrices are (3, 3) float64 and take points (x, y, 1) of one picture to those of another, in pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2

Matrix = NDArray[np.float64]
Grey = NDArray[np.uint8]

LOOK_SIDE = 480
"""Pixels of the longer side that motion is looked for at: a tenth of a pixel there is a third of one at 720p."""

_POINTS = 240
_LEAST = 8  # points that must agree
_AGREE = 0.4  # least share of points that agree: less is no common motion
_APART = 1.2  # pixels a point may be off and still agree
_BACK = 0.8  # pixels a point may be off when followed forth and back
_NEW_ANCHOR = 0.55  # share of an anchor's points still found, below which a new anchor is taken
_DOUBTFUL = 0.3  # share below which it is looked for where it last was, too
_CUT = 0.42  # share of a picture's tones that must be others for a cut, where nothing can be followed. GUESS
_WINDOW, _LEAST_WINDOW = 21, 9  # pixels around a point that are found again together
_CRITERIA = (3, 30, 0.01)


def small_grey(picture: NDArray[np.uint8], side: int = LOOK_SIDE) -> Grey:
    """The picture as motion is looked for in it: grey, the longer side at most `side` pixels."""
    height, width = picture.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def scaled(matrix: Matrix, factor: float) -> Matrix:
    """The same motion in a picture `factor` times as large; pixel middles stay middles."""
    shift = (factor - 1) / 2
    large = np.array([[factor, 0, shift], [0, factor, shift], [0, 0, 1.0]])
    return np.asarray(large @ matrix @ np.linalg.inv(large))


@dataclass(frozen=True, slots=True)
class Pose:
    """A similarity taken apart: `x`, `y` is where the point `about` goes, `zoom` and `turn` (radians) act around it."""

    x: float
    y: float
    zoom: float
    turn: float

    @classmethod
    def of(cls, matrix: Matrix, about: tuple[float, float]) -> Pose:
        middle = matrix @ np.array([*about, 1.0])
        return cls(
            float(middle[0] - about[0]),
            float(middle[1] - about[1]),
            math.hypot(matrix[0, 0], matrix[1, 0]),
            math.atan2(matrix[1, 0], matrix[0, 0]),
        )

    def matrix(self, about: tuple[float, float]) -> Matrix:
        """The similarity again. Inverse of `of` for one."""
        c, s = self.zoom * math.cos(self.turn), self.zoom * math.sin(self.turn)
        x, y = about
        return np.array([[c, -s, x + self.x - c * x + s * y], [s, c, y + self.y - s * x - c * y], [0, 0, 1.0]])


class Follower:
    """Follows one common motion through a film: of all that is still, or of what a mask marks in the first picture.

    Every picture is compared with an anchor picture seen before, not with its neighbour, as long as enough of the
    anchor is found again: so nothing drifts.
    """

    def __init__(self, first: Grey, where: NDArray[np.uint8] | None = None) -> None:
        """Begin.

        Args:
            first: the first picture.
            where: not zero where the motion is looked for, of the same size; everywhere if None.
        """
        self._anchor, self._where = first, where
        # around the points of a small thing as little as possible of what it moves in front of
        extent = math.sqrt(float((where > 0).sum())) if where is not None else math.inf
        self._window = int(min(_WINDOW, max(_LEAST_WINDOW, 0.3 * extent))) | 1
        self._points = points_of(first, where)
        self._to_anchor: Matrix = np.eye(3)
        self._last: Matrix = np.eye(3)
        self._previous, self._step = first, np.eye(3)
        self.is_cut = False
        """Whether the last picture belongs to another shot."""

    def follow(self, grey: Grey, where: NDArray[np.uint8] | None = None) -> Matrix | None:
        """Where the first picture's points are in this one; None if nobody can tell (then the last motion may go on).

        Args:
            grey: the next picture.
            where: where new points may be taken from in this picture, if that is needed.
        """
        back = np.linalg.inv(self._to_anchor)
        found, share = None, 0.0
        for guess in (self._step @ self._last @ back, self._last @ back):
            if share < _DOUBTFUL:
                again, agreeing = agreed(self._anchor, grey, self._points, guess, self._window)
                if agreeing > share:
                    found, share = again, agreeing
        self.is_cut = found is None and is_other(self._previous, grey)
        if found is None:
            # a near neighbour may still be found where the anchor is not
            near = self._mask_now(self._last, where)
            step, _ = agreed(self._previous, grey, points_of(self._previous, near), np.eye(3), self._window)
            total = None if step is None else step @ self._last
        else:
            total = found @ self._to_anchor
        self._previous = grey
        if total is None:
            return None
        self._step, self._last = total @ np.linalg.inv(self._last), total
        if found is None or share < _NEW_ANCHOR:
            points = points_of(grey, self._mask_now(total, where))
            if len(points) >= _LEAST:
                self._anchor, self._points, self._to_anchor = grey, points, total
        return total

    def _mask_now(self, total: Matrix, where: NDArray[np.uint8] | None) -> NDArray[np.uint8] | None:
        if where is not None or self._where is None:
            return where
        height, width = self._where.shape
        moved = cv2.warpAffine(self._where, total[:2], (width, height), flags=cv2.INTER_NEAREST)
        return np.asarray(moved, np.uint8)


def points_of(grey: Grey, where: NDArray[np.uint8] | None) -> NDArray[np.float32]:
    """Points that can be found again, (n, 1, 2) float32; on a grid where the picture offers too few."""
    apart = max(3, max(grey.shape) // 64)
    if where is not None:  # a thing's outline moves with what is behind it too
        inner = cv2.erode(where, np.ones((5, 5), np.uint8))
        where = inner if (inner > 0).sum() > 0.3 * (where > 0).sum() else where
        apart = int(min(apart, max(2, math.sqrt(float((where > 0).sum())) / 10)))
    found = cv2.goodFeaturesToTrack(grey, _POINTS, 0.01, apart, mask=where, blockSize=5)
    points = np.zeros((0, 1, 2), np.float32) if found is None else np.asarray(found, np.float32)
    if len(points) >= 4 * _LEAST:
        return points
    mask = np.ones_like(grey) if where is None else where
    height, width = grey.shape
    spread = max(3, round(math.sqrt(float((mask > 0).sum()) / (_POINTS / 2))))
    y, x = np.mgrid[spread // 2 : height : spread, spread // 2 : width : spread]
    inside = mask[y, x] > 0
    grid = np.stack([x[inside], y[inside]], axis=1).astype(np.float32)[:, None]
    return np.concatenate([points, grid])


def agreed(
    before: Grey, after: Grey, points: NDArray[np.float32], guess: Matrix, window: int = _WINDOW
) -> tuple[Matrix | None, float]:
    """The similarity that takes most of `points` of one picture to the other, and the share of points that agree.

    `guess` is where they are looked for, `window` how many pixels around each are found together. None where too few
    agree on anything.
    """
    if len(points) < _LEAST:
        return None, 0.0
    flat = points[:, 0].astype(np.float64)
    ahead = (flat @ guess[:2, :2].T + guess[:2, 2]).astype(np.float32)[:, None]
    way = {"winSize": (window, window), "maxLevel": 4 if window == _WINDOW else 2, "criteria": _CRITERIA}
    flags = cv2.OPTFLOW_USE_INITIAL_FLOW
    there, seen, _ = cv2.calcOpticalFlowPyrLK(before, after, points, ahead.copy(), flags=flags, **way)
    back, seen_back, _ = cv2.calcOpticalFlowPyrLK(after, before, there, points.copy(), flags=flags, **way)
    off = np.linalg.norm((back - points)[:, 0], axis=1)
    good = (seen[:, 0] > 0) & (seen_back[:, 0] > 0) & (off < _BACK)
    if good.sum() < _LEAST:
        return None, 0.0
    cv2.setRNGSeed(11)
    matrix, inside = cv2.estimateAffinePartial2D(
        points[good], there[good], method=cv2.RANSAC, ransacReprojThreshold=_APART, maxIters=600, confidence=0.995
    )
    if matrix is None or inside.sum() < max(_LEAST, _AGREE * good.sum()):
        return None, 0.0
    zoom = math.hypot(matrix[0, 0], matrix[1, 0])
    if not 0.3 < zoom < 3.0:
        return None, 0.0
    return np.vstack([np.asarray(matrix, np.float64), [0, 0, 1]]), float(inside.sum()) / len(points)


def is_other(one: Grey, other: Grey) -> bool:
    """Whether two pictures have so different tones that they are two shots."""
    counts = [np.bincount((grey >> 3).reshape(-1), minlength=32) / grey.size for grey in (one, other)]
    return float(np.abs(counts[0] - counts[1]).sum()) / 2 > _CUT


@dataclass(frozen=True, slots=True)
class Stretch:
    """An unbroken run of pictures: number of the first, and the way from each to the run's first, in its pixels."""

    first: int
    to_first: tuple[Matrix, ...]

    @property
    def count(self) -> int:
        return len(self.to_first)


def travel(greys: Iterable[Grey], where: Iterable[NDArray[np.uint8] | None] | None = None) -> list[Stretch]:
    """The camera's way through a film, shot by shot. Where nothing can be followed the camera is taken as still.

    Args:
        greys: every picture, small (see `small_grey`).
        where: for each picture, not zero where the motion may be looked for.
    """
    masks = iter(where) if where is not None else None
    runs: list[tuple[int, list[Matrix]]] = []
    follower: Follower | None = None
    for number, grey in enumerate(greys):
        mask = next(masks, None) if masks is not None else None
        moved = None
        if follower is not None:
            moved = follower.follow(grey, mask)
            if follower.is_cut:
                follower = None
        if follower is None:
            follower = Follower(grey, mask)
            runs.append((number, [np.eye(3)]))
            continue
        way = runs[-1][1]
        way.append(way[-1] if moved is None else np.asarray(np.linalg.inv(moved), np.float64))
    return [Stretch(first, tuple(way)) for first, way in runs]
