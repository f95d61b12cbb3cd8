"""How every refusal is told on the DashScope wire, and read back. Source: spec/dashscope.md §2, catalog error_codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

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
    Violation,
    ViolationKind,
    fault_classes,
    fault_from_record,
)
from understudy.core.wire import WireReply
from understudy.dialects.dashscope import DIALECT, faults
from wires import REQUEST_ID, a_question, a_submit, shared

URL = "input.media[0].url"
DEFAULT_URL = "Required URL is missing or invalid, please check the request URL."

TABLE: list[tuple[Fault, int, str, str]] = [
    (Unauthenticated(missing=True), 401, "InvalidApiKey", "No API-key provided. Send the header Authorization"),
    (
        Unauthenticated("No API-key provided.", missing=True),
        401,
        "InvalidApiKey",
        "No API-key provided. Send the header",
    ),
    (Unauthenticated(), 401, "InvalidApiKey", "Invalid API-key provided. Check the key"),
    (Forbidden(), 403, "AccessDenied", "Access denied."),
    (Forbidden("current user api does not support synchronous calls. x"), 403, "AccessDenied", "current user api"),
    (Forbidden("Model access denied."), 403, "Model.AccessDenied", "Model access denied."),
    (NotFound("wan9 is not here.", what="model"), 404, "ModelNotFound", "Model can not be found. wan9 is not here."),
    (
        NotFound("Model can not be found. Really.", what="model"),
        404,
        "ModelNotFound",
        "Model can not be found. Really.",
    ),
    (NotFound(what="route"), 404, "NotFound", "Not found!"),
    (Gone(), 404, "NotFound", "Not found!"),
    (Conflict(), 400, "UnsupportedOperation", "Failed to cancel the task, please confirm if the task is in PENDING"),
    (Throttled(), 429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later."),
    (QuotaExhausted(meter="seconds"), 429, "Throttling.AllocationQuota", "Allocated quota exceeded, please increase"),
    (
        QuotaExhausted(meter="free"),
        403,
        "AllocationQuota.FreeTierOnly",
        "The free tier of the model has been exhausted.",
    ),
    (QuotaExhausted(meter="balance"), 400, "Arrearage", "Access denied, please make sure your account is in good"),
    (Refused("No face was found in 图1."), 400, "InvalidParameter", "No face was found in 图1."),
    (Refused("No human face detected."), 400, "InvalidImage.NoHumanFace", "No human face detected."),
    (Unavailable(), 503, "ModelUnavailable", "Model is unavailable, please try again later."),
    (TimedOut("It took over an hour."), 500, "InternalError.Timeout", "An internal timeout error has occured during"),
    (
        InternalFault("secret"),
        500,
        "InternalError",
        f"An internal error has occured, please try again later or contact service support. Request id: {REQUEST_ID}.",
    ),
    (InvalidRequest(), 400, "InvalidParameter", "The request cannot be served as written."),
    (
        InvalidRequest.of("", "It is empty.", ViolationKind.BODY),
        400,
        "InvalidParameter",
        "Required body invalid, please check the request body format. It is empty.",
    ),
    (
        InvalidRequest.of("input.prompt", "Field required: input.prompt", ViolationKind.MISSING),
        400,
        "InvalidParameter",
        "Field required: input.prompt",
    ),
    (
        InvalidRequest.of("input.prompt", "It may not be blank", ViolationKind.MISSING),
        400,
        "InvalidParameter",
        "Field required: input.prompt. It may not be blank",
    ),
    (
        InvalidRequest.of("input", "?", ViolationKind.MISSING),
        400,
        "BadRequest.EmptyInput",
        "Required input parameter missing from request.",
    ),
    (
        InvalidRequest.of("model", "?", ViolationKind.MISSING),
        400,
        "BadRequest.EmptyModel",
        'Required parameter "model" missing from request.',
    ),
    (
        InvalidRequest.of("parameters.seed", "too large", ViolationKind.RANGE),
        400,
        "InvalidParameter",
        "too large. See parameters.seed.",
    ),
    (
        InvalidRequest.of(URL, "file: is not read.", ViolationKind.URL),
        400,
        "InvalidURL",
        f"{DEFAULT_URL} file: is not read. See {URL}.",
    ),
    (
        InvalidRequest.of("parameters.size", "The size is not match 1*1. Take another", ViolationKind.SIZE),
        400,
        "InvalidParameter",
        "The size is not match 1*1. Take another. See parameters.size.",
    ),
    (
        InvalidRequest.of(
            "X-DashScope-OssResourceResolve",
            "The media format is not supported or incorrect for the data inspection.",
            ViolationKind.HEADER,
        ),
        400,
        "InvalidParameter.DataInspection",
        "The media format is not",
    ),
    (
        InvalidRequest.of("method", "Request method 'GET' is not supported."),
        400,
        "InvalidParameter",
        "Request method 'GET' is not supported.",
    ),
    (
        MediaRefused(MediaProblem.UNREACHABLE, "HTTP 404.", path=URL),
        400,
        "InvalidURL.ConnectionRefused",
        f"Connection to {URL} refused, please provide available URL. HTTP 404.",
    ),
    (
        MediaRefused(MediaProblem.BLOCKED, "It is private.", path=URL),
        400,
        "InvalidURL",
        f"{DEFAULT_URL} It is private. See {URL}.",
    ),
    (
        MediaRefused(MediaProblem.TIMEOUT, limits={"url": "http://a/b"}),
        400,
        "InvalidURL.Timeout",
        "Download http://a/b timeout, please check network connection.",
    ),
    (
        MediaRefused(MediaProblem.TOO_LARGE, limits={"megabytes": 20}),
        400,
        "InvalidFile.Size",
        "Invalid file size. The video/audio/image file size must be less than 20MB.",
    ),
    (
        MediaRefused(MediaProblem.TOO_LARGE, "It has 30 MB."),
        400,
        "InvalidFile.Size",
        "Invalid file size. It has 30 MB.",
    ),
    (MediaRefused(MediaProblem.FORMAT), 400, "InvalidFile.Format", "Invalid file format，the request file format is"),
    (MediaRefused(MediaProblem.CORRUPT), 400, "InvalidFile.Openerror", "Invalid file, cannot open file as"),
    (
        MediaRefused(MediaProblem.SECONDS, limits={"least": 1, "most": 30}),
        400,
        "InvalidFile.Duration",
        "Invalid file duration. The file duration must be 1 s ~ 30 s.",
    ),
    (
        MediaRefused(MediaProblem.SIDES, limits={"least": 240, "most": 4096}),
        400,
        "InvalidFile.Resolution",
        "Invalid video resolution. The height or width of video must be 240 ~ 4096.",
    ),
    (
        MediaRefused(MediaProblem.SIDES, "99 px.", limits={"medium": "image"}),
        400,
        "InvalidFile.ImageSize",
        "The size of image is beyond limit. 99 px.",
    ),
    (MediaRefused(MediaProblem.RATIO, "1:9."), 400, "InvalidFile.AspectRatio", "Invalid file ratio. 1:9."),
    (MediaRefused(MediaProblem.FRAME_RATE, "3 fps."), 400, "InvalidFile.FPS", "Invalid video FPS. 3 fps."),
    (MediaRefused(MediaProblem.NOT_YOURS), 400, "InvalidParameter.DataInspection", "The media format is not supported"),
    (MediaRefused(MediaProblem.BOMB), 400, "InvalidFile.ImageSize", "The size of image is beyond limit."),
]


def told(fault: Fault) -> tuple[int, dict[str, Any], WireReply]:
    reply = DIALECT.encode_fault(fault, a_submit({}))
    return reply.status, reply.json(), reply


@pytest.mark.parametrize(("fault", "status", "code", "words"), TABLE)
def test_a_fault_is_told_in_the_vendors_words_first(fault: Fault, status: int, code: str, words: str) -> None:
    given, body, reply = told(fault)
    assert (given, body["code"]) == (status, code)
    assert body["message"].startswith(words)
    assert body["request_id"] == reply.headers["x-request-id"] == REQUEST_ID
    assert set(body) == {"code", "message", "request_id"}


def test_the_table_is_total() -> None:
    assert set(faults.ROWS) == set(fault_classes())
    assert set(faults.VIOLATION_ROWS) == set(ViolationKind)
    assert set(faults.MEDIA_ROWS) == set(MediaProblem)


ROWS = [
    *faults.ROWS.values(),
    *faults.VIOLATION_ROWS.values(),
    *faults.PLACE_ROWS.values(),
    *faults.MEDIA_ROWS.values(),
    *faults.METER_ROWS.values(),
    *(row for rows in faults.WORDED_ROWS.values() for row in rows),
    faults.MODEL_ROW,
    faults.MISSING_KEY_ROW,
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.status}-{row.code}")
def test_codes_statuses_and_words_are_the_documented_ones(row: faults.Row) -> None:
    documented = json.loads(shared("spec", "catalog.json").read_text("utf-8"))["error_codes"]
    rows = [entry for entry in documented if entry["code"] == row.code]
    assert row.status in {entry["http"] for entry in rows}
    head = row.words.partition("{")[0].strip()
    assert not head or any(entry["message"].startswith(head) for entry in rows)


def test_a_secret_of_ours_is_for_the_log_alone() -> None:
    assert "secret" not in told(InternalFault("secret"))[1]["message"]


def test_all_violations_are_listed_after_the_first() -> None:
    fault = InvalidRequest(
        Violation("input.prompt", "Field required: input.prompt", ViolationKind.MISSING),
        Violation("parameters.seed", "is negative", ViolationKind.RANGE),
        Violation("parameters.duration", "parameters.duration must be 2 to 10.", ViolationKind.RANGE),
    )
    assert told(fault)[1]["message"] == (
        "Field required: input.prompt. Also: is negative. See parameters.seed. parameters.duration must be 2 to 10."
    )


def test_a_flood_of_violations_is_cut() -> None:
    many = [Violation(f"input.media[{i}]", f"input.media[{i}] must be an object.") for i in range(100)]
    message = told(InvalidRequest(*many))[1]["message"]
    assert message.endswith("input.media[20] must be an object. and 79 more.")


def test_retry_headers() -> None:
    throttled = told(Throttled(retry_after=0.2))[2].headers
    assert (throttled["retry-after"], throttled["retry-after-ms"]) == ("1", "200")
    assert "x-should-retry" not in throttled
    assert "x-should-retry" not in told(Unavailable())[2].headers
    for fault in (InvalidRequest(), Unauthenticated(), QuotaExhausted(), Refused(), InternalFault()):
        assert told(fault)[2].headers["x-should-retry"] == "false"
    # a poll changes nothing and may be asked again after a bug of ours
    assert "x-should-retry" not in DIALECT.encode_fault(InternalFault(), a_question("/api/v1/tasks/x")).headers


@pytest.mark.parametrize("fault", [row[0] for row in TABLE], ids=[f"{row[2]}-{i}" for i, row in enumerate(TABLE)])
def test_a_fault_read_back_is_told_the_same_way(fault: Fault) -> None:
    """The client half reads what the server half wrote: same status, code and words after one more trip."""
    _, _, first = told(fault)
    with pytest.raises(Fault) as caught:
        DIALECT.decode_reply(first)
    _, _, second = told(caught.value)
    assert (second.status, second.json()) == (first.status, first.json())


STORED = [
    fault for fault, *_ in TABLE if isinstance(fault, (InvalidRequest, MediaRefused, Refused, TimedOut, InternalFault))
]


@pytest.mark.parametrize("fault", STORED, ids=[f"{type(f).__name__}-{i}" for i, f in enumerate(STORED)])
def test_a_stored_fault_is_told_like_the_fresh_one(fault: Fault) -> None:
    rebuilt = fault_from_record(json.loads(json.dumps(fault.record())))
    assert faults.tell(rebuilt, "r") == faults.tell(fault, "r")


FOREIGN: list[tuple[int, bytes, type[Fault]]] = [
    (400, b'{"code": "DataInspectionFailed", "message": "Input or output data may"}', Refused),
    (400, b'{"code": "InvalidFile.Content", "message": "m"}', Refused),
    (400, b'{"code": "InvalidFile.Template.Content", "message": "m"}', MediaRefused),
    (400, b'{"code": "SomethingNew", "message": "m"}', InvalidRequest),
    (400, b'{"code": null, "message": null}', InvalidRequest),
    (401, b"<html>", Unauthenticated),
    (403, b'{"code": "Foo"}', Forbidden),
    (404, b"", NotFound),
    (408, b"{}", Unavailable),
    (418, b"{}", InvalidRequest),
    (429, b"slow down", Throttled),
    (500, b"[]", InternalFault),
    (502, b"Bad Gateway", Unavailable),
    (503, b"", Unavailable),
    (520, b"", InternalFault),
    (200, b'{"code": "InvalidParameter", "message": "business failure in a 200 body"}', InvalidRequest),
    (200, b"<html>hello</html>", Unavailable),
    (200, b'{"hello": "world"}', Unavailable),
    (200, b'{"output": {"task_status": "PENDING"}}', Unavailable),
]


@pytest.mark.parametrize(("status", "body", "kind"), FOREIGN)
def test_what_other_servers_say(status: int, body: bytes, kind: type[Fault]) -> None:
    with pytest.raises(kind) as caught:
        DIALECT.decode_reply(WireReply(status, body))
    assert caught.value.message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after-ms": "250"}, 0.25), ({"retry-after": "3"}, 3.0), ({"retry-after": "tomorrow"}, 1.0), ({}, 1.0)],
)
def test_how_long_a_throttled_client_waits(headers: dict[str, str], seconds: float) -> None:
    with pytest.raises(Throttled) as caught:
        DIALECT.decode_reply(WireReply(429, b'{"code": "Throttling.RateQuota", "message": "m"}', headers))
    assert caught.value.retry_after == seconds
