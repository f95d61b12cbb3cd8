"""Sightlines: the same people once the camera has chosen its view: what must stay out of sight, and what must be seen.

Knows stands and the views of a shot. Bodies that a reference cut off come nearer until the picture's edge hides where
they end; people are spread so that faces are free; things follow their holders. Must not know acts over time nor paint.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from understudy.animatic.blocking import Outline, Stand, in_order
from understudy.animatic.camera import Box, View, seen
from understudy.animatic.easing import clamp
from understudy.animatic.holding import Grip, hold, holder_of, is_loose, rest
from understudy.animatic.screenplay import Part, ShotSize, Side, Verb
from understudy.animatic.storyboard import Shot
from understudy.core.units import Size

_VISIBLE = {ShotSize.WIDE: 0.58, ShotSize.FULL: 0.70}
_FULL_BODIES = 1.16  # height of a full shot in body heights, as in camera
_GROW = {ShotSize.MEDIUM: 1.6}
_TALLER = 0.08  # of the picture's height, by which heads in one shot may differ in level
_CORE = 0.62  # part of a half body that others leave free. By eye: both shoulders are still read as shoulders
_ELBOW = 1.3  # middles of two bodies in a near shot, at most, in their mean width. By eye
_NEAR = (ShotSize.MEDIUM_CLOSE, ShotSize.CLOSE, ShotSize.EXTREME_CLOSE)


def look(
    stands: Sequence[Stand], views: Sequence[View], shot: Shot, size: Size, grips: Mapping[str, Grip] | None = None,
    tabled: Collection[str] = (),
) -> list[Stand]:  # fmt: skip
    """The same stands as the camera wants them, in the order of painting.

    No side that a source picture cut off is seen against the set, or it is marked to be tapered; people of one shot
    have heads of one size; nobody's face is behind somebody else where the picture has room; held things are given
    to their holders. `grips` says how things are held, `tabled` names those that stand on a table when put down.
    """
    grips = grips or {}
    placed = _hide_feet(stands, views, shot.size, size)
    placed = _spread(placed, views, shot, size)
    placed = [_to_edge(s, views, size) for s in placed]
    placed = [_behind_sitter(s, placed) for s in placed]
    return in_order(_give_things(placed, views, size, grips, tabled))


def width_of(outline: Outline, size: Size) -> float:
    """About which part of the picture's width, 0..1, somebody fills in a full shot once `look` has placed him."""
    heights = 1 / _FULL_BODIES * outline.height / outline.body_height
    if Side.DOWN in outline.cut:
        heights = max(heights, _VISIBLE[ShotSize.FULL])
    return min(1.0, heights * outline.width / outline.height * size.height / size.width)


def rise_of(stand: Stand) -> float:
    """How far acts lift a performer at most, in set pixels."""
    if stand.hides_its_feet:
        return 0.05 * stand.height
    return 0.0


# Out of sight ---------------------------------------------------------------------------------------------------------


def _hide_feet(stands: Sequence[Stand], views: Sequence[View], shot_size: ShotSize, size: Size) -> list[Stand]:
    """A body that ends at the waist comes nearer until the lower edge of the picture hides where it ends.

    Everybody comes nearer alike, so that heads keep one size; then the taller are lowered, so that eyes meet.
    """
    people = [s for s in stands if _is_person(s)]
    cut = [s for s in people if s.hides_its_feet]
    if not cut:
        return list(stands)
    crowd = [s for s in cut if _in_sight(s, views, size)] or cut
    beside = [s for s in people if s not in cut and _in_sight(s, views, size)]
    growth = max((_growth(s, views, shot_size, size, len(crowd) + len(beside)) for s in crowd), default=1.0)
    top, bottom = seen(views, 1.0, size)[1::2]
    highest: dict[str, float] = {}
    for stand in [*cut, *beside]:
        # nobody's head rises above where the framing put it
        need = _lowest(stand, views, size) if stand.hides_its_feet else stand.y
        highest[stand.name] = max(stand.top, need - stand.height * growth)
    level = max((highest[s.name] for s in [*crowd, *beside]), default=top) - _TALLER * (bottom - top)
    result = []
    for stand in stands:
        if stand in cut or (stand in people and growth > 1.02):
            grown = replace(stand, scale=stand.scale * growth)
            meets = stand in crowd or stand in beside
            upper = max(highest.get(stand.name, stand.top), level if meets else stand.top)
            y = upper + grown.height
            result.append(replace(grown, y=max(y, _lowest(grown, views, size)) if stand.hides_its_feet else y))
        else:
            result.append(stand)
    return result


