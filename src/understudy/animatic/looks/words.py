"""Words: what a prompt in Chinese or English says about the look of a film: style, colours, light, season.

Knows vocabulary as tables of regular expressions over folded text (`grammar.text.plain`). Must not know how a look is
made. Weather words are the studio's own (lexicon). What is denied (“no ink wash”, “不要水墨”) is not said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

from understudy.animatic.grammar.text import compile_words, plain
from understudy.animatic.lexicon import WEATHER
from understudy.animatic.looks import Style
from understudy.animatic.screenplay import Weather

T = TypeVar("T")

# Leftmost wins among what is found at different places; at one place the earlier row.
STYLES: tuple[tuple[str, Style], ...] = (
    (r"水墨|墨染|泼墨|写意|ink[ -]?(?:wash|painting|brush)|sumi-?e|\bink style|\binked\b(?= style)", Style.INK),
    (
        r"油画|厚涂|印象派|印象主义|梵高|梵谷|莫奈|\boil[ -]?(?:on canvas|paint\w*)|\bimpressionis\w*|\bimpasto\b|"
        r"van gogh|\bmonet\b|\bpainterly\b",
        Style.OIL,
    ),
    (r"赛博|霓虹都市|cyber ?-?punk|\bsynthwave\b|\bvaporwave\b|蒸汽波|\btron\b style", Style.NEON_CITY),
    (r"像素|8 ?-?bit\b|16 ?-?bit\b|\bpixel(?:ated|s)?\b|\bpixel[ -]?art\b", Style.PIXELS),
    (r"水彩|淡彩|\bwater[ -]?colou?rs?\b|\bgouache\b", Style.WATER_COLOUR),
    (r"素描|铅笔|速写|炭笔|\bpencil\b|\bsketch(?:ed|y|es)?\b|\bcharcoal\b|\bgraphite\b", Style.PENCIL),
    (
        r"美漫|美式漫画|美国漫画|漫威|波普|american comics?|\bcomic[ -]?books?\b|\bpop[ -]art\b|\bmarvel\b|"
        r"\bcomics?\b(?= style| look)",
        Style.COMIC,
    ),
    (r"日漫|日式漫画|黑白漫画|漫画|\bmanga\b", Style.MANGA),
    (
        r"动漫|动画(?!镜头)|二次元|吉卜力|宫崎骏|新海诚|清新|卡通|赛璐|\banim(?:e|ation|ated)\b|\bghibli\b|\bcartoons?\b|"
        r"cel[ -]shad\w*",
        Style.FRESH_COMIC,
    ),
    (
        r"3 ?d ?(?:卡通|动画|动漫|渲染)|皮克斯|迪士尼|三维(?:卡通|动画)|pixar|\bdisney\b|3-?d (?:cartoon|animat\w*|"
        r"render\w*)|\bcgi\b",
        Style.CARTOON_3D,
    ),
    (
        r"国风|国潮|国画|工笔|古风|敦煌|中国风|浮世绘|年画|chinese (?:style|cartoon|painting|traditional)|\bgongbi\b|"
        r"\bukiyo-?e\b|traditional chinese",
        Style.CHINESE_CARTOON,
    ),
    (
        r"剪纸|纸艺|折纸|纸雕|皮影|paper[ -]?(?:cut\w*|art|craft\w*|collage)|cut[ -]?(?:out )?paper|"
        r"\borigami\b",
        Style.CUT_PAPER,
    ),
    (
        r"扁平|插画|海报风|矢量|极简|illustrat\w*|\bflat design\b|\bvector\b|\bminimalis\w*|\bposter\b",
        Style.ILLUSTRATION,
    ),
    (r"粘土|黏土|橡皮泥|定格动画|\bclay(?:mation)?\b|\bplasticine\b|stop[ -]motion", Style.CLAY),
    (r"低多边形|多边形|low[ -]?poly\b|\bpolygon(?:al|s)?\b", Style.FACETS),
    (
        r"黑白|单色|默片|black[ -]?(?:and|&|n)[ -]?white|\bb&w\b|\bmonochrom\w*|\bfilm noir\b|\bnoir\b|silent film",
        Style.BLACK_AND_WHITE,
    ),
    (r"蒸汽朋克|steam ?-?punk|\bclockwork\b", Style.BRASS),
    (
        r"复古|胶片|怀旧|老电影|老照片|旧时光|港风|年代感|泛黄|\bvintage\b|\bretro\b|"
        r"old (?:film|movie|photo\w*)|super ?8|"
        r"\b(?:19)?[6789]0s\b|film stock|\bkodak\b|\bsepia\b|\bnostalgi\w*|\bpolaroid\b",
        Style.OLD_FILM,
    ),
)  # fmt: skip
_PREFERRED = frozenset({Style.NEON_CITY, Style.BRASS, Style.CARTOON_3D, Style.COMIC, Style.CHINESE_CARTOON, Style.CLAY})
"""Where two are named the more particular one is meant: a 国风动画 is a Chinese cartoon."""

# Lab chroma (a, b) of what a colour word names. sRGB primaries' neighbours, by eye. GUESS.
COLOURS: tuple[tuple[str, str, tuple[float, float]], ...] = (
    (r"金(?:色|黄|秋|灿|光)|鎏金|\bgold(?:en)?\b(?![ -]hour)", "gold", (10.0, 62.0)),
    (r"橙|橘|\borange\b", "orange", (40.0, 62.0)),
    (r"粉(?:色|红|嫩)?(?![末笔丝条])|\bpink\b|\brosy\b", "pink", (38.0, 2.0)),
    (r"(?<![粉橘])红(?!包|绿灯|毯|酒|外)|\bred\b|\bcrimson\b|\bscarlet\b", "red", (64.0, 40.0)),
    (r"青(?:色|绿|蓝)|\bcyan\b|\bteal\b|\bturquoise\b", "cyan", (-34.0, -12.0)),
    (r"(?<!青)绿(?!灯)|翠|\bgreen\b|\bemerald\b", "green", (-46.0, 36.0)),
    (r"(?<![青])蓝(?!牙)|\bblue\b|\bazure\b|\bindigo\b", "blue", (8.0, -52.0)),
    (r"紫|\bpurple\b|\bviolet\b|\blavender\b", "purple", (44.0, -46.0)),
    (r"(?<!金)黄(?!昏|金时刻|瓜|油|河|山)|\byellow\b", "yellow", (-4.0, 68.0)),
    (r"棕|褐|咖啡色|\bbrown\b", "brown", (16.0, 30.0)),
)

LIGHTS: tuple[tuple[str, str], ...] = (
    (r"暖(?:色|调|光|黄|阳)|温暖|\bwarm\b", "warm"),
    (r"冷(?:色|调|光|峻)|清冷|\bcold\b|\bcool (?:tone|colou?r|light)\w*", "cold"),
    (r"明亮|阳光|晴(?:天|朗|空)|\bbright(?:er|ly)?\b|\bsunny\b|\bsunlit\b|\bdaylight\b", "bright"),
    (r"昏暗|阴(?:天|暗|森|沉)|暗(?:色|调|黑)|\bdark(?:er|ly)?\b|\bgloomy\b|\bmoody\b|\bovercast\b", "dark"),
    (r"鲜艳|艳丽|饱和|多彩|\bvivid\b|\bvibrant\b|\bcolou?rful\b|\bsaturated\b", "vivid"),
    (r"褪色|低饱和|灰调|柔和|\bmuted\b|\bdesaturated\b|\bpastel\b|\bfaded\b", "muted"),
    (r"秋|枫叶|落叶|\bautumn\w*|\bfall (?:leaves|season|colou?rs)", "autumn"),
    (r"春|樱花|\bspring(?:time)?\b(?! (?:up|water))|cherry blossom", "spring"),
    (r"冬|冰(?:雪|冻|封)|\bwinter\w*|\bfrozen\b|\bicy\b", "winter"),
    (r"夏|盛夏|\bsummer\w*", "summer"),
)

_DENIED = re.compile(
    r"(?:不要|不用|不是|没有|无需|避免|去掉|别|非|\bno\b|\bnot\b|\bwithout\b|\bavoid\b|n't\b)\s?(?:\w{0,8} ){0,2}$",
    re.ASCII,
)
_LOOK_OF_PICTURE = compile_words(
    r"(?:参考图|参考图片|图片|图像|图\s?\d?|image\s?\d?|picture|reference)[^,。,.;]{0,12}?"
    r"(?:风格|色调|配色|画风|颜色|色彩|style|palette|colou?rs?|tones?)|"
    r"(?:style|palette|colou?rs?|tones?|look) (?:of|from|in|as) (?:the )?(?:\w+ )?(?:image|picture|reference|photo)"
)
_THINGS = compile_words(
    r"(?:去掉|去除|移除|删除|擦除|抹掉|(?<!转)(?:替换|换成|换为)|穿上|戴上|添加|加上|加一|变成一|\bremove|\berase|\bdelete|\breplace|"
    r"\bswap|\badd\b|\binsert|\bput on\b|\bwear\w*|\bturn (?:him|her|it|the \w+) into (?:an?|the) )"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a prompt says about the look.

    `style` is None where it names none. `colours` are (name, (a, b)) in the order said. `lights` are keys of LIGHTS.
    `of_picture` tells that it points at a reference picture for style or colours; `things` that it asks for things to
    be put in, taken out or exchanged.
    """

    style: Style | None = None
    colours: tuple[tuple[str, tuple[float, float]], ...] = ()
    lights: tuple[str, ...] = ()
    weather: tuple[Weather, ...] = ()
    of_picture: bool = False
    things: bool = False

    @property
    def silent(self) -> bool:
        """Whether nothing of it can be drawn."""
        return not (self.style or self.colours or self.lights or self.weather)


