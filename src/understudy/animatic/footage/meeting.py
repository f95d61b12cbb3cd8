"""Meeting: two films that go on towards each other become one, along one camera's way where they show the same place.

Knows two pictures of one moment and how far each still says what is seen. Must not know how each film goes on
(continuing) nor which of them was given.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.easing import clamp
from understudy.animatic.filling import Plate
from understudy.animatic.footage.continuing import Path
from understudy.animatic.footage.travel import Matrix, Pose
from understudy.animatic.stills.depths import guess_depths

_LOOK = 320  # pixels of the longer side that the two are compared at
_EDGE = 0.35  # of the order's range that is changing at a time


def between(
    across: Matrix, steps: int, size: tuple[int, int], leaving: NDArray[np.float64], arriving: NDArray[np.float64]
) -> tuple[Path, Path]:
    """One camera's way from one picture to another, without a jerk at either end.

    Args:
        across: from pixels of the first picture to those of the second.
        steps: how many pictures lie between them.
        size: (width, height) of the pictures.
        leaving: the camera's speed at the first picture (see `Continuation.speed`).
        arriving: its speed at the second one.

    Returns:
        The way as seen from the first picture, and as seen from the second, whose steps count backwards in time.
    """
    middle = (size[0] - 1) / 2, (size[1] - 1) / 2
    pose = Pose.of(across, middle)
    whole = np.array([pose.x, pose.y, math.log(pose.zoom), pose.turn])
    most = np.abs(whole) * 1.5 + np.array([0.08 * size[0], 0.08 * size[1], 0.05, 0.05])
    start, end = (np.clip(speed * (steps + 1), -most, most) for speed in (leaving, arriving))
    forwards, backwards = [], []
    back = np.linalg.inv(across)
    for step in range(1, steps + 1):
        t = step / (steps + 1)
        # cubic Hermite: place and speed are right at both ends
        row = whole * t * t * (3 - 2 * t) + start * t * (1 - t) ** 2 - end * t * t * (1 - t)
        here = Pose(row[0], row[1], math.exp(row[2]), row[3]).matrix(middle)
        forwards.append(here)
        backwards.append(here @ back)
    return Path(tuple(forwards)), Path(tuple(backwards[::-1]))


def by_depth(one: Plate, other: Plate) -> NDArray[np.float32]:
    """The order in which the parts of one picture give way to another's: what is far first. Ranks, 0..1."""
    near = [guess_depths(picture, False).near for picture in (one, other)]
    mixed = 0.6 * near[0] + 0.4 * cv2.resize(near[1], near[0].shape[::-1], interpolation=cv2.INTER_LINEAR)
    ranks = np.empty(mixed.size, np.float32)
    ranks[np.argsort(mixed, axis=None, kind="stable")] = np.linspace(0, 1, mixed.size, dtype=np.float32)
    return np.asarray(cv2.GaussianBlur(ranks.reshape(mixed.shape), (0, 0), 2.0), np.float32)


class Meeting:
    """Two films becoming one: where they show the same, each picture bends towards the other while it fades into it."""

    def __init__(self, order: NDArray[np.float32] | None = None) -> None:
        """Begin.

        Args:
            order: (h, w) 0..1, any size, for two films of different places: what changes first (0) and last (1).
        """
        self._order = order
        self._finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def mix(self, one: Plate, other: Plate, share: float) -> Plate:
        """`one` at share 0, `other` at share 1."""
        share = clamp(share)
        if share <= 0 or share >= 1:
            return other if share >= 1 else one
        if self._order is not None:
            return self._crossed(one, other, share)
        height, width = one.shape[:2]
        scale = min(1.0, _LOOK / max(height, width))
        size = max(16, round(width * scale)), max(16, round(height * scale))
        greys = [
            cv2.cvtColor(cv2.resize(each, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
            for each in (one, other)
        ]
        there = self._agreed(greys[0], greys[1])
        back = self._agreed(greys[1], greys[0])
        first = _bent(one, there, share, scale)
        second = _bent(other, back, 1 - share, scale)
        return np.asarray(cv2.addWeighted(first, 1 - share, second, share, 0), np.uint8)

    def _crossed(self, one: Plate, other: Plate, share: float) -> Plate:
        """Each part of the picture changes in a moment of its own."""
        assert self._order is not None
        size = one.shape[1], one.shape[0]
        part = np.clip((share * (1 + _EDGE) - self._order) / _EDGE, 0, 1).astype(np.float32)
        part = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.blendLinear(other, one, part, 1 - part), np.uint8)

    def _agreed(self, one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Where each pixel went, small pixels; nowhere where the two ways of asking do not agree."""
        flow = np.asarray(self._finder.calc(one, other, None), np.float32)
        reverse = np.asarray(self._finder.calc(other, one, None), np.float32)
        y, x = np.mgrid[0 : one.shape[0], 0 : one.shape[1]].astype(np.float32)
        again = cv2.remap(
            reverse, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        off = np.linalg.norm(flow + again, axis=2)
        sure = np.clip(2 - off / 1.5, 0, 1).astype(np.float32)
        weight = cv2.GaussianBlur(sure, (0, 0), 4.0)
        smooth_flow = cv2.GaussianBlur(flow * sure[..., None], (0, 0), 4.0) / np.maximum(weight, 1e-3)[..., None]
        return np.asarray(smooth_flow * np.clip(weight * 2, 0, 1)[..., None], np.float32)


def _bent(picture: Plate, flow: NDArray[np.float32], share: float, scale: float) -> Plate:
    """The picture moved along `share` of the flow."""
    height, width = picture.shape[:2]
    away = flow
    y, x = np.mgrid[0 : flow.shape[0], 0 : flow.shape[1]].astype(np.float32)
    for _ in range(2):  # the flow of where it came from
        away = cv2.remap(
            flow,
            x - away[..., 0] * np.float32(share),
            y - away[..., 1] * np.float32(share),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    wide = cv2.resize(away, (width, height), interpolation=cv2.INTER_LINEAR) * np.float32(share / scale)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.asarray(
        cv2.remap(picture, x - wide[..., 0], y - wide[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )
