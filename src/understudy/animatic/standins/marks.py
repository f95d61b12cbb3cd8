"""Marks for stand-ins: the storyboard once more, so that whoever goes is followed and whoever rides sits on his mount.

Knows shots, placements and who goes together. Must not know frames over time or paint.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from understudy.animatic.screenplay import Act, CameraMove, Move, Part, Side, Verb
from understudy.animatic.standins.figure import Figure
from understudy.animatic.standins.kinds import Home, Role
from understudy.animatic.standins.script import Script
from understudy.animatic.storyboard import Facing, Placement, Shot, Storyboard

GOING = frozenset({Verb.WALK, Verb.RUN, Verb.FLY, Verb.SWIM, Verb.PASS})
_BESIDE = re.compile(
    r"[树屋房塔]\S{0,2}(?:下|旁|前|边)|\b(?:under|beside|by|near|next to|in front of|against) (?:an?|the)\b"
)
_BACK = 0.86  # depth of scenery
_BACKS = (0.84, 0.14, 0.66, 0.36)


def set_marks(board: Storyboard, script: Script, widths: Mapping[str, float]) -> Storyboard:
    """The same board with stand-ins on their marks; `widths` are parts of the set's width that each takes."""
    return replace(board, shots=tuple(_marked(shot, script, widths) for shot in board.shots))


def _marked(shot: Shot, script: Script, widths: Mapping[str, float]) -> Shot:
    figures = script.figures
    placements = [p for p in shot.placements if p.name in figures]
    placements = _with_mounts(placements, script.mounts, figures)
    going = [p for p in placements if _goes(p, figures)]
    still = [p for p in placements if not _goes(p, figures) and p.name not in script.mounts]
    fixed = any(m.move is Move.STATIC for m in shot.moves)
    coming = [p for p in placements if _has(p, Verb.ENTER)]
    if len(coming) > 1 and len(coming) == len(placements):
        going, still, coming = placements, [], []  # a herd that comes is a herd that goes
    leaves = bool(coming) or any(_has(p, Verb.LEAVE) for p in placements)
    # a move that nobody asked for would cut heads and wheels off: figures are framed as wholes
    moves = shot.moves if _told(shot, script) else ()
    if going and not still and not fixed and not leaves:
        # the camera goes along: everybody keeps his place in the picture and the set passes by
        placements = [
            replace(p, travels_to=None, enters_from=None, leaves_to=None)
            for p in _abreast(_chase(placements), widths, script)
        ]
        moves = (*(m for m in moves if m.move not in (Move.TRACK, Move.TRUCK)), *_track(shot, going))
    elif going and fixed and not leaves:
        placements = [_crosses(p) if p in going else p for p in placements]
    if len(placements) == 2 and len(still) == 2 and not any(figures[p.name].is_person for p in still):
        right = max(still, key=lambda p: p.x)
        placements = [replace(p, facing=Facing.LEFT) if p is right else p for p in placements]
    scenery = [name for name in figures if name in script.scenery]
    back = [Placement(name, Part.SEAT, x, _BACK) for name, x in zip(scenery, _BACKS, strict=False)]
    if back and still and _BESIDE.search(shot.text):
        # somebody is under the tree, or before the house: it stands close behind him
        back[0] = replace(back[0], x=min(0.92, max(p.x for p in still) + 0.13), depth=0.5)
    return replace(shot, placements=(*placements, *back), moves=moves)


def _told(shot: Shot, script: Script) -> bool:
    """Whether the prompt itself asks for this shot's moves."""
    return any(told.moves == shot.moves for told in script.screenplay.shots if told.text == shot.text) or any(
        m.move not in (Move.PUSH_IN, Move.PULL_OUT, Move.TRUCK, Move.PAN) for m in shot.moves
    )


def _has(placement: Placement, *verbs: Verb) -> bool:
    return any(act.verb in verbs for act in placement.acts)


def _goes(placement: Placement, figures: Mapping[str, Figure]) -> bool:
    figure = figures[placement.name]
    if _has(placement, Verb.SIT, Verb.SLEEP) and figure.kind.role is not Role.VEHICLE:
        return False
    if figure.kind.home is Home.AIR and figure.kind.body in ("balloon", "kite", "drone", "butterfly"):
        return True  # drifts wherever the others are
    return _has(placement, *GOING)


def _track(shot: Shot, going: list[Placement]) -> tuple[CameraMove, ...]:
    told = next(
        (m.side for m in shot.moves if m.move in (Move.TRACK, Move.TRUCK) and m.side in (Side.LEFT, Side.RIGHT)), None
    )
    acted = next((a.side for p in going for a in p.acts if a.side is Side.RIGHT), None)
    return (CameraMove(Move.TRACK, Side.LEFT if told is Side.LEFT or acted else Side.RIGHT),)


def _chase(placements: list[Placement]) -> list[Placement]:
    """Who runs after somebody is behind him."""
    result = list(placements)
    where = {p.name: n for n, p in enumerate(result)}
    for n, placement in enumerate(placements):
        act = next((a for a in placement.acts if a.verb in (Verb.RUN, Verb.FLY) and a.target in where), None)
        if act is not None:
            m = where[act.target or ""]
            if result[n].x > result[m].x:
                result[n], result[m] = replace(result[n], x=result[m].x), replace(result[m], x=result[n].x)
    return result


def _abreast(placements: list[Placement], widths: Mapping[str, float], script: Script) -> list[Placement]:
    """Everybody side by side about the middle, in the order in which they stand; riders go with their mounts."""
    row = sorted((p for p in placements if p.name not in script.mounts), key=lambda p: p.x)
    wide = [widths.get(p.name, 0.2) for p in row]
    gap = 0.035
    total = sum(wide) + gap * (len(row) - 1)
    scale = min(1.0, 0.93 / total)
    left = 0.5 - total * scale / 2
    spots = {}
    for placement, own in zip(row, wide, strict=True):
        spots[placement.name] = left + own * scale / 2
        left += (own + gap) * scale
    for rider, mount in script.mounts.items():
        if mount in spots:
            spots[rider] = spots[mount]
    return [replace(p, x=spots.get(p.name, p.x)) for p in placements]


def _crosses(placement: Placement) -> Placement:
    """Through the picture from side to side before a camera that stands."""
    left = any(act.side is Side.RIGHT for act in placement.acts)
    start, end = (1.02, -0.02) if left else (-0.02, 1.02)
    facing = Facing.LEFT if left else Facing.RIGHT
    return replace(placement, x=start, travels_to=end, enters_from=None, leaves_to=None, facing=facing)


def _with_mounts(
    placements: list[Placement], mounts: Mapping[str, str], figures: Mapping[str, Figure]
) -> list[Placement]:
    """Riders on their mounts' marks, painted after a beast and before the side of a boat."""
    where = {p.name: p for p in placements}
    result = []
    for placement in placements:
        mount = where.get(mounts.get(placement.name, ""))
        if mount is None:
            result.append(placement)
            continue
        behind = 0.003 if figures[mount.name].kind.home is Home.WATER else -0.003
        acts = (*(a for a in placement.acts if a.verb not in GOING), Act(placement.name, Verb.SIT, mount.name))
        result.append(
            replace(
                placement,
                x=mount.x,
                depth=mount.depth + behind,
                travels_to=None,
                enters_from=None,
                leaves_to=None,
                acts=acts,
            )
        )
    return result
