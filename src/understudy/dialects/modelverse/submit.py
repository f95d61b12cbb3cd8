"""A ModelVerse submit read into our request.

Knows which field says what. Must not know which model takes what: that is the card's. Source: spec/gateways.md §3.3.

Hints under `wire.modelverse`: `model` is the name this gateway sells a model by, and `seconds`, `tiers`, `ratios` are
what it sells of it, where that is not all; `first_frame` is the field of the first frame, `prompt_extend` the parameter
of that name; `resolution` is "lower" where `720p` has a small letter; `usage` are the keys told besides `duration`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from understudy.core.card import Length, ModelCard, Sound
from understudy.core.faults import InvalidRequest, Violation, ViolationKind
from understudy.core.ports import Cards
from understudy.core.request import MEDIUM_OF, Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio
from understudy.core.wire import WireRequest
from understudy.core.wording import shown
from understudy.dialects._shapes import size_and_tier, violations_of
from understudy.dialects.modelverse import shapes
from understudy.dialects.modelverse.body import read_body
from understudy.dialects.modelverse.guesses import ROLES
from understudy.dialects.modelverse.shapes import MEDIA_TYPES, ModelVerseInput, ModelVerseParameters, ModelVerseSubmit

NAME = "modelverse"
SUBMIT = "/v1/tasks/submit"
IN_INPUT = ("text", "srt_url", "template")
"""Options that stand under `input`. Source: spec/gateways.md §3.3, lip-sync and one-click/mv."""
VOICES = "voice_ids"
"""The option that holds what stands with each subject here."""
FIRST_FRAMES = ("first_frame_url", "img_url")
"""Both names of the first frame; Wan2.6-I2V has the second one."""


def decode_submit(wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
    """The request in our words, nothing filled in.

    Raises:
        InvalidRequest: everything wrong with the shape, at once.
        NotFound: no card for the model.
    """
    body = read_body(wire.body, strict=profile is Profile.STRICT)
    _check_envelope(body)
    whole = cards.find(body["model"])
    function = _function(body, whole)
    card = whole.of(function)
    parameters = _known_parameters(body, card)
    try:
        submit = ModelVerseSubmit.model_validate({**body, "parameters": parameters})
    except ValidationError as error:
        raise InvalidRequest(*violations_of(error.errors(include_url=False))) from None
    said = submit.parameters or ModelVerseParameters()
    references = tuple(_references(submit.input, card))
    options = _options(body, card, references) | _voices(submit.input, card)
    _check_needed(card, references)
    size, tier = size_and_tier(said.resolution, said.size, shapes.read_picture)
    ratio = said.aspect_ratio or said.ratio
    return VideoRequest(
        model=submit.model,
        function=function,
        prompt=submit.input.prompt or "",
        negative_prompt=submit.input.negative_prompt or "",
        references=references,
        size=size,
        tier=tier,
        ratio=Ratio.parse(ratio) if ratio else None,
        seconds=said.duration,
        shot_type=ShotType(said.shot_type) if said.shot_type else None,
        sound=said.audio if card.sound is Sound.OPTIONAL else None,
        watermark=said.watermark,
        prompt_extend=said.enable_prompt_expansion if said.prompt_extend is None else said.prompt_extend,
        seed=None if said.seed == random_seed(whole) else said.seed,
        options=options,
    )


def random_seed(card: ModelCard) -> int:
    """The seed that means any seed. Source: spec/gateways.md §3.3, quirks: 0 for Vidu, -1 for Wan2.5."""
    return 0 if card.functions else -1


def role_of(field: str, card: ModelCard) -> Role:
    """What a field of `input` links for this model."""
    roles = ROLES[field]
    return next((role for role in roles if role.value in card.media), roles[0])


def _check_envelope(body: Mapping[str, Any]) -> None:
    found: list[Violation] = []
    for name, wanted, kind in (("model", "a text", str), ("input", "an object", dict)):
        value = body.get(name)
        if value is None or value == "":
            found.append(Violation(name, f"{name} is required", ViolationKind.MISSING))
        elif not isinstance(value, kind):
            found.append(Violation(name, f"{name} must be {wanted}, not {shown(value)}.", ViolationKind.TYPE))
    parameters = body.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        reason = f"parameters must be an object, not {shown(parameters)}."
        found.append(Violation("parameters", reason, ViolationKind.TYPE))
    if found:
        raise InvalidRequest(*found)


def _function(body: Mapping[str, Any], card: ModelCard) -> str:
    """The operation, of a model that has several. Source: spec/gateways.md §3.3: vidu_type is required."""
    if not card.functions:
        return ""
    value = (body.get("parameters") or {}).get("vidu_type")
    listed = ", ".join(card.functions)
    if value is None or value == "":
        reason = f"parameters.vidu_type is required: {card.model} has {listed}."
        raise InvalidRequest.of("parameters.vidu_type", reason, ViolationKind.MISSING)
    if not isinstance(value, str) or value not in card.functions:
        reason = f"parameters.vidu_type must be one of {listed}, not {shown(value)}."
        raise InvalidRequest.of("parameters.vidu_type", reason, ViolationKind.CHOICE)
    return value


def _known_parameters(body: Mapping[str, Any], card: ModelCard) -> dict[str, Any]:
    """The parameters without those the model does not have: unknown keys are ignored, whatever they hold."""
    strange = set(card.options)
    if card.defaults.shot_type is None:
        strange.add("shot_type")
    if card.sound is not Sound.OPTIONAL:
        strange.add("audio")
    if not card.asks_size:
        strange |= {"size", "resolution", "ratio", "aspect_ratio"}
    if card.length not in (Length.ASKED, Length.SOURCE):
        strange.add("duration")
    return {name: value for name, value in (body.get("parameters") or {}).items() if name not in strange}


def _references(given: ModelVerseInput, card: ModelCard) -> Iterator[Reference]:
    for index, url in enumerate(given.images or ()):
        yield Reference(url, Medium.IMAGE, path=f"input.images[{index}]")
    for number, subject in enumerate(given.subjects or ()):
        place = f"input.subjects[{number}]"
        for index, url in enumerate(subject.images):
            yield Reference(url, Medium.IMAGE, path=f"{place}.images[{index}]", name=subject.id)
    for index, item in enumerate(given.media or ()):
        role, medium = MEDIA_TYPES[item.type]
        place = f"input.media[{index}]"
        voice = item.reference_voice
        voice_path = f"{place}.reference_voice" if voice else ""
        yield Reference(item.url, medium, role, voice, item.reference_description, f"{place}.url", voice_path)
    for field in ROLES:
        names = FIRST_FRAMES if field == FIRST_FRAMES[0] else (field,)
        name = next((name for name in names if getattr(given, name)), None)
        if name is not None:
            role = role_of(field, card)
            medium = MEDIUM_OF.get(role, Medium.UNKNOWN)
            yield Reference(getattr(given, name), medium, role, path=f"input.{name}")


def _options(body: Mapping[str, Any], card: ModelCard, references: tuple[Reference, ...]) -> dict[str, Any]:
    """The card's options as they were written; each is looked for in its place, then in the other one."""
    given: Mapping[str, Any] = body["input"]
    parameters: Mapping[str, Any] = body.get("parameters") or {}
    found: dict[str, Any] = {}
    for name in card.options:
        if name == VOICES:
            continue
        places = (given, parameters) if name in IN_INPUT else (parameters, given)
        value = places[0].get(name)
        value = places[1].get(name) if value is None else value
        if value is not None:
            found[name] = value
    if any(r.role is Role.DRIVING_AUDIO for r in references):
        found.pop("text", None)  # with both, the sound wins (spec/gateways.md §3.3, lip-sync)
    return found


def _voices(given: ModelVerseInput, card: ModelCard) -> dict[str, Any]:
    """The vendor's voices that subjects name, in their order, "" for one that the model chooses."""
    voices = [subject.voice_id or "" for subject in given.subjects or ()]
    return {VOICES: voices} if VOICES in card.options and any(voices) else {}


def _check_needed(card: ModelCard, references: tuple[Reference, ...]) -> None:
    """What the model cannot do without, missed by the names this wire has for it."""
    given = {reference.role for reference in references}
    names = {role_of(field, card): _field_name(field, card) for field in reversed(ROLES)}
    if card.counts.total[0] and "needs-a-reference" in card.rules:
        names[Role.SUBJECT] = "images"
    wanted = [role for role in (*card.needs, Role.SUBJECT) if role in names and role not in given]
    found = [
        Violation(f"input.{names[role]}", f"input.{names[role]} is required", ViolationKind.MISSING) for role in wanted
    ]
    if found:
        raise InvalidRequest(*found)


def _field_name(field: str, card: ModelCard) -> str:
    return str(card.hints(NAME).get("first_frame", field)) if field in FIRST_FRAMES else field
