"""A prompt without references as a screenplay whose people are stand-ins.

Knows how nouns become a cast, who of several does what, and how large everybody is beside the others. Must not know
frames, marks on the floor or paint.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from understudy.animatic.grammar import NamedSubject, read_screenplay, verbs
from understudy.animatic.grammar.text import compile_words, plain
from understudy.animatic.screenplay import Act, CastMember, Part, Screenplay, ScriptShot, ShotSize, Verb
from understudy.animatic.standins import words
from understudy.animatic.standins.figure import Figure
from understudy.animatic.standins.kinds import Home, Role
from understudy.animatic.standins.scout import Standin, scout

_GROWN = 1.7
"""Metres that the studio's usual body stands for."""
_WIDEST = 0.62
"""Of the picture's width that one stand-in fills at most."""

_GOINGS = tuple((compile_words(pattern), Verb(verb)) for verb, pattern in words.GOINGS)
_VERBS = tuple((compile_words(pattern), verb) for pattern, verb in verbs.ACTS)
_MOVING = frozenset(
    {Verb.WALK, Verb.RUN, Verb.FLY, Verb.SWIM, Verb.ENTER, Verb.LEAVE, Verb.PASS, Verb.JUMP, Verb.DANCE}
)
_WANDERS = frozenset({Verb.WALK, Verb.RUN, Verb.FLY, Verb.SWIM})
_STILL = frozenset({Verb.SIT, Verb.STAND, Verb.SLEEP, Verb.LEAN, Verb.DANCE, Verb.PLAY, Verb.EAT})
_RIDES = compile_words(words.RIDES)
_ABOARD = compile_words(
    r"(?:船|舟|筏|艇|气球|飞船)(?:上|里|中|头|尾)|划[船桨]|撑[船篙]|泛舟|\b(?:on|in|aboard|inside) (?:an?|the|"
    r"his|her|their) (?:\w+ ){0,3}(?:boat|raft|canoe|kayak|ship|yacht|sailboat|gondola|rowboat|dinghy)|"
    r"\brow(?:s|ing)\b|\bpaddl"
)
_INSIDE = compile_words(
    r"驾驶|开着|开车|坐在\S{0,6}(?:车|机)[里内上]|\bdriv(?:es|ing)\b|\bin (?:an?|the|his|"
    r"her) (?:\w+ ){0,3}(?:car|truck|bus|train|plane|taxi)\b|\bpilot"
)
_OUTDOORS = {Home.WATER: "open water", Home.DEEP: "underwater", Home.AIR: "above the hills"}


@dataclass(frozen=True, slots=True)
class Script:
    """A screenplay, the figures its cast are by canonical name, and what stands at the back of every shot.

    `mounts` tells who sits on or in what.
    """

    screenplay: Screenplay
    figures: dict[str, Figure]
    scenery: tuple[str, ...]
    mounts: dict[str, str]
    notes: tuple[str, ...]

    @property
    def subjects(self) -> tuple[NamedSubject, ...]:
        """The cast as the storyboard knows it."""
        return tuple(NamedSubject(name, (), "image", "person") for name in self.figures if name not in self.scenery)


def read_script(prompt: str, aspect: float, *, labelled: bool) -> Script:
    """What a prompt without references states. `aspect` is width / height of the film."""
    found = scout(prompt)
    acting = [s for s in found if s.kind.role is not Role.SCENERY] or list(found)
    backing = [s for s in found if s not in acting]
    subjects = [NamedSubject(s.name, s.phrases, "image", "person") for s in acting]
    screenplay = read_screenplay(prompt, subjects)
    named = {s.name: s for s in acting}
    shots = [_everybody_acts(shot, named) for shot in screenplay.shots]
    hidden = {name for shot in shots for name in _inside(shot, named)}
    shots = [_without(shot, hidden) for shot in shots]
    mounts: dict[str, str] = {}
    for shot in shots:
        mounts |= _mounted(shot, named)
    shots = [_going(shot, named, mounts) for shot in shots]
    shown = [s for s in acting if s.name not in hidden]
    copies = {s.name: tuple(s.name if n == 0 else f"{s.name} {n + 1}" for n in range(s.count)) for s in shown}
    shots = [_multiplied(_placed(shot, shown), copies) for shot in shots]
    shares = _shares(shown, backing, aspect, frozenset(mounts.values()))
    no_text = screenplay.no_text or not labelled
    figures: dict[str, Figure] = {}
    for standin in (*shown, *backing):
        for number, name in enumerate(copies.get(standin.name, (standin.name,))):
            label = None if no_text or number else standin.name
            figures[name] = Figure(standin.kind, label, standin.accent, shares[standin.name], number)
    notes = [f"{name} is inside and not seen." for name in hidden]
    return Script(
        replace(screenplay, shots=tuple(shots)), figures, tuple(s.name for s in backing), mounts, tuple(notes)
    )


