"""What a shot needs to know of its stand-ins before it is painted: how they are framed, what they sit on, how fast the
ground passes.

Knows stands and their kinds. Must not know poses or paint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.blocking import Stand
from understudy.animatic.camera import Figure as Framed
from understudy.animatic.screenplay import Move, ShotSize, Side, Verb
from understudy.animatic.standins.beasts import BEASTS
from understudy.animatic.standins.figure import UNIT, figure_of
from understudy.animatic.standins.kinds import Home, Role
from understudy.animatic.standins.people import PEOPLE
from understudy.animatic.storyboard import Facing, Shot
from understudy.core.units import FRAMES_PER_SECOND, Size

Track = NDArray[np.float64]

_LOOSE = 0.22
"""Room around the whole of an animal or a thing, in its own sizes."""
_NEAR = (ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE, ShotSize.EXTREME_CLOSE)
_PACES = {
    Role.PERSON: (0.62, 1.35),
    Role.ANIMAL: (0.50, 1.25),
    Role.VEHICLE: (0.55, 1.25),
    Role.THING: (0.4, 0.8),
    Role.SCENERY: (0.0, 0.0),
}
"""Lengths (people: heights) a second, at a walk and at a run. GUESS, by eye: slower than in life, so that a picture of
a few seconds can be followed."""
_GOES = (Verb.WALK, Verb.RUN, Verb.FLY, Verb.SWIM, Verb.PASS, Verb.ENTER)
_FASTEST = 0.80  # of the picture's width in a second


def framed(stand: Stand, share: float, shot_size: ShotSize) -> Framed:
    """A stand as the camera frames it: of animals the fore part in near shots, else the whole with room around."""
    figure = figure_of(stand.performer)
    whole = stand.figure_at(share)
    if figure is None:
        return whole
    if figure.is_person:
        if stand.does(Verb.JUMP) and whole.head is not None and shot_size not in _NEAR:
            left, top, right, bottom = whole.head
            up = 0.26 * stand.body
            body = (whole.body[0], whole.body[1] - up, *whole.body[2:])
            return Framed(body, (left, top - up, right, bottom - up))
        return whole
    left, top, right, bottom = whole.body
    wide, high = right - left, bottom - top
    if shot_size in _NEAR and figure.kind.body in BEASTS:
        part = (right - 0.45 * wide, top - 0.14 * high, right, top + 0.62 * high)
        if stand.placement.facing is Facing.LEFT:
            part = (left, top - 0.14 * high, left + 0.45 * wide, top + 0.62 * high)
        return Framed(part)
    room = _LOOSE + {ShotSize.EXTREME_CLOSE: 0.5}.get(shot_size, 0.12 if shot_size in _NEAR else 0.0)
    over = room + (0.45 if stand.does(Verb.JUMP) else 0.0)
    return Framed((left - room * wide, top - over * high, right + room * wide, bottom + 0.5 * room * high))


def ground_passed(shot: Shot, stands: Sequence[Stand], size: Size) -> Track | None:
    """How far the ground has passed under the stand-ins that the camera goes along with, in set pixels per frame.

    None where nobody is a stand-in. Negative to the left; 0 where nobody is followed.
    """
    move = next((m for m in shot.moves if m.move is Move.TRACK), None)
    leaders = [s for s in stands if s.does(*_GOES) and not s.moves]
    leaders = [s for s in leaders if figure_of(s.performer) is not None]
    if all(figure_of(s.performer) is None for s in stands):
        return None
    if move is None or not leaders:
        return np.zeros(shot.frame_count)
    speed = min(max(_speed(stand) for stand in leaders), _FASTEST * size.width)
    side = -1.0 if move.side is Side.LEFT else 1.0
    return side * speed * np.arange(shot.frame_count) / FRAMES_PER_SECOND


def _speed(stand: Stand) -> float:
    """Set pixels a second."""
    figure = figure_of(stand.performer)
    assert figure is not None
    role = figure.kind.role
    slow, fast = _PACES[role]
    length = stand.height if role is Role.PERSON else max(stand.width, stand.height)
    pace = fast if stand.does(Verb.RUN) else slow
    if figure.kind.home is Home.WATER:
        pace *= 0.6
    if figure.kind.home is Home.AIR:
        pace *= 1.5 if role is Role.ANIMAL else 0.7
    return length * pace


def mount_of(stand: Stand, found: Mapping[str, Stand]) -> Stand | None:
    """What a stand-in sits on."""
    act = next((a for a in stand.placement.acts if a.verb is Verb.SIT and a.target in found), None)
    mount = None if act is None else found[act.target or ""]
    figure = None if mount is None else figure_of(mount.performer)
    return mount if figure is not None and (figure.kind.seat is not None or figure.kind.home is Home.WATER) else None


def seated(stands: Sequence[Stand]) -> list[Stand]:
    """Riders lifted onto their mounts."""
    found = {s.name: s for s in stands}
    result = []
    for stand in stands:
        mount = mount_of(stand, found)
        figure = figure_of(stand.performer)
        if mount is None or figure is None or figure.kind.body not in PEOPLE:
            result.append(stand)
            continue
        kind = figure_of(mount.performer)
        assert kind is not None
        unit = stand.scale * UNIT
        hip = PEOPLE[figure.kind.body].legs
        seat = kind.kind.seat if kind.kind.seat is not None else (0.75 if kind.kind.body == "boat" else 0.2)
        x = mount.x - (0.06 * mount.width if kind.kind.seat is not None else 0.0)
        result.append(replace(stand, x=x, y=mount.y - seat * mount.height + hip * unit))
    return result
