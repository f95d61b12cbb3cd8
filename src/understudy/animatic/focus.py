"""Focus: whether a picture shows something sharp before a blurred backdrop, and roughly where it is.

Knows fine detail and the colours around it. Must not know persons or faces. Photographers of things blur what is
behind: such a backdrop has many colours and is still easy to tell from the thing, by what its lens did.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic import matte, outline
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate

APART = 1.35
"""Least distance between the sharp and the blurred part, as natural logarithm of their fine contrast. GUESS: a flower
before bokeh measured 1.8, photographs that are sharp all over 0.5 to 1.3, or they are
sharp in too many places."""

_SIDE = 448  # pixels of the longer side: blur that a film would not show is not blur
_FINE = 1.0  # of a Gaussian, pixels: detail smaller than this is what blur takes away first
_POOL = 0.014  # over the longer side: fine contrast is averaged so wide
_NOISE = 0.9  # of 0..255: sensor noise and JPEG blocks that are in blurred areas too
_SHARP_SHARE = (0.015, 0.6)  # of the picture that may be sharp
_SHARP_BORDER = 0.3  # most of the picture's border that may be sharp: there the subject is cut
_ROUNDS = 4  # of GrabCut
_CLEARLY = 0.11  # leaning from which a colour is the inside's: a fifth nearer to it
_NECK = 0.25  # over the root of the body's area: narrower is a neck


def stands_sharp(picture: Plate) -> Mask | None:
    """How surely each pixel belongs to the one sharp thing, (h, w) 0..1, longer side at most 448 pixels.

    None where the picture is as sharp behind as in front, or sharp in too many places. About 150 ms.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    sharp = _sharp_parts(small)
    if sharp is None:
        return None
    seed = _largest_filled(sharp)
    if not seed.any():
        return None
    return _by_colour(small, seed)


def fine_contrast(picture: Plate) -> NDArray[np.float32]:
    """(h, w) natural logarithm of the contrast of fine detail around each pixel, of 0..255 values plus noise."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = grey - cv2.GaussianBlur(grey, (0, 0), _FINE)
    pool = max(1.5, _POOL * max(grey.shape))
    energy = cv2.GaussianBlur(detail * detail, (0, 0), pool)
    return np.asarray(np.log(np.sqrt(energy) + _NOISE), np.float32)


def _sharp_parts(small: Plate) -> NDArray[np.uint8] | None:
    """(h, w) 1 where it is sharp; None if sharp and blurred cannot be told apart."""
    contrast = fine_contrast(small)
    low, high = float(contrast.min()), float(contrast.max())
    if high - low < APART:
        return None
    steps = np.asarray((contrast - low) * (255 / (high - low)), np.uint8)
    parted, _ = cv2.threshold(steps, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    sharp = (steps > parted).astype(np.uint8)
    share = float(sharp.mean())
    if not _SHARP_SHARE[0] <= share <= _SHARP_SHARE[1]:
        return None
    border = np.concatenate([sharp[0], sharp[-1], sharp[:, 0], sharp[:, -1]])
    if float(border.mean()) > _SHARP_BORDER:
        return None
    if float(contrast[sharp > 0].mean() - contrast[sharp == 0].mean()) < APART:
        return None
    return sharp


def _largest_filled(sharp: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The largest sharp part without the rim that the averaging added, and smooth areas that it encloses."""
    side = max(sharp.shape)
    rim, reach = round(2 * _POOL * side) | 1, round(0.05 * side) | 1
    # not at the picture's own edge: there the subject is cut, and goes on
    own = cv2.erode(sharp, _disc(rim), borderType=cv2.BORDER_CONSTANT, borderValue=1)
    wide = cv2.copyMakeBorder(own, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, _disc(reach))[reach:-reach, reach:-reach]
    # thin bridges to other sharp things are not part of this one
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, _disc(reach))
    return matte.without_holes(matte.largest(np.asarray(opened, np.uint8)))


def _by_colour(small: Plate, seed: NDArray[np.uint8]) -> Mask:
    """The seed with its border moved to where colours part: it may be wrong by some hundredths of the picture."""
    side = max(seed.shape)
    near, far = _disc(round(0.05 * side) | 1), _disc(round(0.09 * side) | 1)
    inner = cv2.erode(seed, near, borderType=cv2.BORDER_CONSTANT, borderValue=1) > 0
    outer = cv2.dilate(seed, far) == 0
    if not (inner.any() and outer.any()):
        return seed.astype(np.float32)
    lab = matte.lab_of(small)
    lean = matte.leaning(lab.reshape(-1, 3), matte.main_colours(lab[inner]), matte.main_colours(lab[outer]))
    alike = lean.reshape(seed.shape) > _CLEARLY
    labels = np.where(alike, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[inner & alike] = cv2.GC_FGD
    labels[outer] = cv2.GC_BGD
    if not np.any(labels & 1):
        return seed.astype(np.float32)
    cv2.setRNGSeed(7)  # GrabCut draws its first colour clusters by lot
    height, width = seed.shape
    inside, outside = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, (0, 0, width, height), outside, inside, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    smooth = _disc(max(3, round(0.02 * side) | 1))
    cut = cv2.morphologyEx((labels & 1).astype(np.uint8), cv2.MORPH_OPEN, smooth)
    whole = outline.fill_alike(small, _alone(matte.largest(np.asarray(cut, np.uint8))).astype(np.float32))
    return np.asarray(cv2.GaussianBlur(whole, (0, 0), 1.2), np.float32)


def _alone(body: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The body without what hangs on by a neck, widens again and is cut by the picture's edge: something else."""
    size = round(_NECK * float(np.sqrt(body.sum()))) | 1
    lobe = cv2.morphologyEx(body, cv2.MORPH_OPEN, _disc(size), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    main = matte.largest(np.asarray(lobe, np.uint8))
    if not main.any() or _at_edge(main):
        return body
    near = cv2.dilate(main, _disc(max(3, size // 6) | 1))
    ring = cv2.dilate(near, np.ones((9, 9), np.uint8)) > near
    rest = np.where(near > 0, 0, body).astype(np.uint8)
    wide = cv2.copyMakeBorder(rest, size, size, size, size, cv2.BORDER_REPLICATE)
    reach = cv2.distanceTransform(wide, cv2.DIST_L2, 3)[size:-size, size:-size]
    count, labels = cv2.connectedComponents(rest, connectivity=4)
    alone = body.copy()
    for part in (labels == label for label in range(1, count)):
        neck = float(reach[part & ring].max(initial=0))
        if neck and _at_edge(part.astype(np.uint8)) and float(reach[part].max()) > 1.25 * neck:
            alone[part] = 0
    return matte.largest(alone)


def _at_edge(body: NDArray[np.uint8]) -> bool:
    return bool(body[0].any() or body[-1].any() or body[:, 0].any() or body[:, -1].any())


def _disc(size: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)
