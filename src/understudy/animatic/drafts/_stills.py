"""Stills: given pictures as a draft wants them, whole or filling the film's size.

Knows files, transparency and how a picture is fitted into a film. Must not know what is made of it.
"""

from __future__ import annotations

import math

import numpy as np

from understudy.animatic.brief import DraftBrief
from understudy.animatic.cutout import over
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Plate
from understudy.core.faults import Refused
from understudy.core.request import LocalMedia, Medium, Role
from understudy.core.units import Size
from understudy.media.image import cover, fit, read_image

READ_SIDE = 2600
"""Pixels of the longer side to which a larger picture is read: enough for a close shot at 1080P."""

_BEHIND_ALPHA = (236, 236, 236)

_SAME_SHAPE = 0.08  # difference of the logarithms of two ratios below which a crop loses nothing that matters


def whole_picture(media: LocalMedia, most: int = READ_SIDE) -> Plate:
    """A still as given, its longer side at most `most`; transparent pixels on a light grey, for a film has no holes.

    Raises MediaRefused where it cannot be read.
    """
    picture = read_image(media.path, most)
    return over(picture, _BEHIND_ALPHA) if picture.shape[2] == 4 else picture


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
