"""Figure: a person of a picture cut out and taken apart at the joints, ready to be a puppet.

Knows which pixels belong to which limb, what must stand behind a limb once it moves away, and which limbs the picture
shows at all. Must not know how a limb moves (puppet) nor where to (retarget).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic import matte
from understudy.animatic._opencv import cv2
from understudy.animatic.capture import filled
from understudy.animatic.cutout import edge_radius, person_likelihood
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate, Sprite
from understudy.animatic.pose import BodyEyes, Joint, Pose
from understudy.media.image import fit

Line = NDArray[np.float64]
"""(n, 2) float64: joints of a chain from the body outward, in pixels of the figure."""

_LOOK_SIDE = 1280
_SEEN = 0.5  # visibility of a joint from which its limb is taken apart
_EDGE = 0.012  # of the picture: a joint nearer to its edge counts as cut off
_SHOULDERS_OF_TRUNK = 0.62  # least width of shoulders over the trunk's length, however the body is turned. GUESS
# radii of limbs in shoulder widths, at each joint from the body outward: flesh and ordinary clothes. GUESS
_ARM_RADII = (0.19, 0.15, 0.12, 0.10)
_LEG_RADII = (0.30, 0.22, 0.16, 0.15)
_HAND = 1.9  # a hand ends so many times the way from the wrist to the knuckle
_TOE = 1.15
_SLACK = {True: 0.7, False: 1.2}  # radii beyond its tube that an arm, or a leg, claims: wide sleeves and trousers
_FOLDED = 1.1  # radians at elbow or knee from which a limb is taken apart there
_COAT = 0.25  # leaning of colours from which cloth over a thigh belongs to the trunk
_OVERLAP = 0.07  # shoulder widths that neighbouring parts share, so that no seam shows at rest


@dataclass(frozen=True, slots=True)
class Part:
    """Pixels of one part and the chain of joints they hang on. `sprite` is premultiplied RGBA of the figure's size.

    `radii` are half widths of the part at each joint, in figure pixels. `first` is the bone of the limb it begins with.
    """

    name: str
    sprite: Sprite
    line: Line
    radii: tuple[float, ...]
    first: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A person taken apart.

    `pose` is in figure pixels; `left`, `top` and `scale` lead from there to the picture: x / scale + left. `trunk`
    carries whatever is no limb. `limbs` go by `left_arm`, `right_arm`, `left_leg`, `right_leg`; only those that can
    be seen to their ends are there. `mask` is of the picture's size, 1 where the person is.
    """

    pose: Pose
    trunk: Part
    limbs: dict[str, tuple[Part, ...]]
    size: tuple[int, int]
    left: float
    top: float
    scale: float
    mask: Mask
    cut_below: bool

    @property
    def unit(self) -> float:
        """Width of the shoulders as seen from the front, in figure pixels."""
        return unit_of(self.pose)

    def line_of(self, name: str) -> Line:
        """The four joints of a limb, from the body outward."""
        parts = self.limbs[name]
        return parts[0].line if len(parts) == 1 else np.concatenate([parts[0].line, parts[1].line[1:]])

    @property
    def stands(self) -> bool:
        """Whether the picture shows the body down to both feet."""
        return "left_leg" in self.limbs and "right_leg" in self.limbs


LIMBS: dict[str, tuple[Joint, Joint, Joint, Joint]] = {
    "left_arm": (Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW, Joint.LEFT_WRIST, Joint.LEFT_INDEX),
    "right_arm": (Joint.RIGHT_SHOULDER, Joint.RIGHT_ELBOW, Joint.RIGHT_WRIST, Joint.RIGHT_INDEX),
    "left_leg": (Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE, Joint.LEFT_FOOT),
    "right_leg": (Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE, Joint.RIGHT_FOOT),
}
"""Joints of each limb from the body outward."""


def unit_of(pose: Pose) -> float:
    """Width of the shoulders in pixels as it would be from the front."""
    flat = pose.points[Joint.LEFT_SHOULDER, :2] - pose.points[Joint.RIGHT_SHOULDER, :2]
    return max(float(np.hypot(flat[0], flat[1])), _SHOULDERS_OF_TRUNK * pose.trunk, 4.0)


