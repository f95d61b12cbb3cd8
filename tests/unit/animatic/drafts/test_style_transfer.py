"""Style transfer: exact size, rate, length and sound; the look asked for; what cannot be, said in words."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from looks import apart, brief, film, pictures_of, sound_of, view
from sight import models_folder
from understudy.animatic.drafts import make_draft
from understudy.animatic.drafts.style_transfer import STYLES
from understudy.core.faults import MediaRefused, Refused
from understudy.core.request import Capability
from understudy.core.units import Size

MAKES = Capability.STYLE_TRANSFER
SIZE = Size(320, 180)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second at 30 fps with sound: a pan over a portrait."""
    pictures = [view("astronaut", SIZE, 0.3 + 0.01 * n) for n in range(30)]
    return film(tmp_path_factory.mktemp("style") / "source.mp4", pictures, 30, sound=True)


@pytest.mark.parametrize(
    ("size", "rate", "count"), [(Size(320, 180), 15, 15), (Size(192, 108), 25, 12), (Size(180, 320), 20, 7)]
)
def test_size_rate_and_length_are_exact(source: Path, tmp_path: Path, size: Size, rate: int, count: int) -> None:
    reel = make_draft(brief(MAKES, source, size, rate, count, options={"style": 2}), tmp_path, lambda *_: None)
    assert reel.facts is not None
    assert (reel.facts.size, reel.facts.frame_count, reel.facts.frames_per_second) == (size, count, Decimal(rate))
    assert not reel.facts.has_sound
    assert len(pictures_of(reel.path, rate)) == count


@pytest.mark.parametrize("style", range(8))
def test_each_style_is_told_by_name_and_seen(source: Path, tmp_path: Path, style: int) -> None:
    reel = make_draft(brief(MAKES, source, SIZE, 15, 3, options={"style": style}), tmp_path, lambda *_: None)
    shown, own = pictures_of(reel.path, 15), pictures_of(source, 15, 3)
    assert apart(shown[1], own[1]) > 8
    assert reel.notes[0].startswith("This is a draft: the look ")
    assert len(STYLES) == 8


def test_sound_is_the_sources_own_at_its_level_and_place(source: Path, tmp_path: Path) -> None:
    reel = make_draft(brief(MAKES, source, SIZE, 15, 15, sound=True), tmp_path, lambda *_: None)
    assert reel.path is not None
    given, kept = sound_of(source), sound_of(reel.path)
    count = min(len(given), len(kept), 44_000)
    given, kept = given[4000:count], kept[4000:count]
    assert np.sqrt(np.mean(kept**2)) == pytest.approx(np.sqrt(np.mean(given**2)), rel=0.05)
    spectrum = np.fft.irfft(np.fft.rfft(given) * np.conj(np.fft.rfft(kept)))
    shift = int(np.argmax(spectrum))
    assert min(shift, len(given) - shift) <= 48  # a millisecond


def test_sound_asked_for_where_there_is_none_is_silence_and_said(tmp_path: Path) -> None:
    mute = film(tmp_path / "mute.mp4", [view("coffee", SIZE)] * 6, 30)
    reel = make_draft(brief(MAKES, mute, SIZE, 15, 3, sound=True), tmp_path, lambda *_: None)
    assert reel.path is not None
    assert reel.facts is not None
    assert reel.facts.has_sound
    assert np.abs(sound_of(reel.path)).max() < 1e-3
    assert any("silent" in note for note in reel.notes)


def test_a_short_source_holds_its_last_picture(tmp_path: Path) -> None:
    short = film(tmp_path / "short.mp4", [view("coffee", SIZE, 0.1 * n) for n in range(5)], 15)
    reel = make_draft(brief(MAKES, short, SIZE, 15, 9, options={"style": 6}), tmp_path, lambda *_: None)
    shown = pictures_of(reel.path, 15)
    assert len(shown) == 9
    assert apart(shown[4], shown[8]) < 1.5
    assert apart(shown[0], shown[4]) > 4


def test_same_brief_same_bytes(source: Path, tmp_path: Path) -> None:
    films = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        order = brief(MAKES, source, SIZE, 15, 6, options={"style": 7}, sound=True, seed=5)
        reel = make_draft(order, tmp_path / name, lambda *_: None)
        assert reel.path is not None
        films.append(reel.path.read_bytes())
    assert films[0] == films[1]


def test_cartoon_eyes_need_the_models_and_say_so(source: Path, tmp_path: Path) -> None:
    without = make_draft(brief(MAKES, source, SIZE, 15, 2, options={"style": 3}), tmp_path, lambda *_: None)
    assert any("understudy models install" in note for note in without.notes)
    seeing = brief(MAKES, source, SIZE, 15, 2, options={"style": 3}, models=models_folder())
    assert any("drawn larger" in note for note in make_draft(seeing, tmp_path, lambda *_: None).notes)


@pytest.mark.parametrize(
    ("options", "word", "said"),
    [
        ({"style": 0}, "animate_emotion", True),
        ({"style": 0, "animate_emotion": False}, "animate_emotion", False),
        ({"style": 0, "use_SR": True}, "use_SR", True),
        ({"style": 0}, "use_SR", False),
    ],
)
def test_options_without_effect_are_noted(
    source: Path, tmp_path: Path, options: dict[str, object], word: str, said: bool
) -> None:
    reel = make_draft(brief(MAKES, source, SIZE, 15, 2, options=options), tmp_path, lambda *_: None)
    assert any(word in note for note in reel.notes) is said


def test_progress_rises_to_one(source: Path, tmp_path: Path) -> None:
    told: list[float] = []
    make_draft(brief(MAKES, source, SIZE, 15, 14), tmp_path, lambda share, _: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) >= 4


def test_what_cannot_be_is_refused_in_words(source: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="from 0 to 7"):
        make_draft(brief(MAKES, source, SIZE, 15, 2, options={"style": 8}), tmp_path, lambda *_: None)
    with pytest.raises(Refused, match="give the video"):
        make_draft(brief(MAKES, None, SIZE, 15, 2), tmp_path, lambda *_: None)


def test_a_film_that_is_none_is_refused(source: Path, tmp_path: Path) -> None:
    order = brief(MAKES, source, SIZE, 15, 2)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(source.read_bytes()[:300])
    facts = next(iter(order.media.values()))
    from dataclasses import replace

    order = replace(order, media={role: replace(facts, path=broken) for role in order.media})
    with pytest.raises(MediaRefused):
        make_draft(order, tmp_path, lambda *_: None)


def test_any_rate_is_exact(source: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    order = replace(brief(MAKES, source, SIZE, 15, 8), frames_per_second=Fraction(24000, 1001))
    reel = make_draft(order, tmp_path, lambda *_: None)
    assert reel.facts is not None
    assert reel.facts.frame_count == 8
    assert float(reel.facts.frames_per_second or 0) == pytest.approx(23.976, abs=0.001)
