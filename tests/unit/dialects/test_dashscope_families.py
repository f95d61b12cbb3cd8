"""Submits of every family: what document 001 and the SDKs write beside the official forms, and what is refused, with
the code and the words of the answer. Source: spec/dashscope.md §1.2-§1.4, §6.1, §7, §8; spec/catalog.json, error_codes.
"""

# ruff: noqa: E501 - a table is read by its columns
from __future__ import annotations

import json
from typing import Any

import pytest

from laws.wishes import OFFERS, Offer, full
from understudy.catalog.validate import complete
from understudy.core.faults import Fault, Forbidden, InvalidRequest
from understudy.core.request import Profile, Role, VideoRequest
from understudy.dialects.dashscope import DIALECT
from understudy.dialects.dashscope.submit import CHECK_PATHS, SUBMIT_PATHS, TEMPLATE_PATHS
from unit.catalog.asked import SHELF, VENDORS
from wires import a_submit

COMPAT, STRICT = Profile.COMPAT, Profile.STRICT
PICTURE, FILM, SOUND = "https://host/a.png", "https://host/a.mp4", "https://host/a.mp3"
BOX = [10, 20, 110, 120]
VACE, STYLE = "wanx2.1-vace-plus", "video-style-transform"
IMAGE = {"image_url": PICTURE}
EMO = IMAGE | {"audio_url": SOUND, "face_bbox": BOX, "ext_bbox": BOX}
EMOJI = IMAGE | {"driven_id": "mengwa_kaixin", "face_bbox": BOX, "ext_bbox": BOX}


def asked(
    model: str,
    given: dict[str, Any],
    parameters: dict[str, Any] | None = None,
    profile: Profile = COMPAT,
    path: str = "",
) -> VideoRequest:
    """The completed request of a body posted to the model's official path."""
    card = SHELF.find(model)
    body = {"model": model, "input": given, "parameters": parameters or {}}
    path = path or card.hints("dashscope")["official_paths"][0]
    wire = a_submit(body, path, x_dashscope_async="" if card.makes.is_check else "enable")
    request = DIALECT.decode_submit(wire, SHELF, profile)
    return complete(request, card.of(request.function), profile)


def refusal(*args: Any, **more: Any) -> tuple[int, str, str]:
    """Status, code and message of the answer."""
    with pytest.raises(Fault) as caught:
        asked(*args, **more)
    reply = DIALECT.encode_fault(caught.value, a_submit({}))
    body = reply.json()
    return reply.status, body["code"], body["message"]


# What compat takes, and what strict answers (§6.1) ------------------------------------------------------------------

I2V, KF2V = {"img_url": PICTURE}, {"first_frame_url": PICTURE, "last_frame_url": PICTURE}
P = {"prompt": "p"}

