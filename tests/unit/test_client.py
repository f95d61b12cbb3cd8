"""The client's parts: waiting by events through every stumble, downloads that go on, and a face for every method."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import pytest_asyncio

from understudy import Client, SyncClient
from understudy.client.files import BREAKS, part_of
from understudy.core.faults import (
    BadSetting,
    CannotExpress,
    Conflict,
    Fault,
    Gone,
    MediaProblem,
    MediaRefused,
    NotFound,
    Refused,
    Throttled,
    TimedOut,
    Unavailable,
)
from understudy.core.request import Medium, Reference, VideoRequest
from understudy.core.wire import WireRequest
from understudy.dialects.dashscope import DIALECT as DASHSCOPE
from understudy.dialects.native import DIALECT

KEY = "sk-right"
TASK = "/understudy/v1/tasks/t1"
FILM = bytes(range(256)) * 2048
Answer = Callable[["Server", dict[str, str], bytes, asyncio.StreamWriter], Any]


@dataclass
class Server:
    """Answers each request with the next of `script` for its path; the last one is kept. Keeps what it was asked."""

    url: str = ""
    script: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            key = f"{method} {target.partition('?')[0]}"
            self.asked.append((key, headers, body))
            answers = self.script[key]
            await (answers.pop(0) if len(answers) > 1 else answers[0])(self, headers, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def count(self, key: str) -> int:
        return sum(asked == key for asked, _, _ in self.asked)


def says(status: int, body: Any = b"", **headers: str) -> Answer:
    """A whole answer; anything but bytes goes as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def answer(_: Server, __: dict[str, str], ___: bytes, writer: asyncio.StreamWriter) -> None:
        said = {"content-length": str(len(raw)), "connection": "close"}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        writer.write(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + raw)
        await writer.drain()

    return answer


def refuses(fault: Fault) -> Answer:
    reply = DIALECT.encode_fault(fault, WireRequest("GET", "/"))
    return says(reply.status, reply.body, **reply.headers)


