"""What an upstream is sent: media that live here uploaded there, and the body as the caller wrote it where that can be.

Knows references, places in a JSON body, and uploads by form, by PUT or inside the request. Must not know when a submit
is sent, or what is answered.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.faults import CannotExpress, Refused, Unavailable
from understudy.core.ports import Dialect, Job, Stage
from understudy.core.request import LocalMedia, Medium, Reference, Role, VideoRequest
from understudy.core.wire import FinishQuery, SlotQuery, TicketQuery, WireReply, WireRequest
from understudy.engines._upstream_wire import Line, Lost, NotSent, WithSlots, WithTickets

MOST_INLINE_BYTES = 10 * 1024 * 1024
"""Largest file that is put inside a request, where the wire has no uploads. GUESS: what Base64 bodies commonly take."""
NOT_FORWARDED = ("callback_url",)
"""Fields of a caller's body that concern his own task here: an upstream would call him back about another one."""

UNSAID: Mapping[str, Any] = {
    "negative_prompt": "", "size": None, "tier": None, "ratio": None, "seconds": None, "shot_type": None, "sound": None,
    "watermark": None, "prompt_extend": None, "seed": None, "frames_per_second": None, "options": {},
}  # fmt: skip
"""What a caller may leave out of a request."""

_PLACE = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_SUFFIXES = {"jpeg": ".jpg", "mp3": ".mp3", "wav": ".wav", "png": ".png", "webp": ".webp", "bmp": ".bmp", "gif": ".gif"}
_TYPES = {Medium.IMAGE: "image", Medium.VIDEO: "video", Medium.AUDIO: "audio"}


class Sender:
    """Makes one upstream's submits out of jobs."""

    def __init__(self, line: Line, dialect: Dialect, models: Mapping[str, str]) -> None:
        """`models[ours]` is what the upstream calls a model, where it calls it otherwise."""
        self._line = line
        self._dialect = dialect
        self._models = models

    async def submit(self, job: Job, stage: Stage) -> WireRequest:
        """The submit of a job, its media brought where the upstream can read them.

        Raises:
            CannotExpress: the wire has no word for a wish; noticed before anything is uploaded.
            MediaRefused: a medium cannot be used.
            Unavailable: with nothing begun: the upstream takes no files just now.
        """
        card = job.card
        model = self._models.get(card.model, card.model)
        request = job.request.but(model=model)
        may_keep = job.dialect == self._dialect.name and as_it_came(job.body, model, {}) is not None
        self._written(request, card, may_keep)
        changed: dict[str, str] = {}
        uploaded: dict[str, str] = {}

        async def moved(reference: Reference, url: str, place: str, media: LocalMedia | None) -> str:
            if media is not None:
                if url not in uploaded:
                    uploaded[url] = await self._upload(media, model, len(uploaded))
                changed[place] = url = uploaded[url]
            return url

        references = []
        for reference in request.references:
            if reference.role is Role.TEMPLATE:
                raise CannotExpress("template", "a motion template lives here and cannot be given away")
            here = await stage.local(reference) if is_here(reference.url) else None
            url = await moved(reference, reference.url, reference.path, here)
            voice = reference.voice
            if voice is not None:
                sound = await stage.local_voice(reference) if is_here(voice) else None
                voice = await moved(reference, voice, reference.voice_path, sound)
            references.append(replace(reference, url=url, voice=voice))
        request = request.but(references=tuple(references))
        body = as_it_came(job.body, model, changed) if may_keep else None
        wire = self._written(request, card, body is not None)
        return wire if body is None or not is_json(wire) else replace(wire, body=body)

    def _written(self, request: VideoRequest, card: ModelCard, kept: bool) -> WireRequest:
        """The submit in the wire's words; where the caller's body is `kept`, its path and headers are what matters.

        The request is complete by now, and a wire may have no word for what the catalog filled in.
        """
        try:
            return self._dialect.encode_submit(request, card)
        except CannotExpress as missing:
            plain = self._dialect.encode_submit(request.but(**UNSAID), card) if kept else None
            if plain is None or not is_json(plain):
                raise missing
            return plain

    # Uploads --------------------------------------------------------------------------------------------------------

    async def _upload(self, media: LocalMedia, model: str, number: int) -> str:
        """The address under which the upstream finds a file of ours."""
        name = f"reference-{number + 1}{suffix_of(media)}"
        try:
            if isinstance(self._dialect, WithTickets):
                return await self._by_form(self._dialect, media.path, model, name)
            if isinstance(self._dialect, WithSlots):
                return await self._by_put(self._dialect, media)
        except (NotSent, Lost) as error:
            raise Unavailable(
                f"The upstream takes no files just now: {error.message}. Please try again later.", begun=False
            ) from error
        return await asyncio.to_thread(data_url, media)

    async def _by_form(self, dialect: WithTickets, path: Path, model: str, name: str) -> str:
        ticket = dialect.decode_ticket(await self._line.ask(self._dialect.encode_query(TicketQuery(model))))
        fields = dialect.form_fields(ticket, name)
        _check_stored(await self._line.post_form(ticket.upload_url, fields, path, name))
        return f"oss://{fields['key']}"

    async def _by_put(self, dialect: WithSlots, media: LocalMedia) -> str:
        slot = dialect.decode_slot(await self._line.ask(self._dialect.encode_query(SlotQuery())))
        reply = await self._line.put(slot, media.path, content_type_of(media))
        _check_stored(reply)
        etag = reply.headers.get("etag", "")
        finish = self._dialect.encode_query(FinishQuery(slot.slot_id, etag))
        return dialect.decode_uploaded(await self._line.ask(finish)).address


