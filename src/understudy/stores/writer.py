"""The one thread that writes: many waiting writes, one transaction, one commit.

Knows order, savepoints and commits. Must not know what a write means: each is a function of the open connection.

A write is acknowledged only after the commit that holds it (decision 0004). What one turn of the event loop asks for is
handed over at its end, together, and where the disk answers at once not before a turn that brings no more: a commit
costs ten times what a row in it does, and such a disk would make one for every two rows. While a commit waits for a
slower disk the next writes gather by themselves, and the next transaction takes them all, so that the disk's latency is
shared. Each runs in a savepoint of its own: one that fails is undone alone and its neighbours are kept. Rows that are
only added, which is what every submit is, go in side by side: one statement runs over all of them, and the driver
gives the interpreter's lock away a few times for each statement.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, TypeAlias, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from understudy.core.faults import Unavailable, UnderstudyError

T = TypeVar("T")
log = structlog.get_logger("understudy.stores")

AT_MOST_TOGETHER = 512
"""Writes after which a transaction takes up no more, so that another process gets its turn."""

GATHERED = 64
"""Writes that are handed over however many more the next turn may bring. Larger transactions save next to nothing."""

QUICK_SECONDS = 0.001
"""A commit that takes longer is worth starting at once: what arrives meanwhile gathers by itself. GUESS."""

# what a write may raise: the database's refusals, the house's own errors, and values that cannot be written down
_FAILURES = (SQLAlchemyError, sqlite3.Error, UnderstudyError, ValueError, TypeError, LookupError, ArithmeticError)


Rows: TypeAlias = Sequence[tuple[str, tuple[Any, ...]]]
"""INSERT statements of the driver, each with its one row of values."""


@dataclass(slots=True)
class _Write:
    work: Callable[[Connection], Any] | Rows
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


@dataclass(slots=True)
class Tally:
    """What the thread has done; the difference is what group commit saved."""

    writes: int = 0
    commits: int = 0


def unavailable(error: Exception) -> Unavailable:
    """A refusal of the database as the caller may hear it. The cause stays in the log."""
    log.warning("the task store refused", reason=str(getattr(error, "orig", error)))  # never the values: private
    fault = Unavailable("The task store cannot be used just now, please try again shortly.")
    fault.__cause__ = error
    return fault


@dataclass
class Writer:
    """Owns `connection` from `start` to `close`; nobody else writes in this process."""

    connection: Connection
    check: Callable[[], None] = lambda: None
    """Asked before each transaction; raises Unavailable when nothing may be written now."""
    tally: Tally = field(default_factory=Tally)
    listeners: list[Callable[[], None]] = field(default_factory=list)
    """Told after each commit, on this thread: they must be quick and not raise."""
    _queue: SimpleQueue[list[_Write] | None] = field(default_factory=SimpleQueue)
    """What was handed over together; None is the last of all."""
    _gathered: dict[asyncio.AbstractEventLoop, list[_Write]] = field(default_factory=dict)
    _gate: threading.Lock = field(default_factory=threading.Lock)
    _open: bool = False
    _commit_seconds: float = 0.0
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._open = True
        self._thread = threading.Thread(target=self._run, name="understudy-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction and return its result after the commit. Raises what `work` raises.

        Cancelled before its turn, the write does not happen; cancelled later, it is kept.
        """
        result: T = await self._ask(work)
        return result

    async def insert(self, rows: Rows) -> None:
        """Add `rows`, all or none, and return after the commit. Raises sqlite3.IntegrityError when one may not be."""
        await self._ask(rows)

    def _ask(self, work: Callable[[Connection], Any] | Rows) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        write = _Write(work, loop.create_future())
        with self._gate:
            if not self._open:
                raise Unavailable("The task store is closed; start the server again.")
            gathered = self._gathered.setdefault(loop, [])
            if not gathered:
                loop.call_soon(self._hand_over, loop, 0)
            gathered.append(write)
        return write.future

    def _hand_over(self, loop: asyncio.AbstractEventLoop, before: int) -> None:
        """Hand over what has gathered; on a quick disk not before a turn that brings no more than `before`."""
        with self._gate:
            if self._commit_seconds < QUICK_SECONDS and before < len(self._gathered.get(loop, ())) < GATHERED:
                loop.call_soon(self._hand_over, loop, len(self._gathered[loop]))
                return
            writes = self._gathered.pop(loop, [])
            if self._open:
                self._queue.put(writes)
                return
        self._settle(writes, broken=True)

    def close(self) -> None:
        """Write everything that waits, then stop. Closing twice is harmless."""
        with self._gate:
            if self._open:
                self._open = False
                for writes in self._gathered.values():
                    self._queue.put(writes)
                self._gathered.clear()
                self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while self._take_and_commit():
                pass
        finally:
            # reached with writes waiting only when something unforeseen broke the thread: nobody may wait for ever
            with self._gate:
                self._open = False
            self._settle(self._waiting([], AT_MOST_TOGETHER * 1024)[0], broken=True)
            self.connection.close()

    def _waiting(self, writes: list[_Write], most: int) -> tuple[list[_Write], bool]:
        """`writes` and those that wait behind them; whether that is all there will ever be."""
        found = list(writes)
        with contextlib.suppress(Empty):
            while len(found) < most:
                following = self._queue.get_nowait()
                if following is None:
                    return found, True
                found += following
        return found, False

    def _take_and_commit(self) -> bool:
        first = self._queue.get()
        taken, last = ([], True) if first is None else self._waiting(first, AT_MOST_TOGETHER)
        writes = [w for w in taken if not w.future.cancelled()]
        if writes:
            done = False
            try:
                self._commit(writes)
                done = True
                for tell in self.listeners:  # first: who has his answer may count on it that they know
                    tell()
            finally:
                self._settle(writes, broken=not done)
        return not last

    def _commit(self, writes: list[_Write]) -> None:
        """One transaction. Statements of the transaction itself go to the driver: SQLAlchemy would add only time."""
        raw = self.connection.connection.driver_connection
        assert raw is not None
        try:
            self.check()
            raw.execute("BEGIN IMMEDIATE")
            groups = [(kind, list(group)) for kind, group in groupby(writes, _are_rows)]
            for are_rows, together in groups:
                if not (are_rows and self._run_together(raw, together, alone=len(groups) == 1)):
                    self._run_each(raw, together)
            begun = perf_counter()
            raw.execute("COMMIT")
            self._commit_seconds = perf_counter() - begun
        except (sqlite3.Error, SQLAlchemyError, Unavailable) as error:
            if raw.in_transaction:
                raw.rollback()
            for write in writes:
                write.error = error if isinstance(error, Unavailable) else unavailable(error)
        else:
            self.tally.writes += len(writes)
            self.tally.commits += 1

    def _run_together(self, raw: sqlite3.Connection, writes: list[_Write], *, alone: bool) -> bool:
        """Add the rows of all `writes`; False, with nothing added, when one of them cannot be.

        Rows that have the transaction `alone` need no savepoint: to undo them is to begin it again.
        """
        if not alone:
            raw.execute("SAVEPOINT one")
        try:
            _insert(raw, (row for write in writes for row in write.work))  # type: ignore[union-attr]
        except _FAILURES:
            if not raw.in_transaction:
                raise
            if alone:
                raw.rollback()
                raw.execute("BEGIN IMMEDIATE")
            else:
                raw.execute("ROLLBACK TO one")
            return False
        finally:
            if not alone and raw.in_transaction:
                raw.execute("RELEASE one")
        return True

    def _run_each(self, raw: sqlite3.Connection, writes: list[_Write]) -> None:
        for write in writes:
            self._run_one(raw, write)
            if not raw.in_transaction:  # a full disk undoes all of it, not one savepoint
                raise sqlite3.OperationalError("the transaction was lost") from write.error

    def _run_one(self, raw: sqlite3.Connection, write: _Write) -> None:
        raw.execute("SAVEPOINT one")
        try:
            if callable(write.work):
                write.result = write.work(self.connection)
            else:
                _insert(raw, write.work)
        except _FAILURES as error:
            write.error = error
            if isinstance(error, SQLAlchemyError | sqlite3.OperationalError):
                write.error = unavailable(error)
            if raw.in_transaction:
                raw.execute("ROLLBACK TO one")
        if raw.in_transaction:
            raw.execute("RELEASE one")

    def _settle(self, writes: list[_Write], *, broken: bool) -> None:
        """Tell each waiting loop once, with all that concerns it."""
        by_loop: dict[asyncio.AbstractEventLoop, list[_Write]] = defaultdict(list)
        for write in writes:
            if broken and write.error is None:
                write.error = Unavailable("The task store stopped; start the server again.")
            by_loop[write.future.get_loop()].append(write)
        for loop, theirs in by_loop.items():
            with contextlib.suppress(RuntimeError):  # the loop has gone, and whoever waited with it
                loop.call_soon_threadsafe(_tell, theirs)


def _are_rows(write: _Write) -> bool:
    return not callable(write.work)


def _insert(raw: sqlite3.Connection, rows: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
    """Each statement once, over all its rows; statements in the order of their first row."""
    by_statement: dict[str, list[tuple[Any, ...]]] = {}
    for sql, values in rows:
        by_statement.setdefault(sql, []).append(values)
    for sql, many in by_statement.items():
        raw.executemany(sql, many)


def _tell(writes: list[_Write]) -> None:
    for write in writes:
        if write.future.done():
            continue
        if write.error is None:
            write.future.set_result(write.result)
        else:
            write.future.set_exception(write.error)
