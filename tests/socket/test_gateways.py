"""The documents of two gateways against a real server: gpt.ge (seed 002) and ModelVerse (seed 004).

Commands and programs are cut from `shared/seeds` when the test runs and are run by curl, Node and Python themselves;
only host, key and media are mapped to this machine. Films of documents are made by the animatic. Those of seed 002
last ten seconds: by default two are asked for, `-m chaos` asks as printed.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image, ImageDraw

from builders import tiny_video
from live import KEY, LiveServer, media_server
from seeds import seed_text

ROOT = Path(__file__).resolve().parents[2]
MEDIA = re.compile(r"https://(?:help-static-aliyun-doc\.aliyuncs\.com|umodelverse-inference\S*?)/[^\s\"']+")
HOSTS = re.compile(r"https://api\.(?:gpt\.ge|modelverse\.cn)")
AS_PRINTED = pytest.mark.chaos


def figure(path: Path, mode: str) -> None:
    """A person as plain shapes; a picture with alpha needs no perception model to be cast."""
    image = Image.new("RGBA", (300, 400), (0, 0, 0, 0) if mode == "RGBA" else (240, 240, 240, 255))
    draw = ImageDraw.Draw(image)
    draw.ellipse([80, 20, 220, 180], fill=(236, 190, 150, 255))
    draw.rounded_rectangle([50, 190, 250, 400], 40, fill=(60, 90, 160, 255))
    image.convert(mode).save(path)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("media")
    figure(folder / "image.png", "RGBA")
    figure(folder / "image.jpg", "RGB")
    tiny_video(folder / "film.mp4", (320, 240), 3, sound=True)
    tiny_video(folder / "long.mp4", (320, 240), 4)
    with media_server(folder) as address:
        yield address


@pytest.fixture(scope="module")
def server(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("data"), slots=2, options={"UNDERSTUDY_FETCH_ALLOW": origin}) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(100)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Nothing is ever made here."""
    options = {"UNDERSTUDY_PROFILE": "strict"}
    with LiveServer(tmp_path_factory.mktemp("strict"), slots=0, options=options) as live:
        yield live


def mapped(text: str, server: LiveServer, origin: str) -> str:
    """Host, key and media of a document, here."""

    def medium(match: re.Match[str]) -> str:
        return f"{origin}/{'film.mp4' if match[0].endswith('mp4') else 'image.' + match[0][-3:]}"

    text = HOSTS.sub(server.url, MEDIA.sub(medium, text))
    return text.replace("$YOUR_TOKEN", KEY).replace("YOUR_TOKEN", KEY).replace("<YOUR_API_KEY>", KEY)


def between(text: str, start: str, end: str) -> str:
    first = text.index(start)
    return text[first : text.index(end, first)]


def program_of(name: str) -> str:
    """An example of document 002. It has lost its fences, so it ends where the next heading begins."""
    text = seed_text("002")
    return {
        "curl": lambda: between(text, "curl -X POST", "JavaScript (fetch)"),
        "fetch": lambda: between(text, "fetch('https", "Python 示例"),
        "python": lambda: between(text, "import requests", "返回字段说明"),
    }[name]()


