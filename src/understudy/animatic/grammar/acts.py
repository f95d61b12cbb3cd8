"""Who does what in a shot, and what part every reference plays there.

Knows verbs and what stands before and behind them. Must not know lines or the camera.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from understudy.animatic.grammar import nouns, verbs
from understudy.animatic.grammar.mentions import Mention
from understudy.animatic.grammar.naming import Naming, Nature
from understudy.animatic.grammar.text import clauses, compile_words
from understudy.animatic.screenplay import Act, CastMember, Part, Side, Verb

_ACTS = tuple((compile_words(pattern), verb) for pattern, verb in verbs.ACTS)
_HOLD = compile_words(rf"(?:{nouns.HOLDING})|\b(?:{nouns.HOLDING_EN})\b")
_FROM = (
    (compile_words(r"从(?:画面)?左|由左|左侧(?:走|跑|进)|from (?:the )?(?:frame )?left|from screen left"), Side.LEFT),
    (
        compile_words(r"从(?:画面)?右|由右|右侧(?:走|跑|进)|from (?:the )?(?:frame )?right|from screen right"),
        Side.RIGHT,
    ),
)
_STANDS = (
    (compile_words(r"^\s?(?:\S{0,3}在)?(?:画面)?(?:的)?左(?:边|侧|面|手边)|^[^,.]{0,24}\bon the left\b"), Side.LEFT),
    (compile_words(r"^\s?(?:\S{0,3}在)?(?:画面)?(?:的)?右(?:边|侧|面|手边)|^[^,.]{0,24}\bon the right\b"), Side.RIGHT),
)
_MOVED = (Verb.ENTER, Verb.WALK, Verb.RUN, Verb.PASS, Verb.LEAVE, Verb.FLY)
_PARTS = {Nature.PLACE: Part.BACKGROUND, Nature.SEAT: Part.SEAT, Nature.THING: Part.PROP}


def find_cast(view: str, start: int, end: int, mentions: Sequence[Mention], naming: Naming) -> tuple[CastMember, ...]:
    """References seen between two places of the page, in the order they are named."""
    members: dict[str, CastMember] = {}
    for mention in mentions:
        if not start <= mention.start < end or mention.is_aside:
            continue
        for name in mention.names:
            nature = naming.natures.get(name)
            if nature in (Nature.SHEET, Nature.GUIDE):
                continue
            part = _PARTS.get(nature or Nature.PERSON, Part.ACTOR)
            known = members.get(name)
            holder = known.held_by if known else None
            if part is Part.PROP and holder is None:
                holder = _holder(view, mention, mentions, naming)
            side = (known.side if known else None) or next(
                (s for p, s in _STANDS if p.match(view[mention.end : min(end, mention.end + 40)])), None
            )
            members[name] = CastMember(name, part, holder, side)
    return tuple(members.values())


def _holder(view: str, prop: Mention, mentions: Sequence[Mention], naming: Naming) -> str | None:
    """Whoever leads the clause in which the thing is held, worn, eaten or rode."""
    near = [
        m
        for m in mentions
        if m.names
        and m.clause in (prop.clause, prop.clause - 1)
        and m.end <= prop.start
        and naming.is_person(m.names[0])
    ]
    if not near or prop.names == near[-1].names:
        return None
    owner = near[-1]
    between = view[owner.end : prop.start]
    if (
        _HOLD.search(between)
        or re.match(r"\s?(?:手[里中上]|怀[里中]|嘴[里中]|身上|头上)的?", between)
        or between.strip() in ("的", "'s")
    ):
        leading = [m for m in near if m.is_subject]
        return (owner if not leading or re.match(r"\s?手", between) else leading[-1]).names[0]
    return None


def find_acts(view: str, start: int, end: int, mentions: Sequence[Mention], naming: Naming) -> tuple[Act, ...]:
    """Acts of the references between two places of the page, in order, each once."""
    acts: list[Act] = []
    actor: tuple[str, ...] = ()
    here = [m for m in mentions if start <= m.start < end]
    for begin, finish in clauses(view, start, end):
        inside = [m for m in here if begin <= m.start < finish]
        leading = [m for m in inside if m.is_subject]
        if leading:
            actor = tuple(
                n for m in leading for n in m.names if naming.is_person(n) or naming.natures.get(n) is Nature.THING
            )
        words = view[begin:finish]
        for at, verb in _verbs(words):
            who = actor
            later = [m for m in leading if m.end - begin <= at and not m.joins]
            if len(leading) > 1 and later and not any(m.joins for m in leading):
                who = later[-1].names
            target = next(
                (
                    m.names[0]
                    for m in inside
                    if m.names and m.start - begin > at and m.names[0] not in who and not m.is_aside
                ),
                None,
            )
            if target is None and verb in (Verb.PASS, Verb.ENTER, Verb.LOOK, Verb.WAVE, Verb.SPEAK):
                target = next(
                    (m.names[0] for m in inside if m.names and not m.is_subject and m.names[0] not in who), None
                )
            side = next((s for p, s in _FROM if p.search(words)), None) if verb in _MOVED else None
            for name in who:
                if (name, verb) not in {(a.who, a.verb) for a in acts}:
                    acts.append(Act(name, verb, target, side))
    return tuple(acts)


def _verbs(words: str) -> list[tuple[int, Verb]]:
    """Verbs of a clause in order, the longer match winning where two overlap."""
    hits = sorted((m.start(), -m.end(), verb) for pattern, verb in _ACTS for m in pattern.finditer(words))
    kept: list[tuple[int, Verb]] = []
    last = -1
    for start, minus_end, verb in hits:
        if start >= last:
            kept.append((start, verb))
            last = -minus_end
    return kept
