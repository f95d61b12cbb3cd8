"""Speech: lines of a film to sound and mouth movement, each by the voice of its speaker.

Knows how a line is ordered from espeak, brought to its voice's colour, to a common loudness, and timed. Must not know
what a voice is made of (voice), what a mouth does (phonemes), nor when in the film a line is spoken (storyboard).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import espeakng_loader
import numpy as np

from understudy.animatic import _espeak
from understudy.animatic.acoustics import Mono, long_term_spectrum, resample
from understudy.animatic.deliveries import melody, nearest_key, sung, whispered
from understudy.animatic.phonemes import Phone, mouth_of, still_mouth, visemes
from understudy.animatic.screenplay import Delivery
from understudy.animatic.utterance import SAMPLE_RATE, Utterance
from understudy.animatic.voice import Voice, apply_filter, colour_filter, delivered, heard_voice, stock_voice
from understudy.core.faults import HouseError, InternalFault
from understudy.media.audio import fade, gain, level_db, limit, read_wave, silence

_WORDS_PER_MINUTE = {"cmn": 205, "en-us": 140}
"""espeak's rates that give about 4.5 hanzi and 2.6 English words a second (spec/animatic.md §7), measured."""

_PACE = {Delivery.SING: 0.5, Delivery.WHISPER: 0.92, Delivery.NARRATE: 0.94, Delivery.SHOUT: 1.0}
_LEVEL_DB = {Delivery.WHISPER: -27.0, Delivery.SHOUT: -16.5}
_USUAL_LEVEL_DB = -20.0
_LIVELINESS = {Delivery.WHISPER: 0.75, Delivery.SHOUT: 1.25, Delivery.SING: 1.1}
_REFERENCE_SECONDS = 15.0
_SILENT_SECONDS = 0.2
_LEAD, _TAIL = 0.012, 0.06  # seconds kept before the first and after the last sound
_START_SECONDS, _SECONDS_PER_LINE = 20, 10  # patience with the speaking process; it needs about a hundredth

# Words that espeak's Mandarin dictionary misreads, spelled with hanzi of the sound that is meant.
_RESPELLED = (("便宜", "骈宜"), ("还钱", "环钱"), ("还给", "环给"), ("归还", "归环"))
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_UNSPOKEN = re.compile(r"[\[\]{}<>|~～^*_#\\`\"“”「」『』《》〈〉【】]+")


@dataclass(frozen=True, slots=True)
class SpeechOrder:
    """One line to be spoken.

    `own_sound` is a file with the speaker's own voice (of a video: its sound). `hint` describes the speaker ("girl",
    "老人"), `speaker` names him; without own sound they choose a stable voice, other for other names. `rate` 1 is
    the usual pace. A line longer than `max_seconds` is spoken faster, up to 1.6 times; it may still be longer then.
    """

    text: str
    delivery: Delivery = Delivery.SAY
    own_sound: Path | None = None
    hint: str = ""
    rate: float = 1.0
    max_seconds: float | None = None
    speaker: str = ""


def spoken_text(text: str) -> str:
    """What of a line is said: no notes, emoji, brackets or quotes; empty when nothing can be pronounced."""
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if unicodedata.category(character) not in {"So", "Sk", "Cc", "Cf", "Cs", "Co", "Cn"} or character in "\n\t"
        if not "\ufe00" <= character <= "\ufe0f"
    )
    kept = " ".join(_UNSPOKEN.sub(" ", kept).split())
    return kept if any(character.isalnum() for character in kept) else ""


def language_of(text: str) -> str:
    """The espeak voice for a line: Mandarin as soon as there is a hanzi (it reads English words too)."""
    return "cmn" if _HAN.search(text) else "en-us"


