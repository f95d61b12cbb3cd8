"""What every engine keeps to, for the one that makes nothing itself: it keeps the promises through another real server.

Apart from `test_engines`, because there is no child here to be killed and another server to be had.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from builders import a_request, an_image, tiny_image
from live import KEY, LiveServer, toy_cards
from understudy.catalog.promises import promise
from understudy.catalog.shelf import Shelf
from understudy.core.faults import BadSetting
from understudy.core.ports import Engine, Job
from understudy.core.request import LocalMedia, Reference
from understudy.core.units import Ratio, Tier
from understudy.media.probe import probe_file
from understudy.service.take import what_is_wrong
from understudy.settings import Settings
from understudy.wiring import open_engine

HERE = "oss://dashscope-instant/here/girl.png"
"""A picture that lies here, as one does that a caller uploaded: no other server could fetch it."""


class PlainStage:
    """A stage over one picture."""

    def __init__(self, folder: Path) -> None:
        self.workdir = folder / "work"
        self.workdir.mkdir(parents=True)
        self.cancelled = asyncio.Event()
        self.reports: list[float] = []
        self.handle: Mapping[str, Any] | None = None
        self._picture = tiny_image(folder / "girl.png", (320, 240))

    @property
    def unwanted(self) -> bool:
        return self.cancelled.is_set()

    async def local(self, reference: Reference) -> LocalMedia:
        assert reference.url == HERE
        return LocalMedia(self._picture, probe_file(self._picture))

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        return None

    async def template(self, reference: Reference) -> LocalMedia:
        raise AssertionError("no template goes up")

    async def report(self, fraction: float, note: str = "") -> None:
        self.reports.append(fraction)

    async def remember(self, handle: Mapping[str, Any]) -> None:
        self.handle = handle

    def recall(self) -> Mapping[str, Any] | None:
        return self.handle


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(toy_cards(tmp_path_factory.mktemp("cards")))


@pytest.fixture(scope="module")
def other(cards: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    # the task of a cut-off call goes on there: nobody waits for it at the end
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_CARDS": str(cards), "UNDERSTUDY_GRACE_SECONDS": "0"}
    with LiveServer(tmp_path_factory.mktemp("other"), options=options) as server:
        yield server


@pytest.fixture
async def engine(other: LiveServer, tmp_path: Path) -> Any:
    there = {"base_url": other.url, "key": KEY, "poll_seconds": 0.1}
    made = open_engine(Settings(data=tmp_path / "data", upstreams={"there": there}), "upstream:there")
    await made.setup()
    yield made
    await made.close()


@pytest.fixture
def stage(tmp_path: Path) -> PlainStage:
    return PlainStage(tmp_path / "stage")


def a_job(cards: Path, prompt: str = "图1 waves.", **changes: Any) -> Job:
    card = Shelf.open(cards).find("toy-r2v")
    request = a_request(prompt, an_image(HERE), size=None, tier=Tier(180), ratio=Ratio(16, 9), **changes)
    return Job("task-1", request, card, 7, attempt=1, promise=promise(request, card, {}))


async def test_the_film_is_exactly_what_was_asked_for(engine: Engine, stage: PlainStage, cards: Path) -> None:
    job = a_job(cards, seconds=2)
    assert engine.offers(job.card, job.request)
    take = await engine.perform(job, stage)
    assert what_is_wrong(probe_file(take.path), job.promise) == ""
    assert stage.workdir in take.path.parents
    assert take.foreign
    assert stage.reports
    assert stage.reports == sorted(stage.reports)
    assert all(0 <= fraction <= 1 for fraction in stage.reports)


async def test_same_seed_same_take(engine: Engine, tmp_path: Path, cards: Path) -> None:
    takes = [await engine.perform(a_job(cards, seed=7), PlainStage(tmp_path / name)) for name in ("one", "two")]
    assert len({hashlib.sha256(take.path.read_bytes()).digest() for take in takes}) == 1


async def test_it_is_taken_up_again_by_what_was_remembered(
    engine: Engine, other: LiveServer, stage: PlainStage, cards: Path
) -> None:
    first = await engine.perform(a_job(cards), stage)
    film = first.path.read_bytes()
    first.path.unlink()
    before = other.call("GET", "/api/v1/tasks")[1]["total"]
    assert (await engine.perform(a_job(cards), stage)).path.read_bytes() == film
    assert other.call("GET", "/api/v1/tasks")[1]["total"] == before


@pytest.mark.parametrize("way", ["event", "task"])
async def test_a_cancel_ends_it(engine: Engine, stage: PlainStage, cards: Path, way: str) -> None:
    work = asyncio.create_task(engine.perform(a_job(cards, "图1 slow 20", seconds=10), stage))
    async with asyncio.timeout(60):
        while "task_id" not in (stage.handle or {}):
            await asyncio.sleep(0.02)
        if way == "event":
            stage.cancelled.set()
        else:
            work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work


async def test_work_that_is_no_longer_wanted_is_not_begun(
    engine: Engine, other: LiveServer, stage: PlainStage, cards: Path
) -> None:
    before = other.call("GET", "/api/v1/tasks")[1]["total"]
    stage.cancelled.set()
    with pytest.raises(asyncio.CancelledError):
        await engine.perform(a_job(cards), stage)
    assert other.call("GET", "/api/v1/tasks")[1]["total"] == before


def test_an_upstream_that_is_not_set_up_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"no upstream 'there' .*write \[upstreams\.there\]"):
        open_engine(Settings(data=tmp_path), "upstream:there")
    there = {"base_url": "http://127.0.0.1:9", "dialect": "klingon"}
    with pytest.raises(BadSetting, match=r"UNDERSTUDY_UPSTREAMS__THERE__DIALECT: there is no dialect 'klingon'"):
        open_engine(Settings(data=tmp_path, upstreams={"there": there}), "upstream:there")
    there = {"base_url": "http://127.0.0.1:9", "dialect": "dashscope:vllm-omni"}
    with pytest.raises(BadSetting, match="dashscope has no form 'vllm-omni'"):
        open_engine(Settings(data=tmp_path, upstreams={"there": there}), "upstream:there")
