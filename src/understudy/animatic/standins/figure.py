"""Figure: a stand-in cast as a performer, known to the studio by its pictures like everybody else.

Knows one stand-in's kind, colour, label and size beside the others. Must not know where it stands or what it does.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.performer import Body, Face, Performer, Sprite
from understudy.animatic.performer import Kind as PerformerKind
from understudy.animatic.standins.bones import REST, Puppet, placed
from understudy.animatic.standins.build import puppet_of
from understudy.animatic.standins.clay import Colour, model
from understudy.animatic.standins.kinds import Home, Kind, Role

UNIT = 400
"""Sprite pixels per unit: the measure in which a stand's scale is told. Nothing is painted from that sprite."""


class Figure:
    """Pictures of a stand-in: a resting figure for whoever asks for a sprite; layers paint its parts instead.

    `share` is its height in heights of a grown body on this set. `label` None shows none.
    """

    count = 1

    def __init__(self, kind: Kind, label: str | None, accent: Colour | None, share: float, number: int = 0) -> None:
        self.kind, self.label, self.share, self.number = kind, label, share, number
        self.accent = accent or kind.colour
        self.aloft = kind.home is Home.AIR and kind.role is Role.ANIMAL

    @property
    def is_person(self) -> bool:
        return self.kind.role is Role.PERSON

    def puppet(self, *, front: bool = False, aloft: bool | None = None) -> Puppet:
        return puppet_of(self.kind.body, front=front, aloft=self.aloft if aloft is None else aloft)

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """left, top, right, bottom of the resting figure in sprite pixels."""
        left, top, right, bottom = self.puppet(front=self.is_person).box()
        half = max(-left, right)
        return 0, 0, round(2 * half * UNIT), round((bottom - top) * UNIT)

    @cached_property
    def _sprite(self) -> Sprite:
        return self.picture(8)  # coarse: only its light and its colours are looked at

    def picture(self, step: int) -> Sprite:
        """The resting figure, one pixel for each `step` sprite pixels: its outline and colours, with hard edges."""
        puppet = self.puppet(front=self.is_person)
        _, _, wide, high = self.box
        picture = np.zeros((max(2, high // step), max(2, wide // step), 4), np.uint8)
        pixels = UNIT / step
        parts = {part.name: part for part in puppet.parts}
        for name, matrix in placed(puppet, REST).items():
            cast = model(parts[name], self.accent, pixels)
            to_part = np.array([[1 / pixels, 0, -cast.x / pixels], [0, 1 / pixels, -cast.y / pixels], [0, 0, 1]])
            to_picture = np.array([[pixels, 0, picture.shape[1] / 2], [0, pixels, picture.shape[0]], [0, 0, 1]])
            laid = cv2.warpAffine(cast.sprite, (to_picture @ matrix @ to_part)[:2], picture.shape[1::-1])
            over = laid[:, :, 3:] > 127
            picture = np.where(over, laid, picture)
        picture[:, :, 3] = np.where(picture[:, :, 3] > 0, 255, 0)
        return picture

    def sprite(self, frame: int) -> Sprite:
        return self._sprite

    def face(self, frame: int) -> Face | None:
        return None


def performer_of(name: str, figure: Figure) -> Performer:
    """The stand-in among the cast. What is no person counts as an object: the camera frames the whole of it."""
    kind = PerformerKind.PERSON if figure.is_person else PerformerKind.OBJECT
    sprite = figure.sprite(0)
    plate = np.full((16, 16, 3), 128, np.uint8)
    body = Body.FULL if figure.is_person else None
    return Performer(name, kind, figure, (figure.box[2], figure.box[3]), plate, body, palette=(_mean(sprite),))


def figure_of(performer: Performer) -> Figure | None:
    """The stand-in that a performer is, if it is one."""
    return performer.pictures if isinstance(performer.pictures, Figure) else None


def _mean(sprite: Sprite) -> Colour:
    solid = sprite[sprite[:, :, 3] > 127][:, :3]
    r, g, b = (int(v) for v in (solid.mean(axis=0) if len(solid) else (128, 128, 128)))
    return r, g, b
