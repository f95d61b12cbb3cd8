"""Drafts: everything the studio makes besides films with a cast. A file per capability, each with one function `make`.

Knows which file makes what: the one named like the capability. Must not know how. Every draft says in its notes what
it only approximates (decision 0011).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from understudy.animatic.brief import DraftBrief, Progress, Reel
from understudy.core.request import Capability

Maker: TypeAlias = Callable[[DraftBrief, Path, Progress], Reel]


def drafted() -> frozenset[Capability]:
    """What there is a draft of. Imports none of them."""
    names = {module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")}
    return frozenset(makes for makes in Capability if _file_of(makes) in names)


def make_draft(brief: DraftBrief, workdir: Path, progress: Progress) -> Reel:
    """Make what a brief asks for; files are written into `workdir`.

    Raises:
        MediaRefused: a given file cannot be read after all.
        Refused: nothing can be made of what was given; the message says what to give instead.
    """
    module = importlib.import_module(f"{__name__}.{_file_of(brief.makes)}")
    make: Maker = module.make
    return make(brief, workdir, progress)


def _file_of(makes: Capability) -> str:
    return makes.value.replace("-", "_")
