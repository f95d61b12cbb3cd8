"""What our own wire answers: tasks, lists, checks, uploads, plans, quotes, the book. And how a client reads them.

Knows the shape of every answer. Must not know stores or links: they are handed in. Whole numbers leave as ints, moments
as RFC 3339 in UTC, amounts as numbers with their currency beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from understudy.core.card import Interval, ModelCard
from understudy.core.faults import NotFound, Unavailable, fault_from_record
from understudy.core.findings import CheckProblem, Findings
from understudy.core.request import MediaFacts
from understudy.core.task import PROMOTED_FROM, SENT_PROMPT, WANTED_ENGINE, Status, Task
from understudy.core.units import Ratio, Size, Tier, plain_number
from understudy.core.usage import Charge, Usage
from understudy.core.wire import Checked, RemoteTask, Spent, Told, Uploaded, UploadSlot, WireReply
from understudy.dialects._answers import json_object, told_fraction
from understudy.dialects.native.faults import error_json, read_refusal
from understudy.dialects.native.words import rate_json, request_json

_INSIDE = frozenset({"wire", "rules", "source", "sizing", "compat_only", "required_when_strict", "refusal"})
"""Fields of a card that steer the house and tell a caller nothing."""


# Telling ------------------------------------------------------------------------------------------------------------


def task_json(task: Task, *, told: Told | None = None, brief: bool = False) -> dict[str, Any]:
    """A task; `brief` leaves out what does not change, for lists and events."""
    values: dict[str, Any] = {
        "task_id": task.task_id,
        "status": task.status.value,
        "model": task.request.model,
        "submitted": moment_json(task.submitted),
        "started": moment_json(task.started) if task.started and task.status is not Status.PENDING else None,
        "ended": moment_json(task.ended) if task.ended and task.status.is_final else None,
        "expires": moment_json(task.expires),
        "engine": task.engine,
        "notes": list(task.notes),
        "promoted_from": task.extras.get(PROMOTED_FROM),
        "cancel_wanted": task.cancel_wanted or None,
    }
    if task.status is Status.PENDING and told is not None:
        values["ahead"] = told.ahead
    elif task.status is Status.RUNNING:
        values |= {"progress": told_fraction(task.fraction, 4), "stage": task.stage_note}
    elif task.status is Status.SUCCEEDED:
        values |= _success_json(task, told)
    elif task.status is Status.FAILED:
        values["error"] = error_json(fault_from_record(task.fault or {}), task.request_id)
    if not brief:
        values |= {
            "request": request_json(task.request),
            "sent_prompt": task.extras.get(SENT_PROMPT),
            "wanted_engine": task.extras.get(WANTED_ENGINE),
            "request_id": task.request_id,
            "region": task.region,
            "dialect": task.dialect,
        }
    return _said(values)


def _success_json(task: Task, told: Told | None) -> dict[str, Any]:
    artifact = task.artifact
    return {
        "result_url": told.result_url if told else None,
        "cover_url": told.cover_url if told else None,
        "result": {"sha256": artifact.sha256, **facts_json(artifact.facts)} if artifact else None,
        "usage": usage_json(task.usage) if task.usage else None,
        "charge": charge_json(task.charge) if task.charge else None,
        "actual_prompt": task.actual_prompt,
        "findings": plain(task.findings) if task.findings else None,
    }


def told_json(told: Told, *, brief: bool = False) -> dict[str, Any]:
    """Raises NotFound when there is nothing to tell of."""
    if told.task is None:
        raise NotFound(f"There is no task {told.task_id} of this account; tasks are kept for 24 hours.", what="task")
    return task_json(told.task, told=told, brief=brief)


def checked_json(checked: Checked) -> dict[str, Any]:
    """A check that was answered at once: a task that has ended, without an id."""
    return {
        "status": Status.SUCCEEDED.value,
        "findings": plain(checked.findings),
        "usage": usage_json(checked.usage),
        "notes": list(checked.notes),
    }


def spent_json(spent: Spent) -> dict[str, Any]:
    """The lines of the book, and their sums by currency."""
    totals: dict[str, Decimal] = {}
    lines = []
    for task_id, model, moment, usage, charge in spent.lines:
        totals[charge.currency] = totals.get(charge.currency, Decimal(0)) + charge.amount
        line = {"task_id": task_id, "model": model, "moment": moment_json(moment)}
        lines.append({**line, "usage": usage_json(usage), "charge": charge_json(charge)})
    return {"lines": lines, "totals": {currency: plain_number(amount) for currency, amount in totals.items()}}


def slot_json(slot: UploadSlot) -> dict[str, Any]:
    return {"slot_id": slot.slot_id, "put_url": slot.put_url, "expires": moment_json(slot.expires)}


def usage_json(usage: Usage) -> dict[str, Any]:
    values = {f.name: plain(getattr(usage, f.name)) for f in fields(usage)}
    values["frames_per_second"] = rate_json(usage.frames_per_second) if usage.frames_per_second else None
    return {name: value for name, value in values.items() if value}


def charge_json(charge: Charge) -> dict[str, Any]:
    return {
        "amount": plain_number(charge.amount),
        "currency": charge.currency,
        "quantity": plain_number(charge.quantity),
        "free_quantity": plain_number(charge.free_quantity),
        "unit": charge.unit,
        "unit_price": plain_number(charge.unit_price),
    }


def facts_json(facts: MediaFacts) -> dict[str, Any]:
    return _said({f.name: plain(getattr(facts, f.name)) for f in fields(facts)})


def card_json(card: ModelCard) -> dict[str, Any]:
    """All that a caller may know of a model, under the names of `core.card`; what is not set is left out."""
    told: dict[str, Any] = plain(card)
    return told


def plain(value: Any) -> Any:
    """Any value of the house as JSON-ready values; members without a value are left out."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (str, Size, Ratio, Tier)):
        return str(value)
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, Fraction):
        return rate_json(value)
    if isinstance(value, datetime):
        return moment_json(value)
    if isinstance(value, Interval):
        return [plain(value.least), plain(value.most)]
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return _said({f.name: plain(getattr(value, f.name)) for f in fields(value) if f.name not in _INSIDE})
    return [plain(item) for item in value]


