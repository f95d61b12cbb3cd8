"""Eyes: where persons and faces are in a picture, by three small models that run on any CPU.

Knows how the models want to be fed and what their numbers mean. Must not know where models come from (models), what a
mask is used for (cutout) or who the person is. One thread per model: the same picture gives the same numbers.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.performer import Face, Plate

Mask = NDArray[np.float32]
"""(h, w) float32, 0..1."""

FACE_DETECTED = 0.5
"""Detector scores from here on are looked at with the mesh. GUESS: the detector's usual setting."""
FACE_CERTAIN = 0.5
"""Mesh confidences from here on are faces: false finds stay below 0.1, half covered faces reach 0.7. Source:
spec/animatic.md §5."""

FACE_OBVIOUS = 0.97
"""Mesh confidences from here on need no second look. Measured: clear faces 1.00, also small and turned ones; petals, a
rocket's tank, roof tiles and a helmet 0.72 to 0.89."""

_LOOKS_ASIDE = ((0.08, 0.0, 1.0, 0.0), (-0.08, 0.0, 1.0, 0.0), (0.0, 0.08, 1.15, 0.15), (0.0, -0.08, 0.9, -0.15))
"""Second looks at a face: right and down over the square's side, growth, turn in radians."""
_DRIFT = 0.06
"""Most mean distance, over the face's width, between two meshes of one face. Measured: faces 0.00 to 0.03, things 0.04
to 0.19."""

_DETECTOR_SIDE, _MESH_SIDE, _PERSON_SIDE, _POSE_SIDE = 128, 192, 256, 256
_DETECTOR_GRIDS = ((16, 2), (8, 6))  # cells per side, anchors per cell: strides 8, 16, 16, 16
_ROOM_AROUND_FACE = 1.5  # side of the mesh's square over the longer side of the face
_EYE_CORNERS = (33, 263)  # outer corners, left and right in the picture
_LEFT_AND_RIGHT = ((33, 263), (234, 454), (61, 291))  # eyes, cheeks, mouth: pairs that lie symmetric in a face


@dataclass(frozen=True, slots=True)
class _Square:
    """A turned square of a picture: its middle and side in pixels, its turn in radians, clockwise."""

    x: float
    y: float
    side: float
    turn: float = 0.0

    def to_picture(self, out: int) -> NDArray[np.float64]:
        """(2, 3) matrix from pixels of an `out` x `out` view to pixels of the picture."""
        scale = self.side / out
        c, s = math.cos(self.turn) * scale, math.sin(self.turn) * scale
        half = out / 2
        return np.array([[c, -s, self.x - (c - s) * half], [s, c, self.y - (s + c) * half]])


@dataclass(frozen=True, slots=True)
class _Found:
    """A face as the detector saw it: box and eyes in picture pixels, score 0..1."""

    box: tuple[float, float, float, float]
    eyes: tuple[float, float, float, float]
    score: float

    def square(self) -> _Square:
        left, top, right, bottom = self.box
        turn = math.atan2(self.eyes[3] - self.eyes[1], self.eyes[2] - self.eyes[0])
        side = max(right - left, bottom - top) * _ROOM_AROUND_FACE
        return _Square((left + right) / 2, (top + bottom) / 2, side, turn)


