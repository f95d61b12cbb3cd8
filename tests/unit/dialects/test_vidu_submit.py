"""What a submit on Vidu's wire may say, and what is wrong with it. Source: spec/gateways.md §4.1, §4.2."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.core.faults import (
    CannotExpress,
    InvalidRequest,
    Unauthenticated,
    ViolationKind,
)
from understudy.core.request import Medium, Profile, Reference, Role, VideoRequest
from understudy.core.units import Ratio, Tier
from understudy.core.wire import (
    WireRequest,
)
from understudy.dialects.vidu import DIALECT
from wires import a_submit

SHELF = Shelf.open()
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TASK_ID = "0190b6f6-0385-4d82-bcb6-0123456789ab"
A, B, C = (f"https://x/{name}.png" for name in "abc")


def read(work: str, profile: Profile = Profile.COMPAT, **body: Any) -> VideoRequest:
    request = DIALECT.decode_submit(a_submit(body, f"/ent/v2/{work}"), SHELF, profile)
    return request.but(references=tuple(replace(r, path="") for r in request.references))


def image(url: str, role: Role = Role.SUBJECT, name: str = "") -> Reference:
    return Reference(url, Medium.IMAGE, role, name=name)


# What a submit may say ------------------------------------------------------------------------------------------------


def test_every_field_says_something() -> None:
    assert read(
        "reference2video", model="viduq2", prompt="@Mara waves", images=[A], duration=4, seed=9, aspect_ratio="3:4",
        resolution="1080p", movement_amplitude="small", bgm=True, audio=True, audio_type="all", voice_id="v",
        off_peak=True, watermark=True, wm_position=1, wm_url="https://x/logo.png", payload="p", nonsense={"a": 1},
    ) == VideoRequest(
        "viduq2", "reference2video", "@Mara waves", references=(image(A),), tier=Tier(1080), ratio=Ratio(3, 4),
        seconds=4, sound=True, watermark=True, seed=9,
        options={"movement_amplitude": "small", "bgm": True, "audio_type": "all", "voice_id": "v", "off_peak": True,
                 "wm_position": 1, "wm_url": "https://x/logo.png"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("work", "body", "references"),
    [
        ("img2video", {"model": "viduq2-pro", "images": [A]}, [image(A, Role.FIRST_FRAME)]),
        ("start-end2video", {"model": "viduq1", "images": [A, B]},
         [image(A, Role.FIRST_FRAME), image(B, Role.LAST_FRAME)]),
        ("reference2video", {"model": "viduq2", "images": [A, B, C]}, [image(A), image(B), image(C)]),
        ("reference2video", {"model": "viduq2", "subjects": [{"id": "1", "images": [A, B]},
                                                             {"name": "two", "images": [C]}]},
         [image(A, name="1"), image(B, name="1"), image(C, name="two")]),
        ("reference2video", {"model": "viduq2-pro", "images": [A], "videos": ["https://x/v.mp4"]},
         [image(A), Reference("https://x/v.mp4", Medium.VIDEO)]),
        ("reference2video", {"model": "viduq2", "images": ["ssupload:?id=0190"]}, [image("upload:0190")]),
        ("template2video", {"template": "hug", "images": [A, B]}, [image(A, Role.FIRST_FRAME), image(B)]),
        ("extend", {"model": "viduq2-pro", "video_url": "https://x/v.mp4", "images": [A]},
         [image(A, Role.LAST_FRAME), Reference("https://x/v.mp4", Medium.VIDEO, Role.FIRST_CLIP)]),
        ("lip-sync", {"video_url": "https://x/v.mp4", "audio_url": "https://x/s.mp3", "ref_photo_url": A},
         [Reference("https://x/v.mp4", Medium.VIDEO, Role.SOURCE_VIDEO),
          Reference("https://x/s.mp3", Medium.AUDIO, Role.DRIVING_AUDIO), image(A, Role.FACE)]),
        ("one-click/mv", {"images": [A], "audio_url": "https://x/s.mp3"},
         [image(A), Reference("https://x/s.mp3", Medium.AUDIO, Role.DRIVING_AUDIO)]),
        ("text2video", {"model": "viduq2", "images": [A]}, []),
    ],
)  # fmt: skip
def test_what_the_media_are_for(work: str, body: dict[str, Any], references: list[Reference]) -> None:
    assert list(read(work, prompt="p", **body).references) == references


def test_what_is_said_loosely_is_understood() -> None:
    """The vendor's own client sends an empty ratio; its examples write seeds as texts; 0 is any seed."""
    plain = read("text2video", model="viduq2", prompt="p")
    assert (
        read("text2video", model="viduq2", prompt="p", aspect_ratio="", resolution="", seed="0", duration=None) == plain
    )
    assert read("text2video", model="viduq2", prompt="p", seed="7", duration=5.0).seed == 7
    assert read("text2video", model="viduq3-pro", prompt="p", resolution="1080P").tier == Tier(1080)
    assert read("img2video", model="viduq3-pro", images=[A], resolution="2K").tier == Tier(1440)
    both = read("lip-sync", video_url="https://x/v.mp4", audio_url="https://x/s.mp3", text="hello")
    assert "text" not in both.options, "with both, the sound wins"


