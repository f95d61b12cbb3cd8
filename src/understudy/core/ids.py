"""Ids of requests and tasks: UUIDs as text, nothing that could be guessed.

Knows how such an id is drawn. Must not know what is named by it.

The random bits are asked of the system for many ids at once: asking costs more than all the rest of making one.
"""

from __future__ import annotations

import os
from datetime import datetime
from uuid import UUID

_DRAWN_TOGETHER = 256
_drawn: list[str] = []
"""Random digits for ids to come, 32 each. A child process must not give out what its parent does: it draws its own."""
os.register_at_fork(after_in_child=_drawn.clear)


def random_id() -> str:
    """A random UUID (version 4) as text. Source: RFC 9562, section 5.4."""
    d = _digits()
    return f"{d[:8]}-{d[8:12]}-4{d[13:16]}-{_VARIANT[d[16]]}{d[17:20]}-{d[20:]}"


def id_in_order(moment: datetime) -> str:
    """A UUID (version 7) as text: milliseconds of `moment`, then 74 random bits. Source: RFC 9562, section 5.7.

    Ids made one after another stand side by side in an index, so that one commit writes few pages of it.
    """
    d = _digits()
    m = f"{int(moment.timestamp() * 1000) & 0xFFFFFFFFFFFF:012x}"
    return f"{m[:8]}-{m[8:]}-7{d[13:16]}-{_VARIANT[d[16]]}{d[17:20]}-{d[20:]}"


def plain_id(text: str) -> str:
    """A task's id however a wire writes it: the UUID, its number in decimal digits, or `video_` and its 32 digits.

    One id space: what one wire answered may be asked of any other. Anything else comes back as it is.
    Source: spec/gateways.md §1.1.
    """
    if len(text) == _UUID_LENGTH:
        return text
    digits = text.removeprefix("video_")
    try:
        if digits != text and len(digits) == 32:
            return str(UUID(hex=digits))
        if text.isascii() and text.isdigit() and len(text) <= 39:
            return str(UUID(int=int(text)))
    except ValueError:  # no such digits, or a number larger than any id
        pass
    return text


_UUID_LENGTH = 36
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def _digits() -> str:
    try:
        return _drawn.pop()
    except IndexError:
        text = os.urandom(16 * _DRAWN_TOGETHER).hex()
        _drawn.extend(text[at : at + 32] for at in range(32, len(text), 32))
        return text[:32]
