"""Tasks of any model, told on the DashScope wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from understudy.catalog import tariffs
from understudy.catalog.promises import rate_of
from understudy.catalog.sizing import Facts
from understudy.core.findings import Findings
from understudy.core.task import Status, Task
from understudy.core.wire import Checked, Told, WireReply
from understudy.dialects.dashscope import DIALECT
from unit.catalog.asked import SHELF, card_of, made
from wires import REQUEST_ID, a_question

START = datetime(2025, 12, 15, 16, 25, 59, 869000, tzinfo=UTC)
TIMES = {
    "submit_time": "2025-12-16 00:25:59.869",
    "scheduled_time": "2025-12-16 00:26:00.869",
    "end_time": "2025-12-16 00:30:59.869",
}
LINK = "https://here/files/x.mp4?Expires=1"


def done(name: str, seconds: str = "5", films: tuple[str, ...] = (), facts: Facts | None = None, **said: Any) -> Task:
    """A task that SUCCEEDED, measured as the service measures it."""
    request, card = made(name, facts=facts, **said), card_of(name)
    request = request.but(frames_per_second=rate_of(request, card, facts or {}))
    lengths = [Decimal(length) for length in films]
    usage, _ = tariffs.measure(request, card, lengths, Decimal(seconds), "cn-beijing")
    return Task(
        "0385dc79-5ff8-4d82-bcb6-0123456789ab",
        "alice",
        "7",
        "dashscope",
        request,
        START,
        START + timedelta(days=1),
        "of-the-submit",
        status=Status.SUCCEEDED,
        started=START + timedelta(seconds=1),
        ended=START + timedelta(minutes=5),
        usage=usage,
    )


def told(task: Task, link: str | None = LINK) -> WireReply:
    return DIALECT.encode_answer(Told(task.task_id, task, link), a_question("/"), SHELF.find(task.request.model))


def body_of(task: Task, link: str | None = LINK) -> dict[str, Any]:
    """The answer without what every answer has: ids, state and times."""
    body: dict[str, Any] = told(task, link).json()
    assert body.pop("request_id") == REQUEST_ID
    output = body["output"]
    assert (output.pop("task_id"), output.pop("task_status")) == (task.task_id, "SUCCEEDED")
    assert {key: output.pop(key) for key in TIMES} == TIMES
    return body


def checked(model: str, findings: Findings) -> WireReply:
    """A finding, answered at once."""
    usage, _ = tariffs.measure(made(model), card_of(model), (), Decimal(0), "cn-beijing")
    return DIALECT.encode_answer(Checked(findings, usage), a_question("/"), card_of(model))


def with_findings(task: Task, findings: Findings) -> Task:
    return replace(task, findings=findings)
