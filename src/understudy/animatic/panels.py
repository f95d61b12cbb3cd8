"""Panels: a storyboard sheet taken apart into its pictures, in reading order.

Knows gutters and grids. Must not know whether somebody asked for it: a single photograph may hold lines too, so the
caller splits only what a prompt calls a storyboard, or what falls apart into exactly the shots it tells (cast).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.performer import Plate

_LOOK_SIDE = 900  # pixels: gutters are looked for at no more than this
_FLAT = 9.0  # largest spread (0..255) across a gutter; JPEG at quality 60 leaves 3 to 6
_SAME = 26.0  # largest distance of two gutters' colours, sum over channels / 3
_SAME_SHEET = 8.0  # the same, for the mean of a line: noise does not move it
_THINNEST, _THICKEST = 0.0035, 0.11  # of the sheet's shorter side
_LEAST_PANEL = 0.09  # of the sheet's side in the direction of the cut
_GRID_SCORE = 7.0  # line strength over its neighbourhood: true sheets measured 13 to 21, photographs up to 3.4
_MOST_PANELS = 36
_SMALLEST_SHEET = 48  # pixels; below, lines and noise are one


@dataclass(frozen=True, slots=True)
class _Part:
    """A rectangle of the sheet: rows top to bottom, columns left to right, ends outside."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A flat band between two panels: its first line, the line after its last, and its colour."""

    start: int
    end: int
    colour: NDArray[np.float64]


def split(sheet: Plate, expected: int | None = None) -> tuple[Plate, ...]:
    """The pictures of a sheet from left to right and top to bottom, without borders; empty where it is one picture.

    First by flat gutters of one colour, however they are arranged. Where there are none, or their number is not
    `expected` (the number of shots told), an even grid of `expected` pictures is tried, and taken if lines stand where
    it would have them.
    """
    if min(sheet.shape[:2]) < _SMALLEST_SHEET:
        return ()
    by_gutter = by_gutters(sheet)
    if expected is None or expected < 2 or len(by_gutter) == expected:
        return by_gutter
    return by_grid(sheet, expected) or by_gutter


def by_gutters(sheet: Plate) -> tuple[Plate, ...]:
    """Split along flat bands of one colour that run right through; empty where there are none."""
    small, scale = _small(sheet)
    whole = _trimmed(small, _Part(0, small.shape[0], 0, small.shape[1]))
    thin = max(2, round(min(small.shape[:2]) * _THINNEST))
    parts = _cut(small, whole, None, thin)
    if not 2 <= len(parts) <= _MOST_PANELS or not _alike(parts):
        return ()
    return tuple(_take(sheet, _trimmed(small, part), scale) for part in parts)


