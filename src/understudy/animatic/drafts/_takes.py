"""Takes: the shots of a film made of one picture, each made ready only when its first frame is due.

Knows how frames are shared among framings of a picture and how a face's tracks come together. Must not know files, nor
how a live still is painted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic.brief import DraftBrief
from understudy.animatic.drafts._direction import Direction, draw_lots
from understudy.animatic.easing import smooth
from understudy.animatic.faces.aiming import Spoken, Wanted, speaking
from understudy.animatic.faces.idle import IdleTrack, idle
from understudy.animatic.faces.lips import Anatomy, FacePose
from understudy.animatic.faces.mood import mood
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Plate
from understudy.animatic.screenplay import CameraMove, Move
from understudy.animatic.stills.foreground import Foreground, find_foreground
from understudy.animatic.stills.gestures import Acted, act
from understudy.animatic.stills.livestill import Happening, LiveStill
from understudy.animatic.stills.stillcamera import still_views
from understudy.animatic.stills.stirring import Stir
from understudy.animatic.utterance import Mouth
from understudy.core.units import FRAMES_PER_SECOND, Size
from understudy.media.image import cover

_SHORTEST = 1.6  # seconds of a shot, below which nothing is cut
_WAKE_SECONDS = 0.9  # until head and breath move fully
_PAUSE_SECONDS = 0.6  # of silence in which a speaker's face does not go back to its picture
_LOOSE = 0.3  # of a head's turns where nothing behind it could be made up
_FACE_HEIGHTS = 2.6  # height of a close shot in face heights
_CLOSEST = 0.34  # least part of the source a close shot may show, over its height


@dataclass(frozen=True, slots=True)
class Take:
    """One shot: its picture at the film's size, its frames from `start`, its camera."""

    picture: Plate
    start: int
    count: int
    moves: tuple[CameraMove, ...]
    is_first: bool = True


@dataclass(slots=True)
class Film:
    """All takes of a film after whatever was given of it as a clip, and what was found on the way."""

    brief: DraftBrief
    direction: Direction
    takes: tuple[Take, ...]
    found: Foreground
    eyes: Eyes | None
    size: Size
    mouth: Mouth | None = None
    _ready: LiveStill = field(init=False)
    _lively: IdleTrack = field(init=False)
    _gestures: Acted = field(init=False)
    _talks: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        first, whole = self.takes[0].start, self._count
        self._lively = idle(int((first + whole) / self.rate * FRAMES_PER_SECOND) + 2, draw_lots(self.brief, 11))
        self._gestures = self._acted(whole)
        self._talks = np.zeros(0) if self.mouth is None else _talks(self.mouth, self.rate)
        self._ready = self._made_ready(0)

    @property
    def rate(self) -> float:
        return float(self.brief.frames_per_second)

    @property
    def missing(self) -> tuple[Stir, ...]:
        """What the prompt asks to move and the picture does not show."""
        return self._ready.missing

    @property
    def _count(self) -> int:
        return sum(take.count for take in self.takes)

    def __iter__(self) -> Iterator[Plate]:
        for number, take in enumerate(self.takes):
            still = self._ready if number == 0 else self._made_ready(number)
            for frame in range(take.count):
                yield still.paint(frame)

    def _made_ready(self, number: int) -> LiveStill:
        take = self.takes[number]
        found = self.found if take.picture is self.takes[0].picture else find_foreground(take.picture, self.eyes)
        lots = draw_lots(self.brief, 20 + number)
        return LiveStill(take.picture, self.size, found, self._happening(take, found), lots)

    def _acted(self, count: int) -> Acted:
        box = self.found.box or (0, 0, self.size.width, self.size.height)
        cut = self.found.mask is not None and bool((self.found.mask[-2:] > 0.5).mean() > 0.02)
        tall = box[3] - box[1]
        # a flower nods in the wind; people have their hair for that
        nods = self.direction.stirs.windy and not self.found.is_person
        return act(self.direction.errand, count / self.rate, count, self.size, is_cut=cut, tall=tall, nods=nods)

    def _happening(self, take: Take, found: Foreground) -> Happening:
        first, whole, lively = self.takes[0].start, self._count, self._lively
        seconds = (take.start + np.arange(take.count)) / self.rate
        wake = np.array([smooth(float(t) / _WAKE_SECONDS) if take.is_first else 1.0 for t in seconds - seconds[0]])
        own = self._gestures.part(take.start - first, take.count)
        places = np.minimum((seconds * FRAMES_PER_SECOND).astype(int), len(lively) - 1)
        loose = 1.0 if found.mask is not None else _LOOSE
        anatomy = None if found.face is None else Anatomy(found.face.mesh)
        return Happening(
            still_views(
                take.moves,
                take.count / self.rate,
                take.count,
                self.size,
                draw_lots(self.brief, take.start),
                anchor_of(found),
            ),
            own,
            [
                self._face(anatomy, lively, own, n, int(places[n]), float(wake[n]), loose, seconds[n], take)
                for n in range(take.count)
            ],
            (lively.breath[places] * wake).astype(np.float32),
            seconds,
            self.direction.weather,
            self.direction.stirs,
            exact_start=take.is_first,
            light_from=(take.start - first) / whole,
            light_to=(take.start - first + take.count) / whole,
        )

    def _spoken(self, row: int) -> Spoken:
        """What a given sound asks of the lips: from its silences on, the face is as pictured."""
        assert self.mouth is not None
        wanted = Wanted(float(self.mouth.opening[row]), float(np.clip(self.mouth.width[row], -1, 1)))
        return Spoken(wanted, float(self.mouth.closed[row]), float(self._talks[row]))

    def _face(
        self,
        anatomy: Anatomy | None,
        lively: IdleTrack,
        acted: Acted,
        n: int,
        place: int,
        wake: float,
        loose: float,
        t: float,
        take: Take,
    ) -> FacePose:
        said = self._spoken(take.start + n) if self.mouth is not None else self.direction.mouth(t)
        if said is not None and anatomy is not None:
            mouth = speaking(anatomy, said)
        else:
            mouth = FacePose(0.35 * float(acted.chew[n]))
        calm = lively.pose(place)
        return replace(
            calm,
            opening=mouth.opening,
            width=mouth.width,
            closed=mouth.closed,
            blink=max(calm.blink * wake, float(acted.shut[n])),
            yaw=loose * (calm.yaw * wake + float(acted.yaw[n])),
            pitch=loose * (calm.pitch * wake + float(acted.pitch[n])),
            roll=loose * calm.roll * wake,
            mimic=mood(float(acted.smile[n]), float(acted.grief[n]), float(acted.gaze[n])),
        )


