"""Stand-ins on the canvas: a jointed figure of clay at its place, with a shadow on the ground and a small label.

Knows stands, poses and paints. Must not know the prompt, nor draw lots: all motion is settled before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.blocking import Stand
from understudy.animatic.camera import View
from understudy.animatic.canvas import Canvas, Grade, Paint, pack, shadow_paint
from understudy.animatic.layers._layer import Moment
from understudy.animatic.layers.acting import Motion, travel
from understudy.animatic.layers.lettering import Letterer
from understudy.animatic.screenplay import Verb
from understudy.animatic.standins.bones import Pose, placed
from understudy.animatic.standins.clay import model
from understudy.animatic.standins.figure import UNIT, Figure, figure_of
from understudy.animatic.standins.gaits import Doing, poses
from understudy.animatic.standins.kinds import Home, Role
from understudy.animatic.storyboard import Facing, Shot
from understudy.animatic.utterance import Utterance
from understudy.core.units import FRAMES_PER_SECOND, Size

Track = NDArray[np.float64]
_SIDEWAYS = frozenset(
    {Verb.WALK, Verb.RUN, Verb.PASS, Verb.ENTER, Verb.LEAVE, Verb.SIT, Verb.FLY, Verb.SWIM, Verb.SLEEP, Verb.HUG}
)
_RISES = {"rocket": (0.0, 0.85, 2.0), "balloon": (0.16, 0.22, 1.0), "kite": (0.10, 0.14, 1.0)}
"""What rises where it flies: how far it starts below and ends above its mark, in heights of the picture, and how its
speed grows. By eye."""
_FINEST = 1.06  # largest enlargement of a part's paint


@dataclass(slots=True)
class Mannequin:
    """One stand-in of a shot; a Layer. Made by `ready_standin`."""

    stand: Stand
    figure: Figure
    poses: tuple[Pose, ...]
    x: Track
    y: Track
    flip: float
    front: bool
    aloft: bool
    size: Size
    paints: Mapping[str, tuple[Paint, NDArray[np.float64]]]
    shadow: Paint | None
    label: Paint | None
    above: bool  # the label stands over the head: below there are captions, or a mount with its own

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        frame = min(max(moment.frame, 0), len(self.poses) - 1)
        view = moment.view.matrix(self.stand.near, self.size)
        if self.shadow is not None:
            canvas.draw(self.shadow, view @ self._shadow_place(frame))
        unit = self.stand.scale * UNIT
        home = view @ np.array(
            [
                [unit * self.flip, 0.0, self.stand.x + self.x[frame]],
                [0.0, unit, self.stand.y + self.y[frame]],
                [0, 0, 1.0],
            ]
        )
        puppet = self.figure.puppet(front=self.front, aloft=self.aloft)
        for name, matrix in placed(puppet, self.poses[frame]).items():
            paint, to_part = self.paints[name]
            canvas.draw(paint, home @ matrix @ to_part)

    def _shadow_place(self, frame: int) -> NDArray[np.float64]:
        assert self.shadow is not None
        pose, unit = self.poses[frame], self.stand.scale * UNIT
        per = self.stand.width / 320 * 0.96
        x = self.stand.x + self.x[frame] + self.flip * pose.x * unit - per * self.shadow.width / 2
        y = self.stand.y - 0.004 * unit - per * self.shadow.height / 2
        return np.array([[per, 0.0, x], [0.0, per, y], [0.0, 0.0, 1.0]])

    def name(self, canvas: Canvas, moment: Moment) -> None:
        """Lay the label over everything."""
        if self.label is None:
            return
        frame = min(max(moment.frame, 0), len(self.poses) - 1)
        unit = self.stand.scale * UNIT
        over = -1.03 * unit if self.above else 0.0
        spot = np.array([self.stand.x + self.x[frame], self.stand.y + self.y[frame] + over, 1.0])
        x, y = moment.view.matrix(self.stand.near, self.size) @ spot
        if not -0.1 * self.size.height < y < 1.6 * self.size.height:
            return
        left = round(float(x) - self.label.width / 2)
        top = round(float(y) + 0.012 * self.size.height) - (round(1.6 * self.label.height) if self.above else 0)
        if float(x) < -0.02 * self.size.width or float(x) > 1.02 * self.size.width:
            return
        top = max(round(0.012 * self.size.height), min(top, round(0.975 * self.size.height) - self.label.height))
        canvas.stamp(self.label, left, top, 0.92)


@dataclass(frozen=True, slots=True)
class NameTag:
    """The label of a stand-in, before all that stands in front of it; a Layer."""

    of: Mannequin

    def paint(self, canvas: Canvas, moment: Moment) -> None:
        self.of.name(canvas, moment)


def ready_standin(
    stand: Stand,
    others: Mapping[str, Stand],
    views: Sequence[View],
    size: Size,
    grade: Grade,
    letterer: Letterer,
    *,
    shot: Shot,
    passing: Track | None = None,
    utterances: Mapping[int, Utterance] | None = None,
    mount: Stand | None = None,
) -> Mannequin:
    """Make a stand-in ready for a shot: its motion settled, its parts in clay no larger than they are seen.

    `passing` is how far the ground passes under it, in set pixels per frame from the start; `mount` what it sits on.
    """
    figure = figure_of(stand.performer)
    assert figure is not None
    count = len(views)
    passing = passing if passing is not None and passing.any() else None
    motion = Motion(count)
    mover = stand if mount is None else mount
    travelled = travel(motion, mover, others, views, size)
    goes = (travelled or passing is not None) and goes_along(mover)
    verbs = frozenset(act.verb for act in stand.placement.acts) | (
        frozenset({Verb.WALK}) if goes and not _goes(stand) else frozenset()
    )
    if goes and mount is None:
        verbs -= {Verb.SIT, Verb.STAND}
    unit = stand.scale * UNIT
    way = np.cumsum(np.abs(np.gradient(motion.x))) if travelled and count > 1 else np.zeros(count)
    if passing is not None and goes:
        way = way + np.abs(passing)
    aloft = (figure.aloft and not verbs & {Verb.SIT, Verb.SLEEP, Verb.STAND}) or (
        figure.kind.role is Role.ANIMAL and Verb.FLY in verbs
    )
    front = figure.is_person and mount is None and not (verbs & _SIDEWAYS)
    flip = -1.0 if _looks_left(mover, motion, passing) else 1.0
    doing = Doing(
        figure.kind,
        figure.puppet(front=front, aloft=aloft),
        front,
        verbs,
        way / max(1.0, unit),
        np.arange(count) / FRAMES_PER_SECOND,
        _talk(stand, shot, utterances or {}, count),
        aloft,
        mount is not None,
        0.37 * figure.number % 1.0,
    )
    x, y = motion.x, motion.y
    if passing is not None and not goes_along(stand):
        x = x + _past(stand, passing, size)
        way = np.zeros(count)
    if mount is None and Verb.FLY in verbs and figure.kind.body in _RISES:
        below, above, power = _RISES[figure.kind.body]
        y = y + size.height * (below - (below + above) * np.linspace(0, 1, count) ** power)
    paints = _modelled(doing, views, stand, grade, figure)
    shadow = None
    if mount is None and figure.kind.home is Home.GROUND and Verb.FLY not in verbs and Verb.SWIM not in verbs:
        shadow = shadow_paint(320, 34, 0.5, softness=0.16)
    label = _label(figure.label, size, letterer) if figure.label else None
    return Mannequin(
        stand,
        figure,
        tuple(poses(doing)),
        x,
        y,
        flip,
        front,
        aloft,
        size,
        paints,
        shadow,
        label,
        mount is not None or (figure.is_person and bool(shot.lines)),
    )


def goes_along(stand: Stand) -> bool:
    """Whether a stand-in goes with the camera; scenery and things stay where they are and pass by."""
    figure = figure_of(stand.performer)
    return figure is not None and figure.kind.role not in (Role.SCENERY, Role.THING)


def _past(stand: Stand, passing: Track, size: Size) -> Track:
    """How far what stays behind has moved in the picture; it comes again on the other side."""
    span = 2.2 * size.width
    home = (stand.x + 0.6 * size.width) % span
    return np.asarray((home - passing) % span - home)


def _goes(stand: Stand) -> bool:
    return stand.does(Verb.WALK, Verb.RUN, Verb.FLY, Verb.SWIM, Verb.PASS)


def _looks_left(stand: Stand, motion: Motion, passing: Track | None) -> bool:
    if passing is not None and abs(float(passing[-1])) > 1:
        return bool(passing[-1] < 0)
    moved = float(motion.x[-1] - motion.x[0])
    if abs(moved) > 2:
        return moved < 0
    return stand.placement.facing is Facing.LEFT


def _talk(stand: Stand, shot: Shot, utterances: Mapping[int, Utterance], count: int) -> Track:
    """How far the mouth is open in each frame of the shot."""
    talk = np.zeros(count)
    for line in shot.lines:
        if line.speaker != stand.name or line.number not in utterances:
            continue
        opening = utterances[line.number].mouth.opening
        start = line.first_frame - shot.first_frame
        end = min(count, start + len(opening))
        if start < count and end > start >= 0:
            talk[start:end] = np.clip(opening[: end - start], 0, 1)
    return talk


def _modelled(
    doing: Doing, views: Sequence[View], stand: Stand, grade: Grade, figure: Figure
) -> dict[str, tuple[Paint, NDArray[np.float64]]]:
    closest = max(1.0 + (view.zoom - 1.0) * stand.near for view in views)
    pixels = max(8.0, stand.scale * UNIT * closest * _FINEST)
    paints = {}
    for part in doing.puppet.parts:
        cast = model(part, figure.accent, pixels)
        to_part = np.array([[1 / pixels, 0.0, -cast.x / pixels], [0.0, 1 / pixels, -cast.y / pixels], [0.0, 0.0, 1.0]])
        paints[part.name] = (Paint(pack(cast.sprite, grade)), to_part)
    return paints


def _label(text: str, size: Size, letterer: Letterer) -> Paint:
    """A small name on a dark, half transparent plate."""
    pixels = max(11, round(0.026 * min(size.height, 1.2 * size.width)))
    pad = round(0.42 * pixels)
    wide, high = (letterer.width(text, pixels) + 2 * pad + 1) & ~1, (round(1.5 * pixels) + 1) & ~1
    ink = np.zeros((high, wide), np.uint8)
    letterer.draw(ink, text, pad, round(1.12 * pixels), pixels)
    board = np.zeros((high, wide), np.uint8)
    r = high // 2
    cv2.rectangle(board, (r, 0), (wide - r - 1, high - 1), 120, -1)
    for x in (r, wide - r - 1):
        cv2.circle(board, (x, r), r, 120, -1, cv2.LINE_AA)
    alpha = np.maximum(board, ink)
    shade = 24 + (244 - 24) * (ink.astype(np.float32) / 255)
    letters = np.dstack([shade, shade, shade, alpha.astype(np.float32)])
    return Paint(pack(np.clip(np.rint(letters), 0, 255).astype(np.uint8)))
