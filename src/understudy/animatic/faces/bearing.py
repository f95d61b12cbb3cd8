"""Bearing: how somebody carries his head, lids and brows while a sound is his own.

Knows the rhythms of speakers at any picture rate: slow sway, a new posture with a phrase, a nod and lifted brows on
stressed syllables, blinks. Must not know pixels, or how a sound was heard (driving). All curves are smooth in time;
lots are drawn once, from the generator handed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from understudy.animatic.faces.driving import Driving, Track

# GUESS: by eye, for a face that fills half of the picture; larger turns tear a still picture.
_YAW, _PITCH, _ROLL, _LIFT = 2.6, 1.3, 1.1, 0.010  # degrees, and parts of the face's height
_POSTURE = (3.4, 1.4, 1.5)  # degrees of yaw, pitch, roll at most, held for a phrase
_NOD, _BROW = 2.4, 0.55
_AT_REST = 0.45  # of the sway of a speaker stays where nobody speaks
_TURN_SECONDS = 0.28  # of the way from one posture to the next (one deviation)
_BLINK_SECONDS = (0.07, 0.05, 0.17)  # down, shut, up


@dataclass(frozen=True, slots=True)
class Bearing:
    """A head's movements, a value per picture.

    `yaw`, `pitch`, `roll` in degrees and `blink` as in FacePose; `lift` of the whole head in heights of the face, up;
    `brow` 0 to 1, up.
    """

    yaw: Track
    pitch: Track
    roll: Track
    lift: Track
    blink: Track
    brow: Track

    def __len__(self) -> int:
        return len(self.yaw)


def bearing(
    driving: Driving, rate: float, rng: np.random.Generator, *, liveliness: float, blinks_per_second: float
) -> Bearing:
    """How the speaker of a sound bears himself.

    Args:
        driving: what the sound asks for.
        rate: pictures per second.
        rng: another generator gives another temperament.
        liveliness: of the head; 1 is an even temper, 0 holds it still.
        blinks_per_second: on average, 0 to 1; 0 never blinks.
    """
    count = len(driving)
    speech = ndimage.gaussian_filter1d(np.clip(driving.energy / 0.55, 0, 1), 0.4 * rate, mode="nearest")
    ease = liveliness * (_AT_REST + (1 - _AT_REST) * speech)
    yaw_held, pitch_held, roll_held = _postures(driving, rate, rng)
    nod = ndimage.gaussian_filter1d(driving.stress.astype(np.float64), 0.05 * rate, mode="nearest")
    return Bearing(
        yaw=_track(ease * (_sway(count, rate, rng, _YAW, 4.6) + yaw_held)),
        pitch=_track(ease * (_sway(count, rate, rng, _PITCH, 3.9) + pitch_held + _NOD * nod)),
        roll=_track(ease * (_sway(count, rate, rng, _ROLL, 5.3) + roll_held)),
        lift=_track(liveliness**0.5 * _sway(count, rate, rng, _LIFT, 3.6)),
        blink=_blinks(count, rate, rng, blinks_per_second),
        brow=_track(_BROW * min(1.0, liveliness) * _brows(driving, rate, rng)),
    )


def _track(values: object) -> Track:
    return np.asarray(values, np.float32)


def _sway(count: int, rate: float, rng: np.random.Generator, most: float, seconds: float) -> Track:
    """Three slow waves whose periods never fall together; at most `most` either way."""
    moments = np.arange(count) / rate
    total = np.zeros(count)
    for period, share in ((seconds, 0.5), (seconds * 1.73, 0.35), (seconds * 0.61, 0.15)):
        drift = period * float(rng.uniform(0.9, 1.1))
        total += share * np.sin(2 * np.pi * (moments / drift + float(rng.random())))
    return _track(most * total)


def _postures(driving: Driving, rate: float, rng: np.random.Generator) -> tuple[Track, Track, Track]:
    """Yaw, pitch and roll that are taken with one stressed syllable and held until another, well after it."""
    count, shortest = len(driving), round(0.9 * rate)
    held = np.zeros((3, count))
    last = -shortest
    for number in np.flatnonzero(_tops(driving.stress)):
        if number - last < shortest or rng.random() < 0.3:
            continue
        last = int(number)
        held[:, last:] = (rng.uniform(-1, 1, 3) * _POSTURE)[:, None]
    quiet = ndimage.gaussian_filter1d(np.clip(driving.energy / 0.3, 0, 1), 0.3 * rate, mode="nearest")
    moved = ndimage.gaussian_filter1d(held, _TURN_SECONDS * rate, axis=1, mode="nearest") * quiet
    return _track(moved[0]), _track(moved[1]), _track(moved[2])


def _tops(track: Track) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """True at the highest picture of every stress."""
    before, after = np.roll(track, 1), np.roll(track, -1)
    return np.asarray((track > 0.3) & (track >= before) & (track > after))


def _brows(driving: Driving, rate: float, rng: np.random.Generator) -> Track:
    """Brows rise slowly on some stresses and sink more slowly still."""
    marks = np.zeros(len(driving))
    for number in np.flatnonzero(_tops(driving.stress)):
        if rng.random() < 0.45:
            marks[number : number + round(0.22 * rate) + 1] = float(rng.uniform(0.5, 1.0))
    return _track(ndimage.gaussian_filter1d(marks, 0.12 * rate, mode="nearest"))


def _blinks(count: int, rate: float, rng: np.random.Generator, per_second: float) -> Track:
    """Lids: every blink is quite shut in at least one picture, whatever the rate."""
    track = np.zeros(count)
    if per_second <= 0:
        return _track(track)
    down, shut, up = _BLINK_SECONDS
    moments = np.arange(count) / rate
    due = float(rng.uniform(0.25, 0.75)) / per_second
    while due < count / rate:
        at = np.ceil(due * rate) / rate  # from a picture on
        rising = np.clip((moments - (at - down)) / down, 0, 1)
        opening = np.cos(np.clip((moments - at - shut) / up, 0, 1) * np.pi / 2) ** 1.5
        track = np.maximum(track, rising * opening)
        due = max(due + float(rng.uniform(0.6, 1.4)) / per_second, due + down + shut + up + 0.1)
    track[track < 0.02] = 0
    return _track(track)
