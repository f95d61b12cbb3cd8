"""Lips as wanted, whatever the picture shows: shut is shut, also for a smile with bared teeth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.animatic.faces.aiming import Spoken, Wanted, aimed, speaking, spoken_at, spread_of
from understudy.animatic.faces.lips import LOWER_INNER, UPPER_INNER, Anatomy, FacePose
from understudy.animatic.utterance import Mouth
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


def smiling(bow: float) -> Anatomy:
    """The toothy face with its mouth's middle `bow` half widths lower than its corners."""
    mesh = drawn_face(300, teeth=30)[1].mesh.copy()
    for lip in (UPPER_INNER, LOWER_INNER):
        mesh[list(lip), 1] += bow * 58 * (1 - np.linspace(-1, 1, 11) ** 2)
    return Anatomy(mesh)


def test_who_smiles_speaks_with_a_narrower_mouth_and_who_does_not_keeps_his() -> None:
    assert spread_of(SHUT) == 1.0
    assert speaking(SHUT, Spoken(Wanted(0.5, 0), 0, 1)).width == 0
    assert 1.05 < spread_of(smiling(0.3)) <= 1.2
    assert speaking(smiling(0.3), Spoken(Wanted(0.5, 0), 0, 1)).width < -0.2


@given(st.floats(0, 1), st.floats(-1, 1), st.sampled_from([0.0, 1.0]), st.floats(0, 1))
def test_speech_comes_out_of_the_pictured_mouth_and_goes_back(
    opening: float, width: float, pressed: float, share: float
) -> None:
    whole, part = (speaking(TOOTHY, Spoken(Wanted(opening, width), pressed, s)) for s in (1.0, share))
    assert speaking(TOOTHY, Spoken(Wanted(opening, width), pressed, 0.0)) == FacePose()
    assert part.opening <= whole.opening
    assert part.closed <= whole.closed
    if pressed:
        assert whole.closed == 1
        assert whole.opening == 0


def test_rounded_lips_hide_bared_teeth_that_half_open_ones_show() -> None:
    assert gap_of(TOOTHY, Wanted(0.25, -1)) < 0.75 * gap_of(TOOTHY, Wanted(0.25, 0))


def test_a_line_is_on_the_lips_from_two_frames_before_it_and_gone_soon_after() -> None:
    mouth = Mouth(*(np.full(10, value, np.float32) for value in (0.6, 0.2, 0.0)))
    shares = {place: spoken.share for place in range(-8, 30) if (spoken := spoken_at(mouth, place)) is not None}
    assert min(shares) == -2
    assert all(shares[place] == 1 for place in range(10))
    assert max(shares) < 10 + 7
    falling = [shares[place] for place in sorted(shares) if place >= 9]
    assert falling == sorted(falling, reverse=True)
    assert spoken_at(Mouth(*(np.zeros(0, np.float32) for _ in range(3))), 0) is None
