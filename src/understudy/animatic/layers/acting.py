"""Acting: what a body does frame by frame: it travels, bobs, leans, hops, breathes; the face turns, nods, chews.

Knows verbs and turns them into small rigid motions, for a cut-out has no limbs. Must not know pixels. Everything is
settled when the shot is made ready; motions are smooth in position and speed, and never lift a cut edge into sight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.blocking import Stand
from understudy.animatic.camera import View
from understudy.animatic.easing import clamp, cruise, mix, part, settle, smooth, smooth_noise
from understudy.animatic.faces.idle import idle
from understudy.animatic.performer import Kind
from understudy.animatic.screenplay import Part, Side, Verb
from understudy.animatic.sightline import rise_of
from understudy.animatic.storyboard import Facing
from understudy.core.units import FRAMES_PER_SECOND, Size

Track = NDArray[np.float64]
"""One value per frame of a shot."""

SUGGESTED = frozenset(
    {
        Verb.WAVE,
        Verb.PLAY,
        Verb.DANCE,
        Verb.HUG,
        Verb.EAT,
        Verb.RUN,
        Verb.WALK,
        Verb.SIT,
        Verb.TURN,
        Verb.CRY,
        Verb.JUMP,
    }
    | {Verb.FLY, Verb.SLEEP, Verb.SMILE}
)
"""Verbs a cut-out can only suggest; the reel's notes say so."""


@dataclass(slots=True)
class Motion:
    """A performer's motion over a shot, arrays of one value per frame.

    `x`, `y` are shifts in set pixels (y down), `turn` degrees clockwise about the foot, `wide` and `tall` stretch.
    `yaw`, `pitch`, `roll` in degrees and `blink`, `opening` 0..1 belong to the face (see lips.FacePose), as do `smile`
    and `grief` 0..1 (mood).
    """

    count: int
    x: Track = field(init=False)
    y: Track = field(init=False)
    turn: Track = field(init=False)
    wide: Track = field(init=False)
    tall: Track = field(init=False)
    yaw: Track = field(init=False)
    pitch: Track = field(init=False)
    roll: Track = field(init=False)
    blink: Track = field(init=False)
    opening: Track = field(init=False)
    smile: Track = field(init=False)
    grief: Track = field(init=False)

    def __post_init__(self) -> None:
        for name in ("x", "y", "turn", "yaw", "pitch", "roll", "blink", "opening", "smile", "grief"):
            setattr(self, name, np.zeros(self.count))
        self.wide, self.tall = np.ones(self.count), np.ones(self.count)


def act_out(
    stand: Stand, others: Mapping[str, Stand], views: Sequence[View], size: Size, rng: np.random.Generator
) -> Motion:
    """The motion of one performer over a shot of `len(views)` frames."""
    count = len(views)
    motion = Motion(count)
    seconds = np.arange(count) / FRAMES_PER_SECOND
    if stand.performer.kind in (Kind.PERSON, Kind.CARD) and stand.placement.part is Part.ACTOR:
        _breathe(motion, stand, rng)
    travelled = travel(motion, stand, others, views, size)
    verbs = list(dict.fromkeys(act.verb for act in stand.placement.acts))
    if travelled and not {Verb.WALK, Verb.RUN, Verb.FLY} & set(verbs) and stand.performer.kind is Kind.PERSON:
        verbs.insert(0, Verb.WALK)
    for verb in verbs:
        _perform(motion, stand, others, verb, seconds, travelled)
    _look_where_facing(motion, stand)
    if stand.hides_its_feet:
        motion.y = np.maximum(motion.y, -rise_of(stand))
    return motion


def with_holder(motion: Motion, holder: Motion, stand: Stand, held: Stand) -> Motion:
    """A held thing moves with who holds it, as if fixed to his body."""
    joined = motion
    arm_x, arm_y = held.x - stand.x, held.y - stand.y
    turn = np.radians(holder.turn)
    joined.x = motion.x + holder.x + (np.cos(turn) - 1) * arm_x * holder.wide - np.sin(turn) * arm_y * holder.tall
    joined.y = motion.y + holder.y + np.sin(turn) * arm_x + (np.cos(turn) * holder.tall - 1) * arm_y
    joined.turn = motion.turn + holder.turn
    if held.tilt:  # a hand is never quite still; it holds the thing about its lower end
        joined.turn = joined.turn + 1.1 * np.sin(np.arange(joined.count) * (2 * math.pi / 96) + held.tilt)
    return joined


def _breathe(motion: Motion, stand: Stand, rng: np.random.Generator) -> None:
    """What a living body does by itself; a card swings a little, it has no lungs."""
    if stand.performer.kind is Kind.CARD:
        motion.turn += 0.5 * smooth_noise(motion.count, rng, period=70.0, octaves=1)
        return
    rest = idle(motion.count, rng)
    breath = rest.breath.astype(np.float64) - 0.5
    motion.tall += 0.006 * breath
    motion.wide += 0.002 * breath
    motion.turn += 0.24 * smooth_noise(motion.count, rng, period=75.0)
    motion.blink += rest.blink
    motion.yaw += rest.yaw
    motion.pitch += rest.pitch
    motion.roll += rest.roll


