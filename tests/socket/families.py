"""Every model of the source documents: what is sent, and what must come of it, worked out by hand.

Knows requests as documents 000, 001, 003 and spec/dashscope.md print them, and small media made by code or cut from
package photographs. Must not know how anything is made.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from builders import tiny_image, tiny_sound, tiny_video
from live import LiveServer
from sight import photo, write_clip

GENERATION = "/api/v1/services/aigc/video-generation/video-synthesis"
IMAGE_TO_VIDEO = "/api/v1/services/aigc/image2video/video-synthesis"
PRINTED = "/api/v1/services/aigc/video/video-synthesis"  # the spelling of document 001 alone
FACE_DETECT = "/api/v1/services/aigc/image2video/face-detect"
BODY_DETECT = "/api/v1/services/aigc/image2video/aa-detect"
TEMPLATE = "/api/v1/services/aigc/image2video/aa-template-generation"

FACE, SQUARE, TALL = [178, 69, 273, 177], [91, 0, 361, 270], [109, 0, 343, 312]
"""Face and frames of the sample portrait, as the face check finds them."""


@dataclass(frozen=True)
class Row:
    """One request and what must come of it.

    In `given`, a text that begins with `@` is a file of the media folder. `told` lists the result fields of `output`.
    `truth` is (size, frames a second, frames, sound) of the file; None where no film is made. `charge` is in CNY.
    """

    model: str
    path: str
    given: dict[str, Any]
    parameters: dict[str, Any]
    told: tuple[str, ...]
    usage: dict[str, Any]
    truth: tuple[str, str, int, bool] | None
    charge: str
    why: str  # how the charge comes about
    functions: str = field(default="")

    @property
    def name(self) -> str:
        return f"{self.model}:{self.functions}" if self.functions else self.model

    def body(self, origin: str, **known: str) -> dict[str, Any]:
        said = {"function": self.functions} if self.functions else {}
        return {"model": self.model, "input": at(self.given, origin, **known) | said, "parameters": self.parameters}


def at(value: Any, origin: str, **known: str) -> Any:
    """The same value with `@file` as a link and `$name` as one of `known`."""
    if isinstance(value, dict):
        return {name: at(item, origin, **known) for name, item in value.items()}
    if isinstance(value, list):
        return [at(item, origin, **known) for item in value]
    if isinstance(value, str) and value.startswith("@"):
        return f"{origin}/{value[1:]}"
    return known.get(value[1:], value) if isinstance(value, str) and value.startswith("$") else value


PLAIN = ("video_url", "results")
PORTRAIT = {"image_url": "@person.png"}
SINGING = {**PORTRAIT, "audio_url": "@voice.wav"}
BOXES = {"face_bbox": FACE, "ext_bbox": SQUARE}
ONE_IMAGE = {"image_count": 1}

CHECKS = [
    Row("animate-anyone-detect-gen2", BODY_DETECT, PORTRAIT, {},
        ("check_pass", "bodystyle", "result"), ONE_IMAGE, None, "0.004", "1 image x 0.004"),
    Row("animate-anyone-detect", BODY_DETECT, PORTRAIT, {},
        ("check_pass", "bodystyle", "result"), ONE_IMAGE, None, "0", "rented by the month, nothing per image"),
    Row("emo-detect-v1", FACE_DETECT, PORTRAIT, {"ratio": "1:1"},
        ("check_pass", "humanoid", "face_bbox", "ext_bbox", "result"), ONE_IMAGE, None, "0.004", "1 image x 0.004"),
    Row("liveportrait-detect", FACE_DETECT, PORTRAIT, {},
        ("pass", "message", "check_pass", "result"), ONE_IMAGE, None, "0.004", "1 image x 0.004"),
    Row("emoji-detect-v1", FACE_DETECT, PORTRAIT, {"ratio": "1:1"},
        ("bbox_face", "ext_bbox_face", "check_pass", "result"), ONE_IMAGE, None, "0.004", "1 image x 0.004"),
]  # fmt: skip

TEMPLATES = [
    Row("animate-anyone-template-gen2", TEMPLATE, {"video_url": "@dance.mp4"}, {}, ("template_id",),
        {"video_duration": 2, "video_ratio": "standard"}, None, "0.16", "2 s of film x 0.08"),
]  # fmt: skip

FILMS = [
    Row("wan2.7-r2v", GENERATION,
        {"prompt": "视频1抱着图1，说道：“今天的阳光真好。”", "media": [
            {"type": "reference_image", "url": "@girl.png", "reference_voice": "@voice.wav"},
            {"type": "reference_video", "url": "@film.mp4"}]},
        {"resolution": "720P", "ratio": "16:9", "duration": 2, "prompt_extend": False, "watermark": True}, PLAIN,
        {"duration": 4, "input_video_duration": 2, "output_video_duration": 2, "video_count": 1, "SR": 720,
         "ratio": "16:9"},
        ("1280*720", "30", 60, True), "2.4", "(film of 2 s, below the cap of 2.5 for two, + 2 s) x 0.6"),
    Row("wan2.6-r2v", GENERATION, {"prompt": "character1在沙发上开心地看电影", "reference_urls": ["@film.mp4"]},
        {"size": "1280*720", "duration": 5, "audio": True, "shot_type": "multi"}, PLAIN,
        {"duration": 7, "size": "1280*720", "input_video_duration": 2, "output_video_duration": 5, "video_count": 1,
         "SR": 720},
        ("1280*720", "30", 150, True), "4.2", "(2 s given + 5 s made) x 0.6"),
    Row("wan2.6-r2v-flash", GENERATION, {"prompt": "character1挥手", "reference_urls": ["@girl.png"]},
        {"size": "720*1280", "duration": 2, "audio": False}, PLAIN,
        {"duration": 2, "size": "720*1280", "input_video_duration": 0, "output_video_duration": 2, "video_count": 1,
         "SR": 720},
        ("720*1280", "30", 60, False), "0.3", "2 s x 0.15, half of 0.3 without sound"),
    Row("wan2.2-t2v-plus", PRINTED, {"prompt": "一只小猫在月光下奔跑"},
        {"resolution": "720*1280", "duration": 5, "fps": 24}, PLAIN,
        {"video_duration": 5, "video_ratio": "720*1280", "video_count": 1},
        ("720*1280", "24", 120, False), "3.5", "5 s x 0.70: 720P is billed as the next tier above, 1080P"),
    Row("wanx2.1-t2v-turbo", GENERATION, {"prompt": "一只小猫在月光下奔跑"}, {"size": "832*480"}, PLAIN,
        {"video_duration": 5, "video_ratio": "832*480", "video_count": 1},
        ("832*480", "30", 150, False), "1.2", "5 s x 0.24"),
    Row("wanx2.1-t2v-plus", GENERATION, {"prompt": "一只小猫在月光下奔跑"}, {"size": "960*960", "duration": 2}, PLAIN,
        {"video_duration": 2, "video_ratio": "960*960", "video_count": 1},
        ("960*960", "30", 60, False), "1.4", "2 s x 0.70"),
    # 4:3 is no documented shape at 480P: 832*480 pixels in 4:3 are 729.7 x 547.3, in steps of eight 728 x 544
    Row("wan2.2-i2v-plus", GENERATION, {"img_url": "@girl.png", "prompt": "一只猫在草地上奔跑"},
        {"resolution": "480P"}, PLAIN, {"duration": 5, "SR": 480, "video_count": 1},
        ("728*544", "30", 150, False), "0.7", "5 s x 0.14"),
    Row("wanx2.1-i2v-turbo", GENERATION, {"img_url": "@girl.png"}, {"resolution": "480P", "duration": 4}, PLAIN,
        {"video_duration": 4, "video_ratio": "standard", "video_count": 1},
        ("728*544", "30", 120, False), "0.96", "4 s x 0.24"),
    Row("wanx2.1-i2v-plus", PRINTED, {"image_url": "@girl.png", "prompt": "一只猫在草地上奔跑"},
        {"resolution": "720*1280", "duration": 3}, PLAIN,
        {"video_duration": 3, "video_ratio": "standard", "video_count": 1},
        ("1088*832", "30", 90, False), "2.1", "3 s x 0.70: the picture's shape, 4:3, at 720P"),
    Row("wanx2.1-kf2v-plus", PRINTED,
        {"first_frame_url": "@girl.png", "last_frame_url": "@place.png",
         "prompt": "写实风格，一只黑色小猫好奇地看向天空"},
        {"duration": 5}, PLAIN, {"video_duration": 5, "video_count": 1, "video_ratio": "standard"},
        ("1088*832", "30", 150, False), "3.5", "5 s x 0.70"),
    Row("wanx2.1-vace-plus", GENERATION, {"prompt": "女孩在森林里走", "ref_images_url": ["@girl.png", "@place.png"]},
        {"obj_or_bg": ["obj", "bg"], "size": "1280*720"}, PLAIN,
        {"video_duration": 5, "video_ratio": "1280*720", "video_count": 1},
        ("1280*720", "30", 150, False), "3.5", "5 s x 0.70", "image_reference"),
    Row("wanx2.1-vace-plus", GENERATION, {"prompt": "赛博朋克", "video_url": "@film.mp4"},
        {"control_condition": "depth", "strength": 0.8}, PLAIN,
        {"video_duration": 2, "video_ratio": "384*288", "video_count": 1},
        ("384*288", "30", 60, False), "1.4", "the film's 2 s x 0.70", "video_repainting"),
    Row("wanx2.1-vace-plus", GENERATION,
        {"prompt": "一只狗", "video_url": "@film.mp4", "mask_image_url": "@mask.png", "mask_frame_id": 1},
        {"mask_type": "fixed", "expand_ratio": 0.1}, PLAIN,
        {"video_duration": 2, "video_ratio": "1280*720", "video_count": 1},
        ("1280*720", "30", 60, False), "1.4", "the film's 2 s x 0.70", "video_edit"),
    Row("wanx2.1-vace-plus", GENERATION, {"prompt": "继续", "first_clip_url": "@film.mp4"}, {}, PLAIN,
        {"video_duration": 5, "video_ratio": "384*288", "video_count": 1},
        ("384*288", "30", 150, False), "3.5", "5 s x 0.70", "video_extension"),
    # half a picture more to the left, half of it up: 384 x (1.5 + 1.5) / 2 = 576, 288 x (1.5 + 1) / 2 = 360
    Row("wanx2.1-vace-plus", GENERATION, {"prompt": "更宽", "video_url": "@film.mp4"},
        {"left_scale": 1.5, "right_scale": 1.5, "top_scale": 1.5}, PLAIN,
        {"video_duration": 2, "video_ratio": "576*360", "video_count": 1},
        ("576*360", "30", 60, False), "1.4", "the film's 2 s x 0.70", "video_outpainting"),
    Row("video-style-transform", GENERATION, {"video_url": "@film.mp4"},
        {"style": 7, "min_len": 540, "video_fps": 20}, ("output_video_url", "video_url"), {"duration": 2, "SR": 540},
        ("720*540", "20", 40, True), "0.4", "2 s x 0.2 at 540P"),
    Row("emo-v1", IMAGE_TO_VIDEO, {**SINGING, "face_bbox": FACE, "ext_bbox": TALL}, {"style_level": "subtle"},
        ("results", "video_url"), {"video_duration": 2.4, "video_ratio": "3:4"},
        ("512*704", "15", 36, True), "0.384", "2.4 s of sound x 0.16 for 3:4"),
    # 24 pictures a second: 2.4 s are 57.6, so 58 pictures, which last 2.4167 s
    Row("liveportrait", IMAGE_TO_VIDEO, SINGING, {"template_id": "active"}, ("results", "video_url"),
        {"video_duration": 2.42, "video_ratio": "standard"},
        ("512*512", "24", 58, True), "0.0484", "58 pictures / 24 = 2.42 s x 0.02"),
    Row("emoji-v1", IMAGE_TO_VIDEO, {**PORTRAIT, **BOXES, "driven_id": "mengwa_kaixin"}, {}, PLAIN,
        {"video_duration": 5, "video_ratio": "standard"},
        ("512*512", "15", 75, False), "0.4", "5 s, the longest, x 0.08"),
    Row("videoretalk", IMAGE_TO_VIDEO, {"video_url": "@talk.mp4", "audio_url": "@voice.wav", "ref_image_url": ""}, {},
        PLAIN, {"video_duration": 2.4, "video_ratio": "standard", "size": "640*640", "fps": 25},
        ("640*640", "25", 60, True), "0.192", "2.4 s of sound, the shorter, x 0.08"),
    # the motion's film is square: the 1280*720 pixels of its tier as a square are 960 x 960
    Row("animate-anyone-gen2", IMAGE_TO_VIDEO, {**PORTRAIT, "template_id": "$template"}, {}, PLAIN,
        {"video_duration": 2, "video_ratio": "standard"},
        ("960*960", "15", 30, False), "0.16", "the motion's 2 s x 0.08"),
    Row("animate-anyone", IMAGE_TO_VIDEO, {**PORTRAIT, "template_id": "$template"},
        {"use_ref_img_bg": True, "video_ratio": "3:4"}, PLAIN, {"video_duration": 2, "video_ratio": "standard"},
        ("832*1088", "15", 30, False), "0", "rented by the month, nothing per second"),
]  # fmt: skip
"""What the test card is asked for: it draws what was promised, so the wire, the sizes and the book are measured."""

DRAFTS = [
    Row("wan2.6-r2v-flash", GENERATION, {"prompt": "character1 waves.", "reference_urls": ["@person.png"]},
        {"size": "1280*720", "duration": 2, "audio": False}, PLAIN,
        {"duration": 2, "size": "1280*720", "input_video_duration": 0, "output_video_duration": 2, "video_count": 1,
         "SR": 720},
        ("1280*720", "30", 60, False), "0.3", "2 s x 0.15"),
    Row("wanx2.1-t2v-turbo", GENERATION, {"prompt": "一只小猫在月光下奔跑"},
        {"size": "480*832", "duration": 1, "fps": 8}, PLAIN,
        {"video_duration": 1, "video_ratio": "480*832", "video_count": 1}, ("480*832", "8", 8, False), "0.24",
        "1 s x 0.24"),
    Row("wanx2.1-i2v-turbo", GENERATION, {"img_url": "@person.png", "prompt": "镜头缓慢推近，她微笑"},
        {"resolution": "480P", "duration": 1, "fps": 8}, PLAIN,
        {"video_duration": 1, "video_ratio": "standard", "video_count": 1}, ("624*624", "8", 8, False), "0.24",
        "1 s x 0.24"),
    Row("wanx2.1-kf2v-plus", IMAGE_TO_VIDEO,
        {"first_frame_url": "@person.png", "last_frame_url": "@nearer.png", "prompt": "镜头推近"},
        {"duration": 1, "fps": 8}, PLAIN, {"video_duration": 1, "video_count": 1, "video_ratio": "standard"},
        ("960*960", "8", 8, False), "0.7", "1 s x 0.70"),
    Row("wanx2.1-vace-plus", GENERATION, {"prompt": "女孩走来", "ref_images_url": ["@person.png"]},
        {"obj_or_bg": ["obj"], "duration": 1}, PLAIN,
        {"video_duration": 1, "video_ratio": "1280*720", "video_count": 1}, ("1280*720", "30", 30, False), "0.7",
        "1 s x 0.70", "image_reference"),
    Row("wanx2.1-vace-plus", GENERATION, {"prompt": "赛博朋克", "video_url": "@street.mp4"},
        {"control_condition": "scribble", "duration": 1, "fps": 10}, PLAIN,
        {"video_duration": 1, "video_ratio": "384*288", "video_count": 1}, ("384*288", "10", 10, False), "0.7",
        "1 s x 0.70", "video_repainting"),
    Row("wanx2.1-vace-plus", GENERATION,
        {"prompt": "空地", "video_url": "@street.mp4", "mask_image_url": "@mask.png"},
        {"mask_type": "fixed", "duration": 1, "fps": 10, "size": "1280*720"}, PLAIN,
        {"video_duration": 1, "video_ratio": "1280*720", "video_count": 1}, ("1280*720", "10", 10, False), "0.7",
        "1 s x 0.70", "video_edit"),
    Row("wanx2.1-vace-plus", GENERATION, {"prompt": "继续", "first_clip_url": "@street.mp4"},
        {"duration": 2, "fps": 10}, PLAIN,
        {"video_duration": 2, "video_ratio": "384*288", "video_count": 1}, ("384*288", "10", 20, False), "1.4",
        "2 s x 0.70", "video_extension"),
    Row("wanx2.1-vace-plus", GENERATION, {"prompt": "更宽", "video_url": "@street.mp4"},
        {"left_scale": 1.5, "right_scale": 1.5, "duration": 1, "fps": 10}, PLAIN,
        {"video_duration": 1, "video_ratio": "576*288", "video_count": 1}, ("576*288", "10", 10, False), "0.7",
        "1 s x 0.70", "video_outpainting"),
    Row("video-style-transform", GENERATION, {"video_url": "@street.mp4"}, {"style": 0, "min_len": 540},
        ("output_video_url", "video_url"), {"duration": 1, "SR": 540}, ("720*540", "15", 15, True), "0.2",
        "1 s x 0.2 at 540P"),
    Row("emo-v1", IMAGE_TO_VIDEO, {**PORTRAIT, "audio_url": "@word.wav", "face_bbox": FACE, "ext_bbox": SQUARE}, {},
        ("results", "video_url"), {"video_duration": 1, "video_ratio": "1:1"}, ("512*512", "15", 15, True), "0.08",
        "1 s x 0.08 for 1:1"),
    Row("liveportrait", IMAGE_TO_VIDEO, {**PORTRAIT, "audio_url": "@word.wav"}, {"video_fps": 15},
        ("results", "video_url"), {"video_duration": 1, "video_ratio": "standard"}, ("512*512", "15", 15, True), "0.02",
        "1 s x 0.02"),
    Row("emoji-v1", IMAGE_TO_VIDEO, {**PORTRAIT, **BOXES, "driven_id": "mengwa_kaixin"}, {}, PLAIN,
        {"video_duration": 2.8, "video_ratio": "standard"}, ("512*512", "15", 42, False), "0.224",
        "the expression's 2.8 s x 0.08"),
    Row("videoretalk", IMAGE_TO_VIDEO, {"video_url": "@talk.mp4", "audio_url": "@short.wav"}, {}, PLAIN,
        {"video_duration": 2, "video_ratio": "standard", "size": "640*640", "fps": 25},
        ("640*640", "25", 50, True), "0.16", "2 s x 0.08"),
    Row("animate-anyone-gen2", IMAGE_TO_VIDEO, {**PORTRAIT, "template_id": "$template"},
        {"use_ref_img_bg": True, "video_ratio": "9:16"}, PLAIN, {"video_duration": 2, "video_ratio": "standard"},
        ("720*1280", "15", 30, False), "0.16", "2 s x 0.08"),
]  # fmt: skip
"""One short request of each family for the embedded engine, with real photographs."""


def make_media(folder: Path) -> Path:
    """Everything the rows name."""
    tiny_image(folder / "girl.png", (480, 360))
    tiny_image(folder / "place.png", (480, 360))
    tiny_video(folder / "film.mp4", (384, 288), 2, sound=True)
    tiny_sound(folder / "voice.wav", 2.4)
    tiny_sound(folder / "short.wav", 2)
    tiny_sound(folder / "word.wav", 1)
    mask = np.zeros((288, 384), np.uint8)
    mask[80:180, 100:200] = 255
    Image.fromarray(mask).save(folder / "mask.png")
    person = np.array(photo("astronaut"))
    Image.fromarray(person).save(folder / "person.png")
    Image.fromarray(person[40:440, 30:430]).resize((512, 512)).save(folder / "nearer.png")
    Image.fromarray(np.array(photo("chelsea"))).resize((752, 500)).save(folder / "cat.png")
    Image.fromarray(np.concatenate([person, person[:, ::-1]], 1)).save(folder / "couple.png")
    large = Image.fromarray(person).resize((640, 640))
    write_clip(folder / "dance.mp4", [_moved(large, n) for n in range(60)])
    _clip_of(folder / "talk.mp4", [_moved(large, n) for n in range(75)], 25)
    street = Image.fromarray(np.array(photo("coffee"))).resize((384, 288))
    write_clip(folder / "street.mp4", [_moved(street, n) for n in range(30)], sound=True)
    return folder


def _moved(picture: Image.Image, number: int) -> np.ndarray:
    """The picture filmed by a hand that drifts a little."""
    shift = 4 * np.sin(number / 9)
    return np.asarray(picture.transform(picture.size, Image.Transform.AFFINE, (1, 0, shift, 0, 1, shift / 2)))


def _clip_of(path: Path, pictures: list[np.ndarray], rate: int) -> None:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")))
        container.mux(stream.encode())


def truth_of(data: bytes) -> tuple[str, str, int, bool]:
    """What is in a file: size, frames a second, decoded pictures, whether it sounds."""
    with av.open(io.BytesIO(data)) as film:
        video: Any = film.streams.video[0]
        count = sum(1 for _ in film.decode(video))
        size = f"{video.codec_context.width}*{video.codec_context.height}"
        return size, str(Fraction(video.average_rate)), count, bool(film.streams.audio)


def book_of(server: LiveServer) -> dict[str, dict[str, Any]]:
    """Every line of the book, by the id of its task or request."""
    import subprocess
    import sys

    command = [sys.executable, "-m", "understudy", "usage", "--format", "json", "--data", str(server.data)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line["task_id"]: line for line in map(json.loads, told.stdout.splitlines())}


def amount_of(line: dict[str, Any]) -> Decimal:
    return Decimal(line["amount"])
