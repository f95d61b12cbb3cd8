"""A file as an earlier version wrote it, opened by this one: no task, no key, no line of the book is lost.

`written/0001.sql` is the dump of a file that the version of migration 0001 itself wrote: a film made and paid from the
free quota, a failed task, and one that still waits. `written/0003.sql` is that file as the version of migration 0003
brought it up.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from builders import NOON
from understudy.core.faults import MediaProblem, MediaRefused, fault_from_record
from understudy.core.findings import Findings
from understudy.core.ports import Outcome
from understudy.core.request import Medium, Role, ShotType
from understudy.core.task import Status
from understudy.core.units import Ratio, Size, Tier
from understudy.stores.schema import REVISION
from understudy.stores.sql import SqlStore

DUMPS = sorted((Path(__file__).parent / "written").glob("*.sql"))
MADE, FAILED, WAITING = (f"00000000-0000-7000-8000-00000000000{n}" for n in (1, 2, 3))


@pytest.fixture(params=DUMPS, ids=lambda path: path.stem)
def old_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "understudy.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(request.param.read_text("utf-8"))
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (request.param.stem,)
    return path


def revision_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


async def test_every_task_is_there_to_its_last_field(old_file: Path) -> None:
    with SqlStore.open(old_file) as store:
        made, failed, waiting = [await store.tasks.get(task_id) for task_id in (MADE, FAILED, WAITING)]
        assert await store.tasks.body(MADE) == b'{"model":"wan2.7-r2v"}'
    assert revision_of(old_file) == REVISION
    assert made is not None
    assert failed is not None
    assert waiting is not None
    assert [task.status for task in (made, failed, waiting)] == [Status.SUCCEEDED, Status.FAILED, Status.PENDING]
    request = made.request
    assert (request.model, request.prompt, request.negative_prompt) == ("wan2.7-r2v", "图1 “你好”", "rain")
    assert (request.size, request.tier, request.ratio) == (Size(1280, 720), Tier(720), Ratio(16, 9))
    assert (request.seconds, request.shot_type, request.sound, request.seed) == (5, ShotType.MULTI, True, 7)
    girl, opening = request.references
    assert (girl.medium, girl.role, girl.voice) == (Medium.IMAGE, Role.SUBJECT, "https://media.example/voice.wav")
    assert opening.role is Role.FIRST_FRAME
    assert (request.function, dict(request.options), made.findings) == ("", {}, None), "unknown to that version"
    assert made.artifact is not None
    assert (made.artifact.facts.frame_count, made.artifact.facts.seconds) == (150, Decimal("5.005"))
    assert made.artifact.expires == NOON + timedelta(hours=24)
    assert made.notes == ("An animatic.",)
    fault = fault_from_record(failed.fault or {})
    assert isinstance(fault, MediaRefused)
    assert (fault.problem, fault.limits) == (MediaProblem.SECONDS, {"least": 1, "most": 30})


async def test_the_book_keys_and_quotas_are_there(old_file: Path) -> None:
    with SqlStore.open(old_file) as store:
        (line,) = await store.ledger.entries("alice", None, None)
        quota = await store.ledger.quota("alice", "wan2.7-r2v")
        key = await store.ledger.find_key("d" * 64)
    assert (line.task_id, line.charge.quantity, line.charge.free_quantity) == (MADE, Decimal("6.65"), Decimal("6.65"))
    assert (line.usage.frames_per_second, line.charge.amount) == (Fraction(30), 0)
    assert quota is not None
    assert quota.left(NOON) == Decimal("43.35")
    assert key is not None
    assert key.account == "alice"


async def test_work_goes_on(old_file: Path) -> None:
    with SqlStore.open(old_file) as store:
        task = await store.tasks.claim("worker", NOON, timedelta(seconds=15), {}, 3)
        assert task is not None
        assert task.task_id == WAITING
        found = Findings(passed=True, template_id="AACT.1")
        done = await store.tasks.finish(task, Outcome(Status.SUCCEEDED, NOON, findings=found, expires=NOON))
        assert done is not None
        assert done.findings == found
    with SqlStore.open(old_file) as store:  # and opening it once more changes nothing
        kept = await store.tasks.get(WAITING)
    assert kept is not None
    assert kept.findings == found


def test_every_step_but_the_newest_has_a_file_or_adds_columns_only() -> None:
    """A step that moves what is written needs a dump of the version before it."""
    steps = sorted((Path(__file__).parents[3] / "src/understudy/stores/migrations/versions").glob("r*.py"))
    for step in steps[1:]:
        text = step.read_text("utf-8")
        before = f"{int(step.name[1:5]) - 1:04}"
        moves = any(word in text for word in ("drop_", "alter_", "execute(", "rename_"))
        assert not moves or any(dump.stem == before for dump in DUMPS), step.name
