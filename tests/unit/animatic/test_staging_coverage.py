"""How one stated scene is filmed: everybody first, then whoever speaks; when it stays whole; what the camera does."""

from __future__ import annotations

import itertools

import pytest
from test_staging import assert_sound, draw, people, placed

from understudy.animatic.coverage import SHORTEST_CUT, beats_of, framed_by_name
from understudy.animatic.grammar import NamedSubject, read_screenplay
from understudy.animatic.plan import make_plan, plan_json
from understudy.animatic.screenplay import (
    Act,
    CameraMove,
    CastMember,
    Line,
    Move,
    Part,
    Screenplay,
    ScriptShot,
    ShotSize,
    Side,
    Verb,
)
from understudy.animatic.staging import draw_storyboard
from understudy.animatic.storyboard import Facing, Storyboard, Transition
from understudy.core.request import ShotType

TWO = people("图1", "图2")
TALK = "图1和图2坐在咖啡馆里。图1说：“我们还是算了吧。”图2问：“是因为钱？”图1说：“你从来不问我累不累。”"
NEAR = (ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE)


def test_a_conversation_opens_with_both_and_goes_to_whoever_speaks() -> None:
    board = draw(TALK, TWO)
    opening, *turns = board.shots
    assert opening.size is ShotSize.FULL
    assert opening.lines == ()
    assert set(opening.focus) == {"图1", "图2"}
    assert [s.focus for s in turns] == [("图1",), ("图2",), ("图1",)]
    assert [line.speaker for s in turns for line in s.lines] == ["图1", "图2", "图1"]
    assert all(s.size in NEAR for s in turns)


@pytest.mark.parametrize("seconds", [5, 6, 7, 8, 10, 15])
@pytest.mark.parametrize(
    "prompt",
    [
        TALK,
        "图1说：“早。”图2答：“早。”",
        "图1走向图2，说：“好久不见。”",
        "图2坐着弹琴。图1走进来，说：“真好听。”图2笑了，说：“谢谢你能来。”图1转身离开。",
        "图1说：“一。”图2说：“二。”图1说：“三。”图2说：“四。”图1说：“五。”图2说：“六。”",
    ],
)
def test_whoever_speaks_is_framed_and_no_cut_is_a_flash(prompt: str, seconds: int) -> None:
    board = draw(prompt, TWO, seconds * 30)
    assert_sound(board, seconds * 30)
    for shot in board.shots:
        assert len(board.shots) == 1 or shot.frame_count >= SHORTEST_CUT
        for line in shot.lines:
            assert line.speaker in shot.focus
    assert all(one.size is not two.size for one, two in itertools.pairwise(board.shots))


@pytest.mark.parametrize(
    ("prompt", "why"),
    [
        (TALK + "一镜到底。", "one take"),
        (TALK + "固定机位。", "a still camera"),
        ("中景，" + TALK, "a framing that suits everybody"),
        ("镜头缓缓环绕，" + TALK, "a move"),
        ("图1对着镜头说：“大家好，欢迎来到我的频道。”", "one person, one turn"),
        ("特写，图1说：“早。”又说：“晚。”", "a close picture of the only one who speaks"),
        ("图1和图2一起跳舞", "one thing happens"),
    ],
)
def test_a_scene_stays_whole(prompt: str, why: str) -> None:
    assert len(draw(prompt, TWO if "图2" in prompt else people("图1")).shots) == 1, why


def test_single_stays_whole_and_goes_towards_the_last_speaker() -> None:
    (shot,) = draw(TALK, TWO, shot_type=ShotType.SINGLE).shots
    assert shot.moves == (CameraMove(Move.PUSH_IN, Side.LEFT),)
    assert placed(shot, "图1").x < placed(shot, "图2").x


def test_a_short_film_stays_whole() -> None:
    assert len(draw(TALK, TWO, 120).shots) == 1


def test_a_picture_of_a_place_is_seen_before_a_face_fills_it() -> None:
    subjects = [*people("图1"), NamedSubject("图2", kind="place")]
    prompt = "图1站在图2的发射场前，对着镜头说：“倒计时开始。”"
    opening, speaking = draw(prompt, subjects, 240).shots
    assert (opening.size, opening.lines, opening.background) == (ShotSize.FULL, (), "图2")
    assert speaking.size is ShotSize.MEDIUM_CLOSE
    (short,) = draw(prompt, subjects, 120).shots
    assert short.size is ShotSize.MEDIUM


def test_lines_that_fill_the_film_leave_no_time_for_silent_cuts() -> None:
    long = "这里的风景真是太美了，我们以后每年都来一次好不好"
    board = draw(f"图1说：“{long}。”图2答：“{long}。”", TWO, 390)
    assert [len(s.lines) for s in board.shots] == [1, 1]


