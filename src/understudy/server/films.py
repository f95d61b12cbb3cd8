"""The bytes of a result as the answer to a dialect's own route: sent by the files' door, ranges and all.

Knows how a request is led to a link of this very server, and how one waits for a film. Must not know any vendor word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from understudy.core.faults import Unavailable
from understudy.core.wire import WireReply
from understudy.server import guard
from understudy.server.events import STOPPING, hung_up

App: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]


class Film:
    """An answer that is what one of our links opens. `serve` is the application that opens them."""

    def __init__(self, url: str, base_url: str, serve: App) -> None:
        self.status = 200
        self._link = urlsplit(url.removeprefix(base_url))
        self._serve = serve

    async def send(self, scope: Any, receive: Any, send: Any, *, is_head: bool) -> None:
        """Go on as if the link itself had been asked for, with this request's ranges."""
        inside = {
            **scope,
            "method": "HEAD" if is_head else "GET",
            "path": unquote(self._link.path),
            "raw_path": self._link.path.encode(),
            "query_string": self._link.query.encode(),
        }
        await self._serve(inside, receive, send)


class Awaited:
    """An answer that comes when a film is made. `end` gives it; the task goes on when the caller hangs up."""

    def __init__(
        self, end: Callable[[], Awaitable[WireReply | Film]], refuse: Callable[[Unavailable], WireReply]
    ) -> None:
        self.status = 200
        self._end = end
        self._refuse = refuse

    async def send(self, scope: Any, receive: Any, send: Any, *, is_head: bool) -> None:
        """Wait, then send the film or why there is none; nothing when the caller is gone."""
        over = [asyncio.ensure_future(hung_up(receive))]
        if scope.get(STOPPING) is not None:
            over.append(asyncio.ensure_future(scope[STOPPING].wait()))
        coming = asyncio.ensure_future(self._end())
        try:
            await asyncio.wait({coming, *over}, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                reply = coming.result()
            elif over[0].done():
                return
            else:
                reply = self._refuse(Unavailable("This server is stopping; ask for the video later, by its id."))
        finally:
            for waiting in (coming, *over):
                waiting.cancel()
            await asyncio.gather(coming, *over, return_exceptions=True)
        self.status = reply.status
        if isinstance(reply, Film):
            await reply.send(scope, _nothing_more, send, is_head=is_head)
        else:
            await guard.send_reply(scope, send, reply, is_head=is_head)


async def _nothing_more() -> dict[str, Any]:
    """What is received after a hang-up was watched for: nothing, until the answer is sent."""
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}
