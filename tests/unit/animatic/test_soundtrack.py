"""The sound of a film: exactly as long as its pictures, lines at their frames, places under them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.animatic.ambience import BED_DB, Ambience, ambience, ambiences
from understudy.animatic.music import Tune, music, tune_for
from understudy.animatic.phonemes import still_mouth
from understudy.animatic.screenplay import Delivery, ShotSize, Weather
from understudy.animatic.soundtrack import SAMPLES_PER_FRAME, mix
from understudy.animatic.storyboard import Placement, Shot, Storyboard, TimedLine
from understudy.animatic.utterance import SAMPLE_RATE, Utterance
from understudy.media.audio import gain, level_db


def spoken(seconds: float, level: float = -20.0, hertz: float = 700.0) -> Utterance:
    """A "line": a tone, easy to find again in a mix."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    mono = np.sqrt(2) * gain(level) * np.sin(2 * np.pi * hertz * times)
    return Utterance(np.repeat(mono[:, None], 2, axis=1).astype(np.float32), still_mouth(seconds))


def a_board(*shots: Shot, **words: tuple[str, ...]) -> Storyboard:
    return Storyboard(shots, sum(shot.frame_count for shot in shots), **words)


def a_shot(first: int, count: int, place: str = "", **more: object) -> Shot:
    return Shot(0, first, count, ShotSize.MEDIUM, place=place, **more)  # type: ignore[arg-type]


def a_line(number: int, first: int, end: int, speaker: str = "图1") -> TimedLine:
    return TimedLine(number, speaker, "…", Delivery.SAY, first, end)


def decibels(wave: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(wave, dtype=np.float64)) + 1e-15))


# length, limits, sameness ---------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 120), st.floats(0.0, 2.0)), max_size=4),
    st.sampled_from(["", "深夜街头", "海边", "a forest at night", "咖啡馆"]),
    st.integers(0, 2**31),
)
def test_any_film_gets_exactly_its_samples_and_never_clips(
    counts: list[int], lines: list[tuple[int, float]], place: str, seed: int
) -> None:
    shots, first = [], 0
    for count in counts:
        here = [(n, f, s) for n, (f, s) in enumerate(lines) if first <= f < first + count]
        timed = tuple(a_line(n, f, f + max(1, round(s * 30))) for n, f, s in here)
        shots.append(a_shot(first, count, place, lines=timed))
        first += count
    wave = mix(a_board(*shots), {n: spoken(s, -6.0) for n, (_, s) in enumerate(lines)}, first, seed)
    assert wave.shape == (first * 1600, 2)
    assert wave.dtype == np.float32
    assert np.abs(wave).max() <= 0.8911


def test_equal_films_sound_equal_and_other_seeds_otherwise() -> None:
    board = a_board(a_shot(0, 45, "竹林", lines=(a_line(0, 5, 30),)), music=("民谣吉他",))
    first, again, other = (mix(board, {0: spoken(0.8)}, 45, seed) for seed in (3, 3, 4))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


# lines ----------------------------------------------------------------------------------------------------------------


def test_lines_sound_at_their_frames() -> None:
    board = a_board(
        a_shot(0, 60, "卧室", lines=(a_line(0, 12, 27),)), a_shot(60, 60, "卧室", lines=(a_line(1, 75, 90),))
    )
    wave = mix(board, {0: spoken(0.5), 1: spoken(0.5)}, 120, 1)
    loud = [decibels(wave[f * 1600 : (f + 1) * 1600]) > -26 for f in range(120)]
    assert np.flatnonzero(loud).tolist() == [*range(12, 27), *range(75, 90)]


def test_a_line_nobody_recorded_is_not_heard() -> None:
    board = a_board(a_shot(0, 30, "卧室", lines=(a_line(0, 5, 20), a_line(7, 22, 28))))
    with_none = mix(board, {}, 30, 1)
    assert decibels(with_none) < -25


def test_a_line_that_outlasts_the_film_fades() -> None:
    board = a_board(a_shot(0, 30, "卧室", lines=(a_line(0, 10, 30),)))
    wave = mix(board, {0: spoken(3.0)}, 30, 1)
    assert len(wave) == 48_000
    assert np.abs(wave[-40:]).max() < 0.02
    assert decibels(wave[30_000:40_000]) > -22


