"""Birds, fish and others that are neither people nor go on four legs.

Knows proportions in parts of the figure's height. Must not know how they move: names of parts are what `gaits` turns.
"""

from __future__ import annotations

from dataclasses import replace

from understudy.animatic.standins.bones import Part, Point, Puppet, blob, limb, mirrored, oval, plate, ring, upright

_FAR = 0.80
"""Lightness of what is on the far side."""
_DARK = 0.30


def bird(*, standing: bool) -> Puppet:
    """A bird on its feet, or in flight with wings spread to both sides of its body."""
    if standing:
        legs = [
            Part(f"leg_{n}", (limb(0.22, 0.022, 0.016), plate([(-0.03, 0.215), (0.10, 0.215), (0.10, 0.24), (-0.03,
                0.24)])),
                 (x, -0.24), None, 0.6 * tone, 0.0)
            for n, x, tone in (("l", 0.04, _FAR), ("r", -0.03, 1.0))
        ]  # fmt: skip
        trunk = blob([(-0.50, -0.36), (-0.20, -0.62), (0.10, -0.82), (0.32, -0.78), (0.34, -0.50), (0.14, -0.24),
                      (-0.10, -0.20), (-0.36, -0.28), (-0.62, -0.20), (-0.66, -0.26)])  # fmt: skip
        body = Part("trunk", (trunk,), (0.0, 0.0), None, 1.0, 0.9)
        wing = Part("wing_r", (blob([(0.1, -0.08), (0.16, 0.10), (-0.1, 0.20), (-0.46, 0.18), (-0.24, -0.02)]),),
                    (0.06, -0.56), "trunk", 0.84, 0.9)  # fmt: skip
        return upright(Puppet((*legs, body, *_bird_head((0.22, -0.80), 0.145), wing), stride=0.5))
    trunk = blob(
        [(-0.36, 0.0), (-0.12, -0.085), (0.16, -0.10), (0.34, -0.04), (0.30, 0.06), (0.05, 0.10), (-0.2, 0.06)]
    )
    tail = plate([(0.05, -0.03), (-0.32, -0.07), (-0.36, 0.0), (-0.32, 0.06), (0.05, 0.03)])
    sail = blob(
        [(0.13, 0.03), (0.12, -0.10), (0.04, -0.36), (-0.16, -0.58), (-0.26, -0.56), (-0.22, -0.34), (-0.15, 0.03)]
    )
    parts = (
        Part("wing_l", (sail,), (0.08, -0.05), "trunk", _FAR, 0.85),
        Part("tail", (tail,), (-0.28, 0.0), "trunk", 0.85, 0.85),
        Part("trunk", (trunk,), (0.0, 0.0), None, 1.0, 0.9),
        *_bird_head((0.33, -0.045), 0.085),
        Part("wing_r", (sail,), (0.04, -0.04), "trunk", 0.95, 0.9),
    )
    return upright(Puppet(parts, stride=2.0))


def _bird_head(joint: Point, r: float, beak: float = 1.0) -> list[Part]:
    return [
        Part(
            "beak",
            (plate([(0, -0.35 * r), (0.95 * r * beak, 0.05 * r), (0, 0.40 * r)]),),
            (0.72 * r, 0.0),
            "head",
            0.62,
            0.0,
        ),
        Part("head", (oval(0, 0, r, 0.95 * r),), joint, "trunk", 1.03, 0.9),
        Part("eye_0", (ring(0.15 * r),), (0.35 * r, -0.2 * r), "head", _DARK, 0.0),
    ]


def waddler(name: str) -> Puppet:
    """Duck, chicken, penguin."""
    if name == "penguin":
        trunk, belly, head, r = oval(0, -0.42, 0.22, 0.37), oval(0.07, -0.40, 0.14, 0.30), (0.02, -0.83), 0.155
        foot, legs, wing = (0.05, -0.05), 0.05, blob([(0.05, 0), (0.07, 0.30), (0.0, 0.42), (-0.07, 0.25), (-0.05, 0)])
    else:
        trunk = blob([(-0.55, -0.62), (-0.30, -0.50), (0.05, -0.58), (0.30, -0.75), (0.42, -0.62), (0.36, -0.34),
            (0.10, -0.18),
                      (-0.22, -0.20), (-0.48, -0.38)])  # fmt: skip
        belly, head, r = oval(0.28, -0.66, 0.115, 0.20, 15), (0.32, -0.86), 0.135
        foot, legs, wing = (
            (0.04, -0.08),
            0.20,
            blob([(0.16, -0.06), (0.2, 0.1), (-0.1, 0.18), (-0.42, 0.06), (-0.1, -0.1)]),
        )
    parts = [
        Part(f"leg_{n}", (limb(legs, 0.022, 0.02), plate([(-0.04, legs - 0.02), (0.14, legs - 0.02), (0.14, legs),
            (-0.04, legs)])),
             (x, -legs), None, 0.62 * tone, 0.0)
        for n, x, tone in (("l", foot[0], _FAR), ("r", foot[1], 1.0))
    ]  # fmt: skip
    parts.append(Part("trunk", (trunk,), (0, 0), None, 0.62 if name == "penguin" else 1.0, 0.9))
    parts.append(
        Part("belly", (belly,), (0, 0), "trunk", 1.12 if name == "penguin" else 1.0, 0.2 if name == "penguin" else 0.9)
    )
    parts += [replace(p, tone=0.62 if name == "penguin" and p.name == "head" else p.tone) for p in _bird_head(head, r)]
    if name == "chicken":
        comb = blob([(-0.07, 0.02), (-0.07, -0.08), (0.0, -0.04), (0.03, -0.11), (0.09, 0.02)], 2)
        parts.append(Part("comb", (comb,), (0.0, -0.13), "head", 0.7, 0.6))
    parts.append(Part("wing_r", (wing,), (-0.02, -0.66) if name == "penguin" else (0.0, -0.48), "trunk",
                      0.55 if name == "penguin" else 0.86, 0.9))  # fmt: skip
    return upright(Puppet(tuple(parts), stride=0.55))


