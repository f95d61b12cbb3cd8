"""Steady: the masks of a clip without flicker, on the edges of its pictures, and sprites without old colours.

Knows one picture and its neighbours in time; made to cost some milliseconds for each, where a still may take a tenth
of a second (matte). Must not know what is shown or how long the clip is (live).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from understudy.animatic import matte
from understudy.animatic._opencv import cv2
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate, Sprite

_REACH = 4  # pictures before and after that a mask is made steady with
_SAME_COLOUR = 8.0  # difference of two colours (0..255, as grey) at which a picture's say has fallen to 0.6
_SAY = np.exp(-(np.arange(256) ** 2) / (2 * _SAME_COLOUR**2)).astype(np.float32)
_LAST_SAY = _SAY / 2
"""Of the outermost: then pictures of even and of odd numbers weigh the same, and a flicker between them is gone."""
_POCKET = 0.1  # of the longer side: open areas so wide between sure ones belong to them


def steadied(looks: Iterable[tuple[Plate, Mask]]) -> Iterator[tuple[Plate, Mask]]:
    """The same pictures with rough masks that do not flicker, without lagging behind what moves.

    Each mask becomes a mean over the masks of a few pictures before and after, pixel by pixel only of those pictures
    that look the same there.
    """
    held: deque[tuple[Plate, Mask, Plate]] = deque(maxlen=2 * _REACH + 1)
    due = 0  # place of the next picture to give among those held
    for view, mask in looks:
        if len(held) == held.maxlen:
            due -= 1
        size = (mask.shape[1], mask.shape[0])
        colours = cv2.blur(cv2.resize(view, size, interpolation=cv2.INTER_LINEAR), (3, 3))
        held.append((view, mask, colours))
        if len(held) > _REACH + due:
            yield held[due][0], _mean_over(held, due)
            due += 1
    while due < len(held):
        yield held[due][0], _mean_over(held, due)
        due += 1


def _mean_over(held: Sequence[tuple[Plate, Mask, Plate]], place: int) -> Mask:
    _, own, colours = held[place]
    total, weights = own.copy(), np.ones_like(own)
    for other in range(max(0, place - _REACH), min(len(held), place + _REACH + 1)):
        if other != place:
            apart = cv2.cvtColor(cv2.absdiff(held[other][2], colours), cv2.COLOR_RGB2GRAY)
            weight = cv2.LUT(apart, _SAY if abs(other - place) < _REACH else _LAST_SAY)
            total = cv2.accumulateProduct(held[other][1], weight, total)
            weights = cv2.add(weights, weight)
    return np.asarray(total / weights, np.float32)


def edged(view: Plate, rough: Mask) -> Mask:
    """The rough mask on the edges of the picture: the grey guided filter at half size, a fifth of the colour one."""
    height, width = view.shape[:2]
    size = max(8, width // 2), max(8, height // 2)
    grey = cv2.cvtColor(view, cv2.COLOR_RGB2GRAY)
    guide = cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR).astype(np.float32) * np.float32(1 / 255)
    # a body is never half transparent: what is open counts as what is around it, and leanings become decisions
    pocket = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(max(rough.shape) * _POCKET) | 1,) * 2)
    closed = cv2.morphologyEx(rough, cv2.MORPH_CLOSE, pocket)
    clear = np.where(rough > 0.15, np.maximum(rough, 0.85 * closed), rough)
    clear = np.clip((clear - 0.47) * 3.2 + 0.5, 0, 1)
    wanted = cv2.resize(clear, size, interpolation=cv2.INTER_LINEAR)
    reach = 2 * max(1, round(max(size) * 0.008)) + 1
    window = (reach, reach)
    mean_guide, mean_wanted = cv2.blur(guide, window), cv2.blur(wanted, window)
    covariance = cv2.blur(guide * wanted, window) - mean_guide * mean_wanted
    variance = cv2.blur(guide * guide, window) - mean_guide * mean_guide
    slope = covariance / (variance + np.float32(1e-4))
    offset = mean_wanted - slope * mean_guide
    slope = cv2.resize(cv2.blur(slope, window), (width, height), interpolation=cv2.INTER_LINEAR)
    offset = cv2.resize(cv2.blur(offset, window), (width, height), interpolation=cv2.INTER_LINEAR)
    fine = cv2.multiply(grey, slope, scale=1 / 255, dtype=cv2.CV_32F) + offset
    return _one_piece(matte.firm(fine))


def _one_piece(mask: Mask) -> Mask:
    """The mask without stray patches; looked for at quarter size."""
    height, width = mask.shape
    small = cv2.resize(mask, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((small > 0.35).astype(np.uint8), connectivity=8)
    if count <= 2:
        return mask
    areas = stats[1:, cv2.CC_STAT_AREA]
    stray = np.flatnonzero(areas < 0.25 * areas.max()) + 1
    if not len(stray):
        return mask
    drop = cv2.dilate(np.isin(labels, stray).astype(np.uint8), np.ones((3, 3), np.uint8))
    drop[labels == 1 + int(np.argmax(areas))] = 0
    keep = 1 - cv2.resize(drop.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(mask * keep, np.float32)


def seamless(view: Plate, mask: Mask) -> Sprite:
    """Picture and mask as sprite; edge colours come from the solid inside, blurred at quarter size."""
    height, width = mask.shape
    size = max(1, width // 4), max(1, height // 4)
    small = cv2.resize(view, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    solid = (cv2.resize(mask, size, interpolation=cv2.INTER_AREA) > 0.985).astype(np.float32)
    weight = cv2.blur(solid, (9, 9))[..., None]
    inner = cv2.blur(small * solid[..., None], (9, 9)) / np.maximum(weight, 1e-4)
    inner = np.where(weight > 1e-3, inner, small)
    grown = cv2.resize(np.clip(inner + 0.5, 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    keep = np.clip((mask - 0.6) * np.float32(2.5), 0, 1)
    colours = cv2.blendLinear(view, grown, keep, 1 - keep)
    sprite = cv2.cvtColor(colours, cv2.COLOR_RGB2RGBA)
    sprite[..., 3] = cv2.convertScaleAbs(mask, alpha=255)
    return np.asarray(sprite, np.uint8)
