"""Callbacks: whoever asked to be told of a task's changes gets a signed POST for each, in his own dialect's words.

Knows when a change is told, how often that is tried, and how the secret that signs it is kept (decision 0017). Must not
know a vendor's words or headers (the dialect gives both), nor which addresses may be opened (the guarded door).

Nothing waits for a receiver: a change is told beside the work. What a stopping process has not told within a few
seconds is lost; the task itself can always be asked for.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeAlias, runtime_checkable

import structlog

from understudy.core.card import ModelCard
from understudy.core.faults import MediaProblem, MediaRefused, NotFound
from understudy.core.ids import random_id
from understudy.core.ports import Cards, Clock, Dialect
from understudy.core.task import CALLBACK, Status, Task
from understudy.core.wire import Told, WireRequest
from understudy.service.links import Links

log = structlog.get_logger("understudy.callbacks")

Tell: TypeAlias = Callable[[Task], None]
"""Hears of a task that has changed; neither waits nor raises."""
Post: TypeAlias = Callable[[str, bytes, Mapping[str, str]], Awaitable[int]]
"""`await post(url, body, headers)`: the HTTP status answered. Raises MediaRefused."""

PAUSES = (2.0, 10.0, 60.0)
"""Seconds before each further try to tell of an end. Source: spec/gateways.md §4.5, three; the lengths are a GUESS."""
MOST_AT_ONCE = 16
"""Receivers that are told at the same time. GUESS."""
MOST_WAITING = 10_000
"""Changes that wait to be told; beyond that they are dropped, and the log says so. GUESS."""
ENDING_SECONDS = 5.0
"""How long a stopping process goes on telling. GUESS."""


@runtime_checkable
class Signing(Protocol):
    """A dialect whose wire has callbacks."""

    def sign_callback(self, secret: str, url: str, moment: datetime, nonce: str) -> Mapping[str, str]: ...


class Seal:
    """Keeps texts so that only this house can read them again: Fernet (AES and HMAC) under a key of its own."""

    def __init__(self, secret: bytes) -> None:
        key = hmac.digest(secret, b"understudy callback secret", hashlib.sha256)
        self._key = base64.urlsafe_b64encode(key)

    def close(self, text: str) -> str:
        from cryptography.fernet import Fernet  # few callers want callbacks: not at every start

        return Fernet(self._key).encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text; None where it was sealed by another house, or changed."""
        from cryptography.fernet import Fernet, InvalidToken

        try:
            return Fernet(self._key).decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


class Callbacks:
    """Tells of tasks whose extras name a CALLBACK."""

    def __init__(
        self, secret: bytes, dialects: Iterable[Dialect], cards: Cards, links: Links, clock: Clock, post: Post
    ) -> None:
        """Take the house's secret, what words and links need, and the guarded door's `post`."""
        self._seal = Seal(secret)
        self._dialects = {dialect.name: dialect for dialect in dialects}
        self._cards = cards
        self._links = links
        self._clock = clock
        self._post = post
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._telling: dict[str, asyncio.Task[None]] = {}
        """By task, the newest change that is being told: changes of one task are told one after the other."""
        self._waiting = 0

    def sealed(self, wishes: Mapping[str, Any]) -> Mapping[str, Any]:
        """A submit's wishes as they may be written down: with the callback's secret sealed."""
        wanted = wishes.get(CALLBACK)
        if not isinstance(wanted, Mapping) or "secret" not in wanted:
            return wishes
        kept = {name: value for name, value in wanted.items() if name != "secret"}
        return {**wishes, CALLBACK: {**kept, "sealed": self._seal.close(str(wanted["secret"]))}}

    def tell(self, task: Task) -> None:
        """Begin to tell of a task as it now stands. Neither waits nor raises; most tasks want no callback."""
        wanted = task.extras.get(CALLBACK)
        if not wanted:
            return
        if self._waiting >= MOST_WAITING:
            log.warning("callback dropped", task_id=task.task_id, why="too many wait")
            return
        self._waiting += 1
        telling = asyncio.create_task(self._after(self._telling.get(task.task_id), task, wanted))
        self._telling[task.task_id] = telling
        telling.add_done_callback(lambda done: self._done(task.task_id, done))

    async def close(self, seconds: float = ENDING_SECONDS) -> None:
        """Tell what waits, for some seconds; then give up."""
        left = list(self._telling.values())
        if left:
            await asyncio.wait(left, timeout=seconds)
        for telling in left:
            telling.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _done(self, task_id: str, telling: asyncio.Task[None]) -> None:
        self._waiting -= 1
        if self._telling.get(task_id) is telling:
            del self._telling[task_id]
        if not telling.cancelled() and (error := telling.exception()) is not None:
            log.error("callback failed", task_id=task_id, exc_info=error)

    async def _after(self, before: asyncio.Task[None] | None, task: Task, wanted: Mapping[str, Any]) -> None:
        if before is not None:
            await asyncio.wait([before])
        dialect: Any = self._dialects.get(task.dialect)
        secret = self._seal.open(str(wanted.get("sealed", "")))
        if dialect is None or not isinstance(dialect, Signing) or secret is None:
            log.warning("callback not told", task_id=task.task_id, why="no dialect that signs, or another's secret")
            return
        url, body = str(wanted["url"]), self._body(dialect, task, str(wanted.get("base_url", "")))
        for pause in (0.0, *(PAUSES if task.status.is_final else ())):
            if pause:
                await self._clock.sleep(pause)
            if await self._told(dialect, secret, url, body, task):
                return
        log.warning("callback given up", task_id=task.task_id, state=task.status.value)

    def _body(self, dialect: Any, task: Task, base_url: str) -> bytes:
        """The answer to a query, as the dialect words it. Source: spec/gateways.md §4.5."""
        url = cover = None
        if task.artifact is not None and task.status is Status.SUCCEEDED:
            url, cover = (
                self._links.result_url(base_url, task.artifact),
                self._links.cover_url(base_url, task.artifact),
            )
        wire = WireRequest("POST", "/", base_url=base_url, request_id=task.request_id)
        told: bytes = dialect.encode_answer(Told(task.task_id, task, url, cover), wire, self._card_of(task)).body
        return told

    def _card_of(self, task: Task) -> ModelCard | None:
        try:
            return self._cards.find(task.request.model)
        except NotFound:
            return None

    async def _told(self, dialect: Signing, secret: str, url: str, body: bytes, task: Task) -> bool:
        """Whether the receiver has it, or can never have it."""
        headers = {"Content-Type": "application/json"}
        headers |= dialect.sign_callback(secret, url, self._clock.now(), random_id())
        try:
            async with self._room:
                status = await self._post(url, body, headers)
        except MediaRefused as refused:
            log.info("callback refused", task_id=task.task_id, problem=str(refused.problem))
            return refused.problem is MediaProblem.BLOCKED
        log.info("callback", task_id=task.task_id, state=task.status.value, status=status)
        return 200 <= status < 300
