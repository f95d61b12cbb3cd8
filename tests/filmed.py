"""Films for tests whose truth is known: a camera over a photograph, and a disc that rolls through the picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sight import photo
from understudy.animatic.brief import DraftBrief, LocalSubject, Reel
from understudy.animatic.drafts import make_draft
from understudy.core.request import Capability, LocalMedia, Role
from understudy.core.units import Size
from understudy.media.image import write_png
from understudy.media.probe import probe_file
from understudy.media.video import VideoWriter, read_video

Plate = NDArray[np.uint8]
WIDTH, HEIGHT = 256, 144


def scene(name: str, width: int = 640) -> Plate:
    """A sample photograph `width` pixels wide."""
    whole = photo(name)
    height = round(whole.shape[0] * width / whole.shape[1])
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def panned(name: str, count: int, step: float = 2.0, left: float = 20, top: int = 60, width: int = 640) -> list[Plate]:
    """The camera moves to the right by `step` pixels a picture."""
    whole = scene(name, width)
    views = []
    for number in range(count):
        way = np.array([[1, 0, left + step * number], [0, 1, top]], np.float64)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        views.append(np.asarray(cv2.warpAffine(whole, way, (WIDTH, HEIGHT), flags=flags), np.uint8))
    return views


def rolling(pictures: list[Plate], step: float = 2.0, start: int = 40) -> tuple[list[Plate], list[NDArray[np.bool_]]]:
    """The same pictures with a spotted disc that moves to the right, and where it is."""
    radius, side = 18, 41
    y, x = np.mgrid[0:side, 0:side]
    disc = (x - side // 2) ** 2 + (y - side // 2) ** 2 <= radius**2
    face = np.zeros((side, side, 3), np.uint8)
    spots = cv2.GaussianBlur(np.random.default_rng(2).uniform(0, 255, (side, side)), (0, 0), 2.5)
    face[..., 0], face[..., 1] = 220, np.where(spots > np.median(spots), 190, 40)
    shown, masks = [], []
    for number, picture in enumerate(pictures):
        view, mask = picture.copy(), np.zeros(picture.shape[:2], bool)
        left, top = round(start + step * number), 60
        view[top : top + side, left : left + side][disc] = face[disc]
        mask[top : top + side, left : left + side] = disc
        shown.append(view)
        masks.append(mask)
    return shown, masks


def write_film(path: Path, pictures: list[Plate], rate: int = 30, sound: bool = False) -> LocalMedia:
    """An MP4 of the pictures; with a tone from its first moment if it is to sound."""
    height, width = pictures[0].shape[:2]
    wave = np.repeat(0.2 * np.sin(np.arange(48_000 // rate) * 0.05)[:, None], 2, axis=1).astype(np.float32)
    with VideoWriter(path, Size(width, height), sound=sound, frames_per_second=rate) as film:
        for picture in pictures:
            film.write_rgb(np.ascontiguousarray(picture), wave if sound else None)
    return LocalMedia(path, probe_file(path))


def write_mask(path: Path, mask: NDArray[np.bool_]) -> LocalMedia:
    write_png(path, np.repeat((mask * 255).astype(np.uint8)[..., None], 3, axis=2))
    return LocalMedia(path, probe_file(path))


def write_picture(path: Path, picture: Plate) -> LocalMedia:
    write_png(path, picture)
    return LocalMedia(path, probe_file(path))


def draft(makes: Capability, workdir: Path, media: dict[Role, LocalMedia], **wishes: Any) -> Reel:
    """Make one, without models, of the size and length that are wished."""
    workdir.mkdir(parents=True, exist_ok=True)
    subject = wishes.pop("subject", None)
    subjects = () if subject is None else (LocalSubject("图1", subject),)
    brief = DraftBrief(
        makes,
        size=wishes.pop("size", Size(WIDTH, HEIGHT)),
        frame_count=wishes.pop("frame_count", 20),
        frames_per_second=Fraction(wishes.pop("rate", 30)),
        media=media,
        subjects=subjects,
        **wishes,
    )
    return make_draft(brief, workdir, lambda fraction, stage: None)


def seen(path: Path, rate: int = 30) -> list[Plate]:
    """Every picture of a film."""
    return list(read_video(path, max_height=4320, max_frames=10_000, frames_per_second=rate))


def likeness(one: Plate, other: Plate, where: NDArray[np.bool_] | None = None) -> float:
    """Peak signal to noise, dB: 30 is alike, 40 is hard to tell apart."""
    apart = (one.astype(np.float64) - other.astype(np.float64)) ** 2
    error = float(apart.mean() if where is None else apart[where].mean())
    return 99.0 if error < 1e-3 else 10 * float(np.log10(255**2 / error))
