"""The camera: which part of the set is seen in each frame of a shot.

Knows film terms (size, angle, move) and turns them into one View per frame. The set is measured in film pixels as
seen wide: x to the right, y down, (0, 0) the upper left corner of the wide picture. Depth is one number, `near`: 1 is
where the framed people stand, smaller is farther and moves and grows less. Must not know pixels of any performer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.easing import cruise, mix, smooth_noise
from understudy.animatic.screenplay import Angle, CameraMove, Move, ShotSize, Side
from understudy.core.units import Size

Box = tuple[float, float, float, float]
"""left, top, right, bottom in set pixels."""


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees in one frame.

    `x`, `y` is the set point (at near 1) in the middle of the picture, `zoom` film pixels per set pixel at near 1.
    `roll` in degrees clockwise. `pan_x`, `pan_y` turn the camera: everything shifts alike, in film pixels.
    `orbit` moves what is behind (near < 1) sideways against what is framed, in set pixels. `looms` makes it larger
    than it is, the more the farther away: at infinity by so much of itself.
    """

    x: float
    y: float
    zoom: float = 1.0
    roll: float = 0.0
    pan_x: float = 0.0
    pan_y: float = 0.0
    orbit: float = 0.0
    looms: float = 0.0

    def matrix(self, near: float, size: Size) -> NDArray[np.float64]:
        """(2, 3) affine matrix from set pixels at depth `near` to film pixels."""
        zoom = (1.0 + (self.zoom - 1.0) * near) * (1.0 + self.looms * max(0.0, 1.0 - near))
        middle_x, middle_y = size.width / 2, size.height / 2
        center_x = middle_x + (self.x - middle_x) * near + self.orbit * (near - 1.0)
        center_y = middle_y + (self.y - middle_y) * near
        turn = math.radians(self.roll)
        cosine, sine = zoom * math.cos(turn), zoom * math.sin(turn)
        return np.array(
            [
                [cosine, -sine, middle_x - self.pan_x - cosine * center_x + sine * center_y],
                [sine, cosine, middle_y - self.pan_y - sine * center_x - cosine * center_y],
            ]
        )

    def rectangle(self, near: float, size: Size) -> Box:
        """The upright box around what is seen at depth `near`, in set pixels."""
        matrix = self.matrix(near, size)
        back = np.linalg.inv(matrix[:, :2])
        corners = np.array([[0, 0], [size.width, 0], [0, size.height], [size.width, size.height]], dtype=np.float64)
        spots = (corners - matrix[:, 2]) @ back.T
        low, high = spots.min(axis=0), spots.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def seen(views: Sequence[View], near: float, size: Size) -> Box:
    """The box around everything that any of the views sees at depth `near`."""
    boxes = np.array([view.rectangle(near, size) for view in views])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


@dataclass(frozen=True, slots=True)
class Figure:
    """Somebody the camera may frame. `body` is the box of the whole body, also where its picture ends earlier;
    `head` is None for what has no face.
    """

    body: Box
    head: Box | None = None


# Height of the picture in body heights and room above the head in picture heights, by size. GUESS: taken from the
# usual definitions (knees, waist, chest, shoulders, chin) on a body of seven heads.
_HEIGHTS = {
    ShotSize.FULL: (1.16, 0.09),
    ShotSize.MEDIUM: (0.60, 0.10),
    ShotSize.MEDIUM_CLOSE: (0.40, 0.09),
    ShotSize.CLOSE: (0.27, 0.05),
    ShotSize.EXTREME_CLOSE: (0.155, -0.06),
}
_WIDTHS = {
    ShotSize.FULL: 0.46,
    ShotSize.MEDIUM: 0.42,
    ShotSize.MEDIUM_CLOSE: 0.34,
    ShotSize.CLOSE: 0.23,
    ShotSize.EXTREME_CLOSE: 0.15,
}
_THINGS = {
    ShotSize.FULL: 1.4,
    ShotSize.MEDIUM: 1.2,
    ShotSize.MEDIUM_CLOSE: 1.0,
    ShotSize.CLOSE: 0.8,
    ShotSize.EXTREME_CLOSE: 0.5,
}
_EMPTY = {
    ShotSize.FULL: 1.1,
    ShotSize.MEDIUM: 1.25,
    ShotSize.MEDIUM_CLOSE: 1.4,
    ShotSize.CLOSE: 1.6,
    ShotSize.EXTREME_CLOSE: 2.0,
}
CLOSEST = 14.0
"""Largest zoom: beyond it pictures of ordinary references fall apart."""


