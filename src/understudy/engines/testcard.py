"""The test card: colour bars, a moving block and a tone, in exactly the size and length that were asked for.

The tutorial engine, the health check, and the engine to copy when writing a new one. It makes its film in a child
process like every working engine, and some words of the prompt make it misbehave, so that what surrounds an engine
can be tried: `crash`, `crash once`, `hang`, `fail at 50 %`, `slow 8` (seconds).

Knows the Engine socket and the order its child takes. Must not know tasks, stores or dialects.
"""

from __future__ import annotations

import re
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.ports import Job, Stage
from understudy.core.request import Capability, MediaFacts, Medium, Role, VideoRequest
from understudy.core.task import Take
from understudy.core.units import Size
from understudy.media.child import ChildLimits, run_child

_CRASH = re.compile(r"\bcrash\b(\s+once\b)?", re.IGNORECASE)
_HANG = re.compile(r"\bhang\b", re.IGNORECASE)
_FAIL = re.compile(r"\bfail at (\d{1,3})\s*[%％]", re.IGNORECASE)
_SLOW = re.compile(r"\bslow (\d{1,4}(?:\.\d+)?)\b", re.IGNORECASE)

_NO_VIDEO = frozenset({Capability.FACE_CHECK, Capability.BODY_CHECK, Capability.MOTION_TEMPLATE})


class TestCard:
    """Colour bars and a tone."""

    name = "testcard"

    def __init__(self, limits: ChildLimits | None = None) -> None:
        """`limits` of the child process that draws; an hour and 4 GiB of addresses unless said otherwise."""
        self._limits = limits or ChildLimits(memory_bytes=4 * 1024**3, cpu_seconds=900, wall_seconds=3600)

    def offers(self, card: ModelCard, request: VideoRequest) -> bool:
        """Everything that is a film."""
        return card.makes not in _NO_VIDEO

    async def setup(self) -> None:
        """Nothing: what is heavy is imported by the child."""

    async def perform(self, job: Job, stage: Stage) -> Take:
        """Draw the card. The references are fetched and checked as for a real film, then not shown."""
        for reference in job.request.references:
            if reference.role is Role.TEMPLATE:
                await stage.template(reference)
                continue
            await stage.local(reference)
            await stage.local_voice(reference)
        path = stage.workdir / "take.mp4"
        order = _order(job)
        result = await run_child(
            "understudy.engines._testcard_child",
            {**order, "path": str(path)},
            limits=self._limits,
            workdir=stage.workdir,
            on_progress=stage.report,
            cancelled=stage.cancelled,
        )
        facts = MediaFacts(
            medium=Medium.VIDEO,
            container="mp4",
            byte_count=int(result["byte_count"]),
            size=Size(order["width"], order["height"]),
            frame_count=order["frame_count"],
            has_sound=order["sound"],
        )
        return Take(path, facts, notes=("This is a test card: colour bars and a tone, nothing of the prompt.",))

    async def close(self) -> None:
        """Nothing is kept open between films."""


def _order(job: Job) -> dict[str, Any]:
    promise, prompt = job.promise, job.request.prompt
    size = promise.size or Size(1280, 720)
    crash, fail, slow = _CRASH.search(prompt), _FAIL.search(prompt), _SLOW.search(prompt)
    return {
        "width": size.width,
        "height": size.height,
        "frames_per_second": str(promise.frames_per_second),
        "frame_count": promise.frame_count or round(5 * promise.frames_per_second),
        "sound": bool(promise.sound),
        "seed": job.seed,
        "crash": bool(crash and (not crash[1] or job.attempt == 1)),
        "hang": bool(_HANG.search(prompt)),
        "fail_at": int(fail[1]) / 100 if fail else None,
        "slow_seconds": float(slow[1]) if slow else 0.0,
    }


ENGINE = TestCard()
