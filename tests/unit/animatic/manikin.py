"""A whole person drawn by code around a photographed face, in any stance, with the places of her joints known.

No installed package carries a photograph of one whole standing person; the models take this for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import cos, pi, radians, sin
from pathlib import Path

import cv2
import numpy as np

from sight import photo
from understudy.core.units import Size
from understudy.media.video import VideoWriter

SIZE = Size(432, 768)
SHIRT, TROUSERS, SKIN, SHOES = (178, 58, 62), (48, 66, 110), (224, 172, 150), (40, 36, 34)
FINE = 2  # drawn larger and reduced, for soft edges


@dataclass(frozen=True)
class Stance:
    """Angles in degrees from hanging straight down, positive away from the body; `at` is the middle of the hips.

    Arms and legs are (left, right): the person's own sides, her left is on the picture's right.
    """

    upper_arms: tuple[float, float] = (20, 20)
    forearms: tuple[float, float] = (14, 14)
    thighs: tuple[float, float] = (5, 5)
    shins: tuple[float, float] = (2, 2)
    lean: float = 0.0
    at: tuple[float, float] = (216, 400)
    unit: float = 100.0  # width of the shoulders


def place(stance: Stance) -> dict[str, np.ndarray]:
    """Where the joints of a stance are."""
    u = stance.unit
    lean = radians(stance.lean)
    up, right = np.array([sin(lean), -cos(lean)]), np.array([cos(lean), sin(lean)])
    hips = np.array(stance.at)
    chest = hips + 1.45 * u * up
    joints = {"hips": hips, "chest": chest, "head": chest + 0.72 * u * up}
    for number, (side, name) in enumerate(((1, "left"), (-1, "right"))):
        shoulder, hip = chest + side * 0.5 * u * right, hips + side * 0.27 * u * right
        elbow = shoulder + 0.82 * u * hanging(side, stance.upper_arms[number])
        wrist = elbow + 0.72 * u * hanging(side, stance.forearms[number])
        knee = hip + 1.15 * u * hanging(side, stance.thighs[number])
        ankle = knee + 1.1 * u * hanging(side, stance.shins[number])
        named = {"shoulder": shoulder, "elbow": elbow, "wrist": wrist, "hip": hip, "knee": knee, "ankle": ankle}
        joints |= {f"{name}_{joint}": at for joint, at in named.items()}
    return joints


def hanging(side: int, degrees: float) -> np.ndarray:
    return np.array([side * sin(radians(degrees)), cos(radians(degrees))])


def drawn(stance: Stance, ground: np.ndarray | None = None) -> np.ndarray:
    """The person before a plain wall or before `ground`, (768, 432, 3)."""
    picture = wall() if ground is None else ground.copy()
    joints, u = place(stance), stance.unit
    for name in ("left", "right"):
        hip, knee, ankle = (joints[f"{name}_{part}"] for part in ("hip", "knee", "ankle"))
        side = 1 if name == "left" else -1
        toe = ankle + np.array([side * 0.16 * u, 0.13 * u])
        limb(picture, ankle + np.array([0, 0.04 * u]), toe, 0.1 * u, 0.09 * u, SHOES)
        limb(picture, hip, knee, 0.24 * u, 0.155 * u, TROUSERS)
        limb(picture, knee, ankle, 0.155 * u, 0.1 * u, TROUSERS)
    trunk(picture, joints, u)
    neck = joints["chest"] + 0.45 * (joints["head"] - joints["chest"])
    limb(picture, joints["chest"], neck, 0.15 * u, 0.13 * u, SKIN)
    for name in ("left", "right"):
        shoulder, elbow, wrist = (joints[f"{name}_{part}"] for part in ("shoulder", "elbow", "wrist"))
        hand = wrist + 0.24 * u * (wrist - elbow) / np.linalg.norm(wrist - elbow)
        limb(picture, elbow, wrist, 0.1 * u, 0.07 * u, SKIN)
        limb(picture, wrist, hand, 0.08 * u, 0.055 * u, SKIN)
        limb(picture, shoulder, elbow, 0.15 * u, 0.12 * u, SHIRT)
    head(picture, joints["head"], u, stance.lean)
    return picture


def trunk(picture: np.ndarray, joints: dict[str, np.ndarray], u: float) -> None:
    spine = joints["chest"] - joints["hips"]
    across = np.array([-spine[1], spine[0]]) / np.linalg.norm(spine) * u
    hips, chest = joints["hips"], joints["chest"]
    outline = [
        chest - 0.5 * across, chest - 0.2 * across + 0.14 * spine, chest + 0.2 * across + 0.14 * spine,
        chest + 0.5 * across, hips + 0.38 * spine + 0.37 * across, hips + 0.42 * across - 0.1 * spine,
        hips - 0.42 * across - 0.1 * spine, hips + 0.38 * spine - 0.37 * across,
    ]  # fmt: skip
    shape(picture, np.array(outline), SHIRT, chest, 0.5 * u)


def limb(picture: np.ndarray, a: np.ndarray, b: np.ndarray, thick: float, thin: float, colour: tuple) -> None:
    line = np.asarray(b, float) - a
    along = line / max(1e-6, np.linalg.norm(line))
    turn = np.array([-along[1], along[0]])
    arc = np.linspace(0, pi, 12)
    start = [a + thick * (-along * sin(t) + turn * cos(t)) for t in arc[::-1]]
    end = [b + thin * (along * sin(t) + turn * cos(t)) for t in arc]
    shape(picture, np.array(start + end), colour, np.asarray(a, float), thick)


def shape(picture: np.ndarray, outline: np.ndarray, colour: tuple, lit: np.ndarray, depth: float) -> None:
    """A filled outline, darker to its rim and to the right, with the grain of cloth."""
    low = np.maximum(0, np.floor(outline.min(axis=0)).astype(int) - 3)
    high = np.minimum((picture.shape[1], picture.shape[0]), np.ceil(outline.max(axis=0)).astype(int) + 4)
    if (high <= low).any():
        return
    width, height = (int(v) for v in high - low)
    mask = np.zeros((height * FINE, width * FINE), np.uint8)
    cv2.fillPoly(mask, [np.round((outline - low) * FINE).astype(np.int32)], 255)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    inside = cv2.resize(inside, (width, height), interpolation=cv2.INTER_AREA) / FINE
    soft = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)[..., None] / 255
    round_ = 0.62 + 0.42 * np.sqrt(np.clip(inside / max(1.0, 0.8 * depth), 0, 1))
    aside = 1 - 0.0012 * (np.arange(low[0], high[0])[None, :] - lit[0])
    shaded = np.clip(np.array(colour) * (round_ * aside * grain()[:height, :width])[..., None], 0, 255)
    part = picture[low[1] : high[1], low[0] : high[0]]
    part[:] = (part * (1 - soft) + shaded * soft + 0.5).astype(np.uint8)


@cache
def grain() -> np.ndarray:
    noise = np.random.default_rng(3).standard_normal((SIZE.height, SIZE.width))
    return 1 + 0.05 * cv2.GaussianBlur(noise, (0, 0), 0.8)


def head(picture: np.ndarray, middle: np.ndarray, u: float, lean: float) -> None:
    """The head of the sample photograph."""
    face = photo("astronaut")[0:200, 140:310]
    alpha = np.zeros(face.shape[:2], np.float32)
    cv2.ellipse(alpha, (84, 88), (72, 92), 0, 0, 360, 1.0, -1)
    scale = 1.05 * u / 200
    matrix = cv2.getRotationMatrix2D((84, 98), -lean, scale)
    matrix[:, 2] += middle - (84, 98)
    size = (picture.shape[1], picture.shape[0])
    soft = cv2.warpAffine(cv2.GaussianBlur(alpha, (0, 0), 2), matrix, size)[..., None]
    picture[:] = (picture * (1 - soft) + cv2.warpAffine(face, matrix, size, flags=cv2.INTER_AREA) * soft).astype(
        np.uint8
    )


def wall() -> np.ndarray:
    """A plain room: a lit wall, a floor."""
    ground = np.empty((SIZE.height, SIZE.width, 3), np.uint8)
    ground[:] = np.linspace(226, 196, SIZE.width)[None, :, None] * np.array([1.0, 0.98, 0.93])
    ground[610:] = (150, 132, 112)
    return ground


def dancing(count: int, rate: float = 15.0) -> Iterator[Stance]:
    """She raises her arms in turn, steps from foot to foot and sways; a bar takes two seconds."""
    for number in range(count):
        beat = 2 * pi * number / rate / 2
        yield Stance(
            upper_arms=(45 - 35 * cos(beat), 45 + 35 * cos(beat)),
            forearms=(60 - 55 * cos(beat), 60 + 55 * cos(beat)),
            thighs=(6 + 14 * max(0, sin(beat)), 6 + 14 * max(0, -sin(beat))),
            shins=(3 - 8 * max(0, sin(beat)), 3 - 8 * max(0, -sin(beat))),
            lean=5 * sin(beat),
            at=(216 + 24 * sin(beat), 400),
        )


def write_dance(path: Path, count: int = 30, rate: int = 30, sound: np.ndarray | None = None) -> list[Stance]:
    """A film of the dance; `sound` is 48 kHz stereo for its whole length."""
    stances = list(dancing(count, rate))
    step = 48_000 // rate
    with VideoWriter(path, SIZE, sound=sound is not None, frames_per_second=Fraction(rate)) as writer:
        for number, stance in enumerate(stances):
            wave = None if sound is None else sound[number * step : (number + 1) * step]
            writer.write_rgb(drawn(stance), wave)
    return stances
