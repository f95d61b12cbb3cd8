"""Foreground: who or what stands in front in a picture, where it is, and whose face it has.

Knows the ways of the cut-out, but keeps the picture's own frame: the mask is as large as the picture. Must not know
what is done with it. A weak mask is none: a picture moved as one whole looks calm, a torn edge looks like a fault.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from understudy.animatic import backdrop, focus, matte, outline
from understudy.animatic._opencv import cv2
from understudy.animatic.cutout import find_person, moved
from understudy.animatic.perception import Eyes, Mask
from understudy.animatic.performer import Face, Plate
from understudy.media.image import fit

_LOOK_SIDE = 1280
_AREA = (0.01, 0.8)  # share of the picture that a thing in front may fill
_ONE_PIECE = 0.8  # least share of the largest part in all of the mask


@dataclass(frozen=True, slots=True)
class Foreground:
    """`mask` (h, w) 0..1 of what stands in front, None where nothing could be told; `face` in picture pixels, also
    where the body could not be told from its surroundings.
    """

    mask: Mask | None
    face: Face | None
    is_person: bool = False

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """left, top, right, bottom of the mask in pixels."""
        found = None if self.mask is None else matte.bounds(self.mask, threshold=0.5)
        return None if found is None else (found.left, found.top, found.right, found.bottom)


def find_foreground(picture: Plate, eyes: Eyes | None) -> Foreground:
    """What stands in front of a picture. Without `eyes` only things before a plain or blurred backdrop are told."""
    face: Face | None = None
    if eyes is not None:
        found = find_person(picture, eyes)
        if found is not None:
            per = picture.shape[0] / found.rough.shape[0]
            face = found.face and moved(found.face, 0, 0, per)
            mask = _refined(picture, found.rough, face)
            if mask is not None:
                return Foreground(mask, face, True)
        else:
            small = fit(picture, _LOOK_SIDE, _LOOK_SIDE)
            faces = eyes.faces(small)
            face = moved(faces[0], 0, 0, picture.shape[0] / small.shape[0]) if faces else None
    if face is not None:
        return Foreground(None, face, True)
    rough = backdrop.stands_out(picture, shrunk=True) if backdrop.look(picture).is_plain else None
    if rough is None:
        rough = focus.stands_sharp(picture)
    if rough is None or not _AREA[0] <= float((rough > 0.5).mean()) <= _AREA[1]:
        return Foreground(None, None)
    return Foreground(_refined(picture, rough, None) if matte.largest_share(rough) >= _ONE_PIECE else None, None)


def _refined(picture: Plate, rough: Mask, face: Face | None) -> Mask | None:
    """A rough mask on the picture's own edges; None if what comes out is not one solid piece."""
    height, width = picture.shape[:2]
    likely = np.clip(cv2.resize(rough, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1).astype(np.float32)
    mask = matte.edged(picture, likely)
    share = matte.largest_share(mask)
    nose = None if face is None else (float(face.mesh[1, 0]), float(face.mesh[1, 1]))
    mask = matte.whole(mask, nose)
    mask = outline.fill_alike(picture, mask)
    if not _AREA[0] / 2 <= float((mask > 0.5).mean()) <= 0.93:
        return None
    if face is None and (share < _ONE_PIECE or not outline.judge(picture, mask).is_sound):
        return None
    return mask
