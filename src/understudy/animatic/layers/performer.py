"""Performers on the canvas: each cut-out at its place, lit like its set, with a shadow, moving and talking.

Knows stands, motions, portraits and paints. Must not know the prompt, nor draw lots: all motion is settled before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.blocking import Stand
from understudy.animatic.camera import View
from understudy.animatic.canvas import Bytes, Canvas, Grade, Paint, pack, shadow_paint
from understudy.animatic.faces.aiming import Spoken, speaking, spoken_at
from understudy.animatic.faces.lips import Anatomy, FacePose
from understudy.animatic.faces.mood import mood
from understudy.animatic.faces.portrait import Portrait, prepare
from understudy.animatic.layers._layer import Moment
from understudy.animatic.layers.acting import Motion
from understudy.animatic.performer import Face, Kind, Sprite
from understudy.animatic.screenplay import Part, Side
from understudy.animatic.storyboard import TimedLine
from understudy.animatic.strips import at_rest
from understudy.animatic.utterance import Mouth, Utterance
from understudy.core.units import Size

_FINEST = 0.25
"""Degrees below which a turn of the head is not painted anew: a third of a pixel at the tip of the nose of a head that
fills the picture. By eye."""
_LIDS = 12  # steps of a blink, which lasts about six frames
_MOODS = 24  # steps of a smile, which lasts a second

Floats = NDArray[np.float32]

SURE_FACE = 0.5
"""Mesh confidence from which a face is moved, else it stays as pictured. Source: spec/animatic.md §5 (false <= 0.1)."""


@dataclass(slots=True)
class Actor:
    """One performer of a shot; a Layer. Made by `ready`."""

    stand: Stand
    motion: Motion
    size: Size
    scale: float  # pixels of the paint per pixel of the sprite
    grade: Grade
    taper: Bytes | None
    shadow: Paint | None
    lines: tuple[tuple[TimedLine, Mouth], ...]
    still: Bytes | None = None  # the packed picture of what does not move by itself
    portrait: Portrait | None = None
    _worked: Bytes | None = None
    _dirty: tuple[int, int, int, int] | None = None
    _shown: FacePose | None = None

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        frame = min(moment.frame, self.motion.count - 1)
        paint = Paint(self._picture(frame, moment.film_frame), self.scale)
        base = moment.view.matrix(self.stand.near, self.size)
        if self.shadow is not None:
            canvas.draw(self.shadow, _onto(base, self._shadow_place(frame)))
        canvas.draw(paint, _onto(base, self._place(frame)))

    def _place(self, frame: int) -> NDArray[np.float64]:
        """Paint pixels to set pixels: turned and stretched about the foot."""
        stand, motion = self.stand, self.motion
        left, _, right, bottom = stand.outline.box
        foot_x, foot_y = (left + right) / 2 * self.scale, bottom * self.scale
        turn = np.radians(stand.tilt + motion.turn[frame])
        per = stand.scale / self.scale
        wide, tall = per * motion.wide[frame], per * motion.tall[frame]
        a, b, c, d = np.cos(turn) * wide, -np.sin(turn) * tall, np.sin(turn) * wide, np.cos(turn) * tall
        x, y = stand.x + motion.x[frame], stand.y + motion.y[frame]
        return np.array([[a, b, x - a * foot_x - b * foot_y], [c, d, y - c * foot_x - d * foot_y]])

    def _shadow_place(self, frame: int) -> NDArray[np.float64]:
        assert self.shadow is not None
        stand, motion = self.stand, self.motion
        lifted = max(0.0, -float(motion.y[frame])) / max(1.0, stand.body)
        per = stand.scale / self.shadow.scale * (1 - min(0.4, 2 * lifted))
        x = stand.x + motion.x[frame] - per * self.shadow.width / 2
        y = stand.y - 0.008 * stand.height + max(0.0, float(motion.y[frame])) - per * self.shadow.height / 2
        return np.array([[per, 0.0, x], [0.0, per, y]])

    def _picture(self, frame: int, film_frame: int) -> Bytes:
        if self.still is None:
            return self._live(frame, film_frame)
        if self.portrait is None:
            return self.still
        pose = self._pose(self.portrait.anatomy, frame, film_frame)
        if self._worked is not None and pose == self._shown:
            return self._worked
        self._shown = pose
        patch, (left, top) = self.portrait.paint(pose)
        if self._worked is None:
            self._worked = self.still.copy()
        if self._dirty is not None:
            x0, y0, x1, y1 = self._dirty
            self._worked[y0:y1, x0:x1] = self.still[y0:y1, x0:x1]
            self._dirty = None
        high, wide = patch.shape[:2]
        if high and wide:
            area = (slice(top, top + high), slice(left, left + wide))
            self._worked[area] = pack(self._tapered(patch, area), self.grade)
            self._dirty = (left, top, left + wide, top + high)
        return self._worked

    def _live(self, frame: int, film_frame: int) -> Bytes:
        pictures = self.stand.performer.pictures
        # the clip's own talk is not the film's: its quiet pictures carry the body, the mouth is drawn
        place = at_rest(pictures, film_frame)
        sprite = resized(pictures.sprite(place), self.scale)
        face = pictures.face(place)
        if face is not None and face.confidence >= SURE_FACE and (self._said(film_frame) or self.motion.opening[frame]):
            portrait = prepare(sprite, scaled_face(face, self.scale))
            # it blinks and turns by itself
            patch, (left, top) = portrait.paint(self._mouth(portrait.anatomy, frame, film_frame))
            if patch.size:
                sprite = sprite.copy()
                sprite[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
        return pack(self._tapered(sprite, (slice(None), slice(None))), self.grade)

    def _tapered(self, sprite: Sprite, area: tuple[slice, slice]) -> Sprite:
        if self.taper is None:
            return sprite
        sprite = sprite.copy()
        sprite[:, :, 3] = cv2.multiply(sprite[:, :, 3], self.taper[area], scale=1 / 255)
        return sprite

    def _pose(self, anatomy: Anatomy, frame: int, film_frame: int) -> FacePose:
        motion, mouth = self.motion, self._mouth(anatomy, frame, film_frame)
        turns = (motion.yaw[frame], motion.pitch[frame], motion.roll[frame])
        yaw, pitch, roll = (round(float(turn) / _FINEST) * _FINEST for turn in turns)
        blink = round(float(motion.blink[frame]) * _LIDS) / _LIDS
        smile, grief = (round(float(share[frame]) * _MOODS) / _MOODS for share in (motion.smile, motion.grief))
        return FacePose(mouth.opening, mouth.width, mouth.closed, blink, yaw, pitch, roll, mood(smile, grief))

    def _mouth(self, anatomy: Anatomy, frame: int, film_frame: int) -> FacePose:
        """What the mouth does: its line, a little before and after it the way from and to the face as pictured."""
        own = min(1.0, max(0.0, float(self.motion.opening[frame])))
        said = max(self._said(film_frame), key=lambda spoken: spoken.share, default=None)
        if said is None:
            return FacePose(own)
        pose = speaking(anatomy, said)
        return replace(pose, opening=pose.opening + (1 - said.share) * own)

    def _said(self, film_frame: int) -> list[Spoken]:
        """What this performer's lines ask of his lips."""
        asked = (spoken_at(mouth, film_frame - line.first_frame) for line, mouth in self.lines)
        return [spoken for spoken in asked if spoken is not None]


