"""Whether a take is what was asked for: size, rate, length and sound by what a probe found.

Knows the promise made to the caller. Must not know how takes are made; every engine is measured alike.
"""

from __future__ import annotations

from decimal import Decimal

from understudy.core.card import ModelCard
from understudy.core.request import MediaFacts, Medium, VideoRequest
from understudy.core.units import frame_count

SECONDS_OFF = Decimal("0.1")
"""How far a take's length may be off. GUESS: an MP4's sound ends in whole AAC frames of 21 ms, plus encoder delay."""
RATE_OFF = Decimal("0.01")
"""How far its frames per second may be off: containers round time stamps."""


def what_is_wrong(facts: MediaFacts, request: VideoRequest, card: ModelCard) -> str:
    """A sentence on the first thing that is not as asked; empty when all is."""
    if facts.medium is not Medium.VIDEO:
        return f"it is no video but {facts.medium}"
    if request.size is not None and facts.size != request.size:
        return f"it has {facts.size} pixels, not {request.size}"
    if facts.frames_per_second is None or abs(facts.frames_per_second - card.frames_per_second) > RATE_OFF:
        return f"it runs at {facts.frames_per_second} frames per second, not {card.frames_per_second}"
    if request.seconds is not None:
        if facts.seconds is None or abs(facts.seconds - request.seconds) > SECONDS_OFF:
            return f"it lasts {facts.seconds} s, not {request.seconds} s"
        frames = frame_count(request.seconds, card.frames_per_second)
        if facts.frame_count is not None and facts.frame_count != frames:
            return f"it has {facts.frame_count} frames, not {frames}"
    if facts.has_sound != card.wants_sound(request):
        return "it has sound and should have none" if facts.has_sound else "it has no sound and should have some"
    return ""
