"""Face check: the verdict on a picture that is to become a portrait film, and the boxes such a film asks for.

Knows the order and where the picture lies. Must not know how a face is measured (facecheck) nor a vendor's codes.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2

from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._eyes import needed_eyes
from understudy.animatic.drafts._stills import whole_picture
from understudy.animatic.faces.facecheck import boxes_for
from understudy.core.faults import Refused
from understudy.core.findings import Box, Findings
from understudy.core.request import Role
from understudy.core.units import Ratio

_MOST_SIDE = 2048  # pixels looked at; a face of 8 % is still 160 wide in it


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """Look at the portrait; the reel has findings only."""
    cv2.setNumThreads(1)
    portrait = brief.media.get(Role.PORTRAIT)
    if portrait is None:
        raise Refused("There is no picture to check. Give the address of a picture of one person.")
    eyes = needed_eyes(brief)
    picture = whole_picture(portrait, _MOST_SIDE)
    progress(0.3, "looking")
    asked = brief.options.get("ratio")
    height, width = picture.shape[:2]
    whole = (width, height) if portrait.facts.size is None else (portrait.facts.size.width, portrait.facts.size.height)
    ratio = Ratio.parse(str(asked)) if asked else Ratio(1, 1)
    found = boxes_for(picture, eyes, ratio, whole[0] / width)
    progress(1.0, "finished")
    return Reel(findings=_in_original(found, (width, height), whole, ratio))


def _in_original(found: Findings, seen: tuple[int, int], whole: tuple[int, int], ratio: Ratio) -> Findings:
    """Boxes found in the shrunk picture as whole pixels of the original; the frame keeps its ratio exactly."""
    if seen == whole or found.face_box is None or found.frame_box is None:
        return found
    across, down = whole[0] / seen[0], whole[1] / seen[1]
    left, top, right, bottom = found.face_box
    face = round(left * across), round(top * down), round(right * across), round(bottom * down)
    left, top, right, bottom = found.frame_box
    steps = min(round((right - left) * across / ratio.across), whole[0] // ratio.across, whole[1] // ratio.down)
    width, height = steps * ratio.across, steps * ratio.down
    x = min(max(0, round((left + right) / 2 * across - width / 2)), whole[0] - width)
    y = min(max(0, round((top + bottom) / 2 * down - height / 2)), whole[1] - height)
    frame: Box = (x, y, x + width, y + height)
    return replace(found, face_box=face, frame_box=frame)
