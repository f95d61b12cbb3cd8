"""A lease: renewed with news, called off for the right reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from builders import NOON, a_task
from fakes import OwnedClock
from understudy.core.ports import Outcome
from understudy.core.task import Status
from understudy.service.lease import CalledOff, Lease
from understudy.stores.sql import SqlStore, SqlTaskStore

LENGTH = timedelta(seconds=15)


@pytest.fixture
def store() -> Iterator[SqlTaskStore]:
    with SqlStore.open(":memory:") as opened:
        yield opened.tasks


async def a_lease(store: SqlTaskStore, clock: OwnedClock) -> Lease:
    await store.add(a_task(), b"")
    task = await store.claim("worker", clock.now(), LENGTH, {}, 3)
    assert task is not None
    return Lease(task, store, clock, LENGTH)


async def test_renewing_writes_the_news_once(store: SqlTaskStore, clock: OwnedClock) -> None:
    lease = await a_lease(store, clock)
    lease.progress(0.2, "casting")
    lease.progress(0.4, "painting")
    clock.move(seconds=5)
    await lease.renew()
    assert (lease.task.fraction, lease.task.stage_note) == (0.4, "painting")
    assert not lease.has_news
    assert lease.ends == NOON + timedelta(seconds=20)


@pytest.mark.parametrize(("told", "kept"), [(-1, 0), (0.5, 0.5), (7, 1)])
async def test_progress_is_a_fraction(store: SqlTaskStore, clock: OwnedClock, told: float, kept: float) -> None:
    lease = await a_lease(store, clock)
    lease.progress(told, "")
    await lease.renew()
    assert lease.task.fraction == kept


async def test_a_handle_is_stored_at_once(store: SqlTaskStore, clock: OwnedClock) -> None:
    lease = await a_lease(store, clock)
    await lease.renew(handle={"upstream": "job-1"})
    found = await store.get(lease.task.task_id)
    assert found is not None
    assert found.handle == {"upstream": "job-1"}


@pytest.mark.parametrize("way", ["renew", "look"])
async def test_a_cancel_is_noticed(store: SqlTaskStore, clock: OwnedClock, way: str) -> None:
    lease = await a_lease(store, clock)
    await getattr(lease, way)()
    assert not lease.cancelled.is_set()
    await store.cancel(lease.task.task_id, "alice", clock.now(), running=True)
    await getattr(lease, way)()
    assert lease.cancelled.is_set()
    assert lease.why is CalledOff.CANCELED


@pytest.mark.parametrize("way", ["renew", "look"])
@pytest.mark.parametrize("loss", ["taken over", "ended", "given back"])
async def test_a_loss_is_noticed(store: SqlTaskStore, clock: OwnedClock, way: str, loss: str) -> None:
    lease = await a_lease(store, clock)
    if loss == "taken over":
        assert await store.claim("another", clock.now() + LENGTH, LENGTH, {}, 3)
    elif loss == "ended":
        await store.finish(lease.task, Outcome(Status.CANCELED, clock.now()))
    else:
        await store.release(lease.task, ready=clock.now())
    await getattr(lease, way)()
    assert lease.why is CalledOff.LOST


async def test_the_first_reason_stands_but_a_loss_beats_it(store: SqlTaskStore, clock: OwnedClock) -> None:
    lease = await a_lease(store, clock)
    lease.call_off(CalledOff.TIMED_OUT)
    lease.call_off(CalledOff.DRAINED)
    assert lease.why is CalledOff.TIMED_OUT
    lease.call_off(CalledOff.LOST)
    lease.call_off(CalledOff.CANCELED)
    assert lease.why is CalledOff.LOST
