"""What is answered about tasks, uploads and lists. Source: spec/dashscope.md §1.5, §3.1, §4; seed 000, answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.core.card import ModelCard
from understudy.core.faults import InternalFault, InvalidRequest, MediaProblem, MediaRefused, Unavailable
from understudy.core.request import Medium, Reference, VideoRequest
from understudy.core.task import SENT_PROMPT, Status, Task, TaskFilter, TaskPage
from understudy.core.units import Ratio, Size, Tier
from understudy.core.usage import Usage
from understudy.core.wire import (
    Accepted,
    Canceled,
    CancelQuery,
    Listed,
    ListQuery,
    RemoteTask,
    StatusQuery,
    TicketQuery,
    Told,
    UploadTicket,
    WireReply,
)
from understudy.dialects._bailian import BailianTask, read_compact_time
from understudy.dialects.dashscope import DIALECT, DashScope
from understudy.dialects.dashscope.status import DashScopeCanceled, DashScopeList
from understudy.dialects.dashscope.uploads import DashScopePolicyAnswer
from wires import REQUEST_ID, a_question, route_of

SHELF = Shelf.open()
START = datetime(2025, 12, 15, 16, 25, 59, 869999, tzinfo=UTC)
VIDEO = "https://here/results/x.mp4?Expires=1"
USAGE = Usage(
    output_seconds=Decimal(5),
    input_seconds=Decimal("1.65"),
    billed_seconds=Decimal("6.65"),
    video_count=1,
    tier=Tier(720),
    size=Size(1280, 720),
    ratio=Ratio(16, 9),
)


def a_task(status: Status = Status.PENDING, model: str = "wan2.6-r2v", **changes: Any) -> Task:
    request = VideoRequest(model, prompt="character1在沙发上", references=(Reference("https://x/a", Medium.VIDEO),))
    given: dict[str, Any] = {
        "task_id": "0385dc79-5ff8-4d82-bcb6-0123456789ab",
        "account": "alice",
        "key_id": "7",
        "dialect": "dashscope",
        "request": request,
        "submitted": START,
        "expires": START + timedelta(hours=24),
        "request_id": "of-the-submit",
        "status": status,
    }
    if status is not Status.PENDING:
        given["started"] = START + timedelta(milliseconds=31)
        given["engine"] = "animatic"
    if status.is_final:
        given["ended"] = START + timedelta(minutes=4, seconds=35)
    if status is Status.SUCCEEDED:
        given["usage"] = USAGE
    return Task(**(given | changes))


def tell(
    task: Task | None, url: str | None = None, dialect: DashScope = DIALECT, card: ModelCard | None = None
) -> WireReply:
    card = card or (SHELF.find(task.request.model) if task else None)
    told = Told(task.task_id if task else "gone", task, url)
    return dialect.encode_answer(told, a_question("/api/v1/tasks/x"), card)


def checked(reply: WireReply, shape: Any) -> dict[str, Any]:
    """The answer's JSON, after a look that the documented shape knows every key of it."""
    body: dict[str, Any] = reply.json()
    assert reply.status == 200
    assert reply.headers["x-request-id"] == body["request_id"] == REQUEST_ID
    shown = shape.model_validate(body).model_dump(mode="json", exclude_unset=True)
    assert shown == body
    return body


def test_a_submit_answers_id_and_pending() -> None:
    running = a_task(Status.RUNNING)
    body = checked(DIALECT.encode_answer(Accepted(running), a_question("/"), None), BailianTask)
    assert body["output"] == {"task_id": running.task_id, "task_status": "PENDING"}


def test_a_task_that_is_not_there_is_unknown_not_missing() -> None:
    body = checked(tell(None), BailianTask)
    assert body["output"] == {"task_id": "gone", "task_status": "UNKNOWN"}
    assert "code" not in body


TIMES = {
    Status.PENDING: {"submit_time"},
    Status.RUNNING: {"submit_time", "scheduled_time"},
    Status.SUCCEEDED: {"submit_time", "scheduled_time", "end_time"},
    Status.FAILED: {"submit_time", "scheduled_time", "end_time"},
    Status.CANCELED: {"submit_time", "end_time"},
}


@pytest.mark.parametrize(("status", "times"), TIMES.items())
def test_times_by_state(status: Status, times: set[str]) -> None:
    started = None if status is Status.CANCELED else START
    output = checked(tell(a_task(status, started=started)), BailianTask)["output"]
    assert output["task_status"] == status.value
    assert {name for name in output if name.endswith("_time")} == times


