"""What films of speaking faces are made and judged with: photographs, sounds, and an eye on mouths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import matplotlib
import numpy as np
from PIL import Image

from sight import models_folder, photo
from understudy.animatic.brief import DraftBrief, Reel
from understudy.animatic.drafts import make_draft
from understudy.animatic.faces.lips import LIDS
from understudy.animatic.faces.quiet import lip_gap
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Face, Plate
from understudy.animatic.speech import SpeechOrder, speak
from understudy.core.request import Capability, LocalMedia, Role
from understudy.core.units import Size
from understudy.media.audio import Wave, write_wav
from understudy.media.probe import probe_file
from understudy.media.video import read_video


@cache
def eyes() -> Eyes:
    return Eyes(models_folder())


@cache
def woman() -> Plate:
    """The astronaut's head and shoulders, smiling with bared teeth."""
    return np.ascontiguousarray(photo("astronaut")[:300, 80:380])


@cache
def admiral() -> Plate:
    """Grace Hopper's head and shoulders, lips shut, with glasses."""
    path = Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    return np.ascontiguousarray(np.asarray(Image.open(path).convert("RGB"))[:470, 30:500])


@cache
def line() -> Wave:
    """A sentence with a second of silence after it, 4 s in all."""
    with TemporaryDirectory() as folder:
        said = speak([SpeechOrder("Well, I am happy to be here and talk to you.", hint="woman")], Path(folder), 2)[0]
    wave = np.zeros((4 * 48_000, 2), np.float32)
    wave[: min(len(said.wave), 144_000)] = said.wave[:144_000]
    return wave


def local(path: Path) -> LocalMedia:
    return LocalMedia(path, probe_file(path))


def picture_file(path: Path, picture: np.ndarray) -> LocalMedia:
    Image.fromarray(picture).save(path)
    return local(path)


def sound_file(path: Path, wave: Wave) -> LocalMedia:
    write_wav(path, wave)
    return local(path)


def made(
    makes: Capability,
    folder: Path,
    media: Mapping[Role, LocalMedia],
    *,
    size: Size,
    count: int,
    rate: Fraction | int = 15,
    options: Mapping[str, Any] | None = None,
    seed: int = 3,
    models: Path | None = None,
) -> Reel:
    brief = DraftBrief(
        makes,
        size=size,
        frames_per_second=Fraction(rate),
        frame_count=count,
        media=media,
        options=options or {},
        sound=True,
        seed=seed,
        models=models or models_folder(),
    )
    folder.mkdir(parents=True, exist_ok=True)
    return make_draft(brief, folder, lambda fraction, note: None)


@dataclass(frozen=True)
class Watched:
    """A film as it is seen: pictures, the face in each, how far lips and lids are apart (of the face's height)."""

    pictures: list[Plate]
    faces: list[Face]
    lips: np.ndarray
    lids: np.ndarray
    middles: np.ndarray  # (n, 2) of the face


def watched(reel: Reel, rate: Fraction | int = 15) -> Watched:
    """Look at a film, face by face."""
    assert reel.path is not None
    pictures = list(read_video(reel.path, max_height=2000, max_frames=2000, frames_per_second=rate))
    return seen(pictures)


def seen(pictures: list[Plate]) -> Watched:
    faces = [eyes().faces(pictures[0], parts=2)[0]]
    for picture in pictures[1:]:
        found = eyes().follow(picture, faces[-1])
        assert found is not None
        faces.append(found)
    lids = [
        np.mean([np.linalg.norm(face.mesh[up[4], :2] - face.mesh[low[4], :2]) for up, low in LIDS])
        / (face.box[3] - face.box[1])
        for face in faces
    ]
    nose = np.array([face.mesh[[168, 6, 197, 1], :2].mean(axis=0) for face in faces])
    return Watched(pictures, faces, np.array([lip_gap(face) for face in faces]), np.array(lids), nose)


def beside(one: Plate, other: Plate, height: int = 320) -> Plate:
    """Two pictures side by side."""
    parts = [cv2.resize(each, (round(each.shape[1] * height / each.shape[0]), height)) for each in (one, other)]
    return np.hstack(parts)