def speak(orders: Sequence[SpeechOrder], workdir: Path, seed: int) -> tuple[Utterance, ...]:
    """Speak all lines of a film, in order; equal orders and seed give equal samples.

    One espeak process is started, and none if there is nothing to say. All lines have the same loudness but for
    whispers and shouts. Raises HouseError when espeak cannot be found and MediaRefused when an `own_sound` is broken.
    """
    texts = [spoken_text(order.text) for order in orders]
    voices = _voices(orders)
    said = [index for index, text in enumerate(texts) if text]
    raw = _recorded(orders, texts, voices, said, workdir, seed)
    filters = _filters(orders, voices, raw)
    utterances = []
    for index, order in enumerate(orders):
        take = raw.get(index)
        if take is None:
            utterances.append(Utterance(silence(_SILENT_SECONDS), still_mouth(_SILENT_SECONDS)))
            continue
        taps = filters.get(voices[index])
        rng = np.random.default_rng([seed & 0xFFFFFFFF, index])
        utterances.append(_utterance(order, voices[index], take, taps, rng))
    return tuple(utterances)


@dataclass(frozen=True, slots=True)
class _Take:
    """What espeak gave for a line: mono sound without silence around it, and phones timed in it."""

    sound: Mono
    rate: int
    phones: tuple[Phone, ...]


def _voices(orders: Sequence[SpeechOrder]) -> list[Voice]:
    heard: dict[Path, Voice | None] = {}
    voices = []
    for order in orders:
        if order.own_sound is not None and order.own_sound not in heard:
            wave = read_wave(order.own_sound, seconds=_REFERENCE_SECONDS)
            heard[order.own_sound] = heard_voice(wave.mean(axis=1, dtype=np.float32), SAMPLE_RATE)
        own = heard[order.own_sound] if order.own_sound is not None else None
        narrator = order.delivery is Delivery.NARRATE and not order.hint
        voices.append(own or stock_voice(order.speaker or order.hint, order.hint, narrator=narrator))
    return voices


def _recorded(
    orders: Sequence[SpeechOrder],
    texts: Sequence[str],
    voices: Sequence[Voice],
    said: Sequence[int],
    workdir: Path,
    seed: int,
) -> dict[int, _Take]:
    """Takes by index of their order, spoken by one process."""
    if not said:
        return {}
    lines = []
    for index in said:
        order, language = orders[index], language_of(texts[index])
        text = texts[index]
        for written, read in _RESPELLED:
            text = text.replace(written, read)
        lines.append(
            {
                "text": text,
                "language": language,
                "variant": delivered(voices[index], order.delivery).variant(language),
                "rate": _WORDS_PER_MINUTE[language] * order.rate * _PACE.get(order.delivery, 1.0),
                "max_seconds": order.max_seconds,
            }
        )
    folder = workdir / "speech"
    folder.mkdir(parents=True, exist_ok=True)
    answer = _ask_espeak({"folder": str(folder), "seed": seed & 0x7FFFFFFF, "lines": lines}, len(lines))
    takes = {}
    for index, line in zip(said, answer["lines"], strict=True):
        whole = np.frombuffer((folder / line["file"]).read_bytes(), "<i2")
        samples = whole.astype(np.float32) / np.float32(32768)
        takes[index] = _trimmed(samples, answer["sample_rate"], line["events"])
    shutil.rmtree(folder)
    return {index: take for index, take in takes.items() if len(take.sound)}


