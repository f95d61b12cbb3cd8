"""The upstream engine: has another server make the take, over the client half of any dialect.

Knows the order that keeps money safe (decision 0010): the intent is remembered before a submit is sent, the upstream's
task before the first poll; what may have been accepted is never sent again; a restart goes on polling; a result is
brought home at once. Must not know any vendor word: it is handed a codec, and never imports one.

What is remembered, in `Task.handle`: `{"engine", "state": "sending"}`, then `{"engine", "state": "sent", "task_id"}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping
from typing import NoReturn, Protocol, runtime_checkable

import structlog

from understudy.core.card import ModelCard
from understudy.core.faults import (
    CannotExpress,
    Fault,
    Gone,
    HouseError,
    InternalFault,
    NotFound,
    Refused,
    Throttled,
    TimedOut,
    Unavailable,
)
from understudy.core.ports import Dialect, Job, Stage
from understudy.core.request import Capability, Role, VideoRequest
from understudy.core.task import Status, Take
from understudy.core.wire import CancelQuery, ContentQuery, RemoteTask, StatusQuery, WireReply, WireRequest
from understudy.engines._upstream_body import Sender
from understudy.engines._upstream_breaker import Breaker
from understudy.engines._upstream_wire import Line, LinkDead, Lost, NotSent
from understudy.engines._upstream_words import code_in, is_film, is_json, is_the_operators, plainly

log = structlog.get_logger("understudy.upstream")

PREFIX = "upstream:"
"""Stands before the name of an upstream in the name of its engine."""
REFUSALS = 5
"""How often a throttled submit is sent again; a request that was refused changed nothing."""
STRANGE_ANSWERS = 5
"""So many times in a row an upstream may not know its own task. GUESS: some tell of it late."""
FETCHES = 4
"""How often a result is fetched, each time by a fresh link."""
LONGEST_PAUSE = 60.0
"""Seconds between two polls at most, whatever goes wrong."""
MADE = 0.95
"""Share of the progress that the upstream's work is; the rest is bringing the film home. GUESS."""


@runtime_checkable
class WithFaults(Protocol):
    """A dialect that reads what a failed task is told with."""

    def read_fault(self, code: str, message: str) -> Fault: ...


class Upstream:
    """One other server, as an engine."""

    def __init__(
        self,
        name: str,
        line: Line,
        dialect: Dialect,
        *,
        models: Mapping[str, str] | None = None,
        poll_seconds: float = 5.0,
        most_bytes: int = 1024 * 1024 * 1024,
        breaker: Breaker | None = None,
    ) -> None:
        """Take the line to it and the codec it speaks.

        `models[ours]` are the models it makes and what it calls them; without, it makes all, by our names.
        """
        self.name = PREFIX + name
        self._line = line
        self._dialect = dialect
        self._models = models
        self._poll_seconds = poll_seconds
        self._most_bytes = most_bytes
        self._breaker = breaker or Breaker()
        self._sender = Sender(line, dialect, models or {})

    def offers(self, card: ModelCard, request: VideoRequest) -> bool:
        """Films of the models it makes; checks and motion templates stay here."""
        if card.makes.is_check or card.makes is Capability.MOTION_TEMPLATE:
            return False
        return request.of_role(Role.TEMPLATE) is None and (self._models is None or card.model in self._models)

    async def setup(self) -> None:
        await self._line.open()

    async def close(self) -> None:
        await self._line.close()

    async def perform(self, job: Job, stage: Stage) -> Take:
        """Submit, wait, bring home; or go on where an earlier attempt stopped.

        Raises:
            CannotExpress: its wire has no word for a wish.
            Unavailable: with nothing begun, it cannot be asked just now; else its result cannot be had just now.
            Fault: its own refusal or failure, in its words; or that nobody knows whether it took the task.
        """
        words = log.bind(task_id=job.task_id, upstream=self.name)
        held = stage.recall() or {}
        if held.get("state") == "sending":
            self._doubtful("this server stopped while the request was on its way")
        task_id = held.get("task_id")
        if task_id:
            words.info("taken up again", remote_task_id=task_id)
        else:
            task_id = await self._submit(job, stage)
            words.info("accepted", remote_task_id=task_id)
        told = await self._home(str(task_id), await self._made(str(task_id), stage), stage)
        return Take(
            stage.workdir / "upstream.mp4",
            notes=told.notes if told.engine is None else (*told.notes, f"Made by {told.engine} at {self.name}."),
            actual_prompt=told.actual_prompt,
            foreign=True,
            cost={"upstream": self.name.removeprefix(PREFIX), "task_id": task_id, "usage": dict(told.usage)},
        )

    # Submitting -----------------------------------------------------------------------------------------------------

    async def _submit(self, job: Job, stage: Stage) -> str:
        """The upstream's id of the task. What is sent is sent once; only a plain refusal is followed by another."""
        self._see_whether_it_may_be_asked()
        with contextlib.ExitStack() as undo:
            undo.callback(self._breaker.let_go)  # without a request nothing is learned of the upstream
            try:
                wire = await self._sender.submit(job, stage)
            except Unavailable:
                self._breaker.failed()
                raise
            undo.pop_all()
        for last in (*[False] * REFUSALS, True):
            try:
                return await self._send(wire, stage)
            except Throttled as fault:  # refused: nothing happened
                if last:
                    raise Unavailable(
                        "The upstream has too many requests just now. Please try again later.",
                        begun=False,
                        retry_after=fault.retry_after,
                    ) from fault
                await self._pause(stage, max(fault.retry_after, 0.1))
        raise InternalFault  # the last turn of the loop returns or raises

    async def _send(self, wire: WireRequest, stage: Stage) -> str:
        if stage.cancelled.is_set():
            raise asyncio.CancelledError
        await stage.remember({"engine": self.name, "state": "sending"})
        if stage.cancelled.is_set():  # the lease was lost or the caller canceled while that was written
            await self._forget(stage)
            raise asyncio.CancelledError
        try:
            reply = await self._line.ask(wire, once=True)
        except NotSent as error:
            self._breaker.failed()
            await self._forget(stage)
            raise Unavailable(
                f"The upstream cannot be reached: {error.message}. Please try again later.", begun=False
            ) from error
        except Lost as error:
            self._breaker.failed()
            self._doubtful(error.message)
        try:
            told = self._dialect.decode_reply(reply)
        except Fault as fault:
            await self._refused(fault, reply, stage)
        if not told.task_id:
            self._doubtful("its answer names no task")
        self._breaker.succeeded()
        await stage.remember({"engine": self.name, "state": "sent", "task_id": told.task_id})
        return told.task_id

    async def _refused(self, fault: Fault, reply: WireReply, stage: Stage) -> NoReturn:
        """What an answer that is no acceptance means for the task."""
        (self._breaker.failed if reply.status >= 500 else self._breaker.succeeded)()
        code = fault.code or code_in(reply)
        if isinstance(fault, Throttled):
            await self._forget(stage)
            raise fault
        if (reply.status < 400 and not code) or (reply.status >= 500 and not is_json(reply)):
            self._doubtful(f"it answered HTTP {reply.status} and no words of its wire")
        misplaced = reply.status in (404, 405) and not is_json(reply)  # a wrong base_url
        if reply.status == 503 or misplaced or is_the_operators(fault):
            await self._forget(stage)
            log.warning("refused", upstream=self.name, status=reply.status, code=code, reason=self._said(fault))
            raise Unavailable(
                f"The upstream does not serve this server just now ({code or type(fault).__name__}). "
                "Please try again later, or tell the operator.",
                begun=False,
            ) from fault
        raise self._in_its_words(fault, code) from None

    def _see_whether_it_may_be_asked(self) -> None:
        wait = self._breaker.wait()
        if wait > 0:
            raise Unavailable(
                "The upstream has failed several times in a row and is left alone for a while. Please try again later.",
                begun=False,
                retry_after=wait,
            )

    async def _forget(self, stage: Stage) -> None:
        """Nothing was begun: other engines may have the task."""
        await stage.remember({})

    def _doubtful(self, why: str) -> NoReturn:
        raise TimedOut(
            f"The request was sent to the upstream {self.name.removeprefix(PREFIX)} and {why}, so it may have been "
            "accepted there. It was not sent again, because that could be paid for twice, and it is not charged here. "
            "Submit again if you want it again."
        ).worded("", self._dialect.name)

    # Waiting --------------------------------------------------------------------------------------------------------

    async def _made(self, task_id: str, stage: Stage) -> RemoteTask:
        """The task once it has SUCCEEDED. An upstream that is away is waited for: the work there goes on."""
        pause, strange = min(1.0, self._poll_seconds), 0
        while True:
            rest = pause
            try:
                told = await self._look(task_id)
            except Throttled as fault:
                rest = max(pause, fault.retry_after)
            except (NotFound, Gone):
                strange += 1
                rest = self._poll_seconds
            except Fault as fault:
                log.warning("not told of", upstream=self.name, remote_task_id=task_id, reason=self._said(fault))
                pause = min(pause * 2, LONGEST_PAUSE)
                rest = pause
            else:
                strange, pause = 0, min(pause * 1.5, self._poll_seconds)
                if told.status == Status.SUCCEEDED:
                    return told
                if told.status in (Status.FAILED, Status.CANCELED):
                    raise self._failure(told)
                if told.fraction is not None:
                    await stage.report(told.fraction * MADE, f"at {self.name}")
            if strange >= STRANGE_ANSWERS:
                raise Gone(
                    f"The upstream {self.name.removeprefix(PREFIX)} accepted the task as {task_id} and no longer knows "
                    "it. It is not charged here; submit it again if you want it again."
                ).worded("", self._dialect.name)
            await self._pause(stage, rest, task_id)

    async def _look(self, task_id: str) -> RemoteTask:
        """The task as the upstream tells it now. Raises NotFound when it knows none, Unavailable when it is away."""
        try:
            reply = await self._line.ask(self._dialect.encode_query(StatusQuery(task_id)))
        except (NotSent, Lost) as error:
            self._breaker.failed()
            raise Unavailable(f"The upstream does not answer: {error.message}.") from error
        told = self._dialect.decode_reply(reply)
        self._breaker.succeeded()
        if told.status is None:
            raise NotFound(f"The upstream does not know task {task_id}.", what="task")
        return told

    async def _pause(self, stage: Stage, seconds: float, task_id: str = "") -> None:
        """Rest, give or take a fifth, so that many tasks do not ask together; stop when the attempt is called off."""
        # jitter is no secret and no part of a film
        seconds = min(seconds, LONGEST_PAUSE) * random.uniform(0.8, 1.2)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stage.cancelled.wait(), seconds)
        if stage.cancelled.is_set():
            if task_id and stage.unwanted:
                await self._call_off(task_id)
            raise asyncio.CancelledError

    async def _call_off(self, task_id: str) -> None:
        """Tell the upstream that nobody wants it; not every wire can, and not every task can be called off."""
        try:
            reply = await self._line.ask(self._dialect.encode_query(CancelQuery(task_id)))
            self._dialect.decode_reply(reply)
        except (CannotExpress, Fault, NotSent, Lost) as error:
            log.info("goes on there", upstream=self.name, remote_task_id=task_id, reason=self._line.hidden(str(error)))
        else:
            log.info("called off there", upstream=self.name, remote_task_id=task_id)

    def _failure(self, told: RemoteTask) -> Fault:
        if told.status == Status.CANCELED:
            return Refused("The task was canceled at the upstream.").worded(told.code, self._dialect.name)
        message = told.message or "The upstream says that the task failed, and not why."
        read = self._dialect.read_fault if isinstance(self._dialect, WithFaults) else plainly
        return self._in_its_words(read(told.code, message), told.code)

    # Bringing home --------------------------------------------------------------------------------------------------

    async def _home(self, task_id: str, told: RemoteTask, stage: Stage) -> RemoteTask:
        """Download the result into the stage's folder, by a fresh link each time one is dead.

        Raises Unavailable when it cannot be had: the task there is remembered, so that a later attempt may have it.
        """
        await stage.report(MADE, "bringing it home")
        into = stage.workdir / "upstream.mp4"
        why = "it gives no link"
        for number in range(FETCHES):
            if number:
                await self._pause(stage, self._poll_seconds)
                with contextlib.suppress(Throttled, Unavailable, InternalFault, NotFound, Gone):
                    told = await self._look(task_id)
            try:
                source = told.result_url or self._dialect.encode_query(ContentQuery(task_id))
                await self._line.fetch(source, into, self._most_bytes)
                if await asyncio.to_thread(is_film, into):
                    return told
                why = "what is there is no video"
            except LinkDead as error:
                why = error.message
            except CannotExpress:
                why = "it gives no link"
            log.warning("no result", upstream=self.name, remote_task_id=task_id, reason=why)
        raise Unavailable(
            f"The upstream {self.name.removeprefix(PREFIX)} made the video and it cannot be fetched from there: {why}. "
            "It is not charged here."
        ).worded("", self._dialect.name)

    # Words ----------------------------------------------------------------------------------------------------------

    def _said(self, fault: Fault) -> str:
        return self._line.hidden(fault.message)

    def _in_its_words(self, fault: Fault, code: str) -> Fault:
        """An upstream's own refusal as it is told here: never tried again, because it might be paid again."""
        kind = InternalFault if fault.retryable or is_the_operators(fault) else type(fault)
        if kind is not type(fault):
            fault = InternalFault(fault.message)
        fault.message = self._said(fault)
        return fault.worded(code, self._dialect.name)


class Unplugged:
    """What is found in the folder of engines: upstreams are made by the settings, one engine each."""

    name = "upstream"

    @staticmethod
    def to(
        name: str,
        base_url: str,
        key: str,
        dialect: Dialect,
        *,
        models: Mapping[str, str] | None,
        poll_seconds: float,
        answer_seconds: float,
        most_bytes: int,
        serves: bool,
    ) -> Upstream:
        """The engine for one upstream; one that does not serve this region has no models. Raises BadSetting."""
        return Upstream(
            name,
            Line(base_url, key, dialect, answer_seconds=answer_seconds),
            dialect,
            models=models if serves else {},
            poll_seconds=poll_seconds,
            most_bytes=most_bytes,
        )

    def offers(self, card: ModelCard, request: VideoRequest) -> bool:
        return False

    async def setup(self) -> None:
        raise HouseError(
            "'upstream' alone names no server: set one up ([upstreams.NAME] with base_url, key and dialect) "
            "and write upstream:NAME."
        )

    async def perform(self, job: Job, stage: Stage) -> Take:
        raise CannotExpress("engine")

    async def close(self) -> None:
        """Nothing was opened."""


ENGINE = Unplugged()
