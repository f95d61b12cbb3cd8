"""A task's changes as they happen: in order, numbered, resumable, and at the cost of one look for any crowd."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import until
from understudy.core.faults import NotFound, Unavailable
from understudy.core.ports import Outcome
from understudy.core.task import Standing, Status, Task
from understudy.service.accounts import Caller
from understudy.service.events import LOOK_SECONDS, Event, EventKind, Events, number_of
from world import ALICE, BASE_URL, World

LEASE = timedelta(seconds=60)
BOB = Caller("bob", "2")


class CountingStore:
    """The real store, with a count of the looks, and trouble when it is asked for."""

    def __init__(self, world: World) -> None:
        self._store = world.store.tasks
        self.looks: list[tuple[int, bool]] = []
        self.in_trouble = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def look(self, task_ids: Sequence[str], now: datetime, *, places: bool) -> Mapping[str, Standing]:
        self.looks.append((len(task_ids), places))
        if self.in_trouble:
            raise Unavailable
        return await self._store.look(task_ids, now, places=places)


class Watch:
    """One watcher at work: what he was told so far."""

    def __init__(self, events: Events, task: Task, after: int = 0, caller: Caller = ALICE) -> None:
        self.told: list[Event] = []
        self.work = asyncio.create_task(self._watch(events, task.task_id, after, caller))

    async def _watch(self, events: Events, task_id: str, after: int, caller: Caller) -> None:
        async with aclosing(await events.follow(caller, task_id, BASE_URL, after)) as stream:  # type: ignore[type-var]
            async for event in stream:
                self.told.append(event)

    @property
    def kinds(self) -> list[str]:
        return [event.kind.value for event in self.told]

    @property
    def numbers(self) -> list[int]:
        return [event.number for event in self.told]


@pytest.fixture
def store(world: World) -> CountingStore:
    return CountingStore(world)


@pytest.fixture
async def events(world: World, store: CountingStore) -> AsyncIterator[Events]:
    made = Events(store, world.tasks, world.clock)  # type: ignore[arg-type]
    yield made
    left = [task for task in asyncio.all_tasks() if task.get_name() == "events"]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def started(world: World) -> Task:
    task = await world.store.tasks.claim("w", world.clock.now(), LEASE, {}, 3)
    assert task is not None
    return task


async def ended(world: World, task: Task, status: Status = Status.FAILED) -> None:
    now = world.clock.now()
    assert await world.store.tasks.finish(task, Outcome(status, now, expires=now + timedelta(days=1)))


async def test_the_story_of_a_task(world: World, events: Events) -> None:
    first = await world.submit()
    world.clock.move(seconds=1)
    task = await world.submit()
    watch = Watch(events, task)
    await until(lambda: watch.kinds == ["queued"], world.clock, step=LOOK_SECONDS)
    assert watch.told[0].told.ahead == 1
    await ended(world, await started(world))
    await until(lambda: len(watch.told) == 2, world.clock, step=LOOK_SECONDS)
    assert (watch.kinds[1], watch.told[1].told.ahead) == ("queued", 0)
    running = await started(world)
    await until(lambda: watch.kinds[-1] == "running", world.clock, step=LOOK_SECONDS)
    for fraction, note in ((0.25, "shot 1"), (0.25, "shot 2"), (0.5, "shot 2")):
        await world.store.tasks.renew(running, world.clock.now() + LEASE, fraction=fraction, note=note)
        await until(lambda: told_now(watch) == (fraction, note), world.clock, step=LOOK_SECONDS)  # noqa: B023
    await ended(world, running)
    await until(watch.work.done, world.clock, step=LOOK_SECONDS)
    await watch.work
    assert watch.kinds == ["queued", "queued", *["running"] * 4, "finished"]
    assert watch.numbers == sorted(watch.numbers)
    assert watch.told[-1].told.task is not None
    assert watch.told[-1].told.task.status is Status.FAILED
    assert first.task_id != task.task_id


def told_now(watch: Watch) -> tuple[float, str]:
    task = watch.told[-1].told.task
    assert task is not None
    return task.fraction, task.stage_note


async def test_whoever_names_the_last_number_is_told_what_came_after_it(world: World, events: Events) -> None:
    task = await world.submit()
    whole = Watch(events, task)
    await until(lambda: whole.told, world.clock, step=LOOK_SECONDS)
    running = await started(world)
    await until(lambda: len(whole.told) == 2, world.clock, step=LOOK_SECONDS)
    again = Watch(events, task, after=whole.numbers[0])
    quiet = Watch(events, task, after=whole.numbers[1])
    await until(lambda: again.told, world.clock, step=LOOK_SECONDS)
    assert again.numbers == whole.numbers[1:]
    assert quiet.told == []
    await ended(world, running)
    await until(lambda: all(w.work.done() for w in (whole, again, quiet)), world.clock, step=LOOK_SECONDS)
    assert again.numbers == whole.numbers[1:]
    assert quiet.numbers == whole.numbers[2:]
    late, too_late = Watch(events, task), Watch(events, task, after=whole.numbers[-1])
    await until(lambda: late.work.done() and too_late.work.done(), world.clock, step=LOOK_SECONDS)
    assert late.kinds == ["finished"]
    assert too_late.told == []


async def test_a_crowd_costs_one_look(world: World, events: Events, store: CountingStore) -> None:
    task = await world.submit()
    crowd = [Watch(events, task) for _ in range(200)]
    await until(lambda: all(watch.told for watch in crowd), world.clock, step=LOOK_SECONDS)
    seconds = 2.0
    before, began = len(store.looks), world.clock.now()
    await world.clock.advance(seconds)
    looks = store.looks[before:]
    assert world.clock.now() - began == timedelta(seconds=seconds)
    assert 5 <= len(looks) <= seconds / LOOK_SECONDS + 1
    assert {count for count, _ in looks} == {1}
    assert sum(places for _, places in looks) <= seconds / 0.5 + 1
    await ended(world, await started(world))
    await until(lambda: all(watch.work.done() for watch in crowd), world.clock, step=LOOK_SECONDS)
    assert {tuple(watch.kinds)[-1] for watch in crowd} == {"finished"}
    still = len(store.looks)
    await world.clock.advance(seconds)
    assert len(store.looks) <= still + 1, "nobody watches, so nobody looks"


async def test_a_commit_of_this_process_is_told_without_waiting(world: World, events: Events) -> None:
    world.store.database.on_commit(events.ring)
    task = await world.submit()
    watch = Watch(events, task)
    await until(lambda: watch.told)  # no time passes but the breath between two looks
    await ended(world, await started(world))
    await until(watch.work.done, world.clock, step=0.02)
    assert watch.kinds[-1] == "finished"


async def test_others_tasks_are_nobodys_business(world: World, events: Events, store: CountingStore) -> None:
    task = await world.submit()
    for caller, task_id in ((BOB, task.task_id), (ALICE, "019a9d3c-0000-7000-8000-000000000000")):
        with pytest.raises(NotFound, match="no task"):
            await events.follow(caller, task_id, BASE_URL)
    assert store.looks == []


async def test_a_task_that_is_forgotten_ends_the_story(world: World, events: Events) -> None:
    task = await world.submit()
    watch = Watch(events, task)
    await until(lambda: watch.told, world.clock, step=LOOK_SECONDS)
    await world.store.tasks.cancel(task.task_id, "alice", world.clock.now())
    await world.store.tasks.expire(task.task_id, "alice", world.clock.now())
    await until(watch.work.done, world.clock, step=LOOK_SECONDS)
    assert watch.kinds == ["queued"]


async def test_a_store_in_trouble_is_outlived(world: World, events: Events, store: CountingStore) -> None:
    store.in_trouble = True
    task = await world.submit()
    watch = Watch(events, task)
    await until(lambda: len(store.looks) > 2, world.clock, step=LOOK_SECONDS)
    assert watch.told == []
    store.in_trouble = False
    await until(lambda: watch.kinds == ["queued"], world.clock, step=LOOK_SECONDS)
    watch.work.cancel()
    await asyncio.gather(watch.work, return_exceptions=True)


async def test_a_success_comes_with_its_links(world: World, events: Events) -> None:
    task = await world.submit()
    watch = Watch(events, task)
    async with world.working():
        await until(watch.work.done, world.clock, step=0.25)
    last = watch.told[-1]
    assert last.kind is EventKind.FINISHED
    assert last.told.result_url is not None
    assert last.told.result_url.startswith(f"{BASE_URL}/results/")


STANDINGS = st.builds(
    Standing,
    st.sampled_from(Status),
    st.integers(1, 5),
    st.floats(0, 1),
    st.just(""),
    st.none() | st.integers(0, 10**9),
)


@given(STANDINGS, STANDINGS)
def test_numbers_rise_as_a_task_goes_on(a: Standing, b: Standing) -> None:
    """Attempts first; in one attempt waiting comes after running, for then it was given back; the end comes last."""

    def order(s: Standing) -> tuple[float, ...]:
        if s.status is Status.RUNNING:
            return (s.epoch, 0, int(s.fraction * 1_000_000))
        if s.status is Status.PENDING:
            return (s.epoch, 1, -min(s.ahead or 0, 9_999_998))
        return (s.epoch, 2, 0)

    if {a.status.is_final, b.status.is_final} == {True, False}:
        final, other = (a, b) if a.status.is_final else (b, a)
        if other.epoch > final.epoch:
            return  # nothing comes after the end
    assert (number_of(a) < number_of(b)) == (order(a) < order(b))
    assert number_of(a) > 0
