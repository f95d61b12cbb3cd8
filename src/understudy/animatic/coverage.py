"""Coverage: how a director films one stated shot, from everybody in his place to whoever speaks.

Knows beats, who is on stage when, and what a shot of its own needs. Must not know where anybody stands, nor pixels;
what the prompt states stays as it is, only the film is cut.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from understudy.animatic.grammar.naming import NamedSubject, name_subjects
from understudy.animatic.grammar.text import plain
from understudy.animatic.screenplay import (
    Act,
    Angle,
    CastMember,
    Delivery,
    Line,
    Move,
    Part,
    ScriptShot,
    ShotSize,
    Verb,
)
from understudy.animatic.timing import GAP, LEAD, TAIL, frames_of
from understudy.core.units import FRAMES_PER_SECOND

SHORTEST_CUT = 36
"""Frames (1.2 s) below which a cut that nobody asked for is restless. GUESS, by eye."""
_COVERED_FROM = 5.0
"""Seconds from which a shot is divided though nobody asked for several. GUESS: shorter ones are one breath."""
_SILENT_FROM = 6.0
_SET_SILENCE = 3.0
"""Seconds without words that leave room for showing the set first. GUESS."""

NEAR = (ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE, ShotSize.EXTREME_CLOSE)
MOVING = frozenset(
    {Verb.WALK, Verb.RUN, Verb.PASS, Verb.DANCE, Verb.JUMP, Verb.FLY, Verb.LEAVE, Verb.ENTER, Verb.PUT, Verb.HUG}
)
"""What needs the whole body, or two of them, in the picture."""
_COMES = (Verb.ENTER, Verb.PASS)
_QUIET = (Verb.SPEAK, Verb.HOLD)


@dataclass(frozen=True, slots=True)
class Beat:
    """What happens, and then one turn of words; either may be empty."""

    acts: tuple[Act, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Setup:
    """One cut of a covered shot: `shot` as it is filmed, `focus` whom the camera frames (empty = everybody)."""

    shot: ScriptShot
    focus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cut:
    """A setup in the making. `from_beat`..`to_beat` are the beats it tells."""

    from_beat: int
    to_beat: int
    acts: tuple[Act, ...] = ()
    lines: tuple[Line, ...] = ()
    size: ShotSize | None = None
    focus: str | None = None


def cover(
    shot: ScriptShot,
    seconds: float,
    subjects: Sequence[NamedSubject],
    *,
    is_multi: bool,
    line_seconds: Callable[[Line], float],
) -> list[Setup]:
    """The cuts of one stated shot that lasts `seconds`, at least one.

    A shot stays whole where the prompt wants it so (a still camera, a move, a framing that suits everybody who
    speaks), where too little happens, or where there is no time: no cut is shorter than 1.2 s, none divides a line.
    `is_multi` is the caller's wish for several shots; it asks less of the scene.
    """
    subject = framed_by_name(shot, subjects) if shot.size in NEAR else None
    whole = Setup(shot, () if subject is None else (subject,))
    actors = _actors(shot)
    beats = beats_of(shot)
    speakers = _seen_speakers(shot, actors)
    others = subject is not None and any(name != subject for name in speakers)
    if not actors or any(m.move is Move.STATIC for m in shot.moves):
        return [whole]
    if (
        not is_multi
        and not others
        and (
            _framing_holds(shot, speakers)
            or not _worth(shot, beats, speakers, seconds, seconds - sum(map(line_seconds, shot.lines)))
        )
    ):
        return [whole]
    if is_multi and len(actors) < 2 and len(beats) < 2 and len(_deeds(shot.acts)) < 2:
        return [whole]
    frames = int(seconds * FRAMES_PER_SECOND)
    cuts = _cuts(shot, beats, actors, subject)
    while len(cuts) > 1 and sum(least_frames(cut.lines, line_seconds) for cut in cuts) > frames:
        cuts = _fewer(cuts)
    if len(cuts) < 2:
        return [whole]
    stage = _Stage(shot, beats)
    setups: list[Setup] = []
    done: tuple[Act, ...] = ()
    for cut in _varied(cuts, actors):
        setups.append(_set_up(shot, cut, stage, done, is_first=not setups))
        done += cut.acts
    return setups


def framed_by_name(shot: ScriptShot, subjects: Sequence[NamedSubject]) -> str | None:
    """Whom the prompt's own words put in the close picture (图2的特写, close-up of Image 2), if they say so."""
    text = plain(shot.text)
    here = {m.name for m in shot.cast}
    for start, end, name in name_subjects(subjects).find(text):
        if name in here and (_AFTER_NAME.match(text, end) or _BEFORE_NAME.search(text[:start])):
            return name
    return None


