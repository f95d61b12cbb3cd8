"""HTTP as plain values."""

from __future__ import annotations

import pytest

from understudy.core.wire import WireReply


def test_a_json_answer_is_compact_utf_8_with_chinese_unescaped() -> None:
    reply = WireReply.of_json(200, {"prompt": "图1", "n": [1, None]}, {"x-request-id": "r"})
    assert reply.body == '{"prompt":"图1","n":[1,null]}'.encode()
    assert reply.headers == {"content-type": "application/json", "x-request-id": "r"}
    assert reply.json() == {"prompt": "图1", "n": [1, None]}


def test_what_is_no_json_says_so() -> None:
    with pytest.raises(ValueError):
        WireReply(502, b"<html>bad gateway</html>").json()
