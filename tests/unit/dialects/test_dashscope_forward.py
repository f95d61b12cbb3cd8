"""What a request looks like when we send it to a DashScope server, and what cannot be said. Source: §5."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.core.card import Option, OptionKind
from understudy.core.faults import CannotExpress
from understudy.core.request import Medium, Reference, Role, ShotType, VideoRequest
from understudy.core.task import Status, TaskFilter
from understudy.core.units import Ratio, Size, Tier
from understudy.core.wire import CancelQuery, ListQuery, StatusQuery, TicketQuery
from understudy.dialects.dashscope import DIALECT

SHELF = Shelf.open()
GIRL = Reference("https://x/girl.jpg", Medium.IMAGE)
BOY = Reference("oss://d/boy 1.mp4", Medium.VIDEO)
OPENING = Reference("https://x/first.webp", Medium.IMAGE, Role.FIRST_FRAME)


def asked(model: str, *references: Reference, **wishes: Any) -> VideoRequest:
    return VideoRequest(model, prompt="p", references=references or (GIRL,), **wishes)


def written(request: VideoRequest) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(DIALECT.encode_submit(request, SHELF.find(request.model)).body)
    return body


def test_a_27_submit() -> None:
    girl = replace(GIRL, voice="https://x/v.mp3")
    request = asked(
        "wan2.7-r2v", OPENING, girl, BOY, tier=Tier(720), ratio=Ratio(16, 9), seconds=10, prompt_extend=False
    )
    wire = DIALECT.encode_submit(request, SHELF.find(request.model))
    assert (wire.method, wire.path) == ("POST", "/api/v1/services/aigc/video-generation/video-synthesis")
    assert wire.headers == {
        "content-type": "application/json",
        "x-dashscope-async": "enable",
        "x-dashscope-ossresourceresolve": "enable",
    }
    assert json.loads(wire.body) == {
        "model": "wan2.7-r2v",
        "input": {
            "prompt": "p",
            "media": [
                {"type": "first_frame", "url": "https://x/first.webp"},
                {"type": "reference_image", "url": "https://x/girl.jpg", "reference_voice": "https://x/v.mp3"},
                {"type": "reference_video", "url": "oss://d/boy 1.mp4"},
            ],
        },
        "parameters": {"resolution": "720P", "ratio": "16:9", "duration": 10, "prompt_extend": False},
    }


def test_a_26_submit() -> None:
    request = asked(
        "wan2.6-r2v",
        GIRL,
        replace(BOY, description="a rider"),
        negative_prompt="blurry",
        size=Size(1280, 720),
        seconds=5,
        shot_type=ShotType.MULTI,
        sound=False,
        watermark=True,
        seed=7,
    )
    assert written(request) == {
        "model": "wan2.6-r2v",
        "input": {
            "prompt": "p",
            "negative_prompt": "blurry",
            "reference_urls": ["https://x/girl.jpg", "oss://d/boy 1.mp4"],
            "reference_video_description": ["a rider"],
        },
        "parameters": {
            "size": "1280*720",
            "shot_type": "multi",
            "audio": False,
            "duration": 5,
            "watermark": True,
            "seed": 7,
        },
    }


def test_no_resolve_header_where_nothing_is_oss() -> None:
    wire = DIALECT.encode_submit(asked("wan2.6-r2v"), SHELF.find("wan2.6-r2v"))
    assert "x-dashscope-ossresourceresolve" not in wire.headers


PICTURES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("wan2.6-r2v", {}, {}),
    ("wan2.6-r2v", {"tier": Tier(720)}, {"size": "1280*720"}),
    ("wan2.6-r2v", {"ratio": Ratio(9, 16)}, {"size": "1080*1920"}),
    ("wan2.6-r2v", {"tier": Tier(720), "ratio": Ratio(4, 3)}, {"size": "1088*832"}),
    ("wan2.6-r2v", {"size": Size(1088, 832), "tier": Tier(720), "ratio": Ratio(4, 3)}, {"size": "1088*832"}),
    ("wan2.6-r2v", {"size": Size(320, 180)}, {"size": "320*180"}),  # whether it is made is the card's to say
    ("wan2.7-r2v", {}, {}),
    ("wan2.7-r2v", {"tier": Tier(720)}, {"resolution": "720P"}),
    ("wan2.7-r2v", {"size": Size(1104, 832)}, {"resolution": "720P", "ratio": "4:3"}),
    ("wan2.7-r2v", {"size": Size(1104, 832), "tier": Tier(720)}, {"resolution": "720P", "ratio": "4:3"}),
]


@pytest.mark.parametrize(("model", "wishes", "said"), PICTURES)
def test_pictures_are_said_in_the_models_own_way(model: str, wishes: dict[str, Any], said: dict[str, Any]) -> None:
    assert written(asked(model, **wishes))["parameters"] == said


def test_with_a_first_frame_the_exact_size_follows_from_it() -> None:
    request = asked("wan2.7-r2v", OPENING, GIRL, tier=Tier(720), size=Size(1008, 912))
    assert written(request)["parameters"] == {"resolution": "720P"}


def test_sound_is_no_wish_where_it_is_always_made() -> None:
    assert written(asked("wan2.7-r2v", sound=True))["parameters"] == {}


def test_a_medium_may_stay_unknown_where_the_url_shows_it() -> None:
    item = written(asked("wan2.7-r2v", Reference("https://x/a.mov")))["input"]["media"][0]
    assert item["type"] == "reference_video"


UNSAYABLE: list[tuple[VideoRequest, str]] = [
    (asked("wan2.7-r2v", shot_type=ShotType.SINGLE), "shot_type"),
    (asked("wan2.7-r2v", sound=False), "sound"),
    (asked("wan2.7-r2v", size=Size(640, 480)), "size"),
    (asked("wan2.7-r2v", size=Size(1280, 720), tier=Tier(1080)), "size"),
    (asked("wan2.7-r2v", Reference("https://x/a")), "references[0]"),
    (asked("wan2.7-r2v", GIRL, Reference("https://x/a.mp3", Medium.AUDIO)), "references[1]"),
    (asked("wan2.7-r2v", GIRL, replace(OPENING, role=Role.LAST_FRAME)), "references[1]"),
    (asked("wan2.7-r2v", replace(BOY, role=Role.FIRST_FRAME)), "references[0]"),
    (asked("wan2.7-r2v", options={"bgm": True}), "options.bgm"),
    (asked("wan2.6-r2v", OPENING), "references[0].role"),
    (asked("wan2.6-r2v", GIRL, replace(BOY, voice="https://x/v.mp3")), "references[1].voice"),
    (asked("wan2.6-r2v", Reference("https://x/a.mp3", Medium.AUDIO)), "references[0].medium"),
    (asked("wan2.6-r2v", replace(GIRL, description="a girl")), "references[0].description"),
    (asked("wan2.6-r2v", size=Size(1280, 720), ratio=Ratio(9, 16)), "size"),
    (asked("wan2.6-r2v", tier=Tier(480)), "tier"),
    (asked("wan2.6-r2v", ratio=Ratio(21, 9)), "ratio"),
    (asked("wan2.6-r2v", options={"movement_amplitude": "large"}), "options.movement_amplitude"),
]


@pytest.mark.parametrize(("request_", "field"), UNSAYABLE)
def test_a_wish_without_a_word_is_named_not_dropped(request_: VideoRequest, field: str) -> None:
    with pytest.raises(CannotExpress) as caught:
        DIALECT.encode_submit(request_, SHELF.find(request_.model))
    assert caught.value.field == field


def test_where_the_media_set_the_size_none_is_said() -> None:
    """A settled request carries the size that followed from its film; the other server settles it again."""
    card = SHELF.find("videoretalk")
    request = VideoRequest("videoretalk", size=Size(640, 640), tier=Tier(720))
    assert json.loads(DIALECT.encode_submit(request, card).body)["parameters"] == {}


def test_options_that_the_card_lists_are_carried() -> None:
    card = replace(SHELF.find("wan2.6-r2v"), options={"fps": Option(OptionKind.WHOLE)})
    body = json.loads(DIALECT.encode_submit(asked("wan2.6-r2v", options={"fps": 8}), card).body)
    assert body["parameters"]["fps"] == 8


def test_questions() -> None:
    said = DIALECT.encode_query(StatusQuery("a b/c"))
    assert (said.method, said.path) == ("GET", "/api/v1/tasks/a%20b%2Fc")
    said = DIALECT.encode_query(CancelQuery("t"))
    assert (said.method, said.path) == ("POST", "/api/v1/tasks/t/cancel")
    said = DIALECT.encode_query(TicketQuery("wan2.7-r2v"))
    assert (said.path, said.query) == ("/api/v1/uploads", {"action": "getPolicy", "model": "wan2.7-r2v"})
    said = DIALECT.encode_query(ListQuery(TaskFilter(page=3, status=Status.FAILED)))
    assert said.query == {"page_no": "3", "page_size": "10", "status": "FAILED"}


def test_with_a_first_frame_a_size_alone_still_says_its_tier() -> None:
    request = asked("wan2.7-r2v", OPENING, GIRL, size=Size(1280, 720))
    assert written(request)["parameters"] == {"resolution": "720P", "ratio": "16:9"}
