"""What an upstream's answers give away without its wire: a code, whose fault it is, whether a file is a film.

Knows common forms only. Must not know any vendor.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from understudy.core.faults import (
    Conflict,
    Fault,
    Forbidden,
    NotFound,
    QuotaExhausted,
    Refused,
    Unauthenticated,
)
from understudy.core.wire import WireReply


def code_in(reply: WireReply) -> str:
    """A vendor's own code in a refusal, wherever vendors put it; "" when there is none."""
    try:
        said: Any = reply.json()
    except (ValueError, RecursionError):
        return ""
    for place in (said, said.get("error") if isinstance(said, dict) else None):
        if isinstance(place, dict):
            for name in ("code", "err_code", "reason"):
                if isinstance(place.get(name), str | int) and place[name] not in ("", 0):
                    return str(place[name])
    return ""


def is_json(reply: WireReply) -> bool:
    try:
        return isinstance(json.loads(reply.body), dict)
    except (ValueError, RecursionError):
        return False


def is_the_operators(fault: Fault) -> bool:
    """Whether it is this server's key, its rights or its money there that is refused: none of the caller's business."""
    if isinstance(fault, NotFound):
        return fault.what == "model"
    return isinstance(fault, Unauthenticated | Forbidden | QuotaExhausted)


def plainly(code: str, message: str) -> Fault:
    return Refused(message) if code else Conflict(message)


def is_film(path: Path) -> bool:
    """Whether a file begins as MP4, QuickTime, WebM or AVI do."""
    with path.open("rb") as file:
        head = file.read(12)
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide") or head[:4] in (b"\x1aE\xdf\xa3", b"RIFF")
