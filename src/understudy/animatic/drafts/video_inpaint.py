"""A masked part replaced: by a given picture, by another colour, or by what stands behind it.

Knows which of the three is asked for and in what order it is done. Must not know how a mask follows its content
(masks), how the picture behind is found (mosaic, joining), nor how anything is fitted in (substitute, recolouring).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.cutout import Cut, cut, over
from understudy.animatic.drafts._eyes import eyes_of
from understudy.animatic.drafts._footage import Footage, sound_of
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.filling import Hole, Plate, box_of
from understudy.animatic.footage import mosaic
from understudy.animatic.footage.joining import Joint
from understudy.animatic.footage.masks import Expand, Region, check_marked, check_size, film_masks, tracked, white_of
from understudy.animatic.footage.mosaic import Key, Mosaic, Room
from understudy.animatic.footage.recolouring import Dye, wanted_colour
from understudy.animatic.footage.substitute import Substitute
from understudy.animatic.footage.survey import Survey, followed, survey
from understudy.core.faults import Refused
from understudy.core.request import LocalMedia, Medium, Role
from understudy.core.units import Size
from understudy.media.image import cover, read_image

_KEYS = 16
_BAND = 0.3  # of the longer side: what nobody saw behind a thing is painted after what stands so near
_WIDEST = 0.9  # share of the picture from which on nothing is left to learn from
_READ_SIDE = 2400

Painter: TypeAlias = Callable[[int, Plate, Hole], Plate]
"""Number of a picture, its pixels, what may be changed in it: the picture changed."""


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """The given film with its marked part changed; outside of it every pixel stays."""
    cv2.setNumThreads(1)
    source, mask = brief.media.get(Role.SOURCE_VIDEO), brief.media.get(Role.MASK)
    if source is None or source.facts.size is None:
        raise Refused("There is no video to edit. Give a video.")
    if mask is None:
        raise Refused("There is no mask. Give a mask image or a mask video, white where the video is to be changed.")
    check_size(mask.facts.size, source.facts.size)
    size = brief.size or source.facts.size
    count = brief.frame_count or 150
    footage = Footage(source, size, brief.frames_per_second, count)
    progress(0.01, "watching the film")
    found = survey(footage.pictures(), keys=_KEYS, follow=False)
    region, remarks = _region(brief, mask, source, found, size)
    painter, done = _painter(brief, found, region, progress)
    notes = (done, *remarks, *_unused(brief))
    return write_reel(
        brief,
        workdir,
        progress,
        _changed(footage, region, painter),
        size=size,
        frame_count=count,
        wave=sound_of(brief, source),
        notes=tuple(f"This is a draft: {note}" if number == 0 else note for number, note in enumerate(notes)),
    )


def _changed(footage: Footage, region: Region, painter: Painter) -> Iterator[NDArray[np.uint8]]:
    for number, picture in enumerate(footage.pictures()):
        allowed = region.at(number)
        yield picture if box_of(allowed) is None else painter(number, picture, allowed)


# Where ----------------------------------------------------------------------------------------------------------------


def _region(
    brief: DraftBrief, mask: LocalMedia, source: LocalMedia, found: Survey, size: Size
) -> tuple[Region, list[str]]:
    """What may be changed in each picture, and what must be said about it."""
    mode = Expand(brief.options.get("expand_mode") or Expand.HULL)
    ratio = float(brief.options.get("expand_ratio", 0.05))
    if mask.facts.medium is Medium.VIDEO:
        marks = film_masks(list(Footage(mask, size, brief.frames_per_second, found.count).pictures()))
        anchor = int(np.argmax([m.mean() for m in marks]))
        check_marked(marks[anchor])
        return Region(marks, None, anchor, mode, ratio), []
    mark = white_of(cover(read_image(mask.path), size))
    check_marked(mark)
    anchor = _picture_of(int(brief.options.get("mask_frame_id") or 1), source, brief.frames_per_second, found.count)
    if (brief.options.get("mask_type") or "tracking") == "fixed":
        return Region([mark], [np.eye(3)] * found.count, anchor, mode, ratio), []
    ways, lost = tracked(mark, found.greys, anchor)
    remark = "In some pictures it could not be seen how what is masked moves; there the mask moves with the camera."
    return Region([mark], ways, anchor, mode, ratio), [remark] if lost else []


def _picture_of(frame_id: int, source: LocalMedia, rate: Fraction, count: int) -> int:
    """The number of the film's picture (from 0) that shows frame `frame_id` (from 1) of the given video."""
    own = source.facts.frames_per_second
    number = round((frame_id - 1) * rate / Fraction(own)) if own else frame_id - 1
    if not 0 <= number < count:
        raise Refused(
            f"mask_frame_id is {frame_id}, but the part of the video that is edited ends before that frame. "
            "Give the number of an earlier frame; the first one is 1."
        )
    return number


# What -----------------------------------------------------------------------------------------------------------------


