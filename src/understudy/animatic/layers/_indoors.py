"""Drawn places with walls: shop, cafe, room, classroom or office, stage, and the empty studio.

Knows how each looks by day, at dusk and at night. Must not know prompts, cameras or who will stand there.
"""

from __future__ import annotations

import numpy as np

from understudy.animatic.layers._draw import BOTTOM, LEFT, RIGHT, TOP, Board, Colour, Point, blend, quad
from understudy.animatic.layers._outdoors import Draft, Hour, Piece

_FLOOR = 0.70  # where wall and floor meet, in parts of the wide picture's height


def _planks(board: Board, floor: float, colour: Colour, count: int = 26) -> None:
    """Floor boards that run towards a vanishing point behind the wall."""
    lines: list[list[Point]] = []
    for x in np.linspace(LEFT - 1.0, RIGHT + 1.0, count * 2):
        far = 0.5 + (float(x) - 0.5) * 0.55
        lines.append(
            [(far - 0.0008, floor), (far + 0.0008, floor), (float(x) + 0.002, BOTTOM), (float(x) - 0.002, BOTTOM)]
        )
    board.lay(board.mask(lines), colour, 0.35)


def _room(draft: Draft, wall: Colour, floor: Colour, base: Colour) -> Board:
    board = draft.board()
    board.sky(
        [(TOP, blend(wall, (0, 0, 0), 0.16)), (0.15, wall), (_FLOOR, blend(wall, (0, 0, 0), 0.07)), (BOTTOM, wall)]
    )
    board.shade(board.mask([quad(LEFT, _FLOOR, RIGHT, BOTTOM)]), blend(floor, (0, 0, 0), 0.18), floor)
    _planks(board, _FLOOR, blend(floor, (0, 0, 0), 0.4))
    board.box(LEFT, _FLOOR - 0.022, RIGHT, _FLOOR, base)
    board.lay(board.mask([quad(LEFT, _FLOOR, RIGHT, _FLOOR + 0.035)], 0.014), (0, 0, 0), 0.22)
    return board


def _window(board: Board, draft: Draft, left: float, top: float, right: float, bottom: float, frame: Colour) -> None:
    """A window with the hour outside of it."""
    high = draft.pick((176, 214, 240), (250, 170, 120), (24, 34, 72))
    low = draft.pick((232, 242, 240), (255, 214, 150), (58, 70, 120))
    edge_x, edge_y = 0.008, 0.014
    board.lay(
        board.mask([quad(left - 2 * edge_x, top - 2 * edge_y, right + 2 * edge_x, bottom + 3 * edge_y)], 0.012),
        (0, 0, 0),
        0.18,
    )
    board.box(left - edge_x, top - edge_y, right + edge_x, bottom + edge_y * 1.6, frame)
    board.shade(board.mask([quad(left, top, right, bottom)]), high, low)
    rng = draft.rng
    line: list[Point] = [(left, bottom)]
    steps = max(4, int((right - left) * 40))
    for x in np.linspace(left, right, steps):  # roofs far away
        y = bottom - (bottom - top) * float(rng.uniform(0.12, 0.34))
        line += [(float(x), y), (min(right, float(x) + (right - left) / steps), y)]
    board.polygon([*line, (right, bottom)], blend(low, high, 0.6), 0.8)
    if draft.hour is Hour.NIGHT:
        for _ in range(steps * 2):
            board.glow(
                float(rng.uniform(left + 0.01, right - 0.01)),
                bottom - (bottom - top) * float(rng.uniform(0.04, 0.26)),
                0.004,
                (255, 216, 150),
                0.8,
            )
    middle = (left + right) / 2
    board.box(middle - edge_x * 0.45, top, middle + edge_x * 0.45, bottom, frame)
    board.box(
        left, top + (bottom - top) * 0.42 - edge_y * 0.4, right, top + (bottom - top) * 0.42 + edge_y * 0.4, frame
    )
    if draft.hour is not Hour.NIGHT:
        lit = draft.pick((255, 250, 226), (255, 200, 130), (0, 0, 0))
        board.glow((left + right) / 2, (top + bottom) / 2, 0.36, lit, 0.30)
        spill = [
            (left - 0.05, BOTTOM),
            (left + 0.10, _FLOOR + 0.03),
            (right + 0.10, _FLOOR + 0.03),
            (right + 0.08, BOTTOM),
        ]
        board.polygon(spill, lit, 0.20, 0.012)


