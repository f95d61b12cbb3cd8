"""The camera: sizes frame what their names say, moves are visible, eased and smooth, depth slides against depth."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.animatic import easing
from understudy.animatic.camera import CLOSEST, Figure, View, frame_figures, move_views, seen
from understudy.animatic.screenplay import Angle, CameraMove, Move, ShotSize, Side
from understudy.core.units import Size

WIDE, TALL, SQUARE = Size(1280, 720), Size(720, 1280), Size(960, 960)


def someone(x: float = 640.0, top: float = 200.0, height: float = 480.0) -> Figure:
    head = height / 7
    return Figure((x - 80, top, x + 80, top + height), (x - head * 0.4, top, x + head * 0.4, top + head))


def share_of_head(size: ShotSize, film: Size = WIDE) -> float:
    figure = someone(film.width / 2, film.height * 0.3, film.height * 0.5)
    assert figure.head is not None
    _, top, _, bottom = frame_figures([figure], size, film).rectangle(1.0, film)
    return (figure.head[3] - figure.head[1]) / (bottom - top)


@pytest.mark.parametrize("film", [WIDE, TALL, SQUARE])
def test_every_size_is_closer_than_the_one_before(film: Size) -> None:
    shares = [share_of_head(size, film) for size in ShotSize]
    assert all(a < b for a, b in itertools.pairwise(shares)), shares


@pytest.mark.parametrize(
    ("size", "least", "most"),
    [  # part of the picture's height that a head takes, by the usual meaning of the terms
        (ShotSize.FULL, 0.10, 0.16),
        (ShotSize.MEDIUM, 0.19, 0.28),
        (ShotSize.MEDIUM_CLOSE, 0.30, 0.42),
        (ShotSize.CLOSE, 0.48, 0.66),
        (ShotSize.EXTREME_CLOSE, 0.85, 1.3),
    ],
)
def test_sizes_mean_what_they_say(size: ShotSize, least: float, most: float) -> None:
    assert least <= share_of_head(size) <= most


@pytest.mark.parametrize("film", [WIDE, TALL, SQUARE])
@pytest.mark.parametrize("size", [ShotSize.FULL, ShotSize.MEDIUM, ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE])
def test_framed_heads_are_whole(size: ShotSize, film: Size) -> None:
    pair = [someone(film.width * 0.35, film.height * 0.3), someone(film.width * 0.62, film.height * 0.36)]
    for figures in (pair, pair[:1]):
        left, top, right, bottom = frame_figures(figures, size, film).rectangle(1.0, film)
        for figure in figures:
            assert figure.head is not None
            assert left <= figure.head[0] < figure.head[2] <= right
            assert top <= figure.head[1] < figure.head[3] <= bottom


def test_things_and_empty_sets_are_framed_too() -> None:
    thing = Figure((600, 400, 700, 460))
    views = [frame_figures([thing], size, WIDE) for size in ShotSize]
    assert all(a.zoom < b.zoom or b.zoom == CLOSEST for a, b in itertools.pairwise(views))
    assert views[-1].x == pytest.approx(650)
    empty = [frame_figures([], size, WIDE).zoom for size in ShotSize]
    assert empty == sorted(empty)


def test_a_view_maps_its_middle_to_the_middle_of_the_picture() -> None:
    view = View(500, 300, 2.0, roll=10)
    assert view.matrix(1.0, WIDE) @ (500, 300, 1) == pytest.approx((640, 360))


def test_nearer_things_move_more() -> None:
    still, moved = View(640, 360, 1.5), View(700, 360, 1.5)
    shifts = [
        float((still.matrix(near, WIDE) @ (640, 360, 1) - moved.matrix(near, WIDE) @ (640, 360, 1))[0])
        for near in (0.3, 0.6, 1.0, 1.2)
    ]
    assert shifts == sorted(shifts)
    assert shifts[0] > 0


def test_an_orbit_turns_the_set_around_who_stands_still() -> None:
    views = move_views(View(640, 360, 2.0), (CameraMove(Move.ORBIT),), Angle.EYE, 90, WIDE, np.random.default_rng(0))
    front = [float((v.matrix(1.0, WIDE) @ (640, 360, 1))[0]) for v in views]
    behind = [float((v.matrix(0.6, WIDE) @ (640, 360, 1))[0]) for v in views]
    assert max(front) - min(front) < 1
    assert max(behind) - min(behind) > 60


def travel(move: Move, side: Side | None = None, angle: Angle = Angle.EYE) -> list[View]:
    rng = np.random.default_rng(3)
    track = [640 + 3.0 * n for n in range(90)]
    return list(move_views(View(640, 360, 1.5), (CameraMove(move, side),), angle, 90, WIDE, rng, track=track))


def spot(view: View) -> tuple[float, float]:
    x, y = view.matrix(0.7, WIDE) @ (640, 360, 1)
    return float(x), float(y)


@pytest.mark.parametrize(
    ("move", "side", "axis", "sign"),
    [  # where the set goes in the picture: against the camera's way
        (Move.PAN, Side.RIGHT, 0, -1),
        (Move.PAN, Side.LEFT, 0, 1),
        (Move.PAN, None, 0, -1),
        (Move.TRUCK, Side.RIGHT, 0, -1),
        (Move.TRUCK, Side.LEFT, 0, 1),
        (Move.TILT, Side.UP, 1, 1),
        (Move.TILT, Side.DOWN, 1, -1),
        (Move.CRANE, Side.UP, 1, 1),
        (Move.CRANE, Side.DOWN, 1, -1),
        (Move.TRACK, None, 0, -1),
    ],
)
def test_moves_go_where_they_are_told(move: Move, side: Side | None, axis: int, sign: int) -> None:
    views = travel(move, side)
    way = spot(views[-1])[axis] - spot(views[0])[axis]
    assert way * sign > 40


def test_push_in_grows_and_pull_out_shrinks() -> None:
    pushed, pulled = travel(Move.PUSH_IN), travel(Move.PULL_OUT)
    assert pushed[-1].zoom / pushed[0].zoom > 1.15
    assert pulled[0].zoom / pulled[-1].zoom > 1.15
    assert pushed[0].zoom == pytest.approx(pulled[-1].zoom)


def test_static_is_static_and_silence_is_a_breath() -> None:
    assert len(set(travel(Move.STATIC))) == 1
    rng = np.random.default_rng(0)
    quiet = move_views(View(640, 360, 1.5), (), Angle.EYE, 90, WIDE, rng)
    assert 1.005 < quiet[-1].zoom / quiet[0].zoom < 1.12


@pytest.mark.parametrize("move", list(Move))
def test_moves_are_smooth(move: Move) -> None:
    """No jump in place nor in speed: the change of speed per frame is a small part of the fastest speed."""
    views = travel(move)
    for track in (
        np.array([spot(v) for v in views]),
        np.array([(v.zoom * 300, v.roll * 10) for v in views]),
    ):
        speed = np.diff(track, axis=0)
        change = np.diff(speed, axis=0)
        if move is Move.TRACK:
            continue  # it follows whom it was given, step for step
        assert np.abs(change).max() <= 0.12 * np.abs(speed).max() + 0.05


@pytest.mark.parametrize("move", [Move.PAN, Move.TRUCK, Move.PUSH_IN, Move.TILT, Move.CRANE])
def test_moves_start_and_end_at_rest(move: Move) -> None:
    track = np.array([(*spot(v), v.zoom * 300) for v in travel(move)])
    speed = np.abs(np.diff(track, axis=0)).sum(axis=1)
    assert speed[0] < 0.15 * speed.max()
    assert speed[-1] < 0.15 * speed.max()


def test_a_hand_is_unsteady_but_never_trembles() -> None:
    views = travel(Move.HANDHELD)
    track = np.array([(v.pan_x, v.pan_y) for v in views])
    assert 4 < np.ptp(track, axis=0).max() < 60
    assert np.abs(np.diff(track, 2, axis=0)).max() < 0.6
    assert views == travel(Move.HANDHELD)


def test_angles_change_the_view() -> None:
    low, eye, top = (travel(Move.STATIC, angle=a)[0] for a in (Angle.LOW, Angle.EYE, Angle.TOP))
    assert spot(low)[1] > spot(eye)[1] > spot(top)[1]


@given(
    st.sampled_from(list(Move)), st.sampled_from(list(ShotSize)), st.sampled_from(list(Angle)), st.integers(1, 300),
    st.sampled_from([WIDE, TALL, SQUARE]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_what_is_seen_is_always_finite(move: Move, size: ShotSize, angle: Angle, count: int, film: Size) -> None:
    rest = frame_figures([someone(film.width / 2)], size, film)
    views = move_views(rest, (CameraMove(move),), angle, count, film, np.random.default_rng(1), track=[0.0] * count)
    assert len(views) == count
    left, top, right, bottom = seen(views, 0.6, film)
    assert -film.width < left < right < 2 * film.width
    assert -film.height < top < bottom < 2 * film.height


@given(st.floats(0, 1))
def test_easings_run_from_0_to_1_and_never_back(t: float) -> None:
    for ease in (easing.smooth, easing.cruise, easing.settle):
        assert ease(0.0) == pytest.approx(0.0)
        assert ease(1.0) == pytest.approx(1.0)
        assert -1e-9 <= ease(t) <= 1 + 1e-9
        assert ease(min(1.0, t + 0.01)) >= ease(t) - 1e-9


@given(st.integers(1, 400), st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_noise_is_bounded_and_has_no_jumps(count: int, seed: int) -> None:
    curve = easing.smooth_noise(count, np.random.default_rng(seed), period=30)
    assert len(curve) == count
    assert np.abs(curve).max() <= 1.5
    if count > 2:
        assert np.abs(np.diff(curve)).max() < 0.2
