"""JSON Schemas of our own wire, for `/openapi.json`.

Knows names, types and one sentence on each. Must not know how anything is decoded: that is `words` and `telling`,
and tests hold both against each other. Written by hand, so that our client may load this dialect without pydantic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.core.request import Capability, Medium, Role, ShotType
from understudy.core.task import Status

Schema = Mapping[str, Any]


def _text(sentence: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "string", **({"description": sentence} if sentence else {}), **more}


def _number(sentence: str = "") -> dict[str, Any]:
    return {"type": "number", **({"description": sentence} if sentence else {})}


def _whole(sentence: str = "") -> dict[str, Any]:
    return {"type": "integer", **({"description": sentence} if sentence else {})}


def _flag(sentence: str = "") -> dict[str, Any]:
    return {"type": "boolean", **({"description": sentence} if sentence else {})}


def _list(items: Schema, sentence: str = "") -> dict[str, Any]:
    return {"type": "array", "items": dict(items), **({"description": sentence} if sentence else {})}


def _object(title: str, members: Mapping[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": title, "type": "object", "properties": dict(members)}
    return {**schema, "required": list(required)} if required else schema


_MOMENT = _text(format="date-time")
_FREE = {"type": "object", "additionalProperties": True}

REFERENCE = _object(
    "UnderstudyReference",
    {
        "url": _text("http, https, oss, upload or data URL; for the role template its id"),
        "medium": _text("what kind of file it is; may be left out", enum=[m.value for m in Medium]),
        "role": _text("what it is for; a subject by default", enum=[r.value for r in Role]),
        "name": _text("what the prompt calls it, after an @; references of one name show one subject"),
        "voice": _text("URL of a sound whose timbre the subject takes"),
        "description": _text(),
    },
    ("url",),
)
REQUEST_MEMBERS: dict[str, Any] = {
    "model": _text("GET /understudy/v1/models lists them"),
    "function": _text("of a model that has several"),
    "prompt": _text(),
    "negative_prompt": _text("what must not be seen"),
    "references": _list(REFERENCE),
    "size": _text("pixels, for example 1280*720"),
    "tier": _text("for example 720P"),
    "ratio": _text("for example 16:9"),
    "seconds": _whole("length of the video"),
    "shot_type": _text(enum=[s.value for s in ShotType]),
    "sound": _flag(),
    "watermark": _flag(),
    "prompt_extend": _flag(),
    "seed": _whole("same seed, same video"),
    "frames_per_second": {"type": ["integer", "string"], "description": "30, or exactly as 30000/1001"},
    "options": {**_FREE, "description": "what only some models know; a model's card lists them"},
}
REQUEST = _object("UnderstudyRequest", REQUEST_MEMBERS, ("model",))
SUBMIT = _object(
    "UnderstudySubmit",
    {
        **REQUEST_MEMBERS,
        "engine": _text("who is to make it, for example animatic"),
        "idempotency_key": _text("a submit of the same key answers the task of the first"),
    },
    ("model",),
)
QUOTE_BODY = _object(
    "UnderstudyQuoteRequest",
    {**REQUEST_MEMBERS, "video_seconds": _list(_number(), "lengths of the videos that are given, in order")},
    ("model",),
)

USAGE = _object(
    "UnderstudyUsage",
    {
        "output_seconds": _number(),
        "input_seconds": _number("billed part of the given videos"),
        "billed_seconds": _number(),
        "video_count": _whole(),
        "image_count": _whole(),
        "tier": _text(),
        "size": _text(),
        "ratio": _text(),
        "frames_per_second": {"type": ["integer", "string"]},
    },
)
CHARGE = _object(
    "UnderstudyCharge",
    {
        "amount": _number("quantity less free_quantity, times unit_price"),
        "currency": _text(),
        "quantity": _number(),
        "free_quantity": _number("what the free quota paid for"),
        "unit": _text(),
        "unit_price": _number(),
    },
)
ERROR = _object(
    "UnderstudyError",
    {
        "code": _text("the kind, with its particular after a dot: MediaRefused.too_large"),
        "message": _text("what to do about it"),
        "violations": _list(_object("UnderstudyViolation", {n: _text() for n in ("path", "reason", "kind")})),
        "upstream_code": _text("the code of the upstream that made or refused it"),
    },
)
TASK = _object(
    "UnderstudyTask",
    {
        "task_id": _text("absent where a check was answered at once"),
        "status": _text(enum=[s.value for s in Status]),
        "model": _text(),
        "submitted": _MOMENT,
        "started": _MOMENT,
        "ended": _MOMENT,
        "expires": _MOMENT,
        "ahead": _whole("how many tasks wait before it"),
        "progress": _number("0 to 1 while RUNNING"),
        "stage": _text("what is done just now"),
        "engine": _text("who makes it; an animatic is called an animatic"),
        "notes": _list(_text(), "what the engine could only approximate"),
        "result_url": _text("the video; valid for 24 hours, no key needed"),
        "cover_url": _text("a still of it"),
        "result": {**_FREE, "description": "sha256, size, seconds and whatever else is known of the file"},
        "usage": USAGE,
        "charge": CHARGE,
        "actual_prompt": _text(),
        "findings": {**_FREE, "description": "what a check found, or the id of a template"},
        "error": ERROR,
        "promoted_from": _text("the task whose request it repeats"),
        "wanted_engine": _text(),
        "cancel_wanted": _flag(),
        "sent_prompt": _text("the prompt as it was sent, where the model's limit cut it"),
        "request": REQUEST,
        "request_id": _text(),
        "region": _text(),
        "dialect": _text("the wire it was submitted on"),
    },
    ("status",),
)
EVENT = {"title": "UnderstudyEvents", "type": "string", "description": "a text/event-stream; each data is a task"}
LIST = _object(
    "UnderstudyTasks", {"tasks": _list(TASK), "total": _whole(), "page": _whole(), "page_size": _whole()}, ("tasks",)
)
CANCELED = _object("UnderstudyCanceled", {"task_id": _text(), "status": _text()}, ("task_id",))
DELETED = _object("UnderstudyDeleted", {"task_id": _text(), "deleted": _flag()}, ("task_id",))
SLOT_BODY = _object("UnderstudySlotRequest", {"days": _whole("7, or 0 to keep the file for 48 hours")})
SLOT = _object("UnderstudySlot", {"slot_id": _text(), "put_url": _text("PUT the bytes here"), "expires": _MOMENT})
FINISH_BODY = _object("UnderstudyFinishRequest", {"etag": _text("as the PUT answered it; may be left out")})
UPLOADED = _object(
    "UnderstudyUploaded", {"slot_id": _text(), "address": _text("stands for the file in a request")}, ("address",)
)
MODEL = {"title": "UnderstudyModel", **_FREE, "description": "the model's card"}
MODELS = _object("UnderstudyModels", {"models": _list(MODEL)}, ("models",))
QUOTE = _object("UnderstudyQuote", {"usage": USAGE, "charge": CHARGE}, ("usage", "charge"))
PLAN = {"title": "UnderstudyPlan", **_FREE, "description": "shots, cast, lines and what was noted"}
PROMOTE_BODY = _object("UnderstudyPromote", {"engine": _text("who is to make it; else the model's route decides")})
SPENT = _object(
    "UnderstudySpent",
    {
        "lines": _list(
            _object(
                "UnderstudyLedgerLine",
                {"task_id": _text(), "model": _text(), "moment": _MOMENT, "usage": USAGE, "charge": CHARGE},
            )
        ),
        "totals": {"type": "object", "additionalProperties": _number(), "description": "by currency"},
    },
    ("lines",),
)
ME = _object(
    "UnderstudyMe",
    {"account": _text(), "key_id": _text(), "quotas": _list(_FREE, "free units: model, granted, used, expires")},
    ("account",),
)
CAPABILITIES = [c.value for c in Capability]
