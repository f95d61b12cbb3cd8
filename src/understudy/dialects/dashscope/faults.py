"""Faults on the DashScope wire: the one table from our kinds to HTTP status, code and words, read in both directions.

Knows the vendor's codes and sentences. Must not know where a fault arose. Messages begin with the vendor's own
words and go on with what to do. Source: spec/dashscope.md §2; spec/catalog.json, error_codes.
"""

from __future__ import annotations

import math
import re
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
from understudy.core.wire import WireReply, WireRequest
from understudy.dialects.dashscope import guesses

_REQUIRED_BODY = "Required body invalid, please check the request body format."
_BAD_URL = "Required URL is missing or invalid, please check the request URL."
_LISTED = 20
SAME_CODES = ("dashscope", "gptge")
"""Dialects whose codes are those of this wire."""
_OPENING = re.compile(r"[^.]*\.?")
"""The vendor's first sentence, or what stands before the first varying part: a message that begins so has his words."""


@dataclass(frozen=True, slots=True)
class Row:
    """How one kind of fault is told. `words` are the vendor's, with `{…}` for what varies; empty = ours alone."""

    status: int
    code: str
    words: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """A fault in the vendor's words."""

    status: int
    code: str
    message: str


ROWS: Mapping[type[Fault], Row] = {
    InvalidRequest: Row(400, "InvalidParameter"),
    MediaRefused: Row(400, "InvalidParameter.DataInspection"),
    Unauthenticated: Row(
        401,
        "InvalidApiKey",
        "Invalid API-key provided.",
        "Check the key, and that it was made on this server and not revoked.",
    ),
    Forbidden: Row(403, "AccessDenied"),
    NotFound: Row(404, "NotFound", "Not found!"),
    Conflict: Row(400, "UnsupportedOperation", guesses.CANCEL_REFUSED),
    Gone: Row(404, "NotFound", "Not found!"),
    Throttled: Row(429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later."),
    QuotaExhausted: Row(
        429, "Throttling.AllocationQuota", "Allocated quota exceeded, please increase your quota limit."
    ),
    Refused: Row(400, "InvalidParameter"),
    Unavailable: Row(503, "ModelUnavailable", "Model is unavailable, please try again later."),
    TimedOut: Row(
        500,
        "InternalError.Timeout",
        "An internal timeout error has occured during execution, please try again later or contact service support.",
    ),
    InternalFault: Row(
        500,
        "InternalError",
        "An internal error has occured, please try again later or contact service support.",
    ),
}
"""One row per class of `faults.fault_classes()`."""

VIOLATION_ROWS: Mapping[ViolationKind, Row] = {
    ViolationKind.BODY: Row(400, "InvalidParameter", _REQUIRED_BODY),
    ViolationKind.MISSING: Row(400, "InvalidParameter", "Field required: {path}"),
    ViolationKind.TYPE: Row(400, "InvalidParameter"),
    ViolationKind.CHOICE: Row(400, "InvalidParameter"),
    ViolationKind.RANGE: Row(400, "InvalidParameter"),
    ViolationKind.COUNT: Row(400, "InvalidParameter"),
    ViolationKind.URL: Row(400, "InvalidURL", _BAD_URL),
    ViolationKind.SIZE: Row(400, "InvalidParameter", "The size is not match {size}"),
    ViolationKind.HEADER: Row(400, "InvalidParameter"),
    ViolationKind.RULE: Row(400, "InvalidParameter"),
}

PLACE_ROWS: Mapping[tuple[ViolationKind, str], Row] = {
    (ViolationKind.MISSING, "input"): Row(
        400, "BadRequest.EmptyInput", "Required input parameter missing from request.", "Send input as an object."
    ),
    (ViolationKind.MISSING, "model"): Row(
        400,
        "BadRequest.EmptyModel",
        'Required parameter "model" missing from request.',
        "Name one, such as wan2.7-r2v.",
    ),
    (ViolationKind.HEADER, "X-DashScope-OssResourceResolve"): Row(400, "InvalidParameter.DataInspection"),
}
"""Rows of single places, looked up before the rows of kinds."""

MEDIA_ROWS: Mapping[MediaProblem, Row] = {
    MediaProblem.UNREACHABLE: Row(
        400, "InvalidURL.ConnectionRefused", "Connection to {url} refused, please provide available URL"
    ),
    MediaProblem.BLOCKED: Row(400, "InvalidURL", _BAD_URL),
    MediaProblem.TIMEOUT: Row(400, "InvalidURL.Timeout", "Download {url} timeout, please check network connection."),
    MediaProblem.TOO_LARGE: Row(
        400, "InvalidFile.Size", "Invalid file size. The video/audio/image file size must be less than {megabytes}MB."
    ),
    MediaProblem.FORMAT: Row(
        400,
        "InvalidFile.Format",
        "Invalid file format，the request file format is one of the following types: "
        "MP4, AVI, MOV, MP3, WAV, AAC, JPEG, JPG, PNG, BMP, and WEBP.",
    ),
    MediaProblem.CORRUPT: Row(400, "InvalidFile.Openerror", "Invalid file, cannot open file as video/audio/image."),
    MediaProblem.SECONDS: Row(
        400, "InvalidFile.Duration", "Invalid file duration. The file duration must be {least} s ~ {most} s."
    ),
    MediaProblem.SIDES: Row(
        400,
        "InvalidFile.Resolution",
        "Invalid video resolution. The height or width of video must be {least} ~ {most}.",
    ),
    MediaProblem.RATIO: Row(
        400,
        "InvalidFile.AspectRatio",
        "Invalid file ratio. The file aspect ratio (height/width) must be between {most} and {least}",
    ),
    MediaProblem.FRAME_RATE: Row(400, "InvalidFile.FPS", "Invalid video FPS. The video FPS must be {least} ~ {most}."),
    MediaProblem.NOT_YOURS: Row(
        400,
        guesses.NOT_YOUR_FILE,
        "The media format is not supported or incorrect for the data inspection.",
        "Upload the file with this key for this model; uploads last 48 hours.",
    ),
    MediaProblem.TEMPLATE: Row(400, "InvalidFile.Template.Content", "Invalid template content."),
    MediaProblem.BOMB: Row(400, "InvalidFile.ImageSize", "The size of image is beyond limit."),
}

IMAGE_SIDES = MEDIA_ROWS[MediaProblem.BOMB]
"""Sides of an image have their own code; those of a video the row above. Source: spec/catalog.json, error_codes."""

METER_ROWS: Mapping[str, Row] = {
    "free": Row(
        403,
        "AllocationQuota.FreeTierOnly",
        "The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, "
        'please disable the "use free tier only" mode in the management console.',
    ),
    "balance": Row(400, "Arrearage", "Access denied, please make sure your account is in good standing."),
}

MODEL_ROW = Row(404, "ModelNotFound", "Model can not be found.")
MISSING_KEY_ROW = Row(
    401, "InvalidApiKey", "No API-key provided.", "Send the header Authorization: Bearer followed by your key."
)

WORDED_ROWS: Mapping[type[Fault], tuple[Row, ...]] = {
    Forbidden: (
        Row(
            403,
            "AccessDenied.Unpurchased",
            "Access to model denied. Please make sure you are eligible for using the model.",
        ),
        Row(403, "Model.AccessDenied", "Model access denied."),
        Row(403, "Workspace.AccessDenied", "Workspace access denied."),
    ),
    Throttled: (
        Row(429, "Throttling.BurstRate", "Request rate increased too quickly."),
        Row(429, "Throttling", "Requests throttling triggered."),
    ),
    Refused: (
        Row(400, "DataInspectionFailed", "Input or output data may contain inappropriate content."),
        Row(400, "IPInfringementSuspect", "Input data is suspected of being involved in IP infringement."),
        Row(400, "InvalidImage.NoHumanFace", "No human face detected."),
        Row(400, "InvalidFile.NoHuman", "The input image has no human body"),
        Row(400, "InvalidFile.MultiHuman", "The input image has multi human bodies"),
        Row(400, "InvalidFile.FacePose", "The pose of the detected face is invalid"),
        Row(400, "InvalidFile.BodyProportion", "The proportion of the detected person in the picture"),
        Row(
            400,
            "InvalidFile.FaceNotMatch",
            "There are no matched face in the video with the provided reference image.",
        ),
    ),
    InternalFault: (
        Row(500, "InternalError.Algo", "inference internal error."),
        Row(500, "InternalError.Upload", "Failed to upload result."),
    ),
}
"""Rows chosen by the words a message begins with: so a refusal of an upstream keeps its own code on the way back."""


# Telling ------------------------------------------------------------------------------------------------------------


def tell(fault: Fault, request_id: str) -> Telling:
    """Status, code and message of a fault; total over `faults.fault_classes()`."""
    row = _row(fault)
    if fault.wire:  # an upstream's words: its code too, where it has the codes of this wire
        return Telling(row.status, (fault.code if fault.wire in SAME_CODES else "") or row.code, fault.message)
    if isinstance(fault, InternalFault):
        # what went wrong inside is for the log alone
        return Telling(row.status, row.code, f"{row.words} Request id: {request_id}.")
    if isinstance(fault, InvalidRequest) and fault.violations:
        return Telling(row.status, row.code, _violations_message(fault, row))
    values: dict[str, Any] = {}
    if isinstance(fault, MediaRefused):
        values = {"url": fault.path or "the given URL", **fault.limits}
    default = (type(fault).__doc__ or "").strip().splitlines()[0]
    message = _compose(row, fault.message, default, values)
    if isinstance(fault, MediaRefused) and fault.path and fault.path not in message:
        message = _with_place(message, fault.path)
    return Telling(row.status, row.code, message)


def encode_fault(fault: Fault, wire: WireRequest) -> WireReply:
    """The error answer. Three keys, never null: all SDKs read them. Source: spec/dashscope.md §2."""
    told = tell(fault, wire.request_id)
    headers = {"x-request-id": wire.request_id}
    if isinstance(fault, Throttled):
        headers["retry-after"] = str(max(1, math.ceil(fault.retry_after)))
        headers["retry-after-ms"] = str(max(1, math.ceil(fault.retry_after * 1000)))
    elif not fault.retryable and (told.status < 500 or wire.method != "GET"):
        # the 2.x client repeats posts on 409, 429 and 5xx: only a poll may be repeated after a bug of ours
        headers["x-should-retry"] = "false"
    body = {"code": told.code, "message": told.message, "request_id": wire.request_id}
    return WireReply.of_json(told.status, body, headers)


def _row(fault: Fault) -> Row:
    if isinstance(fault, InvalidRequest) and fault.violations:
        first = fault.violations[0]
        return PLACE_ROWS.get((first.kind, first.path)) or VIOLATION_ROWS[first.kind]
    if isinstance(fault, MediaRefused):
        if fault.problem is MediaProblem.SIDES and fault.limits.get("medium") == "image":
            return IMAGE_SIDES
        return MEDIA_ROWS[fault.problem]
    if isinstance(fault, NotFound) and fault.what == "model":
        return MODEL_ROW
    if isinstance(fault, Unauthenticated) and fault.missing:
        return MISSING_KEY_ROW
    if isinstance(fault, QuotaExhausted) and fault.meter in METER_ROWS:
        return METER_ROWS[fault.meter]
    worded = WORDED_ROWS.get(type(fault), ())
    return next((row for row in worded if fault.message.startswith(row.words)), ROWS[type(fault)])


def _violations_message(fault: InvalidRequest, row: Row) -> str:
    first, *others = fault.violations
    message = _compose(row, fault.message, "", {"path": first.path})
    if first.path and first.path not in message:
        message = _with_place(message, first.path)
    if not others or fault.message != first.reason:
        return message
    listed = [v.reason if v.path in v.reason else _with_place(v.reason, v.path) for v in others[:_LISTED]]
    if len(others) > _LISTED:
        listed.append(f"and {len(others) - _LISTED} more")
    return f"{_closed(message)} Also: {' '.join(_closed(text) for text in listed)}"


def _compose(row: Row, own: str, default: str, values: Mapping[str, Any]) -> str:
    """The vendor's words, then our own, then what to do; nothing twice."""
    opening = _OPENING.match(row.words.partition("{")[0].strip())
    if opening and opening[0] and own.startswith(opening[0]):
        message = own
    else:
        words = _filled(row.words, values)
        ours = "" if own == default else own
        message = " ".join(part for part in (_closed(words) if ours else words, ours) if part) or own
    if row.hint and message.strip() == _filled(row.words, values):
        message = f"{_closed(message)} {row.hint}"
    return message


def _filled(words: str, values: Mapping[str, Any]) -> str:
    """The vendor's sentence with its numbers; without them as much of it as stands alone."""
    try:
        return words.format_map(values)
    except KeyError:
        head = words.partition("{")[0]
        return head[: head.rfind(".") + 1]


def _closed(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?", "。", "！")) else text + "."


def _with_place(text: str, path: str) -> str:
    return f"{_closed(text)} See {path}."


# Reading ------------------------------------------------------------------------------------------------------------

_BY_PLACE = {row.code: place for place, row in PLACE_ROWS.items() if place[0] is ViolationKind.MISSING}
_BY_PROBLEM = {row.code: problem for problem, row in MEDIA_ROWS.items()}
_BY_METER = {row.code: meter for meter, row in METER_ROWS.items()}
_BY_CLASS: Mapping[str, type[Fault]] = {
    "AccessDenied": Forbidden,
    "UnsupportedOperation": Conflict,
    "ModelUnavailable": Unavailable,
    "InternalError.Timeout": TimedOut,
    **{row.code: kind for kind, rows in WORDED_ROWS.items() for row in rows},
}
_BY_PREFIX: tuple[tuple[str, type[Fault]], ...] = (
    ("AccessDenied.", Forbidden),
    ("DataInspection", Refused),
    ("InvalidFile.", Refused),
    ("InvalidImage.", Refused),
    ("InternalError", InternalFault),
)
_BY_STATUS: Mapping[int, type[Fault]] = {
    403: Forbidden,
    408: Unavailable,
    409: Conflict,
    410: Gone,
    500: InternalFault,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def read_fault(code: str, message: str, status: int = 400, retry_after: float | None = None) -> Fault:
    """The fault that a code and message of this wire stand for; never fails. It keeps the `code`.

    Also for the `output.code` of a FAILED task, where there is no status.
    """
    fault = _read(code, message, status, retry_after)
    fault.code = code
    return fault


def _read(code: str, message: str, status: int, retry_after: float | None) -> Fault:
    if code in _BY_PLACE:
        kind, path = _BY_PLACE[code]
        return InvalidRequest.of(path, message, kind)
    if code in _BY_PROBLEM:
        return MediaRefused(_BY_PROBLEM[code], message)
    if code == "Throttling.AllocationQuota" or code in _BY_METER:
        return QuotaExhausted(message, meter=_BY_METER.get(code, ""))
    if code.startswith("Throttling") or status == 429:
        return Throttled(message, retry_after=1.0 if retry_after is None else retry_after)
    if code == "InvalidApiKey" or status == 401:
        return Unauthenticated(message, missing=message.startswith(MISSING_KEY_ROW.words))
    if code in ("ModelNotFound", "NotFound") or status == 404:
        return NotFound(message, what="model" if code == "ModelNotFound" else "object")
    found = _BY_CLASS.get(code) or next((kind for prefix, kind in _BY_PREFIX if code.startswith(prefix)), None)
    found = found or (None if code == "InvalidParameter" else _BY_STATUS.get(status))
    if found is None and status >= 500:
        found = InternalFault
    if found is not None:
        return found(message)
    return InvalidRequest.of("", message or f"{code or 'An error'} without a message (HTTP {status}).")
