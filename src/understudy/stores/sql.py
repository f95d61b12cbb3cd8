"""Tasks and their queue in one table: the TaskStore socket over SQLite.

Knows the statements of a task's life. Must not know HTTP, engines or how a connection is made.

Every write is conditional: on the epoch for the worker that holds a task, on the status for everyone else. The
condition and the change are one transaction, so that of two who race exactly one finds its condition true.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic_core import PydanticSerializationError
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, tuple_, update

from understudy.core.faults import Conflict, InvalidRequest, ViolationKind
from understudy.core.ports import LedgerEntry, Outcome
from understudy.core.task import FINAL, MOVES, Artifact, ForbiddenMove, Standing, Status, Task, TaskFilter, TaskPage
from understudy.core.usage import Usage
from understudy.stores.claims import RETURNED, SOMETHING_TO_DO, Claim
from understudy.stores.codec import (
    ARTIFACT,
    CHARGE,
    FINDINGS,
    USAGE,
    json_of,
    micros_of,
    optional_json,
    row_of,
    task_of,
)
from understudy.stores.database import Database
from understudy.stores.ledger import SqlLedger, enter
from understudy.stores.schema import bodies, tasks
from understudy.stores.standings import look

SWEPT_TOGETHER = 500
"""Tasks deleted in one transaction, so that a large sweep makes nobody wait."""

_PENDING, _RUNNING = Status.PENDING.value, Status.RUNNING.value


class SqlTaskStore:
    """TaskStore over a Database, which it may share with a SqlLedger."""

    def __init__(self, database: Database) -> None:
        self._database = database
        prepare = database.prepare
        self._get = prepare(select(*RETURNED).where(tasks.c.task_id == bindparam("task_id")))
        self._body = prepare(select(bodies.c.body).where(bodies.c.task_id == bindparam("task_id")))
        self._add = prepare(insert(tasks).values({c.name: bindparam(c.name) for c in tasks.c if c.name != "number"}))
        self._add_body = prepare(insert(bodies))
        self._something_to_do = prepare(SOMETHING_TO_DO)

    async def add(self, task: Task, body: bytes) -> None:
        """Raises Conflict when there is a task of that id, InvalidRequest for text that is no Unicode."""
        try:
            row = row_of(task)
            await self._database.insert((self._add, row), (self._add_body, {"task_id": task.task_id, "body": body}))
        except (PydanticSerializationError, UnicodeEncodeError) as error:
            sentence = "The request holds characters that are no valid Unicode (half of a surrogate pair); remove them."
            raise InvalidRequest.of("body", sentence, ViolationKind.BODY) from error
        except sqlite3.IntegrityError as error:
            raise Conflict(f"There is already a task {task.task_id}.") from error

    async def get(self, task_id: str) -> Task | None:
        row = self._database.one(self._get, {"task_id": task_id})
        return None if row is None else task_of(row)

    async def body(self, task_id: str) -> bytes:
        """The verbatim body; empty when there is no such task."""
        row = self._database.one(self._body, {"task_id": task_id})
        return b"" if row is None else bytes(row[0])

    async def list(self, account: str, filter: TaskFilter) -> TaskPage:
        """Newest first unless asked otherwise; both ends of the time window are included."""
        where = _conditions(account, filter)
        order = (tasks.c.submitted, tasks.c.number)

        def work(connection: Connection) -> TaskPage:
            bounds = where
            if filter.after is not None:
                mine = (tasks.c.account == account, tasks.c.task_id == filter.after)
                last = connection.execute(select(*order).where(*mine)).one_or_none()
                if last is None:
                    return TaskPage((), 0, filter.page, filter.page_size)
                here, there = tuple_(*order), tuple_(*last)
                bounds = (*where, here > there if filter.oldest_first else here < there)
            total = connection.execute(select(func.count()).select_from(tasks).where(*bounds)).scalar_one()
            rows = connection.execute(
                select(*RETURNED)
                .where(*bounds)
                .order_by(*(order if filter.oldest_first else (column.desc() for column in order)))
                .limit(filter.page_size)
                .offset((filter.page - 1) * filter.page_size)
            )
            return TaskPage(tuple(task_of(tuple(row)) for row in rows), total, filter.page, filter.page_size)

        return await self._database.read(work)

    async def claim(
        self, worker: str, now: datetime, lease: timedelta, running_at_once: Mapping[str, int], attempts: int
    ) -> Task | None:
        moment = micros_of(now)
        if self._database.one(self._something_to_do, {"now": moment}) is None:
            return None
        claim = Claim(worker, moment, micros_of(now + lease), dict(running_at_once), attempts)
        row = await self._database.write(claim.take)
        return None if row is None else task_of(row)

    async def renew(
        self,
        task: Task,
        until: datetime,
        *,
        fraction: float | None = None,
        note: str | None = None,
        handle: Mapping[str, Any] | None = None,
        engine: str | None = None,
    ) -> Task | None:
        told = {"fraction": fraction, "stage_note": note, "handle": optional_json(handle), "engine": engine}
        changes = {name: value for name, value in told.items() if value is not None}
        changes["lease_until"] = micros_of(until)
        row = await self._database.write(lambda connection: _change(connection, _held(task), changes))
        return None if row is None else task_of(row)

    async def finish(self, task: Task, outcome: Outcome) -> Task | None:
        """Only SUCCEEDED is billed. Raises ForbiddenMove for an outcome that is no end."""
        if not outcome.status.is_final or outcome.status not in MOVES[Status.RUNNING]:
            raise ForbiddenMove(f"a task cannot end as {outcome.status}")
        row = await self._database.write(lambda connection: _finish(connection, task, outcome))
        return None if row is None else task_of(row)

    async def release(self, task: Task, *, ready: datetime, fault: Mapping[str, Any] | None = None) -> bool:
        """Without a fault the work was given up unharmed (a worker drains) and the attempt does not count."""
        changes = {
            "status": _PENDING,
            "ready_from": micros_of(ready),
            "lease_until": None,
            "worker": None,
            "fault": optional_json(fault),
            "attempt": tasks.c.attempt - (1 if fault is None else 0),
        }
        return await self._database.write(lambda connection: _change(connection, _held(task), changes)) is not None

    async def cancel(self, task_id: str, account: str, now: datetime, *, running: bool = False) -> Task | None:
        row = await self._database.write(
            lambda connection: _cancel(connection, task_id, account, micros_of(now), running)
        )
        return None if row is None else task_of(row)

    async def expire(self, task_id: str, account: str, now: datetime) -> bool:
        final = [status.value for status in FINAL]
        statement = (
            update(tasks)
            .where(tasks.c.task_id == task_id, tasks.c.account == account, tasks.c.status.in_(final))
            .values(expires=micros_of(now))
        )
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def ahead(self, task: Task) -> int:
        earlier = select(func.count()).where(tasks.c.status == _PENDING, tasks.c.submitted < micros_of(task.submitted))
        return await self._database.read(lambda connection: connection.execute(earlier).scalar_one())

    async def look(self, task_ids: Sequence[str], now: datetime, *, places: bool) -> Mapping[str, Standing]:
        moment = micros_of(now)
        return await self._database.read(lambda connection: look(connection, task_ids, moment, places=places))

    async def sweep(self, now: datetime) -> tuple[Artifact, ...]:
        moment = micros_of(now)
        past = select(tasks.c.number).where(tasks.c.expires <= moment).limit(SWEPT_TOGETHER)
        statement = delete(tasks).where(tasks.c.number.in_(past)).returning(tasks.c.artifact)
        found: list[Artifact] = []
        while True:
            texts = await self._database.write(lambda connection: connection.execute(statement).scalars().all())
            found += [ARTIFACT.read(text) for text in texts if text is not None]
            if len(texts) < SWEPT_TOGETHER:
                return tuple(found)


class SqlStore:
    """Tasks and book over one file, opened and closed together."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tasks = SqlTaskStore(database)
        self.ledger = SqlLedger(database)

    @classmethod
    def open(cls, location: str | Path) -> SqlStore:
        """Open a path, `sqlite:///path` or `:memory:`. Raises BadSetting, StoreMismatch."""
        return cls(Database.open(location))

    def close(self) -> None:
        """Commit what waits and let go of the file."""
        self.database.close()

    def __enter__(self) -> SqlStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _held(task: Task) -> tuple[ColumnElement[bool], ...]:
    """The fence: still RUNNING under the epoch this worker was given."""
    return (tasks.c.task_id == task.task_id, tasks.c.epoch == task.epoch, tasks.c.status == _RUNNING)


