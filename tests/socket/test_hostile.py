"""Callers who mean harm, and those who merely know no better, on every route of every wire over a real socket.

Whatever they send: an answer below 500 in the dialect's own words and with a number to ask with, nothing billed,
nothing of another account told or touched, no inner address opened, no key in the log or on the disk.
"""

from __future__ import annotations

import base64
import http.client
import http.server
import json
import os
import re
import resource
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from socket_kit import book, image_data

from live import KEY, LiveServer, toy_cards
from understudy.core.faults import BadSetting
from understudy.core.wire import Action
from understudy.settings import Settings, load
from understudy.wiring import open_dialects

OTHER = f"{KEY}-other"
UPSTREAM_KEY = "sk-upstream-5e4d3c2b1a09f8e7"
NOBODY = "00000000-0000-4000-8000-000000000000"
NATIVE = "/understudy/v1"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=bb"}
ROUTES = [
    (dialect.name, route.method, route.path, route.action)
    for dialect in open_dialects(Settings(data=Path("unused")))
    for route in dialect.routes
]
WITH_BODY = [row for row in ROUTES if row[1] in ("POST", "PUT")]
PICTURE = image_data(300)

Reply = tuple[int, bytes, dict[str, str]]


def ask(
    server: LiveServer,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    key: str | None = KEY,
) -> Reply:
    """One request on a connection of its own, with nothing put right on the way."""
    sent = {} if key is None else {"Authorization": f"Bearer {key}"}
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)) as line:
        line.request(method, path, body, {**sent, **(headers or {})})
        answer = line.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}


def told(reply: Reply) -> Any:
    return json.loads(reply[1])


def filled(path: str, task_id: str = NOBODY) -> str:
    """A route's path with every named part filled in."""
    return re.sub(r"\{\w+\}", task_id, path)


def is_refused(dialect: str, reply: Reply) -> None:
    """A refusal as that wire words it, with a sentence and a number, and nothing of our insides."""
    status, raw, headers = reply
    assert 400 <= status < 500, (status, raw[:300])
    body = json.loads(raw)
    if dialect in ("native", "openai_videos", "modelverse"):
        sentence = body["error"]["message"]
    else:
        sentence = body["message"] if "message" in body else body["reason"]
    assert len(sentence) > 10, body
    assert headers.get("x-request-id") or body.get("request_id") or body.get("trace_id"), (headers, body)
    assert b"Traceback" not in raw
    assert b"site-packages" not in raw


def resident(server: LiveServer) -> int:
    """MiB of memory the server holds."""
    assert server.process is not None
    text = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) // 1024  # type: ignore[index]


class Trap(http.server.BaseHTTPRequestHandler):
    """Something inside the house that no caller may make us open."""

    opened: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.opened.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_POST = do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Tests print what they mean to."""


@pytest.fixture(scope="module")
def trap() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trap) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("hostile")
    options = {
        "UNDERSTUDY_ENGINES": "testcard",
        "UNDERSTUDY_CARDS": toy_cards(folder / "cards"),
        "UNDERSTUDY_FETCH_SECONDS": "5",
        "UNDERSTUDY_LOG_LEVEL": "debug",
        "UNDERSTUDY_UPSTREAMS__FAR__BASE_URL": "http://127.0.0.1:9",
        "UNDERSTUDY_UPSTREAMS__FAR__KEY": UPSTREAM_KEY,
    }
    with LiveServer(folder / "data", slots=2, options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that takes tasks and does none, and holds everybody to the documented rates."""
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_LIMITS": "documented"}
    folder = tmp_path_factory.mktemp("clerk")
    options["UNDERSTUDY_CARDS"] = toy_cards(folder / "cards")
    with LiveServer(folder / "data", slots=0, options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)


def order(**more: Any) -> bytes:
    body = {"model": "toy-r2v", "prompt": "图1 waves", "references": [PICTURE], "seconds": 1, **more}
    return json.dumps(body).encode()


def submitted(server: LiveServer, *, key: str = KEY, headers: dict[str, str] | None = None, **more: Any) -> str:
    reply = ask(server, "POST", f"{NATIVE}/tasks", order(**more), {**JSON, **(headers or {})}, key)
    assert reply[0] == 201, reply
    return str(told(reply)["task_id"])


def state(server: LiveServer, task_id: str, key: str = KEY) -> str:
    return str(told(ask(server, "GET", f"{NATIVE}/tasks/{task_id}", key=key))["status"])


