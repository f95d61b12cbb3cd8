"""Laws of the OpenAI videos codec: nothing is lost on the way to a house of ours, and no body breaks it."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laws.test_dialects import JSON, QUIET, tasks
from laws.wishes import SHELF, Offer, sayable
from understudy.core.faults import Fault
from understudy.core.request import Profile, VideoRequest
from understudy.core.task import Status, Task
from understudy.core.wire import Told, WireReply, WireRequest
from understudy.dialects._multipart import Part, write_parts
from understudy.dialects.openai_videos import DIALECT
from understudy.dialects.openai_videos.shapes import VideoCreate

law = settings(deadline=None, max_examples=60, suppress_health_check=QUIET)
for_each = settings(law, max_examples=4)
FILMS = [Offer(c.model, f) for c in SHELF.all() for f in (c.functions or ("",)) if not c.of(f).makes.is_check]
FAMILIES = list({(offer.card.family, offer.card.makes): offer for offer in reversed(FILMS)}.values())
LAST = st.sampled_from(["", "/edits", "/extensions", "/characters"])
ANSWERS = st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode())


def told(request: VideoRequest, profile: Profile = Profile.COMPAT) -> VideoRequest:
    """The request after one trip over the wire, without the paths it got on the way."""
    read = DIALECT.decode_submit(DIALECT.encode_submit(request, SHELF.find(request.model)), SHELF, profile)
    return read.but(references=tuple(replace(r, path="", voice_path="") for r in read.references))


@pytest.mark.parametrize("offer", FILMS, ids=str)
@for_each
@given(data=st.data(), profile=st.sampled_from(Profile))
def test_a_request_arrives_without_loss(offer: Offer, data: st.DataObject, profile: Profile) -> None:
    request = data.draw(sayable(offer))
    assert told(request, profile) == request


@law
@given(data=st.data(), offer=st.sampled_from(FAMILIES))
def test_no_family_loses_a_word(data: st.DataObject, offer: Offer) -> None:
    request = data.draw(sayable(offer))
    assert told(request) == request


def test_a_loss_that_is_planted_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The laws would notice: a client half that forgets one word gives another request for every model."""
    original = DIALECT.encode_submit
    for name, value in {"seed": None, "prompt": "", "watermark": None, "seconds": None}.items():
        with monkeypatch.context() as patch:
            forgetful = lambda _, request, card, n=name, v=value: original(request.but(**{n: v}), card)  # noqa: E731
            patch.setattr(type(DIALECT), "encode_submit", forgetful)
            for offer in FAMILIES:
                request = VideoRequest(offer.model, offer.function, "she waves", seed=7, watermark=True, seconds=5)
                assert told(request) != request


WORDS = st.sampled_from([*VideoCreate.model_fields, "video", "image", "images", "metadata", "extra_body", "function"])
BODIES = st.dictionaries(WORDS, JSON, max_size=6).map(lambda said: json.dumps(said).encode()) | st.binary(max_size=60)
FORMS = st.lists(
    st.builds(
        Part,
        st.builds("{}{}".format, WORDS, st.sampled_from(["", "[]", "[][url]", "[k]", "[0][url]", "[", "[]]"])),
        st.text('[]{}",:1a', max_size=8).map(str.encode) | st.binary(max_size=20),
        st.sampled_from([None, None, "a.png"]),
    ),
    max_size=6,
)


@law
@given(
    body=BODIES, profile=st.sampled_from(Profile), last=st.sampled_from(["", "/edits", "/extensions", "/characters"])
)
def test_any_body_is_a_request_or_a_refusal(body: bytes, profile: Profile, last: str) -> None:
    wire = WireRequest("POST", f"/v1/videos{last}", {}, {"content-type": "application/json"}, body)
    is_a_request_or_a_refusal(wire, profile)


@law
@given(parts=FORMS, profile=st.sampled_from(Profile), cut=st.integers(0, 40))
def test_any_form_is_a_request_or_a_refusal(parts: list[Part], profile: Profile, cut: int) -> None:
    body, kind = write_parts(parts)
    wire = WireRequest("POST", "/v1/videos", {}, {"content-type": kind}, body[: len(body) - max(0, cut - 20)])
    is_a_request_or_a_refusal(wire, profile)


def is_a_request_or_a_refusal(wire: WireRequest, profile: Profile) -> None:
    try:
        assert DIALECT.decode_submit(wire, SHELF, profile).model
    except Fault as fault:
        reply = DIALECT.encode_fault(fault, wire)
        assert reply.status in (400, 404)
        assert reply.json()["error"]["message"]


@law
@given(task=tasks(), url=st.sampled_from([None, "https://here/x.mp4"]))
def test_a_told_task_is_read_as_it_was_told(task: Task, url: str | None) -> None:
    reply = DIALECT.encode_answer(
        Told(task.task_id, task, url), WireRequest("GET", "/"), SHELF.find(task.request.model)
    )
    read = DIALECT.decode_reply(reply)
    assert (read.task_id, read.status, read.engine) == (task.task_id, task.status.value, task.engine)
    assert read.notes == task.notes
    assert read.result_url == (url if task.status is Status.SUCCEEDED else None)
    assert bool(read.code) == (task.status in (Status.FAILED, Status.CANCELED))
    if task.status is Status.RUNNING:
        assert read.fraction is not None
        assert abs(read.fraction - min(max(task.fraction, 0), 0.99)) <= 0.01


@law
@given(
    st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([200, 400, 404, 429, 500]),
)
def test_any_answer_of_a_server_is_a_task_or_a_fault(body: bytes, status: int) -> None:
    with contextlib.suppress(Fault):
        assert DIALECT.decode_reply(WireReply(status, body)).task_id


def test_every_number_of_a_video_is_whole() -> None:
    """Typed clients read `10.0` where they want an int and fail (decision 0007)."""

    def numbers(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [number for part in value.values() for number in numbers(part)]
        return [value] if isinstance(value, float) else []

    for route in DIALECT.routes:
        assert not numbers(dict(route.answer_examples))