def test_times_are_printed_in_beijing_time_to_the_millisecond() -> None:
    output = tell(a_task(Status.SUCCEEDED), VIDEO).json()["output"]
    assert output["submit_time"] == "2025-12-16 00:25:59.869"
    assert output["scheduled_time"] == "2025-12-16 00:25:59.900"
    assert output["end_time"] == "2025-12-16 00:30:34.869"
    elsewhere = tell(a_task(), dialect=DashScope(time_zone=timezone.utc)).json()  # noqa: UP017
    assert elsewhere["output"]["submit_time"] == "2025-12-15 16:25:59.869"


def test_the_prompt_is_told_as_it_was_sent_not_as_it_was_cut() -> None:
    task = a_task(Status.SUCCEEDED, extras={SENT_PROMPT: "character1在沙发上" + "很" * 2000})
    assert tell(task, VIDEO).json()["output"]["orig_prompt"] == "character1在沙发上" + "很" * 2000


def test_success_of_26() -> None:
    body = checked(tell(a_task(Status.SUCCEEDED, notes=("图1 is a card",)), VIDEO), BailianTask)
    output = body["output"]
    assert output["video_url"] == VIDEO
    assert output["results"] == [{"url": VIDEO}]
    assert output["orig_prompt"] == "character1在沙发上"
    assert output["engine"] == "animatic"
    assert output["notes"] == ["图1 is a card"]
    assert "actual_prompt" not in output
    assert body["usage"] == {
        "duration": 6.65,
        "size": "1280*720",
        "input_video_duration": 1.65,
        "output_video_duration": 5,
        "video_count": 1,
        "SR": 720,
    }
    assert type(body["usage"]["output_video_duration"]) is int


def test_success_of_27_tells_a_ratio() -> None:
    usage = tell(a_task(Status.SUCCEEDED, "wan2.7-r2v"), VIDEO).json()["usage"]
    assert list(usage) == ["duration", "input_video_duration", "output_video_duration", "video_count", "SR", "ratio"]
    assert usage["ratio"] == "16:9"


def test_whole_numbers_leave_as_integers() -> None:
    usage = Usage(Decimal("10.000"), Decimal(0), Decimal("10.0"), 1, tier=Tier(1080))
    text = tell(a_task(Status.SUCCEEDED, usage=usage), VIDEO).body.decode()
    assert '"duration":10,' in text
    assert '"input_video_duration":0,' in text


def test_a_task_is_told_without_its_card_too() -> None:
    told = DIALECT.encode_answer(Told("x", a_task(Status.SUCCEEDED), VIDEO), a_question("/"), None)
    assert checked(told, BailianTask)["usage"]["SR"] == 720


def test_the_rewritten_prompt_is_told_only_where_the_card_says_so() -> None:
    from dataclasses import replace

    task = a_task(Status.SUCCEEDED, actual_prompt="rewritten")
    task = replace(task, request=task.request.but(prompt_extend=True))
    telling = replace(SHELF.find("wan2.6-r2v"), tells_actual_prompt=True)
    assert tell(task, VIDEO, card=telling).json()["output"]["actual_prompt"] == "rewritten"
    assert "actual_prompt" not in tell(task, VIDEO).json()["output"]


def test_a_result_that_is_gone_has_no_link() -> None:
    output = checked(tell(a_task(Status.SUCCEEDED), None), BailianTask)["output"]
    assert "video_url" not in output
    assert "results" not in output


def test_failure_is_told_in_the_output_with_200() -> None:
    fault = MediaRefused(MediaProblem.SECONDS, "Invalid file duration. It has 40 s.", path="input.reference_urls[0]")
    body = checked(tell(a_task(Status.FAILED, fault=fault.record())), BailianTask)
    assert body["output"]["code"] == "InvalidFile.Duration"
    assert body["output"]["message"] == "Invalid file duration. It has 40 s. See input.reference_urls[0]."
    assert "usage" not in body
    assert "code" not in body


def test_a_bug_of_ours_is_told_with_the_submits_request_id() -> None:
    output = tell(a_task(Status.FAILED, fault=InternalFault("secret").record())).json()["output"]
    assert output["code"] == "InternalError"
    assert "Request id: of-the-submit." in output["message"]
    assert tell(a_task(Status.FAILED, fault=None)).json()["output"]["code"] == "InternalError"


@pytest.mark.parametrize(("fraction", "told"), [(0.0, 0), (0.33333, 0.333), (1.0, 1), (7.0, 1), (-1.0, 0)])
def test_progress_while_running(fraction: float, told: float) -> None:
    reply = tell(a_task(Status.RUNNING, fraction=fraction))
    assert checked(reply, BailianTask)["output"]["progress"] == told
    assert reply.headers["x-understudy-engine"] == "animatic"


