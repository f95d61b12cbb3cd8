"""What tests of looks have in common: sample films made of photographs, and briefs for the drafts that show them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sight import photo
from understudy.animatic.brief import DraftBrief, LocalSubject
from understudy.animatic.looks import Kit
from understudy.animatic.looks.colouring import colouring_of
from understudy.core.request import Capability, LocalMedia, Role
from understudy.core.units import Size
from understudy.media.audio import read_wave
from understudy.media.probe import probe_file
from understudy.media.video import VideoWriter, read_video, sample_span

Picture = NDArray[np.uint8]


def view(name: str, size: Size, x: float = 0.5, noise: float = 0.0, number: int = 0) -> Picture:
    """A part of a sample photograph, `x` 0..1 from its left; `noise` is that of a camera, new for each `number`."""
    whole = photo(name)
    scale = max(size.width / whole.shape[1], size.height / whole.shape[0]) * 1.2
    large = cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    left = (large.shape[1] - size.width) * x + (size.width - 1) / 2
    top = (large.shape[0] - size.height) * 0.15 + (size.height - 1) / 2
    part = cv2.getRectSubPix(large, (size.width, size.height), (left, top)).astype(np.float32)
    part += np.random.default_rng(number).normal(0, noise, (size.height, size.width, 1))
    return np.clip(part + 0.5, 0, 255).astype(np.uint8)


def kit_of(pictures: list[Picture]) -> Kit:
    """A kit for a film of these pictures."""
    return Kit(Size(pictures[0].shape[1], pictures[0].shape[0]), colouring_of(pictures))


def film(path: Path, pictures: list[Picture], rate: int, *, sound: bool = False) -> Path:
    """An MP4 of the pictures; the sound is a tone that rises, at a third of full level."""
    count, high, wide = len(pictures), *pictures[0].shape[:2]
    t = np.arange(sample_span(count - 1, rate).stop) / 48_000
    tone = (0.33 * np.sin(2 * np.pi * (200 + 150 * t) * t)).astype(np.float32)
    wave = np.stack([tone, tone], axis=1)
    with VideoWriter(path, Size(wide, high), sound=sound, frames_per_second=rate) as writer:
        for number, picture in enumerate(pictures):
            writer.write_rgb(picture, wave[sample_span(number, rate)] if sound else None)
    return path


def media(path: Path) -> LocalMedia:
    return LocalMedia(path, probe_file(path))


def brief(makes: Capability, source: Path | None, size: Size, rate: int, count: int, **more: Any) -> DraftBrief:
    """An order for a film in another look; `subjects` are paths, `options` a dictionary."""
    subjects = tuple(LocalSubject(f"image {n}", media(p)) for n, p in enumerate(more.pop("subjects", ()), 1))
    given = {} if source is None else {Role.SOURCE_VIDEO: media(source)}
    return DraftBrief(
        makes, size=size, frames_per_second=Fraction(rate), frame_count=count, media=given, subjects=subjects, **more
    )


def pictures_of(path: Path | None, rate: int, count: int = 1000) -> list[Picture]:
    assert path is not None
    return list(read_video(path, max_height=2000, max_frames=count, frames_per_second=rate))


def apart(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Mean difference in grey levels."""
    return float(np.abs(first.astype(np.float64) - second).mean())


def sound_of(path: Path) -> NDArray[np.float32]:
    """The left channel."""
    return np.ascontiguousarray(read_wave(path)[:, 0])