def _painter(brief: DraftBrief, found: Survey, region: Region, progress: Progress) -> tuple[Painter, str]:
    """What is done to each picture, and the sentence that says so."""
    anchor = _key_near(found, region)
    if brief.subjects:
        reference = brief.subjects[0].media
        if reference.facts.medium is not Medium.IMAGE:
            raise Refused("The reference must be a picture. Give a JPEG or PNG of what is to stand in the masked part.")
        progress(0.05, "cutting the reference out")
        return _substituting(brief, reference, found, region, anchor)
    asked = wanted_colour(brief.prompt)
    if asked is not None:
        dye = Dye(anchor.picture, region.own(anchor.number), asked[1])
        word = asked[0]

        def dyed(number: int, picture: Plate, allowed: Hole) -> Plate:
            return dye.paint(picture, region.own(number), allowed)

        return dyed, f"what is masked was dyed ({word}), its light and folds kept; nothing else of the prompt is drawn."
    progress(0.05, "looking behind what is masked")
    behind = _Behind(found, region, brief.seed)
    return behind.paint, (
        f"what is masked was taken away: {behind.how} Nothing new is drawn from the prompt; give a reference picture "
        "to put something there, or name a colour to dye it."
    )


def _key_near(found: Survey, region: Region) -> Key:
    """The key picture nearest to the one the mask belongs to."""
    return min(found.keys, key=lambda key: (not region.own(key.number).any(), abs(key.number - region.anchor)))


def _substituting(
    brief: DraftBrief, reference: LocalMedia, found: Survey, region: Region, anchor: Key
) -> tuple[Painter, str]:
    eyes = eyes_of(brief)
    picture = read_image(reference.path, _READ_SIDE)
    height, width = anchor.picture.shape[:2]
    piece: Cut = cut(picture, eyes, width, height)
    whole = over(picture, (255, 255, 255)) if picture.shape[2] == 4 else picture
    substitute = Substitute(piece, whole, anchor.picture, region.own(anchor.number), region.at(anchor.number))
    back = np.linalg.inv(region.way(anchor.number))
    if substitute.is_whole:

        def covered(number: int, picture: Plate, allowed: Hole) -> Plate:
            return substitute.paint(picture, region.way(number) @ back, allowed)

        why = f" It is {piece.note}." if piece.note else ""
        return covered, f"the whole reference picture fills what is masked and moves with it.{why}"
    behind = _Behind(found, region, brief.seed)

    def stood(number: int, picture: Plate, allowed: Hole) -> Plate:
        return substitute.paint(behind.paint(number, picture, allowed), region.way(number) @ back, allowed)

    return stood, (
        "the reference was cut out and stands where the mask is, moving along with what was there before; it does not "
        f"move by itself. Behind it {behind.how}"
    )


class _Behind:
    """What stands behind the masked thing, as seen at other moments or guessed."""

    def __init__(self, found: Survey, region: Region, seed: int) -> None:
        self._region = region
        height, width = found.keys[0].picture.shape[:2]
        self._size, self._room = (width, height), Room(0, 0, width, height)
        small = found.greys[0].shape
        unwanted = (_shrunk(region.at(number), small) for number in range(found.count))
        stretches = followed(found.greys, width / small[1], unwanted)
        found.stretches = stretches
        found.keys = [Key(key.number, key.picture, _wider(region.at(key.number))) for key in found.keys]
        self._mosaics: list[tuple[int, int, Mosaic]] = []
        for stretch in stretches:
            keys = found.key_in(stretch)
            if all(key.unwanted is not None and key.unwanted.mean() > _WIDEST for key in keys):
                keys = [Key(key.number, key.picture) for key in keys]
            made = mosaic.build(keys, stretch.to_first, self._room, seed=seed, soft=False, band=_BAND)
            self._mosaics.append((stretch.first, stretch.first + stretch.count, made))
        self._joints = {first: Joint() for first, _, _ in self._mosaics}
        self._to_first = {s.first: s.to_first for s in stretches}

    @property
    def how(self) -> str:
        """A sentence on where it comes from."""
        seen = self._seen_share()
        if seen > 0.97:
            return "what stands there was seen at other moments of the video."
        if seen > 0.25:
            return (
                "what stands there was partly seen at other moments of the video; the rest is guessed from around it."
            )
        return "what stands there is guessed from around it, because the video never shows it."

    def _seen_share(self) -> float:
        first, last, made = self._mosaics[0]
        shares = []
        for number in range(first, last, max(1, (last - first) // 5)):
            hole = self._region.at(number)
            if hole.any():
                known = made.known_from(self._to_first[first][number - first], self._size, self._room)
                shares.append(float(known[hole].mean()))
        return float(np.mean(shares)) if shares else 1.0

    def paint(self, number: int, picture: Plate, allowed: Hole) -> Plate:
        """The picture without the thing."""
        for first, last, made in self._mosaics:
            if first <= number < last:
                other = made.seen_from(self._to_first[first][number - first], self._size, self._room)
                return self._joints[first].join(picture, other, allowed)
        return picture


def _shrunk(mask: Hole, shape: tuple[int, int]) -> Hole:
    small = cv2.resize(mask.astype(np.uint8) * 255, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.dilate(small, np.ones((5, 5), np.uint8)) > 8)


def _wider(mask: Hole) -> Hole:
    """The mask with the soft edge that a thing has in a film."""
    reach = max(3, round(0.008 * max(mask.shape))) | 1
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0)


def _unused(brief: DraftBrief) -> list[str]:
    notes = []
    if len(brief.subjects) > 1:
        notes.append("Only the first reference picture is used.")
    if brief.options.get("control_condition"):
        notes.append("control_condition changes nothing here: outside the mask all structure stays as it is.")
    return notes
