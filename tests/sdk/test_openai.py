"""The official OpenAI client, unmodified, in two versions against a real server: only the base URL is changed."""

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
from live import KEY, LiveServer, media_server, toy_cards

HERE = Path(__file__).resolve().parent
SDKS = HERE.parent.parent / ".sdk"
VERSIONS = ("2.54.0", "3.51.0")

pytestmark = pytest.mark.sdk


def scenario_names() -> list[str]:
    """Names in `openai_scenarios.py`, read without importing it (it needs the client)."""
    tree = ast.parse((HERE / "openai_scenarios.py").read_text(encoding="utf-8"))
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id == "scenario" for mark in node.decorator_list)
    ]


Outcomes = dict[tuple[str, str], str | None]


def played(version: str, media: Path, origin: str, cards: str, data: Path) -> Outcomes:
    """Every scenario of a version, run once on a server of its own."""
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_FETCH_ALLOW": origin, "UNDERSTUDY_CARDS": cards}
    with LiveServer(data, slots=2, options=options) as server:
        told = subprocess.run(
            [sys.executable, str(HERE / "openai_scenarios.py"), f"{server.url}/v1", KEY, str(media), origin],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(media),
                "PYTHONPATH": str(SDKS / f"openai-{version}"),
                "LANG": "C.UTF-8",
            },
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert not [line for line in server.log if "Traceback" in line], server.tail(200)
    lines = [json.loads(line) for line in told.stdout.splitlines() if line.startswith('{"name"')]
    found: Outcomes = dict.fromkeys(
        ((version, name) for name in scenario_names()), f"did not run:\n{told.stderr[-2000:]}"
    )
    return found | {(version, line["name"]): line["error"] for line in lines}


@pytest.fixture(scope="session")
def openai_outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """(version, name) -> what went wrong, of the versions that are installed; side by side, for the client waits."""
    media = tmp_path_factory.mktemp("media")
    for name in ("girl.png", "cup.png"):
        tiny_image(media / name, (640, 480))
    tiny_video(media / "boy.mp4", (320, 240), 3, sound=True)
    tiny_sound(media / "voice.wav", 2)
    cards = toy_cards(tmp_path_factory.mktemp("cards"))
    versions = [version for version in VERSIONS if (SDKS / f"openai-{version}" / ".done").exists()]
    folders = [tmp_path_factory.mktemp("data") for _ in versions]
    found: Outcomes = {}
    with media_server(media) as origin, ThreadPoolExecutor() as pool:
        for one in pool.map(lambda version, data: played(version, media, origin, cards, data), versions, folders):
            found |= one
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", scenario_names())
def test_an_unmodified_client(version: str, name: str, openai_outcomes: Outcomes) -> None:
    if (version, name) not in openai_outcomes:
        assert not os.environ.get("CI"), f"scripts/setup dev fetches openai=={version} into .sdk"
        pytest.skip(f"openai=={version} is not in .sdk; scripts/setup dev fetches it")
    assert openai_outcomes[version, name] is None, openai_outcomes[version, name]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_page_is_true(version: str, tmp_path: Path) -> None:
    """The program of docs/how-to/use-the-openai-client.md runs as it stands there, but for host, key and media."""
    folder = SDKS / f"openai-{version}"
    if not (folder / ".done").exists():
        pytest.skip(f"openai=={version} is not in .sdk; scripts/setup dev fetches it")
    page = (HERE.parent.parent / "docs" / "how-to" / "use-the-openai-client.md").read_text(encoding="utf-8")
    tiny_image(tmp_path / "girl.png", (640, 480))
    tiny_sound(tmp_path / "girl.wav", 2).rename(tmp_path / "girl.mp3")  # told by its bytes, not its name
    with media_server(tmp_path) as origin:
        options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_FETCH_ALLOW": origin}
        with LiveServer(tmp_path / "data", options=options) as server:
            program = page.split("```python\n")[1].split("```")[0]
            for printed, real in (
                ("http://localhost:8000", server.url),
                ("sk-...", KEY),
                ("https://example.com", origin),
            ):
                assert printed in program
                program = program.replace(printed, real)
            told = subprocess.run(
                [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program],
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "LANG": "C.UTF-8"},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=120,
            )
    assert told.stdout.strip() == "completed None", told.stderr + told.stdout
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"