def test_a_speaker_is_heard_from_his_side() -> None:
    left, right = Placement("图1", x=0.1), Placement("图2", x=0.9)
    lines = (a_line(0, 5, 15, "图1"), a_line(1, 20, 30, "图2"), a_line(2, 35, 45, "旁白"))
    board = a_board(a_shot(0, 50, "卧室", placements=(left, right), lines=lines))
    wave = mix(board, {n: spoken(0.3) for n in range(3)}, 50, 1)
    heard = [wave[f * 1600 : (f + 8) * 1600] for f in (5, 20, 35)]
    sides = [decibels(part[:, 0]) - decibels(part[:, 1]) for part in heard]
    assert 1 < sides[0] < 6
    assert -6 < sides[1] < -1
    assert abs(sides[2]) < 0.3


# beds -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "weather", "words"),
    [
        ("深夜街头", (Weather.RAIN,), ()),
        ("卧室", (), ()),
        ("海边", (), ("轻柔的音乐",)),
        ("a night market", (Weather.NIGHT, Weather.NEON), ()),
        ("雪山", (Weather.SNOW,), ("folk guitar",)),
    ],
)
def test_the_bed_lies_under_speech_and_rises_between(
    place: str, weather: tuple[Weather, ...], words: tuple[str, ...]
) -> None:
    count = 240
    board = a_board(a_shot(0, count, place, weather=weather, lines=(a_line(0, 60, 120),)), music=words)
    bed = mix(replace(board, shots=(board.shots[0],)), {0: spoken(2.0, hertz=15_000)}, count, 5)
    # take the tone out again: what is left is the bed
    spectrum = np.fft.rfft(bed[:, 0])
    hertz = np.fft.rfftfreq(len(bed), 1 / SAMPLE_RATE)
    spectrum[np.abs(hertz - 15_000) < 800] = 0
    rest = np.fft.irfft(spectrum, len(bed))
    under = decibels(rest[66 * 1600 : 114 * 1600]) + 20.0
    between = decibels(rest[170 * 1600 : 225 * 1600]) + 20.0
    assert -26 < under < -16.5
    assert between > under + 2


def test_there_is_never_nothing_where_lines_are_spoken() -> None:
    pauses = spoken(2.0)
    pauses.wave[24_000:72_000] = 0
    wave = mix(a_board(a_shot(0, 90, "", lines=(a_line(0, 10, 70),))), {0: pauses}, 90, 1)
    for frame in range(1, 89):
        assert decibels(wave[frame * 1600 : (frame + 1) * 1600]) > -75


def test_cuts_are_crossed_smoothly() -> None:
    wave = mix(a_board(a_shot(0, 60, "卧室"), a_shot(60, 60, "雨中的街道", weather=(Weather.RAIN,))), {}, 120, 2)
    steps = np.abs(np.diff(wave[:, 0]))
    assert steps[95_900:96_100].max() <= 1.5 * steps[96_100:150_000].max()
    levels = [decibels(wave[f * 1600 : (f + 2) * 1600]) for f in range(40, 80)]
    assert np.abs(np.diff(levels)).max() < 6


def test_a_bed_runs_on_through_cuts() -> None:
    whole = mix(a_board(a_shot(0, 90, "海边")), {}, 90, 2)
    cut = mix(a_board(a_shot(0, 30, "海边"), a_shot(30, 60, "海边")), {}, 90, 2)
    assert np.allclose(whole, cut, atol=1e-6)


@pytest.mark.parametrize("kind", list(Ambience))
def test_every_bed_has_its_level_and_both_sides(kind: Ambience) -> None:
    wave = ambience(kind, 96_000, np.random.default_rng(1))
    assert wave.shape == (96_000, 2)
    assert decibels(wave) == pytest.approx(BED_DB, abs=0.1)
    assert np.abs(wave).max() < 0.25
    assert -0.2 < np.corrcoef(wave.T)[0, 1] < 0.95
    assert abs(float(wave.mean())) < 1e-3
    halves = decibels(wave[:48_000]), decibels(wave[48_000:])
    assert abs(halves[0] - halves[1]) < 9


