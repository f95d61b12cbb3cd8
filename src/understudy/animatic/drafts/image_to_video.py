"""Image to video: the given picture comes alive.

Knows the order of work: the picture (or the clip that is continued), what the prompt asks for, the sound, and a film
that begins with exactly that picture. Must not know how a camera moves, a face speaks or water ripples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._between import between
from understudy.animatic.drafts._direction import Direction, direct
from understudy.animatic.drafts._eyes import NO_MODELS, eyes_of
from understudy.animatic.drafts._footage import Footage
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.drafts._stills import first_picture, focus_of, whole_picture
from understudy.animatic.drafts._takes import Film, plan_takes
from understudy.animatic.faces.driving import mouth_from
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Plate
from understudy.animatic.screenplay import Delivery
from understudy.animatic.stills.foreground import find_foreground
from understudy.animatic.stills.gestures import FACED, MOVED, told
from understudy.animatic.stills.glass import Captions
from understudy.core.faults import Refused
from understudy.core.request import LocalMedia, Role, ShotType
from understudy.core.units import Size
from understudy.media.audio import SAMPLE_RATE, Wave, fade, read_wave

_OPENING = "This is a draft: the picture itself is moved, in layers of guessed depth; nothing is generated."


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """A film of `brief.frame_count` frames that begins with the given picture, or with the given clip.

    Media: FIRST_FRAME or FIRST_CLIP; LAST_FRAME (the film ends with it), DRIVING_AUDIO (the sound track). Option
    `template`: the name of an effect, which a draft does not have; the prompt is ignored then.

    Raises:
        MediaRefused: a file cannot be read after all.
        Refused: there is neither a first picture nor a first clip.
        HouseError: the prompt has spoken lines and the speech program is missing.
    """
    cv2.setNumThreads(1)
    progress(0.0, "reading the media")
    size, count = brief.size, brief.frame_count
    if size is None or count is None:
        raise ValueError("an image-to-video draft needs a settled size and frame count")
    eyes = eyes_of(brief)
    opening = _open(brief, size, count, eyes)
    seconds = float(count / brief.frames_per_second)
    begun = float(opening.count / brief.frames_per_second)
    template = brief.options.get("template")
    progress(0.02, "reading the prompt")
    direction = direct(brief, "" if template else brief.prompt, seconds, workdir, begun)
    driven = _driving(brief, seconds)
    progress(0.05, "looking at the picture")
    notes = [_OPENING, *_notes_on_order(brief, opening, count)]
    if eyes is None:
        notes.append(NO_MODELS)
    last = first_picture(brief, Role.LAST_FRAME, size, eyes)
    pictures: Iterator[Plate] = iter(())
    faces = []
    if last is not None and count > opening.count:
        passage = between(opening.picture, last, count - opening.count, direction.prompt, eyes, brief.frames_per_second)
        pictures, notes = passage.pictures, [*passage.notes, *notes[1:]]
    elif count > opening.count:
        found = find_foreground(opening.picture, eyes)
        takes = plan_takes(
            opening.picture, opening.source, found, direction, opening.count, count - opening.count,
            float(brief.frames_per_second), size, several=brief.shot_type is ShotType.MULTI,
            focus=opening.focus,
        )  # fmt: skip
        mouth = None if driven is None else mouth_from(driven, brief.frames_per_second, count)
        film = Film(brief, direction, takes, found, eyes, size, mouth)
        pictures, faces = iter(film), [found.face.box] if found.face is not None else []
        notes += _notes_on_film(film)
    pictures = chain(opening.pictures(), pictures)
    if direction.lettered and brief.captions and driven is None:
        pictures = _captioned(pictures, Captions(direction.lines_at(float(brief.frames_per_second)), size, faces))
    wave = _sound(brief, direction, opening, driven, seconds) if brief.sound else None
    return write_reel(
        brief, workdir, progress, pictures, size=size, frame_count=count, wave=wave, notes=tuple(dict.fromkeys(notes))
    )


@dataclass(frozen=True, slots=True)
class _Opening:
    """What the film begins with: `picture` at its size, of which `source` has all pixels; the clip before it, if any,
    and how many frames that takes.
    """

    brief: DraftBrief
    size: Size
    picture: Plate
    source: Plate
    focus: tuple[float, float] = (0.5, 0.5)
    clip: LocalMedia | None = None
    count: int = 0

    def pictures(self) -> Iterator[Plate]:
        """The clip's pictures; its last one is where the film goes on by itself."""
        if self.clip is not None:
            yield from Footage(self.clip, self.size, self.brief.frames_per_second, self.count).pictures()


