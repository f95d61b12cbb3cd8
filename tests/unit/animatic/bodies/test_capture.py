"""From a film to a motion: the joints of who moves in it, and the room without her."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sight import models_folder, photo, swaying, write_clip
from understudy.animatic.bodies.capture import Captured, capture, filled
from understudy.animatic.bodies.pose import BodyEyes, Joint
from understudy.core.request import MediaFacts
from understudy.media.probe import probe_file
from understudy.media.video import VideoWriter
from unit.animatic.manikin import SIZE, Stance, dancing, drawn, place, wall, write_dance

COUNT, RATE = 36, 30


@pytest.fixture(scope="module")
def eyes() -> BodyEyes:
    return BodyEyes(models_folder())


@pytest.fixture(scope="module")
def dance(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Stance]]:
    path = tmp_path_factory.mktemp("dance") / "dance.mp4"
    tone = (0.2 * np.sin(np.arange(COUNT * 1600) * 0.04)).astype(np.float32)
    return path, write_dance(path, COUNT, RATE, np.stack([tone, tone], axis=1))


@pytest.fixture(scope="module")
def captured(dance: tuple[Path, list[Stance]], eyes: BodyEyes) -> Captured:
    found = capture(dance[0], probe_file(dance[0]), eyes, lambda share: None)
    assert found is not None
    return found


def angles(points: np.ndarray, one: Joint, other: Joint) -> np.ndarray:
    line = points[:, other, :2] - points[:, one, :2]
    return np.degrees(np.unwrap(np.arctan2(line[:, 1], line[:, 0])))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("one", "other"), [("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee")])
def test_limbs_turn_as_they_were_drawn(
    captured: Captured, dance: tuple[Path, list[Stance]], side: str, one: str, other: str
) -> None:
    found = angles(captured.motion.points, *(Joint[f"{side}_{name}".upper()] for name in (one, other)))
    joints = [place(stance) for stance in dance[1]]
    lines = np.array([at[f"{side}_{other}"] - at[f"{side}_{one}"] for at in joints])
    true = np.degrees(np.unwrap(np.arctan2(lines[:, 1], lines[:, 0])))
    assert np.abs(found - true).mean() < 9


def test_every_picture_has_its_joints_at_the_films_own_rate(captured: Captured) -> None:
    assert len(captured.motion) == COUNT
    assert captured.motion.rate == RATE
    assert captured.motion.size.height == 720  # as high as films are looked at
    assert abs(captured.motion.size.width - 720 * SIZE.width / SIZE.height) <= 1
    assert captured.found == 1.0
    assert not captured.crowded


def test_its_own_sound_is_kept(captured: Captured) -> None:
    assert captured.motion.sound is not None
    assert abs(len(captured.motion.sound) - COUNT * 1600) <= 2048
    assert np.abs(captured.motion.sound).max() > 0.1


def test_the_room_is_empty(captured: Captured) -> None:
    plate = captured.motion.plate
    assert plate is not None
    true = cv2.resize(wall(), (plate.shape[1], plate.shape[0]), interpolation=cv2.INTER_AREA)
    off = np.abs(plate.astype(int) - true).max(axis=2)
    assert np.median(off) <= 6
    red = (plate[..., 0].astype(int) - plate[..., 1] > 60).mean()  # of her shirt
    assert red < 0.004


def test_a_film_without_anybody_has_no_motion(tmp_path: Path, eyes: BodyEyes) -> None:
    path = write_clip(tmp_path / "cup.mp4", swaying("coffee", 6, 240, 160))
    assert capture(path, probe_file(path), eyes, lambda share: None) is None


def test_who_comes_late_is_found_then(tmp_path: Path, eyes: BodyEyes) -> None:
    path = tmp_path / "late.mp4"
    with VideoWriter(path, SIZE, sound=False) as film:
        for _ in range(6):
            film.write_rgb(wall())
        for stance in dancing(30, 30):
            film.write_rgb(drawn(stance))
    found = capture(path, probe_file(path), eyes, lambda share: None, plate=False)
    assert found is not None
    assert 0.6 < found.found < 0.9
    assert found.motion.plate is None
    np.testing.assert_array_equal(found.motion.seen[0], found.motion.seen[1])  # still until she comes


def test_the_larger_of_two_is_followed_and_it_is_said(tmp_path: Path, eyes: BodyEyes) -> None:
    path = tmp_path / "two.mp4"
    large, small = Stance(at=(120, 400), unit=84), Stance((12, 30), at=(330, 420), unit=64)
    with VideoWriter(path, SIZE, sound=False) as film:
        for _ in range(5):
            film.write_rgb(drawn(small, drawn(large)))
    found = capture(path, probe_file(path), eyes, lambda share: None, plate=False)
    assert found is not None
    assert found.crowded
    assert found.motion.points[:, Joint.NOSE, 0].mean() == pytest.approx(120, abs=25)


def test_progress_rises_to_its_end(dance: tuple[Path, list[Stance]], eyes: BodyEyes) -> None:
    facts: MediaFacts = replace(probe_file(dance[0]), seconds=Decimal("0.2"), has_sound=False)
    told: list[float] = []
    found = capture(dance[0], facts, eyes, told.append, plate=False)
    assert found is not None
    assert len(found.motion) <= 0.2 * RATE + 2  # no more than the facts tell
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert found.motion.rate == Fraction(RATE)


def test_known_pixels_stay_and_holes_take_colours_from_around() -> None:
    picture = photo("coffee")[:120, :160].copy()
    hole = np.zeros(picture.shape[:2], np.float32)
    hole[30:80, 40:110] = 1
    picture[30:80, 40:110] = (0, 255, 0)
    full = filled(picture, hole)
    np.testing.assert_array_equal(full[hole == 0], picture[hole == 0])
    assert (full[hole > 0][:, 1].astype(int) - full[hole > 0][:, 0] < 60).all()  # nothing of the green


@settings(max_examples=20, deadline=None)
@given(colour=st.tuples(*[st.integers(0, 255)] * 3), seed=st.integers(0, 99))
def test_a_hole_in_one_colour_is_filled_with_it(colour: tuple[int, int, int], seed: int) -> None:
    picture = np.empty((37, 53, 3), np.uint8)
    picture[:] = colour
    hole = (np.random.default_rng(seed).random((37, 53)) < 0.8).astype(np.float32)
    hole[0, 0] = 0
    np.testing.assert_allclose(filled(picture, hole).astype(int), picture.astype(int), atol=1)