def _lamp(board: Board, x: float, y: float, colour: Colour = (255, 214, 150)) -> None:
    """A hanging lamp with its light."""
    board.box(x - 0.0012, TOP, x + 0.0012, y, (50, 44, 42))
    board.polygon([(x - 0.008, y), (x + 0.008, y), (x + 0.030, y + 0.045), (x - 0.030, y + 0.045)], (70, 60, 56))
    board.lay(board.disc(x, y + 0.047, 0.030, 0.008), (255, 244, 214))
    board.glow(x, y + 0.09, 0.22, colour, 0.55)


def room(draft: Draft) -> list[Piece]:
    """Living room: window, picture, sofa, lamp, plant, rug."""
    wall = draft.pick((226, 214, 196), (222, 180, 150), (92, 82, 92))
    floor = draft.pick((176, 136, 100), (160, 108, 80), (74, 58, 58))
    far = _room(draft, wall, floor, blend(wall, (255, 255, 255), 0.45))
    _window(far, draft, 0.08, 0.06, 0.34, 0.48, blend(wall, (255, 255, 255), 0.6))
    for side, x in ((-1, 0.055), (1, 0.365)):  # curtains
        cloth = blend(wall, (150, 90, 80), 0.45)
        edge: list[Point] = [(x + side * 0.005 * (k % 2), 0.0 + 0.66 * k / 12) for k in range(13)]
        far.polygon([*edge, (x + side * 0.055, 0.66), (x + side * 0.055, 0.0)], cloth)
        for k in range(3):
            far.polygon(
                quad(x + side * (0.012 + 0.016 * k) - 0.002, 0.0, x + side * (0.012 + 0.016 * k) + 0.002, 0.66),
                blend(cloth, (0, 0, 0), 0.25),
                0.6,
                0.002,
            )
    far.lay(far.mask([quad(0.598, 0.128, 0.742, 0.352)], 0.01), (0, 0, 0), 0.25)
    far.box(0.60, 0.12, 0.74, 0.34, (84, 62, 50))
    far.shade(far.mask([quad(0.608, 0.133, 0.732, 0.327)]), (206, 190, 160), (120, 150, 150))
    far.polygon(
        [(0.608, 0.327), (0.608, 0.27), (0.65, 0.22), (0.69, 0.28), (0.732, 0.25), (0.732, 0.327)], (96, 112, 110)
    )
    shelf = blend(floor, (0, 0, 0), 0.2)
    far.box(0.86, 0.10, 1.12, _FLOOR, shelf)
    rng = draft.rng
    for row in range(4):
        y = 0.125 + row * 0.142
        far.box(0.87, y, 1.11, y + 0.122, blend(shelf, (0, 0, 0), 0.35))
        x = 0.875
        while x < 1.09:
            wide, tall = float(rng.uniform(0.006, 0.014)), float(rng.uniform(0.07, 0.112))
            tones: list[Colour] = [(168, 84, 70), (86, 112, 120), (214, 186, 130), (110, 132, 96), (200, 200, 190)]
            far.box(x, y + 0.122 - tall, x + wide, y + 0.122, blend(tones[int(rng.integers(5))], wall, 0.25))
            x += wide + 0.002
    middle = draft.board(opaque=False)
    middle.lay(middle.disc(0.5, 0.93, 0.62, 0.10, 0.004), blend(floor, (200, 90, 80), 0.45), 0.75)
    middle.lay(middle.disc(0.5, 0.93, 0.54, 0.083, 0.003), blend(floor, (240, 220, 190), 0.45), 0.55)
    cloth = draft.pick((122, 140, 136), (126, 106, 104), (58, 64, 82))
    middle.lay(middle.disc(0.52, 0.80, 0.50, 0.035, 0.02), (0, 0, 0), 0.35)
    middle.polygon([(0.27, 0.50), (0.77, 0.50), (0.78, 0.70), (0.26, 0.70)], blend(cloth, (0, 0, 0), 0.10), 1.0, 0.003)
    middle.shade(middle.mask([quad(0.25, 0.645, 0.79, 0.775)], 0.003), blend(cloth, (255, 255, 255), 0.15), cloth)
    for x in (0.235, 0.765):
        middle.shade(
            middle.mask([quad(x, 0.575, x + 0.045, 0.785)], 0.004),
            blend(cloth, (255, 255, 255), 0.1),
            blend(cloth, (0, 0, 0), 0.15),
        )
    for x in (0.25, 0.765):
        middle.box(x, 0.775, x + 0.015, 0.80, (70, 52, 42))
    middle.box(0.515, 0.53, 0.518, 0.645, blend(cloth, (0, 0, 0), 0.3), 0.6)
    middle.polygon([(0.31, 0.56), (0.385, 0.545), (0.40, 0.645), (0.32, 0.655)], (214, 150, 96), 1.0, 0.002)
    if draft.hour is not Hour.DAY:
        _lamp(far, 0.50, 0.02)
    far.glow(0.5, 0.30, 0.8, (255, 236, 200), 0.12)
    return [Piece(far.done(rng), 0.62), Piece(middle.done(rng), 0.82)]


