"""The worker: claims, keeps leases alive, hears of cancels, survives bad tasks, stops in good order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from builders import MODEL, a_task
from fakes import OwnedClock, breathe, until
from understudy.core.faults import Fault, Unavailable
from understudy.core.ports import Outcome
from understudy.core.task import Status, Task
from understudy.service.lease import CalledOff, Lease
from understudy.stores.sql import SqlStore, SqlTaskStore
from understudy.worker.loop import REST_SECONDS, Worker
from understudy.worker.rounds import make_rounds

LEASE = timedelta(seconds=15)


class SetClock(OwnedClock):
    """An owned clock whose hands may be set, as people and NTP do: what sleeps, sleeps on."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


class Scripted:
    """A performance that does what a test says, and ends tasks as the real one would."""

    def __init__(self, store: SqlTaskStore, act: Callable[[Lease], Awaitable[None]]) -> None:
        self.store = store
        self.act = act
        self.leases: list[Lease] = []
        self.why: list[CalledOff | None] = []

    async def perform(self, lease: Lease) -> None:
        self.leases.append(lease)
        try:
            await self.act(lease)
        finally:
            self.why.append(lease.why)
        if lease.why is CalledOff.DRAINED:
            await self.store.release(lease.task, ready=lease.task.submitted)
        elif lease.why is None:
            await self.store.finish(
                lease.task, Outcome(Status.FAILED, lease.task.submitted, fault={"fault": "Refused"})
            )

    async def fail(self, lease: Lease, fault: Fault) -> None:
        await self.store.finish(lease.task, Outcome(Status.FAILED, lease.task.submitted, fault=fault.record()))


async def until_called_off(lease: Lease) -> None:
    await lease.cancelled.wait()


async def at_once(lease: Lease) -> None: ...


@pytest.fixture
def store() -> Iterator[SqlTaskStore]:
    with SqlStore.open(":memory:") as opened:
        yield opened.tasks


class Floor:
    """A store with tasks in it, and workers."""

    def __init__(self, store: SqlTaskStore, clock: OwnedClock) -> None:
        self.store = store
        self.clock = clock

    def performance(self, act: Callable[[Lease], Awaitable[None]]) -> Scripted:
        return Scripted(self.store, act)

    def worker(self, performance: Scripted, name: str = "one", **settings: Any) -> Worker:
        given: dict[str, Any] = {"slots": 1, "running_at_once": {}, **settings}
        return Worker(self.store, performance, self.clock, name=name, **given)

    @asynccontextmanager
    async def working(self, performance: Scripted, **settings: Any) -> AsyncIterator[Worker]:
        worker = self.worker(performance, **settings)
        running = asyncio.create_task(worker.run())
        yield worker
        stopping = asyncio.create_task(worker.stop(0))
        await until(stopping.done, self.clock)
        await asyncio.wait_for(running, 10)

    async def add(self, count: int = 1, **changes: Any) -> list[Task]:
        tasks = [a_task(now=self.clock.now(), **changes) for _ in range(count)]
        for task in tasks:
            await self.store.add(task, b"")
        return tasks

    async def get(self, task: Task) -> Task:
        found = await self.store.get(task.task_id)
        assert found is not None
        return found


@pytest.fixture
def floor(store: SqlTaskStore, clock: OwnedClock) -> Floor:
    return Floor(store, clock)


