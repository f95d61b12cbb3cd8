"""Text of a prompt with fixed positions: folded for scanning, never changed in length.

Knows characters, quotation marks, sentences and clauses of Chinese and English. Must not know a word of either.
Every scanner works on `Page.view` (folded, with quoted words blanked out) and reads the caller's own words back from
`Page.raw` at the same positions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from understudy.animatic.grammar.characters import FOLD

LONGEST = 8000
"""Characters of a prompt that are read; vendors cut at 5000 at most. Source: spec/dashscope.md §5.1."""

BLANK = "\ue000"
"""Stands in `view` for each character of quoted words."""

HAN = "\u3400-\u9fff"
_CLOSERS = {
    "“": '”“"',
    "”": '”"',
    "„": '“”"',
    '"': '"”',
    "‘": "’'",
    "「": "」",
    "『": "』",
    "'": "'’",
    "«": "»",
    "﹁": "﹂",
}
_OPEN = re.compile(r"[“”„\"‘「『'«﹁]")
_STOP = re.compile(r"[。!?;\n]+|\.(?=[\s”\"’」』)]|$|[" + HAN + r"])")
_SHORT_FORM = re.compile(r"(?:^|[\s(\n])(?:int|ext|i/e|mr|mrs|ms|dr|st|vs|no|vol|feat|approx|[a-z]|\d{1,2})$")
_TERMINAL = "。!?…~!?.！？～"


@dataclass(frozen=True, slots=True)
class Quote:
    """Quoted words: `start`..`end` with the marks, `inner` without."""

    start: int
    end: int
    inner_start: int
    inner_end: int


@dataclass(slots=True)
class Page:
    """A prompt ready to be scanned; `raw`, `plain` and `view` have the same length."""

    raw: str
    plain: str
    view: str
    quotes: list[Quote]
    stops: list[tuple[int, int]] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)

    def words(self, start: int, end: int) -> str:
        """The caller's own words."""
        return self.raw[start:end].strip()

    def sentence(self, position: int) -> tuple[int, int]:
        """Start and end of the sentence around a position; the end excludes the stop."""
        index = bisect_right(self._ends, position)
        start = self._ends[index - 1] if index else 0
        end = self.stops[index][0] if index < len(self.stops) else len(self.view)
        return start, end

    def cover(self, start: int, end: int) -> None:
        """Hide a mark before a shot; a sentence begins behind it."""
        if end > start:
            self.view = self.view[:start] + " " * (end - start - 1) + "\n" + self.view[end:]
            self.stops = sorted({*self.stops, (end, end)})
            self._ends = [e for _, e in self.stops]

    def blank(self, start: int, end: int) -> None:
        """Hide words that somebody speaks from the scanners."""
        self.view = self.view[:start] + BLANK * (end - start) + self.view[end:]


