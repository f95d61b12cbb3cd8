"""Who and what could stand on a set: nouns, numbers, colours, and when two words mean the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.animatic.standins import words
from understudy.animatic.standins.kinds import KINDS
from understudy.animatic.standins.scout import MOST, scout

NAMED = [
    ("一只小猫在月光下奔跑", [("小猫", "cat", 1)]),
    ("两只橘猫和一只黑狗在草地上追逐", [("橘猫", "cat", 2), ("狗", "dog", 1)]),
    ("一群大雁从雪山上空飞过", [("大雁", "eagle", 4)]),
    ("A red vintage car drives along a coastal road", [("car", "car", 1)]),
    ("Two kids and a golden retriever run on the beach", [("kids", "child", 2), ("golden retriever", "dog", 1)]),
    ("An orange cat chases a butterfly. The cat jumps.", [("cat", "cat", 1), ("butterfly", "butterfly", 1)]),
    ("A dog sleeps beside a puppy", [("dog", "dog", 1), ("puppy", "dog", 1)]),
    ("老虎和大象在河边喝水", [("老虎", "big cat", 1), ("大象", "elephant", 1)]),
    ("一对情侣撑着伞散步", [("情侣", "person", 2)]),
    ("a white sailboat on a calm lake", [("sailboat", "sailboat", 1)]),
    ("小木屋前有一棵大树", [("小木屋", "house", 1), ("大树", "tree", 1)]),
    ("机器人走过街道", [("机器人", "robot", 1)]),
]


@pytest.mark.parametrize(("prompt", "expected"), NAMED)
def test_nouns_become_stand_ins(prompt: str, expected: list[tuple[str, str, int]]) -> None:
    assert [(s.name, s.kind_name, s.count) for s in scout(prompt)] == expected


@pytest.mark.parametrize(
    "prompt",
    [
        "抽象的光影在空间中流动",
        "马路上空无一物，霓虹灯闪烁",  # 马路 is no horse
        "无人的树林里下着雨",
        "soft abstract shapes drift in blue light",
        "an empty parking lot at night",
        "No people, only fog over the hills",
        "牛奶倒进咖啡馆的夜色",
    ],
)
def test_words_that_hold_a_noun_are_none(prompt: str) -> None:
    assert not [s for s in scout(prompt) if s.kind.role.value in ("person", "animal", "vehicle")]


def test_quoted_words_and_comparisons_are_not_seen() -> None:
    assert [s.name for s in scout('The boy says: "look, a dragon!"')] == ["boy"]
    assert [s.name for s in scout("A person walks like a cat")] == ["person"]
    assert [s.name for s in scout("女孩像小鸟一样飞奔")] == ["女孩"]


COLOURED = [
    ("橘猫", "橘猫", (224, 138, 58)),
    ("a red vintage car", "car", (196, 62, 56)),
    ("一只黑色的小狗", "小狗", (66, 66, 70)),
    ("穿红裙子的女孩", "女孩", (196, 62, 56)),
    ("A man in a blue jacket waves", "man", (72, 118, 192)),
    ("一只老虎", "老虎", words.OWN_COLOURS["老虎"]),
    ("a dog", "dog", None),
]


@pytest.mark.parametrize(("prompt", "name", "colour"), COLOURED)
def test_colours_come_from_the_prompt(prompt: str, name: str, colour: tuple[int, int, int] | None) -> None:
    assert {s.name: s.accent for s in scout(prompt)} == {name: colour}


def test_another_one_is_another_one() -> None:
    assert [s.name for s in scout("A cat sits. Another cat runs past.")] == ["cat", "cat 2"]
    assert [s.name for s in scout("一只橘猫坐着，猫看着窗外")] == ["橘猫"]


def test_every_word_leads_to_a_kind() -> None:
    assert {kind for kind, _ in (*words.HAN, *words.LATIN)} - {""} <= set(KINDS)
    assert not [nouns for _, nouns in words.LATIN if "(?:" in nouns], "a group would be torn where words are split"


@given(st.text(alphabet="一两只小猫狗女孩在的，。 a cat dog man's red—\n“”2", max_size=60))
def test_any_text_can_be_scouted(prompt: str) -> None:
    found = scout(prompt)
    assert len(found) <= MOST
    assert len({s.name for s in found}) == len(found)
    assert all(1 <= s.count <= words.MOST and s.name.strip() for s in found)


def test_a_breed_and_its_young_are_one() -> None:
    assert [(s.name, s.count) for s in scout("a golden retriever puppy tilts its head")] == [("golden retriever", 1)]


def test_things_are_left_out_where_somebody_acts() -> None:
    assert [s.name for s in scout("一个咖啡杯")] == ["咖啡杯"]
    assert [s.name for s in scout("女孩拿着咖啡杯")] == ["女孩"]
    assert [s.name for s in scout("一只蝴蝶落在红色玫瑰花上")] == ["蝴蝶", "玫瑰花"]
