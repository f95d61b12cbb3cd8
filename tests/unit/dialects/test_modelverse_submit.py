"""ModelVerse submits, read and written: every operation that is sold. Source: spec/gateways.md §3.3; seed 004."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.catalog.tariffs import quote
from understudy.catalog.validate import complete
from understudy.core.faults import CannotExpress, InvalidRequest, NotFound, Unauthenticated, ViolationKind
from understudy.core.request import Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.task import WANTED_ENGINE
from understudy.core.units import Ratio, Size, Tier
from understudy.dialects.modelverse import DIALECT
from understudy.dialects.modelverse.body import read_body
from wires import a_submit

SHELF = Shelf.open()
A, B, FILM, SOUND = "https://x/a.png", "https://x/b.png", "https://x/f.mp4", "https://x/s.mp3"
COMPAT, STRICT = Profile.COMPAT, Profile.STRICT


def decoded(
    model: str, given: Any = None, parameters: Any = None, profile: Profile = COMPAT, function: str = ""
) -> VideoRequest:
    said = {"vidu_type": function, **(parameters or {})} if function else parameters
    body = {"model": model, "input": {"prompt": "p"} if given is None else given, "parameters": said}
    return DIALECT.decode_submit(a_submit(body, "/v1/tasks/submit"), SHELF, profile)


def refusal(*args: Any, **more: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        decoded(*args, **more)
    return caught.value


def image(url: str, role: Role = Role.SUBJECT, path: str = "", **more: Any) -> Reference:
    return Reference(url, Medium.IMAGE, role, path=path, **more)


FIRST = image(A, Role.FIRST_FRAME, "input.first_frame_url")
LAST = image(B, Role.LAST_FRAME, "input.last_frame_url")
STILL = {"prompt": "p", "first_frame_url": A}
SUBJECT = {"prompt": "@Mara waves.", "subjects": [{"id": "Mara", "images": [A, B], "voice_id": ""}]}

OPERATIONS: list[tuple[str, str, dict[str, Any], tuple[Reference, ...]]] = [
    (
        "viduq2", "reference2video", {"prompt": "p", "images": [A, B]},
        (image(A, path="input.images[0]"), image(B, path="input.images[1]")),
    ),
    (
        "viduq2", "reference2video", SUBJECT,
        tuple(image(u, path=f"input.subjects[0].images[{n}]", name="Mara") for n, u in enumerate([A, B])),
    ),
    ("viduq2", "text2video", {"prompt": "p"}, ()),
    ("viduq2-pro", "img2video", {"first_frame_url": A}, (FIRST,)),
    ("viduq3-pro", "img2video", {"first_frame_url": A, "prompt": "p"}, (FIRST,)),
    ("viduq2-turbo", "start-end2video", {"first_frame_url": A, "last_frame_url": B}, (FIRST, LAST)),
    (
        "viduq2-turbo", "extend", {"video_url": FILM, "last_frame_url": B},
        (LAST, Reference(FILM, Medium.VIDEO, Role.FIRST_CLIP, path="input.video_url")),
    ),
    (
        "vidu-lip-sync", "lip-sync", {"video_url": FILM, "audio_url": SOUND, "ref_photo_url": A},
        (
            Reference(FILM, Medium.VIDEO, Role.SOURCE_VIDEO, path="input.video_url"),
            Reference(SOUND, Medium.AUDIO, Role.DRIVING_AUDIO, path="input.audio_url"),
            image(A, Role.FACE, "input.ref_photo_url"),
        ),
    ),
    (
        "vidu-mv", "one-click/mv", {"images": [A], "audio_url": SOUND, "prompt": "p"},
        (
            image(A, path="input.images[0]"),
            Reference(SOUND, Medium.AUDIO, Role.DRIVING_AUDIO, path="input.audio_url"),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("model", "function", "given", "references"), OPERATIONS)
def test_every_operation_is_read_and_allowed(
    model: str, function: str, given: dict[str, Any], references: tuple[Reference, ...]
) -> None:
    request = decoded(model, given, function=function)
    assert (request.model, request.function) == (model, function)
    assert set(request.references) == set(references)
    card = SHELF.find(model).of(function)
    done = complete(request, card, STRICT)
    again = DIALECT.encode_submit(done, SHELF.find(model))
    back = DIALECT.decode_submit(a_submit(again.body, "/v1/tasks/submit"), SHELF, COMPAT)
    assert complete(back, card, COMPAT).but(references=()) == done.but(references=())


def test_the_film_of_document_004_costs_credits() -> None:
    """45 credits for five seconds at 720p, each 0.03125 CNY; music is free. Source: spec/gateways.md §7."""
    request = decoded("viduq2", {"prompt": "p", "images": [A]}, {"bgm": True}, function="reference2video")
    card = SHELF.find("viduq2").of("reference2video")
    _, charge = quote(complete(request, card, COMPAT), card, (), "cn-beijing")
    assert (charge.quantity, charge.amount, charge.currency) == (Decimal(45), Decimal("1.406250"), "CNY")


def test_parameters_of_vidu() -> None:
    said = {
        "duration": 8, "seed": 7, "aspect_ratio": "3:4", "resolution": "1080P", "movement_amplitude": "large",
        "bgm": True, "audio": True,
    }  # fmt: skip
    request = decoded("viduq2", {"prompt": "p", "images": [A]}, said, function="reference2video")
    assert (request.seconds, request.seed, request.ratio, request.tier) == (8, 7, Ratio(3, 4), Tier(1080))
    assert (request.options, request.sound) == ({"movement_amplitude": "large", "bgm": True}, True)


def test_the_seed_nought_is_any_seed_for_vidu_and_a_seed_for_wan() -> None:
    assert decoded("viduq2", parameters={"seed": 0}, function="text2video").seed is None
    assert decoded("Wan-AI/Wan2.5-T2V", parameters={"seed": 0}).seed == 0
    assert decoded("Wan-AI/Wan2.5-T2V", parameters={"seed": -1}).seed is None


def test_voices_stand_with_their_subjects() -> None:
    given = {"prompt": "p", "subjects": [{"id": "1", "images": [A]}, {"name": "2", "images": [B], "voice_id": "v"}]}
    request = decoded("viduq2", given, function="reference2video")
    assert request.options["voice_ids"] == ["", "v"]
    assert [r.name for r in request.references] == ["1", "2"]
    body = json.loads(DIALECT.encode_submit(request, SHELF.find("viduq2")).body)
    assert [s["voice_id"] for s in body["input"]["subjects"]] == ["", "v"]


def test_with_a_sound_the_words_are_passed_over() -> None:
    given = {"video_url": FILM, "audio_url": SOUND, "text": "Hello there."}
    assert "text" not in decoded("vidu-lip-sync", given, function="lip-sync").options
    del given["audio_url"]
    assert decoded("vidu-lip-sync", given, {"speed": 1.5}, function="lip-sync").options == {
        "text": "Hello there.", "speed": 1.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("model", "given", "said", "wanted"),
    [
        ("Wan-AI/Wan2.6-T2V", None, {"size": "1280x720"}, {"size": Size(1280, 720)}),
        ("Wan-AI/Wan2.6-T2V", None, {"size": "1280*720"}, {"size": Size(1280, 720)}),
        ("Wan-AI/Wan2.6-T2V", None, {"shot_type": "multi"}, {"shot_type": ShotType.MULTI}),
        ("Wan-AI/Wan2.5-T2V", None, {"prompt_extend": True}, {"prompt_extend": True}),
        ("Wan-AI/Wan2.5-I2V", STILL, {"enable_prompt_expansion": True}, {"prompt_extend": True}),
        ("Wan-AI/Wan2.5-I2V", STILL, {"resolution": "720p"}, {"tier": Tier(720)}),
        ("Wan-AI/Wan2.2-I2V", STILL, {"resolution": "720P"}, {"tier": Tier(720)}),
        ("Wan-AI/Wan2.6-T2V", None, {"resolution": "1280x720"}, {"size": Size(1280, 720)}),
        ("Wan-AI/Wan2.6-T2V", None, {"resolution": "720p", "size": "1080P"}, {"tier": Tier(720), "size": None}),
        ("viduq3-pro", {"first_frame_url": A}, {"resolution": "2K", "vidu_type": "img2video"}, {"tier": Tier(1440)}),
        ("happyhorse-1.0-r2v", {"prompt": "p", "images": [A]}, {"ratio": "9:16"}, {"ratio": Ratio(9, 16)}),
        ("viduq2", None, {"vidu_type": "text2video", "aspect_ratio": ""}, {"ratio": None}),
        ("viduq2", None, {"vidu_type": "text2video", "watermark": None, "novelty": 1}, {"watermark": None}),
        ("wanx2.1-t2v-turbo", None, {"audio": "odd", "shot_type": 5}, {"sound": None, "shot_type": None}),
    ],
)  # fmt: skip
def test_words_of_the_wan_models_and_spellings(model: str, given: Any, said: Any, wanted: dict[str, Any]) -> None:
    request = decoded(model, given, said)
    assert {name: getattr(request, name) for name in wanted} == wanted


def test_wan26_names_its_first_frame_otherwise() -> None:
    for name in ("img_url", "first_frame_url"):
        request = decoded("Wan-AI/Wan2.6-I2V", {"prompt": "p", name: A})
        assert request.references == (image(A, Role.FIRST_FRAME, f"input.{name}"),)
    assert refusal("Wan-AI/Wan2.6-I2V").violations[0].path == "input.img_url"
    body = json.loads(DIALECT.encode_submit(request, SHELF.find(request.model)).body)
    assert body["input"] == {"prompt": "p", "img_url": A}


@pytest.mark.parametrize(
    ("kind", "path", "args"),
    [
        (ViolationKind.MISSING, "parameters.vidu_type", {"model": "viduq2"}),
        (ViolationKind.CHOICE, "parameters.vidu_type", {"model": "viduq2", "function": "fly"}),
        (ViolationKind.MISSING, "input.images", {"model": "viduq2", "function": "reference2video"}),
        (ViolationKind.MISSING, "input.first_frame_url", {"model": "viduq2-pro", "function": "img2video"}),
        (ViolationKind.MISSING, "input.video_url", {"model": "viduq2-pro", "function": "extend"}),
        (ViolationKind.MISSING, "model", {"model": ""}),
        (ViolationKind.TYPE, "model", {"model": 5}),
        (ViolationKind.TYPE, "input", {"model": "viduq2", "given": []}),
        (ViolationKind.TYPE, "parameters", {"model": "viduq2", "parameters": "x"}),
        (ViolationKind.TYPE, "parameters.duration", {"model": "Wan-AI/Wan2.6-T2V", "parameters": {"duration": "5"}}),
        (ViolationKind.CHOICE, "parameters.size", {"model": "Wan-AI/Wan2.6-T2V", "parameters": {"size": "big"}}),
        (
            ViolationKind.URL, "input.images[1]",
            {"model": "viduq2", "function": "reference2video", "given": {"images": [A, " "]}},
        ),
        (
            ViolationKind.CHOICE, "input.media[0].type",
            {"model": "wan2.7-r2v", "given": {"prompt": "p", "media": [{"type": "film", "url": A}]}},
        ),
        (
            ViolationKind.MISSING, "input.subjects[0].id",
            {"model": "viduq2", "function": "reference2video", "given": {"subjects": [{"images": [A]}]}},
        ),
        (
            ViolationKind.TYPE, "input.subjects[0]",
            {"model": "viduq2", "function": "reference2video", "given": {"subjects": ["x"]}},
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_place(kind: ViolationKind, path: str, args: dict[str, Any]) -> None:
    found = refusal(**args).violations[0]
    assert (found.kind, found.path) == (kind, path)
    assert path in found.reason


def test_input_may_not_be_missing_and_models_must_be_there() -> None:
    with pytest.raises(InvalidRequest, match="input is required"):
        DIALECT.decode_submit(a_submit({"model": "viduq2"}, "/v1/tasks/submit"), SHELF, COMPAT)
    with pytest.raises(NotFound):
        decoded("viduq9")


# The comma ----------------------------------------------------------------------------------------------------------


def test_the_comma_of_document_004() -> None:
    """Source: spec/gateways.md §1.3: passed over after the plain reading has failed; strict names its place."""
    body = b'{"model": "viduq2",\n "input": {"images": ["https://x/a.png",\n ], "prompt": "a,] b,}"}}'
    assert read_body(body, strict=False)["input"] == {"images": ["https://x/a.png"], "prompt": "a,] b,}"}
    with pytest.raises(InvalidRequest, match="comma at line 2, column 40"):
        read_body(body, strict=True)


@pytest.mark.parametrize("body", [b'{"a": [1,,]}', b'{"a": 1,} {', b"[1,]", b'{"a": b}', b"{,}", b'{"a', b""])
def test_other_faults_stay_faults(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_body(body, strict=False)
    assert caught.value.violations[0].kind is ViolationKind.BODY


# Keys and wishes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["sk-1", "Bearer sk-1", "bearer  sk-1 ", "Token sk-1"])
def test_the_key_stands_alone_or_after_a_word(text: str) -> None:
    assert DIALECT.read_key(a_submit({}, authorization=text)) == "sk-1"


@pytest.mark.parametrize(("text", "missing"), [("", True), ("Bearer", True), ("a b", False), ("ключ", False)])
def test_what_is_no_key(text: str, missing: bool) -> None:
    with pytest.raises(Unauthenticated) as caught:
        DIALECT.read_key(a_submit({}, authorization=text))
    assert caught.value.missing is missing


def test_an_engine_may_be_asked_for_and_nobody_waits() -> None:
    wire = a_submit({}, x_understudy_engine="testcard")
    assert DIALECT.wishes(wire) == {WANTED_ENGINE: "testcard"}
    assert DIALECT.wishes(a_submit({})) == {}
    assert not DIALECT.waits(wire, SHELF.find("viduq2"))


# Writing ------------------------------------------------------------------------------------------------------------


def written(request: VideoRequest) -> dict[str, Any]:
    return dict(json.loads(DIALECT.encode_submit(request, SHELF.find(request.model)).body))


def test_a_body_as_document_004_prints_it() -> None:
    request = VideoRequest(
        "viduq2", "reference2video", "make it dance.", references=(image(A),), seconds=5, ratio=Ratio(16, 9),
        tier=Tier(720), options={"movement_amplitude": "auto", "bgm": True},
    )  # fmt: skip
    assert written(request) == {
        "model": "viduq2",
        "input": {"prompt": "make it dance.", "images": [A]},
        "parameters": {
            "vidu_type": "reference2video", "duration": 5, "aspect_ratio": "16:9", "resolution": "720p",
            "movement_amplitude": "auto", "bgm": True,
        },
    }  # fmt: skip


def test_models_of_dashscope_go_by_the_names_they_are_sold_under() -> None:
    """Source: spec/gateways.md §3.3, translation."""
    body = written(VideoRequest("wan2.6-t2v", prompt="p", size=Size(1280, 720), seconds=5))
    assert body["model"] == "Wan-AI/Wan2.6-T2V"
    assert body["parameters"] == {"size": "1280x720", "duration": 5}
    still = VideoRequest("wan2.5-i2v-preview", prompt="p", references=(image(A, Role.FIRST_FRAME),), tier=Tier(720))
    body = written(still.but(prompt_extend=True, seconds=5))
    assert body == {
        "model": "Wan-AI/Wan2.5-I2V",
        "input": {"prompt": "p", "first_frame_url": A},
        "parameters": {"resolution": "720p", "duration": 5, "enable_prompt_expansion": True},
    }
    assert written(VideoRequest("viduq3-pro", "img2video", references=(image(A, Role.FIRST_FRAME),), tier=Tier(1440)))[
        "parameters"
    ]["resolution"] == "2K"  # fmt: skip


def test_what_images_cannot_say_goes_as_media() -> None:
    """Ours, for models this gateway does not sell."""
    voiced = image(A, voice=SOUND, description="a rider")
    body = written(VideoRequest("wan2.7-r2v", prompt="p", references=(Reference(FILM, Medium.VIDEO), voiced)))
    assert body["input"]["media"] == [
        {"type": "reference_video", "url": FILM},
        {"type": "reference_image", "url": A, "reference_voice": SOUND, "reference_description": "a rider"},
    ]
    back = decoded("wan2.7-r2v", body["input"])
    assert (back.references[1].voice, back.references[1].voice_path) == (SOUND, "input.media[1].reference_voice")


R2V = VideoRequest("viduq2", "reference2video", "p")


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("seed", R2V.but(references=(image(A),), seed=0)),
        ("seed", VideoRequest("Wan-AI/Wan2.5-T2V", prompt="p", seed=-1)),
        ("shot_type", R2V.but(shot_type=ShotType.MULTI)),
        ("seconds", VideoRequest("vidu-lip-sync", "lip-sync", seconds=5)),
        ("sound", VideoRequest("Wan-AI/Wan2.6-T2V", prompt="p", sound=False)),
        ("options.novelty", R2V.but(options={"novelty": 1})),
        ("options.voice_ids", R2V.but(references=(image(A),), options={"voice_ids": ["v"]})),
        ("options.voice_ids", R2V.but(references=(image(A, name="a"),), options={"voice_ids": ["v", "w"]})),
        (
            "options.text",
            VideoRequest(
                "vidu-lip-sync", "lip-sync", references=(Reference(SOUND, Medium.AUDIO, Role.DRIVING_AUDIO),),
                options={"text": "Hello."},
            ),
        ),
        ("references[1].name", R2V.but(references=(image(A, name="a"), image(B)))),
        ("references[0].name", R2V.but(references=(image(A, name="a"), image(B, name="b"), image(A, name="a")))),
        ("references[0]", R2V.but(references=(image(A, name="a", voice=SOUND),))),
        ("references[0].medium", R2V.but(references=(Reference(A),))),
        ("references[0].role", VideoRequest("viduq2", "text2video", references=(image(A, Role.MASK),))),
        ("references[1]", R2V.but(references=(replace(FIRST), replace(FIRST)))),
        ("references[0]", R2V.but(references=(image(A, Role.FIRST_FRAME, voice=SOUND),))),
        ("references[0].medium", R2V.but(references=(Reference(FILM, Medium.VIDEO, Role.FIRST_FRAME),))),
        ("size", R2V.but(references=(image(A),), size=Size(1000, 600))),
        ("size", R2V.but(references=(image(A),), size=Size(1280, 720), tier=Tier(540))),
        ("tier", VideoRequest("Wan-AI/Wan2.6-T2V", prompt="p", tier=Tier(480))),
        ("seconds", VideoRequest("wan2.6-t2v", prompt="p", seconds=7)),
        ("ratio", VideoRequest("wan2.6-t2v", prompt="p", ratio=Ratio(1, 1))),
        ("tier", VideoRequest("wan2.2-i2v-plus", references=(image(A, Role.FIRST_FRAME),), tier=Tier(1080))),
    ],
)  # fmt: skip
def test_what_has_no_word_is_named(field: str, request_: VideoRequest) -> None:
    with pytest.raises(CannotExpress) as caught:
        DIALECT.encode_submit(request_, SHELF.find(request_.model))
    assert caught.value.field == field


def test_a_tier_or_a_ratio_alone_is_said_as_pixels() -> None:
    assert written(VideoRequest("Wan-AI/Wan2.6-T2V", prompt="p", tier=Tier(720)))["parameters"] == {"size": "1280x720"}
    assert written(VideoRequest("Wan-AI/Wan2.6-T2V", prompt="p", ratio=Ratio(9, 16)))["parameters"] == {
        "size": "1080x1920"
    }
    assert written(R2V.but(references=(image(A),), size=Size(1280, 720)))["parameters"]["resolution"] == "720p"
    assert "options" not in written(R2V.but(options={"bgm": None}))["parameters"]
