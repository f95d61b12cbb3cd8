"""Filling: a hole in a picture painted over with what stands around it, patch by patch.

Knows patches: small squares of the known part that fit next to each other, searched for coarse to fine. Must not know
what is missing or why (a masked thing, a border, the picture behind somebody), nor time.
Source of the way: Wexler, Shechtman and Irani, Space-Time Completion; Barnes et al., PatchMatch; in the plainest form.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2

Plate = NDArray[np.uint8]
Hole = NDArray[np.bool_]

_REACH = 3  # half side of a patch: 7 x 7
_COARSE, _FINE = 80, 232  # longer side of the first and last level, pixels
_GROWTH = 1.55  # from level to level
_TANGENT = 15000.0  # cost per squared share of the picture that a patch comes from farther along the hole's edge
_DEPTH = 3000.0  # and from farther inside what is known
_INWARDS = 0.8  # say of a patch, over that of one a pixel nearer to what is known: the picture goes on inwards
_FADE = 0.035  # of the longer side: how far what is known may go on as in a mirror
_WRONG = 40.0  # difference of colours (0..255) from which what is painted does not fit what it meets
_SHARP = 0.35  # patches that fit worse than this share of the usual misfit hardly count in the vote


def fill(picture: Plate, hole: Hole, avoid: Hole | None = None, seed: int = 0, band: float = 0.3) -> Plate:
    """The picture with its hole painted over. What is known stays bit for bit.

    About a second for a 720p picture, whatever the hole.

    Args:
        picture: (h, w, 3) uint8.
        hole: (h, w) bool, true where the picture is not known; what stands there is ignored.
        avoid: true where the picture is known but must not be taken as an example (a person, a face).
        seed: settles every draw of lots.
        band: only what stands this near to the hole, over the longer side, is taken as an example: then no second face
            or house appears far from the first.
    """
    if not hole.any():
        return picture
    if hole.all():
        return np.full_like(picture, 128)
    if avoid is not None and (hole | avoid).mean() > 0.97:
        avoid = None  # nothing else would be left to learn from
    lots = np.random.default_rng(seed)
    height, width = hole.shape
    field: _Field | None = None
    for side in _sides(max(height, width)):
        scale = min(1.0, side / max(height, width))
        size = max(12, round(width * scale)), max(12, round(height * scale))
        level = _Level(picture, hole, avoid, size, band)
        if not len(level.sources):
            level = _Level(picture, hole, None, size, 2.0)
        if not len(level.sources):
            continue
        field = level.begin(lots) if field is None else level.go_on(field)
        rounds = 4 if side < 100 else 2
        for _ in range(rounds):
            field = level.search(field, lots, 3 if side < 100 else 2)
            level.vote(field)
    if field is None:
        return _smeared(picture, hole)
    return _painted(picture, hole, field)


def _sides(longest: int) -> list[int]:
    last = min(_FINE, longest)
    count = max(1, math.ceil(math.log(last / _COARSE) / math.log(_GROWTH))) if last > _COARSE else 0
    return [round(last / _GROWTH**n) for n in range(count, -1, -1)]


class _Field:
    """For every pixel near the hole the patch it is like: middles of both as (n, 2) rows of y, x, and the misfit."""

    def __init__(self, shape: tuple[int, int], targets: NDArray[np.int64], where: NDArray[np.int64]) -> None:
        self.shape, self.targets, self.where = shape, targets, where
        self.cost = np.full(len(targets), np.inf, np.float32)

    def offsets(self) -> NDArray[np.float32]:
        """(h, w, 2) float32 y, x from each target to its source; NaN elsewhere."""
        grid = np.full((*self.shape, 2), np.nan, np.float32)
        grid[self.targets[:, 0], self.targets[:, 1]] = self.where - self.targets
        return grid

    def misfit(self) -> NDArray[np.float32]:
        grid = np.full(self.shape, np.inf, np.float32)
        grid[self.targets[:, 0], self.targets[:, 1]] = self.cost
        return grid


class _Level:
    """One size of the picture."""

    def __init__(self, picture: Plate, hole: Hole, avoid: Hole | None, size: tuple[int, int], band: float) -> None:
        self.hole = _shrunk(hole, size)
        width, height = size
        known = (~hole).astype(np.float32)
        weight = cv2.resize(known, size, interpolation=cv2.INTER_AREA)[..., None]
        small = cv2.resize(picture.astype(np.float32) * known[..., None], size, interpolation=cv2.INTER_AREA)
        self.picture = np.asarray(small / np.maximum(weight, 1e-3), np.float32)
        self.shape = (height, width)
        reach = np.ones((2 * _REACH + 1,) * 2, np.uint8)
        closed = self.hole if avoid is None else self.hole | _shrunk(avoid, size)
        usable = cv2.dilate(closed.astype(np.uint8), reach) == 0
        usable[:_REACH], usable[-_REACH:], usable[:, :_REACH], usable[:, -_REACH:] = False, False, False, False
        away = self.away = cv2.distanceTransform((~self.hole).astype(np.uint8), cv2.DIST_L2, 5)
        usable &= away <= max(band * max(size), 2 * _REACH + 2)
        self.usable = usable
        self.sources = np.argwhere(usable)
        near = cv2.dilate(self.hole.astype(np.uint8), reach) > 0
        self.targets = np.argwhere(near)
        self._edge_geometry()

    def _edge_geometry(self) -> None:
        """For every target the nearest known pixel and the direction to it."""
        _, labels = cv2.distanceTransformWithLabels(
            self.hole.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        places = np.zeros((int(labels.max()) + 1, 2), np.int64)
        known = np.argwhere(~self.hole)
        places[labels[known[:, 0], known[:, 1]]] = known
        nearest = places[labels[self.targets[:, 0], self.targets[:, 1]]]
        self.nearest = nearest
        way = (nearest - self.targets).astype(np.float32)
        length = np.linalg.norm(way, axis=1, keepdims=True)
        self.trust = np.maximum(_INWARDS ** length[:, 0], 1e-4).astype(np.float32)
        self.normal = np.where(length > 0, way / np.maximum(length, 1e-6), 0).astype(np.float32)

    def begin(self, lots: np.random.Generator) -> _Field:
        """The first guess: what stands just inside the nearest edge of the hole."""
        self.picture[self.hole] = _smeared(np.clip(self.picture, 0, 255).astype(np.uint8), self.hole)[self.hole]
        inside = np.rint(self.nearest + self.normal * (_REACH + 2)).astype(np.int64)
        field = _Field(self.shape, self.targets, self._legal(inside + lots.integers(-2, 3, inside.shape)))
        field.cost = self._cost(field.where)
        return field

    def go_on(self, coarse: _Field) -> _Field:
        """The guess of the level before, at this size, painted."""
        ratio = np.array(self.shape, np.float32) / np.array(coarse.shape, np.float32)
        offsets = coarse.offsets()
        offsets = np.where(np.isnan(offsets), 0, offsets)
        place = np.minimum(((self.targets + 0.5) / ratio).astype(np.int64), np.array(coarse.shape) - 1)
        moved = self.targets + np.rint(offsets[place[:, 0], place[:, 1]] * ratio).astype(np.int64)
        field = _Field(self.shape, self.targets, self._legal(moved))
        self.picture[self.hole] = 0
        self.vote(field)
        field.cost = self._cost(field.where)
        return field

    def _legal(self, where: NDArray[np.int64]) -> NDArray[np.int64]:
        """The nearest usable places."""
        height, width = self.shape
        where = np.clip(where, 0, np.array([height - 1, width - 1]))
        _, labels = cv2.distanceTransformWithLabels(
            (~self.usable).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        places = np.zeros((int(labels.max()) + 1, 2), np.int64)
        places[labels[self.sources[:, 0], self.sources[:, 1]]] = self.sources
        return places[labels[where[:, 0], where[:, 1]]]

    def _patches(self, middles: NDArray[np.int64], padded: NDArray[np.float32]) -> NDArray[np.float32]:
        windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * _REACH + 1,) * 2, axis=(0, 1))
        return windows[middles[:, 0], middles[:, 1], :, ::2, ::2].reshape(len(middles), -1)

    def _cost(self, where: NDArray[np.int64], chosen: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Misfit of every target with the patch at `where`: squared colour distance, and how odd the place is."""
        padded = np.pad(self.picture, ((_REACH, _REACH), (_REACH, _REACH), (0, 0)), mode="edge")
        targets, normal = self.targets, self.normal
        if chosen is not None:
            targets, normal = targets[chosen], normal[chosen]
        apart = self._patches(targets, padded) - self._patches(where, padded)
        colour = np.einsum("ij,ij->i", apart, apart) / apart.shape[1]
        way = (where - targets).astype(np.float32) / max(self.shape)
        along = (way * normal).sum(axis=1)
        across = (way * way).sum(axis=1) - along * along
        depth = self.away[where[:, 0], where[:, 1]] / max(self.shape)
        return np.asarray(colour + _TANGENT * across + _DEPTH * depth * depth, np.float32)

    def search(self, field: _Field, lots: np.random.Generator, rounds: int) -> _Field:
        """A better field: neighbours' finds first, then ever nearer lots around the own find."""
        height, width = self.shape
        index = np.full(self.shape, -1, np.int64)
        index[self.targets[:, 0], self.targets[:, 1]] = np.arange(len(self.targets))
        field.cost = self._cost(field.where)
        for number in range(rounds):
            for step in (1, 2) if number == 0 else (1,):
                for dy, dx in ((0, step), (step, 0), (0, -step), (-step, 0)):
                    y, x = self.targets[:, 0] - dy, self.targets[:, 1] - dx
                    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
                    neighbour = np.where(inside, index[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)], -1)
                    self._try(field, np.where(neighbour[:, None] >= 0, field.where[neighbour] + (dy, dx), field.where))
            radius = max(self.shape) / 3
            while radius >= 1:
                aside = lots.integers(-round(radius), round(radius) + 1, field.where.shape)
                self._try(field, field.where + aside)
                radius /= 3.2
        return field

    def _try(self, field: _Field, where: NDArray[np.int64]) -> None:
        height, width = self.shape
        fits = (where[:, 0] >= 0) & (where[:, 0] < height) & (where[:, 1] >= 0) & (where[:, 1] < width)
        fits &= (where != field.where).any(axis=1)
        chosen = np.flatnonzero(fits)
        chosen = chosen[self.usable[where[chosen, 0], where[chosen, 1]]]
        if not len(chosen):
            return
        cost = self._cost(where[chosen], chosen)
        better = cost < field.cost[chosen]
        winners = chosen[better]
        field.where[winners] = where[winners]
        field.cost[winners] = cost[better]

    def vote(self, field: _Field) -> None:
        """Paint the hole: every patch over a pixel has a say, the better it fits the more."""
        height, width = self.shape
        total = np.zeros((height, width, 3), np.float32)
        weights = np.zeros((height, width, 1), np.float32)
        usual = float(np.median(field.cost[np.isfinite(field.cost)])) if np.isfinite(field.cost).any() else 1.0
        say = np.exp(-np.minimum(field.cost, 1e6) / max(2 * usual, 1e-3)).astype(np.float32) + 1e-6
        say = (say * self.trust)[:, None]
        for dy in range(-_REACH, _REACH + 1):
            for dx in range(-_REACH, _REACH + 1):
                y, x = field.targets[:, 0] + dy, field.targets[:, 1] + dx
                inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
                y, x = y[inside], x[inside]
                source = field.where[inside]
                total[y, x] += say[inside] * self.picture[source[:, 0] + dy, source[:, 1] + dx]
                weights[y, x] += say[inside]
        painted = total / np.maximum(weights, 1e-12)
        self.picture[self.hole] = painted[self.hole]


