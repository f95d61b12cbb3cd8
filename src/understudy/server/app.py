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
from functools import cache
from typing import Any, TypeAlias

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from understudy.core.ports import BlobStore, Cards, Dialect
from understudy.core.request import Profile
from understudy.server.files import Files
from understudy.server.guard import Metrics
from understudy.server.mount import DialectMount
from understudy.service.accounts import Accounts
from understudy.service.links import Links
from understudy.service.tasks import Tasks
from understudy.service.uploads import Uploads

DESCRIPTION = """
The open reference-to-video server. Existing clients work by changing their base URL:

```
dashscope.base_http_api_url = "http://this-host/api/v1"
```

Every route of a dialect answers with or without a trailing slash, in the vendor's own words and codes.
"""

Ready: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Front:
    """All that the server is handed. `ready` tells the state of what it depends on; raises OSError when it is down."""

    version: str
    dialects: tuple[Dialect, ...]
    cards: Cards
    tasks: Tasks
    uploads: Uploads
    accounts: Accounts
    links: Links
    blobs: BlobStore
    ready: Ready
    lifespan: Callable[[], AbstractAsyncContextManager[None]]
    profile: Profile = Profile.COMPAT
    public_url: str = ""
    max_body_bytes: int = 64 * 1024 * 1024


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

    @cache
    def book() -> Any:
        from understudy.server.openapi import make_book

        return make_book(front.version, DESCRIPTION, own, front.dialects)

    async def pages(scope: Any, receive: Any, send: Any) -> None:
        await (await asyncio.to_thread(book))(scope, receive, send)

    inner = Starlette(
        routes=[
            Route("/results/{key:path}", files.download),
            Route("/uploads/oss", files.upload, methods=["POST"]),
            Route("/uploads/oss/", files.upload, methods=["POST"]),
            *(Route(path, answer) for path, (_, answer) in own.items()),
            Mount("/", pages),
        ],
        lifespan=lambda _: front.lifespan(),
    )
    return DialectMount(
        front.dialects,
        front.tasks,
        front.uploads,
        front.accounts,
        front.cards,
        inner,
        profile=front.profile,
        public_url=front.public_url,
        max_body_bytes=front.max_body_bytes,
        metrics=metrics,
    )
