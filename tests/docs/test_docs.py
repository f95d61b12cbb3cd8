"""The documents say what the program does; the house keeps its own rules."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "understudy").rglob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def script(name: str) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(ROOT / "scripts" / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["settings.md", "commands.md", "routes.md", "models.md", "faults.md"])
def test_the_reference_pages_are_true(page: str) -> None:
    writer = script("write-reference")
    wanted = writer.HEAD + writer.MAKERS[page]()
    found = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert found == wanted, "run scripts/write-reference"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src")))
def test_a_file_is_short_and_says_what_it_knows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    if text.strip() and path.name != "__init__.py":
        assert ast.get_docstring(ast.parse(text)), "a module opens with what it knows and must not know"


def test_every_exception_is_taken_in_two_places() -> None:
    """The server's outermost handler and the worker's; elsewhere one catches what one means, or raises it again."""
    takers = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any("error, Exception)" in ast.unparse(part) for part in node.body):
                takers.append(node.name)
            if isinstance(node, ast.ExceptHandler) and not isinstance(node.body[-1], ast.Raise):
                caught = ast.unparse(node.type) if node.type else "everything"
                assert caught not in ("Exception", "BaseException", "everything"), f"{path.name}:{node.lineno}"
    assert sorted(takers) == ["Outermost", "Outliving"]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_files_named_in_the_tour_exist() -> None:
    rooms = ROOT / "src" / "understudy"
    for page in (ROOT / "docs" / "architecture").glob("*.md"):
        for name in re.findall(r"`((?:\w+/)+\w+\.(?:py|toml))`", page.read_text(encoding="utf-8")):
            assert (rooms / name).exists() or (ROOT / name).exists(), f"{page.name} names {name}"


def test_settings_named_in_pages_exist() -> None:
    from understudy.settings import CONFIG_VARIABLE, Settings

    known = {f"UNDERSTUDY_{name.upper()}" for name in Settings.model_fields} | {CONFIG_VARIABLE}
    for page in PAGES:
        for name in re.findall(r"UNDERSTUDY_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")):
            assert name.split("__")[0] in known, f"{page.name} names {name}"


def test_commands_named_in_pages_exist() -> None:
    commands = script("write-reference").commands_page()
    for page in PAGES:
        for line in re.findall(r"understudy ((?:[a-z]+ ?){1,2})", page.read_text(encoding="utf-8")):
            words = line.split()
            if words[0] in (
                "serve",
                "worker",
                "generate",
                "check",
                "template",
                "plan",
                "models",
                "keys",
                "usage",
                "doctor",
            ):
                wanted = " ".join(words[:2]) if words[0] in ("models", "keys") and len(words) > 1 else words[0]
                assert f"`understudy {wanted}" in commands, f"{page.name} names `understudy {line}`"


def test_python_in_pages_can_be_read() -> None:
    for page in PAGES:
        for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            ast.parse(block)


def test_every_decision_is_written() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
    assert len(numbers) >= 13


def test_version_and_changelog_agree() -> None:
    from understudy import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_examples_can_be_read() -> None:
    for path in (ROOT / "examples").glob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_floors_are_kept() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout


def test_an_intruder_on_a_floor_is_caught(tmp_path: Path) -> None:
    """The contracts bite: a copy of the house in which core imports the server is refused."""
    import shutil

    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    units = tmp_path / "src" / "understudy" / "core" / "units.py"
    units.write_text(units.read_text(encoding="utf-8") + "\nfrom understudy.server import app\n", encoding="utf-8")
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    env = {"PYTHONPATH": str(tmp_path / "src"), "PATH": "/usr/bin:/bin"}
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=env)
    assert told.returncode == 1
    assert "Floors" in told.stdout
    assert "BROKEN" in told.stdout
