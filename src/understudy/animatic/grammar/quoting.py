"""Which quoted words are spoken: signs, titles and noises are quoted too.

Knows the words around a quote. Must not know who speaks, nor words without quotes (`turns`).
"""

from __future__ import annotations

import re

from understudy.animatic import lexicon
from understudy.animatic.grammar import nouns
from understudy.animatic.grammar.naming import Naming
from understudy.animatic.grammar.text import Page, Quote, compile_words

_SPEAKING_ALL = "|".join(pattern for pattern, _ in lexicon.SPEAKING)
SPEECH_VERB = compile_words(_SPEAKING_ALL)
VERB_LAST = compile_words(
    rf"(?:{_SPEAKING_ALL})(?:着|了|起|出|到|道|说|一句|一声|了一句|他|她|对方|大家|众人|镜头|"
    rf"{nouns.MALE}|{nouns.FEMALE}|{nouns.ANYBODY})?(?:\s(?:[a-z'-]+\s?){{1,4}})?\s?(?:\([^()]{{0,40}}\))?\s?$"
)
_LETTERING = compile_words(lexicon.LETTERING)
_SOUNDING = compile_words(rf"(?:{lexicon.SOUNDING})\s?(?:了|着)?\s?$")
_GOES = compile_words(r"\b(?:goes|go|is like)\s?$")
_SIGN_SAYS = compile_words(
    r"(?:牌|屏幕|纸条|信|横幅|衣服|包装|标签|墙|sign|screen|banner|label|note|shirt|board|package|"
    r"poster)(?: (?:on|over|above|in|at|of|behind) (?:the |a |an |her |his )?[a-z]+)?"
    r"\S{0,3}\s?(?:上)?\S{0,4}(?:写|说|that says|says|saying)\S{0,3}\s?$"
)
_SHOWN_RIGHT = compile_words(
    r"^\s?(?:的?(?:字样|大字|文字|字幕|标题|招牌|牌子|横幅|海报|标语|logo|标志|二字|两字|几个字|四个?字|三个?字|"
    r"\S?个大?字|弹幕)|\s?(?:fades?|appears?|"
    r"written|in (?:bold|white|gold|neon)|"
    r"logo|sign|text|on (?:the )?screen|title|lettering|across))"
)
_SOUND_RIGHT = compile_words(
    r"^\s?(?:地?一响|的?一?声(?!说|音|道)|作响|地?响|地一下|的(?:叫声|声音|响声|铃声|音效)|\s?(?:sound|noise)\b)"
)
_ONOMATOPOEIA = compile_words(
    r"^[叮咚铃砰轰咔嚓哗啪嗒滴答嗡喵汪咕噜隆当啷咣呼嗖唰嘀哒吱呀扑通咚哐嘭噗嘶沙簌呜嘎哈嘿哼\s,，。!！~～…—-]+$"
)
_TITLE_LABEL = compile_words(
    r"(?:标题|片名|书名|字幕|标语|slogan|title|subtitle|caption|super|text|logo|文字|品牌|店名|歌名|音效|音乐|配乐|"
    r"bgm|sfx|sound|music|concept|campaign|theme|project|episode|headline|tagline|主题|项目|选题|栏目|"
    r"audio)\s?\S{0,4}[:=]\s?$"
)


def is_spoken(page: Page, quote: Quote, naming: Naming) -> bool:
    """Whether somebody says what stands in a quote."""
    inner = page.raw[quote.inner_start : quote.inner_end]
    left = page.view[max(0, quote.start - 40) : quote.start]
    right = page.view[quote.end : quote.end + 30]
    clause = re.split(r"[,。;.!?\n|、]", left)[-1]
    verb = bool(VERB_LAST.search(re.sub(r"[\s:,]+$", "", left)))
    colon = left.rstrip().endswith(":")
    if _SHOWN_RIGHT.match(right) or _TITLE_LABEL.search(left):
        return False
    if _SIGN_SAYS.search(clause.rstrip(": ")):
        return False
    if _ONOMATOPOEIA.match(inner) and not colon and (_SOUND_RIGHT.match(right) or not verb):
        return False
    if _SOUND_RIGHT.match(right) and not colon:
        return False
    if verb or (colon and not _shows(clause)):
        return True
    if _shows(clause):
        return False
    if _SOUNDING.search(clause):
        sentence = re.split(r"[。!?;\n]|\.\s", page.view[max(0, quote.start - 200) : quote.start])[-1]
        whole = sentence if len(inner.split()) >= 3 else clause  # one word may be the noise of any thing
        return bool(_GOES.search(clause)) and any(True for _ in naming.find(whole))
    if _speech_follows(right):
        return True
    final = inner.rstrip()[-1:] in "。!?！？…~～.—"
    long = len(inner) >= 6 or len(inner.split()) >= 3
    bare = left.rstrip(" \t")
    free = not bare or bare[-1] in ',。!?…—-\n)】"”」』’;.:|~' or not _has_word(bare[-1])
    if free:
        return final or long
    if right.lstrip()[:1] in ("的", "之", "这", "和", "与", "、"):
        return False
    return final or (bool(re.search(r"[,，]", inner)) and long)


def _has_word(char: str) -> bool:
    return char.isalnum()


def _shows(clause: str) -> bool:
    """Whether the clause before a quote speaks of lettering closer to it than of speech."""
    shown = [m.end() for m in _LETTERING.finditer(clause)]
    if not shown:
        return False
    spoken = [m.end() for m in SPEECH_VERB.finditer(clause)]
    return not spoken or max(shown) > max(spoken)


def _speech_follows(right: str) -> bool:
    clause = re.split(r"[,。;!?\n|“\"「]|\.\s", right.lstrip(" ,，-—"))[0]
    return bool(SPEECH_VERB.search(clause))
