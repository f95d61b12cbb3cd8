"""Transitions: from one picture to another that has nothing to do with it, as an editor would design it.

Knows three ways: through the picture's depth, through its middle, and by a whip of the camera. Must not know prompts.
Each gives the first picture at 0 and the last at 1, to the bit, and moves all the while: nothing just fades.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.camera import View
from understudy.animatic.easing import cruise, part, smooth
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate
from understudy.animatic.stills.depths import guess_depths
from understudy.animatic.stills.parallax import Stage, widened
from understudy.core.units import Size


class Way(Protocol):
    """From one picture to another."""

    def at(self, progress: float) -> Plate:
        """(h, w, 3) at 0..1 of the way."""
        ...


class ThroughDepth:
    """What is far changes first, what is near last, while the camera goes on through both pictures."""

    _SOFT = 0.35
    _GROWTH = 0.16

    def __init__(self, first: Plate, last: Plate, size: Size) -> None:
        self._size = size
        self._ends = (first, last)
        depths = [guess_depths(picture, False) for picture in (first, last)]
        self._stages = [Stage(size, found.near) for found in depths]
        self._textures = [widened(picture, size) for picture in (first, last)]
        self._order = _ranked(0.6 * depths[0].near + 0.4 * cv2.resize(depths[1].near, depths[0].near.shape[::-1]))

    def at(self, progress: float) -> Plate:
        if progress <= 0 or progress >= 1:
            return self._ends[int(progress > 0.5)].copy()
        middle = View(self._size.width / 2, self._size.height / 2)
        gone = cruise(progress)
        zooms = (1 + self._GROWTH) ** gone, (1 + self._GROWTH) ** (gone - 1)
        one = self._stages[0].backdrop(self._textures[0], View(middle.x, middle.y, zooms[0]))
        two = self._stages[1].backdrop(self._textures[1], View(middle.x, middle.y, zooms[1]))
        turn = smooth(part(progress, 0.12, 0.88))
        share = np.clip((turn * (1 + self._SOFT) - self._order) / self._SOFT, 0, 1)
        share = cv2.resize(
            share.astype(np.float32), (self._size.width, self._size.height), interpolation=cv2.INTER_LINEAR
        )
        return np.asarray(cv2.blendLinear(two, one, share, 1 - share), np.uint8)


def _ranked(values: NDArray[np.float32]) -> Mask:
    """The values by rank, 0..1: then as much of the picture changes in each moment."""
    order = np.empty(values.size, np.float32)
    order[np.argsort(values, axis=None, kind="stable")] = np.linspace(0, 1, values.size, dtype=np.float32)
    return cv2.GaussianBlur(order.reshape(values.shape), (0, 0), 1.5)


class ThroughMiddle:
    """The camera rushes into the middle of the first picture and comes to rest in the last."""

    _RUSH = 2.6

    def __init__(self, first: Plate, last: Plate, size: Size) -> None:
        self._size = size
        self._ends = (first, last)

    def at(self, progress: float) -> Plate:
        if progress <= 0 or progress >= 1:
            return self._ends[int(progress > 0.5)].copy()
        way = _rush(progress)
        speed = (_rush(min(1.0, progress + 0.01)) - _rush(max(0.0, progress - 0.01))) / 0.02
        share = smooth(part(way, 0.36, 0.64))
        one = self._zoomed(0, self._RUSH**way, speed) if share < 1 else None
        two = self._zoomed(1, self._RUSH ** ((way - 1) * 0.28), speed) if share > 0 else None
        if one is None or two is None:
            return two if one is None and two is not None else one if one is not None else self._ends[0].copy()
        return np.asarray(cv2.addWeighted(one, 1 - share, two, share, 0), np.uint8)

    def _zoomed(self, which: int, zoom: float, speed: float) -> Plate:
        """A picture around its middle, smeared outwards as far as it moves in a shutter's time."""
        width, height = self._size.width, self._size.height
        smear = min(0.16, 0.018 * max(0.0, speed - 0.6))
        steps = 1 if smear < 0.004 else 5
        total: NDArray[np.float32] | None = None
        for step in range(steps):
            here = zoom * (1 + smear * (step / max(1, steps - 1) - 0.5)) if steps > 1 else zoom
            matrix = np.array([[here, 0, (1 - here) * (width - 1) / 2], [0, here, (1 - here) * (height - 1) / 2]])
            seen = cv2.warpAffine(
                self._ends[which], matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
            )
            if steps == 1:
                return np.asarray(seen, np.uint8)
            total = seen.astype(np.float32) if total is None else cv2.accumulate(seen, total)
        assert total is not None
        return np.asarray(total / steps + 0.5, np.uint8)


def _rush(progress: float) -> float:
    """Slow, a rush in the middle, slow."""
    return 0.18 * cruise(progress) + 0.82 * smooth(part(progress, 0.25, 0.75))


class Whip:
    """The camera is thrown round from the first picture to the last; `to_left` tells which way."""

    def __init__(self, first: Plate, last: Plate, size: Size, *, to_left: bool = False) -> None:
        self._size, self._to_left = size, to_left
        self._ends = (first, last)
        between = first[:, ::-1]
        self._strip = np.hstack([last, between, first] if to_left else [first, between, last])

    def at(self, progress: float) -> Plate:
        if progress <= 0 or progress >= 1:
            return self._ends[int(progress > 0.5)].copy()
        width, height = self._size.width, self._size.height
        place, ahead = (self._way(min(1.0, progress + d)) for d in (0.0, 0.004))
        x = 2 * width * (1 - place if self._to_left else place)
        matrix = np.array([[1.0, 0.0, -x], [0.0, 1.0, 0.0]])
        smear = round(2 * width * (ahead - place) / 0.004 * 0.006)
        wide = min(width, smear + 2)
        matrix[0, 2] += wide
        seen = cv2.warpAffine(
            self._strip, matrix, (width + 2 * wide, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        if smear >= 3:
            seen = cv2.blur(seen, (min(2 * wide - 1, smear) | 1, 1))
        return np.ascontiguousarray(seen[:, wide : wide + width])

    @staticmethod
    def _way(progress: float) -> float:
        return 0.02 * smooth(progress) + 0.98 * smooth(part(progress, 0.38, 0.62))
