"""Bytes under keys, through OpenDAL: a folder of this machine, or a bucket.

Knows where bytes lie and how they become visible all at once. Must not know what they are, who may read them, or how
a link to them is signed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import structlog

from understudy.core.faults import BadSetting, InvalidRequest, NotFound, Unavailable, ViolationKind

if TYPE_CHECKING:
    from opendal import AsyncOperator

log = structlog.get_logger("understudy.blobs")

CHUNK_BYTES = 256 * 1024
"""Bytes held in memory at once, per reader or writer."""

PARTIAL = ".partial"
"""Where a blob grows until it is complete. No key may begin with it."""


class OpendalBlobs:
    """BlobStore over OpenDAL.

    In a folder, a blob is written under a name of its own and renamed when complete. In a bucket, the service itself
    shows an object only once its upload is complete. Tested with folders; S3 runs through the same calls but has not
    been tried against a real bucket.
    """

    def __init__(self, operator: AsyncOperator, folder: Path | None) -> None:
        self._operator = operator
        self._folder = folder

    @classmethod
    def open(cls, location: str | Path) -> OpendalBlobs:
        """Open a folder (path or `fs:/path`, made if need be) or a bucket (`s3://bucket/prefix?region=…&endpoint=…`).

        The query of an `s3:` location holds OpenDAL's own options; credentials come from the environment.

        Raises:
            BadSetting: the location cannot be used.
        """
        import opendal

        text = str(location)
        scheme, _, rest = text.partition(":")
        try:
            if scheme == "s3" and rest.startswith("//"):
                parts = urlsplit(text)
                options = {"root": parts.path or "/", **dict(parse_qsl(parts.query)), "bucket": parts.netloc}
                return cls(opendal.AsyncOperator("s3", **options), None)
            if "://" in text:
                raise BadSetting(f"{scheme}:// holds no blobs; give a folder or s3://bucket")
            folder = Path(rest if scheme == "fs" and rest else text).absolute()
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):  # asked now, not at the first film that cannot be kept
                pass
            return cls(opendal.AsyncOperator("fs", root=str(folder)), folder)
        except UnicodeEncodeError as error:
            raise BadSetting(
                f"{text!r} cannot hold blobs: the locale cannot write this name; set LANG=C.UTF-8 or choose another"
            ) from error
        except OSError as error:
            raise BadSetting(
                f"{text} cannot hold blobs: {error.strerror}. Check its owner, its permissions and the free space."
            ) from error
        except (opendal.exceptions.ConfigInvalid, opendal.exceptions.Unexpected) as error:
            raise BadSetting(f"{text} cannot hold blobs: {_first_line(error)}") from error

    async def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Copy a file in. An older blob of that key is replaced at once, never half."""
        await self.put_stream(key, _chunks_of(path), content_type=content_type)

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str) -> int:
        """Write as it comes; what breaks off leaves nothing behind. A folder does not keep the content type."""
        check_key(key)
        grows = f"{PARTIAL}/{uuid4().hex}" if self._folder is not None else key
        complete = False
        try:
            count = await self._write(grows, chunks, content_type)
            if grows != key:
                await self._rename(grows, key)
            complete = True
        finally:
            if not complete and grows != key:
                with _told_plainly():
                    await self._operator.delete(grows)
        return count

    async def size(self, key: str) -> int | None:
        check_key(key)
        if self._folder is not None:
            return _size_of(self._folder / key)
        import opendal

        with _told_plainly():
            try:
                facts = await self._operator.stat(key)
            except opendal.exceptions.NotFound:
                return None
        return facts.content_length if facts.is_file else None

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Raises NotFound at the first step when there is no such blob. An `end` past the last byte is the last."""
        size = await self.size(key)
        if size is None:
            raise NotFound("There is no such file, or it has been deleted.")
        left = (size if end is None else min(end, size)) - start
        if left <= 0:
            return
        with _told_plainly():
            file = await self._operator.open(key, "rb")
            try:
                if start:
                    await file.seek(start)
                while left > 0 and (chunk := await file.read(min(left, CHUNK_BYTES))):
                    left -= len(chunk)
                    yield chunk
            finally:
                await file.close()

    def local_path(self, key: str) -> Path | None:
        check_key(key)
        path = None if self._folder is None else self._folder / key
        return path if path is not None and path.is_file() else None

    async def delete(self, key: str) -> None:
        """Deleting what is not there is harmless."""
        check_key(key)
        with _told_plainly():
            await self._operator.delete(key)

    async def sweep(self, prefix: str, older_than: datetime) -> int:
        """Delete blobs under a folder `prefix` ("" is all) last written before `older_than`; returns how many.

        Partial writes as old as that are removed too, uncounted, and so are folders left empty.
        """
        folder = prefix.strip("/")
        if folder:
            check_key(folder)
            folder += "/"
        count = await self._delete_old(folder, older_than)
        if self._folder is not None:
            await self._delete_old(f"{PARTIAL}/", older_than)
            await asyncio.to_thread(_remove_empty_folders, self._folder / folder)
        return count

    async def _delete_old(self, folder: str, older_than: datetime) -> int:
        old = []
        with _told_plainly():
            async for entry in await self._operator.list(folder, recursive=True):
                if not entry.metadata.is_file or (entry.path.startswith(PARTIAL) and not folder):
                    continue
                moment = entry.metadata.last_modified
                if moment is None:
                    moment = (await self._operator.stat(entry.path)).last_modified
                if moment is not None and moment < older_than:
                    old.append(entry.path)
            for path in old:
                await self._operator.delete(path)
        return len(old)

    async def _write(self, name: str, chunks: AsyncIterator[bytes], content_type: str) -> int:
        count = 0
        options: dict[str, Any] = {} if self._folder is not None else {"content_type": content_type}
        with _told_plainly():
            file = await self._operator.open(name, "wb", **options)
        waiting = bytearray()
        async for chunk in chunks:
            waiting += chunk
            if len(waiting) >= CHUNK_BYTES:
                count += await _pour(file, waiting)
        count += await _pour(file, waiting)
        with _told_plainly():
            # only now: closing is what completes an object in a bucket, so what breaks off above never appears
            await file.close()
        return count

    async def _rename(self, name: str, key: str) -> None:
        import opendal

        with _told_plainly():
            try:
                await self._operator.rename(name, key)
            except opendal.exceptions.NotFound:
                # a sweep took the empty folder away between making it and using it
                await self._operator.rename(name, key)


def check_key(key: str) -> None:
    """Refuse what could leave the folder or mean two things. Raises InvalidRequest."""
    parts = key.split("/")
    if not key or key != key.strip() or "\\" in key or any(ord(c) < 32 or ord(c) == 127 for c in key):
        problem = "may not be empty, begin or end with a space, or hold a backslash or control characters"
    elif parts[0] in ("", PARTIAL) or any(part in ("", ".", "..") for part in parts):
        problem = "must be a relative path without empty parts, '.' and '..'"
    elif any(len(part.encode(errors="replace")) > 255 for part in parts) or len(key.encode(errors="replace")) > 1024:
        problem = "is too long: 255 bytes for each part, 1024 in all"
    elif any(0xD800 <= ord(c) <= 0xDFFF for c in key):
        problem = "holds characters that are no valid Unicode"
    else:
        return
    raise InvalidRequest.of("key", f"A file's key {problem}; choose another file name.", ViolationKind.URL)


async def _pour(file: Any, waiting: bytearray) -> int:
    """Write what waits and empty it."""
    count = len(waiting)
    if count:
        with _told_plainly():
            await file.write(bytes(waiting))
        waiting.clear()
    return count


async def _chunks_of(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    """OpenDAL's errors, and those of its open files, as ours."""
    from opendal import exceptions

    try:
        yield
    except (exceptions.NotFound, FileNotFoundError, NotADirectoryError) as error:
        raise NotFound("There is no such file, or it has been deleted.") from error
    except (
        OSError,  # a full disk, while an open file is written
        exceptions.Unexpected,
        exceptions.PermissionDenied,
        exceptions.RateLimited,
        exceptions.IsADirectory,
        exceptions.NotADirectory,
        exceptions.AlreadyExists,
        exceptions.Conflict,
    ) as error:
        log.warning("file store", reason=_first_line(error))  # names places of this machine: for the operator alone
        raise Unavailable("The file store cannot do this just now. Try again later, or tell the operator.") from error


def _size_of(path: Path) -> int | None:
    try:
        with _told_plainly():
            facts = path.stat()
    except NotFound:
        return None
    return facts.st_size if stat.S_ISREG(facts.st_mode) else None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]


def _remove_empty_folders(root: Path) -> None:
    for folder, _, _ in os.walk(root, topdown=False):
        if Path(folder) != root:
            with contextlib.suppress(OSError):  # not empty, which is how most are
                os.rmdir(folder)
