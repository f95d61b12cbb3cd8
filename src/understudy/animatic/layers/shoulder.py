"""The one over whose shoulder the camera looks: his own outline from behind, dark and blurred, at the picture's edge.

Knows a sprite, where its head is, and the picture he stands before. Must not know the prompt, nor whom the camera
looks at. A reference shows its subject from the front: face and chest are painted over in the colours of hair and
cloth, so that what stays is a shape that can be told by its hat or hair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.blocking import Stand
from understudy.animatic.camera import View
from understudy.animatic.canvas import Canvas, Grade, Paint, pack
from understudy.animatic.easing import smooth_noise
from understudy.animatic.layers._layer import Moment
from understudy.animatic.performer import Kind, Sprite
from understudy.animatic.standins.figure import figure_of
from understudy.core.units import Size

# By eye, in parts of the picture. GUESS.
_HEAD_HIGH, _HEAD_WIDE = 0.58, 0.40
"""His head is so high at most, and so wide."""
_MIDDLE, _TOP = 0.07, 0.20
"""Middle of his head from the edge, and the top of it from above."""
_NEAR = 1.3
"""His depth for the camera: he moves more than those whom it frames."""
_BLUR = 0.007
_LIGHT, _RIM = 0.34, 0.46
"""What is left of his light, and how much more there is at his outline, where the set's light comes round."""
_LEAST = 16  # of 255: black cloth in the light of a set is not black
_DETAIL = 300  # pixels of the picture's height he is painted at: he is out of focus


@dataclass(frozen=True, slots=True)
class Shoulder:
    """Somebody from behind, before everybody; a Layer."""

    paint_: Paint
    place: NDArray[np.float64]  # (3, 3) pixels of the paint to set pixels at his depth
    sway: NDArray[np.float64]  # (frames,) degrees
    foot: tuple[float, float]  # set pixels about which he sways
    size: Size

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        frame = min(max(moment.frame, 0), len(self.sway) - 1)
        turn = cv2.getRotationMatrix2D(self.foot, float(self.sway[frame]), 1.0)
        base = moment.view.matrix(_NEAR, self.size)
        canvas.draw(self.paint_, base @ np.vstack([turn, (0.0, 0.0, 1.0)]) @ self.place)


def can_turn_away(stand: Stand) -> bool:
    """Whether somebody can stand before the camera with his back to it: a person whose head is known."""
    return stand.placement.turned_away and stand.performer.kind is Kind.PERSON and stand.outline.head is not None


def shoulder_of(stand: Stand, views: Sequence[View], size: Size, grade: Grade, rng: np.random.Generator) -> Shoulder:
    """Somebody who `can_turn_away`, made ready for a shot, at the side of the picture where he is placed."""
    head = stand.outline.head
    assert head is not None
    figure = figure_of(stand.performer)
    sprite = stand.performer.pictures.sprite(0) if figure is None else figure.picture(1)
    coarse = sprite.shape[0] / stand.performer.size[1]  # a stand-in's picture need not have its measures
    left, top, right, bottom = (edge * coarse for edge in head)
    at_left = stand.placement.x < 0.5
    per = min(_HEAD_HIGH * size.height / (bottom - top), _HEAD_WIDE * size.width / (right - left))
    # painted small, with room for its blur and so much below that no camera sees where it ends
    fine = min(1.0, _DETAIL / size.height) * per
    room = 3 * max(2, round(_BLUR * size.height * fine / per))
    below = max(0, round((1.6 * size.height / per - (sprite.shape[0] - top)) * fine))
    turned = _from_behind(_resized(sprite, fine), (top * fine, bottom * fine))
    turned = cv2.copyMakeBorder(turned, room, 0, room, room, cv2.BORDER_CONSTANT)
    turned = cv2.copyMakeBorder(turned, 0, below, 0, 0, cv2.BORDER_REPLICATE)
    # a small picture that is enlarged is blurred by its own pixels at least
    blur = max(1.0, _BLUR * size.height * fine / per, 1.1 * fine if fine > 1 else 0.0)
    paint = Paint(cv2.GaussianBlur(pack(turned, grade), (0, 0), blur))
    # where his head is to be in the middle of the shot, in film pixels
    middle = (_MIDDLE if at_left else 1 - _MIDDLE) * size.width
    scale = per / fine
    x = middle - scale * ((left + right) / 2 * fine + room)
    y = _TOP * size.height - scale * (top * fine + room)
    to_film = np.array([[scale, 0.0, x], [0.0, scale, y], [0.0, 0.0, 1.0]])
    base = np.vstack([views[len(views) // 2].matrix(_NEAR, size), (0.0, 0.0, 1.0)])
    back = np.linalg.inv(base)
    foot = back @ (middle, 1.1 * size.height, 1.0)
    sway = 0.7 * smooth_noise(len(views), rng, period=80.0, octaves=1)
    return Shoulder(paint, back @ to_film, sway, (float(foot[0]), float(foot[1])), size)


def _resized(sprite: Sprite, scale: float) -> Sprite:
    shape = (max(2, round(sprite.shape[1] * scale)), max(2, round(sprite.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(sprite, shape, interpolation=how), np.uint8)


def _from_behind(sprite: Sprite, head: tuple[float, float]) -> Sprite:
    """The same outline without a face: hair down to the nape, cloth below it, dark, lighter at its edge.

    Args:
        sprite: (h, w, 4) RGBA.
        head: first and last row of the head.
    """
    tall = max(2.0, head[1] - head[0])
    alpha = sprite[:, :, 3].astype(np.float32) / 255
    colour = sprite[:, :, :3].astype(np.float32)
    rows = np.arange(sprite.shape[0], dtype=np.float32)[:, None]
    crown = (alpha > 0.8) & (rows < head[0] + 0.22 * tall)
    hair = np.median(colour[crown], axis=0) if crown.any() else np.array((60.0, 50.0, 44.0))
    wide = 0.30 * tall  # folds and badges of the front are lost in one colour of cloth
    cover = cv2.GaussianBlur(alpha, (0, 0), wide)
    spread = cv2.GaussianBlur(colour * alpha[:, :, None], (0, 0), wide) / np.maximum(cover, 1e-3)[:, :, None]
    down = np.clip((rows - (head[1] - 0.16 * tall)) / (0.20 * tall), 0, 1)[:, :, None]
    whole = hair + (spread - hair) * down * down * (3 - 2 * down)
    inside = cv2.GaussianBlur(alpha, (0, 0), 0.10 * tall)
    light = _LIGHT + _RIM * np.clip(1.15 - inside, 0, 0.6)[:, :, None]
    shaded = np.clip(np.rint(_LEAST + whole * light), 0, 255)
    return np.dstack([shaded, sprite[:, :, 3]]).astype(np.uint8)