# fmt: off
RECONCILED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], str | None]] = [
    # model, input, parameters, what compat makes of it, how strict's refusal begins (None: it takes it as well)
    ("wan2.2-t2v-plus",   P, {"resolution": "720*1280"}, {"size": "720*1280", "tier": "1080P"}, "wan2.2-t2v-plus takes parameters.size with pixels"),
    ("wan2.2-t2v-plus",   P, {"size": "720*1280"},       {"size": "720*1280", "tier": "1080P"}, "The size is not match 720*1280"),
    ("wan2.2-t2v-plus",   P, {"size": "480*480"},        {"size": "624*624", "tier": "480P"},   "The size is not match 480*480"),
    ("wanx2.1-t2v-turbo", P, {"resolution": "480*480"},  {"size": "624*624", "tier": "480P"},   "wanx2.1-t2v-turbo takes parameters.size with pixels"),
    ("wanx2.1-t2v-turbo", P, {"size": "480P"},           {"size": "832*480", "tier": "480P"},   "The size is not match 480P"),
    ("wanx2.1-t2v-turbo", P, {"size": "480P", "ratio": "9:16"}, {"size": "480*832", "tier": "480P"}, "The size is not match 480P"),
    ("wanx2.1-t2v-plus",  P, {"resolution": "720P"},     {"size": "1280*720", "tier": "720P"},  "wanx2.1-t2v-plus takes parameters.size with pixels"),
    ("wanx2.1-t2v-plus",  P, {"size": "1280x720"},       {"size": "1280*720", "tier": "720P"},  "The size is not match 1280x720"),
    ("wanx2.1-t2v-turbo", P, {"size": "1080*1920"},      {"size": "1080*1920", "tier": "720P"}, "The size is not match 1080*1920"),
    ("wan2.2-t2v-plus",   P, {"fps": 24},                {"options": {"fps": 24}},              None),  # strict passes it over
    ("wan2.2-t2v-plus",   P, {"duration": 3},            {"seconds": 3},                        "parameters.duration must be 5, not 3"),
    ("wanx2.1-i2v-turbo", I2V, {"duration": 1},          {"seconds": 1},                        "parameters.duration must be 3 or 4 or 5, not 1"),
    ("wanx2.1-i2v-turbo", I2V, {"duration": 3},          {"seconds": 3},                        None),
    ("wanx2.1-kf2v-plus", KF2V, {"duration": 2},         {"seconds": 2},                        "parameters.duration must be 5, not 2"),
    (VACE, P | {"function": "image_reference", "ref_images_url": [PICTURE]}, {"duration": 3}, {"seconds": 3}, "parameters.duration must be 5, not 3"),
    (VACE, P | {"function": "image_reference", "ref_images_url": [PICTURE]}, {"resolution": "720*1280"}, {"size": "720*1280"}, "wanx2.1-vace-plus takes parameters.size with pixels"),
    (VACE, P | {"function": "image_reference", "ref_images_url": [PICTURE] * 5}, {"obj_or_bg": ["obj"] * 5}, {"options": {"obj_or_bg": ["obj"] * 3}}, None),  # §7.1: the first three
    ("wanx2.1-i2v-plus",  I2V, {"resolution": "720*1280"}, {"size": "None", "tier": "720P"},    "The size is not match 720*1280"),
    ("wan2.2-i2v-plus",   I2V, {"resolution": "1080P"},  {"size": "None", "tier": "1080P"},     None),
    ("wanx2.1-i2v-plus",  {"image_url": PICTURE}, {},    {"first": PICTURE},                    None),  # §1.4: an alias
    ("wanx2.1-i2v-plus",  {}, {"image_url": PICTURE},    {"first": PICTURE},                    "Field required: input.img_url"),
    ("wanx2.1-i2v-plus",  {"image_url": "https://host/alias.png", "img_url": PICTURE}, {}, {"first": PICTURE}, None),  # the official name first
    ("wanx2.1-kf2v-plus", {"head_frame": PICTURE, "tail_frame": PICTURE}, {}, {"first": PICTURE}, None),
    ("wanx-kf2v",         KF2V, {},                      {"first": PICTURE},                    None),
    ("wan2.1-i2v-plus",   I2V, {},                       {"first": PICTURE},                    None),  # §1.1: the Singapore spelling
    ("emo-v1",            EMO, {"style_level": "subtle"}, {"options": {"style_level": "calm"}},  "The style_level is invalid."),
    ("emo-v1",            IMAGE | {"audio_url": SOUND}, {}, {"options": {"style_level": "normal"}}, "Field required: input.face_bbox"),
    ("emo-v1",            {}, EMO,                       {"options": {"face_box": BOX, "frame_box": BOX}}, "Field required: input.image_url"),
    ("emoji-v1",          IMAGE, {"driven_id": "jingdian_lei"}, {"options": {"driven_id": "jingdian_lei"}}, "Field required: input.driven_id"),
    ("liveportrait",      IMAGE | {"audio_url": SOUND, "template_id": "calm"}, {}, {"options": {"template_id": "calm"}}, None),  # §1.4: looked for in both; strict's own place is parameters
    ("animate-anyone-gen2", IMAGE, {"template_id": "AACT.a"}, {"template": "AACT.a"},            "Field required: input.template_id"),
    (STYLE,               {}, {"video_url": FILM, "style": 3}, {"options": {"style": 3}},         "Field required: input.video_url"),
    ("videoretalk",       {"video_url": FILM, "audio_url": SOUND, "ref_image_url": ""}, {}, {"references": 2}, None),  # "" is absent
    (VACE, P | {"function": "video_edit", "video_url": FILM, "mask_image_url": PICTURE, "mask_video_url": ""}, {}, {"references": 2}, None) ,
    (VACE, P | {"function": "video_extension", "first_clip_url": FILM, "ref_images_url": [PICTURE]}, {}, {"references": 1}, None),  # no such field there
]
# fmt: on


@pytest.mark.parametrize(("model", "given", "parameters", "made", "strict"), RECONCILED)
def test_what_compat_makes_of_it_and_what_strict_says(
    model: str, given: dict[str, Any], parameters: dict[str, Any], made: dict[str, Any], strict: str | None
) -> None:
    request = asked(model, given, parameters)
    first, template = request.first_frame, request.of_role(Role.TEMPLATE)
    seen = {
        "size": str(request.size),
        "tier": str(request.tier),
        "seconds": request.seconds,
        "first": first.url if first else None,
        "template": template.url if template else None,
        "references": len(request.references),
        "options": {name: request.options.get(name) for name in made.get("options", {})},
    }
    assert {name: seen[name] for name in made} == made
    if strict is None:
        asked(model, given, parameters, profile=STRICT)
    else:
        status, code, message = refusal(model, given, parameters, profile=STRICT)
        assert (status, code) == (400, "InvalidParameter")
        assert message.startswith(strict)


def test_strict_passes_over_a_rate_that_is_no_parameter() -> None:
    assert asked("wan2.2-t2v-plus", P, {"fps": 24}, profile=STRICT).options == {}


# Refusals -----------------------------------------------------------------------------------------------------------

BAD, URL = "InvalidParameter", "InvalidURL"
REF = P | {"function": "image_reference", "ref_images_url": [PICTURE, PICTURE]}
PAINT = P | {"function": "video_repainting", "video_url": FILM}
EDIT = P | {"function": "video_edit", "video_url": FILM, "mask_image_url": PICTURE}
OUT = P | {"function": "video_outpainting", "video_url": FILM}
MEDIA = "wan2.7-i2v"
FRAME = {"type": "first_frame", "url": PICTURE}

# fmt: off
REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    # model, input, parameters, code, how the message begins
    ("wan2.2-t2v-plus",   {}, {}, BAD, "Field required: input.prompt"),
    ("wan2.2-t2v-plus",   P, {"size": "700*100"}, BAD, "The size is not match 700*100. wan2.2-t2v-plus makes 832*480 (16:9)"),
    ("wan2.2-t2v-plus",   P, {"size": "1280:720"}, BAD, "The size is not match 1280:720"),
    ("wan2.2-t2v-plus",   P, {"duration": 6}, BAD, "parameters.duration must be 5, not 6."),
    ("wan2.2-t2v-plus",   P, {"fps": 0}, BAD, "parameters.fps must be a whole number from 1 to 60, not 0."),
    ("wan2.2-t2v-plus",   P, {"fps": "24"}, BAD, "parameters.fps must be a whole number such as 5, not the text '24'."),
    ("wan2.5-t2v-preview", P, {"duration": 7}, BAD, "parameters.duration must be 5 or 10, not 7."),
    ("wan2.6-t2v",        P, {"duration": 16}, BAD, "parameters.duration must be a whole number from 2 to 15, not 16."),
    ("wan2.2-t2v-plus",   P, {"seed": 2**31}, BAD, "parameters.seed must be a whole number from 0 to 2147483647"),
    ("wanx2.1-i2v-plus",  {}, {}, BAD, "Field required: input.img_url"),
    ("wanx2.1-i2v-plus",  {"img_url": ""}, {}, URL, "Required URL is missing or invalid, please check the request URL."),
    ("wanx2.1-i2v-plus",  {"img_url": "/home/me/a.png"}, {}, URL, "Required URL is missing or invalid, please check the request URL. input.img_url is a path of your own machine"),
    ("wanx2.1-i2v-plus",  I2V, {"resolution": "1080P"}, BAD, "parameters.resolution must be 720P, not 1080P."),
    ("wanx2.1-kf2v-plus", {"last_frame_url": PICTURE}, {}, BAD, "Field required: input.first_frame_url"),
    ("wanx2.1-kf2v-plus", {"first_frame_url": PICTURE}, {}, BAD, "Field required: input.last_frame_url. Give the last frame, or name an effect as input.template."),
    (MEDIA, {"media": []}, {}, BAD, "Field required: input.media of type first_frame. Give at least one of"),
    (MEDIA, {"media": [FRAME, FRAME]}, {}, BAD, "input.media[1].url: wan2.7-i2v takes one first frame, not 2."),
    (MEDIA, {"media": [{"type": "reference_image", "url": PICTURE}, FRAME]}, {}, BAD, "input.media[0].type must be one of first_frame, last_frame, driving_audio, first_clip, not the text 'reference_image'."),
    ("happyhorse-1.0-r2v", P | {"media": []}, {}, BAD, "Field required: input.media"),
    ("happyhorse-1.0-r2v", P | {"media": [{"type": "reference_image", "url": PICTURE}] * 10}, {}, BAD, "input.media: happyhorse-1.0-r2v takes 1 to 9 references in all, not 10."),
    ("wan2.7-videoedit",  {"media": [{"type": "reference_image", "url": PICTURE}]}, {}, BAD, "Field required: input.media. wan2.7-videoedit needs a source_video."),
    ("wan2.7-videoedit",  {"media": [{"type": "video", "url": FILM}]}, {"duration": 1}, BAD, "parameters.duration must be 0 or 2 or 3"),
    ("wan2.7-videoedit",  {"media": [{"type": "video", "url": FILM}]}, {"audio_setting": "loud"}, BAD, "parameters.audio_setting must be one of auto, origin, not the text 'loud'."),
    # VACE
    (VACE, P, {}, BAD, "Field required: input.function. wanx2.1-vace-plus has image_reference, video_repainting, video_edit, video_extension, video_outpainting."),
    (VACE, P | {"function": "video-synthesis"}, {}, BAD, "Field required: input.function."),  # the SDK's own word for none
    (VACE, P | {"function": "video_dreaming"}, {}, BAD, "input.function must be one of image_reference"),
    (VACE, P | {"function": ["x"]}, {}, BAD, "input.function must be one of image_reference"),
    (VACE, {"function": "image_reference", "ref_images_url": [PICTURE]}, {}, BAD, "Field required: input.prompt"),
    (VACE, P | {"function": "image_reference"}, {}, BAD, "Field required: input.ref_images_url"),
    (VACE, REF, {"obj_or_bg": ["obj"]}, BAD, "ref_images_url and obj_or_bg must be the same length."),
    (VACE, REF, {"obj_or_bg": ["obj", "sky"]}, BAD, "parameters.obj_or_bg must be one of obj, bg, not the text 'sky'."),
    (VACE, REF, {"obj_or_bg": "obj"}, BAD, "parameters.obj_or_bg must be a list of texts, not the text 'obj'."),
    (VACE, REF, {"size": "832*480"}, BAD, "The size is not match 832*480."),
    (VACE, P | {"function": "video_repainting"}, {"control_condition": "depth"}, BAD, "Field required: input.video_url"),
    (VACE, PAINT, {}, BAD, "Field required: parameters.control_condition"),
    (VACE, PAINT, {"control_condition": "magic"}, BAD, "parameters.control_condition must be one of posebodyface, posebody, depth, scribble, not the text 'magic'."),
    (VACE, PAINT, {"control_condition": "depth", "strength": 1.1}, BAD, "parameters.strength must be from 0 to 1, not 1.1."),
    (VACE, PAINT | {"ref_images_url": [PICTURE] * 2}, {"control_condition": "depth"}, BAD, "input.ref_images_url: wanx2.1-vace-plus takes 0 to 1 references in all, not 2."),
    (VACE, P | {"function": "video_edit", "video_url": FILM}, {}, BAD, "Field required: input.mask_image_url"),
    (VACE, EDIT | {"mask_video_url": FILM}, {}, BAD, "input.mask_video_url: wanx2.1-vace-plus takes one mask, not 2."),
    (VACE, EDIT, {"expand_ratio": -0.1}, BAD, "parameters.expand_ratio must be from 0 to 1, not -0.1."),
    (VACE, EDIT, {"expand_mode": "wide"}, BAD, "parameters.expand_mode must be one of hull, bbox, original"),
    (VACE, EDIT | {"mask_frame_id": 0}, {}, BAD, "input.mask_frame_id must be a whole number from 1 to 100000, not 0."),
    (VACE, P | {"function": "video_extension"}, {}, BAD, "Field required: input.first_frame_url. Give at least one of input.first_frame_url or input.last_frame_url or input.first_clip_url or input.last_clip_url."),
    (VACE, P | {"function": "video_extension", "video_url": FILM}, {}, BAD, "Field required: input.first_frame_url. Give at least one of"),
    (VACE, OUT, {"top_scale": 0.9}, BAD, "parameters.top_scale must be from 1 to 2, not 0.9."),
    (VACE, OUT, {"left_scale": 2.01}, BAD, "parameters.left_scale must be from 1 to 2, not 2.01."),
    (VACE, OUT, {"right_scale": "2"}, BAD, "parameters.right_scale must be a number such as 0.5, not the text '2'."),
    # style
    (STYLE, {}, {}, BAD, "Field required: input.video_url"),
    (STYLE, {"video_url": FILM}, {"style": 8}, BAD, "The style is invalid."),
    (STYLE, {"video_url": FILM}, {"style": -1}, BAD, "The style is invalid."),
    (STYLE, {"video_url": FILM}, {"style": "0"}, BAD, "The style is invalid."),
    (STYLE, {"video_url": FILM}, {"video_fps": 26}, BAD, "the video_fps parm is invalid!"),
    (STYLE, {"video_url": FILM}, {"min_len": 480}, BAD, "the min_len parm is invalid!"),
    (STYLE, {"video_url": FILM}, {"animate_emotion": 1}, BAD, "the animate_emotion parm is invalid!"),
    (STYLE, {"video_url": FILM}, {"use_SR": "yes"}, BAD, "the use_SR parm is invalid!"),
    (STYLE, {"video_url": "data:video/mp4;base64,AAAA"}, {}, URL, "Required URL is missing or invalid, please check the request URL. input.video_url holds the data itself"),
    # portraits
    ("emo-v1", {"audio_url": SOUND}, {}, BAD, "Field required: input.image_url"),
    ("emo-v1", IMAGE, {}, BAD, "Field required: input.audio_url"),
    ("emo-v1", EMO, {"style_level": "wild"}, BAD, "The style_level is invalid."),
    ("emo-v1", EMO | {"face_bbox": [1, 2, 3]}, {}, BAD, "input.face_bbox must be four whole numbers [x1, y1, x2, y2]"),
    ("emo-v1", EMO | {"ext_bbox": [9, 9, 3, 3]}, {}, BAD, "input.ext_bbox must be four whole numbers [x1, y1, x2, y2]"),
    ("emoji-v1", IMAGE, {}, BAD, "Field required: input.driven_id"),
    ("emoji-v1", EMOJI | {"driven_id": "mengwa_nothing"}, {}, BAD, "Driven not exist: driven_id."),
    ("emoji-v1", EMOJI | {"ext_bbox": "big"}, {}, BAD, "Invalid ext_bbox."),
    ("liveportrait", IMAGE | {"audio_url": SOUND}, {"template_id": "wild"}, BAD, "parameters.template_id must be one of normal, calm, active"),
    ("liveportrait", IMAGE | {"audio_url": SOUND}, {"video_fps": 31}, BAD, "parameters.video_fps must be a whole number from 15 to 30, not 31."),
    ("liveportrait", IMAGE | {"audio_url": SOUND}, {"mouth_move_strength": 1.6}, BAD, "parameters.mouth_move_strength must be from 0 to 1.5, not 1.6."),
    ("liveportrait", IMAGE | {"audio_url": SOUND}, {"eye_move_freq": -1}, BAD, "parameters.eye_move_freq must be from 0 to 1, not -1."),
    ("videoretalk", {"video_url": FILM}, {}, BAD, "Field required: input.audio_url"),
    ("videoretalk", {"video_url": FILM, "audio_url": ""}, {}, URL, "Required URL is missing or invalid, please check the request URL."),
    ("videoretalk", {"video_url": FILM, "audio_url": SOUND}, {"query_face_threshold": 119}, BAD, "parameters.query_face_threshold must be a whole number from 120 to 200, not 119."),
    ("animate-anyone-gen2", IMAGE, {}, BAD, "Field required: input.template_id"),
    ("animate-anyone-gen2", IMAGE | {"template_id": "AACT.a"}, {"video_ratio": "16:9"}, BAD, "parameters.video_ratio must be 9:16 or 3:4"),
    ("animate-anyone-template-gen2", {}, {}, BAD, "Field required: input.video_url"),
    ("wan2.2-animate-move", IMAGE | {"video_url": FILM}, {}, BAD, "Field required: parameters.mode"),
    ("wan2.2-animate-mix", IMAGE | {"video_url": FILM}, {"mode": "wan-max"}, BAD, "parameters.mode must be one of wan-std, wan-pro"),
    ("wan2.2-s2v", IMAGE | {"audio_url": SOUND}, {"resolution": "1080P"}, BAD, "parameters.resolution must be 480P or 720P, not 1080P."),
    ("emo-detect-v1", IMAGE, {"ratio": "16:9"}, BAD, "parameters.ratio must be one of 1:1, 3:4, not the text '16:9'."),
    ("emoji-detect-v1", IMAGE, {"ratio": "3:4"}, BAD, "parameters.ratio must be one of 1:1, not the text '3:4'."),
    ("liveportrait-detect", {}, {}, BAD, "Field required: input.image_url"),
    ("animate-anyone-detect-gen2", {"image_url": "file:///a.png"}, {}, URL, "Required URL is missing or invalid, please check the request URL."),
]
# fmt: on


