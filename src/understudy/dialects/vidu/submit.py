"""A Vidu submit read into our request.

Knows which route asks for what, and which field says what. Must not know the numbers of any model: its card does.
Source: spec/gateways.md §4.1, §4.2. Any model may be asked for on the route of what it makes, not only Vidu's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from understudy.core.card import ModelCard, Sound
from understudy.core.faults import InvalidRequest, Violation, ViolationKind
from understudy.core.ports import Cards
from understudy.core.request import Capability, Medium, Profile, Reference, Role, VideoRequest
from understudy.core.task import CALLBACK, DIALECT_EXTRAS, WANTED_ENGINE
from understudy.core.units import Ratio
from understudy.core.wire import WireRequest
from understudy.core.wording import shown
from understudy.dialects._answers import wanted_engine
from understudy.dialects._body import read_object
from understudy.dialects._shapes import violations_of
from understudy.dialects.vidu.guesses import MODELS, PREFIXES
from understudy.dialects.vidu.ids import link_of
from understudy.dialects.vidu.shapes import ViduSubmit, read_tier

NAME = "vidu"
VOICES = "voice_ids"

WORKS: Mapping[str, tuple[Capability, ...]] = {
    "text2video": (Capability.TEXT_TO_VIDEO,),
    "img2video": (Capability.IMAGE_TO_VIDEO,),
    "reference2video": (Capability.REFERENCE_TO_VIDEO,),
    "start-end2video": (Capability.FIRST_LAST_FRAME,),
    "template2video": (),
    "extend": (Capability.VIDEO_EXTEND,),
    "lip-sync": (Capability.LIP_SYNC,),
    "one-click/mv": (),
}
"""What the routes make; models without functions of these names are asked for by it."""

IMAGES: Mapping[str, tuple[Role, ...]] = {
    "img2video": (Role.FIRST_FRAME,),
    "start-end2video": (Role.FIRST_FRAME, Role.LAST_FRAME),
    "extend": (Role.LAST_FRAME,),
    "template2video": (Role.FIRST_FRAME,),
}
"""What the images of a route are, in their order; further ones, and those of the other routes, are subjects."""
EXACTLY: Mapping[str, int] = {"img2video": 1, "start-end2video": 2}
"""How many images these routes take. Source: spec/gateways.md §4.2."""
FIELDS: Mapping[str, Mapping[str, tuple[Role, Medium]]] = {
    "extend": {"video_url": (Role.FIRST_CLIP, Medium.VIDEO), "last_frame_url": (Role.LAST_FRAME, Medium.IMAGE)},
    "lip-sync": {
        "video_url": (Role.SOURCE_VIDEO, Medium.VIDEO),
        "audio_url": (Role.DRIVING_AUDIO, Medium.AUDIO),
        "ref_photo_url": (Role.FACE, Medium.IMAGE),
    },
    "one-click/mv": {"audio_url": (Role.DRIVING_AUDIO, Medium.AUDIO)},
}
"""Links that stand in fields of their own."""
NO_IMAGES = ("text2video", "lip-sync")


def work_of(path: str) -> str:
    """The route's word in a path: what is asked for."""
    prefix = next((p for p in reversed(PREFIXES) if path.startswith(p + "/")), "")
    return path.removeprefix(prefix + "/")


