"""Masks: which part of a film is to be changed: read from a picture or a film, grown, carried along with its content.

Knows white and black, hulls and boxes, and that a marked thing moves. Must not know what will stand there instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.filling import Hole, Plate
from understudy.animatic.footage.travel import Follower, Grey, Matrix, Pose, scaled, travel
from understudy.core.faults import Refused
from understudy.core.units import Size

WHITE = 127
"""Greys above are white: changed. JPEG and video leave no mask purely black and white."""

_LEAST_SHARE = 0.00005  # of the picture; less is dust
_BLANK_SHARE = 0.02  # of the widest mask: a film's mask smaller than this is a flaw of its encoding


class Expand(StrEnum):
    """What a mask becomes before it grows. Source: spec/dashscope.md §7.1, expand_mode."""

    HULL = "hull"
    BOX = "bbox"
    ORIGINAL = "original"


def check_size(mask: Size | None, film: Size | None) -> None:
    """A mask is as large as its film.

    Raises:
        Refused: it is not; names both sizes.
    """
    if mask is not None and film is not None and mask != film:
        raise Refused(
            f"The size of the mask ({mask}) must be that of the video ({film}). "
            "Export the mask from a frame of the video without scaling it."
        )


def white_of(picture: NDArray[np.uint8]) -> Hole:
    """Where a picture is white; where it is transparent it is black."""
    grey = cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_RGB2GRAY)
    marked = grey > WHITE
    if picture.shape[2] == 4:
        marked &= picture[..., 3] > WHITE
    return np.asarray(marked)


def check_marked(mask: Hole) -> None:
    """Raises Refused where nothing is white."""
    if mask.mean() < _LEAST_SHARE:
        raise Refused("The mask has no white area, so nothing would be changed. Paint what is to be changed white.")


def grown(mask: Hole, mode: Expand, ratio: float) -> Hole:
    """The mask as hull, box or as it is, and then wider by `ratio` of its larger side on every side.

    Parts that lie apart get a hull or box each. GUESS: the documents do not say.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    out = np.zeros(mask.shape, np.uint8)
    for index in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[index])
        if area < _LEAST_SHARE * mask.size:
            continue
        if mode is Expand.BOX:
            part = np.zeros_like(out)
            part[top : top + height, left : left + width] = 1
        elif mode is Expand.HULL:
            outlines, _ = cv2.findContours((labels == index).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            part = cv2.fillPoly(np.zeros_like(out), [cv2.convexHull(np.concatenate(outlines))], 1)
        else:
            part = (labels == index).astype(np.uint8)
        out |= _widened(part, ratio * max(width, height), mode is Expand.BOX)
    return np.asarray(out > 0)


def _widened(part: NDArray[np.uint8], pixels: float, square: bool) -> NDArray[np.uint8]:
    if pixels < 0.5:
        return part
    kind = cv2.DIST_C if square else cv2.DIST_L2
    away = cv2.distanceTransform(1 - part, kind, 5 if not square else 3)
    return np.asarray(away <= pixels, np.uint8)


class Region:
    """The marked part of a film, picture by picture."""

    def __init__(self, masks: Sequence[Hole], ways: Sequence[Matrix] | None, anchor: int, mode: Expand, ratio: float):
        """Begin.

        Args:
            masks: one for every picture, or one alone, which stands in picture `anchor`.
            ways: with one alone: for every picture, from the anchor's pixels to its own.
            anchor: number of the picture that is fitted to.
            mode: what the masks become.
            ratio: how much they grow.
        """
        self._masks, self._ways, self.anchor = masks, ways, anchor
        self._mode, self._ratio = mode, ratio
        self._grown_anchor = grown(masks[0], mode, ratio) if ways is not None else None

    def own(self, number: int) -> Hole:
        """The mask of a picture as it was painted."""
        if self._ways is None:
            return self._masks[min(number, len(self._masks) - 1)]
        return _carried(self._masks[0], self._way(number))

    def at(self, number: int) -> Hole:
        """What may be changed in a picture."""
        if self._ways is None or self._grown_anchor is None:
            return grown(self.own(number), self._mode, self._ratio)
        return _carried(self._grown_anchor, self._way(number))

    def way(self, number: int) -> Matrix:
        """From the anchor's pixels to those of a picture, following what is marked."""
        if self._ways is not None:
            return self._way(number)
        return box_way(self.own(self.anchor), self.own(number))

    def _way(self, number: int) -> Matrix:
        assert self._ways is not None
        return self._ways[min(number, len(self._ways) - 1)]


def _carried(mask: Hole, way: Matrix) -> Hole:
    if np.allclose(way, np.eye(3)):
        return mask
    size = (mask.shape[1], mask.shape[0])
    return np.asarray(cv2.warpAffine(mask.astype(np.uint8) * 255, way[:2], size, flags=cv2.INTER_LINEAR) > WHITE)


def box_way(one: Hole, other: Hole) -> Matrix:
    """The shift and zoom that takes the box of one mask to that of another; nothing where one is empty."""
    boxes = []
    for mask in (one, other):
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return np.eye(3)
        boxes.append((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    (l1, t1, r1, b1), (l2, t2, r2, b2) = boxes
    zoom = float(np.sqrt((r2 - l2) * (b2 - t2) / max(1, (r1 - l1) * (b1 - t1))))
    # things stand on the lower edge of their box: that edge is followed
    middle_1, middle_2 = (l1 + r1) / 2, (l2 + r2) / 2
    return np.array([[zoom, 0, middle_2 - zoom * middle_1], [0, zoom, b2 - zoom * b1], [0, 0, 1.0]])


def tracked(mask: Hole, greys: Sequence[Grey], anchor: int) -> tuple[list[Matrix], bool]:
    """For every picture the way from the anchor's pixels to its own, following what the mask marks.

    Followed forwards and backwards from the anchor; where nobody can see how it moves, it moves as the camera lets
    everything move; after a cut it stays where it was.

    Args:
        mask: the mask in the anchor picture, at full size.
        greys: every picture, small (`travel.small_grey`).
        anchor: number of the picture the mask belongs to.

    Returns:
        The matrices in full pixels, and whether there were pictures in which it could not be seen how it moves.
    """
    height, width = greys[0].shape
    factor = mask.shape[1] / width
    small = cv2.resize(mask.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_AREA)
    where = np.asarray((small > WHITE) * 255, np.uint8)
    ways: list[Matrix] = [np.eye(3)] * len(greys)
    lost = False
    middle = _middle(where)
    camera = _camera(greys)
    for numbers in (range(anchor + 1, len(greys)), range(anchor - 1, -1, -1)):
        follower = Follower(greys[anchor], where)
        last: Matrix = np.eye(3)
        path: list[Matrix] = []
        for number in numbers:
            found = follower.follow(greys[number])
            if found is None or not _plausible(last, found, middle, max(width, height)):
                lost = True
                before = number - 1 if number > anchor else number + 1
                last = camera(before, number) @ last
            else:
                last = found
            path.append(last)
        for number, way in zip(numbers, _steadied(path, middle), strict=True):
            ways[number] = scaled(way, factor)
    return ways, lost


def _camera(greys: Sequence[Grey]) -> Callable[[int, int], Matrix]:
    """How points of one picture lie in its neighbour, if they move with the camera only."""
    ways = {s.first + n: (s.first, to_first) for s in travel(greys) for n, to_first in enumerate(s.to_first)}

    def step(before: int, after: int) -> Matrix:
        (shot, one), (other_shot, other) = ways[before], ways[after]
        return np.asarray(np.linalg.inv(other) @ one, np.float64) if shot == other_shot else np.eye(3)

    return step


def _middle(where: NDArray[np.uint8]) -> tuple[float, float]:
    y, x = np.nonzero(where)
    return (float(x.mean()), float(y.mean())) if len(x) else (where.shape[1] / 2, where.shape[0] / 2)


def _plausible(last: Matrix, now: Matrix, middle: tuple[float, float], longest: int) -> bool:
    """Whether a thing can have moved so between two pictures."""
    step = Pose.of(now @ np.linalg.inv(last), tuple((last @ np.array([*middle, 1.0]))[:2]))
    return abs(step.zoom - 1) < 0.2 and abs(step.turn) < 0.35 and float(np.hypot(step.x, step.y)) < 0.2 * longest


def _steadied(path: Sequence[Matrix], middle: tuple[float, float]) -> list[Matrix]:
    """The path without trembling: a mean over three pictures."""
    if len(path) < 3:
        return list(path)
    rows = np.array([[p.x, p.y, p.zoom, p.turn] for p in (Pose.of(each, middle) for each in path)])
    rows[:, 3] = np.unwrap(rows[:, 3])
    wide = np.concatenate([rows[:1], rows, rows[-1:]])
    mean = wide[:-2] * 0.25 + wide[1:-1] * 0.5 + wide[2:] * 0.25
    return [Pose(*(float(v) for v in row)).matrix(middle) for row in mean]


def film_masks(pictures: Sequence[Plate]) -> list[Hole]:
    """The masks of a mask film; one that is suddenly blank stays as it was before."""
    masks = [white_of(picture) for picture in pictures]
    widest = max((float(mask.mean()) for mask in masks), default=0.0)
    for number in range(1, len(masks)):
        if 0 < float(masks[number].mean()) < _BLANK_SHARE * widest:
            masks[number] = np.zeros_like(masks[number])
    return masks
