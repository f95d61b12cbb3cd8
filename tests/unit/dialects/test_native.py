"""Our own wire: nothing is lost on it, every answer fits its schema, every fault comes back as itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laws.wishes import OFFERS, SHELF, TEXTS, Offer, allowed, full, sayable
from understudy.core.card import ModelCard
from understudy.core.faults import (
    CannotExpress,
    Fault,
    InternalFault,
    InvalidRequest,
    MediaProblem,
    MediaRefused,
    NotFound,
    QuotaExhausted,
    Refused,
    Throttled,
    Unauthenticated,
    Unavailable,
    Violation,
    ViolationKind,
    fault_classes,
)
from understudy.core.findings import CheckProblem, Findings
from understudy.core.request import MediaFacts, Medium, Profile, Reference, Role, ShotType, VideoRequest
from understudy.core.task import Artifact, Status, Task, TaskFilter, TaskPage
from understudy.core.units import Ratio, Size, Tier
from understudy.core.usage import Charge, Quota, Usage
from understudy.core.wire import (
    Accepted,
    Action,
    Answer,
    Canceled,
    CancelQuery,
    Checked,
    Content,
    Deleted,
    DeleteQuery,
    EventsQuery,
    FinishQuery,
    Listed,
    ListQuery,
    Me,
    MeQuery,
    ModelList,
    ModelsQuery,
    Planned,
    PlanQuery,
    PromoteQuery,
    Query,
    Quoted,
    QuoteQuery,
    SlotQuery,
    Spent,
    StatusQuery,
    TicketQuery,
    Told,
    Uploaded,
    UploadSlot,
    UsageQuery,
    WireReply,
    WireRequest,
)
from understudy.dialects.native import DIALECT
from understudy.dialects.native.faults import STATUS
from wires import a_question, route_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CARD = SHELF.find("wan2.7-r2v")
TASK_ID = "019a9d3c-5b1e-7d20-8c44-0123456789ab"
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
BY_OFFER = pytest.mark.parametrize("offer", OFFERS, ids=str)


def law(examples: int) -> Any:
    return settings(deadline=None, max_examples=examples, suppress_health_check=QUIET)


def told(request: VideoRequest) -> VideoRequest:
    """The request after one trip over the wire, without the paths it got on the way."""
    read = DIALECT.decode_submit(DIALECT.encode_submit(request), SHELF, Profile.STRICT)
    return read.but(references=tuple(replace(r, path="", voice_path="") for r in read.references))


# Requests -----------------------------------------------------------------------------------------------------------


@BY_OFFER
@law(6)
@given(data=st.data())
def test_every_request_of_every_model_survives_the_trip(offer: Offer, data: st.DataObject) -> None:
    for request in (full(offer), data.draw(sayable(offer)), data.draw(allowed(offer))):
        assert told(request) == request


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
SAID = TEXTS.filter(bool)
REFERENCES = st.builds(
    Reference,
    url=SAID,
    medium=st.sampled_from(Medium),
    role=st.sampled_from(Role),
    voice=st.none() | TEXTS,
    description=st.none() | TEXTS,
    name=TEXTS,
)
REQUESTS = st.builds(
    VideoRequest,
    model=st.just(CARD.model),
    function=TEXTS,
    prompt=TEXTS,
    negative_prompt=TEXTS,
    references=st.lists(REFERENCES, max_size=3).map(tuple),
    size=st.none() | st.builds(Size, st.integers(1, 99999), st.integers(1, 99999)),
    tier=st.none() | st.integers(100, 9999).map(Tier),
    ratio=st.none() | st.builds(Ratio, st.integers(1, 999), st.integers(1, 999)),
    seconds=st.none() | st.integers(),
    shot_type=st.none() | st.sampled_from(ShotType),
    sound=st.none() | st.booleans(),
    watermark=st.none() | st.booleans(),
    prompt_extend=st.none() | st.booleans(),
    seed=st.none() | st.integers(),
    frames_per_second=st.none() | st.fractions(Fraction(1, 1000), 1000, max_denominator=10**6),
    options=st.dictionaries(TEXTS, ANYTHING, max_size=4),
)


@law(200)
@given(request=REQUESTS)
def test_no_canonical_request_loses_a_word(request: VideoRequest) -> None:
    """Not even one that no model takes: what a wire can say is not for the wire to judge."""
    assert told(request) == request


def test_every_field_of_a_request_is_on_the_wire() -> None:
    """A field that is added to the house and forgotten here is noticed."""
    everything = VideoRequest(
        CARD.model, "f", "p", "n",
        (Reference("u", Medium.VIDEO, Role.MASK, "v", "d", name="Mara"),),
        Size(2, 1), Tier(720), Ratio(2, 1), 3, ShotType.SINGLE, True, False, False, 7, Fraction(30000, 1001), {"o": 1},
    )  # fmt: skip
    assert told(everything) == everything
    body = json.loads(DIALECT.encode_submit(everything).body)
    assert set(body) == set(VideoRequest.__dataclass_fields__)
    assert set(body["references"][0]) == set(Reference.__dataclass_fields__) - {"path", "voice_path"}
    schema = route_of(DIALECT.routes, a_question("/understudy/v1/tasks", method="POST"))[0].body_schema
    assert schema is not None
    assert set(schema["properties"]) == set(body) | {"engine", "idempotency_key"}


def test_a_request_in_its_shortest_form() -> None:
    assert json.loads(DIALECT.encode_submit(VideoRequest("m")).body) == {"model": "m"}
    read = submitted({"model": CARD.model, "references": ["https://x/a.png", {"url": "u", "role": "portrait"}],
                      "seed": None, "unheard_of": 1})  # fmt: skip
    assert [(r.url, r.medium, r.role) for r in read.references] == [
        ("https://x/a.png", Medium.UNKNOWN, Role.SUBJECT),
        ("u", Medium.IMAGE, Role.PORTRAIT),  # a role tells the medium
    ]
    assert read.references[1].path == "references[1].url"
    assert read.seed is None


def submitted(body: Any, **headers: str) -> VideoRequest:
    return DIALECT.decode_submit(a_submit(body, **headers), SHELF, Profile.COMPAT)


def a_submit(body: Any, **headers: str) -> WireRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WireRequest("POST", "/understudy/v1/tasks", headers=headers, body=raw, request_id="rid")


@pytest.mark.parametrize(
    ("wrong", "path", "words"),
    [
        ({"model": 3}, "model", "must be a text"),
        ({}, "model", "Field required"),
        ({"size": "big"}, "size", "pixels such as 1280"),
        ({"size": "0*7"}, "size", "pixels such as 1280"),
        ({"tier": 720}, "tier", "a tier such as 720P"),
        ({"ratio": "wide"}, "ratio", "a ratio such as 16:9"),
        ({"seconds": "5"}, "seconds", "must be a whole number"),
        ({"seconds": True}, "seconds", "must be a whole number, not true"),
        ({"seed": 1.5}, "seed", "must be a whole number"),
        ({"sound": "yes"}, "sound", "must be true or false"),
        ({"shot_type": "long"}, "shot_type", "one of single, multi"),
        ({"frames_per_second": "1/0"}, "frames_per_second", "30000/1001"),
        ({"frames_per_second": 0}, "frames_per_second", "30000/1001"),
        ({"options": []}, "options", "must be an object"),
        ({"references": "x"}, "references", "must be a list"),
        ({"references": [7]}, "references[0]", "must be an object"),
        ({"references": [{}]}, "references[0].url", "Field required"),
        ({"references": [{"url": "u", "role": "hero"}]}, "references[0].role", "one of subject, first_frame"),
        ({"references": [{"url": "u", "medium": "x"}]}, "references[0].medium", "one of image, video"),
        ({"references": [{"url": "u", "voice": 1}]}, "references[0].voice", "must be a text"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        submitted({"model": CARD.model, **wrong} if wrong else wrong)
    assert any(v.path == path and words in v.reason for v in caught.value.violations)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidRequest) as caught:
        submitted({"size": "x", "seed": "y", "references": [{"role": "z"}]})
    assert {v.path for v in caught.value.violations} == {
        "model", "size", "seed", "references[0].url", "references[0].role"
    }  # fmt: skip


def test_a_model_that_is_not_here() -> None:
    with pytest.raises(NotFound):
        submitted({"model": "nobody"})


@law(80)
@given(
    body=st.binary(max_size=60) | st.dictionaries(st.sampled_from(list(VideoRequest.__dataclass_fields__)), ANYTHING)
)
def test_any_body_is_a_request_or_a_refusal(body: Any) -> None:
    wire = a_submit(body)
    reply = WireReply(200)
    try:
        submitted(body)
        DIALECT.wishes(wire)
    except Fault as fault:
        reply = DIALECT.encode_fault(fault, wire)
    assert reply.status in (200, 400, 404)


def test_wishes_stand_in_the_body_or_in_headers() -> None:
    body = {"model": "m", "engine": "animatic", "idempotency_key": "k1"}
    assert DIALECT.wishes(a_submit(body)) == {"engine": "animatic", "idempotency_key": "k1"}
    headers = {"x-understudy-engine": " testcard ", "idempotency-key": "k2"}
    assert DIALECT.wishes(a_submit({"model": "m"}, **headers)) == {"engine": "testcard", "idempotency_key": "k2"}
    assert DIALECT.wishes(a_submit(body, **headers)) == {"engine": "animatic", "idempotency_key": "k1"}
    assert DIALECT.wishes(a_submit({"model": "m"})) == {}
    assert DIALECT.encode_wishes("testcard", "k2") == {**headers, "x-understudy-engine": "testcard"}
    with pytest.raises(InvalidRequest, match="engine must be a text"):
        DIALECT.wishes(a_submit({"model": "m", "engine": 7}))


def test_only_a_check_is_waited_for() -> None:
    check = SHELF.find("emo-detect-v1")
    assert DIALECT.waits(a_submit({}), check)
    assert not DIALECT.waits(a_submit({}, prefer="respond-async"), check)
    assert not DIALECT.waits(a_submit({}), CARD)


@pytest.mark.parametrize(
    ("header", "missing"), [(None, True), ("Basic x", False), ("Bearer", False), ("Bearer ü", False)]
)
def test_a_key_that_will_not_do(header: str | None, missing: bool) -> None:
    with pytest.raises(Unauthenticated) as caught:
        DIALECT.read_key(WireRequest("GET", "/", headers={"authorization": header} if header else {}))
    assert caught.value.missing is missing


def test_the_key_is_carried_as_it_is_read() -> None:
    assert DIALECT.read_key(WireRequest("GET", "/", headers=DIALECT.encode_key("sk-1"))) == "sk-1"


# Questions ----------------------------------------------------------------------------------------------------------

REQUEST = VideoRequest(CARD.model, prompt="图1挥手", references=(Reference("u", Medium.IMAGE),), seconds=5)
PAGE = TaskFilter(2, 7, NOON, NOON + timedelta(hours=1), "m", Status.FAILED, "k", "r")
QUESTIONS: list[Query] = [
    StatusQuery(TASK_ID),
    StatusQuery("a/b c"),
    CancelQuery(TASK_ID, running=True),
    DeleteQuery(TASK_ID),
    EventsQuery(TASK_ID),
    EventsQuery(TASK_ID, 42),
    PromoteQuery(TASK_ID),
    PromoteQuery(TASK_ID, "upstream:dashscope"),
    ListQuery(TaskFilter(page_size=20)),
    ListQuery(PAGE),
    SlotQuery(),
    SlotQuery(7),
    FinishQuery(TASK_ID),
    FinishQuery(TASK_ID, "abc"),
    ModelsQuery(),
    ModelsQuery("Wan-AI/Wan2.2-T2V"),
    QuoteQuery(REQUEST),
    QuoteQuery(REQUEST, (Decimal(3), Decimal("2.5"))),
    PlanQuery(REQUEST),
    UsageQuery(),
    UsageQuery(NOON, NOON + timedelta(days=1)),
    MeQuery(),
]


@pytest.mark.parametrize("query", QUESTIONS, ids=lambda query: type(query).__name__)
def test_every_question_is_read_as_it_was_written(query: Query) -> None:
    wire = DIALECT.encode_query(query)
    assert asked(wire) == query


def asked(wire: WireRequest) -> Query:
    """What a server reads: the path's percent signs are decoded by then, of a part by itself."""
    from urllib.parse import unquote

    route, parts = route_of(DIALECT.routes, wire)
    query = DIALECT.decode_query(replace(wire, path_values={n: unquote(v) for n, v in parts.items()}), route)
    request = getattr(query, "request", None)
    if request is None:
        return query
    plain = request.but(references=tuple(replace(r, path="") for r in request.references))
    return replace(query, request=plain)  # type: ignore[type-var]


