"""The camera before a still picture: it begins with the picture as it is, and has little more than that to show.

Knows film terms and how far each may go before the picture ends. Must not know what is in the picture. Views are those
of `camera`; at the first frame nothing has moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from understudy.animatic.camera import View
from understudy.animatic.easing import cruise, smooth, smooth_noise
from understudy.animatic.screenplay import CameraMove, Move, Side
from understudy.animatic.stills.parallax import MARGIN
from understudy.core.units import Size

# Reaches at six seconds and more, by eye on photographs. GUESS.
_PUSH, _DRIFT, _ROOM = 0.27, 0.12, 0.09  # growth of a push, of a film whose prompt names no move, of any other move
_PULL = 0.13  # shrinking: as far as the mirrored margin goes unnoticed
_BEYOND = 0.045  # over the side: how far a sideways move may look at the mirrored margin
_SWING = 0.085  # of an orbit, over the width
_SWAY = 0.009  # of a hand, over the shorter side


def still_views(
    moves: Sequence[CameraMove],
    seconds: float,
    frame_count: int,
    size: Size,
    rng: np.random.Generator,
    anchor: tuple[float, float] | None = None,
) -> tuple[View, ...]:
    """One view per frame; the first shows the picture as it is.

    Args:
        moves: what the prompt asks for; none is a slow push.
        seconds: length of the shot, which settles how far a move gets.
        frame_count: its frames.
        size: of the picture.
        rng: settles the sway of a hand.
        anchor: the point in pixels that stays where it is while the picture grows: the top of a head is not cut off
            by a push; the middle where it is None.
    """
    home = View(size.width / 2, size.height / 2)
    strength = min(1.0, 0.4 + seconds / 10)
    views = []
    for frame in range(frame_count):
        progress = cruise(frame / max(1, frame_count - 1), 0.25)
        view = _moved(home, moves, progress, strength, size)
        if anchor is not None and view.zoom > 1:
            gone = 1 - 1 / view.zoom
            view = replace(view, x=view.x + (anchor[0] - home.x) * gone, y=view.y + (anchor[1] - home.y) * gone)
        views.append(view)
    if any(m.move is Move.HANDHELD for m in moves):
        views = _hand_held(views, seconds, size, rng)
    return tuple(views)


def _moved(home: View, moves: Sequence[CameraMove], progress: float, strength: float, size: Size) -> View:
    kinds = {m.move: m.side for m in moves}
    growth = _DRIFT
    if kinds:
        growth = max(_REACH.get(move, 0.0) for move in kinds)
    if Move.PULL_OUT in kinds:
        growth = -_PULL if Move.PUSH_IN not in kinds else 0.0
    zoom = 1 + growth * strength * progress
    view = replace(home, zoom=zoom)
    room = max(0.0, (zoom - 1) / 2 / zoom) + _BEYOND * progress * strength
    if Move.PULL_OUT in kinds:
        room = max(0.0, min(room, MARGIN - (1 / zoom - 1) / 2))
    for move, side in kinds.items():
        sign = -1.0 if side in (Side.LEFT, Side.UP) else 1.0
        upright = side in (Side.UP, Side.DOWN)
        match move:
            case Move.TRUCK | Move.TRACK if not upright:
                view = replace(view, x=view.x + sign * room * size.width)
            case Move.PAN if not upright:
                view = replace(view, pan_x=view.pan_x + sign * 0.9 * room * size.width)
            case Move.PAN | Move.TILT:
                sign = 1.0 if side is Side.DOWN else -1.0
                view = replace(view, pan_y=view.pan_y + sign * 0.9 * room * size.height)
            case Move.CRANE | Move.TRUCK | Move.TRACK:
                sign = 1.0 if side is Side.DOWN else -1.0
                view = replace(view, y=view.y + sign * room * size.height)
            case Move.ORBIT:
                view = replace(view, orbit=view.orbit + sign * _SWING * size.width * strength * progress)
            case _:
                pass
    # two moves the same way share the room that there is
    across, down = view.x - home.x + view.pan_x, view.y - home.y + view.pan_y
    wide = min(1.0, room * size.width / max(1e-6, abs(across)))
    tall = min(1.0, room * size.height / max(1e-6, abs(down)))
    return replace(
        view,
        x=home.x + wide * (view.x - home.x),
        y=home.y + tall * (view.y - home.y),
        pan_x=wide * view.pan_x,
        pan_y=tall * view.pan_y,
    )


_REACH = {
    Move.PUSH_IN: _PUSH,
    Move.PAN: _ROOM,
    Move.TILT: _ROOM,
    Move.TRUCK: _ROOM,
    Move.CRANE: _ROOM,
    Move.ORBIT: 0.05,
    Move.TRACK: _ROOM,
    Move.HANDHELD: 0.035,
}


def _hand_held(views: Sequence[View], seconds: float, size: Size, rng: np.random.Generator) -> list[View]:
    count = len(views)
    per_second = count / max(seconds, 1e-3)
    sway = [smooth_noise(count, rng, period=beats * per_second) for beats in (1.1, 0.9, 1.6)]
    reach = _SWAY * min(size.width, size.height)
    held = []
    for number, view in enumerate(views):
        share = smooth(number / per_second / 0.8)
        x, y, roll = (share * float(track[number]) for track in sway)
        held.append(
            replace(view, pan_x=view.pan_x + reach * x, pan_y=view.pan_y + reach * y, roll=view.roll + 0.4 * roll)
        )
    return held
