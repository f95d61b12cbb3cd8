"""Retarget: from the motion of one body to stances of a puppet that is built otherwise.

Knows proportions: directions are taken over, lengths stay the puppet's own; feet stay on the ground the other stood on.
Keeps the puppet calm: what a flat cut-out cannot do is limited, not tried. Must not know pixels (puppet) nor files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from understudy.animatic.bodies.dissection import LIMBS, Line
from understudy.animatic.bodies.figure import Figure
from understudy.animatic.bodies.motion import Motion
from understudy.animatic.bodies.pose import Joint
from understudy.animatic.bodies.puppet import Bones, Stance, bone, inverse

Track = NDArray[np.float64]
"""A value for each picture of the film, or a row of them."""

_LEAN = math.radians(40)  # most a trunk leans away from how it stands in the picture
_PELVIS = 0.4  # of the lean that the pelvis of a standing figure takes part in
_NOD = math.radians(25)  # most a head tilts against the trunk
_FOOT = math.radians(30)  # most a foot turns against how it stands in the picture
_FOOT_FOLLOWS = 0.5
_HAND = math.radians(40)
_HAND_FOLLOWS = 0.5
_SHORTER, _LONGER = 0.45, 1.15  # of its length in the picture: a limb that points at the camera, or away from it
_TRUNK_SHORTER, _TRUNK_LONGER = 0.8, 1.06
_NARROWER = 0.8  # a trunk turned aside
_SHRUG = 0.5  # how much of the slope of the shoulders is followed
_BEND = math.radians(150)  # most a limb folds
_DOUBTED = (0.2, 0.55)  # visibility from which a limb is followed a little, and fully
_BEHIND = 0.30  # trunks behind the chest from which an arm is drawn behind it
_CALM = 0.12  # seconds: standard deviation of what is smoothed once more
_FULL = 90  # percentile of a length over time that stands for the length itself
# every number above: GUESS, set by looking at films made with it


@dataclass(frozen=True, slots=True)
class Placing:
    """How film places become picture places: x' = scale * x + shift. `grow`: picture pixels per figure pixel.

    `home` is where the middle of the hips rests and `origin` what of the film falls there; `sway` and `bounce` (0..1)
    tell how much of its way across and up and down is taken. `grounded`: feet are put where the other's stood.
    """

    scale: float
    shift: tuple[float, float]
    grow: float
    sway: float = 1.0
    bounce: float = 1.0
    grounded: bool = True
    most_up: float = math.inf  # picture pixels


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths of a body: trunk, thigh and shin, shoulders, in its own pixels, as unforeshortened as they were seen."""

    trunk: float
    leg: float
    shoulders: float
    has_legs: bool

    @property
    def height(self) -> float:
        return self.trunk + self.leg


def measures_of(motion: Motion) -> Measures:
    """Of the body in a film."""
    points = motion.points[..., :2].astype(np.float64)
    legs = [
        _longest(points, a, b)
        for name in ("left_leg", "right_leg")
        for a, b in zip(LIMBS[name], LIMBS[name][1:3], strict=False)
    ]
    seen = motion.seen[:, [Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE, Joint.LEFT_KNEE, Joint.RIGHT_KNEE]]
    ankles = points[:, [Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE], 1]
    inside = float((ankles.max(axis=1) < 1.02 * motion.size.height).mean()) > 0.5
    return Measures(
        max(1.0, _length(_chest(points) - _hips(points))),
        (max(legs[0], legs[2]) + max(legs[1], legs[3])),
        max(1.0, _longest(points, Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)),
        inside and float(np.median(seen.min(axis=1))) > 0.3,
    )


def measures_of_figure(figure: Figure) -> Measures:
    """Of the body of a puppet, in figure pixels."""
    points = figure.pose.points[None, :, :2].astype(np.float64)
    legs = [
        max(
            _longest(points, LIMBS["left_leg"][i], LIMBS["left_leg"][i + 1]),
            _longest(points, LIMBS["right_leg"][i], LIMBS["right_leg"][i + 1]),
        )
        for i in (0, 1)
    ]
    return Measures(max(1.0, figure.pose.trunk), sum(legs), figure.unit, figure.stands)


def stances(figure: Figure, motion: Motion, placing: Placing) -> list[Stance]:
    """A stance of the puppet for each picture of the motion."""
    driver = _facing_us(motion)
    plan = _Plan(figure, driver, placing, float(motion.rate))
    return [plan.stance(number) for number in range(len(motion))]


