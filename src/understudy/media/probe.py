"""What is this file? Reads a still, film or sound just far enough to know and to prove that it can be decoded.

Knows decoders, containers and what makes a file a bomb. Must not know the first bytes of each kind (kinds), what a
model accepts (that is the card) nor where the file came from. Nothing heavy is imported at the top: the server imports
this file, the child does the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from understudy.core.faults import MediaProblem, MediaRefused
from understudy.core.request import MediaFacts, Medium
from understudy.core.units import Size
from understudy.media.child import ChildDied, ChildLimits, Death, Progress, run_child, serve_order
from understudy.media.kinds import sniff

# GUESSes: where a file stops being a picture or a film and becomes an attack. All are far above every card's limits.
MOST_PIXELS = 8000 * 8000
"""Pixels of one picture. Source of the side: seed 003 by spec/dashscope.md §5.1 (8000 px); the product is a GUESS."""
MOST_SECONDS = Decimal(24 * 3600)
MOST_PACKETS = 5_000_000
LEAST_BYTES_PER_PACKET = 2
"""Below this a film of more than 10 000 packets claims more than it holds."""
PROBE_LIMITS = ChildLimits(memory_bytes=2 * 1024**3, cpu_seconds=15, wall_seconds=30.0, file_bytes=0, open_files=64)
"""Address space for the libraries and one picture of MOST_PIXELS, and no file to write."""

MICROSECOND = Decimal("0.000001")
_AGREE = Decimal("0.1")  # seconds by which a header may differ from the packets and still be believed

FORMAT_SENTENCE = (
    "Invalid file format，the request file format is one of the following types: "
    "MP4, AVI, MOV, MP3, WAV, AAC, JPEG, JPG, PNG, BMP, and WEBP."
)
"""Source: spec/catalog.json, error_codes, InvalidFile.Format."""
OPEN_SENTENCE = "Invalid file, cannot open file as video/audio/image."
"""Source: spec/catalog.json, error_codes, InvalidFile.Openerror."""
BOMB_SENTENCE = "The size of image is beyond limit."
"""Source: spec/catalog.json, error_codes, InvalidFile.ImageSize."""

_STILLS = {"jpeg": "JPEG", "png": "PNG", "bmp": "BMP", "webp": "WEBP", "gif": "GIF"}
_CONTAINERS = {
    "mov": "mov,mp4,m4a,3gp,3g2,mj2",
    "matroska": "matroska,webm",
    "avi": "avi",
    "flv": "flv",
    "mpegts": "mpegts",
    "mpeg": "mpeg",
    "wav": "wav",
    "mp3": "mp3",
    "aac": "aac",
}


def probe_file(path: Path) -> MediaFacts:
    """Facts of a local file, in this process. Decodes one picture, or the first sounds, to prove it is whole.

    `size` is upright: EXIF orientation and rotation marks are respected. Animated GIF and WebP are stills of their
    first picture. `seconds` comes from the header when the packets bear it out, else from the packets.

    Raises:
        MediaRefused: FORMAT (not a kind we read), CORRUPT (it is, but cannot be decoded), BOMB (it would decode to
            far more than it weighs; found before decoding).
    """
    byte_count = path.stat().st_size
    if byte_count == 0:
        raise MediaRefused(MediaProblem.CORRUPT, f"{OPEN_SENTENCE} The file is empty: send one with content.")
    with path.open("rb") as file:
        head = file.read(512)
    kind = sniff(head)
    if kind is None:
        raise MediaRefused(MediaProblem.FORMAT, f"{FORMAT_SENTENCE} {_advice(head)}")
    return _still(path, kind, byte_count) if kind in _STILLS else _moving(path, kind, byte_count)


def _advice(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg", b"{", b"<error")):
        return "The link leads to a web page or an error message instead of a file: open it yourself and check."
    if head[4:8] == b"ftyp":
        return "This is a HEIC or AVIF picture: save it as JPEG or PNG first."
    return "What was sent is none of them, whatever its name says: convert it first."


def _corrupt(error: BaseException | None = None) -> MediaRefused:
    # a library's own text may hold a path of ours; its strerror does not
    detail = f" ({told})" if (told := getattr(error, "strerror", None)) else ""
    return MediaRefused(
        MediaProblem.CORRUPT, f"{OPEN_SENTENCE} It is damaged or cut short{detail}: export or upload it again."
    )


def _check_pixels(size: Size) -> Size:
    if size.area > MOST_PIXELS:
        raise MediaRefused(
            MediaProblem.BOMB,
            f"{BOMB_SENTENCE} {size} has {size.area} pixels and {MOST_PIXELS} is the most: scale it down.",
            limits={"pixels": MOST_PIXELS},
        )
    return size


# Stills ------------------------------------------------------------------------------------------------------------


def _still(path: Path, kind: str, byte_count: int) -> MediaFacts:
    import struct
    import warnings
    import zlib

    from PIL import Image

    broken = (
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OverflowError,
        struct.error,
        zlib.error,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns where we refuse, and of harmless EXIF faults
            with Image.open(path, formats=[_STILLS[kind]]) as image:
                size = _check_pixels(Size(*image.size))
                if image.getexif().get(0x0112) in (5, 6, 7, 8):  # orientation: lying on its side
                    size = Size(size.height, size.width)
                if kind == "jpeg":
                    image.draft(image.mode, (image.width // 8, image.height // 8))  # the proof needs no full picture
                image.load()
                has_alpha = _is_see_through(image)
    except Image.DecompressionBombError as error:
        raise MediaRefused(
            MediaProblem.BOMB,
            f"{BOMB_SENTENCE} {MOST_PIXELS} pixels are the most: scale it down.",
            limits={"pixels": MOST_PIXELS},
        ) from error
    except broken as error:
        raise _corrupt(error) from error
    return MediaFacts(Medium.IMAGE, kind, byte_count, size=size, has_alpha=has_alpha)


def _is_see_through(image: Any) -> bool:
    """Whether any pixel lets something through; an alpha channel that is full everywhere does not count."""
    if image.has_transparency_data:
        least, _ = image.convert("RGBA").getchannel("A").getextrema()
        return bool(least < 255)
    return False


# Films and sounds --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Scan:
    """What the packets of one stream add up to, in units of its time base."""

    count: int = 0
    start: int | None = None
    end: int = 0
    total: int = 0

    def add(self, moment: int | None, duration: int) -> None:
        self.count += 1
        self.total += duration
        if moment is not None:
            self.start = moment if self.start is None else min(self.start, moment)
            self.end = max(self.end, moment + duration)

    def length(self) -> int:
        return self.total if self.start is None else self.end - self.start


def _moving(path: Path, kind: str, byte_count: int) -> MediaFacts:
    import av

    try:
        with av.open(
            str(path.resolve()),
            options={"protocol_whitelist": "file", "format_whitelist": _CONTAINERS[kind]},
            metadata_errors="replace",  # tags in other encodings are common and no reason to refuse
        ) as container:
            return _facts(container, byte_count)
    except (av.error.FFmpegError, OSError, ValueError, OverflowError) as error:
        raise _corrupt(error) from error


def _facts(container: Any, byte_count: int) -> MediaFacts:
    from av.stream import Disposition

    # a stream of a kind that FFmpeg cannot decode, as damage makes them, has no codec context
    known = [s for s in container.streams if s.codec_context is not None]
    pictures = [s for s in known if s.type == "video" and not s.disposition & Disposition.attached_pic]
    sounds = [s for s in known if s.type == "audio"]
    if not pictures and not sounds:
        raise MediaRefused(MediaProblem.CORRUPT, f"{OPEN_SENTENCE} It holds neither pictures nor sound.")
    main = (pictures or sounds)[0]
    if pictures:
        width, height = main.codec_context.width, main.codec_context.height
        if width < 1 or height < 1:
            raise _corrupt()
        _check_pixels(Size(width, height))
        main.codec_context.options = {"max_pixels": str(MOST_PIXELS)}  # a later picture may claim another size
    main.codec_context.thread_count = 1
    frame = _first_frame(container, main)
    scan = _scan(container, main, byte_count)
    seconds = _seconds(container, main, scan)
    if seconds > MOST_SECONDS:
        raise MediaRefused(MediaProblem.BOMB, f"A file of {byte_count} bytes that claims {seconds:.0f} s is not read.")
    facts = MediaFacts(
        Medium.AUDIO,
        container.format.name.lower(),
        byte_count,
        seconds=seconds,
        has_sound=bool(sounds),
        audio_codec=_codec(sounds[0]) if sounds else None,
    )
    if not pictures:
        return facts
    size = _check_pixels(Size(frame.width, frame.height))
    return MediaFacts(
        Medium.VIDEO,
        facts.container,
        byte_count,
        size=Size(size.height, size.width) if round(frame.rotation / 90) % 2 else size,
        seconds=seconds,
        frames_per_second=_rate(main, scan, seconds),
        frame_count=scan.count,
        has_sound=bool(sounds),
        has_alpha=any(part.is_alpha for part in frame.format.components),
        video_codec=_codec(main),
        audio_codec=facts.audio_codec,
        pixel_format=frame.format.name,
    )


def _codec(stream: Any) -> str:
    return str(stream.codec_context.codec.canonical_name)


def _first_frame(container: Any, stream: Any) -> Any:
    """The first decodable frame; damaged ones before it are passed over, as players do."""
    import av

    for number, packet in enumerate(container.demux(stream)):
        try:
            for frame in packet.decode():
                return frame
        except av.error.InvalidDataError:
            if number > 100:
                break
    raise _corrupt()


def _scan(container: Any, stream: Any, byte_count: int) -> _Scan:
    """Walk all packets without decoding: the true length, and whether the file holds what its header promises."""
    import av

    container.seek(0)
    scan = _Scan()
    try:
        for packet in container.demux(stream):
            if packet.size and not packet.is_discard:
                scan.add(packet.pts if packet.pts is not None else packet.dts, packet.duration or 0)
            if scan.count > MOST_PACKETS or (scan.count > 10_000 and byte_count < LEAST_BYTES_PER_PACKET * scan.count):
                raise MediaRefused(
                    MediaProblem.BOMB, f"{scan.count} packets and more in {byte_count} bytes are not read."
                )
    except av.error.InvalidDataError:
        pass  # the end is torn off: judged by the count below
    if scan.count == 0 or _is_torn(stream, scan):
        raise _corrupt()
    return scan


def _is_torn(stream: Any, scan: _Scan) -> bool:
    """Whether a film ends long before its index says. Judged by time: a trimmed film hides packets it still holds."""
    if stream.type != "video" or not stream.frames or not stream.duration:
        return False
    return scan.length() < stream.duration * 0.9 - float(_AGREE) / stream.time_base


def _seconds(container: Any, stream: Any, scan: _Scan) -> Decimal:
    counted = _decimal(Fraction(scan.length()) * stream.time_base)
    if stream.duration:
        told = _decimal(Fraction(stream.duration) * stream.time_base)
        return told if abs(told - counted) <= _AGREE else counted
    if scan.total == 0 and container.duration:  # packets without lengths lack that of the last one
        return Decimal(container.duration) * MICROSECOND
    return counted


def _rate(stream: Any, scan: _Scan, seconds: Decimal) -> Decimal | None:
    rate = stream.average_rate or stream.guessed_rate
    if rate:
        return _decimal(Fraction(rate))
    return (scan.count / seconds).quantize(MICROSECOND) if seconds > 0 else None


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(MICROSECOND)


# In a child --------------------------------------------------------------------------------------------------------


async def probe(path: Path, *, workdir: Path) -> MediaFacts:
    """`probe_file` in a limited child process (see PROBE_LIMITS), for files that strangers sent.

    Raises:
        MediaRefused: as `probe_file`; a file that makes the child swell or hang is a BOMB, one that crashes it CORRUPT.
        ChildDied: the child was killed from outside; worth another try.
    """
    try:
        record = await run_child(
            "understudy.media.probe", {"path": str(path.resolve())}, limits=PROBE_LIMITS, workdir=workdir
        )
    except ChildDied as death:
        if death.reason in (Death.OUT_OF_MEMORY, Death.TOO_LONG):
            raise MediaRefused(
                MediaProblem.BOMB, f"{OPEN_SENTENCE} Reading it takes more memory or time than any file may."
            ) from death
        if death.reason is Death.CRASHED:
            raise _corrupt() from death
        raise
    return facts_from_record(record)


def facts_record(facts: MediaFacts) -> dict[str, Any]:
    """Facts as JSON-ready values: sizes as `W*H`, decimals as text, nothing for None. Inverse: facts_from_record."""
    values = {name: getattr(facts, name) for name in MediaFacts.__dataclass_fields__}
    plain = (bool, int)
    return {
        name: value if isinstance(value, plain) else str(value) for name, value in values.items() if value is not None
    }


def facts_from_record(record: Mapping[str, Any]) -> MediaFacts:
    """Rebuild what `facts_record` wrote."""
    values = dict(record)
    values["medium"] = Medium(values["medium"])
    for name in ("seconds", "frames_per_second"):
        if name in values:
            values[name] = Decimal(values[name])
    if "size" in values:
        values["size"] = Size.parse(values["size"])
    return MediaFacts(**values)


def _handle(order: dict[str, Any], progress: Progress) -> dict[str, Any]:
    return facts_record(probe_file(Path(order["path"])))


if __name__ == "__main__":
    serve_order(_handle)
