"""Geometry of one face: where its lips, lids, jaw and skull are, and how far each goes in a pose.

Knows the 468 points of the face mesh and the shape of movements. Must not know pixels, colours or time. All fields are
backward: for a point of the painted face they say from where in the source picture it comes. Coordinates here are the
face's own: origin between the corners of the mouth, x along the line of the eyes, y down, units source pixels.

Source of point numbers: the canonical face model of MediaPipe's face mesh (468 points, fixed order). "Left" and
"right" are the viewer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

UPPER_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
UPPER_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
CHIN, NOSE_BASE, NOSE_TIP, FOREHEAD = 152, 2, 1, 10
JAW = (172, 397)
CHEEKS = (234, 454)
EYE_CORNERS = (33, 263)
LIDS = (
    ((33, 246, 161, 160, 159, 158, 157, 173, 133), (33, 7, 163, 144, 145, 153, 154, 155, 133)),
    ((362, 398, 384, 385, 386, 387, 388, 466, 263), (362, 382, 381, 380, 374, 373, 390, 249, 263)),
)
"""For each eye its upper and its lower lid, left to right."""
BROWS = ((46, 53, 52, 65, 55), (285, 295, 282, 283, 276))
"""The lower edge of each brow, left to right."""

_WIDEST = 0.52
"""Gap of the lips at opening 1, in half widths of the mouth. Wider looked like a puppet's jaw."""

_CORNER_SINK = 0.16
_UPPER_SHARE = 0.12
_ROUNDED, _SPREAD = 0.24, 0.09
_UPPER_MEETS = 0.65  # of a pictured gap that the lower lip goes to meet the upper one
_LEVELLED = 0.6  # of the bow of a smile that goes as the lips are drawn together
_RIM = 0.05  # of the half width: the edge of a lip that is blended with the tooth beside it
_NEW = 0.06  # of the half width: lips that have moved so far show something else than the picture
_CHIN_SHARE = 0.85
_JAW_REACH = 1.5
"""How far to the sides, in half widths of the jaw, the drop of the chin is felt; less makes pears of faces."""


@dataclass(frozen=True, slots=True)
class Mimic:
    """What a face does besides talking, blinking and turning; all 0 is the face as pictured.

    "Left" and "right" are the viewer's. Each -1..1: `smile_*` a corner of the mouth up and out, or down; `brow_*` a
    brow up or down; `slant` inner ends of the brows up (worry) or down and together (anger); `mouth_shift` the mouth
    to the right or left; `gaze_x`, `gaze_y` where the eyes look, right and down. Each 0..1: `shut_*` a lid, `squint`
    the lower lids, `wide` the eyes, `sneer` the upper lip and the nose, `puff` the cheeks, `tongue` how far it is out.
    """

    smile_left: float = 0.0
    smile_right: float = 0.0
    brow_left: float = 0.0
    brow_right: float = 0.0
    slant: float = 0.0
    mouth_shift: float = 0.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    shut_left: float = 0.0
    shut_right: float = 0.0
    squint: float = 0.0
    wide: float = 0.0
    sneer: float = 0.0
    puff: float = 0.0
    tongue: float = 0.0


@dataclass(frozen=True, slots=True)
class FacePose:
    """What a face does in one frame.

    `opening`, `width`, `closed` as in `utterance.Mouth`: 0, 0, 0 is the face of the source picture, also a smiling
    one. `blink` 0 (as pictured) to 1 (shut). `yaw`, `pitch`, `roll` in degrees of additional turn, small (up to about
    10): positive turns the face to the viewer's right, down, clockwise. `mimic` is all else, where there is any.
    """

    opening: float = 0.0
    width: float = 0.0
    closed: float = 0.0
    blink: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    mimic: Mimic | None = None

    @property
    def turns(self) -> bool:
        return bool(self.yaw or self.pitch or self.roll)

    @property
    def shut(self) -> tuple[float, float]:
        """How far the left and the right eye are closed."""
        if self.mimic is None:
            return self.blink, self.blink
        return max(self.blink, self.mimic.shut_left), max(self.blink, self.mimic.shut_right)


