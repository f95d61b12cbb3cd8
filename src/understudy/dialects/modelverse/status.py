"""Tasks and models on the ModelVerse wire: what a submit, a poll and a list of models answer, and how they are read.

Knows answer shapes. Must not know stores or links: a result URL is handed in. Source: spec/gateways.md §3.1, §3.2;
seed 004.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import InvalidRequest, Unavailable, ViolationKind, fault_from_record
from understudy.core.task import Status, Task
from understudy.core.units import plain_number
from understudy.core.wire import Accepted, ModelList, RemoteTask, Told, WireReply, WireRequest
from understudy.dialects import _openai
from understudy.dialects._answers import ENGINE_HEADER, json_answer, told_engine, told_fraction
from understudy.dialects._bailian import usage_json
from understudy.dialects.modelverse import faults
from understudy.dialects.modelverse.guesses import CANCELED, NO_SUCH_TASK, NO_URLS
from understudy.dialects.modelverse.submit import NAME

WORDS: Mapping[Status, str] = {
    Status.PENDING: "Pending",
    Status.RUNNING: "Running",
    Status.SUCCEEDED: "Success",
    Status.FAILED: "Failure",
    Status.CANCELED: "Failure",
}
"""Source: spec/gateways.md §1.1."""
_STATES: Mapping[str, Status] = {
    "Pending": Status.PENDING,
    "Success": Status.SUCCEEDED,
    "Failure": Status.FAILED,
}
"""Every other word counts as Running. Source: spec/gateways.md §3.5."""


# Telling ------------------------------------------------------------------------------------------------------------


def encode_accepted(answer: Accepted, request_id: str) -> WireReply:
    return json_answer({"output": {"task_id": answer.task.task_id}, "request_id": request_id}, request_id)


def encode_told(answer: Told, wire: WireRequest, card: ModelCard | None) -> WireReply:
    """A task's present state; the question for one that is not there is refused."""
    task = answer.task
    if task is None:
        reason = f"{NO_SUCH_TASK}. There is no task {answer.task_id[:80]} of this key, or it is older than 24 hours."
        return faults.encode_fault(InvalidRequest.of("task_id", reason, ViolationKind.CHOICE), wire)
    output: dict[str, Any] = {"task_id": task.task_id, "task_status": WORDS[task.status]}
    if task.status is Status.SUCCEEDED:
        output["urls"] = [answer.result_url] if answer.result_url else []
    output["submit_time"] = _unix(task.submitted)
    if task.status.is_final and task.ended is not None:
        output["finish_time"] = _unix(task.ended)
    if task.status is Status.FAILED:
        output["error_message"] = faults.tell(fault_from_record(task.fault or {}), task.request_id).message
    elif task.status is Status.CANCELED:
        output["error_message"] = CANCELED
    elif task.status is Status.RUNNING:
        output["progress"] = told_fraction(task.fraction)
    if task.engine:
        output["engine"] = task.engine
    if task.notes:
        output["notes"] = list(task.notes)
    body = {"output": output, **_usage(task, card), "request_id": wire.request_id}
    return json_answer(body, wire.request_id, told_engine(task.engine))


def encode_models(answer: ModelList, request_id: str) -> WireReply:
    """OpenAI's shape. `created` is 0: no source says when a model came."""
    data = [{"id": card.model, "object": "model", "created": 0, "owned_by": card.family} for card in answer.cards]
    return json_answer({"object": "list", "data": data}, request_id)


def _usage(task: Task, card: ModelCard | None) -> dict[str, Any]:
    """Seconds of the video; of an extension those that were asked for. A failed task has them too, unbilled."""
    seconds = task.request.seconds
    if task.status is Status.FAILED and seconds is not None:
        return {"usage": {"duration": seconds}}
    if task.status is not Status.SUCCEEDED or task.usage is None:
        return {}
    usage: dict[str, Any] = {"duration": seconds if seconds else plain_number(task.usage.output_seconds)}
    if card is not None and (more := card.hints(NAME).get("usage")):
        usage |= usage_json(task.usage, {"usage": more})
    return {"usage": usage}


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())


# Reading ------------------------------------------------------------------------------------------------------------


def decode_reply(reply: WireReply) -> RemoteTask:
    """A submit or status answer; one without a state is a submit's. An unknown task has the status None.

    Raises:
        Fault: the one the answer stands for.
    """
    error = _openai.read_error(reply)
    if error is not None:
        if error.message.startswith(NO_SUCH_TASK):
            return RemoteTask("", None)
        raise faults.fault_of(error) if error.code or reply.status >= 400 else Unavailable(error.message)
    body = reply.json()
    output = body.get("output")
    if not isinstance(output, dict) or not output.get("task_id"):
        raise Unavailable("The server's answer names no task; check that its base URL is a ModelVerse API.")
    word = output.get("task_status")
    status = Status.PENDING if word is None else _STATES.get(str(word), Status.RUNNING)
    message = str(output.get("error_message") or "")
    url = next((url for url in _list(output.get("urls")) if isinstance(url, str) and url), None)
    if status is Status.FAILED and message == CANCELED:
        status, message = Status.CANCELED, ""
    elif status is Status.SUCCEEDED and url is None:
        status, message = Status.FAILED, NO_URLS
    usage, progress = body.get("usage"), output.get("progress")
    engine = output.get("engine") or reply.headers.get(ENGINE_HEADER)
    counts = isinstance(progress, (int, float)) and not isinstance(progress, bool)
    return RemoteTask(
        task_id=str(output["task_id"]),
        status=status.value,
        result_url=url if status is Status.SUCCEEDED else None,
        message=message,
        usage=usage if isinstance(usage, dict) else {},
        engine=str(engine) if engine else None,
        notes=tuple(str(note) for note in _list(output.get("notes"))),
        fraction=float(str(progress)) if counts else None,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
