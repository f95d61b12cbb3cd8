"""Direction: what the prompt of a single picture asks for, as plain data with every line spoken and timed.

Knows the grammar, speech and the sound of places. Must not know pixels. A picture has one subject at most, so whoever
speaks and whatever acts in the prompt is taken to be the one in front.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from understudy.animatic.brief import DraftBrief
from understudy.animatic.faces.aiming import Spoken, spoken_at
from understudy.animatic.grammar import read_screenplay
from understudy.animatic.grammar.text import plain
from understudy.animatic.screenplay import CameraMove, Delivery, Line, Screenplay, ShotSize, Weather
from understudy.animatic.soundtrack import mix
from understudy.animatic.speech import SpeechOrder, speak
from understudy.animatic.stills.gestures import Errand, find_errand
from understudy.animatic.stills.stirring import Stirs, find_stirs
from understudy.animatic.storyboard import Shot, Storyboard, TimedLine
from understudy.animatic.timing import frames_of, place_lines, speech_rate, words_before
from understudy.animatic.utterance import Utterance
from understudy.core.units import FRAMES_PER_SECOND
from understudy.media.audio import Wave


@dataclass(frozen=True, slots=True)
class Direction:
    """What is to happen. Lines are timed in frames of 30 a second, whatever the film's rate."""

    prompt: str
    moves: tuple[CameraMove, ...]
    weather: tuple[Weather, ...]
    stirs: Stirs
    errand: Errand
    lines: tuple[TimedLine, ...]
    utterances: dict[int, Utterance]
    screenplay: Screenplay
    rate: float = 1.0
    speech: bool = True
    bgm: bool = False

    @property
    def lettered(self) -> bool:
        return bool(self.lines) and not self.screenplay.no_text

    def mouth(self, seconds: float) -> Spoken | None:
        """What is asked of the lips at a moment; None while nobody is seen speaking."""
        said: Spoken | None = None
        for line in self.lines:
            if line.delivery is Delivery.NARRATE or line.number not in self.utterances:
                continue
            spoken = spoken_at(self.utterances[line.number].mouth, seconds * FRAMES_PER_SECOND - line.first_frame)
            if spoken is not None and (said is None or spoken.share > said.share):
                said = spoken
        return said

    def lines_at(self, frames_per_second: float) -> tuple[TimedLine, ...]:
        """The lines in frames of the film's own rate."""
        per = frames_per_second / FRAMES_PER_SECOND
        return tuple(
            replace(line, first_frame=round(line.first_frame * per), end_frame=max(1, round(line.end_frame * per)))
            for line in self.lines
        )

    def sound(self, seconds: float, seed: int) -> Wave:
        """The lines over the sound of the place, at 48 kHz, at least `seconds` long."""
        count = frames_of(seconds) + 1
        words = " ".join(shot.place or "" for shot in self.screenplay.shots)
        shot = Shot(0, 0, count, ShotSize.WIDE, lines=self.lines, weather=self.weather, place=words, text=self.prompt)
        play = self.screenplay
        board = Storyboard((shot,), count, music=play.music, mood=play.mood)
        return mix(board, self.utterances, count, seed, speech=self.speech, bgm=self.bgm)


def direct(brief: DraftBrief, prompt: str, seconds: float, workdir: Path, first_second: float = 0.0) -> Direction:
    """Read a prompt and speak its lines so that they fit between `first_second` and `seconds`.

    Raises HouseError when there are lines and the speech program is missing.
    """
    play = read_screenplay(prompt, ())
    lines = [line for shot in play.shots for line in shot.lines]
    frames = max(1, frames_of(seconds) - round(first_second * FRAMES_PER_SECOND))
    spoken = speak([_order(line) for line in lines], workdir, brief.seed)
    lengths = {id(line): take.seconds for line, take in zip(lines, spoken, strict=True)}
    rate = speech_rate(play, frames, lambda line: lengths.get(id(line), 1.0))
    if rate > 1.01:
        spoken = speak([replace(_order(line), rate=rate) for line in lines], workdir, brief.seed)
    kept = list(zip(lines, spoken, strict=True))[: max(1, frames // 2)]
    places = place_lines(
        [frames_of(take.seconds) for _, take in kept], frames, words_before(prompt, [line.text for line, _ in kept])
    )
    offset = round(first_second * FRAMES_PER_SECOND)
    timed = tuple(
        TimedLine(number, line.speaker, line.text, line.delivery or Delivery.SAY, offset + first, offset + end)
        for number, ((line, _), (first, end)) in enumerate(zip(kept, places, strict=True))
    )
    moves: dict[CameraMove, None] = dict.fromkeys(move for shot in play.shots for move in shot.moves)
    weather: dict[Weather, None] = dict.fromkeys(word for shot in play.shots for word in shot.weather)
    return Direction(
        prompt,
        tuple(moves),
        tuple(weather),
        find_stirs(plain(prompt)),
        find_errand(prompt),
        timed,
        {number: take for number, (_, take) in enumerate(kept)},
        play,
        rate,
        brief.speech,
        brief.bgm,
    )


def _order(line: Line) -> SpeechOrder:
    order = SpeechOrder(line.text, hint=line.speaker or "", speaker=line.speaker or "")
    return order if line.delivery is None else replace(order, delivery=line.delivery)


def draw_lots(brief: DraftBrief, what: int) -> np.random.Generator:
    """A generator for one purpose: what one draws does not change what another gets."""
    return np.random.default_rng([brief.seed & 0xFFFFFFFF, what])
