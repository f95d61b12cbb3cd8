"""Blocking: where everybody stands in the set of one shot, and how large.

Knows performers' outlines, bodies and placements; puts people on one scale by their heads, keeps sides that the
source picture cut off out of sight. Must not know frames over time beyond the views it is handed, nor paint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from understudy.animatic.camera import Box, Figure, View, seen
from understudy.animatic.easing import clamp
from understudy.animatic.performer import Body, Kind, Performer
from understudy.animatic.screenplay import Part, ShotSize, Side, Verb
from understudy.animatic.storyboard import Placement, Shot
from understudy.core.units import Size

_HEADS_HIGH = 7.0  # a grown body in head heights
_MESH_TO_HEAD = 1.38  # the face mesh spans hairline to chin; hair and skull add the rest. GUESS, by eye
_SEEN = 24  # alpha from which a pixel counts as part of the outline


@dataclass(frozen=True, slots=True)
class Outline:
    """What a performer's sprites show, in sprite pixels: filled box, head, and the height the whole body would have."""

    box: tuple[int, int, int, int]
    head: Box | None
    body_height: float
    cut: frozenset[Side]

    @property
    def width(self) -> int:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]


def outline_of(performer: Performer) -> Outline:
    """Measure a performer; of a moving one, the box around its first, middle and last picture."""
    count = performer.pictures.count
    boxes = [_filled(performer.pictures.sprite(frame)[:, :, 3]) for frame in {0, count // 2, max(0, count - 1)}]
    table = np.array([b for b in boxes if b is not None] or [(0, 0, *performer.size)])
    left, top = (int(v) for v in table[:, :2].min(axis=0))
    right, bottom = (int(v) for v in table[:, 2:].max(axis=0))
    box = (left, top, right, bottom)
    cut = performer.cut_sides
    if performer.kind is not Kind.PERSON:
        return Outline(box, None, float(bottom - top), cut if performer.kind is Kind.OBJECT else frozenset())
    if performer.body in (Body.HALF, Body.BUST):
        cut = cut | {Side.DOWN}
    face = performer.pictures.face(0)
    high = float(bottom - top)
    if face is not None:
        f_left, f_top, f_right, f_bottom = face.box
        tall = (f_bottom - f_top) * _MESH_TO_HEAD
        middle = (f_left + f_right) / 2
        head = (middle - 0.38 * tall, f_bottom - 0.98 * tall, middle + 0.38 * tall, f_bottom + 0.02 * tall)
        body = high if Side.DOWN not in cut else max(high, tall * _HEADS_HIGH)
    else:
        shares = {Body.FULL: 1.0, Body.HALF: 0.50, Body.BUST: 0.30, None: 1.0 if Side.DOWN not in cut else 0.5}
        body = high / shares[performer.body]
        tall = body / _HEADS_HIGH
        middle = (left + right) / 2
        head = (middle - 0.38 * tall, float(top), middle + 0.38 * tall, top + tall)
    return Outline(box, head, body, cut)


def _filled(alpha: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> tuple[int, int, int, int] | None:
    columns = np.flatnonzero((alpha > _SEEN).any(axis=0))
    rows = np.flatnonzero((alpha > _SEEN).any(axis=1))
    if not len(columns) or not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@dataclass(frozen=True, slots=True)
class Stand:
    """One performer's place in a shot.

    `x`, `y` in set pixels is where the middle of the lower edge of his outline stands; `scale` is set pixels per
    sprite pixel; `near` his depth for the camera; `tapered` the cut sides that could not be put out of sight.
    """

    placement: Placement
    performer: Performer
    outline: Outline
    x: float
    y: float
    scale: float
    near: float = 1.0
    tapered: frozenset[Side] = frozenset()

    @property
    def name(self) -> str:
        return self.placement.name

    @property
    def width(self) -> float:
        return self.outline.width * self.scale

    @property
    def height(self) -> float:
        return self.outline.height * self.scale

    @property
    def body(self) -> float:
        """Height of the whole body in set pixels, seen or not."""
        return self.outline.body_height * self.scale

    @property
    def top(self) -> float:
        return self.y - self.height

    @property
    def hides_its_feet(self) -> bool:
        return Side.DOWN in self.outline.cut

    def set_box(self, box: Box) -> Box:
        """A box of sprite pixels in set pixels."""
        middle = (self.outline.box[0] + self.outline.box[2]) / 2
        foot = self.outline.box[3]
        return (
            self.x + (box[0] - middle) * self.scale,
            self.y + (box[1] - foot) * self.scale,
            self.x + (box[2] - middle) * self.scale,
            self.y + (box[3] - foot) * self.scale,
        )

    @property
    def figure(self) -> Figure:
        """This performer as the camera frames him."""
        half = self.width / 2
        body = (self.x - half, self.top, self.x + half, self.top + self.body)
        return Figure(body, None if self.outline.head is None else self.set_box(self.outline.head))

    def does(self, *verbs: Verb) -> bool:
        return any(act.verb in verbs for act in self.placement.acts)


def block(shot: Shot, performers: Mapping[str, Performer], outlines: Mapping[str, Outline], size: Size) -> list[Stand]:
    """Everybody of the shot on one scale, farthest first. Subjects used as the set are left out."""
    wanted = [
        p
        for p in shot.placements
        if p.name in performers and p.part is not Part.BACKGROUND and performers[p.name].kind is not Kind.PLACE
    ]
    focused = [p.depth for p in wanted if p.name in shot.focus] or [p.depth for p in wanted] or [0.3]
    level = sum(focused) / len(focused)
    alone = sum(p.part is Part.ACTOR for p in wanted) == 1
    stands = [_stand(p, performers[p.name], outlines[p.name], size, level, alone) for p in wanted]
    found = {s.name: s for s in stands}
    placed = [_beside_holder(s, found) for s in stands]
    placed = [_under_sitter(s, placed) for s in placed]
    return sorted(placed, key=_order)


def _order(stand: Stand) -> tuple[float, int]:
    rank = {Part.SEAT: 0, Part.ACTOR: 1, Part.PROP: 2}.get(stand.placement.part, 1)
    held = stand.placement.held_by is not None
    return (-stand.placement.depth if not held else 1.0, rank)


def _stand(
    placement: Placement, performer: Performer, outline: Outline, size: Size, level: float, alone: bool
) -> Stand:
    depth = placement.depth
    body = min(0.72 * size.height, 1.15 * size.width) * (1.1 - 0.45 * depth)
    floor = size.height * (0.975 - 0.26 * depth)
    near = clamp(1.0 - 0.3 * (depth - level), 0.78, 1.1)
    x = placement.x * size.width
    if performer.kind is Kind.PERSON and placement.part is not Part.PROP:
        scale = body / outline.body_height
        y = floor - (body - outline.height * scale)
        return Stand(placement, performer, outline, x, y, scale, near)
    longest = max(outline.width, outline.height)
    if performer.kind is Kind.CARD and placement.part is Part.ACTOR:
        # alone it is the subject of the picture; beside people it hangs above, where no face is
        tall, wide, middle = (0.66, 0.8, 0.47) if alone else (0.40, 0.30, 0.30)
        high = min(tall * size.height, wide * size.width * outline.height / outline.width)
        return Stand(placement, performer, outline, x, middle * size.height + high / 2, high / outline.height, near)
    share = {Part.PROP: 0.26, Part.SEAT: 0.62}.get(placement.part, 0.62)
    scale = body * share / longest
    if placement.part is Part.SEAT:
        near = min(near, 0.98)
    return Stand(placement, performer, outline, x, floor, scale, near)


def _beside_holder(stand: Stand, found: Mapping[str, Stand]) -> Stand:
    """A held thing is before the chest of who holds it, beside his middle; it never covers his face."""
    holder = found.get(stand.placement.held_by or "")
    if holder is None or holder is stand:
        return stand
    share = 0.16 if stand.performer.kind is Kind.CARD else 0.20
    scale = holder.body * share / max(stand.outline.width, stand.outline.height)
    side = -1.0 if stand.placement.x < holder.placement.x else 1.0
    x = holder.x + side * min(0.10 * holder.body, 0.24 * holder.width)
    y = holder.top + min(0.43 * holder.body, 0.92 * holder.height) + 0.3 * stand.outline.height * scale
    return replace(stand, x=x, y=y, scale=scale, near=holder.near)


def _under_sitter(stand: Stand, placed: Sequence[Stand]) -> Stand:
    """A seat stands where its sitter is; the sitter sinks onto it."""
    if stand.placement.part is Part.SEAT:
        sitters = [s for s in placed if s.does(Verb.SIT) and any(a.target == stand.name for a in s.placement.acts)]
        if sitters:
            middle = sum(s.x for s in sitters) / len(sitters)
            wide = max(s.x for s in sitters) - min(s.x for s in sitters) + 0.62 * sitters[0].body
            scale = max(stand.scale, wide / stand.outline.width)
            return replace(stand, x=middle, scale=scale, y=max(s.y for s in sitters) + 0.01 * sitters[0].body)
        return stand
    if stand.does(Verb.SIT) and not stand.hides_its_feet:
        return replace(stand, y=stand.y + 0.10 * stand.body)
    return stand


# Out of sight ---------------------------------------------------------------------------------------------------

_VISIBLE = {ShotSize.WIDE: 0.58, ShotSize.FULL: 0.68}
_GROW = {ShotSize.MEDIUM: 1.6}
_NEARER = 1.3


def hide_cuts(stands: Sequence[Stand], views: Sequence[View], shot_size: ShotSize, size: Size) -> list[Stand]:
    """The same stands with every cut side out of the picture in all views, or marked to be tapered.

    A body that ends at the waist comes nearer until the lower edge of the picture hides where it ends: never a
    floating torso. All such bodies of a shot grow alike, so that heads keep their proportion.
    """
    cut = [s for s in stands if s.hides_its_feet and s.placement.held_by is None]
    crowd = [s for s in cut if _in_sight(s, views, size)] or cut
    growth = max((_growth(s, views, shot_size, size, len(crowd)) for s in crowd), default=1.0)
    lowest = {s.name: _lowest(s, views, size) for s in cut}
    # nobody's head rises above where the framing put it
    tops = [max(s.top, lowest[s.name] - s.height * growth) for s in crowd]
    beside = [s for s in stands if s.outline.head and s.name not in lowest and _in_sight(s, views, size)]
    eyes = min([*tops, *(s.top for s in beside)], default=0.0)
    result = []
    for stand in stands:
        if stand.name in lowest:
            need = lowest[stand.name]
            # who is shown to the chest only may come a little nearer than the others, so that eyes meet
            more = clamp(
                (need - eyes) / max(1.0, stand.height * growth), 1.0, _NEARER if len(crowd) + len(beside) > 1 else 1.0
            )
            grown = replace(stand, scale=stand.scale * growth * more)
            grown = replace(grown, y=max(need, eyes + grown.height) if growth * more > 1 else max(need, stand.y))
            result.append(grown)
        else:
            result.append(stand)
    found = {s.name: s for s in result}
    result = [_beside_holder(s, found) if s.placement.held_by else s for s in result]
    result = [_to_edge(s, views, size) for s in result]
    result = [_behind_sitter(s, result) for s in result]
    found = {s.name: s for s in result}
    return [_into_view(_off_the_face(s, found), found, views, size) for s in result]


def _behind_sitter(stand: Stand, placed: Sequence[Stand]) -> Stand:
    """A seat whose sitter came nearer grows with him: wider than he is, its back up to his shoulders."""
    if stand.placement.part is not Part.SEAT:
        return stand
    over = [s for s in placed if s.hides_its_feet and abs(s.x - stand.x) < 0.5 * s.width and s.outline.head is not None]
    if not over:
        return stand
    sitter = max(over, key=lambda s: s.width)
    assert sitter.outline.head is not None
    shoulders = sitter.set_box(sitter.outline.head)[3]
    wide, tall = 1.12 * sitter.width / stand.outline.width, (sitter.y - shoulders) / stand.outline.height
    return replace(stand, scale=max(stand.scale, wide, tall), y=max(stand.y, sitter.y), near=sitter.near)


def _in_sight(stand: Stand, views: Sequence[View], size: Size) -> bool:
    """Whether at least his middle is in some view: who stands beside the picture does not set its measure."""
    left, _, right, _ = seen(views, stand.near, size)
    return left < stand.x < right


def _off_the_face(stand: Stand, found: Mapping[str, Stand]) -> Stand:
    holder = found.get(stand.placement.held_by or "")
    if holder is None or holder is stand or holder.outline.head is None:
        return stand
    left, _, right, bottom = holder.set_box(holder.outline.head)
    chin = bottom + 0.03 * holder.body
    y = max(stand.y, chin + stand.height)
    side = -1.0 if stand.x < holder.x else 1.0
    x = holder.x + side * max(abs(stand.x - holder.x), (right - left) * 0.35)
    return replace(stand, x=x, y=y)


def rise_of(stand: Stand) -> float:
    """How far acts lift a performer at most, in set pixels."""
    if stand.hides_its_feet:
        return 0.05 * stand.height
    return 0.0


def _lowest(stand: Stand, views: Sequence[View], size: Size) -> float:
    """Y that the lower edge of a cut body must reach to stay hidden whatever it does."""
    _, top, _, bottom = seen(views, stand.near, size)
    return bottom + 0.02 * (bottom - top) + rise_of(stand)


def _growth(stand: Stand, views: Sequence[View], shot_size: ShotSize, size: Size, crowd: int) -> float:
    need = _lowest(stand, views, size)
    if stand.y >= need:
        return 1.0
    left, top, right, bottom = seen(views, stand.near, size)
    if shot_size in _VISIBLE:
        visible = _VISIBLE[shot_size] * (bottom - top)
        room = (right - left) * (0.9 if crowd == 1 else 1.2 / crowd)
        return max(1.0, min(visible, room * stand.outline.height / stand.outline.width) / stand.height)
    return min(_GROW.get(shot_size, 1.4), (need - stand.top) / stand.height)


def _into_view(stand: Stand, found: Mapping[str, Stand], views: Sequence[View], size: Size) -> Stand:
    """A held thing that the close picture would miss is held up into it, beside the face where there is no room."""
    holder = found.get(stand.placement.held_by or "")
    if holder is None or holder is stand:
        return stand
    left, top, right, bottom = views[len(views) // 2].rectangle(stand.near, size)
    inside = bottom - 0.05 * (bottom - top)
    x = clamp(stand.x, left + 0.6 * stand.width, right - 0.6 * stand.width)
    if stand.y <= inside or holder.outline.head is None:
        return replace(stand, x=x)
    head = holder.set_box(holder.outline.head)
    below = inside - head[3]
    if below < stand.height and below > 0.45 * stand.height:  # smaller, under the chin
        return replace(stand, scale=stand.scale * below / stand.height, y=inside, x=x)
    if below < stand.height:  # beside the face, on the side with more room
        room = (head[0] - left, right - head[2])
        scale = stand.scale * clamp(0.9 * max(room) / stand.width, 0.5, 1.0)
        stand = replace(stand, scale=scale)
        beside = head[2] + 0.6 * stand.width if room[1] >= room[0] else head[0] - 0.6 * stand.width
        x = clamp(beside, left + 0.52 * stand.width, right - 0.52 * stand.width)
    return replace(stand, x=x, y=inside)


def _to_edge(stand: Stand, views: Sequence[View], size: Size) -> Stand:
    """A body cut at one side stands at that edge of the picture where it is near; else the cut is tapered."""
    sides = stand.outline.cut & {Side.LEFT, Side.RIGHT, Side.UP}
    moves = stand.placement.enters_from or stand.placement.leaves_to or stand.placement.travels_to is not None
    if not sides or stand.placement.held_by is not None:
        return stand
    left, top, right, _ = seen(views, stand.near, size)
    wide = right - left
    if len(sides & {Side.LEFT, Side.RIGHT}) == 1 and not moves and stand.outline.head is not None:
        head = stand.set_box(stand.outline.head)
        shift = left - (stand.x - stand.width / 2) if Side.LEFT in sides else right - (stand.x + stand.width / 2)
        shift = min(0.0, shift) if Side.LEFT in sides else max(0.0, shift)
        inside = left + 0.04 * wide < head[0] + shift and head[2] + shift < right - 0.04 * wide
        if abs(shift) <= 0.12 * wide and inside:
            stand = replace(stand, x=stand.x + shift)
            sides = sides - {Side.LEFT, Side.RIGHT}
    hidden = {
        side
        for side in sides
        if (side is Side.LEFT and stand.x - stand.width / 2 <= left)
        or (side is Side.RIGHT and stand.x + stand.width / 2 >= right)
        or (side is Side.UP and stand.top <= top)
    }
    return replace(stand, tapered=frozenset(sides - hidden))