def travel(motion: Motion, stand: Stand, others: Mapping[str, Stand], views: Sequence[View], size: Size) -> bool:
    """Enter, leave, go somewhere. True if the feet move."""
    placement, count = stand.placement, motion.count
    goal = stand.goal
    moved = False
    if goal:
        verbs = {act.verb for act in placement.acts}
        slow = {Verb.WALK, Verb.RUN, Verb.PASS, Verb.FLY} & verbs
        for frame in range(count):
            progress = frame / max(1, count - 1)
            motion.x[frame] += goal * (cruise(progress, 0.15) if slow else smooth(part(progress, 0.05, 0.85)))
        moved = True
    for side, coming in ((placement.enters_from, True), (placement.leaves_to, False)):
        if side is None:
            continue
        moved = True
        view = views[0 if coming else -1]
        left, top, right, bottom = view.rectangle(stand.near, size)
        # a picture must not begin empty: who comes alone is half in it already
        beyond = _HALF_IN if coming and not _has_company(stand, others, views, size) else 0.55
        there = stand.x + motion.x[0 if coming else -1]
        away = {
            Side.LEFT: (min(0.0, left - there - beyond * stand.width), 0.0),
            Side.RIGHT: (max(0.0, right - there + beyond * stand.width), 0.0),
            Side.UP: (0.0, top - stand.y - 0.02 * stand.height),
            Side.DOWN: (0.0, bottom - stand.top + 0.02 * stand.height),
        }[side]
        if side is Side.UP and stand.hides_its_feet:
            away = (0.0, bottom - stand.top)  # a cut body may not come from above: its lower edge would show
        end = clamp(1.6 * FRAMES_PER_SECOND / count, 0.35, 0.6)
        for frame in range(count):
            progress = frame / max(1, count - 1)
            share = 1 - settle(part(progress, 0.0, end)) if coming else smooth(part(progress, 1 - end, 1.0))
            motion.x[frame] += away[0] * share
            motion.y[frame] += away[1] * share
    return moved


_HALF_IN = -0.12
"""Widths beyond the edge at which who enters an empty picture begins: a little more than half of him is seen."""


def _has_company(stand: Stand, others: Mapping[str, Stand], views: Sequence[View], size: Size) -> bool:
    """Whether somebody else is in the first view, who did not come in either."""
    for other in others.values():
        if other.name == stand.name or other.placement.part is not Part.ACTOR or other.placement.enters_from:
            continue
        left, _, right, _ = views[0].rectangle(other.near, size)
        if left < other.x < right:
            return True
    return False


def _perform(motion: Motion, stand: Stand, others: Mapping[str, Stand], verb: Verb, t: Track, travelled: bool) -> None:
    """Add one verb to a motion; `t` is seconds from the shot's start."""
    tau, body = 2 * math.pi, min(stand.body, 1.6 * stand.height)
    act = next((a for a in stand.placement.acts if a.verb is verb), None)
    target = others.get(act.target) if act is not None and act.target is not None else None
    towards = 0.0 if target is None else math.copysign(1.0, target.x - stand.x)
    whole = np.array([smooth(part(p, 0.08, 0.5)) for p in np.linspace(0, 1, motion.count)])
    hump = np.sin(np.linspace(0, math.pi, motion.count))
    match verb:
        case Verb.WALK | Verb.RUN | Verb.PASS if travelled or verb is not Verb.PASS:
            pace, lift = (2.7, 0.016) if verb is Verb.RUN else (1.85, 0.009)
            speed = np.abs(np.gradient(motion.x)) * FRAMES_PER_SECOND / max(1.0, body)
            going = np.clip(speed / 0.10, 0, 1) if travelled else np.ones(motion.count)
            motion.y -= body * lift * np.abs(np.sin(math.pi * pace * t)) * going
            motion.turn += 0.9 * np.sin(math.pi * pace * t) * going
        case Verb.JUMP:
            high = (0.045 if stand.hides_its_feet else 0.13) * body
            phase = np.clip((t - 0.35) % 1.25 / 0.62, 0, 1)
            flying = np.where(t > 0.35, 4 * phase * (1 - phase), 0.0)
            motion.y -= high * flying
            crouch = np.where(t > 0.1, np.exp(-(((t - 0.35) % 1.25 - 0.0) ** 2) / 0.006), 0.0)
            motion.tall *= 1 - 0.03 * crouch
            motion.wide *= 1 + 0.015 * crouch
        case Verb.FLY:
            lift = 0.0 if stand.hides_its_feet else 0.16 * body
            motion.y -= whole * lift + 0.02 * body * (1 - np.cos(tau * 0.35 * t)) / 2
            motion.turn += 2.0 * np.sin(tau * 0.3 * t)
        case Verb.LEAN | Verb.HUG:
            side = towards or (-1.0 if stand.placement.facing is Facing.LEFT else 1.0)
            motion.turn += side * (4.0 if verb is Verb.LEAN else 3.0) * whole
            if target is not None and verb is Verb.HUG:
                # cheek to cheek: heads are three quarters as wide as high
                gap = abs(target.x - stand.x) - 0.42 * (target.head_height + stand.head_height)
                motion.x += side * max(0.0, gap) * whole * (0.5 if target.does(Verb.HUG) else 0.9)
            if verb is Verb.HUG:
                motion.roll += side * 4 * whole
        case Verb.WAVE:
            motion.turn += 1.6 * np.sin(tau * 1.3 * t) * hump
            motion.roll += 3.0 * np.sin(tau * 1.3 * t + 0.6) * hump
        case Verb.PLAY:
            motion.turn += 1.3 * np.sin(tau * 0.8 * t)
            motion.pitch += 2.5 + 2.0 * np.sin(tau * 1.6 * t)
        case Verb.DANCE:
            motion.turn += 3.2 * np.sin(tau * 0.95 * t)
            motion.x += 0.025 * body * np.sin(tau * 0.475 * t)
            motion.y -= 0.012 * body * np.abs(np.sin(tau * 0.95 * t))
            motion.tall *= 1 + 0.012 * np.cos(tau * 1.9 * t)
        case Verb.SIT:
            if not stand.hides_its_feet:
                motion.tall *= 1 - 0.02 * whole
        case Verb.TURN | Verb.LOOK:
            side = towards or {Side.LEFT: -1.0, Side.RIGHT: 1.0}.get(act.side if act and act.side else Side.UP, 1.0)
            motion.yaw += side * (10.0 if verb is Verb.TURN else 7.0) * whole
        case Verb.NOD:
            motion.pitch += 4.5 * (1 - np.cos(tau * 1.5 * t)) * _window(t, 0.3, 2.3)
        case Verb.SHAKE_HEAD:
            motion.yaw += 7.0 * np.sin(tau * 1.5 * t) * _window(t, 0.3, 2.6)
        case Verb.SMILE:
            motion.smile += _SMILED * whole
        case Verb.CRY:
            motion.pitch += 6.0 * whole
            motion.y += 0.002 * body * np.sin(tau * 3.1 * t) * hump
            motion.grief += _GRIEVED * whole
            motion.blink += 0.2 * whole
        case Verb.EAT:
            motion.opening += 0.16 * (1 - np.cos(tau * 1.5 * t))
        case Verb.SLEEP:
            motion.blink[:] = 1.0
            motion.pitch += 5.0
            motion.roll += 5.0
        case Verb.PUT if target is None:
            motion.turn += 2.0 * hump
        case _:
            pass


