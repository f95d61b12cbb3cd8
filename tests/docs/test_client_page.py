"""The program of the page on our client, as printed but for host and key, against a real server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from builders import tiny_image, tiny_sound
from live import KEY, LiveServer

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "use-the-python-client.md").read_text("utf-8")


def test_the_program_of_the_page_brings_a_film_home(tmp_path: Path) -> None:
    tiny_image(tmp_path / "girl.jpg", (400, 300))
    tiny_sound(tmp_path / "girl.wav", 2).rename(tmp_path / "girl.mp3")  # its bytes count, not its name
    block = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    with LiveServer(tmp_path / "data", options={"UNDERSTUDY_ENGINES": "testcard"}) as server:
        program = block[1].replace("http://127.0.0.1:8000", server.url).replace("sk-…", KEY)
        env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        command = [sys.executable, "-X", "utf8", "-c", program]
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=env, timeout=120)
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"
    assert "task " in told.stdout
    assert "\ntestcard\n" in told.stdout
