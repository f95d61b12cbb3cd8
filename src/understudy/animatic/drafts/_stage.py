"""Where a puppet performs: the ground it is painted on, and how places of the film become places of the picture.

Knows framing: whole and half figures, the template's place or the picture's own. Must not know joints beyond where they
stand on the ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.bodies.figure import Figure
from understudy.animatic.bodies.motion import Motion
from understudy.animatic.bodies.pose import Joint
from understudy.animatic.bodies.puppet import Stance
from understudy.animatic.bodies.retarget import Measures, Placing, measures_of, measures_of_figure
from understudy.animatic.filling import fill
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate
from understudy.core.units import Size
from understudy.media.image import resize

_HALF_SHOULDERS, _MOST_SHOULDERS = 0.36, 0.58  # of the shorter of width and 0.8 heights: shoulders of a half figure
_HALF_HEIGHT = 0.74  # of the height: what a half figure should fill of it
_BODY_SHARE = 0.86  # of the height: the most a whole figure fills
_BELOW = 0.05  # of the height: how far a half figure goes on below the picture, so that it can rise
_SHADE, _SHADOW = 0.35, 0.6  # darkness under a foot; its half width in shoulders
_OWN_SHARE = 0.9  # of the height: the most the person fills of his own picture
_RIM = 0.004  # of the longer side: what is still tinged by the person around his outline
_GROUND = 0.92  # of the height: ankles stand no lower
_OUT_OF_FOCUS = 0.006  # of the height: blur behind a half figure, whose ground is much enlarged
_STUDIO = (206, 204, 200)


@dataclass(frozen=True, slots=True)
class Stage:
    """The ground (h, w, 3), the placing of the puppet on it, and what is approximated."""

    ground: Plate
    placing: Placing
    notes: tuple[str, ...] = ()
    shadow: float = 0.0  # half width in pixels; none at 0

    def shade(self, picture: Plate, stance: Stance) -> None:
        """A soft shadow where the feet stand, in place."""
        feet = [stance.parts[name].joints[2:4] for name in ("left_leg", "right_leg") if name in stance.parts]
        if not self.shadow or len(feet) < 2:
            return
        low = max(float(foot[:, 1].max()) for foot in feet)
        for foot in feet:
            height = max(0.0, low - float(foot[:, 1].max()))
            _darken(picture, float(foot[:, 0].mean()), low, self.shadow, _SHADE / (1 + height / self.shadow))


def template_stage(picture: Plate, figure: Figure, motion: Motion, size: Size) -> Stage:
    """Before the place of the template's film, where that film's person stood."""
    theirs, mine = measures_of(motion), measures_of_figure(figure)
    if figure.stands:
        placing = _whole(theirs, mine, motion, size)
    else:
        placing = _half(theirs, mine, figure, motion, size)
    ground, notes = _place(motion, placing, figure.stands, size)
    return Stage(ground, placing, notes, _SHADOW * figure.unit * placing.grow if figure.stands else 0.0)


def own_stage(picture: Plate, figure: Figure, motion: Motion, size: Size) -> Stage:
    """Before the picture's own place without the person (see `emptied`), who starts where the picture showed him."""
    theirs, mine = measures_of(motion), measures_of_figure(figure)
    factor = max(size.width / picture.shape[1], size.height / picture.shape[0])
    tall = figure.size[1] / figure.scale
    grow = min(factor, _OWN_SHARE * size.height / tall) / figure.scale
    middle = figure.pose.between(Joint.LEFT_HIP, Joint.RIGHT_HIP)
    foot = float(figure.size[1]) if not figure.stands else _feet(figure)
    anchor = (float(middle[0]) / figure.scale + figure.left, foot / figure.scale + figure.top)
    if figure.cut_below and not figure.stands:
        wanted = (size.width / 2, size.height * (1 + _BELOW))
    else:
        wanted = (size.width / 2, min(anchor[1] * factor, _GROUND * size.height))
    ground, shift = _laid(picture, Size(picture.shape[1], picture.shape[0]), factor, anchor, wanted, size)
    x = anchor[0] * factor + shift[0]
    y = min(max(anchor[1] * factor + shift[1], (figure.size[1] * grow) + 0.03 * size.height), wanted[1])
    scale = grow * _ratio(mine, theirs, figure.stands)
    place = _film_home(motion, figure.stands)
    shadow = _SHADOW * figure.unit * grow if figure.stands else 0.0
    if figure.stands:
        shift = (x - scale * float(place[0]), y - scale * float(place[1]))
        placing = Placing(scale, shift, grow, sway=_room(motion, scale, x, size))
    else:
        hips = y - (figure.size[1] - float(middle[1])) * grow
        shift = (x - scale * float(place[0]), hips - scale * float(place[1]))
        room = 0.9 * _BELOW * size.height if figure.cut_below else size.height
        placing = Placing(scale, shift, grow, sway=0.6, bounce=0.6, grounded=False, most_up=room)
    return Stage(
        ground, placing, ("What the person hid of the picture is painted after what stands around him.",), shadow
    )


