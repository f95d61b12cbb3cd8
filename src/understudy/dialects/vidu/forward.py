"""A request written for a Vidu server.

Knows which route and field carries what, and which wishes have no word. Must not know how a body is read (`submit`).
Source: spec/gateways.md §4.1, §4.2.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from understudy.core.card import ModelCard, Sound
from understudy.core.faults import CannotExpress
from understudy.core.request import MEDIUM_OF, Medium, Reference, Role, VideoRequest
from understudy.core.wire import WireRequest
from understudy.dialects.vidu.guesses import MODELS, PREFIXES
from understudy.dialects.vidu.ids import told_link
from understudy.dialects.vidu.shapes import print_tier
from understudy.dialects.vidu.submit import EXACTLY, FIELDS, IMAGES, NO_IMAGES, VOICES, WORKS

_OWN_FIELDS = frozenset({"model", "prompt", "images", "subjects", "videos", "payload", "callback_url"})


def encode_submit(request: VideoRequest, card: ModelCard) -> WireRequest:
    """The request on this wire.

    Raises:
        CannotExpress: the wire has no word for a field.
    """
    card = card.of(request.function)
    work = _work(request, card)
    _refuse_wordless(request, card)
    body: dict[str, Any] = {} if request.model == MODELS.get(work) else {"model": request.model}
    if request.prompt:
        body["prompt"] = request.prompt
    body.update(_references_json(request, work))
    body.update(_picture_json(request, card))
    said = {
        "duration": request.seconds,
        "audio": request.sound if card.sound is Sound.OPTIONAL else None,
        "watermark": request.watermark,
        "seed": request.seed,
    }
    body.update({name: value for name, value in said.items() if value is not None})
    for name, value in request.options.items():
        if name not in card.options or name in _OWN_FIELDS:
            raise CannotExpress(f"options.{name}")
        if name == "text" and request.of_role(Role.DRIVING_AUDIO) is not None:
            raise CannotExpress("options.text", "with a sound the words are passed over on this wire")
        if value is not None and name != VOICES:
            body[name] = value
    content = json.dumps(body, ensure_ascii=False).encode()
    return WireRequest("POST", f"{PREFIXES[0]}/{work}", headers={"content-type": "application/json"}, body=content)


def _work(request: VideoRequest, card: ModelCard) -> str:
    if request.function:
        if request.function not in WORKS:
            raise CannotExpress("function", f"this wire has no route for {request.function}")
        return request.function
    work = next((name for name, makes in WORKS.items() if card.makes in makes), None)
    if work is None:
        raise CannotExpress("function", f"this wire has no route for {card.makes}")
    return work


def _refuse_wordless(request: VideoRequest, card: ModelCard) -> None:
    if request.negative_prompt:
        raise CannotExpress("negative_prompt")
    if request.shot_type is not None:
        raise CannotExpress("shot_type")
    if request.prompt_extend not in (None, card.defaults.prompt_extend):
        raise CannotExpress("prompt_extend")
    if request.seed == 0:
        raise CannotExpress("seed", "the seed 0 means any seed on this wire")
    if request.sound is (card.sound is Sound.NEVER) and card.sound is not Sound.OPTIONAL:
        raise CannotExpress("sound", f"{card.model} {'never' if request.sound else 'always'} makes sound")
    if request.seconds is not None and card.length not in ("asked", "source"):
        raise CannotExpress("seconds", f"the media set the length of what {card.model} makes")


# References ---------------------------------------------------------------------------------------------------------


def _references_json(request: VideoRequest, work: str) -> dict[str, Any]:
    """Images in their order, what has a field of its own there, and subjects by name where they have one."""
    places = FIELDS.get(work, {})
    roles = IMAGES.get(work, ())
    body: dict[str, Any] = {}
    images: list[str] = []
    videos: list[str] = []
    named = [r for r in request.subjects if r.name]
    for index, reference in enumerate(request.references):
        place, role = f"references[{index}]", reference.role
        if reference.voice or reference.description:
            raise CannotExpress(place, "a reference has no recorded voice and no description on this wire")
        field = next((name for name, (of, _) in places.items() if of is role), None)
        if field is not None:
            if field in body or reference.medium not in (MEDIUM_OF.get(role, Medium.UNKNOWN), Medium.UNKNOWN):
                raise CannotExpress(place, f"{field} holds one link")
            body[field] = told_link(reference.url)
        elif role in roles:
            if work in NO_IMAGES or len(images) != roles.index(role) or reference.medium is not Medium.IMAGE:
                raise CannotExpress(place, f"images begin with {' and '.join(roles)} on this route")
            images.append(told_link(reference.url))
        elif role is not Role.SUBJECT or work not in ("reference2video", "template2video", "one-click/mv"):
            raise CannotExpress(f"{place}.role", f"{work} has no place for a {role.value}")
        elif reference.name:
            if work != "reference2video":
                raise CannotExpress(f"{place}.name", f"{work} knows no names of subjects")
        elif reference.medium is Medium.IMAGE:
            if named:
                raise CannotExpress(f"{place}.name", "either all subjects have a name on this wire, or none")
            if videos:
                raise CannotExpress(place, "images come before videos on this wire")
            images.append(told_link(reference.url))
        elif reference.medium is Medium.VIDEO and work == "reference2video":
            videos.append(told_link(reference.url))
        else:
            raise CannotExpress(f"{place}.medium", f"{work} cannot say that {place} is a {reference.medium}")
    if work in EXACTLY and len(images) != EXACTLY[work]:
        raise CannotExpress("references", f"{work} takes exactly {EXACTLY[work]} images")
    if named:
        body["subjects"] = _named(request, named)
    elif request.options.get(VOICES):
        raise CannotExpress(f"options.{VOICES}", "a voice goes with a named subject on this wire")
    return body | ({"images": images} if images else {}) | ({"videos": videos} if videos else {})


def _named(request: VideoRequest, named: list[Reference]) -> list[dict[str, Any]]:
    """Views of one name together, images first, with the voice of that subject."""
    found: list[dict[str, Any]] = []
    if list(request.subjects[: len(named)]) != named:
        raise CannotExpress("references", "subjects with a name come before plain videos on this wire")
    for name, group in groupby(named, lambda r: r.name):
        views = list(group)
        media = [r.medium for r in views]
        if any(subject["id"] == name for subject in found) or media != sorted(media) or Medium.UNKNOWN in media:
            place = f"references[{request.references.index(views[0])}]"
            raise CannotExpress(place, "views of one subject stand together, images before videos, on this wire")
        subject: dict[str, Any] = {"id": name}
        for field, medium in (("images", Medium.IMAGE), ("videos", Medium.VIDEO)):
            if medium in media:
                subject[field] = [told_link(r.url) for r in views if r.medium is medium]
        found.append(subject)
    voices = request.options.get(VOICES) or []
    if voices and len(voices) != len(found):
        raise CannotExpress(f"options.{VOICES}", "there is not one voice for each subject")
    for subject, voice in zip(found, voices, strict=False):
        subject["voice_id"] = voice
    return found


# The picture --------------------------------------------------------------------------------------------------------


def _picture_json(request: VideoRequest, card: ModelCard) -> dict[str, Any]:
    """`resolution` and `aspect_ratio`; a size must be the one they stand for, or follow from the first picture."""
    if not card.asks_size:
        return {}
    size, tier, ratio = request.size, request.tier, request.ratio
    shaped = "first-frame-overrides-ratio" in card.rules
    if size is not None and not (shaped and tier is not None):
        option = card.option_of(size)
        if option is None or (tier or option.tier, ratio or option.ratio) != (option.tier, option.ratio):
            raise CannotExpress("size", f"this wire takes a resolution and a ratio; none stands for {size}")
        tier, ratio = option.tier, option.ratio
    elif shaped and ratio is not None and size is None:
        raise CannotExpress("ratio", "the picture sets the shape of the film on this route")
    said = {"resolution": print_tier(tier) if tier else None, "aspect_ratio": str(ratio) if ratio else None}
    if shaped:
        said.pop("aspect_ratio")
    return {name: value for name, value in said.items() if value is not None}
