"""The gate: uvicorn's HTTP protocol with a bound on what may come before a request is understood.

Knows bytes on a connection. Must not know routes, keys or dialects. Without it anybody, with or without a key, could
fill the memory with one endless header: the parser keeps a request's head until it is complete, however long it is.
"""

from __future__ import annotations

import asyncio
import json
import logging

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from understudy.core.ids import random_id
from understudy.server.events import STOPPING
from understudy.server.guard import ANSWER_AT_ONCE

LONGEST_HEAD = 64 * 1024
"""Bytes of request line and headers that may come after the first piece read from the connection (up to 256 kB)."""

DRAINED = 4 * 1024 * 1024
LINGER_SECONDS = 2.0
"""After a refusal so much is read on and thrown away, for so long: a client still sending would see a reset instead."""

_REASONS = {400: "Bad Request", 431: "Request Header Fields Too Large"}
_log = logging.getLogger("uvicorn.error")


class Gate(HttpToolsProtocol):
    """One connection. What is no HTTP, or has an endless head, is refused in JSON and the connection closed."""

    _waiting = 0
    """Bytes read since the parser last came a step further than a header."""
    _stepped = False
    _refused = False
    _refusal = b""
    """Bytes that wait until the requests before the broken one are answered."""
    _staying = False
    _stopping: asyncio.Event | None = None
    _begun: tuple[RequestResponseCycle, ...] = ()
    """Requests of this connection that have no whole answer yet, the oldest first."""

    def data_received(self, data: bytes) -> None:
        if self._refused:
            self._waiting += len(data)
            if self._waiting > DRAINED:
                self.transport.abort()
            return
        self._stepped = False
        self._unset_keepalive_if_required()
        self._read(data)
        # a piece in which a step was made may hold anything before it, so it does not count
        self._waiting = 0 if self._stepped else self._waiting + len(data)
        if self._waiting > LONGEST_HEAD and not self._refused:
            _log.warning("A request's head is longer than %d bytes: connection closed.", LONGEST_HEAD)
            self._refuse(431, f"The request's headers are longer than {LONGEST_HEAD // 1024} kB. Send shorter ones.")

    def _read(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                try:
                    self.parser.feed_data(rest)
                    return
                except HttpParserUpgrade as offer:
                    rest = rest[offer.args[0] :]
                    self._stay()
        except HttpParserError:
            _log.warning("Invalid HTTP request received.")
            self.send_400_response("Invalid HTTP request received.")

    def _stay(self) -> None:
        """Stay with HTTP/1.1 after a request that offers to change (RFC 9110, 7.8: the offer may be passed over).

        Java's own client offers HTTP/2 with the first request of every connection, and curl with `--http2`. The parser
        stops there and takes the body for words of the other protocol; a new one is told its length and goes on.
        """
        framing = [
            b"%b: %b\r\n" % pair
            for pair in self.cycle.scope["headers"]
            if pair[0] in (b"content-length", b"transfer-encoding")
        ]
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as the first one has it
        self._staying = True
        self.parser.feed_data(b"".join([b"POST / HTTP/1.1\r\n", *framing, b"\r\n"]))
        self._staying = False

    def on_message_begin(self) -> None:
        self._stepped = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self._staying:
            return
        self._stepped = True
        super().on_headers_complete()
        self._begun = (*(cycle for cycle in self._begun if not cycle.response_complete), self.cycle)
        self.scope[ANSWER_AT_ONCE] = self._answer  # type: ignore[literal-required]
        if self._stopping is None:
            self._stopping = asyncio.Event()
        self.scope[STOPPING] = self._stopping  # type: ignore[literal-required]

    def on_body(self, body: bytes) -> None:
        self._stepped = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stepped = True
        if self.parser.should_upgrade():
            return  # its body is still to come (`_stay`)
        super().on_message_complete()

    def _answer(self, status: int, head: bytes, body: bytes) -> bool:
        """Write a whole answer; False when that has to wait, or has been begun already: then it goes the common way.

        What `RequestResponseCycle.send` does in two messages, for headers that need no looking at because we made them
        (`guard.send_reply`). Those two messages are a third of what uvicorn needs for a request.
        """
        cycle = next((cycle for cycle in self._begun if not cycle.response_complete), None)
        if cycle is None:
            return True
        if cycle.disconnected or self.transport.is_closing():
            cycle.disconnected = True  # else uvicorn misses an answer, and says so in the log
            return True
        if cycle.response_started or self.flow.write_paused:
            return False
        pieces = [STATUS_LINE[status]]
        for name, value in cycle.default_headers:
            pieces += (name, b": ", value, b"\r\n")
        pieces += (head, b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n", body)
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        self.transport.write(b"".join(pieces))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone: every request of his is told so; uvicorn tells only the last of those sent at once."""
        super().connection_lost(exc)
        self.pipeline.clear()
        for cycle in self._begun:
            cycle.disconnected = True
            cycle.message_event.set()
        self._begun = ()

    def shutdown(self) -> None:
        """The server stops: answers that would go on for ever are told, the others come to their end."""
        if self._stopping is not None:
            self._stopping.set()
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, f"{msg} The bytes on this connection are not well-formed HTTP/1.1.")

    def _refuse(self, status: int, message: str) -> None:
        request_id = random_id()
        body = json.dumps({"code": "InvalidParameter", "message": message, "request_id": request_id}).encode()
        head = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\nx-request-id: {request_id}\r\n"
            f"x-should-retry: false\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self._refused = True
        self._refusal = head.encode() + body
        for cycle in self._begun:
            if cycle.more_body and not cycle.response_started:  # it is what was broken: the refusal is its answer
                cycle.disconnected = True
                cycle.message_event.set()
        self._write_refusal()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._refusal:
            self._write_refusal()

    def _write_refusal(self) -> None:
        """Answers keep the order of their requests: what was whole before the broken bytes is answered before them."""
        open_still = any(not cycle.response_complete and not cycle.disconnected for cycle in self._begun)
        if open_still or self.transport.is_closing():
            return
        self.transport.write(self._refusal)
        self._refusal = b""
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
