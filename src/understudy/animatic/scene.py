"""Scene: one shot of the storyboard made ready to be painted, frame by frame.

Knows the order of work (block, frame, move, hide, act, hang, light) and the order of layers. Must not know how any of
them does it, nor sound, nor files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from understudy.animatic.blocking import Outline, Stand, block, hide_cuts, outline_of
from understudy.animatic.camera import View, blur_behind, frame_figures, move_views, seen
from understudy.animatic.canvas import Bytes, Canvas, Grade
from understudy.animatic.easing import cruise, mix, smooth
from understudy.animatic.layers import light
from understudy.animatic.layers._layer import Layer, Moment
from understudy.animatic.layers.acting import Motion, act_out, put_down, with_holder
from understudy.animatic.layers.backdrop import Backdrop, Hung, fill_frame, hang_pieces, hang_plate, hang_yuv
from understudy.animatic.layers.lettering import Letterer, captions, watermark
from understudy.animatic.layers.performer import Actor, ready
from understudy.animatic.layers.sets import DrawnSet, SetStore, weather_of
from understudy.animatic.layers.weather import far_weather, near_weather
from understudy.animatic.performer import Cast, Kind, Performer, Plate
from understudy.animatic.screenplay import Move, Part, Side, Verb, Weather
from understudy.animatic.storyboard import Shot
from understudy.animatic.utterance import Utterance
from understudy.core.units import Size


@dataclass(frozen=True, slots=True)
class Scene:
    """A shot ready to be painted."""

    shot: Shot
    views: tuple[View, ...]
    layers: tuple[Layer, ...]
    stands: tuple[Stand, ...] = ()

    def paint(self, canvas: Canvas, film_frame: int) -> None:
        """Paint one frame of the film; past its end the shot rests (it is being dissolved away)."""
        frame = film_frame - self.shot.first_frame
        moment = Moment(frame, film_frame, self.views[min(max(frame, 0), len(self.views) - 1)])
        for layer in self.layers:
            layer.paint(canvas, moment)


@dataclass(slots=True)
class Stagehand:
    """Makes scenes of a film; keeps what shots share (outlines, drawn sets, the lettering face)."""

    cast: Cast
    size: Size
    seed: int
    captions: bool = True
    watermark: bool = False
    home: str | None = field(default=None, init=False)
    _sets: SetStore = field(init=False)
    _outlines: dict[str, Outline] = field(default_factory=dict)
    _weather: dict[str, tuple[Weather, ...]] = field(default_factory=dict)
    _letterer: Letterer = field(default_factory=Letterer)

    def __post_init__(self) -> None:
        self._sets = SetStore(self.size, self.seed)

    def set_up(self, shot: Shot, utterances: Mapping[int, Utterance]) -> Scene:
        """The scene of one shot. Equal shot, cast, size and seed give equal pixels."""
        shot = self._in_weather(self._at_home(shot))
        rng = np.random.default_rng([self.seed, shot.number])
        picture = self._whole_picture(shot)
        if picture is not None:
            views = _picture_views(shot, self.size)
            # such a picture has its own light and weather
            layers: list[Layer] = [Backdrop(tuple(fill_frame(picture, views, self.size, grade=light.SAME)))]
            return Scene(shot, views, (*layers, *self._lettering(shot)))
        stands, views, drift = self._place(shot, rng)
        backdrop, front, around, indoors = self._hang(shot, views)
        weather = () if indoors else shot.weather
        actors = self._actors(shot, stands, views, drift, around, indoors, rng, utterances)
        layers = [
            backdrop,
            *far_weather(weather, self.size, rng),
            *actors,
            front,
            *near_weather(weather, self.size, rng),
            *self._lettering(shot),
        ]
        return Scene(shot, views, tuple(layers), tuple(stands))

    def settle(self, shots: Sequence[Shot]) -> None:
        """Find the plate where shots play that say nothing of a place: the first one that any shot has."""
        self.home = next((b for shot in shots if (b := self._at_home(shot).background) in self.cast.performers), None)

    def _at_home(self, shot: Shot) -> Shot:
        """The shot with its plate: the picture somebody leans on is the set, and a film keeps its place."""
        if shot.background is not None:
            return shot
        kinds = {name: performer.kind for name, performer in self.cast.performers.items()}
        acts = [act for placement in shot.placements for act in placement.acts]
        leant_on = [
            a.target for a in acts if a.verb is Verb.LEAN and kinds.get(a.target or "") in (Kind.CARD, Kind.PLACE)
        ]
        places = [p.name for p in shot.placements if kinds.get(p.name) is Kind.PLACE]
        home = [self.home] if self.home in kinds and shot.place is None else []
        found = next((name for name in (*leant_on, *places, *home) if name is not None), None)
        return shot if found is None else replace(shot, background=found)

    def _in_weather(self, shot: Shot) -> Shot:
        """The shot in its place's weather: what one shot says of a place holds in the next one there."""
        where = shot.background or shot.place or ""
        told = shot.weather or self._weather.get(where, ())
        weather = weather_of(shot.place, told)
        self._weather[where] = weather
        return replace(shot, weather=weather)

    def _whole_picture(self, shot: Shot) -> Plate | None:
        if shot.is_first_frame_picture and self.cast.first_frame is not None:
            return self.cast.first_frame
        if shot.panel is not None and shot.panel < len(self.cast.panels):
            return self.cast.panels[shot.panel]
        return None

    def _performers(self, shot: Shot) -> dict[str, Performer]:
        names = [p.name for p in shot.placements if p.name in self.cast.performers]
        for name in names:
            if name not in self._outlines:
                self._outlines[name] = outline_of(self.cast.performers[name])
        return {name: self.cast.performers[name] for name in names if name != shot.background}

    def _place(self, shot: Shot, rng: np.random.Generator) -> tuple[list[Stand], tuple[View, ...], list[float]]:
        """Block, frame, move, hide. `drift` is how far a followed walker has come in each frame, in set pixels."""
        stands = block(shot, self._performers(shot), self._outlines, self.size)
        focus = [s for s in stands if s.name in shot.focus] or [s for s in stands if s.placement.part is Part.ACTOR]
        rest = frame_figures([s.figure for s in focus or stands], shot.size, self.size)
        count = shot.frame_count
        drift = [0.0] * count
        track = None
        if focus and any(m.move is Move.TRACK for m in shot.moves):
            leader = focus[0]
            side = next((m.side for m in shot.moves if m.move is Move.TRACK), None)
            if leader.placement.travels_to is None and leader.placement.enters_from is None:
                # followed, yet nowhere to go: he walks on the spot and the set passes by
                way = (-1.0 if side is Side.LEFT else 1.0) * min(0.5, 0.09 * count / 30) * self.size.width
                drift = [way * cruise(n / max(1, count - 1), 0.1) for n in range(count)]
            quiet = act_out(leader, {}, [rest] * count, self.size, np.random.default_rng(0))
            track = [leader.x + float(quiet.x[n]) + drift[n] for n in range(count)]
        state = rng.bit_generator.state
        for strength in (1.0, 0.55, 0.25, 0.0):
            rng.bit_generator.state = state
            views = move_views(rest, shot.moves, shot.angle, count, self.size, rng, track=track, strength=strength)
            views = _turned_to_speakers(shot, rest, views, stands, self.size)
            placed = hide_cuts(stands, views, shot.size, self.size)
            if not _pushes(shot) or _heads_stay(placed, {s.name for s in focus}, views, self.size):
                break
        spoken = {line.speaker for line in shot.lines}
        kept = {s.name for s in focus} | {s.name for s in stands if s.name in spoken}
        return _without_scraps(placed, kept, views, self.size), views, drift

    def _hang(self, shot: Shot, views: Sequence[View]) -> tuple[Backdrop, Backdrop, Bytes, bool]:
        """The set behind and before the people, samples of its light, and whether it is indoors."""
        blur = blur_behind(shot.size, self.size)
        plate = self.cast.performers[shot.background].plate if shot.background in self.cast.performers else None
        drawn: DrawnSet | None = None
        if plate is None:
            drawn = self._sets.find(shot.place, shot.weather, shot.text)
            if drawn.place == "studio" and self.cast.first_frame is not None:
                # nothing is said of the place: the opening picture, far out of focus, keeps its colours around
                plate, blur = self.cast.first_frame, max(blur, 0.022 * self.size.height)
        if plate is not None:
            grade = light.plate_grade(shot.weather)
            hung = hang_plate(plate, views, self.size, blur=blur, grade=light.SAME)
            hung = _graded(hung, grade, Weather.NIGHT in shot.weather)
            backdrop = Backdrop((hung,))
            return backdrop, Backdrop(()), backdrop.light(), False
        assert drawn is not None
        pieces = hang_pieces(drawn.pieces, drawn.aspect, views, self.size, blur=blur)
        behind = Backdrop(tuple(h for h in pieces if h.near <= 1))
        return behind, Backdrop(tuple(h for h in pieces if h.near > 1)), behind.light(), drawn.indoors

    def _actors(
        self, shot: Shot, stands: Sequence[Stand], views: Sequence[View], drift: Sequence[float], around: Bytes,
        indoors: bool, rng: np.random.Generator, utterances: Mapping[int, Utterance],
    ) -> list[Actor]:  # fmt: skip
        found = {s.name: s for s in stands}
        motions: dict[str, Motion] = {}
        for stand in stands:
            motion = act_out(stand, found, views, self.size, rng)
            if any(drift):
                motion.x = motion.x + np.array(drift)
            motions[stand.name] = motion
        for stand in stands:
            holder = found.get(stand.placement.held_by or "")
            if holder is None or holder is stand:
                continue
            if holder.does(Verb.PUT):
                target = next((found.get(a.target or "") for a in holder.placement.acts if a.verb is Verb.PUT), None)
                goal = None if target is None or target is stand else target.x
                motions[stand.name] = put_down(stand, len(views), goal, self.size)
            else:
                motions[stand.name] = with_holder(motions[stand.name], motions[holder.name], holder, stand)
        weather = tuple(w for w in shot.weather if not indoors or w is Weather.NEON)
        mood = light.people_grade(weather)
        actors = []
        for stand in stands:
            grade = mood.then(_matched(stand, around)) if not _is_card(stand) else light.SAME
            actors.append(ready(stand, motions[stand.name], views, self.size, grade, shot.lines, utterances))
        return actors

    def _lettering(self, shot: Shot) -> list[Layer]:
        layers: list[Layer] = []
        if self.captions:
            layers += captions(shot.lines, self.size, self._letterer)
        if self.watermark:
            layers.append(watermark(self.size, self._letterer))
        return layers


