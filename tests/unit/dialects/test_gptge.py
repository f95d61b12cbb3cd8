"""gpt.ge: DashScope's bodies on a gateway's routes. Source: spec/gateways.md §2; seed 002."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.core.faults import (
    CannotExpress,
    Fault,
    Forbidden,
    InternalFault,
    InvalidRequest,
    MediaRefused,
    NotFound,
    QuotaExhausted,
    Refused,
    Throttled,
    Unauthenticated,
    fault_classes,
)
from understudy.core.request import Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.task import WANTED_ENGINE, Status, Task
from understudy.core.units import Ratio, Size, Tier
from understudy.core.usage import Usage
from understudy.core.wire import Accepted, CancelQuery, StatusQuery, Told, WireReply
from understudy.dialects.gptge import DIALECT, MAKES
from wires import a_question, a_submit, route_of, shared

SHELF = Shelf.open()
REF, TEXT, IMAGE = "/task/bailian/ref2video", "/task/bailian/text2video", "/task/bailian/image2video"
ALIAS = "/alibailian/api/v1/services/aigc/video-generation/video-synthesis"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ID = "6f1ce1f2-0385-4d82-bcb6-0123456789ab"


def decoded(body: Any, path: str = REF, profile: Profile = Profile.COMPAT) -> VideoRequest:
    """No header of DashScope's is needed here."""
    return DIALECT.decode_submit(a_submit(body, path, x_dashscope_async=""), SHELF, profile)


def a_body(model: str = "wan2.6-r2v", **parameters: Any) -> dict[str, Any]:
    given = {"prompt": "Character1 waves.", "reference_urls": ["https://x/a.mp4", "https://x/b.png"]}
    return {"model": model, "input": given, "parameters": parameters}


# Submits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", Profile)
def test_the_body_of_document_002(profile: Profile) -> None:
    text = next(shared("seeds").glob("002_*")).read_text("utf-8")
    start = text.index("-d '{") + 4
    body = json.loads(text[start : text.index("}'", start) + 1])
    request = decoded(body, profile=profile)
    assert (request.model, request.seconds, request.sound, request.shot_type) == (
        "wan2.6-r2v-flash", 10, True, ShotType.MULTI,
    )  # fmt: skip
    assert request.size == Size(1280, 720)
    assert [r.medium for r in request.references] == [Medium.VIDEO, Medium.VIDEO, Medium.IMAGE, Medium.IMAGE]
    assert request.references[3].path == "input.reference_urls[3]"


def test_size_is_marked_required_and_has_a_default() -> None:
    request = decoded(a_body())
    assert complete(request, SHELF.find("wan2.6-r2v"), Profile.STRICT).size == Size(1920, 1080)


def test_the_newer_model_is_taken_with_its_media() -> None:
    media = [{"type": "reference_image", "url": "https://x/a.png", "reference_voice": "https://x/a.mp3"}]
    request = decoded({"model": "wan2.7-r2v", "input": {"prompt": "图1挥手", "media": media}})
    assert request.references[0].voice == "https://x/a.mp3"


def test_an_upload_needs_no_header_to_be_read() -> None:
    body = a_body()
    body["input"]["reference_urls"] = ["oss://dashscope-instant/a/b.mp4"]
    assert decoded(body, profile=Profile.STRICT).references[0].url.startswith("oss://")


@pytest.mark.parametrize(
    ("model", "path", "right"),
    [
        ("wan2.6-t2v", REF, TEXT),
        ("wan2.6-i2v", TEXT, IMAGE),
        ("wan2.6-r2v", IMAGE, REF),
        ("wanx2.1-kf2v-plus", IMAGE, "/alibailian/"),
        ("wanx2.1-vace-plus", REF, "/alibailian/"),
    ],
)
def test_a_model_of_another_family_is_shown_its_route(model: str, path: str, right: str) -> None:
    with pytest.raises(InvalidRequest, match=f"send it to {right}"):
        decoded(a_body(model), path)


