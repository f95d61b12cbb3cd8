"""Workdirs: one per attempt, gone afterwards, and swept when their process is dead."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.service.workdirs import Workdirs

HOLDER = """
import asyncio, sys
from pathlib import Path
from understudy.service.workdirs import Workdirs

async def main():
    async with Workdirs(Path(sys.argv[1])).attempt("task", 1) as path:
        (path / "half a film").write_bytes(b"x")
        print("holding", flush=True)
        sys.stdin.read()

asyncio.run(main())
"""


async def test_an_attempt_has_a_folder_that_goes_with_it(tmp_path: Path) -> None:
    workdirs = Workdirs(tmp_path)
    async with workdirs.attempt("task", 1) as path:
        (path / "take.mp4").write_bytes(b"film")
        assert path.is_dir()
    assert not path.exists()


async def test_it_goes_when_the_attempt_fails_too(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with Workdirs(tmp_path).attempt("task", 1) as path:
            raise ZeroDivisionError
    assert not path.exists()


async def test_attempts_at_one_task_do_not_meet(tmp_path: Path) -> None:
    workdirs = Workdirs(tmp_path)
    async with workdirs.attempt("task", 1) as one, workdirs.attempt("task", 2) as two:
        assert one != two


async def test_a_folder_that_was_tidied_away_is_made_anew(tmp_path: Path) -> None:
    workdirs = Workdirs(tmp_path / "work")
    async with workdirs.attempt("task", 1):
        shutil.rmtree(tmp_path / "work")
    async with workdirs.attempt("task", 2) as path:
        assert path.is_dir()
        assert Workdirs(tmp_path / "work").sweep() == 0, "it is held as the first was"


async def test_what_is_in_use_is_never_swept_by_anybody(tmp_path: Path) -> None:
    mine, other = Workdirs(tmp_path), Workdirs(tmp_path)
    async with mine.attempt("task", 1) as path:
        assert (mine.sweep(), other.sweep()) == (0, 0)
        assert path.is_dir()


def test_left_overs_are_swept_once_their_process_is_dead(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    with holder, holder.stdin, holder.stdout:
        assert holder.stdout.readline() == "holding\n"
        assert Workdirs(tmp_path).sweep() == 0
        assert list(tmp_path.rglob("half a film"))
        holder.kill()
        holder.wait()
    assert Workdirs(tmp_path).sweep() == 1
    assert not list(tmp_path.rglob("half a film"))


def test_strange_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    assert Workdirs(tmp_path).sweep() == 0
    assert Workdirs(tmp_path / "not there").sweep() == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


async def test_closing_removes_the_folder_of_the_process(tmp_path: Path) -> None:
    workdirs = Workdirs(tmp_path)
    async with workdirs.attempt("task", 1):
        pass
    assert list(tmp_path.iterdir())
    workdirs.close()
    assert not list(tmp_path.iterdir())
