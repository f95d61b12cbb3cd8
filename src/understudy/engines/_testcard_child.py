"""The child process of the test card: draws the picture, the block that moves over it and the tone.

Knows its order and the film writer. Must not know cards, jobs or tasks.
"""

from __future__ import annotations

import os
import signal
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from understudy.core.faults import Refused
from understudy.core.units import Size
from understudy.media.child import Progress, serve_order
from understudy.media.video import SAMPLE_RATE, VideoWriter, sample_span

# Y, U, V of the seven 75 % bars (grey, yellow, cyan, green, magenta, red, blue). Source: SMPTE RP 219, BT.709 limited
_BARS = (
    (180, 128, 128),
    (168, 44, 136),
    (145, 147, 44),
    (133, 63, 52),
    (63, 193, 204),
    (51, 109, 212),
    (28, 212, 120),
)
_TROUBLE_AT = 0.5  # where in the film a crash or a hang happens
_LEVEL = 0.125  # -18 dBFS


def draw(order: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the film to `order["path"]`; the same order gives the same bytes."""
    size, count = Size(order["width"], order["height"]), order["frame_count"]
    path, rate = Path(order["path"]), Fraction(order["frames_per_second"])
    bars = _bars(size, order["seed"])
    pitch = 440.0 * 2 ** (order["seed"] % 12 / 12)
    pause = order["slow_seconds"] / count
    told = -1
    with VideoWriter(path, size, sound=order["sound"], frames_per_second=rate) as film:
        for number in range(count):
            fraction = number / count
            _misbehave(order, fraction)
            wave = _tone(pitch, number, rate) if order["sound"] else None
            film.write(_with_block(bars, size, number, rate), wave)
            if int(fraction * 20) > told:
                told = int(fraction * 20)
                progress(fraction, "drawing")
            if pause:
                time.sleep(pause)
    return {"byte_count": path.stat().st_size}


def _misbehave(order: dict[str, Any], fraction: float) -> None:
    if order["fail_at"] is not None and fraction >= min(order["fail_at"], 0.95):
        raise Refused(f"The test card was asked to fail at {order['fail_at']:.0%}.")
    if fraction < _TROUBLE_AT:
        return
    if order["crash"]:
        os.abort()
    if order["hang"]:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the worst kind: deaf to a polite end
        while True:
            time.sleep(3600)


def _planes(size: Size) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """I420 storage and its Y, U and V views."""
    height, width = size.height, size.width
    storage = np.empty((height * 3 // 2, width), np.uint8)
    flat = storage.reshape(-1)
    luma, chroma = height * width, height * width // 4
    halves = (height // 2, width // 2)
    return (
        storage,
        flat[:luma].reshape(height, width),
        flat[luma : luma + chroma].reshape(halves),
        flat[luma + chroma :].reshape(halves),
    )


def _bars(size: Size, seed: int) -> NDArray[np.uint8]:
    """The bars over a strip whose colour tells the seed."""
    storage, *planes = _planes(size)
    strip = (44, 64 + seed * 37 % 128, 64 + seed * 101 % 128)
    for index, plane in enumerate(planes):
        height, width = plane.shape
        edges = np.linspace(0, width, len(_BARS) + 1).astype(int)
        for bar, (left, right) in zip(_BARS, pairwise(edges), strict=True):
            plane[:, left:right] = bar[index]
        plane[height * 3 // 4 :] = strip[index]
    return storage


def _with_block(bars: NDArray[np.uint8], size: Size, number: int, rate: Fraction) -> NDArray[np.uint8]:
    """The bars with a white block on the strip that crosses the picture once in four seconds."""
    storage = bars.copy()
    side = size.height // 8 * 2
    crossing = round(rate * 4)
    left = int((size.width - side) * (number % crossing) / crossing) // 2 * 2
    top = size.height * 3 // 4
    storage[top : min(top + side, size.height - 2), left : left + side] = 235
    return storage


def _tone(pitch: float, number: int, rate: Fraction) -> NDArray[np.float32]:
    """The samples of one picture: a steady tone on both sides, whole over every cut between pictures."""
    span = sample_span(number, rate)
    wave = _LEVEL * np.sin(2 * np.pi * pitch * np.arange(span.start, span.stop) / SAMPLE_RATE)
    return np.repeat(wave.astype(np.float32)[:, None], 2, axis=1)


if __name__ == "__main__":
    serve_order(draw)
