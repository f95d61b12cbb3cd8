"""Callers who mean harm, and those who merely know no better, on every route of every wire over a real socket.

Whatever they send: an answer below 500 in the dialect's own words and with a number to ask with, and nothing of our
insides. What they may not reach stands in `test_hostile_neighbours`, what must never leak in `test_hostile_secrets`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hostility import (
    FORM,
    JSON,
    NATIVE,
    PICTURE,
    ROUTES,
    WITH_BODY,
    a_server,
    ask,
    filled,
    is_refused,
    resident,
)

from live import LiveServer
from understudy.core.wire import Action


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with a_server(tmp_path_factory.mktemp("hostile")) as live:
        yield live


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
