"""The scene that `render.py` measures: a zooming plate, three large cut-outs with shadows, a subtitle in hanzi.

Painted three ways from the same pictures: by our canvas (which also bends each cut-out by a 9 x 9 mesh, as breathing
and talking need), by an FFmpeg filter graph inside PyAV, and by MoviePy. The peers neither bend nor know I420.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from bending import draw_bent
from numpy.typing import NDArray

from understudy.animatic.camera import View
from understudy.animatic.canvas import Canvas, Paint, pack, shadow_paint
from understudy.animatic.layers._layer import Moment
from understudy.animatic.layers.lettering import Letterer, Lettering, captions
from understudy.animatic.screenplay import Delivery
from understudy.animatic.storyboard import TimedLine
from understudy.core.units import Size

SIZE = Size(1280, 720)
PLACES = ((250.0, 690.0), (640.0, 715.0), (1010.0, 690.0))  # feet, in picture pixels
SPRITE = (420, 600)  # width, height
TEXT = "你终于来了，我在这里等了你好久。"


def plate() -> NDArray[np.uint8]:
    """(900, 1600, 3) RGB: soft noise over a gradient, as a photograph out of focus."""
    rng = np.random.default_rng(1)
    noise = cv2.resize(rng.integers(0, 255, (36, 64, 3), dtype=np.uint8), (1600, 900), interpolation=cv2.INTER_CUBIC)
    fine = rng.normal(0, 4, (900, 1600, 1))
    ramp = np.linspace(60, 190, 900)[:, None, None]
    return np.clip(noise * 0.35 + ramp * 0.65 + fine, 0, 255).astype(np.uint8)


def sprite(number: int) -> NDArray[np.uint8]:
    """(600, 420, 4) RGBA: a textured figure with soft edges."""
    rng = np.random.default_rng(10 + number)
    width, height = SPRITE
    mask = np.zeros((height, width), np.uint8)
    cv2.circle(mask, (width // 2, 110), 95, 255, -1, cv2.LINE_AA)
    cv2.ellipse(mask, (width // 2, 480), (190, 300), 0, 0, 360, 255, -1, cv2.LINE_AA)
    colour = cv2.resize(rng.integers(40, 230, (24, 16, 3), dtype=np.uint8), SPRITE, interpolation=cv2.INTER_CUBIC)
    return np.dstack([colour, cv2.GaussianBlur(mask, (0, 0), 1.2)])


def zoom_at(frame: int) -> float:
    return 0.80 * (1 + 0.0018 * frame)


def sway_at(frame: int, number: int) -> tuple[float, float, float]:
    """Shift x, shift y, turn in degrees of a cut-out."""
    t = frame / 30
    return 9 * math.sin(t * 1.1 + number), 4 * math.sin(t * 2.3 + number), 1.6 * math.sin(t * 0.9 + 2 * number)


# Ours -----------------------------------------------------------------------------------------------------------------


class OurScene:
    """The scene on our canvas."""

    def __init__(self) -> None:
        self.canvas = Canvas(SIZE)
        self.plate = Paint(pack(plate()))
        self.sprites = [Paint(pack(sprite(n))) for n in range(3)]
        self.shadow = shadow_paint(330, 54, 0.6)
        line = TimedLine(0, None, TEXT, Delivery.SAY, 0, 10_000)
        self.caption: Lettering = captions([line], SIZE, Letterer())[0]

    def paint(self, frame: int) -> Canvas:
        zoom, canvas = zoom_at(frame), self.canvas
        canvas.cover(self.plate, np.array([[zoom, 0, 640 - 800 * zoom], [0, zoom, 360 - 450 * zoom]]))
        for number, (paint, (foot_x, foot_y)) in enumerate(zip(self.sprites, PLACES, strict=True)):
            x, y, turn = sway_at(frame, number)
            shadow_x = foot_x + x - self.shadow.width / 2
            canvas.draw(self.shadow, np.array([[1.0, 0, shadow_x], [0, 1.0, foot_y - self.shadow.height / 2]]))
            a, b = math.cos(math.radians(turn)), math.sin(math.radians(turn))
            matrix = np.array([[a, -b, foot_x + x - a * 210 + b * 600], [b, a, foot_y + y - b * 210 - a * 600]])
            draw_bent(canvas, paint, matrix, _mesh(frame, number))
        self.caption.paint(canvas, Moment(frame, frame + 10, View(0, 0)))
        return canvas


def _mesh(frame: int, number: int) -> NDArray[np.float32]:
    rows, columns = np.mgrid[0:9, 0:9]
    mesh = np.zeros((9, 9, 2), np.float32)
    mesh[:, :, 0] = 2.5 * np.sin(rows / 3 + frame / 9 + number)
    mesh[:, :, 1] = 2.0 * np.cos(columns / 3 + frame / 11 + number)
    return mesh


# Peers ----------------------------------------------------------------------------------------------------------------


def write_pictures(folder: Path) -> None:
    """Plate, cut-outs, a blurred shadow and the subtitle as PNG files, for the peers."""
    cv2.imwrite(str(folder / "plate.png"), plate()[:, :, ::-1])
    for number in range(3):
        cv2.imwrite(str(folder / f"sprite{number}.png"), cv2.cvtColor(sprite(number), cv2.COLOR_RGBA2BGRA))
    shadow = shadow_paint(330, 54, 0.6).packed[:, :, 3]
    cv2.imwrite(str(folder / "shadow.png"), np.dstack([np.zeros((*shadow.shape, 3), np.uint8), shadow]))
    text = OurScene().caption.paint_.packed
    straight = np.where(text[:, :, 3:] > 0, text[:, :, :1].astype(float) * 255 / np.maximum(text[:, :, 3:], 1), 0)
    cv2.imwrite(str(folder / "text.png"), np.dstack([np.repeat(straight, 3, axis=2), text[:, :, 3]]).astype(np.uint8))


def filter_graph(folder: Path, count: int) -> Iterator[Any]:
    """The scene by FFmpeg filters: pictures as yuv420p frames. Shadows are blurred beforehand, as ours are."""
    still = "loop=-1:size=1,setpts=N/(30*TB)"
    steps = [
        f"movie={folder}/plate.png,{still},trim=end_frame={count},"
        "scale=w='2*trunc(1600*0.80*(1+0.0018*n)/2)':h='2*trunc(900*0.80*(1+0.0018*n)/2)':eval=frame,"
        "crop=1280:720,format=yuv420p[v0]"
    ]
    last, n = "v0", 0
    for number, (foot_x, foot_y) in enumerate(PLACES):
        x = f"{foot_x}+9*sin(t*1.1+{number})"
        steps += [
            f"movie={folder}/shadow.png,{still},format=yuva420p[s{number}]",
            f"[{last}][s{number}]overlay=x='{x}-w/2':y={foot_y}-h/2:shortest=1[v{n + 1}]",
            f"movie={folder}/sprite{number}.png,{still},format=yuva420p,"
            f"rotate=a='1.6*PI/180*sin(t*0.9+{2 * number})':c=none:ow=440:oh=620[p{number}]",
            f"[v{n + 1}][p{number}]overlay=x='{x}-w/2':y='{foot_y}+4*sin(t*2.3+{number})-610':shortest=1[v{n + 2}]",
        ]
        last, n = f"v{n + 2}", n + 2
    steps += [
        f"movie={folder}/text.png,{still},format=yuva420p[t]",
        f"[{last}][t]overlay=x=(W-w)/2:y=H-h-40:shortest=1,format=yuv420p[out]",
    ]
    graph = av.filter.Graph()
    graph.threads = 1
    yield from _pull(graph, ";".join(steps), count)


def _pull(graph: Any, text: str, count: int) -> Iterator[Any]:
    """PyAV builds graphs node by node: read our own small notation of links."""
    outlets: dict[str, tuple[Any, int]] = {}
    for chain in text.split(";"):
        inlets: list[str] = []
        while chain.startswith("["):
            name, chain = chain[1:].split("]", 1)
            inlets.append(name)
        outlet = None
        if chain.endswith("]"):
            chain, outlet = chain[:-1].rsplit("[", 1)
        node = None
        for step in _split(chain):
            kind, _, arguments = step.partition("=")
            following = graph.add(kind, arguments or None)
            if node is None:
                for pad, inlet in enumerate(inlets):
                    source, source_pad = outlets[inlet]
                    source.link_to(following, source_pad, pad)
            else:
                node.link_to(following)
            node = following
        if outlet is not None:
            outlets[outlet] = (node, 0)
    sink = graph.add("buffersink")
    outlets["out"][0].link_to(sink)
    graph.configure()
    for _ in range(count):
        yield sink.pull()


def _split(chain: str) -> list[str]:
    """Filters of a chain; commas inside quotes do not part them."""
    parts, quoted = [""], False
    for character in chain:
        quoted ^= character == "'"
        if character == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def moviepy_pictures(folder: Path, count: int) -> Iterator[NDArray[np.uint8]]:
    """The scene by MoviePy: (720, 1280, 3) RGB. No bend and no turn of the cut-outs."""
    from moviepy import CompositeVideoClip, ImageClip

    def moving(number: int, foot_x: float, foot_y: float) -> Any:
        return lambda t: (foot_x + sway_at(round(t * 30), number)[0] - 210, foot_y - 600)

    seconds = count / 30
    base = ImageClip(str(folder / "plate.png")).with_duration(seconds)
    base = base.resized(lambda t: zoom_at(round(t * 30))).with_position("center")
    clips = [base]
    for number, (foot_x, foot_y) in enumerate(PLACES):
        shadow = ImageClip(str(folder / "shadow.png")).with_duration(seconds)
        clips.append(shadow.with_position((foot_x - shadow.w / 2, foot_y - shadow.h / 2)))
        figure = ImageClip(str(folder / f"sprite{number}.png")).with_duration(seconds)
        clips.append(figure.with_position(moving(number, foot_x, foot_y)))
    clips.append(ImageClip(str(folder / "text.png")).with_duration(seconds).with_position(("center", 620)))
    film = CompositeVideoClip(clips, size=(1280, 720)).with_duration(seconds)
    for frame in range(count):
        yield film.get_frame(frame / 30)