def run(name: str, program: str) -> str:
    """What the program prints, run by what it was written for."""
    commands = {
        "curl": ["bash", "-c", program],
        "fetch": ["node", "--input-type=module", "-e", program],
        "python": [sys.executable, "-c", program],
    }
    tool = {"curl": "curl", "fetch": "node"}.get(name)
    if tool is not None and shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT / ".sdk" / "dashscope-2.0.2")}
    done = subprocess.run(commands[name], capture_output=True, text=True, env=env, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ended(server: LiveServer, path: str, words: tuple[str, ...], key: str = KEY) -> dict[str, Any]:
    """The task as the gateway's own query tells it at its end."""
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        status, told, _ = server.call("GET", path, key=key)
        assert status == 200, told
        if told["output"]["task_status"] in words:
            return dict(told)
        time.sleep(0.1)
    raise TimeoutError(server.tail())


def film_at(server: LiveServer, url: str) -> tuple[str, int, bool]:
    """Size, number of pictures and whether there is sound, of the film at a link that needs no key."""
    status, data, _ = server.call("GET", url, key=None)
    assert status == 200
    with av.open(io.BytesIO(data), "r") as film:
        video = film.streams.video[0]
        frames = len(list(film.decode(video)))
        return f"{video.codec_context.width}*{video.codec_context.height}", frames, bool(film.streams.audio)


# gpt.ge -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "seconds"),
    [(name, 2) for name in ("curl", "fetch", "python")]
    + [pytest.param(name, 10, marks=AS_PRINTED) for name in ("curl", "fetch", "python")],
)
def test_document_002_example(server: LiveServer, origin: str, name: str, seconds: int) -> None:
    program = mapped(program_of(name), server, origin)
    printed = re.sub(r"(duration[\"']?: )10\b", rf"\g<1>{seconds}", program)
    assert seconds == 10 or printed != program
    said = run(name, printed)
    task_id = re.search(r"task_id[\"']?: ?[\"']([0-9a-f-]{36})", said)
    assert task_id is not None, said
    assert "PENDING" in said
    told = ended(server, f"/task/{task_id[1]}", ("SUCCEEDED", "FAILED"))
    output = told["output"]
    assert output["task_status"] == "SUCCEEDED", told
    assert output["engine"] == "animatic"
    assert film_at(server, output["video_url"]) == ("1280*720", seconds * 30, True)
    # four references: each of the two films counts at most 1.25 s
    assert told["usage"] == {
        "video_count": 1, "video_ratio": "1280*720", "video_duration": seconds, "duration": seconds + 2.5,
        "size": "1280*720", "input_video_duration": 2.5, "output_video_duration": seconds, "SR": 720,
    }  # fmt: skip


def test_every_route_of_the_family_tells_of_any_task(server: LiveServer) -> None:
    body = {"model": "wan2.6-t2v", "input": {"prompt": "A cat."}, "parameters": {"size": "1280*720", "duration": 2}}
    status, accepted, _ = server.call("POST", "/task/bailian/text2video", body)
    assert status == 200
    task_id = accepted["output"]["task_id"]
    alike = [f"/task/{task_id}", f"/task/bailian/{task_id}", f"/alibailian/api/v1/tasks/{task_id}"]
    assert {server.call("GET", path)[1]["output"]["task_id"] for path in alike} == {task_id}
    status, told, _ = server.call("GET", f"/v1/tasks/status?task_id={task_id}")
    assert (status, told["output"]["task_id"]) == (200, task_id), "one id space"
    assert server.call("DELETE", f"/understudy/v1/tasks/{task_id}")[0] == 200
    status, refused, _ = server.call("POST", "/task/bailian/ref2video", body)
    assert (status, refused["code"], refused["error"]["code"]) == (400, "InvalidParameter", "InvalidParameter")
    assert "/task/bailian/text2video" in refused["message"]
    status, refused, _ = server.call("POST", "/task/bailian/text2video", body, key="nobody")
    assert (status, refused["error"]["type"]) == (401, "invalid_request_error")
    assert refused["message"] == refused["error"]["message"]


# ModelVerse ---------------------------------------------------------------------------------------------------------


def shell_blocks() -> list[str]:
    return re.findall(r"```shell\n(.*?)```", seed_text("004"), re.DOTALL)


def test_document_004_examples(server: LiveServer, origin: str) -> None:
    """As printed, the comma that is no JSON and all; with the bare key, and as the vendor's newer pages send it."""
    submit, query = (mapped(block, server, origin) for block in shell_blocks())
    with_scheme = json.loads(run("curl", submit.replace(KEY, f"Bearer {KEY}")))["output"]["task_id"]
    waiting = json.loads(run("curl", query.replace("<task_id>", with_scheme).replace(KEY, f"Bearer {KEY}")))
    assert waiting["output"]["task_status"] in ("Pending", "Running"), waiting
    assert server.call("DELETE", f"/understudy/v1/tasks/{with_scheme}")[0] == 200
    accepted = json.loads(run("curl", submit))
    assert sorted(accepted) == ["output", "request_id"]
    assert list(accepted["output"]) == ["task_id"], "no state in it"
    task_id = accepted["output"]["task_id"]
    ended(server, f"/v1/tasks/status?task_id={task_id}", ("Success", "Failure"))
    told = json.loads(run("curl", query.replace("<task_id>", task_id)))
    output = told["output"]
    assert output["task_status"] == "Success", told
    assert output["finish_time"] >= output["submit_time"] > 1_700_000_000
    assert all(isinstance(output[name], int) for name in ("submit_time", "finish_time"))
    assert told["usage"]["duration"] == 5
    (url,) = output["urls"]
    assert film_at(server, url) == ("1280*720", 150, True), "bgm is sound"


