"""A circuit breaker: after several failures in a row an upstream is left alone for a while, then tried with one.

Knows failures and time. Must not know what failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

FAILURES = 5
"""So many failures in a row open the circuit. GUESS."""
REST_SECONDS = 30.0
"""How long it stays open. GUESS."""


class Breaker:
    """Closed: everything goes. Open: nothing does. After the rest one probe goes, and decides."""

    def __init__(
        self,
        failures: int = FAILURES,
        rest_seconds: float = REST_SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._rest = rest_seconds
        self._now = now
        self._failed = 0
        self._opened: float | None = None
        self._probing: float | None = None

    @property
    def is_open(self) -> bool:
        return self._opened is not None

    def wait(self) -> float:
        """Seconds to wait before asking; 0 is leave to ask, and what came of it must be told by one of the others."""
        if self._opened is None:
            return 0.0
        now = self._now()
        left = self._opened + self._rest - now
        if left > 0:
            return left
        if self._probing is not None and now - self._probing < self._rest:  # another one is finding out
            return self._rest - (now - self._probing)
        self._probing = now
        return 0.0

    def succeeded(self) -> None:
        """It answered."""
        self._failed = 0
        self._opened = self._probing = None

    def failed(self) -> None:
        """It did not answer, or with a trouble of its own."""
        self._failed += 1
        if self._failed >= self._most or self._probing is not None:
            self._opened, self._probing = self._now(), None

    def let_go(self) -> None:
        """Nothing was learned: the next one may find out."""
        self._probing = None