def _shrunk(mask: Hole, size: tuple[int, int]) -> Hole:
    """The mask at another size: true wherever any of it is true."""
    return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.02, bool)


def _smeared(picture: Plate, hole: Hole) -> Plate:
    """The hole filled with the colours around it; smooth, without any structure."""
    out = picture.copy()
    out[hole] = np.clip(spread(picture.astype(np.float32), ~hole) + 0.5, 0, 255).astype(np.uint8)[hole]
    return out


def box_of(mask: Hole) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom (right and bottom just outside) of all that is true in a mask; None if nothing is."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    return (left, top, left + width, top + height) if width else None


def spread(values: NDArray[np.float32], known: Hole | NDArray[np.float32]) -> NDArray[np.float32]:
    """Values of the known pixels carried on smoothly over all others: ever wider means. (h, w, n), any n.

    `known` may be a weight 0..1 too.
    """
    weight = np.asarray(known, np.float32)
    levels = [(values * weight[..., None], weight)]
    while min(levels[-1][1].shape) > 2 and (levels[-1][1] < 1e-3).any():
        value, weight = levels[-1]
        size = max(1, weight.shape[1] // 2), max(1, weight.shape[0] // 2)
        value, weight = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (value, weight))
        levels.append((value.reshape(size[1], size[0], -1), weight))
    value, weight = levels[-1]
    grown = value / np.maximum(weight, 1e-6)[..., None]
    total, all_of_it = levels[0]
    grown[weight <= 1e-6] = total.sum(axis=(0, 1)) / max(1.0, float(all_of_it.sum()))
    for value, weight in reversed(levels[:-1]):
        size = weight.shape[1], weight.shape[0]
        wide = cv2.resize(grown, size, interpolation=cv2.INTER_LINEAR).reshape(size[1], size[0], -1)
        share = np.clip(weight, 0, 1)[..., None]
        grown = value / np.maximum(weight, 1e-6)[..., None] * share + wide * (1 - share)
    return np.asarray(grown, np.float32)


