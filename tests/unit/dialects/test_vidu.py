"""Vidu's wire as its pages word it: what answers hold, how refusals are told, and what another
Vidu server's answers are read as. Source: spec/gateways.md §1, §4."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.core.faults import (
    CannotExpress,
    Conflict,
    Fault,
    InternalFault,
    InvalidRequest,
    MediaProblem,
    MediaRefused,
    NotFound,
    Refused,
    Throttled,
    Unavailable,
    ViolationKind,
    fault_classes,
)
from understudy.core.request import Medium, Reference, Role, VideoRequest
from understudy.core.task import SENT_PROMPT, Artifact, Status, Task, TaskFilter, TaskPage
from understudy.core.units import Ratio, Tier
from understudy.core.usage import Charge
from understudy.core.wire import (
    Accepted,
    Action,
    CancelQuery,
    FinishQuery,
    Listed,
    ListQuery,
    Query,
    RemoteTask,
    SlotQuery,
    StatusQuery,
    TicketQuery,
    Told,
    Uploaded,
    UploadSlot,
    WireReply,
)
from understudy.dialects.vidu import DIALECT
from understudy.dialects.vidu.faults import KINDS, MEDIA, ROWS, read_fault
from understudy.dialects.vidu.ids import digits_of, print_moment, read_moment
from wires import REQUEST_ID, a_question, route_of

SHELF = Shelf.open()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TASK_ID = "0190b6f6-0385-4d82-bcb6-0123456789ab"
A = "https://x/a.png"


def image(url: str, role: Role = Role.SUBJECT, name: str = "") -> Reference:
    return Reference(url, Medium.IMAGE, role, name=name)


# What is answered -----------------------------------------------------------------------------------------------------


def a_task(status: Status = Status.PENDING, **changes: Any) -> Task:
    request = VideoRequest("viduq2", "reference2video", "p", references=(image(A), image("upload:9")), tier=Tier(720),
                           ratio=Ratio(16, 9), seconds=5, seed=7,
                           options={"bgm": True, "movement_amplitude": "auto"})  # fmt: skip
    task = Task(TASK_ID, "alice", "1", "vidu", request, NOON, NOON + timedelta(days=1), "r", status=status,
                extras={"dialect": {"payload": "mine"}})  # fmt: skip
    return replace(task, **changes)


def answered(answer: Any) -> dict[str, Any]:
    reply = DIALECT.encode_answer(answer, a_question("/"), SHELF.find("viduq2"))
    assert reply.headers["x-request-id"] == REQUEST_ID
    return dict(reply.json())


def test_a_submit_is_answered_with_all_that_was_asked() -> None:
    assert answered(Accepted(a_task())) == {
        "task_id": digits_of(TASK_ID), "type": "reference2video", "state": "created", "model": "viduq2", "prompt": "p",
        "images": [A, "ssupload:?id=9"], "seed": 7, "movement_amplitude": "auto", "duration": 5, "aspect_ratio": "16:9",
        "resolution": "720p", "credits": 45, "payload": "mine", "bgm": True, "off_peak": False,
        "created_at": "2026-03-01T12:00:00.000000Z",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "state", "code", "credits", "progress"),
    [
        (Status.PENDING, "queueing", "", 45, 0),
        (Status.RUNNING, "processing", "", 45, 41),
        (Status.SUCCEEDED, "success", "", 60, 100),
        (Status.FAILED, "failed", "ImageDownloadFailure", 0, 0),
        (Status.CANCELED, "failed", "UserCancelled", 0, 0),
    ],
)
def test_states(status: Status, state: str, code: str, credits: int, progress: int) -> None:
    fault = MediaRefused(MediaProblem.UNREACHABLE, "It cannot be downloaded.").record() if code else None
    charge = Charge(Decimal(60), "credit", Decimal("0.03125")) if status is Status.SUCCEEDED else None
    task = a_task(status, fraction=0.417, fault=fault, charge=charge, engine="animatic", notes=("a note",))
    told = answered(Told(TASK_ID, task, "https://h/f.mp4", "https://h/f.jpg"))
    assert (told["state"], told["err_code"], told["credits"], told["progress"]) == (state, code, credits, progress)
    assert (told["id"], told["payload"], told["engine"], told["notes"]) == (
        digits_of(TASK_ID), "mine", "animatic", ["a note"])  # fmt: skip
    assert bool(told["creations"]) == (status is Status.SUCCEEDED), "always there, empty until success"
    assert "code" not in told
    read = DIALECT.decode_reply(DIALECT.encode_answer(Told(TASK_ID, task, "https://h/f.mp4"), a_question("/"), None))
    assert (read.status, read.task_id, read.engine, read.notes) == (status.value, TASK_ID, "animatic", ("a note",))


def test_a_creation_has_a_still() -> None:
    task = a_task(Status.SUCCEEDED, request=a_task().request.but(watermark=True))
    film, still = "https://h/f.mp4", "https://h/f.jpg"
    (creation,) = answered(Told(TASK_ID, task, film, still))["creations"]
    assert creation == {"id": digits_of(TASK_ID), "url": film, "cover_url": still, "watermarked_url": film}
    (creation,) = answered(Told(TASK_ID, task, film))["creations"]
    assert creation["cover_url"] == film, "always a link: clients declare it required"


def test_long_prompts_and_pictures_are_not_told_back() -> None:
    inline = (image("data:image/png;base64," + "A" * 5000), image("inline:folder/x"))
    task = a_task(request=a_task().request.but(references=inline), extras={SENT_PROMPT: "as it came"})
    told = answered(Accepted(task))
    assert (told["images"], told["prompt"], told["payload"]) == ([], "as it came", "")


def test_tasks_of_others_are_told_in_vidus_words() -> None:
    task = a_task(Status.SUCCEEDED, request=VideoRequest("wan2.7-r2v", prompt="p"), extras={},
                  charge=Charge(Decimal(5), "second", Decimal(1)))  # fmt: skip
    reply = DIALECT.encode_answer(Told(TASK_ID, task, "https://h/f.mp4"), a_question("/"), SHELF.find("wan2.7-r2v"))
    assert (reply.json()["state"], reply.json()["credits"]) == ("success", 0), "it was not sold in credits"
    accepted = DIALECT.encode_answer(Accepted(task), a_question("/"), SHELF.find("wan2.7-r2v")).json()
    assert accepted["type"] == "reference2video"


def test_a_page_of_tasks() -> None:
    body = answered(Listed(TaskPage((a_task(), a_task(Status.RUNNING)), 5, 2, 2)))
    assert [task["state"] for task in body["tasks"]] == ["queueing", "processing"]
    assert body["next_page_token"] == "2", "pages count from 0 here"
    assert answered(Listed(TaskPage((), 4, 2, 2)))["next_page_token"] == ""


def test_a_task_that_is_not_there() -> None:
    reply = DIALECT.encode_answer(Told("9", None), a_question("/"), None)
    assert (reply.status, reply.json()["reason"], reply.json()["code"]) == (404, "TaskNotFound", 404)
    assert DIALECT.decode_reply(reply) == RemoteTask("", None)


# Questions ------------------------------------------------------------------------------------------------------------

SINCE = datetime(2026, 1, 31, 23, 59, 59, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "query",
    [
        StatusQuery(TASK_ID),
        CancelQuery(TASK_ID),
        SlotQuery(7),
        FinishQuery("0190", "abc"),
        ListQuery(TaskFilter()),
        ListQuery(TaskFilter(3, 50, SINCE, SINCE + timedelta(days=1), "viduq2-pro", Status.RUNNING)),
    ],
    ids=lambda query: type(query).__name__,
)
@pytest.mark.parametrize("prefix", ["", "/vidu"])
def test_a_question_is_understood_as_it_was_asked(query: Query, prefix: str) -> None:
    asked = DIALECT.encode_query(query)
    wire = replace(asked, path=prefix + asked.path)
    route, parts = route_of(DIALECT.routes, wire)
    assert DIALECT.decode_query(replace(wire, path_values=parts), route) == query


def test_questions_without_a_word() -> None:
    for query in (TicketQuery("m"), ListQuery(TaskFilter(model="wan2.7-r2v")), ListQuery(TaskFilter(key_id="1")),
                  ListQuery(TaskFilter(status=Status.CANCELED))):  # fmt: skip
        with pytest.raises(CannotExpress):
            DIALECT.encode_query(query)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"pager.page": "2", "pager.pagesz": "5"}, TaskFilter(3, 5)),
        ({"paper.page": "1"}, TaskFilter(2)),
        ({"pager.page_token": "4"}, TaskFilter(5)),
        ({"states": "created", "model_versions": "2.0"}, TaskFilter(status=Status.PENDING, model="vidu2.0")),
        ({"created_at.from": "2026-01-31T23:59:59.123456789Z"}, TaskFilter(since=SINCE)),
        ({"created_at.to": "2026-02-01T07:59:59.123456+08:00"}, TaskFilter(until=SINCE)),
    ],
)
def test_lists(query: dict[str, str], wanted: TaskFilter) -> None:
    route = next(route for route in DIALECT.routes if route.action is Action.LIST)
    assert DIALECT.decode_query(a_question(route.path, query), route) == ListQuery(wanted)


@pytest.mark.parametrize(
    "query",
    [{"pager.pagesz": "101"}, {"pager.page": "-1"}, {"states": "done"}, {"created_at.from": "soon"}, {"task_ids": "1"}],
)
def test_lists_that_cannot_be_had(query: dict[str, str]) -> None:
    route = next(route for route in DIALECT.routes if route.action is Action.LIST)
    with pytest.raises(InvalidRequest) as caught:
        DIALECT.decode_query(a_question(route.path, query), route)
    assert caught.value.violations[0].path in query


def test_moments_keep_their_microseconds() -> None:
    assert read_moment(print_moment(SINCE)) == SINCE
    slot = UploadSlot("0190", "https://h/put", SINCE)
    reply = DIALECT.encode_answer(slot, a_question("/"), None)
    assert reply.json()["expires_at"] == "2026-01-31T23:59:59.123456000Z"
    assert DIALECT.decode_slot(reply) == slot


def test_an_upload_is_told_and_read_as_the_wire_writes_it() -> None:
    reply = DIALECT.encode_answer(Uploaded("0190", "upload:0190"), a_question("/"), None)
    assert reply.json() == {"uri": "ssupload:?id=0190"}
    assert DIALECT.decode_uploaded(reply) == Uploaded("0190", "ssupload:?id=0190")
    for decode in (DIALECT.decode_uploaded, DIALECT.decode_slot):
        with pytest.raises(Unavailable):
            decode(WireReply.of_json(200, {"state": "success"}))


# Refusals -------------------------------------------------------------------------------------------------------------


def test_every_fault_has_a_row() -> None:
    assert set(ROWS) == set(fault_classes())
    assert set(MEDIA) == set(MediaProblem)
    assert set(KINDS) <= set(ViolationKind)


@pytest.mark.parametrize(
    ("fault", "status", "reason", "words"),
    [
        (InvalidRequest.of("prompt", "Field required: prompt", ViolationKind.MISSING), 400, "FieldLacking",
         "field is missing or empty: prompt"),
        (InvalidRequest.of("parameters.ratio", "parameters.ratio must be 1:1.", ViolationKind.CHOICE), 400,
         "FieldInvalid", "invalid field: aspect_ratio. aspect_ratio must be 1:1."),
        (InvalidRequest.of("input.media", "input.media: too many", ViolationKind.COUNT), 400,
         "FieldItemCountOutOfRange", "field item count out of range: images"),
        (Conflict("Failed to cancel."), 400, "BadRequest", "task state is scheduled, can not cancel"),
        (MediaRefused(MediaProblem.RATIO, "too wide", path="images[0]"), 400, "PageSizeOutOfRange", "images[0]"),
        (NotFound("no", what="model"), 400, "ModelUnavailable", "no"),
        (Throttled("later", retry_after=3), 429, "TooManyRequests", "later"),
        (InternalFault("secret"), 500, "InternalServiceFailure", REQUEST_ID),
        (Refused("no face").worded("AuditSubmitIllegal", "vidu"), 400, "AuditSubmitIllegal", "no face"),
        (Refused("no face").worded("DataInspectionFailed", "dashscope"), 400, "CreationPolicyViolation", "no face"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Fault) else None,
)  # fmt: skip
def test_refusals(fault: Fault, status: int, reason: str, words: str) -> None:
    reply = DIALECT.encode_fault(fault, a_question("/"))
    body = reply.json()
    assert (reply.status, body["code"], body["reason"]) == (status, status, reason)
    assert words in body["message"]
    assert body["metadata"] == {"trace_id": REQUEST_ID}
    assert "secret" not in body["message"]
    if isinstance(fault, Throttled):
        assert reply.headers["retry-after"] == "3"


@pytest.mark.parametrize("kind", [kind for kind in fault_classes() if kind is not MediaRefused])
def test_a_refusal_is_read_as_its_kind(kind: type[Fault]) -> None:
    """Where two kinds share a reason, as the nearest the wire can tell."""
    near: Mapping[str, str] = {"TimedOut": "InternalFault"}
    reply = DIALECT.encode_fault(kind(), a_question("/"))
    with pytest.raises(Fault) as caught:
        DIALECT.decode_reply(reply)
    assert type(caught.value).__name__ == near.get(kind.__name__, kind.__name__)


@pytest.mark.parametrize("problem", MediaProblem)
def test_a_medium_refused_is_read_as_such_where_the_reason_says_it(problem: MediaProblem) -> None:
    fault = read_fault(MEDIA[problem], "it is so")
    assert isinstance(fault, (MediaRefused, InvalidRequest))
    assert fault.message == "it is so"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"task_id": "883294001234567", "state": "created"}, ("PENDING", None, "")),
        ({"state": "queueing", "err_code": "", "creations": []}, ("PENDING", None, "")),
        ({"state": "scheduling", "creations": []}, ("RUNNING", None, "")),
        (
            {"state": "success", "creations": [{"id": "1", "url": "https://v/f.mp4"}]},
            ("SUCCEEDED", "https://v/f.mp4", ""),
        ),
        ({"state": "failed", "err_code": "AuditSubmitIllegal"}, ("FAILED", None, "AuditSubmitIllegal")),
        ({"state": "failed", "err_code": "UserCancelled"}, ("CANCELED", None, "")),
        ({}, ("CANCELED", None, "")),
    ],
)
def test_the_vendors_answers(body: dict[str, Any], told: tuple[str, str | None, str]) -> None:
    read = DIALECT.decode_reply(WireReply.of_json(200, body))
    assert (read.status, read.result_url, read.code) == told
    if body.get("task_id"):
        assert DIALECT.encode_query(StatusQuery(read.task_id)).path == "/ent/v2/tasks/883294001234567/creations"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"code": 400, "reason": "CreditInsufficient", "message": "no credits"}, "QuotaExhausted"),
        (200, {"task": 1}, "Unavailable"),
        (200, [1], "Unavailable"),
        (502, "bad gateway", "Unavailable"),
        (401, {"message": "who"}, "Unauthenticated"),
        (500, {}, "InternalFault"),
        (418, {}, "InvalidRequest"),
    ],
)
def test_answers_that_are_none(status: int, body: Any, kind: str) -> None:
    with pytest.raises(Fault) as caught:
        DIALECT.decode_reply(WireReply(status, json.dumps(body).encode()))
    assert type(caught.value).__name__ == kind


def test_the_link_of_a_result_needs_no_artifact_here() -> None:
    """A dialect signs nothing: what it is not handed it does not tell."""
    artifact: Any = object.__new__(Artifact)
    assert answered(Told(TASK_ID, a_task(Status.SUCCEEDED, artifact=artifact)))["creations"] == []
