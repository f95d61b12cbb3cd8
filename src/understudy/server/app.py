"""The application: files, health, metrics, the page of all routes, and the dialects in front.

Knows HTTP and what it is handed. Must not know settings, stores or engines.

FastAPI writes the page of all routes and is loaded when somebody opens it: it costs a third of the start of a server
that may never be asked for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeAlias

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from understudy.core.ports import BlobStore, Cards, Dialect, Ledger
from understudy.core.request import Profile
from understudy.server.desk import Desk
from understudy.server.files import Files, refusal
from understudy.server.guard import REQUEST_ID, Metrics, base_url, read_headers
from understudy.server.mount import DialectMount
from understudy.service.accounts import Accounts
from understudy.service.checks import Checks
from understudy.service.events import Events
from understudy.service.links import Links
from understudy.service.plans import Plans
from understudy.service.tasks import Tasks
from understudy.service.uploads import Uploads

DESCRIPTION = """
The open reference-to-video server. Existing clients work by changing their base URL:

```
dashscope.base_http_api_url = "http://this-host/api/v1"
```

Every route of a dialect answers with or without a trailing slash, in the vendor's own words and codes.
"""

PAGES = ("/docs", "/docs/oauth2-redirect", "/docs/files/{file}", "/redoc", "/openapi.json")

Ready: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Front:
    """All that the server is handed. `ready` tells the state of what it depends on; raises OSError when it is down."""

    version: str
    dialects: tuple[Dialect, ...]
    cards: Cards
    tasks: Tasks
    plans: Plans
    events: Events
    checks: Checks
    uploads: Uploads
    accounts: Accounts
    ledger: Ledger
    links: Links
    blobs: BlobStore
    ready: Ready
    lifespan: Callable[[], AbstractAsyncContextManager[None]]
    profile: Profile = Profile.COMPAT
    public_url: str = ""
    max_body_bytes: int = 64 * 1024 * 1024


class _Pages:
    """An ASGI application that is made when it is first called, beside the loop."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._made: asyncio.Task[Any] | None = None
        self._make = make

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._made is None:
            self._made = asyncio.create_task(asyncio.to_thread(self._make))
        await (await asyncio.shield(self._made))(scope, receive, send)


async def _break_down(request: Request, _: Exception) -> Response:
    """A bug of ours: the caller gets a number to ask with, the log the rest."""
    message, number = "We encountered an internal error. Please try again.", request.scope[REQUEST_ID]
    if request.scope["path"].startswith(("/uploads/", "/results/")):
        return refusal(500, "InternalError", message, number)
    return JSONResponse({"code": "InternalError", "message": message, "request_id": number}, 500)


def build_app(front: Front) -> Any:
    """The ASGI application."""
    metrics = Metrics()
    files = Files(front.blobs, front.links, front.uploads, metrics)

    async def home(_: Request) -> JSONResponse:
        names = [dialect.name for dialect in front.dialects]
        return JSONResponse({"name": "understudy", "version": front.version, "dialects": names, "docs": "/docs"})

    async def alive(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> JSONResponse:
        try:
            state = await front.ready()
        except OSError as error:
            return JSONResponse({"status": "down", "reason": str(error)}, 503)
        return JSONResponse({"status": "ok", **state})

    async def counters(_: Request) -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    own = {
        "/": ("What this server is", home),
        "/healthz": ("Is the process alive", alive),
        "/readyz": ("Can work be taken and done", ready),
        "/metrics": ("Counters for Prometheus", counters),
    }

    def make_book() -> Any:
        from understudy.server import openapi

        return openapi.make_book(front.version, DESCRIPTION, own, front.dialects)

    async def refuse(request: Request, error: Exception) -> Response:
        """No such path or method outside the dialects: most often the caller's base URL is not the whole one."""
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            base = base_url(request.scope, read_headers(request.scope), front.public_url)
            path = request.scope["path"][:200]
            code = "NotFound"
            message = f"Not found! There is no {path} here. Clients take {base}/api/v1 as base URL; see {base}/docs."
        else:
            code, message = "InvalidParameter", f"Request method '{request.method}' is not supported here."
        body = {"code": code, "message": message, "request_id": request.scope[REQUEST_ID]}
        return JSONResponse(body, error.status_code, error.headers)

    pages = _Pages(make_book)
    inner = Starlette(
        routes=[
            Route("/results/{key:path}", files.download),
            Route("/uploads/oss", files.upload, methods=["POST"]),
            Route("/uploads/oss/", files.upload, methods=["POST"]),
            Route("/uploads/put/{slot_id}", files.put, methods=["PUT"]),
            *(Route(path, answer) for path, (_, answer) in own.items()),
            *(Route(path, pages) for path in PAGES),
        ],
        exception_handlers={HTTPException: refuse, Exception: _break_down},
        lifespan=lambda _: front.lifespan(),
    )
    return DialectMount(
        front.dialects,
        Desk(
            front.tasks,
            front.checks,
            front.uploads,
            front.accounts,
            front.ledger,
            front.cards,
            front.plans,
            front.events,
            profile=front.profile,
        ),
        front.accounts,
        front.cards,
        inner,
        profile=front.profile,
        public_url=front.public_url,
        max_body_bytes=front.max_body_bytes,
        metrics=metrics,
    )