def _is_person(stand: Stand) -> bool:
    return stand.outline.head is not None and stand.placement.part is Part.ACTOR and not stand.held


def _in_sight(stand: Stand, views: Sequence[View], size: Size) -> bool:
    """Whether at least his middle is in some view: who stands beside the picture does not set its measure."""
    left, _, right, _ = seen(views, stand.near, size)
    return left < stand.x + stand.goal < right or left < stand.x < right


def _lowest(stand: Stand, views: Sequence[View], size: Size) -> float:
    """Y that the lower edge of a cut body must reach to stay hidden whatever it does."""
    _, top, _, bottom = seen(views, stand.near, size)
    return bottom + 0.02 * (bottom - top) + rise_of(stand)


def _growth(stand: Stand, views: Sequence[View], shot_size: ShotSize, size: Size, crowd: int) -> float:
    need = _lowest(stand, views, size)
    if stand.y >= need:
        return 1.0
    left, top, right, bottom = seen(views, stand.near, size)
    # an upright picture, and a square one half so, is filled by bodies that overlap, not by the air above them
    close = 1.0 if crowd == 1 else 1.0 + 0.5 * clamp(4 * (size.height / size.width - 0.875))
    abreast = (right - left) / (crowd * 0.95 * stand.head_height)  # so many heads must fit side by side
    if shot_size in _VISIBLE:
        visible = _VISIBLE[shot_size] * (bottom - top)
        room = (right - left) * (0.9 if crowd == 1 else 1.35 / crowd) * close
        fits = min(visible, room * stand.outline.height / stand.outline.width) / stand.height
        return max(1.0, min(fits, abreast))
    room = (right - left) * (4.0 if crowd == 1 else 1.6 / crowd) * close / stand.width
    return max(1.0, min(_GROW.get(shot_size, 1.4) * close, (need - stand.top) / stand.height, room, abreast))


def _to_edge(stand: Stand, views: Sequence[View], size: Size) -> Stand:
    """A body cut at one side stands at that edge of the picture where it is near; else the cut is tapered."""
    sides = stand.outline.cut & {Side.LEFT, Side.RIGHT, Side.UP}
    if not sides or stand.held:
        return stand
    left, top, right, _ = seen(views, stand.near, size)
    wide, head = right - left, stand.head
    if len(sides & {Side.LEFT, Side.RIGHT}) == 1 and not stand.moves and head is not None:
        shift = left - (stand.x - stand.width / 2) if Side.LEFT in sides else right - (stand.x + stand.width / 2)
        shift = min(0.0, shift) if Side.LEFT in sides else max(0.0, shift)
        inside = left + 0.04 * wide < head[0] + shift and head[2] + shift < right - 0.04 * wide
        if abs(shift) <= 0.12 * wide and inside:
            stand = replace(stand, x=stand.x + shift)
            sides = sides - {Side.LEFT, Side.RIGHT}
    hidden = {
        side
        for side in sides
        if (side is Side.LEFT and stand.x - stand.width / 2 <= left)
        or (side is Side.RIGHT and stand.x + stand.width / 2 >= right)
        or (side is Side.UP and stand.top <= top)
    }
    return replace(stand, tapered=frozenset(sides - hidden))


