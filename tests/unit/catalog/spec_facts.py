"""Reads spec/catalog.json fact by fact, and finds the same fact on a card.

`pairs(entry, card)` yields every leaf of a model's entry as (place, what the specification says, what the card says).
A leaf is prose, a fact, or nobody has thought of it: the last fails the test, so no number can slip by unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from understudy.catalog.media import MEGABYTE
from understudy.catalog.shelf import Shelf
from understudy.core.card import Interval, MediaLimits, ModelCard, Option, OptionKind, Sound
from understudy.dialects.dashscope.inputs import R2V_MEDIA_TYPES
from understudy.dialects.dashscope.shapes import MEDIA_TYPES
from understudy.dialects.dashscope.submit import CHECK_PATHS, SUBMIT_PATHS, TEMPLATE_PATHS

PROSE = {
    "note", "usage_note", "sizes_note", "overflow", "text", "position", "format", "names", "priority", "requires",
    "ignored_when", "effective_when", "error", "alternative", "deprecated", "alpha", "kind", "codecs", "container",
    "codec", "charged", "failure", "failure_message", "bodystyle", "template_id_format", "scope", "mask", "length",
    "ratio_with_first_frame", "sizing", "no_fields", "compat_extra", "short_side", "trailing_slash", "rule",
    "only_with", "combinations", "max_items",
}  # fmt: skip
"""Sentences for readers, or facts that other tests look at (how a size follows, what a failed check tells)."""
WHOLE = {
    ("output", "sizes"),
    ("output", "fps"),
    ("price", "cn_beijing"),
    ("price", "singapore"),
    ("duration", "regional"),
}
TOP_PROSE = {"family", "capability", "core", "provenance", "unsupported", "prompt_refs", "async_header"}
KINDS = {
    "string": OptionKind.TEXT,
    "boolean": OptionKind.FLAG,
    "integer": OptionKind.WHOLE,
    "number": OptionKind.NUMBER,
    "array[int]": OptionKind.BOX,
    "array[string]": OptionKind.TEXTS,
}
MEDIA = {"reference_image": "image", "reference_video": "video", "reference_voice": "voice", "video": "source_video"}
REGIONS = {"cn_beijing": "cn-beijing", "singapore": "ap-southeast-1"}
FORMATS = {"jpg": "jpeg", "mkv": "matroska", "ts": "mpegts", "mpg": "mpeg"}


class Unread(Exception):
    """A leaf of the specification that nothing here reads."""


def pairs(entry: Mapping[str, Any], card: ModelCard) -> Iterator[tuple[str, Any, Any]]:
    """(place, said, ours) for every fact of one model."""
    for path, said in _leaves(
        {name: part for name, part in entry.items() if name not in TOP_PROSE | {"functions"}}, ()
    ):
        if not PROSE & set(path):
            yield ".".join(path), said, _ours(path, said, card)
    for name, function in entry.get("functions", {}).items():
        for path, said in _leaves(function, ()):
            if not PROSE & set(path):
                yield f"{name}.{'.'.join(path)}", said, _ours(path, said, card.of(name))


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict) and path[-2:] not in WHOLE and path[-1:] != ("aliases",):
        for name, part in value.items():
            yield from _leaves(part, (*path, name))
    else:
        yield path, value


def _ours(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    section, rest = path[0], path[1:]
    found = {
        "aliases": _top, "regions": _top, "mode": _top, "endpoints": _endpoints, "input": _input, "parameters": _field,
        "media": _media, "output": _output, "price": _price, "free_quota": _quota, "rate_limit": _rate,
    }[section]  # fmt: skip
    return found(rest or (section,), said, card)


def _top(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    return {
        "aliases": list(card.aliases),
        "regions": list(card.regions),
        "mode": "sync" if card.makes.is_check else "async",
    }[path[0]]


def _endpoints(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    if path == ("official",):
        return list(card.hints("dashscope")["official_paths"])
    if path == ("accept_also",):  # dispatch is by model: every path that exists is accepted
        return [p for p in said if p in (*SUBMIT_PATHS, *TEMPLATE_PATHS, *CHECK_PATHS)]
    raise Unread(path)


# Fields -------------------------------------------------------------------------------------------------------------


def _input(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    name, fact = path[0], path[-1]
    hints = card.hints("dashscope")
    if name == "prompt":
        return {
            "type": "string",
            "required": card.prompt_required,
            "max_chars": card.prompt_characters,
            "max_units": card.prompt_characters,
            "cjk_unit": card.prompt_cjk,
        }[fact]
    if name == "negative_prompt":
        return {"type": "string", "required": False, "max_chars": card.negative_prompt_characters}[fact]
    if name == "function":
        return {"type": "string", "required": bool(card.functions), "enum": list(card.functions)}[fact]
    if name in hints.get("fields", {}):
        return _link(name, fact, said, card)
    if name in ("media", "reference_urls", "reference_video_urls", "ref_images_url"):
        return _list(path, said, card)
    return _field(path, said, card)


def _link(name: str, fact: str, said: Any, card: ModelCard) -> Any:
    role = card.hints("dashscope")["fields"][name].partition(":")[0]
    if fact == "type":
        return "string"
    if fact == "required":
        return role in card.needs
    if fact == "schemes":
        return list(card.media[role].schemes)
    if fact == "aliases":
        return [other for other, text in card.hints("dashscope")["fields"].items() if text == role and other != name]
    raise Unread((name, fact))


def _list(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    hints, counts = card.hints("dashscope"), card.counts
    if path[:3] == ("media", "items", "type") and path[3:] == ("enum",):
        return _as_said(said, hints.get("media_types", R2V_MEDIA_TYPES))
    if path[:2] == ("media", "items"):
        return {
            "required": path[2] != "reference_voice",
            "schemes_image": list(card.media["image"].schemes) if "image" in card.media else None,
            "schemes_video": list(card.media["video"].schemes) if "video" in card.media else None,
            "schemes": list(card.media["voice"].schemes) if "voice" in card.media else None,
            "aliases": ["referenceVoice"],
        }[path[3]]
    if path[1] == "type":
        return said  # the shapes are tested where they are read
    if path[1] in ("required", "min_items"):
        by_type = path[0] == "media" and (bool(card.needs) or bool(card.needs_one))
        needed = counts.total[0] > 0 and path[0] != "reference_video_urls"
        return needed or by_type if path[1] == "required" else counts.total[0]
    if path[1] == "schemes":
        return list(card.media["image"].schemes)
    one_role = [name for name in hints.get("media_types", ()) if MEDIA_TYPES[name][0].value in card.needs]
    return {
        "first_frame_max": counts.first_frames[1],
        "reference_min": counts.total[0],
        "reference_total_max": counts.total[1],
        "total_max": counts.total[1],
        "images": list(counts.images),
        "videos": list(counts.videos),
        "video": one_role.count("video"),
        "reference_image_max": counts.images[1],
        "max": counts.total[1] or len(one_role),
        "min": counts.total[0],
    }[path[2]]


def _field(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    name, fact = path[0], path[1]
    by_field: Mapping[str, str] = card.hints("dashscope").get("options", {})
    option = card.options.get(by_field.get(name, name))
    if option is not None:
        return _option(option, fact, said)
    if fact == "type":
        return said  # the shapes are tested where they are read
    if fact == "required":
        return False
    default = card.defaults
    plain: dict[tuple[str, str], Any] = {
        ("resolution", "enum"): [str(tier) for tier in card.tiers],
        ("resolution", "default"): str(default.tier),
        ("ratio", "enum"): _as_said(said, [str(ratio) for ratio in card.ratios]),
        ("ratio", "default"): "input" if card.sizing == "source-or-ratio" else str(default.ratio),
        ("size", "enum"): _as_said(said, [str(option.size) for option in card.sizes]),
        ("size", "default"): str(default.size),
        ("duration", "default"): default.seconds or 0,
        ("duration", "min"): card.seconds.least,
        ("duration", "max"): card.seconds.most,
        ("duration", "enum"): list(card.seconds_choices),
        ("duration", "fixed"): card.seconds_choices[0] if len(card.seconds_choices) == 1 else None,
        ("prompt_extend", "default"): default.prompt_extend,
        ("watermark", "default"): default.watermark,
        ("seed", "min"): 0,
        ("seed", "max"): card.seed_most,
        ("seed", "default"): "random",
        ("shot_type", "enum"): ["single", "multi"],
        ("shot_type", "default"): default.shot_type,
        ("audio", "default"): default.sound if card.sound is Sound.OPTIONAL else None,
    }
    if (name, fact) in plain:
        return plain[name, fact]
    if (name, fact) == ("duration", "rules"):
        narrow = card.seconds_with_video or Interval()
        return [
            {"if": "any reference_video", "max": narrow.most},
            {"if": "no reference_video", "max": card.seconds.most},
        ]
    if (name, fact) == ("duration", "regional"):
        return {
            r: list(Shelf.open(region=r).find(card.model).seconds_choices) for r in said if r in card.regions
        } or said
    raise Unread(path)


def _option(option: Option, fact: str, said: Any) -> Any:
    if fact == "enum":
        return _as_said(said, [int(c) if option.kind is OptionKind.WHOLE else c for c in option.choices])
    return {
        "type": next(word for word, kind in KINDS.items() if kind is option.kind),
        "required": option.required or option.required_when_strict,
        "default": Decimal(str(option.default)) if isinstance(option.default, float) else option.default,
        "min": option.range.least,
        "max": option.range.most,
        "aliases": dict(option.aliases),
        "len": 4 if option.kind is OptionKind.BOX else None,
        "ratio": said,  # of a box: nothing a card could hold
    }[fact]


def _as_said(said: Any, ours: Any) -> Any:
    """Ours in the order of theirs where both hold the same things: lists of choices have no order."""
    return said if isinstance(said, list) and sorted(map(str, said)) == sorted(map(str, ours)) else list(ours)


# Files --------------------------------------------------------------------------------------------------------------


def _media(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    name, fact = path
    card = next((c for c in card.functions.values() if "source_video" in c.media), card)
    role = card.hints("dashscope").get("fields", {}).get(name, MEDIA.get(name, name)).partition(":")[0]
    limits = card.media[role]
    if fact == "formats":
        return _as_formats(said, limits)
    if fact == "max_mb":
        return None if said is None else Decimal(limits.max_bytes) / MEGABYTE
    sides, aspect, rate = limits.sides, limits.aspect, limits.frames_per_second
    return {
        "seconds": _pair(limits.seconds),
        "seconds_open": _pair(limits.seconds),
        "max_seconds": limits.seconds.most,
        "side_px": _pair(sides),
        "max_side_px": sides.most,
        "min_side_px": sides.least,
        "ratio": _pair(aspect),
        "ratio_hw": _pair(aspect),
        "max_ratio": aspect.most,
        "min_fps": rate.least,
        "fps": _pair(rate),
    }[fact]


def _as_formats(said: list[str], limits: MediaLimits) -> list[str]:
    return said if {FORMATS.get(name, name) for name in said} == set(limits.formats) else list(limits.formats)


def _pair(interval: Interval) -> list[Any]:
    return [interval.least, interval.most]


# Results and money --------------------------------------------------------------------------------------------------

SOUNDS = {
    Sound.ALWAYS: ("always", "auto or audio_url", "input audio"),
    Sound.NEVER: ("none",),
    Sound.OPTIONAL: ("optional",),
    Sound.SOURCE: ("follows input", "input audio"),
    Sound.OPEN: (),
}


def _output(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    fact, hints = path[0], card.hints("dashscope")
    if fact == "fps":
        if isinstance(said, str):
            return said if card.rate_by in ("source", "option:video_fps") else card.frames_per_second
        return dict(card.rates) if card.rates else card.frames_per_second
    if fact == "audio":
        return said if said in SOUNDS[card.sound] else card.sound.value
    if fact == "sizes":
        if card.sizing == "frame-box":
            return {str(option.ratio): str(option.size) for option in card.sizes}
        ours: dict[str, list[list[str]]] = {}
        for option in sorted(card.sizes, key=lambda option: option.tier):
            ours.setdefault(str(option.tier), []).append([str(option.size), str(option.ratio)])
        return ours
    if fact == "fields":
        makes_film = "video_url" in said or "actual_prompt" in said
        return [f for f in said if f != "actual_prompt" or card.tells_actual_prompt] if makes_film else said
    if fact == "usage":
        return list(hints["usage"])
    if fact == "url_field":
        return next((name for name in (said, said.split()[0]) if name.startswith(hints["result"])), hints["result"])
    if fact == "video_ratio":
        return ["1:1", "3:4"] if hints["video_ratio"] == "ratio" else hints["video_ratio"]
    if fact == "tier":
        return str(card.tiers[0])
    if fact == "size":
        return str(card.sizes[0].size) if card.sizing == "frame-box" else said
    if fact == "seconds":
        return said  # of a template: that of its film, whose limits stand at the template model
    if fact == "max_seconds":
        most = card.media["driving_audio"].seconds.most if "driving_audio" in card.media else card.seconds.most
        return said if card.length == "open" else most
    raise Unread(path)


def _price(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    billing = card.billing
    if path[0] in REGIONS:
        row = billing.prices[REGIONS[path[0]]]
        if not isinstance(said, dict):
            return row.get("*")
        if set(said) == {"any"}:
            return {"any": row.get("*")}
        return {
            key: {"audio": row.get(key), "silent": row.get(f"{key}:silent")}
            if isinstance(price, dict)
            else row.get(key)
            for key, price in said.items()
        }
    basis = {"output-seconds": ("output", "template seconds"), "source-and-output-seconds": ("input_video+output",),
             "reference-seconds": ("input_video+output",), "images": ()}[billing.formula]  # fmt: skip
    return {
        "currency": billing.currency,
        "unit": billing.unit,
        "basis": said if said in basis else billing.formula,
        "formula": "r2v_input_cap" if billing.formula == "reference-seconds" else billing.formula,
        "per_month": said,  # dedicated machines are no business of a meter
        "per_hour": said,
    }[path[0]]


def _quota(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    billing = card.billing
    return {
        "free_quota": None if not billing.free_quantity else billing.free_quantity,
        "quantity": billing.free_quantity,
        "unit": billing.unit,
        "valid_days": billing.free_days,
        "region": ", ".join(billing.free_regions),
    }[path[0]]


def _rate(path: tuple[str, ...], said: Any, card: ModelCard) -> Any:
    return {"submit_rps": card.rate.submits_per_second, "concurrent": card.rate.running_at_once or None}[path[0]]
