"""Recorded requests of the real SDKs go through the codec. Source: spec/captures, spec/dashscope.md §12."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import pytest

from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.core.faults import InvalidRequest, NotFound
from understudy.core.request import Medium, Profile, Role, ShotType, VideoRequest
from understudy.core.task import Status, TaskFilter
from understudy.core.units import Ratio, Size, Tier
from understudy.core.wire import Action, CancelQuery, ListQuery, Query, StatusQuery, TicketQuery, WireReply, WireRequest
from understudy.dialects._bailian import read_compact_time
from understudy.dialects.dashscope import DIALECT
from understudy.dialects.dashscope.guesses import BEIJING_TIME
from wires import Recorded, recorded, route_of

SHELF = Shelf.open()
IMAGE, VIDEO, UNKNOWN = Medium.IMAGE, Medium.VIDEO, Medium.UNKNOWN
Expected: TypeAlias = Mapping[str, Any]

FULL_27: Expected = {"tier": Tier(720), "ratio": Ratio(16, 9), "seconds": 10, "prompt_extend": False, "watermark": True}

REQUESTS: dict[str, Expected] = {
    "r2v27_call_media_http": {
        "media": [(IMAGE, "girl.jpg", "girl.mp3"), (VIDEO, "role2.mp4", "boy.mp3"), (IMAGE, "o3.png", None),
                  (IMAGE, "o4.png", None), (IMAGE, "bg5.png", None)],
        **FULL_27,
    },
    "r2v27_storyboard": {"media": [(IMAGE, "sb.png", None)], **FULL_27},
    "r2v27_first_frame": {
        "media": [(IMAGE, "ff.webp", None), (IMAGE, "qq.webp", None), (IMAGE, "ob.webp", None)],
        "first_frame": "https://example.com/ff.webp",
        **FULL_27,
        "ratio": None,
    },
    "r2v26_local_files": {
        "media": [(VIDEO, "role 1.mp4", None), (IMAGE, "girl.jpg", None), (IMAGE, "x.png", None)],
        "size": Size(1280, 720),
        "seconds": 5,
        "shot_type": ShotType.MULTI,
        "sound": True,
    },
    "r2v26_reference_video_urls_relative": {
        "media": [(VIDEO, "role 1.mp4", None)], "size": Size(1280, 720), "seconds": 5,
    },
    "r2v26_reference_video_description": {
        "media": [(VIDEO, "a.mp4", None)], "negative_prompt": "低质量", "description": "一个穿雨衣的人",
    },
    "r2v27_media_local_files": {
        "media": [(IMAGE, "图 1.png", "voice.mp3"), (VIDEO, "role 1.mp4", None)],
        "tier": Tier(720),
    },
    "aio_async_call_r2v27": {"media": [(IMAGE, "girl.jpg", None)], "tier": Tier(720), "ratio": Ratio(1, 1)},
    "v2_create_r2v27_local": {
        "media": [(IMAGE, "girl.jpg", "voice.mp3")], **FULL_27, "seconds": 5,
    },
    "v2_create_r2v26_refs": {"media": [(VIDEO, "role 1.mp4", None), (IMAGE, "x.png", None)], "size": Size(1280, 720)},
    "raw_upload_submit_poll": {
        "media": [(VIDEO, "role 1.mp4", None)], "size": Size(1280, 720), "seconds": 5, "sound": True,
        "shot_type": ShotType.MULTI,
    },
}  # fmt: skip
"""What each r2v scenario asks for. `media`: medium, file name, voice's file name."""


def decode(record: Recorded) -> VideoRequest | Query:
    route, parts = route_of(DIALECT.routes, record.request)
    wire = record.request
    assert DIALECT.read_key(wire) == "<redacted>"
    if route.action is Action.SUBMIT:
        return DIALECT.decode_submit(wire, SHELF, Profile.COMPAT)
    wire = WireRequest(wire.method, wire.path, wire.query, wire.headers, wire.body, parts, "", wire.request_id)
    return DIALECT.decode_query(wire, route)


def is_ours(record: Recorded) -> bool:
    return isinstance(record.body, dict) and "-r2v" in str(record.body.get("model"))


def records() -> list[Recorded]:
    return list(recorded())


