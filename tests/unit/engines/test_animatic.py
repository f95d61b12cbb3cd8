"""The animatic engine: which cards it takes, what it tells the studio, how it ends when models cannot be fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import cv2
import pytest
from pydantic import TypeAdapter

from stage import figure
from understudy.animatic import models
from understudy.animatic.brief import Brief
from understudy.catalog.promises import promise
from understudy.core.card import Billing, ModelCard, Naming, Sound
from understudy.core.faults import HouseError, Refused
from understudy.core.ports import Job
from understudy.core.request import Capability, LocalMedia, MediaFacts, Medium, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Size
from understudy.engines.animatic import ENGINE, AnimaticEngine
from understudy.media.probe import probe_file


@dataclass
class OneStage:
    """A stage that knows local files by URL and keeps what it is told."""

    workdir: Path
    files: Mapping[str, LocalMedia]
    told: list[tuple[float, str]] = field(default_factory=list)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    async def local(self, reference: Reference) -> LocalMedia:
        return self.files[reference.url]

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        return self.files[reference.voice] if reference.voice else None

    async def report(self, fraction: float, note: str = "") -> None:
        self.told.append((fraction, note))

    async def remember(self, handle: Mapping[str, Any]) -> None:
        raise AssertionError("nothing to remember: a film is made here and now")

    def recall(self) -> Mapping[str, Any] | None:
        return None


def card(**more: Any) -> ModelCard:
    return ModelCard(
        model="a-model", family="a-family", makes=Capability.REFERENCE_TO_VIDEO, billing=Billing("f"),
        naming=Naming.TYPED, **more,
    )  # fmt: skip


def job(request: VideoRequest, **more: Any) -> Job:
    asked = card(**more)
    return Job("t", request, asked, seed=7, attempt=1, promise=promise(request, asked, {}))


@pytest.fixture
def girl(tmp_path: Path) -> LocalMedia:
    path = tmp_path / "girl.png"
    path.write_bytes(cv2.imencode(".png", cv2.cvtColor(figure(300), cv2.COLOR_RGBA2BGRA))[1].tobytes())
    return LocalMedia(path, probe_file(path))


@pytest.mark.parametrize("makes", list(Capability))
def test_every_family_gets_a_film_or_a_labelled_draft(makes: Capability) -> None:
    assert ENGINE.offers(ModelCard("m", "f", makes, Billing("f")), VideoRequest("m"))


class Ordered(Exception):
    """Raised where a child would start, with what it was to be told."""


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stop(module: str, order: Any, **_: Any) -> Any:
        raise Ordered(module, order)

    monkeypatch.setattr("understudy.engines.animatic.run_child", stop)


async def ordered(engine: AnimaticEngine, job: Job, stage: OneStage) -> Brief:
    """The brief as the studio's child reads it."""
    with pytest.raises(Ordered) as caught:
        await engine.perform(job, stage)
    module, order = caught.value.args
    assert (module, order["workdir"]) == ("understudy.animatic", str(stage.workdir / "studio"))
    return TypeAdapter(Brief).validate_python(order["brief"])


@pytest.mark.usefixtures("orders")
async def test_the_studio_is_told_everything_the_request_says(tmp_path: Path, girl: LocalMedia) -> None:
    voice = LocalMedia(tmp_path / "v.wav", MediaFacts(Medium.AUDIO, "wav", 10))
    request = VideoRequest(
        "a-model",
        prompt="图1说：“你好”",
        negative_prompt="blurry",
        references=(
            Reference("u1", Medium.IMAGE, voice="v1", description="a girl"),
            Reference("u2", Medium.IMAGE, Role.FIRST_FRAME),
        ),
        size=Size(320, 180),
        seconds=2,
        shot_type=ShotType.MULTI,
        watermark=True,
        sound=False,
    )
    stage = OneStage(tmp_path, {"u1": girl, "u2": girl, "v1": voice})
    engine = AnimaticEngine(models=tmp_path, captions=False)
    brief = await ordered(engine, job(request, sound=Sound.OPTIONAL), stage)
    (subject,) = brief.subjects
    assert (subject.name, subject.media, subject.voice, subject.description) == ("图1", girl, voice, "a girl")
    assert "Image 1" in subject.aliases
    assert (brief.size, brief.frame_count, brief.seed, brief.first_frame) == (Size(320, 180), 60, 7, girl)
    assert (brief.sound, brief.watermark, brief.captions, brief.shot_type) == (False, True, False, ShotType.MULTI)
    assert (brief.negative_prompt, brief.models) == ("blurry", tmp_path)
    loud = await ordered(engine, job(request, sound=Sound.ALWAYS), stage)
    assert loud.sound, "a model that always has sound is not silenced"
    assert not loud.speech, "but nobody speaks in it"


async def test_a_video_cannot_be_the_first_frame(tmp_path: Path, girl: LocalMedia) -> None:
    clip = LocalMedia(girl.path, MediaFacts(Medium.VIDEO, "mp4", 10, Size(4, 4), Decimal(1)))
    request = VideoRequest("a-model", references=(Reference("u", Medium.VIDEO, Role.FIRST_FRAME),))
    with pytest.raises(Refused, match="picture"):
        await ENGINE.perform(job(request), OneStage(tmp_path, {"u": clip}))


async def test_a_take_is_a_film_with_notes(tmp_path: Path, girl: LocalMedia) -> None:
    request = VideoRequest(
        "a-model",
        prompt="图1在公园里散步。",
        references=(Reference("u1", Medium.IMAGE),),
        size=Size(320, 180),
        seconds=1,
    )
    stage = OneStage(tmp_path, {"u1": girl})
    take = await ENGINE.perform(job(request), stage)
    assert take.path.is_relative_to(tmp_path)
    assert (take.facts.size, take.facts.frame_count, take.facts.has_sound) == (Size(320, 180), 30, True)
    assert take.notes[0].startswith("This is an animatic")
    fractions = [fraction for fraction, _ in stage.told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


async def test_without_a_package_index_the_film_is_made_with_cards(
    tmp_path: Path, girl: LocalMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(folder: Path, *_: object) -> None:
        tries.append(folder)
        raise HouseError("no index answers")

    monkeypatch.setattr(models, "install", fail)
    engine = ENGINE.configure(models=tmp_path / "models", auto_install=True, memory_bytes=6 * 1024**3, seconds=60)
    request = VideoRequest(
        "a-model", prompt="图1", references=(Reference("u1", Medium.IMAGE),), size=Size(160, 90), seconds=1
    )
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        take = await engine.perform(job(request), OneStage(tmp_path / str(number), {"u1": girl}))
        assert any("understudy models install" in note for note in take.notes)
    assert len(tries) == 1, "one try per start: no task waits again for an index that does not answer"


async def test_a_cancelled_task_does_not_wait_for_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    release = threading.Event()
    monkeypatch.setattr(models, "install", lambda folder: release.wait(30))
    engine = ENGINE.configure(models=tmp_path / "models", auto_install=True)
    stage = OneStage(tmp_path, {})
    stage.cancelled.set()
    try:
        with pytest.raises(asyncio.CancelledError):
            await engine.perform(job(VideoRequest("a-model")), stage)
    finally:
        release.set()
