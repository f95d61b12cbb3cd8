"""Orders for tests of bodies: a picture to be checked or moved, a film to be followed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sight import models_folder
from understudy.animatic.brief import DraftBrief, Reel
from understudy.animatic.drafts import make_draft
from understudy.core.request import Capability, LocalMedia, Role
from understudy.core.units import Size
from understudy.media.probe import probe_file

SMALL = Size(216, 384)


def still(folder: Path, picture: np.ndarray, name: str = "person.png") -> LocalMedia:
    path = folder / name
    Image.fromarray(np.ascontiguousarray(picture)).save(path)
    return LocalMedia(path, probe_file(path))


def film(path: Path) -> LocalMedia:
    return LocalMedia(path, probe_file(path))


def checked(folder: Path, picture: np.ndarray, **changes: Any) -> Reel:
    brief = DraftBrief(
        Capability.BODY_CHECK, media={Role.PORTRAIT: still(folder, picture)}, **{"models": models_folder(), **changes}
    )
    return make_draft(brief, folder, lambda done, stage: None)


def template(folder: Path, driving: LocalMedia, **changes: Any) -> Reel:
    brief = DraftBrief(
        Capability.MOTION_TEMPLATE, media={Role.DRIVING_VIDEO: driving}, **{"models": models_folder(), **changes}
    )
    return make_draft(brief, folder, lambda done, stage: None)


def transferred(
    folder: Path, portrait: LocalMedia, motion: Path | None, *, driving: LocalMedia | None = None, **changes: Any
) -> Reel:
    media = {Role.PORTRAIT: portrait} | ({} if driving is None else {Role.DRIVING_VIDEO: driving})
    wanted = {"size": SMALL, "frames_per_second": Fraction(15), "sound": True, "models": models_folder(), **changes}
    folder.mkdir(exist_ok=True, parents=True)
    brief = DraftBrief(Capability.MOTION_TRANSFER, media=media, template=motion, **wanted)
    return make_draft(brief, folder, lambda done, stage: None)
