"""A crooked line: a proxy in front of a real server that misbehaves as told, and counts what went through.

What it hands on is answered by the real server; only what a bad network or a bad day of it would do is its own.
"""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

SUBMIT, STATUS, RESULT, UPLOAD = "submit", "status", "result", "upload"
Act = Callable[["Handler"], bool]
"""Misbehaves and returns True, or returns False to have the request handed on."""


def kind_of(method: str, path: str) -> str:
    """What a request is for, on any wire of ours."""
    path = path.split("?")[0]
    if path.startswith("/results/") or path.endswith("/content"):
        return RESULT
    if "upload" in path:
        return UPLOAD
    cancels = path.endswith("/cancel") or method == "DELETE"
    return "cancel" if cancels else SUBMIT if method == "POST" else STATUS


@dataclass
class Crooked:
    """What it does: `script[kind]` are acts for the next requests of that kind, one each; then it is straight."""

    target: str = ""
    url: str = ""
    script: dict[str, list[Act]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    bodies: list[bytes] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def next_act(self, kind: str) -> Act | None:
        acts = self.script.get(kind) or []
        return acts.pop(0) if acts else None

    def straight(self) -> None:
        self.script.clear()
        self.seen.clear()
        self.bodies.clear()


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    crooked: Crooked

    def log_message(self, *_: object) -> None:
        """Tests print what they mean to."""

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding") == "chunked":
            self.body = b"".join(iter(self._chunk, b""))
        else:
            self.body = self.rfile.read(length)
        kind = kind_of(self.command, self.path)
        self.crooked.seen[kind] += 1
        if kind == SUBMIT:
            self.crooked.bodies.append(self.body)
            self.crooked.keys.add(self.headers.get("Authorization", ""))
        act = self.crooked.next_act(kind)
        with contextlib.suppress(ConnectionError):
            if act is None or not act(self):
                self.send(*self.handed_on())

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline(), 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def handed_on(self) -> tuple[int, bytes, dict[str, str]]:
        """What the real server answers; links it gives lead back through here."""
        parts = urlsplit(self.crooked.target)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "transfer-encoding")}
        headers["Content-Length"] = str(len(self.body))
        try:
            connection.request(self.command, self.path, self.body, headers)
            reply = connection.getresponse()
            dropped = ("transfer-encoding", "connection", "content-length")
            found = {k: v for k, v in reply.getheaders() if k.lower() not in dropped}
            return reply.status, reply.read(), found
        except OSError:
            return 502, b"<html>bad gateway</html>", {"Content-Type": "text/html"}
        finally:
            connection.close()

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            if name.lower() not in ("server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drop(self) -> None:
        """Close the connection without a word."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


# Acts ---------------------------------------------------------------------------------------------------------------


def answers(status: int, body: Any = "<html>oops</html>", **headers: str) -> Act:
    """Answers by itself; the real server hears nothing."""
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()

    def act(handler: Handler) -> bool:
        handler.send(status, raw, {name.replace("_", "-"): value for name, value in headers.items()})
        return True

    return act


def throttles(seconds: float = 0.1) -> Act:
    error = {"code": "Throttling.RateQuota", "message": "Requests rate limit exceeded.", "request_id": "r"}
    return answers(429, error, retry_after_ms=str(int(seconds * 1000)))


def drops_after(handler: Handler) -> bool:
    """The real server takes the request; nobody hears its answer."""
    handler.handed_on()
    handler.drop()
    return True


def drops_before(handler: Handler) -> bool:
    handler.drop()
    return True


def garbles(handler: Handler) -> bool:
    """The real server takes the request, and something else is answered."""
    handler.handed_on()
    handler.send(200, b"<html>Welcome to nginx!</html>", {"Content-Type": "text/html"})
    return True


class Holds:
    """Hands the request on, then keeps the answer until `go`; `reached` is set meanwhile."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.go = threading.Event()

    def __call__(self, handler: Handler) -> bool:
        reply = handler.handed_on()
        self.reached.set()
        self.go.wait(60)
        handler.send(*reply)
        return True


@contextlib.contextmanager
def crooked_line(target: str) -> Iterator[Crooked]:
    """A line to the server `target`."""
    crooked = Crooked(target)
    handler = type("Line", (Handler,), {"crooked": crooked})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        crooked.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield crooked
        finally:
            server.shutdown()
            thread.join()
