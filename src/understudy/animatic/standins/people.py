"""People, seen from the front and from the side.

Knows proportions in parts of the figure's height. Must not know how they move: names of parts are what `gaits` turns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from understudy.animatic.standins.bones import Outline, Part, Puppet, blob, limb, oval, plate

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
    if build.skirt:
        low, out = 0.52 * hip, (0.15 if front else 0.115) * w
        skirt = plate([(-0.075 * w, -0.05), (0.075 * w, -0.05), (out, low), (-out, low)])
        parts.append(Part("skirt", (skirt,), (0.0, -hip), None, 0.98, 0.9))
    behind, head = _head(build, hip - shoulder, front=front)
    parts += behind
    parts.append(Part("torso", (_trunk(trunk, w, build, front=front),), (0.0, -hip), None, 1.0, 0.9))
    if front:
        parts += arm(far, arms_at[0], 1.0) + arm(near, arms_at[1], 1.0)
    parts += head
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
            [(-0.05, -tall - 0.02), (0.05, -tall - 0.02), (s, -tall + 0.02), (0.96 * s, -0.72 * tall), (waist,
                -0.34 * tall),
             (hips, -0.02), (hips * 0.8, 0.06), (-hips * 0.8, 0.06), (-hips, -0.02), (-waist, -0.34 * tall),
             (-0.96 * s, -0.72 * tall), (-s, -tall + 0.02)], 2,
        )  # fmt: skip
    return blob(
        [(-0.03, -tall - 0.02), (0.04, -tall - 0.01), (0.085 * w, -0.72 * tall), (0.068 * w, -0.3 * tall),
         (0.07 * w, 0.0), (0.03, 0.065), (-0.05, 0.06), (-0.085 * w, 0.0), (-0.06 * w, -0.35 * tall),
         (-0.085 * w, -0.75 * tall), (-0.06, -tall)], 2,
    )  # fmt: skip


def _head(build: Build, base: float, *, front: bool) -> tuple[list[Part], list[Part]]:
    """What of neck and hair is behind the trunk, and the head with its plain face; `base` is the shoulder's y."""
    t, w = build.head, build.wide
    across = 0.40 * t if front else 0.42 * t
    skull: Outline
    if build.boxy:
        skull = plate([(-across, -t), (across, -t), (across, -0.04), (-across, -0.04)])
    elif front:
        skull = blob([(-across, -0.98 * t), (0, -1.06 * t), (across, -0.98 * t), (1.05 * across, -0.5 * t),
                      (0.6 * across, -0.02 * t), (-0.6 * across, -0.02 * t), (-1.05 * across, -0.5 * t)],
                          2)  # fmt: skip
    else:
        skull = blob([(-across, -0.95 * t), (0.0, -1.06 * t), (0.95 * across, -0.95 * t), (across, -0.55 * t),
                      (1.28 * across, -0.42 * t), (0.95 * across, -0.30 * t), (0.85 * across, 0.0),
                      (0.1 * across, -0.02 * t), (-0.9 * across, -0.32 * t), (-1.12 * across, -0.6 * t)],
                          2)  # fmt: skip
    neck = Part("neck", (limb(0.42 * t, 0.028 * w, 0.036 * w),), (0.0, base - 0.44 * t), "torso", 0.92, 0.0)
    head = Part("head", (skull,), (0.0, 0.16 * t), "neck", 1.0, 0.0)
    behind, parts = [neck], list[Part]()
    if build.hair and not front:
        back = blob([(0.3 * across, -1.12 * t), (-1.1 * across, -1.0 * t), (-1.4 * across, -0.4 * t),
                     (-1.25 * across, 0.25 * t), (-0.5 * across, 0.25 * t), (-0.4 * across, -0.4 * t)])  # fmt: skip
        parts += [head, Part("hair", (back,), (0.0, 0.0), "head", 0.52, 0.0)]
    elif build.hair:
        back = blob([(-across, -1.0 * t), (0, -1.2 * t), (across, -1.0 * t), (1.5 * across, -0.3 * t),
                     (1.3 * across, 0.3 * t), (-1.3 * across, 0.3 * t), (-1.5 * across, -0.3 * t)])  # fmt: skip
        fringe = blob([(-1.1 * across, -0.55 * t), (-1.15 * across, -1.0 * t), (0, -1.2 * t), (1.15 * across, -1.0 * t),
                       (1.1 * across, -0.55 * t), (0.5 * across, -0.86 * t), (-0.3 * across, -0.80 * t)])  # fmt: skip
        behind.insert(0, Part("hair", (back,), (0.0, 0.16 * t), "neck", 0.52, 0.0))
        parts += [head, Part("fringe", (fringe,), (0.0, 0.0), "head", 0.52, 0.0)]
    elif build.boxy or build.helmet:
        parts.append(head)
    else:
        cap = (
            blob([(-1.10 * across, -0.55 * t), (-1.12 * across, -0.98 * t), (0, -1.16 * t), (1.12 * across, -0.98 * t),
                  (1.10 * across, -0.55 * t), (0.75 * across, -0.80 * t), (-0.75 * across, -0.80 * t)], 2)
            if front
            else blob([(1.05 * across, -0.84 * t), (0.8 * across, -1.05 * t), (-0.1 * across, -1.17 * t),
                (-1.1 * across, -0.98 * t),
                       (-1.18 * across, -0.5 * t), (-0.75 * across, -0.38 * t), (-0.3 * across, -0.72 * t)], 2)
        )  # fmt: skip
        parts += [head, Part("cap", (cap,), (0.0, 0.0), "head", 0.55, 0.0)]
    if build.helmet:
        behind.insert(0, Part("helmet", (oval(0, -0.5 * t, 0.74 * t, 0.70 * t),), (0.0, 0.0), "head", 1.05, 0.2))
    eyes = (-0.17 * t, 0.17 * t) if front else (0.24 * t,)
    for number, x in enumerate(eyes):
        parts.append(Part(f"eye_{number}", (oval(0, 0, 0.042 * t, 0.062 * t),), (x, -0.56 * t), "head", _DARK, 0.0))
    mouth = 0.0 if front else 0.33 * t
    parts.append(Part("mouth", (oval(0, 0, (0.12 if front else 0.075) * t, 0.085 * t),), (mouth, -0.22 * t), "head",
                      _DARK, 0.0, hidden=True))  # fmt: skip
    bow = [(mouth + (0.17 if front else 0.10) * t * s, -0.20 * t - 0.075 * t * s * s) for s in np.linspace(-1, 1, 9)]
    smile = tuple((float(x), float(y)) for x, y in (*bow, *((x, y + 0.035 * t) for x, y in reversed(bow))))
    parts.append(Part("smile", (smile,), (0.0, 0.0), "head", _DARK, 0.0, hidden=True))
    return behind, parts
