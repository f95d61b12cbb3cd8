"""Pose: where the joints of persons are in a picture, and how one person is followed through a film.

Knows how the pose model wants to be fed, what its numbers mean, and how a body is looked for without a model that finds
bodies: from faces down, and around what the person model sees. Must not know what a pose is used for (puppet, motion)
nor which poses are good ones (drafts.body_check).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.matte import bounds
from understudy.animatic.perception import Eyes, Mask
from understudy.animatic.performer import Face, Plate
from understudy.media.image import fit

Points = NDArray[np.float32]
"""(33, 3) float32: x and y in picture pixels, z in the same scale from the middle of the hips, smaller = nearer."""

JOINTS = 33
"""Points of a body. Source: BlazePose, Bazarevsky et al. 2020, the topology of the model's package."""


class Joint(IntEnum):
    """Places in a row of points; left and right are the person's own."""

    NOSE = 0
    LEFT_EYE = 2
    RIGHT_EYE = 5
    LEFT_EAR = 7
    RIGHT_EAR = 8
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT = 31
    RIGHT_FOOT = 32


SURE = 0.5
"""Presence and visibility from here on count. GUESS: the model's usual setting. Measured in `tests/unit/animatic`:
photographs of persons reach 0.9 and more, a cat, a cup and a rocket stay below 0.2."""

_SIDE = 256
_MODEL = "pose_landmark_full.tflite"
_MODELS = (_MODEL, "selfie_segmentation.tflite", "face_detection_short_range.tflite", "face_landmark.tflite")
_AUXILIARY = 33  # row of the middle of the hips; the next is a point on the circle around the whole body
_ROOM = 1.25  # side of the next square over the diameter of that circle. Source: the model's own graph
_PASSES = 4  # looks at one body, each in the square of the last
_ROOMS = (1.0, 1.1, 1.25)  # growths of the square whose looks are averaged; measured: feet are missed in tighter ones
_LOOK_SIDE = 1280
_BELOW_FACE = ((7.0, 2.6), (4.2, 1.5), (3.0, 0.9))
# squares tried for a face: side, and drop of the middle below the face's, both in heights of the face: a whole
# standing body, one to the hips, a bust
_LEAST_TRUNK = 1.4  # heights of the face; a trunk has some three. Measured: bodies imagined inside a face below 1
_LEAST_SHARE = 0.15  # of the square looked at: smaller bodies are not what the person model saw
_AROUND_PATCH = ((1.0, 0.0), (1.7, 0.35))  # growth and drop of the squares tried: a whole body, and one cut below
_PART = 0.02  # of the picture: smaller patches of the person model are nobody
_SAME = 0.5  # of a trunk's length: hips and shoulders nearer than that are the same body
_AGREED = 0.6  # reaches: most that looks at one body differ. See `_spread`
_FALLEN = 0.35  # presence below which a followed body is lost


@dataclass(frozen=True, slots=True)
class Pose:
    """One body: its points, how surely each can be seen (33, 0..1), and how surely it is a body (0..1)."""

    points: Points
    seen: NDArray[np.float32]
    sureness: float
    square: tuple[float, float, float, float]  # where it is looked for next: middle, side, turn

    def at(self, joint: Joint) -> tuple[float, float]:
        """x, y of a joint in pixels."""
        return float(self.points[joint, 0]), float(self.points[joint, 1])

    def between(self, one: Joint, other: Joint) -> NDArray[np.float32]:
        """(2,) the point half way between two joints."""
        return np.asarray((self.points[one, :2] + self.points[other, :2]) / 2, np.float32)

    @property
    def trunk(self) -> float:
        """Pixels from the middle of the shoulders to the middle of the hips."""
        line = self.between(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER) - self.between(Joint.LEFT_HIP, Joint.RIGHT_HIP)
        return float(np.hypot(line[0], line[1]))

    @property
    def shoulders(self) -> float:
        """Pixels from shoulder to shoulder."""
        line = self.points[Joint.LEFT_SHOULDER] - self.points[Joint.RIGHT_SHOULDER]
        return float(np.hypot(line[0], line[1]))

    @property
    def reach(self) -> float:
        """A length of the body that neither bending nor turning shortens much: the longer of trunk and shoulders."""
        return max(self.trunk, 1.3 * self.shoulders, 1.0)

    def moved(self, left: float, top: float, scale: float) -> Pose:
        """The pose seen from another corner and at another scale: (point - corner) x scale."""
        points = (self.points - np.array([left, top, 0], np.float32)) * np.float32(scale)
        x, y, side, turn = self.square
        return Pose(points, self.seen, self.sureness, ((x - left) * scale, (y - top) * scale, side * scale, turn))


