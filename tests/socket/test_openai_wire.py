"""The OpenAI videos wire over real sockets: the content route, waiting, earlier films, and GPU servers behind.

What the official client does stands in tests/sdk; here is what it hides, and both kinds of GPU server as upstreams.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from builders import tiny_image
from fake_gpu_servers import FakeGpuServer, FakeSglang, FakeVllmOmni
from live import KEY, LiveServer, media_server, toy_cards
from understudy.dialects._multipart import Part, write_parts

WORDS = {"model": "wan2.6-t2v", "prompt": "a cat", "seconds": 3, "size": "1280x720"}
FILM = {"model": "toy-r2v", "prompt": "Image 1 waves", "seconds": 1}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    tiny_image(folder / "girl.png", (320, 240))
    return folder


@pytest.fixture(scope="module")
def origin(media: Path) -> Iterator[str]:
    with media_server(media) as address:
        yield address


@pytest.fixture(scope="module")
def server(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("server")
    options = {
        "UNDERSTUDY_ENGINES": "testcard",
        "UNDERSTUDY_FETCH_ALLOW": origin,
        "UNDERSTUDY_CARDS": toy_cards(folder / "cards"),
    }
    with LiveServer(folder / "data", options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)


def made(server: LiveServer, body: Any = None, *, path: str = "/v1/videos", seconds: float = 60, **headers: str) -> Any:
    """Submit and wait; the video as it is at its end."""
    status, video, _ = server.call("POST", path, body, headers=headers)
    assert status == 200, video
    deadline = time.monotonic() + seconds
    while video["status"] in ("queued", "in_progress"):
        assert time.monotonic() < deadline, video
        time.sleep(0.1)
        video = server.call("GET", f"/v1/videos/{video['id']}")[1]
    return video


@pytest.fixture(scope="module")
def video(server: LiveServer, origin: str) -> Any:
    return made(server, {**FILM, "reference_urls": [f"{origin}/girl.png"]})


# Films --------------------------------------------------------------------------------------------------------------


def test_the_film_comes_from_its_own_route(server: LiveServer, video: Any) -> None:
    path = f"/v1/videos/{video['id']}/content"
    status, whole, headers = server.call("GET", path)
    assert (status, whole[4:8], headers["content-type"]) == (200, b"ftyp", "video/mp4")
    assert server.call("GET", video["metadata"]["url"], key=None)[1] == whole, "the same bytes as the link's"
    status, part, headers = server.call("GET", path, headers={"Range": "bytes=4-7"})
    assert (status, part, headers["content-range"]) == (206, b"ftyp", f"bytes 4-7/{len(whole)}")
    status, nothing, headers = server.call("HEAD", path)
    assert (status, nothing, headers["content-length"]) == (200, b"", str(len(whole)))
    status, still, headers = server.call("GET", f"{path}?variant=thumbnail")
    assert (status, still[:2], headers["content-type"]) == (200, b"\xff\xd8", "image/jpeg")


def test_a_film_is_for_its_owner_only(server: LiveServer, video: Any) -> None:
    path = f"/v1/videos/{video['id']}"
    for key, status in ((None, 401), ("sk-wrong", 401), (f"{KEY}-other", 404)):
        for last in ("", "/content"):
            found, body, _ = server.call("GET", path + last, key=key)
            assert (found, set(body)) == (status, {"error"})
    assert server.call("DELETE", path, key=f"{KEY}-other")[0] == 404
    assert server.call("POST", f"{path}/remix", {"prompt": "x"}, key=f"{KEY}-other")[0] == 404


def test_any_wire_may_ask_for_any_task(server: LiveServer, video: Any, origin: str) -> None:
    """One id space: a task of this wire by its UUID on another, and the other way round."""
    digits = video["id"].removeprefix("video_")
    uuid = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    told = server.call("GET", f"/api/v1/tasks/{uuid}")[1]["output"]
    assert (told["task_status"], told["video_url"]) == ("SUCCEEDED", video["metadata"]["url"])
    media = [{"type": "reference_image", "url": f"{origin}/girl.png"}]
    submitted = server.submit({"model": "toy-r2v", "input": {"prompt": "x", "media": media}})[1]["output"]["task_id"]
    server.wait(submitted)
    assert server.call("GET", f"/v1/videos/{submitted}")[1]["status"] == "completed"


# Waiting ------------------------------------------------------------------------------------------------------------


def test_sync_answers_with_the_film_itself(server: LiveServer, origin: str) -> None:
    body = {**FILM, "reference_urls": [f"{origin}/girl.png"]}
    status, film, headers = server.call("POST", "/v1/videos/sync", body)
    assert (status, film[4:8], headers["content-type"]) == (200, b"ftyp", "video/mp4")


def test_sync_says_why_there_is_no_film(server: LiveServer, origin: str) -> None:
    status, body, _ = server.call("POST", "/v1/videos/sync", {**FILM, "reference_urls": [f"{origin}/none.png"]})
    assert status == 400
    assert "failed" in body["error"]["message"]
    assert server.call("POST", "/v1/videos/sync", {"prompt": "x", "seconds": 99})[1]["error"]["param"] == "seconds"


def test_who_hangs_up_while_waiting_stops_nothing(server: LiveServer, origin: str) -> None:
    body = json.dumps({**FILM, "reference_urls": [f"{origin}/girl.png"], "prompt": "hung up"}).encode()
    head = (
        f"POST /v1/videos/sync HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        found: list[Any] = []
        deadline = time.monotonic() + 30
        while not found and time.monotonic() < deadline:
            page = server.call("GET", "/v1/videos?limit=5")[1]["data"]
            found = [video for video in page if video["prompt"] == "hung up"]
    while (told := server.call("GET", f"/v1/videos/{found[0]['id']}")[1])["status"] in ("queued", "in_progress"):
        assert time.monotonic() < deadline + 30
        time.sleep(0.1)
    assert told["status"] == "completed"


# Files and earlier films --------------------------------------------------------------------------------------------


def a_form(folder: Path, **texts: str) -> tuple[bytes, str]:
    parts = [Part.of_text(name, text) for name, text in texts.items()]
    return write_parts([*parts, Part("girl", (folder / "girl.png").read_bytes(), "girl.png", "image/png")])


def test_files_of_a_form_by_name(server: LiveServer, media: Path) -> None:
    said = {"media": json.dumps([{"type": "reference_image", "url": "cid:girl"}] * 2)}
    body, kind = a_form(media, model="toy-r2v", prompt="Image 1 waves", seconds="1", **said)
    first = made(server, body, **{"Content-Type": kind})
    assert first["status"] == "completed", first
    second = made(server, {"prompt": "once more"}, path=f"/v1/videos/{first['id']}/remix")
    assert (second["status"], second["remixed_from_video_id"]) == ("completed", first["id"])


@pytest.mark.parametrize("body", [b"", b"--x--\r\n", b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nhi'])
def test_a_broken_form_is_refused(server: LiveServer, body: bytes) -> None:
    status, told, _ = server.call(
        "POST", "/v1/videos", body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert (status, told["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize("address", ["inline:", "enclosed:inline:", "take:", "enclosed:http://127.0.0.1/"])
def test_inner_addresses_are_of_no_use_to_strangers(server: LiveServer, video: Any, address: str) -> None:
    """What stands for something kept here is never taken from another account."""
    task_id = video["id"].removeprefix("video_")
    other = {"inline:": "dashscope-instant/default/2026-01-01/inline/" + "0" * 36, "take:": task_id}
    url = address + other.get(address, "dashscope-instant/default/2026-01-01/inline/" + "0" * 36)
    media = [{"type": "reference_image", "url": url}]
    status, told, _ = server.call("POST", "/v1/videos", {**FILM, "media": media}, key=f"{KEY}-other")
    if status == 200:  # looked at when the task runs
        while (told := server.call("GET", f"/v1/videos/{told['id']}", key=f"{KEY}-other")[1])["status"] != "failed":
            assert told["status"] != "completed"
            time.sleep(0.1)
    assert told["error"]["code"] in ("invalid_value", "invalid_media")


def test_another_accounts_film_cannot_be_edited(server: LiveServer, video: Any) -> None:
    body = {"prompt": "rain", "video": {"id": video["id"]}}
    status, told, _ = server.call("POST", "/v1/videos/edits", body, key=f"{KEY}-other")
    assert (status, told["error"]["param"]) == (400, "video")


def test_one_being_made_may_be_deleted(server: LiveServer) -> None:
    submitted = server.call("POST", "/v1/videos", {"model": "wan2.6-t2v", "prompt": "x", "seconds": 10})[1]
    assert server.call("DELETE", f"/v1/videos/{submitted['id']}")[1]["deleted"] is True
    assert server.call("GET", f"/v1/videos/{submitted['id']}")[0] == 404


def test_a_large_film_costs_no_memory(server: LiveServer, video: Any) -> None:
    """The bytes go from the file to the socket; the connection is kept for the next question."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for last in ("/content", ""):
        line.request("GET", f"/v1/videos/{video['id']}{last}", headers={"Authorization": f"Bearer {KEY}"})
        answer = line.getresponse()
        assert answer.status == 200
        answer.read()
    line.close()


