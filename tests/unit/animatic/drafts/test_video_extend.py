"""A film that goes on: what is given is shown as it is, and what is made joins it without a jump."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

from filmed import HEIGHT, WIDTH, draft, likeness, panned, rolling, seen, write_film, write_picture
from understudy.core.faults import Refused
from understudy.core.request import Capability, Role
from understudy.core.units import Size
from understudy.media.audio import read_wave

EXTEND = Capability.VIDEO_EXTEND


def speeds(film: list[np.ndarray]) -> list[float]:
    """How far the camera went to the right from each picture to the next, in pixels."""
    greys = [cv2.cvtColor(view, cv2.COLOR_RGB2GRAY).astype(np.float32) for view in film]
    window = cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)
    return [-cv2.phaseCorrelate(a, b, window)[0][0] for a, b in itertools.pairwise(greys)]


def test_after_a_clip(tmp_path: Path) -> None:
    given, count = 20, 50
    clip = write_film(tmp_path / "clip.mp4", panned("coffee", given, 1.5, left=60))
    reel = draft(EXTEND, tmp_path / "out", {Role.FIRST_CLIP: clip}, frame_count=count)
    assert reel.facts is not None
    assert reel.path is not None
    assert (reel.facts.size, reel.facts.frame_count, reel.facts.has_sound) == (Size(WIDTH, HEIGHT), count, False)
    film, own = seen(reel.path), seen(clip.path)
    assert min(likeness(a, b) for a, b in zip(film[:given], own, strict=True)) > 36
    speed = speeds(film)
    assert speed[given] == pytest.approx(1.5, abs=0.4)  # it goes on as it went
    assert abs(speed[-1]) < 0.9  # and slows down
    assert np.mean(speed[given:]) > 0.3
    assert film[-1].min(axis=2).max(axis=0).min() > 10  # no black border
    # what comes into sight is what the photograph holds there, as far as it was guessable: the same table
    assert likeness(film[-1], film[given]) < 30


def test_before_a_clip(tmp_path: Path) -> None:
    given, count = 20, 50
    clip = write_film(tmp_path / "clip.mp4", panned("coffee", given, 1.5, left=60))
    reel = draft(EXTEND, tmp_path / "out", {Role.LAST_CLIP: clip}, frame_count=count)
    assert reel.path is not None
    film, own = seen(reel.path), seen(clip.path)
    assert min(likeness(a, b) for a, b in zip(film[-given:], own, strict=True)) > 36
    speed = speeds(film)
    assert speed[count - given - 1] == pytest.approx(1.5, abs=0.4)
    assert abs(speed[0]) < 0.9


def test_between_two_clips_of_one_place(tmp_path: Path) -> None:
    """The camera travels from one to the other: half way it sees what lies half way."""
    first, last = panned("coffee", 15, 1.0, left=40), panned("coffee", 15, 1.0, left=130)
    media = {
        Role.FIRST_CLIP: write_film(tmp_path / "first.mp4", first),
        Role.LAST_CLIP: write_film(tmp_path / "last.mp4", last),
    }
    reel = draft(EXTEND, tmp_path / "out", media, frame_count=60)
    assert reel.path is not None
    film = seen(reel.path)
    assert len(film) == 60
    assert likeness(film[14], seen(media[Role.FIRST_CLIP].path)[14]) > 36
    assert likeness(film[45], seen(media[Role.LAST_CLIP].path)[0]) > 36
    middle = panned("coffee", 1, 0.0, left=92)[0]
    dissolve = ((first[-1].astype(int) + last[0]) // 2).astype(np.uint8)
    inner = np.s_[20:-20, 40:-40]
    best = max(likeness(film[n][inner], middle[inner]) for n in (28, 29, 30, 31))
    assert best > 24
    assert best > likeness(dissolve[inner], middle[inner]) + 5
    assert "same place" in reel.notes[0]


def test_between_two_places(tmp_path: Path) -> None:
    media = {
        Role.FIRST_FRAME: write_picture(tmp_path / "a.png", panned("coffee", 1, left=100)[0]),
        Role.LAST_FRAME: write_picture(tmp_path / "b.png", panned("rocket", 1, left=100)[0]),
    }
    reel = draft(EXTEND, tmp_path / "out", media, frame_count=24)
    assert reel.path is not None
    film = seen(reel.path)
    assert likeness(film[0], panned("coffee", 1, left=100)[0]) > 34
    assert likeness(film[-1], panned("rocket", 1, left=100)[0]) > 34
    assert "different places" in reel.notes[0]


def test_what_passes_goes_on(tmp_path: Path) -> None:
    """A disc rolls on at its speed and shape, slower and slower; what it leaves behind is what was there."""
    clean = panned("coffee", 24, 0.0, left=100)
    shown, masks = rolling(panned("coffee", 24, 0.0, left=100), step=2.0, start=30)
    clip = write_film(tmp_path / "clip.mp4", shown)
    reel = draft(EXTEND, tmp_path / "out", {Role.FIRST_CLIP: clip}, frame_count=60)
    assert reel.path is not None
    film = seen(reel.path)

    face = np.argwhere(masks[23])
    (top, left), (bottom, right) = face.min(axis=0), face.max(axis=0) + 1
    disc = shown[23][top:bottom, left:right]

    def found(view: np.ndarray) -> int:
        """How far to the right of its last given place the disc is."""
        band = np.ascontiguousarray(view[top - 3 : bottom + 3])
        return cv2.minMaxLoc(cv2.matchTemplate(band, disc, cv2.TM_CCOEFF_NORMED))[3][0] - int(left)

    assert found(film[23]) == 0
    assert found(film[24]) == pytest.approx(2, abs=1)
    assert found(film[33]) == pytest.approx(18, abs=4)
    assert found(film[59]) > found(film[45]) > found(film[33])
    assert likeness(film[59], clean[0], masks[23]) > 26
    assert "what passes goes on" in reel.notes[0]


def test_what_swings_goes_on_swinging(tmp_path: Path) -> None:
    base = panned("coffee", 1, 0.0, left=100)[0]
    views = [rolling([base], start=round(90 + 25 * np.sin(number / 4.5)))[0][0] for number in range(40)]
    clip = write_film(tmp_path / "clip.mp4", views)
    reel = draft(EXTEND, tmp_path / "out", {Role.FIRST_CLIP: clip}, frame_count=80)
    assert reel.path is not None
    film = seen(reel.path)
    later = [float(np.abs(a.astype(int) - b).mean()) for a, b in itertools.pairwise(film[50:])]
    assert max(later) > 1.0  # still alive at the end
    assert "to and fro" in reel.notes[0]


def test_a_motion_guide_leads_the_camera(tmp_path: Path) -> None:
    still = write_picture(tmp_path / "still.png", panned("coffee", 1, 0.0, left=100)[0])
    guide = write_film(tmp_path / "guide.mp4", panned("chelsea", 30, 1.0))
    reel = draft(EXTEND, tmp_path / "out", {Role.FIRST_FRAME: still, Role.DRIVING_VIDEO: guide}, frame_count=31)
    assert reel.path is not None
    speed = speeds(seen(reel.path))
    assert np.median(speed) == pytest.approx(1.0, abs=0.3)


def test_clips_that_leave_no_room_are_cut_at_their_inner_ends(tmp_path: Path) -> None:
    first, last = panned("coffee", 30, 1.0, left=40), panned("coffee", 30, 1.0, left=130)
    media = {
        Role.FIRST_CLIP: write_film(tmp_path / "first.mp4", first),
        Role.LAST_CLIP: write_film(tmp_path / "last.mp4", last),
    }
    reel = draft(EXTEND, tmp_path / "out", media, frame_count=40)
    assert reel.path is not None
    film = seen(reel.path)
    assert len(film) == 40
    assert likeness(film[0], first[0]) > 34
    assert likeness(film[-1], last[-1]) > 34
    assert any("cut short" in note for note in reel.notes)


def test_sound_stays_where_its_clip_is(tmp_path: Path) -> None:
    clip = write_film(tmp_path / "clip.mp4", panned("coffee", 15, 1.0), sound=True)
    reel = draft(EXTEND, tmp_path / "out", {Role.LAST_CLIP: clip}, frame_count=45, sound=True)
    assert reel.path is not None
    wave = np.abs(read_wave(reel.path)).mean(axis=1)
    assert wave[: 25 * 1600].mean() < 0.003
    assert wave[32 * 1600 : 44 * 1600].mean() > 0.05


def test_a_clip_as_long_as_the_film_and_another_rate(tmp_path: Path) -> None:
    clip = write_film(tmp_path / "clip.mp4", panned("coffee", 12, 1.0), rate=15)
    reel = draft(EXTEND, tmp_path / "out", {Role.FIRST_CLIP: clip}, frame_count=20)
    assert reel.facts is not None
    assert reel.facts.frame_count == 20
    assert "nothing had to be made" in reel.notes[0]


def test_nothing_given(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Give at least one"):
        draft(EXTEND, tmp_path, {})


def test_the_same_brief_gives_the_same_bytes(tmp_path: Path) -> None:
    clip = write_film(tmp_path / "clip.mp4", panned("coffee", 14, 1.5))
    paths = [draft(EXTEND, tmp_path / str(turn), {Role.FIRST_CLIP: clip}, frame_count=22).path for turn in range(2)]
    assert paths[0] is not None
    assert paths[1] is not None
    assert paths[0].read_bytes() == paths[1].read_bytes()
