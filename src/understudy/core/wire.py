"""HTTP as plain values, so that a dialect needs no framework and no socket.

Knows requests, replies, routes and what a route is for. Must not know any vendor.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from understudy.core.findings import Findings
from understudy.core.task import Task, TaskFilter, TaskPage
from understudy.core.usage import Usage
from understudy.core.values import quick

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Action(StrEnum):
    """What a route asks of the service."""

    SUBMIT = "submit"
    STATUS = "status"
    CANCEL = "cancel"
    LIST = "list"
    TICKET = "ticket"  # leave to upload a file


@quick
@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request. Header names are lower case; `path` has no query and no trailing slash.

    `path_values` holds the named parts of the route (`task_id`). `base_url` is the public root of this server
    (`https://host`), as settings or the Host header give it; no final slash.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    path_values: Mapping[str, str] = field(default_factory=dict)
    base_url: str = ""
    request_id: str = ""


@quick
@dataclass(frozen=True, slots=True)
class WireReply:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, status: int, value: Any, headers: Mapping[str, str] | None = None) -> WireReply:
        """A JSON answer in UTF-8, Chinese unescaped."""
        body = _JSON.encode(value).encode()
        return cls(status, body, {"content-type": "application/json", **(headers or {})})

    def json(self) -> Any:
        """The body as a JSON value. Raises ValueError."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Route:
    """One path of a dialect and what it is for.

    `path` may name parts in braces (`/api/v1/tasks/{task_id}`); a trailing slash is always optional.
    The rest feeds the OpenAPI page: JSON Schemas and examples of body and answer.
    """

    method: str
    path: str
    action: Action
    summary: str
    body_schema: Mapping[str, Any] | None = None
    answer_schema: Mapping[str, Any] | None = None
    body_examples: Mapping[str, Any] = field(default_factory=dict)
    answer_examples: Mapping[str, Any] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()  # (name, sentence)
    headers: tuple[tuple[str, str], ...] = ()


# What a caller asks once a task exists -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatusQuery:
    task_id: str


@dataclass(frozen=True, slots=True)
class CancelQuery:
    task_id: str


@dataclass(frozen=True, slots=True)
class ListQuery:
    filter: TaskFilter


@dataclass(frozen=True, slots=True)
class TicketQuery:
    """Leave to upload a file that is to be used with `model`."""

    model: str


Query: TypeAlias = StatusQuery | CancelQuery | ListQuery | TicketQuery

# What the service answers --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    task: Task


@dataclass(frozen=True, slots=True)
class Told:
    """The present state of a task; `task` is None when there is none to tell of (unknown, foreign, expired).

    `result_url` is a fresh signed link, present once the task succeeded and its artifact lives.
    """

    task_id: str
    task: Task | None
    result_url: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a picture was found to be, answered at once, and what that consumed."""

    findings: Findings
    usage: Usage
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Canceled:
    task_id: str


@dataclass(frozen=True, slots=True)
class Listed:
    page: TaskPage


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """Leave to post one or more files under `folder`. `fields` are policy and signature, already signed."""

    upload_url: str
    folder: str
    policy: str
    signature: str
    access_key_id: str
    expires: datetime
    seconds: int
    max_file_bytes: int


Answer: TypeAlias = Accepted | Checked | Told | Canceled | Listed | UploadTicket


# What the client half reads -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """A task as another server tells it. `status` None means the server does not know it.

    `usage` is the other server's own JSON; `code` and `message` are its own words for a failure.
    """

    task_id: str
    status: str | None
    result_url: str | None = None
    code: str = ""
    message: str = ""
    usage: Mapping[str, Any] = field(default_factory=dict)
    engine: str | None = None
    notes: tuple[str, ...] = ()
    actual_prompt: str | None = None
    fraction: float | None = None
    findings: Findings | None = None
