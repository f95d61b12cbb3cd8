"""Values with a quick `__init__` are made, compared, changed and refused like any frozen dataclass."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any

import pytest

from understudy.core.request import Reference, VideoRequest
from understudy.core.values import quick


@dataclass(frozen=True, slots=True)
class Plain:
    name: str
    count: int = 3
    items: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError(self.count)


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    name: str
    count: int = 3
    items: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError(self.count)


def told(kind: Any, *values: Any, **named: Any) -> str:
    """What comes of making one: its text without the name of its class, or the kind of error."""
    try:
        return repr(kind(*values, **named)).partition("(")[2]
    except (TypeError, ValueError) as error:
        return type(error).__name__


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (("a",), {}),
        (("a", 5), {}),
        (("a", 5, [1]), {}),
        ((), {"items": [2], "name": "b"}),
        (("a",), {"items": None}),
        ((), {}),
        (("a", 1, [], 4), {}),
        (("a",), {"strange": 1}),
        (("a",), {"name": "b"}),
        (("a", -1), {}),
    ],
)
def test_it_is_made_as_without(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    assert told(Quick, *values, **named) == told(Plain, *values, **named)


def test_every_one_has_a_default_of_its_own() -> None:
    one, other = Quick("a"), Quick("a")
    one.items.append(1)
    assert other.items == []


def test_it_is_frozen_and_can_be_compared_copied_and_changed() -> None:
    value = Quick("a", 5, [1])
    with pytest.raises(FrozenInstanceError):
        value.count = 6  # type: ignore[misc]
    assert replace(value, count=6) == Quick("a", 6, [1])
    assert copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value


def test_it_says_what_it_takes() -> None:
    assert list(inspect.signature(Quick).parameters) == list(inspect.signature(Plain).parameters)
    assert inspect.signature(Quick).parameters["count"].default == 3


def test_a_request_is_changed_field_by_field() -> None:
    request = VideoRequest("wan2.7-r2v", prompt="视频1弹琴", references=(Reference("https://a.example/1.png"),), seed=7)
    changed = request.but(seed=8, sound=False)
    assert changed == replace(request, seed=8, sound=False)
    assert request.seed == 7
    with pytest.raises(TypeError):
        request.but(strange=1)
