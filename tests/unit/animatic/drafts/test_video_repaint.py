"""Video repaint: structure stays, the look is the prompt's; what each control condition and strength do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from looks import Picture, apart, brief, film, pictures_of, view
from sight import models_folder
from understudy.animatic.brief import Reel
from understudy.animatic.drafts import make_draft
from understudy.core.faults import Refused
from understudy.core.request import Capability
from understudy.core.units import Size
from understudy.media.image import write_png

MAKES = Capability.VIDEO_REPAINT
SIZE = Size(320, 240)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pictures = [view("astronaut", SIZE, 0.4 + 0.01 * n) for n in range(12)]
    return film(tmp_path_factory.mktemp("repaint") / "source.mp4", pictures, 30)


def repaint(source: Path, folder: Path, prompt: str, count: int = 3, **more: Any) -> tuple[Reel, list[Picture]]:
    subjects, models = more.pop("subjects", ()), more.pop("models", None)
    order = brief(MAKES, source, SIZE, 30, count, prompt=prompt, options=more, subjects=subjects, models=models)
    reel = make_draft(order, folder, lambda *_: None)
    return reel, pictures_of(reel.path, 30)


def lab(picture: Picture) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float64).mean(axis=(0, 1)) - (0, 128, 128)


def test_size_rate_and_length_are_exact_and_silent(source: Path, tmp_path: Path) -> None:
    reel, _ = repaint(source, tmp_path, "油画", count=11)
    assert reel.facts is not None
    assert (reel.facts.size, reel.facts.frame_count, reel.facts.has_sound) == (SIZE, 11, False)


@pytest.mark.parametrize("control", ["posebodyface", "posebody", "depth", "scribble"])
def test_structure_stays_and_look_changes(source: Path, tmp_path: Path, control: str) -> None:
    _, shown = repaint(source, tmp_path, "水彩风格", control_condition=control)
    own = pictures_of(source, 30, 3)
    greys = [cv2.GaussianBlur(cv2.cvtColor(p[1], cv2.COLOR_RGB2GRAY), (0, 0), 4).ravel() for p in (own, shown)]
    assert np.corrcoef(*greys)[0, 1] > 0.75
    assert apart(shown[1], own[1]) > 10


def test_strength_goes_from_the_source_to_the_look(source: Path, tmp_path: Path) -> None:
    own = pictures_of(source, 30, 3)[1]
    steps = [apart(repaint(source, tmp_path, "赛博朋克", strength=s)[1][1], own) for s in (0.0, 0.5, 1.0)]
    assert steps[0] < 4  # the codec alone
    assert steps[1] == pytest.approx(steps[2] / 2, rel=0.2)
    assert steps[2] > 20


def test_posebodyface_leaves_people_more_of_themselves(source: Path, tmp_path: Path) -> None:
    own = pictures_of(source, 30, 3)[1]
    changed = {}
    for control in ("posebodyface", "posebody", "depth"):
        _, shown = repaint(source, tmp_path, "赛博朋克", control_condition=control, models=models_folder())
        changed[control] = apart(shown[1][60:120, 140:180], own[60:120, 140:180])
    assert changed["posebodyface"] < 0.8 * changed["posebody"] < 0.95 * changed["depth"]


def test_scribble_is_flatter_than_the_film_and_has_its_lines(source: Path, tmp_path: Path) -> None:
    own = cv2.cvtColor(pictures_of(source, 30, 3)[1], cv2.COLOR_RGB2GRAY)
    reel, shown = repaint(source, tmp_path, "金色", control_condition="scribble")
    made = cv2.cvtColor(shown[1], cv2.COLOR_RGB2GRAY)
    assert (np.abs(cv2.Laplacian(made, cv2.CV_64F)) < 3).mean() > (np.abs(cv2.Laplacian(own, cv2.CV_64F)) < 3).mean()
    assert (made < 80).mean() > 0.01
    assert any("line drawing" in note for note in reel.notes)


@pytest.mark.parametrize(
    ("prompt", "channel", "sign"),
    [("金色的画面", 2, 1), ("蓝色调", 2, -1), ("pink", 1, 1), ("green", 1, -1), ("温暖", 2, 1), ("冷色调", 2, -1)],
)
def test_colour_words_shift_the_palette(source: Path, tmp_path: Path, prompt: str, channel: int, sign: int) -> None:
    own = lab(pictures_of(source, 30, 3)[1])
    shown = lab(repaint(source, tmp_path, prompt, control_condition="posebody")[1][1])
    assert sign * (shown[channel] - own[channel]) > 3


def test_a_reference_picture_gives_its_colours(source: Path, tmp_path: Path) -> None:
    blue = np.zeros((120, 160, 3), np.uint8)
    blue[:] = np.linspace((10, 20, 90), (150, 190, 250), 160)[None].astype(np.uint8)
    write_png(tmp_path / "blue.png", blue)
    reel, shown = repaint(source, tmp_path, "一个人", control_condition="posebody", subjects=[tmp_path / "blue.png"])
    assert lab(shown[1])[2] < lab(pictures_of(source, 30, 3)[1])[2] - 8
    assert any("reference picture" in note for note in reel.notes)


def test_rain_falls(source: Path, tmp_path: Path) -> None:
    still = film(tmp_path / "still.mp4", [view("coffee", SIZE)] * 6, 30)
    _, dry = repaint(still, tmp_path, "水彩", count=6)
    _, wet = repaint(still, tmp_path, "水彩，下着雨", count=6)
    assert apart(wet[2], wet[5]) > apart(dry[2], dry[5]) + 0.5


def test_a_prompt_without_a_look_says_so_and_is_painted_nevertheless(source: Path, tmp_path: Path) -> None:
    reel, shown = repaint(source, tmp_path, "一个女孩在森林里跳舞")
    assert any("names no style" in note for note in reel.notes)
    assert apart(shown[1], pictures_of(source, 30, 3)[1]) > 4


def test_without_models_people_are_painted_too_and_it_is_said(source: Path, tmp_path: Path) -> None:
    reel, _ = repaint(source, tmp_path, "水墨", control_condition="posebodyface")
    assert any("understudy models install" in note for note in reel.notes)


def test_an_unknown_condition_is_refused_with_the_known_ones(source: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="posebodyface, posebody, depth, scribble"):
        repaint(source, tmp_path, "水墨", control_condition="canny")


def test_same_brief_same_bytes(source: Path, tmp_path: Path) -> None:
    films = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        reel, _ = repaint(source, tmp_path / name, "雪夜的油画", models=models_folder())
        assert reel.path is not None
        films.append(reel.path.read_bytes())
    assert films[0] == films[1]
