"""Stickers: the drawn signs that chats know: sparkles, tears, a question mark, a cloud of breath.

Knows shapes and colours. Must not know faces, time or what a sign means. Signs that lie on the picture have a white
rim, as if cut from paper; those that lie on skin have none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from understudy.animatic.expressions._sheet import Sheet, cloud, drop, glitter, heart, laid_over, rays, wave
from understudy.animatic.performer import Sprite

YELLOW, ORANGE, RED, PINK = (255, 214, 64), (255, 158, 44), (226, 54, 54), (255, 120, 150)
BLUE, PALE_BLUE, DEEP_BLUE = (86, 170, 240), (178, 222, 252), (52, 98, 190)
WHITE, INK, GREY, PURPLE, GREEN = (255, 255, 255), (52, 50, 60), (150, 156, 168), (136, 108, 190), (120, 190, 90)


# the signs ------------------------------------------------------------------------------------------------------------


def _draw_blush(n: int) -> Sprite:
    sheet = Sheet(n, 1.5)
    sheet.disc(0.75, 0.5, 0.42, (246, 98, 110), 0.62)
    return sheet.done(rim=False, opacity=0.5, soft=0.09)


def _draw_flower(n: int) -> Sprite:
    sheet = Sheet(n)
    for turn in range(5):
        angle = math.radians(72 * turn - 90)
        sheet.disc(0.5 + 0.22 * math.cos(angle), 0.5 + 0.22 * math.sin(angle), 0.19, PINK)
    sheet.disc(0.5, 0.5, 0.13, YELLOW)
    return sheet.done()


def _draw_anger(n: int) -> Sprite:
    """Four swollen veins that bend towards the middle."""
    sheet = Sheet(n)
    for x in (-1, 1):
        for y in (-1, 1):
            arc = [(0.40 - 0.33 * math.cos(t), 0.40 - 0.33 * math.sin(t)) for t in np.linspace(0, np.pi / 2, 16)]
            sheet.line([(0.5 + x * a, 0.5 + y * b) for a, b in arc], 0.115, RED)
    return sheet.done()


def _draw_tearstream(n: int) -> Sprite:
    sheet = Sheet(n, 0.34)
    left = [(0.17 - 0.075 - 0.03 * math.sin(4 * y), 0.02 + 0.9 * y) for y in np.linspace(0, 1, 30)]
    right = [(0.17 + 0.075 + 0.03 * math.sin(4 * y), 0.02 + 0.9 * y) for y in np.linspace(1, 0, 30)]
    sheet.fill(left + right, PALE_BLUE)
    sheet.disc(0.17, 0.9, 0.1, PALE_BLUE, 0.8)
    sheet.line([(x + 0.035, y) for x, y in left[3:]], 0.022, WHITE)
    return sheet.done(rim=False, opacity=0.86, soft=0.006)


def _draw_shine(n: int) -> Sprite:
    sheet = Sheet(n)
    sheet.disc(0.36, 0.34, 0.26, WHITE)
    sheet.disc(0.68, 0.70, 0.14, WHITE)
    return sheet.done(rim=False, opacity=0.95, soft=0.02)


def _draw_star_eye(n: int) -> Sprite:
    sheet = Sheet(n)
    sheet.fill(rays(0.5, 0.52, 0.47, 0.21, 5), YELLOW)
    sheet.fill(rays(0.46, 0.46, 0.16, 0.07, 5), (255, 246, 205))
    return sheet.done(rim=False)


def _draw_headband(n: int) -> Sprite:
    sheet = Sheet(n, 5.0)
    upper = [(x, 0.08 + 0.10 * (2 * x / 5 - 1) ** 2) for x in np.linspace(0.04, 4.96, 40)]
    lower = [(x, y + 0.80) for x, y in reversed(upper)]
    sheet.fill(upper + lower, (246, 244, 240))
    sheet.line([(x, y + 0.74) for x, y in upper], 0.07, (206, 204, 208))
    sheet.line([(x, y + 0.24) for x, y in upper[1:16]], 0.03, (222, 220, 222))
    sheet.line([(x, y + 0.52) for x, y in upper[25:39]], 0.03, (222, 220, 222))
    sheet.disc(2.5, 0.48, 0.3, RED)
    return sheet.done(rim=False, soft=0.01)


def _draw_exclaim(n: int) -> Sprite:
    sheet = Sheet(n, 0.5)
    sheet.fill([(0.13, 0.10), (0.37, 0.10), (0.30, 0.64), (0.20, 0.64)], RED)
    sheet.disc(0.25, 0.82, 0.095, RED)
    return sheet.done()


def _draw_question(n: int) -> Sprite:
    sheet = Sheet(n, 0.8)
    arc = [
        (0.4 + 0.2 * math.cos(t), 0.30 + 0.19 * math.sin(t)) for t in np.linspace(math.pi * 1.02, 2.35 * math.pi, 28)
    ]
    sheet.line([*arc, (0.4, 0.54), (0.4, 0.64)], 0.13, DEEP_BLUE)
    sheet.disc(0.4, 0.85, 0.082, DEEP_BLUE)
    return sheet.done()


def _draw_zed(n: int) -> Sprite:
    sheet = Sheet(n)
    sheet.line([(0.2, 0.18), (0.8, 0.18), (0.2, 0.82), (0.8, 0.82)], 0.15, DEEP_BLUE)
    return sheet.done()


def _draw_sparkle(n: int) -> Sprite:
    sheet = Sheet(n)
    sheet.fill(glitter(0.5, 0.5, 0.45), YELLOW)
    sheet.fill(glitter(0.5, 0.5, 0.2), (255, 248, 214))
    return sheet.done()


def _draw_star(n: int) -> Sprite:
    sheet = Sheet(n)
    sheet.fill(rays(0.5, 0.53, 0.43, 0.19, 5), YELLOW)
    return sheet.done()


def _draw_heart(n: int) -> Sprite:
    sheet = Sheet(n)
    sheet.fill(heart(0.5, 0.47, 0.42), (240, 70, 104))
    sheet.disc(0.33, 0.36, 0.07, (255, 176, 190), 1.3)
    return sheet.done()


def _draw_drop(n: int) -> Sprite:
    sheet = Sheet(n, 0.75)
    sheet.fill(drop(0.375, 0.06, 0.93, 0.30), BLUE)
    sheet.disc(0.29, 0.68, 0.065, WHITE, 1.5)
    return sheet.done()


def _draw_sweatdrops(n: int) -> Sprite:
    sheet = Sheet(n, 1.2)
    for x, y, size in ((0.25, 0.62, 0.30), (0.58, 0.42, 0.38), (0.95, 0.58, 0.30)):
        sheet.fill(drop(x, y - size, y + 0.5 * size, 0.30 * size), BLUE)
    return sheet.done()


def _draw_laugh(n: int) -> Sprite:
    sheet = Sheet(n, 1.9)
    sheet.text("哈哈", ORANGE)
    return sheet.done()


def _draw_ellipsis(n: int) -> Sprite:
    sheet = Sheet(n, 2.0)
    for x in (0.4, 1.0, 1.6):
        sheet.disc(x, 0.5, 0.2, INK)
    return sheet.done()


def _draw_dot(n: int) -> Sprite:
    sheet = Sheet(n)
    sheet.disc(0.5, 0.5, 0.42, GREY)
    sheet.disc(0.5, 0.5, 0.34, WHITE)
    return sheet.done(rim=False)


def _draw_dream(n: int) -> Sprite:
    sheet = Sheet(n, 1.4)
    cloud(sheet, GREY, 0.03)
    cloud(sheet, WHITE)
    sheet.fill(heart(0.56, 0.5, 0.16), (240, 70, 104))
    sheet.fill(rays(0.93, 0.5, 0.17, 0.075, 5), YELLOW)
    return sheet.done(rim=False)


def _draw_puff(n: int) -> Sprite:
    sheet = Sheet(n, 1.4)
    cloud(sheet, (244, 246, 250))
    return sheet.done(rim=False, opacity=0.85, soft=0.035)


def _draw_scribble(n: int) -> Sprite:
    sheet = Sheet(n, 1.6)
    turns = np.linspace(0, 2 * np.pi * 6.5, 320)
    spots = [
        (
            0.8 + (0.58 - 0.22 * math.sin(0.37 * t)) * math.cos(t),
            0.5 + (0.36 - 0.12 * math.cos(0.53 * t)) * math.sin(t * 1.13),
        )
        for t in turns
    ]
    sheet.line(spots, 0.035, INK)
    return sheet.done()


def _draw_bolt(n: int) -> Sprite:
    sheet = Sheet(n, 0.7)
    sheet.fill(
        [(0.42, 0.06), (0.14, 0.54), (0.33, 0.54), (0.24, 0.94), (0.58, 0.40), (0.38, 0.40), (0.55, 0.06)], YELLOW
    )
    return sheet.done()


def _draw_clock(n: int) -> Sprite:
    sheet = Sheet(n)
    for x in (0.27, 0.73):
        sheet.disc(x, 0.2, 0.13, RED)
        sheet.line([(x, 0.84), (x + 0.5 * (x - 0.5), 0.95)], 0.07, INK)
    sheet.disc(0.5, 0.54, 0.37, RED)
    sheet.disc(0.5, 0.54, 0.29, WHITE)
    sheet.line([(0.5, 0.33), (0.5, 0.54), (0.64, 0.62)], 0.05, INK)
    return sheet.done()


def _draw_rush(n: int) -> Sprite:
    sheet = Sheet(n, 0.9)
    for y, left in ((0.12, 0.30), (0.32, 0.08), (0.52, 0.26), (0.72, 0.05), (0.9, 0.34)):
        sheet.fill([(left, y), (0.84, y - 0.04), (0.84, y + 0.04)], BLUE)
    return sheet.done(opacity=0.9)


def _draw_crown(n: int) -> Sprite:
    sheet = Sheet(n, 1.3)
    points = [(0.14, 0.9), (0.08, 0.32), (0.38, 0.56), (0.65, 0.12), (0.92, 0.56), (1.22, 0.32), (1.16, 0.9)]
    sheet.fill(points, YELLOW)
    sheet.fill([(0.14, 0.9), (0.125, 0.76), (1.175, 0.76), (1.16, 0.9)], ORANGE)
    for x, y, colour in ((0.08, 0.30, RED), (0.65, 0.12, RED), (1.22, 0.30, RED)):
        sheet.disc(x, y, 0.07, colour)
    return sheet.done()


def _draw_wave(n: int) -> Sprite:
    sheet = Sheet(n, 1.8)
    sheet.line(wave(0.2, 1.6, 0.5, 0.2, 1.0), 0.17, GREEN)
    return sheet.done()


def _draw_wavy(n: int) -> Sprite:
    sheet = Sheet(n, 1.3)
    for x in (0.3, 0.65, 1.0):
        sheet.line([(x + y - 0.5, t) for t, y in wave(0.14, 0.86, 0.5, 0.09, 1.5)], 0.085, PURPLE)
    return sheet.done()


def _draw_gloom(n: int) -> Sprite:
    """Shade that falls from the brow's upper edge, and the lines in it."""
    sheet = Sheet(n, 1.9)
    sheet.fill([(0.25, 0.24), (1.65, 0.24), (1.6, 0.55), (0.3, 0.55)], (84, 92, 150))
    shade = sheet.done(rim=False, opacity=0.62, soft=0.11)
    fall = np.clip(1.35 - np.linspace(0, 1.6, shade.shape[0]), 0, 1)[:, None]
    lines = Sheet(n, 1.9)
    for number, x in enumerate(np.linspace(0.42, 1.62, 8)):
        lines.line([(x, 0.22), (x, 0.66 + 0.12 * (number % 2))], 0.02, (58, 62, 112))
    drawn = lines.done(rim=False, opacity=0.75)
    return laid_over(np.dstack([shade[..., :3], (shade[..., 3] * fall).astype(np.uint8)]), drawn)


