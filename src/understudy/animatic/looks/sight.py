"""Sight: a film as a painter sees it, picture by picture: calmed of its noise, and knowing how the view drifts.

Knows optical flow and one picture before. Must not know what is painted with it. What is drawn from a calm picture
does not flicker; a texture moved along by `drift` does not crawl over what it covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2

Picture = NDArray[np.uint8]
"""(h, w, 3) uint8 RGB."""
Plane = NDArray[np.float32]
"""(h, w) float32, mostly 0..1."""

_FLOW_HIGH = 180  # pixels of the shorter side in which motion is looked for
_KEPT = 0.72  # share of the past in what stands still. GUESS: noise falls to 0.4, a late edge is not seen
_SAME = 9.0  # difference (0..255, after a blur) at which the past has lost most of its say
_CUT = 38.0  # mean difference to the moved past that is a new shot. Measured: pans and talk below 8, cuts above 50
_REST = 0.04  # pixels of motion, at the size looked at, that are none
_SAY = (_KEPT * np.exp(-((np.arange(256) / _SAME) ** 2))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Sight:
    """One picture of a film.

    `picture` is as it came, `calm` without what flickers. `drift` is how far (x, y pixels) the view has moved its
    content since the first picture; `number` counts from 0.
    """

    picture: Picture
    calm: Picture
    drift: tuple[float, float]
    number: int


def sights(pictures: Iterable[Picture]) -> Iterator[Sight]:
    """The pictures of a film, all of one size, with what is known of the past; about 12 ms each at 720p."""
    flow_of = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    before: Picture | None = None  # small grey of the last picture
    calm: Picture | None = None
    drift = (0.0, 0.0)
    grid: NDArray[np.float32] | None = None
    for number, picture in enumerate(pictures):
        high, wide = picture.shape[:2]
        scale = min(1.0, _FLOW_HIGH / min(high, wide))
        small = (max(16, round(wide * scale)), max(16, round(high * scale)))
        grey = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), small, interpolation=cv2.INTER_AREA)
        if before is None or calm is None:
            calm = picture
        else:
            flow = flow_of.calc(grey, before, None)
            past = calm
            if float(np.abs(flow).max()) > _REST:
                if grid is None:
                    across, down = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
                    grid = cv2.merge([across, down])
                there = cv2.resize(flow * np.float32(wide / small[0]), (wide, high), interpolation=cv2.INTER_LINEAR)
                there += grid
                past = cv2.remap(calm, there, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            # seen from further off where the picture is small, or its noise would pass for change
            seen = small if scale <= 0.5 else (small[0] // 2, small[1] // 2)
            apart = _apart(picture, past, seen)
            if float(apart.mean()) > _CUT:
                calm = picture
            else:
                say = cv2.resize(cv2.LUT(apart, _SAY), (wide, high), interpolation=cv2.INTER_LINEAR)
                calm = cv2.blendLinear(past, picture, say, np.float32(1) - say)
                step = np.median(flow.reshape(-1, 2)[::7], axis=0)
                step = np.where(np.abs(step) < _REST, 0.0, step) * (wide / small[0])
                drift = (drift[0] - float(step[0]), drift[1] - float(step[1]))
        before = grey
        yield Sight(picture, calm, drift, number)


def _apart(picture: Picture, past: Picture, small: tuple[int, int]) -> NDArray[np.uint8]:
    """How different two pictures are, (h, w) uint8 at a small size; the largest of the colours."""
    apart = cv2.absdiff(
        cv2.resize(picture, small, interpolation=cv2.INTER_AREA), cv2.resize(past, small, interpolation=cv2.INTER_AREA)
    )
    most = apart.max(axis=2)
    # what moves drags its rim along: its surroundings are not the past's either
    return np.asarray(cv2.blur(cv2.dilate(most, np.ones((3, 3), np.uint8)), (3, 3)), np.uint8)
