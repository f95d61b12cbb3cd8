"""What a prompt says about the look of a film, as a table."""

from __future__ import annotations

import pytest

from understudy.animatic.looks import Style
from understudy.animatic.looks.words import read_look
from understudy.animatic.screenplay import Weather

STYLES = [
    ("水墨画风格的山水", Style.INK),
    ("ink wash painting of a city", Style.INK),
    ("变成油画", Style.OIL),
    ("in the style of Van Gogh", Style.OIL),
    ("赛博朋克风格的夜晚街道", Style.NEON_CITY),
    ("a cyberpunk street", Style.NEON_CITY),
    ("像素风", Style.PIXELS),
    ("16-bit pixel art", Style.PIXELS),
    ("水彩风格", Style.WATER_COLOUR),
    ("soft watercolor", Style.WATER_COLOUR),
    ("铅笔素描", Style.PENCIL),
    ("charcoal sketch", Style.PENCIL),
    ("宫崎骏动画风格", Style.FRESH_COMIC),
    ("anime style", Style.FRESH_COMIC),
    ("黑白漫画", Style.MANGA),
    ("American comic book", Style.COMIC),
    ("国风动画", Style.CHINESE_CARTOON),
    ("Pixar 3D animation", Style.CARTOON_3D),
    ("剪纸艺术", Style.CUT_PAPER),
    ("flat illustration", Style.ILLUSTRATION),
    ("将整个画面转换为黏土风格", Style.CLAY),
    ("claymation", Style.CLAY),
    ("low poly style", Style.FACETS),
    ("黑白电影", Style.BLACK_AND_WHITE),
    ("black and white film noir", Style.BLACK_AND_WHITE),
    ("复古胶片", Style.OLD_FILM),
    ("vintage film look", Style.OLD_FILM),
    ("视频展示了一辆黑色的蒸汽朋克风格汽车，画面复古与趣味", Style.BRASS),
    ("a steampunk airship", Style.BRASS),
    ("一个女孩在跳舞", None),
    ("a girl dances in a forest", None),
    ("不要水墨，要油画", Style.OIL),
    ("an oil painting, not ink wash", Style.OIL),
    ("no watercolor", None),
    ("", None),
]


@pytest.mark.parametrize(("prompt", "style"), STYLES)
def test_style(prompt: str, style: Style | None) -> None:
    assert read_look(prompt).style is style


@pytest.mark.parametrize(
    ("prompt", "colours"),
    [
        ("金色的画面", ("gold",)),
        ("red and blue light", ("red", "blue")),
        ("粉红色的梦", ("pink",)),
        ("红绿灯前的黄昏", ()),
        ("black and white", ()),
        ("golden hour", ()),
    ],
)
def test_colours_in_the_order_said(prompt: str, colours: tuple[str, ...]) -> None:
    assert tuple(name for name, _ in read_look(prompt).colours) == colours


@pytest.mark.parametrize(
    ("prompt", "lights", "weather"),
    [
        ("温暖的秋天", ("warm", "autumn"), ()),
        ("make it winter, with snow", ("winter",), (Weather.SNOW,)),
        ("雨夜", (), (Weather.RAIN, Weather.NIGHT)),
        ("a dark foggy morning", ("dark",), (Weather.FOG,)),
        ("vivid summer, no rain", ("vivid", "summer"), ()),
    ],
)
def test_light_and_weather(prompt: str, lights: tuple[str, ...], weather: tuple[Weather, ...]) -> None:
    said = read_look(prompt)
    assert said.lights == lights
    assert said.weather == weather


@pytest.mark.parametrize(
    ("prompt", "things", "of_picture"),
    [
        ("让马头人身角色穿上图片中的条纹毛衣", True, False),
        ("remove the boats", True, False),
        ("replace the car with a horse", True, False),
        ("将整个画面转换为黏土风格", False, False),
        ("use the palette of the picture", False, True),
        ("参考图1的色调", False, True),
    ],
)
def test_things_and_pictures(prompt: str, things: bool, of_picture: bool) -> None:
    said = read_look(prompt)
    assert said.things is things
    assert said.of_picture is of_picture


def test_silent_is_what_nothing_can_be_drawn_of() -> None:
    assert read_look("remove the boats").silent
    assert not read_look("remove the boats at night").silent
