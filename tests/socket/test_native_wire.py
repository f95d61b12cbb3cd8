"""Our own wire and our own client over a real socket: events at once, streams that break, uploads, quotes, plans."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from builders import tiny_image, tiny_video
from live import KEY, LiveServer, toy_cards
from understudy import Client, SyncClient
from understudy.core.faults import Conflict, InvalidRequest, MediaRefused, NotFound, Refused, TimedOut, Unauthenticated
from understudy.core.request import Medium, Reference, Role, VideoRequest
from understudy.core.task import Status, TaskFilter
from understudy.core.units import Tier

TASKS = "/understudy/v1/tasks"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("native")
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_CARDS": toy_cards(folder / "cards")}
    with LiveServer(folder / "data", options=options) as live:
        yield live


@pytest.fixture
def girl(tmp_path: Path) -> Path:
    return tiny_image(tmp_path / "图 1.png")


def waving(*files: Path, **more: Any) -> VideoRequest:
    references = tuple(Reference(str(f), Medium.VIDEO if f.suffix == ".mp4" else Medium.IMAGE) for f in files)
    return VideoRequest("toy-r2v", prompt="图1 waves", references=references, **{"seconds": 1, **more})


def frames_of(server: LiveServer, task_id: str, after: str = "", until: str = "finished") -> list[dict[str, str]]:
    """The events of a stream, as any program reads them, up to one of a kind; the connection is then dropped."""
    line = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {KEY}"} | ({"Last-Event-ID": after} if after else {})
    line.request("GET", f"{TASKS}/{task_id}/events", headers=headers)
    answer = line.getresponse()
    assert (answer.status, answer.getheader("content-type")) == (200, "text/event-stream")
    found, event = [], {}
    for raw in answer:
        said = raw.decode().rstrip("\n")
        name, _, value = said.partition(": ")
        if said and name in ("event", "id", "data"):
            event[name] = value
        elif not said and event:
            found.append(event)
            if event["event"] == until:
                break
            event = {}
    line.close()
    return found


async def test_everything_in_one_call(server: LiveServer, girl: Path, tmp_path: Path) -> None:
    heard: list[tuple[float, str]] = []
    film = tmp_path / "film.mp4"
    async with Client(server.url, KEY) as client:
        told = await client.generate(waving(girl), film, on_progress=lambda f, note: heard.append((f, note)))
        request = (await client.tasks())[0]
    assert film.read_bytes()[4:8] == b"ftyp"
    assert (told.status, told.engine) == ("SUCCEEDED", "testcard")
    assert told.usage["charge"]["amount"] == 1
    assert request.task_id == told.task_id
    assert heard[0] == (0.0, "uploading 图 1.png (1 of 1)")
    assert heard[-1] == (1.0, "downloading")
    assert [f for f, _ in heard] == sorted(f for f, _ in heard)
    assert list(tmp_path.glob("*.part")) == []


async def test_one_connection_is_enough(server: LiveServer, girl: Path, tmp_path: Path) -> None:
    """Upload, submit, wait and download, one after another on one connection."""
    async with Client(server.url, KEY) as client:
        opened = await opened_connections(client, waving(girl), tmp_path / "film.mp4")
    assert opened == 1


async def opened_connections(client: Client, request: VideoRequest, path: Path) -> int:
    made = 0
    create = asyncio.get_running_loop().create_connection

    async def counting(*given: Any, **more: Any) -> Any:
        nonlocal made
        made += 1
        return await create(*given, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.get_running_loop(), "create_connection", counting)
        await client.generate(request, path)
    return made


def test_the_same_without_await(server: LiveServer, girl: Path, tmp_path: Path) -> None:
    with SyncClient(server.url, KEY) as client:
        task_id = client.submit(waving(girl))
        stories = [told.status for told in client.events(task_id)]
        assert stories[-1] == "SUCCEEDED"
        told = client.wait(task_id)  # it has ended already
        assert told.result_url is not None
        assert client.download(told.result_url, tmp_path / "film.mp4").stat().st_size > 1000
        assert client.me()["account"] == "default"


async def test_the_quote_is_the_later_charge(server: LiveServer, girl: Path, tmp_path: Path) -> None:
    boy = tiny_video(tmp_path / "boy.mp4", seconds=2)
    async with Client(server.url, KEY) as client:
        for files, lengths in (((girl,), ()), ((girl, boy), (Decimal(2),))):
            request = waving(*files, seconds=2)
            quoted = await client.quote(request, lengths)
            told = await client.wait(await client.submit(request))
            assert told.status == "SUCCEEDED", told.message
            assert told.usage == {**quoted["usage"], "charge": quoted["charge"]}
        book = await client.usage()
        assert book["totals"]["CNY"] == pytest.approx(sum(line["charge"]["amount"] for line in book["lines"]))
        assert told.task_id in [line["task_id"] for line in book["lines"]]
        with pytest.raises(InvalidRequest):
            await client.quote(waving(girl, seconds=99))
        film = tiny_video(tmp_path / "film.mp4", (640, 360), seconds=3)
        edit = VideoRequest("wan2.7-videoedit", prompt="snow", tier=Tier(720)).but(
            references=(Reference(str(film), Medium.VIDEO, Role.SOURCE_VIDEO),)
        )
        quoted = await client.quote(edit, (Decimal(3),))  # as long as its film
        told = await client.wait(await client.submit(edit))
        assert (told.status, told.usage["charge"]) == ("SUCCEEDED", quoted["charge"]), told.message
        with pytest.raises(Refused, match="no price before"):
            await client.quote(VideoRequest("wan2.2-s2v", references=()).but(references=_portrait_and_sound()))


def _portrait_and_sound() -> tuple[Reference, ...]:
    return (
        Reference("https://x/a.png", Medium.IMAGE, Role.PORTRAIT),
        Reference("https://x/a.wav", Medium.AUDIO, Role.DRIVING_AUDIO),
    )


async def test_a_plan_before_anything_is_made(server: LiveServer) -> None:
    request = VideoRequest(
        "wan2.7-r2v", prompt="图1在海边跑步，说：“你好！”", references=(Reference("https://x/a.png", Medium.IMAGE),)
    )
    async with Client(server.url, KEY) as client:
        plan = await client.plan(request)
        assert plan["shots"][0]["cast"] == ["图1"]
        assert plan["shots"][0]["lines"][0]["text"] == "你好！"
        assert plan["seconds"] == 5
        with pytest.raises(InvalidRequest):
            await client.plan(request.but(references=()))
        with pytest.raises(Refused, match="nothing to plan"):
            await client.plan(VideoRequest("emo-detect-v1"))


async def test_every_model_and_its_card(server: LiveServer) -> None:
    async with Client(server.url, KEY) as client:
        names = [model["model"] for model in await client.models()]
        assert "toy-r2v" in names
        assert (await client.model("toy-r2v"))["seconds"] == [1, 10]
        with pytest.raises(NotFound):
            await client.model("nobody")


async def test_tasks_are_called_off_forgotten_and_made_once_more(server: LiveServer, girl: Path) -> None:
    async with Client(server.url, KEY) as client:
        busy = await client.submit(waving(girl, seconds=10))
        waiting = await client.submit(waving(girl))
        await client.cancel(waiting)
        assert (await client.wait(waiting)).status == "CANCELED"
        with pytest.raises(Conflict):
            await client.cancel(waiting)
        async with aclosing(client.events(busy)) as events:  # type: ignore[type-var]
            async for told in events:
                if told.status == "RUNNING":
                    break
        await client.cancel(busy)  # also one that is in work
        assert (await client.wait(busy)).status == "CANCELED"
        first = await client.wait(await client.submit(waving(girl, seed=7)))
        second = await client.wait(await client.promote(first.task_id, "testcard"))
        assert second.status == "SUCCEEDED"
        _, told_second, _ = server.call("GET", f"{TASKS}/{second.task_id}")
        assert (told_second["promoted_from"], told_second["request"]["seed"]) == (first.task_id, 7)
        await client.delete(first.task_id)
        with pytest.raises(NotFound, match="no task"):
            await client.status(first.task_id)
        canceled = await client.tasks(TaskFilter(status=Status.CANCELED, page_size=1))
        assert [task.status for task in canceled] == ["CANCELED"]


async def test_a_submit_whose_answer_was_lost_is_no_second_task(server: LiveServer, girl: Path) -> None:
    async with Client(server.url, KEY) as client:
        address = await client.upload(girl)
        request = waving().but(references=(Reference(address, Medium.IMAGE),))
        before = len(await client.tasks(TaskFilter(page_size=100)))
        with LossyDoor(server, drops=2) as url:
            async with Client(url, KEY) as unlucky:
                task_id = await unlucky.submit(request)
        assert len(await client.tasks(TaskFilter(page_size=100))) == before + 1
        assert (await client.wait(task_id)).status == "SUCCEEDED"
        again = await client.submit(request, idempotency_key="mine")
        assert await client.submit(request, idempotency_key="mine") == again


class LossyDoor:
    """A door in front of the server that hands requests in, and drops the first answers."""

    def __init__(self, server: LiveServer, drops: int) -> None:
        self._target = urlsplit(server.url).netloc
        self._drops = drops

    def __enter__(self) -> str:
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                line = http.client.HTTPConnection(door._target, timeout=60)
                line.request("POST", self.path, body, dict(self.headers))
                answer = line.getresponse()
                told = answer.read()
                line.close()
                self.close_connection = True
                if door._drops > 0:
                    door._drops -= 1
                    return
                self.send_response(answer.status)
                self.send_header("content-length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_: object) -> None: ...

        self._door = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._door.serve_forever, daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._door.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self._door.shutdown()
        self._thread.join()
        self._door.server_close()


def test_a_stream_is_taken_up_behind_the_last_event(server: LiveServer, girl: Path) -> None:
    with SyncClient(server.url, KEY) as client:
        task_id = client.submit(waving(girl, seconds=3))
    first = frames_of(server, task_id, until="running")
    rest = frames_of(server, task_id, after=first[-1]["id"])
    numbers = [int(event["id"]) for event in first + rest]
    assert numbers == sorted(set(numbers)), "nothing twice, nothing backwards"
    assert rest[-1]["event"] == "finished"
    told = json.loads(rest[-1]["data"])
    assert told["status"] == "SUCCEEDED"
    assert server.call("GET", f"{TASKS}/{task_id}")[1]["result_url"] == told["result_url"]
    whole = frames_of(server, task_id)
    assert whole == rest[-1:], "of what is over only the end is told"
    status, body, _ = server.call("GET", f"{TASKS}/{task_id}/events", headers={"Last-Event-ID": whole[-1]["id"]})
    assert (status, body) == (204, b""), "a browser does not come back after this"


def test_a_stream_is_refused_like_anything_else(server: LiveServer) -> None:
    status, told, _ = server.call("GET", f"{TASKS}/nobody/events")
    assert (status, told["error"]["code"]) == (404, "NotFound.task")
    status, told, _ = server.call("GET", f"{TASKS}/nobody/events", key="sk-wrong")
    assert (status, told["error"]["code"]) == (401, "Unauthenticated")


async def test_what_goes_wrong_is_said(server: LiveServer, girl: Path, tmp_path: Path) -> None:
    async with Client(server.url, "sk-wrong") as client:
        with pytest.raises(Unauthenticated):
            await client.me()
    async with Client(server.url, KEY) as client:
        lost = waving().but(references=(Reference("https://127.0.0.1:1/a.png", Medium.VIDEO),))
        with pytest.raises(MediaRefused) as caught:
            await client.generate(lost, tmp_path / "film.mp4")
        assert not (tmp_path / "film.mp4").exists()
        assert caught.value.message
        task_id = await client.submit(waving(girl, seconds=10))
        with pytest.raises(TimedOut, match="It goes on"):
            await client.wait(task_id, timeout=0.05)
        await client.cancel(task_id)


async def test_a_server_that_restarts_is_waited_for(girl: Path, tmp_path: Path) -> None:
    """Streams end when the server stops, so that it stops at once; the wait goes on with the next one."""
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_CARDS": toy_cards(tmp_path / "cards"),
               "UNDERSTUDY_GRACE_SECONDS": "30"}  # fmt: skip
    with LiveServer(tmp_path / "data", slots=0, options=options) as server:
        async with Client(server.url, KEY, poll_seconds=(0.1, 0.2)) as client:
            task_id = await client.submit(waving(girl))
            waiting = asyncio.create_task(client.wait(task_id))
            async with aclosing(client.events(task_id)) as events:  # type: ignore[type-var]
                assert (await anext(events)).ahead == 0
                began = time.monotonic()
                assert await asyncio.to_thread(server.stop) == 0
                assert time.monotonic() - began < 20, "an open stream must not use up the grace"
            assert not waiting.done()
            server.slots = 1
            await asyncio.to_thread(server.start)
            assert (await waiting).status == "SUCCEEDED"


def highest_kilobytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


async def test_a_large_file_goes_up_and_a_film_comes_down_in_pieces(server: LiveServer, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(60 * 1024 * 1024)
    async with Client(server.url, KEY) as client:
        await client.me()
        Path("/proc/self/clear_refs").write_text("5")  # the highest size is measured anew
        before = highest_kilobytes()
        address = await client.upload(large)
        grown = highest_kilobytes() - before
        assert address.startswith("upload:")
        assert grown < 8 * 1024, f"{grown} kB for 60 MB"
        os.truncate(large, 101 * 1024 * 1024)
        with pytest.raises(MediaRefused, match="did not take large"):
            await client.upload(large)
