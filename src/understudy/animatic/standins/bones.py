"""Bones: a figure as rigid parts on joints, and where each part is in a pose.

Knows outlines, joints and turns. One unit is the figure's own height; x to the right, y down, the ground at y = 0 and
the figure looking right. Must not know colours, pixels of a film or why anybody moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Outline = tuple[Point, ...]
Matrix = NDArray[np.float64]
"""(3, 3), from a part's own units to the figure's."""


@dataclass(frozen=True, slots=True)
class Part:
    """A rigid part. Its outlines are in units of its own, the joint by which it hangs on `parent` at (0, 0).

    `joint` is that place in the parent's units (the figure's, without parent). `tone` is the lightness of its clay,
    `accent` 0..1 how much of the figure's colour it takes. `hidden` parts are seen only in poses that name
    them. `turn` is how it hangs at rest, degrees clockwise.
    """

    name: str
    outlines: tuple[Outline, ...]
    joint: Point = (0.0, 0.0)
    parent: str | None = None
    tone: float = 1.0
    accent: float = 0.5
    hidden: bool = False
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class Puppet:
    """A figure: parts from back to front; a parent may stand anywhere among them.

    `face` is the box of its head in the resting pose; None for what has none. `stride` is how far one cycle of its
    gait carries it, in units; `wheel` the radius of its wheels.
    """

    parts: tuple[Part, ...]
    face: tuple[float, float, float, float] | None = None
    stride: float = 0.8
    wheel: float = 0.1

    def box(self) -> tuple[float, float, float, float]:
        """left, top, right, bottom of the resting figure in units."""
        places = placed(self, REST)
        spots = np.concatenate(
            [
                _apply(places[part.name], np.array(outline))
                for part in self.parts
                if part.name in places
                for outline in part.outlines
            ]
        )
        low, high = spots.min(axis=0), spots.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


@dataclass(frozen=True, slots=True)
class Pose:
    """One moment of a figure: turns of parts in degrees clockwise, stretches of parts, and how the whole is moved.

    `x`, `y` in units, `turn` in degrees about the figure's `pivot`. A stretch of a hidden part shows it.
    """

    turns: Mapping[str, float] = field(default_factory=dict)
    stretches: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    x: float = 0.0
    y: float = 0.0
    turn: float = 0.0
    pivot: Point = (0.0, -0.5)


REST = Pose()


def placed(puppet: Puppet, pose: Pose) -> dict[str, Matrix]:
    """Every visible part's matrix to the figure's units, in the order of painting."""
    root = (
        _shift(pose.x + pose.pivot[0], pose.y + pose.pivot[1])
        @ _turned(pose.turn)
        @ _shift(-pose.pivot[0], -pose.pivot[1])
    )
    known = {part.name: part for part in puppet.parts}
    done: dict[str, Matrix] = {}

    def place(part: Part) -> Matrix:
        if part.name not in done:
            above = root if part.parent is None else place(known[part.parent])
            done[part.name] = above @ _shift(*part.joint) @ _turned(part.turn + pose.turns.get(part.name, 0.0))
        return done[part.name]

    result = {}
    for part in puppet.parts:
        matrix = place(part)
        stretch = pose.stretches.get(part.name)
        if stretch is not None:
            matrix = matrix @ np.diag([stretch[0], stretch[1], 1.0])
        if (stretch is not None or not part.hidden) and abs(
            matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0]
        ) > 1e-6:
            result[part.name] = matrix
    return result


def scaled(puppet: Puppet, by: float) -> Puppet:
    """The same figure in another measure."""
    parts = tuple(
        replace(
            part,
            outlines=tuple(tuple((x * by, y * by) for x, y in outline) for outline in part.outlines),
            joint=(part.joint[0] * by, part.joint[1] * by),
        )
        for part in puppet.parts
    )
    return replace(puppet, parts=parts, stride=puppet.stride * by, wheel=puppet.wheel * by)


def upright(puppet: Puppet) -> Puppet:
    """The same figure on the ground, one unit high, its middle at x = 0. `face` is measured afterwards."""
    left, top, right, bottom = puppet.box()
    middle = (left + right) / 2
    moved = tuple(
        replace(part, joint=(part.joint[0] - middle, part.joint[1] - bottom)) if part.parent is None else part
        for part in puppet.parts
    )
    return scaled(replace(puppet, parts=moved), 1 / (bottom - top))


def _shift(x: float, y: float) -> Matrix:
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def _turned(degrees: float) -> Matrix:
    a = math.radians(degrees)
    return np.array([[math.cos(a), -math.sin(a), 0.0], [math.sin(a), math.cos(a), 0.0], [0.0, 0.0, 1.0]])


def _apply(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(points @ matrix[:2, :2].T + matrix[:2, 2])


# Outlines -------------------------------------------------------------------------------------------------------------


def oval(x: float, y: float, across: float, down: float, turn: float = 0.0) -> Outline:
    """An ellipse by its middle and radii."""
    a = np.linspace(0, 2 * math.pi, 36, endpoint=False)
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    spots = np.stack([across * np.cos(a), down * np.sin(a)], axis=1)
    return _points(spots @ np.array([[c, s], [-s, c]]) + (x, y))


def limb(length: float, upper: float, lower: float, lean: float = 0.0) -> Outline:
    """A tapered limb that hangs down from its joint; `upper`, `lower` are radii, `lean` shifts its end sideways."""
    a = np.linspace(0, math.pi, 13)
    top = np.stack([-upper * np.cos(a), -upper * np.sin(a)], axis=1)
    low = np.stack([lower * np.cos(a) + lean, length + lower * np.sin(a)], axis=1)
    return _points(np.concatenate([top, low]))


def blob(points: Iterable[Point], rounds: int = 3) -> Outline:
    """A smooth closed curve near some points (Chaikin's corner cutting)."""
    spots = np.array(list(points), dtype=np.float64)
    for _ in range(rounds):
        after = np.roll(spots, -1, axis=0)
        spots = np.stack([0.75 * spots + 0.25 * after, 0.25 * spots + 0.75 * after], axis=1).reshape(-1, 2)
    return _points(spots)


def plate(points: Iterable[Point]) -> Outline:
    """A closed curve with its corners only a little rounded."""
    spots = np.array(list(points), dtype=np.float64)
    before, after = np.roll(spots, 1, axis=0), np.roll(spots, -1, axis=0)
    cut = np.stack(
        [0.88 * spots + 0.12 * before, 0.97 * spots + 0.015 * (before + after), 0.88 * spots + 0.12 * after], 1
    )
    return _points(cut.reshape(-1, 2))


def ring(radius: float) -> Outline:
    """A disc about the joint."""
    return oval(0.0, 0.0, radius, radius)


def _points(spots: NDArray[np.float64]) -> Outline:
    return tuple((float(x), float(y)) for x, y in spots)


def mirrored(outlines: Sequence[Outline]) -> tuple[Outline, ...]:
    """The same outlines looking the other way."""
    return tuple(tuple((-x, y) for x, y in outline) for outline in outlines)
