"""What every test gets: no settings of this machine. And on request: owned time, and a small house.

Also the order of the files: those that take longest first, so that none of them is begun when all else has ended.
"""

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

# by processor time and waiting, longest first: what is missing here is merely begun later
LONGEST = (
    "socket/test_films.py", "socket/test_families.py", "sdk/test_document_001.py", "sdk/test_openai.py",
    "sdk/test_dashscope.py", "socket/test_operations.py", "socket/test_kill.py", "socket/test_family_bad_inputs.py",
    "socket/test_chains.py", "socket/test_gateways.py", "socket/test_forwarding.py",
    "socket/test_forwarding_dialects.py", "unit/animatic/drafts/test_image_to_video.py", "socket/test_native_wire.py",
    "socket/test_openai_wire.py", "socket/test_vidu_wire.py", "docs/test_readme.py", "socket/test_documents.py",
    "unit/animatic/looks/test_looks.py", "socket/test_limits.py", "laws/test_validation.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest files first; with xdist this takes --no-loadscope-reorder, or it begins with those of most tests."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


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
