"""Laws of validation, for every model: a request is either completed to something the card can make, or refused with
reasons; what is complete stays as it is; and what was seen in the media gives a film that can be made.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.wishes import FAMILIES, OFFERS, Offer, allowed
from understudy.catalog.promises import promise, rate_of
from understudy.catalog.sizing import settle
from understudy.catalog.urls import scheme_of
from understudy.catalog.validate import check_counts, complete, paths_for
from understudy.core.card import ModelCard
from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.core.request import MEDIUM_OF, MediaFacts, Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier

law = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
for_each = settings(law, max_examples=8)
BY_OFFER = pytest.mark.parametrize("offer", OFFERS, ids=str)
SHAPED = [offer for offer in FAMILIES if "first-frame-overrides-ratio" in offer.card.rules]

URLS = st.sampled_from(["https://host/a", "oss://folder/a", "data:image/png;base64,AAAA", "file:///a", ""]) | st.text()
REFERENCES = st.lists(
    st.builds(
        Reference,
        URLS,
        st.sampled_from(Medium),
        st.sampled_from([Role.SUBJECT, Role.SUBJECT, Role.SUBJECT, *Role]),
        voice=st.none() | URLS,
    ),
    max_size=7,
).map(lambda found: tuple(replace(r, path=f"[{n}].url", voice_path=f"[{n}].voice") for n, r in enumerate(found)))
SIZES = st.sampled_from([Size(1280, 720), Size(832, 1104), Size(1088, 832), Size(480, 480), Size(5, 5)])
REQUESTS = st.builds(
    VideoRequest,
    st.just("any"),
    prompt=st.text(max_size=20) | st.just("x" * 6000),
    references=REFERENCES,
    size=st.none() | SIZES,
    tier=st.none() | st.sampled_from([Tier(480), Tier(720), Tier(1080)]),
    ratio=st.none() | st.sampled_from([Ratio(16, 9), Ratio(3, 4), Ratio(2, 1)]),
    seconds=st.none() | st.integers(-5, 20),
    shot_type=st.none() | st.sampled_from(ShotType),
    sound=st.none() | st.booleans(),
    seed=st.none() | st.integers(-1, 2**31),
    options=st.dictionaries(
        st.sampled_from(["style", "fps", "mode", "frame_box", "obj_or_bg", "top_scale", "moon"]),
        st.none()
        | st.booleans()
        | st.integers(-9, 99)
        | st.floats(-2, 3)
        | st.text(max_size=4)
        | st.just([1, 2, 3, 4]),
        max_size=3,
    ),
)


def refused(error: InvalidRequest, card: ModelCard) -> None:
    """What every refusal must be."""
    assert error.violations
    assert all(violation.path and violation.reason for violation in error.violations)
    assert error.message == error.violations[0].reason, "the first speaks"
    missing = [v for v in error.violations if v.kind is ViolationKind.MISSING]
    assert all(v.reason.startswith(f"Field required: {v.path}") for v in missing), "in the vendor's words"
    assert len({(v.path, v.reason) for v in error.violations}) == len(error.violations), "nothing twice"


@law
@given(st.sampled_from(OFFERS), REQUESTS, st.sampled_from(Profile))
def test_any_request_is_completed_or_refused_with_reasons(
    offer: Offer, request: VideoRequest, profile: Profile
) -> None:
    card = offer.card
    try:
        made = complete(request, card, profile)
    except InvalidRequest as error:
        refused(error, card)
        return
    is_complete(made, card, profile)


def is_complete(made: VideoRequest, card: ModelCard, profile: Profile) -> None:
    assert None not in (made.sound, made.watermark, made.prompt_extend)
    assert (made.seconds is None) == (card.length not in ("asked", "source")) or card.length == "source"
    assert made.tier in (*card.tiers, None)
    assert made.tier is not None or not card.asks_size
    assert made.prompt.strip() or not card.prompt_required
    assert len(made.prompt) <= card.prompt_characters
    assert set(made.options) <= set(card.options)
    if made.size is not None:
        option = card.option_of(made.size)
        assert made.size in card.compat_sizes or (option and (option.tier, option.ratio) == (made.tier, made.ratio))
    assert all(
        scheme_of(r.url) in {"http", "https", "oss", "data"} for r in made.references if r.role is not Role.TEMPLATE
    )
    assert complete(made, card, profile) == made, "what is complete stays as it is"


@BY_OFFER
@for_each
@given(data=st.data(), profile=st.sampled_from(Profile))
def test_what_a_card_allows_is_completed_and_stays(offer: Offer, data: st.DataObject, profile: Profile) -> None:
    request, card = data.draw(allowed(offer)), offer.card
    try:
        made = complete(request, card, profile)
    except InvalidRequest as error:
        refused(error, card)
        fields = {v.path.rpartition(".")[2] for v in error.violations}
        assert fields <= {"ratio", "resolution", "size", "face_bbox", "ext_bbox"}, "the rest is as the card says"
        return
    is_complete(made, card, profile)
    check_counts(made, card, profile)
    assert settle(made, card, {}).references == made.references, "without facts nothing goes wrong"


@BY_OFFER
@for_each
@given(data=st.data())
def test_a_request_in_the_cards_own_numbers_is_never_refused(offer: Offer, data: st.DataObject) -> None:
    """Each field for itself is kept too."""
    card = offer.card
    request = data.draw(allowed(offer)).but(size=None, tier=None, ratio=None)
    if card.asks_size:
        option = data.draw(st.sampled_from(card.sizes))
        request = request.but(tier=option.tier, ratio=option.ratio)
    made = complete(request, card, Profile.COMPAT)
    lasting = card.length == "asked" or (card.length == "source" and request.seconds)
    assert not lasting or request.seconds in (None, made.seconds), "0 s of a source is as long as it is"
    for name in ("watermark", "prompt_extend", "seed"):
        said, kept = getattr(request, name), getattr(made, name)
        assert said is None or kept == said
    assert not card.asks_size or made.tier == request.tier
    assert {n: v for n, v in made.options.items() if n in request.options} == request.options


@BY_OFFER
def test_every_need_is_missed_by_its_official_name(offer: Offer) -> None:
    card = offer.card
    where = paths_for(card)
    with_nothing = VideoRequest(offer.model, offer.function)
    wanted = [where[f"role:{role}"] for role in card.needs if f"role:{role}" in where]
    wanted += ["input.prompt"] if card.prompt_required else []
    try:
        complete(with_nothing, card, Profile.COMPAT)
    except InvalidRequest as error:
        refused(error, card)
        told = [v.path for v in error.violations if v.kind is ViolationKind.MISSING]
        assert set(wanted) <= set(told)
    else:
        assert not wanted


SEEN = st.builds(Size, st.integers(240, 8000), st.integers(240, 8000)).filter(
    lambda size: 1 / 8 <= size.aspect <= 8
) | st.sampled_from([Size(1280, 720), Size(1279, 719), Size(1920, 1080), Size(400, 400)])


@BY_OFFER
@for_each
@given(
    data=st.data(), size=SEEN, seconds=st.decimals("0.04", 200, places=2), rate=st.sampled_from(["24", "29.97", "60"])
)
def test_what_is_seen_gives_a_film_that_can_be_made(
    offer: Offer, data: st.DataObject, size: Size, seconds: Decimal, rate: str
) -> None:
    card = offer.card
    request = data.draw(allowed(offer)).but(size=None, tier=None, ratio=None)
    made = complete(request, card, Profile.COMPAT)
    facts = {r.role: seen(r, size, seconds, rate) for r in made.references if r.role is not Role.SUBJECT}
    settled = settle(made, card, facts)
    if card.sizing == "none":
        assert settled == made
        return
    promised = promise(settled, card, facts)
    assert rate_of(settled, card, facts) == promised.frames_per_second > 0
    assert promised.frame_count is None or promised.frame_count >= 1
    assert promised.size is not None
    assert promised.size.width % 2 == promised.size.height % 2 == 0
    if settled.tier is not None and card.sizing not in ("short-side", "frame-box"):
        most = max(option.size.area for option in card.sizes if option.tier == settled.tier)
        assert promised.size.area <= most * 1.04, "a tier is never exceeded"
    assert promised.seconds is None or promised.seconds > 0
    assert promised.seconds is None or card.seconds.most is None or promised.seconds <= card.seconds.most
    if card.sound in ("always", "never"):
        assert promised.sound is (card.sound == "always")


def seen(reference: Reference, size: Size, seconds: Decimal, rate: str) -> MediaFacts:
    medium = MEDIUM_OF.get(reference.role, Medium.VIDEO)
    film = medium is Medium.VIDEO
    return MediaFacts(
        medium,
        "any",
        1,
        size=None if medium is Medium.AUDIO else size,
        seconds=None if medium is Medium.IMAGE else seconds,
        frames_per_second=Decimal(rate) if film else None,
        has_sound=not film,
    )


@law
@given(
    st.sampled_from(SHAPED),
    st.integers(240, 8000),
    st.integers(240, 8000),
    st.data(),
)
def test_a_first_frame_shapes_the_film_and_not_its_price(
    offer: Offer, width: int, height: int, data: st.DataObject
) -> None:
    card = offer.card
    if not 1 / 8 <= width / height <= 8:
        return
    tier = data.draw(st.sampled_from(card.tiers))
    asked = VideoRequest(
        card.model,
        prompt="a prompt",
        references=(
            Reference("https://host/f", Medium.IMAGE, Role.FIRST_FRAME),
            *([Reference("https://host/a", Medium.IMAGE)] if card.counts.total[0] else []),
            *([Reference("https://host/l", Medium.IMAGE, Role.LAST_FRAME)] if "last_frame" in card.media else []),
        ),
        tier=tier,
        ratio=data.draw(st.none() | st.sampled_from(card.ratios)),
    )
    made = settle(
        complete(asked, card, Profile.COMPAT),
        card,
        {Role.FIRST_FRAME: MediaFacts(Medium.IMAGE, "png", 1, Size(width, height))},
    )
    assert made.tier == tier
    assert made.size is not None
    assert made.size.width % 8 == made.size.height % 8 == 0
    area = next(option.size.area for option in card.sizes if option.tier == tier)
    # 2 % from picture to ratio, 2 % from ratio to documented size (13:17 stands for 3:4), steps of 8 pixels
    tolerance = 0.045
    assert abs(float(made.size.aspect) / (width / height) - 1) < tolerance
    assert abs(made.size.area / area - 1) < tolerance


@given(st.text())
def test_any_text_has_a_scheme_or_none(url: str) -> None:
    assert isinstance(scheme_of(url), str)


LINKS = st.sampled_from(["https://host/b", "http://10.1.1.1:8/c?d", "oss://folder/b", "file:///b", ""])
FACETS = ("function", "size", "tier", "ratio", "seconds", "shot_type", "sound", "watermark", "prompt_extend", "options")


@BY_OFFER
@for_each
@given(data=st.data())
def test_what_became_of_one_request_changes_nothing_for_the_next(offer: Offer, data: st.DataObject) -> None:
    """Verdicts are kept by shape; a card that was never asked before must say the same of every request."""
    card = replace(offer.card)
    first = data.draw(allowed(offer))
    other = data.draw(allowed(offer) | REQUESTS)
    references = data.draw(st.sampled_from([first.references, other.references])) or first.references
    changed = data.draw(st.sets(st.sampled_from(FACETS), max_size=1))
    second = first.but(
        prompt=data.draw(st.sampled_from([first.prompt, "", "雨"])),
        seed=data.draw(st.none() | st.integers(-1, 2**31)),
        references=tuple(
            replace(
                r,
                url=data.draw(st.just(r.url) | LINKS),
                voice=data.draw(st.just(r.voice) | LINKS),
                medium=data.draw(st.just(r.medium) | st.sampled_from(Medium)),
            )
            for r in references
        ),
        **{name: getattr(other, name) for name in changed},
    )
    for request, profile in ((first, Profile.COMPAT), (second, Profile.COMPAT), (second, Profile.STRICT)):
        assert outcome(request, card, profile) == outcome(request, replace(card), profile)


def outcome(request: VideoRequest, card: ModelCard, profile: Profile) -> object:
    try:
        return complete(request, card, profile)
    except InvalidRequest as error:
        return error.violations