_SMILED, _GRIEVED = 0.75, 0.9
"""Of a whole mood, which is larger than life. By eye."""


def _window(t: Track, start: float, end: float) -> Track:
    """1 between two moments, eased in and out over 0.3 s."""
    rise, fall = np.clip((t - start) / 0.3, 0, 1), np.clip((end - t) / 0.3, 0, 1)
    return np.asarray(np.minimum(rise * rise * (3 - 2 * rise), fall * fall * (3 - 2 * fall)))


def _look_where_facing(motion: Motion, stand: Stand) -> None:
    turned = {Facing.LEFT: -6.0, Facing.RIGHT: 6.0, Facing.CAMERA: 0.0}[stand.placement.facing]
    motion.yaw += turned
    for name in ("yaw", "pitch", "roll"):
        setattr(motion, name, np.clip(getattr(motion, name), -11.0, 11.0))
    motion.blink = np.clip(motion.blink, 0, 1)


def put_down(stand: Stand, rest: Stand, holder: Motion, carrier: Stand) -> Motion:
    """A thing that is put somewhere: with its holder until midway through the shot, then to where it rests."""
    carried = with_holder(Motion(holder.count), holder, carrier, stand)
    for frame in range(holder.count):
        progress = frame / max(1, holder.count - 1)
        share = smooth(part(progress, *_PUTTING))
        carried.x[frame] = mix(carried.x[frame], rest.x - stand.x, share)
        carried.y[frame] = mix(carried.y[frame], rest.y - stand.y, share)
        carried.turn[frame] = mix(carried.turn[frame], rest.tilt - stand.tilt, share)
    return carried


def hand_over(stand: Stand, taken: Stand, giver: Motion, gives: Stand, taker: Motion, takes: Stand) -> Motion:
    """A thing that goes from one hand to another: with its giver at first, at last with its taker.

    `stand` is the thing in the giver's hand, `taken` the same thing in the taker's.
    """
    before = with_holder(Motion(giver.count), giver, gives, stand)
    after = with_holder(Motion(giver.count), taker, takes, taken)
    share = np.array([smooth(part(n / max(1, giver.count - 1), *_GIVING)) for n in range(giver.count)])
    before.x += share * (after.x + taken.x - stand.x - before.x)
    before.y += share * (after.y + taken.y - stand.y - before.y)
    before.turn += share * (after.turn + taken.tilt - stand.tilt - before.turn)
    return before


_GIVING = (0.30, 0.66)
"""Parts of a shot between which a thing goes from hand to hand. GUESS, by eye."""
_PUTTING = (0.45, 0.78)
"""Parts of a shot between which a thing leaves the hand and comes to rest. GUESS, by eye."""
