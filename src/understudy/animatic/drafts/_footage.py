"""Footage: a given film as the pictures of a draft, filling its size, at its rate, as often as they are asked for.

Knows how a file is read and fitted. Must not know what is done with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from understudy.animatic.brief import DraftBrief
from understudy.animatic.performer import Plate
from understudy.core.request import LocalMedia
from understudy.core.units import Size
from understudy.media.audio import Wave, read_wave, silence
from understudy.media.image import cover, resize
from understudy.media.video import read_video

_SAME_SHAPE = 0.02
"""Two ratios nearer than this differ by the rounding of a size: then nothing is cut away."""


@dataclass(frozen=True, slots=True)
class Footage:
    """A film read anew each time it is asked for, so that it need not stay in memory.

    `size` is what each picture is scaled and cropped to, `most` the number of pictures that are read at most.
    """

    media: LocalMedia
    size: Size
    frames_per_second: Fraction
    most: int

    def pictures(self) -> Iterator[Plate]:
        """(h, w, 3) uint8 RGB of `size`; pixel for pixel the file's where it has that size. The caller's arrays."""
        lines = self.size.height
        if self.media.facts.size is not None:
            given = self.media.facts.size
            lines = math.ceil(given.height * max(self.size.width / given.width, self.size.height / given.height))
        for picture in read_video(
            self.media.path, max_height=lines, max_frames=self.most, frames_per_second=self.frames_per_second
        ):
            yield _fitted(picture, self.size)


def _fitted(picture: Plate, size: Size) -> Plate:
    shape = (picture.shape[1] / picture.shape[0]) / (size.width / size.height)
    if abs(shape - 1) <= _SAME_SHAPE:
        return resize(picture, size.width, size.height)
    return np.ascontiguousarray(cover(picture, size))


def sound_of(brief: DraftBrief, media: LocalMedia) -> Wave:
    """The sound of a given film, as long as the draft; nothing where it has none or none is wanted."""
    if not brief.sound or not media.facts.has_sound:
        return silence(0)
    return read_wave(media.path, seconds=brief.seconds)
