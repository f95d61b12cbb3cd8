"""Plans: what a prompt would become, before anything is made or charged.

Knows how a request is completed and its subjects are named. Must not know the studio: whoever draws is handed in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from understudy.catalog import validate
from understudy.core.card import subjects_of
from understudy.core.faults import Refused
from understudy.core.ports import Cards
from understudy.core.request import Capability, Profile, ShotType, Subject, VideoRequest
from understudy.core.wire import Planned

USUAL_SECONDS = 5
"""Length of a plan where the media decide that of the film. Source: seed 003, duration."""
WITHOUT_PLAN = frozenset(
    {Capability.FACE_CHECK, Capability.BODY_CHECK, Capability.MOTION_TEMPLATE, Capability.MOTION_TRANSFER}
)

Planner: TypeAlias = Callable[[str, Sequence[Subject], int, ShotType | None], Mapping[str, Any]]
"""(prompt, subjects, seconds, shot type) -> a storyboard as JSON-ready values. Runs in a thread."""


class Plans:
    """Plans requests."""

    def __init__(self, cards: Cards, planner: Planner, *, profile: Profile) -> None:
        self._cards = cards
        self._planner = planner
        self._profile = profile

    async def plan(self, request: VideoRequest) -> Planned:
        """The storyboard of a request, checked as a submit would be.

        Raises:
            NotFound, InvalidRequest: as a submit.
            Refused: the model makes nothing from words.
        """
        card = self._cards.find(request.model).of(request.function)
        if card.makes in WITHOUT_PLAN:
            raise Refused(f"{card.model} makes no film from words, so there is nothing to plan.")
        complete = validate.complete(request, card, self._profile)
        subjects = subjects_of(complete, card.naming)
        seconds = complete.seconds or USUAL_SECONDS
        drawn = await asyncio.to_thread(self._planner, complete.prompt, subjects, seconds, complete.shot_type)
        return Planned(drawn)
