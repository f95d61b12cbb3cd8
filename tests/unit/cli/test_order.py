"""An order as typed becomes the request it stands for: roles, options and functions as the model's card has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import tiny_image, tiny_sound
from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.cli.knobs import read_options
from understudy.cli.order import HERE, Order, find_card, paths_of, read_order
from understudy.cli.references import roles_of, sort_out
from understudy.core.card import ModelCard
from understudy.core.faults import InvalidRequest
from understudy.core.request import Medium, Profile, Role, VideoRequest

SHELF = Shelf.open()
EVERY = [one for card in SHELF.all() for one in (card.functions.values() or (card,))]


def card_of(model: str, function: str = "") -> ModelCard:
    return find_card(SHELF, Order("", model, function))


@pytest.mark.parametrize(
    ("model", "given", "roles"),
    [
        ("emo-v1", ["portrait=a.png", "driving_audio=b.wav"], ["portrait", "driving_audio"]),
        ("emo-v1", ["a.png", "b.wav"], ["portrait", "driving_audio"]),
        ("emo-v1", ["b.mp3", "a.png"], ["driving_audio", "portrait"]),
        ("videoretalk", ["a.mp4", "b.wav", "who.png"], ["source_video", "driving_audio", "face"]),
        ("videoretalk", ["Driving-Audio=b.wav", "SOURCE_VIDEO=a.mov"], ["driving_audio", "source_video"]),
        ("wanx2.1-kf2v-plus", ["a.png", "b.png"], ["first_frame", "last_frame"]),
        ("wanx2.1-kf2v-plus", ["last_frame=b.png", "a.png"], ["last_frame", "first_frame"]),
        ("wan2.7-i2v", ["a.mp4"], ["first_clip"]),
        ("wan2.7-i2v", ["a.png", "b.png", "c.wav"], ["first_frame", "last_frame", "driving_audio"]),
        ("wan2.2-animate-move", ["a.png", "b.mp4"], ["portrait", "driving_video"]),
        ("video-style-transform", ["a.mp4"], ["source_video"]),
        ("wan2.7-r2v", ["first_frame=a.png"], ["first_frame"]),
    ],
)
def test_files_find_their_roles(model: str, given: list[str], roles: list[str]) -> None:
    found, subjects = sort_out(tuple(given), card_of(model))
    assert [one.role.value for one in found] == roles
    assert subjects == ()


@pytest.mark.parametrize(
    ("model", "given", "roles", "subjects"),
    [
        ("wan2.7-r2v", ["a.png", "图2=b.mp4"], [], ["a.png", "图2=b.mp4"]),
        ("wan2.7-videoedit", ["a.mp4", "b.png"], ["source_video"], ["b.png"]),
        ("happyhorse-1.0-video-edit", ["b.png", "source_video=a.mp4"], ["source_video"], ["b.png"]),
    ],
)
def test_what_has_no_role_is_a_subject(model: str, given: list[str], roles: list[str], subjects: list[str]) -> None:
    found, others = sort_out(tuple(given), card_of(model))
    assert ([one.role.value for one in found], list(others)) == (roles, subjects)


@pytest.mark.parametrize(
    ("model", "given", "says"),
    [
        ("emo-v1", "portait=a.png", "portrait=FILE, driving_audio=FILE"),
        ("emo-v1", "mask=a.png", "has no use for it"),
        ("wan2.2-t2v-plus", "a.png", "it takes no files"),
        ("wan2.7-r2v", "portrait=a.png", "first_frame=FILE"),
        ("animate-anyone-gen2", "template=m.tpl", "--template FILE"),
        ("video-style-transform", "a.wav", "source_video=FILE"),
    ],
)
def test_a_file_without_use_is_refused_with_what_the_model_takes(model: str, given: str, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        sort_out((given,), card_of(model))


def test_a_mask_is_still_or_film_by_its_suffix() -> None:
    card = card_of("wanx2.1-vace-plus", "video_edit")
    assert [sort_out((f"mask={name}",), card)[0][0].medium for name in ("m.png", "m.mp4")] == [
        Medium.IMAGE,
        Medium.VIDEO,
    ]


@pytest.mark.parametrize("card", EVERY, ids=lambda card: f"{card.model}-{card.makes}")
def test_every_needed_role_can_be_given(card: ModelCard) -> None:
    assert {*card.needs, *card.needs_one} <= {*roles_of(card)}
    files = [role for role in roles_of(card) if role is not Role.TEMPLATE]
    found, _ = sort_out(tuple(f"{role}=x" for role in files), card)
    assert [one.role for one in found] == files


@pytest.mark.parametrize(
    ("model", "function", "given", "read"),
    [
        ("video-style-transform", "", ["style=7", "use_SR=yes"], {"style": 7, "use_SR": True}),
        ("video-style-transform", "", ["use_SR=False"], {"use_SR": False}),
        ("emo-v1", "", ["face_box=[1, 2,30,40]"], {"face_box": [1, 2, 30, 40]}),
        ("emo-v1", "", ["face_bbox=1,2,30,40"], {"face_box": [1, 2, 30, 40]}),
        ("emo-v1", "", ["style_level=calm"], {"style_level": "calm"}),
        ("liveportrait", "", ["mouth_move_strength=0.5"], {"mouth_move_strength": 0.5}),
        ("wanx2.1-vace-plus", "image_reference", ["obj_or_bg=obj,bg"], {"obj_or_bg": ["obj", "bg"]}),
        ("wanx2.1-vace-plus", "image_reference", ['obj_or_bg=["bg"]'], {"obj_or_bg": ["bg"]}),
        ("wanx2.1-vace-plus", "video_edit", ["control_condition="], {"control_condition": ""}),
    ],
)
def test_options_are_read_as_the_card_types_them(model: str, function: str, given: list[str], read: object) -> None:
    assert read_options(tuple(given), card_of(model, function)) == read


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("style", "write NAME=VALUE"),
        ("colour=red", "it has style, video_fps"),
        ("style=red", "must be a whole number"),
        ("style=1.5", "must be a whole number"),
        ("use_SR=perhaps", "true or false"),
    ],
)
def test_an_option_that_cannot_be_is_refused(given: str, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        read_options((given,), card_of("video-style-transform"))


@pytest.mark.parametrize("given", ["face_box=1,2,3", "face_box=[1,2", "face_box=a,b,c,d", "face_box=40,2,30,1"])
def test_a_box_that_is_none_is_refused_here_or_with_the_request(given: str, tmp_path: Path) -> None:
    card = card_of("emo-v1")
    files = (str(tiny_image(tmp_path / "a.png", (512, 512))), str(tiny_sound(tmp_path / "b.wav", 2)))
    with pytest.raises(InvalidRequest, match="face_box must be four whole numbers"):
        complete(
            read_order(Order("", card.model, references=files, options=(given,)), card, HERE),
            card,
            Profile.COMPAT,
            paths=paths_of(card),
        )


def test_a_function_is_a_card_of_its_own() -> None:
    assert card_of("wan2.1-vace-plus", "video_edit").needs == (Role.SOURCE_VIDEO, Role.MASK)
    with pytest.raises(InvalidRequest, match="several functions; name one of image_reference"):
        card_of("wanx2.1-vace-plus")
    with pytest.raises(InvalidRequest, match="no function 'edit'"):
        card_of("wanx2.1-vace-plus", "edit")
    with pytest.raises(InvalidRequest, match="has no functions"):
        card_of("emo-v1", "edit")


def test_an_order_becomes_a_whole_request(tmp_path: Path) -> None:
    portrait, sound = tiny_image(tmp_path / "a.png", (512, 512)), tiny_sound(tmp_path / "b.wav", 2)
    card = card_of("emo-v1")
    order = Order("", "emo-v1", references=(str(portrait), str(sound)), options=("style_level=active",), seed=3)
    request = read_order(order, card, HERE)
    assert isinstance(request, VideoRequest)
    assert [(r.role, r.medium, r.url) for r in request.references] == [
        (Role.PORTRAIT, Medium.IMAGE, f"{HERE}{portrait}"),
        (Role.DRIVING_AUDIO, Medium.AUDIO, f"{HERE}{sound}"),
    ]
    assert complete(request, card, Profile.COMPAT).options["style_level"] == "active"


def test_links_are_for_servers_only() -> None:
    card = card_of("emo-v1")
    order = Order("", "emo-v1", references=("portrait=https://x.example/a.png",))
    assert read_order(order, card, "").references[0].url == "https://x.example/a.png"
    with pytest.raises(InvalidRequest, match="there is no file"):
        read_order(order, card, HERE)


@pytest.mark.parametrize(
    ("model", "function", "says"),
    [
        ("emo-v1", "", "--ref portrait=FILE"),
        ("animate-anyone-gen2", "", "--template FILE"),
        ("emoji-v1", "", "--option driven_id"),
        ("wan2.2-t2v-plus", "", "PROMPT"),
        ("wan2.7-i2v", "", "--ref first_frame=FILE"),
        ("wanx2.1-vace-plus", "video_edit", "--ref mask=FILE"),
    ],
)
def test_what_is_missing_is_named_as_it_is_typed(model: str, function: str, says: str) -> None:
    card = card_of(model, function)
    with pytest.raises(InvalidRequest) as told:
        complete(VideoRequest(card.model, function), card, Profile.COMPAT, paths=paths_of(card))
    assert any(says in violation.reason for violation in told.value.violations)
