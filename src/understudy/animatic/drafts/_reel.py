"""From a draft's RGB pictures to its reel: exact count, sound, watermark, MP4.

Knows how pictures are written down. Must not know what they show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.canvas import Canvas, yuv_of
from understudy.animatic.layers.lettering import Letterer, watermark
from understudy.core.units import Size
from understudy.media.audio import Wave
from understudy.media.probe import probe_file
from understudy.media.video import VideoWriter, sample_span

_TOLD_EVERY = 6  # pictures
_FROM = 0.1  # share of the progress at which painting begins. GUESS


def write_reel(
    brief: DraftBrief,
    workdir: Path,
    progress: Progress,
    pictures: Iterable[NDArray[np.uint8]],
    *,
    size: Size,
    frame_count: int,
    wave: Wave | None = None,
    notes: tuple[str, ...] = (),
    name: str = "film.mp4",
) -> Reel:
    """Write a film of exactly `frame_count` pictures at the brief's rate.

    Args:
        brief: tells rate, watermark and whether there is sound.
        workdir: the film is written there.
        progress: told from a tenth on; what comes before the first picture is the draft's own to tell.
        pictures: (h, w, 3) uint8 RGB of `size`; when there are too few the last one stays, what is too many is not
            asked for.
        size: both sides even.
        frame_count: at least 1.
        wave: 48 kHz stereo; padded with silence or cut to the film. Used only if the brief asks for sound.
        notes: what was approximated, one sentence each.
        name: of the file.

    Raises:
        ValueError: no picture at all, or one of another size.
    """
    mark = watermark(size, Letterer()) if brief.watermark else None
    canvas = Canvas(size)

    def planes() -> Iterator[NDArray[np.uint8]]:
        for picture in pictures:
            _lay(canvas, picture)
            if mark is not None:
                canvas.stamp(mark.paint_, mark.left, mark.top, mark.opacity)
            yield canvas.planes

    return write_planes(
        brief, workdir, progress, planes(), size=size, frame_count=frame_count, wave=wave, notes=notes, name=name
    )


def write_planes(
    brief: DraftBrief,
    workdir: Path,
    progress: Progress,
    pictures: Iterable[NDArray[np.uint8]],
    *,
    size: Size,
    frame_count: int,
    wave: Wave | None = None,
    notes: tuple[str, ...] = (),
    name: str = "film.mp4",
) -> Reel:
    """`write_reel` for pictures that are I420 planes of `size` already; they bear their own watermark."""
    rate = brief.frames_per_second
    sound = _fitted(wave, sample_span(frame_count - 1, rate).stop) if brief.sound else None
    path = workdir / name
    with VideoWriter(path, size, sound=brief.sound, frames_per_second=rate) as writer:
        waiting = iter(pictures)
        shown: NDArray[np.uint8] | None = None
        for number in range(frame_count):
            shown = next(waiting, shown)
            if shown is None:
                raise ValueError("a film needs at least one picture")
            writer.write(shown, None if sound is None else sound[sample_span(number, rate)])
            if number % _TOLD_EVERY == 0:
                progress(_FROM + (1 - _FROM) * number / frame_count, "painting")
    progress(1.0, "finished")
    return Reel(path, probe_file(path), notes)


def _lay(canvas: Canvas, picture: NDArray[np.uint8]) -> None:
    height, width = canvas.size.height, canvas.size.width
    if picture.shape != (height, width, 3):
        raise ValueError(f"a picture of this film has shape {(height, width, 3)}, not {picture.shape}")
    luma, blue, red = cv2.split(yuv_of(picture))
    canvas.luma[:] = luma
    # chroma is the mean of two by two pixels, as every player expects
    half = (width // 2, height // 2)
    canvas.blue[:] = cv2.resize(blue, half, interpolation=cv2.INTER_AREA)
    canvas.red[:] = cv2.resize(red, half, interpolation=cv2.INTER_AREA)


def _fitted(wave: Wave | None, samples: int) -> Wave:
    given = np.zeros((0, 2), np.float32) if wave is None else wave[:samples]
    return np.ascontiguousarray(np.pad(given, ((0, samples - len(given)), (0, 0))), np.float32)
