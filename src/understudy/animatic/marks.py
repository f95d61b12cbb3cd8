"""Where everybody stands, which way he faces and how he moves through a shot.

Knows parts of the set from 0 to 1 and sides of the picture. Must not know frames or pixels. Left and right stay the
same for the same people over the whole film, so that two who talk never swap sides at a cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from understudy.animatic.screenplay import Act, Angle, CastMember, Part, ScriptShot, Side, Verb
from understudy.animatic.storyboard import Facing, Placement

_ROWS: Mapping[int, tuple[float, ...]] = {
    1: (0.5,),
    2: (0.35, 0.65),
    3: (0.22, 0.5, 0.78),
    4: (0.14, 0.38, 0.62, 0.86),
    5: (0.1, 0.3, 0.5, 0.7, 0.9),
}
_WALKS = (Verb.WALK, Verb.RUN, Verb.FLY)
_STRIDE = {Verb.WALK: 0.22, Verb.RUN: 0.4, Verb.FLY: 0.3}
_TO_OTHERS = (Verb.LOOK, Verb.SPEAK, Verb.HUG, Verb.PASS, Verb.WALK, Verb.RUN, Verb.ENTER, Verb.PUT, Verb.HOLD)
_OPPOSITE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


def order_of(shots: Sequence[ScriptShot]) -> tuple[str, ...]:
    """Who stands left of whom, for the whole film: those the prompt puts left, then by first appearance, then right."""
    seen: dict[str, CastMember] = {}
    for shot in shots:
        for member in shot.cast:
            known = seen.get(member.name)
            if known is None or (known.side is None and member.side is not None):
                seen[member.name] = member
    entering = {a.who: a.side for s in shots for a in s.acts if a.side and a.verb in (Verb.ENTER, Verb.PASS, Verb.WALK)}
    rank = {Side.LEFT: 0, None: 1, Side.RIGHT: 2}

    def place(name: str) -> int:
        side = seen[name].side or entering.get(name)
        return rank.get(side, 1)

    return tuple(sorted(seen, key=place))


def place_cast(shot: ScriptShot, order: Sequence[str], *, talkers: Sequence[str] = ()) -> tuple[Placement, ...]:
    """Marks for all but the background; `order` is the film's from left to right, `talkers` who speaks here."""
    ranked = {name: i for i, name in enumerate(order)}
    actors = sorted((m for m in shot.cast if m.part is Part.ACTOR), key=lambda m: ranked.get(m.name, 99))
    names = {m.name for m in actors}
    loose = [m for m in shot.cast if m.part is Part.PROP and m.held_by not in names]
    seats = [m for m in shot.cast if m.part is Part.SEAT]
    count = len(actors) + len(loose)
    row = _row(count)
    depths = [0.3 if count < 4 else (0.26 if i % 2 == 0 else 0.42) for i in range(count)]
    if shot.angle is Angle.OVER_SHOULDER and len(actors) == 2:
        row, depths = _over_shoulder(actors, talkers, row, depths)
    placements: list[Placement] = []
    spots = {m.name: x for m, x in zip(actors, row, strict=False)}
    for index, actor in enumerate(actors):
        acts = tuple(a for a in shot.acts if a.who == actor.name)
        placements.append(_moved(actor, acts, spots, depths[index], talkers, speaks=actor.name in talkers))
    where = {p.name: p for p in placements}
    for member in shot.cast:
        holder = where.get(member.held_by or "")
        if member.part is Part.PROP and holder is not None:
            side = 0.05 if holder.x <= 0.5 else -0.05
            placements.append(
                Placement(
                    member.name,
                    Part.PROP,
                    _inside(holder.x + side),
                    max(0.0, round(holder.depth - 0.02, 4)),
                    held_by=holder.name,
                )
            )
    for index, member in enumerate(loose, len(actors)):
        acts = tuple(a for a in shot.acts if a.who == member.name)
        placements.append(
            Placement(member.name, Part.PROP, row[index], max(0.1, round(depths[index] - 0.06, 4)), acts=acts)
        )
    taken: set[str] = set()
    for index, member in enumerate(seats):
        sitter = next((a.who for a in shot.acts if a.verb is Verb.SIT and a.who in where and a.who not in taken), None)
        sitter = sitter or next((m.name for m in actors if m.name not in taken), None)
        if sitter is None:
            placements.append(Placement(member.name, Part.SEAT, _row(len(seats))[index], 0.34))
        else:
            taken.add(sitter)
            placements.append(
                Placement(member.name, Part.SEAT, where[sitter].x, min(1.0, round(where[sitter].depth + 0.02, 4)))
            )
    return tuple(placements)


