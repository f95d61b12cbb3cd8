"""Self-forwarding under fire: server A forwards to server B, both ours, over a line that misbehaves.

Whatever happens between them, B is asked to make a film once at most, A tells clearly how it stands, and the book is
right: a line for what was delivered, none for what was not. B is real; so is the line, but for what a test scripts.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from crooked import (
    RESULT,
    STATUS,
    SUBMIT,
    Act,
    Crooked,
    Holds,
    answers,
    crooked_line,
    drops_after,
    drops_before,
    garbles,
    throttles,
)
from socket_kit import book, image_data, ledger

from live import KEY, LiveServer, toy_cards

CARDS = toy_cards(Path(tempfile.mkdtemp(prefix="cards-")))
KEY_THERE = "sk-upstream-5ecret-0123456789"
COMMON = {
    "UNDERSTUDY_CARDS": CARDS,
    "UNDERSTUDY_LEASE_SECONDS": "1.5",
    "UNDERSTUDY_KEYS": f"default:{KEY}",
    "UNDERSTUDY_ATTEMPTS": "3",
}
B_OPTIONS = {**COMMON, "UNDERSTUDY_ENGINES": "testcard", "UNDERSTUDY_KEYS": f"default:{KEY_THERE}"}


def a_options(url: str, **more: str) -> dict[str, str]:
    return {
        **COMMON,
        "UNDERSTUDY_ENGINES": "upstream:b",
        "UNDERSTUDY_UPSTREAMS__B__BASE_URL": url,
        "UNDERSTUDY_UPSTREAMS__B__KEY": KEY_THERE,
        "UNDERSTUDY_UPSTREAMS__B__POLL_SECONDS": "0.2",
        **more,
    }


def body(prompt: str = "图1", **parameters: Any) -> dict[str, Any]:
    media = [{"type": "reference_image", "url": image_data()}]
    return {"model": "toy-r2v", "input": {"prompt": prompt, "media": media}, "parameters": parameters}


@dataclass
class Pair:
    """A, the line, and B."""

    a: LiveServer
    line: Crooked
    b: LiveServer

    def __post_init__(self) -> None:
        self.before = 0

    def begin(self, **script: list[Act]) -> None:
        self.line.straight()
        self.before = self.tasks_at_b
        self.line.script.update(script)

    @property
    def tasks_at_b(self) -> int:
        _, told, _ = self.b.call("GET", "/api/v1/tasks", key=KEY_THERE)
        return int(told["total"])

    @property
    def made_at_b(self) -> int:
        """Tasks that B took since `begin`."""
        return self.tasks_at_b - self.before

    def submit(self, prompt: str = "图1", **parameters: Any) -> str:
        status, told, _ = self.a.submit(body(prompt, **parameters))
        assert status == 200, told
        return str(told["output"]["task_id"])

    def end(self, task_id: str) -> dict[str, Any]:
        return self.a.wait(task_id, seconds=60)

    def film(self, prompt: str = "图1") -> dict[str, Any]:
        return self.end(self.submit(prompt))

    def lines(self, task_id: str) -> int:
        told = self.a.call("GET", "/understudy/v1/usage")[1]["lines"]
        return [line["task_id"] for line in told].count(task_id)


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    """What was tried and what came of it, printed at the end (see it with `-s`)."""
    rows = ["| what happens | task at A | submits sent | films at B | lines in A's book | A says |", "|---" * 6 + "|"]
    yield rows
    print("\n", *rows, sep="\n")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("forwarding")
    with (
        LiveServer(folder / "b", slots=2, options=B_OPTIONS) as b,
        crooked_line(b.url) as line,
        LiveServer(folder / "a", slots=8, options=a_options(line.url + "/api/v1")) as a,
    ):
        yield Pair(a, line, b)


def film_of(server: LiveServer, told: dict[str, Any]) -> bytes:
    status, content, _ = server.call("GET", told["output"]["video_url"], key=None)
    assert status == 200
    return bytes(content)


# All goes well ------------------------------------------------------------------------------------------------------


def test_same_fields_same_bytes(pair: Pair) -> None:
    pair.begin()
    told = pair.film()
    _, page, _ = pair.b.call("GET", "/api/v1/tasks", key=KEY_THERE)
    there = pair.b.wait(page["data"][0]["task_id"], key=KEY_THERE)
    assert told["output"].keys() == there["output"].keys()
    assert told["usage"] == there["usage"]
    assert hashlib.sha256(film_of(pair.a, told)).digest() == hashlib.sha256(film_of(pair.b, there)).digest()
    assert told["output"]["video_url"].startswith(pair.a.url)
    assert told["output"]["engine"] == "upstream:b"
    assert "Made by testcard at upstream:b." in told["output"]["notes"]


def test_the_body_goes_as_it_came(pair: Pair) -> None:
    """But for the picture, which lived in it and was uploaded there; and the key is A's own there."""
    pair.begin()
    said = body("图1 “ü” 🎬", seed=7, a_field_of_tomorrow={"deep": [1, None]})
    _, accepted, _ = pair.a.submit(said)
    pair.end(accepted["output"]["task_id"])
    (sent,) = [json.loads(raw) for raw in pair.line.bodies]
    assert sent["input"]["media"][0]["url"].startswith("oss://")
    sent["input"]["media"] = said["input"]["media"]
    assert sent == said
    assert pair.line.keys == {f"Bearer {KEY_THERE}"}


