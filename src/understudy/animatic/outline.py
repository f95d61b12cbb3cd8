"""Outline: whether the edge of a cut-out is one that a thing could have, or the tear of a failed cut.

Knows masks, and the colours on both sides of their edges. Must not know what was cut or how (cutout). A torn cut-out
shown large is worse than any framed card; so every cut that no face vouches for is looked at again, from outside.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic import matte
from understudy.animatic.matte import Colours
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate

Bytes = NDArray[np.uint8]

_SIDE = 256  # pixels of the longer side: what is not seen at that size is not a tear
_CLEARLY = 0.11  # leaning from which a colour is the inside's: a fifth nearer to it
_BEHIND, _OPEN = -0.3, 0.2  # leaning of a colour from behind; share of such in a hole from which it is an opening
_ALIKE = 0.6  # least share of a bay's pixels that look like the inside for it to count as torn out
_BAY = 0.015  # of the subject's area: smaller bays are detail

TORN_OUT = 0.045
"""Most area of bays in the subject's own colours, over its area. GUESS: a flower without its heart measured 0.09,
a bottle without its foot 0.06, sound cuts 0 to 0.02."""
ROUGH = 1.75
"""Longest outline over the same outline made smooth. GUESS: drawn shapes measured 1.0 to 1.2, leaves 1.4, tears 2."""
ON_EDGES = 0.6
"""Least share of the outline that lies on an edge of the picture. GUESS: sound cuts measured 0.8 to 1, a haze 0.1."""
FRAMED = 0.45
"""Most of the outline that may run along the picture's own edge: more is a part of something larger."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Measures of a mask on its picture; see the constants of this file for what is sound."""

    torn_out: float
    rough: float
    on_edges: float
    framed: float

    @property
    def is_sound(self) -> bool:
        return self.torn_out <= TORN_OUT and self.rough <= ROUGH and self.on_edges >= ON_EDGES and self.framed <= FRAMED


def judge(picture: Plate, mask: Mask) -> Outline:
    """Measure the outline of a mask of one piece; both (h, w). About 15 ms."""
    lab, body = _small(picture, mask)
    border = _framed(body)
    if not body.any() or body.all():
        return Outline(0.0, 1.0, 0.0, 1.0)
    return Outline(_torn_out(lab, body), _roughness(body), _on_edges(lab, body), border)


