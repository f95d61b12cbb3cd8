"""Checks answered at once: look at a picture, write the book, tell the finding.

Knows the order of work. Must not know wire words, nor what makes a picture good. A check is no task: until its line
stands in the book nothing is written, and a caller who got no answer has paid nothing.
Source: spec/dashscope.md §8.1.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import structlog

from understudy.catalog import validate
from understudy.core.faults import InternalFault, Unavailable
from understudy.core.machine import advice_for, is_machine_trouble
from understudy.core.ports import BlobStore, Cards, Clock, Engine, Ledger, LedgerEntry, Remote
from understudy.core.request import LocalMedia, MediaFacts, Profile, Reference, VideoRequest
from understudy.core.wire import Checked
from understudy.media.child import ChildDied, Death
from understudy.service.accounts import Caller, activate
from understudy.service.fetching import Fetching, Probe
from understudy.service.making import Making
from understudy.service.publishing import measured
from understudy.service.templates import Templates
from understudy.service.uploads import Uploads
from understudy.service.workdirs import Workdirs

log = structlog.get_logger("understudy.checks")

AT_ONCE = 4
"""Pictures that are looked at, or probed, at the same time, and checks of one account; others wait their turn. GUESS:
each look is a process of some 200 MB."""


class CheckStage:
    """The Stage of one check: no lease, no memory, nobody told of progress."""

    def __init__(self, workdir: Path, media: Fetching, cancelled: asyncio.Event) -> None:
        self.workdir = workdir
        self.cancelled = cancelled
        self._media = media

    async def local(self, reference: Reference) -> LocalMedia:
        return await self._media.local(reference)

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        return await self._media.local_voice(reference)

    async def template(self, reference: Reference) -> LocalMedia:
        return await self._media.template(reference)

    async def report(self, fraction: float, note: str = "") -> None:
        """Nobody asks for the progress of a check."""

    async def remember(self, handle: Mapping[str, Any]) -> None:
        """A check is not taken up again."""

    @property
    def unwanted(self) -> bool:
        """A check that is called off is not taken up again."""
        return True

    def recall(self) -> Mapping[str, Any] | None:
        return None


class Checks:
    """The use case of a check, for callers."""

    def __init__(
        self,
        cards: Cards,
        engines: Sequence[Engine],
        ledger: Ledger,
        blobs: BlobStore,
        uploads: Uploads,
        remote: Remote,
        clock: Clock,
        *,
        probe: Probe,
        workdir: Path,
        profile: Profile,
        region: str,
        limits_on: bool = True,
        seconds: float = 60.0,
    ) -> None:
        """Take the sockets; a check that takes longer than `seconds` is given up, unbilled."""
        self._cards = cards
        self._engines = tuple(engines)
        self._ledger = ledger
        self._blobs = blobs
        self._uploads = uploads
        self._templates = Templates(blobs)
        self._remote = remote
        self._clock = clock
        self._probe = probe
        self._workdirs = Workdirs(workdir)
        self._profile = profile
        self._region = region
        self._limits_on = limits_on
        self._seconds = seconds
        self._probes = asyncio.Semaphore(AT_ONCE)
        self._looks = asyncio.Semaphore(AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def check(self, caller: Caller, request: VideoRequest, request_id: str) -> Checked:
        """The finding on a picture; it is charged whatever it is, and only once it can be told.

        Raises:
            NotFound, InvalidRequest, MediaRefused: the request is refused, free of charge.
            Unavailable: the check cannot be made now.
        """
        card = self._cards.find(request.model).of(request.function)
        complete = validate.complete(request, card, self._profile).but(model=card.model)
        cancelled = asyncio.Event()
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._turn_of(caller.account),
                self._workdirs.attempt(request_id, 0) as workdir,
            ):
                media = Fetching(
                    caller.account, card, workdir,
                    uploads=self._uploads, templates=self._templates, blobs=self._blobs,
                    remote=self._remote, probe=self._probe_in_turn,
                )  # fmt: skip
                making = Making(complete, card, CheckStage(workdir, media, cancelled), self._engines)
                await making.look()  # before its turn: whoever names a slow host keeps nobody else waiting
                async with self._looks:
                    take = await making.take(request_id, _nobody)
        except TimeoutError:
            cancelled.set()
            raise Unavailable("The check took too long; it is not charged. Please try again later.") from None
        except ChildDied as died:
            log.warning("child died", request_id=request_id, reason=str(died.reason), exit_code=died.exit_code)
            raise (Unavailable if died.reason is Death.NO_ROOM else InternalFault) from died
        except OSError as error:
            if not is_machine_trouble(error):
                raise
            log.warning("this machine is in trouble", why=f"{error.strerror}. {advice_for(error)}")
            raise Unavailable from error
        published = measured(take, card, making.request, self._region)
        now = self._clock.now()
        if self._limits_on:
            await activate(self._ledger, caller.account, card, self._region, now)
        line = LedgerEntry(
            request_id, caller.account, caller.key_id, card.model, now, published.usage, published.charge
        )
        await self._ledger.record(line)
        assert published.findings is not None
        return Checked(published.findings, published.usage, take.notes)

    def _turn_of(self, account: str) -> asyncio.Semaphore:
        """The turns of one account, kept as long as somebody has or awaits one."""
        return self._turns.setdefault(account, asyncio.Semaphore(AT_ONCE))

    async def _probe_in_turn(self, path: Path, *, workdir: Path) -> MediaFacts:
        async with self._probes:
            return await self._probe(path, workdir=workdir)

    def close(self) -> None:
        """Remove this process's folder for checks."""
        with contextlib.suppress(OSError):
            self._workdirs.close()


async def _nobody(engine: str) -> None:
    """A check has no task to write the engine's name on."""
