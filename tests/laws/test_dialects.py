"""Laws of every codec pair, over generated requests and tasks.

A request that is written and read again is the same request, or the wire names the field it cannot carry. A task that
is told, read and told again is told the same way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from laws.wishes import CARDS, FAMILIES, OFFERS, SHELF, TEXTS, Offer, allowed, full, maybe, sayable
from understudy.catalog.validate import complete
from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Fault, InvalidRequest, NotFound
from understudy.core.findings import CheckProblem, Findings
from understudy.core.request import Profile, VideoRequest
from understudy.core.task import Status, Task
from understudy.core.units import Ratio, Size, Tier
from understudy.core.usage import Usage
from understudy.core.wire import RemoteTask, Told, WireReply, WireRequest
from understudy.dialects.dashscope import DIALECT
from understudy.dialects.dashscope.findings import findings_json, read_findings
from understudy.dialects.dashscope.inputs import plain_medium
from understudy.dialects.dashscope.shapes import DashScopeInput, DashScopeMedia, DashScopeParameters
from wires import SUBMIT, a_question, a_submit

MODELS = [card.model for card in CARDS]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

law = settings(deadline=None, max_examples=100, suppress_health_check=QUIET)
"""No law of ours is about time: a busy machine must not break one."""
for_each = settings(law, max_examples=8)
"""For what is asked of every model: few examples of each, many of each family."""

MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
BY_OFFER = pytest.mark.parametrize("offer", OFFERS, ids=str)


def told(request: VideoRequest, offer: Offer, profile: Profile = Profile.COMPAT) -> VideoRequest:
    """The request after one trip over the wire, without the paths it got on the way."""
    read = DIALECT.decode_submit(DIALECT.encode_submit(request, SHELF.find(offer.model)), SHELF, profile)
    return read.but(references=tuple(replace(r, path="", voice_path="") for r in read.references))


@BY_OFFER
@for_each
@given(data=st.data(), profile=st.sampled_from(Profile))
def test_what_the_wire_can_say_it_says_without_loss(offer: Offer, data: st.DataObject, profile: Profile) -> None:
    request = data.draw(sayable(offer))
    assert told(request, offer, profile) == request


@law
@given(data=st.data(), offer=st.sampled_from(FAMILIES), profile=st.sampled_from(Profile))
def test_no_family_loses_a_word(data: st.DataObject, offer: Offer, profile: Profile) -> None:
    request = data.draw(sayable(offer))
    assert told(request, offer, profile) == request


@BY_OFFER
@pytest.mark.parametrize("profile", Profile)
def test_no_word_of_a_submit_is_idle(offer: Offer, profile: Profile) -> None:
    """Whatever is taken out of a body that says everything, the request is another one, or none.

    A codec that forgot a field on one side could not pass: that field would be idle, or the trip would lose it.
    """
    request, card = full(offer), SHELF.find(offer.model)
    assert told(request, offer, profile) == request
    wire = DIALECT.encode_submit(request, card)
    whole = json.loads(wire.body)
    count = 0
    for body in _each_less_one(whole):
        count += 1
        robbed = replace(wire, body=json.dumps(body).encode())
        try:
            read = DIALECT.decode_submit(robbed, SHELF, profile)
        except (InvalidRequest, NotFound):
            continue
        assert read.but(references=tuple(replace(r, path="", voice_path="") for r in read.references)) != request, body
    assert count >= 5


def _each_less_one(value: Any) -> Iterator[Any]:
    """Every value that is this one without one of its members, at any depth."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield {n: p for n, p in value.items() if n != name}
            yield from ({**value, name: less} for less in _each_less_one(part))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield [*value[:number], *value[number + 1 :]]
            yield from ([*value[:number], less, *value[number + 1 :]] for less in _each_less_one(part))


