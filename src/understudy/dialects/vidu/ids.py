"""Ids and moments as Vidu writes them: decimal digits as text, RFC 3339 with microseconds.

Knows how a task's UUID is told in digits, and back. Must not know tasks. Source: spec/gateways.md §1.1.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

SLOT = "upload:"
UPLOADED = "ssupload:?id="
_BITS = 128


def digits_of(task_id: str) -> str:
    """A task's id in decimal digits; what is no UUID stays as it is."""
    try:
        return str(UUID(task_id).int)
    except ValueError:
        return task_id


def id_of(text: str) -> str:
    """The id that digits, or a plain UUID, stand for. Inverse of `digits_of`."""
    if text.isascii() and text.isdigit() and not (text.startswith("0") and len(text) > 1):
        number = int(text) if len(text) <= 39 else 1 << _BITS
        return str(UUID(int=number)) if number < 1 << _BITS else text
    return text


def link_of(text: str) -> str:
    """A media value in our words: `ssupload:?id=…` is a file that came by PUT. Source: spec/gateways.md §4.6."""
    return f"{SLOT}{text.removeprefix(UPLOADED)}" if text.startswith(UPLOADED) else text


def told_link(url: str) -> str:
    """A media value in Vidu's words. Inverse of `link_of`."""
    return f"{UPLOADED}{url.removeprefix(SLOT)}" if url.startswith(SLOT) else url


def print_moment(moment: datetime) -> str:
    """`2025-05-06T12:09:42.123456Z`. Source: spec/gateways.md §1.1."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def read_moment(text: str) -> datetime:
    """RFC 3339, digits after the microseconds dropped. Raises ValueError."""
    head, point, tail = text.strip().replace(" ", "+").partition(".")
    if point:
        size = next((n for n, c in enumerate(tail) if not c.isdigit()), len(tail))
        head = f"{head}.{tail[:size][:6].ljust(6, '0')}{tail[size:]}"
    moment = datetime.fromisoformat(head.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
