"""The stage of one attempt: brings references as checked local files, keeps progress and the engine's memory.

Knows where media come from and that they are checked before use. Must not know engines, nor what a take must be.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from understudy.catalog.media import check_media, limits_for
from understudy.core.card import MediaLimits, ModelCard
from understudy.core.faults import MediaProblem, MediaRefused, NotFound
from understudy.core.ports import BlobStore, Remote
from understudy.core.request import LocalMedia, MediaFacts, Medium, Reference, Role
from understudy.service.lease import Lease
from understudy.service.uploads import INLINE, Uploads

Probe: TypeAlias = Callable[..., Awaitable[MediaFacts]]
"""`await probe(path, workdir=folder)`: what is in a file. Raises MediaRefused."""

_PLAIN_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")


class ReferenceStage:
    """A Stage whose references come from uploads, other hosts or the request itself."""

    def __init__(
        self,
        lease: Lease,
        workdir: Path,
        card: ModelCard,
        *,
        uploads: Uploads,
        blobs: BlobStore,
        remote: Remote,
        probe: Probe,
    ) -> None:
        self.workdir = workdir
        self.cancelled = lease.cancelled
        self._lease = lease
        self._card = card
        self._uploads = uploads
        self._blobs = blobs
        self._remote = remote
        self._probe = probe
        self._fetched: dict[str, LocalMedia] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def local(self, reference: Reference) -> LocalMedia:
        """The reference as a checked local file, fetched once however often it is asked for. Raises MediaRefused."""
        media = await self._fetch(reference.url, self._most(reference), reference.path)
        check_media(media.facts, limits_for(self._card, reference, media.facts), reference.path)
        return media

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        """The reference's voice as a checked local sound; None when it has none. Raises MediaRefused."""
        if reference.voice is None:
            return None
        limits = self._card.media.get("voice", MediaLimits())
        media = await self._fetch(reference.voice, limits, reference.voice_path)
        check_media(media.facts, limits, reference.voice_path)
        return media

    async def report(self, fraction: float, note: str = "") -> None:
        """Real progress, 0 to 1; written with the next heartbeat."""
        self._lease.progress(fraction, note)

    async def remember(self, handle: Mapping[str, Any]) -> None:
        """Store a JSON value at once."""
        await self._lease.renew(handle=handle)

    def recall(self) -> Mapping[str, Any] | None:
        return self._lease.task.handle

    def _most(self, reference: Reference) -> MediaLimits:
        """The limits to fetch by; where the medium is not known yet, the widest of what it may turn out to be."""
        media = self._card.media
        if reference.role is not Role.SUBJECT and reference.role.value in media:
            return media[reference.role.value]
        if reference.medium is not Medium.UNKNOWN and reference.medium.value in media:
            return media[reference.medium.value]
        possible = [media[name] for name in ("image", "video") if name in media]
        if not possible:
            return MediaLimits()
        schemes = tuple(dict.fromkeys(scheme for limits in possible for scheme in limits.schemes))
        return MediaLimits(schemes=schemes, max_bytes=max(limits.max_bytes for limits in possible))

    async def _fetch(self, url: str, limits: MediaLimits, path: str) -> LocalMedia:
        async with self._turns.setdefault(url, asyncio.Lock()):
            if url not in self._fetched:
                folder = self.workdir / f"reference-{len(self._turns)}"
                folder.mkdir(exist_ok=True)
                try:
                    if url.startswith("oss://"):
                        file = await self._fetch_upload(url, folder)
                    elif url.startswith(INLINE):
                        file = await self._remote.fetch(await self._uploads.read_inline(url), limits, folder)
                    else:
                        file = await self._remote.fetch(url, limits, folder)
                    self._fetched[url] = LocalMedia(file, await self._probe(file, workdir=self.workdir))
                except MediaRefused as refused:
                    if refused.path:
                        raise
                    raise MediaRefused(refused.problem, refused.message, path=path, limits=refused.limits) from refused
            return self._fetched[url]

    async def _fetch_upload(self, url: str, folder: Path) -> Path:
        task = self._lease.task
        key = await self._uploads.resolve_for(url, task.account, self._card, task.request.model)
        suffix = Path(key).suffix
        target = folder / f"upload{suffix if _PLAIN_SUFFIX.fullmatch(suffix) else ''}"
        source = self._blobs.local_path(key)
        try:
            if source is None:
                await self._copy(key, target)
            else:
                # a second name costs nothing and outlives the sweep of uploads
                try:
                    os.link(source, target)
                except OSError:
                    await asyncio.to_thread(shutil.copyfile, source, target)
        except (FileNotFoundError, NotFound):
            raise MediaRefused(
                MediaProblem.NOT_YOURS, "The uploaded file has expired meanwhile. Upload it again."
            ) from None
        return target

    async def _copy(self, key: str, target: Path) -> None:
        with target.open("wb") as file:
            async for chunk in self._blobs.read(key):
                await asyncio.to_thread(file.write, chunk)


def with_medium(reference: Reference, facts: MediaFacts) -> Reference:
    """The reference with its medium as found in the file, where the caller did not say it."""
    return reference if reference.medium is not Medium.UNKNOWN else replace(reference, medium=facts.medium)
