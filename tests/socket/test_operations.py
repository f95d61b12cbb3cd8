"""Three in the morning: what the operator's machine does to a server that runs, and what he then reads.

Every server here is a process of its own, started as an operator starts it.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from test_kill import OPTIONS, body, children_of, ledger

from live import KEY, LiveServer


def understudy(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command as an operator types it; it must end by itself."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("UNDERSTUDY_")} | environment
    return subprocess.run(
        [sys.executable, "-m", "understudy", *words], capture_output=True, text=True, env=env, timeout=60
    )


def state(server: LiveServer, task_id: str) -> Any:
    status, told, _ = server.call("GET", f"/api/v1/tasks/{task_id}")
    return told["output"]["task_status"] if status == 200 else status


def until_running(server: LiveServer, task_id: str) -> None:
    deadline = time.monotonic() + 30
    while state(server, task_id) != "RUNNING":
        assert time.monotonic() < deadline, server.tail()
        time.sleep(0.02)


def submitted(server: LiveServer, prompt: str = "图1") -> str:
    status, told, _ = server.submit(body(prompt))
    assert status == 200, told
    return str(told["output"]["task_id"])


# Starting ----------------------------------------------------------------------------------------------------------


def test_a_start_that_fails_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        cases: list[tuple[list[str], dict[str, str], str]] = [
            (["serve", "--data", str(tmp_path / "file" / "x")], {}, "data folder"),
            (["worker", "--data", str(tmp_path / "file" / "x")], {}, "data folder"),
            (["serve", "--port", port, "--data", str(tmp_path / "a")], {}, "Choose another --port"),
            (["serve", "--host", "192.0.2.1", "--data", str(tmp_path / "a")], {}, "Choose another --host"),
            (
                ["serve", "--port", "0", "--data", str(tmp_path / "b")],
                {"UNDERSTUDY_KEYS": "a:sk-1234,b:sk-1234"},
                "UNDERSTUDY_KEYS",
            ),
            (["usage", "--data", str(tmp_path / "file")], {}, "data folder"),
            (["generate", "x", "-o", str(tmp_path / "file" / "x.mp4"), "--model", "wan2.7-r2v"], {}, "--"),
        ]
        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(lambda case: understudy(*case[0], **case[1]), cases))
    for (words, _, says), done in zip(cases, told, strict=True):
        assert done.returncode == 1, (words, done.stderr)
        assert says in done.stderr, words
        assert done.stderr.startswith("understudy: "), done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr


def test_the_doctor_finds_a_damaged_database(tmp_path: Path) -> None:
    assert understudy("keys", "create", "--data", str(tmp_path)).returncode == 0
    assert understudy("doctor", "--data", str(tmp_path)).returncode == 0
    (tmp_path / "understudy.db").write_bytes(b"a letter" * 1000)
    done = understudy("doctor", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "database\tFAILED" in done.stdout
    assert "Put a backup of it back" in done.stdout


def test_no_locale_and_a_chinese_folder(tmp_path: Path) -> None:
    folder = tmp_path / "数据 ?%"
    done = understudy("keys", "create", "--data", str(folder), LC_ALL="C", LANG="C")
    assert done.returncode == 0, done.stderr
    assert (folder / "understudy.db").is_file()
    told = understudy("plan", "图1说：“你好。”", "--ref", "图1", PYTHONIOENCODING="ascii")
    assert told.returncode == 0, told.stderr
    assert "\\u4f60\\u597d" in told.stdout


# Running -----------------------------------------------------------------------------------------------------------


def test_a_database_that_is_overwritten_gives_503_and_no_trace(tmp_path: Path) -> None:
    with LiveServer(tmp_path, options=OPTIONS) as server:
        task = submitted(server)
        server.wait(task)
        lines = len(server.log)
        with contextlib.closing(sqlite3.connect(tmp_path / "understudy.db")) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # nobody may go on from what he remembers of the log
        with (tmp_path / "understudy.db").open("r+b") as file:
            file.write(os.urandom(90_000))
        asked = [
            server.call("GET", f"/api/v1/tasks/{task}"),
            server.call("GET", "/api/v1/tasks/"),
            server.call("GET", "/readyz"),
            server.submit(body()),
        ]
        assert [status for status, _, _ in asked] == [503] * 4, [told for _, told, _ in asked]
        assert server.call("GET", "/healthz")[0] == 200
        assert "Traceback" not in "\n".join(server.log[lines:])
        assert server.stop() == 0
    with pytest.raises(RuntimeError, match=r"understudy: .*understudy\.db .*Put a backup"):
        server.start()


def test_nothing_is_accepted_once_the_data_folder_is_gone(tmp_path: Path) -> None:
    with LiveServer(tmp_path / "data", options=OPTIONS) as server:
        (tmp_path / "data").rename(tmp_path / "moved")
        assert server.submit(body())[0] == 503
        status, told, _ = server.call("GET", "/readyz")
        assert (status, told["status"]) == (503, "down")
        (tmp_path / "moved").rename(tmp_path / "data")
        assert server.wait(submitted(server))["output"]["task_status"] == "SUCCEEDED"


@pytest.fixture
def _hears_hangups() -> Iterator[None]:
    """SIGHUP as usual: under nohup it is ignored, and so would be the servers started from here."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("_hears_hangups")
