"""Who is told of a task's changes, how often, and how. Source: spec/gateways.md §4.5; decision 0017."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders import a_request
from fakes import CardBox, OwnedClock, ScriptedEngine, breathe, until
from understudy.catalog.shelf import Shelf
from understudy.core.faults import MediaProblem, MediaRefused, Refused
from understudy.core.ports import Job, Stage
from understudy.core.request import Profile
from understudy.core.task import CALLBACK, Status, Take, Task
from understudy.core.wire import WireRequest
from understudy.dialects.vidu import DIALECT
from understudy.dialects.vidu.callback import signature
from understudy.service.callbacks import PAUSES, Callbacks, Seal
from understudy.service.links import Links
from understudy.service.tasks import Tasks
from understudy.service.templates import Templates
from world import ALICE, BASE_URL, SECRET, World

KEY = "vda_test_secret"
URL = "https://receiver.example/vidu/callback?name=james&age=36"


class Receiver:
    """A host that is told things: answers as scripted, then 200."""

    def __init__(self, *answers: int | MediaRefused) -> None:
        self.answers = list(answers)
        self.told: list[tuple[str, dict[str, Any], dict[str, str]]] = []

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.told.append((url, json.loads(body), dict(headers)))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, MediaRefused):
            raise answer
        return answer

    @property
    def states(self) -> list[str]:
        return [body["state"] for _, body, _ in self.told]


def callbacks_of(receiver: Receiver, clock: OwnedClock, cards: Any = None) -> Callbacks:
    return Callbacks(SECRET, [DIALECT], cards or CardBox(), Links(SECRET, clock), clock, receiver.post)


def wished(callbacks: Callbacks, url: str = URL) -> Mapping[str, Any]:
    return callbacks.sealed({CALLBACK: {"url": url, "secret": KEY, "base_url": BASE_URL}})


def a_task(callbacks: Callbacks, clock: OwnedClock, status: Status = Status.SUCCEEDED, **changes: Any) -> Task:
    task = Task(
        "0190b6f6-0385-4d82-bcb6-0123456789ab", "alice", "1", "vidu", a_request(), clock.now(), clock.now(), "r",
        status=status, extras=wished(callbacks),
    )  # fmt: skip
    return replace(task, **changes)


# The secret -----------------------------------------------------------------------------------------------------------


def test_the_callers_key_is_kept_sealed_only() -> None:
    kept = wished(callbacks_of(Receiver(), OwnedClock()))
    assert KEY not in repr(kept)
    assert kept[CALLBACK]["url"] == URL
    assert Seal(SECRET).open(kept[CALLBACK]["sealed"]) == KEY
    assert Seal(b"1" * 32).open(kept[CALLBACK]["sealed"]) is None, "another house cannot read it"
    assert Seal(SECRET).open("not sealed") is None


def test_other_wishes_and_sealed_ones_stay_as_they_are() -> None:
    callbacks = callbacks_of(Receiver(), OwnedClock())
    assert callbacks.sealed({"engine": "animatic"}) == {"engine": "animatic"}
    kept = wished(callbacks)
    assert callbacks.sealed(kept) == kept, "as when a task is promoted"


# Telling --------------------------------------------------------------------------------------------------------------


async def test_the_receiver_can_check_the_signature() -> None:
    receiver, clock = Receiver(), OwnedClock()
    callbacks = callbacks_of(receiver, clock)
    callbacks.tell(a_task(callbacks, clock))
    await until(lambda: receiver.told)
    ((url, body, headers),) = receiver.told
    assert url == URL
    assert body["state"] == "success"
    assert body["id"].isdigit()
    assert headers["Date"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert headers["X-HMAC-SIGNED-HEADERS"] == "Date;x-request-nonce"
    assert (headers["X-HMAC-ALGORITHM"], headers["X-HMAC-ACCESS-KEY"]) == ("hmac-sha256", "vidu")
    wanted = signature(KEY, "POST", URL, headers["Date"], headers["x-request-nonce"])
    assert headers["X-HMAC-SIGNATURE"] == wanted


def test_the_signature_is_that_of_the_test_vector() -> None:
    """Source: spec/gateways.md §4.5."""
    date, nonce = "Tue, 06 May 2025 12:09:42 GMT", "123e4567-e89b-12d3-a456-426614174000"
    assert signature(KEY, "POST", URL, date, nonce) == "NPh3qkvh2qDB3e8NbcSL4lpYvLveDSUkfJug6u/K46g="


async def test_an_end_is_told_three_times_more_when_the_receiver_fails() -> None:
    receiver, clock = Receiver(500, MediaRefused(MediaProblem.UNREACHABLE), 503, 500, 200), OwnedClock()
    callbacks = callbacks_of(receiver, clock)
    callbacks.tell(a_task(callbacks, clock))
    for count, pause in enumerate(PAUSES, 1):
        await until(lambda count=count: len(receiver.told) == count)
        await breathe()
        assert len(receiver.told) == count, "not before its time"
        await clock.advance(pause)
    await until(lambda: not callbacks._telling)
    assert len(receiver.told) == 1 + len(PAUSES)
    assert len({headers["x-request-nonce"] for _, _, headers in receiver.told}) == 4


@pytest.mark.parametrize(
    ("status", "answer", "tries"),
    [
        (Status.RUNNING, 500, 1),
        (Status.SUCCEEDED, MediaRefused(MediaProblem.BLOCKED), 1),
        (Status.FAILED, 204, 1),
    ],
)
async def test_what_is_told_once(status: Status, answer: Any, tries: int) -> None:
    receiver, clock = Receiver(answer), OwnedClock()
    callbacks = callbacks_of(receiver, clock)
    callbacks.tell(a_task(callbacks, clock, status))
    await until(lambda: not callbacks._telling, clock, step=60)
    assert len(receiver.told) == tries


async def test_changes_of_one_task_come_in_order() -> None:
    receiver, clock = Receiver(), OwnedClock()
    callbacks = callbacks_of(receiver, clock)
    for status in (Status.RUNNING, Status.SUCCEEDED):
        callbacks.tell(a_task(callbacks, clock, status))
    await until(lambda: not callbacks._telling)
    assert receiver.states == ["processing", "success"]


async def test_a_task_without_a_callback_is_told_to_nobody() -> None:
    receiver, clock = Receiver(), OwnedClock()
    callbacks = callbacks_of(receiver, clock)
    callbacks.tell(a_task(callbacks, clock, extras={}))
    callbacks.tell(a_task(callbacks, clock, dialect="dashscope"))
    callbacks.tell(a_task(callbacks, clock, extras={CALLBACK: {"url": URL, "sealed": "forged"}}))
    await until(lambda: not callbacks._telling)
    assert not receiver.told


async def test_a_stopping_house_does_not_wait_for_a_silent_receiver() -> None:
    clock, never = OwnedClock(), asyncio.Event()

    async def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        await never.wait()
        return 200

    callbacks = Callbacks(SECRET, [DIALECT], CardBox(), Links(SECRET, clock), clock, post)
    callbacks.tell(a_task(callbacks, clock))
    await breathe()
    await callbacks.close(0.01)
    assert not callbacks._telling


# In the house ---------------------------------------------------------------------------------------------------------


def a_house(world: World, receiver: Receiver) -> tuple[Tasks, Callbacks]:
    callbacks = callbacks_of(receiver, world.clock, world.cards)
    tasks = Tasks(
        world.store.tasks, world.cards, world.uploads, Templates(world.blobs), world.links, world.clock,
        profile=Profile.COMPAT, region="cn-beijing", wake=lambda: None, callbacks=callbacks,
    )  # fmt: skip
    world.settings["tell"] = callbacks.tell
    return tasks, callbacks


async def submitted(tasks: Tasks) -> Task:
    wishes = {CALLBACK: {"url": URL, "secret": KEY, "base_url": BASE_URL}}
    return await tasks.submit(ALICE, a_request(), b"{}", "vidu", "request-1", wishes)


async def test_a_film_is_told_as_it_begins_and_when_it_is_done(world: World) -> None:
    receiver = Receiver()
    tasks, callbacks = a_house(world, receiver)
    task = await submitted(tasks)
    assert KEY not in repr(await world.store.tasks.get(task.task_id))
    async with world.working():
        await world.finished(task)
    await callbacks.close()
    assert receiver.states == ["processing", "success"]
    creation = receiver.told[-1][1]["creations"][0]
    assert creation["url"].startswith(f"{BASE_URL}/results/takes/")


async def test_a_failure_is_told_with_its_reason(world: World) -> None:
    async def refuse(job: Job, stage: Stage) -> Take:
        raise Refused("No human face detected.")

    receiver = Receiver()
    tasks, callbacks = a_house(world, receiver)
    task = await submitted(tasks)
    async with world.working(ScriptedEngine(refuse)):
        await world.finished(task)
    await callbacks.close()
    assert receiver.states == ["processing", "failed"]
    assert receiver.told[-1][1]["err_code"] == "CreationPolicyViolation"


async def test_a_canceled_task_is_told_as_failed(world: World) -> None:
    receiver = Receiver()
    tasks, callbacks = a_house(world, receiver)
    task = await submitted(tasks)
    await tasks.cancel(ALICE, task.task_id)
    await callbacks.close()
    assert [(body["state"], body["err_code"]) for _, body, _ in receiver.told] == [("failed", "UserCancelled")]


def test_a_submit_names_the_callback_and_the_payload(tmp_path: Path) -> None:
    body = {"model": "viduq2", "prompt": "a fox", "callback_url": URL, "payload": "mine"}
    wire = WireRequest("POST", "/ent/v2/text2video", headers={"authorization": f"Token {KEY}"},
                       body=json.dumps(body).encode(), base_url=BASE_URL)  # fmt: skip
    assert DIALECT.decode_submit(wire, Shelf.open(), Profile.COMPAT).model == "viduq2"
    assert DIALECT.wishes(wire) == {
        "dialect": {"payload": "mine"},
        CALLBACK: {"url": URL, "secret": KEY, "base_url": BASE_URL},
    }
