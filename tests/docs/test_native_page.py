"""The commands of the page on our own API, as printed, against a real server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from builders import tiny_image
from live import KEY, LiveServer

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "use-the-native-api.md").read_text("utf-8")


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="the page needs curl and jq")
def test_the_commands_of_the_page_bring_a_film_home(tmp_path: Path) -> None:
    tiny_image(tmp_path / "girl.jpg", (400, 300))
    commands = "\n".join(re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL))
    with LiveServer(tmp_path / "data", options={"UNDERSTUDY_ENGINES": "testcard"}) as server:
        env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "URL": server.url, "KEY": KEY}
        told = subprocess.run(
            ["bash", "-euc", commands], cwd=tmp_path, capture_output=True, text=True, env=env, timeout=120
        )
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"
    assert '"text": "Hello!"' in told.stdout
    kinds = re.findall(r"^event: (\w+)$", told.stdout, re.MULTILINE)
    assert kinds[-1] == "finished"
    numbers = [int(number) for number in re.findall(r"^id: (\d+)$", told.stdout, re.MULTILINE)]
    assert numbers == sorted(numbers)


def test_every_route_of_the_page_is_there() -> None:
    from understudy.dialects.native import DIALECT

    paths = {re.sub(r"\{\w+\}", "*", route.path) for route in DIALECT.routes}
    named = set(re.findall(r"/understudy/v1/[\w/{}$()|. \"-]*?(?=[`\"? ]|$)", PAGE, re.MULTILINE))
    for name in named:
        plain = re.sub(r"\{\w+\}|\$task|\$\(.*?\)", "*", name).rstrip("/")
        if "$(" not in plain:
            assert plain in paths, name