# Who does what --------------------------------------------------------------------------------------------------------


def _everybody_acts(shot: ScriptShot, named: dict[str, Standin]) -> ScriptShot:
    """All stand-ins that a shot names are seen in it and act; nobody has a picture that makes him a prop or a place."""
    view = plain(shot.text)
    seen = [m.name for m in shot.cast]
    seen += [
        name for name, s in named.items() if name not in seen and any(_where(view, p) is not None for p in s.phrases)
    ]
    order = {
        name: next((w for p in named[name].phrases if (w := _where(view, p)) is not None), 0)
        for name in seen
        if name in named
    }
    sides = {m.name: m.side for m in shot.cast}
    cast = tuple(CastMember(name, Part.ACTOR, None, sides.get(name)) for name in sorted(order, key=lambda n: order[n]))
    return replace(shot, cast=cast, acts=_acts(shot, view, named, [m.name for m in cast]))


def _where(view: str, phrase: str) -> int | None:
    if phrase[0].isascii():
        match = re.search(rf"\b{re.escape(phrase)}\b", view)
        return None if match is None else match.start()
    at = view.find(phrase)
    return None if at < 0 else at


def _acts(shot: ScriptShot, view: str, named: dict[str, Standin], here: Sequence[str]) -> tuple[Act, ...]:
    """What the grammar found, and ways of going that are no verbs of people, given to whoever is named before them."""
    acts = [a for a in shot.acts if a.who in here]
    spots = sorted(
        (m.start(), name) for name in here for p in named[name].phrases for m in re.finditer(re.escape(p), view)
    )
    for pattern, verb in _GOINGS:
        for match in pattern.finditer(view):
            stop = max(view.rfind(mark, 0, match.start()) for mark in "。;!?\n") + 1
            before = [name for at, name in spots if stop <= at < match.start()]
            after = [name for at, name in spots if at >= match.end()]
            who = _likeliest(before, after, named, verb, view[max(0, match.start() - 3) : match.start()])
            if who is not None:
                _put(acts, Act(who, verb))
    for name in here:  # a sleeping dog, 奔跑的小猫
        for phrase in named[name].phrases:
            for pattern, verb in (*_VERBS, *_GOINGS):
                if len(phrase) > len(name) and pattern.search(phrase.removesuffix(name)):
                    _put(acts, Act(name, verb))
    loose = [name for name in here if not any(a.who == name and a.verb not in (Verb.SPEAK, Verb.LOOK) for a in acts)]
    if len(here) == 1 and loose:
        for pattern, verb in _VERBS:
            if pattern.search(view):
                _put(acts, Act(here[0], verb))
    # together: who is joined to somebody that goes, goes too
    for first, second in itertools.pairwise(here):
        joined = re.search(
            r"(?:和|与|跟|\band\b|\bwith\b|带着|牵着)", _between(view, named[first], named[second]) or ""
        )
        for one, other in ((first, second), (second, first)):
            if joined and other in loose:
                for act in [
                    a for a in acts if a.who == one and a.verb in (_WANDERS | {Verb.DANCE, Verb.JUMP, Verb.SIT})
                ]:
                    _put(acts, replace(act, who=other, target=None))
    return tuple(_sensible(act, named) for act in acts)


def _between(view: str, one: Standin, other: Standin) -> str | None:
    for first in one.phrases:
        at = _where(view, first)
        if at is None:
            continue
        for second in other.phrases:
            to = view.find(second, at + len(first))
            if 0 <= to - at - len(first) <= 6:
                return view[at + len(first) : to]
    return None


