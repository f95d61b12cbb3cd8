"""Videos as live cut-outs: what they show, that they stand still where nothing moves, and how they play."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sight import models_folder, photo, swaying, write_clip
from subjects import BACKDROPS, before
from understudy.animatic.faces.lips import FacePose
from understudy.animatic.faces.portrait import prepare
from understudy.animatic.faces.quiet import lip_gap
from understudy.animatic.live import LiveCut, cut_clip, whole_clip
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Kind
from understudy.animatic.screenplay import Side
from understudy.animatic.steady import steadied
from understudy.animatic.strips import Moving, Still, at_rest

COUNT = 24


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes(models_folder())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def talker(folder: Path) -> Path:
    """A person filmed by an unsteady hand."""
    return write_clip(folder / "talker.mp4", swaying("astronaut", COUNT, 480, 480))


@pytest.fixture(scope="module")
def live(talker: Path, eyes: Eyes, folder: Path) -> LiveCut:
    return cut_clip(talker, eyes, 2000, 2000, 90, folder / "live.rgba", lambda share: None)


def test_a_person_in_a_clip_is_cut_out_picture_by_picture(live: LiveCut) -> None:
    assert live.kind is Kind.PERSON
    assert live.note == ""
    assert live.pictures.count == COUNT
    assert Side.DOWN in live.sides
    shapes = {live.pictures.sprite(frame).shape for frame in range(COUNT)}
    assert len(shapes) == 1
    for frame in range(0, COUNT, 6):
        alpha = live.pictures.sprite(frame)[..., 3]
        assert 0.3 < (alpha > 128).mean() < 0.85
        soft = ((alpha > 20) & (alpha < 235)).mean()
        assert soft < 0.06  # a body is never half transparent


def test_the_face_is_known_in_every_picture(live: LiveCut) -> None:
    for frame in range(COUNT):
        face = live.pictures.face(frame)
        assert face is not None
        columns, rows = face.mesh[:, :2].round().astype(int).T
        sprite = live.pictures.sprite(frame)
        inside = (columns >= 0) & (rows >= 0) & (columns < sprite.shape[1]) & (rows < sprite.shape[0])
        assert (sprite[rows[inside], columns[inside], 3] > 180).mean() > 0.9


def test_the_plate_is_the_first_picture_whole(live: LiveCut) -> None:
    assert live.plate.shape == (480, 480, 3)


def test_at_most_as_many_pictures_as_the_film_has(talker: Path, eyes: Eyes, tmp_path: Path) -> None:
    told: list[float] = []
    short = cut_clip(talker, eyes, 150, 150, 7, tmp_path / "short.rgba", told.append)
    assert short.pictures.count == 7
    assert max(short.pictures.sprite(0).shape[:2]) <= 152
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_same_clip_same_bytes(talker: Path, live: LiveCut, tmp_path: Path) -> None:
    again = cut_clip(talker, Eyes(models_folder()), 2000, 2000, 90, tmp_path / "again.rgba", lambda share: None)
    for frame in (0, 9, COUNT - 1):
        np.testing.assert_array_equal(again.pictures.sprite(frame), live.pictures.sprite(frame))


def test_a_thing_before_a_plain_backdrop_is_cut_out(eyes: Eyes, tmp_path: Path) -> None:
    still = before("cup", BACKDROPS["blue"])
    pictures = [np.roll(still, shift, axis=1) for shift in range(-12, 12, 2)]
    clip = cut_clip(
        write_clip(tmp_path / "cup.mp4", pictures), eyes, 2000, 2000, 30, tmp_path / "cup.rgba", lambda share: None
    )
    assert clip.kind is Kind.OBJECT
    assert clip.sides == frozenset()
    alpha = clip.pictures.sprite(5)[..., 3]
    assert 0.3 < (alpha > 128).mean() < 0.9
    assert alpha[4, 4] == 0


@pytest.mark.parametrize("has_eyes", [True, False])
def test_what_cannot_be_cut_plays_inside_a_frame(eyes: Eyes, tmp_path: Path, has_eyes: bool) -> None:
    path = write_clip(tmp_path / "cat.mp4", swaying("chelsea", 10, 320, 240))
    clip = cut_clip(path, eyes if has_eyes else None, 400, 300, 30, tmp_path / "cat.rgba", lambda share: None)
    assert clip.kind is Kind.CARD
    assert clip.note.startswith("plays inside a frame: ")
    assert ("models install" in clip.note) is not has_eyes
    first, later = clip.pictures.sprite(0), clip.pictures.sprite(8)
    assert first.shape[1] <= 400
    assert first.shape[0] <= 300
    np.testing.assert_array_equal(first[..., 3], later[..., 3])
    middle = (slice(first.shape[0] // 3, -first.shape[0] // 3), slice(first.shape[1] // 3, -first.shape[1] // 3))
    assert np.abs(first[middle].astype(int) - later[middle]).mean() > 1  # it plays


def test_a_clip_as_place_is_whole_and_solid(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "place.mp4", swaying("rocket", 5, 320, 180))
    clip = whole_clip(path, 1000, 30, tmp_path / "place.rgba", lambda share: None)
    assert clip.kind is Kind.PLACE
    assert clip.pictures.count == 5
    assert clip.pictures.sprite(0).shape == (180, 320, 4)
    assert clip.pictures.sprite(2)[..., 3].min() == 255


def test_a_long_clip_is_kept_small_enough_for_the_disk(talker: Path, eyes: Eyes, tmp_path: Path) -> None:
    cut_clip(talker, eyes, 2000, 2000, COUNT, tmp_path / "small.rgba", lambda share: None, most_bytes=3_000_000)
    whole_clip(talker, 2000, COUNT, tmp_path / "whole.rgba", lambda share: None, most_bytes=3_000_000)
    for name in ("small.rgba", "whole.rgba"):
        assert 2_000_000 < (tmp_path / name).stat().st_size < 3_300_000


# Lips ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def speaker(folder: Path, eyes: Eyes) -> Path:
    """Speaks for twenty pictures, then listens for eighteen, filmed by a hand that sways."""
    whole = photo("astronaut")[:400, 40:440]
    sprite = np.dstack([whole, np.full(whole.shape[:2], 255, np.uint8)])
    portrait = prepare(sprite, eyes.faces(np.ascontiguousarray(whole))[0])
    pictures = []
    for number in range(38):
        opening = 0.5 - 0.5 * np.cos(number * 0.9) if number < 20 else 0.0
        patch, (left, top) = portrait.paint(FacePose(opening=float(opening)))
        said = whole.copy()
        said[top : top + patch.shape[0], left : left + patch.shape[1]] = patch[..., :3]
        pictures.append(np.roll(said, round(4 * np.sin(number / 8)), axis=1))
    return write_clip(folder / "speaker.mp4", pictures)


def test_who_speaks_in_his_clip_rests_his_lips_while_he_is_silent(speaker: Path, eyes: Eyes, tmp_path: Path) -> None:
    clip = cut_clip(speaker, eyes, 900, 900, 90, tmp_path / "speaker.rgba", lambda share: None)
    frames = {at_rest(clip.pictures, frame) for frame in range(200)}
    assert min(frames) >= 19
    assert max(frames) - min(frames) >= 12
    faces = [clip.pictures.face(frame) for frame in sorted(frames)]
    gaps = [lip_gap(face) for face in faces if face is not None]
    assert len(gaps) == len(frames)
    spoken = [lip_gap(face) for face in map(clip.pictures.face, range(20)) if face is not None]
    assert np.ptp(gaps) < 0.25 * np.ptp(spoken)


def test_who_never_speaks_plays_all_his_pictures(live: LiveCut) -> None:
    assert [at_rest(live.pictures, frame) for frame in range(60)] == list(range(60))


# Playing -------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 12), st.integers(0, 200))
def test_a_clip_plays_forth_and_back_without_a_jump(count: int, frame: int) -> None:
    sprites = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 4), np.uint8)
    clip = Moving(sprites, [None] * count)
    here, after = int(clip.sprite(frame)[0, 0, 0]), int(clip.sprite(frame + 1)[0, 0, 0])
    assert abs(after - here) == (1 if count > 1 else 0)
    if frame < count:
        assert here == frame


def test_a_still_is_the_same_at_any_time() -> None:
    sprite = np.zeros((2, 3, 4), np.uint8)
    still = Still(sprite)
    assert still.count == 1
    assert still.sprite(99) is sprite
    assert still.face(3) is None


# Steadying -----------------------------------------------------------------------------------------------------------


def test_a_flicker_over_a_still_picture_is_taken_out() -> None:
    view = photo("chelsea")[:64, :64].copy()
    flicker = [np.full((64, 64), 0.9 if number % 2 else 0.3, np.float32) for number in range(12)]
    steady = [mask for _, mask in steadied((view, mask) for mask in flicker)]
    assert len(steady) == 12
    assert np.ptp([mask[30, 30] for mask in steady[3:9]]) < 0.12


def test_a_mask_does_not_lag_behind_what_moves() -> None:
    """A bright square crosses a dark ground: its mask is where it is, not where it was."""
    looks = []
    for number in range(14):
        view, mask = np.full((40, 120, 3), 20, np.uint8), np.zeros((40, 120), np.float32)
        left = 4 + 7 * number
        view[10:30, left : left + 12], mask[10:30, left : left + 12] = 230, 1
        looks.append((view, mask))
    for (view, mask), (seen, steady) in zip(looks, steadied(iter(looks)), strict=True):
        assert seen is view
        assert np.abs(steady - mask)[12:28].max() < 0.35