def emptied(picture: Plate, mask: Mask, seed: int) -> Plate:
    """The picture without who stands where `mask` is; painted after what is around him. A second."""
    size = 2 * round(_RIM * max(picture.shape[:2])) + 3
    hole = cv2.dilate((mask > 0.04).astype(np.uint8), np.ones((size, size), np.uint8)) > 0
    return fill(picture, hole, seed=seed)


def _feet(figure: Figure) -> float:
    """The line the feet stand on, in figure pixels."""
    return max(float(figure.pose.points[joint, 1]) for joint in (Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE))


def _whole(theirs: Measures, mine: Measures, motion: Motion, size: Size) -> Placing:
    """A whole figure where the film's person stood; the film covers the picture unless that would cut him."""
    scale = max(size.width / motion.size.width, size.height / motion.size.height)
    hips = (motion.points[:, Joint.LEFT_HIP, :2] + motion.points[:, Joint.RIGHT_HIP, :2]) / 2
    low, high = float(np.percentile(hips[:, 0], 2)), float(np.percentile(hips[:, 0], 98))
    middle_x = (low + high) / 2
    y_shift = (size.height - motion.size.height * scale) / 2
    if theirs.has_legs:
        body = motion.points[..., 1]
        top, bottom = float(np.percentile(body.min(axis=1), 5)), float(np.percentile(body.max(axis=1), 95))
        top -= 0.25 * theirs.trunk  # hair
        scale = min(scale, _BODY_SHARE * size.height / max(1.0, bottom - top))
        y_shift = (size.height - motion.size.height * scale) / 2
        y_shift = min(max(y_shift, 0.04 * size.height - top * scale), 0.97 * size.height - bottom * scale)
    grow = scale / _ratio(mine, theirs, True)
    x_shift = size.width / 2 - middle_x * scale
    if motion.size.width * scale >= size.width:
        x_shift = min(0.0, max(size.width - motion.size.width * scale, x_shift))
    placing = Placing(scale, (x_shift, y_shift), grow, grounded=theirs.has_legs)
    sway = _room(motion, scale, middle_x * scale + x_shift, size)
    return Placing(scale, (x_shift, y_shift), grow, sway=sway, grounded=placing.grounded)


def _half(theirs: Measures, mine: Measures, figure: Figure, motion: Motion, size: Size) -> Placing:
    """A half figure in the middle, its lower edge below the picture's."""
    short = min(size.width, 0.8 * size.height) / mine.shoulders
    wanted = (_HALF_HEIGHT + _BELOW) * size.height / figure.size[1]
    grow = min(max(_HALF_SHOULDERS * short, wanted), _MOST_SHOULDERS * short, 1.2 * wanted)
    scale = grow * _ratio(mine, theirs, False)
    place = _film_home(motion, False)
    middle = figure.pose.between(Joint.LEFT_HIP, Joint.RIGHT_HIP)
    below = _BELOW * size.height
    y = size.height + below - (figure.size[1] - float(middle[1])) * grow
    chest = figure.pose.between(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)
    x = size.width / 2 + float(middle[0] - chest[0]) * grow
    shift = (x - scale * float(place[0]), y - scale * float(place[1]))
    return Placing(scale, shift, grow, sway=0.7, bounce=0.6, grounded=False, most_up=0.9 * below)


def _ratio(mine: Measures, theirs: Measures, stands: bool) -> float:
    """Film pixels per figure pixel, turned round: how much larger I am drawn than the film shows him."""
    if stands and theirs.has_legs:
        return mine.height / theirs.height
    return mine.trunk / theirs.trunk


