"""Substitute: a cut-out, or a whole picture, in the place of a marked thing: as large, as bright, moving along.

Knows the region's box and light. Must not know how the region is found (masks) nor what stood there (joining).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.cutout import Cut
from understudy.animatic.filling import Hole, Plate
from understudy.animatic.footage.travel import Matrix
from understudy.animatic.performer import Kind
from understudy.animatic.screenplay import Side
from understudy.core.units import Size
from understudy.media.image import cover

_BACKGROUND = 0.5
"""Share of a picture from which on a region is a place rather than a thing. GUESS."""
_INSIDE = 0.97  # least share of the cut-out that must lie in the region
_LIGHT_TAKEN, _TINT_TAKEN = 0.35, 0.25  # share of the way to the surroundings' light and tint
_SHADOW = 0.42  # darkest part of the contact shadow
_FEATHER = 1.6  # pixels


class Substitute:
    """What stands in the region from now on."""

    def __init__(self, cut: Cut, whole: Plate, picture: Plate, own: Hole, allowed: Hole) -> None:
        """Fit it into one picture of the film.

        Args:
            cut: the cut-out.
            whole: the picture it was cut from.
            picture: a picture of the film.
            own: the mask in it.
            allowed: what may be changed in it; holds the mask.
        """
        rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
        self._box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        self.is_whole = cut.kind in (Kind.CARD, Kind.PLACE) or float(allowed.mean()) > _BACKGROUND
        if self.is_whole:
            self._sprite, self._place = self._covering(whole, allowed)
        else:
            self._sprite, self._place = self._standing(cut, allowed)
            self._sprite = _lit(self._sprite, picture, own)
        self._stands = not self.is_whole and Side.DOWN not in cut.sides

    def paint(self, picture: Plate, way: Matrix, allowed: Hole) -> Plate:
        """The picture with the substitute; outside `allowed` bit for bit.

        Args:
            picture: the film's, what stood there already taken away.
            way: from the pixels of the picture it was fitted into to those of this one.
            allowed: what may be changed.
        """
        height, width = allowed.shape
        matrix = (way @ self._place)[:2]
        zoom = float(np.hypot(matrix[0, 0], matrix[1, 0]))
        sprite = self._sprite
        if zoom < 0.7:  # averaged first, or fine detail flickers
            share = max(zoom, 1 / min(sprite.shape[:2]))
            size = max(1, round(sprite.shape[1] * share)), max(1, round(sprite.shape[0] * share))
            sprite = cv2.resize(sprite, size, interpolation=cv2.INTER_AREA)
            matrix = matrix @ np.array([[1 / share, 0, 0], [0, 1 / share, 0], [0, 0, 1.0]])
        laid = cv2.warpAffine(
            sprite, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        ).astype(np.float32)
        edge = _soft_inside(allowed)
        alpha = laid[..., 3] / 255 * edge  # colours are multiplied by alpha already
        base = picture.astype(np.float32)
        if self._stands:
            base *= 1 - (_contact(alpha) * edge)[..., None]
        painted = base * (1 - alpha[..., None]) + laid[..., :3] * edge[..., None]
        out = picture.copy()
        touched = allowed & ((alpha > 0.002) | (edge > 0))
        out[touched] = np.clip(painted + 0.5, 0, 255).astype(np.uint8)[touched]
        return out

    def _covering(self, whole: Plate, allowed: Hole) -> tuple[NDArray[np.uint8], Matrix]:
        """The whole picture over all of the region."""
        rows, columns = np.flatnonzero(allowed.any(axis=1)), np.flatnonzero(allowed.any(axis=0))
        left, top = int(columns[0]), int(rows[0])
        size = Size(int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)
        picture = cover(whole, size)
        sprite = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
        # it reaches a little past the region, so that no edge of it is seen when the region turns
        grown = 1.06
        place = np.array(
            [
                [grown, 0, left - (grown - 1) * size.width / 2],
                [0, grown, top - (grown - 1) * size.height / 2],
                [0, 0, 1.0],
            ]
        )
        return np.asarray(sprite, np.uint8), place

    def _standing(self, cut: Cut, allowed: Hole) -> tuple[NDArray[np.uint8], Matrix]:
        """The cut-out on the lower edge of the mask's box, as large as the region lets it be."""
        left, top, right, bottom = self._box
        sprite = cut.sprite
        height, width = sprite.shape[:2]
        scale = min((right - left) / width, (bottom - top) / height)
        scale = max(scale, 0.8 * float(np.sqrt((right - left) * (bottom - top) / (width * height))))
        alpha = sprite[..., 3]
        total = max(1.0, float(alpha.sum()))
        for _ in range(24):
            x, y = (left + right) / 2 - width * scale / 2, bottom - height * scale
            place = np.array([[scale, 0, x], [0, scale, y], [0, 0, 1.0]])
            laid = cv2.warpAffine(alpha, place[:2], (allowed.shape[1], allowed.shape[0]))
            inside = float(laid[allowed].sum()) / max(1.0, total * scale * scale)
            if inside >= _INSIDE:
                break
            scale *= 0.95
        faded = sprite.astype(np.float32)
        faded[..., :3] *= faded[..., 3:] / 255
        return np.clip(faded + 0.5, 0, 255).astype(np.uint8), place


