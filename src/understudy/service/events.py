"""Events: a task's changes as they happen, for any number of watchers at the cost of one look.

Knows how a task's story is told in numbered events, and when to look. Must not know how an event is written (dialects,
server) nor what a store is.

Nothing is written down for it: an event's number says how far a task has come, so whoever names the last number he saw
is told what came after it, by any server of the house and after any restart. In between events may be left out, never
the last one. A commit of this process rings a bell; for those of other processes there is a look every tenth of a
second, but only while somebody watches.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from understudy.core.faults import NotFound, Unavailable
from understudy.core.ports import Clock, TaskStore
from understudy.core.task import Standing, Status
from understudy.core.wire import Told
from understudy.service.accounts import Caller
from understudy.service.tasks import Tasks
from understudy.service.waiting import first_of

log = structlog.get_logger("understudy.events")

LOOK_SECONDS = 0.1
"""How soon a change that another process made is seen."""
BREATH_SECONDS = 0.02
"""Between two looks, however often the bell rings."""
PLACES_SECONDS = 0.5
"""How often the places in the queue are counted again."""
_STEP = 10_000_000
"""Numbers for the events of one attempt, or of waiting for one."""


class EventKind(StrEnum):
    """What has become of a task."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Event:
    """A task as it stood when it had come as far as `number` (above 0, rising)."""

    number: int
    kind: EventKind
    told: Told


def number_of(standing: Standing) -> int:
    """How far a task has come: attempts first, then its place in the queue or its progress."""
    if standing.status is Status.PENDING:
        before = min(standing.ahead or 0, _STEP - 2)
        return 2 * standing.epoch * _STEP + _STEP - 1 - before
    if standing.status is Status.RUNNING:
        return (2 * standing.epoch - 1) * _STEP + 1 + int(min(max(standing.fraction, 0.0), 1.0) * 1_000_000)
    return (2 * standing.epoch + 1) * _STEP


class _Watcher:
    """One who watches one task. `standing` is the newest one known; None before the first look, or for a task gone."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.standing: Standing | None = None
        self.gone = False

    def hear(self, standing: Standing | None) -> None:
        if standing is None:
            self.gone = True
        elif standing.status is Status.PENDING and standing.ahead is None:
            return  # its place was not counted this time
        elif standing == self.standing:
            return
        self.standing = standing
        self.heard.set()


class Events:
    """Watches tasks for callers. Belongs to one event loop; only `ring` may be called from elsewhere."""

    def __init__(self, store: TaskStore, tasks: Tasks, clock: Clock) -> None:
        self._store = store
        self._tasks = tasks
        self._clock = clock
        self._watchers: dict[str, set[_Watcher]] = {}
        self._bell = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looking: asyncio.Task[None] | None = None
        self._rung = False
        self._newcomers = False
        self._counted = 0.0

    def ring(self) -> None:
        """Something was written: look now. From any thread, at any time."""
        loop = self._loop
        if loop is not None and self._watchers and not self._rung:
            self._rung = True
            try:
                loop.call_soon_threadsafe(self._bell.set)
            except RuntimeError:  # the loop has gone, and the watchers with it
                self._rung = False

    async def follow(self, caller: Caller, task_id: str, base_url: str, after: int = 0) -> AsyncIterator[Event]:
        """The task's events with a number above `after`, until it has ended or is gone.

        Raises:
            NotFound: no such task of this account.
        """
        task = (await self._tasks.status(caller, task_id, base_url)).task
        if task is None:
            raise NotFound(f"There is no task {task_id} of this account; tasks are kept for 24 hours.", what="task")
        return self._tell(caller, task.task_id, base_url, after)

    async def _tell(self, caller: Caller, task_id: str, base_url: str, after: int) -> AsyncIterator[Event]:
        watcher = _Watcher()
        self._watchers.setdefault(task_id, set()).add(watcher)
        self._start_looking()
        note = None
        try:
            while True:
                await watcher.heard.wait()
                watcher.heard.clear()
                if watcher.gone or watcher.standing is None:
                    return
                ahead = watcher.standing.ahead
                told = await self._tasks.status(caller, task_id, base_url)  # it may have gone on since the look
                if told.task is None:
                    return
                task = told.task
                now = Standing(task.status, task.epoch, task.fraction, task.stage_note, ahead)
                number = number_of(now)
                news = number > after or (number == after and note not in (None, now.note))
                if news:
                    after, note = number, now.note
                    waits = task.status is Status.PENDING
                    yield Event(number, kind_of(now), replace(told, ahead=ahead if waits else None))
                if task.status.is_final:
                    return
        finally:
            self._watchers[task_id].discard(watcher)
            if not self._watchers[task_id]:
                del self._watchers[task_id]
            if not self._watchers:
                self._bell.set()  # the looker may go

    # Looking ---------------------------------------------------------------------------------------------------------

    def _start_looking(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._newcomers = True
        self._bell.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on(), name="events")

    async def _look_on(self) -> None:
        while self._watchers:
            self._bell.clear()
            self._rung = False
            await self._look()
            await self._clock.sleep(BREATH_SECONDS)
            await first_of(self._bell.wait(), self._clock.sleep(LOOK_SECONDS - BREATH_SECONDS))

    async def _look(self) -> None:
        now = self._clock.now()
        moment = now.timestamp()
        pause = LOOK_SECONDS if self._newcomers else PLACES_SECONDS
        places = not self._counted <= moment < self._counted + pause  # the first half: the clock was set back
        if places:
            self._counted, self._newcomers = moment, False
        try:
            found = await self._store.look(tuple(self._watchers), now, places=places)
        except Unavailable as fault:
            log.warning("cannot look at tasks", reason=fault.message)
            return
        for task_id, watchers in self._watchers.items():
            for watcher in watchers:
                watcher.hear(found.get(task_id))


def kind_of(standing: Standing) -> EventKind:
    if standing.status.is_final:
        return EventKind.FINISHED
    return EventKind.QUEUED if standing.status is Status.PENDING else EventKind.RUNNING
