"""Question: what does it cost to relay the videos API to another server, beside LiteLLM's video routes?

One run, one fake upstream for both: it takes every task at once, says `in_progress` for ever, and counts. In turn
LiteLLM's proxy (no database, one worker) and Understudy (`serve`, forwarding 64 tasks at once) stand in front of it,
each one process pinned to one core, wrk with 32 connections and the upstream on the other. The same multipart submit,
the same status question. Trust the ratios, not the rates.

What is compared differs by design, and that is the point: LiteLLM asks the upstream inside each call, Understudy writes
a submit down and forwards it behind the caller's back, and tells a status from its own book.

    python benchmarks/relay.py [--seconds 4] [--litellm .sdk/litellm/bin/litellm]

Needs wrk and LiteLLM: `uv venv .sdk/litellm && uv pip install -p .sdk/litellm 'litellm[proxy]'`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

KEY = "sk-relay-0123456789abcdef"
MODEL = "wan2.6-t2v"
BOUNDARY = "relayboundary0123456789"
FIELDS = {"model": MODEL, "prompt": "A kite over the sea.", "seconds": "5", "size": "1280x720"}
GOALS = {"submit": 20.0, "status": 40.0, "memory": 0.4}
FORM = "".join(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in FIELDS.items())
BODY = f"{FORM}--{BOUNDARY}--\r\n"
LUA = """
wrk.headers["Authorization"] = "Bearer %(key)s"
local ids, n = {%(ids)s}, 0
if #ids == 0 then
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "multipart/form-data; boundary=%(boundary)s"
  wrk.body = %(body)s
else
  request = function()
    n = n %% #ids + 1
    return wrk.format("GET", "/v1/videos/" .. ids[n])
  end
end
done = function(summary, latency, requests)
  io.write(string.format("RESULT %%d %%d %%d %%f\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout,
    latency:percentile(50)))
end
"""


# The upstream ---------------------------------------------------------------------------------------------------------


class Upstream(asyncio.Protocol):
    """Keep-alive HTTP, just enough of the videos API."""

    counts = {"POST": 0, "GET": 0}  # noqa: RUF012  one process, one count

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            head = self.waiting[:end].decode("latin-1")
            length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.waiting) < whole:
                return
            self.waiting = self.waiting[whole:]
            method, path, *_ = head.split(" ", 2)
            self.answer(method, path)

    def answer(self, method: str, path: str) -> None:
        if path == "/counts":
            told: dict[str, object] = dict(self.counts)
        else:
            self.counts[method] = self.counts.get(method, 0) + 1
            name = f"video_{self.counts['POST']:08d}" if method == "POST" else path.rsplit("/", 1)[-1]
            status = "queued" if method == "POST" else "in_progress"
            told = {
                "id": name, "object": "video", "model": "sora-2", "status": status,
                "progress": 0, "created_at": 1790000000, "seconds": "5", "size": "1280x720",
            }  # fmt: skip
        body = json.dumps(told).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)  # type: ignore[attr-defined]


async def serve_upstream(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


# The relays -----------------------------------------------------------------------------------------------------------


def pinned(core: int, command: list[str]) -> list[str]:
    return ["taskset", "-c", str(core), *command] if shutil.which("taskset") else command


def call(url: str, body: str | None = None) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {KEY}"}
    if body is not None:
        headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
    data = None if body is None else body.encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
        return dict(json.loads(answer.read()))


@contextmanager
def process(core: int, command: list[str], env: dict[str, str], log: Path) -> Iterator[psutil.Process]:
    with log.open("wb") as file:
        started = subprocess.Popen(pinned(core, command), env=env, stdout=file, stderr=file)
        try:
            yield psutil.Process(started.pid)
        finally:
            for child in psutil.Process(started.pid).children(recursive=True):
                child.terminate()
            started.terminate()
            started.wait()


def wait_for(url: str, body: str | None, log: Path, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            call(url, body)
            return
        except OSError:
            if time.monotonic() > until:
                raise SystemExit(f"nothing answers at {url}:\n{log.read_text()[-4000:]}") from None
            time.sleep(0.1)


def plain_env(**more: str) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("UNDERSTUDY_")} | more


@contextmanager
def litellm(command: str, port: int, upstream: int, folder: Path) -> Iterator[list[psutil.Process]]:
    config = {
        "model_list": [
            {
                "model_name": MODEL,
                "litellm_params": {
                    "model": "openai/sora-2",
                    "api_base": f"http://127.0.0.1:{upstream}/v1",
                    "api_key": "sk-there",
                },
            }
        ],
        "general_settings": {"master_key": KEY},
    }
    file = folder / "config.yaml"
    file.write_text(json.dumps(config))  # JSON is YAML
    env = plain_env(LITELLM_LOCAL_MODEL_COST_MAP="True", LITELLM_LOG="ERROR")
    line = [command, "--config", str(file), "--port", str(port), "--host", "127.0.0.1", "--num_workers", "1"]
    with process(0, line, env, folder / "litellm.log") as started:
        wait_for(f"http://127.0.0.1:{port}/v1/videos", BODY, folder / "litellm.log")
        yield [started]


@contextmanager
def understudy(port: int, upstream: int, folder: Path) -> Iterator[list[psutil.Process]]:
    env = plain_env(
        UNDERSTUDY_KEYS=f"bench:{KEY}",
        UNDERSTUDY_LIMITS="off",
        UNDERSTUDY_LOG_FORMAT="json",
        UNDERSTUDY_LOG_LEVEL="warning",
        UNDERSTUDY_ENGINES="upstream:there",
        UNDERSTUDY_DATA=str(folder / "data"),
        UNDERSTUDY_UPSTREAMS__THERE__BASE_URL=f"http://127.0.0.1:{upstream}/v1",
        UNDERSTUDY_UPSTREAMS__THERE__KEY="sk-there",
        UNDERSTUDY_UPSTREAMS__THERE__DIALECT="openai_videos",
        UNDERSTUDY_UPSTREAMS__THERE__MODELS=json.dumps({MODEL: "sora-2"}),
    )
    serve = [sys.executable, "-m", "understudy", "serve", "--port", str(port), "--slots", "64"]
    with process(0, serve, env, folder / "serve.log") as server:
        wait_for(f"http://127.0.0.1:{port}/v1/videos", BODY, folder / "serve.log")
        yield [server]


# Measuring ------------------------------------------------------------------------------------------------------------


def wrk(port: int, seconds: int, ids: list[str]) -> tuple[float, float]:
    """Requests per second and the median in ms."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        quoted = ",".join(f'"{i}"' for i in ids)
        script.write(LUA % {"key": KEY, "ids": quoted, "body": json.dumps(BODY), "boundary": BOUNDARY})
        script.flush()
        command = ["wrk", "-t1", "-c32", f"-d{seconds}s", "--timeout", "20s", "-s", script.name]
        told = subprocess.run(
            pinned(1, [*command, f"http://127.0.0.1:{port}/v1/videos"]), capture_output=True, text=True, check=True
        ).stdout
    match = re.search(r"RESULT (\d+) (\d+) (\d+) ([\d.]+)", told)
    assert match, told
    if int(match[3]):
        raise SystemExit(f"{match[3]} of {match[1]} requests failed")
    return int(match[1]) / (int(match[2]) / 1e6), float(match[4]) / 1000


