"""The official Python SDKs, unmodified, against a real server: only the base URL is changed."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builders import tiny_image, tiny_sound, tiny_video
from live import KEY, LiveServer, media_server

HERE = Path(__file__).resolve().parent
SDKS = HERE.parent.parent / ".sdk"
VERSIONS = ("1.25.16", "2.0.2")

pytestmark = pytest.mark.sdk


def scenario_names(version: str) -> list[str]:
    """Names in `scenarios.py`, read without importing it (it needs the SDK)."""
    names = []
    for node in ast.parse((HERE / "scenarios.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            marks = {d.id for d in node.decorator_list if isinstance(d, ast.Name)}
            if "scenario" in marks or ("new_client_only" in marks and not version.startswith("1.")):
                names.append(node.name)
    return names


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    for name in ("girl.png", "cup.png", "place.png", "图 1.png"):
        tiny_image(folder / name, (320, 240))
    tiny_image(folder / "tall.png", (300, 400))
    tiny_video(folder / "boy.mp4", (320, 240), 3, sound=True)
    tiny_sound(folder / "voice.wav", 2)
    return folder


Outcomes = dict[tuple[str, str], str | None]


def played(version: str, media: Path, origin: str, data: Path) -> Outcomes:
    """Every scenario of a version, run once on a server of its own."""
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_FETCH_ALLOW": origin}
    with LiveServer(data, options=options) as server:
        told = subprocess.run(
            [sys.executable, str(HERE / "scenarios.py"), server.api, KEY, str(media), origin],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(media),
                "PYTHONPATH": str(SDKS / f"dashscope-{version}"),
                "LANG": "C.UTF-8",
            },
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert not [line for line in server.log if "Traceback" in line], server.tail(200)
    lines = [json.loads(line) for line in told.stdout.splitlines() if line.startswith('{"name"')]
    found: Outcomes = dict.fromkeys(
        ((version, name) for name in scenario_names(version)), f"did not run:\n{told.stderr[-2000:]}"
    )
    return found | {(version, line["name"]): line["error"] for line in lines}


@pytest.fixture(scope="session")
def outcomes(media: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """(version, name) -> what went wrong, of the versions that are installed; side by side, for SDKs mostly wait."""
    versions = [version for version in VERSIONS if (SDKS / f"dashscope-{version}" / ".done").exists()]
    folders = [tmp_path_factory.mktemp("data") for _ in versions]
    found: Outcomes = {}
    with media_server(media) as origin, ThreadPoolExecutor() as pool:
        for one in pool.map(lambda version, data: played(version, media, origin, data), versions, folders):
            found |= one
    return found


@pytest.mark.parametrize(
    ("version", "name"), [(version, name) for version in VERSIONS for name in scenario_names(version)]
)
def test_an_unmodified_sdk(version: str, name: str, outcomes: Outcomes) -> None:
    if (version, name) not in outcomes:
        assert not os.environ.get("CI"), f"scripts/setup dev fetches dashscope=={version} into .sdk"
        pytest.skip(f"dashscope=={version} is not in .sdk; scripts/setup dev fetches it")
    assert outcomes[version, name] is None, outcomes[version, name]
