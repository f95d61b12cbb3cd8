"""The draft of a motion transfer: the person of a still moves as the person of a template, or of a film, did.

Knows the order of work. Must not know how a body is found (pose), taken apart (figure), bent (puppet), led (retarget)
or placed (drafts._stage).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.bodies.dissection import unit_of
from understudy.animatic.bodies.figure import Figure, cut_figure, outline
from understudy.animatic.bodies.motion import Motion, read_motion
from understudy.animatic.bodies.pose import BodyEyes, Pose
from understudy.animatic.bodies.puppet import Puppet
from understudy.animatic.bodies.retarget import stances
from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._eyes import needed_body_eyes
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.drafts._stage import Stage, emptied, own_stage, template_stage
from understudy.animatic.drafts._stills import whole_picture
from understudy.animatic.drafts.motion_template import captured_from, notes_on
from understudy.core.faults import Refused
from understudy.core.request import Role
from understudy.core.units import Size

_PICTURE_SIDE = 1920
_ROUGH = 60  # pixels from shoulder to shoulder: enough to settle where the figure stands
_LARGEST = 2.0  # times its picture: what is larger on screen is enlarged while it is painted
_HALF = "The picture shows no whole body: nothing was invented below it, so the film is framed as a half figure."


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """A film of `media[PORTRAIT]` moving as `template`, or as the person in `media[DRIVING_VIDEO]`."""
    cv2.setNumThreads(1)
    size = brief.size or Size(720, 1280)
    eyes = needed_body_eyes(brief)
    progress(0.01, "looking at the picture")
    picture = whole_picture(brief.media[Role.PORTRAIT], _PICTURE_SIDE)
    pose, others = _person(picture, eyes)
    motion, notes = _motion(brief, eyes, progress)
    motion = motion.at_rate(brief.frames_per_second, brief.frame_count)
    progress(0.07, "taking the figure apart")
    own_ground = bool(brief.options.get("use_ref_img_bg", False))
    figure, stage = _staged(picture, pose, others, eyes, motion, size, own_ground, brief.seed)
    films = stances(figure, motion, stage.placing)
    puppet = Puppet(figure)

    def pictures() -> Iterator[NDArray[np.uint8]]:
        for stance in films:
            ground = stage.ground.copy()
            stage.shade(ground, stance)
            puppet.paint(ground, stance)
            yield ground

    return write_reel(
        brief,
        workdir,
        progress,
        pictures(),
        size=size,
        frame_count=len(motion),
        wave=motion.sound,
        notes=(*notes, *_notes(figure, stage)),
    )


def _person(picture: NDArray[np.uint8], eyes: BodyEyes) -> tuple[Pose, int]:
    bodies = eyes.bodies(picture)
    if not bodies:
        raise Refused(
            "The input image has no human body. Please upload other image with single person. A photograph from the "
            "front that shows head, shoulders and arms works best."
        )
    return bodies[0], len(bodies) - 1


def _motion(brief: DraftBrief, eyes: BodyEyes, progress: Progress) -> tuple[Motion, tuple[str, ...]]:
    if brief.template is not None:
        return read_motion(brief.template), ()
    film = brief.media.get(Role.DRIVING_VIDEO)
    if film is None:
        raise Refused("A motion is needed: give the id of a motion template, or a film of somebody who moves.")
    captured = captured_from(film, eyes, lambda share: progress(0.01 + 0.05 * share, "following the body"))
    return captured.motion, notes_on(captured)


def _staged(
    picture: NDArray[np.uint8],
    pose: Pose,
    others: int,
    eyes: BodyEyes,
    motion: Motion,
    size: Size,
    own_ground: bool,
    seed: int,
) -> tuple[Figure, Stage]:
    """Figure and stage: the figure is cut at the very size it is shown at, which only the stage knows."""
    draw = own_stage if own_ground else template_stage
    mask = outline(picture, pose, eyes, others)
    rough = cut_figure(picture, pose, mask, min(1.0, _ROUGH / unit_of(pose)))
    if rough is None:
        raise Refused(
            "The input image has no human body that can be told from its surroundings. Please upload other image with "
            "single person, before a plain background and well lit."
        )
    behind = emptied(picture, mask, seed) if own_ground else picture
    grow = draw(behind, rough, motion, size).placing.grow
    figure = cut_figure(picture, pose, mask, min(_LARGEST, rough.scale * grow))
    assert figure is not None  # the same outline as before, at another size
    return figure, draw(behind, figure, motion, size)


def _notes(figure: Figure, stage: Stage) -> tuple[str, ...]:
    notes = ["This is a draft: the person is a flat jointed puppet; face, fingers and cloth do not move by themselves."]
    missing = sorted({"left_arm", "right_arm"} - set(figure.limbs))
    if not figure.stands:
        notes.append(_HALF)
    if missing:
        which = "Neither arm" if len(missing) > 1 else f"The {missing[0].replace('_', ' ')}"
        seen = "is seen" if len(missing) > 1 else "is not seen"
        notes.append(f"{which} {seen} from shoulder to hand in the picture, so it moves with the body only.")
    return (*notes, *stage.notes)