@pytest.mark.parametrize(("model", "given", "parameters", "code", "words"), REFUSED)
def test_refusals(model: str, given: dict[str, Any], parameters: dict[str, Any], code: str, words: str) -> None:
    status, told, message = refusal(model, given, parameters)
    assert (status, told) == (400, code)
    assert message.startswith(words), message


def test_everything_wrong_is_told_at_once() -> None:
    _, _, message = refusal(STYLE, {}, {"style": 9, "video_fps": 9, "min_len": 9})
    assert message.startswith("Field required: input.video_url. Also: The style is invalid.")
    for words in ("the video_fps parm is invalid!", "the min_len parm is invalid!"):
        assert words in message


# What SDKs write besides (§1.4) -------------------------------------------------------------------------------------

NOISE = {
    "the 1.x SDKs": ({"extend_prompt": True}, {}),
    "Java": ({"extend_prompt": False}, {"with_audio": False}),
    "nulls": (
        {"negative_prompt": None, "template": None, "media": None, "img_url": None},
        {"size": None, "seed": None},
    ),
    "keys of tomorrow": (
        {"wand": {"x": 1}, "reference_urls": None},
        {"n": 1, "logo_info": {}, "enable_thinking": True},
    ),
}


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("offer", OFFERS, ids=str)
@pytest.mark.parametrize("profile", Profile)
def test_noise_is_no_wish_and_no_error(offer: Offer, noise: str, profile: Profile) -> None:
    plain = DIALECT.encode_submit(full(offer), SHELF.find(offer.model))
    body = json.loads(plain.body)
    given, parameters = NOISE[noise]
    loud = {
        **body,
        "input": {**given, **body["input"]},
        "parameters": {**parameters, **body["parameters"]},
        "resources": [],
    }
    wire = a_submit(loud, plain.path, x_dashscope_async=plain.headers.get("x-dashscope-async", ""))
    assert DIALECT.decode_submit(wire, SHELF, profile) == DIALECT.decode_submit(plain, SHELF, profile)


