"""A film that goes on: after a given clip or picture, before one, or between two.

Knows which pictures are given, and that they are shown as they are. Must not know how motion goes on (continuing).
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._footage import Footage, sound_of
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.drafts._stills import fitted_picture
from understudy.animatic.easing import smooth
from understudy.animatic.footage.continuing import TAIL, Continuation, Manner, guided
from understudy.animatic.footage.meeting import Meeting, between, by_depth
from understudy.animatic.footage.morph import match
from understudy.animatic.footage.survey import survey
from understudy.animatic.footage.travel import Matrix
from understudy.animatic.performer import Plate
from understudy.core.faults import Refused
from understudy.core.request import LocalMedia, Medium, Role
from understudy.core.units import Size
from understudy.media.audio import Wave, silence
from understudy.media.video import SAMPLE_RATE, sample_span

_LEAST_GAP = 12  # pictures between two given clips: fewer cannot lead from one to the other. GUESS


@dataclass(frozen=True, slots=True)
class _Given:
    """Pictures given for one end: how many, and those next to what is to be made, in order."""

    media: LocalMedia
    footage: Footage | None
    count: int
    near: tuple[Plate, ...]

    def pictures(self, skipped: int, count: int) -> Iterator[Plate]:
        """`count` of them from number `skipped` on, as they were given."""
        if self.footage is None:
            return iter(self.near[:count])
        return itertools.islice(self.footage.pictures(), skipped, skipped + count)


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """A film of exactly the brief's length that holds what was given, untouched, and what may have come with it."""
    cv2.setNumThreads(1)
    count = brief.frame_count or 150
    first, last = brief.media.get(Role.FIRST_CLIP), brief.media.get(Role.LAST_CLIP)
    opening, closing = first or brief.media.get(Role.FIRST_FRAME), last or brief.media.get(Role.LAST_FRAME)
    shown = opening or closing
    if shown is None or shown.facts.size is None:
        raise Refused(
            "There is nothing to extend. Give at least one of a first frame, a last frame, a first clip or a last clip."
        )
    size = brief.size or shown.facts.size
    progress(0.01, "watching what is given")
    head = None if opening is None else _given(brief, opening, size, count, at_end=True)
    tail = None if closing is None else _given(brief, closing, size, count, at_end=False)
    kept_head, kept_tail = _lengths(count, head, tail)
    gap = count - kept_head - kept_tail
    made, how = _made(brief, head, tail, (kept_head, kept_tail), gap, size, progress)
    film = itertools.chain(
        head.pictures(0, kept_head) if head else (),
        made,
        tail.pictures(tail.count - kept_tail, kept_tail) if tail else (),
    )
    return write_reel(
        brief,
        workdir,
        progress,
        film,
        size=size,
        frame_count=count,
        wave=_sound(brief, first, last, count, kept_tail),
        notes=(f"This is a draft: {how}", *_remarks(brief, head, tail, kept_head, kept_tail)),
    )


def _given(brief: DraftBrief, media: LocalMedia, size: Size, most: int, at_end: bool) -> _Given:
    """What is given for one end; of a clip only the pictures next to the gap are kept in memory."""
    if media.facts.medium is Medium.IMAGE:
        return _Given(media, None, 1, (fitted_picture(media, size),))
    footage = Footage(media, size, brief.frames_per_second, most)
    near: deque[Plate] = deque(maxlen=TAIL)
    count = 0
    for picture in footage.pictures():
        count += 1
        if at_end or len(near) < TAIL:
            near.append(picture)
    return _Given(media, footage, count, tuple(near))


