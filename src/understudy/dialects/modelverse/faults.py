"""Faults on the ModelVerse wire: OpenAI's envelope, in which `param` is the number of the request.

Knows the platform's codes and sentences. Must not know where a fault arose. Source: spec/gateways.md §3.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from understudy.core.faults import (
    Conflict,
    Fault,
    Forbidden,
    Gone,
    InternalFault,
    InvalidRequest,
    MediaRefused,
    NotFound,
    QuotaExhausted,
    Refused,
    Throttled,
    TimedOut,
    Unauthenticated,
    Unavailable,
)
from understudy.core.wire import WireReply, WireRequest
from understudy.dialects import _openai
from understudy.dialects._openai import INVALID, ErrorAnswer, ErrorRow

PARAM = ErrorRow(400, INVALID, "param_error")
MODEL = ErrorRow(400, INVALID, "model_error")

ROWS: Mapping[type[Fault], ErrorRow] = {
    InvalidRequest: PARAM,
    MediaRefused: PARAM,
    Unauthenticated: ErrorRow(401, INVALID, "auth_error"),
    Forbidden: MODEL,
    NotFound: PARAM,
    Conflict: PARAM,
    Gone: PARAM,
    Throttled: ErrorRow(429, "rate_limit_error", "rate_limit"),
    QuotaExhausted: ErrorRow(429, "rate_limit_error", "rate_limit"),
    Refused: ErrorRow(400, INVALID, "sensitive_check_error"),
    Unavailable: ErrorRow(500, "internal_error", "model_server_error"),
    TimedOut: ErrorRow(504, "timeout", "gateway_timeout_error"),
    InternalFault: ErrorRow(500, "internal_error", "internal_error"),
}
"""One row per class of `faults.fault_classes()`. GUESS: codes of what the platform does not name."""

ROUTE = ErrorRow(404, INVALID, "param_error")
"""GUESS: the platform lists no code for a path that is not there."""

WORDS: Mapping[str, str] = {"param_error": "Invalid param", "auth_error": "Validate Certification failed"}
"""What a message begins with; the detail follows after a colon."""

_KINDS: Mapping[str, type[Fault]] = {
    "param_error": InvalidRequest,
    "tokens_too_long": InvalidRequest,
    "model_error": Forbidden,
    "auth_error": Unauthenticated,
    "sensitive_check_error": Refused,
    "rate_limit": Throttled,
    "timeout": TimedOut,
    "gateway_timeout_error": TimedOut,
    "model_server_error": Unavailable,
    "internal_error": InternalFault,
}


@dataclass(frozen=True, slots=True)
class Telling:
    """A fault in the platform's words."""

    row: ErrorRow
    message: str


def tell(fault: Fault, request_id: str) -> Telling:
    """Row and message of a fault; total over `faults.fault_classes()`."""
    row = ROWS[type(fault)]
    if isinstance(fault, NotFound):
        row = {"model": MODEL, "route": ROUTE}.get(fault.what, row)
    # the catalog speaks of the list of references by DashScope's name; here it is images
    text = _openai.fault_message(fault, request_id).replace("input.media:", "input.images:")
    if fault.wire:
        return Telling(row, text)  # an upstream's own sentence
    begins = WORDS.get(row.code, "")
    return Telling(row, f"{begins}: {text}" if begins and not text.startswith(begins) else text)


def encode_fault(fault: Fault, wire: WireRequest) -> WireReply:
    """The error answer."""
    told = tell(fault, wire.request_id)
    body = _openai.error_body(told.message, told.row.type, told.row.code, wire.request_id)
    return WireReply.of_json(
        told.row.status, body, _openai.error_headers(fault, told.row.status, wire.method, wire.request_id)
    )


def read_fault(code: str, message: str) -> Fault:
    """The fault that a code and message stand for; "" for a FAILED task, which has no code on this wire."""
    if not code:
        return Refused(message) if message else InternalFault()
    return fault_of(ErrorAnswer(400, message, code=code))


def fault_of(error: ErrorAnswer) -> Fault:
    """The fault that an error answer stands for; never fails. Its `param` is a number, not a field."""
    return _openai.fault_of(
        ErrorAnswer(error.status, error.message, error.type, error.code, retry_after=error.retry_after), _KINDS
    )
