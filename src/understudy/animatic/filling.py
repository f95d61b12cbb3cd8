"""Filling: a hole in a picture painted over with what stands around it, patch by patch.

Knows patches: small squares of the known part that fit next to each other, searched for coarse to fine. Must not know
what is missing or why (a masked thing, a border, the picture behind somebody), nor time. Patches are matched at a small
size, and the finest match then lends its places to the full picture, so that grain and texture are the picture's own.
Source of the method: Barnes et al., PatchMatch (2009); Wexler et al., Space-Time Completion of Video (2007); written
here from the papers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2

Plate = NDArray[np.uint8]
Hole = NDArray[np.bool_]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_SIDE = 256  # pixels of the longer side at which patches are matched
_REACH = 3  # a patch is 7 x 7
_LEVELS = 3
_ROUNDS = (6, 4, 3)  # of match and vote, coarse to fine
_OFF_HEIGHT, _OFF_SIDE = 900.0, 500.0
"""Cost a pixel of copying from a picture's height or width away, squared tones: horizons stay level, and what is near
is likelier. By eye."""
_MOST_MISMATCH = 30.0  # tones, 0..255: more is an edge of the picture and not a seam
_LEAST_SOURCES = 40  # patches to learn from
_FADE = 0.035  # of the longer side: how far what is known may go on as in a mirror
_WRONG = 40.0  # difference of colours (0..255) from which what is painted does not fit what it meets


def fill(picture: Plate, hole: Hole, avoid: Hole | None = None, seed: int = 0, band: float = 0.3) -> Plate:
    """The picture with its hole painted over. What is known stays bit for bit.

    About a second for a 720p picture, whatever the hole.

    Args:
        picture: (h, w, 3) uint8.
        hole: (h, w) bool, true where the picture is not known; what stands there is ignored. It should reach a little
            beyond what is taken away, or that thing's edge colours are taken for the backdrop's.
        avoid: true where the picture is known but must not be taken as an example (a person, a face).
        seed: settles the order in which far patches are tried.
        band: only what stands this near to the hole, over the longer side, is taken as an example: then no second face
            or house appears far from the first.
    """
    if not hole.any():
        return picture
    if hole.all():
        return np.full_like(picture, 128)
    lots = np.random.default_rng(seed)
    height, width = hole.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = max(16, round(width * scale)), max(16, round(height * scale))
    gap = _shrunk(hole, size)
    known = (~hole).astype(np.float32)
    weight = cv2.resize(known, size, interpolation=cv2.INTER_AREA)[..., None]
    small = cv2.resize(picture.astype(np.float32) * known[..., None], size, interpolation=cv2.INTER_AREA)
    small = (small / np.maximum(weight, 1e-3)).astype(np.float32)
    examples = _examples(gap, None if avoid is None else _shrunk(avoid, size), band)
    guess, place = spread(small, ~gap), None
    for step, rounds in zip(range(_LEVELS - 1, -1, -1), _ROUNDS, strict=True):
        level = max(16, size[0] >> step), max(16, size[1] >> step)
        here = _shrunk(gap, level)
        drawn = cv2.resize(guess, level, interpolation=cv2.INTER_AREA if place is None else cv2.INTER_LINEAR)
        work = np.where(here[..., None], drawn, cv2.resize(small, level, interpolation=cv2.INTER_AREA))
        closed = ~cv2.resize(examples.astype(np.uint8), level, interpolation=cv2.INTER_AREA).astype(bool)
        made = _complete(work.astype(np.float32), here, closed | here, place, rounds, lots)
        if made is not None:
            guess, place = made
    guess = np.where(gap[..., None], guess + _mismatch(small, guess, gap), small).astype(np.float32)
    painted = cv2.resize(guess, (width, height), interpolation=cv2.INTER_CUBIC)
    if place is not None:
        painted = _with_grain(picture, hole, painted, place)
    painted = _faded_in(painted, picture, hole)
    out = picture.copy()
    out[hole] = np.clip(painted + 0.5, 0, 255).astype(np.uint8)[hole]
    return out


def _examples(gap: Hole, avoid: Hole | None, band: float) -> Hole:
    """What may be copied; the whole known part where a wish for less would leave hardly anything."""
    reach = 2 * _REACH + 1
    away = cv2.distanceTransform((~gap).astype(np.uint8), cv2.DIST_L2, 5)
    near = ~gap & (away <= max(band * max(gap.shape), reach + _REACH))
    for wanted in (near if avoid is None else near & ~avoid, near):
        inner = cv2.erode(wanted.astype(np.uint8), np.ones((reach, reach), np.uint8))
        if int(inner.sum()) >= 4 * _LEAST_SOURCES:
            return np.asarray(wanted)
    return ~gap


def _complete(
    work: Floats, hole: Hole, closed: Hole, place: Ints | None, rounds: int, rng: np.random.Generator
) -> tuple[Floats, Ints] | None:
    """The picture with its hole made of patches that do not touch what is closed, and the place (h, w, 2) each pixel is
    taken from; None where there are too few.
    """
    height, width = hole.shape
    r = _REACH
    patch = np.ones((2 * r + 1, 2 * r + 1), np.uint8)
    touched = cv2.dilate(hole.astype(np.uint8), patch) > 0
    inner = np.zeros_like(hole)
    inner[r : height - r, r : width - r] = True
    sound = (cv2.dilate(closed.astype(np.uint8), patch) == 0) & inner
    sources = np.argwhere(sound)
    rows, columns = np.nonzero(touched)
    if len(sources) < _LEAST_SOURCES:
        return None
    index = np.full((height, width), -1, np.int64)
    index[rows, columns] = np.arange(len(rows))
    if place is None:
        at = _nearest(sound, rows, columns)
    else:
        old = place.shape[:2]
        from_row, from_column = rows * old[0] // height, columns * old[1] // width
        lent = place[from_row, from_column] - np.stack([from_row, from_column], 1)
        at = np.stack([rows, columns], 1) + np.rint(lent * (height / old[0])).astype(np.int64)
        at = np.where(_inside(at, sound)[:, None], at, sources[rng.integers(0, len(sources), len(rows))])
    targets = np.stack([rows, columns], 1)
    for _ in range(rounds):
        patches = _patches(work)
        cost = _cost(patches, targets, at, width, height)
        for step in (1, 1, 2):
            at, cost = _spread(patches, targets, at, cost, index, sound, step, (width, height))
        reach = max(height, width)
        while reach >= 2:
            aside = at + rng.integers(-reach, reach + 1, at.shape)
            at, cost = _better(patches, targets, at, cost, aside, sound, (width, height))
            reach //= 3
        work = _voted(work, hole, targets, at, cost)
    taken = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"), axis=2)
    taken[rows, columns] = at
    return work, taken


def _nearest(sound: Hole, rows: Ints, columns: Ints) -> Ints:
    """The nearest usable place for each pixel: what goes on behind somebody is mostly what is beside him."""
    _, labels = cv2.distanceTransformWithLabels(
        (~sound).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    where = np.zeros((int(labels.max()) + 1, 2), np.int64)
    places = np.argwhere(sound)
    where[labels[places[:, 0], places[:, 1]]] = places
    return np.asarray(where[labels[rows, columns]])


def _patches(work: Floats) -> Floats:
    """(h * w, 147) the patch around each pixel; the picture is mirrored at its edges."""
    r = _REACH
    wide = cv2.copyMakeBorder(work, r, r, r, r, cv2.BORDER_REFLECT_101)
    seen = np.lib.stride_tricks.sliding_window_view(wide, (2 * r + 1, 2 * r + 1), axis=(0, 1))
    return np.ascontiguousarray(seen.reshape(work.shape[0] * work.shape[1], -1))


def _cost(patches: Floats, targets: Ints, at: Ints, width: int, height: int) -> Floats:
    apart = patches[targets[:, 0] * width + targets[:, 1]] - patches[at[:, 0] * width + at[:, 1]]
    away = np.abs(targets - at) @ np.array([_OFF_HEIGHT / height, _OFF_SIDE / width]) * (2 * _REACH + 1) ** 2
    return np.asarray(np.einsum("ij,ij->i", apart, apart) + away, np.float32)


def _inside(at: Ints, sound: Hole) -> Hole:
    height, width = sound.shape
    within = (at[:, 0] >= 0) & (at[:, 0] < height) & (at[:, 1] >= 0) & (at[:, 1] < width)
    clipped = np.clip(at, 0, (height - 1, width - 1))
    return np.asarray(within & sound[clipped[:, 0], clipped[:, 1]])


def _spread(
    patches: Floats,
    targets: Ints,
    at: Ints,
    cost: Floats,
    index: Ints,
    sound: Hole,
    step: int,
    size: tuple[int, int],
) -> tuple[Ints, Floats]:
    """Each patch tries what its four neighbours found, shifted alike."""
    height, width = sound.shape
    for way in ((-step, 0), (step, 0), (0, -step), (0, step)):
        beside = np.clip(targets + way, 0, (height - 1, width - 1))
        number = index[beside[:, 0], beside[:, 1]]
        tried = np.where((number >= 0)[:, None], at[number] - way, beside - way)
        at, cost = _better(patches, targets, at, cost, tried, sound, size)
    return at, cost


def _better(
    patches: Floats,
    targets: Ints,
    at: Ints,
    cost: Floats,
    tried: Ints,
    sound: Hole,
    size: tuple[int, int],
) -> tuple[Ints, Floats]:
    usable = np.flatnonzero(_inside(tried, sound))
    if not len(usable):
        return at, cost
    new = _cost(patches, targets[usable], tried[usable], *size)
    wins = new < cost[usable]
    at, cost = at.copy(), cost.copy()
    at[usable[wins]] = tried[usable[wins]]
    cost[usable[wins]] = new[wins]
    return at, cost


def _voted(work: Floats, hole: Hole, targets: Ints, at: Ints, cost: Floats) -> Floats:
    """Each pixel of the hole as the mean of what all patches over it say; good matches say more."""
    height, width = hole.shape
    r = _REACH
    total = np.zeros((height + 2 * r, width + 2 * r, 3), np.float32)
    weights = np.zeros((height + 2 * r, width + 2 * r), np.float32)
    usual = max(float(np.percentile(cost, 60)), 1.0)
    say = np.exp(-cost / (2 * usual)).astype(np.float32)
    wide = cv2.copyMakeBorder(work, r, r, r, r, cv2.BORDER_REFLECT_101)
    for down in range(2 * r + 1):
        for across in range(2 * r + 1):
            here = targets[:, 0] + down, targets[:, 1] + across
            total[here] += wide[at[:, 0] + down, at[:, 1] + across] * say[:, None]
            weights[here] += say
    mean = total[r:-r, r:-r] / np.maximum(weights[r:-r, r:-r], 1e-6)[..., None]
    return np.where(hole[..., None], mean, work).astype(np.float32)


def _mismatch(picture: Floats, filled: Floats, hole: Hole) -> Floats:
    """What must be added to a filling so that its tones meet those around it, led smoothly through the hole."""
    inside, outside = hole.astype(np.float32), (~hole).astype(np.float32)
    window = (7, 7)
    near = cv2.blur(outside, window)
    around = cv2.blur(picture * outside[..., None], window) / np.maximum(near, 1e-4)[..., None]
    own = cv2.blur(filled * inside[..., None], window) / np.maximum(cv2.blur(inside, window), 1e-4)[..., None]
    ring = hole & (near > 0.25)
    if not ring.any():
        return np.zeros_like(picture)
    apart = np.clip(around - own, -_MOST_MISMATCH, _MOST_MISMATCH)
    known = ring.astype(np.float32)
    return spread(apart.astype(np.float32), known)


def _with_grain(picture: Plate, hole: Hole, smooth: Floats, place: Ints) -> Floats:
    """The smooth filling with the fine structure of the places it was taken from."""
    height, width = picture.shape[:2]
    rows, columns = place.shape[:2]
    home = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), axis=2)
    shift = (place - home).astype(np.float32)
    far = cv2.resize(shift, (width, height), interpolation=cv2.INTER_NEAREST)
    grid_x, grid_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    map_x = grid_x + far[..., 1] * np.float32(width / columns)
    map_y = grid_y + far[..., 0] * np.float32(height / rows)
    whole = np.where(hole[..., None], smooth, picture).astype(np.float32)
    fine = whole - cv2.GaussianBlur(whole, (0, 0), max(0.5, 0.75 * width / columns))
    lent = cv2.remap(fine, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(smooth + lent, np.float32)


def _faded_in(painted: Floats, picture: Plate, hole: Hole) -> Floats:
    """Where what is painted does not go on with what it meets, that first goes on as in a mirror, and fades out."""
    longest = max(hole.shape)
    side = 2 * round(0.008 * longest) + 3
    ring = (cv2.dilate(hole.astype(np.uint8), np.ones((side, side), np.uint8)) > 0) & ~hole
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


def _shrunk(mask: Hole, size: tuple[int, int]) -> Hole:
    """The mask at another size: true wherever any of it is true."""
    return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.02, bool)


def box_of(mask: Hole) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom (right and bottom just outside) of all that is true in a mask; None if nothing is."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    return (left, top, left + width, top + height) if width else None


def spread(values: Floats, known: Hole | Floats) -> Floats:
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
