"""A request on the DashScope wire, read.

Knows which field carries what, in both profiles. Must not know the numbers of any model (its card does) nor how an
error looks on the wire (`faults`). Source: spec/dashscope.md §1.2-§1.4, §5, §6.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from understudy.core.card import ModelCard
from understudy.core.faults import Forbidden, InvalidRequest, Violation, ViolationKind
from understudy.core.ports import Cards
from understudy.core.request import Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.core.wire import WireRequest
from understudy.dialects._body import read_object, shown
from understudy.dialects.dashscope import shapes
from understudy.dialects.dashscope.shapes import DashScopeInput, DashScopeParameters, DashScopeSubmit

VIDEO_GENERATION = "/api/v1/services/aigc/video-generation/video-synthesis"
SUBMIT_PATHS = (
    VIDEO_GENERATION,
    "/api/v1/services/aigc/image2video/video-synthesis",
    "/api/v1/services/aigc/video/video-synthesis",
)
"""Every spelling found. Source: spec/dashscope.md §1.2: dispatch on the model, not on the path."""

NAME = "dashscope"
INPUT_FIELDS = (
    "media",
    "reference_urls",
    "reference_video_urls",
    "reference_video_description",
    "negative_prompt",
)
"""Input fields that an SDK puts under `parameters` when it does not know them. Source: spec/dashscope.md §1.4."""

PIXEL_MODELS_ONLY = ("shot_type", "audio")
"""Parameters of wan2.6 that wan2.7 has not. Source: spec/dashscope.md §5.1."""

RESOLVE_HEADER = "x-dashscope-ossresourceresolve"
ASYNC_HEADER = "x-dashscope-async"
ENCRYPTION_HEADER = "x-dashscope-encryptionkey"

_SUFFIXES = {
    Medium.IMAGE: ("jpg", "jpeg", "png", "bmp", "webp"),
    Medium.VIDEO: ("mp4", "mov", "avi", "mkv", "webm", "m4v"),
}
_OTHER_TIMES = re.compile(r"\d+\s*[xX×]\s*\d+")
"""Pixels as compat reads them besides `1280*720`. Source: spec/dashscope.md §5.2, end."""
_DATA = re.compile(r"^data:(image|video)/", re.IGNORECASE)


def plain_medium(url: str) -> Medium:
    """The medium a URL shows by its data type or suffix; UNKNOWN when it shows none (an OSS key may have none)."""
    given = _DATA.match(url)
    if given:
        return Medium(given[1].lower())
    if url[:5].lower() == "data:":
        return Medium.UNKNOWN
    suffix = re.split(r"[?#]", url, maxsplit=1)[0].rpartition("/")[2].rpartition(".")[2].lower()
    return next((medium for medium, suffixes in _SUFFIXES.items() if suffix in suffixes), Medium.UNKNOWN)


def decode_submit(wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
    """The request in our words, nothing filled in.

    Raises:
        Forbidden: the async header is missing.
        InvalidRequest: everything wrong with the shape, at once.
        NotFound: no card for the model.
    """
    _check_headers(wire)
    body = read_object(wire.body)
    _check_envelope(body)
    card = cards.find(body["model"])
    strict = profile is Profile.STRICT
    hints = card.hints(NAME)
    if strict and wire.path not in hints.get("official_paths", (wire.path,)):
        raise InvalidRequest.of(
            "", f"url error, please check url！ {card.model} is served at {hints['official_paths'][0]}."
        )
    given, moved = (dict(body["input"]), frozenset[str]()) if strict else _gather_input(body)
    violations = _strict_violations(body, card) if strict else []
    try:
        submit = DashScopeSubmit.model_validate({**body, "input": given, "parameters": _known_parameters(body, card)})
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        raise InvalidRequest(*shapes.violations_of(errors, moved), *violations) from None
    references = _references(submit.input, given["media"] if submit.input.media else [], card, moved, strict=strict)
    if strict and not _says_enable(wire, RESOLVE_HEADER):
        violations += _unresolved(references)
    if violations:
        raise InvalidRequest(*violations)
    return _request(submit, card, references, body)


def _check_headers(wire: WireRequest) -> None:
    if ENCRYPTION_HEADER in wire.headers:
        raise InvalidRequest.of(
            "X-DashScope-EncryptionKey",
            "Encrypted requests are not supported: send the body in the clear, without X-DashScope-EncryptionKey.",
            ViolationKind.HEADER,
        )
    if not _says_enable(wire, ASYNC_HEADER):
        raise Forbidden(
            "current user api does not support synchronous calls. "
            "Send the header X-DashScope-Async: enable, then ask for the task at /api/v1/tasks/{task_id}."
        )


def _says_enable(wire: WireRequest, header: str) -> bool:
    return wire.headers.get(header, "").strip().lower() == "enable"


def _check_envelope(body: Mapping[str, Any]) -> None:
    found: list[Violation] = []
    model = body.get("model")
    if model is None or model == "":
        found.append(Violation("model", 'Required parameter "model" missing from request.', ViolationKind.MISSING))
    elif not isinstance(model, str):
        found.append(Violation("model", f"model must be a text, not {shown(model)}.", ViolationKind.TYPE))
    given = body.get("input")
    if given is None:
        found.append(Violation("input", "Required input parameter missing from request.", ViolationKind.MISSING))
    elif not isinstance(given, dict):
        found.append(Violation("input", f"input must be an object, not {shown(given)}.", ViolationKind.TYPE))
    parameters = body.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        reason = f"parameters must be an object, not {shown(parameters)}."
        found.append(Violation("parameters", reason, ViolationKind.TYPE))
    if found:
        raise InvalidRequest(*found)


def _gather_input(body: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The input object, completed from `parameters`, and the names of the fields found there."""
    given: dict[str, Any] = dict(body["input"])
    parameters: Mapping[str, Any] = body.get("parameters") or {}
    moved = {name for name in INPUT_FIELDS if given.get(name) is None and parameters.get(name) is not None}
    given.update({name: parameters[name] for name in moved})
    return given, frozenset(moved)


