"""What the product imports is declared, and what is declared is used: nothing stands on another package's needs."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECLARED = {re.split(r"[\[<>=!~; ]", wish, maxsplit=1)[0].lower() for wish in PROJECT["dependencies"]}
BY_NAME = {"aiodns", "uvloop"}
"""Used without an import of ours: aiohttp looks names up with the first, uvicorn is told to run on the other."""
OF_PYDANTIC = {"pydantic-core"}
"""Pydantic fixes its version to its own and hands its errors out."""


def imported() -> set[str]:
    """Distributions whose modules the product imports, at the top or later."""
    modules: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    found = packages_distributions()
    foreign = modules - set(sys.stdlib_module_names) - {"understudy"}
    return {found.get(module, [module])[0].lower().replace("_", "-") for module in foreign}


def test_every_import_is_declared() -> None:
    assert imported() - OF_PYDANTIC - DECLARED == set()


def test_every_declared_package_is_used() -> None:
    assert DECLARED - imported() == BY_NAME
