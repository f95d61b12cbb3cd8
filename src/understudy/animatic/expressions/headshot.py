"""Headshot: a portrait photograph that acts: the face by its mesh, the whole figure before its own backdrop.

Knows a picture, the face and the outline in it. Must not know what is acted (expressions), nor time. A figure at rest
is the photograph itself, to the bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic import matte
from understudy.animatic.faces.lips import FacePose
from understudy.animatic.faces.portrait import Portrait, prepare
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Face, Plate, Sprite

_RIM_GONE = 3.0  # pixels of movement after which nobody sees that the outline is a cut
_FILLED_AT = 4  # the backdrop behind the figure is made up at a quarter of the size
_MIRRORED = 0.12  # of the picture: how deep behind the figure the backdrop goes on as a mirror
_BEYOND = 0.03  # of the picture: how far around the outline nothing of the figure's colours is left


@dataclass(frozen=True, slots=True)
class Bearing:
    """How a figure holds itself; all 0 is as pictured.

    `x`, `y`: shift in heights of the face, right and down. `sway`: degrees clockwise about the foot of the picture.
    `stretch`: taller from the foot up, as part of its height. `near`: larger about the face, as part of its size.
    """

    x: float = 0.0
    y: float = 0.0
    sway: float = 0.0
    stretch: float = 0.0
    near: float = 0.0

    @property
    def moves(self) -> bool:
        return bool(self.x or self.y or self.sway or self.stretch or self.near)


class Headshot:
    """One portrait ready to act. `face` may be None: then the figure moves, but nothing in its face does."""

    def __init__(
        self,
        picture: Plate,
        face: Face | None,
        mask: Mask | None,
        box: tuple[float, float, float, float] | None = None,
    ) -> None:
        """Get a picture ready.

        Args:
            picture: (h, w, 3).
            face: in pixels of the picture.
            mask: of the figure, (h, w) 0..1; without it the whole picture moves.
            box: left, top, right, bottom of the face, for where there is no mesh.
        """
        self.picture = picture
        height, width = picture.shape[:2]
        self.outlined = mask is not None
        self._sprite: Sprite
        self._behind: NDArray[np.float32]
        self._rim: NDArray[np.float32] | None = None
        if mask is None:
            self._sprite = np.asarray(np.dstack([picture, np.full((height, width), 255, np.uint8)]), np.uint8)
            self._behind = picture.astype(np.float32)
        else:
            self._sprite = matte.sprite_of(picture, mask)
            self._behind = _filled(picture, mask)
            alpha = self._sprite[..., 3:].astype(np.float32) / 255
            composed = self._sprite[..., :3] * alpha + self._behind * (1 - alpha)
            self._rim = np.asarray(picture - composed, np.float32)
        self.portrait: Portrait | None = None if face is None else prepare(self._sprite, face)
        if self.portrait is not None and self.outlined:
            # nothing but the figure moves, so all of its hair may
            self.portrait.head = (0, 0, width, max(self.portrait.head[3], 1))
        self.box = face.box if face is not None else box or (0.3 * width, 0.25 * height, 0.7 * width, 0.7 * height)
        left, top, right, bottom = self.box
        self.face_width, self.face_height = right - left, bottom - top
        self._middle = (left + right) / 2, (top + bottom) / 2

    def paint(self, pose: FacePose, bearing: Bearing) -> Plate:
        """The picture in this pose and bearing, (h, w, 3)."""
        patch, left, top = self._patch(pose)
        if patch is None and not bearing.moves:
            return self.picture.copy()
        sprite: Sprite = self._sprite
        if patch is not None:
            sprite = sprite.copy()
            sprite[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
        height, width = self.picture.shape[:2]
        alpha = np.asarray(sprite[..., 3:], np.float32) * np.float32(1 / 255)
        whole = np.concatenate([np.asarray(sprite[..., :3], np.float32) * alpha, alpha], axis=2, dtype=np.float32)
        if bearing.moves:
            # what stands at the picture's edge goes on beyond it
            matrix = self._matrix(bearing)[:2]
            border = cv2.BORDER_REPLICATE if self.outlined else cv2.BORDER_REFLECT_101
            whole = np.asarray(
                cv2.warpAffine(whole, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=border), np.float32
            )
        painted = whole[..., :3] + self._behind * (1 - whole[..., 3:])
        if self._rim is not None:
            # cutting costs the outline a little of its colours: all is there while the figure rests
            painted += self._rim * np.float32(max(0.0, 1 - self._moved(pose, bearing) / _RIM_GONE))
        return np.asarray(np.clip(painted + 0.5, 0, 255), np.uint8)

    def where(self, point: tuple[float, float], pose: FacePose, bearing: Bearing) -> tuple[float, float]:
        """Where a point of the photograph is to be found in a painted picture."""
        x, y = np.array([[point[0]]], np.float32), np.array([[point[1]]], np.float32)
        if self.portrait is not None and (pose.turns or pose.mimic is not None):
            to_x, to_y = x.copy(), y.copy()
            for _ in range(4):  # the field says where a painted point comes from: look for the one that comes from here
                from_x, from_y = self.portrait.anatomy.to_picture(*self.portrait.own(to_x, to_y, pose))
                to_x, to_y = to_x + (x - from_x), to_y + (y - from_y)
            x, y = to_x, to_y
        spot = self._matrix(bearing) @ np.array([float(x[0, 0]), float(y[0, 0]), 1.0])
        return float(spot[0]), float(spot[1])

    def _moved(self, pose: FacePose, bearing: Bearing) -> float:
        """Pixels by which the top of the head is away from its place."""
        if not (pose.turns or bearing.moves):
            return 0.0
        left, top, right, _ = self.box
        crown = (left + right) / 2, top - 0.3 * self.face_height
        x, y = self.where(crown, pose, bearing)
        return math.hypot(x - crown[0], y - crown[1])

    def _patch(self, pose: FacePose) -> tuple[Sprite | None, int, int]:
        if self.portrait is None:
            return None, 0, 0
        patch, (left, top) = self.portrait.paint(pose)
        return (patch if patch.size else None), left, top

    def _matrix(self, bearing: Bearing) -> NDArray[np.float64]:
        """(3, 3) from the photograph to the painted picture."""
        height = self.picture.shape[0]
        foot = (self._middle[0], float(height))
        turn = math.radians(bearing.sway)
        swayed = _about(foot, np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]))
        # what grows taller grows thinner: it keeps its volume
        stretched = _about(foot, np.diag([1 - 0.4 * bearing.stretch, 1 + bearing.stretch]))
        neared = _about((self._middle[0], 0.5 * (self._middle[1] + height)), np.diag([1 + bearing.near] * 2))
        shifted = np.eye(3)
        shifted[:2, 2] = bearing.x * self.face_height, bearing.y * self.face_height
        return np.asarray(shifted @ neared @ swayed @ stretched, np.float64)


def _about(point: tuple[float, float], linear: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = np.array(point) - linear @ np.array(point)
    return matrix


def _filled(picture: Plate, mask: Mask) -> NDArray[np.float32]:
    """The backdrop without the figure: near its outline a mirror of what is around, deeper in ever softer colours."""
    height, width = picture.shape[:2]
    reach = 2 * round(_BEYOND * max(height, width)) + 1
    gone = np.asarray(cv2.dilate((mask > 0.02).astype(np.uint8), matte.disc(reach)), np.uint8)
    small_size = max(8, width // _FILLED_AT), max(8, height // _FILLED_AT)
    small = cv2.resize(picture, small_size, interpolation=cv2.INTER_AREA)
    small_gone = (cv2.resize(gone.astype(np.float32), small_size, interpolation=cv2.INTER_AREA) > 0.02).astype(np.uint8)
    if gone.all() or small_gone.all():
        return picture.astype(np.float32)
    soft = cv2.GaussianBlur(cv2.inpaint(small, small_gone, 5, cv2.INPAINT_TELEA), (0, 0), 2)
    behind = cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    mirror, sure = _mirrored(picture, gone, _MIRRORED * max(height, width))
    behind += sure[..., None] * (mirror - behind)
    share = cv2.GaussianBlur(gone.astype(np.float32), (0, 0), 0.15 * reach)[..., None]
    share = np.maximum(share, np.minimum(1.0, 2 * mask)[..., None])
    return np.asarray(picture * (1 - share) + behind * share, np.float32)


def _mirrored(picture: Plate, gone: NDArray[np.uint8], far: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For what is gone, the picture mirrored at the nearest edge of what is there, and how much to trust it, 0..1."""
    height, width = gone.shape
    distance, nearest = ndimage.distance_transform_edt(gone, return_indices=True)
    rows, columns = np.indices(gone.shape)
    there_y = np.clip(2 * nearest[0] - rows, 0, height - 1).astype(np.float32)
    there_x = np.clip(2 * nearest[1] - columns, 0, width - 1).astype(np.float32)
    mirror = cv2.remap(cv2.GaussianBlur(picture, (0, 0), 3), there_x, there_y, cv2.INTER_LINEAR).astype(np.float32)
    hidden = cv2.remap(gone, there_x, there_y, cv2.INTER_NEAREST).astype(np.float32)
    sure = 0.8 * np.clip(1.4 - distance / far, 0, 1).astype(np.float32) * (1 - hidden)
    return mirror, np.asarray(cv2.GaussianBlur(sure, (0, 0), 0.012 * max(height, width)), np.float32)
