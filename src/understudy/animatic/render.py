"""The film, from brief to reel: cast, board, speech, paint, mix, encode. Written to be read first.

Knows the order of work and what was approximated. Must not know tasks, engines, or how any craft does its part.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.blocking import outline_of
from understudy.animatic.brief import Brief, LocalSubject, Progress, Reel
from understudy.animatic.canvas import Canvas
from understudy.animatic.cast import assemble
from understudy.animatic.grammar import NamedSubject, read_screenplay
from understudy.animatic.layers.acting import SUGGESTED
from understudy.animatic.layers.performer import SURE_FACE
from understudy.animatic.performer import Body, Cast, Kind
from understudy.animatic.scene import Scene, Stagehand, at_home
from understudy.animatic.screenplay import Angle, Line, Part, Screenplay, ShotSize, Verb
from understudy.animatic.sightline import width_of
from understudy.animatic.soundtrack import SAMPLES_PER_FRAME, mix
from understudy.animatic.speech import SpeechOrder, speak
from understudy.animatic.staging import draw_storyboard, speech_rate
from understudy.animatic.standins.figure import figure_of
from understudy.animatic.storyboard import Storyboard, Transition
from understudy.animatic.utterance import Utterance, Wave
from understudy.media.audio import read_wave
from understudy.media.probe import probe_file
from understudy.media.video import VideoWriter

DISSOLVE = 12
"""Frames of a dissolve, of which the outgoing shot is held past its end."""
FADE = 10
"""Frames of a fade up from black."""

_CAST, _SPEECH, _PAINT = 0.15, 0.22, 0.99  # shares of the progress at which these are done. GUESS


def make_film(brief: Brief, workdir: Path, progress: Progress) -> Reel:
    """Make the film a brief asks for.

    Args:
        brief: what is wanted; its media are local and checked.
        workdir: a folder of our own; the film is written there as `film.mp4`.
        progress: told a fraction and the name of the stage of work.

    Returns:
        The film with its probed facts and a sentence for each thing that was approximated. The same brief, versions
        and kind of machine give the same bytes (decision 0008).

    Raises:
        MediaRefused: a given file cannot be read after all.
        Refused: a subject is of a kind that cannot be cast.
        HouseError: the speech program is missing.
    """
    production = prepare(brief, workdir, progress)
    board, utterances = production.board, production.utterances
    sound = _sound_of(brief, board, utterances) if brief.sound else None
    progress(_SPEECH, "painting")
    film = workdir / "film.mp4"
    with VideoWriter(film, brief.size, sound=brief.sound) as writer:
        for number, canvas in enumerate(paint_frames(board, production.cast, brief, utterances)):
            writer.write(canvas.planes, None if sound is None else _samples(sound, number))
            if number % 6 == 0:
                progress(_SPEECH + (_PAINT - _SPEECH) * number / brief.frame_count, "painting")
    progress(1.0, "finished")
    return Reel(film, probe_file(film), tuple(_notes(brief, production)))


def _sound_of(brief: Brief, board: Storyboard, utterances: Mapping[int, Utterance]) -> Wave:
    """The given song, silent where it ends early, else what the board asks for."""
    if brief.song is None:
        return mix(board, utterances, brief.frame_count, brief.seed, speech=brief.speech, bgm=brief.bgm)
    wave = read_wave(brief.song.path, seconds=brief.seconds)
    whole = np.zeros((brief.frame_count * SAMPLES_PER_FRAME, 2), np.float32)
    whole[: len(wave)] = wave[: len(whole)]
    return whole


@dataclass(frozen=True, slots=True)
class Production:
    """All that is settled before the first frame is painted; `rate` is the pace of speech, 1 = as usual."""

    screenplay: Screenplay
    cast: Cast
    board: Storyboard
    utterances: Mapping[int, Utterance]
    rate: float


def prepare(brief: Brief, workdir: Path, progress: Progress) -> Production:
    """Read the prompt, cast, speak and draw the board. Raises as `make_film` does."""
    # Threads that divide sums differently would give other bytes; the encoder has its own two.
    cv2.setNumThreads(1)
    progress(0.0, "reading the prompt")
    subjects = [_named(subject) for subject in brief.subjects]
    screenplay = read_screenplay(brief.prompt, subjects)
    cast = assemble(brief, screenplay, workdir, lambda share, note: progress(_CAST * share, note))
    progress(_CAST, "speaking the lines")
    spoken, rate = speak_lines(brief, screenplay, cast, workdir)
    board = at_home(_board(brief, screenplay, cast, spoken), cast)
    return Production(screenplay, cast, board, dict(enumerate(spoken.values())), rate)


def paint_frames(
    board: Storyboard,
    cast: Cast,
    brief: Brief,
    utterances: Mapping[int, Utterance],
    only: Container[int] | None = None,
) -> Iterator[Canvas]:
    """Every frame of the film in order, before encoding. The same canvas is handed out again and again.

    `only` names the frames that are wanted; the others are not painted.
    """
    lettered = brief.captions and not board.no_text
    hand = Stagehand(cast, brief.size, brief.seed, lettered, brief.watermark)
    hand.settle(board.shots)
    canvas, other = Canvas(brief.size), Canvas(brief.size)
    before: Scene | None = None
    for shot in board.shots:
        scene = hand.set_up(shot, utterances)
        dissolve = min(DISSOLVE, shot.frame_count // 2) if shot.transition is Transition.DISSOLVE else 0
        fade = min(FADE, shot.frame_count // 2) if shot.transition is Transition.FADE else 0
        for frame in range(shot.first_frame, shot.end_frame):
            if only is not None and frame not in only:
                continue
            since = frame - shot.first_frame + 1
            scene.paint(canvas, frame)
            if before is not None and since <= dissolve:
                before.paint(other, frame)
                canvas.mix(other, 1 - since / (dissolve + 1))
            if since <= fade:
                canvas.dim(since / (fade + 1))
            yield canvas
        before = scene


def _named(subject: LocalSubject, kind: Kind | None = None) -> NamedSubject:
    medium = subject.media.facts.medium.value
    return NamedSubject(subject.name, subject.aliases, medium, None if kind is None else kind.value)


def _board(brief: Brief, screenplay: Screenplay, cast: Cast, spoken: Mapping[int, Utterance]) -> Storyboard:
    """The storyboard, with the true length of every line as it was spoken."""
    seconds = {id(line): spoken[number].seconds for number, line in enumerate(_lines(screenplay))}
    return draw_storyboard(
        screenplay,
        brief.frame_count,
        subjects=[_named(s, cast.performers[s.name].kind) for s in brief.subjects if s.name in cast.performers],
        shot_type=brief.shot_type,
        line_seconds=lambda line: seconds.get(id(line), 1.0),
        panel_count=len(cast.panels),
        has_first_frame=cast.first_frame is not None,
        seed=brief.seed,
        widths=_widths(cast, brief),
    )


def _widths(cast: Cast, brief: Brief) -> dict[str, float]:
    """What part of the picture's width each performer fills in a full shot, for whoever sets the marks."""
    widths = {}
    for name, performer in cast.performers.items():
        if performer.kind is Kind.PLACE:
            continue
        share = width_of(outline_of(performer), brief.size)
        widths[name] = min(1.0, share if performer.kind is Kind.PERSON else 0.3 * share)
    return widths


