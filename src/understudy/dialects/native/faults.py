"""Faults on our own wire: the fault itself, as JSON, under a plain HTTP status.

Knows one status for each kind. Must not know where a fault arose. What went wrong inside the house is for the log: the
caller gets a number to ask with.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from understudy.core.faults import (
    Conflict,
    Fault,
    Forbidden,
    Gone,
    InternalFault,
    InvalidRequest,
    MediaProblem,
    MediaRefused,
    NotFound,
    QuotaExhausted,
    Refused,
    Throttled,
    TimedOut,
    Unauthenticated,
    Unavailable,
    fault_from_record,
)
from understudy.core.wire import WireReply, WireRequest
from understudy.dialects.native.naming import own_words

STATUS: Mapping[type[Fault], int] = {
    InvalidRequest: 400,
    MediaRefused: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    Throttled: 429,
    QuotaExhausted: 402,
    Refused: 422,
    Unavailable: 503,
    TimedOut: 504,
    InternalFault: 500,
}
"""One row per class of `faults.fault_classes()`. Source: RFC 9110, section 15."""
_BY_STATUS = {status: kind for kind, status in reversed(tuple(STATUS.items()))} | {408: Unavailable, 502: Unavailable}


def error_json(fault: Fault, request_id: str) -> dict[str, Any]:
    """A fault as JSON-ready values: its kind under `code`, what a program can use, and a sentence for people."""
    fault = own_words(fault)
    record = fault.record()
    error: dict[str, Any] = {**record, "upstream_code": record.get("code"), "code": code_of(fault)}
    if isinstance(fault, InternalFault) and not fault.wire:
        error["message"] = f"An internal error has occurred; ask the operator, naming request {request_id}."
    return {name: value for name, value in error.items() if value not in (None, "", [], {})}


def code_of(fault: Fault) -> str:
    """The kind in one word, with its particular after a dot: `MediaRefused.too_large`, `NotFound.model`."""
    name = type(fault).__name__
    for particular in ("problem", "what", "meter"):
        value = getattr(fault, particular, "")
        if value:
            return f"{name}.{value}"
    return name


def encode_fault(fault: Fault, wire: WireRequest) -> WireReply:
    headers = {"x-request-id": wire.request_id}
    if isinstance(fault, Throttled):
        headers["retry-after"] = str(max(1, math.ceil(fault.retry_after)))
    body = {"error": error_json(fault, wire.request_id), "request_id": wire.request_id}
    return WireReply.of_json(STATUS[type(fault)], body, headers)


def read_error(error: Mapping[str, Any]) -> Fault:
    """The fault of an `error` object; never fails."""
    try:
        return fault_from_record({**error, "code": str(error.get("upstream_code", ""))})
    except (KeyError, TypeError, ValueError):  # the details are of another version
        return read_fault(str(error.get("code", "")), str(error.get("message", "")))


def read_fault(code: str, message: str, status: int = 400, retry_after: float = 1.0) -> Fault:
    """The fault that a code and message stand for; without a known code what the status says. Never fails."""
    name, _, particular = code.partition(".")
    kinds = {kind.__name__: kind for kind in STATUS}
    kind = kinds.get(name) or _BY_STATUS.get(status) or (InternalFault if status >= 500 else InvalidRequest)
    if kind is MediaRefused:
        known = {problem.value: problem for problem in MediaProblem}
        return MediaRefused(known.get(particular, MediaProblem.UNREACHABLE), message)
    if kind is InvalidRequest:
        return InvalidRequest(message=message)
    if kind is NotFound:
        return NotFound(message, what=particular or "object")
    if kind is QuotaExhausted:
        return QuotaExhausted(message, meter=particular)
    if kind is Throttled:
        return Throttled(message, retry_after=retry_after)
    return kind(message)


def read_refusal(reply: WireReply) -> Fault:
    """The fault that an answer other than 2xx stands for; never fails, whoever answered."""
    try:
        body = reply.json()
    except (ValueError, RecursionError):
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        return read_error(error)
    said = " ".join(reply.body[:400].decode("utf-8", "replace").split())
    told = f"The server answered HTTP {reply.status}" + (f": {said}" if said else ".")
    try:
        wait = float(reply.headers.get("retry-after", ""))
    except ValueError:
        wait = 1.0
    return read_fault("", told, reply.status, min(max(wait, 0.0), 86400.0))
