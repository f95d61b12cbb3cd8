"""Questions on the Vidu wire about existing work and about uploads, read and written; and what uploads are told with.

Knows paths and query strings. Must not know tasks. Source: spec/gateways.md §4.1, §4.6.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from understudy.core.faults import CannotExpress, InvalidRequest, Unavailable, Violation, ViolationKind
from understudy.core.task import Status, TaskFilter
from understudy.core.wire import (
    Action,
    CancelQuery,
    FinishQuery,
    ListQuery,
    Query,
    Route,
    SlotQuery,
    StatusQuery,
    Uploaded,
    UploadSlot,
    WireReply,
    WireRequest,
)
from understudy.dialects._body import read_object
from understudy.dialects._shapes import violations_of
from understudy.dialects.vidu.guesses import PAGE_MOST, PAGE_NUMBER_MOST, PREFIXES, UPLOAD_DAYS, UPLOADS
from understudy.dialects.vidu.ids import UPLOADED, digits_of, id_of, print_moment, read_moment, told_link
from understudy.dialects.vidu.shapes import ViduFinish
from understudy.dialects.vidu.status import read_answer

TASKS = f"{PREFIXES[0]}/tasks"
_STATES: Mapping[str, Status] = {
    "created": Status.PENDING,
    "queueing": Status.PENDING,
    "processing": Status.RUNNING,
    "success": Status.SUCCEEDED,
    "failed": Status.FAILED,
}
_MODELS: Mapping[str, str] = {
    "1.5": "vidu1.5",
    "2.0": "vidu2.0",
    "q1": "viduq1",
    "q2": "viduq2",
    "q2-pro": "viduq2-pro",
    "q2-turbo": "viduq2-turbo",
    "q2-pro-fast": "viduq2-pro-fast",
}
_NOT_HERE = ("task_ids", "templates", "resolutions")
_ITEMS = 10


def decode_query(wire: WireRequest, route: Route) -> Query:
    """What is asked, by the route's action. Raises InvalidRequest with every violation."""
    if route.action is Action.STATUS:
        return StatusQuery(id_of(wire.path_values.get("task_id", "")))
    if route.action is Action.CANCEL:
        return CancelQuery(id_of(wire.path_values.get("task_id", "")))
    if route.action is Action.LIST:
        return ListQuery(_filter(wire.query))
    if route.action is Action.SLOT:
        return SlotQuery(UPLOAD_DAYS)
    return FinishQuery(wire.path_values.get("slot_id", ""), _etag(wire.body))


def encode_query(query: Query) -> WireRequest:
    """The question as a request without key and host."""
    if isinstance(query, StatusQuery):
        return WireRequest("GET", f"{TASKS}/{digits_of(query.task_id)}/creations")
    if isinstance(query, CancelQuery):
        task_id = digits_of(query.task_id)
        return _posted(f"{TASKS}/{task_id}/cancel", {"id": task_id})
    if isinstance(query, ListQuery):
        return WireRequest("GET", TASKS, query=_list_query(query.filter))
    if isinstance(query, SlotQuery):
        return _posted(UPLOADS[0], {"scene": "vidu"})
    if isinstance(query, FinishQuery):
        return _posted(f"{UPLOADS[0]}/{query.slot_id}/finish", {"etag": query.etag.strip('"')}, "PUT")
    raise CannotExpress(type(query).__name__)


def _posted(path: str, body: Mapping[str, Any], method: str = "POST") -> WireRequest:
    headers = {"content-type": "application/json"}
    return WireRequest(method, path, headers=headers, body=json.dumps(body).encode())


def _etag(body: bytes) -> str:
    if not body.strip():
        return ""
    try:
        return (ViduFinish.model_validate(read_object(body)).etag or "").strip().strip('"')
    except ValidationError as error:
        raise InvalidRequest(*violations_of(error.errors(include_url=False))) from None


# Lists --------------------------------------------------------------------------------------------------------------


