"""Aiming: the pose that gives a face the lips that are wanted, whatever its picture shows them doing.

Knows how far lips are parted and how wide they are in a mesh. Must not know sounds, pixels or time. `FacePose` counts
from the picture on (0 is "as pictured"); here 0 is shut, so a smile with bared teeth closes in silence, and a film's
own speech is taken back before another is put in its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from understudy.animatic.faces.lips import Anatomy, FacePose

_WIDEST = 0.52
"""Gap at opening 1 in half widths of the mouth, as in `lips`."""
_BARED = 1.0
"""Of the gap at rest that is added to it: who bares his teeth when silent opens wider when he speaks. By eye."""
_EARLIER = 0.7  # of a bared smile: usual vowels, half open, must show beside teeth that are seen anyway. By eye
_SHUT = 0.03  # of the half width: gaps the mesh sees between lips that touch. Measured: 0.00 to 0.04
_ROUNDED, _SPREAD = 0.24, 0.09  # what `width` -1 and 1 do to the mouth's width, as in `lips`


@dataclass(frozen=True, slots=True)
class Wanted:
    """Lips as a sound wants them: `opening` 0 (shut) to 1, `width` -1 (rounded) to 1 (spread)."""

    opening: float
    width: float


def aimed(anatomy: Anatomy, wanted: Wanted, spread: float = 1.0) -> FacePose:
    """The pose of the mouth by which a face gets the wanted lips.

    Args:
        anatomy: of the face as pictured.
        wanted: the lips.
        spread: how wide the pictured mouth is over its width at rest; 1 where nobody knows.
    """
    width = _width(wanted.width, spread)
    rest = max(0.0, anatomy.rest_gap - _SHUT * anatomy.half)
    # one unit of `opening` on this face, by its own measure; no lips part farther
    unit = anatomy.gap(FacePose(opening=1.0, width=width))
    widest = min(_WIDEST * anatomy.half + _BARED * rest, rest + unit)
    bared = min(1.0, rest / (0.2 * anatomy.half))
    opening = wanted.opening * (1 + _EARLIER * bared * (1 - wanted.opening))
    gap = opening * widest * (1 + 0.15 * min(0.0, width))
    if gap < rest:
        # parted by less than a mesh can tell from shut: the less, the less is done
        certain = min(1.0, rest / (_SHUT * anatomy.half))
        return FacePose(width=width, closed=(1 - gap / rest) * certain)
    return FacePose(opening=float(min(1.0, (gap - rest) / max(unit, 1e-6))), width=width)


def _width(wanted: float, spread: float) -> float:
    """`width` for a mouth that is `spread` times its width at rest already."""
    scale = (1 + (_ROUNDED if wanted < 0 else _SPREAD) * wanted) / max(spread, 0.5)
    return float(np.clip((scale - 1) / (_ROUNDED if scale < 1 else _SPREAD), -1, 1))
