"""A drawn face with a mesh that fits it: what is needed of a face, without any model that finds one."""

from __future__ import annotations

import cv2
import numpy as np

from understudy.animatic.faces.lips import (
    BROWS,
    CHEEKS,
    CHIN,
    FOREHEAD,
    JAW,
    LIDS,
    LOWER_INNER,
    LOWER_OUTER,
    NOSE_BASE,
    NOSE_TIP,
    UPPER_INNER,
    UPPER_OUTER,
)
from understudy.animatic.performer import Face, Sprite

SKIN, LIP, WHITE, TOOTH = (214, 170, 150), (170, 70, 75), (245, 245, 245), (250, 250, 245)
IRIS, BROW = (40, 60, 90), (90, 60, 40)
BEHIND = (0, 0, 255)  # the colour under alpha 0: blue, to be seen at once where it leaks


def drawn_face(
    width: int = 300, *, teeth: int = 0, roll: float = 0.0, opaque: bool = False, margin: float = 0.5
) -> tuple[Sprite, Face]:
    """A frontal face `width` px wide; `teeth` px of gap between the lips; `roll` degrees clockwise."""
    height = round(width * 1.3)
    canvas_w, canvas_h = round(width * (1 + 2 * margin)), round(height * (1 + 2 * margin))
    cx, cy = canvas_w / 2, canvas_h / 2
    unit = width / 300.0

    def at(x: float, y: float) -> tuple[float, float]:
        return cx + x * unit, cy + y * unit

    rng = np.random.default_rng(5)
    mesh = np.zeros((468, 3), np.float32)
    radius = np.sqrt(rng.uniform(0, 1, 468))
    angle = rng.uniform(0, 2 * np.pi, 468)
    mesh[:, 0] = cx + 150 * unit * radius * np.cos(angle) * 0.99
    mesh[:, 1] = cy + 195 * unit * radius * np.sin(angle) * 0.99

    def put(indices: tuple[int, ...], xs: np.ndarray, ys: np.ndarray) -> None:
        for index, x, y in zip(indices, xs, ys, strict=True):
            mesh[index, :2] = at(float(x), float(y))

    across = np.linspace(-1, 1, 11)
    bow = 1 - across**2
    mouth_x, mouth_y, gap = 58 * across, 95.0, teeth / 2 / unit
    put(UPPER_INNER, mouth_x, mouth_y - gap * bow)
    put(LOWER_INNER, mouth_x, mouth_y + gap * bow)
    put(UPPER_OUTER, 66 * across, mouth_y - (gap + 15) * bow)
    put(LOWER_OUTER, 66 * across, mouth_y + (gap + 19) * bow)
    nine = np.linspace(-1, 1, 9)
    for (upper, lower), brow, middle in zip(LIDS, BROWS, (-68.0, 68.0), strict=True):
        put(upper, middle + 30 * nine, -45 - 13 * (1 - nine**2))
        put(lower, middle + 30 * nine, -45 + 9 * (1 - nine**2))
        put(brow, middle + 36 * np.linspace(-1, 1, 5), np.full(5, -84.0))
    put((CHIN, NOSE_BASE, NOSE_TIP, FOREHEAD), np.zeros(4), np.array([195.0, 48, 30, -195]))
    put((*JAW, *CHEEKS), np.array([-112.0, 112, -150, 150]), np.array([115.0, 115, 0, 0]))
    put(
        (50, 280, 205, 425, 199, 4, 5),
        np.array([-80.0, 80, -70, 70, 0, 0, 0]),
        np.array([20.0, 20, 50, 50, 165, 28, 15]),
    )
    away = ((mesh[:, 0] - cx) / (150 * unit)) ** 2 + ((mesh[:, 1] - cy) / (195 * unit)) ** 2
    mesh[:, 2] = -110 * unit * np.sqrt(np.maximum(0, 1 - away))

    big = 4  # drawn larger and reduced, for soft edges
    picture = np.zeros((canvas_h * big, canvas_w * big, 3), np.uint8)
    picture[:] = (120, 130, 125) if opaque else BEHIND
    alpha = np.full(picture.shape[:2], 255 if opaque else 0, np.uint8)

    def polygon(points: np.ndarray, colour: tuple[int, int, int]) -> None:
        cv2.fillPoly(picture, [np.round(points * big).astype(np.int32)], colour)

    oval = [at(150 * np.cos(a), 195 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 200)]
    polygon(np.array(oval), SKIN)
    cv2.fillPoly(alpha, [np.round(np.array(oval) * big).astype(np.int32)], 255)
    ring = [*UPPER_OUTER, *LOWER_OUTER[::-1]]
    polygon(mesh[ring, :2], LIP)
    if teeth:
        polygon(mesh[[*UPPER_INNER, *LOWER_INNER[::-1]], :2], TOOTH)
    for (upper, lower), brow, middle in zip(LIDS, BROWS, (-68.0, 68.0), strict=True):
        eye = np.zeros(picture.shape[:2], np.uint8)
        cv2.fillPoly(eye, [np.round(mesh[[*upper, *lower[::-1]], :2] * big).astype(np.int32)], 1)
        ball = np.full_like(picture, WHITE)
        centre = tuple(round(v * big) for v in at(middle, -47))
        cv2.circle(ball, centre, round(10 * unit * big), IRIS, -1)
        picture[eye > 0] = ball[eye > 0]
        cv2.polylines(
            picture, [np.round(mesh[list(brow), :2] * big).astype(np.int32)], False, BROW, round(6 * unit * big)
        )
    size = (canvas_w, canvas_h)
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    if not opaque:
        # as a good cut-out comes: edge colours cleaned, the old backdrop only where alpha is 0
        picture[(alpha > 0) & (alpha < 255)] = SKIN
    if roll:
        matrix = cv2.getRotationMatrix2D((cx, cy), -roll, 1.0)
        picture = cv2.warpAffine(picture, matrix, size, borderValue=(120, 130, 125) if opaque else BEHIND)
        alpha = cv2.warpAffine(alpha, matrix, size, borderValue=255 if opaque else 0)
        mesh[:, :2] = mesh[:, :2] @ matrix[:, :2].T.astype(np.float32) + matrix[:, 2].astype(np.float32)
    sprite = np.dstack([picture, alpha]).astype(np.uint8)
    return sprite, Face(mesh, 1.0, roll=roll)
