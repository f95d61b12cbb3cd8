"""Between: the pictures from a first to a last one, by whatever the two have in common.

Knows the order in which that is looked for: the same scene, two faces, two subjects, nothing. Must not know files, nor
how any way is painted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from understudy.animatic.camera import View
from understudy.animatic.easing import cruise, part, smooth
from understudy.animatic.footage.morph import (
    Matrix,
    Morph,
    between_places,
    match,
    meeting_places,
    no_residue,
    place_of_box,
    place_of_face,
    residue_of,
    residue_of_faces,
)
from understudy.animatic.footage.transitions import ThroughDepth, ThroughMiddle, Way, Whip
from understudy.animatic.grammar.camera import find_moves
from understudy.animatic.grammar.text import plain
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Plate
from understudy.animatic.screenplay import CameraMove, Move, Side
from understudy.animatic.stills.foreground import find_foreground
from understudy.core.units import Size

_WHIP = re.compile(r"甩|快速(?:切换|转场|摇)|瞬间|\bwhip|\bswish|quick(?:ly)? (?:cut|pan|turn)|\bsuddenly")
_THROUGH = re.compile(r"穿过|穿越|钻进|冲进|飞入|through|into the|dive|\bzoom")
_BEND = 0.05  # over the side: how far a camera word leads the camera off the straight way. By eye


@dataclass(frozen=True, slots=True)
class Passage:
    """The pictures, the first and the last as given to the bit, and what is to be said of them."""

    pictures: Iterator[Plate]
    notes: tuple[str, ...]


def between(
    first: Plate, last: Plate, count: int, prompt: str, eyes: Eyes | None, frames_per_second: Fraction
) -> Passage:
    """`count` pictures from `first` to `last`, which have one size."""
    size = Size(first.shape[1], first.shape[0])
    words = plain(prompt)
    moves = find_moves(words)
    found = match(first, last)
    if found is not None:
        morph = Morph(first, last, found.matrix, residue_of(first, last, found.matrix))
        note = (
            "This is a draft: the camera goes from the first picture to the last by what both show; nothing is added."
        )
        return Passage(_along(_bent(morph, moves, size), first, last, count), (note,))
    ends = [find_foreground(picture, eyes) for picture in (first, last)]
    faces = [end.face for end in ends]
    if faces[0] is not None and faces[1] is not None:
        matrix = place_of_face(faces[0], faces[1])
        residue = residue_of_faces(faces[0], faces[1], matrix, size.width, size.height)
        boxes = [face.box for face in faces if face is not None]
        way: Way = _MatchCut(Morph(first, last, matrix, residue), matrix, boxes[0], boxes[1], size)
        note = "This is a draft: the pictures show different scenes; one face is led over into the other."
        return Passage(_along(way.at, first, last, count), (note,))
    way, told = _designed(first, last, size, words, moves)
    found_boxes = [end.box for end in ends]
    if found_boxes[0] is not None and found_boxes[1] is not None and isinstance(way, ThroughDepth):
        matrix = place_of_box(found_boxes[0], found_boxes[1])
        morph = Morph(first, last, matrix, no_residue(size.width, size.height))
        way = _MatchCut(morph, matrix, found_boxes[0], found_boxes[1], size)
        note = "This is a draft: the pictures show different scenes; one subject takes the other's place."
        return Passage(_along(way.at, first, last, count), (note,))
    note = f"This is a draft: the pictures have nothing in common to follow, so the film goes over by {told}."
    return Passage(_along(way.at, first, last, count), (note,))


def _along(paint: Callable[[float], Plate], first: Plate, last: Plate, count: int) -> Iterator[Plate]:
    if count > 1:
        yield first.copy()
    for frame in range(1, count - 1):
        yield paint(frame / (count - 1))
    yield last.copy()


def _bent(morph: Morph, moves: tuple[CameraMove, ...], size: Size) -> Callable[[float], Plate]:
    """The way of a morph, eased, and led aside by the prompt's camera words."""

    def paint(progress: float) -> Plate:
        return morph.at(cruise(progress, 0.3), _aside(moves, progress, size))

    return paint


def _aside(moves: tuple[CameraMove, ...], progress: float, size: Size) -> View | None:
    """A view that is nothing at both ends and leans the way of the camera words in between."""
    lean = smooth(2 * progress) if progress < 0.5 else smooth(2 - 2 * progress)
    x = y = 0.0
    for wanted in moves:
        sign = -1.0 if wanted.side in (Side.LEFT, Side.UP) else 1.0
        if wanted.move in (Move.CRANE, Move.TILT) or wanted.side in (Side.UP, Side.DOWN):
            y += (1.0 if wanted.side is Side.DOWN else -1.0) * _BEND
        elif wanted.move in (Move.PAN, Move.TRUCK, Move.ORBIT, Move.TRACK):
            x += sign * _BEND
    if not x and not y:
        return None
    zoom = 1 + 1.6 * _BEND * lean
    return View(size.width / 2 + x * lean * size.width / 2, size.height / 2 + y * lean * size.height / 2, zoom)


def _designed(first: Plate, last: Plate, size: Size, words: str, moves: tuple[CameraMove, ...]) -> tuple[Way, str]:
    kinds = {m.move: m.side for m in moves}
    if _WHIP.search(words) or (Move.PAN in kinds and kinds[Move.PAN] in (Side.LEFT, Side.RIGHT)):
        return Whip(first, last, size, to_left=kinds.get(Move.PAN) is Side.LEFT), "a whip of the camera"
    if Move.PUSH_IN in kinds or _THROUGH.search(words):
        return ThroughMiddle(first, last, size), "a rush through the middle"
    return ThroughDepth(first, last, size), "a change from far to near"


class _MatchCut:
    """The camera goes in on what is alike in two pictures, where one becomes the other, and out again."""

    def __init__(
        self, morph: Morph, matrix: Matrix, first: tuple[float, ...], last: tuple[float, ...], size: Size
    ) -> None:
        self._morph, self._matrix = morph, matrix
        turn = math.degrees(math.atan2(matrix[1, 0], matrix[0, 0]))
        spots = [((b[0] + b[2]) / 2, (b[1] + b[3]) / 2, max(b[2] - b[0], b[3] - b[1])) for b in (first, last)]
        self._there, self._home = meeting_places(spots[0], spots[1], turn, size)

    def at(self, progress: float) -> Plate:
        change = smooth(part(progress, 0.36, 0.64))
        # two ways that meet: each picture's own, going over into the other while both are seen
        go = between_places(self._there, smooth(progress / 0.5)) if progress < 0.5 else self._there
        come = between_places(self._home, smooth((1 - progress) / 0.5)) if progress > 0.5 else self._home
        through = come @ np.vstack([self._matrix, [0.0, 0.0, 1.0]])
        place = go if progress < 0.5 else through
        if 0 < change < 1:
            place = go + (through - go) * smooth(part(progress, 0.42, 0.58))
        return self._morph.seen(place, change, smooth(part(progress, 0.43, 0.57)))