# GPU servers behind this one ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["vllm-omni", "sglang"])
def gpu(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeGpuServer]:
    folder = tmp_path_factory.mktemp(request.param)
    kinds: dict[str, Any] = {"vllm-omni": FakeVllmOmni, "sglang": FakeSglang}
    with kinds[request.param](folder, key="sk-gpu", model="Wan-AI/Wan2.2") as fake:
        yield fake


@pytest.fixture(scope="module")
def front(gpu: FakeGpuServer, origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of ours that has the GPU server make everything."""
    folder = tmp_path_factory.mktemp("front")
    upstream = {
        "base_url": gpu.url,
        "key": "sk-gpu",
        "dialect": f"openai_videos:{gpu.kind}",
        "poll_seconds": 0.1,
        "models": {"toy-r2v": "Wan-AI/Wan2.2", "wan2.6-t2v": "Wan-AI/Wan2.2"},
    }
    options = {
        "UNDERSTUDY_ENGINES": "upstream:gpu",
        "UNDERSTUDY_UPSTREAMS": json.dumps({"gpu": upstream}),
        "UNDERSTUDY_FETCH_ALLOW": f"{origin},{gpu.url}",
        "UNDERSTUDY_CARDS": toy_cards(folder / "cards"),
    }
    with LiveServer(folder / "data", options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)
        assert not [line for line in live.log if "sk-gpu" in line], "its key is in the log"


@pytest.mark.parametrize("given", ["words", "link", "file", "a watermark"])
def test_a_gpu_server_makes_it(front: LiveServer, gpu: FakeGpuServer, origin: str, media: Path, given: str) -> None:
    """What it cannot be told is refused here, and nothing is sent."""
    before = len(gpu.submitted)
    if given == "words":
        told = made(front, {**WORDS, "seed": 7})
    elif given == "link":
        told = made(front, {**FILM, "reference_urls": [f"{origin}/girl.png"]})
    elif given == "file":
        item = json.dumps([{"type": "reference_image", "url": "cid:girl"}])
        body, kind = a_form(media, model="toy-r2v", prompt="Image 1 waves", seconds="1", media=item)
        told = made(front, body, **{"Content-Type": kind})
    else:
        told = made(front, {**WORDS, "watermark": True})
        assert told["status"] == "failed"
        assert len(gpu.submitted) == before
        return
    assert told["status"] == "completed", (told, gpu.calls, front.tail())
    assert told["engine"] == "upstream:gpu"
    (said,) = gpu.submitted[before:]
    assert (said["model"], said["prompt"]) == ("Wan-AI/Wan2.2", told["prompt"])
    assert str(said["seconds"]) == told["seconds"]
    if given == "file":
        assert len(said["files"]) == 1
    elif given == "link":
        assert f"{origin}/girl.png" in json.dumps(said)
    _, film, _ = front.call("GET", f"/v1/videos/{told['id']}/content")
    theirs = list(gpu.jobs.values())[-1]["film"]
    assert film == theirs.read_bytes(), "the very film it made"
    with av.open(str(theirs)) as opened:
        assert opened.streams.video[0].frames == 24 * int(told["seconds"])


def test_a_failure_there_is_told_in_its_words(front: LiveServer, gpu: FakeGpuServer) -> None:
    gpu.failure = "CUDA out of memory"
    try:
        told = made(front, WORDS)
    finally:
        gpu.failure = ""
    assert told["status"] == "failed"
    assert "CUDA out of memory" in told["error"]["message"]


def test_a_refusal_there_is_told_too(front: LiveServer, gpu: FakeGpuServer) -> None:
    gpu.answers.append(400)
    told = made(front, WORDS)
    assert told["status"] == "failed"
    assert "as the test has it" in told["error"]["message"]
