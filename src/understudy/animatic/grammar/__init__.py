"""The grammar: reads a prompt in Chinese or English and says what it states, shot by shot.

Knows words and their order only. Must not know pixels, files, durations in frames, nor what a planner would add.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from understudy.animatic.grammar import structured
from understudy.animatic.grammar.acts import find_acts, find_cast
from understudy.animatic.grammar.ambience import find_place, find_weather, find_words, forbids_text
from understudy.animatic.grammar.camera import find_angle, find_moves, find_size
from understudy.animatic.grammar.heads import Layout, Stretch, lay_out
from understudy.animatic.grammar.introductions import introduce
from understudy.animatic.grammar.mentions import PEOPLE, Mention, find_mentions
from understudy.animatic.grammar.naming import NamedSubject, Naming, Nature, name_subjects
from understudy.animatic.grammar.speech import Attribution, Speech
from understudy.animatic.grammar.text import Page, turn_page
from understudy.animatic.grammar.turns import find_turns
from understudy.animatic.screenplay import CastMember, Part, Screenplay, ScriptShot, Weather

__all__ = ["NamedSubject", "read_screenplay"]

_SHEET = re.compile(
    r"宫格|多格|四格|六格|八格|分镜图|分镜稿|故事板|漫画|分格|storyboard (?:image|sheet|grid|in)|comic|panel grid|"
    r"(?:\d|two|three|four|six|eight|nine)[ -]panel|contact sheet|(?:3x3|2x2) grid|(?:each|every) panel"
)
_PAUSE = re.compile(r"[。:!?;\n]|\.\s")
_THROUGHOUT = re.compile(
    r"全程|全片|整段|整体|始终|一直|通篇|自始至终|throughout|overall|entire|whole (?:film|video)|all shots|every shot"
)


def read_screenplay(prompt: str, subjects: Sequence[NamedSubject]) -> Screenplay:
    """What `prompt` states, with references under their canonical names. Never raises, whatever the text.

    Only the first 8000 characters are read. The result always has at least one shot.
    """
    page = turn_page(structured.tell(prompt) or prompt)
    naming = name_subjects(subjects)
    introduce(page, naming)
    layout = lay_out(page)
    for stretch in layout.shots:
        page.cover(stretch.head, stretch.start)
    turns = find_turns(page, naming, layout, PEOPLE)
    mentions = find_mentions(page, naming)
    sheet = bool(_SHEET.search(page.view))
    if sheet:
        _mark_sheet(page, naming, mentions)
    spoken = Attribution(page, naming, layout, mentions).speak(turns)
    reader = _Reader(page, naming, layout, mentions, spoken)
    style, mood, music = find_words(page.view, page.raw)
    return Screenplay(
        shots=tuple(reader.shot(i, s) for i, s in enumerate(layout.shots)),
        no_text=forbids_text(page.view),
        style=style + _guides(page, mentions),
        mood=mood,
        music=music,
        is_storyboard=sheet or bool(re.search(r"分镜|storyboard", page.view)),
        one_take=layout.one_take,
    )


def _mark_sheet(page: Page, naming: Naming, mentions: Sequence[Mention]) -> None:
    """The reference that is the sheet of panels is shown panel by panel; it does not act."""
    for mention in mentions:
        left, right = page.view[max(0, mention.start - 40) : mention.start], page.view[mention.end : mention.end + 40]
        near = _PAUSE.split(left)[-1] + " " + _PAUSE.split(right)[0]
        if (
            len(mention.names) == 1
            and naming.natures.get(mention.names[0]) in (None, Nature.SHEET)
            and _SHEET.search(near)
        ):
            naming.natures[mention.names[0]] = Nature.SHEET


def _guides(page: Page, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The prompt's words about references that are never seen: they lend style, motion or voice, or are looked for."""
    seen = {name for m in mentions if not m.is_aside for name in m.names}
    told: list[str] = []
    for mention in mentions:
        if mention.is_aside and mention.names and not seen & set(mention.names):
            start = max(page.view.rfind(mark, 0, mention.start) for mark in ",。.;\n") + 1
            told.append(page.words(start, mention.end))
    return tuple(dict.fromkeys(told))


