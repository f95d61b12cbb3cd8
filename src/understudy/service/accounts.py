"""Who calls, and how often he may: keys, rates per account, free quota.

Knows keys by their SHA-256 and counts moments in memory, per process. Must not know HTTP headers or database tables.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from understudy.core.card import ModelCard
from understudy.core.faults import BadSetting, Throttled, Unauthenticated
from understudy.core.ports import Clock, Key, Ledger
from understudy.core.usage import Quota

KEY_SECONDS = 2.0
"""How long a found key is believed without asking the ledger: so long may a revoked key still work elsewhere."""

_MOST_CACHED_KEYS = 4096
_MOST_WINDOWS = 4096
_ACCOUNT = re.compile(r"(?!\.)[\w.@-]{1,64}")
_SECRET = re.compile(r"[\x21-\x7e]{1,256}")


@dataclass(frozen=True, slots=True)
class Caller:
    """The account a key stands for."""

    account: str
    key_id: str


class _Window:
    """Sliding windows of one second: of every key at most `limit` moments in any second.

    Own code of a dozen lines, because tests own the time here and the wait to tell is exact; the in-memory storage
    of `limits` reads the wall clock itself and starts a timer thread up to a hundred times a second.
    """

    def __init__(self) -> None:
        self._moments: dict[tuple[str, ...], deque[float]] = {}

    def admit(self, key: tuple[str, ...], limit: int, now: float) -> None:
        """Count one moment. Raises Throttled, uncounted, when the second is full."""
        moments = self._moments.get(key)
        if moments is None:
            if len(self._moments) >= _MOST_WINDOWS:
                self._moments = {k: m for k, m in self._moments.items() if m and m[-1] > now - 1}
            moments = self._moments.setdefault(key, deque())
        if moments and moments[-1] > now:  # the wall clock was set back
            moments.clear()
        while moments and moments[0] <= now - 1:
            moments.popleft()
        if len(moments) >= limit:
            raise Throttled(retry_after=max(moments[0] + 1 - now, 0.001))
        moments.append(now)


class TestKeys(Protocol):
    """Takes keys that nobody made (see `service.rehearsal`)."""

    def caller(self, key: str) -> Caller: ...

    def admit(self, caller: Caller) -> None: ...


class Accounts:
    """Keys and rates. Rates are counted per process: two servers on one database admit up to twice as much."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        *,
        limits_on: bool,
        queries_per_second: int = 20,
        tickets_per_second: int = 100,
        test_keys: TestKeys | None = None,
    ) -> None:
        """Take the book and the documented rates. Source: spec/dashscope.md §10 (20 queries, 100 policies)."""
        self._ledger = ledger
        self._clock = clock
        self._limits_on = limits_on
        self._queries_per_second = queries_per_second
        self._tickets_per_second = tickets_per_second
        self._window = _Window()
        self._test_keys = test_keys
        self._known: dict[str, tuple[Caller, datetime]] = {}

    # Who ---------------------------------------------------------------------------------------------------------

    async def caller(self, key: str) -> Caller:
        """Whose key this is. Raises Unauthenticated for an unknown or revoked one."""
        digest = _digest(key)
        now = self._clock.now()
        known = self._known.get(digest)
        if known is None or known[1] <= now:
            found = await self._ledger.find_key(digest)
            if found is None or found.revoked is not None:
                self._known.pop(digest, None)
                if found is None and self._test_keys is not None and key.startswith("test_"):
                    return self._test_keys.caller(key)
                raise Unauthenticated
            if len(self._known) >= _MOST_CACHED_KEYS:
                self._known.clear()
            caller = Caller(found.account, found.key_id)
            known = self._known[digest] = (caller, now + timedelta(seconds=KEY_SECONDS))
        return known[0]

    async def create_key(self, account: str, secret: str | None = None) -> tuple[Key, str]:
        """A new key and its secret, which is shown this once and never stored.

        A given `secret` that is already this account's key is returned as it is, so that automation may ask at
        every start. Raises BadSetting for an unusable name or secret.
        """
        if not _ACCOUNT.fullmatch(account):
            raise BadSetting(
                f"{account!r} cannot name an account: use up to 64 letters, digits and . _ @ -, and no dot in front"
            )
        if secret is None:
            secret = "sk-" + secrets.token_hex(32)
        elif not _SECRET.fullmatch(secret):
            raise BadSetting("a key has 1 to 256 printable ASCII characters and no spaces, e.g. sk-0123456789abcdef")
        digest = _digest(secret)
        found = await self._ledger.find_key(digest)
        if found is not None:
            if found.revoked is not None:
                raise BadSetting(f"the key {found.prefix}… was revoked; choose another secret")
            if found.account != account:
                raise BadSetting(f"the key {found.prefix}… belongs to another account; choose another secret")
            return found, secret
        prefix = secret[: min(8, len(secret) // 3)]
        return await self._ledger.add_key(account, digest, prefix, self._clock.now()), secret

    async def keys(self, account: str | None = None) -> tuple[Key, ...]:
        return await self._ledger.keys(account)

    async def revoke(self, key_id: str) -> bool:
        """Stop a key; False when there is none to stop. Other processes notice within `KEY_SECONDS`."""
        self._known.clear()
        return await self._ledger.revoke_key(key_id, self._clock.now())

    # How often ---------------------------------------------------------------------------------------------------

    def admit_submit(self, caller: Caller, card: ModelCard) -> None:
        """Raises Throttled above the card's submits per second, per account and model."""
        if self._test_keys is not None:
            self._test_keys.admit(caller)
        self._admit(card.rate.submits_per_second, "submit", caller.account, card.model)

    def admit_query(self, caller: Caller) -> None:
        """Raises Throttled above the queries one account may make in a second."""
        self._admit(self._queries_per_second, "query", caller.account)

    def admit_ticket(self, caller: Caller, model: str) -> None:
        """Raises Throttled above the upload tickets one account may take for one model in a second."""
        self._admit(self._tickets_per_second, "ticket", caller.account, model)

    def _admit(self, limit: int, *key: str) -> None:
        if self._limits_on and limit > 0:
            self._window.admit(key, limit, self._clock.now().timestamp())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


async def activate(ledger: Ledger, account: str, card: ModelCard, region: str, now: datetime) -> None:
    """Grant the account the model's free quota, if it has one in this region and none was granted yet.

    An account's first film of a model counts as its activation there (GUESS: the vendor activates by a click).
    Source: spec/dashscope.md §9.6 (per account and model, valid from activation, Beijing only).
    """
    billing = card.billing
    if billing.free_quantity <= 0 or region not in billing.free_regions:
        return
    if await ledger.quota(account, card.model) is None:
        expires = now + timedelta(days=billing.free_days)
        await ledger.grant(account, Quota(card.model, billing.free_quantity, Decimal(0), expires))
