"""A process of its own on a store's file, run by test_task_store.py: `add FILE NAME` or `claim FILE NAME`.

`add` adds tasks without end, eight at a time, and prints each id once it was acknowledged. `claim` takes tasks until
none is left and prints their ids.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from builders import NOON, a_task
from understudy.stores.sql import SqlStore, SqlTaskStore


async def add(tasks: SqlTaskStore, name: str) -> None:
    async def one_lane(lane: int) -> None:
        number = 0
        while True:
            task_id = f"{name}-{lane}-{number}"
            await tasks.add(a_task(task_id=task_id), b"x" * 2000)
            print(task_id, flush=True)
            number += 1

    await asyncio.gather(*(one_lane(lane) for lane in range(8)))


async def claim(tasks: SqlTaskStore, name: str) -> None:
    while (task := await tasks.claim(name, NOON, timedelta(seconds=15), {}, 3)) is not None:
        print(task.task_id, flush=True)


if __name__ == "__main__":
    what, path, who = sys.argv[1:]
    with SqlStore.open(path) as store:
        asyncio.run({"add": add, "claim": claim}[what](store.tasks, who))
