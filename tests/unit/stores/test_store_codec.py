"""What is written down reads back as the very value it was."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, a_task
from understudy.core.faults import HouseError
from understudy.core.findings import CheckProblem, Findings
from understudy.core.request import Medium, Reference, Role, ShotType, VideoRequest
from understudy.core.task import Artifact, MediaFacts, Status, Task
from understudy.core.units import Ratio, Size, Tier
from understudy.core.usage import Charge, Usage
from understudy.stores.codec import (
    REMEMBERED_CHARACTERS,
    REQUEST,
    TASK_COLUMNS,
    amount_of,
    micros_of,
    moment_of,
    money_of,
    row_of,
    task_of,
)
from understudy.stores.schema import tasks

T = TypeVar("T")


def whole(kind: type[T], **values: st.SearchStrategy[Any]) -> st.SearchStrategy[T]:
    """Values of a class with every field drawn: a field that was added since must be named here too."""
    assert set(values) == {field.name for field in fields(kind)}, kind  # type: ignore[arg-type]
    return st.builds(kind, **values)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
amounts = st.decimals(0, 10**6, places=6)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(texts, jsons, max_size=3)
sizes = st.builds(Size, st.integers(1, 9999), st.integers(1, 9999))
ratios = st.builds(Ratio, st.integers(1, 99), st.integers(1, 99))
tiers = st.builds(Tier, st.integers(100, 9999))
references = whole(
    Reference,
    url=texts,
    medium=st.sampled_from(Medium),
    role=st.sampled_from(Role),
    voice=st.none() | texts,
    description=st.none() | texts,
    path=texts,
    voice_path=texts,
    name=texts,
)
rates = st.fractions(1, 60, max_denominator=1001)
requests = whole(
    VideoRequest,
    model=texts,
    function=texts,
    prompt=texts,
    negative_prompt=texts,
    references=st.lists(references, max_size=5).map(tuple),
    size=st.none() | sizes,
    tier=st.none() | tiers,
    ratio=st.none() | ratios,
    seconds=st.none() | st.integers(0, 99),
    shot_type=st.none() | st.sampled_from(ShotType),
    sound=st.none() | st.booleans(),
    watermark=st.none() | st.booleans(),
    prompt_extend=st.none() | st.booleans(),
    seed=st.none() | st.integers(0, 2**31 - 1),
    frames_per_second=st.none() | rates,
    options=objects,
)
facts = whole(
    MediaFacts,
    medium=st.sampled_from(Medium),
    container=texts,
    byte_count=st.integers(0, 2**40),
    size=st.none() | sizes,
    seconds=st.none() | amounts,
    frames_per_second=st.none() | amounts,
    frame_count=st.none() | st.integers(0, 9999),
    has_sound=st.booleans(),
    has_alpha=st.booleans(),
    video_codec=st.none() | texts,
    audio_codec=st.none() | texts,
    pixel_format=st.none() | texts,
)
usages = whole(
    Usage,
    output_seconds=amounts,
    input_seconds=amounts,
    billed_seconds=amounts,
    video_count=st.integers(0, 9),
    image_count=st.integers(0, 9),
    tier=st.none() | tiers,
    size=st.none() | sizes,
    ratio=st.none() | ratios,
    frames_per_second=st.none() | rates,
)
boxes = st.none() | st.tuples(*[st.integers(0, 9999)] * 4)
findings = whole(
    Findings,
    passed=st.booleans(),
    problem=st.none() | st.sampled_from(CheckProblem),
    detail=texts,
    face_box=boxes,
    frame_box=boxes,
    humanoid=st.none() | st.booleans(),
    body=st.none() | st.sampled_from(["full", "half"]),
    template_id=st.none() | texts,
)
artifacts = whole(Artifact, key=texts, sha256=texts, facts=facts, expires=moments, cover=st.none() | texts)
charges = whole(Charge, quantity=amounts, unit=texts, unit_price=amounts, currency=texts, free_quantity=amounts)
whole_tasks = whole(
    Task,
    task_id=texts,
    account=texts,
    key_id=texts,
    dialect=texts,
    request=requests,
    submitted=moments,
    expires=moments,
    request_id=texts,
    region=texts,
    status=st.sampled_from(Status),
    started=st.none() | moments,
    ended=st.none() | moments,
    attempt=st.integers(0, 9),
    epoch=st.integers(0, 9),
    engine=st.none() | texts,
    handle=st.none() | objects,
    fraction=st.floats(0, 1),
    stage_note=texts,
    cancel_wanted=st.booleans(),
    artifact=st.none() | artifacts,
    usage=st.none() | usages,
    charge=st.none() | charges,
    actual_prompt=st.none() | texts,
    notes=st.lists(texts, max_size=3).map(tuple),
    fault=st.none() | objects,
    extras=objects,
    findings=st.none() | findings,
)


@given(whole_tasks)
def test_every_field_of_a_task_survives(task: Task) -> None:
    row = row_of(task)
    assert task_of(tuple(row[name] for name in TASK_COLUMNS)) == task


def test_the_columns_stand_in_the_order_of_the_fields() -> None:
    assert tuple(field.name for field in fields(Task)) == TASK_COLUMNS


def test_a_row_fills_every_column_but_its_number() -> None:
    assert set(row_of(a_task())) | {"number"} == set(tasks.c.keys())


def test_columns_hold_plain_values_only() -> None:
    """They go to the driver as they are."""
    assert {type(value) for value in row_of(a_task(handle={"a": 1}, started=NOON)).values()} <= {
        str, int, float, type(None),
    }  # fmt: skip


def test_a_field_that_is_not_written_reads_as_its_default() -> None:
    """Rows of an earlier version know nothing of a field added since."""
    assert REQUEST.read('{"model":"m"}') == VideoRequest("m")


def test_the_digits_of_a_decimal_stay() -> None:
    usage = Usage(output_seconds=Decimal("10.230"))
    task = a_task(usage=usage)
    row = row_of(task)
    read = task_of(tuple(row[name] for name in TASK_COLUMNS))
    assert str(read.usage.output_seconds) == "10.230"


def test_only_short_texts_are_remembered() -> None:
    short, long = VideoRequest("m", "p"), VideoRequest("m", "p" * REMEMBERED_CHARACTERS)
    assert REQUEST.read(REQUEST.write(short)) is REQUEST.read(REQUEST.write(short))
    assert REQUEST.read(REQUEST.write(long)) == REQUEST.read(REQUEST.write(long)) == long
    assert REQUEST.read(REQUEST.write(long)) is not REQUEST.read(REQUEST.write(long))


@given(st.datetimes(datetime(1900, 1, 1), datetime(2300, 1, 1), timezones=st.timezones()))
def test_a_moment_is_kept_to_the_microsecond_in_utc(moment: datetime) -> None:
    kept = moment_of(micros_of(moment))
    assert kept == moment.astimezone(UTC)  # Python calls no hour that a clock shows twice equal to anything
    assert kept.utcoffset() == timedelta(0)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        micros_of(datetime(2026, 1, 1))
    assert micros_of(datetime(1970, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))) == 0


@given(amounts)
def test_money_is_kept_exactly(amount: Decimal) -> None:
    assert amount_of(money_of(amount)) == amount


@pytest.mark.parametrize(
    ("micros", "written"), [(600_000, "0.6"), (6_600_000, "6.6"), (100_000_000, "100"), (0, "0"), (1, "0.000001")]
)
def test_money_is_written_as_people_write_it(micros: int, written: str) -> None:
    assert format(amount_of(micros), "f") == written


@pytest.mark.parametrize("amount", ["0.0000001", "0.6000005"])
def test_money_is_never_rounded_in_silence(amount: Any) -> None:
    with pytest.raises(HouseError, match="finer than a millionth"):
        money_of(Decimal(amount))
