"""Question: how soon, on how many connections and in how much memory does our client do what the official SDKs do?

One run, one `understudy serve` with the test-card engine, each client in processes of its own:

- import: seconds to import the client; for ours also with its HTTP library and dialect, which it loads when used
- known: seconds between the end of a task (as the server tells it, just before the commit) and the moment its caller
  holds the answer; the same tasks of different lengths for each client, all of them waited for at once
- connections: opened for one film from a local picture: upload, submit, wait and download
- memory: growth of the highest resident size while a file of 100 MB goes up

    python benchmarks/client.py [--tasks 16] [--rounds 5]

Needs the SDKs in .sdk (scripts/setup dev). Those without are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SDKS = ("1.25.16", "2.0.2")
MODEL = "toy-r2v"
LARGE_BYTES = 100 * 1024 * 1024
BEIJING = timezone(timedelta(hours=8))
GOALS = {"known p95 s": 0.2, "memory MiB": 8.0, "import ratio": 0.4, "connections": 1}


# In the parent -------------------------------------------------------------------------------------------------------


@contextmanager
def counted(target: str) -> Iterator[tuple[str, list[int]]]:
    """A door in front of the server that counts the connections that come through it."""
    made = [0]
    ready = threading.Event()
    place: list[Any] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def door() -> None:
        async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            made[0] += 1
            parts = urlsplit(target)
            inner_reader, inner_writer = await asyncio.open_connection(parts.hostname, parts.port)
            await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

        async with await asyncio.start_server(enter, "127.0.0.1", 0) as listening:
            over = asyncio.Event()
            place[:] = [listening.sockets[0].getsockname()[1], asyncio.get_running_loop(), over]
            ready.set()
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(door(),), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield f"http://127.0.0.1:{place[0]}", made
    finally:
        place[1].call_soon_threadsafe(place[2].set)
        thread.join()


def child(kind: str, work: str, *words: str) -> Any:
    """Have this file do one piece of work as a client of one kind, in a process of its own; its answer."""
    env = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
    if kind != "ours":
        env["PYTHONPATH"] = str(ROOT / ".sdk" / f"dashscope-{kind}")
        env["DASHSCOPE_HTTP_BASE_URL"] = f"{words[0]}/api/v1" if words else ""
        env["DASHSCOPE_API_KEY"] = words[1] if len(words) > 1 else ""
    command = [sys.executable, str(Path(__file__)), "--child", kind, work, *words]
    told = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
    if told.returncode:
        raise SystemExit(f"{kind} {work}: {told.stderr[-3000:]}")
    return json.loads(told.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests"))
    from builders import tiny_image
    from live import KEY, LiveServer, toy_cards

    kinds = ["ours", *(v for v in SDKS if (ROOT / ".sdk" / f"dashscope-{v}" / ".done").exists())]
    found: dict[str, dict[str, float]] = {kind: {} for kind in kinds}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tiny_image(folder / "girl.png")
        with (folder / "large.bin").open("wb") as file:
            file.truncate(LARGE_BYTES)
        options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_CARDS": toy_cards(folder / "cards")}
        for kind in kinds:
            seconds = [child(kind, "import") for _ in range(args.rounds)]
            for part in seconds[0]:
                found[kind][part] = min(one[part] for one in seconds)
        with LiveServer(folder / "data", slots=args.tasks, options=options) as server:
            for kind in kinds:
                lags = child(kind, "known", server.url, KEY, str(args.tasks))
                found[kind]["known p50 s"] = statistics.median(lags)
                found[kind]["known p95 s"] = sorted(lags)[max(0, round(len(lags) * 0.95) - 1)]
                found[kind]["memory MiB"] = child(kind, "memory", server.url, KEY, str(folder / "large.bin"))
                with counted(server.url) as (door, made):
                    child(kind, "film", door, KEY, str(folder / "girl.png"))
                    found[kind]["connections"] = made[0]
    show(found)


def show(found: dict[str, dict[str, float]]) -> None:
    for kind in found:
        if kind != "ours":
            found[kind]["import ratio"] = found["ours"]["import s"] / found[kind]["import s"]
    rows = list(dict.fromkeys(name for figures in found.values() for name in figures))
    print(f"{'':16}" + "".join(f"{kind:>12}" for kind in found) + f"{'goal':>10}")
    for row in rows:
        cells = "".join(f"{found[kind][row]:12.3f}" if row in found[kind] else f"{'':12}" for kind in found)
        print(f"{row:16}{cells}{GOALS.get(row, ''):>10}")


# In a child ----------------------------------------------------------------------------------------------------------


def lengths(count: int) -> list[float]:
    """Seconds that the tasks of a run take: from 2 to 27, no two of them in step with anybody's polls."""
    return [round(2 + 25 * (number * 0.618 % 1), 2) for number in range(count)]


