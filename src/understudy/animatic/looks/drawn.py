"""Drawn looks: manga, comic, fresh comic, the fine brush of Chinese cartoons, pencil. Lines first, colour second.

Knows pens, screens of dots and inks. Must not know films or prompts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.looks.colouring import Colours, lab_of, ramp, skin
from understudy.animatic.looks.craft import (
    ColourTable,
    blend,
    blurred,
    dots,
    glowing,
    grey_of,
    hatching,
    in_lab,
    lines,
    lit,
    over,
    paper,
    pen_grey,
    simplified,
    soft_steps,
    towards,
    vignette,
)
from understudy.animatic.looks.kit import Kit, Look
from understudy.animatic.looks.sight import Picture, Plane, Sight

_INK = (24, 22, 26)


def manga(kit: Kit) -> Look:
    """Black pen and screen tone on white: skin stays paper, shadows are dots, the deepest are ink."""
    low, high = kit.tones()
    screen = dots(max(3, round(4.5 * kit.unit)), kit.shape)

    def tone_of(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
        lab = lab_of(rgb)
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1)
        light = light + 0.16 * skin(lab) * ramp(light, 0.3, 0.6)
        # four printings: ink, two tones, paper; slopes between them keep a dot from blinking
        made = np.interp(
            light, (0.0, 0.13, 0.2, 0.32, 0.38, 0.56, 0.63, 0.68), (0.0, 0.0, 0.42, 0.48, 0.70, 0.76, 0.86, 1.0)
        )
        return np.asarray(np.repeat(made[:, None], 3, axis=1), np.float32)

    table = ColourTable.of(tone_of)

    def paint(sight: Sight) -> Picture:
        flat = simplified(sight.calm, 2, 34)
        tone = table.on(flat)[:, :, 0].astype(np.float32) * np.float32(1 / 255)
        printed = np.clip((tone - screen.at(sight.drift)) * 4 + 0.5, 0, 1)
        printed = np.where(tone > 0.97, np.float32(1), np.where(tone < 0.03, np.float32(0), printed))
        pen = _pen(sight, flat, 2.0 * kit.unit, 0.0045)
        # a breath of white beside the line parts it from the tone, as a careful hand would
        breath = cv2.blur(pen, (2 * round(2 * kit.unit) + 1,) * 2)
        printed = np.maximum(printed, np.clip(breath * 2.2, 0, 1) * (tone > 0.1)) * (1 - pen)
        sheet = np.empty_like(sight.picture)
        for channel, (ink, white) in enumerate(zip(_INK, (252, 250, 244), strict=True)):
            sheet[:, :, channel] = ink + (white - ink) * printed
        return sheet

    return paint


def comic(kit: Kit) -> Look:
    """American comic: heavy black, loud flat colours in few tones, printed dots in the half-shadows."""
    low, high = kit.tones()
    screen = dots(max(3, round(5 * kit.unit)), kit.shape)

    def loud(lab: Colours) -> Colours:
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1)
        made = lab.copy()
        stepped = soft_steps(light, 5, 0.3)
        made[:, 0] = 100 * np.interp(stepped, (0, 0.25, 0.5, 0.75, 1), (0.06, 0.33, 0.58, 0.79, 0.97))
        strength = np.hypot(lab[:, 1], lab[:, 2])
        gain = np.interp(strength, (0, 6, 20, 60, 110), (1.0, 1.3, 2.0, 1.45, 1.0)) * (1 - 0.35 * skin(lab))
        made[:, 1:] *= gain[:, None]
        made[:, 2] += 5  # cheap paper
        return made

    table = ColourTable.of(in_lab(loud))

    def paint(sight: Sight) -> Picture:
        flat = simplified(sight.calm, 2, 42)
        grey = grey_of(flat)
        light = np.clip((grey - low) / (high - low), 0, 1)
        coloured = table.on(flat)
        half = ramp(light, 0.12, 0.3) * ramp(light, 0.72, 0.5)
        printed = np.clip((0.34 - screen.at(sight.drift)) * 5 + 0.5, 0, 1) * half
        coloured = lit(coloured, 1 - np.float32(0.34) * printed)
        pen = _pen(sight, flat, 3.2 * kit.unit, 0.006, flow=2.5)
        spots = ramp(cv2.GaussianBlur(light, (0, 0), 1.2 * kit.unit), 0.10, 0.05)
        return over(coloured, (14, 10, 18), np.maximum(pen, spots))

    return paint


def fresh(kit: Kit) -> Look:
    """Fresh comic: airy light, pastel in two tones, thin lines in the colour of what they bound."""
    low, high = kit.tones()

    def airy(lab: Colours) -> Colours:
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1)
        tones = 0.6 * soft_steps(light, 4, 0.35) + 0.4 * light
        made = lab.copy()
        made[:, 0] = 100 * np.interp(tones, (0, 0.25, 0.5, 0.75, 1), (0.34, 0.58, 0.78, 0.90, 0.985))
        strength = np.hypot(lab[:, 1], lab[:, 2])
        made[:, 1:] *= np.interp(strength, (0, 12, 40, 90), (1.25, 1.35, 1.0, 0.62))[:, None]
        shade = 1 - ramp(light, 0.15, 0.6)
        made[:, 1] += 4 * shade + 1.5 * skin(lab)
        made[:, 2] += -13 * shade + 3 * ramp(light, 0.7, 1.0)
        return made

    table = ColourTable.of(in_lab(airy))
    sky = np.linspace(1, 0, kit.shape[0], dtype=np.float32)[:, None] ** 2 * np.ones((1, kit.shape[1]), np.float32)
    sky *= np.float32(0.16)
    grain = paper(kit.shape, kit.rng(), fine=128, coarse=20)

    def paint(sight: Sight) -> Picture:
        flat = simplified(sight.calm, 3, 36)
        coloured = table.on(flat)
        pen = _pen(sight, flat, 1.6 * kit.unit, 0.0038, flow=4.0)
        # the line is its own surroundings, darker and towards indigo
        line = cv2.addWeighted(coloured, 0.38, np.full_like(coloured, (52, 58, 104)), 0.34, 0)
        drawn = blend(coloured, line, pen * np.float32(0.9))
        drawn = glowing(drawn, 0.82, 0.42, 34 * kit.unit)
        drawn = over(drawn, (190, 228, 250), sky)
        return lit(drawn, 1 + np.float32(0.012) * grain.at())

    return paint


# Pigments of Chinese painting: ink, indigo, stone blue, stone green, pale green, ochre, cinnabar, carmine, gamboge,
# powder and silk. By eye after printed reproductions. GUESS.
_PIGMENTS = (
    (34, 30, 34), (22, 58, 92), (24, 96, 142), (34, 128, 104), (124, 172, 132), (154, 92, 48), (200, 56, 36),
    (212, 116, 108), (226, 168, 66), (242, 214, 186), (240, 228, 200), (116, 106, 98), (172, 182, 172),
)  # fmt: skip


def fine_brush(kit: Kit) -> Look:
    """Chinese cartoon: mineral colours on silk, bounded by even lines of brown ink."""
    low, high = kit.tones()
    pigments = lab_of(np.array(_PIGMENTS, np.float32) / 255)
    pull = towards(pigments, 4.0, share=0.85, light=0.5)

    def mineral(lab: Colours) -> Colours:
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1)
        tones = 0.7 * soft_steps(light, 5, 0.4) + 0.3 * light
        levelled = lab.copy()
        levelled[:, 0] = 100 * np.interp(tones, (0, 0.3, 0.6, 1), (0.20, 0.46, 0.70, 0.93))
        levelled[:, 1:] *= np.interp(np.hypot(lab[:, 1], lab[:, 2]), (0, 10, 40, 90), (1.3, 1.35, 1.0, 0.7))[:, None]
        made = pull(levelled)
        made[:, 0] = 0.65 * levelled[:, 0] + 0.35 * made[:, 0]
        here = skin(lab)[:, None]
        powder = np.column_stack([levelled[:, 0] + 4, np.full(len(lab), 8.0), np.full(len(lab), 17.0)])
        return np.asarray(made + (powder - made) * (0.75 * here), np.float32)

    table = ColourTable.of(in_lab(mineral))
    rng = kit.rng()
    weave = paper(kit.shape, rng, fine=200, coarse=8)
    threads = _threads(kit)
    old = vignette(kit.shape, 0.55, 1.15) * np.float32(0.32)

    def paint(sight: Sight) -> Picture:
        flat = simplified(sight.calm, 3, 38)
        coloured = table.on(flat)
        pen = _pen(sight, flat, 1.8 * kit.unit, 0.0034, flow=6.0)
        silk = cv2.multiply(coloured, np.full_like(coloured, (250, 240, 214)), scale=1 / 255)
        silk = over(silk, (176, 142, 92), old)
        drawn = over(silk, (52, 34, 28), pen * np.float32(0.92))
        return lit(drawn, 1 + np.float32(0.022) * weave.at() + threads)

    return paint


def pencil(kit: Kit) -> Look:
    """Graphite: hatching for shade, soft lines, the tooth of paper. A trace of colour is kept."""
    low, high = kit.tones()
    first = hatching(5.5 * kit.unit, kit.shape, kit.rng())
    second = hatching(6.5 * kit.unit, kit.shape, np.random.default_rng(kit.seed + 1), steep=-1)
    tooth = paper(kit.shape, kit.rng(), fine=240, coarse=40)

    def paint(sight: Sight) -> Picture:
        grey = np.clip((grey_of(simplified(sight.calm, 1, 30)) - low) / (high - low), 0, 1) ** np.float32(0.8)
        near = grey_of(sight.calm)
        wide = blurred(near, 7 * kit.unit)
        dodged = np.clip(near / np.maximum(wide, 0.06), 0, 1)  # a hand's soft modelling around every edge
        shade = 1 - grey
        strokes = np.clip((shade - 0.12 - 0.75 * first.at(sight.drift)) * 2.4, 0, 0.62)
        strokes += np.clip((shade - 0.42 - 0.65 * second.at(sight.drift)) * 2.4, 0, 0.5)
        pen = lines(near, 1.5 * kit.unit, 0.004, flow=3.0)
        left = (1 - 0.8 * strokes) * (0.25 + 0.75 * dodged**1.6) * (1 - 0.7 * pen) * (1 - 0.16 * shade)
        left = np.clip(left + 0.05 * tooth.at() * (1 - np.abs(2 * left - 1)), 0.08, 1)
        sheet = np.empty_like(sight.picture)
        for channel, (lead, white) in enumerate(zip((38, 38, 44), (249, 247, 241), strict=True)):
            sheet[:, :, channel] = lead + (white - lead) * left
        return sheet

    return paint


def _pen(sight: Sight, flat: Picture, width: float, threshold: float, flow: float = 3.0) -> Plane:
    """Lines mostly of the simplified picture, a share of the calm one: eyes and lips are thinner than areas."""
    return lines(pen_grey(cv2.addWeighted(flat, 0.6, sight.calm, 0.4, 0)), width, threshold, flow=flow)


def _threads(kit: Kit) -> Plane:
    """The weave of silk as a change of light: warp and weft, two pixels apart."""
    y, x = np.mgrid[0 : kit.shape[0], 0 : kit.shape[1]].astype(np.float32)
    step = np.float32(np.pi / max(1.0, 1.5 * kit.unit))
    return np.asarray(0.012 * (np.sin(x * step) + np.sin(y * step)), np.float32)
