"""Motion: how one body moved in a film, with the film's own sound and what was behind the body, in one small file.

Knows the file: a zip of a JSON header, the joints as a NumPy array, a JPEG and a WAV, free of paths and clocks, so that
the same film gives the same bytes. Knows how shaky joints are made calm. Must not know how joints are found (pose) nor
who will follow them (puppet).
"""

from __future__ import annotations

import io
import json
import wave as wave_file
import zipfile
import zlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from understudy.animatic._opencv import cv2
from understudy.animatic.bodies.pose import JOINTS, Joint
from understudy.animatic.performer import Plate
from understudy.core.faults import Refused
from understudy.core.units import Size
from understudy.media.audio import SAMPLE_RATE, Wave

VERSION = 1
"""Of the file. A file of another version is refused."""

_HEADER, _JOINTS, _SEEN, _PLATE, _SOUND = "motion.json", "joints.npy", "seen.npy", "plate.jpg", "sound.wav"
_MOST_BYTES = 200_000_000  # of one part, unpacked: far more than a minute of film needs
_MOST_FRAMES = 20_000
_PLATE_SIDE = 1280
_PLATE_QUALITY = 88
_CALM_SECONDS = 0.3  # window of the smoothing of places; depth, which shakes more, gets three of them
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can name
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, wave_file.Error, OSError, EOFError, KeyError, ValueError, TypeError),
    *(ArithmeticError, RuntimeError),  # a rate over zero; an encrypted or oddly packed zip
)
_WORN_OUT = "Invalid template content. The motion template cannot be read; make it again from its film."


@dataclass(frozen=True, slots=True)
class Motion:
    """A body over time.

    `points` is (n, 33, 3) float32 as in `pose.Points`, in pixels of a film of `size`; `seen` is (n, 33), 0..1;
    `rate` is in pictures per second. `plate` is what stands behind the body, or None; `sound` is the film's own.
    """

    points: NDArray[np.float32]
    seen: NDArray[np.float32]
    size: Size
    rate: Fraction
    plate: Plate | None = None
    sound: Wave | None = None

    def __len__(self) -> int:
        return len(self.points)

    @property
    def seconds(self) -> float:
        return float(len(self) / self.rate)

    def at_rate(self, rate: Fraction, count: int | None = None) -> Motion:
        """The same motion told at another rate; `count` pictures of it, or all. It stands still after its end."""
        wanted = count if count is not None else max(1, round(len(self) * rate / self.rate))
        moments = np.minimum(np.arange(wanted) * float(self.rate / rate), len(self) - 1)
        first = np.minimum(moments.astype(np.intp), max(0, len(self) - 2))
        share = (moments - first).astype(np.float32)
        second = np.minimum(first + 1, len(self) - 1)

        def between(values: NDArray[np.float32]) -> NDArray[np.float32]:
            part = share.reshape(-1, *[1] * (values.ndim - 1))
            return np.asarray(values[first] * (1 - part) + values[second] * part, np.float32)

        return Motion(between(self.points), between(self.seen), self.size, rate, self.plate, self.sound)


def calmed(points: NDArray[np.float32], seen: NDArray[np.float32], rate: Fraction) -> NDArray[np.float32]:
    """The same joints without jitter, without lag: a polynomial through what stands before and after each moment.

    A joint that cannot be seen is drawn toward where it was when it last could and where it next can.
    """
    count = len(points)
    if count < 5:
        return points
    held = points.astype(np.float64)
    for joint in range(points.shape[1]):
        sure = np.flatnonzero(seen[:, joint] >= 0.25)
        if 2 <= len(sure) < count:
            bridge = np.stack([np.interp(np.arange(count), sure, held[sure, joint, axis]) for axis in range(3)], axis=1)
            doubt = np.clip((0.5 - seen[:, joint]) / 0.5, 0, 1)[:, None]
            held[:, joint] += doubt * (bridge - held[:, joint])
    window = _odd(_CALM_SECONDS * float(rate), count)
    smooth = scipy.signal.savgol_filter(held, window, 2, axis=0, mode="interp") if window > 3 else held
    wide = _odd(3 * _CALM_SECONDS * float(rate), count)
    smooth[..., 2] = (
        scipy.signal.savgol_filter(held[..., 2], wide, 1, axis=0, mode="interp") if wide > 3 else held[..., 2]
    )
    return np.asarray(smooth, np.float32)


