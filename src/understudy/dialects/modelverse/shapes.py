"""The ModelVerse submit body as pydantic models: they check types, and they are the schema `/openapi.json` shows.

Knows names and types of the wire. Must not know which model takes what: that stands in its card. Sizes are read with
`x` and with `*`, resolutions in any case. An empty text is an absent one. Source: spec/gateways.md §3.3; seed 004.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, model_validator

from understudy.core.faults import ViolationKind
from understudy.core.request import Medium, Role
from understudy.core.units import Size, Tier
from understudy.core.wording import shown
from understudy.dialects import _shapes
from understudy.dialects._shapes import Flag, RatioText, ShotTypeText, Text, WholeNumber, shape_error
from understudy.dialects.modelverse.guesses import LIST_LONGEST, TWO_K

MEDIA_TYPES: Mapping[str, tuple[Role, Medium]] = {
    "reference_image": (Role.SUBJECT, Medium.IMAGE),
    "reference_video": (Role.SUBJECT, Medium.VIDEO),
}
"""What an item of `media` is, which is ours: it says what `images` cannot, for models this gateway does not sell."""


def read_picture(text: str) -> Size | Tier | None:
    """What a `size` or `resolution` says: pixels or a tier (`720p`, `2K`); None when it is neither."""
    return Tier(TWO_K) if text.strip().upper() == "2K" else _shapes.read_picture(text)


def _picture(value: str) -> str:
    if read_picture(value) is None:
        raise shape_error(
            ViolationKind.CHOICE, f"must be pixels such as 1280x720 or a tier such as 720p, not {shown(value)}"
        )
    return value


def _media_type(value: str) -> str:
    if value not in MEDIA_TYPES:
        raise shape_error(ViolationKind.CHOICE, f"must be one of {', '.join(MEDIA_TYPES)}, not {shown(value)}")
    return value


def _link(value: str) -> str:
    if not value.strip():
        raise shape_error(ViolationKind.URL, "is empty: give an http or https URL, or data:image/png;base64,…")
    return value


Link = Annotated[Text, AfterValidator(_link)]
Picture = Annotated[Text, AfterValidator(_picture)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: part for name, part in value.items() if part is not None and part != ""}


class ModelVerseSubject(_Shape):
    """One subject with its views; the prompt calls it `@id`. Source: spec/gateways.md §3.3."""

    id: Text = Field(validation_alias=AliasChoices("id", "name"), description="the prompt says @ and this")
    images: list[Link] = Field(max_length=LIST_LONGEST, description="one to three views of the subject")
    voice_id: Text | None = Field(default=None, description="empty = the model chooses")


class ModelVerseMedia(_Shape):
    """A reference of a model this gateway does not sell; ours."""

    type: Annotated[Text, AfterValidator(_media_type)]
    url: Link
    reference_voice: Text | None = None
    reference_description: Text | None = None


class ModelVerseInput(_Shape):
    """Prompt and media; each operation reads its own."""

    prompt: Text | None = Field(default=None, description="calls references @id (subjects) or character1")
    negative_prompt: Text | None = None
    images: list[Link] | None = Field(default=None, max_length=LIST_LONGEST, description="reference images, in order")
    subjects: list[ModelVerseSubject] | None = Field(default=None, max_length=LIST_LONGEST)
    media: list[ModelVerseMedia] | None = Field(default=None, max_length=LIST_LONGEST)
    first_frame_url: Text | None = None
    img_url: Text | None = Field(default=None, description="Wan2.6-I2V: the first frame")
    last_frame_url: Text | None = None
    video_url: Text | None = Field(default=None, description="the film that goes on, or whose lips are moved")
    audio_url: Text | None = None
    ref_photo_url: Text | None = Field(default=None, description="lip-sync: whose face is meant")


class ModelVerseParameters(_Shape):
    """How the video is to be; options of single models stand here too."""

    vidu_type: Text | None = Field(default=None, description="Vidu models: the operation, such as reference2video")
    duration: WholeNumber | None = None
    seed: WholeNumber | None = Field(default=None, description="0 (Vidu) and -1 (Wan) are random")
    aspect_ratio: RatioText | None = Field(default=None, description="Vidu: 16:9, 9:16, 1:1, 4:3, 3:4")
    ratio: RatioText | None = Field(default=None, description="happyhorse: the same")
    resolution: Picture | None = Field(default=None, description="540p, 720P, 2K")
    size: Picture | None = Field(default=None, description="Wan: 1280x720 or 1280*720")
    audio: Flag | None = None
    prompt_extend: Flag | None = None
    enable_prompt_expansion: Flag | None = Field(default=None, description="Wan2.5-I2V: prompt_extend")
    shot_type: ShotTypeText | None = None
    watermark: Flag | None = None


class ModelVerseSubmit(_Shape):
    """The body of a submit."""

    model: Text
    input: ModelVerseInput
    parameters: ModelVerseParameters | None = None


class ModelVerseAcceptedOutput(BaseModel):
    task_id: str


class ModelVerseAccepted(BaseModel):
    """The answer to a submit: no state in it. Source: seed 004."""

    output: ModelVerseAcceptedOutput
    request_id: str


class ModelVerseOutput(BaseModel):
    """A task; what is absent is left out. Source: seed 004."""

    task_id: str
    task_status: str = Field(description="Pending, Running, Success or Failure")
    urls: list[str] | None = Field(default=None, description="on Success: the video; valid for 24 hours, no key needed")
    submit_time: int = Field(description="Unix seconds")
    finish_time: int | None = Field(default=None, description="Unix seconds")
    error_message: str | None = Field(default=None, description="on Failure")
    engine: str | None = Field(default=None, description="which engine made it; an animatic is called an animatic")
    notes: list[str] | None = Field(default=None, description="what the engine could only approximate")
    progress: float | None = Field(default=None, description="0 to 1 while Running")


class ModelVerseUsage(BaseModel):
    duration: float | None = Field(
        default=None, description="seconds of the video; of an extension the lengthened part"
    )


class ModelVerseTask(BaseModel):
    """The answer to a status query."""

    output: ModelVerseOutput
    usage: ModelVerseUsage | None = None
    request_id: str


class ModelVerseModel(BaseModel):
    id: str
    object: str = "model"
    created: int = 0
    owned_by: str


class ModelVerseModels(BaseModel):
    """The models of this server, in OpenAI's shape."""

    object: str = "list"
    data: list[ModelVerseModel]
