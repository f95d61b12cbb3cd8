"""Request plus card gives the completed request, or every violation at once.

Knows how defaults are filled in and in what order a request is judged. Must not know a number or a model by name: those
are the card's; rules between fields are in `rules`, limits of files in `media`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar
from urllib.parse import urlsplit

from understudy.catalog import rules
from understudy.catalog.media import check_media, limits_for
from understudy.catalog.rules import Paths
from understudy.core.card import Interval, MediaLimits, ModelCard, SizeOption, Sound
from understudy.core.faults import InvalidRequest, Violation, ViolationKind
from understudy.core.request import MediaFacts, Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, plain_number

T = TypeVar("T")

__all__ = ["check_counts", "check_media", "complete", "limits_for", "paths_for", "settle"]

PATHS: Paths = {
    "prompt": "input.prompt",
    "references": "input.media",
    "size": "parameters.size",
    "tier": "parameters.resolution",
    "ratio": "parameters.ratio",
    "seconds": "parameters.duration",
    "seed": "parameters.seed",
    "shot_type": "parameters.shot_type",
    "extras": "parameters",
}
"""Where fields stand in a caller's words unless he speaks otherwise."""

URL_SENTENCE = "Required URL is missing or invalid, please check the request URL."
"""Source: spec/catalog.json, error_codes, InvalidURL."""

SIDE_STEP = 8
"""GUESS: sides of a film shaped by its first frame are multiples of 8: the largest step that all documented sizes
keep (1080 = 8 x 135), so that a first frame of a documented size gives that size."""
RATIO_TOLERANCE = Fraction(1, 50)
"""GUESS: a first frame whose shape is within 2 % of a documented ratio gets the documented size ("近似", seed 003)."""

_PLAIN_LINK = re.compile(r"(https?)://[a-z0-9][a-z0-9.-]*(?::\d+)?(?:[/?#]|$)")
"""Nearly every link: a host of plain letters. Others are taken apart by `urlsplit`, at ten times the cost."""
_BARE_BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]{64,}")


def paths_for(card: ModelCard) -> Paths:
    """PATHS with the name of the list this model takes its references in, where its card hints at one."""
    field = card.hints("dashscope").get("references")
    return {**PATHS, "references": f"input.{field}"} if field else PATHS


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
    found: list[Violation] = []
    texts = request.prompt[: card.prompt_characters], request.negative_prompt[: card.negative_prompt_characters]
    if texts != (request.prompt, request.negative_prompt):
        request = request.but(prompt=texts[0], negative_prompt=texts[1])
    if card.prompt_required and not request.prompt.strip():
        reason = f"Field required: {where['prompt']}"
        found.append(Violation(where["prompt"], reason, ViolationKind.MISSING))
    found += _judge_rules(request, card, where)
    found += _judge_urls(request, card, where)
    for name in card.rules:
        if name in rules.CHANGES:
            request = rules.CHANGES[name](request, card)
    picture, wrong = _picture_of(request, card, where)
    found += wrong
    found += _judge_extras(request, card, where, profile)
    request = _with_defaults(request, card, picture)
    found += _judge_seconds(request, card, where, settled=False)
    if request.seed is not None and not 0 <= request.seed <= card.seed_most:
        reason = f"{where['seed']} must be a whole number from 0 to {card.seed_most}, not {request.seed}."
        found.append(Violation(where["seed"], reason, ViolationKind.RANGE))
    if found:
        raise InvalidRequest(*found)
    return request


def check_counts(request: VideoRequest, card: ModelCard, *, paths: Paths | None = None) -> None:
    """Judge again what depends on the media, now that every one is known. Raises InvalidRequest with all violations."""
    where = paths_for(card) if paths is None else paths
    found = [*_judge_rules(request, card, where), *_judge_seconds(request, card, where, settled=True)]
    if found:
        raise InvalidRequest(*found)


def settle(request: VideoRequest, card: ModelCard, first_frame: MediaFacts | None) -> VideoRequest:
    """The complete request with its final size, ratio and tier.

    With a first frame the film takes that picture's shape and the area of its tier; the tier, and so the price, stays
    what was asked for. A shape near a documented ratio gets the documented size. Source: seed 003, output size.
    """
    if first_frame is None or first_frame.size is None or "first-frame-overrides-ratio" not in card.rules:
        return request
    options = [o for o in card.sizes if o.tier == request.tier]
    if not options:
        return request
    shape = first_frame.size.aspect
    nearest = min(options, key=lambda o: abs(o.ratio.aspect / shape - 1))
    if abs(nearest.ratio.aspect / shape - 1) <= RATIO_TOLERANCE:
        return request.but(size=nearest.size, ratio=nearest.ratio)
    size = _of_shape(shape, options[0].size.area)
    return request.but(size=size, ratio=Ratio(size.aspect.numerator, size.aspect.denominator))


