"""Tasks on the DashScope wire: what a submit, a poll, a cancel and a list answer, and how such answers are read.

Knows answer shapes. Must not know stores or links: a result URL is handed in. Source: spec/dashscope.md §1.5, §4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from understudy.core.card import ModelCard
from understudy.core.faults import Unavailable, fault_from_record
from understudy.core.task import SENT_PROMPT, Status, Task
from understudy.core.wire import Accepted, Canceled, Checked, Listed, RemoteTask, Told, WireReply
from understudy.dialects import _bailian
from understudy.dialects._answers import (
    ENGINE_HEADER,
    json_answer,
    json_object,
    plain_text,
    retry_after,
    told_engine,
    told_fraction,
)
from understudy.dialects.dashscope.faults import read_fault, tell
from understudy.dialects.dashscope.findings import findings_json, read_findings

NAME = "dashscope"
PLAIN_RESULT, OBJECT_RESULT = "video_url", "results.video_url"
"""Values of a card's hint `result`; any other one names a field of `output`."""
_SERVICE = "apikey:v1:aigc:video-generation:video-synthesis"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")


class DashScopeFinding(_Shape):
    """What was found on a picture. Source: spec/dashscope.md §8.1."""

    check_pass: bool
    result: str = Field(description="pass or fail, as some documents compare it")
    humanoid: bool | None = Field(default=None, description="emo-detect-v1: whether there is a person at all")
    face_bbox: list[int] | None = Field(default=None, description="emo-detect-v1: x1, y1, x2, y2 in pixels")
    ext_bbox: list[int] | None = Field(default=None, description="emo-detect-v1: what a film would show")
    bbox_face: list[int] | None = Field(default=None, description="emoji-detect-v1: as face_bbox")
    ext_bbox_face: list[int] | None = Field(default=None, description="emoji-detect-v1: as ext_bbox")
    bodystyle: str | None = Field(default=None, description="animate-anyone-detect-gen2: full or half")
    code: str | None = Field(default=None, description="why it fails")
    message: str | None = None


class DashScopeCanceled(_Shape):
    """The answer to a cancel. No output: every SDK copes with it. Source: spec/dashscope.md §4.3."""

    request_id: str


class DashScopeChecked(_Shape):
    """The answer to a check; the keys differ by model, `check_pass` and `result` are always there."""

    request_id: str
    output: DashScopeFinding
    usage: dict[str, int] = Field(description="image_count: 1")


class DashScopeListItem(_Shape):
    """A task in a list; times are epoch milliseconds. Source: spec/dashscope.md §4.4."""

    api_key_id: str
    caller_parent_id: str
    caller_uid: str
    gmt_create: int
    start_time: int | None = None
    end_time: int | None = None
    model_name: str
    region: str
    request_id: str
    status: str
    task_id: str
    user_api_unique_key: str


class DashScopeListTask(_Shape):
    """The same task as the 2.x client's list reads it. Source: spec/dashscope.md §4.4."""

    task_id: str
    task_status: str
    model: str
    submit_time: str
    scheduled_time: str | None = None
    end_time: str | None = None


class DashScopeList(_Shape):
    """One page of tasks."""

    request_id: str
    data: list[DashScopeListItem]
    tasks: list[DashScopeListTask] = Field(description="the same tasks for the 2.x client")
    total: int
    total_page: int
    page_no: int
    page_size: int


# Telling ------------------------------------------------------------------------------------------------------------


def encode_accepted(answer: Accepted, request_id: str) -> WireReply:
    # a task that a worker took in the same instant is still told as PENDING: that is what a submit answers
    output = {"task_id": answer.task.task_id, "task_status": Status.PENDING.value}
    # ids and a word, which any writer writes alike
    body = msgspec.json.encode({"request_id": request_id, "output": output})
    return WireReply(200, body, {"content-type": "application/json", "x-request-id": request_id})


def encode_told(answer: Told, request_id: str, card: ModelCard | None, zone: tzinfo) -> WireReply:
    """A task's present state, always with HTTP 200; there is none = UNKNOWN. Source: spec/dashscope.md §4.1."""
    task = answer.task
    if task is None:
        unknown = {"task_id": answer.task_id, "task_status": "UNKNOWN"}
        return json_answer({"request_id": request_id, "output": unknown}, request_id)
    output: dict[str, Any] = {"task_id": task.task_id, "task_status": task.status.value, **_times(task, zone)}
    body: dict[str, Any] = {"request_id": request_id, "output": output}
    if task.status is Status.SUCCEEDED:
        output.update(_result(task, answer.result_url, card))
        if task.usage is not None:
            body["usage"] = _bailian.usage_json(task.usage, card.hints(NAME) if card else {})
    elif task.status is Status.FAILED:
        told = tell(fault_from_record(task.fault or {}), task.request_id)
        output["code"], output["message"] = told.code, told.message
    elif task.status is Status.RUNNING:
        output["progress"] = told_fraction(task.fraction)
    if task.engine:
        output["engine"] = task.engine
    if task.notes:
        output["notes"] = list(task.notes)
    return json_answer(body, request_id, told_engine(task.engine))


def encode_checked(answer: Checked, request_id: str, card: ModelCard | None) -> WireReply:
    """A finding, told at once. Source: spec/dashscope.md §8.1."""
    body = {
        "request_id": request_id,
        "output": findings_json(answer.findings, card),
        "usage": _bailian.usage_json(answer.usage, {"usage": ("image_count",)}),
    }
    return json_answer(body, request_id)


def encode_canceled(answer: Canceled, request_id: str) -> WireReply:
    return json_answer({"request_id": request_id}, request_id)


