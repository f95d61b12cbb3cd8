"""Flat looks: cut paper, simple illustration, pixels, facets. Few colours, each one an area.

Knows palettes and areas. Must not know films or prompts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.looks.colouring import Colours, lab_of, ramp
from understudy.animatic.looks.craft import (
    ColourTable,
    blend,
    blurred,
    brushed,
    fibres,
    grey_of,
    in_lab,
    lines,
    lit,
    over,
    paper,
    pen_grey,
    shares,
    simplified,
    towards,
)
from understudy.animatic.looks.kit import Kit, Look, beside_skin, skin_table
from understudy.animatic.looks.sight import Picture, Plane, Sight


def cut_paper(kit: Kit) -> Look:
    """Sheets of paper of the film's own colours, dark ones on top, each with its edge and its shadow."""
    palette = _opened(kit.colouring.palette(11, kit.seed), 1.18)
    ranks = np.linspace(1, 0, len(palette), dtype=np.float32)

    def sheet_of(lab: Colours) -> Colours:
        return towards(palette, 0.6, light=1.15)(lab)

    def height_of(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(np.repeat((shares(lab_of(rgb), palette, 0.6, 1.15) @ ranks)[:, None], 3, axis=1), np.float32)

    colours, heights = ColourTable.of(in_lab(sheet_of)), ColourTable.of(height_of)
    where_skin = skin_table()
    rng = kit.rng()
    tooth, hair = paper(kit.shape, rng, fine=150, coarse=10), fibres(kit.shape, rng)
    fall = (round(5 * kit.unit), round(8 * kit.unit))
    rim = max(1, round(1.4 * kit.unit))

    def paint(sight: Sight) -> Picture:
        shapes = brushed(simplified(sight.calm, 1, 45), max(3, round(5 * kit.unit) | 1))
        coloured = colours.on(shapes)
        height = heights.on(shapes)[:, :, 0].astype(np.float32) * np.float32(1 / 255)
        above = cv2.GaussianBlur(_shifted(height, *fall), (0, 0), 5 * kit.unit)
        contact = cv2.GaussianBlur(_shifted(height, fall[0] // 3, fall[1] // 3), (0, 0), 1.5 * kit.unit)
        shadow = np.clip((above - height) * 1.5, 0, 0.5) + np.clip((contact - height) * 1.1, 0, 0.3)
        edge = np.clip((height - _shifted(height, rim, rim)) * 2.2, 0, 0.20)
        light = (1 - np.clip(shadow, 0, 0.62)) * (1 + edge)
        light *= 1 + np.float32(0.040) * tooth.at(sight.drift) + np.float32(0.035) * hair.at(sight.drift)
        # what makes a face is too fine for sheets: it is cut into them with a knife
        face = beside_skin(where_skin, shapes, 9 * kit.unit)
        cuts = lines(pen_grey(sight.calm), 2.0 * kit.unit, 0.0032, flow=3.0) * face
        return over(lit(coloured, light), (58, 34, 30), cuts * np.float32(0.85))

    return paint


def illustration(kit: Kit) -> Look:
    """A flat poster: large areas in a handful of clear colours, sparse lines of one dark blue, stippled shade."""
    palette = _opened(kit.colouring.palette(10, kit.seed), 1.45)
    palette[:, 0] = np.interp(palette[:, 0], (0, 35, 70, 100), (14, 44, 80, 97))
    own = kit.colouring.palette(10, kit.seed)

    def poster(lab: Colours) -> Colours:
        return np.asarray(shares(lab, own, 0.9) @ palette, np.float32)

    table = ColourTable.of(in_lab(poster))
    stipple = paper(kit.shape, kit.rng(), fine=256, coarse=120)
    where_skin = skin_table()

    def paint(sight: Sight) -> Picture:
        broad = simplified(brushed(sight.calm, max(7, round(11 * kit.unit) | 1)), 1, 50)
        areas = table.on(broad)
        face = beside_skin(where_skin, sight.calm, 9 * kit.unit)
        # few lines, but those of faces: there a weaker contrast is enough
        near = pen_grey(sight.calm) * (1 + 0.9 * face)
        pen = lines(near, 2.3 * kit.unit, 0.0088, flow=4.0)
        shade = blurred(grey_of(areas) - grey_of(sight.calm), 9 * kit.unit)
        speck = np.clip((stipple.at(sight.drift) - 0.55) * 4, 0, 1) * ramp(shade, -0.01, 0.10)
        areas = lit(areas, 1 - np.float32(0.16) * speck)
        return over(areas, (28, 34, 66), pen * np.float32(0.9))

    return paint


def pixels(kit: Kit) -> Look:
    """Big square pixels of sixteen colours, ordered dither between neighbours, dark contours of one pixel."""
    high, wide = kit.shape
    block = max(2, round(5 * kit.unit))
    small = (-(-wide // block), -(-high // block))
    palette = _opened(kit.colouring.palette(16, kit.seed), 1.25)
    table = ColourTable.of(in_lab(towards(palette, 0.3)))
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - 0.47
    small = (small[0] + 1, small[1] + 1)
    screen = np.tile(bayer, (small[1] // 4 + 2, small[0] // 4 + 2))[:, :, None] * 13

    def paint(sight: Sight) -> Picture:
        # the grid goes along with the view by whole screen pixels, the dither by whole blocks
        x, y = round(sight.drift[0]), round(sight.drift[1])
        plain = simplified(sight.calm, 1, 30)
        lead = (-y % block, -x % block)
        down, across = small[1] * block - high - lead[0], small[0] * block - wide - lead[1]
        padded = cv2.copyMakeBorder(plain, lead[0], down, lead[1], across, cv2.BORDER_REPLICATE)
        view = cv2.resize(padded, small, interpolation=cv2.INTER_AREA)
        grey = grey_of(view)
        dark = cv2.GaussianBlur(grey, (0, 0), 1.6) - cv2.GaussianBlur(grey, (0, 0), 0.6)
        steps = screen[(y // -block) % 4 :, (x // -block) % 4 :][: small[1], : small[0]]
        made = lit(
            table.on(np.clip(view + steps, 0, 255).astype(np.uint8)), 1 - np.float32(0.55) * ramp(dark, 0.03, 0.055)
        )
        large = cv2.resize(made, (small[0] * block, small[1] * block), interpolation=cv2.INTER_NEAREST)
        return np.ascontiguousarray(large[lead[0] : lead[0] + high, lead[1] : lead[1] + wide])

    return paint


def facets(kit: Kit) -> Look:
    """Low poly: triangles of one colour each that move along with the view."""
    high, wide = kit.shape
    sheet, count = _triangles(kit)
    down, across = sheet.shape[0] // 2, sheet.shape[1] // 2
    tilt = (1 + 0.05 * kit.rng().uniform(-1, 1, count)).astype(np.float32)[:, None]
    vivid = ColourTable.of(in_lab(lambda lab: np.asarray(lab * np.array([1.03, 1.3, 1.3], np.float32), np.float32)))
    where_skin = skin_table()

    def paint(sight: Sight) -> Picture:
        top, left = -round(sight.drift[1]) % down, -round(sight.drift[0]) % across
        labels = sheet[top : top + high, left : left + wide]
        view = vivid.on(cv2.resize(sight.calm, (wide // 2, high // 2), interpolation=cv2.INTER_AREA))
        flat = labels[: high // 2 * 2 : 2, : wide // 2 * 2 : 2].ravel()
        share = np.maximum(np.bincount(flat, minlength=count), 1)
        means = np.stack([np.bincount(flat, view[:, :, c].ravel(), minlength=count) / share for c in range(3)], axis=1)
        colours = np.zeros((count, 4), np.uint8)
        colours[:, :3] = np.clip(means * tilt + 0.5, 0, 255).astype(np.uint8)
        found = colours.view(np.uint32).reshape(-1).take(labels).view(np.uint8).reshape(high, wide, 4)
        made = cv2.cvtColor(found, cv2.COLOR_RGBA2RGB)
        # eyes and lips would be lost in triangles: about faces more of the simplified picture stays
        plain = simplified(sight.calm, 1, 40)
        return blend(made, plain, beside_skin(where_skin, plain, 14 * kit.unit) * np.float32(0.5))

    return paint


def flat_colours(kit: Kit, on_paper: bool = True) -> Look:
    """Lines coloured in: what is left of a film of which only a scribble is kept.

    Not `on_paper` the flat colours keep their own light, for another look that is to be painted over them.
    """
    palette = _opened(kit.colouring.palette(7, kit.seed), 1.15)
    if on_paper:
        palette[:, 0] = np.interp(palette[:, 0], (0, 50, 100), (34, 72, 98))
    table = ColourTable.of(in_lab(towards(palette, 3.0)))
    tooth = paper(kit.shape, kit.rng(), fine=180, coarse=14)

    def paint(sight: Sight) -> Picture:
        broad = cv2.resize(sight.calm, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        broad = cv2.resize(
            cv2.bilateralFilter(broad, 9, 60, 6), (kit.size.width, kit.size.height), interpolation=cv2.INTER_LINEAR
        )
        washed = table.on(broad)
        sheet = cv2.addWeighted(washed, 0.7, np.full_like(washed, (250, 247, 240)), 0.3, 0) if on_paper else washed
        pen = lines(pen_grey(sight.calm), 2.2 * kit.unit, 0.004, flow=4.0)
        return lit(over(sheet, (36, 34, 44), pen), 1 + np.float32(0.02) * tooth.at())

    return paint


def _opened(palette: Colours, strength: float) -> Colours:
    """The palette with stronger hues; bounded, so that nothing shrieks."""
    made = palette.copy()
    far = np.hypot(made[:, 1], made[:, 2])
    made[:, 1:] *= (np.minimum(far * strength + 1.5, np.maximum(far, 62)) / np.maximum(far, 1e-3))[:, None]
    return made


def _shifted(plane: Plane, right: int, down: int) -> Plane:
    """The plane moved right and down by whole pixels; its edge is repeated."""
    high, wide = plane.shape
    moved = cv2.copyMakeBorder(plane, down, 0, right, 0, cv2.BORDER_REPLICATE)
    return np.asarray(moved[:high, :wide], np.float32)


def _triangles(kit: Kit) -> tuple[NDArray[np.int32], int]:
    """Numbers of triangles, laid out twice each way and seamless, so that any drift is one slice; and how many.

    One period is larger than the picture: no triangle is seen at two sides at once.
    """
    rng = kit.rng()
    step = max(6.0, 20 * kit.unit)
    rows, columns = (max(3, round(side / step) + 2) for side in kit.shape)
    high, wide = round(rows * step), round(columns * step)
    jitter = rng.uniform(-0.36, 0.36, (rows, columns, 2)) * step
    lean = rng.random((rows, columns)) < 0.5
    labels = np.zeros((high, wide), np.int32)

    def corner(row: int, column: int) -> NDArray[np.float64]:
        return np.asarray((column * wide / columns, row * high / rows) + jitter[row % rows, column % columns])

    for row in range(-1, rows + 1):
        for column in range(-1, columns + 1):
            a, b = corner(row, column), corner(row, column + 1)
            c, d = corner(row + 1, column), corner(row + 1, column + 1)
            cell = (row % rows) * columns + column % columns
            halves = ((a, b, c), (b, d, c)) if lean[row % rows, column % columns] else ((a, b, d), (a, d, c))
            for half, corners in enumerate(halves):
                cv2.fillConvexPoly(labels, np.rint(np.array(corners)).astype(np.int32), 2 * cell + half)
    return np.ascontiguousarray(np.tile(labels, (2, 2))), 2 * rows * columns