def _likeliest(
    before: Sequence[str], after: Sequence[str], named: dict[str, Standin], verb: Verb, left: str
) -> str | None:
    homes = {Verb.SWIM: (Home.DEEP,), Verb.FLY: (Home.AIR,)}.get(verb, ())
    for names in (list(reversed(before)), list(after)):
        fitting = [n for n in names if named[n].kind.home in homes]
        if fitting:
            return fitting[0]
    return before[-1] if before else (after[0] if len(set(after)) == 1 else None)


def _put(acts: list[Act], act: Act) -> None:
    if (act.who, act.verb) not in {(a.who, a.verb) for a in acts}:
        acts.append(act)


def _sensible(act: Act, named: dict[str, Standin]) -> Act:
    """A verb in the manner of its subject: whatever goes in the air flies, whatever goes under water swims."""
    home = named[act.who].kind.home
    if act.verb in (Verb.WALK, Verb.PASS, Verb.JUMP) and home is Home.AIR:
        return replace(act, verb=Verb.FLY)
    if act.verb in (Verb.WALK, Verb.FLY, Verb.PASS) and home is Home.DEEP:
        return replace(act, verb=Verb.SWIM)
    if act.verb in (Verb.FLY, Verb.SWIM) and home is Home.WATER:
        return replace(act, verb=Verb.WALK)
    return act


def _inside(shot: ScriptShot, named: dict[str, Standin]) -> list[str]:
    """People who are inside a vehicle that hides them."""
    hulls = [
        m.name
        for m in shot.cast
        if named[m.name].kind.role is Role.VEHICLE
        and named[m.name].kind.seat is None
        and named[m.name].kind.home is Home.GROUND
    ]
    if not hulls or not _INSIDE.search(plain(shot.text)):
        return []
    return [m.name for m in shot.cast if named[m.name].kind.role is Role.PERSON][:1]


def _without(shot: ScriptShot, hidden: set[str]) -> ScriptShot:
    """The shot without those; what they do, the vehicle does."""
    if not hidden & {m.name for m in shot.cast}:
        return shot
    left = tuple(m for m in shot.cast if m.name not in hidden)
    acts = [a for a in shot.acts if a.who not in hidden]
    for act in shot.acts:
        if act.who in hidden and act.verb in _WANDERS and left:
            _put(acts, replace(act, who=left[0].name, target=None))
    return replace(shot, cast=left, acts=tuple(acts))


def _mounted(shot: ScriptShot, named: dict[str, Standin]) -> dict[str, str]:
    """Who rides what, where the prompt says that somebody does."""
    view = plain(shot.text)
    people = [m.name for m in shot.cast if named[m.name].kind.role is Role.PERSON]
    rides = bool(_RIDES.search(view))
    seats = [m.name for m in shot.cast if named[m.name].kind.seat is not None] if rides else []
    boats = (
        [m.name for m in shot.cast if named[m.name].kind.home is Home.WATER] if rides or _ABOARD.search(view) else []
    )
    return dict(zip(people, seats, strict=False)) or {name: boats[0] for name in people[:2] if boats}


def _going(shot: ScriptShot, named: dict[str, Standin], mounts: dict[str, str]) -> ScriptShot:
    """Mounts go when their riders do, fish and clouds of birds always, and what is in the air or water keeps there."""
    acts = list(shot.acts)
    here = [m.name for m in shot.cast]
    for rider, mount in mounts.items():
        if rider in here and mount in here:
            ways = [a for a in acts if a.who in (rider, mount) and a.verb in _WANDERS]
            acts = [a for a in acts if a.who != rider or a.verb not in _WANDERS | {Verb.SIT, Verb.ENTER, Verb.PASS}]
            still = re.search(r"停|站|坐在|\b(?:stopped|parked|stands?|sits?|standing|sitting)\b", plain(shot.text))
            verb = Verb.RUN if any(a.verb is Verb.RUN for a in ways) else Verb.WALK
            if ways or not still:
                acts = [a for a in acts if a.who != mount or a.verb not in _WANDERS]
                acts.append(Act(mount, verb))
    for name in here:
        kind = named[name].kind
        does = {a.verb for a in acts if a.who == name}
        if does & (_MOVING | _STILL):
            continue
        if kind.home is Home.DEEP:
            acts.append(Act(name, Verb.SWIM))
        elif kind.home is Home.AIR and kind.body not in ("kite", "balloon", "drone", "butterfly"):
            acts.append(Act(name, Verb.FLY))
    return replace(shot, acts=tuple(acts))


