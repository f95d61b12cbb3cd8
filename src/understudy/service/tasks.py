"""What a caller does with tasks: submit, ask, cancel, list.

Knows the order in which a submit is checked and written. Must not know wire words, tables or engines.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from understudy.catalog import validate
from understudy.core.card import ModelCard
from understudy.core.faults import Conflict, MediaProblem, MediaRefused, NotFound
from understudy.core.ids import id_in_order, plain_id
from understudy.core.ports import Cards, Clock, TaskStore
from understudy.core.request import ENCLOSED, TAKE, Profile, Reference, Role, VideoRequest
from understudy.core.task import (
    AFTER_ENGINE,
    CALLBACK,
    IDEMPOTENCY_KEY,
    PROMOTED_FROM,
    SENT_PROMPT,
    WANTED_ENGINE,
    Status,
    Task,
    TaskFilter,
)
from understudy.core.wire import Canceled, Deleted, Listed, Quoted, Told
from understudy.service.accounts import Caller
from understudy.service.callbacks import Callbacks
from understudy.service.links import Links
from understudy.service.quotes import quote
from understudy.service.templates import Templates
from understudy.service.uploads import INLINE, SLOT, Uploads
from understudy.service.wishes import check_lengths, is_the_same

LONGEST_KEPT_URL = 4096
"""Characters; a media value longer than that is base64 and is kept beside the task, not in its row."""
LONGEST_TOLD_PROMPT = 65536
"""Characters of a prompt that are told back; every poll reads them with the task's row. GUESS."""
STOP_TRIES, STOP_SECONDS = 10, 0.3
"""How often, and after how long, a deleted task that runs is looked at again. GUESS."""
_IDS = UUID("7e0b7f0e-6a53-4c55-9a0a-5b7d6f2a9c11")
"""Name space of ids that follow from an idempotency key."""


