"""Outliving: what the worker does about an exception that nobody meant: it tells the log and goes on.

Knows the log. Must not know what was being done. The one place besides the server's outermost handler that takes every
exception, because a worker must outlive any single task, claim, heartbeat and chore.
"""

from __future__ import annotations

import structlog

log = structlog.get_logger("understudy.worker")


class Outliving:
    """Do what stands inside; what breaks there is told as `trouble`, and the worker goes on with what stands after."""

    def __init__(self, trouble: str, **where: str) -> None:
        self._trouble = trouble
        self._where = where

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        log.error(self._trouble, **self._where, exc_info=error)
        return True