@pytest.mark.parametrize("end", [signal.SIGHUP, signal.SIGINT])
def test_every_polite_end_drains(tmp_path: Path, end: signal.Signals) -> None:
    server = LiveServer(tmp_path, options=OPTIONS | {"UNDERSTUDY_GRACE_SECONDS": "0"})
    with server:
        task = submitted(server, "图1 slow 30")
        until_running(server, task)
        assert server.process is not None
        server.process.send_signal(end)
        assert server.process.wait(20) == 0
        assert children_of(tmp_path) == []
    server.slots = 0
    with server:
        assert state(server, task) == "PENDING"


def test_a_slow_caller_delays_no_drain_and_a_second_ctrl_c_ends_it(tmp_path: Path) -> None:
    head = f"POST /task/bailian/ref2video HTTP/1.1\r\nHost: x\r\nAuthorization: {KEY}\r\nContent-Length: 9\r\n\r\n"
    server = LiveServer(tmp_path, slots=2, options=OPTIONS | {"UNDERSTUDY_GRACE_SECONDS": "60"})
    with server, socket.create_connection(("127.0.0.1", server.port)) as slow:
        long, short, waiting = (submitted(server, prompt) for prompt in ("图1 slow 90", "图1 slow 2", "图1"))
        until_running(server, short)
        slow.sendall(head.encode() + b"{")
        assert server.call("GET", "/healthz")[0] == 200
        assert server.process is not None
        server.process.send_signal(signal.SIGINT)
        while not any('"finished"' in line for line in server.log):
            time.sleep(0.05)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(30) == 0
        assert children_of(tmp_path) == []
    assert [line for line in server.log if waiting in line or "Traceback" in line] == []
    server.slots = 0
    with server:
        assert [state(server, task) for task in (long, short, waiting)] == ["PENDING", "SUCCEEDED", "PENDING"]


def test_a_log_on_a_full_disk_stops_nobody(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {k: v for k, v in os.environ.items() if not k.startswith("UNDERSTUDY_")} | OPTIONS
    env |= {"UNDERSTUDY_KEYS": f"default:{KEY}"}
    server = LiveServer(tmp_path)
    server.url = f"http://127.0.0.1:{port}"
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "understudy", "serve", "--port", str(port), "--data", str(tmp_path)]
        process = subprocess.Popen(command, stderr=full, stdout=full, env=env)
        try:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and not server._answers():
                time.sleep(0.05)
            assert server.wait(submitted(server))["output"]["task_status"] == "SUCCEEDED"
        finally:
            process.terminate()
            assert process.wait(30) == 0


def test_a_stopped_child_ends_with_its_time(tmp_path: Path) -> None:
    with LiveServer(tmp_path, options=OPTIONS | {"UNDERSTUDY_TASK_SECONDS": "3"}) as server:
        task = submitted(server, "图1 slow 30")
        until_running(server, task)
        deadline = time.monotonic() + 30
        while not (children := children_of(tmp_path)) and time.monotonic() < deadline:
            time.sleep(0.02)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.suspend()
        told = server.wait(task)["output"]
        assert (told["task_status"], told["code"]) == ("FAILED", "InternalError.Timeout")
        assert children_of(tmp_path) == []


