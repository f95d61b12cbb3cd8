"""Vehicles, trees, houses and things, from the side.

Knows proportions in parts of the figure's height. Wheels are named `wheel_…`, flames, sails and crowns by their names:
`gaits` turns them. Must not know how they move.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from understudy.animatic.standins.bones import Outline, Part, Puppet, blob, limb, oval, plate, ring, upright

_TYRE, _GLASS, _DARK = 0.34, 0.62, 0.32


def _wheel(name: str, x: float, y: float, radius: float, *, thin: bool = False) -> list[Part]:
    """A wheel with spokes, so that its turning is seen."""
    spokes = tuple(_spoke(radius * 0.92, a, 0.07 * radius if thin else 0.13 * radius) for a in (0.0, 60.0, 120.0))
    hub = (ring(0.5 * radius),) if not thin else (ring(0.12 * radius),)
    hoop = [Part(f"tyre_{name}", (ring(radius),), (x, y), None, _TYRE, 0.0)]
    if thin:
        hoop.append(Part(f"rim_{name}", (ring(0.88 * radius),), (x, y), None, 1.05, 0.0))
    return [*hoop, Part(f"wheel_{name}", (*hub, *spokes), (x, y), None, 0.86 if not thin else 0.5, 0.0)]


def _spoke(radius: float, degrees: float, half: float) -> Outline:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    r = 0.85 * radius
    return tuple((c * x - s * y, s * x + c * y) for x, y in ((-r, -half), (r, -half), (r, half), (-r, half)))


def car() -> Puppet:
    """A saloon."""
    body = blob([(-1.58, -0.30), (-1.60, -0.62), (-1.05, -0.70), (-0.72, -1.00), (0.28, -1.02), (0.72, -0.70),
        (1.50, -0.60),
                 (1.62, -0.36), (1.55, -0.18), (-1.50, -0.18)], 2)  # fmt: skip
    glass = blob([(-0.88, -0.68), (-0.66, -0.92), (0.22, -0.93), (0.56, -0.68)], 1)
    post = plate([(-0.20, -0.94), (-0.13, -0.94), (-0.10, -0.66), (-0.19, -0.66)])
    parts = [
        Part("trunk", (body,), (0, 0), None, 1.0, 0.95),
        Part("glass", (glass,), (0, 0), "trunk", _GLASS, 0.0),
        Part("post", (post,), (0, 0), "trunk", 0.95, 0.95),
        Part("lamp", (oval(1.48, -0.50, 0.07, 0.06),), (0, 0), "trunk", 1.3, 0.0),
        *_wheel("b", -0.98, -0.27, 0.27),
        *_wheel("f", 1.00, -0.27, 0.27),
    ]
    return upright(Puppet(tuple(parts), wheel=0.27))


def bus(*, truck: bool = False) -> Puppet:
    """A coach; as a truck a cab before a box."""
    if truck:
        shapes = [Part("trunk", (plate([(-1.25, -1.0), (0.45, -1.0), (0.45, -0.22), (-1.25, -0.22)]),), (0, 0),
            None, 1.0, 0.95),
                  Part("cab", (blob([(0.50, -0.80), (0.90, -0.80), (1.10, -0.45), (1.12, -0.18), (0.50, -0.18)],
                      1),), (0, 0),
                       "trunk", 0.86, 0.6),
                  Part("glass", (blob([(0.66, -0.74), (0.88, -0.74), (1.00, -0.48), (0.66, -0.48)], 1),), (0, 0),
                      "trunk", _GLASS,
                       0.0)]  # fmt: skip
        wheels = [*_wheel("b", -0.80, -0.17, 0.17), *_wheel("m", -0.40, -0.17, 0.17), *_wheel("f", 0.80, -0.17, 0.17)]
    else:
        shapes = [Part("trunk", (plate([(-1.4, -1.0), (1.36, -1.0), (1.42, -0.55), (1.42, -0.15), (-1.4,
            -0.15)]),), (0, 0), None, 1.0,
                       0.95)]  # fmt: skip
        panes = tuple(
            plate([(x, -0.86), (x + 0.40, -0.86), (x + 0.40, -0.52), (x, -0.52)])
            for x in (-1.28, -0.80, -0.32, 0.16, 0.64)
        )
        shapes.append(Part("glass", (*panes, plate([(1.12, -0.86), (1.34, -0.86), (1.38, -0.46), (1.12, -0.46)])),
            (0, 0), "trunk",
                           _GLASS, 0.0))  # fmt: skip
        wheels = [*_wheel("b", -0.85, -0.17, 0.17), *_wheel("f", 0.85, -0.17, 0.17)]
    return upright(Puppet((*shapes, *wheels), wheel=0.17))


def train() -> Puppet:
    """An engine and two carriages."""
    parts: list[Part] = []
    for number, x in enumerate((-2.6, -0.1)):
        parts.append(Part(f"carriage_{number}", (plate([(x - 1.18, -0.95), (x + 1.18, -0.95), (x + 1.18, -0.16),
            (x - 1.18, -0.16)]),),
                          (0, 0), "trunk", 0.95, 0.85))  # fmt: skip
        panes = tuple(
            plate([(x + d, -0.80), (x + d + 0.34, -0.80), (x + d + 0.34, -0.50), (x + d, -0.50)])
            for d in (-1.0, -0.5, 0.0, 0.5)
        )
        parts.append(Part(f"glass_{number}", panes, (0, 0), "trunk", _GLASS, 0.0))
    engine = blob([(1.20, -0.98), (2.5, -0.98), (3.35, -0.62), (3.62, -0.28), (3.50, -0.14), (1.20, -0.14)], 1)
    parts.insert(0, Part("trunk", (engine,), (0, 0), None, 1.0, 0.95))
    parts.append(
        Part(
            "glass",
            (blob([(2.55, -0.86), (2.85, -0.80), (3.16, -0.58), (2.55, -0.58)], 1),),
            (0, 0),
            "trunk",
            _GLASS,
            0.0,
        )
    )
    for number, x in enumerate((-3.4, -1.8, -0.9, 0.7, 1.6, 2.9)):
        parts += _wheel(str(number), x, -0.11, 0.11)
    return upright(Puppet(tuple(parts), wheel=0.11))


def cycle(*, motor: bool) -> Puppet:
    """A bicycle or a motorbike."""
    r = 0.32
    if motor:
        tank = blob(
            [(-0.50, -0.62), (0.10, -0.74), (0.40, -0.66), (0.34, -0.44), (0.10, -0.28), (-0.28, -0.28), (-0.36, -0.48)]
        )
        seat = blob([(-0.78, -0.70), (-0.10, -0.66), (-0.12, -0.54), (-0.66, -0.56)])
        fork = plate([(0.36, -0.95), (0.44, -0.93), (0.74, -0.30), (0.66, -0.28)])
        bar = plate([(0.20, -1.0), (0.46, -0.95), (0.44, -0.88), (0.18, -0.93)])
        rest = [Part("fork", (fork,), (0, 0), "trunk", 0.55, 0.0), Part("trunk", (tank,), (0, 0), None, 1.0, 0.95),
                Part("seat", (seat,), (0, 0), "trunk", 0.4, 0.0), Part("bar", (bar,), (0, 0), "trunk", 0.4,
                    0.0)]  # fmt: skip
        return upright(Puppet((*_wheel("b", -0.66, -r, r), *_wheel("f", 0.70, -r, r), *rest), wheel=r))

    def rod(x0: float, y0: float, x1: float, y1: float, half: float = 0.018) -> Outline:
        long = math.hypot(x1 - x0, y1 - y0)
        ux, uy = -(y1 - y0) / long * half, (x1 - x0) / long * half
        return ((x0 + ux, y0 + uy), (x1 + ux, y1 + uy), (x1 - ux, y1 - uy), (x0 - ux, y0 - uy))

    frame = (rod(-0.55, -r, -0.18, -0.78), rod(-0.55, -r, -0.06, -0.30), rod(-0.06, -0.30, -0.20, -0.86),
        rod(-0.06, -0.30, 0.36, -0.76),
             rod(-0.18, -0.76, 0.36, -0.76), rod(0.58, -r, 0.34, -0.96))  # fmt: skip
    seat = plate([(-0.34, -0.90), (-0.06, -0.88), (-0.06, -0.84), (-0.34, -0.84)])
    bar = plate([(0.24, -1.0), (0.42, -0.98), (0.42, -0.94), (0.24, -0.95)])
    parts = (*_wheel("b", -0.55, -r, r, thin=True), *_wheel("f", 0.58, -r, r, thin=True),
             Part("trunk", frame, (0, 0), None, 0.95, 1.0), Part("seat", (seat, bar), (0, 0), "trunk", 0.4,
                 0.0))  # fmt: skip
    return upright(Puppet(parts, wheel=r))


def plane() -> Puppet:
    """An airliner."""
    hull = blob(
        [
            (-1.55, -0.52),
            (-1.20, -0.58),
            (1.10, -0.58),
            (1.55, -0.46),
            (1.62, -0.36),
            (1.40, -0.28),
            (0.9, -0.24),
            (-0.9, -0.26),
        ]
    )
    fin = plate([(-1.50, -0.50), (-1.62, -1.0), (-1.38, -1.0), (-1.02, -0.54)])
    wing = plate([(0.30, -0.36), (-0.55, 0.0), (-0.80, 0.0), (-0.28, -0.36)])
    far = plate([(0.24, -0.52), (-0.42, -0.80), (-0.60, -0.80), (-0.20, -0.52)])
    panes = tuple(oval(x, -0.46, 0.035, 0.045) for x in (-0.8, -0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6, 0.8))
    parts = (Part("far", (far,), (0, 0), "trunk", 0.75, 0.3), Part("trunk", (hull,), (0, 0), None, 1.1, 0.6),
             Part("fin", (fin,), (0, 0), "trunk", 0.92, 0.95), Part("glass", (*panes, plate([(1.24, -0.50), (1.42,
                 -0.45), (1.46, -0.40), (1.24, -0.40)])),
             (0, 0), "trunk", 0.45, 0.0), Part("wing", (wing,), (0, 0), "trunk", 0.88, 0.5))  # fmt: skip
    return upright(Puppet(parts))


def rocket() -> Puppet:
    """A rocket on its tail; `flame` is seen in flight."""
    hull = blob(
        [(0.0, -1.06), (0.12, -0.84), (0.13, -0.40), (0.10, -0.10), (-0.10, -0.10), (-0.13, -0.40), (-0.12, -0.84)]
    )
    fins = (
        plate([(0.09, -0.36), (0.26, -0.12), (0.26, 0.0), (0.08, -0.12)]),
        plate([(-0.09, -0.36), (-0.26, -0.12), (-0.26, 0.0), (-0.08, -0.12)]),
    )
    flame = blob([(-0.08, 0.0), (0.08, 0.0), (0.05, 0.20), (0.0, 0.34), (-0.05, 0.20)])
    parts = (Part("flame", (flame,), (0, -0.10), "trunk", 1.3, 0.5, hidden=True), Part("fins", fins, (0, 0),
        "trunk", 0.8, 0.95),
             Part("trunk", (hull,), (0, 0), None, 1.05, 0.5), Part("glass", (ring(0.05),), (0, -0.66), "trunk",
                 0.5, 0.0))  # fmt: skip
    return upright(Puppet(parts))


def balloon() -> Puppet:
    """A hot-air balloon."""
    skin = blob(
        [(0, -1.02), (0.36, -0.92), (0.40, -0.60), (0.14, -0.28), (-0.14, -0.28), (-0.40, -0.60), (-0.36, -0.92)]
    )
    stripe = blob([(-0.05, -1.0), (0.12, -0.98), (0.16, -0.62), (0.05, -0.28), (-0.05, -0.28), (-0.10, -0.62)])
    ropes = (
        plate([(-0.11, -0.29), (-0.09, -0.29), (-0.07, -0.12), (-0.09, -0.12)]),
        plate([(0.09, -0.29), (0.11, -0.29), (0.09, -0.12), (0.07, -0.12)]),
    )
    parts = (Part("ropes", ropes, (0, 0), "trunk", 0.5, 0.0), Part("trunk", (skin,), (0, 0), None, 1.0, 0.95),
             Part("stripe", (stripe,), (0, 0), "trunk", 1.15, 0.3), Part("basket", (plate([(-0.10, -0.13), (0.10,
                 -0.13), (0.09, 0.0), (-0.09, 0.0)]),),
             (0, 0), "trunk", 0.6, 0.0))  # fmt: skip
    return upright(Puppet(parts))


def drone() -> Puppet:
    """Four rotors on arms."""
    arms = plate([(-0.9, -0.62), (0.9, -0.62), (0.9, -0.52), (-0.9, -0.52)])
    body = blob([(-0.40, -0.70), (0.40, -0.70), (0.34, -0.30), (-0.34, -0.30)])
    rotors = [
        Part(f"rotor_{n}", (oval(0, 0, 0.42, 0.035),), (x, -0.86), "trunk", 0.6, 0.0)
        for n, x in enumerate((-0.85, 0.85))
    ]
    posts = (
        plate([(-0.88, -0.86), (-0.82, -0.86), (-0.82, -0.56), (-0.88, -0.56)]),
        plate([(0.82, -0.86), (0.88, -0.86), (0.88, -0.56), (0.82, -0.56)]),
    )
    parts = (Part("trunk", (arms, *posts), (0, 0), None, 0.7, 0.2), *rotors, Part("hull", (body,), (0, 0), "trunk",
        1.0, 0.9),
             Part("lens", (ring(0.10),), (0.2, -0.34), "trunk", _DARK, 0.0))  # fmt: skip
    return upright(Puppet(parts))


def kite() -> Puppet:
    """A kite with its tail."""
    skin = plate([(0, -1.0), (0.30, -0.68), (0, -0.20), (-0.30, -0.68)])
    tail = blob([(0, 0), (0.06, 0.08), (-0.06, 0.16), (0.05, 0.24), (0.0, 0.26), (-0.09, 0.16), (0.03, 0.08)])
    return upright(
        Puppet((Part("tail", (tail,), (0, -0.22), "trunk", 0.7, 0.6), Part("trunk", (skin,), (0, 0), None, 1.0, 0.95)))
    )


def boat(name: str) -> Puppet:
    """A rowing boat, a sailing boat, a ship; the lowest tenth lies under water."""
    if name == "ship":
        hull = blob([(-1.35, -0.34), (1.30, -0.38), (1.62, -0.46), (1.25, 0.06), (-1.20, 0.06)], 1)
        cabin = (
            plate([(-0.95, -0.62), (0.55, -0.62), (0.62, -0.36), (-1.0, -0.36)]),
            plate([(-0.75, -0.80), (0.25, -0.80), (0.30, -0.60), (-0.78, -0.60)]),
        )
        panes = tuple(ring(0.045)[:] for _ in range(0)) + tuple(
            oval(x, -0.50, 0.045, 0.045) for x in (-0.7, -0.45, -0.2, 0.05, 0.3)
        )
        funnel = plate([(-0.45, -1.05), (-0.18, -1.05), (-0.15, -0.78), (-0.45, -0.78)])
        return upright(Puppet((Part("funnel", (funnel,), (0, 0), "trunk", 0.8, 0.8), Part("cabin", cabin, (0, 0),
            "trunk", 1.15, 0.1),
                               Part("glass", panes, (0, 0), "trunk", _GLASS, 0.0), Part("trunk", (hull,), (0, 0),
                                   None, 0.9, 0.95))))  # fmt: skip
    if name == "sailboat":
        hull = blob([(-0.52, -0.17), (0.50, -0.18), (0.66, -0.22), (0.42, 0.05), (-0.40, 0.05)], 1)
        mast = plate([(-0.02, -1.0), (0.015, -1.0), (0.02, -0.15), (-0.025, -0.15)])
        main = blob([(-0.04, -0.98), (-0.06, -0.26), (-0.52, -0.25), (-0.40, -0.50)], 1)
        jib = blob([(0.04, -0.90), (0.10, -0.50), (0.50, -0.25), (0.05, -0.25)], 1)
        return upright(Puppet((Part("mast", (mast,), (0, 0), "trunk", 0.5, 0.0), Part("sail", (main,), (0, 0),
            "trunk", 1.18, 0.35),
                               Part("jib", (jib,), (0, 0), "trunk", 1.08, 0.35), Part("trunk", (hull,), (0, 0),
                                   None, 0.9, 0.95))))  # fmt: skip
    hull = blob([(-1.10, -0.62), (-0.6, -0.50), (0.6, -0.50), (1.20, -0.78), (0.85, 0.06), (-0.78, 0.06)], 1)
    bench = plate([(-0.30, -0.60), (0.15, -0.60), (0.15, -0.48), (-0.30, -0.48)])
    return upright(
        Puppet((Part("bench", (bench,), (0, 0), "trunk", 0.6, 0.2), Part("trunk", (hull,), (0, 0), None, 0.95, 0.95)))
    )


def tree(*, pine: bool = False) -> Puppet:
    """A round tree or a fir."""
    stem = limb(0.42, 0.035, 0.055)
    if pine:
        crowns = [plate([(-w, y), (0, y - 0.36), (w, y)]) for w, y in ((0.26, -0.14), (0.21, -0.36), (0.15, -0.58))]
        rest = [Part(f"crown_{n}", (c,), (0, 0), "trunk", 0.80 + 0.1 * n, 0.9) for n, c in enumerate(crowns)]
        return upright(Puppet((Part("trunk", (stem,), (0, -0.42), None, 0.6, 0.0), *[_re(p) for p in rest])))
    crown = (
        oval(-0.14, -0.58, 0.17, 0.15),
        oval(0.15, -0.60, 0.17, 0.16),
        oval(0.0, -0.76, 0.20, 0.20),
        oval(0.0, -0.52, 0.15, 0.11),
    )
    parts = (Part("trunk", (stem,), (0, -0.42), None, 0.6, 0.0), Part("crown_0", tuple(tuple((x, y + 0.42) for x,
        y in o) for o in crown), (0, 0),
             "trunk", 0.92, 0.9))  # fmt: skip
    return upright(Puppet(parts))


def _re(part: Part) -> Part:
    return Part(
        part.name,
        tuple(tuple((x, y + 0.42) for x, y in o) for o in part.outlines),
        part.joint,
        part.parent,
        part.tone,
        part.accent,
    )


def castle() -> Puppet:
    """A wall with a gate between towers."""
    wall = _crenels(-0.5, 0.5, -0.46, 9)
    towers = (_crenels(-0.62, -0.36, -0.74, 3), _crenels(0.36, 0.62, -0.74, 3))
    keep = _crenels(-0.17, 0.17, -0.80, 3)
    roof = plate([(-0.13, -0.80), (0.0, -1.04), (0.13, -0.80)])
    gate = blob([(-0.09, 0.03), (-0.10, -0.20), (0.0, -0.34), (0.10, -0.20), (0.09, 0.03)], 2)
    slits = tuple(oval(x, y, 0.018, 0.04) for x, y in ((-0.49, -0.52), (0.49, -0.52), (0.0, -0.62)))
    return upright(
        Puppet(
            (
                Part("roof", (roof,), (0, 0), "trunk", 0.7, 0.9),
                Part("keep", (keep,), (0, 0), "trunk", 0.82, 0.6),
                Part("trunk", (wall,), (0, 0), None, 0.95, 0.6),
                Part("towers", towers, (0, 0), "trunk", 1.0, 0.6),
                Part("gate", (gate, *slits), (0, 0), "trunk", 0.42, 0.0),
            )
        )
    )


def _crenels(left: float, right: float, top: float, count: int) -> Outline:
    """A wall down to the ground with `count` teeth on its top."""
    step = (right - left) / (2 * count - 1)
    teeth: list[tuple[float, float]] = []
    for n in range(2 * count - 1):
        y = top if n % 2 == 0 else top + 0.055
        teeth += [(left + n * step, y), (left + (n + 1) * step, y)]
    return (*teeth, (right, 0.0), (left, 0.0))


def house(*, tower: bool = False) -> Puppet:
    """A house with a gable, or a tall building."""
    if tower:
        wall = plate([(-0.20, -1.0), (0.20, -1.0), (0.20, 0), (-0.20, 0)])
        panes = tuple(plate([(x, y), (x + 0.07, y), (x + 0.07, y + 0.05), (x, y + 0.05)]) for x in (-0.16, -0.035,
            0.09) for y in
                      (-0.95, -0.85, -0.75, -0.65, -0.55, -0.45, -0.35, -0.25))  # fmt: skip
        return upright(
            Puppet(
                (Part("trunk", (wall,), (0, 0), None, 0.92, 0.6), Part("glass", panes, (0, 0), "trunk", _GLASS, 0.0))
            )
        )
    wall = plate([(-0.52, -0.56), (0.52, -0.56), (0.52, 0), (-0.52, 0)])
    roof = plate([(-0.66, -0.52), (0, -1.0), (0.66, -0.52)])
    door = plate([(-0.10, -0.30), (0.10, -0.30), (0.10, 0), (-0.10, 0)])
    panes = tuple(plate([(x, -0.42), (x + 0.17, -0.42), (x + 0.17, -0.24), (x, -0.24)]) for x in (-0.40, 0.23))
    return upright(Puppet((Part("trunk", (wall,), (0, 0), None, 1.05, 0.6), Part("roof", (roof,), (0, 0), "trunk",
        0.72, 0.95),
                           Part("door", (door,), (0, 0), "trunk", 0.5, 0.3), Part("glass", panes, (0, 0), "trunk",
                               _GLASS, 0.0))))  # fmt: skip


def _loop(x: float, y: float, across: float, down: float, thick: float) -> Outline:
    """A handle: an open ring to the right."""
    turns = [math.radians(a) for a in range(-80, 81, 10)]
    outer = [(x + across * math.cos(a), y + down * math.sin(a)) for a in turns]
    inner = [(x + (across - thick) * math.cos(a), y + (down - thick) * math.sin(a)) for a in reversed(turns)]
    return tuple(outer + inner)


def thing(name: str) -> Puppet:
    """Small things that stand on a surface."""
    made: dict[str, Callable[[], tuple[Part, ...]]] = {
        "cup": lambda: (
            Part("handle", (_loop(0.44, -0.52, 0.24, 0.28, 0.075),), (0, 0), "trunk", 0.8, 0.9),
            Part("trunk", (blob([(-0.46, -1.0), (0.46, -1.0), (0.42, -0.2), (0.26, 0.02), (-0.26, 0.02), (-0.42,
                -0.2)], 2),), (0, 0), None, 1.05, 0.9),
            Part("drink", (oval(0, -0.95, 0.40, 0.06),), (0, 0), "trunk", 0.4, 0.0),
        ),
        "bottle": lambda: (
            Part("trunk", (blob([(-0.06, -1.0), (0.06, -1.0), (0.07, -0.72), (0.20, -0.58), (0.20, 0.02), (-0.20,
                0.02), (-0.20, -0.58), (-0.07, -0.72)], 2),),
                 (0, 0), None, 1.0, 0.9),
            Part("label", (plate([(-0.17, -0.46), (0.17, -0.46), (0.17, -0.16), (-0.17, -0.16)]),), (0, 0),
                "trunk", 1.2, 0.1),
        ),
        "ball": lambda: (Part("trunk", (ring(0.5),), (0, -0.5), None, 1.0, 0.95), Part("wheel_s", (_spoke(0.5, 20,
            0.05),), (0, -0.5), None, 0.7, 0.3)),
        "flower": lambda: (
            Part("stem", (limb(0.62, 0.018, 0.022, 0.03),), (0, -0.62), None, 0.75, 0.0),
            Part("leaf", (blob([(0, 0), (0.20, -0.14), (0.26, -0.04), (0.1, 0.05)], 2),), (0.02, -0.25), None, 0.8,
                0.0),
            Part("crown_0", tuple(oval(0.15 * math.cos(a), 0.15 * math.sin(a), 0.12, 0.12) for a in (0, 1.05, 2.09,
                3.14, 4.19, 5.24)), (0, -0.74), None, 1.05, 0.95),
            Part("eye", (ring(0.08),), (0, -0.74), None, 0.55, 0.1),
        ),
        "lamp": lambda: (
            Part("trunk", (plate([(-0.02, -0.75), (0.02, -0.75), (0.02, 0), (-0.02, 0)]), oval(0, -0.02, 0.16,
                0.03)), (0, 0), None, 0.5, 0.0),
            Part("shade", (plate([(-0.12, -1.0), (0.12, -1.0), (0.22, -0.70), (-0.22, -0.70)]),), (0, 0), "trunk",
                1.25, 0.8),
        ),
        "book": lambda: (
            Part("trunk", (plate([(-0.40, -1.0), (0.40, -1.0), (0.40, 0), (-0.40, 0)]),), (0, 0), None, 1.0, 0.95),
            Part("spine", (plate([(-0.40, -1.0), (-0.30, -1.0), (-0.30, 0), (-0.40, 0)]),), (0, 0), "trunk", 0.7, 0.9),
        ),
    }  # fmt: skip
    box = lambda: (  # noqa: E731
        Part("side", (plate([(0.36, -0.94), (0.60, -1.0), (0.60, -0.14), (0.36, 0.0)]),), (0, 0), None, 0.72, 0.9),
        Part("trunk", (plate([(-0.52, -0.92), (0.40, -0.92), (0.40, 0), (-0.52, 0)]),), (0, 0), None, 1.0, 0.9),
    )
    return upright(Puppet(made.get(name, box)()))
