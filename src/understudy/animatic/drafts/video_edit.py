"""Video edit: the caller's film changed as its prompt says, as far as style, colours, light and weather go.

Knows which wishes are drawn and which are only noted. Must not know how looks are painted (looks).
"""

from __future__ import annotations

from pathlib import Path

from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.animatic.drafts._footage import sound_of
from understudy.animatic.drafts._reel import write_reel
from understudy.animatic.drafts._restyled import picture_colouring, sound_note, source_of, told
from understudy.animatic.looks import Kit
from understudy.animatic.looks.colouring import film_colouring
from understudy.animatic.looks.words import read_look
from understudy.animatic.repainting import Repainting


def make(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """The source film with the prompt's look; as it is where the prompt asks for nothing that can be drawn.

    Raises:
        MediaRefused: the source, or a picture whose colours are asked for, cannot be read.
        Refused: no source.
    """
    footage = source_of(brief)
    progress(0.02, "looking at the colours")
    kit = Kit(footage.size, film_colouring(footage.media.path, footage.most, footage.frames_per_second), brief.seed)
    wording = read_look(brief.prompt)
    palette = picture_colouring(brief.subjects[0]) if brief.subjects and wording.of_picture else None
    notes = [
        "This is a draft: style, colours, light and weather of the prompt are painted over your film.",
        told(wording),
    ]
    if wording.silent and palette is None:
        notes[1] = (
            "The prompt names no style, colour, light or weather that the draft knows, so the film is shown as it is; "
            "name one, such as clay, watercolour, night or snow."
        )
    if wording.things:
        notes.append("Putting things in, taking them out or exchanging them is not drawn in a draft.")
    if palette is not None:
        notes.append("The colours are drawn to those of the first reference picture.")
    elif brief.subjects:
        count = "The reference picture is" if len(brief.subjects) == 1 else f"The {len(brief.subjects)} references are"
        notes.append(f"{count} not used: a draft puts nothing from them into the film.")
    wave = sound_of(brief, footage.media)
    if brief.sound and brief.options.get("audio_setting", "auto") == "auto":
        notes.append("The sound is the film's own: a draft makes no new sound for it.")
    notes += sound_note(brief, wave)
    pictures = Repainting(wording, palette=palette).pictures(footage.pictures(), kit, brief.frames_per_second)
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