def _placed(shot: ScriptShot, shown: Sequence[Standin]) -> ScriptShot:
    """The shot with a place that suits who is in it, where the prompt's own names none that does."""
    here = {m.name for m in shot.cast}
    homes = {s.kind.home for s in shown if s.name in here}
    size = shot.size
    if size is None and any(a.verb in _MOVING for a in shot.acts):
        size = ShotSize.FULL
    place = shot.place
    swims = any(a.verb is Verb.SWIM and a.who in here for a in shot.acts)
    if Home.WATER in homes or (swims and Home.DEEP not in homes):
        place = f"{place or ''} ({_OUTDOORS[Home.WATER]})".strip()
    elif (
        Home.DEEP in homes
        and (swims or Home.GROUND not in homes)
        and not re.search(r"鱼缸|池塘|水面|aquarium|tank|pond", plain(shot.text))
    ):
        place = f"{place or ''} ({_OUTDOORS[Home.DEEP]})".strip()
    elif homes == {Home.AIR} and place is None:
        place = _OUTDOORS[Home.AIR]
    return replace(shot, size=size, place=place)


def _multiplied(shot: ScriptShot, copies: dict[str, tuple[str, ...]]) -> ScriptShot:
    """Everybody as many times as the prompt counts him; all of them do the same."""
    cast = tuple(replace(m, name=name) for m in shot.cast for name in copies[m.name])
    acts = tuple(replace(a, who=name) for a in shot.acts for name in copies[a.who])
    return replace(shot, cast=cast, acts=acts)


# How large ------------------------------------------------------------------------------------------------------------


def _shares(
    shown: Sequence[Standin], backing: Sequence[Standin], aspect: float, mounts: frozenset[str]
) -> dict[str, float]:
    """Heights in heights of a grown body on this set.

    Beside people everything has about its true size, less the larger it is; without them the largest one takes the
    place that a person would. Source of true sizes: `kinds`.
    """
    people = [s for s in shown if s.kind.role is Role.PERSON]
    shares: dict[str, float] = {}
    lead = max(shown, key=lambda s: s.kind.metres, default=None)
    for standin in shown:
        metres = standin.kind.metres
        if people:
            tallest = max(s.kind.metres for s in people)
            share = (metres / tallest) ** (0.85 if metres < tallest else 0.55) * (tallest / _GROWN) ** 0.25
        else:
            assert lead is not None
            # what flies beside the lead is farther off
            small = 0.75 if standin.kind.home is Home.AIR and lead.kind.home is not Home.AIR else 0.45
            share = 0.74 * (metres / lead.kind.metres) ** small
        shares[standin.name] = share
    across, shrunk = 0.0, 1.0
    for standin in shown:
        left, top, right, bottom = Figure(standin.kind, None, None, 1.0).puppet().box()
        wide = (right - left) / (bottom - top)
        # 0.7 is the studio's body in parts of the picture's height
        most = _WIDEST * aspect / (0.7 * wide * min(standin.count, 2) ** 0.7)
        kept = min(shares[standin.name], most, 1.32)
        if standin.name in mounts:
            shrunk = min(shrunk, kept / shares[standin.name])
        shares[standin.name] = kept
        across += 0.7 * shares[standin.name] * wide * standin.count
    # whoever rides keeps the measure of what he rides
    shares = {name: share * (1.0 if name in mounts else shrunk) for name, share in shares.items()}
    tight = min(1.0, 0.96 * aspect / max(across, 1e-6))
    if not people:
        shares = {name: share * max(0.35, tight) for name, share in shares.items()}
    for standin in backing:
        shares[standin.name] = min(
            1.45, (standin.kind.metres / _GROWN) ** 0.42 * (1.0 if people or not shown else 0.85)
        )
    return shares
