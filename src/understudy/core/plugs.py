"""Finds plugs: a folder of ours and entry points of others, through one function.

Knows module names and entry points. Must not know what a plug does.
"""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from typing import Any

from understudy.core.faults import DuplicatePlug


def find_plugs(package: str, attribute: str) -> dict[str, Any]:
    """Every plug by its `name`: modules of `package` without a leading underscore, then entry points of that group.

    Args:
        package: dotted name, e.g. `understudy.dialects`; also the entry-point group.
        attribute: the one public object of each module, e.g. `DIALECT`.

    Raises:
        DuplicatePlug: two plugs claim one name.
    """
    found: dict[str, Any] = {}
    root = importlib.import_module(package)
    for module in pkgutil.iter_modules(root.__path__):
        if not module.name.startswith("_"):
            _keep(found, getattr(importlib.import_module(f"{package}.{module.name}"), attribute))
    for entry in entry_points(group=package):
        _keep(found, entry.load())
    return found


def _keep(found: dict[str, Any], plug: Any) -> None:
    if plug.name in found:
        raise DuplicatePlug(f"two plugs are called {plug.name!r}: {found[plug.name]!r} and {plug!r}")
    found[plug.name] = plug
