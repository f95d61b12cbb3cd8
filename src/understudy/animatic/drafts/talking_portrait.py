"""Talking portrait: a still picture of somebody and a sound become a film in which he says or sings it.

Knows the order of work and the words by which models let the temper be chosen. Must not know how a sound is heard
(driving), how a head is borne (bearing) and carried (head), or how a face moves (portrait).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._eyes import needed_eyes
from understudy.animatic.drafts._portrait import View, view_of
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.faces.aiming import Wanted, aimed
from understudy.animatic.faces.bearing import Bearing, bearing
from understudy.animatic.faces.driving import Driving, drive
from understudy.animatic.faces.head import Head, Turn, prepare_head
from understudy.animatic.faces.lips import FacePose, Mimic
from understudy.animatic.faces.portrait import prepare
from understudy.animatic.performer import Plate
from understudy.core.findings import CheckProblem
from understudy.core.request import Role
from understudy.media.audio import read_wave

_TEMPERS = {"calm": 0.4, "normal": 1.0, "active": 1.9}
"""How lively the head is by `style_level` or `template_id`. GUESS: the vendor names the levels, no figures."""
_LIVELIEST = 2.3  # beyond, a flat picture shows that it is one
_MOUTHS = {"calm": 0.85, "normal": 1.0, "active": 1.12}
_USUAL_HEAD, _USUAL_BLINKS = 0.7, 0.5  # defaults of head_move_strength and eye_move_freq. Source: spec/catalog.json
_EYES_OF_EMO = 0.32  # blinks a second where nobody asks: people at talk
_ASIDE = (28.0, 55.0)  # degrees of yaw from where on the face does less, and where nothing is left
_SOBERED = 0.35  # of a smile with bared teeth is taken back: nobody keeps it while he speaks. By eye
_COVERED = 0.9  # mesh confidence below which something is before the face. Source: spec/animatic.md §5

_NOTE = (
    "This is a draft: the picture is bent to the sound by rules, not made anew by a model; what shows between parted "
    "lips is drawn."
)


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """A film of the portrait, speaking.

    Raises:
        MediaRefused: the picture or the sound cannot be read.
        Refused: there is no face, or nothing to find one with.
    """
    assert brief.size is not None  # settled by the caller, as is the count
    assert brief.frame_count is not None
    cv2.setNumThreads(1)
    progress(0.0, "looking for the face")
    view = view_of(brief, eyes := needed_eyes(brief), brief.size)
    progress(0.03, "making the head ready")
    head = prepare_head(view.picture, view.face, eyes)
    progress(0.07, "listening")
    rate = float(brief.frames_per_second)
    wave = read_wave(brief.media[Role.DRIVING_AUDIO].path, seconds=brief.frame_count / rate + 1)
    driving = drive(wave, brief.frames_per_second, brief.frame_count)
    ease, _ = _ease(view)
    borne = bearing(
        driving,
        rate,
        np.random.default_rng(brief.seed),
        liveliness=_liveliness(brief) * ease,
        blinks_per_second=float(brief.options.get("eye_move_freq", _EYES_OF_EMO)) * (1.0 if ease > 0.3 else 0.0),
    )
    return write_reel(
        brief,
        workdir,
        progress,
        _pictures(head, view, driving, borne, _mouth_strength(brief) * ease),
        size=brief.size,
        frame_count=brief.frame_count,
        wave=wave,
        notes=_notes(view, driving),
    )


def _pictures(head: Head, view: View, driving: Driving, borne: Bearing, strength: float) -> Iterator[Plate]:
    portrait = prepare(head.sprite, view.face)
    mouth = driving.mouth
    bared = min(1.0, portrait.anatomy.rest_gap / (0.2 * portrait.anatomy.half)) if strength > 0 else 0.0
    smile = Mimic(smile_left=-_SOBERED * bared, smile_right=-_SOBERED * bared)
    for number in range(len(borne)):
        wanted = Wanted(
            float(min(1.0, mouth.opening[number] * strength)), float(np.clip(mouth.width[number] * strength, -1, 1))
        )
        lips = aimed(portrait.anatomy, wanted) if strength > 0 else FacePose()
        brow = float(borne.brow[number])
        mimic = replace(smile, brow_left=brow, brow_right=brow)
        pose = replace(lips, blink=float(borne.blink[number]), mimic=mimic if mimic != Mimic() else None)
        patches = [] if pose == FacePose() else [portrait.paint(pose)]
        turn = Turn(*(float(track[number]) for track in (borne.yaw, borne.pitch, borne.roll, borne.lift)))
        yield head.carried(patches, turn)


def _temper(brief: DraftBrief) -> str:
    return str(brief.options.get("style_level") or brief.options.get("template_id") or "normal")


def _liveliness(brief: DraftBrief) -> float:
    strength = float(brief.options.get("head_move_strength", _USUAL_HEAD)) / _USUAL_HEAD
    return min(_LIVELIEST, _TEMPERS.get(_temper(brief), 1.0) * strength)


def _mouth_strength(brief: DraftBrief) -> float:
    return _MOUTHS.get(_temper(brief), 1.0) * float(brief.options.get("mouth_move_strength", 1.0))


def _ease(view: View) -> tuple[float, str]:
    """How much of its movements a face can do as it is pictured, 0..1, and a sentence where that is less than all."""
    yaw = abs(view.face.yaw)
    if view.finding.problem is CheckProblem.FACE_COVERED or view.face.confidence < _COVERED:
        return 0.5, "Something covers part of the face, so it moves less; give a picture with nothing before the face."
    if yaw <= _ASIDE[0]:
        return 1.0, ""
    left = max(0.2, 1 - (yaw - _ASIDE[0]) / (_ASIDE[1] - _ASIDE[0]))
    return left, f"The face is turned aside by {yaw:.0f} degrees, so it moves less; give a picture from the front."


def _notes(view: View, driving: Driving) -> tuple[str, ...]:
    notes = [_NOTE]
    _, less = _ease(view)
    if less:
        notes.append(less)
    if view.finding.problem is CheckProblem.FACE_BLURRED:
        notes.append("The face is blurred in the picture, and so is the film; give a sharper picture.")
    if view.others:
        notes.append(f"The picture shows {view.others + 1} faces; only one speaks, the largest or the one asked for.")
    if not driving.mouth.opening.any():
        notes.append("Nothing is heard in the sound, so the mouth stays as pictured.")
    return tuple(notes)
