"""The stage of a film made without a server: references are local files already.

Knows files and limits. Must not know what is made of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from understudy.catalog.media import check_media, limits_for
from understudy.cli.order import HERE
from understudy.core.card import ModelCard
from understudy.core.faults import MediaRefused
from understudy.core.request import LocalMedia, MediaFacts, Medium, Reference


class HereStage:
    """Local files, probed once and held to the card's limits."""

    def __init__(self, workdir: Path, card: ModelCard, move: Any) -> None:
        self.workdir = workdir
        self.cancelled = asyncio.Event()
        self._card = card
        self._move = move
        self._probed: dict[str, LocalMedia] = {}

    @property
    def unwanted(self) -> bool:
        """Who stops here stops for good."""
        return self.cancelled.is_set()

    async def local(self, reference: Reference) -> LocalMedia:
        found = await self._probe(reference.url, reference.path)
        check_media(found.facts, limits_for(self._card, reference, found.facts), reference.path)
        return found

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        if reference.voice is None:
            return None
        found = await self._probe(reference.voice, reference.voice_path)
        limits = self._card.media.get("voice")
        if limits is not None:
            check_media(found.facts, limits, reference.voice_path)
        return found

    async def template(self, reference: Reference) -> LocalMedia:
        """A motion that `understudy template` wrote. Raises Refused: it is none."""
        path = Path(reference.url.removeprefix(HERE)).resolve()
        return LocalMedia(path, await asyncio.to_thread(motion_facts, path))

    async def _probe(self, url: str, option: str) -> LocalMedia:
        """Raises MediaRefused, which names the option that the file was given by."""
        from understudy.media.probe import probe

        if url not in self._probed:
            path = Path(url.removeprefix(HERE)).resolve()
            try:
                self._probed[url] = LocalMedia(path, await probe(path, workdir=self.workdir))
            except MediaRefused as refused:
                told = f"{option}: {refused.message}"
                raise MediaRefused(refused.problem, told, path=option, limits=refused.limits) from refused
        return self._probed[url]

    async def report(self, fraction: float, note: str = "") -> None:
        self._move(fraction, note)

    async def remember(self, handle: Mapping[str, Any]) -> None:
        """Nothing to remember: a film made here does not outlive its command."""

    def recall(self) -> Mapping[str, Any] | None:
        return None


def motion_facts(path: Path) -> MediaFacts:
    """Facts of the film that a motion was taken from. Raises Refused: it is no motion."""
    from understudy.animatic.bodies.motion import read_motion  # brings SciPy: not before it is needed

    motion = read_motion(path)
    rate = Decimal(motion.rate.numerator) / motion.rate.denominator
    return MediaFacts(
        medium=Medium.VIDEO,
        container="motion",
        byte_count=path.stat().st_size,
        size=motion.size,
        seconds=Decimal(len(motion)) / rate,
        frames_per_second=rate,
        frame_count=len(motion),
        has_sound=motion.sound is not None,
    )
