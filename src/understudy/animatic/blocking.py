"""Blocking: where everybody stands in the set of one shot, and how large, before the camera looks.

Knows performers' outlines, bodies and placements; puts people on one scale by their heads. Must not know views
(sightline), what is held in which way (holding), frames over time, nor paint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from understudy.animatic.camera import Box, Figure
from understudy.animatic.easing import clamp
from understudy.animatic.performer import Body, Kind, Performer
from understudy.animatic.screenplay import Part, Side, Verb
from understudy.animatic.standins.figure import UNIT, figure_of
from understudy.animatic.standins.figure import Figure as Standin
from understudy.animatic.standins.kinds import Home, Role
from understudy.animatic.standins.people import PEOPLE
from understudy.animatic.storyboard import Placement, Shot
from understudy.core.units import Size

HEADS_HIGH = 7.0  # a grown body in head heights
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
    figure = figure_of(performer)
    if figure is not None:
        return _of_standin(figure)
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
        body = high if Side.DOWN not in cut else max(high, tall * HEADS_HIGH)
    else:
        shares = {Body.FULL: 1.0, Body.HALF: 0.50, Body.BUST: 0.30, None: 1.0 if Side.DOWN not in cut else 0.5}
        body = high / shares[performer.body]
        tall = body / HEADS_HIGH
        middle = (left + right) / 2
        head = (middle - 0.38 * tall, float(top), middle + 0.38 * tall, top + tall)
    return Outline(box, head, body, cut)


def _of_standin(figure: Standin) -> Outline:
    """A stand-in is whole; only of people the head is framed by itself."""
    face = figure.puppet(front=True).face if figure.is_person else None
    middle, bottom = figure.box[2] / 2, figure.box[3]
    head = None
    if face is not None:
        head = (middle + face[0] * UNIT, bottom + face[1] * UNIT, middle + face[2] * UNIT, bottom + face[3] * UNIT)
    return Outline(figure.box, head, float(figure.box[3]), frozenset())


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
    sprite pixel; `near` his depth for the camera; `goal` how far he travels in the shot, in set pixels; `tilt` how he
    is turned about that point, degrees clockwise; `tapered` the cut sides that could not be put out of sight.
    """

    placement: Placement
    performer: Performer
    outline: Outline
    x: float
    y: float
    scale: float
    near: float = 1.0
    goal: float = 0.0
    tilt: float = 0.0
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
    def head(self) -> Box | None:
        """The head in set pixels, where he stands at first."""
        return None if self.outline.head is None else self.set_box(self.outline.head)

    @property
    def head_height(self) -> float:
        """Height of his head in set pixels, or what it would be on such a body."""
        box = self.head
        return self.body / HEADS_HIGH if box is None else box[3] - box[1]

    @property
    def moves(self) -> bool:
        """Whether he enters, leaves or goes somewhere."""
        p = self.placement
        return p.enters_from is not None or p.leaves_to is not None or bool(self.goal)

    @property
    def held(self) -> bool:
        return self.placement.held_by is not None

    def figure_at(self, share: float) -> Figure:
        """This performer as the camera frames him after `share` (0..1) of his way."""
        half, x = self.width / 2, self.x + share * self.goal
        head = self.head
        if head is not None:
            head = (head[0] + x - self.x, head[1], head[2] + x - self.x, head[3])
        sinks = self._sinks * self.body
        if head is not None and sinks:
            head = (head[0], head[1] + sinks, head[2], head[3] + sinks)
        return Figure((x - half, self.top + sinks, x + half, self.top + self.body + sinks), head)

    @property
    def _sinks(self) -> float:
        """How far a jointed person's head comes down who sits on a seat of his own, in parts of his body."""
        figure = figure_of(self.performer)
        own = any(act.verb is Verb.SIT and act.target is None for act in self.placement.acts)
        if not own or figure is None or figure.kind.role is not Role.PERSON:
            return 0.0
        return _THIGH * PEOPLE[figure.kind.body].legs

    def does(self, *verbs: Verb) -> bool:
        return any(act.verb in verbs for act in self.placement.acts)


def block(shot: Shot, performers: Mapping[str, Performer], outlines: Mapping[str, Outline], size: Size) -> list[Stand]:
    """Everybody of the shot on one scale, farthest first. Subjects used as the set are left out.

    Held things stand where they are placed; `holding.hold` gives them to their holders.
    """
    wanted = [
        p
        for p in shot.placements
        if p.name in performers and p.part is not Part.BACKGROUND and performers[p.name].kind is not Kind.PLACE
    ]
    focused = [p.depth for p in wanted if p.name in shot.focus] or [p.depth for p in wanted] or [0.3]
    level = sum(focused) / len(focused)
    alone = sum(p.part is Part.ACTOR for p in wanted) == 1
    aloft = all(_is_aloft(performers[p.name]) for p in wanted)
    nearer = _nearer([performers[p.name] for p in wanted], size)
    stands = [_stand(p, performers[p.name], outlines[p.name], size, level, alone, aloft, nearer) for p in wanted]
    return in_order([_under_sitter(s, stands) for s in stands])