def shop(draft: Draft) -> list[Piece]:
    """Convenience store: lit shelves full of goods, fridge, counter; bright at any hour."""
    wall: Colour = (228, 234, 232)
    far = _room(draft, wall, (196, 200, 198), (80, 150, 130))
    rng = draft.rng
    far.box(LEFT, -0.02, RIGHT, 0.055, (60, 140, 116))
    far.box(LEFT, 0.055, RIGHT, 0.068, (244, 156, 66))
    for x in np.arange(LEFT, RIGHT, 0.20):  # ceiling lights
        far.box(float(x), -0.11, float(x) + 0.13, -0.085, (255, 255, 250))
        far.glow(float(x) + 0.065, -0.10, 0.10, (255, 255, 240), 0.5)
    tones: list[Colour] = [
        (222, 78, 66),
        (246, 180, 60),
        (84, 152, 90),
        (72, 120, 190),
        (240, 236, 220),
        (170, 96, 150),
        (240, 130, 80),
    ]
    for left, right in ((-0.30, 0.20), (0.24, 0.70)):
        far.box(left, 0.10, right, _FLOOR - 0.005, (176, 184, 186))
        for row in range(5):
            y = 0.115 + row * 0.115
            far.box(left + 0.008, y, right - 0.008, y + 0.098, (120, 130, 136))
            goods: dict[int, list[list[Point]]] = {}
            x = left + 0.012
            while x < right - 0.03:
                wide, tall = float(rng.uniform(0.012, 0.024)), float(rng.uniform(0.05, 0.085))
                tone = int(rng.integers(len(tones)))
                for _ in range(int(rng.integers(1, 4))):
                    if x + wide < right - 0.01:
                        goods.setdefault(tone, []).append(quad(x, y + 0.098 - tall, x + wide - 0.002, y + 0.098))
                        x += wide
            for tone, boxes in goods.items():
                far.lay(far.mask(boxes), blend(tones[tone], wall, 0.22))
                labels = [quad(b[0][0] + 0.002, b[0][1] + 0.02, b[1][0] - 0.002, b[0][1] + 0.035) for b in boxes]
                far.lay(far.mask(labels), (250, 250, 244), 0.6)
            far.box(left, y + 0.098, right, y + 0.108, (236, 240, 240))
    far.box(0.74, 0.08, 1.14, _FLOOR - 0.005, (150, 166, 174))
    for x in (0.75, 0.885, 1.02):
        far.shade(far.mask([quad(x, 0.10, x + 0.12, 0.64)]), (206, 232, 240), (168, 206, 222))
        for row in range(4):
            bottles = [
                quad(x + 0.008 + 0.013 * k, 0.13 + row * 0.13, x + 0.017 + 0.013 * k, 0.215 + row * 0.13)
                for k in range(8)
            ]
            far.lay(far.mask(bottles), blend(tones[(row * 2 + int(x * 10)) % 7], (220, 240, 244), 0.35))
            far.box(x, 0.217 + row * 0.13, x + 0.12, 0.224 + row * 0.13, (236, 244, 246))
        far.polygon([(x + 0.02, 0.10), (x + 0.05, 0.10), (x + 0.03, 0.64), (x, 0.64)], (255, 255, 255), 0.20)
    far.glow(0.5, 0.1, 0.8, (255, 255, 244), 0.16)
    far.lay(far.mask([quad(LEFT, _FLOOR + 0.02, RIGHT, 0.95)], 0.06), (250, 252, 250), 0.25)
    return [Piece(far.done(rng), 0.72)]


