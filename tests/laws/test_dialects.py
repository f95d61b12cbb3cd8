"""Laws of every codec pair, over generated requests and tasks.

A request that is written and read again is the same request, or the wire names the field it cannot carry. A task that
is told, read and told again is told the same way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from understudy.catalog.shelf import Shelf
from understudy.catalog.validate import complete
from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Fault, InvalidRequest, NotFound
from understudy.core.request import Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.task import Status, Task
from understudy.core.units import Size, Tier
from understudy.core.usage import Usage
from understudy.core.wire import RemoteTask, Told, WireReply, WireRequest
from understudy.dialects.dashscope import DIALECT
from understudy.dialects.dashscope.inputs import plain_medium
from understudy.dialects.dashscope.shapes import DashScopeInput, DashScopeMedia, DashScopeParameters
from wires import SUBMIT, a_question, a_submit

SHELF = Shelf.open()
CARDS = SHELF.all()
MODELS = [card.model for card in CARDS]

law = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
"""No law of ours is about time: a busy machine must not break one."""

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
NAMES = st.text(st.characters(categories=["L", "N"], include_characters=" -_图片"), min_size=1, max_size=12)
STEMS = st.builds(
    "{}{}".format, st.sampled_from(["https://x.example/", "http://10.0.0.1:8/", "oss://d/acct/1/"]), NAMES
)
IMAGES = st.builds("{}{}".format, STEMS, st.sampled_from([".png", ".JPG", ".webp?Expires=1", ".jpeg#f"]))
VIDEOS = st.builds("{}{}".format, STEMS, st.sampled_from([".mp4", ".MOV", ".mp4?x=.png"]))
BARE = STEMS.filter(lambda url: plain_medium(url) is Medium.UNKNOWN)
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


KINDS = [(Medium.IMAGE, Role.SUBJECT), (Medium.VIDEO, Role.SUBJECT), (Medium.IMAGE, Role.FIRST_FRAME)]


@st.composite
def media_references(draw: st.DrawFn) -> Reference:
    """A reference as `media[]` can say it: any URL, as its type says the medium."""
    kind = draw(
        st.sampled_from([(Medium.IMAGE, Role.SUBJECT), (Medium.VIDEO, Role.SUBJECT), (Medium.IMAGE, Role.FIRST_FRAME)])
    )
    voice = draw(maybe(BARE)) if kind[1] is Role.SUBJECT else None
    return Reference(draw(IMAGES | VIDEOS | BARE), *kind, voice, draw(maybe(TEXTS.filter(bool))))


@st.composite
def url_references(draw: st.DrawFn) -> Reference:
    """A reference as `reference_urls` can say it: the medium is what the URL shows."""
    url = draw(IMAGES | VIDEOS | BARE)
    medium = plain_medium(url)
    described = maybe(TEXTS.filter(bool)) if medium is not Medium.IMAGE else st.none()
    return Reference(url, medium, description=draw(described))


@st.composite
def sayable(draw: st.DrawFn, card: ModelCard) -> VideoRequest:
    """A request in the words the card's model has on this wire."""
    by_media = card.hints("dashscope")["references"] == "media"
    options = st.sampled_from(card.sizes)
    picture: dict[str, Any] = (
        {"tier": draw(maybe(st.sampled_from(card.tiers))), "ratio": draw(maybe(st.sampled_from(card.ratios)))}
        if by_media
        else {
            "size": draw(maybe(options.map(lambda option: option.size))),
            "shot_type": draw(maybe(st.sampled_from(ShotType))),
            "sound": draw(maybe(st.booleans())),
        }
    )
    return VideoRequest(
        card.model,
        draw(TEXTS),
        draw(TEXTS),
        tuple(draw(st.lists(media_references() if by_media else url_references(), max_size=7))),
        seconds=draw(maybe(st.integers(-5, 99))),
        watermark=draw(maybe(st.booleans())),
        prompt_extend=draw(maybe(st.booleans())),
        seed=draw(maybe(st.integers())),
        **picture,
    )


@st.composite
def allowed(draw: st.DrawFn, card: ModelCard) -> VideoRequest:
    """A request the card most likely allows, in words of ours that this wire may lack."""
    by_media = card.hints("dashscope")["references"] == "media"
    subjects = draw(st.lists(media_references() if by_media else url_references(), min_size=1, max_size=3))
    references = [replace(r, role=Role.SUBJECT, voice=draw(rarely(BARE))) for r in subjects]
    opening = draw(rarely(st.builds(Reference, IMAGES, st.just(Medium.IMAGE), st.just(Role.FIRST_FRAME))))
    option = draw(st.sampled_from(card.sizes))
    other = draw(st.sampled_from(card.sizes))
    return VideoRequest(
        card.model,
        draw(TEXTS.filter(str.strip)),
        draw(TEXTS),
        tuple(references if opening is None else [opening, *references]),
        draw(maybe(st.just(option.size))),
        draw(maybe(st.sampled_from([option.tier, option.tier, other.tier]))),
        draw(maybe(st.sampled_from([option.ratio, option.ratio, other.ratio]))),
        draw(maybe(st.integers(2, 10))),
        draw(maybe(st.sampled_from(ShotType))),
        draw(maybe(st.booleans())),
        draw(maybe(st.booleans())),
        draw(maybe(st.booleans())),
        draw(maybe(st.integers(0, 2**31 - 1))),
    )