def butterfly() -> Puppet:
    """Two pairs of wings, spread to both sides of a thin body."""
    upper = blob([(0.0, 0.06), (0.10, -0.28), (0.52, -0.60), (0.78, -0.42), (0.60, -0.04), (0.20, 0.10)])
    lower = blob([(0.0, 0.02), (0.36, 0.04), (0.52, 0.30), (0.26, 0.52), (0.02, 0.28)])
    horns = (limb(0.30, 0.010, 0.008, -0.12), limb(0.30, 0.010, 0.008, 0.12))
    parts = (
        Part("wing_l", mirrored((lower, upper)), (-0.02, -0.45), None, 0.92, 0.95),
        Part("wing_r", (lower, upper), (0.02, -0.45), None, 1.0, 0.95),
        Part("horns", horns, (0.0, -0.62), None, 0.4, 0.0, turn=180.0),
        Part("trunk", (oval(0, 0, 0.045, 0.28),), (0.0, -0.45), None, 0.42, 0.1),
    )
    return upright(Puppet(parts, stride=3.0))


def swimmer(name: str) -> Puppet:
    """Fish and whale, with a tail that swings."""
    if name == "whale":
        trunk = blob([(-0.95, -0.02), (-0.60, -0.18), (0.0, -0.42), (0.60, -0.42), (1.02, -0.20), (1.05, 0.08),
            (0.60, 0.30),
                      (0.0, 0.26), (-0.55, 0.08)])  # fmt: skip
        tail = blob([(0.12, -0.06), (-0.22, -0.06), (-0.50, -0.40), (-0.56, -0.26), (-0.38, 0.02), (-0.52, 0.30),
            (-0.42, 0.34),
                     (-0.18, 0.07), (0.12, 0.07)])  # fmt: skip
        fin, top = blob([(-0.1, 0), (0.14, 0), (-0.10, 0.42), (-0.30, 0.46)], 2), None
        eye, at, belly = (
            (0.72, -0.04),
            (-0.92, -0.01),
            blob([(1.0, 0.0), (0.95, 0.14), (0.6, 0.29), (0.05, 0.25), (0.4, 0.08)]),
        )
        parts = [Part("tail", (tail,), at, "trunk", 0.9, 0.85), Part("trunk", (trunk,), (0, -0.5), None, 1.0, 0.9),
                 Part("belly", (belly,), (0, 0), "trunk", 1.18, 0.2)]  # fmt: skip
    else:
        trunk = blob([(-0.62, 0.0), (-0.30, -0.20), (0.15, -0.34), (0.55, -0.22), (0.74, 0.0), (0.55, 0.20), (0.15,
            0.32),
                      (-0.30, 0.18)])  # fmt: skip
        tail = blob(
            [(0.10, -0.06), (-0.10, -0.08), (-0.42, -0.36), (-0.34, 0.0), (-0.42, 0.36), (-0.10, 0.08), (0.10, 0.06)], 2
        )
        fin, top = (
            blob([(-0.05, 0), (0.12, 0.0), (-0.06, 0.24), (-0.20, 0.22)], 2),
            blob([(-0.30, 0.06), (-0.18, -0.22), (0.10, -0.20), (0.28, 0.06)], 2),
        )
        eye, at = (0.50, -0.06), (-0.56, 0.0)
        parts = [Part("tail", (tail,), at, "trunk", 0.85, 0.9), Part("fin_top", (top,), (0.0, -0.26), "trunk",
            0.85, 0.9),
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
    parts += [Part("head", (blob([(-0.2, -0.1), (0.25, -0.24), (0.50, -0.12), (0.45, 0.1), (-0.2, 0.14)]),), (0.68,
        -0.40), None, 1.0, 0.4),
              Part("eye_0", (ring(0.035),), (0.30, -0.08), "head", _DARK, 0.0)]  # fmt: skip
    parts += [
        Part(f"leg_{n}", (limb(0.30, 0.14, 0.11),), (x, -0.30), None, 1.0, 0.4)
        for n, x in (("br", -0.48), ("fr", 0.42))
    ]
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
