"""Style transfer: the caller's film in one of eight looks, stable over time, with its own sound.

Knows the vendor's numbers of looks. Must not know how a look is painted (looks), nor sizes and rates: the brief has
settled them.
"""

from __future__ import annotations

from pathlib import Path

from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._eyes import NO_MODELS, eyes_of
from understudy.animatic.drafts._footage import sound_of
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.drafts._restyled import sound_note, source_of
from understudy.animatic.looks import Kit, Style, open_look
from understudy.animatic.looks.colouring import film_colouring
from understudy.animatic.looks.sight import sights
from understudy.core.faults import Refused

STYLES = (
    Style.MANGA,
    Style.COMIC,
    Style.FRESH_COMIC,
    Style.CARTOON_3D,
    Style.CHINESE_CARTOON,
    Style.CUT_PAPER,
    Style.ILLUSTRATION,
    Style.INK,
)
"""Looks by the vendor's number. Source: spec/dashscope.md §7.2."""

_NAMES = (
    "Japanese manga",
    "American comic",
    "fresh comic",
    "3-D cartoon",
    "Chinese cartoon",
    "paper art",
    "simple illustration",
    "ink painting",
)


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """The source film in the look of option `style`.

    Raises:
        MediaRefused: the source cannot be read as a film.
        Refused: no source, or a style that is none of the eight.
    """
    footage = source_of(brief)
    number = int(brief.options.get("style", 0))
    if not 0 <= number < len(STYLES):
        raise Refused(f"There is no style {number}: choose a whole number from 0 to {len(STYLES) - 1}.")
    progress(0.02, "looking at the colours")
    eyes = eyes_of(brief) if STYLES[number] is Style.CARTOON_3D else None
    kit = Kit(
        footage.size, film_colouring(footage.media.path, footage.most, footage.frames_per_second), brief.seed, eyes
    )
    look = open_look(STYLES[number], kit)
    progress(0.08, "mixing the paints")
    wave = sound_of(brief, footage.media)
    notes = [f"This is a draft: the look \u201c{_NAMES[number]}\u201d is drawn over your film picture by picture."]
    if STYLES[number] is not Style.CARTOON_3D:
        notes.append("Nobody and nothing is given another shape.")
    elif eyes is not None:
        notes.append("Eyes are drawn larger; nothing else is given another shape.")
    else:
        notes.append(f"Eyes keep their size. {NO_MODELS}")
    if brief.options.get("animate_emotion", True):
        notes.append("animate_emotion has no effect on a draft: faces keep the expression they have.")
    if brief.options.get("use_SR", False):
        notes.append("use_SR has no effect on a draft: it is painted at its full size in any case.")
    notes += sound_note(brief, wave)
    pictures = (look(sight) for sight in sights(footage.pictures()))
    return write_reel(
        brief,
        workdir,
        progress,
        pictures,
        size=footage.size,
        frame_count=footage.most,
        wave=wave,
        notes=tuple(notes),
    )