# Strangers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "", "sk-wrong", "test_ok", "x" * 5000, "a b"])
def test_a_stranger_is_told_so_on_every_route(server: LiveServer, key: str | None) -> None:
    for dialect, method, path, _ in ROUTES:
        reply = ask(server, method, filled(path), b"{}" if method != "GET" else None, JSON, key)
        is_refused(dialect, reply)
        assert reply[0] in (401, 403), (method, path, reply)


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_methods_that_are_none(server: LiveServer, method: str) -> None:
    known = {(method, path) for _, method, path, _ in ROUTES}
    for dialect, _, path, action in ROUTES:
        if (method, path) in known or action is Action.EVENTS:
            continue
        reply = ask(server, method, filled(path), None if method == "HEAD" else b"{}", JSON)
        assert reply[0] < 500, (method, path, reply)
        if method != "HEAD":
            is_refused(dialect, reply)


# Bodies -------------------------------------------------------------------------------------------------------------


def form(*parts: tuple[str, bytes]) -> bytes:
    head = b'--bb\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
    return b"".join(head % (name.encode(), value) for name, value in parts) + b"--bb--\r\n"


# name, body, headers
BODIES: list[tuple[str, bytes, dict[str, str]]] = [
    ("empty", b"", JSON),
    ("not JSON", b"{model: toy}", JSON),
    ("a list", b"[]", JSON),
    ("null", b"null", JSON),
    ("a number", b"7", JSON),
    ("nested without end", b'{"model":' + b"[" * 100_000 + b"]" * 100_000 + b"}", JSON),
    ("nested 10,000 deep", b'{"input":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}", JSON),
    ("nested 900 deep", b'{"model":' + b"[" * 900 + b"]" * 900 + b',"prompt":' + b"[" * 900 + b"]" * 900 + b"}", JSON),
    ("not UTF-8", b'{"model":"\xff\xfe"}', JSON),
    ("half a surrogate pair", rb'{"model":"\ud800","prompt":"x"}', JSON),
    ("NUL", rb'{"model":"toy-r2v\u0000","prompt":"x"}', JSON),
    ("a key twice", b'{"model":"toy-r2v","model":"toy-r2v","prompt":"x"}', JSON),
    ("NaN", b'{"model":"toy-r2v","prompt":"x","seconds":NaN}', JSON),
    ("forty thousand digits", b'{"model":"toy-r2v","seconds":' + b"9" * 40_000 + b"}", JSON),
    ("a model that is a list", b'{"model":["toy-r2v"],"prompt":["x"],"input":[],"parameters":[]}', JSON),
    ("a model of 100,000 characters", b'{"model":"' + b"m" * 100_000 + b'","prompt":5,"input":{}}', JSON),
    ("another encoding", '{"model":"toy-r2v"}'.encode("utf-16"), {"Content-Type": "application/json; charset=utf-16"}),
    ("packed", b"\x1f\x8b\x08\x00", {**JSON, "Content-Encoding": "gzip"}),
    ("XML", b"<model/>", {"Content-Type": "text/xml"}),
    ("a web form", b"model=toy-r2v", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("no type", b"\x00\x01\x02", {}),
    ("a form without boundary", form(("prompt", b"x")), {"Content-Type": "multipart/form-data"}),
    ("a form of another boundary", form(("prompt", b"x")), {"Content-Type": "multipart/form-data; boundary=zz"}),
    ("half a form", form(("prompt", b"x"))[:-6], FORM),
    ("a form of nothing", b"--bb--\r\n", FORM),
    ("a form of 100,000 parts", form(*[("p", b"x")] * 100_000), FORM),
    ("a form of brackets", form(("media[][[[", b"y"), ("media" + "[]" * 5000, b"z"), ("prompt[a]", b"x")), FORM),
    ("a form that contradicts itself", form(("media[][url]", b"x"), ("media", b"[]"), ("prompt", b"x")), FORM),
    ("a form with deep JSON", form(("prompt", b"x"), ("media", b"[" * 100_000 + b"]" * 100_000)), FORM),
    ("a form with an endless name", form(("p" * 1_000_000, b"x")), FORM),
    ("a form that is not UTF-8", form(("prompt", b"\xff\xfe"), ("model", b"\xff")), FORM),
    ("a form with a NUL", form(("prompt", b"a\0b"), ("model", b"toy\0")), FORM),
]  # fmt: skip
_TAKES_ANY_BODY = frozenset({Action.CANCEL, Action.SLOT, Action.PROMOTE})
"""Where most of those bodies say nothing wrong, or a foreign id is refused first: an answer below 500 will do."""


@pytest.mark.parametrize(("body", "headers"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_bodies_that_are_none(server: LiveServer, body: bytes, headers: dict[str, str]) -> None:
    for dialect, method, path, action in WITH_BODY:
        reply = ask(server, method, filled(path), body, {**headers, "X-DashScope-Async": "enable"})
        if action in _TAKES_ANY_BODY and reply[0] < 300:
            continue
        is_refused(dialect, reply)


# path, body of everything right but one member
WRONG_MEMBERS: list[tuple[str, dict[str, Any]]] = [
    (f"{NATIVE}/tasks", {"frames_per_second": "1e9999999"}),
    (f"{NATIVE}/quote", {"frames_per_second": "1e9999999"}),
    (f"{NATIVE}/plan", {"frames_per_second": "9" * 40}),
    (f"{NATIVE}/quote", {"video_seconds": [10**400]}),
    (f"{NATIVE}/tasks", {"seconds": 10**400}),
    (f"{NATIVE}/tasks", {"engine": {"a": 1}}),
    (f"{NATIVE}/tasks", {"idempotency_key": ["x"]}),
    (f"{NATIVE}/tasks", {"references": [[[]]]}),
    (f"{NATIVE}/tasks", {"references": [{"url": PICTURE, "role": ["subject"]}]}),
    (f"{NATIVE}/tasks", {"references": [{"url": PICTURE, "description": "d" * 1_000_000}]}),
    (f"{NATIVE}/tasks", {"references": [{"url": PICTURE, "name": "n" * 1_000_000}]}),
    (f"{NATIVE}/tasks", {"references": ["https://x.example/" + "u" * 1_000_000]}),
    (f"{NATIVE}/tasks", {"engine": "e" * 1_000_000}),
    (f"{NATIVE}/tasks", {"idempotency_key": "k" * 1_000_000}),
    (f"{NATIVE}/uploads", {"days": 10**400}),
    (f"{NATIVE}/uploads", {"days": -1}),
    ("/v1/tasks/submit", {"model": "viduq2", "parameters": {"vidu_type": ["reference2video"]}}),
    ("/v1/tasks/submit", {"model": "viduq2", "parameters": {"vidu_type": {"a": 1}}}),
    ("/v1/videos", {"model": "viduq2", "function": ["reference2video"]}),
    ("/v1/videos", {"seconds": None, "num_frames": 10**400}),
    ("/v1/videos", {"seconds": None, "fps": 10**400, "num_frames": 10**9}),
    ("/v1/videos", {"width": 10**400, "height": 1}),
    ("/v1/videos", {"media": [[{"url": "x"}]]}),
    ("/ent/v2/reference2video", {"model": "viduq2", "subjects": [[]]}),
    ("/ent/v2/reference2video", {"model": "viduq2", "images": [PICTURE], "callback_url": ["http://x"]}),
    ("/ent/v2/reference2video", {"model": "viduq2", "images": [PICTURE], "payload": "x" * 2_000_000}),
]


@pytest.mark.parametrize(("path", "member"), WRONG_MEMBERS, ids=[f"{p} {next(iter(m))}" for p, m in WRONG_MEMBERS])
def test_members_that_are_none(server: LiveServer, path: str, member: dict[str, Any]) -> None:
    dialect = next(row[0] for row in ROUTES if row[2] == path)
    usual = {"model": "toy-r2v", "prompt": "图1 waves", "seconds": 1, "references": [PICTURE], "images": [PICTURE]}
    body = {**usual, "input": {"prompt": "x", "images": [PICTURE]}, **member}
    is_refused(dialect, ask(server, "POST", path, json.dumps(body).encode(), JSON))


def test_sixty_megabytes_of_little_lists_are_not_read(server: LiveServer) -> None:
    before = resident(server)
    for filling in (b"[],", b"{},"):
        body = b'{"model":"toy-r2v","a":[' + filling * (60 * 1024 * 1024 // len(filling)) + b"1]}"
        for path in (f"{NATIVE}/tasks", "/v1/videos", "/v1/tasks/submit"):
            dialect = next(row[0] for row in ROUTES if row[2] == path)
            is_refused(dialect, ask(server, "POST", path, body, JSON))
    assert resident(server) - before < 300


# Other people's things ----------------------------------------------------------------------------------------------


def shapes_of(task_id: str) -> tuple[str, ...]:
    """A task's id as every wire spells it."""
    return task_id, f"video_{UUID(task_id).hex}", str(UUID(task_id).int)


def test_nobody_is_told_of_or_may_touch_a_task_of_another_account(clerk: LiveServer) -> None:
    mine = submitted(clerk)
    for dialect, method, path, action in ROUTES:
        if "{task_id}" not in path and "{video_id}" not in path:
            continue
        for spelled in shapes_of(mine):
            body = b'{"prompt":"x"}' if action is Action.PROMOTE else None
            reply = ask(clerk, method, filled(path, spelled), body, JSON, OTHER)
            if action is Action.STATUS and dialect in ("dashscope", "gptge"):
                assert told(reply)["output"]["task_status"] == "UNKNOWN"
            else:
                is_refused(dialect, reply)
            assert PICTURE[:60].encode() not in reply[1]
    assert state(clerk, mine) == "PENDING"


def test_nobody_lists_or_uses_up_what_is_anothers(server: LiveServer) -> None:
    mine = submitted(server)
    wait_for(server, mine)
    for path in ("/api/v1/tasks", f"{NATIVE}/tasks", "/v1/videos", "/ent/v2/tasks", f"{NATIVE}/usage"):
        raw = ask(server, "GET", path, key=OTHER)[1]
        assert not any(spelled.encode() in raw for spelled in shapes_of(mine)), path
    for spelled in shapes_of(mine):
        assert told(ask(server, "GET", f"/v1/videos?after={spelled}", key=OTHER))["data"] == []
        body = json.dumps({"model": "wan2.7-videoedit", "prompt": "x", "video": {"id": spelled}}).encode()
        is_refused("openai_videos", ask(server, "POST", "/v1/videos/edits", body, JSON, OTHER))


@pytest.mark.parametrize(
    "url",
    ["inline:dashscope-instant/default/2026-01-01/inline/{0}", "take:{0}", "take:{0}/results/x.mp4", "upload:{0}",
     "enclosed:inline:dashscope-instant/default/2026-01-01/inline/{0}", "oss://results/{0}.mp4", "upload:../{0}",
     "upload:../../templates/default/x", "oss://dashscope-instant/default/../../{0}", "ssupload:?id=../{0}",
     "AACT.00000000.000000-000000.000000000000", "template:../../x", "cid:x", "file:///etc/passwd", "//etc/passwd"],
)  # fmt: skip
def test_addresses_of_our_own_that_nobody_may_name(server: LiveServer, url: str) -> None:
    mine = told(ask(server, "GET", f"{NATIVE}/tasks"))["tasks"][0]["task_id"]
    reply = ask(server, "POST", f"{NATIVE}/tasks", order(references=[url.format(mine)]), JSON, OTHER)
    is_refused("native", reply)
    vidu = {"model": "viduq2", "prompt": "x", "images": [url.format(mine)]}
    is_refused("vidu", ask(server, "POST", "/ent/v2/reference2video", json.dumps(vidu).encode(), JSON, OTHER))


def test_an_idempotency_key_belongs_to_its_account(clerk: LiveServer) -> None:
    again = {"Idempotency-Key": "k" * 200}
    first = submitted(clerk, headers=again)
    assert submitted(clerk, headers=again) == first
    theirs = submitted(clerk, key=OTHER, headers=again)
    assert theirs != first
    assert state(clerk, theirs, OTHER) == "PENDING"
    clash = ask(clerk, "POST", f"{NATIVE}/tasks", order(prompt="图1 leaves"), {**JSON, **again})
    is_refused("native", clash)
    assert clash[0] == 409, clash
    assert ask(clerk, "DELETE", f"{NATIVE}/tasks/{first}")[0] == 200
    assert ask(clerk, "POST", f"{NATIVE}/tasks", order(), {**JSON, **again})[0] == 409
    with ThreadPoolExecutor(8) as many:
        ids = set(many.map(lambda _: submitted(clerk, headers={"Idempotency-Key": "at once"}), range(8)))
    assert len(ids) == 1


# Slots of uploads ---------------------------------------------------------------------------------------------------


def slot_of(server: LiveServer, key: str = KEY) -> tuple[str, str]:
    reply = told(ask(server, "POST", f"{NATIVE}/uploads", b"{}", JSON, key))
    return reply["slot_id"], reply["put_url"].removeprefix(server.url)


PNG = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 100


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (lambda path: re.sub("signature=.*", "signature=", path), 403),
        (lambda path: re.sub("signature=.*", "signature=%C3%A9%FF", path), 403),
        (lambda path: path.replace("account=default", "account=other"), 403),
        (lambda path: path.replace("account=default", "account=..%2F.."), 403),
        (lambda path: re.sub(r"expires=\d+", "expires=99999999999", path), 403),
        (lambda path: re.sub(r"expires=\d+", "expires=" + "9" * 300, path), 400),
        (lambda path: re.sub(r"days=\d+", "days=-1", path), 403),
        (lambda path: re.sub(r"days=\d+", "days=" + "9" * 5000, path), 400),
        (lambda path: path.partition("?")[0], 400),
        (lambda path: path.replace("/put/", "/put/..%2F..%2F"), 404),
        (lambda path: path.replace("/put/", "/put/../"), 404),
        (lambda path: path.replace("/put/", "/put/%00"), 403),
        (lambda path: re.sub(r"/put/[^?]+", "/put/" + "x" * 3000, path), 403),
    ],
)
def test_a_put_url_that_was_changed(server: LiveServer, wrong: Callable[[str], str], status: int) -> None:
    _, path = slot_of(server)
    reply = ask(server, "PUT", wrong(path), PNG, key=None)
    assert reply[0] == status, reply
    assert reply[2]["x-request-id"]
    assert b"Traceback" not in reply[1]


def test_a_slot_takes_its_file_twice_and_gives_it_to_nobody_else(server: LiveServer) -> None:
    slot_id, path = slot_of(server)
    finish = f"{NATIVE}/uploads/{slot_id}/finish"
    is_refused("native", ask(server, "POST", finish, b"{}", JSON))
    assert ask(server, "PUT", path, PNG, key=None)[0] == 200
    assert ask(server, "PUT", path, PNG + PNG, key=None)[0] == 200
    is_refused("native", ask(server, "POST", finish, b"{}", JSON, OTHER))
    is_refused("vidu", ask(server, "PUT", f"/tools/v2/files/uploads/{slot_id}/finish", b"{}", JSON, OTHER))
    address = told(ask(server, "POST", finish, b"{}", JSON))["address"]
    is_refused("native", ask(server, "POST", f"{NATIVE}/tasks", order(references=[address]), JSON, OTHER))
    for trick in ("..", "..%2F..%2Fsecret", "%00", "x" * 400, slot_id.upper()):
        is_refused("native", ask(server, "POST", f"{NATIVE}/uploads/{trick}/finish", b"{}", JSON))


def test_a_file_larger_than_allowed_leaves_nothing(server: LiveServer) -> None:
    _, path = slot_of(server)
    before, held = resident(server), sum(f.stat().st_size for f in server.data.rglob("*") if f.is_file())
    reply = ask(server, "PUT", path, b"x" * (101 * 1024 * 1024), key=None)
    assert (reply[0], b"EntityTooLarge" in reply[1]) == (400, True), reply
    assert resident(server) - before < 100
    assert sum(f.stat().st_size for f in server.data.rglob("*") if f.is_file()) - held < 1024 * 1024


def test_a_put_that_breaks_off_leaves_nothing(server: LiveServer) -> None:
    slot_id, path = slot_of(server)
    for _ in range(20):
        with socket.create_connection((urlsplit(server.url).hostname, server.port), timeout=10) as line:
            line.sendall(f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n".encode() + b"x" * 5000)
    deadline = time.monotonic() + 10
    while ask(server, "PUT", path, PNG, key=None)[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.05)  # the last one that broke off may still hold the place
    assert ask(server, "POST", f"{NATIVE}/uploads/{slot_id}/finish", b"{}", JSON)[0] == 200


# Streams ------------------------------------------------------------------------------------------------------------


def follow(server: LiveServer, task_id: str, last: str = "") -> socket.socket:
    line = socket.create_connection((urlsplit(server.url).hostname, server.port), timeout=20)
    said = f"Last-Event-ID: {last}\r\n" if last else ""
    head = f"GET {NATIVE}/tasks/{task_id}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n{said}\r\n"
    line.sendall(head.encode("latin-1"))
    return line


def begun(line: socket.socket) -> bytes:
    got = b""
    while b"event:" not in got:
        piece = line.recv(65536)
        if not piece:
            break
        got += piece
    return got


@pytest.mark.parametrize("last", ["x", "-1", "9" * 4000, "1e5", "\xff\xfe", "0x10", "1 2", "\t"])
def test_a_last_event_that_never_was_begins_the_story_anew(clerk: LiveServer, last: str) -> None:
    with follow(clerk, submitted(clerk), last) as line:
        assert begun(line).startswith(b"HTTP/1.1 200")


def test_three_hundred_who_only_listen_hold_nobody_up(clerk: LiveServer) -> None:
    task_id, before = submitted(clerk), resident(clerk)
    lines = [follow(clerk, task_id) for _ in range(300)]
    try:
        assert all(begun(line).startswith(b"HTTP/1.1 200") for line in lines[::50])
        for _ in range(20):
            assert state(clerk, task_id) == "PENDING"
        assert resident(clerk) - before < 100
    finally:
        for line in lines:
            line.close()
    assert state(clerk, task_id) == "PENDING"


def test_who_reads_nothing_of_his_film_holds_nobody_up(server: LiveServer) -> None:
    task_id = submitted(server)
    wait_for(server, task_id)
    before = resident(server)
    lines = []
    for _ in range(50):
        line = socket.create_connection((urlsplit(server.url).hostname, server.port), timeout=20)
        head = f"GET /v1/videos/{task_id}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\r\n"
        line.sendall(head.encode() * 20)
        lines.append(line)
    assert state(server, task_id) == "SUCCEEDED"
    assert resident(server) - before < 100
    for line in lines:
        line.close()


def wait_for(server: LiveServer, task_id: str, key: str = KEY) -> str:
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)) as line:
        line.request("GET", f"{NATIVE}/tasks/{task_id}/events", headers={"Authorization": f"Bearer {key}"})
        line.getresponse().read()
    return state(server, task_id, key)


# Races --------------------------------------------------------------------------------------------------------------


def test_everybody_calls_a_running_task_off_at_once(server: LiveServer) -> None:
    ids = [submitted(server, prompt="图1 slow 5") for _ in range(3)]

    def attack(number: int) -> int:
        task_id, way = ids[number % 3], number % 4
        if way == 0:
            return ask(server, "DELETE", f"{NATIVE}/tasks/{task_id}")[0]
        if way == 1:
            return ask(server, "POST", f"{NATIVE}/tasks/{task_id}/promote", b"{}", JSON)[0]
        if way == 2:
            return ask(server, "POST", f"/ent/v2/tasks/{UUID(task_id).int}/cancel", b"{}", JSON)[0]
        return ask(server, "DELETE", f"/v1/videos/video_{UUID(task_id).hex}")[0]

    with ThreadPoolExecutor(12) as many:
        found = Counter(many.map(attack, range(36)))
    assert max(found) < 500, found
    for task_id in ids:
        assert ask(server, "DELETE", f"{NATIVE}/tasks/{task_id}")[0] == 404, "deleted by the first who asked for it"
        assert ask(server, "POST", f"{NATIVE}/tasks/{task_id}/promote", b"{}", JSON)[0] == 404
        assert ask(server, "GET", f"/v1/videos/{task_id}/content")[0] == 404
    for promoted in told(ask(server, "GET", f"{NATIVE}/tasks?page_size=100"))["tasks"]:
        if promoted["status"] in ("PENDING", "RUNNING"):
            ask(server, "DELETE", f"{NATIVE}/tasks/{promoted['task_id']}")
    charged = {line["task_id"] for line in book(server.data)}
    assert not charged & set(ids), "nothing is charged for what was called off"


# Rates --------------------------------------------------------------------------------------------------------------


def test_more_than_the_documented_rate_is_refused_wherever_it_comes_in(clerk: LiveServer) -> None:
    image = {"model": "wan2.6-r2v", "prompt": "character1 waves", "references": ["https://example.com/a.png"]}
    first = told(ask(clerk, "POST", f"{NATIVE}/tasks", json.dumps(image).encode(), JSON))["task_id"]
    for path, body in ((f"{NATIVE}/tasks/{first}/promote", b"{}"), (f"/v1/videos/{first}/remix", b'{"prompt":"x"}')):
        with ThreadPoolExecutor(20) as many:
            replies = list(many.map(lambda _, p=path, b=body: ask(clerk, "POST", p, b, JSON), range(40)))
        refused = [reply for reply in replies if reply[0] == 429]
        assert refused, Counter(reply[0] for reply in replies)
        assert all(float(reply[2]["retry-after"]) > 0 for reply in refused)
        assert {reply[0] for reply in replies} <= {200, 201, 429}


def test_checks_are_held_to_their_rate_and_charged_only_when_told(clerk: LiveServer) -> None:
    _, path = slot_of(clerk)
    slot_id = path.partition("?")[0].rpartition("/")[2]
    picture = base64.b64decode(image_data(500).partition(",")[2])
    assert ask(clerk, "PUT", path, picture, key=None)[0] == 200
    said = {
        "model": "emo-detect-v1",
        "references": [{"url": f"upload:{slot_id}", "medium": "image", "role": "portrait"}],
    }
    body = json.dumps({**said, "options": {"ratio": "1:1"}})
    path = f"{NATIVE}/tasks"
    with ThreadPoolExecutor(12) as many:
        found = Counter(
            reply[0] for reply in many.map(lambda _: ask(clerk, "POST", path, body.encode(), JSON), range(12))
        )
    assert set(found) == {503, 429}, found  # no engine of this server looks at faces: told at once, and why
    assert book(clerk.data) == [], "nothing is charged for a finding that was not told"


# Inner addresses ----------------------------------------------------------------------------------------------------


def inner(trap: str) -> list[str]:
    """Ways to write an address of our own machine."""
    port = trap.rpartition(":")[2]
    hosts = ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "127.1", "0x7f.1")
    return [f"http://{host}:{port}/secret.png" for host in hosts]


def test_no_wire_makes_us_open_an_inner_address(server: LiveServer, trap: str) -> None:
    bodies: list[tuple[str, dict[str, Any]]] = []
    for url in inner(trap):
        bodies += [
            (f"{NATIVE}/tasks", {"model": "toy-r2v", "prompt": "x", "references": [{"url": PICTURE, "voice": url}]}),
            (f"{NATIVE}/tasks", {"model": "toy-r2v", "prompt": "x", "references": [url]}),
            ("/v1/videos", {"model": "toy-r2v", "prompt": "x", "input_reference": {"image_url": url}}),
            ("/v1/tasks/submit", {"model": "viduq2", "input": {"prompt": "x", "images": [url]},
                                  "parameters": {"vidu_type": "reference2video"}}),
            ("/ent/v2/reference2video", {"model": "viduq2", "prompt": "x", "images": [url]}),
        ]  # fmt: skip
    mask = {"model": "wan2.1-vace-plus", "input": {"function": "image_reference", "prompt": "x",
            "ref_images_url": inner(trap)[:1]}, "parameters": {"obj_or_bg": ["obj"], "size": "1280*720"}}  # fmt: skip
    bodies.append(("/api/v1/services/aigc/video-generation/video-synthesis", mask))
    told_of = {"model": "viduq2", "prompt": "x", "images": [PICTURE], "callback_url": f"http://{trap}/told"}
    bodies.append(("/ent/v2/reference2video", told_of))
    with ThreadPoolExecutor(4) as many:
        headers = {**JSON, "X-DashScope-Async": "enable"}
        replies = list(many.map(lambda b: ask(server, "POST", b[0], json.dumps(b[1]).encode(), headers), bodies))
    ids = re.findall(r'"(?:task_)?id":\s?"([\w-]{30,})"', b"\n".join(r[1] for r in replies if r[0] < 300).decode())
    assert all(reply[0] < 500 for reply in replies), replies
    assert len(ids) > 20, "most are taken and fail when they are made"
    for task_id in ids:
        plain = task_id.removeprefix("video_")
        wait_for(server, str(UUID(int=int(plain)) if plain.isdigit() else UUID(plain)))
    assert Trap.opened == []
    urllib.request.urlopen(f"http://{trap}/awake").close()
    assert Trap.opened == ["/awake"], "the trap itself would have heard it"
    states = Counter(
        state(server, str(UUID(int=int(i)) if i.isdigit() else UUID(i.removeprefix("video_")))) for i in ids
    )
    assert set(states) <= {"FAILED", "SUCCEEDED"}, states
    assert states["SUCCEEDED"] <= 1, "only the one whose own picture was good"


# Secrets ------------------------------------------------------------------------------------------------------------


def test_no_key_stands_in_a_log_an_answer_or_on_the_disk(server: LiveServer) -> None:
    """Runs last: everything above has left what it leaves."""
    body = json.dumps({"model": "viduq2", "prompt": "x", "images": [PICTURE], "callback_url": "http://127.0.0.1:9/x"})
    ask(server, "POST", "/ent/v2/text2video", body.encode(), {**JSON, "Authorization": f"Token {KEY}"}, None)
    ask(server, "POST", "/ent/v2/reference2video", body.encode(), {**JSON, "Authorization": f"Token {KEY}"}, None)
    pages = [ask(server, "GET", path)[1] for path in ("/docs", "/openapi.json", "/metrics", "/readyz", f"{NATIVE}/me")]
    files = [file.read_bytes() for file in server.data.rglob("*") if file.is_file()]
    written = b"\n".join([*pages, *files, "\n".join(server.log).encode()])
    for secret in (KEY, OTHER, UPSTREAM_KEY):
        assert secret.encode() not in written
    assert not [line for line in server.log if '"level": "error"' in line or '"level":"error"' in line]


def test_doctor_tells_of_an_upstream_without_a_key_and_prints_none(tmp_path: Path) -> None:
    names = {
        "UNDERSTUDY_UPSTREAMS__NEAR__BASE_URL": "http://near.example",
        "UNDERSTUDY_UPSTREAMS__FAR__BASE_URL": "http://far.example",
        "UNDERSTUDY_UPSTREAMS__FAR__KEY": UPSTREAM_KEY,
    }
    command = [sys.executable, "-m", "understudy", "doctor", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **names}, check=False)
    rows = {line.split("\t")[0]: line for line in done.stdout.splitlines()}
    assert "UNDERSTUDY_UPSTREAMS__NEAR__KEY" in rows["upstream near"]
    assert "far.example" in rows["upstream far"]
    assert UPSTREAM_KEY not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UNDERSTUDY_UPSTREAMS", '{"far":{"key":"%s"}'),
        ("UNDERSTUDY_UPSTREAMS__FAR", "%s"),
        ("UNDERSTUDY_UPSTREAMS__FAR__BASE_URL", "https://user:%s@far.example"),
        ("UNDERSTUDY_KEYS", "%s"),
    ],
)
def test_a_wrong_setting_is_told_without_the_key_in_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value % UPSTREAM_KEY)
    with pytest.raises(BadSetting, match=r"^UNDERSTUDY_") as refused:
        load()
    assert UPSTREAM_KEY not in str(refused.value)