def test_a_cancel_answers_its_request_id_alone() -> None:
    checked(DIALECT.encode_answer(Canceled("x"), a_question("/"), None), DashScopeCanceled)


def test_a_list_is_flat_and_has_a_copy_for_the_newer_client() -> None:
    page = TaskPage((a_task(Status.SUCCEEDED), a_task()), total=21, page=2, page_size=10)
    body = checked(DIALECT.encode_answer(Listed(page), a_question("/"), None), DashScopeList)
    assert "output" not in body
    assert (body["total"], body["total_page"], body["page_no"], body["page_size"]) == (21, 3, 2, 10)
    assert body["data"][0] == {
        "api_key_id": "7",
        "caller_parent_id": "alice",
        "caller_uid": "alice",
        "gmt_create": 1765815959869,
        "start_time": 1765815959900,
        "end_time": 1765816234869,
        "model_name": "wan2.6-r2v",
        "region": "cn-beijing",
        "request_id": "of-the-submit",
        "status": "SUCCEEDED",
        "task_id": "0385dc79-5ff8-4d82-bcb6-0123456789ab",
        "user_api_unique_key": "apikey:v1:aigc:video-generation:video-synthesis:wan2.6-r2v",
    }
    assert "start_time" not in body["data"][1]
    assert [task["task_status"] for task in body["tasks"]] == ["SUCCEEDED", "PENDING"]


# Questions ----------------------------------------------------------------------------------------------------------


def ask(path: str, method: str = "GET", **query: str) -> Any:
    wire = a_question(path, query, method)
    route, parts = route_of(DIALECT.routes, wire)
    return DIALECT.decode_query(a_question(path, query, method, **parts), route)


def test_questions_about_one_task() -> None:
    assert ask("/api/v1/tasks/abc-1") == StatusQuery("abc-1")
    assert ask("/api/v1/tasks/abc-1/cancel", "POST") == CancelQuery("abc-1")
    assert ask("/api/v1/tasks/abc-1/cancel", "GET") == CancelQuery("abc-1")  # asyncio SDK 1.25.16


@pytest.mark.parametrize("task_id", ["x" * 201, "a\x00b", "a\nb", "\ud800"])
def test_an_id_that_no_submit_ever_answered(task_id: str) -> None:
    assert ask(f"/api/v1/tasks/{task_id}") == StatusQuery(task_id), "it is told of as UNKNOWN"
    with pytest.raises(InvalidRequest):
        ask(f"/api/v1/tasks/{task_id}/cancel", "POST")


