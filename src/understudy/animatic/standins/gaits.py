"""Gaits: how a stand-in's joints move over a shot, from what it does and how far it has come.

Knows verbs and cycles: legs swing by the ground that has passed, so that no foot slides. Must not know views or paint.
Angles are degrees clockwise; a leg that swings forward turns counter-clockwise, for all figures look right.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.screenplay import Verb
from understudy.animatic.standins.bones import Pose, Puppet, placed
from understudy.animatic.standins.kinds import Home, Kind, Role

Track = NDArray[np.float64]

_TAU = 2 * np.pi
_FAST = frozenset({Verb.RUN})
_GOING = frozenset({Verb.WALK, Verb.RUN, Verb.PASS, Verb.ENTER, Verb.LEAVE})


@dataclass(frozen=True, slots=True)
class Doing:
    """What one stand-in does in a shot.

    `way` is how many units of its own height it has come by each frame, `seconds` the time; `talk` the opening of its
    mouth 0..1. `rides`: it sits on something that goes. `shift` 0..1 keeps a crowd from moving as one.
    """

    kind: Kind
    puppet: Puppet
    front: bool
    verbs: frozenset[Verb]
    way: Track
    seconds: Track
    talk: Track
    aloft: bool = False
    rides: bool = False
    shift: float = 0.0
    _turns: dict[str, float] = field(default_factory=dict)


def poses(doing: Doing) -> list[Pose]:
    """One pose per frame."""
    count = len(doing.seconds)
    speed = np.gradient(doing.way) * 30 if count > 1 else np.zeros(count)
    going = np.clip(np.abs(speed) / 0.15, 0, 1)
    return [_pose(doing, n, float(going[n])) for n in range(count)]


def _pose(doing: Doing, n: int, going: float) -> Pose:
    t = float(doing.seconds[n]) + 3.1 * doing.shift
    match doing.kind.role:
        case Role.PERSON:
            pose = _front(doing, n, t) if doing.front else _side(doing, n, t, going)
        case Role.ANIMAL:
            pose = _animal(doing, n, t, going)
        case Role.VEHICLE:
            return _vehicle(doing, n, t)
        case _:
            return Pose(turn=0.0, turns={"crown_0": 1.2 * np.sin(0.9 * t)} if "tree" in doing.kind.body else {})
    return _faced(doing, pose, n, t)


def _faced(doing: Doing, pose: Pose, n: int, t: float) -> Pose:
    """Blinks, and a mouth where somebody speaks."""
    stretches = dict(pose.stretches)
    asleep = Verb.SLEEP in doing.verbs
    beat = (t + 1.3 * doing.shift) % 3.4
    if asleep or beat < 0.13:
        stretches |= {"eye_0": (1.0, 0.15), "eye_1": (1.0, 0.15)}
    talk = float(doing.talk[n])
    if Verb.EAT in doing.verbs and not talk:
        talk = 0.35 * (1 - np.cos(_TAU * 1.5 * t)) / 2
    if talk > 0.04:
        stretches["mouth"] = (1.1 - 0.3 * talk, 0.25 + 0.9 * talk)
    elif Verb.SMILE in doing.verbs:
        stretches["smile"] = (1.0, 1.0)
    return replace(pose, stretches=stretches)


def grounded(puppet: Puppet, pose: Pose, *, only_feet: bool = True) -> Pose:
    """The pose moved so that its lowest foot, or lowest point, is on the ground."""
    places = placed(puppet, replace(pose, y=0.0))
    low = -10.0
    for part in puppet.parts:
        if (
            part.name in places
            and part.name != "seat"
            and (not only_feet or part.name.startswith(("foot", "paw", "leg_")))
        ):
            spots = np.concatenate([np.array(o) for o in part.outlines])
            matrix = places[part.name]
            low = max(low, float((spots @ matrix[1, :2]).max() + matrix[1, 2]))
    return replace(pose, y=-low) if low > -9 else pose


# People ---------------------------------------------------------------------------------------------------------------


def _side(doing: Doing, n: int, t: float, going: float) -> Pose:
    verbs = doing.verbs
    if doing.rides:
        return _riding(doing, n, t)
    if Verb.SWIM in verbs:
        return _crawl(t)
    if Verb.FLY in verbs:
        swing = 6 * np.sin(_TAU * 0.5 * t)
        return Pose(turns={"arm_r": -170 + swing, "arm_l": -165 - swing, "thigh_r": 6 + swing, "thigh_l": -2 - swing,
                           "shin_r": 8, "shin_l": 12, "neck": -35}, turn=72 + 3 * np.sin(_TAU * 0.3 * t))  # fmt: skip
    if Verb.SLEEP in verbs:
        lying = Pose(
            turns={"neck": 4, "arm_r": -12, "shin_r": 6}, turn=-88, stretches={"torso": (1 + 0.02 * np.sin(1.9 * t), 1)}
        )
        return grounded(doing.puppet, lying, only_feet=False)
    if Verb.SIT in verbs:
        lean = 2 + 1.2 * np.sin(1.7 * t)
        arms = {"arm_r": -22.0, "fore_r": -52.0, "arm_l": -30.0, "fore_l": -46.0}
        if {Verb.EAT, Verb.PLAY} & verbs:
            arms |= {"arm_r": -35 - 8 * np.sin(_TAU * 0.7 * t), "fore_r": -95 - 15 * np.sin(_TAU * 0.7 * t)}
        look = -14.0 if Verb.LOOK in verbs else 3.0
        sits = Pose(turns={"torso": lean, "neck": look - lean, "thigh_r": -86, "shin_r": 88, "thigh_l": -82,
            "shin_l": 80, **arms},
                    stretches={"seat": (1.0, 1.0), "skirt": (0.0, 0.0)})  # fmt: skip
        return grounded(doing.puppet, sits)
    run = bool(verbs & _FAST)
    swing, knee, lean = (42.0, 82.0, 13.0) if run else (25.0, 46.0, 3.0)
    p = _TAU * doing.way[n] / (doing.puppet.stride * (1.55 if run else 0.86)) + _TAU * doing.shift
    turns = {
        "torso": lean * going + 0.8 * np.sin(1.8 * t),
        "neck": -0.8 * lean * going + (4 if Verb.CRY in verbs else 0),
    }
    for side, q in (("r", p), ("l", p + np.pi)):
        turns[f"thigh_{side}"] = (-swing * np.sin(q) - (10 if run else 2)) * going
        turns[f"shin_{side}"] = ((12 if run else 4) + knee * max(0.0, np.cos(q)) ** 1.4) * going
        turns[f"foot_{side}"] = (-14 * np.sin(q) + 10 * max(0.0, np.cos(q))) * going
        turns[f"arm_{side}"] = (0.85 * swing * np.sin(q)) * going + 3 * np.sin(1.8 * t) * (1 - going)
        turns[f"fore_{side}"] = (-78 - 14 * np.sin(q) if run else -16 - 10 * np.sin(q)) * going - 8 * (1 - going)
    if Verb.HOLD in verbs:
        turns |= {"arm_r": -34.0, "fore_r": -62.0}
    if Verb.HUG in verbs:
        turns |= {"arm_r": -72.0, "fore_r": -28.0, "arm_l": -66.0, "fore_l": -30.0}
    if Verb.LOOK in verbs:
        turns["neck"] -= 12.0
    pose = grounded(doing.puppet, Pose(turns=turns))
    lift = 0.028 * abs(np.cos(p)) * going if run else 0.0
    if Verb.JUMP in verbs:
        pose = _leap(doing, pose, t)
    return replace(pose, y=pose.y - lift)


def _riding(doing: Doing, n: int, t: float) -> Pose:
    pedal = _TAU * doing.way[n] / 1.6
    up = np.sin(pedal)
    return Pose(
        turns={"torso": 14 + 1.5 * np.sin(_TAU * 0.9 * t), "neck": -12, "arm_r": -58, "fore_r": -18, "arm_l": -56,
            "fore_l": -18,
               "thigh_r": -48 - 16 * up, "shin_r": 52 + 14 * up, "thigh_l": -48 + 16 * up, "shin_l": 52 - 14 * up},
        stretches={"skirt": (0.0, 0.0)},
    )  # fmt: skip


def _crawl(t: float) -> Pose:
    a = 360 * 0.55 * t
    kick = 14 * np.sin(_TAU * 1.6 * t)
    return Pose(turns={"arm_r": -a, "arm_l": -a - 180, "fore_r": -12, "fore_l": -12, "thigh_r": kick, "thigh_l": -kick,
                       "shin_r": 8, "shin_l": 8, "neck": -40}, turn=80 + 3 * np.sin(_TAU * 0.55 * t))  # fmt: skip


def _leap(doing: Doing, pose: Pose, t: float) -> Pose:
    """Every 1.2 s: down into the knees, off the ground, arms up."""
    phase = (t % 1.2) / 1.2
    crouch = max(0.0, 1 - abs(phase - 0.14) / 0.14) + 0.8 * max(0.0, 1 - abs(phase - 0.86) / 0.12)
    fly = np.clip((phase - 0.26) / 0.52, 0, 1)
    up = 4 * fly * (1 - fly)
    turns = dict(pose.turns)
    for side in "rl":
        if doing.front:
            out = 1 if side == "r" else -1
            turns[f"arm_{side}"] = -out * (18 + 120 * up)
        else:
            turns[f"thigh_{side}"] = -46 * crouch - 26 * up
            turns[f"shin_{side}"] = 88 * crouch + 42 * up
            turns[f"arm_{side}"] = 40 * crouch - 130 * up
    if doing.front:
        return replace(pose, turns=turns, y=pose.y - 0.26 * up)
    made = grounded(doing.puppet, replace(pose, turns=turns, y=0.0))
    return replace(made, y=made.y - 0.26 * up)


def _front(doing: Doing, n: int, t: float) -> Pose:
    verbs = doing.verbs
    breath = np.sin(1.8 * t)
    turns = {"arm_r": -7 - 1.2 * breath, "arm_l": 7 + 1.2 * breath, "fore_r": -3.0, "fore_l": 3.0,
             "neck": 1.2 * np.sin(0.7 * t + 1), "torso": 0.5 * np.sin(0.9 * t)}  # fmt: skip
    pose = Pose()
    if doing.talk[n] > 0.02 or Verb.SPEAK in verbs:
        turns |= {
            "arm_r": -16 - 5 * np.sin(2.1 * t),
            "fore_r": -58 - 22 * np.sin(2.9 * t),
            "neck": 2.5 * np.sin(1.9 * t),
        }
    if Verb.HOLD in verbs or Verb.PUT in verbs:
        turns |= {"arm_r": -10.0, "fore_r": 62.0, "arm_l": 10.0, "fore_l": -62.0}
    if Verb.PLAY in verbs:
        turns |= {"arm_r": -26.0, "fore_r": 78 + 14 * np.sin(_TAU * 1.4 * t), "arm_l": 34.0,
            "fore_l": -30 + 4 * np.sin(_TAU * 0.7 * t),
                  "torso": 2 * np.sin(_TAU * 0.7 * t)}  # fmt: skip
    if Verb.EAT in verbs:
        turns |= {"arm_r": -18.0, "fore_r": 118 + 16 * np.sin(_TAU * 0.6 * t)}
    if Verb.HUG in verbs:
        turns |= {"arm_r": -48.0, "fore_r": 40.0, "arm_l": 48.0, "fore_l": -40.0}
    if Verb.WAVE in verbs:
        turns |= {"arm_r": -104 + 3 * np.sin(_TAU * 1.2 * t), "fore_r": -66 + 24 * np.sin(_TAU * 1.2 * t)}
    if Verb.SHAKE_HEAD in verbs:
        turns["neck"] = 7 * np.sin(_TAU * 1.4 * t)
    if Verb.NOD in verbs:
        pose = Pose(stretches={"head": (1.0, 0.97 - 0.03 * np.cos(_TAU * 1.4 * t))})
    if Verb.CRY in verbs:
        turns |= {"neck": 9.0, "arm_r": -20.0, "fore_r": 128.0}
    if Verb.TURN in verbs or Verb.LOOK in verbs:
        turns["neck"] = turns["neck"] + 6 * np.sin(0.8 * t)
    if Verb.DANCE in verbs:
        b = np.sin(_TAU * 0.95 * t)
        c = np.sin(_TAU * 1.9 * t)
        turns = {"torso": 6 * b, "neck": -5 * b, "arm_r": -95 - 45 * b, "fore_r": -35 + 20 * c, "arm_l": 95 - 45 * b,
                 "fore_l": 35 - 20 * c, "thigh_r": -9 - 8 * max(0.0, b), "thigh_l": 9 + 8 * max(0.0, -b),
                 "shin_r": 8 + 14 * max(0.0, b), "shin_l": -8 - 14 * max(0.0, -b)}  # fmt: skip
        return grounded(doing.puppet, Pose(turns=turns, x=0.03 * b))
    made = replace(pose, turns=turns)
    return _leap(doing, made, t) if Verb.JUMP in verbs else made


# Animals --------------------------------------------------------------------------------------------------------------

_WALK = {"br": 0.0, "fr": 0.25, "bl": 0.5, "fl": 0.75}
_GALLOP = {"br": 0.0, "bl": 0.10, "fr": 0.48, "fl": 0.58}


def _animal(doing: Doing, n: int, t: float, going: float) -> Pose:
    body, verbs = doing.kind.body, doing.verbs
    if body in ("fish", "whale"):
        beat = _TAU * (1.5 if body == "fish" else 0.5) * t
        return Pose(turns={"fin_r": 12 * np.sin(beat), "tail": 4 * np.sin(beat)}, turn=2.5 * np.sin(0.6 * beat),
            y=0.05 * np.sin(0.9 * t),
                    stretches={"tail": (0.72 + 0.28 * np.cos(beat), 1.0)})  # fmt: skip
    if body == "jellyfish":
        beat = np.sin(_TAU * 0.5 * t)
        return Pose(y=-0.06 * beat, stretches={"trunk": (1 + 0.10 * beat, 1 - 0.08 * beat)},
                    turns={f"arm_{k}": 6 * np.sin(_TAU * 0.5 * t - 0.7 - k) for k in range(4)})  # fmt: skip
    if body == "butterfly":
        open_ = 0.22 + 0.78 * abs(np.sin(_TAU * 1.9 * t))
        return Pose(
            stretches={"wing_r": (open_, 1.0), "wing_l": (open_, 1.0)},
            y=0.16 * np.sin(2.3 * t),
            x=0.12 * np.sin(1.1 * t),
        )
    if "wing_r" in {p.name for p in doing.puppet.parts} and (doing.aloft or Verb.FLY in verbs):
        return _flight(doing, t)
    if body in ("bird", "duck", "chicken", "penguin", "turtle"):
        return _waddle(doing, n, t, going)
    return _four_legs(doing, n, t, going)


def _flight(doing: Doing, t: float) -> Pose:
    """Beats of the wings; large birds glide between them."""
    large = doing.kind.metres > 0.6
    beat = _TAU * (1.5 if large else 3.0) * t
    rest = 0.5 + 0.5 * np.tanh(6 * np.sin(_TAU * 0.22 * t)) if large else 1.0
    wing = 0.22 + 0.78 * np.cos(beat) * rest + 0.35 * (1 - rest)
    legs = (
        {f"leg_{k}": 55.0 for k in ("br", "bl", "fr", "fl")}
        if doing.kind.body == "dragon"
        else {"leg_r": 70.0, "leg_l": 70.0}
    )
    return Pose(stretches={"wing_r": (1.0, wing), "wing_l": (1.0, wing)}, turns={"neck": 12.0,
        "tail": 5 * np.sin(beat / 2), **legs},
                y=0.05 * np.sin(beat) * rest + 0.05 * np.sin(0.8 * t), turn=3 * np.sin(0.7 * t))  # fmt: skip


def _waddle(doing: Doing, n: int, t: float, going: float) -> Pose:
    p = _TAU * doing.way[n] / doing.puppet.stride + _TAU * doing.shift
    s = np.sin(p) * going
    turns = {
        "leg_r": -26 * s,
        "leg_l": 26 * s,
        "leg_br": -24 * s,
        "leg_fl": -24 * s,
        "leg_bl": 24 * s,
        "leg_fr": 24 * s,
    }
    peck = max(0.0, np.sin(0.9 * t)) ** 8 if not going else 0.0
    turns["head"] = 4 * np.sin(1.6 * t) + 20 * peck
    flap = Verb.DANCE in doing.verbs or Verb.JUMP in doing.verbs
    turns["wing_r"] = -30 * abs(np.sin(_TAU * 2 * t)) if flap else 2 * np.sin(1.8 * t)
    hop = 0.10 * abs(np.sin(_TAU * 0.9 * t)) if flap else 0.0
    bob = 0.02 * abs(np.cos(p)) * going
    wobble = 0.0 if doing.kind.body == "turtle" else 3.5 * s
    return Pose(turns=turns, turn=wobble, y=-bob - hop, pivot=(0.0, 0.0))


def _four_legs(doing: Doing, n: int, t: float, going: float) -> Pose:
    verbs = doing.verbs
    tail = 7 * np.sin(1.9 * t) + (10 * np.sin(_TAU * 2.2 * t) if doing.kind.body == "dog" else 0.0)
    if Verb.SLEEP in verbs:
        breath = 1 + 0.018 * np.sin(1.5 * t)
        turns = {"neck": 34.0, "head": -4.0, "tail": -40.0}
        for leg in ("br", "bl"):
            turns |= {f"leg_{leg}": -62.0, f"shin_{leg}": 138.0, f"paw_{leg}": -76.0}
        for leg in ("fr", "fl"):
            turns |= {f"leg_{leg}": -78.0, f"shin_{leg}": 2.0, f"paw_{leg}": 70.0}
        return grounded(doing.puppet, Pose(turns=turns, stretches={"trunk": (1.0, breath)}), only_feet=False)
    if (
        (Verb.SIT in verbs or (Verb.EAT in verbs and doing.kind.metres < 0.7))
        and doing.kind.metres < 1.3
        and going < 0.3
    ):
        turns = {"trunk": -40.0,
            "neck": 24 + (10 * np.sin(_TAU * 0.8 * t) if Verb.EAT in verbs else 3 * np.sin(0.8 * t)), "head": 12.0,
                 "tail": 42 + tail}  # fmt: skip
        for leg in ("br", "bl"):
            turns |= {f"leg_{leg}": -34.0, f"shin_{leg}": 150.0, f"paw_{leg}": -76.0}
        for leg in ("fr", "fl"):
            turns |= {f"leg_{leg}": 37.0, f"shin_{leg}": 4.0}
        return grounded(doing.puppet, Pose(turns=turns))
    run = bool(verbs & (_FAST | {Verb.FLY}))
    phases, swing, knee = (_GALLOP, 44.0, 74.0) if run else (_WALK, 21.0, 40.0)
    p = _TAU * doing.way[n] / (doing.puppet.stride * (1.7 if run else 0.62)) + _TAU * doing.shift
    rock = 7 * np.sin(p + 0.9) * going if run else 0.0
    turns = {
        "trunk": rock,
        "tail": tail + (14 * np.sin(p) - 12 if run else 0.0) * going,
        "neck": -0.8 * rock + (10 if run else 2) * going,
    }
    for leg, late in phases.items():
        q = p - _TAU * late
        turns[f"leg_{leg}"] = -swing * np.sin(q) * going - rock
        turns[f"shin_{leg}"] = knee * max(0.0, np.cos(q)) ** 1.3 * going + (6 * going if run else 0.0)
        turns[f"paw_{leg}"] = -0.35 * turns[f"shin_{leg}"]
    if not going:
        turns["neck"] += 3 * np.sin(0.8 * t) + (38 if Verb.EAT in verbs else 0) - (16 if Verb.LOOK in verbs else 0)
        turns["trunk_nose"] = 8 * np.sin(1.1 * t)
    if Verb.DANCE in verbs:
        turns |= {"trunk": -18 + 6 * np.sin(_TAU * 0.95 * t), "leg_fr": -40 + 25 * np.sin(_TAU * 1.9 * t),
            "leg_fl": -20 - 25 * np.sin(_TAU * 1.9 * t),
                  "shin_fr": 60.0, "shin_fl": 50.0, "leg_br": 16.0, "leg_bl": 20.0}  # fmt: skip
    pose = grounded(doing.puppet, Pose(turns=turns))
    lift = 0.10 * max(0.0, np.sin(p - 0.5)) * going if run else 0.0
    if Verb.JUMP in verbs:
        phase = (t % 1.2) / 1.2
        fly = np.clip((phase - 0.2) / 0.55, 0, 1)
        up = 4 * fly * (1 - fly)
        tilt = -26 * np.cos(np.pi * fly) * (1 if 0 < fly < 1 else 0)
        for leg in ("fr", "fl"):
            turns |= {f"leg_{leg}": -44 * up, f"shin_{leg}": 70 * up}
        for leg in ("br", "bl"):
            turns |= {f"leg_{leg}": 42 * up, f"shin_{leg}": 18 * up}
        return replace(pose, turns=turns, turn=tilt, y=pose.y - 0.55 * up)
    return replace(pose, y=pose.y - lift)


# Vehicles -------------------------------------------------------------------------------------------------------------


def _vehicle(doing: Doing, n: int, t: float) -> Pose:
    kind, way = doing.kind, float(doing.way[n])
    wheels = {
        part.name: float(np.degrees(way / doing.puppet.wheel))
        for part in doing.puppet.parts
        if part.name.startswith("wheel_")
    }
    if kind.home is Home.WATER:
        rock = 2.6 * np.sin(_TAU * 0.32 * t) + 0.8 * np.sin(_TAU * 0.55 * t + 1)
        return Pose(turn=rock, y=0.012 * np.sin(_TAU * 0.27 * t) + 0.02, pivot=(0.0, 0.0))
    if kind.body == "rocket":
        if Verb.FLY not in doing.verbs and abs(way) < 0.02:
            return Pose()
        flicker = 1 + 0.25 * np.sin(37 * t) * np.sin(23 * t)
        return Pose(stretches={"flame": (1.0, flicker)}, x=0.003 * np.sin(41 * t))
    if kind.body == "drone":
        return Pose(stretches={"rotor_0": (abs(np.cos(31 * t)), 1.0), "rotor_1": (abs(np.sin(29 * t)), 1.0)},
            y=0.08 * np.sin(1.3 * t),
                    turn=3 * np.sin(1.1 * t))  # fmt: skip
    if kind.home is Home.AIR:
        light = kind.body in ("balloon", "kite")
        return Pose(turn=(3.5 if light else 1.5) * np.sin(0.8 * t) - (0 if light else 4), y=0.02 * np.sin(0.7 * t),
                    turns={"tail": 22 * np.sin(3.1 * t)})  # fmt: skip
    shake = 0.004 * np.sin(17 * t) * np.sin(5 * t)
    return Pose(turns=wheels | {"trunk": 0.25 * np.sin(3 * t)}, y=shake)
