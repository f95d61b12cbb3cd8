"""Media of a draft that begins with a picture: stills and clips at the film's size, and the eyes to look at them.

Knows files and how a picture is fitted into a film. Must not know what is made of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from understudy.animatic import models
from understudy.animatic.brief import DraftBrief
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Plate
from understudy.core.faults import Refused
from understudy.core.request import LocalMedia, Medium, Role
from understudy.core.units import Size
from understudy.media.image import cover, fit, read_image
from understudy.media.video import read_video

READ_SIDE = 2600
"""Pixels of the longer side to which a larger picture is read: enough for a close shot at 1080P."""

_SAME_SHAPE = 0.08  # difference of the logarithms of two ratios below which a crop loses nothing that matters

NO_MODELS = (
    "The perception models are not installed, so faces and persons are not recognised; run `understudy models install`."
)


def eyes_of(brief: DraftBrief) -> Eyes | None:
    """Eyes where the models are installed, else None: say `NO_MODELS` in the notes."""
    return Eyes(brief.models) if brief.models is not None and models.installed(brief.models) else None


def whole_picture(media: LocalMedia) -> Plate:
    """A still as given; transparent pixels on a light grey, for a film has no holes."""
    picture = read_image(media.path, READ_SIDE)
    if picture.shape[2] == 3:
        return picture
    alpha = picture[..., 3:].astype(np.float32) / 255
    return np.asarray(picture[..., :3] * alpha + 236 * (1 - alpha) + 0.5, np.uint8)


def fitted_picture(media: LocalMedia, size: Size, eyes: Eyes | None = None) -> Plate:
    """A still as the whole picture of a film: scaled and cropped to fill it, around its face where much is lost."""
    whole = whole_picture(media)
    return np.ascontiguousarray(cover(whole, size, focus_of(whole, size, eyes)))


def focus_of(picture: Plate, size: Size, eyes: Eyes | None) -> tuple[float, float]:
    """The point, 0..1 across and down, that a crop of a picture to a film's shape keeps in sight."""
    height, width = picture.shape[:2]
    if eyes is None or abs(math.log(width / height * size.height / size.width)) < _SAME_SHAPE:
        return 0.5, 0.5
    small = fit(picture, 1280, 1280)
    faces = eyes.faces(small)
    if not faces:
        return 0.5, 0.5
    left, top, right, bottom = faces[0].box
    return (left + right) / 2 / small.shape[1], (top + bottom) / 2 / small.shape[0]


def first_picture(brief: DraftBrief, role: Role, size: Size, eyes: Eyes | None = None) -> Plate | None:
    """The still of a role at the film's size, None where it was not given.

    Raises Refused where a film or a sound was given in its stead.
    """
    media = brief.media.get(role)
    if media is None:
        return None
    if media.facts.medium not in (Medium.IMAGE, Medium.UNKNOWN):
        raise Refused(f"The {role.value.replace('_', ' ')} is not a picture. Give a JPEG, PNG, BMP or WEBP file.")
    return fitted_picture(media, size, eyes)


def clip_pictures(brief: DraftBrief, media: LocalMedia, size: Size, most: int) -> Iterator[NDArray[np.uint8]]:
    """At most `most` pictures of a clip at the film's rate, each filling the film's size."""
    facts = media.facts.size
    reach = 1.0 if facts is None else max(size.width / facts.width, size.height / facts.height)
    height = size.height if facts is None else max(size.height, round(facts.height * min(reach, 1.0)))
    for picture in read_video(
        media.path, max_height=height, max_frames=most, frames_per_second=brief.frames_per_second
    ):
        yield np.ascontiguousarray(cover(picture, size))
