"""Weather, place, style, mood, music and the wish for no lettering.

Knows what a film looks and sounds like around its people. Must not know shots or who acts.
"""

from __future__ import annotations

import re

from understudy.animatic import lexicon
from understudy.animatic.grammar import nouns
from understudy.animatic.grammar.text import compile_words
from understudy.animatic.screenplay import Weather

_WEATHER = tuple((compile_words(pattern), value) for pattern, value in lexicon.WEATHER)
_NEGATED = compile_words(
    r"(?:没有?|无|不要?|不下|停了?的?|禁止|避免|\bno\b|\bwithout\b|\bnot\b|n't|\bnever\b|\bafter the\b)\s?(?:下|有|"
    r"any |\w+ )?$"
)
_HEARD = compile_words(
    r"(?:音效|音乐|配乐|背景音|环境音|bgm|sfx|sound(?:s|track| effects?)?|audio|music|amb(?:ience|"
    r"ient)\w*)\s?[:=][^\n。;|]{0,80}|"
    r"[雨雪风雷]声|sounds? of [a-z ]{0,20}"
)
_TEXT = (
    r"字幕|文字|字样|文本|标题|弹幕|花字|对话框|气泡|台词字幕|(?<![一-鿿])字(?![一-鿿])|captions?|subtitles?|"
    r"\btexts?\b|lettering|"
    r"words on(?: the)? screen|on-?screen (?:text|words)|typography|speech bubbles?|title cards?|\btitles\b|"
    r"written words|\bwords or\b|overlays?"
)
_NO_TEXT = compile_words(
    r"(?:不要|不得|不能|不许|不准|不可|不需要|不用|不出现|不加|不带|不含|不显示|不添加|不生成|不打|别|勿|无需|无|"
    r"没有|禁止|严禁|避免|杜绝|去掉|去除|去|关闭|零|不)"
    r"(?:[^,。.;!?\n:|]{0,12}?)(?:字幕|文字|文本|字样|标题|弹幕|花字|对话框|(?<![一-鿿])字(?![一-鿿])|"
    r"任何字(?![一-鿿])|[加打配上放有带见]字(?![一-鿿])|captions?\b|subtitles?\b|\btexts?\b|lettering|\btitles\b)"
    r"|(?:字幕|文字)\s?[】\]]?\s?[:=]?\s?(?:关闭|无|不要|不需要|off|none|no)(?![一-鿿])"
    r"|(?:\bno\b|\bwithout\b|\bavoid(?:ing)?\b|\bremove\b|\bfree of\b|\bzero\b|\bnever (?:show|add|include)\b|"
    r"\bexclude\b|"
    r"\b(?:do not|don't|must not|should not|cannot|no) (?:add|show|include|use|put|render|display|contain|have|"
    r"generate|any)\b)"
    rf"[^.;!?\n|。]{{0,48}}?(?:{_TEXT})"
    r"|\b(?:text|captions?|subtitles?|on-?screen text|text[_ ]overlay)[\"']?\s?[:=]\s?[\"']?(?:none|no|off|"
    r"false)\b|\btext-free\b|\btextless\b"
)
_AUDIBLE = compile_words(r"dialog|talk|music|voice|speech(?! bubble)|人声|对白|音乐|配乐")
_STYLE = compile_words(
    r"([^,。.;:!?\n|【】()]{0,12}?(?:风格|画风|质感|大片感|电影感|纪录片|动画风?|绘本|水墨|赛博朋克|胶片|写实|卡通|"
    r"古风|黑白|复古|漫画风?|短片|广告|"
    r"宣传片|武侠片|公路片))|\b((?:[a-z0-9-]+ ){0,3}(?:style|aesthetic|film look|animation|anime|cinematic|noir|"
    r"watercolor|claymation|"
    r"documentary|photorealistic|synthwave|music video|commercial|35mm|16mm))\b"
)
_MOOD = compile_words(
    r"温馨|治愈|冒险|轻快|神秘|童趣|紧张|悬疑|浪漫|孤独|微孤独|安静|温柔|欢快|悲伤|压抑|清冷|热血|搞笑|幽默|史诗|"
    r"梦幻|温情|惊悚|忧伤|励志|诙谐|"
    r"\b(?:warm|tense|eerie|playful|melancholic|melancholy|romantic|dreamy|epic|cozy|calm|mysterious|joyful|"
    r"nostalgic|somber|whimsical|"
    r"suspenseful|upbeat|gentle|dramatic|moody|serene|hopeful|lonely|cheerful)\b"
)
_MUSIC = compile_words(
    r"((?:背景)?(?:音乐|配乐|bgm)\s?[:是为]?\s?[^,。.;!?\n|]{0,16})|([^,。.;:!?\n|]{0,8}(?:民谣|钢琴曲|吉他曲|"
    r"摇滚乐?|爵士乐?|交响乐|电子乐|"
    r"轻音乐|古筝曲|鼓点))|"
    r"\b((?:[a-z-]+ ){0,2}(?:music|jazz|soundtrack|piano piece|guitar tune|synth|orchestra|lo-fi|ballad)\b)"
)
_PLACE_HAN = compile_words(rf"(?:[一-鿿]{{0,6}}?的?)(?:{nouns.PLACES})")
_PLACE_EN = compile_words(
    rf"\b(?:an?|the|in|at|on|inside)\s((?:(?!the\b|an?\b|in\b|of\b|at\b|"
    rf"on\b)[a-z'-]+\s){{0,3}}?(?:{nouns.PLACES_EN}))\b"
)
_SLUG = compile_words(r"\b(?:int|ext)\.?(?:/ext\.?)?\s([^\n-]{2,40}?)\s?(?:-|\n|$)")
_PLACE_TRIM = compile_words(r"^.*?(?:在|从|到|进|于|上|回|向|往|是|过|穿|着|了|里的|中的|[,:])(?=[一-鿿]{2})")


