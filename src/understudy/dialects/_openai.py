"""The error envelope of OpenAI's wire, which gateways and open servers share: one table, told and read.

Knows the shape `{"error":{"message","type","param","code"}}`, and which status, type and code our kinds of fault have
in it. Must not know a route or a request: a dialect with codes of its own keeps the envelope and brings its own table.
Source: spec/gateways.md §5.4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
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
    ViolationKind,
)
from understudy.core.wire import WireReply
from understudy.dialects._answers import json_object, plain_text, retry_after

INVALID, RATE, SERVER = "invalid_request_error", "rate_limit_error", "server_error"
_LISTED = 20


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """How one kind of fault is told: HTTP status, `type` and `code`."""

    status: int
    type: str
    code: str


ERROR_ROWS: Mapping[type[Fault], ErrorRow] = {
    InvalidRequest: ErrorRow(400, INVALID, "invalid_value"),
    MediaRefused: ErrorRow(400, INVALID, "invalid_media"),
    Unauthenticated: ErrorRow(401, INVALID, "invalid_api_key"),
    Forbidden: ErrorRow(403, INVALID, "permission_denied"),
    NotFound: ErrorRow(404, INVALID, "not_found"),
    Conflict: ErrorRow(400, INVALID, "conflict"),  # the client repeats a 409; repeating does not help here
    Gone: ErrorRow(404, INVALID, "expired"),
    Throttled: ErrorRow(429, RATE, "rate_limit_exceeded"),
    QuotaExhausted: ErrorRow(429, "insufficient_quota", "insufficient_quota"),
    Refused: ErrorRow(400, INVALID, "refused"),
    Unavailable: ErrorRow(503, SERVER, "service_unavailable"),
    TimedOut: ErrorRow(504, SERVER, "timeout"),
    InternalFault: ErrorRow(500, SERVER, "internal_error"),
}
"""One row per class of `faults.fault_classes()`. GUESS: the codes, where OpenAI documents none."""

MISSING = ErrorRow(400, INVALID, "missing_required_parameter")
MODEL_NOT_FOUND = ErrorRow(404, INVALID, "model_not_found")


def error_row(fault: Fault, rows: Mapping[type[Fault], ErrorRow] = ERROR_ROWS) -> ErrorRow:
    """Status, type and code of a fault, with OpenAI's own words for two places that have them."""
    if rows is ERROR_ROWS:
        first = fault.violations[0] if isinstance(fault, InvalidRequest) and fault.violations else None
        if first is not None and first.kind is ViolationKind.MISSING:
            return MISSING
        if isinstance(fault, NotFound) and fault.what == "model":
            return MODEL_NOT_FOUND
    return rows[type(fault)]


# Telling ------------------------------------------------------------------------------------------------------------


