"""The floor for benchmarks/api.py: the least that a durable task API can do, written by hand.

One asyncio Protocol with httptools and msgspec, and one SQLite writer thread with group commit (WAL, synchronous
FULL). It does what cannot be left out: read the request, check the key's digest, decode the five-asset wan2.7-r2v
body into typed values, write the row, acknowledge after the commit, and tell the state of a task from the file. It
bills, limits and logs nothing and knows one route each; what the server costs above it is the price of its features.

    python benchmarks/api_floor.py --port 18080

prints `ready PORT` once it answers. One request at a time per connection: answers to pipelined submits may come out
of order. Source: spec/stack.md §1 and §9.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import signal
import sqlite3
import tempfile
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

import httptools
import msgspec

SUBMIT = "/api/v1/services/aigc/video-generation/video-synthesis"
STATUS = "/api/v1/tasks/"
KEY = "sk-floor"
AT_MOST_TOGETHER = 512

FIVE_ASSETS = {
    "model": "wan2.7-r2v",
    "input": {
        "prompt": "视频1抱着图3，在图4的椅子上弹奏乡村民谣，说：“今天的阳光真好。”"
        "图1手里拿着图2，路过视频1，把手中的东西放到桌上。",
        "media": [
            {
                "type": "reference_image",
                "url": "https://media.example.com/wan/girl.jpg",
                "reference_voice": "https://media.example.com/wan/girl.mp3",
            },
            {
                "type": "reference_video",
                "url": "https://media.example.com/wan/boy.mp4",
                "reference_voice": "https://media.example.com/wan/boy.mp3",
            },
            {"type": "reference_image", "url": "https://media.example.com/wan/object3.png"},
            {"type": "reference_image", "url": "https://media.example.com/wan/object4.png"},
            {"type": "reference_image", "url": "https://media.example.com/wan/background5.png"},
        ],
    },
    "parameters": {
        "resolution": "720P",
        "ratio": "16:9",
        "duration": 10,
        "prompt_extend": False,
        "watermark": True,
        "seed": 7,
    },
}
"""A body of the shape of seed 003's multi-subject example: three images, a video and two voices."""


class Media(msgspec.Struct):
    type: str
    url: str
    reference_voice: str | None = None


class Input(msgspec.Struct):
    prompt: str
    media: list[Media]
    negative_prompt: str | None = None


class Parameters(msgspec.Struct):
    resolution: str = "1080P"
    ratio: str = "16:9"
    duration: int = 5
    prompt_extend: bool = True
    watermark: bool = False
    seed: int | None = None


class Body(msgspec.Struct):
    model: str
    input: Input
    parameters: Parameters


class Store:
    """One table, one writer thread, one reader."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: SimpleQueue[tuple[tuple[Any, ...], Any, Any] | None] = SimpleQueue()
        with self._connect() as connection:
            connection.execute(
                "CREATE TABLE tasks (task_id TEXT PRIMARY KEY, model TEXT, prompt TEXT, body BLOB, status TEXT,"
                " submitted REAL)"
            )
        self._reader = self._connect()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def add(self, row: tuple[Any, ...], loop: asyncio.AbstractEventLoop, tell: Any) -> None:
        """`tell(task_id)` runs on the loop after the commit."""
        self._queue.put((row, loop, tell))

    def status(self, task_id: str) -> tuple[str, float] | None:
        found: tuple[str, float] | None = self._reader.execute(
            "SELECT status, submitted FROM tasks WHERE task_id = ?", (task_id,)
        ).fetchone()
        return found

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()
        self._reader.close()

    def _write(self) -> None:
        connection = self._connect()
        while (first := self._queue.get()) is not None:
            batch, last = [first], False
            try:
                while len(batch) < AT_MOST_TOGETHER:
                    following = self._queue.get_nowait()
                    if following is None:
                        last = True
                        break
                    batch.append(following)
            except Empty:
                pass
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?)", [row for row, _, _ in batch])
            connection.execute("COMMIT")
            batch[0][1].call_soon_threadsafe(self._tell, batch)
            if last:
                break
        connection.close()

    @staticmethod
    def _tell(batch: list[tuple[tuple[Any, ...], Any, Any]]) -> None:
        for row, _, tell in batch:
            tell(row[0])


class Floor(asyncio.Protocol):
    """One connection."""

    def __init__(self, store: Store, digest: bytes) -> None:
        self._store = store
        self._digest = digest
        self._decoder = msgspec.json.Decoder(Body)
        self._encoder = msgspec.json.Encoder()
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.close()

    # what httptools calls ---------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._pieces: list[bytes] = []
        self._key = b""
        self._url = b""

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"authorization":
            self._key = value.removeprefix(b"Bearer ")

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        path = httptools.parse_url(self._url).path.decode()
        if hashlib.sha256(self._key).digest() != self._digest:
            self._reply(401, {"code": "InvalidApiKey", "message": "Invalid API-key provided."})
        elif path == SUBMIT:
            self._submit(b"".join(self._pieces))
        elif path.startswith(STATUS):
            self._status(path[len(STATUS) :])
        else:
            self._reply(404, {"code": "NotFound", "message": "Not found."})

    # the two routes ---------------------------------------------------------------------------------------------

    def _submit(self, content: bytes) -> None:
        try:
            body = self._decoder.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._reply(400, {"code": "InvalidParameter", "message": str(error)})
            return
        row = (str(uuid4()), body.model, body.input.prompt, content, "PENDING", time.time())
        self._store.add(row, self._loop, self._accepted)

    def _accepted(self, task_id: str) -> None:
        self._reply(200, {"output": {"task_status": "PENDING", "task_id": task_id}, "request_id": str(uuid4())})

    def _status(self, task_id: str) -> None:
        found = self._store.status(task_id)
        output: dict[str, Any] = {"task_id": task_id, "task_status": "UNKNOWN"}
        if found is not None:
            moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(found[1]))
            output = {
                "task_id": task_id,
                "task_status": found[0],
                "submit_time": f"{moment}.{int(found[1] % 1 * 1000):03}",
            }
        self._reply(200, {"output": output, "request_id": str(uuid4())})

    def _reply(self, status: int, value: Any) -> None:
        body = self._encoder.encode(value)
        head = f"HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        if not self._transport.is_closing():
            self._transport.write(head.encode() + body)


async def serve(host: str, port: int, path: Path) -> None:
    store = Store(path)
    digest = hashlib.sha256(KEY.encode()).digest()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wanted, stopped.set)
    server = await loop.create_server(lambda: Floor(store, digest), host, port)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await stopped.wait()
    server.close()
    store.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=18080, help="0 takes a free one")
    arguments.add_argument("--data", type=Path, help="folder of the database file; a temporary one by default")
    arguments.add_argument("--loop", choices=["uvloop", "asyncio"], default="uvloop", help="as the server's own")
    given = arguments.parse_args()
    if given.loop == "uvloop":
        import uvloop

        run: Any = uvloop.run
    else:
        run = asyncio.run
    with tempfile.TemporaryDirectory(dir=given.data) as folder:
        run(serve(given.host, given.port, Path(folder) / "floor.db"))


if __name__ == "__main__":
    main()
