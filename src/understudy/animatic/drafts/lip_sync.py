"""Lip sync: a film of somebody and another sound become a film in which he says what the sound says.

Knows the order of work: follow the face, take its own speech back picture by picture, put the sound's in its place.
Must not know how a sound is heard (driving), a face followed (following) or lips put in place (dubbing).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._bounce import bounced
from understudy.animatic.drafts._eyes import needed_eyes
from understudy.animatic.drafts._footage import Footage
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.faces.driving import drive
from understudy.animatic.faces.dubbing import dubbed, lip_strength
from understudy.animatic.faces.following import Choose, follow, largest, steadied
from understudy.animatic.faces.likeness import look_of, resembling
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face, Plate
from understudy.animatic.speech import SpeechOrder, speak
from understudy.core.faults import Refused
from understudy.core.request import Role
from understudy.media.audio import Wave, read_wave, silence
from understudy.media.image import fit, read_image

_PAUSE = re.compile(r"<#\s*(\d{1,2}(?:\.\d{1,2})?)\s*#>")
_LONGEST_PAUSE = 99.99  # seconds. Source: spec/gateways.md §3.3
_USUAL_THRESHOLD = 170  # Source: spec/catalog.json, videoretalk
_ALIKE = (120, 0.48, 200, 0.78)
"""`query_face_threshold` and the likeness it asks for, lowest and highest. GUESS: a smaller value accepts more."""

_NO_FACE = "No human face detected. Give a video that shows one face, clear, from the front and not too small."
_NO_MATCH = (
    "There are no matched face in the video with the provided reference image. Give a picture of the person who is to "
    "speak, in a pose and light like the video's, lower query_face_threshold, or leave the picture out."
)
_NOTE = (
    "This is a draft: lips, chin and cheeks of the film are bent to the sound by rules; what shows between lips that "
    "were shut is drawn."
)
_LIKENESS_NOTE = "The face was chosen by a simple likeness of light and shape, not by face recognition."


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """The film, speaking with another sound.

    Raises:
        MediaRefused: film, sound or picture cannot be read.
        Refused: nobody's face is in the film, or not that of the reference picture.
    """
    assert brief.size is not None  # settled by the caller, as is the count
    assert brief.frame_count is not None
    cv2.setNumThreads(1)
    eyes = needed_eyes(brief)
    film = Footage(brief.media[Role.SOURCE_VIDEO], brief.size, brief.frames_per_second, brief.frame_count)
    crowds: list[int] = []

    def choose_largest(picture: Plate, faces: list[Face]) -> Face | None:
        crowds.append(len(faces))
        return largest(picture, faces)

    choose: Choose = choose_largest
    notes = [_NOTE]
    if Role.FACE in brief.media:
        choose = _like(brief, eyes)
        notes.append(_LIKENESS_NOTE)
    faces = steadied(follow(film.pictures(), eyes, choose, _told(progress, brief.frame_count)))
    seen = sum(face is not None for face in faces)
    if not seen:
        raise Refused(_NO_MATCH if Role.FACE in brief.media and _anybody(film, eyes) else _NO_FACE)
    if max(crowds, default=0) > 1:
        notes.append("The film shows several faces; the largest speaks. Give a reference picture to choose another.")
    if seen < len(faces):
        notes.append(
            f"The face is not seen in {len(faces) - seen} of {len(faces)} pictures; these are left as they are."
        )
    if any(lip_strength(face) < 0.5 for face in faces if face is not None):
        notes.append("Where the face is turned far aside or covered, its lips move less or not at all.")
    rate = float(brief.frames_per_second)
    wave = _sound(brief, workdir, brief.frame_count / rate + 1)
    mouth = drive(wave, brief.frames_per_second, brief.frame_count).mouth
    if not mouth.opening.any():
        notes.append("Nothing is heard in the sound, so the mouth stays shut.")
    if brief.frame_count > len(faces) and not brief.options.get("video_extension", False):
        notes.append("The film is shorter than asked; its last picture stays.")
    count = brief.frame_count if brief.options.get("video_extension", False) else len(faces)
    pictures = bounced(film.pictures, len(faces), count, workdir)
    return write_reel(
        brief,
        workdir,
        progress,
        dubbed(pictures, faces, mouth),
        size=brief.size,
        frame_count=brief.frame_count,
        wave=wave,
        notes=tuple(notes),
    )


def _sound(brief: DraftBrief, workdir: Path, seconds: float) -> Wave:
    """What is to be said: the given sound, else the option `text` spoken, a pause written as `<#0.5#>` kept.

    Source: spec/gateways.md §3.3, lip-sync. Raises HouseError when the speech program is missing.
    """
    given = brief.media.get(Role.DRIVING_AUDIO)
    if given is not None:
        return read_wave(given.path, seconds=seconds)
    text = str(brief.options.get("text") or "")
    if not text.strip():
        raise Refused("There is nothing to say. Give a sound, or what is to be said as text.")
    pace = min(max(float(brief.options.get("speed") or 1.0), 0.5), 2.0)
    parts = _PAUSE.split(text)
    hint = str(brief.options.get("voice_id") or "")
    orders = [SpeechOrder(part, hint=hint, speaker=hint or "speaker", rate=pace) for part in parts[::2]]
    spoken = speak(orders, workdir, brief.seed)
    waves = [spoken[0].wave]
    for pause, take in zip(parts[1::2], spoken[1:], strict=True):
        waves += [silence(min(float(pause), _LONGEST_PAUSE)), take.wave]
    return np.concatenate(waves)


def _told(progress: Progress, count: int) -> Callable[[int], None]:
    def told(number: int) -> None:
        if number % 15 == 0:
            progress(0.09 * min(1.0, number / count), "following the face")

    return told


def _like(brief: DraftBrief, eyes: Eyes) -> Choose:
    """Chooses the face most like that of the reference picture, if it is like enough."""
    picture = fit(read_image(brief.media[Role.FACE].path, max_side=2048)[..., :3], 1280, 1280)
    given = eyes.faces(np.ascontiguousarray(picture))
    if not given:
        raise Refused("No human face detected. Give a reference picture that shows one face, clear and from the front.")
    wanted = look_of(picture, given[0])
    low, loose, high, strict = _ALIKE
    threshold = float(brief.options.get("query_face_threshold", _USUAL_THRESHOLD))
    needed = float(np.interp(threshold, (low, high), (loose, strict)))

    return resembling(wanted, needed)


def _anybody(film: Footage, eyes: Eyes) -> bool:
    """Whether the film shows any face."""
    return any(number % 10 == 0 and eyes.faces(picture, parts=2) for number, picture in enumerate(film.pictures()))