def read_look(prompt: str) -> Wording:
    """What a prompt says about the look of the film."""
    text = plain(prompt)
    found = sorted(_said(text, STYLES), key=lambda hit: (hit[1] not in _PREFERRED, hit[0]))
    colours = {name: ab for _, (name, ab) in sorted(_said(text, tuple((p, (n, ab)) for p, n, ab in COLOURS)))}
    lights = dict.fromkeys(word for _, word in sorted(_said(text, LIGHTS)))
    weather = dict.fromkeys(word for _, word in sorted(_said(text, WEATHER)))
    style = found[0][1] if found else None
    if style in (Style.BLACK_AND_WHITE, Style.MANGA, Style.INK, Style.PENCIL):
        colours = {}  # 黑白 names two colours, and ink has none
    return Wording(
        style,
        tuple(colours.items()),
        tuple(lights),
        tuple(weather),
        bool(_LOOK_OF_PICTURE.search(text)),
        bool(_THINGS.search(text)),
    )


def _said(text: str, table: tuple[tuple[str, T], ...]) -> list[tuple[int, T]]:
    """Where each row of a table is first said and not denied: position and value."""
    found = []
    for pattern, value in table:
        for hit in compile_words(pattern).finditer(text):
            if not _DENIED.search(text[max(0, hit.start() - 24) : hit.start()]):
                found.append((hit.start(), value))
                break
    return found
