"""A request written for another DashScope server, in the form the card's model takes.

Knows which field carries what, and which wishes have no word. Must not know how a body is read (`submit`, `inputs`).
Source: spec/dashscope.md §1.2-§1.4, §5-§8.
"""

from __future__ import annotations

import json
from typing import Any

from understudy.core.card import Length, ModelCard, Sound
from understudy.core.faults import CannotExpress
from understudy.core.request import MEDIUM_OF, Medium, Reference, Role, VideoRequest
from understudy.core.wire import WireRequest
from understudy.dialects._links import plain_medium
from understudy.dialects.dashscope.inputs import NAME, R2V_MEDIA_TYPES
from understudy.dialects.dashscope.shapes import MEDIA_TYPES
from understudy.dialects.dashscope.submit import (
    ASYNC_HEADER,
    RESOLVE_HEADER,
    VIDEO_GENERATION,
    speaks_of_resolution,
)


def encode_submit(request: VideoRequest, card: ModelCard) -> WireRequest:
    """The request on this wire in the form the card's model takes.

    Raises:
        CannotExpress: the wire, or this model's form of it, has no word for a field.
    """
    card = card.of(request.function)
    hints = card.hints(NAME)
    given: dict[str, Any] = {"prompt": request.prompt} if request.prompt or card.prompt_required else {}
    if request.function:
        given["function"] = request.function
    if request.negative_prompt:
        given["negative_prompt"] = request.negative_prompt
    given.update(_fields_json(request, card))
    options = _options_json(request, card)
    parameters = _parameters_json(request, card)
    for name, value in options.items():
        field = next((field for field, option in hints.get("options", {}).items() if option == name), None)
        (given if field else parameters)[field or name] = value
    body = {"model": request.model, "input": given, "parameters": parameters}
    headers = {"content-type": "application/json"}
    if not card.makes.is_check:
        headers[ASYNC_HEADER] = "enable"
    if any(link.startswith("oss://") for r in request.references for link in (r.url, r.voice or "")):
        headers[RESOLVE_HEADER] = "enable"
    path = next(iter(hints.get("official_paths", ())), VIDEO_GENERATION)
    return WireRequest("POST", path, headers=headers, body=json.dumps(body, ensure_ascii=False).encode())


def _fields_json(request: VideoRequest, card: ModelCard) -> dict[str, Any]:
    """References in their list, the others each in its field."""
    named = next((index for index, r in enumerate(request.references) if r.name), None)
    if named is not None:
        raise CannotExpress(f"references[{named}].name", "this wire numbers its references; it has no names for them")
    hints = card.hints(NAME)
    own = hints.get("references")
    fields = {text: field for field, text in reversed(hints.get("fields", {}).items())}
    given: dict[str, Any] = {}
    if own == "media":
        given.update(_media_json(request, hints.get("media_types", R2V_MEDIA_TYPES)))
    elif own == "reference_urls":
        given.update(_urls_json(request))
    elif own == "ref_images_url" and request.subjects:
        given[own] = [_plain_link(r, f"references[{i}]") for i, r in enumerate(request.subjects)]
    if own in ("media", "reference_urls"):
        return given
    for index, reference in enumerate(request.references):
        place = f"references[{index}]"
        if reference.role is Role.SUBJECT:
            if not own:
                raise CannotExpress(place, f"{card.model} takes no references")
            continue
        field = fields.get(reference.role.value) or fields.get(f"{reference.role}:{reference.medium}")
        if field is None:
            raise CannotExpress(f"{place}.role", f"{card.model} has no field for a {reference.role}")
        given[field] = _plain_link(reference, place)
    return given


def _plain_link(reference: Reference, field: str) -> str:
    if reference.voice or reference.description:
        raise CannotExpress(field, f"{field} is a mere link here: it has no voice and no description")
    wanted = MEDIUM_OF.get(reference.role, Medium.IMAGE if reference.role is Role.SUBJECT else reference.medium)
    if reference.medium not in (wanted, Medium.UNKNOWN):
        raise CannotExpress(f"{field}.medium", f"{field} must be of kind {wanted} on this wire")
    return reference.url


def _options_json(request: VideoRequest, card: ModelCard) -> dict[str, Any]:
    unknown = next((name for name in request.options if name not in card.options), None)
    if unknown is not None:
        raise CannotExpress(f"options.{unknown}")
    return {name: value for name, value in request.options.items() if value is not None}


def _media_json(request: VideoRequest, known: tuple[str, ...]) -> dict[str, Any]:
    return {"media": [_media_item(r, f"references[{i}]", known) for i, r in enumerate(request.references)]}


