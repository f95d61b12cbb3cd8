"""Tasks as the OpenAI videos wire tells them, written and read.

Knows the video object, its states and times, and what other servers of this wire leave out or add. Must not know how a
video is asked for. Source: spec/gateways.md §1.1, §5.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import Fault, Gone, InvalidRequest, NotFound, Unavailable, fault_from_record
from understudy.core.task import PROMOTED_FROM, SENT_PROMPT, Status, Task
from understudy.core.units import Size, plain_number
from understudy.core.wire import Accepted, Deleted, Listed, RemoteTask, Told, WireReply, WireRequest
from understudy.dialects import _openai
from understudy.dialects._answers import ENGINE_HEADER, plain_text, retry_after
from understudy.dialects.openai_videos import guesses
from understudy.dialects.openai_videos.faults import encode_fault, own_words
from understudy.dialects.openai_videos.ids import remote_task_id, video_id

NAME = "openai_videos"
POLL_HEADER = "openai-poll-after-ms"

STATES: Mapping[Status, str] = {
    Status.PENDING: "queued",
    Status.RUNNING: "in_progress",
    Status.SUCCEEDED: "completed",
    Status.FAILED: "failed",
    Status.CANCELED: "failed",
}
_INNER = {
    "queued": Status.PENDING,
    "pending": Status.PENDING,
    "in_progress": Status.RUNNING,
    "completed": Status.SUCCEEDED,
    "succeeded": Status.SUCCEEDED,
    "failed": Status.FAILED,
    "cancelled": Status.CANCELED,
    "canceled": Status.CANCELED,
    "deleted": Status.CANCELED,
}
"""A word of tomorrow counts as running: it is not an end for any client."""


# Telling ------------------------------------------------------------------------------------------------------------


def encode_accepted(answer: Accepted, wire: WireRequest, card: ModelCard | None) -> WireReply:
    # a task that a worker took in the same instant is still told as queued: that is what a submit answers
    return _reply({**video_json(answer.task, card), "status": "queued", "progress": 0}, wire, answer.task)


def encode_told(answer: Told, wire: WireRequest, card: ModelCard | None) -> WireReply:
    """A video's present state; an id that nobody knows is a 404."""
    task = answer.task
    if task is None:
        return encode_fault(no_such_video(answer.task_id), wire)
    return _reply(video_json(task, card, answer.result_url, answer.cover_url), wire, task)


def encode_not_ready(answer: Told, wire: WireRequest) -> WireReply:
    """What is told instead of a film that there is not: 400, for a client repeats 404s of none and 409s for nothing.

    Source: spec/gateways.md §5.4.
    """
    task = answer.task
    if task is None:
        return encode_fault(no_such_video(answer.task_id), wire)
    name, state = video_id(task.task_id), STATES[task.status]
    if task.status is Status.SUCCEEDED and task.artifact is not None:
        if answer.result_url is not None:
            fault: Fault = NotFound(f"There is no thumbnail of video {name}; ask for variant=video.")
        else:
            fault = Gone(f"The film of video {name} has expired: results are kept for 24 hours.")
    elif task.status is Status.SUCCEEDED:
        fault = NotFound(f"Video {name} is {state} and has no film: its model makes something else.")
    elif task.status.is_final:
        fault = InvalidRequest.of("", f"Video {name} is {state}, so there is no film: GET /v1/videos/{name} says why.")
    else:
        fault = InvalidRequest.of("", f"Video {name} is {state}: its film can be had once the status is completed.")
    return encode_fault(fault, wire)


def encode_listed(answer: Listed, wire: WireRequest) -> WireReply:
    """One page. Without an item there is no `last_id`: a client stops there. Source: spec/gateways.md §5.1."""
    page = answer.page
    data = [video_json(task, None) for task in page.tasks]
    body: dict[str, Any] = {"object": "list", "data": data}
    if data:
        body |= {"first_id": data[0]["id"], "last_id": data[-1]["id"]}
    body["has_more"] = page.total > (page.page - 1) * page.page_size + len(data) and bool(data)
    return WireReply.of_json(200, body, {"x-request-id": wire.request_id})


