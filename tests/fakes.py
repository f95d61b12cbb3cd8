"""Fakes: stand-ins for the outside world in tests. Everything of our own that is quick enough is used for real."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from understudy.core.card import MediaLimits, ModelCard
from understudy.core.faults import MediaProblem, MediaRefused, NotFound
from understudy.core.ports import Job, Stage
from understudy.core.request import VideoRequest
from understudy.core.task import Take

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class OwnedClock:
    """Time that stands still until `advance` moves it; sleepers wake in order as their moments come."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        moment, bell = self._now + timedelta(seconds=seconds), asyncio.Event()
        entry = (moment, bell)
        self._sleepers.append(entry)
        try:
            await bell.wait()
        finally:
            self._sleepers.remove(entry)

    def move(self, **by: float) -> None:
        """Let time pass (`hours=1`, `seconds=5`) and wake nobody."""
        self._now += timedelta(**by)

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking each sleeper at its moment and letting it act before time goes on."""
        until = self._now + timedelta(seconds=seconds)
        while due := [moment for moment, bell in self._sleepers if moment <= until and not bell.is_set()]:
            self._now = max(self._now, min(due))
            for moment, bell in list(self._sleepers):
                if moment <= self._now:
                    bell.set()
            await breathe()
        self._now = until


async def breathe() -> None:
    """Let everything run that can run now, short waits on other threads included."""
    for _ in range(10):
        await asyncio.sleep(0)
    await asyncio.sleep(0.002)


async def until(condition: Callable[[], object], clock: OwnedClock | None = None, *, step: float = 0.5) -> None:
    """Wait for a condition, moving the owned clock on if there is one. Fails after 30 real seconds."""
    async with asyncio.timeout(30):
        while not condition():
            if clock is not None:
                await clock.advance(step)
            await asyncio.sleep(0.002)


class CardBox:
    """Cards by name, as a shelf has them."""

    def __init__(self, *cards: ModelCard) -> None:
        self._cards = {name: card for card in cards for name in (card.model, *card.aliases)}

    def find(self, model: str) -> ModelCard:
        if model not in self._cards:
            raise NotFound("Model can not be found.", what="model")
        return self._cards[model]

    def all(self) -> tuple[ModelCard, ...]:
        return tuple({id(card): card for card in self._cards.values()}.values())


class FakeWeb:
    """A Remote for which only the addresses put in `files` exist. Counts what is fetched."""

    def __init__(self) -> None:
        self.files: dict[str, Path] = {}
        self.fetched: list[str] = []
        self.limits: list[MediaLimits] = []

    async def fetch(self, url: str, limits: MediaLimits, into: Path) -> Path:
        self.fetched.append(url)
        self.limits.append(limits)
        if url not in self.files:
            raise MediaRefused(MediaProblem.UNREACHABLE, "The download of the file failed.")
        return Path(shutil.copy(self.files[url], into))


class ScriptedEngine:
    """An engine that does what a test tells it to."""

    name = "scripted"

    def __init__(self, act: Callable[[Job, Stage], Awaitable[Take]], *, offering: bool = True) -> None:
        self.act = act
        self.offering = offering
        self.jobs: list[Job] = []

    def offers(self, card: ModelCard, request: VideoRequest) -> bool:
        return self.offering

    async def setup(self) -> None: ...

    async def perform(self, job: Job, stage: Stage) -> Take:
        self.jobs.append(job)
        return await self.act(job, stage)

    async def close(self) -> None: ...