def _open(brief: DraftBrief, size: Size, count: int, eyes: Eyes | None) -> _Opening:
    clip = brief.media.get(Role.FIRST_CLIP)
    if clip is not None:
        last, number = None, 0
        for picture in Footage(clip, size, brief.frames_per_second, count).pictures():
            last, number = picture, number + 1
        assert last is not None  # reading gives at least one picture, or refuses
        return _Opening(brief, size, last, last, clip=clip, count=number)
    still = first_picture(brief, Role.FIRST_FRAME, size, eyes)
    if still is None:
        raise Refused(
            "There is no first picture to bring to life. Give an image (img_url), or a first_clip to continue."
        )
    source = whole_picture(brief.media[Role.FIRST_FRAME])
    return _Opening(brief, size, still, source, focus_of(source, size, eyes))


def _driving(brief: DraftBrief, seconds: float) -> Wave | None:
    media = brief.media.get(Role.DRIVING_AUDIO)
    return None if media is None else read_wave(media.path, seconds=seconds)


def _captioned(pictures: Iterator[Plate], captions: Captions) -> Iterator[Plate]:
    for number, picture in enumerate(pictures):
        captions.over(picture, number)
        yield picture


def _sound(brief: DraftBrief, direction: Direction, opening: _Opening, driven: Wave | None, seconds: float) -> Wave:
    """The given sound as it is; else the lines over the sound of the place, after the clip's own sound."""
    if driven is not None:
        return driven
    made = direction.sound(seconds, brief.seed)
    if opening.clip is None or not opening.clip.facts.has_sound:
        return made
    begun = round(opening.count / float(brief.frames_per_second) * SAMPLE_RATE)
    own = fade(read_wave(opening.clip.path)[:begun], 0.0, 0.15)
    return np.concatenate([np.pad(own, ((0, begun - len(own)), (0, 0))), fade(made[begun:], 0.3, 0.0)])


# What was approximated -----------------------------------------------------------------------------------------------


def _notes_on_order(brief: DraftBrief, opening: _Opening, count: int) -> Iterator[str]:
    template = brief.options.get("template")
    if template:
        yield f"The effect {template!r} is not known to a draft; the picture comes alive without it."
    if opening.count >= count:
        yield "The clip fills the whole film; nothing of it is continued. Ask for a longer film."
    elif opening.clip is not None:
        yield "The clip is continued from its last picture; what moved in it comes to rest there."
    if brief.subjects:
        yield "Only the first picture is shown; a draft has no place for further ones."
    if brief.negative_prompt:
        yield "The negative prompt has no effect on a draft."


def _notes_on_film(film: Film) -> Iterator[str]:
    direction, found = film.direction, film.found
    verbs = direction.errand.verbs
    body, head = [v for v in verbs if v in MOVED], [v for v in verbs if v in FACED]
    if body or direction.errand.leaves or direction.errand.rises:
        words = told(body) or "moving away"
        if found.mask is not None:
            yield f"Only suggested by moving the cut-out: {words}."
        else:
            yield f"Not acted, because nothing could be cut out of the picture: {words}; it only stirs a little."
    if head and found.face is not None:
        yield f"Only suggested by bending the face: {told(head)}."
    elif head:
        yield f"Not acted, because no face was found in the picture: {told(head)}."
    if film.mouth is not None and found.face is None:
        yield "The given sound is heard, but no face was found that could speak it."
    seen = [line for line in direction.lines if line.delivery is not Delivery.NARRATE]
    if seen and film.mouth is not None:
        yield "Lines of the prompt are not spoken, because a sound was given."
    elif seen and found.face is None:
        yield "Lines are spoken off screen, because no face was found in the picture."
    if direction.rate > 1.01:
        yield f"All lines are spoken {direction.rate:.2f} times as fast as usual, so that they fit."
    if film.missing:
        yield f"Asked to move, but not found in the picture: {', '.join(stir.value for stir in film.missing)}."
    if film.brief.shot_type is ShotType.MULTI and len(film.takes) == 1:
        yield "One shot only: there is no time for cuts, or who acts leaves the picture."
    elif len(film.takes) > 1:
        yield "The cuts go between framings of the same picture."