def _of_shape(shape: Fraction, area: int) -> Size:
    """The size of that aspect and about that area whose sides are whole steps."""
    width = math.sqrt(area * shape)
    sides = (max(1, round(side / SIDE_STEP)) * SIDE_STEP for side in (width, width / shape))
    return Size(*sides)


# Filling in --------------------------------------------------------------------------------------------------------


def _with_defaults(request: VideoRequest, card: ModelCard, picture: Mapping[str, Any]) -> VideoRequest:
    """The request with `picture` and every other default: one copy, not one for each."""
    default = card.defaults
    sound = {Sound.ALWAYS: True, Sound.NEVER: False}.get(card.sound, request.sound)
    return request.but(
        seconds=_or(request.seconds, default.seconds),
        # a model without a shot type takes its shots from the prompt; the word is passed over, as unknown keys are
        shot_type=_or(request.shot_type, ShotType(default.shot_type)) if default.shot_type else None,
        sound=_or(sound, default.sound),
        watermark=_or(request.watermark, default.watermark),
        prompt_extend=_or(request.prompt_extend, default.prompt_extend),
        extras={name: value for name, value in request.extras.items() if name in card.extras},
        **picture,
    )


def _or(said: T | None, default: T) -> T:
    return default if said is None else said


def _picture_of(request: VideoRequest, card: ModelCard, where: Paths) -> tuple[dict[str, Any], list[Violation]]:
    """Size, tier and ratio from whichever the caller said, and what is wrong with them.

    A model that is asked by pixels (its default is a size) takes a given size before tier and ratio; one that is asked
    by tier and ratio takes those first and a size only for what they leave open. Source: spec/dashscope.md §6.1.
    """
    if not card.sizes:
        return {}, []
    by_pixels = card.defaults.size is not None
    given = card.option_of(request.size) if request.size else None
    shaped = request.first_frame is not None and "first-frame-overrides-ratio" in card.rules
    if request.size and not given and (by_pixels or request.tier is None or request.ratio is None):
        return {}, [_no_such_size(request.size, card, where)]
    if given and by_pixels:
        return {"tier": given.tier, "ratio": given.ratio}, []
    tier, ratio = request.tier, request.ratio
    if tier is None or ratio is None:
        base = given or _default_option(card)
        tier, ratio = tier or base.tier, ratio or base.ratio
    option = card.option_for(tier, ratio)
    found: list[Violation] = []
    if option is None and tier not in card.tiers:
        reason = f"{where['tier']} must be {_either(card.tiers)}, not {tier}."
        found.append(Violation(where["tier"], reason, ViolationKind.CHOICE))
    if option is None and ratio not in card.ratios:
        reason = f"{where['ratio']} must be {_either(card.ratios)}, not {ratio}."
        found.append(Violation(where["ratio"], reason, ViolationKind.CHOICE))
    if found:
        return {}, found
    if shaped:
        return {"tier": tier}, []
    if option is None:
        reason = f"{card.model} makes no {ratio} at {tier}: choose another ratio or tier."
        return {}, [Violation(where["ratio"], reason, ViolationKind.RULE)]
    return {"size": option.size, "tier": tier, "ratio": ratio}, []


def _default_option(card: ModelCard) -> SizeOption:
    default = card.defaults
    option = card.option_of(default.size) if default.size else None
    if option is None and default.tier and default.ratio:
        option = card.option_for(default.tier, default.ratio)
    return option or card.sizes[0]


def _no_such_size(size: Size, card: ModelCard, where: Paths) -> Violation:
    listed = ", ".join(f"{option.size} ({option.ratio})" for option in card.sizes)
    return Violation(where["size"], f"The size is not match {size}. {card.model} makes {listed}.", ViolationKind.SIZE)


# Judging -----------------------------------------------------------------------------------------------------------


