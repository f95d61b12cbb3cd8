"""Lettering: captions of spoken lines and the watermark, drawn with OpenCV's built-in face (it has CJK).

Knows how text is broken, outlined and kept inside safe margins. Must not know who speaks, nor time beyond the frames it
is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.camera import Box
from understudy.animatic.canvas import Canvas, Paint, pack
from understudy.animatic.layers._layer import Moment
from understudy.animatic.storyboard import TimedLine
from understudy.core.units import Size

WATERMARK = "AI生成"
"""Text of the watermark, bottom right. Source: spec/dashscope.md §5, parameters.watermark."""

WIDTH_SHARE = 0.84
"""Captions are never wider than this part of the picture."""

_MARGIN = 0.055  # of the shorter side, below captions and around the watermark
_SMALLEST = 0.026  # of the height; text too long even so is shortened with an ellipsis
_FADE = 4  # frames
_OPENERS = "“‘「『（(《〈[【"
_CLOSERS = "，。！？；：、”’」』）)》〉]】,.!?;:…—~～"
_WORD = re.compile(r"[A-Za-z0-9À-ɏ'’\-]+[,.!?;:]*|\s+|.", re.DOTALL)


class Letterer:
    """Draws text of one size; the face is loaded once."""

    def __init__(self) -> None:
        """Load OpenCV's built-in Unicode face."""
        self._face = cv2.FontFace("uni")

    def width(self, text: str, pixels: int) -> int:
        """Pixels that a line of text takes."""
        return int(cv2.getTextSize((0, 0), text, (0, 0), self._face, pixels, 500)[2])

    def draw(self, mask: NDArray[np.uint8], text: str, x: int, baseline: int, pixels: int) -> None:
        """White text on a (h, w) mask."""
        board = cv2.merge([mask, mask, mask])
        cv2.putText(board, text, (x, baseline), (255, 255, 255), self._face, pixels, 500)
        mask[:] = board[:, :, 0]


def break_text(text: str, limit: int, measure: Letterer, pixels: int) -> list[str]:
    """Lines no wider than `limit` pixels: between words or after any hanzi, never before a closing mark.

    A single word wider than the line is broken where it must be.
    """
    lines, line = [], ""
    for piece in _pieces(" ".join(text.split())):
        if line and measure.width((line + piece).rstrip(), pixels) > limit:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
        while measure.width(line.rstrip(), pixels) > limit and len(line) > 1:
            cut = max(k for k in range(1, len(line)) if k == 1 or measure.width(line[:k], pixels) <= limit)
            lines.append(line[:cut])
            line = line[cut:]
    if line.strip():
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """Text in parts that stay together: words, hanzi with the marks that belong to them."""
    pieces: list[str] = []
    for part in _WORD.findall(text):
        glued = pieces and (part[0] in _CLOSERS or pieces[-1][-1] in _OPENERS)
        if glued:
            pieces[-1] += part
        else:
            pieces.append(part)
    return pieces


def set_lines(text: str, size: Size, measure: Letterer) -> tuple[list[str], int]:
    """The lines of a caption and their height in pixels: two lines at most, then smaller, at last shortened."""
    limit = int(size.width * WIDTH_SHARE) - 2 * _outline(size)
    unit = min(size.height, size.width * 0.8)
    pixels, least = max(12, round(0.052 * unit)), max(10, round(_SMALLEST * unit))
    while True:
        lines = break_text(text, limit, measure, pixels)
        if len(lines) <= 2:
            return _balanced(lines, limit, measure, pixels), pixels
        if pixels <= least:
            break
        pixels = max(least, round(pixels * 0.92))
    rest = "".join(lines[1:])
    while rest and measure.width(rest + "…", pixels) > limit:
        rest = rest[:-1]
    return [lines[0], rest + "…"], pixels


def _balanced(lines: list[str], limit: int, measure: Letterer, pixels: int) -> list[str]:
    """Two lines of about equal width instead of a long one and a scrap."""
    if len(lines) < 2:
        return lines
    text = " ".join(lines) if lines[0][-1:].isascii() and lines[1][:1].isascii() else "".join(lines)
    for share in (0.52, 0.58, 0.66, 0.75, 0.85):
        even = break_text(text, int(max(limit * 0.3, measure.width(text, pixels) * share)), measure, pixels)
        if len(even) == 2 and all(measure.width(line, pixels) <= limit for line in even):
            return even
    return lines


