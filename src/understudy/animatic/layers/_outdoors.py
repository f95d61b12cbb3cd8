"""Drawn places under the sky: meadow, forest, street, sea, mountains, desert, space.

Knows how each looks by day, at dusk and at night. Must not know prompts, cameras or who will stand there.
Pieces are given from far to near; the eye's height is at about 0.42 of the wide picture, the ground below it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.layers._draw import BOTTOM, LEFT, RIGHT, TOP, Board, Colour, Point, blend, ridge


class Hour(StrEnum):
    """The light a place is drawn in."""

    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Piece:
    """One layer of a drawn set: RGB or RGBA over the whole board, and its depth for the camera (see View.matrix)."""

    picture: NDArray[np.uint8]
    near: float


@dataclass(frozen=True, slots=True)
class Draft:
    """What a place is drawn with: board width in pixels of the wide picture, its aspect, light, and lots."""

    width: float
    aspect: float
    hour: Hour
    rng: np.random.Generator
    wet: bool = False
    snowy: bool = False
    misty: bool = False

    def board(self, *, opaque: bool = True) -> Board:
        return Board.blank(self.width, self.aspect, opaque=opaque)

    def pick(self, day: Colour, dusk: Colour, night: Colour) -> Colour:
        """The colour for this hour."""
        return {Hour.DAY: day, Hour.DUSK: dusk, Hour.NIGHT: night}[self.hour]

    def under_snow(self, colour: Colour, share: float) -> Colour:
        """A colour with that share of it under snow, if there is any."""
        return blend(colour, self.pick((236, 240, 246), (226, 206, 206), (112, 126, 160)), share if self.snowy else 0.0)


HORIZON = 0.46


def sky(board: Board, draft: Draft, *, cloudy: bool = True) -> None:
    rng = draft.rng
    if draft.hour is Hour.NIGHT:
        board.sky([(TOP, (9, 14, 36)), (0.15, (17, 26, 58)), (HORIZON, (52, 62, 104)), (BOTTOM, (40, 46, 80))])
        if not draft.wet:
            for x, y, light in zip(
                rng.uniform(LEFT, RIGHT, 160), rng.uniform(TOP, 0.38, 160), rng.uniform(0.2, 0.95, 160), strict=True
            ):
                board.glow(float(x), float(y), 0.0028, (235, 240, 255), float(light))
            board.glow(0.78, 0.10, 0.16, (150, 170, 220), 0.35)
            board.lay(board.disc(0.78, 0.10, 0.042, 0.042, 0.002), (246, 244, 228))
    elif draft.hour is Hour.DUSK:
        board.sky(
            [(TOP, (58, 66, 120)), (0.05, (118, 96, 146)), (0.28, (226, 134, 112)), (HORIZON, (255, 202, 132)),
             (BOTTOM, (240, 180, 130))]
        )  # fmt: skip
        board.glow(0.66, 0.40, 0.34, (255, 214, 140), 0.75)
        board.lay(board.disc(0.66, 0.395, 0.055, 0.055, 0.003), (255, 240, 200))
    elif draft.wet or draft.snowy or draft.misty:
        board.sky(
            [(TOP, (126, 140, 156)), (0.2, (168, 180, 192)), (HORIZON, (212, 218, 222)), (BOTTOM, (200, 206, 210))]
        )
    else:
        board.sky(
            [(TOP, (70, 136, 206)), (0.12, (118, 176, 228)), (HORIZON, (222, 238, 244)), (BOTTOM, (214, 230, 236))]
        )
        board.glow(0.22, -0.02, 0.36, (255, 250, 226), 0.6)
    if cloudy and draft.hour is not Hour.NIGHT:
        white = draft.pick((255, 255, 255), (255, 190, 160), (60, 66, 96))
        for _ in range(7):
            x, y = float(rng.uniform(LEFT, RIGHT)), float(rng.uniform(-0.12, 0.26))
            for _ in range(6):
                spot_x, spot_y = x + float(rng.normal(0, 0.045)), y + float(rng.normal(0, 0.010))
                board.lay(board.disc(spot_x, spot_y, float(rng.uniform(0.05, 0.12)), 0.020, 0.016), white, 0.30)


def ground(
    board: Board, draft: Draft, top: float, far: Colour, near: Colour, grain: float = 5.0, rough: float = 0.0
) -> None:
    far, near = draft.under_snow(far, 0.82), draft.under_snow(near, 0.82)
    board.shade(board.mask([ridge(draft.rng, top, rough)]), far, near)
    rng, rows = draft.rng, 26
    streaks: list[list[Point]] = []
    for _ in range(rows * 5):  # flat strokes, longer and lower towards the viewer, give the ground its depth
        depth = float(rng.uniform(0, 1)) ** 1.6
        y = top + 0.01 + (BOTTOM - top) * depth
        x, wide = float(rng.uniform(LEFT, RIGHT)), 0.015 + 0.09 * depth
        streaks.append([(x - wide, y), (x, y - 0.002 - 0.005 * depth), (x + wide, y), (x, y + 0.002 + 0.004 * depth)])
    board.lay(board.mask(streaks, 0.001), blend(near, (0, 0, 0), 0.22), 0.13)
    board.grain(rng, grain * 0.5)


def _crown(rng: np.random.Generator, x: float, y: float, radius: float, aspect: float) -> list[Point]:
    bumps = rng.uniform(0.82, 1.12, 18)
    return [
        (x + radius / aspect * float(b) * math.cos(a), y + radius * 0.92 * float(b) * math.sin(a))
        for b, a in zip(bumps, np.linspace(0, 2 * math.pi, 18, endpoint=False), strict=True)
    ]


def _trees(
    board: Board, draft: Draft, count: int, foot: float, high: tuple[float, float], leaf: Colour, trunk: Colour
) -> None:
    rng = draft.rng
    for x in np.linspace(LEFT, RIGHT, count) + rng.normal(0, 0.35 / count, count):
        tall = float(rng.uniform(*high))
        wide = 0.018 * tall / draft.aspect * 1.6
        place, root = float(x), foot + float(rng.normal(0, 0.006))
        board.polygon(
            [(place - wide, root), (place + wide, root), (place + wide * 0.5, root - tall * 0.6),
             (place - wide * 0.5, root - tall * 0.6)], trunk,
        )  # fmt: skip
        crowns = [
            _crown(
                rng,
                place + float(rng.normal(0, 0.09)) * tall / draft.aspect,
                root - tall * float(rng.uniform(0.5, 0.95)),
                tall * float(rng.uniform(0.16, 0.27)),
                draft.aspect,
            )
            for _ in range(7)
        ]
        tone = blend(leaf, (0, 0, 0), float(rng.uniform(0, 0.12)))
        board.lay(board.mask(crowns, 0.0015), tone)
        lit = [[(px - 0.008, py - tall * 0.03) for px, py in crown] for crown in crowns[:4]]
        board.lay(board.mask(lit, 0.006), draft.under_snow(blend(tone, (255, 250, 200), 0.22), 0.85), 0.5)


def meadow(draft: Draft) -> list[Piece]:
    """Park, field, garden: hills, a line of trees, grass; snow on it when it snows."""
    far = draft.board()
    sky(far, draft)
    haze = draft.pick((196, 216, 222), (236, 172, 140), (44, 54, 92))
    green = draft.pick((126, 166, 96), (120, 110, 70), (26, 44, 50))
    if draft.snowy:
        green = draft.pick((226, 232, 238), (226, 206, 206), (92, 106, 140))
    far.polygon(ridge(draft.rng, HORIZON - 0.05, 0.06), blend(haze, green, 0.18))
    far.polygon(ridge(draft.rng, HORIZON - 0.015, 0.035), blend(haze, green, 0.42))
    near_green = blend(green, (20, 60, 20) if not draft.snowy else (250, 252, 255), 0.28)
    middle = draft.board(opaque=False)
    leaf = draft.pick((86, 132, 72), (92, 78, 50), (20, 34, 40))
    trunk = draft.pick((92, 74, 60), (66, 46, 40), (18, 22, 32))
    _trees(middle, draft, 11, HORIZON + 0.035, (0.13, 0.24), blend(leaf, haze, 0.28), trunk)
    _bushes(middle, draft, HORIZON + 0.045, blend(leaf, haze, 0.18))
    ground(middle, draft, HORIZON + 0.045, blend(green, haze, 0.2), near_green, rough=0.008)
    if draft.hour is Hour.DAY and not draft.wet:
        middle.lay(middle.disc(0.5, 0.9, 0.75, 0.16, 0.1), (255, 250, 190), 0.16)
    if not draft.snowy:
        _tufts(middle, draft, blend(near_green, (255, 255, 160), 0.12), blend(near_green, (0, 0, 0), 0.22))
    return [Piece(far.done(draft.rng), 0.35), Piece(middle.done(draft.rng), 0.86)]


def _bushes(board: Board, draft: Draft, foot: float, colour: Colour) -> None:
    """Low growth along the far edge of the ground, dark below, lit above."""
    rng = draft.rng
    for shade, lift, count in ((0.18, 0.0, 46), (0.0, 0.012, 30)):
        crowns = [
            _crown(rng, float(rng.uniform(LEFT, RIGHT)), foot - lift, float(rng.uniform(0.016, 0.042)), draft.aspect)
            for _ in range(count)
        ]
        board.lay(board.mask(crowns, 0.0015), draft.under_snow(blend(colour, (0, 0, 0), shade), 0.75 - 2 * shade))


def _tufts(board: Board, draft: Draft, light: Colour, dark: Colour) -> None:
    rng = draft.rng
    for colour in (dark, light):
        blades: list[list[Point]] = []
        for _ in range(420):
            depth = float(rng.uniform(0, 1)) ** 1.3
            y, x = HORIZON + 0.06 + 0.8 * depth, float(rng.uniform(LEFT, RIGHT))
            tall, lean = 0.006 + 0.030 * depth, float(rng.normal(0, 0.004))
            blades.append([(x - 0.0012 - 0.001 * depth, y), (x + 0.0012 + 0.001 * depth, y), (x + lean, y - tall)])
        board.lay(board.mask(blades), colour, 0.38)


def forest(draft: Draft, *, bamboo: bool = False) -> list[Piece]:
    """Trunks in three depths with light between them; bamboo stalks when asked."""
    far = draft.board()
    glow = draft.pick((222, 236, 190), (255, 206, 140), (60, 84, 112))
    deep = draft.pick((70, 112, 74), (104, 72, 54), (14, 26, 40))
    if draft.snowy or draft.misty:  # no sun comes through
        glow = blend(glow, draft.pick((222, 228, 232), (214, 190, 180), (70, 84, 112)), 0.8)
        deep = blend(deep, draft.pick((92, 104, 108), (104, 84, 80), (20, 30, 48)), 0.6)
    far.sky(
        [
            (TOP, blend(deep, glow, 0.25)),
            (0.1, blend(deep, glow, 0.6)),
            (0.42, glow),
            (HORIZON + 0.05, blend(deep, glow, 0.55)),
            (BOTTOM, deep),
        ]
    )
    far.glow(0.58, 0.22, 0.42, blend(glow, (255, 255, 255), 0.4), 0.6)
    _stems(far, draft, 26, (0.006, 0.011), blend(deep, glow, 0.55), bamboo, HORIZON + 0.04)
    _leaves(far, draft, blend(deep, glow, 0.5), 70, -0.06, 0.10)
    middle = draft.board(opaque=False)
    _stems(middle, draft, 13, (0.012, 0.02), blend(deep, glow, 0.22), bamboo, HORIZON + 0.10)
    moss = draft.pick((104, 138, 76), (128, 96, 60), (24, 40, 46))
    _bushes(middle, draft, HORIZON + 0.10, blend(deep, glow, 0.30))
    ground(middle, draft, HORIZON + 0.09, blend(moss, glow, 0.35), blend(moss, deep, 0.55), 7, rough=0.012)
    _leaves(middle, draft, blend(deep, glow, 0.2), 60, -0.12, 0.09)
    shafts = () if draft.snowy or draft.misty else ((0.30, 0.05), (0.52, 0.035), (0.7, 0.06))
    for x, wide in shafts:  # of light
        shaft = middle.mask(
            [[(x + 0.14, TOP), (x + 0.14 + wide, TOP), (x - 0.06 + wide, 0.95), (x - 0.06, 0.95)]], 0.025
        )
        middle.lay(shaft, glow, 0.16)
    front = draft.board(opaque=False)
    _stems(front, draft, 3, (0.026, 0.036), blend(deep, (0, 0, 0), 0.5), bamboo, BOTTOM, edges=True)
    return [Piece(far.done(draft.rng), 0.4), Piece(middle.done(draft.rng), 0.8), Piece(front.done(draft.rng), 1.25)]


def _stems(
    board: Board, draft: Draft, count: int, wide: tuple[float, float], colour: Colour, bamboo: bool, foot: float,
    *, edges: bool = False,
) -> None:  # fmt: skip
    rng = draft.rng
    places = np.linspace(LEFT, RIGHT, count) + rng.normal(0, 0.4 / count, count)
    if edges:  # only beside the picture's middle: nobody is to be hidden
        places = np.array([-0.06, 1.03, 1.12])
    for x in places:
        half, lean = float(rng.uniform(*wide)), float(rng.normal(0, 0.012))
        place, root = float(x), foot + float(rng.uniform(0, 0.03))
        tone = blend(colour, (0, 0, 0), float(rng.uniform(0, 0.2)))
        if bamboo:
            tone = blend(tone, (150, 180, 80), 0.25)
        stem = [
            (place - half, root),
            (place + half, root),
            (place + lean + half * 0.75, TOP),
            (place + lean - half * 0.75, TOP),
        ]
        board.polygon(stem, tone)
        lit = [
            (place - half, root),
            (place - half * 0.45, root),
            (place + lean - half * 0.35, TOP),
            (place + lean - half * 0.75, TOP),
        ]
        board.polygon(lit, blend(tone, (255, 255, 220), 0.24), 0.8)
        if bamboo:
            knots: list[list[Point]] = []
            for y in np.arange(root - 0.05, TOP, -float(rng.uniform(0.11, 0.16))):
                share = (root - float(y)) / (root - TOP)
                middle = place + lean * share
                knots.append(
                    [
                        (middle - half * 1.15, float(y)),
                        (middle + half * 1.15, float(y)),
                        (middle + half * 1.15, float(y) + 0.006),
                        (middle - half * 1.15, float(y) + 0.006),
                    ]
                )
            board.lay(board.mask(knots), blend(tone, (0, 0, 0), 0.35), 0.8)


def _leaves(board: Board, draft: Draft, colour: Colour, count: int, y: float, spread: float) -> None:
    rng = draft.rng
    crowns = [
        _crown(
            rng,
            float(rng.uniform(LEFT, RIGHT)),
            y + float(rng.normal(0, spread)),
            float(rng.uniform(0.03, 0.09)),
            draft.aspect,
        )
        for _ in range(count)
    ]
    board.lay(board.mask(crowns[: count // 2], 0.003), blend(colour, (0, 0, 0), 0.15))
    board.lay(board.mask(crowns[count // 2 :], 0.003), draft.under_snow(colour, 0.6), 0.9)


def sea(draft: Draft) -> list[Piece]:
    """Beach, sea, lake: a far shore, water with light on it, sand."""
    far = draft.board()
    sky(far, draft)
    deep = draft.pick((44, 118, 160), (110, 92, 122), (16, 28, 60))
    pale = draft.pick((150, 206, 216), (255, 196, 140), (70, 86, 130))
    far.polygon(ridge(draft.rng, HORIZON - 0.012, 0.016), draft.pick((150, 178, 190), (150, 110, 116), (28, 36, 66)))
    far.shade(
        far.mask([[(LEFT, HORIZON), (RIGHT, HORIZON), (RIGHT, BOTTOM), (LEFT, BOTTOM)]]), blend(pale, deep, 0.35), deep
    )
    rng = draft.rng
    for colour, share in ((blend(pale, (255, 255, 255), 0.5), 0.5), (blend(deep, (0, 0, 0), 0.25), 0.4)):
        waves: list[list[Point]] = []
        for _ in range(340):
            depth = float(rng.uniform(0, 1)) ** 1.8
            y = HORIZON + 0.004 + 0.34 * depth
            x = (
                float(rng.uniform(LEFT, RIGHT))
                if draft.hour is Hour.DAY
                else 0.68 + float(rng.normal(0, 0.10 + 0.1 * depth))
            )
            wide = 0.010 + 0.045 * depth
            waves.append([(x - wide, y), (x, y - 0.001 - 0.003 * depth), (x + wide, y), (x, y + 0.001 + 0.002 * depth)])
        far.lay(far.mask(waves), colour, share)
    beach = draft.board(opaque=False)
    sand = draft.pick((232, 208, 162), (206, 146, 110), (70, 70, 92))
    shore = 0.70
    line = [
        (x, shore + 0.012 * math.sin(x * 9) + 0.007 * math.sin(x * 23 + 1))
        for x in np.linspace(LEFT, RIGHT, 90).tolist()
    ]
    foam = [(x, y - 0.018) for x, y in line]
    beach.lay(beach.mask([[*foam, (RIGHT, BOTTOM), (LEFT, BOTTOM)]], 0.004), (250, 252, 252), 0.75)
    beach.lay(beach.mask([[*line, (RIGHT, BOTTOM), (LEFT, BOTTOM)]], 0.003), blend(sand, deep, 0.30))
    dry = [(x, y + 0.045) for x, y in line]
    beach.shade(beach.mask([[*dry, (RIGHT, BOTTOM), (LEFT, BOTTOM)]], 0.012), sand, blend(sand, (120, 80, 50), 0.22))
    beach.grain(rng, 3.0)
    return [Piece(far.done(rng), 0.45), Piece(beach.done(rng), 0.92)]


def mountain(draft: Draft) -> list[Piece]:
    """Ranges behind each other in the haze, snow on the last; also for deserts of stone and for snow fields."""
    far = draft.board()
    sky(far, draft)
    haze = draft.pick((206, 222, 232), (244, 186, 150), (56, 66, 106))
    rock = draft.pick((86, 108, 132), (112, 80, 96), (24, 32, 60))
    snow = draft.pick((244, 248, 252), (255, 222, 206), (130, 144, 184))
    for number, (y, height) in enumerate(((0.20, 0.20), (0.31, 0.13), (0.40, 0.07))):
        colour = blend(haze, rock, 0.28 + 0.26 * number)
        line = ridge(draft.rng, y, height, rough=0.54)
        far.polygon(line, colour)
        if number < 2:
            crest = line[2:]
            high = min(p[1] for p in crest)
            limit = high + height * 0.85  # snow lies above this line, deeper on the peaks
            depth = [max(0.0, limit - py) * 0.55 * float(draft.rng.uniform(0.6, 1.25)) for _, py in crest]
            under = [(px, py + d) for (px, py), d in zip(reversed(crest), reversed(depth), strict=True)]
            far.polygon([*crest, *under], snow, 0.8)
    earth = draft.board(opaque=False)
    floor = snow if draft.snowy else draft.pick((150, 158, 118), (150, 108, 90), (36, 46, 64))
    earth.polygon(ridge(draft.rng, HORIZON + 0.04, 0.014), blend(floor, haze, 0.3))
    ground(earth, draft, HORIZON + 0.06, blend(floor, haze, 0.25), blend(floor, rock, 0.3))
    return [Piece(far.done(draft.rng), 0.35), Piece(earth.done(draft.rng), 0.88)]


def desert(draft: Draft) -> list[Piece]:
    """Dunes with a light and a shadow side."""
    far = draft.board()
    sky(far, draft, cloudy=False)
    light = draft.pick((240, 204, 146), (246, 160, 104), (86, 88, 118))
    dark = draft.pick((206, 152, 98), (160, 86, 72), (48, 52, 84))
    earth = draft.board(opaque=False)
    for number in range(4):
        line = ridge(draft.rng, HORIZON + 0.01 + 0.10 * number, 0.05, rough=0.30)
        board = far if number < 2 else earth
        board.shade(board.mask([line]), blend(light, (255, 250, 240), 0.3 - 0.08 * number), blend(dark, light, 0.5))
        crest = line[2:]
        shadow = [*crest, *((x + 0.03, y + 0.02 + 0.05 * abs(math.sin(7 * x + number))) for x, y in reversed(crest))]
        board.polygon(shadow, dark, 0.35, 0.004)
    earth.grain(draft.rng, 3.0)
    return [Piece(far.done(draft.rng), 0.5), Piece(earth.done(draft.rng), 0.9)]


def space(draft: Draft) -> list[Piece]:
    """Stars, a planet's rim, grey ground."""
    far, rng = draft.board(), draft.rng
    far.sky([(TOP, (6, 7, 18)), (0.5, (16, 18, 40)), (BOTTOM, (10, 10, 24))])
    far.glow(0.3, 0.15, 0.45, (70, 50, 120), 0.5)
    far.glow(0.75, 0.3, 0.35, (30, 80, 130), 0.5)
    for x, y, light in zip(
        rng.uniform(LEFT, RIGHT, 300), rng.uniform(TOP, 0.8, 300), rng.uniform(0.2, 1, 300), strict=True
    ):
        far.glow(float(x), float(y), 0.0028, (240, 244, 255), float(light))
    planet = far.disc(0.74, 0.20, 0.15, 0.15, 0.001)
    far.shade(planet, (120, 176, 226), (30, 60, 120))
    far.lay(planet.without(far.disc(0.715, 0.17, 0.155, 0.155, 0.03)), (4, 8, 24), 0.8)
    earth = draft.board(opaque=False)
    earth.polygon(ridge(rng, 0.62, 0.015), (120, 122, 130))
    ground(earth, draft, 0.64, (132, 134, 142), (84, 86, 96))
    for _ in range(16):
        x, y = float(rng.uniform(LEFT, RIGHT)), float(rng.uniform(0.66, 1.1))
        wide = 0.02 + 0.08 * (y - 0.62)
        earth.lay(earth.disc(x, y, wide, wide * 0.28, 0.003), (72, 74, 84), 0.6)
        earth.lay(earth.disc(x, y + wide * 0.08, wide * 0.85, wide * 0.2, 0.003), (110, 112, 122), 0.7)
    return [Piece(far.done(rng), 0.2), Piece(earth.done(rng), 0.9)]