def limbs_shown(pose: Pose, width: int, height: int) -> tuple[str, ...]:
    """Which limbs a picture of that size shows from end to end (fingers and toes do not count)."""
    room = _EDGE * max(width, height)
    shown = []
    for name, joints in LIMBS.items():
        places = pose.points[list(joints[:3]), :2]
        inside = (places >= room).all() and (places <= np.array([width, height]) - room).all()
        if inside and float(pose.seen[list(joints[:3])].min()) >= _SEEN:
            shown.append(name)
    return tuple(shown)


def cut_figure(picture: Plate, pose: Pose, eyes: BodyEyes, others: int, scale: float) -> Figure | None:
    """The person of a pose, at `scale` times the picture's size; None if no clear outline is found.

    `others` tells how many more bodies the picture shows: then only what belongs to this one is kept.
    """
    mask = _mask(picture, pose, eyes, others)
    box = matte.bounds(mask, margin=2)
    if box is None or float((mask > 0.5).sum()) < (0.5 * unit_of(pose)) ** 2:
        return None
    sprite = matte.sprite_of(picture, mask)[box.top : box.bottom, box.left : box.right]
    width, height = max(4, round(box.width * scale)), max(4, round(box.height * scale))
    shrinks = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    premultiplied = sprite.astype(np.float32)
    premultiplied[..., :3] *= premultiplied[..., 3:] / 255
    resized = np.clip(cv2.resize(premultiplied, (width, height), interpolation=shrinks), 0, 255)
    resized[..., :3] = np.minimum(resized[..., :3], resized[..., 3:])
    moved = pose.moved(box.left, box.top, scale)
    shown = limbs_shown(pose, picture.shape[1], picture.shape[0])
    trunk, limbs = _parts(np.asarray(resized + 0.5, np.uint8), moved, shown)
    below = float((mask[-2:] > 0.5).mean()) > 0.02
    return Figure(moved, trunk, limbs, (width, height), box.left, box.top, scale, mask, below)


def _mask(picture: Plate, pose: Pose, eyes: BodyEyes, others: int) -> Mask:
    """The outline of one body, on the picture's own edges."""
    small = fit(picture, _LOOK_SIDE, _LOOK_SIDE)
    scale = small.shape[1] / picture.shape[1]
    seen = pose.moved(0, 0, scale)
    faces = [face for face in eyes.faces(small) if _near_head(face.box, seen)]
    rough = person_likelihood(small, eyes, faces[0].box if faces else None)
    own = eyes.outline(small, seen)
    if others:
        reach = 2 * max(1, round(0.12 * seen.reach)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        rough = rough * cv2.GaussianBlur(cv2.dilate((own > 0.4).astype(np.float32), kernel), (0, 0), reach / 4)
    # each model misses what the other sees: thin legs far from the face, or hair and wide clothes
    rough = np.asarray(np.maximum(rough, 0.95 * own), np.float32)
    middle = seen.between(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)
    near = matte.bounds(matte.whole(rough, (float(middle[0]), float(middle[1]))), margin=round(0.1 * seen.reach))
    if near is None:
        return np.zeros(picture.shape[:2], np.float32)
    view = np.ascontiguousarray(small[near.top : near.bottom, near.left : near.right])
    clear = matte.settle(view, np.ascontiguousarray(rough[near.top : near.bottom, near.left : near.right]))
    part = matte.firm(matte.snap(view, clear, edge_radius(*view.shape[:2])))
    inner = (float(middle[0]) - near.left, float(middle[1]) - near.top)
    mask = np.zeros(small.shape[:2], np.float32)
    mask[near.top : near.bottom, near.left : near.right] = matte.whole(part, inner)
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(np.clip(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), 0, 1), np.float32)


def _near_head(box: tuple[float, float, float, float], pose: Pose) -> bool:
    x, y = pose.at(Joint.NOSE)
    room = 0.3 * (box[2] - box[0])
    return box[0] - room <= x <= box[2] + room and box[1] - room <= y <= box[3] + room


