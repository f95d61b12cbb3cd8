"""The framed card: a picture that could not be cut out, shown honestly as a print with a white border and a shadow.

Knows borders and shadows. Must not know why a picture is shown this way.
"""

from __future__ import annotations

import cv2
import numpy as np

from understudy.animatic.performer import Plate, Sprite
from understudy.media.image import fit

_BORDER = 0.035  # white border over the shorter side of the print
_CORNER = 0.018  # radius of the corners
_SHADOW = 0.05  # reach of the shadow
_SHADOW_DEPTH = 0.42
_PAPER = (250, 249, 246)


def framed(picture: Plate, max_width: int, max_height: int) -> Sprite:
    """The picture as a print, border and shadow inside max_width x max_height pixels; never enlarged."""
    print_, top, left = blank_frame(picture.shape[1], picture.shape[0], max_width, max_height)
    hold(print_, picture, top, left)
    return print_


def blank_frame(width: int, height: int, max_width: int, max_height: int) -> tuple[Sprite, int, int]:
    """A frame for pictures of width x height, and the row and column where the picture begins.

    The hole is as large as the picture may be shown: `hold` scales to it. For videos: one frame, many pictures.
    """
    grown = 1 + 2 * (_BORDER + _SHADOW)
    factor = min(1.0, max_width / (width + (grown - 1) * min(width, height)))
    factor = min(factor, max_height / (height + (grown - 1) * min(width, height)))
    inner_width, inner_height = max(2, round(width * factor)), max(2, round(height * factor))
    short = min(inner_width, inner_height)
    border, reach = max(2, round(short * _BORDER)), max(2, round(short * _SHADOW))
    inner_width = max(2, min(inner_width, max_width - 2 * (border + reach)))
    inner_height = max(2, min(inner_height, max_height - 2 * (border + reach)))
    total = (inner_height + 2 * (border + reach), inner_width + 2 * (border + reach))
    scale = 4  # drawn larger and averaged, for round corners without steps
    paper = _rounded(total, reach, reach, max(1, round(short * _CORNER)), scale)
    shade = _rounded(total, reach, reach + max(1, reach // 3), max(1, round(short * _CORNER)), 1)
    blur = (2 * (reach // 2) + 1,) * 2
    shade = cv2.blur(cv2.blur(cv2.blur(shade, blur), blur), blur) * _SHADOW_DEPTH
    alpha = paper + np.asarray(shade, np.float32) * (1 - paper)
    colour = np.array(_PAPER, np.float32) * (paper / np.maximum(alpha, 1e-4))[..., None]
    sprite = np.dstack([colour, alpha * 255])
    sprite[[0, -1], :, 3] = 0
    sprite[:, [0, -1], 3] = 0
    return np.asarray(np.clip(sprite + 0.5, 0, 255), np.uint8), border + reach, border + reach


def hold(frame: Sprite, picture: Plate, top: int, left: int) -> None:
    """Put a picture into the hole of a frame made by `blank_frame`, scaled to it."""
    height, width = frame.shape[0] - 2 * top, frame.shape[1] - 2 * left
    scaled = fit(picture, width, height)
    if scaled.shape[:2] != (height, width):
        scaled = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    frame[top : top + height, left : left + width, :3] = scaled[..., :3]


def _rounded(total: tuple[int, int], inset: int, top: int, radius: int, scale: int) -> np.ndarray:
    """(h, w) float32: 1 inside a rounded rectangle that keeps `inset` from the sides and `top` from the top."""
    height, width = total
    drawn = np.zeros((height * scale, width * scale), np.uint8)
    x0, x1 = inset * scale, (width - inset) * scale - 1
    y0, y1 = top * scale, (height - inset + top - inset) * scale - 1
    r = radius * scale
    cv2.rectangle(drawn, (x0 + r, y0), (x1 - r, y1), 255, cv2.FILLED)
    cv2.rectangle(drawn, (x0, y0 + r), (x1, y1 - r), 255, cv2.FILLED)
    for x in (x0 + r, x1 - r):
        for y in (y0 + r, y1 - r):
            cv2.circle(drawn, (x, y), r, 255, cv2.FILLED)
    small = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / 255
