"""Gestures: what a cut-out in its own picture does when the prompt gives it something to do: hops, leans, nods, leaves.

Knows verbs and turns them into placements and faces, frame by frame. Must not know pixels. A cut-out has no limbs: a
gesture suggests, and the film's notes say so. All begins at rest, because the film begins with the picture itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from understudy.animatic import lexicon
from understudy.animatic.easing import smooth
from understudy.animatic.grammar.text import compile_words, plain
from understudy.animatic.grammar.verbs import ACTS
from understudy.animatic.screenplay import Verb
from understudy.animatic.stills.parallax import Pose
from understudy.core.units import Size

Track = NDArray[np.float64]

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』|'(?=\w)[^']{2,}'(?!\w)")
_CLAUSE = re.compile(r"[^,。.;:!?\n|，；：！？]+")
_LENS = compile_words(
    r"(?:看着?|看向|对着?|面向|面对|朝着?|冲着?|望着?|望向|盯着)镜头|"
    r"(?:at|to|into|towards?|facing) the (?:camera|lens)"
)
_CAMERA = compile_words(lexicon.CAMERA)
_VERBS = tuple((compile_words(pattern), verb) for pattern, verb in ACTS)
_GONE = compile_words(
    r"[跑走飞驶游滚冲]出(?:画面|画框|镜头|屏幕|视野|去|画)|[跑走飞]走|[跑走]开|离开(?:画面|镜头)?|消失在|"
    r"out of (?:the )?(?:frame|picture|shot|view|screen)|\bexits?\b|runs? (?:away|off)|walks? (?:away|off)|"
    r"flies (?:away|off)|leaves the"
)
_LEFT = compile_words(r"向左|往左|左边|左侧|\bleft(?:wards?)?\b")
_RISES = compile_words(
    r"升空|起飞|发射|腾空|升起|上升|lift(?:s|ing)?[ -]?off|takes? off|launch(?:es|ing)?|rises?\b|ascend"
)

MOVED = frozenset({Verb.WALK, Verb.RUN, Verb.JUMP, Verb.FLY, Verb.DANCE, Verb.LEAVE, Verb.PASS, Verb.WAVE, Verb.PLAY})
"""Verbs of the whole body, which need a cut-out."""
FACED = frozenset({Verb.NOD, Verb.SHAKE_HEAD, Verb.TURN, Verb.LOOK, Verb.SMILE, Verb.EAT, Verb.SLEEP, Verb.CRY})
"""Verbs of the head, which need a face."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What the prompt gives whoever is in the picture to do: verbs in order; whether he leaves the picture, and to
    the left; whether he rises.
    """

    verbs: tuple[Verb, ...] = ()
    leaves: bool = False
    to_left: bool = False
    rises: bool = False


def find_errand(prompt: str) -> Errand:
    """Read a prompt about a picture: whoever acts in it, and whatever it is called, is who stands in front."""
    text = _LENS.sub(" ", plain(_QUOTED.sub("。", prompt)))
    verbs: list[Verb] = []
    leaves = to_left = rises = False
    for clause in _CLAUSE.findall(text):
        if _CAMERA.search(clause):
            continue
        leaves = leaves or bool(_GONE.search(clause))
        rises = rises or bool(_RISES.search(clause))
        to_left = to_left or bool(_LEFT.search(clause))
        hits = sorted((m.start(), -m.end(), verb) for pattern, verb in _VERBS for m in pattern.finditer(clause))
        last = -1
        for start, minus_end, verb in hits:
            if start >= last:
                last = -minus_end
                if verb not in verbs and verb in MOVED | FACED:
                    verbs.append(verb)
    if leaves and not set(verbs) & {Verb.RUN, Verb.WALK, Verb.FLY}:
        verbs.append(Verb.LEAVE)
    return Errand(tuple(verbs), leaves, to_left, rises)


@dataclass(slots=True)
class Acted:
    """Tracks of one value per frame. Shifts in pixels, turns in degrees, `smile`, `shut`, `chew`, `grief` 0..1; `gaze`
    -1 left to 1 right.
    """

    count: int
    x: Track = field(init=False)
    y: Track = field(init=False)
    turn: Track = field(init=False)
    wide: Track = field(init=False)
    tall: Track = field(init=False)
    yaw: Track = field(init=False)
    pitch: Track = field(init=False)
    smile: Track = field(init=False)
    shut: Track = field(init=False)
    chew: Track = field(init=False)
    grief: Track = field(init=False)
    gaze: Track = field(init=False)

    def __post_init__(self) -> None:
        for name in ("x", "y", "turn", "yaw", "pitch", "smile", "shut", "chew", "grief", "gaze"):
            setattr(self, name, np.zeros(self.count))
        self.wide, self.tall = np.ones(self.count), np.ones(self.count)

    def part(self, start: int, count: int) -> Acted:
        """The same gestures in `count` frames from `start` on."""
        cut = Acted(count)
        for track in fields(self):
            if track.name != "count":
                setattr(cut, track.name, getattr(self, track.name)[start : start + count])
        return cut

    def pose(self, frame: int) -> Pose:
        """Where who stands in front is in a frame."""
        return Pose(*(float(track[frame]) for track in (self.x, self.y, self.turn, self.wide, self.tall)))


def act(
    errand: Errand, seconds: float, count: int, size: Size, *, is_cut: bool, tall: float, nods: bool = False
) -> Acted:
    """The gestures of a film's `count` frames.

    Args:
        errand: what is to be done; several things are done at once where they do not exclude each other.
        seconds: length of the film.
        count: its frames.
        size: of the picture.
        is_cut: the picture's edge cuts who stands in front: he must not be lifted far.
        tall: his height in pixels.
        nods: the wind moves him.
    """
    made = Acted(count)
    t = np.arange(count) / max(1, count) * seconds
    begin = _rise(t, 0.25, 1.1)
    way = -1.0 if errand.to_left else 1.0
    reach = 0.3 if is_cut else 1.0
    for verb in errand.verbs:
        _do(verb, made, t, begin, way, reach, tall, size)
    if nods:
        made.turn += (1.5 * np.sin(2 * np.pi * 0.31 * t) + 0.6 * np.sin(2 * np.pi * 0.83 * t + 1.0)) * begin
    if errand.rises and not is_cut:
        made.y -= 0.55 * size.height * _rise(t, 0.15 * seconds, seconds) ** 1.6
    if errand.leaves:
        gone = _rise(t, 0.3 * seconds, 0.95 * seconds, ease_out=False)
        if Verb.FLY in errand.verbs:
            made.y -= 0.9 * size.height * gone
        made.x += way * 1.15 * size.width * gone
        made.turn += way * 3.0 * np.sin(np.pi * np.minimum(1, gone * 2))
    return made


def _do(verb: Verb, made: Acted, t: Track, begin: Track, way: float, reach: float, tall: float, size: Size) -> None:
    match verb:
        case Verb.WALK | Verb.RUN | Verb.PASS:
            pace, high = (2.6, 0.028) if verb is Verb.RUN else (1.6, 0.014)
            step = np.abs(np.sin(np.pi * pace * t))
            made.y -= reach * high * tall * step * begin
            made.turn += (2.6 if verb is Verb.RUN else 1.0) * way * begin
            made.turn += 0.8 * np.sin(np.pi * pace * t) * begin
            made.x += way * 0.035 * size.width * _rise(t, 0.3, max(0.6, float(t[-1]))) * reach
        case Verb.JUMP:
            phase = np.clip((t - 0.35) / 0.75, 0, None) % 1.0
            hops = (t > 0.35) & (t < 0.35 + 0.75 * 3)
            lift = np.where(hops, 4 * phase * (1 - phase), 0.0)
            press = np.where(hops, np.exp(-((np.minimum(phase, 1 - phase) / 0.1) ** 2)), 0.0) * begin
            made.y -= reach * 0.13 * tall * lift
            made.tall *= 1 - 0.05 * press * reach
            made.wide *= 1 + 0.035 * press * reach
        case Verb.FLY:
            made.y -= reach * (0.05 * tall * begin + 0.02 * tall * np.sin(2 * np.pi * 0.45 * t) * begin)
            made.turn += 1.6 * np.sin(2 * np.pi * 0.33 * t) * begin
        case Verb.DANCE | Verb.PLAY:
            made.turn += (2.8 if verb is Verb.DANCE else 1.3) * np.sin(2 * np.pi * 0.9 * t) * begin
            made.y -= reach * 0.012 * tall * np.abs(np.sin(2 * np.pi * 0.9 * t)) * begin
            made.tall *= 1 + 0.008 * np.sin(2 * np.pi * 1.8 * t) * begin
        case Verb.WAVE:
            made.turn += 1.4 * np.sin(2 * np.pi * 1.1 * t) * begin * _fall(t, 2.6, 3.4)
        case Verb.NOD:
            made.pitch += 6.5 * np.maximum(0, np.sin(2 * np.pi * 0.95 * (t - 0.4))) * begin * _fall(t, 2.4, 2.9)
        case Verb.SHAKE_HEAD:
            made.yaw += 7.5 * np.sin(2 * np.pi * 0.95 * (t - 0.4)) * begin * _fall(t, 2.4, 3.0)
        case Verb.TURN | Verb.LOOK:
            made.yaw += way * (9.0 if verb is Verb.TURN else 5.0) * _rise(t, 0.5, 1.7)
            made.gaze += way * 0.5 * _rise(t, 0.3, 1.0)
        case Verb.SMILE:
            made.smile = np.maximum(made.smile, _rise(t, 0.3, 1.3))
        case Verb.EAT:
            made.chew = np.maximum(made.chew, (0.5 - 0.5 * np.cos(2 * np.pi * 1.5 * t)) * begin)
        case Verb.SLEEP:
            made.shut = np.maximum(made.shut, _rise(t, 0.4, 1.4))
            made.pitch += 4.0 * _rise(t, 0.6, 2.2)
        case Verb.CRY:
            made.grief = np.maximum(made.grief, _rise(t, 0.3, 1.4))
            made.pitch += 5.0 * _rise(t, 0.3, 1.6) + 0.8 * np.sin(2 * np.pi * 1.7 * t) * begin
        case _:
            pass


def _rise(t: Track, start: float, end: float, *, ease_out: bool = True) -> Track:
    share = np.clip((t - start) / max(1e-3, end - start), 0, 1)
    if not ease_out:
        return np.asarray(share**2 * (1.5 - 0.5 * share))
    return np.array([smooth(float(s)) for s in share])


def _fall(t: Track, start: float, end: float) -> Track:
    return 1 - _rise(t, start, end)


def told(verbs: Sequence[Verb]) -> str:
    """Verbs as words for a note."""
    return ", ".join(verb.value.replace("_", " ") for verb in verbs)