def compile_words(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern whose word borders see only Latin letters, so that neon in neon灯牌 is a word."""
    return re.compile(pattern, flags | re.ASCII)


def plain(text: str) -> str:
    """Lower case, simplified characters, ASCII forms; the length stays."""
    folded = text.translate(FOLD)
    lowered = folded.lower()
    if len(lowered) == len(folded):
        return lowered
    return "".join(low if len(low := c.lower()) == 1 else c for c in folded)


_REMARK = compile_words(r"(?<=[^\s,。.;:!?】\])])【([^】\n]{1,12})】(?=\s?:)")
"""A remark behind a name in brackets that else mark a heading: 图1【冷笑】："""
_EMPHASIS = compile_words(r"(?<![a-z0-9_])_{1,3}(?=\S)|(?<=[^\s_])_{1,3}(?![a-z0-9_])")
"""Markdown's _emphasis_, which would hide the border of the word it touches."""


def turn_page(text: str) -> Page:
    """Fold a prompt and find its quotes and sentences."""
    raw = text[:LONGEST]
    folded = _EMPHASIS.sub(lambda m: " " * len(m[0]), plain(raw))
    folded = _REMARK.sub(r"(\1)", folded)
    quotes = _find_quotes(raw)
    view = list(folded)
    for quote in quotes:
        view[quote.inner_start : quote.inner_end] = BLANK * (quote.inner_end - quote.inner_start)
    page = Page(raw, folded, "".join(view), quotes)
    ends_inside = {q.end for q in quotes if raw[q.inner_start : q.inner_end].rstrip()[-1:] in _TERMINAL}
    stops = [(m.start(), m.end()) for m in _STOP.finditer(page.view) if not _is_short_form(page.view, m)]
    stops += [(end, end) for end in ends_inside]
    page.stops = sorted(set(stops))
    page._ends = [end for _, end in page.stops]
    return page


def _is_short_form(view: str, match: re.Match[str]) -> bool:
    return match[0] == "." and bool(_SHORT_FORM.search(view[max(0, match.start() - 7) : match.start()]))


def _find_quotes(raw: str) -> list[Quote]:
    """Quote pairs of all kinds, also the mismatched ones of seed 003; an unclosed one ends with its line."""
    quotes: list[Quote] = []
    position = 0
    while match := _OPEN.search(raw, position):
        start, mark = match.start(), match[0]
        position = start + 1
        if mark in "'‘" and not _opens(raw, start):
            continue
        if mark == '"' and raw[start - 1 : start].isdigit() and raw[start + 1 : start + 2].isspace():
            continue  # 30" spot: inches or seconds
        end = _closing(raw, start, mark)
        if end is None:
            continue
        inner = raw[start + 1 : end]
        if inner.strip():
            quotes.append(Quote(start, min(end + 1, len(raw)), start + 1, end))
        position = end + 1
    return quotes


def _opens(raw: str, start: int) -> bool:
    before, after = raw[start - 1 : start], raw[start + 1 : start + 2]
    return not (before.isascii() and before.isalnum()) and bool(after.strip())


def _closing(raw: str, start: int, mark: str) -> int | None:
    closers = _CLOSERS[mark]
    limit = min(len(raw), start + 600)
    for index in range(start + 1, limit):
        char = raw[index]
        if char == "\n" and mark in "'\"‘”":
            return None if mark in "'‘" else index
        if char == "\n" and raw[index + 1 : index + 2] == "\n":
            return index
        if char not in closers:
            continue
        if char in "'’":
            following = raw[index + 1 : index + 2]
            if following.isascii() and following.isalnum():
                continue
            if raw[index - 1].isspace():
                continue
        return index
    return limit if limit == len(raw) and mark in "“「『" else None


_CLAUSE = re.compile(r"[,。!?;:|\n【】()—]|\.(?=\s|$)|\.(?=[" + HAN + "])")


def clauses(view: str, start: int, end: int) -> list[tuple[int, int]]:
    """Clauses of a stretch: parts between commas, colons, brackets and stops, without the empty ones."""
    parts: list[tuple[int, int]] = []
    last = start
    for match in _CLAUSE.finditer(view, start, end):
        if match.start() > last and view[last : match.start()].strip():
            parts.append((last, match.start()))
        last = match.end()
    if view[last:end].strip():
        parts.append((last, end))
    return parts


_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3}|(?:" + "|".join(_WORDS) + r")\b)"


def number(text: str) -> int | None:
    """The value of `3`, `三`, `十二`, `three`, `third`; None for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text)
    if text in _WORDS:
        return _WORDS.index(text) + 1
    if text in _ORDINALS:
        return _ORDINALS.index(text) + 1
    if text and all(c in _DIGITS or c == "十" for c in text):
        if "十" not in text:
            return _DIGITS[text] if len(text) == 1 else None
        tens, _, ones = text.partition("十")
        if "十" in ones or len(tens) > 1 or len(ones) > 1:
            return None
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return None
