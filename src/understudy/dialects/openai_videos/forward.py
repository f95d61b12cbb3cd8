"""A request written for another server of this wire, in the form that kind of server really takes.

Knows four servers' ways: our own house takes everything; vLLM-Omni takes forms, and media as files or as JSON texts in
them; SGLang takes JSON with one link, or a form with one file. What a server has no word for is refused, not dropped.
Must not know how bodies are read (`submit`).
Source: spec/gateways.md §5.2, §5.3; spec/gpu-engine.md §0; vllm-project/vllm-omni, entrypoints/openai/api_server.py and
protocol/videos.py; sgl-project/sglang, multimodal_gen/runtime/entrypoints/openai/video_api.py.
"""

from __future__ import annotations

import base64
import binascii
import json
from enum import StrEnum
from typing import Any
from urllib.parse import unquote_to_bytes

from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress
from understudy.core.request import ENCLOSED, Capability, Medium, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Size
from understudy.core.wire import WireRequest
from understudy.dialects._multipart import Part, write_parts
from understudy.dialects.openai_videos.queries import VIDEOS
from understudy.dialects.openai_videos.references import MEDIA_TYPES, PART, plain_medium

LONGEST_TEXT = 1024 * 1024
"""Bytes of a text in a form that these servers read. Source: Starlette, `max_part_size` of forms."""


class Form(StrEnum):
    """Whose way a request is written."""

    UNDERSTUDY = "understudy"
    VLLM_OMNI = "vllm-omni"
    SGLANG = "sglang"


_MAKES = {
    Form.VLLM_OMNI: (
        Capability.TEXT_TO_VIDEO,
        Capability.IMAGE_TO_VIDEO,
        Capability.REFERENCE_TO_VIDEO,
        Capability.TALKING_PORTRAIT,
    ),
    Form.SGLANG: (Capability.TEXT_TO_VIDEO, Capability.IMAGE_TO_VIDEO, Capability.REFERENCE_TO_VIDEO),
}
_ROLES = (Role.SUBJECT, Role.FIRST_FRAME, Role.PORTRAIT, Role.DRIVING_AUDIO)
_TYPE_OF = {kind: name for name, kind in reversed(list(MEDIA_TYPES.items()))}


def encode_submit(request: VideoRequest, card: ModelCard, form: Form) -> WireRequest:
    """The request in a server's form.

    Raises:
        CannotExpress: that form has no word for a field.
    """
    if form is Form.UNDERSTUDY:
        return _for_understudy(request, card.of(request.function))
    _refuse_what_is_ours(request, card.of(request.function), form)
    return _for_vllm_omni(request, card) if form is Form.VLLM_OMNI else _for_sglang(request, card)


# Our own house ------------------------------------------------------------------------------------------------------


def _for_understudy(request: VideoRequest, card: ModelCard) -> WireRequest:
    """JSON; with files of this house a form, in which everything but prompt and model is one JSON text."""
    files: list[Part] = []

    def address(url: str, reference: Reference) -> str:
        if not url.startswith(ENCLOSED) and not (_is_data(url) and not _takes_data(card, reference)):
            return url
        part = _file_part(f"file{len(files) + 1}", url, "references")
        files.append(part)
        return PART + part.name

    said: dict[str, Any] = {
        "function": request.function or None,
        "negative_prompt": request.negative_prompt or None,
        "media": [_item(r, address) for r in request.references] or None,
        "seconds": request.seconds,
        "size": f"{request.size.width}*{request.size.height}" if request.size else None,
        "resolution": str(request.tier) if request.tier else None,
        "ratio": str(request.ratio) if request.ratio else None,
        "shot_type": request.shot_type.value if request.shot_type else None,
        "audio": request.sound,
        "watermark": request.watermark,
        "prompt_extend": request.prompt_extend,
        "seed": request.seed,
        **request.options,
    }
    said = {name: value for name, value in said.items() if value is not None}
    if not files:
        return _json({"model": request.model, "prompt": request.prompt, **said})
    texts = {"model": request.model, "prompt": request.prompt, "extra_body": json.dumps(said, ensure_ascii=False)}
    return _form([Part.of_text(name, text) for name, text in texts.items()] + files)


def _item(reference: Reference, address: Any) -> dict[str, Any]:
    kind = _TYPE_OF.get((reference.role, reference.medium))
    item: dict[str, Any] = {"type": kind or _TYPE_OF_ROLE[reference.role], "url": address(reference.url, reference)}
    if kind is None:
        item["medium"] = reference.medium.value
    if reference.voice:
        item["reference_voice"] = address(reference.voice, reference)
    if reference.description:
        item["reference_description"] = reference.description
    if reference.name:
        item["name"] = reference.name
    return item


_TYPE_OF_ROLE = {role: role.value for role in Role} | {Role.SUBJECT: "reference"}


def _takes_data(card: ModelCard, reference: Reference) -> bool:
    name = reference.medium.value if reference.role is Role.SUBJECT else reference.role.value
    limits = card.media.get(name)
    return limits is not None and "data" in limits.schemes


# GPU servers --------------------------------------------------------------------------------------------------------