def frame_figures(figures: Sequence[Figure], shot_size: ShotSize, size: Size) -> View:
    """The resting view for a shot size: figures placed as that term says, heads kept inside the picture."""
    middle = View(size.width / 2, size.height / 2)
    if shot_size is ShotSize.WIDE:
        return middle
    if not figures:
        return replace(middle, zoom=_EMPTY[shot_size])
    aspect = size.width / size.height
    people = [f for f in figures if f.head is not None]
    if not people:
        left, top, right, bottom = _around([f.body for f in figures])
        height = max((bottom - top), (right - left) / aspect) * _THINGS[shot_size]
        return _view((left + right) / 2, (top + bottom) / 2, height, size)
    share, headroom = _HEIGHTS[shot_size]
    body = float(np.mean([f.body[3] - f.body[1] for f in people]))
    heads = _around([f.head for f in people if f.head is not None])
    height = share * body
    needed = max(_WIDTHS[shot_size] * body, 0.0) / aspect
    if len(people) > 1:
        # all heads with a shoulder's room beside them
        needed = max(needed, (heads[2] - heads[0] + 0.26 * body) / aspect, (heads[3] - heads[1]) * 1.6)
    things = [f.body for f in figures if f.head is None]
    if things and shot_size in (ShotSize.FULL, ShotSize.MEDIUM):
        # cards and objects that are framed too stay whole beside the heads
        feet = [(h[0], h[1], h[2], f.body[3]) for f in people if (h := f.head) and shot_size is ShotSize.FULL]
        left, top, right, bottom = _around([heads, *feet, *things])
        needed = max(needed, 1.06 * (right - left) / aspect, 1.06 * (bottom - top))
        heads = (left, min(top, heads[1]), right, heads[3])
    tall = max(0.0, needed - height)
    height = max(height, needed)
    top = heads[1] - headroom * height - 0.16 * tall
    return _view((heads[0] + heads[2]) / 2, top + height / 2, height, size)


def _view(x: float, y: float, height: float, size: Size) -> View:
    return View(x, y, min(CLOSEST, max(1.0, size.height / max(height, 1.0))))


