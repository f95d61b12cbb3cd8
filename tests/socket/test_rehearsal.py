"""Keys that name their outcome, as an integrator tries them: over the wire, with nothing registered."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from socket_kit import image_data

from live import LiveServer, toy_cards

OPTIONS = {"UNDERSTUDY_CARDS": toy_cards(Path(tempfile.mkdtemp(prefix="cards-"))), "UNDERSTUDY_TEST_KEYS": "true"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("rehearsal"), slots=4, options=OPTIONS) as server:
        yield server


def submit(server: LiveServer, key: str) -> tuple[int, Any, dict[str, str]]:
    media = [{"type": "reference_image", "url": image_data()}]
    return server.submit({"model": "toy-r2v", "input": {"prompt": "图1", "media": media}}, key=key)


def played(server: LiveServer, key: str) -> dict[str, Any]:
    status, told, _ = submit(server, key)
    assert status == 200, told
    return dict(server.wait(told["output"]["task_id"], key=key)["output"])


def test_a_film(server: LiveServer) -> None:
    output = played(server, "test_ok")
    assert (output["task_status"], output["engine"]) == ("SUCCEEDED", "testcard")
    assert server.call("GET", output["video_url"], key=None)[0] == 200


def test_a_failure_with_the_code_asked_for(server: LiveServer) -> None:
    output = played(server, "test_fail_DataInspectionFailed-alice")
    assert (output["task_status"], output["code"]) == ("FAILED", "DataInspectionFailed")
    assert "DataInspectionFailed" in output["message"]


def test_every_second_submit_is_throttled(server: LiveServer) -> None:
    answers = [submit(server, "test_429") for _ in range(4)]
    assert [status for status, _, _ in answers] == [429, 200, 429, 200]
    assert answers[0][1]["code"].startswith("Throttling")
    assert {name.lower(): value for name, value in answers[0][2].items()}["retry-after"] == "1"


def test_a_slow_task_runs_meanwhile(server: LiveServer) -> None:
    begun = time.monotonic()
    _, told, _ = submit(server, "test_slow_2")
    path = f"/api/v1/tasks/{told['output']['task_id']}"
    states = set()
    while time.monotonic() - begun < 1.5:
        states.add(server.call("GET", path, key="test_slow_2")[1]["output"]["task_status"])
    assert states <= {"PENDING", "RUNNING"}
    assert server.wait(told["output"]["task_id"], key="test_slow_2")["output"]["task_status"] == "SUCCEEDED"
    assert time.monotonic() - begun >= 2


def test_a_link_that_is_dead(server: LiveServer) -> None:
    output = played(server, "test_expired")
    assert output["task_status"] == "SUCCEEDED"
    assert server.call("GET", output["video_url"], key=None)[0] == 404


def test_keys_see_only_their_own_tasks(server: LiveServer) -> None:
    _, told, _ = submit(server, "test_ok")
    path = f"/api/v1/tasks/{told['output']['task_id']}"
    assert server.call("GET", path, key="test_ok-bob")[1]["output"]["task_status"] == "UNKNOWN"


def test_a_word_that_is_not_known_is_refused_with_those_that_are(server: LiveServer) -> None:
    status, told, _ = submit(server, "test_me")
    assert (status, told["code"]) == (401, "InvalidApiKey")
    assert "test_fail_CODE" in told["message"]


def test_without_the_setting_no_such_key_is_taken(tmp_path: Path) -> None:
    with LiveServer(tmp_path, slots=0) as server:
        assert submit(server, "test_ok")[0] == 401