def rarely(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), st.none(), strategy)


def told(request: VideoRequest, card: ModelCard, profile: Profile = Profile.COMPAT) -> VideoRequest:
    """The request after one trip over the wire, without the paths it got on the way."""
    read = DIALECT.decode_submit(DIALECT.encode_submit(request, card), SHELF, profile)
    return read.but(references=tuple(replace(r, path="", voice_path="") for r in read.references))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("profile", Profile)
@law
@given(data=st.data())
def test_what_the_wire_can_say_it_says_without_loss(model: str, profile: Profile, data: st.DataObject) -> None:
    card = SHELF.find(model)
    request = data.draw(sayable(card))
    assert told(request, card, profile) == request


@pytest.mark.parametrize("model", MODELS)
@law
@given(data=st.data())
def test_any_wish_arrives_or_is_named(model: str, data: st.DataObject) -> None:
    """After filling in the defaults the request is the same, for every request the card allows."""
    card = SHELF.find(model)
    request = data.draw(allowed(card))
    wanted = completed(request, card)
    try:
        arrived = told(request, card)
    except CannotExpress:
        assume(False)
    assert completed(known(arrived), card) == known(wanted)


@pytest.mark.parametrize("model", MODELS)
@law
@given(data=st.data())
def test_what_the_validator_fills_in_can_always_be_said(model: str, data: st.DataObject) -> None:
    card = SHELF.find(model)
    request = data.draw(allowed(card))
    wanted = completed(request, card)
    try:
        told(request, card)
    except CannotExpress:
        assume(False)
    assert completed(known(told(wanted, card)), card) == known(wanted)


@pytest.mark.parametrize("model", MODELS)
@law
@given(data=st.data())
def test_only_what_the_wire_lacks_is_refused(model: str, data: st.DataObject) -> None:
    """CannotExpress names a wish that the model's form of the wire has no field for, never another one."""
    card = SHELF.find(model)
    request = data.draw(allowed(card))
    completed(request, card)
    lacking = {"shot_type", "sound", "size"} if card.hints("dashscope")["references"] == "media" else {"size", "tier"}
    try:
        told(request, card)
    except CannotExpress as fault:
        field = fault.field
        lacking |= {f"references[{i}].{part}" for i in range(9) for part in ("role", "voice", "description")}
    else:
        return
    assert field in lacking


def completed(request: VideoRequest, card: ModelCard) -> VideoRequest:
    """The completed request; requests that the card refuses are not looked at."""
    try:
        return complete(request, card, Profile.COMPAT)
    except InvalidRequest:
        assume(False)
        raise


def known(request: VideoRequest) -> VideoRequest:
    """The request with media as the URLs show them, where they do: a list of URLs says no more than that."""
    if SHELF.find(request.model).hints("dashscope")["references"] == "media":
        return request
    return request.but(references=tuple(replace(r, medium=plain_medium(r.url)) for r in request.references))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
FIELDS = (*DashScopeInput.model_fields, *DashScopeParameters.model_fields, *DashScopeMedia.model_fields)
WORDS = st.sampled_from((*FIELDS, "referenceVoice"))
OBJECTS = st.dictionaries(WORDS, JSON | st.lists(st.dictionaries(WORDS, JSON, max_size=3), max_size=3), max_size=6)
BODIES = st.builds(
    lambda model, given, parameters: {"model": model, "input": given, "parameters": parameters},
    st.sampled_from(MODELS) | JSON,
    OBJECTS | JSON,
    OBJECTS | JSON,
)


@law
@given(body=BODIES | st.binary(max_size=60), profile=st.sampled_from(Profile), header=st.sampled_from(["enable", ""]))
def test_any_body_is_a_request_or_a_refusal(body: Any, profile: Profile, header: str) -> None:
    wire = a_submit(body, SUBMIT, x_dashscope_async=header)
    reply = answer_to(lambda: DIALECT.decode_submit(wire, SHELF, profile), wire)
    assert reply.status in (200, 400, 403, 404)
    assert reply.status == 200 or reply.json()["message"]