def can_see_bodies(folder: Path) -> bool:
    """Whether a folder holds every model that bodies are looked for with."""
    return all((folder / name).is_file() for name in _MODELS)


class BodyEyes(Eyes):
    """Eyes that see bodies too. Errors are those of `Eyes`."""

    def bodies(self, picture: Plate, most: int = 6) -> list[Pose]:
        """Every body of which a good part is seen, the largest first. 0.1 to 0.5 s.

        Looked for from each face down, then around what the person model sees and no body explains yet.
        """
        small = fit(picture, _LOOK_SIDE, _LOOK_SIDE)
        scale = picture.shape[1] / small.shape[1]
        found: list[Pose] = []
        for face in self.faces(small)[:most]:
            pose = self._below(small, face)
            self._add(found, pose, self._settled(small, pose))
        for box in self._patches(small, found)[:most]:
            x, y, side, turn = box
            pose = max(
                (self._refined(small, (x, y + down * side, side * room, turn)) for room, down in _AROUND_PATCH),
                key=lambda look: look.sureness,
            )
            if pose.reach >= _LEAST_SHARE * side:
                self._add(found, pose, self._settled(small, pose, agreed=True))
        return [pose.moved(0, 0, scale) for pose in sorted(found, key=lambda pose: -pose.reach)]

    def follow_body(self, picture: Plate, last: Pose) -> Pose | None:
        """The same body in the next picture of a film, looked for where it last was; None if it is lost. 20 ms."""
        pose = self.look(picture, last.square)
        return pose if pose.sureness >= _FALLEN else None

    def look(self, picture: Plate, square: tuple[float, float, float, float]) -> Pose:
        """What the model makes of a turned square of the picture (middle x, y, side, turn), one look."""
        answers = self._look(picture, square)
        return _pose_of(answers[0], answers[1], square)

    def outline(self, picture: Plate, pose: Pose) -> Mask:
        """The model's own mask of that one body, (h, w) 0..1; coarse, but of nobody else."""
        square = pose.square
        sigmoid = 1 / (1 + np.exp(-np.clip(self._look(picture, square)[2].reshape(_SIDE, _SIDE), -40, 40)))
        size = (picture.shape[1], picture.shape[0])
        return np.asarray(cv2.warpAffine(sigmoid.astype(np.float32), _to_picture(square), size), np.float32)

    def _look(self, picture: Plate, square: tuple[float, float, float, float]) -> list[NDArray[np.float32]]:
        return self._ask(_MODEL, _view(picture, square).astype(np.float32) * np.float32(1 / 255))

    def _refined(self, picture: Plate, square: tuple[float, float, float, float]) -> Pose:
        best = self.look(picture, square)
        pose = best
        for _ in range(_PASSES - 1):
            pose = self.look(picture, pose.square)
            if pose.sureness < SURE:
                break
            best = pose
        return best

    def _settled(self, picture: Plate, pose: Pose, agreed: bool = False) -> Pose | None:
        """The mean of looks from squares of several sizes: a still is worth more than one.

        With `agreed` it is a body only if all looks say so: what no face vouches for may be a flag or a helmet.
        """
        x, y, side, turn = pose.square
        looks = [self.look(picture, (x, y, side * room, turn)) for room in _ROOMS]
        sure = [look for look in looks if look.sureness >= SURE and _same(look, pose)]
        if agreed and (len(sure) < len(looks) or _spread(sure) > _AGREED):
            return None
        if not sure:
            return pose
        points = np.asarray(np.mean([look.points for look in sure], axis=0), np.float32)
        seen = np.asarray(np.mean([look.seen for look in sure], axis=0), np.float32)
        return replace(pose, points=points, seen=seen, sureness=max(look.sureness for look in sure))

    def _below(self, picture: Plate, face: Face) -> Pose:
        """The body of a face: of several squares the look that is surest, and has its head where the face is."""
        left, top, right, bottom = face.box
        high = max(bottom - top, right - left)
        x, y = (left + right) / 2, (top + bottom) / 2
        looks = [self._refined(picture, (x, y + drop * high, side * high, 0.0)) for side, drop in _BELOW_FACE]

        def fits(pose: Pose) -> bool:
            return math.dist(pose.at(Joint.NOSE), (x, y)) <= 0.8 * high and pose.reach >= _LEAST_TRUNK * high

        best = max(looks, key=lambda pose: fits(pose) + pose.sureness + float(pose.seen.mean()))
        return best if fits(best) else replace(best, sureness=0.0)

    def _patches(self, picture: Plate, found: list[Pose]) -> list[tuple[float, float, float, float]]:
        """Squares around patches of the person model that lie apart from the bodies found, the largest first."""
        mask = self.person_mask(picture)
        for pose in found:
            mask = mask * (1 - self.outline(picture, pose))
            box = pose.points[pose.seen >= SURE, :2]
            if len(box):
                (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
                room = 0.35 * pose.reach
                rows = slice(max(0, int(top - room)), max(0, int(bottom + room)))
                mask[rows, max(0, int(left - room)) : max(0, int(right + room))] = 0
        solid = (mask > SURE).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
        squares: list[tuple[float, float, float, float, int]] = []
        for index in range(1, count):
            area = int(stats[index, cv2.CC_STAT_AREA])
            box_of = bounds((labels == index).astype(np.float32))
            if area < _PART * mask.size or box_of is None:
                continue
            x, y = (box_of.left + box_of.right) / 2, (box_of.top + box_of.bottom) / 2
            squares.append((x, y, 1.15 * max(box_of.width, box_of.height), 0.0, area))
        return [each[:4] for each in sorted(squares, key=lambda each: -each[4])]

    @staticmethod
    def _add(found: list[Pose], pose: Pose, settled: Pose | None) -> None:
        if settled is not None and pose.sureness >= SURE and not any(_same(settled, other) for other in found):
            found.append(settled)


def _same(one: Pose, other: Pose) -> bool:
    """Whether two poses are of one body: their shoulders or their noses lie together."""
    shoulders = [pose.between(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER) for pose in (one, other)]
    far = min(float(np.linalg.norm(shoulders[0] - shoulders[1])), math.dist(one.at(Joint.NOSE), other.at(Joint.NOSE)))
    return far < _SAME * max(one.reach, other.reach)


def _spread(looks: list[Pose]) -> float:
    """How far apart several looks put shoulders and hips, over the reach of the body."""
    trunk = [Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP]
    places = np.stack([look.points[trunk, :2] for look in looks])
    return float(np.linalg.norm(np.ptp(places, axis=0), axis=-1).max()) / looks[0].reach


def _to_picture(square: tuple[float, float, float, float]) -> NDArray[np.float64]:
    """(2, 3) from pixels of the model's view to pixels of the picture."""
    x, y, side, turn = square
    c, s = math.cos(turn) * side / _SIDE, math.sin(turn) * side / _SIDE
    half = _SIDE / 2
    return np.array([[c, -s, x - (c - s) * half], [s, c, y - (s + c) * half]])


def _view(picture: Plate, square: tuple[float, float, float, float]) -> Plate:
    """The square, upright, as the model wants it; outside the picture is black."""
    matrix = _to_picture(square)
    shrink = int(square[2] // (_SIDE * 1.5))
    if shrink >= 2:  # averaged first, or fine detail would flicker through the samples
        size = (max(1, picture.shape[1] // shrink), max(1, picture.shape[0] // shrink))
        matrix = matrix * np.array([[size[0] / picture.shape[1]], [size[1] / picture.shape[0]]])
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, matrix, (_SIDE, _SIDE), flags=flags), np.uint8)


def _pose_of(
    rows: NDArray[np.float32], presence: NDArray[np.float32], square: tuple[float, float, float, float]
) -> Pose:
    values = rows.reshape(39, 5).astype(np.float64)
    matrix = _to_picture(square)
    points = values[:, :3].copy()
    points[:, :2] = values[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    points[:, 2] *= square[2] / _SIDE
    seen = 1 / (1 + np.exp(-np.clip(values[:JOINTS, 3], -40, 40)))
    middle, rim = points[_AUXILIARY, :2], points[_AUXILIARY + 1, :2]
    up = rim - middle
    turn = math.atan2(up[0], -up[1])  # zero where the rim lies straight above
    side = max(16.0, 2 * float(np.hypot(up[0], up[1])) * _ROOM)
    after = (float(middle[0]), float(middle[1]), side, turn)
    return Pose(points[:JOINTS].astype(np.float32), seen.astype(np.float32), float(presence.reshape(-1)[0]), after)
