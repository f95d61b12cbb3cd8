"""Quotes: what a request will cost, told before anything is looked at.

Knows which lengths decide a price, and that quote and charge come from the same functions. Must not know tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from understudy.catalog import tariffs
from understudy.catalog.promises import promise
from understudy.catalog.sizing import settle, source_of
from understudy.core.card import ModelCard
from understudy.core.faults import Refused
from understudy.core.request import MediaFacts, Medium, Role, VideoRequest
from understudy.core.wire import Quoted


def quote(request: VideoRequest, card: ModelCard, lengths: Sequence[Decimal], region: str) -> Quoted:
    """The price of a complete request, before any free quota; `card` is that of its function.

    `lengths` are seconds of the films it names, in their order, then of its driving sound: those that are known.

    Raises:
        Refused: its length follows from media whose lengths are not given.
    """
    facts, subjects = _known(request, lengths)
    settled = settle(request, card, facts)
    if card.billing.unit == tariffs.IMAGE:
        return Quoted(*tariffs.measure(settled, card, (), tariffs.NOTHING, region))
    promised = promise(settled, card, facts)
    if promised.seconds is None or promised.frame_count is None:
        raise Refused(
            f"What {card.model} makes is as long as its media, so it has no price before they are read. "
            "Give their lengths as video_seconds: of the films first, then of the driving sound."
        )
    source = source_of(facts)
    billed = subjects or ([source.seconds] if source is not None and source.seconds is not None else [])
    seconds = Decimal(promised.frame_count) * promised.frames_per_second.denominator
    seconds = (seconds / promised.frames_per_second.numerator).quantize(tariffs.HUNDREDTH)
    rated = settled.but(frames_per_second=promised.frames_per_second)
    return Quoted(*tariffs.measure(rated, card, billed, seconds, region))


def _known(request: VideoRequest, lengths: Sequence[Decimal]) -> tuple[dict[Role, MediaFacts], list[Decimal]]:
    """What the given lengths tell of the media of each role, and the lengths of subjects."""
    films = [r for r in request.references if r.medium is Medium.VIDEO]
    sounds = [r for r in request.references if r.role is Role.DRIVING_AUDIO]
    facts: dict[Role, MediaFacts] = {}
    subjects: list[Decimal] = []
    for reference, seconds in zip((*films, *sounds), lengths, strict=False):
        if reference.role is Role.SUBJECT:
            subjects.append(seconds)
        else:
            facts.setdefault(reference.role, MediaFacts(reference.medium, "", 0, seconds=seconds))
    return facts, subjects
