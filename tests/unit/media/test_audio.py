"""Sound in and out of files, and the three operations every sound goes through."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.core.faults import MediaProblem, MediaRefused
from understudy.media.audio import SAMPLE_RATE, SILENCE_DB, fade, gain, level_db, limit, read_wave, silence, write_wav


def tone(hertz: float = 440.0, seconds: float = 1.0, peak: float = 0.5) -> np.ndarray:
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    mono = (peak * np.sin(2 * np.pi * hertz * times)).astype(np.float32)
    return np.repeat(mono[:, None], 2, axis=1)


def encoded(path: Path, codec: str, rate: int, layout: str, *, picture: bool = False) -> Path:
    """One second of 440 Hz in a real file of another kind than ours."""
    with av.open(str(path), "w") as container:
        if picture:
            video = container.add_stream("libx264", rate=30)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream(codec, rate=rate, layout=layout)
        if picture:
            for _ in range(30):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
                container.mux(video.encode(frame))
            container.mux(video.encode())
        mono = (0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.float32)
        samples = np.repeat(mono[None], 1 if layout == "mono" else 2, axis=0)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate = rate
        frame.pts = 0
        fifo = av.AudioFifo()
        fifo.write(frame)
        while (piece := fifo.read(sound.codec_context.frame_size or 1024, partial=True)) is not None:
            container.mux(sound.encode(piece))
        container.mux(sound.encode())
    return path


def pitch_of(wave: np.ndarray) -> float:
    middle = wave[len(wave) // 4 : 3 * len(wave) // 4, 0]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    return float(np.argmax(spectrum) * SAMPLE_RATE / len(middle))


def test_a_wav_comes_back_as_it_was_written(tmp_path: Path) -> None:
    sound = tone()
    sound[:, 1] *= 0.5
    write_wav(tmp_path / "a.wav", sound)
    again = read_wave(tmp_path / "a.wav")
    assert again.shape == sound.shape
    assert again.dtype == np.float32
    assert np.abs(again - sound).max() < 1e-4


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout", "picture"),
    [
        ("a.mp3", "libmp3lame", 44100, "stereo", False),
        ("a.mp3", "libmp3lame", 22050, "mono", False),
        ("a.m4a", "aac", 16000, "mono", False),
        ("a.mp4", "aac", 44100, "stereo", True),
    ],
)
def test_any_file_is_read_at_48_khz_in_stereo(
    tmp_path: Path, name: str, codec: str, rate: int, layout: str, picture: bool
) -> None:
    wave = read_wave(encoded(tmp_path / name, codec, rate, layout, picture=picture))
    assert wave.shape[1] == 2
    assert abs(len(wave) - SAMPLE_RATE) < 0.15 * SAMPLE_RATE
    assert pitch_of(wave) == pytest.approx(440, abs=4)
    assert level_db(wave) == pytest.approx(-9.0, abs=1.5)


def test_only_the_beginning_is_read_when_asked(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tone(seconds=3))
    assert len(read_wave(tmp_path / "a.wav", seconds=0.75)) == 36_000


def test_a_file_without_sound_gives_none(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        video = container.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        container.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        container.mux(video.encode())
    assert read_wave(tmp_path / "a.mp4").shape == (0, 2)


@pytest.mark.parametrize("content", [b"", b"no sound at all" * 100])
def test_what_is_no_media_is_refused_with_advice(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mp3").write_bytes(content)
    with pytest.raises(MediaRefused, match="Give an MP3") as caught:
        read_wave(tmp_path / "a.mp3")
    assert caught.value.problem is MediaProblem.CORRUPT


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaRefused):
        read_wave(tmp_path / "gone.wav")


def test_a_playlist_does_not_lead_to_other_files(tmp_path: Path) -> None:
    write_wav(tmp_path / "secret.wav", tone())
    (tmp_path / "a.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.wav\n")
    with pytest.raises(MediaRefused):
        read_wave(tmp_path / "a.m3u8")


def test_what_was_decoded_before_the_damage_is_kept(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tone(seconds=2))
    (tmp_path / "a.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:200_000])
    assert 40_000 < len(read_wave(tmp_path / "a.wav")) <= 50_000


@pytest.mark.parametrize(
    ("wave", "level"),
    [
        (silence(1.0), SILENCE_DB),
        (silence(0.0), SILENCE_DB),
        (tone(peak=1.0), -3.01),
        (tone(peak=0.1), -23.01),
        (tone(peak=0.1, seconds=0.05), -23.01),
        (np.concatenate([tone(peak=0.1, seconds=2), silence(6.0)]), -23.3),  # pauses do not count
    ],
)
def test_level_is_that_of_what_sounds(wave: np.ndarray, level: float) -> None:
    assert level_db(wave) == pytest.approx(level, abs=0.4)


@given(st.floats(0.01, 8.0), st.integers(0, 5000), st.integers(0, 2**32 - 1))
def test_nothing_passes_the_limit(peak: float, count: int, seed: int) -> None:
    wave = (peak * np.random.default_rng(seed).uniform(-1, 1, (count, 2))).astype(np.float32)
    limited = limit(wave)
    assert limited.shape == wave.shape
    assert np.abs(limited).max(initial=0.0) <= 0.8911
    if np.abs(wave).max(initial=0.0) <= 0.891:
        assert np.array_equal(limited, wave)


def test_the_limiter_turns_down_around_a_peak_and_lets_go_after() -> None:
    wave = tone(peak=0.5, seconds=1.0)
    wave[24_000:24_100] *= 4
    limited = limit(wave)
    assert np.array_equal(limited[:20_000], wave[:20_000])
    assert np.array_equal(limited[-20_000:], wave[-20_000:])
    # turned down, not cut off: the shape of the loud part stays
    loud, was = limited[24_000:24_100, 0], wave[24_000:24_100, 0]
    assert np.corrcoef(loud, was)[0, 1] > 0.999


@given(st.floats(0, 3), st.floats(0, 3), st.integers(0, 4000))
def test_a_fade_begins_and_ends_at_nothing(rise: float, fall: float, count: int) -> None:
    wave = np.ones((count, 2), np.float32)
    faded = fade(wave, rise, fall)
    assert faded.shape == wave.shape
    assert np.all((faded >= 0) & (faded <= 1))
    if count > 100:
        assert rise < 0.01 or faded[0, 0] < 0.01
        assert fall < 0.01 or faded[-1, 0] < 0.01


def test_decibels() -> None:
    assert gain(0) == 1
    assert gain(-20) == pytest.approx(0.1)
    assert gain(6.0206) == pytest.approx(2.0, abs=1e-4)
