"""The Python programs of document 001, and their corrected forms from our page, run with both official SDKs.

Programs are cut out of the document and the page when the test runs; only host, key and media are mapped to this
machine, and a wait between two polls is made short.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from builders import tiny_sound
from live import KEY, LiveServer, media_server
from seeds import seed_text
from sight import models_folder, photo, write_clip

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "portraits.md"
VERSIONS = ("1.25.16", "2.0.2")

pytestmark = pytest.mark.sdk
both = pytest.mark.parametrize("version", VERSIONS)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("media")
    person = Image.fromarray(photo("astronaut"))
    for name in ("portrait", "cat", "start", "end"):
        person.save(folder / f"{name}.jpg")
    tiny_sound(folder / "audio.wav", 2).rename(folder / "audio.mp3")  # its bytes count, not its name
    large = person.resize((640, 640))
    pictures = [large.transform(large.size, Image.Transform.AFFINE, (1, 0, n % 4, 0, 1, 0)) for n in range(62)]
    for name in ("dance", "talk"):
        write_clip(folder / f"{name}.mp4", [np.asarray(picture) for picture in pictures])
    with media_server(folder) as address:
        yield address


@pytest.fixture(scope="module")
def server(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "models").symlink_to(models_folder())
    options = {"UNDERSTUDY_FETCH_ALLOW": origin, "UNDERSTUDY_ENGINES": "testcard,animatic"}
    with LiveServer(folder, slots=2, options=options) as live:
        yield live
        assert not [line for line in live.log if "Traceback" in line], live.tail(200)


def programs(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def printed(number: int) -> str:
    """A program of document 001: 0 text to video, 1 from pictures, 2 the EMO chain."""
    return programs(seed_text("001"))[number]


def corrected(number: int) -> str:
    """A program of our page: 0 text to video, 1 EMO as the overview writes it, 2 all chains."""
    return programs(PAGE.read_text("utf-8"))[number]


def run(program: str, version: str, server: LiveServer, origin: str) -> subprocess.CompletedProcess[str]:
    folder = ROOT / ".sdk" / f"dashscope-{version}"
    if not (folder / ".done").exists():
        assert not os.environ.get("CI"), f"scripts/setup dev fetches dashscope=={version} into .sdk"
        pytest.skip(f"dashscope=={version} is not in .sdk; scripts/setup dev fetches it")
    program = program.replace("https://example.com/", f"{origin}/").replace("time.sleep(5)", "time.sleep(0.1)")
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(folder),
        "LANG": "C.UTF-8",
        "DASHSCOPE_API_KEY": KEY,
        "DASHSCOPE_HTTP_BASE_URL": server.api,
    }
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, timeout=200)


@pytest.fixture(scope="module", autouse=True)
def chains(server: LiveServer, origin: str) -> Iterator[dict[str, Future[subprocess.CompletedProcess[str]]]]:
    """Our page's long program with both SDKs, begun first: it waits between polls while the others run."""
    with ThreadPoolExecutor(len(VERSIONS)) as pool:
        yield {version: pool.submit(run, corrected(2), version, server, origin) for version in installed()}


def installed() -> list[str]:
    return [version for version in VERSIONS if (ROOT / ".sdk" / f"dashscope-{version}" / ".done").exists()]


def links(text: str) -> list[str]:
    return re.findall(r"http://\S+/results/\S+", text)


def is_a_film(server: LiveServer, link: str) -> bool:
    return bool(server.call("GET", link, key=None)[1][4:8] == b"ftyp")


@both
def test_text_to_video_as_printed_fails_in_its_last_line(version: str, server: LiveServer, origin: str) -> None:
    told = run(printed(0), version, server, origin)
    assert "视频生成成功！" in told.stdout, told.stderr
    assert told.returncode == 1
    assert re.search(r"^AttributeError: .*url", told.stderr, re.MULTILINE), told.stderr
    assert "for video in result.output.results" in printed(0)


@both
def test_text_to_video_corrected(version: str, server: LiveServer, origin: str) -> None:
    told = run(corrected(0), version, server, origin)
    assert told.returncode == 0, told.stderr
    (link,) = links(told.stdout)
    assert is_a_film(server, link)


@both
def test_from_pictures_as_printed(version: str, server: LiveServer, origin: str) -> None:
    program = printed(1)
    assert program.count("response = VideoSynthesis.async_call(") == 2
    # the document does not look at what it gets; we do
    program = program.replace("response = VideoSynthesis", "told = VideoSynthesis", 1)
    program += "\nfor answer in (told, response):\n    print(VideoSynthesis.wait(answer).output.results[0]['url'])\n"
    told = run(program, version, server, origin)
    assert told.returncode == 0, told.stderr
    assert [is_a_film(server, link) for link in links(told.stdout)] == [True, True]


@both
def test_the_emo_chain_as_printed_fails_before_it_asks(version: str, server: LiveServer, origin: str) -> None:
    told = run(printed(2), version, server, origin)
    assert told.returncode == 1
    assert "TypeError" in told.stderr, told.stderr
    assert "missing 1 required positional argument: 'prompt'" in told.stderr


@both
def test_the_emo_chain_corrected(version: str, server: LiveServer, origin: str) -> None:
    told = run(corrected(1), version, server, origin)
    assert told.returncode == 0, told.stderr
    (link,) = links(told.stdout)
    assert is_a_film(server, link)


@both
def test_every_chain_of_our_page(
    version: str, server: LiveServer, origin: str, chains: dict[str, Future[subprocess.CompletedProcess[str]]]
) -> None:
    told = chains[version].result() if version in chains else run(corrected(2), version, server, origin)
    assert told.returncode == 0, told.stdout + told.stderr
    names = re.findall(r"^(\w+) http", told.stdout, re.MULTILINE)
    assert names == ["EMO", "LivePortrait", "Emoji", "AnimateAnyone", "VideoRetalk"], told.stdout
    assert all(is_a_film(server, link) for link in links(told.stdout))
