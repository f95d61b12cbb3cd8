"""Lips as fields: they leave the picture without a leap, and the skin beside them does not tear."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.animatic.faces.lips import Anatomy, FacePose, Floats
from unit.animatic.mask import drawn_face

SHUT, TOOTHY = (Anatomy(drawn_face(300, teeth=teeth)[1].mesh) for teeth in (0, 30))
anatomies = st.sampled_from([SHUT, TOOTHY])
poses = st.builds(FacePose, opening=st.floats(0, 1), width=st.floats(-1, 1), closed=st.floats(0, 1))


def rows_shown(anatomy: Anatomy, pose: FacePose, columns: Floats) -> tuple[Floats, Floats]:
    """Rows from nose to below the chin, and the row of the source that each shows."""
    x, y = np.meshgrid(columns, np.arange(anatomy.nose, anatomy.chin + 60, 0.5, dtype=np.float32))
    return y, anatomy.mouth_y(x, y, anatomy.lips(x, pose), pose)


@settings(max_examples=60, deadline=None)
@given(anatomies, poses)
def test_the_skin_beside_the_corners_does_not_tear(anatomy: Anatomy, pose: FacePose) -> None:
    beside = np.linspace(1.02, 2.5, 20, dtype=np.float32) * anatomy.half
    for columns in (anatomy.middle + beside, anatomy.middle - beside):
        steps = np.diff(rows_shown(anatomy, pose, columns)[1], axis=0)
        assert steps.max() < 1.5  # of half rows: it stretches threefold at most, and never doubles back
        assert steps.min() > -0.5


@settings(max_examples=60, deadline=None)
@given(anatomies, poses)
def test_a_little_of_a_pose_moves_little(anatomy: Anatomy, pose: FacePose) -> None:
    little = FacePose(0.01 * pose.opening, 0.01 * pose.width, 0.01 * pose.closed)
    y, shown = rows_shown(anatomy, little, np.linspace(-2, 2, 41, dtype=np.float32) * anatomy.half)
    lips = anatomy.lips(np.array([anatomy.middle], np.float32), little)
    room = float((lips.lower0 - lips.upper0)[0]) * float(anatomy.moved_share(lips)[0])
    assert np.abs(shown - y).max() < 1.0 + room


@settings(max_examples=60, deadline=None)
@given(anatomies, st.floats(0.2, 1), st.floats(-1, 1))
def test_shut_lips_show_nothing_of_what_was_between_them(anatomy: Anatomy, much: float, width: float) -> None:
    pose = FacePose(closed=1.0, width=width * much)
    columns = np.linspace(-0.7, 0.7, 21, dtype=np.float32) * anatomy.half
    upper, lower = anatomy.upper0.at(columns), anatomy.lower0.at(columns)
    _, shown = rows_shown(anatomy, pose, columns)
    within = (shown > upper + 1.5) & (shown < lower - 1.5)
    assert not within.any()
