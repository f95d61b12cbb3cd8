"""The animatic engine, the embedded default: films by the studio, in a child process, on a plain CPU.

Knows the Engine socket and how a job becomes a brief. Must not know how the studio works, nor tasks, stores or
dialects. Importing it is light: the studio is imported by the child.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

from understudy.animatic.brief import BACKGROUND, THING, Brief, DraftBrief, LocalSubject
from understudy.animatic.drafts import drafted
from understudy.core.card import ModelCard, subjects_of
from understudy.core.faults import HouseError, Refused
from understudy.core.ports import Job, Stage
from understudy.core.request import Capability, LocalMedia, Medium, Role, VideoRequest
from understudy.core.task import Take
from understudy.core.units import FRAMES_PER_SECOND, Size, frame_count
from understudy.media.child import ChildLimits, run_child

DEFAULT_LIMITS = ChildLimits(memory_bytes=12 * 1024**3, cpu_seconds=1800, wall_seconds=3600)
"""A 10 s film at 1080p with five video references stays far below them. GUESS."""

_FETCHED = 0.08  # share of the progress at which all references are local. GUESS


class AnimaticEngine:
    """Films by the embedded studio."""

    name = "animatic"

    def __init__(
        self,
        *,
        models: Path | None = None,
        auto_install: bool = False,
        captions: bool = True,
        limits: ChildLimits = DEFAULT_LIMITS,
    ) -> None:
        """Set the engine up.

        Args:
            models: folder of the perception models; without them subjects are shown as cards.
            auto_install: whether the first film may fetch missing models.
            captions: whether spoken lines are lettered.
            limits: of the child process that makes one film.
        """
        self._models = models
        self._auto_install = auto_install and models is not None
        self._captions = captions
        self._limits = limits

    def configure(
        self,
        *,
        models: Path | None = None,
        auto_install: bool = False,
        captions: bool = True,
        memory_bytes: int | None = None,
        seconds: float | None = None,
    ) -> AnimaticEngine:
        """The same engine with the operator's settings; `seconds` bounds one film by the clock."""
        limits = replace(
            self._limits,
            memory_bytes=memory_bytes or self._limits.memory_bytes,
            wall_seconds=seconds or self._limits.wall_seconds,
        )
        return AnimaticEngine(models=models, auto_install=auto_install, captions=captions, limits=limits)

    def offers(self, card: ModelCard, request: VideoRequest) -> bool:
        return card.makes is Capability.REFERENCE_TO_VIDEO or card.makes in drafted()

    async def setup(self) -> None:
        """Nothing: what is heavy is imported by the child."""

    async def perform(self, job: Job, stage: Stage) -> Take:
        """Make the take in a child process. Raises Refused, MediaRefused, ChildDied; CancelledError when cancelled."""
        brief = await (_brief if job.card.makes is Capability.REFERENCE_TO_VIDEO else _draft_brief)(job, stage)
        if self._auto_install:
            await self._install(stage)
        await stage.report(_FETCHED, "starting the studio")

        async def told(fraction: float, note: str = "") -> None:
            await stage.report(_FETCHED + (1 - _FETCHED) * fraction, note)

        from understudy.animatic.__main__ import order_of, reel_of  # brings pydantic: not before it is needed

        folder = stage.workdir / "studio"
        folder.mkdir(exist_ok=True)
        result = await run_child(
            "understudy.animatic",
            order_of(replace(brief, captions=self._captions, models=self._models), folder),
            limits=self._limits,
            workdir=folder,
            on_progress=told,
            cancelled=stage.cancelled,
        )
        reel = reel_of(result)
        return Take(reel.path, reel.facts, reel.notes, findings=reel.findings)

    async def close(self) -> None:
        """Nothing is kept open between films."""

    async def _install(self, stage: Stage) -> None:
        """Fetch the perception models once; when that fails, go on without: the film's notes say so."""
        from understudy.animatic import models

        folder = self._models
        self._auto_install = False  # one try per start: no task waits for a package index that does not answer
        if folder is None or await asyncio.to_thread(models.installed, folder):
            return
        await stage.report(0.02, "fetching the perception models, once")
        given_up = threading.Event()
        fetching = asyncio.create_task(asyncio.to_thread(models.install, folder, None, given_up))
        unwanted = asyncio.create_task(stage.cancelled.wait())
        try:
            await asyncio.wait({fetching, unwanted}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            unwanted.cancel()
            given_up.set()  # a server that stops must not wait for a package index that does not answer
            await asyncio.gather(fetching, return_exceptions=True)
        if stage.cancelled.is_set():
            raise asyncio.CancelledError
        if isinstance(fetching.exception(), HouseError):
            await stage.report(0.03, "no perception models: going on with cards")
        else:
            fetching.result()


async def _brief(job: Job, stage: Stage) -> Brief:
    """The film with a cast that a job asks for."""
    request, promise = job.request, job.promise
    opening = None if request.first_frame is None else await stage.local(request.first_frame)
    song = request.of_role(Role.DRIVING_AUDIO)
    if opening is not None and opening.facts.medium is not Medium.IMAGE:
        raise Refused("The first frame must be a picture; a video was given. Send a JPEG or PNG.")
    if promise.frames_per_second != FRAMES_PER_SECOND:
        raise Refused(f"The studio makes films with a cast at {FRAMES_PER_SECOND} frames a second only.")
    return Brief(
        prompt=request.prompt,
        size=request.size or Size(1280, 720),
        frame_count=promise.frame_count or frame_count(5),
        subjects=await _subjects(job, stage),
        first_frame=opening,
        negative_prompt=request.negative_prompt,
        shot_type=request.shot_type,
        sound=bool(promise.sound),
        speech=request.sound is not False,
        bgm=_wants_music(request),
        song=None if song is None else await stage.local(song),
        watermark=bool(request.watermark),
        seed=job.seed,
    )


def _wants_music(request: VideoRequest) -> bool:
    """Whether music was asked for beside the prompt. Source: spec/gateways.md §4.2, bgm."""
    return request.options.get("bgm") is True


async def _draft_brief(job: Job, stage: Stage) -> DraftBrief:
    """Any other work that a job asks for."""
    request, promise = job.request, job.promise
    media: dict[Role, LocalMedia] = {}
    template: Path | None = None
    has_sound = False
    for reference in request.references:
        if reference.role is Role.TEMPLATE:
            kept = await stage.template(reference)
            template, has_sound = kept.path, kept.facts.has_sound
        elif reference.role is not Role.SUBJECT:
            media[reference.role] = await stage.local(reference)
    return DraftBrief(
        makes=job.card.makes,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        size=request.size,
        frames_per_second=promise.frames_per_second,
        frame_count=promise.frame_count,
        media=media,
        subjects=await _subjects(job, stage),
        template=template,
        options=request.options,
        shot_type=request.shot_type,
        sound=has_sound if promise.sound is None else promise.sound,
        speech=request.sound is not False,
        bgm=_wants_music(request),
        watermark=bool(request.watermark),
        seed=job.seed,
    )


async def _subjects(job: Job, stage: Stage) -> tuple[LocalSubject, ...]:
    subjects = []
    for number, subject in enumerate(subjects_of(job.request, job.card.naming)):
        media = await stage.local(subject.reference)
        voice = await stage.local_voice(subject.reference)
        what = subject.reference.description or _said_of(job.request, number) or _voice_of(job.request, number)
        subjects.append(LocalSubject(subject.name, media, subject.aliases, voice, what))
    return tuple(subjects)


def _said_of(request: VideoRequest, number: int) -> str:
    """What `obj_or_bg` says of an image. Source: spec/dashscope.md §7.1, image_reference."""
    words = request.options.get("obj_or_bg") or ()
    return {"bg": BACKGROUND, "obj": THING}[words[number]] if number < len(words) else ""


def _voice_of(request: VideoRequest, number: int) -> str:
    """The name of a vendor's voice, which tells at least who might speak so (`male-qn-jingying`)."""
    voices = request.options.get("voice_ids") or ()
    return str(voices[number]) if number < len(voices) else ""


ENGINE = AnimaticEngine()