def test_settings_are_printed_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_UPSTREAMS__FAR__BASE_URL", "http://far.example")
    monkeypatch.setenv("UNDERSTUDY_UPSTREAMS__FAR__KEY", UPSTREAM_KEY)
    monkeypatch.setenv("UNDERSTUDY_KEYS", f"default:{KEY}")
    settings = load()
    assert settings.upstreams["far"].key.get_secret_value() == UPSTREAM_KEY
    printed = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert UPSTREAM_KEY not in printed
    assert KEY not in printed


def test_a_full_disk_is_told_in_words_and_nothing_is_left(tmp_path: Path) -> None:
    """No file of this server may grow beyond 3 MB: what writing to a full disk comes to."""
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_CARDS": toy_cards(tmp_path / "cards")}
    with LiveServer(tmp_path / "data", slots=0, options=options) as small:
        assert small.process is not None
        resource.prlimit(small.process.pid, resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
        slot_id, path = slot_of(small)
        reply = ask(small, "PUT", path, b"x" * 8_000_000, key=None)
        assert (reply[0], b"ServiceUnavailable" in reply[1]) == (503, True), reply
        is_refused("native", ask(small, "POST", f"{NATIVE}/uploads/{slot_id}/finish", b"{}", JSON))
        inside = ask(
            small, "POST", f"{NATIVE}/tasks", order(references=["data:image/png;base64," + "A" * 8_000_000]), JSON
        )
        assert inside[0] == 503, inside
        assert b"partial" not in inside[1], "where files lie is no caller's business"
        assert ask(small, "PUT", path, PNG, key=None)[0] == 200
        assert not [file for file in small.data.rglob("*") if file.is_file() and file.stat().st_size > 1_000_000]
        assert state(small, submitted(small)) == "PENDING"
