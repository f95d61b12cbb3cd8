"""Plugs are found by listing a folder; two of one name stop the house."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.core.faults import DuplicatePlug
from understudy.core.plugs import find_plugs


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "plugs_under_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == folder.name]:
        del sys.modules[name]


def a_plug(folder: Path, file: str, name: str) -> None:
    (folder / file).write_text(f"class Plug:\n    name = {name!r}\nENGINE = Plug()\n")


def test_every_public_module_is_asked_for_its_plug(package: Path) -> None:
    a_plug(package, "one.py", "one")
    a_plug(package, "two.py", "second")
    (package / "_words.py").write_text("raise AssertionError('a private module is not a plug')")
    assert sorted(find_plugs("plugs_under_test", "ENGINE")) == ["one", "second"]


def test_two_of_one_name_are_refused(package: Path) -> None:
    a_plug(package, "one.py", "same")
    a_plug(package, "two.py", "same")
    with pytest.raises(DuplicatePlug, match="same"):
        find_plugs("plugs_under_test", "ENGINE")


def test_a_module_without_its_plug_is_an_error(package: Path) -> None:
    (package / "one.py").write_text("")
    with pytest.raises(AttributeError, match="ENGINE"):
        find_plugs("plugs_under_test", "ENGINE")


def test_plugs_from_outside_enter_by_their_entry_point(package: Path, tmp_path: Path) -> None:
    (tmp_path / "guest_module.py").write_text("class Guest:\n    name = 'guest'\nGUEST = Guest()\n")
    metadata = tmp_path / "guest-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: guest\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[plugs_under_test]\nguest = guest_module:GUEST\n")
    a_plug(package, "one.py", "one")
    assert sorted(find_plugs("plugs_under_test", "ENGINE")) == ["guest", "one"]
