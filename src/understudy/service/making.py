"""Making: from a task to a take. Looks at the media that decide size and price, then asks the engines in order.

Knows what must be learned before an engine begins. Must not know what becomes of the take, or of a failure.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import TypeAlias

from understudy.catalog import validate
from understudy.catalog.promises import promise, rate_of
from understudy.catalog.sizing import settle, source_of
from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, MediaRefused, Unavailable
from understudy.core.ports import Engine, Job, Stage
from understudy.core.promise import Promise
from understudy.core.request import LocalMedia, MediaFacts, Medium, Reference, Role, VideoRequest
from understudy.core.task import Take
from understudy.service.fetching import with_medium

Chosen: TypeAlias = Callable[[str], Awaitable[None]]
"""Told the name of the engine that begins."""


class Making:
    """One attempt at a take. Afterwards `request` tells what was really made, and `video_seconds` what is billed."""

    def __init__(
        self,
        request: VideoRequest,
        card: ModelCard,
        stage: Stage,
        engines: Sequence[Engine],
        every: Sequence[Engine] | None = None,
    ) -> None:
        """Take a complete request, the card of its function, and the engines to ask in order.

        `every` are all engines of this worker, if that is more.
        """
        self.request = request
        self.promise = Promise()
        self.video_seconds: tuple[Decimal, ...] = ()  # lengths of the given videos that are billed, in their order
        self.stage = stage
        self.card = card
        self._looked = False
        self._engines = engines
        self._every = engines if every is None else every

    async def take(
        self, task_id: str, chosen: Chosen, *, attempt: int = 1, body: bytes = b"", dialect: str = ""
    ) -> Take:
        """The take of the first engine that offers and can express the request.

        An engine is followed by another only where it cannot have begun: CannotExpress, or Unavailable with `begun`
        False. A task that an engine has bound to itself (see Stage.remember) is that engine's alone.

        Raises:
            MediaRefused, InvalidRequest: the media are not what the model takes.
            Unavailable: no engine of this worker makes this, or, with `begun` False, none can begin just now.
            Fault, ChildDied: what the engine raised.
        """
        try:
            await self.look()
        except MediaRefused:
            # a link may be dead by now; what is being made elsewhere was begun while it lived, and is paid for
            if "task_id" not in (self.stage.recall() or {}):
                raise
        job = Job(
            task_id=task_id,
            request=self.request,
            card=self.card,
            seed=self.request.seed or 0,
            attempt=attempt,
            promise=self.promise,
            body=body,
            dialect=dialect,
        )
        not_begun: Unavailable | None = None
        for engine in self._asked():
            await chosen(engine.name)
            try:
                return await engine.perform(job, self.stage)
            except CannotExpress:
                continue
            except Unavailable as fault:
                if fault.begun:
                    raise
                not_begun = fault
        if not_begun is not None:
            raise not_begun
        raise Unavailable(
            f"No engine of this server makes {self.card.model} as asked for. "
            "Ask the operator to switch on one that does (setting UNDERSTUDY_ENGINES)."
        )

    def _asked(self) -> Sequence[Engine]:
        """The engines to be asked, in order. Raises Unavailable when the one that holds the task is not here."""
        holder = (self.stage.recall() or {}).get("engine")
        if holder is None:
            return [engine for engine in self._engines if engine.offers(self.card, self.request)]
        found = [engine for engine in self._every if engine.name == holder]
        if not found:
            raise Unavailable(
                f"This task was begun by {holder}, which this server no longer has. Ask the operator to set it up "
                "again (settings UNDERSTUDY_UPSTREAMS and UNDERSTUDY_ENGINES).",
                begun=False,
            )
        return found

    async def look(self) -> None:
        """Look into the files that decide: what is of unknown kind, is billed by length, or shapes the film.

        Done once: `take` does it where nobody has before. Raises MediaRefused, InvalidRequest.
        """
        if self._looked:
            return
        references = self.request.references
        looked = await asyncio.gather(*(self._look(r) for r in references), return_exceptions=True)
        media: list[LocalMedia | None] = []
        for one in looked:  # the first in the caller's order speaks, so that a request always fails in the same words
            if isinstance(one, BaseException):
                raise one
            media.append(one)
        filled = [with_medium(r, m.facts) if m else r for r, m in zip(references, media, strict=True)]
        request = self.request.but(references=tuple(filled))
        validate.check_counts(request, self.card)
        facts: dict[Role, MediaFacts] = {}
        lengths: list[Decimal] = []
        for reference, local in zip(filled, media, strict=True):
            if local and reference.role is not Role.SUBJECT:
                facts.setdefault(reference.role, local.facts)
            elif local and reference.medium is Medium.VIDEO:
                lengths.append(local.facts.seconds or Decimal(0))
        source = source_of(facts)
        if not lengths and source is not None and source.seconds is not None:
            lengths = [source.seconds]
        self.video_seconds = tuple(lengths)
        request = settle(request, self.card, facts)
        self.request = request.but(frames_per_second=rate_of(request, self.card, facts))
        self.promise = promise(self.request, self.card, facts)
        self._looked = True

    async def _look(self, reference: Reference) -> LocalMedia | None:
        if reference.role is Role.TEMPLATE:
            return await self.stage.template(reference)
        plain_picture = reference.medium is Medium.IMAGE and reference.role is Role.SUBJECT
        return None if plain_picture else await self.stage.local(reference)