class _Reader:
    """Reads one shot after the other; what a preamble says of place and weather holds for all of them."""

    def __init__(
        self, page: Page, naming: Naming, layout: Layout, mentions: Sequence[Mention], spoken: Sequence[Speech]
    ) -> None:
        self.page, self.naming, self.layout, self.mentions, self.spoken = page, naming, layout, mentions, spoken
        start, end = layout.preamble
        self.preamble = self._without(start, end, ("audio", "cast", "rules")) if end else ""
        self.weather = find_weather(self.preamble) if end else ()
        self.set = self._set(start, end) if end else ()
        if len(layout.shots) > 1:
            for first, last, kind in layout.blocks:
                self.set += self._set(first, last) if kind == "place" else ()
        self.place = find_place(page.view[start:end], page.raw[start:end]) if end else None
        several = len(layout.shots) > 1
        always = [m for m in re.finditer(r"[^。;\n]+", page.view) if several and _THROUGHOUT.search(m[0])]
        self.always = "\n".join(m[0] for m in always)
        begun = {s.start for s in layout.shots}
        lasting = [
            part
            for m in always
            for part in ([m[0]] if m.start() not in begun else m[0].split(","))  # its own sentence speaks of all shots
            if _THROUGHOUT.search(part)
        ]
        self.weather = _united(self.weather, find_weather("\n".join(lasting)))

    def _set(self, start: int, end: int) -> tuple[CastMember, ...]:
        named = find_cast(self.page.view, start, end, self.mentions, self.naming)
        return tuple(m for m in named if m.part is Part.BACKGROUND)

    def _without(self, start: int, end: int, kinds: tuple[str, ...]) -> str:
        """The view between two places, with blocks of some kinds blanked out."""
        text = self.page.view[start:end]
        for first, last, kind in self.layout.blocks:
            a, b = max(first, start) - start, min(last, end) - start
            if kind in kinds and a < b:
                text = text[:a] + "\n" * (b - a) + text[b:]
        return text

    def shot(self, index: int, stretch: Stretch) -> ScriptShot:
        view, raw = self.page.view, self.page.raw
        start, end = stretch.start, stretch.end
        text = self._without(start, end, ("audio", "rules", "cast") if len(self.layout.shots) > 1 else ("audio",))
        camera = self._without(start, end, ("audio", "cast"))
        alone = len(self.layout.shots) == 1
        hidden = ("rules", "audio", "style", "cast") if not alone else ("rules", "audio", "style")
        cast = self._cast(start, end, hidden)
        lines = [s.line for s in self.spoken if start <= s.start < end or (index == 0 and s.start < start)]
        moves = find_moves(camera) or (find_moves(self.always) if not alone else ())
        return ScriptShot(
            text=raw[stretch.head : end].strip(),
            size=find_size(camera),
            angle=find_angle(camera) or (None if alone else find_angle(self.always)),
            moves=moves,
            cast=cast,
            acts=find_acts(view, start, end, self.mentions, self.naming),
            lines=tuple(lines),
            weather=_united(find_weather(text), self.weather),
            place=find_place(text, raw[start:end]) or self.place,
            start=stretch.start_second,
            end=stretch.end_second,
        )

    def _cast(self, start: int, end: int, hidden: tuple[str, ...]) -> tuple[CastMember, ...]:
        blocks = [(a, b) for a, b, kind in self.layout.blocks if kind in hidden]
        seen = [m for m in self.mentions if not any(a <= m.start < b for a, b in blocks)]
        cast = find_cast(self.page.view, start, end, seen, self.naming)
        speakers = {s.line.speaker: s for s in self.spoken if start <= s.start < end}
        named = {m.name for m in cast}
        for name, speech in speakers.items():
            owner = speech.owner
            if owner is None or name in named or name is None or owner.is_aside or not start <= owner.start < end:
                continue
            if name in {s.name for s in self.naming.subjects}:
                cast += (CastMember(name),)
        return cast + tuple(m for m in dict.fromkeys(self.set) if m.name not in named)


def _united(first: tuple[Weather, ...], second: tuple[Weather, ...]) -> tuple[Weather, ...]:
    return first + tuple(w for w in second if w not in first)
