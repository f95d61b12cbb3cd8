"""Head: a head in a picture, with its hair and neck, carried as one before what is behind it.

Knows how far each point of a person goes when the head turns, and two ways to carry it: cut out, over a picture in
which it is filled in, or, before an even backdrop, with the air around it going along ever less. Must not know sounds,
films, or what the face does meanwhile (portrait).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from understudy.animatic import backdrop, matte
from understudy.animatic._opencv import cv2
from understudy.animatic.cutout import person_likelihood
from understudy.animatic.faces._patch import premultiplied
from understudy.animatic.faces.lips import Anatomy, Floats, smooth
from understudy.animatic.matte import Box
from understudy.animatic.perception import Eyes, Mask
from understudy.animatic.performer import Face, Plate, Sprite

_GRID = 8
_PIVOT = 0.55  # heights of the face below the chin: where a head turns on its neck
_NECK = (0.02, 0.85)  # from where to where, in the same measure, the neck gives way
_BODY = 0.16  # of the head's way that the shoulders go along
_BODY_END = 2.6  # heights below the chin where they do no more
_BESIDE = (1.05, 1.75)  # widths of the face to the sides of its middle from where, and up to where, the head ends
_NEAR = 0.42  # how much nearer than the ears the middle of the face is, in widths of it
_HANGS = 0.45  # heights of the face from an edge of the picture that cuts the head, in which it moves less
_AT_EDGE = 0.1  # so near an edge counts as cut by it
_BROWS = 0.22  # of the face's height below its top
_AIR = 0.55  # heights of the face, around the person, in which an even backdrop goes along
_FACE_IN_MASK = 0.9  # least share of the face that a person's mask must cover
_FILL_SIDE = 720


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a head goes: degrees as in FacePose, and `lift` in heights of its face, up."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    lift: float = 0.0


@dataclass(slots=True)
class Head:
    """A head made ready to move.

    `sprite` is the whole picture as RGBA: the person cut out, or everything where the backdrop goes along. `plate`
    is the picture without the person, None in the second case. Only what is in `cells` ever moves.
    """

    picture: Plate
    sprite: Sprite
    plate: Plate | None
    anatomy: Anatomy
    weight: Floats  # (rows, columns) of 8 px: how much each point of the picture goes along
    paint: Sprite  # the sprite premultiplied
    cells: Box  # of `weight`

    def carried(self, patches: list[tuple[Sprite, tuple[int, int]]], turn: Turn) -> Plate:
        """The picture with the head turned, and changed parts of the sprite (straight alpha, left and top) in it."""
        paint = self.paint
        if patches:
            paint = paint.copy()
            for patch, (left, top) in patches:
                if patch.size:
                    paint[top : top + patch.shape[0], left : left + patch.shape[1]] = premultiplied(patch)
        map_x, map_y = self._maps(turn)
        moved = cv2.remap(paint, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        top, left = self.cells.top * _GRID, self.cells.left * _GRID
        area = np.s_[top : top + moved.shape[0], left : left + moved.shape[1]]
        shown = cv2.cvtColor(moved, cv2.COLOR_RGBA2RGB)
        if self.plate is not None:
            open_share = cv2.merge([cv2.bitwise_not(cv2.extractChannel(moved, 3))] * 3)
            shown = cv2.add(cv2.multiply(np.ascontiguousarray(self.plate[area]), open_share, scale=1 / 255), shown)
        whole = self.picture.copy()
        whole[area] = shown
        return whole

    def _maps(self, turn: Turn) -> tuple[Floats, Floats]:
        """From where each pixel comes: shifts on the grid, spread."""
        height, width = self.picture.shape[:2]
        box = self.cells
        left, top = box.left * _GRID, box.top * _GRID
        right, bottom = min(width, box.right * _GRID), min(height, box.bottom * _GRID)
        knots = np.s_[box.top : box.bottom, box.left : box.right]
        grid_x, grid_y = (each[knots] for each in _grid(self.weight.shape))
        from_x, from_y = self._source(grid_x, grid_y, self.weight[knots], turn)
        size = (box.width * _GRID, box.height * _GRID)
        spread = [
            cv2.resize(shift, size, interpolation=cv2.INTER_LINEAR) for shift in (from_x - grid_x, from_y - grid_y)
        ]
        shift_x, shift_y = (each[: bottom - top, : right - left] for each in spread)
        shift_x += np.arange(left, right, dtype=np.float32)[None, :]
        shift_y += np.arange(top, bottom, dtype=np.float32)[:, None]
        return shift_x, shift_y

    def _source(self, x: Floats, y: Floats, weight: Floats, turn: Turn) -> tuple[Floats, Floats]:
        a = self.anatomy
        own_x, own_y = a.to_own(x, y)
        own_y = own_y + np.float32(turn.lift * a.height) * weight
        angle = -np.radians(turn.roll) * weight
        pivot = a.chin + _PIVOT * a.height
        dx, dy = own_x - a.middle, own_y - pivot
        own_x = dx * np.cos(angle) - dy * np.sin(angle) + a.middle
        own_y = dx * np.sin(angle) + dy * np.cos(angle) + pivot
        # a ball turns: its front goes furthest, the back of it, hair and ears, a little the same way
        middle_y = (a.top + a.chin) / 2
        u, v = (own_x - a.middle) / (0.62 * a.width), (own_y - middle_y) / (0.72 * a.height)
        front = _NEAR * a.width * (np.exp(-(u * u + v * v)) + 0.3) * weight
        own_x = own_x - front * np.float32(np.sin(np.radians(turn.yaw)))
        own_y = own_y - front * np.float32(np.sin(np.radians(turn.pitch)))
        return a.to_picture(np.asarray(own_x, np.float32), np.asarray(own_y, np.float32))


def prepare_head(picture: Plate, face: Face, eyes: Eyes) -> Head:
    """Make the head of a face ready to move, in a picture of the film's size. About half a second.

    Cut out where the backdrop is busy and the person's outline is sure; otherwise the backdrop goes along softly.
    """
    anatomy = Anatomy(face.mesh)
    rough = person_likelihood(picture, eyes, face.box)
    sure = _covers(rough, face)
    if sure and not _even_around(picture, rough, face):
        mask = matte.edged(picture, rough)
        mask = _rounded(matte.whole(mask, (float(face.mesh[1, 0]), float(face.mesh[1, 1]))), anatomy)
        if _covers(mask, face):
            sprite = matte.sprite_of(picture, mask)
            weight = _along(anatomy, mask, air=False)
            plate = _without(picture, mask, anatomy)
            return Head(picture, sprite, plate, anatomy, weight, premultiplied(sprite), _cells(weight))
    person = rough if sure else _oval(anatomy, picture.shape[:2])
    sprite = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    weight = _along(anatomy, person, air=True)
    return Head(picture, sprite, None, anatomy, weight, sprite, _cells(weight))


def _grid(shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """X and y of the knots, in pixels: where OpenCV expects the middles of the cells when it spreads them."""
    rows, columns = shape
    knots_x, knots_y = (np.arange(count, dtype=np.float32) * _GRID + (_GRID - 1) / 2 for count in (columns, rows))
    grid_x, grid_y = np.meshgrid(knots_x, knots_y)
    return grid_x.astype(np.float32), grid_y.astype(np.float32)


def _cells(weight: Floats) -> Box:
    """The cells that move, and one more around them."""
    return matte.bounds(weight, margin=1, threshold=0.002) or Box(0, 0, weight.shape[1], weight.shape[0])


def _rounded(mask: Mask, anatomy: Anatomy) -> Mask:
    """The mask without dents above the brows: the crown of a hat that was taken for wall must not stay behind.

    A bit of wall that goes along with the head is hardly seen; a bit of the head that stays on the wall is.
    """
    height, width = mask.shape
    grid_x, grid_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    own_x, own_y = anatomy.to_own(grid_x, grid_y)
    brows = anatomy.top + _BROWS * anatomy.height
    crown = (mask > 0.5) & (own_y < brows) & (np.abs(own_x - anatomy.middle) < _BESIDE[0] * anatomy.width)
    points = cv2.findNonZero(crown.astype(np.uint8))
    if points is None:
        return mask
    hull = cv2.fillConvexPoly(np.zeros(mask.shape, np.float32), cv2.convexHull(points), 1.0)
    hull = cv2.GaussianBlur(hull, (0, 0), max(0.8, 0.006 * anatomy.height)) * smooth(brows, brows - 4, own_y)
    return np.maximum(mask, hull).astype(np.float32)


def _covers(mask: Mask, face: Face) -> bool:
    """Whether a person's mask holds the face."""
    left, top, right, bottom = (round(v) for v in face.box)
    inside = mask[max(0, top) : bottom, max(0, left) : right]
    return bool(inside.size) and float((inside > 0.5).mean()) >= _FACE_IN_MASK * 0.9


