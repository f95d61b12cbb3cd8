"""A claimed task performed: engine, publish, meter, finish; and what becomes of it when that fails.

Knows the order of these steps, which failure is tried again, and that a result is written once or not at all. Must
not know how a lease is kept alive (worker), nor anything of one engine.

What ends how (the table the code below follows):

    the engine raises                               the task
    ------------------------------------------      --------------------------------------------------------------
    MediaRefused, Refused, InvalidRequest, …        FAILED with that fault; never tried again
    Unavailable, with nothing begun                 the next engine is asked; if there is none PENDING again, later,
                                                    uncounted, for PATIENCE_MINUTES; then FAILED with it
    Unavailable, Throttled (retryable faults)       PENDING again, later; FAILED with it once attempts are used up
    ChildDied                                       PENDING again, later; FAILED(InternalFault) likewise
    this machine's disk is full or failing          PENDING again, later; the attempt does not count
    nothing yet: this worker lacks the card         likewise, for STRANGE_MINUTES; then FAILED(NotFound)
    CannotExpress                                   the next engine that offers is asked
    nothing, but the take is not what was asked     FAILED(InternalFault); nothing is delivered or billed
    the caller cancels                              CANCELED, unbilled
    one attempt takes too long, here or in a child  FAILED(TimedOut)
    this worker stops                               PENDING at once, for another
    the lease is lost                               nothing is written: it is another's
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog

from understudy.core.faults import Fault, InternalFault, MediaRefused, NotFound, TimedOut, Unavailable
from understudy.core.machine import advice_for, is_machine_trouble
from understudy.core.ports import BlobStore, Cards, Clock, Engine, Ledger, Outcome, Remote, TaskStore
from understudy.core.task import AFTER_ENGINE, PROMOTED_FROM, WANTED_ENGINE, Status, Take, Task
from understudy.media.child import ChildDied, Death
from understudy.service import rehearsal
from understudy.service.accounts import activate
from understudy.service.callbacks import Tell
from understudy.service.fetching import Fetching, Probe
from understudy.service.lease import CalledOff, Lease
from understudy.service.making import Making
from understudy.service.publishing import Cover, NotKept, Publishing
from understudy.service.rehearsal import script_for
from understudy.service.stage import LeaseStage
from understudy.service.templates import Templates
from understudy.service.uploads import Uploads
from understudy.service.workdirs import Workdirs

log = structlog.get_logger("understudy.perform")

STRANGE_MINUTES = 10
"""So long after its first start a task waits for a worker that has the card of its model."""


PATIENCE_MINUTES = 10
"""So long after its first start a task waits for an engine that can begin, as when an upstream is down. GUESS."""
LONGEST_WAIT = timedelta(minutes=1)
"""A task waits at most so long before its engines are asked again, whatever an upstream says. GUESS."""
EVERY_MODEL = "*"
"""In the routes: the engines for models without a route of their own."""


class _Stranger(Exception):
    """The card of the task's model is not among this worker's, though the server that took the task had it."""


class _Stopped(Exception):
    """The work was called off; the lease tells why."""


class Performance:
    """Performs claimed tasks with the engines it is given, asked in that order."""

    def __init__(
        self,
        store: TaskStore,
        ledger: Ledger,
        cards: Cards,
        engines: Sequence[Engine],
        blobs: BlobStore,
        uploads: Uploads,
        remote: Remote,
        clock: Clock,
        *,
        probe: Probe,
        workdir: Path,
        cover: Cover | None = None,
        tell: Tell | None = None,
        routes: Mapping[str, Sequence[str]] | None = None,
        limits_on: bool = True,
        attempts: int = 3,
        task_seconds: float = 3600,
        retry_seconds: float = 1.0,
        trouble_seconds: float = 15.0,
        ending_seconds: float = 2.0,
        life_hours: int = 24,
    ) -> None:
        """Take the sockets, the engines in the order they are asked, and the numbers.

        `probe` is `understudy.media.probe.probe` or one like it, `cover` is `understudy.media.cover.cover`; `tell`
        hears of every task that begins or ends here, and must neither wait nor raise. Attempts get their folders in
        `workdir`, which processes of one machine may share. `routes[model]` names the engines for a model, in order;
        others go to those of `routes["*"]`, or to all.
        `limits_on` tells whether accounts get the models' free quota. A task is
        started at most `attempts` times, each for at most `task_seconds`; the second start waits `retry_seconds`,
        each one after twice as long. After trouble of this machine that is none of the task's, such as a full disk, a
        task waits `trouble_seconds` and has lost no attempt. An engine that was called off gets `ending_seconds` to
        end by itself. Tasks and results live `life_hours` (source: seed 003, 24 h).
        """
        self._store = store
        self._ledger = ledger
        self._cards = cards
        self._engines = tuple(engines)
        self._blobs = blobs
        self._uploads = uploads
        self._remote = remote
        self._clock = clock
        self._probe = probe
        self._routes = dict(routes or {})
        self._workdirs = Workdirs(workdir)
        self._limits_on = limits_on
        self._attempts = attempts
        self._task_seconds = task_seconds
        self._retry_seconds = retry_seconds
        self._trouble = timedelta(seconds=trouble_seconds)
        self._ending_seconds = ending_seconds
        self._life = timedelta(hours=life_hours)
        self._templates = Templates(blobs)
        self._publishing = Publishing(blobs, self._templates, probe, self._life, cover)
        self._tell: Tell = tell or (lambda task: None)

    async def perform(self, lease: Lease) -> None:
        """Bring the task to an end, or back to PENDING.

        Raises Unavailable when this worker had better rest: the store or the disk of this machine is in trouble. What
        else it raises is a bug, told to the log.
        """
        task = lease.task
        words = log.bind(
            task_id=task.task_id, request_id=task.request_id, model=task.request.model, attempt=task.attempt
        )
        words.info("performing")
        self._tell(task)
        try:
            async with self._workdirs.attempt(task.task_id, task.epoch) as workdir:
                making = await self._prepare(lease, workdir)
                take = await self._supervise(lease, making)
                finished = await self._publish(lease, making, take)
        except _Stopped:
            words.info("called off", why=str(lease.why))
            await self._put_down(lease)
        except ChildDied as died:
            tail = "" if died.reason is Death.NO_ROOM else died.tail  # the reason says all there is to know
            words.warning("child died", reason=str(died.reason), exit_code=died.exit_code, tail=tail)
            if died.reason is Death.TOO_LONG:  # it would take as long again
                await self.fail(lease, _too_long())
            elif died.reason is Death.NO_ROOM:
                await self._put_aside(lease, "No space left on device. Free some space, or move the data folder.")
            else:
                await self._again(lease, InternalFault())
        except MediaRefused as refused:  # its sentence may quote an address, and that may hold a secret
            words.info("medium refused", problem=str(refused.problem), path=refused.path)
            await self.fail(lease, refused)
        except _Stranger as stranger:
            await self._leave_to_others(lease, stranger.__cause__)
        except NotKept as trouble:
            await self._put_aside(lease, str(trouble))
        except OSError as error:
            if not is_machine_trouble(error):
                raise
            await self._put_aside(lease, f"{error.strerror}. {advice_for(error)}")
        except Unavailable as fault:
            words.info("failed", fault=type(fault).__name__, reason=fault.message, begun=fault.begun)
            await (self._again if fault.begun else self._wait)(lease, fault)
        except Fault as fault:
            words.info("failed", fault=type(fault).__name__, reason=fault.message)
            if fault.retryable:
                await self._again(lease, fault)
            else:
                await self.fail(lease, fault)
        else:
            words.info("finished" if finished else "finished too late", engine=lease.task.engine)

    async def fail(self, lease: Lease, fault: Fault) -> None:
        """End the task as FAILED, unless it is another's by now."""
        await self._end(lease, Status.FAILED, fault)

    def close(self) -> None:
        """Remove this process's folder for attempts, once nothing is performed any more."""
        self._workdirs.close()

    # The work ----------------------------------------------------------------------------------------------------

    async def _prepare(self, lease: Lease, workdir: Path) -> Making:
        task = lease.task
        try:
            card = self._cards.find(task.request.model).of(task.request.function)
        except NotFound as fault:
            raise _Stranger from fault
        media = Fetching(
            task.account, card, workdir,
            uploads=self._uploads, templates=self._templates, blobs=self._blobs, remote=self._remote, probe=self._probe,
        )  # fmt: skip
        stage = LeaseStage(lease, workdir, media)
        return Making(task.request, card, stage, self._engines_for(task), self._engines)

    def _engines_for(self, task: Task) -> tuple[Engine, ...]:
        """The engines of the model's route, else of every model's, else all, in order; of these the one asked for.

        A caller chooses among what the operator lets the model be made by, or a wish could make the operator pay.
        """
        by_name = {engine.name: engine for engine in self._engines}
        if script_for(task) is not None:
            return tuple(engine for engine in self._engines if engine.name == rehearsal.ENGINE)
        general = self._routes.get(EVERY_MODEL, tuple(by_name))
        names = tuple(self._routes.get(task.request.model, general))
        after = task.extras.get(AFTER_ENGINE)
        if after in names:
            names = names[names.index(after) + 1 :] or names
        wanted = task.extras.get(WANTED_ENGINE)
        if wanted:
            names = (wanted,) if wanted in (*names, *general) else ()
        return tuple(by_name[name] for name in names if name in by_name)

    async def _take(self, lease: Lease, making: Making) -> Take:
        task = lease.task

        async def chosen(engine: str) -> None:
            await lease.renew(engine=engine)

        script = script_for(task)
        if script is not None:
            await self._clock.sleep(script.seconds)
            fault = script.fault(task.dialect)
            if fault is not None:
                raise fault
        # what is made once more is made of the request, whose seed the body may not tell
        body = b"" if PROMOTED_FROM in task.extras else await self._store.body(task.task_id)
        return await making.take(task.task_id, chosen, attempt=task.attempt, body=body, dialect=task.dialect)

    async def _supervise(self, lease: Lease, making: Making) -> Take:
        """The take. Raises what the engine raised, or _Stopped when called off or out of time."""
        work = asyncio.create_task(self._take(lease, making))
        stop = asyncio.create_task(lease.cancelled.wait())
        limit = asyncio.create_task(self._clock.sleep(self._task_seconds))
        try:
            await asyncio.wait({work, stop, limit}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                if not stop.done():
                    lease.call_off(CalledOff.TIMED_OUT)
                await asyncio.wait({work}, timeout=self._ending_seconds)
        finally:
            for task in (work, stop, limit):
                task.cancel()
            await asyncio.gather(work, stop, limit, return_exceptions=True)
        if lease.why is not None:
            raise _Stopped
        if work.cancelled():
            raise InternalFault
        return work.result()

    async def _publish(self, lease: Lease, making: Making, take: Take) -> Task | None:
        """Check, store, meter and finish a take; None when it came too late and was thrown away."""
        task = lease.task
        # the epoch is part of the name: a worker that was given up can never write over its successor's take
        name = f"{task.task_id}-{task.epoch}"
        published = await self._publishing.publish(making, take, task.account, name, task.region, self._clock.now())
        if self._limits_on:
            await activate(self._ledger, task.account, making.card, task.region, self._clock.now())
        ended = self._clock.now()
        kept = published.artifact
        finished = await self._store.finish(
            lease.task,
            Outcome(
                Status.SUCCEEDED,
                ended,
                artifact=None if kept is None else replace(kept, expires=ended + self._life),
                usage=published.usage,
                charge=published.charge,
                actual_prompt=take.actual_prompt,
                notes=(*take.notes, *published.notes),
                expires=ended + self._life,
                findings=published.findings,
                cost=published.cost,
            ),
        )
        script = script_for(task)
        if finished is None or (script is not None and script.word == "expired"):
            await self._publishing.withdraw(published, task.account)
        else:
            self._tell(finished)
        return finished

    # The ends ----------------------------------------------------------------------------------------------------

    async def _put_down(self, lease: Lease) -> None:
        if lease.why is CalledOff.CANCELED:
            await self._end(lease, Status.CANCELED, None)
        elif lease.why is CalledOff.TIMED_OUT:
            await self.fail(lease, _too_long())
        elif lease.why is CalledOff.DRAINED:
            await self._store.release(lease.task, ready=self._clock.now())

    async def _again(self, lease: Lease, fault: Fault) -> None:
        """Give the task back for another attempt, or end it when there is none left."""
        attempt = lease.task.attempt
        if attempt >= self._attempts:
            await self.fail(lease, fault)
            return
        wait = timedelta(seconds=self._retry_seconds * 2 ** (attempt - 1))
        await self._store.release(lease.task, ready=self._clock.now() + wait, fault=fault.record())

    async def _wait(self, lease: Lease, fault: Unavailable) -> None:
        """Nothing was begun, so nothing was lost: give the task back uncounted, but not for ever."""
        now, begun = self._clock.now(), lease.task.started or lease.task.submitted
        if now - begun >= timedelta(minutes=PATIENCE_MINUTES):
            await self.fail(lease, fault)
            return
        wait = min(max(timedelta(seconds=fault.retry_after), self._trouble), LONGEST_WAIT)
        await self._store.release(lease.task, ready=now + wait)

    async def _put_aside(self, lease: Lease, why: str) -> None:
        """Give the task back uncounted, because this machine is in trouble. Raises Unavailable, for a rest."""
        await self._store.release(lease.task, ready=self._clock.now() + self._trouble)
        raise Unavailable(why)

    async def _leave_to_others(self, lease: Lease, fault: BaseException | None) -> None:
        """A worker with other cards may make it: give it back uncounted, but not for ever."""
        now, begun = self._clock.now(), lease.task.started or lease.task.submitted
        if now - begun >= timedelta(minutes=STRANGE_MINUTES):
            await self.fail(lease, fault if isinstance(fault, Fault) else InternalFault())
            return
        log.warning("no card here for this model; give every worker the same UNDERSTUDY_CARDS",
                    task_id=lease.task.task_id, model=lease.task.request.model)  # fmt: skip
        await self._store.release(lease.task, ready=now + self._trouble)

    async def _end(self, lease: Lease, status: Status, fault: Fault | None) -> None:
        ended = self._clock.now()
        record = fault.record() if fault else None
        finished = await self._store.finish(
            lease.task, Outcome(status, ended, fault=record, expires=ended + self._life)
        )
        if finished is not None:
            said = record["fault"] if record else None
            log.info("ended", task_id=finished.task_id, request_id=finished.request_id, status=str(status), fault=said)
            self._tell(finished)


def _too_long() -> TimedOut:
    return TimedOut(
        "The film was not done in the time one may take. Ask for a shorter or smaller one, "
        "or ask the operator for more time (setting UNDERSTUDY_TASK_SECONDS)."
    )