@pytest.mark.parametrize("offer", [o for o in OFFERS if not o.function], ids=str)
def test_the_sdks_function_is_none_where_there_is_none(offer: Offer) -> None:
    plain = DIALECT.encode_submit(full(offer), SHELF.find(offer.model))
    body = json.loads(plain.body)
    without = {**body, "input": {**body["input"], "prompt": None, "function": "video-synthesis"}}
    wire = a_submit(without, plain.path, x_dashscope_async=plain.headers.get("x-dashscope-async", ""))
    request = DIALECT.decode_submit(wire, SHELF, COMPAT)
    assert (request.function, request.prompt) == ("", "")


def test_the_java_spelling_of_a_voice() -> None:
    item = {"type": "reference_image", "url": PICTURE, "referenceVoice": SOUND, "referenceDescription": "a girl"}
    (reference,) = asked("wan2.7-r2v", P | {"media": [item]}).references
    assert (reference.voice, reference.description) == (SOUND, "a girl")


# Paths and headers (§1.2, §1.3) -------------------------------------------------------------------------------------

EVERY_PATH = (*SUBMIT_PATHS, *TEMPLATE_PATHS, *CHECK_PATHS)


@pytest.mark.parametrize("card", VENDORS, ids=lambda card: card.model)
def test_the_model_decides_not_the_path(card: Any) -> None:
    """Every model at every path in compat; at its official one alone in strict."""
    offer = next(offer for offer in OFFERS if offer.model == card.model)
    plain = DIALECT.encode_submit(full(offer), card)
    sent = {"x_dashscope_async": plain.headers.get("x-dashscope-async", "")}
    official = card.hints("dashscope")["official_paths"]
    for path in EVERY_PATH:
        wire = a_submit(plain.body, path, **sent)
        assert DIALECT.decode_submit(wire, SHELF, COMPAT).model == card.model
        if path in official:
            assert DIALECT.decode_submit(wire, SHELF, STRICT).model == card.model
            continue
        with pytest.raises(InvalidRequest) as caught:
            DIALECT.decode_submit(wire, SHELF, STRICT)
        told = DIALECT.encode_fault(caught.value, wire)
        assert (told.status, told.json()["code"]) == (400, "InvalidParameter")
        assert told.json()["message"].startswith(
            f"url error, please check url！ {card.model} is served at {official[0]}"
        )