def _even_around(picture: Plate, rough: Mask, face: Face) -> bool:
    """Whether what is behind the head is so even that nobody sees it move."""
    if backdrop.look(picture).is_plain:
        return True
    left, top, right, bottom = face.box
    reach = 0.8 * (bottom - top)
    rows = slice(max(0, round(top - reach)), max(1, round(bottom)))
    columns = slice(max(0, round(left - reach)), max(1, round(right + reach)))
    behind = rough[rows, columns] < 0.1
    if behind.sum() < 200:
        return True
    grey = cv2.GaussianBlur(cv2.cvtColor(picture[rows, columns], cv2.COLOR_RGB2GRAY), (0, 0), 1.5).astype(np.float32)
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    return float(np.percentile(slope[behind], 90)) < 14


def _along(anatomy: Anatomy, person: Mask, *, air: bool) -> Floats:
    """How much each point goes along with the head, on the grid; with `air`, around the person ever less."""
    height, width = person.shape
    rows, columns = -(-height // _GRID), -(-width // _GRID)
    grid_x, grid_y = _grid((rows, columns))
    own_x, own_y = anatomy.to_own(grid_x, grid_y)
    down = (own_y - anatomy.chin) / anatomy.height
    weight = _BODY * smooth(_BODY_END, _NECK[1], down) + (1 - _BODY) * smooth(_NECK[1], _NECK[0], down)
    # whoever stands beside has a head of his own
    weight = weight * smooth(_BESIDE[1], _BESIDE[0], np.abs(own_x - anatomy.middle) / anatomy.width)
    small = cv2.resize(person, (columns, rows), interpolation=cv2.INTER_AREA)
    if air:
        away = cv2.distanceTransform((small < 0.3).astype(np.uint8), cv2.DIST_L2, 5) * _GRID / anatomy.height
        weight = weight * smooth(_AIR, 0.04, np.asarray(away, np.float32))
    # nothing is known beyond the picture: what is cut by its edge hangs on it, and so does air that goes along
    head, near = (small > 0.5) & (down < 0), max(1, round(_AT_EDGE * anatomy.height / _GRID))
    for position, size, edge in (
        (grid_y, height, head[:near]),
        (grid_x, width, head[:, :near]),
        (width - 1 - grid_x, width, head[:, -near:]),
    ):
        if edge.any() or air:
            reach = _HANGS * anatomy.height if edge.any() else 0.06 * size
            weight = weight * (0.12 + 0.88 * smooth(0.0, 1.0, np.asarray(position / reach, np.float32)))
    return np.asarray(cv2.GaussianBlur(weight, (0, 0), 1.5) if air else weight, np.float32)


def _oval(anatomy: Anatomy, shape: tuple[Any, ...]) -> Mask:
    """Where the head must be, for want of a mask: an oval around face and hair."""
    height, width = shape[:2]
    grid_x, grid_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    own_x, own_y = anatomy.to_own(grid_x, grid_y)
    middle = (anatomy.top + anatomy.chin) / 2 - 0.1 * anatomy.height
    inside = ((own_x - anatomy.middle) / (0.7 * anatomy.width)) ** 2 + ((own_y - middle) / (0.75 * anatomy.height)) ** 2
    return (inside < 1).astype(np.float32)


def _without(picture: Plate, mask: Mask, anatomy: Anatomy) -> Plate:
    """The picture with the person filled in from around; only what is near the head is ever seen.

    Colours are led inwards along their edges. Patches of elsewhere, good for large holes, make a rim in wrong colours.
    """
    height, width = mask.shape
    scale = min(1.0, _FILL_SIDE / max(height, width))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    body = (cv2.resize(mask, size, interpolation=cv2.INTER_AREA) > 0.04).astype(np.uint8)
    rim = max(2, round(0.02 * anatomy.height * scale))
    body = cv2.dilate(body, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1)))
    filled = cv2.inpaint(small, body, 5, cv2.INPAINT_TELEA)
    filled = cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)
    # streaks are softened ever more, the further in they reach
    deep = cv2.distanceTransform(body, cv2.DIST_L2, 5) / (0.12 * anatomy.height * scale)
    soft = cv2.resize(np.clip(deep, 0, 1), (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    blurred = cv2.GaussianBlur(filled, (0, 0), max(1.0, 0.025 * anatomy.height))
    filled = filled * (1 - soft) + blurred * soft
    share = cv2.resize(cv2.GaussianBlur(body.astype(np.float32), (0, 0), 0.8), (width, height))[..., None]
    return np.asarray(np.clip(picture * (1 - share) + filled * share + 0.5, 0, 255), np.uint8)
