"""From the prompt's shots to the film's shots: one for `single`, several for `multi`, panels, the opening picture.

Knows how a director divides a scene. Must not know frames of lines or where anybody stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from understudy.animatic.screenplay import Angle, CastMember, Line, Part, Screenplay, ScriptShot, ShotSize
from understudy.animatic.timing import SHORTEST_SHOT
from understudy.core.request import ShotType
from understudy.core.units import FRAMES_PER_SECOND


@dataclass(frozen=True, slots=True)
class Draft:
    """A shot on its way to the board: what is stated, and what the director adds."""

    shot: ScriptShot
    panel: int | None = None
    is_opening: bool = False
    focus: tuple[str, ...] = ()
    dissolves: bool = False
    wanted_seconds: float | None = None


def divide(
    screenplay: Screenplay,
    frame_count: int,
    *,
    shot_type: ShotType | None,
    panel_count: int,
    has_first_frame: bool,
) -> tuple[list[Draft], list[str]]:
    """The film's shots in order, with sentences for what had to be changed."""
    notes: list[str] = []
    shots = list(screenplay.shots) or [ScriptShot("")]
    seconds = frame_count / FRAMES_PER_SECOND
    if shot_type is ShotType.SINGLE and len(shots) > 1:
        notes.append(f"The prompt has {len(shots)} shots; shot_type single plays them as one unbroken shot.")
        shots = [_joined(shots)]
    if shot_type is not ShotType.SINGLE and panel_count > 1 and len(shots) == 1:
        drafts = [Draft(s) for s in _per_panel(shots[0], panel_count)]
    elif shot_type is ShotType.MULTI and len(shots) == 1:
        drafts = _direct(shots[0], seconds)
        if len(drafts) > 1:
            notes.append(f"shot_type multi: the scene was divided into {len(drafts)} shots.")
    else:
        drafts = [Draft(s) for s in shots]
    if has_first_frame:
        drafts = _open_with_picture(drafts, seconds)
    drafts, merged = _fit(drafts, frame_count)
    if merged:
        notes.append(
            f"The prompt has more shots than {seconds:g} s can show; {merged} of them were merged with a neighbour. "
            "Ask for a longer video to see each."
        )
    if panel_count > 0:
        first = 1 if drafts[0].is_opening and len(drafts) > 1 else 0
        shown = len(drafts) - first
        drafts = drafts[:first] + [
            replace(d, panel=min(panel_count - 1, i * panel_count // shown)) for i, d in enumerate(drafts[first:])
        ]
        if shown != panel_count:
            notes.append(f"The sheet has {panel_count} panels and the film {shown} shots; panels were spread evenly.")
    return drafts, notes


def _joined(shots: Sequence[ScriptShot]) -> ScriptShot:
    """Several shots as one: everybody in it, all lines in order, the first stated camera words."""
    cast: dict[str, CastMember] = {}
    for shot in shots:
        for member in shot.cast:
            cast.setdefault(member.name, member)
    size = next((s.size for s in shots if s.size), None)
    if len([m for m in cast.values() if m.part is Part.ACTOR]) > 1 and size in (ShotSize.CLOSE, ShotSize.EXTREME_CLOSE):
        size = ShotSize.MEDIUM
    moves = tuple(dict.fromkeys(m for s in shots for m in s.moves))[:2]
    return ScriptShot(
        text="\n".join(s.text for s in shots),
        size=size,
        angle=next((s.angle for s in shots if s.angle), None),
        moves=moves,
        cast=tuple(cast.values()),
        acts=tuple(dict.fromkeys(a for s in shots for a in s.acts)),
        lines=tuple(line for s in shots for line in s.lines),
        weather=tuple(dict.fromkeys(w for s in shots for w in s.weather)),
        place=next((s.place for s in shots if s.place), None),
        start=shots[0].start,
        end=shots[-1].end,
    )


def _per_panel(shot: ScriptShot, count: int) -> list[ScriptShot]:
    """A prompt that only says "animate the panels": one shot each, lines spread in order."""
    share = [shot.lines[i * len(shot.lines) // count : (i + 1) * len(shot.lines) // count] for i in range(count)]
    return [
        replace(shot, lines=lines, size=shot.size if i == 0 else None, start=None, end=None)
        for i, lines in enumerate(share)
    ]


def _direct(shot: ScriptShot, seconds: float) -> list[Draft]:
    """Divide one scene: everybody first, then whoever speaks or acts, nearer and in turns.

    A shot of its own needs about 1.6 s; a film too short for two of them stays one shot.
    """
    actors = [m for m in shot.cast if m.part is Part.ACTOR]
    most = int(seconds / 1.6)
    turns = _turns(shot.lines)
    if most < 2 or (len(turns) < 2 and len(shot.acts) < 2 and len(actors) < 2):
        return [Draft(shot)]
    plain = replace(shot, start=None, end=None)
    wide = shot.size or (ShotSize.FULL if len(actors) > 1 else ShotSize.WIDE if not actors else ShotSize.FULL)
    if turns:
        opening = replace(plain, size=wide, lines=())
        kept = turns
        if len(turns) + 1 > most:
            opening, kept = replace(plain, size=wide, lines=turns[0]), turns[1:]
        if len(kept) + 1 > most:
            kept = _regroup(kept, max(1, most - 1))
        drafts = [Draft(opening)] + [_on_speaker(plain, lines, i, actors) for i, lines in enumerate(kept)]
        return drafts
    sizes = [wide, ShotSize.MEDIUM, ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE][
        : max(2, min(most, 2 + len(shot.acts) // 2, 4))
    ]
    groups = [
        shot.acts[i * len(shot.acts) // len(sizes) : (i + 1) * len(shot.acts) // len(sizes)] for i in range(len(sizes))
    ]
    drafts = []
    for index, (size, acts) in enumerate(zip(sizes, groups, strict=True)):
        doing = [a.who for a in acts] or [m.name for m in actors[index % max(1, len(actors)) :][:1]]
        whole = index == 0 or size is ShotSize.MEDIUM
        cast = (
            shot.cast
            if whole
            else tuple(m for m in shot.cast if m.name in doing or m.part is Part.BACKGROUND or m.held_by in doing)
        )
        focus = () if index == 0 else tuple(dict.fromkeys(doing))[:1]
        drafts.append(
            Draft(replace(plain, size=size, acts=acts, cast=cast, moves=plain.moves if index == 0 else ()), focus=focus)
        )
    return drafts


def _turns(lines: Sequence[Line]) -> list[tuple[Line, ...]]:
    """Consecutive lines of one speaker belong together."""
    turns: list[tuple[Line, ...]] = []
    for line in lines:
        if turns and turns[-1][0].speaker == line.speaker:
            turns[-1] += (line,)
        else:
            turns.append((line,))
    return turns


def _regroup(turns: list[tuple[Line, ...]], most: int) -> list[tuple[Line, ...]]:
    groups = [turns[i * len(turns) // most : (i + 1) * len(turns) // most] for i in range(most)]
    return [tuple(line for turn in group for line in turn) for group in groups if group]


def _on_speaker(shot: ScriptShot, lines: tuple[Line, ...], index: int, actors: Sequence[CastMember]) -> Draft:
    """A nearer shot of whoever speaks; every second one over the listener's shoulder."""
    speaker = lines[0].speaker
    if speaker not in {m.name for m in actors}:
        return Draft(replace(shot, lines=lines, size=ShotSize.MEDIUM, acts=(), moves=()))
    several = len({line.speaker for line in lines}) > 1
    if several:
        return Draft(replace(shot, lines=lines, size=ShotSize.MEDIUM, acts=(), moves=()))
    over = len(actors) == 2 and index % 2 == 1
    acts = tuple(
        a
        for a in shot.acts
        if a.who == speaker and a.verb.value in ("smile", "cry", "nod", "shake_head", "look", "turn", "sit", "play")
    )
    kept = tuple(
        m
        for m in shot.cast
        if m.name == speaker or m.part in (Part.BACKGROUND, Part.SEAT) or m.held_by == speaker or (over and m in actors)
    )
    return Draft(
        replace(
            shot,
            lines=lines,
            size=ShotSize.MEDIUM_CLOSE if index % 3 != 2 else ShotSize.CLOSE,
            angle=Angle.OVER_SHOULDER if over else shot.angle,
            acts=acts,
            moves=(),
            cast=kept,
        ),
        focus=(speaker,) if speaker else (),
    )


def _open_with_picture(drafts: list[Draft], seconds: float) -> list[Draft]:
    """The first-frame picture opens the film; in a film of one shot it dissolves into the staged scene."""
    if len(drafts) > 1 or not drafts[0].shot.cast or seconds < 2:
        return [replace(drafts[0], is_opening=True), *drafts[1:]]
    shot = drafts[0].shot
    opening = replace(shot, cast=(), acts=(), lines=(), start=None, end=None)
    scene = replace(shot, start=None, end=None)
    return [
        Draft(opening, is_opening=True, wanted_seconds=min(2.0, max(1.2, seconds * 0.3))),
        replace(drafts[0], shot=scene, dissolves=True),
    ]


def _fit(drafts: list[Draft], frame_count: int) -> tuple[list[Draft], int]:
    """Merge neighbours until every shot can have its shortest length."""
    most = max(1, frame_count // SHORTEST_SHOT)
    merged = 0
    while len(drafts) > most:
        cost = [_weight(drafts[i]) + _weight(drafts[i + 1]) for i in range(len(drafts) - 1)]
        at = cost.index(min(cost))
        first, second = drafts[at], drafts[at + 1]
        drafts = [
            *drafts[:at],
            replace(first, shot=_joined([first.shot, second.shot]), wanted_seconds=None),
            *drafts[at + 2 :],
        ]
        merged += 1
    return drafts, merged


def _weight(draft: Draft) -> float:
    return (
        len(draft.shot.lines) * 2.0
        + len(draft.shot.acts) * 0.5
        + len(draft.shot.cast) * 0.1
        + (0.5 if draft.shot.size else 0)
    )


_OFF_SCREEN = re.compile(
    r"画外|黑屏|黑场|只有\S{0,12}声音|传来|电话(?:里|那头)|off[ -]?screen|\bo\.s\.|voice ?over|from (?:outside|"
    r"the phone)|black screen",
    re.IGNORECASE,
)


def hears_only(shot: ScriptShot) -> bool:
    """Whether a shot's text says that a speaker is not seen."""
    return bool(_OFF_SCREEN.search(shot.text))
