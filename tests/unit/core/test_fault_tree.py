"""The tree of faults: default messages, and records that come back as they were."""

from __future__ import annotations

import json

import pytest

from understudy.core import faults
from understudy.core.faults import (
    Fault,
    InternalFault,
    InvalidRequest,
    MediaProblem,
    MediaRefused,
    NotFound,
    QuotaExhausted,
    Throttled,
    Unauthenticated,
    UnderstudyError,
    Violation,
    ViolationKind,
    fault_classes,
    fault_from_record,
)

EXAMPLES: list[Fault] = [
    InvalidRequest(
        Violation("input.prompt", "Field required: input.prompt", ViolationKind.MISSING),
        Violation("parameters.size", "The size is not match 1*1", ViolationKind.SIZE),
    ),
    MediaRefused(MediaProblem.SECONDS, "too long", path="input.media[1].url", limits={"least": 1, "most": 30}),
    Unauthenticated("No API-key provided.", missing=True),
    NotFound("Model can not be found.", what="model"),
    Throttled(retry_after=2.5),
    QuotaExhausted("used up", meter="free"),
    *(cls() for cls in fault_classes() if cls is not MediaRefused),
]


@pytest.mark.parametrize("fault", EXAMPLES, ids=lambda fault: type(fault).__name__)
def test_a_fault_comes_back_from_json_with_all_it_knew(fault: Fault) -> None:
    record = json.loads(json.dumps(fault.record()))
    again = fault_from_record(record)
    assert type(again) is type(fault)
    assert again.record() == fault.record()
    assert vars(again) == vars(fault)


def test_every_class_has_an_example_and_a_sentence() -> None:
    assert {type(fault) for fault in EXAMPLES} == set(fault_classes())
    for cls in fault_classes():
        assert (cls.__doc__ or "").splitlines()[0].endswith("."), cls


def test_the_tree_in_the_module_text_lists_every_class() -> None:
    drawn = faults.__doc__ or ""
    for cls in fault_classes():
        assert f"── {cls.__name__} " in drawn


def test_the_first_violation_speaks_and_all_are_kept() -> None:
    fault = EXAMPLES[0]
    assert isinstance(fault, InvalidRequest)
    assert fault.message == str(fault) == "Field required: input.prompt"
    assert len(fault.violations) == 2


@pytest.mark.parametrize("record", [{}, {"fault": "Nonsense", "message": "m"}, {"fault": "UnderstudyError"}])
def test_an_unknown_record_is_an_internal_fault(record: dict[str, str]) -> None:
    assert type(fault_from_record(record)) is InternalFault


def test_only_passing_troubles_are_worth_another_try() -> None:
    assert {cls.__name__ for cls in fault_classes() if cls.retryable} == {"Throttled", "Unavailable"}


def test_errors_of_the_house_are_no_faults() -> None:
    assert issubclass(faults.HouseError, UnderstudyError)
    assert not issubclass(faults.HouseError, Fault)
    assert not issubclass(faults.CannotExpress, Fault)
    assert faults.CannotExpress("voice").field == "voice"


def test_one_violation_in_short() -> None:
    fault = InvalidRequest.of("parameters.size", "no", ViolationKind.SIZE)
    assert fault.violations == (Violation("parameters.size", "no", ViolationKind.SIZE),)
    assert InvalidRequest().message == "The request cannot be served as written."
