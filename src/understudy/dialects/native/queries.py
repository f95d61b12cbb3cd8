"""Questions on our own wire, read and written: paths, query strings and small bodies.

Knows where each question stands. Must not know answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from understudy.core.faults import CannotExpress, InvalidRequest, Violation, ViolationKind
from understudy.core.task import Status, TaskFilter
from understudy.core.units import plain_number
from understudy.core.wire import (
    Action,
    CancelQuery,
    DeleteQuery,
    EventsQuery,
    FinishQuery,
    ListQuery,
    MeQuery,
    ModelsQuery,
    PlanQuery,
    PromoteQuery,
    Query,
    QuoteQuery,
    Route,
    SlotQuery,
    StatusQuery,
    UsageQuery,
    WireReply,
    WireRequest,
)
from understudy.dialects._body import read_object
from understudy.dialects.native.telling import moment_json
from understudy.dialects.native.words import Reader as BodyReader
from understudy.dialects.native.words import read_request, read_video_seconds, request_json, text, whole

ROOT = "/understudy/v1"
TASKS = f"{ROOT}/tasks"
UPLOADS = f"{ROOT}/uploads"
MODELS = f"{ROOT}/models"

PAGE_SIZE_MOST = 100
PAGE_MOST = 100_000_000
LONGEST_ID = 128
KEPT_DAYS = (0, 7)
"""How long an uploaded file may be kept: as files of forms (48 hours), or seven days. Source: spec/gateways.md §4.6."""


# Reading ------------------------------------------------------------------------------------------------------------


def decode_query(wire: WireRequest, route: Route) -> Query:
    """What is asked, by the route's action. Raises InvalidRequest with every violation."""
    action = route.action
    if action is Action.LIST:
        return ListQuery(_filter(wire.query))
    if action is Action.USAGE:
        found: list[Violation] = []
        since, until = (_moment(wire.query, name, found) for name in ("since", "until"))
        _end(found)
        return UsageQuery(since, until)
    if action is Action.MODELS:
        return ModelsQuery(wire.path_values.get("model") or wire.query.get("model") or None)
    if action is Action.ME:
        return MeQuery()
    if action in (Action.QUOTE, Action.PLAN):
        body = read_object(wire.body)
        request = read_request(body)
        return PlanQuery(request) if action is Action.PLAN else QuoteQuery(request, read_video_seconds(body))
    if action in (Action.SLOT, Action.FINISH, Action.PROMOTE):
        return _with_body(wire, action)
    return _of_task(wire, action)


def _of_task(wire: WireRequest, action: Action) -> Query:
    task_id = _id(wire, "task_id")
    if action is Action.CANCEL:
        return CancelQuery(task_id, running=True)
    if action is Action.DELETE:
        return DeleteQuery(task_id)
    if action is Action.EVENTS:
        return EventsQuery(task_id, _last_event(wire))
    return StatusQuery(task_id)


def _with_body(wire: WireRequest, action: Action) -> Query:
    body = read_object(wire.body) if wire.body.strip() else {}
    reader = BodyReader(body)
    if action is Action.SLOT:
        days = reader.take("days", whole, 0)
        if days not in KEPT_DAYS:
            reader.refuse("days", "days must be 7, or 0 to keep the file for 48 hours.", ViolationKind.CHOICE)
        reader.end()
        return SlotQuery(days)
    if action is Action.FINISH:
        etag = reader.take("etag", text, "")
        reader.end()
        return FinishQuery(_id(wire, "slot_id"), etag.strip('"'))
    engine = reader.take("engine", text, "")
    reader.end()
    return PromoteQuery(_id(wire, "task_id"), engine)


def _id(wire: WireRequest, name: str) -> str:
    value = wire.path_values.get(name, "")
    if not value or len(value) > LONGEST_ID or not value.isprintable():
        raise InvalidRequest.of(name, f"{name} must be an id that this server gave out.", ViolationKind.CHOICE)
    return value


def _last_event(wire: WireRequest) -> int:
    """A number of before; whatever else a browser may remember, the whole story is told anew. Source: HTML, SSE."""
    said = wire.headers.get("last-event-id") or wire.query.get("after") or "0"
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else 0


