"""What a caller wants, in our words, and what is known of the media he gave.

Knows the canonical request every dialect decodes to and every engine reads.
Must not know wire field names, files of a card, or how anything is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from understudy.core.units import Ratio, Size, Tier
from understudy.core.values import quick

NOTHING: Mapping[str, Any] = MappingProxyType({})
ENCLOSED = "enclosed:"
"""Stands before the data: URL of a file that came as a part of a form: it counts as an upload, not as base64."""
TAKE = "take:"
"""Stands before the id of a task of the same account: what it made is meant."""


class Capability(StrEnum):
    """What a model makes (`makes` in a card)."""

    REFERENCE_TO_VIDEO = "reference-to-video"
    TEXT_TO_VIDEO = "text-to-video"
    IMAGE_TO_VIDEO = "image-to-video"
    FIRST_LAST_FRAME = "first-last-frame"
    VIDEO_EDIT = "video-edit"  # a film changed as the prompt says
    VIDEO_REPAINT = "video-repaint"  # new look, same structure
    VIDEO_INPAINT = "video-inpaint"  # a masked part replaced
    VIDEO_EXTEND = "video-extend"  # goes on before, after or between what is given
    VIDEO_OUTPAINT = "video-outpaint"  # a wider picture
    STYLE_TRANSFER = "style-transfer"
    TALKING_PORTRAIT = "talking-portrait"  # a still and a sound
    LIP_SYNC = "lip-sync"  # a film and a sound
    EXPRESSION = "expression"  # a still and a named expression
    MOTION_TEMPLATE = "motion-template"  # the motion of a film, kept for later
    MOTION_TRANSFER = "motion-transfer"  # a still and a motion
    FACE_CHECK = "face-check"
    BODY_CHECK = "body-check"

    @property
    def is_check(self) -> bool:
        """Whether the answer is a finding on a picture, not a film."""
        return self in (Capability.FACE_CHECK, Capability.BODY_CHECK)


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
    PORTRAIT = "portrait"  # the still that is brought to life, or checked
    FACE = "face"  # whose face is meant, where a film shows several
    SOURCE_VIDEO = "source_video"  # the film that is changed
    DRIVING_VIDEO = "driving_video"  # the film whose motion is taken
    DRIVING_AUDIO = "driving_audio"
    FIRST_CLIP = "first_clip"
    LAST_CLIP = "last_clip"
    MASK = "mask"  # still or film: white is changed, black is kept
    TEMPLATE = "template"  # `url` is the id of a motion template


MEDIUM_OF: Mapping[Role, Medium] = MappingProxyType(
    {
        Role.FIRST_FRAME: Medium.IMAGE,
        Role.LAST_FRAME: Medium.IMAGE,
        Role.PORTRAIT: Medium.IMAGE,
        Role.FACE: Medium.IMAGE,
        Role.SOURCE_VIDEO: Medium.VIDEO,
        Role.DRIVING_VIDEO: Medium.VIDEO,
        Role.FIRST_CLIP: Medium.VIDEO,
        Role.LAST_CLIP: Medium.VIDEO,
        Role.DRIVING_AUDIO: Medium.AUDIO,
    }
)
"""What a medium of a role is; a subject or a mask may be of several kinds, a template is none."""


class ShotType(StrEnum):
    """The caller's wish for one unbroken shot or several. Source: seed 000, shot_type."""

    SINGLE = "single"
    MULTI = "multi"


class Profile(StrEnum):
    """How strictly requests are read. `compat` takes every form the source documents print (decision 0013)."""

    COMPAT = "compat"
    STRICT = "strict"


@quick
@dataclass(frozen=True, slots=True)
class Reference:
    """A given image or video.

    `url` is as the caller sent it (http, https, oss, data or bare base64). `voice` is the URL of a sound
    whose timbre the subject takes (seed 003, reference_voice). `path` is where the value stands in the
    caller's own words (`input.media[0].url`), for error texts. `name` is what the caller himself calls the subject
    (the prompt then says `@name`); references of one name are views of one subject. Source: spec/gateways.md §4.2.
    """

    url: str
    medium: Medium = Medium.UNKNOWN
    role: Role = Role.SUBJECT
    voice: str | None = None
    description: str | None = None
    path: str = ""
    voice_path: str = ""
    name: str = ""


@quick
@dataclass(frozen=True, slots=True)
class VideoRequest:
    """A video that is wanted. `None` means "not said"; the catalog fills the model's defaults in.

    `function` is the one asked for of a model that has several. `seconds` is a whole number as on every known wire;
    None where the media set the length. `frames_per_second` is None until settled. `options` holds what only some
    models know; each key must be listed in the model's card. Checks and templates are asked for in the same words:
    the card's `makes` tells what comes of it (decision 0015).
    """

    model: str
    function: str = ""
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
    frames_per_second: Fraction | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def but(self, **changes: Any) -> VideoRequest:
        """This request with some fields changed. Raises TypeError for a name that is no field."""
        values = list(_values_of(self))
        try:
            for name, value in changes.items():
                values[_PLACES[name]] = value
        except KeyError as error:
            raise TypeError(f"a request has no field {error}") from None
        return VideoRequest(*values)

    @property
    def subjects(self) -> tuple[Reference, ...]:
        """References that may act, in the caller's order."""
        return tuple([r for r in self.references if r.role is _SUBJECT])

    def of_role(self, role: Role) -> Reference | None:
        """The first reference of a role."""
        for reference in self.references:
            if reference.role is role:
                return reference
        return None

    @property
    def first_frame(self) -> Reference | None:
        return self.of_role(Role.FIRST_FRAME)


_SUBJECT = Role.SUBJECT
_FIELDS = tuple(f.name for f in fields(VideoRequest))
_PLACES = {name: place for place, name in enumerate(_FIELDS)}
_values_of = attrgetter(*_FIELDS)  # `dataclasses.replace` asks for each field by itself, at twice the cost


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
