"""Request plus card gives the completed request, or every violation at once.

Knows how defaults are filled in and in what order a request is judged. Must not know a number or a model by name: those
are the card's; rules between fields are in `rules`, limits of files in `media`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from understudy.catalog import rules
from understudy.catalog.options import complete_options
from understudy.catalog.picture import either, picture_of
from understudy.catalog.rules import Paths
from understudy.catalog.urls import judge_urls
from understudy.catalog.verdicts import shape_of, verdicts_of
from understudy.core.card import Interval, Length, ModelCard, Sound
from understudy.core.faults import InvalidRequest, Violation, ViolationKind
from understudy.core.request import Medium, Profile, Role, ShotType, VideoRequest
from understudy.core.units import plain_number

T = TypeVar("T")
_SUBJECT = Role.SUBJECT

PATHS: Paths = {
    "prompt": "input.prompt",
    "references": "input.media",
    "size": "parameters.size",
    "tier": "parameters.resolution",
    "ratio": "parameters.ratio",
    "seconds": "parameters.duration",
    "seed": "parameters.seed",
    "shot_type": "parameters.shot_type",
    "options": "parameters",
}
"""Where fields stand in a caller's words unless he speaks otherwise."""

_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
"""Characters of Chinese, Japanese and Korean writing, with their punctuation."""


def paths_for(card: ModelCard) -> Paths:
    """PATHS with the fields this model takes its references and options in, where its card hints at them."""
    hints = card.hints("dashscope")
    field = hints.get("references")
    paths = _paths_with_list(field) if field else PATHS
    if "fields" not in hints and "options" not in hints:
        return paths
    roles = {f"role:{_role_of(text)}": f"input.{name}" for name, text in reversed(hints.get("fields", {}).items())}
    options = {option: f"input.{name}" for name, option in reversed(hints.get("options", {}).items())}
    return {**paths, **roles, **options} if roles or options else paths


@lru_cache
def _paths_with_list(field: str) -> Paths:
    return {**PATHS, "references": f"input.{field}"}


def _role_of(text: str) -> str:
    return text.partition(":")[0]


def complete(request: VideoRequest, card: ModelCard, profile: Profile, *, paths: Paths | None = None) -> VideoRequest:
    """The request with every default of its card filled in; texts cut at their documented length.

    With a first frame, size and ratio stay open until `settle` has seen the picture. `seed` stays open too: drawing
    lots is not done here. Everything is judged that needs no network.

    Args:
        request: as decoded; None means "not said".
        card: of the request's model.
        profile: STRICT refuses words the model does not know, COMPAT passes over them.
        paths: our field names in the caller's words; by default `paths_for(card)`.

    Raises:
        InvalidRequest: with all violations, the weightiest first.
    """
    where = paths_for(card) if paths is None else paths
    texts = _cut_prompt(request.prompt, card), request.negative_prompt[: card.negative_prompt_characters]
    if texts != (request.prompt, request.negative_prompt):
        request = request.but(prompt=texts[0], negative_prompt=texts[1])
    verdicts, shape = verdicts_of(card), shape_of(request, profile)
    known = verdicts.find(shape)
    fits = known and _has_prompt(request, card) and _may_have_seed(request, card)
    if fits and next(judge_urls(request, card, where), None) is None:
        return request.but(**known)
    complete = _judge_all(request, card, profile, where)
    verdicts.keep(shape, request, complete)
    return complete


def _judge_all(request: VideoRequest, card: ModelCard, profile: Profile, where: Paths) -> VideoRequest:
    """`complete` for texts that are cut already. Raises InvalidRequest."""
    found: list[Violation] = []
    if not _has_prompt(request, card):
        found.append(Violation(where["prompt"], f"Field required: {where['prompt']}", ViolationKind.MISSING))
    found += _judge_roles(request, card, where)
    found += _judge_rules(request, card, where)
    found += judge_urls(request, card, where)
    for name in card.rules:
        if name in rules.CHANGES:
            request = rules.CHANGES[name](request, card)
    picture, wrong = picture_of(request, card, where, profile)
    found += wrong
    options, wrong = complete_options(request.options, card, where, where["options"], profile)
    found += wrong
    request = _with_defaults(request, card, picture, options)
    found += _judge_seconds(request, card, where, profile, settled=False)
    if not _may_have_seed(request, card):
        reason = f"{where['seed']} must be a whole number from 0 to {card.seed_most}, not {request.seed}."
        found.append(Violation(where["seed"], reason, ViolationKind.RANGE))
    if found:
        raise InvalidRequest(*found)
    return request


def check_counts(
    request: VideoRequest, card: ModelCard, profile: Profile = Profile.COMPAT, *, paths: Paths | None = None
) -> None:
    """Judge again what depends on the media, now that every one is known. Raises InvalidRequest with all violations."""
    where = paths_for(card) if paths is None else paths
    found = [*_judge_rules(request, card, where), *_judge_seconds(request, card, where, profile, settled=True)]
    if found:
        raise InvalidRequest(*found)


def _cut_prompt(prompt: str, card: ModelCard) -> str:
    """The prompt as far as it counts. Source: spec/dashscope.md §5, cut silently; §11, happyhorse counts CJK double."""
    if card.prompt_cjk == 1 or len(prompt) * card.prompt_cjk <= card.prompt_characters:
        return prompt[: card.prompt_characters]
    left = card.prompt_characters
    for index, character in enumerate(prompt):
        left -= card.prompt_cjk if _CJK.match(character) else 1
        if left < 0:
            return prompt[:index]
    return prompt


