"""Idle: what a living body does when nothing is asked of it: blinks, breath, a slight sway.

Knows rhythms of people, at 30 frames a second. Must not know sprites or lines. All curves are smooth functions of
the frame, so nothing jitters; the lots are drawn once from the generator handed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.faces.lips import FacePose
from understudy.animatic.utterance import Mouth
from understudy.core.units import FRAMES_PER_SECOND

Track = NDArray[np.float32]
"""(frame_count,) float32."""

# GUESS: usual figures for people at rest; smaller than life for the turns, which are seen at once when too large.
_BETWEEN_BLINKS = (2.0, 5.0)  # seconds
_BLINK_FRAMES = (5, 7)
_DOUBLE_BLINK = 0.12  # how often a second blink follows at once
_BREATH_SECONDS = (3.2, 4.4)
_YAW, _PITCH, _ROLL = 2.2, 1.2, 0.9  # degrees


@dataclass(frozen=True, slots=True)
class IdleTrack:
    """One performer's small movements, a value per frame.

    `blink` 0 (open) to 1 (shut); `yaw`, `pitch`, `roll` in degrees, as in FacePose; `breath` 0 (out) to 1 (in).
    """

    blink: Track
    yaw: Track
    pitch: Track
    roll: Track
    breath: Track

    def __len__(self) -> int:
        return len(self.blink)

    def pose(self, frame: int, mouth: Mouth | None = None, mouth_frame: int = 0) -> FacePose:
        """The pose of a frame, with the mouth of row `mouth_frame` where somebody speaks.

        Rows outside the mouth's movement leave the face as pictured.
        """
        here = min(max(frame, 0), len(self) - 1)
        opening = width = closed = 0.0
        if mouth is not None and 0 <= mouth_frame < len(mouth):
            opening = float(mouth.opening[mouth_frame])
            width = float(mouth.width[mouth_frame])
            closed = float(mouth.closed[mouth_frame])
        return FacePose(
            opening=opening,
            width=width,
            closed=closed,
            blink=float(self.blink[here]),
            yaw=float(self.yaw[here]),
            pitch=float(self.pitch[here]),
            roll=float(self.roll[here]),
        )


def idle(frame_count: int, rng: np.random.Generator) -> IdleTrack:
    """Small movements for `frame_count` frames; another generator gives another person."""
    return IdleTrack(
        blink=_blinks(frame_count, rng),
        yaw=_sway(frame_count, rng, _YAW, 4.6),
        pitch=_sway(frame_count, rng, _PITCH, 3.9),
        roll=_sway(frame_count, rng, _ROLL, 5.3),
        breath=_breath(frame_count, rng),
    )


def _blinks(frame_count: int, rng: np.random.Generator) -> Track:
    track = np.zeros(frame_count, np.float32)
    start = int(rng.uniform(0.4, _BETWEEN_BLINKS[1]) * FRAMES_PER_SECOND)
    while start < frame_count:
        length = int(rng.integers(_BLINK_FRAMES[0], _BLINK_FRAMES[1] + 1))
        blink = _one_blink(length)[: frame_count - start]
        track[start : start + len(blink)] = blink
        again = rng.random() < _DOUBLE_BLINK
        pause = 3 if again else int(rng.uniform(*_BETWEEN_BLINKS) * FRAMES_PER_SECOND)
        start += length + pause
    return track


def _one_blink(length: int) -> Track:
    """Down within two frames, shut for one, up more slowly."""
    down = np.array([0.45, 1.0])
    up = np.cos(np.linspace(0, np.pi / 2, length - 1)[1:]) ** 1.5
    return np.concatenate([down, up])[:length].astype(np.float32)


def _sway(frame_count: int, rng: np.random.Generator, most: float, seconds: float) -> Track:
    """Three slow waves whose periods never fall together; at most `most` either way."""
    frames = np.arange(frame_count) / FRAMES_PER_SECOND
    total = np.zeros(frame_count)
    for period, share in ((seconds, 0.5), (seconds * 1.73, 0.35), (seconds * 0.61, 0.15)):
        drift = period * float(rng.uniform(0.9, 1.1))
        total += share * np.sin(2 * np.pi * (frames / drift + float(rng.random())))
    return np.asarray(most * total, np.float32)


def _breath(frame_count: int, rng: np.random.Generator) -> Track:
    """In a little quicker than out."""
    period = float(rng.uniform(*_BREATH_SECONDS)) * FRAMES_PER_SECOND
    phase = (np.arange(frame_count) / period + float(rng.random())) * 2 * np.pi
    return np.asarray(0.5 - 0.5 * np.cos(phase + 0.35 * np.sin(phase)), np.float32)
