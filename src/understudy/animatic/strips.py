"""Strips: the pictures of a performer over time, one or many, and the mapped file that many are kept in.

Knows how pictures play. Must not know what they show or how they were cut (cutout, live).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.performer import Face, Pictures, Plate, Sprite


class Still:
    """Pictures of a performer that is one picture."""

    def __init__(self, sprite: Sprite, face: Face | None = None) -> None:
        self.count = 1
        self._sprite = sprite
        self._face = face

    def sprite(self, frame: int) -> Sprite:
        return self._sprite

    def face(self, frame: int) -> Face | None:
        return self._face


class Moving:
    """Pictures of a performer that is a clip: forth and back at 30 fps, without a jump where it turns.

    `rest` is the stretch, first and after-last picture, that shows him quiet; None where all pictures do.
    """

    def __init__(
        self, sprites: NDArray[np.uint8], faces: list[Face | None], rest: tuple[int, int] | None = None
    ) -> None:
        self.count = len(sprites)
        self.rest = rest
        self._sprites = sprites
        self._faces = faces

    def sprite(self, frame: int) -> Sprite:
        return np.asarray(self._sprites[self._at(frame)])

    def face(self, frame: int) -> Face | None:
        return self._faces[self._at(frame)]

    def quiet(self, frame: int) -> int:
        """The frame to ask `sprite` and `face` for instead of `frame`, so that the mouth rests.

        Runs forth and back over the quiet stretch, so that body and head still live; one step at most per frame.
        """
        if self.rest is None:
            return frame
        first, after = self.rest
        return first + _there_and_back(frame, after - first)

    def _at(self, frame: int) -> int:
        return _there_and_back(frame, self.count)


def at_rest(pictures: Pictures, frame: int) -> int:
    """The frame to ask any performer's pictures for so that his own lips do not move; for stills `frame` itself."""
    return pictures.quiet(frame) if isinstance(pictures, Moving) else frame


def _there_and_back(frame: int, count: int) -> int:
    if count == 1:
        return 0
    place = frame % (2 * (count - 1))
    return place if place < count else 2 * (count - 1) - place


class Shelf:
    """Sprites of one size in a mapped file at `path`, at most `most` of them."""

    def __init__(self, path: Path, most: int, height: int, width: int) -> None:
        self.count = 0
        self.plate: Plate | None = None
        self._all = np.memmap(path, np.uint8, "w+", shape=(most, height, width, 4))

    def add(self, sprite: Sprite) -> None:
        self._all[self.count] = sprite
        self.count += 1

    def closed(self) -> NDArray[np.uint8]:
        """All sprites, read only from now on."""
        done = self._all[: self.count]
        done.flags.writeable = False
        return done

    def first_plate(self) -> Plate:
        return self.plate if self.plate is not None else np.array(self._all[0, ..., :3])
