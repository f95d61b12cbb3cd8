"""Capture: from a film to the motion of the person in it, and to the place behind him.

Knows how one person is found, followed and found again through a film, and how a picture of the empty place is made of
many pictures in which he stood elsewhere. Must not know the file a motion is kept in, nor who will follow it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.bodies.motion import Motion, bridged, calmed
from understudy.animatic.bodies.pose import BodyEyes, Pose
from understudy.animatic.filling import fill
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate
from understudy.core.request import MediaFacts
from understudy.core.units import FRAMES_PER_SECOND, Size
from understudy.media.audio import read_wave
from understudy.media.video import read_video

Told = Callable[[float], None]
"""Called with the done share, 0..1."""

_HEIGHT = 720  # films are looked at no higher than this
_LOOK_AGAIN = 12  # pictures between two searches for a lost body
_NEAR = 1.6  # trunks: a body found again is the same one if it stands so near to where it was
_PLATES = 21  # pictures the empty place is made of
_ROOM = 0.12  # of a trunk around a body that is not trusted to be empty place
_TWO_BODIES = 0.34  # of the searches that saw somebody else of at least half the size


@dataclass(frozen=True, slots=True)
class Captured:
    """A motion, in how many of the pictures its body was found (0..1), and whether others were seen beside it."""

    motion: Motion
    found: float
    crowded: bool


def capture(path: Path, facts: MediaFacts, eyes: BodyEyes, told: Told, *, plate: bool = True) -> Captured | None:
    """The motion of the largest person in a film; None if nobody is seen in any picture looked at.

    25 ms for each picture, at the film's own rate up to 30 a second, at most `facts.seconds` of it.

    Raises:
        MediaRefused: the film cannot be read.
    """
    rate = min(Fraction(facts.frames_per_second or FRAMES_PER_SECOND).limit_denominator(1001), Fraction(30))
    expected = max(1, math.ceil(float(facts.seconds or 1) * rate))
    follower = _Follower(eyes)
    empty = _Place(max(1, expected // _PLATES))
    rows: list[NDArray[np.float32] | None] = []
    seen: list[NDArray[np.float32] | None] = []
    size = Size(2, 2)
    for number, picture in enumerate(
        read_video(path, max_height=_HEIGHT, max_frames=expected + 2, frames_per_second=rate)
    ):
        size = Size(picture.shape[1], picture.shape[0])
        pose = follower.next(picture)
        rows.append(None if pose is None else pose.points)
        seen.append(None if pose is None else pose.seen)
        if plate and number % empty.step == 0:
            empty.add(picture, _taken(picture, pose, eyes))
        told(min(1.0, (number + 1) / expected))
    found = sum(row is not None for row in rows)
    if not found:
        return None
    points, visible = bridged(rows, seen)
    sound = read_wave(path) if facts.has_sound else None
    motion = Motion(
        calmed(points, visible, rate),
        visible,
        size,
        rate,
        empty.picture() if plate else None,
        sound if sound is not None and len(sound) else None,
    )
    return Captured(motion, found / len(rows), follower.crowded)


class _Follower:
    """Follows one body; looks for it again where it is lost."""

    def __init__(self, eyes: BodyEyes) -> None:
        self._eyes = eyes
        self._last: Pose | None = None
        self._known: Pose | None = None  # the last that was certain
        self._wait = 0
        self._searches = self._others = 0

    @property
    def crowded(self) -> bool:
        return self._others > _TWO_BODIES * max(1, self._searches)

    def next(self, picture: Plate) -> Pose | None:
        pose = self._eyes.follow_body(picture, self._last) if self._last is not None else None
        if pose is not None and self._known is not None and not 0.4 < pose.reach / self._known.reach < 2.5:
            pose = None  # it fell on something else
        if pose is None and self._wait <= 0:
            pose = self._searched(picture)
            self._wait = _LOOK_AGAIN
        self._wait -= 1
        self._last = pose
        if pose is not None:
            self._known = pose
        return pose

    def _searched(self, picture: Plate) -> Pose | None:
        bodies = self._eyes.bodies(picture)
        if not bodies:
            return None
        self._searches += 1
        self._others += sum(body.reach > 0.5 * bodies[0].reach for body in bodies) > 1
        if self._known is None:
            return bodies[0]
        was, reach = self._known.square[:2], self._known.reach
        nearest = min(bodies, key=lambda body: math.dist(body.square[:2], was))
        return nearest if math.dist(nearest.square[:2], was) < _NEAR * reach else None


def _taken(picture: Plate, pose: Pose | None, eyes: BodyEyes) -> Mask:
    """Where in a picture persons may stand, 0..1, with room around."""
    mask = eyes.person_mask(picture)
    room = 0.02 * max(picture.shape[:2])
    if pose is not None:
        mask = np.maximum(mask, eyes.outline(picture, pose))
        room = max(room, _ROOM * pose.reach)
    size = 2 * max(1, round(room)) + 1
    return np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))), np.float32)


class _Place:
    """The place behind a person, gathered from pictures in which he hides different parts of it."""

    def __init__(self, step: int) -> None:
        self.step = step
        self._pictures: list[Plate] = []
        self._hidden: list[NDArray[np.bool_]] = []

    def add(self, picture: Plate, taken: Mask) -> None:
        if len(self._pictures) < _PLATES + 2:
            self._pictures.append(picture)
            self._hidden.append(taken > 0.3)

    def picture(self) -> Plate:
        """The median of what could be seen of each pixel; what never could be seen is painted after what is around."""
        height, width = self._pictures[0].shape[:2]
        place = np.zeros((height, width, 3), np.uint8)
        for top in range(0, height, 64):  # in strips, so that all pictures as floats never stand in memory at once
            rows = slice(top, min(height, top + 64))
            stack = np.stack([picture[rows] for picture in self._pictures]).astype(np.float32)
            hidden = np.stack([mask[rows] for mask in self._hidden])
            stack[hidden] = np.inf  # sorted behind all that is seen
            stack.sort(axis=0)
            count = (~hidden).sum(axis=0)
            middle = np.maximum(0, (count - 1) // 2)[None, :, :, None]
            chosen = np.take_along_axis(stack, np.broadcast_to(middle, (1, *stack.shape[1:])), axis=0)[0]
            place[rows] = np.where(np.isfinite(chosen), chosen, 0).astype(np.uint8)
        never = np.logical_and.reduce(self._hidden)
        return fill(place, never) if never.any() and not never.all() else place


def filled(picture: Plate, hole: Mask) -> Plate:
    """The picture with colours from around grown into where `hole` is 1: wide gradients, no texture.

    Pull and push through ever smaller pictures: each level's known pixels answer for the unknown ones below.
    """
    known = (1 - hole)[..., None].astype(np.float32)
    levels = [(picture.astype(np.float32) * known, known)]
    while max(levels[-1][0].shape[:2]) > 2 and float(levels[-1][1].min()) < 1:
        colour, weight = levels[-1]
        size = (max(1, (colour.shape[1] + 1) // 2), max(1, (colour.shape[0] + 1) // 2))
        colour = cv2.resize(colour, size, interpolation=cv2.INTER_AREA)
        weight = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)[..., None]
        more = np.minimum(1, 4 * weight)  # one known pixel of four is enough to know their colour
        colour = colour * np.where(weight > 1e-6, more / np.maximum(weight, 1e-6), 0)
        levels.append((colour, more))
    below = levels[-1][0] / np.maximum(levels[-1][1], 1e-6)
    for colour, weight in reversed(levels[:-1]):
        grown = cv2.resize(below, (colour.shape[1], colour.shape[0]), interpolation=cv2.INTER_LINEAR)
        grown = grown.reshape(colour.shape)
        below = colour + (1 - weight) * cv2.blur(grown, (3, 3)).reshape(colour.shape)
    return np.asarray(np.clip(below + 0.5, 0, 255), np.uint8)
