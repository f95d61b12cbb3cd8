"""Continuity: what holds from one shot to the next, as the person with the log sees to it.

Knows what a closing sentence says of the whole film, who really puts a thing down, and where it then lies. Must not
know frames, sizes of shots or pixels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from understudy.animatic.grammar.ambience import find_place, find_weather
from understudy.animatic.grammar.naming import NamedSubject, name_subjects
from understudy.animatic.grammar.text import plain
from understudy.animatic.screenplay import Act, CastMember, Part, Screenplay, ScriptShot, Verb, Weather

_SENTENCE = re.compile(r"[^。.!！?？;；\n”\"」]+[。.!！?？;；]?")
_BEGINS = re.compile(
    r"开始|下起|突然|忽然|渐渐|慢慢|随后|接着|然后|最后|此时|这时|变成|变得|切|镜头|begin|start|sudden|slowly|then|"
    r"finally|turns|becomes|cut|camera",
    re.IGNORECASE,
)
_DAYTIME = re.compile(
    r"白天|阳光|晴天|晴朗|清晨|早晨|早上|上午|中午|下午|日出|蓝天|daytime|daylight|sunny|morning|noon|afternoon|sunrise|"
    r"blue sky",
    re.IGNORECASE,
)
_DARK = (Weather.NIGHT, Weather.SUNSET, Weather.NEON)
_CORNER = re.compile(r"(?:窗边|窗前|窗口|门口|门前|墙边|墙角|角落|桌边|床边|吧台|柜台|window|doorway|corner|counter)$")
_LONGEST_CLOSING = 48
"""Characters of a closing sentence about the whole film; longer ones tell something that happens. GUESS."""


def settle(screenplay: Screenplay, subjects: Sequence[NamedSubject]) -> Screenplay:
    """The screenplay with what holds for the whole film written into every shot, and acts given to who does them."""
    shots = tuple(replace(shot, acts=_own_acts(shot)) for shot in screenplay.shots)
    return replace(screenplay, shots=_in_one_place(_under_one_sky(shots, subjects)))


# Weather, light and place ---------------------------------------------------------------------------------------------


def closing_words(shot: ScriptShot, subjects: Sequence[NamedSubject]) -> str:
    """The last sentences of a shot that name nobody and tell only of weather or light; empty if there are none.

    Such a sentence after everything that happens speaks of the film, not of its last shot. A sentence in which the
    weather begins or turns is an event, and a shot made of nothing else is a shot.
    """
    naming = name_subjects(subjects)
    spoken = max((shot.text.rfind(line.text) + len(line.text) for line in shot.lines if line.text), default=0)
    found = ""
    for match in reversed(list(_SENTENCE.finditer(shot.text, max(0, spoken)))):
        words = match[0].strip()
        if len(words.strip('，,。. ”"」')) < 2:
            continue
        seen = plain(words)
        if (
            len(words) > _LONGEST_CLOSING
            or _BEGINS.search(words)
            or not find_weather(seen)
            or any(True for _ in naming.find(seen))
            or not shot.text[: match.start()].strip(" \n0123456789.、：:)）")
        ):
            break
        found = words + found
    return found if shot.cast or shot.lines or shot.acts else ""


def _under_one_sky(shots: tuple[ScriptShot, ...], subjects: Sequence[NamedSubject]) -> tuple[ScriptShot, ...]:
    if len(shots) < 2:
        return shots
    words = closing_words(shots[-1], subjects)
    if not words:
        return shots
    weather, place = find_weather(plain(words)), find_place(plain(words), words)
    return tuple(
        replace(
            shot,
            weather=shot.weather or tuple(w for w in weather if w not in _DARK or not _DAYTIME.search(shot.text)),
            place=shot.place or (None if _has_set(shot) else place),
        )
        for shot in shots
    )


def _in_one_place(shots: tuple[ScriptShot, ...]) -> tuple[ScriptShot, ...]:
    """A corner that only a later shot names (by the window) is where the film plays from its beginning."""
    places = list(dict.fromkeys(s.place for s in shots if s.place))
    if len(places) != 1 or any(map(_has_set, shots)) or not _CORNER.search(places[0]):
        return shots
    return tuple(replace(s, place=s.place or places[0]) if s.cast else s for s in shots)


_WITHIN = re.compile(
    r"(?:门口|门前|窗边|窗前|窗外|楼梯|背景|场景|环境|室内|舞台|阳台|车内|车里|doorway|background|setting|scene|interior|stage|stairs|room)$"
)


def same_place(now: str, before: str | None) -> bool:
    """Whether words for a place stay on the set: part of the same words, or a corner that any set has."""
    return bool(_WITHIN.search(now)) or (before is not None and (now in before or before in now))


def _has_set(shot: ScriptShot) -> bool:
    return any(m.part is Part.BACKGROUND for m in shot.cast)


# Things in hands ------------------------------------------------------------------------------------------------------


def _own_acts(shot: ScriptShot) -> tuple[Act, ...]:
    """Acts of a held thing are its holder's: "he puts Image 2 down" may have been read as an act of Image 2."""
    holders = {m.name: m.held_by for m in shot.cast if m.part is Part.PROP and m.held_by}
    speakers = {line.speaker for line in shot.lines}
    acts = []
    for act in shot.acts:
        holder = holders.get(act.who)
        if holder is None or act.verb not in (Verb.PUT, Verb.SPEAK, Verb.HOLD) or act.who in speakers:
            acts.append(act)
        elif act.verb is Verb.PUT:
            acts.append(Act(holder, Verb.PUT, act.target, act.side))
        elif act.verb is Verb.SPEAK:
            acts.append(replace(act, who=holder))
    return tuple(dict.fromkeys(_embracing(a, shot, acts) for a in acts))


def _embracing(act: Act, shot: ScriptShot, acts: Sequence[Act]) -> Act:
    """An embrace of two ("they hug") with the other one as its target, where there is one other."""
    if act.verb is not Verb.HUG or act.target is not None:
        return act
    actors = [m.name for m in shot.cast if m.part is Part.ACTOR and m.name != act.who]
    hugging = [n for n in actors if any(a.who == n and a.verb is Verb.HUG for a in acts)]
    others = hugging or actors
    return replace(act, target=others[0]) if len(others) == 1 else act


def things_put(shot: ScriptShot) -> tuple[tuple[str, str, str | None], ...]:
    """What is put down in a shot: (thing, who puts it, beside whom); only things that somebody of the shot holds."""
    found: list[tuple[str, str, str | None]] = []
    for act in shot.acts:
        if act.verb is not Verb.PUT:
            continue
        held = [m.name for m in shot.cast if m.part is Part.PROP and m.held_by == act.who]
        if not held:
            continue
        thing = act.target if act.target in held else held[-1]
        beside = None if act.target in (thing, act.who) else act.target
        if thing is not None and all(thing != t for t, _, _ in found):
            found.append((thing, act.who, beside))
    return tuple(found)


def laid_down(cast: Sequence[CastMember], things: Sequence[str]) -> tuple[CastMember, ...]:
    """The cast with `things` in nobody's hands; those that were not in it lie there too."""
    freed = tuple(replace(m, part=Part.PROP, held_by=None) if m.name in things else m for m in cast)
    here = {m.name for m in cast}
    return freed + tuple(CastMember(name, Part.PROP) for name in things if name not in here)
