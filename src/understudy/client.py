"""The Python client: local files in, a video on disk out, over any server that speaks a dialect with a client half.

Knows HTTP (through httpx, imported when a connection is opened) and patience. Must not know wire words: the dialect
has them. A submit is sent once: an answer that got lost is never followed by a second submit (decision 0010).

    async with Client("http://127.0.0.1:8000", key) as client:
        await client.generate(request, card, Path("film.mp4"))
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from understudy.core.card import ModelCard
from understudy.core.faults import (
    BadSetting,
    Conflict,
    Fault,
    Gone,
    InvalidRequest,
    MediaProblem,
    MediaRefused,
    NotFound,
    Refused,
    Throttled,
    TimedOut,
    Unavailable,
    ViolationKind,
)
from understudy.core.ports import Dialect
from understudy.core.request import Reference, Role, VideoRequest
from understudy.core.task import FINAL, Status
from understudy.core.wire import RemoteTask, StatusQuery, TicketQuery, UploadTicket, WireReply, WireRequest

if TYPE_CHECKING:
    import httpx

Progress = Callable[[float, str], None]
"""Called with a fraction from 0 to 1 and a note such as `uploading girl.jpg`."""

REFUSALS = 5
"""How often a submit or a policy query that was throttled is asked again; a throttled request changed nothing."""
_ELSEWHERE = ("http://", "https://", "oss://", "data:")
_BASE64 = re.compile(r"^[A-Za-z0-9+/\s]{256,}={0,2}\s*$")
_XML = re.compile(r"<(Code|Message)>(.*?)</\1>", re.DOTALL)
_T = TypeVar("_T")


class ClientDialect(Dialect, Protocol):
    """A dialect whose wire has uploads too."""

    def encode_key(self, key: str) -> dict[str, str]: ...

    def decode_ticket(self, reply: WireReply) -> UploadTicket: ...

    def form_fields(self, ticket: UploadTicket, file_name: str) -> dict[str, str]: ...

    def read_fault(self, code: str, message: str) -> Fault: ...


class Client:
    """One server and one key. An async context manager; methods may run at the same time.

    `base_url` may end in `/api/v1`, as SDKs want it. `poll_seconds` are the first and the longest pause between two
    questions; `patience` is how long a server may be away while a task is waited for.
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
        self.base_url = base_url.rstrip("/").removesuffix("/api/v1")
        self._key = key
        self._dialect = dialect or _dashscope()
        self._poll_seconds = poll_seconds
        self._patience = patience
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._http: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Client:
        import httpx

        times = httpx.Timeout(self._answer_seconds, connect=self._connect_seconds)
        self._http = httpx.AsyncClient(timeout=times)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    # Everything in one call -----------------------------------------------------------------------------------------

    async def generate(
        self,
        request: VideoRequest,
        card: ModelCard,
        path: Path,
        on_progress: Progress | None = None,
        timeout: float | None = None,
    ) -> RemoteTask:
        """Upload, submit, wait and download to `path`.

        Raises:
            Fault: the server refused the request, or the task failed: why, in words for people.
            TimedOut: it was not done after `timeout` seconds; the task goes on.
        """
        task_id = await self.submit(request, card, on_progress)
        told = await self.wait(task_id, on_progress, timeout)
        if told.status == Status.FAILED:
            raise self._dialect.read_fault(told.code, told.message)
        if told.status == Status.CANCELED:
            raise Conflict(f"Task {task_id} was canceled before it was done.")
        if told.result_url is None:
            raise Gone(f"Task {task_id} is done but its video is gone; results are kept for 24 hours.")
        _say(on_progress, 1.0, "downloading")
        await self.download(told.result_url, path)
        return told

    async def check(self, request: VideoRequest, card: ModelCard, on_progress: Progress | None = None) -> RemoteTask:
        """Upload the picture and have it checked; what was found stands in `findings`, what it cost in `usage`.

        Raises:
            Fault: the server refused the request.
        """
        self._dialect.encode_submit(request, card)
        request = await self._with_uploads(request, on_progress)
        wire = self._dialect.encode_submit(request, card)
        return await self._patiently(lambda: self._ask(wire))

    # Step by step ---------------------------------------------------------------------------------------------------

    async def upload(self, path: Path, model: str) -> str:
        """Post a local file, streamed from disk; returns its `oss://` URL, good for 48 hours and this model.

        Raises:
            InvalidRequest: there is no such file.
            MediaRefused: it is larger than the server takes.
            Refused: the server did not take it.
        """
        if not path.is_file():
            raise _no_file(str(path))
        question = self._dialect.encode_query(TicketQuery(model))
        ticket = await self._patiently(lambda: self._ticket(question))
        size, limit = path.stat().st_size, ticket.max_file_bytes
        if size > limit:
            raise MediaRefused(
                MediaProblem.TOO_LARGE,
                f"{path} has {size / 2**20:.1f} MB; the server takes files up to {limit // 2**20} MB.",
                limits={"megabytes": limit // 2**20},
            )
        fields = self._dialect.form_fields(ticket, path.name)
        with path.open("rb") as file:
            # httpx writes `data` before `files`: the file comes last, as OSS forms want it
            reply = await self._exchange("POST", ticket.upload_url, data=fields, files={"file": (path.name, file)})
        if reply.status >= 400:
            raise _upload_fault(path, reply)
        return f"oss://{fields['key']}"

    async def _ticket(self, question: WireRequest) -> UploadTicket:
        return self._dialect.decode_ticket(await self._send(question))

    async def submit(self, request: VideoRequest, card: ModelCard, on_progress: Progress | None = None) -> str:
        """Upload what is local, then submit; returns the task's id.

        A reference or voice is local when it is a path or a `file://` URL. Each file is uploaded once.

        Raises:
            CannotExpress: the wire has no word for a wish.
            Fault: the server refused, or a file is missing.
        """
        # what cannot be said is noticed before anything is uploaded
        self._dialect.encode_submit(request, card)
        request = await self._with_uploads(request, on_progress)
        wire = self._dialect.encode_submit(request, card)
        told = await self._patiently(lambda: self._ask(wire))
        _say(on_progress, 0.0, f"task {told.task_id} accepted")
        return told.task_id

    async def wait(self, task_id: str, on_progress: Progress | None = None, timeout: float | None = None) -> RemoteTask:
        """Ask until the task is SUCCEEDED, FAILED or CANCELED, and return it as it then is.

        A server that is away or throttles is asked again; after `patience` seconds its fault is raised.

        Raises:
            NotFound: the server does not know the task.
            TimedOut: `timeout` seconds are over; the task goes on and may be waited for again.
        """
        question = self._dialect.encode_query(StatusQuery(task_id))
        clock = asyncio.get_running_loop().time
        began = heard = clock()
        pause, longest = self._poll_seconds
        fraction, status = 0.0, "not heard of"
        while True:
            rest = pause
            try:
                told = await self._ask(question)
            except (Throttled, Unavailable) as fault:
                if clock() - heard > self._patience:
                    raise
                status = f"not told of ({fault.message})"
                if isinstance(fault, Throttled):
                    rest = max(pause, fault.retry_after)
            else:
                heard = clock()
                if told.status is None:
                    raise NotFound(f"The server does not know task {task_id}; tasks are kept for 24 hours.")
                if told.status in FINAL:
                    return told
                status, fraction = told.status, max(fraction, told.fraction or 0.0)
                _say(on_progress, fraction, status.lower())
            if timeout is not None and clock() + rest - began > timeout:
                raise TimedOut(
                    f"Task {task_id} was {status} after {timeout:g} s. It goes on: wait for it again, or longer."
                )
            await asyncio.sleep(rest)
            pause = min(pause * 1.5, longest)

    async def download(self, url: str, path: Path) -> Path:
        """Stream a result to `path`; the file appears only once it is whole. The key is not sent along.

        Raises:
            Gone: the link has expired or the file was removed.
            Unavailable: the server went away or sent less than it said.
        """
        import httpx

        part = path.with_name(path.name + ".part")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            async with self._open_http().stream("GET", url, follow_redirects=True) as response:
                if response.status_code in (403, 404, 410):
                    raise Gone("The link to the video no longer works; ask for the task again to get a fresh one.")
                if response.status_code != 200:
                    raise Unavailable(f"The video could not be downloaded (HTTP {response.status_code}).")
                with part.open("wb") as file:
                    async for chunk in response.aiter_bytes():
                        file.write(chunk)
            os.replace(part, path)
        except httpx.HTTPError as error:
            raise _away(url, error) from error
        finally:
            part.unlink(missing_ok=True)
        return path

    # Inside ---------------------------------------------------------------------------------------------------------

    async def _with_uploads(self, request: VideoRequest, on_progress: Progress | None) -> VideoRequest:
        files = [r for r in request.references if r.role is not Role.TEMPLATE]  # a template is named, not sent
        wanted = [link for r in files for link in (r.url, r.voice or "") if link]
        local = {link: found for link in wanted if (found := local_file(link)) is not None}
        uploaded: dict[Path, str] = {}
        for number, path in enumerate(dict.fromkeys(local.values()), 1):
            _say(on_progress, 0.0, f"uploading {path.name} ({number} of {len(set(local.values()))})")
            uploaded[path] = await self.upload(path, request.model)

        def remote(reference: Reference) -> Reference:
            url = uploaded[local[reference.url]] if reference.url in local else reference.url
            voice = uploaded[local[reference.voice]] if reference.voice in local else reference.voice
            return replace(reference, url=url, voice=voice)

        return request.but(references=tuple(remote(r) for r in request.references))

    async def _patiently(self, ask: Callable[[], Awaitable[_T]]) -> _T:
        """Ask again after a 429: nothing has happened yet, so asking again is safe."""
        for _ in range(REFUSALS):
            try:
                return await ask()
            except Throttled as fault:
                await asyncio.sleep(fault.retry_after)
        return await ask()

    async def _ask(self, wire: WireRequest) -> RemoteTask:
        return self._dialect.decode_reply(await self._send(wire))

    async def _send(self, wire: WireRequest) -> WireReply:
        headers = {**wire.headers, **self._dialect.encode_key(self._key)}
        return await self._exchange(
            wire.method, self.base_url + wire.path, params=dict(wire.query), headers=headers, content=wire.body
        )

    async def _exchange(self, method: str, url: str, **said: object) -> WireReply:
        import httpx

        try:
            response = await self._open_http().request(method, url, **said)  # type: ignore[arg-type]
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _away(url, error) from error
        return WireReply(response.status_code, response.content, dict(response.headers))

    def _open_http(self) -> httpx.AsyncClient:
        if self._http is None:
            raise RuntimeError("use the client as `async with Client(...) as client:`")
        return self._http


def run(
    base_url: str,
    key: str,
    request: VideoRequest,
    card: ModelCard,
    path: Path,
    *,
    dialect: ClientDialect | None = None,
    on_progress: Progress | None = None,
    timeout: float | None = None,
) -> RemoteTask:
    """`Client.generate` for programs without an event loop."""

    async def make() -> RemoteTask:
        async with Client(base_url, key, dialect) as client:
            return await client.generate(request, card, path, on_progress, timeout)

    return asyncio.run(make())


def local_file(link: str) -> Path | None:
    """The file a reference names on this machine; None when it is a URL or Base64 text.

    `file://` is read as the official SDKs do: absolute or relative, percent-decoded. Raises InvalidRequest when the
    file is not there.
    """
    if link.lower().startswith(_ELSEWHERE) or _BASE64.match(link):
        return None
    is_file_url = link.lower().startswith("file://")
    text = unquote(link[len("file://") :]) if is_file_url else link
    path = Path(text)
    try:
        if path.is_file():
            return path
    except (OSError, ValueError):
        pass
    raise _no_file(text)


def _no_file(text: str) -> InvalidRequest:
    reason = f"There is no file {text[:200]!r}; give an existing file, or an http, https or oss URL."
    return InvalidRequest.of("", reason, ViolationKind.URL)


def _upload_fault(path: Path, reply: WireReply) -> Fault:
    """OSS answers refusals as XML with Code and Message."""
    told = dict(_XML.findall(reply.body[:4000].decode("utf-8", "replace")))
    why = f"{told.get('Code', f'HTTP {reply.status}')}: {told.get('Message', 'no reason given')}"
    if reply.status >= 500:
        return Unavailable(f"The server could not store {path.name} ({why}); try again later.")
    return Refused(f"The server did not take {path.name} ({why}).")


def _away(url: str, error: Exception) -> Unavailable:
    import httpx

    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.netloc}"
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL)):
        return Unavailable(f"Nothing answers at {place}. Is the server running there, and is the URL right? ({error})")
    kind = type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return Unavailable(f"{place} did not answer in time ({kind}); try again later.")
    return Unavailable(f"The exchange with {place} broke off ({kind}: {error}); try again.")


def _say(on_progress: Progress | None, fraction: float, note: str) -> None:
    if on_progress is not None:
        on_progress(fraction, note)


def _dashscope() -> ClientDialect:
    from understudy.dialects.dashscope import DIALECT

    return DIALECT
