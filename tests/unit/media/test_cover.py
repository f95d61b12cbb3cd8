"""A still of a film: which picture it is, and what happens to films that have none."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from builders import tiny_sound, tiny_video
from understudy.core.faults import MediaProblem, MediaRefused
from understudy.media.cover import MOST_SIDE, cover, write_cover


def a_ramp(path: Path, size: tuple[int, int] = (160, 90), count: int = 90) -> Path:
    """A film that grows lighter, picture by picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(count):
            picture = np.full((size[1], size[0], 3), 255 * number // count, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path


def test_the_picture_stands_at_a_third(tmp_path: Path) -> None:
    write_cover(a_ramp(tmp_path / "film.mp4"), tmp_path / "cover.jpg")
    with Image.open(tmp_path / "cover.jpg") as picture:
        assert (picture.format, picture.size) == ("JPEG", (160, 90))
        assert abs(np.asarray(picture).mean() - 255 / 3) < 8


def test_a_large_film_has_a_smaller_still(tmp_path: Path) -> None:
    write_cover(a_ramp(tmp_path / "film.mp4", (1920, 1080), 4), tmp_path / "cover.jpg")
    with Image.open(tmp_path / "cover.jpg") as picture:
        assert picture.size == (MOST_SIDE, 720)


async def test_a_child_makes_it(tmp_path: Path) -> None:
    made = await cover(tiny_video(tmp_path / "film.mp4", seconds=1), tmp_path / "cover.jpg")
    with Image.open(made) as picture:
        assert picture.format == "JPEG"


@pytest.mark.parametrize("kind", ["sound", "garbage", "empty"])
def test_what_shows_nothing_has_no_cover(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "film.mp4"
    if kind == "sound":
        tiny_sound(tmp_path / "sound.wav").rename(path)
    else:
        path.write_bytes(b"no film at all" * 99 if kind == "garbage" else b"")
    with pytest.raises(MediaRefused) as caught:
        write_cover(path, tmp_path / "cover.jpg")
    assert caught.value.problem is MediaProblem.CORRUPT
