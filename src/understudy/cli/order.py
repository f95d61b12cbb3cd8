"""An order: the options of one `generate`, `check` or `template` as typed, and the request they stand for.

Knows how options are written and what a refusal calls the fields of a request here. Must not know who carries the
request out, nor any model by name: what a model takes stands in its card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from understudy.cli.knobs import read_options
from understudy.cli.references import NamedFile, RoleFile, read_names, sort_out
from understudy.core.card import ModelCard
from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.core.ports import Cards
from understudy.core.request import Medium, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier

T = TypeVar("T")

HERE = "oss://here/"
"""Stands before the path of a local file where a request wants a URL: rendering here, nothing is fetched."""

OPTIONS = {
    "prompt": "PROMPT",
    "size": "--size",
    "tier": "--resolution",
    "ratio": "--ratio",
    "seconds": "--duration",
    "seed": "--seed",
    "shot_type": "--shot-type",
    "references": "--ref",
    "sound": "--audio",
    "options": "--option",
}
"""What a refusal calls the fields of a request here."""

_ELSEWHERE = ("http://", "https://", "oss://", "data:")


@dataclass(frozen=True, slots=True)
class Order:
    """The options of one order, as typed. `template` is a file made by `understudy template`, or a server's id."""

    prompt: str
    model: str
    function: str = ""
    references: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    template: str | None = None
    seconds: int | None = None
    resolution: str | None = None
    ratio: str | None = None
    size: str | None = None
    shot_type: ShotType | None = None
    first_frame: Path | None = None
    negative_prompt: str = ""
    seed: int | None = None
    sound: bool | None = None
    watermark: bool = False


def find_card(cards: Cards, order: Order) -> ModelCard:
    """The card of the model, or of the one of its functions that is asked for.

    Raises:
        NotFound: there is no such model.
        InvalidRequest: it has functions and none, or another, was named.
    """
    card = cards.find(order.model)
    if order.function in card.functions:
        return card.functions[order.function]
    if card.functions:
        known = ", ".join(card.functions)
        said = f"there is no function {order.function!r}" if order.function else "the model has several functions"
        raise InvalidRequest.of("--function", f"--function: {said}; name one of {known}.", ViolationKind.CHOICE)
    if order.function:
        reason = f"--function: {card.model} has no functions; leave it out."
        raise InvalidRequest.of("--function", reason, ViolationKind.CHOICE)
    return card


def paths_of(card: ModelCard) -> Mapping[str, str]:
    """OPTIONS with what this model's roles and options are called here."""
    roles = {f"role:{role}": f"--ref {role}=FILE" for role in Role}
    options = {name: f"--option {name}" for name in card.options}
    return {**OPTIONS, **roles, "role:template": "--template FILE", **options}


def read_order(order: Order, card: ModelCard, prefix: str) -> VideoRequest:
    """The order as a request; local files stand as `prefix` + path. Without a prefix links may be given too.

    Raises:
        InvalidRequest: something was typed that cannot be, or a file is missing.
    """
    in_roles, others = sort_out(order.references, card)
    named = read_names(others, card.naming)
    for file in named:
        _must_exist("--ref", file.path, prefix)
    voices = _read_voices(order.voices, named, prefix)
    references = [
        Reference(
            f"{prefix}{_told(file.path)}",
            file.medium,
            voice=f"{prefix}{voices[file.name]}" if file.name in voices else None,
            path=f"--ref {file.name}",
            voice_path=f"--voice {file.name}",
        )
        for file in named
    ]
    if order.first_frame is not None:
        in_roles = (*in_roles, RoleFile(Role.FIRST_FRAME, Medium.IMAGE, order.first_frame, "--first-frame"))
    for given in in_roles:
        _must_exist(given.option, given.path, prefix)
        references.append(Reference(f"{prefix}{_told(given.path)}", given.medium, given.role, path=given.option))
    if order.template is not None:
        if prefix:
            _must_exist("--template", Path(order.template), prefix)
        references.append(Reference(f"{prefix}{order.template}", Medium.UNKNOWN, Role.TEMPLATE, path="--template"))
    return VideoRequest(
        model=card.model,
        function=order.function,
        prompt=order.prompt,
        negative_prompt=order.negative_prompt,
        references=tuple(references),
        size=_parse("--size", order.size, Size.parse),
        tier=_parse("--resolution", order.resolution, Tier.parse),
        ratio=_parse("--ratio", order.ratio, Ratio.parse),
        seconds=order.seconds,
        shot_type=order.shot_type,
        sound=order.sound,
        watermark=order.watermark,
        seed=order.seed,
        options=read_options(order.options, card),
    )


def _read_voices(given: tuple[str, ...], named: tuple[NamedFile, ...], prefix: str) -> dict[str, str]:
    voices: dict[str, str] = {}
    known = {name: file.name for file in named for name in (file.name, *file.aliases)}
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or name.strip() not in known:
            names = ", ".join(file.name for file in named) or "none"
            raise InvalidRequest.of(
                "--voice", f"{text!r}: write NAME=FILE with the name of a reference ({names}).", ViolationKind.CHOICE
            )
        _must_exist("--voice", Path(path), prefix)
        voices[known[name.strip()]] = _told(Path(path))
    return voices


def _told(path: Path | None) -> str:
    """A path as it was typed: `Path` makes one slash of the two of a link."""
    text = str(path)
    for scheme in ("https:/", "http:/", "oss:/"):
        if text.startswith(scheme):
            return f"{scheme}/{text[len(scheme) :]}"
    return text


def _must_exist(option: str, path: Path | None, prefix: str) -> None:
    if not prefix and path is not None and _told(path).startswith(_ELSEWHERE):
        return
    if path is None or not path.is_file():
        raise InvalidRequest.of(option, f"{option}: there is no file {str(path)!r}.", ViolationKind.URL)


def _parse(option: str, text: str | None, read: Callable[[str], T]) -> T | None:
    if text is None:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise InvalidRequest.of(option, f"{option}: {error}", ViolationKind.CHOICE) from None
