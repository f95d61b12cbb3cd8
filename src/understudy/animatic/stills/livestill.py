"""A still that lives: a picture whose camera moves, whose subject breathes, blinks, speaks and acts, in its weather.

Knows how backdrop, subject, face, weather and light make one frame. Must not know prompts or files: it is told what is
to happen. Its first frame is the picture itself, to the bit; what taking it apart has changed is faded in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.camera import View
from understudy.animatic.canvas import Grade, rgb_of, yuv_of
from understudy.animatic.faces._patch import premultiplied
from understudy.animatic.faces.lips import FacePose
from understudy.animatic.faces.portrait import Portrait, prepare
from understudy.animatic.filling import fill
from understudy.animatic.layers.light import SAME, people_grade, plate_grade
from understudy.animatic.matte import sprite_of
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Plate, Sprite
from understudy.animatic.screenplay import Weather
from understudy.animatic.stills.depths import guess_depths
from understudy.animatic.stills.foreground import Foreground
from understudy.animatic.stills.gestures import Acted
from understudy.animatic.stills.glass import falling
from understudy.animatic.stills.parallax import Pose, Stage, lay_over, margin_of, widened
from understudy.animatic.stills.stirring import Stirring, Stirs
from understudy.core.units import Size

_SETTLE = 8  # frames over which what taking apart has changed is faded in
_BREATH = 0.0045  # growth of a body that breathes in, over its height. By eye
_STIRRED = 0.0022  # of the height: what is near rises so much with a breath where nobody was told apart. By eye
_GROWN = 0.022  # over the longer side: how far beyond the mask the hole behind it reaches
_RIM = 0.3  # of that reach, where the subject's own edge still shows
_LIGHT_STEPS = 64  # of a change of light over a film
_EVENING = 0.8  # most of a grade that is reached: the picture stays itself
_DARK_ALREADY = 80.0  # mean luma below which a picture is not darkened to night. GUESS


@dataclass(frozen=True, slots=True)
class Happening:
    """What happens in a shot, one value per frame where it is a sequence."""

    views: Sequence[View]
    acted: Acted
    faces: Sequence[FacePose]
    breath: NDArray[np.float32]  # 0 out, 1 in
    seconds: NDArray[np.float64]  # time of each frame since the film began
    weather: tuple[Weather, ...] = ()
    stirs: Stirs = field(default_factory=Stirs)
    exact_start: bool = True  # weather, wind and light rise from nothing, for the shot begins with the picture
    light_from: float = 0.0  # share of the change of light at the first and after the last frame
    light_to: float = 1.0


class LiveStill:
    """A picture made ready; `paint` wants the frames in order."""

    def __init__(
        self, picture: Plate, size: Size, found: Foreground, happening: Happening, rng: np.random.Generator
    ) -> None:
        """Take the picture apart. `picture` has the film's size; `found` is what stands in front of it."""
        self._picture, self._size, self._happening = picture, size, happening
        mask, face = found.mask, found.face
        box = found.box
        behind = picture
        foot: float | None = None
        if mask is not None and box is not None:
            reach = 2 * max(2, round(_GROWN * max(mask.shape) / 2)) + 1
            grown = cv2.dilate((mask > 0.03).astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
            behind = _kept_near(picture, fill(picture, grown, seed=int(rng.integers(1 << 31))), mask, reach // 2)
            foot = box[3] / size.height
        self.depths = guess_depths(behind, found.is_person, foot)
        feet = ((box[0] + box[2]) / 2, box[3]) if box is not None else (size.width / 2, size.height)
        self._stage = Stage(size, self.depths.near, feet)
        grades = _grades(happening.weather, picture)
        self._backdrop = _Texture(widened(behind, size), grades[0])
        self._front: _Texture | None = None
        sprite: Sprite = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
        if mask is not None:
            sprite = sprite_of(picture, mask)
            self._front = _Texture(_open_sided(premultiplied(sprite), size), grades[1])
        self._portrait: Portrait | None = None if face is None else prepare(sprite, face)
        self._stirring = Stirring(happening.stirs, behind, self.depths, self._stage, rng, mask, face)
        self.missing = self._stirring.missing
        self._far, self._near = falling(happening.weather, size, rng)
        self._residue: NDArray[np.int16] | None = None

    def paint(self, frame: int) -> Plate:
        """One frame, (h, w, 3) RGB; the array is the caller's."""
        if frame == 0 and self._happening.exact_start:
            return self._picture.copy()
        happening = self._happening
        seconds = float(happening.seconds[frame] - happening.seconds[0]) if happening.exact_start else 60.0
        made = self._composed(frame, float(happening.seconds[frame]), seconds)
        if happening.exact_start and frame <= _SETTLE:
            if self._residue is None:
                self._residue = self._residue_of()
            share = 1 - frame / (_SETTLE + 1)
            made = np.clip(made + self._residue * share + 0.5, 0, 255).astype(np.uint8)
        if self._near is not None:
            self._near.over(made, frame, seconds)
        return made

    def _composed(self, frame: int, clock: float, since: float) -> Plate:
        happening, view = self._happening, self._happening.views[frame]
        light = happening.light_from + (happening.light_to - happening.light_from) * frame / len(happening.views)
        pose = happening.acted.pose(frame)
        stir = self._stirring.backdrop(clock if not happening.exact_start else since)
        self._move_face(happening.faces[frame])
        breath = float(happening.breath[frame])
        if self._front is None:
            stir = self._nudged(stir, replace(pose, y=pose.y - _STIRRED * breath * self._size.height))
        picture = self._stage.backdrop(self._backdrop.lit(light), view, stir)
        if self._far is not None:
            self._far.over(picture, frame, since)
        if self._front is not None:
            pose = _breathing(pose, breath)
            front = self._stage.front(self._front.lit(light), view, pose, self._stirring.front(since))
            if front is not None:
                lay_over(picture, *front)
        return picture

    def _residue_of(self) -> NDArray[np.int16]:
        """What the picture has and the picture put together again has not."""
        home = View(self._size.width / 2, self._size.height / 2)
        self._move_face(FacePose())
        again = self._stage.backdrop(self._backdrop.lit(self._happening.light_from), home)
        if self._front is not None:
            front = self._stage.front(self._front.lit(self._happening.light_from), home, Pose())
            if front is not None:
                lay_over(again, *front)
        return self._picture.astype(np.int16) - again

    def _nudged(self, stir: NDArray[np.float32] | None, pose: Pose) -> NDArray[np.float32] | None:
        """Where nobody could be cut out, the near part of the picture moves a little in his stead."""
        most = 0.012 * self._size.height
        x, y = float(np.clip(pose.x, -most, most)), float(np.clip(pose.y, -most, most))
        if not x and not y:
            return stir
        grid_x, grid_y = self._stage.grid
        near = self.depths.near
        weight = cv2.remap(
            near,
            (grid_x + 0.5) * np.float32(near.shape[1] / self._size.width) - np.float32(0.5),
            (grid_y + 0.5) * np.float32(near.shape[0] / self._size.height) - np.float32(0.5),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        shift = np.dstack([-x * weight**2, -y * weight**2]).astype(np.float32)
        return shift if stir is None else stir + shift

    def _move_face(self, pose: FacePose) -> None:
        if self._portrait is None:
            return
        patch, (left, top) = self._portrait.paint(pose)
        texture = self._front or self._backdrop
        if self._front is not None:
            patch = premultiplied(patch) if patch.size else patch
        m = margin_of(self._size)
        texture.patch(patch[..., : texture.channels], left + m, top + m)


class _Texture:
    """Pixels in changing light, one part of which is another in each frame."""

    def __init__(self, pixels: NDArray[np.uint8], grade: Grade) -> None:
        self._still, self._grade = pixels, grade
        self._work = pixels.copy()
        self._dirty: tuple[slice, slice] | None = None
        self._dark = None if grade is SAME else _graded(pixels, grade)
        self._step = 0
        self._patch = pixels[:0, :0]
        self.channels = int(pixels.shape[2])

    def lit(self, light: float) -> NDArray[np.uint8]:
        """The pixels at a share of the change of light, 0..1."""
        if self._dark is not None:
            step = round(light * _LIGHT_STEPS)
            if step != self._step:
                self._step = step
                share = _EVENING * step / _LIGHT_STEPS
                still = cv2.addWeighted(self._still, 1 - share, self._dark, share, 0)
                if self._dirty is not None:
                    still[self._dirty] = self._lit_patch(self._patch)
                self._work = still
        return self._work

    def patch(self, pixels: NDArray[np.uint8], left: int, top: int) -> None:
        """Put other pixels at a place, and back what was changed before."""
        if self._dirty is not None:
            self._work[self._dirty] = self._lit_part(self._dirty)
            self._dirty = None
        height, width = pixels.shape[:2]
        if not height or not width:
            return
        self._dirty = (slice(top, top + height), slice(left, left + width))
        self._patch = np.ascontiguousarray(pixels)
        self._work[self._dirty] = self._lit_patch(self._patch)

    def _lit_part(self, part: tuple[slice, slice]) -> NDArray[np.uint8]:
        if self._dark is None or self._step == 0:
            return self._still[part]
        share = _EVENING * self._step / _LIGHT_STEPS
        return np.asarray(cv2.addWeighted(self._still[part], 1 - share, self._dark[part], share, 0), np.uint8)

    def _lit_patch(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self._dark is None or self._step == 0:
            return pixels
        share = _EVENING * self._step / _LIGHT_STEPS
        return np.asarray(cv2.addWeighted(pixels, 1 - share, _graded(pixels, self._grade), share, 0), np.uint8)


def _graded(pixels: NDArray[np.uint8], grade: Grade) -> NDArray[np.uint8]:
    """RGB, or premultiplied RGBA, in another light."""
    colour = np.ascontiguousarray(pixels[..., :3])
    if pixels.shape[2] == 3:
        return rgb_of(grade.on(yuv_of(colour)))
    alpha = pixels[..., 3].astype(np.float32)[..., None]
    straight = np.clip(colour * (255 / np.maximum(alpha, 1)), 0, 255).astype(np.uint8)
    lit = rgb_of(grade.on(yuv_of(straight)))
    return np.dstack([np.rint(lit * (alpha / 255)).astype(np.uint8), pixels[..., 3]])


def _grades(weather: Sequence[Weather], picture: Plate) -> tuple[Grade, Grade]:
    """How backdrop and subject change; words that the picture shows already change nothing."""
    kept = list(weather)
    mean = picture.reshape(-1, 3).mean(axis=0)
    if Weather.NIGHT in kept and float(mean @ (0.299, 0.587, 0.114)) < _DARK_ALREADY:
        kept.remove(Weather.NIGHT)
    if Weather.SUNSET in kept and mean[0] > 1.35 * mean[2]:
        kept.remove(Weather.SUNSET)
    return (plate_grade(kept), people_grade(kept)) if kept else (SAME, SAME)


def _kept_near(picture: Plate, filled: Plate, mask: Mask, reach: int) -> Plate:
    """The filling, going over into the picture itself from close to the mask to `reach` pixels away from it.

    The hole is wider than the mask so that no patch brings the subject's rim back; what really is there stays.
    """
    away = cv2.distanceTransform((mask <= 0.03).astype(np.uint8), cv2.DIST_L2, 3)
    share = np.clip((away - _RIM * reach) / ((1 - _RIM) * reach), 0, 1).astype(np.float32)
    return np.asarray(cv2.blendLinear(picture, filled, share, 1 - share), np.uint8)


def _breathing(pose: Pose, breath: float) -> Pose:
    return Pose(pose.x, pose.y, pose.turn, pose.wide * (1 + 0.4 * _BREATH * breath), pose.tall * (1 + _BREATH * breath))


def _open_sided(sprite: Sprite, size: Size) -> Sprite:
    """A premultiplied sprite widened: it goes on where the picture's edge cuts it, and nowhere else."""
    m = margin_of(size)
    wide = widened(sprite, size)
    limit = cv2.copyMakeBorder(np.ascontiguousarray(sprite[..., 3]), m, m, m, m, cv2.BORDER_REPLICATE)
    alpha = wide[..., 3].astype(np.float32)
    share = np.minimum(alpha, limit) / np.maximum(alpha, 1)
    share[m:-m, m:-m] = 1
    return np.clip(wide * share[..., None] + 0.5, 0, 255).astype(np.uint8)