def test_a_loss_that_is_planted_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The laws would notice: a client half that forgets one kind of word fails them for the models that have it."""
    original = DIALECT.encode_submit

    def forgetful(request: VideoRequest, card: ModelCard) -> WireRequest:
        return original(request.but(**forgotten), card)

    found: dict[str, set[str]] = {}
    for name, value in {"seed": None, "options": {}, "references": (), "function": "", "watermark": None}.items():
        forgotten: dict[str, Any] = {name: value}
        with monkeypatch.context() as patch:
            patch.setattr(type(DIALECT), "encode_submit", lambda _, request, card: forgetful(request, card))
            for offer in FAMILIES:
                try:
                    lost = told(full(offer), offer) != full(offer)
                except (InvalidRequest, CannotExpress):
                    lost = True
                if lost:
                    found.setdefault(name, set()).add(str(offer))
    everyone = {str(offer) for offer in FAMILIES}
    assert found["seed"] == found["watermark"] == everyone
    assert found["options"] == {str(offer) for offer in FAMILIES if offer.card.options}
    assert found["function"] == {str(offer) for offer in FAMILIES if offer.function}
    assert found["references"] == {str(offer) for offer in FAMILIES if full(offer).references}


@BY_OFFER
@for_each
@given(data=st.data())
def test_any_wish_arrives_or_is_named(offer: Offer, data: st.DataObject) -> None:
    """After filling in the defaults the request is the same, for every request the card allows."""
    any_wish_arrives(offer, data)


@law
@given(data=st.data(), offer=st.sampled_from(FAMILIES))
def test_any_wish_of_any_family_arrives_or_is_named(data: st.DataObject, offer: Offer) -> None:
    any_wish_arrives(offer, data)


def any_wish_arrives(offer: Offer, data: st.DataObject) -> None:
    card = offer.card
    request = data.draw(allowed(offer))
    wanted = completed(request, card)
    try:
        arrived = told(request, offer)
    except CannotExpress as fault:
        field = fault.field
    else:
        field = None
    if field is not None:
        assert field in lacking(card), "only what the wire lacks is refused"
        return
    assert completed(known(arrived), card) == known(wanted)
    assert completed(known(told(wanted, offer)), card) == known(wanted), "what is filled in can always be said"


def lacking(card: ModelCard) -> set[str]:
    """The wishes that the model's form of the wire has no field for."""
    lacking = {f"references[{i}].{part}" for i in range(9) for part in ("role", "voice", "description")}
    if card.defaults.shot_type is None:
        lacking.add("shot_type")
    if card.sound.value != "optional":
        lacking.add("sound")
    if card.length.value not in ("asked", "source"):
        lacking.add("seconds")
    return lacking | ({"size", "tier"} if card.asks_size else set())


def completed(request: VideoRequest, card: ModelCard) -> VideoRequest:
    """The completed request; requests that the card refuses are not looked at."""
    try:
        return complete(request, card, Profile.COMPAT)
    except InvalidRequest:
        assume(False)
        raise


def known(request: VideoRequest) -> VideoRequest:
    """The request with media as the URLs show them, where they do: a list of URLs says no more than that."""
    if SHELF.find(request.model).hints("dashscope").get("references") != "reference_urls":
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
        ratio=maybe(st.just(Ratio(3, 4))),
        image_count=st.integers(0, 1),
        frames_per_second=maybe(st.sampled_from([Fraction(15), Fraction(30000, 1001)])),
    )
    return Task(
        task_id=draw(st.uuids().map(str)),
        account="a",
        key_id="k",
        dialect="dashscope",
        request=VideoRequest(card.model, prompt=draw(TEXTS)),
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
        actual_prompt=draw(maybe(TEXTS)),
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


CHECKS = [card for card in CARDS if card.makes.is_check]
BOXES = maybe(st.tuples(*[st.integers(0, 9000)] * 4))


@st.composite
def findings(draw: st.DrawFn) -> Findings:
    problem = draw(maybe(st.sampled_from(CheckProblem)))
    return Findings(
        passed=problem is None,
        problem=problem,
        detail=draw(st.sampled_from(["", "It is 40 pixels wide; 100 are needed."])) if problem else "",
        face_box=draw(BOXES),
        frame_box=draw(BOXES),
        humanoid=draw(maybe(st.booleans())),
        body=draw(maybe(st.sampled_from(["full", "half"]))),
    )


@law
@given(found=findings(), card=st.sampled_from(CHECKS))
def test_a_told_finding_is_stable_after_one_trip(found: Findings, card: ModelCard) -> None:
    """A server in front of a server tells the same finding: pass or fail, boxes, code and words."""
    output = findings_json(found, card)
    assert output["check_pass"] is found.passed
    assert output["result"] == ("pass" if found.passed else "fail")
    read = read_findings(output)
    assert read is not None
    assert findings_json(read, card) == output


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
