"""Opening the house: what is wrong is one sentence that says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from understudy.core.faults import HouseError
from understudy.settings import load
from understudy.wiring import House, make_keys, open_house, read_secret


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that was used before."""
    folder = tmp_path / "data"
    opened(folder).stores.close()
    return folder


def opened(folder: Path, **settings: Any) -> House:
    return open_house(load(data=folder, **settings))


def in_the_way(path: Path) -> None:
    if path.is_dir():
        path.rmdir()
    path.write_bytes(b"")


def of_a_newer_version(data: Path) -> None:
    with closing(sqlite3.connect(data / "understudy.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def with_a_damaged_page(data: Path) -> None:
    """The tables are there and can be listed; what stands in them is noise."""
    with closing(sqlite3.connect(data / "understudy.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (data / "understudy.db").open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"noise" * 4096)


def folder_instead_of(name: str) -> Callable[[Path], None]:
    def change(data: Path) -> None:
        (data / name).unlink()
        (data / name).mkdir()

    return change


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda data: in_the_way(data / "work"), r"folder for work .*work cannot be used: .*Check its owner"),
        (lambda data: in_the_way(data / "blobs"), r"blobs cannot hold blobs: .*Check its owner"),
        (lambda data: (data / "secret").write_bytes(b"short"), r"secret is damaged; remove it"),
        (folder_instead_of("secret"), r"secret cannot be read: Is a directory\. Give it to the user"),
        (folder_instead_of("understudy.db"), r"cannot be opened and written .*Check the owner"),
        (lambda data: (data / "understudy.db").write_bytes(b"a letter" * 999), r"not a database\. Put a backup"),
        (with_a_damaged_page, r"cannot be used as a task store: .*Put a backup of it back, or move it away"),
        (of_a_newer_version, r"newer Understudy \(revision 9999.*upgrade Understudy or choose another data folder"),
    ],
    ids=["work", "blobs", "secret", "no secret", "no database", "letter", "damage", "newer"],
)
def test_a_data_folder_in_disorder_is_told_in_a_sentence(
    data: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(data)
    with pytest.raises(HouseError, match=says) as caught:
        opened(data)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_data_folder_that_cannot_be_made(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(HouseError, match=r"data folder .*choose another with --data"):
        opened(tmp_path / place)


def test_a_fresh_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    opened(tmp_path / "fresh").stores.close()
    assert (tmp_path / "fresh").stat().st_mode & 0o077 == 0


def test_a_secret_that_others_may_read_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "secret").chmod(0o644)
    assert len(read_secret(data)) == 32
    assert f"chmod 600 {data / 'secret'}" in capsys.readouterr().out


def test_a_region_without_models(tmp_path: Path) -> None:
    with pytest.raises(HouseError, match="no card offers a model in 'mars'"):
        opened(tmp_path / "data", region="mars")


async def test_a_key_of_two_accounts_names_the_setting(tmp_path: Path) -> None:
    house = opened(tmp_path / "data", keys="a:sk-same-secret,b:sk-same-secret")
    try:
        with pytest.raises(HouseError, match=r"UNDERSTUDY_KEYS: .*another account"):
            await make_keys(house)
    finally:
        house.stores.close()


async def test_a_house_whose_database_was_taken_away_is_not_ready(data: Path) -> None:
    house = opened(data, slots=0)
    try:
        assert (await house.ready())["engines"] == ["animatic"]
        (data / "understudy.db").rename(data / "elsewhere.db")
        with pytest.raises(OSError, match="task store cannot be used"):
            await house.ready()
    finally:
        house.stores.close()


async def test_a_house_on_a_full_disk_is_not_ready(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = opened(data, slots=0)
    try:
        monkeypatch.setattr("understudy.wiring.LEAST_FREE_BYTES", 1 << 62)
        with pytest.raises(OSError, match="disk of the data folder is full"):
            await house.ready()
    finally:
        house.stores.close()
