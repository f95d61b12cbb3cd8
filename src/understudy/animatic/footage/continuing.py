"""Continuing: how a film may go on after its last picture, or before its first one, played backwards.

Knows the camera's way and what moves in front of it: the way is gone on with and slows down; what swings to and fro
goes on swinging, what goes somewhere drifts to rest. Must not know files, prompts or how long what is given may be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.easing import smooth
from understudy.animatic.filling import Plate
from understudy.animatic.footage import mosaic
from understudy.animatic.footage.joining import Joint
from understudy.animatic.footage.mosaic import Key, Mosaic, Room
from understudy.animatic.footage.passing import Passing, find
from understudy.animatic.footage.survey import followed
from understudy.animatic.footage.travel import Matrix, Pose, small_grey

TAIL = 40
"""Pictures at the end of a clip that its going on is taken from."""

_STEPS_BACK = 8  # pictures that the camera's speed is the middle of
_FARTHEST = 0.16  # of the longer side: how far a camera glides on. GUESS: farther, too much would be guessed
_MOST_IN, _MOST_OUT = math.log(1.5), math.log(1.18)
_STILL = 0.0004  # of the longer side a picture: slower cameras stand still
_PUSH = 0.035  # growth by which a still camera moves in on what is at rest
_COAST = 10.0  # pictures after which what moves has lost two thirds of its speed
_COAST_FARTHEST = 0.05  # of the longer side: farther, what is behind would be stretched too much
_LOOK = 240  # pixels of the longer side that motion is measured at
_TREMBLE = 0.12  # of them a picture: less is noise
_SWINGS = 0.5  # motion whose sum is less than this share of its way swings
_MOVES, _STANDS_OUT, _EVERYWHERE = 0.2, 2.2, 0.25
"""The fastest hundredth of a still picture moves less than the first, or less than the second times its fastest tenth,
and its half less than the third. Measured: pans and zooms over a photograph 0.13 and 0.34 with 1.5 times; somebody who
talks 0.45 with 33 times."""


class Manner(StrEnum):
    """How what is seen goes on."""

    SWINGS = "swings"
    RESTS = "rests"
    PASSES = "passes"


@dataclass(frozen=True, slots=True)
class Path:
    """A camera's way after a picture: for each step the matrix from that picture's pixels to those of the step's."""

    steps: tuple[Matrix, ...]

    def at(self, step: int) -> Matrix:
        """The matrix after `step` pictures; 0 is the picture itself."""
        return np.eye(3) if step <= 0 else self.steps[min(step, len(self.steps)) - 1]


