"""Made-up requests for any card, drawn from what the card says it takes. No model is named here.

`sayable` keeps to the words a model has on the DashScope wire and to nothing else: lengths, counts and texts may be
absurd. `allowed` keeps to what a card allows, in words of ours that the wire may lack. `full` says everything at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from understudy.core.card import Length, ModelCard, Option, OptionKind, Sound
from understudy.core.request import MEDIUM_OF, Medium, Reference, Role, ShotType, VideoRequest
from understudy.dialects.dashscope.inputs import R2V_MEDIA_TYPES, plain_medium
from understudy.dialects.dashscope.shapes import MEDIA_TYPES
from unit.catalog.asked import SHELF, VENDORS


@dataclass(frozen=True)
class Offer:
    """One thing that can be asked for: a model, or one function of a model that has several."""

    model: str
    function: str = ""

    @property
    def card(self) -> ModelCard:
        return SHELF.find(self.model).of(self.function)

    def __str__(self) -> str:
        return f"{self.model}.{self.function}" if self.function else self.model


CARDS = VENDORS
"""The models of the DashScope wire; another vendor's are asked for in his own words, and have laws of their own."""
OFFERS = [Offer(card.model, function) for card in CARDS for function in (card.functions or ("",))]


def _families(offers: list[Offer]) -> list[Offer]:
    """The first offer of each kind of wire: those whose hints and lengths are alike are asked in the same words."""
    first: dict[Any, Offer] = {}
    for offer in offers:
        card, hints = offer.card, offer.card.hints("dashscope")
        words = (card.family, card.makes, hints.get("picture"), hints.get("references"), hints.get("media_types"))
        first.setdefault(str((*words, sorted(hints.get("fields", ())), card.sound, card.length)), offer)
    return list(first.values())


FAMILIES = _families(OFFERS)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
NAMES = st.text(st.characters(categories=["L", "N"], include_characters=" -_图片"), min_size=1, max_size=12)
STEMS = st.builds(
    "{}{}".format, st.sampled_from(["https://x.example/", "http://10.0.0.1:8/", "oss://d/acct/1/"]), NAMES
)
IMAGES = st.builds("{}{}".format, STEMS, st.sampled_from([".png", ".JPG", ".webp?Expires=1", ".jpeg#f"]))
VIDEOS = st.builds("{}{}".format, STEMS, st.sampled_from([".mp4", ".MOV", ".mp4?x=.png"]))
BARE = STEMS.filter(lambda url: plain_medium(url) is Medium.UNKNOWN)
LINKS = IMAGES | VIDEOS | BARE


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def rarely(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), st.none(), strategy)


# What a model has words for -----------------------------------------------------------------------------------------


@st.composite
def sayable(draw: st.DrawFn, offer: Offer) -> VideoRequest:
    """A request in the words the card's model has on this wire."""
    card = offer.card
    options = {name: draw(maybe(_values(option) | st.integers() | TEXTS)) for name, option in card.options.items()}
    return VideoRequest(
        offer.model,
        offer.function,
        draw(TEXTS),
        draw(TEXTS),
        draw(_references(card)),
        **draw(_picture(card)),
        seconds=draw(maybe(st.integers(-5, 99))) if _has_seconds(card) else None,
        shot_type=draw(maybe(st.sampled_from(ShotType))) if card.defaults.shot_type else None,
        sound=draw(maybe(st.booleans())) if card.sound is Sound.OPTIONAL else None,
        watermark=draw(maybe(st.booleans())),
        prompt_extend=draw(maybe(st.booleans())),
        seed=draw(maybe(st.integers())),
        options={name: value for name, value in options.items() if value is not None},
    )


def _has_seconds(card: ModelCard) -> bool:
    return card.length in (Length.ASKED, Length.SOURCE)


@st.composite
def _references(draw: st.DrawFn, card: ModelCard) -> tuple[Reference, ...]:
    own = card.hints("dashscope").get("references")
    if own == "media":
        types = card.hints("dashscope").get("media_types", R2V_MEDIA_TYPES)
        return tuple(draw(st.lists(_media_items(types), max_size=7)))
    if own == "reference_urls":
        return tuple(draw(st.lists(_url_references(), max_size=7)))
    subjects = draw(st.lists(LINKS, max_size=4)) if own else []
    by_field = [Reference(draw(LINKS), *kind) for kind in kinds_of(card) if draw(st.booleans())]
    return (*(Reference(url, Medium.IMAGE) for url in subjects), *by_field)


