"""All 24 models of the source documents on a live server: request, result fields, usage, file and charge of each.

The first table runs with the test card before the embedded engine: the card draws films, checks and templates are
looked at by the engine. The second is one short film of each family by the embedded engine alone. With
RECORD_TABLES=<file> the measured table is written there as markdown.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from families import CHECKS, DRAFTS, FILMS, TEMPLATES, Row, amount_of, book_of, make_media, truth_of

from live import LiveServer, media_server
from sight import models_folder
from understudy.catalog.shelf import Shelf

NAMED_IN_THE_DOCUMENTS = 24
MEASURED: list[dict[str, Any]] = []


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with media_server(make_media(tmp_path_factory.mktemp("media"))) as address:
        yield address


class Bench:
    """A live server on which everything was submitted at once, and what became of it."""

    def __init__(self, server: LiveServer, origin: str, rows: list[Row], checks: list[Row]) -> None:
        self.server = server
        self.answers: dict[str, tuple[int, Any]] = {}
        for row in checks:
            path, body = row.path, row.body(origin)
            self.answers[row.name] = server.call("POST", path, body, headers={"X-DashScope-Async": ""})[:2]
        (template,) = TEMPLATES
        known = {"template": self._submit(template, origin)["output"]["template_id"]}
        self.tasks = {row.name: self._send(row, origin, **known) for row in rows}
        self._book: dict[str, dict[str, Any]] | None = None

    def _send(self, row: Row, origin: str, **known: str) -> str:
        headers = {"X-DashScope-Async": "enable"}
        status, answer, _ = self.server.call("POST", row.path, row.body(origin, **known), headers=headers)
        assert status == 200, (row.name, answer)
        assert answer["output"]["task_status"] == "PENDING"
        return str(answer["output"]["task_id"])

    def _submit(self, row: Row, origin: str) -> dict[str, Any]:
        told = self.server.wait(self._send(row, origin))
        self.answers[row.name] = (200, told)
        assert told["output"]["task_status"] == "SUCCEEDED", told
        return told

    def ended(self, row: Row) -> dict[str, Any]:
        told = self.answers[row.name][1] if row.name in self.answers else self.server.wait(self.tasks[row.name])
        self.answers[row.name] = (200, told)
        return told

    @property
    def book(self) -> dict[str, dict[str, Any]]:
        """The book once everything has ended."""
        if self._book is None:
            for task_id in self.tasks.values():
                self.server.wait(task_id)
            self._book = book_of(self.server)
        return self._book


def a_bench(
    folder: Path, origin: str, rows: list[Row], checks: list[Row] | None = None, **options: str
) -> Iterator[Bench]:
    (folder / "models").symlink_to(models_folder())
    settings = {"UNDERSTUDY_FETCH_ALLOW": origin, **options}
    with LiveServer(folder, slots=2, options=settings) as server:
        yield Bench(server, origin, rows, checks or [])
        assert not [line for line in server.log if "Traceback" in line], server.tail(200)
    if os.environ.get("RECORD_TABLES"):
        write_table(Path(os.environ["RECORD_TABLES"]))


@pytest.fixture(scope="module")
def bench(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    yield from a_bench(tmp_path_factory.mktemp("data"), origin, FILMS, CHECKS, UNDERSTUDY_ENGINES="testcard,animatic")


@pytest.fixture(scope="module")
def studio(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    yield from a_bench(tmp_path_factory.mktemp("studio"), origin, DRAFTS)


def named(rows: list[Row]) -> Any:
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


def is_as_promised(row: Row, told: dict[str, Any], bench: Bench, engine: str) -> None:
    output = told["output"]
    assert output["task_status"] == "SUCCEEDED", output
    assert [name for name in row.told if name not in output] == []
    assert told["usage"] == row.usage
    assert all(type(told["usage"][name]) is type(value) for name, value in row.usage.items()), told["usage"]
    assert output["engine"] == engine
    links = {found for found in (output["video_url"], _official(row, output)) if found}
    assert len(links) == 1, links
    status, film, headers = bench.server.call("GET", links.pop(), key=None)
    assert (status, headers["content-type"]) == (200, "video/mp4")
    truth = truth_of(film)
    assert truth == row.truth
    record(row, output, told["usage"], truth, engine)


def _official(row: Row, output: dict[str, Any]) -> str:
    """The link where the model's own page has it. Source: spec/dashscope.md §4.2."""
    first, found = row.told[0], output[row.told[0]]
    return str(found["video_url"] if first == "results" else found)


