"""Screenplay: what a prompt states, shot by shot, before anybody decides how long or how large.

Knows the words of film: size, angle, move, line, act. It is plain data: `grammar` reads it from a prompt, a person
may write it by hand. Must not know pixels, files or durations in frames. `None` means "the prompt does not say".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ShotSize(StrEnum):
    """How much of a subject fills the picture; terms as in docs/glossary."""

    WIDE = "wide"
    FULL = "full"
    MEDIUM = "medium"
    MEDIUM_CLOSE = "medium_close"
    CLOSE = "close"
    EXTREME_CLOSE = "extreme_close"


class Angle(StrEnum):
    """Where the camera looks from."""

    TOP = "top"
    LOW = "low"
    EYE = "eye"
    OVER_SHOULDER = "over_shoulder"
    POV = "pov"


class Move(StrEnum):
    """Camera moves."""

    PUSH_IN = "push_in"
    PULL_OUT = "pull_out"
    PAN = "pan"
    TILT = "tilt"
    TRUCK = "truck"
    CRANE = "crane"
    ORBIT = "orbit"
    TRACK = "track"
    HANDHELD = "handheld"
    STATIC = "static"


class Weather(StrEnum):
    """Weather and light that is painted or graded over a shot."""

    RAIN = "rain"
    SNOW = "snow"
    NIGHT = "night"
    SUNSET = "sunset"
    FOG = "fog"
    NEON = "neon"


class Delivery(StrEnum):
    """How a line is spoken."""

    SAY = "say"
    SING = "sing"
    WHISPER = "whisper"
    SHOUT = "shout"
    NARRATE = "narrate"


class Verb(StrEnum):
    """What a subject does, as far as the studio can show it."""

    WALK = "walk"
    RUN = "run"
    JUMP = "jump"
    FLY = "fly"
    SWIM = "swim"
    PASS = "pass"  # crosses the picture, past somebody
    ENTER = "enter"
    LEAVE = "leave"
    SIT = "sit"
    STAND = "stand"
    LEAN = "lean"
    HUG = "hug"
    HOLD = "hold"
    PUT = "put"
    WAVE = "wave"
    PLAY = "play"  # an instrument or a game
    DANCE = "dance"
    TURN = "turn"
    LOOK = "look"
    SMILE = "smile"
    CRY = "cry"
    NOD = "nod"
    SHAKE_HEAD = "shake_head"
    EAT = "eat"
    SLEEP = "sleep"
    SPEAK = "speak"


class Part(StrEnum):
    """What a cast member is in a shot."""

    ACTOR = "actor"
    PROP = "prop"
    SEAT = "seat"
    BACKGROUND = "background"


class Side(StrEnum):
    """A side of the picture, as the viewer sees it."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class CameraMove:
    """One camera move and, where the prompt says, to which side."""

    move: Move
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class CastMember:
    """A subject visible in a shot. `name` is canonical (`图1`). `held_by` names who carries a prop."""

    name: str
    part: Part = Part.ACTOR
    held_by: str | None = None
    side: Side | None = None  # where the prompt places it: on the left, on the right


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody does."""

    who: str
    verb: Verb
    target: str | None = None
    side: Side | None = None  # where from, for ENTER, WALK, PASS


@dataclass(frozen=True, slots=True)
class Line:
    """Words spoken. `speaker` is a canonical name, a described person ("店员"), or "narrator"."""

    speaker: str | None
    text: str
    delivery: Delivery | None = Delivery.SAY
    to: str | None = None


@dataclass(frozen=True, slots=True)
class ScriptShot:
    """One shot as the prompt states it. `start`/`end` in seconds where the prompt gives timecodes."""

    text: str
    size: ShotSize | None = None
    angle: Angle | None = None
    moves: tuple[CameraMove, ...] = ()
    cast: tuple[CastMember, ...] = ()
    acts: tuple[Act, ...] = ()
    lines: tuple[Line, ...] = ()
    weather: tuple[Weather, ...] = ()
    place: str | None = None  # the prompt's own words for where it is: "深夜便利店", "a bamboo forest"
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Screenplay:
    """What the whole prompt states. `style` and `mood` are its own words; `no_text` forbids lettering.

    `is_storyboard` is true when the prompt speaks of panels, a grid or a storyboard sheet.
    `music` holds the prompt's words for music, if any.
    """

    shots: tuple[ScriptShot, ...]
    no_text: bool = False
    style: tuple[str, ...] = ()
    mood: tuple[str, ...] = ()
    music: tuple[str, ...] = ()
    is_storyboard: bool = False
    one_take: bool = False