def _parts(sprite: Sprite, pose: Pose, shown: tuple[str, ...]) -> tuple[Part, dict[str, tuple[Part, ...]]]:
    height, width = sprite.shape[:2]
    unit = unit_of(pose)
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
    limbs = [_Limb(name, pose, unit, grid) for name in shown]
    trunk_depth = _trunk_outside(pose, unit, width, height)
    _share_out(limbs, trunk_depth, sprite)
    overlap = max(1.5, _OVERLAP * unit)
    away = np.zeros((height, width), bool)  # pixels that leave the trunk
    for limb in limbs:
        away |= limb.own[1] | (limb.own[0] & ~limb.cap)
    pieces = {limb.name: limb.parts(sprite, overlap) for limb in limbs}
    trunk = _trunk(sprite, pose, away, trunk_depth, overlap, unit)
    return trunk, {name: parts for name, parts in pieces.items() if parts}


class _Limb:
    """A limb while pixels are shared out: two segments, upper and lower, each with a depth and pixels of its own."""

    def __init__(self, name: str, pose: Pose, unit: float, grid: NDArray[np.float32]) -> None:
        self.name = name
        self.is_arm = name.endswith("arm")
        self.line = _limb_line(pose, name)
        self.radii = tuple(unit * radius for radius in (_ARM_RADII if self.is_arm else _LEG_RADII))
        # pixels to the tube around each segment; below 0 inside
        self.depth = [
            _outside(grid, self.line[:2], self.radii[:2]),
            _outside(grid, self.line[1:], self.radii[1:]),
        ]
        self.own = [np.zeros(grid.shape[:2], bool), np.zeros(grid.shape[:2], bool)]
        self.cap = np.linalg.norm(grid - self.line[0].astype(np.float32), axis=-1) <= 1.1 * self.radii[0]
        first, second = self.line[1] - self.line[0], self.line[2] - self.line[1]
        turn = np.arctan2(first[0] * second[1] - first[1] * second[0], first @ second)
        self.folded = abs(float(turn)) > _FOLDED

    def claim(self, place: int) -> NDArray[np.float32]:
        """The depth by which segments compete: a hand or forearm that crosses something lies before it."""
        return self.depth[place] - np.float32(self.radii[1] if self.is_arm and place == 1 else 0)

    def parts(self, sprite: Sprite, overlap: float) -> tuple[Part, ...]:
        """The limb as one piece that bends, or as two where the picture shows it folded over itself."""
        mine = self.own[0] | self.own[1]
        if not mine.any():
            return ()
        solid = sprite[..., 3] > 128
        hidden = [solid & ~mine & (depth < -0.1 * self.radii[0]) & ~self.cap for depth in self.depth]
        if self.folded:  # what of the upper half lies under the lower one, too
            hidden[0] |= solid & self.own[1] & ~self.own[0] & (self.depth[0] < -0.1 * self.radii[0])
        cap = self.cap & (self.depth[0] < 0) & ~(self.own[1] & ~self.own[0] if self.folded else np.zeros_like(mine))
        if not self.folded:
            whole = _masked(sprite, mine | cap, overlap)
            return (Part(self.name, _completed(whole, hidden[0] | hidden[1]), self.line, self.radii),)
        elbow = np.minimum(*self.depth) < 0
        joint = np.hypot(*(self._grid() - self.line[1].reshape(2, 1, 1))) <= self.radii[1]
        upper = _masked(sprite, self.own[0] | cap | (joint & elbow & solid), overlap)
        lower = _masked(sprite, self.own[1] | (joint & elbow & solid), overlap)
        return (
            Part(self.name, _completed(upper, hidden[0]), self.line[:2], self.radii[:2], 0),
            Part(self.name, _completed(lower, hidden[1]), self.line[1:], self.radii[1:], 1),
        )

    def _grid(self) -> NDArray[np.float64]:
        height, width = self.cap.shape
        return np.stack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float64)


