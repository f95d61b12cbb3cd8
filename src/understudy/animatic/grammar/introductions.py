"""How a prompt introduces its references: 图1是小熊, Mara (Image 1), the dog in Image 1, 图2的码头.

Knows the forms of introduction, and learns from them aliases and what a reference is. Must not know shots, lines or
who acts.
"""

from __future__ import annotations

import re
from typing import Protocol

from understudy.animatic.grammar import nouns
from understudy.animatic.grammar.naming import GENERIC, Naming, Nature
from understudy.animatic.grammar.text import HAN, Page, compile_words


class _Claim(Protocol):
    def __call__(self, alias: str, name: str, *, proper: bool) -> None: ...


_PEOPLE = compile_words(f"{nouns.MALE}|{nouns.FEMALE}|{nouns.ANYBODY}|{nouns.ANIMALS}")
_PLACE = compile_words(nouns.PLACES)
_SEAT = compile_words(nouns.SEATS)
_THING = compile_words(nouns.THINGS)
_BODY = compile_words(nouns.BODY)
_PEOPLE_EN = compile_words(rf"\b(?:{nouns.MALE_EN}|{nouns.FEMALE_EN}|{nouns.ANYBODY_EN}|{nouns.ANIMALS_EN})s?\b")
_PLACE_EN = compile_words(rf"\b(?:{nouns.PLACES_EN})s?\b")
_SEAT_EN = compile_words(rf"\b(?:{nouns.SEATS_EN})\b")
_THING_EN = compile_words(rf"\b(?:{nouns.THINGS_EN})\b")
_SHEET = compile_words(r"宫格|分镜|故事板|漫画|四格|六格|storyboard|comic|panel|grid|contact sheet|manga")

_IS = compile_words(
    r"\s?(?:是|为|即|叫做|叫|名叫|饰演|扮演|饰|演(?![奏唱讲示出戏播])|"
    r"代表|作为|=|->|is (?:called |named )?|as |plays |portrays |named |"
    r"called )\s?"
    r"((?:\b(?:mr|mrs|ms|dr|st|prof)\.|[^,。.;:!?\n()、|“\"「—]){1,40})"
)
_LISTED = compile_words(r"\s?(?:(?P<dash>—{1,2}|--)|:|-)\s?(?P<words>[^,。.;:!?\n()、|“\"「—]{1,24})")
_IN_CAST = compile_words(
    r"(?:角色|人物|演员|出场|cast|characters?)[^:\n】]{0,6}[:】][^\n]{0,120}$|(?:角色|人物|演员|cast|"
    r"characters?)\S{0,4}:\n(?:[^\n]+\n){0,5}[^\n]{0,3}$"
)
_BRACKET = compile_words(r"\s?[(\[]\s?([^()\[\],:\n]{1,24})[)\]]")
_OF_HAN = compile_words(r"(?:[里中内上])?(?:的|那|这)(?:[个位只双款本件条把座间张台部辆]|一[个位只双款本件])?")
_FROM = compile_words(
    r"(?:\b(?P<article>the|an?|her|his|its|their|this|that|my|our)\s|(?:^|[\n.!?;,]\s?)(?=\w+\s(?:in|from)\s))"
    r"(?P<words>(?:[a-z'-]+\s){1,4}?)(?:shown |seen |pictured |as )?"
    r"(?:in|from|of|on)\s?@?\[?$"
)
_TITLED = compile_words(
    rf"(?:(?P<zh>{nouns.MALE}|{nouns.FEMALE}|{nouns.ANYBODY})|\b(?:the|an?|her|his|their)\s(?:[a-z'-]+\s){{0,3}}?"
    rf"(?P<en>{nouns.MALE_EN}|{nouns.FEMALE_EN}|{nouns.ANYBODY_EN}|{nouns.ANIMALS_EN})\s)@?\[?$"
)
"""The noun directly before the name is what it is called: 快递员@图1, the queen @Image2."""
_OPENING = compile_words(r"\]?\s?[:=]\s?(?P<words>[^,。.;:!?\n|“\"「]{1,24}?)\s?(?P<mark>[,。.;\n])")
_APPOSED = compile_words(r",\s?(?:an?|the|his|her|their|my|our)\s([a-z' -]{2,50}?)(?=[,.;:!?\n(]|$)")
_BESIDE = compile_words(
    rf"(?:(?P<place>{nouns.PLACES})|(?=[{HAN}]{{2}})(?:{nouns.THINGS}))(?=[里中内上前]?(?:的|[,。;:!?\n|、]|$))"
)
"""图2书房, 图1面霜: the noun directly behind the name."""
_DOES = compile_words(r"\]?\s([a-z]{3,}?)e?s\b")
_ME = compile_words(r"我(?:自己|本人)?|本人|me|myself")
_OWNED = compile_words(r"'s\s((?:[a-z-]+\s){0,2}?(?:" + nouns.PLACES_EN + r"))\b")
_HEAD_CUT = compile_words(r"\b(?:in|with|who|that|from|of|on|at|wearing|holding|whose|and|standing|sitting|for)\b")
_STOP_HEADS = frozenset(
    re.findall(
        r"\w+",
        "style voice pose tone mood look lighting colors colours background motion motions movement movements moves "
        "choreography rhythm pacing palette timbre grading work",
    )
)
_TITLES = {"the", "a", "an", "mr", "mrs", "ms", "dr", "st", "prof"}
_PLAYED = compile_words(
    r"(?:^|[,。.;\n、:\-*]\s*)([^,。.;\n、:()]{1,16}?)\s?(?:由|=|:|is played by|played by)\s?@?\[?$"
)