def _behind_sitter(stand: Stand, placed: Sequence[Stand]) -> Stand:
    """A seat whose sitter came nearer grows with him: wider than he is, its back up to his shoulders."""
    if stand.placement.part is not Part.SEAT:
        return stand
    over = [s for s in placed if s.hides_its_feet and abs(s.x - stand.x) < 0.5 * s.width and s.head is not None]
    if not over:
        return stand
    sitter = max(over, key=lambda s: s.width)
    assert sitter.head is not None
    wide, tall = 1.12 * sitter.width / stand.outline.width, (sitter.y - sitter.head[3]) / stand.outline.height
    return replace(stand, scale=max(stand.scale, wide, tall), y=max(stand.y, sitter.y), near=sitter.near)


# In sight -------------------------------------------------------------------------------------------------------------


def _spread(stands: Sequence[Stand], views: Sequence[View], shot: Shot, size: Size) -> list[Stand]:
    """People moved apart sideways where they stand before each other, as little as will do, inside the picture.

    What counts is where they arrive. In an embrace people overlap on purpose.
    """
    framed = [s for s in stands if _is_person(s) and s.placement.leaves_to is None]
    if shot.size in _NEAR and shot.focus:
        framed = [s for s in framed if s.name in shot.focus]
    framed = [s for s in framed if _in_sight(s, views, size) or s.name in shot.focus]
    if len(framed) < 2:
        return list(stands)
    framed.sort(key=lambda s: s.x + s.goal)
    left, right = _steady_sides(views, framed[0].near, size)
    cores = [_core(s, stands) for s in framed]
    least = [_face(s) for s in framed]
    spots = np.array([s.x + s.goal for s in framed])
    for share in (1.5, 1.25, 1.0, 0.85, 0.7, 0.5, 0.3, 0.0):
        sides = [_mixed(narrow, core, share) for narrow, core in zip(least, cores, strict=True)]
        room = (right - left) * (1.0 if share <= 1 else 0.8)  # whole bodies apart only where that is no stretch
        if sum(a + b for a, b in sides) <= room or share == 0.0:
            break
    steps = np.cumsum([0.0, *(sides[n][1] + sides[n + 1][0] for n in range(len(sides) - 1))])
    # whole bodies inside the picture, as far as there is room; the faces for certain
    spare = max(0.0, (right - left) - (steps[-1] + sides[0][0] + sides[-1][1]))
    ends = (max(framed[0].width / 2, sides[0][0]), max(framed[-1].width / 2, sides[-1][1]))
    low = left + min(ends[0], sides[0][0] + 0.5 * spare)
    high = right - min(ends[1], sides[-1][1] + 0.5 * spare) - steps[-1]
    even = _rising(spots - steps)
    even = np.clip(even, low, high) if low <= high else np.full(len(even), (low + high) / 2)
    moved = {s.name: float(even[n] + steps[n] - spots[n]) for n, s in enumerate(framed)}
    return [replace(s, x=s.x + moved[s.name]) if s.name in moved else s for s in stands]


def gather(stands: Sequence[Stand], focus: Collection[str], shot_size: ShotSize) -> list[Stand]:
    """Those whom the camera is to frame, with their faces side by side, before it chooses its view.

    In a near shot they also come together, shoulder to shoulder, for the camera would look between them otherwise.
    """
    framed = sorted((s for s in stands if _is_person(s) and s.name in focus), key=lambda s: s.x + s.goal)
    if len(framed) < 2:
        return list(stands)
    sides = [_mixed(_face(s), _core(s, stands), 0.5) for s in framed]
    spots = np.array([s.x + s.goal for s in framed])
    steps = np.cumsum([0.0, *(sides[n][1] + sides[n + 1][0] for n in range(len(sides) - 1))])
    placed = _rising(spots - steps) + steps
    if shot_size not in (ShotSize.WIDE, ShotSize.FULL) and not any(s.moves for s in framed):
        most = np.array([_ELBOW * (one.width + two.width) / 2 for one, two in itertools.pairwise(framed)])
        gaps = np.minimum(np.diff(placed), np.maximum(most, np.diff(steps)))
        near = np.cumsum([0.0, *gaps])
        placed = near + (placed.mean() - near.mean())
    moved = dict(zip((s.name for s in framed), placed - spots, strict=True))
    return [replace(s, x=s.x + float(moved.get(s.name, 0.0))) for s in stands]


