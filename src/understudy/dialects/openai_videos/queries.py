"""What is asked about videos that exist, read and written: status, list, film, deletion, remix.

Knows paths and query fields. Must not know how answers look (`status`). Source: spec/gateways.md §5.1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import quote

from understudy.core.faults import CannotExpress, InvalidRequest, NotFound, Violation, ViolationKind
from understudy.core.task import TaskFilter
from understudy.core.wire import (
    Action,
    CancelQuery,
    ContentQuery,
    DeleteQuery,
    ListQuery,
    PromoteQuery,
    Query,
    Route,
    StatusQuery,
    WireRequest,
)
from understudy.dialects._body import read_object
from understudy.dialects.openai_videos import guesses
from understudy.dialects.openai_videos.ids import read_video_id, video_id

VIDEOS = "/v1/videos"
_PARTS = {"video": "video", "thumbnail": "cover"}
Headers: TypeAlias = Mapping[str, str]


def decode_query(wire: WireRequest, route: Route) -> Query:
    """Raises InvalidRequest for what cannot be asked, NotFound for a character: none are kept."""
    if route.action is Action.LIST:
        return ListQuery(_filter(wire.query))
    if "character_id" in wire.path_values:
        raise NotFound("There is no such character: this server keeps none. Give its film with each request, in media.")
    task_id = read_video_id(wire.path_values.get("video_id", ""))
    if route.action is Action.DELETE:
        return DeleteQuery(task_id)
    if route.action is Action.CONTENT:
        return ContentQuery(task_id, _part(wire.query.get("variant", "")))
    if route.action is Action.PROMOTE:
        return PromoteQuery(task_id, prompt=_new_prompt(wire))
    return StatusQuery(task_id)


def encode_query(query: Query) -> WireRequest:
    """The question on this wire. Raises CannotExpress for what it has no route for."""
    if isinstance(query, StatusQuery):
        return WireRequest("GET", _path(query.task_id))
    if isinstance(query, ContentQuery):
        variant = {"variant": "thumbnail"} if query.part == "cover" else {}
        return WireRequest("GET", f"{_path(query.task_id)}/content", variant, {"accept": "application/binary"})
    if isinstance(query, (DeleteQuery, CancelQuery)):  # deleting is the only way to call a video off
        return WireRequest("DELETE", _path(query.task_id))
    if isinstance(query, ListQuery):
        return WireRequest("GET", VIDEOS, _list_query(query.filter))
    if isinstance(query, PromoteQuery) and query.prompt is not None and not query.engine:
        body = json.dumps({"prompt": query.prompt}, ensure_ascii=False).encode()
        headers = {"content-type": "application/json"}
        return WireRequest("POST", f"{_path(query.task_id)}/remix", headers=headers, body=body)
    raise CannotExpress(type(query).__name__)


def _path(task_id: str) -> str:
    return f"{VIDEOS}/{quote(video_id(task_id), safe='')}"


def _part(variant: str) -> str:
    if variant in ("", *_PARTS):
        return _PARTS.get(variant, "video")
    if variant == "spritesheet":
        reason = "There are no spritesheets here; ask for variant=video, or variant=thumbnail for a still."
    else:
        reason = f"variant must be video or thumbnail, not {variant[:40]!r}."
    raise InvalidRequest.of("variant", reason, ViolationKind.CHOICE)


def _new_prompt(wire: WireRequest) -> str:
    prompt = read_object(wire.body).get("prompt")
    if prompt is None or prompt == "":
        raise InvalidRequest.of("prompt", "Field required: prompt", ViolationKind.MISSING)
    if not isinstance(prompt, str):
        raise InvalidRequest.of("prompt", "prompt must be a text.", ViolationKind.TYPE)
    return prompt


def _filter(query: Mapping[str, str]) -> TaskFilter:
    found: list[Violation] = []
    limit, after, order = query.get("limit", "").strip(), query.get("after", "").strip(), query.get("order", "desc")
    size = guesses.PAGE_SIZE
    if limit and not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= guesses.PAGE_SIZE_MOST):
        reason = f"limit must be a whole number from 1 to {guesses.PAGE_SIZE_MOST}, not {limit[:40]!r}."
        found.append(Violation("limit", reason, ViolationKind.RANGE))
    elif limit:
        size = int(limit)
    if order not in ("asc", "desc", ""):
        found.append(Violation("order", f"order must be asc or desc, not {order[:40]!r}.", ViolationKind.CHOICE))
    if found:
        raise InvalidRequest(*found)
    behind = read_video_id(after, "after") if after else None
    return TaskFilter(page_size=size, after=behind, oldest_first=order == "asc")


def _list_query(wanted: TaskFilter) -> dict[str, str]:
    said = ("since", "until", "model", "status", "key_id", "region")
    strange = next((name for name in said if getattr(wanted, name) is not None), None)
    if strange is not None or wanted.page != 1:
        raise CannotExpress(f"filter.{strange or 'page'}")
    query = {"limit": str(wanted.page_size), "order": "asc" if wanted.oldest_first else "desc"}
    return {**query, "after": video_id(wanted.after)} if wanted.after else query