def test_the_comma_is_refused_by_a_strict_server(strict: LiveServer) -> None:
    said = json.loads(run("curl", mapped(shell_blocks()[0], strict, "https://media.example")))
    assert said["error"]["code"] == "param_error"
    assert "line 5, column" in said["error"]["message"]
    assert said["error"]["param"], "the number of the request stands there"
    fixed = shell_blocks()[0].replace('.jpg",', '.jpg"')
    assert "task_id" in run("curl", mapped(fixed, strict, "https://media.example"))


def test_other_routes_do_not_take_the_comma(server: LiveServer) -> None:
    broken = b'{"model": "wan2.6-t2v", "input": {"prompt": "A cat.",}}'
    for path in ("/task/bailian/text2video", "/api/v1/services/aigc/video-generation/video-synthesis"):
        status, refused, _ = server.call("POST", path, broken, headers={"X-DashScope-Async": "enable"})
        assert status == 400, (path, refused)


def test_modelverse_refuses_in_one_envelope(server: LiveServer) -> None:
    status, models, _ = server.call("GET", "/v1/models")
    names = {model["id"] for model in models["data"]}
    assert (status, models["object"]) == (200, "list")
    assert {"viduq2", "Wan-AI/Wan2.6-T2V", "happyhorse-1.0-r2v"} <= names
    asked = {"model": "viduq2", "input": {"prompt": "x"}, "parameters": {"vidu_type": "reference2video"}}
    refusals = [
        (400, "param_error", server.call("POST", "/v1/tasks/submit", asked)),
        (400, "model_error", server.call("POST", "/v1/tasks/submit", asked | {"model": "viduq9"})),
        (400, "param_error", server.call("GET", "/v1/tasks/status")),
        (400, "param_error", server.call("GET", "/v1/tasks/status?task_id=nothing")),
        (401, "auth_error", server.call("GET", "/v1/models", key=None)),
        (401, "auth_error", server.call("GET", "/v1/models", key=None, headers={"Authorization": "unknown"})),
        (404, "param_error", server.call("GET", "/v1/tasks/nothing")),
    ]
    for wanted, code, (status, answer, headers) in refusals:
        assert (status, answer["error"]["code"]) == (wanted, code), answer
        number = {name.lower(): value for name, value in headers.items()}["x-request-id"]
        assert answer["error"]["param"] == number
    assert "input.images is required" in refusals[0][2][1]["error"]["message"]


def test_wan_models_under_the_names_of_modelverse(behind: LiveServer) -> None:
    """Sizes with x, pictures as data, lower case; the film is as asked."""
    picture = io.BytesIO()
    Image.new("RGB", (400, 400), (90, 140, 200)).save(picture, "PNG")
    data = "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()
    submits: list[tuple[dict[str, Any], str, int]] = [
        (
            {
                "model": "Wan-AI/Wan2.2-T2V",
                "input": {"prompt": "A meadow in the evening."},
                "parameters": {"size": "832x480", "duration": 5},
            },
            "832*480",
            5,
        ),
        (
            {
                "model": "Wan-AI/Wan2.2-I2V",
                "input": {"prompt": "The sky grows dark.", "first_frame_url": data},
                "parameters": {"resolution": "480p", "duration": 5, "seed": -1},
            },
            "624*624",
            5,
        ),
    ]
    for body, size, seconds in submits:
        status, accepted, _ = behind.call("POST", "/v1/tasks/submit", body, key=KEY_THERE)
        assert status == 200, accepted
        path = f"/v1/tasks/status?task_id={accepted['output']['task_id']}"
        told = ended(behind, path, ("Success", "Failure"), KEY_THERE)
        assert told["output"]["task_status"] == "Success", told
        assert film_at(behind, told["output"]["urls"][0])[:2] == (size, seconds * 30)
        assert told["usage"]["duration"] == seconds


# Forwarding ---------------------------------------------------------------------------------------------------------

