"""Holding: what somebody carries, plays or puts down: how large it is beside him, where it is, how it is turned.

Knows bodies in head heights and the faces that must stay free. Must not know who holds what (storyboard), frames over
time, nor paint. Sizes are those of a thing beside a body, whatever the shot: a guitar is as long as a torso, what is
held in a hand is smaller than a face.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from understudy.animatic.blocking import Stand
from understudy.animatic.camera import Box
from understudy.animatic.easing import clamp
from understudy.animatic.performer import Kind
from understudy.animatic.screenplay import Part, Verb
from understudy.animatic.storyboard import Placement, Shot

_SHOULDERS = 1.8  # head heights from shoulder to shoulder of a grown body
_TORSO, _LEAST_TORSO = 2.9, 1.55  # head heights from chin to hips, and of what a bust is taken to show
_ACROSS = 56.0  # degrees by which a long thing is turned to lie across the chest, its upper end at the shoulder
_LONG = 1.6  # long side over short side from which a thing is called long: a guitar, not a ball


_TABLE_TOP = 0.05  # of the picture's height, above its lower edge: where things stand on a table


class Grip(StrEnum):
    """How a thing is held."""

    HAND = "hand"
    ARMS = "arms"  # played, hugged, cradled: before the chest


_EMBRACED = re.compile(
    r"抱|搂|怀里|怀中|\b(?:hug|cradl|embrac|cuddl)\w*|\bin (?:his|her|their|both) arms", re.IGNORECASE
)
_NEARBY = 8  # characters between such a word and the name of what is embraced


def grips_of(shots: Sequence[Shot]) -> dict[str, Grip]:
    """How each thing is held, the same over the whole film: what is once played or hugged belongs in both arms."""
    grips: dict[str, Grip] = {}
    for shot in shots:
        where = {p.name: p for p in shot.placements}
        for placement in shot.placements:
            holder = where.get(placement.held_by or "")
            if holder is not None and holder is not placement:
                arms = grips.get(placement.name) is Grip.ARMS or _in_arms(placement, holder, shot)
                grips[placement.name] = Grip.ARMS if arms else Grip.HAND
    return grips


_TABLE = re.compile(
    r"桌|茶几|柜台|柜子|吧台|窗台|台面|架子|\b(?:table|desk|counter|shelf|windowsill|workbench)\b", re.IGNORECASE
)


def tabled_in(shots: Sequence[Shot]) -> frozenset[str]:
    """Things that somebody puts on a table or the like in the course of the film."""
    names: set[str] = set()
    for shot in shots:
        where = {p.name: p for p in shot.placements}
        for placement in shot.placements:
            holder = where.get(placement.held_by or "")
            if holder is None or holder is placement:
                continue
            put = placement.travels_to is not None or any(a.verb is Verb.PUT for a in holder.acts)
            if put and _TABLE.search(shot.text):
                names.add(placement.name)
    return frozenset(names)


def _in_arms(placement: Placement, holder: Placement, shot: Shot) -> bool:
    for act in holder.acts:
        aimed = act.target == placement.name
        if act.verb is Verb.PLAY and (aimed or act.target is None):
            return True
        if act.verb is Verb.HUG and aimed:
            return True
    named = shot.text.find(placement.name)
    if named < 0:
        return False
    return bool(_EMBRACED.search(shot.text[max(0, named - _NEARBY - len(placement.name)) : named]))


def size_of(stand: Stand, grip: Grip, head: float, torso: float | None = None) -> float:
    """Set pixels per sprite pixel of a held thing beside somebody whose head is `head` set pixels high.

    `torso` is how much of his torso there is to see, in set pixels; None means all of it.
    """
    wide, tall = stand.outline.width, stand.outline.height
    torso = _TORSO * head if torso is None else clamp(torso, _LEAST_TORSO * head, _TORSO * head)
    if grip is Grip.ARMS:
        share = 0.95 if _is_long(stand) else 0.65
        return share * torso / max(wide, tall)
    # by area, so that a flower on its stem is not smaller than a cup
    return min(0.40 * _SHOULDERS * head / math.sqrt(wide * tall), 0.62 * _SHOULDERS * head / max(wide, tall))


def _is_long(stand: Stand) -> bool:
    wide, tall = stand.outline.width, stand.outline.height
    return max(wide, tall) > _LONG * min(wide, tall)


def hold(stand: Stand, holder: Stand, grip: Grip, stands: Sequence[Stand], picture: Box) -> Stand:
    """A held thing, given to its holder.

    Args:
        stand: the thing.
        holder: who holds it, where he stands for good.
        grip: how.
        stands: everybody of the shot, for the faces that must stay free.
        picture: what the camera sees at the holder's depth, in set pixels.
    """
    chin = holder.top if holder.head is None else holder.head[3]
    scale = size_of(stand, grip, holder.head_height, holder.y - chin)
    stand = replace(stand, near=holder.near, goal=0.0, scale=scale)
    return _before_chest(stand, holder, picture) if grip is Grip.ARMS else _in_hand(stand, holder, stands, picture)


def _before_chest(stand: Stand, holder: Stand, picture: Box) -> Stand:
    unit, head = holder.head_height, holder.head
    middle = holder.x if head is None else (head[0] + head[2]) / 2
    chin = holder.top if head is None else head[3]
    upright = stand.outline.height >= stand.outline.width
    tilt = (_ACROSS if upright else -24.0) if _is_long(stand) else (6.0 if upright else -4.0)
    tilt = 3.0 if stand.performer.kind is Kind.CARD else tilt
    _, tall = _turned_size(stand, tilt)
    # a near shot shows the upper chest only: the thing is lifted into it as far as the face allows
    highest = chin + (0.44 * unit if tilt == _ACROSS else 0.5 * tall + 0.04 * unit)
    low = max(highest, min(chin + 1.6 * unit, holder.y - 0.30 * tall, picture[3] - 0.36 * tall))
    return _centred(stand, middle, low, tilt)


def _in_hand(stand: Stand, holder: Stand, stands: Sequence[Stand], picture: Box) -> Stand:
    """In one hand before the chest, at the body's edge; where the picture ends higher, as far in it as it must be."""
    unit, head = holder.head_height, holder.head
    middle = holder.x if head is None else (head[0] + head[2]) / 2
    chin = holder.top if head is None else head[3]
    faces = [s.figure_at(1.0).head for s in stands]
    outward = _free_side(stand, holder, stands)
    away = clamp(0.30 * unit + stand.width / 2, 0.62 * unit, max(0.62 * unit, 0.42 * holder.width))
    best: tuple[float, Stand] | None = None
    for side in (outward, -outward):
        for further in (1.0, 0.85, 1.2):
            for down in _DOWN:
                tried = _centred(stand, middle + side * away * further, chin + down * unit, 5.0 * side)
                box = _box(tried, holder.goal)
                covered = sum(_shared(box, face) + _shared(face, box) for face in faces if face is not None)
                cost = 12 * covered + _unseen(stand, box, picture) + 0.5 * abs(_HELD_AT - down)
                cost += 0.6 * abs(further - 1) + 0.8 * (side != outward)
                if best is None or cost < best[0]:
                    best = (cost, tried)
    assert best is not None
    return best[1]


