"""Where everybody stands, which way he faces and how he moves through a shot.

Knows parts of the set from 0 to 1 and sides of the picture. Must not know frames or pixels. Left and right stay the
same for the same people over the whole film, so that two who talk never swap sides at a cut.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from understudy.animatic.screenplay import Act, CastMember, Part, ScriptShot, Side, Verb
from understudy.animatic.storyboard import Facing, Placement
from understudy.animatic.viewpoint import comes_near

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


def place_cast(
    shot: ScriptShot,
    order: Sequence[str],
    *,
    talkers: Sequence[str] = (),
    stage: Sequence[CastMember] = (),
    rests: Mapping[str, float] | None = None,
    reached: Mapping[str, float] | None = None,
    widths: Mapping[str, float] | None = None,
    front: str | None = None,
) -> tuple[Placement, ...]:
    """Marks for all but the background.

    `order` is the film's from left to right, `talkers` who speaks in the scene. `stage` is everybody the scene has at
    any time: their marks are kept free, so that nobody moves at a cut. `rests` tells the x of things that were put
    down before, `reached` that of people who went somewhere in an earlier cut of the scene. `widths` are parts of the
    picture that performers fill in a full shot (default: as for a row of busts). `front` is over whose shoulder the
    camera looks: he stands before it at the side where he is in the row.
    """
    lying = rests or {}
    present = {m.name for m in shot.cast}
    everybody = (*shot.cast, *(m for m in stage if m.name not in present))
    ranked = {name: i for i, name in enumerate(order)}
    actors = sorted((m for m in everybody if m.part is Part.ACTOR), key=lambda m: ranked.get(m.name, 99))
    names = {m.name for m in actors}
    held = {m.name: m.held_by for m in shot.cast if m.part is Part.PROP and m.held_by in names}
    loose = [m for m in everybody if m.part is Part.PROP and m.held_by not in names and m.name not in (*held, *lying)]
    standing = [*actors, *loose]
    count = len(standing)
    row = _row([m.name for m in standing], widths)
    depths = [0.3 if count < 4 else (0.26 if i % 2 == 0 else 0.42) for i in range(count)]
    spots = {m.name: x for m, x in zip(standing, row, strict=True)} | {
        name: x for name, x in (reached or {}).items() if name in names
    }
    deep = {m.name: d for m, d in zip(standing, depths, strict=True)}
    people = {m.name: spots[m.name] for m in actors if m.name in present}
    placements: list[Placement] = []
    for actor in actors:
        if actor.name in present:
            acts = tuple(a for a in shot.acts if a.who == actor.name)
            placement = _moved(actor, acts, people, deep[actor.name], talkers, widths)
            placements.append(_before_camera(placement, people) if actor.name == front else placement)
    where = {p.name: p for p in placements}
    for member in shot.cast:
        acts = tuple(a for a in shot.acts if a.who == member.name)
        holder = where.get(held.get(member.name) or "")
        if member.part is not Part.PROP or (member.name in held and holder is None):
            continue
        if member.name in lying:
            placements.append(Placement(member.name, Part.PROP, lying[member.name], 0.28, acts=acts))
        elif holder is not None:
            x = _inside(holder.x + 0.05 * _free_side(holder, {m.name: spots[m.name] for m in actors}))
            placements.append(
                Placement(member.name, Part.PROP, x, max(0.0, round(holder.depth - 0.02, 4)), held_by=holder.name)
            )
        else:
            depth = max(0.1, round(deep[member.name] - 0.06, 4))
            placements.append(Placement(member.name, Part.PROP, spots[member.name], depth, acts=acts))
    return (*placements, *_seats(shot, where, [m for m in actors if m.name in present]))


def _seats(shot: ScriptShot, where: Mapping[str, Placement], actors: Sequence[CastMember]) -> tuple[Placement, ...]:
    """Each seat under whoever sits, else under the first who has none."""
    placements: list[Placement] = []
    seats = [m for m in shot.cast if m.part is Part.SEAT]
    taken: set[str] = set()
    for index, member in enumerate(seats):
        sits = [a for a in shot.acts if a.verb is Verb.SIT and a.who in where and a.who not in taken]
        sitter = next((a.who for a in sits if a.target in (None, member.name)), None)
        sitter = sitter or next((m.name for m in actors if m.name not in taken), None)
        if sitter is None:
            x = _row([s.name for s in seats], None)[index]
            placements.append(Placement(member.name, Part.SEAT, x, 0.34))
        else:
            taken.add(sitter)
            depth = min(1.0, round(where[sitter].depth + 0.02, 4))
            placements.append(Placement(member.name, Part.SEAT, where[sitter].x, depth))
    return tuple(placements)


def spot_beside(placements: Sequence[Placement], who: str, beside: str | None) -> float:
    """Where a thing lies that `who` puts down: between him and the one beside whom it is put, else before his feet.

    0.05 to 0.95 of the set.
    """
    where = {p.name: p.x if p.travels_to is None else p.travels_to for p in placements}
    x = where.get(who, 0.5)
    other = where.get(beside or "")
    if other is not None and beside != who:
        return _inside(other + 0.45 * (x - other))
    return _inside(x + (0.14 if x <= 0.5 else -0.14))


def _free_side(holder: Placement, people: Mapping[str, float]) -> float:
    """The side on which a thing is held: away from the neighbour, so that it covers nobody else."""
    others = [x for name, x in people.items() if name != holder.name]
    if not others:
        return 1.0 if holder.x <= 0.5 else -1.0
    nearest = min(others, key=lambda x: abs(x - holder.x))
    return -1.0 if nearest > holder.x else 1.0


_FULL = 0.81
"""Parts of the set's width that a full shot sees. Source: camera, height of a full shot over the height of a body."""
_USUAL_WIDTH = 0.35
_ROOM = 0.94