def test_what_the_prompt_states_is_told_unchanged() -> None:
    plan = plan_json(*make_plan(TALK, TWO, 10))
    (shot,) = plan["shots"]
    assert (shot["size"], shot["moves"], shot["cast"]) == (None, [], ["图1", "图2"])
    assert len(shot["lines"]) == 3
    assert "frames" not in shot
    assert len(plan["film"]) == 4


def test_two_stated_shots_that_became_two_others_are_not_mistaken_for_them() -> None:
    prompt = "镜头1：图1看山。镜头2：图2看海。"
    plan = plan_json(*make_plan(prompt, TWO, 8))
    assert [s["frames"][0] for s in plan["shots"]] == [0, plan["shots"][0]["frames"][1]]
    screenplay = read_screenplay(prompt, TWO)
    board = draw_storyboard(Screenplay(screenplay.shots[::-1]), 240, subjects=TWO)
    assert "frames" not in plan_json(screenplay, board)["shots"][0]


def test_each_long_scene_is_covered_within_its_own_time() -> None:
    board = draw(f"[0-10s] {TALK} [10-13s] 图1看着窗外。", TWO, 390)
    assert len(board.shots) > 2
    assert board.shots[-1].first_frame == 300
    assert board.shots[-1].lines == ()


def test_a_dissolve_begins_the_scene_and_not_its_cuts() -> None:
    board = draw("1. 群山。2. 叠化到咖啡馆，图1说：“我们还是算了吧。”图2问：“是因为钱？”", TWO, 360)
    assert [s.transition for s in board.shots][1:] == [Transition.DISSOLVE, *[Transition.CUT] * (len(board.shots) - 2)]
    assert len(board.shots) > 2


def test_the_first_frame_picture_dissolves_into_a_covered_scene() -> None:
    board = draw(TALK, TWO, 390, has_first_frame=True)
    assert [s.is_first_frame_picture for s in board.shots] == [True] + [False] * (len(board.shots) - 1)
    assert board.shots[1].transition is Transition.DISSOLVE
    assert board.shots[0].lines == ()


# A close picture of one -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("切到图2的特写，图1靠在窗边", "图2"),
        ("图2特写。图1说话", "图2"),
        ("特写图2，图1在旁边", "图2"),
        ("特写镜头对准图2的脸，图1在旁边", "图2"),
        ("图1转身，近景给到图2", "图2"),
        ("图1 looks on; close-up of 图2", "图2"),
        ("图2's close-up, 图1 waits", "图2"),
        ("特写，图1看着图2", None),
        ("图1看着图2", None),
    ],
)
def test_whom_a_close_picture_is_of(text: str, name: str | None) -> None:
    shot = ScriptShot(text, cast=(CastMember("图1"), CastMember("图2")))
    assert framed_by_name(shot, TWO) == name


def test_a_close_picture_of_one_leaves_the_others_their_own_shots() -> None:
    board = draw(
        "图2从画面左侧深处走来，随后切换到图2的特写，图1正靠在窗边，图1说：“你怎么还是来了？”图2回答：“我们谈谈吧。”",
        TWO,
    )
    assert [(s.focus, [line.speaker for line in s.lines]) for s in board.shots[1:]] == [
        (("图2",), []),
        (("图1",), ["图1"]),
        (("图2",), ["图2"]),
    ]
    assert board.shots[1].size is ShotSize.CLOSE


def test_a_close_picture_of_the_only_speaker_is_of_him() -> None:
    (shot,) = draw("图2的特写，图1在他身后，图2说：“走吧。”", TWO, 150).shots
    assert (shot.size, shot.focus) == (ShotSize.CLOSE, ("图2",))


# Beats and who is on stage --------------------------------------------------------------------------------------------


def test_acts_belong_to_the_words_they_lead_to() -> None:
    hold, walk, nod = Act("a", Verb.HOLD, "c"), Act("b", Verb.ENTER), Act("a", Verb.NOD)
    shot = ScriptShot(
        "a holds c and says one. b comes in and says two. Then a nods slowly.",
        cast=(CastMember("a"), CastMember("b")),
        acts=(hold, Act("a", Verb.SPEAK), walk, Act("b", Verb.SPEAK), nod),
        lines=(Line("a", "one"), Line("b", "two")),
    )
    assert [(b.acts, [line.text for line in b.lines]) for b in beats_of(shot)] == [
        ((hold,), ["one"]),
        ((walk,), ["two"]),
        ((nod,), []),
    ]


