"""The drawn street: houses in two depths, shop fronts, a pavement that mirrors lights when wet or at night.

Knows how it looks by day, at dusk and at night. Must not know prompts, cameras or who will stand there.
"""

from __future__ import annotations

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.layers._draw import BOTTOM, LEFT, RIGHT, Board, Colour, Point, blend, quad
from understudy.animatic.layers._outdoors import Draft, Hour, Piece, ground, sky


def street(draft: Draft) -> list[Piece]:
    """City street: houses in two depths, lit windows and signs at night, pavement that mirrors them when wet."""
    far, rng = draft.board(), draft.rng
    sky(far, draft)
    haze = draft.pick((196, 208, 218), (222, 150, 130), (48, 52, 92))
    x = LEFT
    while x < RIGHT:
        wide = float(rng.uniform(0.05, 0.11))
        top = float(rng.uniform(0.02, 0.28))
        far.box(
            x,
            top,
            x + wide,
            0.6,
            blend(haze, draft.pick((120, 134, 150), (120, 80, 96), (26, 28, 54)), float(rng.uniform(0.35, 0.6))),
        )
        _panes(far, draft, x, top, x + wide, 0.52, small=True)
        x += wide
    middle = draft.board(opaque=False)
    tones: list[Colour] = [(176, 132, 110), (198, 184, 162), (138, 150, 156), (168, 150, 138), (120, 110, 116)]
    x, number = LEFT, 0
    kerb = 0.66
    while x < RIGHT:
        wide = float(rng.uniform(0.16, 0.25))
        top = float(rng.uniform(-0.16, 0.06)) if abs(x + wide / 2 - 0.5) > 0.20 else float(rng.uniform(0.10, 0.22))
        tone = blend(
            tones[int(rng.integers(5))],
            draft.pick((255, 255, 255), (230, 130, 100), (22, 24, 48)),
            draft.pick((0.05, 0, 0), (0.3, 0, 0), (0.72, 0, 0))[0],
        )
        middle.shade(middle.mask([quad(x, top, x + wide, kerb)]), tone, blend(tone, (0, 0, 0), 0.2))
        middle.box(x, top - 0.012, x + wide, top + 0.006, blend(tone, (0, 0, 0), 0.25))
        _panes(middle, draft, x + 0.012, top + 0.05, x + wide - 0.012, kerb - 0.22, small=False)
        _shop_front(middle, draft, x + 0.012, kerb - 0.17, x + wide - 0.012, kerb, number)
        x, number = x + wide, number + 1
    stone = draft.pick((166, 164, 160), (150, 118, 110), (46, 48, 68))
    if draft.wet:
        stone = blend(stone, (40, 44, 60), 0.45)
    stone = draft.under_snow(stone, 0.5)
    ground(middle, draft, kerb, blend(stone, (0, 0, 0), 0.12), stone, 6)
    middle.box(LEFT, kerb, RIGHT, kerb + 0.012, blend(stone, (255, 255, 255), 0.2), 0.7)
    middle.lay(middle.mask([quad(LEFT, 0.84, RIGHT, BOTTOM)]), blend(stone, (20, 20, 26), 0.55), 0.85)
    middle.box(LEFT, 0.832, RIGHT, 0.846, blend(stone, (255, 255, 255), 0.15))
    lines: list[list[Point]] = [
        [(p, 0.985), (p + 0.13, 0.985), (p + 0.12, 1.0), (p - 0.012, 1.0)]
        for p in np.arange(LEFT, RIGHT, 0.26).tolist()
    ]
    middle.lay(middle.mask(lines), (230, 226, 210), 0.6)
    if draft.wet or draft.hour is Hour.NIGHT:
        _mirror(middle, kerb, 0.55 if draft.wet else 0.22)
    for x in (-0.05, 0.93):
        middle.box(x - 0.003, 0.10, x + 0.003, 0.80, (44, 46, 54))
        middle.polygon([(x - 0.003, 0.10), (x + 0.05, 0.085), (x + 0.05, 0.10), (x, 0.115)], (44, 46, 54))
        if draft.hour is not Hour.DAY:
            middle.lay(middle.disc(x + 0.042, 0.108, 0.016, 0.008), (255, 240, 206))
            middle.glow(x + 0.042, 0.12, 0.18, (255, 216, 150), 0.6)
    return [Piece(far.done(rng), 0.45), Piece(middle.done(rng), 0.80)]


