"""Rounds: a chore done again and again beside the worker, such as the janitor's.

Knows the clock. Must not know what the chore does. A chore that fails is told to the log and tried again at the next
round, because a full disk must not end a server that still answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from understudy.core.ports import Clock
from understudy.worker.outliving import Outliving


async def make_rounds(chore: Callable[[datetime], Awaitable[object]], clock: Clock, every_seconds: float) -> None:
    """Do `chore(now)` at once and then every `every_seconds`, until cancelled."""
    while True:
        with Outliving("a chore failed", chore=getattr(chore, "__qualname__", repr(chore))):
            await chore(clock.now())
        await clock.sleep(every_seconds)