def test_models_of_others_are_asked_for_by_what_they_make() -> None:
    request = read(
        "reference2video", model="wan2.7-r2v", prompt="p", images=[A], resolution="720p", aspect_ratio="9:16"
    )
    assert (request.model, request.function, request.tier) == ("wan2.7-r2v", "", Tier(720))
    wire = DIALECT.encode_submit(request, SHELF.find("wan2.7-r2v"))
    assert wire.path == "/ent/v2/reference2video"
    with pytest.raises(InvalidRequest, match="only by reference2video"):
        read("text2video", model="wan2.7-r2v", prompt="p")
    with pytest.raises(CannotExpress):
        DIALECT.encode_submit(request.but(negative_prompt="rain"), SHELF.find("wan2.7-r2v"))


def test_voices_stand_with_their_subjects() -> None:
    subjects = [{"id": "a", "images": [A], "voice_id": "male-1"}, {"id": "b", "images": [B]}]
    assert read("reference2video", model="viduq2", prompt="p", subjects=subjects).options == {
        "voice_ids": ["male-1", ""]
    }


@pytest.mark.parametrize(
    ("work", "body", "path", "kind"),
    [
        ("img2video", {"model": "viduq2-pro", "images": [A, B]}, "images", ViolationKind.COUNT),
        ("img2video", {"model": "viduq2-pro"}, "images", ViolationKind.MISSING),
        ("start-end2video", {"model": "viduq1", "images": [A]}, "images", ViolationKind.COUNT),
        ("reference2video", {"model": "viduq2", "prompt": "p"}, "images", ViolationKind.MISSING),
        ("reference2video", {"model": "viduq2", "images": [A]}, "prompt", ViolationKind.MISSING),
        ("reference2video", {"model": "viduq2", "prompt": "p", "images": A}, "images", ViolationKind.TYPE),
        ("reference2video", {"model": "viduq2", "prompt": "p", "subjects": [{"images": [3]}]}, "subjects[0].images[0]",
         ViolationKind.TYPE),
        ("lip-sync", {"video_url": "https://x/v.mp4"}, "audio_url", ViolationKind.MISSING),
        ("lip-sync", {"text": "hello"}, "video_url", ViolationKind.MISSING),
        ("extend", {"model": "viduq2-pro"}, "video_url", ViolationKind.MISSING),
        ("template2video", {"images": [A]}, "template", ViolationKind.MISSING),
        ("text2video", {"model": 7, "prompt": "p"}, "model", ViolationKind.TYPE),
        ("text2video", {"model": "viduq2", "prompt": "p", "resolution": "large"}, "resolution", ViolationKind.CHOICE),
        ("text2video", {"model": "viduq2", "prompt": "p", "aspect_ratio": "wide"}, "aspect_ratio",
         ViolationKind.CHOICE),
        ("text2video", {"model": "viduq2", "prompt": "p", "payload": "x" * 1048577}, None, None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_in_vidus_words(
    work: str, body: dict[str, Any], path: str | None, kind: ViolationKind | None
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(work, **body)
    if path is not None:
        assert (caught.value.violations[0].path, caught.value.violations[0].kind) == (path, kind)


@pytest.mark.parametrize("text", ["Token sk-1", "token  sk-1 ", "Bearer sk-1", "sk-1"])
def test_keys(text: str) -> None:
    assert DIALECT.read_key(WireRequest("GET", "/", headers={"authorization": text})) == "sk-1"


@pytest.mark.parametrize("text", ["", "Token", "Bearer ", "Token a b", "Token schlüssel", "Token " + "x" * 513])
def test_no_keys(text: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        DIALECT.read_key(WireRequest("GET", "/", headers={"authorization": text}))
    assert caught.value.missing == (len(text.split()) < 2)
