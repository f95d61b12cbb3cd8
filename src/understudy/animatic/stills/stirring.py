"""Stirring: water that ripples, clouds that drift, leaves, hair, smoke and flames that move, as small shifts of pixels.

Knows the words that ask for it and fields of waves on a grid. Must not know cameras or textures. Where such things are
in a picture is guessed by colour and place (depths); nothing stirs unless the prompt speaks of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from understudy.animatic._opencv import cv2
from understudy.animatic.perception import Mask
from understudy.animatic.performer import Face, Plate
from understudy.animatic.stills.depths import Depths, bright_of, green_of, small_of, water_of
from understudy.animatic.stills.parallax import Floats, Stage


class Stir(StrEnum):
    """What may move by itself."""

    WATER = "water"
    CLOUDS = "clouds"
    LEAVES = "leaves"
    HAIR = "hair"
    SMOKE = "smoke"
    FIRE = "fire"


_WORDS: tuple[tuple[Stir, str], ...] = (
    (
        Stir.WATER,
        r"海浪|波浪|波涛|浪花|涟漪|水面|海面|湖面|河面|江面|水波|流水|河水|溪水|湖水|江水|海水|瀑布|波光|大海|溪流|"
        r"\bwaves?\b(?! (?:at|to|his|her|hello|goodbye))|\bwater\b|ripples?|\brivers?\b|\blakes?\b|\bsea\b|\bocean|"
        r"\bstreams?\b|waterfall|\bsurf\b|\bpond\b",
    ),
    (Stir.CLOUDS, r"云(?!南|端|台)|天空|\bclouds?\b|\bsky\b|skies"),
    (
        Stir.LEAVES,
        r"草(?!莓|稿|图)|树叶|叶子|枝叶|树枝|竹|麦浪|稻田|花瓣|花朵|花丛|树木|柳|"
        r"\bgrass|\bleaves\b|\bleaf\b|\btrees?\b|\bbranch|\bpetals?\b|\bflowers? (?:sway|mov|danc|nod)\w*|\breeds?\b|"
        r"\bsway(?:s|ing)?\b|\bmeadow\b",
    ),
    (Stir.HAIR, r"头发|发丝|长发|秀发|短发|刘海|毛发|\bhair\b|\bfur\b|\bmane\b"),
    (Stir.SMOKE, r"烟(?!花|火)|蒸汽|热气|雾气|水汽|\bsmoke|\bsteam|\bvapou?r|\bmist\b"),
    (Stir.FIRE, r"火焰|篝火|烛光|蜡烛|火苗|烈火|燃烧|\bflames?\b|\bfire\b(?!place)|\bcandle|\bburning\b"),
)
_WIND = r"微风|风吹|大风|狂风|清风|随风|风中|\bwind\b|\bbreeze\b|\bwindy\b"
_RAMP_SECONDS = 1.2  # until it stirs fully: a film begins with its picture as it is


@dataclass(frozen=True, slots=True)
class Stirs:
    """What is to move: kinds that the prompt names, and whether there is wind, which moves leaves and hair too."""

    named: tuple[Stir, ...] = ()
    windy: bool = False

    @property
    def kinds(self) -> tuple[Stir, ...]:
        """All kinds, in the order of `Stir`."""
        blown = {Stir.LEAVES, Stir.HAIR} if self.windy else set()
        return tuple(kind for kind in Stir if kind in blown or kind in self.named)


def find_stirs(text: str) -> Stirs:
    """What of a picture the text speaks of as moving by nature."""
    words = text.lower()
    named = tuple(kind for kind, pattern in _WORDS if re.search(pattern, words))
    return Stirs(named, bool(re.search(_WIND, words)))


class Stirring:
    """What stirs in one picture, on the grid of its stage."""

    def __init__(
        self,
        stirs: Stirs,
        picture: Plate,
        depths: Depths,
        stage: Stage,
        rng: np.random.Generator,
        mask: Mask | None = None,
        face: Face | None = None,
    ) -> None:
        """Find where each kind is. `mask` and `face` are of who stands in front, in picture pixels."""
        self._x, self._y = stage.grid
        self._unit = min(stage.size.width, stage.size.height) / 720
        self._size = stage.size
        self._phase = rng.uniform(0, 2 * np.pi, 12)
        self._near = 0.25 + 0.75 * self._on_grid(depths.near)
        small = small_of(picture)
        found: dict[Stir, Callable[[], Mask]] = {
            Stir.WATER: lambda: water_of(small, depths),
            Stir.CLOUDS: lambda: np.asarray(cv2.GaussianBlur(depths.sky, (0, 0), 7.0) * depths.sky, np.float32),
            Stir.LEAVES: lambda: green_of(small, depths),
            Stir.SMOKE: lambda: bright_of(small, False),
            Stir.FIRE: lambda: bright_of(small, True),
        }
        self._backdrop = {kind: self._on_grid(found[kind]()) for kind in stirs.kinds if kind in found}
        self._hair: Floats | None = None
        if Stir.HAIR in stirs.kinds and mask is not None and face is not None:
            self._hair = self._on_grid(_hair_of(mask, face))
        self.missing = tuple(
            kind
            for kind in stirs.named
            if (float(self._backdrop[kind].mean()) < 0.004 if kind in self._backdrop else self._hair is None)
        )
        """Kinds named of which nothing was found."""

    def _on_grid(self, small: Mask) -> Floats:
        height, width = small.shape
        return np.asarray(
            cv2.remap(
                small,
                (self._x + 0.5) * np.float32(width / self._size.width) - np.float32(0.5),
                (self._y + 0.5) * np.float32(height / self._size.height) - np.float32(0.5),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.float32,
        )

    def backdrop(self, seconds: float) -> Floats | None:
        """Shifts (rows, columns, 2) of the backdrop at a moment of the film, film pixels; None where nothing stirs."""
        if not self._backdrop:
            return None
        share = min(1.0, seconds / _RAMP_SECONDS)
        total = np.zeros((*self._x.shape, 2), np.float32)
        for kind, mask in self._backdrop.items():
            x, y = self._field(kind, seconds)
            total[..., 0] += mask * x * share
            total[..., 1] += mask * y * share
        return total

    def front(self, seconds: float) -> Floats | None:
        """The same of who stands in front: only his hair."""
        if self._hair is None:
            return None
        share = min(1.0, seconds / _RAMP_SECONDS)
        x, y = self._sway(seconds, 90.0, 3.4, 1.0)
        return np.dstack([self._hair * x * share, self._hair * y * share]).astype(np.float32)

    def _field(self, kind: Stir, t: float) -> tuple[Floats, Floats]:
        u, p = self._unit, self._phase
        if kind is Stir.WATER:
            # waves lie flat and grow towards the viewer
            length = 46 * u * self._near
            one = np.sin(2 * np.pi * (self._y / length - 0.55 * t) + 0.012 * self._x / u + p[0])
            two = np.sin(2 * np.pi * (self._y / (0.57 * length) - 0.8 * t) - 0.023 * self._x / u + p[1])
            high = self._near * u
            return _floats(4.2 * high * one + 2.0 * high * two), _floats(2.1 * high * two + 1.0 * high * one)
        if kind is Stir.CLOUDS:
            drift = -0.010 * self._size.width * t
            swell = 1.5 * u * np.sin(2 * np.pi * (self._x / (310 * u) - 0.08 * t) + p[2])
            return _floats(np.full_like(self._x, drift)), _floats(swell)
        if kind is Stir.LEAVES:
            return self._sway(t, 70.0, 3.2, 1.0)
        if kind is Stir.SMOKE:
            rise = np.sin(2 * np.pi * (self._y / (120 * u) + 0.32 * t) + 0.015 * self._x / u + p[3])
            curl = np.sin(2 * np.pi * (self._y / (61 * u) + 0.45 * t) + 0.03 * self._x / u + p[4])
            return _floats((5 * rise + 2.5 * curl) * u), _floats(3 * curl * u)
        lick = np.sin(2 * np.pi * (self._y / (42 * u) + 1.6 * t) + 0.05 * self._x / u + p[5])
        jump = np.sin(2 * np.pi * (2.3 * t) + 0.04 * self._x / u + p[6])
        return _floats(2.6 * u * lick), _floats((2.2 * jump + 1.5 * lick) * u)

    def _sway(self, t: float, length: float, reach: float, pace: float) -> tuple[Floats, Floats]:
        """Gusts that travel from left to right through many small leaves or strands."""
        u, p = self._unit, self._phase
        gust = 0.6 + 0.4 * np.sin(2 * np.pi * (self._x / (520 * u) - 0.23 * pace * t) + p[7])
        one = np.sin(2 * np.pi * (self._x / (length * u) + self._y / (1.7 * length * u) - 0.62 * pace * t) + p[8])
        two = np.sin(2 * np.pi * (self._x / (0.43 * length * u) - self._y / (length * u) - 1.07 * pace * t) + p[9])
        return _floats(reach * u * gust * (0.7 * one + 0.4 * two)), _floats(0.4 * reach * u * gust * two)


def _floats(values: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> Floats:
    return np.asarray(values, np.float32)


def _hair_of(mask: Mask, face: Face) -> Mask:
    """What of a person lies around the face and above the shoulders, more the farther from the skull; small."""
    height, width = mask.shape
    left, top, right, bottom = face.box
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    wide, tall = (right - left) / 2, (bottom - top) / 2
    x, y = np.meshgrid((np.arange(width) - middle_x) / wide, (np.arange(height) - middle_y) / tall)
    away = np.hypot(x, y)
    around = np.clip((away - 1.1) / 0.7, 0, 1) * np.clip((2.4 - np.abs(x)) / 0.5, 0, 1) * np.clip((1.5 - y) / 0.6, 0, 1)
    scale = 160 / max(height, width)
    return np.asarray(cv2.resize((mask * around).astype(np.float32), None, fx=scale, fy=scale), np.float32)
