"""What every engine keeps to, run over each one found: exact films, repeatable, soon stopped, harmless when they die.

A new engine in `engines/` or behind an entry point is found and judged here by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import psutil
import pytest

from builders import a_card, a_request, a_video, an_image, tiny_image, tiny_sound, tiny_video
from understudy.catalog.promises import promise
from understudy.core.card import ModelCard
from understudy.core.faults import MediaRefused, Refused
from understudy.core.plugs import find_plugs
from understudy.core.ports import Engine, Job, Stage
from understudy.core.promise import Promise
from understudy.core.request import Capability, LocalMedia, MediaFacts, Medium, Reference, Role, VideoRequest
from understudy.core.task import Take
from understudy.core.units import Size
from understudy.media.child import ChildDied
from understudy.media.probe import probe_file
from understudy.service.take import what_is_wrong
from understudy.settings import Settings
from understudy.wiring import open_engine

FORWARDS = {"upstream"}
"""Not judged here: what makes nothing itself needs another server, see tests/socket/test_forwarding.py."""
ENGINES = sorted(set(find_plugs("understudy.engines", "ENGINE")) - FORWARDS)
PROMPT = "Image 1 waves and says: “Hello there.” slow 1"  # the test card takes its second; others may not care
LONG = "Image 1 walks through the park, looks around and waves. slow 60"


class PlainStage:
    """A stage over files that lie ready."""

    def __init__(self, folder: Path) -> None:
        self.workdir = folder / "work"
        self.workdir.mkdir()
        self.cancelled = asyncio.Event()
        self.reports: list[float] = []
        self.begun = asyncio.Event()
        self.files = {
            "https://media.example/girl.png": tiny_image(folder / "girl.png", (320, 240)),
            "https://media.example/boy.mp4": tiny_video(folder / "boy.mp4", (160, 120), 1, sound=True),
            "https://media.example/voice.wav": tiny_sound(folder / "voice.wav"),
        }
        self.handle: Mapping[str, Any] | None = None
        self.motion = MediaFacts(
            Medium.VIDEO, "motion", 6, Size(320, 180), Decimal(1), frames_per_second=Decimal(30), has_sound=True
        )

    async def local(self, reference: Reference) -> LocalMedia:
        path = self.files[reference.url]
        return LocalMedia(path, probe_file(path))

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        return None if reference.voice is None else await self.local(Reference(reference.voice))

    async def template(self, reference: Reference) -> LocalMedia:
        path = self.workdir.with_name("template.motion")
        path.write_bytes(b"joints")
        return LocalMedia(path, self.motion)

    async def report(self, fraction: float, note: str = "") -> None:
        self.reports.append(fraction)
        self.begun.set()

    async def remember(self, handle: Mapping[str, Any]) -> None:
        self.handle = handle

    def recall(self) -> Mapping[str, Any] | None:
        return self.handle


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Each engine as a house without models would run it."""
    settings = Settings(data=tmp_path / "data", engines=(request.param,), models_auto_install=False)
    made = open_engine(settings, request.param)
    await made.setup()
    yield made
    await made.close()


@pytest.fixture
def stage(tmp_path: Path) -> PlainStage:
    return PlainStage(tmp_path)


def a_job(request: VideoRequest, card: ModelCard | None = None, seed: int = 7) -> Job:
    card = card or a_card()
    return Job("task-1", request.but(seed=seed), card, seed, attempt=1, promise=promise(request, card, {}))


def children() -> list[psutil.Process]:
    return [c for c in psutil.Process().children(recursive=True) if c.status() != psutil.STATUS_ZOMBIE]


async def started(work: asyncio.Task[Take], stage: PlainStage) -> None:
    """Wait until the engine is at work, in a child process of its own."""
    begun = asyncio.create_task(stage.begun.wait())
    async with asyncio.timeout(60):
        await asyncio.wait({work, begun}, return_when=asyncio.FIRST_COMPLETED)
    assert not work.done(), work.result()
    assert children(), "the work is done in this very process"


def test_there_are_engines() -> None:
    assert "testcard" in ENGINES


@pytest.mark.parametrize("size", [Size(320, 180), Size(180, 320), Size(208, 160)], ids=str)
@pytest.mark.parametrize("sound", [True, False], ids=["sound", "silent"])
async def test_the_film_is_exactly_what_was_asked_for(
    engine: Engine, stage: PlainStage, size: Size, sound: bool
) -> None:
    request = a_request(PROMPT, an_image(), a_video(number=1), size=size, sound=sound, seconds=2)
    assert engine.offers(a_card(), request)
    take = await engine.perform(a_job(request), stage)
    assert take.path is not None
    assert what_is_wrong(probe_file(take.path), promise(request, a_card(), {})) == ""
    assert stage.workdir in take.path.parents
    assert children() == []