def _refuse_what_is_ours(request: VideoRequest, card: ModelCard, form: Form) -> None:
    if card.makes not in _MAKES[form]:
        raise CannotExpress("function" if request.function else "model", f"{form} makes no {card.makes.value}")
    if request.watermark:
        raise CannotExpress("watermark")
    if request.shot_type is ShotType.MULTI:
        raise CannotExpress("shot_type")
    strange = next((name for name in request.options if name != "fps"), None)
    if strange is not None:
        raise CannotExpress(f"options.{strange}")
    for index, reference in enumerate(request.references):
        place = f"references[{index}]"
        if reference.role not in _ROLES:
            raise CannotExpress(f"{place}.role", f"{form} has no word for a {reference.role}")
        for part in ("voice", "description", "name"):
            if getattr(reference, part):
                raise CannotExpress(f"{place}.{part}")
        if _medium(reference) is Medium.UNKNOWN:
            raise CannotExpress(f"{place}.medium", f"{form} must be told whether {place} is an image or a video")


def _plain(request: VideoRequest, card: ModelCard) -> dict[str, Any]:
    """What both servers call alike."""
    size = request.size or _size_of(request, card.of(request.function))
    said = {
        "model": request.model,
        "prompt": request.prompt,
        "seconds": request.seconds,
        "size": f"{size.width}x{size.height}" if size else None,
        "negative_prompt": request.negative_prompt or None,
        "seed": request.seed,
        "fps": request.options.get("fps"),
        "generate_sound": True if request.sound else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _size_of(request: VideoRequest, card: ModelCard) -> Size | None:
    if request.tier is None or request.ratio is None:
        return None
    option = card.option_for(request.tier, request.ratio)
    return option.size if option else None


def _for_vllm_omni(request: VideoRequest, card: ModelCard) -> WireRequest:
    """A form. One file is `input_reference`, several are `input_references`; links are JSON texts, and never mixed."""
    parts = [Part.of_text(name, _text(value)) for name, value in _plain(request, card).items()]
    seen = [r for r in request.references if _medium(r) is not Medium.AUDIO]
    heard = [r for r in request.references if _medium(r) is Medium.AUDIO]
    files = [_is_file(r.url) for r in seen]
    if len(seen) > 1 and all(files) and all(_is_file(r.url) for r in heard):
        return _form(parts + [_file_part("input_references", r.url, "references") for r in (*seen, *heard)])
    if len(seen) == 1 and all(files):
        parts.append(_file_part("input_reference", seen[0].url, "references"))
        seen = []
    for name, medium in (("image", Medium.IMAGE), ("video", Medium.VIDEO), ("audio", Medium.AUDIO)):
        listed = [{f"{name}_url": _link(r.url)} for r in (*seen, *heard) if _medium(r) is medium]
        if not listed:
            continue
        text = json.dumps(listed[0] if len(listed) == 1 else listed, ensure_ascii=False)
        if len(text) > LONGEST_TEXT:
            raise CannotExpress("references", "files beside links are too large for a text in a form")
        parts.append(Part.of_text(f"{name}_reference", text))
    return _form(parts)


def _for_sglang(request: VideoRequest, card: ModelCard) -> WireRequest:
    """JSON with a link, or a form with a file; one reference at most."""
    said = _plain(request, card)
    if len(request.references) > 1:
        raise CannotExpress("references[1]", "sglang takes one reference")
    for reference in request.references:
        is_image = _medium(reference) is Medium.IMAGE
        if not is_image and _medium(reference) is not Medium.VIDEO:
            raise CannotExpress("references[0].medium", "sglang takes an image or a video")
        if _is_file(reference.url):
            parts = [Part.of_text(name, _text(value)) for name, value in said.items()]
            name = "input_reference" if is_image else "video_reference"
            return _form([*parts, _file_part(name, reference.url, "references[0]")])
        said["reference_url" if is_image else "video_url"] = reference.url
    return _json(said)


# Bodies -------------------------------------------------------------------------------------------------------------


def _json(body: dict[str, Any]) -> WireRequest:
    data = json.dumps(body, ensure_ascii=False).encode()
    return WireRequest("POST", VIDEOS, headers={"content-type": "application/json"}, body=data)


def _form(parts: list[Part]) -> WireRequest:
    body, content_type = write_parts(parts)
    return WireRequest("POST", VIDEOS, headers={"content-type": content_type}, body=body)


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _medium(reference: Reference) -> Medium:
    return plain_medium(reference.url) if reference.medium is Medium.UNKNOWN else reference.medium


def _is_data(url: str) -> bool:
    return url[:5].lower() == "data:"


def _is_file(url: str) -> bool:
    return url.startswith(ENCLOSED) or _is_data(url)


def _link(url: str) -> str:
    return url.removeprefix(ENCLOSED)


def _file_part(name: str, url: str, field: str) -> Part:
    """A data: URL as a file. Raises CannotExpress when it cannot be decoded."""
    head, _, text = url.removeprefix(ENCLOSED).partition(",")
    kind, *marks = head[5:].split(";")
    try:
        data = base64.b64decode(text, validate=True) if "base64" in marks else unquote_to_bytes(text)
    except (binascii.Error, ValueError):
        raise CannotExpress(field, f"{field}: the data: URL cannot be decoded") from None
    suffix = kind.rpartition("/")[2].replace("jpeg", "jpg").replace("quicktime", "mov").replace("x-msvideo", "avi")
    return Part(name, data, f"{name}.{suffix or 'bin'}", kind or "application/octet-stream")
