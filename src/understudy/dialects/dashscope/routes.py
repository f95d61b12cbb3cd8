"""The routes of the DashScope wire, with the schemas and examples `/openapi.json` shows.

Knows paths, headers and examples. Must not know how anything is decoded. Source: spec/dashscope.md §1.2, §1.3; the
examples follow seeds 000 and 003.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from understudy.core.wire import Action, Route
from understudy.dialects._bailian import BailianTask
from understudy.dialects.dashscope.queries import TASKS, UPLOADS
from understudy.dialects.dashscope.shapes import DashScopeSubmit
from understudy.dialects.dashscope.status import DashScopeCanceled, DashScopeChecked, DashScopeList
from understudy.dialects.dashscope.submit import CHECK_PATHS, SUBMIT_PATHS, TEMPLATE_PATHS
from understudy.dialects.dashscope.uploads import DashScopePolicyAnswer

BODY_EXAMPLES: dict[str, Any] = {
    "wan2.7-r2v": {
        "model": "wan2.7-r2v",
        "input": {
            "prompt": "视频1抱着图2，在图3的椅子上弹奏一支舒缓的乡村民谣，并说道：“今天的阳光真好。”"
            "图1路过视频1，说道：“真好听，能不能再唱一遍？”",
            "media": [
                {
                    "type": "reference_image",
                    "url": "https://example.com/girl.jpg",
                    "reference_voice": "https://example.com/girl.mp3",
                },
                {"type": "reference_video", "url": "https://example.com/boy.mp4"},
                {"type": "reference_image", "url": "https://example.com/guitar.png"},
                {"type": "reference_image", "url": "https://example.com/chair.png"},
            ],
        },
        "parameters": {
            "resolution": "720P",
            "ratio": "16:9",
            "duration": 10,
            "prompt_extend": False,
            "watermark": True,
        },
    },
    "wan2.6-r2v": {
        "model": "wan2.6-r2v",
        "input": {
            "prompt": "character1在沙发上开心地看电影",
            "reference_urls": ["oss://dashscope-instant/xxx/2025-12-16/xxx.mp4"],
        },
        "parameters": {"size": "1280*720", "duration": 5, "audio": True, "shot_type": "multi"},
    },
}

TEMPLATE_EXAMPLE: dict[str, Any] = {
    "model": "animate-anyone-template-gen2",
    "input": {"video_url": "https://example.com/dance.mp4"},
    "parameters": {},
}
CHECK_BODY_EXAMPLES: dict[str, Any] = {
    "emo-detect-v1": {
        "model": "emo-detect-v1",
        "input": {"image_url": "https://example.com/portrait.jpg"},
        "parameters": {"ratio": "1:1"},
    },
    "animate-anyone-detect-gen2": {
        "model": "animate-anyone-detect-gen2",
        "input": {"image_url": "https://example.com/dancer.jpg"},
        "parameters": {},
    },
}

_REQUEST_ID = "4909100c-7b5a-9f92-bfe5-000000000000"
_TASK_ID = "0385dc79-5ff8-4d82-bcb6-000000000000"
_VIDEO_URL = "https://example.com/results/film.mp4?Expires=1765902335&Signature=…"

ACCEPTED_EXAMPLE: dict[str, Any] = {
    "request_id": _REQUEST_ID,
    "output": {"task_id": _TASK_ID, "task_status": "PENDING"},
}
STATUS_EXAMPLES: dict[str, Any] = {
    "succeeded": {
        "request_id": _REQUEST_ID,
        "output": {
            "task_id": _TASK_ID,
            "task_status": "SUCCEEDED",
            "submit_time": "2025-12-16 00:25:59.869",
            "scheduled_time": "2025-12-16 00:25:59.900",
            "end_time": "2025-12-16 00:30:35.396",
            "orig_prompt": "character1在沙发上开心地看电影",
            "video_url": _VIDEO_URL,
            "results": [{"url": _VIDEO_URL}],
            "engine": "animatic",
            "notes": [],
        },
        "usage": {
            "duration": 10,
            "input_video_duration": 5,
            "output_video_duration": 5,
            "video_count": 1,
            "SR": 720,
            "size": "1280*720",
        },
    },
    "failed": {
        "request_id": _REQUEST_ID,
        "output": {
            "task_id": _TASK_ID,
            "task_status": "FAILED",
            "submit_time": "2025-12-16 00:25:59.869",
            "scheduled_time": "2025-12-16 00:25:59.900",
            "end_time": "2025-12-16 00:26:01.120",
            "code": "InvalidFile.Duration",
            "message": "Invalid file duration. The file duration must be 1 s ~ 30 s. See input.reference_urls[0].",
        },
    },
    "unknown": {"request_id": _REQUEST_ID, "output": {"task_id": _TASK_ID, "task_status": "UNKNOWN"}},
}
CHECK_EXAMPLES: dict[str, Any] = {
    "passed": {
        "request_id": _REQUEST_ID,
        "output": {
            "check_pass": True,
            "humanoid": True,
            "face_bbox": [302, 286, 610, 593],
            "ext_bbox": [71, 9, 840, 778],
            "result": "pass",
        },
        "usage": {"image_count": 1},
    },
    "failed": {
        "request_id": _REQUEST_ID,
        "output": {
            "check_pass": False,
            "humanoid": False,
            "result": "fail",
            "code": "InvalidImage.NoHumanFace",
            "message": "No human face detected.",
        },
        "usage": {"image_count": 1},
    },
}
CANCELED_EXAMPLE: dict[str, Any] = {"request_id": _REQUEST_ID}
TICKET_EXAMPLE: dict[str, Any] = {
    "request_id": _REQUEST_ID,
    "data": {
        "policy": "eyJleHBpcmF0aW9uIjogIjIwMjUtMTItMTZUMDA6MzA6NTlaIn0=",
        "signature": "c2lnbmF0dXJl",
        "upload_dir": "dashscope-instant/account/2025-12-16/6f1ce1f2",
        "upload_host": "https://example.com/uploads/oss",
        "expire_in_seconds": 300,
        "max_file_size_mb": 100,
        "capacity_limit_mb": 999999999,
        "oss_access_key_id": "LTAI",
        "x_oss_object_acl": "private",
        "x_oss_forbid_overwrite": "true",
    },
}
LIST_EXAMPLE: dict[str, Any] = {
    "request_id": _REQUEST_ID,
    "data": [
        {
            "api_key_id": "1",
            "caller_parent_id": "2",
            "caller_uid": "2",
            "gmt_create": 1691561394828,
            "start_time": 1691561395295,
            "end_time": 1691561396394,
            "model_name": "wan2.6-r2v",
            "region": "cn-beijing",
            "request_id": _REQUEST_ID,
            "status": "SUCCEEDED",
            "task_id": _TASK_ID,
            "user_api_unique_key": "apikey:v1:aigc:video-generation:video-synthesis:wan2.6-r2v",
        }
    ],
    "tasks": [
        {
            "task_id": _TASK_ID,
            "task_status": "SUCCEEDED",
            "model": "wan2.6-r2v",
            "submit_time": "2023-08-09 14:09:54.828",
            "scheduled_time": "2023-08-09 14:09:55.295",
            "end_time": "2023-08-09 14:09:56.394",
        }
    ],
    "total": 1,
    "total_page": 1,
    "page_no": 1,
    "page_size": 10,
}

_SUBMIT_HEADERS = (
    ("X-DashScope-Async", "enable: submits are asynchronous, anything else is refused with 403"),
    ("X-DashScope-OssResourceResolve", "enable: needed in the strict profile when a value is an oss:// URL"),
    ("X-DashScope-WorkSpace", "workspace; taken and not used"),
)
_CHECK_HEADERS = (
    ("X-DashScope-Async", "leave it out; with enable the compat profile makes a task of the check, strict refuses"),
    *_SUBMIT_HEADERS[1:],
)
_LIST_QUERY = (
    ("page_no", "page, from 1"),
    ("page_size", "tasks per page, 1 to 100; 10 when not said"),
    ("start_time", "submitted at or after, YYYYMMDDhhmmss in UTC+8"),
    ("end_time", "submitted before or at, YYYYMMDDhhmmss in UTC+8"),
    ("model_name", "only this model"),
    ("status", "only this state"),
    ("api_key_id", "only tasks of this key"),
    ("region", "only this region"),
)


@cache
def make_routes() -> tuple[Route, ...]:
    """Every route; schemas are drawn from the shapes that read and describe the bodies."""
    body, task = DashScopeSubmit.model_json_schema(), BailianTask.model_json_schema(mode="serialization")
    submits = tuple(
        Route(
            "POST",
            path,
            Action.SUBMIT,
            "Submit a video task; the model decides what is made, not the path",
            body_schema=body,
            answer_schema=task,
            body_examples=BODY_EXAMPLES,
            answer_examples={"accepted": ACCEPTED_EXAMPLE},
            headers=_SUBMIT_HEADERS,
        )
        for path in SUBMIT_PATHS
    )
    templates = tuple(
        Route(
            "POST",
            path,
            Action.SUBMIT,
            "Submit a film whose motion is kept as a template; the task's template_id names it",
            body_schema=body,
            answer_schema=task,
            body_examples={"animate-anyone-template-gen2": TEMPLATE_EXAMPLE},
            answer_examples={"accepted": ACCEPTED_EXAMPLE},
            headers=_SUBMIT_HEADERS,
        )
        for path in TEMPLATE_PATHS
    )
    checks = tuple(
        Route(
            "POST",
            path,
            Action.SUBMIT,
            "Check a picture of a person; answered at once, and charged whatever is found",
            body_schema=body,
            answer_schema=DashScopeChecked.model_json_schema(mode="serialization"),
            body_examples=CHECK_BODY_EXAMPLES,
            answer_examples=CHECK_EXAMPLES,
            headers=_CHECK_HEADERS,
        )
        for path in CHECK_PATHS
    )
    cancels = tuple(
        Route(
            method,
            f"{TASKS}/{{task_id}}/cancel",
            Action.CANCEL,
            summary,
            answer_schema=DashScopeCanceled.model_json_schema(),
            answer_examples={"canceled": CANCELED_EXAMPLE},
        )
        for method, summary in (
            ("POST", "Cancel a PENDING task"),
            ("GET", "Cancel a PENDING task, as the asyncio SDK 1.25.16 asks for it"),
        )
    )
    return (
        *submits,
        *templates,
        *checks,
        Route(
            "GET",
            f"{TASKS}/{{task_id}}",
            Action.STATUS,
            "State and result of a task; UNKNOWN, with 200, when there is none or it is older than 24 hours",
            answer_schema=task,
            answer_examples=STATUS_EXAMPLES,
        ),
        *cancels,
        Route(
            "GET",
            TASKS,
            Action.LIST,
            "The account's tasks, newest first",
            answer_schema=DashScopeList.model_json_schema(),
            answer_examples={"page": LIST_EXAMPLE},
            query=_LIST_QUERY,
        ),
        Route(
            "GET",
            UPLOADS,
            Action.TICKET,
            "Leave to upload files for a model; the file is then named oss:// + key",
            answer_schema=DashScopePolicyAnswer.model_json_schema(),
            answer_examples={"policy": TICKET_EXAMPLE},
            query=(("action", "getPolicy"), ("model", "the model the file will be used with")),
        ),
    )
