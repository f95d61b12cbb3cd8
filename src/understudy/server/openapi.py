"""The pages /docs, /redoc and /openapi.json: the routes of all dialects, with schemas and examples, and our own.

Knows OpenAPI and FastAPI, which is why it is imported late. Must not know any vendor word: dialects describe their
routes themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi_offline import FastAPIOffline

from understudy.core.faults import Fault, InvalidRequest, NotFound, Throttled, Unauthenticated, ViolationKind
from understudy.core.ports import Dialect
from understudy.core.wire import Action, Route, WireRequest
from understudy.server import doors

PAGE_FILES = "/docs/files"
"""Below it lie the scripts and styles of the pages."""

_NO_KEY: Mapping[str, Fault] = {"no key": Unauthenticated(missing=True)}
_REFUSED_SUBMITS: Mapping[str, Fault] = {
    **_NO_KEY,
    "no body": InvalidRequest.of("", "The body is empty; send a JSON object.", ViolationKind.BODY),
    "no such model": NotFound("Model can not be found.", what="model"),
    "too many at once": Throttled(retry_after=1),
}
_EXAMPLE_ID = "4909100c-7b5a-9f92-bfe5-000000000000"


def make_book(
    version: str, description: str, own: Mapping[str, tuple[str, Any]], dialects: Iterable[Dialect]
) -> FastAPI:
    """The application that serves the pages. `own` are our routes: a sentence and who answers, by path."""
    # scripts and styles of the pages come from here too: who runs his own server may have no way out to a CDN
    app = FastAPIOffline(static_url=PAGE_FILES, title="Understudy", version=version, description=description)
    for path, (sentence, answer) in own.items():
        app.add_api_route(path, answer, tags=["server"], summary=sentence, response_model=None)
    bare = get_openapi(title=app.title, version=version, description=description, routes=app.routes)
    bare["paths"].update(doors.PATHS)
    page = add_dialects(bare, dialects)
    app.openapi = lambda: page  # type: ignore[method-assign]
    return app


def add_dialects(page: dict[str, Any], dialects: Iterable[Dialect]) -> dict[str, Any]:
    """`page` (an OpenAPI 3.1 document) with every route of every dialect; schemas go to components."""
    schemas: dict[str, Any] = page.setdefault("components", {}).setdefault("schemas", {})
    page["components"].setdefault("securitySchemes", {})["key"] = {"type": "http", "scheme": "bearer"}
    for dialect in dialects:
        for route in dialect.routes:
            operations = page["paths"].setdefault(route.path, {})
            operations[route.method.lower()] = _operation(dialect, route, schemas)
    return page


def _operation(dialect: Dialect, route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        for part in route.path.split("/")
        if part.startswith("{")
    ]
    for place, names in (("query", route.query), ("header", route.headers)):
        parameters += [
            {"name": name, "in": place, "description": sentence, "schema": {"type": "string"}}
            for name, sentence in names
        ]
    told = _content(route.answer_schema, route.answer_examples, schemas)
    if route.action is Action.EVENTS:
        told = {"text/event-stream": told["application/json"]}
    answer = {"description": "The answer", "content": told}
    operation: dict[str, Any] = {
        "tags": [dialect.name],
        "summary": route.summary,
        "operationId": f"{dialect.name}_{route.method.lower()}_{route.path.strip('/').replace('/', '_')}",
        "security": [{"key": []}],
        "parameters": parameters,
        "responses": {"200": answer, **_refusals(dialect, route)},
    }
    if route.body_schema is not None:
        content = _content(route.body_schema, route.body_examples, schemas)
        operation["requestBody"] = {"required": route.action is Action.SUBMIT, "content": content}
    return operation


def _refusals(dialect: Dialect, route: Route) -> dict[str, Any]:
    """What a caller is told who asks wrongly, in the dialect's own words, by status."""
    told: dict[str, Any] = {}
    for name, fault in (_REFUSED_SUBMITS if route.action is Action.SUBMIT else _NO_KEY).items():
        reply = dialect.encode_fault(fault, WireRequest(route.method, route.path, request_id=_EXAMPLE_ID))
        if reply.status >= 400:  # some vendors refuse with 200
            content = {"schema": {"type": "object"}, "examples": {}}
            refusal = told.setdefault(
                str(reply.status), {"description": "A refusal", "content": {"application/json": content}}
            )
            refusal["content"]["application/json"]["examples"][name] = {"value": reply.json()}
    return told


def _content(schema: Mapping[str, Any] | None, examples: Mapping[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _lift(schema, schemas) if schema else {}}
    if examples:
        content["examples"] = {name: {"value": value} for name, value in examples.items()}
    return {"application/json": content}


def _lift(schema: Mapping[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Move the `$defs` of a JSON Schema to the page's components and point the references there."""
    for name, definition in schema.get("$defs", {}).items():
        schemas.setdefault(name, _repoint(definition))
    lifted: dict[str, Any] = _repoint({key: value for key, value in schema.items() if key != "$defs"})
    title = schema.get("title")
    if not title:
        return lifted
    schemas.setdefault(title, lifted)
    return {"$ref": f"#/components/schemas/{title}"}


def _repoint(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _repoint(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_repoint(v) for v in value]
    if isinstance(value, str) and value.startswith("#/$defs/"):
        return "#/components/schemas/" + value.removeprefix("#/$defs/")
    return value
