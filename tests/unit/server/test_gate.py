"""The gate leaves nothing behind: what a request needed goes with its answer, without the garbage collector."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from understudy.core.wire import WireReply
from understudy.server.gate import Gate
from understudy.server.guard import send_reply

REQUEST = b"GET /%d HTTP/1.1\r\nhost: a\r\n\r\n"


class Line(asyncio.Transport):
    """A connection that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def answer(scope: Any, receive: Any, send: Any) -> None:
    await send_reply(scope, send, WireReply(200, scope["path"].encode()))


def gate_to(app: Any) -> tuple[Gate, Line]:
    config = Config(app, log_config=None, lifespan="off")
    config.load()
    gate, line = Gate(config, ServerState(), {}), Line()
    gate.connection_made(line)
    return gate, line


@pytest.mark.parametrize("at_once", [1, 3])
async def test_what_a_request_needed_goes_with_its_answer(at_once: int) -> None:
    gate, line = gate_to(answer)
    gc.disable()
    try:
        asked = []
        for turn in range(3):
            gate.data_received(b"".join(REQUEST % (turn * at_once + n) for n in range(at_once)))
            asked.append(weakref.ref(gate.cycle))
            await asyncio.sleep(0.01)
        assert [was() is None for was in asked] == [True, True, False], "only the last one is remembered"
    finally:
        gc.enable()
    assert [data.rpartition(b"\r\n\r\n")[2] for data in line.written] == [b"/%d" % n for n in range(3 * at_once)]
    gate.connection_lost(None)


async def test_an_answer_to_a_caller_who_is_gone_goes_nowhere() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def late(scope: Any, receive: Any, send: Any) -> None:
        begun.set()
        await go_on.wait()
        await answer(scope, receive, send)

    gate, line = gate_to(late)
    gate.data_received(REQUEST % 1)
    await begun.wait()
    gate.connection_lost(None)
    go_on.set()
    await asyncio.gather(*gate.tasks)
    assert line.written == []
