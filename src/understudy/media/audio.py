"""Sound of local files as arrays, and the few things every sound in the house goes through: level, limit, fade.

Knows samples, decibels and FFmpeg's audio decoders. Must not know what a sound means (voice, rain, music) nor where
it goes. A sound is (n, 2) float32, -1..1, at 48 kHz.
"""

from __future__ import annotations

import wave as wave_file
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray
from scipy import ndimage

from understudy.core.faults import MediaProblem, MediaRefused

SAMPLE_RATE = 48_000
"""Samples per second of every sound in the house."""

Wave: TypeAlias = NDArray[np.float32]
"""(n, 2) float32, -1..1, 48 kHz."""

READ_OPTIONS = {
    # as for pictures: one local file, of a kind we know, and nothing that is named inside it
    "protocol_whitelist": "file",
    "format_whitelist": "wav,mp3,aac,flac,ogg,mov,matroska,avi,flv,mpegts,mpeg",
}

SILENCE_DB = -120.0
"""What `level_db` answers for nothing at all."""

_BLOCK = SAMPLE_RATE * 2 // 5
_GATE_DB = 20.0
_CEILING = 0.891  # -1 dBFS: room for the encoder's overshoot
_LOOK_AHEAD = SAMPLE_RATE // 200


def silence(seconds: float) -> Wave:
    """Digital silence, (round(seconds x 48000), 2)."""
    return np.zeros((max(0, round(seconds * SAMPLE_RATE)), 2), np.float32)


def read_wave(path: Path, *, seconds: float | None = None) -> Wave:
    """The sound of an audio or video file, at most its first `seconds`.

    A file without any sound gives an empty (0, 2) wave; damage after a good beginning gives what could be read.
    Raises MediaRefused when the file cannot be opened as media, or nothing of its sound can be decoded.
    """
    wanted = None if seconds is None else round(seconds * SAMPLE_RATE)
    pieces: list[NDArray[np.float32]] = []
    have = 0
    try:
        # only the local file itself: a playlist must not send FFmpeg to other files or to the net
        # tags in other encodings are common and no reason to refuse
        with av.open(str(path), metadata_errors="replace", options=dict(READ_OPTIONS)) as container:
            if not container.streams.audio:
                return silence(0)
            stream = container.streams.audio[0]
            # FFmpeg makes stereo of mono 3 dB quieter; here both sides simply get the same
            layout = "mono" if stream.channels == 1 else "stereo"
            resampler = av.AudioResampler(format="fltp", layout=layout, rate=SAMPLE_RATE)
            for frame in container.decode(stream):
                frame.pts = None  # gaps in a damaged file's clock must not make the resampler invent or drop samples
                for piece in resampler.resample(frame):
                    pieces.append(np.asarray(piece.to_ndarray(), np.float32))
                    have += pieces[-1].shape[1]
                if wanted is not None and have >= wanted:
                    break
            else:
                pieces.extend(np.asarray(piece.to_ndarray(), np.float32) for piece in resampler.resample(None))
    except (FFmpegError, ValueError, OSError) as problem:
        if not have:
            raise MediaRefused(
                MediaProblem.CORRUPT,
                f"The sound of {path.name} cannot be decoded ({problem}). Give an MP3, WAV or MP4 file that plays.",
            ) from problem
    if not pieces:
        return silence(0)
    sound = np.concatenate(pieces, axis=1).T[:wanted]
    sound = np.repeat(sound, 2, axis=1) if sound.shape[1] == 1 else sound
    return np.ascontiguousarray(np.nan_to_num(np.clip(sound, -1.0, 1.0)), np.float32)


def write_wav(path: Path, wave: Wave) -> None:
    """Write 16-bit stereo PCM at 48 kHz."""
    samples = np.round(np.clip(wave, -1.0, 1.0) * 32767).astype("<i2")
    with wave_file.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())


def level_db(wave: NDArray[np.float32]) -> float:
    """Level in dBFS (RMS over all channels) of the parts that sound.

    Blocks of 0.4 s more than 20 dB below the loudest do not count, so pauses do not make a speaker quiet; the idea
    is that of ITU-R BS.1770's gate, without its ear filter. Never below SILENCE_DB.
    """
    if not wave.size:
        return SILENCE_DB
    power = np.square(wave, dtype=np.float64).reshape(len(wave), -1).mean(axis=1)
    starts = np.arange(0, len(power), _BLOCK // 4)
    sums = np.concatenate([[0.0], np.cumsum(power)])
    ends = np.minimum(starts + _BLOCK, len(power))
    blocks = (sums[ends] - sums[starts]) / (ends - starts)
    # short tails are no measure of loudness, unless there is nothing else
    whole = blocks[(ends - starts) >= min(_BLOCK, len(power))]
    counted = whole[whole >= whole.max() * 10 ** (-_GATE_DB / 10)]
    mean = max(float(counted.mean()), 0.0)
    return max(SILENCE_DB, 10 * float(np.log10(mean))) if mean > 0 else SILENCE_DB


def gain(decibels: float) -> float:
    """The factor of a change in decibels."""
    return float(10 ** (decibels / 20))


def limit(wave: Wave, ceiling: float = _CEILING) -> Wave:
    """The same sound with no sample beyond `ceiling`, turned down smoothly around peaks rather than clipped."""
    if not wave.size:
        return wave
    peaks = np.abs(wave).max(axis=1)
    if float(peaks.max()) <= ceiling:
        return wave
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    # the lowest gain of the neighbourhood, then smoothed over the same width, is never above what a peak needs
    held = ndimage.minimum_filter1d(needed, 2 * _LOOK_AHEAD + 1, mode="nearest")
    smooth = ndimage.uniform_filter1d(held, 2 * _LOOK_AHEAD + 1, mode="nearest")
    turned = wave * smooth[:, None].astype(np.float32)
    return np.clip(turned, -ceiling, ceiling).astype(np.float32)


def fade(wave: Wave, seconds_in: float = 0.0, seconds_out: float = 0.0) -> Wave:
    """The same sound rising from and falling to nothing along half a cosine; fades longer than the sound are cut."""
    faded = wave.copy()
    for seconds, at_end in ((seconds_in, False), (seconds_out, True)):
        count = min(len(wave), round(seconds * SAMPLE_RATE))
        if count <= 0:
            continue
        curve = (0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count)).astype(np.float32)[:, None]
        if at_end:
            faded[-count:] *= curve[::-1]
        else:
            faded[:count] *= curve
    return faded
