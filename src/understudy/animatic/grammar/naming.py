"""Whom a name means: a numbered name, an own name, or an alias the prompt has given on the way.

Knows the references of one prompt. Must not know how they are introduced (`introductions`), nor shots, lines or who
acts; `spelling` has the numbered names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from understudy.animatic.grammar.spelling import NUMBERED, SOLE_IMAGE, SOLE_VIDEO
from understudy.animatic.grammar.text import compile_words, number


@dataclass(frozen=True, slots=True)
class NamedSubject:
    """A reference as the grammar sees it.

    `name` is canonical (图1, Video 2, character1, 小满); `medium` is image or video; `kind`, when the picture was
    looked at, is person, object or place.
    """

    name: str
    aliases: tuple[str, ...] = ()
    medium: str = "image"
    kind: str | None = None


class Nature(StrEnum):
    """What a reference is, by what the prompt does with it."""

    PERSON = "person"
    PLACE = "place"
    SEAT = "seat"
    THING = "thing"
    SHEET = "sheet"  # a storyboard to be cut into panels
    GUIDE = "guide"  # only style, motion, camera or voice is taken from it


_AT = r"@?\[?@?"


@dataclass(slots=True)
class Naming:
    """The references of one prompt: what may name them, and what each turned out to be."""

    subjects: Sequence[NamedSubject]
    pattern: re.Pattern[str]
    aliases: dict[str, str] = field(default_factory=dict)
    proper: set[str] = field(default_factory=set)
    natures: dict[str, Nature] = field(default_factory=dict)
    carried: set[str] = field(default_factory=set)
    listed: int = 0  # where the list of names that opens the prompt ends

    def find(self, text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
        """Every numbered or own name as (start, end, canonical name)."""
        for match in self.pattern.finditer(text, start, len(text) if end is None else end):
            name = self._resolve(match)
            if name:
                yield match.start(), match.end(), name

    def _resolve(self, match: re.Match[str]) -> str | None:
        groups = match.groupdict()
        if groups.get("own"):
            return self._own(groups["own"])
        for medium, keys in (("image", "i1 i2 i3 i4 i5 i6"), ("video", "v1 v2 v3 v4 v5"), ("any", "c1 c2")):
            if groups.get(medium):
                text = next(groups[k] for k in keys.split() if groups[k])
                return self._numbered(medium, number(text) or 0)
        for medium in ("image", "video"):
            if groups.get("sole_" + medium):
                alone = [s.name for s in self.subjects if s.medium == medium]
                return alone[0] if len(alone) == 1 else None
        return None

    def _own(self, text: str) -> str | None:
        for subject in self.subjects:
            if text.strip() in {n.lower() for n in (subject.name, *subject.aliases)}:
                return subject.name
        return None

    def _numbered(self, medium: str, wanted: int) -> str | None:
        same = [s for s in self.subjects if medium == "any" or s.medium == medium]
        for subject in same:
            match = _NAME.fullmatch(subject.name.lower())
            if match and match[1] and int(match[1]) == wanted:
                return subject.name
        if any(_NAME.fullmatch(s.name.lower()) for s in same) and medium != "any":
            return None
        return same[wanted - 1].name if 0 < wanted <= len(same) else None

    def is_person(self, name: str) -> bool:
        """Whether this reference can act and speak, as far as the prompt tells."""
        return self.natures.get(name, Nature.PERSON) is Nature.PERSON


_NAME = compile_words(r"(?:图|视频|image|video|character)\s?(\d{1,2})")
GENERIC = compile_words(NUMBERED)
"""Any numbered name, whether or not the prompt has such a reference."""


def name_subjects(subjects: Sequence[NamedSubject]) -> Naming:
    """The pattern that finds every reference by number or own name."""
    own: list[str] = []
    for subject in subjects:
        for text in (subject.name, *subject.aliases):
            low = text.lower().strip()
            if low and not GENERIC.fullmatch(low) and not re.fullmatch(SOLE_IMAGE + "|" + SOLE_VIDEO, low):
                border = r"\b" if low[0].isascii() and low[0].isalnum() else ""
                finish = r"\b" if low[-1].isascii() and low[-1].isalnum() else ""
                own.append(border + re.escape(low) + finish)
    parts = [NUMBERED]
    if own:
        parts.insert(0, "(?P<own>" + "|".join(sorted(own, key=len, reverse=True)) + ")")
    parts += [f"(?P<sole_image>{SOLE_IMAGE})", f"(?P<sole_video>{SOLE_VIDEO})"]
    return Naming(subjects, compile_words(f"{_AT}(?:{'|'.join(parts)})\\]?"))
