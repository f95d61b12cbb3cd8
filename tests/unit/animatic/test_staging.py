"""From screenplay to storyboard: frames, lines, marks, sets, and what shot_type, panels and a first frame do."""

from __future__ import annotations

import itertools

import pytest

from understudy.animatic.grammar import NamedSubject, read_screenplay
from understudy.animatic.screenplay import (
    Act,
    Angle,
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
from understudy.animatic.staging import draw_storyboard, speech_rate
from understudy.animatic.storyboard import Facing, Placement, Shot, Storyboard, Transition
from understudy.animatic.timing import estimate_seconds, share_frames
from understudy.core.request import ShotType


def people(*names: str) -> list[NamedSubject]:
    return [NamedSubject(n, kind="person") for n in names]


def draw(
    prompt: str,
    subjects: list[NamedSubject],
    frames: int = 300,
    shot_type: ShotType | None = None,
    *,
    panel_count: int = 0,
    has_first_frame: bool = False,
) -> Storyboard:
    screenplay = read_screenplay(prompt, subjects)
    board = draw_storyboard(
        screenplay,
        frames,
        subjects=subjects,
        shot_type=shot_type,
        panel_count=panel_count,
        has_first_frame=has_first_frame,
    )
    assert_sound(board, frames)
    return board


def assert_sound(board: Storyboard, frames: int) -> None:
    """What holds for every storyboard."""
    assert board.shots[0].first_frame == 0
    assert board.shots[-1].end_frame == frames == board.frame_count
    for one, two in itertools.pairwise(board.shots):
        assert one.end_frame == two.first_frame
    for shot in board.shots:
        last = shot.first_frame
        for line in shot.lines:
            assert last <= line.first_frame < line.end_frame <= shot.end_frame
            last = line.end_frame


def placed(shot: Shot, name: str) -> Placement:
    return next(p for p in shot.placements if p.name == name)


# Time -----------------------------------------------------------------------------------------------------------------


def test_timecodes_that_add_up_are_kept_to_the_frame() -> None:
    board = draw("[0-3s] 山 [3-7s] 水 [7-10s] 云", [])
    assert [s.frame_count for s in board.shots] == [90, 120, 90]


def test_timecodes_that_do_not_add_up_are_weights() -> None:
    board = draw("[0-2s] 山 [2-6s] 水", [], 300)
    assert [s.frame_count for s in board.shots] == [100, 200]


def test_a_shot_with_much_to_say_gets_the_time_it_needs() -> None:
    board = draw(
        "1. 图1看山。2. 图1说：“这里的风景真是太美了，我们以后每年都来一次好不好？”3. 云飘过。", people("图1"), 300
    )
    line = board.shots[1].lines[0]
    assert line.end_frame - line.first_frame >= 30 * 5
    assert min(s.frame_count for s in board.shots) >= 24


def test_a_line_borrows_time_from_silent_timecodes() -> None:
    board = draw("[0-4s] 山 [4-5s] 图1说：“这里的风景真是太美了，我们以后再来。”", people("图1"), 150)
    assert board.shots[1].frame_count > 60


def test_more_shots_than_the_film_can_hold_are_merged_and_told() -> None:
    board = draw("".join(f"{i}. 山{i}峰。" for i in range(1, 10)), [], 60)
    assert len(board.shots) == 2
    assert any("merged" in note for note in board.notes)


def test_lines_longer_than_the_film_are_hurried_and_told() -> None:
    board = draw("图1说：“" + "这里的风景真是太美了" * 5 + "。”", people("图1"), 150)
    assert any("1.30 times" in note for note in board.notes)


def test_the_rate_is_between_usual_and_hurried() -> None:
    screenplay = read_screenplay("图1说：“你好。”", people("图1"))
    assert speech_rate(screenplay, 300) == 1.0
    assert speech_rate(screenplay, 10) == 1.3
    assert speech_rate(Screenplay((ScriptShot("山"),)), 10) == 1.0
    assert 1.0 < speech_rate(screenplay, 150, lambda line: 5.2) < 1.3


def test_measured_lines_count_and_keep_their_identity() -> None:
    """The renderer finds its measurements by the very Line objects of the screenplay."""
    screenplay = read_screenplay("图1说：“一。”图2说：“二。”", people("图1", "图2"))
    seen: list[int] = []

    def measure(line: Line) -> float:
        seen.append(id(line))
        return 2.0

    for shot_type in (None, ShotType.MULTI, ShotType.SINGLE):
        board = draw_storyboard(
            screenplay, 300, subjects=people("图1", "图2"), shot_type=shot_type, line_seconds=measure
        )
        assert [line.end_frame - line.first_frame for line in board.lines] == [60, 60]
    assert set(seen) == {id(line) for line in screenplay.shots[0].lines}


@pytest.mark.parametrize(
    ("text", "seconds"), [("你好", 0.84), ("one two three four five", 2.32), ("", 0.6), ("一二三四五六七八九", 2.4)]
)
def test_estimate(text: str, seconds: float) -> None:
    assert estimate_seconds(Line(None, text)) == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize(
    ("weights", "needs", "shares"),
    [
        ([1, 1], [10, 10], [50, 50]),
        ([9, 1], [10, 30], [70, 30]),
        ([1, 1, 2], [1, 1, 1], [25, 25, 50]),
        ([1, 1], [150, 50], [75, 25]),
    ],
)
def test_frames_are_shared_by_weight_and_need(weights: list[float], needs: list[int], shares: list[int]) -> None:
    assert share_frames(100, weights, needs) == shares


# shot_type ------------------------------------------------------------------------------------------------------------

TALK = "图1和图2坐在图3的咖啡馆里。图1说：“我们还是算了吧。”图2问：“是因为钱？”图1说：“你从来不问我累不累。”"


def test_single_plays_all_lines_in_one_shot() -> None:
    board = draw("镜头1：图1说：“早。”镜头2：图2说：“晚。”", people("图1", "图2"), shot_type=ShotType.SINGLE)
    assert len(board.shots) == 1
    assert [line.text for line in board.lines] == ["早。", "晚。"]
    assert {p.name for p in board.shots[0].placements} == {"图1", "图2"}


def test_multi_opens_wide_and_goes_to_each_speaker() -> None:
    subjects = [*people("图1", "图2"), NamedSubject("图3", kind="place")]
    board = draw(TALK, subjects, 360, ShotType.MULTI)
    assert len(board.shots) == 4
    assert board.shots[0].size in (ShotSize.WIDE, ShotSize.FULL, ShotSize.MEDIUM)
    assert board.shots[0].lines == ()
    assert [s.focus for s in board.shots[1:]] == [("图1",), ("图2",), ("图1",)]
    assert all(s.background == "图3" for s in board.shots)
    assert all(one.size is not two.size for one, two in itertools.pairwise(board.shots))


def test_multi_divides_a_silent_scene_too() -> None:
    board = draw("图1走进花园，摘下一朵花，转身微笑", people("图1"), 240, ShotType.MULTI)
    assert len(board.shots) >= 2
    assert len({s.size for s in board.shots}) == len(board.shots)


def test_multi_in_a_short_film_stays_one() -> None:
    assert len(draw(TALK, people("图1", "图2", "图3"), 60, ShotType.MULTI).shots) == 1


# Who stands where -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_nobody_stands_in_anothers_place(count: int) -> None:
    names = [f"图{i}" for i in range(1, count + 1)]
    (shot,) = draw("、".join(names) + "一起跳舞", people(*names)).shots
    xs = sorted(p.x for p in shot.placements)
    assert len(xs) == count
    assert all(b - a >= 0.15 for a, b in itertools.pairwise(xs))
    assert xs[0] >= 0.05
    assert xs[-1] <= 0.95


def test_people_who_talk_face_each_other() -> None:
    (shot,) = draw("图1说：“早。”图2答：“早。”", people("图1", "图2"), 120).shots
    left, right = sorted(shot.placements, key=lambda p: p.x)
    assert (left.facing, right.facing) == (Facing.RIGHT, Facing.LEFT)


def test_one_alone_faces_the_camera() -> None:
    (shot,) = draw("图1对着镜头说：“大家好。”", people("图1")).shots
    assert shot.placements[0].facing is Facing.CAMERA


def test_sides_never_swap_at_a_cut() -> None:
    board = draw("镜头1：图1看着图2。镜头2：图2走向图1。镜头3：图2和图1拥抱。", people("图1", "图2"))
    orders = [[p.name for p in sorted(s.placements, key=lambda p: p.x)] for s in board.shots]
    assert orders == [["图1", "图2"]] * 3


def test_stated_sides_are_kept() -> None:
    (shot,) = draw("图1在画面右边，图2在画面左边，两人挥手", people("图1", "图2")).shots
    assert placed(shot, "图1").x > placed(shot, "图2").x


def test_the_example_of_seed_003() -> None:
    """Source: seed 003, the first example: an instrument, a chair, a passer-by who puts a thing down and speaks."""
    prompt = (
        "视频1抱着图3，在图4的椅子上弹奏一支舒缓的乡村民谣，并说道：“今天的阳光真好。”图1手中拿着图2，路过视频1，"
        "把手中的图2放到视频1旁边的桌子上，并说道：“真好听，能不能再唱一遍”。"
    )
    subjects = [*(NamedSubject(f"图{i}") for i in (1, 2, 3, 4)), NamedSubject("视频1", (), "video")]
    board = draw(prompt, subjects)
    assert [(line.speaker, line.text) for line in board.lines] == [
        ("视频1", "今天的阳光真好。"),
        ("图1", "真好听，能不能再唱一遍"),
    ]
    opening, first, coming, second = board.shots
    assert {p.name for p in opening.placements} == {"视频1", "图3", "图4"}  # who passes later is not there yet
    assert placed(opening, "图3").held_by == "视频1"
    assert placed(opening, "图4").part is Part.SEAT
    assert placed(opening, "图4").x == placed(opening, "视频1").x
    assert (first.focus, second.focus) == (("视频1",), ("图1",))
    passer, flower = placed(coming, "图1"), placed(coming, "图2")
    assert passer.enters_from in (Side.LEFT, Side.RIGHT)
    assert passer.leaves_to is None
    assert passer.travels_to is None
    assert flower.held_by == "图1"
    lain = placed(second, "图2")
    assert lain.held_by is None
    assert lain.x == flower.travels_to
    assert min(placed(second, "视频1").x, passer.x) < lain.x < max(placed(second, "视频1").x, passer.x)


def test_a_passer_by_crosses_the_picture() -> None:
    (shot,) = draw(
        "视频1在弹吉他，图1手中拿着一束花，路过视频1", [*people("图1"), NamedSubject("视频1", (), "video")]
    ).shots
    passer = placed(shot, "图1")
    assert {passer.enters_from, passer.leaves_to} == {Side.LEFT, Side.RIGHT}


def test_a_walk_is_a_travel() -> None:
    (shot,) = draw("图1走在沙滩上", people("图1")).shots
    assert shot.placements[0].travels_to is not None
    assert abs(shot.placements[0].travels_to - shot.placements[0].x) > 0.1


def test_entering_and_leaving_have_sides() -> None:
    board = draw("镜头1：图1从右边走进来。镜头2：图1转身离开。", people("图1"))
    assert board.shots[0].placements[0].enters_from is Side.RIGHT
    assert board.shots[1].placements[0].leaves_to is not None


def test_a_loose_prop_has_a_place_of_its_own() -> None:
    subjects = [*people("图1", "图2"), NamedSubject("图3", kind="object")]
    (shot,) = draw("图1和图2看着图3", subjects).shots
    xs = sorted(p.x for p in shot.placements)
    assert all(b - a >= 0.15 for a, b in itertools.pairwise(xs))
    assert placed(shot, "图3").part is Part.PROP


def test_a_place_is_the_set_and_stays_it() -> None:
    subjects = [*people("图1"), NamedSubject("图2", kind="place")]
    board = draw("镜头1：图1走进图2。镜头2：图1坐下。镜头3：图1走在沙滩上。", subjects)
    assert [s.background for s in board.shots] == ["图2", "图2", None]
    assert all("图2" not in {p.name for p in s.placements} for s in board.shots)


# References and lines that the prompt leaves open -------------------------------------------------------------------


def test_an_unnamed_reference_appears_with_a_note() -> None:
    subjects = [*people("图1", "图2"), NamedSubject("图3", kind="place")]
    board = draw("图1在挥手", subjects)
    assert {p.name for p in board.shots[0].placements} == {"图1", "图2"}
    assert board.shots[0].background == "图3"
    assert any("图2" in n for n in board.notes)
    assert any("图3" in n for n in board.notes)


def test_a_source_of_style_does_not_appear() -> None:
    board = draw("图1在跳舞，动作参考图2", people("图1", "图2"))
    assert [p.name for p in board.shots[0].placements] == ["图1"]


def test_a_source_of_style_named_before_the_shots_does_not_appear() -> None:
    board = draw("整体画风参考图2。\n1. 图1在跳舞\n2. 图1鞠躬", people("图1", "图2"))
    assert {p.name for s in board.shots for p in s.placements} == {"图1"}


def test_speakers_without_reference_are_heard_off_screen() -> None:
    board = draw("图1问店员：“多少钱？”店员答：“十块。”", people("图1"))
    assert [line.speaker for line in board.lines] == ["图1", "店员"]
    assert any("店员" in n and "off screen" in n for n in board.notes)


def test_a_narrator_needs_no_note() -> None:
    board = draw("旁白：“从前有座山。”图1走在山里。", people("图1"))
    assert board.lines[0].speaker == "narrator"
    assert board.notes == ()


def test_a_voice_from_off_screen_stays_there() -> None:
    board = draw("镜头1：图1睁开眼。镜头2：黑屏，只有图1的声音：“今年是哪一年？”", people("图1"))
    assert board.shots[1].placements == ()


# Panels and the first frame -------------------------------------------------------------------------------------------


def test_each_shot_shows_its_panel() -> None:
    board = draw("图1是四格漫画。1. 山 2. 水 3. 云 4. 月", [NamedSubject("图1")], panel_count=4)
    assert [s.panel for s in board.shots] == [0, 1, 2, 3]


def test_panels_are_spread_evenly_when_counts_differ() -> None:
    board = draw("图1是九宫格分镜。1. 山 2. 水 3. 云", [NamedSubject("图1")], panel_count=9)
    assert [s.panel for s in board.shots] == [0, 3, 6]
    assert any("panels" in n for n in board.notes)


def test_a_sheet_without_a_shot_list_plays_panel_by_panel() -> None:
    board = draw("把参考图片的四宫格分镜按顺序动起来", [NamedSubject("图1")], panel_count=4)
    assert [s.panel for s in board.shots] == [0, 1, 2, 3]


def test_the_first_frame_opens_a_film_of_one_shot() -> None:
    board = draw("镜头缓缓拉远，图1挥手", people("图1"), 150, has_first_frame=True)
    opening, scene = board.shots
    assert opening.is_first_frame_picture
    assert not scene.is_first_frame_picture
    assert 36 <= opening.frame_count <= 60
    assert [m.move for m in opening.moves] == [Move.PULL_OUT]
    assert opening.placements == ()
    assert scene.transition is Transition.DISSOLVE


def test_the_first_frame_opens_the_first_of_several_shots() -> None:
    board = draw("1. 图1挥手 2. 图1转身", people("图1"), has_first_frame=True)
    assert [s.is_first_frame_picture for s in board.shots] == [True, False]


# Camera life ----------------------------------------------------------------------------------------------------------


def test_what_the_prompt_states_is_kept() -> None:
    (shot,) = draw("低角度，近景，镜头缓慢环绕图1", people("图1")).shots
    assert (shot.size, shot.angle, [m.move for m in shot.moves]) == (ShotSize.MEDIUM_CLOSE, Angle.LOW, [Move.ORBIT])


def test_silence_gets_a_gentle_push_and_a_walk_a_camera_beside_it() -> None:
    assert [m.move for m in draw("图1看书", people("图1")).shots[0].moves] == [Move.PUSH_IN]
    assert draw("图1走在路上", people("图1")).shots[0].moves == (CameraMove(Move.TRUCK, Side.RIGHT),)
    assert draw("图1看书", people("图1"), 70).shots[0].moves == ()


def test_transitions_are_read() -> None:
    board = draw("群山连绵，叠化到一艘小船，切到码头", [])
    assert [s.transition for s in board.shots] == [Transition.CUT, Transition.DISSOLVE, Transition.CUT]


def test_a_close_shot_is_on_whoever_speaks() -> None:
    (shot,) = draw("特写，图1看着图2，图2说：“走吧。”", people("图1", "图2")).shots
    assert shot.focus == ("图2",)


def test_a_screenplay_by_hand_is_staged_too() -> None:
    screenplay = Screenplay(
        (
            ScriptShot(
                "x",
                cast=(CastMember("a"), CastMember("b"), CastMember("c", Part.PROP, held_by="a")),
                acts=(Act("a", Verb.WALK, "b"),),
                lines=(Line("a", "Hello there."),),
            ),
        )
    )
    board = draw_storyboard(screenplay, 90, subjects=[NamedSubject("a"), NamedSubject("b"), NamedSubject("c")])
    assert_sound(board, 90)
    assert placed(board.shots[0], "a").travels_to is not None


def test_an_empty_screenplay_is_one_shot() -> None:
    board = draw_storyboard(Screenplay(()), 30, subjects=[])
    assert_sound(board, 30)


def test_a_film_without_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        draw_storyboard(Screenplay(()), 0, subjects=[])


def test_lines_wait_for_what_happens_before_them() -> None:
    board = draw(
        "图1说：“早。”然后图1慢慢走到窗边，推开窗户，看着远处的山，转过身来，又说：“下雪了。”",
        people("图1"),
        shot_type=ShotType.SINGLE,
    )
    first, second = board.lines
    assert first.first_frame < 45
    assert second.first_frame - first.end_frame > 45


def test_the_only_reference_needs_no_name() -> None:
    """Source: seed 004 prints the prompt "make it dance." for one reference."""
    board = draw("make it dance.", people("character1"), 150)
    (placement,) = board.shots[0].placements
    assert [a.verb for a in placement.acts] == [Verb.DANCE]
    assert board.notes == ()
