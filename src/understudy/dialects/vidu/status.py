"""Tasks on the Vidu wire: what a submit, a poll and a list answer, and how such answers are read.

Knows answer shapes. Must not know stores or links: result URLs are handed in. Credits are those the card asks for;
failed work costs none. Source: spec/gateways.md §4.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.catalog import tariffs
from understudy.core.card import ModelCard
from understudy.core.faults import BadCard, NotFound, Unavailable, fault_from_record
from understudy.core.request import Role
from understudy.core.task import DIALECT_EXTRAS, SENT_PROMPT, Status, Task
from understudy.core.wire import Accepted, Listed, RemoteTask, Told, WireReply
from understudy.dialects._answers import ENGINE_HEADER, json_answer, json_object, plain_text, told_engine
from understudy.dialects.vidu import faults
from understudy.dialects.vidu.guesses import CANCELED, FULL_PROGRESS
from understudy.dialects.vidu.ids import digits_of, id_of, print_moment, told_link
from understudy.dialects.vidu.shapes import print_tier
from understudy.dialects.vidu.submit import WORKS

STATES: Mapping[Status, str] = {
    Status.PENDING: "queueing",
    Status.RUNNING: "processing",
    Status.SUCCEEDED: "success",
    Status.FAILED: "failed",
    Status.CANCELED: "failed",
}
"""Source: spec/gateways.md §1.1. A submit answers `created`."""
ACCEPTED = "created"
_READ: Mapping[str, Status] = {
    ACCEPTED: Status.PENDING,
    "queueing": Status.PENDING,
    "success": Status.SUCCEEDED,
    "failed": Status.FAILED,
}
"""A word of tomorrow counts as RUNNING: it is not terminal for any client."""
_LONGEST_LINK = 4096
"""Characters of a link that is told back; a longer one is the picture itself."""


# Telling ------------------------------------------------------------------------------------------------------------


def encode_accepted(answer: Accepted, card: ModelCard | None, request_id: str) -> WireReply:
    """A submit's answer. It has no key `code`: the vendor's client takes any for an error."""
    task = answer.task
    body: dict[str, Any] = {
        "task_id": digits_of(task.task_id),
        "type": _work(task, card),
        "state": ACCEPTED,
        **_asked(task),
        **_common(task, card),
        "created_at": print_moment(task.submitted),
    }
    return json_answer(body, request_id)


def encode_told(answer: Told, card: ModelCard | None, request_id: str) -> WireReply:
    """A task's present state; one that is not there is a 404."""
    task = answer.task
    if task is None:
        missing = NotFound("task not found, or older than 24 hours", what="task")
        return faults.error_reply(faults.tell(missing, request_id), request_id, {"x-request-id": request_id})
    body = {
        "id": digits_of(task.task_id),
        **_state(task),
        **_common(task, card),
        "creations": _creations(answer, task),
    }
    if task.engine:
        body["engine"] = task.engine
    if task.notes:
        body["notes"] = list(task.notes)
    return json_answer(body, request_id, told_engine(task.engine))


def encode_listed(answer: Listed, request_id: str) -> WireReply:
    """One page. Links are told by the query of a single task only."""
    page = answer.page
    tasks = [
        {
            "id": digits_of(task.task_id),
            "type": _work(task, None),
            **_state(task),
            **_asked(task),
            **_common(task, None),
            "created_at": print_moment(task.submitted),
            "creations": [],
        }
        for task in page.tasks
    ]
    token = str(page.page) if page.page * page.page_size < page.total else ""
    return json_answer({"tasks": tasks, "next_page_token": token}, request_id)


def _state(task: Task) -> dict[str, Any]:
    told: dict[str, Any] = {"state": STATES[task.status], "err_code": "", "progress": _progress(task)}
    if task.status is Status.FAILED:
        fault = faults.tell(fault_from_record(task.fault or {}), task.request_id)
        told |= {"err_code": fault.reason, "err_msg": fault.message}
    elif task.status is Status.CANCELED:
        told["err_code"] = CANCELED
    return told


def _asked(task: Task) -> dict[str, Any]:
    request = task.request
    told: dict[str, Any] = {
        "model": request.model,
        "prompt": task.extras.get(SENT_PROMPT, request.prompt),
        "images": [told_link(r.url) for r in request.references if _is_image(r) and len(r.url) <= _LONGEST_LINK],
        "seed": request.seed or 0,
        "movement_amplitude": str(request.options.get("movement_amplitude") or "auto"),
    }
    if request.seconds is not None:
        told["duration"] = request.seconds
    if request.ratio is not None:
        told["aspect_ratio"] = str(request.ratio)
    if request.tier is not None:
        told["resolution"] = print_tier(request.tier)
    return told