def _outline(size: Size) -> int:
    return max(1, round(min(size.width, size.height) / 300))


@dataclass(frozen=True, slots=True)
class Lettering:
    """Text at one place over a run of film frames; a Layer. `end_frame` None: to the end."""

    paint_: Paint
    left: int
    top: int
    first_frame: int = 0
    end_frame: int | None = None
    opacity: float = 1.0

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        share = self.opacity
        if self.end_frame is not None:
            since, until = moment.film_frame - self.first_frame + 1, self.end_frame - moment.film_frame
            share *= min(1.0, since / _FADE, until / _FADE)
        if share > 0:
            canvas.stamp(self.paint_, self.left, self.top, share)


def _no_faces(line: TimedLine) -> Sequence[Box]:
    return ()


def captions(
    lines: Sequence[TimedLine],
    size: Size,
    measure: Letterer,
    faces: Callable[[TimedLine], Sequence[Box]] = _no_faces,
) -> list[Lettering]:
    """A caption for each spoken line of a shot; each stays until the next begins, at most half a second longer.

    `faces` gives the faces to be seen during a line, in film pixels. A caption stands at the foot of the picture, at
    its head where it would cover a face otherwise.
    """
    made = []
    for number, line in enumerate(lines):
        if not line.text.strip():
            continue
        until = line.end_frame + 12
        if number + 1 < len(lines):
            until = min(until, lines[number + 1].first_frame)
        rows, pixels = set_lines(line.text, size, measure)
        paint = _block(rows, pixels, size, measure, outlined=True)
        left = (size.width - paint.width) // 2
        margin = round(_MARGIN * min(size.width, size.height))
        places = (size.height - margin - paint.height, margin)
        top = min(places, key=lambda top: _covered(faces(line), left, top, paint))
        made.append(Lettering(paint, left, top, line.first_frame, until))
    return made


def _covered(faces: Sequence[Box], left: int, top: int, paint: Paint) -> int:
    """Pixels of faces under a caption."""
    across = (max(0.0, min(f[2], left + paint.width) - max(f[0], left)) for f in faces)
    down = (max(0.0, min(f[3], top + paint.height) - max(f[1], top)) for f in faces)
    return round(sum(a * d for a, d in zip(across, down, strict=True)))


def watermark(size: Size, measure: Letterer) -> Lettering:
    """`AI生成`, small, half transparent, bottom right."""
    pixels = max(12, round(0.030 * min(size.width, size.height)))
    paint = _block([WATERMARK], pixels, size, measure, outlined=True)
    margin = round(0.024 * min(size.width, size.height))
    return Lettering(paint, size.width - margin - paint.width, size.height - margin - paint.height, opacity=0.72)


def _block(rows: Sequence[str], pixels: int, size: Size, measure: Letterer, *, outlined: bool) -> Paint:
    """White text with a thin dark outline and a soft shadow, as a paint just large enough."""
    edge = _outline(size)
    pad = edge * 6 + 2
    step = round(pixels * 1.34)
    widths = [measure.width(row, pixels) for row in rows]
    wide = (max(widths) + 2 * pad + 1) & ~1
    high = (step * len(rows) + 2 * pad + 1) & ~1
    text = np.zeros((high, wide), np.uint8)
    for number, (row, width) in enumerate(zip(rows, widths, strict=True)):
        measure.draw(text, row, (wide - width) // 2, pad + number * step + round(pixels * 1.02), pixels)
    if not outlined:
        return Paint(pack(np.dstack([text, text, text, text])))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * edge + 1, 2 * edge + 1))
    border = cv2.GaussianBlur(cv2.dilate(text, disc), (0, 0), 0.6 * edge)
    soft = cv2.GaussianBlur(border, (0, 0), 1.6 * edge)
    dark = np.maximum(border.astype(np.float32) * 0.85, soft.astype(np.float32) * 0.55)
    ink = text.astype(np.float32)
    alpha = np.maximum(ink, dark)
    # straight alpha: white where the text is, near black around it
    shade = 12 + (250 - 12) * ink / np.maximum(alpha, 1.0)
    letters = np.dstack([shade, shade, shade, alpha])
    return Paint(pack(np.clip(np.rint(letters), 0, 255).astype(np.uint8)))
