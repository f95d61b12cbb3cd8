"""Builders: requests, cards and tasks with sensible values, and tiny real media files made by code."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import numpy as np
from PIL import Image

from fakes import NOON
from understudy.core.card import (
    Billing,
    CountLimits,
    Defaults,
    Interval,
    MediaLimits,
    ModelCard,
    Naming,
    RateLimits,
    SizeOption,
    Sound,
)
from understudy.core.request import Capability, Medium, Reference, Role, VideoRequest
from understudy.core.task import Task
from understudy.core.units import Ratio, Size, Tier

MODEL = "toy-r2v"
SMALL = Size(320, 180)


def a_card(model: str = MODEL, **changes: Any) -> ModelCard:
    """A reference-to-video model like the real ones, but with small pictures so that films are made in no time."""
    pictures = MediaLimits(
        formats=("jpeg", "png", "bmp", "webp"),
        schemes=("http", "https", "oss", "data"),
        max_bytes=20 * 1024**2,
        sides=Interval(Decimal(16), Decimal(8000)),
    )
    videos = MediaLimits(formats=("mp4", "mov"), sides=Interval(Decimal(16), Decimal(4096)), seconds=_within(1, 30))
    voices = MediaLimits(formats=("wav", "mp3"), max_bytes=15 * 1024**2, seconds=_within(1, 10))
    card = ModelCard(
        model=model,
        family="toy",
        makes=Capability.REFERENCE_TO_VIDEO,
        billing=Billing(
            formula="reference-seconds",
            prices={"cn-beijing": {"180P": Decimal("0.6")}},
            input_caps={
                1: Decimal(5),
                2: Decimal("2.5"),
                3: Decimal("1.65"),
                4: Decimal("1.25"),
                5: Decimal(1),
            },
            free_quantity=Decimal(50),
            free_days=90,
            free_regions=("cn-beijing",),
        ),
        seconds=_within(1, 15),
        sizes=(SizeOption(SMALL, Tier(180), Ratio(16, 9)), SizeOption(Size(180, 320), Tier(180), Ratio(9, 16))),
        counts=CountLimits(total=(1, 5), images=(0, 5), videos=(0, 3), first_frames=(0, 1)),
        media={"image": pictures, "video": videos, "voice": voices, "first_frame": pictures},
        naming=Naming.TYPED,
        sound=Sound.OPTIONAL,
        rate=RateLimits(submits_per_second=5, running_at_once=5),
        defaults=Defaults(size=SMALL, tier=Tier(180), ratio=Ratio(16, 9), seconds=5),
    )
    return replace(card, **changes)


def _within(least: int, most: int) -> Interval:
    return Interval(Decimal(least), Decimal(most))


def a_request(prompt: str = "图1 waves.", *references: Reference, model: str = MODEL, **changes: Any) -> VideoRequest:
    """A complete request for a second of small film; without `references` it has one image."""
    request = VideoRequest(
        model=model,
        prompt=prompt,
        references=references or (an_image(),),
        size=SMALL,
        tier=Tier(180),
        ratio=Ratio(16, 9),
        seconds=1,
        sound=True,
        seed=7,
    )
    return request.but(**changes)


def a_reference(url: str, medium: Medium = Medium.UNKNOWN, number: int = 0, **changes: Any) -> Reference:
    """A reference whose paths say where it stands in the body."""
    path = f"input.media[{number}]"
    made = Reference(url, medium, path=f"{path}.url", voice_path=f"{path}.reference_voice")
    return replace(made, **changes)


def an_image(url: str = "https://media.example/girl.png", number: int = 0, **changes: Any) -> Reference:
    return a_reference(url, Medium.IMAGE, number, **changes)


def a_video(url: str = "https://media.example/boy.mp4", number: int = 0, **changes: Any) -> Reference:
    return a_reference(url, Medium.VIDEO, number, **changes)


def a_first_frame(url: str = "https://media.example/opening.png", number: int = 0) -> Reference:
    return a_reference(url, Medium.IMAGE, number, role=Role.FIRST_FRAME)


def a_task(request: VideoRequest | None = None, *, now: datetime = NOON, **changes: Any) -> Task:
    """A PENDING task submitted at `now`."""
    task = Task(
        task_id=str(uuid4()),
        account="alice",
        key_id="1",
        dialect="dashscope",
        request=request or a_request(),
        submitted=now,
        expires=now + timedelta(hours=24),
        request_id=str(uuid4()),
    )
    return replace(task, **changes)


def tiny_image(path: Path, size: tuple[int, int] = (64, 48)) -> Path:
    """A still with a gradient, in the format of its suffix."""
    ramp = np.linspace(0, 255, size[0] * size[1] * 3).reshape(size[1], size[0], 3).astype(np.uint8)
    Image.fromarray(ramp).save(path)
    return path


def tiny_video(
    path: Path, size: tuple[int, int] = (64, 48), seconds: float = 1, *, sound: bool = False, rate: int = 30
) -> Path:
    """A film that grows lighter, in the container of its suffix; with `sound`, a tone."""
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        voice: Any = container.add_stream("aac", rate=48000, layout="stereo") if sound else None
        frames = round(seconds * rate)
        for number in range(frames):
            picture = np.full((size[1], size[0], 3), number * 255 // frames, np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(video.encode())
        if voice is not None:
            _sing(container, voice, seconds)
    return path


def tiny_sound(path: Path, seconds: float = 2) -> Path:
    """A tone, in the container of its suffix."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream({".wav": "pcm_s16le", ".mp3": "mp3"}[path.suffix], rate=48000)
        stream.layout = "stereo"
        _sing(container, stream, seconds)
    return path


def _sing(container: Any, stream: Any, seconds: float) -> None:
    format = stream.codec_context.format.name
    moments = np.arange(round(seconds * 48000)) / 48000
    tone = np.sin(2 * np.pi * 220 * moments).astype(np.float32) * 0.2
    for start in range(0, len(tone), 960):
        piece = np.ascontiguousarray(np.stack([tone[start : start + 960]] * 2))
        if format == "s16":
            piece = (piece.T.reshape(1, -1) * 32767).astype(np.int16)
        frame: Any = av.AudioFrame.from_ndarray(piece, format=format, layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
