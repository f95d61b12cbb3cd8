"""Callers all at once, inner addresses that nobody makes us open, and keys that stand nowhere."""

from __future__ import annotations

import base64
import http.client
import http.server
import json
import os
import re
import resource
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hostility import (
    JSON,
    NATIVE,
    OTHER,
    PICTURE,
    PNG,
    UPSTREAM_KEY,
    a_clerk,
    a_server,
    ask,
    is_refused,
    order,
    slot_of,
    state,
    submitted,
    told,
    wait_for,
)
from socket_kit import book, image_data

from live import KEY, LiveServer, toy_cards
from understudy.core.faults import BadSetting
from understudy.settings import load


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
    with a_server(tmp_path_factory.mktemp("hostile")) as live:
        yield live


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with a_clerk(tmp_path_factory.mktemp("clerk")) as live:
        yield live


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