def _steady_sides(views: Sequence[View], near: float, size: Size) -> tuple[float, float]:
    """Left and right of what all views of the shot show, as far as they agree at all."""
    boxes = [view.rectangle(near, size) for view in (views[0], views[len(views) // 2], views[-1])]
    left, right = max(b[0] for b in boxes), min(b[2] for b in boxes)
    if right - left < 0.6 * (boxes[1][2] - boxes[1][0]):
        left, right = boxes[1][0], boxes[1][2]
    return left, right


def _core(stand: Stand, stands: Sequence[Stand]) -> tuple[float, float]:
    """How far left and right of a stand others should keep: the face and the better half of the shoulders."""
    close = stand.does(Verb.HUG) or any(
        act.verb is Verb.HUG and act.target == stand.name for s in stands for act in s.placement.acts
    )
    face = _face(stand)
    if close:
        return face
    half = _CORE * stand.width / 2
    return max(face[0], half), max(face[1], half)


def _face(stand: Stand) -> tuple[float, float]:
    head = stand.head
    assert head is not None
    return stand.x - head[0] + 0.06 * stand.head_height, head[2] - stand.x + 0.06 * stand.head_height


def _mixed(narrow: tuple[float, float], wide: tuple[float, float], share: float) -> tuple[float, float]:
    return narrow[0] + (wide[0] - narrow[0]) * share, narrow[1] + (wide[1] - narrow[1]) * share


def _rising(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The nearest sequence that never falls (pool adjacent violators): nobody moves more than he must."""
    pools: list[list[float]] = []
    for value in values:
        pools.append([float(value)])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    return np.array([np.mean(pool) for pool in pools for _ in pool], dtype=np.float64)


def without_scraps(stands: Sequence[Stand], focus: set[str], views: Sequence[View], size: Size) -> list[Stand]:
    """Without people beside the framed ones of whom no face is ever seen: a strip of sleeve at the edge is a fault."""
    kept = []
    for stand in stands:
        head = stand.outline.head
        if stand.name in focus or head is None or stand.moves or stand.held:
            kept.append(stand)
            continue
        left, top, right, bottom = seen(views, stand.near, size)
        box = stand.set_box(head)
        inside = min(box[2], right) - max(box[0], left)
        if inside > 0.6 * (box[2] - box[0]) and box[3] > top and box[1] < bottom:
            kept.append(stand)
    names = {s.name for s in kept}
    return [s for s in kept if s.placement.held_by is None or s.placement.held_by in names]


# Things ---------------------------------------------------------------------------------------------------------------


def _give_things(
    stands: Sequence[Stand], views: Sequence[View], size: Size, grips: Mapping[str, Grip], tabled: Collection[str]
) -> list[Stand]:
    found = {s.name: s for s in stands}
    people = [s for s in stands if _is_person(s)]
    result = []
    for stand in stands:
        holder = holder_of(stand, found)
        if holder is not None:
            picture = picture_at(views, holder.near, size)
            result.append(hold(stand, holder, grips.get(stand.name, Grip.HAND), people, picture))
        elif is_loose(stand, found) and people:
            picture = picture_at(views, stand.near, size)
            seen_here = [s for s in people if _in_sight(s, views, size)] or people
            grip, on_table = grips.get(stand.name), stand.name in tabled
            result.append(rest(stand, grip, seen_here, picture, on_table=on_table))
        else:
            result.append(stand)
    return result


def picture_at(views: Sequence[View], near: float, size: Size) -> Box:
    """What the middle view and both ends have in common, at a depth, in set pixels."""
    boxes = np.array([views[n].rectangle(near, size) for n in (0, len(views) // 2, -1)])
    low, high = boxes[:, :2].max(axis=0), boxes[:, 2:].min(axis=0)
    middle = boxes[1]
    if (high - low < 0.5 * (middle[2:] - middle[:2])).any():
        low, high = middle[:2], middle[2:]
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
