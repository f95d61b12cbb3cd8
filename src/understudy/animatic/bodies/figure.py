"""Figure: a person of a picture cut out, and taken apart at the joints, ready to be a puppet.

Knows how one body is told from its picture and from other bodies. Must not know which pixels are which limb
(dissection), how a limb moves (puppet) nor where to (retarget).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from understudy.animatic import matte
from understudy.animatic._opencv import cv2
from understudy.animatic.bodies.dissection import Line, Part, dissect, limbs_shown, unit_of
from understudy.animatic.bodies.pose import BodyEyes, Joint, Pose
from understudy.animatic.cutout import person_likelihood
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate
from understudy.media.image import fit

_LOOK_SIDE = 1280


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


def cut_figure(picture: Plate, pose: Pose, mask: Mask, scale: float) -> Figure | None:
    """The person of a pose, at `scale` times the picture's size; None if there is no clear outline.

    `mask` is what `outline` says of that pose.
    """
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
    trunk, limbs = dissect(np.asarray(resized + 0.5, np.uint8), moved, shown)
    below = float((mask[-2:] > 0.5).mean()) > 0.02
    return Figure(moved, trunk, limbs, (width, height), box.left, box.top, scale, mask, below)


def outline(picture: Plate, pose: Pose, eyes: BodyEyes, others: int) -> Mask:
    """Where one body is in a picture, (h, w) 0..1, on the picture's own edges; all 0 where none is found.

    `others` tells how many more bodies the picture shows: then only what belongs to this one is kept. 0.3 s.
    """
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
    part = matte.edged(view, np.ascontiguousarray(rough[near.top : near.bottom, near.left : near.right]))
    inner = (float(middle[0]) - near.left, float(middle[1]) - near.top)
    mask = np.zeros(small.shape[:2], np.float32)
    mask[near.top : near.bottom, near.left : near.right] = matte.whole(part, inner)
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(np.clip(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), 0, 1), np.float32)


def _near_head(box: tuple[float, float, float, float], pose: Pose) -> bool:
    x, y = pose.at(Joint.NOSE)
    room = 0.3 * (box[2] - box[0])
    return box[0] - room <= x <= box[2] + room and box[1] - room <= y <= box[3] + room
