"""A real server in a process of its own, and a web server for media, both on loopback, for tests that cross a socket.

`LiveServer` starts `understudy serve` exactly as an operator would; nothing inside it is replaced.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START_SECONDS = 60.0
TOY_CARD = """
family = "toy"
makes = "reference-to-video"
rules = ["needs-a-reference"]
regions = ["cn-beijing"]

[[model]]
name = "toy-r2v"
naming = "typed"
sound = "always"
[model.prompt]
characters = 500
[model.seconds]
range = [1, 10]
[model.sizes.180P]
"16:9" = "320*180"
[model.references]
total = [1, 5]
images = [0, 5]
videos = [0, 5]
[model.media.image]
formats = ["png"]
schemes = ["http", "https", "oss", "data"]
megabytes = 20
[model.media.video]
formats = ["mp4"]
schemes = ["http", "https", "oss"]
megabytes = 100
[model.defaults]
tier = "180P"
ratio = "16:9"
seconds = 1
[model.billing]
formula = "output-seconds"
[model.billing.prices.cn-beijing]
180P = 1
[model.wire.dashscope]
references = "media"
picture = "resolution+ratio"
usage = ["duration", "output_video_duration", "video_count", "SR", "ratio"]
"""
"""A model of an operator's own, small and short, so that a hundred films take no hour."""
KEY = "sk-test-0123456789abcdef"
_LISTENS = re.compile(r"listens on (http://\S+?)\s")


class LiveServer:
    """`understudy serve` on a free port. Use as a context manager; `restart()` keeps the data folder and port."""

    def __init__(self, data: Path, *, slots: int = 1, options: dict[str, str] | None = None) -> None:
        self.data = data
        self.slots = slots
        self.options = {
            "UNDERSTUDY_KEYS": f"default:{KEY},other:{KEY}-other",
            "UNDERSTUDY_LOG_FORMAT": "json",
            "UNDERSTUDY_LIMITS": "off",
            "UNDERSTUDY_MODELS_AUTO_INSTALL": "false",
            **(options or {}),
        }
        self.url = ""
        self.port = 0
        self.log: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> LiveServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def api(self) -> str:
        """What a DashScope client gets as base URL."""
        return f"{self.url}/api/v1"

    def start(self) -> None:
        env = {k: v for k, v in os.environ.items() if not k.startswith("UNDERSTUDY_")} | self.options
        command = [sys.executable, "-m", "understudy", "serve", "--port", str(self.port), "--data", str(self.data)]
        self.process = subprocess.Popen(
            [*command, "--slots", str(self.slots)], stderr=subprocess.PIPE, text=True, env=env, encoding="utf-8"
        )
        listening = threading.Event()
        threading.Thread(target=self._read_log, args=(self.process, listening), daemon=True).start()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                self._reap()
                raise RuntimeError(f"the server ended at its start:\n{self.tail()}")
            if listening.wait(0.05) and self._answers():
                return
        self.kill()
        raise RuntimeError(f"the server did not answer in {START_SECONDS} s:\n{self.tail()}")

    def _read_log(self, process: subprocess.Popen[str], listening: threading.Event) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self.log.append(line.rstrip())
            match = _LISTENS.search(line)
            if match:
                self.url = match[1]
                self.port = int(self.url.rsplit(":", 1)[1])
                listening.set()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.log[-lines:])

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self._reap()

    def stop(self, seconds: float = 30) -> int:
        """SIGTERM, as an operator would; returns the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self._reap()

    def _reap(self) -> int:
        process, self.process = self.process, None
        assert process is not None
        code = process.wait()
        if process.stderr is not None:
            with contextlib.suppress(ValueError):
                process.stderr.close()
        return code

    def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = KEY, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """One request; (status, JSON or text, headers). `body` is sent as JSON unless it is bytes."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        url = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(url, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                raw, status, found = answer.read(), answer.status, dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                raw, status, found = error.read(), error.code, dict(error.headers)
        try:
            return status, json.loads(raw), found
        except ValueError:
            return status, raw, found

    def submit(self, body: Any, **options: Any) -> tuple[int, Any, dict[str, str]]:
        headers = {"X-DashScope-Async": "enable", **options.pop("headers", {})}
        path = "/api/v1/services/aigc/video-generation/video-synthesis"
        return self.call("POST", path, body, headers=headers, **options)

    def wait(self, task_id: str, *, seconds: float = 240, key: str = KEY) -> dict[str, Any]:
        """Poll until the task has ended; its `output` and `usage`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            _, told, _ = self.call("GET", f"/api/v1/tasks/{task_id}", key=key)
            if told["output"]["task_status"] in ("SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"):
                return dict(told)
            time.sleep(0.1)
        raise TimeoutError(f"task {task_id} has not ended in {seconds} s:\n{self.tail()}")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Tests print what they mean to."""


def toy_cards(folder: Path) -> str:
    """A folder with the toy model's card, for UNDERSTUDY_CARDS."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy.toml").write_text(TOY_CARD, encoding="utf-8")
    return str(folder)


@contextlib.contextmanager
def media_server(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; gives its origin, to be put into UNDERSTUDY_FETCH_ALLOW."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