def by_grid(sheet: Plate, count: int) -> tuple[Plate, ...]:
    """Split into an even grid of `count` pictures; empty where no lines stand where it would have them."""
    small, scale = _small(sheet)
    whole = _trimmed(small, _Part(0, small.shape[0], 0, small.shape[1]))
    inner = small[whole.top : whole.bottom, whole.left : whole.right]
    height, width = inner.shape[:2]
    across, down = _line_strength(inner, 1), _line_strength(inner, 0)
    best, rows, columns = _GRID_SCORE, 0, 0
    for candidate in range(1, count + 1):
        if count % candidate:
            continue
        lines = [_strength_at(down, height * i / candidate) for i in range(1, candidate)]
        lines += [_strength_at(across, width * i / (count // candidate)) for i in range(1, count // candidate)]
        # the weakest line counts too: a grid is a grid only if all of it is there
        score = 0.5 * float(np.mean(lines)) + 0.5 * min(lines)
        shape = (width * candidate) / (height * (count // candidate))
        if score > best and 0.4 <= shape <= 3.2:
            best, rows, columns = score, candidate, count // candidate
    if not rows:
        return ()
    cells = [
        _Part(
            whole.top + round(height * row / rows),
            whole.top + round(height * (row + 1) / rows),
            whole.left + round(width * column / columns),
            whole.left + round(width * (column + 1) / columns),
        )
        for row in range(rows)
        for column in range(columns)
    ]
    return tuple(_take(sheet, cell, scale) for cell in cells)


def _small(sheet: Plate) -> tuple[NDArray[np.float32], float]:
    """The sheet at looking size as floats 0..255, and pixels of the sheet per pixel of it."""
    scale = max(1.0, max(sheet.shape[:2]) / _LOOK_SIDE)
    size = round(sheet.shape[1] / scale), round(sheet.shape[0] / scale)
    return np.asarray(cv2.resize(sheet, size, interpolation=cv2.INTER_AREA), np.float32), scale


def _take(sheet: Plate, part: _Part, scale: float) -> Plate:
    """The part of the sheet at full size, one line inside its borders so that none of the gutter shows."""
    inset = 1 if scale == 1 else round(scale) + 1
    top, bottom = round(part.top * scale) + inset, round(part.bottom * scale) - inset
    left, right = round(part.left * scale) + inset, round(part.right * scale) - inset
    return np.ascontiguousarray(sheet[top:bottom, left:right])


def _cut(small: NDArray[np.float32], part: _Part, known: _Gutter | None, thin: int) -> list[_Part]:
    """The part taken apart: rows first, then columns, then again, all along gutters of one colour."""
    for axis in (0, 1):
        gutters = _gutters(small, part, axis, known, thin)
        if not gutters:
            continue
        found: list[_Part] = []
        start = part.top if axis == 0 else part.left
        end = part.bottom if axis == 0 else part.right
        for gutter in [*gutters, None]:
            stop = gutter.start if gutter else end
            piece = (
                _Part(start, stop, part.left, part.right) if axis == 0 else _Part(part.top, part.bottom, start, stop)
            )
            found += _cut(small, piece, known or gutters[0], thin)
            start = gutter.end if gutter else end
        return found
    return [part]


def _gutters(small: NDArray[np.float32], part: _Part, axis: int, known: _Gutter | None, thin: int) -> list[_Gutter]:
    """Flat bands right through the part, across rows (axis 0) or columns (axis 1), with pictures on both sides."""
    view = small[part.top : part.bottom, part.left : part.right]
    length = view.shape[axis]
    lines = view.mean(axis=1 - axis, dtype=np.float64)
    spread = view.std(axis=1 - axis, dtype=np.float64).max(axis=1)
    flat = spread <= _FLAT
    least = _LEAST_PANEL * small.shape[axis]
    thinnest, thickest = float(thin), _THICKEST * min(small.shape[:2])
    if known is not None:  # the gutters of one sheet are alike
        flat &= np.abs(lines - known.colour).mean(axis=1) <= _SAME_SHEET
        wide = known.end - known.start
        thinnest, thickest = max(thin, 0.5 * wide - 1), min(thickest, 2.5 * wide + 1)
    runs = [(a, b) for a, b in _runs(flat) if thinnest <= b - a <= thickest]
    found: list[_Gutter] = []
    last = 0
    for a, b in runs:
        middle = lines[a:b].mean(axis=0)
        even = float(np.abs(lines[a:b] - middle).mean()) <= _FLAT / 2
        alike = not found or float(np.abs(found[0].colour - middle).mean()) <= _SAME
        if not (even and alike and a - last >= least and length - b >= least):
            continue
        ends = _sharp_ends(view, axis, a, b)
        # where a gutter is known already, a band like it is believed even between dark pictures and black bands
        if max(ends) >= 0.15 if known is not None or found else min(ends) >= 0.55:
            found.append(_Gutter(a + _start(part, axis), b + _start(part, axis), middle))
            last = b
    return found


def _sharp_ends(view: NDArray[np.float32], axis: int, a: int, b: int) -> tuple[float, float]:
    """Along what share of a flat band the picture before and the picture after it differ from it.

    A clear sky or a bare wall is flat too, but fades into what is next to it.
    """
    turned = view if axis == 0 else view.transpose(1, 0, 2)
    band = turned[a:b].mean(axis=(0, 1))
    reach = max(2, round(turned.shape[0] * 0.006))
    before, after = turned[max(0, a - reach) : a], turned[b : b + reach]
    if not len(before) or not len(after):
        return 0.0, 0.0
    shares = [float((np.abs(beside - band).mean(axis=(0, 2)) > 14).mean()) for beside in (before, after)]
    return shares[0], shares[1]


def _start(part: _Part, axis: int) -> int:
    return part.top if axis == 0 else part.left


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(start, end) of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _trimmed(small: NDArray[np.float32], part: _Part) -> _Part:
    """The part without flat borders of one colour around it (at most a fifth on each side)."""
    top, bottom, left, right = part.top, part.bottom, part.left, part.right
    high, wide = (bottom - top) // 5, (right - left) // 5

    def is_flat(line: NDArray[np.float32], like: NDArray[np.float32]) -> bool:
        return float(line.std(axis=0).max()) <= _FLAT and float(np.abs(line.mean(axis=0) - like).mean()) <= _SAME

    colour = small[top, left:right].mean(axis=0)
    for _ in range(high):
        if not is_flat(small[top, left:right], colour):
            break
        top += 1
    colour = small[bottom - 1, left:right].mean(axis=0)
    for _ in range(high):
        if not is_flat(small[bottom - 1, left:right], colour):
            break
        bottom -= 1
    colour = small[top:bottom, left].mean(axis=0)
    for _ in range(wide):
        if not is_flat(small[top:bottom, left], colour):
            break
        left += 1
    colour = small[top:bottom, right - 1].mean(axis=0)
    for _ in range(wide):
        if not is_flat(small[top:bottom, right - 1], colour):
            break
        right -= 1
    return _Part(top, bottom, left, right)


def _alike(parts: list[_Part]) -> bool:
    """Whether the parts could be panels of one sheet: none is a sliver beside the others."""
    areas = [(p.bottom - p.top) * (p.right - p.left) for p in parts]
    return min(areas) >= max(areas) / 16


def _line_strength(view: NDArray[np.float32], axis: int) -> NDArray[np.float64]:
    """For each place between lines along `axis`, how much of its length is a step, over what is usual nearby."""
    step = np.abs(np.diff(view, axis=axis)).mean(axis=2)
    # the median counts: a line that runs right through beats one strong edge somewhere on the way
    middle = np.median(step, axis=1 - axis)
    usual = cv2.blur(middle.astype(np.float64).reshape(-1, 1), (1, 2 * max(4, len(middle) // 24) + 1)).reshape(-1)
    return np.asarray(middle / np.maximum(usual, 0.75))


def _strength_at(strength: NDArray[np.float64], place: float) -> float:
    """The strongest line within a hundredth of the side around a place."""
    reach = max(2, round(len(strength) * 0.01))
    near = strength[max(0, round(place) - 1 - reach) : round(place) + reach]
    return float(near.max()) if len(near) else 0.0
