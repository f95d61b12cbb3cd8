"""Small real files, made by code: what a probe is shown."""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

VIDEO_CODECS = {"mp4": "h264", "mov": "h264", "mkv": "h264", "avi": "mpeg4", "flv": "flv1", "ts": "mpeg2video"}
SOUND_CODECS = {"avi": "mp3", "flv": "mp3", "ts": "mp2", "mpg": "mp2", "wav": "pcm_s16le", "mp3": "mp3"}


def a_still(path: Path, size: tuple[int, int] = (64, 48), *, mode: str = "RGB", orientation: int = 0) -> Path:
    """A still with a gradient, in the format of its suffix."""
    ramp = np.linspace(0, 255, size[0] * size[1] * 4).reshape(size[1], size[0], 4).astype(np.uint8)
    image = Image.fromarray(ramp, "RGBA").convert(mode) if mode != "RGB" else Image.fromarray(ramp[..., :3].copy())
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    image.save(path, **({"exif": exif} if orientation else {}))
    return path


def a_film(
    path: Path,
    size: tuple[int, int] = (64, 48),
    *,
    frames: int = 20,
    rate: Fraction = Fraction(10),
    sound_seconds: float = 0,
    rotation: int = 0,
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """A film of moving grey, in the container of its suffix; `sound_seconds` adds a tone."""
    kind = path.suffix[1:]
    with av.open(str(path), "w", options=options or {}) as container:
        container.metadata.update(metadata or {})
        video = container.add_stream(VIDEO_CODECS.get(kind, "mpeg2video"), rate=rate)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.codec_context.thread_count = 1
        if rotation:
            video.set_display_rotation(rotation)
        sound = container.add_stream(SOUND_CODECS.get(kind, "aac"), rate=48000) if sound_seconds else None
        for number in range(frames):
            grey = np.full((size[1], size[0], 3), number * 255 // max(frames, 1), np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
        container.mux(video.encode())
        if sound is not None:
            _tone(container, sound, sound_seconds)
    return path


def a_sound(path: Path, *, seconds: float = 2.0, rate: int = 48000) -> Path:
    """A tone, in the container of its suffix."""
    kind = path.suffix[1:]
    with av.open(str(path), "w", format={"aac": "adts"}.get(kind)) as container:
        stream = container.add_stream(SOUND_CODECS.get(kind, "aac"), rate=rate)
        _tone(container, stream, seconds)
    return path


def _tone(container: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    rate = stream.codec_context.sample_rate
    wave = (np.sin(np.arange(int(seconds * rate)) * 440 * 2 * np.pi / rate) * 8000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2)[None, :].copy(), format="s16", layout="stereo")
    frame.sample_rate = rate
    container.mux(stream.encode(frame))
    container.mux(stream.encode())


def a_png_bomb(path: Path, width: int, height: int) -> Path:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(100_000))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
    return path
