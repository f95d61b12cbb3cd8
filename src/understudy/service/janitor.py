"""The janitor: what has outlived its time goes.

Knows the lives: tasks and results 24 h, uploads 48 h, workdirs as long as their process. Must not know tables.
Lost leases need no cleaning: the next claim takes such a task over, or ends it once its attempts are used up.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from understudy.core.ports import BlobStore, TaskStore
from understudy.service import publishing, uploads
from understudy.service.workdirs import Workdirs

log = structlog.get_logger("understudy.janitor")


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each went."""

    results: int = 0
    uploads: int = 0
    strays: int = 0  # stored takes no task knows: their worker died, or lost its lease, before it could finish
    workdirs: int = 0


class Janitor:
    """Run it every few minutes; running it twice at once, or on two machines, does no harm."""

    def __init__(
        self,
        store: TaskStore,
        blobs: BlobStore,
        *,
        workdir: Path,
        task_hours: int = 24,
        upload_hours: int = 48,
    ) -> None:
        """Sources: seed 003 (results 24 h), spec/dashscope.md §3.2 (uploads 48 h)."""
        self._store = store
        self._blobs = blobs
        self._workdirs = Workdirs(workdir)
        self._task_life = timedelta(hours=task_hours)
        self._upload_life = timedelta(hours=upload_hours)

    async def run_once(self, now: datetime) -> Swept:
        """Remove everything whose time is over at `now` (aware UTC)."""
        artifacts = await self._store.sweep(now)
        for artifact in artifacts:
            await self._blobs.delete(artifact.key)
            if artifact.cover is not None:
                await self._blobs.delete(artifact.cover)
        # an hour more than any artifact lives: what is left by then belongs to no task
        strays = await self._blobs.sweep(publishing.TAKES, now - self._task_life - timedelta(hours=1))
        old_uploads = await self._blobs.sweep(uploads.FOLDER, now - self._upload_life)
        for days in filter(None, uploads.SLOT_DAYS):
            old_uploads += await self._blobs.sweep(uploads.slot_folder(days), now - timedelta(days=days))
        workdirs = await asyncio.to_thread(self._workdirs.sweep)
        swept = Swept(len(artifacts), old_uploads, strays, workdirs)
        if swept != Swept():
            log.info("swept", results=swept.results, uploads=swept.uploads, strays=strays, workdirs=workdirs)
        return swept
