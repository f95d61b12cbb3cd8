"""Dissection: which pixels of a cut-out person belong to which limb, and what must stand behind a limb that moves away.

Knows where limbs begin, how thick they are, and that sleeves, coats and crossed arms are not as in a textbook. Must not
know how a person is cut out (figure) nor how a limb moves (puppet).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic import matte
from understudy.animatic._opencv import cv2
from understudy.animatic.bodies.capture import filled
from understudy.animatic.bodies.pose import Joint, Pose
from understudy.animatic.performer import Sprite

Line = NDArray[np.float64]
"""(n, 2) float64: joints of a chain from the body outward, in pixels of the figure."""

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
_CROSSING = 0.35  # of the rim of an arm that is body from which its outline is looked for in the colours
_GRABCUT_SIDE = 224
_GOOD_PART = 0.05  # of what is left: so much is a coat's skirt that an arm parts from the rest, not a scrap
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


def dissect(sprite: Sprite, pose: Pose, shown: tuple[str, ...]) -> tuple[Part, dict[str, tuple[Part, ...]]]:
    """The trunk and the limbs of a premultiplied sprite whose pose is known; only limbs that are `shown`."""
    height, width = sprite.shape[:2]
    unit = unit_of(pose)
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
    limbs = [_Limb(name, pose, unit, grid) for name in shown]
    trunk_depth = _trunk_outside(pose, unit, width, height)
    _share_out(limbs, trunk_depth, sprite)
    overlap = max(1.5, _OVERLAP * unit)
    pieces = {limb.name: limb.parts(sprite, overlap) for limb in limbs}
    trunk = _trunk(sprite, pose, limbs, trunk_depth, overlap, unit)
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
        self.embedded = False  # lies before the body
        self.cap = np.linalg.norm(grid - self.line[0].astype(np.float32), axis=-1) <= 1.1 * self.radii[0]
        first, second = self.line[1] - self.line[0], self.line[2] - self.line[1]
        turn = np.arctan2(first[0] * second[1] - first[1] * second[0], first @ second)
        self.folded = abs(float(turn)) > _FOLDED

    def claim(self, place: int) -> NDArray[np.float32]:
        """The depth by which segments compete: a hand or forearm that crosses something lies before it."""
        return self.depth[place] - np.float32(self.radii[1] if self.is_arm and place == 1 else 0)

    def outline(self, sprite: Sprite, trunk: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Pixels that may be an arm's: all that is nearer to it than to the trunk where it hangs free; where it lies
        before the body, what lies along its bones, out to where colours change.
        """
        depth = np.minimum(*self.depth)
        thin = self.radii[1]
        ring = (depth > 0.3 * thin) & (depth < 0.9 * thin) & ~self.cap
        if float((sprite[ring][:, 3] > 128).mean()) < _CROSSING if ring.any() else True:
            return np.asarray((depth < trunk) | (depth < 0))
        self.embedded = True
        box = matte.bounds((depth < 1.2 * thin).astype(np.float32), margin=4)
        if box is None:
            return np.asarray(depth < 0)
        window = (slice(box.top, box.bottom), slice(box.left, box.right))
        scale = min(1.0, _GRABCUT_SIDE / max(box.width, box.height))
        size = (max(8, round(box.width * scale)), max(8, round(box.height * scale)))
        small = cv2.resize(np.ascontiguousarray(sprite[window][..., :3]), size, interpolation=cv2.INTER_AREA)
        near = cv2.resize(depth[window], size, interpolation=cv2.INTER_AREA)
        solid = cv2.resize(sprite[window][..., 3], size, interpolation=cv2.INTER_AREA) > 128
        labels = np.full(near.shape, cv2.GC_BGD, np.uint8)
        labels[near < 0.9 * thin] = cv2.GC_PR_BGD
        labels[near < 0.1 * thin] = cv2.GC_PR_FGD
        labels[near < -0.55 * thin] = cv2.GC_FGD
        labels[~solid] = cv2.GC_BGD
        if not ((labels & 1).any() and (labels == cv2.GC_BGD).any()):
            return np.asarray(depth < 0)
        cv2.setRNGSeed(7)  # GrabCut draws its first colour clusters by lot
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(small, labels, (0, 0, *size), *models, 3, cv2.GC_INIT_WITH_MASK)
        found = cv2.resize((labels & 1).astype(np.float32), (box.width, box.height), interpolation=cv2.INTER_LINEAR)
        mine = np.zeros(depth.shape, bool)
        mine[window] = found > 0.5
        return mine

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
            whole = _masked(sprite, mine | cap, self.cap, overlap)
            return (Part(self.name, _completed(whole, hidden[0] | hidden[1]), self.line, self.radii),)
        elbow = np.minimum(*self.depth) < 0
        joint = np.hypot(*(self._grid() - self.line[1].reshape(2, 1, 1))) <= self.radii[1]
        upper = _masked(sprite, self.own[0] | cap | (joint & elbow & solid), self.cap, overlap)
        lower = _masked(sprite, self.own[1] | (joint & elbow & solid), joint, overlap)
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
    arms = [limb for limb in limbs if limb.is_arm]
    legs = [limb for limb in limbs if not limb.is_arm]
    taken = np.zeros(solid.shape, bool)
    for group in (arms, legs):
        for limb in group:
            mine = limb.outline(sprite, trunk) if limb.is_arm else np.minimum(*limb.depth) < trunk
            for place in (0, 1):
                rivals = [other.claim(at) for other in group for at in (0, 1) if (other, at) != (limb, place)]
                free = limb.depth[place] < _SLACK[limb.is_arm] * limb.radii[0]
                nearest = limb.claim(place) <= np.minimum.reduce(rivals)
                limb.own[place] = solid & free & nearest & ~taken & mine
        for limb in group:
            overlap = _OVERLAP * limb.radii[0] / (_ARM_RADII if limb.is_arm else _LEG_RADII)[0]
            mine = _without_rims(limb.own[0] | limb.own[1], np.minimum(*limb.depth) < 0, 0.4 * overlap)
            limb.own = [own & mine for own in limb.own]
            taken |= mine
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
        weight = cv2.blur(where.astype(np.float32), (size, size))
        near = cv2.blur(cloth, (size, size)) > _COAT * np.maximum(weight, 1e-3)
        _, labels = cv2.connectedComponents(((near & where) | (solid & (trunk < 0))).astype(np.uint8))
        joined = np.unique(labels[solid & (trunk < 0)])
        bare = (where & ~(near & np.isin(labels, joined[joined > 0]))).astype(np.uint8)
        leg.own[0] = (
            cv2.morphologyEx(bare, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))) > 0
        )


