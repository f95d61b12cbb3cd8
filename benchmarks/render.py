"""Question: what does a painted frame cost, beside encoding alone and beside the usual tools?

Per repetition, one after the other in one process: (1) encode finished pictures (the floor), (2) paint ours and
encode, (3) the same scene by an FFmpeg filter graph, (4) by MoviePy, all with the same encoder settings and threads.
CPU time of the whole process per frame; medians over the repetitions, and of each repetition's ratio to its own floor.
`--film` measures a whole film of two talking people instead (it needs the perception models and two photographs).

    python benchmarks/render.py [--repetitions 5] [--frames 60] [--film A.jpg B.jpg --models DIR]

MoviePy comes with the `bench` extra; without it, its row says so.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scene import SIZE, OurScene, filter_graph, moviepy_pictures, write_pictures

from understudy.media.video import VideoWriter

GOAL, LATER = 2.0, 1.6
TALKING_GOAL = 2.8


def encode_only(path: Path, pictures: list[np.ndarray[Any, Any]], count: int) -> None:
    with VideoWriter(path, SIZE, sound=False) as film:
        for number in range(count):
            film.write(pictures[number % len(pictures)])


def ours(path: Path, scene: OurScene, count: int) -> None:
    with VideoWriter(path, SIZE, sound=False) as film:
        for number in range(count):
            film.write(scene.paint(number).planes)


def ffmpeg(path: Path, folder: Path, count: int) -> None:
    with VideoWriter(path, SIZE, sound=False) as film:
        for frame in filter_graph(folder, count):
            film.write(frame.to_ndarray())


def moviepy(path: Path, folder: Path, count: int) -> None:
    with VideoWriter(path, SIZE, sound=False) as film:
        for picture in moviepy_pictures(folder, count):
            film.write_rgb(picture)


def measure(work: Callable[[], None], count: int) -> tuple[float, float]:
    """CPU milliseconds per frame and frames per second by the clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return (time.process_time() - cpu) / count * 1000, count / (time.perf_counter() - wall)


def compare(repetitions: int, count: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder, film = Path(name), Path(name) / "film.mp4"
        write_pictures(folder)
        scene = OurScene()
        pictures = [scene.paint(number).planes.copy() for number in range(count)]
        contenders: dict[str, Callable[[], None]] = {
            "encode only": lambda: encode_only(film, pictures, count),
            "ours": lambda: ours(film, scene, count),
            "ffmpeg graph": lambda: ffmpeg(film, folder, count),
        }
        if importlib.util.find_spec("moviepy") is not None:
            contenders["moviepy"] = lambda: moviepy(film, folder, count)
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
        for work in contenders.values():
            work()  # caches, imports, clocks
        for _ in range(repetitions):
            for name_, work in contenders.items():
                found[name_].append(measure(work, count))
        paint = [measure(lambda: [scene.paint(n) for n in range(count)] and None, count)[0] for _ in range(repetitions)]
    floor = [cpu for cpu, _ in found["encode only"]]
    print(f"1280x720, {count} frames, {repetitions} interleaved repetitions, median (range)")
    print(f"{'':14}{'CPU ms/frame':>14}{'x floor':>22}{'wall fps':>12}")
    for name_, results in found.items():
        ratios = [cpu / base for (cpu, _), base in zip(results, floor, strict=True)]
        cpu, fps = statistics.median(c for c, _ in results), statistics.median(f for _, f in results)
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"{name_:14}{cpu:14.1f}{spread:>22}{fps:12.0f}")
    if "moviepy" not in contenders:
        print("moviepy       not installed: pip install 'understudy[bench]'")
    ratio = statistics.median(cpu / base for (cpu, _), base in zip(found["ours"], floor, strict=True))
    print(f"painting alone {statistics.median(paint):.1f} CPU ms/frame; the peers neither bend nor (MoviePy) turn")
    print(f"goal: ours <= {GOAL:.1f} x floor, later {LATER:.1f}: {'met' if ratio <= GOAL else 'MISSED'} ({ratio:.2f})")


def film_of_two(photographs: list[Path], models: Path, repetitions: int) -> None:
    """A five second film of two talking people, whole, beside encoding its own pictures."""
    from understudy.animatic.brief import Brief, LocalSubject
    from understudy.animatic.render import make_film, paint_frames, prepare
    from understudy.core.request import LocalMedia
    from understudy.media.probe import probe_file

    subjects = tuple(LocalSubject(f"图{n}", LocalMedia(p, probe_file(p))) for n, p in enumerate(photographs, 1))
    prompt = "客厅里，图1和图2面对面。图1说：“你好，好久不见。”图2说：“是啊，最近怎么样？”"
    count = 150
    ratios = []
    for _ in range(repetitions):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            brief = Brief(prompt, SIZE, count, subjects, models=models, seed=1)
            cpu = time.process_time()
            make_film(brief, folder, lambda *_: None)
            whole = (time.process_time() - cpu) / count * 1000
            # the floor encodes the very pictures that were painted: decoded ones are smoother, and cheaper to encode
            made = prepare(brief, folder, lambda *_: None)
            frames = paint_frames(made.board, made.cast, brief, made.utterances)
            pictures = [canvas.planes.copy() for canvas in frames]
            floor, _ = measure(lambda: encode_only(folder / "floor.mp4", pictures, count), count)  # noqa: B023
            ratios.append((whole, whole / floor))
    whole, ratio = (statistics.median(r[k] for r in ratios) for k in (0, 1))
    print(f"film of two talking people: {whole:.1f} CPU ms/frame with all set-up, {ratio:.2f} x encoding alone")
    print(f"goal: <= {TALKING_GOAL} (GUESS of the specification): {'met' if ratio <= TALKING_GOAL else 'MISSED'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--film", type=Path, nargs=2, metavar="PHOTO")
    parser.add_argument("--models", type=Path)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    if asked.film:
        film_of_two(asked.film, asked.models, asked.repetitions)
    else:
        compare(asked.repetitions, asked.frames)


if __name__ == "__main__":
    main()
