"""The documented limits, over a real socket: rates answer 429, more than may run at once waits as PENDING.

Source: spec/dashscope.md §10: wan r2v takes 5 submits a second and runs 5 tasks at once, per account and model.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import pytest

from builders import tiny_image
from live import KEY, LiveServer, media_server

BODY = {
    "model": "wan2.7-r2v",
    "input": {"prompt": "图1 slow 6", "media": [{"type": "reference_image", "url": ""}]},
    "parameters": {"resolution": "720P", "duration": 2},
}


@pytest.fixture
def body(tmp_path: Path) -> dict[str, object]:
    data = base64.b64encode(tiny_image(tmp_path / "girl.png", (320, 240)).read_bytes()).decode()
    media = [{"type": "reference_image", "url": f"data:image/png;base64,{data}"}]
    return {**BODY, "input": {"prompt": "图1 slow 6", "media": media}}


def test_over_the_rate_429_and_over_the_running_limit_pending(tmp_path: Path, body: dict[str, object]) -> None:
    options = {"UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_LIMITS": "documented"}
    with LiveServer(tmp_path / "data", slots=8, options=options) as server:
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda _: server.submit(body), range(12)))
        taken = [answer["output"]["task_id"] for status, answer, _ in answers if status == 200]
        refused = [(answer["code"], headers) for status, answer, headers in answers if status == 429]
        assert len(taken) + len(refused) == 12
        assert len(taken) >= 5
        assert refused, "twelve at once are more than five in a second"
        assert {code for code, _ in refused} == {"Throttling.RateQuota"}
        assert all(float(headers["retry-after"]) > 0 for _, headers in refused)
        while len(taken) < 7:  # the next second takes more
            status, answer, headers = server.submit(body)
            if status == 200:
                taken.append(answer["output"]["task_id"])
            else:
                time.sleep(float(headers["retry-after"]))
        other = server.submit(body, key=f"{KEY}-other")
        assert other[0] == 200, "another account has a rate of its own"
        deadline = time.monotonic() + 60
        while True:
            states = Counter(server.call("GET", f"/api/v1/tasks/{t}")[1]["output"]["task_status"] for t in taken)
            assert states["RUNNING"] <= 5, "five of this account and model at once, whatever the slots"
            if states["RUNNING"] == 5 and states["PENDING"] == len(taken) - 5:
                break
            assert time.monotonic() < deadline, states
            time.sleep(0.1)
        for task in taken:
            server.call("POST", f"/api/v1/tasks/{task}/cancel")


def test_polls_over_the_rate_are_slowed_not_refused(tmp_path: Path) -> None:
    """A 1.x SDK ends its polling at the first 429 (spec/dashscope.md §2)."""
    with LiveServer(tmp_path, slots=0, options={"UNDERSTUDY_LIMITS": "documented"}) as server:
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda _: server.call("GET", "/api/v1/tasks/nobody"), range(60)))
        assert {status for status, _, _ in answers} == {200}


def test_strict_refuses_polls_over_the_rate(tmp_path: Path) -> None:
    options = {"UNDERSTUDY_LIMITS": "documented", "UNDERSTUDY_PROFILE": "strict"}
    with LiveServer(tmp_path, slots=0, options=options) as server:
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda _: server.call("GET", "/api/v1/tasks/nobody"), range(60)))
        states = Counter(status for status, _, _ in answers)
        assert states[200] >= 20
        assert states[429] == 60 - states[200] > 0


SMALL_CARD = """
[[model]]
name = "wan2.7-r2v"
[model.sizes.720P]
"16:9" = "320*180"
"""
"""The vendor's own numbers; only the pictures are small, so that fifty seconds of film are soon made."""


def test_the_free_quota_goes_first_and_then_money(tmp_path: Path) -> None:
    """Fifty seconds of each model are free; nothing of it is used by failed work."""
    folder, cards = tmp_path / "media", tmp_path / "cards"
    folder.mkdir()
    cards.mkdir()
    tiny_image(folder / "girl.png", (320, 240))
    (cards / "small.toml").write_text(SMALL_CARD, encoding="utf-8")
    with media_server(folder) as origin:
        options = {
            "UNDERSTUDY_ENGINES": "testcard",
            "UNDERSTUDY_LIMITS": "documented",
            "UNDERSTUDY_FETCH_ALLOW": origin,
            "UNDERSTUDY_CARDS": str(cards),
        }
        with LiveServer(tmp_path / "data", slots=2, options=options) as server:

            def film(seconds: int, prompt: str = "图1", name: str = "girl.png") -> str:
                media = [{"type": "reference_image", "url": f"{origin}/{name}"}]
                made = {"model": "wan2.7-r2v", "input": {"prompt": prompt, "media": media}}
                time.sleep(0.25)
                answer = server.submit(
                    {**made, "parameters": {"resolution": "720P", "ratio": "16:9", "duration": seconds}}
                )[1]
                return str(server.wait(answer["output"]["task_id"])["output"]["task_status"])

            assert film(15, name="missing.png") == "FAILED"
            assert [film(15), film(15), film(15), film(10)] == ["SUCCEEDED"] * 4
    told = subprocess.run(
        [sys.executable, "-m", "understudy", "usage", "--format", "json", "--data", str(tmp_path / "data")],
        capture_output=True,
        text=True,
        check=True,
    )
    book = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(e["quantity"], e["free_quantity"], e["amount"]) for e in book] == [
        ("15", "15", "0.000000"),
        ("15", "15", "0.000000"),
        ("15", "15", "0.000000"),
        ("10", "5", "3.000000"),  # 50 - 45 free, five seconds at 0.6
    ]


def test_generate_sends_its_order_to_a_server(tmp_path: Path) -> None:
    tiny_image(tmp_path / "图 1.png", (320, 240))
    with LiveServer(tmp_path / "data", options={"UNDERSTUDY_ENGINES": "testcard"}) as server:
        command = [
            sys.executable, "-m", "understudy", "generate", "图1挥手", "--ref", f"图1={tmp_path / '图 1.png'}",
            "--resolution", "720P", "--ratio", "1:1", "--duration", "2", "-o", str(tmp_path / "out.mp4"),
            "--server", server.api, "--key", KEY,
        ]  # fmt: skip
        told = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert told.returncode == 0, told.stderr
        wrong = subprocess.run([*command[:-1], "sk-nobody"], capture_output=True, text=True, timeout=60)
    with av.open(str(tmp_path / "out.mp4")) as film:
        assert (film.streams.video[0].width, film.streams.video[0].frames) == (960, 60)
    assert wrong.returncode == 1
    assert "Invalid API-key provided." in wrong.stderr
    assert "Traceback" not in wrong.stderr
