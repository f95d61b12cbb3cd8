"""Shapes and words that the DashScope wire and gateways in front of it share: the answer envelope, task times, usage.

Knows how a Bailian answer is written and read. Must not know routes, headers or error codes: those belong to each
dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from fractions import Fraction
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from understudy.core.task import Status
from understudy.core.units import plain_number
from understudy.core.usage import Usage

# Times --------------------------------------------------------------------------------------------------------------


def print_time(moment: datetime, zone: tzinfo) -> str:
    """`2025-12-16 00:25:59.869`. Source: seed 000, success answer."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}"


def read_compact_time(text: str, zone: tzinfo) -> datetime:
    """Read `20260101235959` as a list query writes it. Raises ValueError."""
    if len(text) != 14 or not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text[:40]!r} is not a time such as 20260131235959")
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=zone).astimezone(UTC)


def print_compact_time(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y%m%d%H%M%S}"


def epoch_milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


# Usage --------------------------------------------------------------------------------------------------------------

_READERS: Mapping[str, Callable[[Usage], Any]] = {
    "duration": lambda usage: plain_number(usage.billed_seconds),
    "input_video_duration": lambda usage: plain_number(usage.input_seconds),
    "output_video_duration": lambda usage: plain_number(usage.output_seconds),
    "video_duration": lambda usage: plain_number(usage.output_seconds),
    "video_count": lambda usage: usage.video_count,
    "image_count": lambda usage: usage.image_count,
    "SR": lambda usage: usage.tier.lines if usage.tier else None,
    "size": lambda usage: str(usage.size) if usage.size else None,
    "ratio": lambda usage: str(usage.ratio) if usage.ratio else None,
    "fps": lambda usage: _whole_or_float(usage.frames_per_second),
}
USAGE_KEYS = (*_READERS, "video_ratio")
"""Every usage key a card's hint may name. Source: spec/dashscope.md §4.2."""

R2V_USAGE = ("duration", "input_video_duration", "output_video_duration", "video_count", "SR", "size", "ratio")
"""What is told of a video whose card gives no hint."""


def usage_json(usage: Usage, hints: Mapping[str, Any]) -> dict[str, Any]:
    """The usage object, what is not known left out; whole numbers as ints.

    Hint `usage` lists the keys in order. Hint `video_ratio` tells what that key holds, which says "ratio" and is used
    for three things: `size` (`832*480`), `ratio` (`3:4`), or the word itself (`standard`).
    Source: spec/dashscope.md §4.2.
    """
    told: dict[str, Any] = {}
    for key in hints.get("usage", R2V_USAGE):
        if key == "video_ratio":
            held = hints.get("video_ratio", "standard")
            told[key] = _READERS[held](usage) if held in ("size", "ratio") else held
        elif key in _READERS:
            told[key] = _READERS[key](usage)
    return {key: value for key, value in told.items() if value is not None}


def _whole_or_float(rate: Fraction | None) -> int | float | None:
    return None if rate is None else int(rate) if rate.denominator == 1 else round(float(rate), 3)


# States -------------------------------------------------------------------------------------------------------------

_NEAREST = {"SUSPENDED": Status.PENDING, "PRE-PROCESSING": Status.RUNNING, "POST-PROCESSING": Status.RUNNING}


def inner_status(word: str) -> str | None:
    """The inner state for a state on the wire; None for UNKNOWN.

    A word of tomorrow counts as RUNNING: it is not terminal for any client. Source: spec/dashscope.md §4.1.
    """
    if word == "UNKNOWN":
        return None
    if word in Status.__members__:
        return Status(word).value
    return _NEAREST.get(word, Status.RUNNING).value


# Answers ------------------------------------------------------------------------------------------------------------


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore")


class BailianResult(_Shape):
    url: str


class BailianObject(_Shape):
    video_url: str


class BailianOutput(_Shape):
    """A task as it is told. Source: seed 000, success and failure answers; spec/dashscope.md §4.2."""

    task_id: str
    task_status: str = Field(description="PENDING, RUNNING, SUCCEEDED, FAILED, CANCELED or UNKNOWN")
    submit_time: str | None = Field(default=None, description="YYYY-MM-DD HH:MM:SS.mmm")
    scheduled_time: str | None = Field(default=None, description="when work began; from RUNNING on")
    end_time: str | None = Field(default=None, description="when it ended; in a final state")
    orig_prompt: str | None = None
    actual_prompt: str | None = Field(default=None, description="the prompt as rewritten, for models that tell it")
    video_url: str | None = Field(default=None, description="the video; valid for 24 hours, no key needed")
    output_video_url: str | None = Field(default=None, description="video-style-transform: the same link")
    results: list[BailianResult] | BailianObject | None = Field(
        default=None, description="the same link as a list; for emo-v1 and liveportrait as an object"
    )
    template_id: str | None = Field(default=None, description="animate-anyone-template-gen2: for animate-anyone-gen2")
    code: str | None = Field(default=None, description="why it FAILED")
    message: str | None = None
    engine: str | None = Field(default=None, description="which engine made it; an animatic is called an animatic")
    notes: list[str] | None = Field(default=None, description="what the engine could only approximate")
    progress: float | None = Field(default=None, description="0 to 1 while RUNNING")


class BailianUsage(_Shape):
    """What was consumed; the keys differ by model. Source: spec/dashscope.md §4.2."""

    duration: float | None = Field(default=None, description="billed seconds: input and output")
    input_video_duration: float | None = Field(default=None, description="billed seconds of the reference videos")
    output_video_duration: float | None = None
    video_count: int | None = None
    SR: int | None = Field(default=None, description="tier as a number of lines: 720 or 1080")
    size: str | None = Field(default=None, description="wan2.6: 1280*720")
    ratio: str | None = Field(default=None, description="wan2.7: 16:9")
    video_duration: float | None = Field(default=None, description="older models: seconds of the video")
    video_ratio: str | None = Field(default=None, description="older models: pixels, a ratio, or standard")
    fps: float | None = None
    image_count: int | None = Field(default=None, description="checks: 1, whatever was found")


class BailianTask(_Shape):
    """The answer to a submit or a status query."""

    request_id: str
    output: BailianOutput
    usage: BailianUsage | None = None