def kinds_of(card: ModelCard) -> list[tuple[Medium, Role]]:
    """Medium and role of every single field, in the order of the fields."""
    found: list[tuple[Medium, Role]] = []
    for text in dict.fromkeys(card.hints("dashscope").get("fields", {}).values()):
        name, _, medium = text.partition(":")
        role = Role(name)
        found.append((Medium(medium) if medium else MEDIUM_OF.get(role, Medium.UNKNOWN), role))
    return found


@st.composite
def _media_items(draw: st.DrawFn, types: tuple[str, ...]) -> Reference:
    """A reference as `media[]` can say it: any URL, as its type says the medium."""
    role, medium = MEDIA_TYPES[draw(st.sampled_from(types))]
    voice = draw(maybe(BARE)) if role is Role.SUBJECT else None
    return Reference(draw(LINKS), medium, role, voice, draw(maybe(TEXTS.filter(bool))))


@st.composite
def _url_references(draw: st.DrawFn) -> Reference:
    """A reference as `reference_urls` can say it: the medium is what the URL shows."""
    url = draw(LINKS)
    medium = plain_medium(url)
    described = maybe(TEXTS.filter(bool)) if medium is not Medium.IMAGE else st.none()
    return Reference(url, medium, description=draw(described))


@st.composite
def _picture(draw: st.DrawFn, card: ModelCard) -> dict[str, Any]:
    if not card.asks_size:
        return {}
    by = card.hints("dashscope")["picture"]
    if by == "size":
        return {"size": draw(maybe(st.sampled_from(card.sizes).map(lambda option: option.size)))}
    said = {"tier": draw(maybe(st.sampled_from(card.tiers)))}
    return said | ({"ratio": draw(maybe(st.sampled_from(card.ratios)))} if by == "resolution+ratio" else {})


def _values(option: Option) -> st.SearchStrategy[Any]:
    """A value that the option takes."""
    least = option.range.least if option.range.least is not None else Decimal(-1000)
    most = option.range.most if option.range.most is not None else Decimal(1000)
    if option.kind is OptionKind.FLAG:
        return st.booleans()
    if option.kind is OptionKind.TEXT:
        return st.sampled_from(option.choices) if option.choices else TEXTS
    if option.kind is OptionKind.TEXTS:
        return st.lists(st.sampled_from(option.choices) if option.choices else TEXTS, max_size=3)
    if option.kind is OptionKind.WHOLE:
        if option.choices:
            return st.sampled_from([int(choice) for choice in option.choices])
        return st.integers(int(least), int(most))
    if option.kind is OptionKind.NUMBER:
        return st.sampled_from([float(least), float(most), float((least + most) / 2), float(least + most / 3)])
    corners = st.lists(st.integers(0, 4000), min_size=2, max_size=2, unique=True).map(sorted)
    return st.tuples(corners, corners).map(lambda c: [c[0][0], c[1][0], c[0][1], c[1][1]])


# What a card allows -------------------------------------------------------------------------------------------------


@st.composite
def allowed(draw: st.DrawFn, offer: Offer) -> VideoRequest:
    """A request the card most likely allows, in words of ours that this wire may lack."""
    card = offer.card
    references = draw(_allowed_references(card))
    picture: dict[str, Any] = {}
    if card.asks_size:
        option, other = draw(st.sampled_from(card.sizes)), draw(st.sampled_from(card.sizes))
        picture = {
            "size": draw(maybe(st.just(option.size))),
            "tier": draw(maybe(st.sampled_from([option.tier, option.tier, other.tier]))),
            "ratio": draw(maybe(st.sampled_from([option.ratio, option.ratio, other.ratio]))),
        }
    images = sum(r.role is Role.SUBJECT for r in references)
    options = {name: draw(maybe(_values(option))) for name, option in card.options.items() if not option.required}
    options |= {name: draw(_values(option)) for name, option in card.options.items() if option.required}
    if options.get("obj_or_bg") is not None:
        options["obj_or_bg"] = ["obj"] * images
    return VideoRequest(
        offer.model,
        offer.function,
        draw(TEXTS.filter(str.strip)) if card.prompt_required else draw(TEXTS),
        draw(TEXTS),
        references,
        **picture,
        seconds=draw(maybe(_lengths(card))),
        shot_type=draw(rarely(st.sampled_from(ShotType))),
        sound=draw(rarely(st.booleans())),
        watermark=draw(maybe(st.booleans())),
        prompt_extend=draw(maybe(st.booleans())),
        seed=draw(maybe(st.integers(0, card.seed_most))),
        options={name: value for name, value in options.items() if value is not None},
    )


def _lengths(card: ModelCard) -> st.SearchStrategy[int]:
    if "seconds-limit-tier" in card.rules:
        return st.just(min(card.seconds_choices))  # what every tier sells
    if card.seconds_choices:
        return st.sampled_from(card.seconds_choices)
    interval = card.seconds_with_video or card.seconds
    return st.integers(int(interval.least or 0), int(interval.most or 10))


