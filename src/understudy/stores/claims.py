"""Which task is next: the queue as statements on the task table.

Knows leases, limits and fairness. Must not know connections' owners or how a task is decoded.

Everything here runs inside the writer's transaction, which holds the file's write lock: between choosing a task and
taking it nobody, in this process or another, can take the same one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, union_all, update

from understudy.core.faults import InternalFault
from understudy.core.task import Status
from understudy.stores.codec import TASK_COLUMNS, json_of
from understudy.stores.schema import tasks

RETURNED = tuple(tasks.c[name] for name in TASK_COLUMNS)


SOMETHING_TO_DO = union_all(
    select(tasks.c.number).where(tasks.c.status == Status.PENDING.value, tasks.c.ready_from <= bindparam("now")),
    select(tasks.c.number).where(tasks.c.status == Status.RUNNING.value, tasks.c.lease_until <= bindparam("now")),
).limit(1)
"""Is there anything to claim? Asked without the write lock: an idle worker disturbs nobody."""


def waiting(now: int) -> ColumnElement[bool]:
    """Queued, and its time has come."""
    return and_(tasks.c.status == Status.PENDING.value, tasks.c.ready_from <= now)


def lost(now: int) -> ColumnElement[bool]:
    """Being worked on by somebody who stopped renewing: the lease ran out."""
    return and_(tasks.c.status == Status.RUNNING.value, tasks.c.lease_until <= now)


def worn_out(attempts: int) -> str:
    """The fault record of a task that took its workers with it `attempts` times."""
    words = f"The work was started {attempts} times and did not come to an end; it is not charged. "
    return json_of(InternalFault(words + "Please submit it again or contact the operator.").record())


@dataclass(frozen=True, slots=True)
class Claim:
    """One wish for work. Moments are microseconds; `running_at_once[model]` 0 or absent means no limit."""

    worker: str
    now: int
    until: int
    running_at_once: Mapping[str, int]
    attempts: int

    def take(self, connection: Connection) -> tuple[Any, ...] | None:
        """Make the next task RUNNING and return its row, or None. Ends the ones that may not run again."""
        self._end_lost(connection)
        while (row := self._next(connection)) is not None:
            if row.cancel_wanted:
                self._end(connection, tasks.c.number == row.number, Status.CANCELED)
            elif row.attempt >= self.attempts:
                self._end(connection, tasks.c.number == row.number, Status.FAILED)
            else:
                return self._start(connection, row.number)
        return None

    def _end_lost(self, connection: Connection) -> None:
        """Lost tasks that nobody may take over end now, whatever limit their account has reached."""
        self._end(connection, and_(lost(self.now), tasks.c.cancel_wanted == 1), Status.CANCELED)
        self._end(connection, and_(lost(self.now), tasks.c.attempt >= self.attempts), Status.FAILED)

    def _end(self, connection: Connection, which: ColumnElement[bool], status: Status) -> None:
        fault = worn_out(self.attempts) if status is Status.FAILED else None
        connection.execute(
            update(tasks)
            .where(which)
            .values(status=status.value, ended=self.now, fault=fault, lease_until=None, worker=None)
        )

    def _next(self, connection: Connection) -> Any:
        """Of all that may run, the oldest of the account with the fewest running ones."""
        running: Counter[tuple[str, str]] = Counter()
        of_account: Counter[str] = Counter()
        for account, model, count in connection.execute(
            select(tasks.c.account, tasks.c.model, func.count())
            .where(tasks.c.status == Status.RUNNING.value, tasks.c.lease_until > self.now)
            .group_by(tasks.c.account, tasks.c.model)
        ):
            running[account, model] = count
            of_account[account] += count
        heads = [
            (of_account[account], oldest, which, account, model)
            for which in (waiting(self.now), lost(self.now))
            for account, model, oldest in connection.execute(
                select(tasks.c.account, tasks.c.model, func.min(tasks.c.submitted))
                .where(which)
                .group_by(tasks.c.account, tasks.c.model)
            )
            if running[account, model] < (self.running_at_once.get(model) or float("inf"))
        ]
        if not heads:
            return None
        first = min(head[:2] for head in heads)
        found = [
            connection.execute(
                select(tasks.c.number, tasks.c.attempt, tasks.c.cancel_wanted)
                .where(which, tasks.c.account == account, tasks.c.model == model, tasks.c.submitted == oldest)
                .order_by(tasks.c.number)
                .limit(1)
            ).one()
            for count, oldest, which, account, model in heads
            if (count, oldest) == first
        ]
        return min(found, key=lambda row: int(row.number))  # submitted in the same microsecond: order of arrival

    def _start(self, connection: Connection, number: int) -> tuple[Any, ...]:
        row = connection.execute(
            update(tasks)
            .where(tasks.c.number == number)
            .values(
                status=Status.RUNNING.value,
                epoch=tasks.c.epoch + 1,
                attempt=tasks.c.attempt + 1,
                started=func.coalesce(tasks.c.started, self.now),
                lease_until=self.until,
                worker=self.worker,
                fault=None,
                fraction=0.0,
                stage_note="",
            )
            .returning(*RETURNED)
        ).one()
        return tuple(row)