KEY_THERE = "sk-upstream-0123456789abcdef"
DASHSCOPE = "/api/v1/services/aigc/video-generation/video-synthesis"
R2V = {
    "model": "wan2.6-r2v",
    "input": {"prompt": "character1 waves.", "reference_urls": ["ORIGIN/film.mp4", "ORIGIN/image.png"]},
    "parameters": {"size": "1280*720", "duration": 2},
}
T2V = {"model": "wan2.6-t2v", "input": {"prompt": "A cat."}, "parameters": {"size": "1280*720", "duration": 5}}
SUBJECTS = {
    "model": "viduq2",
    "input": {"prompt": "@Mara waves.", "subjects": [{"id": "Mara", "images": ["ORIGIN/image.png"], "voice_id": "v"}]},
    "parameters": {"vidu_type": "reference2video", "duration": 1, "resolution": "540p"},
}
CLIP = {
    "model": "viduq2-pro",
    "input": {"prompt": "It goes on.", "video_url": "ORIGIN/long.mp4"},
    "parameters": {"vidu_type": "extend", "duration": 1},
}


@pytest.mark.parametrize(
    ("dialect", "path", "body", "there"),
    [
        ("gptge", "/task/bailian/ref2video", R2V, "wan2.6-r2v"),  # the body goes on as it came
        ("gptge", DASHSCOPE, R2V, "wan2.6-r2v"),
        ("modelverse", DASHSCOPE, R2V, "wan2.6-r2v"),
        ("modelverse", DASHSCOPE, T2V, "Wan-AI/Wan2.6-T2V"),
        ("modelverse", "/v1/tasks/submit", SUBJECTS, "viduq2"),
        ("modelverse", "/v1/tasks/submit", CLIP, "viduq2-pro"),
    ],
)
def test_a_server_forwards_to_a_server(
    behind: LiveServer, before: dict[str, LiveServer], origin: str, dialect: str, path: str, body: Any, there: str
) -> None:
    """One task there, under the gateway's name for the model, and the same bytes here."""
    here = before[dialect]
    asked = json.loads(json.dumps(body).replace("ORIGIN", origin))
    earlier = behind.call("GET", "/api/v1/tasks", key=KEY_THERE)[1]["total"]
    status, accepted, _ = here.call("POST", path, asked, headers={"X-DashScope-Async": "enable"})
    assert status == 200, accepted
    told = ended(here, f"/task/{accepted['output']['task_id']}", ("SUCCEEDED", "FAILED"))
    assert told["output"]["task_status"] == "SUCCEEDED", told
    assert told["output"]["engine"] == "upstream:b"
    listed = behind.call("GET", "/api/v1/tasks", key=KEY_THERE)[1]
    assert (listed["total"], listed["data"][0]["model_name"]) == (earlier + 1, there)
    made = behind.call("GET", f"/task/{listed['data'][0]['task_id']}", key=KEY_THERE)[1]
    links = [answer["output"]["video_url"] for answer in (told, made)]
    assert here.call("GET", links[0], key=None)[1] == behind.call("GET", links[1], key=None)[1]
    assert told["usage"] == made["usage"]


@pytest.fixture(scope="module")
def behind(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    options = {
        "UNDERSTUDY_ENGINES": "testcard",
        "UNDERSTUDY_KEYS": f"default:{KEY_THERE}",
        "UNDERSTUDY_FETCH_ALLOW": origin,
    }
    with LiveServer(tmp_path_factory.mktemp("behind"), slots=2, options=options) as live:
        yield live


@pytest.fixture(scope="module")
def before(
    behind: LiveServer, origin: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, LiveServer]]:
    """Servers that make nothing themselves, one for each gateway's wire."""
    upstream = {"BASE_URL": behind.url, "KEY": KEY_THERE, "POLL_SECONDS": "0.2"}
    options = {f"UNDERSTUDY_UPSTREAMS__B__{name}": value for name, value in upstream.items()}
    options |= {"UNDERSTUDY_ENGINES": "upstream:b", "UNDERSTUDY_FETCH_ALLOW": f"{origin},{behind.url}"}
    with ExitStack() as stack:
        yield {
            dialect: stack.enter_context(
                LiveServer(
                    tmp_path_factory.mktemp(dialect),
                    slots=1,
                    options={**options, "UNDERSTUDY_UPSTREAMS__B__DIALECT": dialect},
                )
            )
            for dialect in ("gptge", "modelverse")
        }