class TestClaiming:
    async def test_as_many_as_there_are_slots(self, floor: Floor) -> None:
        performance = floor.performance(until_called_off)
        await floor.add(5)
        async with floor.working(performance, slots=3) as worker:
            await until(lambda: worker.running == 3)
            await floor.clock.advance(5)
            assert len(performance.leases) == 3

    async def test_a_free_slot_is_filled_without_waiting_for_the_next_poll(self, floor: Floor) -> None:
        performance = floor.performance(at_once)
        await floor.add(5)
        async with floor.working(performance):
            await until(lambda: len(performance.leases) == 5)  # and time stands still

    async def test_a_woken_worker_claims_at_once(self, floor: Floor) -> None:
        performance = floor.performance(at_once)
        async with floor.working(performance) as worker:
            await breathe()
            await floor.add()
            assert not performance.leases
            worker.wake()
            await until(lambda: performance.leases)

    async def test_tasks_of_other_processes_are_found_by_asking(self, floor: Floor) -> None:
        performance = floor.performance(at_once)
        async with floor.working(performance):
            await breathe()
            await floor.add()
            await floor.clock.advance(0.5)
            await until(lambda: performance.leases)

    async def test_over_the_limit_of_an_account_tasks_wait(self, floor: Floor) -> None:
        performance = floor.performance(until_called_off)
        tasks = await floor.add(4)
        async with floor.working(performance, slots=4, running_at_once={MODEL: 2}) as worker:
            await until(lambda: worker.running == 2)
            await floor.clock.advance(3)
            assert [(await floor.get(t)).status for t in tasks].count(Status.PENDING) == 2

    async def test_a_store_that_is_down_for_a_while_is_asked_again(
        self, floor: Floor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        performance = floor.performance(at_once)
        real, failures = floor.store.claim, 0

        async def flaky(*arguments: Any) -> Task | None:
            nonlocal failures
            if failures < 3:
                failures += 1
                raise Unavailable
            return await real(*arguments)

        monkeypatch.setattr(floor.store, "claim", flaky)
        await floor.add()
        async with floor.working(performance):
            await until(lambda: performance.leases, floor.clock)
        assert failures == 3

    async def test_trouble_is_asked_seldom_and_told_once(
        self, floor: Floor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        performance = floor.performance(at_once)
        real, asked = floor.store.claim, 0

        async def down(*_: Any) -> Task | None:
            nonlocal asked
            asked += 1
            raise Unavailable("The disk is full.")

        monkeypatch.setattr(floor.store, "claim", down)
        (task,) = await floor.add()
        async with floor.working(performance):
            await until(lambda: asked)
            await floor.clock.advance(20)
            assert 8 <= asked <= 12
            monkeypatch.setattr(floor.store, "claim", real)
            await until(lambda: performance.leases, floor.clock)
            await floor.clock.advance(1)
            await floor.add()
            await until(lambda: len(performance.leases) == 2, floor.clock)
        said = capsys.readouterr().out
        assert said.count("resting") == 1
        assert said.count("at work again") == 1
        assert "The disk is full." in said
        assert "Traceback" not in said
        assert (await floor.get(task)).status is Status.FAILED, "as this performance ends every task"

    async def test_a_performance_in_trouble_makes_the_worker_rest(self, floor: Floor) -> None:
        moments: list[datetime] = []

        async def in_trouble(lease: Lease) -> None:
            await floor.store.release(lease.task, ready=floor.clock.now())
            moments.append(floor.clock.now())
            raise Unavailable("No space left on device.")

        performance = floor.performance(in_trouble)
        await floor.add(5)
        async with floor.working(performance):
            await until(lambda: len(moments) >= 5, floor.clock)
        rests = [(later - moment).total_seconds() for moment, later in pairwise(moments)]
        assert min(rests) >= REST_SECONDS, "not as fast as the queue can be turned over"

    async def test_a_clock_set_back_does_not_make_a_rest_of_an_hour(
        self, store: SqlTaskStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        floor = Floor(store, clock := SetClock())
        performance = floor.performance(at_once)
        real, asked = store.claim, 0

        async def down(*_: Any) -> Task | None:
            nonlocal asked
            asked += 1
            raise Unavailable

        await floor.add()
        clock.ahead = timedelta(hours=2)
        monkeypatch.setattr(store, "claim", down)
        async with floor.working(performance):
            await until(lambda: asked)
            clock.ahead = timedelta(hours=1)
            monkeypatch.setattr(store, "claim", real)
            await clock.advance(2)
            await until(lambda: performance.leases)


class TestHolding:
    @pytest.mark.parametrize("hours", [1, -1], ids=["forward", "back"])
    async def test_a_clock_that_jumps_neither_ends_nor_doubles_the_work(self, store: SqlTaskStore, hours: int) -> None:
        floor = Floor(store, clock := SetClock())
        performance = floor.performance(until_called_off)
        await floor.add()
        async with floor.working(performance):
            await until(lambda: performance.leases)
            clock.ahead = timedelta(hours=hours)
            await clock.advance(3)
            assert (len(performance.leases), performance.why) == (1, [])
            held = await store.claim("two", clock.now() + timedelta(seconds=9), LEASE, {}, 3)
            assert held is None, "renewed by the new time"
            gone = await store.claim("two", clock.now() + timedelta(seconds=16), LEASE, {}, 3)
            assert gone is not None, "and by no more than that"

    async def test_a_beating_heart_keeps_the_task(self, floor: Floor) -> None:
        performance, other = floor.performance(until_called_off), floor.performance(at_once)
        (task,) = await floor.add()
        async with floor.working(performance), floor.working(other, name="two"):
            await until(lambda: performance.leases or other.leases)
            await floor.clock.advance(120)
            assert len(performance.leases) + len(other.leases) == 1
            now = await floor.get(task)
            assert (now.status, now.attempt) == (Status.RUNNING, 1)

    async def test_when_it_stops_another_takes_over_and_the_first_may_write_nothing(self, floor: Floor) -> None:
        (task,) = await floor.add()
        dead = await floor.store.claim("dead", floor.clock.now(), timedelta(seconds=15), {}, 3)
        assert dead is not None
        performance = floor.performance(at_once)
        async with floor.working(performance):
            await floor.clock.advance(14)
            assert not performance.leases
            await until(lambda: performance.leases, floor.clock)
        assert (await floor.get(task)).attempt == 2
        assert await floor.store.renew(dead, floor.clock.now() + timedelta(hours=1)) is None
        assert await floor.store.finish(dead, Outcome(Status.FAILED, floor.clock.now())) is None

    async def test_a_paused_worker_that_wakes_late_learns_that_it_lost(self, floor: Floor) -> None:
        performance, other = floor.performance(until_called_off), floor.performance(until_called_off)
        (task,) = await floor.add()
        async with floor.working(performance):
            await until(lambda: performance.leases)
            floor.clock.move(seconds=20)  # the machine slept: nobody was woken
            async with floor.working(other, name="two"):
                await until(lambda: other.leases)
                await floor.clock.advance(1)
                await until(lambda: performance.why)
                assert performance.why == [CalledOff.LOST]
                assert (await floor.get(task)).epoch == 2

    async def test_a_cancel_is_heard_within_a_second(self, floor: Floor) -> None:
        performance = floor.performance(until_called_off)
        (task,) = await floor.add()
        async with floor.working(performance):
            await until(lambda: performance.leases)
            await floor.store.cancel(task.task_id, task.account, floor.clock.now(), running=True)
            await floor.clock.advance(1)
            await until(lambda: performance.why)
            assert performance.why == [CalledOff.CANCELED]

    async def test_work_that_is_slow_to_stop_is_still_nobody_elses(self, floor: Floor) -> None:
        async def slow_to_stop(lease: Lease) -> None:
            await lease.cancelled.wait()
            await floor.clock.sleep(40)

        performance, other = floor.performance(slow_to_stop), floor.performance(at_once)
        (task,) = await floor.add()
        async with floor.working(performance):
            await until(lambda: performance.leases)
            await floor.store.cancel(task.task_id, task.account, floor.clock.now(), running=True)
            async with floor.working(other, name="two"):
                await floor.clock.advance(39)
                now = await floor.get(task)
                assert (now.status, now.epoch, other.leases) == (Status.RUNNING, 1, [])
            await until(lambda: performance.why, floor.clock)

    async def test_progress_is_written_with_the_heartbeat_once_a_second_at_most(
        self, floor: Floor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writes: list[float | None] = []
        real = floor.store.renew

        async def counted(task: Task, until: datetime, **told: Any) -> Task | None:
            writes.append(told.get("fraction"))
            return await real(task, until, **told)

        async def busy(lease: Lease) -> None:
            for step in range(100):
                lease.progress(step / 100, f"step {step}")
                await floor.clock.sleep(0.1)

        monkeypatch.setattr(floor.store, "renew", counted)
        performance = floor.performance(busy)
        (task,) = await floor.add()
        async with floor.working(performance):
            await until(lambda: performance.leases)
            for _ in range(80):
                await floor.clock.advance(0.1)
            now = await floor.get(task)
            assert 0.5 <= now.fraction <= 0.8
            assert now.stage_note == f"step {round(now.fraction * 100)}"
            assert len(writes) <= 8
            await until(lambda: performance.why, floor.clock)

    async def test_a_bug_fails_the_task_and_nothing_else(self, floor: Floor) -> None:
        async def broken(lease: Lease) -> None:
            if len(performance.leases) == 1:
                raise ZeroDivisionError("a bug")

        performance = floor.performance(broken)
        first, second = await floor.add(2)
        async with floor.working(performance):
            await until(lambda: len(performance.why) == 2)
        failed = await floor.get(first)
        assert (failed.status, (failed.fault or {})["fault"]) == (Status.FAILED, "InternalFault")
        assert "a bug" not in str(failed.fault)
        assert ((await floor.get(second)).fault or {})["fault"] == "Refused"

    async def test_a_store_that_goes_down_during_the_work_leaves_the_task_to_a_takeover(self, floor: Floor) -> None:
        async def unlucky(lease: Lease) -> None:
            if lease.task.attempt == 1:
                raise Unavailable

        performance = floor.performance(unlucky)
        (task,) = await floor.add()
        async with floor.working(performance):
            await until(lambda: len(performance.why) == 2, floor.clock)
        assert (await floor.get(task)).attempt == 2

    async def test_without_the_store_work_stops_before_another_may_begin_it(
        self, floor: Floor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        performance = floor.performance(until_called_off)
        await floor.add()

        async def down(*_: Any, **__: Any) -> None:
            raise Unavailable

        async with floor.working(performance):
            await until(lambda: performance.leases)
            monkeypatch.setattr(floor.store, "renew", down)
            monkeypatch.setattr(floor.store, "get", down)
            monkeypatch.setattr(floor.store, "claim", down)
            await floor.clock.advance(14)
            assert not performance.why
            await floor.clock.advance(2)
            await until(lambda: performance.why)
            assert performance.why == [CalledOff.LOST]


class TestStopping:
    async def test_work_that_ends_within_the_grace_is_not_disturbed(self, floor: Floor) -> None:
        async def ten_seconds(lease: Lease) -> None:
            await floor.clock.sleep(10)

        performance = floor.performance(ten_seconds)
        tasks = await floor.add(2)
        worker = floor.worker(performance)
        running = asyncio.create_task(worker.run())
        await until(lambda: worker.running)
        stopping = asyncio.create_task(worker.stop(20))
        await until(stopping.done, floor.clock)
        await running
        assert performance.why == [None]
        assert [(await floor.get(t)).status for t in tasks] == [Status.FAILED, Status.PENDING]
        assert floor.clock.now() < tasks[0].submitted + timedelta(seconds=12)

    async def test_longer_work_is_given_back_uncounted(self, floor: Floor) -> None:
        performance = floor.performance(until_called_off)
        (task,) = await floor.add()
        worker = floor.worker(performance)
        running = asyncio.create_task(worker.run())
        await until(lambda: worker.running)
        stopping = asyncio.create_task(worker.stop(20))
        await floor.clock.advance(19)
        assert not performance.why
        await until(stopping.done, floor.clock)
        await running
        assert performance.why == [CalledOff.DRAINED]
        now = await floor.get(task)
        assert (now.status, now.attempt) == (Status.PENDING, 0)

    async def test_an_idle_worker_stops_at_once(self, floor: Floor) -> None:
        worker = floor.worker(floor.performance(at_once))
        running = asyncio.create_task(worker.run())
        await breathe()
        await worker.stop(1000)
        await running  # and time stands still

    async def test_a_worker_that_is_cut_off_leaves_no_work_behind(self, floor: Floor) -> None:
        ended: list[bool] = []

        async def noticing(lease: Lease) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)

        performance = floor.performance(noticing)
        (task,) = await floor.add()
        worker = floor.worker(performance)
        running = asyncio.create_task(worker.run())
        await until(lambda: performance.leases)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert ended == [True]
        assert (await floor.get(task)).status is Status.RUNNING  # its lease runs out by itself


class TestRounds:
    async def test_a_chore_is_done_again_and_again_whatever_happens(self, clock: OwnedClock) -> None:
        moments: list[datetime] = []

        async def chore(now: datetime) -> None:
            moments.append(now)
            raise OSError("the disk is full")

        rounds = asyncio.create_task(make_rounds(chore, clock, 60))
        await breathe()
        await clock.advance(150)
        rounds.cancel()
        await asyncio.gather(rounds, return_exceptions=True)
        assert [(moment - moments[0]).total_seconds() for moment in moments] == [0, 60, 120]
