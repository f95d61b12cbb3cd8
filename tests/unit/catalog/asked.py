"""Requests for any model, with the media it needs, and what a probe would find in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from understudy.catalog.shelf import Shelf
from understudy.catalog.sizing import Facts, settle
from understudy.catalog.validate import complete
from understudy.core.card import ModelCard
from understudy.core.request import MEDIUM_OF, MediaFacts, Medium, Profile, Reference, Role, VideoRequest
from understudy.core.units import Size

SHELF = Shelf.open()
FAMILIES = {
    "wan-r2v", "wan-t2v", "wan-i2v", "wan-kf2v", "vace", "videoedit", "style", "animate-anyone", "emo", "liveportrait",
    "emoji", "videoretalk", "s2v", "animate", "happyhorse",
}  # fmt: skip
VENDORS = [card for card in SHELF.all() if card.family in FAMILIES and "/" not in card.model]
"""The cards of spec/catalog.json. Models of other vendors and resellers stand in no table of the DashScope wire."""


def card_of(name: str, region: str = "cn-beijing") -> ModelCard:
    """The card of `model` or `model/function`."""
    model, _, function = name.partition("/")
    shelf = SHELF if region == "cn-beijing" else Shelf.open(region=region)
    return shelf.find(model).of(function)


def a_wish(name: str, *roles: str, subjects: int | None = None, **changes: Any) -> VideoRequest:
    """A request with every reference that is needed, `roles` besides, and as many `subjects` as are needed or said."""
    model, _, function = name.partition("/")
    card = card_of(name)
    prompt = "a prompt" if card.prompt_required else ""
    wanted = [*card.needs, *(Role(role) for role in roles)]
    if card.needs_one and not set(wanted) & set(card.needs_one):
        wanted.append(card.needs_one[0])
    if "last-frame-or-template" in card.rules and Role.LAST_FRAME not in wanted:
        wanted.append(Role.LAST_FRAME)
    count = card.counts.total[0] if subjects is None else subjects
    media = [Reference(f"https://host/{n}.png", Medium.IMAGE) for n in range(count)]
    media += [Reference(f"https://host/{role}", MEDIUM_OF.get(role, Medium.UNKNOWN), role) for role in wanted]
    options = {name: option.choices[0] for name, option in card.options.items() if option.required and option.choices}
    options |= changes.pop("options", {})
    return VideoRequest(model, function, prompt, references=tuple(media), options=options).but(**changes)


def made(
    name: str, *roles: str, facts: Facts | None = None, profile: Profile = Profile.COMPAT, **changes: Any
) -> VideoRequest:
    """That request, completed, and settled by what was seen in its media."""
    card = card_of(name)
    return settle(complete(a_wish(name, *roles, **changes), card, profile), card, facts or {})


def a_picture(size: str) -> MediaFacts:
    return MediaFacts(Medium.IMAGE, "png", 1000, size=Size.parse(size))


def a_film(size: str, seconds: str = "5", rate: str = "30", *, sound: bool = False) -> MediaFacts:
    return MediaFacts(
        Medium.VIDEO,
        "mov,mp4",
        1000,
        size=Size.parse(size),
        seconds=Decimal(seconds),
        frames_per_second=Decimal(rate),
        has_sound=sound,
    )


def a_sound(seconds: str) -> MediaFacts:
    return MediaFacts(Medium.AUDIO, "wav", 1000, seconds=Decimal(seconds))
