"""Size, tier and ratio of a film from whichever of them a caller said.

Knows how the three stand for each other, and what compat makes of sizes that the model does not list. Must not know a
number or a model by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import Any

from understudy.catalog.rules import Paths
from understudy.core.card import ModelCard, SizeOption
from understudy.core.faults import Violation, ViolationKind
from understudy.core.request import Profile, Role, VideoRequest
from understudy.core.units import Ratio, Size

_SAME_RATIO = Fraction(1, 50)


def picture_of(
    request: VideoRequest, card: ModelCard, where: Paths, profile: Profile
) -> tuple[dict[str, Any], list[Violation]]:
    """Size, tier and ratio from whichever the caller said, and what is wrong with them.

    A model that is asked by pixels (its default is a size) takes a given size before tier and ratio; one that is asked
    by tier and ratio takes those first and a size only for what they leave open. Source: spec/dashscope.md §6.1.
    """
    if not card.asks_size:
        return {"size": None, "tier": card.defaults.tier, "ratio": None}, []
    if card.sizing in ("source", "source-or-ratio", "portrait-shape"):
        return _beside_media(request, card, where)
    by_pixels = card.defaults.size is not None
    given = card.option_of(request.size) if request.size else None
    shaped = "first-frame-overrides-ratio" in card.rules and _has_shape(request)
    if request.size and not given and by_pixels and profile is Profile.COMPAT:
        near = _compat_size(request.size, card)
        if near is not None:
            return near, []
    if request.size and not given and (by_pixels or request.tier is None or request.ratio is None):
        return {}, [_no_such_size(request.size, card, where)]
    if given and by_pixels:
        return {"tier": given.tier, "ratio": given.ratio}, []
    tier, ratio = request.tier, request.ratio
    if tier is None or ratio is None:
        base = given or _default_option(card)
        tier, ratio = tier or base.tier, ratio or base.ratio
    option = card.option_for(tier, ratio)
    found: list[Violation] = []
    if option is None and tier not in card.tiers:
        reason = f"{where['tier']} must be {either(card.tiers)}, not {tier}."
        found.append(Violation(where["tier"], reason, ViolationKind.CHOICE))
    if option is None and ratio not in card.ratios:
        reason = f"{where['ratio']} must be {either(card.ratios)}, not {ratio}."
        found.append(Violation(where["ratio"], reason, ViolationKind.CHOICE))
    if found:
        return {}, found
    if shaped:
        return {"tier": tier}, []
    if option is None:
        reason = f"{card.model} makes no {ratio} at {tier}: choose another ratio or tier."
        return {}, [Violation(where["ratio"], reason, ViolationKind.RULE)]
    return {"size": option.size, "tier": tier, "ratio": ratio}, []


def _default_option(card: ModelCard) -> SizeOption:
    default = card.defaults
    option = card.option_of(default.size) if default.size else None
    if option is None and default.tier and default.ratio:
        option = card.option_for(default.tier, default.ratio)
    return option or card.sizes[0]


def _no_such_size(size: Size, card: ModelCard, where: Paths) -> Violation:
    listed = ", ".join(f"{option.size} ({option.ratio})" for option in card.sizes)
    return Violation(where["size"], f"The size is not match {size}. {card.model} makes {listed}.", ViolationKind.SIZE)


def _has_shape(request: VideoRequest) -> bool:
    return any(request.of_role(role) is not None for role in (Role.FIRST_FRAME, Role.FIRST_CLIP))


def _beside_media(request: VideoRequest, card: ModelCard, where: Paths) -> tuple[dict[str, Any], list[Violation]]:
    """Tier, and the ratio only where the model has one and it was asked for, in words or as a size of the table.

    Otherwise the film has the shape of its source or portrait.
    """
    option = card.option_of(request.size) if request.size else None
    tier = request.tier or (card.tier_near(request.size) if request.size else card.defaults.tier)
    ratio = request.ratio or (option.ratio if option and option.tier == tier else None)
    if card.sizing != "source-or-ratio":
        ratio = None
    found: list[Violation] = []
    if tier not in card.tiers:
        reason = f"{where['tier']} must be {either(card.tiers)}, not {tier}."
        found.append(Violation(where["tier"], reason, ViolationKind.CHOICE))
    if ratio is not None and ratio not in card.ratios:
        reason = f"{where['ratio']} must be {either(card.ratios)}, not {ratio}."
        found.append(Violation(where["ratio"], reason, ViolationKind.CHOICE))
    return {"size": None, "tier": tier, "ratio": ratio}, found


def _compat_size(size: Size, card: ModelCard) -> dict[str, Any] | None:
    """A size the model does not list: made as asked if its card says so, else the nearest of the same ratio.

    What is made as asked is billed as the next tier with at least as many pixels. Source: spec/dashscope.md §6.1.
    """
    if size in card.compat_sizes:
        above = [o for o in card.sizes if o.size.area >= size.area] or [max(card.sizes, key=lambda o: o.size.area)]
        tier = min(above, key=lambda o: o.size.area).tier
        common = gcd(size.width, size.height)
        return {"size": size, "tier": tier, "ratio": Ratio(size.width // common, size.height // common)}
    if not card.compat_sizes:
        return None
    alike = [o for o in card.sizes if abs(o.size.aspect / size.aspect - 1) <= _SAME_RATIO]
    if not alike:
        return None
    option = min(alike, key=lambda o: abs(o.size.area - size.area))
    return {"size": option.size, "tier": option.tier, "ratio": option.ratio}


def either(values: Sequence[object]) -> str:
    """A list as a sentence reads it: `a or b or c`."""
    return " or ".join(str(value) for value in values)
