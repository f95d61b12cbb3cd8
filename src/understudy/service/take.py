"""Whether a take is what was promised: size, rate, length and sound by what a probe found.

Knows the promise made to the caller. Must not know how takes are made; every engine is measured alike.
"""

from __future__ import annotations

from decimal import Decimal

from understudy.core.promise import Promise
from understudy.core.request import MediaFacts, Medium

SECONDS_OFF = Decimal("0.1")
"""How far a take's length may be off. GUESS: an MP4's sound ends in whole AAC frames of 21 ms, plus encoder delay."""
RATE_OFF = Decimal("0.01")
"""How far its frames per second may be off: containers round time stamps."""


def what_is_wrong(facts: MediaFacts, promise: Promise) -> str:
    """A sentence on the first thing that is not as promised; empty when all is."""
    if facts.medium is not Medium.VIDEO:
        return f"it is no video but {facts.medium}"
    if promise.size is not None and facts.size != promise.size:
        return f"it has {facts.size} pixels, not {promise.size}"
    rate = Decimal(promise.frames_per_second.numerator) / promise.frames_per_second.denominator
    if facts.frames_per_second is None or abs(facts.frames_per_second - rate) > RATE_OFF:
        return f"it runs at {facts.frames_per_second} frames per second, not {rate.normalize()}"
    if promise.seconds is not None:
        if facts.seconds is None or abs(facts.seconds - promise.seconds) > SECONDS_OFF:
            return f"it lasts {facts.seconds} s, not {promise.seconds} s"
        if facts.frame_count is not None and facts.frame_count != promise.frame_count:
            return f"it has {facts.frame_count} frames, not {promise.frame_count}"
    if promise.sound is not None and facts.has_sound != promise.sound:
        return "it has sound and should have none" if facts.has_sound else "it has no sound and should have some"
    return ""
