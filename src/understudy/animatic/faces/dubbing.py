"""Dubbing: the pictures of a film with other lips, picture by picture.

Knows faces that were followed through a film, and the mouth of a sound. Must not know where either comes from, nor how
lips move (aiming, portrait). Whatever is not near the mouth stays as it is, to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.cutout import moved
from understudy.animatic.faces.aiming import Wanted, aimed
from understudy.animatic.faces.between import Look
from understudy.animatic.faces.following import presence
from understudy.animatic.faces.lips import Anatomy, FacePose
from understudy.animatic.faces.portrait import prepare
from understudy.animatic.faces.quiet import lip_gap
from understudy.animatic.performer import Face, Plate
from understudy.animatic.utterance import Mouth

_ROOM = 0.55  # of the face's size around it in which it is painted
_ASIDE = (32.0, 52.0)  # degrees of yaw from where on lips do less, and where nothing
_CLEAR = (0.55, 0.9)  # mesh confidence: nothing below the first (covered), all from the second
_RAMP = 3  # pictures in which new lips come and go where the face does
_SETTLES = 0.12  # how fast colours of the mouth's inside follow the light
_CALM_SHARE = 40  # percentile of gaps: the pictures that show how wide the mouth is at rest


def dubbed(pictures: Iterable[tuple[int, Plate]], faces: Sequence[Face | None], mouth: Mouth) -> Iterator[Plate]:
    """A film's pictures, each with the lips of a sound.

    Args:
        pictures: with their numbers in the film, in the order they are shown.
        faces: the one that speaks, by number in the film; made steady beforehand.
        mouth: by order of show; at least as long as there are pictures.
    """
    there, spreads = presence(faces, _RAMP), _spreads(faces)
    look: Look | None = None
    for number, (place, picture) in enumerate(pictures):
        face = faces[place]
        strength = lip_strength(face) * float(there[place]) if face is not None else 0.0
        if face is None or strength <= 0:
            look = None
            yield picture
            continue
        wanted = Wanted(float(mouth.opening[number]), float(mouth.width[number]))
        painted, look = _with_lips(picture, face, wanted, float(spreads[place]), strength, look)
        yield painted


def _with_lips(
    picture: Plate,
    face: Face,
    wanted: Wanted,
    spread: float,
    strength: float,
    look: Look | None,
) -> tuple[Plate, Look]:
    """The picture with other lips, and the colours between them, which change slowly."""
    height, width = picture.shape[:2]
    left, top, right, bottom = face.box
    room = _ROOM * max(right - left, bottom - top)
    x0, y0 = max(0, int(left - room)), max(0, int(top - room))
    x1, y1 = min(width, int(right + room)), min(height, int(bottom + room))
    if x1 - x0 < 8 or y1 - y0 < 8:
        return picture, look or Look.of(np.zeros((0, 3), np.float32))
    part = picture[y0:y1, x0:x1]
    portrait = prepare(np.dstack([part, np.full(part.shape[:2], 255, np.uint8)]), moved(face, x0, y0, 1.0))
    if look is not None:
        portrait.look.teeth = (look.teeth + _SETTLES * (portrait.look.teeth - look.teeth)).astype(np.float32)
        portrait.look.light = look.light + _SETTLES * (portrait.look.light - look.light)
    pose = aimed(portrait.anatomy, wanted, spread)
    pose = FacePose(opening=pose.opening * strength, width=pose.width * strength, closed=pose.closed * strength)
    patch, (x, y) = portrait.paint(pose)
    if patch.size:
        picture = picture.copy()
        picture[y0 + y : y0 + y + patch.shape[0], x0 + x : x0 + x + patch.shape[1]] = patch[..., :3]
    return picture, portrait.look


def lip_strength(face: Face | None) -> float:
    """How much of its lips' movement a face can do as it is seen, 0..1: less from the side, or partly covered."""
    if face is None:
        return 0.0
    aside = float(np.interp(abs(face.yaw), _ASIDE, (1.0, 0.0)))
    return aside * float(np.interp(face.confidence, _CLEAR, (0.0, 1.0)))


def _spreads(faces: Sequence[Face | None]) -> NDArray[np.float32]:
    """(n,) how wide the mouth is in each picture over its width at rest, as pictures with nearly shut lips show it."""
    widths, gaps = np.full(len(faces), np.nan), np.full(len(faces), np.nan)
    for place, face in enumerate(faces):
        if face is not None:
            eyes_apart = float(np.linalg.norm(face.mesh[263, :2] - face.mesh[33, :2]))
            widths[place] = 2 * Anatomy(face.mesh).half / max(1.0, eyes_apart)
            gaps[place] = lip_gap(face)
    calm = gaps <= np.nanpercentile(gaps, _CALM_SHARE)
    rest = float(np.nanmedian(widths[calm]))
    return np.nan_to_num(np.clip(widths / max(rest, 1e-6), 0.8, 1.25), nan=1.0).astype(np.float32)
