"""A request on the DashScope wire, read.

Knows the envelope, the headers, and what a caller says of size, tier and length, in both profiles. Must not know the
numbers of any model (its card does), how media are named (`inputs`) nor how an error looks on the wire (`faults`).
Source: spec/dashscope.md §1.2-§1.4, §5-§8.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from understudy.core.card import Length, ModelCard, Sound
from understudy.core.faults import Fault, Forbidden, InvalidRequest, Violation, ViolationKind
from understudy.core.ports import Cards
from understudy.core.request import Profile, Reference, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.core.wire import WireRequest
from understudy.core.wording import shown
from understudy.dialects._body import read_object
from understudy.dialects.dashscope import inputs, shapes
from understudy.dialects.dashscope.inputs import NAME
from understudy.dialects.dashscope.plain import read_plain
from understudy.dialects.dashscope.shapes import DashScopeParameters, DashScopeSubmit

VIDEO_GENERATION = "/api/v1/services/aigc/video-generation/video-synthesis"
SUBMIT_PATHS = (
    VIDEO_GENERATION,
    "/api/v1/services/aigc/image2video/video-synthesis",
    "/api/v1/services/aigc/video/video-synthesis",
)
"""Every spelling found. Source: spec/dashscope.md §1.2: dispatch on the model, not on the path."""
TEMPLATE_PATHS = ("/api/v1/services/aigc/image2video/aa-template-generation",)
CHECK_PATHS = (
    "/api/v1/services/aigc/image2video/face-detect",
    "/api/v1/services/aigc/image2video/aa-detect",
    "/api/v1/services/aigc/text2image/image-synthesis",  # where an SDK call printed in seed 001 goes
    "/api/v1/services/aigc/image2video/image-synthesis",  # where ImageSynthesis.sync_call(task="image2video") goes
)
"""Where pictures are checked: two documented paths, and two of the SDKs' own making. Source: spec/dashscope.md §1.2
and the recorded requests."""
NO_FUNCTION = "video-synthesis"
"""What SDKs write as `input.function` when there is none. Source: spec/dashscope.md §1.4."""

RESOLVE_HEADER = "x-dashscope-ossresourceresolve"
ASYNC_HEADER = "x-dashscope-async"
ENCRYPTION_HEADER = "x-dashscope-encryptionkey"

_PIXELS, _TIERS = "pixels such as 1280*720", "a tier such as 720P"
_OTHER_TIMES = re.compile(r"\d+\s*[xX×]\s*\d+")
"""Pixels as compat reads them besides `1280*720`. Source: spec/dashscope.md §5.2, end."""


def decode_submit(wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
    """The request in our words, nothing filled in.

    Raises:
        Forbidden: the async header is missing.
        InvalidRequest: everything wrong with the shape, at once.
        NotFound: no card for the model.
    """
    _refuse_encryption(wire)
    if not says_async(wire) and not _may_wait(wire, cards):
        raise Forbidden(
            "current user api does not support synchronous calls. "
            "Send the header X-DashScope-Async: enable, then ask for the task at /api/v1/tasks/{task_id}."
        )
    if profile is Profile.COMPAT:
        request = read_plain(wire.body, cards)
        if request is not None:
            return request
    return read_submit(wire, cards, profile)


def read_submit(wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
    """`decode_submit` for every form of body, once the headers are known to be in order."""
    body = read_object(wire.body)
    _check_envelope(body)
    whole = cards.find(body["model"])
    strict = profile is Profile.STRICT
    hints = whole.hints(NAME)
    if strict and wire.path not in hints.get("official_paths", (wire.path,)):
        raise InvalidRequest.of(
            "", f"url error, please check url！ {whole.model} is served at {hints['official_paths'][0]}."
        )
    if strict and whole.makes.is_check and says_async(wire):
        raise Forbidden(
            "Current user api does not support asynchronous calls. "
            "Leave out the header X-DashScope-Async: the finding is in the answer."
        )
    function = _function(body, whole)
    card = whole.of(function)
    given, moved = inputs.gather(body, card, strict=strict)
    violations = _strict_violations(body, card) if strict else []
    shape = {**body, "input": given, "parameters": _known_parameters(body, card)}
    try:
        submit = DashScopeSubmit.model_validate(shape, context=_taken_by(card, strict=strict))
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise InvalidRequest(*shapes.violations_of(errors, moved), *violations) from None
    links, wrong = inputs.own_links(given, card, moved)
    violations += wrong
    spelled = given["media"] if submit.input.media else []
    references = inputs.references_of(submit.input, links, spelled, card, moved, strict=strict)
    if strict and not _says_enable(wire, RESOLVE_HEADER):
        violations += _unresolved(references)
    if violations:
        raise InvalidRequest(*violations)
    return _request(submit, function, references, inputs.options_of(body, card, strict=strict))


def says_async(wire: WireRequest) -> bool:
    """Whether the caller asks for a task."""
    return _says_enable(wire, ASYNC_HEADER)


def _refuse_encryption(wire: WireRequest) -> None:
    if ENCRYPTION_HEADER in wire.headers:
        raise InvalidRequest.of(
            "X-DashScope-EncryptionKey",
            "Encrypted requests are not supported: send the body in the clear, without X-DashScope-EncryptionKey.",
            ViolationKind.HEADER,
        )


def _may_wait(wire: WireRequest, cards: Cards) -> bool:
    """Whether this submit may go without the async header: a check may. Source: spec/dashscope.md §1.3, §8.1."""
    try:
        model = read_object(wire.body).get("model")
        if isinstance(model, str):
            return cards.find(model).makes.is_check
    except Fault:
        pass
    return wire.path in CHECK_PATHS  # a broken body is told of as such there


def _function(body: Mapping[str, Any], card: ModelCard) -> str:
    """Which function is asked for, of a model that has several."""
    if not card.functions:
        return ""
    value = body["input"].get("function")
    listed = ", ".join(card.functions)
    if value is None or value in ("", NO_FUNCTION):
        reason = f"Field required: input.function. {card.model} has {listed}."
        raise InvalidRequest.of("input.function", reason, ViolationKind.MISSING)
    if not isinstance(value, str) or value not in card.functions:
        reason = f"input.function must be one of {listed}, not {shown(value)}."
        raise InvalidRequest.of("input.function", reason, ViolationKind.CHOICE)
    return value


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


def _known_parameters(body: Mapping[str, Any], card: ModelCard) -> Mapping[str, Any] | None:
    """The parameters without those the model does not have: unknown keys are ignored, whatever they hold."""
    parameters: Mapping[str, Any] | None = body.get("parameters")
    if not parameters:
        return parameters
    strange = set(card.options)
    if card.defaults.shot_type is None:
        strange.add("shot_type")
    if card.sound is not Sound.OPTIONAL:
        strange.add("audio")
    if not card.asks_size:
        strange |= {"size", "resolution", "ratio"}
    if card.length not in (Length.ASKED, Length.SOURCE):
        strange.add("duration")
    return {name: value for name, value in parameters.items() if name not in strange}


def _request(
    submit: DashScopeSubmit, function: str, references: tuple[Reference, ...], options: Mapping[str, Any]
) -> VideoRequest:
    said = submit.parameters or DashScopeParameters()
    size, tier = shapes.size_and_tier(said.resolution, said.size)
    return VideoRequest(
        model=submit.model,
        function=function,
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
        options=options,
    )


def speaks_of_resolution(card: ModelCard) -> bool:
    """Whether the model takes a tier (and a ratio, as wan2.7) instead of pixels (as wan2.6)."""
    return str(card.hints(NAME).get("picture", "size")).startswith("resolution")


def _taken_by(card: ModelCard, *, strict: bool) -> Mapping[str, Any]:
    """The words of a model for what is closed in the shapes."""
    kind = _TIERS if speaks_of_resolution(card) else _PIXELS
    return {"media_types": inputs.media_types(card), "picture": kind if strict else f"{_PIXELS} or {_TIERS}"}


def _strict_violations(body: Mapping[str, Any], card: ModelCard) -> list[Violation]:
    """What the real service refuses and compat takes: pixels as a resolution, a tier as a size."""
    parameters = body.get("parameters") or {}
    if not card.asks_size:
        return []
    wanted, kind, field = (Tier, _TIERS, "resolution")
    if not speaks_of_resolution(card):
        wanted, kind, field = (Size, _PIXELS, "size")  # type: ignore[assignment]
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
