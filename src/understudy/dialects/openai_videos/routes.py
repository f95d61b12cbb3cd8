"""The routes of the OpenAI videos wire, with the schemas and examples `/openapi.json` shows.

Knows paths, headers and examples. Must not know how anything is decoded. Source: spec/gateways.md §5.1.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from understudy.core.wire import Action, Route
from understudy.dialects.openai_videos import shapes
from understudy.dialects.openai_videos.queries import VIDEOS

PREFIXES = (VIDEOS, "/videos")
"""Some gateways serve the same without `/v1`. Source: spec/gateways.md §5.1."""

_ID = "video_0199a3c25b7a7e2b8f10c5d6e7f80123"
_VIDEO: dict[str, Any] = {
    "id": _ID,
    "object": "video",
    "created_at": 1763600000,
    "status": "queued",
    "completed_at": None,
    "expires_at": None,
    "model": "wan2.6-r2v",
    "progress": 0,
    "prompt": "character1 waves",
    "seconds": "5",
    "size": "1280x720",
    "error": None,
    "remixed_from_video_id": None,
}
_DONE = _VIDEO | {
    "status": "completed",
    "progress": 100,
    "completed_at": 1763600060,
    "expires_at": 1763686460,
    "metadata": {"url": "https://example.com/results/film.mp4?Expires=1763686460&Signature=…"},
    "usage": {"duration_seconds": 5},
    "engine": "animatic",
}
_FAILED = _VIDEO | {
    "status": "failed",
    "completed_at": 1763600002,
    "error": {"code": "invalid_media", "message": "The file is shorter than 1 s. See reference_urls[0]."},
}
_CREATE = {
    "r2v": {
        "model": "wan2.6-r2v",
        "prompt": "character1 waves",
        "seconds": "5",
        "size": "1280x720",
        "reference_urls": ["https://example.com/a.png"],
    },
    "r2v with a voice": {
        "model": "wan2.7-r2v",
        "prompt": "Image 1 says: hello",
        "seconds": "5",
        "media": [
            {
                "type": "reference_image",
                "url": "https://example.com/girl.png",
                "reference_voice": "https://example.com/girl.mp3",
            }
        ],
    },
    "t2v": {"prompt": "A kitten runs in the moonlight"},
}
_EDIT = {"prompt": "It rains", "video": {"id": _ID}}
_HEADERS = (
    ("Idempotency-Key", "a submit that repeats one with this key gives that one's video"),
    ("X-Understudy-Engine", "the engine that shall make it"),
)
_LIST_QUERY = (
    ("after", "the id after which the page begins: last_id of the page before"),
    ("limit", "videos per page, 1 to 100; 20 when not said"),
    ("order", "desc (newest first) or asc"),
)


@cache
def make_routes() -> tuple[Route, ...]:
    return tuple(route for prefix in PREFIXES for route in _routes(prefix))


def _routes(root: str) -> tuple[Route, ...]:
    video = shapes.Video.model_json_schema(mode="serialization")
    create = shapes.VideoCreate.model_json_schema()
    edit = shapes.VideoEdit.model_json_schema()
    accepted, one = {"accepted": _VIDEO}, f"{root}/{{video_id}}"

    def submit(path: str, summary: str, body: dict[str, Any], examples: dict[str, Any]) -> Route:
        return Route("POST", path, Action.SUBMIT, summary, body, video, examples, accepted, headers=_HEADERS)

    return (
        submit(root, "Ask for a video; multipart/form-data or JSON", create, _CREATE),
        submit(f"{root}/sync", "Ask for a video and wait: the answer is the film itself", create, _CREATE),
        submit(f"{root}/edits", "Change a film as the prompt says", edit, {"edit": _EDIT}),
        submit(f"{root}/extensions", "Go on with a film", edit, {"extension": {**_EDIT, "seconds": "5"}}),
        Route(
            "POST",
            f"{root}/characters",
            Action.SUBMIT,
            "Not kept here: refused with what to do instead",
            {"type": "object"},
            shapes.VideoCharacter.model_json_schema(),
            {"character": {"name": "hero"}},
            {"character": {"id": "char_1", "created_at": 1763600000, "name": "hero"}},
        ),
        Route(
            "GET",
            f"{root}/characters/{{character_id}}",
            Action.STATUS,
            "Not kept here: always 404",
            answer_schema=shapes.VideoCharacter.model_json_schema(),
            answer_examples={"character": {"id": "char_1", "created_at": 1763600000, "name": "hero"}},
        ),
        Route(
            "GET",
            root,
            Action.LIST,
            "The account's videos",
            answer_schema=shapes.VideoList.model_json_schema(mode="serialization"),
            answer_examples={
                "page": {"object": "list", "data": [_DONE], "first_id": _ID, "last_id": _ID, "has_more": False}
            },
            query=_LIST_QUERY,
        ),
        Route(
            "GET",
            one,
            Action.STATUS,
            "State and result of a video; openai-poll-after-ms tells when to ask again",
            answer_schema=video,
            answer_examples={"completed": _DONE, "failed": _FAILED},
        ),
        Route(
            "DELETE",
            one,
            Action.DELETE,
            "Forget a video and its film; one that is being made is called off",
            answer_schema=shapes.VideoDeleted.model_json_schema(),
            answer_examples={"deleted": {"id": _ID, "object": "video.deleted", "deleted": True}},
        ),
        Route(
            "GET",
            f"{one}/content",
            Action.CONTENT,
            "The film itself: bytes, not JSON; byte ranges are served",
            answer_schema=shapes.VideoContent.model_json_schema(),
            answer_examples={"bytes": "…"},
            query=(("variant", "video, or thumbnail for a still"),),
        ),
        Route(
            "POST",
            f"{one}/remix",
            Action.PROMOTE,
            "The same request, seed and media once more, with another prompt",
            shapes.VideoRemix.model_json_schema(),
            video,
            {"remix": {"prompt": "At night"}},
            accepted,
        ),
    )
