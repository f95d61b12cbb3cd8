"""Keys and rates: who may come in, and how often."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from builders import NOON, a_card
from fakes import OwnedClock
from understudy.core.faults import BadSetting, Throttled, Unauthenticated
from understudy.service.accounts import KEY_SECONDS, Accounts, Caller, activate
from understudy.stores.sql import SqlStore
from world import World

ALICE, ALICE_TOO, BOB = Caller("alice", "1"), Caller("alice", "2"), Caller("bob", "3")


class TestKeys:
    async def test_a_new_key_lets_in_its_account(self, world: World) -> None:
        key, secret = await world.accounts.create_key("alice")
        assert await world.accounts.caller(secret) == Caller("alice", key.key_id)

    async def test_a_key_has_256_random_bits_and_only_its_digest_is_kept(self, world: World) -> None:
        key, secret = await world.accounts.create_key("alice")
        assert re.fullmatch("sk-[0-9a-f]{64}", secret)
        assert secret.startswith(key.prefix)
        assert len(key.prefix) <= 8
        assert await world.store.ledger.find_key(hashlib.sha256(secret.encode()).hexdigest()) == key
        assert (await world.accounts.create_key("alice"))[1] != secret

    @pytest.mark.parametrize("key", ["", "sk-unknown", "图", "\udcff"])
    async def test_an_unknown_key_is_refused(self, world: World, key: str) -> None:
        with pytest.raises(Unauthenticated, match="Invalid API-key provided"):
            await world.accounts.caller(key)

    async def test_a_given_secret_is_made_once_however_often_it_is_asked_for(self, world: World) -> None:
        first, _ = await world.accounts.create_key("alice", "sk-automation")
        again, _ = await world.accounts.create_key("alice", "sk-automation")
        assert again == first
        assert len(await world.accounts.keys("alice")) == 1

    async def test_a_short_given_secret_is_not_given_away_by_its_prefix(self, world: World) -> None:
        key, _ = await world.accounts.create_key("alice", "sk-abc")
        assert key.prefix == "sk"

    @pytest.mark.parametrize("account", ["", ".hidden", "a/b", "a b", "x" * 65, "a\n"])
    async def test_a_name_that_could_not_be_a_folder_is_refused(self, world: World, account: str) -> None:
        with pytest.raises(BadSetting, match="cannot name an account"):
            await world.accounts.create_key(account)

    @pytest.mark.parametrize("secret", ["", "with space", "图", "x" * 257, "line\n"])
    async def test_a_secret_that_fits_no_header_is_refused(self, world: World, secret: str) -> None:
        with pytest.raises(BadSetting, match="printable"):
            await world.accounts.create_key("alice", secret)

    async def test_a_secret_of_another_account_or_a_revoked_one_is_not_taken_over(self, world: World) -> None:
        key, _ = await world.accounts.create_key("alice", "sk-automation")
        with pytest.raises(BadSetting, match="another account"):
            await world.accounts.create_key("bob", "sk-automation")
        await world.accounts.revoke(key.key_id)
        with pytest.raises(BadSetting, match="revoked"):
            await world.accounts.create_key("alice", "sk-automation")

    async def test_revoking_works_at_once_here_and_within_seconds_elsewhere(self, world: World) -> None:
        elsewhere = Accounts(world.store.ledger, world.clock, limits_on=True)
        key, secret = await world.accounts.create_key("alice")
        await world.accounts.caller(secret)
        await elsewhere.caller(secret)
        assert await world.accounts.revoke(key.key_id)
        with pytest.raises(Unauthenticated):
            await world.accounts.caller(secret)
        world.clock.move(seconds=KEY_SECONDS)
        with pytest.raises(Unauthenticated):
            await elsewhere.caller(secret)

    async def test_a_key_in_use_is_not_looked_up_for_every_request(self, world: World) -> None:
        class Counting:
            count = 0

            async def find_key(self, digest: str) -> object:
                self.count += 1
                return await world.store.ledger.find_key(digest)

        _, secret = await world.accounts.create_key("alice")
        ledger = Counting()
        accounts = Accounts(ledger, world.clock, limits_on=True)  # type: ignore[arg-type]
        for _ in range(100):
            await accounts.caller(secret)
        assert ledger.count == 1


class TestRates:
    @pytest.fixture
    def accounts(self, clock: OwnedClock) -> Accounts:
        return Accounts(None, clock, limits_on=True)  # type: ignore[arg-type]  # rates need no ledger

    def test_so_many_submits_a_second_and_no_more(self, accounts: Accounts, clock: OwnedClock) -> None:
        for _ in range(5):
            accounts.admit_submit(ALICE, a_card())
        clock.move(seconds=0.75)
        with pytest.raises(Throttled) as refused:
            accounts.admit_submit(ALICE, a_card())
        assert refused.value.retry_after == pytest.approx(0.25)
        clock.move(seconds=0.25)
        accounts.admit_submit(ALICE, a_card())

    def test_a_refusal_does_not_count(self, accounts: Accounts, clock: OwnedClock) -> None:
        for _ in range(5):
            accounts.admit_submit(ALICE, a_card())
        for _ in range(50):
            with pytest.raises(Throttled):
                accounts.admit_submit(ALICE, a_card())
        clock.move(seconds=1)
        accounts.admit_submit(ALICE, a_card())

    def test_any_second_not_any_calendar_second(self, accounts: Accounts, clock: OwnedClock) -> None:
        admitted = 0
        for _ in range(40):
            try:
                accounts.admit_submit(ALICE, a_card())
                admitted += 1
            except Throttled:
                pass
            clock.move(milliseconds=100)
        assert admitted == 20  # four seconds of five

    def test_keys_of_an_account_share_its_rate_and_models_do_not(self, accounts: Accounts) -> None:
        for _ in range(5):
            accounts.admit_submit(ALICE, a_card())
        with pytest.raises(Throttled):
            accounts.admit_submit(ALICE_TOO, a_card())
        accounts.admit_submit(ALICE, a_card("another"))
        accounts.admit_submit(BOB, a_card())

    def test_queries_per_account_and_tickets_per_account_and_model(self, accounts: Accounts) -> None:
        for _ in range(20):
            accounts.admit_query(ALICE)
        with pytest.raises(Throttled):
            accounts.admit_query(ALICE_TOO)
        for _ in range(100):
            accounts.admit_ticket(ALICE, "one")
        with pytest.raises(Throttled):
            accounts.admit_ticket(ALICE, "one")
        accounts.admit_ticket(ALICE, "two")

    def test_a_clock_set_back_locks_nobody_out(self, accounts: Accounts, clock: OwnedClock) -> None:
        for _ in range(5):
            accounts.admit_submit(ALICE, a_card())
        clock.move(hours=-1)
        accounts.admit_submit(ALICE, a_card())

    def test_strangers_do_not_fill_the_memory(self, accounts: Accounts, clock: OwnedClock) -> None:
        for number in range(20_000):
            accounts.admit_query(Caller(f"account-{number}", "1"))
            clock.move(milliseconds=1)
        assert len(accounts._window._moments) <= 4096 + 1

    def test_switched_off_or_unlimited_admits_all(self, clock: OwnedClock) -> None:
        free = Accounts(None, clock, limits_on=False)  # type: ignore[arg-type]
        card = a_card()
        unlimited = replace(card, rate=replace(card.rate, submits_per_second=0))
        accounts = Accounts(None, clock, limits_on=True)  # type: ignore[arg-type]
        for _ in range(200):
            free.admit_submit(ALICE, card)
            free.admit_query(ALICE)
            accounts.admit_submit(ALICE, unlimited)


class TestFreeQuota:
    async def grant(self, store: SqlStore, region: str = "cn-beijing") -> None:
        await activate(store.ledger, "alice", a_card(), region, NOON)

    async def test_is_granted_once_with_its_end(self, world: World) -> None:
        await self.grant(world.store)
        await activate(world.store.ledger, "alice", a_card(), "cn-beijing", NOON + timedelta(days=80))
        quota = await world.store.ledger.quota("alice", a_card().model)
        assert quota is not None
        assert (quota.granted, quota.used, quota.expires) == (Decimal(50), 0, NOON + timedelta(days=90))

    async def test_only_where_the_card_says(self, world: World) -> None:
        await self.grant(world.store, "ap-southeast-1")
        assert await world.store.ledger.quota("alice", a_card().model) is None
