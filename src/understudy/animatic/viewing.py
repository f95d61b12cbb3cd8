"""Viewing: the views of a shot that depend on who is in it: whoever speaks is seen, no push cuts off a head, a picture
that is the whole image is moved through within its edges.

Knows stands, lines and views. Must not know how views follow from camera words (camera), nor paint.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from understudy.animatic.blocking import Stand
from understudy.animatic.camera import View, frame_figures
from understudy.animatic.easing import cruise, mix, smooth
from understudy.animatic.grammar.camera import find_moves
from understudy.animatic.grammar.text import plain
from understudy.animatic.screenplay import Move, ShotSize, Side
from understudy.animatic.storyboard import Shot
from understudy.animatic.viewpoint import unspoken
from understudy.core.units import Size

_TURN = 8  # frames in which the camera goes over to another speaker, before he begins
_FAR = 0.45  # of the picture's width: a way longer than that would show what stands between, so it is a cut


def turned_to_speakers(
    shot: Shot, rest: View, views: Sequence[View], stands: Sequence[Stand], size: Size
) -> tuple[View, ...]:
    """The same views, gone over to each speaker of whom the picture would show nothing while he speaks."""
    path, now = [rest] * len(views), rest
    found = {s.name: s for s in stands}
    for line in shot.lines:
        stand = found.get(line.speaker or "")
        if stand is None or stand.head is None:
            continue
        left, _, right, _ = now.rectangle(stand.near, size)
        head = stand.head
        if left <= head[0] and head[2] <= right:
            continue
        before, now = now, frame_figures([stand.figure_at(0.5)], shot.size, size)
        is_cut = abs(now.x - before.x) > _FAR * (right - left)
        start = max(0, line.first_frame - shot.first_frame - (2 if is_cut else _TURN))
        for frame in range(start, len(path)):
            share = 1.0 if is_cut else smooth((frame - start) / _TURN)
            path[frame] = replace(
                now,
                x=mix(before.x, now.x, share),
                y=mix(before.y, now.y, share),
                zoom=before.zoom * (now.zoom / before.zoom) ** share,
            )
    return tuple(
        replace(v, x=v.x + p.x - rest.x, y=v.y + p.y - rest.y, zoom=v.zoom * p.zoom / rest.zoom)
        for v, p in zip(views, path, strict=True)
    )


_ASIDE = 0.13  # of the picture's width, by which somebody is framed off the middle beside a shoulder. By eye


def beside_shoulder(rest: View, away: Sequence[Stand], size: Size) -> View:
    """The view with the framed people on the free side of those who stand before the camera with their backs to it."""
    if not away:
        return rest
    free = 1.0 if away[0].placement.x < 0.5 else -1.0
    return replace(rest, x=rest.x - free * _ASIDE * size.width / rest.zoom)


def pushes(shot: Shot) -> bool:
    """Whether the shot's only moves go straight in or out: they must not cut off a head on the way."""
    return {m.move for m in shot.moves} <= {Move.PUSH_IN, Move.PULL_OUT, Move.STATIC, Move.HANDHELD}


_VERTIGO = re.compile(
    r"希区柯克|滑动变焦|推轨变焦|眩晕(?:镜头|变焦)|\bdolly[ -]zoom|\bzolly\b|\bcontra[ -]zoom|"
    r"\bvertigo (?:effect|shot|zoom)|\bhitchcock zoom",
    re.IGNORECASE,
)
_LOOMS = 1.1  # how much larger what is infinitely far becomes in it. By eye: strong enough to be felt in four seconds


def with_vertigo(shot: Shot, rest: View, views: Sequence[View]) -> tuple[View, ...]:
    """The views of a dolly zoom: the people keep their size while the set behind them grows, or shrinks on a pull."""
    if not _VERTIGO.search(unspoken(shot.text, shot.lines)) or not pushes(shot):
        return tuple(views)
    last = max(1, len(views) - 1)
    back = any(move.move is Move.PULL_OUT for move in shot.moves)
    steps = [cruise(n / last) for n in range(len(views))]
    return tuple(
        replace(v, zoom=rest.zoom, looms=_LOOMS * (1 - step if back else step))
        for v, step in zip(views, steps, strict=True)
    )


def towards_heads(shot: Shot, rest: View, views: Sequence[View], framed: Sequence[Stand]) -> tuple[View, ...]:
    """The views of a push or a pull along the line to the faces: the air above the framed heads stays as it is.

    A push to the middle of a body would end on a chest, and cut the head off on its way.
    """
    heads = [stand.head[1] for stand in framed if stand.head is not None]
    if not heads or not pushes(shot) or shot.size in (ShotSize.WIDE, ShotSize.EXTREME_CLOSE):
        return tuple(views)
    top = min(heads)
    return tuple(
        replace(v, y=v.y + (top - rest.y) * (1 - rest.zoom / v.zoom)) if v.zoom > rest.zoom else v for v in views
    )


def heads_stay(shot: Shot, stands: Sequence[Stand], focus: set[str], views: Sequence[View], size: Size) -> bool:
    """Whether every framed head that stands still is inside the picture, sideways, at both ends of the shot.

    In a full shot whose push is nobody's wish, whole bodies also keep their feet.
    """
    keeps_feet = shot.size is ShotSize.FULL and not find_moves(plain(shot.text))
    for stand in stands:
        head = stand.outline.head
        if stand.name not in focus or head is None or stand.moves:
            continue
        box = stand.set_box(head)
        for view in (views[0], views[-1]):
            left, _, right, bottom = view.rectangle(stand.near, size)
            if box[0] < left or box[2] > right:
                return False
            if keeps_feet and not stand.hides_its_feet and stand.y > bottom:
                return False
    return True


def picture_views(shot: Shot, size: Size) -> tuple[View, ...]:
    """Views of a picture that is the whole image: the first frame is the picture itself, then the camera moves in it.

    Such a picture has no more than itself: sideways moves go as far as a slow push gains room for.
    """
    middle = View(size.width / 2, size.height / 2)
    kinds = {m.move: m.side for m in shot.moves}
    if kinds.keys() == {Move.STATIC}:
        return (middle,) * shot.frame_count
    strength = min(1.0, 0.35 + shot.frame_count / 150)
    reach = {True: 0.20, False: 0.09}[bool(kinds)] * strength
    away = Move.PULL_OUT in kinds and not shot.is_first_frame_picture
    views = []
    for frame in range(shot.frame_count):
        progress = cruise(frame / max(1, shot.frame_count - 1))
        zoom = 1 + reach * (1 - progress if away else progress)
        room = (zoom - 1) / 2 / zoom * 0.92
        x = y = 0.0
        for move, side in kinds.items():
            sign = -1.0 if side in (Side.LEFT, Side.UP) else 1.0
            if move in (Move.PAN, Move.TRUCK, Move.ORBIT, Move.TRACK) and side not in (Side.UP, Side.DOWN):
                x = sign * room
            elif move in (Move.TILT, Move.CRANE, Move.PAN):
                y = (1.0 if side is Side.DOWN else -1.0) * room
        views.append(replace(middle, x=middle.x + x * size.width, y=middle.y + y * size.height, zoom=zoom))
    return tuple(views)