def _lit(sprite: NDArray[np.uint8], picture: Plate, own: Hole) -> NDArray[np.uint8]:
    """The cut-out (colours times alpha) in the light of what stands around the mask."""
    reach = max(5, round(0.04 * max(own.shape))) | 1
    ring = (cv2.dilate(own.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0) & ~own
    solid = sprite[..., 3] > 200
    if ring.sum() < 50 or solid.sum() < 50:
        return sprite
    alpha = np.maximum(sprite[..., 3:].astype(np.float32) / 255, 1e-3)
    straight = np.clip(sprite[..., :3] / alpha / 255, 0, 1).astype(np.float32)
    lab = cv2.cvtColor(straight, cv2.COLOR_RGB2Lab)
    around = cv2.cvtColor(picture[ring][None].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[0]
    apart = around.mean(axis=0) - lab[solid].mean(axis=0)
    lab[..., 0] = np.clip(lab[..., 0] + float(np.clip(apart[0] * _LIGHT_TAKEN, -14, 14)), 0, 100)
    # the tint of the light, not the colour of a wall: small steps only
    lab[..., 1:] += np.clip(apart[1:] * _TINT_TAKEN, -4, 4)
    rgb = cv2.cvtColor(lab, cv2.COLOR_Lab2RGB) * sprite[..., 3:].astype(np.float32)
    return np.dstack([np.clip(rgb + 0.5, 0, 255).astype(np.uint8), sprite[..., 3]])


def _soft_inside(allowed: Hole) -> NDArray[np.float32]:
    """1 well inside the region, falling to 0 at its edge; the picture's own edge is none."""
    wide = np.pad(allowed.astype(np.uint8), 1, mode="edge")
    away = cv2.distanceTransform(wide, cv2.DIST_L2, 3)[1:-1, 1:-1]
    return np.asarray(np.clip(away / (2 * _FEATHER), 0, 1), np.float32)


def _contact(alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """The shadow under the lowest part of a figure, 0..1."""
    rows = np.flatnonzero((alpha > 0.5).any(axis=1))
    if not len(rows):
        return np.zeros_like(alpha)
    high = max(4, int(rows[-1] - rows[0]))
    low = alpha.copy()
    low[: max(0, rows[-1] - high // 14)] = 0
    columns = np.flatnonzero((low > 0.5).any(axis=0))
    shadow = np.zeros_like(alpha)
    if not len(columns):
        return shadow
    middle = (int(columns[0] + columns[-1]) // 2, int(rows[-1]))
    axes = (max(3, int(columns[-1] - columns[0]) * 11 // 20), max(2, high // 28))
    cv2.ellipse(shadow, middle, axes, 0, 0, 360, _SHADOW, -1)
    return np.asarray(cv2.GaussianBlur(shadow, (0, 0), max(1.5, high / 60)), np.float32)
