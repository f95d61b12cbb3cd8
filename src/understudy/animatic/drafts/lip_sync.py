"""Lip sync: a film of somebody and another sound become a film in which he says what the sound says.

Knows the order of work: follow the face, take its own speech back picture by picture, put the sound's in its place.
Must not know how a sound is heard (driving) nor how lips move (aiming, portrait).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.aiming import Wanted, aimed
from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.cutout import moved
from understudy.animatic.drafts._bounce import bounced
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.drafts._view import eyes_of
from understudy.animatic.driving import drive
from understudy.animatic.following import Choose, follow, largest, presence, steadied
from understudy.animatic.likeness import Look, alike, look_of
from understudy.animatic.lips import Anatomy, FacePose
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face, Plate
from understudy.animatic.portrait import prepare
from understudy.animatic.quiet import lip_gap
from understudy.animatic.utterance import Mouth
from understudy.core.faults import Refused
from understudy.core.request import Role
from understudy.media.audio import read_wave
from understudy.media.image import fit, read_image
from understudy.media.video import read_video

_USUAL_THRESHOLD = 170  # Source: spec/catalog.json, videoretalk
_ALIKE = (120, 0.48, 200, 0.78)
"""`query_face_threshold` and the likeness it asks for, lowest and highest. GUESS: a smaller value accepts more. Measured:
one person in one session 0.88 up, strangers 0.48 in the middle, 95 of 100 below 0.67, which is what 170 asks for."""
_ROOM = 0.55  # of the face's size around it in which it is painted
_ASIDE = (32.0, 52.0)  # degrees of yaw from where on lips do less, and where nothing
_CLEAR = (0.55, 0.9)  # mesh confidence: nothing below the first (covered), all from the second
_RAMP = 3  # pictures in which new lips come and go where the face does
_SETTLES = 0.12  # how fast colours of the mouth's inside follow the light

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
    eyes = eyes_of(brief)
    source = brief.media[Role.SOURCE_VIDEO].path
    choose, notes = largest, [_NOTE]
    if Role.FACE in brief.media:
        choose = _like(brief, eyes)
        notes.append(_LIKENESS_NOTE)
    faces = steadied(follow(_pictures(brief, source), eyes, choose, _told(progress, brief.frame_count)))
    seen = sum(face is not None for face in faces)
    if not seen:
        raise Refused(_NO_MATCH if Role.FACE in brief.media and _anybody(brief, source, eyes) else _NO_FACE)
    if seen < len(faces):
        notes.append(f"The face is not seen in {len(faces) - seen} of {len(faces)} pictures; these are left as they are.")
    if any(_strength(face) < 0.5 for face in faces if face is not None):
        notes.append("Where the face is turned far aside or covered, its lips move less or not at all.")
    rate = float(brief.frames_per_second)
    wave = read_wave(brief.media[Role.DRIVING_AUDIO].path, seconds=brief.frame_count / rate + 1)
    mouth = drive(wave, brief.frames_per_second, brief.frame_count).mouth
    if not mouth.opening.any():
        notes.append("Nothing is heard in the sound, so the mouth stays shut.")
    if brief.frame_count > len(faces) and not brief.options.get("video_extension", False):
        notes.append("The film is shorter than asked; its last picture stays.")
    order = range(brief.frame_count if brief.options.get("video_extension", False) else len(faces))
    pictures = bounced(lambda: _pictures(brief, source), len(faces), len(order), workdir)
    return write_reel(
        brief,
        workdir,
        progress,
        _spoken(pictures, faces, mouth),
        size=brief.size,
        frame_count=brief.frame_count,
        wave=wave,
        notes=tuple(notes),
    )


def _pictures(brief: DraftBrief, source: Path) -> Iterator[Plate]:
    """The film's pictures at the film's rate and size."""
    assert brief.size is not None
    assert brief.frame_count is not None
    width, height = brief.size.width, brief.size.height
    for picture in read_video(
        source, max_height=height, max_frames=brief.frame_count, frames_per_second=brief.frames_per_second
    ):
        if picture.shape[:2] != (height, width):
            picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        yield picture


def _told(progress: Progress, count: int):  # type: ignore[no-untyped-def]
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

    def choose(view: Plate, faces: list[Face]) -> Face | None:
        scored = [(_likeness(view, face, wanted), place) for place, face in enumerate(faces)]
        best = max(scored, default=(-1.0, 0))
        return faces[best[1]] if best[0] >= needed else None

    return choose


def _likeness(view: Plate, face: Face, wanted: Look) -> float:
    return alike(look_of(view, face), wanted)


def _anybody(brief: DraftBrief, source: Path, eyes: Eyes) -> bool:
    """Whether the film shows any face."""
    return any(
        number % 10 == 0 and eyes.faces(picture, parts=2) for number, picture in enumerate(_pictures(brief, source))
    )


def _spoken(
    pictures: Iterable[tuple[int, Plate]], faces: list[Face | None], mouth: Mouth
) -> Iterator[Plate]:
    """The film's pictures, each with the lips of the sound."""
    there, spreads = presence(faces, _RAMP), _spreads(faces)
    look: tuple[NDArray[np.float32], float] | None = None
    for number, (place, picture) in enumerate(pictures):
        face = faces[place]
        strength = _strength(face) * float(there[place]) if face is not None else 0.0
        if face is None or strength <= 0:
            look = None
            yield picture
            continue
        wanted = Wanted(float(mouth.opening[number]), float(mouth.width[number]))
        painted, look = _with_lips(picture, face, wanted, float(spreads[place]), strength, look)
        yield painted


