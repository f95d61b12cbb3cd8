"""From phonemes to mouth: shapes, blending, closures; no synthesiser needed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.animatic.phonemes import Phone, is_lip_closure, mouth_of, still_mouth, visemes

SPOKEN = "n i X 'Au _: _| _ ts. 'i. tS; 'iE p A m kh 'uai l @11 ong @r aI u: T b (en) (cmn) ph 'y& iou f w j"
NAMES = [*SPOKEN.split(" "), ""]


@pytest.mark.parametrize(
    ("name", "closes"),
    [("p", True), ("ph", True), ("b", True), ("m", True), ("f", False), ("n", False), ("A", False), ("_:", False)],
)
def test_lips_meet_for_p_b_m_only(name: str, closes: bool) -> None:
    assert is_lip_closure(name) is closes


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [("'A", "@"), ("@", "s"), ("a", "i"), ("'Au", "u:"), ("aI", "I"), ("O:", "u:"), ("V", "f"), ("E", "t")],
)
def test_open_vowels_open_wider(wider: str, narrower: str) -> None:
    assert max(v.opening for v in visemes(wider)) > max(v.opening for v in visemes(narrower))


@pytest.mark.parametrize("name", ["u", "u:", "w", "y", "'o", "'uA", "oU", "S", "ts."])
def test_rounded_sounds_are_rounded(name: str) -> None:
    assert min(v.width for v in visemes(name)) < -0.3


@pytest.mark.parametrize("name", ["i", "i:", "'i", "j", "tS;", "ei", "eI"])
def test_spread_sounds_are_spread(name: str) -> None:
    assert max(v.width for v in visemes(name)) > 0.3


def test_stress_and_tone_marks_change_nothing() -> None:
    assert visemes("'A214") == visemes("A")
    assert visemes(",i:55") == visemes("i:")


phones = st.lists(st.tuples(st.sampled_from(NAMES), st.floats(0.0, 0.3)), max_size=25)


@given(phones, st.floats(0.0, 0.4), st.floats(0.5, 1.4))
def test_any_phones_give_a_mouth_in_range(drawn: list[tuple[str, float]], tail: float, liveliness: float) -> None:
    at, spoken = 0.0, []
    for name, seconds in drawn:
        spoken.append(Phone(name, at, at + seconds))
        at += seconds
    mouth = mouth_of(spoken, at + tail, liveliness)
    assert len(mouth.opening) == len(mouth.width) == len(mouth.closed) == max(1, int(np.ceil((at + tail) * 30 - 1e-6)))
    assert mouth.opening.dtype == mouth.width.dtype == mouth.closed.dtype == np.float32
    assert np.all((mouth.opening >= 0) & (mouth.opening <= 1))
    assert np.all(np.abs(mouth.width) <= 1)
    assert set(np.unique(mouth.closed)) <= {0.0, 1.0}
    assert not np.any(mouth.opening[mouth.closed > 0])
    assert mouth.opening[-1] == 0


def test_even_the_shortest_closure_is_seen() -> None:
    mouth = mouth_of([Phone("A", 0, 0.201), Phone("b", 0.201, 0.209), Phone("A", 0.209, 0.5)], 0.5)
    assert mouth.closed.sum() == 1
    assert mouth.opening[6] == 0
    assert mouth.opening[4] > 0.4
    assert mouth.opening[9] > 0.4


def test_movements_run_into_each_other() -> None:
    mouth = mouth_of([Phone("A", 0, 0.3), Phone("i", 0.3, 0.6), Phone("u", 0.6, 0.9)], 0.9)
    assert np.abs(np.diff(mouth.width)).max() < 0.75
    assert np.abs(np.diff(mouth.opening[:-1])).max() < 0.5
    assert mouth.width[13] > 0.5
    assert mouth.width[22] < -0.6


def test_a_pause_shuts_the_mouth() -> None:
    mouth = mouth_of([Phone("A", 0, 0.3), Phone("_:", 0.3, 0.9), Phone("A", 0.9, 1.2)], 1.2)
    assert mouth.opening[13:24].max() < 0.05
    assert mouth.opening[4] > 0.8


def test_a_still_mouth_stays_shut() -> None:
    mouth = still_mouth(1.0)
    assert len(mouth) == 30
    assert not mouth.opening.any()
    assert not mouth.width.any()
    assert not mouth.closed.any()
