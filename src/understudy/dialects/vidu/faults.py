"""Faults on the Vidu wire: status, reason word and sentence, told and read.

Knows the vendor's reasons. Must not know where a fault arose. Source: spec/gateways.md §4.4, errors.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

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
from understudy.core.wire import WireReply, WireRequest
from understudy.dialects import _openai
from understudy.dialects.vidu import guesses

NAME = "vidu"


@dataclass(frozen=True, slots=True)
class Row:
    """How one kind of fault is told; `words` are the vendor's, before ours."""

    status: int
    reason: str
    words: str = ""


ROWS: Mapping[type[Fault], Row] = {
    InvalidRequest: Row(400, "FieldInvalid", "invalid field: {path}"),
    MediaRefused: Row(400, "ImageFormatInvalid"),
    Unauthenticated: Row(401, "Unauthorized"),
    Forbidden: Row(403, "Forbidden"),
    NotFound: Row(404, "NotFound"),
    Conflict: Row(400, "BadRequest", "task state is scheduled, can not cancel"),
    Gone: Row(404, "CreationNotFound"),
    Throttled: Row(429, "TooManyRequests"),
    QuotaExhausted: Row(400, "CreditInsufficient"),
    Refused: Row(400, guesses.REFUSED),
    Unavailable: Row(429, "SystemThrottling"),
    TimedOut: Row(500, "InternalServiceFailure"),
    InternalFault: Row(500, "InternalServiceFailure"),
}
"""One row per class of `faults.fault_classes()`. GUESS: which reason a fault has that the page does not name."""

KINDS: Mapping[ViolationKind, Row] = {
    ViolationKind.BODY: Row(400, "BadRequest", "bad request"),
    ViolationKind.MISSING: Row(400, "FieldLacking", "field is missing or empty: {path}"),
    ViolationKind.COUNT: Row(400, "FieldItemCountOutOfRange", "field item count out of range: {path}"),
    ViolationKind.HEADER: Row(400, "BadRequest", "bad request"),
}
"""Other kinds of violation are told as FieldInvalid."""

MEDIA: Mapping[MediaProblem, str] = {
    MediaProblem.UNREACHABLE: "ImageDownloadFailure",
    MediaProblem.BLOCKED: "ImageDownloadFailure",
    MediaProblem.TIMEOUT: "ImageDownloadFailure",
    MediaProblem.NOT_YOURS: "ImageDownloadFailure",
    MediaProblem.TOO_LARGE: "PageSizeOutOfRange",
    MediaProblem.SIDES: "PageSizeOutOfRange",
    MediaProblem.RATIO: "PageSizeOutOfRange",
    MediaProblem.BOMB: "PageSizeOutOfRange",
    MediaProblem.SECONDS: "FieldInvalid",
    MediaProblem.FRAME_RATE: "FieldInvalid",
    MediaProblem.TEMPLATE: "FieldInvalid",
    MediaProblem.FORMAT: "ImageFormatInvalid",
    MediaProblem.CORRUPT: "ImageFormatInvalid",
}
TASK, MODEL = Row(404, "TaskNotFound"), Row(400, "ModelUnavailable")

_FIELDS = {"media": "images", "ratio": "aspect_ratio", "size": "resolution", "reference_urls": "images"}
_PLACE = re.compile(r"\b(?:input|parameters)\.(\w+)")


@dataclass(frozen=True, slots=True)
class Telling:
    """A fault in the vendor's words."""

    status: int
    reason: str
    message: str


def in_vidus_words(text: str) -> str:
    """The catalog's names of fields as they are called here: `parameters.ratio` is aspect_ratio."""
    return _PLACE.sub(lambda match: _FIELDS.get(match[1], match[1]), text)


