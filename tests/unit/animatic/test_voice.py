"""A speaker's voice: near his reference, or his own for the whole film; and never another speaker's."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from understudy.animatic.acoustics import BANDS, long_term_spectrum, throat_frequency, track_pitch
from understudy.animatic.speech import SpeechOrder, speak
from understudy.animatic.utterance import SAMPLE_RATE
from understudy.animatic.voice import Kind, Voice, apply_filter, colour_filter, heard_voice, kind_of, stock_voice
from understudy.media.audio import read_wave, write_wav
from unit.animatic.singer import reference, sung_vowels

ZH = "今天天气很好，我们一起去公园散步吧。"
EN = "The weather is lovely today, shall we walk in the park?"


def mono(wave: np.ndarray) -> np.ndarray:
    return wave.mean(axis=1, dtype=np.float32)


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """RMS difference in dB of two long-term spectra between 150 Hz and 7 kHz, whatever their loudness."""
    audible = (BANDS > 150) & (BANDS < 7000)
    difference = (long_term_spectrum(one, SAMPLE_RATE) - long_term_spectrum(other, SAMPLE_RATE))[audible]
    return float(np.sqrt(np.mean((difference - np.median(difference)) ** 2)))


# measuring ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pitch", [75, 95, 120, 165, 210, 290, 380, 450])
def test_pitch_is_found_within_four_percent(pitch: float) -> None:
    track = track_pitch(mono(sung_vowels(pitch, seconds=3)), SAMPLE_RATE)
    assert track.median == pytest.approx(pitch, rel=0.035)
    assert 1.0 < track.spread < 2.2  # the singer wanders 1.6 semitones either way
    assert 1.5 < track.voiced_seconds < 2.9


@pytest.mark.parametrize("tilt", [-2.0, 0.0, 4.0])
def test_longer_throats_are_heard_as_longer(tilt: float) -> None:
    found = []
    for throat in (0.9, 1.0, 1.12, 1.25):
        sound = mono(sung_vowels(150, throat, tilt_db=tilt))
        found.append(throat_frequency(sound, SAMPLE_RATE, track_pitch(sound, SAMPLE_RATE)))
    assert found == sorted(found)
    assert 1.15 < found[-1] / found[0] < 1.6


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(48_000, np.float32),
        np.zeros(0, np.float32),
        (0.1 * np.random.default_rng(1).standard_normal(96_000)).astype(np.float32),
        mono(sung_vowels(150, seconds=0.2)),
    ],
    ids=["silence", "nothing", "noise", "too short"],
)
def test_what_is_no_voice_gives_none(sound: np.ndarray) -> None:
    assert heard_voice(sound, SAMPLE_RATE) is None


def test_a_voice_is_heard_through_noise() -> None:
    sound = mono(sung_vowels(210, 1.15))
    noisy = sound + 0.004 * np.random.default_rng(2).standard_normal(len(sound)).astype(np.float32)
    voice = heard_voice(noisy, SAMPLE_RATE)
    assert voice is not None
    assert voice.pitch == pytest.approx(210, rel=0.03)


# matching -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pitch", "throat", "tilt"),
    [(95, 0.95, 0), (120, 1.0, -3), (210, 1.15, 0), (210, 1.15, 4), (290, 1.27, 0), (330, 1.3, -3)],
)
@pytest.mark.parametrize("text", [ZH, EN], ids=["zh", "en"])
def test_lines_come_near_a_reference_that_is_no_espeak(
    tmp_path: Path, pitch: float, throat: float, tilt: float, text: str
) -> None:
    path = reference(tmp_path, pitch, throat, tilt)
    wanted = mono(read_wave(path))
    matched, plain = speak([SpeechOrder(text, own_sound=path), SpeechOrder(text, speaker="x")], tmp_path, 1)
    track = track_pitch(matched.wave[:, 0], SAMPLE_RATE)
    assert track.median == pytest.approx(pitch, rel=0.10)
    assert distance(matched.wave[:, 0], wanted) < 0.75 * distance(plain.wave[:, 0], wanted)
    assert distance(matched.wave[:, 0], wanted) < 11
    reference_throat = throat_frequency(wanted, SAMPLE_RATE, track_pitch(wanted, SAMPLE_RATE))
    assert throat_frequency(matched.wave[:, 0], SAMPLE_RATE, track) == pytest.approx(reference_throat, rel=0.15)


@pytest.mark.parametrize("kind", ["man", "girl"])
def test_lines_come_near_a_reference_that_is_espeak(tmp_path: Path, kind: str) -> None:
    # tones and words carry a line's pitch 8 % off its speaker's: several lines are compared
    said = [
        "昨天晚上他在路边捡到一只小猫，真的好可爱，我想把它带回家。",
        "你为什么不早一点告诉我？",
        "我从小就喜欢看星星。",
    ]
    others = [ZH, "欢迎大家来到我们的新店，请慢慢看。", "妈妈爬上马路边的大坝。"]
    model = np.concatenate([u.wave for u in speak([SpeechOrder(text, hint=kind) for text in said], tmp_path, 3)])
    write_wav(tmp_path / "voice.wav", model)
    orders = [SpeechOrder(text, own_sound=tmp_path / "voice.wav") for text in others]
    matched = np.concatenate([u.wave for u in speak(orders, tmp_path, 3)])
    pitches = [track_pitch(wave[:, 0], SAMPLE_RATE).median for wave in (model, matched)]
    assert pitches[1] == pytest.approx(pitches[0], rel=0.08)
    assert distance(matched[:, 0], model[:, 0]) < 3.0


def test_different_references_sound_different(tmp_path: Path) -> None:
    paths = [reference(tmp_path, 110, 1.0), reference(tmp_path, 230, 1.2, 3)]
    low, high = speak([SpeechOrder(ZH, own_sound=path) for path in paths], tmp_path, 1)
    assert distance(low.wave[:, 0], high.wave[:, 0]) > 4
    assert track_pitch(high.wave[:, 0], SAMPLE_RATE).median > 1.8 * track_pitch(low.wave[:, 0], SAMPLE_RATE).median


@pytest.mark.parametrize("sound", ["offset", "beep", "noise"])
def test_a_reference_without_a_voice_leaves_the_described_one(tmp_path: Path, sound: str) -> None:
    times = np.arange(96_000) / SAMPLE_RATE
    wave = {
        "offset": np.full(96_000, 0.1),
        "beep": 0.2 * np.sin(2 * np.pi * 300 * times),
        "noise": 0.1 * np.random.default_rng(0).standard_normal(96_000),
    }[sound]
    write_wav(tmp_path / "given.wav", np.repeat(wave[:, None], 2, axis=1).astype(np.float32))
    given = SpeechOrder(ZH, own_sound=tmp_path / "given.wav", hint="girl", speaker="图1")
    lines = speak([given, SpeechOrder(ZH, hint="girl", speaker="图1")], tmp_path, 1)
    pitches = [track_pitch(u.wave[:, 0], SAMPLE_RATE).median for u in lines]
    assert pitches[0] == pytest.approx(pitches[1], rel=0.02)


def test_a_reference_beats_a_description(tmp_path: Path) -> None:
    path = reference(tmp_path, 100, 0.97)
    (line,) = speak([SpeechOrder(ZH, own_sound=path, hint="girl")], tmp_path, 1)
    assert track_pitch(line.wave[:, 0], SAMPLE_RATE).median < 120


def test_all_lines_of_a_reference_are_one_voice(tmp_path: Path) -> None:
    path = reference(tmp_path, 180, 1.1)
    orders = [SpeechOrder(text, own_sound=path) for text in (ZH, EN, "你好，请问你是谁？")]
    pitches = [track_pitch(u.wave[:, 0], SAMPLE_RATE).median for u in speak(orders, tmp_path, 1)]
    assert max(pitches) < 1.12 * min(pitches)


# colour ---------------------------------------------------------------------------------------------------------------


def test_the_colour_filter_is_bounded_and_keeps_time() -> None:
    spoken, wanted = np.zeros(len(BANDS)), tuple(np.linspace(40, -40, len(BANDS)))
    taps = colour_filter(spoken, wanted, SAMPLE_RATE)
    gains = 20 * np.log10(np.abs(np.fft.rfft(taps, 8192)) + 1e-9)
    hertz = np.fft.rfftfreq(8192, 1 / SAMPLE_RATE)
    audible = (hertz > 120) & (hertz < 9000)
    assert gains[audible].max() < 12.7
    assert gains[audible].min() > -12.7
    click = np.zeros(9_600, np.float32)
    click[4_800] = 1
    filtered = apply_filter(click, taps)
    assert len(filtered) == len(click)
    assert abs(int(np.argmax(np.abs(filtered))) - 4_800) <= 1


def test_a_filter_towards_itself_changes_nothing() -> None:
    level = np.linspace(3, -30, len(BANDS))
    taps = colour_filter(level, tuple(level), SAMPLE_RATE)
    sound = mono(sung_vowels(150, seconds=0.5))
    assert np.abs(apply_filter(sound, taps) - sound).max() < 0.02


# voices without a reference -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("girl", Kind.GIRL),
        ("a little girl with a red hat", Kind.GIRL),
        ("小女孩", Kind.GIRL),
        ("男孩", Kind.BOY),
        ("小孩子", Kind.BOY),
        ("一位年轻女子", Kind.WOMAN),
        ("妈妈", Kind.WOMAN),
        ("woman", Kind.WOMAN),
        ("Female doctor", Kind.WOMAN),
        ("老奶奶", Kind.OLD_WOMAN),
        ("an old woman", Kind.OLD_WOMAN),
        ("老人", Kind.OLD_MAN),
        ("grandfather", Kind.OLD_MAN),
        ("穿西装的男人", Kind.MAN),
        ("the young man", Kind.MAN),
        ("机器人", Kind.ROBOT),
        ("a robot", Kind.ROBOT),
        ("一只小猫", Kind.CREATURE),
        ("the dog", Kind.CREATURE),
        ("图1", None),
        ("店员", None),
        ("someone working in a shop", None),
        ("", None),
    ],
)
def test_the_kind_of_a_described_speaker(description: str, kind: Kind | None) -> None:
    assert kind_of(description) == kind


def test_a_speaker_keeps_his_voice_and_shares_it_with_nobody() -> None:
    names = ["图1", "图2", "视频1", "视频2", "character1", "character2", "店员", "妈妈"]
    voices = {name: stock_voice(name) for name in names}
    assert all(stock_voice(name) == voice for name, voice in voices.items())
    for one, other in combinations(voices.values(), 2):
        assert one != other


def test_two_of_a_kind_are_still_two() -> None:
    one, other = stock_voice("图1", "girl"), stock_voice("图2", "girl")
    assert one != other
    assert min(one.pitch, other.pitch) > 230


def test_kinds_are_ordered_as_among_people(tmp_path: Path) -> None:
    kinds = ("old man", "man", "woman", "girl")
    lines = speak([SpeechOrder(ZH, hint=kind, speaker="x") for kind in kinds], tmp_path, 1)
    pitches = [track_pitch(u.wave[:, 0], SAMPLE_RATE).median for u in lines]
    assert pitches == sorted(pitches)
    assert pitches[3] > 2 * pitches[0]


def test_a_robot_has_one_tone(tmp_path: Path) -> None:
    robot, man = speak([SpeechOrder(EN, hint="robot"), SpeechOrder(EN, hint="man")], tmp_path, 1)
    spreads = [track_pitch(u.wave[:, 0], SAMPLE_RATE).spread for u in (robot, man)]
    assert spreads[0] < 0.4 < spreads[1]


@pytest.mark.parametrize("language", ["cmn", "en-us"])
@pytest.mark.parametrize("pitch", [80.0, 120.0, 220.0, 330.0])
def test_espeak_is_told_a_pitch_and_keeps_to_it(tmp_path: Path, pitch: float, language: str) -> None:
    variant = Voice(pitch, 7.0).variant(language)
    low, high = (float(v) for v in variant.splitlines()[2].split()[1:])
    assert low < pitch < high
    assert 12 * np.log2(high / low) == pytest.approx(7, abs=0.3)
