"""data: URLs, bare base64, and the names files get."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import tiny_image, tiny_sound, tiny_video
from understudy.core.faults import MediaProblem, MediaRefused
from understudy.stores.inline import decode, is_base64, suffix_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
PNG_TEXT = base64.b64encode(PNG).decode()


@given(st.binary(min_size=1, max_size=400), st.sampled_from(["data:image/png;base64,", "DATA:;BASE64,", ""]))
def test_what_was_encoded_is_decoded(content: bytes, head: str) -> None:
    assert decode(head + base64.b64encode(content).decode(), 400) == content
    assert decode(head + base64.urlsafe_b64encode(content).decode(), 400) == content
    assert decode(head + base64.encodebytes(content).decode(), 400) == content, "lines are tolerated"


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("data:image/png; charset=x ; base64," + PNG_TEXT, PNG),
        ("data:image/png;base64," + PNG_TEXT.replace("+", "%2B").replace("=", "%3D"), PNG),
        ("data:,a%20film", b"a film"),
        ("data:text/plain,a film", b"a film"),
    ],
)
def test_the_forms_of_a_data_url(text: str, content: bytes) -> None:
    assert decode(text, 1000) == content


@pytest.mark.parametrize(
    "text",
    [
        "data:image/png;base64",
        "data:image/png;base64,",
        "data:;base64,QUJD=",
        "data:;base64,QUJ",
        "data:;base64,QQ=",
        "data:;base64,QU=JD",
        "data:;base64,图图图图",
        PNG_TEXT[:-1],
    ],
)
def test_what_cannot_be_decoded_is_refused(text: str) -> None:
    with pytest.raises(MediaRefused) as refused:
        decode(text, 1000)
    assert refused.value.problem is MediaProblem.FORMAT


@pytest.mark.parametrize("head", ["data:image/png;base64,", "data:,"])
@pytest.mark.parametrize(("size", "fits"), [(299, True), (300, True), (301, False), (302, False), (90_000, False)])
def test_the_cap_is_exact(head: str, size: int, fits: bool) -> None:
    content = b"a" * size
    text = head + (base64.b64encode(content).decode() if "base64" in head else content.decode())
    if fits:
        assert decode(text, 300) == content
    else:
        with pytest.raises(MediaRefused) as refused:
            decode(text, 300)
        assert refused.value.problem is MediaProblem.TOO_LARGE
        assert refused.value.limits == {"max_bytes": 300}


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        (PNG_TEXT, True),
        (PNG_TEXT[:70] + "\n" + PNG_TEXT[70:], True),
        ("/etc/passwd", False),
        ("girl.png", False),
        ("", False),
        ("a" * 63, False),
        ("/home/someone/" + "a" * 80 + ".png", False),
        ("图" * 80, False),
        ("=" * 80, False),
    ],
)
def test_bare_base64_is_told_from_a_path(text: str, yes: bool) -> None:
    assert is_base64(text) is yes


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.bmp", "a.gif", "a.tiff"])
def test_a_picture_is_named_by_its_content(tmp_path: Path, name: str) -> None:
    path = tiny_image(tmp_path / name)
    assert suffix_of(path.read_bytes()[:32]) == path.suffix


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
def test_and_so_is_a_film(tmp_path: Path, name: str) -> None:
    path = tiny_video(tmp_path / name, seconds=0.2)
    assert suffix_of(path.read_bytes()[:32]) == path.suffix


def test_and_a_sound(tmp_path: Path) -> None:
    path = tiny_sound(tmp_path / "a.wav", seconds=0.5)
    assert suffix_of(path.read_bytes()[:32]) == ".wav"


@pytest.mark.parametrize(
    ("start", "suffix"),
    [
        (b"", ".bin"),
        (b"\xff", ".bin"),
        (b"#EXTM3U\n", ".bin"),
        (b"<html>", ".bin"),
        (b"RIFF\0\0\0\0AVI ", ".avi"),
        (b"RIFF\0\0\0\0????", ".bin"),
        (b"\0\0\0\x20ftypM4A ", ".m4a"),
        (b"\0\0\0\x20ftypavif", ".avif"),
        (b"\0\0\0\x08wide", ".mov"),
        (b"\xff\xf1\x50\x80", ".aac"),
        (b"\xff\xfb\x90\x00", ".mp3"),
        (b"ID3\x04\0", ".mp3"),
        (b"fLaC\0", ".flac"),
        (b"OggS\0", ".ogg"),
    ],
)
def test_the_first_bytes_of_other_kinds(start: bytes, suffix: str) -> None:
    assert suffix_of(start) == suffix