def _row(names: Sequence[str], widths: Mapping[str, float] | None) -> tuple[float, ...]:
    """Middles from left to right. With known widths everybody gets his own; too many for the picture share alike."""
    if widths is None or not names:
        return _even_row(len(names))
    wide = [min(1.0, max(0.06, widths.get(name, _USUAL_WIDTH))) * _FULL for name in names]
    gap = 0.03
    total = sum(wide) + gap * (len(wide) - 1)
    scale = min(1.0, _ROOM / total)
    even = _even_row(len(names))
    middles, left = [], 0.5 - total * scale / 2
    for w in wide:
        middles.append(left + w * scale / 2)
        left += (w + gap) * scale
    loose = max((b - a for a, b in itertools.pairwise(even)), default=0.0)
    tight = max((b - a for a, b in itertools.pairwise(middles)), default=0.0)
    # thin ones do not huddle: never closer than people without known widths would stand
    return tuple(round(x, 4) for x in (middles if tight >= loose else even))


def _even_row(count: int) -> tuple[float, ...]:
    if count in _ROWS:
        return _ROWS[count]
    return tuple(0.08 + 0.84 * i / max(1, count - 1) for i in range(count))


def _before_camera(placement: Placement, people: Mapping[str, float]) -> Placement:
    """The one over whose shoulder the camera looks: at the edge, and he stays there."""
    others = [x for name, x in people.items() if name != placement.name]
    left = not others or placement.x <= sum(others) / len(others)
    x, facing = (0.12, Facing.RIGHT) if left else (0.88, Facing.LEFT)
    return replace(
        placement, x=x, depth=0.0, facing=facing, enters_from=None, leaves_to=None, travels_to=None, turned_away=True
    )


def before_eyes(placements: Sequence[Placement]) -> tuple[Placement, ...]:
    """Marks of a subjective shot: people look into the camera, and who comes without a side comes towards it."""
    return towards_camera(tuple(replace(p, facing=Facing.CAMERA) if p.part is Part.ACTOR else p for p in placements))


def towards_camera(placements: Sequence[Placement]) -> tuple[Placement, ...]:
    """Marks of a shot in which whoever comes without a side comes towards the camera, not across the picture."""
    return tuple(_comes(p) if p.part is Part.ACTOR and comes_near(p.acts) else p for p in placements)


def _comes(placement: Placement) -> Placement:
    if placement.leaves_to is not None:
        return placement
    # on his mark he walks on the spot: the camera comes nearer instead, which looks the same
    x = placement.x if placement.travels_to is None else placement.travels_to
    acts = tuple(replace(a, verb=Verb.WALK) if a.verb is Verb.ENTER else a for a in placement.acts)
    return replace(placement, x=x, facing=Facing.CAMERA, enters_from=None, travels_to=None, acts=acts)


def _moved(
    actor: CastMember,
    acts: tuple[Act, ...],
    spots: Mapping[str, float],
    depth: float,
    talkers: Sequence[str],
    widths: Mapping[str, float] | None,
) -> Placement:
    """His mark and how he comes to it or leaves it.

    `enters_from` means: at that edge of the picture in the shot's first frame, on his mark after two fifths of it.
    """
    x = spots[actor.name]
    enters: Side | None = None
    leaves: Side | None = None
    travels: float | None = None
    verbs = [a.verb for a in acts]
    stays = actor.name in talkers or Verb.PUT in verbs or Verb.SIT in verbs
    for act in acts:
        near = Side.LEFT if x <= 0.5 else Side.RIGHT
        target = spots.get(act.target or "") if act.target != actor.name else None
        if act.verb is Verb.ENTER and enters is None:
            enters = act.side or near
        elif act.verb is Verb.PASS:
            enters = enters or (act.side if act.side in _OPPOSITE else near)
            if not stays:
                leaves = _OPPOSITE.get(enters, Side.RIGHT)
        elif act.verb is Verb.LEAVE:
            leaves = leaves or near
        elif act.verb in _WALKS and enters is None and travels is None and leaves is None and Verb.SIT not in verbs:
            if act.side is not None and act.side in _OPPOSITE:
                enters = act.side
            else:
                x, travels = _walk(actor.name, act, target, spots, widths)
    facing = _face(actor.name, acts, spots, talkers, x, travels, leaves)
    return Placement(
        actor.name, Part.ACTOR, x, depth, facing, enters_from=enters, leaves_to=leaves, travels_to=travels, acts=acts
    )


def _walk(
    name: str, act: Act, target: float | None, spots: Mapping[str, float], widths: Mapping[str, float] | None
) -> tuple[float, float]:
    """Where a walk begins and ends: next to its target, never on top of him; else into the free part of the set."""
    x, stride = spots[name], _STRIDE[act.verb]
    if target is not None:
        sizes = widths or {}
        apart = (sizes.get(name, _USUAL_WIDTH) + sizes.get(act.target or "", _USUAL_WIDTH)) / 2 * _FULL
        away = 1.0 if x > target else -1.0
        end = _inside(target + away * min(apart, 0.6))
        if (x - end) * away >= stride / 2:
            return x, end
        outermost = not any((v - x) * away > 0 for n, v in spots.items() if n != name)
        start = _inside(end + away * stride) if outermost else x
        # where there is no room to come from, a small step towards him is left
        return (start, end) if abs(start - end) > 0.05 else (x, _inside(x - away * min(0.06, abs(target - x) / 4)))
    if len(spots) > 1:  # nobody walks into the one beside him
        return _inside(x - stride / 2), x
    return x, _inside(x + stride)


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