def ready(
    stand: Stand,
    motion: Motion,
    views: Sequence[View],
    size: Size,
    grade: Grade,
    lines: Sequence[TimedLine] = (),
    utterances: Mapping[int, Utterance] | None = None,
) -> Actor:
    """Make a performer ready for a shot: pictures no larger than they are seen, lit, tapered, the face prepared."""
    performer = stand.performer
    closest = max(1.0 + (view.zoom - 1.0) * stand.near for view in views) * stand.scale
    scale = float(min(1.0, closest * 1.03))
    # few sizes only: a hair's breadth of shrinking costs sharpness and gains nothing
    scale = 1.0 if scale > 0.93 else scale
    spoken = utterances or {}
    own = tuple(
        (line, spoken[line.number].mouth) for line in lines if line.speaker == stand.name and line.number in spoken
    )
    first = resized(performer.pictures.sprite(0), scale)
    actor = Actor(stand, motion, size, scale, grade, _taper(stand, first), _shadow(stand), own)
    if performer.pictures.count > 1:
        return actor
    face = performer.pictures.face(0)
    if performer.kind is Kind.PERSON and face is not None and face.confidence >= SURE_FACE:
        actor.portrait = prepare(first, scaled_face(face, scale))
    actor.still = pack(actor._tapered(first, (slice(None), slice(None))), grade)
    return actor


def resized(sprite: Sprite, scale: float) -> Sprite:
    """A sprite made smaller; colours of transparent pixels do not bleed into edges."""
    if scale >= 1.0:
        return sprite
    shape = (max(2, round(sprite.shape[1] * scale)), max(2, round(sprite.shape[0] * scale)))
    alpha = sprite[:, :, 3]
    solid = cv2.merge([cv2.multiply(sprite[:, :, c], alpha, scale=1 / 255) for c in range(3)] + [alpha])
    small = cv2.resize(solid, shape, interpolation=cv2.INTER_AREA)
    edge = small[:, :, 3]
    straight = [cv2.divide(small[:, :, c], edge, scale=255) for c in range(3)]
    return cv2.merge([*straight, edge])


