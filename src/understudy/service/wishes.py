"""What a submit brings along: how long its texts may be, and whether it is the same one again.

Knows bounds that no card has, and what makes two requests one. Must not know wires, stores or models. Everything of a
task stands in its row, and every poll reads that: no caller may make it long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.core.faults import InvalidRequest, Violation, ViolationKind
from understudy.core.request import VideoRequest
from understudy.core.task import CALLBACK, IDEMPOTENCY_KEY, WANTED_ENGINE

LONGEST_URL = 8192
"""Characters of a link; longer ones are not opened either."""
LONGEST_WORD = 255
"""Characters of an engine's name, of an idempotency key and of a subject's name. GUESS."""
LONGEST_DESCRIPTION = 5000
"""Characters that describe one reference: as many as the longest prompt. GUESS."""
_LINKS = ("http:", "https:", "oss:")


def check_lengths(request: VideoRequest, wishes: Mapping[str, Any]) -> None:
    """Raises InvalidRequest with every text that is too long. Data inside a request is no text: it is put aside."""
    found = [*_of_wishes(wishes), *_of_references(request)]
    if found:
        raise InvalidRequest(*found)


def is_the_same(earlier: VideoRequest, now: VideoRequest) -> bool:
    """Whether two requests ask for the same film. What is drawn by lot or put aside differs each time."""
    plain = [r.but(seed=None, references=()) for r in (earlier, now)]
    media = [
        [(r.role, r.medium, r.name, r.url.startswith("http") and r.url) for r in q.references] for q in (earlier, now)
    ]
    return plain[0] == plain[1] and media[0] == media[1]


def _of_wishes(wishes: Mapping[str, Any]) -> Iterator[Violation]:
    for name in (WANTED_ENGINE, IDEMPOTENCY_KEY):
        if len(wishes.get(name) or "") > LONGEST_WORD:
            yield _too_long(name, LONGEST_WORD)
    if CALLBACK in wishes and len(wishes[CALLBACK].get("url", "")) > LONGEST_URL:
        yield _too_long("callback_url", LONGEST_URL)


def _of_references(request: VideoRequest) -> Iterator[Violation]:
    for number, reference in enumerate(request.references):
        path = reference.path or f"references[{number}]"
        if len(reference.url) > LONGEST_URL and reference.url.startswith(_LINKS):
            yield _too_long(path, LONGEST_URL)
        voice = reference.voice
        if voice is not None and len(voice) > LONGEST_URL and voice.startswith(_LINKS):
            yield _too_long(reference.voice_path or path, LONGEST_URL)
        if reference.name and len(reference.name) > LONGEST_WORD:
            yield _too_long(f"the name of {path}", LONGEST_WORD)
        if reference.description is not None and len(reference.description) > LONGEST_DESCRIPTION:
            yield _too_long(f"the description of {path}", LONGEST_DESCRIPTION)


def _too_long(path: str, most: int) -> Violation:
    return Violation(path, f"{path} may have at most {most} characters.", ViolationKind.RANGE)
