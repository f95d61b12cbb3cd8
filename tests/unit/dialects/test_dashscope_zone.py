"""The setting `time_zone_hours` reaches the times that DashScope answers print."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_card, a_task
from understudy.core.wire import Told, WireRequest
from understudy.dialects.dashscope import DIALECT
from understudy.settings import Settings
from understudy.wiring import open_dialects


@pytest.mark.parametrize(("hours", "printed"), [(8, "20:00:00.000"), (0, "12:00:00.000"), (-3.5, "08:30:00.000")])
def test_times_are_printed_in_the_zone_of_the_settings(tmp_path: Path, hours: float, printed: str) -> None:
    dialect = next(d for d in open_dialects(Settings(data=tmp_path, time_zone_hours=hours)) if d.name == DIALECT.name)
    task = a_task()
    told = dialect.encode_answer(Told(task.task_id, task), WireRequest("GET", "/"), a_card()).json()
    assert told["output"]["submit_time"].endswith(printed), told