def test_the_alias_takes_every_model_as_dashscope_does() -> None:
    assert decoded(a_body(), ALIAS) == decoded(a_body())
    body = {"model": "wan2.6-t2v", "input": {"prompt": "A cat."}}
    assert decoded(body, ALIAS, Profile.STRICT) == decoded(body, TEXT, Profile.STRICT)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"model": "wan9"}, NotFound),
        ({"model": 5, "input": {}}, InvalidRequest),
        ({"input": {}}, InvalidRequest),
        (b"[]", InvalidRequest),
        (a_body(duration="5"), InvalidRequest),
    ],
)
def test_bad_bodies(body: Any, fault: type[Fault]) -> None:
    with pytest.raises(fault):
        decoded(body)


def test_keys_and_wishes() -> None:
    wire = a_submit({}, REF, x_understudy_engine="testcard")
    assert DIALECT.read_key(wire) == "sk-1"
    assert DIALECT.wishes(wire) == {WANTED_ENGINE: "testcard"}
    assert not DIALECT.waits(wire, SHELF.find("emo-detect-v1"))
    with pytest.raises(Unauthenticated):
        DIALECT.read_key(a_submit({}, REF, authorization=""))
    assert DIALECT.encode_key("k") == {"authorization": "Bearer k"}


# Tasks --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [f"/task/{ID}", f"/task/bailian/{ID}", f"/alibailian/api/v1/tasks/{ID}"])
def test_a_task_is_asked_for_at_three_places(path: str) -> None:
    wire = a_question(path)
    route, parts = route_of(DIALECT.routes, wire)
    assert DIALECT.decode_query(replace(wire, path_values=parts), route) == StatusQuery(ID)


def a_task(model: str, status: Status = Status.SUCCEEDED, **more: Any) -> Task:
    usage = Usage(
        Decimal(10), Decimal("1.65"), Decimal("11.65"), 1, tier=Tier(720), size=Size(1280, 720), ratio=Ratio(16, 9)
    )
    return Task(
        ID, "a", "k", "gptge", VideoRequest(model, prompt="p"), NOON, NOON + timedelta(days=1), "r", status=status,
        started=NOON, ended=NOON, usage=usage, **more,
    )  # fmt: skip


def test_usage_is_told_in_old_and_new_words_at_once() -> None:
    """Source: spec/gateways.md §2.3; every single name is documented, the union is ours."""
    told = Told(ID, a_task("wan2.6-r2v"), "https://here/x.mp4")
    both = {
        "video_count": 1, "video_ratio": "1280*720", "video_duration": 10, "duration": 11.65, "size": "1280*720",
        "input_video_duration": 1.65, "output_video_duration": 10, "SR": 720,
    }  # fmt: skip
    for card in (SHELF.find("wan2.6-r2v"), None):
        reply = DIALECT.encode_answer(told, a_question("/"), card)
        assert reply.json()["usage"] == both
    assert '"video_duration":10,' in reply.body.decode(), "whole numbers are whole on the wire"
    newer = DIALECT.encode_answer(replace(told, task=a_task("wan2.7-r2v")), a_question("/"), SHELF.find("wan2.7-r2v"))
    assert newer.json()["usage"] == both | {"ratio": "16:9"}
    assert reply.json()["output"]["video_url"] == "https://here/x.mp4"


@pytest.mark.parametrize("status", [Status.PENDING, Status.RUNNING, Status.FAILED, Status.CANCELED])
def test_a_task_that_made_nothing_has_no_usage(status: Status) -> None:
    answer = DIALECT.encode_answer(Told(ID, a_task("wan2.6-r2v", status)), a_question("/"), None)
    assert "usage" not in answer.json()
    assert answer.json()["output"]["task_status"] == status.value


def test_submits_and_unknown_tasks_are_told_as_dashscope_does() -> None:
    accepted = DIALECT.encode_answer(Accepted(a_task("wan2.6-r2v")), a_question("/"), None).json()
    assert accepted["output"] == {"task_id": ID, "task_status": "PENDING"}
    unknown = DIALECT.encode_answer(Told("x", None), a_question("/"), None)
    assert (unknown.status, unknown.json()["output"]["task_status"]) == (200, "UNKNOWN")