def fill_alike(picture: Plate, mask: Mask) -> Mask:
    """The mask with those enclosed holes filled that look like the subject rather than like what is around it.

    A logo on a chest or the heart of a flower is filled; the air under an arm and inside a handle is not.
    """
    lab, body = _small(picture, mask)
    holes = (matte.without_holes(body) > 0) & (body == 0)
    if not holes.any():
        return mask
    inside, outside = _palettes(lab, body)
    count, labels = cv2.connectedComponents(holes.astype(np.uint8), connectivity=4)
    filled = np.zeros_like(body)
    for index in range(1, count):
        own = labels == index
        # what is clearly the backdrop's stays open; a colour of neither side is the subject's own: it encloses it
        if float((matte.leaning(lab[own], inside, outside) < _BEHIND).mean()) < _OPEN:
            filled[own] = 1
    if not filled.any():
        return mask
    grown = cv2.dilate(filled, np.ones((3, 3), np.uint8))
    size = (mask.shape[1], mask.shape[0])
    full = cv2.resize(grown.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    # nothing outside the outline may grow: the fill is held to what is enclosed at full size too
    held = matte.without_holes((mask > 0.5).astype(np.uint8))
    return np.asarray(np.maximum(mask, full * held), np.float32)


def _small(picture: Plate, mask: Mask) -> tuple[Colours, Bytes]:
    height, width = mask.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = max(4, round(width * scale)), max(4, round(height * scale))
    view = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    lab = matte.lab_of(np.asarray(view, np.uint8))
    body = (cv2.resize(mask, size, interpolation=cv2.INTER_AREA) > 0.5).astype(np.uint8)
    return lab, body


def _torn_out(lab: Colours, body: Bytes) -> float:
    """Area of the bays and holes of the body that look like it, over its own area."""
    outlines, _ = cv2.findContours(body, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull: Bytes = np.asarray(cv2.fillConvexPoly(np.zeros_like(body), cv2.convexHull(np.vstack(outlines)), 1), np.uint8)
    inside, outside = _palettes(lab, body, hull)
    bays = (hull > 0) & (cv2.dilate(body, np.ones((3, 3), np.uint8)) == 0)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bays.astype(np.uint8), connectivity=4)
    area = float(body.sum())
    torn = 0.0
    for index in range(1, count):
        size = float(stats[index, cv2.CC_STAT_AREA])
        if size >= _BAY * area and _likeness(lab[labels == index], inside, outside) >= _ALIKE:
            torn += size
    return torn / area


def _palettes(lab: Colours, body: Bytes, hull: Bytes | None = None) -> tuple[Colours, Colours]:
    """The commonest colours well inside the body and well outside it (or outside its hull, if there is room)."""
    kernel = np.ones((5, 5), np.uint8)
    inner = cv2.erode(body, kernel) > 0
    outer = cv2.dilate(body if hull is None else hull, kernel) == 0
    if outer.mean() < 0.02:
        outer = cv2.dilate(body, kernel) == 0
    return matte.main_colours(lab[inner if inner.any() else body > 0]), matte.main_colours(
        lab[outer if outer.any() else body == 0]
    )


def _likeness(colours: Colours, inside: Colours, outside: Colours) -> float:
    """Share of the colours that are nearer to the inside's than to the outside's."""
    return float((matte.leaning(colours, inside, outside) > _CLEARLY).mean())


def _roughness(body: Bytes) -> float:
    size = round(0.035 * max(body.shape)) | 1
    wide = cv2.copyMakeBorder(body, size, size, size, size, cv2.BORDER_REPLICATE)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    smooth = cv2.morphologyEx(cv2.morphologyEx(wide, cv2.MORPH_CLOSE, kernel), cv2.MORPH_OPEN, kernel)
    if not smooth.any():
        return 9.0
    return _length(np.asarray(wide, np.uint8)) / max(1.0, _length(np.asarray(smooth, np.uint8)))


def _length(body: Bytes) -> float:
    outlines, _ = cv2.findContours(body, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return float(sum(cv2.arcLength(outline, True) for outline in outlines))


def _own_outline(body: Bytes) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n, 2) points x, y of the longest outline, and which of them lie on the picture's edge."""
    outlines, _ = cv2.findContours(body, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(outlines, key=len)[:, 0].astype(np.int64)
    height, width = body.shape
    on = (points[:, 0] < 1) | (points[:, 1] < 1) | (points[:, 0] >= width - 1) | (points[:, 1] >= height - 1)
    return points, on


def _framed(body: Bytes) -> float:
    if not body.any():
        return 0.0
    _, on = _own_outline(body)
    return float(on.mean())


def _on_edges(lab: Colours, body: Bytes) -> float:
    """Share of the outline across which the colour changes, away from the picture's own edge."""
    points, on = _own_outline(body)
    points = points[~on]
    if not len(points):
        return 0.0
    soft = np.asarray(cv2.GaussianBlur(lab, (0, 0), 0.8), np.float32)
    # the way out, from a smooth picture of the body
    field = cv2.GaussianBlur(body.astype(np.float32), (0, 0), 2.0)
    across = np.stack([cv2.Sobel(field, cv2.CV_32F, 1, 0), cv2.Sobel(field, cv2.CV_32F, 0, 1)], axis=2)
    way = across[points[:, 1], points[:, 0]]
    way = way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
    height, width = body.shape

    def colour(at: float) -> Colours:
        where = np.rint(points + way * at).astype(np.int64)
        x, y = np.clip(where[:, 0], 0, width - 1), np.clip(where[:, 1], 0, height - 1)
        return np.asarray(soft[y, x], np.float32)

    step = np.linalg.norm(colour(2.5) - colour(-3.0), axis=1)
    return float((step > 9.0).mean())
