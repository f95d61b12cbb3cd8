"""What Vidu's wire has no word for, each named; and how what it has is written. Source: spec/gateways.md §4.2."""

from __future__ import annotations

import json
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.core.faults import CannotExpress, Refused
from understudy.core.request import Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.core.wire import Planned
from understudy.dialects.vidu import DIALECT
from wires import a_question

SHELF = Shelf.open()
V = "https://x/v.mp4"


def image(letter: str = "a", role: Role = Role.SUBJECT, **more: Any) -> Reference:
    return Reference(f"https://x/{letter}.png", Medium.IMAGE, role, **more)


def film(role: Role = Role.SUBJECT, **more: Any) -> Reference:
    return Reference(V, Medium.VIDEO, role, **more)


def body_of(request: VideoRequest) -> dict[str, Any]:
    return dict(json.loads(DIALECT.encode_submit(request, SHELF.find(request.model)).body))


R2V = VideoRequest("viduq2", "reference2video", "p", references=(image(),))
PRO = VideoRequest("viduq2-pro", "reference2video", "p", references=(image(),))
I2V = VideoRequest("viduq2-pro", "img2video", references=(image(role=Role.FIRST_FRAME),))
LIPS = VideoRequest("vidu-lip-sync", "lip-sync", references=(film(Role.SOURCE_VIDEO),))


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (R2V.but(negative_prompt="rain"), "negative_prompt"),
        (R2V.but(shot_type=ShotType.MULTI), "shot_type"),
        (R2V.but(prompt_extend=True), "prompt_extend"),
        (R2V.but(seed=0), "seed"),
        (LIPS.but(sound=False), "sound"),
        (LIPS.but(seconds=5), "seconds"),
        (R2V.but(size=Size(5, 5)), "size"),
        (R2V.but(size=Size(1280, 720), tier=Tier(1080)), "size"),
        (I2V.but(ratio=Ratio(16, 9)), "ratio"),
        (R2V.but(options={"moon": 1}), "options.moon"),
        (R2V.but(options={"voice_ids": ["male"]}), "options.voice_ids"),
        (R2V.but(references=(image(name="a"),), options={"voice_ids": ["", ""]}), "options.voice_ids"),
        (LIPS.but(references=(*LIPS.references, Reference("https://x/s", Medium.AUDIO, Role.DRIVING_AUDIO)),
                  options={"text": "hello"}), "options.text"),
        (R2V.but(references=(image(voice="https://x/v.wav"),)), "references[0]"),
        (R2V.but(references=(image(description="a rider"),)), "references[0]"),
        (R2V.but(references=(image(), image("b", Role.FIRST_FRAME))), "references[1].role"),
        (R2V.but(references=(Reference("https://x/u"),)), "references[0].medium"),
        (PRO.but(references=(film(), image())), "references[1]"),
        (PRO.but(references=(image(name="a"), image("b"))), "references[1].name"),
        (PRO.but(references=(film(), film(name="a"))), "references"),
        (PRO.but(references=(film(name="a"), image(name="a"))), "references[0]"),
        (PRO.but(references=(image(name="a"), image(name="b"), image("c", name="a"))), "references[2]"),
        (I2V.but(references=(image("a", Role.FIRST_FRAME), image("b", Role.FIRST_FRAME))), "references[1]"),
        (I2V.but(references=()), "references"),
        (LIPS.but(references=(film(Role.SOURCE_VIDEO), film(Role.SOURCE_VIDEO))), "references[1]"),
        (VideoRequest("vidu-mv", "one-click/mv", references=(image(name="a"),)), "references[0].name"),
        (VideoRequest("emo-v1", references=(image(role=Role.PORTRAIT),)), "function"),
        (VideoRequest("wanx2.1-vace-plus", "video_edit"), "function"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_has_no_word(request_: VideoRequest, field: str) -> None:
    with pytest.raises(CannotExpress) as caught:
        body_of(request_)
    assert caught.value.field == field


def test_subjects_are_written_with_all_their_views() -> None:
    named = (image("a", name="Mara"), film(name="Mara"), image("b", name="2"), film())
    body = body_of(PRO.but(references=named, options={"voice_ids": ["female", ""]}))
    assert body == {
        "model": "viduq2-pro", "prompt": "p", "videos": [V],
        "subjects": [
            {"id": "Mara", "images": ["https://x/a.png"], "videos": [V], "voice_id": "female"},
            {"id": "2", "images": ["https://x/b.png"], "voice_id": ""},
        ],
    }  # fmt: skip


def test_a_size_is_written_as_what_it_stands_for() -> None:
    body = body_of(R2V.but(size=Size(720, 1280)))
    assert (body["resolution"], body["aspect_ratio"]) == ("720p", "9:16")
    settled = I2V.but(size=Size(1104, 640), tier=Tier(720), ratio=Ratio(69, 40))
    assert {k: v for k, v in body_of(settled).items() if k != "model"} == {
        "resolution": "720p", "images": ["https://x/a.png"]}  # fmt: skip
    assert (
        body_of(VideoRequest("viduq3-pro", "img2video", references=I2V.references, tier=Tier(1440)))["resolution"]
        == "2K"
    )


def test_the_model_is_left_out_where_the_route_says_it() -> None:
    wire = DIALECT.encode_submit(LIPS.but(options={"text": "hello"}), SHELF.find("vidu-lip-sync"))
    assert (wire.method, wire.path) == ("POST", "/ent/v2/lip-sync")
    assert json.loads(wire.body) == {"video_url": V, "text": "hello"}
    assert DIALECT.decode_submit(wire, SHELF, Profile.COMPAT).model == "vidu-lip-sync"


def test_the_rest_of_the_client_half() -> None:
    assert DIALECT.encode_key("vda_1") == {"authorization": "Token vda_1"}
    assert isinstance(DIALECT.read_fault("TaskPromptPolicyViolation", "no"), Refused)
    assert not DIALECT.waits(a_question("/"), SHELF.find("viduq2"))
    assert "Vidu" in repr(DIALECT)
    with pytest.raises(CannotExpress):
        DIALECT.encode_answer(Planned({}), a_question("/"), None)
