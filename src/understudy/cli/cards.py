"""A card in words: what a model makes, needs, knows and costs, as rows for a table on a screen or a page.

Knows how facts read best. Must not know any model by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from understudy.cli.references import roles_of
from understudy.core.card import CountLimits, Interval, Length, MediaLimits, ModelCard, Option, OptionKind
from understudy.core.request import Capability, Role
from understudy.core.units import plain_number

MAKES = {
    Capability.REFERENCE_TO_VIDEO: "a film starring the references",
    Capability.TEXT_TO_VIDEO: "a film from words",
    Capability.IMAGE_TO_VIDEO: "a film that begins with a picture",
    Capability.FIRST_LAST_FRAME: "a film from one picture to another",
    Capability.VIDEO_EDIT: "a film changed as the prompt says",
    Capability.VIDEO_REPAINT: "a film in a new look, its structure kept",
    Capability.VIDEO_INPAINT: "a film with a masked part replaced",
    Capability.VIDEO_EXTEND: "a film that goes on before, after or between what is given",
    Capability.VIDEO_OUTPAINT: "a film with a wider picture",
    Capability.STYLE_TRANSFER: "a film in one of eight looks",
    Capability.TALKING_PORTRAIT: "a portrait that speaks or sings to a sound",
    Capability.LIP_SYNC: "a film whose lips follow another sound",
    Capability.EXPRESSION: "a portrait with an expression, as a short loop",
    Capability.MOTION_TEMPLATE: "a motion template: how somebody moves in a film",
    Capability.MOTION_TRANSFER: "a picture of a person that moves as somebody in a film does",
    Capability.FACE_CHECK: "a finding: whether a face will do",
    Capability.BODY_CHECK: "a finding: whether a body will do",
}
_LENGTHS = {
    Length.AUDIO: "as long as the driving audio",
    Length.SOURCE: "as long as the film",
    Length.OPEN: "set by the engine",
    Length.SHORTER: "the shorter of film and audio; the audio's with video_extension",
}
_WORDLESS = frozenset(
    {
        Capability.STYLE_TRANSFER, Capability.TALKING_PORTRAIT, Capability.LIP_SYNC, Capability.EXPRESSION,
        Capability.MOTION_TEMPLATE, Capability.MOTION_TRANSFER, Capability.FACE_CHECK, Capability.BODY_CHECK,
    }
)  # fmt: skip
"""What is made without a prompt."""
_LISTED = 24
"""More choices than these are counted, not listed, in a table's cell."""


def facts_of(card: ModelCard) -> Iterator[tuple[str, str]]:
    """Name and value of every fact worth a row; functions are cards of their own."""
    yield "makes", f"{card.makes} ({MAKES[card.makes]})"
    if card.aliases:
        yield "also called", ", ".join(card.aliases)
    yield "regions", ", ".join(card.regions)
    yield "needs", needs_of(card)
    if card.makes not in _WORDLESS:
        yield "prompt", f"{'required' if card.prompt_required else 'optional'}, {_cut(card)}"
    if not card.makes.is_check:
        yield "seconds", seconds_of(card)
        yield "sizes", sizes_of(card)
        yield "pictures per second", rate_of(card)
        yield "sound", card.sound.value
    for name, limits in card.media.items():
        if _is_taken(name, card):
            yield f"a given {name.replace('_', ' ')}", limits_of(limits)
    for name, option in card.options.items():
        yield f"option {name}", option_of(option)
    yield "price", price_of(card)
    yield "free", free_of(card)
    yield (
        "limits",
        f"{_most(card.rate.submits_per_second)} submits per second, "
        + (f"{_most(card.rate.running_at_once)} running at once"),
    )


def _is_taken(name: str, card: ModelCard) -> bool:
    """Whether limits of a medium count: a card keeps those of its whole family."""
    counts = {"image": card.counts.images, "video": card.counts.videos, "voice": card.counts.total}
    return counts[name][1] > 0 if name in counts else Role(name) in roles_of(card)


