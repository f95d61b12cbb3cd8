"""A contact sheet of a film: frames at even distances, in rows. The pictures of the README are made with it.

python examples/contact_sheet.py film.mp4 sheet.jpg --frames 12 --columns 4 --width 320
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from understudy.media.video import read_video


def contact_sheet(film: Path, frames: int, columns: int, width: int) -> Image.Image:
    """`frames` pictures of `film`, each `width` pixels wide, first to last."""
    pictures = list(read_video(film, max_height=2160, max_frames=100_000))
    height = round(pictures[0].shape[0] * width / pictures[0].shape[1])
    rows = -(-frames // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), "white")
    for place in range(frames):
        chosen = pictures[round((place + 0.5) * len(pictures) / frames - 0.5)]
        small = Image.fromarray(chosen).resize((width, height), Image.Resampling.LANCZOS)
        sheet.paste(small, (place % columns * width, place // columns * height))
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film", type=Path)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--width", type=int, default=320)
    given = parser.parse_args()
    contact_sheet(given.film, given.frames, given.columns, given.width).save(given.sheet, quality=82)


if __name__ == "__main__":
    main()
