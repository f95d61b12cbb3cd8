"""A film from words alone: a drawn set, and labelled stand-ins of grey clay that move as the prompt says.

Knows the order of work: read, build the figures, speak, board, paint. Must not know how figures are built or moved
(standins), nor how sets are drawn (layers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.blocking import outline_of
from understudy.animatic.brief import Brief, DraftBrief, Progress, Reel
from understudy.animatic.drafts._reel import write_planes
from understudy.animatic.layers.sets import place_of
from understudy.animatic.performer import Cast
from understudy.animatic.render import paint_frames, speak_lines
from understudy.animatic.screenplay import Line, Move, ScriptShot
from understudy.animatic.soundtrack import mix
from understudy.animatic.staging import draw_storyboard
from understudy.animatic.standins.figure import performer_of
from understudy.animatic.standins.kinds import Role as StandinRole
from understudy.animatic.standins.marks import set_marks
from understudy.animatic.standins.script import Script, read_script
from understudy.animatic.storyboard import Shot, Storyboard
from understudy.animatic.timing import estimate_seconds
from understudy.animatic.utterance import Utterance
from understudy.core.faults import Refused
from understudy.core.request import Role, ShotType
from understudy.core.units import FRAMES_PER_SECOND, Size
from understudy.media.audio import Wave, fade, read_wave
from understudy.media.video import sample_span

_READ, _SPOKEN = 0.03, 0.10
_WINDOW = re.compile(r"窗(?:边|前|台|旁|口)|\b(?:by|at|near|out of|through) (?:the|a|her|his) window", re.IGNORECASE)
_ICE = re.compile(r"冰(?![箱淇咖])|南极|北极|\bice\b|arctic|glacier", re.IGNORECASE)
_SKY = re.compile(
    r"天空|星空|星光|星星|月亮|月光|太阳|阳光|云|微风|夕阳|户外|\b(?:sky|stars?|moon|sun(?:light|ny|rise|set)?|clouds?|breeze|outside)\b",
    re.I,
)
_FULL_SHOT = 0.81  # of the set's width that a full shot sees, as in `marks`


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """Make the film. `brief.size` and `brief.frame_count` must be known; the same brief gives the same bytes."""
    if brief.size is None or brief.frame_count is None:
        raise Refused("A film from words needs a size and a length. Give both.")
    cv2.setNumThreads(1)
    progress(0.0, "reading the prompt")
    script = read_script(brief.prompt, brief.size.width / brief.size.height, labelled=True)
    script = _somewhere(script)
    studio = _studio(brief, brief.size, brief.frame_count)
    cast = Cast({name: performer_of(name, figure) for name, figure in script.figures.items()})
    progress(_READ, "speaking the lines")
    driven = brief.media.get(Role.DRIVING_AUDIO)
    speaks = brief.sound and brief.speech and driven is None
    spoken, rate = speak_lines(studio, script.screenplay, cast, workdir) if speaks else ({}, 1.0)
    widths = _widths(script, cast, studio)
    board = set_marks(_board(brief, studio, script, widths, spoken), script, widths)
    wave: Wave | None = None
    if driven is not None:
        wave = read_wave(driven.path, seconds=float(brief.frame_count / brief.frames_per_second))
    elif brief.sound:
        wave = mix(board, spoken, studio.frame_count, brief.seed, speech=brief.speech, bgm=brief.bgm)
    progress(_SPOKEN, "painting")
    return write_planes(
        brief,
        workdir,
        progress,
        _pictures(board, cast, studio, spoken, brief),
        size=brief.size,
        frame_count=brief.frame_count,
        wave=None if wave is None else fade(wave[: _samples(brief)], 0.0, 0.02),
        notes=tuple(dict.fromkeys(_notes(brief, script, board, rate))),
    )


def _samples(brief: DraftBrief) -> int:
    assert brief.frame_count is not None
    return sample_span(brief.frame_count - 1, brief.frames_per_second).stop


def _studio(brief: DraftBrief, size: Size, frame_count: int) -> Brief:
    """The order as the studio knows it: it thinks at 30 frames a second."""
    moments = _moments(brief.frames_per_second, frame_count)
    return Brief(
        prompt=brief.prompt,
        size=size,
        frame_count=moments[-1] + 1,
        negative_prompt=brief.negative_prompt,
        shot_type=brief.shot_type,
        sound=brief.sound,
        watermark=brief.watermark,
        captions=brief.captions,
        seed=brief.seed,
    )


def _moments(rate: Fraction, frame_count: int) -> list[int]:
    """Which of the studio's frames each picture of the film is: the one shown at that moment."""
    return [int(number * FRAMES_PER_SECOND / rate) for number in range(frame_count)]