def scaled_face(face: Face, scale: float) -> Face:
    """The same face on a sprite of another size."""
    return Face((face.mesh * np.float32(scale)).astype(np.float32), face.confidence, face.yaw, face.roll)


def _onto(base: NDArray[np.float64], place: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(base @ np.vstack([place, (0.0, 0.0, 1.0)]))


def _shadow(stand: Stand) -> Paint | None:
    """A contact shadow for what stands on the ground with its feet in the picture."""
    if stand.performer.kind is Kind.CARD or stand.hides_its_feet or stand.placement.held_by is not None:
        return None
    share = 0.95 if stand.placement.part is not Part.ACTOR or stand.performer.kind is Kind.OBJECT else 0.75
    width = min(360, max(8, round(stand.outline.width * share)))
    scale = width / max(1.0, stand.outline.width * share)
    paint = shadow_paint(width, max(4, round(width * 0.16)), 0.55)
    return Paint(paint.packed, scale)


def _taper(stand: Stand, sprite: Sprite) -> Bytes | None:
    """For cut sides that stay in sight: the body narrows towards the cut's lower end, as a shoulder or arm would.

    A straight photograph's edge through a body is what gives a collage away; a rounded one reads as its outline.
    """
    if not stand.tapered:
        return None
    high, wide = sprite.shape[:2]
    mask = np.ones((high, wide), np.float32)
    alpha = sprite[:, :, 3]
    across, down = np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32)
    for side in (Side.LEFT, Side.RIGHT):
        if side not in stand.tapered:
            continue
        filled = np.flatnonzero((alpha > 24).any(axis=0))
        edge = int(filled[0]) if side is Side.LEFT else int(filled[-1])
        near = alpha[:, edge : edge + 3] if side is Side.LEFT else alpha[:, max(0, edge - 2) : edge + 1]
        rows = np.flatnonzero(near.max(axis=1) > 24)
        if not len(rows):
            continue
        away = across[None, :] - edge if side is Side.LEFT else edge - across[None, :]
        mask *= _arm(alpha, np.broadcast_to(away, alpha.shape), float(rows[0]))
    if Side.UP in stand.tapered:
        top = stand.outline.box[1] * high / max(1, stand.performer.size[1])
        mask *= np.clip((down[:, None] - top) / (0.06 * high), 0, 1)
    return np.rint(mask * 255).astype(np.uint8)


def _arm(alpha: Bytes, away: Floats, start: float) -> Floats:
    """How much of each pixel stays, 0..1, where a body was cut at one side.

    The line falls as an upper arm does, bending inward, and grows softer on its way down, where eyes do not look; the
    corner where the shoulder meets the cut is rounded off.

    Args:
        alpha: (h, w) coverage of the sprite.
        away: (h, w) distance from the cut in pixels, inward.
        start: first row that reaches the cut.
    """
    high, wide = alpha.shape
    down = np.arange(high, dtype=np.float32)
    depth = np.clip((down - start) / max(1.0, high - start), 0, 1)
    inset = (0.075 * wide * depth**2.2)[:, None]
    solid = ((alpha > 127) & (away >= inset)).astype(np.uint8)
    reach = max(1, round(0.11 * wide))
    # opening takes off what a disc cannot enter: corners that stand out; the lower edge is no corner, it goes on
    padded = cv2.copyMakeBorder(solid, reach, 2 * reach, reach, reach, cv2.BORDER_CONSTANT)
    padded[reach + high :] = padded[reach + high - 1]
    kept = (cv2.distanceTransform(padded, cv2.DIST_L2, 3) <= reach).astype(np.uint8)
    round_ = (cv2.distanceTransform(kept, cv2.DIST_L2, 3) <= reach).astype(np.uint8)
    inside = cv2.distanceTransform(round_, cv2.DIST_L2, 3)[reach : reach + high, reach : reach + wide]
    soft = np.maximum(2.0, wide * (0.010 + 0.055 * np.sqrt(depth)))[:, None]
    ramp = np.clip(inside / soft, 0, 1)
    cut = (away < inset + soft + 1.6 * reach) & (down[:, None] > start - 1.2 * reach)
    return np.where(cut, ramp * ramp * (3 - 2 * ramp), 1.0).astype(np.float32)
