"""Live cut-outs: a reference video as a subject that moves on its own, cut out picture by picture.

Knows how a clip is surveyed (what is in it, where it moves) and then cut inside one fixed box, so that nothing jumps.
Must not know films, prompts or how a still is cut in detail (cutout). Pictures are kept on disk and mapped, so a long
clip does not fill memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from understudy.animatic import backdrop, matte
from understudy.animatic.cutout import Found, cut_sides, find_person, person_likelihood
from understudy.animatic.faces.quiet import quiet_stretch
from understudy.animatic.frame import blank_frame, hold
from understudy.animatic.matte import Box
from understudy.animatic.perception import Eyes, Mask
from understudy.animatic.performer import Face, Kind, Plate
from understudy.animatic.screenplay import Side
from understudy.animatic.steady import edged, seamless, steadied
from understudy.animatic.strips import Moving, Shelf
from understudy.core.units import FRAMES_PER_SECOND
from understudy.media.video import read_video

Told = Callable[[float], None]
"""Called with the done share of one clip, 0..1."""

_SURVEY_RATE = 3  # pictures per second looked at before cutting
_SURVEY_HEIGHT = 480
_JURY = 6  # pictures of the survey that decide what the clip shows
_MAJORITY = 0.6
_ROOM = 0.07  # of the picture's longer side around all that was seen to move
_LOOK_AGAIN = 15  # pictures between two searches for a lost face
MOST_BYTES = 900_000_000
"""Of pictures of one clip on disk; a larger clip is kept smaller."""
_OFTEN = 0.2  # a side is cut if it is in so many of the pictures


@dataclass(frozen=True, slots=True)
class LiveCut:
    """A clip made ready: see `cutout.Cut`. `plate` is its first picture."""

    pictures: Moving
    sides: frozenset[Side]
    kind: Kind
    plate: Plate
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Survey:
    """What a first look at a clip found: the kind, the box of all movement (parts of the picture), picture size."""

    kind: Kind
    box: tuple[float, float, float, float]  # left, top, right, bottom, 0..1
    size: tuple[int, int]  # of the surveyed pictures
    reason: str = ""


def cut_clip(
    path: Path,
    eyes: Eyes | None,
    max_width: int,
    max_height: int,
    frame_count: int,
    store: Path,
    told: Told,
    most_bytes: int = MOST_BYTES,
) -> LiveCut:
    """The subject of a video as live cut-out, at most `frame_count` pictures, kept in the file `store`.

    A person, else a thing before a plain backdrop, else the clip playing inside a framed card.

    Raises:
        MediaRefused: the file cannot be read as a video.
    """
    survey = _surveyed(path, eyes, frame_count)
    told(0.2)
    if survey.kind is Kind.CARD:
        return _card(path, survey, max_width, max_height, frame_count, store, told, most_bytes)
    return _cut(path, eyes, survey, max_width, max_height, frame_count, store, told, most_bytes)


def whole_clip(
    path: Path, max_height: int, frame_count: int, store: Path, told: Told, most_bytes: int = MOST_BYTES
) -> LiveCut:
    """A video as it is, filling its sprites: somewhere to be, not somebody."""
    first = next(read_video(path, max_height=max_height, max_frames=1))
    aspect = first.shape[1] / first.shape[0]
    max_height = max(2, min(max_height, int(math.sqrt(most_bytes / (4 * frame_count * aspect)))))
    shelf: Shelf | None = None
    for index, picture in enumerate(read_video(path, max_height=max_height, max_frames=frame_count)):
        shelf = shelf or Shelf(store, frame_count, picture.shape[0], picture.shape[1])
        shelf.add(np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)]))
        told((index + 1) / frame_count)
    assert shelf is not None  # read_video gives a picture or raises
    return LiveCut(Moving(shelf.closed(), [None] * shelf.count), frozenset(), Kind.PLACE, shelf.first_plate())


def _surveyed(path: Path, eyes: Eyes | None, frame_count: int) -> _Survey:
    most = max(1, math.ceil(frame_count * _SURVEY_RATE / FRAMES_PER_SECOND))
    looks = list(read_video(path, max_height=_SURVEY_HEIGHT, max_frames=most, frames_per_second=_SURVEY_RATE))
    size = (looks[0].shape[1], looks[0].shape[0])
    jury = [looks[i] for i in sorted({round(i * (len(looks) - 1) / (_JURY - 1)) for i in range(_JURY)})]
    if eyes is not None:
        seen = _verdict(jury, eyes)
        if seen:
            face = next((each.face for each in seen if each.face is not None), None)
            box = face.box if face is not None else None
            masks = [person_likelihood(look, eyes, box, mirrored=False) for look in looks]
            return _Survey(Kind.PERSON, _moved_in(masks), size)
        reason = "no person was seen in it"
    else:
        reason = "the perception models are not installed; run `understudy models install`"
    if sum(backdrop.look(look).is_plain for look in jury) >= len(jury):
        masks = [backdrop.stands_out(look) for look in looks]
        shares = [float((mask > 0.5).mean()) for mask in masks]
        pieces = [matte.largest_share(mask) for mask in masks]
        if 0.01 <= float(np.median(shares)) <= 0.85 and float(np.median(pieces)) >= 0.8:
            return _Survey(Kind.OBJECT, _moved_in(masks), size)
        reason += ", and what stands before its plain backdrop is not in one piece"
    else:
        reason += ", and its backdrop is not plain"
    return _Survey(Kind.CARD, (0, 0, 1, 1), size, reason)


def _verdict(jury: list[Plate], eyes: Eyes) -> list[Found]:
    """Persons found in the pictures, if in most of them; empty if not. Stops as soon as that is decided."""
    enough = math.ceil(_MAJORITY * len(jury))
    seen: list[Found] = []
    for place, look in enumerate(jury):
        found = find_person(look, eyes)
        if found is not None:
            seen.append(found)
        if len(seen) >= enough:
            return seen
        if len(seen) + len(jury) - place - 1 < enough:
            break
    return []


def _moved_in(masks: list[Mask]) -> tuple[float, float, float, float]:
    """The box, in parts of the picture, that holds the subject of every mask, with some room."""
    union = np.max([matte.whole(mask) for mask in masks], axis=0)
    height, width = union.shape
    box = matte.bounds(union, margin=round(_ROOM * max(height, width)), threshold=0.4) or Box(0, 0, width, height)
    return box.left / width, box.top / height, box.right / width, box.bottom / height


def _cut(
    path: Path,
    eyes: Eyes | None,
    survey: _Survey,
    max_width: int,
    max_height: int,
    frame_count: int,
    store: Path,
    told: Told,
    most_bytes: int,
) -> LiveCut:
    left, top, right, bottom = survey.box
    tall, wide = bottom - top, right - left
    aspect = survey.size[0] / survey.size[1]
    # height of the whole picture at which its box fits the sprite, and all sprites fit on disk
    full = min(max_height / tall, max_width / (wide * aspect))
    full = min(full, math.sqrt(most_bytes / (4 * frame_count * tall * wide * aspect)))
    shelf: Shelf | None = None
    plate: Plate | None = None
    faces: list[Face | None] = []
    touched: list[frozenset[Side]] = []
    follower = _Follower(eyes) if eyes is not None and survey.kind is Kind.PERSON else None
    opens = {Side.LEFT: left == 0, Side.RIGHT: right == 1, Side.UP: top == 0, Side.DOWN: bottom == 1}

    def views() -> Iterator[Plate]:
        nonlocal plate
        for picture in read_video(path, max_height=max(2, int(full)), max_frames=frame_count):
            plate = picture if plate is None else plate
            height, width = picture.shape[:2]
            rows = slice(int(top * height), math.ceil(bottom * height))
            yield np.ascontiguousarray(picture[rows, int(left * width) : math.ceil(right * width)])

    looker = eyes if survey.kind is Kind.PERSON else None
    for index, (view, rough) in enumerate(
        steadied((view, _look(view, looker, number)) for number, view in enumerate(views()))
    ):
        mask = edged(view, rough)
        touched.append(frozenset(side for side in cut_sides(mask) if opens[side]))
        faces.append(follower.next(view) if follower is not None else None)
        shelf = shelf or Shelf(store, frame_count, view.shape[0], view.shape[1])
        shelf.add(seamless(view, mask))
        told(0.2 + 0.8 * (index + 1) / frame_count)
    assert shelf is not None  # read_video gives a picture or raises
    assert plate is not None
    sides = frozenset(side for side in Side if sum(side in each for each in touched) > _OFTEN * len(touched))
    return LiveCut(Moving(shelf.closed(), faces, quiet_stretch(faces)), sides, survey.kind, plate)


def _card(
    path: Path,
    survey: _Survey,
    max_width: int,
    max_height: int,
    frame_count: int,
    store: Path,
    told: Told,
    most_bytes: int,
) -> LiveCut:
    """The clip playing inside a frame."""
    most = min(max_height, math.sqrt(most_bytes / (4 * frame_count * survey.size[0] / survey.size[1])))
    shelf: Shelf | None = None
    blank, top, left = np.zeros((1, 1, 4), np.uint8), 0, 0
    for index, picture in enumerate(read_video(path, max_height=max(2, int(most)), max_frames=frame_count)):
        if shelf is None:
            blank, top, left = blank_frame(picture.shape[1], picture.shape[0], max_width, int(most))
            shelf = Shelf(store, frame_count, blank.shape[0], blank.shape[1])
            shelf.plate = picture
        hold(blank, picture, top, left)
        shelf.add(blank)
        told(0.2 + 0.8 * (index + 1) / frame_count)
    assert shelf is not None  # read_video gives a picture or raises
    note = f"plays inside a frame: {survey.reason}"
    return LiveCut(Moving(shelf.closed(), [None] * shelf.count), frozenset(), Kind.CARD, shelf.first_plate(), note)


class _Follower:
    """One face through a clip: followed by its mesh, searched for again now and then where it is lost."""

    def __init__(self, eyes: Eyes) -> None:
        self._eyes = eyes
        self._last: Face | None = None
        self._wait = 0

    def next(self, picture: Plate) -> Face | None:
        face = self._eyes.follow(picture, self._last) if self._last is not None else None
        if face is None:
            self._wait -= 1
            if self._wait < 0:
                self._wait = _LOOK_AGAIN
                face = next(iter(self._eyes.faces(picture, parts=2)), None)
        elif self._last is not None:
            face = _calmed(face, self._last)
        self._last = face
        return face


def _calmed(face: Face, last: Face) -> Face:
    """The face with its trembling taken out: points that hardly moved are drawn back half the way."""
    left, _, right, _ = face.box
    shift = np.linalg.norm((face.mesh - last.mesh)[:, :2], axis=1, keepdims=True) / max(1.0, right - left)
    fresh = np.clip(0.45 + shift * 18, 0, 1).astype(np.float32)
    mesh = (last.mesh + fresh * (face.mesh - last.mesh)).astype(np.float32)
    return Face(mesh, face.confidence, 0.5 * (face.yaw + last.yaw), 0.5 * (face.roll + last.roll))


def _look(view: Plate, eyes: Eyes | None, number: int) -> Mask:
    """The rough mask of one picture at small size: a person's, or without `eyes` what stands out from its backdrop.

    Every second picture is looked at in a mirror: with its neighbours' the steadied mask is a mean of both looks.
    """
    if eyes is None:
        return backdrop.stands_out(view, shrunk=True)
    if number % 2 == 0:
        return eyes.person_look(view)
    return np.ascontiguousarray(eyes.person_look(np.ascontiguousarray(view[:, ::-1]))[:, ::-1])
