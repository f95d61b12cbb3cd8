"""Mounts any dialect: route -> decode -> service -> encode. The only file where a dialect meets HTTP.

An ASGI application in front of the FastAPI one: what belongs to a dialect's routes it answers itself, everything
else it passes on. Knows both sockets and no vendor word.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Protocol, TypeAlias

import structlog

from understudy.core.faults import Fault, InternalFault, InvalidRequest, NotFound, ViolationKind
from understudy.core.ids import random_id
from understudy.core.ports import Cards, Dialect
from understudy.core.request import Profile
from understudy.core.wire import (
    Accepted,
    Action,
    Content,
    ContentQuery,
    EventsQuery,
    Query,
    Route,
    Told,
    WireReply,
    WireRequest,
)
from understudy.server import guard
from understudy.server.desk import Desk
from understudy.server.events import EventStream, frame
from understudy.server.films import Awaited, Film
from understudy.service.accounts import Accounts, Caller
from understudy.service.events import Event

log = structlog.get_logger("understudy.server")

WITH_BODY = frozenset({Action.SLOT, Action.FINISH, Action.QUOTE, Action.PLAN, Action.PROMOTE})
"""Actions besides a submit whose question stands in a body."""


LEADS_ON = 307
"""What a dialect answers to a question for a result whose bytes shall follow in the same answer."""


class Stream(Protocol):
    """An answer that goes on for a while. `status` is for the log."""

    status: int

    async def send(self, scope: Any, receive: Any, send: Any, *, is_head: bool) -> None: ...


App: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]


class Outermost:
    """The server's outermost handler: a bug of ours is written down under the request's number and goes no further."""

    __slots__ = ("_path", "_request_id")

    def __init__(self, request_id: str, path: str) -> None:
        self._request_id = request_id
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        log.error("unexpected", request_id=self._request_id, path=self._path, exc_info=error)
        return True


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
        desk: Desk,
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
        self._desk = desk
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
        reply: WireReply | Stream | None = None
        with Outermost(wire.request_id, path):
            try:
                if pair is None:
                    raise self._no_such_route(method, path, known=bool(methods))
                caller = await self._accounts.caller(dialect.read_key(wire))
                reply = await self._answer(dialect, pair[1], wire, receive, caller)
            except Fault as fault:
                reply = dialect.encode_fault(fault, wire)
        if reply is None:  # whatever it was, the caller gets his vendor's words and a number to ask us with
            reply = dialect.encode_fault(InternalFault(), wire)
        action = pair[1].action.value if pair else "none"
        watch.stop(action, method, path, reply.status, wire.request_id, caller.account if caller else "")
        if isinstance(reply, WireReply):
            await guard.send_reply(scope, send, reply, is_head=method == "HEAD")
        else:
            with Outermost(wire.request_id, path):  # what breaks in the middle of it can only be written down
                await reply.send(scope, receive, send, is_head=method == "HEAD")

    async def _frames(self, dialect: Dialect, wire: WireRequest, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        """Each event with the task as the dialect tells it."""
        async for event in events:
            task = event.told.task
            card = self._desk.card_of(task.request.model) if task else None
            yield frame(event.kind, event.number, dialect.encode_answer(event.told, wire, card).body)

    async def _pass_on(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand a request to `rest`: with a number, which every answer names, and no error but in JSON."""
        request_id = scope[guard.REQUEST_ID] = random_id()
        numbered = (b"x-request-id", request_id.encode())

        async def send_numbered(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), numbered]}
            await send(message)

        with Outermost(request_id, scope["path"]):  # `rest` has answered already (see `app`)
            await self._rest(scope, receive, send_numbered)

    @staticmethod
    def _no_such_route(method: str, path: str, *, known: bool) -> Fault:
        if known:
            return InvalidRequest.of("method", f"Request method '{method}' is not supported.", ViolationKind.RULE)
        return NotFound(f"Not found! There is no {path} here; /docs lists the routes.", what="route")

    async def _answer(
        self, dialect: Dialect, route: Route, wire: WireRequest, receive: Any, caller: Caller
    ) -> WireReply | Stream:
        if route.action is Action.SUBMIT:
            body = await guard.read_body(receive, wire.headers, self._max_body)
            return await self._submit(dialect, _with_body(wire, body), caller)
        if wire.method in ("POST", "PUT", "PATCH") and route.action in WITH_BODY:
            wire = _with_body(wire, await guard.read_body(receive, wire.headers, self._max_body))
        query = dialect.decode_query(wire, route)
        if isinstance(query, EventsQuery):
            events = await self._desk.follow(caller, query, wire.base_url)
            return EventStream(self._frames(dialect, wire, events), wire.request_id)
        return await self._reply(dialect, query, wire, caller)

    async def _reply(self, dialect: Dialect, query: Query, wire: WireRequest, caller: Caller) -> WireReply | Film:
        """The answer in the dialect's words; where those lead on to a result, the result itself."""
        answer = await self._desk.answer(caller, query, wire.base_url, wire.request_id)
        told = answer.task if isinstance(answer, (Told, Accepted)) else None
        reply = dialect.encode_answer(answer, wire, self._desk.card_of(told.request.model) if told else None)
        if isinstance(answer, Content) and reply.status == LEADS_ON:
            return Film(answer.url, wire.base_url, self._pass_on)
        return reply

    async def _submit(self, dialect: Dialect, wire: WireRequest, caller: Caller) -> WireReply | Stream:
        request = dialect.decode_submit(wire, self._cards, self._profile)
        card = self._cards.find(request.model)
        self._accounts.admit_submit(caller, card)
        if card.makes.is_check and dialect.waits(wire, card):
            return dialect.encode_answer(await self._desk.check(caller, request, wire.request_id), wire, card)
        wishes = dialect.wishes(wire)
        task = await self._desk.tasks.submit(caller, request, wire.body, dialect.name, wire.request_id, wishes)
        if dialect.waits(wire, card):
            return self._awaited(dialect, wire, caller, task.task_id)
        return dialect.encode_answer(Accepted(task), wire, card)

    def _awaited(self, dialect: Dialect, wire: WireRequest, caller: Caller, task_id: str) -> Stream:
        """The film itself, once there is one, for those who wait."""

        async def end() -> WireReply | Film:
            with Outermost(wire.request_id, wire.path):
                try:
                    async for _ in await self._desk.follow(caller, EventsQuery(task_id), wire.base_url):
                        pass
                    return await self._reply(dialect, ContentQuery(task_id), wire, caller)
                except Fault as fault:
                    return dialect.encode_fault(fault, wire)
            return dialect.encode_fault(InternalFault(), wire)

        return Awaited(end, lambda fault: dialect.encode_fault(fault, wire))


def _with_body(wire: WireRequest, body: bytes) -> WireRequest:
    return WireRequest(
        wire.method, wire.path, wire.query, wire.headers, body, wire.path_values, wire.base_url, wire.request_id
    )
