"""Lines become sound and mouth movement: the same ones each time, in step with each other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.animatic import speech
from understudy.animatic.acoustics import track_pitch
from understudy.animatic.screenplay import Delivery
from understudy.animatic.speech import SpeechOrder, language_of, speak, spoken_text
from understudy.animatic.utterance import SAMPLE_RATE, Utterance
from understudy.core.faults import HouseError, InternalFault, MediaRefused
from understudy.media.audio import level_db

ZH = "爸爸妈妈，今天天气很好，我们一起去公园吧。"
EN = "Bob and my mother bought a big apple pie."


@pytest.fixture(scope="module")
def workdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("film")


def said(workdir: Path, *orders: SpeechOrder, seed: int = 7) -> tuple[Utterance, ...]:
    return speak(orders, workdir, seed)


def envelope(utterance: Utterance) -> np.ndarray:
    """Loudness per film frame, 0..1."""
    per_frame = SAMPLE_RATE // 30
    mono = np.pad(utterance.wave[:, 0], (0, -len(utterance.wave) % per_frame))
    loud = np.sqrt((mono.reshape(-1, per_frame) ** 2).mean(axis=1))
    return loud / loud.max()


# the same each time ---------------------------------------------------------------------------------------------------


def test_two_runs_give_the_same_samples_and_mouths(tmp_path: Path) -> None:
    orders = (
        SpeechOrder(ZH, hint="girl"),
        SpeechOrder(EN, Delivery.SHOUT, speaker="图2"),
        SpeechOrder("别说话。", Delivery.WHISPER),
        SpeechOrder("月亮代表我的心", Delivery.SING, hint="woman"),
        SpeechOrder(ZH, max_seconds=2.0),
    )
    first, again = speak(orders, tmp_path / "a", 11), speak(orders, tmp_path / "b", 11)
    for one, other in zip(first, again, strict=True):
        assert one.wave.tobytes() == other.wave.tobytes()
        for field in ("opening", "width", "closed"):
            assert np.array_equal(getattr(one.mouth, field), getattr(other.mouth, field))


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    speak([SpeechOrder("你好")], tmp_path, 1)
    assert list(tmp_path.iterdir()) == []


def test_no_process_is_started_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech.sys, "executable", str(tmp_path / "no-python-here"))
    (silent,) = speak([SpeechOrder("……♪")], tmp_path, 1)
    assert not silent.wave.any()
    assert speak([], tmp_path, 1) == ()


# what is said ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("你好，世界！", "你好，世界！"),
        ("♪ 啦啦啦 ♪", "啦啦啦"),
        ("真棒😀👍🏽！", "真棒！"),
        ("“好的，”她说", "好的， 她说"),
        ("[[_^_en]] <b>hi</b>", "en b hi /b"),
        ("价格￥3999.5", "价格￥3999.5"),
        ("a\nb\tc", "a b c"),
        ("……", ""),
        ("♪♫", ""),
        ("", ""),
        ("  ", ""),
    ],
)
def test_only_what_can_be_pronounced_is_said(written: str, said: str) -> None:
    assert spoken_text(written) == said


@pytest.mark.parametrize(
    ("text", "language"),
    [("你好", "cmn"), ("我爱 Python", "cmn"), ("Hello", "en-us"), ("123", "en-us"), ("OK 吗", "cmn")],
)
def test_a_line_with_a_hanzi_is_mandarin(text: str, language: str) -> None:
    assert language_of(text) == language


def test_no_text_breaks_a_film(workdir: Path) -> None:
    texts = ["", "……", "♪♪", "😀", "12,345.67", "iPhone 15 很贵", "¿Qué?", "こんにちは", "Привет", "안녕"]
    texts += ["a" * 300, "\ud7ff\u200b好", "%s %d \\n", "哈" * 60, "１２３ｋｇ", "３月８日", "《》", "“"]
    utterances = said(workdir, *(SpeechOrder(text) for text in texts))
    for text, utterance in zip(texts, utterances, strict=True):
        assert utterance.wave.dtype == np.float32
        assert utterance.wave.shape[1] == 2
        assert np.abs(utterance.wave).max() <= 0.892
        assert bool(utterance.wave.any()) == bool(spoken_text(text)), text
        assert len(utterance.mouth) == int(np.ceil(utterance.seconds * 30 - 1e-6))


@settings(max_examples=12, deadline=None)
@given(st.lists(st.text(max_size=12), max_size=4))
def test_any_text_at_all_is_spoken_or_silent(workdir: Path, texts: list[str]) -> None:
    for utterance in said(workdir, *(SpeechOrder(text) for text in texts)):
        assert np.isfinite(utterance.wave).all()
        assert len(utterance.mouth) >= 1


@pytest.mark.parametrize(("text", "syllables"), [("今天天气很好我们一起去公园散步", 15), ("你喜欢听音乐吗", 7)])
def test_the_usual_pace_is_four_or_five_hanzi_a_second(workdir: Path, text: str, syllables: int) -> None:
    (utterance,) = said(workdir, SpeechOrder(text, hint="man"))
    assert 3.6 < syllables / utterance.seconds < 5.6


def test_a_line_hurries_into_its_time(workdir: Path) -> None:
    free, held, slow = said(
        workdir,
        SpeechOrder(ZH, speaker="a"),
        SpeechOrder(ZH, speaker="a", max_seconds=2.8),
        SpeechOrder(ZH, speaker="a", rate=0.8),
    )
    assert free.seconds > 3.2
    assert held.seconds <= 2.8
    assert slow.seconds > 1.1 * free.seconds


def test_there_is_no_silence_before_a_line(workdir: Path) -> None:
    for utterance in said(workdir, SpeechOrder(ZH), SpeechOrder("Hello."), SpeechOrder("是的", Delivery.WHISPER)):
        loud = np.flatnonzero(np.abs(utterance.wave[:, 0]) > 0.03 * np.abs(utterance.wave).max())
        assert loud[0] / SAMPLE_RATE < 0.06
        assert (len(utterance.wave) - loud[-1]) / SAMPLE_RATE < 0.15


# loudness and deliveries ----------------------------------------------------------------------------------------------


def test_all_speakers_are_as_loud(workdir: Path) -> None:
    kinds = ("girl", "老人", "robot", "woman", "boy", "cat")
    levels = [level_db(u.wave) for u in said(workdir, *(SpeechOrder(ZH, hint=kind) for kind in kinds))]
    assert max(levels) - min(levels) < 0.6
    assert levels[0] == pytest.approx(-20, abs=0.5)


def test_deliveries_are_what_they_say(workdir: Path) -> None:
    kinds = (Delivery.SAY, Delivery.WHISPER, Delivery.SHOUT, Delivery.SING)
    spoken = said(workdir, *(SpeechOrder(ZH, kind, hint="man") for kind in kinds), SpeechOrder(ZH, Delivery.NARRATE))
    plain, whisper, shout, song, tale = spoken
    tracks = [track_pitch(u.wave[:, 0], SAMPLE_RATE) for u in (plain, whisper, shout, song, tale)]
    assert tracks[1].voiced_seconds < 0.1 * tracks[0].voiced_seconds  # a whisper has no pitch
    assert level_db(whisper.wave) < level_db(plain.wave) - 5
    assert level_db(shout.wave) > level_db(plain.wave) + 2.5
    assert tracks[2].median > 1.2 * tracks[0].median
    assert song.seconds > 1.5 * plain.seconds
    assert 80 < tracks[4].median < 140


def test_a_song_keeps_to_its_notes(workdir: Path) -> None:
    (song,) = said(workdir, SpeechOrder("月亮代表我的心，你问我爱你有多深", Delivery.SING, hint="woman"))
    track = track_pitch(song.wave[:, 0], SAMPLE_RATE)
    semitones = 12 * np.log2(track.f0[track.voiced] / 261.626)  # from middle C
    above = (semitones[:, None] - np.array([0, 2, 4, 5, 7, 9, 11])) % 12
    off = np.minimum(above, 12 - above).min(axis=1)
    assert np.mean(off < 0.5) > 0.75  # glides and vibrato take the rest
    # and it has long steady notes, which speech does not
    steady = sum(abs(b - a) < 0.3 for a, b in pairwise(semitones)) / len(semitones)
    assert steady > 0.75


# mouths ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [ZH, EN, "快看，那边有一只小猫在睡觉。", "Please wait, we have to talk about this."])
def test_the_mouth_moves_with_the_sound_within_two_frames(workdir: Path, text: str) -> None:
    (utterance,) = said(workdir, SpeechOrder(text, speaker="x"))
    loud, opening = envelope(utterance), utterance.mouth.opening
    count = min(len(loud), len(opening))
    scores = {lag: np.corrcoef(np.roll(loud[:count], lag)[8:-8], opening[:count][8:-8])[0, 1] for lag in range(-8, 9)}
    best = max(scores, key=lambda lag: scores[lag])
    assert abs(best) <= 2, scores
    assert scores[0] > 0.35, scores


def test_lips_close_on_every_b_p_and_m(workdir: Path) -> None:
    (utterance,) = said(workdir, SpeechOrder("爸爸妈妈跑步买面包", hint="man"))
    closed = utterance.mouth.closed
    groups = np.count_nonzero(np.diff(np.concatenate([[0], closed])) == 1)
    assert groups == 9  # one for each of the nine syllables
    assert np.all(utterance.mouth.opening[closed > 0] == 0)
    # at a closed b or p the sound itself is low: the closure is where it is heard
    assert envelope(utterance)[closed > 0].mean() < 0.75 * envelope(utterance)[closed == 0].mean()


def test_words_without_b_p_m_never_close(workdir: Path) -> None:
    (utterance,) = said(workdir, SpeechOrder("天气真的很好"))
    assert not utterance.mouth.closed.any()


def test_vowels_have_their_shapes(workdir: Path) -> None:
    ah, ee, oo = said(workdir, SpeechOrder("啊"), SpeechOrder("一"), SpeechOrder("五"))
    assert ah.mouth.opening.max() > 0.6 > ee.mouth.opening.max()
    assert ee.mouth.width.max() > 0.4
    assert oo.mouth.width.min() < -0.5


def test_the_mouth_closes_in_pauses_and_at_the_end(workdir: Path) -> None:
    (utterance,) = said(workdir, SpeechOrder("好啊。　　　那我们走吧。"))
    loud = envelope(utterance)
    quiet = np.flatnonzero(loud < 0.02)
    inner = [f for f in quiet if 6 < f < len(loud) - 6 and f - 1 in quiet and f + 1 in quiet]
    assert inner
    assert utterance.mouth.opening[inner].max() < 0.15
    assert utterance.mouth.opening[-1] == 0


# what can go wrong ----------------------------------------------------------------------------------------------------


def test_a_broken_voice_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "voice.mp3").write_bytes(b"nothing")
    with pytest.raises(MediaRefused, match=r"voice\.mp3"):
        speak([SpeechOrder("你好", own_sound=tmp_path / "voice.mp3")], tmp_path, 1)


def _absent() -> str:
    raise RuntimeError("data path not exists")


@pytest.mark.parametrize("find", [lambda: "/gone/libespeak.so", _absent], ids=["not there", "as the loader says"])
@pytest.mark.parametrize("part", ["get_library_path", "get_data_path"])
def test_a_missing_library_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, find: Callable[[], str]
) -> None:
    monkeypatch.setattr(speech.espeakng_loader, part, find)
    with pytest.raises(HouseError, match="Reinstall it"):
        speak([SpeechOrder("你好")], tmp_path, 1)


def test_a_synthesiser_that_dies_is_our_fault_not_the_films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.so").write_bytes(b"not a library")
    monkeypatch.setattr(speech.espeakng_loader, "get_library_path", lambda: str(tmp_path / "broken.so"))
    with pytest.raises(InternalFault, match="synthesiser stopped"):
        speak([SpeechOrder("你好")], tmp_path, 1)
