"""Kit: what a look is made ready with, once per film.

Knows the size of the picture, the colouring of the film and the lots to draw. Must not know any look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from understudy.animatic.looks.colouring import Colouring, lab_of, skin
from understudy.animatic.looks.craft import ColourTable, blurred
from understudy.animatic.looks.sight import Picture, Plane, Sight
from understudy.animatic.perception import Eyes
from understudy.core.units import Size

Look: TypeAlias = Callable[[Sight], Picture]
"""Paints one picture. Made ready once per film; asked for the pictures in their order."""

_SHORT = 720  # the shorter side for which all widths are written


@dataclass(frozen=True, slots=True)
class Kit:
    """`size` of the picture, the film's `colouring`, and `seed` for paper, brushes and the like.

    `eyes` see faces where the models are installed; a look does without where they are not.
    """

    size: Size
    colouring: Colouring
    seed: int = 0
    eyes: Eyes | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return self.size.height, self.size.width

    @property
    def unit(self) -> float:
        """Pixels of this picture per pixel of one 720 high."""
        return min(self.size.height, self.size.width) / _SHORT

    def rng(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    def tones(self) -> tuple[float, float]:
        """Black and white of the film, lightness 0..1, never closer than 0.35: a flat film is not torn apart."""
        low, high = self.colouring.light(0.02), self.colouring.light(0.985)
        room = max(0.0, 0.35 - (high - low)) / 2
        return max(0.0, low - room), min(1.0, high + room)


def skin_table() -> ColourTable:
    """Where skin may be, as brightness of all three channels."""
    return ColourTable.of(lambda rgb: np.repeat(skin(lab_of(rgb))[:, None], 3, axis=1))


def beside_skin(skin_of: ColourTable, picture: Picture, reach: float) -> Plane:
    """1 on faces and hands, falling to 0 within some `reach` pixels; eyes, lips and brows lie inside."""
    return np.asarray(np.clip(blurred(plane_of(skin_of.on(picture)), reach) * 1.7, 0, 1), np.float32)


def plane_of(picture: Picture) -> Plane:
    """The first channel, 0..1."""
    return np.asarray(picture[:, :, 0], np.float32) * np.float32(1 / 255)
