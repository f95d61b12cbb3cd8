"""Rounds: a chore done again and again beside the worker, such as the janitor's.

Knows the clock. Must not know what the chore does. Part of the worker's loop: a chore that fails is told to the log and
tried again at the next round, because a full disk must not end a server that still answers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from understudy.core.ports import Clock

log = structlog.get_logger("understudy.worker")


async def make_rounds(chore: Callable[[datetime], Awaitable[object]], clock: Clock, every_seconds: float) -> None:
    """Do `chore(now)` at once and then every `every_seconds`, until cancelled."""
    while True:
        try:
            await chore(clock.now())
        except Exception:
            log.exception("a chore failed", chore=getattr(chore, "__qualname__", repr(chore)))
        await clock.sleep(every_seconds)
