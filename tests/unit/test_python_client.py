"""The Python client over the DashScope wire, against a small server that speaks HTTP through the same dialect."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import pytest_asyncio

from builders import NOON
from understudy.catalog.shelf import Shelf
from understudy.client import Client, SyncClient, local_file
from understudy.client.files import part_of
from understudy.core.faults import (
    BadSetting,
    CannotExpress,
    Conflict,
    Fault,
    Gone,
    InternalFault,
    InvalidRequest,
    MediaProblem,
    MediaRefused,
    NotFound,
    Refused,
    Throttled,
    TimedOut,
    Unauthenticated,
    Unavailable,
)
from understudy.core.request import Medium, Profile, Reference, ShotType, VideoRequest
from understudy.core.task import Status, Task
from understudy.core.wire import (
    Accepted,
    Action,
    StatusQuery,
    TicketQuery,
    Told,
    UploadTicket,
    WireReply,
    WireRequest,
)
from understudy.dialects.dashscope import DIALECT
from wires import route_of

SHELF = Shelf.open()
CARD = SHELF.find("wan2.7-r2v")
KEY = "sk-right"
FILM = bytes(range(256)) * 1024


@dataclass
class SmallServer:
    """Keeps what it was sent. `life` are the states a task goes through, one per poll; the last one stays."""

    life: list[Status] = field(default_factory=lambda: [Status.PENDING, Status.RUNNING, Status.SUCCEEDED])
    url: str = ""
    most_bytes: int = 100 * 1024 * 1024
    film_status: int = 200
    cut_film: bool = False
    fault: dict[str, Any] | None = None
    stumbles: list[Fault | None] = field(default_factory=list)  # refusals before the next answers; None drops the line
    requests: list[VideoRequest] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    forms: list[list[str]] = field(default_factory=list)
    upload_refusal: tuple[int, bytes] | None = None
    film_headers: dict[str, str] = field(default_factory=dict)
    polls: int = 0
    tickets: int = 0
    seen: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            parts = urlsplit(target)
            query = dict(parse_qsl(parts.query))
            self.seen.append(f"{method} {parts.path}")
            reply = self.answer(WireRequest(method, unquote(parts.path), query, headers, body, {}, self.url, "rid"))
            if reply is not None:
                length = len(reply.body) + (100 if self.cut_film and parts.path == "/film.mp4" else 0)
                lines = [f"HTTP/1.1 {reply.status} X", f"content-length: {length}", "connection: close"]
                lines += [f"{name}: {value}" for name, value in reply.headers.items()]
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + reply.body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, wire: WireRequest) -> WireReply | None:
        if wire.path == "/film.mp4":
            self.film_headers = dict(wire.headers)
            return WireReply(self.film_status, FILM)
        if wire.path == "/oss":
            return self.take(wire)
        if self.stumbles:
            stumble = self.stumbles.pop(0)
            return DIALECT.encode_fault(stumble, wire) if stumble is not None else None
        try:
            if DIALECT.read_key(wire) != KEY:
                raise Unauthenticated()
            return self.told(wire)
        except Fault as fault:
            return DIALECT.encode_fault(fault, wire)

    def told(self, wire: WireRequest) -> WireReply:
        route, parts = route_of(DIALECT.routes, wire)
        if route.action is Action.SUBMIT:
            self.requests.append(DIALECT.decode_submit(wire, SHELF, Profile.STRICT))
            return DIALECT.encode_answer(Accepted(self.task(Status.PENDING)), wire, CARD)
        query = DIALECT.decode_query(replace(wire, path_values=parts), route)
        if isinstance(query, TicketQuery):
            self.tickets += 1
            folder = f"dashscope-instant/alice/2026-03-01/{self.tickets}"
            ticket = UploadTicket(f"{self.url}/oss", folder, "cG9s", "c2ln", "LT", NOON, 300, self.most_bytes)
            return DIALECT.encode_answer(ticket, wire, None)
        assert isinstance(query, StatusQuery)
        if query.task_id != "task-1":
            return DIALECT.encode_answer(Told(query.task_id, None), wire, None)
        status = self.life[min(self.polls, len(self.life) - 1)]
        self.polls += 1
        url = f"{self.url}/film.mp4?Expires=1" if self.film_status != 0 else None
        return DIALECT.encode_answer(Told("task-1", self.task(status), url), wire, CARD)

    def task(self, status: Status) -> Task:
        return Task(
            "task-1",
            "alice",
            "1",
            "dashscope",
            self.requests[-1] if self.requests else VideoRequest(CARD.model),
            NOON,
            NOON + timedelta(days=1),
            "rid",
            status=status,
            started=NOON,
            ended=NOON,
            engine="animatic",
            fraction=0.4,
            notes=("a note",),
            fault=self.fault,
        )

    def take(self, wire: WireRequest) -> WireReply:
        """An OSS form upload."""
        assert "authorization" not in wire.headers
        if self.upload_refusal is not None:
            return WireReply(*self.upload_refusal)
        head = f"Content-Type: {wire.headers['content-type']}\r\n\r\n".encode()
        form = BytesParser(policy=HTTP).parsebytes(head + wire.body)
        names, values = [], {}
        for part in form.iter_parts():
            name = re.search(r'name="([^"]*)"', str(part["content-disposition"]))
            assert name is not None
            names.append(name[1])
            values[name[1]] = part.get_payload(decode=True)
        self.forms.append(names)
        self.uploads[values["key"].decode()] = values["file"]
        return WireReply(200)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[SmallServer]:
    small = SmallServer()
    listening = await asyncio.start_server(small.serve, "127.0.0.1", 0)
    small.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield small


def a_client(server: SmallServer, key: str = KEY, **more: Any) -> Client:
    return Client(server.url, key, DIALECT, **({"poll_seconds": (0.001, 0.002)} | more))


@pytest.fixture
def girl(tmp_path: Path) -> Path:
    path = tmp_path / "图 1.png"
    path.write_bytes(b"\x89PNG" + bytes(300_000))
    return path


def starring(*urls: str, voice: str | None = None) -> VideoRequest:
    return VideoRequest(
        CARD.model, "图1挥手", references=tuple(Reference(url, Medium.IMAGE, voice=voice) for url in urls)
    )


async def test_generate_is_everything_in_one_call(server: SmallServer, girl: Path, tmp_path: Path) -> None:
    voice = tmp_path / "voice.mp3"
    voice.write_bytes(b"ID3")
    heard: list[tuple[float, str]] = []
    film = tmp_path / "new folder" / "film.mp4"
    request = starring(str(girl), girl.as_uri(), "https://example.com/x.png", voice=str(voice))
    async with a_client(server) as client:
        told = await client.generate(
            request, film, card=CARD, on_progress=lambda fraction, note: heard.append((fraction, note))
        )
    assert film.read_bytes() == FILM
    assert (told.status, told.engine, told.notes) == ("SUCCEEDED", "animatic", ("a note",))
    # each file went up once, the file part last, and the request names it by the key it went to
    folder = "dashscope-instant/alice/2026-03-01"
    assert server.uploads == {f"{folder}/1/图 1.png": girl.read_bytes(), f"{folder}/2/voice.mp3": b"ID3"}
    assert [names[-1] for names in server.forms] == ["file", "file"]
    (asked,) = server.requests
    assert [r.url for r in asked.references] == [
        f"oss://{folder}/1/图 1.png",
        f"oss://{folder}/1/图 1.png",
        "https://example.com/x.png",
    ]
    assert {r.voice for r in asked.references} == {f"oss://{folder}/2/voice.mp3"}
    # the link needs no key and gets none
    assert "authorization" not in server.film_headers
    fractions = [fraction for fraction, _ in heard]
    assert fractions == sorted(fractions)
    assert (0.0, "uploading 图 1.png (1 of 2)") in heard
    assert (0.4, "running") in heard
    assert heard[-1] == (1.0, "downloading")
    assert not list(tmp_path.rglob("*.part"))


async def test_the_base_url_may_be_the_sdks(server: SmallServer) -> None:
    for tail in ("/", "/api/v1", "/api/v1/"):
        async with Client(server.url + tail, KEY, DIALECT) as client:
            assert await client.submit(starring("https://example.com/x.png"), card=CARD) == "task-1"


async def test_a_wrong_key_is_told(server: SmallServer) -> None:
    async with a_client(server, key="sk-wrong") as client:
        with pytest.raises(Unauthenticated, match="Invalid API-key provided"):
            await client.submit(starring("https://example.com/x.png"), card=CARD)


async def test_nothing_is_uploaded_for_a_request_that_cannot_be_said(server: SmallServer, girl: Path) -> None:
    async with a_client(server) as client:
        with pytest.raises(CannotExpress, match="shot_type"):
            await client.submit(starring(str(girl)).but(shot_type=ShotType.MULTI), card=CARD)
    assert server.seen == []


async def test_a_missing_file_is_named_before_anything_is_sent(server: SmallServer, tmp_path: Path) -> None:
    async with a_client(server) as client:
        for url in ("nowhere/girl.png", "file:///nowhere/girl.png", str(tmp_path), "x." * 5000, "a\x00b"):
            with pytest.raises(InvalidRequest, match="There is no file"):
                await client.submit(starring(url), card=CARD)
        with pytest.raises(InvalidRequest, match="There is no file"):
            await client.upload(tmp_path / "girl.png", CARD.model)
    assert server.seen == []


async def test_a_file_over_the_servers_limit_stays_here(server: SmallServer, girl: Path) -> None:
    server.most_bytes = 1024 * 1024
    girl.write_bytes(bytes(2 * 1024 * 1024))
    async with a_client(server) as client:
        with pytest.raises(MediaRefused, match=r"has 2\.0 MB; the server takes files up to 1 MB") as caught:
            await client.upload(girl, CARD.model)
    assert caught.value.problem is MediaProblem.TOO_LARGE
    assert server.uploads == {}


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            403,
            b"<Error><Code>AccessDenied</Code><Message>Policy expired.</Message></Error>",
            Refused,
            "Policy expired.",
        ),
        (409, b"", Refused, "HTTP 409"),
        (500, b"oops", Unavailable, "could not store"),
    ],
)
async def test_a_refused_upload(
    server: SmallServer, girl: Path, status: int, body: bytes, kind: type[Fault], words: str
) -> None:
    server.upload_refusal = (status, body)
    async with a_client(server) as client:
        with pytest.raises(kind, match=words):
            await client.upload(girl, CARD.model)


async def test_a_throttled_submit_is_sent_again_a_lost_one_never(server: SmallServer) -> None:
    request = starring("https://example.com/x.png")
    async with a_client(server) as client:
        server.stumbles = [Throttled(retry_after=0.001), Throttled(retry_after=0.001)]
        assert await client.submit(request, card=CARD) == "task-1"
        assert len(server.seen) == 3
        server.stumbles = [Throttled(retry_after=0.001)] * 9
        with pytest.raises(Throttled):
            await client.submit(request, card=CARD)
        server.seen.clear()
        server.stumbles = [None]
        with pytest.raises(Unavailable, match="broke off"):
            await client.submit(request, card=CARD)
        assert len(server.seen) == 1
        server.stumbles = [InternalFault()]
        with pytest.raises(InternalFault):
            await client.submit(request, card=CARD)
        assert len(server.seen) == 2


async def test_a_wait_outlives_a_server_that_stumbles(server: SmallServer) -> None:
    server.stumbles = [Unavailable(), None, Throttled(retry_after=0.001)]
    async with a_client(server) as client:
        assert (await client.wait("task-1")).status == "SUCCEEDED"


async def test_a_wait_loses_patience_with_a_server_that_is_gone(server: SmallServer) -> None:
    async with a_client(server, patience=0.0) as client:
        server.stumbles = [None] * 50
        with pytest.raises(Unavailable):
            await client.wait("task-1")


async def test_a_wait_may_end_before_the_task(server: SmallServer) -> None:
    server.life = [Status.RUNNING]
    async with a_client(server) as client:
        with pytest.raises(TimedOut, match=r"was RUNNING after 0\.01 s\. It goes on"):
            await client.wait("task-1", timeout=0.01)


async def test_an_unknown_task(server: SmallServer) -> None:
    async with a_client(server) as client:
        with pytest.raises(NotFound, match="does not know task other"):
            await client.wait("other")


async def test_a_failed_task_raises_what_went_wrong(server: SmallServer, tmp_path: Path) -> None:
    server.life = [Status.FAILED]
    server.fault = MediaRefused(MediaProblem.SECONDS, "It lasts 40 s.", path="input.media[0].url").record()
    async with a_client(server) as client:
        with pytest.raises(MediaRefused, match="It lasts 40 s") as caught:
            await client.generate(starring("https://example.com/x.png"), tmp_path / "film.mp4", card=CARD)
    assert caught.value.problem is MediaProblem.SECONDS
    assert not (tmp_path / "film.mp4").exists()


async def test_a_canceled_task_and_a_result_that_is_gone(server: SmallServer, tmp_path: Path) -> None:
    request, film = starring("https://example.com/x.png"), tmp_path / "film.mp4"
    async with a_client(server) as client:
        server.life = [Status.CANCELED]
        with pytest.raises(Conflict, match="was canceled"):
            await client.generate(request, film, card=CARD)
        server.life, server.film_status = [Status.SUCCEEDED], 0
        with pytest.raises(Gone, match="results are kept for 24 hours"):
            await client.generate(request, film, card=CARD)
        for status, kind in ((403, Gone), (500, Unavailable)):
            server.film_status = status
            with pytest.raises(kind):
                await client.generate(request, film, card=CARD)
    assert list(tmp_path.iterdir()) == []


async def test_half_a_film_is_no_film(server: SmallServer, tmp_path: Path) -> None:
    server.cut_film = True
    async with a_client(server) as client:
        with pytest.raises(Unavailable, match="broke off"):
            await client.download(f"{server.url}/film.mp4", tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()
    assert list(tmp_path.iterdir()) == [part_of(f"{server.url}/film.mp4", tmp_path / "film.mp4")]


async def test_nobody_there_is_said_with_the_url(tmp_path: Path) -> None:
    probe = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = probe.sockets[0].getsockname()[1]
    probe.close()
    await probe.wait_closed()
    async with Client(f"http://127.0.0.1:{port}", KEY, DIALECT) as client:
        with pytest.raises(Unavailable, match=f"Nothing answers at http://127.0.0.1:{port}"):
            await client.submit(starring("https://example.com/x.png"), card=CARD)


async def test_a_server_that_is_something_else(server: SmallServer) -> None:
    film = f"{server.url}/film.mp4?"  # whatever is asked, this answers bytes
    async with Client(film, KEY, DIALECT, patience=0.0) as client:
        with pytest.raises(Unavailable, match="no DashScope JSON"):
            await client.wait("task-1")
    async with Client(film, KEY, DIALECT) as client:
        with pytest.raises(TimedOut, match=r"not told of \(The server answered HTTP 200 but no DashScope JSON"):
            await client.wait("task-1", timeout=0)


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://x", "http://"])
def test_a_base_url_is_checked_at_once(url: str) -> None:
    with pytest.raises(BadSetting, match="is no server URL"):
        Client(url, KEY)


async def test_the_client_is_a_context_manager() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await Client("http://here", KEY).wait("t")


async def test_the_face_for_programs_without_an_event_loop(server: SmallServer, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"

    def render() -> Any:
        with SyncClient(server.url, KEY, DIALECT, poll_seconds=(0.001, 0.002)) as client:
            return client.generate(starring("https://example.com/x.png"), film, card=CARD)

    told = await asyncio.to_thread(render)
    assert told.status == "SUCCEEDED"
    assert film.read_bytes() == FILM


def test_what_is_a_local_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "role 1.mp4").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    for link in ("role 1.mp4", str(tmp_path / "role 1.mp4"), "file://role 1.mp4", "file://role%201.mp4",
                 (tmp_path / "role 1.mp4").as_uri()):  # fmt: skip
        found = local_file(link)
        assert found is not None
        assert found.samefile(tmp_path / "role 1.mp4")
    for link in ("http://x/a.png", "HTTPS://x/a.png", "oss://d/k", "data:image/png;base64,AAAA", "iVBORw0KGgo" * 30):
        assert local_file(link) is None
