"""The line to a server: requests and streams over connections that are kept, and what it means when they break.

Knows HTTP through httpx, which is imported when the line is opened. Must not know wire words.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from understudy.core.faults import Unavailable
from understudy.core.wire import WireReply

if TYPE_CHECKING:
    import httpx

KEPT_SECONDS = 60.0
"""An idle connection is kept so long; servers keep theirs a little longer."""


class Line:
    """Requests one after another share a connection."""

    def __init__(self, *, connect_seconds: float, answer_seconds: float) -> None:
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._http: httpx.AsyncClient | None = None

    async def open(self) -> None:
        import httpx

        times = httpx.Timeout(self._answer_seconds, connect=self._connect_seconds)
        limits = httpx.Limits(keepalive_expiry=KEPT_SECONDS)
        self._http = httpx.AsyncClient(timeout=times, limits=limits)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def exchange(self, method: str, url: str, **said: object) -> WireReply:
        """One request, its whole answer. Raises Unavailable when there is none."""
        import httpx

        try:
            response = await self._opened().request(method, url, **said)  # type: ignore[arg-type]
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise away(url, error) from error
        return WireReply(response.status_code, response.content, dict(response.headers))

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        read_seconds: float | None = None,
        redirects: bool = False,
    ) -> AsyncIterator[httpx.Response]:
        """An answer that is read as it comes. What breaks inside the block is raised as Unavailable."""
        import httpx

        seconds = self._answer_seconds if read_seconds is None else read_seconds
        times = httpx.Timeout(seconds, connect=self._connect_seconds)
        try:
            asked = self._opened().stream(method, url, headers=dict(headers), timeout=times, follow_redirects=redirects)
            async with asked as response:
                yield response
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise away(url, error) from error

    def _opened(self) -> httpx.AsyncClient:
        if self._http is None:
            raise RuntimeError("use the client as `async with Client(...) as client:`")
        return self._http


def away(url: str, error: Exception) -> Unavailable:
    """Why there is no answer, in words for people."""
    import httpx

    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.netloc}"
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL)):
        return Unavailable(f"Nothing answers at {place}. Is the server running there, and is the URL right? ({error})")
    kind = type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return Unavailable(f"{place} did not answer in time ({kind}); try again later.")
    return Unavailable(f"The exchange with {place} broke off ({kind}: {error}); try again.")
