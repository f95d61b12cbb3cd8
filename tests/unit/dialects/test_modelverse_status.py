"""ModelVerse tasks, models and errors, told and read. Source: spec/gateways.md §3.1, §3.2, §3.4; seed 004."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.core.faults import (
    CannotExpress,
    Fault,
    Forbidden,
    InternalFault,
    InvalidRequest,
    MediaProblem,
    MediaRefused,
    NotFound,
    Refused,
    Throttled,
    TimedOut,
    Unauthenticated,
    Unavailable,
    ViolationKind,
    fault_classes,
)
from understudy.core.request import VideoRequest
from understudy.core.task import Status, Task
from understudy.core.units import Ratio, Size, Tier
from understudy.core.usage import Usage
from understudy.core.wire import (
    Accepted,
    Canceled,
    CancelQuery,
    ModelList,
    ModelsQuery,
    RemoteTask,
    StatusQuery,
    Told,
    WireReply,
)
from understudy.dialects.modelverse import DIALECT
from understudy.dialects.modelverse.faults import ROWS
from understudy.dialects.modelverse.guesses import CANCELED
from wires import REQUEST_ID, a_question, route_of

SHELF = Shelf.open()
ID = "6f1ce1f2-0385-4d82-bcb6-0123456789ab"
NOON = datetime(2025, 9, 4, 4, 10, tzinfo=UTC)


def a_task(status: Status = Status.SUCCEEDED, model: str = "viduq2", **more: Any) -> Task:
    usage = Usage(Decimal("5.0"), Decimal(0), Decimal(5), 1, tier=Tier(720), size=Size(1280, 720), ratio=Ratio(16, 9))
    values: dict[str, Any] = {"usage": usage if status is Status.SUCCEEDED else None, **more}
    return Task(
        ID, "a", "k", "modelverse", VideoRequest(model, "reference2video", "p", seconds=5), NOON,
        NOON + timedelta(days=1), "r", status=status, started=NOON, ended=NOON + timedelta(seconds=50), **values,
    )  # fmt: skip


def told(task: Task | None, url: str | None = "https://xxxxx/xxxx.mp4") -> WireReply:
    card = SHELF.find(task.request.model) if task else None
    return DIALECT.encode_answer(Told(ID, task, url), a_question("/"), card)


# Telling ------------------------------------------------------------------------------------------------------------


def test_answers_as_document_004_prints_them() -> None:
    assert DIALECT.encode_answer(Accepted(a_task(Status.PENDING)), a_question("/"), None).json() == {
        "output": {"task_id": ID},
        "request_id": REQUEST_ID,
    }
    reply = told(a_task())
    assert reply.json() == {
        "output": {
            "task_id": ID,
            "task_status": "Success",
            "urls": ["https://xxxxx/xxxx.mp4"],
            "submit_time": 1756959000,
            "finish_time": 1756959050,
        },
        "usage": {"duration": 5},
        "request_id": REQUEST_ID,
    }
    assert '"duration":5}' in reply.body.decode(), "whole numbers are whole on the wire"


@pytest.mark.parametrize(
    ("status", "word", "keys"),
    [
        (Status.PENDING, "Pending", set()),
        (Status.RUNNING, "Running", {"progress"}),
        (Status.FAILED, "Failure", {"finish_time", "error_message"}),
        (Status.CANCELED, "Failure", {"finish_time", "error_message"}),
    ],
)
def test_states_and_what_is_absent(status: Status, word: str, keys: set[str]) -> None:
    fault = InvalidRequest.of("input.images[0]", "It cannot be fetched.").record() if status is Status.FAILED else None
    body = told(a_task(status, fault=fault, fraction=0.25)).json()
    assert body["output"]["task_status"] == word
    assert set(body["output"]) == {"task_id", "task_status", "submit_time", *keys}
    assert body.get("usage") == ({"duration": 5} if status is Status.FAILED else None)


def test_why_it_failed_is_told_and_who_made_it() -> None:
    failed = a_task(Status.FAILED, fault=Refused("No face was found.").record())
    assert told(failed).json()["output"]["error_message"] == "No face was found."
    upstream = Refused("sensitive words").worded("odd", "vidu").record()
    assert told(replace(failed, fault=upstream)).json()["output"]["error_message"] == "sensitive words"
    assert "r" in told(replace(failed, fault=None)).json()["output"]["error_message"]
    reply = told(a_task(engine="animatic", notes=("no face",)))
    assert reply.headers["x-understudy-engine"] == "animatic"
    assert reply.json()["output"]["engine"] == "animatic"
    assert reply.json()["output"]["notes"] == ["no face"]


def test_newer_models_tell_more_of_usage() -> None:
    """Source: spec/gateways.md §3.2, happyhorse."""
    assert told(a_task(model="happyhorse-1.0-r2v")).json()["usage"] == {
        "duration": 5, "output_video_duration": 5, "video_count": 1, "SR": 720, "ratio": "16:9",
    }  # fmt: skip
    lasting = a_task(model="vidu-lip-sync")
    lasting = replace(lasting, request=lasting.request.but(seconds=None))
    assert told(lasting).json()["usage"] == {"duration": 5}, "where the media set the length"
    card_gone = DIALECT.encode_answer(Told(ID, a_task()), a_question("/"), None)
    assert card_gone.json()["output"]["urls"] == []


def test_an_unknown_task_is_refused_and_read_as_unknown() -> None:
    reply = told(None)
    assert (reply.status, reply.json()["error"]["code"]) == (400, "param_error")
    assert DIALECT.decode_reply(reply) == RemoteTask("", None)


def test_models_are_listed_as_openai_lists_them() -> None:
    body = DIALECT.encode_answer(ModelList(SHELF.all()), a_question("/v1/models"), None).json()
    assert body["object"] == "list"
    assert {"id": "Wan-AI/Wan2.6-T2V", "object": "model", "created": 0, "owned_by": "wan-t2v"} in body["data"]
    with pytest.raises(CannotExpress):
        DIALECT.encode_answer(Canceled(ID), a_question("/"), None)


# Questions ----------------------------------------------------------------------------------------------------------


def test_questions_are_read_and_written() -> None:
    for query in (StatusQuery(ID), ModelsQuery()):
        wire = DIALECT.encode_query(query)
        route, _ = route_of(DIALECT.routes, wire)
        assert DIALECT.decode_query(wire, route) == query
    for missing in (CancelQuery(ID), ModelsQuery("viduq2")):
        with pytest.raises(CannotExpress):
            DIALECT.encode_query(missing)
    route, _ = route_of(DIALECT.routes, a_question("/v1/tasks/status"))
    with pytest.raises(InvalidRequest, match="task_id is required"):
        DIALECT.decode_query(a_question("/v1/tasks/status", {"task_id": " "}), route)
    assert DIALECT.encode_key("k") == {"authorization": "k"}
    assert repr(DIALECT) == "ModelVerse()"


# Errors -------------------------------------------------------------------------------------------------------------


def test_every_fault_has_a_row() -> None:
    assert set(ROWS) == set(fault_classes())


@pytest.mark.parametrize(
    ("fault", "status", "code", "message"),
    [
        (InvalidRequest.of("prompt", "prompt is required"), 400, "param_error", "Invalid param: prompt is required"),
        (
            InvalidRequest.of("input.media", "input.media: viduq2 takes 1 to 7 references.", ViolationKind.COUNT),
            400, "param_error", "Invalid param: input.images: viduq2 takes 1 to 7 references.",
        ),
        (Unauthenticated("No key."), 401, "auth_error", "Validate Certification failed: No key."),
        (NotFound("No such model.", what="model"), 400, "model_error", "No such model."),
        (NotFound("No such page.", what="route"), 404, "param_error", "Invalid param: No such page."),
        (MediaRefused(MediaProblem.FORMAT, "No picture."), 400, "param_error", "Invalid param: No picture."),
        (TimedOut("Too long."), 504, "gateway_timeout_error", "Too long."),
        (Throttled("Slow down."), 429, "rate_limit", "Slow down."),
    ],
)  # fmt: skip
def test_the_platforms_words(fault: Fault, status: int, code: str, message: str) -> None:
    """`param` carries the number of the request, not a field. Source: spec/gateways.md §3.4."""
    reply = DIALECT.encode_fault(fault, a_question("/"))
    error = reply.json()["error"]
    assert (reply.status, error["code"], error["message"]) == (status, code, message)
    assert error["param"] == REQUEST_ID


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("param_error", InvalidRequest),
        ("sensitive_check_error", Refused),
        ("model_error", Forbidden),
        ("tokens_too_long", InvalidRequest),
        ("auth_error", Unauthenticated),
        ("timeout", TimedOut),
        ("rate_limit", Throttled),
        ("internal_error", InternalFault),
        ("model_server_error", Unavailable),
        ("gateway_timeout_error", TimedOut),
        ("odd", InvalidRequest),
    ],
)
def test_the_platforms_codes_are_read(code: str, kind: type[Fault]) -> None:
    reply = WireReply.of_json(400, {"error": {"message": "m", "type": "t", "code": code, "param": "the-number"}})
    with pytest.raises(Fault) as caught:
        DIALECT.decode_reply(reply)
    assert type(caught.value) is kind
    assert caught.value.message == "m"
    assert "the-number" not in str(caught.value.record())
    assert type(DIALECT.read_fault(code, "m")) is kind


def test_a_failed_task_has_a_sentence_and_no_code() -> None:
    assert isinstance(DIALECT.read_fault("", "No face."), Refused)
    assert isinstance(DIALECT.read_fault("", ""), InternalFault)


# Reading ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "status", "url", "message"),
    [
        ({"task_id": "t"}, Status.PENDING, None, ""),
        ({"task_id": "t", "task_status": "Queued"}, Status.RUNNING, None, ""),
        ({"task_id": "t", "task_status": "Success", "urls": ["u", "v"]}, Status.SUCCEEDED, "u", ""),
        ({"task_id": "t", "task_status": "Success", "urls": []}, Status.FAILED, None, "The server says Success but"),
        ({"task_id": "t", "task_status": "Success", "urls": None}, Status.FAILED, None, "The server says Success but"),
        ({"task_id": "t", "task_status": "Failure", "error_message": "bad"}, Status.FAILED, None, "bad"),
        ({"task_id": "t", "task_status": "Failure", "error_message": CANCELED}, Status.CANCELED, None, ""),
    ],
)  # fmt: skip
def test_states_of_another_server(output: dict[str, Any], status: Status, url: str | None, message: str) -> None:
    """Source: spec/gateways.md §3.5: a strange word is Running; a success without a link has failed."""
    read = DIALECT.decode_reply(WireReply.of_json(200, {"output": output, "usage": {"duration": 5}}))
    assert (read.task_id, read.status, read.result_url) == ("t", status.value, url)
    assert read.message.startswith(message)
    assert bool(read.message) == bool(message)
    assert read.usage == {"duration": 5}


@pytest.mark.parametrize("body", [{}, {"output": []}, {"output": {"task_id": ""}}, {"error": "down"}])
def test_what_is_no_task(body: Any) -> None:
    with pytest.raises(Unavailable):
        DIALECT.decode_reply(WireReply.of_json(200, body))


def test_progress_and_who_made_it_are_read() -> None:
    running = {"task_id": "t", "task_status": "Running", "progress": 0.5, "notes": ["n"]}
    reply = WireReply.of_json(200, {"output": running}, {"x-understudy-engine": "animatic"})
    read = DIALECT.decode_reply(reply)
    assert (read.fraction, read.notes, read.engine, read.usage) == (0.5, ("n",), "animatic", {})
    assert DIALECT.decode_reply(WireReply.of_json(200, {"output": {**running, "progress": True}})).fraction is None