_TURN = 20  # frames in which the camera goes over to another speaker, before he begins


def _turned_to_speakers(
    shot: Shot, rest: View, views: Sequence[View], stands: Sequence[Stand], size: Size
) -> tuple[View, ...]:
    """The same views, gone over to each speaker of whom the picture would show nothing while he speaks."""
    path, now = [rest] * len(views), rest
    found = {s.name: s for s in stands}
    for line in shot.lines:
        stand = found.get(line.speaker or "")
        if stand is None or stand.figure.head is None:
            continue
        left, _, right, _ = now.rectangle(stand.near, size)
        head = stand.figure.head
        if left <= head[0] and head[2] <= right:
            continue
        before, now = now, frame_figures([stand.figure], shot.size, size)
        start = max(0, line.first_frame - shot.first_frame - _TURN)
        for frame in range(start, len(path)):
            share = smooth((frame - start) / _TURN)
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


def _pushes(shot: Shot) -> bool:
    """Whether the shot's only moves go straight in or out: they must not cut off a head on the way."""
    return {m.move for m in shot.moves} <= {Move.PUSH_IN, Move.PULL_OUT, Move.STATIC, Move.HANDHELD}


def _heads_stay(stands: Sequence[Stand], focus: set[str], views: Sequence[View], size: Size) -> bool:
    """Whether every framed head that stands still is inside the picture, sideways, at both ends of the shot."""
    for stand in stands:
        p, head = stand.placement, stand.outline.head
        if stand.name not in focus or head is None or p.enters_from or p.leaves_to or p.travels_to is not None:
            continue
        box = stand.set_box(head)
        for view in (views[0], views[-1]):
            left, _, right, _ = view.rectangle(stand.near, size)
            if box[0] < left or box[2] > right:
                return False
    return True


