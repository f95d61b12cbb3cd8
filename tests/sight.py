"""Eyes for tests: the perception models, fetched once into the cache of the test runner, photographs and clips."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.models import install
from understudy.core.units import Size
from understudy.media.video import VideoWriter


@cache
def models_folder() -> Path:
    """Folder with the installed models; the first call of a fresh clone fetches them."""
    folder = Path(__file__).parents[1] / ".pytest_cache" / "perception-models"
    install(folder)
    return folder


@cache
def photo(name: str) -> NDArray[np.uint8]:
    """A sample photograph that comes with scikit-image: astronaut, chelsea (a cat), coffee, rocket. (h, w, 3)."""
    from skimage import data

    picture: NDArray[np.uint8] = getattr(data, name)()
    picture.setflags(write=False)
    return picture


def write_clip(path: Path, pictures: list[NDArray[np.uint8]], sound: bool = False) -> Path:
    """A small MP4 of the pictures at 30 fps, with a tone if it is to sound."""
    tone = (0.2 * np.sin(np.arange(1600) * 2 * np.pi * 300 / 48_000)).astype(np.float32)
    height, width = pictures[0].shape[:2]
    with VideoWriter(path, Size(width, height), sound=sound) as film:
        for picture in pictures:
            film.write_rgb(picture, np.stack([tone, tone], axis=1) if sound else None)
    return path


def swaying(name: str, count: int, width: int, height: int, reach: float = 0.03) -> list[NDArray[np.uint8]]:
    """A sample photograph filmed by an unsteady hand: it shifts, turns and comes nearer a little."""
    whole = photo(name)
    base = max(width / whole.shape[1], height / whole.shape[0]) * 1.12
    pictures = []
    for number in range(count):
        phase = 2 * np.pi * number / 45
        matrix = cv2.getRotationMatrix2D(
            (whole.shape[1] / 2, whole.shape[0] / 2), 2 * np.sin(phase), base * (1 + 0.04 * np.sin(phase / 2))
        )
        matrix[0, 2] += width / 2 - whole.shape[1] / 2 + reach * width * np.sin(phase)
        matrix[1, 2] += height / 2 - whole.shape[0] / 2 + 0.5 * reach * height * np.cos(phase)
        view = cv2.warpAffine(whole, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        pictures.append(np.asarray(view, np.uint8))
    return pictures
