"""The porter: request ids, body size, base URL, access log and metrics.

Knows ASGI messages and what every request has in common. Must not know any dialect or use case.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from understudy.core.faults import InvalidRequest, Violation, ViolationKind
from understudy.core.wire import WireReply

log = structlog.get_logger("understudy.access")

Scope = MutableMapping[str, Any]
DRAINED = 8
"""Up to so many times the allowed body is read and thrown away before the connection is cut."""
REQUEST_ID = "understudy.request_id"
"""Where the number of a request stands in its scope, for the applications behind the dialects."""
ANSWER_AT_ONCE = "understudy.answer_at_once"
"""Where in a request's scope stands, if the server can do so, what writes a whole answer (see `gate`)."""
_LINE_END = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SLASHES = re.compile("//+")
_HOST = re.compile(r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(:\d{1,5})?$")


class Metrics:
    """Counters of one server, in a registry of their own so that two servers may live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "understudy_requests", "HTTP requests by action and status", ["action", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "understudy_request_seconds", "Time to answer by action", ["action"], registry=self.registry
        )
        self._children: dict[tuple[str, int], tuple[Any, Any]] = {}

    def observe(self, action: str, status: int, seconds: float) -> None:
        pair = self._children.get((action, status))
        if pair is None:
            pair = (self.requests.labels(action, str(status)), self.seconds.labels(action))
            self._children[(action, status)] = pair
        pair[0].inc()
        pair[1].observe(seconds)


def read_headers(scope: Scope) -> dict[str, str]:
    """Header names in lower case, as ASGI has them; of a repeated header the first counts."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}


def read_query(scope: Scope) -> dict[str, str]:
    """The query's fields; of a repeated one the last counts. The server has bounded its length already."""
    raw = scope.get("query_string", b"")
    return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True)) if raw else {}


def plain_path(scope: Scope) -> str:
    """The path without trailing and doubled slashes; the server has decoded its percent signs already.

    A base URL with a slash at its end gives `//api/v1/…` in clients that only put strings together.
    """
    path = str(scope["path"])
    if "//" in path:
        path = _SLASHES.sub("/", path)
    return path.rstrip("/") or "/"


def base_url(scope: Scope, headers: Mapping[str, str], public_url: str) -> str:
    """Root for links: the setting, else scheme and Host of this very request, else the address it came in by.

    Source: result links must be reachable by the caller (spec/dashscope.md §3.1).
    """
    if public_url:
        return public_url
    host = headers.get("host", "")
    if not _HOST.match(host):
        address = scope.get("server") or ("127.0.0.1", 80)
        host = f"{address[0]}:{address[1]}" if address[1] else str(address[0])
    return f"{scope.get('scheme', 'http')}://{host}"


async def read_body(receive: Any, headers: Mapping[str, str], most: int) -> bytes:
    """The whole body.

    Raises InvalidRequest when it is larger than `most` bytes, comes compressed, or the caller hangs up.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        reason = f"The body comes compressed (Content-Encoding: {encoding[:40]}). Send it plain, without that header."
        raise InvalidRequest.of("body", reason, ViolationKind.BODY)
    stated = headers.get("content-length", "")
    known_too_large = stated.isdigit() and int(stated) > most
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InvalidRequest.of("body", "The connection closed before the body was complete.", ViolationKind.BODY)
        more = bool(message.get("more_body"))
        piece = message.get("body", b"")
        size += len(piece)
        if size > most or known_too_large:
            # read on and throw away: a client still sending would see a broken pipe instead of the refusal
            parts.clear()
            if size > most * DRAINED:
                raise _too_large(most)
            continue
        parts.append(piece)
    if size > most or known_too_large:
        raise _too_large(most)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(most: int) -> InvalidRequest:
    reason = (
        f"The body is larger than {most // (1024 * 1024)} MB. Upload the media and send their oss:// URLs "
        "instead of base64."
    )
    return InvalidRequest(Violation("body", reason, ViolationKind.BODY))


async def send_reply(scope: Scope, send: Any, reply: WireReply, *, is_head: bool = False) -> None:
    """Send a whole answer: in one piece where the server has the means, else in the two messages of ASGI."""
    at_once = scope.get(ANSWER_AT_ONCE)
    if at_once is not None and not is_head and _LINE_END.search("".join(reply.headers.values())) is None:
        lines = [f"{name}: {value}\r\n" for name, value in reply.headers.items()]
        head = f"{''.join(lines)}content-length: {len(reply.body)}\r\n".encode("latin-1")
        if at_once(reply.status, head, reply.body):
            return
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else reply.body})


class Stopwatch:
    """Times one request and writes its line in the log and the metrics."""

    __slots__ = ("_metrics", "_start")

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._start = time.perf_counter()

    def stop(self, action: str, method: str, path: str, status: int, request_id: str, account: str = "") -> None:
        seconds = time.perf_counter() - self._start
        self._metrics.observe(action, status, seconds)
        write = log.warning if status >= 500 else (log.debug if action == "status" and status == 200 else log.info)
        write(
            "request",
            method=method,
            path=path,
            status=status,
            ms=round(seconds * 1000, 1),
            request_id=request_id,
            account=account,
        )