def in_order(stands: Sequence[Stand]) -> list[Stand]:
    """The order of painting: farthest first, a seat before its sitter, what is held directly after its holder."""
    names = {s.name for s in stands}
    free = [s for s in stands if s.placement.held_by not in names - {s.name}]
    # who goes past others goes behind them: what he carries never crosses a face
    free.sort(key=lambda s: (-s.placement.depth, _RANKS.get(s.placement.part, 1), not s.moves))
    result: list[Stand] = []
    for stand in free:
        result += [stand, *(s for s in stands if s is not stand and s.placement.held_by == stand.name)]
    return result + [s for s in stands if s not in result]  # held by what is held: last


_RANKS = {Part.SEAT: 0, Part.ACTOR: 1, Part.PROP: 2}


def _stand(
    placement: Placement,
    performer: Performer,
    outline: Outline,
    size: Size,
    level: float,
    alone: bool,
    aloft: bool = False,
    nearer: float = 1.0,
) -> Stand:
    depth = placement.depth
    body = min(0.72 * size.height, 1.15 * size.width) * (1.1 - 0.45 * depth)
    floor = size.height * (0.975 - 0.26 * depth)
    near = clamp(1.0 - 0.3 * (depth - level), 0.78, 1.1)
    x = placement.x * size.width
    goal = 0.0 if placement.travels_to is None else (placement.travels_to - placement.x) * size.width
    figure = figure_of(performer)
    if figure is not None:
        y = floor - _height_of(figure, placement, body, size, aloft=aloft)
        scale = body * figure.share / outline.body_height
        scale *= 1.0 if figure.kind.role is Role.SCENERY else nearer
        return Stand(placement, performer, outline, x, y, scale, near, goal)
    if performer.kind is Kind.PERSON and placement.part is not Part.PROP:
        scale = body / outline.body_height
        y = floor - (body - outline.height * scale)
        return Stand(placement, performer, outline, x, y, scale, near, goal)
    longest = max(outline.width, outline.height)
    if performer.kind is Kind.CARD and placement.part is Part.ACTOR:
        # alone it is the subject of the picture; beside people it hangs above, where no face is
        tall, wide, middle = (0.66, 0.8, 0.47) if alone else (0.40, 0.30, 0.30)
        high = min(tall * size.height, wide * size.width * outline.height / outline.width)
        y = middle * size.height + high / 2
        return Stand(placement, performer, outline, x, y, high / outline.height, near, goal)
    share = {Part.PROP: 0.26, Part.SEAT: 0.62}.get(placement.part, 0.62)
    scale = body * share / longest
    if placement.part is Part.SEAT:
        near = min(near, 0.98)
    return Stand(placement, performer, outline, x, floor, scale, near, goal)


def _nearer(performers: Sequence[Performer], size: Size) -> float:
    """How much nearer a shot of small stand-ins alone is to them: the set would fall apart under a lens instead."""
    figures = [figure_of(performer) for performer in performers]
    acting = [figure for figure in figures if figure is not None and figure.kind.role is not Role.SCENERY]
    if not acting or None in figures:
        return 1.0
    # 0.7 is about the studio's body in parts of the picture's height
    widths = [figure.share * 0.7 * size.height * figure.box[2] / figure.box[3] for figure in acting]
    room = min(0.55 * size.width / max(widths), 0.85 * size.width / sum(widths))
    return clamp(min(_STAND_IN / max(f.share for f in acting), room), 1.0, 2.6)


_THIGH = 0.49  # of the legs; as `people` builds them
_STAND_IN = 0.5  # share of a body that the largest stand-in of a shot has at least


def _is_aloft(performer: Performer) -> bool:
    figure = figure_of(performer)
    return figure is not None and figure.kind.home is Home.AIR


def _height_of(figure: Standin, placement: Placement, body: float, size: Size, *, aloft: bool) -> float:
    """How far above the ground a stand-in is at home, in set pixels: in the air, or under water."""
    own, home = body * figure.share, figure.kind.home
    flies = any(act.verb is Verb.FLY for act in placement.acts)
    rests = any(act.verb in (Verb.SIT, Verb.STAND, Verb.SLEEP) for act in placement.acts)
    if figure.kind.role is Role.PERSON and any(act.verb is Verb.SWIM for act in placement.acts):
        return -0.36 * own  # the figure lies at half its height: that is where the water is
    if figure.kind.role is Role.PERSON:
        return 0.12 * body if flies else 0.0
    if home is Home.DEEP or (home is Home.AIR and not rests) or flies:
        # one above the other, so that a flock is no queue
        level = 0.52 if aloft or home is Home.DEEP else 0.74
        middle = level * size.height - own / 2 + 0.07 * size.height * (figure.number % 3 - 1)
        return max(0.06 * size.height, middle)
    return 0.0


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
    if stand.does(Verb.SIT) and not stand.hides_its_feet and figure_of(stand.performer) is None:
        return replace(stand, y=stand.y + 0.10 * stand.body)
    return stand
