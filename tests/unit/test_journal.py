"""What the house says of itself: a line at a time, in one form, and never at the cost of what is logged."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from understudy.journal import Forgiving, Lines, open_journal


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


class Stream(io.StringIO):
    """Counts how often it is written to."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)


def opened(*, as_json: bool = True, level: str = "info") -> Stream:
    stream = Stream()
    open_journal(stream, as_json=as_json, level=level)
    return stream


def told(stream: Stream) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


class TestForm:
    @pytest.mark.parametrize("as_json", [True, False])
    def test_a_trace_shows_no_local_variable(self, as_json: bool) -> None:
        stream = opened(as_json=as_json)
        key = "sk-" + "secret" * 2
        try:
            raise ValueError(len(key))
        except ValueError:
            structlog.get_logger("understudy.test").exception("oh")
        assert "ValueError: 15" in stream.getvalue()
        assert "sk-secret" not in stream.getvalue()

    def test_what_libraries_say_comes_in_our_form(self) -> None:
        stream = opened()
        logging.getLogger("a.library").warning("Invalid HTTP request %s", "received.")
        logging.getLogger("a.library").info("not worth a line")
        (line,) = told(stream)
        assert line["event"] == "Invalid HTTP request received."
        assert line["level"] == "warning"

    def test_a_line_has_its_words_its_level_and_the_time(self) -> None:
        stream = opened()
        structlog.get_logger("understudy.test").bind(task="t1").error("broken", fix="turn it off", seconds=1.5)
        (line,) = told(stream)
        moment = line.pop("timestamp")
        assert line == {"task": "t1", "fix": "turn it off", "seconds": 1.5, "event": "broken", "level": "error"}
        assert moment[10] == "T"
        assert moment.endswith("Z")

    @pytest.mark.parametrize(
        ("value", "as_read"),
        [
            ("视频1", "视频1"),
            ("half \ud83d", "half \ud83d"),
            (ValueError("oh"), "ValueError('oh')"),
            ({1: "one"}, {"1": "one"}),
            ({1, 2}, [1, 2]),
            (2**80, 2**80),
            ("line\nend", "line\nend"),
        ],
        ids=["chinese", "surrogate", "object", "number-as-key", "set", "huge", "line-end"],
    )
    def test_whatever_is_logged_is_one_line_of_json(self, value: Any, as_read: Any) -> None:
        stream = opened()
        structlog.get_logger("understudy.test").info("odd", value=value)
        (line,) = told(stream)
        assert line["value"] == as_read

    def test_below_its_level_nothing_is_written(self) -> None:
        stream = opened(level="warning")
        structlog.get_logger("understudy.test").info("quiet")
        assert stream.getvalue() == ""


class TestGathering:
    def test_what_one_turn_of_the_loop_logs_is_written_at_once_and_in_order(self) -> None:
        stream = opened()
        log = structlog.get_logger("understudy.test")

        async def turn() -> None:
            for number in range(5):
                log.info("line", number=number)
            assert stream.getvalue() == ""
            await asyncio.sleep(0)

        asyncio.run(turn())
        assert [line["number"] for line in told(stream)] == [0, 1, 2, 3, 4]
        assert stream.writes == 1

    def test_a_line_of_a_thread_comes_after_those_that_wait(self) -> None:
        stream = Stream()
        lines = Lines(stream)

        async def turn() -> None:
            lines.msg("first")
            thread = threading.Thread(target=lines.msg, args=("second",))
            thread.start()
            thread.join()
            assert stream.getvalue() == "first\nsecond\n"
            lines.msg("third")
            await asyncio.sleep(0)

        asyncio.run(turn())
        assert stream.getvalue() == "first\nsecond\nthird\n"

    def test_a_loop_that_ended_before_its_turn_did_keeps_nothing_back(self) -> None:
        stream = Stream()
        lines = Lines(stream)

        async def last_words() -> None:
            lines.msg("of the first loop")

        async def next_loop() -> None:
            lines.msg("of the second")
            await asyncio.sleep(0)

        for words in (last_words, next_loop):
            loop = asyncio.new_event_loop()
            loop.run_until_complete(words())
            loop.close()
        assert stream.getvalue() == "of the first loop\nof the second\n"

    def test_the_end_of_the_process_writes_what_waits(self) -> None:
        code = (
            "import asyncio, sys, structlog\n"
            "from understudy.journal import open_journal\n"
            "open_journal(sys.stderr, as_json=True, level='info')\n"
            "async def run():\n"
            "    structlog.get_logger('x').info('last words')\n"
            "    sys.exit(0)\n"
            "asyncio.run(run())\n"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert json.loads(run.stderr)["event"] == "last words"


class TestTrouble:
    def test_a_full_disk_below_the_log_is_forgiven(self) -> None:
        with open("/dev/full", "wb", buffering=0) as full:
            stream = Forgiving(io.TextIOWrapper(full, encoding="utf-8", line_buffering=True))
            assert stream.write("a line\n") == 7
            stream.flush()

    def test_a_closed_log_is_forgiven(self) -> None:
        gone = io.StringIO()
        gone.close()
        Forgiving(gone).write("a line\n")
        Forgiving(gone).flush()
