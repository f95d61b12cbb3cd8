"""What a caller gives besides words: media by role, and the options of single models.

Knows how a card's hints name the fields of `input` and `parameters`. Must not know which model takes what: that
stands in its card. Source: spec/dashscope.md §1.4, §5-§8.

Hints under `wire.dashscope`: `references` is the list subjects stand in (`media`, `reference_urls`, `ref_images_url`);
`fields` maps an input field to the role of what it links, `role` or `role:medium`, the official name of a role first;
`options` maps an input field to the option it holds. Options without such a field stand under `parameters`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import Violation, ViolationKind
from understudy.core.request import MEDIUM_OF, Medium, Reference, Role
from understudy.core.wording import shown
from understudy.dialects._links import plain_medium
from understudy.dialects.dashscope import shapes
from understudy.dialects.dashscope.shapes import MEDIA_TYPES, DashScopeInput

NAME = "dashscope"

R2V_LISTS = ("media", "reference_urls")
_BY_URL = ("reference_urls", "reference_video_urls")
_WORDS = ("prompt", "negative_prompt", "reference_video_description")
R2V_MEDIA_TYPES = ("reference_image", "reference_video", "first_frame")


def gather(body: Mapping[str, Any], card: ModelCard, *, strict: bool) -> tuple[dict[str, Any], frozenset[str]]:
    """The fields of `input` that the model knows, and the names of those found under `parameters` instead.

    An SDK puts what it does not know under `parameters`; compat looks there too. An empty link that the model can do
    without, or that stands in another field, is no link. Source: spec/dashscope.md §1.4, §8.2 ("" = absent).
    """
    spelled: Mapping[str, Any] = body["input"]
    parameters: Mapping[str, Any] = {} if strict else body.get("parameters") or {}
    given: dict[str, Any] = {}
    moved: set[str] = set()
    for name in _known_fields(card):
        value = spelled.get(name)
        if value is None and name not in ("prompt", "function"):
            value = parameters.get(name)
            if value is not None:
                moved.add(name)
        if value is not None:
            given[name] = value
    fields: Mapping[str, str] = card.hints(NAME).get("fields", {})
    for name, text in fields.items():
        role = _role(text)[0]
        said_elsewhere = any(given.get(other) for other, also in fields.items() if _role(also)[0] is role)
        if given.get(name) == "" and (said_elsewhere or role not in card.needs):
            del given[name]
    return given, frozenset(moved)


def _known_fields(card: ModelCard) -> Iterable[str]:
    hints = card.hints(NAME)
    own = hints.get("references")
    lists = (*R2V_LISTS, "reference_video_urls") if own in R2V_LISTS else (own,) if own else ()
    return (*_WORDS, *lists, *hints.get("fields", ()), *hints.get("options", ()))


def own_links(
    given: Mapping[str, Any], card: ModelCard, moved: frozenset[str]
) -> tuple[dict[str, str], list[Violation]]:
    """Links in fields that only this card names and no shape of ours has, and what is wrong with them."""
    links: dict[str, str] = {}
    found: list[Violation] = []
    for name in card.hints(NAME).get("fields", {}):
        value = given.get(name)
        if name in DashScopeInput.model_fields or value is None:
            continue
        path = shapes.caller_path(("input", name), moved)
        if not isinstance(value, str):
            found.append(Violation(path, f"{path} must be a text, not {shown(value)}.", ViolationKind.TYPE))
        elif not value.strip():
            reason = f"{path} is empty: give an http, https or oss URL."
            found.append(Violation(path, reason, ViolationKind.URL))
        else:
            links[name] = value
    return links, found


def references_of(
    given: DashScopeInput,
    links: Mapping[str, str],
    spelled: Sequence[Mapping[str, Any]],
    card: ModelCard,
    moved: frozenset[str],
    *,
    strict: bool,
) -> tuple[Reference, ...]:
    """All references in order: `media`, `reference_urls`, `reference_video_urls`, `ref_images_url`, single fields.

    compat reads every form of list for every model that has one; strict only the form of the card, as the real
    service ignores the rest.
    """
    own = card.hints(NAME).get("references")
    found: list[Reference] = []
    if given.media and not (strict and own == "reference_urls"):
        place = shapes.caller_path(("input", "media"), moved)
        found += [_media_item(item, spelled[index], f"{place}[{index}]") for index, item in enumerate(given.media)]
    if own in R2V_LISTS and not (strict and own == "media"):
        by_url: list[Reference] = []
        for field in _BY_URL:
            for index, url in enumerate(getattr(given, field) or ()):
                medium = Medium.VIDEO if field == "reference_video_urls" else plain_medium(url)
                by_url.append(Reference(url, medium, path=shapes.caller_path(("input", field, index), moved)))
        found += _described(by_url, given.reference_video_description or [])
    if own == "ref_images_url":
        for index, url in enumerate(given.ref_images_url or ()):
            path = shapes.caller_path(("input", own, index), moved)
            found.append(Reference(url, Medium.IMAGE, path=path))
    return (*found, *_by_field(given, links, card, moved))


def _by_field(
    given: DashScopeInput, links: Mapping[str, str], card: ModelCard, moved: frozenset[str]
) -> Iterable[Reference]:
    seen: set[str] = set()
    for field, text in card.hints(NAME).get("fields", {}).items():
        url = links.get(field) or getattr(given, field, None)
        if url is None or text in seen:  # the official name comes first, its aliases after
            continue
        seen.add(text)
        role, medium = _role(text)
        yield Reference(url, medium, role, path=shapes.caller_path(("input", field), moved))


def _role(text: str) -> tuple[Role, Medium]:
    name, _, medium = text.partition(":")
    role = Role(name)
    return role, Medium(medium) if medium else MEDIUM_OF.get(role, Medium.UNKNOWN)


def _media_item(item: shapes.DashScopeMedia, spelled: Mapping[str, Any], path: str) -> Reference:
    role, medium = MEDIA_TYPES[item.type]
    voice = item.reference_voice or None
    voice_key = "reference_voice" if spelled.get("reference_voice") is not None else "referenceVoice"
    return Reference(
        item.url,
        medium,
        role,
        voice,
        item.reference_description or None,
        f"{path}.url",
        f"{path}.{voice_key}" if voice else "",
    )


def media_types(card: ModelCard) -> Sequence[str]:
    """What an item of `media` may be for the model."""
    known: Sequence[str] = card.hints(NAME).get("media_types", R2V_MEDIA_TYPES)
    return known


def _described(references: list[Reference], descriptions: list[str]) -> list[Reference]:
    """The references with `reference_video_description`: one text per video, in order. An SDK field, a mere hint."""
    waiting = iter(descriptions)
    return [
        r
        if r.medium is Medium.IMAGE
        else Reference(r.url, r.medium, r.role, r.voice, next(waiting, "") or None, r.path, r.voice_path)
        for r in references
    ]


def options_of(body: Mapping[str, Any], card: ModelCard, *, strict: bool) -> dict[str, Any]:
    """The card's options as they were written, by our names; compat looks under both `input` and `parameters`."""
    if not card.options:
        return {}
    given: Mapping[str, Any] = body["input"]
    parameters: Mapping[str, Any] = body.get("parameters") or {}
    by_option = {option: field for field, option in reversed(card.hints(NAME).get("options", {}).items())}
    found: dict[str, Any] = {}
    for name in card.options:
        field = by_option.get(name)
        places = (given, parameters) if field else (parameters, given)
        value = places[0].get(field or name)
        if value is None and not strict:
            value = places[1].get(field or name)
        if value is not None:
            found[name] = value
    return found
