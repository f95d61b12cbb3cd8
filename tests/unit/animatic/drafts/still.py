"""What tests of drafts from stills share: briefs over photographs, crops of known truth, and films as arrays."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from sight import models_folder, photo
from understudy.animatic.brief import DraftBrief, Reel
from understudy.animatic.drafts import make_draft
from understudy.animatic.performer import Plate
from understudy.core.request import Capability, LocalMedia, Role
from understudy.core.units import Size
from understudy.media.image import write_png
from understudy.media.probe import probe_file
from understudy.media.video import read_video

SMALL = Size(256, 192)


def media_of(path: Path) -> LocalMedia:
    return LocalMedia(path, probe_file(path))


def still(folder: Path, picture: Plate, name: str = "still.png") -> LocalMedia:
    folder.mkdir(parents=True, exist_ok=True)
    write_png(folder / name, picture)
    return media_of(folder / name)


def brief_of(makes: Capability, media: dict[Role, LocalMedia], **wanted: Any) -> DraftBrief:
    """A second at 15 a second of a small film, silent, with the models."""
    usual = {"size": SMALL, "frames_per_second": Fraction(15), "frame_count": 15, "models": models_folder()}
    return DraftBrief(makes, media=media, **(usual | wanted))


def filmed(brief: DraftBrief, folder: Path) -> Reel:
    folder.mkdir(parents=True, exist_ok=True)
    return make_draft(brief, folder, lambda fraction, stage: None)


def pictures_of(reel: Reel, rate: Fraction = Fraction(15)) -> list[Plate]:
    assert reel.path is not None
    return list(read_video(reel.path, max_height=2160, max_frames=10_000, frames_per_second=rate))


def likeness(one: Plate, other: Plate) -> float:
    """PSNR in dB."""
    error = float(np.mean((one.astype(np.float64) - other) ** 2))
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def crop(
    name: str, x: float, y: float, zoom: float, turn: float = 0.0, size: Size = SMALL
) -> tuple[Plate, np.ndarray[Any, np.dtype[np.float64]]]:
    """A view of a photograph, (x, y) of which (0..1) is its middle, and the matrix from photograph to view.

    At zoom 1 the photograph's height fills the view.
    """
    whole = photo(name)
    height, width = whole.shape[:2]
    scale = zoom * size.height / height
    angle = np.radians(turn)
    matrix = np.array([[np.cos(angle), np.sin(angle), 0.0], [-np.sin(angle), np.cos(angle), 0.0]])
    matrix[:, :2] *= scale
    matrix[:, 2] = np.array([size.width / 2, size.height / 2]) - matrix[:, :2] @ (x * width, y * height)
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    view = cv2.warpAffine(
        cv2.GaussianBlur(whole, (0, 0), max(0.1, 0.4 / scale)), matrix, (size.width, size.height), flags=flags
    )
    return np.asarray(view, np.uint8), matrix