def _filter(query: Mapping[str, str]) -> TaskFilter:
    found: list[Violation] = []
    page = _number(query, ("pager.page", "paper.page"), 0, 0, PAGE_NUMBER_MOST, found)
    size = _number(query, ("pager.pagesz", "paper.pagesz"), _ITEMS, 1, PAGE_MOST, found)
    token = query.get("pager.page_token", "")
    if token:
        page = _number({"pager.page_token": token}, ("pager.page_token",), 0, 0, PAGE_NUMBER_MOST, found)
    for name in _NOT_HERE:
        if query.get(name):
            reason = f"{name}: lists are not sorted out by it here; ask for single tasks at /tasks/{{id}}/creations."
            found.append(Violation(name, reason, ViolationKind.RULE))
    wanted = TaskFilter(
        page=page + 1,
        page_size=size,
        since=_moment(query, "created_at.from", found),
        until=_moment(query, "created_at.to", found),
        model=_one_of(query, "model_versions", _MODELS, found),
        status=_one_of(query, "states", _STATES, found),
    )
    if found:
        raise InvalidRequest(*found)
    return wanted


def _number(
    query: Mapping[str, str], names: tuple[str, ...], usual: int, least: int, most: int, found: list[Violation]
) -> int:
    name = next((name for name in names if query.get(name)), None)
    if name is None:
        return usual
    text = query[name].strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if not least <= number <= most:
        reason = f"{name} must be a whole number from {least} to {most}, not {text[:40]!r}."
        found.append(Violation(name, reason, ViolationKind.RANGE))
        return usual
    return number


def _moment(query: Mapping[str, str], name: str, found: list[Violation]) -> datetime | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC) if text.isdigit() else read_moment(text)
    except (ValueError, OverflowError, OSError):
        reason = f"{name} must be a time such as 2026-01-31T23:59:59Z, not {text[:40]!r}."
        found.append(Violation(name, reason, ViolationKind.TYPE))
        return None


def _one_of(query: Mapping[str, str], name: str, known: Mapping[str, Any], found: list[Violation]) -> Any:
    text = query.get(name, "").strip().removeprefix("vidu")
    if not text:
        return None
    if text not in known:
        reason = f"{name} must be one of {', '.join(known)}, one at a time, not {text[:40]!r}."
        found.append(Violation(name, reason, ViolationKind.CHOICE))
    return known.get(text)


def _list_query(wanted: TaskFilter) -> dict[str, str]:
    states = {status: word for word, status in _STATES.items() if word != "created"}
    models = {model: word for word, model in _MODELS.items()}
    if wanted.key_id or wanted.region or (wanted.model and wanted.model not in models):
        raise CannotExpress("filter", "this wire sorts lists by time, state and a few models only")
    if wanted.status and wanted.status not in states:
        raise CannotExpress("filter.status", f"there is no state for {wanted.status} on this wire")
    said = {
        "pager.page": str(wanted.page - 1),
        "pager.pagesz": str(wanted.page_size),
        "created_at.from": print_moment(wanted.since) if wanted.since else None,
        "created_at.to": print_moment(wanted.until) if wanted.until else None,
        "model_versions": models[wanted.model] if wanted.model else None,
        "states": states[wanted.status] if wanted.status else None,
    }
    return {name: value for name, value in said.items() if value is not None}


# Uploads ------------------------------------------------------------------------------------------------------------


def encode_slot(slot: UploadSlot, request_id: str) -> WireReply:
    """`expires_at` has nanoseconds. Source: spec/gateways.md §4.6."""
    moment = print_moment(slot.expires).replace("Z", "000Z")
    body = {"id": slot.slot_id, "put_url": slot.put_url, "expires_at": moment}
    return WireReply.of_json(200, body, {"x-request-id": request_id})


def encode_uploaded(done: Uploaded, request_id: str) -> WireReply:
    return WireReply.of_json(200, {"uri": told_link(done.address)}, {"x-request-id": request_id})


def decode_slot(reply: WireReply) -> UploadSlot:
    """Leave to PUT a file. Raises the Fault it stands for; Unavailable when it is none."""
    body = read_answer(reply)
    try:
        expires = read_moment(str(body["expires_at"])) if body.get("expires_at") else datetime.max.replace(tzinfo=UTC)
        return UploadSlot(str(body["id"]), str(body["put_url"]), expires)
    except (KeyError, ValueError):
        raise Unavailable("The server's answer gives no place to upload to.") from None


def decode_uploaded(reply: WireReply) -> Uploaded:
    """The address of a file that has arrived, as this wire writes it. Raises the Fault the answer stands for."""
    uri = read_answer(reply).get("uri")
    if not isinstance(uri, str) or not uri:
        raise Unavailable("The server's answer gives no address of the uploaded file.")
    return Uploaded(uri.removeprefix(UPLOADED), uri)