_HELD_AT = 1.3  # head heights from the chin down to the middle of what a hand holds
_DOWN = (_HELD_AT, 1.15, 1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1, -0.1)


def _unseen(stand: Stand, box: Box, picture: Box) -> float:
    """What it costs that a part of a held thing is not in the picture.

    What stands upright in a hand may end below the picture, as the hand does; of anything else all is to be seen.
    """
    tall = stand.outline.height > 1.3 * stand.outline.width
    below = clamp((box[3] - picture[3]) / (box[3] - box[1]))
    inside = _shared((box[0], box[1], box[2], min(box[3], max(picture[3], box[1] + 1e-3))), picture)
    return 5 * (1 - inside) + 9 * max(0.0, below - (_STEM if tall else 0.12)) + 0.3 * below


_STEM = 0.42  # part of an upright thing that may be below the picture. By eye: a flower is its blossom


def _free_side(stand: Stand, holder: Stand, stands: Sequence[Stand]) -> float:
    """The side of his on which he holds it: towards whom he gives it, else away from his neighbour."""
    here = holder.x + holder.goal
    taker = next((s for s in stands if s.name == stand.placement.given_to and s is not holder), None)
    if taker is not None:
        return math.copysign(1.0, taker.x + taker.goal - here)
    if stand.placement.travels_to is not None:  # it is going to be put there: never across his own face
        return math.copysign(1.0, stand.placement.travels_to - (holder.placement.travels_to or holder.placement.x))
    others = [s.x + s.goal for s in stands if s is not holder and s.head is not None]
    nearest = min(others, key=lambda x: abs(x - here), default=None)
    if nearest is not None:
        return -1.0 if nearest > here else 1.0
    return -1.0 if stand.placement.x < holder.placement.x else 1.0


