"""How a task is named on this wire: `video_` and the 32 digits of its UUID, and back.

Knows both spellings. Must not know whether there is such a task. One id space: a plain UUID is taken too, so a task
submitted on another wire can be asked for here. Source: spec/gateways.md §1.1.
"""

from __future__ import annotations

import re
from uuid import UUID

from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.dialects.openai_videos.guesses import ID_LONGEST

_OURS = re.compile(r"video_([0-9a-f]{32})")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RAW = "id:"
"""Stands before another server's id that looks like one of our task ids and is none."""


def video_id(task_id: str) -> str:
    """A task's id as it is told here."""
    if _UUID.fullmatch(task_id):
        return f"video_{task_id.replace('-', '')}"
    return task_id.removeprefix(_RAW)


def task_id(video: str) -> str:
    """The task an id of this wire stands for; an id of another shape is left as it is."""
    match = _OURS.fullmatch(video)
    if match:
        return str(UUID(match[1]))
    return video


def remote_task_id(video: str) -> str:
    """As `task_id`, for an id another server told: `video_id` gives exactly that id back."""
    found = task_id(video)
    return _RAW + video if found == video and (_UUID.fullmatch(video) or video.startswith(_RAW)) else found


def read_video_id(text: str, path: str = "video_id") -> str:
    """The task id of a path's or body's id. Raises InvalidRequest for what can be no id at all."""
    if not text or len(text) > ID_LONGEST or not text.isprintable():
        raise InvalidRequest.of(path, f"{path} must be the id of a video, as video_… tells it.", ViolationKind.TYPE)
    return task_id(text)