def cafe(draft: Draft) -> list[Piece]:
    """Cafe, restaurant, bar: warm wall, big window, lamps, shelves, tables."""
    wall = draft.pick((150, 112, 86), (140, 90, 66), (72, 50, 48))
    far = _room(draft, wall, draft.pick((120, 86, 66), (104, 66, 52), (54, 38, 38)), blend(wall, (0, 0, 0), 0.3))
    rng = draft.rng
    _window(far, draft, -0.16, 0.04, 0.30, 0.56, (58, 44, 38))
    for row in range(3):
        y = 0.16 + 0.13 * row
        far.box(0.60, y, 1.16, y + 0.012, blend(wall, (0, 0, 0), 0.45))
        for x in np.arange(0.615, 1.14, 0.026):
            tall = float(rng.uniform(0.04, 0.09))
            tones: list[Colour] = [(230, 220, 200), (120, 146, 130), (200, 130, 80), (90, 66, 60), (190, 200, 206)]
            far.box(float(x), y - tall, float(x) + 0.014, y, blend(tones[int(rng.integers(5))], wall, 0.3))
    for x in (0.12, 0.44, 0.76, 1.08):
        _lamp(far, x, float(rng.uniform(-0.04, 0.03)))
    middle = draft.board(opaque=False)
    for x in (-0.06, 1.02):
        middle.lay(middle.disc(x, 0.915, 0.16, 0.02, 0.012), (0, 0, 0), 0.4)
        middle.box(x - 0.006, 0.665, x + 0.006, 0.91, (52, 38, 34))
        middle.lay(middle.disc(x, 0.66, 0.20, 0.030), blend(wall, (40, 20, 10), 0.5))
        middle.lay(middle.disc(x, 0.652, 0.20, 0.028), blend(wall, (230, 180, 120), 0.35))
        middle.lay(middle.disc(x, 0.632, 0.026, 0.008), (244, 240, 232))
        middle.box(x - 0.012, 0.612, x + 0.012, 0.636, (244, 240, 232))
    far.glow(0.5, 0.3, 0.7, (255, 200, 130), 0.16)
    return [Piece(far.done(rng), 0.65), Piece(middle.done(rng), 0.94)]


def office(draft: Draft, *, chalk: bool = False) -> list[Piece]:
    """Office: a white board and windows along the wall, desks; a classroom with a board for `chalk`."""
    wall = draft.pick((222, 226, 226), (226, 196, 170), (84, 92, 116))
    far = _room(
        draft, wall, draft.pick((168, 160, 150), (150, 120, 104), (62, 62, 76)), blend(wall, (90, 100, 110), 0.4)
    )
    for x in (-0.30, 0.66, 0.98):
        _window(far, draft, x, 0.05, x + 0.27, 0.50, (244, 246, 246))
    if chalk:
        far.box(0.075, 0.085, 0.575, 0.475, (150, 116, 82))
        far.shade(far.mask([quad(0.085, 0.10, 0.565, 0.46)]), (56, 92, 80), (48, 80, 70))
        far.lay(far.mask([quad(0.12, 0.2, 0.5, 0.4)], 0.05), (200, 216, 206), 0.10)
    else:
        board = draft.pick((246, 248, 249), (244, 226, 206), (120, 128, 150))
        far.box(0.095, 0.105, 0.505, 0.425, blend(wall, (70, 78, 88), 0.55))
        far.shade(far.mask([quad(0.102, 0.118, 0.498, 0.412)]), board, blend(board, (120, 130, 140), 0.12))
        far.box(0.20, 0.425, 0.40, 0.437, blend(wall, (70, 78, 88), 0.7))
    middle = draft.board(opaque=False)
    desk = draft.pick((206, 172, 128), (190, 138, 100), (92, 78, 82))
    for x in (-0.16, 0.06, 0.74, 0.96):
        middle.lay(middle.disc(x + 0.09, 0.875, 0.2, 0.018, 0.012), (0, 0, 0), 0.3)
        for leg in (x + 0.012, x + 0.162):
            middle.box(leg, 0.71, leg + 0.006, 0.87, (96, 100, 106))
        middle.polygon([(x + 0.012, 0.665), (x + 0.168, 0.665), (x + 0.184, 0.70), (x - 0.004, 0.70)], desk)
        middle.box(x - 0.004, 0.70, x + 0.184, 0.714, blend(desk, (0, 0, 0), 0.25))
    return [Piece(far.done(draft.rng), 0.65), Piece(middle.done(draft.rng), 0.88)]


