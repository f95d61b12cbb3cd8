"""Viewpoint: whose shoulder the camera looks over, through whose eyes it sees, and what goes from hand to hand.

Knows the words of a shot that tie its camera to one of its people, and words of giving. Must not know where anybody
stands, frames or pixels. What a shot leaves open is answered with None, never guessed from the order of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from understudy.animatic.grammar.naming import NamedSubject, name_subjects
from understudy.animatic.grammar.text import plain
from understudy.animatic.screenplay import Act, Angle, Line, Part, ScriptShot, Verb
from understudy.animatic.storyboard import TimedLine

_OVER = re.compile(r"(?:越过|绕过|跨过|透过|隔着|从|\bover|\bbehind|\bpast|\bfrom)\s?(?:the )?$", re.IGNORECASE)
_SHOULDER = re.compile(
    r"(?:的|'s?)?\s?(?:left |right |左|右)?(?:肩|身后|背后|脑后|后脑|背影|shoulder|back\b)", re.IGNORECASE
)
_EYES = re.compile(
    r"(?:的|'s?)?\s?(?:own )?(?:主观|第一人称|视角|视点|视线|眼中|眼里|\bpov\b|\bpoint[ -]of[ -]view|"
    r"\bfirst[ -]person|\bperspective)",
    re.IGNORECASE,
)
_EYES_OF = re.compile(
    r"(?:point[ -]of[ -]view|\bpov|perspective)(?: shot)? (?:of|from) (?:the )?$|\bthrough (?:the eyes of )?(?:the )?$",
    re.IGNORECASE,
)
_SHOULDER_OF = re.compile(r"(?:shoulder|back) of (?:the )?$", re.IGNORECASE)
_COMES = (Verb.ENTER, Verb.WALK, Verb.RUN, Verb.PASS)


@dataclass(frozen=True, slots=True)
class Gift:
    """`thing` goes from the hand of `giver` into that of `taker`."""

    thing: str
    giver: str
    taker: str


def over_whom(shot: ScriptShot, subjects: Sequence[NamedSubject], talkers: Sequence[str]) -> str | None:
    """Over whose shoulder an over-shoulder shot is taken: as the prompt says, else of whom the speaker speaks to.

    `talkers` are those who speak, first to last. None where the shot is no such shot or holds fewer than two people.
    """
    actors = _actors(shot)
    if shot.angle is not Angle.OVER_SHOULDER or len(actors) < 2:
        return None
    text = plain(shot.text)
    for start, end, name in _names(text, subjects, actors):
        over = _SHOULDER.match(text, end) and _OVER.search(text[:start])
        if over or _SHOULDER_OF.search(text[:start]):
            return name
    seen = next((n for n in talkers if n in actors), None)
    if seen is None:  # whoever looks turns his back to us
        looks = (a.who for a in shot.acts if a.verb is Verb.LOOK and a.who in actors and a.target in actors)
        return next(looks, actors[0])
    spoken = next((line.to for line in shot.lines if line.speaker == seen and line.to in actors), None)
    return spoken or next(n for n in actors if n != seen)


def through_eyes(shot: ScriptShot, subjects: Sequence[NamedSubject]) -> tuple[ScriptShot, str | None]:
    """A subjective shot without the one whose eyes it is seen through, and his name; any other shot as it is.

    What he holds leaves the picture with him; who comes towards him comes towards the camera.
    """
    viewer = _viewer(shot, subjects)
    if viewer is None:
        return shot, None
    cast = tuple(m for m in shot.cast if viewer not in (m.name, m.held_by))
    acts = tuple(_for_viewer(a, viewer) for a in shot.acts if a.who != viewer)
    return replace(shot, cast=cast, acts=acts), viewer


def _for_viewer(act: Act, viewer: str) -> Act:
    return replace(act, target=None) if act.target == viewer else act


def _viewer(shot: ScriptShot, subjects: Sequence[NamedSubject]) -> str | None:
    actors = _actors(shot)
    if shot.angle is not Angle.POV or not actors:
        return None
    text = plain(shot.text)
    for start, end, name in _names(text, subjects, actors):
        if _EYES.match(text, end) or _EYES_OF.search(text[:start]):
            return name
    looks = [a for a in shot.acts if a.verb is Verb.LOOK and a.who in actors and a.target not in (None, a.who)]
    return looks[0].who if looks else None


_TO_CAMERA = re.compile(
    r"(?:向|朝|往|迎着|对着|冲)着?(?:镜头|观众|我们)\S{0,3}?(?:走|跑|奔|冲)|(?:走|跑|奔)(?:向|到)镜头|走近镜头|"
    r"\b(?:to|towards?) (?:the )?(?:camera|viewer|audience|us)\b",
    re.IGNORECASE,
)


def comes_to_camera(shot: ScriptShot) -> bool:
    """Whether somebody walks or runs towards the camera, in the prompt's own words."""
    return bool(_TO_CAMERA.search(unspoken(plain(shot.text), shot.lines)))


def comes_near(acts: Sequence[Act]) -> bool:
    """Whether somebody of a subjective shot comes along: then he comes towards whose eyes the camera is."""
    return any(a.verb in _COMES and a.side is None for a in acts)


_GIVES = re.compile(
    r"(?:递|交|送|传|还|献|赠|抛|扔|塞)(?:过去|过来)?(?:给了?|到|与|向)|"
    r"\b(?:hands?|gives?|pass(?:es)?|offers?|throws?|toss(?:es)?|handing|giving|passing|"
    r"offering)\b(?! (?:by|through|on)\b)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^。.!！?？;；\n]+")


def gifts_of(shot: ScriptShot, subjects: Sequence[NamedSubject]) -> tuple[Gift, ...]:
    """What is handed over in a shot, each thing once, where prompt and cast leave no doubt of giver and taker."""
    actors = _actors(shot)
    holders = {m.name: m.held_by for m in shot.cast if m.part is Part.PROP}
    found: dict[str, Gift] = {}
    for sentence in _SENTENCE.finditer(unspoken(plain(shot.text), shot.lines)):
        words = sentence[0]
        gives = _GIVES.search(words)
        named = list(_names(words, subjects, (*actors, *holders)))
        thing = next((n for _, _, n in named if n in holders), None)
        if gives is None or thing is None or thing in found:
            continue
        before = [n for start, _, n in named if n in actors and start < gives.start()]
        after = [n for start, _, n in named if n in actors and start >= gives.end()]
        giver = before[-1] if before else None
        taker = next((n for n in after if n != giver), None)
        if giver is not None and taker is not None:
            found[thing] = Gift(thing, giver, taker)
    return tuple(found.values())


def unspoken(text: str, lines: Sequence[Line | TimedLine]) -> str:
    """A shot's text with blanks for the words that are spoken in it: they tell nothing of what is seen."""
    for line in lines:
        for words in {line.text, plain(line.text)} - {""}:
            text = text.replace(words, " " * len(words))
    return text


def in_givers_hand(shot: ScriptShot, gifts: Sequence[Gift]) -> ScriptShot:
    """The shot with everything that is handed over in its giver's hand at first."""
    givers = {g.thing: g.giver for g in gifts}
    return replace(
        shot, cast=tuple(replace(m, held_by=givers[m.name]) if m.name in givers else m for m in shot.cast)
    ) if gifts else shot  # fmt: skip


def _actors(shot: ScriptShot) -> tuple[str, ...]:
    return tuple(m.name for m in shot.cast if m.part is Part.ACTOR)


def _names(text: str, subjects: Sequence[NamedSubject], wanted: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    return ((start, end, name) for start, end, name in name_subjects(subjects).find(text) if name in wanted)
