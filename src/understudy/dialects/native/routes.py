"""The routes of our own wire, with what `/openapi.json` shows of each.

Knows paths and examples. Must not know how anything is decoded.
"""

from __future__ import annotations

from typing import Any

from understudy.core.wire import Action, Route
from understudy.dialects.native import schemas
from understudy.dialects.native.queries import MODELS, ROOT, TASKS, UPLOADS

_TASK_ID = "019a9d3c-5b1e-7d20-8c44-000000000000"
_URL = "https://example.com/results/film.mp4?Expires=1772452800&Signature=…"
_CHARGE = {
    "amount": 3, "currency": "CNY", "quantity": 5, "free_quantity": 0, "unit": "second", "unit_price": 0.6
}  # fmt: skip
_USAGE = {"output_seconds": 5, "billed_seconds": 5, "video_count": 1, "tier": "720P", "ratio": "16:9"}

REQUEST_EXAMPLE: dict[str, Any] = {
    "model": "wan2.7-r2v",
    "prompt": "图1在海边散步，说道：“今天的阳光真好。”",
    "references": [{"url": "https://example.com/girl.jpg", "medium": "image", "voice": "https://example.com/girl.mp3"}],
    "tier": "720P",
    "ratio": "16:9",
    "seconds": 5,
    "seed": 7,
}
WAITING: dict[str, Any] = {
    "task_id": _TASK_ID,
    "status": "PENDING",
    "model": "wan2.7-r2v",
    "submitted": "2026-03-01T12:00:00.000Z",
    "expires": "2026-03-02T12:00:00.000Z",
    "ahead": 2,
}
DONE: dict[str, Any] = {
    **{name: value for name, value in WAITING.items() if name != "ahead"},
    "status": "SUCCEEDED",
    "started": "2026-03-01T12:00:00.020Z",
    "ended": "2026-03-01T12:00:09.310Z",
    "engine": "animatic",
    "result_url": _URL,
    "result": {"sha256": "9f86d081…", "size": "1280*720", "seconds": 5, "has_sound": True},
    "usage": _USAGE,
    "charge": _CHARGE,
}
EVENTS = (
    'event: queued\nid: 9999997\ndata: {"task_id":"…","status":"PENDING","ahead":2}\n\n'
    'event: running\nid: 10420000\ndata: {"task_id":"…","status":"RUNNING","progress":0.42,"stage":"shot 2"}\n\n'
    'event: finished\nid: 30000000\ndata: {"task_id":"…","status":"SUCCEEDED","result_url":"https://…"}\n\n'
)
MODEL_EXAMPLE = {"model": "wan2.7-r2v", "makes": "reference-to-video", "seconds": [2, 15], "prompt_characters": 5000}
_BOUNDS = (("since", "moment, RFC 3339; included"), ("until", "moment, RFC 3339"))


def _route(
    method: str, path: str, action: Action, summary: str, answer: Any, example: Any, body: Any = None, sent: Any = None,
    **more: Any,
) -> Route:  # fmt: skip
    bodies = {"body_schema": body, "body_examples": {"example": sent}} if body is not None else {}
    return Route(
        method, path, action, summary, answer_schema=answer, answer_examples={"example": example}, **bodies, **more
    )


def make_routes() -> tuple[Route, ...]:
    """Every route; those of one path differ by method."""
    s, one = schemas, f"{TASKS}/{{task_id}}"
    return (
        _route(
            "POST", TASKS, Action.SUBMIT, "Submit a request: the same JSON for every model and function",
            s.TASK, WAITING, s.SUBMIT, REQUEST_EXAMPLE,
            headers=(
                ("X-Understudy-Engine", "as the member engine"),
                ("Idempotency-Key", "as the member idempotency_key"),
                ("Prefer", "respond-async: a check becomes a task instead of being answered at once"),
            ),
        ),
        _route("GET", one, Action.STATUS, "A task, all that is known of it", s.TASK, DONE),
        _route(
            "GET", TASKS, Action.LIST, "The account's tasks, newest first", s.LIST,
            {"tasks": [DONE], "total": 1, "page": 1, "page_size": 20},
            query=(
                ("page", "from 1"), ("page_size", "1 to 100"), *_BOUNDS, ("model", "of this model only"),
                ("status", "of this status only"), ("key_id", "submitted with this key only"), ("region", ""),
            ),
        ),
        _route("POST", f"{one}/cancel", Action.CANCEL, "Call a task off, also one that is in work", s.CANCELED,
               {"task_id": _TASK_ID, "status": "CANCELED"}),
        _route("DELETE", one, Action.DELETE, "Forget a task and its result now; one in work is called off first",
               s.DELETED, {"task_id": _TASK_ID, "deleted": True}),
        _route(
            "GET", f"{one}/events", Action.EVENTS,
            "A task's changes as they happen, as server-sent events: queued, running, finished; ends after finished",
            s.EVENT, EVENTS,
            query=(("after", "as Last-Event-ID"),),
            headers=(("Last-Event-ID", "number of the last event seen; those after it are told"),),
        ),
        _route("POST", f"{one}/promote", Action.PROMOTE, "The same request, seed and media on another engine",
               s.TASK, {**WAITING, "promoted_from": _TASK_ID}, s.PROMOTE_BODY, {"engine": "upstream:dashscope"}),
        _route("POST", f"{ROOT}/plan", Action.PLAN, "The storyboard a request makes; nothing is made or charged",
               s.PLAN, {"shots": [{"size": "medium", "cast": ["图1"]}], "seconds": 5}, s.REQUEST, REQUEST_EXAMPLE),
        _route("POST", f"{ROOT}/quote", Action.QUOTE, "What a request will cost, before any free quota",
               s.QUOTE, {"usage": _USAGE, "charge": _CHARGE}, s.QUOTE_BODY, REQUEST_EXAMPLE),
        _route("GET", MODELS, Action.MODELS, "Every model of this server, with its card", s.MODELS,
               {"models": [MODEL_EXAMPLE]}, query=(("model", "this one only"),)),
        _route("GET", f"{MODELS}/{{model}}", Action.MODELS, "One model's card", s.MODEL, MODEL_EXAMPLE),
        _route("POST", UPLOADS, Action.SLOT, "Leave to upload a file: PUT its bytes to put_url, then finish", s.SLOT,
               {"slot_id": _TASK_ID, "put_url": "https://example.com/uploads/put/…", "expires": DONE["expires"]},
               s.SLOT_BODY, {"days": 7}),
        _route("POST", f"{UPLOADS}/{{slot_id}}/finish", Action.FINISH, "The file has arrived: its address for requests",
               s.UPLOADED, {"slot_id": _TASK_ID, "address": f"upload:{_TASK_ID}"}, s.FINISH_BODY, {}),
        _route("GET", f"{ROOT}/usage", Action.USAGE, "What the account has used and paid, line by line", s.SPENT,
               {"lines": [{"task_id": _TASK_ID, "model": "wan2.7-r2v", "moment": DONE["ended"], "usage": _USAGE,
                           "charge": _CHARGE}], "totals": {"CNY": 3}}, query=_BOUNDS),
        _route("GET", f"{ROOT}/me", Action.ME, "Whose key this is, and the free quotas granted so far", s.ME,
               {"account": "default", "key_id": "1", "quotas": []}),
    )  # fmt: skip