def _media_item(reference: Reference, field: str, known: tuple[str, ...]) -> dict[str, Any]:
    medium = plain_medium(reference.url) if reference.medium is Medium.UNKNOWN else reference.medium
    kind = next((name for name in known if MEDIA_TYPES[name] == (reference.role, medium)), None)
    if kind is None:
        raise CannotExpress(field, f"media[] has no type for a {medium} as {reference.role} ({field})")
    item = {"type": kind, "url": reference.url}
    if reference.voice:
        item["reference_voice"] = reference.voice
    if reference.description:
        item["reference_description"] = reference.description
    return item


def _urls_json(request: VideoRequest) -> dict[str, Any]:
    descriptions: list[str] = []
    for index, reference in enumerate(request.references):
        field = f"references[{index}]"
        if reference.role is not Role.SUBJECT:
            raise CannotExpress(f"{field}.role", f"reference_urls cannot say that {field} is a {reference.role}")
        if reference.medium is Medium.AUDIO:
            raise CannotExpress(f"{field}.medium", "reference_urls holds images and videos only")
        if reference.voice:
            raise CannotExpress(f"{field}.voice", "reference_urls has no place for a reference_voice")
        if plain_medium(reference.url) is Medium.IMAGE:
            if reference.description:
                raise CannotExpress(f"{field}.description", "only reference videos have a description on this wire")
        else:
            descriptions.append(reference.description or "")
    given: dict[str, Any] = {"reference_urls": [r.url for r in request.references]}
    if any(descriptions):
        given["reference_video_description"] = descriptions
    return given


_FIXED_SOUND = {Sound.NEVER: False, Sound.ALWAYS: True}


def _parameters_json(request: VideoRequest, card: ModelCard) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if card.asks_size:
        said = _resolution_json(request, card) if speaks_of_resolution(card) else _size_json(request, card)
    if request.shot_type is not None:
        if card.defaults.shot_type is None:
            raise CannotExpress("shot_type", f"{card.model} takes its shots from the prompt, it has no shot_type")
        said["shot_type"] = request.shot_type.value
    if request.sound is not None and card.sound is Sound.OPTIONAL:
        said["audio"] = request.sound
    elif request.sound not in (None, _FIXED_SOUND.get(card.sound, card.defaults.sound)):
        raise CannotExpress("sound", f"{card.model} {'never' if request.sound else 'always'} makes sound")
    if request.seconds is not None and card.length not in (Length.ASKED, Length.SOURCE):
        raise CannotExpress("seconds", f"the media set the length of what {card.model} makes")
    plain = {
        "duration": request.seconds,
        "prompt_extend": request.prompt_extend,
        "watermark": request.watermark,
        "seed": request.seed,
    }
    said.update({name: value for name, value in plain.items() if value is not None})
    return said


def _resolution_json(request: VideoRequest, card: ModelCard) -> dict[str, Any]:
    """`resolution` and `ratio`; a pixel size must be the one they stand for, or follow from the first frame."""
    tier, ratio = request.tier, request.ratio
    if request.size is not None:
        option = card.option_of(request.size)
        follows = request.first_frame is not None and tier is not None
        if not follows:
            if option is None or (tier or option.tier, ratio or option.ratio) != (option.tier, option.ratio):
                raise CannotExpress("size", f"{card.model} takes a tier and a ratio; none stands for {request.size}")
            tier, ratio = option.tier, option.ratio
    said = {"resolution": str(tier) if tier else None, "ratio": str(ratio) if ratio else None}
    return {name: value for name, value in said.items() if value is not None}


def _size_json(request: VideoRequest, card: ModelCard) -> dict[str, Any]:
    """`size`; a tier or ratio alone is completed with the model's default for the other."""
    size = request.size
    if size is not None:
        option = card.option_of(size)
        if option and (request.tier or option.tier, request.ratio or option.ratio) != (option.tier, option.ratio):
            raise CannotExpress("size", f"{size} is not {request.tier or ''} {request.ratio or ''}".rstrip())
    elif request.tier or request.ratio:
        tier = request.tier or card.defaults.tier or _default_option(card, "tier")
        ratio = request.ratio or card.defaults.ratio or _default_option(card, "ratio")
        option = card.option_for(tier, ratio)
        if option is None:
            raise CannotExpress("tier" if request.tier else "ratio", f"{card.model} makes no {tier} {ratio}")
        size = option.size
    return {"size": str(size)} if size is not None else {}


def _default_option(card: ModelCard, part: str) -> Any:
    """The tier or ratio of the model's default size."""
    option = card.option_of(card.defaults.size) if card.defaults.size else None
    option = option or card.sizes[0]
    return option.tier if part == "tier" else option.ratio
