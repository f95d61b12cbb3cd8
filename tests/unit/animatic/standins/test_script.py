"""A prompt without references as a screenplay of stand-ins: who does what, how many, how large, who rides."""

from __future__ import annotations

import pytest

from understudy.animatic.screenplay import Part, Verb
from understudy.animatic.standins.script import Script, read_script

WIDE = 16 / 9


def acts(script: Script) -> set[tuple[str, Verb]]:
    return {(act.who, act.verb) for shot in script.screenplay.shots for act in shot.acts}


DOINGS = [
    ("一只小猫在月光下奔跑", {("小猫", Verb.RUN)}),
    ("A red car drives along the coast", {("car", Verb.WALK)}),
    ("A whale swims in the deep sea", {("whale", Verb.SWIM)}),
    ("一群大雁飞过雪山", {("大雁", Verb.FLY), ("大雁 2", Verb.FLY)}),
    ("a white sailboat glides on a calm lake", {("sailboat", Verb.WALK)}),
    ("a sleeping lion", {("lion", Verb.SLEEP)}),
    ("一位芭蕾舞者在舞台上跳舞", {("芭蕾舞者", Verb.DANCE)}),
    ("小女孩牵着她的狗在街道上散步", {("小女孩", Verb.WALK), ("狗", Verb.WALK)}),
    ("小女孩抬头看着天空", {("小女孩", Verb.LOOK)}),
    ("火箭发射升空", {("火箭", Verb.FLY)}),
]


@pytest.mark.parametrize(("prompt", "expected"), DOINGS)
def test_verbs_reach_whoever_does_them(prompt: str, expected: set[tuple[str, Verb]]) -> None:
    assert expected <= acts(read_script(prompt, WIDE, labelled=True))


def test_a_butterfly_makes_nobody_fly() -> None:
    assert ("cat", Verb.FLY) not in acts(read_script("An orange cat chases a butterfly", WIDE, labelled=True))


def test_two_are_two_and_only_the_first_has_a_label() -> None:
    script = read_script("两只小猫在草地上玩", WIDE, labelled=True)
    assert [m.name for m in script.screenplay.shots[0].cast] == ["小猫", "小猫 2"]
    assert all(m.part is Part.ACTOR for m in script.screenplay.shots[0].cast)
    assert [figure.label for figure in script.figures.values()] == ["小猫", None]


def test_a_prompt_that_forbids_text_gets_no_labels() -> None:
    script = read_script("一只小猫在奔跑，画面中不要出现任何文字", WIDE, labelled=True)
    assert [figure.label for figure in script.figures.values()] == [None]


@pytest.mark.parametrize(
    ("prompt", "rider", "mount"),
    [
        ("A cowboy rides a horse through the desert", "cowboy", "horse"),
        ("少年骑着自行车穿过街道", "少年", "自行车"),
        ("一位老渔夫在渔船上唱歌", "老渔夫", "渔船"),
    ],
)
def test_riders_sit_on_their_mounts_and_these_go(prompt: str, rider: str, mount: str) -> None:
    script = read_script(prompt, WIDE, labelled=True)
    assert script.mounts == {rider: mount}
    assert (mount, Verb.WALK) in acts(script)


def test_a_driver_is_not_seen_and_the_notes_say_so() -> None:
    script = read_script("A man drives a red sports car along the coast", WIDE, labelled=True)
    assert list(script.figures) == ["sports car"]
    assert "man is inside and not seen." in script.notes
    assert ("sports car", Verb.WALK) in acts(script)


def test_sizes_are_those_of_life_beside_people_but_not_all_of_it() -> None:
    shares = {n: f.share for n, f in read_script("A man, a dog and a mouse", WIDE, labelled=True).figures.items()}
    assert shares["man"] > shares["dog"] > shares["mouse"] > 0.05


@pytest.mark.parametrize("aspect", [16 / 9, 1.0, 9 / 16])
def test_what_stands_alone_fills_the_picture_well(aspect: float) -> None:
    for noun in ("cat", "bus", "giraffe", "train", "butterfly"):
        (figure,) = read_script(f"a {noun}", aspect, labelled=True).figures.values()
        wide = figure.share * 0.7 * figure.box[2] / figure.box[3] / aspect
        assert 0.05 < wide < 0.75, noun


def test_scenery_stands_behind_and_does_not_act() -> None:
    script = read_script("小男孩坐在树下看书", WIDE, labelled=True)
    assert script.scenery == ("树",)
    assert [m.name for m in script.screenplay.shots[0].cast] == ["小男孩"]
    alone = read_script("一棵大树", WIDE, labelled=True)
    assert [m.name for m in alone.screenplay.shots[0].cast] == ["大树"]


@pytest.mark.parametrize(
    ("prompt", "words"),
    [("A dolphin leaps", "underwater"), ("a boat drifts", "open water"), ("an eagle soars", "above the hills")],
)
def test_everybody_is_where_he_is_at_home(prompt: str, words: str) -> None:
    assert words in (read_script(prompt, WIDE, labelled=True).screenplay.shots[0].place or "")


def test_several_shots_keep_their_own_people() -> None:
    script = read_script("镜头1：小男孩坐在树下。镜头2：一只松鼠跳过来。镜头3：男孩微笑着挥手", WIDE, labelled=True)
    assert [[m.name for m in shot.cast] for shot in script.screenplay.shots] == [["小男孩"], ["松鼠"], ["小男孩"]]
    assert ("小男孩", Verb.WAVE) in acts(script)
