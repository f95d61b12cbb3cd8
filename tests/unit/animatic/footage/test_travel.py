"""The camera's way: found where it is known, cut where the film is, nothing where nothing can be seen."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmed import HEIGHT, WIDTH, panned, rolling, scene
from understudy.animatic.footage.masks import tracked
from understudy.animatic.footage.travel import Pose, scaled, small_grey, travel

MIDDLE = (WIDTH / 2, HEIGHT / 2)
poses = st.builds(
    Pose, st.floats(-50, 50), st.floats(-50, 50), st.floats(0.3, 3), st.floats(-math.pi + 0.01, math.pi - 0.01)
)


@given(poses)
def test_a_pose_is_its_matrix(pose: Pose) -> None:
    again = Pose.of(pose.matrix(MIDDLE), MIDDLE)
    assert again.x == pytest.approx(pose.x, abs=1e-6)
    assert again.y == pytest.approx(pose.y, abs=1e-6)
    assert again.zoom == pytest.approx(pose.zoom)
    assert again.turn == pytest.approx(pose.turn, abs=1e-6)


@given(poses, st.floats(0.5, 4))
def test_scaling_there_and_back(pose: Pose, factor: float) -> None:
    matrix = pose.matrix(MIDDLE)
    assert np.allclose(scaled(scaled(matrix, factor), 1 / factor), matrix, atol=1e-6)


def moved(step_x: float, zoom: float, turn: float, count: int = 12) -> list[np.ndarray]:
    whole = scene("coffee", 640)
    views = []
    for number in range(count):
        pose = Pose(step_x * number, 0, zoom**number, turn * number).matrix((320, 200))
        pose = np.array([[1, 0, -190], [0, 1, -120], [0, 0, 1.0]]) @ pose
        views.append(np.asarray(cv2.warpAffine(whole, pose[:2], (WIDTH, HEIGHT)), np.uint8))
    return views


@pytest.mark.parametrize(
    ("step_x", "zoom", "turn"), [(0, 1, 0), (-3, 1, 0), (1.5, 1.01, 0), (0, 0.99, 0), (0, 1, 0.01), (-2, 1.005, -0.008)]
)
def test_a_known_way_is_found(step_x: float, zoom: float, turn: float) -> None:
    views = moved(step_x, zoom, turn)
    stretches = travel([small_grey(view) for view in views])
    assert [(stretch.first, stretch.count) for stretch in stretches] == [(0, len(views))]
    found = Pose.of(np.linalg.inv(stretches[0].to_first[-1]), (130, 80))
    last = len(views) - 1
    assert found.x == pytest.approx(step_x * last, abs=0.5)
    assert found.zoom == pytest.approx(zoom**last, abs=0.004)
    assert found.turn == pytest.approx(turn * last, abs=0.004)


def test_what_moves_in_front_does_not_turn_the_camera() -> None:
    views, _ = rolling(panned("coffee", 20, 0.0, left=100), step=4)
    way = travel([small_grey(view) for view in views])[0].to_first
    assert all(np.abs(matrix - np.eye(3)).max() < 0.15 for matrix in way)


def test_a_cut_begins_a_stretch() -> None:
    views = panned("coffee", 6) + panned("rocket", 5)
    assert [(s.first, s.count) for s in travel([small_grey(view) for view in views])] == [(0, 6), (6, 5)]


def test_nothing_to_see_is_a_still_camera() -> None:
    flat = np.full((90, 160), 128, np.uint8)
    assert all(np.array_equal(matrix, np.eye(3)) for matrix in travel([flat] * 5)[0].to_first)


@pytest.mark.parametrize("anchor", [0, 11, 23])
def test_a_marked_thing_is_followed_before_a_moving_camera(anchor: int) -> None:
    views, masks = rolling(panned("coffee", 24, 1.0, left=60), step=3)
    ways, lost = tracked(masks[anchor], [small_grey(view) for view in views], anchor)
    assert not lost
    for number in (0, 12, 23):
        assert ways[number][0, 2] == pytest.approx(3 * (number - anchor), abs=2.5)


def test_a_thing_that_is_gone_stays_where_it_was_last() -> None:
    shown, masks = rolling(panned("coffee", 16, 0.0, left=100), step=2)
    views = shown[:8] + panned("rocket", 8, 0.0)
    ways, lost = tracked(masks[0], [small_grey(view) for view in views], 0)
    assert lost
    assert ways[-1][0, 2] == pytest.approx(14, abs=4)