def stage(draft: Draft) -> list[Piece]:
    """Stage: dark hall, curtain, beams from above, boards with a pool of light."""
    far, rng = draft.board(), draft.rng
    far.sky([(TOP, (14, 10, 24)), (0.4, (40, 22, 54)), (_FLOOR, (70, 34, 70)), (BOTTOM, (40, 24, 40))])
    for x in np.arange(LEFT, RIGHT, 0.035).tolist():
        far.shade(far.mask([quad(x, TOP, x + 0.014, _FLOOR)], 0.008), (96, 22, 44), (54, 12, 30))
    far.shade(far.mask([quad(LEFT, _FLOOR, RIGHT, BOTTOM)]), (58, 38, 40), (112, 74, 60))
    _planks(far, _FLOOR, (30, 18, 20))
    for x, to, colour in ((0.14, 0.38, (255, 150, 190)), (0.5, 0.5, (255, 244, 214)), (0.86, 0.62, (140, 170, 255))):
        beam = far.mask([[(x - 0.012, TOP), (x + 0.012, TOP), (to + 0.17, 0.92), (to - 0.17, 0.92)]], 0.03)
        far.lay(beam, colour, 0.26)
        far.glow(x, -0.12, 0.10, colour, 0.9)
    far.lay(far.disc(0.5, 0.90, 0.50, 0.09, 0.03), (255, 234, 200), 0.50)
    for _ in range(40):
        far.glow(float(rng.uniform(LEFT, RIGHT)), float(rng.uniform(TOP, 0.6)), 0.004, (255, 240, 220), 0.35)
    return [Piece(far.done(rng), 0.7)]


def studio(draft: Draft) -> list[Piece]:
    """Where the prompt names no place: a painted wall, a wooden floor, a pool of light; honest about being a studio."""
    wall = draft.pick((188, 196, 198), (206, 164, 142), (66, 72, 96))
    floor = draft.pick((178, 160, 140), (168, 124, 98), (62, 56, 66))
    far, rng = draft.board(), draft.rng
    shade = blend(wall, (0, 0, 0), 0.30)
    far.sky([(TOP, shade), (0.05, blend(wall, (0, 0, 0), 0.14)), (0.45, wall), (_FLOOR, blend(wall, (0, 0, 0), 0.10))])
    for _ in range(26):  # the brush was broad: a canvas, not a gradient
        x, y = float(rng.uniform(LEFT, RIGHT)), float(rng.uniform(TOP, _FLOOR - 0.1))
        tone: Colour = (255, 255, 255) if rng.uniform() < 0.5 else (0, 0, 0)
        wide = float(rng.uniform(0.10, 0.30))
        far.lay(far.disc(x, y, wide, wide * 0.8, wide * 0.35), tone, 0.045)
    far.shade(far.mask([quad(LEFT, _FLOOR, RIGHT, BOTTOM)]), blend(floor, (0, 0, 0), 0.22), floor)
    _planks(far, _FLOOR, blend(floor, (0, 0, 0), 0.45), 20)
    far.box(LEFT, _FLOOR - 0.030, RIGHT, _FLOOR, blend(wall, (255, 255, 255), 0.35))
    far.box(LEFT, _FLOOR - 0.004, RIGHT, _FLOOR, blend(floor, (0, 0, 0), 0.5))
    far.lay(far.mask([quad(LEFT, _FLOOR, RIGHT, _FLOOR + 0.05)], 0.02), (0, 0, 0), 0.20)
    lit = draft.pick((255, 248, 228), (255, 214, 160), (255, 214, 160))
    far.glow(0.42, 0.26, 0.46, lit, draft.pick((0.42, 0, 0), (0.45, 0, 0), (0.40, 0, 0))[0])
    far.lay(far.disc(0.46, 0.90, 0.70, 0.10, 0.05), lit, 0.30)
    # what lies outside of the light falls off, as by a lamp with a shade
    across = np.linspace(LEFT, RIGHT, far.picture.shape[1], dtype=np.float32)
    down = np.linspace(TOP, BOTTOM, far.picture.shape[0], dtype=np.float32)
    away = np.hypot((across - 0.44)[None, :] * 1.1, (down - 0.45)[:, None] * 0.8)
    far.picture *= (1 - 0.34 * np.clip((away - 0.25) / 0.75, 0, 1) ** 1.3)[:, :, None]
    return [Piece(far.done(rng), 0.72)]
