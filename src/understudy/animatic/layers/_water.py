"""Drawn places of water and air: the open sea, its depths, the sky above the hills.

Knows how each looks by day, at dusk and at night. Must not know prompts, cameras or who will be there.
"""

from __future__ import annotations

import math

import numpy as np

from understudy.animatic.layers._draw import BOTTOM, LEFT, RIGHT, TOP, blend, ridge
from understudy.animatic.layers._outdoors import HORIZON, Draft, Piece, sky


def open_water(draft: Draft) -> list[Piece]:
    """Water from the horizon to the front, in three sheets."""
    rng = draft.rng
    far = draft.board()
    sky(far, draft)
    light = draft.pick((150, 196, 216), (214, 160, 132), (46, 60, 100))
    deep = draft.pick((44, 108, 146), (92, 86, 122), (14, 24, 52))
    far.shade(far.mask([[(LEFT, HORIZON), (RIGHT, HORIZON), (RIGHT, BOTTOM), (LEFT, BOTTOM)]]), light, deep)
    hills = draft.pick((132, 164, 176), (120, 96, 126), (24, 32, 62))
    far.polygon(
        [(x, min(y, HORIZON)) for x, y in ridge(rng, HORIZON - 0.02, 0.03)[2:]] + [(RIGHT, HORIZON), (LEFT, HORIZON)],
        hills,
        0.7,
        0.002,
    )
    gleam = draft.pick((236, 246, 250), (255, 216, 168), (150, 170, 214))
    middle = 0.66 if draft.hour.value == "dusk" else 0.78
    for _ in range(260):
        y = HORIZON + 0.012 + float(rng.uniform(0, 1)) ** 1.7 * (BOTTOM - HORIZON)
        spread = 0.05 + 0.55 * (y - HORIZON)
        x = float(rng.normal(middle, spread)) if rng.uniform() < 0.5 else float(rng.uniform(LEFT, RIGHT))
        far.lay(
            far.disc(x, y, 0.010 + 0.10 * (y - HORIZON), 0.0016 + 0.006 * (y - HORIZON), 0.0012),
            gleam,
            float(rng.uniform(0.10, 0.5)),
        )
    far.grain(rng, 1.2)
    pieces = [Piece(far.done(rng), 0.55)]
    for near, level, share in ((0.94, 0.765, 0.35), (1.06, 0.83, 0.65), (1.25, 0.98, 0.85)):
        front = draft.board(opaque=False)
        # soft edges take their colour from what lies under them, also where that is not seen
        front.picture[:] = blend(light, deep, share)
        xs = np.linspace(LEFT, RIGHT, 140)
        wave = [level + 0.006 * math.sin(34 * x + 9 * near) + 0.004 * math.sin(71 * x + 3) for x in xs]
        colour = blend(light, deep, share)
        front.polygon(
            [*zip(map(float, xs), wave, strict=True), (RIGHT, BOTTOM), (LEFT, BOTTOM)],
            colour,
            0.72 if near < 1.1 else 0.9,
            0.004,
        )
        for x, y in zip(xs[::3], wave[::3], strict=True):
            front.lay(front.disc(float(x), y + 0.004, 0.022, 0.0022, 0.002), gleam, 0.28)
        pieces.append(Piece(front.done(rng), near))
    return pieces


def underwater(draft: Draft) -> list[Piece]:
    """Blue depth with rays from above, sand and weeds below."""
    rng = draft.rng
    far = draft.board()
    top = draft.pick((124, 206, 226), (150, 150, 170), (34, 66, 110))
    mid = draft.pick((36, 120, 168), (56, 84, 132), (12, 34, 72))
    low = draft.pick((12, 56, 98), (24, 40, 80), (6, 14, 36))
    far.sky([(TOP, top), (0.05, top), (0.5, mid), (BOTTOM, low)])
    for _ in range(9):
        x = float(rng.uniform(-0.1, 1.1))
        wide = float(rng.uniform(0.015, 0.05))
        far.polygon(
            [(x, TOP), (x + wide, TOP), (x + 2.6 * wide - 0.16, 0.95), (x - 1.6 * wide - 0.16, 0.95)],
            (226, 246, 250),
            0.13,
            0.02,
        )
    sand = blend(low, draft.pick((196, 190, 150), (150, 130, 120), (50, 62, 84)), 0.42)
    far.polygon([(x, y) for x, y in ridge(rng, 0.90, 0.035)], sand, 0.9, 0.012)
    far.grain(rng, 1.0)
    pieces = [Piece(far.done(rng), 0.5)]
    for near, foot, count, share in ((0.8, 0.98, 16, 0.45), (1.3, 1.16, 9, 0.85)):
        weeds = draft.board(opaque=False)
        green = blend(draft.pick((70, 150, 120), (70, 96, 100), (20, 56, 62)), low, share)
        weeds.picture[:] = green
        for x in rng.uniform(LEFT, RIGHT, count):
            tall, lean = float(rng.uniform(0.08, 0.26)) * (0.7 if near > 1 else 1.0), float(rng.uniform(-0.03, 0.03))
            for k in range(4):
                dx = 0.010 * (k - 1.5)
                bend = [
                    (x + dx + lean * s + 0.008 * math.sin(7 * s + k), foot - tall * s * (1 - 0.1 * k))
                    for s in np.linspace(0, 1, 9)
                ]
                back = [
                    (px + 0.007 * (1 - s), py) for (px, py), s in zip(reversed(bend), np.linspace(1, 0, 9), strict=True)
                ]
                weeds.polygon(
                    [*((float(a), float(b)) for a, b in bend), *((float(a), float(b)) for a, b in back)],
                    green,
                    0.9,
                    0.001,
                )
        if near < 1:
            for x, y in zip(rng.uniform(LEFT, RIGHT, 40), rng.uniform(0.0, 0.95, 40), strict=True):
                weeds.lay(weeds.disc(float(x), float(y), 0.004, 0.004, 0.001), (220, 244, 250), 0.35)
        pieces.append(Piece(weeds.done(rng), near))
    return pieces


def high_sky(draft: Draft) -> list[Piece]:
    """Sky above low hills, with clouds nearer than they are."""
    rng = draft.rng
    far = draft.board()
    sky(far, draft)
    for y, tall, tone in ((0.80, 0.06, 0.35), (0.90, 0.05, 0.7)):
        far.polygon(
            ridge(rng, y, tall),
            blend(
                draft.pick((176, 204, 210), (170, 116, 126), (34, 44, 80)),
                draft.pick((92, 138, 108), (92, 66, 88), (16, 24, 46)),
                tone,
            ),
            1.0,
            0.002,
        )
    far.grain(rng, 1.0)
    pieces = [Piece(far.done(rng), 0.35)]
    white = draft.pick((255, 255, 255), (255, 206, 176), (74, 84, 124))
    for near, count, opacity in ((0.62, 9, 0.30), (0.9, 5, 0.34)):
        clouds = draft.board(opaque=False)
        clouds.picture[:] = white
        for _ in range(count):
            x, y = float(rng.uniform(LEFT, RIGHT)), float(rng.uniform(0.0, 0.72))
            for _ in range(9):
                dx, dy = float(rng.normal(0, 0.045)), float(rng.normal(0, 0.012))
                clouds.lay(clouds.disc(x + dx, y + dy, float(rng.uniform(0.04, 0.10)), 0.026, 0.016), white, opacity)
        pieces.append(Piece(clouds.done(rng), near))
    return pieces
