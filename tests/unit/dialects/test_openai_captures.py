"""Every request the official clients 2.54.0 and 3.51.0 were recorded with is understood, and answered in its shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openai_wires import SHELF, recorded

from understudy.core.faults import Fault, InvalidRequest, NotFound
from understudy.core.request import Profile, Role
from understudy.core.task import Status, Task, TaskPage
from understudy.core.wire import (
    Accepted,
    Action,
    Answer,
    Content,
    Deleted,
    Listed,
    PromoteQuery,
    Told,
    WireReply,
    WireRequest,
)
from understudy.dialects.openai_videos import DIALECT
from wires import route_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECORDED = list(recorded())


def a_task(request: Any) -> Task:
    return Task("6f1ce1f2-0385-4d82-bcb6-0123456789ab", "a", "k", "openai_videos", request, NOON,
                NOON + timedelta(days=1), "r", status=Status.PENDING)  # fmt: skip


def answer_to(wire: WireRequest) -> tuple[Action, WireReply]:
    """What a server of ours would say, without a house behind it."""
    route, parts = route_of(DIALECT.routes, wire)
    wire = replace(wire, path_values=parts)
    assert DIALECT.read_key(wire) in ("sk-test-key", "k")
    try:
        if route.action is Action.SUBMIT:
            request = DIALECT.decode_submit(wire, SHELF, Profile.COMPAT)
            return route.action, DIALECT.encode_answer(Accepted(a_task(request)), wire, SHELF.find(request.model))
        query = DIALECT.decode_query(wire, route)
        request = DIALECT.decode_submit(next(w for _, w, _ in RECORDED), SHELF, Profile.COMPAT)
        task = a_task(request)
        answers: dict[Action, Answer] = {
            Action.STATUS: Told(task.task_id, task),
            Action.LIST: Listed(TaskPage((task,), 3, 1, 1)),
            Action.DELETE: Deleted(task.task_id),
            Action.CONTENT: Content("http://here/results/x.mp4"),
            Action.PROMOTE: Accepted(task),
        }
        if isinstance(query, PromoteQuery):
            assert query.prompt == "at night"
        return route.action, DIALECT.encode_answer(answers[route.action], wire, None)
    except Fault as fault:
        return route.action, DIALECT.encode_fault(fault, wire)


@pytest.mark.parametrize(("name", "wire", "response"), RECORDED, ids=[name for name, _, _ in RECORDED])
def test_a_recorded_request(name: str, wire: WireRequest, response: dict[str, Any]) -> None:
    action, reply = answer_to(wire)
    if "/characters" in wire.path:
        assert reply.status == (400 if wire.method == "POST" else 404)
    elif name.endswith("nested-extras/0"):
        # a voice on one of two items: which one is lost on the way, and the caller is told so
        assert reply.status == 400
        assert "json.dumps" in reply.json()["error"]["message"]
    elif action is Action.CONTENT:
        assert reply.headers["location"]
    else:
        assert reply.status == 200, reply.body
        told, wanted = reply.json(), response["body"].get("json", {})
        if "error" not in wanted or wanted.get("object") == "video":
            assert set(wanted) <= set(told), "every key a client of the vendor may read is there"
            assert all(type(told[key]) is type(wanted[key]) for key in ("id", "object") if key in wanted)


def test_what_was_recorded_covers_every_method_of_the_client() -> None:
    asked = {(route_of(DIALECT.routes, wire)[0].action, wire.path.rpartition("/")[2]) for _, wire, _ in RECORDED}
    assert {action for action, _ in asked} == {route.action for route in DIALECT.routes}
    assert {last for _, last in asked} >= {"videos", "edits", "characters", "content", "remix"}


def test_the_files_of_recorded_requests_have_their_parts() -> None:
    files = {
        name: DIALECT.decode_submit(wire, SHELF, Profile.COMPAT).references
        for name, wire, _ in RECORDED
        if wire.method == "POST" and b"filename=" in wire.body and "characters" not in wire.path
    }
    roles = {name: [r.role for r in references] for name, references in files.items()}
    assert set(map(tuple, roles.values())) == {(Role.FIRST_FRAME,), (Role.SOURCE_VIDEO,)}


def test_a_refusal_here_is_the_recorded_kind() -> None:
    """The recorded errors are what the client turns into its exceptions."""
    for kind, status in ((InvalidRequest.of("size", "x"), 400), (NotFound(), 404)):
        reply = DIALECT.encode_fault(kind, WireRequest("POST", "/v1/videos"))
        assert (reply.status, set(reply.json())) == (status, {"error"})