def memory_of(processes: list[psutil.Process]) -> float:
    every = [one for process in processes for one in (process, *process.children(recursive=True))]
    return sum(one.memory_info().rss for one in every) / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--litellm", default=".sdk/litellm/bin/litellm")
    parser.add_argument("--upstream", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.upstream:
        asyncio.run(serve_upstream(options.upstream))
        return
    if not shutil.which("wrk"):
        raise SystemExit("this benchmark needs wrk (Debian: apt install wrk)")
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        there, port = 18790, 18791
        line = [sys.executable, __file__, "--upstream", str(there)]
        with process(1, line, plain_env(), folder / "upstream.log"):
            wait_for(f"http://127.0.0.1:{there}/counts", None, folder / "upstream.log")
            for name, relay in (
                ("litellm", litellm(options.litellm, port, there, folder)),
                ("understudy", understudy(port + 1, there, folder)),
            ):
                here = port + (name == "understudy")
                url = f"http://127.0.0.1:{here}/v1/videos"
                with relay as processes:
                    ids = [str(call(url, BODY)["id"]) for _ in range(50)]
                    time.sleep(1)
                    before = call(f"http://127.0.0.1:{there}/counts")["POST"]
                    status, status_ms = wrk(here, options.seconds, ids)
                    submit, submit_ms = wrk(here, options.seconds, [])
                    relayed = int(str(call(f"http://127.0.0.1:{there}/counts")["POST"])) - int(str(before))
                    figures[name] = {
                        "submit": submit, "status": status, "memory": memory_of(processes),
                        "submit_ms": submit_ms, "status_ms": status_ms, "relayed": relayed,
                    }  # fmt: skip
    print(f"{'':12}{'submits/s':>11}{'median ms':>11}{'statuses/s':>12}{'median ms':>11}{'MB':>7}{'sent on':>9}")
    for name, row in figures.items():
        print(
            f"{name:12}{row['submit']:11,.0f}{row['submit_ms']:11.1f}{row['status']:12,.0f}{row['status_ms']:11.1f}"
            f"{row['memory']:7.0f}{row['relayed']:9.0f}"
        )
    theirs, ours = figures["litellm"], figures["understudy"]
    for what, goal in GOALS.items():
        print(f"{what}: {ours[what] / theirs[what]:.2f} x LiteLLM's (goal {'<=' if what == 'memory' else '>='} {goal})")
    print("Tasks that were not sent on yet wait in the book: 64 are forwarded at once, and none of these ever ends.")


if __name__ == "__main__":
    main()
