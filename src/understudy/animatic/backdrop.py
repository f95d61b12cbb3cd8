"""Plain backdrops: whether a picture is a thing in front of one even colour, and where the thing then is.

Knows border colours. Must not know persons or faces. The question is asked of the picture's border, because a score
of the finished mask tells nothing (spec/animatic.md §4: 0.92 on a cut that was wrong).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate

EVEN_BORDER = 6.5
"""Largest spread (robust, in Lab units around a smooth gradient) of a border that counts as plain. GUESS: studio
backdrops measured 0 to 4, the ordinary sample photographs 9 to 40."""
PLAIN_SHARE = 0.72
"""Least share of border pixels that must belong to the backdrop; the rest is where the thing is cut by the picture."""

_BORDER = 0.03  # width of the border over the longer side
_SMALL = 384


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What the border says: `spread` in Lab units, `share` 0..1 of it that is backdrop, and whether that is plain."""

    spread: float
    share: float
    is_plain: bool


def look(picture: Plate) -> Backdrop:
    """Measure the border of a picture."""
    lab, border = _small_lab(picture)
    _, spread, inside = _fit(lab, border)
    share = float(inside.mean())
    return Backdrop(spread, share, spread <= EVEN_BORDER and share >= PLAIN_SHARE)


def stands_out(picture: Plate, shrunk: bool = False) -> Mask:
    """How surely each pixel is not backdrop, (h, w) 0..1, for a picture whose backdrop is plain.

    `shrunk` leaves the mask at the size it was found at: the longer side at most 384 pixels.
    """
    lab, border = _small_lab(picture)
    plane, spread, _ = _fit(lab, border)
    height, width = lab.shape[:2]
    rest = lab - _evaluate(plane, height, width)
    rest[..., 0] *= 0.55  # a shadow changes lightness more than hue, and belongs to the backdrop
    distance = np.sqrt((rest * rest).sum(axis=2))
    low, high = 4.0 + 1.6 * spread, 11.0 + 3.2 * spread
    likely = np.clip((distance - low) / (high - low), 0, 1).astype(np.float32)
    likely = _enclosed(likely, distance > 2.0 + 0.8 * spread)
    if shrunk:
        return likely
    full = cv2.resize(likely, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(full, 0.02, 0.98), np.float32)


def _small_lab(picture: Plate) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    height, width = picture.shape[:2]
    scale = min(1.0, _SMALL / max(height, width))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    lab = np.asarray(cv2.cvtColor(np.asarray(small, np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)
    border = np.ones(lab.shape[:2], bool)
    wide = max(2, round(max(size) * _BORDER))
    border[wide:-wide, wide:-wide] = False
    return lab, border


def _fit(lab: NDArray[np.float32], border: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float, NDArray[np.bool_]]:
    """A smooth gradient through the border's colours: its terms, the robust spread around it, and who fits it.

    Starts from the commonest colour, so that a subject cut by the picture's edge does not bend the fit.
    """
    height, width = lab.shape[:2]
    colours = lab[border].astype(np.float64)
    terms = _terms(height, width)[border]
    middle = _commonest(colours)
    inside = np.linalg.norm(colours - middle, axis=1) < 18
    plane = np.zeros((terms.shape[1], 3))
    plane[0] = middle
    spread = 99.0
    for _ in range(4):
        if inside.sum() < 24:
            break
        plane, *_ = np.linalg.lstsq(terms[inside], colours[inside], rcond=None)
        off = np.linalg.norm(colours - terms @ plane, axis=1)
        spread = float(1.4826 * np.median(off[inside]))
        inside = off < max(6.0, 3.2 * spread)
    return plane, spread, inside


def _commonest(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of the fullest cell of a coarse colour grid."""
    cells = np.floor(colours / 12).astype(np.int64)
    keys = cells @ np.array([10_000, 100, 1])
    values, counts = np.unique(keys, return_counts=True)
    return np.asarray(colours[keys == values[int(np.argmax(counts))]].mean(axis=0))


def _terms(height: int, width: int) -> NDArray[np.float64]:
    """(h, w, 6) of 1, x, y, x², xy, y² over -1..1: vignettes and side light are that smooth."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2)


def _evaluate(plane: NDArray[np.float64], height: int, width: int) -> NDArray[np.float32]:
    return np.asarray(_terms(height, width) @ plane, np.float32)


def _enclosed(likely: Mask, differs: NDArray[np.bool_]) -> Mask:
    """Likelihoods raised where the backdrop cannot reach from the border: a white shirt on white.

    Not where the colour is the backdrop's to a hair: that is a hole, as in the handle of a cup.
    """
    height, width = likely.shape
    wall = cv2.morphologyEx((likely > 0.5).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - wall, connectivity=4)
    raised = likely.copy()
    for index in range(1, count):
        left, top, w, h, area = stats[index]
        inside = left > 0 and top > 0 and left + w < width and top + h < height
        if inside and area < 0.02 * height * width and differs[labels == index].mean() > 0.5:
            raised[labels == index] = np.maximum(raised[labels == index], 0.8)
    return raised
