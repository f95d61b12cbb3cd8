"""Everybody a prompt speaks of, in order: references by number, name or alias, invented people, pronouns.

Knows who is the subject of a clause and whom a pronoun means. Must not know shots or quotes' speakers; it reads the
page after `naming` has learnt the aliases.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from understudy.animatic.grammar import nouns
from understudy.animatic.grammar.asides import is_aside, is_guide
from understudy.animatic.grammar.naming import Naming, Nature
from understudy.animatic.grammar.text import HAN, Page, clauses, compile_words


@dataclass(slots=True)
class Mention:
    """Somebody or something named at `start`..`end`.

    `names` are the references meant, empty for people the prompt invents; `label` is the prompt's own noun phrase.
    `is_subject`: leads its clause. `is_aside`: not seen (only heard, looked for, or a source of style or motion).
    """

    start: int
    end: int
    names: tuple[str, ...]
    label: str
    is_pronoun: bool = False
    is_subject: bool = False
    is_aside: bool = False
    is_owner: bool = False
    count: int = 1
    gender: str = ""
    clause: int = 0
    joins: bool = False


_ZH_PEOPLE = f"{nouns.MALE}|{nouns.FEMALE}|{nouns.ANYBODY}|{nouns.ANIMALS}"
_ZH_ALTERNATION = "|".join(sorted(_ZH_PEOPLE.split("|"), key=len, reverse=True))
_EN_ALTERNATION = f"{nouns.MALE_EN}|{nouns.FEMALE_EN}|{nouns.ANYBODY_EN}|{nouns.ANIMALS_EN}"
_ADJECTIVE = r"(?:(?!(?:the|an?|of|in|on|at|and|to|from|with|his|her|while|as|by|into)\b)[a-z][a-z'-]*[a-rt-z]\s){0,3}?"
PEOPLE = compile_words(
    rf"(?P<zh>(?:(?:{_ZH_ALTERNATION})(?!节|席|证|们?日|票|奶|车(?![厢里])|粮|背上|路|虎|铃|桶)){{1,2}}"
    rf"(?P<surname>[小阿老][{HAN}](?![{HAN}]?的))?)"
    rf"|(?P<en>(?:\b(?P<article>an?|the|another|one|his|her|their|my|this|that)\s{_ADJECTIVE})?"
    rf"\b(?:{_EN_ALTERNATION})(?:s|es)?\b(?!-)(?! \d))"
)
_NOT_OURS = ("", "(?![们家国方])")
_PRONOUN = compile_words(
    r"(?P<other>其他)|(?P<he>他(?!们|人|乡)|\b(?:he|him|his)\b)|(?P<she>她(?!们)|\b(?:she|her|hers)\b)|(?P<it>它(?!们)|"
    r"\b(?:it|its)\b)|(?P<who>(?<=, )who\b)"
)
_GROUPS = tuple((compile_words(pattern), count) for pattern, count in nouns.GROUPS)
_MALE = compile_words(rf"{nouns.MALE}|\b(?:{nouns.MALE_EN})\b")
_FEMALE = compile_words(rf"{nouns.FEMALE}|\b(?:{nouns.FEMALE_EN})\b")
_ANIMAL = compile_words(rf"{nouns.ANIMALS}|机器人|\b(?:{nouns.ANIMALS_EN}|robot|android)\b")

_DONE_BY = (
    "导演|由|让|使|轮到|只见|请|主角是|主角为|主角|画面中|画面里|镜头中|先给|特写|回到|切到|切至|切换到|切回|"
    "随后|这时|以|当|而|但|这边|那边"
)
_ASIDE_OF = (
    r"(?:^|[,。])(?:不远处|远处|近处|一旁|旁边|对面|身后|身旁|背后|前方|后方|角落里?|人群[中里]|(?:舞台|阳台|院子|"
    r"屏幕|电话|台|楼|门|窗|车|屋|床|树|桥|桌)"
    r"(?:上|下|里|外|内|边|前|后|旁|口|中|那头))的?$"
)
_LEADS = compile_words(
    rf"(?:{_DONE_BY})$|{_ASIDE_OF}|镜头\S{{0,8}}(?:跟着|跟随|对准|给到?|聚焦(?:于|在)?|转向|摇向|推向|到|在|拍|围绕|"
    rf"环绕|绕着)$|(?:围着|环绕|围绕)$"
)
_OBJECT_TAIL = compile_words(
    r"(?:对着?|向|朝|冲|跟|给|被|把|将|用|往|在|从|着|了|过|住|起|出|进|看|望|盯|问|拉|抱|穿|戴|拿|吃|喝|骑|遇到?|等|"
    r"叫|替|帮|为|以|像|如|离|比|"
    r"围|绕|越|握|递|搂|抓|扶|喂|追|吻|亲|打|踢|指|见|参考|上|下|回|去|成|到|入|开|是|有|和|与|及|、|听|凑近|告诉|拦|"
    r"牵|撞|靠|按|拍)$"
)
_MEASURE = compile_words(r"(?:[一这那几两]|另一)?[个位名只群]$")
_PLACE_LEFT = compile_words(r"(?:上|里|中|内|下|旁|外|前|后|边|处|间|口|侧|时|秒|天|晨|午|晚|夜|刻)$")
_PREPOSITION = compile_words(r"^(?:在|从|于)|(?:,|^)(?:深夜|清晨|傍晚|夜里)")
_JOIN = compile_words(r"^\s?(?:和|与|跟|及|以及|同|、|,|and|&|with|\+|/)\s?(?:the |a |an )?$")
_BRACKETED = compile_words(r"\]?\s?[(\[]\s?@?[小大老胖瘦黑白红花萌]{0,3}")
_ARTICLE = compile_words(r"(?:an?|the|his|her|our)\s")
_APPOSED = compile_words(r"\s?[,.](?!\s?and\b)|\s(?:in|with|who|wearing|from|of|at|on)\b|\s?$")
_EN_LEADS = compile_words(
    r"(?:^|\s)(?:and|while|as|then|when|but|where|before|until|so|whereas|finally|suddenly|meanwhile|now|next|later)$"
)
_LABEL_END = compile_words(r"(?:,\s[a-z' ]{2,30})?\s?(?:\([^()]{0,40}\))?\s?:")
_SENTENCE_EDGE = compile_words(r"(?:^|[\n.。!?;\"”\ue000])\s*[-*•]*\s*$")
_EN_SHOWN = compile_words(
    r"(?:^|\s)(?:make|makes|let|lets|have|see|featuring|starring|show|shows|reveal|reveals|revealing|here|slowly|"
    r"start on|open on|back to|cut to|cuts to|on|is)$"
)
_EN_CAMERA = compile_words(
    r"(?:shot|close-?up|view|frame|angle|camera|pan|tilt|dolly|zoom|push|insert|pov|macro|scene|portrait|video|"
    r"film)\b"
)
_BODY_OF = compile_words(rf"(?:the |an? )?(?:[a-z]+ )?(?:{nouns.BODY_EN}) of(?: the)?")
_CONTACT = compile_words(
    r"(?:[一-鿿]住|拍拍?|握住?|抓住?|牵[着住]?|靠[在着]?|摸|揉揉?|搂[着住]?|按住?|挽[着住]?|扶着?|亲|吻|趴在|在|从|走到|来到|"
    r"凑到|贴着|跟在|躲在|on|to|behind|beside|"
    r"at|takes?|holds?|grabs?|touch(?:es)?|squeezes?|kiss(?:es)?|reaches for)\s?$"
)
_DEFINITE = ("the", "his", "her", "their", "this", "that", "my")


def find_mentions(page: Page, naming: Naming) -> list[Mention]:
    """Every mention in order, pronouns resolved. Changes `naming.natures` by what the references are seen to do."""
    view = page.view
    found = _scan(view, naming)
    parts = clauses(view, 0, len(view))
    starts = [start for start, _ in parts]
    previous: Mention | None = None
    for mention in found:
        mention.clause = max(0, bisect_right(starts, mention.start) - 1)
        begin = starts[mention.clause] if starts else 0
        left, right = view[begin : mention.start].strip(" @["), view[mention.end : mention.end + 14]
        same = previous is not None and previous.clause == mention.clause
        mention.is_owner = bool(re.match(r"'s\b|\s?的", right)) or mention.label in ("his", "her", "its")
        gap = view[previous.end : mention.start] if previous is not None else ""
        if previous is not None and _BRACKETED.fullmatch(gap):
            mention.is_subject, mention.clause, mention.joins = previous.is_subject, previous.clause, previous.joins
            if not previous.names and not previous.is_pronoun:
                previous.names = mention.names
            elif not mention.names and not mention.is_pronoun:
                mention.names = previous.names
        elif previous is not None and _is_title(view, previous, mention, gap, naming):
            previous.names, mention.is_subject, mention.clause = mention.names, previous.is_subject, previous.clause
        elif previous is not None and previous.names and _is_apposition(view, gap, mention, right):
            mention.names, mention.is_subject, mention.clause = previous.names, previous.is_subject, previous.clause
        elif same and previous is not None and _JOIN.match(gap) and not mention.is_pronoun:
            mention.is_subject, mention.joins = previous.is_subject, True
        else:
            mention.is_subject = _leads(left, same)
        mention.is_aside = is_aside(view, begin, mention.start, right)
        _observe(view, mention, right, left, naming)
        previous = mention
    _resolve(view, found, naming)
    if len(naming.subjects) == 1 and not any(m.names for m in found):
        # the only reference needs no name: "make it dance" can mean nothing else
        for mention in found:
            if mention.is_pronoun and mention.count == 1 and _PRONOUN.fullmatch(mention.label):
                mention.names = (naming.subjects[0].name,)
    return found


def _is_apposition(view: str, gap: str, mention: Mention, right: str) -> bool:
    """Image 1, an ageing boxer, tapes his hands: the boxer is Image 1."""
    if mention.names or mention.is_pronoun or not re.fullmatch(r",\s?", gap):
        return False
    return bool(_ARTICLE.match(view, mention.start) and _APPOSED.match(right))


def _is_title(view: str, noun: Mention, name: Mention, gap: str, naming: Naming) -> bool:
    """Anchor Image 1, 快递员@图1: the noun before the name is what it is called, unless it is given the thing."""
    if noun.names or noun.is_pronoun or len(name.names) != 1 or gap.strip(" @["):
        return False
    given = re.search(r"(?:给|to|gives?|hands?|shows?|passes|sends?)\s?$", view[max(0, noun.start - 8) : noun.start])
    return given is None and naming.is_person(name.names[0])


def _scan(view: str, naming: Naming) -> list[Mention]:
    taken: list[Mention] = []
    used = bytearray(len(view) + 1)

    def take(mention: Mention) -> None:
        if not any(used[mention.start : mention.end]):
            used[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
            taken.append(mention)

    for start, end, name in naming.find(view):
        take(Mention(start, end, (name,), name))
    if naming.aliases:
        words = sorted(naming.aliases, key=len, reverse=True)
        pattern = compile_words(
            "|".join((rf"\b{re.escape(w)}\b" if w[0].isascii() else re.escape(w) + _NOT_OURS[w == "我"]) for w in words)
        )
        for match in pattern.finditer(view):
            name = naming.aliases[match[0]]
            before = view[max(0, match.start() - 24) : match.start()]
            if re.search(
                r"(?:另一?[个位名只]|其他|别的|陌生|一[个位名群])$|\b(?:another|second|other|an?|no)\s(?:\w+\s)?$",
                before,
            ):
                continue
            if match[0][0].isascii() and match[0] not in naming.proper:
                article = re.search(r"\b(?:the|his|her|its|their|this|that|our)\s(?:[a-z-]+\s){0,2}?$", before)
                is_label = _LABEL_END.match(view, match.end()) and _SENTENCE_EDGE.search(before)
                if not article and not is_label:
                    continue
            take(Mention(match.start(), match.end(), (name,), match[0]))
    for pattern, count in _GROUPS:
        for match in pattern.finditer(view):
            take(Mention(match.start(), match.end(), (), match[0], is_pronoun=True, count=count))
    for match in _PRONOUN.finditer(view):
        kind = match.lastgroup or ""
        if kind != "other":
            take(Mention(match.start(), match.end(), (), match[0], is_pronoun=True, gender=kind))
    surnames: set[str] = set()
    for match in PEOPLE.finditer(view):
        label = match[0].strip()
        if match["surname"]:
            surnames.add(match["surname"])
            label = match["surname"]
        if match["en"]:
            label = re.sub(r"^(?:an?|the|another|one|his|her|their|my|this|that)\s", "", label)
        gender = (
            "she" if _FEMALE.search(label) else "he" if _MALE.search(label) else "it" if _ANIMAL.search(label) else ""
        )
        take(Mention(match.start(), match.end(), (), label, gender=gender))
    for name in surnames:
        for match in re.finditer(re.escape(name), view):
            take(Mention(match.start(), match.end(), (), name))
    taken.sort(key=lambda m: m.start)
    return taken


def _leads(left: str, has_earlier: bool) -> bool:
    if not left:
        return True
    if re.search(f"[{HAN}]", left):
        if _LEADS.search(left):
            return True
        if left.endswith("的"):
            return not has_earlier
        if _PREPOSITION.match(left) and _PLACE_LEFT.search(left):
            return not has_earlier
        if _OBJECT_TAIL.search(_MEASURE.sub("", left)):
            return False
        return not has_earlier or bool(re.search(r"(?:然后|接着|同时|而|时|并|后|,)$", left))
    if not re.search(r"[a-z]", left):
        return True
    if _EN_LEADS.search(left):
        return True
    if _BODY_OF.fullmatch(left):
        return True
    if _EN_CAMERA.search(left) or _EN_SHOWN.search(left):
        return not has_earlier
    return bool(re.fullmatch(r"(?:\w+ly|the|an?|in \w+|at \w+|then|there|only)(?: the| a)?", left)) and not has_earlier


_HOLD_LEFT = compile_words(
    rf"(?:{nouns.HOLDING})\s?(?:着|起|上|了)?(?:一?[大小]?[个把束杯本只支件条]|一大束)?\s?@?\[?$"
)
_IN_HAND = compile_words(r"(?:手[里中上]|怀[里中]|嘴里)的?\s?@?$")
_HOLD_LEFT_EN = compile_words(rf"\b(?:{nouns.HOLDING_EN})\s(?:the |a |an |his |her )?@?\[?$")
_GIVEN_TO = compile_words(r"\b(?:shows?|showing|hands?|handing|gives?|giving|passes|offers?|tells?|teaches)\s@?\[?$")
_GIFT = compile_words(r"\]?\s(?:how|what|where|why|the|an?|his|her|their|some|one)\b")
_BODY_RIGHT = compile_words(rf"^\s?的?(?:{nouns.BODY})|^'s (?:{nouns.BODY_EN})\b")
_SPEECH_RIGHT = compile_words(
    r"^\s?(?:大?声|轻声|小声|笑着?|一?边\S{0,4}|连忙|突然|忽然|先|也|立刻|缓缓|轻轻|转身|抬头|低头|\S{0,3}地)?(?:说|"
    r"问|答|喊|唱|吼|道|叹|回答|走|跑|坐|站|笑|哭|"
    r"看|转|抬|"
    r"挥|点头|摇头|跳|拿|端|抱|举|推|穿|戴|拉|停|伸|睁|闭|握|蹲|靠|躺|望|盯|愣|皱|深吸|打开|面对|对着)|"
    r"^ (?:says|asks|replies|answers|walks|runs|sits|stands|smiles|laughs|looks|turns|sings|whispers|shouts|"
    r"talks|holds|picks|enters|"
    r"leans|opens|takes|wears|sighs|grins|nods|waves|dances|plays|stops|steps|slides|hands|puts|"
    r"sitting|standing)\b"
)
_UTTERS = compile_words(
    r"^(?!\s?[被由])[^,。;!?\n|:]{0,14}(?:说|问|答|喊|叫|唱|吼|道|叹气)(?=[\s:,着了\ue000“\"「]|$)|"
    r"^ (?:says|asks|replies|answers|whispers|shouts|yells|sings|cries|laughs)\b"
)
_PLACE_IN = compile_words(r"^\s?(?:里|中|内)(?:$|的|,|。|面|[^间])")
_PLACE_BEFORE = compile_words(
    r"(?:(?:背景|场景|场地|地点|环境)(?:是|为|在|用)?\s?:?|全程都?在|走进|走在|来到|进入|回到|位于|身处|置身(?:于)?)\s?@?\[?$|"
    r"(?:(?:background|setting|location)(?: is|:)?|set in|inside|through|into)\s(?:the )?$"
)


def _observe(view: str, mention: Mention, right: str, left: str, naming: Naming) -> None:
    """Learn what a reference is by what is done with it; what stands first in the prompt counts."""
    if mention.is_pronoun or len(mention.names) != 1:
        return
    name = mention.names[0]
    if name in naming.natures:
        if name in naming.carried and mention.is_subject and _UTTERS.match(view[mention.end : mention.end + 30]):
            naming.natures[name] = Nature.PERSON  # whoever was carried speaks
            naming.carried.discard(name)
        return
    near = view[max(0, mention.start - 16) : mention.start]
    if mention.is_aside and is_guide(near, right):
        naming.natures[name] = Nature.GUIDE
    elif _PLACE_BEFORE.search(near) or (re.search(r"在\s?@?$", near) and _PLACE_IN.match(right)):
        naming.natures[name] = Nature.PLACE
    elif (
        _BODY_RIGHT.match(right)
        or (mention.is_subject and _SPEECH_RIGHT.match(right))
        or (_GIVEN_TO.search(near) and _GIFT.match(right))
    ):
        naming.natures[name] = Nature.PERSON
    elif _IN_HAND.search(near):
        naming.natures[name] = Nature.THING
    elif _HOLD_LEFT.search(near) or _HOLD_LEFT_EN.search(near):
        naming.natures[name] = (
            Nature.SEAT if re.search(r"(?:坐|骑)\S{0,2}$|(?:rides?|riding) $", near) else Nature.THING
        )
        naming.carried.add(name)
    elif re.match(r"^这[双本个款件]|^(?:'s)? (?:bottle|product)", right):
        naming.natures[name] = Nature.THING


def _resolve(view: str, found: list[Mention], naming: Naming) -> None:
    """Tell whom each pronoun means."""
    genders: dict[str, str] = {}
    for alias, name in naming.aliases.items():
        genders.setdefault(name, "she" if _FEMALE.search(alias) else "he" if _MALE.search(alias) else "")
    beasts = {name for alias, name in naming.aliases.items() if _ANIMAL.fullmatch(alias)}
    for index, mention in enumerate(found):
        if not mention.is_pronoun:
            continue
        if mention.label == "who":
            mention.names = found[index - 1].names if index else ()
            continue
        if mention.count > 1:
            mention.names = _last_people(found, index, mention.count, naming)
            continue
        subject = next(
            (m for m in reversed(found[:index]) if m.clause == mention.clause and m.is_subject and not m.joins), None
        )
        left = view[max(0, mention.start - 6) : mention.start]
        own = mention.is_owner and subject is not None and not _CONTACT.search(left)
        candidates = [m for m in reversed(found[:index]) if _fits(m, mention, naming, genders)]
        if own and subject in candidates:
            chosen: Mention | None = subject
        else:
            if subject is not None and not mention.is_subject:
                candidates = [m for m in candidates if m is not subject and m.names != subject.names] or []
            leading = [m for m in candidates[:8] if m.is_subject]
            human = [m for m in (*leading, *candidates) if not set(m.names) & beasts]
            leading = (
                human if leading and mention.gender in ("he", "she") and set(leading[0].names) & beasts else leading
            )
            chosen = next(iter(leading or candidates), None)
        if chosen is not None:
            mention.names = chosen.names
            mention.label = chosen.label
            if len(chosen.names) == 1 and mention.gender in ("he", "she"):
                genders[chosen.names[0]] = genders.get(chosen.names[0]) or mention.gender


def _fits(candidate: Mention, pronoun: Mention, naming: Naming, genders: dict[str, str]) -> bool:
    if (
        candidate.is_aside
        or candidate.count > 1
        or (candidate.is_pronoun and not candidate.names and candidate.label == pronoun.label)
    ):
        return False
    if candidate.names:
        name = candidate.names[0]
        if pronoun.gender in ("he", "she") and name in (naming.aliases.get("我"), naming.aliases.get("i")):
            return False  # whoever writes the prompt speaks of himself as "I"
        person = naming.is_person(name)
        if pronoun.gender == "it":
            return not person or bool(_ANIMAL.search(candidate.label)) or name not in naming.natures
        known = genders.get(name, "")
        return person and (not known or known == pronoun.gender)
    if pronoun.gender == "it":
        return candidate.gender == "it"
    if candidate.is_pronoun and candidate.gender == "it":
        return False
    return candidate.gender in ("", "it", pronoun.gender)


def _last_people(found: list[Mention], index: int, count: int, naming: Naming) -> tuple[str, ...]:
    people: list[tuple[str, ...]] = []
    for mention in reversed(found[:index]):
        if mention.count > 1 and mention.names:
            return mention.names if len(mention.names) == count else mention.names[:count]
        key = mention.names or (f"\0{mention.label}",)
        if mention.names and not naming.is_person(mention.names[0]):
            continue
        if mention.names or not mention.is_pronoun:
            for one in key:
                if (one,) not in people:
                    people.append((one,))
        if len(people) >= count:
            break
    if len(people) < count:
        actors = [s.name for s in naming.subjects if naming.natures.get(s.name) is Nature.PERSON]
        if len(actors) == count:
            return tuple(actors)
    return tuple(sorted((p[0] for p in people[:count] if not p[0].startswith("\0")), key=_order(naming)))


def _order(naming: Naming) -> Callable[[str], int]:
    places = {s.name: i for i, s in enumerate(naming.subjects)}
    return lambda name: places.get(name, 99)