def _trunk(
    sprite: Sprite, pose: Pose, limbs: list[_Limb], body: NDArray[np.float32], overlap: float, unit: float
) -> Part:
    """What is no limb, with what limbs hid of it filled in."""
    away, roots, before = (np.zeros(body.shape, bool) for _ in range(3))
    for limb in limbs:
        away |= limb.own[1] | (limb.own[0] & ~limb.cap)
        roots |= limb.cap
        if limb.embedded:
            before |= limb.own[0] | limb.own[1]
    rest = _without_rims((sprite[..., 3] > 128) & ~away, body < 0, 1.5 * overlap)
    grown = _grown(rest, overlap / 2 + 1)  # a little of the limbs stays where they begin
    kept = cv2.dilate((rest | (grown & roots)).astype(np.uint8), np.ones((3, 3), np.uint8))
    pixels = np.asarray(sprite * cv2.GaussianBlur(kept.astype(np.float32), (0, 0), 0.8)[..., None] + 0.5, np.uint8)
    # under an arm that lies before the body there is body, also beside the polygon: a coat, a skirt
    spread = before & _closed(rest, 2.2 * _ARM_RADII[1] * unit) if before.any() else before
    missing = (sprite[..., 3] > 128) & ~rest
    pixels = _completed(pixels, (missing & (body < -overlap / 2)) | spread)
    hips = pose.between(Joint.LEFT_HIP, Joint.RIGHT_HIP)
    chest = pose.between(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)
    head = head_of(pose)
    neck = chest + 0.3 * (head - chest)
    line = np.stack([hips + 0.4 * (hips - neck), hips, neck, head + 0.6 * (head - neck)]).astype(np.float64)
    return Part("trunk", pixels, line, (0.6 * unit, 0.6 * unit, 0.3 * unit, 0.4 * unit))


def _without_rims(rest: NDArray[np.bool_], body: NDArray[np.bool_], thin: float) -> NDArray[np.bool_]:
    """What limbs leave behind, without the threads along their outlines and without what hung on them only."""
    thick = _grown(cv2.distanceTransform(rest.astype(np.uint8), cv2.DIST_L2, 5) > thin, thin).astype(np.uint8)
    _, labels = cv2.connectedComponents(thick)
    heart = np.bincount(labels[(thick > 0) & body])
    if not heart.sum():
        return rest
    area = np.bincount(labels.ravel(), minlength=len(heart))
    heart = np.pad(heart, (0, len(area) - len(heart)))
    joined = np.flatnonzero((heart > 0.02 * heart.sum()) | (area > _GOOD_PART * area[1:].sum()))
    kept = np.isin(labels, joined[joined > 0])
    return np.asarray(rest & _grown(kept, thin / 2))  # corners that were rounded come back, stubs of threads do not


def _grown(mask: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """The mask and all within `radius` of it; by distances, as round kernels take seconds where they are large."""
    if not mask.any():
        return mask
    return np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) <= radius)


def _closed(mask: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """The mask with clefts narrower than twice `radius` filled; outside the picture is no cleft."""
    room = round(radius) + 2
    wide = _grown(np.pad(mask, room), radius)
    full = cv2.distanceTransform(wide.astype(np.uint8), cv2.DIST_L2, 5) > radius
    return np.asarray(full[room:-room, room:-room])


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


def _masked(sprite: Sprite, mask: NDArray[np.bool_], shared: NDArray[np.bool_], overlap: float) -> Sprite:
    """Premultiplied pixels of a limb: its own, and a rim where it grows out of its neighbour (`shared`).

    Elsewhere a rim would carry the neighbour's colours away with it.
    """
    grown = _grown(mask, overlap / 2)
    soft = cv2.GaussianBlur((mask | (grown & shared)).astype(np.float32), (0, 0), 0.8)
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