def needs_of(card: ModelCard) -> str:
    """What must be given, and what may be."""
    said = [role.value for role in card.needs]
    if card.needs_one:
        said.append(" or ".join(role.value for role in card.needs_one))
    least, most = card.counts.total
    if least:
        said.append(f"{_counted(card.counts)} as subjects")
    may = [role.value for role in roles_of(card) if role not in (*card.needs, *card.needs_one)]
    if most and not least:
        may.append(_counted(card.counts))
    needed = ", ".join(said) or "nothing but a prompt"
    return needed + (f"; may be given: {', '.join(may)}" if may else "")


def _counted(counts: CountLimits) -> str:
    least, most = counts.total
    kinds = [name for name, (_, n) in (("images", counts.images), ("videos", counts.videos)) if n]
    bounds = [f"at most {n} {name}" for name, (_, n) in (("images", counts.images), ("videos", counts.videos)) if n]
    number = str(most) if least == most else f"{least}–{most}"
    return f"{number} {' or '.join(kinds)}" + (f" ({', '.join(bounds)})" if len(bounds) > 1 else "")


def seconds_of(card: ModelCard) -> str:
    """What length may be asked for, or what sets it."""
    if card.makes in (Capability.MOTION_TEMPLATE, Capability.EXPRESSION):
        return "as long as the film" if card.makes is Capability.MOTION_TEMPLATE else "set by the expression"
    said = _asked(card)
    if card.length is not Length.ASKED:
        said = f"{_LENGTHS[card.length]}, cut to {said}" if said else _LENGTHS[card.length]
    if card.length is Length.ASKED and card.defaults.seconds is not None and str(card.defaults.seconds) != said:
        said += f"; default {card.defaults.seconds}"
    if card.seconds_with_video is not None:
        said += f"; with a reference video at most {plain_number(card.seconds_with_video.most or Decimal(0))}"
    if card.compat_seconds is not None:
        said += f"; {_interval(card.compat_seconds)} with UNDERSTUDY_PROFILE=compat"
    return said


def _asked(card: ModelCard) -> str:
    """The lengths that may be asked for; 0, as long as the film, is none."""
    if card.seconds_choices:
        return ", ".join(str(seconds) for seconds in card.seconds_choices if seconds)
    return _interval(card.seconds if card.seconds.least else Interval(None, card.seconds.most))


def sizes_of(card: ModelCard) -> str:
    """The size table, or what the size follows."""
    listed = ", ".join(f"{o.size} ({o.tier} {o.ratio})" for o in card.sizes)
    ways = {
        "table": listed,
        "frame-box": f"by the frame box: {listed}",
        "portrait": "the portrait's own",
        "portrait-shape": f"the portrait's shape at the area of {_tiers(card)}",
        "source": f"the film's own, at most the area of {_tiers(card)}",
        "source-as-is": "the film's own",
        "source-or-ratio": f"the film's own, at most the area of {_tiers(card)}; or by ratio: {listed}",
        "outpainted-source": f"the film's own times the scales, at most the area of {_tiers(card)}",
        "short-side": f"the film's shape, short side {' or '.join(str(tier.lines) for tier in card.tiers)}",
        "template": f"the motion's shape at the area of {_tiers(card)}; over the portrait's background {listed}",
    }
    return ways.get(card.sizing, "–") or "–"


def _tiers(card: ModelCard) -> str:
    return " or ".join(map(str, card.tiers))


def rate_of(card: ModelCard) -> str:
    """Pictures per second of what it makes."""
    if card.rate_by == "source":
        return "the film's"
    if card.rate_by.startswith("option:"):
        return f"{card.frames_per_second}, or by option {card.rate_by.removeprefix('option:')}"
    return str(card.frames_per_second)


