"""The scout: reads a prompt for everybody and everything that could stand on a set.

Knows nouns, what stands before them (numbers, articles, colours) and when two of them mean the same. Must not know
shots, acts (the grammar reads those once it has names) or figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from understudy.animatic.grammar import nouns
from understudy.animatic.grammar.text import HAN as _HAN
from understudy.animatic.grammar.text import Page, compile_words, turn_page
from understudy.animatic.standins import words
from understudy.animatic.standins.kinds import KINDS, Home, Kind, Role

MOST = 7
"""Different stand-ins that one film holds; the first named are kept. GUESS: more do not fit side by side."""

_MEASURE = r"[只个位名头匹条辆艘架朵棵群对双队座栋间架枚杯瓶本把台件张颗片根幅群窝伙]"
_ADJECTIVE = (
    rf"(?:(?:(?![和与跟她他它在从被把])[{_HAN}]){{1,8}}的|[{_HAN}]{{1,2}}色|[小大老]|可爱|年轻|"
    r"红|黄|蓝|绿|白|黑|灰|紫|粉|金|银|橘|橙|棕)"
)
_BEFORE_HAN = compile_words(
    rf"(?:(?P<count>一群|一对|一双|一队|一窝|成群|许多|很多|无数|一些|[一两二三四五六几数\d]|另一|那|这|每)\s?{_MEASURE}?\s?)"
    rf"(?:(?:{_ADJECTIVE})\s?){{0,4}}$|(?P<plain>(?:{_ADJECTIVE})\s?){{1,3}}$"
)
_NUMBER_EN = "|".join(pattern for pattern, _ in words.COUNTS_EN)
_BEFORE_EN = compile_words(
    rf"(?:\b(?P<count>{_NUMBER_EN}|an?|the|another|one|his|her|their|its|my|this|that)\s)"
    r"(?:(?!(?:the|an?|of|in|on|at|and|to|from|with|his|her|while|as|by|into|is|are)\b)[a-z][a-z'-]*,?\s){0,4}$"
)
_UNREAL = compile_words(
    r"(?:像|如|仿佛|宛如|似|没有|无|不要|避免|形状的|变成|\blike|\bas|\bno|\bwithout(?: any)?|\bnot|"
    r"\bas if)\s?(?:一[只个条头])?$"
)
_OF_IT = compile_words(r"^(?:形|状|图案|纹|主题|模样|造型|牌|[- ]shaped|[- ]like|'s[- ]eye|[- ]themed|[- ]print)")
_WEARS = compile_words(r"穿着?|身着|身穿|披着?|戴着?|\bwear(?:s|ing)\b|\bin an?\b|\bdressed in\b|\bwith an?\b")


_PRONOUN = compile_words(r"[.。]?\s*(?:she|he|她|他)(?!们)")


@dataclass(frozen=True, slots=True)
class Standin:
    """Somebody or something to be put on the set.

    `name` is the prompt's noun and the figure's label; `phrases` are all spellings by which the prompt names it, with
    articles and adjectives. `count` of them stand there. `accent` is the colour the prompt gives it.
    """

    name: str
    kind_name: str
    phrases: tuple[str, ...] = ()
    count: int = 1
    accent: tuple[int, int, int] | None = None
    at: int = field(default=0, compare=False)

    @property
    def kind(self) -> Kind:
        return KINDS[self.kind_name]


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    noun: str
    kind_name: str


_PEOPLE = (
    (("man", nouns.MALE), ("woman", nouns.FEMALE), ("person", nouns.ANYBODY)),
    (("man", nouns.MALE_EN), ("woman", nouns.FEMALE_EN), ("person", nouns.ANYBODY_EN)),
)
"""People whom the studio's grammar knows besides."""


def _longest_first(said: str) -> str:
    return "|".join(sorted(said.split("|"), key=len, reverse=True))


_NOUNS = tuple((name, compile_words(_longest_first(said))) for name, said in (*words.HAN, *_PEOPLE[0])) + tuple(
    (name, compile_words(rf"\b(?:{_longest_first(said)})s?\b(?!-)")) for name, said in (*words.LATIN, *_PEOPLE[1])
)


def scout(prompt: str) -> tuple[Standin, ...]:
    """Stand-ins in the order they are named; quoted words are not looked at."""
    page = turn_page(prompt)
    found: list[Standin] = []
    before: _Hit | None = None
    for hit in _hits(page.view):
        last, before = before, hit
        if found and last is not None and hit.start - last.end <= 1 and _kin(last.kind_name, hit.kind_name):
            # a golden retriever puppy is one
            known = found[-1]
            found[-1] = replace(known, phrases=tuple(dict.fromkeys((*known.phrases, page.view[last.start : hit.end]))))
            continue
        start, count, article = _lead(page.view, hit)
        left = page.view[max(0, start - 14) : start]
        if _UNREAL.search(left) or _OF_IT.match(page.view[hit.end :]):
            continue
        noun = page.raw[hit.start : hit.end]
        phrase = page.view[start : hit.end]
        accent = _colour(page, start, hit)
        at = _same(found, hit, noun, article)
        if at is not None:
            known = found[at]
            found[at] = replace(
                known,
                phrases=tuple(dict.fromkeys((*known.phrases, phrase, hit.noun))),
                accent=known.accent or accent,
                count=max(known.count, count),
            )
            continue
        name = _unused(noun.strip(), found)
        phrases = (phrase, hit.noun) if name == noun.strip() else (phrase,)
        found.append(Standin(name, hit.kind_name, tuple(dict.fromkeys(phrases)), count, accent, hit.start))
    return tuple(_kept(found))


