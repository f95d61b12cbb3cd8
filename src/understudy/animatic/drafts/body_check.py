"""The draft of a body check: whether the person of a picture can be made to move as a motion template does.

Knows what makes a picture unfit, and by how much. Must not know how bodies are found (pose).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.bodies.dissection import limbs_shown
from understudy.animatic.bodies.pose import BodyEyes, Joint, Pose
from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._eyes import needed_body_eyes
from understudy.animatic.drafts._stills import whole_picture
from understudy.core.findings import CheckProblem, Findings
from understudy.core.request import Role
from understudy.media.image import Picture

# the thresholds, all in one place. GUESS, calibrated on the photographs of the tests and on films of our own
_OTHER_SIZE = 0.45  # of the largest body: smaller ones are passers-by in the background
_SMALL, _LARGE = 0.20, 1.0  # of the picture's longer side: what can be seen of the body, head to lowest joint
_HEAD_LARGE = 0.45  # of the picture's height: a face so high leaves no body to move
_NARROW = 0.34  # shoulders over trunk, across the picture: below, the body stands sideways
_LEAN = 35.0  # degrees from upright of the trunk
_TRUNK_SHORT = 0.8  # trunk over shoulders: below, the body bends to or from the camera
_FACE_ASIDE = 0.22  # nose from the middle of the ears, over their distance: about 50 degrees aside. 0.5 is profile
_SEEN = 0.5

_SIDE = 1600


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """Findings on `media[PORTRAIT]`: problem and detail, or `body` full or half."""
    cv2.setNumThreads(1)
    picture = whole_picture(brief.media[Role.PORTRAIT], _SIDE)
    findings = check(picture, needed_body_eyes(brief))
    progress(1.0, "finished")
    return Reel(findings=findings)


def check(picture: Picture, eyes: BodyEyes) -> Findings:
    """What is found of bodies in a picture; the first problem of this order: none, several, face, pose, proportion."""
    bodies = eyes.bodies(picture)
    if not bodies:
        return _failed(CheckProblem.NO_BODY, "no human body is seen in the picture", humanoid=False)
    pose = bodies[0]
    height, width = picture.shape[:2]
    body = body_style(pose, width, height)
    many = [other for other in bodies if other.reach >= _OTHER_SIZE * pose.reach]
    if len(many) > 1:
        return _failed(CheckProblem.MANY_BODIES, f"{len(many)} bodies are seen, one is expected", body)
    for problem, detail in (_face(pose), _stance(pose), _proportion(pose, width, height)):
        if problem is not None:
            return _failed(problem, detail, body)
    return Findings(passed=True, humanoid=True, body=body)


def body_style(pose: Pose, width: int, height: int) -> str:
    """`full` where the picture shows both legs down to the ankles, else `half`."""
    return "full" if {"left_leg", "right_leg"} <= set(limbs_shown(pose, width, height)) else "half"


def _failed(problem: CheckProblem, detail: str, body: str | None = None, *, humanoid: bool = True) -> Findings:
    return Findings(passed=False, problem=problem, detail=detail, humanoid=humanoid, body=body)


def _face(pose: Pose) -> tuple[CheckProblem | None, str]:
    ears = pose.points[Joint.LEFT_EAR] - pose.points[Joint.RIGHT_EAR]
    apart = max(1.0, float(np.linalg.norm(ears[:2])))
    if float(ears[0]) <= 0 and float(pose.points[Joint.LEFT_SHOULDER, 0] - pose.points[Joint.RIGHT_SHOULDER, 0]) <= 0:
        return CheckProblem.FACE_POSE, "the person is seen from behind; the face must be turned to the camera"
    head = pose.between(Joint.LEFT_EAR, Joint.RIGHT_EAR)
    aside = abs(float(pose.points[Joint.NOSE, 0] - head[0])) / apart
    if aside > 0.5 + _FACE_ASIDE:
        return CheckProblem.FACE_POSE, f"the face is turned aside (nose {aside:.2f} ear distances off the middle)"
    return None, ""


def _stance(pose: Pose) -> tuple[CheckProblem | None, str]:
    chest = pose.between(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)
    hips = pose.between(Joint.LEFT_HIP, Joint.RIGHT_HIP)
    lean = float(np.degrees(np.arctan2(chest[0] - hips[0], hips[1] - chest[1])))
    wide = abs(float(pose.points[Joint.LEFT_SHOULDER, 0] - pose.points[Joint.RIGHT_SHOULDER, 0])) / max(1.0, pose.trunk)
    if abs(lean) > _LEAN:
        return CheckProblem.BODY_POSE, f"the body leans by {abs(lean):.0f} degrees, at most {_LEAN:.0f} are expected"
    if wide < _NARROW:
        return (
            CheckProblem.BODY_POSE,
            f"the body stands sideways (shoulders {wide:.2f} of the trunk, {_NARROW} expected)",
        )
    hips_seen = float(pose.seen[[Joint.LEFT_HIP, Joint.RIGHT_HIP]].min()) >= _SEEN
    if hips_seen and pose.trunk < _TRUNK_SHORT * pose.shoulders:
        return CheckProblem.BODY_POSE, "the body bends toward the camera or away from it"
    return None, ""


def _proportion(pose: Pose, width: int, height: int) -> tuple[CheckProblem | None, str]:
    places = pose.points[pose.seen >= _SEEN, 1]
    inside = np.clip(places, 0, height)
    share = float(np.ptp(inside)) / max(width, height)
    face = pose.points[[Joint.LEFT_EYE, Joint.RIGHT_EYE, Joint.LEFT_EAR, Joint.RIGHT_EAR], :2]
    head = 1.5 * float(np.ptp(face[:, 0])) / height  # a head is half as high again as wide
    if share < _SMALL:
        return (
            CheckProblem.BODY_PROPORTION,
            f"the body fills {share:.0%} of the picture, at least {_SMALL:.0%} expected",
        )
    if head > _HEAD_LARGE:
        return (
            CheckProblem.BODY_PROPORTION,
            f"the head fills {head:.0%} of the picture, at most {_HEAD_LARGE:.0%} expected",
        )
    return None, ""
