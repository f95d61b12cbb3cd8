"""A wider picture: a given film with more around it.

Knows how far each side grows and what may stand there: what the camera saw at other moments, else more of what stands
at the border. Must not know how that is painted (mosaic, filling) or joined (joining).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._eyes import eyes_of
from understudy.animatic.drafts._footage import Footage, sound_of
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.filling import Hole
from understudy.animatic.footage import mosaic
from understudy.animatic.footage.joining import Joint
from understudy.animatic.footage.mosaic import Mosaic, Room
from understudy.animatic.footage.survey import Survey, survey
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Plate
from understudy.core.faults import Refused
from understudy.core.request import Role
from understudy.core.units import Size

SIDES = ("top", "bottom", "left", "right")
_SNAP = 3  # pixels that rounding of a size may have cost: then the film is shown pixel for pixel


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """A film of the brief's size whose source area is the given film, untouched."""
    cv2.setNumThreads(1)
    source = brief.media.get(Role.SOURCE_VIDEO)
    if source is None or source.facts.size is None:
        raise Refused("There is no film to widen. Give a video.")
    size = brief.size or source.facts.size
    count = brief.frame_count or 150
    scales = scales_of(brief.options)
    x, y, width, height = placement(source.facts.size, scales, size)
    footage = Footage(source, Size(width, height), brief.frames_per_second, count)
    progress(0.01, "watching the film")
    found = survey(footage.pictures(), keys=12)
    room = Room(-x, -y, size.width - x, size.height - y)
    grows = (width, height) != (size.width, size.height)
    mosaics = _mosaics(found, room, brief) if grows else []
    progress(0.09, "the surroundings are painted")
    wide = _widened(footage, found, mosaics, (x, y, width, height), size, room) if grows else footage.pictures()
    wave = sound_of(brief, source)
    return write_reel(
        brief, workdir, progress, wide, size=size, frame_count=count, wave=wave, notes=_notes(grows, found, room)
    )


def scales_of(options: Mapping[str, Any]) -> dict[str, float]:
    """The growth of each side, 1.0 to 2.0; a side that is not named does not grow."""
    return {side: float(options.get(f"{side}_scale", 1.0)) for side in SIDES}


def placement(source: Size, scales: Mapping[str, float], size: Size) -> tuple[int, int, int, int]:
    """Where the given picture stands in the wider one: x, y, width, height in whole pixels.

    Each scale is of one half of the picture, counted from its middle: the whole is width x (left + right) / 2 by
    height x (top + bottom) / 2, and that is then shown at `size`. GUESS, as in catalog/sizing: the documents give the
    scales, their range and "input x scales" only.

    Args:
        source: size of the given picture.
        scales: `top`, `bottom`, `left`, `right`, each 1.0 to 2.0; 1.0 where absent.
        size: of the wider picture.
    """
    top, bottom, left, right = (Fraction(str(scales.get(side, 1.0))) for side in SIDES)
    width, height = round(2 * size.width / (left + right)), round(2 * size.height / (top + bottom))
    if abs(width - source.width) <= _SNAP and abs(height - source.height) <= _SNAP:
        width, height = source.width, source.height
    width, height = min(width, size.width), min(height, size.height)
    spare_x, spare_y = size.width - width, size.height - height
    x = round(spare_x * (left - 1) / (left + right - 2)) if left + right > 2 else 0
    y = round(spare_y * (top - 1) / (top + bottom - 2)) if top + bottom > 2 else 0
    return x, y, width, height


def _mosaics(found: Survey, room: Room, brief: DraftBrief) -> list[Mosaic]:
    """One for each stretch between cuts."""
    eyes = eyes_of(brief)
    made = []
    for stretch in found.stretches:
        keys = found.key_in(stretch)
        avoid = None if eyes is None else _heads(keys[0].picture, eyes)
        made.append(mosaic.build(keys, stretch.to_first, room, seed=brief.seed, avoid=avoid))
    return made


def _heads(picture: Plate, eyes: Eyes) -> Hole | None:
    """Faces with their hair: what is around the picture is not to be painted after them."""
    faces = eyes.faces(picture, parts=2)
    if not faces:
        return None
    heads = np.zeros(picture.shape[:2], np.uint8)
    for face in faces:
        left, top, right, bottom = face.box
        middle = round((left + right) / 2), round((top + bottom) / 2 - 0.1 * (bottom - top))
        axes = round(0.68 * (right - left)), round(0.8 * (bottom - top))
        cv2.ellipse(heads, middle, axes, 0, 0, 360, 1, -1)
    return np.asarray(heads > 0)


def _widened(
    footage: Footage,
    found: Survey,
    mosaics: Sequence[Mosaic],
    rectangle: tuple[int, int, int, int],
    size: Size,
    room: Room,
) -> Iterator[NDArray[np.uint8]]:
    x, y, width, height = rectangle
    hole = np.ones((size.height, size.width), bool)
    hole[y : y + height, x : x + width] = False
    canvas: Plate = np.zeros((size.height, size.width, 3), np.uint8)
    pictures = footage.pictures()
    for stretch, around in zip(found.stretches, mosaics, strict=True):
        joint = Joint()
        for to_first in stretch.to_first:
            picture = next(pictures, None)
            if picture is None:
                return
            canvas[y : y + height, x : x + width] = picture
            other = around.seen_from(to_first, (size.width, size.height), room)
            yield joint.join(canvas, other, hole)


def _notes(grows: bool, found: Survey, room: Room) -> tuple[str, ...]:
    if not grows:
        return ("This is a draft: no side was asked to grow, so the film is the given one.",)
    moved = any(np.abs(matrix - np.eye(3))[:2, 2].max() > 8 for s in found.stretches for matrix in s.to_first)
    how = (
        "shows what the camera saw there at other moments and, where it never looked, more of what stands at the border"
        if moved
        else "is painted after what stands at the border, because the camera does not move"
    )
    return (
        f"This is a draft: what is around the given picture {how}; nothing new is invented there, and it is softer the "
        "farther out it is. The prompt is not drawn.",
    )