def _share_out(limbs: list[_Limb], trunk: NDArray[np.float32], sprite: Sprite) -> None:
    """Settle which pixels belong to which segment; what belongs to none is the trunk's."""
    solid = sprite[..., 3] > 2
    every = [(limb, place) for limb in limbs for place in (0, 1)]
    for limb, place in every:
        depth = limb.depth[place]
        others = [other.claim(at) for other, at in every if (other, at) != (limb, place)]
        nearest = np.minimum.reduce(others)
        free = depth < _SLACK[limb.is_arm] * limb.radii[0]
        if limb.is_arm:  # an arm before the trunk hides it
            limb.own[place] = solid & free & (limb.claim(place) <= nearest) & ((depth < trunk) | (depth < 0))
        else:
            arms = [other.depth[at] for other, at in every if other.is_arm]
            bare = np.minimum.reduce(arms) >= 0 if arms else np.ones_like(solid)
            legs = [other.depth[at] for other, at in every if not other.is_arm and (other, at) != (limb, place)]
            limb.own[place] = solid & free & bare & (depth <= np.minimum.reduce(legs)) & (depth < trunk)
    _leave_coat(limbs, trunk, sprite)


def _leave_coat(limbs: list[_Limb], trunk: NDArray[np.float32], sprite: Sprite) -> None:
    """Give thighs back to the trunk where they have its colours and not those of the lower legs: a coat, a skirt."""
    legs = [limb for limb in limbs if not limb.is_arm]
    solid = sprite[..., 3] > 250
    arms = np.zeros(solid.shape, bool)
    for limb in limbs:
        if limb.is_arm:
            arms |= limb.own[0] | limb.own[1]
    shins = np.zeros(solid.shape, bool)
    for leg in legs:
        shins |= leg.own[1]
    hips = min((leg.line[0][1] for leg in legs), default=0.0)
    chest = solid & (trunk < 0) & ~arms & (np.arange(solid.shape[0])[:, None] > hips - 0.8 * abs(float(trunk.min())))
    if not legs or min(int((chest & solid).sum()), int((shins & solid).sum())) < 60:
        return
    lab = matte.lab_of(np.ascontiguousarray(sprite[..., :3]))
    inside, outside = (matte.main_colours(lab[where & solid].reshape(-1, 3)[::7]) for where in (chest, shins))
    for leg in legs:
        where = leg.own[0]
        if not where.any():
            continue
        cloth = np.zeros(solid.shape, np.float32)
        cloth[where] = matte.leaning(lab[where].reshape(-1, 3), inside, outside)
        size = 2 * max(1, round(0.12 * leg.radii[0])) + 1
        near = cv2.blur(cloth, (size, size)) > _COAT
        _, labels = cv2.connectedComponents(((near & where) | (solid & (trunk < 0))).astype(np.uint8))
        joined = np.unique(labels[solid & (trunk < 0)])
        leg.own[0] = where & ~(near & np.isin(labels, joined[joined > 0]))


