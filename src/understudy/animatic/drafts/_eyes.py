"""Eyes for a draft: what faces, persons and bodies are found with, and what is said where that is not installed.

Knows the brief's folder of models. Must not know what is looked for.
"""

from __future__ import annotations

from understudy.animatic import models
from understudy.animatic.bodies.pose import BodyEyes, can_see_bodies
from understudy.animatic.brief import DraftBrief
from understudy.animatic.perception import Eyes
from understudy.core.faults import Refused

NO_MODELS = (
    "The perception models are not installed, so faces and persons are not recognised; run `understudy models install`."
)
"""For the notes of a draft that goes on without."""

_NEEDED = (
    "The perception models are not installed on this machine, so no {sought} can be looked for; run "
    "`understudy models install` there and send the request again."
)


def eyes_of(brief: DraftBrief) -> Eyes | None:
    """Eyes where the models are installed, else None: say `NO_MODELS` in the notes."""
    return Eyes(brief.models) if brief.models is not None and models.installed(brief.models) else None


def needed_eyes(brief: DraftBrief) -> Eyes:
    """Eyes for a draft that is nothing without a face. Raises Refused where the models are missing."""
    eyes = eyes_of(brief)
    if eyes is None:
        raise Refused(_NEEDED.format(sought="face"))
    return eyes


def needed_body_eyes(brief: DraftBrief) -> BodyEyes:
    """Eyes for a draft that is nothing without a body. Raises Refused where a model is missing."""
    if brief.models is None or not can_see_bodies(brief.models):
        raise Refused(_NEEDED.format(sought="body"))
    return BodyEyes(brief.models)
