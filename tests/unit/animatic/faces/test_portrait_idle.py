"""Who has nothing to do still blinks, breathes and sways, and never jitters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.animatic.faces.idle import idle
from understudy.animatic.utterance import Mouth


@given(st.integers(1, 900), st.integers(0, 2**32 - 1))
def test_movements_stay_small_and_smooth(count: int, seed: int) -> None:
    track = idle(count, np.random.default_rng(seed))
    assert len(track) == count
    for values, most in ((track.yaw, 2.2), (track.pitch, 1.2), (track.roll, 0.9)):
        assert values.shape == (count,)
        assert values.dtype == np.float32
        assert np.abs(values).max() <= most
        assert np.abs(np.diff(values)).max(initial=0) < 0.1 * most
        assert np.abs(np.diff(values, 2)).max(initial=0) < 0.012 * most
    assert np.all((track.breath >= 0) & (track.breath <= 1))
    assert np.abs(np.diff(track.breath)).max(initial=0) < 0.06
    assert np.all((track.blink >= 0) & (track.blink <= 1))


@pytest.mark.parametrize("seed", range(6))
def test_blinks_are_short_and_irregular(seed: int) -> None:
    blink = idle(3000, np.random.default_rng(seed)).blink
    edges = np.diff(np.concatenate([[0], (blink > 0.02).astype(int), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    assert 100 / 5.5 - 2 < len(starts) < 100 / 2 + 10
    whole = (ends - starts)[:-1]
    assert whole.min() >= 4
    assert whole.max() <= 7
    pauses = np.diff(starts) / 30
    assert pauses.max() <= 5.4
    assert np.std(pauses) > 0.4
    # every blink shuts the eye
    assert all(blink[start:end].max() == 1 for start, end in zip(starts[:-1], ends[:-1], strict=True))


def test_equal_lots_give_equal_people_and_others_others() -> None:
    first, again, other = (idle(120, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.yaw, again.yaw)
    assert not np.array_equal(first.yaw, other.yaw)


def test_a_pose_takes_the_mouth_of_the_line() -> None:
    track = idle(60, np.random.default_rng(3))
    mouth = Mouth(*(np.array(row, np.float32) for row in ([0.1, 0.8], [-0.5, 0.2], [0, 1])))
    pose = track.pose(30, mouth, 1)
    assert (pose.opening, pose.width, pose.closed) == pytest.approx((0.8, 0.2, 1.0))
    assert pose.yaw == pytest.approx(float(track.yaw[30]))
    for outside in (-1, 2):
        silent = track.pose(30, mouth, outside)
        assert (silent.opening, silent.width, silent.closed) == (0, 0, 0)
    assert track.pose(30).opening == 0
    assert track.pose(500).blink == track.blink[-1]
