"""What a request becomes, and every way in which it can be refused, in the vendor's words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from understudy.catalog.shelf import Shelf
from understudy.catalog.sizing import settle
from understudy.catalog.urls import scheme_of
from understudy.catalog.validate import PATHS, check_counts, complete, paths_for
from understudy.core.card import Defaults, Interval, Option, OptionKind, Sound
from understudy.core.faults import InvalidRequest, Violation, ViolationKind
from understudy.core.request import Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from unit.catalog.wan_r2v import ALL, SHELF, a_clip, a_photo, a_request, references

COMPAT = Profile.COMPAT
NEWER, OLDER, FLASH = (SHELF.find(model) for model in ALL)


def violations(request: VideoRequest, profile: Profile = COMPAT, **changes: Any) -> tuple[Violation, ...]:
    with pytest.raises(InvalidRequest) as caught:
        complete(request.but(**changes), SHELF.find(request.model), profile)
    return caught.value.violations


# Filling in --------------------------------------------------------------------------------------------------------


def test_defaults_of_2_7() -> None:
    asked = a_request("wan2.7-r2v", "iv")
    assert complete(asked, NEWER, COMPAT) == asked.but(
        size=Size(1920, 1080),
        tier=Tier(1080),
        ratio=Ratio(16, 9),
        seconds=5,
        shot_type=None,
        sound=True,
        watermark=False,
        prompt_extend=True,
    )


@pytest.mark.parametrize("model", ["wan2.6-r2v", "wan2.6-r2v-flash"])
def test_defaults_of_2_6(model: str) -> None:
    asked = a_request(model, "?v")
    assert complete(asked, SHELF.find(model), COMPAT) == asked.but(
        size=Size(1920, 1080),
        tier=Tier(1080),
        ratio=Ratio(16, 9),
        seconds=5,
        shot_type=ShotType.SINGLE,
        sound=True,
        watermark=False,
        prompt_extend=True,
    )


@pytest.mark.parametrize("model", ALL)
def test_what_was_said_stays(model: str) -> None:
    said = {"seconds": 7, "watermark": True, "prompt_extend": False, "seed": 42, "negative_prompt": "模糊"}
    request = complete(a_request(model, "i", **said), SHELF.find(model), COMPAT)
    assert {name: getattr(request, name) for name in said} == said


@pytest.mark.parametrize("model", ALL)
def test_what_is_complete_stays_as_it_is(model: str) -> None:
    card = SHELF.find(model)
    request = complete(a_request(model, "iv"), card, COMPAT)
    assert complete(request, card, COMPAT) == request
    assert complete(request, card, Profile.STRICT) == request
    assert settle(request, card, {}) == request
    check_counts(request, card)


PICTURES = [
    # model, what is said, size, tier, ratio
    ("wan2.7-r2v", {}, "1920*1080", "1080P", "16:9"),
    ("wan2.7-r2v", {"tier": "720P"}, "1280*720", "720P", "16:9"),
    ("wan2.7-r2v", {"ratio": "9:16"}, "1080*1920", "1080P", "9:16"),
    ("wan2.7-r2v", {"tier": "720P", "ratio": "4:3"}, "1104*832", "720P", "4:3"),
    ("wan2.7-r2v", {"tier": "1080P", "ratio": "3:4"}, "1248*1648", "1080P", "3:4"),
    ("wan2.7-r2v", {"size": "960*960"}, "960*960", "720P", "1:1"),
    ("wan2.7-r2v", {"size": "960*960", "tier": "1080P"}, "1440*1440", "1080P", "1:1"),
    ("wan2.7-r2v", {"size": "960*960", "ratio": "16:9"}, "1280*720", "720P", "16:9"),
    ("wan2.7-r2v", {"size": "1*1", "tier": "720P", "ratio": "1:1"}, "960*960", "720P", "1:1"),
    ("wan2.6-r2v", {"size": "1280*720"}, "1280*720", "720P", "16:9"),
    ("wan2.6-r2v", {"size": "832*1088"}, "832*1088", "720P", "3:4"),
    ("wan2.6-r2v", {"size": "1632*1248"}, "1632*1248", "1080P", "4:3"),
    ("wan2.6-r2v", {"tier": "720P"}, "1280*720", "720P", "16:9"),
    ("wan2.6-r2v", {"ratio": "1:1"}, "1440*1440", "1080P", "1:1"),
    ("wan2.6-r2v-flash", {"tier": "720P", "ratio": "3:4"}, "832*1088", "720P", "3:4"),
    ("wan2.6-r2v-flash", {"size": "1280*720", "tier": "1080P", "ratio": "1:1"}, "1280*720", "720P", "16:9"),
]
READ = {"size": Size.parse, "tier": Tier.parse, "ratio": Ratio.parse}


@pytest.mark.parametrize(("model", "said", "size", "tier", "ratio"), PICTURES)
def test_size_tier_and_ratio_follow_from_each_other(
    model: str, said: dict[str, str], size: str, tier: str, ratio: str
) -> None:
    asked = a_request(model, **{name: READ[name](text) for name, text in said.items()})
    request = complete(asked, SHELF.find(model), COMPAT)
    assert (str(request.size), str(request.tier), str(request.ratio)) == (size, tier, ratio)


@pytest.mark.parametrize(("model", "most"), [("wan2.7-r2v", 5000), ("wan2.6-r2v", 1500), ("wan2.6-r2v-flash", 1500)])
def test_texts_are_cut_without_a_word(model: str, most: int) -> None:
    request = complete(a_request(model, prompt="长" * 9000, negative_prompt="糊" * 9000), SHELF.find(model), COMPAT)
    assert (len(request.prompt), len(request.negative_prompt)) == (most, 500)


@pytest.mark.parametrize(
    ("sound", "said", "made"),
    [
        (Sound.ALWAYS, False, True),
        (Sound.ALWAYS, None, True),
        (Sound.NEVER, True, False),
        (Sound.OPTIONAL, False, False),
        (Sound.OPTIONAL, None, True),
    ],
)
def test_sound(sound: Sound, said: bool | None, made: bool) -> None:
    card = replace(OLDER, sound=sound)
    assert complete(a_request("wan2.6-r2v", sound=said), card, COMPAT).sound is made


def test_a_model_that_takes_its_shots_from_the_prompt_passes_over_a_shot_type() -> None:
    assert complete(a_request(shot_type=ShotType.MULTI), NEWER, COMPAT).shot_type is None
    assert complete(a_request("wan2.6-r2v", shot_type=ShotType.MULTI), OLDER, COMPAT).shot_type is ShotType.MULTI


def test_options_must_be_listed() -> None:
    card = replace(NEWER, options={"bgm": Option(OptionKind.FLAG)})
    asked = a_request(options={"bgm": True, "glitter": 3})
    assert complete(asked, card, COMPAT).options == {"bgm": True}
    with pytest.raises(InvalidRequest, match=r"parameters\.glitter: wan2\.7-r2v knows no such parameter"):
        complete(asked, card, Profile.STRICT)


# First frames ------------------------------------------------------------------------------------------------------


def test_with_a_first_frame_the_size_stays_open_until_it_is_seen() -> None:
    request = complete(a_request(kinds="fi", tier=Tier(720), ratio=Ratio(9, 16)), NEWER, COMPAT)
    assert (request.size, request.tier, request.ratio) == (None, Tier(720), None)
    assert complete(a_request(kinds="fi"), NEWER, COMPAT).tier == Tier(1080)
    assert complete(a_request(kinds="fi", size=Size(960, 960)), NEWER, COMPAT).tier == Tier(720), "a size tells a tier"


@pytest.mark.parametrize(
    ("tier", "picture", "size", "ratio"),
    [
        (720, (1920, 1080), "1280*720", "16:9"),
        (1080, (1920, 1080), "1920*1080", "16:9"),
        (1080, (640, 360), "1920*1080", "16:9"),
        (1080, (1104, 832), "1648*1248", "4:3"),
        (720, (3000, 4000), "832*1104", "3:4"),
        (720, (1000, 1000), "960*960", "1:1"),
        (720, (1000, 1015), "960*960", "1:1"),  # within 2 %
        (720, (1000, 1030), "944*976", "59:61"),  # not
        (720, (3000, 1000), "1664*552", "208:69"),
        (720, (1080, 1350), "856*1072", "107:134"),
        (1080, (8000, 1000), "4072*512", "509:64"),
        (1080, (240, 1920), "512*4072", "64:509"),
    ],
)
def test_a_film_takes_the_shape_of_its_first_frame(tier: int, picture: tuple[int, int], size: str, ratio: str) -> None:
    request = complete(a_request(kinds="fi", tier=Tier(tier), ratio=Ratio(9, 16)), NEWER, COMPAT)
    settled = settle(request, NEWER, {Role.FIRST_FRAME: a_photo(*picture)})
    assert (str(settled.size), str(settled.ratio), settled.tier) == (size, ratio, Tier(tier))


def test_a_model_without_the_rule_keeps_its_size() -> None:
    request = complete(a_request("wan2.6-r2v"), OLDER, COMPAT)
    assert settle(request, OLDER, {Role.FIRST_FRAME: a_photo(1000, 3000)}) == request


def test_a_voice_with_a_first_frame_is_passed_over() -> None:
    opening = replace(references("f")[0], voice="https://host/v.mp3", voice_path="input.media[0].reference_voice")
    subject = replace(references("i")[0], voice="https://host/w.mp3")
    request = complete(a_request(references=(opening, subject)), NEWER, COMPAT)
    assert [reference.voice for reference in request.references] == [None, "https://host/w.mp3"]


# Refusing ----------------------------------------------------------------------------------------------------------

K = ViolationKind
REFUSED: list[tuple[str, str, dict[str, Any], str, ViolationKind, str]] = [
    ("wan2.7-r2v", "i", {"prompt": ""}, "input.prompt", K.MISSING, "Field required: input.prompt"),
    ("wan2.7-r2v", "i", {"prompt": " \n"}, "input.prompt", K.MISSING, "Field required: input.prompt"),
    ("wan2.7-r2v", "", {}, "input.media", K.MISSING, "Field required: input.media"),
    ("wan2.7-r2v", "f", {}, "input.media", K.MISSING, "reference image or video besides the first frame."),
    ("wan2.6-r2v", "", {}, "input.reference_urls", K.MISSING, "Field required: input.reference_urls"),
    ("wan2.7-r2v", "iiiivv", {}, "input.media", K.COUNT, "wan2.7-r2v takes 1 to 5 references in all, not 6."),
    ("wan2.6-r2v", "??????", {}, "input.reference_urls", K.COUNT, "takes 1 to 5 references in all, not 6."),
    ("wan2.6-r2v", "vvvv", {}, "input.reference_urls", K.COUNT, "takes at most 3 reference videos, not 4."),
    ("wan2.7-r2v", "ffi", {}, "input.media", K.COUNT, "takes at most 1 first frames, not 2."),
    ("wan2.6-r2v", "fi", {}, "input.reference_urls", K.COUNT, "wan2.6-r2v takes no first frames, not 1."),
    (
        "wan2.6-r2v",
        "i",
        {"size": Size(640, 480)},
        "parameters.size",
        K.SIZE,
        "The size is not match 640*480. wan2.6-r2v",
    ),
    ("wan2.6-r2v", "i", {"size": Size(1104, 832)}, "parameters.size", K.SIZE, "1088*832 (4:3)"),
    ("wan2.7-r2v", "i", {"size": Size(1088, 832)}, "parameters.size", K.SIZE, "The size is not match 1088*832."),
    ("wan2.7-r2v", "i", {"tier": Tier(480)}, "parameters.resolution", K.CHOICE, "must be 720P or 1080P, not 480P."),
    ("wan2.7-r2v", "fi", {"tier": Tier(480)}, "parameters.resolution", K.CHOICE, "must be 720P or 1080P, not 480P."),
    ("wan2.7-r2v", "i", {"ratio": Ratio(21, 9)}, "parameters.ratio", K.CHOICE, "4:3 or 3:4, not 21:9."),
    ("wan2.7-r2v", "i", {"ratio": Ratio(32, 18)}, "parameters.ratio", K.CHOICE, "not 32:18."),
    ("wan2.7-r2v", "i", {"seconds": 1}, "parameters.duration", K.RANGE, "a whole number from 2 to 15, not 1."),
    ("wan2.7-r2v", "i", {"seconds": 16}, "parameters.duration", K.RANGE, "from 2 to 15, not 16."),
    (
        "wan2.7-r2v",
        "iv",
        {"seconds": 11},
        "parameters.duration",
        K.RANGE,
        "from 2 to 10 when a reference video is given",
    ),
    ("wan2.6-r2v", "i", {"seconds": 11}, "parameters.duration", K.RANGE, "from 2 to 10, not 11."),
    ("wan2.6-r2v", "i", {"seconds": 0}, "parameters.duration", K.RANGE, "from 2 to 10, not 0."),
    ("wan2.7-r2v", "i", {"seed": -1}, "parameters.seed", K.RANGE, "from 0 to 2147483647, not -1."),
    ("wan2.7-r2v", "i", {"seed": 2**31}, "parameters.seed", K.RANGE, "not 2147483648."),
]


@pytest.mark.parametrize(("model", "kinds", "changes", "path", "kind", "words"), REFUSED)
def test_refusals(model: str, kinds: str, changes: dict[str, Any], path: str, kind: ViolationKind, words: str) -> None:
    found = violations(a_request(model, kinds), **changes)
    assert (found[0].path, found[0].kind) == (path, kind)
    assert words in found[0].reason


@pytest.mark.parametrize("seconds", [2, 15])
def test_the_ends_of_a_range_are_inside(seconds: int) -> None:
    assert complete(a_request(seconds=seconds, seed=0), NEWER, COMPAT).seconds == seconds
    assert complete(a_request(seed=2147483647), NEWER, COMPAT).seed == 2147483647


def test_everything_wrong_is_told_at_once_and_the_missing_prompt_first() -> None:
    wrong = {"prompt": "", "tier": Tier(480), "ratio": Ratio(2, 1), "seconds": 99, "seed": -5}
    found = violations(a_request(kinds="iiiiii"), **wrong)
    assert [(v.path, v.kind) for v in found] == [
        ("input.prompt", K.MISSING),
        ("input.media", K.COUNT),
        ("input.media", K.COUNT),
        ("parameters.resolution", K.CHOICE),
        ("parameters.ratio", K.CHOICE),
        ("parameters.duration", K.RANGE),
        ("parameters.seed", K.RANGE),
    ]


def test_a_ratio_that_one_tier_lacks() -> None:
    card = replace(NEWER, sizes=tuple(o for o in NEWER.sizes if str(o.size) != "1440*1440"))
    with pytest.raises(InvalidRequest, match=r"wan2\.7-r2v makes no 1:1 at 1080P: choose another"):
        complete(a_request(ratio=Ratio(1, 1)), card, COMPAT)


def test_an_open_end_is_told_as_such() -> None:
    card = replace(NEWER, seconds=Interval(least=None, most=Decimal(3)), seconds_with_video=Interval(Decimal(1)))
    assert complete(a_request(kinds="v", seconds=1000), card, COMPAT).seconds == 1000
    assert complete(a_request(kinds="?", seconds=1000), card, COMPAT).seconds == 1000, "the wider limits"
    with pytest.raises(InvalidRequest, match="from any to 3, not 4"):
        complete(a_request(seconds=4), card, COMPAT)
    assert complete(a_request(seconds=1), replace(card, defaults=Defaults(seconds=None), sizes=()), COMPAT).seconds == 1
    assert complete(a_request(), replace(card, defaults=Defaults(), sizes=()), COMPAT).seconds is None


def test_paths_come_in_the_words_of_another_caller() -> None:
    words = {**PATHS, "prompt": "text", "seconds": "length"}
    with pytest.raises(InvalidRequest) as caught:
        complete(a_request(prompt="", seconds=99), NEWER, COMPAT, paths=words)
    assert [v.path for v in caught.value.violations] == ["text", "length"]
    assert "Field required: text" in caught.value.message
    assert paths_for(replace(NEWER, wire={})) == PATHS


# Overseas ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "seconds", "path"),
    [("v", 5, None), ("vvv", 10, None), ("v", 7, "parameters.duration"), ("vi", 5, "input.reference_urls")],
)
def test_virginia(kinds: str, seconds: int, path: str | None) -> None:
    card = Shelf.open(region="us-east-1").find("wan2.6-r2v")
    asked = a_request("wan2.6-r2v", kinds, seconds=seconds)
    if path is None:
        assert complete(asked, card, COMPAT).seconds == seconds
    else:
        with pytest.raises(InvalidRequest) as caught:
            complete(asked, card, COMPAT)
        assert [v.path for v in caught.value.violations] == [path]


# Media of unknown kind ---------------------------------------------------------------------------------------------


def test_what_is_unknown_is_judged_again_once_it_is_known() -> None:
    request = complete(a_request("wan2.6-r2v", "????"), OLDER, COMPAT)
    known = request.but(references=references("vvvi"))
    check_counts(known, OLDER)
    with pytest.raises(InvalidRequest, match="takes at most 3 reference videos, not 4"):
        check_counts(request.but(references=references("vvvv")), OLDER)


def test_the_length_is_judged_again_too() -> None:
    request = complete(a_request("wan2.7-r2v", "?", seconds=15), NEWER, COMPAT)
    check_counts(request.but(references=references("i")), NEWER)
    with pytest.raises(InvalidRequest, match="from 2 to 10 when a reference video is given, not 15"):
        check_counts(request.but(references=references("v")), NEWER)


# Links -------------------------------------------------------------------------------------------------------------

BASE64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk" + "A" * 40

SCHEMES = [
    ("http://host/a.png", "http"),
    ("HTTPS://host/a.png?x=1#y", "https"),
    ("https://用户.example/图 1.png", "https"),
    ("https://[::1]/a", "https"),
    ("https:///a.png", ""),
    ("http://", ""),
    ("https://[::1/a", ""),
    ("oss://dashscope-instant/x/我的 照片.mp4", "oss"),
    ("oss://", ""),
    ("OSS://dashscope-instant/x/a.png", "a name of ours in other letters"),
    (" oss://dashscope-instant/x/a.png", "a name of ours in other letters"),
    ("data:image/png;base64,AAAA", "data"),
    ("DATA:;base64,AAAA", "data"),
    ("data:image/png;base64", ""),
    (BASE64, "data"),
    ("/9j/" + "A" * 80 + "==", "data"),
    (BASE64[:40] + "\n" + BASE64[40:], "data"),
    ("file:///etc/passwd", "file"),
    ("/etc/passwd", ""),
    ("girl.jpg", ""),
    ("C:\\pictures\\girl.jpg", ""),
    ("ftp://host/a", "ftp"),
    ("javascript:alert(1)", "javascript"),
    ("concat:a|b", "concat"),
    ("", ""),
    ("   ", ""),
    ("https", ""),
]


@pytest.mark.parametrize(("url", "scheme"), SCHEMES)
def test_kinds_of_links(url: str, scheme: str) -> None:
    assert scheme_of(url) == scheme


@pytest.mark.parametrize(
    ("model", "medium", "role", "taken"),
    [
        ("wan2.7-r2v", Medium.IMAGE, Role.SUBJECT, {"http", "https", "oss", "data"}),
        ("wan2.7-r2v", Medium.VIDEO, Role.SUBJECT, {"http", "https", "oss"}),
        ("wan2.7-r2v", Medium.IMAGE, Role.FIRST_FRAME, {"http", "https", "oss", "data"}),
        ("wan2.6-r2v", Medium.UNKNOWN, Role.SUBJECT, {"http", "https", "oss"}),
        ("wan2.6-r2v", Medium.VIDEO, Role.SUBJECT, {"http", "https", "oss"}),
    ],
)
def test_which_links_are_taken(model: str, medium: Medium, role: Role, taken: set[str]) -> None:
    for url, scheme in SCHEMES:
        reference = Reference(url, medium, role, path="input.media[1].url")
        others = references("i")
        request = a_request(model, references=(*others, reference))
        if scheme in taken:
            complete(request, SHELF.find(model), COMPAT)
            continue
        (found,) = violations(request)
        assert (found.path, found.kind) == ("input.media[1].url", K.URL)
        assert found.reason.startswith("Required URL is missing or invalid, please check the request URL. ")


def test_a_path_of_the_callers_machine_is_told_what_to_do() -> None:
    (found,) = violations(a_request(), references=(Reference("file:///home/me/girl.jpg", Medium.IMAGE),))
    assert "upload the file first and send the oss:// address" in found.reason
    assert found.path == "input.media"


def test_voices() -> None:
    def with_voice(url: str, model: str = "wan2.7-r2v") -> VideoRequest:
        (subject,) = references("i")
        spoken = replace(subject, voice=url, voice_path="input.media[0].reference_voice")
        return a_request(model, references=(spoken,))

    assert complete(with_voice("oss://a/b.mp3"), NEWER, COMPAT).references[0].voice == "oss://a/b.mp3"
    (found,) = violations(with_voice("data:audio/mp3;base64,AAAA"))
    assert (found.path, found.kind) == ("input.media[0].reference_voice", K.URL)
    (found,) = violations(with_voice("https://host/a.mp3", "wan2.6-r2v"))
    assert (found.path, found.kind) == ("input.media[0].reference_voice", K.RULE)


@pytest.mark.parametrize(
    ("reference", "kind", "words"),
    [
        (Reference("https://h/a", Medium.AUDIO), K.RULE, "an image or a video, not a sound"),
        (Reference("https://h/a", Medium.IMAGE, Role.LAST_FRAME), K.COUNT, "takes no last frame"),
        (Reference("https://h/a", Medium.VIDEO, Role.FIRST_FRAME), K.RULE, "a first frame is an image, not a video"),
    ],
)
def test_references_that_are_none(reference: Reference, kind: ViolationKind, words: str) -> None:
    found = violations(a_request(), references=(*references("i"), reference))
    assert kind in {v.kind for v in found}
    assert any(words in v.reason for v in found)


def test_a_card_without_sizes_leaves_the_picture_to_the_engine() -> None:
    card = replace(NEWER, sizes=())
    assert complete(a_request(size=Size(3, 3)), card, COMPAT).size is None
    assert settle(a_request(), card, {Role.FIRST_FRAME: a_photo()}) == a_request()
    assert settle(a_request(), NEWER, {Role.FIRST_FRAME: replace(a_clip(), size=None)}) == a_request()
