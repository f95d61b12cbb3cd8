"""The upstream engine against a scripted server: what is sent, what is remembered when, and what an answer comes to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from builders import a_card, a_request, an_image, tiny_image, tiny_video
from understudy.core.card import ModelCard, Sound
from understudy.core.faults import (
    BadSetting,
    CannotExpress,
    Fault,
    Gone,
    InternalFault,
    InvalidRequest,
    Refused,
    TimedOut,
    Unavailable,
)
from understudy.core.ports import Engine, Job, Stage
from understudy.core.request import Capability, LocalMedia, Medium, Reference, Role, VideoRequest
from understudy.core.task import Status
from understudy.dialects.dashscope import DIALECT
from understudy.engines._upstream_body import as_it_came, is_here
from understudy.engines._upstream_breaker import Breaker
from understudy.engines._upstream_wire import Line
from understudy.engines.upstream import ENGINE, Upstream
from understudy.media.probe import probe_file

KEY = "sk-there-5ecret"
PICTURE = "https://media.example/girl.png"
LOCAL = "data:image/png;base64,AAAA"
HINTS = {"dashscope": {"references": "media", "picture": "resolution+ratio"}}
Answer = tuple[int, Any]


class Server:
    """Answers in DashScope's words as scripted; `films` is what its link leads to."""

    def __init__(self, film: bytes) -> None:
        self.film = film
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.submits: list[Answer | str] = []  # "drop" closes the line
        self.polls: list[Answer | str] = []
        self.results: list[int] = []
        self.url = ""

    def of(self, method: str, part: str = "") -> list[bytes]:
        return [body for m, path, _, body in self.asked if m == method and part in path]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                method, path, _ = line.decode().split(" ", 2)
                headers: dict[str, str] = {}
                while (head := await reader.readline()) not in (b"\r\n", b""):
                    name, _, value = head.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.asked.append((method, path, headers, body))
                answer = self.answer(method, path)
                if answer == "drop":
                    break
                status, told = answer  # type: ignore[misc]
                raw = told if isinstance(told, bytes) else json.dumps(told).encode()
                more = "Retry-After-Ms: 20\r\n" if status == 429 else ""
                writer.write(f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def answer(self, method: str, path: str) -> Answer | str:
        if path == "/film.mp4":
            return (self.results.pop(0) if self.results else 200), self.film
        if path.startswith("/api/v1/uploads"):
            return 200, ticket(self.url)
        if path == "/oss":
            return 200, b""
        if path.endswith("/cancel"):
            return 200, {"request_id": "r"}
        script = self.submits if method == "POST" else self.polls
        if script:
            return script.pop(0)
        if method == "POST":
            return 200, {"request_id": "r", "output": {"task_id": "far-1", "task_status": "PENDING"}}
        return 200, done(f"{self.url}/film.mp4")


def ticket(url: str) -> dict[str, Any]:
    return {
        "request_id": "r",
        "data": {
            "policy": "cA==", "signature": "s", "upload_dir": "dir", "upload_host": f"{url}/oss",
            "expire_in_seconds": 300, "max_file_size_mb": 100, "oss_access_key_id": "id",
        },
    }  # fmt: skip


def done(url: str) -> dict[str, Any]:
    output = {"task_id": "far-1", "task_status": "SUCCEEDED", "video_url": url, "actual_prompt": "She waves."}
    return {"request_id": "r", "output": output, "usage": {"duration": 2}}


def told(status: str, **more: Any) -> Answer:
    return 200, {"request_id": "r", "output": {"task_id": "far-1", "task_status": status, **more}}


def refused(status: int, code: str, message: str = "No.") -> Answer:
    return status, {"code": code, "message": message, "request_id": "r"}


class Scene:
    """A stage that writes down what is remembered, and what the server had been asked by then."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.workdir = folder
        self.cancelled = asyncio.Event()
        self.unwanted = False
        self.handle: Mapping[str, Any] | None = None
        self.remembered: list[tuple[Mapping[str, Any], int]] = []
        self.reports: list[float] = []
        self._server = server
        self._picture = tiny_image(folder / "girl.png")

    async def local(self, reference: Reference) -> LocalMedia:
        return LocalMedia(self._picture, probe_file(self._picture))

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        return None

    async def template(self, reference: Reference) -> LocalMedia:
        raise AssertionError("no template goes up")

    async def report(self, fraction: float, note: str = "") -> None:
        self.reports.append(fraction)

    async def remember(self, handle: Mapping[str, Any]) -> None:
        self.handle = handle
        self.remembered.append((handle, len(self._server.asked)))

    def recall(self) -> Mapping[str, Any] | None:
        return self.handle


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tiny_video(tmp_path / "film.mp4", seconds=1).read_bytes())
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield server
    listening.close()


@pytest.fixture
def scene(tmp_path: Path, server: Server) -> Scene:
    folder = tmp_path / "work"
    folder.mkdir()
    return Scene(folder, server)


@pytest.fixture
async def make(server: Server) -> AsyncIterator[Callable[..., Any]]:
    lines: list[Line] = []

    async def made(url: str = "", **settings: Any) -> Upstream:
        line = Line(url or server.url, KEY, DIALECT, answer_seconds=settings.pop("answer_seconds", 5))
        lines.append(line)
        engine = Upstream("far", line, DIALECT, poll_seconds=0.02, **settings)
        await engine.setup()
        return engine

    yield made
    for line in lines:
        await line.close()


def a_job(request: VideoRequest | None = None, card: ModelCard | None = None, body: bytes = b"") -> Job:
    request = request or a_request("图1", an_image(url=PICTURE))
    return Job("task-1", request, card or a_card(wire=HINTS), 7, 1, body=body, dialect="dashscope" if body else "")


async def failure(engine: Engine, scene: Stage, job: Job | None = None) -> Fault:
    with pytest.raises(Fault) as caught:
        await engine.perform(job or a_job(), scene)
    return caught.value


# The order that keeps money safe ------------------------------------------------------------------------------------


async def test_the_intent_is_kept_before_the_submit_and_the_task_before_the_first_poll(
    make: Any, server: Server, scene: Scene
) -> None:
    take = await (await make()).perform(a_job(), scene)
    assert scene.remembered == [
        ({"engine": "upstream:far", "state": "sending"}, 0),
        ({"engine": "upstream:far", "state": "sent", "task_id": "far-1"}, 1),
    ]
    assert take.path.read_bytes() == server.film
    assert (take.foreign, take.actual_prompt) == (True, "She waves.")
    assert take.cost == {"upstream": "far", "task_id": "far-1", "usage": {"duration": 2}}
    assert scene.reports == sorted(scene.reports)


async def test_what_was_sent_is_taken_up_again_and_not_sent_again(make: Any, server: Server, scene: Scene) -> None:
    scene.handle = {"engine": "upstream:far", "state": "sent", "task_id": "far-1"}
    take = await (await make()).perform(a_job(), scene)
    assert take.path.is_file()
    assert server.of("POST") == []


async def test_what_was_perhaps_sent_is_not_sent_again(make: Any, server: Server, scene: Scene) -> None:
    scene.handle = {"engine": "upstream:far", "state": "sending"}
    fault = await failure(await make(), scene)
    assert isinstance(fault, TimedOut)
    assert "may have been accepted there. It was not sent again" in fault.message
    assert server.asked == []


@pytest.mark.parametrize(
    "answer",
    ["drop", (200, b"<html>"), (200, {"request_id": "r", "output": {}}), (502, b"<html>"), (504, b"")],
    ids=["dropped", "page", "no task", "502", "504"],
)
async def test_an_answer_that_may_mean_anything_ends_it(
    make: Any, server: Server, scene: Scene, answer: Answer | str
) -> None:
    server.submits = [answer]
    fault = await failure(await make(), scene)
    assert isinstance(fault, TimedOut)
    assert not fault.retryable
    assert scene.handle == {"engine": "upstream:far", "state": "sending"}
    assert len(server.of("POST")) == 1


async def test_an_answer_that_does_not_come(make: Any, server: Server, scene: Scene) -> None:
    engine = await make(answer_seconds=0.2)
    server.answer = lambda method, path: (200, b"x" * 10) if method == "GET" else "drop"  # type: ignore[method-assign]
    assert isinstance(await failure(engine, scene), TimedOut)


# What may go on elsewhere -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        refused(401, "InvalidApiKey", f"Incorrect key {KEY}"),
        refused(403, "AccessDenied.Unpurchased"),
        refused(400, "Arrearage"),
        refused(404, "ModelNotFound"),
        refused(503, "ModelUnavailable"),
        (404, b"<html>"),
    ],
    ids=["key", "rights", "money", "model", "busy", "base_url"],
)
async def test_nothing_was_begun(make: Any, server: Server, scene: Scene, answer: Answer) -> None:
    server.submits = [answer]
    fault = await failure(await make(), scene)
    assert isinstance(fault, Unavailable)
    assert not fault.begun
    assert KEY not in fault.message
    assert scene.handle == {}


async def test_nobody_there(make: Any, scene: Scene) -> None:
    fault = await failure(await make("http://127.0.0.1:9"), scene)
    assert isinstance(fault, Unavailable)
    assert (fault.begun, scene.handle) == (False, {})


async def test_a_throttled_submit_is_sent_again_and_at_last_given_up(make: Any, server: Server, scene: Scene) -> None:
    throttled = refused(429, "Throttling.RateQuota")
    server.submits = [throttled] * 2
    assert (await (await make()).perform(a_job(), scene)).path.is_file()
    assert len(server.of("POST")) == 3
    scene.handle = None
    server.submits = [throttled] * 99
    fault = await failure(await make(), scene)
    assert isinstance(fault, Unavailable)
    assert (fault.begun, fault.retry_after, scene.handle) == (False, 0.02, {})


# In its words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (refused(400, "InvalidParameter", "duration is wrong"), InvalidRequest, "InvalidParameter"),
        (refused(400, "DataInspectionFailed", "Not this."), Refused, "DataInspectionFailed"),
        (refused(500, "InternalError.Algo", "inference internal error."), InternalFault, "InternalError.Algo"),
        (refused(200, "IPInfringementSuspect", "Not this."), Refused, "IPInfringementSuspect"),
    ],
    ids=["invalid", "unsafe", "its bug", "in a 200"],
)
async def test_a_refusal_keeps_its_code_and_words(
    make: Any, server: Server, scene: Scene, answer: Answer, kind: type[Fault], code: str
) -> None:
    server.submits = [answer]
    fault = await failure(await make(), scene)
    assert (type(fault), fault.code, fault.wire) == (kind, code, "dashscope")
    assert fault.message == answer[1]["message"]


async def test_a_failed_task_keeps_its_code_and_words_and_is_final(make: Any, server: Server, scene: Scene) -> None:
    server.polls = [told("FAILED", code="Throttling.AllocationQuota", message=f"Too much for {KEY}.")]
    fault = await failure(await make(), scene)
    assert (type(fault), fault.code, fault.retryable) == (InternalFault, "Throttling.AllocationQuota", False)
    assert fault.message == "Too much for …."


async def test_a_task_canceled_there(make: Any, server: Server, scene: Scene) -> None:
    server.polls = [told("CANCELED")]
    assert isinstance(await failure(await make(), scene), Refused)


# Waiting ------------------------------------------------------------------------------------------------------------


async def test_bad_days_are_waited_out(make: Any, server: Server, scene: Scene) -> None:
    server.polls = [
        told("PENDING"), refused(429, "Throttling.RateQuota"), refused(500, "InternalError"), (200, b"<html>"), "drop",
        told("UNKNOWN"), told("RUNNING", progress=0.5),
    ]  # fmt: skip
    assert (await (await make()).perform(a_job(), scene)).path.is_file()
    assert 0.475 in scene.reports
    assert len(server.of("POST")) == 1


async def test_a_task_it_no_longer_knows(make: Any, server: Server, scene: Scene) -> None:
    server.polls = [told("UNKNOWN")] * 99
    fault = await failure(await make(), scene)
    assert isinstance(fault, Gone)
    assert "accepted the task as far-1 and no longer knows it" in fault.message


@pytest.mark.parametrize(("unwanted", "cancels"), [(True, 1), (False, 0)], ids=["canceled", "drained"])
async def test_called_off_there_only_when_nobody_wants_it(
    make: Any, server: Server, scene: Scene, unwanted: bool, cancels: int
) -> None:
    server.polls = [told("RUNNING")] * 999
    work = asyncio.create_task((await make()).perform(a_job(), scene))
    async with asyncio.timeout(10):
        while len(server.asked) < 3:
            await asyncio.sleep(0.01)
    scene.unwanted = unwanted
    scene.cancelled.set()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert len(server.of("POST", "/cancel")) == cancels


async def test_what_is_canceled_before_is_not_sent(make: Any, server: Server, scene: Scene) -> None:
    scene.cancelled.set()
    with pytest.raises(asyncio.CancelledError):
        await (await make()).perform(a_job(), scene)
    assert server.asked == []


# Bringing home ------------------------------------------------------------------------------------------------------


async def test_a_dead_link_is_asked_for_anew(make: Any, server: Server, scene: Scene) -> None:
    server.results = [403, 404]
    assert (await (await make()).perform(a_job(), scene)).path.read_bytes() == server.film


@pytest.mark.parametrize("film", [b"<html>", b""], ids=["page", "nothing"])
async def test_what_is_no_film_is_none(make: Any, server: Server, scene: Scene, film: bytes) -> None:
    server.film = film
    fault = await failure(await make(), scene)
    assert isinstance(fault, Unavailable)
    assert fault.begun  # another attempt may fetch it; it is remembered
    assert scene.handle["task_id"] == "far-1"


async def test_a_result_without_end_is_not_taken(make: Any, server: Server, scene: Scene) -> None:
    fault = await failure(await make(most_bytes=1000), scene)
    assert "has more than 0 MB" in fault.message
    assert not (scene.workdir / "upstream.mp4.part").exists()


async def test_the_key_goes_with_requests_and_not_with_links(make: Any, server: Server, scene: Scene) -> None:
    await (await make()).perform(a_job(), scene)
    with_key = {path for _, path, headers, _ in server.asked if KEY in headers.get("authorization", "")}
    assert "/film.mp4" not in with_key
    assert len(with_key) == 2


# What is sent -------------------------------------------------------------------------------------------------------


async def test_what_lives_here_is_uploaded_once_and_named_in_the_callers_body(
    make: Any, server: Server, scene: Scene
) -> None:
    media = [{"type": "reference_image", "url": LOCAL}, {"type": "reference_image", "url": PICTURE}]
    said = {"model": "our-alias", "input": {"prompt": "图1", "media": [*media, media[0]]}, "x": [1.0, None, "ü"]}
    references = [
        Reference(item["url"], Medium.IMAGE, path=f"input.media[{number}].url")
        for number, item in enumerate(said["input"]["media"])
    ]
    job = a_job(a_request("图1", *references), body=json.dumps({**said, "callback_url": "https://me.example"}).encode())
    await (await make(models={"toy-r2v": "their-r2v"})).perform(job, scene)
    (sent,) = [json.loads(body) for body in server.of("POST", "video-synthesis")]
    uploaded = "oss://dir/reference-1.png"
    said["model"] = "their-r2v"
    said["input"]["media"] = [{**media[0], "url": uploaded}, media[1], {**media[0], "url": uploaded}]
    assert sent == said
    assert len(server.of("POST", "/oss")) == 1
    headers = next(h for m, path, h, _ in server.asked if "video-synthesis" in path)
    assert headers["x-dashscope-ossresourceresolve"] == "enable"


async def test_a_body_of_another_wire_is_written_anew(make: Any, server: Server, scene: Scene) -> None:
    job = a_job(body=b'{"model": "m", "prompt": "?"}')
    job = Job(job.task_id, job.request, job.card, 7, 1, body=job.body, dialect="vidu")
    await (await make()).perform(job, scene)
    (sent,) = [json.loads(body) for body in server.of("POST", "video-synthesis")]
    assert sent["input"]["prompt"] == "图1"


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (b"not json", {}),
        (b"[1]", {}),
        (b'{"input": {"media": []}}', {"input.media[0].url": "u"}),
        (b'{"input": 3}', {"input.media[0].url": "u"}),
        (b'{"input": {"url": 3}}', {"input.url": "u"}),
        (b'{"a": "b"}', {"": "u"}),
    ],
)
def test_a_body_that_cannot_be_kept(body: bytes, changed: Mapping[str, str]) -> None:
    assert as_it_came(body, "m", changed) is None


def test_a_form_is_no_json_and_written_anew() -> None:
    assert as_it_came(b"--x\r\nContent-Disposition: form-data; name=prompt\r\n\r\nhi", "m", {}) is None


@pytest.mark.parametrize(
    ("url", "here"),
    [("https://x/a.png", False), ("HTTP://x/a", False), ("oss://a", True), ("upload:1", True), ("inline:1", True),
     ("data:image/png;base64,A", True), ("iVBORw0KGgo", True)],
)  # fmt: skip
def test_what_lives_here(url: str, here: bool) -> None:
    assert is_here(url) is here


async def test_a_wish_without_a_word_is_noticed_before_anything_is_sent(
    make: Any, server: Server, scene: Scene
) -> None:
    job = a_job(a_request("图1", Reference(LOCAL, Medium.IMAGE), options={"of_ours": 1}))
    with pytest.raises(CannotExpress):
        await (await make()).perform(job, scene)
    assert (server.asked, scene.remembered) == ([], [])


# Offering -----------------------------------------------------------------------------------------------------------


async def test_what_it_offers(make: Any) -> None:
    request = a_request("图1")
    every, one, none = await make(), await make(models={"toy-r2v": "r2v"}), await make(models={})
    assert [e.offers(a_card(), request) for e in (every, one, none)] == [True, True, False]
    assert not one.offers(a_card("other"), request)
    for makes in (Capability.FACE_CHECK, Capability.BODY_CHECK, Capability.MOTION_TEMPLATE):
        assert not every.offers(a_card(makes=makes), request)
    assert not every.offers(a_card(), a_request("", Reference("t-1", role=Role.TEMPLATE)))


async def test_the_plug_alone_is_no_engine() -> None:
    assert not ENGINE.offers(a_card(), a_request("图1"))


def test_a_base_url_that_is_none() -> None:
    with pytest.raises(BadSetting, match="no server URL"):
        Line("dashscope", KEY, DIALECT)


# The breaker --------------------------------------------------------------------------------------------------------


class Now:
    """Time that a test sets."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_breaker_opens_rests_and_tries_with_one() -> None:
    now = Now()
    breaker = Breaker(failures=2, rest_seconds=30, now=now)
    breaker.failed()
    assert breaker.wait() == 0
    breaker.failed()
    assert (breaker.is_open, breaker.wait()) == (True, 30)
    now.seconds += 31
    assert breaker.wait() == 0  # the probe
    assert breaker.wait() > 0  # nobody beside it
    breaker.failed()
    assert breaker.wait() == 30
    now.seconds += 31
    assert breaker.wait() == 0
    breaker.let_go()
    assert breaker.wait() == 0
    breaker.succeeded()
    assert (breaker.is_open, breaker.wait(), breaker.wait()) == (False, 0, 0)


async def test_an_upstream_that_fails_again_and_again_is_left_alone(make: Any, server: Server, scene: Scene) -> None:
    now = Now()
    engine = await make(breaker=Breaker(failures=2, now=now))
    server.submits = ["drop", "drop"]
    for _ in range(2):
        scene.handle = None
        await failure(engine, scene)
    scene.handle = None
    fault = await failure(engine, scene)
    assert isinstance(fault, Unavailable)
    assert (fault.begun, fault.retry_after) == (False, 30)
    assert len(server.of("POST")) == 2
    now.seconds += 31
    assert (await engine.perform(a_job(), scene)).path.is_file()
    assert not engine._breaker.is_open


def test_states_are_those_of_the_house() -> None:
    assert {"SUCCEEDED", "FAILED", "CANCELED"} == {s.value for s in Status if s.is_final}


async def test_what_the_catalog_filled_in_needs_no_word_where_the_body_is_kept(
    make: Any, server: Server, scene: Scene
) -> None:
    """The caller said it in this wire's words; only his body goes there."""
    said = {"model": "toy-r2v", "input": {"prompt": "图1", "media": [{"type": "reference_image", "url": PICTURE}]}}
    card = a_card(wire=HINTS, sound=Sound.NEVER)
    request = a_request("图1", an_image(url=PICTURE), sound=True)
    with pytest.raises(CannotExpress):
        await (await make()).perform(a_job(request, card), scene)
    await (await make()).perform(a_job(request, card, json.dumps(said).encode()), scene)
    assert [json.loads(body) for body in server.of("POST")] == [said]
