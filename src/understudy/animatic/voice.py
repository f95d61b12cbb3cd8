"""Voices: which voice a speaker gets, and how near it comes to the sound he was given.

Knows timbre: pitch, liveliness, throat, colour; and espeak's variant files, which set the first three inside the
synthesiser, so that nothing has to be bent afterwards but the colour. Must not know words, lines or mouths. A
reference gives timbre only, never words or pace (Source: seed 003, reference_voice).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import ndimage

from understudy.animatic.acoustics import (
    BANDS,
    Floats,
    Mono,
    long_term_spectrum,
    throat_frequency,
    track_pitch,
)
from understudy.animatic.screenplay import Delivery

_ENOUGH_VOICE = 0.35  # seconds of voiced sound below which a reference tells nothing
_ANALYSED_SECONDS = 15
_PLAIN_THROAT = 1545.0  # Hz: throat_frequency of espeak's unchanged voice, measured in zh and en
_COLOUR_LIMIT = 12.0  # dB
_COLOUR_TOP = 8_000.0  # Hz: espeak has next to nothing above, and boosting that is noise


class Kind(StrEnum):
    """What sort of speaker a description names."""

    MAN = "man"
    WOMAN = "woman"
    BOY = "boy"
    GIRL = "girl"
    OLD_MAN = "old_man"
    OLD_WOMAN = "old_woman"
    ROBOT = "robot"
    CREATURE = "creature"


_KIND_WORDS: tuple[tuple[Kind, str], ...] = (
    # the most telling first: "old woman" is no plain woman, 小女孩 no plain 女
    (Kind.ROBOT, r"机器|人工智能|robot|android|\bai\b|cyborg"),
    (Kind.OLD_WOMAN, r"奶奶|老太太|外婆|姥姥|婆婆|老妇|(?:old|elderly) (?:woman|lady)|grand(?:ma|mother)|granny"),
    (Kind.OLD_MAN, r"爷爷|老头|老伯|外公|老人|老汉|老者|\bold\b|elderly|grand(?:pa|father)"),
    (Kind.GIRL, r"女孩|小姑娘|女童|萝莉|\bgirls?\b|daughter"),
    (Kind.BOY, r"男孩|男童|小孩|孩子|儿童|宝宝|\bboys?\b|\bkids?\b|\bchild(?:ren)?\b|\bbaby\b|toddler"),
    (Kind.WOMAN, r"女|姑娘|妈|阿姨|姐|妹|妻|太太|公主|她"),
    (Kind.WOMAN, r"\bwom[ae]n\b|\blad(?:y|ies)\b|female|\bmom\b|mother|sister|\bwife\b|\bshe\b|\bher\b|queen|princess"),
    (Kind.MAN, r"男|爸|叔|哥|弟|先生|丈夫|伯|国王|他"),
    (
        Kind.MAN,
        r"\bm[ae]n\b|\bmale\b|father|\bdad\b|brother|husband|\bhe\b|\bhis\b|\bking\b|\bprince\b|gentleman|\bguy",
    ),
    (Kind.CREATURE, r"猫|狗|兔|熊|鼠|怪|龙|鸟|精灵|玩偶|卡通|动物"),
    (Kind.CREATURE, r"\bcats?\b|\bdogs?\b|rabbit|bunny|\bbears?\b|\bmouse\b|dragon|\bbirds?\b|monster|cartoon|animal"),
)


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that espeak can be told to have.

    `pitch` is the median in Hz, `range` the whole span of intonation in semitones, `throat` scales all formants
    (1 = espeak's plain man), `colour` is a long-term spectrum in dB over `acoustics.BANDS` to be matched, or None.
    """

    pitch: float
    range: float = 7.0
    throat: float = 1.0
    breath: int = 0
    roughness: int = 0
    monotone: bool = False
    colour: tuple[float, ...] | None = None

    def variant(self, language: str) -> str:
        """This voice as an espeak variant file for lines in `language` ("cmn" or "en-us")."""
        span = 0.0 if self.monotone else self.range
        share = _MEDIAN_SHARE.get(language, 0.5)
        ratio = 2 ** (span / 12)
        short = float(np.interp(np.log2(self.pitch), np.log2(_HEARD[0]), _HEARD[1]))
        base = self.pitch / short / (1 + share * (ratio - 1))
        lines = ["language variant", "name understudy", f"pitch {base:.0f} {base * ratio:.0f}"]
        # long throats are broad in the lower, short ones in the upper formants; widths follow, or they whistle
        lines += [f"formant {n} {100 * self.throat:.0f} 100 {100 + 40 * (self.throat > 1.05):.0f}" for n in range(9)]
        if self.breath:
            lines.append("breath " + " ".join(str(self.breath) for _ in range(8)))
            lines.append("breathw 150 150 200 200 400 400 600 600")
        if self.roughness:
            lines.append(f"roughness {self.roughness}")
        lines.append(f"flutter {0 if self.monotone else 4}")
        return "\n".join(lines) + "\n"


_MEDIAN_SHARE = {"cmn": 0.44, "en-us": 0.74}
"""Where the median of spoken pitch lies between a variant's low and high pitch; measured over six pitches each."""

_HEARD = ((95.0, 120.0, 160.0, 200.0, 255.0), (0.935, 0.94, 0.95, 0.96, 0.97))
"""Hz asked for, and the median of what espeak then says over it: mean of five Mandarin and three English sentences."""

