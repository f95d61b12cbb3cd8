"""Scene: one shot of the storyboard made ready to be painted, frame by frame.

Knows the order of work (block, frame, move, hide, act, hang, light) and the order of layers. Must not know how any of
them does it, nor sound, nor files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from understudy.animatic.blocking import Outline, Stand, block, outline_of
from understudy.animatic.boarding import Track, framed, ground_passed, mount_of, seated
from understudy.animatic.camera import Box, View, blur_behind, frame_figures, move_views
from understudy.animatic.canvas import Bytes, Canvas, Grade
from understudy.animatic.easing import cruise
from understudy.animatic.holding import Grip, grips_of, hold, holder_of, is_loose, rest, tabled_in
from understudy.animatic.layers import light
from understudy.animatic.layers._layer import Layer, Moment
from understudy.animatic.layers.acting import Motion, act_out, hand_over, put_down, with_holder
from understudy.animatic.layers.backdrop import Backdrop, Hung, fill_frame, hang_pieces, hang_plate, hang_yuv
from understudy.animatic.layers.lettering import Letterer, captions, watermark
from understudy.animatic.layers.passing import Passing, passing
from understudy.animatic.layers.performer import ready
from understudy.animatic.layers.sets import DrawnSet, SetStore, place_of, weather_of
from understudy.animatic.layers.shoulder import can_turn_away, shoulder_of
from understudy.animatic.layers.standin import Mannequin, NameTag, ready_standin
from understudy.animatic.layers.table import table_under
from understudy.animatic.layers.weather import far_weather, near_weather
from understudy.animatic.performer import Cast, Kind, Performer, Plate
from understudy.animatic.screenplay import Move, Part, Side, Verb, Weather
from understudy.animatic.sightline import gather, look, picture_at, without_scraps
from understudy.animatic.standins.figure import figure_of
from understudy.animatic.storyboard import Shot, Storyboard, TimedLine
from understudy.animatic.utterance import Utterance
from understudy.animatic.viewing import (
    beside_shoulder,
    heads_stay,
    picture_views,
    pushes,
    towards_heads,
    turned_to_speakers,
    with_vertigo,
)
from understudy.animatic.viewpoint import unspoken
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
    _place_words: str | None = field(default=None, init=False)
    _story: str | None = field(default=None, init=False)
    _sets: SetStore = field(init=False)
    _outlines: dict[str, Outline] = field(default_factory=dict)
    _weather: dict[str, tuple[Weather, ...]] = field(default_factory=dict)
    _grips: dict[str, Grip] = field(default_factory=dict)
    _tabled: frozenset[str] = frozenset()
    _letterer: Letterer = field(default_factory=Letterer)

    def __post_init__(self) -> None:
        self._sets = SetStore(self.size, self.seed)

    def set_up(self, shot: Shot, utterances: Mapping[int, Utterance]) -> Scene:
        """The scene of one shot. Equal shot, cast, size and seed give equal pixels."""
        shot = self._in_weather(self.at_home(shot))
        rng = np.random.default_rng([self.seed, shot.number])
        picture = self._whole_picture(shot)
        if picture is not None:
            views = picture_views(shot, self.size)
            # such a picture has its own light and weather
            layers: list[Layer] = [Backdrop(tuple(fill_frame(picture, views, self.size, grade=light.SAME)))]
            return Scene(shot, views, (*layers, *self._lettering(shot)))
        stands, away, views, drift = self._place(shot, rng)
        way = ground_passed(shot, stands, self.size)
        backdrop, front, around, indoors = self._hang(shot, views, way)
        weather = () if indoors else shot.weather
        actors = self._actors(shot, stands, views, drift, around, indoors, rng, utterances, way)
        mood = self._mood(shot, indoors)
        layers = [
            backdrop,
            *far_weather(weather, self.size, rng),
            *actors,
            front,
            *(shoulder_of(stand, views, self.size, mood, rng) for stand in away),
            *near_weather(weather, self.size, rng),
            *(NameTag(actor) for actor in actors if isinstance(actor, Mannequin)),
            *self._lettering(shot, stands, views),
        ]
        return Scene(shot, views, tuple(layers), tuple(stands))

    def settle(self, shots: Sequence[Shot]) -> None:
        """Find where shots play that say nothing of a place (the first plate or place that any shot has), and how
        things are held throughout the film.
        """
        self._grips, self._tabled = grips_of(shots), tabled_in(shots)
        self._place_words = next((s.place for s in shots if s.place and place_of(s.place, ())[0] != "studio"), None)
        self._story = "\n".join(dict.fromkeys(unspoken(s.text, s.lines) for s in shots))
        self.home = next((b for shot in shots if (b := self.at_home(shot).background) in self.cast.performers), None)

    def at_home(self, shot: Shot) -> Shot:
        """The shot with its plate: a picture somebody leans or sits on is the set, and a film keeps its place."""
        if shot.background is not None:
            return shot
        kinds = {name: performer.kind for name, performer in self.cast.performers.items()}
        acts = [act for placement in shot.placements for act in placement.acts]
        leant_on = [
            a.target for a in acts if a.verb is Verb.LEAN and kinds.get(a.target or "") in (Kind.CARD, Kind.PLACE)
        ] + [p.name for p in shot.placements if p.part is Part.SEAT and kinds.get(p.name) is Kind.CARD]
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

    def _place(
        self, shot: Shot, rng: np.random.Generator
    ) -> tuple[list[Stand], list[Stand], tuple[View, ...], list[float]]:
        """Block, frame, move, hide: those before the camera, those who turn their backs to it, the views.

        The last is how far a followed walker has come in each frame, in set pixels.
        """
        stands = seated(block(shot, self._performers(shot), self._outlines, self.size))
        away = [s for s in stands if can_turn_away(s)]
        if len(away) < sum(s.outline.head is not None for s in stands):
            gone = {s.name for s in away}
            stands = [s for s in stands if s.name not in gone and s.placement.held_by not in gone]
        else:
            away = []
        grips, tabled = {**grips_of([shot]), **self._grips}, self._tabled
        focus = [s for s in stands if s.name in shot.focus] or [s for s in stands if s.placement.part is Part.ACTOR]
        stands = gather(stands, {s.name for s in focus}, shot.size)
        focus = [s for s in stands if s.name in {f.name for f in focus}]
        tracked = any(m.move is Move.TRACK for m in shot.moves)
        share = 0.0 if tracked else 0.5
        rest = frame_figures([framed(s, share, shot.size) for s in focus or stands], shot.size, self.size)
        rest = beside_shoulder(rest, away, self.size)
        count = shot.frame_count
        drift = [0.0] * count
        track = None
        if focus and tracked and figure_of(focus[0].performer) is None:
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
            views = with_vertigo(shot, rest, views)
            # heads are where they end up once everybody is in sight
            placed = look(stands, views, shot, self.size, grips, tabled)
            views = towards_heads(shot, rest, views, [s for s in placed if s.name in {f.name for f in focus}])
            views = turned_to_speakers(shot, rest, views, stands, self.size)
            placed = look(stands, views, shot, self.size, grips, tabled)
            if not pushes(shot) or heads_stay(shot, placed, {s.name for s in focus}, views, self.size):
                break
        spoken = {line.speaker for line in shot.lines}
        kept = {s.name for s in focus} | {s.name for s in stands if s.name in spoken}
        return seated(without_scraps(placed, kept, views, self.size)), away, views, drift

    def _hang(
        self, shot: Shot, views: Sequence[View], way: Track | None = None
    ) -> tuple[Backdrop | Passing, Backdrop | Passing, Bytes, bool]:
        """The set behind and before the people, samples of its light, and whether it is indoors."""
        blur = blur_behind(shot.size, self.size)
        plate = self.cast.performers[shot.background].plate if shot.background in self.cast.performers else None
        drawn: DrawnSet | None = None
        if plate is None:
            words = shot.place if shot.place is not None else self._place_words
            drawn = self._sets.find(words, shot.weather, unspoken(shot.text, shot.lines), self._story)
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
        front = Backdrop(tuple(h for h in pieces if h.near > 1))
        if way is not None:
            passed = [passing(each.hung, way, self.size, drawn.aspect) for each in (behind, front)]
            return passed[0], passed[1], behind.light(), drawn.indoors
        return behind, front, behind.light(), drawn.indoors

    def _actors(
        self, shot: Shot, stands: Sequence[Stand], views: Sequence[View], drift: Sequence[float], around: Bytes,
        indoors: bool, rng: np.random.Generator, utterances: Mapping[int, Utterance], way: Track | None = None,
    ) -> list[Layer]:  # fmt: skip
        found = {s.name: s for s in stands}
        motions: dict[str, Motion] = {}
        for stand in stands:
            motion = act_out(stand, found, views, self.size, rng)
            if any(drift):
                motion.x = motion.x + np.array(drift)
            motions[stand.name] = motion
        on_tables: dict[str, Stand] = {}
        put: list[str] = []
        for stand in stands:
            holder = holder_of(stand, found)
            if holder is None:
                if stand.name in self._tabled and is_loose(stand, found):
                    on_tables[stand.name] = stand
                continue
            taker = found.get(stand.placement.given_to or "")
            if taker is not None and taker is not holder:
                taken = self._in_hand(stand, taker, found, views)
                put.append(stand.name)
                motions[stand.name] = hand_over(stand, taken, motions[holder.name], holder, motions[taker.name], taker)
                continue
            resting = self._rest(stand, holder, found, views)
            if resting is not None:
                if stand.name in self._tabled:
                    on_tables[stand.name] = resting
                put.append(stand.name)
                motions[stand.name] = put_down(stand, resting, motions[holder.name], holder)
            else:
                motions[stand.name] = with_holder(motions[stand.name], motions[holder.name], holder, stand)
        mood = self._mood(shot, indoors)
        actors: list[Layer] = []
        # what is put down ends up before everybody
        for stand in sorted(stands, key=lambda s: s.name in put or s.name in on_tables):
            if stand.name in on_tables:
                actors.append(table_under(on_tables[stand.name], views, self.size, mood, np.random.default_rng(0)))
            if figure_of(stand.performer) is not None:
                actors.append(
                    ready_standin(
                        stand, found, views, self.size, mood, self._letterer, passing=way, shot=shot,
                        utterances=utterances, mount=mount_of(stand, found),
                    )
                )  # fmt: skip
                continue
            grade = mood.then(_matched(stand, around)) if not _is_card(stand) else light.SAME
            actors.append(ready(stand, motions[stand.name], views, self.size, grade, shot.lines, utterances))
        return actors

    @staticmethod
    def _mood(shot: Shot, indoors: bool) -> Grade:
        return light.lamp_grade(shot.weather) if indoors else light.people_grade(shot.weather)

    def _in_hand(self, stand: Stand, taker: Stand, found: Mapping[str, Stand], views: Sequence[View]) -> Stand:
        """A thing as it is once somebody has taken it."""
        grip = self._grips.get(stand.name, Grip.HAND)
        people = [s for s in found.values() if s.head is not None and not s.held]
        placed = replace(stand, placement=replace(stand.placement, x=taker.placement.x, travels_to=None))
        return hold(placed, taker, grip, people, picture_at(views, taker.near, self.size))

    def _rest(self, stand: Stand, holder: Stand, found: Mapping[str, Stand], views: Sequence[View]) -> Stand | None:
        """Where a held thing is put in this shot; None when it is not put anywhere."""
        put = next((a for a in holder.placement.acts if a.verb is Verb.PUT), None)
        goal = stand.placement.travels_to
        if put is None and goal is None:
            return None
        x = holder.x if goal is None else goal * self.size.width
        people = [s for s in found.values() if s.head is not None and not s.held]
        near = min((s for s in people if s is not holder), key=lambda s: abs(s.x + s.goal - x), default=holder)
        target = near if put is None else found.get(put.target or "", near)
        return rest(
            replace(stand, x=x),
            self._grips.get(stand.name, Grip.HAND),
            people,
            picture_at(views, holder.near, self.size),
            target=near if target is stand else target,
            on_table=stand.name in self._tabled,
        )

    def _lettering(self, shot: Shot, stands: Sequence[Stand] = (), views: Sequence[View] = ()) -> list[Layer]:
        def faces(line: TimedLine) -> list[Box]:
            frames = (line.first_frame - shot.first_frame, line.end_frame - shot.first_frame)
            return [box for n in frames for box in _faces_at(stands, views[min(max(n, 0), len(views) - 1)], self.size)]

        layers: list[Layer] = []
        if self.captions:
            layers += captions(shot.lines, self.size, self._letterer, faces if stands else lambda line: ())
        if self.watermark:
            layers.append(watermark(self.size, self._letterer))
        return layers


def _faces_at(stands: Sequence[Stand], view: View, size: Size) -> list[Box]:
    """Faces from brow to chin in film pixels, where people arrive."""
    boxes = []
    for stand in stands:
        head = stand.figure_at(1.0).head
        if head is not None:
            matrix = view.matrix(stand.near, size)
            low = matrix @ (head[0], head[1] + 0.3 * (head[3] - head[1]), 1.0)
            high = matrix @ (head[2], head[3], 1.0)
            boxes.append((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    return boxes


def at_home(board: Storyboard, cast: Cast) -> Storyboard:
    """The board with the plate of every shot that plays before a picture, also where the prompt says nothing of it."""
    hand = Stagehand(cast, Size(16, 16), 0)
    hand.settle(board.shots)
    return replace(board, shots=tuple(hand.at_home(shot) for shot in board.shots))


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