def test_what_this_wire_cannot_ask() -> None:
    with pytest.raises(CannotExpress):
        DIALECT.encode_query(TicketQuery("m"))


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (a_question("/understudy/v1/tasks", {"page": "0", "status": "DONE", "since": "noon"}), "page must be"),
        (a_question("/understudy/v1/tasks", {"page_size": "101"}), "from 1 to 100"),
        (a_question("/understudy/v1/tasks", {"model": "\x00"}), "model must be plain text"),
        (a_question("/understudy/v1/usage", {"until": "99"}), "until must be a moment"),
        (replace(a_question("/understudy/v1/uploads", method="POST"), body=b'{"days": 3}'), "days must be 7"),
        (replace(a_question("/understudy/v1/uploads", method="POST"), body=b"[]"), "must be a JSON object"),
        (replace(a_question("/understudy/v1/quote", method="POST"), body=b'{"model":"m","video_seconds":["x"]}'),
         "a list of seconds"),
        (replace(a_question("/understudy/v1/plan", method="POST"), body=b"{}"), "Field required: model"),
    ],
)  # fmt: skip
def test_questions_that_cannot_be_understood(wire: WireRequest, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        asked(wire)


@pytest.mark.parametrize(("said", "after"), [("17", 17), ("", 0), ("x", 0), ("-4", 0), ("9" * 40, 0)])
def test_the_last_event_that_was_seen(said: str, after: int) -> None:
    path = f"/understudy/v1/tasks/{TASK_ID}/events"
    assert asked(replace(a_question(path), headers={"last-event-id": said})) == EventsQuery(TASK_ID, after)
    assert asked(a_question(path, {"after": said})) == EventsQuery(TASK_ID, after)


# Answers ------------------------------------------------------------------------------------------------------------

USAGE = Usage(
    Decimal(5), Decimal("1.65"), Decimal("6.65"), 1, 0, Tier(720), Size(1280, 720), Ratio(16, 9), Fraction(30)
)
CHARGE = Charge(Decimal("6.65"), "second", Decimal("0.6"), "CNY", Decimal(2))
FACTS = MediaFacts(Medium.VIDEO, "mp4", 9, Size(1280, 720), Decimal(5), Decimal(30), 150, True)


def a_task(status: Status, **changes: Any) -> Task:
    task = Task(
        TASK_ID, "alice", "1", "dashscope", REQUEST, NOON, NOON + timedelta(days=1), "rid",
        status=status, started=NOON, ended=NOON + timedelta(seconds=9, microseconds=310_500), engine="animatic",
        fraction=0.42, stage_note="shot 2", notes=("a note",), usage=USAGE, charge=CHARGE,
        artifact=Artifact("takes/x.mp4", "ab", FACTS, NOON + timedelta(days=1)), actual_prompt="p!",
        fault=MediaRefused(MediaProblem.TOO_LARGE, "too big").record(),
        extras={"promoted_from": "t0", "sent_prompt": "a long one", "engine": "animatic"},
    )  # fmt: skip
    return replace(task, **changes)


def answered(answer: Answer, path: str = "/x", **parts: str) -> Any:
    return DIALECT.encode_answer(answer, a_question(path, **parts), CARD).json()


@pytest.mark.parametrize("status", Status)
def test_a_task_is_read_as_it_was_told(status: Status) -> None:
    for task in (a_task(status), a_task(status, artifact=None, usage=None, charge=None, notes=(), extras={})):
        reply = DIALECT.encode_answer(Told(TASK_ID, task, "https://x/v", "https://x/c", 3), a_question("/x"), CARD)
        read, body = DIALECT.decode_reply(reply), reply.json()
        assert (read.task_id, read.status, read.engine, read.notes) == (TASK_ID, status, "animatic", task.notes)
        assert read.ahead == (3 if status is Status.PENDING else None)
        assert (read.fraction, read.stage) == ((0.42, "shot 2") if status is Status.RUNNING else (None, ""))
        done = status is Status.SUCCEEDED
        assert read.result_url == ("https://x/v" if done else None)
        assert read.actual_prompt == ("p!" if done else None)
        assert read.code == ("MediaRefused.too_large" if status is Status.FAILED else "")
        assert ("started" in body, "ended" in body) == (status is not Status.PENDING, status.is_final)
        assert body["submitted"] == "2026-03-01T12:00:00.000Z"
        assert read.usage.get("charge") == body.get("charge")


def test_a_failure_comes_back_as_the_fault_it_was() -> None:
    reply = DIALECT.encode_answer(Told(TASK_ID, a_task(Status.FAILED)), a_question("/x"), CARD)
    read = DIALECT.decode_reply(reply)
    fault = DIALECT.read_fault(read.code, read.message)
    assert isinstance(fault, MediaRefused)
    assert (fault.problem, fault.message) == (MediaProblem.TOO_LARGE, "too big")


def test_amounts_are_exact_and_whole_numbers_whole() -> None:
    text = DIALECT.encode_answer(Quoted(USAGE, CHARGE), a_question("/x"), CARD).body.decode()
    assert '"input_seconds":1.65,' in text
    assert '"output_seconds":5,' in text
    assert '"amount":2.79,' in text
    assert '"unit_price":0.6' in text


def test_events_leave_out_what_does_not_change() -> None:
    whole = answered(Told(TASK_ID, a_task(Status.RUNNING)))
    brief = answered(Told(TASK_ID, a_task(Status.RUNNING)), f"/understudy/v1/tasks/{TASK_ID}/events")
    assert whole.items() >= brief.items()
    assert set(whole) - set(brief) == {
        "request", "sent_prompt", "wanted_engine", "request_id", "region", "dialect"
    }  # fmt: skip
    event = DIALECT.decode_event(json.dumps(brief).encode())
    assert (event.status, event.fraction) == ("RUNNING", 0.42)


def test_what_others_ask_and_get() -> None:
    assert answered(Canceled("t")) == {"task_id": "t", "status": "CANCELED"}
    assert answered(Deleted("t")) == {"task_id": "t", "deleted": True}
    assert answered(Planned({"shots": []})) == {"shots": []}
    assert answered(Me("alice", "1", (Quota("m", Decimal(50), Decimal(2), NOON),))) == {
        "account": "alice", "key_id": "1",
        "quotas": [{"model": "m", "granted": 50, "used": 2, "expires": "2026-03-01T12:00:00.000Z"}],
    }  # fmt: skip
    spent = answered(Spent((("t1", "m", NOON, USAGE, CHARGE), ("t2", "m", NOON, USAGE, CHARGE))))
    assert spent["totals"] == {"CNY": 5.58}
    assert [line["task_id"] for line in spent["lines"]] == ["t1", "t2"]
    reply = DIALECT.encode_answer(Content("https://x/v"), a_question("/x"), None)
    assert (reply.status, reply.headers["location"]) == (302, "https://x/v")
    found = Findings(False, CheckProblem.NO_FACE, "none", (1, 2, 3, 4), None, False, "half", None)
    reply = DIALECT.encode_answer(Checked(found, Usage(image_count=1)), a_question("/x"), None)
    assert DIALECT.decode_reply(reply).findings == found
    page = TaskPage((a_task(Status.RUNNING), a_task(Status.FAILED)), 9, 2, 2)
    reply = DIALECT.encode_answer(Listed(page), a_question("/x"), None)
    assert [task.status for task in DIALECT.decode_tasks(reply)] == ["RUNNING", "FAILED"]


def test_uploads_are_read_as_they_are_told() -> None:
    slot = UploadSlot("s", "https://x/put?a=b", NOON)
    reply = DIALECT.encode_answer(slot, a_question("/x"), None)
    assert (reply.status, DIALECT.decode_slot(reply)) == (201, slot)
    uploaded = Uploaded("s", "upload:s")
    assert DIALECT.decode_uploaded(DIALECT.encode_answer(uploaded, a_question("/x"), None)) == uploaded
    for decode in (DIALECT.decode_slot, DIALECT.decode_uploaded):
        with pytest.raises(Unavailable):
            decode(WireReply(200, b"{}"))


def test_every_card_is_told_and_can_be_read_by_any_program() -> None:
    told_all = answered(ModelList(SHELF.all()))["models"]
    assert [m["model"] for m in told_all] == [card.model for card in SHELF.all()]
    assert (
        answered(ModelList((CARD,)), "/understudy/v1/models/x", model="wan2.7-r2v")
        == told_all[[card.model for card in SHELF.all()].index(CARD.model)]
    )
    mine = next(m for m in told_all if m["model"] == CARD.model)
    assert mine["makes"] == "reference-to-video"
    assert mine["seconds"] == [2, 15]
    assert {"size": "1280*720", "tier": "720P", "ratio": "16:9"} in mine["sizes"]
    assert not {"wire", "rules", "source"} & set(mine)
    assert mine["billing"]["prices"]["cn-beijing"]["720P"] == _price(CARD)


def _price(card: ModelCard) -> float:
    return float(card.billing.prices["cn-beijing"]["720P"])


@pytest.mark.parametrize("route", DIALECT.routes, ids=lambda route: f"{route.method} {route.path}")
def test_what_is_told_is_in_the_schema(route: Any) -> None:
    """Every member that is ever answered is described; examples show described members only."""
    answers: dict[Action, Any] = {
        Action.SUBMIT: Accepted(a_task(Status.PENDING)),
        Action.STATUS: Told(TASK_ID, a_task(Status.SUCCEEDED), "u", "c"),
        Action.LIST: Listed(TaskPage((a_task(Status.FAILED),), 1, 1, 10)),
        Action.CANCEL: Canceled("t"),
        Action.DELETE: Deleted("t"),
        Action.PROMOTE: Accepted(a_task(Status.PENDING)),
        Action.QUOTE: Quoted(USAGE, CHARGE),
        Action.SLOT: UploadSlot("s", "u", NOON),
        Action.FINISH: Uploaded("s", "a"),
        Action.USAGE: Spent((("t", "m", NOON, USAGE, CHARGE),)),
        Action.ME: Me("a", "1"),
    }
    if route.action not in answers:
        return
    shown = [answered(answers[route.action]), *route.answer_examples.values()]
    for value in shown:
        assert list(_strange(value, route.answer_schema)) == []


def _strange(value: Any, schema: Any, path: str = "") -> Any:
    """Members that a schema does not know."""
    if isinstance(value, dict) and "properties" in schema:
        for name, item in value.items():
            if name not in schema["properties"]:
                if name not in ("fault", "wire", "problem", "path", "limits"):  # details of an error, by its kind
                    yield f"{path}.{name}"
            else:
                yield from _strange(item, schema["properties"][name], f"{path}.{name}")
    elif isinstance(value, list) and "items" in schema:
        for item in value:
            yield from _strange(item, schema["items"], f"{path}[]")


# Faults -------------------------------------------------------------------------------------------------------------


def test_every_fault_has_a_status() -> None:
    assert set(STATUS) == set(fault_classes())


FAULTS: list[Fault] = [
    *(kind("words") for kind in fault_classes() if kind not in (MediaRefused, InvalidRequest, InternalFault)),
    *(MediaRefused(problem, "words", path="references[0].url", limits={"least": 1}) for problem in MediaProblem),
    *(InvalidRequest(Violation("seed", "is wrong", kind), Violation("size", "too")) for kind in ViolationKind),
    InvalidRequest(message="as a whole"),
    NotFound("words", what="model"),
    Throttled("words", retry_after=3.5),
    QuotaExhausted("words", meter="free"),
    Unauthenticated("words", missing=True),
    Refused("in their words").worded("DataInspectionFailed", "dashscope"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_fault_comes_back_as_itself(fault: Fault) -> None:
    reply = DIALECT.encode_fault(fault, a_question("/x"))
    with pytest.raises(type(fault)) as caught:
        DIALECT.decode_reply(reply)
    assert caught.value.record() == fault.record()
    assert reply.json()["request_id"] == reply.headers["x-request-id"]
    read = DIALECT.read_fault(reply.json()["error"]["code"], fault.message)
    assert type(read) is type(fault)


def test_what_went_wrong_inside_stays_inside() -> None:
    body = DIALECT.encode_fault(InternalFault("/secret/path"), a_question("/x")).json()
    assert "secret" not in json.dumps(body)
    assert body["request_id"] in body["error"]["message"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (WireReply(404, b"<html>"), NotFound),
        (WireReply(502, b""), Unavailable),
        (WireReply(503, b"null"), Unavailable),
        (WireReply(500, b"[]"), InternalFault),
        (WireReply(429, b"", {"retry-after": "7"}), Throttled),
        (WireReply(429, b"", {"retry-after": "soon"}), Throttled),
        (WireReply(418, b"tea"), InvalidRequest),
        (WireReply(400, b'{"error":{"fault":"MediaRefused","problem":"odd","message":"m"}}'), InvalidRequest),
        (WireReply(200, b"<html>"), Unavailable),
        (WireReply(200, b'{"status":"DANCING"}'), Unavailable),
    ],
)
def test_whoever_answers_there_is_a_fault_for_it(reply: WireReply, kind: type[Fault]) -> None:
    with pytest.raises(kind) as caught:
        DIALECT.decode_reply(reply)
    if reply.headers.get("retry-after") == "7":
        assert isinstance(caught.value, Throttled)
        assert caught.value.retry_after == 7
