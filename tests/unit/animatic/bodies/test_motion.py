"""Motions: kept without loss that matters, calmed without lag, told at any rate; damaged files are refused in words."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.animatic.bodies.motion import VERSION, Motion, bridged, calmed, read_motion, write_motion
from understudy.core.faults import Refused
from understudy.core.units import Size
from understudy.media.audio import SAMPLE_RATE


def a_motion(count: int = 20, *, plate: bool = True, sound: bool = True) -> Motion:
    rng = np.random.default_rng(1)
    points = rng.uniform(0, 700, (count, 33, 3)).astype(np.float32)
    seen = rng.uniform(0, 1, (count, 33)).astype(np.float32)
    tone = 0.3 * np.sin(np.arange(SAMPLE_RATE // 2) * 0.05)
    ramp = np.linspace(30, 220, 96).astype(np.uint8)
    return Motion(
        points, seen, Size(432, 768), Fraction(30000, 1001),
        np.dstack([np.broadcast_to(ramp, (64, 96))] * 3) if plate else None,
        np.stack([tone, -tone], axis=1).astype(np.float32) if sound else None,
    )  # fmt: skip


@pytest.mark.parametrize(("plate", "sound"), [(True, True), (True, False), (False, True), (False, False)])
def test_what_is_written_is_read(tmp_path: Path, plate: bool, sound: bool) -> None:
    motion = a_motion(plate=plate, sound=sound)
    write_motion(tmp_path / "m", motion)
    again = read_motion(tmp_path / "m")
    np.testing.assert_allclose(again.points, motion.points, atol=0.126)  # quarters of a pixel
    np.testing.assert_allclose(again.seen, motion.seen, atol=0.002)
    assert (again.size, again.rate, len(again)) == (motion.size, motion.rate, len(motion))
    assert (again.plate is None, again.sound is None) == (not plate, not sound)
    if plate:
        np.testing.assert_allclose(again.plate.astype(int), motion.plate.astype(int), atol=6)
    if sound:
        np.testing.assert_allclose(again.sound, motion.sound, atol=1 / 32767)


def test_the_same_motion_gives_the_same_bytes(tmp_path: Path) -> None:
    write_motion(tmp_path / "a", a_motion())
    write_motion(tmp_path / "b", a_motion())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_file_names_no_path_and_no_clock(tmp_path: Path) -> None:
    write_motion(tmp_path / "secret-name", a_motion())
    assert b"secret-name" not in (tmp_path / "secret-name").read_bytes()
    with zipfile.ZipFile(tmp_path / "secret-name") as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert json.loads(file.read("motion.json"))["version"] == VERSION


def rewritten(path: Path, name: str, data: bytes | None) -> None:
    """One part of a motion file replaced, or left out."""
    with zipfile.ZipFile(path) as file:
        parts = {each: file.read(each) for each in file.namelist()}
    parts.pop(name)
    with zipfile.ZipFile(path, "w") as file:
        for each, content in {**parts, **({} if data is None else {name: data})}.items():
            file.writestr(each, content)


def header(**changes: object) -> bytes:
    whole = {"version": VERSION, "width": 432, "height": 768, "frames_per_second": "30", "frame_count": 20}
    return json.dumps({**whole, **changes}).encode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("motion.json", None),
        ("motion.json", b"{"),
        ("motion.json", b"[]"),
        ("motion.json", header(version=VERSION + 1)),
        ("motion.json", header(width=0)),
        ("motion.json", header(frames_per_second="0")),
        ("motion.json", header(frames_per_second="1/0")),
        ("joints.npy", None),
        ("joints.npy", b"no array"),
        ("seen.npy", None),
        ("plate.jpg", b"no picture"),
        ("sound.wav", b"no sound"),
    ],
)
def test_a_damaged_file_is_refused_in_the_vendors_words(tmp_path: Path, name: str, data: bytes | None) -> None:
    write_motion(tmp_path / "m", a_motion())
    rewritten(tmp_path / "m", name, data)
    with pytest.raises(Refused, match=r"^Invalid template content\. .*make it again"):
        read_motion(tmp_path / "m")


@pytest.mark.parametrize("content", [b"", b"PK", b"AACT.1.2-3.4", b"\0" * 4000])
def test_what_is_no_motion_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(Refused, match=r"^Invalid template content\."):
        read_motion(tmp_path / "m")


def test_joints_of_other_counts_than_the_header_tells_are_refused(tmp_path: Path) -> None:
    write_motion(tmp_path / "m", a_motion(20))
    write_motion(tmp_path / "n", a_motion(7))
    with zipfile.ZipFile(tmp_path / "n") as file:
        seen = file.read("seen.npy")
    rewritten(tmp_path / "m", "seen.npy", seen)
    with pytest.raises(Refused):
        read_motion(tmp_path / "m")


@given(count=st.integers(1, 90), rate=st.sampled_from(["15", "24", "25", "30", "30000/1001", "60"]))
def test_another_rate_keeps_the_length(count: int, rate: str) -> None:
    motion = a_motion(count, plate=False, sound=False)
    told = motion.at_rate(Fraction(rate))
    assert abs(told.seconds - motion.seconds) <= 0.5 / float(told.rate) + 1e-9 or len(told) == 1
    np.testing.assert_allclose(told.points[0], motion.points[0])
    assert told.points.max() <= motion.points.max() + 1e-3


def test_a_count_longer_than_the_motion_stands_still_at_its_end() -> None:
    motion = a_motion(10, plate=False, sound=False)
    told = motion.at_rate(motion.rate, 25)
    assert len(told) == 25
    np.testing.assert_allclose(told.points[9:], np.broadcast_to(motion.points[9], (16, 33, 3)))


def test_calming_takes_jitter_and_leaves_no_lag() -> None:
    moments = np.arange(90) / 30
    true = np.zeros((90, 33, 3), np.float32)
    true[..., 0] = (200 + 80 * np.sin(2 * np.pi * moments))[:, None]
    shaky = true + np.random.default_rng(2).normal(0, 4, true.shape).astype(np.float32)
    calm = calmed(shaky, np.ones((90, 33), np.float32), Fraction(30))
    assert np.abs(calm - true)[..., 0].mean() < 0.6 * np.abs(shaky - true)[..., 0].mean()
    late = [float(np.corrcoef(calm[10:-10, 0, 0], np.roll(true[:, 0, 0], shift)[10:-10])[0, 1]) for shift in (-2, 0, 2)]
    assert int(np.argmax(late)) == 1


def test_what_cannot_be_seen_is_bridged() -> None:
    points = np.zeros((40, 33, 3), np.float32)
    points[..., 0] = np.arange(40)[:, None]
    seen = np.ones((40, 33), np.float32)
    points[15:25, 5, 0], seen[15:25, 5] = 500, 0.0  # a wild guess while hidden
    calm = calmed(points, seen, Fraction(30))
    np.testing.assert_allclose(calm[:, 5, 0], np.arange(40), atol=3)


def test_pictures_without_a_body_are_bridged() -> None:
    row = np.ones((33, 3), np.float32)
    points, seen = bridged([None, row, None, row * 3, None], [None, row[:, 0], None, row[:, 0], None])
    assert points[:, 0, 0].tolist() == [1, 1, 2, 3, 3]
    assert seen.shape == (5, 33)


def test_a_motion_of_nobody_is_none() -> None:
    with pytest.raises(ValueError, match="at least one"):
        bridged([None], [None])
