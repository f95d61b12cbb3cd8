"""The error envelope that wires after OpenAI's share, told and read. Source: spec/gateways.md §5.4."""

from __future__ import annotations

import json
from typing import Any

import pytest

from understudy.core.faults import (
    Conflict,
    Fault,
    Forbidden,
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
)
from understudy.core.wire import WireReply
from understudy.dialects import _openai
from understudy.dialects._openai import ErrorAnswer


def test_every_fault_has_a_row() -> None:
    assert set(_openai.ERROR_ROWS) == set(fault_classes())


@pytest.mark.parametrize("kind", fault_classes())
def test_a_fault_told_is_read_as_the_same_kind(kind: type[Fault]) -> None:
    fault = MediaRefused(MediaProblem.FORMAT) if kind is MediaRefused else kind()
    reply = _openai.encode_error(fault, "POST", "r-1")
    error = _openai.read_error(reply)
    assert error is not None
    assert type(_openai.fault_of(error)) is kind
    assert reply.headers["x-request-id"] == "r-1"


def test_what_is_wrong_is_told_whole_and_by_its_place() -> None:
    many = [Violation(f"input.x{number}", "is wrong", ViolationKind.TYPE) for number in range(25)]
    message = _openai.fault_message(InvalidRequest(*many))
    assert message.startswith("is wrong. See input.x0. Also: is wrong. See input.x1.")
    assert message.endswith("and 4 more.")
    assert _openai.fault_param(InvalidRequest(*many)) == "input.x0"
    assert _openai.fault_message(InvalidRequest(many[0], many[1], message="Brief")) == "Brief. See input.x0."
    media = MediaRefused(MediaProblem.FORMAT, "no picture", path="input.img_url")
    assert (_openai.fault_message(media), _openai.fault_param(media)) == (
        "no picture. See input.img_url.",
        "input.img_url",
    )
    assert _openai.fault_param(Conflict()) is None
    assert _openai.fault_message(InvalidRequest(message="plain")) == "plain"


def test_a_bug_of_ours_is_told_by_its_number_alone() -> None:
    told = _openai.fault_message(InternalFault("/secret/path: oops"), "r-7")
    assert "r-7" in told
    assert "secret" not in told
    assert _openai.fault_message(InternalFault()).endswith("operator.")


@pytest.mark.parametrize(
    ("fault", "row"),
    [
        (InvalidRequest.of("prompt", "is missing", ViolationKind.MISSING), _openai.MISSING),
        (NotFound(what="model"), _openai.MODEL_NOT_FOUND),
        (NotFound(what="task"), _openai.ERROR_ROWS[NotFound]),
    ],
)
def test_places_with_words_of_their_own(fault: Fault, row: _openai.ErrorRow) -> None:
    assert _openai.error_row(fault) == row
    assert _openai.error_row(fault, dict(_openai.ERROR_ROWS)) == _openai.ERROR_ROWS[type(fault)], (
        "another table's alone"
    )


@pytest.mark.parametrize(
    ("fault", "status", "method", "retry"),
    [
        (InternalFault(), 500, "GET", None),
        (InternalFault(), 500, "POST", "false"),
        (Unavailable(), 503, "POST", None),
        (QuotaExhausted(), 429, "GET", "false"),
        (Conflict(), 409, "POST", "false"),
        (Refused(), 400, "POST", None),
    ],
)
def test_clients_repeat_only_what_may_be_repeated(fault: Fault, status: int, method: str, retry: str | None) -> None:
    """The client repeats 408, 409, 429 and 5xx by itself."""
    assert _openai.error_headers(fault, status, method, "r").get("x-should-retry") == retry


def test_when_to_come_again_is_told_in_both_units() -> None:
    headers = _openai.error_headers(Throttled(retry_after=2.2), 429, "POST", "r")
    assert (headers["retry-after"], headers["retry-after-ms"]) == ("3", "2200")


@pytest.mark.parametrize(
    ("status", "body", "read"),
    [
        (
            400,
            {"error": {"message": "m", "type": "t", "param": "p", "code": "c"}},
            ErrorAnswer(400, "m", "t", "c", "p"),
        ),
        (500, {"error": {"message": "m", "code": 500}}, ErrorAnswer(500, "m", code="500")),
        (200, {"error": "m"}, ErrorAnswer(200, "m")),
        (404, {"error": None}, ErrorAnswer(404, 'The server answered HTTP 404: {"error":null}')),
        (404, {"error": {}}, ErrorAnswer(404, 'The server answered HTTP 404: {"error":{}}')),
        (
            400,
            {"error": {"message": ["m"]}},
            ErrorAnswer(400, 'The server answered HTTP 400: {"error":{"message":["m"]}}'),
        ),
        (200, {"id": "x", "error": None}, None),
        (200, [1], ErrorAnswer(200, "The server answered HTTP 200: [1]")),
    ],
)
def test_errors_of_many_servers(status: int, body: Any, read: ErrorAnswer | None) -> None:
    """vLLM-Omni's codes are numbers, SGLang's error may be a text. Source: spec/gateways.md §5.3."""
    assert _openai.read_error(WireReply(status, json.dumps(body, separators=(",", ":")).encode())) == read


@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway</html>", b"[" * 100_000, b"\xff"])
def test_what_is_no_json(body: bytes) -> None:
    error = _openai.read_error(WireReply(502, body))
    assert error is not None
    assert error.message.startswith("The server answered HTTP 502")
    assert isinstance(_openai.fault_of(error), Unavailable)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ErrorAnswer(400, "m"), InvalidRequest),
        (ErrorAnswer(401, "m"), Unauthenticated),
        (ErrorAnswer(403, "m", code="odd"), Forbidden),
        (ErrorAnswer(404, "m"), NotFound),
        (ErrorAnswer(422, "m"), InvalidRequest),
        (ErrorAnswer(429, "m"), Throttled),
        (ErrorAnswer(500, "m"), InternalFault),
        (ErrorAnswer(503, "m"), Unavailable),
        (ErrorAnswer(504, "m", code="timeout"), TimedOut),
        (ErrorAnswer(400, "m", code="moderation_blocked"), Refused),
    ],
)
def test_a_status_stands_in_for_a_code_nobody_knows(error: ErrorAnswer, kind: type[Fault]) -> None:
    assert type(_openai.fault_of(error)) is kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "Tue, 06 May 2025 12:09:42 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({}, None),
    ],
)
def test_when_to_come_again_is_read(headers: dict[str, str], seconds: float | None) -> None:
    reply = WireReply(429, b"{}", headers)
    assert _openai.retry_after(reply) == seconds
    fault = _openai.fault_of(_openai.read_error(reply) or ErrorAnswer(0, ""))
    assert isinstance(fault, Throttled)
    assert fault.retry_after == (1.0 if seconds is None else seconds)


def test_codes_that_say_where() -> None:
    missing = _openai.fault_of(ErrorAnswer(400, "m", code="missing_required_parameter", param="prompt"))
    assert isinstance(missing, InvalidRequest)
    assert missing.violations[0] == Violation("prompt", "m", ViolationKind.MISSING)
    model = _openai.fault_of(ErrorAnswer(404, "m", code="model_not_found"))
    assert isinstance(model, NotFound)
    assert model.what == "model"
