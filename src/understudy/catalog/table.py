"""A TOML table that is read with care: every value is asked for by type, and what nobody asked for is a mistake.

Knows TOML types and how to say where a card is wrong. Must not know what a card means.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from understudy.core.card import Interval
from understudy.core.faults import BadCard
from understudy.core.units import plain_number

T = TypeVar("T")


class Table:
    """One table of a card. Each `take_…` removes a key; `done` refuses what is left over.

    Every complaint is a BadCard that names file, model and key.
    """

    def __init__(self, values: Mapping[str, Any], where: str, prefix: str = "") -> None:
        self._left = dict(values)
        self._where = where
        self._prefix = prefix
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def wrong(self, key: str, reason: str) -> BadCard:
        return BadCard(f"{self._where}: {self._prefix}{key}: {reason}")

    def keys(self) -> tuple[str, ...]:
        return tuple(self._left)

    def done(self) -> None:
        """Raises BadCard for the first key nobody asked for, with the nearest known one."""
        for key in self._left:
            near = difflib.get_close_matches(key, self._known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(sorted(set(self._known)))}"
            raise self.wrong(key, f"unknown key; {hint}")

    def take(self, key: str, kind: type[T] | tuple[type[T], ...], what: str, default: T | None = None) -> T:
        self._known.append(key)
        if key not in self._left:
            if default is None:
                raise self.wrong(key, f"is missing: give {what}")
            return default
        value = self._left.pop(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.wrong(key, f"must be {what}, not {value!r}")
        return value

    def take_text(self, key: str, default: str | None = None) -> str:
        return self.take(key, str, "a text", default)

    def take_flag(self, key: str, default: bool | None = None) -> bool:
        return self.take(key, bool, "true or false", default)

    def take_whole(self, key: str, default: int | None = None) -> int:
        """A whole number, 0 or more."""
        number = self.take(key, int, "a whole number", default)
        if number < 0:
            raise self.wrong(key, f"must not be negative, not {number}")
        return number

    def take_amount(self, key: str, default: Decimal | None = None) -> Decimal:
        """An exact number, 0 or more."""
        kinds: Any = (int, Decimal)
        number = Decimal(self.take(key, kinds, "a number", default))
        if not number.is_finite() or number < 0:
            raise self.wrong(key, f"must be a number of 0 or more, not {number}")
        return number

    def take_texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        values = self.take(key, (list, tuple), "a list of texts", default)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(key, f"must be a list of texts, not {values!r}")
        return tuple(values)

    def take_wholes(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers; none when the key is absent."""
        values = self.take(key, (list, tuple), "a list of whole numbers", ())
        if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            raise self.wrong(key, f"must be a list of whole numbers, not {values!r}")
        return tuple(values)

    def take_interval(self, key: str) -> Interval:
        """`[least, most]`, both included; open when the key is absent."""
        if key not in self:
            self._known.append(key)
            return Interval()
        least, most = self._pair(key)
        return Interval(least, most)

    def take_counts(self, key: str) -> tuple[int, int]:
        """`[least, most]` as whole numbers; (0, 0) when the key is absent."""
        if key not in self:
            self._known.append(key)
            return (0, 0)
        least, most = self._pair(key)
        if least % 1 or most % 1:
            raise self.wrong(key, "must be two whole numbers [least, most]")
        return (int(least), int(most))

    def take_json(self, key: str) -> Any:
        """Any value as JSON would hold it: exact numbers become whole or floating ones; None when absent."""
        self._known.append(key)
        return _plain(self._left.pop(key, None))

    def _pair(self, key: str) -> tuple[Decimal, Decimal]:
        values = self.take(key, (list, tuple), "a pair [least, most]", ())
        numbers = [Decimal(v) for v in values if isinstance(v, (int, Decimal)) and not isinstance(v, bool)]
        if len(values) != 2 or len(numbers) != 2 or not 0 <= numbers[0] <= numbers[1]:
            raise self.wrong(key, f"must be a pair [least, most], not {values!r}")
        return numbers[0], numbers[1]

    def take_read(self, key: str, read: Callable[[str], T]) -> T | None:
        """A text turned into a value by `read`, whose ValueError becomes the complaint; None when absent."""
        if key not in self:
            self._known.append(key)
            return None
        return self.read(key, self.take_text(key), read)

    def read(self, key: str, text: str, read: Callable[[str], T]) -> T:
        try:
            return read(text)
        except ValueError as error:
            raise self.wrong(key, str(error)) from None

    def take_table(self, key: str) -> Table:
        """A table inside; an empty one when absent."""
        values = self.take(key, dict, "a table", {})
        return Table(values, self._where, f"{self._prefix}{key}.")

    def take_tables(self) -> Iterator[tuple[str, Table]]:
        """Every key that is left, each a table."""
        for key in self.keys():
            yield key, self.take_table(key)

    def take_free(self, key: str) -> Mapping[str, Any]:
        """A table whose content is somebody else's business; empty when absent."""
        return self.take(key, dict, "a table", {})


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return plain_number(value) if isinstance(value, Decimal) else value


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`below` with `above` laid over it: tables merge key by key, everything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = laid_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged
