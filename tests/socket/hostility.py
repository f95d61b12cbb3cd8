"""What hostile callers have at hand: a request with nothing put right on its way, and a good refusal."""

from __future__ import annotations

import http.client
import http.server
import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from socket_kit import image_data

from live import KEY, LiveServer, toy_cards
from understudy.settings import Settings
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


@contextmanager
def a_server(folder: Path) -> Iterator[LiveServer]:
    """One that works, logs everything and has secrets to keep; no line of its log may be a stack trace."""
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


@contextmanager
def a_clerk(folder: Path) -> Iterator[LiveServer]:
    """One that takes tasks and does none, and holds everybody to the documented rates."""
    options = {
        "UNDERSTUDY_ENGINES": "testcard",
        "UNDERSTUDY_LIMITS": "documented",
        "UNDERSTUDY_CARDS": toy_cards(folder / "cards"),
    }
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


def wait_for(server: LiveServer, task_id: str, key: str = KEY) -> str:
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)) as line:
        line.request("GET", f"{NATIVE}/tasks/{task_id}/events", headers={"Authorization": f"Bearer {key}"})
        line.getresponse().read()
    return state(server, task_id, key)


def slot_of(server: LiveServer, key: str = KEY) -> tuple[str, str]:
    reply = told(ask(server, "POST", f"{NATIVE}/uploads", b"{}", JSON, key))
    return reply["slot_id"], reply["put_url"].removeprefix(server.url)


PNG = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 100