def encode_deleted(answer: Deleted, wire: WireRequest) -> WireReply:
    body = {"id": video_id(answer.task_id), "object": "video.deleted", "deleted": True}
    return WireReply.of_json(200, body, {"x-request-id": wire.request_id})


def no_such_video(task_id: str) -> NotFound:
    return NotFound(f"There is no video {video_id(task_id)} of this account; videos are kept for 24 hours.")


def video_json(task: Task, card: ModelCard | None, url: str | None = None, cover: str | None = None) -> dict[str, Any]:
    """The video object: OpenAI's whole set, then `metadata`, `usage`, `engine` and `notes` where there is something."""
    request, artifact = task.request, task.artifact
    earlier = task.extras.get(PROMOTED_FROM)
    told: dict[str, Any] = {
        "id": video_id(task.task_id),
        "object": "video",
        "created_at": _seconds(task.submitted),
        "status": STATES[task.status],
        "completed_at": _seconds(task.ended) if task.ended and task.status.is_final else None,
        "expires_at": _seconds(artifact.expires) if artifact and task.status is Status.SUCCEEDED else None,
        "model": request.model,
        "progress": _progress(task),
        "prompt": task.extras.get(SENT_PROMPT, request.prompt) or None,
        "seconds": _length(task, card),
        "size": _size(task, card),
        "error": _error(task),
        "remixed_from_video_id": video_id(earlier) if isinstance(earlier, str) else None,
    }
    metadata = {"url": url, "cover_url": cover} if task.status is Status.SUCCEEDED else {}
    if task.findings is not None:
        metadata["template_id"] = task.findings.template_id
    metadata = {name: value for name, value in metadata.items() if value is not None}
    if metadata:
        told["metadata"] = metadata
    if task.usage is not None and task.status is Status.SUCCEEDED:
        told["usage"] = {"duration_seconds": plain_number(task.usage.output_seconds)}
    if task.engine:
        told["engine"] = task.engine
    if task.notes:
        told["notes"] = list(task.notes)
    return told


def _reply(body: Mapping[str, Any], wire: WireRequest, task: Task) -> WireReply:
    headers = {"x-request-id": wire.request_id}
    if body["status"] in ("queued", "in_progress"):
        headers[POLL_HEADER] = str(guesses.POLL_MILLISECONDS)
    if task.engine:
        headers[ENGINE_HEADER] = task.engine
    return WireReply.of_json(200, body, headers)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _progress(task: Task) -> int:
    if task.status is Status.SUCCEEDED:
        return 100
    if task.status is Status.PENDING:
        return 0
    return min(max(int(task.fraction * 100), 0), 99)  # 100 only when there is something to fetch


def _length(task: Task, card: ModelCard | None) -> str:
    """Whole seconds asked for, else as made, else as the model makes when nothing is said."""
    if task.request.seconds is not None:
        return str(task.request.seconds)
    if task.artifact is not None and task.artifact.facts.seconds is not None:
        return str(max(1, round(task.artifact.facts.seconds)))
    default = card.of(task.request.function).defaults.seconds if card else None
    return guesses.NO_SECONDS if default is None else str(default)


def _size(task: Task, card: ModelCard | None) -> str:
    size: Size | None = task.artifact.facts.size if task.artifact is not None else None
    size = size or task.request.size
    return guesses.NO_SIZE if size is None else f"{size.width}x{size.height}"


