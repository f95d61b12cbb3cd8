"""Question: what do durable submit and status cost, beside a floor that does nothing else?

One run measures, in turn, a raw asyncio server with group commit (`api_floor.py`) and `understudy serve` with every
feature on (keys, validation, catalog, ledger, log, metrics; rate limits off), one process each, pinned to one core,
wrk with 32 connections on the other. Rates are medians over the rounds; trust the ratios, not the rates.

    python benchmarks/api.py [--rounds 3] [--seconds 3]

Needs wrk (Debian: apt install wrk) and the `bench` extra.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from api_floor import FIVE_ASSETS as BODY
from api_floor import KEY, SUBMIT

HERE = Path(__file__).resolve().parent
GOALS = {"submit": 0.30, "status": 0.12}
LUA = """
wrk.headers["Authorization"] = "Bearer %(key)s"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-DashScope-Async"] = "enable"
local ids, n = {%(ids)s}, 0
if #ids == 0 then
  wrk.method = "POST"
  wrk.body = [[%(body)s]]
else
  request = function()
    n = n %% #ids + 1
    return wrk.format("GET", "/api/v1/tasks/" .. ids[n])
  end
end
done = function(summary, latency, requests)
  io.write(string.format("RESULT %%d %%d %%d %%f\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout,
    latency:percentile(99)))
end
"""


@dataclass
class Figures:
    rates: list[float] = field(default_factory=list)
    micros: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)


def pinned(core: int, command: list[str]) -> list[str]:
    return ["taskset", "-c", str(core), *command] if shutil.which("taskset") else command


def call(url: str, body: object = None) -> dict[str, object]:
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", "X-DashScope-Async": "enable"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10) as answer:
        return dict(json.loads(answer.read()))


@contextmanager
def server(name: str, port: int, data: Path) -> Iterator[tuple[psutil.Process, float]]:
    """The process and how long it took from start to its first answer, in seconds."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("UNDERSTUDY_")}
    if name == "floor":
        command = [sys.executable, str(HERE / "api_floor.py"), "--port", str(port), "--data", str(data)]
    else:
        env |= {"UNDERSTUDY_KEYS": f"bench:{KEY}", "UNDERSTUDY_LIMITS": "off", "UNDERSTUDY_LOG_FORMAT": "json"}
        command = [
            sys.executable,
            "-m",
            "understudy",
            "serve",
            "--port",
            str(port),
            "--data",
            str(data),
            "--slots",
            "0",
        ]
    started = time.perf_counter()
    with (data / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(pinned(0, command), env=env, stderr=log, stdout=log)
        try:
            while True:
                try:
                    call(f"http://127.0.0.1:{port}{SUBMIT}", BODY)
                    break
                except OSError:
                    if process.poll() is not None or time.perf_counter() - started > 60:
                        raise SystemExit(f"{name} did not start:\n{(data / f'{name}.log').read_text()}") from None
                    time.sleep(0.01)
            yield psutil.Process(process.pid), time.perf_counter() - started
        finally:
            process.terminate()
            process.wait()


def wrk(port: int, seconds: int, ids: list[str]) -> tuple[int, float, int, float]:
    """Requests, seconds, errors, p99 in ms."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        quoted = ",".join(f'"{i}"' for i in ids)
        script.write(LUA % {"key": KEY, "ids": quoted, "body": json.dumps(BODY, ensure_ascii=False)})
        script.flush()
        command = ["wrk", "-t1", "-c32", f"-d{seconds}s", "-s", script.name, f"http://127.0.0.1:{port}{SUBMIT}"]
        told = subprocess.run(pinned(1, command), capture_output=True, text=True, check=True).stdout
    match = re.search(r"RESULT (\d+) (\d+) (\d+) ([\d.]+)", told)
    assert match, told
    return int(match[1]), int(match[2]) / 1e6, int(match[3]), float(match[4]) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("this benchmark needs wrk (Debian: apt install wrk)")
    figures: dict[tuple[str, str], Figures] = {}
    starts: dict[str, list[float]] = {"floor": [], "understudy": []}
    idle: dict[str, list[float]] = {"floor": [], "understudy": []}
    for number in range(options.rounds):
        for name in ("floor", "understudy"):
            port = 18700 + number * 2 + (name == "floor")
            with tempfile.TemporaryDirectory() as folder, server(name, port, Path(folder)) as (process, start):
                starts[name].append(start)
                time.sleep(0.5)
                idle[name].append(process.memory_info().rss / 2**20)
                url = f"http://127.0.0.1:{port}{SUBMIT}"
                ids = [str(call(url, BODY)["output"]["task_id"]) for _ in range(200)]  # type: ignore[index]
                for what, asked in (("submit", []), ("status", ids)):
                    before = sum(process.cpu_times()[:2])
                    requests, seconds, errors, p99 = wrk(port, options.seconds, asked)
                    spent = sum(process.cpu_times()[:2]) - before
                    if errors:
                        raise SystemExit(f"{name} {what}: {errors} of {requests} requests failed")
                    row = figures.setdefault((name, what), Figures())
                    row.rates.append(requests / seconds)
                    row.micros.append(spent / requests * 1e6)
                    row.p99.append(p99)
    print(f"{'':8}{'server':12}{'per second':>12}{'CPU us':>9}{'p99 ms':>9}{'of floor':>10}{'goal':>7}")
    for what in ("submit", "status"):
        floor = statistics.median(figures["floor", what].rates)
        for name in ("floor", "understudy"):
            row = figures[name, what]
            rate = statistics.median(row.rates)
            goal = f"{GOALS[what]:.2f}" if name != "floor" else ""
            print(
                f"{what:8}{name:12}{rate:12,.0f}{statistics.median(row.micros):9.0f}{min(row.p99):9.1f}"
                f"{rate / floor:10.2f}{goal:>7}"
            )
    print(
        f"start to first answer: {min(starts['understudy']):.2f} s (goal 1.5), "
        f"idle memory: {statistics.median(idle['understudy']):.0f} MB (goal 150)"
    )


if __name__ == "__main__":
    main()