def _known_parameters(body: Mapping[str, Any], card: ModelCard) -> Mapping[str, Any] | None:
    """The parameters without those the model does not have: unknown keys are ignored, whatever they hold."""
    parameters: Mapping[str, Any] | None = body.get("parameters")
    if not parameters or not speaks_of_resolution(card):
        return parameters
    return {name: value for name, value in parameters.items() if name not in PIXEL_MODELS_ONLY}


def _references(
    given: DashScopeInput, spelled: Sequence[Mapping[str, Any]], card: ModelCard, moved: frozenset[str], *, strict: bool
) -> tuple[Reference, ...]:
    """All references in order: `media`, `reference_urls`, `reference_video_urls`.

    compat reads every form for every model; strict only the form of the card, as the real service ignores the rest.
    """
    own = card.hints(NAME).get("references")
    found: list[Reference] = []
    if given.media and not (strict and own == "reference_urls"):
        place = shapes.caller_path(("input", "media"), moved)
        found += [_media_item(item, spelled[index], f"{place}[{index}]") for index, item in enumerate(given.media)]
    if strict and own == "media":
        return tuple(found)
    by_url: list[Reference] = []
    for field, urls in (
        ("reference_urls", given.reference_urls),
        ("reference_video_urls", given.reference_video_urls),
    ):
        for index, url in enumerate(urls or ()):
            medium = Medium.VIDEO if field == "reference_video_urls" else plain_medium(url)
            by_url.append(Reference(url, medium, path=shapes.caller_path(("input", field, index), moved)))
    return (*found, *_described(by_url, given.reference_video_description or []))


def _media_item(item: shapes.DashScopeMedia, spelled: Mapping[str, Any], path: str) -> Reference:
    role = Role.FIRST_FRAME if item.type == "first_frame" else Role.SUBJECT
    voice = item.reference_voice or None
    voice_key = "reference_voice" if spelled.get("reference_voice") is not None else "referenceVoice"
    return Reference(
        item.url,
        Medium.VIDEO if item.type == "reference_video" else Medium.IMAGE,
        role,
        voice,
        item.reference_description or None,
        f"{path}.url",
        f"{path}.{voice_key}" if voice else "",
    )


