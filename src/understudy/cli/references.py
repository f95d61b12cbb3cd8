"""References as people write them on the command line: `图1=girl.jpg`, `Video 1=boy.mp4`, or just a file.

Knows names and suffixes. Must not open any file: a plan may be made before the pictures exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from understudy.core.card import Naming, subjects_of
from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.core.request import Medium, Reference, VideoRequest

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm"})
_TYPED = re.compile(r"^(?:图片?|视频|image|video)\s*\d+$", re.IGNORECASE)
_CHARACTER = re.compile(r"^character\s*\d+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A reference of the command line. `aliases` are other names a prompt may use for it."""

    name: str
    medium: Medium
    path: Path | None = None
    aliases: tuple[str, ...] = ()


def read_names(given: tuple[str, ...], naming: Naming | None = None) -> tuple[NamedFile, ...]:
    """Read `NAME=FILE`, `FILE` or (for plans) `NAME`, in order; files without a name get the next free one.

    Raises:
        InvalidRequest: two references of one name, or a name that fits no numbering (图2 without 图1).
    """
    pairs = [_split(text) for text in given]
    if naming is None:
        naming = Naming.CHARACTER if any(_CHARACTER.match(name) for name, _ in pairs) else Naming.TYPED
    media = [_medium(name, path) for name, path in pairs]
    wanted = [_canonical(name) for name, _ in pairs]
    order = sorted(range(len(pairs)), key=lambda i: (_number(wanted[i]), i))
    request = VideoRequest("", references=tuple(Reference(str(i), media[i]) for i in order))
    named: dict[int, NamedFile] = {}
    for subject in subjects_of(request, naming):
        index = int(subject.reference.url)
        name = wanted[index]
        own_name = bool(name) and not (_TYPED.match(name) or _CHARACTER.match(name))
        if name and not own_name and name != subject.name:
            raise InvalidRequest.of(
                "--ref",
                f"{name} cannot be: by its order this reference is {subject.name}. Number them from 1 without "
                "gaps, images and videos apart (wan2.6 counts both together as character1, character2).",
                ViolationKind.CHOICE,
            )
        aliases = (*subject.aliases, *([name] if own_name else []))
        named[index] = NamedFile(subject.name, media[index], pairs[index][1], aliases)
    return tuple(named[index] for index in order)


def _split(text: str) -> tuple[str, Path | None]:
    name, equals, path = text.partition("=")
    if equals:
        return name.strip(), Path(path)
    if _TYPED.match(text.strip()) or _CHARACTER.match(text.strip()):
        return text.strip(), None
    return "", Path(text)


def _canonical(name: str) -> str:
    number = "".join(filter(str.isdigit, name))
    low = name.lower()
    if _CHARACTER.match(name):
        return f"character{number}"
    if _TYPED.match(name):
        return f"{'视频' if low.startswith(('视频', 'video')) else '图'}{number}"
    return name


def _medium(name: str, path: Path | None) -> Medium:
    if _TYPED.match(name):
        return Medium.VIDEO if name.lower().startswith(("视频", "video")) else Medium.IMAGE
    return Medium.VIDEO if path is not None and path.suffix.lower() in VIDEO_SUFFIXES else Medium.IMAGE


def _number(name: str) -> int:
    digits = "".join(filter(str.isdigit, name))
    return int(digits) if digits and (_TYPED.match(name) or _CHARACTER.match(name)) else 10**6