def test_beds_differ_as_their_places_do() -> None:
    def share_above(kind: Ambience, hertz: float) -> float:
        wave = ambience(kind, 96_000, np.random.default_rng(1))[:, 0]
        power = np.abs(np.fft.rfft(wave)) ** 2
        return float(power[np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE) > hertz].sum() / power.sum())

    assert share_above(Ambience.RAIN, 1000) > 0.7 > 0.3 > share_above(Ambience.CITY, 1000)
    assert share_above(Ambience.WIND, 1000) < 0.15
    assert share_above(Ambience.NIGHT, 3500) > 0.2  # crickets
    assert share_above(Ambience.ROOM, 1000) < 0.2


@pytest.mark.parametrize(
    ("place", "weather", "beds"),
    [
        ("", (), (Ambience.ROOM,)),
        ("卧室", (), (Ambience.ROOM,)),
        ("深夜便利店", (Weather.NIGHT,), (Ambience.MACHINE,)),
        ("深夜的街道", (Weather.NIGHT,), (Ambience.CITY,)),
        ("街道", (Weather.RAIN,), (Ambience.RAIN, Ambience.CITY)),
        ("森林", (), (Ambience.FOREST,)),
        ("夜晚的森林", (), (Ambience.NIGHT,)),
        ("草地上，夜晚", (Weather.NIGHT, Weather.RAIN), (Ambience.RAIN, Ambience.FOREST)),
        ("a quiet beach", (), (Ambience.SEA,)),
        ("咖啡馆", (), (Ambience.CROWD,)),
        ("by the campfire at night", (), (Ambience.NIGHT, Ambience.FIRE)),
        ("", (Weather.SNOW,), (Ambience.WIND,)),
        ("shallow depth of field, she waves", (), (Ambience.ROOM,)),  # no field, no sea
        ("动漫风格，海报质感", (), (Ambience.ROOM,)),  # no wind, no sea
    ],
)
def test_places_and_their_beds(place: str, weather: tuple[Weather, ...], beds: tuple[Ambience, ...]) -> None:
    assert ambiences(place, weather) == beds


# music ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "mood", "text", "tune"),
    [
        ((), (), "两人在街上走", None),
        (("轻音乐",), (), "", Tune()),
        ((), (), "图1弹奏吉他", Tune(plucked=True)),
        ((), (), "a folk song", Tune(plucked=True)),
        (("sad piano",), (), "", Tune(minor=True)),
        ((), ("欢快",), "", Tune(lively=True)),
        ((), ("紧张", "悬疑"), "", Tune(minor=True)),
        (("无背景音乐",), (), "", None),
        ((), ("温馨",), "没有音乐", None),
        ((), (), "no music, only rain", None),
        ((), (), "without any background music", None),
    ],
)
def test_words_ask_for_music(words: tuple[str, ...], mood: tuple[str, ...], text: str, tune: Tune | None) -> None:
    assert tune_for(words, mood, text) == tune


@pytest.mark.parametrize("tune", [Tune(), Tune(plucked=True), Tune(minor=True), Tune(lively=True)])
def test_music_is_in_tune_and_goes_on(tune: Tune) -> None:
    wave = music(tune, 4 * SAMPLE_RATE, np.random.default_rng(2))
    assert wave.shape == (4 * SAMPLE_RATE, 2)
    assert decibels(wave) == pytest.approx(BED_DB, abs=0.1)
    for second in range(4):
        assert level_db(wave[second * SAMPLE_RATE : (second + 1) * SAMPLE_RATE]) > BED_DB - 12
    power = np.abs(np.fft.rfft(wave[:, 0] * np.hanning(len(wave)))) ** 2
    hertz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE)
    semitones = 12 * np.log2(np.maximum(hertz, 1) / 130.813)
    on_notes = np.abs(semitones - np.round(semitones)) < 0.25
    heard = (hertz > 100) & (hertz < 700)
    assert power[heard & on_notes].sum() > 0.85 * power[heard].sum()
    in_key = np.isin(np.round(semitones) % 12, [0, 2, 4, 5, 7, 9, 11])
    assert power[heard & on_notes & in_key].sum() > 0.9 * power[heard & on_notes].sum()


@pytest.mark.parametrize("count", [0, 1, 1600])
def test_very_short_music_and_beds(count: int) -> None:
    assert music(Tune(plucked=True), count, np.random.default_rng(0)).shape == (count, 2)
    assert ambience(Ambience.FOREST, count, np.random.default_rng(0)).shape == (count, 2)


def test_a_film_frame_has_1600_samples() -> None:
    assert SAMPLES_PER_FRAME == 1600
