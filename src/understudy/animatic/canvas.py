"""Canvas: one film picture as I420 planes, and the few strokes by which everything is painted on it.

Knows planes, paints and affine or bent placements; works only inside the rectangle a stroke touches. Must not know
what a stroke shows, nor time. OpenCV alone does the work: measured, one warp of four packed channels (Y, U, V, alpha,
premultiplied) costs less than a warp per plane, and blends are almost free beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.core.units import Size

Bytes = NDArray[np.uint8]
Matrix = NDArray[np.float64]
"""(2, 3) affine matrix from the pixels of a paint to the pixels of the picture."""

# RGB to limited-range Y'CbCr. Source: ITU-R BT.709-6, 3.
_TO_YUV = np.array(
    [
        [0.18259, 0.61423, 0.06201, 16.0],
        [-0.10064, -0.33857, 0.43922, 128.0],
        [0.43922, -0.39894, -0.04027, 128.0],
    ]
)
_TO_RGB = np.array(
    [
        [1.16438, 0.0, 1.79274, -248.10],
        [1.16438, -0.21325, -0.53291, 76.88],
        [1.16438, 2.11240, 0.0, -289.02],
    ]
)
BLACK, NEUTRAL = 16, 128


def yuv_of(picture: NDArray[np.uint8]) -> Bytes:
    """(h, w, 3) RGB to (h, w, 3) Y, U, V, BT.709 limited range."""
    return cv2.transform(picture, _TO_YUV)


def rgb_of(yuv: Bytes) -> NDArray[np.uint8]:
    """Inverse of `yuv_of`, for looking at pictures."""
    return cv2.transform(yuv, _TO_RGB)


@dataclass(frozen=True, slots=True)
class Grade:
    """A change of light: one table of 256 values per channel.

    Tables act on straight (not premultiplied) Y, U and V.
    """

    tables: Bytes  # (1, 256, 3)

    @classmethod
    def of(
        cls,
        *,
        gain: float = 1.0,
        lift: float = 0.0,
        gamma: float = 1.0,
        tint: tuple[float, float] = (0.0, 0.0),
        saturation: float = 1.0,
    ) -> Grade:
        """`gain`, `gamma` and `lift` (-1..1) shape light; `tint` is added to U and V; `saturation` scales both."""
        steps = np.arange(256, dtype=np.float64)
        light = np.clip((steps - BLACK) / 219, 0, 1) ** gamma * gain + lift
        luma = BLACK + 219 * np.clip(light, 0, 1)
        chroma = (steps - NEUTRAL) * saturation + NEUTRAL
        tables = np.stack([luma, chroma + tint[0], chroma + tint[1]], axis=-1)
        return cls(np.clip(np.rint(tables), 0, 255).astype(np.uint8)[None])

    def then(self, other: Grade) -> Grade:
        """This change, followed by another."""
        return Grade(cv2.LUT(self.tables, other.tables))

    def on(self, yuv: Bytes) -> Bytes:
        """(h, w, 3) Y, U, V in this light."""
        return cv2.LUT(yuv, self.tables)


@dataclass(frozen=True, slots=True)
class Paint:
    """Something that can be put on a canvas: (h, w, 4) uint8 of Y, U, V, alpha, premultiplied.

    `scale` is pixels of this paint per pixel of the sprite it was made from.
    """

    packed: Bytes
    scale: float = 1.0

    @property
    def width(self) -> int:
        return int(self.packed.shape[1])

    @property
    def height(self) -> int:
        return int(self.packed.shape[0])


def pack(sprite: NDArray[np.uint8], grade: Grade | None = None) -> Bytes:
    """(h, w, 3) RGB or (h, w, 4) RGBA with straight alpha to packed Y, U, V, alpha, premultiplied."""
    yuv = yuv_of(sprite[:, :, :3])
    if grade is not None:
        yuv = grade.on(yuv)
    if sprite.shape[2] == 3:
        return cv2.merge([*cv2.split(yuv), np.full(sprite.shape[:2], 255, np.uint8)])
    alpha = np.ascontiguousarray(sprite[:, :, 3])
    parts = [cv2.multiply(plane, alpha, scale=1 / 255) for plane in cv2.split(yuv)]
    return cv2.merge([*parts, alpha])


def shadow_paint(width: int, height: int, strength: float, *, softness: float = 0.35) -> Paint:
    """A soft dark ellipse, blurred once: it lies under feet and seats. `strength` 0..1."""
    margin = max(2, round(max(width, height) * softness))
    mask = np.zeros((height + 2 * margin, width + 2 * margin), np.uint8)
    center = (mask.shape[1] // 2, mask.shape[0] // 2)
    cv2.ellipse(mask, center, (max(1, width // 2), max(1, height // 2)), 0, 0, 360, 255, -1, cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), margin / 2.5)
    alpha = cv2.multiply(mask, strength * 255 / max(1, int(mask.max())))
    chroma = cv2.multiply(alpha, NEUTRAL / 255)
    return Paint(cv2.merge([cv2.multiply(alpha, BLACK / 255), chroma, chroma, alpha]))


class Canvas:
    """One picture: `planes` is (height * 3 / 2, width) uint8 I420; `luma`, `blue`, `red` are views into it."""

    def __init__(self, size: Size) -> None:
        """A black picture; both sides even."""
        if size.width % 2 or size.height % 2:
            raise ValueError(f"an I420 picture needs even sides, not {size}")
        self.size = size
        height, width = size.height, size.width
        self.planes: Bytes = np.empty((height * 3 // 2, width), np.uint8)
        flat = self.planes.reshape(-1)
        quarter = (height // 2) * (width // 2)
        self.luma = self.planes[:height]
        self.blue = flat[height * width :][:quarter].reshape(height // 2, width // 2)
        self.red = flat[height * width + quarter :].reshape(height // 2, width // 2)
        self.fill()

    def fill(self, yuv: tuple[int, int, int] = (BLACK, NEUTRAL, NEUTRAL)) -> None:
        """One colour everywhere."""
        self.luma[:], self.blue[:], self.red[:] = yuv

    def rgb(self) -> NDArray[np.uint8]:
        """The picture as (h, w, 3) RGB, for tests and for looking."""
        size = (self.size.width, self.size.height)
        chroma = [cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (self.blue, self.red)]
        return rgb_of(cv2.merge([self.luma, *chroma]))

    def cover(self, paint: Paint, matrix: Matrix, *, soft: bool = False) -> None:
        """Fill the whole picture with an opaque paint; what lies outside of it repeats its edge.

        `soft` promises that the paint is out of focus: it is then warped at half size, a quarter of the work.
        """
        width, height = self.size.width, self.size.height
        half = (width // 2, height // 2)
        options = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
        if soft:
            # pixel centers: picture pixel x lies at x / 2 - 1 / 4 of the half picture
            small = matrix / 2
            small[:, 2] -= 0.25
            luma, self.blue[:], self.red[:], _ = cv2.split(cv2.warpAffine(paint.packed, small, half, **options))
            cv2.resize(luma, (width, height), dst=self.luma, interpolation=cv2.INTER_LINEAR)
            return
        warped = cv2.warpAffine(paint.packed, matrix, (width, height), **options)
        self.luma[:], blue, red, _ = cv2.split(warped)
        cv2.resize(blue, half, dst=self.blue, interpolation=cv2.INTER_AREA)
        cv2.resize(red, half, dst=self.red, interpolation=cv2.INTER_AREA)

    def draw(self, paint: Paint, matrix: Matrix, opacity: float = 1.0) -> None:
        """Lay a paint over the picture, placed by an affine matrix with sub-pixel precision."""
        area = self._touched(paint, matrix)
        if area is None or opacity <= 0.003:
            return
        left, top, right, bottom = area
        local = matrix.copy()
        local[:, 2] -= (left, top)
        warped = cv2.warpAffine(paint.packed, local, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
        self._lay(warped, left, top, opacity)

    def stamp(self, paint: Paint, left: int, top: int, opacity: float = 1.0) -> None:
        """Lay a paint at whole, even pixels without any warp: lettering. It is cut at the picture's edges."""
        left, top = left & ~1, top & ~1
        x0, y0 = max(0, -left), max(0, -top)
        x1 = min(paint.width & ~1, self.size.width - left)
        y1 = min(paint.height & ~1, self.size.height - top)
        if x1 > x0 and y1 > y0 and opacity > 0.003:
            self._lay(paint.packed[y0:y1, x0:x1], left + x0, top + y0, opacity)

    def glow(self, light: Bytes) -> None:
        """Add light: (height, width) uint8, saturating. Colours stay."""
        cv2.add(self.luma, light, dst=self.luma)

    def veil(self, alpha: Bytes, yuv: tuple[int, int, int]) -> None:
        """Cover with one colour by an alpha of (height, width) uint8: fog, a fade."""
        half = cv2.resize(alpha, (self.size.width // 2, self.size.height // 2), interpolation=cv2.INTER_AREA)
        for plane, mask, value in ((self.luma, alpha, yuv[0]), (self.blue, half, yuv[1]), (self.red, half, yuv[2])):
            kept = cv2.multiply(plane, cv2.bitwise_not(mask), scale=1 / 255)
            cv2.add(kept, cv2.multiply(mask, value / 255), dst=plane)

    def mix(self, other: Canvas, share: float) -> None:
        """Become this picture at `share` 0, the other at 1."""
        cv2.addWeighted(self.planes, 1 - share, other.planes, share, 0, dst=self.planes)

    def dim(self, light: float) -> None:
        """Fade towards black: `light` 1 changes nothing, 0 is black."""
        if light < 1:
            cv2.addWeighted(self.luma, light, self.luma, 0, BLACK * (1 - light), dst=self.luma)
            for plane in (self.blue, self.red):
                cv2.addWeighted(plane, light, plane, 0, NEUTRAL * (1 - light), dst=plane)

    def _touched(self, paint: Paint, matrix: Matrix) -> tuple[int, int, int, int] | None:
        """Even-aligned rectangle of the picture that a placed paint touches; None when it lies outside."""
        corners = np.array([[0, 0, 1], [paint.width, 0, 1], [0, paint.height, 1], [paint.width, paint.height, 1]])
        spots = corners @ matrix.T
        low, high = spots.min(axis=0) - 1, spots.max(axis=0) + 1
        left, top = max(0, int(low[0]) & ~1), max(0, int(low[1]) & ~1)
        right = min(self.size.width, (int(np.ceil(high[0])) + 1) & ~1)
        bottom = min(self.size.height, (int(np.ceil(high[1])) + 1) & ~1)
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _lay(self, packed: Bytes, left: int, top: int, opacity: float) -> None:
        height, width = packed.shape[:2]
        if opacity < 1:
            packed = cv2.multiply(packed, (opacity,) * 4)
        luma, blue, red, alpha = cv2.split(packed)
        _over(self.luma[top : top + height, left : left + width], luma, cv2.bitwise_not(alpha))
        half = (width // 2, height // 2)
        kept = cv2.bitwise_not(cv2.resize(alpha, half, interpolation=cv2.INTER_AREA))
        for plane, colour in ((self.blue, blue), (self.red, red)):
            spot = plane[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2]
            _over(spot, cv2.resize(colour, half, interpolation=cv2.INTER_AREA), kept)


def _over(plane: Bytes, colour: Bytes, kept: Bytes) -> None:
    cv2.add(cv2.multiply(plane, kept, scale=1 / 255), colour, dst=plane)
