"""The life of a task: which moves are allowed, and which never."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from understudy.core.request import VideoRequest
from understudy.core.task import MOVES, ForbiddenMove, Status, Task

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TASK = Task("t", "a", "k", "dashscope", VideoRequest("m"), NOON, NOON, "r")

ALLOWED = {
    ("PENDING", "RUNNING"),
    ("PENDING", "CANCELED"),
    ("PENDING", "FAILED"),
    ("RUNNING", "PENDING"),
    ("RUNNING", "RUNNING"),
    ("RUNNING", "SUCCEEDED"),
    ("RUNNING", "FAILED"),
    ("RUNNING", "CANCELED"),
}


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_moves(before: Status, after: Status) -> None:
    task = Task("t", "a", "k", "dashscope", VideoRequest("m"), NOON, NOON, "r", status=before)
    if (before.value, after.value) in ALLOWED:
        assert task.moved(after, attempt=2) == Task(
            "t", "a", "k", "dashscope", VideoRequest("m"), NOON, NOON, "r", status=after, attempt=2
        )
    else:
        with pytest.raises(ForbiddenMove, match=f"from {before} to {after}"):
            task.moved(after)


def test_what_is_final_stays_so() -> None:
    for status in Status:
        assert status.is_final is (not MOVES[status])


def test_a_task_is_never_changed_in_place() -> None:
    moved = TASK.moved(Status.RUNNING, engine="testcard")
    assert (TASK.status, TASK.engine) == (Status.PENDING, None)
    assert (moved.status, moved.engine) == (Status.RUNNING, "testcard")
