"""A masked part replaced, dyed or taken away: it follows what is marked, and all else stays."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from filmed import HEIGHT, WIDTH, draft, likeness, panned, rolling, seen, write_film, write_mask, write_picture
from subjects import before
from understudy.animatic.footage.masks import Expand, grown
from understudy.core.faults import Refused
from understudy.core.request import Capability, LocalMedia, Role
from understudy.core.units import Size

INPAINT = Capability.VIDEO_INPAINT
COUNT = 28
Film: TypeAlias = tuple[LocalMedia, list[NDArray[np.uint8]], list[NDArray[np.bool_]]]


@pytest.fixture(scope="module")
def film(
    tmp_path_factory: pytest.TempPathFactory,
) -> Film:
    """A still camera, a disc that rolls through the picture; what is behind it, and where it is."""
    clean = panned("coffee", COUNT, 0.0, left=100)
    shown, masks = rolling(clean)
    return write_film(tmp_path_factory.mktemp("film") / "disc.mp4", shown), clean, masks


def outside(masks: list[NDArray[np.bool_]], number: int, reach: int = 13) -> NDArray[np.bool_]:
    """Well away from the disc: growth and the blocks of the encoder stay inside."""
    return cv2.dilate(masks[number].astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) == 0


def test_taken_away_everywhere(film: Film, tmp_path: Path) -> None:
    source, clean, masks = film
    mask = write_mask(tmp_path / "mask.png", masks[0])
    reel = draft(INPAINT, tmp_path, {Role.SOURCE_VIDEO: source, Role.MASK: mask}, frame_count=COUNT, prompt="去掉圆盘")
    assert reel.facts is not None
    assert reel.path is not None
    assert (reel.facts.size, reel.facts.frame_count) == (Size(WIDTH, HEIGHT), COUNT)
    made, given = seen(reel.path), seen(source.path)
    for number in (0, 13, COUNT - 1):
        assert likeness(made[number], clean[number], masks[number]) > 26, number  # what was behind it
        assert likeness(given[number], clean[number], masks[number]) < 14
        assert likeness(made[number], given[number], outside(masks, number)) > 38, number
    assert "seen at other moments" in reel.notes[0]


def test_followed_both_ways_from_a_later_frame(film: Film, tmp_path: Path) -> None:
    source, clean, masks = film
    mask = write_mask(tmp_path / "mask.png", masks[20])
    options = {"mask_frame_id": 21}
    reel = draft(INPAINT, tmp_path, {Role.SOURCE_VIDEO: source, Role.MASK: mask}, frame_count=COUNT, options=options)
    assert reel.path is not None
    made = seen(reel.path)
    for number in (0, 20, COUNT - 1):
        assert likeness(made[number], clean[number], masks[number]) > 26, number


def test_a_mask_film_says_where(film: Film, tmp_path: Path) -> None:
    source, clean, masks = film
    pictures = [np.repeat((mask * 255).astype(np.uint8)[..., None], 3, axis=2) for mask in masks]
    mask = write_film(tmp_path / "mask.mp4", pictures)
    reel = draft(INPAINT, tmp_path, {Role.SOURCE_VIDEO: source, Role.MASK: mask}, frame_count=COUNT)
    assert reel.path is not None
    made = seen(reel.path)
    assert min(likeness(made[n], clean[n], masks[n]) for n in (0, 20, COUNT - 1)) > 26


def test_a_fixed_mask_stays(film: Film, tmp_path: Path) -> None:
    source, _, masks = film
    mask = write_mask(tmp_path / "mask.png", masks[0])
    options = {"mask_type": "fixed", "expand_mode": "original", "expand_ratio": 0.0}
    reel = draft(INPAINT, tmp_path, {Role.SOURCE_VIDEO: source, Role.MASK: mask}, frame_count=COUNT, options=options)
    assert reel.path is not None
    made, given = seen(reel.path), seen(source.path)
    assert likeness(made[0], given[0], masks[0]) < 15
    assert likeness(made[-1], given[-1], masks[-1]) > 28  # the disc has rolled out of the mask


@pytest.mark.parametrize(("prompt", "strongest"), [("把圆盘变成蓝色", 2), ("make the disc green", 1)])
def test_dyed(film: Film, tmp_path: Path, prompt: str, strongest: int) -> None:
    source, _, masks = film
    mask = write_mask(tmp_path / "mask.png", masks[0])
    reel = draft(INPAINT, tmp_path, {Role.SOURCE_VIDEO: source, Role.MASK: mask}, frame_count=COUNT, prompt=prompt)
    assert reel.path is not None
    made, given = seen(reel.path), seen(source.path)
    for number in (0, COUNT - 1):
        inner = cv2.erode(masks[number].astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        colour = made[number][inner].mean(axis=0)
        assert int(np.argmax(colour)) == strongest
        greys = [cv2.cvtColor(view, cv2.COLOR_RGB2GRAY)[inner].astype(float) for view in (made[number], given[number])]
        assert np.corrcoef(greys[0], greys[1])[0, 1] > 0.8  # its pattern is still there
        assert likeness(made[number], given[number], outside(masks, number)) > 38


def test_the_reference_takes_its_place(film: Film, tmp_path: Path) -> None:
    source, clean, masks = film
    mask = write_mask(tmp_path / "mask.png", masks[0])
    thing = write_picture(tmp_path / "thing.png", before("bottle", (40, 60, 200)))
    reel = draft(
        INPAINT,
        tmp_path,
        {Role.SOURCE_VIDEO: source, Role.MASK: mask},
        frame_count=COUNT,
        subject=thing,
        options={"expand_mode": "bbox"},
    )
    assert reel.path is not None
    made, given = seen(reel.path), seen(source.path)
    for number in (0, COUNT - 1):
        changed = np.abs(made[number].astype(int) - clean[number].astype(int)).sum(axis=2) > 60
        columns = np.nonzero(changed)[1]
        middle = np.nonzero(masks[number])[1].mean()
        assert abs(columns.mean() - middle) < 6, number  # it moves along
        assert changed.sum() > 150
        assert likeness(made[number], given[number], outside(masks, number, 18)) > 36
    assert "cut out" in reel.notes[0]


def test_a_place_as_reference_fills_the_region(tmp_path: Path) -> None:
    """Most of the picture is masked: the reference is somewhere, not something."""
    views = panned("coffee", 8, 0.0, left=100)
    source = write_film(tmp_path / "film.mp4", views)
    keep = np.zeros((HEIGHT, WIDTH), bool)
    keep[50:110, 90:170] = True
    mask = write_mask(tmp_path / "mask.png", ~keep)
    place = write_picture(tmp_path / "place.png", panned("rocket", 1, 0.0)[0])
    options = {"expand_mode": "original", "expand_ratio": 0.0, "mask_type": "fixed"}
    reel = draft(
        INPAINT,
        tmp_path,
        {Role.SOURCE_VIDEO: source, Role.MASK: mask},
        frame_count=8,
        subject=place,
        options=options,
    )
    assert reel.path is not None
    made = seen(reel.path)[4]
    inner = cv2.erode(keep.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert likeness(made, seen(source.path)[4], inner) > 36
    corner = made[:40, :60].astype(float)
    assert corner[..., 2].mean() > corner[..., 0].mean() + 15  # evening sky instead of a table


@pytest.mark.parametrize(
    ("size", "frame_id", "words"),
    [
        (
            (WIDTH // 2, HEIGHT // 2),
            1,
            rf"The size of the mask \({WIDTH // 2}\*{HEIGHT // 2}\) must be .*{WIDTH}\*{HEIGHT}",
        ),
        ((WIDTH, HEIGHT), 400, "mask_frame_id is 400"),
        ((WIDTH, HEIGHT), 1, "no white area"),
    ],
)
def test_refused(film: Film, tmp_path: Path, size: tuple[int, int], frame_id: int, words: str) -> None:
    source, _, _ = film
    white = frame_id != 1 or size[0] != WIDTH
    mask = write_mask(tmp_path / "mask.png", np.full((size[1], size[0]), white))
    with pytest.raises(Refused, match=words):
        draft(
            INPAINT,
            tmp_path,
            {Role.SOURCE_VIDEO: source, Role.MASK: mask},
            frame_count=COUNT,
            options={"mask_frame_id": frame_id},
        )


def test_without_a_mask(film: Film, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no mask"):
        draft(INPAINT, tmp_path, {Role.SOURCE_VIDEO: film[0]})


@pytest.mark.parametrize(
    ("mode", "ratio", "wider", "higher", "is_filled"),
    [
        (Expand.ORIGINAL, 0.0, 0, 0, False),
        (Expand.HULL, 0.0, 0, 0, True),
        (Expand.BOX, 0.0, 0, 0, True),
        (Expand.BOX, 0.1, 4, 4, True),
        (Expand.ORIGINAL, 0.1, 4, 4, False),
    ],
)
def test_growth(mode: Expand, ratio: float, wider: int, higher: int, is_filled: bool) -> None:
    """A ring 41 wide: a hull and a box close it, growth is a share of its larger side on every side."""
    mask = np.zeros((100, 120), np.uint8)
    cv2.circle(mask, (60, 50), 20, 1, 3)
    mask = cv2.erode(mask, np.ones((1, 1), np.uint8)).astype(bool)
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    made = grown(mask, mode, ratio)
    assert np.ptp(np.flatnonzero(made.any(axis=0))) == np.ptp(columns) + 2 * wider
    assert np.ptp(np.flatnonzero(made.any(axis=1))) == np.ptp(rows) + 2 * higher
    assert bool(made[50, 60]) is is_filled
    assert made[mask].all()


def test_the_same_brief_gives_the_same_bytes(film: Film, tmp_path: Path) -> None:
    source, _, masks = film
    mask = write_mask(tmp_path / "mask.png", masks[0])
    paths = [
        draft(INPAINT, tmp_path / str(turn), {Role.SOURCE_VIDEO: source, Role.MASK: mask}, frame_count=6).path
        for turn in range(2)
    ]
    assert paths[0] is not None
    assert paths[1] is not None
    assert paths[0].read_bytes() == paths[1].read_bytes()
