"""Laws of the gateways' codecs: gpt.ge and ModelVerse, over generated requests, bodies, tasks and answers.

A request that is written and read again is the same request, or the wire names the field it cannot carry.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from laws.wishes import BARE, IMAGES, TEXTS, Offer, allowed, maybe
from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.core.faults import CannotExpress, Fault, InvalidRequest, NotFound
from understudy.core.ports import Dialect
from understudy.core.request import Medium, Profile, Reference, Role, VideoRequest
from understudy.core.task import Status, Task
from understudy.core.units import Ratio, Size, Tier
from understudy.core.usage import Usage
from understudy.core.wire import Action, RemoteTask, Told, WireReply, WireRequest
from understudy.dialects import gptge, modelverse
from understudy.dialects.dashscope.inputs import plain_medium
from understudy.dialects.modelverse import shapes
from understudy.dialects.modelverse.body import read_body
from wires import a_question, a_submit

SHELF = Shelf.open()
OFFERS = [Offer(card.model, function) for card in SHELF.all() for function in (card.functions or ("",))]
"""Every model there is: any may be asked for on any wire that has words for it."""
GATEWAYS: list[Dialect] = [gptge.DIALECT, modelverse.DIALECT]
BY_GATEWAY = pytest.mark.parametrize("dialect", GATEWAYS, ids=lambda dialect: dialect.name)
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
law = settings(deadline=None, max_examples=60, suppress_health_check=QUIET)
many = settings(law, max_examples=250)


def carried(dialect: Dialect, offer: Offer) -> bool:
    """Whether there is a word on this wire for what the offer makes."""
    card = offer.card
    if dialect is gptge.DIALECT:
        return card.makes.value in ("reference-to-video", "text-to-video", "image-to-video")
    return offer.model.startswith(("vidu", "Wan-AI"))


def read(dialect: Dialect, wire: WireRequest, profile: Profile = Profile.COMPAT) -> VideoRequest:
    found = dialect.decode_submit(wire, SHELF, profile)
    return found.but(references=tuple(replace(r, path="", voice_path="") for r in found.references))


def trip(dialect: Dialect, request: VideoRequest, profile: Profile = Profile.COMPAT) -> VideoRequest:
    return read(dialect, dialect.encode_submit(request, SHELF.find(request.model)), profile)


# Requests -----------------------------------------------------------------------------------------------------------

VIDU = [offer for offer in OFFERS if offer.model.startswith("vidu") and offer.function != "template2video"]
WAN = [offer for offer in OFFERS if offer.model.startswith("Wan-AI")]


@st.composite
def sayable(draw: st.DrawFn, offer: Offer) -> VideoRequest:
    """A request in ModelVerse's own words for a model it sells: lengths, counts and texts may be absurd."""
    card = offer.card
    references: list[Reference] = []
    options: dict[str, Any] = {}
    if card.counts.total[1] or (draw(st.booleans()) and card.makes.value == "reference-to-video"):
        if draw(st.booleans()):
            names = draw(st.lists(TEXTS.filter(bool), unique=True, min_size=1, max_size=3))
            for name in names:
                views = draw(st.lists(IMAGES | BARE, min_size=1, max_size=3))
                references += [Reference(url, Medium.IMAGE, name=name) for url in views]
            if "voice_ids" in card.options and draw(st.booleans()):
                voices = draw(st.lists(TEXTS, min_size=len(names), max_size=len(names)))
                options = {"voice_ids": voices} if any(voices) else {}
        else:
            references += [Reference(url, Medium.IMAGE) for url in draw(st.lists(IMAGES, min_size=1, max_size=7))]
    for role in (Role.FIRST_FRAME, Role.LAST_FRAME, Role.FIRST_CLIP, Role.SOURCE_VIDEO, Role.DRIVING_AUDIO, Role.FACE):
        if role.value in card.media and (role in card.needs or draw(st.booleans())):
            medium = {
                Role.FIRST_CLIP: Medium.VIDEO, Role.SOURCE_VIDEO: Medium.VIDEO, Role.DRIVING_AUDIO: Medium.AUDIO
            }.get(role, Medium.IMAGE)  # fmt: skip
            references.append(Reference(draw(BARE), medium, role))
    sounds = any(r.role is Role.DRIVING_AUDIO for r in references)
    for name in card.options:
        if name != "voice_ids" and not (name == "text" and sounds) and draw(st.booleans()):
            options[name] = draw(st.booleans() | st.integers() | TEXTS)
    picture: dict[str, Any] = {}
    if card.asks_size and card.defaults.size is not None:
        picture = {"size": draw(maybe(st.sampled_from(card.sizes).map(lambda option: option.size)))}
    elif card.asks_size:
        picture = {"tier": draw(maybe(st.sampled_from(card.tiers))), "ratio": draw(maybe(st.sampled_from(card.ratios)))}
    timed = card.length.value in ("asked", "source")
    return VideoRequest(
        offer.model,
        offer.function,
        draw(TEXTS),
        draw(TEXTS),
        tuple(references),
        **picture,
        seconds=draw(maybe(st.integers(-5, 99))) if timed else None,
        sound=draw(maybe(st.booleans())) if card.sound.value == "optional" else None,
        watermark=draw(maybe(st.booleans())),
        prompt_extend=draw(maybe(st.booleans())),
        seed=draw(maybe(st.integers(1, 2**40))),
        options=options,
    )


