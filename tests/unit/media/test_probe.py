"""What a probe finds in real files of every kind, and what it refuses of hostile ones."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.request import MediaFacts, Medium
from understudy.core.units import Size
from understudy.media import child
from understudy.media.kinds import sniff
from understudy.media.probe import MOST_PIXELS, facts_from_record, facts_record, probe, probe_file
from unit.media.files import a_film, a_png_bomb, a_sound, a_still

# Stills ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "container"), [("jpg", "jpeg"), ("png", "png"), ("bmp", "bmp"), ("webp", "webp"), ("gif", "gif")]
)
def test_stills(tmp_path: Path, suffix: str, container: str) -> None:
    path = a_still(tmp_path / f"still.{suffix}")
    assert probe_file(path) == MediaFacts(Medium.IMAGE, container, path.stat().st_size, size=Size(64, 48))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_measured_upright(tmp_path: Path, orientation: int) -> None:
    facts = probe_file(a_still(tmp_path / "photo.jpg", orientation=orientation))
    assert facts.size == (Size(48, 64) if orientation >= 5 else Size(64, 48))


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_an_animated_picture_is_a_still_of_its_first(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"moving.{suffix}"
    frames = [Image.new("RGB", (30, 20), (n * 50, 0, 255 - n * 50)) for n in range(4)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    facts = probe_file(path)
    assert (facts.medium, facts.size, facts.seconds) == (Medium.IMAGE, Size(30, 20), None)


@pytest.mark.parametrize(
    ("mode", "fill", "see_through"),
    [("RGBA", (1, 2, 3, 0), True), ("RGBA", (1, 2, 3, 255), False), ("LA", (9, 100), True), ("RGB", (1, 2, 3), False)],
)
def test_only_an_alpha_that_lets_through_counts(
    tmp_path: Path, mode: str, fill: tuple[int, ...], see_through: bool
) -> None:
    path = tmp_path / "alpha.png"
    Image.new(mode, (20, 20), fill).save(path)
    assert probe_file(path).has_alpha is see_through


def test_a_phone_picture_with_a_second_picture_inside_is_a_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    frames[0].save(path, format="MPO", save_all=True, append_images=frames[1:])
    assert (probe_file(path).container, probe_file(path).size) == ("jpeg", Size(40, 30))


# Films and sounds --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "container", "video", "sound"),
    [
        ("mp4", "mov,mp4,m4a,3gp,3g2,mj2", "h264", "aac"),
        ("mov", "mov,mp4,m4a,3gp,3g2,mj2", "h264", "aac"),
        ("mkv", "matroska,webm", "h264", "aac"),
        ("avi", "avi", "mpeg4", "mp3"),
        ("flv", "flv", "flv1", "mp3"),
        ("ts", "mpegts", "mpeg2video", "mp2"),
        ("mpg", "mpeg", "mpeg2video", "mp2"),
    ],
)
def test_films(tmp_path: Path, suffix: str, container: str, video: str, sound: str) -> None:
    facts = probe_file(a_film(tmp_path / f"film.{suffix}", frames=50, rate=Fraction(25), sound_seconds=2))
    assert facts.medium is Medium.VIDEO
    assert (facts.container, facts.video_codec, facts.audio_codec) == (container, video, sound)
    assert (facts.size, facts.frame_count, facts.pixel_format) == (Size(64, 48), 50, "yuv420p")
    assert (facts.seconds, facts.frames_per_second, facts.has_sound) == (Decimal(2), Decimal(25), True)


@pytest.mark.parametrize(
    ("rate", "frames", "seconds", "told"),
    [
        (Fraction(30), 45, "1.5", "30"),
        (Fraction(10), 1, "0.1", "10"),
        (Fraction(30000, 1001), 30, "1.001", "29.970030"),
        (Fraction(24), 25, "1.041667", "24"),
    ],
)
def test_seconds_are_exact_to_the_microsecond(
    tmp_path: Path, rate: Fraction, frames: int, seconds: str, told: str
) -> None:
    facts = probe_file(a_film(tmp_path / "film.mp4", rate=rate, frames=frames))
    assert (facts.seconds, facts.frames_per_second) == (Decimal(seconds), Decimal(told))


@pytest.mark.parametrize(("turn", "size"), [(0, (64, 48)), (90, (48, 64)), (180, (64, 48)), (270, (48, 64))])
def test_a_film_held_upright_is_measured_upright(tmp_path: Path, turn: int, size: tuple[int, int]) -> None:
    assert probe_file(a_film(tmp_path / "phone.mp4", rotation=turn)).size == Size(*size)


def test_a_silent_film_and_a_film_longer_than_its_sound(tmp_path: Path) -> None:
    assert probe_file(a_film(tmp_path / "silent.mp4")).has_sound is False
    facts = probe_file(a_film(tmp_path / "short.mp4", frames=20, sound_seconds=5))
    assert facts.seconds == 2, "a film is as long as its pictures"


@pytest.mark.parametrize(
    ("suffix", "container", "codec", "tolerance"),
    [
        ("wav", "wav", "pcm_s16le", "0"),
        ("mp3", "mp3", "mp3", "0.06"),
        ("aac", "aac", "aac", "0.06"),
        ("m4a", "mov,mp4,m4a,3gp,3g2,mj2", "aac", "0.06"),
    ],
)
def test_sounds(tmp_path: Path, suffix: str, container: str, codec: str, tolerance: str) -> None:
    facts = probe_file(a_sound(tmp_path / f"sound.{suffix}", seconds=2.5))
    assert (facts.medium, facts.container, facts.audio_codec) == (Medium.AUDIO, container, codec)
    assert (facts.size, facts.frames_per_second, facts.has_sound) == (None, None, True)
    assert facts.seconds is not None
    assert abs(facts.seconds - Decimal("2.5")) <= Decimal(tolerance)


def test_a_song_with_a_cover_picture_is_a_sound(tmp_path: Path) -> None:
    plain, song, cover = a_sound(tmp_path / "plain.mp3"), tmp_path / "song.mp3", a_still(tmp_path / "cover.png")
    with av.open(str(plain)) as source, av.open(str(cover)) as art, av.open(str(song), "w") as out:
        sound = out.add_stream_from_template(source.streams.audio[0])
        picture = out.add_stream_from_template(art.streams.video[0])
        picture.disposition = av.stream.Disposition.attached_pic
        for stream, packets in ((sound, source.demux(audio=0)), (picture, art.demux(video=0))):
            for packet in packets:
                if packet.dts is not None:
                    packet.stream = stream
                    out.mux(packet)
    with av.open(str(song)) as made:
        assert len(made.streams.video) == 1
    assert probe_file(song).medium is Medium.AUDIO


def test_tags_in_another_encoding_are_no_reason_to_refuse(tmp_path: Path) -> None:
    path = a_film(tmp_path / "tagged.mp4", metadata={"title": "XXXXXX"})
    path.write_bytes(path.read_bytes().replace(b"XXXXXX", "电影片".encode("gbk")))
    assert probe_file(path).seconds == 2


def test_a_header_that_lies_about_the_length_is_not_believed(tmp_path: Path) -> None:
    path = a_film(tmp_path / "film.mp4", frames=40)
    data = bytearray(path.read_bytes())
    at = data.index(b"mdhd") + 4  # version and flags, created, changed, time scale, duration
    scale, ticks = struct.unpack_from(">II", data, at + 12)
    assert ticks == 4 * scale
    struct.pack_into(">I", data, at + 16, scale)
    path.write_bytes(data)
    assert probe_file(path).seconds == 4


@pytest.mark.parametrize(("first", "last"), [(0, 50), (0, 25), (40, 65)])
def test_a_film_trimmed_without_encoding_is_as_long_as_it_shows(tmp_path: Path, first: int, last: int) -> None:
    path = a_film(tmp_path / "trimmed.mp4", frames=100, rate=Fraction(25))
    data = bytearray(path.read_bytes())
    at = data.index(b"elst") + 4  # version, one entry: length in 1/1000 s, start in the time base 1/12800 s
    length, start = struct.unpack_from(">Ii", data, at + 8)
    assert length == 4000
    struct.pack_into(">Ii", data, at + 8, (last - first) * 40, start + first * 512)
    path.write_bytes(data)
    facts = probe_file(path)
    assert (facts.frame_count, facts.seconds) == (last - first, Decimal(last - first) / 25)


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_a_sound_that_was_streamed_does_not_know_its_length(tmp_path: Path, length: int) -> None:
    path = a_sound(tmp_path / "streamed.wav", seconds=2)
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 4, length)
    struct.pack_into("<I", data, data.index(b"data") + 4, length)
    path.write_bytes(data)
    assert probe_file(path).seconds == 2


# What is refused ---------------------------------------------------------------------------------------------------


def _cut(make: Callable[[Path], Path], keep: float) -> Callable[[Path], Path]:
    def cut(path: Path) -> Path:
        data = make(path).read_bytes()
        path.write_bytes(data[: int(len(data) * keep)])
        return path

    return cut


def _patched(make: Callable[[Path], Path], at: int, value: bytes) -> Callable[[Path], Path]:
    def patch(path: Path) -> Path:
        data = bytearray(make(path).read_bytes())
        data[at : at + len(value)] = value
        path.write_bytes(data)
        return path

    return patch


def _bytes(data: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return write


def _zip() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("word/document.xml", "text")
    return memory.getvalue()


def _photo(path: Path) -> Path:
    Image.effect_noise((300, 300), 90).save(path)
    return path


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:1/secret\n#EXT-X-ENDLIST\n"

REFUSED: dict[str, tuple[str, Callable[[Path], Path], MediaProblem]] = {
    "empty": ("a.mp4", _bytes(b""), MediaProblem.CORRUPT),
    "one byte": ("a.mp4", _bytes(b"\xff"), MediaProblem.FORMAT),
    "text": ("a.mp4", _bytes(b"hello " * 100), MediaProblem.FORMAT),
    "web page": ("a.jpg", _bytes(b"\n<!DOCTYPE html><html>404</html>"), MediaProblem.FORMAT),
    "error message": ("a.jpg", _bytes(b'{"code": "NoSuchKey"}'), MediaProblem.FORMAT),
    "playlist": ("a.mp4", _bytes(PLAYLIST), MediaProblem.FORMAT),
    "list of files": ("a.mp4", _bytes(b"ffconcat version 1.0\nfile /etc/passwd\n"), MediaProblem.FORMAT),
    "vector picture": ("a.png", _bytes(b'<svg xmlns="http://www.w3.org/2000/svg"/>'), MediaProblem.FORMAT),
    "document": ("a.jpg", _bytes(_zip()), MediaProblem.FORMAT),
    "pdf": ("a.jpg", _bytes(b"%PDF-1.7\n" + bytes(400)), MediaProblem.FORMAT),
    "tiff": ("a.jpg", _bytes(b"II*\x00" + bytes(400)), MediaProblem.FORMAT),
    "heic": ("a.jpg", _bytes(b"\x00\x00\x00\x18ftypheic" + bytes(400)), MediaProblem.FORMAT),
    "ogg": ("a.mp3", _bytes(b"OggS" + bytes(400)), MediaProblem.FORMAT),
    "only a jpeg's start": ("a.jpg", _bytes(b"\xff\xd8\xff\xe0" + bytes(400)), MediaProblem.CORRUPT),
    "only an mp4's start": ("a.mp4", _bytes(b"\x00\x00\x00\x18ftypisom" + bytes(4000)), MediaProblem.CORRUPT),
    "only a wav's start": ("a.wav", _bytes(b"RIFF\x00\x00\x00\x00WAVEfmt "), MediaProblem.CORRUPT),
    "torn jpeg": ("a.jpg", _cut(_photo, 0.5), MediaProblem.CORRUPT),
    "torn png": ("a.png", _cut(_photo, 0.5), MediaProblem.CORRUPT),
    "torn webp": ("a.webp", _cut(_photo, 0.5), MediaProblem.CORRUPT),
    "mp4 without its end": ("a.mp4", _cut(a_film, 0.6), MediaProblem.CORRUPT),
    "mp4 torn after its index": (
        "a.mp4",
        _cut(lambda path: a_film(path, (320, 240), options={"movflags": "faststart"}), 0.75),
        MediaProblem.CORRUPT,
    ),
    "png bomb": ("a.png", lambda path: a_png_bomb(path, 30000, 30000), MediaProblem.BOMB),
    "png just too large": ("a.png", lambda path: a_png_bomb(path, 8001, 8000), MediaProblem.BOMB),
    "gif bomb": ("a.gif", _patched(a_still, 6, struct.pack("<HH", 65535, 65535)), MediaProblem.BOMB),
    "bmp bomb": (
        "a.bmp",
        _bytes(b"BM" + struct.pack("<IHHIIiiHHIIiiII", 99, 0, 0, 54, 40, 60000, 60000, 1, 24, 0, 0, 0, 0, 0, 0)),
        MediaProblem.BOMB,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_and_broken_files_are_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    suffix, make, problem = REFUSED[name]
    path = make(tmp_path / suffix)
    with pytest.raises(MediaRefused) as caught:
        probe_file(path)
    assert caught.value.problem is problem, caught.value.message
    assert caught.value.message.rstrip().endswith((".", "!"))
    assert str(tmp_path) not in caught.value.message, "a caller never learns where we keep files"


def test_the_name_of_a_file_plays_no_part(tmp_path: Path) -> None:
    still, film = a_still(tmp_path / "a.png"), a_film(tmp_path / "b.mp4")
    still.rename(tmp_path / "really.mp4")
    film.rename(tmp_path / "really.png")
    assert probe_file(tmp_path / "really.mp4").medium is Medium.IMAGE
    assert probe_file(tmp_path / "really.png").medium is Medium.VIDEO


def test_a_film_too_large_to_decode_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "raw.avi"
    with av.open(str(path), "w") as container:  # raw pictures: the header alone tells the size
        stream = container.add_stream("rawvideo", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr24"
        container.mux(stream.encode(av.VideoFrame(64, 48, "bgr24")))
    data = bytearray(path.read_bytes())
    struct.pack_into("<ii", data, data.index(b"strf") + 12, 12000, 12000)
    path.write_bytes(data)
    with pytest.raises(MediaRefused) as caught:
        probe_file(path)
    assert caught.value.problem is MediaProblem.BOMB


def test_a_film_of_absurdly_many_packets_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from understudy.media import probe as module

    path = a_film(tmp_path / "film.mp4", frames=20)
    monkeypatch.setattr(module, "MOST_PACKETS", 20)
    assert probe_file(path).frame_count == 20
    monkeypatch.setattr(module, "MOST_PACKETS", 19)
    with pytest.raises(MediaRefused) as caught:
        probe_file(path)
    assert caught.value.problem is MediaProblem.BOMB


def test_a_film_that_claims_to_last_for_days_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_film(tmp_path / "film.mp4", frames=2, rate=Fraction(1, 86400))
    with pytest.raises(MediaRefused) as caught:
        probe_file(path)
    assert caught.value.problem is MediaProblem.BOMB


def test_damaged_pictures_at_the_start_are_passed_over(tmp_path: Path) -> None:
    path = a_film(tmp_path / "film.avi", frames=40)
    data = bytearray(path.read_bytes())
    at = data.index(b"00dc") + 8
    data[at : at + 40] = bytes(40)
    path.write_bytes(data)
    assert probe_file(path).frame_count == 40


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), suffix=st.sampled_from(["jpg", "png", "webp", "gif", "bmp", "mp4", "mkv", "wav", "mp3"]))
def test_any_damage_is_either_survived_or_refused(tmp_path: Path, data: st.DataObject, suffix: str) -> None:
    path = tmp_path / f"damaged.{suffix}"
    make = a_sound if suffix in ("wav", "mp3") else a_film if suffix in ("mp4", "mkv") else a_still
    original = tmp_path / f"whole.{suffix}"
    if not original.exists():
        make(original)
    content = bytearray(original.read_bytes())
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=9)):
        content[at] = value
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        facts = probe_file(path)
    except MediaRefused:
        return
    assert facts.size is None or facts.size.area <= MOST_PIXELS


# In a child --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda d: a_still(d / "a.png"), lambda d: a_film(d / "a.mp4", sound_seconds=1)])
async def test_the_child_finds_the_same(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    assert await probe(path, workdir=tmp_path) == probe_file(path)


async def test_a_refusal_comes_out_of_the_child(tmp_path: Path) -> None:
    with pytest.raises(MediaRefused) as caught:
        await probe(a_png_bomb(tmp_path / "a.png", 20000, 20000), workdir=tmp_path)
    assert caught.value.problem is MediaProblem.BOMB
    assert caught.value.limits == {"pixels": MOST_PIXELS}


async def test_a_file_named_in_chinese_with_spaces(tmp_path: Path) -> None:
    assert (await probe(a_still(tmp_path / "我的 照片 (1).png"), workdir=tmp_path)).size == Size(64, 48)


async def test_a_file_that_makes_the_child_swell_is_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from understudy.media import probe as module

    narrow = child.ChildLimits(memory_bytes=260 * 1024**2, cpu_seconds=10, wall_seconds=20.0, file_bytes=0)
    monkeypatch.setattr(module, "PROBE_LIMITS", narrow)
    path = tmp_path / "large.png"
    Image.new("RGB", (7900, 7900)).save(path)
    with pytest.raises(MediaRefused) as caught:
        await probe(path, workdir=tmp_path)
    assert caught.value.problem is MediaProblem.BOMB


async def test_a_file_that_takes_too_long_is_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from understudy.media import probe as module

    monkeypatch.setattr(module, "PROBE_LIMITS", child.ChildLimits(2 * 1024**3, 10, wall_seconds=0.01))
    with pytest.raises(MediaRefused) as caught:
        await probe(a_still(tmp_path / "a.png"), workdir=tmp_path)
    assert caught.value.problem is MediaProblem.BOMB


async def test_a_file_that_crashes_the_decoder_is_corrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_still(tmp_path / "a.png")
    shadow = tmp_path / "shadow" / "PIL"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("import faulthandler; faulthandler._sigsegv()")
    monkeypatch.setenv("PYTHONPATH", str(shadow.parent))
    with pytest.raises(MediaRefused) as caught:
        await probe(path, workdir=tmp_path)
    assert caught.value.problem is MediaProblem.CORRUPT


async def test_the_largest_picture_that_is_allowed_passes_the_limits(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGBA", (8000, 8000), (1, 2, 3, 4)).save(path, compress_level=1)
    facts = await probe(path, workdir=tmp_path)
    assert (facts.size, facts.has_alpha) == (Size(8000, 8000), True)


# Words -------------------------------------------------------------------------------------------------------------


@given(
    st.builds(
        MediaFacts,
        medium=st.sampled_from(Medium),
        container=st.text(),
        byte_count=st.integers(0),
        size=st.none() | st.builds(Size, st.integers(1, 9999), st.integers(1, 9999)),
        seconds=st.none() | st.decimals(0, 10**5, places=6),
        frames_per_second=st.none() | st.decimals(0, 240, places=6),
        frame_count=st.none() | st.integers(0),
        has_sound=st.booleans(),
        has_alpha=st.booleans(),
        video_codec=st.none() | st.text(),
    )
)
def test_facts_come_back_from_their_record(facts: MediaFacts) -> None:
    assert facts_from_record(facts_record(facts)) == facts


@given(st.binary(max_size=600))
def test_sniffing_never_fails(head: bytes) -> None:
    sniff(head)


def test_children_of_probes_leave_nothing_open(tmp_path: Path) -> None:
    path = a_film(tmp_path / "a.mp4")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        probe_file(path)
    assert len(os.listdir("/proc/self/fd")) == before