def test_what_it_cost_stands_in_the_book(pair: Pair) -> None:
    pair.begin()
    task_id = pair.end(pair.submit())["output"]["task_id"]
    (line,) = [line for line in book(pair.a.data) if line["task_id"] == task_id]
    assert line["cost"]["upstream"] == "b"
    assert line["cost"]["usage"]["duration"] == 1
    assert (line["cost"]["amount"], line["amount"]) == ("1.000000", "1.000000")


# What B and the line may do ----------------------------------------------------------------------------------------

B_FAILS = {"code": "InternalError.Algo", "message": "inference internal error. Ask again.", "request_id": "r"}
B_IS_BUSY = {"code": "ModelUnavailable", "message": "Model is unavailable.", "request_id": "r"}
DOUBT = ("FAILED", "InternalError.Timeout")

# name, script, how it ends at A, films that B makes, lines in A's book
CASES: tuple[tuple[str, dict[str, list[Act]], tuple[str, str], int, int], ...] = (
    ("nothing", {}, ("SUCCEEDED", ""), 1, 1),
    ("submit answered 429 twice", {SUBMIT: [throttles(), throttles()]}, ("SUCCEEDED", ""), 1, 1),
    ("submit answered 500 in its words", {SUBMIT: [answers(500, B_FAILS)]}, ("FAILED", "InternalError.Algo"), 0, 0),
    ("submit answered 502 by a gateway", {SUBMIT: [answers(502)]}, DOUBT, 0, 0),
    ("submit answered garbage, task made", {SUBMIT: [garbles]}, DOUBT, 1, 0),
    ("task made, then the line dropped", {SUBMIT: [drops_after]}, DOUBT, 1, 0),
    ("line dropped before B heard", {SUBMIT: [drops_before]}, DOUBT, 0, 0),
    ("polls answered 429, 500, garbage", {STATUS: [throttles(), answers(500), garbles]}, ("SUCCEEDED", ""), 1, 1),
    ("polls dropped", {STATUS: [drops_after, drops_before]}, ("SUCCEEDED", ""), 1, 1),
    ("result link dead twice", {RESULT: [answers(404), drops_after]}, ("SUCCEEDED", ""), 1, 1),
    ("result link leads to a page", {RESULT: [garbles]}, ("SUCCEEDED", ""), 1, 1),
    ("result link dead for good", {RESULT: [answers(410)] * 99}, ("FAILED", "ModelUnavailable"), 1, 0),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_no_second_submit_whatever_happens(pair: Pair, case: tuple[Any, ...], table: list[str]) -> None:
    name, script, ends, films, lines = case
    pair.begin(**{kind: list(acts) for kind, acts in script.items()})
    told = pair.film()
    output = told["output"]
    found = (output["task_status"], output.get("code", ""))
    booked = pair.lines(output["task_id"])
    table.append(
        f"| {name} | {found[0]} {found[1]} | {pair.line.seen[SUBMIT]} | {pair.made_at_b} | {booked} "
        f"| {output.get('message', '')} |"
    )
    assert found == ends
    assert (pair.made_at_b, booked) == (films, lines)
    assert KEY_THERE not in json.dumps(told)
    if ends == DOUBT:
        assert "may have been accepted there. It was not sent again" in output["message"]


def test_its_own_code_and_words_reach_the_caller(pair: Pair) -> None:
    pair.begin()
    output = pair.film("图1 fail at 10 %")["output"]
    assert (output["task_status"], output["code"]) == ("FAILED", "InvalidParameter")
    assert output["message"] == "The test card was asked to fail at 10%."
    assert pair.made_at_b == 1


# Somebody dies ------------------------------------------------------------------------------------------------------


@pytest.fixture
def mortals(tmp_path: Path) -> Iterator[Pair]:
    """A pair of its own, to be killed."""
    with (
        LiveServer(tmp_path / "b", options=B_OPTIONS) as b,
        crooked_line(b.url) as line,
        LiveServer(tmp_path / "a", slots=2, options=a_options(line.url)) as a,
    ):
        yield Pair(a, line, b)


def until(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def note(table: list[str], name: str, pair: Pair, told: dict[str, Any]) -> None:
    output = told["output"]
    table.append(
        f"| {name} | {output['task_status']} {output.get('code', '')} | {pair.line.seen[SUBMIT]} | {pair.made_at_b} "
        f"| {pair.lines(output['task_id'])} | {output.get('message', '')} |"
    )


def test_b_is_killed_in_the_middle_and_comes_back(mortals: Pair, table: list[str]) -> None:
    mortals.begin()
    task_id = mortals.submit("图1 slow 2")
    until(lambda: mortals.line.seen[STATUS] > 3)
    mortals.b.kill()
    seen = mortals.line.seen[STATUS]
    until(lambda: mortals.line.seen[STATUS] > seen)  # A asks on, and hears nothing good
    mortals.b.start()
    told = mortals.end(task_id)
    note(table, "B killed in the middle, started again", mortals, told)
    assert told["output"]["task_status"] == "SUCCEEDED"
    assert (mortals.made_at_b, mortals.lines(task_id)) == (1, 1)
    assert sum(ledger(mortals.b.data).values()) == 1


def test_a_is_killed_between_submit_and_first_poll(mortals: Pair, table: list[str]) -> None:
    poll = Holds()
    mortals.begin(**{STATUS: [poll]})
    task_id = mortals.submit()
    assert poll.reached.wait(30)
    mortals.a.kill()
    poll.go.set()
    mortals.a.start()
    told = mortals.end(task_id)
    note(table, "A killed between submit and first poll", mortals, told)
    assert told["output"]["task_status"] == "SUCCEEDED"
    assert (mortals.made_at_b, mortals.lines(task_id)) == (1, 1)


def test_a_is_killed_while_its_submit_is_on_the_way(mortals: Pair, table: list[str]) -> None:
    submit = Holds()
    mortals.begin(**{SUBMIT: [submit]})
    task_id = mortals.submit()
    assert submit.reached.wait(30)
    mortals.a.kill()
    submit.go.set()
    mortals.a.start()
    told = mortals.end(task_id)
    note(table, "A killed while its submit was on the way", mortals, told)
    assert (told["output"]["task_status"], told["output"]["code"]) == DOUBT
    assert (mortals.made_at_b, mortals.lines(task_id)) == (1, 0)


def test_a_is_stopped_and_goes_on(mortals: Pair) -> None:
    mortals.a.options["UNDERSTUDY_GRACE_SECONDS"] = "0"
    mortals.a.stop()
    mortals.a.start()
    mortals.begin()
    task_id = mortals.submit("图1 slow 2")
    until(lambda: mortals.line.seen[STATUS] > 1)
    mortals.a.stop()
    mortals.a.start()
    assert mortals.end(task_id)["output"]["task_status"] == "SUCCEEDED"
    assert (mortals.made_at_b, mortals.line.seen["cancel"]) == (1, 0)


# The next engine ----------------------------------------------------------------------------------------------------


@pytest.fixture
def with_a_way_out(tmp_path: Path) -> Iterator[Pair]:
    """A may make it by itself where B was not asked."""
    routes = {"UNDERSTUDY_ROUTES": '{"toy-r2v": ["upstream:b", "testcard"]}'}
    with (
        LiveServer(tmp_path / "b", options=B_OPTIONS) as b,
        crooked_line(b.url) as line,
        LiveServer(tmp_path / "a", options=a_options(line.url, **routes)) as a,
    ):
        yield Pair(a, line, b)


def test_the_next_engine_is_asked_only_where_b_cannot_have_begun(with_a_way_out: Pair) -> None:
    pair = with_a_way_out
    pair.begin(**{SUBMIT: [answers(503, B_IS_BUSY)]})
    assert pair.film()["output"]["engine"] == "testcard"
    wrong_key = {"code": "InvalidApiKey", "message": f"Incorrect key {KEY_THERE}.", "request_id": "r"}
    pair.begin(**{SUBMIT: [answers(401, wrong_key)]})
    assert pair.film()["output"]["engine"] == "testcard"
    pair.begin(**{SUBMIT: [drops_after]})
    output = pair.film()["output"]
    assert (output["task_status"], output["code"]) == DOUBT
    assert KEY_THERE not in "\n".join(pair.a.log)