_SIZES = r"(?:大?特写|近景|中近景|(?:extreme |medium )?close[- ]?up|tight shot|macro)"
_AFTER_NAME = re.compile(rf"\s?(?:的|'s )?[^\s,，。.;；：:]{{0,4}}?\s?{_SIZES}", re.IGNORECASE)
_BEFORE_NAME = re.compile(
    rf"{_SIZES}(?:镜头)?\s?(?:shot )?(?:给到?|对准|对着|聚焦|拍摄|of|on)?\s?(?:the )?$", re.IGNORECASE
)


def beats_of(shot: ScriptShot) -> list[Beat]:
    """The shot's acts and lines in the order of telling. Acts of speaking tell which line the acts before them lead to.

    Lines without such an act follow each other; acts after the last of them belong before the next line, or, where
    the prompt goes on after its last words, after that.
    """
    before: list[list[Act]] = [[] for _ in range(len(shot.lines) + 1)]
    pending: list[Act] = []
    at = 0
    for act in shot.acts:
        if act.verb is not Verb.SPEAK:
            pending.append(act)
            continue
        found = next((i for i in range(at, len(shot.lines)) if shot.lines[i].speaker == act.who), None)
        if found is not None:
            before[found] += pending
            pending, at = [], found + 1
    before[len(shot.lines) if at and _goes_on(shot) else min(at, max(0, len(shot.lines) - 1))] += pending
    beats: list[Beat] = []
    for acts, line in zip(before, shot.lines, strict=False):
        if beats and not _deeds(acts) and beats[-1].lines and beats[-1].lines[-1].speaker == line.speaker:
            beats[-1] = Beat(beats[-1].acts + tuple(acts), (*beats[-1].lines, line))
        else:
            beats.append(Beat(tuple(acts), (line,)))
    if before[-1] and shot.lines:
        beats.append(Beat(tuple(before[-1])))
    return beats or [Beat(tuple(before[0]))]


def _goes_on(shot: ScriptShot) -> bool:
    last = shot.lines[-1].text if shot.lines else ""
    return len(shot.text) - (shot.text.rfind(last) + len(last)) > 6


def _actors(shot: ScriptShot) -> tuple[CastMember, ...]:
    return tuple(m for m in shot.cast if m.part is Part.ACTOR)


def _seen_speakers(shot: ScriptShot, actors: Sequence[CastMember]) -> tuple[str, ...]:
    names = {m.name for m in actors}
    heard = (line.speaker for line in shot.lines if line.delivery is not Delivery.NARRATE)
    return tuple(dict.fromkeys(name for name in heard if name in names and name is not None))


def _deeds(acts: Sequence[Act]) -> tuple[Act, ...]:
    return tuple(a for a in acts if a.verb not in _QUIET)


def _framing_holds(shot: ScriptShot, speakers: Sequence[str]) -> bool:
    """Whether the prompt's own camera words are meant for all of the shot."""
    if shot.angle is Angle.OVER_SHOULDER and not shot.moves and len(speakers) > 1:
        return False  # whoever speaks is seen: the camera goes round to the other shoulder
    if shot.moves or shot.angle not in (None, Angle.EYE):
        return True
    return shot.size is not None and (shot.size not in NEAR or len(speakers) < 2)


def _worth(shot: ScriptShot, beats: Sequence[Beat], speakers: Sequence[str], seconds: float, silence: float) -> bool:
    """Whether there is enough to be seen apart; `silence` are the seconds in which nobody speaks."""
    if seconds < _COVERED_FROM:
        return False
    if len(speakers) > 1:
        return True
    if speakers:
        deeds = len(_deeds(shot.acts))
        if len(beats) > 1 or deeds >= (1 if len(_actors(shot)) > 1 else 2):
            return True
        return seconds >= _SILENT_FROM and silence >= _SET_SILENCE and _has_set(shot)
    return seconds >= _SILENT_FROM and len({(a.verb, a.target) for a in _deeds(shot.acts)}) >= 3


def _has_set(shot: ScriptShot) -> bool:
    """Whether a reference shows where it plays: such a picture is to be seen before somebody's face fills it."""
    return any(m.part is Part.BACKGROUND for m in shot.cast)


# The cuts -------------------------------------------------------------------------------------------------------------


