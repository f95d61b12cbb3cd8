"""Laws of Vidu's models and wire, over made-up requests for every function of every model.

What a card allows is completed, has a price in whole credits, and is the same request after a trip over the wire, or
the wire names what it has no word for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from laws.wishes import SHELF, TEXTS, Offer, allowed
from understudy.catalog import tariffs
from understudy.catalog.promises import promise
from understudy.catalog.sizing import settle
from understudy.catalog.validate import check_counts, complete
from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Fault, InvalidRequest
from understudy.core.request import Medium, Profile, Reference, Role, VideoRequest
from understudy.core.wire import WireReply, WireRequest
from understudy.dialects.vidu import DIALECT
from understudy.dialects.vidu.ids import digits_of, id_of
from understudy.dialects.vidu.shapes import ViduSubmit
from wires import a_question, a_submit

CARDS = [card for card in SHELF.all() if card.family.startswith("vidu")]
OFFERS = [Offer(card.model, function) for card in CARDS for function in card.functions]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
law = settings(deadline=None, max_examples=60, suppress_health_check=QUIET)
for_each = settings(law, max_examples=6)
BY_OFFER = pytest.mark.parametrize("offer", OFFERS, ids=str)


def told(request: VideoRequest, profile: Profile = Profile.COMPAT) -> VideoRequest:
    """The request after one trip over the wire, without the paths it got on the way."""
    wire = DIALECT.encode_submit(request, SHELF.find(request.model))
    read = DIALECT.decode_submit(wire, SHELF, profile)
    return read.but(references=tuple(replace(r, path="", voice_path="") for r in read.references))


def completed(request: VideoRequest, card: ModelCard) -> VideoRequest:
    try:
        return complete(request, card, Profile.COMPAT)
    except InvalidRequest:
        assume(False)
        raise


LACKING = {
    "negative_prompt",
    "shot_type",
    "prompt_extend",
    "seed",
    "sound",
    "seconds",
    "ratio",
    "size",
    "references",
    "options",
}


@BY_OFFER
@for_each
@given(data=st.data())
def test_any_wish_arrives_or_is_named(offer: Offer, data: st.DataObject) -> None:
    card = offer.card
    request = named_effect(data.draw(allowed(offer)))
    wanted = completed(request, card)
    lacks = ""
    try:
        arrived = told(request)
    except CannotExpress as fault:
        lacks = fault.field.partition("[")[0].partition(".")[0]
    assert lacks in {"", *LACKING}
    assert lacks or completed(arrived, card) == wanted


def named_effect(request: VideoRequest) -> VideoRequest:
    """An effect without a name is refused on this wire: it is a field that is empty."""
    effect = {"template": "hugging"} if "template" in request.options else {}
    return request.but(options={**request.options, **effect})


@BY_OFFER
@for_each
@given(data=st.data())
def test_what_is_complete_can_be_said(offer: Offer, data: st.DataObject) -> None:
    """All that the catalog fills in has a word here, so that any task can be handed on."""
    card = offer.card
    request = named_effect(data.draw(allowed(offer))).but(
        negative_prompt="", shot_type=None, prompt_extend=None, sound=None, size=None, ratio=None, seed=7,
        references=tuple(in_order(data.draw(allowed(offer)).references, card)),
    )  # fmt: skip
    request = request.but(options={n: v for n, v in request.options.items() if n not in ("voice_ids", "text")})
    wanted = completed(request, card).but(sound=None)
    assume(card.sound == "optional" or wanted.sound is None)
    assert completed(told(wanted), card).but(sound=None) == wanted


def in_order(references: tuple[Reference, ...], card: ModelCard) -> list[Reference]:
    order = [Role.FIRST_FRAME, Role.FIRST_CLIP, Role.SOURCE_VIDEO, Role.SUBJECT, Role.LAST_FRAME, Role.DRIVING_AUDIO]
    found = [replace(r, voice=None, description=None) for r in references]
    return sorted(found, key=lambda r: (order.index(r.role) if r.role in order else 9, r.medium is Medium.VIDEO))


@BY_OFFER
@for_each
@given(data=st.data(), seconds=st.decimals(0, 20, places=2))
def test_everything_has_a_price_in_whole_credits(offer: Offer, data: st.DataObject, seconds: Decimal) -> None:
    card = offer.card
    request = settle(completed(data.draw(allowed(offer)), card), card, {})
    usage, charge = tariffs.measure(request, card, (), seconds, "cn-beijing")
    assert (charge.unit, charge.unit_price) == ("credit", Decimal("0.03125"))
    assert charge.quantity == charge.quantity.to_integral_value() > 0
    assert usage.output_seconds == usage.billed_seconds == seconds
    longer = tariffs.measure(request, card, (), seconds + 1, "cn-beijing")[1]
    assert longer.amount >= charge.amount
    night = tariffs.measure(request.but(options={**request.options, "off_peak": True}), card, (), seconds, "*")[1]
    assert (
        night.quantity * 2
        >= tariffs.measure(request.but(options={**request.options, "off_peak": False}), card, (), seconds, "*")[
            1
        ].quantity
    )


@BY_OFFER
@for_each
@given(data=st.data())
def test_what_is_allowed_can_be_made(offer: Offer, data: st.DataObject) -> None:
    card = offer.card
    made = completed(data.draw(allowed(offer)), card)
    assert complete(made, card, Profile.COMPAT) == made
    check_counts(made, card)
    promised = promise(settle(made, card, {}), card, {})
    assert promised.frame_count is None or promised.frame_count >= 30
    assert promised.size is None or (promised.size.width % 2, promised.size.height % 2) == (0, 0)


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
VIEWS = st.lists(st.sampled_from(["https://x/a.png", "https://x/b.png", "upload:0190"]), min_size=1, max_size=2)


@law
@given(st.dictionaries(NAMES, VIEWS, min_size=1, max_size=3), st.booleans())
def test_named_subjects_keep_their_views_and_voices(subjects: dict[str, list[str]], voiced: bool) -> None:
    references = [Reference(url, Medium.IMAGE, name=name) for name, views in subjects.items() for url in views]
    voices = {"voice_ids": ["", "male-1", ""][: len(subjects)]} if voiced and len(subjects) > 1 else {}
    request = VideoRequest("viduq2", "reference2video", "p", references=tuple(references), options=voices)
    assert told(request) == request


@law
@given(st.uuids())
def test_an_id_comes_back(value: Any) -> None:
    digits = digits_of(str(value))
    assert digits.isdigit()
    assert id_of(digits) == id_of(str(value)) == str(value)


@law
@given(st.text(max_size=50))
def test_any_text_may_be_an_id(text: str) -> None:
    assert id_of(digits_of(id_of(text))) == id_of(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
BODIES = st.dictionaries(st.sampled_from([*ViduSubmit.model_fields]), JSON, max_size=6)
WORKS = sorted({offer.function for offer in OFFERS})
MODELS = [card.model for card in CARDS]


@law
@given(BODIES | st.binary(max_size=40), st.sampled_from(WORKS), st.sampled_from(MODELS), st.sampled_from(Profile))
def test_any_body_is_a_request_or_a_refusal(body: Any, work: str, model: str, profile: Profile) -> None:
    if isinstance(body, dict):
        body = {"model": model, **body}
    wire = a_submit(body, f"/ent/v2/{work}")

    def submit() -> None:
        read = DIALECT.decode_submit(wire, SHELF, profile)
        DIALECT.wishes(wire)
        complete(read, SHELF.find(read.model).of(read.function), profile)

    answer = answer_to(submit, wire)
    assert answer.status in (200, 400)
    if answer.status != 200:
        assert answer.json()["reason"] in {"BadRequest", "FieldLacking", "FieldInvalid", "FieldItemCountOutOfRange",
                                           "ModelUnavailable"}  # fmt: skip
        assert "parameters." not in answer.json()["message"]


def answer_to(ask: Callable[[], object], wire: WireRequest) -> WireReply:
    """200 without a body when the codec understands, else its refusal."""
    try:
        ask()
    except Fault as fault:
        return DIALECT.encode_fault(fault, wire)
    return WireReply(200)


@law
@given(
    st.dictionaries(
        st.sampled_from([name for route in DIALECT.routes for name, _ in route.query]), st.text(max_size=20)
    ),
    st.text(max_size=60),
)
def test_any_question_is_understood_or_refused(query: dict[str, str], text: str) -> None:
    for route in DIALECT.routes:
        if route.body_schema is None:
            wire = a_question(route.path, query, route.method, task_id=text)
            assert answer_to(partial(DIALECT.decode_query, wire, route), wire).status in (200, 400)


@law
@given(
    st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode()), st.sampled_from([200, 400, 404, 500])
)
def test_any_answer_of_a_server_is_a_task_or_a_fault(body: bytes, status: int) -> None:
    told = answer_to(lambda: DIALECT.decode_reply(WireReply(status, body)), a_question("/"))
    assert told.status == 200 or told.json()["message"]
