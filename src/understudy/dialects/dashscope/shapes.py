"""The DashScope submit body as pydantic models: they check types, and they are the schema `/openapi.json` shows.

Knows names, types and closed lists of the wire. Must not know which model takes what: that stands in its card.
Lenient as the real service is: unknown keys are ignored, null means absent, `5.0` is a whole number. A number as
text ("5") and a bool as number are refused, in both profiles: no source document or SDK sends them.
Source: spec/dashscope.md §1.4, §5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from understudy.core.faults import ViolationKind
from understudy.core.request import Medium, Role
from understudy.core.wording import shown
from understudy.dialects._shapes import (
    SHOT_TYPES,
    Flag,
    Link,
    RatioText,
    ShotTypeText,
    Text,
    WholeNumber,
    caller_path,
    read_picture,
    shape_error,
    size_and_tier,
    violations_of,
)
from understudy.dialects.dashscope.guesses import LIST_LONGEST

__all__ = ["MEDIA_TYPES", "DashScopeInput", "DashScopeMedia", "DashScopeParameters", "DashScopeSubmit", "caller_path",
           "read_picture", "size_and_tier", "violations_of"]  # fmt: skip

MEDIA_TYPES: Mapping[str, tuple[Role, Medium]] = {
    "reference_image": (Role.SUBJECT, Medium.IMAGE),
    "reference_video": (Role.SUBJECT, Medium.VIDEO),
    "first_frame": (Role.FIRST_FRAME, Medium.IMAGE),
    "last_frame": (Role.LAST_FRAME, Medium.IMAGE),
    "driving_audio": (Role.DRIVING_AUDIO, Medium.AUDIO),
    "first_clip": (Role.FIRST_CLIP, Medium.VIDEO),
    "video": (Role.SOURCE_VIDEO, Medium.VIDEO),
}
"""What an item of `media` is for. Source: seed 003; spec/catalog.json, wan2.7-i2v and wan2.7-videoedit."""


def _picture(value: str, info: ValidationInfo) -> str:
    if read_picture(value) is None:
        taken = info.context["picture"] if info.context else "pixels such as 1280*720 or a tier such as 720P"
        raise shape_error(ViolationKind.SIZE, f"The size is not match {value[:40]}. Write {taken}")
    return value


def _media_type(value: str, info: ValidationInfo) -> str:
    known = info.context["media_types"] if info.context else MEDIA_TYPES
    if value not in known:
        raise shape_error(ViolationKind.CHOICE, f"must be one of {', '.join(known)}, not {shown(value)}")
    return value


Picture = Annotated[Text, AfterValidator(_picture)]


class _Shape(BaseModel):
    # a key of the Java SDK may come in camel case: both its spelling and ours are read
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class DashScopeMedia(_Shape):
    """One reference of wan2.7. Source: seed 003, multi-subject references."""

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        """Or a null under one spelling would hide the voice that stands under the other."""
        if not isinstance(value, dict) or None not in value.values():
            return value
        return {k: v for k, v in value.items() if v is not None}

    type: Annotated[Text, AfterValidator(_media_type)] = Field(json_schema_extra={"enum": list(MEDIA_TYPES)})
    url: Link = Field(description="http(s), oss://, or for images data:{mime};base64,…")
    reference_voice: Text | None = Field(
        default=None,
        validation_alias=AliasChoices("reference_voice", "referenceVoice"),
        description="sound whose timbre the subject takes; not with first_frame",
    )
    reference_description: Text | None = Field(
        default=None, validation_alias=AliasChoices("reference_description", "referenceDescription")
    )


class DashScopeInput(_Shape):
    """Prompt, media and what goes with them; each model reads its own. Source: spec/dashscope.md §5-§8."""

    prompt: Text | None = Field(default=None, description="calls references 图1, 视频1 (wan2.7) or character1 (wan2.6)")
    negative_prompt: Text | None = None
    function: Text | None = Field(default=None, description="vace: which of its five functions")
    img_url: Link | None = Field(default=None, description="i2v: the first frame")
    image_url: Link | None = Field(default=None, description="portrait models: the picture of the person")
    first_frame_url: Link | None = Field(default=None, description="kf2v, vace")
    last_frame_url: Link | None = Field(default=None, description="kf2v, vace")
    head_frame: Link | None = Field(default=None, description="kf2v: older name of first_frame_url")
    tail_frame: Link | None = Field(default=None, description="kf2v: older name of last_frame_url")
    first_clip_url: Link | None = Field(default=None, description="vace: the film goes on from it")
    last_clip_url: Link | None = Field(default=None, description="vace: the film leads to it")
    video_url: Link | None = Field(default=None, description="the film that is worked on, or whose motion is taken")
    audio_url: Link | None = Field(default=None, description="the sound that drives a face, or the film's sound")
    ref_image_url: Link | None = Field(default=None, description="videoretalk: whose face; empty = absent")
    ref_images_url: list[Link] | None = Field(default=None, max_length=LIST_LONGEST, description="vace: references")
    mask_image_url: Link | None = Field(default=None, description="vace: white is changed, black is kept")
    mask_video_url: Link | None = Field(default=None, description="vace: a mask for every frame")
    template_id: Text | None = Field(default=None, description="animate-anyone-gen2: a motion template of yours")
    media: list[DashScopeMedia] | None = Field(default=None, max_length=LIST_LONGEST, description="wan2.7: references")
    reference_urls: list[Link] | None = Field(
        default=None, max_length=LIST_LONGEST, description="wan2.6: one to five images or videos"
    )
    reference_video_urls: list[Link] | None = Field(
        default=None, max_length=LIST_LONGEST, description="wan2.6, deprecated: videos only"
    )
    reference_video_description: list[Text] | None = Field(default=None, max_length=LIST_LONGEST)


class DashScopeParameters(_Shape):
    """How the video is to be. Source: spec/dashscope.md §5."""

    size: Picture | None = Field(default=None, description="wan2.6: pixels, 1280*720")
    resolution: Picture | None = Field(default=None, description="wan2.7: 720P or 1080P")
    ratio: RatioText | None = Field(default=None, description="wan2.7: 16:9, 9:16, 1:1, 4:3, 3:4")
    duration: WholeNumber | None = Field(default=None, description="whole seconds, as the model allows")
    shot_type: ShotTypeText | None = Field(
        default=None, description="wan2.6; wins over the prompt", json_schema_extra={"enum": [*SHOT_TYPES, None]}
    )
    audio: Flag | None = Field(default=None, description="wan2.6: false for a silent video")
    watermark: Flag | None = Field(default=None, description="AI生成 at the bottom right")
    prompt_extend: Flag | None = None
    seed: WholeNumber | None = Field(default=None, description="0 to 2147483647")


class DashScopeSubmit(_Shape):
    """The body of a submit; options of single models stand under `parameters`, some under `input`.

    Validate with a context to tell what one model takes: `media_types`, the only ones that its items may have, and
    `picture`, what a size may be in words.
    """

    model: Text
    input: DashScopeInput
    parameters: DashScopeParameters | None = None
