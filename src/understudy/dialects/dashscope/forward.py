"""A request written for another DashScope server, in the form the card's model takes.

Knows which field carries what, and which wishes have no word. Must not know how a body is read (`submit`).
Source: spec/dashscope.md §1.2-§1.4, §5.
"""

from __future__ import annotations

import json
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress
from understudy.core.request import Medium, Reference, Role, VideoRequest
from understudy.core.wire import WireRequest
from understudy.dialects.dashscope.submit import (
    ASYNC_HEADER,
    NAME,
    RESOLVE_HEADER,
    VIDEO_GENERATION,
    plain_medium,
    speaks_of_resolution,
)


def encode_submit(request: VideoRequest, card: ModelCard) -> WireRequest:
    """The request on this wire in the form the card's model takes.

    Raises:
        CannotExpress: the wire, or this model's form of it, has no word for a field.
    """
    by_media = card.hints(NAME).get("references", "reference_urls") == "media"
    given: dict[str, Any] = {"prompt": request.prompt}
    if request.negative_prompt:
        given["negative_prompt"] = request.negative_prompt
    given.update(_media_json(request) if by_media else _urls_json(request))
    body = {"model": request.model, "input": given, "parameters": _parameters_json(request, card)}
    headers = {"content-type": "application/json", ASYNC_HEADER: "enable"}
    if any(link.startswith("oss://") for r in request.references for link in (r.url, r.voice or "")):
        headers[RESOLVE_HEADER] = "enable"
    path = next(iter(card.hints(NAME).get("official_paths", ())), VIDEO_GENERATION)
    return WireRequest("POST", path, headers=headers, body=json.dumps(body, ensure_ascii=False).encode())


def _media_json(request: VideoRequest) -> dict[str, Any]:
    return {"media": [_media_item(r, f"references[{i}]") for i, r in enumerate(request.references)]}


def _media_item(reference: Reference, field: str) -> dict[str, Any]:
    medium = plain_medium(reference.url) if reference.medium is Medium.UNKNOWN else reference.medium
    types = {
        (Role.SUBJECT, Medium.IMAGE): "reference_image",
        (Role.SUBJECT, Medium.VIDEO): "reference_video",
        (Role.FIRST_FRAME, Medium.IMAGE): "first_frame",
    }
    kind = types.get((reference.role, medium))
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


def _parameters_json(request: VideoRequest, card: ModelCard) -> dict[str, Any]:
    unknown = next((name for name in request.extras if name not in card.extras), None)
    if unknown is not None:
        raise CannotExpress(f"extras.{unknown}")
    if speaks_of_resolution(card):
        said = _resolution_json(request, card)
        if request.shot_type is not None:
            raise CannotExpress("shot_type", f"{card.model} takes its shots from the prompt, it has no shot_type")
        if request.sound is False:
            raise CannotExpress("sound", f"{card.model} always makes sound")
    else:
        said = _size_json(request, card)
        if request.shot_type is not None:
            said["shot_type"] = request.shot_type.value
        if request.sound is not None:
            said["audio"] = request.sound
    plain = {
        "duration": request.seconds,
        "prompt_extend": request.prompt_extend,
        "watermark": request.watermark,
        "seed": request.seed,
    }
    said.update({name: value for name, value in plain.items() if value is not None})
    said.update(request.extras)
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
    option = option or next(iter(card.sizes), None)
    if option is None:
        raise CannotExpress("size", f"the card of {card.model} lists no sizes")
    return option.tier if part == "tier" else option.ratio
