"""Morph: from one picture to another that shows the same, or a like thing, as if a camera had gone from here to there.

Knows matched points, a similarity and a field of small shifts. Must not know why two pictures belong together, nor
prompts. Both pictures are brought to each moment's geometry before they are blended, and each is blended only where it
has something to say: what both show is never seen twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.camera import View
from understudy.animatic.easing import smooth
from understudy.animatic.performer import Face, Plate
from understudy.core.units import Size

Matrix: TypeAlias = NDArray[np.float64]
"""(2, 3) similarity from pixels of the first picture to pixels of the last."""
Floats: TypeAlias = NDArray[np.float32]

_LOOK_SIDE = 800  # pixels of the longer side at which points are matched
_FLOW_SIDE = 640
_CLEARER = 0.75  # distance of a descriptor to its best over that to its second best. Source: Lowe 2004
_OFF = 4.0  # pixels at that side that a match may miss
_LEAST, _LEAST_SHARE = 24, 0.25  # of matches that agree. GUESS: unrelated photographs gave at most 9 and 0.2
_LEAST_OVERLAP = 0.08  # of either picture
_MOST_ZOOM = 9.0
_LOOSE, _LOOSE_SHARE = 1.2, 0.08  # pixels, and share of the shift, by which a shift there and back may miss home
_UNLIKE = 34.0  # mean difference of colours (0..255) from which two matched places do not look alike
_CELL = 8
_LAST_SAY = 1e-3


@dataclass(frozen=True, slots=True)
class Match:
    """How the first picture lies in the last, and how surely: `agreeing` matched points out of `share` of all."""

    matrix: Matrix
    agreeing: int
    share: float


def match(first: Plate, last: Plate) -> Match | None:
    """Find the first picture's place in the last by their features; None where they do not overlap. 100 to 300 ms.

    Both are (h, w, 3) RGB of one size.
    """
    scale = min(1.0, _LOOK_SIDE / max(first.shape[:2]))
    greys = [
        cv2.cvtColor(cv2.resize(p, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        for p in (first, last)
    ]
    sift = cv2.SIFT_create(nfeatures=2500, contrastThreshold=0.03)
    (points, words), (others, other_words) = (sift.detectAndCompute(grey, None) for grey in greys)
    if words is None or other_words is None or min(len(points), len(others)) < _LEAST:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(words, other_words, k=2)
    clear = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _CLEARER * pair[1].distance]
    if len(clear) < _LEAST:
        return None
    here = np.array([points[m.queryIdx].pt for m in clear], np.float32)
    there = np.array([others[m.trainIdx].pt for m in clear], np.float32)
    cv2.setRNGSeed(11)  # the sampling draws lots
    matrix, inside = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=_OFF, maxIters=5000, confidence=0.999
    )
    if matrix is None:
        return None
    agreeing = int(inside.sum())
    share = agreeing / len(clear)
    matrix = np.asarray(matrix, np.float64)
    matrix[:, 2] = (
        (matrix[:, 2] + 0.5 * matrix[:, :2].sum(axis=1) - 0.5) / scale - 0.5 * matrix[:, :2].sum(axis=1) + 0.5
    )
    zoom = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if agreeing < _LEAST or share < _LEAST_SHARE or not 1 / _MOST_ZOOM < zoom < _MOST_ZOOM:
        return None
    if _overlap(matrix, first.shape[1], first.shape[0]) < _LEAST_OVERLAP:
        return None
    return Match(matrix, agreeing, share)


def _overlap(matrix: Matrix, width: int, height: int) -> float:
    """Share of the smaller of the two pictures, as they lie on each other, that both show."""
    ones = np.ones((64, 64), np.uint8)
    small = matrix.copy()
    small[:, :2] = matrix[:, :2] * [[1, height / width], [width / height, 1]]
    small[:, 2] *= (64 / width, 64 / height)
    both = float(cv2.warpAffine(ones, small, (64, 64)).mean())
    area = float(np.linalg.det(matrix[:, :2]))
    return both / min(1.0, max(area, 1e-6))


def between_places(matrix: Matrix, progress: float) -> Matrix:
    """The camera's way through a similarity: even zoom to the eye, shortest turn; identity at 0, `matrix` at 1."""
    whole = complex(matrix[0, 0], matrix[1, 0])
    shift = complex(matrix[0, 2], matrix[1, 2])
    part = complex(whole**progress)
    # the sum of a geometric row; straight where nothing grows or turns
    way = progress if abs(whole - 1) < 1e-6 else (part - 1) / (whole - 1)
    moved = shift * way
    return np.array([[part.real, -part.imag, moved.real], [part.imag, part.real, moved.imag]])


