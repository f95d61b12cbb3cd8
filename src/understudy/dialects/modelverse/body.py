"""Reads a ModelVerse body, also the one that the vendor's own document prints, which is no JSON.

Knows what a trailing comma is. Must not know any field. Source: spec/gateways.md §1.3; seed 004, request example.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.dialects._body import read_object

_TRAILING = rb"(?:\s*(,)(?=\s*[\]}]))?"
_VALUE = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"' + _TRAILING + rb"|[\w\]}]" + _TRAILING, re.DOTALL)
"""A JSON text, passed over whole, or the end of any other value; after it maybe a comma that nothing follows."""

MOST_LOOKED_AT = 20_000
"""Texts and other characters of a broken body that are looked at; a request has some hundred. GUESS."""


def read_body(body: bytes, *, strict: bool) -> dict[str, Any]:
    """The JSON object in `body`; in compat a trailing comma is passed over once the plain reading has failed.

    Raises:
        InvalidRequest: of kind BODY; of a trailing comma it names line and column.
    """
    try:
        return read_object(body)
    except InvalidRequest as refusal:
        without, first = _without_trailing_commas(body)
        if first is None:
            raise
        try:
            read = read_object(without)
        except InvalidRequest:
            raise refusal from None
    if strict:
        line, column = _place(body, first)
        reason = f"The body is not JSON: nothing follows the comma at line {line}, column {column}; take it out."
        raise InvalidRequest.of("", reason, ViolationKind.BODY)
    return read


def _without_trailing_commas(body: bytes) -> tuple[bytes, int | None]:
    """The body with a blank for every trailing comma, and where the first stood."""
    ends = islice(_VALUE.finditer(body), MOST_LOOKED_AT)
    found = [match.start(match.lastindex) for match in ends if match.lastindex]
    without = bytearray(body)
    for place in found:
        without[place] = ord(" ")
    return bytes(without), found[0] if found else None


def _place(body: bytes, offset: int) -> tuple[int, int]:
    """Line and column, from 1, in characters."""
    before = body[:offset].decode("utf-8", "replace")
    return before.count("\n") + 1, len(before) - before.rfind("\n")
