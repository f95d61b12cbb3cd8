"""Killed at any moment: no accepted task is lost, none is billed twice, nothing is left running.

Processes are killed with SIGKILL, not power; a short version runs by default, `-m chaos` runs a hundred of each.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from live import LiveServer, toy_cards


def image_data() -> str:
    file = io.BytesIO()
    Image.new("RGB", (240, 240), (180, 60, 40)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def body(prompt: str = "图1") -> dict[str, Any]:
    media = [{"type": "reference_image", "url": image_data()}]
    return {
        "model": "toy-r2v",
        "input": {"prompt": prompt, "media": media},
    }


OPTIONS = {
    "UNDERSTUDY_CARDS": toy_cards(Path(tempfile.mkdtemp(prefix="cards-"))),
    "UNDERSTUDY_ENGINES": "testcard",
    "UNDERSTUDY_LEASE_SECONDS": "1.5",
    "UNDERSTUDY_ATTEMPTS": "20",
}


def ledger(data: Path) -> Counter[str]:
    """Ledger lines per task."""
    told = subprocess.run(
        [sys.executable, "-m", "understudy", "usage", "--format", "json", "--data", str(data)],
        capture_output=True,
        text=True,
        check=True,
    )
    return Counter(json.loads(line)["task_id"] for line in told.stdout.splitlines())


def integrity(data: Path) -> str:
    with contextlib.closing(sqlite3.connect(data / "understudy.db")) as database:
        return str(database.execute("PRAGMA integrity_check").fetchone()[0])


def put_to_sleep(worker: subprocess.Popen[bytes], data: Path) -> None:
    """Stop a worker between its transactions: SQLite has one writer, and who is stopped inside holds up everybody."""
    with contextlib.closing(sqlite3.connect(data / "understudy.db", timeout=1, isolation_level=None)) as database:
        while True:
            worker.send_signal(signal.SIGSTOP)
            try:
                database.execute("BEGIN IMMEDIATE")
                database.execute("ROLLBACK")
                return
            except sqlite3.OperationalError:
                worker.send_signal(signal.SIGCONT)


def children_of(data: Path) -> list[psutil.Process]:
    """Engine children working for this data folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        line = " ".join(process.info["cmdline"] or ())
        if "understudy.media.child" in line and str(data) in f"{line} {process.info['cwd'] or ''}":
            found.append(process)
    return found


class Submitter(threading.Thread):
    """Submits until the server dies; keeps what was acknowledged, and tells of each."""

    def __init__(self, server: LiveServer, told: threading.Semaphore) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.told = told
        self.acknowledged: list[str] = []

    def run(self) -> None:
        while True:
            try:
                status, answer, _ = self.server.submit(body())
            except (OSError, ValueError, http.client.HTTPException):
                return
            assert status == 200, answer
            self.acknowledged.append(answer["output"]["task_id"])
            self.told.release()


