"""References as people write them on the command line: `图1=girl.jpg`, `portrait=girl.jpg`, or just a file.

Knows names, roles and suffixes. Must not open any file: a plan may be made before the pictures exist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from understudy.core.card import ModelCard, Naming, subjects_of
from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.core.request import MEDIUM_OF, Medium, Reference, Role, VideoRequest

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm"})
SOUND_SUFFIXES = frozenset({".wav", ".mp3", ".m4a", ".aac", ".flac", ".ogg", ".opus"})
_ROLES: Mapping[str, Role] = {role.value: role for role in Role if role is not Role.SUBJECT}
_TYPED = re.compile(r"^(?:图片?|视频|image|video)\s*\d+$", re.IGNORECASE)
_CHARACTER = re.compile(r"^character\s*\d+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A reference of the command line. `aliases` are other names a prompt may use for it."""

    name: str
    medium: Medium
    path: Path | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleFile:
    """A file given for a role. `option` is how it was given, for refusals."""

    role: Role
    medium: Medium
    path: Path
    option: str


def roles_of(card: ModelCard) -> tuple[Role, ...]:
    """The roles that a model takes, those it needs first."""
    # a card keeps the limits of its family; a film to change or a portrait that a model takes, it also needs
    possible = (role for role in Role if role in card.media and role not in (Role.SOURCE_VIDEO, Role.PORTRAIT))
    return tuple(dict.fromkeys((*card.needs, *card.needs_one, *possible)))


def sort_out(given: tuple[str, ...], card: ModelCard) -> tuple[tuple[RoleFile, ...], tuple[str, ...]]:
    """What was given for a role (`ROLE=FILE`), and the rest: the subjects.

    A file without a name gets the next role of its medium that the model needs, or that it takes where it takes no
    subjects of that medium.

    Raises:
        InvalidRequest: a role the model does not take, or a file it has no use for.
    """
    taken = roles_of(card)
    found: list[RoleFile] = []
    subjects: list[str] = []
    for text in given:
        name, equals, path = text.partition("=")
        word = name.strip().lower().replace("-", "_")
        role = _ROLES.get(word) if equals else None
        if role is None and not equals:
            path = name
            role = _next_role(path, card, [one.role for one in found])
        if role is None and card.counts.total[1] > 0:
            subjects.append(text)
        elif role is None or role is Role.TEMPLATE or role not in taken:
            known = ", ".join(f"{one}=FILE" for one in taken if one is not Role.TEMPLATE) or "no files"
            known += ", and --template FILE" if Role.TEMPLATE in card.needs else ""
            reason = f"--ref {text}: {card.model} has no use for it; it takes {known}."
            raise InvalidRequest.of("--ref", reason, ViolationKind.CHOICE)
        else:
            found.append(RoleFile(role, MEDIUM_OF.get(role, medium_of(path)), Path(path), f"--ref {role}"))
    return tuple(found), tuple(subjects)


def _next_role(path: str, card: ModelCard, filled: list[Role]) -> Role | None:
    medium = medium_of(path)
    wanted = [*card.needs, *card.needs_one]
    most = {Medium.IMAGE: card.counts.images[1], Medium.VIDEO: card.counts.videos[1]}
    if not card.counts.total[1] or not most.get(medium, 0):
        wanted += roles_of(card)
    fitting = (role for role in wanted if role not in filled and MEDIUM_OF.get(role) is medium)
    return next(fitting, None)


def medium_of(path: str | Path) -> Medium:
    """The medium of a file by its suffix; a picture where it says nothing else."""
    suffix = Path(path).suffix.lower()
    if suffix in SOUND_SUFFIXES:
        return Medium.AUDIO
    return Medium.VIDEO if suffix in VIDEO_SUFFIXES else Medium.IMAGE


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
    return Medium.IMAGE if path is None else medium_of(path)


def _number(name: str) -> int:
    digits = "".join(filter(str.isdigit, name))
    return int(digits) if digits and (_TYPED.match(name) or _CHARACTER.match(name)) else 10**6