def _judge_rules(request: VideoRequest, card: ModelCard, where: Paths) -> Iterator[Violation]:
    for name in card.rules:
        if name in rules.CHECKS:
            yield from rules.CHECKS[name](request, card, where)


def _judge_urls(request: VideoRequest, card: ModelCard, where: Paths) -> Iterator[Violation]:
    for reference in request.references:
        path = reference.path or where["references"]
        if reference.role is Role.SUBJECT and reference.medium is Medium.AUDIO:
            yield Violation(path, f"{path}: a reference is an image or a video, not a sound.", ViolationKind.RULE)
            continue
        if reference.role is Role.LAST_FRAME and "last_frame" not in card.media:
            yield Violation(path, f"{path}: {card.model} takes no last frame.", ViolationKind.COUNT)
            continue
        yield from _judge_url(reference.url, _schemes(card, reference), path)
        if reference.voice is None or reference.role is not Role.SUBJECT:
            continue
        path = reference.voice_path or path
        if "voice" in card.media:
            yield from _judge_url(reference.voice, card.media["voice"].schemes, path)
        else:
            reason = f"{path}: {card.model} takes no reference voice; its voices come from the reference videos."
            yield Violation(path, reason, ViolationKind.RULE)


def _schemes(card: ModelCard, reference: Reference) -> tuple[str, ...]:
    if reference.role is not Role.SUBJECT:
        names = [reference.role.value]
    else:
        names = ["image", "video"] if reference.medium is Medium.UNKNOWN else [reference.medium.value]
    if len(names) == 1 and names[0] in card.media:
        return card.media[names[0]].schemes
    possible = [card.media[name] for name in names if name in card.media] or [MediaLimits()]
    return tuple(dict.fromkeys(scheme for limits in possible for scheme in limits.schemes))


def _judge_url(url: str, allowed: tuple[str, ...], path: str) -> Iterator[Violation]:
    scheme = scheme_of(url)
    if scheme in allowed:
        return
    if not url.strip():
        hint = f"{path} is empty."
    elif scheme == "data":
        hint = f"{path} holds the data itself, which is taken for images of newer models only: send a link."
    elif scheme in ("", "file"):
        hint = f"{path} is a path of your own machine: upload the file first and send the oss:// address you get."
    else:
        hint = f"{path} must be a whole link of one of these kinds: {', '.join(allowed)}."
    yield Violation(path, f"{URL_SENTENCE} {hint}", ViolationKind.URL)


def scheme_of(url: str) -> str:
    """The kind of a media value: `http`, `https`, `oss`, `data` (also bare base64), another scheme, or "" for none.

    A link without a host, or a data URL without data, is of no kind.
    """
    plain = _PLAIN_LINK.match(url)
    if plain:
        return plain[1]
    text = url.strip()
    if text[:5].lower() == "data:":
        return "data" if "," in text[:200] else ""
    head = text[:4096]  # pictures come as text of many megabytes
    if ":" not in head:
        return "data" if _BARE_BASE64.fullmatch(head) else ""
    try:
        parts = urlsplit(head)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https"):
        return parts.scheme if parts.hostname else ""
    if parts.scheme == "oss":
        return "oss" if parts.netloc or parts.path.strip("/") else ""
    return parts.scheme if len(parts.scheme) > 1 else ""  # one letter is a drive


def _judge_seconds(request: VideoRequest, card: ModelCard, where: Paths, *, settled: bool) -> Iterator[Violation]:
    """Length of the film; while a medium is unknown the wider limits count, and `check_counts` judges again."""
    if request.seconds is None:
        return
    path = where["seconds"]
    if card.seconds_choices:
        if request.seconds not in card.seconds_choices:
            reason = f"{path} must be {_either(card.seconds_choices)}, not {request.seconds}."
            yield Violation(path, reason, ViolationKind.CHOICE)
        return
    narrow = card.seconds_with_video
    interval, when = card.seconds, ""
    media = {r.medium for r in request.subjects} if narrow is not None else frozenset()
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


def _judge_extras(request: VideoRequest, card: ModelCard, where: Paths, profile: Profile) -> Iterator[Violation]:
    if profile is Profile.STRICT:
        for name in request.extras:
            if name not in card.extras:
                path = f"{where['extras']}.{name}"
                yield Violation(path, f"{path}: {card.model} knows no such parameter.", ViolationKind.RULE)


def _either(values: Sequence[object]) -> str:
    return " or ".join(str(value) for value in values)
