"""How words are spoken: said, shouted, whispered, sung, or by a voice that is not in the picture.

Knows the verbs and remarks around a turn. Must not know how its speaker is found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from understudy.animatic import lexicon
from understudy.animatic.grammar.mentions import Mention
from understudy.animatic.grammar.text import Page, compile_words
from understudy.animatic.grammar.turns import Turn
from understudy.animatic.screenplay import Delivery

_DELIVERIES = tuple((compile_words(pattern), delivery) for pattern, delivery in lexicon.DELIVERIES)
_NARRATION = compile_words(lexicon.DELIVERIES[3][0])
_WHISPER = compile_words(lexicon.DELIVERIES[2][0])
_HOW = compile_words(r"\s*\(([^()]{1,40})\)")
_LEFT_HANGING = compile_words(r"(?:着|道|起来)?\s?(?:[。.;\n]|$)")


def find_delivery(page: Page, turn: Turn, words: str, left: str) -> Delivery:
    """How a turn is spoken; `words` tell of it (label, speaking clause), `left` is all since the turn before."""
    if re.search(r"[♪♫🎵🎶]", page.raw[turn.start : turn.end]):
        return Delivery.SING
    best: tuple[int, Delivery] | None = None
    near = words if len(words) <= 60 else words[-60:]
    if how := _HOW.match(page.plain, turn.start, turn.end):
        near += " " + how[1]
    for pattern, delivery in _DELIVERIES:
        for match in pattern.finditer(near):
            if best is None or match.end() > best[0]:
                best = (match.end(), delivery)
    if best is None and turn.is_quote and _WHISPER.search(left[-40:]):
        return Delivery.WHISPER
    if best is None and turn.is_quote and _NARRATION.match(re.split(r"[。!?;\n]|\.\s", left)[-1].lstrip()):
        return Delivery.NARRATE  # Voiceover, her own: “…”
    return best[1] if best else Delivery.SAY


def announced_delivery(
    page: Page, people: Sequence[Mention], floor: int, left: str, owner: Mention | None
) -> Delivery | None:
    """How somebody speaks whose act ends in a verb of voice and whose words a label gives: 图2大喊。图2：谁？

    `left` is the view from `floor` to the turn.
    """
    for pattern, delivery in _DELIVERIES[:3]:
        for match in pattern.finditer(left):
            if _LEFT_HANGING.match(left, match.end()):
                begin, end = page.sentence(max(0, floor + match.start()))
                if not any(begin <= m.start < end and owner and m.names != owner.names for m in people):
                    return delivery
    return None
