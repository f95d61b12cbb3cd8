"""Who speaks each turn, and to whom.

Knows that words belong to the label, colon or speech verb they hang on, and else to whoever acts beside them. Must
not know shots beyond where they begin and end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from understudy.animatic import lexicon
from understudy.animatic.grammar.heads import Layout, Stretch
from understudy.animatic.grammar.mentions import Mention
from understudy.animatic.grammar.naming import Naming
from understudy.animatic.grammar.quoting import SPEECH_VERB
from understudy.animatic.grammar.text import HAN, Page, compile_words
from understudy.animatic.grammar.turns import Turn
from understudy.animatic.grammar.voicing import announced_delivery, find_delivery
from understudy.animatic.screenplay import Delivery, Line

NARRATOR = "narrator"

_NARRATION = compile_words(lexicon.DELIVERIES[3][0])
_INNER = compile_words(r"内心|心想|心里|心声|独白|inner|internal|thinks")
_LABEL = compile_words(r"[^,。;.!?\n|】\ue000”\"」』]{1,40}[:]\s?$")
_NOT_LABEL = compile_words(r"台词|对白|对话|文案|配音|口播|画面|动作|镜头|场景|dialog|line|action|voice|speech")
_UNSEEN_VOICE = compile_words(
    r"(?:the |an? )?(?:(?:fe)?male )?(?:announcer|narrator|voice|presenter)|[男女童]声|解说员?|播音员?"
)
_VOICED = compile_words(r"口播|配音|解说词?|文案|台词|声音|audio|voice")
_VOICE = compile_words(r"画外|旁白|[男女童]声|voice|narrat|v\.?o\b|off")
_BODILESS = compile_words(
    rf"((?:an?|another|some) (?:[a-z-]+ ){{0,2}}voices?|[一某]个(?:[{HAN}]{{0,4}}的)?声音)(?=$|[\s,]|从|在)"
)
"""A voice that is nobody's: a tiny voice from inside, 一个苍老的声音从门后传来."""
_ADVERB_RUN = compile_words(
    r"^(?:然后|随后|接着|突然|忽然|这时|此时|最后|于是|轻声|小声|大声|低声|连忙|笑着|哭着|一边|并且?|又|再|也|先|便|"
    r"就|and|then|softly|quietly)+"
)
_UNKNOWN = compile_words(
    rf"^([{HAN}]{{2,4}}?)(?=[说问答喊叫唱吼笑哭看走跑站坐拿举抬转低伸推拉指点摇挥拍皱叹冲头也不一大小轻微突连赶在把被对向朝从正又却就先缓慢急愣探凑回]|\s?[(:])"
)
_ONLY_SAYS = compile_words(
    rf"([{HAN}]{{1,3}}[人员者师家手长生客工匠官兵民农夫妇婆爷娘哥姐弟妹叔婶伯姨嫂爹妈爸公总导探警医佬仔友贼徒童孩翁汉仙鬼妖怪王帝妃侠僧])"
    r"(?:[说问答喊吼叫唱](?:道|着|了一句)?|回答|回应|宣布|提醒|追问|反问)"
)
"""Somebody no table knows, by the last character of what people are called, and nothing else before the verb."""
_CAPITAL = compile_words(r"^((?:[A-Z][\w'’-]+\s?){1,3})")
_PLAIN_START = {
    "The",
    "A",
    "An",
    "In",
    "On",
    "At",
    "Then",
    "Cut",
    "Back",
    "And",
    "He",
    "She",
    "They",
    "It",
    "As",
    "When",
    "With",
    "Shot",
    "Scene",
    "Close",
    "Wide",
    "Medium",
    "Camera",
    "No",
    "After",
    "Before",
    "While",
    "From",
    "Suddenly",
    "Slow",
    "Low",
    "High",
}


@dataclass(slots=True)
class Speech:
    """A line with the place of its words on the page."""

    start: int
    end: int
    line: Line
    owner: Mention | None = None


