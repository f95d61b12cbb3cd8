"""The shapes of Vidu's bodies and answers; they read submits and feed `/openapi.json`.

Knows field names and JSON types. Must not know what a model takes. Source: spec/gateways.md §4.2, §4.4, §4.6.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from understudy.core.faults import ViolationKind
from understudy.core.units import Ratio, Tier
from understudy.core.wording import shown
from understudy.dialects._shapes import Flag, Link, Text, WholeNumber, shape_error
from understudy.dialects.vidu.guesses import LIST_LONGEST, TWO_K


def read_tier(text: str) -> Tier:
    """`720p` or `2K`. Raises ValueError."""
    return Tier(TWO_K) if text.strip().lower() == "2k" else Tier.parse(text)


def print_tier(tier: Tier) -> str:
    return "2K" if tier.lines == TWO_K else f"{tier.lines}p"


def _number_in_text(value: Any) -> Any:
    """The vendor's own examples write a seed as "0"."""
    return int(value) if isinstance(value, str) and value.strip().lstrip("-").isdecimal() else value


def _resolution(value: str) -> str:
    try:
        if value:
            read_tier(value)
    except ValueError:
        raise shape_error(ViolationKind.CHOICE, f"must be a resolution such as 720p, not {shown(value)}") from None
    return value


def _aspect(value: str) -> str:
    try:
        if value:  # the vendor's own client sends an empty text by default
            Ratio.parse(value)
    except ValueError:
        raise shape_error(ViolationKind.CHOICE, f"must be an aspect ratio such as 16:9, not {shown(value)}") from None
    return value


Number = Annotated[WholeNumber, BeforeValidator(_number_in_text)]
Links = Annotated[list[Link], Field(max_length=LIST_LONGEST)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")


class ViduSubject(_Shape):
    """Somebody or something the prompt calls `@id`."""

    id: Text | None = Field(default=None, description="the prompt says @id")
    name: Text | None = Field(default=None, description="newer word for id")
    images: Links | None = Field(default=None, description="one to three views")
    videos: Links | None = Field(default=None, description="viduq2-pro only")
    voice_id: Text | None = Field(default=None, description='"" = chosen for you')


class ViduSubmit(_Shape):
    """A submit, of any route. Fields that a model does not have are ignored."""

    model: Text | None = Field(default=None, description="may be left out on template2video, lip-sync, one-click/mv")
    prompt: Text | None = None
    images: Links | None = Field(default=None, description="links, data: URLs or ssupload: addresses")
    subjects: Annotated[list[ViduSubject], Field(max_length=LIST_LONGEST)] | None = None
    videos: Links | None = None
    video_url: Link | None = Field(default=None, description="extend, lip-sync")
    audio_url: Text | None = Field(default=None, description="lip-sync, one-click/mv")
    last_frame_url: Text | None = Field(default=None, description="extend: how it ends")
    ref_photo_url: Text | None = Field(default=None, description="lip-sync: whose face")
    text: Text | None = Field(default=None, description="lip-sync: what is said, instead of audio_url")
    template: Text | None = Field(default=None, description="template2video: the effect")
    duration: Number | None = None
    seed: Number | None = Field(default=None, description="0 or absent = any")
    aspect_ratio: Annotated[Text, AfterValidator(_aspect)] | None = None
    resolution: Annotated[Text, AfterValidator(_resolution)] | None = Field(default=None, description="360p to 2K")
    movement_amplitude: Any = Field(default=None, description="auto, small, medium or large")
    style: Any = Field(default=None, description="text2video: general or anime")
    bgm: Any = Field(default=None, description="music")
    audio: Flag | None = Field(default=None, description="speech and sounds")
    audio_type: Any = None
    voice_id: Any = None
    is_rec: Any = Field(default=None, description="a recommended prompt instead of yours")
    off_peak: Any = None
    watermark: Flag | None = None
    payload: Text | None = Field(default=None, max_length=1048576, description="comes back with every answer")
    callback_url: Text | None = Field(default=None, description="is told of every change of state")


class ViduCreation(_Shape):
    id: str
    url: str
    cover_url: str = Field(description="a still of the film")
    watermarked_url: str


class ViduAccepted(_Shape):
    """The answer to a submit."""

    task_id: str
    type: str
    state: str
    model: str
    prompt: str
    images: list[str]
    duration: int | None = None
    seed: int
    aspect_ratio: str | None = None
    resolution: str | None = None
    bgm: bool
    movement_amplitude: str
    payload: str
    off_peak: bool
    credits: int
    created_at: str


class ViduTask(_Shape):
    """A task as it stands."""

    id: str
    state: str = Field(description="created, queueing, processing, success or failed")
    err_code: str = Field(description='why it failed; "" when fine')
    err_msg: str | None = Field(default=None, description="the reason in words")
    credits: int
    payload: str
    bgm: bool
    off_peak: bool
    progress: int
    creations: list[ViduCreation] = Field(description="empty until success")
    engine: str | None = Field(default=None, description="which engine made it; an animatic is called an animatic")
    notes: list[str] | None = Field(default=None, description="what the engine could only approximate")


class ViduListed(_Shape):
    tasks: list[dict[str, Any]]
    next_page_token: str


class ViduSlot(_Shape):
    """Leave to PUT one file."""

    id: str
    put_url: str
    expires_at: str


class ViduUploaded(_Shape):
    uri: str = Field(description="use it in images")


class ViduFinish(_Shape):
    etag: Text | None = Field(default=None, description="as the PUT answered it, with or without quotes")
