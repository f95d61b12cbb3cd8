"""Behind: what a picture may show where its subject stood, made of patches of the rest of it.

Knows pixels and a hole. Must not know what stood there, nor how much of the filling will ever be seen. Patches are
matched at a small size, coarse to fine, and the finest match then lends its places to the full picture, so that grain
and texture are the picture's own. Source of the method: Barnes et al., PatchMatch (2009); Wexler et al., Space-Time
Completion of Video (2007); written here from the papers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.performer import Plate

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
_SEAM = 0.006  # over the longer side: how softly the filling meets the picture


def fill_behind(picture: Plate, hole: NDArray[np.bool_], rng: np.random.Generator) -> Plate:
    """The picture with its hole filled.

    Args:
        picture: (h, w, 3) uint8 RGB.
        hole: (h, w); true where the picture is to be made up. It should reach a little beyond the subject, or its
            edge colours are taken for the backdrop's.
        rng: settles the order in which far patches are tried.

    Returns:
        A new picture, the same outside the hole but for a thin seam. Where hardly anything is outside, smooth colours.
        About a second.
    """
    if not hole.any():
        return picture
    height, width = hole.shape
    scale = min(1.0, _SIDE / max(height, width))
    small_size = max(16, round(width * scale)), max(16, round(height * scale))
    small = cv2.resize(picture, small_size, interpolation=cv2.INTER_AREA).astype(np.float32)
    gap = cv2.resize(hole.astype(np.uint8) * 255, small_size, interpolation=cv2.INTER_AREA) > 20
    if gap.mean() > 0.97:
        return picture
    level_sizes = [
        (max(16, small_size[0] >> step), max(16, small_size[1] >> step)) for step in range(_LEVELS - 1, -1, -1)
    ]
    guess, place = diffused(small, gap), None
    for size, rounds in zip(level_sizes, _ROUNDS, strict=True):
        known = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
        here = cv2.resize(gap.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > 20
        drawn = cv2.resize(guess, size, interpolation=cv2.INTER_AREA if place is None else cv2.INTER_LINEAR)
        work = np.where(here[..., None], drawn, known).astype(np.float32)
        made = _complete(work, here, place, rounds, rng)
        if made is None:
            continue
        guess, place = made
    guess = np.where(gap[..., None], guess + _mismatch(small, guess, gap), guess).astype(np.float32)
    smooth = cv2.resize(guess, (width, height), interpolation=cv2.INTER_CUBIC)
    filled = smooth if place is None else _with_grain(picture, smooth, place)
    share = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), max(0.8, _SEAM * max(height, width)))
    share = np.maximum(share, hole)[..., None]
    return np.clip(picture * (1 - share) + filled * share + 0.5, 0, 255).astype(np.uint8)


def diffused(picture: Floats, hole: NDArray[np.bool_]) -> Floats:
    """Colours around the hole led smoothly into it: known ones averaged down a pyramid and drawn up again."""
    known = (~hole).astype(np.float32)
    return _pull(picture * known[..., None], known)


def _mismatch(picture: Floats, filled: Floats, hole: NDArray[np.bool_]) -> Floats:
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
    return _pull((apart * known[..., None]).astype(np.float32), known)


def _pull(colours: Floats, weight: Floats) -> Floats:
    height, width = weight.shape
    mean = colours / np.maximum(weight, 1e-4)[..., None]
    if min(height, width) <= 2 or float(weight.min()) > 0.99:
        return np.asarray(mean, np.float32)
    half = (max(1, width // 2), max(1, height // 2))
    below = _pull(
        cv2.resize(colours, half, interpolation=cv2.INTER_AREA).reshape(half[1], half[0], -1),
        cv2.resize(weight, half, interpolation=cv2.INTER_AREA),
    )
    lifted = cv2.resize(below, (width, height), interpolation=cv2.INTER_LINEAR)
    share = np.clip(weight, 0, 1)[..., None]
    return np.asarray(mean * share + lifted * (1 - share), np.float32)


def _complete(
    work: Floats, hole: NDArray[np.bool_], place: Ints | None, rounds: int, rng: np.random.Generator
) -> tuple[Floats, Ints] | None:
    """The picture with its hole made of patches, and the place (h, w, 2) each pixel is taken from."""
    height, width = hole.shape
    r = _REACH
    touched = cv2.dilate(hole.astype(np.uint8), np.ones((2 * r + 1, 2 * r + 1), np.uint8)) > 0
    inner = np.zeros_like(hole)
    inner[r : height - r, r : width - r] = True
    sources = np.argwhere(~touched & inner)
    rows, columns = np.nonzero(touched)
    if len(sources) < 40:
        return None
    sound = ~touched & inner
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


def _nearest(sound: NDArray[np.bool_], rows: Ints, columns: Ints) -> Ints:
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


def _inside(at: Ints, sound: NDArray[np.bool_]) -> NDArray[np.bool_]:
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
    sound: NDArray[np.bool_],
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
    sound: NDArray[np.bool_],
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


def _voted(work: Floats, hole: NDArray[np.bool_], targets: Ints, at: Ints, cost: Floats) -> Floats:
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


def _with_grain(picture: Plate, smooth: Floats, place: Ints) -> Floats:
    """The smooth filling with the fine structure of the places it was taken from."""
    height, width = picture.shape[:2]
    rows, columns = place.shape[:2]
    home = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), axis=2)
    shift = (place - home).astype(np.float32)
    far = cv2.resize(shift, (width, height), interpolation=cv2.INTER_NEAREST)
    grid_x, grid_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    map_x = grid_x + far[..., 1] * np.float32(width / columns)
    map_y = grid_y + far[..., 0] * np.float32(height / rows)
    sigma = 0.75 * width / columns
    fine = picture.astype(np.float32) - cv2.GaussianBlur(picture.astype(np.float32), (0, 0), max(0.5, sigma))
    lent = cv2.remap(fine, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(smooth + lent, np.float32)
