"""Laws of billing, over made-up requests: never negative, never above its cap, never falling as the film grows."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from understudy.catalog import tariffs
from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.core.card import ModelCard
from understudy.core.request import Medium, Profile, Reference, VideoRequest
from understudy.core.units import Tier

CARDS = Shelf.open().all()
LENGTH = st.decimals(min_value=0, max_value=100, places=6)


@st.composite
def works(draw: st.DrawFn) -> tuple[VideoRequest, ModelCard, list[Decimal], str]:
    """A complete request, its card, the lengths of its reference videos, and a region."""
    card = draw(st.sampled_from(CARDS))
    lengths = draw(st.lists(LENGTH, max_size=card.counts.videos[1]))
    images = draw(st.integers(0 if lengths else 1, card.counts.total[1] - len(lengths)))
    given_media = draw(st.permutations([Medium.VIDEO] * len(lengths) + [Medium.IMAGE] * images))
    request = VideoRequest(
        card.model,
        "a prompt",
        references=tuple(Reference("https://host/a", medium) for medium in given_media),
        tier=Tier(draw(st.sampled_from([720, 1080]))),
        seconds=draw(st.integers(2, 10)),
        sound=draw(st.booleans()),
    )
    return complete(request, card, Profile.COMPAT), card, lengths, draw(st.sampled_from(card.regions))


@given(works())
def test_amounts_add_up_and_keep_to_their_bounds(work: tuple[VideoRequest, ModelCard, list[Decimal], str]) -> None:
    request, card, lengths, region = work
    usage, charge = tariffs.quote(request, card, lengths, region)
    assert 0 <= usage.input_seconds <= 5
    assert usage.input_seconds <= sum(lengths)
    assert usage.output_seconds == request.seconds
    assert usage.billed_seconds == charge.quantity == usage.input_seconds + usage.output_seconds
    assert charge.unit_price > 0
    assert charge.amount == (charge.quantity * charge.unit_price).quantize(Decimal("0.000001")) > 0
    if not lengths:
        assert usage.input_seconds == 0


@given(works())
def test_the_quote_is_the_charge(work: tuple[VideoRequest, ModelCard, list[Decimal], str]) -> None:
    request, card, lengths, region = work
    assert request.seconds is not None
    measured = tariffs.measure(request, card, lengths, Decimal(request.seconds), region)
    assert tariffs.quote(request, card, lengths, region) == measured


@given(works(), LENGTH)
def test_more_film_never_costs_less(work: tuple[VideoRequest, ModelCard, list[Decimal], str], more: Decimal) -> None:
    request, card, lengths, region = work
    assert request.seconds is not None
    _, less = tariffs.measure(request, card, lengths, Decimal(request.seconds), region)
    _, longer = tariffs.measure(request, card, lengths, request.seconds + more, region)
    assert less.amount <= longer.amount
    _, richer = tariffs.measure(request, card, [length + more for length in lengths], Decimal(request.seconds), region)
    assert less.amount <= richer.amount


@given(works(), st.randoms())
def test_the_order_of_the_references_does_not_matter(
    work: tuple[VideoRequest, ModelCard, list[Decimal], str], random: st.random.Random
) -> None:
    request, card, lengths, region = work
    shuffled = random.sample(lengths, len(lengths))
    turned = request.but(references=tuple(random.sample(request.references, len(request.references))))
    assert tariffs.quote(turned, card, shuffled, region) == tariffs.quote(request, card, lengths, region)


@given(works())
def test_another_picture_never_makes_it_dearer(work: tuple[VideoRequest, ModelCard, list[Decimal], str]) -> None:
    request, card, lengths, region = work
    wider = request.but(references=(*request.references, Reference("https://host/b", Medium.IMAGE)))
    assert (
        tariffs.quote(wider, card, lengths, region)[1].amount <= tariffs.quote(request, card, lengths, region)[1].amount
    )


@given(works())
def test_silence_is_cheaper_only_where_the_card_says_so(
    work: tuple[VideoRequest, ModelCard, list[Decimal], str],
) -> None:
    request, card, lengths, region = work
    loud, silent = (tariffs.quote(request.but(sound=sound), card, lengths, region)[1] for sound in (True, False))
    if f"{request.tier}:silent" in card.billing.prices[region]:
        assert silent.amount < loud.amount
    else:
        assert silent == loud
