"""A small house for tests: real store, blobs, service and worker in a temporary folder, with owned time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builders import a_card, a_request, tiny_image, tiny_sound, tiny_video
from fakes import CardBox, FakeWeb, OwnedClock, until
from understudy.core.card import ModelCard
from understudy.core.ports import Engine
from understudy.core.request import MediaFacts, Profile, VideoRequest
from understudy.core.task import Task
from understudy.core.wire import Told
from understudy.engines.testcard import TestCard
from understudy.media.probe import probe_file
from understudy.service.accounts import Accounts, Caller
from understudy.service.checks import Checks
from understudy.service.links import Links
from understudy.service.perform import Performance
from understudy.service.tasks import Tasks
from understudy.service.templates import Templates
from understudy.service.uploads import Uploads
from understudy.stores.blobs import OpendalBlobs
from understudy.stores.sql import SqlStore
from understudy.worker.loop import Worker

BASE_URL = "http://server.example"
SECRET = b"0" * 32
ALICE = Caller("alice", "1")


async def quick_probe(path: Path, *, workdir: Path) -> MediaFacts:
    """The real probe, without the child process that guards it."""
    return probe_file(path)


@dataclass
class World:
    """A small house: real store, blobs, service and worker; owned time, a toy card and a web of known files."""

    folder: Path
    clock: OwnedClock
    store: SqlStore
    blobs: OpendalBlobs
    card: ModelCard = field(default_factory=a_card)
    web: FakeWeb = field(default_factory=FakeWeb)
    engines: Sequence[Engine] = (TestCard(),)
    caller: Caller = ALICE
    settings: dict[str, Any] = field(default_factory=dict)  # of Performance
    woken: int = 0

    def __post_init__(self) -> None:
        self.cards = CardBox(self.card)
        self.accounts = Accounts(self.store.ledger, self.clock, limits_on=True)
        self.links = Links(SECRET, self.clock)
        self.uploads = Uploads(self.blobs, SECRET, self.clock)
        self.tasks = Tasks(
            self.store.tasks,
            self.cards,
            self.uploads,
            Templates(self.blobs),
            self.links,
            self.clock,
            profile=Profile.COMPAT,
            region="cn-beijing",
            wake=self._wake,
        )
        media = self.folder / "media"
        media.mkdir(exist_ok=True)
        self.web.files = {
            "https://media.example/girl.png": tiny_image(media / "girl.png"),
            "https://media.example/opening.png": tiny_image(media / "opening.png", (96, 54)),
            "https://media.example/boy.mp4": tiny_video(media / "boy.mp4", seconds=2, sound=True),
            "https://media.example/voice.wav": tiny_sound(media / "voice.wav"),
        }

    def _wake(self) -> None:
        self.woken += 1

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def performance(self, *engines: Engine) -> Performance:
        return Performance(
            self.store.tasks,
            self.store.ledger,
            self.cards,
            engines or self.engines,
            self.blobs,
            self.uploads,
            self.web,
            self.clock,
            probe=quick_probe,
            workdir=self.work,
            **self.settings,
        )

    def checks(self, *engines: Engine, **settings: Any) -> Checks:
        return Checks(
            self.cards,
            engines or self.engines,
            self.store.ledger,
            self.blobs,
            self.uploads,
            self.web,
            self.clock,
            **{
                "probe": quick_probe,
                "workdir": self.work,
                "profile": Profile.COMPAT,
                "region": "cn-beijing",
                **settings,
            },
        )

    def worker(self, *engines: Engine, slots: int = 1, **settings: Any) -> Worker:
        given = {"running_at_once": {self.card.model: self.card.rate.running_at_once}, **settings}
        return Worker(self.store.tasks, self.performance(*engines), self.clock, name="worker-1", slots=slots, **given)

    async def submit(self, request: VideoRequest | None = None, caller: Caller | None = None) -> Task:
        request = request or a_request()
        return await self.tasks.submit(caller or self.caller, request, b"{}", "dashscope", "request-1")

    async def told(self, task: Task) -> Task:
        """The task as its owner is told of it now."""
        told = await self.tasks.status(Caller(task.account, task.key_id), task.task_id, BASE_URL)
        assert isinstance(told, Told)
        assert told.task is not None
        return told.task

    @asynccontextmanager
    async def working(self, *engines: Engine, **settings: Any) -> AsyncIterator[Worker]:
        """A worker at work while the block runs; it drains at the end."""
        worker = self.worker(*engines, **settings)
        running = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            stopping = asyncio.create_task(worker.stop(grace_seconds=0))
            await until(stopping.done, self.clock)
            await asyncio.wait_for(running, 10)
            await stopping

    async def finished(self, task: Task) -> Task:
        """Let time pass until the task has ended."""
        async with asyncio.timeout(60):
            while not (now := await self.told(task)).status.is_final:
                await self.clock.advance(0.25)
                await asyncio.sleep(0.005)
        return now