def meet(painted: NDArray[np.float32], picture: Plate, hole: Hole, ring: Hole) -> NDArray[np.float32]:
    """`painted` with its colours shifted so that they meet the picture's all around the hole.

    Args:
        painted: (h, w, 3), holds something sensible in the hole and on the ring.
        picture: what stands around the hole.
        hole: where `painted` will be seen.
        ring: known pixels along the hole, at which the two are compared.
    """
    small = max(1, round(max(hole.shape) / 320))
    size = hole.shape[1] // small, hole.shape[0] // small
    weight = cv2.resize((ring & ~hole).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    apart = (picture.astype(np.float32) - painted) * (ring & ~hole)[..., None]
    apart = cv2.resize(apart, size, interpolation=cv2.INTER_AREA) / np.maximum(weight, 1e-3)[..., None]
    shift = cv2.GaussianBlur(spread(apart, weight > 0.05), (0, 0), 2.0)
    return np.asarray(painted + cv2.resize(shift, (hole.shape[1], hole.shape[0])), np.float32)


def _painted(picture: Plate, hole: Hole, field: _Field) -> Plate:
    """The hole at full size: the last level's finds, taken from the picture itself, nine neighbours having a say."""
    height, width = hole.shape
    ratio = height / field.shape[0], width / field.shape[1]
    offsets, misfit = field.offsets(), field.misfit()
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    rows, columns = ((y + 0.5) / ratio[0]).astype(np.int64), ((x + 0.5) / ratio[1]).astype(np.int64)
    total = np.zeros((height, width, 3), np.float32)
    weights = np.full((height, width), 1e-6, np.float32)
    usual = max(1.0, float(np.median(field.cost)) * _SHARP)
    for dy in (-2, 0, 2):
        for dx in (-2, 0, 2):
            r = np.clip(rows + dy, 0, field.shape[0] - 1)
            c = np.clip(columns + dx, 0, field.shape[1] - 1)
            away = offsets[r, c]
            there = np.isfinite(away[..., 0])
            map_y = np.where(there, y + away[..., 0] * ratio[0], -1).astype(np.float32)
            map_x = np.where(there, x + away[..., 1] * ratio[1], -1).astype(np.float32)
            taken = cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
            is_known = cv2.remap(
                (~hole).astype(np.float32), map_x, map_y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT
            )
            near = 1.0 if (dy, dx) == (0, 0) else 0.5
            weight = np.exp(-np.minimum(np.where(there, misfit[r, c], 1e6), 1e6) / usual) * near + 1e-4
            weight = np.where(there & (is_known > 0.5), weight, 0).astype(np.float32)
            total += taken.astype(np.float32) * weight[..., None]
            weights += weight
    sure = weights > 1e-5
    painted = np.where(sure[..., None], total / weights[..., None], _smeared(picture, hole).astype(np.float32))
    ring = np.asarray(sure & ~hole)
    painted = meet(painted.astype(np.float32), picture, hole, ring)
    painted = _faded_in(painted, picture, hole, ring)
    out = picture.copy()
    out[hole] = np.clip(painted + 0.5, 0, 255).astype(np.uint8)[hole]
    return out


def _faded_in(painted: NDArray[np.float32], picture: Plate, hole: Hole, ring: Hole) -> NDArray[np.float32]:
    """Where what is painted does not go on with what it meets, that first goes on as in a mirror, and fades out."""
    longest = max(hole.shape)
    apart = np.abs(painted - picture.astype(np.float32)).max(axis=2, keepdims=True) * ring[..., None]
    size = max(8, hole.shape[1] // 8), max(8, hole.shape[0] // 8)
    weight = cv2.resize(ring.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    wrong = cv2.resize(apart, size, interpolation=cv2.INTER_AREA) / np.maximum(weight, 1e-3)
    wrong = cv2.resize(
        spread(wrong[..., None] * (weight > 0.05)[..., None], weight > 0.05), (hole.shape[1], hole.shape[0])
    )
    away, labels = cv2.distanceTransformWithLabels(
        hole.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    known = np.argwhere(~hole)
    places = np.zeros((int(labels.max()) + 1, 2), np.int64)
    places[labels[known[:, 0], known[:, 1]]] = known
    near = hole & (away < _FADE * longest)
    rows, columns = np.nonzero(near)
    edge = places[labels[near]]
    back_y, back_x = 2 * edge[:, 0] - rows, 2 * edge[:, 1] - columns
    inside = (back_y >= 0) & (back_y < hole.shape[0]) & (back_x >= 0) & (back_x < hole.shape[1])
    back_y, back_x = np.where(inside, back_y, 0), np.where(inside, back_x, 0)
    inside &= ~hole[back_y, back_x]
    mirrored = picture[back_y, back_x]
    share = np.clip(1 - away[near] / (_FADE * longest), 0, 1)
    share = (share * share * (3 - 2 * share) * np.clip(wrong[near] / _WRONG - 0.5, 0, 1))[:, None]
    out = painted.copy()
    out[near] += (mirrored - out[near]) * share * inside[:, None]
    return out
