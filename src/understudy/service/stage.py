"""The stage of one attempt: hands an engine its media, keeps progress and the engine's memory.

Knows the attempt. Must not know engines, where media come from, nor what a take must be.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from understudy.core.request import LocalMedia, Reference
from understudy.service.fetching import Fetching
from understudy.service.lease import CalledOff, Lease


class LeaseStage:
    """The Stage of a claimed task."""

    def __init__(self, lease: Lease, workdir: Path, media: Fetching) -> None:
        self.workdir = workdir
        self.cancelled = lease.cancelled
        self._lease = lease
        self._media = media

    @property
    def unwanted(self) -> bool:
        return self._lease.why in (CalledOff.CANCELED, CalledOff.TIMED_OUT)

    async def local(self, reference: Reference) -> LocalMedia:
        return await self._media.local(reference)

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        return await self._media.local_voice(reference)

    async def template(self, reference: Reference) -> LocalMedia:
        return await self._media.template(reference)

    async def report(self, fraction: float, note: str = "") -> None:
        """Real progress, 0 to 1; written with the next heartbeat."""
        self._lease.progress(fraction, note)

    async def remember(self, handle: Mapping[str, Any]) -> None:
        """Store a JSON value at once."""
        await self._lease.renew(handle=handle)

    def recall(self) -> Mapping[str, Any] | None:
        return self._lease.task.handle