@pytest.mark.parametrize("offer", [*VIDU, *WAN], ids=str)
@settings(law, max_examples=8)
@given(data=st.data(), profile=st.sampled_from(Profile))
def test_modelverse_says_what_it_sells_without_loss(offer: Offer, data: st.DataObject, profile: Profile) -> None:
    request = data.draw(sayable(offer))
    assert trip(modelverse.DIALECT, request, profile) == request


@BY_GATEWAY
@many
@given(data=st.data())
def test_any_wish_arrives_or_is_named(dialect: Dialect, data: st.DataObject) -> None:
    """After filling in the defaults the request is the same, for every request that a card allows."""
    offer = data.draw(st.sampled_from([*(o for o in OFFERS if not o.model.startswith("vidu")), *VIDU]))
    card = SHELF.find(offer.model)
    request = data.draw(sayable(offer) if offer in VIDU else allowed(offer))
    try:
        wanted = complete(request, offer.card, Profile.COMPAT)
    except InvalidRequest:
        assume(False)
        raise
    for asked in (request, wanted):
        try:
            wire = dialect.encode_submit(asked, card)
        except CannotExpress:
            continue
        arrived = read(dialect, wire)
        sold = card.hints(dialect.name).get("model", request.model)
        if arrived.model == request.model:
            assert known(complete(arrived, offer.card, Profile.COMPAT)) == known(wanted)
        else:
            assert arrived.model == sold
            assert SHELF.find(sold).makes is card.makes


def known(request: VideoRequest) -> VideoRequest:
    """The request with media of a plain list of links as the links show them, and single media in no order."""
    given = request.references
    if SHELF.find(request.model).hints("dashscope").get("references") == "reference_urls":
        given = tuple(replace(r, medium=plain_medium(r.url)) for r in given)
    single = sorted((r for r in given if r.role is not Role.SUBJECT), key=lambda r: r.role)
    return request.but(references=(*(r for r in given if r.role is Role.SUBJECT), *single))


@BY_GATEWAY
def test_most_of_what_is_offered_can_be_carried(dialect: Dialect) -> None:
    """A codec that said CannotExpress to everything would keep every law above."""
    sold = [offer for offer in OFFERS if carried(dialect, offer)]
    assert len(sold) >= 20
    for offer in sold:
        plain = a_plain_request(offer)
        arrived = trip(dialect, plain)
        assert (arrived.model, arrived.function, arrived.seconds) == (plain.model, plain.function, plain.seconds)
        assert arrived.references == plain.references


def a_plain_request(offer: Offer) -> VideoRequest:
    card = offer.card
    media = {"video": Medium.VIDEO, "clip": Medium.VIDEO, "audio": Medium.AUDIO}
    references = [
        Reference(f"https://x/{role}", media.get(role.value.rpartition("_")[2], Medium.IMAGE), role)
        for role in (*card.needs, *card.needs_one[:1])
    ]
    if card.counts.total[0] or "needs-a-reference" in card.rules:
        image = card.counts.images[1] or not card.counts.total[1]
        references.insert(
            0, Reference("https://x/a.png", Medium.IMAGE) if image else Reference("https://x/a.mp4", Medium.VIDEO)
        )
    return VideoRequest(offer.model, offer.function, "a prompt", references=tuple(references))


# Strangers' bodies and answers --------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    [
        *shapes.ModelVerseInput.model_fields,
        *shapes.ModelVerseParameters.model_fields,
        *shapes.ModelVerseSubject.model_fields,
        "reference_urls",
    ]
)
OBJECTS = st.dictionaries(WORDS, JSON | st.lists(st.dictionaries(WORDS, JSON, max_size=3), max_size=3), max_size=6)
FUNCTIONS = st.sampled_from(sorted({offer.function for offer in VIDU}))
BODIES = st.builds(
    lambda model, given, parameters, function: {
        "model": model,
        "input": given,
        "parameters": {**parameters, "vidu_type": function} if isinstance(parameters, dict) else parameters,
    },
    st.sampled_from([offer.model for offer in OFFERS]) | JSON,
    OBJECTS | JSON,
    OBJECTS | JSON,
    FUNCTIONS,
)


