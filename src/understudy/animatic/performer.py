"""Performer: a subject made ready to act, as pixels with known landmarks.

Knows sprites, where the face is, which sides were cut by the source picture. Must not know how it was cut out
(cast, perception) nor where it will stand (storyboard).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.screenplay import Side

Sprite = NDArray[np.uint8]
"""(h, w, 4) uint8 RGBA, sRGB, straight alpha."""

Plate = NDArray[np.uint8]
"""(H, W, 3) uint8 RGB, sRGB."""


class Kind(StrEnum):
    """What the sprite of a performer is."""

    PERSON = "person"
    OBJECT = "object"
    CARD = "card"  # could not be cut out: shown as an honest framed picture
    PLACE = "place"  # a picture of somewhere, used as set


class Body(StrEnum):
    """How much of a person the sprite shows."""

    FULL = "full"
    HALF = "half"
    BUST = "bust"


@dataclass(frozen=True, slots=True)
class Face:
    """Face of a sprite. `mesh` is (468, 3) float32 in sprite pixels (z in the same scale, smaller = nearer).

    `confidence` 0..1 is the mesh model's own. `yaw`, `roll` in degrees, positive = subject's face turned to the
    picture's right / clockwise.
    """

    mesh: NDArray[np.float32]
    confidence: float
    yaw: float = 0.0
    roll: float = 0.0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """left, top, right, bottom of the mesh in sprite pixels."""
        low, high = self.mesh[:, :2].min(axis=0), self.mesh[:, :2].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


class Pictures(Protocol):
    """The sprite of a performer over time. All sprites of one performer have the same size."""

    count: int
    """How many different pictures there are: 1 for a still."""

    def sprite(self, frame: int) -> Sprite:
        """Picture for film frame `frame` (>= 0). A video plays at 30 fps and bounces (ping-pong) at its ends."""
        ...

    def face(self, frame: int) -> Face | None: ...


@dataclass(frozen=True, slots=True)
class Performer:
    """A subject ready to act.

    `size` is (width, height) of its sprites. `cut_sides` are sides where the subject touches the edge of its
    source picture: such a side must never be seen against the set. `own_sound` is the file of its own voice
    (reference voice, or the reference video itself). `plate` is the whole source picture (first frame of a video).
    """

    name: str
    kind: Kind
    pictures: Pictures
    size: tuple[int, int]
    plate: Plate
    body: Body | None = None
    cut_sides: frozenset[Side] = frozenset()
    own_sound: Path | None = None
    is_video: bool = False
    palette: tuple[tuple[int, int, int], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cast:
    """All performers of a film by canonical name, and the panels of a storyboard sheet, if one was split."""

    performers: dict[str, Performer] = field(default_factory=dict)
    panels: tuple[Plate, ...] = ()
    first_frame: Plate | None = None
    notes: tuple[str, ...] = ()
