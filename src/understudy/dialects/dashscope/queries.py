"""Questions about existing work on the DashScope wire, read and written.

Knows paths and query strings. Must not know answers. Source: spec/dashscope.md §1.2, §3.1, §4.2-§4.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from urllib.parse import quote

from understudy.core.faults import CannotExpress, InvalidRequest, Violation, ViolationKind
from understudy.core.task import Status, TaskFilter
from understudy.core.wire import (
    Action,
    CancelQuery,
    ListQuery,
    Query,
    Route,
    StatusQuery,
    TicketQuery,
    WireRequest,
)
from understudy.dialects import _bailian
from understudy.dialects.dashscope import guesses

TASKS = "/api/v1/tasks"
UPLOADS = "/api/v1/uploads"


def decode_query(wire: WireRequest, route: Route, zone: tzinfo) -> Query:
    """What is asked, by the route's action; bodies are ignored. Raises InvalidRequest with every violation."""
    if route.action is Action.STATUS:
        # whatever it is, an id nobody knows is told of as UNKNOWN with HTTP 200 (spec/dashscope.md §4.1)
        return StatusQuery(wire.path_values.get("task_id", ""))
    if route.action is Action.CANCEL:
        return CancelQuery(_task_id(wire))
    if route.action is Action.LIST:
        return ListQuery(_task_filter(wire.query, zone))
    return TicketQuery(_upload_model(wire.query))


def encode_query(query: Query, zone: tzinfo) -> WireRequest:
    """The question as a request without key and host; the path is percent-encoded."""
    if isinstance(query, StatusQuery):
        return WireRequest("GET", f"{TASKS}/{quote(query.task_id, safe='')}")
    if isinstance(query, CancelQuery):
        return WireRequest("POST", f"{TASKS}/{quote(query.task_id, safe='')}/cancel")
    if isinstance(query, ListQuery):
        return WireRequest("GET", TASKS, query=_list_query(query.filter, zone))
    if isinstance(query, TicketQuery):
        return WireRequest("GET", UPLOADS, query={"action": "getPolicy", "model": query.model})
    raise CannotExpress(type(query).__name__)


def _task_id(wire: WireRequest) -> str:
    task_id = wire.path_values.get("task_id", "")
    if not task_id or len(task_id) > guesses.TASK_ID_LONGEST or not task_id.isprintable():
        raise InvalidRequest.of("task_id", "task_id must be the id that a submit answered.", ViolationKind.CHOICE)
    return task_id


def _upload_model(query: Mapping[str, str]) -> str:
    found: list[Violation] = []
    action = query.get("action", "")
    if not action:
        found.append(Violation("action", "Field required: action", ViolationKind.MISSING))
    elif action != "getPolicy":
        found.append(Violation("action", f"action must be getPolicy, not {action[:40]!r}.", ViolationKind.CHOICE))
    if not query.get("model", "").strip():
        reason = 'Required parameter "model" missing from request. Name the model the file will be used with.'
        found.append(Violation("model", reason, ViolationKind.MISSING))
    if found:
        raise InvalidRequest(*found)
    return query["model"].strip()


def _task_filter(query: Mapping[str, str], zone: tzinfo) -> TaskFilter:
    found: list[Violation] = []
    page = _number(query, "page_no", 1, guesses.PAGE_NUMBER_MOST, found)
    page_size = _number(query, "page_size", 10, guesses.PAGE_SIZE_MOST, found)
    since, until = (_moment(query, name, zone, found) for name in ("start_time", "end_time"))
    status = _status(query, found)
    texts = {name: query.get(name) or None for name in ("model_name", "api_key_id", "region")}
    for name, text in texts.items():
        if text is not None and "\x00" in text:
            found.append(Violation(name, f"{name} must be plain text.", ViolationKind.TYPE))
    if found:
        raise InvalidRequest(*found)
    return TaskFilter(page, page_size, since, until, texts["model_name"], status, texts["api_key_id"], texts["region"])


def _number(query: Mapping[str, str], name: str, default: int, most: int, found: list[Violation]) -> int:
    text = query.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or not 1 <= int(text) <= most:
        reason = f"{name} must be a whole number from 1 to {most}, not {text[:40]!r}."
        found.append(Violation(name, reason, ViolationKind.RANGE))
        return default
    return int(text)


def _moment(query: Mapping[str, str], name: str, zone: tzinfo, found: list[Violation]) -> datetime | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return _bailian.read_compact_time(text, zone)
    except (ValueError, OverflowError):
        reason = f"{name} must be a time as YYYYMMDDhhmmss, for example 20260131235959, not {text[:40]!r}."
        found.append(Violation(name, reason, ViolationKind.TYPE))
        return None


def _status(query: Mapping[str, str], found: list[Violation]) -> Status | None:
    text = query.get("status", "").strip().upper()
    if not text:
        return None
    if text not in Status.__members__:
        reason = f"status must be one of {', '.join(Status.__members__)}, not {text[:40]!r}."
        found.append(Violation("status", reason, ViolationKind.CHOICE))
        return None
    return Status(text)


def _list_query(wanted: TaskFilter, zone: tzinfo) -> dict[str, str]:
    said = {
        "page_no": str(wanted.page),
        "page_size": str(wanted.page_size),
        "start_time": _bailian.print_compact_time(wanted.since, zone) if wanted.since else None,
        "end_time": _bailian.print_compact_time(wanted.until, zone) if wanted.until else None,
        "model_name": wanted.model,
        "api_key_id": wanted.key_id,
        "region": wanted.region,
        "status": wanted.status.value if wanted.status else None,
    }
    return {name: value for name, value in said.items() if value is not None}
