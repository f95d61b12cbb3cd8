"""Every blob store keeps these promises: the sentences of the BlobStore socket, one by one.

The real thing over a folder. A bucket runs through the same class; no bucket can be made here without a service.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from understudy.core.faults import BadSetting, InvalidRequest, NotFound
from understudy.stores.blobs import CHUNK_BYTES, PARTIAL, OpendalBlobs

KEYS = [
    "results/a.mp4",
    "plain",
    "dashscope-instant/alice/2026-03-01/9b1c/图 1.png",
    "a/b c/%41?#&+=.png",
    "a/émoji 🎬.mp4",
    "a/.hidden",
    "a/" + "长" * 80 + ".mp4",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "块 store"


@pytest.fixture
def blobs(folder: Path) -> OpendalBlobs:
    return OpendalBlobs.open(folder)


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


async def put(blobs: OpendalBlobs, key: str, content: bytes) -> None:
    await blobs.put_stream(key, pieces(content), content_type="video/mp4")


async def get(blobs: OpendalBlobs, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(key, start, end)])


def files_under(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class TestPutting:
    @pytest.mark.parametrize("key", KEYS)
    async def test_what_goes_in_comes_out(self, blobs: OpendalBlobs, folder: Path, key: str) -> None:
        await put(blobs, key, b"film")
        assert await get(blobs, key) == b"film"
        assert await blobs.size(key) == 4
        assert blobs.local_path(key) == folder / key
        assert (folder / key).read_bytes() == b"film"

    async def test_a_stream_is_counted(self, blobs: OpendalBlobs) -> None:
        count = await blobs.put_stream("a", pieces(b"12", b"", b"345"), content_type="text/plain")
        assert (count, await get(blobs, "a")) == (5, b"12345")

    async def test_an_empty_stream_is_an_empty_blob(self, blobs: OpendalBlobs) -> None:
        assert await blobs.put_stream("a", pieces(), content_type="text/plain") == 0
        assert (await blobs.size("a"), await get(blobs, "a")) == (0, b"")

    async def test_a_file_is_copied_and_stays(self, blobs: OpendalBlobs, tmp_path: Path) -> None:
        source = tmp_path / "take.mp4"
        source.write_bytes(os.urandom(2 * CHUNK_BYTES + 17))
        await blobs.put_file("results/1.mp4", source, content_type="video/mp4")
        assert await get(blobs, "results/1.mp4") == source.read_bytes()

    async def test_it_is_visible_only_once_complete(self, blobs: OpendalBlobs, folder: Path) -> None:
        await put(blobs, "a", b"old")
        half, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b"n" * CHUNK_BYTES
            half.set()
            await go_on.wait()
            yield b"ew"

        writing = asyncio.create_task(blobs.put_stream("a", slow(), content_type="text/plain"))
        await half.wait()
        assert await get(blobs, "a") == b"old"
        assert blobs.local_path("a").read_bytes() == b"old"
        go_on.set()
        assert await writing == CHUNK_BYTES + 2
        assert await blobs.size("a") == CHUNK_BYTES + 2
        assert files_under(folder) == ["a"]

    @pytest.mark.parametrize("key", ["fresh", "old"])
    async def test_what_breaks_off_leaves_nothing_behind(self, blobs: OpendalBlobs, folder: Path, key: str) -> None:
        await put(blobs, "old", b"old")

        async def broken() -> AsyncIterator[bytes]:
            yield b"x" * 2 * CHUNK_BYTES
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await blobs.put_stream(key, broken(), content_type="text/plain")
        assert files_under(folder) == ["old"]
        assert await get(blobs, "old") == b"old"

    async def test_nor_does_what_is_canceled(self, blobs: OpendalBlobs, folder: Path) -> None:
        begun = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            yield b"x" * 2 * CHUNK_BYTES
            begun.set()
            await asyncio.Event().wait()

        writing = asyncio.create_task(blobs.put_stream("a", endless(), content_type="text/plain"))
        await begun.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert files_under(folder) == []

    async def test_memory_stays_bounded(self, folder: Path) -> None:
        """A hundred megabytes through a process of its own: its peak grows by less than sixteen."""
        script = Path(__file__).with_name("blob_process.py")
        told = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, str(script), str(folder)],
            stdout=subprocess.PIPE,
            check=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        before, after = map(int, told.stdout.split())
        assert after - before < 16 * 1024, "in KiB, as Linux counts ru_maxrss"


class TestReading:
    @pytest.mark.parametrize(
        ("start", "end", "found"),
        [
            (0, None, b"0123456789"),
            (3, None, b"3456789"),
            (3, 7, b"3456"),
            (0, 1, b"0"),
            (9, 10, b"9"),
            (5, 99, b"56789"),
            (4, 4, b""),
            (10, None, b""),
            (99, 100, b""),
        ],
    )
    async def test_byte_ranges(self, blobs: OpendalBlobs, start: int, end: int | None, found: bytes) -> None:
        await put(blobs, "a", b"0123456789")
        assert await get(blobs, "a", start, end) == found

    async def test_a_large_range_comes_in_pieces(self, blobs: OpendalBlobs) -> None:
        content = os.urandom(3 * CHUNK_BYTES)
        await put(blobs, "a", content)
        got = [chunk async for chunk in blobs.read("a", 5, len(content) - 5)]
        assert b"".join(got) == content[5:-5]
        assert max(map(len, got)) <= CHUNK_BYTES

    async def test_what_is_not_there(self, blobs: OpendalBlobs) -> None:
        await put(blobs, "folder/a", b"x")
        for key in ("nothing", "folder", "folder/a/b"):
            assert await blobs.size(key) is None
            assert blobs.local_path(key) is None
            with pytest.raises(NotFound):
                await get(blobs, key)

    async def test_a_deleted_blob_is_gone_and_deleting_again_is_harmless(self, blobs: OpendalBlobs) -> None:
        await put(blobs, "a", b"x")
        await blobs.delete("a")
        await blobs.delete("a")
        assert await blobs.size("a") is None


class TestKeys:
    @pytest.mark.parametrize(
        "key",
        [
            "", "/", "/etc/passwd", "..", "../secret", "a/../../secret", "a/..", "./a", "a/./b", "a//b", "a/", "a\0b",
            "a\nb", "a\\b", " a", "a ", f"{PARTIAL}/a", "a/\ud800", "x" * 256, "长" * 86, "/".join(["x" * 200] * 6),
        ],
    )  # fmt: skip
    async def test_keys_that_could_leave_the_folder_or_mean_two_things_are_refused(
        self, blobs: OpendalBlobs, folder: Path, key: str
    ) -> None:
        with pytest.raises(InvalidRequest, match="choose another"):
            await put(blobs, key, b"x")
        with pytest.raises(InvalidRequest):
            await get(blobs, key)
        with pytest.raises(InvalidRequest):
            await blobs.size(key)
        with pytest.raises(InvalidRequest):
            await blobs.delete(key)
        with pytest.raises(InvalidRequest):
            blobs.local_path(key)
        assert files_under(folder) == []
        assert files_under(folder.parent) == []


class TestSweeping:
    async def test_the_old_under_a_prefix_goes(self, blobs: OpendalBlobs, folder: Path) -> None:
        now = datetime.now(UTC)
        for key, hours in [("up/1/old 图", 50), ("up/2/young", 1), ("results/old", 50), ("upper/old", 50)]:
            await put(blobs, key, b"x")
            moment = (now - timedelta(hours=hours)).timestamp()
            os.utime(folder / key, (moment, moment))
        assert await blobs.sweep("up/", now - timedelta(hours=48)) == 1
        assert files_under(folder) == ["results/old", "up/2/young", "upper/old"]
        assert not (folder / "up/1").exists(), "empty folders go too"
        assert await blobs.sweep("", now - timedelta(hours=48)) == 2
        assert files_under(folder) == ["up/2/young"]

    async def test_so_do_writes_that_were_never_completed(self, blobs: OpendalBlobs, folder: Path) -> None:
        """What a killed process left half written."""
        left = folder / PARTIAL / "dead"
        left.parent.mkdir()
        left.write_bytes(b"half")
        os.utime(left, (0, 0))
        assert await blobs.sweep("", datetime.now(UTC) - timedelta(hours=48)) == 0
        assert files_under(folder) == []

    async def test_sweeping_what_is_not_there(self, blobs: OpendalBlobs) -> None:
        assert await blobs.sweep("nothing/here", datetime.now(UTC)) == 0

    async def test_a_sweep_beside_writers_loses_nothing(self, blobs: OpendalBlobs, folder: Path) -> None:
        long_ago = datetime.now(UTC) - timedelta(hours=48)

        async def write(lane: int) -> None:
            for number in range(20):
                await put(blobs, f"up/{lane}-{number}/a", b"x")

        writers = asyncio.gather(*(write(lane) for lane in range(4)))
        while not writers.done():
            await blobs.sweep("up/", long_ago)
        await writers
        assert len(files_under(folder)) == 80


class TestOpening:
    async def test_a_folder_is_made(self, tmp_path: Path) -> None:
        OpendalBlobs.open(f"fs:{tmp_path}/a/b")
        assert (tmp_path / "a/b").is_dir()

    @pytest.mark.parametrize("location", ["ftp://host/x", "gs://bucket"])
    def test_a_place_of_another_kind_is_refused(self, location: str) -> None:
        with pytest.raises(BadSetting, match="holds no blobs"):
            OpendalBlobs.open(location)

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(BadSetting, match="cannot hold blobs"):
            OpendalBlobs.open(tmp_path / "file")

    def test_a_bucket_lies_in_no_folder(self) -> None:
        bucket = OpendalBlobs.open("s3://films/house?region=eu-central-1&disable_config_load=true")
        assert bucket.local_path("a") is None

    def test_a_bucket_without_region_says_what_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            monkeypatch.delenv(name, raising=False)
        with pytest.raises(BadSetting, match="region"):
            OpendalBlobs.open("s3://films?disable_config_load=true")
