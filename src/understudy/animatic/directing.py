"""From the prompt's shots to the film's shots: one for `single`, several for `multi`, panels, the opening picture.

Knows how a director divides a scene. Must not know frames of lines or where anybody stands.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from understudy.animatic.coverage import NEAR, cover, framed_by_name, least_frames
from understudy.animatic.grammar.naming import NamedSubject
from understudy.animatic.screenplay import CastMember, Line, Part, Screenplay, ScriptShot, ShotSize
from understudy.animatic.timing import SHORTEST_SHOT, stated_seconds, weight_of
from understudy.core.request import ShotType
from understudy.core.units import FRAMES_PER_SECOND


@dataclass(frozen=True, slots=True)
class Draft:
    """A shot on its way to the board: what is stated, and what the director adds.

    `scene` counts the prompt's own shots; the cuts of one of them share it, its whole `cast` and the way it was told.
    """

    shot: ScriptShot
    scene: int = 0
    cut: int = 0
    is_cut: bool = False
    whole: ScriptShot | None = None
    panel: int | None = None
    is_opening: bool = False
    focus: tuple[str, ...] = ()
    dissolves: bool = False
    wanted_seconds: float | None = None


def divide(
    screenplay: Screenplay,
    frame_count: int,
    *,
    subjects: Sequence[NamedSubject],
    line_seconds: Callable[[Line], float],
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
        shots = _per_panel(shots[0], panel_count)
    stays = shot_type is ShotType.SINGLE or screenplay.one_take or panel_count > 0
    left = seconds - (_picture_seconds(seconds) if has_first_frame and len(shots) == 1 else 0.0)
    lengths = _lengths(shots, left, line_seconds)
    scenes: list[list[Draft]] = []
    for scene, (shot, length) in enumerate(zip(shots, lengths, strict=True)):
        if stays or hears_only(shot):
            named = framed_by_name(shot, subjects) if shot.size in NEAR and shot_type is not ShotType.SINGLE else None
            scenes.append([Draft(shot, scene, focus=() if named is None else (named,))])
            continue
        is_multi = shot_type is ShotType.MULTI and len(shots) == 1
        setups = cover(shot, length, subjects, is_multi=is_multi, line_seconds=line_seconds)
        whole = shot if len(setups) > 1 else None
        scenes.append(
            [Draft(s.shot, scene, index, len(setups) > 1, whole, focus=s.focus) for index, s in enumerate(setups)]
        )
    _spare(scenes, int(left * FRAMES_PER_SECOND), line_seconds)
    drafts = list(itertools.chain.from_iterable(scenes))
    if shot_type is ShotType.MULTI and len(drafts) > len(shots):
        notes.append(f"shot_type multi: the scene was divided into {len(drafts)} shots.")
    if has_first_frame:
        drafts = _open_with_picture(drafts, seconds, is_alone=len(shots) == 1)
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
        text="\n".join(dict.fromkeys(s.text for s in shots)),
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


def _spare(scenes: list[list[Draft]], frames: int, line_seconds: Callable[[Line], float]) -> None:
    """Give up the cuts of covered scenes, the most divided first, where other scenes need the time for their words."""

    def needed(scene: Sequence[Draft]) -> int:
        return sum(least_frames(draft.shot.lines, line_seconds) for draft in scene)

    while sum(map(needed, scenes)) > frames and any(len(scene) > 1 for scene in scenes):
        at = max(range(len(scenes)), key=lambda i: len(scenes[i]))
        first = scenes[at][0]
        assert first.whole is not None
        scenes[at] = [Draft(first.whole, first.scene)]


def _picture_seconds(seconds: float) -> float:
    """What the opening picture takes from a film of one scene."""
    return min(2.0, max(1.2, seconds * 0.3))


def _lengths(shots: Sequence[ScriptShot], seconds: float, line_seconds: Callable[[Line], float]) -> list[float]:
    """About how long each stated shot will last."""
    stated = stated_seconds(shots, seconds)
    weights = stated or [weight_of(s, sum(line_seconds(line) for line in s.lines)) for s in shots]
    total = sum(weights)
    return [w * max(0.0, seconds) / total for w in weights]


def _open_with_picture(drafts: list[Draft], seconds: float, *, is_alone: bool) -> list[Draft]:
    """The first-frame picture opens the film; in a film of one scene it dissolves into the staged one."""
    if not is_alone or not drafts[0].shot.cast or seconds < 2:
        return [replace(drafts[0], is_opening=True), *drafts[1:]]
    shot = drafts[0].shot
    opening = replace(shot, cast=(), acts=(), lines=(), start=None, end=None)
    scene = replace(shot, start=None, end=None)
    return [
        Draft(opening, -1, is_opening=True, wanted_seconds=_picture_seconds(seconds)),
        replace(drafts[0], shot=replace(scene, moves=()) if len(drafts) > 1 else scene, dissolves=True),
        *drafts[1:],
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
            replace(first, shot=_joined([first.shot, second.shot]), wanted_seconds=None, focus=()),
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