def find_weather(text: str) -> tuple[Weather, ...]:
    """Weather and light that can be seen, in a fixed order."""
    seen = _HEARD.sub(lambda m: " " * len(m[0]), text)
    found = []
    for pattern, value in _WEATHER:
        for match in pattern.finditer(seen):
            if not _NEGATED.search(seen[max(0, match.start() - 14) : match.start()]):
                found.append(value)
                break
    return tuple(found)


def forbids_text(text: str) -> bool:
    """Whether lettering in the picture is forbidden."""
    return any(not _only_sound(match[0]) for match in _NO_TEXT.finditer(text))


def _only_sound(words: str) -> bool:
    return bool(_AUDIBLE.search(words)) and not re.search(_TEXT, _AUDIBLE.sub("", words))


def find_place(text: str, raw: str) -> str | None:
    """The prompt's own words for where it is; `raw` are the same characters as the caller wrote them."""
    slug = _SLUG.search(text)
    if slug:
        return raw[slug.start(1) : slug.end(1)].strip(" .")
    match = _PLACE_HAN.search(text)
    if match:
        words = raw[match.start() : match.end()]
        trimmed = _PLACE_TRIM.sub("", words)
        return (trimmed if len(trimmed) >= 2 else words).strip("的 ，。") or None
    match = _PLACE_EN.search(text)
    return raw[match.start(1) : match.end(1)] if match else None


def find_words(text: str, raw: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Style, mood and music in the prompt's own words."""
    return _collect(_STYLE, text, raw), _collect(_MOOD, text, raw), _collect(_MUSIC, text, raw)


def _collect(pattern: re.Pattern[str], text: str, raw: str) -> tuple[str, ...]:
    found: list[str] = []
    for match in pattern.finditer(text):
        words = raw[match.start() : match.end()].strip(" ，,、:：")
        if (
            words
            and words not in found
            and not re.search(r"(?:不要|没有|无|no |without )$", text[max(0, match.start() - 8) : match.start()])
        ):
            found.append(words)
    return tuple(found[:8])
