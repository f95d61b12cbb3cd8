"""Brief and DraftBrief: all that the studio is told about one piece of work, and Reel: what it hands back.

A Brief is a film with a cast (reference to video); a DraftBrief is any other work. Knows the order. Must not know who
ordered it, nor how any part of it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

from understudy.core.findings import Findings
from understudy.core.request import Capability, LocalMedia, MediaFacts, Role, ShotType
from understudy.core.units import FRAMES_PER_SECOND, Size

Progress: TypeAlias = Callable[[float, str], None]
"""Called with a fraction 0..1 and the name of the stage of work."""


BACKGROUND, THING = "background", "object"
"""Descriptions by which a caller says what a reference is for: where the film plays, or what is in it. Source:
spec/dashscope.md §7.1, obj_or_bg."""


@dataclass(frozen=True, slots=True)
class LocalSubject:
    """A reference ready to be cast: its names in the prompt, its file, and the file of its voice, if any."""

    name: str
    media: LocalMedia
    aliases: tuple[str, ...] = ()
    voice: LocalMedia | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """One film to make.

    `frame_count` at 30 fps is exact; `size` is the exact pixel size; `seed` settles every draw of lots.
    `captions` asks for lettering of spoken lines (a prompt that forbids text wins). `sound` asks for a sound track: of
    it `speech` are lines and places, `bgm` is music in the mood of the prompt (one that forbids music wins); `song` is
    a file that is the whole sound. `models` is the folder of perception models; None or missing files mean cards
    instead of cut-outs, and the reel's notes say so.
    """

    prompt: str
    size: Size
    frame_count: int
    subjects: tuple[LocalSubject, ...] = ()
    first_frame: LocalMedia | None = None
    negative_prompt: str = ""
    shot_type: ShotType | None = None
    sound: bool = True
    speech: bool = True
    bgm: bool = False
    song: LocalMedia | None = None
    watermark: bool = False
    captions: bool = True
    seed: int = 0
    models: Path | None = None

    @property
    def seconds(self) -> float:
        return self.frame_count / FRAMES_PER_SECOND


@dataclass(frozen=True, slots=True)
class DraftBrief:
    """One piece of work that is not a film with a cast; `makes` names the file in `animatic.drafts` that does it.

    `size`, `frames_per_second` and `frame_count` are exact and settled beforehand; `frame_count` is None where only
    the draft can know (an expression, a motion from a template), `size` is None where no film is made (a check, a
    template). `media` holds one file for each role, `subjects` the references that may be many, in the caller's order.
    `template` is the file of a motion template. `sound` tells whether the film must have a sound
    track, `speech` and `bgm` what of it is made up, as in Brief. `options` are the caller's, complete with the model's
    defaults. `models` is as in Brief.
    """

    makes: Capability
    prompt: str = ""
    negative_prompt: str = ""
    size: Size | None = None
    frames_per_second: Fraction = Fraction(FRAMES_PER_SECOND)
    frame_count: int | None = None
    media: Mapping[Role, LocalMedia] = field(default_factory=dict)
    subjects: tuple[LocalSubject, ...] = ()
    template: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    shot_type: ShotType | None = None
    sound: bool = False
    speech: bool = True
    bgm: bool = False
    watermark: bool = False
    captions: bool = True
    seed: int = 0
    models: Path | None = None

    @property
    def seconds(self) -> float | None:
        return None if self.frame_count is None else float(self.frame_count / self.frames_per_second)


@dataclass(frozen=True, slots=True)
class Reel:
    """What the studio hands back: a file and its facts, or findings, and a sentence on each thing approximated.

    `path` is an MP4 film; for a motion template it is that file, and `facts` are those of the film it was taken from.
    A check has neither.
    """

    path: Path | None = None
    facts: MediaFacts | None = None
    notes: tuple[str, ...] = ()
    findings: Findings | None = None
