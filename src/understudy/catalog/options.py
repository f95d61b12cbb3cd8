"""Options: the knobs that only some models have, judged against their card and completed with its defaults.

Knows JSON types, choices and ranges. Must not know any option by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from understudy.core.card import ModelCard, Option, OptionKind
from understudy.core.faults import Violation, ViolationKind
from understudy.core.request import Profile
from understudy.core.units import plain_number
from understudy.core.wording import shown

_WANTED = {
    OptionKind.TEXT: "a text",
    OptionKind.FLAG: "true or false",
    OptionKind.WHOLE: "a whole number such as 5",
    OptionKind.NUMBER: "a number such as 0.5",
    OptionKind.BOX: "four whole numbers [x1, y1, x2, y2] with x1 < x2 and y1 < y2",
    OptionKind.TEXTS: "a list of texts",
}


def complete_options(
    given: Mapping[str, Any], card: ModelCard, paths: Mapping[str, str], base: str, profile: Profile
) -> tuple[dict[str, Any], list[Violation]]:
    """Every option of the card that was given or has a default, and what is wrong with them.

    Args:
        given: options by our names; None means not said.
        card: whose options count. Others are passed over, in the strict profile refused.
        paths: our name of an option -> its place in the caller's words, where it is not `base` + name.
        base: where options stand otherwise (`parameters`).
        profile: COMPAT takes a choice's other words too.
    """
    complete: dict[str, Any] = {}
    found: list[Violation] = []
    strict = profile is Profile.STRICT
    for name, option in card.options.items():
        value = given.get(name)
        path = paths.get(name, f"{base}.{name}")
        if strict and option.compat_only:
            continue
        if value is None:
            if option.required or (strict and option.required_when_strict):
                found.append(Violation(path, f"Field required: {path}", ViolationKind.MISSING))
            elif option.default is not None:
                complete[name] = option.default
            continue
        if not strict and isinstance(value, str):
            value = option.aliases.get(value, value)
        if isinstance(value, float) and option.kind is OptionKind.WHOLE and value.is_integer():
            value = int(value)
        wrong = list(_judge(value, option, path))
        found += wrong
        if not wrong:
            complete[name] = value
    if strict:
        for name in given:
            if name not in card.options:
                path = f"{base}.{name}"
                found.append(Violation(path, f"{path}: {card.model} knows no such parameter.", ViolationKind.RULE))
    return complete, found


def _judge(value: Any, option: Option, path: str) -> Iterator[Violation]:
    if not _is_of_kind(value, option.kind):
        reason = f"{path} must be {_WANTED[option.kind]}, not {shown(value)}."
        yield Violation(path, _worded(option, reason), ViolationKind.TYPE)
        return
    said = value if option.kind is OptionKind.TEXTS else [value]
    if option.choices and any(str(item) not in option.choices for item in said):
        wrong = next(item for item in said if str(item) not in option.choices)
        listed = ", ".join(choice or '""' for choice in option.choices)
        reason = f"{path} must be one of {listed}, not {shown(wrong)}."
        yield Violation(path, _worded(option, reason), ViolationKind.CHOICE)
    if option.kind in (OptionKind.WHOLE, OptionKind.NUMBER) and _exact(value) not in option.range:
        least, most = (
            plain_number(end) if end is not None else "any" for end in (option.range.least, option.range.most)
        )
        whole = "a whole number " if option.kind is OptionKind.WHOLE else ""
        reason = f"{path} must be {whole}from {least} to {most}, not {value}."
        yield Violation(path, _worded(option, reason), ViolationKind.RANGE)


def _exact(value: float) -> Decimal:
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value)


def _worded(option: Option, reason: str) -> str:
    return f"{option.refusal} {reason}" if option.refusal else reason


def _is_of_kind(value: Any, kind: OptionKind) -> bool:
    if kind is OptionKind.FLAG:
        return isinstance(value, bool)
    if kind is OptionKind.TEXT:
        return isinstance(value, str)
    if kind is OptionKind.WHOLE:
        return _is_whole(value)
    if kind is OptionKind.NUMBER:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if not isinstance(value, list):
        return False
    if kind is OptionKind.TEXTS:
        return all(isinstance(item, str) for item in value)
    return (
        len(value) == 4
        and all(_is_whole(item) and item >= 0 for item in value)
        and value[0] < value[2]
        and value[1] < value[3]
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