def _cuts(shot: ScriptShot, beats: Sequence[Beat], actors: Sequence[CastMember], subject: str | None) -> list[_Cut]:
    names = {m.name for m in actors}
    if not shot.lines:
        return _silent_cuts(shot, actors)
    cuts: list[_Cut] = []
    for index, beat in enumerate(beats):
        speaker = beat.lines[0].speaker if beat.lines else None
        seen = speaker if speaker in names and beat.lines[0].delivery is not Delivery.NARRATE else None
        if index == 0 and subject is not None:
            cuts.append(_Cut(0, 0, tuple(a for a in beat.acts if a.who == subject), (), shot.size, subject))
        elif index == 0 and seen and shot.size is None and not (len(actors) > 1 or _deeds(beat.acts) or _has_set(shot)):
            # he is alone and begins to speak at once: nothing to establish
            cuts.append(_Cut(0, 0, beat.acts, beat.lines, ShotSize.MEDIUM, seen))
            continue
        elif index == 0 and seen and shot.angle is Angle.OVER_SHOULDER:  # both are in the picture already
            cuts.append(_Cut(0, 0, beat.acts, beat.lines, shot.size or ShotSize.MEDIUM_CLOSE, seen))
            continue
        elif index == 0:
            wide = shot.size if shot.size is not None and shot.size not in NEAR else ShotSize.FULL
            cuts.append(_Cut(0, 0, beat.acts, (), wide))
        elif any(a.verb in MOVING for a in beat.acts):
            cuts.append(_Cut(index, index, beat.acts, (), ShotSize.FULL))
        elif not beat.lines and beat.acts:
            cuts.append(_Cut(index, index, beat.acts, (), ShotSize.MEDIUM))
        if beat.lines:
            told = cuts[-1].acts if cuts and cuts[-1].to_beat == index else ()
            acts = tuple(a for a in beat.acts if a.verb not in MOVING or (a not in told and a.who == seen))
            nearer = (ShotSize.MEDIUM_CLOSE if seen else ShotSize.MEDIUM) if shot.size not in NEAR else shot.size
            cuts.append(_Cut(index, index, acts, beat.lines, nearer, seen))
    if subject is not None and len(cuts) > 1 and cuts[1].focus == subject:
        # the close picture that was asked for is the one in which he speaks
        cuts[:2] = [replace(cuts[1], acts=cuts[0].acts + cuts[1].acts)]
    return cuts