def _is_image(reference: Any) -> bool:
    return reference.medium == "image" and reference.role is not Role.FACE and not reference.url.startswith("inline:")


def _common(task: Task, card: ModelCard | None) -> dict[str, Any]:
    options = task.request.options
    return {
        "credits": _credits(task, card),
        "payload": str((task.extras.get(DIALECT_EXTRAS) or {}).get("payload", "")),
        "bgm": options.get("bgm") is True,
        "off_peak": options.get("off_peak") is True,
    }


def _credits(task: Task, card: ModelCard | None) -> int:
    """What the task costs, or will, in credits; 0 for failed work, where it is not known yet, or not sold in them."""
    if task.status in (Status.FAILED, Status.CANCELED):
        return 0
    if task.charge is not None:
        return int(task.charge.quantity) if task.charge.unit == tariffs.CREDIT else 0
    own = card.of(task.request.function) if card is not None else None
    if own is None or own.billing.formula != tariffs.CREDITS or task.request.seconds is None:
        return 0
    try:
        return int(tariffs.quote(task.request, own, (), task.region)[1].quantity)
    except BadCard:  # the operator has changed it since
        return 0


def _work(task: Task, card: ModelCard | None) -> str:
    """The route's word for what was asked, whatever wire it came by."""
    function = task.request.function
    if function in WORKS or card is None:
        return function
    makes = card.of(function).makes
    return next((name for name, known in WORKS.items() if makes in known), makes.value)


def _progress(task: Task) -> int:
    if task.status is Status.SUCCEEDED:
        return FULL_PROGRESS
    share = min(max(task.fraction, 0.0), 1.0) if task.status is Status.RUNNING else 0.0
    return int(share * FULL_PROGRESS)


def _creations(answer: Told, task: Task) -> list[dict[str, str]]:
    """The film once it is there; `cover_url` is a still of it, and the film itself where none could be made."""
    if answer.result_url is None or task.status is not Status.SUCCEEDED:
        return []
    url = answer.result_url
    return [
        {
            "id": digits_of(task.task_id),
            "url": url,
            "cover_url": answer.cover_url or url,
            "watermarked_url": url if task.request.watermark else "",
        }
    ]


# Reading ------------------------------------------------------------------------------------------------------------


def read_answer(reply: WireReply) -> dict[str, Any]:
    """The JSON object of a good answer.

    Raises:
        Fault: the one the answer stands for; also for a `code` inside a 200 answer.
        Unavailable: what came is no answer of this wire.
    """
    body = json_object(reply)
    if body is None:
        if reply.status >= 400:
            raise faults.read_fault("", plain_text(reply), reply.status)
        raise Unavailable(
            f"The server answered HTTP {reply.status} but no Vidu JSON; check that its base URL is right."
        )
    if reply.status >= 400 or body.get("code"):
        message = str(body.get("message") or "") or plain_text(reply)
        raise faults.read_fault(str(body.get("reason") or ""), message, reply.status)
    return body


def decode_reply(reply: WireReply) -> RemoteTask:
    """A submit, query or cancel answer. A cancel's is empty: it reads as CANCELED without an id.

    Raises:
        Fault: the one the answer stands for.
    """
    try:
        body = read_answer(reply)
    except NotFound as fault:
        if fault.what == "task":
            return RemoteTask("", None)
        raise
    if not body:
        return RemoteTask("", Status.CANCELED.value)
    word = body.get("state")
    if not isinstance(word, str) or not word:
        raise Unavailable("The server's answer names no task; check that its base URL is a Vidu API.")
    status = _READ.get(word, Status.RUNNING)
    code, message = str(body.get("err_code") or ""), str(body.get("err_msg") or "")
    if status is Status.FAILED and code == CANCELED:
        status, code = Status.CANCELED, ""
    credits, progress = body.get("credits"), body.get("progress")
    engine = body.get("engine") or reply.headers.get(ENGINE_HEADER)
    return RemoteTask(
        task_id=id_of(str(body.get("id") or body.get("task_id") or "")),
        status=status.value,
        result_url=_url(body) if status is Status.SUCCEEDED else None,
        code=code,
        message=message or code,
        usage={"credits": credits} if _is_number(credits) else {},
        engine=str(engine) if engine else None,
        notes=tuple(str(note) for note in body["notes"]) if isinstance(body.get("notes"), list) else (),
        fraction=min(max(float(str(progress)) / FULL_PROGRESS, 0.0), 1.0) if _is_number(progress) else None,
    )


def _url(body: Mapping[str, Any]) -> str | None:
    for creation in body.get("creations") or ():
        url = creation.get("url") if isinstance(creation, dict) else None
        if isinstance(url, str) and url:
            return url
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
