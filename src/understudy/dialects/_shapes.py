"""What the wire shapes of several dialects are built from: strict types, and pydantic's errors in a caller's words.

Knows JSON types and how a wrong one is told. Must not know any vendor or field. Lenient as the real services are: null
means absent, `5.0` is a whole number. A number as text ("5") and a bool as number are refused, in both profiles: no
source document or SDK sends them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Strict
from pydantic_core import ErrorDetails, PydanticCustomError

from understudy.core.faults import Violation, ViolationKind
from understudy.core.request import ShotType
from understudy.core.units import Ratio, Size, Tier
from understudy.core.wording import shown

SHOT_TYPES = tuple(kind.value for kind in ShotType)


def shape_error(kind: ViolationKind, sentence: str) -> PydanticCustomError:
    """An error for a validator to raise; `sentence` goes on after the field's name ("must be …")."""
    # the sentence goes in as context: pydantic would read braces of the caller's text as fields of the template
    return PydanticCustomError(kind.value, "{sentence}", {"sentence": sentence})


def _whole_number(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise shape_error(ViolationKind.TYPE, f"must be a whole number such as 5, not {shown(value)}")


def _ratio(value: str) -> str:
    try:
        Ratio.parse(value)
    except ValueError:
        raise shape_error(ViolationKind.CHOICE, f"must be an aspect ratio such as 16:9, not {shown(value)}") from None
    return value


def _shot_type(value: str) -> str:
    if value not in SHOT_TYPES:
        raise shape_error(ViolationKind.CHOICE, f"must be {' or '.join(SHOT_TYPES)}, not {shown(value)}")
    return value


def _link(value: str) -> str:
    if not value.strip():
        raise shape_error(ViolationKind.URL, "is empty: give an http, https or oss URL")
    return value


# pydantic's own check, not a function of ours: a body holds some twenty texts
Text = Annotated[str, Strict()]
Flag = Annotated[bool, Strict()]
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
Link = Annotated[Text, AfterValidator(_link)]
RatioText = Annotated[Text, AfterValidator(_ratio)]
ShotTypeText = Annotated[Text, AfterValidator(_shot_type)]


# Sizes and tiers ----------------------------------------------------------------------------------------------------


def read_picture(text: str) -> Size | Tier | None:
    """What a `size` or `resolution` says: pixels or a tier; None when it is neither."""
    # the same dozen words come with every request; only short ones are kept, or strangers would fill the memory
    return _remembered_picture(text) if len(text) <= _SHORT else _plain_picture(text)


def _plain_picture(text: str) -> Size | Tier | None:
    for kind in (Size, Tier):
        try:
            return kind.parse(text)
        except ValueError:
            continue
    return None


_SHORT = 24
_remembered_picture = lru_cache(256)(_plain_picture)


def size_and_tier(
    resolution: str | None, size: str | None, read: Callable[[str], Size | Tier | None] = read_picture
) -> tuple[Size | None, Tier | None]:
    """Pixels and tier, whichever field they came in; `size` wins for pixels, `resolution` for the tier.

    Source: spec/dashscope.md §6.1: a resolution may hold pixels and a size may hold a tier.
    """
    pixels: Size | None = None
    tier: Tier | None = None
    for text in (resolution, size):
        picture = read(text) if text else None
        if isinstance(picture, Size):
            pixels = picture
        elif picture is not None:
            tier = tier or picture
    return pixels, tier


# From pydantic's errors to our violations ---------------------------------------------------------------------------

_SENTENCES: Mapping[str, tuple[ViolationKind, str]] = {
    "missing": (ViolationKind.MISSING, ""),
    "list_type": (ViolationKind.TYPE, "must be a list"),
    "model_type": (ViolationKind.TYPE, "must be an object"),
    "string_type": (ViolationKind.TYPE, "must be a text, not {input}"),
    "bool_type": (ViolationKind.TYPE, "must be true or false, not {input}"),
    "too_long": (ViolationKind.COUNT, "may hold at most {most} items here, and fewer for most models"),
}
_OWN_KINDS = frozenset(kind.value for kind in ViolationKind)


def violations_of(errors: Iterable[ErrorDetails], moved: frozenset[str] = frozenset()) -> list[Violation]:
    """Pydantic's errors in the caller's words; `moved` are input fields that he wrote under `parameters`."""
    return [_violation(error, moved) for error in errors]


def _violation(error: ErrorDetails, moved: frozenset[str]) -> Violation:
    path = caller_path(error["loc"], moved)
    if error["type"] in _OWN_KINDS:
        kind, sentence = ViolationKind(error["type"]), error["msg"]
    else:
        kind, sentence = _SENTENCES.get(error["type"], (ViolationKind.TYPE, error["msg"]))
        sentence = sentence.replace("{most}", str(error.get("ctx", {}).get("max_length", "")))
        sentence = sentence.replace("{input}", shown(error.get("input")))
    if kind is ViolationKind.MISSING:
        return Violation(path, f"Field required: {path}", kind)
    # the vendor's sentence about a size begins with his own words and names the field at its end
    return Violation(path, sentence if kind is ViolationKind.SIZE else f"{path} {sentence}.", kind)


def caller_path(places: Iterable[int | str], moved: frozenset[str] = frozenset()) -> str:
    """`("input", "media", 0, "url")` as `input.media[0].url`."""
    parts = list(places)
    if len(parts) > 1 and parts[0] == "input" and parts[1] in moved:
        parts[0] = "parameters"
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