# Filling in --------------------------------------------------------------------------------------------------------


_FIXED_SOUND = {Sound.ALWAYS: True, Sound.NEVER: False}


def _with_defaults(
    request: VideoRequest, card: ModelCard, picture: Mapping[str, Any], options: Mapping[str, Any]
) -> VideoRequest:
    """The request with `picture` and every other default: one copy, not one for each."""
    default = card.defaults
    seconds = _or(request.seconds, default.seconds)
    if card.length is Length.SOURCE:
        seconds = seconds or None  # 0 s is as long as the source is
    elif card.length is not Length.ASKED:
        seconds = None
    sound = _FIXED_SOUND.get(card.sound, request.sound)
    return request.but(
        seconds=seconds,
        # a model without a shot type takes its shots from the prompt; the word is passed over, as unknown keys are
        shot_type=_or(request.shot_type, ShotType(default.shot_type)) if default.shot_type else None,
        sound=_or(sound, default.sound),
        watermark=_or(request.watermark, default.watermark),
        prompt_extend=_or(request.prompt_extend, default.prompt_extend),
        options=options,
        **picture,
    )


def _or(said: T | None, default: T) -> T:
    return default if said is None else said


# Judging -----------------------------------------------------------------------------------------------------------


def _has_prompt(request: VideoRequest, card: ModelCard) -> bool:
    return not card.prompt_required or bool(request.prompt.strip())


def _may_have_seed(request: VideoRequest, card: ModelCard) -> bool:
    return request.seed is None or 0 <= request.seed <= card.seed_most


def _judge_roles(request: VideoRequest, card: ModelCard, where: Paths) -> Iterator[Violation]:
    """Whether every needed part is there, none twice, and no reference where the model takes none at all."""
    if not card.counts.total[1] and request.subjects and "references-total-and-by-medium" not in card.rules:
        path = request.subjects[0].path or where["references"]
        yield Violation(path, f"{path}: {card.model} takes no references.", ViolationKind.COUNT)
    given = [r.role for r in request.references if r.role is not _SUBJECT]
    if not given and not card.needs and not card.needs_one:
        return
    for role in card.needs:
        if role not in given:
            path = where.get(f"role:{role}", where["references"])
            told = "" if f"role:{role}" in where else f". {card.model} needs a {role.value}."
            yield Violation(path, f"Field required: {path}{told}", ViolationKind.MISSING)
    if card.needs_one and not any(role in given for role in card.needs_one):
        paths = [where.get(f"role:{role}", f"{where['references']} of type {role}") for role in card.needs_one]
        reason = f"Field required: {paths[0]}. Give at least one of {either(paths)}."
        path = where.get(f"role:{card.needs_one[0]}", where["references"])
        yield Violation(path, reason, ViolationKind.MISSING)
    for role in dict.fromkeys(given):
        counted_by_rule = role is Role.FIRST_FRAME and "at-most-one-first-frame" in card.rules
        if given.count(role) > 1 and not counted_by_rule:
            path = next(r.path for r in reversed(request.references) if r.role is role) or where["references"]
            reason = f"{path}: {card.model} takes one {role.value.replace('_', ' ')}, not {given.count(role)}."
            yield Violation(path, reason, ViolationKind.COUNT)


def _judge_rules(request: VideoRequest, card: ModelCard, where: Paths) -> Iterator[Violation]:
    for name in card.rules:
        if name in rules.CHECKS:
            yield from rules.CHECKS[name](request, card, where)


def _judge_seconds(
    request: VideoRequest, card: ModelCard, where: Paths, profile: Profile, *, settled: bool
) -> Iterator[Violation]:
    """Length of the film; while a medium is unknown the wider limits count, and `check_counts` judges again."""
    if request.seconds is None:
        return
    besides = card.compat_seconds
    if besides is not None and profile is Profile.COMPAT and request.seconds in besides:
        return
    path = where["seconds"]
    if card.seconds_choices:
        if request.seconds not in card.seconds_choices:
            reason = f"{path} must be {either(card.seconds_choices)}, not {request.seconds}."
            yield Violation(path, reason, ViolationKind.CHOICE)
        return
    narrow = card.seconds_with_video
    interval, when = card.seconds, ""
    media = [r.medium for r in request.references if r.role is _SUBJECT] if narrow is not None else []
    if narrow is not None and Medium.VIDEO in media:
        interval, when = narrow, " when a reference video is given"
    elif narrow is not None and not settled and Medium.UNKNOWN in media:
        interval = _widest(card.seconds, narrow)
    if request.seconds not in interval:
        least, most = (plain_number(end) if end is not None else "any" for end in (interval.least, interval.most))
        reason = f"{path} must be a whole number from {least} to {most}{when}, not {request.seconds}."
        yield Violation(path, reason, ViolationKind.RANGE)


def _widest(one: Interval, other: Interval) -> Interval:
    least = None if one.least is None or other.least is None else min(one.least, other.least)
    most = None if one.most is None or other.most is None else max(one.most, other.most)
    return Interval(least, most)
