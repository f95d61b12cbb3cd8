"""The desk: what each decoded question asks of the service.

Knows the use cases and which of them are held to a rate. Must not know HTTP, nor any vendor word.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, NotFound, Throttled
from understudy.core.ports import Cards, Ledger
from understudy.core.request import Profile, VideoRequest
from understudy.core.task import Task
from understudy.core.wire import (
    Accepted,
    Answer,
    CancelQuery,
    Content,
    ContentQuery,
    DeleteQuery,
    EventsQuery,
    FinishQuery,
    ListQuery,
    Me,
    MeQuery,
    ModelList,
    ModelsQuery,
    PlanQuery,
    PromoteQuery,
    Query,
    QuoteQuery,
    SlotQuery,
    Spent,
    StatusQuery,
    TicketQuery,
    UsageQuery,
)
from understudy.service.accounts import Accounts, Caller
from understudy.service.checks import Checks
from understudy.service.events import Event, Events
from understudy.service.plans import Plans
from understudy.service.tasks import Tasks
from understudy.service.uploads import Uploads

LONGEST_DELAY = 1.0
"""Seconds a query over the documented rate waits at most for its answer."""


class Desk:
    """Answers callers, whatever wire they speak."""

    def __init__(
        self,
        tasks: Tasks,
        checks: Checks,
        uploads: Uploads,
        accounts: Accounts,
        ledger: Ledger,
        cards: Cards,
        plans: Plans,
        events: Events,
        *,
        profile: Profile,
    ) -> None:
        self._tasks = tasks
        self._checks = checks
        self._uploads = uploads
        self._accounts = accounts
        self._ledger = ledger
        self._cards = cards
        self._plans = plans
        self._events = events
        self._profile = profile

    @property
    def tasks(self) -> Tasks:
        return self._tasks

    async def check(self, caller: Caller, request: VideoRequest, request_id: str) -> Answer:
        """Look at a picture, at once."""
        return await self._checks.check(caller, request, request_id)

    async def answer(self, caller: Caller, query: Query, base_url: str, request_id: str) -> Answer:
        """The answer to anything but a submit. Raises the Fault that stands in the way."""
        if isinstance(query, StatusQuery):
            await self.admit(caller)
            return await self._tasks.status(caller, query.task_id, base_url)
        if isinstance(query, CancelQuery):
            return await self._tasks.cancel(caller, query.task_id, running=query.running)
        if isinstance(query, ListQuery):
            await self.admit(caller)
            return await self._tasks.list(caller, query.filter)
        if isinstance(query, DeleteQuery):
            return await self._tasks.delete(caller, query.task_id)
        if isinstance(query, ContentQuery):
            return await self._content(caller, query, base_url)
        if isinstance(query, PromoteQuery):
            return Accepted(await self._promote(caller, query, base_url, request_id))
        if isinstance(query, (TicketQuery, SlotQuery, FinishQuery)):
            return await self._upload(caller, query, base_url)
        if isinstance(query, QuoteQuery):
            return self._tasks.quote(query.request, query.video_seconds)
        if isinstance(query, ModelsQuery):
            return ModelList((self._cards.find(query.model),) if query.model else self._cards.all())
        if isinstance(query, PlanQuery):
            return await self._plans.plan(query.request)
        return await self._account(caller, query)

    async def _promote(self, caller: Caller, query: PromoteQuery, base_url: str, request_id: str) -> Task:
        """Once more is a submit like any other, and held to the same rate."""
        draft = (await self._tasks.status(caller, query.task_id, base_url)).task
        card = self.card_of(draft.request.model) if draft else None
        if card is not None:
            self._accounts.admit_submit(caller, card)
        return await self._tasks.promote(caller, query.task_id, query.engine, request_id, prompt=query.prompt)

    async def _account(self, caller: Caller, query: Query) -> Answer:
        if isinstance(query, MeQuery):
            granting = [card.model for card in self._cards.all() if card.billing.free_quantity > 0]
            found = [await self._ledger.quota(caller.account, model) for model in granting]
            return Me(caller.account, caller.key_id, tuple(quota for quota in found if quota is not None))
        if isinstance(query, UsageQuery):
            entries = await self._ledger.entries(caller.account, query.since, query.until)
            return Spent(tuple((e.task_id, e.model, e.moment, e.usage, e.charge) for e in entries))
        raise CannotExpress(type(query).__name__)

    async def follow(self, caller: Caller, query: EventsQuery, base_url: str) -> AsyncIterator[Event]:
        """A task's events as they come. Raises NotFound."""
        await self.admit(caller)
        return await self._events.follow(caller, query.task_id, base_url, query.after)

    async def _upload(self, caller: Caller, query: TicketQuery | SlotQuery | FinishQuery, base_url: str) -> Answer:
        if isinstance(query, TicketQuery):
            self._cards.find(query.model)
            self._accounts.admit_ticket(caller, query.model)
            return self._uploads.ticket(caller, query.model, base_url)
        if isinstance(query, SlotQuery):
            self._accounts.admit_ticket(caller, "*")
            return self._uploads.slot(caller, base_url, query.days)
        return await self._uploads.finish(caller, query.slot_id)

    async def _content(self, caller: Caller, query: ContentQuery, base_url: str) -> Answer:
        told = await self._tasks.status(caller, query.task_id, base_url)
        if told.task is None:
            raise NotFound(f"There is no task {query.task_id} of this account.", what="task")
        url = told.cover_url if query.part == "cover" else told.result_url
        return replace(told) if url is None else Content(url)

    def card_of(self, model: str) -> ModelCard | None:
        """A task's card; None when the operator has taken it away since: old tasks are still told of."""
        try:
            return self._cards.find(model)
        except NotFound:
            return None

    async def admit(self, caller: Caller) -> None:
        """Hold queries to the documented rate.

        A 1.x SDK stops polling at the first 429, so `compat` answers late instead of refusing.
        Source: spec/dashscope.md §2, how clients react.
        """
        try:
            self._accounts.admit_query(caller)
        except Throttled as fault:
            if self._profile is Profile.STRICT:
                raise
            await asyncio.sleep(min(fault.retry_after, LONGEST_DELAY))
