"""A request written for a ModelVerse server.

Knows which field carries what, and which wishes have no word. Must not know how a body is read (`submit`).
Source: spec/gateways.md §3.3.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from understudy.core.card import Length, ModelCard, Sound
from understudy.core.faults import CannotExpress
from understudy.core.request import MEDIUM_OF, Medium, Reference, Role, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.core.wire import WireRequest
from understudy.dialects.modelverse.guesses import ROLES, TWO_K
from understudy.dialects.modelverse.shapes import MEDIA_TYPES
from understudy.dialects.modelverse.submit import FIRST_FRAMES, IN_INPUT, NAME, SUBMIT, VOICES, random_seed, role_of


def encode_submit(request: VideoRequest, card: ModelCard) -> WireRequest:
    """The request on this wire, under the name this gateway sells the model by.

    Raises:
        CannotExpress: the wire has no word for a field.
    """
    whole, card = card, card.of(request.function)
    given: dict[str, Any] = {"prompt": request.prompt} if request.prompt or card.prompt_required else {}
    if request.negative_prompt:
        given["negative_prompt"] = request.negative_prompt
    given.update(_references_json(request, card))
    parameters: dict[str, Any] = {"vidu_type": request.function} if request.function else {}
    parameters.update(_parameters_json(request, card, whole))
    for name, value in request.options.items():
        if name not in card.options:
            raise CannotExpress(f"options.{name}")
        if name == "text" and request.of_role(Role.DRIVING_AUDIO) is not None:
            raise CannotExpress("options.text", "with a sound the words are passed over on this wire")
        if value is not None and name != VOICES:
            (given if name in IN_INPUT else parameters)[name] = value
    _check_sold(request, card, parameters)
    model = whole.hints(NAME).get("model", request.model)
    body = {"model": model, "input": given, "parameters": parameters}
    headers = {"content-type": "application/json"}
    return WireRequest("POST", SUBMIT, headers=headers, body=json.dumps(body, ensure_ascii=False).encode())


# References ---------------------------------------------------------------------------------------------------------


def _references_json(request: VideoRequest, card: ModelCard) -> dict[str, Any]:
    """Subjects in the plainest list that holds all that is said of them; every other reference in its field."""
    given = _subjects_json(request)
    names = {role_of(field, card): field for field in reversed(ROLES)}
    for index, reference in enumerate(request.references):
        place, role = f"references[{index}]", reference.role
        if role is Role.SUBJECT:
            continue
        field = names.get(role)
        if field is None:
            raise CannotExpress(f"{place}.role", f"this wire has no field for a {role.value} of {card.model}")
        if field in FIRST_FRAMES:
            field = str(card.hints(NAME).get("first_frame", field))
        if field in given:
            raise CannotExpress(place, f"input.{field} holds one link")
        if reference.voice or reference.description or reference.name:
            raise CannotExpress(place, f"input.{field} is a mere link: it has no voice, description or name")
        if reference.medium not in (MEDIUM_OF.get(role, Medium.UNKNOWN), Medium.UNKNOWN):
            raise CannotExpress(f"{place}.medium")
        given[field] = reference.url
    return given


def _subjects_json(request: VideoRequest) -> dict[str, Any]:
    subjects = request.subjects
    voices = request.options.get(VOICES) or []
    if not subjects and not voices:
        return {}
    if any(r.name for r in subjects):
        return {"subjects": _named(request, voices)}
    if voices:
        raise CannotExpress(f"options.{VOICES}", "a voice goes with a named subject on this wire")
    plain = all(r.medium is Medium.IMAGE and not r.voice and not r.description for r in subjects)
    if plain:
        return {"images": [r.url for r in subjects]}
    return {"media": [_media_item(r, f"references[{request.references.index(r)}]") for r in subjects]}


def _named(request: VideoRequest, voices: list[str]) -> list[dict[str, Any]]:
    """Views of one name together, with the voice of that subject."""
    found: list[dict[str, Any]] = []
    for name, group in groupby(request.subjects, lambda r: r.name):
        views = list(group)
        place = f"references[{request.references.index(views[0])}]"
        if not name or any(subject["id"] == name for subject in found):
            raise CannotExpress(f"{place}.name", "subjects have a name each, and their views stand together")
        if any(r.medium is not Medium.IMAGE or r.description or r.voice for r in views):
            raise CannotExpress(place, "a named subject is shown by images, without description and recorded voice")
        found.append({"id": name, "images": [r.url for r in views], "voice_id": ""})
    if voices and len(voices) != len(found):
        raise CannotExpress(f"options.{VOICES}", "there is not one voice for each subject")
    for subject, voice in zip(found, voices, strict=False):
        subject["voice_id"] = voice
    return found


def _media_item(reference: Reference, place: str) -> dict[str, Any]:
    kinds = {kind: name for name, kind in MEDIA_TYPES.items()}
    name = kinds.get((reference.role, reference.medium))
    if name is None:
        raise CannotExpress(f"{place}.medium", f"this wire has no type for a {reference.medium} as {reference.role}")
    item = {"type": name, "url": reference.url}
    if reference.voice:
        item["reference_voice"] = reference.voice
    if reference.description:
        item["reference_description"] = reference.description
    return item


# Parameters ---------------------------------------------------------------------------------------------------------


_FIXED_SOUND = {Sound.NEVER: False, Sound.ALWAYS: True}


def _parameters_json(request: VideoRequest, card: ModelCard, whole: ModelCard) -> dict[str, Any]:
    if request.seed is not None and request.seed == random_seed(whole):
        raise CannotExpress("seed", f"the seed {request.seed} means any seed on this wire")
    if request.shot_type is not None and card.defaults.shot_type is None:
        raise CannotExpress("shot_type", f"{card.model} takes its shots from the prompt, it has no shot_type")
    if request.seconds is not None and card.length not in (Length.ASKED, Length.SOURCE):
        raise CannotExpress("seconds", f"the media set the length of what {card.model} makes")
    own = _FIXED_SOUND.get(card.sound, card.defaults.sound)
    if card.sound is not Sound.OPTIONAL and request.sound not in (None, own):
        raise CannotExpress("sound", f"{card.model} {'never' if request.sound else 'always'} makes sound")
    said: dict[str, Any] = {
        "duration": request.seconds,
        **(_picture_json(request, card) if card.asks_size else {}),
        "audio": request.sound if card.sound is Sound.OPTIONAL else None,
        "shot_type": request.shot_type.value if request.shot_type else None,
        str(card.hints(NAME).get("prompt_extend", "prompt_extend")): request.prompt_extend,
        "watermark": request.watermark,
        "seed": request.seed,
    }
    return {name: value for name, value in said.items() if value is not None}


def _check_sold(request: VideoRequest, card: ModelCard, said: dict[str, Any]) -> None:
    """Whether the gateway sells this length and shape of a model that others sell more of."""
    hints = card.hints(NAME)
    option = card.option_of(request.size) if request.size is not None else None
    tier, ratio = request.tier or (option and option.tier), request.ratio or (option and option.ratio)
    shaped = "size" in said or "ratio" in said
    for field, value in (("seconds", request.seconds), ("tier", tier), ("ratio", ratio if shaped else None)):
        sold = hints.get("seconds" if field == "seconds" else f"{field}s")
        if sold is not None and value is not None and (value if field == "seconds" else str(value)) not in sold:
            listed = ", ".join(str(choice) for choice in sold)
            raise CannotExpress(field, f"this gateway sells {card.model} with {field} {listed}, not {value}")


_OPENING = frozenset({Role.FIRST_FRAME, Role.FIRST_CLIP})
_SHAPING = _OPENING | {Role.SOURCE_VIDEO, Role.PORTRAIT}


def _picture_json(request: VideoRequest, card: ModelCard) -> dict[str, Any]:
    """`size` for a model whose sizes are pixels, else `resolution` and a ratio."""
    hints = card.hints(NAME)
    size, tier, ratio = request.size, request.tier, request.ratio
    option = card.option_of(size) if size is not None else None
    if option is not None and (tier or option.tier, ratio or option.ratio) != (option.tier, option.ratio):
        raise CannotExpress("size", f"{size} is not {tier or ''} {ratio or ''}".rstrip())
    if card.defaults.size is not None:
        return _size_json(size, tier, ratio, card)
    # the film has the shape of what it begins with, or, where no listed size is asked for, of what it is made from
    shaping = _OPENING if option is not None else _SHAPING
    follows = tier is not None and any(r.role in shaping for r in request.references)
    if size is not None and not follows:
        if option is None:
            raise CannotExpress("size", f"{card.model} takes a resolution and a ratio; none stands for {size}")
        tier, ratio = option.tier, option.ratio
    return {
        "resolution": _resolution(tier, lower=bool(request.function) or "resolution" in hints) if tier else None,
        "aspect_ratio" if request.function else "ratio": str(ratio) if ratio else None,
    }


def _resolution(tier: Tier, *, lower: bool) -> str:
    """The letter's case varies by model, and may count. Source: spec/gateways.md §3.3, quirks."""
    if tier.lines == TWO_K:
        return "2K"
    return f"{tier.lines}p" if lower else str(tier)


def _size_json(size: Size | None, tier: Tier | None, ratio: Ratio | None, card: ModelCard) -> dict[str, Any]:
    """Pixels; a tier or a ratio alone is completed with that of the default size."""
    if size is None and (tier or ratio):
        default = card.option_of(card.defaults.size) if card.defaults.size else None
        default = default or card.sizes[0]
        option = card.option_for(tier or default.tier, ratio or default.ratio)
        if option is None:
            raise CannotExpress("tier" if tier else "ratio", f"{card.model} makes no {tier or ''} {ratio or ''}")
        size = option.size
    return {"size": f"{size.width}x{size.height}" if size else None}