def place_of_face(first: Face, last: Face) -> Matrix:
    """The similarity that lays one face on another: least squares over all points of the mesh."""
    here = first.mesh[:, 0].astype(np.complex128) + 1j * first.mesh[:, 1]
    there = last.mesh[:, 0].astype(np.complex128) + 1j * last.mesh[:, 1]
    a, b = here - here.mean(), there - there.mean()
    turn = np.vdot(a, b) / np.vdot(a, a)
    shift = there.mean() - turn * here.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def place_of_box(first: tuple[float, ...], last: tuple[float, ...]) -> Matrix:
    """The similarity, without a turn, that lays one box on another by middle and area."""
    area = [max(1.0, (b[2] - b[0]) * (b[3] - b[1])) for b in (first, last)]
    zoom = float(np.sqrt(area[1] / area[0]))
    x, y = ((last[i] + last[i + 2]) / 2 - zoom * (first[i] + first[i + 2]) / 2 for i in (0, 1))
    return np.array([[zoom, 0.0, x], [0.0, zoom, y]])


@dataclass(frozen=True, slots=True)
class Residue:
    """What a similarity leaves over: shifts (h, w, 2) in pixels of the first picture from each of its points to that
    point in the last picture laid back on it, and how far both look alike there, (h, w) 0..1. Any size; spread over
    the picture.
    """

    shift: Floats
    alike: Floats