@law
@given(
    query=st.dictionaries(
        st.sampled_from([name for route in DIALECT.routes for name, _ in route.query]),
        st.text(max_size=20) | st.from_regex(r"\d{1,14}", fullmatch=True),
    ),
    task_id=st.text(max_size=300),
)
def test_any_question_is_understood_or_refused(query: dict[str, str], task_id: str) -> None:
    for route in DIALECT.routes:
        if route.body_schema is None:
            wire = a_question(route.path, query, route.method, task_id=task_id)
            assert answer_to(lambda: DIALECT.decode_query(wire, route), wire).status in (200, 400)  # noqa: B023


def answer_to(ask: Callable[[], object], wire: WireRequest) -> WireReply:
    """200 without a body when the codec understands, else its refusal."""
    try:
        ask()
    except Fault as fault:
        return DIALECT.encode_fault(fault, wire)
    return WireReply(200)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    card = draw(st.sampled_from(CARDS))
    status = draw(st.sampled_from(Status))
    submitted = draw(MOMENTS)
    faults = [InvalidRequest.of("input.prompt", "it is empty").record(), NotFound().record(), None, {"fault": "Odd"}]
    amounts = st.decimals(0, 100, places=3)
    usage = st.builds(
        Usage,
        amounts,
        amounts,
        amounts,
        st.integers(0, 2),
        tier=maybe(st.just(Tier(720))),
        size=maybe(st.just(Size(2, 1))),
    )
    return Task(
        task_id=draw(st.uuids().map(str)),
        account="a",
        key_id="k",
        dialect="dashscope",
        request=VideoRequest(card.model, draw(TEXTS)),
        submitted=submitted,
        expires=submitted + timedelta(days=1),
        request_id="r",
        status=status,
        started=draw(maybe(MOMENTS)),
        ended=draw(maybe(MOMENTS)),
        engine=draw(maybe(st.sampled_from(["animatic", "testcard"]))),
        fraction=draw(st.floats(-1, 2)),
        usage=draw(maybe(usage)),
        notes=tuple(draw(st.lists(TEXTS, max_size=2))),
        fault=draw(st.sampled_from(faults)),
    )


@law
@given(task=tasks(), url=maybe(st.just("https://here/x.mp4")))
def test_a_told_task_is_read_as_it_was_told(task: Task, url: str | None) -> None:
    """Everything a client can use of a status answer survives the reading."""
    reply = DIALECT.encode_answer(Told(task.task_id, task, url), a_question("/"), SHELF.find(task.request.model))
    read = DIALECT.decode_reply(reply)
    body = reply.json()
    assert (read.task_id, read.status, read.engine) == (task.task_id, task.status.value, task.engine)
    assert read.notes == task.notes
    assert read.usage == body.get("usage", {})
    assert read.result_url == (url if task.status is Status.SUCCEEDED else None)
    assert bool(read.code) == (task.status is Status.FAILED)
    if task.status is Status.RUNNING:
        assert read.fraction == pytest.approx(min(max(task.fraction, 0), 1), abs=0.0005)
    assert DIALECT.decode_reply(WireReply.of_json(200, retold(read))) == read


def retold(task: RemoteTask) -> dict[str, Any]:
    """A remote task on the wire again: what a gateway in front of this wire would answer."""
    output = {
        "task_id": task.task_id,
        "task_status": task.status or "UNKNOWN",
        "video_url": task.result_url,
        "code": task.code,
        "message": task.message,
        "engine": task.engine,
        "notes": list(task.notes),
        "progress": task.fraction,
    }
    return {"output": output, "usage": task.usage}


@law
@given(task=tasks())
def test_no_number_leaves_as_a_whole_float(task: Task) -> None:
    """Typed clients read `10.0` where they want an int and fail (decision 0007)."""
    reply = DIALECT.encode_answer(Told(task.task_id, task, "u"), a_question("/"), SHELF.find(task.request.model))
    for value in reply.json().get("usage", {}).values():
        assert not isinstance(value, float) or not value.is_integer()


@law
@given(
    st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([200, 400, 404, 429, 500]),
)
def test_any_answer_of_a_server_is_a_task_or_a_fault(body: bytes, status: int) -> None:
    told = answer_to(lambda: DIALECT.decode_reply(WireReply(status, body)), a_question("/"))
    assert told.status == 200 or told.json()["message"]


def test_amounts_are_exact() -> None:
    usage = Usage(Decimal("10"), Decimal("1.65"), Decimal("11.65"), 1)
    task = Task("t", "a", "k", "d", VideoRequest("wan2.7-r2v"), datetime(2026, 1, 1, tzinfo=UTC),
                datetime(2026, 1, 2, tzinfo=UTC), "r", status=Status.SUCCEEDED, usage=usage)  # fmt: skip
    text = DIALECT.encode_answer(Told("t", task, "u"), WireRequest("GET", "/"), SHELF.find("wan2.7-r2v")).body.decode()
    assert '"duration":11.65,' in text
    assert '"output_video_duration":10,' in text
