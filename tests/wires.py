"""Wire requests for tests of dialects: made by hand, or cut from the recorded requests of real SDKs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from understudy.core.faults import NotFound
from understudy.core.wire import Route, WireRequest

SUBMIT = "/api/v1/services/aigc/video-generation/video-synthesis"
REQUEST_ID = "4909100c-7b5a-9f92-bfe5-0123456789ab"


def shared(*parts: str) -> Path:
    """A path in the shared folder: $UNDERSTUDY_SHARED, or beside the repository.

    Skips the test visibly when the folder is absent; with CI=true that is a failure.
    """
    root = Path(os.environ.get("UNDERSTUDY_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    path = root.joinpath(*parts)
    if path.exists():
        return path
    reason = f"{path} is not here: set UNDERSTUDY_SHARED to the folder of source documents"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def a_submit(body: Any, path: str = SUBMIT, **headers: str) -> WireRequest:
    """A submit as every SDK sends it; `body` may be bytes. A header given as "" is left out."""
    said = {"authorization": "Bearer sk-1", "content-type": "application/json", "x-dashscope-async": "enable"}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return WireRequest(
        "POST",
        path,
        headers={name: value for name, value in said.items() if value},
        body=content,
        base_url="http://here",
        request_id=REQUEST_ID,
    )


def a_question(path: str, query: Mapping[str, str] | None = None, method: str = "GET", **parts: str) -> WireRequest:
    return WireRequest(method, path, query or {}, path_values=parts, base_url="http://here", request_id=REQUEST_ID)


def route_of(routes: tuple[Route, ...], wire: WireRequest) -> tuple[Route, dict[str, str]]:
    """The route of a request and the named parts of its path, as a server finds them."""
    for route in routes:
        there, here = route.path.split("/"), wire.path.split("/")
        if route.method == wire.method and len(there) == len(here):
            pairs = list(zip(there, here, strict=True))
            if all(a == b or a.startswith("{") for a, b in pairs):
                return route, {a[1:-1]: b for a, b in pairs if a.startswith("{")}
    raise NotFound(what="route")


@dataclass(frozen=True)
class Recorded:
    """One recorded exchange. `response` is the recording server's, not the real service's."""

    file: str
    scenario: str
    number: int
    request: WireRequest
    body: Any
    response: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.file.removeprefix('dashscope-')}/{self.scenario}/{self.number}"


def recorded() -> Iterator[Recorded]:
    """Every recorded API request of the DashScope captures; form uploads left out. Slashes at the end are stripped."""
    for path in sorted(shared("spec", "captures").glob("dashscope-*.json")):
        for scenario in json.loads(path.read_text("utf-8"))["scenarios"]:
            for number, exchange in enumerate(scenario["exchanges"]):
                said = exchange["request"]
                if not said["path"].startswith("/api/"):
                    continue
                body = said["body"] if said["body_kind"] == "json" else None
                wire = WireRequest(
                    said["method"],
                    said["path"].rstrip("/"),
                    dict(said["query"]),
                    {name.lower(): value for name, value in said["headers"].items()},
                    json.dumps(body, ensure_ascii=False).encode() if body is not None else b"",
                    request_id=REQUEST_ID,
                )
                yield Recorded(path.stem, scenario["name"], number, wire, body, exchange["response"])
