"""What comes out of picture files of every usual making."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.units import Size
from understudy.media.image import cover, fit, read_image, resize, write_png

ORANGE = (230, 120, 40)


def corners(width: int = 40, height: int = 24) -> Image.Image:
    """Orange, with a blue top left quarter: shows which way is up."""
    whole = np.full((height, width, 3), ORANGE, np.uint8)
    whole[: height // 2, : width // 2] = (20, 40, 220)
    return Image.fromarray(whole)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("a.png", "RGB"),
        ("a.jpg", "RGB"),
        ("a.webp", "RGB"),
        ("a.bmp", "RGB"),
        ("a.tif", "RGB"),
        ("a.gif", "P"),
        ("a.png", "P"),
        ("a.jpg", "CMYK"),
        ("a.tif", "CMYK"),
        ("a.jpg", "YCbCr"),
        ("a.png", "RGBA"),
        ("a.png", "1"),
        ("a.png", "L"),
    ],
)
def test_every_colour_mode_becomes_plain_rgb(tmp_path: Path, name: str, mode: str) -> None:
    image = corners().quantize(8) if mode == "P" else corners().convert(mode)
    image.save(tmp_path / name)
    picture = read_image(tmp_path / name)
    assert picture.shape == (24, 40, 3)
    assert picture.dtype == np.uint8
    if mode not in ("1", "L"):
        np.testing.assert_allclose(picture[20, 35], ORANGE, atol=14)
        assert picture[2, 2, 2] > 150
        assert picture[2, 2, 0] < 80


def test_a_phone_jpeg_with_two_pictures_inside_is_its_first(tmp_path: Path) -> None:
    corners().save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[Image.new("RGB", (40, 24))])
    np.testing.assert_allclose(read_image(tmp_path / "a.jpg")[20, 35], ORANGE, atol=14)


def test_sixteen_bit_greys_keep_their_brightness(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 32 * 16).astype(np.uint16).reshape(16, 32)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    picture = read_image(tmp_path / "deep.png")
    np.testing.assert_allclose(picture[..., 0], ramp / 257, atol=1)


# where the blue quarter of the stored picture is seen once the file is shown upright, as EXIF defines
@pytest.mark.parametrize(
    ("orientation", "blue_at", "turned"),
    [
        (1, "top left", False),
        (2, "top right", False),
        (3, "bottom right", False),
        (4, "bottom left", False),
        (5, "top left", True),
        (6, "top right", True),
        (7, "bottom right", True),
        (8, "bottom left", True),
    ],
)
def test_pictures_stand_upright(tmp_path: Path, orientation: int, blue_at: str, turned: bool) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    corners().save(tmp_path / "a.jpg", exif=exif, quality=95)
    picture = read_image(tmp_path / "a.jpg")
    assert picture.shape[:2] == ((40, 24) if turned else (24, 40))
    row = 3 if "top" in blue_at else -4
    column = 3 if "left" in blue_at else -4
    assert picture[row, column, 2] > 150
    assert picture[-row - 1, -column - 1, 0] > 150


def test_alpha_is_kept_where_there_is_some(tmp_path: Path) -> None:
    image = corners().convert("RGBA")
    image.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 40).astype(np.uint8), (24, 1))))
    image.save(tmp_path / "a.png")
    picture = read_image(tmp_path / "a.png")
    assert picture.shape == (24, 40, 4)
    assert picture[0, 0, 3] == 0
    assert picture[0, -1, 3] == 255


def test_a_palette_with_one_clear_colour_has_alpha(tmp_path: Path) -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.paste(1, (4, 0, 8, 8))
    image.save(tmp_path / "a.png", transparency=0)
    picture = read_image(tmp_path / "a.png")
    assert picture[0, 0, 3] == 0
    assert tuple(picture[0, 7]) == (0, 255, 0, 255)


def test_colour_profiles_are_honoured(tmp_path: Path) -> None:
    lab = ImageCms.createProfile("sRGB")
    profile = ImageCms.ImageCmsProfile(lab).tobytes()
    corners().save(tmp_path / "same.png", icc_profile=profile)
    np.testing.assert_allclose(read_image(tmp_path / "same.png"), np.array(corners()), atol=1)
    corners().save(tmp_path / "junk.png", icc_profile=b"not a profile")
    np.testing.assert_array_equal(read_image(tmp_path / "junk.png"), np.array(corners()))


def test_long_sides_are_shrunk_never_enlarged(tmp_path: Path) -> None:
    corners(2000, 1000).save(tmp_path / "large.jpg")
    assert read_image(tmp_path / "large.jpg", max_side=300).shape[:2] == (150, 300)
    assert read_image(tmp_path / "large.jpg", max_side=3000).shape[:2] == (1000, 2000)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("note.jpg", b"these are words", MediaProblem.FORMAT),
        ("empty.png", b"", MediaProblem.FORMAT),
        ("page.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", MediaProblem.FORMAT),
        ("page.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", MediaProblem.FORMAT),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, name: str, content: bytes, problem: MediaProblem) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MediaRefused) as refused:
        read_image(tmp_path / name)
    assert refused.value.problem is problem
    assert "Give a JPEG" in refused.value.message


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.bmp"])
def test_a_cut_off_file_is_called_damaged(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaRefused) as refused:
        read_image(tmp_path / name)
    assert refused.value.problem is MediaProblem.CORRUPT


def test_bombs_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    Image.new("1", (12000, 9000)).save(tmp_path / "bomb.png")
    assert (tmp_path / "bomb.png").stat().st_size < 100_000
    with pytest.raises(MediaRefused) as refused:
        read_image(tmp_path / "bomb.png")
    assert refused.value.problem is MediaProblem.BOMB
    assert refused.value.limits == {"pixels": 64_000_000}
    with pytest.raises(MediaRefused) as refused:
        read_image(_saved(tmp_path, corners()), pixel_limit=900)
    assert refused.value.problem is MediaProblem.BOMB


def _saved(folder: Path, image: Image.Image) -> Path:
    image.save(folder / "picture.png")
    return folder / "picture.png"


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 90), st.integers(1, 90))
def test_cover_fills_the_size_exactly_and_shows_only_the_picture(w: int, h: int, width: int, height: int) -> None:
    plate = np.full((h, w, 3), ORANGE, np.uint8)
    covered = cover(plate, Size(width, height))
    assert covered.shape == (height, width, 3)
    assert (covered == ORANGE).all()


def test_cover_keeps_the_focus() -> None:
    plate = np.zeros((90, 300, 3), np.uint8)
    plate[:, 250:260] = 255
    assert cover(plate, Size(90, 90)).max() == 0
    assert cover(plate, Size(90, 90), focus=(0.85, 0.5)).max() == 255


def test_resizing_does_not_draw_hidden_colours_into_the_edge() -> None:
    sprite = np.zeros((40, 40, 4), np.uint8)
    sprite[..., 1] = 255  # green hides under clear pixels
    sprite[10:30, 10:30] = (200, 0, 0, 255)
    small = resize(sprite, 13, 13)
    seen = small[small[..., 3] > 8]
    assert seen[:, 1].max() <= 1
    assert seen[:, 0].min() >= 196


def test_fit_never_enlarges() -> None:
    assert fit(np.zeros((10, 20, 3), np.uint8), 100, 100).shape == (10, 20, 3)
    assert fit(np.zeros((10, 20, 3), np.uint8), 10, 100).shape == (5, 10, 3)


def test_png_brings_back_what_was_written(tmp_path: Path) -> None:
    sprite = np.random.default_rng(1).integers(0, 255, (9, 7, 4), np.uint8)
    write_png(tmp_path / "a.png", sprite)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), sprite)
