"""Vidu's wire over a real socket: a film by every route, uploads in three steps, lists, cancels, refusals, and
callbacks whose signature the receiver checks. Source: spec/gateways.md §4, §8.

The test card draws the films; one is made by the embedded engine, with music.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from families import book_of, truth_of
from PIL import Image

from builders import tiny_image, tiny_sound
from live import KEY, LiveServer, media_server
from sight import write_clip

CALLED: list[tuple[dict[str, str], str, Any]] = []


class _Receiver(http.server.BaseHTTPRequestHandler):
    """Where callbacks go: writes down what comes, fails the first one about each end."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        first = body["state"] == "success" and not any(b["state"] == "success" for _, _, b in CALLED)
        CALLED.append((dict(self.headers), self.path, body))
        self.send_response(503 if first else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("media")
    tiny_image(folder / "girl.png", (400, 300))
    tiny_image(folder / "later.png", (400, 300))
    tiny_sound(folder / "word.wav", 1)
    tiny_sound(folder / "song.wav", 10)
    grey = [np.full((360, 480, 3), 40 + n % 160, np.uint8) for n in range(150)]
    write_clip(folder / "film.mp4", grey, sound=True)
    with media_server(folder) as address:
        yield address


@pytest.fixture(scope="module")
def server(origin: str, receiver: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    options = {"UNDERSTUDY_FETCH_ALLOW": f"{origin},{receiver}", "UNDERSTUDY_ENGINES": "testcard,animatic"}
    with LiveServer(tmp_path_factory.mktemp("data"), slots=2, options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)
        assert not [line for line in live.log if KEY in line], "no key in the log"


def ask(server: LiveServer, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    sent = {"Authorization": f"Token {KEY}", **headers}
    return server.call(method, path, body, key=None, headers=sent)[:2]


def made(server: LiveServer, task_id: str, seconds: float = 120) -> dict[str, Any]:
    """Poll until the task has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status, told = ask(server, "GET", f"/ent/v2/tasks/{task_id}/creations")
        assert status == 200, told
        if told["state"] in ("success", "failed"):
            return dict(told)
        time.sleep(0.1)
    raise TimeoutError(server.tail())


SHORT = {"duration": 1, "resolution": "540p"}
ROUTES: list[tuple[str, dict[str, Any], tuple[str, int, bool], int]] = [
    ("text2video", {"model": "viduq2", "prompt": "a fox", **SHORT}, ("960*540", 30, False), 10),
    ("img2video", {"model": "viduq2-pro", "images": ["@girl.png"], **SHORT}, ("832*624", 30, False), 8),
    ("img2video", {"model": "viduq2-turbo", "images": ["@girl.png"], "audio": True, **SHORT},
     ("832*624", 30, True), 21),
    ("reference2video", {"model": "viduq2", "prompt": "@a waves", "subjects": [{"id": "a", "images": ["@girl.png"]}],
                         "aspect_ratio": "9:16", "bgm": True, **SHORT}, ("540*960", 30, True), 15),
    ("reference2video", {"model": "viduq3-turbo", "prompt": "she waves", "images": ["@girl.png"], **SHORT},
     ("960*540", 30, True), 10),
    ("start-end2video", {"model": "viduq2-turbo", "images": ["@girl.png", "@later.png"], **SHORT},
     ("832*624", 30, False), 6),
    ("template2video", {"template": "hugging", "images": ["@girl.png"], "aspect_ratio": ""},
     ("1088*816", 150, True), 20),
    ("extend", {"model": "viduq2-turbo", "video_url": "@film.mp4", **SHORT}, ("832*624", 180, True), 10),
    ("lip-sync", {"video_url": "@film.mp4", "audio_url": "@word.wav"}, ("480*360", 30, True), 20),
    ("one-click/mv", {"images": ["@girl.png"], "audio_url": "@song.wav", "resolution": "540p"},
     ("960*540", 300, True), 60),
]  # fmt: skip


def placed(value: Any, origin: str) -> Any:
    return json.loads(json.dumps(value).replace('"@g', f'"{origin}/g').replace('"@l', f'"{origin}/l')
                      .replace('"@film', f'"{origin}/film').replace('"@word', f'"{origin}/word')
                      .replace('"@song', f'"{origin}/song'))  # fmt: skip


@pytest.mark.parametrize(
    ("work", "body", "truth", "credits"), ROUTES, ids=[f"{r[0]}-{n}" for n, r in enumerate(ROUTES)]
)
def test_every_route_makes_its_film(
    server: LiveServer, origin: str, work: str, body: dict[str, Any], truth: tuple[str, int, bool], credits: int
) -> None:
    status, accepted = ask(server, "POST", f"/ent/v2/{work}", placed({**body, "payload": "mine"}, origin))
    assert status == 200, accepted
    assert "code" not in accepted
    assert (accepted["state"], accepted["type"], accepted["payload"]) == ("created", work, "mine")
    assert accepted["task_id"].isdigit()
    told = made(server, accepted["task_id"])
    assert (told["state"], told["err_code"], told["progress"]) == ("success", "", 100), told
    assert (told["id"], told["payload"], told["credits"]) == (accepted["task_id"], "mine", credits)
    assert type(told["credits"]) is int
    if work not in ("lip-sync", "one-click/mv"):
        assert accepted["credits"] == credits, "told beforehand"
    (creation,) = told["creations"]
    status, film, headers = server.call("GET", creation["url"], key=None)
    size, _, count, sound = truth_of(film)
    assert (status, headers["content-type"], (size, count, sound)) == (200, "video/mp4", truth)
    status, still, headers = server.call("GET", creation["cover_url"], key=None)
    assert (status, headers["content-type"]) == (200, "image/jpeg")
    with Image.open(io.BytesIO(still)) as picture:
        assert f"{picture.width}*{picture.height}" == size


def test_the_book_holds_credits_at_their_price(server: LiveServer) -> None:
    _, accepted = ask(server, "POST", "/ent/v2/text2video", {"model": "viduq2", "prompt": "a fox", **SHORT})
    made(server, accepted["task_id"])
    line = next(line for line in book_of(server).values() if line["task_id"].replace("-", "") in _hex(accepted))
    assert (line["quantity"], line["unit"], line["unit_price"], line["amount"]) == (
        "10",
        "credit",
        "0.03125",
        "0.312500",
    )


def _hex(accepted: dict[str, Any]) -> str:
    return f"{int(accepted['task_id']):032x}"


def test_the_embedded_engine_serves_it_with_music(server: LiveServer, origin: str) -> None:
    body = {"model": "viduq2", "prompt": "@Mara waves.", "bgm": True, "watermark": True, **SHORT,
            "subjects": [{"name": "Mara", "images": [f"{origin}/girl.png"], "voice_id": "female-1"}]}  # fmt: skip
    _, accepted = ask(server, "POST", "/ent/v2/reference2video", body, **{"X-Understudy-Engine": "animatic"})
    told = made(server, accepted["task_id"], 240)
    assert (told["state"], told["engine"]) == ("success", "animatic"), told
    (creation,) = told["creations"]
    assert creation["watermarked_url"] == creation["url"]
    _, film, _ = server.call("GET", creation["url"], key=None)
    assert truth_of(film) == ("960*540", "30", 30, True)
    assert not any("Mara" in note and "no reference" in note for note in told["notes"])


def test_a_file_goes_up_in_three_steps(server: LiveServer, origin: str, tmp_path: Path) -> None:
    status, slot = ask(server, "POST", "/tools/v2/files/uploads", {"scene": "vidu"})
    assert (status, sorted(slot)) == (200, ["expires_at", "id", "put_url"])
    content = tiny_image(tmp_path / "girl.png", (300, 300)).read_bytes()
    status, _, headers = server.call("PUT", slot["put_url"], content, key=None, headers={"Content-Type": "image/png"})
    assert status == 200
    etag = next(value for name, value in headers.items() if name.lower() == "etag")
    assert etag.startswith('"')
    for said in (etag, etag.strip('"')):
        status, done = ask(server, "PUT", f"/tools/v2/files/uploads/{slot['id']}/finish", {"etag": said})
        assert (status, done) == (200, {"uri": f"ssupload:?id={slot['id']}"})
    body = {"model": "viduq2-pro", "images": [done["uri"]], **SHORT}
    status, accepted = ask(server, "POST", "/ent/v2/img2video", body)
    assert accepted["images"] == [done["uri"]]
    assert made(server, accepted["task_id"])["state"] == "success"
    other = {"Authorization": f"Token {KEY}-other"}
    status, refused, _ = server.call("POST", "/ent/v2/img2video", body, key=None, headers=other)
    assert (status, refused["reason"]) == (400, "ImageDownloadFailure"), "another account's"


def test_a_receiver_is_told_and_can_check_it(server: LiveServer, receiver: str) -> None:
    CALLED.clear()
    body = {"model": "viduq2", "prompt": "a fox", "callback_url": f"{receiver}/told?name=james&age=36", **SHORT}
    _, accepted = ask(server, "POST", "/ent/v2/text2video", {**body, "payload": "p"})
    assert made(server, accepted["task_id"])["state"] == "success"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and [b["state"] for _, _, b in CALLED].count("success") < 2:
        time.sleep(0.05)
    assert [b["state"] for _, _, b in CALLED] == ["processing", "success", "success"], "a failed receiver is told again"
    for headers, path, told in CALLED:
        assert (told["id"], told["payload"]) == (accepted["task_id"], "p")
        assert headers["X-HMAC-SIGNATURE"] == _signature(path, headers)
    _, film, _ = server.call("GET", CALLED[-1][2]["creations"][0]["url"], key=None)
    assert truth_of(film)[2] == 30


def _signature(path: str, headers: dict[str, str]) -> str:
    """As a receiver works it out from the vendor's page alone."""
    parts = urlsplit(path)
    lines = ["POST", parts.path or "/", parts.query, headers["X-HMAC-ACCESS-KEY"], headers["Date"]]
    lines += [f"{name}:{headers[name]}" for name in headers["X-HMAC-SIGNED-HEADERS"].split(";")]
    text = "".join(f"{line}\n" for line in lines)
    return base64.b64encode(hmac.new(KEY.encode(), text.encode(), hashlib.sha256).digest()).decode()


def test_a_private_receiver_is_not_told(server: LiveServer) -> None:
    body = {"model": "viduq2", "prompt": "a fox", "callback_url": "http://127.0.0.1:9/x", **SHORT}
    _, accepted = ask(server, "POST", "/ent/v2/text2video", body)
    assert made(server, accepted["task_id"])["state"] == "success", "a callback never fails a task"
    assert any('"blocked"' in line and "callback refused" in line for line in server.log)


def test_lists_cancels_and_other_names_of_the_same(server: LiveServer) -> None:
    _, accepted = ask(server, "POST", "/vidu/ent/v2/text2video", {"model": "viduq2", "prompt": "a fox", **SHORT})
    task_id = accepted["task_id"]
    made(server, task_id)
    status, told, _ = server.call("GET", f"/vidu/ent/v2/tasks/{task_id}/creations")
    assert (status, told["state"]) == (200, "success"), "Bearer and the resellers' prefix"
    status, page = ask(server, "GET", "/ent/v2/tasks?pager.pagesz=1&states=success")
    assert (status, len(page["tasks"]), page["next_page_token"]) == (200, 1, "1")
    status, late = ask(server, "POST", f"/ent/v2/tasks/{task_id}/cancel")
    assert (status, late["reason"]) == (400, "BadRequest")
    assert late["message"].startswith("task state is scheduled, can not cancel")
    uuid = f"{int(task_id):032x}"
    plain = f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"
    told = server.call("GET", f"/api/v1/tasks/{plain}")[1]
    assert told["output"]["task_status"] == "SUCCEEDED", "told in another wire's words"
    assert ask(server, "GET", f"/ent/v2/tasks/{plain}/creations")[1]["id"] == task_id


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason", "words"),
    [
        ("GET", "/ent/v2/tasks/883294001234567/creations", None, 404, "TaskNotFound", "not found"),
        ("POST", "/ent/v2/text2video", {"prompt": "x"}, 400, "FieldLacking", "model"),
        ("POST", "/ent/v2/text2video", {"model": "viduq9", "prompt": "x"}, 400, "ModelUnavailable", "viduq"),
        ("POST", "/ent/v2/text2video", {"model": "viduq2-pro", "prompt": "x"}, 400, "FieldInvalid", "img2video"),
        ("POST", "/ent/v2/img2video", {"model": "viduq2-pro"}, 400, "FieldLacking", "images"),
        ("POST", "/ent/v2/text2video", {"model": "viduq2", "prompt": "x", "duration": 11}, 400, "FieldInvalid",
         "duration"),
        ("POST", "/ent/v2/text2video", {"model": "viduq2", "prompt": "x" * 2001}, 400, "FieldInvalid", "2000"),
        ("POST", "/ent/v2/text2video", b"{", 400, "BadRequest", "JSON"),
        ("POST", "/ent/v2/img2video", {"model": "vidu2.0", "images": ["https://x/a.png"], "duration": 8,
                                       "resolution": "360p"}, 400, "FieldInvalid", "720P"),
        ("POST", "/ent/v2/reference2video", {"model": "vidu2.0", "prompt": "x", "images": ["https://x/a.png"] * 4}, 400,
         "FieldItemCountOutOfRange", "1 to 3"),
        ("GET", "/ent/v2/nothing", None, 404, "NotFound", "no /ent/v2/nothing"),
    ],
)  # fmt: skip
def test_refusals_are_worded_as_the_vendors(
    server: LiveServer, method: str, path: str, body: Any, status: int, reason: str, words: str
) -> None:
    got, refused = ask(server, method, path, body)
    assert (got, refused["code"], refused["reason"]) == (status, status, reason), refused
    assert words in refused["message"]
    assert refused["metadata"]["trace_id"]


def test_no_key_and_a_wrong_one(server: LiveServer) -> None:
    for headers in ({}, {"Authorization": "Token nobody"}):
        status, refused, _ = server.call("GET", "/ent/v2/tasks", key=None, headers=headers)
        assert (status, refused["reason"]) == (401, "Unauthorized")
