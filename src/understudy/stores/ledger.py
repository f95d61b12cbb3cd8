"""Accounts, keys, free quotas and the book: the Ledger socket, in the database of the tasks.

Knows what was consumed and by whom. Must not know formulas (catalog/tariffs) nor what a key looks like.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError

from understudy.core.faults import Conflict
from understudy.core.ports import Key, LedgerEntry
from understudy.core.usage import Charge, Quota
from understudy.stores.codec import USAGE, amount_of, micros_of, moment_of, money_of, optional_json, optional_moment
from understudy.stores.database import Database
from understudy.stores.schema import accounts, keys, ledger, quotas


def enter(connection: Connection, entry: LedgerEntry) -> LedgerEntry:
    """Write a line and take what is left of the free quota; both belong to the open transaction.

    Returns the line as written, the quota taken off. A second line of the same task cannot be written:
    IntegrityError undoes all.
    """
    charge, moment = entry.charge, entry.moment
    mine = (quotas.c.account == entry.account, quotas.c.model == entry.model)
    found = connection.execute(select(quotas.c.granted, quotas.c.used, quotas.c.expires).where(*mine)).one_or_none()
    if found is not None:
        quota = Quota(entry.model, Decimal(found.granted), Decimal(found.used), moment_of(found.expires))
        charge = charge.less_quota(quota.left(moment))
        if charge.free_quantity:
            connection.execute(update(quotas).where(*mine).values(used=str(quota.used + charge.free_quantity)))
    connection.execute(
        ledger.insert().values(
            task_id=entry.task_id,
            account=entry.account,
            key_id=entry.key_id,
            model=entry.model,
            moment=micros_of(moment),
            usage=USAGE.write(entry.usage),
            quantity=str(charge.quantity),
            free_quantity=str(charge.free_quantity),
            unit=charge.unit,
            unit_price=money_of(charge.unit_price),
            amount=money_of(charge.amount),
            currency=charge.currency,
            cost=optional_json(entry.cost),
        )
    )
    return replace(entry, charge=charge)


class SqlLedger:
    """Ledger over a Database, which it shares with the SqlTaskStore whose results it bills."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._find_key = database.prepare(select(*keys.c).where(keys.c.digest == bindparam("digest")))
        self._quota = database.prepare(
            select(quotas.c.model, quotas.c.granted, quotas.c.used, quotas.c.expires).where(
                quotas.c.account == bindparam("account"), quotas.c.model == bindparam("model")
            )
        )

    async def add_key(self, account: str, digest: str, prefix: str, now: datetime) -> Key:
        """Make the key and, if need be, its account. The same key again is the key that is there, revoked or not.

        Raises Conflict when another account has it.
        """

        def work(connection: Connection) -> Key:
            found = connection.execute(select(*keys.c).where(keys.c.digest == digest)).one_or_none()
            if found is not None:
                if found.account != account:
                    raise Conflict("This key belongs to another account; choose another key.")
                return _key(found)
            moment = micros_of(now)
            connection.execute(insert(accounts).values(account=account, created=moment).on_conflict_do_nothing())
            row = {"key_id": secrets.token_hex(8), "account": account, "digest": digest, "prefix": prefix}
            connection.execute(keys.insert().values(**row, created=moment))
            return Key(row["key_id"], account, prefix, now)

        return await self._database.write(work)

    async def find_key(self, digest: str) -> Key | None:
        """The key, revoked ones too: `revoked` tells."""
        row = self._database.one(self._find_key, {"digest": digest})
        return None if row is None else Key(row[0], row[1], row[3], moment_of(row[4]), optional_moment(row[5]))

    async def keys(self, account: str | None = None) -> tuple[Key, ...]:
        """In the order they were made."""
        statement = select(*keys.c).order_by(keys.c.created, keys.c.key_id)
        if account is not None:
            statement = statement.where(keys.c.account == account)
        return await self._database.read(lambda connection: tuple(_key(row) for row in connection.execute(statement)))

    async def revoke_key(self, key_id: str, now: datetime) -> bool:
        """False when there is no such key, or it was revoked already."""
        statement = update(keys).where(keys.c.key_id == key_id, keys.c.revoked.is_(None)).values(revoked=micros_of(now))
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def quota(self, account: str, model: str) -> Quota | None:
        row = self._database.one(self._quota, {"account": account, "model": model})
        return None if row is None else Quota(row[0], Decimal(row[1]), Decimal(row[2]), moment_of(row[3]))

    async def grant(self, account: str, quota: Quota) -> None:
        """Set what is granted and until when. What was used stays used: no unit is given away twice."""
        row = {"account": account, "model": quota.model, "granted": str(quota.granted), "used": str(quota.used)}
        statement = insert(quotas).values(**row, expires=micros_of(quota.expires))
        statement = statement.on_conflict_do_update(
            index_elements=[quotas.c.account, quotas.c.model],
            set_={"granted": statement.excluded.granted, "expires": statement.excluded.expires},
        )
        await self._database.write(lambda connection: connection.execute(statement) and None)

    async def record(self, entry: LedgerEntry) -> LedgerEntry:
        """Write a line for work that was no task. Raises Conflict when its id stands in the book already."""

        def work(connection: Connection) -> LedgerEntry:
            try:
                return enter(connection, entry)
            except IntegrityError as error:
                raise Conflict(f"The book has a line for {entry.task_id} already.") from error

        return await self._database.write(work)

    async def entries(
        self, account: str | None, since: datetime | None, until: datetime | None
    ) -> tuple[LedgerEntry, ...]:
        """Oldest first; `since` is included, `until` is not, so that months add up."""
        statement = select(*ledger.c).order_by(ledger.c.moment, ledger.c.task_id)
        if account is not None:
            statement = statement.where(ledger.c.account == account)
        if since is not None:
            statement = statement.where(ledger.c.moment >= micros_of(since))
        if until is not None:
            statement = statement.where(ledger.c.moment < micros_of(until))
        return await self._database.read(lambda connection: tuple(_entry(row) for row in connection.execute(statement)))


def _key(row: Row[Any]) -> Key:
    return Key(row.key_id, row.account, row.prefix, moment_of(row.created), optional_moment(row.revoked))


def _entry(row: Row[Any]) -> LedgerEntry:
    charge = Charge(
        Decimal(row.quantity), row.unit, amount_of(row.unit_price), row.currency, Decimal(row.free_quantity)
    )
    moment = moment_of(row.moment)
    cost = None if row.cost is None else json.loads(row.cost)
    return LedgerEntry(row.task_id, row.account, row.key_id, row.model, moment, USAGE.read(row.usage), charge, cost)
