"""Repainting: a film in the look its prompt asks for, with its structure kept; what editing and repainting share.

Knows styles, colours, light and weather as words have named them, people's masks and a reference picture's palette.
Must not know tasks or files beside the pictures it is handed. One order for every picture: look, colours, people,
weather, strength.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.camera import View
from understudy.animatic.canvas import Canvas, yuv_of
from understudy.animatic.layers._layer import Moment
from understudy.animatic.layers.light import SAME, night_yuv, plate_grade
from understudy.animatic.layers.weather import far_weather, near_weather
from understudy.animatic.looks import Kit, Style, open_look
from understudy.animatic.looks.colouring import Colouring, Colours, ramp, skin
from understudy.animatic.looks.craft import ColourTable, blend, in_lab
from understudy.animatic.looks.sight import Picture, Plane, Sight, sights
from understudy.animatic.looks.words import Wording
from understudy.animatic.perception import Eyes
from understudy.animatic.screenplay import Weather
from understudy.core.units import FRAMES_PER_SECOND

_DRAWN = frozenset({Style.INK, Style.MANGA, Style.PENCIL, Style.BLACK_AND_WHITE, Style.OLD_FILM, Style.BRASS})
"""Looks whose colours are their own: a named colour only tints them."""

_OWN_LIGHT = frozenset({Style.INK, Style.MANGA, Style.PENCIL, Style.NEON_CITY})


@dataclass(frozen=True, slots=True)
class Repainting:
    """What is to be done to a film.

    `base` is a look the picture is brought to first (only volumes, only lines), or None. `keeps_people` 0..1 is how
    much of themselves people keep. `palette` is the colouring of the picture whose colours are to be taken. `strength`
    0 is the source, 1 the full look.
    """

    wording: Wording
    strength: float = 1.0
    base: Style | None = None
    keeps_people: float = 0.0
    palette: Colouring | None = None

    def pictures(
        self, source: Iterable[Picture], kit: Kit, frames_per_second: Fraction, eyes: Eyes | None = None
    ) -> Iterator[Picture]:
        """The film's pictures repainted, one for one, (h, w, 3) RGB of the kit's size."""
        first = None if self.base is None else open_look(self.base, kit)
        look = open_look(self.wording.style or Style.AS_IT_IS, kit)
        colour = _colours(self, kit)
        weather = _weather(self.wording, kit, frames_per_second)
        people = _People(eyes) if eyes is not None and self.keeps_people > 0 else None
        for sight in sights(source):
            made = sight.picture
            if self.strength > 0:
                seen = sight
                if first is not None:
                    base = first(sight)
                    seen = replace(sight, picture=base, calm=base)
                made = look(seen)
                if colour is not None:
                    made = colour(made)
                if people is not None:
                    made = blend(made, sight.picture, people.mask(sight) * np.float32(self.keeps_people))
                made = weather(made, sight)
            if self.strength < 1:
                made = cv2.addWeighted(made, self.strength, sight.picture, 1 - self.strength, 0)
            yield made


class _People:
    """Where people are, picture by picture, held still by the masks before."""

    def __init__(self, eyes: Eyes) -> None:
        self._eyes = eyes
        self._last: Plane | None = None

    def mask(self, sight: Sight) -> Plane:
        """(h, w) 0..1."""
        look = ramp(self._eyes.person_look(sight.calm), 0.3, 0.8)
        if self._last is not None:
            apart = np.abs(look - self._last)
            look = np.where(apart < 0.5, np.float32(0.4) * look + np.float32(0.6) * self._last, look)
        self._last = np.asarray(look, np.float32)
        high, wide = sight.picture.shape[:2]
        large = cv2.resize(self._last, (wide, high), interpolation=cv2.INTER_CUBIC)
        return np.asarray(np.clip(cv2.GaussianBlur(large, (0, 0), max(0.8, high / 300)), 0, 1), np.float32)


def _colours(wish: Repainting, kit: Kit) -> Callable[[Picture], Picture] | None:
    """The change of colours that words and a reference picture ask for, as one table; None for no change."""
    rules: list[Callable[[Colours], Colours]] = []
    words = wish.wording
    if wish.palette is not None:
        rules.append(_matched(kit.colouring, wish.palette, 0.35 if words.style in _DRAWN else 0.8))
    if words.colours:
        rules.append(_drawn_to([ab for _, ab in words.colours], 0.35 if words.style in _DRAWN else 0.62))
    rules += [_LIGHT[word] for word in words.lights]
    if not rules:
        return None

    def all_of(lab: Colours) -> Colours:
        for rule in rules:
            lab = rule(lab)
        return lab

    table = ColourTable.of(in_lab(all_of))
    if words.style is not None:
        return table.on

    def smooth(picture: Picture) -> Picture:
        # a photograph shows the steps of a table; its own fine detail is laid over a smooth change
        high, wide = picture.shape[:2]
        half = cv2.resize(picture, (wide // 2, high // 2), interpolation=cv2.INTER_AREA)
        change = table.on(half).astype(np.int16) - half
        change = cv2.resize(cv2.blur(change, (3, 3)), (wide, high), interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.add(picture, change, dtype=cv2.CV_8U), np.uint8)

    return smooth


def _matched(own: Colouring, other: Colouring, share: float) -> Callable[[Colours], Colours]:
    """Colours moved so that the film's mean and spread become the picture's.

    The linear Monge-Kantorovitch transport: of all linear maps that fit the two spreads the one that moves least.
    Source: Pitié and Kokaram, The linear Monge-Kantorovitch linear colour mapping, CVMP 2007.
    """
    mean, spread = own.spread()
    there, wanted = other.spread()
    spread, wanted = spread + np.eye(3) * 4, wanted + np.eye(3) * 4
    root = _root(spread)
    back = np.linalg.inv(root)
    matrix = back @ _root(root @ wanted @ root) @ back
    sizes, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    matrix = axes @ np.diag(np.clip(sizes, 0.35, 2.2)) @ axes.T  # a flat film must not break into noise

    def rule(lab: Colours) -> Colours:
        moved = (lab - mean) @ matrix.T + there
        moved[:, 0] = 0.55 * moved[:, 0] + 0.45 * lab[:, 0]  # light carries the structure: less of it moves
        moved[:, 0] = np.clip(moved[:, 0], 0, 100)
        return np.asarray(lab + (moved - lab) * share, np.float32)

    return rule


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    sizes, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray(axes @ np.diag(np.sqrt(np.maximum(sizes, 1e-6))) @ axes.T)


def _drawn_to(wanted: list[tuple[float, float]], share: float) -> Callable[[Colours], Colours]:
    """Hues drawn to the nearest of the named ones; greys take the first, skin gives way less."""
    targets = np.array(wanted, np.float32)

    def rule(lab: Colours) -> Colours:
        hue = lab[:, 1:]
        strength = np.hypot(hue[:, 0], hue[:, 1])[:, None]
        units = targets / np.maximum(np.hypot(targets[:, 0], targets[:, 1])[:, None], 1e-3)
        # the likeness of a grey to any hue is noise: there the first colour has it, and all turns are soft
        likeness = hue @ units.T / 5
        likeness[:, 0] += 2.0
        shares = np.exp(likeness - likeness.max(axis=1, keepdims=True))
        goal = (shares / shares.sum(axis=1, keepdims=True)) @ targets
        # full colour in the middle of the scale, none in black and white
        room = (ramp(lab[:, 0], 0, 35) * ramp(lab[:, 0], 100, 70))[:, None]
        pull = share * room * (1 - 0.55 * skin(lab)[:, None]) * np.minimum(1, 0.45 + strength / 40)
        made = lab.copy()
        made[:, 1:] += (goal - hue) * pull
        return np.asarray(made, np.float32)

    return rule


def _shift(
    gain: float = 1.0, gamma: float = 1.0, tint: tuple[float, float] = (0, 0), colour: float = 1.0
) -> Callable[[Colours], Colours]:
    def rule(lab: Colours) -> Colours:
        made = lab.copy()
        light = np.clip(lab[:, 0] / 100, 0, 1) ** gamma * gain
        made[:, 0] = 100 * np.clip(light, 0, 1)
        room = np.sqrt(np.clip(light * (1.15 - light) * 4, 0, 1))
        made[:, 1] = lab[:, 1] * colour + tint[0] * room
        made[:, 2] = lab[:, 2] * colour + tint[1] * room
        return np.asarray(made, np.float32)

    return rule


def _leaves(to: tuple[float, float], share: float) -> Callable[[Colours], Colours]:
    """Greens of plants turned to another hue of the same light."""

    def rule(lab: Colours) -> Colours:
        hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))
        here = ramp(np.abs(hue - 118), 42, 22) * ramp(np.hypot(lab[:, 1], lab[:, 2]), 7, 16) * share
        made = lab.copy()
        strength = np.maximum(np.hypot(lab[:, 1], lab[:, 2]), 24) / float(np.hypot(*to))
        for channel, goal in enumerate(to):
            made[:, 1 + channel] += (goal * strength - lab[:, 1 + channel]) * here
        made[:, 0] += 5 * here
        return np.asarray(made, np.float32)

    return rule


def _both(first: Callable[[Colours], Colours], second: Callable[[Colours], Colours]) -> Callable[[Colours], Colours]:
    return lambda lab: second(first(lab))


# By eye, on photographs. GUESS.
_LIGHT: dict[str, Callable[[Colours], Colours]] = {
    "warm": _shift(gain=1.02, tint=(5, 14)),
    "cold": _shift(gain=0.98, tint=(-4, -15), colour=0.9),
    "bright": _shift(gamma=0.78, gain=1.02, colour=1.08),
    "dark": _shift(gamma=1.35, gain=0.86, colour=0.88),
    "vivid": _shift(colour=1.5),
    "muted": _shift(gamma=0.92, gain=0.97, colour=0.58),
    "autumn": _both(_leaves((26.0, 52.0), 0.9), _shift(tint=(4, 9))),
    "spring": _both(_leaves((-30.0, 44.0), 0.5), _shift(gamma=0.86, tint=(5, 1), colour=1.08)),
    "winter": _both(_leaves((-2.0, -5.0), 0.75), _shift(gamma=0.86, tint=(-2, -9), colour=0.7)),
    "summer": _both(_leaves((-40.0, 48.0), 0.6), _shift(gamma=0.9, tint=(1, 5), colour=1.2)),
}


def _weather(wording: Wording, kit: Kit, rate: Fraction) -> Callable[[Picture, Sight], Picture]:
    """Grade and weather over a picture; nothing where no weather is named."""
    words = wording.weather
    if wording.style is Style.NEON_CITY:  # has night and neon in its paint
        words = tuple(word for word in words if word not in (Weather.NIGHT, Weather.NEON))
    if not words:
        return lambda picture, sight: picture
    rng = kit.rng()
    layers = [*far_weather(words, kit.size, rng), *near_weather(words, kit.size, rng)]
    # white paper and a city by night keep their own light: there the weather only falls
    grade = SAME if wording.style in _OWN_LIGHT else plate_grade(words)
    canvas = Canvas(kit.size)
    view = View(kit.size.width / 2, kit.size.height / 2, 1.0)

    def over(picture: Picture, sight: Sight) -> Picture:
        yuv = yuv_of(picture)
        yuv = night_yuv(yuv, grade) if Weather.NIGHT in words and grade is not SAME else grade.on(yuv)
        canvas.luma[:] = yuv[:, :, 0]
        for plane, channel in ((canvas.blue, 1), (canvas.red, 2)):
            cv2.resize(yuv[:, :, channel], plane.shape[::-1], dst=plane, interpolation=cv2.INTER_AREA)
        frame = round(sight.number * FRAMES_PER_SECOND / rate)
        for layer in layers:
            layer.paint(canvas, Moment(frame, frame, view))
        return canvas.rgb()

    return over
