"""From brief to reel: exact length and size, sound as asked, equal bytes for equal briefs, honest notes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from stage import SIZE, cast_of, figure, person, plate
from understudy.animatic.__main__ import film, order_of, reel_of
from understudy.animatic.brief import Brief, LocalSubject
from understudy.animatic.render import DISSOLVE, FADE, make_film, paint_frames
from understudy.animatic.screenplay import CameraMove, Delivery, Move, ShotSize
from understudy.animatic.storyboard import Placement, Shot, Storyboard, TimedLine, Transition
from understudy.core.request import LocalMedia, ShotType
from understudy.core.units import Size
from understudy.media.child import ChildLimits, run_child
from understudy.media.probe import probe_file


def quiet(fraction: float, note: str) -> None:
    assert 0 <= fraction <= 1


@pytest.fixture
def girl(tmp_path: Path) -> LocalSubject:
    return subject(tmp_path, "图1", figure(300))


def subject(folder: Path, name: str, sprite: np.ndarray) -> LocalSubject:
    path = folder / f"{name}.png"
    path.write_bytes(cv2.imencode(".png", cv2.cvtColor(sprite, cv2.COLOR_RGBA2BGRA))[1].tobytes())
    return LocalSubject(name, LocalMedia(path, probe_file(path)))


def brief_of(*subjects: LocalSubject, prompt: str = "图1站在公园里。", frames: int = 30, **more: object) -> Brief:
    return Brief(prompt, SIZE, frames, subjects, seed=4, **more)  # type: ignore[arg-type]


def folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


@pytest.mark.parametrize("size", [Size(320, 180), Size(180, 320), Size(276, 208)])
@pytest.mark.parametrize("sound", [True, False])
def test_a_film_is_exactly_as_ordered(tmp_path: Path, girl: LocalSubject, size: Size, sound: bool) -> None:
    reel = make_film(replace(brief_of(girl, frames=37, sound=sound), size=size), folder(tmp_path, "w"), quiet)
    assert reel.facts == probe_file(reel.path)
    assert (reel.facts.size, reel.facts.frame_count, reel.facts.has_sound) == (size, 37, sound)
    assert (reel.facts.video_codec, reel.facts.pixel_format, reel.facts.frames_per_second) == ("h264", "yuv420p", 30)
    with av.open(str(reel.path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 37


def test_equal_briefs_give_equal_bytes_and_other_seeds_other_films(tmp_path: Path, girl: LocalSubject) -> None:
    brief = brief_of(girl, prompt="雨夜的街道，手持镜头，图1说：“你好。”", frames=45)
    films = [
        make_film(b, folder(tmp_path, str(n)), quiet).path.read_bytes()
        for n, b in enumerate((brief, brief, replace(brief, seed=5)))
    ]
    assert films[0] == films[1]
    assert films[0] != films[2]


def test_progress_never_goes_back_and_ends_at_one(tmp_path: Path, girl: LocalSubject) -> None:
    told: list[tuple[float, str]] = []
    make_film(brief_of(girl), folder(tmp_path, "w"), lambda f, n: told.append((f, n)))
    fractions = [f for f, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert {"painting", "finished"} <= {note for _, note in told}


def test_notes_say_what_was_approximated(tmp_path: Path, girl: LocalSubject) -> None:
    prompt = "水彩风格。图1在公园里跳舞，俯拍镜头。店员说：“欢迎光临！”"
    reel = make_film(brief_of(girl, prompt=prompt, negative_prompt="blurry", frames=90), folder(tmp_path, "w"), quiet)
    told = "\n".join(reel.notes)
    assert reel.notes[0].startswith("This is an animatic")
    for word in ("models install", "公园", "dance", "店员", "negative prompt"):
        assert word in told, f"{word} is missing in:\n{told}"
    assert len(set(reel.notes)) == len(reel.notes)


def test_a_prompt_without_subjects_in_it_still_shows_them(tmp_path: Path, girl: LocalSubject) -> None:
    reel = make_film(brief_of(girl, prompt="", shot_type=ShotType.SINGLE), folder(tmp_path, "w"), quiet)
    with av.open(str(reel.path)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    assert ((picture[:, :, 0] - picture[:, :, 1] > 60).mean()) > 0.01


# Frames before encoding -------------------------------------------------------------------------------------------


def frames_of(board: Storyboard, **more: object) -> list[np.ndarray]:
    cast = cast_of(person(), plate("图8"), plate("图9"))
    brief = Brief("", SIZE, board.frame_count, seed=1, **more)  # type: ignore[arg-type]
    return [canvas.planes.copy() for canvas in paint_frames(board, cast, brief, {})]


def board_of(*shots: Callable[[int, int], Shot], frames: int = 30, **more: object) -> Storyboard:
    made = tuple(make(number, number * frames) for number, make in enumerate(shots))
    return Storyboard(made, frames * len(made), **more)  # type: ignore[arg-type]


def scene(transition: Transition = Transition.CUT, **more: object) -> Callable[[int, int], Shot]:
    def make(number: int, first: int) -> Shot:
        return Shot(
            number,
            first,
            30,
            ShotSize.WIDE,
            background="图9",
            placements=(Placement("图1", x=0.2 + 0.6 * (number % 2)),),
            moves=(CameraMove(Move.STATIC),),
            transition=transition,
            **more,  # type: ignore[arg-type]
        )

    return make


def test_a_cut_is_a_cut_and_a_dissolve_is_a_way() -> None:
    for transition, smooth in ((Transition.CUT, False), (Transition.DISSOLVE, True)):
        pictures = frames_of(board_of(scene(), scene(transition)))
        steps = [float(np.abs(a.astype(int) - b).mean()) for a, b in itertools.pairwise(pictures[28:46])]
        total = float(np.abs(pictures[28].astype(int) - pictures[45]).mean())
        assert (max(steps) < 2.5 * total / DISSOLVE) is smooth
        assert len(pictures) == 60


def test_a_fade_comes_up_from_black() -> None:
    pictures = frames_of(board_of(scene(Transition.FADE)))
    light = [float(p[: SIZE.height].mean()) for p in pictures]
    assert light[0] < 0.35 * light[FADE]
    assert light[: FADE + 1] == sorted(light[: FADE + 1])
    assert light[FADE + 1] == pytest.approx(light[-1], rel=0.05)


def test_captions_come_with_the_line_and_never_when_text_is_forbidden() -> None:
    line = TimedLine(0, "图1", "你好", Delivery.SAY, 8, 16)

    def lettered(no_text: bool, captions: bool) -> list[float]:
        board = board_of(scene(lines=(line,)), no_text=no_text)
        plain = frames_of(board_of(scene()))
        return [
            float(np.abs(a.astype(int) - b).max())
            for a, b in zip(frames_of(board, captions=captions), plain, strict=True)
        ]

    shown = lettered(no_text=False, captions=True)
    assert max(shown[:8]) == 0
    assert min(shown[10:16]) > 60
    assert max(shown[-2:]) == 0
    assert max(lettered(no_text=True, captions=True)) == 0
    assert max(lettered(no_text=False, captions=False)) == 0


# A process of its own ---------------------------------------------------------------------------------------------


def test_orders_and_reels_survive_json(tmp_path: Path, girl: LocalSubject) -> None:
    brief = brief_of(girl, models=tmp_path / "models", shot_type=ShotType.MULTI, first_frame=girl.media, watermark=True)
    order = order_of(brief, tmp_path)
    reel = reel_of(film({**order, "brief": {**order["brief"], "models": None}}, quiet))
    assert reel.path == tmp_path / "film.mp4"
    assert reel.facts.frame_count == 30
    assert isinstance(reel.notes, tuple)


async def test_a_film_is_made_by_a_limited_child(tmp_path: Path, girl: LocalSubject) -> None:
    told: list[float] = []

    async def on_progress(fraction: float, note: str) -> None:
        told.append(fraction)

    brief = brief_of(girl, prompt="图1说：“你好！”")
    limits = ChildLimits(memory_bytes=6 * 1024**3, cpu_seconds=120, wall_seconds=120)
    work = folder(tmp_path, "w")
    result = await run_child(
        "understudy.animatic", order_of(brief, work), limits=limits, workdir=work, on_progress=on_progress
    )
    reel = reel_of(result)
    assert reel.facts.frame_count == 30
    assert told[-1] == 1.0
    assert reel.path.read_bytes() == make_film(brief, folder(tmp_path, "again"), quiet).path.read_bytes()
