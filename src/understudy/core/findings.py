"""What is found where no film is made: the verdict of a check, the id of a template.

Knows what can be wrong with a picture of a person. Must not know thresholds (animatic), nor a vendor's codes and key
names (dialects).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Box: TypeAlias = tuple[int, int, int, int]
"""x1, y1, x2, y2 in whole pixels of the original picture. Source: spec/dashscope.md §8.1."""


class CheckProblem(StrEnum):
    """In what way a picture of a person will not do."""

    NO_FACE = "no_face"
    MANY_FACES = "many_faces"
    FACE_SMALL = "face_small"
    FACE_POSE = "face_pose"
    FACE_BLURRED = "face_blurred"
    FACE_COVERED = "face_covered"
    FACE_AT_EDGE = "face_at_edge"  # no frame of the asked ratio fits around it
    NO_BODY = "no_body"
    MANY_BODIES = "many_bodies"
    BODY_POSE = "body_pose"
    BODY_PROPORTION = "body_proportion"


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found.

    `detail` is a sentence on `problem`, with figures. `face_box` bounds the face, `frame_box` the part of the picture
    a portrait film would show, of the asked ratio. `body` is `full` or `half`. `humanoid` tells whether there is a
    person at all. `template_id` names a stored motion.
    """

    passed: bool = True
    problem: CheckProblem | None = None
    detail: str = ""
    face_box: Box | None = None
    frame_box: Box | None = None
    humanoid: bool | None = None
    body: str | None = None
    template_id: str | None = None
