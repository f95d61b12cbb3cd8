"""What begins a shot and what does not; weather, and the wish for no lettering."""

from __future__ import annotations

import pytest

from understudy.animatic.grammar import read_screenplay
from understudy.animatic.grammar.ambience import find_weather, forbids_text
from understudy.animatic.grammar.text import number, plain


def shots(prompt: str) -> int:
    return len(read_screenplay(prompt, []).shots)


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("1. 山 2. 水 3. 云", 3),
        ("1、山\n2、水", 2),
        ("1) hills\n2) lakes\n3) clouds", 3),
        ("(1) 山 (2) 水", 2),
        ("①山②水③云", 3),
        ("一、山门。二、水边。", 2),
        ("镜头1：山。镜头2：水。", 2),
        ("【镜头一】山【镜头二】水", 2),
        ("第一个镜头，山。第二个镜头，水。", 2),
        ("分镜一：山。分镜二：水。", 2),
        ("第一格：山。第二格：水。", 2),
        ("P1｜山\nP2｜水", 2),
        ("Shot 1: hills. Shot 2: lakes.", 2),
        ("Panel 1: hills. Panel 2: lakes.", 2),
        ("Scene 1 - hills\nScene 2 - lakes", 2),
        ("INT. ROOM - DAY\nA man.\nEXT. SEA - NIGHT\nWaves.", 2),
        ("0-3秒：山；3-6秒：水", 2),
        ("[0-3s] hills [3-6s] lakes", 2),
        ("00:00-00:02 hills\n00:02-00:05 lakes", 2),
        ("[00:00] hills [00:03] lakes", 2),
        ("前3秒山，第4-6秒水，最后2秒云", 3),
        ("- 山间小路\n- 水边小船", 2),
        ("* hills at dawn\n* lakes at noon", 2),
        ("远景：群山。中景：小船。特写：船桨。", 3),
        ("群山连绵，切到一艘小船", 2),
        ("Hills at dawn. Cut to a lake at noon.", 2),
        ("山，下一个镜头，水", 1),
        ("群山连绵起伏，下一个镜头，小船入水", 2),
        ("风格：写实\n1. 山\n2. 水\n要求：1. 无字幕 2. 高清", 2),
        ("他先走，然后跑，随后跳，最后停下", 1),
        ("镜头推到脸上，再摇向窗外", 1),
        ("the camera pans to a lake", 1),
        ("一镜到底，0-3秒走，3-6秒跑", 1),
        ("No cuts. 0-3s he walks, 3-6s he runs", 1),
        ("At 1 second it trembles, at 3 seconds it falls", 1),
        ("价格1.5元，2.5折", 1),
        ("2-3秒后门开了", 1),
        ("版本2.0发布", 1),
        ("他数着1、2、3冲出去", 1),
        ("", 1),
        ("hello", 1),
        ("Image 1 hugs Image 2. Image 1. Image 2.", 1),
        ("人物：1. 小明 2. 小红\n他们在公园散步", 1),
    ],
)
def test_shots_are_counted_by_their_marks(prompt: str, count: int) -> None:
    assert shots(prompt) == count


def test_timecodes_are_kept() -> None:
    board = read_screenplay("[0-3s] hills [3-7.5s] lakes [7.5-10s] clouds", [])
    assert [(s.start, s.end) for s in board.shots] == [(0, 3), (3, 7.5), (7.5, 10)]


def test_one_take_is_told() -> None:
    assert read_screenplay("一镜到底，图1走过长廊", []).one_take
    assert not read_screenplay("第一镜 山\n第二镜 水", []).one_take


@pytest.mark.parametrize(
    ("text", "weather"),
    [
        ("窗外下着小雨", ["rain"]),
        ("大雪纷飞", ["snow"]),
        ("深夜的街头", ["night"]),
        ("月光下", ["night"]),
        ("夕阳西下", ["sunset"]),
        ("golden hour", ["sunset"]),
        ("海雾很浓", ["fog"]),
        ("a foggy harbor", ["fog"]),
        ("neon灯牌", ["neon"]),
        ("霓虹闪烁", ["neon"]),
        ("a night market in the rain", ["rain", "night"]),
        ("撑着雨伞", []),
        ("雪白的裙子", []),
        ("吃着雪糕", []),
        ("没有下雨", []),
        ("no rain", []),
        ("流星雨", []),
        ("a trained dog", []),
        ("SFX: distant rain", []),
        ("雨声淅沥", []),
        ("knight in armor", []),
        ("喷雾", []),
    ],
)
def test_weather(text: str, weather: list[str]) -> None:
    assert list(find_weather(plain(text))) == weather


@pytest.mark.parametrize(
    ("text", "forbids"),
    [
        ("不要字幕", True),
        ("画面中不得出现任何文字", True),
        ("无字幕", True),
        ("禁止出现文字和logo", True),
        ("不要加文字", True),
        ("no text", True),
        ("No captions or subtitles.", True),
        ("remove all speech bubbles and text", True),
        ("without any on-screen text", True),
        ("字幕：无", True),
        ("no text no logo", True),
        ("text-free", True),
        ("不要人声", False),
        ("没有对白", False),
        ("no dialogue", False),
        ("no music", False),
        ("加上中文字幕", False),
        ("with captions", False),
        ("不要水印", False),
        ("她没有说话，低头写字", False),
    ],
)
def test_lettering_is_forbidden_only_by_name(text: str, forbids: bool) -> None:
    assert forbids_text(plain(text)) is forbids


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("三", 3),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("three", 3),
        ("second", 2),
        ("两", 2),
        ("x", None),
        ("", None),
        ("十十", None),
    ],
)
def test_numbers(text: str, value: int | None) -> None:
    assert number(text) == value
