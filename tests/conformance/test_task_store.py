"""Every task store keeps these promises: the sentences of the TaskStore socket, one by one."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from builders import NOON, a_request, a_task
from understudy.core.faults import Conflict, InternalFault, InvalidRequest, Unavailable, fault_from_record
from understudy.core.findings import CheckProblem, Findings
from understudy.core.ports import LedgerEntry, Outcome
from understudy.core.request import MediaFacts, Medium
from understudy.core.task import Artifact, ForbiddenMove, Status, Task, TaskFilter
from understudy.core.units import Size
from understudy.core.usage import Charge, Quota, Usage
from understudy.stores.sql import SqlStore, SqlTaskStore

LEASE = timedelta(seconds=15)
HELPER = Path(__file__).with_name("store_process.py")


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    with SqlStore.open(tmp_path / "任务 1" / "tasks.db" if request.param == "file" else ":memory:") as opened:
        yield opened


@pytest.fixture
def tasks(store: SqlStore) -> SqlTaskStore:
    return store.tasks


async def added(tasks: SqlTaskStore, *given: Task) -> tuple[Task, ...]:
    for task in given:
        await tasks.add(task, b"{}")
    return given


async def claimed(tasks: SqlTaskStore, **changes: Any) -> Task | None:
    wish = {"worker": "w1", "now": NOON, "lease": LEASE, "running_at_once": {}, "attempts": 3} | changes
    return await tasks.claim(**wish)


async def running(tasks: SqlTaskStore, **changes: Any) -> Task:
    await added(tasks, a_task(**changes))
    task = await claimed(tasks)
    assert task is not None
    return task


def an_artifact(key: str = "results/1.mp4") -> Artifact:
    facts = MediaFacts(Medium.VIDEO, "mov,mp4", 1000, Size(1280, 720), Decimal("10.000000"), Decimal(30), 300, True)
    return Artifact(key, "ab" * 32, facts, NOON + timedelta(hours=24))


def success(quantity: str = "11", **changes: Any) -> Outcome:
    """Ten seconds of film and one of reference, at 0.6 each. Source: spec/dashscope.md §9.3."""
    outcome = Outcome(
        Status.SUCCEEDED,
        NOON + timedelta(minutes=2),
        artifact=an_artifact(),
        usage=Usage(Decimal(10), Decimal(1), Decimal(quantity), 1, 0, None, Size(1280, 720), None, Fraction(30)),
        charge=Charge(Decimal(quantity), "second", Decimal("0.6")),
        notes=("speech: one voice stands in",),
    )
    return replace(outcome, **changes)


def failure() -> Outcome:
    return Outcome(Status.FAILED, NOON, fault=InternalFault().record())


class TestKeeping:
    async def test_a_task_comes_back_as_it_was_given(self, tasks: SqlTaskStore) -> None:
        task = a_task(
            a_request("图1 说：“你好”\u0000 🎬", options={"bgm": [1, 2.5, None]}),
            extras={"resolve": True},
            notes=("a", "b"),
        )
        await added(tasks, task)
        assert await tasks.get(task.task_id) == task

    async def test_its_body_comes_back_byte_for_byte(self, tasks: SqlTaskStore) -> None:
        task = a_task()
        body = bytes(range(256)) * 1000
        await tasks.add(task, body)
        assert await tasks.body(task.task_id) == body

    async def test_what_was_never_given_is_not_there(self, tasks: SqlTaskStore) -> None:
        assert await tasks.get("nobody") is None
        assert await tasks.body("nobody") == b""

    async def test_one_id_is_one_task(self, tasks: SqlTaskStore) -> None:
        (task,) = await added(tasks, a_task(region="cn-beijing"))
        with pytest.raises(Conflict, match=task.task_id):
            await tasks.add(replace(task, region="ap-singapore"), b"")
        assert await tasks.get(task.task_id) == task

    @pytest.mark.parametrize("prompt", ["\ud800", "half \udfff"])
    async def test_half_characters_are_refused_before_they_are_written(self, tasks: SqlTaskStore, prompt: str) -> None:
        with pytest.raises(InvalidRequest, match="Unicode"):
            await added(tasks, a_task(a_request(prompt)))
        with pytest.raises(InvalidRequest, match="Unicode"):
            await added(tasks, a_task(account=prompt))

    async def test_one_failing_write_undoes_none_of_its_neighbours(self, tasks: SqlTaskStore) -> None:
        (first,) = await added(tasks, a_task())
        given = [a_task() if number % 3 else first for number in range(30)]
        results = await asyncio.gather(*(tasks.add(task, b"") for task in given), return_exceptions=True)
        for task, result in zip(given, results, strict=True):
            assert isinstance(result, Conflict) if task is first else result is None
            assert await tasks.get(task.task_id) == task

    async def test_a_closed_store_says_so(self, store: SqlStore) -> None:
        store.close()
        store.close()
        with pytest.raises(Unavailable, match="closed"):
            await store.tasks.add(a_task(), b"")


class TestListing:
    @pytest.fixture
    async def given(self, tasks: SqlTaskStore) -> list[Task]:
        """Five of alice's, an hour apart, of two models and keys; one of bob's."""
        made = [
            a_task(a_request(model=f"model-{n % 2}"), key_id=str(n % 2), region="r1" if n else "r0", task_id=f"t{n}")
            for n in range(5)
        ]
        made = [replace(task, submitted=NOON + timedelta(hours=n)) for n, task in enumerate(made)]
        await added(tasks, *made, a_task(account="bob"))
        return made

    @pytest.mark.parametrize(
        ("filter", "found"),
        [
            (TaskFilter(), "43210"),
            (TaskFilter(page_size=2), "43"),
            (TaskFilter(page_size=2, page=3), "0"),
            (TaskFilter(page=2), ""),
            (TaskFilter(model="model-1"), "31"),
            (TaskFilter(key_id="0"), "420"),
            (TaskFilter(region="r0"), "0"),
            (TaskFilter(status=Status.PENDING), "43210"),
            (TaskFilter(status=Status.FAILED), ""),
            (TaskFilter(since=NOON + timedelta(hours=1), until=NOON + timedelta(hours=3)), "321"),
            (TaskFilter(oldest_first=True), "01234"),
            (TaskFilter(after="t3"), "210"),
            (TaskFilter(after="t3", page_size=2), "21"),
            (TaskFilter(after="t3", oldest_first=True), "4"),
            (TaskFilter(after="t2", model="model-1"), "1"),
            (TaskFilter(after="t0"), ""),
            (TaskFilter(after="of nobody"), ""),
        ],
    )
    async def test_a_page_is_newest_first(
        self, tasks: SqlTaskStore, given: list[Task], filter: TaskFilter, found: str
    ) -> None:
        page = await tasks.list("alice", filter)
        assert page.tasks == tuple(given[int(n)] for n in found)
        assert (page.page, page.page_size) == (filter.page, filter.page_size)

    async def test_the_total_counts_all_that_match(self, tasks: SqlTaskStore, given: list[Task]) -> None:
        assert (await tasks.list("alice", TaskFilter(page_size=2, key_id="0"))).total == 3
        assert (await tasks.list("carol", TaskFilter())).total == 0
        assert (await tasks.list("alice", TaskFilter(page_size=2, after="t4"))).total == 4


class TestClaiming:
    async def test_the_next_task_becomes_running_with_a_higher_epoch(self, tasks: SqlTaskStore) -> None:
        (task,) = await added(tasks, a_task())
        got = await claimed(tasks, now=NOON + timedelta(seconds=3))
        assert got == replace(task, status=Status.RUNNING, epoch=1, attempt=1, started=NOON + timedelta(seconds=3))
        assert await tasks.get(task.task_id) == got
        assert await claimed(tasks) is None

    async def test_the_oldest_goes_first_and_of_one_moment_the_first_to_arrive(self, tasks: SqlTaskStore) -> None:
        late = a_task(submitted=NOON)
        old, same = a_task(submitted=NOON - timedelta(hours=1)), a_task(submitted=NOON)
        await added(tasks, late, same, old)
        assert [(await claimed(tasks)).task_id for _ in range(3)] == [old.task_id, late.task_id, same.task_id]

    async def test_the_account_with_the_fewest_running_goes_first(self, tasks: SqlTaskStore) -> None:
        await added(tasks, *(a_task(account="busy", submitted=NOON - timedelta(hours=1)) for _ in range(4)))
        await added(tasks, a_task(account="calm"), a_task(account="calm"))
        order = [(await claimed(tasks)).account for _ in range(6)]
        assert order == ["busy", "calm", "busy", "calm", "busy", "busy"]

    async def test_running_tasks_are_bounded_per_account_and_model(self, tasks: SqlTaskStore) -> None:
        wanted = [("a", "one"), ("a", "one"), ("a", "two"), ("b", "one"), ("a", "free"), ("a", "free")]
        for account, model in wanted:
            await added(tasks, a_task(a_request(model=model), account=account))
        limits = {"one": 1, "two": 1, "free": 0}
        got = [await claimed(tasks, running_at_once=limits) for _ in range(6)]
        assert Counter((t.account, t.request.model) for t in got if t) == {
            ("a", "one"): 1, ("a", "two"): 1, ("b", "one"): 1, ("a", "free"): 2,
        }  # fmt: skip
        assert got[-1] is None

    async def test_the_rest_waits_until_one_ends(self, tasks: SqlTaskStore) -> None:
        first, second = await added(tasks, a_task(), a_task())
        limits = {first.request.model: 1}
        got = await claimed(tasks, running_at_once=limits)
        assert await claimed(tasks, running_at_once=limits) is None
        await tasks.finish(got, failure())
        assert (await claimed(tasks, running_at_once=limits)).task_id == second.task_id

    async def test_a_lost_lease_is_taken_over(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        await tasks.renew(task, NOON + LEASE, handle={"job": "7"})
        assert await claimed(tasks, now=NOON + LEASE - timedelta(microseconds=1)) is None
        again = await claimed(tasks, worker="w2", now=NOON + LEASE)
        assert (again.task_id, again.epoch, again.attempt) == (task.task_id, 2, 2)
        assert again.started == task.started, "the caller saw it start once"
        assert again.handle == {"job": "7"}, "paid remote work survives"

    async def test_a_lost_task_no_longer_counts_as_running(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        again = await claimed(tasks, now=NOON + LEASE, running_at_once={task.request.model: 1})
        assert again.task_id == task.task_id

    @pytest.mark.parametrize("way", ["lost", "released"])
    async def test_a_task_that_wore_out_its_attempts_fails_unbilled(self, store: SqlStore, way: str) -> None:
        tasks = store.tasks
        (task,) = await added(tasks, a_task())
        now = NOON
        for attempt in (1, 2):
            got = await claimed(tasks, now=now, attempts=2)
            assert got.attempt == attempt
            if way == "released":
                assert await tasks.release(got, ready=now, fault=Unavailable().record())
            now += LEASE
        assert await claimed(tasks, now=now, attempts=2) is None
        ended = await tasks.get(task.task_id)
        assert (ended.status, ended.ended, ended.usage, ended.charge) == (Status.FAILED, now, None, None)
        assert isinstance(fault_from_record(ended.fault), InternalFault)
        assert "2 times" in ended.fault["message"]
        assert await store.ledger.entries(None, None, None) == ()

    async def test_a_worn_out_task_does_not_hide_the_next(self, tasks: SqlTaskStore) -> None:
        await running(tasks)
        (second,) = await added(tasks, a_task())
        got = await claimed(tasks, now=NOON + LEASE, attempts=1)
        assert got.task_id == second.task_id

    async def test_and_ends_even_where_its_account_has_reached_its_limit(self, tasks: SqlTaskStore) -> None:
        worn = await running(tasks)
        await running(tasks)
        later = NOON + LEASE
        (busy,) = [t for t in (await tasks.list("alice", TaskFilter())).tasks if t.task_id != worn.task_id]
        await tasks.renew(busy, later + LEASE)
        assert await claimed(tasks, now=later, attempts=1, running_at_once={worn.request.model: 1}) is None
        assert (await tasks.get(worn.task_id)).status is Status.FAILED

    async def test_four_threads_claim_each_task_once(self, tmp_path: Path) -> None:
        with SqlStore.open(tmp_path / "tasks.db") as store:
            await asyncio.gather(*(store.tasks.add(a_task(task_id=str(n)), b"") for n in range(200)))
            got: list[str] = []

            async def take(name: str) -> None:
                while (task := await claimed(store.tasks, worker=name)) is not None:
                    got.append(task.task_id)

            threads = [threading.Thread(target=asyncio.run, args=(take(f"w{n}"),)) for n in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                await asyncio.to_thread(thread.join)
            assert sorted(got, key=int) == [str(n) for n in range(200)]

    async def test_four_processes_claim_each_task_once(self, tmp_path: Path) -> None:
        path = tmp_path / "tasks.db"
        with SqlStore.open(path) as store:
            await asyncio.gather(*(store.tasks.add(a_task(task_id=str(n)), b"") for n in range(200)))
            processes = [start("claim", path, f"w{n}") for n in range(4)]
            told = [(await asyncio.to_thread(process.communicate))[0].split() for process in processes]
            assert [process.returncode for process in processes] == [0] * 4
            assert sorted((task_id for ids in told for task_id in ids), key=int) == [str(n) for n in range(200)]
            page = await store.tasks.list("alice", TaskFilter(page_size=200))
            assert {(task.status, task.epoch) for task in page.tasks} == {(Status.RUNNING, 1)}


class TestHolding:
    async def test_a_heartbeat_keeps_the_lease_and_tells_progress(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        told = await tasks.renew(
            task, NOON + 2 * LEASE, fraction=0.5, note="painting", handle={"job": 1}, engine="animatic"
        )
        assert told == replace(task, fraction=0.5, stage_note="painting", handle={"job": 1}, engine="animatic")
        assert await claimed(tasks, now=NOON + LEASE) is None
        assert await tasks.renew(task, NOON + 3 * LEASE) == told, "what is not said stays"

    async def test_it_tells_when_the_work_is_no_longer_wanted(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        assert not (await tasks.renew(task, NOON + LEASE)).cancel_wanted
        await tasks.cancel(task.task_id, "alice", NOON, running=True)
        assert (await tasks.renew(task, NOON + LEASE)).cancel_wanted

    async def test_an_old_epoch_changes_nothing(self, store: SqlStore) -> None:
        tasks = store.tasks
        stale = await running(tasks)
        fresh = await claimed(tasks, worker="w2", now=NOON + LEASE)
        assert await tasks.renew(stale, NOON + 9 * LEASE, fraction=0.9) is None
        assert await tasks.finish(stale, success()) is None
        assert await tasks.release(stale, ready=NOON) is False
        assert await tasks.get(stale.task_id) == fresh
        assert await store.ledger.entries(None, None, None) == ()

    async def test_an_ended_task_changes_no_more(self, store: SqlStore) -> None:
        task = await running(store.tasks)
        ended = await store.tasks.finish(task, success())
        assert await store.tasks.renew(task, NOON + LEASE) is None
        assert await store.tasks.finish(task, failure()) is None
        assert await store.tasks.finish(task, success()) is None
        assert await store.tasks.release(task, ready=NOON) is False
        assert await store.tasks.get(task.task_id) == ended
        assert len(await store.ledger.entries(None, None, None)) == 1, "nothing is billed twice"


class TestGivingBack:
    async def test_it_waits_until_it_is_ready_again(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        ready = NOON + timedelta(seconds=30)
        assert await tasks.release(task, ready=ready, fault=Unavailable("upstream sleeps").record()) is True
        back = await tasks.get(task.task_id)
        assert (back.status, back.fault["message"]) == (Status.PENDING, "upstream sleeps")
        assert await claimed(tasks, now=ready - timedelta(microseconds=1)) is None
        again = await claimed(tasks, now=ready)
        assert (again.epoch, again.attempt, again.fault) == (2, 2, None)

    async def test_without_a_fault_the_attempt_does_not_count(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        for epoch in range(2, 6):
            assert await tasks.release(task, ready=NOON)
            task = await claimed(tasks, attempts=1)
            assert (task.epoch, task.attempt) == (epoch, 1)

    async def test_it_counts_as_running_no_more(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        await tasks.release(task, ready=NOON + timedelta(hours=1))
        (other,) = await added(tasks, a_task())
        assert (await claimed(tasks, running_at_once={task.request.model: 1})).task_id == other.task_id


class TestEnding:
    async def test_success_is_kept_whole(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        outcome = success(actual_prompt="图1 waves slowly.", expires=NOON + timedelta(days=2))
        ended = await tasks.finish(task, outcome)
        assert ended == replace(
            task,
            status=Status.SUCCEEDED,
            ended=outcome.ended,
            artifact=outcome.artifact,
            usage=outcome.usage,
            charge=outcome.charge,
            actual_prompt=outcome.actual_prompt,
            notes=outcome.notes,
            expires=outcome.expires,
            fraction=1.0,
        )
        assert await tasks.get(task.task_id) == ended

    async def test_without_a_word_about_it_the_expiry_stays(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        assert (await tasks.finish(task, success())).expires == task.expires

    @pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED])
    async def test_anything_but_success_costs_nothing(self, store: SqlStore, status: Status) -> None:
        await store.ledger.grant("alice", a_quota(a_task()))
        task = await running(store.tasks)
        ended = await store.tasks.finish(task, success(status=status, fault=InternalFault().record()))
        assert (ended.status, ended.usage, ended.charge) == (status, None, None)
        assert await store.ledger.entries(None, None, None) == ()
        assert (await store.ledger.quota("alice", task.request.model)).used == 0

    @pytest.mark.parametrize("status", [Status.PENDING, Status.RUNNING])
    async def test_an_end_is_an_end(self, tasks: SqlTaskStore, status: Status) -> None:
        with pytest.raises(ForbiddenMove):
            await tasks.finish(await running(tasks), success(status=status))

    @pytest.mark.parametrize(
        ("granted", "used", "days", "free", "amount"),
        [
            (None, "0", 90, "0", "6.6"),
            ("50", "0", 90, "11", "0"),
            ("50", "45.65", 90, "4.35", "3.99"),
            ("50", "50", 90, "0", "6.6"),
            ("50", "0", -1, "0", "6.6"),  # expired
        ],
    )
    async def test_the_free_quota_and_the_book_change_with_the_task(
        self, store: SqlStore, granted: str | None, used: str, days: int, free: str, amount: str
    ) -> None:
        task = await running(store.tasks)
        if granted is not None:
            await store.ledger.grant("alice", a_quota(task, granted, used, days))
        ended = await store.tasks.finish(task, success())
        assert (ended.charge.free_quantity, ended.charge.amount) == (Decimal(free), Decimal(amount))
        (entry,) = await store.ledger.entries("alice", None, None)
        assert (entry.task_id, entry.key_id, entry.model) == (task.task_id, task.key_id, task.request.model)
        assert (entry.moment, entry.usage, entry.charge) == (ended.ended, ended.usage, ended.charge)
        if granted is not None:
            assert (await store.ledger.quota("alice", task.request.model)).used == Decimal(used) + Decimal(free)

    async def test_where_the_book_refuses_nothing_changes(self, store: SqlStore) -> None:
        """A price that cannot be kept exactly fails the whole write: no success without its line."""
        task = await running(store.tasks)
        await store.ledger.grant("alice", a_quota(task, "5"))
        price = Charge(Decimal(11), "second", Decimal("0.00000001"))
        with pytest.raises(Exception, match="finer than a millionth"):
            await store.tasks.finish(task, success(charge=price))
        assert await store.tasks.get(task.task_id) == task
        assert (await store.ledger.quota("alice", task.request.model)).used == 0
        assert await store.tasks.finish(task, success()) is not None, "and the task can still end"

    async def test_racing_finishers_share_one_quota(self, store: SqlStore) -> None:
        model = a_task().request.model
        await store.ledger.grant("alice", a_quota(a_task(), "30"))
        held = [await running(store.tasks) for _ in range(5)]
        ended = await asyncio.gather(*(store.tasks.finish(task, success()) for task in held))
        assert sum(task.charge.free_quantity for task in ended) == 30
        assert (await store.ledger.quota("alice", model)).used == 30


def a_quota(task: Task, granted: str = "50", used: str = "0", days: int = 90) -> Quota:
    return Quota(task.request.model, Decimal(granted), Decimal(used), NOON + timedelta(days=days))


FINDINGS = Findings(
    passed=False, problem=CheckProblem.FACE_POSE, detail="Turned by 40 degrees.", humanoid=True, face_box=(1, 2, 30, 40)
)


class TestFindings:
    @pytest.mark.parametrize("found", [FINDINGS, Findings(template_id="AACT.1"), Findings()], ids=["no", "id", "yes"])
    async def test_what_was_found_is_kept_where_no_film_is_made(self, tasks: SqlTaskStore, found: Findings) -> None:
        task = await running(tasks)
        done = await tasks.finish(task, success(artifact=None, findings=found))
        assert done is not None
        assert (done.findings, done.artifact) == (found, None)
        assert await tasks.get(task.task_id) == done

    async def test_they_are_listed_with_their_task(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        await tasks.finish(task, success(artifact=None, findings=FINDINGS))
        (listed,) = (await tasks.list(task.account, TaskFilter())).tasks
        assert listed.findings == FINDINGS

    async def test_a_film_has_none(self, tasks: SqlTaskStore) -> None:
        done = await tasks.finish(await running(tasks), success())
        assert done is not None
        assert done.findings is None


class TestTheBookWithoutATask:
    """Checks are answered at once: a line of the book, no row of the queue."""

    def line(self, number: str = "request-1", account: str = "alice", quantity: str = "1") -> LedgerEntry:
        charge = Charge(Decimal(quantity), "image", Decimal("0.004"))
        return LedgerEntry(number, account, "1", "toy-detect", NOON, Usage(image_count=1), charge)

    async def test_it_is_written_and_no_task_comes_of_it(self, store: SqlStore) -> None:
        written = await store.ledger.record(self.line())
        assert written == self.line()
        assert await store.ledger.entries("alice", None, None) == (written,)
        assert await store.tasks.get("request-1") is None
        assert (await store.tasks.list("alice", TaskFilter())).total == 0

    async def test_one_number_is_one_line(self, store: SqlStore) -> None:
        await store.ledger.record(self.line())
        with pytest.raises(Conflict, match="request-1"):
            await store.ledger.record(self.line())
        assert len(await store.ledger.entries(None, None, None)) == 1

    async def test_free_ones_go_first_and_racing_lines_share_them(self, store: SqlStore) -> None:
        await store.ledger.grant("alice", Quota("toy-detect", Decimal(5), Decimal(0), NOON + timedelta(days=90)))
        lines = await asyncio.gather(*(store.ledger.record(self.line(f"request-{n}")) for n in range(9)))
        assert sorted(line.charge.free_quantity for line in lines) == [0] * 4 + [1] * 5
        assert sum(line.charge.amount for line in lines) == 4 * Decimal("0.004")
        quota = await store.ledger.quota("alice", "toy-detect")
        assert quota is not None
        assert quota.left(NOON) == 0

    async def test_a_refused_line_takes_nothing_from_what_is_free(self, store: SqlStore) -> None:
        await store.ledger.grant("alice", Quota("toy-detect", Decimal(5), Decimal(0), NOON + timedelta(days=90)))
        await store.ledger.record(self.line())
        with pytest.raises(Conflict):
            await store.ledger.record(self.line())
        quota = await store.ledger.quota("alice", "toy-detect")
        assert quota is not None
        assert quota.left(NOON) == 4

    async def test_an_expired_quota_gives_nothing(self, store: SqlStore) -> None:
        await store.ledger.grant("alice", Quota("toy-detect", Decimal(5), Decimal(0), NOON))
        assert (await store.ledger.record(self.line())).charge.free_quantity == 0


class TestForgetting:
    async def test_only_what_has_ended_can_be_let_go_at_once(self, tasks: SqlTaskStore) -> None:
        (waiting,) = await added(tasks, a_task(account="bob"))
        assert await tasks.expire(waiting.task_id, "bob", NOON) is False
        task = await claimed(tasks)
        assert task is not None
        assert await tasks.expire(task.task_id, "bob", NOON) is False
        await tasks.finish(task, success())
        assert await tasks.expire(task.task_id, "alice", NOON) is False, "another's"
        assert await tasks.expire("nobody", "bob", NOON) is False
        assert await tasks.expire(task.task_id, "bob", NOON) is True
        assert await tasks.sweep(NOON) == (success().artifact,)
        assert await tasks.get(task.task_id) is None


class TestTheQueueAhead:
    async def test_it_counts_those_who_came_before_and_still_wait(self, tasks: SqlTaskStore) -> None:
        given = [a_task(now=NOON + timedelta(seconds=n), account=f"a{n % 2}") for n in range(4)]
        await added(tasks, *given)
        assert [await tasks.ahead(task) for task in given] == [0, 1, 2, 3]
        assert await claimed(tasks) is not None
        assert [await tasks.ahead(task) for task in given[1:]] == [0, 1, 2]


class TestCanceling:
    async def test_a_waiting_task_ends_at_once(self, tasks: SqlTaskStore) -> None:
        (task,) = await added(tasks, a_task())
        moment = NOON + timedelta(seconds=1)
        canceled = await tasks.cancel(task.task_id, "alice", moment)
        assert canceled == replace(task, status=Status.CANCELED, ended=moment)
        assert await claimed(tasks) is None

    async def test_a_running_one_only_when_asked(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        assert await tasks.cancel(task.task_id, "alice", NOON) == task
        wanted = await tasks.cancel(task.task_id, "alice", NOON, running=True)
        assert wanted == replace(task, cancel_wanted=True)
        ended = await tasks.finish(task, Outcome(Status.CANCELED, NOON))
        assert ended.status is Status.CANCELED

    async def test_an_ended_one_stays_as_it_is(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        ended = await tasks.finish(task, success())
        assert await tasks.cancel(task.task_id, "alice", NOON, running=True) == ended

    @pytest.mark.parametrize("account", ["bob", "", "alice "])
    async def test_nobody_cancels_for_another(self, tasks: SqlTaskStore, account: str) -> None:
        (task,) = await added(tasks, a_task())
        assert await tasks.cancel(task.task_id, account, NOON) is None
        assert await tasks.cancel("nobody", "alice", NOON) is None
        assert await tasks.get(task.task_id) == task

    async def test_work_that_was_lost_is_canceled_not_repeated(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        await tasks.cancel(task.task_id, "alice", NOON, running=True)
        assert await claimed(tasks, now=NOON + LEASE) is None
        assert (await tasks.get(task.task_id)).status is Status.CANCELED

    async def test_and_so_is_work_that_was_given_back(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        await tasks.cancel(task.task_id, "alice", NOON, running=True)
        await tasks.release(task, ready=NOON)
        assert await claimed(tasks) is None
        assert (await tasks.get(task.task_id)).status is Status.CANCELED

    async def test_where_nobody_works_any_more_it_ends_at_once(self, tasks: SqlTaskStore) -> None:
        task = await running(tasks)
        canceled = await tasks.cancel(task.task_id, "alice", NOON + LEASE, running=True)
        assert canceled.status is Status.CANCELED
        assert await tasks.finish(task, success()) is None, "a worker that wakes late is refused"

    async def test_claim_and_cancel_race_to_one_end(self, tasks: SqlTaskStore) -> None:
        for _ in range(30):
            (task,) = await added(tasks, a_task())
            got, told = await asyncio.gather(claimed(tasks), tasks.cancel(task.task_id, "alice", NOON))
            final = await tasks.get(task.task_id)
            assert (got is None) == (told.status is Status.CANCELED)
            assert final.status is (Status.CANCELED if got is None else Status.RUNNING)


class TestSweeping:
    async def test_what_is_past_its_time_goes_and_its_artifacts_are_named(self, store: SqlStore) -> None:
        tasks = store.tasks
        old = await running(tasks)
        await tasks.finish(old, success(expires=NOON + timedelta(hours=1)))
        waiting, young = await added(
            tasks, a_task(expires=NOON + timedelta(hours=1)), a_task(expires=NOON + timedelta(hours=2))
        )
        assert await tasks.sweep(NOON) == ()
        assert await tasks.sweep(NOON + timedelta(hours=1)) == (an_artifact(),)
        assert [await tasks.get(t.task_id) for t in (old, waiting, young)] == [None, None, young]
        assert await tasks.body(old.task_id) == b""
        assert len(await store.ledger.entries(None, None, None)) == 1, "the book forgets nothing"

    async def test_many_go_too(self, tasks: SqlTaskStore) -> None:
        await asyncio.gather(*(tasks.add(a_task(expires=NOON), b"") for _ in range(1201)))
        await tasks.sweep(NOON)
        assert (await tasks.list("alice", TaskFilter())).total == 0


def start(what: str, path: Path, name: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    return subprocess.Popen(
        [sys.executable, str(HELPER), what, str(path), name], stdout=subprocess.PIPE, text=True, env=environment
    )


class TestDying:
    async def kill_while_adding(self, path: Path, after: int) -> set[str]:
        """Kill a process that adds tasks once it has acknowledged `after`; returns what it acknowledged."""
        process = start("add", path, f"p{after}")

        def listen() -> set[str]:
            told = []
            assert process.stdout is not None
            for line in process.stdout:
                told.append(line)
                if len(told) == after:
                    process.send_signal(signal.SIGKILL)
            process.wait()
            # the last line may have been cut off
            return {line.strip() for line in told if line.endswith("\n")}

        try:
            return await asyncio.to_thread(listen)
        finally:
            process.kill()
            if process.stdout is not None:
                process.stdout.close()

    @pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.chaos)])
    async def test_every_acknowledged_task_survives_a_kill(self, tmp_path: Path, kills: int) -> None:
        path = tmp_path / "tasks.db"
        chosen = random.Random(7)
        acknowledged: set[str] = set()
        for _ in range(kills):
            acknowledged |= await self.kill_while_adding(path, chosen.randint(1, 300))
        with SqlStore.open(path) as store:
            for task_id in acknowledged:
                assert await store.tasks.get(task_id) is not None
                assert await store.tasks.body(task_id) == b"x" * 2000
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        assert len(acknowledged) >= kills


def test_the_suite_misses_no_promise() -> None:
    """Each method of the socket is called here; a new one fails this until it has tests."""
    from understudy.core.ports import TaskStore

    promised = {name for name in vars(TaskStore) if not name.startswith("_")}
    words = Path(__file__).read_text(encoding="utf-8")
    assert promised == {name for name in promised if f"tasks.{name}(" in words}


# Many at once ------------------------------------------------------------------------------------------------------


async def test_many_tasks_are_looked_at_at_once(tasks: SqlTaskStore) -> None:
    first, second, third = await added(tasks, *(a_task(submitted=NOON + timedelta(seconds=s)) for s in range(3)))
    working = await claimed(tasks)
    assert working is not None
    await tasks.renew(working, NOON + LEASE, fraction=0.5, note="shot 2")
    ids = [first.task_id, second.task_id, third.task_id, "nobody"]
    found = await tasks.look(ids, NOON, places=True)
    assert {i: (s.status, s.epoch, s.fraction, s.note, s.ahead) for i, s in found.items()} == {
        first.task_id: (Status.RUNNING, 1, 0.5, "shot 2", None),
        second.task_id: (Status.PENDING, 0, 0.0, "", 0),
        third.task_id: (Status.PENDING, 0, 0.0, "", 1),
    }
    quick = await tasks.look(ids, NOON, places=False)
    assert {s.ahead for s in quick.values()} == {None}
    assert await tasks.look(ids, first.expires, places=False) == {}
    assert await tasks.look([str(n) for n in range(25_000)], NOON, places=True) == {}


async def test_a_commit_rings_once_it_is_kept(store: SqlStore) -> None:
    seen: list[bool] = []
    task = a_task()
    store.database.on_commit(lambda: seen.append(True))
    await store.tasks.add(task, b"{}")
    assert seen
    count = len(seen)
    assert await store.tasks.get(task.task_id) is not None
    assert len(seen) == count, "a question is no commit"
