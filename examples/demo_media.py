"""Makes the media of the demo: photographs from packages' sample data, and what had to be made by our own code.

    python examples/demo_media.py FOLDER MODELS

Stand-ins for the five references of the guide's main example: a woman (image), a speaker (video, made here from a
portrait photograph: she talks, blinks and sways, with sound), a flower, a guitar (drawn here, with alpha) and a place;
and two voices.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from understudy.animatic.faces.idle import idle
from understudy.animatic.faces.portrait import prepare
from understudy.animatic.perception import Eyes
from understudy.animatic.screenplay import Delivery
from understudy.animatic.speech import SpeechOrder, speak
from understudy.core.units import Size
from understudy.media.audio import write_wav
from understudy.media.video import VideoWriter

SPEAKER_SIZE = Size(720, 840)
SPEAKER_SECONDS = 6


def make_media(folder: Path, models: Path) -> None:
    """Write girl.png, boy.mp4, flower.png, guitar.png, place.jpg, girl-voice.wav and boy-voice.wav into `folder`."""
    import matplotlib
    import skimage
    import sklearn

    folder.mkdir(parents=True, exist_ok=True)
    girl = Image.open(Path(skimage.__file__).parent / "data" / "astronaut.png").convert("RGB")
    girl.resize((1024, 1024), Image.Resampling.LANCZOS).save(folder / "girl.png")
    samples = Path(sklearn.__file__).parent / "datasets" / "images"
    flower(samples / "flower.jpg", folder / "flower.png")
    place = Image.open(samples / "china.jpg").convert("RGB")
    place.resize((1280, 854), Image.Resampling.LANCZOS).save(folder / "place.jpg", quality=92)
    guitar(folder / "guitar.png")
    portrait = Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    voices(folder)
    speaker(portrait, folder, models)


def voices(folder: Path) -> None:
    """Two voices to be matched: a few seconds of speech each."""
    orders = (
        SpeechOrder("你好，很高兴见到你，我们一起唱歌吧。", Delivery.SAY, None, hint="young woman", speaker="girl"),
        SpeechOrder("大家好，我来弹一支曲子给你们听。", Delivery.SAY, None, hint="man", speaker="boy"),
    )
    for name, spoken in zip(("girl", "boy"), speak(orders, folder, 1), strict=True):
        write_wav(folder / f"{name}-voice.wav", spoken.wave)


def speaker(photograph: Path, folder: Path, models: Path) -> None:
    """A portrait photograph as a talking, swaying person on film, with sound."""
    wide, tall = SPEAKER_SIZE.width, SPEAKER_SIZE.height
    picture = np.asarray(Image.open(photograph).convert("RGB").resize((wide, tall), Image.Resampling.LANCZOS))
    face = Eyes(models).faces(picture)[0]
    sprite = np.dstack([picture, np.full((tall, wide), 255, np.uint8)])
    portrait = prepare(sprite, face)
    text = "大家好，欢迎来到今天的节目。希望你们喜欢这首歌，它讲的是春天。"
    spoken = speak((SpeechOrder(text, Delivery.SAY, None, hint="old woman", speaker="speaker"),), folder, 3)[0]
    count = SPEAKER_SECONDS * 30
    track = idle(count, np.random.default_rng(5))
    sound = np.zeros((count * 1600, 2), np.float32)
    sound[: len(spoken.wave)] = spoken.wave[: len(sound)]
    with VideoWriter(folder / "boy.mp4", SPEAKER_SIZE, sound=True) as film:
        for frame in range(count):
            pose = track.pose(frame, spoken.mouth, frame)
            patch, (left, top) = portrait.paint(pose)
            moved = sprite.copy()
            moved[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
            sway = 5 * np.sin(frame / 28)
            matrix = np.array([[1.03, 0, -0.015 * wide + sway], [0, 1.03, -0.03 * tall + 0.4 * sway]], np.float32)
            shot = cv2.warpAffine(moved[..., :3], matrix, (wide, tall), borderMode=cv2.BORDER_REPLICATE)
            film.write_rgb(np.ascontiguousarray(shot), sound[frame * 1600 : (frame + 1) * 1600])


def flower(photograph: Path, path: Path) -> None:
    """The dahlia of the sample photograph, cut out and put on a stem: what a user's own PNG with alpha looks like."""
    picture = np.asarray(Image.open(photograph).convert("RGB"))
    mask = np.zeros(picture.shape[:2], np.uint8)
    known, model = (165, 75, 290, 295), np.zeros((2, 65))
    cv2.grabCut(np.ascontiguousarray(picture[..., ::-1]), mask, known, model[:1].copy(), model[:1].copy(), 6, 0)
    solid = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    blossom = (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    outline = cv2.findContours(blossom, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0][0]
    alpha = cv2.GaussianBlur(cv2.drawContours(np.zeros_like(blossom), [outline], -1, 255, -1), (0, 0), 1.2)
    left, top, width, height = cv2.boundingRect(outline)
    head = Image.fromarray(np.dstack([picture, alpha])).crop((left, top, left + width, top + height))
    whole = Image.new("RGBA", (width, height * 2), (0, 0, 0, 0))
    draw = ImageDraw.Draw(whole)
    middle = width // 2
    draw.line([(middle, height - 30), (middle + 8, height * 2)], fill=(70, 110, 52, 255), width=12)
    draw.ellipse([middle + 4, int(height * 1.45), middle + 96, int(height * 1.45) + 40], fill=(82, 128, 60, 255))
    whole.alpha_composite(head)
    whole.resize((width * 2, height * 4), Image.Resampling.LANCZOS).save(path)


def guitar(path: Path) -> None:
    """An acoustic guitar, drawn: body of two bouts, sound hole, neck, head, strings; transparent around."""
    scale = 3
    image = Image.new("RGBA", (420 * scale, 1000 * scale), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)

    def oval(x: float, y: float, rx: float, ry: float, colour: tuple[int, int, int]) -> None:
        draw.ellipse([(x - rx) * scale, (y - ry) * scale, (x + rx) * scale, (y + ry) * scale], fill=(*colour, 255))

    def box(left: float, top: float, right: float, bottom: float, colour: tuple[int, int, int]) -> None:
        draw.rectangle([left * scale, top * scale, right * scale, bottom * scale], fill=(*colour, 255))

    for grow, colour in ((8, (92, 48, 22)), (0, (201, 134, 66))):
        oval(210, 800, 190 + grow, 170 + grow, colour)
        oval(210, 585, 140 + grow, 130 + grow, colour)
        box(100 - grow, 600, 320 + grow, 740, colour)
    oval(210, 800, 150, 132, (210, 146, 78))
    oval(210, 650, 62, 62, (92, 48, 22))
    oval(210, 650, 52, 52, (34, 20, 14))
    box(186, 150, 234, 640, (66, 38, 24))
    for fret in range(12):
        y = 560 - 400 * (1 - 0.92**fret) / (1 - 0.92**12)
        box(186, y, 234, y + 3, (200, 200, 190))
    box(172, 40, 248, 160, (92, 48, 22))
    for peg in range(3):
        for x in (166, 254):
            oval(x, 62 + 36 * peg, 10, 8, (225, 222, 210))
    box(140, 838, 280, 862, (66, 38, 24))
    for string in range(6):
        x = 192 + 36 * string / 5
        box(x, 60, x + 1.4, 848, (236, 232, 214))
    image.resize((420, 1000), Image.Resampling.LANCZOS).save(path)


if __name__ == "__main__":
    make_media(Path(sys.argv[1]), Path(sys.argv[2]))