def test_lists() -> None:
    assert ask("/api/v1/tasks") == ListQuery(TaskFilter())
    assert ask("/api/v1/tasks", page_no="", status="", model_name="") == ListQuery(TaskFilter())
    full = {
        "page_no": "2",
        "page_size": "5",
        "start_time": "20260101000000",
        "end_time": "20260102000000",
        "model_name": "wan2.6-r2v",
        "api_key_id": "1",
        "region": "cn-beijing",
        "status": "succeeded",
    }
    since = datetime(2025, 12, 31, 16, tzinfo=UTC)
    wanted = TaskFilter(2, 5, since, since + timedelta(days=1), "wan2.6-r2v", Status.SUCCEEDED, "1", "cn-beijing")
    assert ask("/api/v1/tasks", **full) == ListQuery(wanted)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_no", "0"),
        ("page_no", "-1"),
        ("page_no", "1000001"),
        ("page_no", "٣"),
        ("page_size", "101"),
        ("page_size", "9" * 5000),
        ("page_size", "ten"),
        ("start_time", "2026-01-01"),
        ("start_time", "20261301000000"),
        ("end_time", "00000101000000"),
        ("end_time", "00010101000000"),
        ("status", "SLEEPING"),
        ("model_name", "a\x00b"),
    ],
)
def test_a_wrong_list_question_names_its_field(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ask("/api/v1/tasks", **{name: value})
    assert [v.path for v in caught.value.violations] == [name]
    assert len(caught.value.message) < 200


def test_everything_wrong_in_a_list_question_is_told_at_once() -> None:
    with pytest.raises(InvalidRequest) as caught:
        ask("/api/v1/tasks", page_no="x", page_size="y", status="z")
    assert len(caught.value.violations) == 3


def test_uploads() -> None:
    assert ask("/api/v1/uploads", action="getPolicy", model=" wan2.7-r2v ") == TicketQuery("wan2.7-r2v")
    for query in ({}, {"action": "getPolicy"}, {"action": "delete", "model": "m"}, {"model": "m"}):
        with pytest.raises(InvalidRequest):
            ask("/api/v1/uploads", **query)


TICKET = UploadTicket(
    upload_url="https://here/uploads/oss",
    folder="dashscope-instant/alice/2025-12-16/6f1c",
    policy="eyJleHBpcmF0aW9uIjogIjIwMjUtMTItMTZUMDA6MzA6NTlaIn0=",
    signature="c2ln",
    access_key_id="LTAI",
    expires=datetime(2025, 12, 16, 0, 30, 59, tzinfo=UTC),
    seconds=300,
    max_file_bytes=100 * 1024 * 1024,
)


def test_a_ticket_has_every_key_the_sdks_read() -> None:
    body = checked(DIALECT.encode_answer(TICKET, a_question("/"), None), DashScopePolicyAnswer)
    assert body["data"]["x_oss_forbid_overwrite"] == "true"
    assert body["data"]["max_file_size_mb"] == 100
    assert set(body["data"]) == {
        "policy", "signature", "upload_dir", "upload_host", "expire_in_seconds", "max_file_size_mb",
        "capacity_limit_mb", "oss_access_key_id", "x_oss_object_acl", "x_oss_forbid_overwrite",
    }  # fmt: skip


def test_a_ticket_read_back_is_the_same() -> None:
    assert DIALECT.decode_ticket(DIALECT.encode_answer(TICKET, a_question("/"), None)) == TICKET


@pytest.mark.parametrize("policy", ["BASE64POLICY", "e30=", "bnVsbA==", "eyJleHBpcmF0aW9uIjogN30="])
def test_a_policy_that_tells_no_end_is_used_until_it_is_refused(policy: str) -> None:
    from dataclasses import replace

    reply = DIALECT.encode_answer(replace(TICKET, policy=policy), a_question("/"), None)
    assert DIALECT.decode_ticket(reply).expires.year == 9999


def test_an_incomplete_policy_names_what_is_missing() -> None:
    with pytest.raises(Unavailable, match=r"data\.policy"):
        DIALECT.decode_ticket(WireReply(200, b'{"request_id": "r", "data": {}}'))


def test_the_form_of_an_upload() -> None:
    fields = DIALECT.form_fields(TICKET, "图 1.png")
    assert fields["key"] == "dashscope-instant/alice/2025-12-16/6f1c/图 1.png"
    assert fields["success_action_status"] == "200"
    assert set(fields) == {
        "OSSAccessKeyId", "Signature", "policy", "key", "x-oss-object-acl", "x-oss-forbid-overwrite",
        "success_action_status",
    }  # fmt: skip


# Reading tasks ------------------------------------------------------------------------------------------------------

WORDS = [
    ("PENDING", "PENDING"), ("RUNNING", "RUNNING"), ("SUCCEEDED", "SUCCEEDED"), ("FAILED", "FAILED"),
    ("CANCELED", "CANCELED"), ("UNKNOWN", None), ("SUSPENDED", "PENDING"), ("PRE-PROCESSING", "RUNNING"),
    ("POST-PROCESSING", "RUNNING"), ("DREAMING", "RUNNING"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "status"), WORDS)
def test_states_of_other_servers(word: str, status: str | None) -> None:
    told = DIALECT.decode_reply(WireReply.of_json(200, {"output": {"task_id": "t", "task_status": word}}))
    assert told.status == status


@pytest.mark.parametrize(
    "output",
    [
        {"video_url": VIDEO},
        {"output_video_url": VIDEO},
        {"results": [{"url": VIDEO}]},
        {"video_url": "", "results": [{}, {"url": VIDEO}]},
    ],
)
def test_result_links_of_other_servers(output: dict[str, Any]) -> None:
    reply = WireReply.of_json(200, {"output": {"task_id": "t", "task_status": "SUCCEEDED", **output}, "usage": None})
    assert DIALECT.decode_reply(reply) == RemoteTask("t", "SUCCEEDED", VIDEO)


def test_odd_values_of_other_servers_do_no_harm() -> None:
    output = {
        "task_id": 7,
        "task_status": "RUNNING",
        "results": {"url": 1},
        "notes": "x",
        "progress": "half",
        "code": None,
    }
    told = DIALECT.decode_reply(
        WireReply.of_json(200, {"output": output, "usage": [1]}, {"x-understudy-engine": "toy"})
    )
    assert told == RemoteTask("7", "RUNNING", engine="toy")


def test_a_cancel_answer_reads_as_canceled() -> None:
    assert DIALECT.decode_reply(WireReply(200, b'{"request_id": "r"}')).status == "CANCELED"


def test_compact_times_are_checked() -> None:
    with pytest.raises(ValueError, match="is not a time"):
        read_compact_time("２０２６０１０１０００００", UTC)
