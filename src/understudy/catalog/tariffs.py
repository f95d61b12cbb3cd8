"""The named billing formulas: request, lengths and card in, usage and charge out.

Knows how consumption is counted. Must not know a price, a cap or a model by name (that is the card), nor free quotas
already used (that is the book). One function serves before and after the work, so quote and charge cannot differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from understudy.core.card import Billing, ModelCard
from understudy.core.faults import BadCard
from understudy.core.request import MediaFacts, VideoRequest
from understudy.core.usage import Charge, Usage

NOTHING = Decimal(0)
HUNDREDTH = Decimal("0.01")
IMAGE = "image"
CREDIT = "credit"
FIVE_SECONDS = 5

Formula: TypeAlias = Callable[[VideoRequest, Billing, Sequence[Decimal], Decimal], tuple[Decimal, Decimal]]
"""(request, billing, lengths of the reference videos, length of the result) -> (billed input, billed output)."""


def measure(
    request: VideoRequest, card: ModelCard, video_seconds: Sequence[Decimal], output_seconds: Decimal, region: str
) -> tuple[Usage, Charge]:
    """What a finished video consumed and costs, before any free quota. Failed work is never measured.

    Args:
        request: complete (see `validate.complete`); `tier` and `sound` choose the price.
        card: whose formula, caps and prices count.
        video_seconds: true lengths of the reference videos, in any order; images, first frame and voices are free.
        output_seconds: length of the finished video.
        region: whose prices count.

    Raises:
        BadCard: the card has no price for this region and tier.
    """
    formula = FORMULAS[card.billing.formula]
    billed_input, billed_output = formula(request, card.billing, video_seconds, output_seconds)
    billed = billed_input + billed_output
    price = unit_price(request, card, region)
    if card.billing.unit == IMAGE:
        return Usage(image_count=int(billed)), Charge(billed, IMAGE, price, card.billing.currency)
    quantity = credits_for(request, card, output_seconds) if card.billing.formula == CREDITS else billed
    usage = Usage(
        output_seconds=billed_output,
        input_seconds=billed_input,
        billed_seconds=billed,
        video_count=1,
        tier=request.tier,
        size=request.size,
        ratio=request.ratio,
        frames_per_second=request.frames_per_second or Fraction(card.frames_per_second),
    )
    return usage, Charge(quantity, card.billing.unit, price, card.billing.currency)


def quote(
    request: VideoRequest, card: ModelCard, video_seconds: Sequence[Decimal], region: str
) -> tuple[Usage, Charge]:
    """What a complete request will consume and cost if it succeeds; the same to the last digit as `measure` then."""
    if request.seconds is None:
        raise ValueError("a quote needs a complete request: call validate.complete first")
    return measure(request, card, video_seconds, Decimal(request.seconds), region)


def unit_price(request: VideoRequest, card: ModelCard, region: str) -> Decimal:
    """Price of one unit by region, what the card prices by, and sound. Raises BadCard.

    A card without any prices is free of charge.
    """
    prices = card.billing.prices
    if not prices:
        return NOTHING
    of_region: Mapping[str, Decimal] = prices.get(region) or prices.get("*") or {}
    key = _price_key(request, card.billing.price_by)
    silent = [f"{key}:silent", "*:silent"] if request.sound is False else []
    for name in (*silent, key, "*"):
        if name in of_region:
            return of_region[name]
    raise BadCard(
        f"{card.model} has no price for {key} in region {region}: "
        f'add it to its card under [model.billing.prices."{region}"]'
    )


def _price_key(request: VideoRequest, price_by: str) -> str:
    if price_by == "ratio":
        return str(request.ratio)
    if price_by.startswith("option:"):
        return str(request.options.get(price_by.removeprefix("option:")))
    return str(request.tier)


def finished_seconds(facts: MediaFacts) -> Decimal:
    """Length of a finished film by its pictures, to a hundredth: sound ends in whole AAC frames and may be longer.

    Portrait models report such decimals (10.23); where they round is a GUESS. Source: spec/dashscope.md §9.4.
    """
    if facts.frame_count and facts.frames_per_second:
        seconds = Decimal(facts.frame_count) / facts.frames_per_second
    else:
        seconds = facts.seconds or NOTHING
    return seconds.quantize(HUNDREDTH)


def reference_seconds(
    request: VideoRequest, billing: Billing, video_seconds: Sequence[Decimal], output_seconds: Decimal
) -> tuple[Decimal, Decimal]:
    """Each reference video counts up to a cap that depends on how many references there are; plus the output.

    The caps are data: three references give 1.65 s, which no division yields. The first frame is not counted.
    Source: seed 003, billing.
    """
    if not video_seconds:
        return NOTHING, output_seconds
    count = max(len(request.subjects), len(video_seconds))
    cap = billing.input_caps[min(count, max(billing.input_caps))]
    return sum((min(max(length, NOTHING), cap) for length in video_seconds), NOTHING), output_seconds


def output_seconds(
    request: VideoRequest, billing: Billing, video_seconds: Sequence[Decimal], output_seconds: Decimal
) -> tuple[Decimal, Decimal]:
    """Only the finished video counts. Source: spec/dashscope.md §9.2."""
    return NOTHING, output_seconds


def source_and_output_seconds(
    request: VideoRequest, billing: Billing, video_seconds: Sequence[Decimal], output_seconds: Decimal
) -> tuple[Decimal, Decimal]:
    """The film that is worked on and the finished one. Source: spec/dashscope.md §11, wan2.7-videoedit.

    GUESS: of a film that is cut (`duration`) only the used part counts.
    """
    return sum((min(max(length, NOTHING), output_seconds) for length in video_seconds), NOTHING), output_seconds


def images(
    request: VideoRequest, billing: Billing, video_seconds: Sequence[Decimal], output_seconds: Decimal
) -> tuple[Decimal, Decimal]:
    """One image, whatever was found on it. Source: spec/dashscope.md §9.5."""
    return NOTHING, Decimal(1)


def credits_for(request: VideoRequest, card: ModelCard, seconds: Decimal) -> Decimal:
    """Whole credits for a film of that length, a second that is begun counted whole.

    The card's table tells them by tier and second (a longer film costs what its longest does), or a price per second,
    or one per five seconds begun; sound and some options cost more, and off-peak work less, rounded up.
    Source: spec/gateways.md §7; off-peak half is a GUESS there.
    """
    billing = card.billing
    tier = str(request.tier)
    whole = max(1, math.ceil(seconds))
    row = billing.credits.get(tier) or billing.credits.get("*")
    each = billing.credits_per_second.get(tier, billing.credits_per_second.get("*"))
    if row:
        amount = Decimal(row[min(whole, len(row)) - 1])
    elif each is not None:
        amount = each * whole
    elif billing.credits_per_5_seconds:
        amount = Decimal(billing.credits_per_5_seconds * -(-whole // FIVE_SECONDS))
    else:
        raise BadCard(f"{card.model} sells {tier} for no credits: add them to its card under [model.billing.credits]")
    for wish, more in billing.credits_for.items():
        if request.sound if wish == "sound" else request.options.get(wish):
            amount += more
    for option, share in billing.credits_share.items():
        if request.options.get(option):
            amount *= share
    return Decimal(math.ceil(amount))


CREDITS = "credits"
FORMULAS: Mapping[str, Formula] = {
    CREDITS: output_seconds,
    "reference-seconds": reference_seconds,
    "output-seconds": output_seconds,
    "source-and-output-seconds": source_and_output_seconds,
    "images": images,
}
"""The closed list of names a card may use as `billing.formula`."""
