"""Files given inside the request itself: data: URLs and bare base64; and how any fetched file is named.

Knows encodings and the first bytes of media files. Must not know networks or models.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from understudy.core.faults import MediaProblem, MediaRefused

LEAST_BASE64 = 64
"""Characters. Shorter text without a scheme is taken for a path: `/etc/passwd` is base64 too. GUESS: no media file
of use is smaller than 48 bytes."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_\-\s]+[=\s]*")
_SPACE = re.compile(r"\s+")
_DATA = re.compile(r"data:([^,]*),", re.IGNORECASE)

_BEGINNINGS = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\x00", ".tiff"),
    (b"MM\x00*", ".tiff"),
    (b"ID3", ".mp3"),
    (b"fLaC", ".flac"),
    (b"OggS", ".ogg"),
    (b"\x1aE\xdf\xa3", ".mkv"),
)


def is_base64(text: str) -> bool:
    """Whether text without a scheme is meant as bare base64 rather than as a path."""
    return len(text) >= LEAST_BASE64 and _BASE64.fullmatch(text) is not None


def decode(text: str, max_bytes: int) -> bytes:
    """The bytes of a data: URL or of bare base64; white space is tolerated, wrong padding is not.

    Raises:
        MediaRefused: FORMAT when it cannot be decoded, TOO_LARGE above `max_bytes`.
    """
    head = _DATA.match(text)
    if text[:5].lower() == "data:" and head is None:
        raise MediaRefused(
            MediaProblem.FORMAT, "The data: URL has no comma before its data; write data:image/png;base64,…"
        )
    encoded = text[head.end() :] if head else text
    # three bytes from four characters: refused before anything is decoded
    if head and not head[1].replace(" ", "").lower().endswith(";base64"):
        if len(encoded) > 3 * max_bytes:
            raise too_large(max_bytes)
        content = unquote_to_bytes(encoded)
    else:
        if "%" in encoded:
            encoded = unquote_to_bytes(encoded).decode("latin-1")
        encoded = _SPACE.sub("", encoded).replace("-", "+").replace("_", "/")
        if len(encoded) // 4 * 3 > max_bytes + 2:
            raise too_large(max_bytes)
        try:
            if len(encoded) % 4:
                raise binascii.Error("the padding is wrong")  # Python itself lets too much of it pass
            content = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise MediaRefused(
                MediaProblem.FORMAT,
                "The file given as base64 cannot be decoded; check that it was encoded and copied whole, "
                "with its padding.",
            ) from error
    if len(content) > max_bytes:
        raise too_large(max_bytes)
    if not content:
        raise MediaRefused(MediaProblem.FORMAT, "The file given as data: URL is empty.")
    return content


def too_large(max_bytes: int) -> MediaRefused:
    most = f"{max_bytes / 1024 / 1024:.4g} MB" if max_bytes >= 1024 * 1024 else f"{max_bytes} bytes"
    return MediaRefused(
        MediaProblem.TOO_LARGE, f"The file is larger than {most}; give a smaller one.", limits={"max_bytes": max_bytes}
    )


def suffix_of(start: bytes) -> str:
    """The file suffix the first 32 bytes stand for; `.bin` when they are no media file we know."""
    for beginning, suffix in _BEGINNINGS:
        if start.startswith(beginning):
            return suffix
    if start[:4] == b"RIFF":
        return {b"WEBP": ".webp", b"WAVE": ".wav", b"AVI ": ".avi"}.get(start[8:12], ".bin")
    if start[4:8] == b"ftyp":
        brand = start[8:12]
        if brand == b"qt  ":
            return ".mov"
        return ".m4a" if brand in (b"M4A ", b"M4B ") else ".avif" if brand == b"avif" else ".mp4"
    if start[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return ".mov"
    if len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0:
        return ".aac" if start[1] & 0x06 == 0 else ".mp3"
    return ".bin"
