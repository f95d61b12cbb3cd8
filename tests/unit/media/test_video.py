"""Reading: upright, 30 pictures a second, never above the asked height. Writing: exact, tagged, equal bytes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.units import Size
from understudy.media.video import SAMPLES_PER_FRAME, VideoWriter, read_video

WIDTH, HEIGHT = 160, 96


def planes(luma: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray[Any, Any]:
    picture = np.full((height * 3 // 2, width), 128, np.uint8)
    picture[:height] = luma
    return picture


def tone(count: int) -> np.ndarray[Any, Any]:
    wave = 0.2 * np.sin(np.arange(count) * 2 * np.pi * 440 / 48_000)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def write(path: Path, count: int, *, sound: bool = False, size: Size = Size(WIDTH, HEIGHT)) -> Path:
    with VideoWriter(path, size, sound=sound) as film:
        for number in range(count):
            film.write(planes(40 + 4 * number, size.width, size.height), tone(SAMPLES_PER_FRAME) if sound else None)
    return path


def write_at(path: Path, rate: int, count: int, rotation: int = 0) -> Path:
    """A film of another rate whose left half is bright; brightness of the right half tells the picture's number."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"crf": "10", "preset": "ultrafast"}
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(count):
            picture = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
            picture[:, WIDTH // 2 :] = 8 * number
            frame: Any = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("size", [Size(160, 96), Size(162, 98), Size(96, 160)])
@pytest.mark.parametrize("sound", [False, True])
def test_a_film_has_exactly_the_pictures_written_and_its_size(tmp_path: Path, size: Size, sound: bool) -> None:
    path = write(tmp_path / "film.mp4", 37, sound=sound, size=size)
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert video.frames == 37
        assert sum(1 for _ in container.decode(video)) == 37
        assert (video.width, video.height, video.pix_fmt) == (size.width, size.height, "yuv420p")
        assert video.average_rate == 30
        assert video.codec_context.name == "h264"
        assert (video.codec_context.colorspace, video.codec_context.color_range) == (1, 1)  # BT.709, limited
        assert bool(container.streams.audio) is sound
        if sound:
            audio = container.streams.audio[0]
            assert (audio.codec_context.name, audio.rate, audio.layout.name) == ("aac", 48_000, "stereo")
            assert audio.duration is not None
            assert audio.time_base is not None
            assert abs(audio.duration * audio.time_base - Fraction(37, 30)) < Fraction(1, 1000)
    content = path.read_bytes()
    assert content.find(b"moov") < content.find(b"mdat"), "a browser must be able to start before the end arrived"


def test_equal_films_have_equal_bytes(tmp_path: Path) -> None:
    assert (
        write(tmp_path / "a.mp4", 12, sound=True).read_bytes() == write(tmp_path / "b.mp4", 12, sound=True).read_bytes()
    )


@pytest.mark.parametrize("size", [Size(320, 180), Size(272, 144)])
def test_what_memory_held_before_never_reaches_a_film(tmp_path: Path, size: Size) -> None:
    """libx264's AVX-512 code reads memory it never wrote; the writer must not use it."""
    rng = np.random.default_rng(1)
    pictures = [planes(50, size.width, size.height) for _ in range(40)]
    for number, picture in enumerate(pictures):
        picture[20:60, 3 * number : 3 * number + 40] = 200
    films = set()
    for number in range(8):
        litter = [rng.integers(0, 255, int(rng.integers(1000, 4_000_000)), dtype=np.uint8) for _ in range(20)]
        with VideoWriter(tmp_path / f"{number}.mp4", size, sound=False) as film:
            for picture in [picture.copy() for picture in pictures]:
                film.write(picture)
        films.add((tmp_path / f"{number}.mp4").read_bytes())
        del litter
    assert len(films) == 1


def test_pictures_come_back_as_written(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mp4", 20)
    pictures = list(read_video(path, max_height=2000, max_frames=100))
    assert len(pictures) == 20
    for number, picture in enumerate(pictures):
        expected = (40 + 4 * number - 16) * 255 / 219
        assert picture.shape == (HEIGHT, WIDTH, 3)
        assert abs(float(picture.mean()) - expected) < 4


def test_rgb_pictures_keep_their_colours(tmp_path: Path) -> None:
    colour = np.array([200, 60, 30], np.uint8)
    with VideoWriter(tmp_path / "red.mp4", Size(WIDTH, HEIGHT), sound=False) as film:
        for _ in range(3):
            film.write_rgb(np.broadcast_to(colour, (HEIGHT, WIDTH, 3)).copy())
    (picture, *_) = read_video(tmp_path / "red.mp4", max_height=HEIGHT, max_frames=1)
    assert np.abs(picture.reshape(-1, 3).mean(0) - colour).max() < 5


@pytest.mark.parametrize(("rate", "count", "given"), [(60, 24, 12), (15, 6, 12), (24, 24, 30), (30, 10, 10)])
def test_every_rate_becomes_thirty(tmp_path: Path, rate: int, count: int, given: int) -> None:
    pictures = list(read_video(write_at(tmp_path / "film.mp4", rate, count), max_height=HEIGHT, max_frames=999))
    assert len(pictures) == given
    for number, picture in enumerate(pictures):
        source = number * rate // 30  # what is on screen at that moment
        assert abs(float(picture[:, -40:].mean()) - 8 * source) < 5


@pytest.mark.parametrize(("rotation", "bright"), [(0, "left"), (90, "down"), (-90, "up"), (180, "right")])
def test_turned_videos_stand_upright(tmp_path: Path, rotation: int, bright: str) -> None:
    (picture, *_) = read_video(write_at(tmp_path / "film.mp4", 30, 2, rotation), max_height=HEIGHT, max_frames=1)
    height, width = picture.shape[:2]
    assert (width > height) is (rotation in (0, 180))
    sides = {
        "left": picture[:, : width // 4],
        "right": picture[:, -width // 4 :],
        "up": picture[: height // 4],
        "down": picture[-height // 4 :],
    }
    assert max(sides, key=lambda side: float(sides[side].mean())) == bright


def test_high_pictures_are_scaled_and_long_films_cut(tmp_path: Path) -> None:
    pictures = list(read_video(write(tmp_path / "film.mp4", 30), max_height=48, max_frames=7))
    assert [p.shape for p in pictures] == [(48, 80, 3)] * 7


@pytest.mark.parametrize("content", [b"", b"not a video", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaRefused) as refusal:
        list(read_video(path, max_height=100, max_frames=3))
    assert refusal.value.problem is MediaProblem.FORMAT


def test_a_file_cut_in_its_header_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mp4", 30)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(MediaRefused) as refusal:
        list(read_video(path, max_height=HEIGHT, max_frames=99))
    assert refusal.value.problem in (MediaProblem.CORRUPT, MediaProblem.FORMAT)


def test_a_file_cut_at_its_end_gives_what_can_be_read(tmp_path: Path) -> None:
    path = write(tmp_path / "film.mp4", 30)
    path.write_bytes(path.read_bytes()[: -path.stat().st_size // 8])
    assert 0 < len(list(read_video(path, max_height=HEIGHT, max_frames=99))) <= 30


def fail_while_writing(path: Path) -> None:
    with VideoWriter(path, Size(WIDTH, HEIGHT), sound=False) as film:
        film.write(planes(50))
        raise RuntimeError("paint ran out")


def test_a_film_that_failed_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="paint"):
        fail_while_writing(tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


def test_odd_sides_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="even"):
        VideoWriter(tmp_path / "film.mp4", Size(161, 96), sound=False)


def test_wrong_shapes_and_missing_sound_are_refused(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "film.mp4", Size(WIDTH, HEIGHT), sound=True) as film:
        with pytest.raises(ValueError, match="shape"):
            film.write(planes(50, 80, 48))
        with pytest.raises(ValueError, match="samples"):
            film.write(planes(50))
        film.write(planes(50), tone(SAMPLES_PER_FRAME))
