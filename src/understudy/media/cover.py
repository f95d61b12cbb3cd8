"""A still of a film: one picture from about a third of its length, as JPEG.

Knows how one picture is found and written. Must not know what a cover is for. Nothing heavy is imported at the top:
the server imports this file, the child does the work.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from understudy.core.faults import MediaProblem, MediaRefused
from understudy.media.child import ChildLimits, Progress, run_child, serve_order

SHARE = 3
"""The picture stands at the length divided by this: past an opening in black, before most endings."""
MOST_SIDE = 1280
"""Pixels of the longer side; a larger film's picture is scaled down. GUESS."""
QUALITY = 88
COVER_LIMITS = ChildLimits(
    memory_bytes=2 * 1024**3, cpu_seconds=20, wall_seconds=30.0, file_bytes=16 * 1024**2, open_files=64
)
"""Address space for the libraries and a few pictures; decoding up to one key picture's distance."""


async def cover(path: Path, target: Path) -> Path:
    """Write a still of the film at `path` to `target` (JPEG), in a limited child process.

    Raises:
        MediaRefused: the film has no picture that can be decoded.
        ChildDied: the child ended without a result, or took too long.
    """
    order = {"path": str(path), "target": str(target)}
    await run_child("understudy.media.cover", order, limits=COVER_LIMITS, workdir=target.parent)
    return target


def write_cover(path: Path, target: Path) -> None:
    """As `cover`, in this process."""
    picture = _picture(path)
    picture.thumbnail((MOST_SIDE, MOST_SIDE))
    picture.save(target, "JPEG", quality=QUALITY, optimize=True)


def _picture(path: Path) -> Any:
    import av
    import av.error

    from understudy.media.video import READ_OPTIONS

    last: Any = None
    try:
        with av.open(str(path), options=READ_OPTIONS) as container:
            stream = container.streams.video[0] if container.streams.video else None
            if stream is not None:
                stream.thread_type = "AUTO"
                wanted = _moment(container, stream)
                if wanted:
                    container.seek(wanted, stream=stream, backward=True)
                for frame in container.decode(stream):
                    last = frame
                    if frame.pts is None or frame.pts >= wanted:
                        break
    except (av.error.FFmpegError, ValueError) as error:
        raise MediaRefused(MediaProblem.CORRUPT, f"{path.name} cannot be decoded.") from error
    if last is None:
        raise MediaRefused(MediaProblem.CORRUPT, f"{path.name} shows no picture.")
    return last.to_image()


def _moment(container: Any, stream: Any) -> int:
    """The wanted picture's time in units of the stream; 0 where the length is not known."""
    start = stream.start_time or 0
    if stream.duration:
        return int(start + stream.duration // SHARE)
    if container.duration and stream.time_base:
        return int(start + container.duration / 1_000_000 / SHARE / stream.time_base)
    return int(start)


def _write(order: dict[str, Any], progress: Progress) -> None:
    write_cover(Path(order["path"]), Path(order["target"]))


if __name__ == "__main__":
    serve_order(_write)