def rest(
    stand: Stand,
    grip: Grip | None,
    people: Sequence[Stand],
    picture: Box,
    *,
    target: Stand | None = None,
    on_table: bool = False,
) -> Stand:
    """A thing that nobody holds (any more): upright on the ground or a table's edge, where it hides no face.

    Args:
        stand: the thing; it rests about its `x`.
        grip: how it is held elsewhere in the film, for a thing keeps its size when it is put down; None: nowhere.
        people: everybody of the shot.
        picture: what the camera sees at its depth, in set pixels.
        target: beside whom it was put.
        on_table: it stands on a table's edge (layers.table).
    """
    heads = sorted(s.head_height for s in people)
    unit = heads[len(heads) // 2] if heads else stand.height
    scale = stand.scale if grip is None else size_of(stand, grip, unit)
    above = _TABLE_TOP if on_table else -0.02 if stand.hides_its_feet else 0.025
    edge = picture[3] - above * (picture[3] - picture[1])
    stand = replace(stand, scale=scale, tilt=0.0, y=min(stand.y, edge) if grip is None and not on_table else edge)
    x = stand.x
    if target is not None:
        free, there = 0.62 * unit + 0.5 * stand.width, target.x + target.goal
        x = there + math.copysign(clamp(abs(x - there), free, free + 0.4 * unit), x - there)
    half = 0.55 * stand.width
    x = clamp(x, picture[0] + half, max(picture[0] + half, picture[2] - half))
    faces = [face for s in people if (face := s.figure_at(1.0).head) is not None]
    best: tuple[float, Stand] | None = None
    for step in sorted(range(-16, 17), key=abs):
        tried = replace(stand, x=x + 0.15 * step * unit)
        box = box_of(tried)
        cost = 12 * sum(_shared(box, face) + _shared(face, box) for face in faces)
        cost += 5 * (1 - _shared(box, picture)) + 0.15 * abs(step)
        if best is None or cost < best[0]:
            best = (cost, tried)
    assert best is not None
    return best[1]


def _centred(stand: Stand, x: float, y: float, tilt: float) -> Stand:
    """The thing with the middle of its outline at a spot, turned about that middle."""
    turn, half = math.radians(tilt), stand.height / 2
    return replace(stand, x=x - math.sin(turn) * half, y=y + math.cos(turn) * half, tilt=tilt)


def _turned_size(stand: Stand, tilt: float) -> tuple[float, float]:
    turn = math.radians(tilt)
    sine, cosine = abs(math.sin(turn)), abs(math.cos(turn))
    return cosine * stand.width + sine * stand.height, sine * stand.width + cosine * stand.height


def box_of(stand: Stand) -> Box:
    """The upright box around a stand as it is turned, in set pixels."""
    return _box(stand, 0.0)


def _box(stand: Stand, shift: float) -> Box:
    turn, half = math.radians(stand.tilt), stand.height / 2
    x, y = stand.x + math.sin(turn) * half + shift, stand.y - math.cos(turn) * half
    wide, tall = _turned_size(stand, stand.tilt)
    return x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2


def _shared(box: Box, other: Box) -> float:
    """Part of `box` that lies inside the other, 0..1."""
    across = max(0.0, min(box[2], other[2]) - max(box[0], other[0]))
    down = max(0.0, min(box[3], other[3]) - max(box[1], other[1]))
    return across * down / max(1e-6, (box[2] - box[0]) * (box[3] - box[1]))


def holder_of(stand: Stand, found: Mapping[str, Stand]) -> Stand | None:
    """Who holds it in this shot."""
    holder = found.get(stand.placement.held_by or "")
    return None if holder is None or holder is stand else holder


def is_loose(stand: Stand, found: Mapping[str, Stand]) -> bool:
    """Whether it is a thing that nobody holds in this shot."""
    return stand.placement.part is Part.PROP and holder_of(stand, found) is None
