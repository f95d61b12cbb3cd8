"""The life of a task: its states, the moves between them, and what it ends with.

Knows the table of allowed moves. Must not know who stores it, who performs it or how a vendor words it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from understudy.core.findings import Findings
from understudy.core.request import MediaFacts, VideoRequest
from understudy.core.usage import Charge, Usage
from understudy.core.values import quick


class Status(StrEnum):
    """Inner states; each dialect translates. Source: spec/dashscope.md §4.1."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"

    @property
    def is_final(self) -> bool:
        return self in FINAL


FINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELED})

MOVES: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.RUNNING, Status.CANCELED, Status.FAILED}),
    # back to PENDING: a worker gave the task up (drain, lost lease) and another may take it
    Status.RUNNING: frozenset({Status.PENDING, Status.RUNNING, Status.SUCCEEDED, Status.FAILED, Status.CANCELED}),
    Status.SUCCEEDED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELED: frozenset(),
}


class ForbiddenMove(ValueError):
    """A task was asked to move to a state it cannot reach from where it is."""


@dataclass(frozen=True, slots=True)
class Take:
    """What an engine made, not yet stored.

    `path` is a local file inside the stage's workdir: a film, or a motion template, whose `facts` are those of the film
    it was taken from. A check has `findings` and no file. A `foreign` take was made elsewhere: where it differs from
    what was promised that is noted, not refused. `cost` is what making it cost the operator, as JSON-ready values.
    """

    path: Path | None = None
    facts: MediaFacts | None = None
    notes: tuple[str, ...] = ()
    actual_prompt: str | None = None
    findings: Findings | None = None
    foreign: bool = False
    cost: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Artifact:
    """A stored take. `key` names the blob, `cover` that of a still of it; `expires` is aware UTC (24 h, seed 003)."""

    key: str
    sha256: str
    facts: MediaFacts
    expires: datetime
    cover: str | None = None


SENT_PROMPT = "sent_prompt"
"""In a task's `extras`: the prompt as it came, where the model's limit cut it."""
WANTED_ENGINE = "engine"
"""In a task's `extras`: the engine its caller asked for."""
AFTER_ENGINE = "after_engine"
"""In a task's `extras`: the engine that made its draft, where the next one of the route is to make it."""
PROMOTED_FROM = "promoted_from"
"""In a task's `extras`: the id of the task whose request this one repeats."""
IDEMPOTENCY_KEY = "idempotency_key"
"""In a task's `extras`: what makes a repeated submit the same one. Source: spec/gateways.md §5.4."""
CALLBACK = "callback"
"""In a task's `extras`: where changes of its state are told (`url`, `base_url` of links), and what signs them.

A dialect gives `secret`, the caller's key; it is kept as `sealed` only (decision 0017).
"""
DIALECT_EXTRAS = "dialect"
"""In a task's `extras`: what its dialect wants to have again when it tells of the task (a caller's payload)."""


@quick
@dataclass(frozen=True, slots=True)
class Task:
    """What a caller submitted and polls. All moments are aware UTC.

    `epoch` rises with every claim: finishing is conditional on it, so a worker that was given up changes nothing.
    `handle` is an engine's remembered JSON value (a paid upstream job). `fault` is a stored fault record.
    """

    task_id: str
    account: str
    key_id: str
    dialect: str
    request: VideoRequest
    submitted: datetime
    expires: datetime
    request_id: str
    region: str = "cn-beijing"
    status: Status = Status.PENDING
    started: datetime | None = None
    ended: datetime | None = None
    attempt: int = 0
    epoch: int = 0
    engine: str | None = None
    handle: Mapping[str, Any] | None = None
    fraction: float = 0.0
    stage_note: str = ""
    cancel_wanted: bool = False
    artifact: Artifact | None = None
    usage: Usage | None = None
    charge: Charge | None = None
    actual_prompt: str | None = None
    notes: tuple[str, ...] = ()
    fault: Mapping[str, Any] | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    findings: Findings | None = None

    def moved(self, status: Status, **changes: Any) -> Task:
        """This task in another state. Raises ForbiddenMove."""
        if status not in MOVES[self.status]:
            raise ForbiddenMove(f"a task cannot go from {self.status} to {status}")
        return replace(self, status=status, **changes)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a task has come, in few words. `ahead` counts the tasks that wait before it; None if not counted."""

    status: Status
    epoch: int
    fraction: float
    note: str
    ahead: int | None = None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks of an account a list shows. `since`/`until` bound the submit time; page numbers start at 1.

    Newest first, or `oldest_first`. `after` names a task: the list goes on behind it, and `page` counts from there;
    behind a task that there is not (any more) nothing comes.
    """

    page: int = 1
    page_size: int = 10
    since: datetime | None = None
    until: datetime | None = None
    model: str | None = None
    status: Status | None = None
    key_id: str | None = None
    region: str | None = None
    after: str | None = None
    oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of a list; `total` counts all that match, from `after` on if that was given."""

    tasks: tuple[Task, ...]
    total: int
    page: int
    page_size: int
