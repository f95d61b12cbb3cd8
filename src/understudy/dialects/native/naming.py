"""What our own wire calls the fields that the catalog names as DashScope does.

Knows both names of each field. Must not know where a fault arose. A reference is named by its role here, and what only
some models know stands under `options`.
"""

from __future__ import annotations

import re

from understudy.core.faults import Fault
from understudy.dialects._answers import reworded

_OTHERS = re.compile(r"\b(?:input|parameters)\.(\w+)((?:\[\d+\])?)")
_OWN = ("prompt", "negative_prompt", "function", "size", "ratio", "seed", "shot_type", "watermark", "prompt_extend")
_FIELDS = {name: name for name in _OWN} | {
    "resolution": "tier",
    "duration": "seconds",
    "audio": "sound",
    "media": "references",
    "reference_urls": "references",
    "ref_images_url": "references",
    "ext_bbox": "options.frame_box",
    "face_bbox": "options.face_box",
}
_ROLES = {
    "image_url": "portrait or first_frame",
    "img_url": "first_frame",
    "first_frame_url": "first_frame",
    "head_frame": "first_frame",
    "last_frame_url": "last_frame",
    "tail_frame": "last_frame",
    "first_clip_url": "first_clip",
    "last_clip_url": "last_clip",
    "video_url": "source_video or driving_video",
    "audio_url": "driving_audio",
    "ref_image_url": "face",
    "mask_image_url": "mask",
    "mask_video_url": "mask",
    "template_id": "template",
}
"""Fields of DashScope's `input` that hold one reference. Source: the cards' `wire.dashscope.fields`."""


def own_words(fault: Fault) -> Fault:
    """The same fault with fields as this wire calls them; what a server it was forwarded to said stays as it is."""
    return fault if fault.wire else reworded(fault, say)


def say(text: str) -> str:
    """A path alone as a path, `references`; in a sentence with the role, `references (role first_frame)`."""
    alone = _OTHERS.fullmatch(text) is not None
    return _OTHERS.sub(lambda found: _name(found[1], found[2], alone=alone), text)


def _name(field: str, place: str, *, alone: bool) -> str:
    if field in _ROLES:
        return "references" if alone else f"references (role {_ROLES[field]})"
    return _FIELDS.get(field, f"options.{field}") + place