class Tasks:
    """The use cases of a task, for callers."""

    def __init__(
        self,
        store: TaskStore,
        cards: Cards,
        uploads: Uploads,
        templates: Templates,
        links: Links,
        clock: Clock,
        *,
        profile: Profile,
        region: str,
        wake: Callable[[], None],
        callbacks: Callbacks | None = None,
        life_hours: int = 24,
    ) -> None:
        """`wake` tells the worker of this process, if there is one, that a task was added; it must not raise.

        `callbacks` tell of tasks that are called off; without them nobody is told of anything.
        """
        self._store = store
        self._cards = cards
        self._uploads = uploads
        self._templates = templates
        self._links = links
        self._clock = clock
        self._profile = profile
        self._region = region
        self._wake = wake
        self._callbacks = callbacks
        self._life = timedelta(hours=life_hours)

    async def submit(
        self,
        caller: Caller,
        request: VideoRequest,
        body: bytes,
        dialect: str,
        request_id: str,
        wishes: Mapping[str, Any] | None = None,
    ) -> Task:
        """Check a request, write it down as a PENDING task and return that; after the one commit nothing can fail.

        Everything that needs no network is checked here; what callers name on other hosts is looked at when the
        task runs. Source: spec/dashscope.md §2, "where validation shows up".

        `wishes` go into the task's extras as they are. With IDEMPOTENCY_KEY among them, a submit that repeats an
        earlier one of the account returns that one's task.

        Raises:
            NotFound: no such model.
            InvalidRequest: with every violation.
            MediaRefused: an `oss://` address or a template that is not this account's, or for another model, or gone.
            Conflict: its IDEMPOTENCY_KEY was used for another request, or for a task that is gone.
        """
        card = self._cards.find(request.model).of(request.function)
        check_lengths(request, wishes or {})
        complete = validate.complete(request, card, self._profile)
        seed = secrets.randbelow(card.seed_most + 1) if complete.seed is None else complete.seed
        if seed != complete.seed or card.model != complete.model:
            # under one name, or an alias would have a limit of its own for tasks running at once
            complete = complete.but(model=card.model, seed=seed)
        if any(_is_kept_here(r) for r in complete.references):
            complete = await self._with_takes(complete, caller)
            await self._check_uploads(complete, caller, card, request.model)
            complete = await self._put_inline_aside(complete, caller)
        now = self._clock.now()
        task = Task(
            task_id=self._id_for(caller, wishes, now),
            account=caller.account,
            key_id=caller.key_id,
            dialect=dialect,
            request=complete,
            submitted=now,
            expires=now + self._life,
            request_id=request_id,
            region=self._region,
            extras={**_sent_prompt(request.prompt, complete.prompt), **self._kept(wishes)},
        )
        try:
            await self._store.add(task, body)
        except Conflict:
            if not wishes or IDEMPOTENCY_KEY not in wishes:
                raise
            earlier = await self._mine(caller, task.task_id)
            if earlier is None:
                sentence = "The task of this idempotency key was deleted or has expired; use a new key."
                raise Conflict(sentence) from None
            if not is_the_same(earlier.request, complete):
                sentence = "This idempotency key was used for another request; use a new key for each."
                raise Conflict(sentence) from None
            return earlier
        self._wake()
        return task

    async def promote(
        self, caller: Caller, task_id: str, engine: str, request_id: str, *, prompt: str | None = None
    ) -> Task:
        """The same request, seed and media once more, on another engine, as a task of its own that names the first.

        Without an `engine` it is the next one of the model's route, after the one that made the first.

        With a `prompt` in place of the first one's; then there is no body as the caller wrote it.

        Raises:
            NotFound: no such task of this account.
            MediaRefused: an upload it names is gone by now.
        """
        draft = await self._mine(caller, task_id)
        if draft is None:
            raise _no_task(task_id)
        wishes = {**draft.extras, PROMOTED_FROM: draft.task_id, **({WANTED_ENGINE: engine} if engine else {})}
        wishes.pop(IDEMPOTENCY_KEY, None)
        request = draft.request.but(references=tuple(_again(r) for r in draft.request.references))
        if prompt is None and not engine:
            wishes.pop(WANTED_ENGINE, None)
            wishes |= {AFTER_ENGINE: draft.engine} if draft.engine else {}
        if prompt is not None:
            wishes.pop(SENT_PROMPT, None)
            return await self.submit(caller, request.but(prompt=prompt), b"", draft.dialect, request_id, wishes)
        body = await self._store.body(draft.task_id)
        return await self.submit(caller, request, body, draft.dialect, request_id, wishes)

    def quote(self, request: VideoRequest, video_seconds: Sequence[Decimal] = ()) -> Quoted:
        """What a request will cost, before any free quota; the same to the last digit as the charge of its task.

        `video_seconds` are the lengths of the videos it names, in order; see `quotes.quote`.

        Raises:
            NotFound, InvalidRequest: as `submit`.
            Refused: its length follows from media whose lengths are not given.
        """
        card = self._cards.find(request.model).of(request.function)
        complete = validate.complete(request, card, self._profile)
        return quote(complete, card, video_seconds, self._region)

    async def delete(self, caller: Caller, task_id: str) -> Deleted:
        """Forget a task and its result now. One that is not at its end is called off first.

        Raises:
            NotFound: no such task of this account.
            Conflict: it does not stop in time.
        """
        task = await self._mine(caller, task_id)
        if task is None:
            raise _no_task(task_id)
        found = task.task_id
        for _ in range(STOP_TRIES):
            if task is None or task.status.is_final:
                break
            task = await self._store.cancel(found, caller.account, self._clock.now(), running=True)
            self._tell_end(task)
            if task is not None and not task.status.is_final:
                await self._clock.sleep(STOP_SECONDS)
        if task is not None and not task.status.is_final:
            raise Conflict("The task is being stopped; delete it once it has ended.")
        await self._store.expire(found, caller.account, self._clock.now())
        return Deleted(task_id)

    def _kept(self, wishes: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Wishes as they may be written down: no caller's key among them."""
        if not wishes or CALLBACK not in wishes:
            return wishes or {}
        if self._callbacks is None:
            return {name: value for name, value in wishes.items() if name != CALLBACK}
        return self._callbacks.sealed(wishes)

    def _tell_end(self, task: Task | None) -> None:
        """Of a task that was called off before any worker had it."""
        if self._callbacks is not None and task is not None and task.status is Status.CANCELED:
            self._callbacks.tell(task)

    def _id_for(self, caller: Caller, wishes: Mapping[str, Any] | None, now: datetime) -> str:
        key = (wishes or {}).get(IDEMPOTENCY_KEY)
        return id_in_order(now) if key is None else str(uuid5(_IDS, f"{caller.account}\n{key}"))

    async def status(self, caller: Caller, task_id: str, base_url: str) -> Told:
        """The task as it stands; `task` None for one that is unknown, foreign or expired."""
        task = await self._mine(caller, task_id)
        if task is None:
            return Told(task_id, None)
        artifact = task.artifact
        lives = artifact is not None and task.status is Status.SUCCEEDED and self._clock.now() < artifact.expires
        if artifact is None or not lives:
            return Told(task_id, task)
        return Told(
            task_id, task, self._links.result_url(base_url, artifact), self._links.cover_url(base_url, artifact)
        )

    async def cancel(self, caller: Caller, task_id: str, *, running: bool = False) -> Canceled:
        """Call a PENDING task off; with `running`, a RUNNING one too (its worker stops within a second).

        Raises:
            NotFound: no such task of this account.
            Conflict: the task is past that.
        """
        before = await self._mine(caller, task_id)
        if before is None:
            raise _no_task(task_id)
        # asked first, because a task canceled long ago looks like one canceled just now
        if before.status is Status.PENDING or (running and before.status is Status.RUNNING):
            after = await self._store.cancel(before.task_id, caller.account, self._clock.now(), running=running)
            self._tell_end(after)
            if after is not None and (after.status is Status.CANCELED or (running and after.cancel_wanted)):
                return Canceled(task_id)
        raise Conflict("Failed to cancel the task, please confirm if the task is in PENDING status.")

    async def list(self, caller: Caller, filter: TaskFilter) -> Listed:
        """One page of the account's tasks, of all its keys."""
        return Listed(await self._store.list(caller.account, filter))

    async def _mine(self, caller: Caller, task_id: str) -> Task | None:
        task = await self._store.get(plain_id(task_id))
        if task is None or task.account != caller.account or self._clock.now() >= task.expires:
            return None
        return task

    async def _with_takes(self, request: VideoRequest, caller: Caller) -> VideoRequest:
        """The request with the key of each film it names by the id of an earlier task. Raises MediaRefused."""
        if not any(r.url.startswith(TAKE) for r in request.references):
            return request
        return request.but(references=tuple([await self._with_take(r, caller) for r in request.references]))

    async def _with_take(self, reference: Reference, caller: Caller) -> Reference:
        if not reference.url.startswith(TAKE):
            return reference
        task_id = reference.url.removeprefix(TAKE).partition("/")[0]
        task = await self._mine(caller, task_id)
        if task is None or task.artifact is None or self._clock.now() >= task.artifact.expires:
            sentence = f"There is no finished film of task {task_id[:60]} of this account; films are kept for 24 hours."
            raise MediaRefused(MediaProblem.NOT_YOURS, sentence, path=reference.path)
        return replace(reference, url=f"{TAKE}{task_id}/{task.artifact.key}")

    async def _check_uploads(self, request: VideoRequest, caller: Caller, card: ModelCard, model: str) -> None:
        for reference in request.references:
            for url, path in ((reference.url, reference.path), (reference.voice, reference.voice_path)):
                if reference.role is Role.TEMPLATE:
                    await self._templates.find(caller.account, reference.url, reference.path)
                    break
                if url is None or not url.startswith(("oss://", SLOT, ENCLOSED + INLINE)):
                    continue
                try:
                    if url.startswith(ENCLOSED):
                        self._uploads.check_inline(url.removeprefix(ENCLOSED), caller.account)
                        continue
                    await self._uploads.resolve_for(url, caller.account, card, model)
                except MediaRefused as refused:
                    raise MediaRefused(refused.problem, refused.message, path=path, limits=refused.limits) from None

    async def _put_inline_aside(self, request: VideoRequest, caller: Caller) -> VideoRequest:
        """Base64 goes into the blob store: every poll reads the task's row, and it must stay small."""
        if not any(_is_inline(r.url) or (r.voice and _is_inline(r.voice)) for r in request.references):
            return request

        async def aside(url: str) -> str:
            if not _is_inline(url):
                return url
            kind = ENCLOSED if url.startswith(ENCLOSED) else ""
            return kind + await self._uploads.keep_inline(url.removeprefix(kind), caller.account)

        references = [
            replace(r, url=await aside(r.url), voice=await aside(r.voice) if r.voice else r.voice)
            for r in request.references
        ]
        return request.but(references=tuple(references))


def _no_task(task_id: str) -> NotFound:
    return NotFound(f"There is no task {task_id} of this account; tasks are kept for 24 hours.", what="task")


def _sent_prompt(sent: str, kept: str) -> dict[str, str]:
    """The prompt as it was sent, where it was cut: a caller is told his own (spec/dashscope.md §4.2, orig_prompt)."""
    return {} if sent == kept else {SENT_PROMPT: sent[:LONGEST_TOLD_PROMPT]}


def _is_kept_here(reference: Reference) -> bool:
    """Whether something we keep is concerned; most requests name links of other hosts only, and need no second look."""
    if not reference.url.startswith("http") or len(reference.url) >= LONGEST_KEPT_URL:
        return True
    voice = reference.voice
    return voice is not None and (not voice.startswith("http") or len(voice) >= LONGEST_KEPT_URL)


def _again(reference: Reference) -> Reference:
    """A reference of a request that is submitted once more: what was put aside counts as a file that is here."""
    url, voice = (ENCLOSED + u if u and u.startswith(INLINE) else u for u in (reference.url, reference.voice))
    return replace(reference, url=url or "", voice=voice)


def _is_inline(url: str) -> bool:
    if url.startswith(ENCLOSED):
        return not url.startswith(ENCLOSED + INLINE)
    return len(url) >= LONGEST_KEPT_URL and not url.startswith(("http:", "https:", "oss:", SLOT))
