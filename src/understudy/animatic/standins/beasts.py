"""Animals on four legs, from the side, by one plan and a table of proportions.

Knows proportions in parts of the figure's height. Must not know how they move: names of parts are what `gaits` turns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from understudy.animatic.standins.bones import Outline, Part, Point, Puppet, blob, limb, oval, plate, upright

_FAR = 0.80
"""Lightness of what is on the far side."""
_DARK = 0.30


@dataclass(frozen=True, slots=True)
class Beast:
    """A four-legged animal, in parts of its height at the crown.

    `long` is the distance of hips and shoulders, `leg` the height of the belly's middle, `girth` the trunk's radius,
    `neck` length and lean (degrees from upright), `head` length and half height, `tail` length, radius and angle.
    """

    long: float
    leg: float
    girth: float
    neck: tuple[float, float]
    head: tuple[float, float]
    tail: tuple[float, float, float]
    ears: str = "point"
    limb: float = 0.045
    snout: float = 0.5
    hump: str = ""
    pads: float = 1.0


BEASTS: dict[str, Beast] = {
    "cat": Beast(0.56, 0.40, 0.140, (0.10, 30), (0.29, 0.200), (0.60, 0.036, 128), "point", 0.048, 0.10),
    "big_cat": Beast(0.90, 0.50, 0.170, (0.16, 52), (0.34, 0.185), (0.70, 0.030, 60), "round", 0.066, 0.4),
    "dog": Beast(0.66, 0.50, 0.125, (0.16, 35), (0.32, 0.105), (0.34, 0.032, 135), "flop", 0.046, 0.62),
    "fox": Beast(0.72, 0.50, 0.115, (0.15, 42), (0.32, 0.105), (0.52, 0.085, 62), "point", 0.036, 0.75),
    "rabbit": Beast(0.36, 0.30, 0.165, (0.06, 35), (0.24, 0.105), (0.07, 0.060, 100), "long", 0.045, 0.35),
    "squirrel": Beast(0.40, 0.34, 0.150, (0.08, 25), (0.26, 0.115), (0.62, 0.130, 158), "point", 0.042, 0.4),
    "mouse": Beast(0.52, 0.34, 0.200, (0.05, 55), (0.40, 0.150), (0.80, 0.020, 70), "big", 0.040, 0.8),
    "bear": Beast(0.74, 0.50, 0.235, (0.12, 52), (0.36, 0.155), (0.06, 0.040, 80), "round", 0.090, 0.45),
    "pig": Beast(0.80, 0.52, 0.255, (0.06, 70), (0.40, 0.165), (0.14, 0.020, 150), "flop", 0.062, 0.8),
    "sheep": Beast(0.66, 0.54, 0.235, (0.12, 48), (0.30, 0.110), (0.12, 0.050, 60), "flop", 0.042, 0.6, "wool"),
    "cow": Beast(0.98, 0.60, 0.235, (0.18, 60), (0.36, 0.120), (0.48, 0.020, 12), "horn", 0.052, 0.75),
    "horse": Beast(0.62, 0.50, 0.135, (0.38, 34), (0.32, 0.080), (0.44, 0.050, 22), "mane", 0.042, 0.8),
    "deer": Beast(0.52, 0.50, 0.105, (0.26, 28), (0.22, 0.062), (0.08, 0.030, 110), "antler", 0.028, 0.7),
    "camel": Beast(0.56, 0.52, 0.125, (0.36, 48), (0.24, 0.065), (0.26, 0.016, 15), "round", 0.036, 0.8, "hump"),
    "elephant": Beast(0.70, 0.56, 0.290, (0.14, 50), (0.27, 0.215), (0.36, 0.022, 15), "trunk", 0.092, 0.3),
    "giraffe": Beast(0.30, 0.42, 0.080, (0.48, 22), (0.16, 0.038), (0.22, 0.012, 12), "antler", 0.024, 0.8),
    "creature": Beast(0.70, 0.50, 0.180, (0.20, 40), (0.34, 0.140), (0.50, 0.060, 70), "round", 0.060, 0.5),
    "dinosaur": Beast(0.50, 0.50, 0.150, (0.26, 30), (0.26, 0.075), (0.85, 0.085, 80), "", 0.060, 0.7),
    "dragon": Beast(0.62, 0.46, 0.130, (0.32, 34), (0.30, 0.085), (0.90, 0.060, 80), "horn", 0.044, 0.8, "wings"),
}
_STRIDES = {"cat": 1.15, "rabbit": 1.5, "horse": 1.2, "big_cat": 1.3, "dog": 1.15, "fox": 1.2}


def beast(name: str) -> Puppet:
    """A four-legged animal from the side."""
    b = BEASTS[name]
    back, front = -b.long / 2, b.long / 2
    thigh, shin = 0.54 * b.leg, 0.46 * b.leg
    r = b.limb
    parts: list[Part] = []

    def leg(name: str, x: float, tone: float, thick: float) -> list[Part]:
        # thigh of a hind leg runs forward, its shank back again: at rest the foot stands below the hip
        return [
            Part(f"paw_{name}", (blob([(-0.9 * r, -0.5 * r), (0.7 * r, -0.6 * r), (1.9 * r * b.pads, 0.5 * r),
                                       (1.7 * r, 1.0 * r), (-0.9 * r, 1.0 * r)], 2),),
                 (0.0, shin - r), f"shin_{name}", tone * 0.92, 0.5),
            Part(f"shin_{name}", (limb(shin - r, 0.85 * r, 0.62 * r),), (0.0, thigh), f"leg_{name}", tone, 0.8),
            Part(f"leg_{name}", (limb(thigh, thick, 0.9 * r),), (x, 0.0), "trunk", tone, 0.85),
        ]  # fmt: skip

    length, radius, angle = b.tail
    tail = [
        Part("tail_2", (limb(0.5 * length, radius, 0.55 * radius),), (0.0, 0.48 * length), "tail", 0.95, 0.8),
        Part("tail", (limb(0.5 * length, 0.9 * radius, radius),), (back - 0.55 * b.girth, -0.35 * b.girth), "trunk",
             0.97, 0.85, turn=angle),
    ]  # fmt: skip
    parts += leg("bl", back + 0.04, _FAR, 1.7 * r) + leg("fl", front - 0.02, _FAR, 1.35 * r)
    if b.hump == "wings":
        parts.append(Part("wing_l", (_dragon_wing(),), (0.1, -0.6 * b.girth), "trunk", _FAR, 0.6))
    parts += tail
    parts += leg("br", back, 1.0, 2.1 * r)
    trunk = blob(
        [(back - 0.9 * b.girth, -0.55 * b.girth), (back, -1.25 * b.girth), (0.0, -1.0 * b.girth),
         (front, -1.25 * b.girth), (front + 1.0 * b.girth, -0.6 * b.girth), (front + 0.8 * b.girth, 0.75 * b.girth),
         (front - 0.15, 1.10 * b.girth), (0.0, 0.92 * b.girth), (back + 0.05, 0.75 * b.girth),
         (back - 0.85 * b.girth, 0.55 * b.girth)], 3,
    )  # fmt: skip
    outlines: tuple[Outline, ...] = (trunk,)
    if b.hump == "hump":
        outlines += (oval(0.0, -0.95 * b.girth, 0.11, 0.13),)
    if b.hump == "wool":
        outlines += tuple(oval(x, y, 0.13, 0.12) for x in (back - 0.1, -0.15, 0.1, front + 0.02) for y in (-0.16, 0.08))
    tall, lean = b.neck
    parts.append(Part("trunk", outlines, (0.0, -b.leg), None, 1.0, 0.9))
    if b.hump == "wings":
        parts.append(Part("wing_r", (_dragon_wing(),), (0.1, -0.6 * b.girth), "trunk", 1.0, 0.6))
    parts += leg("fr", front, 1.0, 1.7 * r)
    neck_at = (front + 0.35 * b.girth, -0.35 * b.girth)
    base = 0.85 * b.girth
    neck = Part("neck", (plate([(-base, 0.25 * base), (-0.62 * b.head[1], -tall), (0.55 * b.head[1], -tall - 0.02),
                                (0.8 * base, 0.1 * base), (0.2 * base, 0.7 * base)]),
                         oval(0, 0, base, base)), neck_at, "trunk", 1.0, 0.9, turn=lean)  # fmt: skip
    parts += [neck, *_beast_head(b, (0.0, -tall), lean)]
    return upright(Puppet(tuple(parts), stride=_STRIDES.get(name, 0.95)))


def _beast_head(b: Beast, joint: Point, lean: float) -> list[Part]:
    """The head with its ears and what grows on it; level at rest."""
    long, half = b.head
    s = b.snout
    drop = 0.55 * half * s
    m = 0.48 + 0.27 * s  # how far the muzzle stands out
    skull = blob(
        [(-0.42 * long, -0.35 * half), (-0.25 * long, -1.05 * half), (0.12 * long, -1.0 * half),
         (0.30 * long, -0.45 * half + drop * 0.5), (0.91 * m * long, -0.28 * half + drop), (m * long,
             0.30 * half + drop),
         (0.28 * long, 0.72 * half + drop * 0.5), (-0.15 * long, 0.90 * half), (-0.42 * long, 0.4 * half)], 3,
    )  # fmt: skip
    crown = Part("head", (skull,), joint, "neck", 1.03, 0.85, turn=-lean)
    nose = Part(
        "nose", (oval(0, 0, 0.20 * half, 0.16 * half),), (0.88 * m * long, -0.05 * half + drop), "head", _DARK, 0.0
    )
    eye = Part("eye_0", (oval(0, 0, 0.12 * half, 0.15 * half),), (0.14 * long, -0.28 * half), "head", _DARK, 0.0)
    mouth = Part("mouth", (oval(0, 0, 0.16 * long, 0.20 * half),), (0.6 * m * long, 0.35 * half + drop), "head", _DARK,
                 0.0, hidden=True)  # fmt: skip
    e = half
    ears: dict[str, Outline] = {
        "point": plate([(-0.34 * e, 0.1 * e), (-0.22 * e, -0.95 * e), (0.36 * e, 0.05 * e)]),
        "round": oval(-0.05 * e, -0.15 * e, 0.33 * e, 0.33 * e),
        "big": oval(-0.2 * e, -0.3 * e, 0.62 * e, 0.66 * e),
        "flop": blob([(-0.15 * e, -0.25 * e), (0.3 * e, -0.1 * e), (0.2 * e, 0.9 * e), (-0.35 * e, 0.95 * e)], 2),
        "long": blob([(-0.28 * e, 0.1 * e), (-0.85 * e, -1.9 * e), (-0.35 * e, -2.4 * e), (0.25 * e, 0.0)], 2),
        "horn": blob([(-0.1 * e, 0.1 * e), (0.0, -0.8 * e), (0.35 * e, -1.25 * e), (0.30 * e, -0.3 * e)], 2),
        "antler": blob([(-0.12 * e, 0.1 * e), (-0.5 * e, -1.8 * e), (-0.32 * e, -2.0 * e), (0.14 * e, 0.0)], 1),
        "mane": plate([(-0.30 * e, 0.1 * e), (-0.12 * e, -0.9 * e), (0.26 * e, 0.05 * e)]),
        "trunk": blob(
            [(0.1 * e, -0.8 * e), (-0.7 * e, -1.1 * e), (-1.5 * e, -0.3 * e), (-0.9 * e, 1.1 * e), (0.0, 0.7 * e)]
        ),
    }
    far: list[Part] = []
    near: list[Part] = []
    if b.ears == "trunk":
        snake = blob([(-0.28 * e, -0.2 * e), (0.3 * e, -0.2 * e), (0.22 * e, 1.3 * e), (0.32 * e, 2.2 * e),
                      (0.02 * e, 2.3 * e), (-0.12 * e, 1.3 * e)])  # fmt: skip
        tusk = blob([(-0.1 * e, -0.1 * e), (0.1 * e, -0.1 * e), (0.5 * e, 0.75 * e), (0.40 * e, 0.85 * e)], 2)
        near.append(Part("trunk_nose", (snake,), (0.62 * long, 0.15 * half), "head", 1.0, 0.85))
        near.append(Part("tusk", (tusk,), (0.45 * long, 0.45 * half), "head", 1.2, 0.0))
        near.append(Part("ear_r", (ears["trunk"],), (-0.05 * long, -0.1 * half), "head", 0.94, 0.85))
        nose = replace(nose, hidden=True)
    elif b.ears == "flop":
        near.append(Part("ear_r", (ears["flop"],), (-0.12 * long, -0.72 * half), "head", 0.80, 0.85))
    elif b.ears:
        shape = ears[b.ears]
        far.append(Part("ear_l", (shape,), (0.06 * long, -0.80 * half), "head", _FAR * 0.95, 0.85))
        near.append(Part("ear_r", (shape,), (-0.14 * long, -0.78 * half), "head", 0.94, 0.85))
    if b.ears == "mane":
        tall = b.neck[0]
        hair = blob([(-0.55 * half, -tall - 0.6 * half), (0.05, -tall - 0.5 * half), (-0.3 * half, -0.5 * tall),
                     (-0.085, -0.05 * tall), (-0.17, -0.1 * tall), (-0.75 * half, -0.6 * tall)])  # fmt: skip
        near.append(Part("mane", (hair,), (0.0, 0.0), "neck", 0.5, 0.3))
    return [*far, crown, nose, *near, eye, mouth]


def _dragon_wing() -> Outline:
    return plate(
        [(0.0, 0.02), (-0.12, -0.55), (-0.50, -0.62), (-0.40, -0.38), (-0.52, -0.30), (-0.34, -0.16), (-0.30, 0.0)]
    )