def decode_submit(wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
    """The request in our words, nothing filled in.

    Raises:
        InvalidRequest: everything wrong with the shape, at once.
        NotFound: no card for the model.
    """
    work = work_of(wire.path)
    body = read_object(wire.body)
    model = _model(body, work)
    whole = cards.find(model)
    function = _function(whole, work)
    card = whole.of(function)
    said = _read({name: value for name, value in body.items() if name not in _strange(card)})
    references = tuple(_references(said, work))
    found = list(_missing(said, card, work, references))
    if len(said.prompt or "") > card.prompt_characters:
        reason = f"prompt may have at most {card.prompt_characters} characters, not {len(said.prompt or '')}."
        found.append(Violation("prompt", reason, ViolationKind.RANGE))
    if found:
        raise InvalidRequest(*found)
    return VideoRequest(
        model=model,
        function=function,
        prompt=said.prompt or "",
        references=references,
        tier=read_tier(said.resolution) if said.resolution else None,
        ratio=Ratio.parse(said.aspect_ratio) if said.aspect_ratio else None,
        seconds=said.duration,
        sound=said.audio if card.sound is Sound.OPTIONAL else None,
        watermark=said.watermark,
        seed=said.seed or None,
        options=_options(body, said, card, references),
    )


def wishes_of(wire: WireRequest, key: str) -> dict[str, Any]:
    """What is kept beside the request: the payload, the engine asked for, and whom to tell of changes.

    The callback is signed with the caller's key (spec/gateways.md §4.5): whoever keeps this must seal it.
    """
    said = _read({name: value for name, value in read_object(wire.body).items() if name in ("payload", "callback_url")})
    kept: dict[str, Any] = {DIALECT_EXTRAS: {"payload": said.payload}} if said.payload else {}
    if said.callback_url:
        kept[CALLBACK] = {"url": said.callback_url, "secret": key, "base_url": wire.base_url}
    engine = wanted_engine(wire)
    return kept | ({WANTED_ENGINE: engine} if engine else {})


def _read(body: Mapping[str, Any]) -> ViduSubmit:
    try:
        return ViduSubmit.model_validate(body)
    except ValidationError as error:
        raise InvalidRequest(*violations_of(error.errors(include_url=False))) from None


def _model(body: Mapping[str, Any], work: str) -> str:
    model = body.get("model") or MODELS.get(work)
    if not model:
        raise InvalidRequest.of("model", "Field required: model", ViolationKind.MISSING)
    if not isinstance(model, str):
        raise InvalidRequest.of("model", f"model must be a text, not {shown(model)}.", ViolationKind.TYPE)
    return model


def _function(card: ModelCard, work: str) -> str:
    if work in card.functions:
        return work
    if not card.functions and card.makes in WORKS[work]:
        return ""
    known = [name for name, makes in WORKS.items() if name in card.functions or card.makes in makes]
    served = known if not card.functions else list(card.functions)
    reason = f"model {card.model} is not served by {work}" + (f", only by {', '.join(served)}." if served else ".")
    raise InvalidRequest.of("model", reason, ViolationKind.CHOICE)


def _strange(card: ModelCard) -> set[str]:
    """Fields that count for nothing with this model: unknown fields are ignored, whatever they hold."""
    strange = set() if card.sound is Sound.OPTIONAL else {"audio"}
    if not card.asks_size:
        strange |= {"resolution", "aspect_ratio"}
    elif "first-frame-overrides-ratio" in card.rules:
        strange.add("aspect_ratio")
    return strange | ({"duration"} if card.length not in ("asked", "source") else set())


def _references(said: ViduSubmit, work: str) -> Iterator[Reference]:
    roles = IMAGES.get(work, ())
    for index, url in enumerate(said.images or () if work not in NO_IMAGES else ()):
        role = roles[index] if index < len(roles) else Role.SUBJECT
        yield Reference(link_of(url), Medium.IMAGE, role, path=f"images[{index}]")
    if work == "reference2video":
        for number, subject in enumerate(said.subjects or ()):
            name = subject.name or subject.id or ""
            for field, urls, medium in (
                ("images", subject.images, Medium.IMAGE),
                ("videos", subject.videos, Medium.VIDEO),
            ):
                for index, url in enumerate(urls or ()):
                    path = f"subjects[{number}].{field}[{index}]"
                    yield Reference(link_of(url), medium, path=path, name=name)
        for index, url in enumerate(said.videos or ()):
            yield Reference(link_of(url), Medium.VIDEO, path=f"videos[{index}]")
    has_end = work == "extend" and said.images
    for field, (role, medium) in FIELDS.get(work, {}).items():
        url = getattr(said, field)
        if url and not (has_end and role is Role.LAST_FRAME):
            yield Reference(link_of(url), medium, role, path=field)


def _missing(said: ViduSubmit, card: ModelCard, work: str, references: tuple[Reference, ...]) -> Iterator[Violation]:
    """What the route cannot do without, missed by its names here."""
    given = {reference.role for reference in references}
    if card.prompt_required and not (said.prompt or "").strip():
        yield Violation("prompt", "Field required: prompt", ViolationKind.MISSING)
    count = EXACTLY.get(work)
    if count is not None and len(said.images or ()) != count:
        kind = ViolationKind.COUNT if said.images else ViolationKind.MISSING
        start = "Field required: images. " if not said.images else ""
        reason = f"{start}images: {work} takes exactly {count}, not {len(said.images or ())}."
        yield Violation("images", reason, kind)
    elif work in ("reference2video", "one-click/mv", "template2video") and not references:
        yield Violation("images", "Field required: images", ViolationKind.MISSING)
    for field, (role, _) in FIELDS.get(work, {}).items():
        if role in card.needs and role not in given:
            yield Violation(field, f"Field required: {field}", ViolationKind.MISSING)
    if "audio-or-text" in card.rules and Role.DRIVING_AUDIO not in given and not said.text:
        reason = "Field required: audio_url. Give a sound, or what is to be said as text."
        yield Violation("audio_url", reason, ViolationKind.MISSING)
    if work == "template2video" and not (said.template or "").strip():
        yield Violation("template", "Field required: template", ViolationKind.MISSING)


def _options(
    body: Mapping[str, Any], said: ViduSubmit, card: ModelCard, references: tuple[Reference, ...]
) -> dict[str, Any]:
    """The card's options as they were written, and the voices of the subjects, "" for one the model chooses."""
    found = {name: body[name] for name in card.options if name != VOICES and body.get(name) is not None}
    if any(r.role is Role.DRIVING_AUDIO for r in references):
        found.pop("text", None)  # with both, the sound wins. Source: spec/gateways.md §3.3
    voices = [subject.voice_id or "" for subject in said.subjects or ()]
    return found | ({VOICES: voices} if VOICES in card.options and any(voices) else {})
