"""Laws of a task's life: however claims, heartbeats, cancels, ends, drains and lost leases fall together, a task only
ever makes allowed moves, is held by one worker at a time, ends once and is billed at most once.

The real store is driven through its socket by random steps of several workers, callers and the passing of time.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from builders import MODEL, a_request, a_task
from fakes import NOON
from understudy.core.ports import LedgerEntry, Outcome
from understudy.core.request import MediaFacts, Medium
from understudy.core.task import MOVES, Artifact, Status, Task
from understudy.core.usage import Charge, Quota, Usage
from understudy.stores.sql import SqlStore

T = TypeVar("T")
LEASE = timedelta(seconds=15)
ATTEMPTS = 3
AT_ONCE = 2
ACCOUNTS = ("alice", "bob")
GRANTED = Decimal(7)
PRICE = Decimal("0.6")


class Life(RuleBasedStateMachine):
    """Several workers and callers on one store. Workers keep every task they ever claimed, even lost ones."""

    held: Bundle[Task] = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = SqlStore.open(":memory:")
        self.now = NOON
        self.seen: dict[str, Status] = {}
        self.ended: dict[str, Task] = {}
        self.leases: dict[str, tuple[int, Any]] = {}  # task -> (epoch, until) of its last claim or renewal
        self.submitted = 0
        for account in ACCOUNTS:
            quota = Quota(MODEL, GRANTED, Decimal(0), NOON + timedelta(days=90))
            self.run(self.store.ledger.grant(account, quota))

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(step)

    def teardown(self) -> None:
        self.store.close()
        self.runner.close()

    # What callers and time do ------------------------------------------------------------------------------------

    @rule(account=st.sampled_from(ACCOUNTS))
    def submit(self, account: str) -> None:
        self.submitted += 1
        task = a_task(a_request(), now=self.now, account=account, task_id=f"task-{self.submitted}")
        self.run(self.store.tasks.add(task, b""))
        self.seen[task.task_id] = Status.PENDING

    @rule(data=st.data(), running=st.booleans())
    def cancel(self, data: st.DataObject, running: bool) -> None:
        if self.seen:
            task_id = data.draw(st.sampled_from(sorted(self.seen)))
            before = self.run(self.store.tasks.get(task_id))
            assert before is not None
            after = self.run(self.store.tasks.cancel(task_id, before.account, self.now, running=running))
            assert after is not None
            assert after.status is (Status.CANCELED if before.status is Status.PENDING else after.status)

    @rule(seconds=st.sampled_from([1, 5, 14, 16, 60]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    # What workers do ---------------------------------------------------------------------------------------------

    @rule(target=held, worker=st.sampled_from(["one", "two", "three"]))
    def claim(self, worker: str) -> Any:
        before = {task_id: self.run(self.store.tasks.get(task_id)) for task_id in self.seen}
        task = self.run(self.store.tasks.claim(worker, self.now, LEASE, {MODEL: AT_ONCE}, ATTEMPTS))
        if task is None:
            return multiple()
        was = before[task.task_id]
        assert was is not None
        assert (task.status, task.epoch) == (Status.RUNNING, was.epoch + 1)
        assert task.attempt <= ATTEMPTS
        assert not was.cancel_wanted
        if was.status is Status.RUNNING:
            assert self.leases[task.task_id][1] <= self.now, "a living lease was broken"
        self.leases[task.task_id] = (task.epoch, self.now + LEASE)
        return task

    @rule(task=held, fraction=st.floats(0, 1))
    def renew(self, task: Task, fraction: float) -> None:
        renewed = self.run(self.store.tasks.renew(task, self.now + LEASE, fraction=fraction))
        assert (renewed is not None) == self.is_held(task)
        if renewed is not None:
            self.leases[task.task_id] = (task.epoch, self.now + LEASE)

    @rule(task=consumes(held))
    def release(self, task: Task) -> None:
        assert self.run(self.store.tasks.release(task, ready=self.now, fault={"fault": "x"})) == self.is_held(task)

    @rule(task=held, seconds=st.integers(1, 10), succeeds=st.booleans())
    def finish(self, task: Task, seconds: int, succeeds: bool) -> None:
        """Also with tasks long lost, released or already finished: workers wake late."""
        held = self.is_held(task)
        if succeeds:
            amount = Decimal(seconds)
            outcome = Outcome(
                Status.SUCCEEDED,
                self.now,
                Artifact(f"takes/{task.task_id}-{task.epoch}", "0", MediaFacts(Medium.VIDEO, "mp4", 1), self.now),
                Usage(output_seconds=amount, billed_seconds=amount),
                Charge(amount, "second", PRICE),
            )
        else:
            outcome = Outcome(Status.FAILED, self.now, fault={"fault": "Refused"})
        assert (self.run(self.store.tasks.finish(task, outcome)) is not None) == held

    def is_held(self, task: Task) -> bool:
        """Whether this claim is still the task's present one, by our own reckoning."""
        epoch, _ = self.leases[task.task_id]
        return self.seen[task.task_id] is Status.RUNNING and epoch == task.epoch

    # What is always true -----------------------------------------------------------------------------------------

    @invariant()
    def the_laws_hold(self) -> None:
        tasks, entries, quotas = self.run(self.look())
        self.only_allowed_moves(tasks)
        self.what_ended_stays_as_it_ended(tasks)
        self.every_success_is_billed_once_and_nothing_else_is(tasks, entries)
        self.no_more_is_free_than_was_granted(entries, quotas)
        self.no_account_runs_more_than_it_may(tasks)

    async def look(self) -> tuple[dict[str, Task], tuple[LedgerEntry, ...], dict[str, Quota | None]]:
        found = {task_id: await self.store.tasks.get(task_id) for task_id in self.seen}
        entries = await self.store.ledger.entries(None, None, None)
        quotas = {account: await self.store.ledger.quota(account, MODEL) for account in ACCOUNTS}
        tasks = {task_id: task for task_id, task in found.items() if task is not None}
        assert len(tasks) == len(self.seen), "a task was lost"
        return tasks, entries, quotas

    def only_allowed_moves(self, tasks: dict[str, Task]) -> None:
        for task_id, task in tasks.items():
            before = self.seen[task_id]
            assert task.status is before or task.status in MOVES[before], f"{before} became {task.status}"
            self.seen[task_id] = task.status

    def what_ended_stays_as_it_ended(self, tasks: dict[str, Task]) -> None:
        for task_id, task in tasks.items():
            if task.status.is_final:
                assert self.ended.setdefault(task_id, task) == task

    def every_success_is_billed_once_and_nothing_else_is(
        self, tasks: dict[str, Task], entries: tuple[LedgerEntry, ...]
    ) -> None:
        succeeded = Counter(task_id for task_id, task in tasks.items() if task.status is Status.SUCCEEDED)
        assert Counter(entry.task_id for entry in entries) == succeeded
        for entry in entries:
            assert tasks[entry.task_id].charge == entry.charge

    def no_more_is_free_than_was_granted(
        self, entries: tuple[LedgerEntry, ...], quotas: dict[str, Quota | None]
    ) -> None:
        for account, quota in quotas.items():
            free = sum(entry.charge.free_quantity for entry in entries if entry.account == account)
            assert quota is not None
            assert quota.used == free <= GRANTED

    def no_account_runs_more_than_it_may(self, tasks: dict[str, Task]) -> None:
        living = Counter(
            task.account
            for task_id, task in tasks.items()
            if task.status is Status.RUNNING and self.leases[task_id][1] > self.now
        )
        assert max(living.values(), default=0) <= AT_ONCE


Life.TestCase.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase
