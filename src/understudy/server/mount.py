"""Mounts any dialect: route -> decode -> service -> encode. The only file where a dialect meets HTTP.

An ASGI application in front of the FastAPI one: what belongs to a dialect's routes it answers itself, everything
else it passes on. Knows both sockets and no vendor word.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias

import structlog

from understudy.core.card import ModelCard
from understudy.core.faults import Fault, InternalFault, InvalidRequest, NotFound, Throttled, ViolationKind
from understudy.core.ids import random_id
from understudy.core.ports import Cards, Dialect
from understudy.core.request import Profile
from understudy.core.task import Task
from understudy.core.wire import (
    Accepted,
    Action,
    Answer,
    CancelQuery,
    ListQuery,
    Route,
    StatusQuery,
    TicketQuery,
    Told,
    WireReply,
    WireRequest,
)
from understudy.server import guard
from understudy.service.accounts import Accounts, Caller
from understudy.service.checks import Checks
from understudy.service.tasks import Tasks
from understudy.service.uploads import Uploads

log = structlog.get_logger("understudy.server")

LONGEST_DELAY = 1.0
"""Seconds a query over the documented rate waits at most for its answer."""

App: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]


class RouteTable:
    """Finds the dialect and route for a method and path."""

    def __init__(self, dialects: Iterable[Dialect]) -> None:
        self._plain: dict[str, dict[str, tuple[Dialect, Route]]] = {}
        self._named: list[tuple[re.Pattern[str], dict[str, tuple[Dialect, Route]]]] = []
        self._prefixes: dict[str, Dialect] = {}
        named: dict[str, dict[str, tuple[Dialect, Route]]] = {}
        for dialect in dialects:
            for route in dialect.routes:
                table = named if "{" in route.path else self._plain
                table.setdefault(route.path, {})[route.method] = (dialect, route)
                self._prefixes.setdefault("/".join(route.path.split("/")[:3]) + "/", dialect)
        for path, methods in named.items():
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
            self._named.append((re.compile(f"^{pattern}$"), methods))

    def find(self, path: str) -> tuple[dict[str, tuple[Dialect, Route]], dict[str, str]] | None:
        """The methods of a path and its named parts; None when no dialect has it."""
        methods = self._plain.get(path)
        if methods is not None:
            return methods, {}
        for pattern, named in self._named:
            match = pattern.match(path)
            if match:
                return named, match.groupdict()
        return None

    def owner(self, path: str) -> Dialect | None:
        """The dialect under whose prefix a path lies, to word a 404 with."""
        return next((d for prefix, d in self._prefixes.items() if path.startswith(prefix)), None)


class DialectMount:
    """ASGI: answers the dialects' routes, passes the rest to `rest`."""

    def __init__(
        self,
        dialects: Iterable[Dialect],
        tasks: Tasks,
        checks: Checks,
        uploads: Uploads,
        accounts: Accounts,
        cards: Cards,
        rest: App,
        *,
        profile: Profile,
        public_url: str,
        max_body_bytes: int,
        metrics: guard.Metrics,
    ) -> None:
        self._routes = RouteTable(dialects)
        self._tasks = tasks
        self._checks = checks
        self._uploads = uploads
        self._accounts = accounts
        self._cards = cards
        self._rest = rest
        self._profile = profile
        self._public_url = public_url
        self._max_body = max_body_bytes
        self._metrics = metrics

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._rest(scope, receive, send)
            return
        path = guard.plain_path(scope)
        found = self._routes.find(path)
        owner = None if found else self._routes.owner(path)
        if found is None and owner is None:
            await self._pass_on(scope, receive, send)
            return
        watch = guard.Stopwatch(self._metrics)
        method = scope["method"]
        headers = guard.read_headers(scope)
        wire = WireRequest(
            method=method,
            path=path,
            query=guard.read_query(scope),
            headers=headers,
            path_values=found[1] if found else {},
            base_url=guard.base_url(scope, headers, self._public_url),
            request_id=random_id(),
        )
        methods = found[0] if found else {}
        pair = methods.get("GET" if method == "HEAD" else method)
        if pair is not None and method == "HEAD" and pair[1].action is Action.CANCEL:
            pair = None  # a HEAD changes nothing, even where an SDK cancels by GET
        dialect = pair[0] if pair else (owner or next(iter(methods.values()))[0])
        caller: Caller | None = None
        try:
            try:
                if pair is None:
                    raise self._no_such_route(method, path, known=bool(methods))
                caller = await self._accounts.caller(dialect.read_key(wire))
                reply = await self._answer(dialect, pair[1], wire, receive, caller)
            except Fault as fault:
                reply = dialect.encode_fault(fault, wire)
        except Exception:
            # the outermost handler: whatever it is, the caller gets his vendor's words and an id to ask us with
            log.exception("unexpected", request_id=wire.request_id, path=path)
            reply = dialect.encode_fault(InternalFault(), wire)
        action = pair[1].action.value if pair else "none"
        watch.stop(action, method, path, reply.status, wire.request_id, caller.account if caller else "")
        await guard.send_reply(scope, send, reply, is_head=method == "HEAD")

    async def _pass_on(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand a request to `rest`: with a number, which every answer names, and no error but in JSON."""
        request_id = scope[guard.REQUEST_ID] = random_id()
        numbered = (b"x-request-id", request_id.encode())

        async def send_numbered(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), numbered]}
            await send(message)

        try:
            await self._rest(scope, receive, send_numbered)
        except Exception:
            # `rest` has answered already (see `app`); what is left is to write down what went wrong
            log.exception("unexpected", request_id=request_id, path=scope["path"])

    @staticmethod
    def _no_such_route(method: str, path: str, *, known: bool) -> Fault:
        if known:
            return InvalidRequest.of("method", f"Request method '{method}' is not supported.", ViolationKind.RULE)
        return NotFound(f"Not found! There is no {path} here; /docs lists the routes.", what="route")

    async def _answer(
        self, dialect: Dialect, route: Route, wire: WireRequest, receive: Any, caller: Caller
    ) -> WireReply:
        if route.action is Action.SUBMIT:
            body = await guard.read_body(receive, wire.headers, self._max_body)
            return await self._submit(dialect, _with_body(wire, body), caller)
        query = dialect.decode_query(wire, route)
        answer: Answer
        if isinstance(query, StatusQuery):
            await self._admit_query(caller)
            answer = await self._tasks.status(caller, query.task_id, wire.base_url)
        elif isinstance(query, CancelQuery):
            answer = await self._tasks.cancel(caller, query.task_id)
        elif isinstance(query, ListQuery):
            await self._admit_query(caller)
            answer = await self._tasks.list(caller, query.filter)
        elif isinstance(query, TicketQuery):
            self._cards.find(query.model)
            self._accounts.admit_ticket(caller, query.model)
            answer = self._uploads.ticket(caller, query.model, wire.base_url)
        told = answer.task if isinstance(answer, Told) else None
        return dialect.encode_answer(answer, wire, self._card_of(told) if told else None)

    def _card_of(self, task: Task) -> ModelCard | None:
        """The task's card; None when the operator has taken it away since: old tasks are still told of."""
        try:
            return self._cards.find(task.request.model)
        except NotFound:
            return None

    async def _admit_query(self, caller: Caller) -> None:
        """Hold queries to the documented rate.

        A 1.x SDK stops polling at the first 429, so `compat` answers late instead of refusing.
        Source: spec/dashscope.md §2, how clients react.
        """
        try:
            self._accounts.admit_query(caller)
        except Throttled as fault:
            if self._profile is Profile.STRICT:
                raise
            await asyncio.sleep(min(fault.retry_after, LONGEST_DELAY))

    async def _submit(self, dialect: Dialect, wire: WireRequest, caller: Caller) -> WireReply:
        request = dialect.decode_submit(wire, self._cards, self._profile)
        card = self._cards.find(request.model)
        self._accounts.admit_submit(caller, card)
        if card.makes.is_check and dialect.waits(wire, card):
            return dialect.encode_answer(await self._checks.check(caller, request, wire.request_id), wire, card)
        task = await self._tasks.submit(caller, request, wire.body, dialect.name, wire.request_id)
        return dialect.encode_answer(Accepted(task), wire, card)


def _with_body(wire: WireRequest, body: bytes) -> WireRequest:
    return WireRequest(
        wire.method, wire.path, wire.query, wire.headers, body, wire.path_values, wire.base_url, wire.request_id
    )
