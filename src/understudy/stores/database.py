"""One SQLite file: its connections, its one writer, and readers that never wait for it.

Knows pragmas, connections and prepared statements. Must not know tasks or money.

WAL lets readers go on while the writer commits, in this process and in others on the same file; synchronous=FULL
makes a commit survive a power cut; busy_timeout lets processes take turns. Source: sqlite.org/wal.html,
sqlite.org/pragma.html; spec/stack.md §1.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.sql import Executable

from understudy.core.faults import BadSetting, StoreMismatch
from understudy.stores.upgrade import bring_up, is_known, newer, stored_revision
from understudy.stores.writer import Tally, Writer, unavailable

T = TypeVar("T")

MEMORY = ":memory:"
BUSY_SECONDS = 15.0
"""How long one process waits for another's commit before it gives up."""

CHECKED_BYTES = 64 * 1024 * 1024
"""A file up to this size is read through for damage at every start, which takes a tenth of a second at most. GUESS."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",  # a log grown large by one write shrinks again
    "PRAGMA cache_size=-8192",  # 8 MiB per connection at most
)


class Prepared:
    """A Core statement compiled once, run on the driver: a tenth of the time of compiling and wrapping each call."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._fixed: dict[str, Any] = dict(compiled.params)
        self._whole_row = itemgetter(*self._names) if len(self._names) > 1 else None

    def values(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        try:
            if self._whole_row is not None:
                values: tuple[Any, ...] = self._whole_row(given)
                return values
        except KeyError:
            pass  # nearly every call gives all of them
        return tuple(given[n] if n in given else self._fixed[n] for n in self._names)

    def run(self, connection: Connection, given: Mapping[str, Any]) -> sqlite3.Cursor:
        raw = connection.connection.driver_connection
        assert raw is not None
        cursor: sqlite3.Cursor = raw.execute(self.sql, self.values(given))
        return cursor


class Database:
    """An open file. `open` brings its tables up to date; `close` writes what waits."""

    def __init__(self, path: Path, *, durable: bool, folder: tempfile.TemporaryDirectory[str] | None = None) -> None:
        self.path = path
        self._folder = folder
        self._engine = _engine(path, durable=durable)
        self.dialect = self._engine.dialect
        self._writer = Writer(self._first_connection(), self.check_present)
        self._quick = self._engine.connect()
        self._quick.exec_driver_sql("PRAGMA query_only=ON")
        self._quick_raw: sqlite3.Connection = self._quick.connection.driver_connection  # type: ignore[assignment]
        self._quick_lock = threading.Lock()
        self._identity = _identity(path)
        self._writer.start()

    @classmethod
    def open(cls, location: str | Path) -> Database:
        """Open a path, `sqlite:///path` or `:memory:` (a file of its own that goes when the store is closed).

        Raises:
            BadSetting: the location names a database that is not served.
            StoreMismatch: the file is not ours, a newer version wrote it, it is damaged or may not be written.
        """
        text = str(location)
        if text in (MEMORY, "sqlite://", "sqlite:///:memory:"):
            # a file all the same: real transactions between threads, which a shared memory database does not give
            folder = tempfile.TemporaryDirectory(prefix="understudy-", ignore_cleanup_errors=True)
            return cls(Path(folder.name) / "tasks.db", durable=False, folder=folder)
        text = text.removeprefix("sqlite:///")
        if "://" in text:
            raise BadSetting(
                f"{text.split('://')[0]}:// is no task store of this version; give a file path or sqlite:///path"
            )
        path = Path(text)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadSetting(f"the folder of {path} cannot be made: {error.strerror}") from error
        return cls(path, durable=True)

    def _first_connection(self) -> Connection:
        """The writer's connection, with the tables of this version behind it. Raises StoreMismatch."""
        try:
            with ExitStack() as undo:
                connection = self._engine.connect()
                undo.callback(connection.close)
                bring_up(connection)
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                # a change to nothing, undone: a file that may only be read lets a transaction begin, not this
                connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
                connection.exec_driver_sql("ROLLBACK")
                if self.path.stat().st_size <= CHECKED_BYTES:
                    look_for_damage(connection, self.path)
                undo.pop_all()
        except (DatabaseError, StoreMismatch) as error:
            self._engine.dispose()
            if isinstance(error, StoreMismatch):
                raise
            raise StoreMismatch(what_to_do(self.path, error)) from error
        return connection

    @property
    def tally(self) -> Tally:
        return self._writer.tally

    def on_commit(self, tell: Callable[[], None]) -> None:
        """Call `tell` after each commit of this process, on the writer's thread: it must be quick and not raise."""
        self._writer.listeners.append(tell)

    def prepare(self, statement: Executable) -> Prepared:
        return Prepared(statement, self.dialect)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in the writer's transaction; returns after the commit."""
        return await self._writer.write(work)

    async def insert(self, *rows: tuple[Prepared, Mapping[str, Any]]) -> None:
        """Add rows by prepared INSERTs, all or none; returns after the commit. Raises sqlite3.IntegrityError."""
        await self._writer.insert([(prepared.sql, prepared.values(given)) for prepared, given in rows])

    def one(self, prepared: Prepared, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """One row, now, on the calling thread: some ten microseconds, and never behind the writer."""
        try:
            with self._quick_lock:
                row: tuple[Any, ...] | None = self._quick_raw.execute(prepared.sql, prepared.values(given)).fetchone()
        except sqlite3.Error as error:
            raise unavailable(error) from error
        return row

    def check_present(self) -> None:
        """Raise Unavailable when the file was removed or replaced: what is written now nobody would find again."""
        if self._identity is not None and _identity(self.path) != self._identity:
            raise unavailable(OSError(f"{self.path} was removed or replaced; restart every process that uses it"))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a longer read in a thread, over one unchanging picture of the data."""

        def run() -> T:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                try:
                    return work(connection)
                finally:
                    connection.exec_driver_sql("ROLLBACK")

        try:
            return await asyncio.to_thread(run)
        except DatabaseError as error:
            raise unavailable(error) from error

    def close(self) -> None:
        """Commit what waits, then let go of the file. Closing twice is harmless."""
        self._writer.close()
        with self._quick_lock:
            self._quick.close()
        self._engine.dispose()
        self._identity = None
        if self._folder is not None:
            self._folder.cleanup()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def inspect(path: Path) -> str:
    """Read a whole file through without changing it, and say what was found, for `understudy doctor`.

    Raises:
        StoreMismatch: it is damaged, cannot be read, is not ours, or a newer version wrote it.
    """
    if not path.exists():
        return f"{path} is made at the first start"
    only_read = URL.create(
        "sqlite", database=f"file:{quote(str(path.absolute()))}", query={"mode": "ro", "uri": "true"}
    )
    engine = create_engine(only_read, hide_parameters=True)
    try:
        with engine.connect() as connection:
            stored = stored_revision(connection)
            look_for_damage(connection, path)
            if stored is not None and not is_known(stored):
                raise newer(stored)
            count = connection.exec_driver_sql("SELECT count(*) FROM tasks").scalar_one() if stored else 0
    except DatabaseError as error:
        raise StoreMismatch(what_to_do(path, error)) from error
    finally:
        engine.dispose()
    return f"{path}, revision {stored}, {count} tasks, {path.stat().st_size // 1024} KiB"


def look_for_damage(connection: Connection, path: Path) -> None:
    """Read the file through. Raises StoreMismatch at the first page that is not what it should be."""
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        raise StoreMismatch(_damaged(path, str(found).splitlines()[-1]))


def what_to_do(path: Path, error: DatabaseError) -> str:
    """Why the file cannot be used, and how it is put right. The reasons are SQLite's own words."""
    reason = str(error.orig)
    if "disk is full" in reason:
        return f"{path} cannot be used: the disk is full. Free some space there."
    if "locked" in reason:
        return f"{path} is held by another program that does not let go of it ({reason}). End it and start again."
    if isinstance(error, OperationalError):
        return (
            f"{path} cannot be opened and written as a task store: {reason}. "
            "Check the owner and permissions of the file and its folder, or choose another data folder."
        )
    return _damaged(path, reason)


def _damaged(path: Path, reason: str) -> str:
    return (
        f"{path} cannot be used as a task store: {reason}. Put a backup of it back, "
        "or move it away to start empty (its keys, tasks and book are then gone)."
    )


def _engine(path: Path, *, durable: bool) -> Engine:
    # AUTOCOMMIT: the driver begins nothing by itself, so a transaction starts with the words we choose
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # put together by itself: a name may hold ? and %
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_reset_on_return=None,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")

    return engine
