"""Video edit: looks, colours and weather of the prompt over the caller's film; the rest is noted, not pretended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looks import apart, brief, film, pictures_of, sound_of, view
from understudy.animatic.brief import Reel
from understudy.animatic.drafts import make_draft
from understudy.core.faults import Refused
from understudy.core.request import Capability
from understudy.core.units import Size
from understudy.media.image import write_png

MAKES = Capability.VIDEO_EDIT
SIZE = Size(320, 180)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pictures = [view("coffee", SIZE, 0.05 * n) for n in range(12)]
    return film(tmp_path_factory.mktemp("edit") / "source.mp4", pictures, 30, sound=True)


def edit(source: Path | None, folder: Path, prompt: str, count: int = 4, size: Size = SIZE, **more: Any) -> Reel:
    return make_draft(brief(MAKES, source, size, 30, count, prompt=prompt, **more), folder, lambda *_: None)


@pytest.mark.parametrize(
    "prompt", ["将整个画面转换为黏土风格", "make it winter, with snow", "变成黑白电影", "夜晚的霓虹"]
)
def test_what_can_be_drawn_is_drawn(source: Path, tmp_path: Path, prompt: str) -> None:
    reel = edit(source, tmp_path, prompt)
    assert apart(pictures_of(reel.path, 30)[2], pictures_of(source, 30, 4)[2]) > 8
    assert any(note.startswith("Read from the prompt") for note in reel.notes)


def test_what_cannot_is_noted_and_the_film_shown_as_it_is(source: Path, tmp_path: Path) -> None:
    reel = edit(source, tmp_path, "让角色穿上图片中的条纹毛衣")
    assert apart(pictures_of(reel.path, 30)[2], pictures_of(source, 30, 4)[2]) < 4  # the codec alone
    assert any("not drawn" in note for note in reel.notes)
    assert any("as it is" in note for note in reel.notes)


@pytest.mark.parametrize("size", [Size(320, 180), Size(240, 240), Size(162, 288)])
def test_any_size_is_filled_exactly(source: Path, tmp_path: Path, size: Size) -> None:
    reel = edit(source, tmp_path, "油画", size=size)
    assert reel.facts is not None
    assert reel.facts.size == size
    edge = pictures_of(reel.path, 30)[1]
    assert min(edge[:4].std(), edge[-4:].std(), edge[:, :4].std(), edge[:, -4:].std()) > 2  # no bars


def test_a_short_source_holds_its_last_picture_and_falls_silent(source: Path, tmp_path: Path) -> None:
    reel = edit(source, tmp_path, "暖色调", count=20, sound=True)
    assert reel.path is not None
    assert reel.facts is not None
    assert reel.facts.frame_count == 20
    shown = pictures_of(reel.path, 30)
    assert apart(shown[12], shown[19]) < 1.5
    wave = sound_of(reel.path)
    assert np.sqrt(np.mean(wave[4_800:16_000] ** 2)) > 0.1
    assert np.abs(wave[24_000:31_000]).max() < 0.01


@pytest.mark.parametrize(("setting", "said"), [("auto", True), ("origin", False)])
def test_the_sound_is_the_films_own(source: Path, tmp_path: Path, setting: str, said: bool) -> None:
    reel = edit(source, tmp_path, "水彩", sound=True, options={"audio_setting": setting})
    assert any("makes no new sound" in note for note in reel.notes) is said
    assert edit(source, tmp_path, "水彩").facts.has_sound is False  # type: ignore[union-attr]


def test_references_are_unused_and_said_so_unless_their_colours_are_meant(source: Path, tmp_path: Path) -> None:
    green = np.zeros((80, 80, 3), np.uint8)
    green[:, :40], green[:, 40:] = (20, 90, 40), (120, 220, 130)
    write_png(tmp_path / "green.png", green)
    subjects = [tmp_path / "green.png"]
    unused = edit(source, tmp_path, "黑白", subjects=subjects)
    assert any("not used" in note for note in unused.notes)
    meant = edit(source, tmp_path, "use the colours of the picture", subjects=subjects)
    shown = pictures_of(meant.path, 30)[2].reshape(-1, 3).mean(axis=0)
    own = pictures_of(source, 30, 4)[2].reshape(-1, 3).mean(axis=0)
    assert shown[1] - shown[0] > own[1] - own[0] + 10


def test_no_film_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="give the video"):
        edit(None, tmp_path, "水彩")
