"""The routes of the ModelVerse wire, with the schemas and examples `/openapi.json` shows.

Knows paths and examples. Must not know how anything is decoded. Source: spec/gateways.md §3.1; the examples follow
seed 004.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from understudy.core.wire import Action, Route
from understudy.dialects.modelverse.shapes import (
    ModelVerseAccepted,
    ModelVerseModels,
    ModelVerseSubmit,
    ModelVerseTask,
)
from understudy.dialects.modelverse.submit import SUBMIT

STATUS = "/v1/tasks/status"
MODELS = "/v1/models"

BODY_EXAMPLES: dict[str, Any] = {
    "viduq2, reference2video": {
        "model": "viduq2",
        "input": {"images": ["https://example.com/girl.jpg"], "prompt": "make it dance."},
        "parameters": {
            "vidu_type": "reference2video",
            "duration": 5,
            "aspect_ratio": "16:9",
            "resolution": "720p",
            "movement_amplitude": "auto",
            "bgm": True,
        },
    },
    "viduq2, named subjects": {
        "model": "viduq2",
        "input": {
            "subjects": [{"id": "Mara", "images": ["https://example.com/girl.jpg"], "voice_id": ""}],
            "prompt": "@Mara waves.",
        },
        "parameters": {"vidu_type": "reference2video", "duration": 5},
    },
    "Wan-AI/Wan2.6-T2V": {
        "model": "Wan-AI/Wan2.6-T2V",
        "input": {"prompt": "A cat runs over a meadow in the evening light."},
        "parameters": {"size": "1280x720", "duration": 5},
    },
}
ACCEPTED_EXAMPLE = {"output": {"task_id": "6f1ce1f2-0385-4d82-bcb6-0123456789ab"}, "request_id": "4909100c-7b5a-9f92"}
STATUS_EXAMPLES: dict[str, Any] = {
    "running": {
        "output": {
            "task_id": "6f1ce1f2-0385-4d82-bcb6-0123456789ab",
            "task_status": "Running",
            "submit_time": 1756959000,
        },
        "request_id": "4909100c-7b5a-9f92",
    },
    "success": {
        "output": {
            "task_id": "6f1ce1f2-0385-4d82-bcb6-0123456789ab",
            "task_status": "Success",
            "urls": ["https://example.com/film.mp4"],
            "submit_time": 1756959000,
            "finish_time": 1756959050,
        },
        "usage": {"duration": 5},
        "request_id": "4909100c-7b5a-9f92",
    },
    "failure": {
        "output": {
            "task_id": "6f1ce1f2-0385-4d82-bcb6-0123456789ab",
            "task_status": "Failure",
            "submit_time": 1756959000,
            "finish_time": 1756959050,
            "error_message": "The image cannot be fetched.",
        },
        "usage": {"duration": 5},
        "request_id": "4909100c-7b5a-9f92",
    },
}
MODELS_EXAMPLE = {
    "object": "list",
    "data": [{"id": "viduq2", "object": "model", "created": 0, "owned_by": "vidu"}],
}
_KEY = (("Authorization", "your key, with or without Bearer before it"),)


@cache
def make_routes() -> tuple[Route, ...]:
    """Every route; schemas are drawn from the shapes that read and describe the bodies."""
    return (
        Route(
            "POST",
            SUBMIT,
            Action.SUBMIT,
            "Submit a video task; of a Vidu model, parameters.vidu_type chooses what is made",
            body_schema=ModelVerseSubmit.model_json_schema(),
            answer_schema=ModelVerseAccepted.model_json_schema(),
            body_examples=BODY_EXAMPLES,
            answer_examples={"accepted": ACCEPTED_EXAMPLE},
            headers=_KEY,
        ),
        Route(
            "GET",
            STATUS,
            Action.STATUS,
            "State and result of a task; 400 when there is none or it is older than 24 hours",
            answer_schema=ModelVerseTask.model_json_schema(mode="serialization"),
            answer_examples=STATUS_EXAMPLES,
            query=(("task_id", "the id that the submit answered"),),
            headers=_KEY,
        ),
        Route(
            "GET",
            MODELS,
            Action.MODELS,
            "The models of this server",
            answer_schema=ModelVerseModels.model_json_schema(mode="serialization"),
            answer_examples={"models": MODELS_EXAMPLE},
            headers=_KEY,
        ),
    )
