"""Quiet: the stretch of a clip in which its person does not speak.

Knows how far lips are parted in face meshes over time. Must not know pixels, films or who speaks when. In a film a
mouth moves on its own lines only; so while others speak, and under a mouth that is drawn, quiet pictures are played.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.faces.lips import (
    CHIN,
    FOREHEAD,
    LIDS,
    LOWER_INNER,
    LOWER_OUTER,
    NOSE_BASE,
    NOSE_TIP,
    UPPER_INNER,
    UPPER_OUTER,
)
from understudy.animatic.performer import Face

LEAST = 12
"""Pictures of the shortest stretch worth playing forth and back: less would look like a tic."""

_STILL_SHARE = 20  # percentile of the gaps that is the mouth at rest, smiling or not
_TALKS = 0.012  # of the face's height that the gap grows by in talk. Measured: 0.007 in a still filmed by hand, 0.03
_PARTED = 0.010  # of the face's height above rest from where the mouth is at work
_ALIKE = (
    0.003  # of the face's height, mean over the lips: a still filmed by hand measured 0.001 to 0.003, talk 0.004 up
)
_SAME_GAP = 0.005  # of the face's height: a stretch must not hold the shut lips of a b among parted ones
_KNOWN = 0.5  # least share of pictures with a face
_OPEN_EYES = 0.8  # of the usual opening
_LIPS = list(dict.fromkeys(UPPER_INNER + LOWER_INNER + UPPER_OUTER + LOWER_OUTER))
_SKULL = [
    33,
    133,
    362,
    263,
    NOSE_BASE,
    NOSE_TIP,
    FOREHEAD,
    168,
    6,
]  # eyes, nose, brow: no lip moves them


def lip_gap(face: Face) -> float:
    """Distance of the inner lips at the middle of the mouth over the height of the face; 0.01 is shut, 0.1 wide."""
    mesh = face.mesh[:, :2]
    upper, lower = mesh[list(UPPER_INNER[4:7])], mesh[list(LOWER_INNER[4:7])]
    apart = float(np.linalg.norm(lower - upper, axis=1).mean())
    return apart / max(1e-6, float(np.linalg.norm(mesh[CHIN] - mesh[FOREHEAD])))


def quiet_stretch(faces: Sequence[Face | None]) -> tuple[int, int] | None:
    """First picture, and the one after the last, of the longest stretch in which the mouth rests.

    None where the mouth rests all the time, or where the face is seen too seldom to say. Where there is no stretch of
    at least `LEAST` pictures, the one picture with the calmest mouth and open eyes.
    """
    known = [place for place, face in enumerate(faces) if face is not None]
    if len(known) < max(2, _KNOWN * len(faces)):
        return None
    gaps = np.full(len(faces), np.inf)
    eyes = np.zeros(len(faces))
    for place, face in enumerate(faces):
        if face is not None:
            gaps[place], eyes[place] = lip_gap(face), _eye_gap(face)
    rest = float(np.percentile(gaps[known], _STILL_SHARE))
    if float(np.percentile(gaps[known], 95)) - rest < _TALKS:
        return None
    first, after = _stillest(lip_shapes(faces), gaps, gaps <= rest + _PARTED)
    if after - first >= LEAST:
        return first, after
    awake = eyes >= _OPEN_EYES * float(np.median(eyes[known]))
    calmest = int(np.argmin(np.where(awake, gaps, np.inf)))
    return calmest, calmest + 1


def _eye_gap(face: Face) -> float:
    """How far the lids are apart, the larger of both eyes, over the height of the face."""
    mesh = face.mesh[:, :2]
    apart = max(float(np.linalg.norm(mesh[upper[4]] - mesh[lower[4]])) for upper, lower in LIDS)
    return apart / max(1e-6, float(np.linalg.norm(mesh[CHIN] - mesh[FOREHEAD])))


def lip_shapes(faces: Sequence[Face | None]) -> NDArray[np.float32]:
    """(n, 40, 2) lips in the face's own frame: moved, turned and scaled as eyes, brow and nose say.

    Around their middle, over the height of the first face seen; infinite where there is no face.
    """
    shapes = np.full((len(faces), len(_LIPS), 2), np.inf, np.float32)
    first = next((face for face in faces if face is not None), None)
    if first is None:
        return shapes
    height = max(1e-6, float(np.linalg.norm(first.mesh[CHIN, :2] - first.mesh[FOREHEAD, :2])))
    home = _plane(first.mesh[_SKULL])
    home = home - home.mean()
    for place, face in enumerate(faces):
        if face is None:
            continue
        skull, lips = _plane(face.mesh[_SKULL]), _plane(face.mesh[_LIPS])
        skull = skull - skull.mean()
        turn = np.vdot(skull, home) / max(1e-6, np.vdot(skull, skull).real)
        lips = (lips - lips.mean()) * turn / height
        shapes[place] = np.stack([lips.real, lips.imag], axis=1)
    return shapes


def _plane(points: NDArray[np.float32]) -> NDArray[np.complex128]:
    return points[:, 0].astype(np.float64) + 1j * points[:, 1]


def _stillest(shapes: NDArray[np.float32], gaps: NDArray[np.float64], calm: NDArray[np.bool_]) -> tuple[int, int]:
    """First and after-last place of the longest run of calm pictures whose lips all look like those of one of them."""
    best = (0, 0)
    for pivot in np.flatnonzero(calm):
        near = np.zeros(len(calm), bool)
        near[calm] = np.abs(shapes[calm] - shapes[pivot]).mean(axis=(1, 2)) <= _ALIKE
        near &= np.abs(gaps - gaps[pivot]) <= _SAME_GAP
        other = np.flatnonzero(~near)
        place = int(np.searchsorted(other, pivot))
        first = int(other[place - 1]) + 1 if place else 0
        after = int(other[place]) if place < len(other) else len(calm)
        if after - first > best[1] - best[0]:
            best = (first, after)
    return best