class Eyes:
    """Sees persons and faces. Each model is loaded from `folder` at its first use (some 10 ms each).

    Raises OSError or ValueError from the first use where the folder lacks a model: ask `models.installed` before.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._models: dict[str, Any] = {}
        self._anchors = _anchors()

    def person_mask(self, picture: Plate) -> Mask:
        """How surely each pixel belongs to a person, (h, w) float32 0..1, smooth at 1/256 of the longer side.

        Made for one to three persons that fill a good part of the picture; about 4 ms.
        """
        size = (picture.shape[1], picture.shape[0])
        large = cv2.resize(self.person_look(picture), size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(np.clip(large, 0, 1), np.float32)

    def person_look(self, picture: Plate, twice: bool = False) -> Mask:
        """`person_mask` as the model gives it: the picture shrunk until its longer side has 256 pixels.

        `twice` takes the mean of this and of a look into the mirror: steadier, for another 2 ms.
        """
        height, width = picture.shape[:2]
        scale = _PERSON_SIDE / max(height, width)
        across, down = max(1, round(width * scale)), max(1, round(height * scale))
        left, top = (_PERSON_SIDE - across) // 2, (_PERSON_SIDE - down) // 2
        view = cv2.resize(picture, (across, down), interpolation=cv2.INTER_AREA)
        # the picture's own edge goes on around it: squeezing a wide picture into the square costs half the persons
        view = cv2.copyMakeBorder(
            view, top, _PERSON_SIDE - down - top, left, _PERSON_SIDE - across - left, cv2.BORDER_REPLICATE
        )
        fed = _floats(np.asarray(view))
        seen = self._ask("selfie_segmentation.tflite", fed)[0].reshape(_PERSON_SIDE, _PERSON_SIDE)
        if twice:
            mirrored = self._ask("selfie_segmentation.tflite", np.ascontiguousarray(fed[:, ::-1]))[0]
            seen = (seen + mirrored.reshape(_PERSON_SIDE, _PERSON_SIDE)[:, ::-1]) * np.float32(0.5)
        return np.ascontiguousarray(seen[top : top + down, left : left + across], np.float32)

    def faces(self, picture: Plate, parts: int = 3) -> list[Face]:
        """Every face of at least some 30 pixels, the largest first, with a mesh in picture pixels.

        The detector looks at the whole picture and at overlapping halves and thirds of it (down to 1/`parts`), and at
        fifths where it saw nothing; the mesh then says which finds are faces. 50 to 200 ms, 20 for halves only.
        """
        certain = self._certain(picture, range(1, parts + 1))
        if not certain and parts >= 3:  # a last, slower look for somebody small in a large frame
            certain = self._certain(picture, [5])
        return sorted(certain, key=lambda face: face.box[0] - face.box[2])

    def _certain(self, picture: Plate, levels: Sequence[int]) -> list[Face]:
        """The faces in tiles of the given levels that the mesh confirms, each once."""
        certain: list[Face] = []
        for found in self._detect(picture, levels):
            face = self._mesh(picture, found.square(), passes=3)
            if face.confidence < FACE_CERTAIN or any(_overlap(face.box, other.box) >= 0.4 for other in certain):
                continue
            if face.confidence >= FACE_OBVIOUS or self._stays(picture, face):
                certain.append(face)
        return certain

    def _stays(self, picture: Plate, face: Face) -> bool:
        """Whether the mesh finds the face again, in the same place, from squares that are shifted and turned."""
        home = _square_of(face.mesh)
        wide = max(1.0, face.box[2] - face.box[0])
        found = 0
        for x, y, grown, turn in _LOOKS_ASIDE:
            aside = _Square(home.x + x * home.side, home.y + y * home.side, home.side * grown, home.turn + turn)
            again = self._mesh(picture, aside, passes=2)
            drift = float(np.abs((again.mesh - face.mesh)[:, :2]).mean()) / wide
            found += again.confidence >= FACE_CERTAIN and drift <= _DRIFT
        return found == len(_LOOKS_ASIDE)

    def glimpses(self, picture: Plate, parts: int = 2, score: float = FACE_DETECTED) -> list[Face]:
        """What the detector takes for faces from `score` on, surest first, whether or not the mesh confirms it.

        For whoever wants to say why a face will not do: a blurred or half hidden one has a low `confidence`.
        """
        found = self._detect(picture, range(1, parts + 1))
        return [self._mesh(picture, each.square(), passes=3) for each in found if each.score >= score]

    def follow(self, picture: Plate, last: Face) -> Face | None:
        """The same face in the next picture of a video, looked for where it last was; None if it is lost. 5 ms."""
        face = self._mesh(picture, _square_of(last.mesh), passes=1)
        return face if face.confidence >= FACE_CERTAIN else None

    def sureness(self, picture: Plate, box: tuple[float, float, float, float]) -> float:
        """How surely one person stands in the box (left, top, right, bottom), 0..1; for persons without a clear face.

        The pose model's own presence, the lower of two looks: things that look like a person in one crop rarely do in
        another (measured: persons 0.85 and 0.86, a cat 0.01, a horse 0.07, a cup 0.00). 20 ms.
        """
        left, top, right, bottom = box
        side = max(right - left, bottom - top)
        looks = []
        for room in (1.0, 1.25):
            view = _view(picture, _Square((left + right) / 2, (top + bottom) / 2, side * room), _POSE_SIDE)
            looks.append(float(self._ask("pose_landmark_full.tflite", _floats(view))[1].reshape(-1)[0]))
        return min(looks)

    def _detect(self, picture: Plate, levels: Sequence[int]) -> list[_Found]:
        """Faces the detector sees in the picture's tiles of the given levels, best first, each once."""
        found = [each for parts in levels for each in self._detect_in_parts(picture, parts)]
        kept: list[_Found] = []
        for each in sorted(found, key=lambda f: -f.score):
            if all(_overlap(each.box, other.box) < 0.4 for other in kept):
                kept.append(each)
        return kept

    def _detect_in_parts(self, picture: Plate, parts: int) -> list[_Found]:
        """Look at square tiles of 1/`parts` of the longer side that overlap by half."""
        height, width = picture.shape[:2]
        side = math.ceil(max(height, width) / parts)
        if side < 16:
            return []
        found: list[_Found] = []
        for top in _starts(height, side):
            for left in _starts(width, side):
                found += self._detect_in(picture[top : top + side, left : left + side], left, top)
        return found

    def _detect_in(self, tile: Plate, left: int, top: int) -> list[_Found]:
        height, width = tile.shape[:2]
        side = max(height, width)
        scale = _DETECTOR_SIDE / side
        view = cv2.resize(
            tile, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
        )
        pad_x, pad_y = (_DETECTOR_SIDE - view.shape[1]) // 2, (_DETECTOR_SIDE - view.shape[0]) // 2
        square = np.zeros((_DETECTOR_SIDE, _DETECTOR_SIDE, 3), np.float32)
        square[pad_y : pad_y + view.shape[0], pad_x : pad_x + view.shape[1]] = _floats(np.asarray(view)) * 2 - 1
        boxes, scores = self._ask("face_detection_short_range.tflite", square)
        score = 1 / (1 + np.exp(-np.clip(scores.reshape(-1), -80, 80)))
        found: list[_Found] = []
        for index in np.flatnonzero(score >= FACE_DETECTED):
            points = boxes.reshape(-1, 8, 2)[index] / _DETECTOR_SIDE  # middle, size, eyes, nose, mouth, ears
            where = points + self._anchors[index]
            x, y = where[:, 0] * _DETECTOR_SIDE, where[:, 1] * _DETECTOR_SIDE
            x, y = (x - pad_x) / scale + left, (y - pad_y) / scale + top
            half_w, half_h = points[1] * side / 2
            box = (float(x[0] - half_w), float(y[0] - half_h), float(x[0] + half_w), float(y[0] + half_h))
            found.append(_Found(box, (float(x[2]), float(y[2]), float(x[3]), float(y[3])), float(score[index])))
        return found

    def _mesh(self, picture: Plate, square: _Square, passes: int) -> Face:
        """The mesh in a square, taken again in the square of the mesh found before."""
        for _ in range(passes):
            points, score = self._ask("face_landmark.tflite", _floats(_view(picture, square, _MESH_SIDE)))
            mesh = points.reshape(468, 3).astype(np.float64)
            matrix = square.to_picture(_MESH_SIDE)
            mesh[:, :2] = mesh[:, :2] @ matrix[:, :2].T + matrix[:, 2]
            mesh[:, 2] *= square.side / _MESH_SIDE
            confidence = float(1 / (1 + np.exp(-np.clip(score.reshape(-1)[0], -80, 80))))
            square = _square_of(mesh)
        return Face(mesh.astype(np.float32), confidence, *_turn_of(mesh))

    def _ask(self, name: str, view: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The model's answers to one view, in the order the model lists them."""
        model = self._models.get(name)
        if model is None:
            model = self._models[name] = _load(self._folder / name)
        model.set_tensor(model.get_input_details()[0]["index"], view[None])
        model.invoke()
        return [model.get_tensor(output["index"]) for output in model.get_output_details()]


def _starts(length: int, side: int) -> list[int]:
    """Where tiles of `side` begin so that they cover `length` and overlap by half or more."""
    count = 1 + max(0, math.ceil((length - side) / (side / 2)))
    return [round(i * max(0, length - side) / max(1, count - 1)) for i in range(count)]


def _floats(view: NDArray[Any]) -> NDArray[np.float32]:
    """Bytes as 0..1."""
    return view.astype(np.float32) * np.float32(1 / 255)


def _load(path: Path) -> Any:
    from ai_edge_litert.interpreter import Interpreter  # 0.2 s: only where somebody looks

    with _without_chatter():
        model = Interpreter(str(path), num_threads=1)
        model.allocate_tensors()
    return model


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Keeps the runtime's start-up line, which it writes past Python, off the user's terminal."""
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _anchors() -> NDArray[np.float64]:
    """(896, 1, 2) middles of the detector's anchors, 0..1, and zero for its box sizes."""
    rows: list[tuple[float, float]] = []
    for cells, each in _DETECTOR_GRIDS:
        for y in range(cells):
            for x in range(cells):
                rows += [((x + 0.5) / cells, (y + 0.5) / cells)] * each
    return np.array(rows)[:, None, :]


def _view(picture: Plate, square: _Square, out: int) -> Plate:
    """The square as an upright `out` x `out` picture; what lies outside is black."""
    matrix = square.to_picture(out)
    shrink = int(square.side // (out * 1.5))
    if shrink >= 2:  # averaged first, or fine detail would flicker through the samples
        width, height = picture.shape[1] // shrink, picture.shape[0] // shrink
        factors = np.array([[width / picture.shape[1]], [height / picture.shape[0]]])
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        matrix = matrix * factors
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, matrix, (out, out), flags=flags), np.uint8)