def _pictures(
    board: Storyboard, cast: Cast, studio: Brief, spoken: dict[int, Utterance], brief: DraftBrief
) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """I420 planes of every picture of the film; only those that are shown are painted."""
    assert brief.frame_count is not None
    moments = _moments(brief.frames_per_second, brief.frame_count)
    painted = paint_frames(board, cast, studio, spoken, only=frozenset(moments))
    planes = next(painted).planes
    for number, moment in enumerate(moments):
        if number and moment != moments[number - 1]:
            planes = next(painted).planes
        yield planes


def _board(
    brief: DraftBrief, studio: Brief, script: Script, widths: dict[str, float], spoken: dict[int, Utterance]
) -> Storyboard:
    lines = [line for shot in script.screenplay.shots for line in shot.lines]
    seconds = {id(line): spoken[number].seconds for number, line in enumerate(lines) if number in spoken}

    def length(line: Line) -> float:
        return seconds.get(id(line), estimate_seconds(line))

    # shots that the prompt writes stay apart: merged, all their stand-ins would crowd one picture
    apart = _kept_apart(brief, script)
    return draw_storyboard(
        replace(script.screenplay, one_take=True) if apart else script.screenplay,
        studio.frame_count,
        subjects=script.subjects,
        shot_type=None if apart else brief.shot_type,
        line_seconds=length,
        seed=brief.seed,
        widths={name: min(1.0, width / _FULL_SHOT) for name, width in widths.items()},
        walks_aside=True,
    )


def _kept_apart(brief: DraftBrief, script: Script) -> bool:
    return brief.shot_type is ShotType.SINGLE and len(script.screenplay.shots) > 1


def _widths(script: Script, cast: Cast, studio: Brief) -> dict[str, float]:
    """What part of the set's width each stand-in takes."""
    widths = {}
    for name, performer in cast.performers.items():
        outline = outline_of(performer)
        tall = 0.69 * script.figures[name].share * min(studio.size.height, 1.6 * studio.size.width)
        # a stride is wider than a body that stands
        slim = max(outline.width / outline.height, 0.42 if script.figures[name].is_person else 0.0)
        widths[name] = tall * slim / studio.size.width
    return widths


def _somewhere(script: Script) -> Script:
    """Living things and vehicles that the prompt puts nowhere are out of doors; only things stand in the studio."""
    living = any(
        f.kind.role in (StandinRole.ANIMAL, StandinRole.VEHICLE, StandinRole.SCENERY) for f in script.figures.values()
    )
    screenplay = script.screenplay
    story = "\n".join(shot.text for shot in screenplay.shots)

    def placed(shot: ScriptShot) -> ScriptShot:
        if shot.place is None and _WINDOW.search(shot.text):
            return replace(shot, place="room")
        unknown = place_of(shot.place, shot.weather, story)[0] == "studio"
        open_air = shot.place is None and (shot.weather or _SKY.search(shot.text))
        if unknown and (living or open_air):
            season = "winter " if _ICE.search(f"{shot.place or ''} {shot.text}") else ""
            return replace(shot, place=f"{shot.place or ''} {season}outdoors".strip())
        return shot

    return replace(script, screenplay=replace(screenplay, shots=tuple(map(placed, screenplay.shots))))


# What was approximated -----------------------------------------------------------------------------------------------


def _notes(brief: DraftBrief, script: Script, board: Storyboard, rate: float) -> Iterator[str]:
    yield (
        "This is a draft: labelled stand-ins of grey clay on drawn sets show who is where and what happens; "
        "nothing is generated."
    )
    if not script.figures:
        yield ("The prompt names nobody and nothing that could stand on a set; the film shows place, light and camera.")
    yield from script.notes
    yield from board.notes
    if _kept_apart(brief, script):
        yield f"The prompt writes {len(script.screenplay.shots)} shots, so they are cut, though shot_type is single."
    counted = [f"{figure.label}" for figure in script.figures.values() if figure.label]
    if counted:
        yield f"Stand-ins: {', '.join(dict.fromkeys(counted))}."
    if any(figure.accent for figure in script.figures.values()):
        yield (
            "Colours of the stand-ins are taken from the prompt's words or from what is usual; "
            "materials and faces are not shown."
        )
    if _crowded(board.shots):
        yield "A group is shown by a few figures that move alike."
    if rate > 1.01:
        yield f"All lines are spoken {rate:.2f} times as fast as usual, so that they fit into {brief.seconds:g} s."
    if board.lines and not brief.sound:
        yield "This model makes silent films: spoken lines are shown as captions only."
    if board.style:
        yield f"Style words are not painted: {', '.join(board.style)}."
    if any(m.move is Move.TRACK for shot in board.shots for m in shot.moves):
        yield "The camera goes along with whoever moves; the set passes by and repeats itself mirrored."
    if brief.negative_prompt:
        yield "The negative prompt has no effect on a draft."
    if Role.DRIVING_AUDIO in brief.media:
        yield "The given sound is the sound of the film; mouths do not follow it."


def _crowded(shots: Sequence[Shot]) -> bool:
    return any(len(shot.placements) >= 4 for shot in shots)
