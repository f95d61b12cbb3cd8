"""The draft of a motion template: the motion of a film, kept for later.

Knows what a template must hold and when a film gives none. Must not know how a body is followed (capture) nor how the
file is laid out (motion).
"""

from __future__ import annotations

from pathlib import Path

from understudy.animatic._opencv import cv2
from understudy.animatic.bodies.capture import Captured, Told, capture
from understudy.animatic.bodies.motion import write_motion
from understudy.animatic.bodies.pose import BodyEyes
from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._eyes import needed_body_eyes
from understudy.core.faults import Refused
from understudy.core.request import LocalMedia, Role

_FOUND = 0.5  # of the pictures of a film must show the body. GUESS
_STEADY = 0.9  # of the pictures; below, the notes say that the motion was filled in


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """A motion template from `media[DRIVING_VIDEO]`; the reel's `path` is the template, `facts` are the film's."""
    cv2.setNumThreads(1)
    film = brief.media[Role.DRIVING_VIDEO]
    eyes = needed_body_eyes(brief)
    captured = captured_from(film, eyes, lambda share: progress(0.95 * share, "following the body"))
    path = workdir / "template.motion"
    write_motion(path, captured.motion)
    progress(1.0, "finished")
    return Reel(path, film.facts, notes_on(captured))


def captured_from(film: LocalMedia, eyes: BodyEyes, told: Told) -> Captured:
    """The motion of the one person in a film.

    Raises:
        Refused: in most of its pictures there is none.
    """
    captured = capture(film.path, film.facts, eyes, told)
    if captured is None or captured.found < _FOUND:
        seen = 0 if captured is None else round(100 * captured.found)
        raise Refused(
            f"The input image has no human body: somebody is seen in {seen} % of the film only. Give a film that shows "
            "one person from the front, head to hips at least, well lit and not hidden."
        )
    return captured


def notes_on(captured: Captured) -> tuple[str, ...]:
    """What of a captured motion is only approximated."""
    notes = ["This is a draft: joints are followed in the flat picture; turning away and depth are only guessed."]
    if captured.crowded:
        notes.append("Several people are in the film; the motion of the largest was taken.")
    if captured.found < _STEADY:
        share = round(100 * captured.found)
        notes.append(f"The person was seen in {share} % of the pictures; between them the motion is filled in.")
    return tuple(notes)
