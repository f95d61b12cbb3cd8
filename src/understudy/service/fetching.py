"""Media of one request as checked local files: from uploads, other hosts, or the request itself.

Knows where media come from and that they are checked before use. Must not know tasks, engines, or what is made.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from understudy.catalog.media import check_media, limits_for
from understudy.core.card import MediaLimits, ModelCard
from understudy.core.faults import MediaProblem, MediaRefused, NotFound
from understudy.core.ports import BlobStore, Remote
from understudy.core.request import ENCLOSED, TAKE, LocalMedia, MediaFacts, Medium, Reference, Role
from understudy.service.templates import Templates
from understudy.service.uploads import INLINE, SLOT, Uploads

Probe: TypeAlias = Callable[..., Awaitable[MediaFacts]]
"""`await probe(path, workdir=folder)`: what is in a file. Raises MediaRefused."""

_PLAIN_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")


class Fetching:
    """Brings the media of one request into a folder, each once however often it is asked for."""

    def __init__(
        self,
        account: str,
        card: ModelCard,
        folder: Path,
        *,
        uploads: Uploads,
        templates: Templates,
        blobs: BlobStore,
        remote: Remote,
        probe: Probe,
    ) -> None:
        """Take whose media they are, the card they are held to, and the sockets."""
        self._account = account
        self._card = card
        self._folder = folder
        self._uploads = uploads
        self._templates = templates
        self._blobs = blobs
        self._remote = remote
        self._probe = probe
        self._fetched: dict[str, LocalMedia] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def local(self, reference: Reference) -> LocalMedia:
        """The reference as a checked local file. Raises MediaRefused."""
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

    async def template(self, reference: Reference) -> LocalMedia:
        """The motion template that a reference names; `facts` are those of its film. Raises MediaRefused."""
        facts, key = await self._templates.find(self._account, reference.url, reference.path)
        target = self._folder / "template"
        if not target.exists():
            try:
                await self._bring(key, target)
            except (FileNotFoundError, NotFound):
                raise MediaRefused(
                    MediaProblem.TEMPLATE,
                    "The template has been removed meanwhile. Make it again.",
                    path=reference.path,
                ) from None
        return LocalMedia(target, facts)

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
                folder = self._folder / f"reference-{len(self._turns)}"
                folder.mkdir(exist_ok=True)
                try:
                    if url.startswith(("oss://", SLOT)):
                        file = await self._fetch_upload(url, folder)
                    elif url.startswith(TAKE):
                        file = await self._fetch_take(url, folder)
                    elif url.startswith((INLINE, ENCLOSED)):
                        file = await self._fetch_inline(url, limits, folder)
                    else:
                        file = await self._remote.fetch(url, limits, folder)
                    self._fetched[url] = LocalMedia(file, await self._probe(file, workdir=self._folder))
                except MediaRefused as refused:
                    if refused.path:
                        raise
                    raise MediaRefused(refused.problem, refused.message, path=path, limits=refused.limits) from refused
            return self._fetched[url]

    async def _fetch_upload(self, url: str, folder: Path) -> Path:
        key = await self._uploads.resolve_for(url, self._account, self._card, self._card.model)
        suffix = Path(key).suffix
        target = folder / f"upload{suffix if _PLAIN_SUFFIX.fullmatch(suffix) else ''}"
        try:
            await self._bring(key, target)
        except (FileNotFoundError, NotFound):
            raise MediaRefused(
                MediaProblem.NOT_YOURS, "The uploaded file has expired meanwhile. Upload it again."
            ) from None
        return target

    async def _fetch_inline(self, url: str, limits: MediaLimits, folder: Path) -> Path:
        """What came inside the request; as a file of a form it may be of any model's, as base64 of a few."""
        if url.startswith(ENCLOSED):
            url, limits = url.removeprefix(ENCLOSED), replace(limits, schemes=(*limits.schemes, "data"))
        text = await self._uploads.read_inline(url) if url.startswith(INLINE) else url
        if text[:5].lower() != "data:" and text is url:
            raise MediaRefused(MediaProblem.FORMAT, "An enclosed: address holds the data of a file, as data:…;base64,…")
        return await self._remote.fetch(text, limits, folder)

    async def _fetch_take(self, url: str, folder: Path) -> Path:
        """The film of an earlier task; `service.tasks` has written its key behind the id."""
        key = url.removeprefix(TAKE).partition("/")[2]
        target = folder / f"take{Path(key).suffix}"
        try:
            await self._bring(key, target)
        except (FileNotFoundError, NotFound):
            raise MediaRefused(MediaProblem.NOT_YOURS, "The film it goes on from has expired meanwhile.") from None
        return target

    async def _bring(self, key: str, target: Path) -> None:
        source = self._blobs.local_path(key)
        if source is None:
            with target.open("wb") as file:
                async for chunk in self._blobs.read(key):
                    await asyncio.to_thread(file.write, chunk)
            return
        # a second name costs nothing and outlives the sweep of uploads
        try:
            os.link(source, target)
        except OSError:
            await asyncio.to_thread(shutil.copyfile, source, target)


def with_medium(reference: Reference, facts: MediaFacts) -> Reference:
    """The reference with its medium as found in the file, where the caller did not say it."""
    return reference if reference.medium is not Medium.UNKNOWN else replace(reference, medium=facts.medium)
