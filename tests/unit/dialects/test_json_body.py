"""Bodies that strangers send: one JSON object comes out, or a refusal of kind BODY."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.dialects._body import read_object, shown

GOOD: list[tuple[bytes, dict[str, Any]]] = [
    (b"{}", {}),
    ('{"提示": "图1"}'.encode(), {"提示": "图1"}),
    (b'{"a": "\\u56fe\\ud83d\\ude00"}', {"a": "图😀"}),
    (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    (b'  {"a": [1, 2.5, true, null]}\r\n', {"a": [1, 2.5, True, None]}),
    (b'{"a": ' + b"9" * 4000 + b"}", {"a": int("9" * 4000)}),
]

BAD = [
    (b"", "empty"),
    (b" \n", "empty"),
    (b"\xff\xfe{}", "not UTF-8"),
    ("{}".encode("utf-16"), "not UTF-8"),
    (b'{"a": "\xc3"}', "not UTF-8"),
    (b"{", "not JSON"),
    (b"{'a': 1}", "not JSON"),
    (b'{"a": 1,}', "not JSON"),
    (b'{"a": 1} x', "not JSON"),
    (b'{"a": "line\nbreak"}', "not JSON"),
    (b"[]", "must be a JSON object, not a list"),
    (b'"text"', "must be a JSON object, not the text 'text'"),
    (b"null", "must be a JSON object, not null"),
    (b'{"a": NaN}', "NaN"),
    (b'{"a": [-Infinity]}', "-Infinity"),
    (b'{"a": 1, "a": 2}', "'a' twice"),
    (b'{"input": {"prompt": "x", "prompt": "y"}}', "'prompt' twice"),
    (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"a":' * 100_000, "nested too deeply"),
    (b'{"a": "\\ud800"}', "surrogate"),
    (b'{"a": ["ok", {"\\udfff": 1}]}', "surrogate"),
    (b'{"a": "x\\u0000y"}', "NUL"),
]


@pytest.mark.parametrize(("body", "value"), GOOD)
def test_reads(body: bytes, value: dict[str, Any]) -> None:
    assert read_object(body) == value


@pytest.mark.parametrize(("body", "words"), BAD)
def test_refuses(body: bytes, words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_object(body)
    (violation,) = caught.value.violations
    assert violation.kind is ViolationKind.BODY
    assert words in violation.reason


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_a_refusal(body: bytes) -> None:
    try:
        value = read_object(body)
    except InvalidRequest:
        return
    json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (3.5, "the number 3.5"),
        ("a" * 99, "the text '" + "a" * 40 + "…'"),
        ([1], "a list"),
        ({}, "an object"),
        (10**400, "the number 1" + "0" * 39 + "…"),
    ],
)
def test_values_are_named_shortly(value: Any, text: str) -> None:
    assert shown(value) == text
