"""Laws of billing, over made-up requests for every model: never negative, never above its cap, never falling as the
film grows, and as quoted so charged.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.wishes import FAMILIES, OFFERS, Offer, allowed
from understudy.catalog import tariffs
from understudy.catalog.sizing import settle
from understudy.catalog.validate import complete
from understudy.core.card import ModelCard
from understudy.core.request import Medium, Profile, Reference, VideoRequest
from understudy.core.usage import MICRO

law = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
LENGTH = st.decimals(min_value=0, max_value=100, places=6)
R2V = [offer for offer in OFFERS if offer.card.billing.formula == "reference-seconds"]
SAME_FILM = ("output-seconds", "images")


@dataclass(frozen=True)
class Work:
    """A settled request, the lengths of the films given with it, and a region."""

    request: VideoRequest
    card: ModelCard
    lengths: tuple[Decimal, ...]
    region: str

    def charge(self, seconds: Decimal, lengths: tuple[Decimal, ...] | None = None) -> Decimal:
        given_films = self.lengths if lengths is None else lengths
        return tariffs.measure(self.request, self.card, given_films, seconds, self.region)[1].amount


@st.composite
def works(draw: st.DrawFn, offers: list[Offer] = FAMILIES) -> Work:
    offer = draw(st.sampled_from(offers))
    request = draw(allowed(offer)).but(size=None, tier=None, ratio=None)
    if offer.card.asks_size:
        request = request.but(tier=draw(st.sampled_from(offer.card.tiers)))
    made = settle(complete(request, offer.card, Profile.COMPAT), offer.card, {})
    films = sum(r.medium is Medium.VIDEO for r in made.subjects)
    if offer.card.billing.formula == "source-and-output-seconds":
        films = 1
    region = draw(st.sampled_from(offer.card.regions))
    return Work(made, offer.card, tuple(draw(st.lists(LENGTH, min_size=films, max_size=films))), region)


@pytest.mark.parametrize("offer", OFFERS, ids=str)
@settings(law, max_examples=8)
@given(data=st.data(), seconds=LENGTH)
def test_everything_a_card_allows_has_a_price_in_its_regions(
    offer: Offer, data: st.DataObject, seconds: Decimal
) -> None:
    """Never BadCard, never negative, and the parts add up."""
    work = data.draw(works([offer]))
    usage, charge = tariffs.measure(work.request, work.card, work.lengths, seconds, work.region)
    assert charge.unit_price >= 0
    assert charge.currency == "CNY"
    assert charge.amount == (charge.quantity * charge.unit_price).quantize(MICRO) >= 0
    if work.card.makes.is_check:
        assert (usage.image_count, usage.video_count, charge.quantity) == (1, 0, 1)
        return
    assert usage.output_seconds == seconds
    assert usage.billed_seconds == usage.input_seconds + usage.output_seconds
    assert charge.unit != "second" or charge.quantity == usage.billed_seconds
    assert 0 <= usage.input_seconds <= sum(work.lengths)
    assert (usage.tier, usage.size, usage.ratio) == (work.request.tier, work.request.size, work.request.ratio)


@law
@given(works([offer for offer in FAMILIES if offer.card.length == "asked"]))
def test_the_quote_is_the_charge(work: Work) -> None:
    assert work.request.seconds is not None
    seconds = Decimal(work.request.seconds)
    measured = tariffs.measure(work.request, work.card, work.lengths, seconds, work.region)
    assert tariffs.quote(work.request, work.card, work.lengths, work.region) == measured


@law
@given(works(), LENGTH, LENGTH)
def test_more_film_never_costs_less(work: Work, seconds: Decimal, more: Decimal) -> None:
    assert work.charge(seconds) <= work.charge(seconds + more)
    longer = tuple(length + more for length in work.lengths)
    assert work.charge(seconds) <= work.charge(seconds, longer)
    if work.card.billing.formula in SAME_FILM:
        assert work.charge(seconds) == work.charge(seconds, longer), "what is given is free"


@law
@given(works(R2V), st.randoms())
def test_the_order_of_the_references_does_not_matter(work: Work, random: st.random.Random) -> None:
    request = work.request
    turned = request.but(references=tuple(random.sample(request.references, len(request.references))))
    shuffled = random.sample(work.lengths, len(work.lengths))
    assert tariffs.quote(turned, work.card, shuffled, work.region) == tariffs.quote(
        request, work.card, work.lengths, work.region
    )


@law
@given(works(R2V))
def test_reference_films_are_capped_and_another_picture_never_makes_it_dearer(work: Work) -> None:
    usage, charge = tariffs.quote(work.request, work.card, work.lengths, work.region)
    assert usage.input_seconds <= 5
    wider = work.request.but(references=(*work.request.references, Reference("https://host/b", Medium.IMAGE)))
    assert tariffs.quote(wider, work.card, work.lengths, work.region)[1].amount <= charge.amount


@law
@given(works(), st.decimals(1, 100, places=3))
def test_silence_is_cheaper_only_where_the_card_says_so(work: Work, seconds: Decimal) -> None:
    loud, silent = (
        tariffs.measure(work.request.but(sound=sound), work.card, work.lengths, seconds, work.region)[1]
        for sound in (True, False)
    )
    row = work.card.billing.prices.get(work.region, {})
    if f"{work.request.tier}:silent" in row:
        assert silent.amount < loud.amount
    else:
        assert silent == loud


@law
@given(works(), LENGTH, st.decimals(0, 50, places=2))
def test_a_free_quota_is_never_overdrawn(work: Work, seconds: Decimal, left: Decimal) -> None:
    _, charge = tariffs.measure(work.request, work.card, work.lengths, seconds, work.region)
    less = charge.less_quota(left)
    assert 0 <= less.free_quantity <= min(left, charge.quantity)
    assert 0 <= less.amount <= charge.amount
