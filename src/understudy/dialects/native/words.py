"""A request in our own words, written as JSON and read again: nothing is lost and nothing is filled in.

Knows the names of every field of `VideoRequest` and how each value is written. Must not know models: what one takes
is said by its card. The names are those of the code, so that this wire needs no table of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from understudy.core.faults import InvalidRequest, Violation, ViolationKind
from understudy.core.request import MEDIUM_OF, Medium, Reference, Role, ShotType, VideoRequest
from understudy.core.units import Ratio, Size, Tier
from understudy.core.wording import shown

_TEXTS = ("function", "prompt", "negative_prompt")
_FLAGS = ("sound", "watermark", "prompt_extend")
_WHOLES = ("seconds", "seed")
_WRITTEN = ("size", "tier", "ratio")
_OF_REFERENCE = ("voice", "description")
_RATE = re.compile(r"\d{1,18}(?:/\d{1,18}|\.\d{1,9})?", re.ASCII)


# Writing ------------------------------------------------------------------------------------------------------------


def request_json(request: VideoRequest) -> dict[str, Any]:
    """The request as JSON-ready values; what was not said is left out."""
    said: dict[str, Any] = {"model": request.model}
    said |= {name: value for name in _TEXTS if (value := getattr(request, name))}
    if request.references:
        said["references"] = [reference_json(r) for r in request.references]
    said |= {name: str(value) for name in _WRITTEN if (value := getattr(request, name)) is not None}
    said |= {name: value for name in (*_WHOLES, *_FLAGS) if (value := getattr(request, name)) is not None}
    if request.shot_type is not None:
        said["shot_type"] = request.shot_type.value
    if request.frames_per_second is not None:
        said["frames_per_second"] = rate_json(request.frames_per_second)
    if request.options:
        said["options"] = dict(request.options)
    return said


def reference_json(reference: Reference) -> dict[str, Any]:
    """One reference; its medium is left out where its role tells it."""
    said: dict[str, Any] = {"url": reference.url}
    if reference.medium is not MEDIUM_OF.get(reference.role, Medium.UNKNOWN):
        said["medium"] = reference.medium.value
    if reference.role is not Role.SUBJECT:
        said["role"] = reference.role.value
    if reference.name:
        said["name"] = reference.name
    said |= {name: value for name in _OF_REFERENCE if (value := getattr(reference, name)) is not None}
    return said


def rate_json(rate: Fraction) -> int | str:
    """Pictures per second: a whole number, or exactly as `30000/1001`."""
    return rate.numerator if rate.denominator == 1 else f"{rate.numerator}/{rate.denominator}"


# Reading ------------------------------------------------------------------------------------------------------------


class Reader:
    """Reads the members of one JSON object and gathers everything that is wrong with them."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self._found: list[Violation] = []

    def take(self, name: str, read: Callable[[Any], Any], default: Any = None) -> Any:
        """A member, read; `default` where it is absent, null or wrong."""
        return self.read(self._body.get(name), name, read, default)

    def read(self, value: Any, path: str, read: Callable[[Any], Any], default: Any = None) -> Any:
        if value is None:
            return default
        try:
            return read(value)
        except ValueError as error:
            kind = ViolationKind.CHOICE if isinstance(value, str) else ViolationKind.TYPE
            self.refuse(path, f"{path} must be {error}, not {shown(value)}.", kind)
            return default

    def refuse(self, path: str, reason: str, kind: ViolationKind) -> None:
        self._found.append(Violation(path, reason, kind))

    def end(self) -> None:
        """Raises InvalidRequest with every violation, if there is one."""
        if self._found:
            raise InvalidRequest(*self._found)


def read_request(body: Mapping[str, Any]) -> VideoRequest:
    """The request in a body. Raises InvalidRequest with everything wrong with its shape; other members are ignored."""
    reader = Reader(body)
    model = reader.take("model", text, "")
    if not model:
        reader.refuse("model", "Field required: model. GET /understudy/v1/models lists them.", ViolationKind.MISSING)
    request = VideoRequest(
        model,
        **{name: reader.take(name, text, "") for name in _TEXTS},
        references=_references(reader, body.get("references")),
        size=reader.take("size", lambda value: _parsed(value, Size.parse, "pixels such as 1280*720")),
        tier=reader.take("tier", lambda value: _parsed(value, Tier.parse, "a tier such as 720P")),
        ratio=reader.take("ratio", lambda value: _parsed(value, Ratio.parse, "a ratio such as 16:9")),
        **{name: reader.take(name, whole) for name in _WHOLES},
        **{name: reader.take(name, flag) for name in _FLAGS},
        shot_type=reader.take("shot_type", lambda value: _one_of(value, ShotType)),
        frames_per_second=reader.take("frames_per_second", _rate),
        options=reader.take("options", _object, {}),
    )
    reader.end()
    return request


def read_video_seconds(body: Mapping[str, Any]) -> tuple[Decimal, ...]:
    """The lengths that a quote is given. Raises InvalidRequest."""
    reader = Reader(body)
    found = reader.take("video_seconds", _lengths, ())
    reader.end()
    return tuple(found)


def _references(reader: Reader, value: Any) -> tuple[Reference, ...]:
    items = reader.read(value, "references", _list, [])
    found = [_reference(reader, item, f"references[{number}]") for number, item in enumerate(items)]
    return tuple(reference for reference in found if reference is not None)


def _reference(reader: Reader, item: Any, path: str) -> Reference | None:
    if isinstance(item, str):  # a bare link is a subject of unknown medium
        item = {"url": item}
    item = reader.read(item, path, _object)
    if item is None:
        return None
    url = reader.read(item.get("url"), f"{path}.url", text, "")
    if not url:
        reader.refuse(f"{path}.url", f"Field required: {path}.url", ViolationKind.MISSING)
    role = reader.read(item.get("role"), f"{path}.role", lambda v: _one_of(v, Role), Role.SUBJECT)
    usual = MEDIUM_OF.get(role, Medium.UNKNOWN)
    voice = reader.read(item.get("voice"), f"{path}.voice", text)
    return Reference(
        url,
        reader.read(item.get("medium"), f"{path}.medium", lambda v: _one_of(v, Medium), usual),
        role,
        voice,
        reader.read(item.get("description"), f"{path}.description", text),
        path=f"{path}.url",
        voice_path=f"{path}.voice" if voice is not None else "",
        name=reader.read(item.get("name"), f"{path}.name", text, ""),
    )


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("a whole number")
    return value


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("a list")
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("an object")
    return value


def _parsed(value: Any, parse: Callable[[str], Any], example: str) -> Any:
    try:
        return parse(text(value))
    except ValueError:
        raise ValueError(example) from None


def _one_of(value: Any, kind: Any) -> Any:
    names = [member.value for member in kind]
    if value not in names:
        raise ValueError(f"one of {', '.join(names)}")
    return kind(value)


def _rate(value: Any) -> Fraction:
    try:
        # digits only: `Fraction` would take 1e9999999 too, and work on it for minutes
        if isinstance(value, (str, int)) and not isinstance(value, bool) and _RATE.fullmatch(str(value)):
            rate = Fraction(value)
            if rate > 0:
                return rate
    except (ValueError, ZeroDivisionError):
        pass
    raise ValueError("a whole number or a quotient such as 30000/1001")


def _lengths(value: Any) -> Sequence[Decimal]:
    if not isinstance(value, list) or not all(
        isinstance(v, (int, float)) and not isinstance(v, bool) and 0 <= v <= 86400 for v in value
    ):
        raise ValueError("a list of seconds, one for each video that is given")
    return [Decimal(str(v)) for v in value]
