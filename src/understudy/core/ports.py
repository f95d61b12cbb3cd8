"""The sockets: what the middle of the house asks of the outside world.

Written to be read first. Each Protocol is small; every plug passes the same conformance suite. Nothing here knows
SQLite, HTTP, PyAV or any vendor.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from understudy.core.card import MediaLimits, ModelCard
from understudy.core.faults import Fault
from understudy.core.findings import Findings
from understudy.core.promise import Promise
from understudy.core.request import LocalMedia, Profile, Reference, VideoRequest
from understudy.core.task import Artifact, Standing, Status, Take, Task, TaskFilter, TaskPage
from understudy.core.usage import Charge, Quota, Usage
from understudy.core.wire import Answer, Query, RemoteTask, Route, WireReply, WireRequest

# Outside words ---------------------------------------------------------------------------------------------------


class Cards(Protocol):
    """Finds a card by model name or alias. Raises NotFound(what="model")."""

    def find(self, model: str) -> ModelCard: ...

    def all(self) -> tuple[ModelCard, ...]:
        """Every model of this server."""
        ...


class Dialect(Protocol):
    """One vendor's wire words, both directions. Pure: no I/O, no clock, no state.

    Server half: `read_key`, `decode_submit`, `waits`, `wishes`, `decode_query`, `encode_answer`, `encode_fault`.
    Client half: `encode_submit`, `encode_query`, `decode_reply`.
    A dialect without a client half still serves; its client methods raise CannotExpress. One whose wire has uploads
    may let clients use them too: see `client.ClientDialect`.
    """

    name: str
    routes: tuple[Route, ...]

    def read_key(self, wire: WireRequest) -> str:
        """The caller's key. Raises Unauthenticated."""
        ...

    def decode_submit(self, wire: WireRequest, cards: Cards, profile: Profile) -> VideoRequest:
        """The request in our words, nothing filled in. Raises InvalidRequest, NotFound."""
        ...

    def waits(self, wire: WireRequest, card: ModelCard) -> bool:
        """Whether the caller of this submit waits for the result itself, not for a task."""
        ...

    def wishes(self, wire: WireRequest) -> Mapping[str, Any]:
        """What besides the request a submit asks for, to be kept in the task's extras (see core.task): JSON values."""
        ...

    def decode_query(self, wire: WireRequest, route: Route) -> Query:
        """What is asked about existing work, by `route.action`. Raises InvalidRequest."""
        ...

    def encode_answer(self, answer: Answer, wire: WireRequest, card: ModelCard | None) -> WireReply:
        """The answer in the caller's words; `card` belongs to the task told of, if there is one."""
        ...

    def encode_fault(self, fault: Fault, wire: WireRequest) -> WireReply:
        """The refusal in the caller's words; total over `faults.fault_classes()`."""
        ...

    def encode_submit(self, request: VideoRequest, card: ModelCard) -> WireRequest:
        """The request on this wire, without key and host. Raises CannotExpress rather than drop a wish."""
        ...

    def encode_query(self, query: Query) -> WireRequest: ...

    def decode_reply(self, reply: WireReply) -> RemoteTask:
        """Reads what another server answered to a submit or query. Raises the Fault it stands for."""
        ...


# Making ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """A task as handed to an engine.

    `request` is complete: every default filled in, size and rate settled, `seed` drawn. `card` is that of the function
    asked for. `promise` is what the take will be held to.
    """

    task_id: str
    request: VideoRequest
    card: ModelCard
    seed: int
    attempt: int
    promise: Promise = field(default_factory=Promise)
    body: bytes = b""  # the caller's verbatim body
    dialect: str = ""


class Stage(Protocol):
    """All that an engine may touch. `cancelled` is set when this attempt is to stop."""

    workdir: Path
    cancelled: asyncio.Event

    @property
    def unwanted(self) -> bool:
        """Whether nobody wants the work any more, so that it may be called off elsewhere too.

        False when it is only this worker that stops: another will go on with what was remembered.
        """
        ...

    async def local(self, reference: Reference) -> LocalMedia:
        """The reference as a checked local file. Raises MediaRefused."""
        ...

    async def local_voice(self, reference: Reference) -> LocalMedia | None:
        """The reference's `voice` as a checked local sound; None when it has none. Raises MediaRefused."""
        ...

    async def template(self, reference: Reference) -> LocalMedia:
        """The motion template that a reference of role TEMPLATE names; `facts` are of its film. Raises MediaRefused."""
        ...

    async def report(self, fraction: float, note: str = "") -> None:
        """Real progress, 0 to 1."""
        ...

    async def remember(self, handle: Mapping[str, Any]) -> None:
        """Store a JSON value at once, so that paid remote work survives a restart.

        One with a key `engine` binds the task to the engine of that name: no other is asked for it any more.
        """
        ...

    def recall(self) -> Mapping[str, Any] | None: ...


class Engine(Protocol):
    """Makes takes. `offers` is cheap and pure; heavy imports belong in `setup` or in a child process.

    An engine that has a method `configure` is handed the operator's settings by `wiring`, as `engines.animatic` takes
    them, and the engine that it returns is used.
    """

    name: str

    def offers(self, card: ModelCard, request: VideoRequest) -> bool: ...

    async def setup(self) -> None: ...

    async def perform(self, job: Job, stage: Stage) -> Take:
        """Make the take. Raises Refused, MediaRefused, Unavailable; asyncio.CancelledError when cancelled."""
        ...

    async def close(self) -> None: ...


