"""Joining: a part of a picture replaced by the same part of another, so that nobody sees where.

Knows that what meets along an edge must lie at the same place and have the same colour there. Must not know where the
other picture comes from (mosaic, filling), nor what the part is (a border, a masked thing).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.filling import Hole, Plate, box_of, spread

_LOOK = 320  # pixels of the longer side that places and colours are compared at
_RING = 7  # of them, along the edge, that are compared
_FADE_PLACE, _FADE_COLOUR = 26.0, 90.0  # of them, after which a correction has fallen to a third
_MEMORY = 0.5  # share of the last picture's correction that stays: no trembling
_MOST_SHIFT = 14.0  # of them: larger differences are different things, not the same thing moved


class Joint:
    """Joins picture after picture of one film."""

    def __init__(self) -> None:
        """Begin."""
        self._flow: NDArray[np.float32] | None = None
        self._colour: NDArray[np.float32] | None = None

    def join(self, picture: Plate, other: Plate, hole: Hole) -> Plate:
        """`picture` with `other` in the hole; outside it stays bit for bit.

        Args:
            picture: (h, w, 3) uint8; what stands in the hole is ignored.
            other: of the same size, showing about the same place.
            hole: (h, w) bool.
        """
        if box_of(hole) is None:
            return picture
        height, width = hole.shape
        scale = max(1.0, max(height, width) / _LOOK)
        size = max(8, round(width / scale)), max(8, round(height / scale))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        theirs = cv2.resize(other, size, interpolation=cv2.INTER_AREA)
        open_ = cv2.resize(hole.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > 2
        away = cv2.distanceTransform((~open_).astype(np.uint8), cv2.DIST_L2, 3)
        ring = (away > 0) & (away <= _RING)
        if not ring.any():
            return np.asarray(np.where(hole[..., None], other, picture), np.uint8)
        inside = cv2.distanceTransform(open_.astype(np.uint8), cv2.DIST_L2, 3)
        flow = self._placed(small, theirs, open_, ring, inside)
        y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
        moved = cv2.remap(theirs, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        colour = self._coloured(small, moved, ring, inside)
        return _composed(picture, other, hole, flow, colour, scale)

    def _placed(
        self, ours: Plate, theirs: Plate, hole: Hole, ring: Hole, inside: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """How far the other picture's pixels lie from where they should, (h, w, 2) small pixels x, y."""
        a = np.where(hole[..., None], theirs, ours).astype(np.uint8)
        grey, their_grey = (cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (a, theirs))
        finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        found = np.asarray(finder.calc(grey, their_grey, None), np.float32)
        y, x = np.mgrid[0 : grey.shape[0], 0 : grey.shape[1]].astype(np.float32)
        moved = cv2.remap(their_grey, x + found[..., 0], y + found[..., 1], cv2.INTER_LINEAR)
        before, after = (cv2.absdiff(grey, each).astype(np.float32) for each in (their_grey, moved))
        # a place counts where moving helps: elsewhere there is nothing to hold on to, or something else
        gain = cv2.blur(before - after, (7, 7))
        far = np.linalg.norm(found, axis=2)
        weight = ring * np.clip((gain - 0.5) / 6, 0, 1) * (far < _MOST_SHIFT) + ring * 0.02 * (far < 1.0)
        steady = np.where((weight > 0)[..., None], found, 0).astype(np.float32)
        total = cv2.blur(weight.astype(np.float32), (9, 9))
        steady = cv2.blur(steady * weight[..., None].astype(np.float32), (9, 9)) / np.maximum(total, 1e-6)[..., None]
        flow = spread(steady.astype(np.float32), (ring * np.clip(total * 20, 0, 1)).astype(np.float32))
        flow = cv2.GaussianBlur(flow, (0, 0), 3.0) * np.exp(-inside / _FADE_PLACE)[..., None]
        self._flow = _eased(self._flow, flow.astype(np.float32))
        return self._flow

    def _coloured(self, ours: Plate, theirs: Plate, ring: Hole, inside: NDArray[np.float32]) -> NDArray[np.float32]:
        """What must be added to the other picture's colours, (h, w, 3)."""
        apart = ours.astype(np.float32) - theirs.astype(np.float32)
        near = ring.astype(np.float32)
        total = cv2.blur(near, (5, 5))
        apart = cv2.blur(apart * near[..., None], (5, 5)) / np.maximum(total, 1e-3)[..., None]
        shift = spread(apart, near) * np.exp(-inside / _FADE_COLOUR)[..., None]
        self._colour = _eased(self._colour, cv2.GaussianBlur(shift, (0, 0), 1.5))
        return self._colour


def _eased(last: NDArray[np.float32] | None, now: NDArray[np.float32]) -> NDArray[np.float32]:
    return now if last is None or last.shape != now.shape else last * _MEMORY + now * np.float32(1 - _MEMORY)


def _composed(
    picture: Plate,
    other: Plate,
    hole: Hole,
    flow: NDArray[np.float32],
    colour: NDArray[np.float32],
    scale: float,
) -> Plate:
    """The same at full size, worked on only where the hole is."""
    height, width = hole.shape
    left, top, right, bottom = box_of(hole) or (0, 0, 0, 0)
    # full-size positions of the box in the small pictures
    fx, fy = flow.shape[1] / width, flow.shape[0] / height
    place = np.array([[fx, 0, (left + 0.5) * fx - 0.5], [0, fy, (top + 0.5) * fy - 0.5]])
    size = (right - left, bottom - top)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = other[top:bottom, left:right]
    if np.abs(flow).max() * scale > 0.25:
        wide = cv2.warpAffine(flow, place, size, flags=flags, borderMode=cv2.BORDER_REPLICATE) * np.float32(scale)
        y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
        part = cv2.remap(other, x + wide[..., 0], y + wide[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    added = cv2.warpAffine(colour, place, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    painted = cv2.add(part, added, dtype=cv2.CV_8U)
    out = picture.copy()
    cv2.copyTo(painted, np.ascontiguousarray(hole[top:bottom, left:right]).view(np.uint8), out[top:bottom, left:right])
    return out
