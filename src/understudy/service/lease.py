"""Lease: a claimed task as its worker holds it, with its newest progress and whether it is still wanted.

Knows renewing and calling off. Must not know engines, nor how often a heart beats.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from understudy.core.ports import Clock, TaskStore
from understudy.core.task import Status, Task


class CalledOff(StrEnum):
    """Why work on a task is stopped before its end."""

    CANCELED = "canceled"  # the caller no longer wants it
    DRAINED = "drained"  # this worker stops; another may begin anew
    TIMED_OUT = "timed_out"  # it took longer than one attempt may
    LOST = "lost"  # another worker has it, or it is gone: nothing may be written any more


class Lease:
    """A worker's hold on one claimed task. `cancelled` is set as soon as `why` is known."""

    def __init__(self, task: Task, store: TaskStore, clock: Clock, length: timedelta) -> None:
        self.task = task
        self.cancelled = asyncio.Event()
        self.why: CalledOff | None = None
        self._store = store
        self._clock = clock
        self._length = length
        self._fraction: float | None = None
        self._note: str | None = None
        self.renewed = clock.now()

    def call_off(self, why: CalledOff) -> None:
        """Stop the work. The first reason stands, but a lost lease beats all others: then nothing may be written."""
        if self.why is None or why is CalledOff.LOST:
            self.why = why
        self.cancelled.set()

    def progress(self, fraction: float, note: str) -> None:
        """Keep the newest progress (0 to 1) for the next heartbeat."""
        self._fraction = min(max(fraction, 0.0), 1.0)
        self._note = note

    @property
    def has_news(self) -> bool:
        return self._fraction is not None

    @property
    def ends(self) -> datetime:
        """When another worker may take the task, unless it is renewed before."""
        return self.renewed + self._length

    async def renew(self, *, handle: Mapping[str, Any] | None = None, engine: str | None = None) -> None:
        """Write progress and whatever is given, and hold the task for one more lease. Notices cancel and loss."""
        now = self._clock.now()
        fraction, note = self._fraction, self._note
        self._fraction = self._note = None
        renewed = await self._store.renew(
            self.task, now + self._length, fraction=fraction, note=note, handle=handle, engine=engine
        )
        if renewed is None:
            self.call_off(CalledOff.LOST)
            return
        self.task = renewed
        self.renewed = now
        if renewed.cancel_wanted:
            self.call_off(CalledOff.CANCELED)

    async def look(self) -> None:
        """See, without writing, whether the task is still ours and still wanted."""
        current = await self._store.get(self.task.task_id)
        if current is None or current.epoch != self.task.epoch or current.status is not Status.RUNNING:
            self.call_off(CalledOff.LOST)
        elif current.cancel_wanted:
            self.call_off(CalledOff.CANCELED)
