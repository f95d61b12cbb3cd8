"""Roster: who is in the film at all, and as what.

Knows what the pictures show, and puts references that the prompt never names into its main shot. Must not know time,
marks or pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from understudy.animatic.directing import hears_only
from understudy.animatic.grammar.naming import NamedSubject, name_subjects
from understudy.animatic.grammar.text import plain
from understudy.animatic.screenplay import CastMember, Delivery, Part, Screenplay, ScriptShot


def cast_everybody(
    screenplay: Screenplay, subjects: Sequence[NamedSubject], panel_count: int
) -> tuple[Screenplay, list[str]]:
    """Parts set right by what the pictures show; references the prompt never names put into the main shot."""
    kinds = {s.name: s.kind for s in subjects}
    shots = [replace(s, cast=tuple(_with_kind(m, kinds.get(m.name)) for m in s.cast)) for s in screenplay.shots]
    shots = [replace(s, cast=s.cast + _speaking_unseen(s, kinds)) for s in shots]
    shots = shots or [ScriptShot("")]
    notes: list[str] = []
    if panel_count == 0:
        named = {m.name for s in shots for m in s.cast} | _mentioned(screenplay, subjects)
        main = max(range(len(shots)), key=lambda i: (len(shots[i].cast), len(shots[i].lines), -i))
        for subject in subjects:
            if subject.name in named:
                continue
            part = {"place": Part.BACKGROUND, "object": Part.PROP}.get(subject.kind or "", Part.ACTOR)
            if part is Part.BACKGROUND and any(m.part is Part.BACKGROUND for m in shots[main].cast):
                notes.append(
                    f"{subject.name} shows a place, but the prompt already plays somewhere else; it is not seen."
                )
                continue
            shots[main] = replace(shots[main], cast=(*shots[main].cast, CastMember(subject.name, part)))
            notes.append(f"The prompt does not name {subject.name}; it appears in shot {main + 1}.")
    return replace(screenplay, shots=tuple(shots)), notes


def _with_kind(member: CastMember, kind: str | None) -> CastMember:
    if kind == "place":
        return replace(member, part=Part.BACKGROUND, held_by=None)
    if kind == "object" and member.part is Part.ACTOR:
        return replace(member, part=Part.PROP)
    if kind == "card" and member.part is Part.SEAT:  # nobody can sit on a framed picture: it stands beside them
        return replace(member, part=Part.PROP, held_by=None)
    if kind == "person" and member.part is not Part.ACTOR:
        return replace(member, part=Part.ACTOR, held_by=None)
    return member


def _speaking_unseen(shot: ScriptShot, kinds: dict[str, str | None]) -> tuple[CastMember, ...]:
    """References that speak in a shot without being named in it are seen, unless the prompt keeps them off screen."""
    if hears_only(shot):
        return ()
    cast = {m.name for m in shot.cast}
    speakers = dict.fromkeys(
        line.speaker for line in shot.lines if line.speaker in kinds and line.delivery is not Delivery.NARRATE
    )
    return tuple(CastMember(name) for name in speakers if name and name not in cast)


def _mentioned(screenplay: Screenplay, subjects: Sequence[NamedSubject]) -> set[str]:
    naming = name_subjects(subjects)
    texts = [s.text for s in screenplay.shots] + list(screenplay.style)
    return {name for text in texts for _, _, name in naming.find(plain(text))}