@pytest.mark.parametrize("rate", [Fraction(15), Fraction(24000, 1001)], ids=str)
async def test_another_rate_is_kept_or_refused_in_words(engine: Engine, stage: PlainStage, rate: Fraction) -> None:
    job = a_job(a_request(PROMPT))
    job = replace(job, promise=replace(job.promise, frames_per_second=rate))
    told = await said_or_shown(engine, job, stage)
    assert told == "" or "frames a second" in told


async def said_or_shown(engine: Engine, job: Job, stage: PlainStage) -> str:
    """What an engine refuses with; else what is wrong with its film, empty when nothing is."""
    try:
        take = await engine.perform(job, stage)
    except (Refused, MediaRefused) as refused:
        return refused.message
    assert take.path is not None
    return what_is_wrong(probe_file(take.path), job.promise)


async def test_a_template_is_fetched_as_one(engine: Engine, stage: PlainStage) -> None:
    """A template is no medium: whoever asks for it as one finds nothing."""
    card = a_card(makes=Capability.MOTION_TRANSFER)
    motion = Reference("AACT.1", role=Role.TEMPLATE)
    portrait = an_image(role=Role.PORTRAIT)
    request = a_request("", portrait, motion, seconds=None)
    if not engine.offers(card, request):
        pytest.skip(f"{engine.name} makes no such film")
    job = replace(a_job(request, card), promise=Promise(Size(320, 180), Fraction(15), Decimal(1), sound=True))
    told = await said_or_shown(engine, job, stage)
    assert told == "" or engine.name != "testcard", told  # six bytes are no motion to whoever looks into it
    assert len(told) == 0 or len(told.split()) > 3, "a refusal is a sentence"


async def test_the_file_plays_everywhere(engine: Engine, stage: PlainStage) -> None:
    take = await engine.perform(a_job(a_request(PROMPT)), stage)
    facts = probe_file(take.path)
    assert (facts.video_codec, facts.audio_codec, facts.pixel_format) == ("h264", "aac", "yuv420p")
    head = take.path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")  # it can be watched while it is loaded


async def test_it_says_what_it_is(engine: Engine, stage: PlainStage) -> None:
    take = await engine.perform(a_job(a_request(PROMPT)), stage)
    assert all(isinstance(note, str) and note for note in take.notes)
    if engine.name == "testcard":
        assert "test card" in take.notes[0]


async def test_progress_only_rises(engine: Engine, stage: PlainStage) -> None:
    await engine.perform(a_job(a_request(PROMPT)), stage)
    assert stage.reports
    assert stage.reports == sorted(stage.reports)
    assert all(0 <= fraction <= 1 for fraction in stage.reports)


async def test_same_seed_same_take(engine: Engine, tmp_path: Path) -> None:
    digests = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        take = await engine.perform(a_job(a_request("Image 1 waves.")), PlainStage(tmp_path / name))
        digests.append(hashlib.sha256(take.path.read_bytes()).hexdigest())
    assert digests[0] == digests[1]


@pytest.mark.parametrize("way", ["event", "task"])
async def test_a_cancel_ends_it_and_leaves_no_child(engine: Engine, stage: PlainStage, way: str) -> None:
    work = asyncio.create_task(engine.perform(a_job(a_request(LONG, seconds=10)), stage))
    await started(work, stage)
    if way == "event":
        stage.cancelled.set()
    else:
        work.cancel()
    async with asyncio.timeout(10):  # a film of ten seconds is far from done; how soon it ends is measured elsewhere
        with pytest.raises(asyncio.CancelledError):
            await work
    assert children() == []


async def test_a_child_that_is_killed_is_told_of_and_harms_nothing(engine: Engine, stage: PlainStage) -> None:
    work = asyncio.create_task(engine.perform(a_job(a_request(LONG, seconds=10)), stage))
    await started(work, stage)
    for child in children():
        os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(ChildDied):
        await work
    assert children() == []
    stage.reports.clear()
    take = await engine.perform(a_job(a_request(PROMPT)), stage)
    assert take.path.is_file()


async def test_work_that_is_no_longer_wanted_is_not_begun(engine: Engine, stage: PlainStage) -> None:
    stage.cancelled.set()
    with pytest.raises(asyncio.CancelledError):
        await engine.perform(a_job(a_request(LONG)), stage)
    assert children() == []


def test_a_stage_of_tests_is_a_stage(tmp_path: Path) -> None:
    stage: Stage = PlainStage(tmp_path)
    assert stage.recall() is None
