"""Sixty and more ways to call wrongly, over a real socket: the vendor's own code, a sentence, no 5xx, nothing billed.

Refusals at submit are found in `REFUSED`; media that turn out wrong after the download end a task as FAILED (`FAILED`).
"""

from __future__ import annotations

import base64
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders import tiny_image, tiny_sound, tiny_video
from live import LiveServer, media_server

SUBMIT = "/api/v1/services/aigc/video-generation/video-synthesis"
ASYNC = {"X-DashScope-Async": "enable"}
OK_IMAGE = "https://example.com/girl.png"


def r27(media: Any = None, *, prompt: Any = "图1挥手", model: Any = "wan2.7-r2v", **parameters: Any) -> dict[str, Any]:
    if media is None:
        media = [{"type": "reference_image", "url": OK_IMAGE}]
    return {"model": model, "input": {"prompt": prompt, "media": media}, "parameters": parameters}


def r26(
    urls: Any = None, *, prompt: Any = "character1", model: str = "wan2.6-r2v", **parameters: Any
) -> dict[str, Any]:
    urls = [OK_IMAGE] if urls is None else urls
    return {"model": model, "input": {"prompt": prompt, "reference_urls": urls}, "parameters": parameters}


def one(url: Any, medium: str = "image", **more: str) -> dict[str, Any]:
    return r27(media=[{"type": f"reference_{medium}", "url": url, **more}])


def images(count: int) -> list[dict[str, str]]:
    return [{"type": "reference_image", "url": OK_IMAGE}] * count


def videos(count: int) -> list[dict[str, str]]:
    return [{"type": "reference_video", "url": "https://example.com/boy.mp4"}] * count


INSPECTION = "InvalidParameter.DataInspection"
FIRST = [{"type": "first_frame", "url": OK_IMAGE}]
DEEP = b'{"model":' + b"[" * 100_000 + b"]" * 100_000 + b"}"

