"""What is not loaded until it is needed. No timing: a module is loaded or it is not, and so is asked for or not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

WATCH = """
import json, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        asked.add(name.partition(".")[0])

asked = set(sys.modules)
sys.meta_path.insert(0, Watch())
{code}
print(json.dumps(sorted(asked)))
"""
HELP = """
from understudy.cli.main import app
app({arguments!r}, standalone_mode=False)
"""
DISCOVERY = """
from understudy.core.plugs import find_plugs
assert find_plugs("understudy.engines", "ENGINE") and find_plugs("understudy.dialects", "DIALECT")
"""
SERVER = """
from pathlib import Path
from understudy.settings import load
from understudy.wiring import build_server, open_house
house = open_house(load(data=Path({folder!r}), slots=0))
build_server(house)
house.stores.close()
"""
PICTURES = {"numpy", "scipy", "av", "cv2", "PIL", "ai_edge_litert"}
WEIGHTS = {"torch", "diffusers", "transformers"}
SERVING = {"pydantic", "pydantic_settings", "sqlalchemy", "starlette", "fastapi", "uvicorn", "structlog", "httpx"}


def asked_for(code: str) -> set[str]:
    """The packages that `code` asked for in a fresh interpreter, found or not."""
    told = subprocess.run([sys.executable, "-c", WATCH.format(code=code)], capture_output=True, text=True, check=True)
    return set(json.loads(told.stdout.splitlines()[-1]))


def test_the_watch_sees_what_is_not_even_installed() -> None:
    code = "try:\n    import no_such_package.part\nexcept ImportError:\n    pass\nimport colorsys"
    assert {"no_such_package", "colorsys"} <= asked_for(code)


def test_the_package_itself() -> None:
    assert not asked_for("import understudy") & (PICTURES | WEIGHTS | SERVING)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help(arguments: list[str]) -> None:
    assert not asked_for(HELP.format(arguments=arguments)) & (PICTURES | WEIGHTS | SERVING)


@pytest.mark.parametrize("command", ["generate", "serve"])
def test_help_of_a_command(command: str) -> None:
    """Typer itself looks for pydantic when a command has options."""
    asked = asked_for(HELP.format(arguments=[command, "--help"]))
    assert not asked & (PICTURES | WEIGHTS | SERVING - {"pydantic"})


def test_discovery_of_plugs() -> None:
    assert not asked_for(DISCOVERY) & (PICTURES | WEIGHTS)


def test_a_server_that_only_serves(tmp_path: Path) -> None:
    """Neither pictures, nor the page of all routes, nor the tool for older databases."""
    asked = asked_for(SERVER.format(folder=str(tmp_path)))
    assert not asked & (PICTURES | WEIGHTS | {"fastapi", "alembic", "aiohttp", "httpx"})
    assert {"starlette", "sqlalchemy"} <= asked
