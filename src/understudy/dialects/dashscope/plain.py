"""The common submit, read in one go: words, references in a list and parameters, without anything else.

Knows when a body is such a one beyond doubt; then it gives the request that `submit` would read from it, at a quarter
of the time. Must not know how a wrong body is told, nor the many forms that are lenient: of everything it is not sure
of it says None, and `submit` reads that body its own way. That the two never differ is a law in the tests.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from understudy.core.card import Length, ModelCard, Sound
from understudy.core.faults import NotFound
from understudy.core.ports import Cards
from understudy.core.request import Medium, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.core.values import Once
from understudy.dialects._links import plain_medium
from understudy.dialects.dashscope.guesses import LIST_LONGEST
from understudy.dialects.dashscope.inputs import NAME, R2V_LISTS, media_types
from understudy.dialects.dashscope.shapes import MEDIA_TYPES, read_picture


class _Media(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    type: str
    url: str
    reference_voice: str | None = None
    reference_description: str | None = None


class _Input(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    prompt: str | None = None
    negative_prompt: str | None = None
    function: str | None = None  # SDKs write one where there is none
    media: list[_Media] | None = None
    reference_urls: list[str] | None = None


class _Parameters(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    size: str | None = None
    resolution: str | None = None
    ratio: str | None = None
    duration: int | None = None
    shot_type: str | None = None
    audio: bool | None = None
    watermark: bool | None = None
    prompt_extend: bool | None = None
    seed: int | None = None


class _Body(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    model: str
    input: _Input
    parameters: _Parameters | None = None


_SHOT_TYPES = {kind.value: kind for kind in ShotType}
_NAMES = frozenset({*_Input.__struct_fields__, *_Parameters.__struct_fields__})
_decode = msgspec.json.Decoder(_Body).decode
_apart = re.compile(rb'"[ \t\n\r]+:').search
"""A key with space before its colon. Without any, a body has no more keys than it has `":`."""

_LONGEST = 1024 * 1024
"""Bytes. Longer bodies are bounded in ways of their own (`read_object`), and carrying them costs more than reading."""
_URL_PATHS = tuple(f"input.media[{index}].url" for index in range(LIST_LONGEST))
_VOICE_PATHS = tuple(f"input.media[{index}].reference_voice" for index in range(LIST_LONGEST))
_LIST_PATHS = tuple(f"input.reference_urls[{index}]" for index in range(LIST_LONGEST))


class _Ways:
    """What a card says of how its model is asked, taken from it once."""

    __slots__ = ("asks_seconds", "asks_size", "has_shots", "kinds", "lists", "may_be_silent", "plain")

    def __init__(self, card: ModelCard) -> None:
        hints = card.hints(NAME)
        own = {*hints.get("fields", ()), *hints.get("options", ()), *card.options}
        # words of its own that are not said mean nothing; one that is spelled like a common word does
        self.plain = not card.functions and _NAMES.isdisjoint(own)
        self.lists = hints.get("references") in R2V_LISTS
        known = media_types(card)
        self.kinds: dict[str, tuple[Role, Medium]] = {k: v for k, v in MEDIA_TYPES.items() if k in known}
        self.asks_size = card.asks_size
        self.asks_seconds = card.length in (Length.ASKED, Length.SOURCE)
        self.has_shots = card.defaults.shot_type is not None
        self.may_be_silent = card.sound is Sound.OPTIONAL


_ways_of = Once(_Ways)


def read_plain(body: bytes, cards: Cards) -> VideoRequest | None:
    """The request in a plain body, as the compat profile reads it; None when it is not plain, or wrong in any way."""
    if len(body) > _LONGEST:
        return None
    try:
        said = _decode(body)
        card = cards.find(said.model)
    except (msgspec.DecodeError, ValueError, NotFound):
        return None
    ways = _ways_of(card)
    given, parameters = said.input, said.parameters
    if not said.model or not ways.plain or b"\\u0000" in body or _apart(body):
        return None
    read = _references(given, ways)
    if read is None:
        return None
    references, keys = read
    keys += (given.prompt is not None) + (given.negative_prompt is not None) + (given.function is not None) + 2
    values: tuple[Any, ...] = ()
    if parameters is not None:
        told = _read_parameters(parameters, ways)
        if told is None:
            return None
        values, more = told
        keys += more + 1
    # `keys` counts each name once and no null: with as many `":` as that, no name stands there twice
    if body.count(b'":') != keys:
        return None
    return VideoRequest(said.model, "", given.prompt or "", given.negative_prompt or "", references, *values)


def _references(given: _Input, ways: _Ways) -> tuple[tuple[Reference, ...], int] | None:
    """The references, and how many keys name them."""
    media, urls = given.media, given.reference_urls
    if media is None and urls is None:
        return (), 0
    if not ways.lists or len(media or ()) > LIST_LONGEST or len(urls or ()) > LIST_LONGEST:
        return None
    found: list[Reference] = []
    keys = 0
    if media is not None:
        keys = 1 + 2 * len(media)
        for index, item in enumerate(media):
            kind = ways.kinds.get(item.type)
            if kind is None or not item.url.strip():
                return None
            voice, description = item.reference_voice, item.reference_description
            keys += (voice is not None) + (description is not None)
            found.append(
                Reference(
                    item.url,
                    kind[1],
                    kind[0],
                    voice or None,
                    description or None,
                    _URL_PATHS[index],
                    _VOICE_PATHS[index] if voice else "",
                )
            )
    if urls is not None:
        keys += 1
        for index, url in enumerate(urls):
            if not url.strip():
                return None
            found.append(Reference(url, plain_medium(url), path=_LIST_PATHS[index]))
    return tuple(found), keys


def _read_parameters(said: _Parameters, ways: _Ways) -> tuple[tuple[Any, ...], int] | None:
    """What is said, as the fields of a request from `size` to `seed`, and how many keys say it."""
    keys = 0
    size: Size | None = None
    tier: Tier | None = None
    for text in (said.resolution, said.size):
        if text is not None:
            keys += 1
            if ways.asks_size:
                picture = read_picture(text)
                if picture is None:
                    return None
                if isinstance(picture, Size):
                    size = picture
                else:
                    tier = tier or picture
    ratio: Ratio | None = None
    if said.ratio is not None:
        keys += 1
        if ways.asks_size:
            try:
                ratio = _ratio_of(said.ratio)
            except ValueError:
                return None
    shot_type: ShotType | None = None
    if said.shot_type is not None:
        keys += 1
        if ways.has_shots:
            if said.shot_type not in _SHOT_TYPES:
                return None
            shot_type = _SHOT_TYPES[said.shot_type]
    keys += (said.duration is not None) + (said.audio is not None) + (said.watermark is not None)
    keys += (said.prompt_extend is not None) + (said.seed is not None)
    seconds = said.duration if ways.asks_seconds else None
    sound = said.audio if ways.may_be_silent else None
    return (size, tier, ratio, seconds, shot_type, sound, said.watermark, said.prompt_extend, said.seed), keys


def _ratio_of(text: str) -> Ratio:
    # the same few come with every request; only short ones are kept, or strangers would fill the memory
    return _remembered_ratio(text) if len(text) <= _SHORT else Ratio.parse(text)


_SHORT = 12
_remembered_ratio = lru_cache(256)(Ratio.parse)
