"""View: the part of a portrait that a film shows, and the face in it that is meant.

Knows boxes in pixels of the given picture and the caller's ways to ask for a part of it. Must not know what the face
will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.brief import DraftBrief
from understudy.animatic.drafts._stills import whole_picture
from understudy.animatic.faces.facecheck import boxes_for, frame_around
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face, Plate
from understudy.core.faults import Refused
from understudy.core.findings import Findings
from understudy.core.request import Role
from understudy.core.units import Ratio, Size
from understudy.media.image import fit

Region = tuple[float, float, float, float]
"""left, top, right, bottom in pixels of a picture; may reach beyond it."""

_READ_SIDE = 4096
_LOOK_SIDE = 1280
_RATIO_LIMIT = 16  # 512 x 704 is told from 3:4, not from 8:11
_ROOM_ABOVE, _ROOM_AROUND = 0.75, 2.1  # a portrait around a face, in heights of it. GUESS: as the vendor's boxes look

NO_FACE = "No human face detected. Give a picture that shows one face, clear, from the front and not too small."


@dataclass(frozen=True, slots=True)
class View:
    """What the film shows: `picture` of the film's size, the face meant, and how many others there are.

    `finding` is what a check says of the given picture; it is of the largest face.
    """

    picture: Plate
    face: Face
    others: int
    finding: Findings


def view_of(brief: DraftBrief, eyes: Eyes, size: Size) -> View:
    """The asked part of the portrait at the film's size.

    `frame_box` is obeyed. Without it, where `paste_back` is false or the film is a portrait by its nature
    (`style_level`), the part around the face; else the whole picture, cut to the film's ratio if it has another.

    Raises:
        MediaRefused: the picture cannot be read.
        Refused: no face is in it.
    """
    whole = whole_picture(brief.media[Role.PORTRAIT], _READ_SIDE)
    small = fit(whole, _LOOK_SIDE, _LOOK_SIDE)
    faces = eyes.faces(small)
    if not faces:
        raise Refused(NO_FACE)
    scale = whole.shape[0] / small.shape[0]
    wanted = _box(brief.options, "face_box")
    face = max(faces, key=lambda each: _shared(each, wanted, scale)) if wanted else faces[0]
    region = _region(brief, whole, face.box, scale, size)
    picture = cut_view(whole, region, size)
    finding = boxes_for(small, eyes, None, scale) if face is faces[0] else Findings()
    return View(picture, _again(picture, face, region, scale, eyes), len(faces) - 1, finding)


def _box(options: Mapping[str, Any], name: str) -> Region | None:
    box = options.get(name)
    if not isinstance(box, Sequence) or len(box) != 4:
        return None
    left, top, right, bottom = (float(v) for v in box)
    return (left, top, right, bottom) if right > left and bottom > top else None


def _shared(face: Face, wanted: Region, scale: float) -> float:
    """How much of the wanted box a face fills, with the nearer one ahead where none does."""
    left, top, right, bottom = (v * scale for v in face.box)
    width = min(right, wanted[2]) - max(left, wanted[0])
    height = min(bottom, wanted[3]) - max(top, wanted[1])
    if width > 0 and height > 0:
        return width * height
    away = np.hypot((left + right - wanted[0] - wanted[2]) / 2, (top + bottom - wanted[1] - wanted[3]) / 2)
    return -float(away)


def _region(brief: DraftBrief, whole: Plate, face: Region, scale: float, size: Size) -> Region:
    height, width = whole.shape[:2]
    asked = _box(brief.options, "frame_box")
    if asked is not None:
        return _widened(asked, size)
    if "style_level" not in brief.options and brief.options.get("paste_back", True):
        return _widened((0.0, 0.0, float(width), float(height)), size, inwards=True)
    left, top, right, bottom = (v * scale for v in face)
    ratio = Fraction(size.width, size.height).limit_denominator(_RATIO_LIMIT)
    framed = frame_around((left, top, right, bottom), (width, height), Ratio(ratio.numerator, ratio.denominator))
    if framed is not None:  # what a check of this picture would have advised
        return _widened(framed, size, inwards=True)
    tall = bottom - top
    out = _ROOM_AROUND * tall
    across = out * size.width / size.height
    if across < 1.5 * (right - left):
        across = 1.5 * (right - left)
        out = across * size.height / size.width
    shrink = min(1.0, width / across, height / out)
    across, out = across * shrink, out * shrink
    x = float(np.clip((left + right) / 2 - across / 2, 0, width - across))
    y = float(np.clip(top - _ROOM_ABOVE * tall * shrink, 0, height - out))
    return x, y, x + across, y + out


def _widened(region: Region, size: Size, inwards: bool = False) -> Region:
    """The region in the film's ratio: cut (`inwards`) or grown, around its middle."""
    left, top, right, bottom = region
    width, height = right - left, bottom - top
    aspect = size.width / size.height
    wide = (width / height > aspect) is not inwards
    across, out = (width, width / aspect) if wide else (height * aspect, height)
    # heads are above the middle: what is cut away is cut below
    middle_x = (left + right) / 2
    y = top + (height - out) * (0.3 if inwards else 0.5)
    return middle_x - across / 2, y, middle_x + across / 2, y + out


def cut_view(whole: Plate, region: Region, size: Size) -> Plate:
    """A region of a picture at the film's size; what lies beyond the picture repeats its edge."""
    left, top, right, bottom = region
    scale = (right - left) / size.width
    if scale > 1.5:  # averaged first, or fine detail would be lost to chance
        factor = 1 / scale
        shrunk = (max(1, round(whole.shape[1] * factor)), max(1, round(whole.shape[0] * factor)))
        across, down = shrunk[0] / whole.shape[1], shrunk[1] / whole.shape[0]
        whole = cv2.resize(whole, shrunk, interpolation=cv2.INTER_AREA)
        left, right, top, bottom = left * across, right * across, top * down, bottom * down
    step_x, step_y = (right - left) / size.width, (bottom - top) / size.height
    matrix = np.array([[step_x, 0, left + step_x / 2 - 0.5], [0, step_y, top + step_y / 2 - 0.5]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(whole, matrix, (size.width, size.height), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _again(picture: Plate, face: Face, region: Region, scale: float, eyes: Eyes) -> Face:
    """The face as the view shows it: its mesh is taken afresh where it is as sharp as the film shows it."""
    zoom = picture.shape[1] / (region[2] - region[0])
    mesh = face.mesh * np.float32(scale)
    mesh[:, 0] -= region[0]
    mesh[:, 1] -= region[1]
    known = Face((mesh * np.float32(zoom)).astype(np.float32), face.confidence, face.yaw, face.roll)
    fresh = eyes.follow(picture, known)
    if fresh is None:
        return known
    drift = float(np.abs(fresh.mesh[:, :2] - known.mesh[:, :2]).mean()) / max(1.0, known.box[2] - known.box[0])
    return fresh if drift < 0.08 else known
