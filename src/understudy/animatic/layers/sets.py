"""Which drawn set stands for a place in the prompt's own words, and in which light.

Knows words for places in Chinese and English. Must not know how a set is drawn nor how it is hung.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from understudy.animatic.layers import _indoors, _outdoors, _street, _water
from understudy.animatic.layers._outdoors import Draft, Hour, Piece
from understudy.animatic.screenplay import Weather
from understudy.core.units import Size

MOST_WIDTH = 1280
"""Pixels of the wide picture a set is drawn at; larger films enlarge it. Flat colours and gradients bear that."""


def _bamboo(draft: Draft) -> list[Piece]:
    return _outdoors.forest(draft, bamboo=True)


def _classroom(draft: Draft) -> list[Piece]:
    return _indoors.office(draft, chalk=True)


# The first row that matches wins: narrow places before wide ones.
_PLACES: tuple[tuple[str, str, Callable[[Draft], list[Piece]]], ...] = (
    ("underwater", r"海底|水下|深海|海中|珊瑚|underwater|under the sea|seabed|coral|deep sea", _water.underwater),
    ("water", r"open water|开阔水面|海上|汪洋", _water.open_water),
    ("sky", r"above the hills|云端|云层|高空|above the clouds|in the clouds", _water.high_sky),
    (
        "bamboo",
        r"竹林|竹海|bamboo",
        _bamboo,
    ),
    (
        "shop",
        r"便利店|超市|商店|小卖部|店铺|货架|convenience|supermarket|grocery|\bstore\b|\bshop\b|market",
        _indoors.shop,
    ),
    (
        "cafe",
        r"咖啡|餐厅|饭店|酒吧|茶馆|面馆|餐馆|厨房|吧台|caf[eé]|restaurant|\bbar\b|diner|pub\b|kitchen|bakery",
        _indoors.cafe,
    ),
    (
        "stage",
        r"舞台|演唱会|剧场|剧院|音乐厅|聚光灯|stage|concert|theat(?:er|re)|spotlight",
        _indoors.stage,
    ),
    ("classroom", r"教室|学校|课堂|classroom|school", _classroom),
    (
        "office",
        r"办公|会议室|实验室|医院|office|meeting room|\blab\b|hospital",
        _indoors.office,
    ),
    (
        "space",
        r"太空|宇宙|月球|星球|火星|飞船|outer space|\bspace\b|\bmoon\b(?! ?light)|planet|mars\b|spaceship",
        _outdoors.space,
    ),
    (
        "desert",
        r"沙漠|戈壁|沙丘|desert|dunes?\b",
        _outdoors.desert,
    ),
    (
        "sea",
        r"海边|海滩|沙滩|大海|海面|海岸|码头|湖边|湖畔|湖面|河边|beach|\bsea\b|seaside|ocean|\blake|coast|shore|"
        r"harbou?r|pier\b|river",
        _outdoors.sea,
    ),
    (
        "forest",
        r"森林|树林|丛林|林间|林中|forest|woods\b|jungle|woodland",
        _outdoors.forest,
    ),
    (
        "mountain",
        r"雪山|山顶|山谷|高山|群山|山峰|悬崖|山坡|山间|冰川|mountain|cliff|valley|summit|glacier|peak\b",
        _outdoors.mountain,
    ),
    (
        "street",
        r"街|巷|城市|都市|路口|马路|公路|车站|站台|天台|屋顶|广场|桥|street|alley|\bcity|downtown|road\b|rooftop|station|"
        r"square\b|bridge|sidewalk|urban",
        _street.street,
    ),
    (
        "meadow",
        r"草地|草原|草坪|公园|花园|田野|麦田|院子|庭院|操场|山丘|户外|field|meadow|park\b|garden|grass|lawn|yard|farm|"
        r"outdoor|countryside|hill",
        _outdoors.meadow,
    ),
    (
        "room",
        r"房间|客厅|卧室|书房|室内|屋里|屋内|家里|家中|沙发|壁炉|窗|书店|图书馆|走廊|room|living|bedroom|indoors?|\bhome\b|"
        r"\bhouse\b|sofa|fireplace|window|apartment|librar|bookstore|hallway|corridor",
        _indoors.room,
    ),
    ("room", r"椅子|桌子|餐桌|书桌|墙|门口|床上|\bchair|\btable\b|\bdesk\b|\bwall\b|\bdoor\b|\bbed\b", _indoors.room),
)
_NARROWEST = 1.6
_INDOORS = frozenset({"shop", "cafe", "stage", "classroom", "office", "room"})
_NIGHT = re.compile(r"夜|凌晨|月光|星空|night|midnight|moonlit|moonlight|starry", re.I)
_DUSK = re.compile(r"黄昏|傍晚|夕阳|日落|落日|晚霞|sunset|dusk|golden hour|twilight", re.I)
_MORNING = re.compile(r"清晨|日出|朝阳|sunrise|dawn", re.I)
"""Low sun too; but where it snows, rains or is foggy nobody sees the sun of a morning."""
_DULL = {Weather.FOG, Weather.RAIN, Weather.SNOW}
_WEATHER = (
    (Weather.RAIN, re.compile(r"雨|\brain", re.I)),
    (Weather.SNOW, re.compile(r"下雪|飘雪|大雪|雪夜|风雪|snowing|snowfall|snowy|blizzard", re.I)),
    (Weather.NIGHT, _NIGHT),
    (Weather.FOG, re.compile(r"雾|\bfog|\bmist", re.I)),
    (Weather.NEON, re.compile(r"霓虹|\bneon", re.I)),
)
_RAINY = re.compile(r"雨|rain", re.I)
_SNOWY = re.compile(r"雪|snow|winter", re.I)


@dataclass(frozen=True, slots=True)
class DrawnSet:
    """A set ready to be hung, farthest piece first.

    `indoors` keeps weather outside; `aspect` is width / height of the wide picture it was drawn for.
    """

    place: str
    hour: Hour
    indoors: bool
    pieces: tuple[Piece, ...]
    aspect: float


@dataclass(slots=True)
class SetStore:
    """Draws each set once per film: shots in one place share it."""

    size: Size
    seed: int
    _drawn: dict[tuple[str, Hour, bool, bool, bool], DrawnSet] = field(default_factory=dict)

    def find(self, words: str | None, weather: Sequence[Weather], text: str = "", story: str | None = None) -> DrawnSet:
        """The set for a place in the prompt's words.

        Args:
            words: what the prompt calls the place; None when it does not say.
            weather: weather and light of the shot.
            text: the shot's whole text, asked for its hour.
            story: what is asked when `words` names nothing known: the text of the whole film, so that its shots share
                a place. None: the shot's own text.
        """
        place, draw = place_of(words, weather, text if story is None else story)
        said = f"{words or ''} {text}"
        hour = Hour.DAY
        if Weather.NIGHT in weather or Weather.NEON in weather or _NIGHT.search(said):
            hour = Hour.NIGHT
        elif Weather.SUNSET in weather or _DUSK.search(said) or (_MORNING.search(said) and not set(weather) & _DULL):
            hour = Hour.DUSK
        wet = Weather.RAIN in weather or bool(_RAINY.search(said))
        snowy = Weather.SNOW in weather or bool(_SNOWY.search(said))
        misty = Weather.FOG in weather
        key = (place, hour, wet, snowy, misty)
        if key not in self._drawn:
            # an upright film sees the middle of a wide set: nothing in it is squeezed
            aspect = max(_NARROWEST, self.size.width / self.size.height)
            width = min(self.size.height * aspect, float(MOST_WIDTH))
            # lots by name and seed: the same place looks the same in every film with this seed
            rng = np.random.default_rng([self.seed, *place.encode(), *hour.encode()])
            draft = Draft(max(width, 480.0), aspect, hour, rng, wet, snowy, misty)
            self._drawn[key] = DrawnSet(place, hour, place in _INDOORS, tuple(draw(draft)), aspect)
        return self._drawn[key]


def weather_of(words: str | None, told: Sequence[Weather]) -> tuple[Weather, ...]:
    """The weather of a shot: as told, with what the name of the place says of itself ("雨夜的街道")."""
    named = [weather for weather, pattern in _WEATHER if words and pattern.search(words)]
    return tuple(dict.fromkeys((*told, *named)))


def place_of(
    words: str | None, weather: Sequence[Weather], text: str = ""
) -> tuple[str, Callable[[Draft], list[Piece]]]:
    """The name and the drawing of the set that fits best; the empty studio when nothing does.

    What stands in `text` by the way ("a wall", "the door") is no reason to go indoors when it rains on everybody.
    """
    outside = bool(set(weather) & {Weather.SNOW, Weather.FOG, Weather.RAIN})
    for said, is_place in ((words or "", True), (text, False)):
        for name, pattern, draw in _PLACES:
            if said and re.search(pattern, said, re.I) and (is_place or not outside or name not in _INDOORS):
                return name, draw
    if Weather.NEON in weather or (Weather.RAIN in weather and Weather.NIGHT in weather):
        return "street", _street.street
    if set(weather) & {Weather.SNOW, Weather.FOG, Weather.SUNSET, Weather.RAIN}:
        return "meadow", _outdoors.meadow
    return "studio", _indoors.studio