def _trunk(
    sprite: Sprite, pose: Pose, away: NDArray[np.bool_], body: NDArray[np.float32], overlap: float, unit: float
) -> Part:
    kept = _without_rims((sprite[..., 3] > 8) & ~away, body < 0, overlap)
    size = 2 * round(overlap / 2) + 1  # a little of the limbs stays, where they begin
    kept = cv2.dilate(kept.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    soft = cv2.GaussianBlur(kept.astype(np.float32), (0, 0), max(0.6, overlap / 4))
    pixels = (sprite * soft[..., None]).astype(np.uint8)
    pixels = _completed(pixels, away & (body < -overlap / 2))
    hips = pose.between(Joint.LEFT_HIP, Joint.RIGHT_HIP)
    chest = pose.between(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)
    head = head_of(pose)
    neck = chest + 0.3 * (head - chest)
    line = np.stack([hips, neck, head + 0.6 * (head - neck)]).astype(np.float64)
    return Part("trunk", pixels, line, (0.6 * unit, 0.3 * unit, 0.4 * unit))


def _without_rims(rest: NDArray[np.bool_], body: NDArray[np.bool_], overlap: float) -> NDArray[np.bool_]:
    """What limbs leave behind, without the threads along their outlines and without what hung on them only."""
    size = 2 * round(1.5 * overlap) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    thick = cv2.morphologyEx(rest.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    _, labels = cv2.connectedComponents(thick | (rest & body).astype(np.uint8))
    heart = np.bincount(labels[rest & body])
    if not len(heart):
        return rest
    joined = np.flatnonzero(heart > 0.02 * heart.sum())
    return np.asarray(np.isin(labels, joined[joined > 0]))


def head_of(pose: Pose) -> NDArray[np.float32]:
    """The middle of the head: half way between the ears."""
    return pose.between(Joint.LEFT_EAR, Joint.RIGHT_EAR)


def _limb_line(pose: Pose, name: str) -> Line:
    line = pose.points[list(LIMBS[name]), :2].astype(np.float64)
    line[3] = line[2] + (_HAND if name.endswith("arm") else _TOE) * (line[3] - line[2])
    if np.hypot(*(line[3] - line[2])) < 2:
        line[3] = line[2] + 0.3 * (line[2] - line[1])
    return line


def _outside(grid: NDArray[np.float32], line: Line, radii: tuple[float, ...]) -> NDArray[np.float32]:
    """Pixels from each grid point to the tube around a chain; negative inside."""
    best = np.full(grid.shape[:2], np.inf, np.float32)
    for start, end, thick, thin in zip(line[:-1], line[1:], radii[:-1], radii[1:], strict=True):
        along = (end - start).astype(np.float32)
        share = ((grid - start.astype(np.float32)) @ along) / max(1e-3, float(along @ along))
        share = np.clip(share, 0, 1)
        away = np.linalg.norm(grid - start.astype(np.float32) - share[..., None] * along, axis=-1)
        best = np.minimum(best, away - (thick + (thin - thick) * share))
    return best


def _trunk_outside(pose: Pose, unit: float, width: int, height: int) -> NDArray[np.float32]:
    """Pixels from each point to trunk and head as a rough polygon; negative inside."""
    left, right = (pose.points[j, :2] for j in (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER))
    hip_left, hip_right = (pose.points[j, :2] for j in (Joint.LEFT_HIP, Joint.RIGHT_HIP))
    across, below = left - right, hip_left - hip_right
    down = (hip_left + hip_right - left - right) / 2
    head = head_of(pose)
    corners = [
        right - 0.02 * across - 0.08 * down,
        left + 0.02 * across - 0.08 * down,
        hip_left + 0.28 * below + 0.12 * down,
        hip_right - 0.28 * below + 0.12 * down,
    ]
    shape = np.zeros((height, width), np.uint8)
    cv2.fillPoly(shape, [np.round(np.array(corners)).astype(np.int32)], 1)
    chest = (left + right) / 2
    cv2.line(shape, *(tuple(round(float(v)) for v in p) for p in (chest, head)), 1, max(1, round(0.3 * unit)))
    cv2.circle(shape, tuple(round(float(v)) for v in head), max(1, round(0.45 * unit)), 1, -1)
    out = cv2.distanceTransform(1 - shape, cv2.DIST_L2, 3)
    return np.asarray(out - cv2.distanceTransform(shape, cv2.DIST_L2, 3), np.float32)


def _masked(sprite: Sprite, mask: NDArray[np.bool_], overlap: float) -> Sprite:
    """Premultiplied pixels of a part: its own and a soft rim shared with its neighbours."""
    size = 2 * round(overlap / 2) + 1
    grown = cv2.dilate(mask.astype(np.float32), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    soft = cv2.GaussianBlur(grown, (0, 0), max(0.6, overlap / 4))
    return np.asarray(sprite * soft[..., None] + 0.5, np.uint8)


def _completed(pixels: Sprite, hole: NDArray[np.bool_]) -> Sprite:
    """Premultiplied pixels made solid inside `hole` with the colours of the solid rest around it."""
    if not hole.any():
        return pixels
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    room = round(0.5 * max(np.ptp(rows), np.ptp(columns))) + 4
    window = (
        slice(max(0, rows[0] - room), rows[-1] + room),
        slice(max(0, columns[0] - room), columns[-1] + room),
    )
    part, gap = pixels[window], hole[window]
    unknown = gap | (part[..., 3] < 250)
    if unknown.all():
        return pixels
    colours = filled(np.ascontiguousarray(part[..., :3]), unknown.astype(np.float32))
    share = cv2.GaussianBlur(gap.astype(np.float32), (0, 0), 1.2)[..., None]
    solid = np.dstack([colours, np.full(gap.shape, 255, np.uint8)]).astype(np.float32)
    result = pixels.copy()
    result[window] = np.asarray(part + share * (solid - part) + 0.5, np.uint8)
    return result
