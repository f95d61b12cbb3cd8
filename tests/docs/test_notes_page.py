"""The page on notes and the program have the same sentences: none is promised in vain, none said unexplained."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "read-the-notes.md").read_text(encoding="utf-8")
STUDIO = sorted((ROOT / "src" / "understudy" / "animatic").rglob("*.py"))
DRAFTS = [path for path in STUDIO if path.parent.name == "drafts"]
ROWS = re.findall(r"^\| (`.*?`) \| [^|]* \|$", PAGE.replace("`understudy models install`", ""), re.M)
EXPLAINED = [note for row in ROWS for note in re.findall(r"`(.*?)`", row)]


def parts_of(node: ast.AST) -> list[str]:
    """The fixed parts of a text, or of each of two."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return [part for value in node.values if isinstance(value, ast.Constant) for part in parts_of(value)]
    return []


def said() -> Iterator[tuple[str, str]]:
    """Every sentence that is yielded by the renderer or put into a list of notes, by its longest fixed part."""
    for path in STUDIO:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            told: ast.AST | None = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
                owner = getattr(node.func.value, "attr", getattr(node.func.value, "id", ""))
                told = node.args[0] if owner == "notes" else None
            elif isinstance(node, ast.Yield) and path.name == "render.py":
                told = node.value
            parts = parts_of(told) if told else []
            if parts:
                yield f"{path.name}:{node.lineno}", max(parts, key=len)  # type: ignore[attr-defined]


def said_by_drafts() -> Iterator[tuple[str, str]]:
    """Every sentence in the files of drafts that is neither documentation nor a refusal, by its longest fixed part."""
    for path in DRAFTS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        refusals = [node for raised in ast.walk(tree) if isinstance(raised, ast.Raise) for node in ast.walk(raised)]
        named = {node.id for node in refusals if isinstance(node, ast.Name)}
        kept = {id(node) for node in refusals}
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr):  # a docstring
                kept.add(id(node.value))
            elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in named for t in node.targets):
                kept |= {id(part) for part in ast.walk(node.value)}
            elif isinstance(node, ast.JoinedStr):
                kept |= {id(part) for part in node.values}
            parts = parts_of(node) if id(node) not in kept else []
            whole = "".join(parts)
            if " " in whole and whole[0].isupper() and whole.endswith("."):
                yield f"drafts/{path.name}:{node.lineno}", max(parts, key=len)  # type: ignore[attr-defined]


def test_every_note_of_a_draft_is_explained() -> None:
    found = list(said_by_drafts())
    assert len(found) > 50
    for place, part in found:
        first = part.split(". ")[0].split("; run ")[0].strip().rstrip(".")
        assert first in PAGE, f"{place} says {part!r}: put it into docs/how-to/read-the-notes.md"


def test_every_note_is_explained() -> None:
    found = list(said())
    assert len(found) > 12
    for place, part in found:
        first = part.split(". ")[0].split(": run ")[0].strip()
        assert first in PAGE, f"{place} says {part!r}: put it into docs/how-to/read-the-notes.md"


@pytest.fixture(scope="module")
def texts() -> list[str]:
    nodes = [node for path in STUDIO for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@pytest.mark.parametrize("note", EXPLAINED)
def test_every_explained_note_is_said(note: str, texts: list[str]) -> None:
    for part in filter(lambda p: len(p.strip(" .:;")) > 3, note.split("…")):
        assert any(part.strip(" .") in text for text in texts), f"nothing says {part!r}"