def _draw_bag(n: int) -> Sprite:
    sheet = Sheet(n, 2.4)
    arc = [(x, 0.25 + 0.42 * math.sin(math.pi * (x - 0.2) / 2.0)) for x in np.linspace(0.2, 2.2, 30)]
    sheet.line(arc, 0.28, (88, 56, 92))
    return sheet.done(rim=False, opacity=0.55, soft=0.12)


_SIGNS: dict[str, Callable[[int], Sprite]] = {
    "anger": _draw_anger,
    "bag": _draw_bag,
    "blush": _draw_blush,
    "bolt": _draw_bolt,
    "clock": _draw_clock,
    "crown": _draw_crown,
    "dot_small": _draw_dot,
    "dream": _draw_dream,
    "ellipsis": _draw_ellipsis,
    "exclaim": _draw_exclaim,
    "flower": _draw_flower,
    "gloom": _draw_gloom,
    "headband": _draw_headband,
    "heart": _draw_heart,
    "laugh": _draw_laugh,
    "puff": _draw_puff,
    "question": _draw_question,
    "rush": _draw_rush,
    "scribble": _draw_scribble,
    "shine": _draw_shine,
    "sparkle": _draw_sparkle,
    "star": _draw_star,
    "star_eye": _draw_star_eye,
    "sweat": _draw_drop,
    "sweatdrops": _draw_sweatdrops,
    "teardrop": _draw_drop,
    "tearstream": _draw_tearstream,
    "wave": _draw_wave,
    "wavy": _draw_wavy,
    "zed": _draw_zed,
}
SIGNS = frozenset(_SIGNS)
"""Names of all signs."""


@lru_cache(maxsize=64)
def sign(name: str, height: int) -> Sprite:
    """A sign `height` pixels high, RGBA with straight alpha. Raises KeyError for a name not in SIGNS."""
    drawn = _SIGNS[name](max(8, height))
    drawn.setflags(write=False)
    return drawn