class Continuation:
    """What follows the last of some pictures. Each step can be asked for at any time, in any order."""

    def __init__(self, tail: Sequence[Plate], steps: int, *, path: Path | None = None, seed: int = 0) -> None:
        """Watch the end of a clip.

        Args:
            tail: its last pictures in order, at most `TAIL` of them are looked at; one is a still.
            steps: how many pictures will follow.
            path: the camera's way, where it is not to be that of the clip itself.
            seed: settles draws of lots.
        """
        self._tail = list(tail[-TAIL:])
        self._steps = max(1, steps)
        height, width = self._tail[0].shape[:2]
        self._size, self._middle = (width, height), ((width - 1) / 2, (height - 1) / 2)
        greys = [small_grey(picture) for picture in self._tail]
        stretch = followed(greys, width / greys[0].shape[1])[-1]
        self._tail = self._tail[stretch.first :]  # what was before a cut is of no use
        self._to_first = list(stretch.to_first)
        last = self._to_first[-1]
        self._to_last = [np.linalg.inv(last) @ matrix for matrix in self._to_first]
        self._drift, self._swing = self._motion()
        self._thing = None if self._drift is None or self._swing else self._passing(seed)
        self.manner = Manner.SWINGS if self._swing else Manner.RESTS if self._thing is None else Manner.PASSES
        self.path = path or self._glide()
        """The camera's way; may be changed until the first picture is asked for."""
        self._seed = seed
        self._around: Mosaic | None = None
        self._is_surrounded = False
        self._joint = Joint()
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        self._grid = x, y

    @property
    def is_still(self) -> bool:
        """Whether nothing in front of the camera moves."""
        return self._drift is None and not self._swing

    def at(self, step: int) -> Plate:
        """The picture `step` (>= 1) pictures after the last one; 0 is the last one itself."""
        if step <= 0:
            return self._tail[-1]
        if not self._is_surrounded:
            self._around, self._is_surrounded = self._surroundings(self._seed), True
        number, push = self._playing(step)
        camera = self.path.at(step)
        x, y = self._grid
        back = np.linalg.inv(camera)
        there_x = (back[0, 0] * x + back[0, 1] * y + back[0, 2]).astype(np.float32)
        there_y = (back[1, 0] * x + back[1, 1] * y + back[1, 2]).astype(np.float32)
        if self._thing is None and self._drift is not None and push > 1e-3:
            away = self._drifted(push)
            place = np.array([[away.shape[1] / self._size[0], 0, 0], [0, away.shape[0] / self._size[1], 0]])
            matrix = (np.vstack([place, [0, 0, 1]]) @ back)[:2]
            full = cv2.warpAffine(
                away, matrix, self._size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
            )
            there_x, there_y = there_x - full[..., 0], there_y - full[..., 1]
        if number != len(self._tail) - 1:
            own = np.linalg.inv(self._to_last[number])
            there_x, there_y = (
                (own[0, 0] * there_x + own[0, 1] * there_y + own[0, 2]).astype(np.float32),
                (own[1, 0] * there_x + own[1, 1] * there_y + own[1, 2]).astype(np.float32),
            )
        shown = self._tail[number] if self._thing is None else self._thing.at(step)
        shown = cv2.remap(shown, there_x, there_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        if self._around is None:
            return np.asarray(shown, np.uint8)
        width, height = self._size
        outside = (there_x < 1) | (there_y < 1) | (there_x > width - 2) | (there_y > height - 2)
        if not outside.any():
            return np.asarray(shown, np.uint8)
        view = self._around.seen_from(self._to_first[-1] @ back, self._size, Room(0, 0, width, height))
        return self._joint.join(np.asarray(shown, np.uint8), view, outside)

    # What moves

    def _passing(self, seed: int) -> Passing | None:
        assert self._drift is not None
        return find(self._tail, self._to_first, self._drift, seed)

    def _motion(self) -> tuple[NDArray[np.float32] | None, bool]:
        """The speed of what moves in the last picture, in full pixels a picture, and whether it swings."""
        count = len(self._tail)
        if count < 4:
            return None, False
        scale = min(1.0, _LOOK / max(self._size))
        size = max(16, round(self._size[0] * scale)), max(16, round(self._size[1] * scale))
        views, seen = [], []
        for picture, matrix in zip(self._tail, self._to_last, strict=True):
            held = cv2.warpAffine(picture, matrix[:2], self._size, borderMode=cv2.BORDER_REPLICATE)
            views.append(cv2.cvtColor(cv2.resize(held, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY))
            inside = cv2.warpAffine(np.full(picture.shape[:2], 255, np.uint8), matrix[:2], self._size)
            seen.append(cv2.erode(cv2.resize(inside, size), np.ones((15, 15), np.uint8), borderValue=255) > 250)
        finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        flows = []
        for number in range(count - 1, 1, -2):
            flow = -np.asarray(finder.calc(views[number], views[number - 2], None), np.float32) / 2
            far = np.linalg.norm(flow, axis=2, keepdims=True)
            both = (seen[number] & seen[number - 2])[..., None]
            flows.append(np.where((far > _TREMBLE) & both, flow, 0).astype(np.float32))
        stack = np.stack(flows)
        way = np.linalg.norm(stack, axis=3)
        usual = way.mean(axis=0)
        half, most, fastest = (float(np.percentile(usual, share)) for share in (50, 90, 99))
        if fastest < _MOVES or (fastest < _STANDS_OUT * most and half < _EVERYWHERE):
            return None, False
        net = np.linalg.norm(stack.mean(axis=0), axis=2)
        directed = float(net.sum() / max(1e-6, usual.sum()))
        speed = np.median(stack[: min(3, len(stack))], axis=0).astype(np.float32)
        speed = np.dstack([cv2.medianBlur(np.ascontiguousarray(speed[..., i]), 5) for i in range(2)])
        speed = cv2.GaussianBlur(speed, (0, 0), 2.0) / np.float32(scale)
        return np.asarray(speed, np.float32), directed < _SWINGS and count >= 12

    def _playing(self, step: int) -> tuple[int, float]:
        """Which picture of the tail is shown, and for how many pictures' worth its motion is carried on."""
        last = len(self._tail) - 1
        if not self._swing:
            coast = _COAST * (1 - math.exp(-step / _COAST))
            if self._drift is not None:
                fastest = float(np.abs(self._drift).max())
                coast = min(coast, _COAST_FARTHEST * max(self._size) / max(fastest, 1e-6))
            return last, coast
        # from full speed over a soft turn into playing backwards, and to and fro from then on
        soft = 10.0
        back = step - soft * (1 - math.exp(-step / soft))
        turn = 2.0 * last
        phase = back % turn if turn else 0.0
        phase = phase if phase <= last else turn - phase
        return round(last - phase), step * math.exp(-step / 5.0)

    def _drifted(self, push: float) -> NDArray[np.float32]:
        """How far what is seen at each small pixel has come, in full pixels: the speed found where it came from."""
        assert self._drift is not None
        speed = self._drift
        height, width = speed.shape[:2]
        small = width / self._size[0]
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        away = speed
        for _ in range(4):
            away = cv2.remap(
                speed,
                x - away[..., 0] * np.float32(push * small),
                y - away[..., 1] * np.float32(push * small),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
        return np.asarray(away * np.float32(push), np.float32)

    # The camera

    def _glide(self) -> Path:
        """The clip's own camera, slowing down; where it stands still and nothing else moves, it moves in a little."""
        width, height = self._size
        longest = max(width, height)
        speed = self.speed
        fast = math.hypot(speed[0], speed[1]) / longest
        zooms = abs(speed[2])
        still = fast < _STILL and zooms < _STILL and abs(speed[3]) < _STILL
        steps = []
        length = self._steps / 2.2
        if not still:
            most_zoom = _MOST_IN if speed[2] > 0 else _MOST_OUT
            length = min(
                length,
                _FARTHEST / max(fast, 1e-9),
                most_zoom / max(zooms, 1e-9),
                0.25 / max(abs(speed[3]), 1e-9),
            )
        for step in range(1, self._steps + 1):
            if still:
                push = 0.0 if self._swing or self._thing is not None else math.log1p(_PUSH) * smooth(step / self._steps)
                steps.append(Pose(0, 0, math.exp(push), 0).matrix(self._middle))
                continue
            way = length * (1 - math.exp(-step / max(length, 1e-6)))
            pose = Pose(speed[0] * way, speed[1] * way, math.exp(speed[2] * way), speed[3] * way)
            steps.append(pose.matrix(self._middle))
        return Path(tuple(steps))

    @property
    def speed(self) -> NDArray[np.float64]:
        """The camera's at the last picture, the middle of the last few.

        x, y in pixels, zoom as logarithm, turn in radians, for each picture.
        """
        moves = []
        for one, other in zip(self._to_last[:-1], self._to_last[1:], strict=True):
            pose = Pose.of(np.linalg.inv(other) @ one, self._middle)
            moves.append((pose.x, pose.y, math.log(pose.zoom), pose.turn))
        return np.median(np.array(moves[-_STEPS_BACK:]), axis=0) if moves else np.zeros(4)

    def _surroundings(self, seed: int) -> Mosaic | None:
        """What lies around the last picture, where the camera will see past its edge."""
        width, height = self._size
        corners = Room(0, 0, width, height).corners.T
        views = [np.linalg.inv(self.path.at(step)) for step in range(1, self._steps + 1)]
        reach = [(view @ corners)[:2] for view in views]
        inside = all(
            points[0].min() > -1
            and points[1].min() > -1
            and points[0].max() < width + 1
            and points[1].max() < height + 1
            for points in reach
        )
        if inside and not (self._swing and len(self._tail) > 1):
            return None
        numbers = sorted({len(self._tail) - 1, *range(0, len(self._tail), max(1, len(self._tail) // 6))})
        keys = [Key(number, self._tail[number]) for number in numbers]
        ways = [*self._to_first, *(self._to_first[-1] @ view for view in views)]
        return mosaic.build(keys, ways, Room(0, 0, width, height), seed=seed, soft=False)


def guided(guide: Sequence[Matrix], steps: int, size: tuple[int, int], speed: Path | None = None) -> Path:
    """A way that goes as the camera of another film goes.

    Args:
        guide: for each picture of that film the matrix to its first one, in pixels of a picture as wide as ours.
        steps: how many pictures follow; a shorter guide stays at its end.
        size: (width, height) of our pictures.
        speed: our own camera's glide, which fades into the guide's way.
    """
    middle = (size[0] - 1) / 2, (size[1] - 1) / 2
    poses = [Pose.of(np.asarray(np.linalg.inv(matrix), np.float64), middle) for matrix in guide]
    farthest = max((max(abs(p.x) / size[0], abs(p.y) / size[1]) for p in poses), default=0.0)
    outest = max((-math.log(p.zoom) for p in poses), default=0.0)
    tamed = min(1.0, 2 * _FARTHEST / max(farthest, 1e-9), _MOST_OUT * 1.5 / max(outest, 1e-9))
    path = []
    for step in range(1, steps + 1):
        pose = poses[min(step, len(poses) - 1)]
        own = Pose(pose.x * tamed, pose.y * tamed, pose.zoom**tamed, pose.turn * tamed).matrix(middle)
        path.append(own if speed is None else own @ speed.at(min(step, 6)))
    return Path(tuple(path))