def error_body(message: str, type: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """The envelope; all four keys are always there."""
    return {"error": {"message": message, "type": type, "param": param, "code": code}}


def fault_message(fault: Fault, request_id: str = "") -> str:
    """The sentence for the caller, every violation in it; of a bug of ours only its number."""
    if isinstance(fault, InternalFault):
        # what went wrong inside is for the log alone
        text = "An internal error has occurred. Try again later, or tell the operator"
        return f"{text} the request id {request_id}." if request_id else f"{text}."
    if isinstance(fault, MediaRefused):
        return _placed(fault.message, fault.path)
    if not isinstance(fault, InvalidRequest) or not fault.violations:
        return fault.message
    first, *others = fault.violations
    message = _placed(fault.message, first.path)
    if not others or fault.message != first.reason:
        return message
    listed = [_placed(violation.reason, violation.path) for violation in others[:_LISTED]]
    if len(others) > _LISTED:
        listed.append(f"and {len(others) - _LISTED} more")
    return f"{_closed(message)} Also: {' '.join(_closed(text) for text in listed)}"


def fault_param(fault: Fault) -> str | None:
    """The field that is wrong, in the caller's words; None when there is no one field."""
    if isinstance(fault, InvalidRequest) and fault.violations:
        return fault.violations[0].path or None
    return (fault.path or None) if isinstance(fault, MediaRefused) else None


def error_headers(fault: Fault, status: int, method: str, request_id: str) -> dict[str, str]:
    """Number, and when to come again: clients repeat 408, 409, 429 and every 5xx unless told not to."""
    headers = {"x-request-id": request_id}
    if isinstance(fault, Throttled):
        headers["retry-after"] = str(max(1, math.ceil(fault.retry_after)))
        headers["retry-after-ms"] = str(max(1, math.ceil(fault.retry_after * 1000)))
    elif not fault.retryable and (status in (408, 409, 429) or (status >= 500 and method != "GET")):
        # only a poll may be repeated after a bug of ours: a repeated submit could be a second task
        headers["x-should-retry"] = "false"
    return headers


def encode_error(
    fault: Fault, method: str, request_id: str, rows: Mapping[type[Fault], ErrorRow] = ERROR_ROWS
) -> WireReply:
    """The error answer; total over `faults.fault_classes()`."""
    row = error_row(fault, rows)
    body = error_body(fault_message(fault, request_id), row.type, row.code, fault_param(fault))
    return WireReply.of_json(row.status, body, error_headers(fault, row.status, method, request_id))


def _closed(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?", "。", "！")) else text + "."


def _placed(text: str, path: str) -> str:
    return f"{_closed(text)} See {path}." if path and path not in text else text


# Reading ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An error as another server told it; what it did not say is ""."""

    status: int
    message: str
    type: str = ""
    code: str = ""
    param: str = ""
    retry_after: float | None = None


def read_error(reply: WireReply) -> ErrorAnswer | None:
    """The error of an answer; None when it is none (a JSON object with a good status and no `error`).

    Reads codes that are numbers (vLLM-Omni), an `error` that is a mere text, and what is no JSON at all.
    """
    body = json_object(reply)
    given = body.get("error") if body is not None else None
    waits = retry_after(reply)
    if isinstance(given, dict):
        said = {name: _text(given.get(name)) for name in ("message", "type", "code", "param")}
        said["message"] = said["message"] or plain_text(reply)
        return ErrorAnswer(reply.status, **said, retry_after=waits)
    if isinstance(given, str) and given:
        return ErrorAnswer(reply.status, given, retry_after=waits)
    if reply.status >= 400 or body is None:
        return ErrorAnswer(reply.status, plain_text(reply), retry_after=waits)
    return None


_BY_CODE: Mapping[str, type[Fault]] = {
    **{row.code: kind for kind, row in ERROR_ROWS.items()},
    "moderation_blocked": Refused,
    "content_policy_violation": Refused,
}
_BY_STATUS: Mapping[int, type[Fault]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    410: Gone,
    429: Throttled,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def fault_of(error: ErrorAnswer, by_code: Mapping[str, type[Fault]] = _BY_CODE) -> Fault:
    """The fault that an error stands for; never fails. A status says more than a code that is not known."""
    if error.code == MISSING.code:
        return InvalidRequest.of(error.param, error.message, ViolationKind.MISSING)
    if error.code == MODEL_NOT_FOUND.code:
        return NotFound(error.message, what="model")
    kind = by_code.get(error.code) or _BY_STATUS.get(error.status)
    if kind is None:
        kind = InternalFault if error.status >= 500 else InvalidRequest
    if kind is InvalidRequest:
        return InvalidRequest.of(error.param, error.message)
    if kind is MediaRefused:
        return MediaRefused(MediaProblem.FORMAT, error.message, path=error.param)
    if kind is Throttled:
        return Throttled(error.message, retry_after=1.0 if error.retry_after is None else error.retry_after)
    return kind(error.message)


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, (dict, list)) else str(value)
