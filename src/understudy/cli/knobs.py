"""Options of single models on the command line: `--option NAME=VALUE`, read as the model's card types them.

Knows how a value of each kind is written. Must not know any option by name, nor which values are allowed: that is
judged with the rest of the request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from understudy.core.card import ModelCard, Option, OptionKind
from understudy.core.faults import InvalidRequest, ViolationKind

_WRITTEN = {
    OptionKind.FLAG: "true or false",
    OptionKind.WHOLE: "a whole number",
    OptionKind.NUMBER: "a number",
    OptionKind.BOX: "four whole numbers: [x1,y1,x2,y2]",
}
_FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def read_options(given: tuple[str, ...], card: ModelCard) -> dict[str, Any]:
    """The options by name, each of its JSON type. The wire's own name of an option will do as well.

    Raises:
        InvalidRequest: no NAME=VALUE, a name the model does not know, or a value of another kind.
    """
    on_the_wire = {field: name for hints in card.wire.values() for field, name in hints.get("options", {}).items()}
    read: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        name = name if name in card.options else on_the_wire.get(name, name)
        if not equals or name not in card.options:
            known = f"it has {', '.join(card.options)}" if card.options else "it has none"
            reason = f"--option {text}: write NAME=VALUE with an option of {card.model}; {known}."
            raise InvalidRequest.of("--option", reason, ViolationKind.CHOICE)
        read[name] = _value(name, value.strip(), card.options[name])
    return read


def _value(name: str, text: str, option: Option) -> Any:
    try:
        return _READERS[option.kind](text)
    except (ValueError, KeyError):
        reason = f"--option {name} must be {_WRITTEN.get(option.kind, 'a text')}, not {text!r}."
        raise InvalidRequest.of(f"--option {name}", reason, ViolationKind.TYPE) from None


def _list(text: str) -> list[Any]:
    """A JSON list, or its items with commas between."""
    if text.startswith("["):
        read = json.loads(text)
        if not isinstance(read, list):
            raise ValueError(text)
        return read
    return [item.strip() for item in text.split(",")]


def _box(text: str) -> list[int]:
    return [int(item) for item in _list(text)]


def _texts(text: str) -> list[str]:
    return [str(item) for item in _list(text)]


_READERS: Mapping[OptionKind, Callable[[str], Any]] = {
    OptionKind.TEXT: str,
    OptionKind.FLAG: lambda text: _FLAGS[text.lower()],
    OptionKind.WHOLE: int,
    OptionKind.NUMBER: float,
    OptionKind.BOX: _box,
    OptionKind.TEXTS: _texts,
}
