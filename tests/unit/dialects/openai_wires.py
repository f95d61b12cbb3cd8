"""Requests of the OpenAI videos wire for tests: as forms or JSON, by hand or cut from the recorded client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from understudy.catalog.shelf import Shelf
from understudy.core.request import Profile, VideoRequest
from understudy.core.wire import WireRequest
from understudy.dialects._multipart import Part, write_parts
from understudy.dialects.openai_videos import DIALECT
from wires import REQUEST_ID, shared

SHELF = Shelf.open()
KEY = {"authorization": "Bearer sk-test-key"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def as_json(path: str = "/v1/videos", **body: Any) -> WireRequest:
    data = json.dumps(body, ensure_ascii=False).encode()
    return WireRequest("POST", path, {}, {**KEY, "content-type": "application/json"}, data, request_id=REQUEST_ID)


def as_form(path: str = "/v1/videos", *parts: Part, **texts: str) -> WireRequest:
    body, kind = write_parts([*(Part.of_text(name, text) for name, text in texts.items()), *parts])
    return WireRequest("POST", path, {}, {**KEY, "content-type": kind}, body, request_id=REQUEST_ID)


def png(name: str = "input_reference", file_name: str = "girl.png") -> Part:
    return Part(name, PNG, file_name, "image/png")


def read(wire: WireRequest, profile: Profile = Profile.COMPAT) -> VideoRequest:
    return DIALECT.decode_submit(wire, SHELF, profile)


def recorded() -> Iterator[tuple[str, WireRequest, Any]]:
    """Every recorded request of the official clients: a name, the request rebuilt, and the answer it got."""
    for path in sorted(shared("spec", "captures").glob("openai-python-*.json")):
        for scenario in json.loads(path.read_text("utf-8"))["scenarios"]:
            for number, exchange in enumerate(scenario["exchanges"]):
                said = exchange["request"]
                headers = {name.lower(): value for name, value in said["headers"].items()}
                body = b""
                if said["body"] and "multipart" in said["body"]:
                    body, headers["content-type"] = write_parts([_part(part) for part in said["body"]["multipart"]])
                elif said["body"]:
                    body = json.dumps(said["body"]["json"], ensure_ascii=False).encode()
                wire = WireRequest(
                    said["method"], said["path"], said["query"], headers, body, base_url="http://here", request_id="r"
                )
                yield f"{path.stem}/{scenario['name']}/{number}", wire, exchange["response"]


def _part(said: dict[str, Any]) -> Part:
    if "value" in said:
        return Part.of_text(said["name"], said["value"])
    # what the files held was not recorded; they begin as what they are called
    is_film = said["filename"].endswith(".mp4")
    data = b"\0\0\0\x18ftypisom" if is_film else PNG
    return Part(said["name"], data, said["filename"], said["headers"]["Content-Type"])