def _change(
    connection: Connection, where: tuple[ColumnElement[bool], ...], changes: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    row = connection.execute(update(tasks).where(*where).values(changes).returning(*RETURNED)).one_or_none()
    return None if row is None else tuple(row)


def _finish(connection: Connection, task: Task, outcome: Outcome) -> tuple[Any, ...] | None:
    if connection.execute(select(tasks.c.number).where(*_held(task))).first() is None:
        return None
    succeeded = outcome.status is Status.SUCCEEDED
    charge, usage = (outcome.charge, outcome.usage) if succeeded else (None, None)
    changes: dict[str, Any] = {
        "status": outcome.status.value,
        "ended": micros_of(outcome.ended),
        "lease_until": None,
        "usage": USAGE.write_optional(usage),
        "artifact": ARTIFACT.write_optional(outcome.artifact),
        "actual_prompt": outcome.actual_prompt,
        "notes": json_of(list(outcome.notes)),
        "fault": optional_json(outcome.fault),
        "findings": FINDINGS.write_optional(outcome.findings),
    }
    if charge is not None:
        line = LedgerEntry(
            task.task_id, task.account, task.key_id, task.request.model, outcome.ended, usage or Usage(), charge,
            outcome.cost,
        )  # fmt: skip
        changes["charge"] = CHARGE.write(enter(connection, line).charge)
    if outcome.expires is not None:
        changes["expires"] = micros_of(outcome.expires)
    if succeeded:
        changes["fraction"] = 1.0
    return _change(connection, _held(task), changes)


def _cancel(connection: Connection, task_id: str, account: str, now: int, running: bool) -> tuple[Any, ...] | None:
    mine = (tasks.c.task_id == task_id, tasks.c.account == account)
    found = connection.execute(select(tasks.c.status, tasks.c.lease_until).where(*mine)).one_or_none()
    if found is None:
        return None
    changes: dict[str, Any] = {}
    if found.status == _PENDING or (running and found.status == _RUNNING and found.lease_until <= now):
        # a lost lease: nobody works on it, and a worker that wakes late finds it ended
        changes = {"status": Status.CANCELED.value, "ended": now, "lease_until": None}
    elif running and found.status == _RUNNING:
        changes = {"cancel_wanted": 1}
    if changes:
        return _change(connection, mine, changes)
    return tuple(connection.execute(select(*RETURNED).where(*mine)).one())


def _conditions(account: str, filter: TaskFilter) -> tuple[ColumnElement[bool], ...]:
    wanted: list[ColumnElement[bool]] = [tasks.c.account == account]
    if filter.since is not None:
        wanted.append(tasks.c.submitted >= micros_of(filter.since))
    if filter.until is not None:
        wanted.append(tasks.c.submitted <= micros_of(filter.until))
    for name in ("model", "key_id", "region"):
        if (value := getattr(filter, name)) is not None:
            wanted.append(tasks.c[name] == value)
    if filter.status is not None:
        wanted.append(tasks.c.status == filter.status.value)
    return tuple(wanted)
