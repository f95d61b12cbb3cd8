"""Following: one face through a whole film, found, followed, lost and found again, and its mesh made steady.

Knows pictures in order and meshes over time. Must not know whose face it is (it asks), nor what is done with it. The
film is seen to its end before anything is made steady, so nothing lags behind the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face, Plate

Choose: TypeAlias = Callable[[Plate, list[Face]], Face | None]
"""Which of the faces in a picture is meant; None if none of them."""

_LOOK_AGAIN = 3  # pictures between two searches for a face that is not there
_LEAP = 0.4  # of the face's width in one picture: a cut of the film, not a movement
_GROWTH = 1.3
_SKULL = [33, 133, 362, 263, 1, 2, 10, 168, 6]  # eyes, nose, brow: no lip moves them
_RIGID, _LIVELY, _CALM = 0.7, 0.6, 2.2  # deviations, in pictures, of what is averaged over time
_MOVES = 0.006  # of the face's width: a point half so far off its calm place may be moving, one further off is


def largest(picture: Plate, faces: list[Face]) -> Face | None:
    """The usual choice."""
    return faces[0] if faces else None


def follow(
    pictures: Iterable[Plate], eyes: Eyes, choose: Choose, told: Callable[[int], None] = lambda number: None
) -> list[Face | None]:
    """The chosen face in every picture, None where it is not seen. 5 ms a picture, 20 to 40 where it is looked for."""
    found: list[Face | None] = []
    last: Face | None = None
    wait = 0
    for number, picture in enumerate(pictures):
        face = eyes.follow(picture, last) if last is not None else None
        if face is not None and last is not None and _leaps(last, face):
            face = None  # another shot of the film may show another face in the same place
        if face is None:
            wait = 0 if last is not None else wait - 1
            if wait <= 0:
                wait = _LOOK_AGAIN
                face = choose(picture, eyes.faces(picture, parts=2))
        found.append(face)
        last = face
        told(number)
    return found


def _leaps(last: Face, face: Face) -> bool:
    before, after = np.array(last.box), np.array(face.box)
    wide, now = max(1.0, before[2] - before[0]), max(1.0, after[2] - after[0])
    away = np.hypot(*((before[:2] + before[2:] - after[:2] - after[2:]) / 2))
    return bool(away > _LEAP * wide or not 1 / _GROWTH < now / wide < _GROWTH)


def runs(faces: Sequence[Face | None]) -> list[slice]:
    """Stretches of pictures in which one face is seen without a leap."""
    found: list[slice] = []
    start: int | None = None
    for number, face in enumerate(faces):
        last = faces[number - 1] if number else None
        if start is not None and (face is None or (last is not None and _leaps(last, face))):
            found.append(slice(start, number))
            start = None
        if start is None and face is not None:
            start = number
    if start is not None:
        found.append(slice(start, len(faces)))
    return found


def steadied(faces: Sequence[Face | None]) -> list[Face | None]:
    """The same faces without the trembling of their meshes.

    Where the head is, is averaged over a picture or so; what its face does over more, but only points that keep still.
    """
    calm = list(faces)
    for run in runs(faces):
        seen = [face for face in faces[run] if face is not None]
        meshes = _calmed(np.stack([face.mesh for face in seen]).astype(np.float64))
        yaws = ndimage.gaussian_filter1d([face.yaw for face in seen], 2.0, mode="nearest")
        for place, (face, mesh, yaw) in enumerate(zip(seen, meshes, yaws, strict=True)):
            calm[run.start + place] = replace(face, mesh=mesh.astype(np.float32), yaw=float(yaw))
    return calm


def _calmed(meshes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 468, 3): taken apart into where the head is and what its face does, each averaged, put together again."""
    skull = meshes[:, _SKULL, 0] + 1j * meshes[:, _SKULL, 1]
    middle = skull.mean(axis=1)
    home = skull[0] - middle[0]
    placed = ((skull - middle[:, None]) * np.conj(home)).sum(axis=1) / max(1e-6, float((np.abs(home) ** 2).sum()))
    placed = np.where(np.abs(placed) < 1e-6, 1.0, placed)
    plane = (meshes[..., 0] + 1j * meshes[..., 1] - middle[:, None]) / placed[:, None]
    wide = max(1.0, float(np.ptp(plane[0].real)))
    lively, calm = _averaged(plane, _LIVELY), _averaged(plane, _CALM)
    moving = np.clip(np.abs(lively - calm) / (_MOVES * wide) - 0.5, 0, 1)
    plane = calm + moving * (lively - calm)
    middle, placed = _averaged(middle, _RIGID), _averaged(placed, _RIGID)
    flat = plane * placed[:, None] + middle[:, None]
    depth = ndimage.gaussian_filter1d(meshes[..., 2], _CALM, axis=0, mode="nearest")
    return np.stack([flat.real, flat.imag, depth], axis=-1)


def _averaged(values: NDArray[np.complex128], deviation: float) -> NDArray[np.complex128]:
    smooth: NDArray[np.complex128] = ndimage.gaussian_filter1d(
        values.real, deviation, axis=0, mode="nearest"
    ) + 1j * ndimage.gaussian_filter1d(values.imag, deviation, axis=0, mode="nearest")
    return smooth


def presence(faces: Sequence[Face | None], ramp: int) -> NDArray[np.float32]:
    """(n,) 0 where no face is, 1 well within a run, rising and falling over `ramp` pictures at its inner ends.

    The film's own first and last picture are no such ends.
    """
    there = np.zeros(len(faces), np.float32)
    for run in runs(faces):
        length = run.stop - run.start
        rise = np.minimum(1, (np.arange(length) + 1) / (ramp + 1)) if run.start > 0 else np.ones(length)
        fall = np.minimum(1, (length - np.arange(length)) / (ramp + 1)) if run.stop < len(faces) else np.ones(length)
        there[run] = np.minimum(rise, fall)
    return there
