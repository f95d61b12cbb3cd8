"""Callers who reach for what is another account's, for more than their share of the server, and for its uploads."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hostility import (
    JSON,
    NATIVE,
    OTHER,
    PICTURE,
    PNG,
    ROUTES,
    a_clerk,
    a_server,
    ask,
    filled,
    is_refused,
    order,
    resident,
    slot_of,
    state,
    submitted,
    told,
    wait_for,
)

from live import KEY, LiveServer
from understudy.core.wire import Action


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with a_server(tmp_path_factory.mktemp("hostile")) as live:
        yield live


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with a_clerk(tmp_path_factory.mktemp("clerk")) as live:
        yield live


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
