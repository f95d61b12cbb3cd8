"""Soundtrack: the spoken lines at their frames over the sound of the places and, where asked, music.

Knows levels, ducking and cuts. Must not know how a voice or a bed is made. The result has exactly 1600 samples per
film frame.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic.ambience import Ambience, ambience, ambiences
from understudy.animatic.music import bed_for, music, tune_for
from understudy.animatic.storyboard import Shot, Storyboard, TimedLine
from understudy.animatic.utterance import Utterance
from understudy.core.units import FRAMES_PER_SECOND
from understudy.media.audio import SAMPLE_RATE, Wave, fade, gain, limit

SAMPLES_PER_FRAME = SAMPLE_RATE // FRAMES_PER_SECOND

# All beds come at -40 dBFS, speech at -20: what is added to a bed, in dB.
_UNDER_SPEECH = -3.5
_BETWEEN_LINES = 3.0
_WITHOUT_LINES = 9.0
_SECOND_BED = -6.0
_MUSIC_BESIDE_BED = 2.0
_ROOM_FLOOR = -12.0  # under all other beds, so that no cut is ever to nothing
_CROSSFADE_SECONDS = 0.3
_DUCKING_SECONDS = 0.12
_WIDEST_PAN = 0.35


def mix(
    board: Storyboard,
    utterances: Mapping[int, Utterance],
    frame_count: int,
    seed: int,
    *,
    speech: bool = True,
    bgm: bool = False,
) -> Wave:
    """The whole sound of a film: (frame_count x 1600, 2), never clipped.

    `utterances` are found by `TimedLine.number`; a line without one is not heard. Equal arguments give equal
    samples. A line that would outlast the film fades at its end. Without `speech` neither lines nor places are heard;
    with `bgm` there is music also where no word asks for it.
    """
    utterances = utterances if speech else {}
    count = frame_count * SAMPLES_PER_FRAME
    lines, spoken = _speech(board, utterances, count)
    duck = _ducking(spoken, any(len(u.wave) for u in utterances.values()))
    beds = _beds(board, count, seed) if speech else np.zeros((count, 2), np.float32)
    text = " ".join(shot.text for shot in board.shots)
    tune = (bed_for if bgm else tune_for)(board.music, board.mood, text) if speech or bgm else None
    if tune is not None:
        rng = np.random.default_rng([seed & 0xFFFFFFFF, 1000])
        beds += music(tune, count, rng) * np.float32(gain(_MUSIC_BESIDE_BED))
    beds *= duck[:, None]
    return limit(lines + fade(beds, 0.05, 0.25))


def _speech(board: Storyboard, utterances: Mapping[int, Utterance], count: int) -> tuple[Wave, NDArray[np.bool_]]:
    """All lines laid at their frames, and where any is being spoken."""
    track = np.zeros((count, 2), np.float32)
    spoken = np.zeros(count, bool)
    for shot in board.shots:
        for line in shot.lines:
            utterance = utterances.get(line.number)
            start = line.first_frame * SAMPLES_PER_FRAME
            if utterance is None or start >= count:
                continue
            wave = utterance.wave
            if start + len(wave) > count:
                wave = fade(wave[: count - start], 0.0, 0.08)
            track[start : start + len(wave)] += wave * _pan(shot, line)
            if np.any(wave):
                spoken[start : start + len(wave)] = True
    return track, spoken


def _pan(shot: Shot, line: TimedLine) -> NDArray[np.float32]:
    """Gains of left and right: a speaker is heard a little from where he stands."""
    x = next((placement.x for placement in shot.placements if placement.name == line.speaker), 0.5)
    side = float(np.clip((x - 0.5) * 2 * _WIDEST_PAN, -_WIDEST_PAN, _WIDEST_PAN))
    return np.array([np.sqrt(1 - side), np.sqrt(1 + side)], np.float32)


def _ducking(spoken: NDArray[np.bool_], any_speech: bool) -> NDArray[np.float32]:
    """Gain of all beds, sample by sample: down while somebody speaks, a little early and without pumping."""
    if not any_speech or not spoken.any():
        return np.full(len(spoken), gain(_WITHOUT_LINES), np.float32)
    step = SAMPLES_PER_FRAME // 8
    coarse = np.add.reduceat(spoken, np.arange(0, len(spoken), step)) > 0
    per_second = SAMPLE_RATE / step
    # pauses shorter than half a second do not bring the bed back
    held = ndimage.binary_closing(np.pad(coarse, 200), np.ones(int(0.5 * per_second) | 1))[200:-200]
    wide = ndimage.binary_dilation(held, np.ones(int(2 * _DUCKING_SECONDS * per_second) | 1))
    decibels = np.where(wide, _UNDER_SPEECH, _BETWEEN_LINES)
    smooth = ndimage.gaussian_filter1d(decibels, _DUCKING_SECONDS / 2 * per_second, mode="nearest")
    fine = np.interp(np.arange(len(spoken)), (np.arange(len(smooth)) + 0.5) * step, smooth)
    return np.asarray(10 ** (fine / 20), np.float32)


def _beds(board: Storyboard, count: int, seed: int) -> Wave:
    """The sound of all places: a bed runs on through every shot that has it and crosses over at the others' cuts."""
    levels: dict[Ambience, NDArray[np.float32]] = {Ambience.ROOM: np.full(count, gain(_ROOM_FLOOR), np.float32)}
    for shot in board.shots:
        part = slice(shot.first_frame * SAMPLES_PER_FRAME, min(count, shot.end_frame * SAMPLES_PER_FRAME))
        for rank, kind in enumerate(ambiences(f"{shot.place or ''} {shot.text}", shot.weather)):
            level = levels.setdefault(kind, np.zeros(count, np.float32))
            level[part] = gain(_SECOND_BED * rank)
    width = int(_CROSSFADE_SECONDS * SAMPLE_RATE)
    total = np.zeros((count, 2), np.float32)
    for kind, level in levels.items():
        # a bed's draw of lots depends on its kind alone, so that another shot's weather does not change it
        rng = np.random.default_rng([seed & 0xFFFFFFFF, 2000, list(Ambience).index(kind)])
        smooth = ndimage.uniform_filter1d(level, width, mode="nearest")
        total += ambience(kind, count, rng) * smooth[:, None]
    return total
