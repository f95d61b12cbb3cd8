"""From screenplay to storyboard: shots with exact frames, everybody on his mark, every line in its shot.

Knows what a planner adds to what a prompt states. Must not know pixels, files or sound; `line_seconds` tells it how
long words last once somebody has spoken them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from understudy.animatic.directing import Draft, divide, hears_only
from understudy.animatic.grammar.naming import NamedSubject, name_subjects
from understudy.animatic.grammar.text import plain
from understudy.animatic.marks import order_of, place_cast
from understudy.animatic.screenplay import (
    Act,
    Angle,
    CameraMove,
    CastMember,
    Delivery,
    Line,
    Move,
    Part,
    Screenplay,
    ScriptShot,
    ShotSize,
    Side,
    Verb,
)
from understudy.animatic.storyboard import Shot, Storyboard, TimedLine, Transition
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
    speech_rate,
    stated_seconds,
    weight_of,
)
from understudy.core.request import ShotType
from understudy.core.units import FRAMES_PER_SECOND

__all__ = ["draw_storyboard", "speech_rate"]

_NARRATOR = "narrator"
_NEAR = (ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE, ShotSize.EXTREME_CLOSE)


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
) -> Storyboard:
    """Cut a screenplay to exactly `frame_count` frames (at 30 per second, at least 1).

    `shot_type` single plays everything as one shot, multi divides a scene; None obeys the prompt. `line_seconds`
    gives the length of a line as spoken (default: an estimate). `panel_count` is the number of panels of a storyboard
    sheet. Raises ValueError for a film without frames.
    """
    if frame_count < 1:
        raise ValueError(f"a film needs at least one frame, not {frame_count}")
    screenplay, notes = _cast_everybody(screenplay, subjects, panel_count)
    drafts, added = divide(
        screenplay, frame_count, shot_type=shot_type, panel_count=panel_count, has_first_frame=has_first_frame
    )
    notes += added
    measure = line_seconds or estimate_seconds
    drafts, lines, late = _number_lines(drafts, frame_count)
    notes += late
    lengths, frames, spoken_notes = _share(drafts, lines, frame_count, measure)
    notes += spoken_notes
    board = _Board(drafts, subjects, random.Random(seed), notes)
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


# Who is in the film ---------------------------------------------------------------------------------------------------


def _cast_everybody(
    screenplay: Screenplay, subjects: Sequence[NamedSubject], panel_count: int
) -> tuple[Screenplay, list[str]]:
    """Parts set right by what the pictures show; references the prompt never names put into the main shot."""
    kinds = {s.name: s.kind for s in subjects}
    shots = [replace(s, cast=tuple(_with_kind(m, kinds.get(m.name)) for m in s.cast)) for s in screenplay.shots]
    shots = [replace(s, cast=s.cast + _speaking_unseen(s, kinds)) for s in shots]
    shots = shots or [ScriptShot("")]
    notes: list[str] = []
    if panel_count == 0:
        named = {m.name for s in shots for m in s.cast} | _mentioned(screenplay, subjects)
        main = max(range(len(shots)), key=lambda i: (len(shots[i].cast), len(shots[i].lines), -i))
        for subject in subjects:
            if subject.name in named:
                continue
            part = {"place": Part.BACKGROUND, "object": Part.PROP}.get(subject.kind or "", Part.ACTOR)
            if part is Part.BACKGROUND and any(m.part is Part.BACKGROUND for m in shots[main].cast):
                notes.append(
                    f"{subject.name} shows a place, but the prompt already plays somewhere else; it is not seen."
                )
                continue
            shots[main] = replace(shots[main], cast=(*shots[main].cast, CastMember(subject.name, part)))
            notes.append(f"The prompt does not name {subject.name}; it appears in shot {main + 1}.")
    return replace(screenplay, shots=tuple(shots)), notes


def _with_kind(member: CastMember, kind: str | None) -> CastMember:
    if kind == "place":
        return replace(member, part=Part.BACKGROUND, held_by=None)
    if kind == "object" and member.part is Part.ACTOR:
        return replace(member, part=Part.PROP)
    if kind == "person" and member.part is not Part.ACTOR:
        return replace(member, part=Part.ACTOR, held_by=None)
    return member


def _speaking_unseen(shot: ScriptShot, kinds: dict[str, str | None]) -> tuple[CastMember, ...]:
    """References that speak in a shot without being named in it are seen, unless the prompt keeps them off screen."""
    if hears_only(shot):
        return ()
    cast = {m.name for m in shot.cast}
    speakers = dict.fromkeys(
        line.speaker for line in shot.lines if line.speaker in kinds and line.delivery is not Delivery.NARRATE
    )
    return tuple(CastMember(name) for name in speakers if name and name not in cast)


def _mentioned(screenplay: Screenplay, subjects: Sequence[NamedSubject]) -> set[str]:
    naming = name_subjects(subjects)
    texts = [s.text for s in screenplay.shots] + list(screenplay.style)
    return {name for text in texts for _, _, name in naming.find(plain(text))}


# Time -----------------------------------------------------------------------------------------------------------------


def _number_lines(drafts: list[Draft], frame_count: int) -> tuple[list[Draft], list[list[tuple[int, Line]]], list[str]]:
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
    return drafts, numbered, notes


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
    stated = stated_seconds([d.shot for d in drafts], seconds)
    weights = stated or [weight_of(d.shot, sum(u)) for d, u in zip(drafts, usual, strict=True)]
    for index, draft in enumerate(drafts):
        if draft.wanted_seconds is not None:
            others = sum(w for i, w in enumerate(weights) if i != index)
            weights[index] = others * draft.wanted_seconds / max(0.1, seconds - draft.wanted_seconds)
    minimum = [max(len(some) * 2, 1) for some in lines]
    frames = share_frames(frame_count, weights, needs) if sum(needs) <= frame_count else None
    if frames is None or any(f < m for f, m in zip(frames, minimum, strict=True)):
        spare = frame_count - sum(minimum)
        extra = [max(0.0, n - m) for n, m in zip(needs, minimum, strict=True)]
        total = sum(extra) or 1.0
        frames = share_frames(
            frame_count, [m + spare * e / total for m, e in zip(minimum, extra, strict=True)], minimum
        )
    lengths = [[frames_of(s / rate) for s in some] for some in usual]
    return lengths, frames, notes


def _needs(drafts: Sequence[Draft], usual: Sequence[Sequence[float]], rate: float) -> list[int]:
    needs = []
    for draft, some in zip(drafts, usual, strict=True):
        if some:
            speech = sum(frames_of(s / rate) for s in some) + LEAD + TAIL + GAP * (len(some) - 1)
            needs.append(max(SHORTEST_SHOT, speech))
        else:
            needs.append(SHORTEST_SHOT if not draft.is_opening else SHORTEST_SHOT + 6)
    return needs


# The board ------------------------------------------------------------------------------------------------------------

_DISSOLVES = re.compile(r"^\W*(?:\S{0,6}\s?){0,2}?(?:叠化|溶解|渐变到|(?:cross-?)?dissolv)", re.IGNORECASE)
_FADES = re.compile(r"^\W*(?:\S{0,6}\s?){0,2}?(?:淡入|渐显|fade[sd]? in)", re.IGNORECASE)


class _Board:
    """Draws shot after shot; remembers the set and the sizes of those before."""

    def __init__(
        self, drafts: Sequence[Draft], subjects: Sequence[NamedSubject], lots: random.Random, notes: list[str]
    ) -> None:
        self.drafts, self.subjects, self.lots, self.notes = drafts, subjects, lots, notes
        self.order = order_of([d.shot for d in drafts])
        self.background: str | None = None
        self.place: str | None = None
        self.sizes: list[ShotSize] = []
        self.known = {s.name for s in subjects}

    def draw(
        self, index: int, draft: Draft, first: int, frames: int, lines: list[tuple[int, Line]], lengths: list[int]
    ) -> Shot:
        shot = draft.shot
        background, place = self._set(shot)
        talkers = self._talkers(lines)
        acts = self._acts(shot, lines)
        staged = replace(shot, acts=acts)
        placements = () if draft.is_opening and not shot.cast else place_cast(staged, self.order, talkers=talkers)
        size = self._size(draft, staged, [line for _, line in lines])
        self._note_unseen(lines, {p.name for p in placements}, index)
        timed = self._time(shot, first, frames, lines, lengths)
        focus = draft.focus or self._focus(staged, size, talkers)
        return Shot(
            number=index,
            first_frame=first,
            frame_count=frames,
            size=size,
            angle=shot.angle or Angle.EYE,
            moves=shot.moves or self._moves(draft, staged, bool(lines)),
            background=background,
            place=place,
            placements=placements,
            focus=tuple(n for n in focus if n in {p.name for p in placements}),
            lines=timed,
            weather=shot.weather,
            transition=self._transition(index, draft),
            panel=draft.panel,
            is_first_frame_picture=draft.is_opening,
            text=shot.text,
        )

    def _set(self, shot: ScriptShot) -> tuple[str | None, str | None]:
        """The set named here, else the last one, as long as the prompt does not go elsewhere."""
        named = next((m.name for m in shot.cast if m.part is Part.BACKGROUND), None)
        if named is not None:
            self.background, self.place = named, shot.place
        elif shot.place is not None and shot.place != self.place:
            if not _same_place(shot.place, self.place):
                self.background = None
            self.place = shot.place
        return self.background, self.place

    def _talkers(self, lines: Sequence[tuple[int, Line]]) -> tuple[str, ...]:
        names = [line.speaker for _, line in lines if line.delivery is not Delivery.NARRATE]
        return tuple(dict.fromkeys(n for n in names if n in self.known and n is not None))

    def _acts(self, shot: ScriptShot, lines: Sequence[tuple[int, Line]]) -> tuple[Act, ...]:
        """Lines to somebody are acts too: the speaker turns to him."""
        spoken = [
            Act(line.speaker, Verb.SPEAK, line.to) for _, line in lines if line.speaker in self.known and line.speaker
        ]
        return shot.acts + tuple(a for a in dict.fromkeys(spoken) if a not in shot.acts and a.target)

    def _size(self, draft: Draft, shot: ScriptShot, lines: Sequence[Line]) -> ShotSize:
        if shot.size is not None:
            self.sizes.append(shot.size)
            return shot.size
        actors = [m for m in shot.cast if m.part is Part.ACTOR]
        verbs = {a.verb for a in shot.acts}
        if not actors:
            props = [m for m in shot.cast if m.part is Part.PROP]
            size = ShotSize.CLOSE if props else ShotSize.WIDE
        elif (
            verbs & {Verb.WALK, Verb.RUN, Verb.PASS, Verb.DANCE, Verb.JUMP, Verb.FLY, Verb.LEAVE, Verb.ENTER}
            or len(actors) > 3
        ):
            size = ShotSize.FULL
        elif len(actors) > 1:
            size = ShotSize.MEDIUM
        else:
            size = ShotSize.MEDIUM_CLOSE if lines else ShotSize.MEDIUM
        if (
            len(self.drafts) > 1
            and self.sizes[-2:] == [size, size]
            and size in (ShotSize.MEDIUM, ShotSize.MEDIUM_CLOSE)
        ):
            size = ShotSize.MEDIUM_CLOSE if size is ShotSize.MEDIUM else ShotSize.MEDIUM
        self.sizes.append(size)
        return size

    def _moves(self, draft: Draft, shot: ScriptShot, speaks: bool) -> tuple[CameraMove, ...]:
        """Camera life where the prompt says nothing: a gentle push in silence, stillness where somebody walks."""
        walks = any(a.verb in (Verb.WALK, Verb.RUN, Verb.PASS, Verb.ENTER, Verb.LEAVE) for a in shot.acts)
        if draft.is_opening or draft.panel is not None:
            return (CameraMove(Move.PUSH_IN),)
        if speaks and len(self.drafts) > 1:
            return ()
        if walks:
            return ()
        if not any(m.part is Part.ACTOR for m in shot.cast):
            return (
                self.lots.choice(
                    (CameraMove(Move.PUSH_IN), CameraMove(Move.PAN, Side.RIGHT), CameraMove(Move.TRUCK, Side.LEFT))
                ),
            )
        return (CameraMove(Move.PUSH_IN),)

    def _focus(self, shot: ScriptShot, size: ShotSize, talkers: Sequence[str]) -> tuple[str, ...]:
        actors = [m.name for m in shot.cast if m.part is Part.ACTOR]
        if size in _NEAR:
            seen = [n for n in talkers if n in actors]
            if len(seen) == 2 and size is ShotSize.MEDIUM_CLOSE:
                return tuple(seen)
            named = seen or [m.name for m in shot.cast if m.part in (Part.ACTOR, Part.PROP)]
            if size is not ShotSize.MEDIUM_CLOSE or seen or len(actors) != 2:
                return tuple(named[:1])
        return tuple(actors) or tuple(m.name for m in shot.cast if m.part is Part.PROP)

    def _note_unseen(self, lines: Sequence[tuple[int, Line]], seen: set[str], index: int) -> None:
        for _, line in lines:
            if line.speaker in seen or line.speaker == _NARRATOR:
                continue
            who = line.speaker or "Somebody"
            reason = "has no reference" if line.speaker not in self.known else "is not in the picture"
            self.notes.append(f"{who} {reason}; the line in shot {index + 1} is spoken off screen.")

    @staticmethod
    def _time(
        shot: ScriptShot, first: int, frames: int, lines: Sequence[tuple[int, Line]], lengths: Sequence[int]
    ) -> tuple[TimedLine, ...]:
        if not lines:
            return ()
        placed = place_lines(lengths, frames, _fractions(shot.text, [line.text for _, line in lines]))
        return tuple(
            TimedLine(number, line.speaker, line.text, line.delivery or Delivery.SAY, first + a, first + b)
            for (number, line), (a, b) in zip(lines, placed, strict=True)
        )

    @staticmethod
    def _transition(index: int, draft: Draft) -> Transition:
        if index and (draft.dissolves or _DISSOLVES.match(draft.shot.text)):
            return Transition.DISSOLVE
        return Transition.FADE if _FADES.match(draft.shot.text) else Transition.CUT


def _fractions(text: str, lines: Sequence[str]) -> list[float]:
    """How much of a shot's unspoken text stands before each of its lines; a line not found follows the one before."""
    silent = max(1, len(text) - sum(len(line) for line in lines))
    fractions: list[float] = []
    position, told = 0, 0
    for line in lines:
        at = text.find(line, position)
        if at >= 0:
            told += at - position
            position = at + len(line)
        fractions.append(min(1.0, told / silent))
    return fractions


_WITHIN = re.compile(
    r"(?:门口|门前|窗边|窗前|窗外|楼梯|背景|场景|环境|室内|舞台|阳台|车内|车里|doorway|background|setting|scene|interior|stage|stairs|room)$"
)


def _same_place(now: str, before: str | None) -> bool:
    """Whether words for a place stay on the set: part of the same words, or a corner that any set has."""
    return bool(_WITHIN.search(now)) or (before is not None and (now in before or before in now))
