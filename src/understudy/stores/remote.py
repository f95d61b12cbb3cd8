"""The one guarded door: brings in what callers name, and nothing they should not reach (decision 0009).

Knows URLs, connections and limits. Must not know tasks, uploads or what a file shows: that is probed later.

The address is judged where it counts, on the socket about to be connected, for every hop: a name may resolve to
anything, and to something else a moment later. No proxy of the environment, no cookies, no credentials. Sentences
name the host the caller gave, never an address it led to.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import socket
import tempfile
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from understudy.core.card import MediaLimits
from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.machine import is_machine_trouble
from understudy.stores.addresses import is_public, origin_of, spelled
from understudy.stores.inline import decode, is_base64, suffix_of, too_large

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from yarl import URL

log = logging.getLogger(__name__)

READ_BYTES = 64 * 1024
WRITE_BYTES = 1024 * 1024
LONGEST_URL = 8192
USER_AGENT = "Understudy"
_PLAIN = re.compile(r"[!-~]+")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class _ClosedDoor(OSError):
    """A connection to an address that may not be opened."""


class GuardedRemote:
    """Remote over aiohttp.

    Args:
        allow_origins: `scheme://host:port` that may lie in a private network, exactly as written; each redirect
            target must be public or listed itself.
        connect_seconds: for one connection, name lookup included.
        total_seconds: for the whole fetch, redirects included, however steadily it drips.
        max_redirects: hops after the first.

    The three limits are a GUESS at what honest hosts of 100 MB need; no source names any.

    Raises:
        BadSetting: an origin is not one.
    """

    def __init__(
        self,
        allow_origins: Iterable[str] = (),
        *,
        connect_seconds: float = 10.0,
        total_seconds: float = 120.0,
        max_redirects: int = 5,
    ) -> None:
        self._allowed = frozenset(origin_of(origin) for origin in allow_origins)
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._max_redirects = max_redirects

    async def fetch(self, url: str, limits: MediaLimits, into: Path) -> Path:
        """See the socket. A refused or cancelled fetch leaves no file."""
        into.mkdir(parents=True, exist_ok=True)
        scheme = url.split(":", 1)[0].strip().lower() if ":" in url[:16] else ""
        if scheme == "data" or (not scheme and is_base64(url)):
            _check_scheme("data", limits)
            # decoding megabytes takes a while: not on the loop
            return await asyncio.to_thread(_keep, url, limits.max_bytes, into)
        if scheme not in ("http", "https"):
            raise _blocked(
                "Only public http(s) URLs and uploaded files (oss://…) are read; a path on your own machine is not."
            )
        _check_scheme(scheme, limits)
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._download(url, limits.max_bytes, into)
        except TimeoutError as error:
            raise MediaRefused(
                MediaProblem.TIMEOUT,
                "The file could not be downloaded in time; use a faster host or upload it.",
                limits={"seconds": self._total_seconds},
            ) from error

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Tell another host something; the HTTP status it answers. Follows no redirect, reads no answer.

        Raises MediaRefused (unreachable, blocked, timeout).
        """
        import aiohttp

        try:
            async with asyncio.timeout(self._connect_seconds * 2), self._session() as (session, door):
                target = _parsed(url)
                try:
                    door.heads_for(target)
                    async with session.post(target, data=body, headers=headers, allow_redirects=False) as response:
                        return response.status
                except (aiohttp.ClientError, OSError, ValueError) as error:
                    raise _not_public() if door.refused else _unreachable(_reason(error)) from error
        except TimeoutError as error:
            raise MediaRefused(MediaProblem.TIMEOUT, "The receiver did not answer in time.") from error

    @contextlib.asynccontextmanager
    async def _session(self) -> AsyncIterator[tuple[ClientSession, _Door]]:
        import aiohttp

        door = _Door(self._allowed)
        # not the system's lookups: those hold one of four threads, cancelled or not, so that a handful of names whose
        # servers never answer would keep everybody's files out, and the process from ending
        names = aiohttp.AsyncResolver()
        connector = aiohttp.TCPConnector(
            resolver=names, socket_factory=door.open_socket, force_close=True, use_dns_cache=False
        )
        try:
            async with aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                # identity: a body that arrives packed is unpacked here, in bounded steps
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Accept": "*/*"},
                timeout=aiohttp.ClientTimeout(total=None, connect=self._connect_seconds),
                auto_decompress=False,
                trust_env=False,
            ) as session:
                yield session, door
        finally:
            await names.close()

    async def _download(self, text: str, max_bytes: int, into: Path) -> Path:
        import aiohttp

        async with self._session() as (session, door):
            try:
                return await self._follow(session, door, _parsed(text), max_bytes, into)
            except (aiohttp.ServerTimeoutError, TimeoutError) as error:
                raise MediaRefused(
                    MediaProblem.TIMEOUT, "The host of the file did not answer in time; try again or upload the file."
                ) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                if is_machine_trouble(error):  # ours, not the host's
                    raise
                if door.refused:
                    raise _not_public() from error
                log.info("a reference could not be fetched: %s", error)
                raise _unreachable(_reason(error)) from error

    async def _follow(self, session: ClientSession, door: _Door, url: URL, max_bytes: int, into: Path) -> Path:
        for _ in range(self._max_redirects + 1):
            door.heads_for(url)
            async with session.get(url, allow_redirects=False) as response:
                if response.status not in _REDIRECTS:
                    return await _received(response, max_bytes, into)
                location = response.headers.get("Location")
            if not location or len(location) > LONGEST_URL:
                raise _unreachable("its host redirects to nowhere")
            url = url.join(_parsed(location, relative=True))
            _check_url(url)
        raise _unreachable(f"it redirects more than {self._max_redirects} times")


class _Door:
    """Judges every socket of one fetch. `refused` stays true once an address was turned down on this hop."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._open_to_all = False
        self.refused = False

    def heads_for(self, url: URL) -> None:
        self.refused = False
        self._open_to_all = spelled(url.scheme, url.host or "", url.port or 0) in self._allowed

    def open_socket(self, found: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        """The socket factory of aiohttp: called with the very address that is connected next."""
        family, kind, protocol, _, address = found
        scoped = len(address) > 3 and address[3] != 0
        if not self._open_to_all and (scoped or not is_public(str(address[0]))):
            self.refused = True
            raise _ClosedDoor("the address may not be opened")
        return socket.socket(family, kind, protocol)


def _check_scheme(scheme: str, limits: MediaLimits) -> None:
    if scheme not in limits.schemes:
        raise _blocked(f"This file may not be given as {scheme}: URL; use one of {', '.join(limits.schemes)}.")


def _parsed(text: str, *, relative: bool = False) -> URL:
    from yarl import URL

    text = text.strip()
    if len(text) > LONGEST_URL:
        raise _unreachable(f"its URL is longer than {LONGEST_URL} characters")
    try:
        # printable ASCII goes out as it came: a signature may cover the very spelling
        url = URL(text, encoded=_PLAIN.fullmatch(text) is not None)
        url.port  # noqa: B018  a wrong port shows only when asked for
    except (ValueError, TypeError) as error:
        raise _unreachable("its URL cannot be read") from error
    if not relative:
        _check_url(url)
    return url


def _check_url(url: URL) -> None:
    if url.scheme not in ("http", "https") or not url.host:
        raise _blocked("The URL, or a redirect of it, is not http(s); use a public http(s) URL.")
    if url.user is not None or url.password is not None:
        raise _blocked("A URL with a user name or password is not opened; use a signed or public URL.")


async def _received(response: ClientResponse, max_bytes: int, into: Path) -> Path:
    if response.status != 200:
        raise _unreachable(f"its host answered {response.status}")
    length = response.content_length
    if length is not None and length > max_bytes:
        raise too_large(max_bytes)
    with _partial(into) as partial:
        if not await _pour(response, partial, max_bytes):
            raise MediaRefused(MediaProblem.FORMAT, "The file is empty; check the URL.")
        return _named(partial)


async def _pour(response: ClientResponse, partial: Path, max_bytes: int) -> int:
    """The body into the file, counted as it comes: before and after unpacking. Returns the bytes written."""
    unpacking = _Unpacking(response.headers.get("Content-Encoding", ""))
    waiting = bytearray()
    count = raw = 0
    with partial.open("wb") as file:

        async def take(pieces: Iterator[bytes]) -> None:
            nonlocal count
            for piece in pieces:
                count += len(piece)
                if count > max_bytes:
                    raise too_large(max_bytes)
                waiting.extend(piece)
                if len(waiting) >= WRITE_BYTES:
                    await asyncio.to_thread(file.write, bytes(waiting))
                    waiting.clear()

        async for chunk in response.content.iter_chunked(READ_BYTES):
            raw += len(chunk)
            if raw > max_bytes:
                raise too_large(max_bytes)
            await take(unpacking.pieces(chunk))
        await take(unpacking.rest())
        await asyncio.to_thread(file.write, waiting)
    return count


class _Unpacking:
    """Undoes Content-Encoding in pieces of at most READ_BYTES, so that a bomb is counted before it unfolds."""

    def __init__(self, encoding: str) -> None:
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise _unreachable(f"its host sends it packed as {encoding[:20]!r}, which was not asked for")
        # 47: gzip or zlib, by the head
        self._inflate = None if encoding in ("", "identity") else zlib.decompressobj(wbits=47)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            yield chunk
            return
        try:
            while chunk and not self._inflate.eof:
                yield self._inflate.decompress(chunk, READ_BYTES)
                chunk = self._inflate.unconsumed_tail
        except zlib.error as error:
            raise _damaged() from error

    def rest(self) -> Iterator[bytes]:
        """What the last step held back. Raises MediaRefused when the packed body had no end."""
        if self._inflate is not None:
            yield self._inflate.flush()
            if not self._inflate.eof:
                raise _damaged()


@contextlib.contextmanager
def _partial(into: Path) -> Iterator[Path]:
    """A new empty file that goes again unless `_named` gave it its name."""
    handle, name = tempfile.mkstemp(prefix="reference-", suffix=".part", dir=into)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _named(partial: Path) -> Path:
    """Complete: gets the suffix its content asks for, whatever the URL or the host said."""
    with partial.open("rb") as file:
        start = file.read(32)
    return partial.replace(partial.with_suffix(suffix_of(start)))


def _keep(text: str, max_bytes: int, into: Path) -> Path:
    content = decode(text, max_bytes)
    with _partial(into) as partial:
        partial.write_bytes(content)
        return _named(partial)


def _blocked(sentence: str) -> MediaRefused:
    return MediaRefused(MediaProblem.BLOCKED, sentence)


def _not_public() -> MediaRefused:
    return _blocked(
        "The host of the file is not on the public Internet, so this server does not open it; "
        "use a public URL or upload the file."
    )


def _damaged() -> MediaRefused:
    return MediaRefused(MediaProblem.CORRUPT, "The file arrived damaged: its compression is broken. Upload it instead.")


def _unreachable(why: str) -> MediaRefused:
    return MediaRefused(
        MediaProblem.UNREACHABLE, f"The file cannot be downloaded: {why}. Check that the URL opens without a login."
    )


def _reason(error: Exception) -> str:
    """What happened, in words that tell nothing of the network behind."""
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its host name is unknown"
    if isinstance(error, aiohttp.ClientSSLError):
        return "its host has no valid certificate"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "no connection to its host can be made"
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError | ConnectionError):
        return "the connection broke off before the end"
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return "its URL cannot be read"
    return "its host did not answer as a web server"
