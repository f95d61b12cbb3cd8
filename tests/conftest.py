"""What every test gets: no settings of this machine. And on request: owned time, and a small house."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from fakes import OwnedClock

if TYPE_CHECKING:
    from world import World

# a law is about what is true, not about how busy the machine is
settings.register_profile("understudy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("understudy")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("UNDERSTUDY_")]:
        if name != "UNDERSTUDY_SHARED":  # where the source documents lie: the machine's business, not a setting
            monkeypatch.delenv(name)


@pytest.fixture
def clock() -> OwnedClock:
    """Time that only the test moves."""
    return OwnedClock()


@pytest.fixture
def world(tmp_path: Path, clock: OwnedClock) -> Iterator[World]:
    """A fresh house for one test."""
    # imported here, so that tests of one room need none of the others
    from understudy.stores.blobs import OpendalBlobs
    from understudy.stores.sql import SqlStore
    from world import World

    with SqlStore.open(":memory:") as store:
        yield World(tmp_path, clock, store, OpendalBlobs.open(tmp_path / "blobs"))
