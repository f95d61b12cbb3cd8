"""Quote and charge are one: whatever is quoted with the true lengths is what the finished film costs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from laws.wishes import OFFERS, SHELF, Offer, full
from understudy.catalog import tariffs
from understudy.catalog.promises import promise
from understudy.catalog.sizing import settle, source_of
from understudy.catalog.validate import complete
from understudy.core.faults import InvalidRequest, Refused
from understudy.core.request import MediaFacts, Medium, Profile, Reference, Role, VideoRequest
from understudy.core.units import Size
from understudy.service.quotes import quote

REGION = "cn-beijing"
LENGTHS = (Decimal("3.37"), Decimal("4.5"), Decimal(5), Decimal("6.1"), Decimal(7))


def whole(offer: Offer) -> VideoRequest:
    try:
        return complete(full(offer), offer.card, Profile.COMPAT)
    except InvalidRequest:
        pytest.skip("everything at once is more than this model takes")


@pytest.mark.parametrize("offer", OFFERS, ids=str)
def test_a_quote_is_what_the_finished_film_costs(offer: Offer) -> None:
    """Told before from lengths alone, and afterwards from the probed media and the file, as the worker does it."""
    request, card = whole(offer), offer.card
    films = [r for r in request.references if r.medium is Medium.VIDEO]
    sounds = [r for r in request.references if r.role is Role.DRIVING_AUDIO]
    given = dict(zip((*films, *sounds), LENGTHS, strict=False))
    facts = {r.role: probed(r, given.get(r)) for r in reversed(request.references) if r.role is not Role.SUBJECT}
    settled = settle(request, card, facts)
    promised = promise(settled, card, facts)
    try:
        quoted = quote(request, card, tuple(given.values()), REGION)
    except Refused:
        assert promised.seconds is None
        return
    if card.makes.is_check:
        assert quoted.charge == tariffs.measure(request, card, (), Decimal(0), REGION)[1]
        return
    subjects = [given[r] for r in films if r.role is Role.SUBJECT]
    source = source_of(facts)
    billed = subjects or ([source.seconds] if source is not None and source.seconds is not None else [])
    made = settled.but(frames_per_second=promised.frames_per_second)
    rate = Decimal(promised.frames_per_second.numerator) / promised.frames_per_second.denominator
    film = MediaFacts(Medium.VIDEO, "mp4", 1, frames_per_second=rate, frame_count=promised.frame_count)
    usage, charge = tariffs.measure(made, card, billed, tariffs.finished_seconds(film), REGION)
    assert quoted.charge == charge
    assert (quoted.usage.output_seconds, quoted.usage.input_seconds) == (usage.output_seconds, usage.input_seconds)


def probed(reference: Reference, seconds: Decimal | None) -> MediaFacts:
    """What a probe finds: a picture of the usual size, at thirty frames a second if it moves."""
    rate = Decimal(30) if reference.medium is Medium.VIDEO else None
    return MediaFacts(reference.medium, "x", 1, Size(1280, 720), seconds, rate)


def test_lengths_go_to_films_first_then_to_sound() -> None:
    card = SHELF.find("wan2.2-s2v")
    request = VideoRequest(
        card.model,
        references=(
            Reference("https://x/a.wav", Medium.AUDIO, Role.DRIVING_AUDIO),
            Reference("https://x/a.png", Medium.IMAGE, Role.PORTRAIT),
        ),
    )
    asked = complete(request, card, Profile.COMPAT)
    assert quote(asked, card, (Decimal(6),), REGION).usage.output_seconds == 6
    with pytest.raises(Refused, match="Give their lengths as video_seconds"):
        quote(asked, card, (), REGION)