def is_json(wire: WireRequest) -> bool:
    return "json" in wire.headers.get("content-type", "")


def is_here(url: str) -> bool:
    """Whether a medium lives on this server, or in the request itself: an upstream could not read it."""
    return not url.lower().startswith(("http://", "https://"))


def as_it_came(body: bytes, model: str, changed: Mapping[str, str]) -> bytes | None:
    """The caller's JSON body with the model's name and the given places changed; None when it cannot be kept."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or "model" not in said:
        return None  # it left the model to this server's own choice, or to the route it came by
    said["model"] = model
    for name in NOT_FORWARDED:
        said.pop(name, None)
    if not all(_put(said, place, url) for place, url in changed.items()):
        return None
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogateescape")


def _put(said: Any, place: str, value: str) -> bool:
    """Write a text over the text at `input.media[0].url`; False when there is none."""
    steps: list[str | int] = [int(number) if number else name for name, number in _PLACE.findall(place)]
    if not steps:
        return False
    try:
        for step in steps[:-1]:
            said = said[step]
        if not isinstance(said[steps[-1]], str):
            return False
        said[steps[-1]] = value
    except (KeyError, IndexError, TypeError):
        return False
    return True


def data_url(media: LocalMedia) -> str:
    """A file as a data URL. Raises CannotExpress for one too large for that."""
    if media.facts.byte_count > MOST_INLINE_BYTES:
        raise CannotExpress("references", f"a file of more than {MOST_INLINE_BYTES // 2**20} MB has no place there")
    text = base64.b64encode(media.path.read_bytes()).decode()
    return f"data:{content_type_of(media)};base64,{text}"


def suffix_of(media: LocalMedia) -> str:
    """The suffix a file's content asks for: some upstreams tell media by it."""
    container = media.facts.container
    if "mp4" in container:
        return media.path.suffix if media.path.suffix in (".mov", ".mp4", ".m4a") else ".mp4"
    return _SUFFIXES.get(container, media.path.suffix)


def content_type_of(media: LocalMedia) -> str:
    kind = suffix_of(media).removeprefix(".").replace("jpg", "jpeg").replace("mov", "quicktime")
    return f"{_TYPES.get(media.facts.medium, 'application')}/{kind or 'octet-stream'}"


def _check_stored(reply: WireReply) -> None:
    if reply.status >= 500:
        raise Unavailable(
            f"The upstream could not store a reference (HTTP {reply.status}). Please try again later.", begun=False
        )
    if reply.status >= 400:
        raise Refused(f"The upstream did not take a reference of the request (HTTP {reply.status}).").worded("", "oss")