def _silent_cuts(shot: ScriptShot, actors: Sequence[CastMember]) -> list[_Cut]:
    """Without words: the whole, then what each act is about, nearer and nearer."""
    deeds = _deeds(shot.acts)
    count = max(2, min(4, 2 + len(deeds) // 2))
    wide = shot.size or ShotSize.FULL
    sizes = [wide, ShotSize.MEDIUM, ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE][:count]
    quiet = tuple(a for a in shot.acts if a.verb in _QUIET)
    cuts = []
    for index, size in enumerate(sizes):
        acts = deeds[index * len(deeds) // count : (index + 1) * len(deeds) // count]
        doing = next((a.who for a in acts if a.who in {m.name for m in actors}), None)
        who = doing or actors[index % len(actors)].name
        if index and any(a.verb in MOVING for a in acts):
            size = ShotSize.FULL if sizes[0] is not ShotSize.FULL else ShotSize.MEDIUM
        cuts.append(_Cut(0, 0, (*quiet, *acts), (), size, None if index == 0 else who))
    return cuts


def least_frames(lines: Sequence[Line], line_seconds: Callable[[Line], float]) -> int:
    """Frames that a cut needs for its words, at least 1.2 s."""
    if not lines:
        return SHORTEST_CUT
    speech = sum(frames_of(line_seconds(line)) for line in lines)
    return max(SHORTEST_CUT, LEAD + speech + GAP * (len(lines) - 1) + TAIL)


def _fewer(cuts: list[_Cut]) -> list[_Cut]:
    """One cut less: silent ones are given up first, the last of them before the first; then turns are joined."""
    silent = [i for i, cut in enumerate(cuts) if not cut.lines]
    if silent and any(cut.lines for cut in cuts):
        at = silent[-1]
        other = at + 1 if at + 1 < len(cuts) else at - 1
        first, second = min(at, other), max(at, other)
    else:
        weights = [len(a.lines) + len(b.lines) for a, b in itertools.pairwise(cuts)]
        first = len(weights) - 1 - weights[::-1].index(min(weights))
        second = first + 1
    one, two = cuts[first], cuts[second]
    alone = one.focus if one.focus == two.focus else None
    wide = ShotSize.FULL if any(c.size is ShotSize.FULL and _strides(c.acts) for c in (one, two)) else ShotSize.MEDIUM
    joined = _Cut(
        one.from_beat,
        two.to_beat,
        tuple(dict.fromkeys(one.acts + two.acts)),
        one.lines + two.lines,
        (two.size if alone else wide),
        alone,
    )
    return [*cuts[:first], joined, *cuts[second + 1 :]]


def _strides(acts: Sequence[Act]) -> bool:
    return any(a.verb in MOVING for a in acts)


def _varied(cuts: Sequence[_Cut], actors: Sequence[CastMember]) -> list[_Cut]:
    """The same cuts, no two neighbours alike: every second near one is nearer, every fourth turn is a two-shot."""
    result: list[_Cut] = []
    singles = 0
    for cut in cuts:
        before = result[-1].size if result else None
        if cut.focus is not None and cut.lines:
            singles += 1
            if singles % 4 == 0 and len(actors) > 1 and before is not ShotSize.MEDIUM:
                cut = replace(cut, size=ShotSize.MEDIUM, focus=None)
            elif cut.size is before and cut.size in NEAR:
                cut = replace(cut, size=ShotSize.CLOSE if cut.size is ShotSize.MEDIUM_CLOSE else ShotSize.MEDIUM_CLOSE)
        elif cut.size is before:
            cut = replace(cut, size=ShotSize.MEDIUM if cut.size is ShotSize.FULL else ShotSize.FULL)
        result.append(cut)
    return result


class _Stage:
    """Who is on stage when: from the beat of his coming, if he comes, until he has left."""

    def __init__(self, shot: ScriptShot, beats: Sequence[Beat]) -> None:
        self.from_beat = {m.name: 0 for m in shot.cast}
        self.leaving: set[str] = set()
        for name in self.from_beat:
            doing = [i for i, b in enumerate(beats) if any(a.who == name for a in b.acts) or _speaks(b, name)]
            coming = next((i for i, b in enumerate(beats) if _does(b, name, _COMES)), None)
            if doing and coming == doing[0]:
                self.from_beat[name] = coming
            if doing and _does(beats[doing[-1]], name, (Verb.LEAVE,)) and not _speaks(beats[doing[-1]], name):
                self.leaving.add(name)
        if all(self.from_beat[m.name] > 0 for m in _actors(shot)):
            self.from_beat = dict.fromkeys(self.from_beat, 0)

    def members(self, shot: ScriptShot, cut: _Cut, done: Sequence[Act]) -> tuple[CastMember, ...]:
        """Who is there during a cut, after `done`; what somebody holds comes and goes with him."""
        gone = {a.who for a in done if a.verb is Verb.LEAVE and a.who in self.leaving and a not in cut.acts}
        here = {
            m.name
            for m in shot.cast
            if m.part is not Part.ACTOR or (self.from_beat[m.name] <= cut.to_beat and m.name not in gone)
        }
        return tuple(m for m in shot.cast if m.name in here and (m.held_by not in self.from_beat or m.held_by in here))


def _does(beat: Beat, name: str, verbs: Sequence[Verb]) -> bool:
    return any(a.who == name and a.verb in verbs for a in beat.acts)


def _speaks(beat: Beat, name: str) -> bool:
    return any(line.speaker == name for line in beat.lines)


_LASTING = (Verb.SIT, Verb.PLAY, Verb.LEAN, Verb.SLEEP, Verb.DANCE)


_LASTING = (Verb.SIT, Verb.PLAY, Verb.LEAN, Verb.SLEEP, Verb.DANCE)


def _set_up(shot: ScriptShot, cut: _Cut, stage: _Stage, done: Sequence[Act], *, is_first: bool) -> Setup:
    """A cut as a shot. Who sat down, plays or leans goes on doing so in the cuts after `done`; hands stay full."""
    cast = stage.members(shot, cut, done)
    names = {m.name for m in cast}
    sits = {a.who for a in (*done, *cut.acts) if a.verb in MOVING}
    lasting = [
        a
        for a in shot.acts
        if a not in cut.acts
        and (
            a.verb is Verb.HOLD
            or (a in done and a.verb in _LASTING)
            # a seat that is never walked to is sat on from the beginning
            or (a.verb is Verb.SIT and a.who not in sits)
        )
    ]
    filmed = replace(
        shot,
        size=cut.size,
        cast=cast,
        acts=tuple(a for a in (*lasting, *cut.acts) if a.who in names),
        lines=cut.lines,
        moves=shot.moves if is_first else (),
        start=None,
        end=None,
    )
    return Setup(filmed, (cut.focus,) if cut.focus is not None else ())
