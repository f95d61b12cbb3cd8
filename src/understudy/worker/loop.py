"""The worker: claims tasks, keeps their leases alive while they are performed, and stops in good order.

Knows the queue and the clock. Must not know what performing means: it hands the lease on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

import structlog

from understudy.core.faults import Fault, InternalFault, Unavailable
from understudy.core.ports import Clock, TaskStore
from understudy.core.task import Task
from understudy.service.lease import CalledOff, Lease
from understudy.service.waiting import first_of
from understudy.worker.outliving import Outliving

log = structlog.get_logger("understudy.worker")

NEWS_SECONDS = 1.0
"""At most so often is progress alone written."""
REST_SECONDS = 2.0
"""So long a worker claims nothing after its store or its machine's disk refused."""
LET_GO_SECONDS = 5.0
"""How long, after the grace, work that is given back may take to end."""


class Performs(Protocol):
    """What the worker asks of a performance."""

    async def perform(self, lease: Lease) -> None: ...

    async def fail(self, lease: Lease, fault: Fault) -> None: ...


class Worker:
    """Claims and performs up to `slots` tasks at once, until stopped."""

    def __init__(
        self,
        store: TaskStore,
        performance: Performs,
        clock: Clock,
        *,
        name: str,
        slots: int,
        lease_seconds: float = 15,
        poll_seconds: float = 0.5,
        attempts: int = 3,
        running_at_once: Mapping[str, int],
    ) -> None:
        """`poll_seconds` is how soon tasks added by other processes, and cancel wishes, are seen."""
        self.name = name
        self._store = store
        self._performance = performance
        self._clock = clock
        self._slots = slots
        self._lease = timedelta(seconds=lease_seconds)
        self._poll_seconds = poll_seconds
        self._attempts = attempts
        self._running_at_once = running_at_once
        self._running: dict[asyncio.Task[None], Lease] = {}
        self._bell = asyncio.Event()
        self._hurried = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False
        self._retired = clock.now()
        self._in_trouble = False
        self._rests_until = clock.now()

    @property
    def running(self) -> int:
        """Tasks in work just now."""
        return len(self._running)

    def wake(self) -> None:
        """A task was just added, or a slot is free: claim now."""
        self._bell.set()

    async def run(self) -> None:
        """Claim and perform until `stop`. Never raises but asyncio.CancelledError."""
        self._loop = asyncio.get_running_loop()
        log.info("worker started", worker=self.name, slots=self._slots)
        try:
            while not self._stopping:
                self._bell.clear()
                await self._fill()
                await first_of(self._bell.wait(), self._clock.sleep(self._poll_seconds))
            while self._running:  # `stop` decides how long
                await asyncio.wait(self._running)
        finally:
            for task in self._running:  # only when this very coroutine was cancelled
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
        log.info("worker stopped", worker=self.name)

    def retire(self) -> None:
        """Claim nothing more; the grace of `stop` counts from here. A signal's handler may call it."""
        if not self._stopping:
            self._stopping = True
            self._retired = self._clock.now()

    def hurry(self) -> None:
        """End the grace: whoever stops this worker waits no longer. A signal's handler may call it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._hurried.set)

    async def stop(self, grace_seconds: float) -> None:
        """Claim nothing more; give running work the grace, then hand it back to the queue for others."""
        self.retire()
        self._bell.set()
        spent = (self._clock.now() - self._retired).total_seconds()
        left = min(max(grace_seconds - spent, 0), grace_seconds)
        if self._running:
            log.info("draining", worker=self.name, running=len(self._running), seconds=round(left, 1))
            await first_of(self._all_done(), self._clock.sleep(left), self._hurried.wait())
        for lease in self._running.values():
            lease.call_off(CalledOff.DRAINED)
        if self._running:
            _, stuck = await asyncio.wait(self._running, timeout=LET_GO_SECONDS)
            for task in stuck:  # its lease runs out by itself, and another worker takes over
                task.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)

    # Claiming ----------------------------------------------------------------------------------------------------

    async def _fill(self) -> None:
        """Claim while there are free slots and waiting tasks."""
        while not self._stopping and len(self._running) < self._slots and self._is_rested():
            task = await self._claim()
            if task is None:
                return
            lease = Lease(task, self._store, self._clock, self._lease)
            work = asyncio.create_task(self._hold(lease), name=f"task {task.task_id}")
            self._running[work] = lease
            work.add_done_callback(self._done)

    async def _claim(self) -> Task | None:
        """A waiting task; None when there is none or the store failed: the next poll asks again."""
        with Outliving("cannot claim", worker=self.name):
            try:
                task = await self._store.claim(
                    self.name, self._clock.now(), self._lease, self._running_at_once, self._attempts
                )
            except Unavailable as fault:  # a store that is down for a while
                self._rest(fault.message)
                return None
            if self._in_trouble and task is None:
                self._in_trouble = False
                log.info("at work again", worker=self.name)
            return task
        return None

    def _rest(self, why: str) -> None:
        """Claim nothing for a moment. Told once, not at every try."""
        self._rests_until = self._clock.now() + timedelta(seconds=REST_SECONDS)
        if not self._in_trouble:
            self._in_trouble = True
            log.warning("resting", worker=self.name, reason=why)

    def _is_rested(self) -> bool:
        # the second half: a clock that was set back must not make a rest of hours out of one of seconds
        left = self._rests_until - self._clock.now()
        return left <= timedelta(0) or left > timedelta(seconds=REST_SECONDS)

    def _done(self, work: asyncio.Task[None]) -> None:
        self._running.pop(work, None)
        self._bell.set()

    # Holding -----------------------------------------------------------------------------------------------------

    async def _hold(self, lease: Lease) -> None:
        """Perform one task with a beating heart."""
        heart = asyncio.create_task(self._beat(lease))
        try:
            await self._perform(lease)
        finally:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)

    async def _perform(self, lease: Lease) -> None:
        task_id = lease.task.task_id
        with Outliving("performing failed unexpectedly", task_id=task_id):
            try:
                await self._performance.perform(lease)
            except Unavailable as fault:
                # or the store is down, and whoever is up when the lease ends has it
                log.warning("put aside", task_id=task_id, reason=fault.message)
                self._rest(fault.message)
            return
        # where this fails too, its lease runs out, and the attempts limit ends it
        with Outliving("cannot end a failed task", task_id=task_id):
            await self._performance.fail(lease, InternalFault())

    async def _beat(self, lease: Lease) -> None:
        """Look every poll, write every third of a lease or when there is news; without the store, stop in time."""
        told = False
        while lease.why is not CalledOff.LOST:  # called-off work keeps its lease until it is put down
            await self._clock.sleep(self._poll_seconds)
            age = self._clock.now() - lease.renewed
            due = age >= self._lease / 3 or (lease.has_news and age.total_seconds() >= NEWS_SECONDS)
            due = due or age < timedelta(0)  # the clock was set back: begin to count anew
            with Outliving("heartbeat failed", task_id=lease.task.task_id):
                try:
                    await (lease.renew() if due else lease.look())
                    told = False
                    continue
                except Unavailable as fault:
                    if not told:
                        log.warning("heartbeat failed", task_id=lease.task.task_id, reason=fault.message)
                    told = True
            if self._clock.now() >= lease.ends:  # no news of it: another may have it by now
                lease.call_off(CalledOff.LOST)

    # Waiting -----------------------------------------------------------------------------------------------------

    async def _all_done(self) -> None:
        while self._running:
            await asyncio.wait(self._running)