def test_who_comes_later_is_not_there_before_and_somebody_is_there_from_the_start() -> None:
    board = draw("图2说：“这本书真好看。”图1走进来，说：“打扰了。”图2说：“请坐。”", TWO, 360)
    coming = next(i for i, s in enumerate(board.shots) if any(p.enters_from for p in s.placements))
    assert coming > 0
    for shot in board.shots[:coming]:
        assert {p.name for p in shot.placements} == {"图2"}
    assert {p.name: p.enters_from for p in board.shots[coming].placements} == {"图1": Side.RIGHT, "图2": None}
    for shot in board.shots[coming + 1 :]:
        assert {p.name: p.enters_from for p in shot.placements} == {"图1": None, "图2": None}


def test_who_left_is_gone() -> None:
    board = draw("图1说：“我先走了，再见。”图1转身离开。图2说：“路上小心，早点回来。”图2叹气。", TWO, 360)
    leaving = next(i for i, s in enumerate(board.shots) if any(p.leaves_to for p in s.placements))
    assert leaving + 1 < len(board.shots)
    for shot in board.shots[leaving + 1 :]:
        assert {p.name for p in shot.placements} == {"图2"}


def test_nobody_moves_or_changes_sides_at_a_cut() -> None:
    board = draw(TALK, TWO)
    assert {(placed(s, "图1").x, placed(s, "图2").x) for s in board.shots} == {(0.35, 0.65)}
    assert {placed(s, "图1").facing for s in board.shots} == {Facing.RIGHT}
    assert {placed(s, "图2").facing for s in board.shots} == {Facing.LEFT}


def test_who_walked_somewhere_is_there_in_the_next_cut() -> None:
    board = draw("图1说：“早。”然后图1慢慢走到窗边，又说：“下雪了。”", people("图1"))
    walks = next(i for i, s in enumerate(board.shots) if placed(s, "图1").travels_to is not None)
    assert placed(board.shots[walks + 1], "图1").x == placed(board.shots[walks], "图1").travels_to


# Camera life ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prompt", [TALK, "1. 图1看书 2. 图1写字 3. 图1喝茶", "1. 山 2. 水 3. 云 4. 月"])
def test_long_shots_move_and_never_twice_alike(prompt: str) -> None:
    board: Storyboard = draw(prompt, TWO, 450)
    for shot in board.shots:
        assert bool(shot.moves) is (shot.frame_count > 75)
    for one, two in itertools.pairwise(board.shots):
        if one.moves and two.moves:
            assert one.moves[0].move is not two.moves[0].move


def test_neighbours_differ_in_size() -> None:
    board = draw("1. 图1看书 2. 图1写字 3. 图1喝茶 4. 图1走在路上 5. 图1走在海边", people("图1"), 450)
    assert all(one.size is not two.size for one, two in itertools.pairwise(board.shots))


# Things put down ------------------------------------------------------------------------------------------------------


def holding(*acts: Act, text: str = "x") -> ScriptShot:
    cast = (CastMember("a"), CastMember("b"), CastMember("cup", Part.PROP, held_by="a"))
    return ScriptShot(text, cast=cast, acts=acts)


@pytest.mark.parametrize(
    "put",
    [
        Act("a", Verb.PUT, "cup"),
        Act("a", Verb.PUT, "b"),
        Act("a", Verb.PUT),
        Act("cup", Verb.PUT, "b"),  # "putting the cup beside b", read as an act of the cup
    ],
)
def test_a_thing_put_down_stays_where_it_was_put(put: Act) -> None:
    subjects = [NamedSubject("a"), NamedSubject("b"), NamedSubject("cup")]
    later = ScriptShot("y", cast=(CastMember("a"),), acts=(Act("a", Verb.SMILE),))
    again = holding(Act("a", Verb.HOLD, "cup"), text="z")
    board = draw_storyboard(Screenplay((holding(put), later, again)), 240, subjects=subjects)
    goal = placed(board.shots[0], "cup").travels_to
    assert goal is not None
    assert placed(board.shots[0], "cup").held_by == "a"
    assert (placed(board.shots[1], "cup").x, placed(board.shots[1], "cup").held_by) == (goal, None)
    assert placed(board.shots[2], "cup").held_by == "a"


def test_a_thing_stays_behind_where_the_film_goes_elsewhere() -> None:
    subjects = [NamedSubject("a"), NamedSubject("b"), NamedSubject("cup"), NamedSubject("sea", kind="place")]
    away = ScriptShot("y", cast=(CastMember("a"), CastMember("sea", Part.BACKGROUND)))
    board = draw_storyboard(Screenplay((holding(Act("a", Verb.PUT, "cup")), away)), 240, subjects=subjects)
    assert {p.name for p in board.shots[1].placements} == {"a"}
