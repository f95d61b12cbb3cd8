"""How SQLite finds what the queue asks for: never by reading every task. Source: sqlite.org/eqp.html."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from builders import NOON, a_task
from understudy.stores.sql import SqlStore


async def test_the_claim_and_the_sweep_read_no_more_than_they_must(tmp_path: Path) -> None:
    asked: list[tuple[str, Any]] = []

    def remember(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    path = tmp_path / "tasks.db"
    with SqlStore.open(path) as store:
        await store.tasks.add(a_task(), b"{}")
        event.listen(Engine, "before_cursor_execute", remember)
        try:
            await store.tasks.claim("worker", NOON, timedelta(seconds=15), {}, 3)
            await store.tasks.claim("another", NOON + timedelta(minutes=1), timedelta(seconds=15), {}, 3)
            await store.tasks.sweep(NOON)
        finally:
            event.remove(Engine, "before_cursor_execute", remember)
    about_tasks = [(statement, values) for statement, values in asked if "tasks" in statement]
    assert len(about_tasks) > 8
    with closing(sqlite3.connect(path)) as connection:
        for statement, values in about_tasks:
            steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert not [step for step in steps if step.startswith("SCAN tasks")], statement
