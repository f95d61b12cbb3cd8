"""HTTP as plain values, so that a dialect needs no framework and no socket.

Knows requests, replies, routes and what a route is for. Must not know any vendor.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from understudy.core.card import ModelCard
from understudy.core.findings import Findings
from understudy.core.request import VideoRequest
from understudy.core.task import Task, TaskFilter, TaskPage
from understudy.core.usage import Charge, Quota, Usage
from understudy.core.values import quick

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Action(StrEnum):
    """What a route asks of the service."""

    SUBMIT = "submit"
    STATUS = "status"
    CANCEL = "cancel"
    LIST = "list"
    TICKET = "ticket"  # leave to upload files by form
    SLOT = "slot"  # leave to upload one file by PUT
    FINISH = "finish"  # the file of a slot has arrived
    DELETE = "delete"
    CONTENT = "content"  # the bytes of a result
    MODELS = "models"
    QUOTE = "quote"
    PLAN = "plan"
    EVENTS = "events"  # a task's changes as they happen
    PROMOTE = "promote"  # the same request once more, on another engine
    USAGE = "usage"
    ME = "me"  # whose key this is


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
    """Call a task off: one that waits, with `running` one that is in work too."""

    task_id: str
    running: bool = False


@dataclass(frozen=True, slots=True)
class ListQuery:
    filter: TaskFilter


@dataclass(frozen=True, slots=True)
class TicketQuery:
    """Leave to upload a file that is to be used with `model`."""

    model: str


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """Leave to upload one file, for any model. `days` is how long it is kept, 0 = as files of forms."""

    days: int = 0


@dataclass(frozen=True, slots=True)
class FinishQuery:
    """The file of a slot has arrived; `etag` is what its PUT answered, "" when the caller does not say."""

    slot_id: str
    etag: str = ""


@dataclass(frozen=True, slots=True)
class DeleteQuery:
    task_id: str


@dataclass(frozen=True, slots=True)
class ContentQuery:
    """The result itself: `video`, or `cover` for a still of it."""

    task_id: str
    part: str = "video"


@dataclass(frozen=True, slots=True)
class ModelsQuery:
    """The models of this server, or one of them."""

    model: str | None = None


@dataclass(frozen=True, slots=True)
class QuoteQuery:
    """What a request would cost; `video_seconds` are lengths of its videos, where the caller knows them."""

    request: VideoRequest
    video_seconds: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanQuery:
    """The storyboard of a request."""

    request: VideoRequest


@dataclass(frozen=True, slots=True)
class EventsQuery:
    """A task's changes from number `after` on."""

    task_id: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class PromoteQuery:
    """The same request, seed and media once more, on `engine` ("" = the next of its route).

    With a `prompt` that takes the place of the first one's.
    """

    task_id: str
    engine: str = ""
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """The account's lines of the book; `since` is included, `until` is not."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MeQuery:
    """Whose key this is, and what of the free quotas is left."""


Query: TypeAlias = (
    StatusQuery
    | CancelQuery
    | ListQuery
    | TicketQuery
    | SlotQuery
    | FinishQuery
    | DeleteQuery
    | ContentQuery
    | ModelsQuery
    | QuoteQuery
    | PlanQuery
    | EventsQuery
    | PromoteQuery
    | UsageQuery
    | MeQuery
)

# What the service answers --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    task: Task


@dataclass(frozen=True, slots=True)
class Told:
    """The present state of a task; `task` is None when there is none to tell of (unknown, foreign, expired).

    `result_url` is a fresh signed link, present once the task succeeded and its artifact lives; `cover_url` links a
    still of it. `ahead` counts the tasks that wait before this one, where the wire tells it.
    """

    task_id: str
    task: Task | None
    result_url: str | None = None
    cover_url: str | None = None
    ahead: int | None = None


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


@dataclass(frozen=True, slots=True)
class UploadSlot:
    """Leave to PUT one file's bytes to `put_url` until `expires`."""

    slot_id: str
    put_url: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A slot's file is there: `address` stands for it in a request of the same account."""

    slot_id: str
    address: str


@dataclass(frozen=True, slots=True)
class Deleted:
    task_id: str


@dataclass(frozen=True, slots=True)
class Content:
    """Where the bytes are: a link that needs no key."""

    url: str


@dataclass(frozen=True, slots=True)
class ModelList:
    cards: tuple[ModelCard, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    usage: Usage
    charge: Charge


@dataclass(frozen=True, slots=True)
class Planned:
    """A storyboard as JSON-ready values."""

    plan: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spent:
    """Lines of the book as (task id, model, moment, usage, charge)."""

    lines: tuple[tuple[str, str, datetime, Usage, Charge], ...]


@dataclass(frozen=True, slots=True)
class Me:
    """The account a key stands for. `quotas` are those that were granted so far."""

    account: str
    key_id: str
    quotas: tuple[Quota, ...] = ()


Answer: TypeAlias = (
    Accepted
    | Checked
    | Told
    | Canceled
    | Listed
    | UploadTicket
    | UploadSlot
    | Uploaded
    | Deleted
    | Content
    | ModelList
    | Quoted
    | Planned
    | Spent
    | Me
)


# What the client half reads -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """A task as another server tells it. `status` None means the server does not know it.

    `usage` is the other server's own JSON; `code` and `message` are its own words for a failure. `stage` names what is
    done just now, `ahead` counts the tasks that wait before this one, where the server tells it.
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
    stage: str = ""
    ahead: int | None = None
