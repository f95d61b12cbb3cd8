"""Laws of plans: any text is read, frames sum, lines lie inside their shots, the same order gives the same plan."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.animatic.coverage import SHORTEST_CUT
from understudy.animatic.grammar import NamedSubject, read_screenplay
from understudy.animatic.screenplay import (
    Act,
    CastMember,
    Line,
    Part,
    Screenplay,
    ScriptShot,
    ShotSize,
    Side,
    Verb,
)
from understudy.animatic.staging import draw_storyboard, speech_rate
from understudy.animatic.storyboard import Storyboard
from understudy.core.request import ShotType

NAMES = ("图1", "图2", "视频1", "小满", "Image 4")
SUBJECTS = tuple(NamedSubject(n, (), "video" if n.startswith("视频") else "image") for n in NAMES)

PIECES = (
    "图1",
    "图2",
    "视频1",
    "小满",
    "image 4",
    "她",
    "两人",
    "说：“早。”",
    '"Hi!" ',
    "“",
    "”",
    "：",
    "，",
    "。",
    "\n",
    "1. ",
    "2. ",
    "①",
    "②",
    "镜头1：",
    "镜头2：",
    "【镜头三】",
    "0-3秒：",
    "3-6s ",
    "[00:00] ",
    "切到",
    "cut to ",
    "中景",
    "close-up ",
    "镜头拉远",
    "no text ",
    "雨",
    "走进来",
    "坐在",
    "的椅子上",
    "旁白：",
    "MARA\n",
    "(",
    ")",
    "是",
    "小熊",
    "the dog in ",
    " says, ",
    "'",
    "{",
    "}",
    "风格：",
    "- ",
    "下一个镜头",
    "一镜到底",
    "️⃣",
    "İ",
    "\x00",
    "\ud83d",
)

texts = st.one_of(st.text(max_size=120), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))

acts = st.builds(
    Act,
    st.sampled_from(NAMES),
    st.sampled_from(Verb),
    st.none() | st.sampled_from(NAMES),
    st.none() | st.sampled_from([Side.LEFT, Side.RIGHT]),
)
lines = st.builds(
    Line, st.none() | st.sampled_from([*NAMES, "店员", "narrator"]), st.text("你好ab 。", min_size=1, max_size=60)
)
members = st.lists(
    st.builds(CastMember, st.sampled_from(NAMES), st.sampled_from(Part), st.none() | st.sampled_from(NAMES)),
    max_size=5,
    unique_by=lambda m: m.name,
).map(tuple)
seconds = st.none() | st.floats(0, 20)
shots = st.builds(
    ScriptShot,
    st.text("图1切到山", max_size=10),
    size=st.none() | st.sampled_from(ShotSize),
    cast=members,
    acts=st.lists(acts, max_size=4).map(tuple),
    lines=st.lists(lines, max_size=3).map(tuple),
    start=seconds,
    end=seconds,
)
screenplays = st.builds(Screenplay, st.lists(shots, max_size=12).map(tuple))
orders = st.fixed_dictionaries(
    {
        "shot_type": st.none() | st.sampled_from(ShotType),
        "panel_count": st.integers(0, 9),
        "has_first_frame": st.booleans(),
        "seed": st.integers(0, 5),
    }
)


def assert_sound(board: Storyboard, frame_count: int) -> None:
    assert board.shots[0].first_frame == 0
    assert sum(s.frame_count for s in board.shots) == frame_count == board.frame_count
    assert all(s.frame_count >= 1 for s in board.shots)
    for one, two in itertools.pairwise(board.shots):
        assert one.end_frame == two.first_frame
    last = 0
    for number, shot in enumerate(board.shots):
        assert shot.number == number
        for line in shot.lines:
            assert max(last, shot.first_frame) <= line.first_frame < line.end_frame <= shot.end_frame
            last = line.end_frame
        assert set(shot.focus) <= {p.name for p in shot.placements}
        assert len({p.name for p in shot.placements}) == len(shot.placements)
        for placement in shot.placements:
            assert 0 <= placement.x <= 1
            assert 0 <= placement.depth <= 1
            assert placement.part is not Part.BACKGROUND
    numbers = [line.number for line in board.lines]
    assert numbers == sorted(set(numbers))


@given(texts)
def test_any_text_is_read(text: str) -> None:
    screenplay = read_screenplay(text, SUBJECTS)
    assert screenplay.shots
    for shot in screenplay.shots:
        assert {m.name for m in shot.cast} <= set(NAMES)
        assert all(line.text for line in shot.lines)


@given(texts, st.integers(1, 450), orders)
@settings(max_examples=60)
def test_any_text_becomes_a_film(text: str, frame_count: int, order: dict[str, object]) -> None:
    screenplay = read_screenplay(text, SUBJECTS)
    board = draw_storyboard(screenplay, frame_count, subjects=SUBJECTS, **order)  # type: ignore[arg-type]
    assert_sound(board, frame_count)
    again = draw_storyboard(read_screenplay(text, SUBJECTS), frame_count, subjects=SUBJECTS, **order)  # type: ignore[arg-type]
    assert again == board


@given(screenplays, st.integers(1, 450), orders, st.none() | st.floats(0, 12))
def test_any_screenplay_becomes_a_film(
    screenplay: Screenplay, frame_count: int, order: dict[str, object], each: float | None
) -> None:
    measure = None if each is None else (lambda line: each)
    board = draw_storyboard(screenplay, frame_count, subjects=SUBJECTS, line_seconds=measure, **order)  # type: ignore[arg-type]
    assert_sound(board, frame_count)
    assert 1.0 <= speech_rate(screenplay, frame_count, measure) <= 1.3


@given(screenplays)
def test_in_a_film_long_enough_every_line_is_spoken_in_full(screenplay: Screenplay) -> None:
    plain = Screenplay(tuple(ScriptShot(s.text, cast=s.cast, acts=s.acts, lines=s.lines) for s in screenplay.shots))
    board = draw_storyboard(plain, 30 * 600, subjects=SUBJECTS, line_seconds=lambda line: 2.0)
    wanted = [line.text for shot in plain.shots for line in shot.lines]
    assert [line.text for line in board.lines] == wanted
    assert all(line.end_frame - line.first_frame == 60 for line in board.lines)


@given(shots, st.integers(150, 450), st.sampled_from([None, ShotType.MULTI]))
def test_a_covered_scene_loses_nothing_and_frames_whoever_speaks(
    shot: ScriptShot, frame_count: int, shot_type: ShotType | None
) -> None:
    board = draw_storyboard(
        Screenplay((shot,)), frame_count, subjects=SUBJECTS, shot_type=shot_type, line_seconds=lambda line: 1.0
    )
    assert_sound(board, frame_count)
    assert [line.text for line in board.lines] == [line.text for line in shot.lines]
    assert all(line.end_frame - line.first_frame == 30 for line in board.lines)
    if len(board.shots) == 1:
        return
    assert all(s.frame_count >= SHORTEST_CUT for s in board.shots)
    actors = {m.name for m in shot.cast if m.part is Part.ACTOR}
    for cut in board.shots:
        for line in cut.lines:
            assert line.speaker not in actors or line.speaker in cut.focus
    whole = draw_storyboard(Screenplay((shot,)), frame_count, subjects=SUBJECTS, shot_type=ShotType.SINGLE)
    assert {p.name for s in board.shots for p in s.placements} == {p.name for p in whole.shots[0].placements}
