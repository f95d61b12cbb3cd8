"""Aiming: the pose that gives a face the lips that are wanted, whatever its picture shows them doing.

Knows how far lips are parted and how wide they are in a mesh. Must not know sounds or pixels. `FacePose` counts
from the picture on (0 is "as pictured"); here 0 is shut, so a smile with bared teeth closes in silence, and a film's
own speech is taken back before another is put in its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from understudy.animatic.faces.lips import EYE_CORNERS, UPPER_INNER, Anatomy, FacePose
from understudy.animatic.utterance import Mouth

_WIDEST = 0.52
"""Gap at opening 1 in half widths of the mouth, as in `lips`."""
_BARED = 1.0
"""Of the gap at rest that is added to it: who bares his teeth when silent opens wider when he speaks. By eye."""
_EARLIER = 0.7  # of a bared smile: usual vowels, half open, must show beside teeth that are seen anyway. By eye
_SHUT = 0.03  # of the half width: gaps the mesh sees between lips that touch. Measured: 0.00 to 0.04
_ROUNDED, _SPREAD = 0.24, 0.09  # what `width` -1 and 1 do to the mouth's width, as in `lips`


_BEFORE, _AFTER = 3, 7
"""Frames in which a face leaves its pictured mouth for speech, two of them before the sound, and goes back to it."""
_USUAL_WIDTH = 0.54
"""Of the distance of the outer corners of the eyes: a mouth at rest, corner to corner. Measured: 0.50 and 0.49 at rest,
0.63 in a broad smile. GUESS for people at large."""
_BROADEST = 1.2
_SMILES = (0.08, 0.17)
"""Half widths by which the middle of the mouth hangs below its corners: none, and all of a smile. Measured: 0.07 and
0.10 at rest, 0.19 in a broad smile."""


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
    # rounded lips cover the teeth instead
    earlier = _EARLIER * bared * (1 + min(0.0, wanted.width))
    opening = wanted.opening * (1 + earlier * (1 - wanted.opening))
    gap = opening * widest * (1 + 0.15 * min(0.0, width))
    if gap < rest:
        # parted by less than a mesh can tell from shut: the less, the less is done
        certain = min(1.0, rest / (_SHUT * anatomy.half))
        return FacePose(width=width, closed=(1 - gap / rest) * certain)
    return FacePose(opening=float(min(1.0, (gap - rest) / max(unit, 1e-6))), width=width)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a line asks of the lips at a moment: `pressed` 1 where they touch (p, b, m), else 0; `share` 0 (as pictured)
    to 1 (speaking), for the way from one to the other.
    """

    wanted: Wanted
    pressed: float
    share: float


def spoken_at(mouth: Mouth, place: float) -> Spoken | None:
    """What a line asks `place` frames (30 a second) after its first; None where it asks nothing.

    A little before and after the line there is the way from and to the face as pictured.
    """
    if not -_BEFORE < place < len(mouth) - 1 + _AFTER or not len(mouth):
        return None
    row = min(max(0, int(place)), len(mouth) - 1)
    way = min((place + _BEFORE) / _BEFORE, (len(mouth) - 1 + _AFTER - place) / _AFTER, 1.0)
    wanted = Wanted(float(mouth.opening[row]), float(np.clip(mouth.width[row], -1, 1)))
    return Spoken(wanted, float(mouth.closed[row]), way * way * (3 - 2 * way))


def speaking(anatomy: Anatomy, spoken: Spoken) -> FacePose:
    """The mouth of somebody pictured who speaks: a broad smile narrows, and its teeth are hidden where lips meet."""
    pose = aimed(anatomy, spoken.wanted, spread_of(anatomy))
    share, closed = spoken.share, max(pose.closed, spoken.pressed)
    opening = 0.0 if spoken.pressed else pose.opening
    return FacePose(opening=opening * share, width=pose.width * share, closed=closed * share)


def spread_of(anatomy: Anatomy) -> float:
    """How wide a smiling mouth is over a usual one at rest, 1 to 1.2; 1 for a mouth that does not smile."""
    left, right = (anatomy.points[corner, 0] for corner in EYE_CORNERS)
    broad = float(np.clip(2 * anatomy.half / max(1.0, right - left) / _USUAL_WIDTH, 1.0, _BROADEST))
    # corners above the middle of the mouth
    bow = (anatomy.seam - float(anatomy.points[[UPPER_INNER[0], UPPER_INNER[-1]], 1].mean())) / anatomy.half
    return 1 + (broad - 1) * float(np.interp(bow, _SMILES, (0, 1)))


def _width(wanted: float, spread: float) -> float:
    """`width` for a mouth that is `spread` times its width at rest already."""
    scale = (1 + (_ROUNDED if wanted < 0 else _SPREAD) * wanted) / max(spread, 0.5)
    return float(np.clip((scale - 1) / (_ROUNDED if scale < 1 else _SPREAD), -1, 1))
