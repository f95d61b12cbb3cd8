"""Laws of validation: a request is either completed to something the card can make, or refused with reasons."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from understudy.catalog.shelf import Shelf
from understudy.catalog.sizing import settle
from understudy.catalog.urls import scheme_of
from understudy.catalog.validate import check_counts, complete
from understudy.core.card import ModelCard
from understudy.core.faults import InvalidRequest
from understudy.core.request import MediaFacts, Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier

CARDS = Shelf.open().all()
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
).map(tuple)
SIZES = st.sampled_from([Size(1280, 720), Size(832, 1104), Size(1088, 832), Size(5, 5)])
REQUESTS = st.builds(
    VideoRequest,
    st.just("any"),
    st.text(max_size=20) | st.just("x" * 6000),
    references=REFERENCES,
    size=st.none() | SIZES,
    tier=st.none() | st.sampled_from([Tier(480), Tier(720), Tier(1080)]),
    ratio=st.none() | st.sampled_from([Ratio(16, 9), Ratio(3, 4), Ratio(2, 1)]),
    seconds=st.none() | st.integers(-5, 20),
    shot_type=st.none() | st.sampled_from(ShotType),
    sound=st.none() | st.booleans(),
    seed=st.none() | st.integers(-1, 2**31),
)
GOOD = st.builds(
    VideoRequest,
    st.just("any"),
    st.just("a prompt"),
    references=st.lists(
        st.builds(Reference, st.just("https://host/a"), st.sampled_from([Medium.IMAGE, Medium.VIDEO])),
        min_size=1,
        max_size=3,
    ).map(tuple),
    tier=st.none() | st.sampled_from([Tier(720), Tier(1080)]),
    ratio=st.none() | st.sampled_from([Ratio(16, 9), Ratio(3, 4)]),
    seconds=st.none() | st.integers(2, 10),
)


def _completed(request: VideoRequest, card: ModelCard, profile: Profile) -> VideoRequest | None:
    """The completed request; None when it was refused, and then with reasons."""
    try:
        return complete(request, card, profile)
    except InvalidRequest as error:
        refused = error
    assert refused.violations
    assert all(violation.path and violation.reason for violation in refused.violations)
    assert refused.message == refused.violations[0].reason
    return None


@given(REQUESTS | GOOD, st.sampled_from(CARDS), st.sampled_from(Profile))
def test_a_request_is_completed_or_refused_with_reasons(
    request: VideoRequest, card: ModelCard, profile: Profile
) -> None:
    made = _completed(request, card, profile)
    if made is None:
        return
    assert None not in (made.seconds, made.sound, made.watermark, made.prompt_extend, made.tier)
    assert made.prompt.strip()
    assert len(made.prompt) <= card.prompt_characters
    if made.first_frame is None:
        option = card.option_of(made.size) if made.size else None
        assert option is not None
        assert (option.tier, option.ratio) == (made.tier, made.ratio)
    assert all(scheme_of(reference.url) in {"http", "https", "oss", "data"} for reference in made.references)
    assert complete(made, card, profile) == made, "what is complete stays as it is"


@given(GOOD, st.sampled_from(CARDS))
def test_a_good_request_is_never_refused(request: VideoRequest, card: ModelCard) -> None:
    made = complete(request, card, Profile.STRICT)
    check_counts(made, card)
    assert settle(made, card, {}) == made
    for name in ("seconds", "tier", "ratio"):
        said = getattr(request, name)
        assert said is None or getattr(made, name) == said


@given(
    st.integers(240, 8000),
    st.integers(240, 8000),
    st.sampled_from([Tier(720), Tier(1080)]),
)
def test_a_first_frame_shapes_the_film_and_not_its_price(width: int, height: int, tier: Tier) -> None:
    card = next(card for card in CARDS if "first-frame-overrides-ratio" in card.rules)
    if not 1 / 8 <= width / height <= 8:
        return
    opening = Reference("https://host/f", Medium.IMAGE, Role.FIRST_FRAME)
    subject = Reference("https://host/a", Medium.IMAGE)
    asked = VideoRequest(card.model, "a prompt", references=(opening, subject), tier=tier)
    made = settle(
        complete(asked, card, Profile.COMPAT),
        card,
        {Role.FIRST_FRAME: MediaFacts(Medium.IMAGE, "png", 1, Size(width, height))},
    )
    assert made.tier == tier
    assert made.size is not None
    assert made.size.width % 8 == made.size.height % 8 == 0
    assert abs(float(made.size.aspect) / (width / height) - 1) < 0.025
    area = next(option.size.area for option in card.sizes if option.tier == tier)
    assert abs(made.size.area / area - 1) < 0.03


@given(st.text())
def test_any_text_has_a_scheme_or_none(url: str) -> None:
    assert isinstance(scheme_of(url), str)
