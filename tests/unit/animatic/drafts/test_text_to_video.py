"""Films from words alone: exact, repeatable, and showing what the words say."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from understudy.animatic.brief import DraftBrief, Reel
from understudy.animatic.drafts import drafted, make_draft
from understudy.core.request import Capability, LocalMedia, Role, ShotType
from understudy.core.units import Size
from understudy.media.audio import read_wave, write_wav
from understudy.media.probe import probe_file
from understudy.media.video import read_video

SIZE = Size(320, 180)


def film(workdir: Path, prompt: str, *, size: Size = SIZE, frames: int = 24, rate: int = 12, **more: Any) -> Reel:
    workdir.mkdir(parents=True, exist_ok=True)
    brief = DraftBrief(
        Capability.TEXT_TO_VIDEO,
        prompt=prompt,
        size=size,
        frame_count=frames,
        frames_per_second=Fraction(rate),
        **more,
    )
    return make_draft(brief, workdir, lambda share, note: None)


def pictures(reel: Reel) -> list[np.ndarray]:
    assert reel.path is not None
    assert reel.facts is not None
    assert reel.facts.frames_per_second is not None
    rate = Fraction(str(reel.facts.frames_per_second))
    shown = read_video(reel.path, max_height=2160, max_frames=1000, frames_per_second=rate)
    return [picture.astype(np.int16) for picture in shown]


def test_there_is_a_draft() -> None:
    assert Capability.TEXT_TO_VIDEO in drafted()


@pytest.mark.parametrize(
    ("size", "frames", "rate", "sound"),
    [
        (Size(320, 180), 32, 16, False),
        (Size(180, 320), 25, 24, True),
        (Size(192, 192), 8, 8, False),
        (SIZE, 31, 30, True),
    ],
)
def test_size_rate_count_and_sound_are_exact(tmp_path: Path, size: Size, frames: int, rate: int, sound: bool) -> None:
    facts = film(tmp_path, "一只小猫在月光下奔跑", size=size, frames=frames, rate=rate, sound=sound).facts
    assert facts is not None
    assert facts.size == size
    assert facts.frame_count == frames
    assert facts.frames_per_second == rate
    assert facts.has_sound is sound


def test_the_same_brief_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (film(tmp_path / n, "A dog runs on the beach", frames=12) for n in "ab")
    assert one.path is not None
    assert other.path is not None
    assert one.path.read_bytes() == other.path.read_bytes()


def test_a_cat_runs_under_a_moon_at_night(tmp_path: Path) -> None:
    shown = pictures(film(tmp_path, "一只小猫在月光下奔跑", frames=24))
    first = shown[0]
    height = first.shape[0]
    assert first.mean() < 75, "it is night"
    moon = np.all(first[: height // 3] > 215, axis=2)
    assert 20 < moon.sum() < 2000, "one small bright disc in the sky"
    middle = slice(height // 3, 5 * height // 6)
    changed = np.abs(shown[6][middle] - shown[0][middle]).max(axis=2) > 30
    assert changed.sum() > 300, "somebody moves in the middle of the picture"
    cat = (first[middle].max(axis=2) > 90).sum(axis=0)
    assert (cat > 4).sum() > 60, "a light figure stands out from the dark ground"
    last = np.all(shown[-1][: height // 3] > 215, axis=2)
    assert abs(last.nonzero()[1].mean() - moon.nonzero()[1].mean()) < 0.15 * first.shape[1], "the moon goes along"


def test_an_upright_film_has_its_moon_too(tmp_path: Path) -> None:
    first = pictures(film(tmp_path, "一只小猫在月光下奔跑", size=Size(180, 320), frames=2))[0]
    assert (first[: first.shape[0] // 3] > 215).all(axis=2).sum() > 20


def test_colours_of_the_prompt_are_seen(tmp_path: Path) -> None:
    def redness(prompt: str, name: str) -> float:
        last = pictures(film(tmp_path / name, prompt, frames=3))[-1]
        return float(((last[:, :, 0] > 110) & (last[:, :, 1] < 80) & (last[:, :, 2] < 80)).mean())

    assert redness("A red car drives across a green meadow", "red") > 0.03
    assert redness("A car drives across a green meadow", "grey") < 0.005


def test_labels_are_shown_unless_text_is_forbidden(tmp_path: Path) -> None:
    prompt = "一只小狗坐在草地上"
    with_label = pictures(film(tmp_path / "with", prompt, frames=1))[0]
    without = pictures(film(tmp_path / "without", f"{prompt}，画面中不要出现任何文字", frames=1))[0]
    differs = (np.abs(with_label - without).max(axis=2) > 25).nonzero()
    assert 30 < len(differs[0]) < 0.02 * with_label[:, :, 0].size
    assert differs[0].min() > with_label.shape[0] // 2, "a small plate at the feet"


def test_a_fixed_camera_lets_them_cross(tmp_path: Path) -> None:
    shown = pictures(film(tmp_path, "固定镜头，一只黑狗跑过雪地", frames=24))
    dark = [((p[60:150].max(axis=2) < 80).sum(axis=0) > 6).nonzero()[0] for p in (shown[6], shown[17])]
    assert dark[0].mean() + 60 < dark[1].mean(), "from left to right"


def test_several_shots_are_several_pictures(tmp_path: Path) -> None:
    reel = film(tmp_path, "镜头1：小男孩在草地上挥手。镜头2：一只鲸鱼在深海中游动。", frames=48)
    shown = pictures(reel)
    steps = [float(np.abs(a - b).mean()) for a, b in itertools.pairwise(shown)]
    assert max(steps) > 6 * float(np.median(steps))
    assert shown[-1][:, :, 2].mean() > shown[-1][:, :, 0].mean() + 30, "blue under water"


def test_lines_are_spoken_where_there_is_sound_only(tmp_path: Path) -> None:
    prompt = "女孩站在花园里说：“今天的天气真好，我们去散步吧。”"
    spoken = film(tmp_path / "a", prompt, frames=60, rate=15, sound=True)
    silent = film(tmp_path / "b", prompt, frames=60, rate=15, sound=False)
    assert spoken.path is not None
    assert silent.facts is not None
    assert float(np.abs(read_wave(spoken.path)).max()) > 0.1
    assert not silent.facts.has_sound
    assert any("silent" in note for note in silent.notes)
    seen = pictures(silent)
    assert np.abs(seen[-8][140:] - seen[0][140:]).max() > 100, "the words stand at the foot of the picture"


def test_a_given_sound_is_the_sound_of_the_film(tmp_path: Path) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000).astype(np.float32) * 0.3
    given = tmp_path / "tone.wav"
    write_wav(given, np.stack([tone, tone], axis=1))
    media = {Role.DRIVING_AUDIO: LocalMedia(given, probe_file(given))}
    reel = film(tmp_path / "film", "a cat walks", frames=24, sound=True, media=media)
    assert reel.path is not None
    wave = read_wave(reel.path)
    level = [float(np.sqrt((wave[a : a + 20_000] ** 2).mean())) for a in (10_000, 60_000)]
    assert level[0] == pytest.approx(0.3 / np.sqrt(2), rel=0.15)
    assert level[1] < 0.01, "silence after its end"


def test_nothing_to_stand_still_gives_a_set_and_a_note(tmp_path: Path) -> None:
    reel = film(tmp_path, "抽象的光影流动", frames=6)
    assert any("nobody and nothing" in note for note in reel.notes)
    assert pictures(reel)[0].std() > 5


def test_the_notes_say_that_it_is_a_draft(tmp_path: Path) -> None:
    notes = film(tmp_path, "三只企鹅在冰面上走路", frames=3, negative_prompt="blur").notes
    assert notes[0].startswith("This is a draft")
    assert any("企鹅" in note for note in notes)
    assert any("negative prompt" in note for note in notes)


@pytest.mark.parametrize(
    "prompt", ["", "。", "?" * 40, "a " * 300 + "cat", "镜头1：镜头2：镜头3：", "骑马骑马骑马", "猫" * 300]
)
def test_any_prompt_makes_a_film(tmp_path: Path, prompt: str) -> None:
    facts = film(tmp_path, prompt, frames=2, size=Size(96, 64)).facts
    assert facts is not None
    assert facts.frame_count == 2


def test_shots_that_the_prompt_writes_stay_apart_though_single_is_asked_for(tmp_path: Path) -> None:
    """Three places one after the other, each unbroken; merged they would be one crowded picture."""
    prompt = "Shot 1: a dog runs on a beach. Shot 2: a red car drives at night. Shot 3: a bird flies over snow."
    reel = film(tmp_path, prompt, frames=36, shot_type=ShotType.SINGLE)
    shown = pictures(reel)
    apart = np.array([np.abs(one - other).mean() for one, other in itertools.pairwise(shown)])
    assert (apart > 5 * np.median(apart)).sum() == 2
    assert any("3 shots" in note and "single" in note for note in reel.notes)
