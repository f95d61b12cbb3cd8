"""Moving pictures in and out: a file to upright RGB pictures at 30 a second, and I420 pictures to MP4.

Knows FFmpeg (through PyAV) and keeps FFmpeg's words. Must not know what the pictures show. The writer takes whole
films only: exact picture count, fixed thread count and no clock in the file, so equal pictures give equal bytes
(decision 0008).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import av.error
import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.units import FRAMES_PER_SECOND, Size

SAMPLE_RATE = 48_000
SAMPLES_PER_FRAME = SAMPLE_RATE // FRAMES_PER_SECOND

READ_OPTIONS = {
    # FFmpeg opens nothing but this one file: playlists, concat scripts and URLs inside containers stay shut.
    "protocol_whitelist": "file",
    "format_whitelist": "mov,matroska,avi,flv,mpegts,mpeg",
}


def sample_span(number: int, frames_per_second: int | Fraction) -> slice:
    """Which samples of a 48 kHz sound belong to picture `number`; spans join without gap at any rate."""
    step = SAMPLE_RATE / Fraction(frames_per_second)
    return slice(round(number * step), round((number + 1) * step))


MOST_SIDE = 8192
"""Pixels of a side that are decoded at all; probing has refused more before. GUESS."""

_BT709, _BT470BG = 1, 5  # FFmpeg's AVCOL_SPC_* numbers
_UNSPECIFIED = 2
_LIMITED_RANGE = 1
_CPU_AVX2 = 11  # OpenCV's number of the feature, which its Python names leave out
_HD_HEIGHT = 720  # untagged pictures of this height or more are taken as BT.709, lower ones as BT.601


def read_video(
    path: Path, *, max_height: int, max_frames: int, frames_per_second: int | Fraction = FRAMES_PER_SECOND
) -> Iterator[NDArray[np.uint8]]:
    """Pictures of a video, upright, resampled by their timestamps: each is what a player would show at that moment.

    Args:
        path: a local file.
        max_height: pictures higher than this (after turning upright) are scaled down, keeping their aspect.
        max_frames: at most so many pictures are given.
        frames_per_second: pictures per second that are given.

    Yields:
        (h, w, 3) uint8 sRGB, all of one size, both sides even.

    Raises:
        MediaRefused: FORMAT when it holds no readable picture stream, CORRUPT when nothing can be decoded.
    """
    try:
        container = av.open(str(path), metadata_errors="replace", options=dict(READ_OPTIONS))
    except (av.error.FFmpegError, OSError) as error:
        raise MediaRefused(MediaProblem.FORMAT, f"{path.name} cannot be opened as a video: {error}.") from error
    given = 0
    with container:
        if not container.streams.video:
            raise MediaRefused(MediaProblem.FORMAT, f"{path.name} has no picture stream; send an MP4 or MOV video.")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.thread_count = 2
        held: Any = None  # the picture on screen until a later one is due
        shown_until = Fraction(0)
        start: Fraction | None = None
        target: tuple[int, int] | None = None
        for frame in _decoded(container, stream):
            moment = _moment(frame, stream)
            if start is None:
                start = moment
            moment -= start
            if held is not None:
                turned = None
                while given < max_frames and given < moment * frames_per_second:
                    if turned is None:
                        turned = _upright(held, max_height, target)
                        target = (turned.shape[1], turned.shape[0])
                    yield turned
                    given += 1
            if given >= max_frames:
                return
            held, shown_until = frame, moment + _length(frame, stream)
        if held is None:
            raise MediaRefused(MediaProblem.CORRUPT, f"No picture of {path.name} can be decoded; export it again.")
        last = _upright(held, max_height, target)
        while given < max_frames and (given < shown_until * frames_per_second or given == 0):
            yield last
            given += 1


def _decoded(container: Any, stream: Any) -> Iterator[Any]:
    """Frames of the stream in order of show; a file damaged at its end gives what can be read."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
            frames = packet.decode()
        except StopIteration:
            return
        except av.error.InvalidDataError:
            continue
        except av.error.FFmpegError:
            return
        yield from frames


def _moment(frame: Any, stream: Any) -> Fraction:
    if frame.pts is None:
        return Fraction(0)
    return Fraction(frame.pts) * Fraction(frame.time_base or stream.time_base)


def _length(frame: Any, stream: Any) -> Fraction:
    if frame.duration:
        return Fraction(frame.duration) * Fraction(frame.time_base or stream.time_base)
    rate = stream.average_rate or stream.guessed_rate
    return 1 / Fraction(rate) if rate else Fraction(1, FRAMES_PER_SECOND)


def _upright(frame: Any, max_height: int, target: tuple[int, int] | None) -> NDArray[np.uint8]:
    """One picture as RGB: pixels square, turned as the display matrix says, not above `max_height`."""
    if max(frame.width, frame.height) > MOST_SIDE:
        raise MediaRefused(MediaProblem.BOMB, f"A picture of {frame.width}x{frame.height} is larger than is decoded.")
    turns = round(frame.rotation / 90) % 4  # counter-clockwise quarter turns, FFmpeg's sense
    aspect = frame.sample_aspect_ratio if hasattr(frame, "sample_aspect_ratio") else None
    wide = round(frame.width * float(aspect)) if aspect else frame.width
    width, height = (wide, frame.height) if turns % 2 == 0 else (frame.height, wide)
    if target is None:
        scale = min(1.0, max_height / height)
        target = (_even(width * scale), _even(height * scale))
    across, down = target if turns % 2 == 0 else (target[1], target[0])
    space = frame.colorspace
    if space in (0, _UNSPECIFIED):
        space = _BT709 if min(frame.width, frame.height) >= _HD_HEIGHT else _BT470BG
    picture = frame.reformat(
        width=across, height=down, format="rgb24", src_colorspace=space, interpolation="AREA"
    ).to_ndarray()
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


