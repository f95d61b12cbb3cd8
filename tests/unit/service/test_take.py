"""Is a take what was asked for? One row per promise."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from builders import SMALL, a_card, a_request
from understudy.catalog.promises import promise
from understudy.core.card import Sound
from understudy.core.request import MediaFacts, Medium
from understudy.core.units import Size
from understudy.service.take import what_is_wrong

GOOD = MediaFacts(
    Medium.VIDEO,
    "mov,mp4",
    1000,
    size=SMALL,
    seconds=Decimal(1),
    frames_per_second=Decimal(30),
    frame_count=30,
    has_sound=True,
)

PROMISE = promise(a_request(), a_card(), {})


def test_a_good_take_passes() -> None:
    assert what_is_wrong(GOOD, PROMISE) == ""
    assert what_is_wrong(replace(GOOD, seconds=Decimal("1.021333"), frame_count=None), PROMISE) == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"medium": Medium.AUDIO}, "no video"),
        ({"size": Size(320, 182)}, "320*182 pixels, not 320*180"),
        ({"size": None}, "not 320*180"),
        ({"frames_per_second": Decimal(25)}, "25 frames per second"),
        ({"frames_per_second": None}, "frames per second"),
        ({"seconds": Decimal("1.2")}, "lasts 1.2 s, not 1 s"),
        ({"seconds": None}, "lasts None"),
        ({"frame_count": 29}, "29 frames, not 30"),
        ({"has_sound": False}, "no sound and should have some"),
    ],
)
def test_any_other_is_told_by_its_first_fault(changes: dict[str, Any], reason: str) -> None:
    assert reason in what_is_wrong(replace(GOOD, **changes), PROMISE)


@pytest.mark.parametrize(
    ("sound", "wish", "wanted"),
    [
        (Sound.ALWAYS, False, True),
        (Sound.ALWAYS, None, True),
        (Sound.NEVER, True, False),
        (Sound.OPTIONAL, True, True),
        (Sound.OPTIONAL, None, True),
        (Sound.OPTIONAL, False, False),
    ],
)
def test_sound_by_model_and_wish(sound: Sound, wish: bool | None, wanted: bool) -> None:
    request, card = a_request(sound=wish), a_card(sound=sound)
    assert card.wants_sound(request) is wanted
    promised = promise(request, card, {})
    assert what_is_wrong(replace(GOOD, has_sound=wanted), promised) == ""
    assert what_is_wrong(replace(GOOD, has_sound=not wanted), promised) != ""
