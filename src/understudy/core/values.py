"""Values that are quick to make: an `__init__` for frozen dataclasses with slots that writes the slots directly.

Knows dataclasses. Must not know any of them by name.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")


def quick(kind: type[T]) -> type[T]:
    """The same class with an `__init__` of the same meaning, in half the time.

    A frozen dataclass makes itself through `object.__setattr__`, which looks every name up again; a submit makes
    some twenty values of ten fields each.
    """
    space: dict[str, Any] = {"_MISSING": MISSING}
    arguments, body = [], []
    for f in fields(kind):  # type: ignore[arg-type]
        space[f"_set_{f.name}"] = getattr(kind, f.name).__set__
        value = f.name
        if f.default_factory is not MISSING:
            space[f"_make_{f.name}"] = f.default_factory
            arguments.append(f"{f.name}=_MISSING")
            value = f"_make_{f.name}() if {f.name} is _MISSING else {f.name}"
        elif f.default is not MISSING:
            space[f"_default_{f.name}"] = f.default
            arguments.append(f"{f.name}=_default_{f.name}")
        else:
            arguments.append(f.name)
        body.append(f" _set_{f.name}(self, {value})\n")
    if hasattr(kind, "__post_init__"):
        body.append(" self.__post_init__()\n")
    exec(f"def __init__(self, {', '.join(arguments)}):\n{''.join(body)}", space)
    made = space["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    made.__annotations__ = kind.__init__.__annotations__
    kind.__init__ = made  # type: ignore[method-assign]
    return kind
