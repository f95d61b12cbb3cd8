"""Painted looks: ink wash, oil, water colour; and modelled ones: 3-D cartoon and clay. Tones first, no outlines.

Knows brushes, washes and light on soft forms. Must not know films or prompts.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.looks.colouring import Colours, lab_of, ramp, skin
from understudy.animatic.looks.craft import (
    ColourRule,
    ColourTable,
    Tile,
    along,
    blend,
    blurred,
    brushed,
    fibres,
    glowing,
    grey_of,
    in_lab,
    lines,
    lit,
    noise,
    over,
    paper,
    pen_grey,
    simplified,
    soft_steps,
    tangents,
    vignette,
)
from understudy.animatic.looks.eyes import WideEyes
from understudy.animatic.looks.kit import Kit, Look, beside_skin, plane_of, skin_table
from understudy.animatic.looks.sight import Picture, Plane, Sight


def modelled(kit: Kit) -> Look:
    """3-D cartoon: smooth rounded forms, full colours, soft large highlights, a warm rim where light catches."""
    low, high = kit.tones()

    def toy(lab: Colours) -> Colours:
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1)
        made = lab.copy()
        made[:, 0] = 100 * np.interp(light, (0, 0.2, 0.5, 0.8, 1), (0.06, 0.26, 0.56, 0.80, 0.95))
        strength = np.hypot(lab[:, 1], lab[:, 2])
        here = skin(lab)
        made[:, 1:] *= (np.interp(strength, (0, 6, 25, 60, 100), (1.0, 1.3, 1.6, 1.3, 1.0)) * (1 - 0.12 * here))[
            :, None
        ]
        made[:, 0] -= 2 * here * ramp(light, 0.5, 0.9)
        made[:, 1] += 4 * here
        made[:, 2] += 3 * here
        return made

    table = ColourTable.of(in_lab(toy))
    where_skin = skin_table()
    wide_eyes = None if kit.eyes is None else WideEyes(kit.eyes)

    def paint(sight: Sight) -> Picture:
        if wide_eyes is not None:
            sight = wide_eyes.widened(sight)
        flat = simplified(sight.calm, 2, 34)
        coloured = cv2.GaussianBlur(table.on(flat), (0, 0), 1.1 * kit.unit)
        grey = grey_of(flat)
        form = blurred(grey, 5 * kit.unit)
        wide = blurred(grey, 22 * kit.unit)
        hollow = np.clip((wide - form) * 1.3, 0, 0.34)  # what lies deeper than its surroundings sees less sky
        slope = cv2.Sobel(form, cv2.CV_32F, 1, 0) + cv2.Sobel(form, cv2.CV_32F, 0, 1)
        relief = np.clip(slope * (2.6 * kit.unit), -0.12, 0.20)
        detail = grey - cv2.GaussianBlur(grey, (0, 0), 2.4 * kit.unit)
        here = cv2.blur(plane_of(where_skin.on(flat)), (2 * round(3 * kit.unit) + 1,) * 2)
        # eyes and lips stay sharp: dark detail beside skin is kept, pores are not
        keen = np.minimum(detail + 0.014, 0) * (1.3 + 2.8 * here)
        made = lit(coloured, 1 - hollow + relief + keen)
        spark = cv2.GaussianBlur(
            ramp(grey, 0.72 * high, 0.98 * high) * ramp(grey - wide, 0.03, 0.16), (0, 0), 3 * kit.unit
        )
        made = over(made, (255, 250, 240), np.clip(spark * (0.42 - 0.28 * here), 0, 0.5))
        return glowing(made, 0.8, 0.2, 26 * kit.unit)

    return paint


def clay(kit: Kit) -> Look:
    """Modelling clay: lumps of one colour with thumb marks, lit from the upper left."""
    low, high = kit.tones()

    def dull(lab: Colours) -> Colours:
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1)
        made = lab.copy()
        made[:, 0] = 100 * np.interp(0.75 * soft_steps(light, 6, 0.5) + 0.25 * light, (0, 0.5, 1), (0.16, 0.58, 0.90))
        made[:, 1:] *= np.interp(np.hypot(lab[:, 1], lab[:, 2]), (0, 10, 40, 90), (1.2, 1.6, 1.25, 0.8))[:, None]
        made[:, 2] += 3
        return made

    table = ColourTable.of(in_lab(dull))
    thumbs = paper(kit.shape, kit.rng(), fine=22, coarse=9)
    prints = paper(kit.shape, np.random.default_rng(kit.seed + 2), fine=200, coarse=60)

    def paint(sight: Sight) -> Picture:
        shapes = brushed(simplified(sight.calm, 1, 40), max(5, round(7 * kit.unit) | 1))
        coloured = simplified(table.on(shapes), 1, 40)
        grey = grey_of(shapes)
        height = blurred(grey, 2.6 * kit.unit)
        height += np.float32(0.030) * thumbs.at(sight.drift) + np.float32(0.004) * prints.at(sight.drift)
        slope = cv2.Sobel(height, cv2.CV_32F, 1, 0) + cv2.Sobel(height, cv2.CV_32F, 0, 1)
        slope *= 2.0 * kit.unit
        light = np.float32(0.2) * slope / (np.float32(0.14) + np.abs(slope))  # steep edges are no steeper than thumbs
        wide = blurred(grey, 18 * kit.unit)
        hollow = np.clip((wide - height) * 0.8, 0, 0.25)
        return lit(coloured, 1 + light - hollow)

    return paint


def ink(kit: Kit) -> Look:
    """Ink wash: five inks from burnt to clear, edges where the water stopped, bare rice paper for the lights."""
    low, high = kit.tones()
    rng = kit.rng()
    bleed = _wander(kit, rng, 2.6)
    sheet = paper(kit.shape, rng, fine=140, coarse=9)
    hair = fibres(kit.shape, rng, 700)
    pools = paper(kit.shape, np.random.default_rng(kit.seed + 3), fine=26, coarse=7)
    bare = vignette(kit.shape, 0.62, 1.06)
    table = ColourTable.of(_wash_rule(low, high))

    def paint(sight: Sight) -> Picture:
        shapes = brushed(sight.calm, max(5, round(9 * kit.unit) | 1))
        shapes = bleed(shapes, sight.drift)
        wash = plane_of(table.on(shapes))
        soft = blurred(wash, 2.0 * kit.unit)
        wide = blurred(wash, 7 * kit.unit)
        rim = np.clip((soft - wide) * 0.55, 0, 0.16)  # pigment gathers where a wash dries
        inked = 0.35 * wash + 0.65 * soft + rim
        inked *= 1 + np.float32(0.30) * pools.at(sight.drift) * np.maximum(1 - 1.3 * inked, 0)
        near = pen_grey(cv2.addWeighted(shapes, 0.4, sight.calm, 0.6, 0))
        pen = lines(near, 2.8 * kit.unit, 0.0030, firmness=4.0, flow=5.0)
        dry = np.clip(1.15 + 0.55 * sheet.at(sight.drift), 0, 1)  # a dry brush skips the paper's valleys
        inked = np.maximum(inked, 0.88 * pen * dry)
        inked *= 1 - 0.85 * bare
        made = np.empty_like(sight.picture)
        ground = 1 + np.float32(0.016) * sheet.at() - np.float32(0.03) * hair.at()
        left = np.clip(1 - inked, 0, 1)
        for channel, (black, white) in enumerate(zip((28, 30, 34), (243, 238, 224), strict=True)):
            made[:, :, channel] = np.clip((black + (white - black) * left) * ground, 0, 255)
        return made

    return paint


def _wash_rule(low: float, high: float) -> ColourRule:
    def rule(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
        lab = lab_of(rgb)
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1)
        light = np.clip(light + 0.16 * skin(lab) * ramp(light, 0.2, 0.45), 0, 1)
        steps = 0.72 * soft_steps(light, 6, 0.45) + 0.28 * light
        dark = np.interp(steps, (0, 0.12, 0.3, 0.5, 0.7, 0.86, 1), (0.95, 0.85, 0.60, 0.36, 0.18, 0.05, 0.0))
        return np.asarray(np.repeat(dark[:, None], 3, axis=1), np.float32)

    return rule


def oil(kit: Kit) -> Look:
    """Oil: broad strokes that follow the forms, thick paint that catches light, warm varnish."""
    rng = kit.rng()
    bristles = Tile.of(np.float32(2) * noise((512, 512), round(min(256, 200 / kit.unit)), rng), kit.shape)

    def varnish(lab: Colours) -> Colours:
        made = lab.copy()
        made[:, 0] = 100 * np.interp(lab[:, 0] / 100, (0, 0.25, 0.6, 1), (0.04, 0.24, 0.63, 0.97))
        made[:, 1:] *= np.interp(np.hypot(lab[:, 1], lab[:, 2]), (0, 10, 45, 90), (1.2, 1.55, 1.3, 1.0))[:, None]
        made[:, 2] += 5
        made[:, 1] += 1
        return made

    table = ColourTable.of(in_lab(varnish))
    canvas = _threads(kit, 3.0)
    where_skin = skin_table()

    def paint(sight: Sight) -> Picture:
        strokes = brushed(sight.calm, max(7, round(11 * kit.unit) | 1))
        coloured = table.on(strokes)
        direction = tangents(grey_of(strokes), 9 * kit.unit)
        drawn = along(bristles.at(sight.drift), direction, 9 * kit.unit, steps=3)
        thick = cv2.GaussianBlur(drawn, (0, 0), 0.8 * kit.unit)
        slope = cv2.Sobel(thick, cv2.CV_32F, 1, 0) + cv2.Sobel(thick, cv2.CV_32F, 0, 1)
        light = np.clip(slope * np.float32(0.05), -0.11, 0.13) + np.float32(0.04) * drawn
        # a face is painted with a finer brush, or it would be lost
        face = beside_skin(where_skin, strokes, 10 * kit.unit)
        fine = table.on(brushed(sight.calm, max(3, round(5 * kit.unit) | 1)))
        return lit(blend(coloured, fine, face), 1 + light * (1 - 0.6 * face) + canvas)

    return paint


def water_colour(kit: Kit) -> Look:
    """Water colour: clear washes with darker rims, white paper shining through, pigment in its grain."""
    low, high = kit.tones()
    rng = kit.rng()
    bleed = _wander(kit, rng, 3.2)
    tooth = paper(kit.shape, rng, fine=170, coarse=50)
    pools = paper(kit.shape, np.random.default_rng(kit.seed + 4), fine=14, coarse=5)

    def clear(lab: Colours) -> Colours:
        light = np.clip((lab[:, 0] / 100 - low) / (high - low), 0, 1)
        made = lab.copy()
        tones = 0.65 * soft_steps(light, 5, 0.45) + 0.35 * light
        made[:, 0] = 100 * np.interp(tones, (0, 0.3, 0.6, 0.85, 1), (0.30, 0.56, 0.78, 0.95, 1.0))
        strength = np.hypot(lab[:, 1], lab[:, 2])
        made[:, 1:] *= (np.interp(strength, (0, 10, 40, 90), (1.3, 1.6, 1.2, 0.8)) * (1 - 0.5 * ramp(light, 0.8, 1.0)))[
            :, None
        ]
        made[:, 2] -= 4 * (1 - ramp(light, 0.1, 0.6))
        return made

    table = ColourTable.of(in_lab(clear))
    edge = vignette(kit.shape, 0.80, 1.12)
    where_skin = skin_table()

    def paint(sight: Sight) -> Picture:
        fine = simplified(sight.calm, 1, 45)
        shapes = brushed(fine, max(5, round(9 * kit.unit) | 1))
        shapes = blend(shapes, fine, beside_skin(where_skin, fine, 10 * kit.unit))
        shapes = bleed(shapes, sight.drift)
        coloured = cv2.GaussianBlur(table.on(shapes), (0, 0), 0.9 * kit.unit)
        grey = grey_of(coloured)
        rim = np.clip((blurred(grey, 4 * kit.unit) - grey) * 1.3, 0, 0.22)
        pigment = np.float32(0.10) * pools.at(sight.drift) + np.float32(0.05) * tooth.at()
        light = 1 - rim + pigment * (1 - grey)
        pen = lines(pen_grey(sight.calm), 1.4 * kit.unit, 0.004, flow=3.0)
        drawn = over(lit(coloured, light), (86, 76, 84), pen * np.float32(0.55))
        drawn = over(drawn, (252, 250, 244), edge * np.float32(0.9))
        return lit(drawn, 1 + np.float32(0.012) * tooth.at())

    return paint


def _wander(kit: Kit, rng: np.random.Generator, reach: float) -> Callable[[Picture, tuple[float, float]], Picture]:
    """Edges waver as in wet paper, up to some `reach` pixels at 720 lines; the wavering moves with the view."""
    cell = (512, 512)
    across, down = (Tile.of(noise(cell, 26, rng) * np.float32(reach * kit.unit), kit.shape) for _ in range(2))
    x, y = np.meshgrid(np.arange(kit.shape[1], dtype=np.float32), np.arange(kit.shape[0], dtype=np.float32))

    def wavering(picture: Picture, drift: tuple[float, float]) -> Picture:
        there = (x + across.at(drift), y + down.at(drift))
        return np.asarray(cv2.remap(picture, *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)

    return wavering


def _threads(kit: Kit, step: float) -> Plane:
    y, x = np.mgrid[0 : kit.shape[0], 0 : kit.shape[1]].astype(np.float32)
    turn = np.float32(2 * np.pi / max(2.0, step * kit.unit))
    return np.asarray(0.014 * np.sin(x * turn) * np.sin(y * turn), np.float32)
