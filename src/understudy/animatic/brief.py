"""Brief: all that the studio is told about one film, and Reel: what it hands back.

Knows the order. Must not know who ordered it, nor how any part of it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from understudy.core.request import LocalMedia, MediaFacts, ShotType
from understudy.core.units import FRAMES_PER_SECOND, Size

Progress: TypeAlias = Callable[[float, str], None]
"""Called with a fraction 0..1 and the name of the stage of work."""


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
    `captions` asks for lettering of spoken lines (a prompt that forbids text wins). `models` is the folder of
    perception models; None or missing files mean cards instead of cut-outs, and the reel's notes say so.
    """

    prompt: str
    size: Size
    frame_count: int
    subjects: tuple[LocalSubject, ...] = ()
    first_frame: LocalMedia | None = None
    negative_prompt: str = ""
    shot_type: ShotType | None = None
    sound: bool = True
    watermark: bool = False
    captions: bool = True
    seed: int = 0
    models: Path | None = None

    @property
    def seconds(self) -> float:
        return self.frame_count / FRAMES_PER_SECOND


@dataclass(frozen=True, slots=True)
class Reel:
    """The finished film: an MP4 file, its facts, and what was approximated, one sentence each."""

    path: Path
    facts: MediaFacts
    notes: tuple[str, ...] = ()
