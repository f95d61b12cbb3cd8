"""The client: local files in, a video on disk out, and every question the house answers.

Knows the order of the steps. Must not know wire words: the dialect has them. A submit is sent once, unless the wire
lets it carry a key under which a repeated one is the same (decision 0010).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit
from uuid import uuid4

from understudy.client import files
from understudy.client.dialects import (
    ClientDialect,
    WithEverything,
    WithSlots,
    WithTickets,
    WithWishes,
    native,
)
from understudy.client.line import Line
from understudy.client.waiting import Waiting
from understudy.core.faults import BadSetting, CannotExpress, Conflict, Gone, Throttled, Unavailable
from understudy.core.request import Reference, Role, VideoRequest
from understudy.core.task import Status, TaskFilter
from understudy.core.wire import (
    CancelQuery,
    DeleteQuery,
    FinishQuery,
    ListQuery,
    MeQuery,
    ModelsQuery,
    PlanQuery,
    PromoteQuery,
    Query,
    QuoteQuery,
    RemoteTask,
    SlotQuery,
    StatusQuery,
    TicketQuery,
    UsageQuery,
    WireReply,
    WireRequest,
)

if TYPE_CHECKING:
    from datetime import datetime

    from understudy.core.card import ModelCard

Progress = Callable[[float, str], None]
"""Called with a fraction from 0 to 1 and a note such as `uploading girl.jpg`."""

REFUSALS = 5
"""How often what was throttled is asked again: a throttled request changed nothing."""
REPEATS = 3
"""How often a submit whose answer got lost is sent again, where its wire makes that the same submit."""
REPEAT_SECONDS = 0.5
_ROOTS = ("/api/v1", "/understudy/v1")
_T = TypeVar("_T")


class Client:
    """One server and one key. An async context manager; methods may run at the same time.

    `base_url` may end in `/api/v1`, as SDKs want it. Without a `dialect` our own wire is spoken, which says everything;
    with another one (`understudy.dialects.dashscope.DIALECT`) every server of that wire is understood, and what it
    has no words for raises CannotExpress. `poll_seconds` are the first and the longest pause between two questions;
    `patience` is how long a server may be away while a task is waited for.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        dialect: ClientDialect | None = None,
        *,
        poll_seconds: tuple[float, float] = (0.5, 5.0),
        patience: float = 60.0,
        connect_seconds: float = 10.0,
        answer_seconds: float = 120.0,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise BadSetting(f"{base_url!r} is no server URL; give one such as http://127.0.0.1:8000")
        self.base_url = base_url.rstrip("/")
        for root in _ROOTS:
            self.base_url = self.base_url.removesuffix(root)
        self._key = key
        self._dialect = dialect or native()
        self._poll_seconds = poll_seconds
        self._patience = patience
        self._line = Line(connect_seconds=connect_seconds, answer_seconds=answer_seconds)

    async def __aenter__(self) -> Client:
        await self._line.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._line.close()

    # Everything in one call -----------------------------------------------------------------------------------------

    async def generate(
        self,
        request: VideoRequest,
        path: Path,
        *,
        card: ModelCard | None = None,
        on_progress: Progress | None = None,
        timeout: float | None = None,
        engine: str = "",
    ) -> RemoteTask:
        """Upload, submit, wait and download to `path`. Wires other than ours need the model's `card`.

        Raises:
            Fault: the server refused the request, or the task failed: why, in words for people.
            TimedOut: it was not done after `timeout` seconds; the task goes on.
        """
        task_id = await self.submit(request, card=card, on_progress=on_progress, engine=engine)
        told = await self.wait(task_id, on_progress=on_progress, timeout=timeout)
        if told.status == Status.FAILED:
            raise self._dialect.read_fault(told.code, told.message)
        if told.status == Status.CANCELED:
            raise Conflict(f"Task {task_id} was canceled before it was done.")
        if told.result_url is None:
            raise Gone(f"Task {task_id} is done but its video is gone; results are kept for 24 hours.")
        _say(on_progress, 1.0, "downloading")
        await self.download(told.result_url, path)
        return told

    async def check(
        self, request: VideoRequest, *, card: ModelCard | None = None, on_progress: Progress | None = None
    ) -> RemoteTask:
        """Upload the picture and have it checked; what was found stands in `findings`, what it cost in `usage`.

        Raises:
            Fault: the server refused the request.
        """
        wire = await self._submission(request, card, on_progress)
        return await self._patiently(lambda: self._ask(wire))

    # Step by step ---------------------------------------------------------------------------------------------------

    async def upload(self, path: Path, model: str = "") -> str:
        """Send a local file, streamed from disk; returns the address that stands for it in a request of this key.

        On wires whose uploads are bound to a model, only `model` may be asked with it.

        Raises:
            InvalidRequest: there is no such file.
            MediaRefused: it is larger than the server takes.
            Refused: the server did not take it.
            CannotExpress: the wire has no uploads.
        """
        if not path.is_file():
            raise files.no_file(str(path))
        dialect = self._dialect
        if isinstance(dialect, WithSlots):
            slot = dialect.decode_slot(await self._patient_reply(SlotQuery()))
            etag = await files.put_file(self._line, slot, path)
            return dialect.decode_uploaded(await self._patient_reply(FinishQuery(slot.slot_id, etag))).address
        if isinstance(dialect, WithTickets):
            ticket = dialect.decode_ticket(await self._patient_reply(TicketQuery(model)))
            fields = dialect.form_fields(ticket, path.name)
            await files.post_form(self._line, ticket, fields, path)
            return f"oss://{fields['key']}"
        raise CannotExpress("upload", f"The wire {dialect.name} has no uploads: give URLs that the server can reach.")

    async def submit(
        self,
        request: VideoRequest,
        *,
        card: ModelCard | None = None,
        on_progress: Progress | None = None,
        engine: str = "",
        idempotency_key: str = "",
    ) -> str:
        """Upload what is local, then submit; returns the task's id.

        A reference or voice is local when it is a path or a `file://` URL. Each file is uploaded once. On our own wire
        a submit whose answer got lost is sent again under the same key, and makes no second task.

        Raises:
            CannotExpress: the wire has no word for a wish.
            Fault: the server refused, or a file is missing.
        """
        wire = await self._submission(request, card, on_progress)
        if isinstance(self._dialect, WithWishes):
            wishes = self._dialect.encode_wishes(engine, idempotency_key or str(uuid4()))
            wire = replace(wire, headers={**wire.headers, **wishes})
            told = await self._again_if_lost(wire)
        elif engine or idempotency_key:
            raise CannotExpress("engine" if engine else "idempotency_key")
        else:
            told = await self._patiently(lambda: self._ask(wire))
        _say(on_progress, 0.0, f"task {told.task_id} accepted")
        return told.task_id

    async def wait(
        self, task_id: str, *, on_progress: Progress | None = None, timeout: float | None = None
    ) -> RemoteTask:
        """Wait until the task is SUCCEEDED, FAILED or CANCELED, and return it as it then is.

        A server that is away or throttles is asked again; after `patience` seconds its fault is raised.

        Raises:
            NotFound: the server does not know the task.
            TimedOut: `timeout` seconds are over; the task goes on and may be waited for again.
        """
        waiting = self._waiting(task_id, timeout)
        async with aclosing(waiting.tellings()) as tellings:
            async for told in tellings:
                if told.status is not None and Status(told.status).is_final:
                    return told
                _say(on_progress, waiting.fraction, _note(told))
        raise Unavailable(f"The server stopped telling of task {task_id}; ask again.")

    async def events(self, task_id: str, *, timeout: float | None = None) -> AsyncGenerator[RemoteTask, None]:
        """The task each time it changes, the last time at its end. Raises as `wait`."""
        async with aclosing(self._waiting(task_id, timeout).tellings()) as tellings:
            async for told in tellings:
                yield told

    async def download(self, url: str, path: Path) -> Path:
        """Stream a result to `path`; see `files.download`. Raises Gone, Unavailable."""
        return await files.download(self._line, url, path)

    # Tasks ----------------------------------------------------------------------------------------------------------

    async def status(self, task_id: str) -> RemoteTask:
        """The task as it stands; `status` None where the server does not know it and says so without a fault."""
        return await self._ask(self._dialect.encode_query(StatusQuery(task_id)))

    async def tasks(self, filter: TaskFilter | None = None) -> tuple[RemoteTask, ...]:
        """One page of the account's tasks, newest first."""
        question = self._dialect.encode_query(ListQuery(filter or TaskFilter()))
        return self._everything().decode_tasks(await self._send(question))

    async def cancel(self, task_id: str) -> None:
        """Call a task off; on our own wire also one that is in work. Raises NotFound, Conflict."""
        await self._ask(self._dialect.encode_query(CancelQuery(task_id, running=True)))

    async def delete(self, task_id: str) -> None:
        """Have a task and its result forgotten. Raises NotFound, Conflict."""
        await self._answer(DeleteQuery(task_id))

    async def promote(self, task_id: str, engine: str = "") -> str:
        """The same request, seed and media once more, on another engine; the new task's id."""
        return (await self._ask(self._dialect.encode_query(PromoteQuery(task_id, engine)))).task_id

    # Questions ------------------------------------------------------------------------------------------------------

    async def quote(self, request: VideoRequest, video_seconds: Sequence[Decimal] = ()) -> Mapping[str, Any]:
        """What a request will cost, as `{"usage": …, "charge": …}`; `video_seconds` are lengths of its videos.

        Nothing is uploaded for it, nor for a plan.
        """
        return await self._answer(QuoteQuery(_without_files(request), tuple(video_seconds)))

    async def plan(self, request: VideoRequest) -> Mapping[str, Any]:
        """The storyboard a request makes."""
        return await self._answer(PlanQuery(_without_files(request)))

    async def models(self) -> tuple[Mapping[str, Any], ...]:
        """The cards of every model of the server."""
        return tuple((await self._answer(ModelsQuery()))["models"])

    async def model(self, name: str) -> Mapping[str, Any]:
        """One model's card. Raises NotFound."""
        return await self._answer(ModelsQuery(name))

    async def usage(self, since: datetime | None = None, until: datetime | None = None) -> Mapping[str, Any]:
        """The lines of the book, and their sums by currency."""
        return await self._answer(UsageQuery(since, until))

    async def me(self) -> Mapping[str, Any]:
        """Whose key this is."""
        return await self._answer(MeQuery())

    # Inside ---------------------------------------------------------------------------------------------------------

    def _waiting(self, task_id: str, timeout: float | None) -> Waiting:
        return Waiting(
            self._line, self._dialect, self._ask, self._address, task_id,
            poll_seconds=self._poll_seconds, patience=self._patience, timeout=timeout,
        )  # fmt: skip

    async def _submission(
        self, request: VideoRequest, card: ModelCard | None, on_progress: Progress | None
    ) -> WireRequest:
        if card is None and not isinstance(self._dialect, WithEverything):
            raise CannotExpress("card", f"The wire {self._dialect.name} needs the model's card: give card=….")
        write: Callable[..., WireRequest] = self._dialect.encode_submit
        write(request, card)  # what cannot be said is noticed before anything is uploaded
        return write(await self._with_uploads(request, on_progress), card)

    async def _with_uploads(self, request: VideoRequest, on_progress: Progress | None) -> VideoRequest:
        named = [r for r in request.references if r.role is not Role.TEMPLATE]  # a template is named, not sent
        wanted = [link for r in named for link in (r.url, r.voice or "") if link]
        local = {link: found for link in wanted if (found := files.local_file(link)) is not None}
        uploaded: dict[Path, str] = {}
        for number, path in enumerate(dict.fromkeys(local.values()), 1):
            _say(on_progress, 0.0, f"uploading {path.name} ({number} of {len(set(local.values()))})")
            uploaded[path] = await self.upload(path, request.model)

        def remote(reference: Reference) -> Reference:
            url = uploaded[local[reference.url]] if reference.url in local else reference.url
            voice = uploaded[local[reference.voice]] if reference.voice in local else reference.voice
            return replace(reference, url=url, voice=voice)

        return request.but(references=tuple(remote(r) for r in request.references))

    async def _again_if_lost(self, wire: WireRequest) -> RemoteTask:
        for number in range(REPEATS):
            try:
                return await self._patiently(lambda: self._ask(wire))
            except Unavailable:
                await asyncio.sleep(REPEAT_SECONDS * 2**number)
        return await self._patiently(lambda: self._ask(wire))

    async def _patiently(self, ask: Callable[[], Awaitable[_T]]) -> _T:
        """Ask again after a 429: nothing has happened yet, so asking again is safe."""
        for _ in range(REFUSALS):
            try:
                return await ask()
            except Throttled as fault:
                await asyncio.sleep(fault.retry_after)
        return await ask()

    async def _patient_reply(self, query: Query) -> WireReply:
        """The answer to a question; asked again while it is throttled, as the reading of it tells."""
        question = self._dialect.encode_query(query)

        async def ask() -> WireReply:
            reply = await self._send(question)
            if reply.status == 429:
                self._dialect.decode_reply(reply)  # raises Throttled, with the seconds to wait
            return reply

        return await self._patiently(ask)

    async def _answer(self, query: Query) -> dict[str, Any]:
        question = self._dialect.encode_query(query)
        return self._everything().decode_answer(await self._send(question))

    def _everything(self) -> WithEverything:
        if not isinstance(self._dialect, WithEverything):
            raise CannotExpress("question", f"The wire {self._dialect.name} has no words for this; speak our own.")
        return self._dialect

    async def _ask(self, wire: WireRequest) -> RemoteTask:
        return self._dialect.decode_reply(await self._send(wire))

    async def _send(self, wire: WireRequest) -> WireReply:
        url, headers = self._address(wire)
        return await self._line.exchange(wire.method, url, params=dict(wire.query), headers=headers, content=wire.body)

    def _address(self, wire: WireRequest) -> tuple[str, dict[str, str]]:
        return self.base_url + wire.path, {**wire.headers, **self._dialect.encode_key(self._key)}


def _without_files(request: VideoRequest) -> VideoRequest:
    """The request with links in place of local files, for questions that need none."""

    def link(url: str) -> str:
        return url if files.is_elsewhere(url) else f"https://file.invalid/{quote(Path(url).name)}"

    references = [
        r if r.role is Role.TEMPLATE else replace(r, url=link(r.url), voice=link(r.voice) if r.voice else r.voice)
        for r in request.references
    ]
    return request.but(references=tuple(references))


def _note(told: RemoteTask) -> str:
    """`pending, 3 before it`, `running: shot 2`."""
    note = (told.status or "").lower()
    if told.ahead is not None:
        return f"{note}, {told.ahead} before it"
    return f"{note}: {told.stage}" if told.stage else note


def _say(on_progress: Progress | None, fraction: float, note: str) -> None:
    if on_progress is not None:
        on_progress(fraction, note)