@st.composite
def _allowed_references(draw: st.DrawFn, card: ModelCard) -> tuple[Reference, ...]:
    found: list[Reference] = []
    least, most = card.counts.total
    if most:
        own = card.hints("dashscope").get("references")
        media = [m for m in (Medium.IMAGE, Medium.VIDEO) if m.value in card.media] or [Medium.IMAGE]
        if own == "ref_images_url" or not card.counts.videos[1]:
            media = [Medium.IMAGE]
        count = draw(st.integers(least, min(most, 3)))
        for _ in range(count):
            medium = draw(st.sampled_from(media))
            if own == "reference_urls":
                medium = draw(st.sampled_from([medium, Medium.UNKNOWN]))
            url = draw({Medium.IMAGE: IMAGES, Medium.VIDEO: VIDEOS}.get(medium, BARE))
            found.append(Reference(url, medium, voice=draw(rarely(BARE)) if "voice" in card.media else None))
    found += [Reference(draw(BARE), medium, role) for medium, role in draw(_roles(card))]
    return tuple(found)


@st.composite
def _roles(draw: st.DrawFn, card: ModelCard) -> list[tuple[Medium, Role]]:
    """The single media a request must have, and some it may have, none twice."""
    kinds = kinds_of(card)
    in_a_list = card.hints("dashscope").get("references") in ("media", "reference_urls")
    if in_a_list:
        types = card.hints("dashscope").get("media_types", R2V_MEDIA_TYPES)
        kinds = [(medium, role) for role, medium in (MEDIA_TYPES[name] for name in types) if role is not Role.SUBJECT]
    by_role = {role: (medium, role) for medium, role in draw(st.permutations(kinds))}
    must = set(card.needs) | ({draw(st.sampled_from(card.needs_one))} if card.needs_one else set())
    if "last-frame-or-template" in card.rules:
        must.add(Role.LAST_FRAME)
    if "audio-or-text" in card.rules:
        must.add(Role.DRIVING_AUDIO)
    known = [role for role in by_role if role is Role.TEMPLATE or role.value in card.media]
    chosen = [by_role[role] for role in known if role in must or draw(st.booleans())]
    return chosen if in_a_list else sorted(chosen, key=kinds.index)  # fields have no order but their own


# Everything at once -------------------------------------------------------------------------------------------------


def full(offer: Offer) -> VideoRequest:
    """A request that says everything its model has a word for, each with a value that is not the default."""
    card = offer.card
    hints = card.hints("dashscope")
    own = hints.get("references")
    references: list[Reference] = []
    if own == "media":
        for number, name in enumerate(hints.get("media_types", R2V_MEDIA_TYPES)):
            role, medium = MEDIA_TYPES[name]
            references.append(Reference(f"https://x/{number}", medium, role))
        references[0] = replace(references[0], voice="https://x/voice", description="a rider")
    elif own == "reference_urls":
        references = [Reference("https://x/a.mp4", Medium.VIDEO, description="a rider")]
    elif own:
        references = [Reference("https://x/subject", Medium.IMAGE)]
    if own not in ("media", "reference_urls"):
        references += [Reference(f"https://x/{role}", medium, role) for medium, role in kinds_of(card)]
    picture: dict[str, Any] = {}
    if card.asks_size:
        option = card.sizes[-1]
        by = hints["picture"]
        picture = {"size": option.size} if by == "size" else {"tier": option.tier}
        picture |= {"ratio": option.ratio} if by == "resolution+ratio" else {}
    return VideoRequest(
        offer.model,
        offer.function,
        "a prompt",
        "no rain",
        tuple(references),
        **picture,
        seconds=4 if _has_seconds(card) else None,
        shot_type=ShotType.MULTI if card.defaults.shot_type else None,
        sound=False if card.sound is Sound.OPTIONAL else None,
        watermark=True,
        prompt_extend=False,
        seed=7,
        options={name: _example(option) for name, option in card.options.items()},
    )


def _example(option: Option) -> Any:
    if option.kind is OptionKind.FLAG:
        return option.default is False
    if option.kind is OptionKind.TEXTS:
        return [option.choices[-1]]
    if option.kind is OptionKind.BOX:
        return [10, 20, 110, 220]
    if option.choices:
        other = next((choice for choice in option.choices if choice != str(option.default)), option.choices[0])
        return int(other) if option.kind is OptionKind.WHOLE else other
    if option.kind is OptionKind.TEXT:
        return "flying"
    return int(option.range.most or 1)