_STOCK: dict[Kind, Voice] = {
    # GUESS: usual speaking pitches and throat lengths; only their order matters for telling speakers apart
    Kind.MAN: Voice(116, 7, 1.0),
    Kind.WOMAN: Voice(205, 8, 1.14, breath=3),
    Kind.BOY: Voice(262, 9, 1.24),
    Kind.GIRL: Voice(285, 9, 1.27, breath=3),
    Kind.OLD_MAN: Voice(104, 6, 0.96, breath=4, roughness=4),
    Kind.OLD_WOMAN: Voice(180, 7, 1.08, breath=5, roughness=4),
    Kind.ROBOT: Voice(130, 0, 0.94, monotone=True),
    Kind.CREATURE: Voice(315, 11, 1.32),
}
_NARRATOR = Voice(112, 6, 0.97)


def kind_of(description: str) -> Kind | None:
    """The kind of speaker some words describe ("girl", "老人", "图1 的男人"), or None."""
    lowered = description.lower()
    return next((kind for kind, words in _KIND_WORDS if re.search(words, lowered)), None)


def stock_voice(speaker: str, description: str = "", *, narrator: bool = False) -> Voice:
    """A voice for a speaker without a reference: the same for the same words, another for another name."""
    if narrator:
        return _NARRATOR
    digest = hashlib.sha256(speaker.encode()).digest()
    kind = kind_of(f"{description} {speaker}")
    if kind is None:
        kind = (Kind.WOMAN, Kind.MAN)[digest[0] & 1]
    stock = _STOCK[kind]
    # +-2 semitones and +-4 % throat: heard as another person, still of the same kind
    shift = (digest[1] / 255 - 0.5) * 4
    return replace(
        stock,
        pitch=stock.pitch * 2 ** (shift / 12),
        throat=stock.throat * (1 + (digest[2] / 255 - 0.5) * 0.08),
        breath=stock.breath + digest[3] % 3,
    )


def heard_voice(sound: Mono, rate: int) -> Voice | None:
    """The voice in a sound, or None where too little of it is a voice (silence, noise, a short cry)."""
    sound = sound[: rate * _ANALYSED_SECONDS]
    if not len(sound) or float(np.abs(sound).max()) < 1e-4:
        return None
    track = track_pitch(sound, rate)
    colour = long_term_spectrum(sound, rate)
    if track.voiced_seconds < _ENOUGH_VOICE or _is_one_tone(colour):
        return None
    measured = throat_frequency(sound, rate, track) / _PLAIN_THROAT
    pitch = float(np.clip(track.median, 70.0, 420.0))
    # among people throat and pitch go together; GUESS: this curve through man, woman and child
    usual = float(np.interp(np.log2(pitch), np.log2([90.0, 120.0, 210.0, 290.0, 400.0]), [0.95, 1.0, 1.15, 1.26, 1.32]))
    # formants above 5 kHz go unheard, so the measure of short throats falls short: stretch it
    heard = 1 + (measured - 1) * 1.25 if measured else usual
    throat = float(np.clip(0.65 * heard + 0.35 * usual, 0.82, 1.36))
    return Voice(
        pitch=pitch,
        range=float(np.clip(track.spread / 0.21, 4.0, 11.0)),
        throat=throat,
        colour=tuple(float(level) for level in colour),
    )


def _is_one_tone(colour: Floats) -> bool:
    """True where nearly all the sound is one whistle, beep or hum: a voice has many partials."""
    power = 10 ** (colour / 10)
    strongest = int(np.argmax(power))
    return bool(power[max(0, strongest - 2) : strongest + 3].sum() > 0.995 * power.sum())


def delivered(voice: Voice, delivery: Delivery) -> Voice:
    """The voice as it goes about a delivery: up to shout, even to narrate or sing."""
    match delivery:
        case Delivery.SHOUT:
            return replace(voice, pitch=min(voice.pitch * 1.35, 460.0), range=voice.range * 1.3)
        case Delivery.NARRATE:
            return replace(voice, range=voice.range * 0.85)
        case Delivery.SING:
            return replace(voice, range=2.0)
        case _:
            return voice


def colour_filter(spoken: Floats, wanted: tuple[float, ...], rate: int) -> NDArray[np.float32]:
    """A linear-phase filter that turns the long-term spectrum `spoken` towards `wanted`: smooth, +-12 dB, no gain.

    The filter has an odd number of taps; use it with `apply_filter`, which keeps sound and mouth together.
    """
    change = ndimage.gaussian_filter1d(np.asarray(wanted) - spoken, 0.8, mode="nearest")
    change -= np.median(change)
    change = np.clip(change, -_COLOUR_LIMIT, _COLOUR_LIMIT)
    top = BANDS > _COLOUR_TOP
    change[top] = np.minimum(change[top], 0.0)
    grid = np.linspace(0, rate / 2, 513)
    gains = 10 ** (np.interp(np.log(np.maximum(grid, 20.0)), np.log(BANDS), change) / 20)
    gains[-1] = gains[-2]
    return np.asarray(scipy.signal.firwin2(1025, grid, gains, fs=rate), np.float32)


def apply_filter(sound: Mono, taps: NDArray[np.float32]) -> Mono:
    """The filtered sound, as long as before and not delayed."""
    if not len(sound):
        return sound
    return np.asarray(scipy.signal.fftconvolve(sound, taps, mode="full")[len(taps) // 2 :][: len(sound)], np.float32)