class _Plan:
    """All that is computed over the whole film at once: directions, stretches, the way of the hips, the order."""

    def __init__(self, figure: Figure, motion: Motion, placing: Placing, rate: float) -> None:
        self._figure, self._placing = figure, placing
        self._deviation = _CALM * rate
        points = motion.points.astype(np.float64)
        flat = points[..., :2]
        self._flat, self._seen = flat, motion.seen.astype(np.float64)
        spine = _chest(flat) - _hips(flat)
        rest = figure.trunk.line[2] - figure.trunk.line[1]
        self._lean = np.clip(_apart(_angle(spine), _angle(rest)), -_LEAN, _LEAN)
        full = _length(spine)
        self._trunk_long = np.clip(np.linalg.norm(spine, axis=1) / full, _TRUNK_SHORTER, _TRUNK_LONGER)
        across = flat[:, Joint.LEFT_SHOULDER] - flat[:, Joint.RIGHT_SHOULDER]
        wide = np.linalg.norm(across, axis=1) / max(1.0, float(np.percentile(np.linalg.norm(across, axis=1), _FULL)))
        self._wide = self._calm(np.clip(wide, _NARROWER, 1.0))
        hip_line = figure.pose.points[Joint.LEFT_SHOULDER, :2] - figure.pose.points[Joint.RIGHT_SHOULDER, :2]
        level = across * np.sign(across[:, :1] * float(hip_line[0]) + 1e-9)
        tilt = _apart(_angle(level), math.atan2(float(hip_line[1]), float(hip_line[0]))) - self._lean
        self._shrug = self._calm(np.clip(_SHRUG * _wrapped(tilt), -0.2, 0.2))
        self._nod = self._calm(self._head_tilt(flat, spine))
        self._limbs = {name: self._directed(name) for name in figure.limbs}
        self._behind = {name: self._drawn_behind(name, points, full) for name in figure.limbs}
        self._hips = self._way(flat)

    def stance(self, number: int) -> Stance:
        """Bones of every part at one picture."""
        hips = self._hips[number]
        trunk = self._trunk_bones(number, hips)
        parts = {"trunk": trunk}
        for name in self._figure.limbs:
            parts[name] = self._limb_bones(name, number, trunk)
        legs = [name for name in parts if name.endswith("leg")]
        arms = [name for name in parts if name.endswith("arm")]
        behind = [name for name in arms if self._behind[name][number]]
        front = [name for name in arms if name not in behind]
        legs.sort(key=lambda name: not self._behind[name][number])
        return Stance(parts, (*behind, *legs, "trunk", *front))

    def _trunk_bones(self, number: int, hips: NDArray[np.float64]) -> Bones:
        """Pelvis, spine and head. The pelvis turns little: legs, and the edge of half a figure, stay where they are."""
        line, grow = self._figure.trunk.line, self._placing.grow
        lean = self._lean[number]
        base = hips + _rotated(line[0] - line[1], lean * (_PELVIS if self._figure.stands else 0.0)) * grow
        neck = hips + _rotated(line[2] - line[1], lean) * grow * self._trunk_long[number]
        crown = neck + _rotated(line[3] - line[2], lean * 0.7 + self._nod[number]) * grow
        joints = np.array([base, hips, neck, crown])
        pelvis, spine, head = (
            bone(line[i : i + 2], joints[i : i + 2], grow * wide) for i, wide in enumerate((1, self._wide[number], 1))
        )
        shear = math.tan(float(self._shrug[number]))
        if shear:  # shoulders slope while the spine keeps its direction
            e = (line[2] - line[1]) / max(1e-3, float(np.hypot(*(line[2] - line[1]))))
            slope = np.eye(2) - shear * np.outer(e, np.array([-e[1], e[0]]))
            spine = np.column_stack([slope @ spine[:, :2], slope @ (spine[:, 2] - line[2]) + line[2]])
        return Bones(joints, (pelvis, spine, head))

    def _limb_bones(self, name: str, number: int, trunk: Bones) -> Bones:
        line = self._figure.line_of(name)
        root = inverse(trunk.back[1 if name.endswith("arm") else 0])
        joint = root[:, :2] @ line[0] + root[:, 2]
        joints, backs = [joint], []
        angles, stretches = self._limbs[name]
        for index in range(len(line) - 1):
            old = line[index : index + 2]
            length = float(np.hypot(*(old[1] - old[0]))) * self._placing.grow * stretches[number, index]
            angle = angles[number, index]
            joint = joint + length * np.array([math.cos(angle), math.sin(angle)])
            backs.append(bone(old, np.array([joints[-1], joint]), self._placing.grow))
            joints.append(joint)
        return Bones(np.array(joints), tuple(backs))

    def _directed(self, name: str) -> tuple[Track, Track]:
        """Angles and stretches of the three bones of a limb, (n, 3) each."""
        joints = LIMBS[name]
        own = _angle(np.diff(self._figure.line_of(name), axis=0))
        sure = np.clip((self._seen[:, list(joints[1:3])].min(axis=1) - _DOUBTED[0]) / (_DOUBTED[1] - _DOUBTED[0]), 0, 1)
        sure = self._calm(sure)
        angles, stretches = np.zeros((len(sure), 3)), np.ones((len(sure), 3))
        for index in (0, 1):
            line = self._flat[:, joints[index + 1]] - self._flat[:, joints[index]]
            long = max(1.0, self._full_length(name, index))
            # a limb that points at us has no direction worth following: the neighbours in time tell it
            ways = gaussian_filter1d(line, max(0.5, 0.5 * self._deviation), axis=0, mode="nearest")
            at_rest = own[index] + self._lean
            followed = at_rest + sure * _apart(_angle(ways), at_rest)
            angles[:, index] = followed
            share = np.linalg.norm(line, axis=1) / long
            stretch = np.clip(share / self._foreshortened(name, index), _SHORTER, _LONGER)
            stretches[:, index] = self._calm(1 + sure * (stretch - 1))
        fold = _apart(angles[:, 1], angles[:, 0])
        angles[:, 1] = angles[:, 0] + np.clip(fold, -_BEND, _BEND)
        end = _angle(self._flat[:, joints[3]] - self._flat[:, joints[2]])
        if name.endswith("arm"):
            rest = angles[:, 1] + _wrapped(own[2] - own[1])
            angles[:, 2] = rest + sure * np.clip(_HAND_FOLLOWS * _apart(end, rest), -_HAND, _HAND)
        else:
            angles[:, 2] = own[2] + sure * np.clip(_FOOT_FOLLOWS * _apart(end, own[2]), -_FOOT, _FOOT)
        angles[:, 2] = self._calm(np.unwrap(angles[:, 2]))
        return angles, stretches

    def _full_length(self, name: str, index: int) -> float:
        """Of a bone of the other body, the longer of left and right."""
        pair = [n for n in LIMBS if n.split("_")[1] == name.split("_")[1]]
        return max(_longest(self._flat, LIMBS[n][index], LIMBS[n][index + 1]) for n in pair)

    def _foreshortened(self, name: str, index: int) -> float:
        """How much of its length a bone shows in the picture of the puppet, against the longer of left and right."""
        pose = self._figure.pose.points[:, :2]
        pair = [n for n in LIMBS if n.split("_")[1] == name.split("_")[1]]
        lengths = {n: float(np.hypot(*(pose[LIMBS[n][index + 1]] - pose[LIMBS[n][index]]))) for n in pair}
        return float(np.clip(lengths[name] / max(1e-3, *lengths.values()), 0.5, 1.0))

    def _head_tilt(self, flat: Track, spine: Track) -> Track:
        """How much the head tilts against the trunk, from the line of the ears and eyes and from where it stands."""
        eyes = flat[:, Joint.LEFT_EYE] - flat[:, Joint.RIGHT_EYE]
        ears = flat[:, Joint.LEFT_EAR] - flat[:, Joint.RIGHT_EAR]
        level = eyes + ears
        level = level * np.where(level[:, :1] < 0, -1, 1)
        roll = _angle(level)
        head = (flat[:, Joint.LEFT_EAR] + flat[:, Joint.RIGHT_EAR]) / 2 - _chest(flat)
        bent = _apart(_angle(head), _angle(spine))
        bent -= float(np.median(bent))
        wide = np.linalg.norm(level, axis=1)
        frontal = np.clip(wide / max(1.0, float(np.percentile(wide, _FULL))) * 2 - 1, 0, 1)
        lean = np.clip(_apart(_angle(spine), -math.pi / 2), -_LEAN, _LEAN)
        return np.clip(0.6 * frontal * (roll - lean) + 0.4 * bent, -_NOD, _NOD)

    def _drawn_behind(self, name: str, points: Track, trunk: float) -> NDArray[np.bool_]:
        """Whether a limb is behind the trunk (an arm) or behind the other one (a leg), without flicker."""
        joints = LIMBS[name]
        depth = points[:, list(joints[1:3]), 2].mean(axis=1)
        if name.endswith("leg"):
            other = LIMBS["left_leg" if name == "right_leg" else "right_leg"]
            return self._latched((depth - points[:, list(other[1:3]), 2].mean(axis=1)) / trunk, 0.0, 0.1)
        chest = (points[:, Joint.LEFT_SHOULDER, 2] + points[:, Joint.RIGHT_SHOULDER, 2]) / 2
        return self._latched((depth - chest) / trunk, _BEHIND, 0.12)

    def _latched(self, values: Track, level: float, slack: float) -> NDArray[np.bool_]:
        values = self._calm(values)
        state, states = bool(np.median(values[: max(1, len(values) // 8)]) > level), []
        for value in values:
            state = bool(value > level - slack) if state else bool(value > level + slack)
            states.append(state)
        return np.array(states)

    def _way(self, flat: Track) -> Track:
        """(n, 2) where the middle of the hips is in the picture."""
        place = self._placing
        way = _hips(flat) * place.scale + np.array(place.shift)
        middle = np.median(way, axis=0)
        way = middle + (way - middle) * np.array([place.sway, place.bounce])
        if not place.grounded or not self._figure.stands:
            way[:, 1] = np.maximum(way[:, 1], middle[1] - place.most_up)
            return way
        ankles = [LIMBS["left_leg"][2], LIMBS["right_leg"][2]]
        theirs = flat[:, ankles, 1].max(axis=1) * place.scale + place.shift[1]
        self._hips = way
        mine = np.array([self._lowest_ankle(number) for number in range(len(way))])
        # most of the difference is proportion and stands still; what moves is smoothed, or hips would tremble
        way[:, 1] += gaussian_filter1d(theirs - mine, max(0.5, 0.7 * self._deviation), mode="nearest")
        return way

    def _lowest_ankle(self, number: int) -> float:
        trunk = self._trunk_bones(number, self._hips[number])
        return max(float(self._limb_bones(name, number, trunk).joints[2, 1]) for name in ("left_leg", "right_leg"))

    def _calm(self, values: Track) -> Track:
        return np.asarray(gaussian_filter1d(values, max(0.5, self._deviation), axis=0, mode="nearest"))


def _facing_us(motion: Motion) -> Motion:
    """The motion with left and right exchanged where most of it is seen from behind: the puppet shows its face."""
    points = motion.points
    if float(np.median(points[:, Joint.LEFT_SHOULDER, 0] - points[:, Joint.RIGHT_SHOULDER, 0])) >= 0:
        return motion
    pairs = {1: 4, 2: 5, 3: 6, 7: 8, 9: 10, **{left: left + 1 for left in range(11, 33, 2)}}
    order = np.arange(points.shape[1])
    for left, right in pairs.items():
        order[left], order[right] = right, left
    return Motion(points[:, order], motion.seen[:, order], motion.size, motion.rate, motion.plate, motion.sound)


def _hips(flat: Track) -> Track:
    return np.asarray((flat[:, Joint.LEFT_HIP] + flat[:, Joint.RIGHT_HIP]) / 2)


def _chest(flat: Track) -> Track:
    return np.asarray((flat[:, Joint.LEFT_SHOULDER] + flat[:, Joint.RIGHT_SHOULDER]) / 2)


def _length(lines: Track) -> float:
    """The length of a line that is seen foreshortened now and then."""
    return max(1.0, float(np.percentile(np.linalg.norm(lines, axis=1), _FULL)))


def _longest(flat: Track, one: int, other: int) -> float:
    return _length(flat[:, one] - flat[:, other])


def _angle(lines: NDArray[np.float64]) -> Track:
    return np.asarray(np.arctan2(lines[..., 1], lines[..., 0]))


def _wrapped(angles: Track) -> Track:
    return np.asarray((angles + np.pi) % (2 * np.pi) - np.pi)


def _apart(angles: Track, other: Track | float) -> Track:
    """The shortest turn from `other` to `angles`."""
    return _wrapped(np.asarray(angles) - other)


def _rotated(line: Line, angle: float) -> NDArray[np.float64]:
    c, s = math.cos(float(angle)), math.sin(float(angle))
    return np.array([c * line[0] - s * line[1], s * line[0] + c * line[1]])
