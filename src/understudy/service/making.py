"""Making: from a task to a take. Looks at the media that decide size and price, then asks the engines in order.

Knows what must be learned before an engine begins. Must not know what becomes of the take, or of a failure.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from decimal import Decimal

from understudy.catalog import validate
from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Unavailable
from understudy.core.ports import Engine, Job
from understudy.core.request import LocalMedia, MediaFacts, Medium, Reference, Role, VideoRequest
from understudy.core.task import Take
from understudy.service.lease import Lease
from understudy.service.stage import ReferenceStage, with_medium


class Making:
    """One attempt at a take. Afterwards `request` tells what was really made, and `video_seconds` what is billed."""

    def __init__(
        self, lease: Lease, stage: ReferenceStage, card: ModelCard, engines: Sequence[Engine], body: bytes
    ) -> None:
        self.request: VideoRequest = lease.task.request
        self.video_seconds: tuple[Decimal, ...] = ()  # lengths of the reference videos, in the caller's order
        self.stage = stage
        self.card = card
        self._lease = lease
        self._engines = engines
        self._body = body

    async def take(self) -> Take:
        """The take of the first engine that offers and can express the request.

        Raises:
            MediaRefused, InvalidRequest: the media are not what the model takes.
            Unavailable: no engine of this worker makes this.
            Fault, ChildDied: what the engine raised.
        """
        await self._look_at_media()
        task = self._lease.task
        job = Job(
            task_id=task.task_id,
            request=self.request,
            card=self.card,
            seed=self.request.seed or 0,
            attempt=task.attempt,
            body=self._body,
            dialect=task.dialect,
        )
        for engine in self._engines:
            if engine.offers(self.card, self.request):
                await self._lease.renew(engine=engine.name)
                with contextlib.suppress(CannotExpress):
                    return await engine.perform(job, self.stage)
        raise Unavailable(
            f"No engine of this server makes {self.card.model} as asked for. "
            "Ask the operator to switch on one that does (setting UNDERSTUDY_ENGINES)."
        )

    async def _look_at_media(self) -> None:
        """Look into the files that decide: media of unknown kind, videos (billed by length), the opening picture."""
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
        opening: MediaFacts | None = None
        lengths: list[Decimal] = []
        for reference, local in zip(filled, media, strict=True):
            if local and reference.role is Role.FIRST_FRAME:
                opening = opening or local.facts
            elif local and reference.role is Role.SUBJECT and reference.medium is Medium.VIDEO:
                lengths.append(local.facts.seconds or Decimal(0))
        self.video_seconds = tuple(lengths)
        self.request = validate.settle(request, self.card, opening)

    async def _look(self, reference: Reference) -> LocalMedia | None:
        plain_picture = reference.medium is Medium.IMAGE and reference.role is Role.SUBJECT
        return None if plain_picture else await self.stage.local(reference)