def _panes(board: Board, draft: Draft, left: float, top: float, right: float, bottom: float, *, small: bool) -> None:
    rng = draft.rng
    step_x, step_y = (0.014, 0.032) if small else (0.040, 0.085)
    size_x, size_y = (0.006, 0.014) if small else (0.022, 0.050)
    dark: list[list[Point]] = []
    lit: list[list[Point]] = []
    for y in np.arange(top + 0.02, bottom - size_y, step_y).tolist():
        for x in np.arange(left + 0.006, right - size_x, step_x).tolist():
            chance = {Hour.DAY: 0.0, Hour.DUSK: 0.25, Hour.NIGHT: 0.36}[draft.hour]
            (lit if float(rng.uniform()) < chance else dark).append(quad(x, y, x + size_x, y + size_y))
    share = 0.35 if small else 0.8
    board.lay(board.mask(dark), draft.pick((150, 176, 196), (120, 90, 110), (22, 26, 48)), share)
    board.lay(board.mask(lit), (255, 214, 140), 0.75)
    if not small and lit:
        board.lay(board.mask(lit, 0.02), (255, 190, 110), 0.30)


_SIGNS: tuple[Colour, ...] = ((236, 84, 96), (250, 186, 70), (80, 200, 190), (240, 110, 190), (110, 150, 250))


def _shop_front(board: Board, draft: Draft, left: float, top: float, right: float, bottom: float, number: int) -> None:
    sign = _SIGNS[number % len(_SIGNS)]
    night = draft.hour is Hour.NIGHT
    inside = draft.pick((196, 204, 204), (250, 206, 150), (255, 224, 166))
    board.box(left, top + 0.035, right, bottom, blend(sign, (40, 36, 40), 0.7))
    board.shade(
        board.mask([quad(left + 0.008, top + 0.045, right - 0.05, bottom - 0.02)]),
        inside,
        blend(inside, (60, 50, 50), 0.35),
    )
    board.box(right - 0.042, top + 0.045, right - 0.008, bottom, blend(inside, (70, 60, 60), 0.3))
    board.box(left, top, right, top + 0.034, sign if not night else blend(sign, (255, 255, 255), 0.25))
    strokes = [
        quad(left + 0.02 + 0.016 * k, top + 0.010, left + 0.030 + 0.016 * k, top + 0.024) for k in range(3 + number % 4)
    ]
    board.lay(board.mask(strokes), (255, 255, 255), 0.85)  # reads as lettering, says nothing
    if draft.hour is not Hour.DAY:
        board.glow((left + right) / 2, top + 0.017, 0.13, sign, 0.55 if night else 0.3)
        board.glow((left + right) / 2, bottom - 0.02, 0.12, inside, 0.30)


def _mirror(board: Board, floor: float, share: float) -> None:
    """Wet ground: what stands above comes back below, drawn out and dimmed."""
    row = int(board.spot(0, floor)[1])
    below = board.picture.shape[0] - row
    source = board.picture[max(0, row - below) : row][::-1]
    have = board.alpha[max(0, row - below) : row][::-1] if board.alpha is not None else None
    depth = len(source)
    smeared = cv2.blur(source, (9, max(3, int(board.length(0.07)) | 1)))
    fall = np.linspace(share, share * 0.2, depth, dtype=np.float32)[:, None]
    weight = fall * (have if have is not None else np.float32(1))
    area = board.picture[row : row + depth]
    bright = np.maximum(smeared - 30, 0)
    area += bright * weight[:, :, None] * (1 - area / 255)
