"""Photographed looks: black and white, old film, neon city, brass and steam, soft volumes. Light and lens, no brush.

Knows grading, grain and glow. Must not know films or prompts.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.looks.colouring import Colours, ramp, skin
from understudy.animatic.looks.craft import (
    ColourTable,
    blurred,
    glowing,
    grey_of,
    in_lab,
    lines,
    lit,
    over,
    paper,
    pen_grey,
    simplified,
    vignette,
)
from understudy.animatic.looks.kit import Kit, Look
from understudy.animatic.looks.sight import Picture, Sight


def black_and_white(kit: Kit) -> Look:
    """A silver print: deep blacks, bright skin, fine grain."""
    low, high = kit.tones()

    def silver(lab: Colours) -> Colours:
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1) + 0.05 * skin(lab)
        # an orange filter: warm things come out bright, skies dark
        light = np.clip(light + 0.0016 * lab[:, 2], 0, 1)
        made = np.zeros_like(lab)
        made[:, 0] = 100 * np.interp(light, (0, 0.12, 0.35, 0.65, 0.9, 1), (0.01, 0.06, 0.27, 0.66, 0.93, 0.98))
        made[:, 2] = 1.2
        return made

    table = ColourTable.of(in_lab(silver))
    grain = _grain(kit)
    dark = vignette(kit.shape, 0.5, 1.15) * np.float32(0.34)

    def paint(sight: Sight) -> Picture:
        made = glowing(_smooth(table, sight.picture, sight.calm), 0.78, 0.22, 22 * kit.unit)
        return lit(made, 1 - dark + grain(sight.number) * np.float32(0.022))

    return paint


def old_film(kit: Kit) -> Look:
    """Faded colour stock: milky blacks, amber lights, green shadows, grain, a bright spot that leaks in."""

    def faded(lab: Colours) -> Colours:
        light = lab[:, 0] / 100
        made = lab.copy()
        made[:, 0] = 100 * np.interp(light, (0, 0.25, 0.5, 0.8, 1), (0.13, 0.30, 0.53, 0.80, 0.93))
        made[:, 1:] *= 0.70
        made[:, 1] += -4 + 8 * light
        made[:, 2] += 4 + 13 * light
        return made

    table = ColourTable.of(in_lab(faded))
    grain = _grain(kit)
    dark = vignette(kit.shape, 0.45, 1.1) * np.float32(0.42)
    high, wide = kit.shape
    y, x = np.linspace(0, 1, high, dtype=np.float32)[:, None], np.linspace(0, 1, wide, dtype=np.float32)[None]
    leak = np.clip(1 - np.hypot((x - 1.02) * 2.6, (y - 0.25) * 1.1), 0, 1) ** 2

    def paint(sight: Sight) -> Picture:
        made = cv2.GaussianBlur(_smooth(table, sight.picture, sight.calm), (0, 0), 0.7 * kit.unit)
        breath = 1 + 0.012 * float(np.sin(sight.number * 0.7) + 0.6 * np.sin(sight.number * 1.9 + 1))
        made = lit(made, breath * (1 - dark) + grain(sight.number) * np.float32(0.038))
        return over(made, (255, 128, 56), leak * np.float32(0.34 * breath))

    return paint


def neon_city(kit: Kit) -> Look:
    """Cyberpunk: night of blue and magenta, cyan on every edge, lamps that bleed."""
    low, high = kit.tones()

    def night(lab: Colours) -> Colours:
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1)
        made = np.empty_like(lab)
        made[:, 0] = 100 * np.interp(light, (0, 0.3, 0.6, 0.85, 1), (0.02, 0.14, 0.37, 0.68, 0.93))
        here = skin(lab)
        # two lights: deep blue fills, magenta keys; the hottest turn cyan
        made[:, 1] = np.interp(light, (0, 0.3, 0.6, 0.85, 1), (10, 24, 38, 22, -8))
        made[:, 2] = np.interp(light, (0, 0.3, 0.6, 0.85, 1), (-26, -44, -36, -22, -10))
        own = lab[:, 1:] * np.array([1.2, 0.9], np.float32)
        kept = (0.34 + 0.30 * here + 0.2 * ramp(np.hypot(lab[:, 1], lab[:, 2]), 40, 75))[:, None]
        made[:, 1:] = made[:, 1:] * (1 - kept) + own * kept
        made[:, 0] += 7 * here * light
        return made

    table = ColourTable.of(in_lab(night))
    dark = vignette(kit.shape, 0.4, 1.1) * np.float32(0.45)
    side = np.linspace(0, 1, kit.shape[1], dtype=np.float32)[None, :] * np.ones((kit.shape[0], 1), np.float32)
    rows = (1 - np.float32(0.05) * ((np.arange(kit.shape[0]) // max(1, round(2 * kit.unit))) % 2))[:, None]

    def paint(sight: Sight) -> Picture:
        flat = simplified(sight.calm, 1, 30)
        made = _smooth(table, sight.picture, flat)
        wire = cv2.GaussianBlur(lines(pen_grey(flat), 1.8 * kit.unit, 0.007, flow=4.0), (0, 0), 0.8 * kit.unit)
        cyan, pink = wire * ramp(side, 0.75, 0.25), wire * ramp(side, 0.25, 0.75)
        light = cv2.merge([cyan * 10 + pink * 255, cyan * 215 + pink * 40, cyan * 255 + pink * 190])
        halo = cv2.resize(
            cv2.GaussianBlur(
                cv2.resize(light, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), (0, 0), 4 * kit.unit
            ),
            (kit.shape[1], kit.shape[0]),
        )
        made = cv2.add(made, np.clip(light * 0.55 + halo * 1.1, 0, 255).astype(np.uint8))
        made = glowing(made, 0.55, 0.6, 30 * kit.unit)
        return lit(made, np.asarray((1 - dark) * rows, np.float32))

    return paint


def brass(kit: Kit) -> Look:
    """Steam and brass: copper, soot and parchment; engraved shadows, haze of steam."""
    low, high = kit.tones()

    def copper(lab: Colours) -> Colours:
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1)
        made = lab.copy()
        made[:, 0] = 100 * np.interp(light, (0, 0.3, 0.65, 1), (0.05, 0.27, 0.60, 0.93))
        warm_a = np.interp(light, (0, 0.3, 0.6, 1), (7, 20, 15, 3))
        warm_b = np.interp(light, (0, 0.3, 0.6, 1), (6, 26, 34, 20))
        teal = ramp(-lab[:, 2], 8, 30)  # verdigris where it was blue
        made[:, 1] = 0.22 * lab[:, 1] + 0.78 * (warm_a * (1 - teal) - 13 * teal)
        made[:, 2] = 0.22 * lab[:, 2] + 0.78 * (warm_b * (1 - teal) + 3 * teal)
        return made

    table = ColourTable.of(in_lab(copper))
    dark = vignette(kit.shape, 0.4, 1.08) * np.float32(0.5)
    etched = paper(kit.shape, kit.rng(), fine=220, coarse=60)

    def paint(sight: Sight) -> Picture:
        flat = simplified(sight.calm, 1, 26)
        made = _smooth(table, sight.picture, flat)
        grey = grey_of(flat)
        relief = cv2.Sobel(blurred(grey, 1.4 * kit.unit), cv2.CV_32F, 1, 1) * np.float32(2.5 * kit.unit)
        pen = lines(pen_grey(flat), 1.8 * kit.unit, 0.005, flow=4.0)
        light = (1 - dark) * (1 + np.clip(relief, -0.2, 0.25)) + np.float32(0.025) * etched.at(sight.drift)
        made = over(lit(made, np.asarray(light, np.float32)), (34, 20, 12), pen * np.float32(0.75))
        return glowing(made, 0.68, 0.45, 32 * kit.unit)

    return paint


def soft_volumes(kit: Kit) -> Look:
    """What is left when only depth is kept: fine detail gone, forms modelled by broad light, distance in haze."""
    high, wide = kit.shape
    far = np.linspace(1, 0, high, dtype=np.float32)[:, None] * np.ones((1, wide), np.float32)
    haze = np.asarray(0.20 * ramp(far, 0.35, 1.0), np.float32)

    def paint(sight: Sight) -> Picture:
        flat = simplified(sight.calm, 3, 48, reach=9, shrink=4)
        grey = grey_of(flat)
        form = blurred(grey, 9 * kit.unit)
        slope = cv2.Sobel(form, cv2.CV_32F, 1, 0) + cv2.Sobel(form, cv2.CV_32F, 0, 1)
        hollow = np.clip(blurred(grey, 30 * kit.unit) - form, 0, 0.18)
        slope *= 5 * kit.unit
        made = lit(flat, 1 + np.float32(0.2) * slope / (np.float32(0.25) + np.abs(slope)) - hollow)
        return over(made, (205, 214, 226), haze)

    return paint


def as_it_is(kit: Kit) -> Look:
    """No look of its own: colours and weather of the prompt do the work."""
    return lambda sight: sight.picture


def _grain(kit: Kit) -> Callable[[int], NDArray[np.float32]]:
    """Grain of film, new in every picture as grain is: one sheet, laid each time at another place."""
    high, wide = kit.shape
    rng = kit.rng()
    room = 96
    sheet = cv2.GaussianBlur(
        rng.normal(0, 1, (high + room, wide + room)).astype(np.float32), (0, 0), 0.75 * max(1.0, kit.unit)
    )
    sheet = np.asarray(sheet / max(1e-6, float(sheet.std())), np.float32)
    places = rng.integers(0, room, (997, 2))

    def at(number: int) -> NDArray[np.float32]:
        top, left = (int(v) for v in places[number % len(places)])
        return sheet[top : top + high, left : left + wide]

    return at


def _smooth(table: ColourTable, picture: Picture, base: Picture) -> Picture:
    """A table's steps are a quarter of a per cent: what it does to the base is spread smoothly, detail comes back."""
    high, wide = picture.shape[:2]
    half = cv2.resize(base, (max(2, wide // 2), max(2, high // 2)), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(table.on(half), (0, 0), 0.8), (wide, high), interpolation=cv2.INTER_LINEAR)
    under = cv2.resize(half, (wide, high), interpolation=cv2.INTER_LINEAR)
    detail = grey_of(picture) - grey_of(under)
    return np.asarray(cv2.add(soft, cv2.merge([detail * 225] * 3), dtype=cv2.CV_8U), np.uint8)
