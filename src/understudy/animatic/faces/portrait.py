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
from understudy.animatic.faces.between import Look, inside, seam, seen_between
from understudy.animatic.faces.lids import calm_skin, reflections, skin_above, strip
from understudy.animatic.faces.lips import Anatomy, Curve, FacePose, Floats, smooth
from understudy.animatic.faces.mimicry import Box, Mimicry
from understudy.animatic.performer import Face, Sprite

__all__ = ["FacePose", "Portrait", "prepare", "talk"]

_GRID = 6
_MOST_TURN = 12.0
_SKIN = (50, 280, 205, 425, 199, 4, 5)  # points of the mesh on cheeks, chin and nose


@dataclass(slots=True)
class Portrait:
    """A face made ready to move. `paint` may be called for any frames in any order."""

    sprite: Sprite
    anatomy: Anatomy
    mimicry: Mimicry
    look: Look
    rooms: tuple[Curve | None, ...] | None = None
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
        talks = self.anatomy.gap(pose) > 0.3 or pose.closed > 0 or pose.width
        mouth = list(self._mouth(area, map_x, map_y, pose)) if talks else []
        self._gaze(area, map_x, map_y, pose)
        patch = self._carried(area, map_x, map_y)
        for overlay in (*mouth, *self._lids(area, pose)):
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

    def _mouth(self, area: Rectangle, map_x: Floats, map_y: Floats, pose: FacePose) -> Iterator[Overlay]:
        """Overwrite the maps at the mouth with the exact field; what is seen between the lips."""
        a = self.anatomy
        reach = 1.25 * a.half
        room = a.gap(pose) + 4
        around = (a.left - reach * 0.3, a.lip_top - 4, a.right + reach * 0.3, a.lip_bottom + room)
        box = self._rectangle([around], 3 + self._carry(pose))
        left, top, right, bottom = overlap(box, area)
        if right - left < 4 or bottom - top < 4:
            return
        grid_x, grid_y = np.meshgrid(np.arange(left, right, dtype=np.float32), np.arange(top, bottom, dtype=np.float32))
        own_x, own_y = self.own(grid_x, grid_y, pose)
        from_x = a.source_x(own_x, own_y, pose)
        lips = a.lips(from_x, pose)
        source_x, source_y = a.to_picture(from_x, a.mouth_y(from_x, own_y, lips, pose))
        part = np.s_[top - area[1] : bottom - area[1], left - area[0] : right - area[0]]
        map_x[part], map_y[part] = source_x, source_y
        left, top = left - area[0], top - area[1]
        seen = np.argwhere(seen_between(a, own_y, lips))
        if len(seen):
            (row, column), (last_row, last_column) = seen.min(axis=0), seen.max(axis=0) + 1
            gap = np.s_[row:last_row, column:last_column]
            place = (left + int(column), top + int(row), left + int(last_column), top + int(last_row))
            pictured = self._skin(from_x[gap], np.clip(own_y[gap], a.nose, a.chin))
            yield place, *inside(a, own_y[gap], lips.cut(gap), pose, pictured, self.look)
        if pose.closed > 0.6:
            place = (left, top, left + own_y.shape[1], top + own_y.shape[0])
            yield place, *seam(a, own_y, lips, pose, self.look)

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
        for number, (eye, shut) in enumerate(zip(a.eyes, pose.shut, strict=True)):
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
                room = self._room(number)
                from_y = a.blink_y(own_x, own_y, eye, shut, room)
                skin = self._skin(own_x, from_y)
                if room is not None:
                    # so little skin, drawn out so far, would show its every line as a bar: only the lashes stay
                    pictured = self._skin(own_x, own_y)
                    calm = calm_skin(pictured, self.look.skin, 0.12 * (inner - outer))
                    lashes = smooth(0.3 * eye.height, 0.1 * eye.height, eye.upper.at(own_x) - from_y)
                    skin = calm + lashes[..., None] * (skin - calm)
                    stays = reflections(own_y, eye.upper.at(own_x), pictured, self.look.skin)
                    cover = cover * (1 - stays) * smooth(0.0, 1.5, own_y - eye.upper.at(own_x) + room.at(own_x))
                yield box, skin, cover

    def _room(self, number: int) -> Curve | None:
        """Skin above an eye that glasses leave free, found when first asked for."""
        if self.rooms is None:
            a = self.anatomy
            strips = [self._skin(*strip(a, eye)) for eye in a.eyes]
            self.rooms = tuple(
                skin_above(a, eye, seen, self.look.skin) for eye, seen in zip(a.eyes, strips, strict=True)
            )
        return self.rooms[number]

    def _tongue(self, area: Rectangle, pose: FacePose) -> Overlay | None:
        a = self.anatomy
        if pose.mimic is None or pose.mimic.tongue <= 0:
            return None
        place = self._within(area, (a.left, a.lip_top, a.right, a.lip_bottom + a.gap(pose) + 1.2 * a.half), pose)
        if place is None:
            return None
        box, own_x, own_y = place
        colour, cover = self.mimicry.tongue(own_x, own_y, a.lips(own_x, pose), pose.mimic.tongue)
        return box, colour * self.look.light, cover

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
    portrait = Portrait(
        sprite, anatomy, Mimicry(anatomy), Look.of(_pixels(sprite, anatomy, (50, 280, 205, 425, 199, 4, 5)))
    )
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


def _pixels(sprite: Sprite, anatomy: Anatomy, points: tuple[int, ...]) -> NDArray[np.float32]:
    """Colours (n, 3) of the sprite at some mesh points that lie inside it."""
    xs, ys = anatomy.to_picture(anatomy.points[list(points), 0], anatomy.points[list(points), 1])
    height, width = sprite.shape[:2]
    inside = (xs >= 0) & (ys >= 0) & (xs < width) & (ys < height)
    return np.asarray(sprite[ys[inside].astype(int), xs[inside].astype(int), :3], np.float32)