# Keeping ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a performed task ended.

    SUCCEEDED carries usage, charge, and an artifact or findings; FAILED carries a fault record.
    """

    status: Status
    ended: datetime
    artifact: Artifact | None = None
    usage: Usage | None = None
    charge: Charge | None = None  # before free quota: the store takes the quota off in the same transaction
    actual_prompt: str | None = None
    notes: tuple[str, ...] = ()
    fault: Mapping[str, Any] | None = None
    expires: datetime | None = None
    findings: Findings | None = None
    cost: Mapping[str, Any] | None = None  # what an upstream bills for it, beside the charge


class TaskStore(Protocol):
    """Tasks and their queue in one: claiming is a statement, not a second system (decision 0004).

    Every write returns only after the commit. `epoch` fences: a write with an old epoch changes nothing.
    """

    async def add(self, task: Task, body: bytes) -> None: ...

    async def get(self, task_id: str) -> Task | None: ...

    async def body(self, task_id: str) -> bytes: ...

    async def list(self, account: str, filter: TaskFilter) -> TaskPage: ...

    async def claim(
        self, worker: str, now: datetime, lease: timedelta, running_at_once: Mapping[str, int], attempts: int
    ) -> Task | None:
        """Take the next PENDING task (or one whose lease ran out) and make it RUNNING with a higher epoch.

        `running_at_once[model]` bounds running tasks per account and model; the rest wait. A task that was already
        claimed `attempts` times is not claimed but ended as FAILED(InternalFault), unbilled. Fair: among waiting
        tasks the account with the fewest running ones goes first, then the oldest.
        """
        ...

    async def renew(
        self,
        task: Task,
        until: datetime,
        *,
        fraction: float | None = None,
        note: str | None = None,
        handle: Mapping[str, Any] | None = None,
        engine: str | None = None,
    ) -> Task | None:
        """Heartbeat; None when the epoch is old (stop working). The result tells `cancel_wanted`."""
        ...

    async def finish(self, task: Task, outcome: Outcome) -> Task | None:
        """End it, write the ledger and take the free quota in one transaction; None when the epoch is old."""
        ...

    async def release(self, task: Task, *, ready: datetime, fault: Mapping[str, Any] | None = None) -> bool:
        """Give a RUNNING task back to PENDING, to be claimed from `ready` on."""
        ...

    async def cancel(self, task_id: str, account: str, now: datetime, *, running: bool = False) -> Task | None:
        """PENDING becomes CANCELED; with `running`, a RUNNING one gets `cancel_wanted`. None if there is none.

        Returns the task as it then is; the caller compares its status.
        """
        ...

    async def expire(self, task_id: str, account: str, now: datetime) -> bool:
        """Let a task at its end expire at once; False when there is none."""
        ...

    async def ahead(self, task: Task) -> int:
        """How many PENDING tasks of all accounts were submitted before this one."""
        ...

    async def look(self, task_ids: Sequence[str], now: datetime, *, places: bool) -> Mapping[str, Standing]:
        """How these tasks stand, in one look; without those unknown or expired. With `places` also who waits where."""
        ...

    async def sweep(self, now: datetime) -> tuple[Artifact, ...]:
        """Delete tasks past `expires`; returns the artifacts whose blobs may go."""
        ...


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's key as stored: SHA-256 and a visible prefix, never the key itself."""

    key_id: str
    account: str
    prefix: str
    created: datetime
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the book, written in the same transaction as SUCCEEDED.

    `cost` is what an upstream billed the operator for it (its name, its task, its own usage, and an amount where its
    usage and the card tell one); None for what was made here.
    """

    task_id: str
    account: str
    key_id: str
    model: str
    moment: datetime
    usage: Usage
    charge: Charge
    cost: Mapping[str, Any] | None = None


class Ledger(Protocol):
    """Accounts, keys, free quotas and the book; same database as the tasks."""

    async def add_key(self, account: str, digest: str, prefix: str, now: datetime) -> Key: ...

    async def find_key(self, digest: str) -> Key | None: ...

    async def keys(self, account: str | None = None) -> tuple[Key, ...]: ...

    async def revoke_key(self, key_id: str, now: datetime) -> bool: ...

    async def quota(self, account: str, model: str) -> Quota | None: ...

    async def grant(self, account: str, quota: Quota) -> None: ...

    async def record(self, entry: LedgerEntry) -> LedgerEntry:
        """Write a line for work that was no task, free quota taken off in the same transaction; the line as written."""
        ...

    async def entries(
        self, account: str | None, since: datetime | None, until: datetime | None
    ) -> tuple[LedgerEntry, ...]: ...


class BlobStore(Protocol):
    """Bytes under keys. Keys are relative POSIX paths; any Unicode is allowed in the last part."""

    async def put_file(self, key: str, path: Path, *, content_type: str) -> None: ...

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], *, content_type: str) -> int:
        """Write as it comes, with bounded memory; visible only once complete. Returns the byte count."""
        ...

    async def size(self, key: str) -> int | None: ...

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes `start` up to (not including) `end`."""
        ...

    def local_path(self, key: str) -> Path | None:
        """Where the blob lies, when it lies in a folder of this machine."""
        ...

    async def delete(self, key: str) -> None: ...

    async def sweep(self, prefix: str, older_than: datetime) -> int: ...


class Remote(Protocol):
    """The one guarded door for what callers name (decision 0009)."""

    async def fetch(self, url: str, limits: MediaLimits, into: Path) -> Path:
        """Bring http(s):, data: or bare base64 to a file named by content under folder `into`.

        Raises MediaRefused (unreachable, blocked, timeout, too large). Never opens `file:` or bare paths.
        """
        ...


class Clock(Protocol):
    """Time, so that tests may own it."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    async def sleep(self, seconds: float) -> None: ...