def _without_scraps(stands: Sequence[Stand], focus: set[str], views: Sequence[View], size: Size) -> list[Stand]:
    """Without people beside the framed ones of whom no face is ever seen: a strip of sleeve at the edge is a fault."""
    kept = []
    for stand in stands:
        head = stand.outline.head
        p = stand.placement
        moves = p.enters_from or p.leaves_to or p.travels_to is not None
        if stand.name in focus or head is None or moves or p.held_by is not None:
            kept.append(stand)
            continue
        left, top, right, bottom = seen(views, stand.near, size)
        box = stand.set_box(head)
        inside = min(box[2], right) - max(box[0], left)
        if inside > 0.6 * (box[2] - box[0]) and box[3] > top and box[1] < bottom:
            kept.append(stand)
    names = {s.name for s in kept}
    return [s for s in kept if s.placement.held_by is None or s.placement.held_by in names]


def _is_card(stand: Stand) -> bool:
    return stand.performer.kind is Kind.CARD


def _matched(stand: Stand, around: Bytes) -> Grade:
    sprite = stand.performer.pictures.sprite(0)
    step = max(1, sprite.shape[0] // 120)
    small = np.ascontiguousarray(sprite[::step, ::step])
    return light.match(np.ascontiguousarray(small[:, :, :3]), small[:, :, 3], around)


def _graded(hung: Hung, grade: Grade, night: bool) -> Hung:
    yuv = np.ascontiguousarray(hung.paint.packed[:, :, :3])
    return hang_yuv(light.night_yuv(yuv, grade) if night else grade.on(yuv), hung)


def _picture_views(shot: Shot, size: Size) -> tuple[View, ...]:
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