def bridged(
    rows: list[NDArray[np.float32] | None], seen: list[NDArray[np.float32] | None]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Joints of every picture from those where a body was found: straight on between them, still at the ends.

    Raises:
        ValueError: found in no picture.
    """
    known = [place for place, row in enumerate(rows) if row is not None]
    if not known:
        raise ValueError("a motion needs a body in at least one picture")
    every = np.arange(len(rows))
    places = np.stack([row for row in rows if row is not None]).reshape(len(known), -1)
    sights = np.stack([row for row in seen if row is not None])
    points = np.stack([np.interp(every, known, places[:, i]) for i in range(places.shape[1])], axis=1)
    visible = np.stack([np.interp(every, known, sights[:, i]) for i in range(sights.shape[1])], axis=1)
    return points.reshape(len(rows), JOINTS, 3).astype(np.float32), visible.astype(np.float32)


def write_motion(path: Path, motion: Motion) -> None:
    """Write a motion; an existing file is replaced."""
    header = {
        "version": VERSION,
        "width": motion.size.width,
        "height": motion.size.height,
        "frames_per_second": str(motion.rate),
        "frame_count": len(motion),
        "joints": [joint.name.lower() for joint in Joint],
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        _put(file, _HEADER, json.dumps(header, indent=1).encode())
        # half a pixel in four thousand is more than the model knows
        _put(file, _JOINTS, _packed(np.round(motion.points * 4).clip(-32768, 32767).astype(np.int16)))
        _put(file, _SEEN, _packed(np.round(motion.seen * 255).clip(0, 255).astype(np.uint8)))
        if motion.plate is not None:
            _put(file, _PLATE, _jpeg(motion.plate))
        if motion.sound is not None and len(motion.sound):
            _put(file, _SOUND, _wav(motion.sound))


def read_motion(path: Path) -> Motion:
    """Read a motion.

    Raises:
        Refused: it is no motion, a damaged one, or one of another version.
    """
    try:
        with zipfile.ZipFile(path) as file:
            header = json.loads(_get(file, _HEADER))
            points = np.asarray(_unpacked(_get(file, _JOINTS)) / 4, np.float32)
            seen = np.asarray(_unpacked(_get(file, _SEEN)) / 255, np.float32)
            names = set(file.namelist())
            plate = _picture(_get(file, _PLATE)) if _PLATE in names else None
            sound = _wave(_get(file, _SOUND)) if _SOUND in names else None
        if header["version"] != VERSION:
            raise Refused(
                f"Invalid template content. The motion template is of version {header['version']}, this release reads "
                f"version {VERSION}; make it again from its film."
            )
        size = Size(int(header["width"]), int(header["height"]))
        rate = Fraction(header["frames_per_second"])
    except _BROKEN as error:
        raise Refused(_WORN_OUT) from error
    if points.shape[1:] != (JOINTS, 3) or seen.shape != points.shape[:2] or not 1 <= len(points) <= _MOST_FRAMES:
        raise Refused(_WORN_OUT)
    if rate <= 0 or not np.isfinite(points).all():
        raise Refused(_WORN_OUT)
    return Motion(points, seen, size, rate, plate, sound)


def _odd(wanted: float, most: int) -> int:
    """The nearest odd number not above `most`."""
    number = 2 * round((wanted - 1) / 2) + 1
    return max(1, min(number, most - 1 + most % 2))


def _put(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(entry, data)


def _get(file: zipfile.ZipFile, name: str) -> bytes:
    if file.getinfo(name).file_size > _MOST_BYTES:
        raise ValueError(f"{name} is larger than any motion")
    return file.read(name)


def _packed(values: NDArray[Any]) -> bytes:
    sink = io.BytesIO()
    np.save(sink, values, allow_pickle=False)
    return sink.getvalue()


def _unpacked(data: bytes) -> NDArray[Any]:
    return np.asarray(np.load(io.BytesIO(data), allow_pickle=False))


def _jpeg(plate: Plate) -> bytes:
    scale = min(1.0, _PLATE_SIDE / max(plate.shape[:2]))
    size = (max(2, round(plate.shape[1] * scale)), max(2, round(plate.shape[0] * scale)))
    small = cv2.resize(plate, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _PLATE_QUALITY])
    return bytes(data.tobytes())


def _picture(data: bytes) -> Plate:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("the plate is no picture")
    return np.ascontiguousarray(picture[..., ::-1])


def _wav(wave: Wave) -> bytes:
    sink = io.BytesIO()
    with wave_file.open(sink, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.round(np.clip(wave, -1.0, 1.0) * 32767).astype("<i2").tobytes())
    return sink.getvalue()


def _wave(data: bytes) -> Wave:
    with wave_file.open(io.BytesIO(data)) as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (2, 2, SAMPLE_RATE):
            raise ValueError("the sound is not 16 bit stereo at 48 kHz")
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return np.asarray(samples.reshape(-1, 2).astype(np.float32) / 32767, np.float32)