def test_every_model_of_the_documents_is_in_the_table() -> None:
    names = {row.model for row in [*CHECKS, *TEMPLATES, *FILMS]}
    assert len(names) == NAMED_IN_THE_DOCUMENTS
    assert names <= {card.model for card in Shelf.open().all()}
    functions = {row.functions for row in FILMS if row.model == "wanx2.1-vace-plus"}
    assert functions == set(Shelf.open().find("wanx2.1-vace-plus").functions)
    assert {Shelf.open().find(row.model).of(row.functions).makes for row in [*CHECKS, *TEMPLATES, *DRAFTS]} == {
        Shelf.open().find(row.model).of(row.functions).makes for row in [*CHECKS, *TEMPLATES, *FILMS]
    }


@named(CHECKS)
def test_a_check_is_answered_at_once(bench: Bench, row: Row) -> None:
    status, told = bench.answers[row.name]
    output = told["output"]
    assert status == 200, told
    assert [name for name in row.told if name not in output] == []
    assert (output["check_pass"], output["result"]) == (True, "pass"), output
    assert told["usage"] == row.usage
    assert "task_id" not in output
    line = bench.book[told["request_id"]]
    assert (line["model"], amount_of(line), line["unit"]) == (row.model, Decimal(row.charge), "image")
    record(row, output, told["usage"], None, "animatic", _charge(line))


@named(TEMPLATES)
def test_a_motion_becomes_a_template(bench: Bench, row: Row) -> None:
    told = bench.ended(row)
    assert told["output"]["template_id"].startswith("AACT.")
    assert told["usage"] == row.usage
    assert "video_url" not in told["output"]
    record(row, told["output"], told["usage"], None, "animatic")


@named(FILMS)
def test_a_film_is_what_was_promised(bench: Bench, row: Row) -> None:
    is_as_promised(row, bench.ended(row), bench, "testcard")


@named([*TEMPLATES, *FILMS])
def test_a_film_costs_what_a_hand_works_out(bench: Bench, row: Row) -> None:
    bench.ended(row)
    tasks = bench.tasks | {TEMPLATES[0].name: bench.ended(TEMPLATES[0])["output"]["task_id"]}
    line = bench.book[tasks[row.name]]
    assert (line["model"], amount_of(line), line["free_quantity"]) == (row.model, Decimal(row.charge), "0"), row.why
    for kept in MEASURED:
        if (kept["name"] == row.name and kept["engine"] != "animatic") or kept["name"] == TEMPLATES[0].name == row.name:
            kept["charge"] = _charge(line)


@named(DRAFTS)
def test_the_embedded_engine_makes_one_of_each_family(studio: Bench, row: Row) -> None:
    told = studio.ended(row)
    is_as_promised(row, told, studio, "animatic")
    assert any(note.startswith(("This is a draft", "This is an animatic")) for note in told["output"]["notes"])


def test_the_embedded_engine_is_billed_alike(studio: Bench) -> None:
    charged = {row.name: amount_of(studio.book[studio.tasks[row.name]]) for row in DRAFTS}
    assert charged == {row.name: Decimal(row.charge) for row in DRAFTS}


# The table ----------------------------------------------------------------------------------------------------------


def _charge(line: dict[str, Any]) -> str:
    amount, price = (f"{Decimal(line[name]).normalize():f}" for name in ("amount", "unit_price"))
    return f"{amount} ({line['quantity']} {line['unit']} x {price})"


def record(row: Row, output: Any, usage: Any, truth: Any, engine: str, charge: str = "") -> None:
    kept = [name for name in output if name not in ("task_id", "task_status", "submit_time", "end_time", "notes")]
    fields = [name for name in kept if name not in ("scheduled_time", "engine", "orig_prompt")]
    MEASURED.append({"name": row.name, "row": row, "fields": fields, "usage": usage, "truth": truth,
                     "engine": engine, "charge": charge})  # fmt: skip


def write_table(path: Path) -> None:
    """The measured table as markdown, in the order of the rows."""
    lines = ["| model | request | result fields | usage | file: size, frames/s, frames, sound | charge, CNY |"]
    lines.append("|---|---|---|---|---|---|")
    for item in MEASURED:
        row: Row = item["row"]
        if row in DRAFTS:
            continue
        asked = json.dumps({**row.given, **row.parameters}, ensure_ascii=False).replace("@", "").replace("|", "\\|")
        truth = ", ".join(str(part) for part in item["truth"]) if item["truth"] else "none"
        usage = json.dumps(item["usage"], ensure_ascii=False)
        charge = item["charge"] or f"{row.charge}: {row.why}"
        cells = (row.name, f"`{asked}`", ", ".join(item["fields"]), f"`{usage}`", truth, charge)
        lines.append("| " + " | ".join(cells) + " |")
    kept = path.read_text("utf-8").partition("\n| model |")[0] if path.exists() else ""
    path.write_text(f"{kept.rstrip()}\n\n".lstrip() + "\n".join(lines) + "\n", encoding="utf-8")