@pytest.mark.parametrize("card", VENDORS, ids=lambda card: card.model)
@pytest.mark.parametrize("profile", Profile)
def test_which_calls_wait_for_the_answer(card: Any, profile: Profile) -> None:
    """A film is asked for with the async header, a check without; compat makes a task of the latter too (§8.1)."""
    offer = next(offer for offer in OFFERS if offer.model == card.model)
    plain = DIALECT.encode_submit(full(offer), card)
    waiting, task = (a_submit(plain.body, plain.path, x_dashscope_async=value) for value in ("", "enable"))
    wrong = None
    if not card.makes.is_check:
        wrong, words = waiting, "current user api does not support synchronous calls."
    elif profile is STRICT:
        wrong, words = task, "Current user api does not support asynchronous calls."
    for wire in (waiting, task):
        if wire is wrong:
            with pytest.raises(Forbidden) as caught:
                DIALECT.decode_submit(wire, SHELF, profile)
            told = DIALECT.encode_fault(caught.value, wire)
            assert (told.status, told.json()["code"]) == (403, "AccessDenied")
            assert told.json()["message"].startswith(words)
        else:
            assert DIALECT.decode_submit(wire, SHELF, profile).model == card.model
            assert DIALECT.waits(wire, card) is (wire is waiting)


def test_a_film_at_the_path_of_checks_is_a_film() -> None:
    body = {"model": "wan2.2-t2v-plus", "input": P}
    wire = a_submit(body, CHECK_PATHS[0], x_dashscope_async="enable")
    assert not DIALECT.waits(wire, SHELF.find(DIALECT.decode_submit(wire, SHELF, COMPAT).model))
    with pytest.raises(Forbidden, match="does not support synchronous calls"):
        DIALECT.decode_submit(a_submit(body, CHECK_PATHS[0], x_dashscope_async=""), SHELF, COMPAT)