def _with_lips(
    picture: Plate,
    face: Face,
    wanted: Wanted,
    spread: float,
    strength: float,
    look: tuple[NDArray[np.float32], float] | None,
) -> tuple[Plate, tuple[NDArray[np.float32], float]]:
    """The picture with other lips, and the colours between them, which change slowly."""
    height, width = picture.shape[:2]
    left, top, right, bottom = face.box
    room = _ROOM * max(right - left, bottom - top)
    x0, y0 = max(0, int(left - room)), max(0, int(top - room))
    x1, y1 = min(width, int(right + room)), min(height, int(bottom + room))
    if x1 - x0 < 8 or y1 - y0 < 8:
        return picture, look or (np.zeros(3, np.float32), 1.0)
    part = picture[y0:y1, x0:x1]
    portrait = prepare(np.dstack([part, np.full(part.shape[:2], 255, np.uint8)]), moved(face, x0, y0, 1.0))
    if look is not None:
        portrait.teeth = (look[0] + _SETTLES * (portrait.teeth - look[0])).astype(np.float32)
        portrait.light = look[1] + _SETTLES * (portrait.light - look[1])
    pose = aimed(portrait.anatomy, wanted, spread)
    pose = FacePose(opening=pose.opening * strength, width=pose.width * strength, closed=pose.closed * strength)
    patch, (x, y) = portrait.paint(pose)
    if patch.size:
        picture = picture.copy()
        picture[y0 + y : y0 + y + patch.shape[0], x0 + x : x0 + x + patch.shape[1]] = patch[..., :3]
    return picture, (portrait.teeth, portrait.light)


def _strength(face: Face | None) -> float:
    if face is None:
        return 0.0
    aside = float(np.interp(abs(face.yaw), _ASIDE, (1.0, 0.0)))
    return aside * float(np.interp(face.confidence, _CLEAR, (0.0, 1.0)))


def _spreads(faces: list[Face | None]) -> NDArray[np.float32]:
    """(n,) how wide the mouth is in each picture over its width at rest, as pictures with nearly shut lips show it."""
    widths, gaps = np.full(len(faces), np.nan), np.full(len(faces), np.nan)
    for place, face in enumerate(faces):
        if face is not None:
            eyes_apart = float(np.linalg.norm(face.mesh[263, :2] - face.mesh[33, :2]))
            widths[place] = 2 * Anatomy(face.mesh).half / max(1.0, eyes_apart)
            gaps[place] = lip_gap(face)
    calm = gaps <= np.nanpercentile(gaps, 40)
    rest = float(np.nanmedian(widths[calm]))
    return np.nan_to_num(np.clip(widths / max(rest, 1e-6), 0.8, 1.25), nan=1.0).astype(np.float32)