def _filter(query: Mapping[str, str]) -> TaskFilter:
    found: list[Violation] = []
    page = _number(query, "page", 1, PAGE_MOST, found)
    page_size = _number(query, "page_size", 20, PAGE_SIZE_MOST, found)
    since, until = (_moment(query, name, found) for name in ("since", "until"))
    status = query.get("status", "").strip().upper()
    if status and status not in Status.__members__:
        sentence = f"status must be one of {', '.join(Status.__members__)}, not {status[:40]!r}."
        found.append(Violation("status", sentence, ViolationKind.CHOICE))
    texts = {name: query.get(name) or None for name in ("model", "key_id", "region")}
    for name, value in texts.items():
        if value is not None and "\x00" in value:
            found.append(Violation(name, f"{name} must be plain text.", ViolationKind.TYPE))
    _end(found)
    return TaskFilter(
        page, page_size, since, until, texts["model"], Status(status) if status else None, texts["key_id"],
        texts["region"],
    )  # fmt: skip


def _number(query: Mapping[str, str], name: str, default: int, most: int, found: list[Violation]) -> int:
    said = query.get(name, "").strip()
    if not said:
        return default
    if not (said.isascii() and said.isdigit()) or len(said) > 9 or not 1 <= int(said) <= most:
        reason = f"{name} must be a whole number from 1 to {most}, not {said[:40]!r}."
        found.append(Violation(name, reason, ViolationKind.RANGE))
        return default
    return int(said)


def _moment(query: Mapping[str, str], name: str, found: list[Violation]) -> datetime | None:
    said = query.get(name, "").strip()
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said.replace(" ", "+"))  # a plus that nobody escaped
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)
    except (ValueError, OverflowError):
        reason = f"{name} must be a moment such as 2026-01-31T23:59:59Z, not {said[:40]!r}."
        found.append(Violation(name, reason, ViolationKind.TYPE))
        return None


def _end(found: list[Violation]) -> None:
    if found:
        raise InvalidRequest(*found)


# Writing ------------------------------------------------------------------------------------------------------------


def encode_query(query: Query) -> WireRequest:
    """The question as a request without key and host; ids are percent-encoded in the path."""
    if isinstance(query, (StatusQuery, CancelQuery, DeleteQuery, EventsQuery, PromoteQuery)):
        return _about_task(query, f"{TASKS}/{quote(query.task_id, safe='')}")
    if isinstance(query, ListQuery):
        return WireRequest("GET", TASKS, query=_list_query(query.filter))
    if isinstance(query, SlotQuery):
        return _post(UPLOADS, {"days": query.days} if query.days else {})
    if isinstance(query, FinishQuery):
        return _post(f"{UPLOADS}/{quote(query.slot_id, safe='')}/finish", {"etag": query.etag} if query.etag else {})
    if isinstance(query, ModelsQuery):
        return WireRequest("GET", MODELS, query={"model": query.model} if query.model else {})
    if isinstance(query, QuoteQuery):
        lengths = {"video_seconds": [plain_number(s) for s in query.video_seconds]} if query.video_seconds else {}
        return _post(f"{ROOT}/quote", {**request_json(query.request), **lengths})
    if isinstance(query, PlanQuery):
        return _post(f"{ROOT}/plan", request_json(query.request))
    if isinstance(query, UsageQuery):
        bounds = {"since": query.since, "until": query.until}
        return WireRequest("GET", f"{ROOT}/usage", query={n: moment_json(m) for n, m in bounds.items() if m})
    if isinstance(query, MeQuery):
        return WireRequest("GET", f"{ROOT}/me")
    raise CannotExpress(type(query).__name__)


def _about_task(query: StatusQuery | CancelQuery | DeleteQuery | EventsQuery | PromoteQuery, path: str) -> WireRequest:
    if isinstance(query, CancelQuery):
        return WireRequest("POST", f"{path}/cancel")
    if isinstance(query, DeleteQuery):
        return WireRequest("DELETE", path)
    if isinstance(query, EventsQuery):
        headers = {"accept": "text/event-stream"}
        if query.after:
            headers["last-event-id"] = str(query.after)
        return WireRequest("GET", f"{path}/events", headers=headers)
    if isinstance(query, PromoteQuery):
        return _post(f"{path}/promote", {"engine": query.engine} if query.engine else {})
    return WireRequest("GET", path)


def _post(path: str, body: Mapping[str, Any]) -> WireRequest:
    sent = WireReply.of_json(200, dict(body))
    return WireRequest("POST", path, headers=sent.headers, body=sent.body)


def _list_query(wanted: TaskFilter) -> dict[str, str]:
    said = {
        "page": str(wanted.page),
        "page_size": str(wanted.page_size),
        "since": moment_json(wanted.since) if wanted.since else None,
        "until": moment_json(wanted.until) if wanted.until else None,
        "model": wanted.model,
        "status": wanted.status.value if wanted.status else None,
        "key_id": wanted.key_id,
        "region": wanted.region,
    }
    return {name: value for name, value in said.items() if value is not None}
