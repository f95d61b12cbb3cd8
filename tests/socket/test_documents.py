"""The documents' own commands and programs, and recorded SDK traffic, against a real server.

Commands and programs are cut from `shared/seeds` when the test runs; only host, key and media are mapped to this
machine. Recorded requests are sent as they were recorded; each must get the class of status it got then.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders import tiny_image, tiny_sound, tiny_video
from live import KEY, LiveServer, media_server
from seeds import CurlCall, curl_blocks, json_blocks, seed_text
from understudy.catalog.shelf import Shelf
from wires import recorded

ROOT = Path(__file__).resolve().parents[2]
OFFICIAL = "https://dashscope.aliyuncs.com"
MEDIA = re.compile(r"https://help-static-aliyun-doc\.aliyuncs\.com/[^\s\"']+")
R2V = ("wan2.7-r2v", "wan2.6-r2v", "wan2.6-r2v-flash")


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    for suffix in ("jpg", "png", "webp"):
        tiny_image(folder / f"image.{suffix}", (400, 300))
    tiny_video(folder / "film.mp4", (320, 240), 3, sound=True)
    tiny_sound(folder / "sound.wav", 2)
    (folder / "sound.mp3").write_bytes((folder / "sound.wav").read_bytes())  # its bytes count, not its name
    return folder


@pytest.fixture(scope="module")
def origin(media: Path) -> Iterator[str]:
    with media_server(media) as address:
        yield address


@pytest.fixture(scope="module")
def server(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_FETCH_ALLOW": origin}
    with LiveServer(tmp_path_factory.mktemp("data"), slots=2, options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(100)


def mapped(text: str, server: LiveServer, origin: str) -> str:
    """Host and media of a document, here."""

    def medium(match: re.Match[str]) -> str:
        suffix = match[0].rsplit(".", 1)[1].lower()
        name = {"mp4": "film.mp4", "mp3": "sound.mp3"}.get(suffix, f"image.{suffix}")
        return f"{origin}/{name}"

    return MEDIA.sub(medium, text).replace(OFFICIAL, server.url)


def send(call: CurlCall, server: LiveServer, origin: str, task_id: str = "") -> tuple[int, Any]:
    url = mapped(call.url, server, origin)
    url = re.sub(r"/tasks/[^/?]+", f"/tasks/{task_id}", url) if task_id else url
    body = mapped(call.body.decode(), server, origin).encode() if call.body else None
    headers = {name: value for name, value in call.headers.items() if name != "authorization"}
    assert "authorization" in call.headers
    status, answer, _ = server.call(call.method, url, body, headers=headers)
    return status, answer


def lacks(documented: Any, told: Any) -> list[str]:
    if not isinstance(documented, dict):
        return []
    return [key for key in documented if key not in (told or {})] + [
        f"{key}.{gap}" for key in documented if key in (told or {}) for gap in lacks(documented[key], told[key])
    ]


def uploaded(server: LiveServer, path: Path, model: str) -> str:
    """An upload by the program printed in document 000, in a process with the `requests` package."""
    code = re.search(r"```python\n(.*?)```", seed_text("000"), re.DOTALL)
    assert code is not None
    program = code[1].replace(OFFICIAL, server.url).split("# 使用示例")[0]
    program += f"\nprint(upload_file_and_get_url({KEY!r}, {model!r}, {str(path)!r}))\n"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / ".sdk" / "dashscope-2.0.2"), "LANG": "C.UTF-8"}
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, timeout=60)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_document_000_upload_submit_poll_as_printed(server: LiveServer, origin: str, media: Path) -> None:
    address = uploaded(server, media / "film.mp4", "wan2.6-r2v")
    assert address.startswith("oss://dashscope-instant/")
    submit, query = curl_blocks("000")
    assert submit.body is not None
    body = submit.body.decode().replace("oss://dashscope-instant/xxx/2025-12-16/xxx.mp4", address)
    status, accepted = send(CurlCall(submit.method, submit.url, submit.headers, body.encode()), server, origin)
    documented_accepted, documented_done, _ = json_blocks("000")[:3]
    assert status == 200, accepted
    assert lacks(documented_accepted, accepted) == []
    server.wait(accepted["output"]["task_id"])
    status, done = send(query, server, origin, accepted["output"]["task_id"])
    assert (status, done["output"]["task_status"]) == (200, "SUCCEEDED"), done
    assert lacks(documented_done, done) == []
    # one reference video of 3 s below the cap of 5, five seconds of film
    assert done["usage"] == {
        "duration": 8, "size": "1280*720", "input_video_duration": 3, "output_video_duration": 5, "video_count": 1,
        "SR": 720,
    }  # fmt: skip


@pytest.mark.parametrize("number", range(len([c for c in curl_blocks("003") if c.method == "POST"])))
def test_document_003_every_curl_example(server: LiveServer, origin: str, number: int) -> None:
    calls = curl_blocks("003")
    submits = [call for call in calls if call.method == "POST"]
    query = next(call for call in calls if call.method == "GET")
    status, accepted = send(submits[number], server, origin)
    assert status == 200, accepted
    task_id = accepted["output"]["task_id"]
    assert server.wait(task_id)["output"]["task_status"] == "SUCCEEDED"
    status, done = send(query, server, origin, task_id)
    usage = done["usage"]
    videos = submits[number].json()["input"]["media"]
    count = sum(item["type"] == "reference_video" for item in videos)
    assert (status, usage["output_video_duration"], usage["SR"]) == (200, 10, 720)
    assert usage["input_video_duration"] == count * 1, "five references: each video is capped at one second"
    assert usage["duration"] == 10 + count


def test_document_003_python_program_as_printed(server: LiveServer, origin: str) -> None:
    """The quick-start program, with its SDK; only base URL and media are mapped."""
    text = seed_text("003")
    start = text.index("# -*- coding: utf-8 -*-")
    program = text[start : text.index("Java SDK", start)]
    program = mapped(program, server, origin).replace(OFFICIAL, server.url)
    # the document lost the indentation of its last lines; they are printed here as the guide means them
    program = re.sub(r'(?m)^(print\("video_url:".*)$', r"    \1", program)
    program = re.sub(r"(?m)^(print\('Failed, .*)$", r"    \1", program)
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / ".sdk" / "dashscope-1.25.16"),
        "LANG": "C.UTF-8",
        "DASHSCOPE_API_KEY": KEY,
    }
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, timeout=200)
    assert told.returncode == 0, told.stderr + program
    link = re.search(r"^video_url: (\S+)$", told.stdout, re.MULTILINE)
    assert link is not None, told.stdout
    assert server.call("GET", link[1], key=None)[1][4:8] == b"ftyp"


def test_recorded_traffic_gets_the_class_of_answer_it_got(server: LiveServer) -> None:
    """Submits of the models with a cast, and every question. The recording server staged its faults by model name."""
    served = {name for card in Shelf.open().all() for name in (card.model, *card.aliases)}
    compared = 0
    for item in recorded():
        wire, wanted = item.request, int(item.response["status"])
        model = item.body.get("model") if isinstance(item.body, dict) else None
        if (wire.method == "POST" and model is not None and model not in R2V) or "/cancel" in wire.path:
            continue  # another family (test_families), or a task that is not here
        if model in R2V and "oss://" in wire.body.decode():
            wanted = 400  # the recorded uploads are not here
        if wire.path == "/api/v1/uploads":
            wanted = 200 if wire.query.get("model") in served else 404
        if wanted >= 429 and model is None:
            wanted = 200  # staged: here the asked task is merely unknown
        path = wire.path + ("/" if "aio" in item.file else "")
        path += "?" + urllib.parse.urlencode(wire.query) if wire.query else ""
        left_out = ("host", "authorization", "content-length", "accept-encoding", "connection")
        headers = {name: value for name, value in wire.headers.items() if name not in left_out}
        status, answer, _ = server.call(wire.method, path, wire.body or None, headers=headers)
        assert status // 100 == wanted // 100, (item.name, wire.method, path, answer)
        compared += 1
    assert compared > 100