def _around(boxes: Sequence[Box]) -> Box:
    table = np.array(boxes)
    low, high = table[:, :2].min(axis=0), table[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


# Amounts of the moves. GUESS: chosen by eye for 3 to 8 seconds.
_PUSH = 1.30
_PAN = 0.26
_TRUCK = 0.22
_CRANE = 0.24
_ORBIT = 0.34
_SWAY = 0.011


def move_views(
    rest: View,
    moves: Sequence[CameraMove],
    angle: Angle,
    frame_count: int,
    size: Size,
    rng: np.random.Generator,
    *,
    track: Sequence[float] | None = None,
    strength: float = 1.0,
) -> tuple[View, ...]:
    """One view per frame: `rest` moved as the shot says, eased, without a jump.

    Args:
        rest: the framed view.
        moves: the camera moves of the shot; several are added up. None at all is a barely felt push.
        angle: from where it looks; changes height in the set.
        frame_count: frames of the shot.
        size: picture size.
        rng: settles the sway of a hand-held camera.
        track: x of the followed figure in set pixels per frame, for TRACK.
        strength: 0..1 of the usual reach of the moves, for shots that have no room for more.
    """
    views = [_angled(rest, angle, size) for _ in range(frame_count)]
    told = moves or (CameraMove(Move.PUSH_IN),)
    strength *= min(1.0, 0.35 + frame_count / 150) * (1.0 if moves else 0.25)
    for wanted in told:
        for number in range(frame_count):
            progress = cruise(number / max(1, frame_count - 1))
            views[number] = _moved(views[number], wanted, progress, strength, size)
    if any(wanted.move is Move.TRACK for wanted in told) and track is not None:
        views = [replace(view, x=view.x + (x - track[0])) for view, x in zip(views, track, strict=True)]
    if any(wanted.move is Move.HANDHELD for wanted in told) or (angle is Angle.POV and moves):
        views = _hand_held(views, size, rng)
    return tuple(views)


def _angled(view: View, angle: Angle, size: Size) -> View:
    if angle is Angle.LOW:  # looks up: the horizon sinks in the picture, the figure towers
        return replace(view, pan_y=-0.035 * size.height, zoom=view.zoom * 1.06)
    if angle is Angle.TOP:
        return replace(view, pan_y=0.03 * size.height, zoom=max(1.0, view.zoom * 0.97))
    return view


def _moved(view: View, wanted: CameraMove, progress: float, strength: float, size: Size) -> View:
    """`view` as it is after `progress` of one move; a move with a goal ends, others begin, at the resting view."""
    side = -1.0 if wanted.side in (Side.LEFT, Side.UP) else 1.0
    match wanted.move:
        case Move.PUSH_IN:
            # even growth to the eye is a constant ratio per frame
            return replace(view, zoom=view.zoom * (1 + (_PUSH - 1) * strength) ** progress)
        case Move.PULL_OUT:
            return replace(view, zoom=view.zoom * (1 + (_PUSH - 1) * strength) ** (1 - progress))
        case Move.PAN if wanted.side in (Side.UP, Side.DOWN):
            return replace(view, pan_y=view.pan_y + side * _PAN * size.height * strength * (progress - 1))
        case Move.PAN:
            return replace(view, pan_x=view.pan_x + side * _PAN * size.width * strength * (progress - 1) * 0.8)
        case Move.TILT:
            way = 1.0 if wanted.side is Side.DOWN else -1.0
            return replace(view, pan_y=view.pan_y + way * _PAN * size.height * strength * (progress - 1))
        case Move.TRUCK:
            way = side * _TRUCK * size.width / view.zoom * strength
            return replace(view, x=view.x + way * (progress - 0.5))
        case Move.CRANE:
            way = 1.0 if wanted.side is Side.DOWN else -1.0
            lift = way * _CRANE * size.height / view.zoom * strength * (progress - 1)
            return replace(view, y=view.y + lift, zoom=view.zoom * mix(1.0, 1.05, progress * strength))
        case Move.ORBIT:
            swing = side * _ORBIT * size.width * strength * math.sin((progress - 0.5) * math.pi * 0.8)
            return replace(view, orbit=view.orbit + swing, zoom=view.zoom * (1 + 0.04 * math.sin(progress * math.pi)))
        case _:
            return view


def _hand_held(views: Sequence[View], size: Size, rng: np.random.Generator) -> list[View]:
    count = len(views)
    sway = [smooth_noise(count, rng, period=period) for period in (34.0, 27.0, 48.0)]
    reach = _SWAY * min(size.width, size.height)
    return [
        replace(
            view,
            pan_x=view.pan_x + reach * float(sway[0][n]),
            pan_y=view.pan_y + reach * float(sway[1][n]),
            roll=view.roll + 0.45 * float(sway[2][n]),
        )
        for n, view in enumerate(views)
    ]


def blur_behind(shot_size: ShotSize, size: Size) -> float:
    """Standard deviation in film pixels by which the far set is out of focus at a shot size."""
    unit = min(size.width, size.height) / 720
    soft = {
        ShotSize.WIDE: 0.0,
        ShotSize.FULL: 0.8,
        ShotSize.MEDIUM: 2.6,
        ShotSize.MEDIUM_CLOSE: 4.5,
        ShotSize.CLOSE: 7.5,
        ShotSize.EXTREME_CLOSE: 10.0,
    }
    return soft[shot_size] * unit
