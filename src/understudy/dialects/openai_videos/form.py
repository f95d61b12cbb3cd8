"""From the parts of a form to the fields of a request.

Knows how clients flatten lists and objects into part names, `metadata[k]`, `reference_urls[]`, `media[][url]`, and
puts them together again. Must not know what any field means.
Source: spec/gateways.md §5.2 and captures/openai-python-3.json, scenario `nested-extras`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.dialects._body import read_object
from understudy.dialects._multipart import Part

PROSE = frozenset({"prompt", "negative_prompt"})
"""Fields whose text is never taken for JSON, whatever it begins with."""

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_KEY = re.compile(r"\[([^\[\]]*)\]")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file that came as a part."""

    data: bytes
    file_name: str = ""
    content_type: str = ""


def fields_of(parts: Iterable[Part]) -> dict[str, Any]:
    """The fields as a JSON body would have them; files as `FormFile`, numbers and truth values still as text.

    A text that begins like JSON is read as JSON. Empty texts are absent, except in prose.

    Raises:
        InvalidRequest: names that contradict each other, broken JSON, or a list of objects whose pairing is lost.
    """
    found: dict[str, Any] = {}
    columns: dict[str, dict[tuple[str, ...], list[Any]]] = {}
    for part in parts:
        match = _NAME.fullmatch(part.name)
        if match is None:
            continue  # not a field: unknown fields are ignored
        name, keys = match[1], _KEY.findall(match[2])[:_DEEPEST]
        value = _value(part, name)
        if value is None:
            continue
        if len(keys) > 1 and keys[0] == "":
            columns.setdefault(name, {}).setdefault(tuple(keys[1:]), []).append(value)
        else:
            _put(found, name, keys, value, part.name)
    for name, listed in columns.items():
        if name in found:
            raise _contradiction(name)
        found[name] = _rows(name, listed)
    return {name: _numbered_as_list(value) for name, value in found.items()}


def _value(part: Part, name: str) -> Any:
    if part.is_file:
        return FormFile(part.data, part.file_name or "", part.content_type)
    text = part.text()
    if name in PROSE:
        return text
    if not text.strip():
        return None
    return json_or_text(text, part.name)


def json_or_text(text: str, path: str) -> Any:
    """What a text that begins with `[` or `{` says as JSON; any other text as it is. Raises InvalidRequest."""
    if text.lstrip()[:1] not in ("[", "{"):
        return text
    try:
        read = read_object(b'{"value":' + text.encode() + b"}")
    except (InvalidRequest, UnicodeEncodeError):
        read = {}
    if list(read) != ["value"]:
        reason = f"{path} begins like JSON but is none: check its brackets and quotes."
        raise InvalidRequest.of(path, reason, ViolationKind.TYPE)
    return read["value"]


def _put(found: dict[str, Any], name: str, keys: list[str], value: Any, spelled: str) -> None:
    """Set one value at its place. A plain name that comes again makes a list, as does one that ends in `[]`."""
    place: dict[str, Any] = found
    last = name
    for key in keys:
        if key == "":
            break
        inner = place.setdefault(last, {})
        if not isinstance(inner, dict):
            raise _contradiction(spelled)
        place, last = inner, key
    is_list = bool(keys) and keys[-1] == ""
    if last not in place:
        place[last] = [value] if is_list else value
    elif isinstance(place[last], list):
        place[last].append(value)
    elif isinstance(place[last], dict):
        raise _contradiction(spelled)
    else:
        place[last] = [place[last], value]


def _rows(name: str, columns: dict[tuple[str, ...], list[Any]]) -> list[Any]:
    """A list of objects from its columns: the i-th value of each key belongs to item i."""
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        keys = ", ".join(f"{name}[]{''.join(f'[{key}]' for key in path)}" for path in columns)
        reason = (
            f"{name} cannot be put together: the form has {keys} in different numbers, so nobody can tell which belong "
            f"to one item. Send {name} as one JSON text: with the Python client "
            f"extra_body={{'{name}': json.dumps([...])}}."
        )
        raise InvalidRequest.of(name, reason, ViolationKind.TYPE)
    rows: list[dict[str, Any]] = []
    for index in range(lengths.pop()):
        row: dict[str, Any] = {}
        for path, values in columns.items():
            _put(row, path[0], list(path[1:]), values[index], name)
        rows.append(row)
    return rows


def _numbered_as_list(value: Any, levels: int = _DEEPEST) -> Any:
    """`media[0][url]` gives an object whose keys count from 0: that is a list. No name reaches deeper than `levels`."""
    if not isinstance(value, dict) or levels == 0:
        return value
    inner = {key: _numbered_as_list(part, levels - 1) for key, part in value.items()}
    if inner and set(inner) == {str(index) for index in range(len(inner))}:
        return [inner[str(index)] for index in range(len(inner))]
    return inner


def _contradiction(name: str) -> InvalidRequest:
    return InvalidRequest.of(name, f"The form has {name} both as one value and as parts of one.", ViolationKind.TYPE)
