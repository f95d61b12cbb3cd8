"""The program that holds espeak-ng: reads orders on standard input, writes sound files, prints phoneme times.

It is started as a process of its own, once per film, and talks only through pipes and files: espeak-ng is GPL and
stays outside the house (decision 0012), and only a fresh process with a set random seed and lines in fixed order
speaks the same samples twice (decision 0008; Source: spec/animatic.md §6). It must not import anything of the house,
and knows nothing of voices or mouths: a voice arrives as the text of an espeak variant file.

Order on standard input, JSON: `{"library": path, "data": path, "folder": path, "seed": int, "lines": [{"text",
"language", "variant", "rate", "max_seconds"}]}`; `rate` in espeak's words per minute. Answer on standard output, JSON:
`{"sample_rate": int, "lines": [{"file", "samples", "rate", "events": [[sample, phoneme], ...]}]}`. Sound files hold
16-bit little-endian mono samples.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

# Names and numbers of espeak-ng 1.52. Source: espeak-ng/speak_lib.h.
_SYNCHRONOUS = 2
_PHONEME_EVENTS = 0x0001
_DONT_EXIT = 0x8000
_UTF8 = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_EVENT_END, _EVENT_PHONEME = 0, 7
_SLOWEST, _FASTEST = 80, 450

_HASTE = 1.6
"""GUESS: the rate is raised to at most this multiple for a line that is too long; faster is not understood."""


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("phoneme", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _Speaker:
    """espeak-ng, loaded and listening."""

    def __init__(self, library: str, data: str) -> None:
        self._sound: list[bytes] = []
        self._events: list[tuple[int, str]] = []
        self._library = ctypes.CDLL(library)
        self._callback = _Callback(self._heard)  # kept, or the garbage collector takes it from under espeak
        options = _PHONEME_EVENTS | _DONT_EXIT
        self.sample_rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, os.fsencode(data), options))
        if self.sample_rate <= 0:
            raise SystemExit(f"espeak-ng could not start with its data in {data}")
        self._library.espeak_SetSynthCallback(self._callback)

    def _heard(self, sound: Any, count: int, events: Any) -> int:
        if sound and count > 0:
            self._sound.append(ctypes.string_at(sound, count * 2))
        index = 0
        while events[index].type != _EVENT_END:
            if events[index].type == _EVENT_PHONEME:
                name = events[index].id.phoneme.decode("utf-8", "replace")
                self._events.append((int(events[index].sample), name))
            index += 1
        return 0

    def say(self, text: str, voice: str, rate: int, seed: int) -> tuple[bytes, list[tuple[int, str]]]:
        """16-bit mono samples and (sample, phoneme) events of `text`."""
        self._sound.clear()
        self._events.clear()
        library = self._library
        library.espeak_ng_SetRandSeed(ctypes.c_long(seed))
        if library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SystemExit(f"espeak-ng has no voice {voice}")
        for parameter, value in ((_RATE, rate), (_PITCH, 50), (_RANGE, 50)):
            library.espeak_SetParameter(parameter, value, 0)
        spoken = text.encode("utf-8")
        library.espeak_Synth(spoken, ctypes.c_size_t(len(spoken) + 1), 0, 0, 0, _UTF8, None, None)
        library.espeak_Synchronize()
        return b"".join(self._sound), list(self._events)


def _own_data(data: Path, folder: Path, variants: list[str]) -> Path:
    """A data folder that is espeak's own but for the voice variants, which are ours: v0, v1, ..."""
    own = folder / "espeak-ng-data"
    if own.exists():
        shutil.rmtree(own)
    shelf = own / "voices" / "!v"
    shelf.mkdir(parents=True)
    for entry in sorted(data.iterdir()):
        if entry.name == "voices":
            continue
        try:
            (own / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())
        except OSError:  # a system that forbids links
            if entry.is_dir():
                shutil.copytree(entry, own / entry.name)
            else:
                shutil.copyfile(entry, own / entry.name)
    for number, variant in enumerate(variants):
        (shelf / f"v{number}").write_text(variant, encoding="utf-8")
    return own


def main() -> None:
    """Reads one order, speaks its lines in order, prints where each phoneme lies."""
    order = json.loads(sys.stdin.buffer.read())
    folder = Path(order["folder"])
    lines = order["lines"]
    own = _own_data(Path(order["data"]), folder, [line["variant"] for line in lines])
    speaker = _Speaker(order["library"], str(own))
    said = []
    for number, line in enumerate(lines):
        voice = f"{line['language']}+v{number}"
        rate = max(_SLOWEST, min(_FASTEST, round(line["rate"])))
        sound, events = speaker.say(line["text"], voice, rate, order["seed"])
        longest = line["max_seconds"]
        seconds = len(sound) / 2 / speaker.sample_rate
        if longest and seconds > longest:
            haste = min(_HASTE, 1.03 * seconds / longest)
            rate = min(_FASTEST, round(rate * haste))
            sound, events = speaker.say(line["text"], voice, rate, order["seed"])
        name = f"line-{number:03}.pcm"
        (folder / name).write_bytes(sound)
        said.append({"file": name, "samples": len(sound) // 2, "rate": rate, "events": events})
    shutil.rmtree(own)
    json.dump({"sample_rate": speaker.sample_rate, "lines": said}, sys.stdout)


if __name__ == "__main__":
    main()
