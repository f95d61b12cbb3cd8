"""A body read in one go says exactly what the patient reader finds in it, to whom all that is doubtful is left."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from laws.wishes import TEXTS
from understudy.core.faults import Fault
from understudy.core.request import Profile, VideoRequest
from understudy.dialects.dashscope.plain import read_plain
from understudy.dialects.dashscope.submit import read_submit
from unit.catalog.asked import SHELF
from wires import a_submit

MODELS = [card.model for card in SHELF.all()] + ["wan2.7-r2v"] * 60 + ["wan2.6-r2v"] * 60 + ["wan9-none", ""]

FILM: dict[str, Any] = {
    "model": "wan2.7-r2v",
    "input": {
        "prompt": '图1 says: "no", 视频1: \\\\',
        "negative_prompt": "",
        "function": "video-synthesis",
        "media": [
            {"type": "reference_image", "url": "https://x.example/a.png", "reference_voice": "https://x.example/a.mp3"},
            {"type": "reference_video", "url": "oss://b.mp4", "reference_voice": "", "reference_description": "a boy"},
            {"type": "first_frame", "url": "data:image/png;base64,AAAA"},
        ],
    },
    "parameters": {
        "resolution": "720P", "size": "1280*720", "ratio": "16:9", "duration": 10, "shot_type": "multi", "audio": True,
        "prompt_extend": False, "watermark": True, "seed": 7,
    },
}  # fmt: skip
OLDER = FILM | {
    "model": "wan2.6-r2v",
    "input": {"prompt": "character1 waves", "reference_urls": ["https://x.example/a.png", "https://x.example/b"]},
}

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), TEXTS,
    st.sampled_from(["", " ", "720P", "1*1", "0:1", "single", 5.0, -0.0, 2**70, [], {}, [""], [None], [{}], {"a": {}}]),
    st.lists(TEXTS, max_size=2), st.lists(st.sampled_from(["https://x.example/a"]), min_size=99, max_size=101),
)  # fmt: skip
OTHER_NAMES = (
    "reference_urls",
    "reference_video_urls",
    "reference_video_description",
    "referenceVoice",
    "img_url",
    "Seed",
)
NAMES = st.sampled_from([*FILM, *FILM["input"], *FILM["parameters"], *FILM["input"]["media"][1], *OTHER_NAMES])
SIGNS = (
    '"',
    ":",
    " ",
    '" :',
    '":',
    "\\",
    "\\u0000",
    "\\ud800",
    "\\u0022:",
    "\x00",
    "\n",
    "\t",
    ",",
    "{",
    "}",
    "\ufeff",
)
TWICE = ('"seed":7,', '"seed" : 7,', '"see\\u0064":7,', '"model":"wan2.7-r2v",', '"prompt":null,', '"url":"x",')
VALUES = ("null", "NaN", "-0", "1.0", "1e400", "9" * 25, "0", "true", "[]")
MORSELS = st.sampled_from([*SIGNS, *TWICE, *VALUES])
FEW = st.sampled_from([0, 0, 0, 1, 1, 2])


def parts(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects in a body."""
    found = [body]
    for place in found:
        for value in place.values():
            found += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    return found


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A good body, with some values replaced, removed or added, and then some bytes of its text."""
    body = json.loads(json.dumps(draw(st.sampled_from([FILM, OLDER]))))
    body["model"] = draw(st.sampled_from(MODELS))
    for _ in range(draw(FEW)):
        place = draw(st.sampled_from(parts(body)))
        if place and draw(st.booleans()):
            del place[draw(st.sampled_from(sorted(place)))]
        else:
            place[draw(NAMES)] = deepcopy(draw(ANYTHING))
    text = json.dumps(
        body,
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (", ", ": "), (" ,", " : ")])),
        indent=draw(st.sampled_from([None, None, 1])),
    )
    for _ in range(draw(FEW)):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(MORSELS) + text[start + draw(st.integers(0, 3)) :]
    return text.encode("utf-8", "replace") + draw(st.sampled_from([b"", b"", b"", b"", b"\n", b"\xff", b"{}"]))


def patiently(body: bytes) -> VideoRequest | Fault:
    try:
        return read_submit(a_submit(body), SHELF, Profile.COMPAT)
    except Fault as fault:
        return fault


@settings(max_examples=600, deadline=None)
@given(bodies())
@example(b'{"model":"wan2.7-r2v","input":{"prompt":"a","prompt":"b"}}')
@example(b'{"model":"wan2.7-r2v","input":{"prompt":"a","prompt" :"a"}}')
@example(b'{"model":"wan2.7-r2v","input":{"prompt":"\\":","prompt" :"\\":"}}')
@example(b'{"model":"wan2.7-r2v","input":{"prompt":null,"prompt":"a"}}')
def test_read_in_one_go_or_patiently_a_body_says_the_same(body: bytes) -> None:
    quick = read_plain(body, SHELF)
    event("left to the patient reader" if quick is None else "read in one go")
    if quick is not None:
        assert patiently(body) == quick


@pytest.mark.parametrize("ensure_ascii", [True, False])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize("model", ["wan2.7-r2v", "wan2.7-i2v", "happyhorse-1.0-r2v"])
def test_what_sdks_send_is_read_in_one_go(model: str, ensure_ascii: bool, separators: tuple[str, str]) -> None:
    kind = "first_frame" if model.endswith("i2v") else "reference_image"
    media = [{"type": kind, "url": "https://x.example/a.png"}]
    body = {"model": model, "input": {"prompt": "图1 在跳舞\n", "media": media}, "parameters": FILM["parameters"]}
    text = json.dumps(body, ensure_ascii=ensure_ascii, separators=separators).encode()
    request = read_plain(text, SHELF)
    assert request is not None
    assert request.prompt == "图1 在跳舞\n"
    assert request == patiently(text)


@pytest.mark.parametrize("older", [OLDER, OLDER | {"parameters": None}, {k: OLDER[k] for k in ("model", "input")}])
def test_a_list_of_addresses_is_read_in_one_go(older: dict[str, Any]) -> None:
    text = json.dumps(older).encode()
    request = read_plain(text, SHELF)
    # a null counts as doubtful
    assert request == (None if "parameters" in older and older["parameters"] is None else patiently(text))


@pytest.mark.parametrize(
    "text",
    [
        '{"model":"wan2.7-r2v","input":{"prompt":"a","prompt":"a"}}',
        '{"model":"wan2.7-r2v","input":{"prompt":"a","prompt" : "a"}}',
        '{"model":"wan2.7-r2v","input":{"prompt":"\\u0000"}}',
        '{"model":"wan2.7-r2v","input":{"prompt":"\\ud800"}}',
        '{"model":"wan2.7-r2v","input":{"prompt":"a"},"parameters":{"seed":7,"seed":7}}',
        '{"model":"wan2.7-r2v","input":{"media":[{"type":"reference_image","url":" "}]}}',
        '{"model":"wan2.7-r2v","input":{"prompt":"a"},"parameters":{"duration":"5"}}',
        '{"model":"wan2.7-r2v","input":{"prompt":"a"},"parameters":{"duration":true}}',
        '{"model":"","input":{"prompt":"a"}}',
    ],
)
def test_what_is_wrong_is_left_to_be_told_by_the_patient_reader(text: str) -> None:
    assert read_plain(text.encode(), SHELF) is None
    assert isinstance(patiently(text.encode()), Fault)


def test_a_body_of_a_million_values_is_left_to_the_patient_reader() -> None:
    item = '{"type":"reference_image","url":"https://x.example/a.png"}'
    text = f'{{"model":"wan2.7-r2v","input":{{"prompt":"{"," * 1024 * 1024}","media":[{item}]}}}}'
    assert read_plain(text.encode(), SHELF) is None
    assert isinstance(patiently(text.encode()), Fault)