def test_every_r2v_submit_asks_for_what_its_scenario_says() -> None:
    seen = set()
    for record in records():
        if not is_ours(record):
            continue
        expected = REQUESTS[record.scenario]
        request = decode(record)
        assert isinstance(request, VideoRequest)
        seen.add(record.scenario)
        assert request.prompt == (record.body["input"]["prompt"] or ""), record.name
        names = [(r.medium, _name(r.url), _name(r.voice) if r.voice else None) for r in request.references]
        assert names == list(expected["media"]), record.name
        first = request.first_frame
        assert (first.url if first else None) == expected.get("first_frame"), record.name
        assert request.references[-1].description == expected.get("description"), record.name
        for field in ("size", "tier", "ratio", "seconds", "shot_type", "sound", "watermark", "prompt_extend", "seed"):
            assert getattr(request, field) == expected.get(field), (record.name, field)
        assert request.negative_prompt == expected.get("negative_prompt", ""), record.name
        assert all(r.role is Role.SUBJECT for r in request.subjects)
    assert seen == set(REQUESTS)


def _name(url: str) -> str:
    return url.rpartition("/")[2]


REFUSED = {
    "missing_plain_path": "input.img_url",
    "missing_file_uri": "input.img_url",
    "no_prompt": "input.prompt",
}
"""Scenarios in which the SDK passes on what cannot be served, and the field that says so."""


def test_every_submit_of_every_family_is_a_request_or_names_what_is_wrong() -> None:
    """A model that the recording server made up is 404 and never a crash; the rest completes with its card."""
    families: set[str] = set()
    strangers: set[str] = set()
    for record in records():
        if record.body is None or record.request.method != "POST" or not _is_submit(record):
            continue
        model = record.body["model"]
        if model not in KNOWN:
            with pytest.raises(NotFound) as caught:
                decode(record)
            assert caught.value.what == "model", record.name
            strangers.add(model)
            continue
        request = decode(record)
        assert isinstance(request, VideoRequest)
        card = SHELF.find(model).of(request.function)
        if record.scenario in REFUSED:
            with pytest.raises(InvalidRequest) as refused:
                complete(request, card, Profile.COMPAT)
            assert [v.path for v in refused.value.violations] == [REFUSED[record.scenario]], record.name
        else:
            complete(request, card, Profile.COMPAT)
            families.add(card.family)
    assert families >= {
        "wan-t2v", "wan-i2v", "wan-kf2v", "vace", "style", "emo", "liveportrait", "videoretalk", "animate-anyone",
    }  # fmt: skip
    assert all(name.endswith("-x") or name.startswith(("err-", "results-", "wan3.0")) for name in strangers)


KNOWN = {name for card in SHELF.all() for name in (card.model, *card.aliases)}


def _is_submit(record: Recorded) -> bool:
    return "/services/" in record.request.path


FILTERS = {
    "list_filters": TaskFilter(
        2, 5, read_compact_time("20260101000000", BEIJING_TIME), read_compact_time("20260102000000", BEIJING_TIME),
        "wan2.6-r2v", Status.SUCCEEDED, "1", "cn-beijing",
    ),
    "aio_list_filters": TaskFilter(2, 10, model="wan2.6-r2v", status=Status.FAILED),
}  # fmt: skip


def test_every_question_is_understood() -> None:
    kinds: dict[type, int] = {}
    for record in records():
        if record.request.method == "POST" and "/cancel" not in record.request.path:
            continue
        query = decode(record)
        kinds[type(query)] = kinds.get(type(query), 0) + 1
        path, asked = record.request.path, dict(record.request.query)
        if isinstance(query, StatusQuery):
            assert path == f"/api/v1/tasks/{query.task_id}"
        elif isinstance(query, CancelQuery):
            assert path == f"/api/v1/tasks/{query.task_id}/cancel"
        elif isinstance(query, TicketQuery):
            assert asked == {"action": "getPolicy", "model": query.model}
        elif isinstance(query, ListQuery):
            said = DIALECT.encode_query(query).query
            assert said == asked, record.name
            if record.scenario in FILTERS:
                assert query.filter == FILTERS[record.scenario]
    assert min(kinds[kind] for kind in (StatusQuery, CancelQuery, ListQuery, TicketQuery)) >= 10


def test_the_recorded_answers_are_read_by_the_client_half() -> None:
    """What the SDKs were answered, our client half understands too: a state, or a fault with words."""
    states = set()
    for record in records():
        body = record.response["body"]
        if not isinstance(body, dict) or "output" not in body or "task_status" not in body["output"]:
            continue
        if record.response["status"] == 200:
            states.add(DIALECT.decode_reply(WireReply.of_json(200, body)).status)
    assert {"PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", None} <= states


@pytest.mark.parametrize("field", ["extend_prompt", "function"])
def test_the_noise_is_really_there(field: str) -> None:
    """The 1.x calls always send it; a codec that never met it proves nothing."""
    assert any(field in record.body["input"] for record in records() if is_ours(record))
