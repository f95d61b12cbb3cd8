"""Writes of one turn of the event loop share a commit; none is forgotten, whoever asks, whenever the store closes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_task
from understudy.core.faults import Conflict
from understudy.stores.sql import SqlStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with SqlStore.open(tmp_path / "tasks.db") as store:
        yield store


async def test_one_turn_is_one_commit(store: SqlStore) -> None:
    before = store.database.tally.commits
    tasks = [a_task() for _ in range(40)]
    await asyncio.gather(*[store.tasks.add(task, b"{}") for task in tasks])
    assert store.database.tally.commits == before + 1
    for task in tasks:
        assert await store.tasks.get(task.task_id) == task
        assert await store.tasks.body(task.task_id) == b"{}"


async def test_turns_that_each_bring_more_share_a_commit(store: SqlStore) -> None:
    before = store.database.tally.commits
    asked = []
    for _ in range(20):
        asked.append(asyncio.ensure_future(store.tasks.add(a_task(), b"{}")))
        await asyncio.sleep(0)
    await asyncio.gather(*asked)
    assert store.database.tally.commits == before + 1


async def test_a_stream_without_end_is_written_all_the_same(store: SqlStore) -> None:
    first, going = asyncio.ensure_future(store.tasks.add(a_task(), b"{}")), []
    while not first.done():
        assert len(going) < 20_000, "the first write waits for ever"
        going.append(asyncio.ensure_future(store.tasks.add(a_task(), b"{}")))
        await asyncio.sleep(0)
    await asyncio.gather(*going)
    assert store.database.tally.commits > 1


async def test_one_that_may_not_be_added_spoils_no_other(store: SqlStore) -> None:
    first = a_task()
    await store.tasks.add(first, b"first")
    others = [a_task() for _ in range(3)]
    told = await asyncio.gather(
        *[store.tasks.add(task, b"later") for task in (others[0], first, *others[1:])], return_exceptions=True
    )
    assert [type(answer) for answer in told] == [type(None), Conflict, type(None), type(None)]
    assert await store.tasks.body(first.task_id) == b"first"
    for task in others:
        assert await store.tasks.body(task.task_id) == b"later"


async def test_what_was_asked_for_just_before_the_end_is_written(tmp_path: Path) -> None:
    path, task = tmp_path / "tasks.db", a_task()
    with SqlStore.open(path) as store:
        asked = asyncio.create_task(store.tasks.add(task, b"{}"))
        await asyncio.sleep(0)  # it has asked now, and the turn has not ended
    await asked
    with SqlStore.open(path) as store:
        assert await store.tasks.get(task.task_id) == task


async def test_several_loops_share_a_store(store: SqlStore) -> None:
    tasks = [a_task() for _ in range(8)]
    threads = [threading.Thread(target=lambda task=task: asyncio.run(store.tasks.add(task, b"{}"))) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert [await store.tasks.get(task.task_id) for task in tasks] == tasks
