"""A wider picture: where the given one stands in it, that it stays as it is, and that what is around fits and stays."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmed import HEIGHT, WIDTH, draft, likeness, panned, scene, seen, write_film
from understudy.animatic.drafts.video_outpaint import SIDES, placement
from understudy.core.faults import Refused
from understudy.core.request import Capability, Role
from understudy.core.units import Size

OUT = Capability.VIDEO_OUTPAINT


@pytest.mark.parametrize(
    ("source", "scales", "size", "place"),
    [
        (Size(640, 360), {}, Size(640, 360), (0, 0, 640, 360)),
        (Size(640, 360), dict.fromkeys(SIDES, 2.0), Size(1280, 720), (320, 180, 640, 360)),
        (Size(640, 360), {"left": 2.0}, Size(960, 360), (320, 0, 640, 360)),
        (Size(640, 360), {"right": 2.0}, Size(960, 360), (0, 0, 640, 360)),
        (Size(640, 360), {"top": 1.25, "bottom": 1.75}, Size(640, 540), (0, 45, 640, 360)),
        # capped: everything shrinks alike
        (Size(1280, 720), dict.fromkeys(SIDES, 2.0), Size(1280, 720), (320, 180, 640, 360)),
        # a size rounded to even numbers costs the picture nothing
        (Size(641, 361), {"left": 1.5, "right": 1.5}, Size(962, 360), (160, 0, 641, 360)),
    ],
)
def test_placement(source: Size, scales: Mapping[str, float], size: Size, place: tuple[int, ...]) -> None:
    assert placement(source, scales, size) == place


scale = st.integers(0, 100).map(lambda hundredths: 1 + hundredths / 100)


@given(st.fixed_dictionaries(dict.fromkeys(SIDES, scale)), st.integers(16, 640), st.integers(16, 640))
def test_the_picture_lies_within(scales: Mapping[str, float], width: int, height: int) -> None:
    size = Size(
        round(width * (scales["left"] + scales["right"]) / 2), round(height * (scales["top"] + scales["bottom"]) / 2)
    )
    x, y, across, down = placement(Size(width, height), scales, size)
    assert x >= 0
    assert y >= 0
    assert x + across <= size.width
    assert y + down <= size.height
    assert (across, down) == (width, height)  # nothing is scaled where the size is that of the scales
    assert abs(x - width * (scales["left"] - 1) / 2) <= 1
    assert abs(y - height * (scales["top"] - 1) / 2) <= 1


def test_a_pan_is_widened_by_what_the_camera_saw(tmp_path: Path) -> None:
    count, step, growth = 40, 3.0, 64
    views = panned("chelsea", count, step)
    source = write_film(tmp_path / "pan.mp4", views)
    scales = {"left_scale": 1.5, "right_scale": 1.5}
    size = Size(WIDTH + 2 * growth, HEIGHT)
    reel = draft(OUT, tmp_path / "out", {Role.SOURCE_VIDEO: source}, size=size, frame_count=count, options=scales)
    assert reel.facts is not None
    assert reel.path is not None
    assert (reel.facts.size, reel.facts.frame_count, reel.facts.has_sound) == (size, count, False)
    film = seen(reel.path)
    inside = film[20][:, growth : growth + WIDTH]
    assert likeness(inside, seen(source.path)[20]) > 36
    # at picture 0 the camera has yet to see what is on the right; the photograph tells what that is
    whole = scene("chelsea")
    at = 20
    truth = whole[60 : 60 + HEIGHT, at + WIDTH : at + WIDTH + growth]
    guess = film[0][:, growth + WIDTH :]
    assert likeness(guess, truth) > 24
    assert likeness(guess, np.full_like(truth, int(truth.mean()))) < likeness(guess, truth) - 6
    assert any("other moments" in note for note in reel.notes)


def test_around_a_still_camera_nothing_flickers(tmp_path: Path) -> None:
    views = panned("coffee", 16, 0.0, left=150)
    source = write_film(tmp_path / "still.mp4", views)
    options = {f"{side}_scale": 1.5 for side in SIDES}
    size = Size(WIDTH * 3 // 2, HEIGHT * 3 // 2)
    reel = draft(OUT, tmp_path / "out", {Role.SOURCE_VIDEO: source}, size=size, frame_count=16, options=options)
    assert reel.path is not None
    film = seen(reel.path)
    outside = np.ones(film[0].shape[:2], bool)
    outside[HEIGHT // 4 : -HEIGHT // 4, WIDTH // 4 : -WIDTH // 4] = False
    assert all(likeness(a, b, outside) > 38 for a, b in itertools.pairwise(film))


def test_no_seam_and_no_black_edge(tmp_path: Path) -> None:
    """Across the border of the given picture colours change no more than inside it."""
    views = panned("chelsea", 6, 0.0, left=150, top=80)
    source = write_film(tmp_path / "still.mp4", views)
    options = {"left_scale": 1.8, "right_scale": 1.8}
    size = Size(WIDTH + 204, HEIGHT)
    reel = draft(OUT, tmp_path / "out", {Role.SOURCE_VIDEO: source}, size=size, frame_count=6, options=options)
    assert reel.path is not None
    picture = cv2.GaussianBlur(seen(reel.path)[3], (0, 0), 1.5).astype(float)
    x, _, width, _ = placement(Size(WIDTH, HEIGHT), {"left": 1.8, "right": 1.8}, size)
    steps = np.abs(np.diff(picture, axis=1)).mean(axis=(0, 2))
    inside = steps[x + 8 : x + width - 8]
    for border in (x - 1, x + width - 1):
        assert steps[border - 1 : border + 2].max() < np.percentile(inside, 95) * 2.5
    assert picture.min(axis=2).mean(axis=0).min() > 20


def test_two_shots_have_surroundings_of_their_own(tmp_path: Path) -> None:
    views = panned("chelsea", 8, 0.0, left=150) + panned("rocket", 8, 0.0, left=150)
    source = write_film(tmp_path / "cut.mp4", views)
    reel = draft(
        OUT,
        tmp_path / "out",
        {Role.SOURCE_VIDEO: source},
        size=Size(WIDTH + 128, HEIGHT),
        frame_count=16,
        options={"left_scale": 2.0},
    )
    assert reel.path is not None
    film = seen(reel.path)
    cat, rocket = film[4][:, :100], film[12][:, :100]
    assert cat[..., 0].mean() > cat[..., 2].mean() + 15  # fur
    assert rocket[..., 2].mean() > rocket[..., 0].mean() + 15  # evening sky


def test_the_same_brief_gives_the_same_bytes(tmp_path: Path) -> None:
    source = write_film(tmp_path / "pan.mp4", panned("chelsea", 6))
    reels = [
        draft(
            OUT,
            tmp_path / str(turn),
            {Role.SOURCE_VIDEO: source},
            size=Size(WIDTH, HEIGHT * 3 // 2),
            frame_count=6,
            options={"top_scale": 2.0},
            seed=4,
        )
        for turn in range(2)
    ]
    assert reels[0].path is not None
    assert reels[1].path is not None
    assert reels[0].path.read_bytes() == reels[1].path.read_bytes()


def test_nothing_grows_and_a_short_film_is_held(tmp_path: Path) -> None:
    source = write_film(tmp_path / "pan.mp4", panned("chelsea", 5), sound=True)
    reel = draft(OUT, tmp_path / "out", {Role.SOURCE_VIDEO: source}, frame_count=9, sound=True)
    assert reel.facts is not None
    assert reel.path is not None
    assert (reel.facts.frame_count, reel.facts.has_sound) == (9, True)
    film = seen(reel.path)
    assert likeness(film[8], film[5]) > 40
    assert "no side was asked to grow" in reel.notes[0]


def test_without_a_film() -> None:
    with pytest.raises(Refused, match="Give a video"):
        draft(OUT, Path("."), {})
