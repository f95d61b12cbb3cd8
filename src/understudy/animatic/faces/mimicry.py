"""Mimicry: what a face does besides talking and blinking, as fields: smiles, brows, wide eyes, a gaze, a tongue.

Knows where on a face each movement of `lips.Mimic` pulls, how far and how wide. Must not know pixels of a picture, time
or what a movement means (expressions). Fields are backward, in the face's own coordinates, as in `lips`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.faces.lips import BROWS, Anatomy, Eye, Floats, Lips, Mimic, smooth

Box = tuple[float, float, float, float]
"""left, top, right, bottom in the face's own coordinates."""

_CHEEKS = (50, 280)
_POUCHES = (205, 425)  # where a cheek swells
_LIP_SIDES = (40, 270)  # half way from the middle of the upper lip to its corners
_NOSTRILS = (98, 327)

# GUESS: reaches of movements, in half widths of the mouth or widths of an eye; larger than life, as on a stage, for a
# sticker is seen small. Looked at on two photographs.
_CORNER = (0.24, 0.30)  # out and up, at a whole smile
_CORNER_DOWN = 0.28
_OWN_SMILE = (0.34, 0.14)  # how much further down and in where the photograph smiles itself
_CHEEK_UP = 0.13
_SNEER = 0.24
_BROW_UP, _BROW_DOWN = 0.30, 0.24
_WORRY, _ANGER = 0.28, 0.30
_TOGETHER = 0.17
_WIDER, _TALLER = 0.12, 0.42
_PUFF = 0.26
_SHIFT = 0.42
_GAZE_X, _GAZE_Y = 0.21, 0.17  # of the width of the eye
_LOWER_LID = 0.82  # of the open eye, at a whole squint
_TONGUE_WIDE, _TONGUE_LONG = 0.42, 0.80
_TONGUE_COLOUR = np.array([214, 96, 104], np.float32)


@dataclass(frozen=True, slots=True)
class _Pull:
    """Skin carried by (dx, dy) at (x, y), less and less away from there: a bell with widths (wide, tall)."""

    x: float
    y: float
    wide: float
    tall: float
    dx: float
    dy: float


@dataclass(frozen=True, slots=True)
class _Swell:
    """An ellipse about (x, y), half axes (wide, tall), magnified by 1 + (across, down) in its middle."""

    x: float
    y: float
    wide: float
    tall: float
    across: float
    down: float