def _hits(view: str) -> Iterator[_Hit]:
    """Nouns from left to right, the longest at each place; nouns inside words that are none are passed over."""
    every = [_Hit(m.start(), m.end(), m[0], name) for name, pattern in _NOUNS for m in pattern.finditer(view) if m[0]]
    every.sort(key=lambda hit: (hit.start, -hit.end))
    last = 0
    for hit in every:
        if hit.start >= last:
            last = hit.end
            if hit.kind_name:
                yield hit


def _lead(view: str, hit: _Hit) -> tuple[int, int, str]:
    """Where the noun phrase begins, how many are meant, and its article or number."""
    han = not hit.noun[0].isascii()
    line = max(view.rfind(mark, 0, hit.start) for mark in ",。.;:!?、\n") + 1
    begin = max(line, hit.start - (24 if han else 48))
    match = (_BEFORE_HAN if han else _BEFORE_EN).search(view[begin : hit.start])
    article = (match["count"] or "") if match else ""
    start = begin + match.start() if match else hit.start
    count = 1
    for pattern, number in words.COUNTS_HAN if han else words.COUNTS_EN:
        if article and re.fullmatch(pattern, article):
            count = number
            break
    else:
        if han and article.startswith(("成", "许", "很", "无", "一些")):
            count = 4
    if count == 1 and article not in ("一", "a", "an", "one", "1"):
        if re.search(words.PAIRS, hit.noun):
            count = 2
        elif re.search(words.GROUPS, hit.noun + view[hit.end : hit.end + 1]):
            count = 3
        elif (
            not han
            and hit.noun.endswith("s")
            and not hit.noun.endswith("ss")
            and KINDS[hit.kind_name].role is not Role.SCENERY
        ):
            count = 2 if article else 3
    elif count == 1 and re.search(words.PAIRS, hit.noun):
        count = 2
    return start, min(words.MOST, count), article


def _same(found: list[Standin], hit: _Hit, noun: str, article: str) -> int | None:
    """Which known stand-in is meant: the same noun, or another word for the only one of its kind."""
    if re.match(r"另一|another", article):
        return None
    for index, known in enumerate(found):
        if known.name.lower().rstrip("s") == noun.lower().rstrip("s"):
            return index
    alike = [i for i, known in enumerate(found) if _kin(known.kind_name, hit.kind_name)]
    if len(alike) != 1 or article in ("一", "a", "an", "one", "两", "two"):
        return None
    known = found[alike[0]]
    nested = noun in known.name or known.name in noun
    return (
        alike[0]
        if nested or article in ("the", "his", "her", "their", "那", "这") or known.kind.role is Role.ANIMAL
        else None
    )


def _kin(one: str, other: str) -> bool:
    if one == other:
        return True
    return {one, other} in ({"girl", "child"}, {"boy", "child"}, {"woman", "person"}, {"man", "person"}, {"girl",
        "woman"}, {"boy", "man"},
                            {"boat", "sailboat"}, {"boat", "ship"}, {"bird", "eagle"})  # fmt: skip


def _colour(page: Page, start: int, hit: _Hit) -> tuple[int, int, int] | None:
    """The colour in the noun phrase; of people also what they wear in the same sentence."""
    phrase = page.view[start : hit.end]
    for text in (phrase, *(_worn(page, hit) if KINDS[hit.kind_name].role is Role.PERSON else ())):
        for pattern, colour in words.COLOURS:
            if re.search(pattern, text):
                return colour
    own = words.OWN_COLOURS.get(hit.noun) or words.OWN_COLOURS.get(hit.noun.rstrip("s"))
    return own


def _worn(page: Page, hit: _Hit) -> tuple[str, ...]:
    begin, end = page.sentence(hit.start)
    more = _PRONOUN.match(page.view, end)
    if more:
        end = page.sentence(more.end())[1]
    before, after = (
        page.view[max(begin, hit.start - 16) : hit.start],
        page.view[hit.end : min(end, hit.end + (110 if more else 34))],
    )
    worn = []
    for text in (before, re.split(r"[,;]", after)[0] if hit.noun[0].isascii() else after[:18]):
        match = _WEARS.search(text)
        if match:
            worn.append(text[match.end() :])
    return tuple(worn)


def _unused(noun: str, found: list[Standin]) -> str:
    names = {known.name for known in found}
    number = 2
    name = noun
    while name in names:
        name, number = f"{noun} {number}", number + 1
    return name


def _kept(found: list[Standin]) -> list[Standin]:
    """Those that fit on the set. Small things are left out where somebody acts: nobody could hold them."""
    acting = [s for s in found if s.kind.role in (Role.PERSON, Role.ANIMAL, Role.VEHICLE)]
    light = all(s.kind.home is Home.AIR for s in acting)  # a butterfly and its flower
    kept = [s for s in found if s.kind.role is not Role.THING or light]
    return kept[:MOST]