def encode_listed(answer: Listed, request_id: str, zone: tzinfo) -> WireReply:
    """Flat, without `output`; `tasks` is a copy for the 2.x client. Source: spec/dashscope.md §4.4."""
    page = answer.page
    body = {
        "request_id": request_id,
        "data": [_list_item(task) for task in page.tasks],
        "tasks": [
            {
                "task_id": task.task_id,
                "task_status": task.status.value,
                "model": task.request.model,
                **_times(task, zone),
            }
            for task in page.tasks
        ],
        "total": page.total,
        "total_page": -(-page.total // page.page_size),
        "page_no": page.page,
        "page_size": page.page_size,
    }
    return json_answer(body, request_id)


def _times(task: Task, zone: tzinfo) -> dict[str, str]:
    times = {"submit_time": task.submitted}
    if task.started is not None and task.status is not Status.PENDING:
        times["scheduled_time"] = task.started
    if task.ended is not None and task.status.is_final:
        times["end_time"] = task.ended
    return {name: _bailian.print_time(moment, zone) for name, moment in times.items()}


def _result(task: Task, url: str | None, card: ModelCard | None) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if task.request.prompt or card is None or card.prompt_required:
        result["orig_prompt"] = task.extras.get(SENT_PROMPT, task.request.prompt)
    if card is not None and card.tells_actual_prompt and task.actual_prompt and task.request.prompt_extend:
        result["actual_prompt"] = task.actual_prompt
    if url is not None:
        result.update(_links(url, card.hints(NAME).get("result", PLAIN_RESULT) if card else PLAIN_RESULT))
    if task.findings is not None:
        result.update(findings_json(task.findings, card))
    return result


def _links(url: str, official: str) -> dict[str, Any]:
    """The official field and, for those who follow other documents, the plain ones. Source: spec/dashscope.md §4.2.

    `results` is a list of links except where it is officially an object.
    """
    if official == OBJECT_RESULT:
        return {"results": {"video_url": url}, "video_url": url}
    if official != PLAIN_RESULT:
        return {official: url, "video_url": url}
    return {"video_url": url, "results": [{"url": url}]}


def _list_item(task: Task) -> dict[str, Any]:
    moments = {
        "gmt_create": task.submitted,
        "start_time": task.started if task.status is not Status.PENDING else None,
        "end_time": task.ended if task.status.is_final else None,
    }
    return {
        "api_key_id": task.key_id,
        "caller_parent_id": task.account,
        "caller_uid": task.account,
        **{name: _bailian.epoch_milliseconds(moment) for name, moment in moments.items() if moment is not None},
        "model_name": task.request.model,
        "region": task.region,
        "request_id": task.request_id,
        "status": task.status.value,
        "task_id": task.task_id,
        "user_api_unique_key": f"{_SERVICE}:{task.request.model}",
    }


# Reading ------------------------------------------------------------------------------------------------------------


def read_answer(reply: WireReply) -> dict[str, Any]:
    """The JSON object of a good answer.

    Raises:
        Fault: the one the answer stands for; also for a code inside a 200 answer, as some gateways send it.
        Unavailable: what came is no answer of this wire.
    """
    body = json_object(reply)
    if body is None:
        if reply.status >= 400:
            raise read_fault("", plain_text(reply), reply.status, retry_after(reply))
        raise Unavailable(
            f"The server answered HTTP {reply.status} but no DashScope JSON; check that its base URL is right."
        )
    code, message = str(body.get("code") or ""), str(body.get("message") or "")
    if reply.status >= 400 or (code and not isinstance(body.get("output"), dict)):
        raise read_fault(code, message, reply.status, retry_after(reply))
    return body


def decode_reply(reply: WireReply) -> RemoteTask:
    """A submit, status or cancel answer, or a check's. A cancel's has no output: it reads as CANCELED without an id.
    A check's tells a finding at once: it reads as SUCCEEDED without an id.

    Raises:
        Fault: the one the answer stands for.
    """
    body = read_answer(reply)
    output = body.get("output")
    if output is None and body.get("request_id"):
        return RemoteTask("", Status.CANCELED.value)
    if isinstance(output, dict) and "task_id" not in output and (found := read_findings(output)) is not None:
        told = body.get("usage")
        return RemoteTask("", Status.SUCCEEDED.value, usage=told if isinstance(told, dict) else {}, findings=found)
    if not isinstance(output, dict) or not output.get("task_id") or not output.get("task_status"):
        raise Unavailable("The server's answer names no task; check that its base URL is a DashScope API.")
    status = _bailian.inner_status(str(output["task_status"]))
    usage = body.get("usage")
    engine = output.get("engine") or reply.headers.get(ENGINE_HEADER)
    return RemoteTask(
        task_id=str(output["task_id"]),
        status=status,
        result_url=_result_url(output),
        code=str(output.get("code") or ""),
        message=str(output.get("message") or ""),
        usage=usage if isinstance(usage, dict) else {},
        engine=str(engine) if engine else None,
        notes=tuple(str(note) for note in _list(output.get("notes"))),
        actual_prompt=str(output["actual_prompt"]) if output.get("actual_prompt") else None,
        fraction=_number(output.get("progress")),
        findings=read_findings(output),
    )


def _result_url(output: Mapping[str, Any]) -> str | None:
    for name in ("video_url", "output_video_url"):
        if isinstance(output.get(name), str) and output[name]:
            return str(output[name])
    results = output.get("results")
    for result in [results] if isinstance(results, dict) else _list(results):
        links = [result.get("url"), result.get("video_url")] if isinstance(result, dict) else []
        found = next((link for link in links if isinstance(link, str) and link), None)
        if found is not None:
            return found
    return None


def _list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
