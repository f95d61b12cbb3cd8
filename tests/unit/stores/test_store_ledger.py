"""Accounts, keys, quotas and the book."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOON, a_request, a_task
from understudy.core.faults import Conflict
from understudy.core.ports import Key, Outcome
from understudy.core.task import Status
from understudy.core.usage import Charge, Quota, Usage
from understudy.stores.ledger import SqlLedger
from understudy.stores.sql import SqlStore


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with SqlStore.open(":memory:") as opened:
        yield opened


@pytest.fixture
def ledger(store: SqlStore) -> SqlLedger:
    return store.ledger


class TestKeys:
    async def test_a_key_is_found_by_its_digest(self, ledger: SqlLedger) -> None:
        key = await ledger.add_key("alice", "d1", "sk-ab…", NOON)
        assert key == Key(key.key_id, "alice", "sk-ab…", NOON)
        assert await ledger.find_key("d1") == key
        assert await ledger.find_key("d2") is None

    async def test_every_key_has_an_id_of_its_own(self, ledger: SqlLedger) -> None:
        made = await asyncio.gather(*(ledger.add_key("alice", f"d{n}", "sk", NOON) for n in range(20)))
        assert len({key.key_id for key in made}) == 20

    async def test_adding_it_again_changes_nothing(self, ledger: SqlLedger) -> None:
        """Keys named in a setting are added at every start."""
        key = await ledger.add_key("alice", "d1", "sk", NOON)
        await ledger.revoke_key(key.key_id, NOON)
        again = await ledger.add_key("alice", "d1", "sk", NOON + timedelta(days=1))
        assert again == replace(key, revoked=NOON), "a revoked key stays revoked"
        assert await ledger.keys() == (again,)

    async def test_one_key_belongs_to_one_account(self, ledger: SqlLedger) -> None:
        await ledger.add_key("alice", "d1", "sk", NOON)
        with pytest.raises(Conflict, match="another account"):
            await ledger.add_key("bob", "d1", "sk", NOON)
        assert await ledger.keys("bob") == ()

    async def test_keys_are_listed_in_the_order_they_were_made(self, ledger: SqlLedger) -> None:
        for number, account in enumerate(["alice", "bob", "alice"]):
            await ledger.add_key(account, f"d{number}", str(number), NOON + timedelta(seconds=number))
        assert [key.prefix for key in await ledger.keys()] == ["0", "1", "2"]
        assert [key.prefix for key in await ledger.keys("alice")] == ["0", "2"]

    async def test_a_key_is_revoked_once(self, ledger: SqlLedger) -> None:
        key = await ledger.add_key("alice", "d1", "sk", NOON)
        assert await ledger.revoke_key(key.key_id, NOON) is True
        assert await ledger.revoke_key(key.key_id, NOON + timedelta(days=1)) is False
        assert await ledger.revoke_key("nobody", NOON) is False
        assert (await ledger.find_key("d1")).revoked == NOON


class TestQuotas:
    async def test_a_grant_is_kept_exactly(self, ledger: SqlLedger) -> None:
        quota = Quota("m", Decimal("50.000001"), Decimal("1.65"), NOON)
        await ledger.grant("alice", quota)
        assert await ledger.quota("alice", "m") == quota
        assert await ledger.quota("bob", "m") is None
        assert await ledger.quota("alice", "other") is None

    async def test_granting_again_gives_nothing_away_twice(self, ledger: SqlLedger) -> None:
        await ledger.grant("alice", Quota("m", Decimal(50), Decimal(20), NOON))
        later = NOON + timedelta(days=90)
        await ledger.grant("alice", Quota("m", Decimal(80), Decimal(0), later))
        assert await ledger.quota("alice", "m") == Quota("m", Decimal(80), Decimal(20), later)


async def bill(store: SqlStore, account: str, quantity: Decimal, price: Decimal, hours: int = 0) -> Charge:
    task = a_task(a_request(model="m"), account=account)
    await store.tasks.add(task, b"")
    held = await store.tasks.claim("w", NOON, timedelta(seconds=15), {}, 3)
    moment = NOON + timedelta(hours=hours)
    usage = Usage(output_seconds=quantity, billed_seconds=quantity)
    outcome = Outcome(Status.SUCCEEDED, moment, usage=usage, charge=Charge(quantity, "second", price))
    return (await store.tasks.finish(held, outcome)).charge


class TestTheBook:
    async def test_lines_are_found_by_account_and_time(self, store: SqlStore) -> None:
        for hours, account in enumerate(["alice", "bob", "alice", "alice"]):
            await bill(store, account, Decimal(hours), Decimal(1), hours)

        async def quantities(*window: int | None, account: str | None = None) -> list[int]:
            since, until = (None if hour is None else NOON + timedelta(hours=hour) for hour in window)
            return [int(entry.charge.quantity) for entry in await store.ledger.entries(account, since, until)]

        assert await quantities(None, None) == [0, 1, 2, 3]
        assert await quantities(None, None, account="alice") == [0, 2, 3]
        assert await quantities(1, None) == [1, 2, 3]
        assert await quantities(None, 2) == [0, 1], "the end belongs to the next window"
        assert await quantities(1, 3, account="alice") == [2]
        assert await quantities(None, None, account="carol") == []

    @settings(max_examples=25, deadline=None)
    @given(
        st.decimals(0, 60, places=2),
        st.lists(st.tuples(st.decimals(0, 20, places=2), st.decimals(0, 2, places=4)), max_size=5),
    )
    def test_quota_and_charges_always_add_up(self, granted: Decimal, work: list[tuple[Decimal, Decimal]]) -> None:
        """What was free and what was left is what was granted; no amount is ever negative."""

        async def run() -> None:
            with SqlStore.open(":memory:") as store:
                await store.ledger.grant("alice", Quota("m", granted, Decimal(0), NOON + timedelta(days=90)))
                charges = [await bill(store, "alice", quantity, price) for quantity, price in work]
                quota = await store.ledger.quota("alice", "m")
                assert quota.used == sum(charge.free_quantity for charge in charges) <= granted
                assert quota.left(NOON) == 0 or all(charge.amount == 0 for charge in charges)
                entries = await store.ledger.entries("alice", None, None)
                assert sum(entry.charge.amount for entry in entries) == sum(charge.amount for charge in charges)
                assert all(charge.amount >= 0 for charge in charges)

        asyncio.run(run())