def introduce(page: Page, naming: Naming) -> None:
    """Learn aliases and natures from the way the prompt introduces its references."""
    claims: dict[str, set[str]] = {}

    def claim(alias: str, name: str, *, proper: bool) -> None:
        alias = alias.strip(" '’\"-")
        if alias and not GENERIC.search(alias):
            claims.setdefault(alias, set()).add(name)
            if proper:
                naming.proper.add(alias)
            if len(alias) > 2 and _PEOPLE.fullmatch(alias):  # 图1的小女孩 is 女孩 afterwards, 快递小哥 is 小哥
                for short in (alias[1:], alias[2:]):
                    if len(short) > 1 and _PEOPLE.fullmatch(short):
                        claims.setdefault(short, set()).add(name)
                        naming.proper.add(short)

    _opening_list(page, naming, claim)
    for subject in naming.subjects:
        if subject.kind in ("person", "place"):
            naming.natures[subject.name] = Nature(subject.kind)
        elif subject.kind == "object":
            naming.natures[subject.name] = Nature.THING
        elif subject.medium == "video":
            naming.natures[subject.name] = Nature.PERSON
    view = page.view
    for start, end, name in naming.find(view):
        match = _IS.match(view, end)
        if match and not _SHEET.search(match[1]):
            _called(page, match.start(1), match.end(1), name, claim, naming, after=match[0].lstrip()[:2])
            _apposition(page, match.end(1), name, claim, naming)
        elif match and _SHEET.search(match[1]):
            naming.natures.setdefault(name, Nature.SHEET)
        match = _LISTED.match(view, end)
        if match and (match["dash"] or _IN_CAST.search(view[max(0, start - 160) : start])):
            _called(page, match.start("words"), match.end("words"), name, claim, naming, after="(")
        match = _BRACKET.match(view, end)
        if match:
            _called(page, match.start(1), match.end(1), name, claim, naming, after="(")
        before = view[max(0, start - 40) : start]
        if re.search(r"[(\[]\s?@?\[?$", before):
            _before_bracket(page, start, name, claim)
        match = _PLAYED.search(before)
        if match and re.match(r"\s?(?:饰演|扮演|饰|[,。.;\n)]|$)", view[end : end + 4]):
            _called(
                page,
                max(0, start - 40) + match.start(1),
                max(0, start - 40) + match.end(1),
                name,
                claim,
                naming,
                after="=",
            )
        if noun := _TITLED.search(before):
            naming.natures.setdefault(name, Nature.PERSON)
            claim(noun["zh"] or noun["en"], name, proper=bool(noun["zh"]))
        if does := _DOES.match(view, end):
            for agent in (does[1] + "er", does[1] + does[1][-1] + "er"):
                if re.search(rf"\bthe {agent}\b", view):
                    claim(agent, name, proper=False)  # Image 1 drives: the driver is Image 1
        _of(page, end, name, claim, naming)
        _from(page, before, start, end, name, claim, naming)
        _apposition(page, end, name, claim, naming)
    for alias, names in claims.items():
        if len(names) == 1:
            naming.aliases[alias] = next(iter(names))
    for subject in naming.subjects:
        if subject.name not in naming.natures and _only_place_of(view, subject.name, naming):
            naming.natures[subject.name] = Nature.PLACE


