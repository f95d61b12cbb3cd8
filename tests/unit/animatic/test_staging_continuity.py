"""What holds for the whole film: a closing sentence about the weather, a place named late, pictures of places."""

from __future__ import annotations

import pytest
from test_staging import draw, people, placed

from understudy.animatic.continuity import closing_words
from understudy.animatic.grammar import NamedSubject, read_screenplay
from understudy.animatic.screenplay import Part, ShotSize, Weather
from understudy.animatic.staging import draw_storyboard

NIGHT, RAIN, SNOW = Weather.NIGHT, Weather.RAIN, Weather.SNOW
ONE = people("图1")


@pytest.mark.parametrize(
    ("prompt", "weathers"),
    [
        ("镜头1：图1走来。镜头2：图1说：“早。”夜晚，下着雨。", [{NIGHT, RAIN}, {NIGHT, RAIN}]),
        ("镜头1：图1走来。\n镜头2：图1坐下。\n夜晚，下着雨。", [{NIGHT, RAIN}, {NIGHT, RAIN}]),
        ("图1 walks in, cut to 图1 smiling. It is night, heavy rain.", [{NIGHT, RAIN}, {NIGHT, RAIN}]),
        # a shot that says otherwise keeps what it says
        ("镜头1：雪地里，下着雪，图1走来。镜头2：图1坐下。夜晚，下着雨。", [{SNOW}, {NIGHT, RAIN}]),
        ("镜头1：阳光下，图1走来。镜头2：图1坐下。夜晚，下着雨。", [{RAIN}, {NIGHT, RAIN}]),
        # what begins there is an event
        ("镜头1：图1走来。镜头2：图1坐下。突然下起了雨。", [set(), {RAIN}]),
        # what somebody does in it is that shot's own
        ("镜头1：图1走来。镜头2：夜晚，图1在雨中坐下。", [set(), {NIGHT, RAIN}]),
        # a shot made of nothing else
        ("镜头1：图1走来。镜头2：夜晚，下着雨。", [set(), {NIGHT, RAIN}]),
    ],
)
def test_a_closing_sentence_speaks_of_the_film(prompt: str, weathers: list[set[Weather]]) -> None:
    assert [set(s.weather) for s in draw(prompt, ONE, 180).shots] == weathers


def test_a_closing_sentence_may_tell_the_place() -> None:
    board = draw("镜头1：图1走来。\n镜头2：图1说：“早。”\n夜晚，下着雨，在海边。", ONE)
    assert {s.place for s in board.shots} == {"海边"}


def test_words_spoken_are_no_closing_sentence() -> None:
    screenplay = read_screenplay("镜头1：图1走来。镜头2：图1说：“夜晚，下着雨。”", ONE)
    assert closing_words(screenplay.shots[1], ONE) == ""


def test_a_corner_named_late_is_where_the_film_began() -> None:
    board = draw("图2走来，切到图1，图1靠在窗边，看着图2。", people("图1", "图2"), 150)
    assert {s.place for s in board.shots} == {"窗边"}
    board = draw("图2走来，切到沙滩，图1在沙滩上看着图2。", people("图1", "图2"), 150)
    assert board.shots[0].place is None


@pytest.mark.parametrize("part", ["在图2的椅子上弹琴", "站在图2的发射场前", "看着图2"])
def test_a_picture_of_a_place_is_the_set_whatever_the_prompt_calls_it(part: str) -> None:
    (shot,) = draw(f"图1{part}", [*ONE, NamedSubject("图2", kind="place")], 120).shots
    assert shot.background == "图2"
    assert [p.name for p in shot.placements] == ["图1"]


def test_nobody_sits_on_a_framed_picture() -> None:
    (shot,) = draw("图1坐在图2的椅子上", [*ONE, NamedSubject("图2", kind="card")], 120).shots
    card = placed(shot, "图2")
    assert card.part is Part.PROP
    assert abs(card.x - placed(shot, "图1").x) > 0.2
    assert shot.size is ShotSize.MEDIUM


def test_a_real_chair_is_sat_on() -> None:
    screenplay = read_screenplay("图1坐在图2的椅子上", [*ONE, NamedSubject("图2")])
    (shot,) = draw_storyboard(screenplay, 120, subjects=[*ONE, NamedSubject("图2", kind="object")]).shots
    assert placed(shot, "图2").part is Part.SEAT
    assert placed(shot, "图2").x == placed(shot, "图1").x