class VideoWriter:
    """An MP4 being written: H.264 (yuv420p, BT.709, limited range) and, if wanted, AAC stereo at 48 kHz.

    Use as a context manager; on an error inside the block the half-written file is removed. The same pictures,
    sound and `threads` give the same bytes; another thread count gives other bytes. Source: spec/animatic.md §9.
    """

    def __init__(
        self,
        path: Path,
        size: Size,
        *,
        sound: bool,
        threads: int = 2,
        frames_per_second: int | Fraction = FRAMES_PER_SECOND,
    ) -> None:
        """Open the file.

        Args:
            path: where to write; an existing file is replaced.
            size: both sides even.
            sound: whether each picture comes with its samples (see `sample_span`).
            threads: encoder threads, fixed for the sake of equal bytes.
            frames_per_second: rate of the film; 30000/1001 is as good as 30.

        Raises:
            ValueError: an odd side.
        """
        if size.width % 2 or size.height % 2:
            raise ValueError(f"H.264 4:2:0 needs even sides, not {size}")
        self.path = path
        self.size = size
        self.frame_count = 0
        self._rate = Fraction(frames_per_second)
        self._container = av.open(
            str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
        )
        video: Any = self._container.add_stream("libx264", rate=Fraction(frames_per_second))
        video.width, video.height, video.pix_fmt = size.width, size.height, "yuv420p"
        video.options = {
            "preset": "veryfast",
            "crf": "21",
            "threads": str(threads),
            "g": str(round(frames_per_second * 2)),
            **_repeatable(),
        }
        context = video.codec_context
        context.color_range, context.colorspace = _LIMITED_RANGE, _BT709
        context.color_primaries, context.color_trc = _BT709, _BT709
        context.time_base = 1 / self._rate
        self._video = video
        self._sound: Any = None
        if sound:
            self._sound = self._container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
            self._sound.bit_rate = 128_000
        self._samples = 0
        self._open = True

    def write(self, planes: NDArray[np.uint8], wave: NDArray[np.float32] | None = None) -> None:
        """Append one picture and the sound that belongs to it.

        Args:
            planes: I420 as (height * 3 / 2, width) uint8, C-contiguous: Y, then U, then V (limited range BT.709).
                It may be reused once this returns.
            wave: (n, 2) float32 -1..1 at 48 kHz; needed iff the film has sound.
        """
        height, width = self.size.height, self.size.width
        if planes.shape != (height * 3 // 2, width):
            raise ValueError(f"I420 planes of {self.size} have shape {(height * 3 // 2, width)}, not {planes.shape}")
        if height % 4 == 0:
            frame = av.VideoFrame.from_numpy_buffer(planes, format="yuv420p")
        else:  # PyAV's view of a buffer knows only heights in fours
            frame = _frame_of(planes, width, height)
        self._encode(frame, wave)

    def write_rgb(self, picture: NDArray[np.uint8], wave: NDArray[np.float32] | None = None) -> None:
        """Append one (h, w, 3) uint8 RGB picture of the film's size; slower than `write`."""
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        self._encode(frame.reformat(format="yuv420p", dst_colorspace=_BT709), wave)

    def _encode(self, frame: Any, wave: NDArray[np.float32] | None) -> None:
        if self._sound is not None and wave is None:
            raise ValueError("a film with sound needs the samples of every picture")
        frame.pts = self.frame_count
        frame.time_base = 1 / self._rate
        self.frame_count += 1
        for packet in self._video.encode(frame):
            self._container.mux(packet)
        if self._sound is not None and wave is not None:
            self._write_wave(wave)

    def _write_wave(self, wave: NDArray[np.float32]) -> None:
        if not len(wave):
            return
        planar = np.ascontiguousarray(np.clip(wave, -1.0, 1.0).T, np.float32)
        frame: Any = av.AudioFrame.from_ndarray(planar, format="fltp", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.pts, frame.time_base = self._samples, Fraction(1, SAMPLE_RATE)
        self._samples += len(wave)
        for packet in self._sound.encode(frame):
            self._container.mux(packet)

    def close(self) -> None:
        """Write what is still in the encoders and finish the file; idempotent."""
        if not self._open:
            return
        self._open = False
        try:
            for stream in (self._video, self._sound):
                if stream is not None:
                    for packet in stream.encode(None):
                        self._container.mux(packet)
        finally:
            self._container.close()

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        self._open = False
        self._container.close()
        self.path.unlink(missing_ok=True)


def _repeatable() -> dict[str, str]:
    """Keep libx264 from its AVX-512 code, whose macroblock tree reads memory nobody wrote.

    Measured with the library in PyAV 18.1: the same pictures gave up to eight different files in ten runs at widths
    that are no multiple of 256, always one file with AVX2 (or without the tree). Other processors need no hint.
    """
    return {"x264-params": "asm=avx2"} if cv2.checkHardwareSupport(_CPU_AVX2) else {}


def _frame_of(planes: NDArray[np.uint8], width: int, height: int) -> Any:
    frame = av.VideoFrame(width, height, "yuv420p")
    quarter = (height // 2) * (width // 2)
    flat = planes.reshape(-1)
    parts = (planes[:height], flat[height * width :][:quarter], flat[height * width + quarter :][:quarter])
    for plane, part in zip(frame.planes, parts, strict=True):
        across, down = (width, height) if plane.width == width else (width // 2, height // 2)
        rows = np.zeros((down, plane.line_size), np.uint8)
        rows[:, :across] = part.reshape(down, across)
        plane.update(rows.tobytes())
    return frame
