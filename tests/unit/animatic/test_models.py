"""How the perception models come to a machine, and when they are refused."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sight import models_folder
from understudy.animatic import models
from understudy.animatic.models import MODEL_FILES, by_hand, install, installed
from understudy.core.faults import HouseError


def wheel_in(folder: Path, spoil: str = "", omit: str = "") -> Path:
    """A wheel as the package index would give it, made of the models at hand; one file may be wrong or absent."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mediapipe/__init__.py", "")
        for file in MODEL_FILES:
            data = (models_folder() / file.name).read_bytes()
            if file.name == spoil:
                data = data[:-1] + bytes([data[-1] ^ 1])
            if file.name != omit:
                archive.writestr(file.member, data)
    return wheel


@pytest.fixture
def no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose package clients all fail: none is found, and this interpreter's answers to no index."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for name in ("PIP_FIND_LINKS", "PIP_CONFIG_FILE"):
        monkeypatch.setenv(name, os.devnull)


def test_the_real_package_has_the_expected_bytes() -> None:
    assert installed(models_folder())
    assert {path.name for path in models_folder().glob("*.tflite")} == {file.name for file in MODEL_FILES}


def test_installing_again_fetches_nothing(no_client: None, tmp_path: Path) -> None:
    wheel_in(tmp_path)
    install(tmp_path)
    (next(tmp_path.glob("*.whl"))).unlink()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.tflite")}
    told: list[tuple[float, str]] = []
    install(tmp_path, lambda fraction, note: told.append((fraction, note)))
    assert told == [(1.0, "perception models are installed")]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.tflite")} == before


def test_a_wheel_brought_by_hand_is_used(no_client: None, tmp_path: Path) -> None:
    wheel_in(tmp_path)
    told: list[float] = []
    install(tmp_path, lambda fraction, note: told.append(fraction))
    assert installed(tmp_path)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert not list(tmp_path.glob("fetch-*"))


def test_without_a_package_client_the_message_holds_the_command_to_run(no_client: None, tmp_path: Path) -> None:
    with pytest.raises(HouseError) as error:
        install(tmp_path / "models")
    assert by_hand(tmp_path / "models") in error.value.message
    assert "understudy models install" in error.value.message
    assert not list((tmp_path / "models").glob("*.tflite"))


@pytest.mark.parametrize("name", [file.name for file in MODEL_FILES])
def test_changed_bytes_are_never_used(no_client: None, tmp_path: Path, name: str) -> None:
    wheel_in(tmp_path, spoil=name)
    with pytest.raises(HouseError, match="expected bytes"):
        install(tmp_path)
    assert not (tmp_path / name).exists()
    assert not installed(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_a_broken_wheel_is_named(no_client: None, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mediapipe-0.10.21-cp311-none-any.whl").write_bytes(content)
    with pytest.raises(HouseError, match="Delete it"):
        install(tmp_path)


def test_a_wheel_without_the_files_is_named(no_client: None, tmp_path: Path) -> None:
    wheel_in(tmp_path, omit=MODEL_FILES[0].name)
    with pytest.raises(HouseError, match="not the expected package"):
        install(tmp_path)


def test_a_damaged_file_is_replaced(no_client: None, tmp_path: Path) -> None:
    wheel_in(tmp_path)
    install(tmp_path)
    (tmp_path / MODEL_FILES[1].name).write_bytes(b"half a fil")
    assert not installed(tmp_path)
    install(tmp_path)
    assert installed(tmp_path)


def test_two_at_once_end_well(no_client: None, tmp_path: Path) -> None:
    wheel_in(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(install, [tmp_path] * 4))
    assert installed(tmp_path)
    assert not list(tmp_path.glob("fetch-*"))


@pytest.fixture
def deaf_index() -> Iterator[str]:
    """A package index that takes the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/simple"


def test_it_can_be_given_up(deaf_index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", deaf_index)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    given_up, fetching = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(install, tmp_path, lambda fraction, note: fetching.set(), given_up)
        assert fetching.wait(30)
        second = pool.submit(install, tmp_path, None, given_up)  # waits for the first
        given_up.set()
        for one in (first, second):
            with pytest.raises(HouseError, match="given up"):
                one.result(30)
    assert not list(tmp_path.glob("fetch-*"))


def test_what_a_killed_process_left_is_taken_away(no_client: None, tmp_path: Path) -> None:
    wheel_in(tmp_path)
    (tmp_path / "fetch-of-old").mkdir()
    (tmp_path / "fetch-of-old" / "half.whl").write_bytes(b"x")
    install(tmp_path)
    assert not list(tmp_path.glob("fetch-*"))


def test_a_folder_that_cannot_be_made_is_a_house_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HouseError, match="data folder"):
        install(tmp_path / "file" / "models")


def test_importing_it_brings_in_nothing_heavy() -> None:
    code = "import sys, understudy.animatic.models; print(sorted(set(sys.modules) & {'numpy', 'cv2', 'PIL', 'av'}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(models.__file__).parents[2])},
    )
    assert done.stdout.strip() == "[]"
