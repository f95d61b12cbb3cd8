"""What a film will be held to, once its media are known: size, rate, length, sound.

Knows how each follows from request, card and media. Must not know who checks it.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from understudy.catalog.sizing import Facts, source_of
from understudy.core.card import Length, ModelCard, Sound
from understudy.core.promise import Promise
from understudy.core.request import Role, VideoRequest
from understudy.core.units import FRAMES_PER_SECOND

MOST_RATE = 60
"""Frames a second that a film following its source has at most. Source: spec/catalog.json, videoretalk: fps 15-60."""


def promise(request: VideoRequest, card: ModelCard, facts: Facts) -> Promise:
    """The promise of a settled request. `card` is that of its function."""
    return Promise(
        size=request.size,
        frames_per_second=rate_of(request, card, facts),
        seconds=_seconds_of(request, card, facts),
        sound=_sound_of(request, card, facts),
    )


def rate_of(request: VideoRequest, card: ModelCard, facts: Facts) -> Fraction:
    """Frames a second, exact: a source of 29.97 gives 30000/1001."""
    if card.rate_by == "source":
        source = source_of(facts)
        found = source.frames_per_second if source is not None else None
        return min(exact_rate(found), Fraction(MOST_RATE)) if found else Fraction(FRAMES_PER_SECOND)
    key = str(request.tier) if card.rate_by == "tier" else ""
    if card.rate_by.startswith("option:"):
        value = request.options.get(card.rate_by.removeprefix("option:"))
        if isinstance(value, int) and not card.rates:
            return Fraction(value)
        key = str(value)
    return Fraction(card.rates.get(key, card.frames_per_second))


def exact_rate(found: Decimal) -> Fraction:
    """A rate as a probe tells it (23.976024) as the fraction it stands for (24000/1001)."""
    for base in (1000, 1001):
        exact = Fraction(round(Fraction(found) * base / 1000) * 1000, base)
        if exact and abs(Fraction(found) - exact) < Fraction(1, 500):
            return exact
    return Fraction(found).limit_denominator(1001)


def _seconds_of(request: VideoRequest, card: ModelCard, facts: Facts) -> Decimal | None:
    if card.length is Length.ASKED:
        given = facts.get(Role.FIRST_CLIP) if "goes-on-after-the-clip" in card.rules else None
        begun = given.seconds if given is not None and given.seconds is not None else Decimal(0)
        return None if request.seconds is None else begun + request.seconds
    if card.length is Length.OPEN:
        return None
    source, sound = source_of(facts), facts.get(Role.DRIVING_AUDIO)
    film = source.seconds if source is not None else None
    audio = sound.seconds if sound is not None else None
    if card.length is Length.AUDIO or (card.length is Length.SHORTER and request.options.get("video_extension")):
        lengths = [audio]
    elif card.length is Length.SHORTER:
        lengths = [film, audio]
    else:
        lengths = [film, Decimal(request.seconds) if request.seconds else None]
    known = [length for length in (*lengths, card.seconds.most) if length is not None]
    return min(known) if any(length is not None for length in lengths) else None


def _sound_of(request: VideoRequest, card: ModelCard, facts: Facts) -> bool | None:
    if card.sound is Sound.OPEN:
        return None
    if card.sound is Sound.SOURCE:
        source = source_of(facts)
        return None if source is None else source.has_sound
    return card.wants_sound(request)