@BY_GATEWAY
@many
@given(body=BODIES | st.binary(max_size=60), profile=st.sampled_from(Profile), data=st.data())
def test_any_body_is_a_request_or_a_refusal(dialect: Dialect, body: Any, profile: Profile, data: st.DataObject) -> None:
    paths = [route.path for route in dialect.routes if route.action is Action.SUBMIT]
    wire = a_submit(body, data.draw(st.sampled_from(paths)))
    try:
        dialect.decode_submit(wire, SHELF, profile)
    except (InvalidRequest, NotFound) as fault:
        reply = dialect.encode_fault(fault, wire)
        assert reply.status in (400, 404)
        assert reply.json()["error"]["message"]


@law
@given(value=st.dictionaries(TEXTS, JSON, max_size=4), gaps=st.lists(st.sampled_from(["", " ", "\n"]), min_size=1))
def test_a_trailing_comma_changes_nothing_but_the_profile(value: dict[str, Any], gaps: list[str]) -> None:
    """Wherever the comma stands, and whatever texts look like one."""
    value = {**value, "odd": ['a,]"', ",}"]}
    text = json.dumps(value)
    broken = text[:-2] + "," + gaps[0] + "]," + gaps[0] + "}"
    try:
        plain = read_body(text.encode(), strict=True)
    except InvalidRequest:
        return
    assert read_body(broken.encode(), strict=False) == plain
    with pytest.raises(InvalidRequest, match=r"line \d+, column \d+"):
        read_body(broken.encode(), strict=True)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    offer = draw(st.sampled_from(OFFERS))
    status = draw(st.sampled_from(Status))
    moments = st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
    amounts = st.decimals(0, 100, places=2)
    usage = st.builds(
        Usage, amounts, amounts, amounts, st.integers(0, 2), tier=maybe(st.just(Tier(720))),
        size=maybe(st.just(Size(2, 1))), ratio=maybe(st.just(Ratio(3, 4))),
    )  # fmt: skip
    faults: list[Fault] = [InvalidRequest.of("input.prompt", "it is empty"), NotFound(), InvalidRequest(message="odd")]
    return Task(
        task_id=draw(st.uuids().map(str)),
        account="a",
        key_id="k",
        dialect="native",
        request=VideoRequest(offer.model, offer.function, draw(TEXTS), seconds=draw(maybe(st.integers(1, 16)))),
        submitted=draw(moments),
        expires=draw(moments) + timedelta(days=1),
        request_id="r",
        status=status,
        started=draw(maybe(moments)),
        ended=draw(maybe(moments)),
        engine=draw(maybe(st.sampled_from(["animatic", "testcard"]))),
        fraction=draw(st.floats(-1, 2)),
        usage=draw(maybe(usage)),
        notes=tuple(draw(st.lists(TEXTS.filter(bool), max_size=2))),
        fault=draw(st.sampled_from([fault.record() for fault in faults])),
    )


@BY_GATEWAY
@law
@given(task=tasks())
def test_a_told_task_is_read_as_it_was_told(dialect: Dialect, task: Task) -> None:
    """Any dialect tells of any task of the account; what it tells is stable after one trip."""
    card = SHELF.find(task.request.model).of(task.request.function)
    reply = dialect.encode_answer(Told(task.task_id, task, "https://here/x.mp4"), a_question("/"), card)
    found = dialect.decode_reply(reply)
    assert (found.task_id, found.status, found.engine) == (task.task_id, task.status.value, task.engine)
    assert found.result_url == ("https://here/x.mp4" if task.status is Status.SUCCEEDED else None)
    assert found.notes == task.notes
    assert found.usage == reply.json().get("usage", {})
    assert bool(found.message) == (task.status is Status.FAILED)
    for value in reply.json().get("usage", {}).values():
        assert not isinstance(value, float) or not value.is_integer(), "typed clients read 10.0 as no int"


@BY_GATEWAY
@many
@given(
    st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([200, 400, 404, 429, 500]),
)
def test_any_answer_of_a_server_is_a_task_or_a_fault(dialect: Dialect, body: bytes, status: int) -> None:
    try:
        said: RemoteTask | Fault = dialect.decode_reply(WireReply(status, body))
    except Fault as fault:
        said = fault
    assert isinstance(said, RemoteTask) or said.message