def _ask_espeak(order: dict[str, Any], line_count: int) -> dict[str, Any]:
    try:
        library, data = espeakng_loader.get_library_path(), espeakng_loader.get_data_path()
    except RuntimeError:  # what the loader raises for a missing part
        library = data = ""
    if not library or not Path(library).exists() or not Path(data).exists():
        raise HouseError(
            "The speech library espeak-ng is not installed completely. Reinstall it (pip install --force-reinstall "
            "espeakng-loader), or ask for a film without sound."
        )
    order = {"library": library, "data": data, **order}
    try:
        done = subprocess.run(
            [sys.executable, "-I", _espeak.__file__],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=_START_SECONDS + _SECONDS_PER_LINE * line_count,
            check=True,
        )
    except subprocess.TimeoutExpired as problem:
        raise InternalFault("The speech synthesiser did not finish in time.") from problem
    except subprocess.CalledProcessError as problem:
        reason = problem.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InternalFault(f"The speech synthesiser stopped: {reason[-1] if reason else problem}") from problem
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _trimmed(samples: Mono, rate: int, events: Sequence[tuple[int, str]]) -> _Take:
    """The sound from its first to its last audible sample, with the phones that fall into it."""
    loud = np.flatnonzero(np.abs(samples) > max(1e-4, 0.006 * float(np.abs(samples).max(initial=0.0))))
    if not len(loud):
        return _Take(samples[:0], rate, ())
    first = max(0, int(loud[0]) - round(_LEAD * rate))
    end = min(len(samples), int(loud[-1]) + round(_TAIL * rate))
    times = [sample / rate for sample, _ in events] + [len(samples) / rate]
    offset, seconds = first / rate, (end - first) / rate
    phones = tuple(
        Phone(name, max(0.0, start - offset), min(seconds, stop - offset))
        for (_, name), start, stop in zip(events, times[:-1], times[1:], strict=True)
        if stop > max(start, offset) and start - offset < seconds
    )
    return _Take(samples[first:end].copy(), rate, phones)


def _filters(
    orders: Sequence[SpeechOrder], voices: Sequence[Voice], takes: dict[int, _Take]
) -> dict[Voice, np.ndarray[Any, np.dtype[np.float32]]]:
    """One colour filter per voice that has a colour to reach, from all its lines together."""
    spoken: dict[Voice, list[Mono]] = {}
    rate = SAMPLE_RATE
    for index, take in takes.items():
        if voices[index].colour is not None and orders[index].delivery is not Delivery.WHISPER:
            spoken.setdefault(voices[index], []).append(resample(take.sound, take.rate, rate))
    return {
        voice: colour_filter(long_term_spectrum(np.concatenate(sounds), rate), voice.colour, rate)
        for voice, sounds in spoken.items()
        if voice.colour is not None
    }


def _utterance(
    order: SpeechOrder,
    voice: Voice,
    take: _Take,
    taps: np.ndarray[Any, np.dtype[np.float32]] | None,
    rng: np.random.Generator,
) -> Utterance:
    sound = take.sound
    if order.delivery is Delivery.WHISPER:
        sound = whispered(sound, take.rate, rng)
    elif order.delivery is Delivery.SING:
        onsets = _syllables(take.phones)
        sound = sung(sound, take.rate, onsets, nearest_key(voice.pitch), melody(len(onsets), rng))
    sound = resample(sound, take.rate, SAMPLE_RATE)
    if taps is not None:
        sound = apply_filter(sound, taps)
    wave = np.repeat(sound[:, None], 2, axis=1).astype(np.float32)
    wave *= np.float32(gain(_LEVEL_DB.get(order.delivery, _USUAL_LEVEL_DB) - level_db(wave)))
    wave = limit(fade(wave, 0.005, 0.02))
    seconds = len(wave) / SAMPLE_RATE
    return Utterance(wave, mouth_of(take.phones, seconds, _LIVELINESS.get(order.delivery, 1.0)))


def _syllables(phones: Sequence[Phone]) -> list[float]:
    """Second at which each vowel begins."""
    onsets: list[float] = []
    vowel_before = False
    for phone in phones:
        vowel = not phone.rest and max(shape.opening for shape in visemes(phone.name)) >= 0.2 and _is_vowel(phone.name)
        if vowel and not vowel_before:
            onsets.append(phone.start)
        vowel_before = vowel
    return onsets


def _is_vowel(name: str) -> bool:
    return name.lstrip("',%=|")[:1] in set("aAeEiIoOuUyV03@8&")
