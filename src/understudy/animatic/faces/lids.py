"""Lids: the skin that a blink draws over an eye, and what stands before it: the frame of glasses, their reflections.

Knows colours above an eye. Must not know sprites, poses or time. Skin is skin wherever it lies; a frame or a reflection
that came down with the lid would smear over the glass.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic.faces.lips import Anatomy, Curve, Eye, Floats, smooth

COLUMNS, ROWS = 24, 28
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_SKIN_FROM = 0.55  # of the face's luma: from there on what lies above the lashes is lit skin. Deep folds are darker
_FALLS = 0.5  # of the brightest skin below it: a frame or a brow begins. Measured: folds 0.63, black frames 0.15
_STILL_SKIN = 0.8
_LASHES = 0.3  # of the rows above the lid: lashes and the fold, where light and dark change
_FEWEST = 0.25  # of the columns: a hair is no frame
_WHITE, _BRIGHT = (1.35, 1.6), (1.05, 1.15)
"""Over the face's skin: its least channel (skin has little blue, a reflection much) and its luma, from none to all."""


def strip(anatomy: Anatomy, eye: Eye) -> tuple[Floats, Floats]:
    """Where to look for a lid's skin: own coordinates x, y, each (ROWS, COLUMNS), from the lid upwards."""
    x = np.linspace(eye.upper.xs[0], eye.upper.xs[-1], COLUMNS, dtype=np.float32)
    up = np.linspace(0, 1, ROWS, dtype=np.float32)[:, None]
    y = np.asarray(eye.upper.at(x) - up * anatomy.room_above(x, eye), np.float32)
    return np.broadcast_to(x, y.shape).astype(np.float32), y


def skin_above(anatomy: Anatomy, eye: Eye, colours: NDArray[np.float32], skin: NDArray[np.float32]) -> Curve | None:
    """How many rows of skin lie above the lid, by column; None where nothing stands before it.

    Args:
        anatomy: of the face.
        eye: one of its eyes.
        colours: (ROWS, COLUMNS, 3) of the picture at the points of `strip`.
        skin: (3,) usual colour of the face.
    """
    luma = np.asarray(colours @ _LUMA / max(1.0, float(skin @ _LUMA)))
    lashes = round(_LASHES * ROWS)
    brightest = np.maximum.accumulate(luma[lashes:], axis=0)
    begun = (brightest >= _SKIN_FROM) & (luma[lashes:] < _FALLS * brightest)
    columns = np.flatnonzero(begun.any(axis=0))
    if len(columns) < _FEWEST * COLUMNS:
        return None
    shares = np.ones(len(columns))
    for number, column in enumerate(columns):
        first = int(np.argmax(begun[:, column]))
        lit = luma[lashes : lashes + first, column] >= _STILL_SKIN * brightest[first, column]
        shares[number] = (lashes + int(np.flatnonzero(lit)[-1])) / (ROWS - 1)
    # a frame goes on where it cannot be told from the shade
    share = ndimage.gaussian_filter1d(np.interp(np.arange(COLUMNS), columns, shares), 1.0, mode="nearest")
    x = strip(anatomy, eye)[0][0]
    return Curve(x, np.asarray(anatomy.room_above(x, eye) * share, np.float32))


def calm_skin(colours: NDArray[np.float32], skin: NDArray[np.float32], reach: float) -> NDArray[np.float32]:
    """(h, w, 3) the skin of a piece of picture without what is darker or reflects: each point of that from around it.

    Args:
        colours: (h, w, 3) around an eye behind glasses.
        skin: (3,) usual colour of the face, for where there is none.
        reach: pixels from which it is taken.
    """
    usual = max(1.0, float(skin @ _LUMA))
    luma = np.asarray(colours @ _LUMA, np.float32) / np.float32(usual)
    weight = smooth(0.5, 0.75, luma) * smooth(1.2, 1.08, luma) + np.float32(1e-4)
    total = cv2.GaussianBlur(colours * weight[..., None], (0, 0), reach)
    counted = cv2.GaussianBlur(weight, (0, 0), reach)
    return np.asarray((total + 1e-3 * skin) / (counted + 1e-3)[..., None], np.float32)


def reflections(y: Floats, upper: Floats, colours: NDArray[np.float32], skin: NDArray[np.float32]) -> Floats:
    """(h, w) 0..1 where light is thrown back above an eye: it stays where it is, whatever moves behind it.

    Args:
        y: rows of the pixels, in the face's own coordinates.
        upper: row of the open lid in their columns.
        colours: (h, w, 3) of the picture there.
        skin: (3,) usual colour of the face.
    """
    white = smooth(*_WHITE, np.asarray(colours.min(axis=2) / max(1.0, float(skin.min())), np.float32))
    bright = smooth(*_BRIGHT, np.asarray(colours @ _LUMA / max(1.0, float(skin @ _LUMA)), np.float32))
    found = np.asarray(white * bright * np.clip(upper - y - 1.0, 0, 1), np.float32)
    if not found.any():
        return found
    wide = cv2.dilate(found, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.GaussianBlur(wide, (0, 0), 0.8), np.float32)
