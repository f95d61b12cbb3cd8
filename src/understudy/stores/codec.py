"""Values of the house as columns, and back.

Knows how a Task, a LedgerEntry and their parts are written down. Must not know statements, connections or threads.

pydantic's TypeAdapter turns the frozen dataclasses into JSON text and back: exact decimals, defaults left out, so a
field that is added to a dataclass later reads as its default from rows written earlier.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from understudy.core.faults import HouseError
from understudy.core.findings import Findings
from understudy.core.request import VideoRequest
from understudy.core.task import Artifact, Status, Task
from understudy.core.usage import MICRO, Charge, Usage

T = TypeVar("T")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE = timedelta(microseconds=1)

REMEMBERED_TEXTS = 1024
REMEMBERED_CHARACTERS = 8192
"""Texts up to this length keep their decoded value in memory; a request that carries pictures as base64 does not."""


def micros_of(moment: datetime) -> int:
    """Whole microseconds since 1970. Raises ValueError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone; the house keeps aware UTC")
    return (moment - EPOCH) // _ONE


def moment_of(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def optional_micros(moment: datetime | None) -> int | None:
    return None if moment is None else micros_of(moment)


def optional_moment(micros: int | None) -> datetime | None:
    return None if micros is None else EPOCH + timedelta(microseconds=micros)


def money_of(amount: Decimal) -> int:
    """An amount as whole millionths. Raises HouseError when it is finer than that, rather than round in silence."""
    micros = amount / MICRO
    if micros != micros.to_integral_value():
        raise HouseError(f"{amount} is finer than a millionth, the smallest unit of money kept; correct the price")
    return int(micros)


def amount_of(micros: int) -> Decimal:
    """Back to an amount, without the zeros that nobody wrote: 600000 is 0.6."""
    amount = micros * MICRO
    whole = amount.to_integral_value()
    return whole if amount == whole else amount.normalize()


json_of: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Text(Generic[T]):
    """One dataclass as JSON text. Decoding the same short text again costs nothing: equal text, equal value."""

    def __init__(self, kind: type[T]) -> None:
        adapter: TypeAdapter[T] = TypeAdapter(kind)
        self._dump: Callable[..., bytes] = adapter.dump_json
        self._load: Callable[[str], T] = adapter.validate_json
        self._remembered: Callable[[str], T] = lru_cache(REMEMBERED_TEXTS)(adapter.validate_json)

    def write(self, value: T) -> str:
        return self._dump(value, exclude_defaults=True).decode()

    def read(self, text: str) -> T:
        return self._remembered(text) if len(text) <= REMEMBERED_CHARACTERS else self._load(text)

    def write_optional(self, value: T | None) -> str | None:
        return None if value is None else self.write(value)

    def read_optional(self, text: str | None) -> T | None:
        return None if text is None else self.read(text)


REQUEST = Text(VideoRequest)
ARTIFACT = Text(Artifact)
FINDINGS = Text(Findings)
USAGE = Text(Usage)
CHARGE = Text(Charge)

TASK_COLUMNS = (
    "task_id", "account", "key_id", "dialect", "request", "submitted", "expires", "request_id", "region", "status",
    "started", "ended", "attempt", "epoch", "engine", "handle", "fraction", "stage_note", "cancel_wanted", "artifact",
    "usage", "charge", "actual_prompt", "notes", "fault", "extras",
    "findings",
)  # fmt: skip
"""The columns `task_of` reads, in the order of the fields of Task."""


def task_of(row: tuple[Any, ...]) -> Task:
    """A row of TASK_COLUMNS as a Task. By position: this runs on every poll."""
    return Task(
        row[0],
        row[1],
        row[2],
        row[3],
        REQUEST.read(row[4]),
        moment_of(row[5]),
        moment_of(row[6]),
        row[7],
        row[8],
        Status(row[9]),
        optional_moment(row[10]),
        optional_moment(row[11]),
        row[12],
        row[13],
        row[14],
        None if row[15] is None else json.loads(row[15]),
        row[16],
        row[17],
        bool(row[18]),
        ARTIFACT.read_optional(row[19]),
        USAGE.read_optional(row[20]),
        CHARGE.read_optional(row[21]),
        row[22],
        () if row[23] == "[]" else tuple(json.loads(row[23])),
        None if row[24] is None else json.loads(row[24]),
        {} if row[25] == "{}" else json.loads(row[25]),
        FINDINGS.read_optional(row[26]),
    )


def row_of(task: Task) -> dict[str, Any]:
    """A task as a row of the table, ready to be claimed from its submit time on, held by nobody."""
    submitted = micros_of(task.submitted)
    return {
        "task_id": task.task_id,
        "account": task.account,
        "key_id": task.key_id,
        "dialect": task.dialect,
        "model": task.request.model,
        "region": task.region,
        "request_id": task.request_id,
        "request": REQUEST.write(task.request),
        "status": task.status.value,
        "submitted": submitted,
        "expires": micros_of(task.expires),
        "started": optional_micros(task.started),
        "ended": optional_micros(task.ended),
        "attempt": task.attempt,
        "epoch": task.epoch,
        "engine": task.engine,
        "handle": optional_json(task.handle),
        "fraction": task.fraction,
        "stage_note": task.stage_note,
        "cancel_wanted": int(task.cancel_wanted),
        "artifact": ARTIFACT.write_optional(task.artifact),
        "usage": USAGE.write_optional(task.usage),
        "charge": CHARGE.write_optional(task.charge),
        "actual_prompt": task.actual_prompt,
        "notes": json_of(list(task.notes)) if task.notes else "[]",
        "fault": optional_json(task.fault),
        "extras": json_of(dict(task.extras)) if task.extras else "{}",
        "findings": FINDINGS.write_optional(task.findings),
        "ready_from": submitted,
        "lease_until": None,
        "worker": None,
    }


def optional_json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json_of(dict(value))
