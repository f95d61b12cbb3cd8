"""Portrait: a face in a sprite that talks, blinks and turns a little.

Knows how to carry pixels along the fields of `lips` and what is seen between parted lips. Must not know time, lines or
where the performer stands. Work is done only in the rectangle that changes: 1 px grid at mouth and eyes, where edges
are, 6 px elsewhere. Colour and alpha travel together, premultiplied, so that no edge shows what was behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic.faces._patch import Overlay, Rectangle, lay_over, overlap, premultiplied
from understudy.animatic.faces.lips import Anatomy, FacePose, Floats, Lips, smooth
from understudy.animatic.faces.mimicry import Box, Mimicry
from understudy.animatic.performer import Face, Sprite

__all__ = ["FacePose", "Portrait", "prepare", "talk"]

_GRID = 6
_MOST_TURN = 12.0
_SKIN_LUMA = 165.0  # of the well lit skin for which the colours below were chosen
_CAVITY = np.array([46, 20, 20], np.float32)
_TONGUE = np.array([128, 62, 60], np.float32)
_TEETH = np.array([212, 203, 192], np.float32)


@dataclass(slots=True)
class Portrait:
    """A face made ready to move. `paint` may be called for any frames in any order."""

    sprite: Sprite
    anatomy: Anatomy
    mimicry: Mimicry
    teeth: NDArray[np.float32]  # (3,) RGB
    light: float  # 1 = well lit skin
    depth: Floats | None = None
    premultiplied: Sprite | None = None  # made when first wanted, and kept for the next frames
    head: Rectangle = (0, 0, 0, 0)

    def paint(self, pose: FacePose) -> tuple[Sprite, tuple[int, int]]:
        """The changed part of the sprite in this pose, and its (left, top) in the sprite.

        A pose that changes nothing gives an empty patch (0, 0, 4).
        """
        area = self._area(pose)
        left, top, right, bottom = area
        if right <= left or bottom <= top:
            return np.zeros((0, 0, 4), np.uint8), (0, 0)
        map_x, map_y = self._maps(area, pose)
        gap = None
        if self.anatomy.gap(pose) > 0.3 or pose.closed > 0 or pose.width:
            gap = self._mouth(area, map_x, map_y, pose)
        self._gaze(area, map_x, map_y, pose)
        patch = self._carried(area, map_x, map_y)
        if gap is not None:
            lay_over(patch, *gap)
        for overlay in self._lids(area, pose):
            lay_over(patch, *overlay)
        tongue = self._tongue(area, pose)
        if tongue is not None:
            lay_over(patch, *tongue)
        return patch, (left, top)

    # where --------------------------------------------------------------------------------------------------------

    def _area(self, pose: FacePose) -> Rectangle:
        a = self.anatomy
        boxes: list[tuple[float, float, float, float]] = []
        if pose.turns:
            return self.head
        if pose.opening > 0 or pose.closed > 0 or pose.width:
            reach = 2.3 * a.half
            below = a.chin + 1.2 * (a.chin - a.lip_bottom) + 0.3 * a.gap(pose) if pose.opening > 0 else a.chin
            below = max(below, 1.9 * a.half) if pose.width else below
            above = min(a.nose, -1.9 * a.half if pose.width else a.nose)
            side = (a.jaw_right - a.jaw_left) * 0.25 if pose.opening > 0 else 0.0
            boxes.append((min(-reach, a.jaw_left - side), above, max(reach, a.jaw_right + side), below))
        boxes.extend(eye.box for eye, shut in zip(a.eyes, pose.shut, strict=True) if shut > 0)
        if pose.mimic is not None:
            boxes.append(self.mimicry.box(pose.mimic))
        return self._rectangle(boxes, 2)

    def _carry(self, pose: FacePose) -> int:
        """How far, at most, a pose with a mimic may carry a feature out of its box, source pixels."""
        if pose.mimic is None:
            return 0
        turned = np.radians(min(_MOST_TURN, abs(pose.roll))) + 0.6 * np.radians(abs(pose.yaw) + abs(pose.pitch))
        return int(0.45 * self.anatomy.half + turned * self.anatomy.height)

    def _rectangle(self, boxes: list[tuple[float, float, float, float]], margin: int) -> Rectangle:
        """The upright rectangle of the sprite around boxes of the face's own coordinates."""
        if not boxes:
            return (0, 0, 0, 0)
        corners_x = np.array([x for box in boxes for x in (box[0], box[2], box[0], box[2])], np.float32)
        corners_y = np.array([y for box in boxes for y in (box[1], box[1], box[3], box[3])], np.float32)
        xs, ys = self.anatomy.to_picture(corners_x, corners_y)
        height, width = self.sprite.shape[:2]
        return (
            max(0, int(xs.min()) - margin),
            max(0, int(ys.min()) - margin),
            min(width, int(xs.max()) + margin + 2),
            min(height, int(ys.max()) + margin + 2),
        )

    # fields -------------------------------------------------------------------------------------------------------

    def _maps(self, area: Rectangle, pose: FacePose) -> tuple[Floats, Floats]:
        """Source coordinates for each pixel of `area` from the 6 px grid: turns of the head, and the jaw."""
        left, top, right, bottom = area
        width, height = right - left, bottom - top
        columns, rows = -(-width // _GRID) + 1, -(-height // _GRID) + 1
        # cv2.resize samples at pixel centres: put the knots where it expects them
        knots_x = (left + (np.arange(columns) + 0.5) * width / columns - 0.5).astype(np.float32)
        knots_y = (top + (np.arange(rows) + 0.5) * height / rows - 0.5).astype(np.float32)
        grid_x, grid_y = np.meshgrid(knots_x, knots_y)
        source_x, source_y = self._source(grid_x, grid_y, pose)
        shift_x = cv2.resize(source_x - grid_x, (width, height), interpolation=cv2.INTER_LINEAR)
        shift_y = cv2.resize(source_y - grid_y, (width, height), interpolation=cv2.INTER_LINEAR)
        map_x = np.asarray(shift_x, np.float32) + np.arange(left, right, dtype=np.float32)[None, :]
        map_y = np.asarray(shift_y, np.float32) + np.arange(top, bottom, dtype=np.float32)[:, None]
        return map_x, map_y

    def _source(self, x: Floats, y: Floats, pose: FacePose) -> tuple[Floats, Floats]:
        """Where each point comes from, without eyes and without what is inside the gap."""
        a = self.anatomy
        own_x, own_y = self.own(x, y, pose)
        from_x = a.source_x(own_x, own_y, pose)
        lips = a.lips(from_x, pose)
        return a.to_picture(from_x, a.mouth_y(from_x, own_y, lips, pose))

    def own(self, x: Floats, y: Floats, pose: FacePose) -> tuple[Floats, Floats]:
        """The face's own coordinates of each point, before turn and mimic."""
        own = self.anatomy.to_own(*self._turned(x, y, pose))
        return own if pose.mimic is None else self.mimicry.source(*own, pose.mimic)

    def _turned(self, x: Floats, y: Floats, pose: FacePose) -> tuple[Floats, Floats]:
        """Undo the turn of the head: near parts move more than far ones, the neck stays."""
        if not pose.turns:
            return x, y
        a = self.anatomy
        left, top, right, bottom = self.head
        edge = 0.12 * (right - left)
        own_x, own_y = a.to_own(x, y)
        weight = smooth(a.chin + 0.5 * a.height, a.chin + 0.02 * a.height, own_y)
        # hair that leaves the rectangle must not tear at its border; a side at the sprite's edge has nothing beyond
        height, width = self.sprite.shape[:2]
        for rim, full, position, open_side in (
            (left, left + edge, x, left > 0),
            (right, right - edge, x, right < width),
            (top, top + edge, y, top > 0),
            (bottom, bottom - edge, y, bottom < height),
        ):
            if open_side:
                weight = weight * smooth(rim, full, position)
        yaw, pitch, roll = (float(np.clip(v, -_MOST_TURN, _MOST_TURN)) for v in (pose.yaw, pose.pitch, pose.roll))
        if yaw or pitch:
            nearer = self._depth_at(x, y) * weight
            own_x = own_x - nearer * np.float32(np.sin(np.radians(yaw)))
            own_y = own_y - nearer * np.float32(np.sin(np.radians(pitch)))
        if roll:
            angle = -np.radians(roll) * weight
            pivot = a.chin + 0.45 * a.height
            dx, dy = own_x, own_y - pivot
            own_x = dx * np.cos(angle) - dy * np.sin(angle)
            own_y = dx * np.sin(angle) + dy * np.cos(angle) + pivot
        return a.to_picture(np.asarray(own_x, np.float32), np.asarray(own_y, np.float32))

    def _depth_at(self, x: Floats, y: Floats) -> Floats:
        """How much nearer than the ears each point is, source pixels; smooth, 0 away from the face."""
        left, top, right, bottom = self.head
        step = 4.0
        if self.depth is None:
            shape = (int((bottom - top) / step) + 2, int((right - left) / step) + 2)
            mesh_x, mesh_y = self.anatomy.to_picture(self.anatomy.points[:, 0], self.anatomy.points[:, 1])
            column = np.clip(((mesh_x - left) / step).round().astype(int), 0, shape[1] - 1)
            row = np.clip(((mesh_y - top) / step).round().astype(int), 0, shape[0] - 1)
            near = np.maximum(0.0, np.quantile(self.anatomy.points[:, 2], 0.9) - self.anatomy.points[:, 2])
            total, count = np.zeros(shape, np.float32), np.full(shape, 1e-4, np.float32)
            np.add.at(total, (row, column), near)
            np.add.at(count, (row, column), 1.0)
            reach = self.anatomy.width / step / 14
            wide = ndimage.gaussian_filter(total, reach) / ndimage.gaussian_filter(count, reach)
            inside = ndimage.gaussian_filter((ndimage.gaussian_filter(count, reach) > 0.01).astype(np.float32), reach)
            self.depth = np.asarray(wide * inside, np.float32)
        found = cv2.remap(
            self.depth,
            ((x - left) / step).astype(np.float32),
            ((y - top) / step).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return np.asarray(found, np.float32)

    # edges --------------------------------------------------------------------------------------------------------

    def _mouth(self, area: Rectangle, map_x: Floats, map_y: Floats, pose: FacePose) -> Overlay | None:
        """Overwrite the maps at the mouth with the exact field; returns where, colour and cover of the gap's inside."""
        a = self.anatomy
        reach = 1.25 * a.half
        room = a.gap(pose) + 4
        around = (a.left - reach * 0.3, a.lip_top - 4, a.right + reach * 0.3, a.lip_bottom + room)
        box = self._rectangle([around], 3 + self._carry(pose))
        left, top, right, bottom = overlap(box, area)
        if right - left < 4 or bottom - top < 4:
            return None
        grid_x, grid_y = np.meshgrid(np.arange(left, right, dtype=np.float32), np.arange(top, bottom, dtype=np.float32))
        own_x, own_y = self.own(grid_x, grid_y, pose)
        from_x = a.source_x(own_x, own_y, pose)
        lips = a.lips(from_x, pose)
        source_x, source_y = a.to_picture(from_x, a.mouth_y(from_x, own_y, lips, pose))
        part = np.s_[top - area[1] : bottom - area[1], left - area[0] : right - area[0]]
        map_x[part], map_y[part] = source_x, source_y
        if a.gap(pose) > 0.3:
            colour, cover = self._inside(own_y, lips)
        elif pose.closed > 0:
            colour, cover = self._seam(own_y, lips, pose)
        else:
            return None
        return (left - area[0], top - area[1], right - area[0], bottom - area[1]), colour, cover

    def _inside(self, y: Floats, lips: Lips) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Colour (h, w, 3) and cover 0..1 (h, w) of what shows between the lips and was not in the picture."""
        a = self.anatomy
        tall = np.maximum(lips.lower - lips.upper, 1e-3)
        down = np.clip((y - lips.upper) / tall, 0, 1)
        soft = max(0.8, 0.03 * a.half)  # lips have no hard rim
        within = np.clip((y - lips.upper) / soft + 0.5, 0, 1) * np.clip((lips.lower - y) / soft + 0.5, 0, 1)
        within *= np.clip(tall / (2 * soft), 0, 1)
        # what the picture itself shows between the lips stays: its teeth hang on the skull
        shown = lips.lower0 - lips.upper0
        pictured = np.clip((y - lips.upper0) / soft + 1.5, 0, 1) * np.clip((lips.lower0 - y) / soft + 0.5, 0, 1)
        pictured *= smooth(0.08 * a.half, 0.16 * a.half, shown)
        cover = within * (1 - pictured)

        side = np.clip(1 - np.abs(lips.across) ** 2.2, 0, 1)
        tongue = smooth(0.4, 1.0, down) * side * smooth(0.12 * a.half, 0.4 * a.half, tall)
        colour = _CAVITY * (1 - 0.75 * tongue[..., None]) + _TONGUE * (0.75 * tongue[..., None])
        # shade under the upper lip, and towards the corners
        colour *= (0.55 + 0.45 * side * smooth(0.0, 0.5, down))[..., None]
        if a.rest_gap < 0.12 * a.half:
            # a closed mouth has shown no teeth: hint at the upper ones, arched, in the shade of the lip
            arch = np.clip(1 - np.abs(lips.across) ** 2, 0, 1)
            height = np.minimum(0.4 * tall, 0.17 * a.half) * (0.35 + 0.65 * arch)
            depth = (y - lips.upper) / np.maximum(height, 1e-3)
            band = smooth(1.15, 0.7, depth) * smooth(0.08 * a.half, 0.3 * a.half, tall) * smooth(0.0, 0.5, arch)
            shade = (0.46 + 0.42 * smooth(0.0, 0.8, depth)) * (0.6 + 0.4 * arch)
            colour = colour * (1 - band[..., None]) + self.teeth * (shade * band)[..., None]
        return np.asarray(colour * self.light, np.float32), np.asarray(cover, np.float32)

    def _seam(self, y: Floats, lips: Lips, pose: FacePose) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The shadow where two lips meet that were apart in the picture: without it they seem one skin."""
        a = self.anatomy
        bared = min(1.0, a.rest_gap / (0.2 * a.half))
        line = np.exp(-(((y - (lips.upper + lips.lower) / 2) / max(0.8, 0.035 * a.half)) ** 2))
        cover = 0.5 * max(0.0, 2.5 * pose.closed - 1.5) * bared * line * smooth(1.0, 0.8, np.abs(lips.across))
        colour = np.broadcast_to(_CAVITY * 1.8 * self.light, (*y.shape, 3))
        return np.asarray(colour, np.float32), np.asarray(cover, np.float32)

    def _gaze(self, area: Rectangle, map_x: Floats, map_y: Floats, pose: FacePose) -> None:
        """Overwrite the maps within eyes that look aside."""
        mimic = pose.mimic
        if mimic is None or not (mimic.gaze_x or mimic.gaze_y):
            return
        for eye in self.anatomy.eyes:
            place = self._within(area, eye.box, pose)
            if place is not None:
                (left, top, right, bottom), own_x, own_y = place
                part = np.s_[top:bottom, left:right]
                map_x[part], map_y[part] = self.anatomy.to_picture(*self.mimicry.look(own_x, own_y, eye, mimic))

    def _lids(self, area: Rectangle, pose: FacePose) -> Iterator[Overlay]:
        """The skin that comes over the eyes from below and from above; edges are blended, or they would crawl."""
        a, squint = self.anatomy, 0.0 if pose.mimic is None else pose.mimic.squint
        for eye, shut in zip(a.eyes, pose.shut, strict=True):
            place = self._within(area, eye.box, pose) if squint > 0 or shut > 0 else None
            if place is None:
                continue
            box, own_x, own_y = place
            # beyond the corners, and high up, the lid is the face itself
            outer, inner = float(eye.upper.xs[0]), float(eye.upper.xs[-1])
            fringe = 0.12 * (inner - outer)
            between = smooth(outer - fringe, outer, own_x) * smooth(inner + fringe, inner, own_x)
            if squint > 0:
                cover = np.clip(own_y - self.mimicry.lower_lid(own_x, eye, squint) + 0.5, 0, 1)
                yield box, self._skin(own_x, self.mimicry.squint_y(own_x, own_y, eye, squint)), cover * between
            if shut > 0:
                cover = np.clip(a.lid(own_x, eye, shut) - own_y + 0.5, 0, 1)
                cover = np.asarray(cover * between, np.float32)
                yield box, self._skin(own_x, a.blink_y(own_x, own_y, eye, shut)), cover

    def _tongue(self, area: Rectangle, pose: FacePose) -> Overlay | None:
        a = self.anatomy
        if pose.mimic is None or pose.mimic.tongue <= 0:
            return None
        place = self._within(area, (a.left, a.lip_top, a.right, a.lip_bottom + a.gap(pose) + 1.2 * a.half), pose)
        if place is None:
            return None
        box, own_x, own_y = place
        colour, cover = self.mimicry.tongue(own_x, own_y, a.lips(own_x, pose), pose.mimic.tongue)
        return box, colour * self.light, cover

    def _within(self, area: Rectangle, box: Box, pose: FacePose) -> tuple[Rectangle, Floats, Floats] | None:
        """Where in `area` a box of the face is, and the own coordinates of its pixels."""
        left, top, right, bottom = overlap(self._rectangle([box], 1 + self._carry(pose)), area)
        if right - left < 2 or bottom - top < 2:
            return None
        grid_x, grid_y = np.meshgrid(np.arange(left, right, dtype=np.float32), np.arange(top, bottom, dtype=np.float32))
        place = (left - area[0], top - area[1], right - area[0], bottom - area[1])
        return place, *self.own(grid_x, grid_y, pose)

    def _skin(self, own_x: Floats, own_y: Floats) -> NDArray[np.float32]:
        """Colours of the sprite at points of the face's own coordinates."""
        map_x, map_y = self.anatomy.to_picture(own_x, own_y)
        source, _, from_x, from_y = self._cut_for(map_x, map_y)
        skin = cv2.remap(source, map_x - from_x, map_y - from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(skin[..., :3], np.float32)

    # pixels -------------------------------------------------------------------------------------------------------

    def _carried(self, area: Rectangle, map_x: Floats, map_y: Floats) -> Sprite:
        """Pixels of the sprite along the maps, straight alpha."""
        source, solid, left, top = self._cut_for(map_x, map_y)
        map_x -= np.float32(left)
        map_y -= np.float32(top)
        patch = cv2.remap(source, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if not solid:
            partly = (patch[..., 3] - np.uint8(1)) < 254  # 1..254: 0 wraps round to 255
            pixels = patch[partly].astype(np.float32)
            pixels[:, :3] = np.minimum(255, pixels[:, :3] * 255 / pixels[:, 3:] + 0.5)
            patch[partly] = pixels.astype(np.uint8)
        return np.asarray(patch, np.uint8)

    def _cut_for(self, map_x: Floats, map_y: Floats) -> tuple[Sprite, bool, int, int]:
        """The part of the sprite that the maps reach, premultiplied; whether it is opaque; its left and top."""
        height, width = self.sprite.shape[:2]
        left, top = max(0, int(map_x.min()) - 1), max(0, int(map_y.min()) - 1)
        right, bottom = min(width, int(map_x.max()) + 3), min(height, int(map_y.max()) + 3)
        left, top = min(left, width - 1), min(top, height - 1)
        part = np.s_[top : max(bottom, top + 1), left : max(right, left + 1)]
        source = self.sprite[part]
        if source[..., 3].min() == 255:
            return source, True, left, top
        if self.premultiplied is None:
            self.premultiplied = premultiplied(self.sprite)
        return self.premultiplied[part], False, left, top


def prepare(sprite: Sprite, face: Face) -> Portrait:
    """Make the face of a sprite ready to move. Cheap (below a millisecond), so a video may do it for every frame."""
    anatomy = Anatomy(face.mesh)
    portrait = Portrait(sprite, anatomy, Mimicry(anatomy), *_look(sprite, anatomy))
    half_width, height = anatomy.width / 2, anatomy.height
    centre = float(anatomy.points[:, 0].mean())
    portrait.head = portrait._rectangle(
        [
            (
                centre - 1.6 * half_width,
                anatomy.top - 0.38 * height,
                centre + 1.6 * half_width,
                anatomy.chin + 0.5 * height,
            )
        ],
        0,
    )
    return portrait


def talk(sprite: Sprite, face: Face, pose: FacePose) -> tuple[Sprite, tuple[int, int]]:
    """`prepare` and `paint` at once: for a sprite that is another one in every frame."""
    return prepare(sprite, face).paint(pose)


def _look(sprite: Sprite, anatomy: Anatomy) -> tuple[NDArray[np.float32], float]:
    """Colour of the teeth and the light on the face."""
    skin = _pixels(sprite, anatomy, (50, 280, 205, 425, 199, 4, 5))
    luma = float(np.median(skin @ np.array([0.299, 0.587, 0.114], np.float32))) if len(skin) else _SKIN_LUMA
    light = float(np.clip(luma / _SKIN_LUMA, 0.35, 1.15))
    # teeth take the colour of the light: half way from white towards the tint of the skin
    tint = np.median(skin, axis=0) / max(luma, 1.0) if len(skin) else np.ones(3)
    teeth = _TEETH * (0.5 + 0.5 * tint)
    return np.asarray(teeth, np.float32), light


def _pixels(sprite: Sprite, anatomy: Anatomy, points: tuple[int, ...]) -> NDArray[np.float32]:
    """Colours (n, 3) of the sprite at some mesh points that lie inside it."""
    xs, ys = anatomy.to_picture(anatomy.points[list(points), 0], anatomy.points[list(points), 1])
    height, width = sprite.shape[:2]
    inside = (xs >= 0) & (ys >= 0) & (xs < width) & (ys < height)
    return np.asarray(sprite[ys[inside].astype(int), xs[inside].astype(int), :3], np.float32)