def speak_lines(brief: Brief, screenplay: Screenplay, cast: Cast, workdir: Path) -> tuple[dict[int, Utterance], float]:
    """Every line by number, spoken at one pace that lets all of them fit, and that pace (1 = as usual)."""
    lines = _lines(screenplay)
    orders = [_order(line, brief, cast) for line in lines]
    spoken = speak(orders, workdir, brief.seed)
    seconds = {id(line): take.seconds for line, take in zip(lines, spoken, strict=True)}
    rate = speech_rate(screenplay, brief.frame_count, lambda line: seconds.get(id(line), 1.0))
    if rate > 1.01:
        spoken = speak([replace(order, rate=rate) for order in orders], workdir, brief.seed)
    return dict(enumerate(spoken)), rate


def _lines(screenplay: Screenplay) -> list[Line]:
    return [line for shot in screenplay.shots for line in shot.lines]


def _order(line: Line, brief: Brief, cast: Cast) -> SpeechOrder:
    performer = cast.performers.get(line.speaker or "")
    described = next((s.description for s in brief.subjects if s.name == line.speaker), "")
    order = SpeechOrder(
        line.text,
        own_sound=performer.own_sound if performer is not None else None,
        # a stand-in has no voice of its own: its name tells who it is
        hint=described or (line.speaker or "" if performer is None or figure_of(performer) is not None else ""),
        speaker=line.speaker or "",
    )
    return order if line.delivery is None else replace(order, delivery=line.delivery)


def _samples(sound: Wave, number: int) -> Wave:
    return np.ascontiguousarray(sound[number * SAMPLES_PER_FRAME : (number + 1) * SAMPLES_PER_FRAME])