def _described(references: list[Reference], descriptions: list[str]) -> list[Reference]:
    """The references with `reference_video_description`: one text per video, in order. An SDK field, a mere hint."""
    waiting = iter(descriptions)
    return [
        r
        if r.medium is Medium.IMAGE
        else Reference(r.url, r.medium, r.role, r.voice, next(waiting, "") or None, r.path, r.voice_path)
        for r in references
    ]


def _request(
    submit: DashScopeSubmit, card: ModelCard, references: tuple[Reference, ...], body: Mapping[str, Any]
) -> VideoRequest:
    said = submit.parameters or DashScopeParameters()
    size, tier = _picture(said)
    return VideoRequest(
        model=submit.model,
        prompt=submit.input.prompt or "",
        negative_prompt=submit.input.negative_prompt or "",
        references=references,
        size=size,
        tier=tier,
        ratio=Ratio.parse(said.ratio) if said.ratio else None,
        seconds=said.duration,
        shot_type=ShotType(said.shot_type) if said.shot_type else None,
        sound=said.audio,
        watermark=said.watermark,
        prompt_extend=said.prompt_extend,
        seed=said.seed,
        extras=_extras(card, body.get("parameters") or {}),
    )


def _picture(said: DashScopeParameters) -> tuple[Size | None, Tier | None]:
    """Pixels and tier, whichever field they came in; `size` wins for pixels, `resolution` for the tier.

    Source: spec/dashscope.md §6.1: a resolution may hold pixels and a size may hold a tier.
    """
    size: Size | None = None
    tier: Tier | None = None
    for text in (said.resolution, said.size):
        picture = shapes.read_picture(text) if text else None
        if isinstance(picture, Size):
            size = picture
        elif picture is not None:
            tier = tier or picture
    return size, tier


def speaks_of_resolution(card: ModelCard) -> bool:
    """Whether the model takes a tier and a ratio (wan2.7) instead of pixels (wan2.6)."""
    return bool(card.hints(NAME).get("picture", "size") == "resolution+ratio")


def _extras(card: ModelCard, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: parameters[name] for name in card.extras if parameters.get(name) is not None}


def _strict_violations(body: Mapping[str, Any], card: ModelCard) -> list[Violation]:
    """What the real service refuses and compat takes: pixels as a resolution, a tier as a size."""
    parameters = body.get("parameters") or {}
    wanted, kind, field = (Tier, "a tier such as 720P", "resolution")
    if not speaks_of_resolution(card):
        wanted, kind, field = (Size, "pixels such as 1280*720", "size")  # type: ignore[assignment]
    text = parameters.get(field)
    if isinstance(text, str) and field == "size" and _OTHER_TIMES.fullmatch(text.strip()):
        reason = f"The size is not match {text[:40]}. Write an asterisk between width and height, as in 1280*720"
        return [Violation("parameters.size", reason, ViolationKind.SIZE)]
    if isinstance(text, str) and not isinstance(shapes.read_picture(text), (wanted, type(None))):
        reason = f"The size is not match {text[:40]}. {card.model} takes {kind} here"
        return [Violation(f"parameters.{field}", reason, ViolationKind.SIZE)]
    if field == "size" and parameters.get("resolution") is not None:
        reason = f"{card.model} takes parameters.size with pixels such as 1280*720, not a resolution."
        return [Violation("parameters.resolution", reason, ViolationKind.RULE)]
    return []


def _unresolved(references: tuple[Reference, ...]) -> list[Violation]:
    named = [(r.path, r.url) for r in references] + [(r.voice_path, r.voice or "") for r in references]
    first = next((path for path, url in named if url.startswith("oss://")), None)
    if first is None:
        return []
    reason = (
        "The media format is not supported or incorrect for the data inspection. "
        f"{first} is an oss:// URL: send the header X-DashScope-OssResourceResolve: enable with it."
    )
    return [Violation("X-DashScope-OssResourceResolve", reason, ViolationKind.HEADER)]