def _opening_list(page: Page, naming: Naming, claim: _Claim) -> None:
    """图1：快递小哥；图2：老奶奶。 A prompt that opens with names and nouns tells who they are; nobody speaks."""
    position = 0
    entries: list[tuple[int, int, str, str]] = []
    for start, end, name in naming.find(page.view):
        match = _OPENING.match(page.view, end)
        between = page.view[position:start].strip(" \n-*•@[")
        if between or match is None or not _is_noun(match["words"]):
            break
        entries.append((match.start("words"), match.end("words"), name, match["words"]))
        position = match.end()
    if len(entries) < 2 and not any(page.view.count(words[-2:]) > 1 for *_, words in entries):
        return
    for start, end, name, _ in entries:
        _called(page, start, end, name, claim, naming, after="=")
    if entries:
        naming.listed = position


def _is_noun(words: str) -> bool:
    """Whether a known noun of people, places or things ends these words."""
    return any(
        m.end() == len(words)
        for pattern in (_PEOPLE, _PLACE, _SEAT, _THING, _PEOPLE_EN, _PLACE_EN, _SEAT_EN, _THING_EN)
        for m in pattern.finditer(words)
    )


def _only_place_of(view: str, name: str, naming: Naming) -> bool:
    """Whether a reference is never named but as the owner of a place: Image 2's cabin. A person does more than that."""
    owned = [_OWNED.match(view, end) for _, end, found in naming.find(view) if found == name]
    return bool(owned) and all(m and nature_of_words(m[1]) is Nature.PLACE for m in owned)


def nature_of_words(text: str) -> Nature | None:
    """What a noun phrase names, by its last known noun."""
    best: tuple[int, int, Nature] | None = None
    for pattern, nature in (
        (_PEOPLE, Nature.PERSON),
        (_SEAT, Nature.SEAT),
        (_PLACE, Nature.PLACE),
        (_THING, Nature.THING),
        (_PEOPLE_EN, Nature.PERSON),
        (_SEAT_EN, Nature.SEAT),
        (_PLACE_EN, Nature.PLACE),
        (_THING_EN, Nature.THING),
    ):
        for match in pattern.finditer(text):
            rank = (match.end(), len(match[0]), nature)
            if best is None or rank[:2] > best[:2]:
                best = rank
    return best[2] if best else None


def _called(page: Page, start: int, end: int, name: str, claim: _Claim, naming: Naming, *, after: str) -> None:
    words = page.view[start:end].strip()
    if not words or "\ue000" in words:
        return
    if _ME.fullmatch(words):
        for own in ("我",) if words[0] in "我本" else ("me", "i"):
            claim(own, name, proper=True)
        naming.natures.setdefault(name, Nature.PERSON)
        return
    if re.search(f"[{HAN}]", words):
        words = re.sub(
            r"^(?:一)?[个位名只头条匹](?=.)|^一", "", words.split("的")[-1] if len(words.split("的")[-1]) > 1 else words
        )
        pieces = {m[0] for m in _PEOPLE.finditer(words)}
        for size in range(min(len(words), 8), 1, -1):
            suffix = words[-size:].strip()
            if page.view.count(suffix) > 1 and not re.match(r"[的了着在]", suffix):
                pieces.add(suffix)
                break
        pieces |= {w for w in re.findall(r"[a-z][a-z'-]+", words) if page.view.count(w) > 1}
        pieces |= {"阿" + w for w in re.findall(r"阿([a-z]+)", words)}
        for piece in pieces:
            claim(piece, name, proper=True)
        nature = nature_of_words(words)
        if nature and after not in ("(",):
            naming.natures.setdefault(name, nature)
        if re.search(r"背景|场景", words):
            naming.natures[name] = Nature.PLACE
        return
    raw = page.raw[start:end]
    head = _HEAD_CUT.split(words)[0].strip()
    names = [w for w in re.findall(r"\b[A-Z][\w'-]+", raw) if w.lower() not in _TITLES]
    if after == "(" and not names:
        names = [
            w
            for w in head.split()
            if len(w) > 2 and w not in _STOP_HEADS and re.search(rf"\b{re.escape(w)}\s?:", page.view)
        ]
    if re.fullmatch(r"\s*[A-Z]\s*", raw):
        claim(words, name, proper=False)  # A: Image 1. B: Image 2.
    for word in names:
        if page.view.count(word.lower()) > 1:
            claim(word.lower(), name, proper=True)
    if re.match(r"(?:the|an?|our|his|her|my)\b", head) and head.split()[-1] not in _STOP_HEADS:
        claim(head.split()[-1], name, proper=False)
        nature = nature_of_words(head)
        if nature:
            naming.natures.setdefault(name, nature)


