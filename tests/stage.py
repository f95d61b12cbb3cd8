"""Stand-ins for the studio's tests: people, things and plates made by code, with landmarks that are exactly known."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.performer import Body, Cast, Face, Kind, Performer, Sprite
from understudy.animatic.screenplay import Side
from understudy.animatic.storyboard import Placement, Shot
from understudy.core.units import Size

SIZE = Size(320, 180)


class Still:
    """A sprite that never changes."""

    count = 1

    def __init__(self, sprite: Sprite, face: Face | None = None) -> None:
        self._sprite, self._face = sprite, face

    def sprite(self, frame: int) -> Sprite:
        return self._sprite

    def face(self, frame: int) -> Face | None:
        return self._face


class Clip:
    """Sprites that change with every frame, bouncing at the ends as reference videos do."""

    def __init__(self, sprites: list[Sprite]) -> None:
        self._sprites = sprites
        self.count = len(sprites)

    def sprite(self, frame: int) -> Sprite:
        span = max(1, 2 * (self.count - 1))
        place = frame % span
        return self._sprites[place if place < self.count else span - place]

    def face(self, frame: int) -> Face | None:
        return None


def figure(height: int = 300, colour: tuple[int, int, int] = (200, 60, 40), *, upper: float = 1.0) -> Sprite:
    """A plain person of seven heads: a disc on a tapering body; `upper` cuts it off at that part of its height."""
    width, head = height * 2 // 5, height / 7
    scale = 4
    sprite = np.zeros((height * scale, width * scale, 4), np.uint8)
    middle = width * scale // 2
    body = np.array([(-1.0, 1.05), (1.0, 1.05), (1.25, 3.2), (0.75, 7.0), (-0.75, 7.0), (-1.25, 3.2)]) * head * scale
    cv2.fillPoly(sprite, [np.rint(body + np.array([middle, 0])).astype(np.int32)], (*colour, 255))
    cv2.circle(sprite, (middle, round(head * scale / 2)), round(head * scale / 2) - 2, (224, 172, 140, 255), -1)
    small = cv2.resize(sprite, (width, height), interpolation=cv2.INTER_AREA)
    alpha = small[:, :, 3:].astype(np.float32) / 255
    straight = np.divide(small[:, :, :3], alpha, out=np.zeros(small[:, :, :3].shape, np.float32), where=alpha > 0)
    small[:, :, :3] = np.clip(straight, 0, 255)
    return np.ascontiguousarray(small[: round(height * upper)])


def person(
    name: str = "图1",
    *,
    upper: float = 1.0,
    colour: tuple[int, int, int] = (200, 60, 40),
    cut: frozenset[Side] = frozenset(),
) -> Performer:
    sprite = figure(300, colour, upper=upper)
    body = Body.FULL if upper > 0.9 else Body.HALF if upper > 0.4 else Body.BUST
    if upper < 1:
        cut = cut | {Side.DOWN}
    size = (sprite.shape[1], sprite.shape[0])
    return Performer(name, Kind.PERSON, Still(sprite), size, sprite[:, :, :3], body, cut)


def thing(name: str = "图2", colour: tuple[int, int, int] = (40, 90, 220), kind: Kind = Kind.OBJECT) -> Performer:
    sprite = np.zeros((80, 120, 4), np.uint8)
    sprite[4:76, 4:116] = (*colour, 255)
    return Performer(name, kind, Still(sprite), (120, 80), sprite[:, :, :3])


def plate(name: str = "图9", width: int = 480, height: int = 270) -> Performer:
    """A place: a checked wall over a floor, so that every shift and every missing strip shows."""
    rows, columns = np.mgrid[:height, :width]
    picture = np.where(((rows // 30 + columns // 30) % 2)[:, :, None], (150, 170, 190), (90, 110, 130)).astype(np.uint8)
    picture[height * 2 // 3 :] = (120, 100, 80)
    sprite = np.dstack([picture, np.full((height, width), 255, np.uint8)])
    return Performer(name, Kind.PLACE, Still(sprite), (width, height), picture)


def cast_of(*performers: Performer, **more: object) -> Cast:
    named: Mapping[str, Performer] = {p.name: p for p in performers}
    return Cast(dict(named), **more)  # type: ignore[arg-type]


def shot_of(size: object, *placements: Placement, frames: int = 30, **more: object) -> Shot:
    return Shot(0, 0, frames, size, placements=placements, **more)  # type: ignore[arg-type]


def red(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the stand-in person's red body is seen."""
    r, g, b = (picture[:, :, c].astype(int) for c in range(3))
    return (r > 110) & (r - g > 70) & (r - b > 70)
