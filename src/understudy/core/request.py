"""What a caller wants, in our words, and what is known of the media he gave.

Knows the canonical request every dialect decodes to and every engine reads.
Must not know wire field names, files of a card, or how anything is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from understudy.core.units import Ratio, Size, Tier

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Capability(StrEnum):
    """What a model makes (`makes` in a card)."""

    REFERENCE_TO_VIDEO = "reference-to-video"
    TEXT_TO_VIDEO = "text-to-video"
    IMAGE_TO_VIDEO = "image-to-video"
    FIRST_LAST_FRAME = "first-last-frame"
    VIDEO_EDIT = "video-edit"
    STYLE_TRANSFER = "style-transfer"
    PORTRAIT = "portrait"
    CHECK = "check"
    TEMPLATE = "template"


class Medium(StrEnum):
    """Kind of a given file. `UNKNOWN` until probed: a 2.6 `reference_urls` item does not say."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What a reference is for."""

    SUBJECT = "subject"
    FIRST_FRAME = "first_frame"
    LAST_FRAME = "last_frame"


class ShotType(StrEnum):
    """The caller's wish for one unbroken shot or several. Source: seed 000, shot_type."""

    SINGLE = "single"
    MULTI = "multi"


class Profile(StrEnum):
    """How strictly requests are read. `compat` takes every form the source documents print (decision 0013)."""

    COMPAT = "compat"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Reference:
    """A given image or video.

    `url` is as the caller sent it (http, https, oss, data or bare base64). `voice` is the URL of a sound
    whose timbre the subject takes (seed 003, reference_voice). `path` is where the value stands in the
    caller's own words (`input.media[0].url`), for error texts.
    """

    url: str
    medium: Medium = Medium.UNKNOWN
    role: Role = Role.SUBJECT
    voice: str | None = None
    description: str | None = None
    path: str = ""
    voice_path: str = ""


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """A video that is wanted. `None` means "not said"; the catalog fills the model's defaults in.

    `seconds` is a whole number as on every known wire. `extras` holds knobs of one vendor; each key must be
    listed in the model's card.
    """

    model: str
    prompt: str = ""
    negative_prompt: str = ""
    references: tuple[Reference, ...] = ()
    size: Size | None = None
    tier: Tier | None = None
    ratio: Ratio | None = None
    seconds: int | None = None
    shot_type: ShotType | None = None
    sound: bool | None = None
    watermark: bool | None = None
    prompt_extend: bool | None = None
    seed: int | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)

    def but(self, **changes: Any) -> VideoRequest:
        """This request with some fields changed."""
        return replace(self, **changes)

    @property
    def subjects(self) -> tuple[Reference, ...]:
        """References that may act: all but first and last frame, in the caller's order."""
        return tuple(r for r in self.references if r.role is Role.SUBJECT)

    @property
    def first_frame(self) -> Reference | None:
        return next((r for r in self.references if r.role is Role.FIRST_FRAME), None)


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a probe found in a file.

    `size` is None for sound. `seconds` is None for stills. `frames_per_second` only for video.
    `container` is FFmpeg's or Pillow's name in lower case (`mov,mp4,m4a,…`, `png`).
    """

    medium: Medium
    container: str
    byte_count: int
    size: Size | None = None
    seconds: Decimal | None = None
    frames_per_second: Decimal | None = None
    frame_count: int | None = None
    has_sound: bool = False
    has_alpha: bool = False
    video_codec: str | None = None
    audio_codec: str | None = None
    pixel_format: str | None = None


@dataclass(frozen=True, slots=True)
class LocalMedia:
    """A fetched file and its probed facts."""

    path: Path
    facts: MediaFacts


@dataclass(frozen=True, slots=True)
class Subject:
    """A reference together with the names a prompt may call it by; `name` is the canonical one."""

    name: str
    aliases: tuple[str, ...]
    reference: Reference
