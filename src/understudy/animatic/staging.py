"""From screenplay to storyboard: shots with exact frames, everybody on his mark, every line in its shot.

Knows what a planner adds to what a prompt states. Must not know pixels, files or sound; `line_seconds` tells it how
long words last once somebody has spoken them.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from understudy.animatic.continuity import laid_down, same_place, settle, things_put
from understudy.animatic.coverage import MOVING, SHORTEST_CUT
from understudy.animatic.directing import Draft, divide
from understudy.animatic.framing import Framing
from understudy.animatic.grammar.naming import NamedSubject
from understudy.animatic.marks import before_eyes, order_of, place_cast, spot_beside, towards_camera
from understudy.animatic.roster import cast_everybody
from understudy.animatic.screenplay import (
    Act,
    Angle,
    CastMember,
    Delivery,
    Line,
    Part,
    Screenplay,
    ScriptShot,
    Verb,
)
from understudy.animatic.storyboard import Placement, Shot, Storyboard, TimedLine, Transition
from understudy.animatic.timing import (
    GAP,
    LEAD,
    MOST_RATE,
    SHORTEST_SHOT,
    TAIL,
    estimate_seconds,
    frames_of,
    place_lines,
    share_frames,
    share_scenes,
    speech_rate,
    stated_seconds,
    weight_of,
    words_before,
)
from understudy.animatic.viewpoint import comes_to_camera, gifts_of, in_givers_hand, over_whom, through_eyes
from understudy.core.request import ShotType
from understudy.core.units import FRAMES_PER_SECOND

__all__ = ["draw_storyboard", "speech_rate"]

_NARRATOR = "narrator"


def draw_storyboard(
    screenplay: Screenplay,
    frame_count: int,
    *,
    subjects: Sequence[NamedSubject],
    shot_type: ShotType | None = None,
    line_seconds: Callable[[Line], float] | None = None,
    panel_count: int = 0,
    has_first_frame: bool = False,
    seed: int = 0,
    widths: Mapping[str, float] | None = None,
    walks_aside: bool = False,
) -> Storyboard:
    """Cut a screenplay to exactly `frame_count` frames (at 30 per second, at least 1).

    `shot_type` single plays everything as one shot, multi divides a scene; None keeps the prompt's own shots and
    covers a long one with several speakers in several cuts. `line_seconds` gives the length of a line as spoken
    (default: an estimate). `panel_count` is the number of panels of a storyboard sheet. `widths` tells which part of
    the picture's width (0..1) a performer fills in a full shot; who is not in it counts as a bust. `walks_aside` says
    that walkers are seen from the side: they cross the picture also when they come to the camera.
    Raises ValueError for a film without frames.
    """
    if frame_count < 1:
        raise ValueError(f"a film needs at least one frame, not {frame_count}")
    screenplay, notes = cast_everybody(screenplay, subjects, panel_count)
    screenplay = settle(screenplay, subjects)
    measure = line_seconds or estimate_seconds
    drafts, added = divide(
        screenplay,
        frame_count,
        subjects=subjects,
        line_seconds=measure,
        shot_type=shot_type,
        panel_count=panel_count,
        has_first_frame=has_first_frame,
    )
    notes += added
    lines, late = _number_lines(drafts, frame_count)
    notes += late
    lengths, frames, spoken_notes = _share(drafts, lines, frame_count, measure)
    notes += spoken_notes
    board = _Board(drafts, subjects, random.Random(seed), notes, widths, walks_aside)
    shots: list[Shot] = []
    first = 0
    for index, draft in enumerate(drafts):
        shots.append(board.draw(index, draft, first, frames[index], lines[index], lengths[index]))
        first += frames[index]
    return Storyboard(
        shots=tuple(shots),
        frame_count=frame_count,
        no_text=screenplay.no_text,
        style=screenplay.style,
        mood=screenplay.mood,
        music=screenplay.music,
        notes=tuple(dict.fromkeys(notes)),
    )


# Time -----------------------------------------------------------------------------------------------------------------


def _number_lines(drafts: Sequence[Draft], frame_count: int) -> tuple[list[list[tuple[int, Line]]], list[str]]:
    """Lines of each shot with their number in the film; a film shorter than its lines loses the last ones."""
    numbered: list[list[tuple[int, Line]]] = []
    number = 0
    for draft in drafts:
        numbered.append([])
        for line in draft.shot.lines:
            if number < frame_count // 2:
                numbered[-1].append((number, line))
            number += 1
    lost = number - sum(len(n) for n in numbered)
    notes = [f"The film is too short for its {number} lines; the last {lost} are not spoken."] if lost else []
    return numbered, notes


def _share(
    drafts: list[Draft], lines: list[list[tuple[int, Line]]], frame_count: int, measure: Callable[[Line], float]
) -> tuple[list[list[int]], list[int], list[str]]:
    """Frames of every line and every shot, and a sentence where words had to be hurried."""
    seconds = frame_count / FRAMES_PER_SECOND
    usual = [[max(0.1, measure(line)) for _, line in some] for some in lines]
    notes: list[str] = []
    rate = 1.0
    needs = _needs(drafts, usual, rate)
    if sum(needs) > frame_count:
        speech = sum(sum(u) for u in usual) * FRAMES_PER_SECOND
        rate = min(MOST_RATE, max(1.0, speech / max(1.0, speech - (sum(needs) - frame_count))))
        needs = _needs(drafts, usual, rate)
        if speech and rate > 1.02:
            notes.append(f"The lines are spoken {rate:.2f} times faster than usual to fit {seconds:g} s.")
        if speech and sum(needs) > frame_count + len(needs) * LEAD:
            notes.append(
                "The lines are longer than the film; their ends may be cut. Ask for a longer video or fewer words."
            )
    scenes = [[i for i, _ in g] for _, g in itertools.groupby(enumerate(drafts), key=lambda d: d[1].scene)]
    weights = [_weight(d, sum(u)) for d, u in zip(drafts, usual, strict=True)]
    wholes = [drafts[scene[0]].whole or drafts[scene[0]].shot for scene in scenes]
    scene_weights = stated_seconds(wholes, seconds) or [
        weight_of(whole, sum(sum(usual[i]) for i in scene)) for whole, scene in zip(wholes, scenes, strict=True)
    ]
    for index, scene in enumerate(scenes):
        wanted = drafts[scene[0]].wanted_seconds
        if wanted is not None:
            others = sum(w for i, w in enumerate(scene_weights) if i != index)
            scene_weights[index] = others * wanted / max(0.1, seconds - wanted)
    minimum = [max(len(some) * 2, 1) for some in lines]
    frames = share_scenes(frame_count, scenes, scene_weights, weights, needs) if sum(needs) <= frame_count else None
    if frames is None or any(f < m for f, m in zip(frames, minimum, strict=True)):
        spare = frame_count - sum(minimum)
        extra = [max(0.0, n - m) for n, m in zip(needs, minimum, strict=True)]
        total = sum(extra) or 1.0
        frames = share_frames(
            frame_count, [m + spare * e / total for m, e in zip(minimum, extra, strict=True)], minimum
        )
    lengths = [[frames_of(s / rate) for s in some] for some in usual]
    return lengths, frames, notes


def _weight(draft: Draft, speech_seconds: float) -> float:
    """Seconds a shot would like to have. Of the cuts of one scene, those that show something get what is spare."""
    if not draft.is_cut:
        return weight_of(draft.shot, speech_seconds)
    moving = sum(a.verb in MOVING for a in draft.shot.acts)
    return speech_seconds + 0.6 if speech_seconds else 1.8 + 0.5 * min(moving, 3)


def _needs(drafts: Sequence[Draft], usual: Sequence[Sequence[float]], rate: float) -> list[int]:
    needs = []
    for draft, some in zip(drafts, usual, strict=True):
        least = SHORTEST_CUT if draft.is_cut else SHORTEST_SHOT + 6 * (draft.is_opening and not some)
        speech = sum(frames_of(s / rate) for s in some) + LEAD + TAIL + GAP * (len(some) - 1) if some else 0
        needs.append(max(least, speech))
    return needs


# The board ------------------------------------------------------------------------------------------------------------

_DISSOLVES = re.compile(r"^\W*(?:\S{0,6}\s?){0,2}?(?:叠化|溶解|渐变到|(?:cross-?)?dissolv)", re.IGNORECASE)
_FADES = re.compile(r"^\W*(?:\S{0,6}\s?){0,2}?(?:淡入|渐显|fade[sd]? in)", re.IGNORECASE)


class _Board:
    """Draws shot after shot; remembers the set and the sizes of those before."""

    def __init__(
        self,
        drafts: Sequence[Draft],
        subjects: Sequence[NamedSubject],
        lots: random.Random,
        notes: list[str],
        widths: Mapping[str, float] | None,
        walks_aside: bool,
    ) -> None:
        self.drafts, self.subjects, self.notes, self.widths = drafts, subjects, notes, widths
        self.walks_aside = walks_aside
        self.order = order_of([d.shot for d in drafts])
        self.framing = Framing(drafts, lots)
        self.background: str | None = None
        self.place: str | None = None
        self.lying: dict[str, float] = {}
        self.reached: dict[str, float] = {}
        self.given: dict[str, str] = {}
        self.known = {s.name for s in subjects}

    def draw(
        self, index: int, draft: Draft, first: int, frames: int, lines: list[tuple[int, Line]], lengths: list[int]
    ) -> Shot:
        background, place = self._set(draft.shot)
        shot, viewer = through_eyes(replace(draft.shot, cast=self._cast(draft)), self.subjects)
        if viewer is not None:
            number = max(draft.scene, 0) + 1
            self.notes.append(f"{viewer} is not seen in shot {number}: the camera sees through these eyes.")
        talkers = self._talkers([line for _, line in lines])
        staged = replace(shot, acts=self._acts(shot, lines))
        nobody = draft.is_opening and not shot.cast
        placements = () if nobody else self._place(draft, staged, talkers)
        if viewer is not None:
            placements = before_eyes(placements)
        elif comes_to_camera(shot) and not self.walks_aside:
            placements = towards_camera(placements)
        size = self.framing.size(replace(draft, shot=shot), [line for _, line in lines])
        here = {p.name for p in placements}
        self._note_unseen(lines, here, max(draft.scene, 0))
        away = {p.name for p in placements if p.turned_away}
        focus = tuple(n for n in draft.focus or self.framing.focus(staged, size, talkers) if n in here - away)
        return Shot(
            number=index,
            first_frame=first,
            frame_count=frames,
            size=size,
            angle=shot.angle or Angle.EYE,
            moves=self.framing.moves(draft, frames, placements, focus, [line.speaker or "" for _, line in lines]),
            background=background,
            place=place,
            placements=placements,
            focus=focus,
            lines=self._time(draft, first, frames, lines, lengths),
            weather=shot.weather,
            transition=self._transition(index, draft),
            panel=draft.panel,
            is_first_frame_picture=draft.is_opening,
            text=shot.text,
        )

    def _cast(self, draft: Draft) -> tuple[CastMember, ...]:
        """The shot's cast with things left where they were put, until another shot of the prompt takes them up."""
        if draft.cut == 0:
            taken = {a.target for a in draft.shot.acts if a.verb is Verb.HOLD}
            taken |= {m.name for m in draft.shot.cast if m.part is Part.PROP and m.held_by}
            self.lying = {name: x for name, x in self.lying.items() if name not in taken}
            self.given = {name: who for name, who in self.given.items() if name not in taken}
        cast = laid_down(draft.shot.cast, tuple(self.lying)) if draft.shot.cast else ()
        return tuple(replace(m, held_by=self.given[m.name]) if m.name in self.given else m for m in cast)

    def _place(self, draft: Draft, shot: ScriptShot, talkers: tuple[str, ...]) -> tuple[Placement, ...]:
        """Everybody on his mark; what is put down here travels to where it will lie."""
        whole = draft.whole or shot
        scene_talkers = tuple(dict.fromkeys((*talkers, *self._talkers(whole.lines)))) if draft.is_cut else talkers
        if draft.cut == 0:
            self.reached = {}
        # what is handed over is seen once, where both are in the picture
        gifts = () if draft.focus else tuple(g for g in gifts_of(shot, self.subjects) if g.thing not in self.given)
        shot = in_givers_hand(shot, gifts)
        self.given |= {g.thing: g.taker for g in gifts}
        on = {"rests": self.lying, "reached": self.reached, "widths": self.widths}
        # the shoulder that the prompt names is that of the first cut; afterwards it is the listener's
        front = over_whom(shot if draft.cut == 0 else replace(shot, text=""), self.subjects, talkers)
        placements = place_cast(shot, self.order, talkers=scene_talkers, stage=whole.cast, front=front, **on)
        takers = {g.thing: g.taker for g in gifts}
        placements = tuple(replace(p, given_to=takers.get(p.name)) for p in placements)
        self.reached |= {p.name: p.travels_to for p in placements if p.travels_to is not None and p.part is Part.ACTOR}
        for thing, who, beside in things_put(shot):
            if any(p.name == thing and p.held_by == who for p in placements):
                x = spot_beside(placements, who, beside)
                # the travel of the thing tells all of it: it is put down by whoever holds it
                placements = tuple(
                    replace(p, travels_to=x)
                    if p.name == thing
                    else replace(p, acts=tuple(a for a in p.acts if a.verb is not Verb.PUT))
                    if p.name == who
                    else p
                    for p in placements
                )
                self.lying[thing] = x
        return placements

    def _set(self, shot: ScriptShot) -> tuple[str | None, str | None]:
        """The set named here, else the last one, as long as the prompt does not go elsewhere. Things stay behind."""
        named = next((m.name for m in shot.cast if m.part is Part.BACKGROUND), None)
        if named is not None:
            if named != self.background:
                self.lying = {}
            self.background, self.place = named, shot.place
        elif shot.place is not None and shot.place != self.place:
            if not same_place(shot.place, self.place):
                self.background = None
                self.lying = {}
            self.place = shot.place
        return self.background, self.place

    def _talkers(self, lines: Sequence[Line]) -> tuple[str, ...]:
        names = [line.speaker for line in lines if line.delivery is not Delivery.NARRATE]
        return tuple(dict.fromkeys(n for n in names if n in self.known and n is not None))

    def _acts(self, shot: ScriptShot, lines: Sequence[tuple[int, Line]]) -> tuple[Act, ...]:
        """Lines to somebody are acts too: the speaker turns to him."""
        spoken = [
            Act(line.speaker, Verb.SPEAK, line.to) for _, line in lines if line.speaker in self.known and line.speaker
        ]
        return shot.acts + tuple(a for a in dict.fromkeys(spoken) if a not in shot.acts and a.target)

    def _note_unseen(self, lines: Sequence[tuple[int, Line]], seen: set[str], index: int) -> None:
        for _, line in lines:
            if line.speaker in seen or line.speaker == _NARRATOR:
                continue
            who = line.speaker or "Somebody"
            reason = "has no reference" if line.speaker not in self.known else "is not in the picture"
            self.notes.append(f"{who} {reason}; the line in shot {index + 1} is spoken off screen.")

    @staticmethod
    def _time(
        draft: Draft, first: int, frames: int, lines: Sequence[tuple[int, Line]], lengths: Sequence[int]
    ) -> tuple[TimedLine, ...]:
        if not lines:
            return ()
        fractions = words_before(draft.shot.text, [line.text for _, line in lines])
        if draft.is_cut:
            # what happens before has been seen: only what happens in this cut itself delays the words
            acts = any(a.verb in MOVING for a in draft.shot.acts)
            fractions = [0.6 if acts else 0.2 + 0.4 * n / len(lines) for n in range(len(lines))]
        placed = place_lines(lengths, frames, fractions)
        return tuple(
            TimedLine(number, line.speaker, line.text, line.delivery or Delivery.SAY, first + a, first + b)
            for (number, line), (a, b) in zip(lines, placed, strict=True)
        )

    @staticmethod
    def _transition(index: int, draft: Draft) -> Transition:
        if draft.cut:
            return Transition.CUT
        if index and (draft.dissolves or _DISSOLVES.match(draft.shot.text)):
            return Transition.DISSOLVE
        return Transition.FADE if _FADES.match(draft.shot.text) else Transition.CUT
