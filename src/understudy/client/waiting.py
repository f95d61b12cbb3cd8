"""Waiting for a task: by its events where the wire has them, else by asking; through stumbles, up to a limit.

Knows patience. Must not know wire words. With events the end is known at once; a stream that breaks is taken up behind
the last event that was heard.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping

from understudy.client.dialects import ClientDialect, WithEvents
from understudy.client.line import Line
from understudy.core.faults import NotFound, Throttled, TimedOut, Unavailable
from understudy.core.task import FINAL
from understudy.core.wire import EventsQuery, RemoteTask, StatusQuery, WireReply, WireRequest

SILENCE_SECONDS = 35.0
"""A stream without even a heartbeat for so long is taken for dead; servers send one every ten seconds."""

LAST_SECONDS = 0.5
"""So long the end of a stream is waited for after the last event."""


class Waiting:
    """One wait for one task. `status` and `fraction` are what was heard last."""

    def __init__(
        self,
        line: Line,
        dialect: ClientDialect,
        ask: Callable[[WireRequest], Awaitable[RemoteTask]],
        address: Callable[[WireRequest], tuple[str, Mapping[str, str]]],
        task_id: str,
        *,
        poll_seconds: tuple[float, float],
        patience: float,
        timeout: float | None,
    ) -> None:
        """`ask` sends a question and reads the task; `address` gives URL and headers of a request with its key."""
        self._line = line
        self._dialect = dialect
        self._ask = ask
        self._address = address
        self._task_id = task_id
        self._poll_seconds = poll_seconds
        self._patience = patience
        self._timeout = timeout
        self._after = 0
        self._began = self._heard = 0.0
        self.status, self.fraction = "not heard of", 0.0

    async def tellings(self) -> AsyncGenerator[RemoteTask, None]:
        """The task, each time it is told of anew, the last time at its end.

        Raises:
            NotFound: the server does not know the task.
            TimedOut: the time is over.
            Throttled, Unavailable: the server has been away for longer than `patience`.
        """
        self._began = self._heard = self._clock()
        pause, longest = self._poll_seconds
        while True:
            rest = pause
            try:
                async with contextlib.aclosing(self._one_try()) as told_now:
                    async for told in told_now:
                        self._take(told)
                        yield told
                        if told.status in FINAL:
                            return
            except (Throttled, Unavailable) as fault:
                if self._clock() - self._heard > self._patience:
                    raise
                self.status = f"not told of ({fault.message})"
                if isinstance(fault, Throttled):
                    rest = max(pause, fault.retry_after)
            if self._timeout is not None and self._clock() + rest - self._began > self._timeout:
                raise self._timed_out()
            await asyncio.sleep(rest)
            pause = min(pause * 1.5, longest)

    def _take(self, told: RemoteTask) -> None:
        self._heard = self._clock()
        if told.status is None:
            raise NotFound(f"The server does not know task {self._task_id}; tasks are kept for 24 hours.")
        self.status, self.fraction = told.status, max(self.fraction, told.fraction or 0.0)

    async def _one_try(self) -> AsyncGenerator[RemoteTask, None]:
        if isinstance(self._dialect, WithEvents):
            async with contextlib.aclosing(self._listen(self._dialect)) as heard:
                async for told in heard:
                    yield told
        else:
            yield await self._status()

    async def _status(self) -> RemoteTask:
        return await self._ask(self._dialect.encode_query(StatusQuery(self._task_id)))

    async def _listen(self, dialect: WithEvents) -> AsyncGenerator[RemoteTask, None]:
        """One stream of events, as long as it lasts."""
        wire = self._dialect.encode_query(EventsQuery(self._task_id, self._after))
        url, headers = self._address(wire)
        async with self._line.stream("GET", url, headers, read_seconds=SILENCE_SECONDS) as response:
            if response.status_code == 204:  # it has ended, and that was told already
                yield await self._status()
                return
            if response.status_code != 200 or not response.headers.get("content-type", "").startswith("text/event"):
                body = await response.aread()
                yield self._dialect.decode_reply(WireReply(response.status_code, body, dict(response.headers)))
                return
            number, data = self._after, b""
            lines = response.aiter_lines()
            while (said := await self._next(lines)) is not None:
                self._heard = self._clock()
                name, _, value = said.partition(": ")
                if name == "id" and value.isdigit():
                    number = int(value)
                elif name == "data":
                    data = value.encode()
                elif not said and data:
                    self._after = number
                    told = dialect.decode_event(data)
                    if told.status in FINAL:
                        await _read_on(lines)
                    yield told
                    data = b""

    async def _next(self, lines: AsyncIterator[str]) -> str | None:
        deadline = None if self._timeout is None else self._began + self._timeout
        try:
            async with asyncio.timeout_at(deadline):
                return await anext(lines, None)
        except TimeoutError:
            raise self._timed_out() from None

    def _timed_out(self) -> TimedOut:
        return TimedOut(
            f"Task {self._task_id} was {self.status} after {self._timeout:g} s. "
            "It goes on: wait for it again, or longer."
        )

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()


async def _read_on(lines: AsyncIterator[str]) -> None:
    """Read what is left of a stream that is over: only then may its connection be used again."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_SECONDS):
            async for _ in lines:
                pass
