"""Motion templates: what they keep of a film, and which films give none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sight import models_folder, swaying, write_clip
from understudy.animatic.bodies.motion import read_motion
from understudy.core.faults import Refused
from understudy.media.video import VideoWriter
from unit.animatic.drafts.movers import film, template
from unit.animatic.manikin import SIZE, Stance, drawn, wall, write_dance


@pytest.fixture(scope="module")
def dance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dance") / "dance.mp4"
    tone = (0.2 * np.sin(np.arange(15 * 2000) * 0.04)).astype(np.float32)
    write_dance(path, 15, 24, np.stack([tone, tone], axis=1))
    return path


def test_the_file_is_the_motion_and_the_facts_are_the_films(tmp_path: Path, dance: Path) -> None:
    given = film(dance)
    reel = template(tmp_path, given)
    assert reel.path is not None
    assert reel.path.parent == tmp_path
    assert reel.facts == given.facts
    assert reel.findings is None
    motion = read_motion(reel.path)
    assert (len(motion), motion.rate) == (15, 24)
    assert motion.plate is not None
    assert motion.sound is not None
    assert np.abs(motion.sound).max() > 0.1
    assert reel.path.stat().st_size < 400_000
    assert reel.notes[0].startswith("This is a draft:")
    assert len(reel.notes) == 1


def test_the_same_film_gives_the_same_template(tmp_path: Path, dance: Path) -> None:
    reels = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        reels.append(template(tmp_path / name, film(dance)))
    assert reels[0].path is not None
    assert reels[1].path is not None
    assert reels[0].path.read_bytes() == reels[1].path.read_bytes()


def test_a_film_without_anybody_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "cup.mp4", swaying("coffee", 6, 240, 160))
    with pytest.raises(Refused, match=r"^The input image has no human body.*seen in 0 %.*Give a film"):
        template(tmp_path, film(path))


def test_who_is_hardly_ever_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gone.mp4"
    with VideoWriter(path, SIZE, sound=False) as clip:
        for number in range(16):
            clip.write_rgb(drawn(Stance()) if number < 3 else wall())
    with pytest.raises(Refused, match="The input image has no human body"):
        template(tmp_path, film(path))


def test_two_people_are_said(tmp_path: Path) -> None:
    path = tmp_path / "two.mp4"
    with VideoWriter(path, SIZE, sound=False) as clip:
        for _ in range(4):
            clip.write_rgb(drawn(Stance((12, 30), at=(330, 420), unit=64), drawn(Stance(at=(120, 400), unit=84))))
    reel = template(tmp_path, film(path))
    assert any("Several people" in note for note in reel.notes)


def test_without_models_it_is_refused_with_what_to_do(tmp_path: Path, dance: Path) -> None:
    assert models_folder().is_dir()
    with pytest.raises(Refused, match="understudy models install"):
        template(tmp_path, film(dance), models=None)