def test_a_server_that_stops_waits_for_no_package_index(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        options = OPTIONS | {
            "UNDERSTUDY_ENGINES": "animatic",
            "UNDERSTUDY_MODELS_AUTO_INSTALL": "true",
            "UNDERSTUDY_GRACE_SECONDS": "0",
            "PIP_INDEX_URL": f"http://127.0.0.1:{deaf.getsockname()[1]}/simple",
            "PIP_CONFIG_FILE": os.devnull,
        }
        server = LiveServer(tmp_path, options=options)
        with server:
            submitted(server)
            deadline = time.monotonic() + 30
            while not list((tmp_path / "models").glob("fetch-*")) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert server.stop(20) == 0, server.tail()
    assert not list((tmp_path / "models").glob("fetch-*"))


def test_the_log_finds_a_request_and_tells_no_secret(tmp_path: Path) -> None:
    with LiveServer(tmp_path, options=OPTIONS | {"UNDERSTUDY_LOG_LEVEL": "debug"}) as server:
        link = server.wait(submitted(server))["output"]["video_url"]
        assert server.call("GET", link, key=None)[0] == 200
        assert server.call("GET", link + "x", key=None)[0] == 403
        assert server.call("GET", "/api/v1/tasks/x?Signature=of-a-query", key="sk-a-wrong-one")[0] == 401
        given = body()
        given["input"]["media"][0]["url"] = "http://127.0.0.1:9/girl.png?Signature=of-a-medium"
        failed = server.submit(given)[1]
        server.wait(failed["output"]["task_id"])
        told = server.call("GET", "/api/v1/tasks/")[1]
        assert server.stop() == 0
    log = "\n".join(server.log)
    signature = link.split("Signature=")[1]
    for secret in (KEY, "sk-a-wrong-one", "of-a-query", "of-a-medium", signature, "?"):
        assert secret not in log
    lines = [json.loads(line) for line in server.log if line.startswith("{")]
    requests = Counter(line["request_id"] for line in lines if line["event"] == "request")
    assert requests[told["request_id"]] == 1
    assert set(requests.values()) == {1}, "one line each"
    story = [line for line in lines if line.get("request_id") == failed["request_id"]]
    assert {line["event"] for line in story} == {"request", "performing", "medium refused", "ended"}
    assert story[-1]["task_id"] == failed["output"]["task_id"]


def test_slow_callers_hold_nobody_up(tmp_path: Path) -> None:
    head = b"POST /api/v1/services/aigc/video-generation/video-synthesis HTTP/1.1\r\nHost: x\r\n"
    with LiveServer(tmp_path, slots=0, options=OPTIONS) as server, contextlib.ExitStack() as held:
        for number in range(200):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            slow.sendall(head + (b"Content-Length: 1000\r\n\r\n{" if number % 2 else b"X-Slow: "))
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda _: server.submit(body())[0], range(20))) == [200] * 20
        assert server.stop() == 0


def test_a_thousand_waiting_tasks(tmp_path: Path) -> None:
    with LiveServer(tmp_path, slots=0, options=OPTIONS | {"UNDERSTUDY_LOG_LEVEL": "warning"}) as server:
        with ThreadPoolExecutor(4) as pool:
            sent = list(pool.map(lambda _: submitted(server), range(1000)))
        seen: list[str] = []
        for page in range(1, 12):
            told = server.call("GET", f"/api/v1/tasks/?page_no={page}&page_size=100")[1]
            assert told["total"] == 1000
            seen += [row["task_id"] for row in told["data"]]
        assert Counter(seen) == Counter(sent)
        server.stop()
        server.slots = 1
        server.start()
        assert server.wait(sent[0])["output"]["task_status"] == "SUCCEEDED", "the oldest goes first"
        assert state(server, sent[-1]) == "PENDING"