def forget_highest() -> float:
    """Begin to measure anew; the present size in MiB. (`ru_maxrss` would be the parent's: it outlives an exec.)"""
    Path("/proc/self/clear_refs").write_text("5")
    return highest()


def highest() -> float:
    """The highest resident size so far, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


class Ours:
    """Our client, as its page shows it."""

    def __init__(self, url: str, key: str) -> None:
        from understudy import Client

        self._open = lambda: Client(url, key)

    @staticmethod
    def imported() -> dict[str, float]:
        began = time.perf_counter()
        from understudy import Client  # noqa: F401

        light = time.perf_counter() - began
        import httpx  # noqa: F401

        from understudy.dialects.native import DIALECT  # noqa: F401

        return {"import s": light, "import all s": time.perf_counter() - began}

    @staticmethod
    def request(seconds: float, reference: str) -> Any:
        from understudy.core.request import Medium, Reference, VideoRequest

        return VideoRequest(
            MODEL, prompt=f"图1 slow {seconds}", references=(Reference(reference, Medium.IMAGE),), seconds=1
        )

    def known(self, count: int) -> list[float]:
        async def one(client: Any, task_id: str) -> tuple[float, str]:
            told = await client.wait(task_id)
            now = time.time()
            assert told.status == "SUCCEEDED", told
            return now, task_id

        async def run() -> list[float]:
            async with self._open() as client:
                ids = [await client.submit(self.request(s, picture())) for s in lengths(count)]
                heard = await asyncio.gather(*(one(client, task_id) for task_id in ids))
                return [now - await self._ended(client, task_id) for now, task_id in heard]

        return asyncio.run(run())

    @staticmethod
    async def _ended(client: Any, task_id: str) -> float:
        from understudy.core.wire import StatusQuery

        told = await client._answer(StatusQuery(task_id))
        return datetime.fromisoformat(told["ended"]).timestamp()

    def memory(self, path: str) -> float:
        async def run() -> float:
            async with self._open() as client:
                await client.me()
                before = forget_highest()
                await client.upload(Path(path))
                return highest() - before

        return asyncio.run(run())

    def film(self, path: str) -> None:
        async def run() -> None:
            async with self._open() as client:
                await client.generate(self.request(3, path), Path(f"{path}.mp4"))

        asyncio.run(run())


class Sdk:
    """The official SDK, as its documents show it."""

    def __init__(self, url: str, key: str) -> None:
        import dashscope

        self._key = key
        dashscope.base_http_api_url = f"{url}/api/v1"

    @staticmethod
    def imported() -> dict[str, float]:
        began = time.perf_counter()
        from dashscope import VideoSynthesis  # noqa: F401

        return {"import s": time.perf_counter() - began}

    def submit(self, seconds: float, url: str) -> str:
        from dashscope import VideoSynthesis

        answer = VideoSynthesis.async_call(
            model=MODEL, prompt=f"图1 slow {seconds}", media=[{"type": "reference_image", "url": url}], duration=1
        )
        assert answer.status_code == 200, answer
        return str(answer.output.task_id)

    def known(self, count: int) -> list[float]:
        from dashscope import VideoSynthesis

        ids = [self.submit(s, picture()) for s in lengths(count)]

        def one(task_id: str) -> float:
            answer = VideoSynthesis.wait(task_id)
            now = time.time()
            assert answer.output.task_status == "SUCCEEDED", answer
            ended = datetime.strptime(answer.output["end_time"], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=BEIJING)
            return now - ended.timestamp()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, ids))

    def memory(self, path: str) -> float:
        from dashscope import VideoSynthesis
        from dashscope.utils.oss_utils import OssUtils

        VideoSynthesis.fetch("00000000-0000-0000-0000-000000000000")
        before = forget_highest()
        OssUtils.upload(model=MODEL, file_path=path, api_key=self._key)
        return highest() - before

    def film(self, path: str) -> None:
        from dashscope import VideoSynthesis

        task_id = self.submit(3, f"file://{path}")
        answer = VideoSynthesis.wait(task_id)
        assert answer.output.task_status == "SUCCEEDED", answer
        with urllib.request.urlopen(answer.output.video_url) as film:
            Path(f"{path}.mp4").write_bytes(film.read())


def picture() -> str:
    """A picture inside the request: no other host is asked while the clock runs."""
    import base64
    import struct
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress((b"\0" + b"\x80" * 192) * 64)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode()


def work(kind: str, what: str, *words: str) -> Any:
    maker: Any = Ours if kind == "ours" else Sdk
    if what == "import":
        return maker.imported()
    client = maker(words[0], words[1])
    if what == "known":
        return client.known(int(words[2]))
    return client.memory(words[2]) if what == "memory" else client.film(words[2])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(work(*sys.argv[2:])))
    else:
        main()
