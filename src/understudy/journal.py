"""The journal: what the house says of itself while it runs, a line at a time on one stream.

Knows how lines are made, gathered and written. Must not know what is worth a line: who logs through structlog decides.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import io
import json
import logging
import threading
from datetime import UTC, datetime
from typing import Any, TextIO, cast

import msgspec
import structlog


def open_journal(stream: TextIO, *, as_json: bool, level: str) -> None:
    """Send what structlog and the libraries log to `stream`: one JSON object a line, or lines for people.

    `level` is the least that is written: `debug`, `info`, `warning` or `error`.
    """
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    logger = structlog.make_filtering_bound_logger(getattr(logging, level.upper()))
    if as_json:
        logger = type("JsonLogger", (_ToJson, logger), {})
    else:
        # plain: the pretty one prints the local variables too, and among them are keys and prompts
        plain = structlog.dev.plain_traceback
        processors += [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain)]
    lines = Lines(cast("TextIO", Forgiving(stream)))
    atexit.register(lines.flush)
    structlog.configure(
        processors=processors,
        wrapper_class=logger,
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[FromLibraries()], force=True)


_encode_line = msgspec.json.Encoder(enc_hook=repr).encode


class _ToJson:
    """Makes the lines of a structlog logger in one step: its chain of processors takes as long as all the rest."""

    _logger: Lines
    _context: dict[str, Any]

    def _proxy_to_logger(self, level: str, event: str | None = None, **words: Any) -> None:
        line = {**self._context, **words, "event": event, "level": level, "timestamp": datetime.now(UTC)}
        if "exc_info" in line:
            line = dict(structlog.processors.format_exc_info(self._logger, level, line))
        try:
            text = _encode_line(line).decode()
        except (TypeError, ValueError):  # half of a surrogate pair in a text, a key that is no text
            text = json.dumps({str(name): value for name, value in line.items()}, default=_as_text)
        self._logger.msg(text)


def _as_text(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else repr(value)


class Lines:
    """Takes log lines. What one turn of an event loop logs is written at its end, together.

    A write costs more than making a line, and every request makes one. Without a loop lines are written as they come.
    A process that is killed loses the lines of its last turn; one that ends writes them.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self._gate = threading.RLock()  # a signal handler may log while this thread holds it
        self._asked: asyncio.AbstractEventLoop | None = None

    def msg(self, line: str) -> None:
        with self._gate:
            self._waiting.append(line)
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                self.flush()
                return
            if self._asked is not loop:
                self._asked = loop
                loop.call_soon(self.flush)

    debug = info = warning = error = critical = msg

    def flush(self) -> None:
        """Write what waits."""
        with self._gate:
            waiting, self._waiting, self._asked = self._waiting, [], None
            if waiting:
                self._stream.write("\n".join(waiting) + "\n")
                self._stream.flush()


class Forgiving(io.TextIOBase):
    """A stream for log lines. A log on a full disk, or a reader that went away, must not stop what is logged."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


class FromLibraries(logging.Handler):
    """What libraries log, in lines like our own."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError):
            return  # a request that was cut off by the end of the server: no mistake of anybody's
        words = {"exc_info": record.exc_info} if record.exc_info else {}
        structlog.get_logger(record.name).log(record.levelno, record.getMessage(), **words)
