"""Opening: new files, known ones, older, newer and foreign ones."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from builders import NOON, a_task
from understudy.core.faults import BadSetting, HouseError, StoreMismatch, Unavailable
from understudy.stores.database import BUSY_SECONDS, Database, inspect
from understudy.stores.schema import REVISION
from understudy.stores.sql import SqlStore
from understudy.stores.upgrade import MIGRATIONS, run_migrations


def shape(path: Path) -> set[tuple[object, ...]]:
    """Every table and index with its columns, types, nullability and defaults, as SQLite itself sees them."""
    with sqlite3.connect(path) as connection:
        found: set[tuple[object, ...]] = set()
        for kind, name, table in connection.execute("SELECT type, name, tbl_name FROM sqlite_master").fetchall():
            found.add((kind, name, table))
            if kind == "table":
                found |= {(name, *column) for column in connection.execute(f"PRAGMA table_info({name})")}
                found |= {(name, "fk", *key) for key in connection.execute(f"PRAGMA foreign_key_list({name})")}
            else:
                found |= {(name, *column) for column in connection.execute(f"PRAGMA index_xinfo({name})")}
    connection.close()
    return found


def test_migrating_and_making_give_the_same_tables(tmp_path: Path) -> None:
    Database.open(tmp_path / "made.db").close()
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with engine.begin() as connection:
        run_migrations(connection)
    engine.dispose()
    assert shape(tmp_path / "made.db") == shape(tmp_path / "migrated.db")


def test_the_newest_migration_is_the_one_the_schema_names() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [REVISION]


async def test_what_was_kept_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    task = a_task()
    with SqlStore.open(tmp_path / "tasks.db") as store:
        await store.tasks.add(task, b"{}")
    with SqlStore.open(f"sqlite:///{tmp_path / 'tasks.db'}") as store:
        assert await store.tasks.get(task.task_id) == task


async def test_a_memory_store_keeps_nothing(tmp_path: Path) -> None:
    task = a_task()
    with SqlStore.open(":memory:") as store:
        await store.tasks.add(task, b"{}")
        path = store.database.path
    assert not path.parent.exists()
    with SqlStore.open(":memory:") as store:
        assert await store.tasks.get(task.task_id) is None


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
async def test_it_is_durable(tmp_path: Path, pragma: str, value: object) -> None:
    """synchronous 2 is FULL. Source: sqlite.org/pragma.html."""
    with SqlStore.open(tmp_path / "tasks.db") as store:
        ask = f"PRAGMA {pragma}"
        assert await store.database.write(lambda c: c.exec_driver_sql(ask).scalar_one()) == value
        busy = await store.database.write(lambda c: c.exec_driver_sql("PRAGMA busy_timeout").scalar_one())
        assert busy == BUSY_SECONDS * 1000


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "tasks.db"
    Database.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreMismatch, match="newer Understudy"):
        Database.open(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)
    connection.close()


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (name)")
    connection.close()
    with pytest.raises(StoreMismatch, match="songs"):
        Database.open(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
    connection.close()


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tasks.db"
    path.write_bytes(b"a letter to my aunt, not a database" * 100)
    with pytest.raises(StoreMismatch, match=r"not a database.*move it away"):
        Database.open(path)


def test_the_doctor_reads_a_file_through_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "任务 #1?.db"
    assert "made at the first start" in inspect(path)
    assert not path.exists()
    Database.open(path).close()
    before = path.read_bytes()
    assert "0 tasks" in inspect(path)
    assert path.read_bytes() == before
    damaged = bytearray(before)
    damaged[4096 * 3 : 4096 * 5] = b"n" * 8192
    path.write_bytes(damaged)
    with pytest.raises(StoreMismatch, match="Put a backup"):
        inspect(path)
    path.write_bytes(before)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreMismatch, match="newer Understudy"):
        inspect(path)


async def test_nothing_is_accepted_into_a_file_nobody_will_find_again(tmp_path: Path) -> None:
    path = tmp_path / "tasks.db"
    task = a_task()
    with SqlStore.open(path) as store:
        await store.tasks.add(task, b"{}")
        path.rename(tmp_path / "moved.db")
        with pytest.raises(Unavailable):
            await store.tasks.add(a_task(), b"{}")
        with pytest.raises(Unavailable):
            await store.ledger.add_key("alice", "digest", "sk", NOON)
        path.write_bytes((tmp_path / "moved.db").read_bytes())  # a backup put back under a running server
        with pytest.raises(Unavailable):
            await store.tasks.add(a_task(), b"{}")
        path.unlink()
        (tmp_path / "moved.db").rename(path)
        await store.tasks.add(a_task(), b"{}")


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HouseError):
        Database.open(tmp_path / "file" / "tasks.db")
    with pytest.raises(HouseError):
        Database.open(tmp_path)
    for url in ("postgresql://host/db", "mysql://host/db"):
        with pytest.raises(BadSetting, match="file path"):
            Database.open(url)


def test_several_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    code = "import sys; from understudy.stores.sql import SqlStore; SqlStore.open(sys.argv[1]).close()"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "tasks.db")], env=environment) for _ in range(4)
    ]
    assert [process.wait() for process in started] == [0] * 4


def test_an_ordinary_start_loads_no_alembic_and_no_network(tmp_path: Path) -> None:
    code = (
        "import sys; from understudy.stores.sql import SqlStore; SqlStore.open(sys.argv[1]).close()\n"
        "from understudy.stores import blobs, remote\n"
        "print([m for m in ('alembic', 'opendal', 'aiohttp', 'fastapi', 'numpy') if m in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "tasks.db")],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert told.stdout.strip() == "[]"
