"""Files on their way: up from disk piece by piece, down to a whole file or to a part that is gone on with.

Knows forms, slots and byte ranges. Must not know requests or tasks. Neither way holds a file in memory.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from understudy.client.line import Line
from understudy.core.faults import (
    Fault,
    Gone,
    InvalidRequest,
    MediaProblem,
    MediaRefused,
    Refused,
    Unavailable,
    ViolationKind,
)
from understudy.core.wire import UploadSlot, UploadTicket, WireReply

PIECE = 256 * 1024
BREAKS = 3
"""How often a download that broke off is gone on with by itself; after that its part waits for another call."""
_ELSEWHERE = ("http://", "https://", "oss://", "upload:", "data:")
_BASE64 = re.compile(r"^[A-Za-z0-9+/\s]{256,}={0,2}\s*$")
_XML = re.compile(r"<(Code|Message)>(.*?)</\1>", re.DOTALL)
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")


# Up ------------------------------------------------------------------------------------------------------------------


def local_file(link: str) -> Path | None:
    """The file a reference names on this machine; None when it is a URL or Base64 text.

    `file://` is read as the official SDKs do: absolute or relative, percent-decoded. Raises InvalidRequest when the
    file is not there.
    """
    if is_elsewhere(link):
        return None
    is_file_url = link.lower().startswith("file://")
    text = unquote(link[len("file://") :]) if is_file_url else link
    path = Path(text)
    try:
        if path.is_file():
            return path
    except (OSError, ValueError):
        pass
    raise no_file(text)


def is_elsewhere(link: str) -> bool:
    """Whether a reference is a URL or Base64 text, not a file."""
    return link.lower().startswith(_ELSEWHERE) or _BASE64.match(link) is not None


def no_file(text: str) -> InvalidRequest:
    """The refusal of a path where nothing is."""
    reason = f"There is no file {text[:200]!r}; give an existing file, or an http, https or oss URL."
    return InvalidRequest.of("", reason, ViolationKind.URL)


async def post_form(line: Line, ticket: UploadTicket, fields: dict[str, str], path: Path) -> None:
    """Send a file as an OSS form.

    Raises:
        MediaRefused: it is larger than the server takes.
        Refused: the server did not take it.
    """
    size, limit = path.stat().st_size, ticket.max_file_bytes
    if size > limit:
        raise MediaRefused(
            MediaProblem.TOO_LARGE,
            f"{path} has {size / 2**20:.1f} MB; the server takes files up to {limit // 2**20} MB.",
            limits={"megabytes": limit // 2**20},
        )
    with path.open("rb") as file:
        # httpx writes `data` before `files`: the file comes last, as OSS forms want it
        reply = await line.exchange("POST", ticket.upload_url, data=fields, files={"file": (path.name, file)})
    _must_be_taken(path, reply)


async def put_file(line: Line, slot: UploadSlot, path: Path) -> str:
    """Send a file's bytes to its slot; returns the ETag that was answered. Raises Refused."""

    async def pieces() -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    headers = {"content-length": str(path.stat().st_size), "content-type": "application/octet-stream"}
    reply = await line.exchange("PUT", slot.put_url, content=pieces(), headers=headers)
    _must_be_taken(path, reply)
    return reply.headers.get("etag", "").strip('"')


def _must_be_taken(path: Path, reply: WireReply) -> None:
    if reply.status >= 400:
        raise _upload_fault(path, reply)


def _upload_fault(path: Path, reply: WireReply) -> Fault:
    """OSS answers refusals as XML with Code and Message."""
    told = dict(_XML.findall(reply.body[:4000].decode("utf-8", "replace")))
    why = f"{told.get('Code', f'HTTP {reply.status}')}: {told.get('Message', 'no reason given')}"
    if told.get("Code") == "EntityTooLarge":
        return MediaRefused(MediaProblem.TOO_LARGE, f"The server did not take {path.name} ({why}).")
    if reply.status >= 500:
        return Unavailable(f"The server could not store {path.name} ({why}); try again later.")
    return Refused(f"The server did not take {path.name} ({why}).")


# Down ----------------------------------------------------------------------------------------------------------------


async def download(line: Line, url: str, path: Path) -> Path:
    """Bring a result home; the file appears only once it is whole. No key is sent along.

    What has come is kept beside it in a `.part` that belongs to this very result, and is gone on with: at once when the
    connection breaks, or by a later call.

    Raises:
        Gone: the link has expired or the file was removed.
        Unavailable: the server went away or sent less than it said.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(url, path)
    for left in reversed(range(BREAKS + 1)):
        before = _byte_count(part)
        try:
            await _bring(line, url, part)
            break
        except Unavailable:
            if not left or _byte_count(part) <= before:  # nothing came: asking at once again would not help
                raise
    os.replace(part, path)
    return path


def part_of(url: str, path: Path) -> Path:
    """Where the beginning of a result is kept. Its name tells the result, so that two are never put together."""
    parts = urlsplit(url)  # the query holds a signature, which is another one each time
    mark = hashlib.sha256(f"{parts.netloc}{parts.path}".encode()).hexdigest()[:12]
    return path.with_name(f"{path.name}.{mark}.part")


async def _bring(line: Line, url: str, part: Path) -> None:
    have = _byte_count(part)
    headers = {"range": f"bytes={have}-"} if have else {}
    async with line.stream("GET", url, headers, redirects=True) as response:
        if response.status_code in (403, 404, 410):
            part.unlink(missing_ok=True)
            raise Gone("The link to the video no longer works; ask for the task again to get a fresh one.")
        told = _RANGE.match(response.headers.get("content-range", ""))
        if response.status_code == 416 and told and int(told[2]) == have:
            return  # it was whole already
        if response.status_code == 416:
            part.unlink(missing_ok=True)
        if response.status_code not in (200, 206):
            raise Unavailable(f"The video could not be downloaded (HTTP {response.status_code}).")
        goes_on = response.status_code == 206 and told is not None and told[1] == str(have)
        with part.open("ab" if goes_on else "wb") as file:
            async for piece in response.aiter_bytes():
                file.write(piece)


def _byte_count(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
