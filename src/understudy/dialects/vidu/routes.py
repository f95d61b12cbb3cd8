"""The routes of the Vidu wire, with the schemas and examples `/openapi.json` shows.

Knows paths and examples. Must not know how anything is decoded. Source: spec/gateways.md §4.1, §4.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from understudy.core.wire import Action, Route
from understudy.dialects.vidu import shapes
from understudy.dialects.vidu.guesses import PREFIXES, UPLOADS

_IMAGE = "https://example.com/girl.jpg"
_SUMMARIES = {
    "text2video": "A film from words",
    "img2video": "A film that begins with a picture",
    "reference2video": "A film with whoever the reference images show",
    "start-end2video": "A film from a first picture to a last one",
    "template2video": "A named effect on a picture",
    "extend": "A film that goes on after a clip",
    "lip-sync": "A film in which somebody says something else",
    "one-click/mv": "A music video with whoever the images show",
}
_BODIES: dict[str, dict[str, Any]] = {
    "text2video": {"model": "viduq2", "prompt": "A fox walks through snow.", "duration": 5, "resolution": "720p"},
    "img2video": {"model": "viduq2-pro", "images": [_IMAGE], "prompt": "She smiles.", "duration": 5},
    "reference2video": {
        "model": "viduq2",
        "subjects": [{"id": "Mara", "images": [_IMAGE], "voice_id": ""}],
        "prompt": "@Mara waves and says: hello.",
        "duration": 5,
        "aspect_ratio": "16:9",
        "resolution": "720p",
        "bgm": True,
        "payload": "mine",
    },
    "start-end2video": {"model": "viduq2-turbo", "images": [_IMAGE, "https://example.com/later.jpg"], "duration": 5},
    "template2video": {"template": "hugging", "images": [_IMAGE], "prompt": "They hug."},
    "extend": {"model": "viduq2-pro", "video_url": "https://example.com/film.mp4", "duration": 5},
    "lip-sync": {"video_url": "https://example.com/film.mp4", "audio_url": "https://example.com/voice.mp3"},
    "one-click/mv": {"images": [_IMAGE], "audio_url": "https://example.com/song.mp3", "resolution": "720p"},
}
_KEY = (("Authorization", "Token and your key, or Bearer and your key"),)
_ID = "21014372812382013212345678901234567890"
_MOMENT = "2026-03-01T12:00:00.000000Z"
_ACCEPTED = {
    "task_id": _ID,
    "type": "reference2video",
    "state": "created",
    "model": "viduq2",
    "prompt": "@Mara waves and says: hello.",
    "images": [_IMAGE],
    "duration": 5,
    "seed": 7,
    "aspect_ratio": "16:9",
    "resolution": "720p",
    "movement_amplitude": "auto",
    "credits": 45,
    "payload": "mine",
    "bgm": True,
    "off_peak": False,
    "created_at": _MOMENT,
}
_TOLD: dict[str, Any] = {
    "id": _ID,
    "state": "success",
    "err_code": "",
    "progress": 100,
    "credits": 45,
    "payload": "mine",
    "bgm": True,
    "off_peak": False,
    "creations": [
        {
            "id": _ID,
            "url": "https://example.com/results/film.mp4?Expires=…",
            "cover_url": "https://example.com/results/film.jpg?Expires=…",
            "watermarked_url": "",
        }
    ],
}
_FAILED = {
    **_TOLD,
    "state": "failed",
    "err_code": "ImageDownloadFailure",
    "progress": 0,
    "credits": 0,
    "creations": [],
}
_FILTERS = (
    ("created_at.from", "RFC 3339"),
    ("created_at.to", "RFC 3339"),
    ("model_versions", "one of 1.5, 2.0, q1, q2, q2-pro, q2-turbo, q2-pro-fast"),
    ("states", "one of queueing, processing, success, failed"),
    ("pager.page", "from 0"),
    ("pager.pagesz", "1 to 100, usually 10"),
    ("pager.page_token", "next_page_token of the page before"),
)


@cache
def make_routes() -> tuple[Route, ...]:
    """Every route under both prefixes; schemas are drawn from the shapes that read and describe the bodies."""
    return tuple(route for ent, tools in zip(PREFIXES, UPLOADS, strict=True) for route in _routes(ent, tools))


def _routes(ent: str, tools: str) -> Iterator[Route]:
    submit = shapes.ViduSubmit.model_json_schema()
    accepted = shapes.ViduAccepted.model_json_schema(mode="serialization")
    told = shapes.ViduTask.model_json_schema(mode="serialization")
    for work, summary in _SUMMARIES.items():
        yield Route(
            "POST", f"{ent}/{work}", Action.SUBMIT, summary, submit, accepted, {work: _BODIES[work]},
            {"accepted": _ACCEPTED}, headers=_KEY,
        )  # fmt: skip
    yield Route(
        "GET", f"{ent}/tasks/{{task_id}}/creations", Action.STATUS, "State and result of a task", None, told, {},
        {"success": _TOLD, "failed": _FAILED}, headers=_KEY,
    )  # fmt: skip
    yield Route(
        "GET", f"{ent}/tasks", Action.LIST, "The tasks of the last day; links are told by the single query", None,
        shapes.ViduListed.model_json_schema(mode="serialization"), {},
        {"page": {"tasks": [{**_ACCEPTED, **_TOLD, "creations": []}], "next_page_token": ""}}, _FILTERS, _KEY,
    )  # fmt: skip
    yield Route(
        "POST", f"{ent}/tasks/{{task_id}}/cancel", Action.CANCEL, "Call off a task that has not begun", None,
        {"type": "object"}, {}, {"canceled": {}}, headers=_KEY,
    )  # fmt: skip
    yield Route(
        "POST", tools, Action.SLOT, "Leave to upload one file by PUT", {"type": "object"},
        shapes.ViduSlot.model_json_schema(mode="serialization"), {"image": {"scene": "vidu"}},
        {"slot": {"id": "0190", "put_url": "https://example.com/uploads/put/0190?…", "expires_at": _MOMENT}},
        headers=_KEY,
    )  # fmt: skip
    yield Route(
        "PUT", f"{tools}/{{slot_id}}/finish", Action.FINISH, "The file has arrived; answers its address",
        shapes.ViduFinish.model_json_schema(), shapes.ViduUploaded.model_json_schema(mode="serialization"),
        {"etag": {"etag": "d41d8cd98f00b204e9800998ecf8427e"}}, {"uploaded": {"uri": "ssupload:?id=0190"}},
        headers=_KEY,
    )  # fmt: skip
