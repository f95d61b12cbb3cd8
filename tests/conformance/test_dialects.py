"""What every dialect keeps to, whichever is found. Source: house.md §4, §12."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from understudy.core.faults import (
    CannotExpress,
    Fault,
    InvalidRequest,
    MediaProblem,
    MediaRefused,
    Unauthenticated,
    Violation,
    ViolationKind,
    fault_classes,
)
from understudy.core.plugs import find_plugs
from understudy.core.ports import Dialect
from understudy.core.request import VideoRequest
from understudy.core.task import Status, Task, TaskPage
from understudy.core.wire import Accepted, Action, Answer, Canceled, Listed, Told, UploadTicket, WireReply, WireRequest

DIALECTS: dict[str, Dialect] = find_plugs("understudy.dialects", "DIALECT")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

every_dialect = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())


def a_wire(**more: Any) -> WireRequest:
    return WireRequest("POST", "/", base_url="http://here", request_id="the-request", **more)


def test_dialects_are_found() -> None:
    assert "dashscope" in DIALECTS


@every_dialect
def test_routes_are_told_apart(dialect: Dialect) -> None:
    keys = [(route.method, route.path) for route in dialect.routes]
    assert len(set(keys)) == len(keys)
    assert any(route.action is Action.SUBMIT for route in dialect.routes)
    assert any(route.action is Action.STATUS for route in dialect.routes)
    for route in dialect.routes:
        assert route.path.startswith("/")
        assert not route.path.endswith("/")
        assert route.summary


def test_no_two_dialects_claim_one_route() -> None:
    claims = [(route.method, route.path) for dialect in DIALECTS.values() for route in dialect.routes]
    assert len(set(claims)) == len(claims)


@every_dialect
def test_the_page_shows_schemas_and_examples(dialect: Dialect) -> None:
    for route in dialect.routes:
        assert route.answer_schema is not None
        assert route.answer_examples
        if route.action is Action.SUBMIT:
            assert route.body_schema is not None
            assert route.body_examples
        json.dumps([route.body_schema, route.answer_schema, dict(route.body_examples), dict(route.answer_examples)])


def every_fault() -> list[Fault]:
    plain: list[Fault] = [kind() for kind in fault_classes() if kind is not MediaRefused]
    media = [MediaRefused(problem, path="input.media[0].url") for problem in MediaProblem]
    violations = [InvalidRequest(Violation("parameters.x", "is wrong", kind)) for kind in ViolationKind]
    return [*plain, *media, *violations, Unauthenticated(missing=True), InvalidRequest(message="brief")]


@every_dialect
@pytest.mark.parametrize("fault", every_fault(), ids=lambda fault: type(fault).__name__)
def test_every_fault_has_words(dialect: Dialect, fault: Fault) -> None:
    reply = dialect.encode_fault(fault, a_wire())
    assert 400 <= reply.status < 600
    assert reply.headers["content-type"].startswith("application/json")
    assert isinstance(reply.json(), dict)
    assert None not in reply.json().values()


@every_dialect
def test_no_key_is_refused(dialect: Dialect) -> None:
    with pytest.raises(Unauthenticated) as caught:
        dialect.read_key(a_wire())
    assert caught.value.missing


def a_task(status: Status) -> Task:
    return Task(
        task_id="6f1ce1f2-0385-4d82-bcb6-0123456789ab",
        account="alice",
        key_id="1",
        dialect="dashscope",
        request=VideoRequest("some-model", "p"),
        submitted=NOON,
        expires=NOON.replace(day=2),
        request_id="of-the-submit",
        status=status,
        started=NOON,
        ended=NOON,
    )


ANSWERS: list[Answer] = [
    Accepted(a_task(Status.PENDING)),
    *(Told("t", a_task(status), "http://here/x.mp4") for status in Status),
    Told("t", None),
    Canceled("t"),
    Listed(TaskPage((), 0, 1, 10)),
    Listed(TaskPage(tuple(a_task(status) for status in Status), 5, 1, 10)),
    UploadTicket("http://here/up", "folder", "cG9saWN5", "c2ln", "id", NOON, 300, 1024**2),
]


ASKED: dict[type[Any], Action] = {Canceled: Action.CANCEL, Listed: Action.LIST, UploadTicket: Action.TICKET}
"""Answers that only a wire with such a route has words for."""


@every_dialect
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_every_answer_is_told_with_and_without_a_card(dialect: Dialect, answer: Answer) -> None:
    if ASKED.get(type(answer), Action.SUBMIT) not in {route.action for route in dialect.routes}:
        pytest.skip(f"nobody can ask {dialect.name} for that")
    reply = dialect.encode_answer(answer, a_wire(), None)
    unknown = isinstance(answer, Told) and answer.task is None  # some wires refuse the question
    assert 200 <= reply.status < (500 if unknown else 300)
    assert isinstance(reply.json(), dict)


@every_dialect
@pytest.mark.parametrize("status", Status)
def test_the_client_half_reads_what_the_server_half_tells(dialect: Dialect, status: Status) -> None:
    reply = dialect.encode_answer(Told("t", a_task(status), "http://here/x.mp4"), a_wire(), None)
    try:
        read = dialect.decode_reply(reply)
    except CannotExpress:
        pytest.skip(f"{dialect.name} has no client half")
    assert read.status == status.value
    assert read.task_id == a_task(status).task_id
    with pytest.raises(Fault):
        dialect.decode_reply(WireReply(500, b"<html>"))


@every_dialect
def test_a_dialect_keeps_no_state(dialect: Dialect) -> None:
    """The same question gets the same bytes: no clock, no counter, no lots."""
    told = Told("t", a_task(Status.SUCCEEDED), "http://here/x.mp4")
    assert dialect.encode_answer(told, a_wire(), None) == dialect.encode_answer(told, a_wire(), None)


def test_finding_dialects_is_light() -> None:
    """No pixels, no sockets, no framework come along. Source: house.md §4, finding plugs."""
    code = (
        "import sys; from understudy.core.plugs import find_plugs; find_plugs('understudy.dialects', 'DIALECT'); "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'torch', 'numpy', 'av', 'cv2', 'PIL', 'fastapi', 'starlette', 'httpx', 'aiohttp', 'sqlalchemy'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