def tells(*events: tuple[int, dict[str, Any]], beats: bool = False) -> Answer:
    """A stream of events that ends, or breaks, after these."""

    async def answer(_: Server, __: dict[str, str], ___: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\nretry: 1000\n\n")
        for number, task in events:
            if beats:
                writer.write(b": still here\n\n")
            writer.write(f"event: x\nid: {number}\ndata: {json.dumps({'task_id': 't1', **task})}\n\n".encode())
            await writer.drain()

    return answer


async def hangs_up(_: Server, __: dict[str, str], ___: bytes, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def stays_silent(_: Server, __: dict[str, str], ___: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\n\r\n")
    await writer.drain()
    await asyncio.Event().wait()


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    made, serving = Server(), set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        await made.serve(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield made
    listening.close()
    for task in serving:
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)


def a_client(server: Server, **more: Any) -> Client:
    return Client(server.url, KEY, **({"poll_seconds": (0.001, 0.002)} | more))


WAITS = (10, {"status": "PENDING", "ahead": 2})
RUNS = (20, {"status": "RUNNING", "progress": 0.5, "stage": "shot 2"})
DONE = (30, {"status": "SUCCEEDED", "result_url": "u"})


# Waiting ------------------------------------------------------------------------------------------------------------


async def test_a_wait_is_one_stream(server: Server) -> None:
    server.script[f"GET {TASK}/events"] = [tells(WAITS, RUNS, DONE, beats=True)]
    heard: list[tuple[float, str]] = []
    async with a_client(server) as client:
        told = await client.wait("t1", on_progress=lambda fraction, note: heard.append((fraction, note)))
    assert (told.status, told.result_url) == ("SUCCEEDED", "u")
    assert heard == [(0.0, "pending, 2 before it"), (0.5, "running: shot 2")]
    assert len(server.asked) == 1


async def test_a_stream_that_breaks_is_taken_up_behind_the_last_event(server: Server) -> None:
    server.script[f"GET {TASK}/events"] = [
        tells(WAITS), hangs_up, refuses(Unavailable()), refuses(Throttled(retry_after=0.001)), tells(RUNS), tells(DONE),
    ]  # fmt: skip
    async with a_client(server) as client:
        assert [told.status async for told in client.events("t1")] == ["PENDING", "RUNNING", "SUCCEEDED"]
    assert [headers.get("last-event-id") for _, headers, _ in server.asked] == [None, *["10"] * 4, "20"]


async def test_what_is_over_is_asked_for_plainly(server: Server) -> None:
    server.script[f"GET {TASK}/events"] = [says(204)]
    server.script[f"GET {TASK}"] = [says(200, {"task_id": "t1", "status": "FAILED"})]
    async with a_client(server) as client:
        assert (await client.wait("t1")).status == "FAILED"


async def test_a_wait_ends_in_time(server: Server) -> None:
    for answer in (stays_silent, tells(RUNS), refuses(Unavailable())):
        server.script[f"GET {TASK}/events"] = [answer]
        async with a_client(server) as client:
            with pytest.raises(TimedOut, match=r"after 0\.05 s\. It goes on"):
                await client.wait("t1", timeout=0.05)


async def test_patience_has_an_end(server: Server) -> None:
    server.script[f"GET {TASK}/events"] = [hangs_up]
    async with a_client(server, patience=0.0) as client:
        with pytest.raises(Unavailable):
            await client.wait("t1")


@pytest.mark.parametrize("fault", [NotFound("no task"), Conflict("odd")])
async def test_a_refusal_is_no_stumble(server: Server, fault: Fault) -> None:
    server.script[f"GET {TASK}/events"] = [refuses(fault)]
    async with a_client(server) as client:
        with pytest.raises(type(fault), match=fault.message):
            await client.wait("t1")
    assert len(server.asked) == 1


# Submitting ---------------------------------------------------------------------------------------------------------

REQUEST = VideoRequest("m", references=(Reference("https://x/a.png", Medium.IMAGE),))
ACCEPTED = {"task_id": "t1", "status": "PENDING"}


async def test_a_submit_is_repeated_under_its_own_key(server: Server) -> None:
    server.script["POST /understudy/v1/tasks"] = [hangs_up, refuses(Throttled(retry_after=0.001)), says(201, ACCEPTED)]
    async with a_client(server) as client:
        assert await client.submit(REQUEST, engine="testcard") == "t1"
        assert await client.submit(REQUEST) == "t1"
        assert await client.submit(REQUEST, idempotency_key="mine") == "t1"
    keys = [headers["idempotency-key"] for _, headers, _ in server.asked]
    assert keys[0] == keys[1] == keys[2]
    assert keys[3] != keys[0]
    assert keys[4] == "mine"
    assert server.asked[0][1]["x-understudy-engine"] == "testcard"


async def test_files_go_up_by_put(server: Server, tmp_path: Path) -> None:
    girl = tmp_path / "girl.png"
    girl.write_bytes(b"\x89PNG" + bytes(700_000))
    slot = {"slot_id": "s", "put_url": f"{server.url}/put?sig=1", "expires": "2026-03-01T12:00:00Z"}
    server.script |= {
        "POST /understudy/v1/uploads": [refuses(Throttled(retry_after=0.001)), says(201, slot)],
        "PUT /put": [says(200, etag='"abc"')],
        "POST /understudy/v1/uploads/s/finish": [says(200, {"slot_id": "s", "address": "upload:s"})],
        "POST /understudy/v1/tasks": [says(201, ACCEPTED)],
    }
    async with a_client(server) as client:
        await client.submit(REQUEST.but(references=(Reference(str(girl)), Reference(girl.as_uri(), voice=str(girl)))))
    put = next(asked for asked in server.asked if asked[0] == "PUT /put")
    assert put[2] == girl.read_bytes()
    assert "authorization" not in put[1], "the address is signed; the key stays here"
    assert json.loads(server.asked[-2][2]) == {"etag": "abc"}
    body = json.loads(server.asked[-1][2])
    assert [r["url"] for r in body["references"]] == ["upload:s", "upload:s"]
    assert body["references"][1]["voice"] == "upload:s"
    assert server.count("PUT /put") == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(400, "EntityTooLarge", MediaRefused), (403, "AccessDenied", Refused), (503, "ServiceUnavailable", Unavailable)],
)
async def test_a_put_that_is_refused(server: Server, tmp_path: Path, status: int, code: str, kind: type[Fault]) -> None:
    girl = tmp_path / "girl.png"
    girl.write_bytes(b"x")
    slot = {"slot_id": "s", "put_url": f"{server.url}/put", "expires": "2026-03-01T12:00:00Z"}
    server.script["POST /understudy/v1/uploads"] = [says(201, slot)]
    server.script["PUT /put"] = [says(status, f"<Error><Code>{code}</Code><Message>so</Message></Error>".encode())]
    async with a_client(server) as client:
        with pytest.raises(kind, match=code) as caught:
            await client.upload(girl)
    assert not isinstance(caught.value, MediaRefused) or caught.value.problem is MediaProblem.TOO_LARGE


async def test_what_another_wire_has_no_words_for(server: Server, tmp_path: Path) -> None:
    async with a_client(server, dialect=DASHSCOPE) as client:
        with pytest.raises(CannotExpress, match="needs the model's card"):
            await client.submit(REQUEST)
        for ask in (client.me, client.models, client.usage, client.tasks):
            with pytest.raises(CannotExpress):
                await ask()
        with pytest.raises(CannotExpress):
            await client.quote(REQUEST)
    assert server.asked == []


# Downloading --------------------------------------------------------------------------------------------------------


def gives(count: int, *, honours_range: bool = True) -> Answer:
    """The film, or what is asked of it, but never more than `count` bytes before the line breaks."""

    async def answer(_: Server, headers: dict[str, str], __: bytes, writer: asyncio.StreamWriter) -> None:
        start = int(headers["range"].removeprefix("bytes=").rstrip("-")) if "range" in headers else 0
        start = start if honours_range else 0
        status = "206" if start else "200"
        more = f"content-range: bytes {start}-{len(FILM) - 1}/{len(FILM)}\r\n" if start else ""
        writer.write(f"HTTP/1.1 {status} X\r\n{more}content-length: {len(FILM) - start}\r\n\r\n".encode())
        writer.write(FILM[start : start + count])
        await writer.drain()

    return answer


async def test_a_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.script["GET /film.mp4"] = [gives(200_000), gives(200_000), gives(len(FILM))]
    film = tmp_path / "new" / "film.mp4"
    async with a_client(server) as client:
        assert await client.download(f"{server.url}/film.mp4?s=1", film) == film
    assert film.read_bytes() == FILM
    assert [headers.get("range") for _, headers, _ in server.asked] == [None, "bytes=200000-", "bytes=400000-"]
    assert list(film.parent.iterdir()) == [film]


async def test_a_later_call_goes_on_too(server: Server, tmp_path: Path) -> None:
    server.script["GET /film.mp4"] = [gives(1000)]
    film, url = tmp_path / "film.mp4", f"{server.url}/film.mp4"
    async with a_client(server) as client:
        with pytest.raises(Unavailable):
            await client.download(url, film)
        assert part_of(url, film).stat().st_size == 1000 * (BREAKS + 1)
        server.script["GET /film.mp4"] = [gives(len(FILM))]
        await client.download(f"{url}?another=signature", film)
    assert film.read_bytes() == FILM


async def test_two_films_are_never_put_together(server: Server, tmp_path: Path) -> None:
    assert part_of("http://x/a.mp4?1", tmp_path / "f") == part_of("http://x/a.mp4?2", tmp_path / "f")
    assert part_of("http://x/a.mp4", tmp_path / "f") != part_of("http://x/b.mp4", tmp_path / "f")
    server.script["GET /film.mp4"] = [gives(1000), gives(len(FILM), honours_range=False)]
    async with a_client(server) as client:  # a server that knows no ranges begins anew
        await client.download(f"{server.url}/film.mp4", tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").read_bytes() == FILM


async def test_a_part_that_is_whole_already(server: Server, tmp_path: Path) -> None:
    film, url = tmp_path / "film.mp4", f"{server.url}/film.mp4"
    part_of(url, film).write_bytes(FILM)
    server.script["GET /film.mp4"] = [says(416, content_range=f"bytes */{len(FILM)}")]
    async with a_client(server) as client:
        await client.download(url, film)
        assert film.read_bytes() == FILM
        film.unlink()
        part_of(url, film).write_bytes(FILM + b"and more")
        server.script["GET /film.mp4"].append(gives(len(FILM)))
        with pytest.raises(Unavailable):  # what was there is thrown away, and told
            await client.download(url, film)
        await client.download(url, film)
    assert film.read_bytes() == FILM


async def test_a_film_that_is_gone(server: Server, tmp_path: Path) -> None:
    server.script["GET /film.mp4"] = [says(403)]
    async with a_client(server) as client:
        with pytest.raises(Gone):
            await client.download(f"{server.url}/film.mp4", tmp_path / "film.mp4")
    assert list(tmp_path.iterdir()) == []


# Faces --------------------------------------------------------------------------------------------------------------


def test_the_face_without_await_has_every_method() -> None:
    asynchronous = {
        name for name, member in vars(Client).items()
        if not name.startswith("_") and (inspect.iscoroutinefunction(member) or inspect.isasyncgenfunction(member))
    }  # fmt: skip
    assert {name for name in vars(SyncClient) if not name.startswith("_")} == asynchronous | {"run"}
    assert SyncClient.wait.__doc__ == Client.wait.__doc__
    assert get_type_hints(Client.wait)["return"].__name__ == "RemoteTask"


async def test_where_a_loop_runs_there_is_the_other_one() -> None:
    with pytest.raises(BadSetting, match="async with Client"), SyncClient("http://here", KEY):
        pass


def test_it_has_to_be_opened() -> None:
    with pytest.raises(RuntimeError, match="with SyncClient"):
        SyncClient("http://here", KEY).me()


async def test_a_loop_that_leaves_early_leaves_nothing_behind(server: Server) -> None:
    server.script[f"GET {TASK}/events"] = [tells(WAITS, RUNS, DONE)]

    def look() -> str | None:
        with SyncClient(server.url, KEY) as client:
            for told in client.events("t1"):
                return told.status  # type: ignore[no-any-return]
        return None

    assert await asyncio.to_thread(look) == "PENDING"