def test_times_are_printed_in_the_zone_of_the_settings() -> None:
    told = DIALECT.in_zone(0).encode_answer(Told(ID, a_task("wan2.6-r2v")), a_question("/"), None)
    assert told.json()["output"]["submit_time"] == "2026-03-01 12:00:00.000"
    assert "UTC" in repr(DIALECT)


# Errors -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in fault_classes() if kind is not MediaRefused])
def test_every_error_has_both_shapes(kind: type[Fault]) -> None:
    reply = DIALECT.encode_fault(kind(), a_question("/"))
    body = reply.json()
    assert sorted(body) == ["code", "error", "message", "request_id"]
    assert body["error"]["message"] == body["message"]
    assert body["error"]["code"] == body["code"]
    assert body["error"]["type"]
    assert isinstance(read(reply), (kind, InvalidRequest, NotFound)), "Gone and Refused have no code of their own"


def read(reply: WireReply) -> Fault:
    with pytest.raises(Fault) as caught:
        DIALECT.decode_reply(reply)
    return caught.value


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, {"message": "Invalid token", "type": "new_api_error", "code": ""}, Unauthenticated),
        (403, {"message": "no quota", "type": "new_api_error", "code": "insufficient_user_quota"}, QuotaExhausted),
        (403, {"message": "no", "type": "t", "code": "odd"}, Forbidden),
        (429, {"message": "slow down", "type": "rate_limit_error", "code": "rate_limit_exceeded"}, Throttled),
        (400, {"message": "bad", "type": "t", "code": "DataInspectionFailed"}, Refused),
        (400, {"message": "bad", "type": "t", "code": "InvalidParameter"}, InvalidRequest),
    ],
)
def test_errors_in_openais_shape_alone(status: int, error: dict[str, str], kind: type[Fault]) -> None:
    """GUESS there: the gateway's own refusals. Source: spec/gateways.md §2.4."""
    fault = read(WireReply.of_json(status, {"error": error}))
    assert type(fault) is kind
    assert fault.message == error["message"]


def test_errors_in_dashscopes_shape_alone_and_no_json() -> None:
    assert isinstance(read(WireReply(500, b'{"error": {"message": "m", "type": "t"}}x')), InternalFault)
    assert isinstance(read(WireReply.of_json(400, {"code": "DataInspectionFailed", "message": "m"})), Refused)
    assert "502" in read(WireReply(502, b"<html>")).message
    assert isinstance(DIALECT.read_fault("DataInspectionFailed", "m"), Refused)


# The client half ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "references", "path"),
    [
        ("wan2.6-t2v", (), TEXT),
        ("wan2.6-i2v", (Reference("https://x/a.png", Medium.IMAGE, Role.FIRST_FRAME),), IMAGE),
        ("wan2.6-r2v", (Reference("https://x/a.png", Medium.IMAGE),), REF),
        ("wan2.7-videoedit", (Reference("https://x/a.mp4", Medium.VIDEO, Role.SOURCE_VIDEO),), ALIAS),
    ],
)
def test_a_request_goes_by_its_familys_route(model: str, references: tuple[Reference, ...], path: str) -> None:
    wire = DIALECT.encode_submit(VideoRequest(model, prompt="p", references=references), SHELF.find(model))
    assert wire.path == path
    assert dict(wire.headers) == {"content-type": "application/json"}
    assert json.loads(wire.body)["model"] == model


def test_what_the_gateway_has_no_route_for_is_named() -> None:
    portrait = Reference("https://x/a.png", Medium.IMAGE, Role.PORTRAIT)
    with pytest.raises(CannotExpress, match="no route"):
        DIALECT.encode_submit(VideoRequest("emo-detect-v1", references=(portrait,)), SHELF.find("emo-detect-v1"))
    with pytest.raises(CannotExpress):
        DIALECT.encode_query(CancelQuery(ID))
    assert DIALECT.encode_query(StatusQuery("a/b")).path == "/task/a%2Fb"


def test_every_family_has_a_route() -> None:
    assert {route.path for route in DIALECT.routes if route.method == "POST"} >= set(MAKES)
