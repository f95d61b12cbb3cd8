"""Values that are quick to make, and what is worked out once for each of a few.

Knows dataclasses and objects by their identity. Must not know any of them by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Of = TypeVar("Of")

REMEMBERED = 1024
"""Objects after which `Once` begins anew."""


class Once(Generic[Of, T]):
    """What `make` gives for a thing, worked out at the first question.

    For things that live long and never change but cannot be hashed: cards. A thing that was asked about is kept, so
    that no other can be given its identity.
    """

    def __init__(self, make: Callable[[Of], T]) -> None:
        self._make = make
        self._made: dict[int, tuple[Of, T]] = {}

    def __call__(self, thing: Of) -> T:
        found = self._made.get(id(thing))
        if found is None:
            if len(self._made) >= REMEMBERED:
                self._made.clear()
            found = self._made[id(thing)] = (thing, self._make(thing))
        return found[1]


def quick(kind: type[T]) -> type[T]:
    """The same class with an `__init__` of the same meaning that writes the slots directly, in half the time.

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
