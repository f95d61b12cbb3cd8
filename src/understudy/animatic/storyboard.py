"""Storyboard: a screenplay cut to an exact number of frames, with everybody in his place.

Knows shots, frame ranges, placements and timed lines. Must not know pixels of any performer, nor how it is painted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from understudy.animatic.screenplay import Act, Angle, CameraMove, Delivery, Part, ShotSize, Side, Weather


class Facing(StrEnum):
    """Which way a performer looks, as the viewer sees it."""

    LEFT = "left"
    RIGHT = "right"
    CAMERA = "camera"


class Transition(StrEnum):
    """How a shot begins."""

    CUT = "cut"
    DISSOLVE = "dissolve"
    FADE = "fade"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a performer stands in a shot, in parts of the set, before the camera looks at it.

    `x` 0 (left) to 1 (right) is the middle of the performer, `depth` 0 (front) to 1 (back). `enters_from` and
    `leaves_to` make him move in or out; `travels_to` is the x he ends at. A prop `held_by` follows its holder, and
    goes over to `given_to` in the course of the shot. Who is `turned_away` stands before the camera, seen from behind.
    """

    name: str
    part: Part = Part.ACTOR
    x: float = 0.5
    depth: float = 0.3
    facing: Facing = Facing.CAMERA
    held_by: str | None = None
    enters_from: Side | None = None
    leaves_to: Side | None = None
    travels_to: float | None = None
    given_to: str | None = None
    turned_away: bool = False
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class TimedLine:
    """A line with its frames inside the film (absolute): `first_frame` up to, not including, `end_frame`.

    `number` counts lines over the whole film from 0 and finds the utterance.
    """

    number: int
    speaker: str | None
    text: str
    delivery: Delivery
    first_frame: int
    end_frame: int


@dataclass(frozen=True, slots=True)
class Shot:
    """An unbroken run of frames, absolute: `first_frame` up to `first_frame + frame_count`.

    `background` names a subject whose picture is the set; None = a drawn set after `place`. `panel` is the index of
    a storyboard panel that is the whole picture. `focus` names whom the camera frames.
    """

    number: int
    first_frame: int
    frame_count: int
    size: ShotSize
    angle: Angle = Angle.EYE
    moves: tuple[CameraMove, ...] = ()
    background: str | None = None
    place: str | None = None
    placements: tuple[Placement, ...] = ()
    focus: tuple[str, ...] = ()
    lines: tuple[TimedLine, ...] = ()
    weather: tuple[Weather, ...] = ()
    transition: Transition = Transition.CUT
    panel: int | None = None
    is_first_frame_picture: bool = False
    text: str = ""

    @property
    def end_frame(self) -> int:
        return self.first_frame + self.frame_count


@dataclass(frozen=True, slots=True)
class Storyboard:
    """The film on paper. The shots' frames follow each other without gap and sum to `frame_count`."""

    shots: tuple[Shot, ...]
    frame_count: int
    no_text: bool = False
    style: tuple[str, ...] = ()
    mood: tuple[str, ...] = ()
    music: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[TimedLine, ...]:
        return tuple(line for shot in self.shots for line in shot.lines)
