"""What the answers of several wires have in common: how ours are put together, and how another server's are read.

Knows answers as plain values, and the one header that is ours on every wire. Must not know any vendor's shapes, states
or codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from understudy.core.faults import Fault, InvalidRequest, MediaRefused
from understudy.core.wire import WireReply, WireRequest

ENGINE_HEADER = "x-understudy-engine"
"""In a submit the engine that is wanted, in an answer the one that made the film (decision 0011)."""

_LONGEST_RETRY = 86400.0


# Telling ------------------------------------------------------------------------------------------------------------


def reworded(fault: Fault, say: Callable[[str], str]) -> Fault:
    """The same fault with its sentences and paths as `say` puts them: the catalog names fields as DashScope does."""
    if isinstance(fault, InvalidRequest):
        found = (replace(v, path=say(v.path), reason=say(v.reason)) for v in fault.violations)
        own: Fault = InvalidRequest(*found, message=say(fault.message))
    elif isinstance(fault, MediaRefused):
        own = MediaRefused(fault.problem, say(fault.message), path=say(fault.path), limits=fault.limits)
    else:
        return fault
    return own.worded(fault.code, fault.wire) if fault.wire else own


def wanted_engine(wire: WireRequest) -> str:
    """The engine a submit asks for by header; "" when it asks for none."""
    return wire.headers.get(ENGINE_HEADER, "").strip()


def told_engine(engine: str | None) -> dict[str, str]:
    """The header that names the engine of a task, once there is one."""
    return {ENGINE_HEADER: engine} if engine else {}


def json_answer(body: Mapping[str, Any], request_id: str, headers: Mapping[str, str] | None = None) -> WireReply:
    """A good answer under its number."""
    return WireReply.of_json(200, body, {"x-request-id": request_id, **(headers or {})})


def told_fraction(value: float, digits: int = 3) -> int | float:
    """Progress from 0 to 1; 0 and 1 themselves as whole numbers."""
    rounded = round(min(max(value, 0.0), 1.0), digits)
    return int(rounded) if rounded.is_integer() else rounded


# Reading ------------------------------------------------------------------------------------------------------------


def json_object(reply: WireReply) -> dict[str, Any] | None:
    """The JSON object that was answered; None when it is none."""
    try:
        body = reply.json()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def plain_text(reply: WireReply) -> str:
    """The beginning of whatever a server answered, on one line."""
    text = " ".join(reply.body[:400].decode("utf-8", "replace").split())
    return f"The server answered HTTP {reply.status}" + (f": {text}" if text else ".")


def retry_after(reply: WireReply) -> float | None:
    """Seconds, from `retry-after-ms` or `retry-after`; None when neither is a plain number."""
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(reply.headers[name]) / unit
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < _LONGEST_RETRY:
            return seconds
    return None
