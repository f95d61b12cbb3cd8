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
_HELD = (
    0.93  # least share of the sharp part in the cut, and of the cut near it. GUESS: whole cuts had 0.94 up, torn 0.92
)


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
    # the averaging made it wider; not at the picture's own edge: there the subject is cut, and goes on
    rim = matte.disc(round(2 * _POOL * max(size)) | 1)
    own = np.asarray(cv2.erode(sharp, rim, borderType=cv2.BORDER_CONSTANT, borderValue=1), np.uint8)
    seed = _largest_filled(own)
    if not seed.any():
        return None
    cut = _by_colour(small, seed, own)
    # colours must not have lost what is sharp, nor won what is not
    heart = cv2.erode(seed, rim, borderType=cv2.BORDER_CONSTANT, borderValue=1) > 0
    near = cv2.dilate(seed, matte.disc(round(0.09 * max(size)) | 1)) > 0
    if cut[heart].sum() < _HELD * heart.sum() or cut[near].sum() < _HELD * cut.sum():
        return None
    whole = outline.fill_alike(small, matte.alone(cut).astype(np.float32))
    return np.asarray(cv2.GaussianBlur(whole, (0, 0), 1.2), np.float32)


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


def _largest_filled(own: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The largest sharp part with the smooth areas that it encloses."""
    reach = round(0.05 * max(own.shape)) | 1
    wide = cv2.copyMakeBorder(own, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, matte.disc(reach))[reach:-reach, reach:-reach]
    # thin bridges to other sharp things are not part of this one
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, matte.disc(reach))
    return matte.without_holes(matte.largest(np.asarray(opened, np.uint8)))


def _by_colour(small: Plate, seed: NDArray[np.uint8], own: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The seed with its border moved to where colours part: it may be wrong by some hundredths of the picture.

    What is sharp well inside it is likely to stay, unless its colour is clearly the backdrop's.
    """
    side = max(seed.shape)
    near, far = matte.disc(round(0.05 * side) | 1), matte.disc(round(0.09 * side) | 1)
    inner = cv2.erode(seed, near, borderType=cv2.BORDER_CONSTANT, borderValue=1) > 0
    outer = cv2.dilate(seed, far) == 0
    if not (inner.any() and outer.any()):
        return seed
    lab = matte.lab_of(small)
    lean = matte.leaning(lab.reshape(-1, 3), matte.main_colours(lab[inner]), matte.main_colours(lab[outer]))
    lean = lean.reshape(seed.shape)
    alike, behind = lean > _CLEARLY, lean < -_CLEARLY
    labels = np.where(alike | (inner & (own > 0) & ~behind), cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[inner & alike] = cv2.GC_FGD
    labels[outer] = cv2.GC_BGD
    if not np.any(labels & 1):
        return seed
    cv2.setRNGSeed(7)  # GrabCut draws its first colour clusters by lot
    height, width = seed.shape
    inside, outside = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, (0, 0, width, height), outside, inside, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    smooth = matte.disc(max(3, round(0.02 * side) | 1))
    cut = cv2.morphologyEx((labels & 1).astype(np.uint8), cv2.MORPH_OPEN, smooth)
    return matte.largest(np.asarray(cut, np.uint8))
