"""Lips as wanted, whatever the picture shows: shut is shut, also for a smile with bared teeth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.animatic.faces.aiming import Wanted, aimed
from understudy.animatic.faces.lips import Anatomy
from unit.animatic.mask import drawn_face

SHUT, TOOTHY = (Anatomy(drawn_face(300, teeth=teeth)[1].mesh) for teeth in (0, 30))


def gap_of(anatomy: Anatomy, wanted: Wanted) -> float:
    """Distance of the lips in the middle, in half widths of the mouth, once the pose is taken."""
    pose = aimed(anatomy, wanted)
    lips = anatomy.lips(np.array([anatomy.middle], np.float32), pose)
    return float(lips.lower[0] - lips.upper[0]) / anatomy.half


@pytest.mark.parametrize("anatomy", [SHUT, TOOTHY])
def test_silence_shuts_any_mouth(anatomy: Anatomy) -> None:
    assert gap_of(anatomy, Wanted(0, 0)) < 0.05


@pytest.mark.parametrize("anatomy", [SHUT, TOOTHY])
def test_the_gap_grows_with_the_opening_without_a_step(anatomy: Anatomy) -> None:
    gaps = np.array([gap_of(anatomy, Wanted(opening, 0)) for opening in np.linspace(0, 1, 41)])
    assert (np.diff(gaps)[:36] > 0).all()
    assert (np.diff(gaps) >= 0).all()
    assert np.diff(gaps).max() < 0.04
    assert 0.4 < gaps[-1] < 0.8


@given(st.floats(0, 1), st.floats(-1, 1), st.floats(0.7, 1.4), st.sampled_from([0, 1]))
def test_poses_keep_to_their_ranges(opening: float, width: float, spread: float, which: int) -> None:
    pose = aimed((SHUT, TOOTHY)[which], Wanted(opening, width), spread)
    assert 0 <= pose.opening <= 1
    assert 0 <= pose.closed <= 1
    assert -1 <= pose.width <= 1
    assert not (pose.opening and pose.closed)


@pytest.mark.parametrize(("spread", "sign"), [(1.08, -1), (0.85, 1)])
def test_a_mouth_that_is_wide_or_round_already_is_brought_back(spread: float, sign: int) -> None:
    assert np.sign(aimed(SHUT, Wanted(0.3, 0), spread).width) == sign


def test_a_mouth_at_rest_is_left_alone() -> None:
    pose = aimed(SHUT, Wanted(0, 0))
    assert pose.opening == pose.width == pose.closed == 0