def _lengths(count: int, head: _Given | None, tail: _Given | None) -> tuple[int, int]:
    """How many given pictures are shown of each; the inner ends of two clips make room for what leads over."""
    wanted_head, wanted_tail = head.count if head else 0, tail.count if tail else 0
    if not (head and tail):
        return min(wanted_head, count), min(wanted_tail, count)
    room = max(2, count - _LEAST_GAP)
    if wanted_head + wanted_tail <= room:
        return wanted_head, wanted_tail
    kept_head = min(wanted_head, max(room - wanted_tail, room // 2))
    return kept_head, min(wanted_tail, room - kept_head)


# What is made ---------------------------------------------------------------------------------------------------------


def _made(
    brief: DraftBrief,
    head: _Given | None,
    tail: _Given | None,
    kept: tuple[int, int],
    gap: int,
    size: Size,
    progress: Progress,
) -> tuple[Iterator[NDArray[np.uint8]], str]:
    """The pictures that were not given, and a sentence on them."""
    if gap <= 0:
        return iter(()), "what was given is as long as the film, so nothing had to be made."
    guide = _guide(brief, size)
    before = _near(brief, head, kept[0], at_end=True) if head else ()
    after = _near(brief, tail, kept[1], at_end=False)[::-1] if tail else ()
    progress(0.04, "looking how it moves")
    if before and after:
        return _joined(before, after, gap, size, brief.seed, guide)
    pictures = before or after
    going = _continuation(pictures, gap, size, brief.seed, guide, backwards=not before)
    where = "after it" if before else "before it"
    how = f"what was given is shown as it is, and what comes {where} {_manner(going, guide is not None)}"
    steps = range(1, gap + 1) if before else range(gap, 0, -1)
    return (going.at(step) for step in steps), how


def _near(brief: DraftBrief, given: _Given | None, kept: int, at_end: bool) -> tuple[Plate, ...]:
    """The pictures next to the gap: of a clip that was cut short, those next to the cut."""
    if given is None:
        return ()
    if given.footage is None or kept >= given.count:
        return given.near
    skipped = max(0, kept - TAIL) if at_end else given.count - kept
    return tuple(given.pictures(skipped, min(kept, TAIL)))


def _continuation(
    pictures: tuple[Plate, ...], gap: int, size: Size, seed: int, guide: list[Matrix] | None, backwards: bool
) -> Continuation:
    if guide is None:
        return Continuation(pictures, gap, seed=seed)
    if backwards:  # the guide's end is where the given clip begins
        length = min(gap + 1, len(guide))
        ending = guide[:length]
        guide = [np.linalg.inv(ending[-1]) @ matrix for matrix in reversed(ending)]
    return Continuation(pictures, gap, path=guided(guide, gap, (size.width, size.height)), seed=seed)


def _joined(
    before: tuple[Plate, ...],
    after: tuple[Plate, ...],
    gap: int,
    size: Size,
    seed: int,
    guide: list[Matrix] | None,
) -> tuple[Iterator[NDArray[np.uint8]], str]:
    """Both ends go on towards each other, along one camera's way where they show the same place."""
    found = match(before[-1], after[-1])
    one, other = Continuation(before, gap, seed=seed), Continuation(after, gap, seed=seed)
    if found is not None:
        across = np.vstack([found.matrix, [0, 0, 1]])
        # the end was watched backwards, so its speed is the other way round
        one.path, other.path = between(across, gap, (size.width, size.height), one.speed, -other.speed)
    meeting = Meeting(None if found is not None else by_depth(before[-1], after[-1]))

    def pictures() -> Iterator[NDArray[np.uint8]]:
        for step in range(1, gap + 1):
            share = smooth(step / (gap + 1))
            first = one.at(step) if share < 0.999 else other.at(gap + 1 - step)
            second = other.at(gap + 1 - step) if share > 0.001 else first
            yield meeting.mix(first, second, share)

    where = (
        "both ends show the same place: the camera moves from one view to the other while what moves goes on from both"
        if found is not None
        else "the two ends show different places: each goes on by itself, and the second takes the place of the first, "
        "what is far before what is near"
    )
    ignored = " The motion guide is not used between two given ends." if guide is not None else ""
    return pictures(), f"what was given is shown as it is; between, {where}.{ignored}"


def _guide(brief: DraftBrief, size: Size) -> list[Matrix] | None:
    """The camera's way in the motion guide, in pixels of our pictures; its first shot only."""
    media = brief.media.get(Role.DRIVING_VIDEO) or brief.media.get(Role.SOURCE_VIDEO)
    if media is None:
        return None
    found = survey(Footage(media, size, brief.frames_per_second, brief.frame_count or 150).pictures(), keys=1)
    return list(found.stretches[0].to_first)


# What is said ---------------------------------------------------------------------------------------------------------


def _manner(going: Continuation, is_guided: bool) -> str:
    camera = "the camera moves as in the motion guide" if is_guided else "the camera goes on as it went and slows down"
    if going.is_still:
        return f"shows the same: {camera}, and nothing in front of it moves."
    if going.manner is Manner.SWINGS:
        return f"goes on from it: {camera}, and what swings to and fro is played to and fro."
    if going.manner is Manner.PASSES:
        return f"goes on from it: {camera}, and what passes goes on as it went, without changing its shape."
    return f"goes on from it: {camera}, and what moves comes to rest. Nothing new happens and the prompt is not acted."


def _remarks(brief: DraftBrief, head: _Given | None, tail: _Given | None, kept_head: int, kept_tail: int) -> list[str]:
    notes = []
    if (head and kept_head < head.count) or (tail and kept_tail < tail.count):
        notes.append("What was given is longer than the film has room for, so it was cut short.")
    for clip, frame, words in (
        (Role.FIRST_CLIP, Role.FIRST_FRAME, "first"),
        (Role.LAST_CLIP, Role.LAST_FRAME, "last"),
    ):
        if clip in brief.media and frame in brief.media:
            notes.append(f"The {words} frame is not used, because a {words} clip was given too.")
    if brief.options.get("control_condition"):
        notes.append("control_condition is not followed: of a motion guide only the camera's way is taken.")
    return notes


def _sound(
    brief: DraftBrief, first: LocalMedia | None, last: LocalMedia | None, count: int, kept_tail: int
) -> Wave | None:
    """The clips' own sounds where they play, silence in between."""
    if not brief.sound:
        return None
    total = sample_span(count - 1, brief.frames_per_second).stop
    wave = silence(total / SAMPLE_RATE)
    if first is not None:
        given = sound_of(brief, first)[: len(wave)]
        wave[: len(given)] = given
    if last is not None:
        start = sample_span(count - kept_tail, brief.frames_per_second).start
        given = sound_of(brief, last)[: len(wave) - start]
        wave[start : start + len(given)] = given
    return wave
