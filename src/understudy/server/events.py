"""Server-sent events: an answer that goes on until there is no more to tell. Source: HTML standard, 9.2.

Knows frames, heartbeats and the ways a connection ends. Must not know tasks: it is handed frames.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import structlog

from understudy.core.faults import Fault

log = structlog.get_logger("understudy.server")

HEARTBEAT_SECONDS = 10.0
"""After so long without an event a comment is sent, so that nobody in between takes the connection for a dead one."""
RETRY_MILLISECONDS = 1000
"""How soon a browser comes back when the connection broke."""
STOPPING = "understudy.stopping"
"""Where in a request's scope stands, if the server can tell, an event that is set when it is about to stop."""


def frame(kind: str, number: int, data: bytes) -> bytes:
    """One event. `data` is one line, as JSON without line ends is."""
    return b"event: %b\nid: %d\ndata: %b\n\n" % (kind.encode(), number, data)


class EventStream:
    """An answer made of frames. One that has none says 204, which tells a browser not to come back."""

    def __init__(self, frames: AsyncIterator[bytes], request_id: str) -> None:
        self.status = 200
        self._frames = frames
        self._request_id = request_id

    async def send(self, scope: Any, receive: Any, send: Any, *, is_head: bool) -> None:
        """Send frames until they end, the caller hangs up, or the server stops."""
        head = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}
        headers = [(n.encode(), v.encode()) for n, v in {**head, "x-request-id": self._request_id}.items()]
        if is_head:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        over = [asyncio.ensure_future(hung_up(receive))]
        if scope.get(STOPPING) is not None:
            over.append(asyncio.ensure_future(scope[STOPPING].wait()))
        coming = asyncio.ensure_future(_next(self._frames))
        begun = False
        try:
            while True:
                await asyncio.wait({coming, *over}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done() and any(end.done() for end in over):
                    break
                piece = coming.result() if coming.done() else b": still here\n\n"
                if piece is None:
                    break
                if not begun:
                    begun = True
                    await send({"type": "http.response.start", "status": 200, "headers": headers})
                    piece = b"retry: %d\n\n" % RETRY_MILLISECONDS + piece
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                if coming.done():
                    coming = asyncio.ensure_future(_next(self._frames))
        finally:
            for waiting in (coming, *over):
                waiting.cancel()
            await asyncio.gather(coming, *over, return_exceptions=True)
        if not begun:
            await send({"type": "http.response.start", "status": 204, "headers": headers[1:]})
        await send({"type": "http.response.body", "body": b""})


async def _next(frames: AsyncIterator[bytes]) -> bytes | None:
    """The next frame; None when there is no more, or it cannot be had: the caller then asks again."""
    try:
        return await anext(frames)
    except StopAsyncIteration:
        return None
    except Fault as fault:
        log.warning("events broke off", reason=fault.message)
        return None


async def hung_up(receive: Any) -> None:
    """Wait until the caller is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
