"""Still pictures in and out of files: whatever a camera, a phone or a drawing program writes becomes plain sRGB.

Knows files, orientation, colour modes, alpha and sizes. Must not know what a picture shows or what it is for.
A picture is `(h, w, 3) uint8` sRGB, or `(h, w, 4)` with straight alpha where the file really has some.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.units import Size

Picture: TypeAlias = NDArray[np.uint8]
"""(h, w, 3) uint8 sRGB, or (h, w, 4) with straight alpha."""

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
"""Pillow's names of what is opened; the MPO that many phones write is opened as its first JPEG."""

PIXEL_LIMIT = 64_000_000
"""Most pixels a file may hold: 8000 x 8000. Source: seed 003, reference images (sides 240 to 8000 pixels)."""

_BROKEN = (OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError, OverflowError, IndexError)
# what Pillow's readers raise on damaged files, beside OSError


def read_image(path: Path, max_side: int | None = None, pixel_limit: int = PIXEL_LIMIT) -> Picture:
    """The picture in a file, upright, in sRGB, shrunk so that no side is longer than `max_side` pixels.

    Turned as its EXIF tag says; embedded colour profiles, CMYK, palettes, greys and 16 bit are converted. Alpha is
    kept only where some pixel is not opaque. Of a moving picture the first frame is read.

    Raises:
        MediaRefused: FORMAT (no picture we read), BOMB (more than `pixel_limit` pixels), CORRUPT (damaged).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(path, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _bomb(path, pixel_limit) from error
    except UnidentifiedImageError as error:
        raise MediaRefused(
            MediaProblem.FORMAT,
            f"{path.name} is not a picture that can be read. Give a JPEG, PNG, WEBP, BMP, GIF or TIFF file.",
        ) from error
    except _BROKEN as error:
        raise _corrupt(path) from error
    with opened:
        if opened.width * opened.height > pixel_limit:
            raise _bomb(path, pixel_limit)
        try:
            return _pixels(opened, max_side)
        except _BROKEN as error:
            raise _corrupt(path) from error


def resize(picture: Picture, width: int, height: int) -> Picture:
    """The picture at exactly width x height pixels; colours under transparent pixels do not bleed in."""
    old_height, old_width = picture.shape[:2]
    if (old_width, old_height) == (width, height):
        return picture
    shrinks = width * height < old_width * old_height
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    if picture.shape[2] == 3:
        return np.asarray(cv2.resize(picture, (width, height), interpolation=method), np.uint8)
    alpha = picture[..., 3:].astype(np.float32) / 255
    whole = np.dstack([picture[..., :3] * alpha, alpha]).astype(np.float32)
    scaled = np.asarray(cv2.resize(whole, (width, height), interpolation=method), np.float32)
    alpha = np.clip(scaled[..., 3:], 0, 1)
    colour = scaled[..., :3] / np.maximum(alpha, 1 / 512)
    return np.asarray(np.clip(np.dstack([colour, alpha * 255]) + 0.5, 0, 255), np.uint8)


def fit(picture: Picture, max_width: int, max_height: int) -> Picture:
    """The picture shrunk, if needed, to stand inside max_width x max_height pixels; never enlarged."""
    height, width = picture.shape[:2]
    factor = min(1.0, max_width / width, max_height / height)
    return resize(picture, max(1, round(width * factor)), max(1, round(height * factor)))


def cover(picture: Picture, size: Size, focus: tuple[float, float] = (0.5, 0.5)) -> Picture:
    """The picture scaled and cropped to fill `size` exactly.

    `focus` (0..1 across, 0..1 down) is the point that stays as near to the middle as the crop allows.
    """
    height, width = picture.shape[:2]
    factor = max(size.width / width, size.height / height)
    cut_width = min(width, max(1, round(size.width / factor)))
    cut_height = min(height, max(1, round(size.height / factor)))
    left = min(max(0, round(focus[0] * width - cut_width / 2)), width - cut_width)
    top = min(max(0, round(focus[1] * height - cut_height / 2)), height - cut_height)
    return resize(picture[top : top + cut_height, left : left + cut_width], size.width, size.height)


def write_png(path: Path, picture: Picture) -> None:
    """Write a picture as PNG, without loss and without metadata."""
    Image.fromarray(np.ascontiguousarray(picture)).save(path, format="PNG", compress_level=3)


def _pixels(opened: Image.Image, max_side: int | None) -> Picture:
    if max_side:
        opened.draft(None, (max_side, max_side))  # lets the JPEG reader skip detail nobody will see
    upright = ImageOps.exif_transpose(opened)
    profile = opened.info.get("icc_profile")
    has_alpha = upright.has_transparency_data
    if upright.mode in ("I", "F") or upright.mode.startswith("I;"):
        upright = _eight_bits(upright)
    if profile and not has_alpha:
        upright = _to_srgb(upright, profile)
    whole = np.array(upright.convert("RGBA" if has_alpha else "RGB"))
    if whole.shape[2] == 4 and whole[..., 3].min() == 255:
        whole = np.ascontiguousarray(whole[..., :3])
    return fit(whole, max_side, max_side) if max_side else whole


def _eight_bits(deep: Image.Image) -> Image.Image:
    """A grey picture of 16 bit, or of unbounded numbers, at 8 bit."""
    values = np.array(deep).astype(np.float64)
    top = 65535.0 if deep.mode.startswith("I;16") or values.max(initial=0) > 255 else 255.0
    if values.max(initial=0) > 65535:
        top = float(values.max())
    return Image.fromarray(np.clip(np.rint(values * (255 / top)), 0, 255).astype(np.uint8))


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture's colours as sRGB; as they are where the profile does not fit or cannot be read."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        changed = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return changed if changed is not None else picture


def _bomb(path: Path, limit: int) -> MediaRefused:
    return MediaRefused(
        MediaProblem.BOMB,
        f"{path.name} holds more than {limit // 1_000_000} million pixels. Give a smaller picture.",
        limits={"pixels": limit},
    )


def _corrupt(path: Path) -> MediaRefused:
    return MediaRefused(
        MediaProblem.CORRUPT, f"{path.name} is damaged and cannot be read to its end. Save it again and retry."
    )