def tell(fault: Fault, request_id: str) -> Telling:
    """Status, reason and sentence of a fault; total over `faults.fault_classes()`."""
    row, path = ROWS[type(fault)], ""
    if isinstance(fault, InvalidRequest) and fault.violations:
        row = KINDS.get(fault.violations[0].kind, row)
        path = in_vidus_words(fault.violations[0].path)
    elif isinstance(fault, MediaRefused):
        row = Row(row.status, MEDIA[fault.problem])
    elif isinstance(fault, NotFound):
        row = {"task": TASK, "model": MODEL}.get(fault.what, row)
    text = in_vidus_words(_openai.fault_message(fault, request_id))
    if fault.wire:
        return Telling(row.status, fault.code if fault.wire == NAME and fault.code else row.reason, text)
    words = row.words.format(path=path) if path or "{" not in row.words else ""
    return Telling(row.status, row.reason, f"{words}. {text}" if words and words != text else text)


def encode_fault(fault: Fault, wire: WireRequest) -> WireReply:
    """The error answer. Source: spec/gateways.md §4.4."""
    told = tell(fault, wire.request_id)
    headers = {"x-request-id": wire.request_id}
    if isinstance(fault, Throttled):
        headers["retry-after"] = str(max(1, math.ceil(fault.retry_after)))
    return error_reply(told, wire.request_id, headers)


def error_reply(told: Telling, request_id: str, headers: Mapping[str, str]) -> WireReply:
    body = {
        "code": told.status,
        "reason": told.reason,
        "message": told.message,
        "metadata": {"trace_id": request_id},
    }
    return WireReply.of_json(told.status, body, headers)


# Reading ------------------------------------------------------------------------------------------------------------

_PROBLEMS: Mapping[str, MediaProblem] = {
    "ImageDownloadFailure": MediaProblem.UNREACHABLE,
    "ImageFormatInvalid": MediaProblem.FORMAT,
    "PageSizeOutOfRange": MediaProblem.SIDES,
}
_KINDS: Mapping[str, ViolationKind] = {
    "FieldLacking": ViolationKind.MISSING,
    "FieldItemCountOutOfRange": ViolationKind.COUNT,
    "FieldInvalid": ViolationKind.CHOICE,
    "FieldUnwanted": ViolationKind.RULE,
    "BadRequest": ViolationKind.BODY,
}
_CLASSES: Mapping[str, type[Fault]] = {
    "Unauthorized": Unauthenticated,
    "Forbidden": Forbidden,
    "NotFound": NotFound,
    "CreationNotFound": Gone,
    "Conflict": Conflict,
    "OperationInProcess": Conflict,
    "QuotaExceeded": Throttled,
    "TooManyRequests": Throttled,
    "SystemThrottling": Unavailable,
    "ModelUnavailable": Unavailable,
    "CreditInsufficient": QuotaExhausted,
    "AuditSubmitIllegal": Refused,
    "TaskPromptPolicyViolation": Refused,
    "CreationPolicyViolation": Refused,
    "InternalServiceFailure": InternalFault,
}
_PATH = re.compile(
    r"^(?:field is missing or empty|invalid field|unwanted field|field item count out of range): ([^.]*)"
)
_STATUSES: Mapping[int, type[Fault]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: Throttled,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def read_fault(reason: str, message: str, status: int = 400) -> Fault:
    """The fault that a reason word and a sentence stand for; never fails. Also for the `err_code` of a failed task."""
    if reason in _PROBLEMS:
        return MediaRefused(_PROBLEMS[reason], message)
    if reason == "TaskNotFound":
        return NotFound(message, what="task")
    if message.startswith(ROWS[Conflict].words):
        return Conflict(message)
    if reason in _KINDS:
        match = _PATH.match(message)
        return InvalidRequest.of(match[1] if match else "", message or reason, _KINDS[reason])
    kind = _CLASSES.get(reason) or _STATUSES.get(status)
    if kind is None:
        kind = InternalFault if status >= 500 else InvalidRequest
    return InvalidRequest.of("", message or reason or f"HTTP {status}") if kind is InvalidRequest else kind(message)
