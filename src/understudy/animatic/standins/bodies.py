"""Bodies of those who live: people seen from the side and from the front, beasts on four legs, birds, fish.

Knows proportions in parts of the figure's height. Must not know how they move: names of parts are what `gaits` turns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from understudy.animatic.standins.bones import Outline, Part, Point, Puppet, blob, limb, oval, plate, ring, upright

_FAR = 0.80
"""Lightness of what is on the far side."""
_DARK = 0.30


@dataclass(frozen=True, slots=True)
class Build:
    """Proportions of a person: `head` is its height, `legs` the height of the hip, `wide` of shoulders and limbs."""

    head: float = 0.135
    legs: float = 0.495
    wide: float = 1.0
    skirt: bool = False
    hair: bool = False
    boxy: bool = False
    helmet: bool = False


PEOPLE: dict[str, Build] = {
    "person": Build(),
    "woman": Build(head=0.138, legs=0.50, wide=0.88, skirt=True, hair=True),
    "child": Build(head=0.20, legs=0.42, wide=1.12),
    "girl": Build(head=0.20, legs=0.42, wide=1.05, skirt=True, hair=True),
    "baby": Build(head=0.28, legs=0.33, wide=1.3),
    "robot": Build(head=0.16, legs=0.47, wide=1.2, boxy=True),
    "astronaut": Build(head=0.19, legs=0.44, wide=1.45, helmet=True),
}


def person(build: Build, *, front: bool) -> Puppet:
    """A person; `front` looks at the camera, else to the right."""
    w, hip = build.wide, build.legs
    shoulder = 1 - build.head * 1.30
    trunk = shoulder - hip
    thigh, shin, foot = 0.49 * hip, 0.43 * hip, 0.08 * hip
    upper, fore = 0.46 * (trunk + 0.13), 0.42 * (trunk + 0.13)
    legs_at = (-0.052 * w, 0.052 * w) if front else (0.0, 0.0)
    arms_at = (-0.118 * w, 0.118 * w) if front else (0.0, 0.0)
    far, near = ("l", "r")
    parts: list[Part] = []

    def leg(side: str, x: float, tone: float) -> list[Part]:
        sole = (
            plate([(-0.045 * w, 0.0), (0.045 * w, 0.0), (0.042 * w, foot), (-0.042 * w, foot)])
            if front
            else blob([(-0.05, -0.01), (0.02, -0.02), (0.10, 0.3 * foot), (0.12, foot), (0.02, foot), (-0.05, foot)])
        )
        return [
            Part(f"foot_{side}", (sole,), (0.0, shin), f"shin_{side}", tone * 0.8, 0.1),
            Part(f"shin_{side}", (limb(shin, 0.040 * w, 0.027 * w),), (0.0, thigh), f"thigh_{side}", tone, 0.12),
            Part(f"thigh_{side}", (limb(thigh, 0.056 * w, 0.040 * w),), (x, -hip), None, tone, 0.22),
        ]

    def arm(side: str, x: float, tone: float) -> list[Part]:
        start = shoulder - 0.02
        return [
            Part(f"hand_{side}", (oval(0, 0.030, 0.024 * w, 0.036),), (0.0, fore), f"fore_{side}", tone * 1.05, 0.0),
            Part(f"fore_{side}", (limb(fore, 0.030 * w, 0.021 * w),), (0.0, upper), f"arm_{side}", tone, 0.45),
            Part(f"arm_{side}", (limb(upper, 0.038 * w, 0.030 * w),), (x, hip - start), "torso", tone, 0.75),
        ]

    parts += arm(far, arms_at[0], 1.0 if front else _FAR) if not front else []
    parts += leg(far, legs_at[0], 1.0 if front else _FAR)
    parts += leg(near, legs_at[1], 1.0)
    parts.append(Part("torso", (_trunk(trunk, w, build, front=front),), (0.0, -hip), None, 1.0, 0.9))
    if build.skirt:
        low, out = 0.52 * hip, (0.15 if front else 0.115) * w
        skirt = plate([(-0.075 * w, -0.05), (0.075 * w, -0.05), (out, low), (-out, low)])
        parts.append(Part("skirt", (skirt,), (0.0, -hip), None, 0.98, 0.9))
    if front:
        parts += arm(far, arms_at[0], 1.0) + arm(near, arms_at[1], 1.0)
    parts += _head(build, hip - shoulder, front=front)
    if not front:
        parts += arm(near, arms_at[1], 1.0)
    tall = build.head
    return Puppet(tuple(parts), (-0.42 * tall, -1.0, 0.42 * tall, -1.0 + tall), stride=0.92 * hip / 0.495)


def _trunk(tall: float, w: float, build: Build, *, front: bool) -> Outline:
    if build.boxy:
        half = 0.13 * w if front else 0.085 * w
        return plate([(-half, -tall), (half, -tall), (0.8 * half, 0.05), (-0.8 * half, 0.05)])
    if front:
        s, waist, hips = 0.140 * w, (0.088 if build.skirt else 0.098) * w, 0.108 * w
        return blob(
            [(-0.05, -tall - 0.02), (0.05, -tall - 0.02), (s, -tall + 0.02), (0.96 * s, -0.72 * tall), (waist, -0.34 * tall),
             (hips, -0.02), (hips * 0.8, 0.06), (-hips * 0.8, 0.06), (-hips, -0.02), (-waist, -0.34 * tall),
             (-0.96 * s, -0.72 * tall), (-s, -tall + 0.02)], 2,
        )  # fmt: skip
    return blob(
        [(-0.03, -tall - 0.02), (0.04, -tall - 0.01), (0.085 * w, -0.72 * tall), (0.068 * w, -0.3 * tall),
         (0.07 * w, 0.0), (0.03, 0.065), (-0.05, 0.06), (-0.085 * w, 0.0), (-0.06 * w, -0.35 * tall),
         (-0.085 * w, -0.75 * tall), (-0.06, -tall)], 2,
    )  # fmt: skip


def _head(build: Build, base: float, *, front: bool) -> list[Part]:
    """Neck, head, and a plain face; `base` is the shoulder's y below the hip."""
    t, w = build.head, build.wide
    across = 0.40 * t if front else 0.42 * t
    skull: Outline
    if build.boxy:
        skull = plate([(-across, -t), (across, -t), (across, -0.04), (-across, -0.04)])
    elif front:
        skull = blob([(-across, -0.98 * t), (0, -1.06 * t), (across, -0.98 * t), (1.05 * across, -0.5 * t),
                      (0.6 * across, -0.02 * t), (-0.6 * across, -0.02 * t), (-1.05 * across, -0.5 * t)], 2)  # fmt: skip
    else:
        skull = blob([(-across, -0.95 * t), (0.0, -1.06 * t), (0.95 * across, -0.95 * t), (across, -0.55 * t),
                      (1.28 * across, -0.42 * t), (0.95 * across, -0.30 * t), (0.85 * across, 0.0),
                      (0.1 * across, -0.02 * t), (-0.9 * across, -0.32 * t), (-1.12 * across, -0.6 * t)], 2)  # fmt: skip
    neck = Part("neck", (limb(0.42 * t, 0.028 * w, 0.036 * w),), (0.0, base - 0.34 * t), "torso", 0.92, 0.0)
    head = Part("head", (skull,), (0.0, -0.02), "neck", 1.0, 0.0)
    parts = [neck]
    if build.hair and not front:
        back = blob([(0.3 * across, -1.12 * t), (-1.1 * across, -1.0 * t), (-1.4 * across, -0.4 * t),
                     (-1.25 * across, 0.25 * t), (-0.5 * across, 0.25 * t), (-0.4 * across, -0.4 * t)])  # fmt: skip
        parts += [head, Part("hair", (back,), (0.0, 0.0), "head", 0.52, 0.0)]
    elif build.hair:
        back = blob([(-across, -1.0 * t), (0, -1.2 * t), (across, -1.0 * t), (1.5 * across, -0.3 * t),
                     (1.3 * across, 0.3 * t), (-1.3 * across, 0.3 * t), (-1.5 * across, -0.3 * t)])  # fmt: skip
        fringe = blob([(-1.1 * across, -0.55 * t), (-1.15 * across, -1.0 * t), (0, -1.2 * t), (1.15 * across, -1.0 * t),
                       (1.1 * across, -0.55 * t), (0.5 * across, -0.86 * t), (-0.3 * across, -0.80 * t)])  # fmt: skip
        parts = [Part("hair", (back,), (0.0, -0.02), "neck", 0.52, 0.0), neck, head,
                 Part("fringe", (fringe,), (0.0, 0.0), "head", 0.52, 0.0)]  # fmt: skip
    else:
        parts.append(head)
    if build.helmet:
        parts.insert(0, Part("helmet", (oval(0, -0.5 * t, 0.74 * t, 0.70 * t),), (0.0, 0.0), "head", 1.05, 0.2))
    eyes = (-0.17 * t, 0.17 * t) if front else (0.24 * t,)
    for number, x in enumerate(eyes):
        parts.append(Part(f"eye_{number}", (oval(0, 0, 0.042 * t, 0.062 * t),), (x, -0.56 * t), "head", _DARK, 0.0))
    mouth = 0.0 if front else 0.33 * t
    parts.append(Part("mouth", (oval(0, 0, (0.12 if front else 0.075) * t, 0.085 * t),), (mouth, -0.22 * t), "head",
                      _DARK, 0.0, hidden=True))  # fmt: skip
    return parts


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
    "cat": Beast(0.72, 0.50, 0.135, (0.10, 48), (0.26, 0.135), (0.66, 0.035, 118), "point", 0.048, 0.25),
    "big_cat": Beast(1.02, 0.54, 0.170, (0.16, 58), (0.32, 0.150), (0.70, 0.030, 60), "round", 0.066, 0.4),
    "dog": Beast(0.66, 0.50, 0.125, (0.16, 35), (0.32, 0.105), (0.34, 0.032, 135), "flop", 0.046, 0.62),
    "fox": Beast(0.72, 0.50, 0.115, (0.15, 42), (0.32, 0.105), (0.52, 0.085, 62), "point", 0.036, 0.75),
    "rabbit": Beast(0.36, 0.30, 0.165, (0.06, 35), (0.24, 0.105), (0.07, 0.060, 100), "long", 0.045, 0.35),
    "squirrel": Beast(0.40, 0.34, 0.150, (0.08, 25), (0.26, 0.115), (0.62, 0.130, 158), "point", 0.042, 0.4),
    "mouse": Beast(0.52, 0.34, 0.200, (0.05, 55), (0.40, 0.150), (0.80, 0.020, 70), "big", 0.040, 0.8),
    "bear": Beast(0.74, 0.50, 0.235, (0.12, 52), (0.36, 0.155), (0.06, 0.040, 80), "round", 0.090, 0.45),
    "pig": Beast(0.80, 0.52, 0.255, (0.06, 70), (0.40, 0.165), (0.14, 0.020, 150), "flop", 0.062, 0.8),
    "sheep": Beast(0.66, 0.54, 0.235, (0.12, 48), (0.30, 0.110), (0.12, 0.050, 60), "flop", 0.042, 0.6, "wool"),
    "cow": Beast(0.98, 0.60, 0.235, (0.18, 60), (0.36, 0.120), (0.48, 0.020, 12), "horn", 0.052, 0.75),
    "horse": Beast(0.72, 0.50, 0.135, (0.38, 36), (0.32, 0.080), (0.44, 0.050, 22), "mane", 0.042, 0.8),
    "deer": Beast(0.52, 0.50, 0.105, (0.26, 28), (0.22, 0.062), (0.08, 0.030, 110), "antler", 0.028, 0.7),
    "camel": Beast(0.56, 0.52, 0.125, (0.36, 48), (0.24, 0.065), (0.26, 0.016, 15), "round", 0.036, 0.8, "hump"),
    "elephant": Beast(0.74, 0.56, 0.290, (0.12, 62), (0.36, 0.190), (0.36, 0.022, 15), "trunk", 0.092, 0.3),
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
    skull = blob(
        [(-0.42 * long, -0.35 * half), (-0.25 * long, -1.05 * half), (0.12 * long, -1.0 * half),
         (0.30 * long, -0.45 * half + drop * 0.5), (0.62 * long, -0.28 * half + drop), (0.68 * long, 0.30 * half + drop),
         (0.28 * long, 0.72 * half + drop * 0.5), (-0.15 * long, 0.90 * half), (-0.42 * long, 0.4 * half)], 3,
    )  # fmt: skip
    head = Part("head", (skull,), joint, "neck", 1.03, 0.85, turn=-lean)
    nose = Part("nose", (oval(0, 0, 0.20 * half, 0.16 * half),), (0.61 * long, -0.05 * half + drop), "head", _DARK, 0.0)
    eye = Part("eye_0", (oval(0, 0, 0.12 * half, 0.15 * half),), (0.14 * long, -0.28 * half), "head", _DARK, 0.0)
    mouth = Part("mouth", (oval(0, 0, 0.16 * long, 0.20 * half),), (0.42 * long, 0.35 * half + drop), "head", _DARK,
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
        "trunk": blob([(0.1 * e, -0.7 * e), (-0.6 * e, -0.9 * e), (-1.2 * e, -0.2 * e), (-0.7 * e, 0.8 * e), (0.0, 0.5 * e)]),
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
    return [*far, head, nose, *near, eye, mouth]


def _dragon_wing() -> Outline:
    return plate([(0.0, 0.02), (-0.12, -0.55), (-0.50, -0.62), (-0.40, -0.38), (-0.52, -0.30), (-0.34, -0.16), (-0.30, 0.0)])


# Birds, fish and their like -------------------------------------------------------------------------------------------


def bird(*, standing: bool) -> Puppet:
    """A bird on its feet, or in flight with wings spread to both sides of its body."""
    if standing:
        legs = [
            Part(f"leg_{n}", (limb(0.22, 0.022, 0.016), plate([(-0.03, 0.215), (0.10, 0.215), (0.10, 0.24), (-0.03, 0.24)])),
                 (x, -0.24), None, 0.6 * tone, 0.0)
            for n, x, tone in (("l", 0.04, _FAR), ("r", -0.03, 1.0))
        ]  # fmt: skip
        trunk = blob([(-0.50, -0.36), (-0.20, -0.62), (0.10, -0.82), (0.32, -0.78), (0.34, -0.50), (0.14, -0.24),
                      (-0.10, -0.20), (-0.36, -0.28), (-0.62, -0.20), (-0.66, -0.26)])  # fmt: skip
        body = Part("trunk", (trunk,), (0.0, 0.0), None, 1.0, 0.9)
        wing = Part("wing_r", (blob([(0.1, -0.08), (0.16, 0.10), (-0.1, 0.20), (-0.46, 0.18), (-0.24, -0.02)]),),
                    (0.06, -0.56), "trunk", 0.84, 0.9)  # fmt: skip
        return upright(Puppet((*legs, body, *_bird_head((0.22, -0.80), 0.145), wing), stride=0.5))
    trunk = blob([(-0.36, 0.0), (-0.12, -0.085), (0.16, -0.10), (0.34, -0.04), (0.30, 0.06), (0.05, 0.10), (-0.2, 0.06)])
    tail = plate([(0.05, -0.03), (-0.32, -0.07), (-0.36, 0.0), (-0.32, 0.06), (0.05, 0.03)])
    wing = blob([(0.13, 0.03), (0.12, -0.10), (0.04, -0.36), (-0.16, -0.58), (-0.26, -0.56), (-0.22, -0.34), (-0.15, 0.03)])
    parts = (
        Part("wing_l", (wing,), (0.08, -0.05), "trunk", _FAR, 0.85),
        Part("tail", (tail,), (-0.28, 0.0), "trunk", 0.85, 0.85),
        Part("trunk", (trunk,), (0.0, 0.0), None, 1.0, 0.9),
        *_bird_head((0.33, -0.045), 0.085),
        Part("wing_r", (wing,), (0.04, -0.04), "trunk", 0.95, 0.9),
    )
    return upright(Puppet(parts, stride=2.0))


def _bird_head(joint: Point, r: float, beak: float = 1.0) -> list[Part]:
    return [
        Part("beak", (plate([(0, -0.35 * r), (0.95 * r * beak, 0.05 * r), (0, 0.40 * r)]),), (0.72 * r, 0.0), "head", 0.62, 0.0),
        Part("head", (oval(0, 0, r, 0.95 * r),), joint, "trunk", 1.03, 0.9),
        Part("eye_0", (ring(0.15 * r),), (0.35 * r, -0.2 * r), "head", _DARK, 0.0),
    ]


def waddler(name: str) -> Puppet:
    """Duck, chicken, penguin."""
    if name == "penguin":
        trunk, belly, head, r = oval(0, -0.42, 0.22, 0.37), oval(0.07, -0.40, 0.14, 0.30), (0.02, -0.83), 0.155
        foot, legs, wing = (0.05, -0.05), 0.05, blob([(0.05, 0), (0.07, 0.30), (0.0, 0.42), (-0.07, 0.25), (-0.05, 0)])
    else:
        trunk = blob([(-0.55, -0.62), (-0.30, -0.50), (0.05, -0.58), (0.30, -0.75), (0.42, -0.62), (0.36, -0.34), (0.10, -0.18),
                      (-0.22, -0.20), (-0.48, -0.38)])  # fmt: skip
        belly, head, r = oval(0.28, -0.66, 0.115, 0.20, 15), (0.32, -0.86), 0.135
        foot, legs, wing = (0.04, -0.08), 0.20, blob([(0.16, -0.06), (0.2, 0.1), (-0.1, 0.18), (-0.42, 0.06), (-0.1, -0.1)])
    parts = [
        Part(f"leg_{n}", (limb(legs, 0.022, 0.02), plate([(-0.04, legs - 0.02), (0.14, legs - 0.02), (0.14, legs), (-0.04, legs)])),
             (x, -legs), None, 0.62 * tone, 0.0)
        for n, x, tone in (("l", foot[0], _FAR), ("r", foot[1], 1.0))
    ]  # fmt: skip
    parts.append(Part("trunk", (trunk,), (0, 0), None, 0.62 if name == "penguin" else 1.0, 0.9))
    parts.append(Part("belly", (belly,), (0, 0), "trunk", 1.12 if name == "penguin" else 1.0, 0.2 if name == "penguin" else 0.9))
    parts += [replace(p, tone=0.62 if name == "penguin" and p.name == "head" else p.tone) for p in _bird_head(head, r)]
    if name == "chicken":
        comb = blob([(-0.07, 0.02), (-0.07, -0.08), (0.0, -0.04), (0.03, -0.11), (0.09, 0.02)], 2)
        parts.append(Part("comb", (comb,), (0.0, -0.13), "head", 0.7, 0.6))
    parts.append(Part("wing_r", (wing,), (-0.02, -0.66) if name == "penguin" else (0.0, -0.48), "trunk",
                      0.55 if name == "penguin" else 0.86, 0.9))  # fmt: skip
    return upright(Puppet(tuple(parts), stride=0.55))


def butterfly() -> Puppet:
    """Two pairs of wings over a thin body."""
    upper = blob([(0.0, 0.05), (-0.28, -0.55), (0.20, -0.80), (0.52, -0.55), (0.30, -0.05)])
    lower = blob([(0.05, 0.0), (0.22, 0.05), (0.12, 0.42), (-0.20, 0.40), (-0.22, 0.1)])
    parts = (
        Part("wing_l", (upper, lower), (0.03, -0.02), "trunk", _FAR, 0.9),
        Part("trunk", (oval(0, 0, 0.26, 0.045, -25),), (0, -0.4), None, 0.5, 0.2),
        Part("wing_r", (upper, lower), (0.0, 0.0), "trunk", 1.0, 0.95),
    )
    return upright(Puppet(parts, stride=3.0))


def swimmer(name: str) -> Puppet:
    """Fish and whale, with a tail that swings."""
    if name == "whale":
        trunk = blob([(-0.95, -0.02), (-0.60, -0.18), (0.0, -0.42), (0.60, -0.42), (1.02, -0.20), (1.05, 0.08), (0.60, 0.30),
                      (0.0, 0.26), (-0.55, 0.08)])  # fmt: skip
        tail = blob([(0.12, -0.06), (-0.22, -0.06), (-0.50, -0.40), (-0.56, -0.26), (-0.38, 0.02), (-0.52, 0.30), (-0.42, 0.34),
                     (-0.18, 0.07), (0.12, 0.07)])  # fmt: skip
        fin, top = blob([(-0.1, 0), (0.14, 0), (-0.10, 0.42), (-0.30, 0.46)], 2), None
        eye, at, belly = (0.72, -0.04), (-0.92, -0.01), blob([(1.0, 0.0), (0.95, 0.14), (0.6, 0.29), (0.05, 0.25), (0.4, 0.08)])
        parts = [Part("tail", (tail,), at, "trunk", 0.9, 0.85), Part("trunk", (trunk,), (0, -0.5), None, 1.0, 0.9),
                 Part("belly", (belly,), (0, 0), "trunk", 1.18, 0.2)]  # fmt: skip
    else:
        trunk = blob([(-0.62, 0.0), (-0.30, -0.20), (0.15, -0.34), (0.55, -0.22), (0.74, 0.0), (0.55, 0.20), (0.15, 0.32),
                      (-0.30, 0.18)])  # fmt: skip
        tail = blob([(0.10, -0.06), (-0.10, -0.08), (-0.42, -0.36), (-0.34, 0.0), (-0.42, 0.36), (-0.10, 0.08), (0.10, 0.06)], 2)
        fin, top = blob([(-0.05, 0), (0.12, 0.0), (-0.06, 0.24), (-0.20, 0.22)], 2), blob(
            [(-0.30, 0.06), (-0.18, -0.22), (0.10, -0.20), (0.28, 0.06)], 2
        )
        eye, at = (0.50, -0.06), (-0.56, 0.0)
        parts = [Part("tail", (tail,), at, "trunk", 0.85, 0.9), Part("fin_top", (top,), (0.0, -0.26), "trunk", 0.85, 0.9),
                 Part("trunk", (trunk,), (0, -0.5), None, 1.0, 0.9)]  # fmt: skip
    parts += [
        Part("eye_0", (ring(0.035),), eye, "trunk", _DARK, 0.0),
        Part("fin_r", (fin,), (0.30, 0.12), "trunk", 0.84, 0.9),
    ]
    return upright(Puppet(tuple(parts), stride=1.6))


def turtle() -> Puppet:
    """A shell on four paddles."""
    shell = blob([(-0.75, 0.12), (-0.70, -0.25), (-0.2, -0.62), (0.35, -0.52), (0.70, -0.1), (0.72, 0.12)])
    parts = [Part(f"leg_{n}", (limb(0.30, 0.13, 0.10),), (x, -0.30), None, tone, 0.4)
             for n, x, tone in (("bl", -0.42, _FAR), ("fl", 0.50, _FAR))]  # fmt: skip
    parts += [Part("head", (blob([(-0.2, -0.1), (0.25, -0.24), (0.50, -0.12), (0.45, 0.1), (-0.2, 0.14)]),), (0.68, -0.40), None, 1.0, 0.4),
              Part("eye_0", (ring(0.035),), (0.30, -0.08), "head", _DARK, 0.0)]  # fmt: skip
    parts += [Part(f"leg_{n}", (limb(0.30, 0.14, 0.11),), (x, -0.30), None, 1.0, 0.4) for n, x in (("br", -0.48), ("fr", 0.42))]
    parts.append(Part("trunk", (shell,), (0, -0.38), None, 0.95, 0.9))
    return upright(Puppet(tuple(parts), stride=0.5))


def jellyfish() -> Puppet:
    """A bell with trailing arms."""
    arms = tuple(
        Part(f"arm_{n}", (limb(0.55, 0.035, 0.012, lean),), (x, -0.60), "trunk", 0.85, 0.6)
        for n, (x, lean) in enumerate(((-0.20, -0.05), (-0.07, 0.04), (0.07, -0.04), (0.20, 0.05)))
    )
    bell = blob([(-0.36, 0.36), (-0.42, 0.05), (-0.25, -0.14), (0.25, -0.14), (0.42, 0.05), (0.36, 0.36), (0.0, 0.28)])
    arms = tuple(replace(a, joint=(a.joint[0], 0.30)) for a in arms)
    return upright(Puppet((*arms, Part("trunk", (bell,), (0, -0.9), None, 1.05, 0.7)), stride=0.5))
