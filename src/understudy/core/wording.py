"""How a value that came as JSON is named in a sentence to whoever sent it.

Knows JSON types. Must not know any field.
"""

from __future__ import annotations

from typing import Any


def shown(value: Any, most: int = 40) -> str:
    """A JSON value as an error sentence names it: its kind, and its beginning where that helps."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {shortened(value, most)!r}"
    if isinstance(value, (int, float)):
        return f"the number {shortened(str(value), most)}"
    if isinstance(value, list):
        return "a list"
    return "an object"


def shortened(text: str, most: int) -> str:
    """The beginning of a text, with a mark where it goes on."""
    return text if len(text) <= most else text[:most] + "…"