class Mimicry:
    """The movements of one face."""

    def __init__(self, anatomy: Anatomy) -> None:
        self._anatomy = anatomy
        corners = float(anatomy.points[[78, 308], 1].mean())
        # the lower lip hangs below the corners of a mouth that smiles: 0.10 half widths at rest, 0.46 at a broad smile
        self._smiles = float(np.clip(((float(anatomy.points[14, 1]) - corners) / anatomy.half - 0.10) / 0.36, 0, 1))

    def box(self, mimic: Mimic) -> Box:
        """All that any movement of this pose can change."""
        a = self._anatomy
        points = a.points
        left, right = float(points[:, 0].min()), float(points[:, 0].max())
        room = 0.25 * a.width
        low = a.chin + (1.3 * a.half if mimic.tongue else 0.4 * a.half)
        return left - room, a.top - 0.2 * a.height, right + room, low

    def source(self, x: Floats, y: Floats, mimic: Mimic) -> tuple[Floats, Floats]:
        """Where each point comes from. What is asked: where the movement has carried it from, found in two steps."""
        pulls, swells = self._movements(mimic)
        if not pulls and not swells:
            return x, y
        from_x, from_y = x, y
        for _ in range(2):
            dx, dy = _carried(from_x, from_y, pulls, swells)
            from_x, from_y = np.asarray(x - dx, np.float32), np.asarray(y - dy, np.float32)
        return from_x, from_y

    def _movements(self, m: Mimic) -> tuple[list[_Pull], list[_Swell]]:
        a = self._anatomy
        h, points = a.half, a.points
        pulls: list[_Pull] = []
        swells: list[_Swell] = []
        for side, corner, smile in ((-1.0, 78, m.smile_left), (1.0, 308, m.smile_right)):
            if smile:
                x, y = points[corner, :2]
                down, inward = -_CORNER[1] * smile, -_CORNER[0] * smile
                if smile < 0:
                    down = -(_CORNER_DOWN + _OWN_SMILE[0] * self._smiles) * smile
                    inward = -_OWN_SMILE[1] * self._smiles * smile
                pulls.append(_Pull(x, y, 0.62 * h, 0.55 * h, -side * inward * h, down * h))
                if smile > 0:
                    x, y = points[_CHEEKS[side > 0], :2]
                    pulls.append(_Pull(x, y, 0.8 * h, 0.55 * h, 0.0, -_CHEEK_UP * h * smile))
        if m.sneer:
            for number in (0, 1):
                x, y = points[_LIP_SIDES[number], :2]
                pulls.append(_Pull(x, y, 0.4 * h, 0.3 * h, 0.0, -_SNEER * h * m.sneer))
                x, y = points[_NOSTRILS[number], :2]
                pulls.append(_Pull(x, y, 0.35 * h, 0.4 * h, 0.0, -0.6 * _SNEER * h * m.sneer))
        if m.mouth_shift:
            y = (a.lip_top + a.lip_bottom) / 2
            pulls.append(_Pull(a.middle, y, 1.25 * h, 0.75 * h, _SHIFT * h * m.mouth_shift, 0.0))
        if m.puff:
            for side, point in zip((-1.0, 1.0), _POUCHES, strict=True):
                x, y = points[point, :2]
                pulls.append(_Pull(x + 0.2 * side * h, y, 0.75 * h, 0.75 * h, side * _PUFF * h * m.puff, 0.0))
        for number, (eye, brow) in enumerate(zip(a.eyes, BROWS, strict=True)):
            pulls += self._brow(m, number, eye, brow)
            if m.wide:
                e, x, y = _width(eye), *_middle(eye)
                swells.append(_Swell(x, y, 0.95 * e, 0.72 * e, _WIDER * m.wide, _TALLER * m.wide))
        return pulls, swells

    def _brow(self, m: Mimic, number: int, eye: Eye, brow: tuple[int, ...]) -> list[_Pull]:
        raised = (m.brow_left, m.brow_right)[number]
        if not raised and not m.slant:
            return []
        e = _width(eye)
        place = self._anatomy.points[list(brow), :2]
        pulls = []
        if raised:
            x, y = place.mean(axis=0)
            up = -(_BROW_UP if raised > 0 else _BROW_DOWN) * raised * e
            pulls.append(_Pull(float(x), float(y) - 0.05 * e, 0.6 * e, 0.34 * e, 0.0, up))
        if m.slant:
            inner, outer = (place[-1], place[0]) if number == 0 else (place[0], place[-1])
            towards = 1.0 if number == 0 else -1.0
            anger = max(0.0, -m.slant)
            up = -(_WORRY if m.slant > 0 else _ANGER) * m.slant * e
            pulls.append(
                _Pull(float(inner[0]), float(inner[1]), 0.32 * e, 0.30 * e, towards * _TOGETHER * e * anger, up)
            )
            pulls.append(_Pull(float(outer[0]), float(outer[1]), 0.34 * e, 0.28 * e, 0.0, -0.4 * up))
        return pulls

    # eyes ---------------------------------------------------------------------------------------------------------

    def look(self, x: Floats, y: Floats, eye: Eye, mimic: Mimic) -> tuple[Floats, Floats]:
        """Where each point of an open eye comes from when it looks aside: the iris slides under still lids."""
        e = _width(eye)
        upper, lower = eye.upper.at(x), eye.lower.at(x)
        outer, inner = float(eye.upper.xs[0]), float(eye.upper.xs[-1])
        rim = max(0.8, 0.03 * e)
        inside = np.clip((y - upper) / rim, 0, 1) * np.clip((lower - y) / rim, 0, 1)
        inside = inside * smooth(outer, outer + 0.10 * e, x) * smooth(inner, inner - 0.10 * e, x)
        there_x = np.clip(x - _GAZE_X * e * mimic.gaze_x, outer + 0.12 * e, inner - 0.12 * e)
        edge = np.minimum(0.08 * e, 0.3 * (eye.lower.at(there_x) - eye.upper.at(there_x)))
        there_y = y - _GAZE_Y * e * mimic.gaze_y
        there_y = np.clip(there_y, eye.upper.at(there_x) + edge, eye.lower.at(there_x) - edge)
        return (
            np.asarray(x + (there_x - x) * inside, np.float32),
            np.asarray(y + (there_y - y) * inside, np.float32),
        )

    def lower_lid(self, x: Floats, eye: Eye, squint: float) -> Floats:
        """Row of the edge of the lower lid at columns `x`."""
        lower = eye.lower.at(x)
        return np.asarray(lower - _LOWER_LID * squint * np.maximum(lower - eye.upper.at(x), 0.0), np.float32)

    def squint_y(self, x: Floats, y: Floats, eye: Eye, squint: float) -> Floats:
        """Rows of the source for the skin below an eye, which is pushed up over it."""
        lower, lid = eye.lower.at(x), self.lower_lid(x, eye, squint)
        anchor = lower + 1.3 * eye.height
        part = np.clip((anchor - y) / np.maximum(anchor - lid, 1e-3), 0, 1)
        return np.asarray(y + (lower - lid) * part + 0.9 * squint * part, np.float32)

    # tongue -------------------------------------------------------------------------------------------------------

    def tongue(self, x: Floats, y: Floats, lips: Lips, out: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Colour (h, w, 3) 0..255 in good light and cover 0..1 of a tongue that hangs over the lower lip."""
        a = self._anatomy
        middle = a.middle
        root = float(a.lower0.at(np.array([middle], np.float32))[0])
        wide, long = _TONGUE_WIDE * a.half, (a.lip_bottom - root) + out * _TONGUE_LONG * a.half
        down = (y - lips.lower) / max(1.0, long)
        away = np.abs(x - middle) / wide
        taper = np.sqrt(np.clip(1 - (np.clip(down - 0.55, 0, None) / 0.45) ** 2, 0, 1))
        # it comes out from under the upper teeth
        root_y = lips.upper + 0.55 * (lips.lower - lips.upper) + 0.25 * wide * np.minimum(away, 1.0) ** 2
        soft = max(0.05, 1.2 / wide)
        cover = np.clip((taper - away) / soft, 0, 1) * np.clip((1 - down) * long, 0, 1)
        cover = cover * np.clip((y - root_y) / 1.5, 0, 1) * min(1.0, 3 * out)
        groove = 1 - 0.22 * np.exp(-((away / 0.14) ** 2)) * smooth(0.95, 0.6, down)
        shade = (0.62 + 0.46 * smooth(-0.35, 0.55, down)) * (
            1 - 0.35 * smooth(0.55, 1.0, away / np.maximum(taper, 0.05))
        )
        glint = 26 * np.exp(-(((away - 0.42) / 0.2) ** 2) - ((down - 0.62) / 0.16) ** 2)
        colour = _TONGUE_COLOUR * (shade * groove)[..., None] + glint[..., None]
        return np.asarray(colour, np.float32), np.asarray(cover, np.float32)


def _carried(x: Floats, y: Floats, pulls: list[_Pull], swells: list[_Swell]) -> tuple[Floats, Floats]:
    """How far each point of the source is carried."""
    dx, dy = np.zeros_like(x), np.zeros_like(y)
    for p in pulls:
        weight = np.exp(-(((x - p.x) / p.wide) ** 2) - ((y - p.y) / p.tall) ** 2)
        dx += np.float32(p.dx) * weight
        dy += np.float32(p.dy) * weight
    for s in swells:
        reach = np.hypot((x - s.x) / s.wide, (y - s.y) / s.tall).astype(np.float32)
        weight = smooth(1.0, 0.3, reach)
        dx += np.float32(s.across) * weight * (x - s.x)
        dy += np.float32(s.down) * weight * (y - s.y)
    return dx, dy


def _width(eye: Eye) -> float:
    return max(2.0, float(eye.upper.xs[-1] - eye.upper.xs[0]))


def _middle(eye: Eye) -> tuple[float, float]:
    x = float(eye.upper.xs[0] + eye.upper.xs[-1]) / 2
    at = np.array([x], np.float32)
    return x, float(eye.upper.at(at)[0] + eye.lower.at(at)[0]) / 2