def residue_of(first: Plate, last: Plate, matrix: Matrix) -> Residue:
    """Dense shifts between a picture and another laid on it, checked there and back. Some 100 ms."""
    height, width = first.shape[:2]
    scale = min(1.0, _FLOW_SIDE / max(height, width))
    size = (round(width * scale), round(height * scale))
    back = cv2.invertAffineTransform(matrix)
    laid = cv2.warpAffine(last, back, (width, height), flags=cv2.INTER_AREA)
    seen = cv2.warpAffine(np.full((height, width), 255, np.uint8), back, (width, height))
    one = cv2.resize(first, size, interpolation=cv2.INTER_AREA)
    two = cv2.resize(laid, size, interpolation=cv2.INTER_AREA)
    valid = cv2.erode((cv2.resize(seen, size, interpolation=cv2.INTER_AREA) > 250).astype(np.uint8), np.ones((5, 5)))
    two = np.where(valid[..., None] > 0, two, one)
    greys = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in (one, two)]
    there, home = _flow(greys[0], greys[1]), _flow(greys[1], greys[0])
    grid_x, grid_y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    at_x, at_y = grid_x + there[..., 0], grid_y + there[..., 1]
    came = cv2.remap(home, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    miss = np.linalg.norm(there + came, axis=2)
    sure = (miss < _LOOSE + _LOOSE_SHARE * np.linalg.norm(there, axis=2)).astype(np.float32)
    moved = cv2.remap(two, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    unlike = cv2.GaussianBlur(np.abs(one.astype(np.float32) - moved).mean(axis=2), (0, 0), 2.5)
    alike = sure * np.clip(2 - unlike / (0.5 * _UNLIKE), 0, 1) * valid
    # where nothing is sure, the shift of the surroundings
    sigma = 0.012 * max(size)
    weight = alike + np.float32(1e-3) * valid
    near = cv2.GaussianBlur(there * weight[..., None], (0, 0), sigma)
    shift = near / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-6)[..., None]
    calm = cv2.GaussianBlur(alike.astype(np.float32), (0, 0), 0.6 * sigma)
    keep = np.clip(calm * 2 - 1, 0, 1)[..., None]
    shift = (there * keep + shift * (1 - keep)) * cv2.GaussianBlur(valid.astype(np.float32), (0, 0), sigma)[..., None]
    return Residue((shift / np.float32(scale)).astype(np.float32), calm.astype(np.float32))


def _flow(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> Floats:
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return np.asarray(dis.calc(one, two, np.zeros((*one.shape, 2), np.float32)), np.float32)


def residue_of_faces(first: Face, last: Face, matrix: Matrix, width: int, height: int) -> Residue:
    """The shifts from one face's mesh to another's, smooth, and nothing away from the face."""
    scale = 1 / 6
    shape = (round(height * scale), round(width * scale))
    back = cv2.invertAffineTransform(matrix)
    here = first.mesh[:, :2].astype(np.float64)
    there = last.mesh[:, :2].astype(np.float64) @ back[:, :2].T + back[:, 2]
    left, _, right, _ = first.box
    column = np.clip((here[:, 0] * scale).astype(int), 0, shape[1] - 1)
    row = np.clip((here[:, 1] * scale).astype(int), 0, shape[0] - 1)
    total, count = np.zeros((*shape, 2), np.float32), np.zeros(shape, np.float32)
    np.add.at(total, (row, column), (there - here).astype(np.float32))
    np.add.at(count, (row, column), 1.0)
    sigma = max(1.0, (right - left) * scale / 16)
    weight = cv2.GaussianBlur(count, (0, 0), sigma)
    shift = cv2.GaussianBlur(total, (0, 0), sigma) / np.maximum(weight, 1e-5)[..., None]
    hull = cv2.convexHull(np.stack([column, row], 1).astype(np.int32))
    inside = cv2.fillConvexPoly(np.zeros(shape, np.uint8), hull, 1).astype(np.float32)
    falloff = cv2.GaussianBlur(inside, (0, 0), 2.2 * sigma)
    wide = (
        cv2.GaussianBlur(shift * inside[..., None], (0, 0), 2.5 * sigma)
        / np.maximum(cv2.GaussianBlur(inside, (0, 0), 2.5 * sigma), 1e-3)[..., None]
    )
    shift = np.where(inside[..., None] > 0, shift, wide) * np.clip(1.6 * falloff, 0, 1)[..., None]
    return Residue(shift.astype(np.float32), np.clip(2 * falloff - 0.5, 0, 1).astype(np.float32))


def no_residue(width: int, height: int) -> Residue:
    """A similarity says it all, and nothing is alike."""
    shape = (max(2, height // 16), max(2, width // 16))
    return Residue(np.zeros((*shape, 2), np.float32), np.zeros(shape, np.float32))


class Morph:
    """Two pictures of one size and the way between them."""

    def __init__(self, first: Plate, last: Plate, matrix: Matrix, residue: Residue, *, soft: float = 0.05) -> None:
        """`soft` is how gently, over the longer side, a picture's own edge gives way to the other picture."""
        self._first, self._last, self._matrix = first, last, matrix
        self._size = Size(first.shape[1], first.shape[0])
        self._shift = residue.shift
        self._alike = residue.alike
        self._soft = soft * max(self._size.width, self._size.height)
        columns, rows = -(-self._size.width // _CELL), -(-self._size.height // _CELL)
        across = (np.arange(-1, columns + 1, dtype=np.float32) + 0.5) * _CELL - 0.5
        down = (np.arange(-1, rows + 1, dtype=np.float32) + 0.5) * _CELL - 0.5
        self._across, self._down = np.meshgrid(across, down)

    def at(self, progress: float, bend: View | None = None) -> Plate:
        """The picture at 0..1 of the straight way; `bend` is a view that leads the camera off it."""
        place = between_places(self._matrix, progress)
        if bend is not None:
            place = bend.matrix(1.0, self._size) @ _whole(place)
        return self.seen(place, progress, progress)

    def seen(self, place: Matrix, shifted: float, blended: float) -> Plate:
        """The picture from one place of the camera.

        Args:
            place: from pixels of the first picture to pixels of the film.
            shifted: how far, 0..1, what moves of itself has come.
            blended: 0 is the first picture, 1 the last.
        """
        back = np.linalg.inv(_whole(place))
        seen_x = (back[0, 0] * self._across + back[0, 1] * self._down + back[0, 2]).astype(np.float32)
        seen_y = (back[1, 0] * self._across + back[1, 1] * self._down + back[1, 2]).astype(np.float32)
        x, y = seen_x, seen_y
        for _ in range(3):
            shift = self._look(self._shift, x, y)
            x, y = seen_x - shifted * shift[..., 0], seen_y - shifted * shift[..., 1]
        shift = self._look(self._shift, x, y)
        to_x, to_y = x + shift[..., 0], y + shift[..., 1]
        m = self._matrix
        last_x, last_y = m[0, 0] * to_x + m[0, 1] * to_y + m[0, 2], m[1, 0] * to_x + m[1, 1] * to_y + m[1, 2]
        share = self._shares(blended, self._look(self._alike, x, y))
        # a picture that has hardly any say left still has the only one where the other ends
        first_in, last_in = self._inside(x, y), self._inside(last_x, last_y)
        first_says = np.maximum(1 - share, _LAST_SAY) * first_in + np.float32(1e-9)
        last_says = np.maximum(share, _LAST_SAY) * last_in + np.float32(1e-9)
        part = self._spread(np.asarray(last_says / (first_says + last_says), np.float32))
        if part.max() < 1 / 512:
            return self._carried(self._first, x, y)
        two = self._carried(self._last, last_x, last_y)
        if part.min() > 1 - 1 / 512:
            return two
        return np.asarray(cv2.blendLinear(two, self._carried(self._first, x, y), part, 1 - part), np.uint8)

    def _shares(self, progress: float, alike: Floats) -> Floats:
        """How much the last picture says: evenly where both are alike, in a short blend where they are not."""
        quick = smooth((progress - 0.5) / 0.5 + 0.5)
        slow = smooth(progress)
        return np.asarray(alike * slow + (1 - alike) * quick, np.float32)

    def _inside(self, x: Floats, y: Floats) -> Floats:
        """1 well inside a picture, falling to 0 at its edges."""
        to_side = np.minimum(x, self._size.width - 1 - x)
        to_edge = np.minimum(to_side, np.minimum(y, self._size.height - 1 - y))
        return np.asarray(np.clip((to_edge + 2) / self._soft, 0, 1), np.float32)

    def _look(self, table: Floats, x: Floats, y: Floats) -> Floats:
        height, width = table.shape[:2]
        found = cv2.remap(
            table,
            (x + 0.5) * np.float32(width / self._size.width) - np.float32(0.5),
            (y + 0.5) * np.float32(height / self._size.height) - np.float32(0.5),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(found, np.float32)

    def _spread(self, grid: Floats) -> Floats:
        rows, columns = grid.shape[:2]
        spread = cv2.resize(grid, (columns * _CELL, rows * _CELL), interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(spread[_CELL : _CELL + self._size.height, _CELL : _CELL + self._size.width])

    def _carried(self, picture: Plate, x: Floats, y: Floats) -> Plate:
        flow = self._spread(np.dstack([x, y]).astype(np.float32))
        return np.asarray(cv2.remap(picture, flow, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.uint8)


def meeting_places(
    first: tuple[float, float, float], last: tuple[float, float, float], turn: float, size: Size
) -> tuple[Matrix, Matrix]:
    """Where two pictures are best cut on each other: their likenesses in one place, and no edge in sight.

    Args:
        first: x, y and width of what is alike in the first picture, pixels.
        last: the same in the last picture.
        turn: degrees clockwise by which it is turned in the last picture against the first.
        size: of both pictures.

    Returns:
        The camera's place for each picture, from its pixels to the film's.
    """
    grown = 1.06 * max(first[2], last[2])
    while True:
        places = []
        for (x, y, wide), angle in ((first, turn / 2), (last, -turn / 2)):
            zoom, around = grown / wide, np.radians(angle)
            matrix = np.array(
                [[zoom * np.cos(around), -zoom * np.sin(around), 0], [zoom * np.sin(around), zoom * np.cos(around), 0]]
            )
            places.append((matrix, np.array([x, y])))
        ways = [_covering(matrix, spot, size) for matrix, spot in places]
        low, high = np.maximum(ways[0][0], ways[1][0]), np.minimum(ways[0][1], ways[1][1])
        if np.all(low <= high) or grown > 4 * max(first[2], last[2]):
            break
        grown *= 1.05
    wanted = (places[0][1] + places[1][1]) / 2
    where = np.where(low <= high, np.clip(wanted, low, high), (low + high) / 2)
    for matrix, spot in places:
        matrix[:, 2] = where - matrix[:, :2] @ spot
    return places[0][0], places[1][0]


def _covering(matrix: Matrix, spot: NDArray[np.float64], size: Size) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lowest and highest film point at which `spot` may lie so that the picture fills the film (small turns)."""
    turn = matrix[:, :2] / np.sqrt(np.linalg.det(matrix[:, :2]))
    zoom = float(np.sqrt(np.linalg.det(matrix[:, :2])))
    # what a turned picture loses on each side
    lost = np.array([abs(turn[0, 1]) * size.height, abs(turn[1, 0]) * size.width]) * 0.5
    ends = np.array([size.width, size.height], np.float64)
    return ends - zoom * (ends - spot) + lost, zoom * spot - lost


def _whole(matrix: Matrix) -> Matrix:
    return np.vstack([matrix, [0.0, 0.0, 1.0]])