def _before_bracket(page: Page, start: int, name: str, claim: _Claim) -> None:
    """妈妈（图1）, Mara (Image 1), the old boxer (Image 1)."""
    left = re.split(r"[,。.;:!?\n、|()和与及]|\band\b|\bto\b", page.view[max(0, start - 30) : start].rstrip("([@ "))[
        -1
    ].strip()
    if not left:
        return
    if re.search(f"[{HAN}]", left):
        for size in range(min(len(left), 8), 0, -1):
            suffix = left[-size:]
            if page.view.count(suffix) > 1 and size > 1:
                claim(suffix, name, proper=True)
                return
        people = list(_PEOPLE.finditer(left))
        if people and people[-1].end() == len(left):
            claim(people[-1][0], name, proper=True)
        return
    words = left.split()
    begin = page.view.rfind(words[-1], 0, start)
    if page.raw[begin : begin + 1].isupper() or len(words) == 1:
        claim(words[-1], name, proper=True)
        if len(words) > 1 and page.raw[page.view.rfind(" ".join(words[-2:]), 0, start) :][:1].isupper():
            claim(" ".join(words[-2:]), name, proper=True)
            claim(words[-2], name, proper=True)
    else:
        claim(words[-1], name, proper=False)


def _of(page: Page, end: int, name: str, claim: _Claim, naming: Naming) -> None:
    """图1的女孩, 图2里的旧沙发, 图2这双鞋, 参考图片里的老爷爷."""
    match = _OF_HAN.match(page.view, end)
    if not match:
        if beside := _BESIDE.match(page.view, end):
            naming.natures.setdefault(name, Nature.PLACE if beside["place"] else Nature.THING)
        return
    rest = re.split(r"[,。.;:!?\n、|()@\[“\"]", page.view[match.end() : match.end() + 12])[0]
    if not rest or _BODY.match(rest):
        if rest:
            naming.natures.setdefault(name, Nature.PERSON)
        return
    found = [
        (m.start(), -m.end(), m[0], nature)
        for pattern, nature in (
            (_PEOPLE, Nature.PERSON),
            (_SEAT, Nature.SEAT),
            (_PLACE, Nature.PLACE),
            (_THING, Nature.THING),
        )
        if (m := pattern.search(rest)) and m.start() <= 6
    ]
    if not found:
        if match and match[0][0] == "这":
            naming.natures.setdefault(name, Nature.THING)
        return
    _, _, word, nature = min(found, key=lambda f: (f[0], f[1]))
    naming.natures.setdefault(name, nature)
    if len(word) > 1 or nature is Nature.PERSON:
        claim(word, name, proper=True)


def _from(page: Page, before: str, start: int, end: int, name: str, claim: _Claim, naming: Naming) -> None:
    """The dog in Image 1, the jacket from Image 2."""
    match = _FROM.search(before)
    if not match or re.match(r"'s\b", page.view[end : end + 2]):
        return
    words = match["words"].split()
    head = words[-1] if words else ""
    nature = nature_of_words(" ".join(words[-2:]))
    if head in _STOP_HEADS or re.fullmatch(nouns.BODY_EN, head):
        return
    if nature:
        naming.natures.setdefault(name, nature)
        claim(head, name, proper=match["article"] is None)  # "grandma in image 1" calls her Grandma


def _apposition(page: Page, end: int, name: str, claim: _Claim, naming: Naming) -> None:
    """Image 1, an ageing boxer, tapes his hands."""
    match = _APPOSED.match(page.view, end, end + 60)
    if match:
        head = _HEAD_CUT.split(match[1])[0].split()
        if head and _PEOPLE_EN.fullmatch(head[-1]):
            naming.natures.setdefault(name, Nature.PERSON)
            claim(head[-1], name, proper=False)