def _film_home(motion: Motion, stands: bool) -> np.ndarray:
    """Where the film's person is at home: middle of the hips, or, for who stands, the ground under him."""
    hips = (motion.points[:, Joint.LEFT_HIP, :2] + motion.points[:, Joint.RIGHT_HIP, :2]) / 2
    home = np.median(hips, axis=0)
    if stands:
        ankles = motion.points[:, [Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE], 1].max(axis=1)
        home = np.array([hips[0, 0], np.percentile(ankles, 80)])
    return np.asarray(home, np.float64)


def _room(motion: Motion, scale: float, home: float, size: Size) -> float:
    """How much of the way across fits the picture, 0.2..1."""
    hips = (motion.points[:, Joint.LEFT_HIP, 0] + motion.points[:, Joint.RIGHT_HIP, 0]) / 2
    most = float(np.abs(hips - np.median(hips)).max()) * scale
    room = max(1.0, min(home, size.width - home) - 0.12 * size.width)
    return float(np.clip(room / max(1.0, most), 0.2, 1.0))


def _place(motion: Motion, placing: Placing, stands: bool, size: Size) -> tuple[Plate, tuple[str, ...]]:
    """The film's place behind the puppet, or a plain studio."""
    plate = motion.plate
    if plate is None:
        ground = np.empty((size.height, size.width, 3), np.uint8)
        fall = np.linspace(1.06, 0.86, size.height)[:, None, None]
        ground[:] = np.clip(np.array(_STUDIO) * fall, 0, 255).astype(np.uint8)
        return ground, ("The template keeps no background; a plain studio stands behind the person.",)
    home = _film_home(motion, stands)
    anchor = (float(home[0]), float(home[1]))
    wanted = (anchor[0] * placing.scale + placing.shift[0], anchor[1] * placing.scale + placing.shift[1])
    ground, _ = _laid(plate, motion.size, placing.scale, anchor, wanted, size)
    if not stands:
        ground = np.asarray(cv2.GaussianBlur(ground, (0, 0), _OUT_OF_FOCUS * size.height), np.uint8)
    return ground, ("The background is a still of the film the motion was taken from, with its person taken out.",)


def _laid(
    plate: Plate, whole: Size, factor: float, anchor: tuple[float, float], wanted: tuple[float, float], size: Size
) -> tuple[Plate, tuple[float, float]]:
    """A plate as ground: of `whole` pixels times `factor`, or as much as covers the picture; `anchor` comes to stand
    as near to `wanted` as that allows. Gives the shift too: ground = place * factor + shift.
    """
    factor = max(factor, size.width / whole.width, size.height / whole.height)
    shift = (
        min(0.0, max(size.width - whole.width * factor, wanted[0] - anchor[0] * factor)),
        min(0.0, max(size.height - whole.height * factor, wanted[1] - anchor[1] * factor)),
    )
    across, down = factor * whole.width / plate.shape[1], factor * whole.height / plate.shape[0]
    if max(across, down) < 1:  # averaged, or fine detail would alias
        plate = resize(plate, max(2, round(whole.width * factor)), max(2, round(whole.height * factor)))
        across, down = factor * whole.width / plate.shape[1], factor * whole.height / plate.shape[0]
    # pixel middles, not corners, lie on whole numbers
    matrix = np.array([[across, 0, shift[0] + across / 2 - 0.5], [0, down, shift[1] + down / 2 - 0.5]])
    ground = cv2.warpAffine(
        plate, matrix, (size.width, size.height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(ground, np.uint8), shift


def _darken(picture: Plate, x: float, y: float, half: float, strength: float) -> None:
    tall = 0.22 * half
    left, right = max(0, int(x - half)), min(picture.shape[1], int(x + half) + 1)
    top, bottom = max(0, int(y - tall)), min(picture.shape[0], int(y + tall) + 1)
    if right <= left or bottom <= top:
        return
    across = ((np.arange(left, right) - x) / half) ** 2
    down = ((np.arange(top, bottom) - y) / tall) ** 2
    fall = np.clip(1 - across[None, :] - down[:, None], 0, 1) ** 2
    part = picture[top:bottom, left:right]
    part[:] = (part * (1 - strength * fall[..., None]) + 0.5).astype(np.uint8)