# A disk that is really full -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(folder: Path, kibibytes: int) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, leave: int = 0) -> Path:
    """A file that takes all space but `leave` bytes; remove it to free them."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize > leave:
            file.write(b"x" * 4096)
    return ballast


@pytest.mark.chaos
def test_a_full_disk_loses_nothing_and_is_told_plainly(tmp_path: Path) -> None:
    with small_disk(tmp_path / "data", 64 * 1024) as data, LiveServer(data, options=OPTIONS) as server:
        first = submitted(server)
        server.wait(first)
        running = submitted(server, "图1 slow 2")
        until_running(server, running)
        ballast = fill(data)
        assert server.submit(body())[0] == 503
        assert [server.call("GET", path)[0] for path in ("/readyz", f"/api/v1/tasks/{first}")] == [503, 200]
        ticket = server.call("GET", "/api/v1/uploads?action=getPolicy&model=toy-r2v")[1]["data"]
        status, told = upload(server, ticket, os.urandom(600_000))
        assert (status, b"<Code>ServiceUnavailable</Code>" in told) == (503, True)
        time.sleep(4)
        assert server.call("GET", f"/api/v1/tasks/{running}")[0] == 200
        assert [line for line in server.log if "Traceback" in line] == []
        ballast.unlink()
        assert server.wait(running)["output"]["task_status"] == "SUCCEEDED"
        assert upload(server, ticket, b"small")[0] == 200
        assert list((data / "blobs" / ".partial").iterdir()) == []
        server.stop()
        assert ledger(data) == {first: 1, running: 1}


@pytest.mark.chaos
@pytest.mark.parametrize("place", ["work", "blobs"])
def test_a_full_disk_under_the_films_costs_no_attempt(tmp_path: Path, place: str) -> None:
    options = OPTIONS | {"UNDERSTUDY_ATTEMPTS": "1"}
    with small_disk(tmp_path / place, 400), LiveServer(tmp_path, options=options) as server:
        ballast = fill(tmp_path / place, leave=12 * 1024)
        tasks = [submitted(server, f"图1 slow {number}") for number in (1, 1.5)]
        time.sleep(8)
        assert {state(server, task) for task in tasks} <= {"PENDING", "RUNNING"}
        assert any("put aside" in line for line in server.log)
        ballast.unlink()
        assert [server.wait(task)["output"]["task_status"] for task in tasks] == ["SUCCEEDED"] * 2
        server.stop()
        assert ledger(tmp_path) == dict.fromkeys(tasks, 1)


def upload(server: LiveServer, ticket: dict[str, Any], content: bytes) -> tuple[int, bytes]:
    fields = {
        "OSSAccessKeyId": ticket["oss_access_key_id"],
        "Signature": ticket["signature"],
        "policy": ticket["policy"],
        "key": f"{ticket['upload_dir']}/{random.randrange(1 << 30)}.png",
        "success_action_status": "200",
    }
    form = b"".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    form += b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + content + b"\r\n--b--\r\n"
    request = urllib.request.Request(
        ticket["upload_host"], form, {"Content-Type": "multipart/form-data; boundary=b"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.chaos
def test_two_hundred_callers_for_half_a_minute(tmp_path: Path) -> None:
    ends = time.monotonic() + 30
    with LiveServer(tmp_path, options=OPTIONS | {"UNDERSTUDY_LOG_LEVEL": "warning"}) as server:
        assert server.process is not None
        process = psutil.Process(server.process.pid)

        def caller(_: int) -> Counter[int]:
            seen: Counter[int] = Counter()
            while time.monotonic() < ends:
                status, told, _ = server.submit(body())
                seen[status] += 1
                for _ in range(5):
                    time.sleep(0.2)
                    seen[server.call("GET", f"/api/v1/tasks/{told['output']['task_id']}")[0]] += 1
            return seen

        with ThreadPoolExecutor(200) as pool:
            answers = sum(pool.map(caller, range(200)), Counter[int]())
        assert set(answers) == {200}, answers
        # the caches of the database fill, 8 MiB for each connection, and then it stays
        assert process.memory_info().rss < 160 * 1024**2
        assert process.num_fds() < 400
        assert [line for line in server.log if "warning" in line or "error" in line] == []
        assert server.stop(60) == 0
