"""Publishing: a take checked against its promise, put where callers can have it, and metered.

Knows what each kind of take becomes: a film an artifact, a template an id, a check a finding. Must not know tasks'
states, leases or engines.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import structlog

from understudy.catalog import tariffs
from understudy.core.card import Length, ModelCard
from understudy.core.faults import InternalFault, MediaRefused, Unavailable
from understudy.core.findings import Findings
from understudy.core.ports import BlobStore
from understudy.core.request import Capability, MediaFacts, Medium, VideoRequest
from understudy.core.task import Artifact, Take
from understudy.core.usage import MICRO, Charge, Usage
from understudy.media.child import ChildDied
from understudy.service.fetching import Probe
from understudy.service.making import Making
from understudy.service.take import what_is_wrong
from understudy.service.templates import Templates

log = structlog.get_logger("understudy.publishing")

BILLED_SECONDS = ("duration", "video_duration", "output_video_duration")
"""Where an upstream's usage tells what it bills. Source: spec/dashscope.md §4.2; spec/gateways.md §3.2."""
Cover: TypeAlias = Callable[[Path, Path], Awaitable[Path]]
"""`await cover(film, target)`: a still of a film as JPEG. Raises MediaRefused, ChildDied."""

TAKES = "takes"
"""First folder of every stored take."""


class NotKept(Exception):
    """The take is made and the blob store does not take it; tells why."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a take, and what it consumed."""

    usage: Usage
    charge: Charge
    artifact: Artifact | None = None
    findings: Findings | None = None
    notes: tuple[str, ...] = ()
    cost: Mapping[str, Any] | None = None


class Publishing:
    """Checks, stores and meters takes."""

    def __init__(
        self, blobs: BlobStore, templates: Templates, probe: Probe, life: timedelta, cover: Cover | None = None
    ) -> None:
        """`cover` is `understudy.media.cover.cover` or one like it; without it films have no stills."""
        self._cover = cover
        self._blobs = blobs
        self._templates = templates
        self._probe = probe
        self._life = life

    async def publish(
        self, making: Making, take: Take, account: str, name: str, region: str, now: datetime
    ) -> Published:
        """Store what was made under `name` and measure it.

        Raises:
            InternalFault: the take is not what was promised.
            NotKept: the store refuses it.
        """
        card, request = making.card, making.request
        if card.makes.is_check:
            return measured(take, card, request, region)
        if card.makes is Capability.MOTION_TEMPLATE:
            return await self._keep_template(making, take, account, region)
        facts, notes = await self._checked(making, take, name)
        path = take.path
        assert path is not None
        digest = await asyncio.to_thread(_sha256, path)
        key = f"{TAKES}/{now:%Y-%m-%d}/{name}.mp4"
        still = await self._still(path, f"{TAKES}/{now:%Y-%m-%d}/{name}.jpg")
        try:
            await self._blobs.put_file(key, path, content_type="video/mp4")
        except Unavailable as fault:
            raise NotKept(fault.message) from fault
        asked = request.seconds if card.length is Length.ASKED else None
        seconds = tariffs.finished_seconds(facts) if asked is None else Decimal(asked)
        usage, charge = tariffs.measure(request, card, making.video_seconds, seconds, region)
        artifact = Artifact(key, digest, facts, now + self._life, still)
        return Published(usage, charge, artifact, notes=notes, cost=costed(take.cost, charge))

    async def withdraw(self, published: Published, account: str) -> None:
        """Remove what came too late."""
        if published.artifact is not None:
            await self._blobs.delete(published.artifact.key)
            if published.artifact.cover is not None:
                await self._blobs.delete(published.artifact.cover)
        if published.findings is not None and published.findings.template_id:
            await self._templates.forget(account, published.findings.template_id)

    async def _still(self, film: Path, key: str) -> str | None:
        """A still of a film, stored under `key`; None when none can be had: a film is as good without."""
        if self._cover is None:
            return None
        try:
            still = await self._cover(film, film.with_name(f"{film.stem}-cover.jpg"))
            await self._blobs.put_file(key, still, content_type="image/jpeg")
        except (MediaRefused, ChildDied, Unavailable, OSError) as trouble:
            log.warning("no cover", key=key, why=str(trouble))
            return None
        return key

    async def _checked(self, making: Making, take: Take, name: str) -> tuple[MediaFacts, tuple[str, ...]]:
        """What a take is, and in what a foreign one is not as promised."""
        wrong, facts = "there is no file", None
        if take.path is not None:
            try:
                facts = await self._probe(take.path, workdir=making.stage.workdir)
                wrong = what_is_wrong(facts, making.promise)
            except MediaRefused as refused:  # ours, not the caller's
                wrong = f"it cannot be read: {refused.message}"
        if facts is not None and (not wrong or (take.foreign and facts.medium is Medium.VIDEO)):
            return facts, (f"Not as asked for: {wrong}.",) if wrong else ()
        log.error("wrong take", take=name, model=making.card.model, wrong=wrong)
        raise InternalFault

    async def _keep_template(self, making: Making, take: Take, account: str, region: str) -> Published:
        if take.path is None or take.facts is None:
            log.error("wrong take", model=making.card.model, wrong="there is no template")
            raise InternalFault
        try:
            template_id = await self._templates.keep(account, take.path, take.facts)
        except Unavailable as fault:
            raise NotKept(fault.message) from fault
        seconds = (take.facts.seconds or tariffs.NOTHING).quantize(tariffs.HUNDREDTH)
        usage, charge = tariffs.measure(making.request, making.card, (), seconds, region)
        return Published(usage, charge, findings=Findings(template_id=template_id))


def measured(take: Take, card: ModelCard, request: VideoRequest, region: str) -> Published:
    """A check's finding and what it costs: the same whether the picture will do or not (spec/dashscope.md §8.1)."""
    if take.findings is None:
        log.error("wrong take", model=card.model, wrong="there is no finding")
        raise InternalFault
    usage, charge = tariffs.measure(request, card, (), tariffs.NOTHING, region)
    return Published(usage, charge, findings=take.findings)


def costed(cost: Mapping[str, Any] | None, charge: Charge) -> Mapping[str, Any] | None:
    """An upstream's bill with its amount, where its usage tells seconds: at the price of the card, as callers pay.

    What an operator has agreed on with his upstream is not known here.
    """
    usage = (cost or {}).get("usage", {})
    billed = next((usage[name] for name in BILLED_SECONDS if isinstance(usage.get(name), int | float | str)), None)
    if cost is None or billed is None:
        return cost
    try:
        amount = (Decimal(str(billed)) * charge.unit_price).quantize(MICRO)
    except ArithmeticError:  # no number, or none of this world
        return cost
    return {**cost, "amount": str(amount), "currency": charge.currency}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
