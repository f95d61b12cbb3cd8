"""Every example of the README, as printed but for host, key and media, against a real server.

The Chinese README has the same programs, so running them once covers both.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from builders import tiny_image, tiny_sound, tiny_video
from live import KEY, LiveServer, media_server

ROOT = Path(__file__).resolve().parents[2]
ENGLISH, CHINESE = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
SDKS = {"dashscope": "dashscope-2.0.2", "openai": "openai-3.51.0"}
END = {"SUCCEEDED", "FAILED", "Success", "Failure", "success", "failed"}


def blocks(text: str) -> list[tuple[str, str]]:
    """Kind and text of each program of a page."""
    return re.findall(r"^```(python|bash|toml)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def block(needle: str) -> str:
    (found,) = [text for _, text in blocks(ENGLISH) if needle in text]
    return found


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("media")
    tiny_image(folder / "girl.png", (400, 300))
    with media_server(folder) as address:
        yield address


@pytest.fixture(scope="module")
def server(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_FETCH_ALLOW": origin}
    with LiveServer(tmp_path_factory.mktemp("data"), slots=2, options=options) as live:
        yield live


def shell(commands: str, server: LiveServer, origin: str, task: str = "") -> Any:
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "URL": server.url, "KEY": KEY, "TASK": task}
    told = subprocess.run(
        ["bash", "-euc", commands.replace("https://example.com", origin)],
        capture_output=True, text=True, env=env, timeout=60,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def program(text: str, server: LiveServer, origin: str, folder: Path) -> str:
    """Run a Python example in a folder with the files it names; what it printed."""
    tiny_image(folder / "girl.jpg", (400, 300))
    tiny_image(folder / "flowers.png", (400, 300))
    tiny_sound(folder / "girl.wav", 2).rename(folder / "girl.mp3")  # its bytes count, not its name
    tiny_video(folder / "boy.mp4", (320, 240), 3, sound=True)
    text = text.replace("http://127.0.0.1:8000", server.url).replace("sk-…", KEY)
    text = text.replace("https://example.com", origin)
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    for module, folder_name in SDKS.items():
        if re.search(rf"^(?:import|from) {module}\b", text, re.MULTILINE):
            if not (ROOT / ".sdk" / folder_name / ".done").exists():
                pytest.skip(f"scripts/setup dev fetches {folder_name}")
            env["PYTHONPATH"] = str(ROOT / ".sdk" / folder_name)
    command = [sys.executable, "-X", "utf8", "-c", text]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=env, timeout=120)
    assert told.returncode == 0, told.stderr
    return told.stdout


def found(value: Any, names: set[str]) -> list[Any]:
    """Values under these names, anywhere in an answer."""
    if isinstance(value, list):
        return [hit for item in value for hit in found(item, names)]
    if not isinstance(value, dict):
        return []
    here = [item for name, item in value.items() if name in names]
    return here + [hit for item in value.values() for hit in found(item, names)]


def test_both_readmes_have_the_same_programs() -> None:
    def plain(text: str) -> list[tuple[str, str]]:
        return [(kind, re.sub(r"  # .*", "", body)) for kind, body in blocks(text)]

    assert plain(ENGLISH) == plain(CHINESE)
    assert len(re.findall(r"^#+ ", ENGLISH, re.MULTILINE)) <= len(re.findall(r"^#+ ", CHINESE, re.MULTILINE)) + 2


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "how-to").glob("*.md")), ids=lambda path: path.stem)
def test_every_how_to_is_one_click_away(page: Path) -> None:
    for text in (ENGLISH, CHINESE):
        assert f"(docs/how-to/{page.name})" in text


@pytest.mark.sdk
@pytest.mark.parametrize("needle", ["import dashscope", "from openai import", "from understudy import"])
def test_a_python_example_brings_a_film(needle: str, server: LiveServer, origin: str, tmp_path: Path) -> None:
    printed = program(block(needle), server, origin, tmp_path)
    if "film.mp4" in block(needle):
        assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"
    else:
        (link,) = re.findall(r"http://\S+\.mp4\S*", printed)
        assert server.call("GET", link, key=None)[1][4:8] == b"ftyp"


@pytest.mark.parametrize("needle", ["/task/bailian/", "/v1/tasks/submit", "/ent/v2/reference2video"])
def test_a_pair_of_commands_brings_a_film(needle: str, server: LiveServer, origin: str) -> None:
    submit, ask = re.split(r"^(?=curl)", block(needle), flags=re.MULTILINE)[1:]
    (task,) = found(shell(submit, server, origin), {"task_id"})
    deadline = time.monotonic() + 60
    while (state := found(told := shell(ask, server, origin, task), {"task_status", "state"}))[0] not in END:
        assert time.monotonic() < deadline, told
        time.sleep(0.2)
    assert state[0] in ("SUCCEEDED", "Success", "success"), told
    (link,) = {
        url for hit in found(told, {"video_url", "urls", "url"}) for url in ([hit] if isinstance(hit, str) else hit)
    }
    assert server.call("GET", link, key=None)[1][4:8] == b"ftyp"
    # one id space, as the README says: every wire knows a task by its UUID
    plain = str(UUID(int=int(task))) if task.isdigit() else task
    assert server.wait(plain)["output"]["task_status"] == "SUCCEEDED"
    assert server.call("GET", f"/understudy/v1/tasks/{plain}")[1]["status"] == "SUCCEEDED"


def test_a_draft_here_becomes_a_film_there(server: LiveServer, origin: str, tmp_path: Path) -> None:
    text = block("[upstreams.dashscope]").replace("https://dashscope.aliyuncs.com", server.url).replace("sk-…", KEY)
    (tmp_path / "understudy.toml").write_text(text.replace('"animatic"', '"testcard"'), encoding="utf-8")
    assert list(tomllib.loads(text)["routes"]) == ["wan2.7-r2v"]
    options = {
        "UNDERSTUDY_CONFIG": str(tmp_path / "understudy.toml"),
        "UNDERSTUDY_ENGINES": "testcard",
        "UNDERSTUDY_FETCH_ALLOW": origin,
        "UNDERSTUDY_UPSTREAMS__DASHSCOPE__POLL_SECONDS": "0.2",
    }
    body = {
        "model": "wan2.7-r2v",
        "input": {"prompt": "图1 waves.", "media": [{"type": "reference_image", "url": f"{origin}/girl.png"}]},
        "parameters": {"duration": 2},
    }
    with LiveServer(tmp_path / "here", slots=2, options=options) as here:
        draft = here.submit(body)[1]["output"]["task_id"]
        assert here.wait(draft)["output"]["engine"] == "testcard"
        final = shell(block("/promote"), here, origin, draft)["task_id"]
        told = here.wait(final)
        assert (told["output"]["task_status"], told["output"]["engine"]) == ("SUCCEEDED", "upstream:dashscope"), told
        assert here.call("GET", told["output"]["video_url"], key=None)[1][4:8] == b"ftyp"


def test_the_other_wire_of_the_demo(server: LiveServer, origin: str, tmp_path: Path) -> None:
    (line,) = re.findall(
        r"^say \"Another wire.*?: (curl .*?)   \(", (ROOT / "scripts/demo").read_text("utf-8"), re.MULTILINE
    )
    picture = tiny_image(tmp_path / "girl.png", (400, 300))
    line = line.replace("\\", "").replace("$media/girl.png", str(picture))
    told = shell(f"{line} -s", server, origin)
    assert (told["object"], told["model"], told["error"]) == ("video", "wan2.7-r2v", None)


def test_the_tables_words_are_the_dialects() -> None:
    from understudy.core.plugs import find_plugs

    dialects = find_plugs("understudy.dialects", "DIALECT")
    paths = {route.path for dialect in dialects.values() for route in dialect.routes}
    for path in ("/ent/v2/text2video", "/ent/v2/one-click/mv", "/task/bailian/image2video", "/v1/videos"):
        assert path in paths
    for row in ("DashScope", "gpt.ge", "ModelVerse", "Vidu", "OpenAI videos", "/understudy/v1"):
        for text in (ENGLISH, CHINESE):
            assert re.search(rf"^\| .*{re.escape(row)}.*sk-….*\|$", text, re.MULTILINE), row
    assert len(dialects) == 6