def _square_of(mesh: NDArray[Any]) -> _Square:
    """The turned square the mesh model wants around a face whose mesh is known."""
    first, second = mesh[_EYE_CORNERS[0]], mesh[_EYE_CORNERS[1]]
    turn = math.atan2(second[1] - first[1], second[0] - first[0])
    c, s = math.cos(turn), math.sin(turn)
    across, down = mesh[:, 0] * c + mesh[:, 1] * s, mesh[:, 1] * c - mesh[:, 0] * s
    u, v = (across.min() + across.max()) / 2, (down.min() + down.max()) / 2
    side = max(np.ptp(across), np.ptp(down)) * _ROOM_AROUND_FACE
    return _Square(float(u * c - v * s), float(u * s + v * c), max(4.0, float(side)), turn)


def _turn_of(mesh: NDArray[np.float64]) -> tuple[float, float]:
    """Yaw and roll in degrees: from the depth and the slope of lines that are level in an upright, frontal face."""
    lines = [mesh[right] - mesh[left] for left, right in _LEFT_AND_RIGHT]
    yaws = [math.degrees(math.atan2(line[2], math.hypot(line[0], line[1]))) for line in lines]
    slope = mesh[_EYE_CORNERS[1]] - mesh[_EYE_CORNERS[0]]
    return float(np.median(yaws)), math.degrees(math.atan2(slope[1], slope[0]))


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """Shared area of two boxes over the smaller one's: a part of a face inside a face counts as the same."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other))
    return width * height / max(smaller, 1e-6)