def _row(count: int) -> tuple[float, ...]:
    if count in _ROWS:
        return _ROWS[count]
    return tuple(0.08 + 0.84 * i / max(1, count - 1) for i in range(count))


def _over_shoulder(
    actors: Sequence[CastMember], talkers: Sequence[str], row: tuple[float, ...], depths: list[float]
) -> tuple[tuple[float, ...], list[float]]:
    """The one who speaks stands deeper and nearer the middle; the other's shoulder fills the front at the edge."""
    speaker = next((i for i, m in enumerate(actors) if m.name in talkers[:1]), 1)
    if speaker == 1:
        return (0.16, 0.6, *row[2:]), [0.06, 0.4, *depths[2:]]
    return (0.4, 0.84, *row[2:]), [0.4, 0.06, *depths[2:]]


def _moved(
    actor: CastMember,
    acts: tuple[Act, ...],
    spots: Mapping[str, float],
    depth: float,
    talkers: Sequence[str],
    *,
    speaks: bool,
) -> Placement:
    x = spots[actor.name]
    enters: Side | None = None
    leaves: Side | None = None
    travels: float | None = None
    verbs = [a.verb for a in acts]
    stays = speaks or Verb.PUT in verbs or Verb.SIT in verbs
    for act in acts:
        near = Side.LEFT if x <= 0.5 else Side.RIGHT
        target = spots.get(act.target or "")
        if act.verb is Verb.ENTER and enters is None:
            enters = act.side or near
        elif act.verb is Verb.PASS:
            enters = enters or act.side or near
            if stays:
                travels = _beside(x, target) if target is not None else None
            else:
                leaves = _OPPOSITE.get(enters, Side.RIGHT)
        elif act.verb is Verb.LEAVE:
            leaves = leaves or near
        elif act.verb in _WALKS and enters is None and travels is None and leaves is None and Verb.SIT not in verbs:
            travels = _walk(x, act, target, spots)
            if act.side is not None and act.side in _OPPOSITE:
                enters = act.side
                travels = None
    facing = _face(actor.name, acts, spots, talkers, x, travels, leaves)
    return Placement(
        actor.name, Part.ACTOR, x, depth, facing, enters_from=enters, leaves_to=leaves, travels_to=travels, acts=acts
    )


def _beside(x: float, target: float) -> float:
    return _inside(target - 0.2 if x <= target else target + 0.2)


def _walk(x: float, act: Act, target: float | None, spots: Mapping[str, float]) -> float:
    """Where a walk ends: next to its target, else into the free part of the set; all of a group walk the same way."""
    if target is not None:
        return _beside(x, target)
    stride = _STRIDE[act.verb]
    if len(spots) > 1:
        return _inside(x + stride / 2)
    return _inside(x + stride)


def _inside(x: float) -> float:
    return min(0.95, max(0.05, round(x, 4)))


def _face(
    name: str,
    acts: tuple[Act, ...],
    spots: Mapping[str, float],
    talkers: Sequence[str],
    x: float,
    travels: float | None,
    leaves: Side | None,
) -> Facing:
    others = {n: v for n, v in spots.items() if n != name}
    for act in acts:
        if act.verb in _TO_OTHERS and act.target in others:
            return Facing.RIGHT if others[act.target] > x else Facing.LEFT
    if leaves in _OPPOSITE and name not in talkers:
        return Facing.LEFT if leaves is Side.LEFT else Facing.RIGHT
    if travels is not None and abs(travels - x) > 0.02 and name not in talkers:
        return Facing.RIGHT if travels > x else Facing.LEFT
    talking = [n for n in talkers if n in spots]
    if others and talking:
        to = next((n for n in talking if n != name), None) or min(others, key=lambda n: abs(others[n] - x))
        return Facing.RIGHT if others[to] > x else Facing.LEFT
    return Facing.CAMERA