def limits_of(limits: MediaLimits) -> str:
    """What a given file may be."""
    said = [", ".join(limits.formats)] if limits.formats else []
    said.append(f"at most {plain_number(Decimal(limits.max_bytes) / 1048576)} MB")
    for name, interval in (("sides", limits.sides), ("width : height", limits.aspect)):
        if interval != Interval():
            said.append(f"{name} {_interval(interval)}")
    if limits.seconds != Interval():
        said.append(f"{_interval(limits.seconds)} s")
    said += [f"{_interval(seconds)} s in {name}" for name, seconds in limits.seconds_of_list.items()]
    if limits.frames_per_second != Interval():
        said.append(f"{_interval(limits.frames_per_second)} pictures per second")
    return "; ".join(said)


def option_of(option: Option) -> str:
    """Kind, range, choices and default of an option."""
    kinds = {OptionKind.WHOLE: "whole number", OptionKind.BOX: "box [x1, y1, x2, y2]", OptionKind.TEXTS: "texts"}
    said = kinds.get(option.kind, option.kind.value)
    if option.choices:
        words = [word or '""' for word in option.choices]
        shown = words if len(words) <= _LISTED else [*words[:_LISTED], f"… ({len(words)} in all)"]
        said += f": {', '.join(shown)}"
    if option.range != Interval():
        said += f" {_interval(option.range)}"
    if option.required:
        said += "; required"
    elif option.required_when_strict:
        said += "; found by itself when missing, required with UNDERSTUDY_PROFILE=strict"
    elif option.default is not None and option.default != "":
        default = str(option.default).lower() if isinstance(option.default, bool) else option.default
        said += f"; default {default}"
    return said + ("; with UNDERSTUDY_PROFILE=compat only" if option.compat_only else "")


def price_of(card: ModelCard, region: str | None = None) -> str:
    """Prices per unit, of one region or of all; or what is sold in credits."""
    told = []
    for place, prices in card.billing.prices.items():
        if region in (None, place, "*"):
            listed = ", ".join(f"{key} {price.normalize():f}".removeprefix("* ") for key, price in prices.items())
            told.append(listed if region else f"{place}: {listed}")
    price = f"{'; '.join(told)} {card.billing.currency}/{card.billing.unit}" if told else ""
    return "; ".join(filter(None, (_credits(card), price))) or "–"


def _credits(card: ModelCard) -> str:
    """Credits by tier, for a film or each second of it, and what costs more."""
    billing, told = card.billing, []
    for tier in map(str, card.tiers):
        row = billing.credits.get(tier) or billing.credits.get("*")
        each = billing.credits_per_second.get(tier, billing.credits_per_second.get("*"))
        if row:
            told.append(f"{tier} {'–'.join(map(str, sorted({row[0], row[-1]})))}")
        elif each is not None:
            told.append(f"{tier} {plain_number(each)} a second")
    if billing.credits_per_5_seconds:
        told = [f"{billing.credits_per_5_seconds} each 5 seconds"]
    more = [f"{n} more with {name}" for name, n in billing.credits_for.items()]
    more += [f"{plain_number(n * 100)} % with {name}" for name, n in billing.credits_share.items()]
    return "; ".join([f"credits: {', '.join(told)}", *more]) if told else ""


def free_of(card: ModelCard) -> str:
    """The free quota of a new account."""
    billing = card.billing
    if not billing.free_quantity:
        return "nothing"
    regions = f" in {', '.join(billing.free_regions)}" if billing.free_regions else ""
    return f"{plain_number(billing.free_quantity)} {billing.unit}s for {billing.free_days} days{regions}"


def _cut(card: ModelCard) -> str:
    twice = "; a CJK character counts as 2" if card.prompt_cjk == 2 else ""
    return f"at most {card.prompt_characters} characters, the rest is cut off{twice}"


def _interval(interval: Interval) -> str:
    least = plain_number(interval.least) if interval.least is not None else None
    most = plain_number(interval.most) if interval.most is not None else None
    if least is None or most is None:
        return "" if least is most else f"at least {least}" if most is None else f"at most {most}"
    return f"{least}–{most}"


def _most(number: int) -> str:
    return str(number) if number else "any number of"