def kill_the_api(data: Path, kills: int) -> None:
    lots = random.Random(7)
    acknowledged: list[str] = []
    server = LiveServer(data, slots=0, options=OPTIONS)
    for _ in range(kills):
        server.start()
        told = threading.Semaphore(0)
        threads = [Submitter(server, told) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(lots.randint(1, 3)):
            assert told.acquire(timeout=60), server.tail()
        time.sleep(lots.uniform(0, 0.02))  # anywhere in the submits that are under way
        server.kill()
        for thread in threads:
            thread.join()
            acknowledged += thread.acknowledged
    assert len(acknowledged) >= kills
    assert integrity(data) == "ok"
    server.slots = 2
    with server:
        lost = [t for t in acknowledged if server.wait(t)["output"]["task_status"] != "SUCCEEDED"]
    book = ledger(data)
    print(f"{kills} kills of the server, {len(acknowledged)} acknowledged, {len(lost)} lost")
    assert lost == []
    assert [task for task in acknowledged if book[task] != 1] == []


def kill_the_workers(data: Path, kills: int, tasks: int) -> None:
    lots = random.Random(11)
    env = {k: v for k, v in os.environ.items() if not k.startswith("UNDERSTUDY_")} | OPTIONS
    command = [sys.executable, "-m", "understudy", "worker", "--data", str(data), "--slots", "2"]
    with LiveServer(data, slots=0, options=OPTIONS) as server:
        waiting = [server.submit(body())[1]["output"]["task_id"] for _ in range(tasks)]
        for _ in range(kills):
            worker = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            time.sleep(lots.uniform(0.6, 2.5))
            worker.kill()
            worker.wait()
        worker = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            ended = {task: server.wait(task, seconds=600)["output"]["task_status"] for task in waiting}
        finally:
            worker.terminate()
            assert worker.wait(40) in (0, -signal.SIGTERM), "the last one may have nothing left to do, and be starting"
    book = ledger(data)
    states = Counter(ended.values())
    print(f"{kills} kills of workers over {tasks} tasks: {dict(states)}, billed {sum(book.values())}")
    assert states == {"SUCCEEDED": tasks}
    assert all(book[task] == 1 for task in waiting)
    assert sum(book.values()) == tasks
    assert children_of(data) == []


def test_the_server_killed_under_load_loses_no_acknowledged_task(tmp_path: Path) -> None:
    kill_the_api(tmp_path, kills=3)


def test_workers_killed_at_any_point_end_each_task_once(tmp_path: Path) -> None:
    kill_the_workers(tmp_path, kills=3, tasks=4)


@pytest.mark.chaos
def test_a_hundred_kills_of_the_server(tmp_path: Path) -> None:
    kill_the_api(tmp_path, kills=100)


@pytest.mark.chaos
def test_a_hundred_kills_of_workers(tmp_path: Path) -> None:
    kill_the_workers(tmp_path, kills=100, tasks=60)


def test_a_killed_engine_child_hurts_nothing_but_its_attempt(tmp_path: Path) -> None:
    with LiveServer(tmp_path, options=OPTIONS) as server:
        task = server.submit(body("图1 slow 4"))[1]["output"]["task_id"]
        deadline = time.monotonic() + 30
        while not (children := children_of(tmp_path)) and time.monotonic() < deadline:
            time.sleep(0.02)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.send_signal(signal.SIGKILL)
        assert server.call("GET", "/readyz")[0] == 200
        assert server.wait(task)["output"]["task_status"] == "SUCCEEDED"
    assert ledger(tmp_path)[task] == 1


def test_an_engine_that_always_crashes_fails_unbilled(tmp_path: Path) -> None:
    with LiveServer(tmp_path, options=OPTIONS | {"UNDERSTUDY_ATTEMPTS": "2"}) as server:
        task = server.submit(body("图1 crash"))[1]["output"]["task_id"]
        told = server.wait(task)
        assert (told["output"]["task_status"], told["output"]["code"]) == ("FAILED", "InternalError")
    assert ledger(tmp_path)[task] == 0


def test_sigterm_drains_and_gives_back_what_it_cannot_end(tmp_path: Path) -> None:
    options = OPTIONS | {"UNDERSTUDY_GRACE_SECONDS": "1"}
    server = LiveServer(tmp_path, options=options)
    server.start()
    long = server.submit(body("图1 slow 30"))[1]["output"]["task_id"]
    waiting = server.submit(body())[1]["output"]["task_id"]
    while server.call("GET", f"/api/v1/tasks/{long}")[1]["output"]["task_status"] != "RUNNING":
        time.sleep(0.05)
    assert server.stop() == 0, server.tail()
    assert children_of(tmp_path) == []
    server.slots = 0
    with server:
        for task in (long, waiting):
            assert server.call("GET", f"/api/v1/tasks/{task}")[1]["output"]["task_status"] == "PENDING"


def test_a_worker_that_wakes_late_publishes_nothing(tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith("UNDERSTUDY_")} | OPTIONS
    command = [sys.executable, "-m", "understudy", "worker", "--data", str(tmp_path), "--slots", "1"]
    with LiveServer(tmp_path, slots=0, options=OPTIONS) as server:
        task = server.submit(body("图1 slow 2"))[1]["output"]["task_id"]
        sleeper = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
        while server.call("GET", f"/api/v1/tasks/{task}")[1]["output"]["task_status"] != "RUNNING":
            time.sleep(0.05)
        put_to_sleep(sleeper, tmp_path)
        try:
            with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as other:
                assert server.wait(task)["output"]["task_status"] == "SUCCEEDED"
                link = server.call("GET", f"/api/v1/tasks/{task}")[1]["output"]["video_url"]
                sleeper.send_signal(signal.SIGCONT)
                time.sleep(3)  # the sleeper's own film would be ready by now, had it any say
                assert server.call("GET", link, key=None)[0] == 200
                other.terminate()
                assert other.wait(40) == 0
        finally:
            sleeper.send_signal(signal.SIGCONT)
            sleeper.terminate()
            sleeper.wait(40)
    assert ledger(tmp_path)[task] == 1
