"""The line to one upstream: requests out, answers in, files down, and whether a request may have arrived.

Knows HTTP (through httpx) and the optional words that a dialect has for uploads. Must not know jobs, stages or what an
answer means.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import urljoin, urlsplit

from understudy.core.faults import BadSetting, UnderstudyError
from understudy.core.wire import Uploaded, UploadSlot, UploadTicket, WireReply, WireRequest

if TYPE_CHECKING:
    import httpx

MOST_ANSWER_BYTES = 8 * 1024 * 1024
"""An answer longer than that is none of a video API. GUESS."""
PIECE = 256 * 1024


@runtime_checkable
class WithKey(Protocol):
    """A dialect that writes the header of its key itself; without, it is `Authorization: Bearer`."""

    def encode_key(self, key: str) -> Mapping[str, str]: ...


@runtime_checkable
class WithTickets(Protocol):
    """A dialect whose wire has uploads by form."""

    def decode_ticket(self, reply: WireReply) -> UploadTicket: ...

    def form_fields(self, ticket: UploadTicket, file_name: str) -> Mapping[str, str]: ...


@runtime_checkable
class WithSlots(Protocol):
    """A dialect whose wire has uploads by PUT."""

    def decode_slot(self, reply: WireReply) -> UploadSlot: ...

    def decode_uploaded(self, reply: WireReply) -> Uploaded: ...


class NotSent(UnderstudyError):
    """No connection was made, so nothing was sent."""


class Lost(UnderstudyError):
    """The request may have arrived; what was answered is not known."""


class LinkDead(UnderstudyError):
    """A result cannot be had by its link."""


class Line:
    """One server and one key. `open` before use, `close` after."""

    def __init__(
        self,
        base_url: str,
        key: str,
        dialect: object,
        *,
        connect_seconds: float = 10.0,
        answer_seconds: float = 60.0,
    ) -> None:
        """Take the root of the server; a path that the wire's own paths begin with (`/api/v1`) may stand behind it.

        Raises BadSetting for what is no URL.
        """
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadSetting(
                f"base_url {base_url!r} is no server URL; write one such as https://dashscope.aliyuncs.com"
            )
        self.place = f"{parts.scheme}://{parts.netloc}"
        self._root = parts.path.rstrip("/")
        self._key = key
        self._key_headers = (
            dict(dialect.encode_key(key)) if isinstance(dialect, WithKey) else {"authorization": f"Bearer {key}"}
        )
        self._seconds = (connect_seconds, answer_seconds)
        self._http: httpx.AsyncClient | None = None
        self._http_once: httpx.AsyncClient | None = None

    async def open(self) -> None:
        import httpx

        connect, answer = self._seconds
        times = httpx.Timeout(answer, connect=connect)
        # no proxy of the environment, no cookies: a key goes to this server alone
        self._http = httpx.AsyncClient(timeout=times, trust_env=False, limits=httpx.Limits(max_connections=None))
        # a connection that idled may be closed at the very moment of a submit, and nobody could tell whether it came
        once = httpx.Limits(max_keepalive_connections=0, max_connections=None)
        self._http_once = httpx.AsyncClient(timeout=times, trust_env=False, limits=once)

    async def close(self) -> None:
        for client in (self._http, self._http_once):
            if client is not None:
                await client.aclose()
        self._http = self._http_once = None

    def hidden(self, text: str) -> str:
        """A text without the upstream's key, should the upstream have repeated it."""
        return text.replace(self._key, "…") if self._key else text

    async def ask(self, wire: WireRequest, *, once: bool = False) -> WireReply:
        """One request of the wire, with the key; `once` on a connection of its own. Raises NotSent, Lost."""
        headers = {**wire.headers, **self._key_headers}
        said = {"params": dict(wire.query), "headers": headers, "content": wire.body}
        return await self._exchange(wire.method, self._url(wire.path), once, said)

    async def put(self, slot: UploadSlot, path: Path, content_type: str) -> WireReply:
        """A file to an upload slot. Raises NotSent, Lost."""
        headers = {"content-type": content_type, "content-length": str(path.stat().st_size)}
        return await self._exchange("PUT", slot.put_url, False, {"headers": headers, "content": _pieces(path)})

    async def post_form(self, url: str, fields: Mapping[str, str], path: Path, name: str) -> WireReply:
        """A form whose last part is the file. Raises NotSent, Lost."""
        with path.open("rb") as file:
            # httpx writes `data` before `files`: the file comes last, as OSS forms want it
            return await self._exchange("POST", url, False, {"data": dict(fields), "files": {"file": (name, file)}})

    async def fetch(self, source: str | WireRequest, into: Path, most: int) -> None:
        """Stream a result into a file, which is there only when it is whole.

        A link is opened without the key, a request of the wire with it. Raises LinkDead.
        """
        import httpx

        headers = {"accept-encoding": "identity"}
        if isinstance(source, str):
            url = urljoin(self.place, source)
            if urlsplit(url).scheme not in ("http", "https"):
                raise LinkDead("the link is none of http")
        else:
            url = self._url(source.path)
            headers |= {**source.headers, **self._key_headers}
        query = dict(source.query) if isinstance(source, WireRequest) else None
        part = into.with_name(into.name + ".part")
        client = self._opened(once=False)
        try:
            async with client.stream("GET", url, params=query, headers=headers, follow_redirects=True) as response:
                if response.status_code != 200:
                    raise LinkDead(f"its host answered {response.status_code}")
                count = 0
                with part.open("wb") as file:
                    async for chunk in response.aiter_bytes(PIECE):
                        count += len(chunk)
                        if count > most:
                            raise LinkDead(f"it has more than {most // 2**20} MB")
                        file.write(chunk)
            part.replace(into)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise LinkDead(f"the connection broke off ({type(error).__name__})") from error
        finally:
            part.unlink(missing_ok=True)

    def _url(self, path: str) -> str:
        return self.place + (path if path.startswith(f"{self._root}/") else self._root + path)

    async def _exchange(self, method: str, url: str, once: bool, said: Mapping[str, Any]) -> WireReply:
        import httpx

        client = self._opened(once)
        try:
            async with client.stream(method, url, **said) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MOST_ANSWER_BYTES:
                        raise Lost("its answer has no end")
                return WireReply(response.status_code, bytes(body), dict(response.headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise NotSent(f"no connection to {self.place} ({type(error).__name__})") from error
        except httpx.InvalidURL as error:
            raise NotSent("its address is no URL") from error
        except httpx.HTTPError as error:
            raise Lost(_what(error)) from error

    def _opened(self, once: bool) -> httpx.AsyncClient:
        client = self._http_once if once else self._http
        if client is None:
            raise RuntimeError("the line is not open: an engine must be set up first")
        return client


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with contextlib.closing(path.open("rb")) as file:
        while piece := file.read(PIECE):
            yield piece


def _what(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return "it did not answer in time"
    return f"the connection broke off ({type(error).__name__})"
