"""A request on the OpenAI videos wire, read: as a form or as JSON, with everything other servers have added to it.

Knows the envelope, which model is meant where none is named, and what is said of size and length. Must not know the
numbers of any model (its card does) nor how media are named (`references`). Source: spec/gateways.md §5.2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from understudy.core.card import ModelCard, OptionKind
from understudy.core.faults import InvalidRequest, NotFound, ViolationKind
from understudy.core.ports import Cards
from understudy.core.request import Capability, Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.core.wire import WireRequest
from understudy.core.wording import shown
from understudy.dialects import _multipart
from understudy.dialects._body import read_object
from understudy.dialects._shapes import size_and_tier, violations_of
from understudy.dialects.openai_videos import guesses, references, shapes
from understudy.dialects.openai_videos.form import FormFile, fields_of, json_or_text

EDITS, EXTENSIONS, CHARACTERS, SYNC = "/edits", "/extensions", "/characters", "/sync"
_NESTED = ("extra_body", "extra_params", "metadata")
"""Objects whose keys count as if they stood in the body itself. Source: spec/gateways.md §5.2."""
_NEVER_NESTED = frozenset({"prompt", "model", "user", *_NESTED})
_OTHER_NAMES = {"duration": "seconds", "aspect_ratio": "ratio", "generate_sound": "audio", "audio_enabled": "audio"}
_MEDIA_FIELDS = (*references.GIVEN, *references.VIDEOS, "media", "reference_urls", "reference_video_urls")


def decode_submit(wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
    """The request in our words, nothing filled in.

    Raises:
        InvalidRequest: everything wrong with the shape, at once.
        NotFound: no card for the model.
    """
    if wire.path.endswith(CHARACTERS):
        raise InvalidRequest.of(
            "",
            "Characters are not kept on this server. Give the film or a picture of your character with each request: "
            'extra_body={"media": json.dumps([{"type": "reference_video", "url": "…"}])}.',
        )
    fields, from_form = read_fields(wire)
    whole = _card(fields, wire.path, cards, profile)
    function = _function(fields, whole)
    card = whole.of(function)
    try:
        # a model's own options may have names that mean something else for others
        said = shapes.VideoCreate.model_validate({k: v for k, v in fields.items() if k not in card.options})
    except ValidationError as error:
        raise InvalidRequest(*violations_of(error.errors(include_url=False))) from None
    given = references.references_of(fields, said.media or [], card)
    if wire.path.endswith((EDITS, EXTENSIONS)) and not given:
        raise InvalidRequest.of("video", "Field required: video", ViolationKind.MISSING)
    size, tier = _picture(said, card, profile)
    typed = isinstance(fields.get("seconds"), str) and profile is Profile.COMPAT
    return VideoRequest(
        model=whole.model if fields.get("model") in guesses.VENDOR_MODELS else fields.get("model") or whole.model,
        function=function,
        prompt=said.prompt or "",
        negative_prompt=said.negative_prompt or "",
        references=given,
        size=size,
        tier=tier,
        ratio=Ratio.parse(said.ratio) if said.ratio else None,
        seconds=_seconds(said, card, given, typed=typed, rate=_rate(fields.get("fps"))),
        shot_type=ShotType(said.shot_type) if said.shot_type else None,
        sound=said.audio,
        watermark=said.watermark,
        prompt_extend=said.prompt_extend,
        seed=said.seed,
        options=_options(fields, card, from_form),
    )


def read_fields(wire: WireRequest) -> tuple[dict[str, Any], bool]:
    """The fields of a body, nulls left out, and whether it was a form, which has only texts. Raises InvalidRequest."""
    content_type = wire.headers.get("content-type", "")
    from_form = _multipart.is_form(content_type)
    if from_form:
        fields = fields_of(_multipart.read_parts(wire.body, content_type))
    else:
        fields = read_object(wire.body)
    nested: dict[str, Any] = {}
    for name in reversed(_NESTED):
        inner = fields.get(name)
        if isinstance(inner, str):
            inner = json_or_text(inner, name)
        if isinstance(inner, dict):
            nested |= {key: value for key, value in inner.items() if key not in _NEVER_NESTED}
    fields = {**nested, **fields}
    for other, name in _OTHER_NAMES.items():
        if fields.get(name) is None and fields.get(other) is not None:
            fields[name] = fields[other]
    if isinstance(fields.get("media"), str):
        fields["media"] = json_or_text(fields["media"], "media")
    if isinstance(fields.get("audio"), str) and fields["audio"].lower() not in ("true", "false", "1", "0"):
        fields.setdefault("audio_url", fields["audio"])  # a link: the film's sound
        del fields["audio"]
    urls = fields.get("reference_urls")
    if isinstance(urls, str):
        fields["reference_urls"] = [urls]
    return {name: value for name, value in fields.items() if value is not None}, from_form


# The model ----------------------------------------------------------------------------------------------------------


def _card(fields: Mapping[str, Any], path: str, cards: Cards, profile: Profile) -> ModelCard:
    model = fields.get("model")
    if model is not None and not isinstance(model, str):
        raise InvalidRequest.of("model", f"model must be a text, not {shown(model)}.", ViolationKind.TYPE)
    default = _default(fields, path)
    if not model:
        return cards.find(default)
    try:
        card = cards.find(model)
    except NotFound:
        if profile is Profile.STRICT or model not in guesses.VENDOR_MODELS:
            raise
        card = cards.find(default)
    if card.makes.is_check:
        reason = f"{card.model} checks a picture and makes no film: ask for it on the DashScope route, /api/v1."
        raise InvalidRequest.of("model", reason, ViolationKind.CHOICE)
    return card


def _default(fields: Mapping[str, Any], path: str) -> str:
    if path.endswith(EDITS):
        return guesses.DEFAULT_EDIT
    if path.endswith(EXTENSIONS):
        return guesses.DEFAULT_EXTENSION
    given = any(fields.get(name) for name in _MEDIA_FIELDS)
    return guesses.DEFAULT_WITH_REFERENCES if given else guesses.DEFAULT_FROM_TEXT


def _function(fields: Mapping[str, Any], card: ModelCard) -> str:
    """Which function is asked for, of a model that has several; the plain one where the caller says nothing."""
    if not card.functions:
        return ""
    said = fields.get("function", fields.get("vidu_type"))
    if isinstance(said, str) and said in card.functions:
        return said
    if said is None:
        given = any(fields.get(name) for name in _MEDIA_FIELDS)
        wanted = [Capability.REFERENCE_TO_VIDEO, Capability.IMAGE_TO_VIDEO] if given else [Capability.TEXT_TO_VIDEO]
        for makes in wanted:
            fitting = [name for name, inner in card.functions.items() if inner.makes is makes]
            if len(fitting) == 1:
                return fitting[0]
    listed = ", ".join(card.functions)
    if said is None:
        reason = f"Field required: function. {card.model} has {listed}."
        raise InvalidRequest.of("function", reason, ViolationKind.MISSING)
    raise InvalidRequest.of("function", f"function must be one of {listed}, not {shown(said)}.", ViolationKind.CHOICE)


# Size and length ----------------------------------------------------------------------------------------------------


def _picture(said: shapes.VideoCreate, card: ModelCard, profile: Profile) -> tuple[Size | None, Tier | None]:
    """Pixels and tier, whichever field they came in; `size` wins for pixels, `resolution` for the tier."""
    size, tier = size_and_tier(said.resolution, said.size)
    if size is None and said.width and said.height and said.width > 0 and said.height > 0:
        size = Size(said.width, said.height)
    if size is not None and profile is Profile.COMPAT and said.size in guesses.TYPED_SIZES:
        size = _nearest_size(size, card)
    return size, tier


def _nearest_size(size: Size, card: ModelCard) -> Size:
    """The size itself where the model makes it, else the one of the most alike shape and area."""
    if not card.sizes or card.option_of(size) or size in card.compat_sizes or not card.asks_size:
        return size

    def distance(other: Size) -> tuple[float, int]:
        return round(abs(math.log(other.aspect / size.aspect)), 3), abs(other.area - size.area)

    return min((option.size for option in card.sizes), key=distance)


def _seconds(
    said: shapes.VideoCreate, card: ModelCard, given: tuple[Reference, ...], *, typed: bool, rate: float
) -> int | None:
    """The length as asked for; of one that the client's types list, and the model does not make, the nearest."""
    seconds = said.seconds
    if seconds is None and said.num_frames is not None:
        frames = min(said.num_frames, guesses.FRAMES_MOST)  # no float holds any whole number
        return max(1, round(frames / (rate or guesses.GPU_FRAME_RATE)))
    if seconds is None or seconds not in guesses.TYPED_SECONDS or not typed:
        return seconds
    asked = seconds
    if card.seconds_choices:
        return min(card.seconds_choices, key=lambda choice: (abs(choice - asked), choice))
    allowed = card.seconds
    if card.seconds_with_video and any(r.medium is Medium.VIDEO and r.role is Role.SUBJECT for r in given):
        allowed = card.seconds_with_video
    if card.compat_seconds is not None and seconds in card.compat_seconds:
        return seconds
    if allowed.least is not None:
        seconds = max(seconds, math.ceil(allowed.least))
    return seconds if allowed.most is None else min(seconds, math.floor(allowed.most))


def _rate(said: Any) -> float:
    """Frames per second, 0 where none are said."""
    try:
        rate = 0.0 if isinstance(said, bool) else float(said)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return rate if 0 < rate < math.inf else 0.0


def _options(fields: Mapping[str, Any], card: ModelCard, from_form: bool) -> dict[str, Any]:
    """The card's options, by our names or DashScope's; a form's texts read as the kind the card says."""
    by_option = {option: field for field, option in card.hints("dashscope").get("options", {}).items()}
    found: dict[str, Any] = {}
    for name, option in card.options.items():
        value = fields.get(name, fields.get(by_option.get(name, name)))
        if value is None or isinstance(value, FormFile):
            continue
        found[name] = _as_kind(value, option.kind) if from_form and isinstance(value, str) else value
    return found


def _as_kind(text: str, kind: OptionKind) -> Any:
    """A text of a form as what it stands for; what stands for nothing stays, and the card refuses it."""
    if kind is OptionKind.FLAG and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind in (OptionKind.WHOLE, OptionKind.NUMBER):
        try:
            number = float(text)
        except ValueError:
            return text
        return int(number) if number.is_integer() and "." not in text else number
    return text