# What was approximated -----------------------------------------------------------------------------------------------


def _notes(brief: Brief, production: Production) -> Iterator[str]:
    """One sentence for each thing that is not as asked; in the order of the film (decision 0011)."""
    screenplay, board, cast, rate = production.screenplay, production.board, production.cast, production.rate
    yield "This is an animatic: cut-outs of the references on a set, moved as flat figures; nothing is generated."
    yield from dict.fromkeys((*_notes_on_casting(board, cast), *board.notes))
    yield from _notes_on_sets(board, cast)
    yield from _notes_on_acting(board, cast)
    seen = {p.name for shot in board.shots for p in shot.placements}
    heard = dict.fromkeys(line.speaker or "somebody" for line in board.lines if (line.speaker or "") not in seen)
    for speaker in heard:
        if not any(speaker in note for note in board.notes):
            yield f"{speaker} speaks off screen: no reference shows this speaker."
    if rate > 1.01:
        yield f"All lines are spoken {rate:.2f} times as fast as usual, so that they fit into {brief.seconds:g} s."
    if screenplay.style:
        yield f"Style words are not painted: {', '.join(screenplay.style)}."
    if brief.negative_prompt:
        yield "The negative prompt has no effect on an animatic."
    if brief.captions and board.no_text and board.lines:
        yield "No captions, because the prompt forbids text."


def _notes_on_casting(board: Storyboard, cast: Cast) -> Iterator[str]:
    """The casting's own notes; a picture that ended up as the set is not called a framed picture."""
    shown = {p.name for shot in board.shots for p in shot.placements if p.name != shot.background}
    sets = {shot.background for shot in board.shots} - shown
    for note in cast.notes:
        name = next((n for n in sets if n is not None and note.startswith(f"{n} is shown as a framed picture")), None)
        yield note if name is None else f"{name} could not be cut out of its picture; the whole picture is the set."


def _notes_on_sets(board: Storyboard, cast: Cast) -> Iterator[str]:
    drawn = [
        s for s in board.shots
        if s.background not in cast.performers and s.panel is None and not s.is_first_frame_picture
    ]  # fmt: skip
    if drawn:
        places = dict.fromkeys(shot.place for shot in drawn if shot.place)
        named = f": {', '.join(places)}" if places else " that the prompt leaves open"
        yield f"Drawn sets stand for the places{named}."
    away = dict.fromkeys(p.name for shot in board.shots for p in shot.placements if p.turned_away)
    for name in away:
        yield f"{name} is seen from behind as a dark outline: the reference shows one side only."
    angles = {shot.angle for shot in board.shots} - {Angle.EYE, Angle.POV, *([Angle.OVER_SHOULDER] if away else [])}
    if angles:
        names = ", ".join(sorted(angle.value.replace("_", " ") for angle in angles))
        yield f"Camera angles are only suggested, for flat figures show one side: {names}."


def _has_face(cast: Cast, name: str) -> bool:
    """Whether a performer is a person in a picture whose face can be moved."""
    performer = cast.performers.get(name)
    if performer is None or performer.kind is not Kind.PERSON or performer.pictures.count > 1:
        return False
    face = performer.pictures.face(0)
    return face is not None and face.confidence >= SURE_FACE


def _notes_on_acting(board: Storyboard, cast: Cast) -> Iterator[str]:
    suggested: dict[str, list[str]] = {}
    for shot in board.shots:
        for placement in shot.placements:
            for act in placement.acts:
                if act.verb in SUGGESTED and not (act.verb is Verb.SMILE and _has_face(cast, placement.name)):
                    words = suggested.setdefault(placement.name, [])
                    if act.verb.value not in words:
                        words.append(act.verb.value)
    for name, verbs in suggested.items():
        shown = ", ".join(verb.replace("_", " ") for verb in verbs)
        yield f"{name}: {shown} is only suggested by moving the whole figure."
    for name, performer in cast.performers.items():
        cut = performer.kind is Kind.PERSON and performer.body in (Body.HALF, Body.BUST)
        loose = [
            shot for shot in board.shots
            if shot.size in (ShotSize.WIDE, ShotSize.FULL)
            and any(p.name == name and p.part is Part.ACTOR for p in shot.placements)
        ]  # fmt: skip
        if cut and loose:
            end = "waist" if performer.body is Body.HALF else "chest"
            yield f"{name} is seen to the {end} also in wide shots: the reference shows no more."
