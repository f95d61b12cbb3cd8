"""What a DashScope submit means in our words, and what is wrong with one. Source: spec/dashscope.md §1, §5, §6.1."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.core.faults import Fault, Forbidden, InvalidRequest, NotFound, ViolationKind
from understudy.core.request import Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.dialects.dashscope import DIALECT
from understudy.dialects.dashscope.inputs import plain_medium
from understudy.dialects.dashscope.submit import SUBMIT_PATHS
from wires import SUBMIT, a_submit

SHELF = Shelf.open()
URL = "https://example.com/girl.jpg"


def read(body: Any, profile: Profile = Profile.COMPAT, path: str = SUBMIT, **headers: str) -> VideoRequest:
    return DIALECT.decode_submit(a_submit(body, path, **headers), SHELF, profile)


def refused(body: Any, profile: Profile = Profile.COMPAT, **more: str) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        read(body, profile, **more)
    return caught.value


def with_input(**given: Any) -> dict[str, Any]:
    return {"model": "wan2.7-r2v", "input": {"prompt": "p", **given}}


def with_parameters(model: str = "wan2.7-r2v", **parameters: Any) -> dict[str, Any]:
    return {"model": model, "input": {"prompt": "p", "reference_urls": [URL]}, "parameters": parameters}


# Headers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", "disable", "true"])
def test_a_submit_is_asynchronous(value: str) -> None:
    with pytest.raises(Forbidden, match=r"^current user api does not support synchronous calls\."):
        read(with_input(), x_dashscope_async=value)


def test_the_async_header_is_read_in_any_case() -> None:
    assert read(with_input(), x_dashscope_async="Enable").prompt == "p"


def test_encrypted_requests_are_refused() -> None:
    (violation,) = refused(with_input(), x_dashscope_encryptionkey="abc").violations
    assert violation.kind is ViolationKind.HEADER


@pytest.mark.parametrize("path", SUBMIT_PATHS)
def test_the_model_decides_not_the_path(path: str) -> None:
    assert read(with_input(), path=path).model == "wan2.7-r2v"


@pytest.mark.parametrize("path", SUBMIT_PATHS)
def test_strict_wants_the_model_at_its_own_path(path: str) -> None:
    if path == SUBMIT:
        assert read(with_input(), Profile.STRICT, path=path).model == "wan2.7-r2v"
    else:
        assert refused(with_input(), Profile.STRICT, path=path).message.startswith("url error, please check url！")


# Envelope -----------------------------------------------------------------------------------------------------------

ENVELOPES: list[tuple[Any, list[tuple[str, ViolationKind]]]] = [
    ({"input": {"prompt": "p"}}, [("model", ViolationKind.MISSING)]),
    ({"model": None, "input": {}}, [("model", ViolationKind.MISSING)]),
    ({"model": "", "input": {}}, [("model", ViolationKind.MISSING)]),
    ({"model": 7, "input": {}}, [("model", ViolationKind.TYPE)]),
    ({"model": "wan2.7-r2v"}, [("input", ViolationKind.MISSING)]),
    ({"model": "wan2.7-r2v", "input": None}, [("input", ViolationKind.MISSING)]),
    ({"model": "wan2.7-r2v", "input": "p"}, [("input", ViolationKind.TYPE)]),
    ({"model": "wan2.7-r2v", "input": {}, "parameters": []}, [("parameters", ViolationKind.TYPE)]),
    (
        {"parameters": 1},
        [(n, k) for n, k in zip(("model", "input", "parameters"), ("missing", "missing", "type"), strict=True)],
    ),
]


@pytest.mark.parametrize(("body", "expected"), ENVELOPES)
def test_the_envelope(body: Any, expected: list[tuple[str, ViolationKind]]) -> None:
    assert [(v.path, v.kind) for v in refused(body).violations] == expected


def test_an_unknown_model_is_told_apart_from_a_bad_request() -> None:
    with pytest.raises(NotFound) as caught:
        read({"model": "wan9-r2v", "input": {"prompt": 5}})
    assert caught.value.what == "model"


# References ---------------------------------------------------------------------------------------------------------


def test_media_items_become_references_with_their_paths() -> None:
    request = read(
        with_input(
            media=[
                {"type": "first_frame", "url": "https://x/ff.webp"},
                {"type": "reference_image", "url": "data:image/png;base64,AAAA", "reference_voice": "https://x/v.mp3"},
                {"type": "reference_video", "url": "oss://d/role 1", "referenceVoice": "oss://d/v"},
                {"type": "reference_image", "url": URL, "reference_voice": "", "referenceDescription": "a girl"},
            ]
        )
    )
    assert request.references == (
        Reference("https://x/ff.webp", Medium.IMAGE, Role.FIRST_FRAME, path="input.media[0].url"),
        Reference(
            "data:image/png;base64,AAAA",
            Medium.IMAGE,
            voice="https://x/v.mp3",
            path="input.media[1].url",
            voice_path="input.media[1].reference_voice",
        ),
        Reference(
            "oss://d/role 1",
            Medium.VIDEO,
            voice="oss://d/v",
            path="input.media[2].url",
            voice_path="input.media[2].referenceVoice",
        ),
        Reference(URL, Medium.IMAGE, description="a girl", path="input.media[3].url"),
    )


def test_both_url_fields_are_taken_the_older_one_second() -> None:
    request = read(
        with_input(reference_video_urls=["https://x/a", "https://x/b.png"], reference_urls=["https://x/c.mp4", URL])
    )
    assert [(r.url, r.medium, r.path) for r in request.references] == [
        ("https://x/c.mp4", Medium.VIDEO, "input.reference_urls[0]"),
        (URL, Medium.IMAGE, "input.reference_urls[1]"),
        ("https://x/a", Medium.VIDEO, "input.reference_video_urls[0]"),
        ("https://x/b.png", Medium.VIDEO, "input.reference_video_urls[1]"),
    ]


def test_descriptions_belong_to_the_videos_in_order() -> None:
    request = read(
        with_input(
            reference_urls=[URL, "https://x/a.mp4", "oss://d/k"], reference_video_description=["a rider", "", "late"]
        )
    )
    assert [r.description for r in request.references] == [None, "a rider", None]


def test_compat_finds_input_fields_among_the_parameters() -> None:
    body = {"model": "wan2.6-r2v", "input": {"prompt": "p"}, "parameters": {"reference_urls": [URL]}}
    assert [r.path for r in read(body).references] == ["parameters.reference_urls[0]"]
    body["parameters"] = {"media": [{"type": "reference_image"}]}
    assert [v.path for v in refused(body).violations] == ["parameters.media[0].url"]


def test_every_form_is_read_for_every_model_in_compat_only_its_own_in_strict() -> None:
    both = {"reference_urls": [URL], "media": [{"type": "reference_image", "url": "https://x/m.png"}]}
    for model, own in (("wan2.7-r2v", "https://x/m.png"), ("wan2.6-r2v", URL)):
        body = {"model": model, "input": {"prompt": "p", **both}}
        assert len(read(body).references) == 2
        assert [r.url for r in read(body, Profile.STRICT).references] == [own]


@pytest.mark.parametrize(
    ("url", "medium"),
    [
        ("https://x/a.JPG", Medium.IMAGE),
        ("https://x/a.jpeg?Expires=1&x=.mp4", Medium.IMAGE),
        ("oss://dashscope-instant/a/b/role 1.mp4", Medium.VIDEO),
        ("https://x/图.webp#x", Medium.IMAGE),
        ("https://x/clip.mov", Medium.VIDEO),
        ("https://x.png/clip", Medium.UNKNOWN),
        ("https://x/clip", Medium.UNKNOWN),
        ("https://x/song.mp3", Medium.UNKNOWN),
        ("data:image/png;base64,AAAA", Medium.IMAGE),
        ("DATA:video/mp4;base64,AAAA", Medium.VIDEO),
        ("data:;base64,AAAA.png", Medium.UNKNOWN),
        ("iVBORw0KGgo=", Medium.UNKNOWN),
    ],
)
def test_a_medium_is_taken_from_the_url_only_where_it_is_plain(url: str, medium: Medium) -> None:
    assert plain_medium(url) is medium


# Parameters ---------------------------------------------------------------------------------------------------------

PARAMETERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("wan2.6-r2v", {}, {}),
    ("wan2.6-r2v", {"size": "1280*720"}, {"size": Size(1280, 720)}),
    ("wan2.6-r2v", {"size": "1280x720"}, {"size": Size(1280, 720)}),
    ("wan2.6-r2v", {"size": "1280X720"}, {"size": Size(1280, 720)}),
    ("wan2.6-r2v", {"size": "720P"}, {"tier": Tier(720)}),
    ("wan2.6-r2v", {"size": "720p", "ratio": "9:16"}, {"tier": Tier(720), "ratio": Ratio(9, 16)}),
    ("wan2.6-r2v", {"resolution": "720*1280"}, {"size": Size(720, 1280)}),
    ("wan2.7-r2v", {"resolution": "720P", "ratio": "16:9"}, {"tier": Tier(720), "ratio": Ratio(16, 9)}),
    ("wan2.7-r2v", {"resolution": "1080p"}, {"tier": Tier(1080)}),
    ("wan2.7-r2v", {"resolution": "1280*720"}, {"size": Size(1280, 720)}),
    ("wan2.7-r2v", {"size": "1280*720", "resolution": "720P"}, {"size": Size(1280, 720), "tier": Tier(720)}),
    ("wan2.6-r2v", {"duration": 5}, {"seconds": 5}),
    ("wan2.6-r2v", {"duration": 5.0, "seed": 7.0}, {"seconds": 5, "seed": 7}),
    ("wan2.6-r2v", {"duration": None, "seed": None, "size": None, "audio": None}, {}),
    ("wan2.6-r2v", {"shot_type": "multi", "audio": False}, {"shot_type": ShotType.MULTI, "sound": False}),
    ("wan2.7-r2v", {"shot_type": "multi", "audio": False}, {}),  # 2.7 has neither: unknown keys are ignored
    ("wan2.7-r2v", {"watermark": True, "prompt_extend": False}, {"watermark": True, "prompt_extend": False}),
    ("wan2.6-r2v", {"negative_prompt": "blurry"}, {"negative_prompt": "blurry"}),
    ("wan2.6-r2v", {"with_audio": False, "fps": 8, "n": 1, "style_level": []}, {}),  # SDK noise, unknown keys
]


@pytest.mark.parametrize(("model", "parameters", "expected"), PARAMETERS)
def test_parameters(model: str, parameters: dict[str, Any], expected: dict[str, Any]) -> None:
    plain = read(with_parameters(model))
    assert read(with_parameters(model, **parameters)) == plain.but(**expected)


def test_sdk_noise_is_no_wish() -> None:
    body = {
        "model": "wan2.6-r2v",
        "input": {"prompt": None, "extend_prompt": True, "function": "video-synthesis", "reference_urls": [URL]},
        "parameters": {"with_audio": False},
    }
    assert read(body) == VideoRequest(
        "wan2.6-r2v", references=(Reference(URL, Medium.IMAGE, path="input.reference_urls[0]"),)
    )


WRONG: list[tuple[dict[str, Any], str, ViolationKind, str]] = [
    (
        with_parameters(duration="5"),
        "parameters.duration",
        ViolationKind.TYPE,
        "whole number such as 5, not the text '5'",
    ),
    (with_parameters(duration=5.5), "parameters.duration", ViolationKind.TYPE, "not the number 5.5"),
    (with_parameters(duration=True), "parameters.duration", ViolationKind.TYPE, "not true"),
    (with_parameters(duration=[5]), "parameters.duration", ViolationKind.TYPE, "not a list"),
    (with_parameters(seed=False), "parameters.seed", ViolationKind.TYPE, "not false"),
    (with_parameters(seed="1"), "parameters.seed", ViolationKind.TYPE, "not the text '1'"),
    (with_parameters("wan2.6-r2v", audio=1), "parameters.audio", ViolationKind.TYPE, "true or false, not the number 1"),
    (with_parameters(watermark="true"), "parameters.watermark", ViolationKind.TYPE, "not the text 'true'"),
    (with_parameters(prompt_extend=0), "parameters.prompt_extend", ViolationKind.TYPE, "not the number 0"),
    (
        with_parameters("wan2.6-r2v", shot_type="many"),
        "parameters.shot_type",
        ViolationKind.CHOICE,
        "single or multi",
    ),
    (with_parameters(size="16:9"), "parameters.size", ViolationKind.SIZE, "The size is not match 16:9"),
    (with_parameters(size="0*0"), "parameters.size", ViolationKind.SIZE, "The size is not match 0*0"),
    (with_parameters(size="{x}"), "parameters.size", ViolationKind.SIZE, "The size is not match {x}"),
    (with_parameters(size=720), "parameters.size", ViolationKind.TYPE, "must be a text"),
    (with_parameters(resolution="big"), "parameters.resolution", ViolationKind.SIZE, "The size is not match big"),
    (with_parameters(ratio="wide"), "parameters.ratio", ViolationKind.CHOICE, "such as 16:9"),
    (with_input(prompt=5), "input.prompt", ViolationKind.TYPE, "must be a text, not the number 5"),
    (with_input(negative_prompt=[]), "input.negative_prompt", ViolationKind.TYPE, "not a list"),
    (with_input(media={}), "input.media", ViolationKind.TYPE, "must be a list"),
    (with_input(media=["https://x/a.png"]), "input.media[0]", ViolationKind.TYPE, "must be an object"),
    (
        with_input(media=[{"url": URL}]),
        "input.media[0].type",
        ViolationKind.MISSING,
        "Field required: input.media[0].type",
    ),
    (
        with_input(media=[{"type": "link", "url": URL}]),
        "input.media[0].type",
        ViolationKind.CHOICE,
        "must be one of reference_image, reference_video, first_frame, not the text 'link'",
    ),
    (
        with_input(media=[{"type": "reference_image"}]),
        "input.media[0].url",
        ViolationKind.MISSING,
        "Field required: input.media[0].url",
    ),
    (with_input(media=[{"type": "first_frame", "url": " "}]), "input.media[0].url", ViolationKind.URL, "is empty"),
    (with_input(reference_urls=URL), "input.reference_urls", ViolationKind.TYPE, "must be a list"),
    (with_input(reference_urls=[URL, None]), "input.reference_urls[1]", ViolationKind.TYPE, "not null"),
    (with_input(reference_urls=[URL, ""]), "input.reference_urls[1]", ViolationKind.URL, "is empty"),
    (with_input(reference_urls=[URL] * 101), "input.reference_urls", ViolationKind.COUNT, "at most 100"),
]


@pytest.mark.parametrize(("body", "path", "kind", "words"), WRONG)
def test_a_wrong_field_is_named_in_the_callers_words(
    body: dict[str, Any], path: str, kind: ViolationKind, words: str
) -> None:
    (violation,) = refused(body).violations
    assert (violation.path, violation.kind) == (path, kind)
    assert words in violation.reason


def test_everything_wrong_is_told_at_once() -> None:
    body = {
        "model": "wan2.6-r2v",
        "input": {"prompt": 1, "media": [{"type": "x", "url": 2}, 3]},
        "parameters": {"duration": "5", "size": "big", "ratio": "?", "seed": 1.5, "audio": "no"},
    }
    assert [v.path for v in refused(body).violations] == [
        "input.prompt",
        "input.media[0].type",
        "input.media[0].url",
        "input.media[1]",
        "parameters.size",
        "parameters.ratio",
        "parameters.duration",
        "parameters.audio",
        "parameters.seed",
    ]


def test_absurd_amounts_are_refused_not_suffered() -> None:
    huge = 10**4000
    for body in (
        with_input(reference_urls=["x"] * 200_000),
        with_input(media=[{}] * 200_000),
        with_input(media=[[[]]] * 50),
        with_parameters(duration=1e300, size="9" * 100_000, ratio="1" * 100_000),
    ):
        assert len(refused(body).message) < 1000
    assert read(with_parameters(seed=huge)).seed == huge  # whether it is too large is the card's to say


# Strict -------------------------------------------------------------------------------------------------------------

STRICT: list[tuple[dict[str, Any], str]] = [
    (with_parameters("wan2.6-r2v", size="720P"), "parameters.size"),
    (with_parameters("wan2.6-r2v", resolution="720P"), "parameters.resolution"),
    (with_parameters("wan2.7-r2v", resolution="1280*720"), "parameters.resolution"),
    (with_parameters("wan2.6-r2v", size="1280x720"), "parameters.size"),
    (with_parameters("wan2.6-r2v", size="1280X720"), "parameters.size"),
    (with_parameters("wan2.6-r2v", size="1280 × 720"), "parameters.size"),
]


@pytest.mark.parametrize(("body", "path"), STRICT)
def test_strict_refuses_what_the_real_service_refuses(body: dict[str, Any], path: str) -> None:
    assert [v.path for v in refused(body, Profile.STRICT).violations] == [path]
    read(body, Profile.COMPAT)


@pytest.mark.parametrize(
    ("body", "profile", "end"),
    [
        (with_parameters("wan2.6-r2v", size="1:1"), Profile.STRICT, "Write pixels such as 1280*720"),
        (with_parameters("wan2.7-r2v", resolution="1:1"), Profile.STRICT, "Write a tier such as 720P"),
        (with_parameters("wan2.6-r2v", size="1:1"), Profile.COMPAT, "pixels such as 1280*720 or a tier such as 720P"),
    ],
)
def test_what_to_write_for_a_size_is_what_is_taken(body: dict[str, Any], profile: Profile, end: str) -> None:
    assert refused(body, profile).message.endswith(end)


@pytest.mark.parametrize("place", ["url", "reference_voice"])
def test_strict_wants_the_resolve_header_with_oss_urls(place: str) -> None:
    body = with_input(media=[{"type": "reference_image", "url": URL, place: "oss://d/k"}])
    (violation,) = refused(body, Profile.STRICT).violations
    assert violation.kind is ViolationKind.HEADER
    assert f"input.media[0].{place}" in violation.reason
    assert refused(body, Profile.STRICT, x_dashscope_ossresourceresolve="disable").violations == (violation,)
    read(body, Profile.STRICT, x_dashscope_ossresourceresolve="enable")
    read(body, Profile.COMPAT)


def test_strict_reads_input_fields_from_input_alone() -> None:
    """An SDK puts what it does not know into `parameters`; the real service does not look there."""
    media = [{"type": "reference_image", "url": URL}]
    body = {"model": "wan2.7-r2v", "input": {"prompt": "p"}, "parameters": {"media": media}}
    assert [r.url for r in read(body).references] == [URL]
    assert read(body, Profile.STRICT).references == ()


@pytest.mark.parametrize("profile", Profile)
def test_what_a_model_does_not_have_is_ignored_whatever_it_holds(profile: Profile) -> None:
    media = [{"type": "reference_image", "url": URL}]
    noise = {"shot_type": "triple", "audio": "no", "with_audio": False, "fps": "many", "style_level": []}
    body = {"model": "wan2.7-r2v", "input": {"prompt": "p", "media": media}, "parameters": {**noise, "duration": 3}}
    request = read(body, profile)
    assert (request.seconds, request.shot_type, request.sound) == (3, None, None)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize(
    ("spelled", "voice", "place"),
    [
        ({"referenceVoice": "https://x/a.mp3"}, "https://x/a.mp3", "referenceVoice"),
        ({"referenceVoice": "https://x/a.mp3", "reference_voice": None}, "https://x/a.mp3", "referenceVoice"),
        ({"reference_voice": "https://x/a.mp3", "referenceVoice": None}, "https://x/a.mp3", "reference_voice"),
        ({"referenceVoice": "https://x/b", "reference_voice": "https://x/a.mp3"}, "https://x/a.mp3", "reference_voice"),
        ({"reference_voice": None, "referenceVoice": None}, None, ""),
    ],
)  # fmt: skip
def test_a_voice_is_heard_in_either_spelling(
    spelled: dict[str, Any], voice: str | None, place: str, profile: Profile
) -> None:
    """The Java SDK writes `referenceVoice`. Source: spec/dashscope.md §1.4."""
    (reference,) = read(with_input(media=[{"type": "reference_image", "url": URL, **spelled}]), profile).references
    assert (reference.voice, reference.voice_path) == (voice, f"input.media[0].{place}" if place else "")


def test_strict_and_shape_violations_come_together() -> None:
    body = with_parameters("wan2.6-r2v", size="720P", seed="x")
    assert [v.path for v in refused(body, Profile.STRICT).violations] == ["parameters.seed", "parameters.size"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "  "])
def test_no_key(authorization: str) -> None:
    with pytest.raises(Fault) as caught:
        DIALECT.read_key(a_submit({}, authorization=authorization))
    assert getattr(caught.value, "missing", None) is True
    assert caught.value.message == "No API-key provided."


@pytest.mark.parametrize(
    "authorization", ["Basic abc", "sk-1", "Bearer schlüssel", "Bearer a\x00b", "Bearer " + "k" * 600]
)
def test_no_such_key(authorization: str) -> None:
    with pytest.raises(Fault) as caught:
        DIALECT.read_key(a_submit({}, authorization=authorization))
    assert getattr(caught.value, "missing", None) is False


@pytest.mark.parametrize("authorization", ["Bearer sk-1", "bearer sk-1", "BEARER  sk-1 ", "Bearer\tsk-1"])
def test_the_key(authorization: str) -> None:
    assert DIALECT.read_key(a_submit({}, authorization=authorization)) == "sk-1"


def test_the_dialect_names_itself() -> None:
    assert repr(DIALECT) == "DashScope(UTC+08:00)"