# name, body, extra headers (None removes one), status, code
REFUSED: list[tuple[str, Any, dict[str, str], int, str]] = [
    ("not JSON", b"{model: wan}", {}, 400, "InvalidParameter"),
    ("empty body", b"", {}, 400, "InvalidParameter"),
    ("a list", b"[]", {}, 400, "InvalidParameter"),
    ("a number", b"7", {}, 400, "InvalidParameter"),
    ("null", b"null", {}, 400, "InvalidParameter"),
    ("nested without end", DEEP, {}, 400, "InvalidParameter"),
    ("not UTF-8", b'{"model":"\xff\xfe"}', {}, 400, "InvalidParameter"),
    ("a lone surrogate", rb'{"model":"\ud800","input":{}}', {}, 400, "InvalidParameter"),
    ("NaN", b'{"model":"wan2.7-r2v","input":{},"parameters":{"duration":NaN}}', {}, 400, "InvalidParameter"),
    ("no model", {"input": {}}, {}, 400, "BadRequest.EmptyModel"),
    ("model is empty", {"model": "", "input": {}}, {}, 400, "BadRequest.EmptyModel"),
    ("model is a number", {"model": 7, "input": {}}, {}, 400, "InvalidParameter"),
    ("no input", {"model": "wan2.7-r2v"}, {}, 400, "BadRequest.EmptyInput"),
    ("input is a list", {"model": "wan2.7-r2v", "input": []}, {}, 400, "InvalidParameter"),
    ("parameters is text", {**r27(), "parameters": "fast"}, {}, 400, "InvalidParameter"),
    ("unknown model", r27(model="wan9.9-r2v"), {}, 404, "ModelNotFound"),
    ("model with NUL", r27(model="wan2.7-r2v\0"), {}, 400, "InvalidParameter"),
    ("no prompt", {"model": "wan2.7-r2v", "input": {"media": images(1)}}, {}, 400, "InvalidParameter"),
    ("prompt is null", r27(prompt=None), {}, 400, "InvalidParameter"),
    ("prompt is empty", r27(prompt="   "), {}, 400, "InvalidParameter"),
    ("prompt is an object", r27(prompt={"text": "x"}), {}, 400, "InvalidParameter"),
    ("no references", r27(media=[]), {}, 400, "InvalidParameter"),
    ("media is text", r27(media="girl.png"), {}, 400, "InvalidParameter"),
    ("media item is text", r27(media=["girl.png"]), {}, 400, "InvalidParameter"),
    ("media item without type", r27(media=[{"url": OK_IMAGE}]), {}, 400, "InvalidParameter"),
    ("media item of unknown type", r27(media=[{"type": "picture", "url": OK_IMAGE}]), {}, 400, "InvalidParameter"),
    ("media item without url", r27(media=[{"type": "reference_image"}]), {}, 400, "InvalidParameter"),
    ("media url is a number", one(5), {}, 400, "InvalidParameter"),
    ("six references", r27(media=images(6)), {}, 400, "InvalidParameter"),
    ("two first frames", r27(media=2 * FIRST + images(1)), {}, 400, "InvalidParameter"),
    ("only a first frame", r27(media=FIRST), {}, 400, "InvalidParameter"),
    ("four videos on 2.6", r26(["https://example.com/a.mp4"] * 4), {}, 400, "InvalidParameter"),
    ("six references on 2.6", r26([OK_IMAGE] * 6), {}, 400, "InvalidParameter"),
    ("a file URL", one("file:///etc/passwd"), {}, 400, "InvalidURL"),
    ("a bare path", one("/etc/passwd"), {}, 400, "InvalidURL"),
    ("a relative path", r26(["girl.png"]), {}, 400, "InvalidURL"),
    ("ftp", one("ftp://example.com/a.png"), {}, 400, "InvalidURL"),
    ("javascript", one("javascript:alert(1)"), {}, 400, "InvalidURL"),
    ("an empty url", one(""), {}, 400, "InvalidURL"),
    ("a video as data", one("data:video/mp4;base64,AAAA", "video"), {}, 400, "InvalidURL"),
    ("a voice as a path", one(OK_IMAGE, reference_voice="v.mp3"), {}, 400, "InvalidURL"),
    ("somebody else's upload", one("oss://dashscope-instant/other/2026-01-01/0-0/a.png"), {}, 400, INSPECTION),
    ("an upload that never was", one("oss://bucket/a.png"), {}, 400, INSPECTION),
    ("climbing out of the uploads", one("oss://dashscope-instant/../../secret"), {}, 400, INSPECTION),
    ("size not in the table", r26(size="100*100"), {}, 400, "InvalidParameter"),
    ("size is a word", r26(size="big"), {}, 400, "InvalidParameter"),
    ("size without end", r26(size="9" * 5000 + "*1"), {}, 400, "InvalidParameter"),
    ("size of nothing", r26(size="0*0"), {}, 400, "InvalidParameter"),
    ("size is a list", r26(size=[1280, 720]), {}, 400, "InvalidParameter"),
    ("unknown tier", r27(resolution="4K"), {}, 400, "InvalidParameter"),
    ("tier the model lacks", r27(resolution="480P"), {}, 400, "InvalidParameter"),
    ("unknown ratio", r27(ratio="2:1"), {}, 400, "InvalidParameter"),
    ("ratio of nothing", r27(ratio="0:0"), {}, 400, "InvalidParameter"),
    ("one second", r27(duration=1), {}, 400, "InvalidParameter"),
    ("sixteen seconds", r27(duration=16), {}, 400, "InvalidParameter"),
    ("twelve seconds with a video", r27(media=videos(1), duration=12), {}, 400, "InvalidParameter"),
    ("eleven seconds on 2.6", r26(duration=11), {}, 400, "InvalidParameter"),
    ("half a second more", r27(duration=5.5), {}, 400, "InvalidParameter"),
    ("duration is a word", r27(duration="long"), {}, 400, "InvalidParameter"),
    ("duration is true", r27(duration=True), {}, 400, "InvalidParameter"),
    ("duration beyond reason", r27(duration=10**400), {}, 400, "InvalidParameter"),
    ("negative seed", r27(seed=-1), {}, 400, "InvalidParameter"),
    ("seed too large", r27(seed=2**31), {}, 400, "InvalidParameter"),
    ("seed is a word", r27(seed="lucky"), {}, 400, "InvalidParameter"),
    ("watermark is a word", r27(watermark="yes please"), {}, 400, "InvalidParameter"),
    ("unknown shot type", r26(shot_type="triple"), {}, 400, "InvalidParameter"),
    ("no async header", r27(), {"X-DashScope-Async": ""}, 403, "AccessDenied"),
    ("an encrypted body", r27(), {"X-DashScope-EncryptionKey": "abc"}, 400, "InvalidParameter"),
]  # fmt: skip


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds almost nothing: a decompression bomb when large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# name, file below the media server (or a whole URL), medium, code of the failed task
FAILED: list[tuple[str, str, str, str]] = [
    ("a link to nothing", "missing.png", "image", "InvalidURL"),
    ("nobody listens", "http://127.0.0.1:9/a.png", "image", "InvalidURL"),
    ("an address of the inner network", "http://10.0.0.1/a.png", "image", "InvalidURL"),
    ("a link-local address", "http://169.254.169.254/latest/meta-data/", "image", "InvalidURL"),
    ("loopback by another name", "http://[::ffff:127.0.0.1]/a.png", "image", "InvalidURL"),
    ("an image that is text", "text.png", "image", "InvalidFile.Format"),
    ("half an image", "half.png", "image", "InvalidFile"),
    ("a decompression bomb", "bomb.png", "image", "InvalidFile"),
    ("an image too small", "tiny.png", "image", "InvalidFile"),
    ("an image too long", "ribbon.png", "image", "InvalidFile"),
    ("a video as image", "boy.mp4", "image", "InvalidFile.Format"),
    ("an image as video", "girl.png", "video", "InvalidFile.Format"),
    ("a playlist as video", "list.mp4", "video", "InvalidFile.Format"),
    ("half a video", "half.mp4", "video", "InvalidFile"),
    ("a video too short", "blink.mp4", "video", "InvalidFile.Duration"),
    ("a video too long", "long.mp4", "video", "InvalidFile.Duration"),
    ("an empty file", "empty.png", "image", "InvalidFile"),
    ("broken base64", "data:image/png;base64,%%%%", "image", "Invalid"),
    ("a voice too long", "voice:long.wav", "image", "InvalidFile.Duration"),
    ("a voice that is a picture", "voice:girl.png", "image", "InvalidFile.Format"),
]  # fmt: skip


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad-media")
    whole = tiny_image(folder / "girl.png", (320, 240)).read_bytes()
    (folder / "half.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.png").write_text("this is no picture")
    (folder / "empty.png").write_bytes(b"")
    (folder / "bomb.png").write_bytes(png_of(60_000, 60_000))
    tiny_image(folder / "tiny.png", (100, 100))
    tiny_image(folder / "ribbon.png", (2600, 250))
    film = tiny_video(folder / "boy.mp4", (320, 240), 2).read_bytes()
    (folder / "half.mp4").write_bytes(film[: len(film) // 2])
    tiny_video(folder / "blink.mp4", (320, 240), 0.5)
    tiny_video(folder / "long.mp4", (320, 240), 31, rate=5)
    (folder / "list.mp4").write_text("#EXTM3U\n#EXTINF:5,\nhttp://169.254.169.254/secret.ts\n#EXT-X-ENDLIST\n")
    tiny_sound(folder / "long.wav", 12)
    return folder


@pytest.fixture(scope="module")
def origin(media: Path) -> Iterator[str]:
    with media_server(media) as address:
        yield address


@pytest.fixture(scope="module")
def server(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_FETCH_ALLOW": origin, "UNDERSTUDY_FETCH_SECONDS": "5"}
    with LiveServer(tmp_path_factory.mktemp("data"), slots=2, options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)


def is_a_good_refusal(answer: Any, code: str) -> None:
    assert answer["code"] == code, answer
    assert len(answer["message"]) > 10, answer
    assert answer["request_id"]
    assert "Traceback" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refused_at_submit(server: LiveServer, body: Any, headers: dict[str, str], status: int, code: str) -> None:
    sent = {name: value for name, value in {**ASYNC, **headers}.items() if value}
    found, answer, told = server.call("POST", SUBMIT, body, headers=sent)
    assert (found, told["x-should-retry"]) == (status, "false"), answer
    is_a_good_refusal(answer, code)


@pytest.mark.parametrize(("file", "medium", "code"), [row[1:] for row in FAILED], ids=[row[0] for row in FAILED])
def test_found_wrong_after_the_download(server: LiveServer, origin: str, file: str, medium: str, code: str) -> None:
    item = {"type": f"reference_{medium}", "url": file if ":" in file else f"{origin}/{file}"}
    if file.startswith("voice:"):
        item = {"type": "reference_image", "url": f"{origin}/girl.png", "reference_voice": f"{origin}/{file[6:]}"}
    status, answer, _ = server.submit(r27(media=[item], resolution="720P", duration=2))
    if status == 400:  # what needs no network to be seen may be refused at once
        is_a_good_refusal(answer, answer["code"])
        assert answer["code"].startswith("Invalid")
        return
    assert status == 200, answer
    told = server.wait(answer["output"]["task_id"])
    assert told["output"]["task_status"] == "FAILED"
    assert told["output"]["code"].startswith(code), told
    assert len(told["output"]["message"]) > 10
    assert "usage" not in told or not told["usage"]


@pytest.mark.parametrize(
    ("method", "path", "key", "status", "code"),
    [
        ("GET", "/api/v1/tasks/x", None, 401, "InvalidApiKey"),
        ("GET", "/api/v1/tasks/x", "", 401, "InvalidApiKey"),
        ("GET", "/api/v1/tasks/x", "sk-wrong", 401, "InvalidApiKey"),
        ("GET", "/api/v1/tasks/x", "é" * 10, 401, "InvalidApiKey"),
        ("POST", SUBMIT, "sk-wrong", 401, "InvalidApiKey"),
        ("GET", "/api/v1/uploads?action=getPolicy&model=wan9", "", 401, "InvalidApiKey"),
        ("DELETE", "/api/v1/tasks/x", "sk-wrong", 400, "InvalidParameter"),
        ("GET", "/api/v1/nothing/here", "sk-wrong", 404, "NotFound"),
    ],
)
def test_refused_at_the_door(
    server: LiveServer, method: str, path: str, key: str | None, status: int, code: str
) -> None:
    headers = {} if key is None or key.isascii() else {"Authorization": f"Bearer {key.encode().decode('latin-1')}"}
    found, answer, _ = server.call(method, path, key=None if headers else key, headers=headers)
    assert found == status, answer
    is_a_good_refusal(answer, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/uploads?action=getPolicy&model=wan9.9", 404, "ModelNotFound"),
        ("GET", "/api/v1/uploads?action=getPolicy", 400, "BadRequest.EmptyModel"),
        ("GET", "/api/v1/uploads?action=steal&model=wan2.7-r2v", 400, "InvalidParameter"),
        ("GET", "/api/v1/tasks?page_no=0", 400, "InvalidParameter"),
        ("GET", "/api/v1/tasks?page_size=many", 400, "InvalidParameter"),
        ("GET", "/api/v1/tasks?start_time=yesterday", 400, "InvalidParameter"),
        ("GET", "/api/v1/tasks?status=DONE", 400, "InvalidParameter"),
        ("POST", "/api/v1/tasks/00000000-0000-4000-8000-000000000000/cancel", 404, "NotFound"),
    ],
)
def test_refused_queries(server: LiveServer, method: str, path: str, status: int, code: str) -> None:
    found, answer, _ = server.call(method, path)
    assert found == status, answer
    is_a_good_refusal(answer, code)


@pytest.mark.parametrize("task_id", ["x", "%00", "a" * 3000, "任务", "' OR 1=1 --", "00000000"])
def test_any_unknown_task_is_unknown_not_an_error(server: LiveServer, task_id: str) -> None:
    from urllib.parse import quote

    found, answer, _ = server.call("GET", f"/api/v1/tasks/{quote(task_id, safe='%')}")
    assert (found, answer["output"]["task_status"]) == (200, "UNKNOWN"), answer


def test_a_body_larger_than_allowed_is_refused_and_the_server_lives(server: LiveServer) -> None:
    huge = base64.b64encode(b"\0" * (52 * 1024 * 1024)).decode()
    found, answer, _ = server.submit(r27(media=[{"type": "reference_image", "url": f"data:image/png;base64,{huge}"}]))
    assert found == 400, answer
    assert "larger" in answer["message"]
    assert server.call("GET", "/healthz")[0] == 200


def test_nothing_of_all_this_was_billed(server: LiveServer) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "understudy", "usage", "--format", "json", "--data", str(server.data)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == ""
