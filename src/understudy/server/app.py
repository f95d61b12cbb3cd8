"""The FastAPI application: files, health, metrics, the page of all routes, and the dialects in front.

Knows HTTP and what it is handed. Must not know settings, stores or engines.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from understudy.core.ports import BlobStore, Cards, Dialect
from understudy.core.request import Profile
from understudy.server.files import Files
from understudy.server.guard import Metrics
from understudy.server.mount import DialectMount
from understudy.server.openapi import add_dialects
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

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with front.lifespan():
            yield

    inner = FastAPI(title="Understudy", version=front.version, description=DESCRIPTION, lifespan=lifespan)
    inner.router.routes.append(Route("/results/{key:path}", files.download, methods=["GET", "HEAD"]))
    inner.router.routes.append(Route("/uploads/oss", files.upload, methods=["POST"]))
    inner.router.routes.append(Route("/uploads/oss/", files.upload, methods=["POST"]))

    @inner.get("/", tags=["server"], summary="What this server is")
    async def home() -> dict[str, Any]:
        return {
            "name": "understudy",
            "version": front.version,
            "dialects": [dialect.name for dialect in front.dialects],
            "docs": "/docs",
        }

    @inner.get("/healthz", tags=["server"], summary="Is the process alive")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @inner.get("/readyz", tags=["server"], summary="Can work be taken and done")
    async def ready() -> JSONResponse:
        try:
            state = await front.ready()
        except OSError as error:
            return JSONResponse({"status": "down", "reason": str(error)}, 503)
        return JSONResponse({"status": "ok", **state})

    @inner.get("/metrics", tags=["server"], summary="Counters for Prometheus")
    async def counters() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    def page() -> dict[str, Any]:
        if inner.openapi_schema is None:
            own = get_openapi(
                title=inner.title, version=inner.version, description=inner.description, routes=inner.routes
            )
            inner.openapi_schema = add_dialects(own, front.dialects)
        return inner.openapi_schema

    inner.openapi = page  # type: ignore[method-assign]
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
