"""Video repaint: the caller's film with its structure kept and its look taken from the prompt.

Knows the vendor's control conditions and what each of them leaves of the film. Must not know how looks are painted
(looks) or how words are read (looks.words).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._eyes import NO_MODELS, eyes_of
from understudy.animatic.drafts._footage import sound_of
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.drafts._restyled import picture_colouring, sound_note, source_of, told
from understudy.animatic.looks import Kit, Style
from understudy.animatic.looks.colouring import film_colouring
from understudy.animatic.looks.words import read_look
from understudy.animatic.repainting import Repainting
from understudy.core.faults import Refused


@dataclass(frozen=True, slots=True)
class Control:
    """What a control condition keeps of the film: all, or only its volumes or lines; how much of its people."""

    base: Style | None
    keeps_people: float
    note: str


CONTROLS = {
    "posebodyface": Control(
        None, 0.5, "posebodyface: people keep about half of their own look, faces and colours; all else is repainted."
    ),
    "posebody": Control(
        None,
        0.22,
        "posebody: people keep a little of their own look so that they stay readable; all else is repainted.",
    ),
    "depth": Control(
        Style.VOLUMES, 0.0, "depth: fine detail is taken away before painting, only broad forms are kept."
    ),
    "scribble": Control(
        Style.SCRIBBLE, 0.0, "scribble: only a line drawing of the film is kept, coloured in flat, and then painted."
    ),
}
"""Source: spec/dashscope.md §7.1 for the names; what each keeps is the draft's own choice."""

_UNNAMED = Style.CARTOON_3D
"""The look where neither prompt nor picture names any: closest to the film itself, and still seen as painted."""


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """The source film in the look of the prompt.

    Raises:
        MediaRefused: the source, or the reference picture, cannot be read.
        Refused: no source, or an unknown control condition.
    """
    footage = source_of(brief)
    name = str(brief.options.get("control_condition", "posebodyface"))
    control = CONTROLS.get(name)
    if control is None:
        raise Refused(f"There is no control condition \u201c{name}\u201d: choose one of {', '.join(CONTROLS)}.")
    strength = min(1.0, max(0.0, float(brief.options.get("strength", 1.0))))
    progress(0.02, "looking at the colours")
    kit = Kit(footage.size, film_colouring(footage.media.path, footage.most, footage.frames_per_second), brief.seed)
    wording = read_look(brief.prompt)
    palette = picture_colouring(brief.subjects[0]) if brief.subjects else None
    notes = [
        "This is a draft: your film is repainted picture by picture over its own outlines; what the prompt describes "
        "beyond style, colours, light and weather is not drawn.",
        told(wording),
        control.note,
    ]
    if wording.silent and palette is None and control.base is None:
        wording = replace(wording, style=_UNNAMED)
        notes[1] = (
            "The prompt names no style, colour, light or weather that the draft knows, so it is painted as a soft "
            "cartoon; name one, such as ink wash, oil painting or cyberpunk."
        )
    if palette is not None:
        notes.append("The colours are drawn to those of the reference picture; what it shows is not put into the film.")
    eyes = eyes_of(brief)
    if control.keeps_people > 0 and eyes is None:
        notes.append(f"People are repainted like everything else. {NO_MODELS}")
    wave = sound_of(brief, footage.media)
    notes += sound_note(brief, wave)
    # under another look the lines keep the film's own light
    base = Style.OUTLINED if control.base is Style.SCRIBBLE and wording.style is not None else control.base
    wish = Repainting(wording, strength, base, control.keeps_people, palette)
    pictures = wish.pictures(
        footage.pictures(),
        kit,
        brief.frames_per_second,
        eyes,
    )
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