def _talks(mouth: Mouth, rate: float) -> NDArray[np.float64]:
    """0 in silences, 1 in talk and its short pauses, with short ways between."""
    reach = round(_PAUSE_SECONDS * rate)
    open_ = np.pad(mouth.opening > 0.03, reach)
    talk = ndimage.binary_closing(open_, np.ones(max(1, reach)))[reach : len(open_) - reach]
    return np.asarray(ndimage.gaussian_filter1d(talk.astype(np.float64), 0.06 * rate, mode="nearest"))


def anchor_of(found: Foreground) -> tuple[float, float] | None:
    """What a push leaves in its place: the crown of a head, the middle of a thing; None where neither was found."""
    box = found.box
    if found.face is not None:
        left, top, right, bottom = found.face.box
        crown = top - 0.45 * (bottom - top) if box is None else min(box[1], top)
        return (left + right) / 2, max(0.0, 0.85 * crown)
    return None if box is None else ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def plan_takes(
    picture: Plate, source: Plate, found: Foreground, direction: Direction, start: int, count: int, rate: float,
    size: Size, *, several: bool, focus: tuple[float, float] = (0.5, 0.5),
) -> tuple[Take, ...]:  # fmt: skip
    """The takes of a film of `count` frames from `start` on.

    `picture` has the film's size; `source` is the same with all its pixels, for close shots. `several` asks for cuts:
    wide, close on the face or on what stands in front, wide again where there is time.
    `focus` is the point of the source, 0..1, that its fitting kept in sight.
    """
    whole = Take(picture, start, count, direction.moves)
    if not several or count / rate < 2 * _SHORTEST or direction.errand.leaves:
        return (whole,)
    close = close_of(source, found, size, focus)
    lengths = [0.42, 0.58] if count / rate < 3.2 * _SHORTEST else [0.34, 0.36, 0.30]
    ends = [round(count * sum(lengths[: n + 1])) for n in range(len(lengths))]
    pull = (CameraMove(Move.PULL_OUT),)
    cuts = [Take(picture, start, ends[0], direction.moves), Take(close, start + ends[0], ends[1] - ends[0], (), False)]
    if len(ends) == 3:
        cuts.append(Take(picture, start + ends[1], ends[2] - ends[1], pull, False))
    return tuple(cuts)


def close_of(source: Plate, found: Foreground, size: Size, focus: tuple[float, float] = (0.5, 0.5)) -> Plate:
    """A close framing of a picture, from its source's pixels: head and shoulders, or the middle of what is in front."""
    width, height = size.width, size.height
    if found.face is not None:
        left, top, right, bottom = found.face.box
        tall = _FACE_HEIGHTS * (bottom - top)
        x, y = (left + right) / 2, (top + bottom) / 2 + 0.12 * tall
    else:
        box = found.box or (0.25 * width, 0.25 * height, 0.75 * width, 0.75 * height)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        tall = 0.75 * max(box[3] - box[1], (box[2] - box[0]) * height / width)
    tall = float(np.clip(tall, _CLOSEST * height, 0.62 * height))
    wide = tall * width / height
    left = float(np.clip(x - wide / 2, 0, width - wide))
    top = float(np.clip(y - tall / 2, 0, height - tall))
    # from film pixels to source pixels, as `cover` cut it
    per = min(source.shape[1] / width, source.shape[0] / height)
    off_x, off_y = (
        float(np.clip(f * have - need * per / 2, 0, max(0.0, have - need * per)))
        for f, have, need in zip(focus, source.shape[1::-1], (width, height), strict=True)
    )
    x0, y0 = round(off_x + left * per), round(off_y + top * per)
    part = source[y0 : y0 + max(2, round(tall * per)), x0 : x0 + max(2, round(wide * per))]
    return np.ascontiguousarray(cover(part, size))