class Attribution:
    """Finds the speakers of all turns of one page, in order."""

    def __init__(self, page: Page, naming: Naming, layout: Layout, mentions: list[Mention]) -> None:
        self.page, self.naming, self.layout = page, naming, layout
        self.people = [m for m in mentions if self._can_speak(m)]
        self.mentions = mentions
        self.spoken: list[Speech] = []

    def _can_speak(self, mention: Mention) -> bool:
        if mention.names:
            return self.naming.is_person(mention.names[0])
        return not mention.is_pronoun or mention.count == 1

    def speak(self, turns: list[Turn]) -> list[Speech]:
        """Lines in the order of their turns."""
        for index, turn in enumerate(turns):
            self.spoken.append(self._line(turn, turns, index))
        return self.spoken

    def _line(self, turn: Turn, turns: list[Turn], index: int) -> Speech:
        view = self.page.view
        shot = self._shot(turn.start)
        floor = max(shot.head if shot else 0, turns[index - 1].end if index else 0)
        left = view[floor : turn.start]
        following = turns[index + 1].start if index + 1 < len(turns) else len(view)
        right = view[turn.end : min(following, turn.end + 60, shot.end if shot else len(view))]
        owner, name, words = self._owner(turn, shot, floor, left, right, following)
        delivery = find_delivery(self.page, turn, words, left)
        if turn.is_labelled and delivery is Delivery.SAY:
            delivery = announced_delivery(self.page, self.people, floor, left, owner) or delivery
        speaker = owner.names[0] if owner and owner.names else self._label(owner) if owner else name
        if delivery is Delivery.NARRATE and owner is None and not name:
            speaker = NARRATOR
        target = self._target(turn, floor, owner)
        return Speech(turn.start, turn.end, Line(speaker, turn.text, delivery, target), owner)

    def _label(self, mention: Mention) -> str:
        if mention.is_pronoun:
            return mention.label
        words = self.page.words(mention.start, mention.end)
        words = re.sub(r"^(?:an?|the|another|one|his|her|their|my|this|that)\s", "", words, flags=re.IGNORECASE)
        return words.lower() if words.isupper() and words.isascii() else words

    def _shot(self, position: int) -> Stretch | None:
        return next((s for s in reversed(self.layout.shots) if s.head <= position), None)

    # Whose words --------------------------------------------------------------------------------------------------

    def _owner(
        self, turn: Turn, shot: Stretch | None, floor: int, left: str, right: str, following: int
    ) -> tuple[Mention | None, str | None, str]:
        """The speaker as a mention or a name of his own, and the words that tell how he speaks."""
        if turn.by_name:
            return self._set_above(turn.by_name)
        clause = self._clause(left)
        label = _LABEL.search(left)
        if label or turn.is_labelled:
            found = self._labelled(turn, floor, left)
            if found is not None:
                return found
        attached = (
            bool(label) or left.rstrip()[-1:] in (":", ",") or bool(SPEECH_VERB.search(clause) and not turn.is_quote)
        )
        if turn.is_quote and not attached and SPEECH_VERB.search(clause) and re.search(r"[^\s。.!?]$", left):
            attached = True
        if turn.is_quote and not left.rstrip().endswith(":"):
            after = self._behind(turn, right, needs_verb=True)
            told = SPEECH_VERB.search(clause) and left.strip() and left.rstrip()[-1:] not in ("。", ".")
            if after is not None and not told:
                return after, None, right
        if attached or left.rstrip()[-1:] not in ("", "。", ".", "!", "?", "\n", ";", "”", '"'):
            before = self._before(turn.start, floor, same_sentence=True)
            if before is not None:
                return before, None, clause
            stranger = self._stranger(left, floor)
            if stranger:
                return None, stranger, clause
            thing = self._thing(turn.start, floor)
            if thing is not None:
                return thing, None, clause
        if _NARRATION.search(clause) and not _INNER.search(clause):
            return None, NARRATOR, clause
        before = self._before(turn.start, floor, same_sentence=False)
        after = self._behind(turn, right, needs_verb=False) if turn.is_quote else None
        if (
            after is not None
            and not attached
            and not (before is not None and clause.isascii() and SPEECH_VERB.search(clause))
        ):
            last = self._last()
            leads_on = following < len(self.page.view) and not self.page.view[turn.end : following].strip().endswith(
                "。"
            )
            if before is None or (last is not None and before.names == last.names and before.label == last.label):
                return after, None, ""
            if not leads_on and not left.strip():
                return after, None, ""
        if before is not None:
            return before, None, clause
        return self._fallback(turn, shot, after, left), None, clause

    @staticmethod
    def _clause(left: str) -> str:
        parts = [p for p in re.split(r"[,。;!?\n|]|\.(?=\s|$)", left.rstrip(" ,:")) if p.strip()]
        return parts[-1] if parts else ""

    def _set_above(self, span: tuple[int, int]) -> tuple[Mention | None, str | None, str]:
        label = self.page.view[span[0] : span[1]].strip()
        inside = [m for m in self.people if span[0] <= m.start < span[1]]
        if inside:
            return inside[0], None, ""
        if _NARRATION.search(label):
            return None, NARRATOR, label
        return None, label, ""

    def _labelled(self, turn: Turn, floor: int, left: str) -> tuple[Mention | None, str | None, str] | None:
        """A label directly before the colon: 图1（抬头）：, Elena (yelling):, 旁白：, 门外传来护士的声音："""
        words = left.rstrip(" :")
        opening = words.rfind("(") if words.endswith(")") else -1
        outside = words[:opening] if opening > 0 else words
        how = words[opening:] if opening > 0 else ""
        start = max(
            (m.end() for m in re.finditer(r"[,。;!?\n|】:\ue000”\"」』]|\.(?=\s)", outside.rstrip())), default=0
        )
        label = outside[start:].strip(" -*•△")
        end = floor + len(outside.rstrip())
        at = floor + start
        here = [m for m in self.mentions if at <= m.start and m.end <= end and (m in self.people or m.names)]
        within = [m for m in self.people if end <= m.start < turn.start]
        if _NARRATION.search(label):
            if here:
                return here[-1], None, label
            if within and (within[0].names or _INNER.search(label)):
                return within[0], None, label
            if _INNER.search(label):
                return self._before(turn.start, floor, same_sentence=False) or self._last(), None, label
            return None, NARRATOR, label
        unseen = _UNSEEN_VOICE.fullmatch(label) and _NARRATION.search(how)
        if (unseen or (_VOICED.fullmatch(label) and _VOICE.search(how))) and not any(m.names for m in here):
            return None, NARRATOR, "旁白"
        exact = [m for m in here if m.end == end or not self.page.view[m.end : end].strip(" ]")]
        if (
            exact
            and exact[-1].start - at <= 6
            and not re.search(r"[问对向朝]\s?@?$", self.page.view[at : exact[-1].start].rstrip())
        ):
            first = exact[-1]
            if not self.page.view[at : first.start].strip(" -*•△@[("):
                return first, None, label + how
        if exact and re.search(rf"[{HAN}]\s$", self.page.view[at : exact[-1].start]):
            return exact[-1], None, how  # a cell of its own in a row: 特写 他低头不语 图2：别走
        voice = [m for m in here if re.fullmatch(r"\s?的(?:声音|喊声|嗓音|画外音)\s?", self.page.view[m.end : end])]
        if voice:
            return voice[-1], None, label + how
        spoken = re.sub(r",?\s?(?:off[ -]?screen|o\.s\.|v\.o\.)\s?$", "", outside)
        if spoken != outside:
            end = floor + len(spoken.rstrip())
            off = [m for m in self.people if floor <= m.start and m.end == end]
            if off:
                return off[-1], None, label
        bodiless = _BODILESS.match(label)
        if bodiless and not any(m.names for m in here):
            return None, self.page.words(at, end).strip("-*•△ ")[: bodiless.end(1)], label
        if label and not here and not SPEECH_VERB.search(label) and not _NOT_LABEL.search(label):
            raw = self.page.words(at, end).strip("-*•△ ")
            short = re.fullmatch(rf"[{HAN}a-z·]{{2,5}}", label) or (
                label.isascii() and len(label.split()) <= 2 and raw[:1].isupper()
            )
            if short and (start == 0 or left[start - 1 : start] in "\n|】。.") and self.page.view.count(label) > 1:
                return None, raw, how
        return None

    def _before(self, position: int, floor: int, *, same_sentence: bool) -> Mention | None:
        """The nearest clause before that has somebody leading it."""
        begin = max(self._sentence(position - 1)[0], floor) if same_sentence else floor
        here = [m for m in self.people if begin <= m.start and m.end <= position and not self._only_shown(m)]
        leading = [m for m in here if m.is_subject and (m.label != "who" or not self._goes_on(m, position))]
        if leading:
            clause = leading[-1].clause
            group = [m for m in leading if m.clause == clause]
            last = group[-1]
            while last.joins and len(group) > 1:
                group.pop()
                last = group[-1]
            return last if last.names or not last.is_pronoun else None
        if same_sentence and not here:
            return None
        owners = [m for m in here if m.is_owner] or ([] if same_sentence and not here else here)
        return owners[-1] if owners and not same_sentence else (owners[0] if owners else None)

    def _goes_on(self, who: Mention, position: int) -> bool:
        """Whether the clause of a "who" is over before the words begin: X hugs Y, who cries, and says …"""
        return "," in self.page.view[who.end : position].rstrip(" ,:")

    def _only_shown(self, mention: Mention) -> bool:
        return mention.is_aside and not re.match(
            r"\s?的?(?:声音|喊声|嗓音)", self.page.view[mention.end : mention.end + 5]
        )

    def _sentence(self, position: int) -> tuple[int, int]:
        return self.page.sentence(max(0, position))

    def _behind(self, turn: Turn, right: str, *, needs_verb: bool) -> Mention | None:
        """Somebody who follows the quote at once: “…”图1说, “…,” says Image 1 proudly."""
        clause = re.split(r"[,。;!?\n|:“\"「]|\.(?=\s|$)", right.lstrip(" ,-—"))[0]
        offset = turn.end + (len(right) - len(right.lstrip(" ,-—")))
        verb = SPEECH_VERB.search(clause)
        if needs_verb and verb is None:
            return None
        here = [m for m in self.people if offset <= m.start < offset + len(clause)]
        if not here:
            return None
        first = here[0]
        if first.count > 1 and (verb is None or self.page.raw[first.start].isupper()):
            return None  # “…” Both laugh. is a sentence of its own
        gap = self.page.view[offset : first.start].strip(" @[")
        if verb and first.start - offset > verb.start():
            return first if len(gap.split()) <= 3 and gap.isascii() else None
        if len(gap) <= 3 or gap in ("the", "a", "an"):
            if verb and first.end - offset <= verb.start():
                return first
            return None if needs_verb or not first.is_subject else first
        return None

    def _thing(self, position: int, floor: int) -> Mention | None:
        """A reference that is a thing speaks where it leads the sentence and nobody else can: the doll says."""
        begin = max(self._sentence(position - 1)[0], floor)
        return next(
            (m for m in self.mentions if begin <= m.start and m.end <= position and m.names and m.is_subject), None
        )

    def _stranger(self, left: str, floor: int) -> str | None:
        """Somebody the tables do not know, leading the sentence before the words: 阿强冷笑：, Grandma Rose says,"""
        start = max((m.end() for m in re.finditer(r"[。;!?\n|\ue000”\"」』]|\.\s", left.rstrip(" :,"))), default=0)
        for part in re.finditer(r"[^,:]+", left[start:]):
            words = part[0].strip()
            raw = self.page.raw[floor + start + part.start() : floor + start + part.end()].strip()
            capital = _CAPITAL.match(raw)
            if (
                capital
                and capital[1].split()[0] not in _PLAIN_START
                and self.page.view.count(capital[1].strip().lower()) >= 1
            ):
                return capital[1].strip()
            plain = _ADVERB_RUN.sub("", words)
            only = _ONLY_SAYS.fullmatch(plain)
            if only and part.end() == len(left[start:].rstrip(" :,")):
                return only[1]
            unknown = _UNKNOWN.match(plain)
            if (
                unknown
                and (self.page.view.count(unknown[1]) > 1 or words[len(unknown[1]) :][:1] in ":")
                and not SPEECH_VERB.search(unknown[1])
            ):
                return unknown[1]
        return None

    def _last(self) -> Mention | None:
        return next((s.owner for s in reversed(self.spoken) if s.owner is not None), None)

    def _fallback(self, turn: Turn, shot: Stretch | None, after: Mention | None, left: str) -> Mention | None:
        if after is not None:
            return after
        last = self._last()
        adjacent = bool(self.spoken) and not left.strip(" \n—-")
        if adjacent and last is not None and shot is not None:
            others = [
                m
                for m in self.people
                if shot.head <= m.start < shot.end and (m.names or m.label) != (last.names or last.label)
            ]
            if others:
                return others[-1]
        if shot is not None:
            here = [
                m
                for m in self.people
                if shot.head <= m.start < turn.start and (m.names or not m.is_pronoun) and not m.is_aside
            ]
            if here:
                return next((m for m in reversed(here) if m.is_subject), here[-1])
        if last is not None:
            return last
        earlier = [m for m in self.people if m.start < turn.start and m.names and not m.is_aside]
        later = [m for m in self.people if m.start > turn.start and m.names and not m.is_aside]
        return next(iter(earlier[-1:] or later), None)

    # To whom -----------------------------------------------------------------------------------------------------

    def _target(self, turn: Turn, floor: int, owner: Mention | None) -> str | None:
        begin = max(self._sentence(turn.start - 1)[0], floor, turn.start - 40)
        for mention in reversed([m for m in self.mentions if begin <= m.start and m.end <= turn.start and m.names]):
            left = self.page.view[max(0, mention.start - 4) : mention.start].rstrip(" @[")
            if mention.names != (owner.names if owner else ()) and re.search(
                r"(?:对着?|向|朝|冲着?|跟|问|告诉|to|at|tells|asks)$", left
            ):
                return mention.names[0]
        return None
