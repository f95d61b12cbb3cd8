"""The bodies and answers of the OpenAI videos wire as pydantic models: they check types and feed `/openapi.json`.

Knows names and types. Must not know which model takes what: that stands in its card. A form has only texts, so a number
or truth value may come as text in either form of body; unknown keys are ignored.
Source: spec/gateways.md §5.2, §5.3.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from understudy.core.faults import ViolationKind
from understudy.core.wording import shown
from understudy.dialects._shapes import Link, RatioText, ShotTypeText, Text, read_picture, shape_error
from understudy.dialects.openai_videos.guesses import LIST_LONGEST

_TRUTH = {"true": True, "false": False, "1": True, "0": False}


def _whole(value: Any) -> Any:
    """A whole number, as number or text: `5`, `5.0`, `"5"`."""
    if isinstance(value, str) and value.strip().removeprefix("-").isdecimal() and len(value) < 20:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise shape_error(ViolationKind.TYPE, f"must be a whole number such as 5, not {shown(value)}")


def _flag(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _TRUTH:
        return _TRUTH[value.strip().lower()]
    raise shape_error(ViolationKind.TYPE, f"must be true or false, not {shown(value)}")


def _picture(value: str) -> str:
    if read_picture(value) is None:
        raise shape_error(
            ViolationKind.CHOICE, f"must be pixels such as 1280x720 or a tier as 720P, not {shown(value)}"
        )
    return value


Whole = Annotated[int, BeforeValidator(_whole, json_schema_input_type=int | str)]
Flag = Annotated[bool, BeforeValidator(_flag, json_schema_input_type=bool | str)]
Picture = Annotated[Text, AfterValidator(_picture)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")


class VideoMedia(_Shape):
    """One thing that is given. `type` is DashScope's, or a role of ours with `medium` beside it."""

    type: Text = Field(description="reference_image, reference_video, first_frame, last_frame, …")
    url: Link = Field(description="http(s), oss://, data:… or cid:NAME for the file part NAME of the form")
    medium: Literal["image", "video", "audio", "unknown"] | None = None
    reference_voice: Text | None = Field(default=None, description="sound whose timbre the subject takes")
    reference_description: Text | None = None
    name: Text | None = Field(default=None, description="what the prompt calls the subject: @name")


class ImageReference(_Shape):
    """An `input_reference` as an object."""

    image_url: Link | None = None
    video_url: Link | None = None
    file_id: Text | None = Field(default=None, description="an upload of yours: upload:… or oss://…")


class VideoOfTask(_Shape):
    """A finished video of yours."""

    id: Text


class VideoCreate(_Shape):
    """A submit. The official client sends it as multipart/form-data, other clients as JSON too."""

    prompt: Text | None = Field(default=None, description="required by every model but those that only animate media")
    model: Text | None = Field(default=None, description="a model of this server; without, one that fits")
    seconds: Whole | None = Field(default=None, description='whole seconds, "5" or 5')
    size: Picture | None = Field(default=None, description="1280x720, or a tier as 720P")
    input_reference: Any = Field(default=None, description="a file, a link, or {image_url} / {file_id}")
    negative_prompt: Text | None = None
    seed: Whole | None = None
    media: list[VideoMedia] | None = Field(default=None, max_length=LIST_LONGEST)
    reference_urls: list[Link] | None = Field(default=None, max_length=LIST_LONGEST)
    resolution: Picture | None = Field(default=None, description="720P or 1080P")
    ratio: RatioText | None = Field(default=None, description="16:9, 9:16, 1:1, …")
    shot_type: ShotTypeText | None = None
    audio: Flag | None = Field(default=None, description="false for a silent film, where the model leaves a choice")
    watermark: Flag | None = None
    prompt_extend: Flag | None = None
    fps: Any = None
    width: Whole | None = None
    height: Whole | None = None
    num_frames: Whole | None = Field(default=None, description="with fps, where seconds are not said")
    function: Text | None = Field(default=None, description="of a model that has several")


class VideoEdit(_Shape):
    """A change to a film, or its continuation."""

    prompt: Text
    video: VideoOfTask = Field(description="a file, or {id} of a finished video of yours")
    model: Text | None = None
    seconds: Whole | None = Field(default=None, description="extensions: whole seconds")


class VideoRemix(_Shape):
    """The same request once more, with other words."""

    prompt: Text


class VideoError(_Shape):
    """Why a video failed."""

    code: str
    message: str


class Video(_Shape):
    """A video as it is told; the first eight fields are never null."""

    id: str
    object: Literal["video"] = "video"
    model: str
    status: str = Field(description="queued, in_progress, completed or failed")
    progress: int = Field(description="0 to 100")
    created_at: int
    seconds: str
    size: str
    completed_at: int | None = None
    expires_at: int | None = None
    error: VideoError | None = None
    prompt: str | None = None
    remixed_from_video_id: str | None = None
    metadata: dict[str, Any] | None = Field(default=None, description="url of the result, valid for 24 hours")
    usage: dict[str, Any] | None = None
    engine: str | None = Field(default=None, description="which engine made it; an animatic is called an animatic")
    notes: list[str] | None = Field(default=None, description="what the engine could only approximate")


class VideoList(_Shape):
    """One page of videos."""

    object: Literal["list"] = "list"
    data: list[Video]
    first_id: str | None = None
    last_id: str | None = None
    has_more: bool


class VideoDeleted(_Shape):
    """A video that is gone."""

    id: str
    object: Literal["video.deleted"] = "video.deleted"
    deleted: Literal[True] = True


class VideoContent(_Shape):
    """Not JSON: the bytes of the film."""


class VideoCharacter(_Shape):
    """A character; this server keeps none and says so."""

    id: str
    created_at: int
    name: str