def moment_json(moment: datetime) -> str:
    """`2026-03-01T12:00:00.250Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, [None, None])}


# Reading ------------------------------------------------------------------------------------------------------------


def read_answer(reply: WireReply) -> dict[str, Any]:
    """The JSON object of a good answer.

    Raises:
        Fault: the one the answer stands for.
        Unavailable: what came is no answer of this wire.
    """
    if not 200 <= reply.status < 300:
        raise read_refusal(reply)
    body = json_object(reply)
    if body is None:
        raise Unavailable("The server did not answer JSON; check that its base URL is an Understudy server's.")
    return body


def decode_reply(reply: WireReply) -> RemoteTask:
    """A task as told, submitted, canceled or deleted; a check answered at once has no id.

    Raises:
        Fault: the one the answer stands for.
    """
    return read_task(read_answer(reply))


def read_task(body: Mapping[str, Any]) -> RemoteTask:
    """A task as another server tells it. Raises Unavailable when it is none."""
    status = body.get("status")
    if status not in Status.__members__:
        raise Unavailable("The server's answer tells no task; check that its base URL is an Understudy server's.")
    error, usage, charge = (_object(body.get(name)) for name in ("error", "usage", "charge"))
    progress, ahead = body.get("progress"), body.get("ahead")
    findings = body.get("findings")
    return RemoteTask(
        task_id=_text(body.get("task_id")),
        status=str(status),
        result_url=_text(body.get("result_url")) or None,
        code=_text(error.get("code")),
        message=_text(error.get("message")),
        usage={**usage, "charge": charge} if charge else usage,
        engine=_text(body.get("engine")) or None,
        notes=tuple(str(note) for note in body.get("notes") or () if isinstance(body["notes"], list)),
        actual_prompt=_text(body.get("actual_prompt")) or None,
        fraction=float(progress) if isinstance(progress, (int, float)) and not isinstance(progress, bool) else None,
        findings=_findings(findings) if isinstance(findings, dict) else None,
        stage=_text(body.get("stage")),
        ahead=ahead if isinstance(ahead, int) and not isinstance(ahead, bool) else None,
    )


def decode_slot(reply: WireReply) -> UploadSlot:
    """Raises Unavailable when the answer is no slot, or the Fault it stands for."""
    body = read_answer(reply)
    try:
        return UploadSlot(str(body["slot_id"]), str(body["put_url"]), datetime.fromisoformat(str(body["expires"])))
    except (KeyError, ValueError) as error:
        raise Unavailable("The server's answer gives no leave to upload; check its base URL.") from error


def decode_uploaded(reply: WireReply) -> Uploaded:
    """Raises Unavailable when the answer names no file, or the Fault it stands for."""
    body = read_answer(reply)
    if not _text(body.get("address")):
        raise Unavailable("The server's answer names no uploaded file; check its base URL.")
    return Uploaded(_text(body.get("slot_id")), str(body["address"]))


def _findings(body: Mapping[str, Any]) -> Findings:
    def box(name: str) -> tuple[int, int, int, int] | None:
        value = body.get(name)
        if isinstance(value, list) and len(value) == 4 and all(type(item) is int for item in value):
            return (value[0], value[1], value[2], value[3])
        return None

    problem, humanoid = body.get("problem"), body.get("humanoid")
    return Findings(
        passed=body.get("passed") is not False,
        problem=CheckProblem(problem) if problem in list(CheckProblem) else None,
        detail=_text(body.get("detail")),
        face_box=box("face_box"),
        frame_box=box("frame_box"),
        humanoid=humanoid if isinstance(humanoid, bool) else None,
        body=_text(body.get("body")) or None,
        template_id=_text(body.get("template_id")) or None,
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
