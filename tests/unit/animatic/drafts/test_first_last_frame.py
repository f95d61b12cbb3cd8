"""A film from a first to a last picture: both are there as given, and between them nothing merely fades."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sight import photo
from understudy.animatic.drafts._between import between
from understudy.core.faults import Refused
from understudy.core.request import Capability, Role
from understudy.core.units import Size
from understudy.media.image import cover
from unit.animatic.drafts.still import SMALL, brief_of, crop, filmed, likeness, media_of, pictures_of, still

MAKES = Capability.FIRST_LAST_FRAME


def test_size_rate_count_and_silence_are_exact(tmp_path: Path) -> None:
    media = {
        Role.FIRST_FRAME: still(tmp_path, crop("coffee", 0.5, 0.5, 1.2)[0], "a.png"),
        Role.LAST_FRAME: still(tmp_path, crop("coffee", 0.55, 0.5, 1.8)[0], "b.png"),
    }
    reel = filmed(brief_of(MAKES, media, frames_per_second=Fraction(30), frame_count=41), tmp_path / "out")
    assert reel.facts is not None
    assert reel.facts.size == SMALL
    assert reel.facts.frame_count == 41
    assert float(reel.facts.frames_per_second or 0) == 30
    assert not reel.facts.has_sound
    assert "by what both show" in reel.notes[0]


def test_both_ends_are_the_pictures_to_the_bit() -> None:
    first, last = photo("coffee")[:192, :256].copy(), photo("rocket")[100:292, 100:356].copy()
    for prompt in ("", "镜头推进穿过", "甩镜头"):
        seen = list(between(first, last, 9, prompt, None, Fraction(30)).pictures)
        assert len(seen) == 9
        assert np.array_equal(seen[0], first)
        assert np.array_equal(seen[-1], last)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_shortest_films_end_with_the_last_picture(count: int) -> None:
    first, last = photo("coffee")[:192, :256].copy(), photo("rocket")[100:292, 100:356].copy()
    seen = list(between(first, last, count, "", None, Fraction(30)).pictures)
    assert len(seen) == count
    assert np.array_equal(seen[-1], last)


@pytest.mark.parametrize(
    ("prompt", "told"), [("", "far to near"), ("镜头快速推进", "rush"), ("a whip pan to the cup", "whip")]
)
def test_unlike_pictures_get_a_designed_transition_that_is_told(prompt: str, told: str) -> None:
    first, last = crop("rocket", 0.5, 0.5, 1.0)[0], crop("coffee", 0.5, 0.5, 1.0)[0]
    passage = between(first, last, 13, prompt, None, Fraction(15))
    assert told in passage.notes[0]
    middle = list(passage.pictures)[6]
    dissolve = (first.astype(float) + last) / 2
    assert np.abs(middle - dissolve).mean() > 8


def test_two_faces_meet(tmp_path: Path) -> None:
    size = Size(288, 288)
    media = {
        Role.FIRST_FRAME: still(tmp_path, photo("astronaut"), "a.png"),
        Role.LAST_FRAME: media_of(_hopper()),
    }
    reel = filmed(brief_of(MAKES, media, size=size), tmp_path / "out")
    assert "one face is led over into the other" in reel.notes[0]
    seen = pictures_of(reel)
    assert likeness(seen[0], cover(photo("astronaut"), size)) > 28
    # before the change the camera has gone in on the face: the flag at the left edge is out of sight
    red = (seen[6][..., 0].astype(int) - seen[6][..., 2] > 60).mean(axis=0)
    assert red[:10].mean() < 0.5


def _hopper() -> Path:
    import matplotlib

    return Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"


def test_a_camera_word_bends_the_way() -> None:
    first, last = crop("coffee", 0.45, 0.5, 1.5)[0], crop("coffee", 0.55, 0.5, 1.5)[0]
    straight = list(between(first, last, 9, "", None, Fraction(15)).pictures)[4]
    bent = list(between(first, last, 9, "镜头从平视逐渐上升", None, Fraction(15)).pictures)[4]
    assert np.abs(straight.astype(int) - bent).mean() > 3


def test_equal_briefs_give_equal_bytes(tmp_path: Path) -> None:
    media = {
        Role.FIRST_FRAME: still(tmp_path, crop("chelsea", 0.4, 0.5, 1.3)[0], "a.png"),
        Role.LAST_FRAME: still(tmp_path, crop("chelsea", 0.6, 0.5, 1.3)[0], "b.png"),
    }
    films = [filmed(brief_of(MAKES, media), tmp_path / name).path for name in ("one", "two")]
    assert films[0] is not None
    assert films[1] is not None
    assert films[0].read_bytes() == films[1].read_bytes()


def test_sound_is_there_where_asked(tmp_path: Path) -> None:
    media = {
        Role.FIRST_FRAME: still(tmp_path, crop("chelsea", 0.4, 0.5, 1.3)[0], "a.png"),
        Role.LAST_FRAME: still(tmp_path, crop("chelsea", 0.6, 0.5, 1.3)[0], "b.png"),
    }
    reel = filmed(brief_of(MAKES, media, sound=True, prompt="海边，海浪拍岸"), tmp_path / "out")
    assert reel.facts is not None
    assert reel.facts.has_sound


def test_an_effect_instead_of_a_last_picture_brings_the_first_to_life(tmp_path: Path) -> None:
    media = {Role.FIRST_FRAME: still(tmp_path, crop("coffee", 0.5, 0.5, 1.2)[0])}
    reel = filmed(brief_of(MAKES, media, options={"template": "hanfu-1"}), tmp_path / "out")
    assert any("hanfu-1" in note for note in reel.notes)
    assert reel.facts is not None
    assert reel.facts.frame_count == 15


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    only = still(tmp_path, crop("coffee", 0.5, 0.5, 1.2)[0])
    with pytest.raises(Refused, match="last_frame_url"):
        filmed(brief_of(MAKES, {Role.FIRST_FRAME: only}), tmp_path / "one")
    with pytest.raises(Refused, match="first_frame_url"):
        filmed(brief_of(MAKES, {Role.LAST_FRAME: only}), tmp_path / "two")
