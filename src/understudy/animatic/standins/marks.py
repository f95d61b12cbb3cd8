"""Marks for stand-ins: the storyboard once more, so that whoever goes is followed and whoever rides sits on his mount.

Knows shots, placements and who goes together. Must not know frames over time or paint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from understudy.animatic.screenplay import Act, CameraMove, Move, Part, Side, Verb
from understudy.animatic.standins.figure import Figure
from understudy.animatic.standins.kinds import Home, Role
from understudy.animatic.standins.script import Script
from understudy.animatic.storyboard import Facing, Placement, Shot, Storyboard

GOING = frozenset({Verb.WALK, Verb.RUN, Verb.FLY, Verb.SWIM})
_BACK = 0.86  # depth of scenery
_BACKS = (0.84, 0.14, 0.66, 0.36)


def set_marks(board: Storyboard, script: Script) -> Storyboard:
    """The same board with stand-ins on their marks."""
    return replace(board, shots=tuple(_marked(shot, script) for shot in board.shots))


def _marked(shot: Shot, script: Script) -> Shot:
    figures = script.figures
    placements = [p for p in shot.placements if p.name in figures]
    placements = _with_mounts(placements, script.mounts, figures)
    going = [p for p in placements if _goes(p, figures)]
    still = [p for p in placements if not _goes(p, figures) and p.name not in script.mounts]
    fixed = any(m.move is Move.STATIC for m in shot.moves)
    leaves = any(p.leaves_to or (p.enters_from and _has(p, Verb.ENTER)) for p in placements)
    moves = shot.moves
    if going and not still and not fixed and not leaves:
        # the camera goes along: everybody keeps his place in the picture and the set passes by
        placements = [replace(p, travels_to=None, enters_from=None) for p in _chase(placements)]
        moves = (*(m for m in moves if m.move not in (Move.TRACK, Move.TRUCK)), *_track(shot, going))
    elif going and fixed and not leaves:
        placements = [_crosses(p) if p in going and p.travels_to is None else p for p in placements]
    back = [
        Placement(name, Part.SEAT, x, _BACK)
        for name, x in zip((n for n in figures if n in script.scenery), _BACKS, strict=False)
    ]
    return replace(shot, placements=(*placements, *back), moves=moves)


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
    told = next((m.side for m in shot.moves if m.move in (Move.TRACK, Move.TRUCK) and m.side in (Side.LEFT, Side.RIGHT)), None)
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


def _crosses(placement: Placement) -> Placement:
    return replace(placement, enters_from=Side.LEFT, leaves_to=Side.RIGHT, facing=Facing.RIGHT)


def _with_mounts(placements: list[Placement], mounts: Mapping[str, str], figures: Mapping[str, Figure]) -> list[Placement]:
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
            replace(placement, x=mount.x, depth=mount.depth + behind, travels_to=None, enters_from=None, leaves_to=None, acts=acts)
        )
    return result
