"""Requests written for other servers of the OpenAI videos wire: our own house, vLLM-Omni, SGLang."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from openai_wires import PNG, SHELF, read

from understudy.core.faults import CannotExpress
from understudy.core.request import ENCLOSED, Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.core.wire import WireRequest
from understudy.dialects._multipart import read_parts
from understudy.dialects.openai_videos import DIALECT

VLLM, SGLANG = DIALECT.for_server("vllm-omni"), DIALECT.for_server("sglang")
LINK, FILM = "https://x.example/a.png", "https://x.example/b.mp4"
DATA = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
FILE = ENCLOSED + DATA
IMAGE = Reference(LINK, Medium.IMAGE)


def a_request(model: str = "wan2.7-r2v", *references: Reference, **more: Any) -> VideoRequest:
    given = {"prompt": "she waves", "seconds": 5, "size": Size(1280, 720), "seed": 7, **more}
    return VideoRequest(model, references=references, **given)


def written(dialect: Any, request: VideoRequest) -> WireRequest:
    wire: WireRequest = dialect.encode_submit(request, SHELF.find(request.model))
    assert (wire.method, wire.path) == ("POST", "/v1/videos")
    return wire


def said(wire: WireRequest) -> dict[str, Any]:
    """Texts and files of a form, or the fields of a JSON body."""
    if wire.headers["content-type"] == "application/json":
        found: dict[str, Any] = json.loads(wire.body)
        return found
    parts = read_parts(wire.body, wire.headers["content-type"])
    several = [p.name for p in parts if sum(q.name == p.name for q in parts) > 1]
    told = {p.name: (p.file_name, p.content_type) if p.is_file else p.text() for p in parts}
    return told | {name: [p.content_type for p in parts if p.name == name] for name in several}


class TestUnderstudy:
    """Everything arrives; see also tests/laws."""

    def test_a_link_goes_as_json(self) -> None:
        request = a_request("wan2.7-r2v", IMAGE, tier=Tier(720), ratio=Ratio(16, 9), watermark=True)
        wire = written(DIALECT, request)
        assert wire.headers["content-type"] == "application/json"
        assert said(wire)["media"] == [{"type": "reference_image", "url": LINK}]
        back = read(wire, Profile.STRICT)
        assert back.but(references=tuple(replace(r, path="") for r in back.references)) == request

    @pytest.mark.parametrize("url", [FILE, DATA])
    def test_a_file_goes_as_a_file_where_the_model_takes_no_base64(self, url: str) -> None:
        request = a_request("wan2.6-r2v", Reference(url, Medium.IMAGE), sound=False, shot_type=ShotType.MULTI)
        wire = written(DIALECT, request)
        assert said(wire)["file1"] == ("file1.png", "image/png")
        (found,) = read(wire).references
        assert (found.url, found.medium, found.role) == (FILE, Medium.IMAGE, Role.SUBJECT)
        assert read(wire).seconds == 5
        assert read(wire).sound is False

    def test_data_of_a_model_that_takes_it_stays_data(self) -> None:
        wire = written(DIALECT, a_request("wan2.7-r2v", Reference(DATA, Medium.IMAGE)))
        assert read(wire).references[0].url == DATA

    def test_what_is_no_data_is_named(self) -> None:
        with pytest.raises(CannotExpress) as caught:
            written(DIALECT, a_request("wan2.6-r2v", Reference(ENCLOSED + "data:image/png;base64,?", Medium.IMAGE)))
        assert caught.value.field == "references"

    def test_a_length_of_the_clients_own_is_not_changed_between_houses(self) -> None:
        request = a_request("wan2.6-r2v", Reference(FILE, Medium.IMAGE), seconds=20)
        assert read(written(DIALECT, request)).seconds == 20


class TestVllmOmni:
    def test_texts(self) -> None:
        request = a_request("wan2.6-t2v", negative_prompt="blurry", sound=True, options={"fps": 16})
        assert said(written(VLLM, request)) == {
            "prompt": "she waves", "model": "wan2.6-t2v", "seconds": "5", "size": "1280x720", "seed": "7",
            "negative_prompt": "blurry", "fps": "16", "generate_sound": "true",
        }  # fmt: skip

    def test_size_follows_from_tier_and_ratio(self) -> None:
        request = a_request("wan2.7-r2v", IMAGE, size=None, tier=Tier(720), ratio=Ratio(9, 16))
        assert said(written(VLLM, request))["size"] == "720x1280"

    @pytest.mark.parametrize(
        ("references", "told"),
        [
            ([IMAGE], {"image_reference": json.dumps({"image_url": LINK})}),
            ([IMAGE, IMAGE], {"image_reference": json.dumps([{"image_url": LINK}] * 2)}),
            ([Reference(FILM, Medium.VIDEO)], {"video_reference": json.dumps({"video_url": FILM})}),
            ([Reference(FILM)], {"video_reference": json.dumps({"video_url": FILM})}),
            ([Reference(FILE, Medium.IMAGE)], {"input_reference": ("input_reference.png", "image/png")}),
            ([Reference(FILE, Medium.IMAGE)] * 2, {"input_references": ["image/png", "image/png"]}),
            (
                [IMAGE, Reference(FILE, Medium.IMAGE)],
                {"image_reference": json.dumps([{"image_url": LINK}, {"image_url": DATA}])},
            ),
        ],
    )
    def test_references(self, references: list[Reference], told: dict[str, Any]) -> None:
        found = said(written(VLLM, a_request("wan2.7-r2v", *references)))
        assert {name: value for name, value in found.items() if "reference" in name} == told

    def test_a_portrait_and_its_sound(self) -> None:
        given = (
            Reference(FILE, Medium.IMAGE, Role.PORTRAIT),
            Reference("https://x.example/s.wav", Medium.AUDIO, Role.DRIVING_AUDIO),
        )
        found = said(written(VLLM, a_request("wan2.2-s2v", *given, size=None, seconds=None)))
        assert found["input_reference"] == ("input_reference.png", "image/png")
        assert json.loads(found["audio_reference"]) == {"audio_url": "https://x.example/s.wav"}

    def test_data_beside_links_must_fit_into_a_text(self) -> None:
        huge = "data:image/png;base64," + "A" * 2**20
        with pytest.raises(CannotExpress, match="too large"):
            written(VLLM, a_request("wan2.7-r2v", IMAGE, Reference(huge, Medium.IMAGE)))


class TestSglang:
    def test_a_link_goes_as_json_with_whole_numbers(self) -> None:
        assert said(written(SGLANG, a_request("wan2.6-i2v", Reference(LINK, Medium.IMAGE, Role.FIRST_FRAME)))) == {
            "prompt": "she waves", "model": "wan2.6-i2v", "seconds": 5, "size": "1280x720", "seed": 7,
            "reference_url": LINK,
        }  # fmt: skip
        assert said(written(SGLANG, a_request("wan2.7-r2v", Reference(FILM, Medium.VIDEO))))["video_url"] == FILM

    def test_a_file_goes_as_a_form(self) -> None:
        found = said(written(SGLANG, a_request("wan2.7-r2v", Reference(FILE, Medium.IMAGE))))
        assert (found["input_reference"], found["seconds"]) == (("input_reference.png", "image/png"), "5")
        film = f"{ENCLOSED}data:video/mp4;base64,AAAA"
        found = said(written(SGLANG, a_request("wan2.7-r2v", Reference(film, Medium.VIDEO))))
        assert found["video_reference"] == ("video_reference.mp4", "video/mp4")

    @pytest.mark.parametrize(
        ("references", "field"),
        [
            ([IMAGE, IMAGE], "references[1]"),
            ([Reference("https://x.example/s.wav", Medium.AUDIO, Role.DRIVING_AUDIO)], "references[0].medium"),
        ],
    )
    def test_one_picture_or_film_at_most(self, references: list[Reference], field: str) -> None:
        with pytest.raises(CannotExpress) as caught:
            written(SGLANG, a_request("wan2.7-r2v", *references))
        assert caught.value.field == field


@pytest.mark.parametrize("dialect", [VLLM, SGLANG], ids=str)
@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (a_request("wan2.7-r2v", IMAGE, watermark=True), "watermark"),
        (a_request("wan2.6-r2v", IMAGE, shot_type=ShotType.MULTI), "shot_type"),
        (a_request("wan2.7-r2v", replace(IMAGE, voice=LINK)), "references[0].voice"),
        (a_request("wan2.7-r2v", replace(IMAGE, description="a girl")), "references[0].description"),
        (a_request("wan2.7-r2v", replace(IMAGE, name="Mara")), "references[0].name"),
        (a_request("wan2.7-r2v", Reference("https://x.example/a")), "references[0].medium"),
        (a_request("wan2.7-i2v", replace(IMAGE, role=Role.LAST_FRAME)), "references[0].role"),
        (a_request("wan2.7-t2v", options={"mode": "pro"}), "options.mode"),
        (a_request("wan2.7-videoedit", Reference(FILM, Medium.VIDEO, Role.SOURCE_VIDEO)), "model"),
        (a_request("wanx2.1-vace-plus", function="video_edit"), "function"),
    ],
)
def test_a_wish_without_a_word_is_named_not_dropped(dialect: Any, request_: VideoRequest, field: str) -> None:
    with pytest.raises(CannotExpress) as caught:
        written(dialect, request_)
    assert caught.value.field == field


def test_each_form_has_a_name_of_its_own() -> None:
    """A caller's body is forwarded as it came only between dialects of one name."""
    assert [d.name for d in (DIALECT, VLLM, SGLANG)] == [
        "openai_videos", "openai_videos:vllm-omni", "openai_videos:sglang",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="comfy"):
        DIALECT.for_server("comfy")