def _error(task: Task) -> dict[str, Any] | None:
    if task.status is Status.CANCELED:
        return {"code": guesses.CANCELLED, "message": "The video was canceled before it was made."}
    if task.status is not Status.FAILED:
        return None
    fault = own_words(fault_from_record(task.fault or {}))
    if fault.wire:  # an upstream's own words, which stand for themselves; its code only if it is of this wire
        code = fault.code if fault.wire.partition(":")[0] == NAME else ""
        return {"code": code or _openai.error_row(fault).code, "message": fault.message}
    return {"code": _openai.error_row(fault).code, "message": _openai.fault_message(fault, task.request_id)}


# Reading ------------------------------------------------------------------------------------------------------------


def decode_reply(reply: WireReply) -> RemoteTask:
    """A submit, status or delete answer of any server of this wire.

    Without a link in the answer the film is fetched from the content route: `result_url` is None then.

    Raises:
        Fault: the one the answer stands for.
    """
    if reply.status >= 400:
        raise read_refusal(reply)
    try:
        body = reply.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or not body.get("id"):
        error = _openai.read_error(reply)
        if isinstance(body, dict) and body.get("error") and error is not None:
            raise _openai.fault_of(error)
        raise Unavailable("The server's answer names no video; check that its base URL ends where /v1/videos begins.")
    task_id = remote_task_id(str(body["id"]))
    if body.get("deleted") is True:
        return RemoteTask(task_id, Status.CANCELED.value)
    status = _INNER.get(str(body.get("status", "")).lower(), Status.RUNNING)
    code, message = _failure(body.get("error"))
    if status is Status.FAILED and code == guesses.CANCELLED:
        status = Status.CANCELED
    failed = status in (Status.FAILED, Status.CANCELED)
    engine, usage, notes = body.get("engine"), body.get("usage"), body.get("notes")
    return RemoteTask(
        task_id,
        status.value,
        _link(body) if status is Status.SUCCEEDED else None,
        code if failed else "",
        message if failed else "",
        usage if isinstance(usage, dict) else {},
        str(engine) if engine else reply.headers.get(ENGINE_HEADER),
        tuple(str(note) for note in notes) if isinstance(notes, list) else (),
        fraction=_fraction(body.get("progress")) if status is Status.RUNNING else None,
    )


def read_refusal(reply: WireReply) -> Fault:
    """The fault of an error answer: OpenAI's envelope, or FastAPI's `detail` as SGLang and vLLM-Omni use it too."""
    try:
        body = reply.json()
    except (ValueError, RecursionError):
        body = None
    detail = body.get("detail") if isinstance(body, dict) and "error" not in body else None
    error = _openai.read_error(reply)
    if detail is None or error is None:
        return _openai.fault_of(error or _openai.ErrorAnswer(reply.status, plain_text(reply)))
    return _openai.fault_of(_openai.ErrorAnswer(reply.status, _detail(detail), retry_after=retry_after(reply)))


def _detail(detail: Any) -> str:
    """A sentence, or the list of what pydantic found: `[{"loc": ["body", "seconds"], "msg": …}]`."""
    if isinstance(detail, str):
        return detail
    if isinstance(detail, list):
        told = [
            f"{'.'.join(str(step) for step in item.get('loc', ())[1:])}: {item.get('msg', '')}"
            for item in detail
            if isinstance(item, dict) and isinstance(item.get("loc", ()), list)
        ]
        return "; ".join(told) or "The request was refused."
    return "The request was refused."


def _failure(error: Any) -> tuple[str, str]:
    if not isinstance(error, dict):
        return ("", error) if isinstance(error, str) else ("", "")
    code, message = error.get("code"), error.get("message")
    return "" if code is None else str(code), "" if message is None else str(message)


def _link(body: Mapping[str, Any]) -> str | None:
    metadata = body.get("metadata")
    for holder in (metadata if isinstance(metadata, dict) else {}, body):
        for name in ("url", "video_url"):
            link = holder.get(name)
            if isinstance(link, str) and link.startswith(("http://", "https://")):
                return link
    return None


def _fraction(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return min(max(value / 100, 0.0), 1.0)
