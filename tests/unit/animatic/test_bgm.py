"""Music that is asked for beside the prompt: a bed in its mood under speech, alone where nobody is to be heard, and a
given song in place of all. Source: spec/gateways.md §4.2, bgm; §3.3, one-click/mv and lip-sync."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from builders import tiny_image, tiny_sound
from understudy.animatic.brief import Brief, DraftBrief, LocalSubject
from understudy.animatic.drafts.lip_sync import _sound
from understudy.animatic.music import Tune, bed_for
from understudy.animatic.phonemes import still_mouth
from understudy.animatic.render import make_film
from understudy.animatic.screenplay import Delivery, ShotSize
from understudy.animatic.soundtrack import mix
from understudy.animatic.storyboard import Shot, Storyboard, TimedLine
from understudy.animatic.utterance import SAMPLE_RATE, Utterance
from understudy.core.card import ModelCard
from understudy.core.faults import Refused
from understudy.core.ports import Job
from understudy.core.promise import Promise
from understudy.core.request import Capability, LocalMedia, Medium, Reference, Role, VideoRequest
from understudy.core.units import Size
from understudy.engines.animatic import _brief, _draft_brief
from understudy.media.audio import read_wave
from understudy.media.probe import probe_file

COUNT = 90
LINE = TimedLine(0, "图1", "…", Delivery.SAY, 0, 45)


def a_tone(seconds: float) -> Utterance:
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = np.repeat(0.14 * np.sin(2 * np.pi * 700 * times)[:, None], 2, axis=1).astype(np.float32)
    return Utterance(wave, still_mouth(seconds))


def a_mix(text: str = "a street", **wishes: bool) -> np.ndarray:
    board = Storyboard((Shot(0, 0, COUNT, ShotSize.MEDIUM, lines=(LINE,), text=text),), COUNT)
    return mix(board, {0: a_tone(1.5)}, COUNT, 7, **wishes)


def power(wave: np.ndarray, low: float, high: float) -> float:
    """Power between two frequencies."""
    spectrum = np.abs(np.fft.rfft(wave.mean(axis=1))) ** 2
    hertz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE)
    return float(spectrum[(hertz > low) & (hertz < high)].sum())


def test_music_is_there_because_it_was_asked_for() -> None:
    plain, scored = a_mix(), a_mix(bgm=True)
    after = slice(2 * SAMPLE_RATE, None)
    assert power(scored[after], 100, 600) > 2 * power(plain[after], 100, 600), "chords between the lines"
    assert power(scored[:SAMPLE_RATE], 690, 710) == pytest.approx(power(plain[:SAMPLE_RATE], 690, 710), rel=0.1)


def test_it_lies_under_the_speech() -> None:
    scored = a_mix(bgm=True)
    spoken, rest = scored[: SAMPLE_RATE // 2], scored[2 * SAMPLE_RATE : 5 * SAMPLE_RATE // 2]
    assert power(spoken, 100, 600) < power(rest, 100, 600), "quieter while somebody speaks"
    assert power(spoken, 100, 600) < 0.05 * power(spoken, 690, 710)


def test_without_speech_only_the_music_is_heard() -> None:
    assert not a_mix(speech=False).any()
    alone = a_mix(speech=False, bgm=True)
    assert alone.any()
    assert power(alone[:SAMPLE_RATE], 690, 710) < 0.01 * power(a_mix()[:SAMPLE_RATE], 690, 710)


@pytest.mark.parametrize(
    ("text", "tune"),
    [
        ("a fox in the snow", Tune()),
        ("一个孤独的男人在雨中", Tune(minor=True)),
        ("happy children play", Tune(lively=True)),
        ("安静的街道，无背景音乐", None),
        ("she plays the guitar", Tune(plucked=True)),
    ],
)
def test_the_prompts_mood_sets_the_tune(text: str, tune: Tune | None) -> None:
    assert bed_for((), (), text) == tune


def test_a_song_is_the_whole_sound(tmp_path: Path) -> None:
    song, picture = tiny_sound(tmp_path / "song.wav", 0.5), tiny_image(tmp_path / "girl.png")
    subject = LocalSubject("图1", LocalMedia(picture, probe_file(picture)))
    brief = Brief("图1 waves", Size(160, 90), 30, (subject,), song=LocalMedia(song, probe_file(song)))
    film = make_film(brief, tmp_path, lambda fraction, note: None).path
    assert film is not None
    wave, given = read_wave(film), read_wave(song)
    heard = np.abs(wave[: SAMPLE_RATE // 2]).mean()
    assert heard == pytest.approx(np.abs(given).mean(), rel=0.15)
    assert np.abs(wave[int(0.6 * SAMPLE_RATE) : int(0.95 * SAMPLE_RATE)]).max() < 0.01, "silent where it has ended"


# What the engine is told ----------------------------------------------------------------------------------------------


class AStage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def local(self, reference: Reference) -> LocalMedia:
        path = (
            tiny_image(self.folder / "a.png") if reference.medium is Medium.IMAGE else tiny_sound(self.folder / "a.wav")
        )
        return LocalMedia(path, probe_file(path))

    async def local_voice(self, reference: Reference) -> None:
        return None


def a_job(makes: Capability, **changes: Any) -> Job:
    card = SimpleNamespace(makes=makes, naming="typed", options={}, model="m")
    request = VideoRequest("m", prompt="p", size=Size(160, 90), seconds=1).but(**changes)
    job: Any = Job("t", request, card, 7, 1, Promise(Size(160, 90), sound=True))  # type: ignore[arg-type]
    return job


@pytest.mark.parametrize(("sound", "bgm"), [(True, False), (False, True), (True, True), (None, None)])
async def test_wishes_for_sound_reach_the_studio(tmp_path: Path, sound: bool | None, bgm: bool | None) -> None:
    options = {} if bgm is None else {"bgm": bgm}
    stage: Any = AStage(tmp_path)
    for brief in (
        await _brief(a_job(Capability.REFERENCE_TO_VIDEO, sound=sound, options=options), stage),
        await _draft_brief(a_job(Capability.TEXT_TO_VIDEO, sound=sound, options=options), stage),
    ):
        assert (brief.sound, brief.speech, brief.bgm) == (True, sound is not False, bgm is True)


async def test_a_song_and_voices_reach_the_studio(tmp_path: Path) -> None:
    references = (
        Reference("https://x/a.png", Medium.IMAGE, name="Mara"),
        Reference("https://x/a.wav", Medium.AUDIO, Role.DRIVING_AUDIO),
    )
    stage: Any = AStage(tmp_path)
    job = a_job(Capability.REFERENCE_TO_VIDEO, references=references, options={"voice_ids": ["female-1"]})
    brief = await _brief(job, stage)
    assert brief.song is not None
    assert (brief.subjects[0].description, brief.subjects[0].aliases[-2:]) == ("female-1", ("@Mara", "Mara"))


# Words to be said -----------------------------------------------------------------------------------------------------


def test_a_text_is_spoken_with_its_pauses(tmp_path: Path) -> None:
    def said(text: str, **options: Any) -> np.ndarray:
        return _sound(DraftBrief(Capability.LIP_SYNC, options={"text": text, **options}), tmp_path, 9)

    plain, paused = said("good morning everybody"), said("good morning<#1.5#>everybody")
    assert len(paused) - len(plain) > 1.2 * SAMPLE_RATE
    assert len(said("good morning everybody", speed=2)) < 0.75 * len(plain)
    with pytest.raises(Refused, match="nothing to say"):
        said("  ")


def test_a_card_with_music_promises_sound() -> None:
    from understudy.catalog.shelf import Shelf

    card: ModelCard = Shelf.open().find("viduq2").of("reference2video")
    request = VideoRequest("viduq2", "reference2video", "p", sound=False)
    assert not card.wants_sound(request)
    assert card.wants_sound(request.but(options={"bgm": True}))
    assert card.wants_sound(request.but(sound=True))
