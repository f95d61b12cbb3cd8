"""What drafts that show a caller's film in another look have in common: its pictures at the right size, its sound.

Knows the source film and the brief. Must not know any look.
"""

from __future__ import annotations

from fractions import Fraction

from understudy.animatic._opencv import cv2
from understudy.animatic.brief import DraftBrief, LocalSubject
from understudy.animatic.drafts._footage import Footage
from understudy.animatic.looks.colouring import Colouring, colouring_of, film_colouring
from understudy.animatic.looks.words import Wording
from understudy.core.faults import Refused
from understudy.core.request import Medium, Role
from understudy.core.units import FRAMES_PER_SECOND
from understudy.media.audio import Wave
from understudy.media.image import read_image

_LOOKED_AT = 256  # pixels of the longer side of a reference whose colours are taken
_SOLID = 200  # alpha (0..255)


def source_of(brief: DraftBrief) -> Footage:
    """The source film at the settled size; from here on one thread paints (equal bytes).

    Raises:
        Refused: no source film.
    """
    cv2.setNumThreads(1)
    source = brief.media.get(Role.SOURCE_VIDEO)
    if source is None:
        raise Refused("There is no film to work on: give the video that is to be changed.")
    if brief.size is None or brief.frame_count is None:
        raise ValueError("size and number of pictures of a changed film are settled beforehand")
    return Footage(source, brief.size, brief.frames_per_second, brief.frame_count)


def sound_note(brief: DraftBrief, wave: Wave) -> list[str]:
    """A sentence where sound was asked for and the source has none."""
    if brief.sound and not len(wave):
        return ["Your film has no sound; the sound track of the draft is silent."]
    return []


def picture_colouring(subject: LocalSubject) -> Colouring:
    """The colours of a reference: of a picture, or of a film's first second.

    Raises:
        MediaRefused: it cannot be read.
    """
    if subject.media.facts.medium is Medium.VIDEO:
        return film_colouring(subject.media.path, FRAMES_PER_SECOND, Fraction(FRAMES_PER_SECOND))
    picture = read_image(subject.media.path, max_side=_LOOKED_AT)
    if picture.shape[2] == 4:  # what is transparent has no colour to give
        solid = picture[picture[:, :, 3] > _SOLID][:, :3]
        picture = solid[None] if len(solid) else picture[:, :, :3]
    return colouring_of([picture])


def told(wording: Wording) -> str:
    """A sentence on what was read from the prompt."""
    parts = []
    if wording.style is not None:
        parts.append(f"the look \u201c{wording.style.value.replace('_', ' ')}\u201d")
    if wording.colours:
        parts.append("the colours " + ", ".join(name for name, _ in wording.colours))
    if wording.lights:
        parts.append("the light " + ", ".join(wording.lights))
    if wording.weather:
        parts.append("the weather " + ", ".join(word.value for word in wording.weather))
    if wording.of_picture:
        parts.append("the look of a reference picture")
    return f"Read from the prompt: {'; '.join(parts)}." if parts else "Nothing about a look is read from the prompt."