def smooth(edge0: float, edge1: float, x: Floats) -> Floats:
    """0 below `edge0`, 1 above `edge1`, an S between (the order may be reversed)."""
    t = np.clip((x - edge0) / (edge1 - edge0), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


@dataclass(frozen=True, slots=True)
class Curve:
    """A line across the face as y over x, flat beyond its ends."""

    xs: Floats
    ys: Floats

    @classmethod
    def through(cls, points: NDArray[np.float32]) -> Curve:
        order = np.argsort(points[:, 0], kind="stable")
        return cls(points[order, 0].astype(np.float32), points[order, 1].astype(np.float32))

    def at(self, x: Floats) -> Floats:
        return np.asarray(np.interp(x, self.xs, self.ys), np.float32)


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye: its lids, its height, and how far above it the skin follows a blink."""

    upper: Curve
    lower: Curve
    brow: Curve
    height: float
    box: tuple[float, float, float, float]  # left, top, right, bottom of all that a blink moves


@dataclass(frozen=True, slots=True)
class Lips:
    """The lips of a pose, for columns `x` of the source: edges of the gap, before (`0`) and after the movement."""

    upper0: Floats
    lower0: Floats
    upper: Floats
    lower: Floats
    across: Floats  # -1 left corner .. 0 middle .. 1 right corner, beyond outside

    def cut(self, part: tuple[slice, slice]) -> Lips:
        """The same in a part of the pixels."""
        return Lips(self.upper0[part], self.lower0[part], self.upper[part], self.lower[part], self.across[part])


class Anatomy:
    """A face's measures, taken once from its mesh."""

    def __init__(self, mesh: NDArray[np.float32]) -> None:
        points = np.asarray(mesh, np.float32)
        across = points[EYE_CORNERS[1], :2] - points[EYE_CORNERS[0], :2]
        angle = float(np.arctan2(across[1], across[0]))
        self.cos, self.sin = float(np.cos(angle)), float(np.sin(angle))
        self.origin = (points[UPPER_INNER[0], :2] + points[UPPER_INNER[-1], :2]) / 2
        own = self.to_own(points[:, 0], points[:, 1])
        self.points = np.stack([own[0], own[1], points[:, 2]], axis=1).astype(np.float32)
        p = self.points
        self.upper0 = Curve.through(p[list(UPPER_INNER)])
        self.lower0 = Curve.through(p[list(LOWER_INNER)])
        self.left, self.right = float(p[78, 0]), float(p[308, 0])
        self.middle = float((p[13, 0] + p[14, 0]) / 2)
        # a mouth seen from the side still has two corners: keep the halves apart
        self.middle = float(np.clip(self.middle, self.left + 2, max(self.left + 2, self.right - 2)))
        self.half = max(2.0, (self.right - self.left) / 2)
        self.seam = float(_UPPER_MEETS * p[13, 1] + (1 - _UPPER_MEETS) * p[14, 1])
        self.rest_gap = max(0.0, float(p[14, 1] - p[13, 1]))
        self.lip_top = float(p[0, 1])
        self.lip_bottom = float(p[17, 1])
        self.chin = max(float(p[CHIN, 1]), self.lip_bottom + 2)
        self.nose = min(float(p[NOSE_BASE, 1]), self.lip_top - 2)
        self.jaw_left = min(float(p[JAW[0], 0]), self.left - 2)
        self.jaw_right = max(float(p[JAW[1], 0]), self.right + 2)
        self.top = float(p[FOREHEAD, 1])
        self.width = float(p[:, 0].max() - p[:, 0].min())
        self.height = float(p[:, 1].max() - p[:, 1].min())
        self.eyes = tuple(self._eye(*lids, brow) for lids, brow in zip(LIDS, BROWS, strict=True))

    def _eye(self, upper: tuple[int, ...], lower: tuple[int, ...], brow: tuple[int, ...]) -> Eye:
        above, below = self.points[list(upper)], self.points[list(lower)]
        height = max(1.0, float((below[:, 1] - above[:, 1]).max()))
        both = np.concatenate([above, below])
        low, high = both[:, :2].min(axis=0), both[:, :2].max(axis=0)
        reach = 0.3 * (high[0] - low[0])
        box = (float(low[0] - reach), float(low[1] - 2.2 * height), float(high[0] + reach), float(high[1] + height))
        return Eye(Curve.through(above), Curve.through(below), Curve.through(self.points[list(brow)]), height, box)

    def to_own(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Picture coordinates to the face's own."""
        dx, dy = x - self.origin[0], y - self.origin[1]
        return (
            np.asarray(dx * self.cos + dy * self.sin, np.float32),
            np.asarray(dy * self.cos - dx * self.sin, np.float32),
        )

    def to_picture(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The face's own coordinates to the picture's."""
        return (
            np.asarray(self.origin[0] + x * self.cos - y * self.sin, np.float32),
            np.asarray(self.origin[1] + x * self.sin + y * self.cos, np.float32),
        )

    def gap(self, pose: FacePose) -> float:
        """How much further than in the picture the lips part in the middle, source pixels."""
        widest = max(0.25 * _WIDEST * self.half, _WIDEST * self.half - 0.6 * self.rest_gap)
        # rounded lips never open as wide
        return float(pose.opening * (1 - pose.closed) * widest * (1 + 0.15 * min(0.0, pose.width)))

    def source_x(self, x: Floats, y: Floats, pose: FacePose) -> Floats:
        """Column of the source for each point: lips drawn together or apart."""
        if not pose.width:
            return x
        scale = 1 + (_ROUNDED if pose.width < 0 else _SPREAD) * pose.width
        # all of the mouth keeps its proportions; the cheeks take up the change
        high = (y - (self.lip_top + self.lip_bottom) / 2) / (1.3 * self.half)
        inner = np.hypot((x - self.middle) / (2.0 * self.half), high)
        weight = smooth(1.0, 0.25, np.asarray(inner, np.float32))
        return np.asarray(x + (x - self.middle) * (1 / scale - 1) * weight, np.float32)

    def lips(self, x: Floats, pose: FacePose) -> Lips:
        """The gap of the lips at source columns `x`."""
        upper0, lower0 = self.upper0.at(x), self.lower0.at(x)
        right = max(1.0, self.right - self.middle)
        left = max(1.0, self.middle - self.left)
        across = np.where(x > self.middle, (x - self.middle) / right, (x - self.middle) / left).astype(np.float32)
        beyond = np.abs(across)
        fades = smooth(1.9, 1.0, beyond)
        arch = np.maximum(0.0, 1 - beyond**2)
        opened = self.gap(pose)
        sink = _CORNER_SINK * opened * np.minimum(beyond, 1) ** 2 * fades
        shown = np.maximum(0.0, lower0 - upper0)
        if pose.width < 0:
            # lips that are drawn together let their corners down: nobody smiles and says "oo"
            bow = np.maximum(0.0, self.seam - upper0 - (1 - _UPPER_MEETS) * shown)
            sink = sink - _LEVELLED * pose.width * bow * fades
        rest = shown * pose.closed
        # a lip that already bares the teeth does not rise further
        raised = _UPPER_SHARE * max(0.0, 1 - self.rest_gap / (0.15 * self.half))
        upper = upper0 - raised * opened * arch + sink + (1 - _UPPER_MEETS) * rest
        lower = lower0 + (1 - raised) * opened * arch + sink - _UPPER_MEETS * rest
        return Lips(upper0, lower0, upper.astype(np.float32), np.maximum(upper, lower).astype(np.float32), across)

    def mouth_y(self, x: Floats, y: Floats, lips: Lips, pose: FacePose) -> Floats:
        """Row of the source for each point: lower lip, chin and jaw follow the gap, the upper lip makes room.

        Points within the gap have the row of the nearer lip's edge: what is seen between the lips is laid over them
        (between), with a soft rim.
        """
        opened = self.gap(pose)
        half_jaw = np.where(x > self.middle, self.jaw_right - self.middle, self.middle - self.jaw_left)
        jaw = smooth(_JAW_REACH, 0.3, np.abs(x - self.middle) / half_jaw)
        lower_move = lips.lower - lips.lower0
        chin_out = self.chin + _CHIN_SHARE * opened
        down = (y - lips.lower) / np.maximum(chin_out - lips.lower, 1.0)
        blend = smooth(0.0, 0.9, down)
        fall = smooth(2.1, 1.0, down)
        below = (lower_move * (1 - blend) + _CHIN_SHARE * opened * jaw * blend) * fall
        up = (lips.upper - y) / np.maximum(lips.upper - self.nose, 1.0)
        above = (lips.upper - lips.upper0) * smooth(1.0, 0.15, up)
        # the very edge of a lip is blended with the tooth beside it: it is taken from a little within the lip
        rim, reach = self.rim(lips), 0.2 * self.half
        under = lips.lower0 + rim
        below = below - rim * np.clip(1 - (y - lips.lower) / reach, 0, 1)
        above = above + 0.5 * rim * np.clip(1 - (lips.upper - y) / reach, 0, 1)
        edge = np.where(y >= (lips.upper + lips.lower) / 2, under, lips.upper0 - 0.5 * rim)
        own = np.clip(y, lips.upper0, np.maximum(lips.upper0, lips.lower0))
        between = y - (own + (edge - own) * self.moved_share(lips))
        moved = np.where(y >= lips.lower, below, np.where(y <= lips.upper, above, between))
        if pose.closed and not opened:
            moved = moved - self._pressed(y, lips, pose)
        return np.asarray(y - moved, np.float32)

    def moved_share(self, lips: Lips) -> Floats:
        """0 in columns whose lips are as pictured, 1 where they have moved enough to show something else."""
        moved = np.abs(lips.lower - lips.lower0) + np.abs(lips.upper - lips.upper0)
        return smooth(0.0, _NEW * self.half, moved)

    def rim(self, lips: Lips) -> Floats:
        """Rows of the pictured lower lip, from its inner edge, that a moved lip leaves out where teeth are bared."""
        bared = smooth(0.08 * self.half, 0.16 * self.half, lips.lower0 - lips.upper0)
        return np.asarray(_RIM * self.half * self.moved_share(lips) * bared, np.float32)

    def _pressed(self, y: Floats, lips: Lips, pose: FacePose) -> Floats:
        """Lips pressed together grow thinner towards their seam."""
        thick = max(2.0, (self.lip_bottom - self.lip_top - self.rest_gap) / 2)
        distance = (y - (lips.upper + lips.lower) / 2) / thick
        inside = smooth(1.05, 0.9, np.abs(lips.across))
        return np.asarray(0.16 * pose.closed * thick * distance * np.exp(-(distance**2)) * inside, np.float32)

    def lid(self, x: Floats, eye: Eye, blink: float) -> Floats:
        """Row of the edge of the upper lid at columns `x`."""
        upper = eye.upper.at(x)
        opened = np.maximum(eye.lower.at(x) - upper, 0.0)
        # a little beyond the lower lid, or a thread of white stays
        return np.asarray(upper + blink * (1.04 * opened + np.minimum(opened, 1.0)), np.float32)

    def room_above(self, x: Floats, eye: Eye) -> Floats:
        """Rows of skin above an eye that give way in a blink: a brow that nods with every blink looks drunk."""
        room = 0.6 * (eye.upper.at(x) - eye.brow.at(x))
        return np.asarray(np.clip(room, 0.35 * eye.height, 1.7 * eye.height), np.float32)

    def blink_y(self, x: Floats, y: Floats, eye: Eye, blink: float, room: Curve | None = None) -> Floats:
        """Rows of the source for the skin above one eye, which comes down over it like a blind.

        `room` says how much skin there is, where something stands before the usual one (`lids`).
        """
        upper, lid = eye.upper.at(x), self.lid(x, eye, blink)
        anchor = upper - (self.room_above(x, eye) if room is None else room.at(x))
        # what lies next to the edge, the lashes, keeps its size; the fold above it gives all the length
        part = np.clip((y - anchor) / np.maximum(0.8 * (lid - anchor), 1e-3), 0, 1)
        # the very edge of the skin is blended with the white of the eye: take what lies a little above it
        return np.asarray(y - (lid - upper) * part - 0.9 * blink * part, np.float32)
