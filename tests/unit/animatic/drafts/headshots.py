"""Photographs for tests of faces: the two portraits, and what may be wrong with them; orders made of them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
from PIL import Image

from sight import models_folder, photo
from understudy.animatic.brief import DraftBrief, Reel
from understudy.animatic.drafts import make_draft
from understudy.animatic.performer import Plate
from understudy.core.request import Capability, LocalMedia, Role
from understudy.core.units import Size
from understudy.media.image import read_image
from understudy.media.probe import probe_file


@cache
def portrait(name: str) -> Plate:
    """`smiling`: 1024 x 1024, a broad smile; `calm`: 512 x 600, a closed mouth, glasses and a cap."""
    if name == "smiling":
        picture = np.asarray(cv2.resize(photo("astronaut"), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    else:
        picture = read_image(Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg")
    picture.setflags(write=False)
    return picture


def turned(picture: Plate, degrees: float) -> Plate:
    """Clockwise about its middle; the corners are mirrored."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)


def barred(picture: Plate, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> Plate:
    """With a bar over left, top, right, bottom."""
    covered = picture.copy()
    covered[box[1] : box[3], box[0] : box[2]] = colour
    return covered


def local(folder: Path, picture: Plate, name: str = "portrait.png") -> LocalMedia:
    path = folder / name
    Image.fromarray(np.ascontiguousarray(picture)).save(path)
    return LocalMedia(path, probe_file(path))


def made(
    folder: Path,
    makes: Capability,
    media: LocalMedia,
    options: Mapping[str, Any],
    *,
    models: bool = True,
    size: Size | None = None,
    **changes: Any,
) -> Reel:
    """What the studio makes of a portrait."""
    brief = DraftBrief(
        makes=makes,
        size=size,
        frames_per_second=Fraction(15),
        media={Role.PORTRAIT: media},
        options=options,
        models=models_folder() if models else None,
        **changes,
    )
    return make_draft(brief, folder, lambda done, stage: None)
