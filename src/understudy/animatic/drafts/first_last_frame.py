"""First and last frame: a film that begins with one given picture and ends with another.

Knows the order of work. Must not know what two pictures may have in common, nor how one becomes the other.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from understudy.animatic._opencv import cv2
from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts import image_to_video
from understudy.animatic.drafts._between import between
from understudy.animatic.drafts._direction import direct
from understudy.animatic.drafts._eyes import NO_MODELS, eyes_of
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.drafts._stills import first_picture
from understudy.core.faults import Refused
from understudy.core.request import Capability, Role


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """A film of `brief.frame_count` frames: the first is FIRST_FRAME, the last LAST_FRAME, both filling `brief.size`.

    Without a last picture but with the option `template`, an effect of which a draft has none, the first picture comes
    alive instead.

    Raises:
        MediaRefused: a file cannot be read after all.
        Refused: a picture is missing.
    """
    cv2.setNumThreads(1)
    progress(0.0, "reading the pictures")
    size, count = brief.size, brief.frame_count
    if size is None or count is None:
        raise ValueError("a first-last-frame draft needs a settled size and frame count")
    eyes = eyes_of(brief)
    first = first_picture(brief, Role.FIRST_FRAME, size, eyes)
    if first is None:
        raise Refused("There is no first picture. Give an image (first_frame_url).")
    last = first_picture(brief, Role.LAST_FRAME, size, eyes)
    if last is None:
        if not brief.options.get("template"):
            raise Refused(
                "There is no last picture. Give an image (last_frame_url), or the name of an effect (template)."
            )
        return image_to_video.make(replace(brief, makes=Capability.IMAGE_TO_VIDEO), workdir, progress)
    progress(0.03, "comparing the pictures")
    passage = between(first, last, count, brief.prompt, eyes, brief.frames_per_second)
    notes = [*passage.notes]
    if eyes is None:
        notes.append(NO_MODELS)
    if brief.negative_prompt:
        notes.append("The negative prompt has no effect on a draft.")
    wave = None
    if brief.sound:
        seconds = float(count / brief.frames_per_second)
        wave = direct(brief, brief.prompt, seconds, workdir).sound(seconds, brief.seed)
    return write_reel(
        brief, workdir, progress, passage.pictures, size=size, frame_count=count, wave=wave, notes=tuple(notes)
    )
