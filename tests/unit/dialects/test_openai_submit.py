"""What a submit on the OpenAI videos wire asks for, in either form of body."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from openai_wires import PNG, SHELF, as_form, as_json, png, read

from understudy.catalog.validate import complete
from understudy.core.faults import InvalidRequest, NotFound, ViolationKind
from understudy.core.request import ENCLOSED, TAKE, Medium, Profile, Role, ShotType
from understudy.core.task import IDEMPOTENCY_KEY, WANTED_ENGINE
from understudy.core.units import Ratio, Size, Tier
from understudy.dialects._multipart import Part
from understudy.dialects.openai_videos import DIALECT

A, B = "https://x.example/a.png", "https://x.example/b.mp4"
GIRL = f"{ENCLOSED}data:image/png;base64,{base64.b64encode(PNG).decode()}"


class TestModel:
    @pytest.mark.parametrize(
        ("wire", "model"),
        [
            (as_form(prompt="a cat"), "wan2.7-t2v"),
            (as_json(prompt="a cat", model=""), "wan2.7-t2v"),
            (as_form("/v1/videos", png(), prompt="she waves"), "wan2.7-r2v"),
            (as_json(prompt="x", reference_urls=[A]), "wan2.7-r2v"),
            (as_form("/v1/videos/edits", png("video"), prompt="rain"), "wan2.7-videoedit"),
            (as_json("/v1/videos/extensions", prompt="on", video=B), "wan2.7-i2v"),
            (as_json(prompt="x", model="wan2.6-t2v"), "wan2.6-t2v"),
        ],
    )
    def test_one_that_fits_is_taken_where_none_is_named(self, wire: Any, model: str) -> None:
        assert read(wire).model == model

    def test_the_vendors_own_name_means_this_servers_model(self) -> None:
        """Who changes only the base URL still names sora-2; the answer names the model that works."""
        assert read(as_form(prompt="a cat", model="sora-2")).model == "wan2.7-t2v"
        assert read(as_form("/v1/videos", png(), prompt="a cat", model="sora-2-pro")).model == "wan2.7-r2v"
        with pytest.raises(NotFound):
            read(as_form(prompt="a cat", model="sora-2"), Profile.STRICT)

    @pytest.mark.parametrize("model", ["sora-3", "wan9"])
    def test_an_unknown_model_is_not_found(self, model: str) -> None:
        with pytest.raises(NotFound) as caught:
            read(as_json(prompt="x", model=model))
        assert caught.value.what == "model"

    def test_checks_are_asked_for_elsewhere(self) -> None:
        with pytest.raises(InvalidRequest, match="checks a picture"):
            read(as_json(model="emo-detect-v1", input_reference={"image_url": A}))

    def test_of_several_functions_one_must_be_named(self) -> None:
        with pytest.raises(InvalidRequest, match="image_reference"):
            read(as_json(model="wanx2.1-vace-plus", prompt="x", function="dance"))
        request = read(as_json(model="wanx2.1-vace-plus", prompt="x", function="video_repainting", video_url=B))
        assert request.function == "video_repainting"
        assert [(r.role, r.url) for r in request.references] == [(Role.SOURCE_VIDEO, B)]


class TestLength:
    @pytest.mark.parametrize(
        ("said", "seconds"),
        [({"seconds": "5"}, 5), ({"seconds": 5}, 5), ({"duration": 7}, 7), ({"seconds": 5.0}, 5), ({}, None)],
    )
    def test_it_may_be_text_or_number(self, said: dict[str, Any], seconds: int | None) -> None:
        assert read(as_json(prompt="x", **said)).seconds == seconds

    @pytest.mark.parametrize(
        ("model", "typed", "seconds"),
        [
            ("wan2.6-r2v", "4", 4),
            ("wan2.6-r2v", "12", 10),  # makes 2 to 10
            ("wan2.2-i2v-plus", "4", 5),  # makes 5
            ("wan2.5-t2v-preview", "8", 10),  # makes 5 or 10
            ("wan2.5-t2v-preview", "7", 7),  # not one of the client's own lengths: left to be refused
        ],
    )
    def test_the_clients_own_lengths_become_the_nearest_made(self, model: str, typed: str, seconds: int) -> None:
        assert read(as_form(prompt="x", model=model, seconds=typed)).seconds == seconds
        assert read(as_form(prompt="x", model=model, seconds=typed), Profile.STRICT).seconds == int(typed)
        assert read(as_json(prompt="x", model=model, seconds=int(typed))).seconds == int(typed)

    @pytest.mark.parametrize("said", ["five", "5s", "", None, True, [5]])
    def test_anything_else_is_refused_or_absent(self, said: Any) -> None:
        if said is None:
            assert read(as_json(prompt="x", seconds=said)).seconds is None
            return
        with pytest.raises(InvalidRequest, match="seconds must be a whole number"):
            read(as_json(prompt="x", seconds=said))

    def test_frames_count_where_seconds_are_not_said(self) -> None:
        assert read(as_json(prompt="x", num_frames=120)).seconds == 5
        assert read(as_json(prompt="x", num_frames=80, fps=16)).seconds == 5


class TestPicture:
    @pytest.mark.parametrize(
        ("said", "size", "tier", "ratio"),
        [
            ({"size": "1280x720"}, Size(1280, 720), None, None),
            ({"size": "1280*720"}, Size(1280, 720), None, None),
            ({"width": 1280, "height": "720"}, Size(1280, 720), None, None),
            ({"size": "720p"}, None, Tier(720), None),
            ({"resolution": "1080P", "ratio": "9:16"}, None, Tier(1080), Ratio(9, 16)),
            ({"size": "720P", "aspect_ratio": "1:1"}, None, Tier(720), Ratio(1, 1)),
        ],
    )
    def test_every_spelling_is_read(self, said: dict[str, Any], size: Any, tier: Any, ratio: Any) -> None:
        request = read(as_json(prompt="x", model="wan2.6-t2v", **said))
        assert (request.size, request.tier, request.ratio) == (size, tier, ratio)

    @pytest.mark.parametrize(
        ("typed", "size"),
        [("1024x1792", Size(1080, 1920)), ("1792x1024", Size(1920, 1080)), ("720x1280", Size(720, 1280))],
    )
    def test_the_clients_own_sizes_become_the_nearest_made(self, typed: str, size: Size) -> None:
        assert read(as_form(prompt="x", model="wan2.6-t2v", size=typed)).size == size
        assert read(as_form(prompt="x", model="wan2.6-t2v", size=typed), Profile.STRICT).size == Size.parse(typed)

    def test_any_other_size_is_left_for_the_card_to_refuse(self) -> None:
        request = read(as_form(prompt="x", model="wan2.6-t2v", size="1000x500"))
        with pytest.raises(InvalidRequest) as caught:
            complete(request, SHELF.find("wan2.6-t2v"), Profile.COMPAT)
        error = DIALECT.encode_fault(caught.value, as_form()).json()["error"]
        assert (error["param"], error["type"]) == ("size", "invalid_request_error")
        assert "1280x720" in error["message"]

    def test_nonsense_is_refused(self) -> None:
        with pytest.raises(InvalidRequest, match="pixels such as 1280x720"):
            read(as_form(prompt="x", size="large"))


class TestReferences:
    @pytest.mark.parametrize(
        ("model", "role"),
        [
            ("wan2.7-r2v", Role.SUBJECT),
            ("wan2.6-r2v", Role.SUBJECT),
            ("wan2.6-i2v", Role.FIRST_FRAME),
            ("wan2.7-i2v", Role.FIRST_FRAME),
            ("wan2.2-kf2v-flash", Role.FIRST_FRAME),
            ("emo-v1", Role.PORTRAIT),
            ("animate-anyone-gen2", Role.PORTRAIT),
        ],
    )
    def test_a_file_plays_the_part_the_model_has_for_it(self, model: str, role: Role) -> None:
        (found,) = read(as_form("/v1/videos", png(), prompt="x", model=model)).references
        assert (found.role, found.medium, found.url, found.path) == (role, Medium.IMAGE, GIRL, "input_reference")

    @pytest.mark.parametrize("stated", ["application/octet-stream", "image/jpeg", ""])
    def test_bytes_are_believed_not_the_stated_type(self, stated: str) -> None:
        part = Part("input_reference", PNG, "upload", stated)
        assert read(as_form("/v1/videos", part, prompt="x")).references[0].url == GIRL

    @pytest.mark.parametrize(
        ("data", "kind", "medium"),
        [
            (b"\0\0\0\x18ftypisom", "video/mp4", Medium.VIDEO),
            (b"\0\0\0\x14ftypqt  ", "video/quicktime", Medium.VIDEO),
            (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", Medium.IMAGE),
            (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo", Medium.VIDEO),
            (b"\xff\xd8\xff\xe0", "image/jpeg", Medium.IMAGE),
        ],
    )
    def test_a_reference_may_be_a_film(self, data: bytes, kind: str, medium: Medium) -> None:
        (found,) = read(as_form("/v1/videos", Part("input_reference", data, "upload", "x/y"), prompt="x")).references
        assert found.url.startswith(f"{ENCLOSED}data:{kind};base64,")
        assert found.medium is medium

    @pytest.mark.parametrize(
        ("said", "url", "medium"),
        [
            ({"input_reference": {"image_url": A}}, A, Medium.IMAGE),
            ({"input_reference": {"image_url": {"url": A}}}, A, Medium.IMAGE),
            ({"input_reference": {"file_id": "upload:1"}}, "upload:1", Medium.UNKNOWN),
            ({"input_reference": A}, A, Medium.IMAGE),
            ({"image": A}, A, Medium.IMAGE),
            ({"image": "https://x.example/a"}, "https://x.example/a", Medium.IMAGE),
            ({"image_reference": {"image_url": A}}, A, Medium.IMAGE),
            ({"image_reference": json.dumps({"image_url": A})}, None, Medium.IMAGE),
            ({"video_reference": {"video_url": "https://x.example/b"}}, "https://x.example/b", Medium.VIDEO),
            ({"reference_url": A}, A, Medium.IMAGE),
            ({"reference_urls": [B]}, B, Medium.VIDEO),
            ({"reference_urls": B}, B, Medium.VIDEO),
            ({"metadata": {"reference_urls": [A]}}, A, Medium.IMAGE),
            ({"extra_body": json.dumps({"reference_url": A})}, A, Medium.IMAGE),
        ],
    )
    def test_every_name_is_read(self, said: dict[str, Any], url: str | None, medium: Medium) -> None:
        if url is None:  # an object as text is one only in a form
            wire = as_form(prompt="x", model="wan2.7-r2v", **said)
        else:
            wire = as_json(prompt="x", model="wan2.7-r2v", **said)
        (found,) = read(wire).references
        assert (found.url, found.medium, found.role) == (url or A, medium, Role.SUBJECT)

    def test_several_images_come_in_order(self) -> None:
        request = read(as_json(prompt="x", images=[A, A + "?2"]))
        assert [(r.url, r.path) for r in request.references] == [(A, "images[0]"), (A + "?2", "images[1]")]

    def test_first_and_last_frame(self) -> None:
        request = read(as_json(prompt="x", model="wan2.2-kf2v-flash", images=[A, A]))
        assert [r.role for r in request.references] == [Role.FIRST_FRAME, Role.LAST_FRAME]

    def test_media_say_everything_in_any_form(self) -> None:
        media = [
            {"type": "reference_image", "url": A, "reference_voice": "https://x.example/v.mp3"},
            {"type": "first_frame", "url": A},
            {"type": "portrait", "url": A, "medium": "image"},
        ]
        for wire in (as_json(prompt="x", media=media), as_form(prompt="x", media=json.dumps(media))):
            references = read(wire).references
            assert [r.role for r in references] == [Role.SUBJECT, Role.FIRST_FRAME, Role.PORTRAIT]
            assert references[0].voice == "https://x.example/v.mp3"
            assert references[0].voice_path == "media[0].reference_voice"
            assert references[1].path == "media[1].url"

    def test_media_may_name_files_of_the_form(self) -> None:
        media = json.dumps([{"type": "reference_image", "url": "cid:girl"}])
        request = read(as_form("/v1/videos", png("girl"), prompt="x", media=media))
        assert [r.url for r in request.references] == [GIRL]
        with pytest.raises(InvalidRequest, match="no file part"):
            read(as_form(prompt="x", media=media))

    def test_fields_of_dashscope_are_read_by_the_models_card(self) -> None:
        request = read(as_json(model="emo-v1", image_url=A, audio_url=B, face_bbox=[1, 2, 3, 4], ext_bbox=[0, 0, 9, 9]))
        assert {r.role for r in request.references} == {Role.PORTRAIT, Role.DRIVING_AUDIO}
        assert request.options == {"face_box": [1, 2, 3, 4], "frame_box": [0, 0, 9, 9]}

    def test_a_sound_beside_one_subject_is_its_voice(self) -> None:
        voice = {"audio_url": "https://x.example/v.wav"}
        (found,) = read(as_json(prompt="x", image=A, audio_reference=voice)).references
        assert (found.url, found.voice, found.voice_path) == (A, voice["audio_url"], "audio_reference")
        with pytest.raises(InvalidRequest, match="one reference only"):
            read(as_json(prompt="x", images=[A, A], audio_reference=voice))

    def test_an_earlier_film_is_named_by_its_id(self) -> None:
        request = read(as_json("/v1/videos/edits", prompt="rain", video={"id": f"video_{'0' * 31}1"}))
        (found,) = request.references
        assert (found.role, found.url) == (Role.SOURCE_VIDEO, f"{TAKE}00000000-0000-0000-0000-000000000001")
        request = read(as_json("/v1/videos/extensions", prompt="on", seconds="8", video={"id": "x"}))
        assert (request.references[0].role, request.seconds) == (Role.FIRST_CLIP, 8)

    @pytest.mark.parametrize(
        ("wire", "path"),
        [
            (as_json(prompt="x", model="wan2.6-t2v", input_reference=A), "input_reference"),
            (as_json(prompt="x", model="wan2.6-i2v", images=[A, A]), "images[1]"),
            (as_json(prompt="x", input_reference={}), "input_reference"),
            (as_json(prompt="x", input_reference={"image_url": A, "file_id": "f"}), "input_reference"),
            (as_json(prompt="x", input_reference=5), "input_reference"),
            (as_json(prompt="x", input_reference=" "), "input_reference"),
            (as_form("/v1/videos", Part("input_reference", b"", "a.png"), prompt="x"), "input_reference"),
            (as_json(prompt="x", media=[{"type": "hat", "url": A}]), "media[0].type"),
            (as_json(prompt="x", media=[{"type": "reference_image"}]), "media[0].url"),
            (as_json(prompt="x", media="none"), "media"),
            (as_json("/v1/videos/edits", prompt="x"), "video"),
            (as_json("/v1/videos/edits", prompt="x", video={"id": "x" * 300}), "video.id"),
        ],
    )
    def test_what_does_not_fit_is_named(self, wire: Any, path: str) -> None:
        with pytest.raises(InvalidRequest) as caught:
            read(wire)
        assert caught.value.violations[0].path == path


class TestTheRest:
    def test_texts_of_a_form_become_what_they_stand_for(self) -> None:
        request = read(
            as_form(
                **{"prompt": "x", "model": "wan2.6-r2v", "reference_urls[]": A, "seed": "7", "watermark": "true"},
                prompt_extend="false", audio="false", shot_type="multi", negative_prompt="blurry",
            )
        )  # fmt: skip
        assert (request.seed, request.watermark, request.prompt_extend, request.sound) == (7, True, False, False)
        assert (request.shot_type, request.negative_prompt) == (ShotType.MULTI, "blurry")

    def test_options_of_a_form_are_read_as_the_card_says(self) -> None:
        assert read(as_form(prompt="x", model="wan2.2-t2v-plus", fps="24")).options == {"fps": 24}
        assert read(as_json(prompt="x", model="wan2.2-t2v-plus", fps="24")).options == {"fps": "24"}

    @pytest.mark.parametrize("field", ["num_inference_steps", "guidance_scale", "user", "n", "quality", "lora"])
    def test_unknown_fields_are_ignored(self, field: str) -> None:
        assert read(as_json(prompt="x", **{field: {"any": [1]}})) == read(as_json(prompt="x"))

    def test_nested_objects_never_name_prompt_or_model(self) -> None:
        request = read(as_json(prompt="x", metadata={"prompt": "y", "model": "z", "seed": 3}))
        assert (request.prompt, request.model, request.seed) == ("x", "wan2.7-t2v", 3)

    def test_characters_are_refused_with_what_to_do(self) -> None:
        with pytest.raises(InvalidRequest, match="Characters are not kept"):
            read(as_form("/v1/videos/characters", png("video"), name="hero"))

    @pytest.mark.parametrize("field", ["watermark", "prompt_extend", "audio_enabled"])
    def test_truth_values_are_true_or_false(self, field: str) -> None:
        with pytest.raises(InvalidRequest, match="must be true or false") as caught:
            read(as_json(prompt="x", **{field: 2}))
        assert caught.value.violations[0].kind is ViolationKind.TYPE

    def test_wishes_are_kept_apart(self) -> None:
        wire = as_form(prompt="x")
        wire.headers.update({"idempotency-key": "k-1", "x-understudy-engine": "animatic"})  # type: ignore[attr-defined]
        assert DIALECT.wishes(wire) == {IDEMPOTENCY_KEY: "k-1", WANTED_ENGINE: "animatic"}
        assert DIALECT.wishes(as_form(prompt="x")) == {}

    def test_only_sync_waits(self) -> None:
        card = SHELF.find("wan2.7-t2v")
        assert DIALECT.waits(as_json("/v1/videos/sync", prompt="x"), card)
        assert not DIALECT.waits(as_json(prompt="x"), card)
