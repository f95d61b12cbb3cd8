"""Expression: a portrait photograph that pulls a face, as a short silent sticker film that loops.

Knows the order of the work. Must not know how a face moves (mimicry), what an expression is made of (expressions) or
how signs look (stickers).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from understudy.animatic import cutout, matte
from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._eyes import eyes_of
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.drafts._stills import whole_picture
from understudy.animatic.expressions import EXPRESSIONS, Expression
from understudy.animatic.expressions.headmarks import Headmarks
from understudy.animatic.expressions.headshot import Headshot
from understudy.animatic.faces import facecheck
from understudy.animatic.perception import Eyes, Mask
from understudy.animatic.performer import Face, Plate
from understudy.core.faults import Refused
from understudy.core.request import Role
from understudy.core.units import Ratio, Size
from understudy.media.image import cover

_MOST_SIDE = 2048  # pixels of the photograph that are kept
_SIZE = Size(512, 512)
"""Where the brief has none. Source: spec/catalog.json, emoji-v1."""
_NO_FACE = "No human face detected."
_LEAST_FRAME = 32  # pixels

Box = tuple[int, int, int, int]


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """Act one of EXPRESSIONS with the face of the portrait.

    Raises:
        Refused: no portrait, no such expression, or no face; the message says what to give.
    """
    cv2.setNumThreads(1)
    expression = _asked_for(brief)
    portrait = brief.media.get(Role.PORTRAIT)
    if portrait is None:
        raise Refused("There is no portrait. Give a picture of one person's face.")
    photograph = whole_picture(portrait, _MOST_SIDE)
    whole = portrait.facts.size or Size(photograph.shape[1], photograph.shape[0])
    scale = photograph.shape[1] / whole.width
    size = brief.size or _SIZE
    progress(0.02, "looking")
    eyes = eyes_of(brief)
    frame = _frame(brief, photograph, eyes, scale)
    picture = _cropped(photograph, frame, size)
    face = _face_in(picture, eyes)
    mask = None if eyes is None else _figure(picture, eyes)
    headshot = Headshot(picture, face, mask, _given_face(brief, frame, scale, size))
    progress(0.08, "looking")
    count = brief.frame_count or max(2, round(expression.seconds * brief.frames_per_second))
    return write_reel(
        brief,
        workdir,
        progress,
        _acted(expression, headshot, face, count),
        size=size,
        frame_count=count,
        notes=_notes(expression, eyes, mask),
    )


def _asked_for(brief: DraftBrief) -> Expression:
    name = str(brief.options.get("driven_id", ""))
    expression = EXPRESSIONS.get(name)
    if expression is None:
        raise Refused(f"There is no expression {name!r}. Choose one of: {', '.join(EXPRESSIONS)}.")
    return expression


def _frame(brief: DraftBrief, photograph: Plate, eyes: Eyes | None, scale: float) -> Box:
    """The part of the photograph that is shown, in its pixels."""
    height, width = photograph.shape[:2]
    given = _box(brief.options.get("frame_box"), "frame_box")
    if given is not None:
        left, top, right, bottom = (round(v * scale) for v in given)
        box = max(0, left), max(0, top), min(width, right), min(height, bottom)
        if min(box[2] - box[0], box[3] - box[1]) < _LEAST_FRAME:
            raise Refused(
                f"The frame {list(given)} shows next to nothing of the picture. Give the box the check answered."
            )
        return box
    if eyes is not None:
        seen = facecheck.find_face(photograph, eyes)
        if seen is None:
            raise Refused(f"{_NO_FACE} Give a picture of one person's face, seen from the front and sharp.")
        around = facecheck.frame_around(seen.box, seen.size, Ratio(1, 1))
        if around is not None:
            return around
    side = min(height, width)
    return (width - side) // 2, (height - side) // 2, (width + side) // 2, (height + side) // 2


def _given_face(brief: DraftBrief, frame: Box, scale: float, size: Size) -> tuple[float, float, float, float] | None:
    """The caller's box of the face in pixels of the film."""
    given = _box(brief.options.get("face_box"), "face_box")
    if given is None:
        return None
    across, down = size.width / (frame[2] - frame[0]), size.height / (frame[3] - frame[1])
    left, top, right, bottom = (v * scale for v in given)
    return (left - frame[0]) * across, (top - frame[1]) * down, (right - frame[0]) * across, (bottom - frame[1]) * down


def _box(given: Sequence[int] | None, name: str) -> Box | None:
    if given is None:
        return None
    if len(given) != 4 or given[2] <= given[0] or given[3] <= given[1]:
        raise Refused(f"{name} must be four numbers [x1, y1, x2, y2] with x1 < x2 and y1 < y2, not {list(given)}.")
    return int(given[0]), int(given[1]), int(given[2]), int(given[3])


def _cropped(photograph: Plate, frame: Box, size: Size) -> Plate:
    left, top, right, bottom = frame
    return np.ascontiguousarray(cover(np.ascontiguousarray(photograph[top:bottom, left:right]), size))


def _face_in(picture: Plate, eyes: Eyes | None) -> Face | None:
    """The face in the frame; None where nobody can look."""
    if eyes is None:
        return None
    faces = eyes.faces(picture, parts=2)
    if not faces:
        raise Refused(f"{_NO_FACE} Give a picture, or a frame of it, that shows one face from the front.")
    return faces[0]


def _figure(picture: Plate, eyes: Eyes) -> Mask | None:
    """Where the person is, with an edge as fine as the picture's; None where nobody is sure."""
    found = cutout.find_person(picture, eyes)
    if found is None:
        return None
    height, width = picture.shape[:2]
    likely = np.clip(cv2.resize(found.rough, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1)
    return matte.whole(matte.edged(picture, np.asarray(likely, np.float32)))


def _acted(expression: Expression, headshot: Headshot, face: Face | None, count: int) -> Iterator[Plate]:
    marks = Headmarks(headshot, face, expression.marks)
    for number in range(count):
        share = number / max(1, count - 1)
        pose, bearing = expression.pose(share), expression.bearing(share)
        if face is None:
            pose = replace(pose, mimic=None)
        picture = headshot.paint(pose, bearing)
        marks.paint(picture, share, share * expression.seconds, pose, bearing)
        yield picture


def _notes(expression: Expression, eyes: Eyes | None, mask: Mask | None) -> tuple[str, ...]:
    notes = [
        f"This is a draft: the expression ({expression.meaning}) is the photograph itself, warped along authored "
        "curves, with drawn signs. What the photograph does not show, such as a tongue or teeth, is drawn.",
    ]
    if eyes is None:
        notes.append(
            "The perception models are not installed, so the face itself does not move: the picture does, and the "
            "signs are placed by the given box. Run `understudy models install`."
        )
    elif mask is None:
        notes.append("The person could not be told from the backdrop, so the whole picture moves.")
    return tuple(notes)
