"""The one writer: savepoints, group commit, and what happens when the disk says no."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from builders import a_task
from understudy.core.faults import Conflict, Unavailable
from understudy.stores import database as database_module
from understudy.stores.database import Database
from understudy.stores.sql import SqlStore


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "tasks.db")
    yield opened
    opened.close()


def put(name: str) -> object:
    def work(connection: Connection) -> str:
        connection.exec_driver_sql("INSERT INTO accounts VALUES (?, 0)", (name,))
        return name

    return work


def names(database: Database) -> set[str]:
    with sqlite3.connect(database.path) as connection:
        found = {name for (name,) in connection.execute("SELECT account FROM accounts")}
    connection.close()
    return found


class Gate:
    """A write that holds the writer until it is opened, so that others gather behind it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, connection: Connection) -> None:
        self.reached.set()
        assert self.opened.wait(20)


async def test_writes_that_wait_share_one_commit(database: Database) -> None:
    gate = Gate()
    first = asyncio.create_task(database.write(gate))
    await asyncio.to_thread(gate.reached.wait, 20)
    others = [asyncio.create_task(database.write(put(f"a{n}"))) for n in range(100)]
    await asyncio.sleep(0)
    gate.opened.set()
    await first
    assert await asyncio.gather(*others) == [f"a{n}" for n in range(100)]
    assert (database.tally.writes, database.tally.commits) == (101, 2)


async def test_what_is_acknowledged_is_there_for_other_processes(database: Database) -> None:
    for number in range(5):
        await database.write(put(f"a{number}"))
        assert f"a{number}" in names(database)


async def test_a_write_is_all_or_nothing(database: Database) -> None:
    def half(connection: Connection) -> None:
        put("half")(connection)
        raise LookupError("no")

    results = await asyncio.gather(
        database.write(put("a")), database.write(half), database.write(put("b")), return_exceptions=True
    )
    assert [type(result) for result in results] == [str, LookupError, str]
    assert names(database) == {"a", "b"}


async def test_a_write_given_up_before_its_turn_does_not_happen(database: Database) -> None:
    gate = Gate()
    first = asyncio.create_task(database.write(gate))
    await asyncio.to_thread(gate.reached.wait, 20)
    unwanted, wanted = asyncio.create_task(database.write(put("no"))), asyncio.create_task(database.write(put("yes")))
    await asyncio.sleep(0)
    unwanted.cancel()
    await asyncio.wait([unwanted])
    gate.opened.set()
    await asyncio.gather(first, wanted)
    assert names(database) == {"yes"}


async def test_closing_writes_what_waits(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tasks.db")
    gate = Gate()
    first = asyncio.create_task(database.write(gate))
    await asyncio.to_thread(gate.reached.wait, 20)
    others = [asyncio.create_task(database.write(put(f"a{n}"))) for n in range(5)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(database.close))
    gate.opened.set()
    await asyncio.gather(first, *others, closing)
    assert names(database) == {f"a{n}" for n in range(5)}
    with pytest.raises(Unavailable, match="closed"):
        await database.write(put("late"))


async def test_a_full_disk_acknowledges_nothing_and_heals(database: Database) -> None:
    await database.write(put("before"))
    pages = await database.write(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    await database.write(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").close())

    def large(connection: Connection) -> None:
        put("large" + "x" * 10**6)(connection)

    results = await asyncio.gather(
        database.write(put("small")), database.write(large), database.write(put("late")), return_exceptions=True
    )
    assert isinstance(results[1], Unavailable)
    acknowledged = {result for result in results if isinstance(result, str)}
    assert names(database) == {"before"} | acknowledged
    await database.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=100000").close())
    await database.write(put("after"))
    assert "after" in names(database)


async def test_a_file_held_by_another_process_is_unavailable_not_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    database = Database.open(tmp_path / "tasks.db")
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="again"):
        await database.write(put("a"))
    other.execute("ROLLBACK")
    other.close()
    await database.write(put("b"))
    assert names(database) == {"b"}
    database.close()


async def test_readers_do_not_wait_for_the_writer(tmp_path: Path) -> None:
    with SqlStore.open(tmp_path / "tasks.db") as store:
        task = a_task()
        await store.tasks.add(task, b"{}")
        gate = Gate()
        writing = asyncio.create_task(store.database.write(gate))
        await asyncio.to_thread(gate.reached.wait, 20)
        assert await store.tasks.get(task.task_id) == task
        gate.opened.set()
        await writing


async def test_what_another_process_changed_is_seen_at_once(tmp_path: Path) -> None:
    """No memory of rows: the next read tells what any process committed."""
    with SqlStore.open(tmp_path / "tasks.db") as store, SqlStore.open(tmp_path / "tasks.db") as other:
        task = a_task()
        await store.tasks.add(task, b"{}")
        assert (await other.tasks.get(task.task_id)) == task
        canceled = await other.tasks.cancel(task.task_id, task.account, task.submitted)
        assert await store.tasks.get(task.task_id) == canceled


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_an_unforeseen_error_strands_nobody(database: Database) -> None:
    """Whatever breaks the thread, those who wait are told, and later ones too."""

    def broken(connection: Connection) -> None:
        raise RecursionError("deep")

    results = await asyncio.gather(
        database.write(put("a")), database.write(broken), database.write(put("b")), return_exceptions=True
    )
    assert isinstance(results[1], Unavailable)
    with pytest.raises(Unavailable):
        await database.write(put("late"))
    assert names(database) == {result for result in results if isinstance(result, str)}


async def test_rows_added_together_are_kept_or_refused_one_by_one(tmp_path: Path) -> None:
    """The bad one comes last, after its neighbours were already written beside it."""
    with SqlStore.open(tmp_path / "tasks.db") as store:
        first = a_task()
        await store.tasks.add(first, b"{}")
        gate = Gate()
        holding = asyncio.create_task(store.database.write(gate))
        await asyncio.to_thread(gate.reached.wait, 20)
        given = [a_task() for _ in range(10)] + [first, a_task()]
        adding = [asyncio.create_task(store.tasks.add(task, b"{}")) for task in given]
        await asyncio.sleep(0)
        gate.opened.set()
        results = await asyncio.gather(*adding, return_exceptions=True)
        await holding
        assert [type(result) for result in results] == [type(None)] * 10 + [Conflict, type(None)]
        assert [await store.tasks.get(task.task_id) for task in given] == given


async def test_a_disk_that_fills_while_tasks_arrive(tmp_path: Path) -> None:
    with SqlStore.open(tmp_path / "tasks.db") as store:
        ask = store.database.write
        pages = await ask(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        await ask(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 3}").close())
        given = [a_task() for _ in range(20)]
        results = await asyncio.gather(*(store.tasks.add(t, bytes(4000)) for t in given), return_exceptions=True)
        assert any(isinstance(result, Unavailable) for result in results)
        for task, result in zip(given, results, strict=True):
            assert (await store.tasks.get(task.task_id) is not None) == (result is None)
        await ask(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=100000").close())
        await store.tasks.add(a_task(), b"{}")
