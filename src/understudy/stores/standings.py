"""How tasks stand, of many at once: what their watchers are told of.

Knows two statements. Must not know who watches, nor how often.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from understudy.core.task import Standing, Status
from understudy.stores.schema import tasks

_TOGETHER = 10_000
"""Ids in one statement; SQLite takes 32,766 values. Source: sqlite.org/limits.html."""
_COLUMNS = (tasks.c.task_id, tasks.c.status, tasks.c.epoch, tasks.c.fraction, tasks.c.stage_note, tasks.c.submitted)
_QUEUE = select(tasks.c.submitted).where(tasks.c.status == Status.PENDING.value)


def look(connection: Connection, task_ids: Sequence[str], now: int, *, places: bool) -> Mapping[str, Standing]:
    """Those of the tasks that have not expired by `now` (microseconds), by id."""
    rows: list[Any] = []
    for start in range(0, len(task_ids), _TOGETHER):
        some = task_ids[start : start + _TOGETHER]
        rows += connection.execute(select(*_COLUMNS).where(tasks.c.task_id.in_(some), tasks.c.expires > now)).all()
    waits = [row for row in rows if row.status == Status.PENDING.value]
    queue = sorted(connection.execute(_QUEUE).scalars()) if places and waits else []
    return {
        row.task_id: Standing(
            Status(row.status),
            row.epoch,
            row.fraction,
            row.stage_note,
            bisect_left(queue, row.submitted) if places and row.status == Status.PENDING.value else None,
        )
        for row in rows
    }
