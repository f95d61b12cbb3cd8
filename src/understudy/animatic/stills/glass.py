"""Glass: what lies between camera and picture: rain, snow, fog and lettering, laid over RGB pictures.

Knows the layers of films with a cast and how to take what they paint off a black canvas. Must not know scenes or
speakers. A picture through clear glass stays as it is to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.camera import Box, View
from understudy.animatic.canvas import BLACK, Bytes, Canvas
from understudy.animatic.layers._layer import Moment
from understudy.animatic.layers.lettering import Letterer, Lettering, captions
from understudy.animatic.layers.weather import Fog, Neon, WeatherLayer, far_weather, near_weather
from understudy.animatic.performer import Plate
from understudy.animatic.screenplay import Weather
from understudy.animatic.storyboard import TimedLine
from understudy.core.units import Size

_LUMA_SPAN = 219  # limited-range steps from black to white
_RISE_SECONDS = 1.5  # until weather is there in full: a film begins with its picture as it is


class Falling:
    """Weather of one depth over the pictures of a film."""

    def __init__(self, layers: Sequence[WeatherLayer], size: Size) -> None:
        self._glowing = [layer for layer in layers if not isinstance(layer, Fog | Neon)]
        self._veils = [layer for layer in layers if isinstance(layer, Fog)]
        self._canvas = Canvas(size)
        self._clear = View(size.width / 2, size.height / 2)

    def over(self, picture: Plate, frame: int, seconds: float) -> None:
        """Paint the weather of a frame into a picture, in place; `seconds` is its time in the film."""
        share = min(1.0, seconds / _RISE_SECONDS)
        if share <= 0:
            return
        moment = Moment(frame, frame, self._clear)
        if self._veils:
            for veil in self._veils:
                self._canvas.fill()
                veil.paint(self._canvas, moment)
                white = 255 * (veil.yuv[0] - BLACK) / _LUMA_SPAN
                cover = cv2.convertScaleAbs(self._light(), alpha=255 / max(1.0, white) * share)
                spread = cv2.merge([cover, cover, cover])
                kept = cv2.multiply(picture, cv2.bitwise_not(spread), scale=1 / 255)
                cv2.add(kept, cv2.convertScaleAbs(spread, alpha=white / 255), dst=picture)
        if self._glowing:
            self._canvas.fill()
            for layer in self._glowing:
                layer.paint(self._canvas, moment)
            light = cv2.convertScaleAbs(self._light(), alpha=share)
            cv2.add(picture, cv2.merge([light, light, light]), dst=picture)

    def _light(self) -> Bytes:
        """What is on the canvas, 0 black to 255 white."""
        return cv2.convertScaleAbs(cv2.subtract(self._canvas.luma, (BLACK,)), alpha=255 / _LUMA_SPAN)


def falling(weather: Sequence[Weather], size: Size, rng: np.random.Generator) -> tuple[Falling | None, Falling | None]:
    """Weather behind and before who stands in front; None where none falls there."""
    far, near = (
        far_weather(weather, size, rng),
        [x for x in near_weather(weather, size, rng) if not isinstance(x, Neon)],
    )
    return Falling(far, size) if far else None, Falling(near, size) if near else None


class Captions:
    """The lettering of spoken lines, each drawn once and laid over its frames."""

    def __init__(self, lines: Sequence[TimedLine], size: Size, faces: Sequence[Box]) -> None:
        """`lines` are timed in the film's own frames; `faces` are to stay visible."""
        self._letterings = captions(lines, size, Letterer(), lambda line: faces)
        self._drawn: dict[int, tuple[Bytes, Bytes]] = {}
        self._clear = View(size.width / 2, size.height / 2)
        self._size = size

    def over(self, picture: Plate, frame: int) -> None:
        """Letter a frame, in place."""
        for number, lettering in enumerate(self._letterings):
            if lettering.end_frame is None or not lettering.first_frame <= frame < lettering.end_frame:
                continue
            colour, cover = self._drawn.setdefault(number, self._taken(lettering))
            since, until = frame - lettering.first_frame + 1, lettering.end_frame - frame
            share = min(1.0, since / 4, until / 4)
            kept = cv2.bitwise_not(cv2.convertScaleAbs(cover, alpha=share))
            top, bottom = lettering.top, lettering.top + cover.shape[0]
            left, right = lettering.left, lettering.left + cover.shape[1]
            part = picture[max(0, top) : bottom, max(0, left) : right]
            y, x = max(0, -top), max(0, -left)
            here = np.s_[y : y + part.shape[0], x : x + part.shape[1]]
            part[:] = cv2.add(
                cv2.multiply(part, np.ascontiguousarray(kept[here]), scale=1 / 255),
                cv2.convertScaleAbs(np.ascontiguousarray(colour[here]), alpha=share),
            )

    def _taken(self, lettering: Lettering) -> tuple[Bytes, Bytes]:
        """Premultiplied colour and cover (h, w, 3) of a lettering, which is black and white: luma is enough."""
        packed = lettering.paint_.packed
        cover = np.ascontiguousarray(packed[..., 3])
        black = cover.astype(np.float32) * (BLACK / 255)
        ink = np.clip((packed[..., 0] - black) * (255 / _LUMA_SPAN), 0, 255).astype(np.uint8)
        return cv2.merge([ink, ink, ink]), cv2.merge([cover, cover, cover])
