"""What a caller does with tasks: submit, ask, cancel, list.

Knows the order in which a submit is checked and written. Must not know wire words, tables or engines.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from understudy.catalog import validate
from understudy.core.card import ModelCard
from understudy.core.faults import Conflict, MediaRefused, NotFound
from understudy.core.ids import id_in_order
from understudy.core.ports import Cards, Clock, TaskStore
from understudy.core.request import Profile, Reference, Role, VideoRequest
from understudy.core.task import SENT_PROMPT, Status, Task, TaskFilter
from understudy.core.wire import Canceled, Listed, Told
from understudy.service.accounts import Caller
from understudy.service.links import Links
from understudy.service.templates import Templates
from understudy.service.uploads import Uploads

LONGEST_KEPT_URL = 4096
"""Characters; a media value longer than that is base64 and is kept beside the task, not in its row."""
LONGEST_TOLD_PROMPT = 65536
"""Characters of a prompt that are told back; every poll reads them with the task's row. GUESS."""


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
        life_hours: int = 24,
    ) -> None:
        """`wake` tells the worker of this process, if there is one, that a task was added; it must not raise."""
        self._store = store
        self._cards = cards
        self._uploads = uploads
        self._templates = templates
        self._links = links
        self._clock = clock
        self._profile = profile
        self._region = region
        self._wake = wake
        self._life = timedelta(hours=life_hours)

    async def submit(self, caller: Caller, request: VideoRequest, body: bytes, dialect: str, request_id: str) -> Task:
        """Check a request, write it down as a PENDING task and return that; after the one commit nothing can fail.

        Everything that needs no network is checked here; what callers name on other hosts is looked at when the
        task runs. Source: spec/dashscope.md §2, "where validation shows up".

        Raises:
            NotFound: no such model.
            InvalidRequest: with every violation.
            MediaRefused: an `oss://` address or a template that is not this account's, or for another model, or gone.
        """
        card = self._cards.find(request.model).of(request.function)
        complete = validate.complete(request, card, self._profile)
        seed = secrets.randbelow(card.seed_most + 1) if complete.seed is None else complete.seed
        if seed != complete.seed or card.model != complete.model:
            # under one name, or an alias would have a limit of its own for tasks running at once
            complete = complete.but(model=card.model, seed=seed)
        if any(_is_kept_here(r) for r in complete.references):
            await self._check_uploads(complete, caller, card, request.model)
            complete = await self._put_inline_aside(complete, caller)
        now = self._clock.now()
        task = Task(
            task_id=id_in_order(now),
            account=caller.account,
            key_id=caller.key_id,
            dialect=dialect,
            request=complete,
            submitted=now,
            expires=now + self._life,
            request_id=request_id,
            region=self._region,
            extras=_sent_prompt(request.prompt, complete.prompt),
        )
        await self._store.add(task, body)
        self._wake()
        return task

    async def status(self, caller: Caller, task_id: str, base_url: str) -> Told:
        """The task as it stands; `task` None for one that is unknown, foreign or expired."""
        task = await self._mine(caller, task_id)
        if task is None:
            return Told(task_id, None)
        artifact = task.artifact
        lives = artifact is not None and task.status is Status.SUCCEEDED and self._clock.now() < artifact.expires
        return Told(task_id, task, self._links.result_url(base_url, artifact) if artifact and lives else None)

    async def cancel(self, caller: Caller, task_id: str, *, running: bool = False) -> Canceled:
        """Call a PENDING task off; with `running`, a RUNNING one too (its worker stops within a second).

        Raises:
            NotFound: no such task of this account.
            Conflict: the task is past that.
        """
        before = await self._mine(caller, task_id)
        if before is None:
            raise NotFound(f"There is no task {task_id} of this account; tasks are kept for 24 hours.")
        # asked first, because a task canceled long ago looks like one canceled just now
        if before.status is Status.PENDING or (running and before.status is Status.RUNNING):
            after = await self._store.cancel(task_id, caller.account, self._clock.now(), running=running)
            if after is not None and (after.status is Status.CANCELED or (running and after.cancel_wanted)):
                return Canceled(task_id)
        raise Conflict("Failed to cancel the task, please confirm if the task is in PENDING status.")

    async def list(self, caller: Caller, filter: TaskFilter) -> Listed:
        """One page of the account's tasks, of all its keys."""
        return Listed(await self._store.list(caller.account, filter))

    async def _mine(self, caller: Caller, task_id: str) -> Task | None:
        task = await self._store.get(task_id)
        if task is None or task.account != caller.account or self._clock.now() >= task.expires:
            return None
        return task

    async def _check_uploads(self, request: VideoRequest, caller: Caller, card: ModelCard, model: str) -> None:
        for reference in request.references:
            for url, path in ((reference.url, reference.path), (reference.voice, reference.voice_path)):
                if reference.role is Role.TEMPLATE:
                    await self._templates.find(caller.account, reference.url, reference.path)
                    break
                if url is None or not url.startswith("oss://"):
                    continue
                try:
                    await self._uploads.resolve_for(url, caller.account, card, model)
                except MediaRefused as refused:
                    raise MediaRefused(refused.problem, refused.message, path=path, limits=refused.limits) from None

    async def _put_inline_aside(self, request: VideoRequest, caller: Caller) -> VideoRequest:
        """Base64 goes into the blob store: every poll reads the task's row, and it must stay small."""
        if not any(_is_inline(r.url) or (r.voice and _is_inline(r.voice)) for r in request.references):
            return request

        async def aside(url: str) -> str:
            return await self._uploads.keep_inline(url, caller.account) if _is_inline(url) else url

        references = [
            replace(r, url=await aside(r.url), voice=await aside(r.voice) if r.voice else r.voice)
            for r in request.references
        ]
        return request.but(references=tuple(references))


def _sent_prompt(sent: str, kept: str) -> dict[str, str]:
    """The prompt as it was sent, where it was cut: a caller is told his own (spec/dashscope.md §4.2, orig_prompt)."""
    return {} if sent == kept else {SENT_PROMPT: sent[:LONGEST_TOLD_PROMPT]}


def _is_kept_here(reference: Reference) -> bool:
    """Whether something we keep is concerned; most requests name links of other hosts only, and need no second look."""
    if not reference.url.startswith("http") or len(reference.url) >= LONGEST_KEPT_URL:
        return True
    voice = reference.voice
    return voice is not None and (not voice.startswith("http") or len(voice) >= LONGEST_KEPT_URL)


def _is_inline(url: str) -> bool:
    return len(url) >= LONGEST_KEPT_URL and not url.startswith(("http:", "https:", "oss:"))
