"""The curl examples of the source documents, run through the dialect as printed; answers compared in shape.

Nothing is typed in: commands and documented answers are cut from the documents when the test runs.
"""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from builders import NOON
from seeds import CurlCall, curl_blocks, json_blocks, seed_text
from understudy.catalog.shelf import Shelf
from understudy.catalog.tariffs import measure
from understudy.catalog.validate import complete
from understudy.core.faults import InvalidRequest, ViolationKind
from understudy.core.request import Medium, Profile, Role, VideoRequest
from understudy.core.task import Status, Task
from understudy.core.wire import Accepted, Action, StatusQuery, Told, WireRequest
from understudy.dialects.dashscope import DIALECT
from wires import a_submit, route_of

SHELF = Shelf.open()
VIDEO_URL = "https://here/results/xxx.mp4?Expires=xxx"


def shape(value: Any) -> Any:
    """Keys and types; every number is a number, `10.0` and `10` alike."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "number"
    return type(value).__name__


def missing(documented: Any, ours: Any, where: str = "") -> list[str]:
    """What the documented shape has and ours has not; ours may have more."""
    if isinstance(documented, dict) and isinstance(ours, dict):
        return [gap for key in documented for gap in missing(documented[key], ours.get(key), f"{where}.{key}")]
    return [] if documented == ours else [f"{where}: {documented} documented, {ours} told"]


def submits(seed: str) -> list[CurlCall]:
    return [call for call in curl_blocks(seed) if call.method == "POST"]


def asked(call: CurlCall, profile: Profile) -> VideoRequest:
    wire = call.wire(request_id="r")
    route, _ = route_of(DIALECT.routes, wire)
    assert route.action is Action.SUBMIT
    assert DIALECT.read_key(wire) == "$DASHSCOPE_API_KEY"
    request = DIALECT.decode_submit(wire, SHELF, profile)
    return complete(request, SHELF.find(request.model), profile)


def a_task(request: VideoRequest, status: Status, **more: Any) -> Task:
    return Task(
        task_id="eff1443c-ccab-4676-aad3-0123456789ab",
        account="alice",
        key_id="1",
        dialect="dashscope",
        request=request,
        submitted=NOON,
        expires=NOON + timedelta(days=1),
        request_id="r",
        status=status,
        started=NOON,
        ended=NOON + timedelta(minutes=5),
        engine="animatic",
        **more,
    )


def test_the_documents_hold_the_examples_we_think() -> None:
    assert [call.method for call in curl_blocks("000")] == ["POST", "GET"]
    assert [call.method for call in curl_blocks("003")] == ["POST", "GET"] * 4
    assert len(json_blocks("000")) == 3


@pytest.mark.parametrize("profile", Profile)
def test_the_example_of_000(profile: Profile) -> None:
    (call,) = submits("000")
    body = call.json()
    request = asked(call, profile)
    assert request.model == body["model"] == "wan2.6-r2v"
    assert request.prompt == body["input"]["prompt"]
    assert [(r.url, r.medium) for r in request.references] == [
        (url, Medium.VIDEO) for url in body["input"]["reference_video_urls"]
    ]
    said = body["parameters"]
    assert (str(request.size), request.seconds, request.sound, request.shot_type) == (
        said["size"],
        said["duration"],
        said["audio"],
        said["shot_type"],
    )


def test_the_answers_of_000() -> None:
    accepted, succeeded, failed = json_blocks("000")
    (call,) = submits("000")
    wire, request = call.wire(request_id="r"), asked(call, Profile.COMPAT)
    card = SHELF.find(request.model)

    told = DIALECT.encode_answer(Accepted(a_task(request, Status.PENDING)), wire, card).json()
    assert shape(told) == shape(accepted)

    usage, _ = measure(request, card, [Decimal(5)], Decimal(5), "cn-beijing")
    task = a_task(request, Status.SUCCEEDED, usage=usage)
    told = DIALECT.encode_answer(Told(task.task_id, task, VIDEO_URL), wire, card).json()
    assert missing(shape(succeeded), shape(told)) == []
    assert told["usage"] == succeeded["usage"]  # 5 s of film by a 5 s reference: the very numbers of the document

    fault = InvalidRequest.of("parameters.size", "The size is not match xxxxxx", ViolationKind.SIZE)
    task = a_task(request, Status.FAILED, fault=fault.record())
    told = DIALECT.encode_answer(Told(task.task_id, task), wire, card).json()
    assert missing(shape(failed), shape(told)) == []
    assert told["output"]["code"] == failed["output"]["code"]
    assert told["output"]["message"].startswith(failed["output"]["message"])


@pytest.mark.parametrize("profile", Profile)
def test_the_examples_of_003(profile: Profile) -> None:
    calls = submits("003")
    for call in calls:
        body, request = call.json(), asked(call, profile)
        assert request.model == "wan2.7-r2v"
        assert request.prompt == body["input"]["prompt"]
        for item, reference in zip(body["input"]["media"], request.references, strict=True):
            assert reference.url == item["url"]
            assert reference.voice == item.get("reference_voice")
            kinds = {"reference_video": Medium.VIDEO}
            assert reference.medium is kinds.get(item["type"], Medium.IMAGE)
            assert (reference is request.first_frame) == (item["type"] == "first_frame")
        said = body["parameters"]
        assert str(request.tier) == said["resolution"]
        assert request.seconds == said["duration"]
        assert (request.prompt_extend, request.watermark) == (said["prompt_extend"], said["watermark"])
        if request.first_frame is None:
            assert str(request.ratio) == said["ratio"]
    assert [len(call.json()["input"]["media"]) for call in calls] == [5, 1, 5, 3]


@pytest.mark.parametrize("seed", ["000", "003"])
def test_the_polls(seed: str) -> None:
    for call in curl_blocks(seed):
        if call.method != "GET":
            continue
        wire = call.wire(request_id="r")
        route, parts = route_of(DIALECT.routes, wire)
        query = DIALECT.decode_query(WireRequest(wire.method, wire.path, path_values=parts), route)
        assert query == StatusQuery(wire.path.rpartition("/")[2])


def test_forwarding_the_examples_gives_their_bodies_back() -> None:
    """What we would send to the real service for a request of the documents is what the documents send."""
    for seed in ("000", "003"):
        for call in submits(seed):
            wire, body = call.wire(), call.json()
            request = DIALECT.decode_submit(wire, SHELF, Profile.COMPAT)
            sent = DIALECT.encode_submit(request, SHELF.find(request.model))
            urls = body["input"].pop("reference_video_urls", None)  # the older name of the same list
            if urls is not None:
                body["input"]["reference_urls"] = urls
            assert CurlCall("POST", "", {}, sent.body).json() == body
            for name in ("x-dashscope-async", "x-dashscope-ossresourceresolve", "content-type"):
                assert sent.headers.get(name) == call.headers.get(name)


OVERVIEW = [
    # the submits of 001 in order: model, size, tier, seconds, rate asked for, roles; 5 s x 0.70, 3 s x 0.70, 5 s x 0.70
    ("wan2.2-t2v-plus", "720*1280", "1080P", 5, 24, [], "3.500000"),
    ("wanx2.1-i2v-plus", "None", "720P", 3, None, [Role.FIRST_FRAME], "2.100000"),
    ("wanx2.1-kf2v-plus", "None", "720P", 5, None, [Role.FIRST_FRAME, Role.LAST_FRAME], "3.500000"),
]


def test_the_overview_uses_a_path_of_its_own_that_is_served_too() -> None:
    """Document 001 posts to a third spelling, pixels as a resolution, a rate and lengths of its own: all served."""
    calls = submits("001")
    assert len(calls) == len(OVERVIEW)
    for call, (model, size, tier, seconds, rate, roles, amount) in zip(calls, OVERVIEW, strict=True):
        assert call.wire().path == "/api/v1/services/aigc/video/video-synthesis"
        request = asked(call, Profile.COMPAT)
        assert (request.model, request.prompt) == (model, call.json()["input"]["prompt"])
        assert (str(request.size), str(request.tier), request.seconds) == (size, tier, seconds)
        assert request.options.get("fps") == rate
        assert [r.role for r in request.references] == roles
        _, charge = measure(request, SHELF.find(model), [], Decimal(seconds), "cn-beijing")
        assert str(charge.amount) == amount


def test_strict_sends_the_overview_to_the_official_path() -> None:
    for call in submits("001"):
        with pytest.raises(InvalidRequest, match="url error, please check url！"):
            asked(call, Profile.STRICT)


def python_calls(seed: str) -> list[dict[str, Any]]:
    """The keyword arguments of every SDK call a document prints, in order."""
    found = []
    for block in re.findall(r"```python\n(.*?)```", seed_text(seed), re.DOTALL):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.keywords:
                said = {k.arg: k.value.value for k in node.keywords if k.arg and isinstance(k.value, ast.Constant)}
                if "model" in said:
                    found.append(said)
    return found


def test_the_python_calls_of_the_overview_as_the_sdk_sends_them() -> None:
    """What the SDK does not know it puts under `parameters`, and adds its own noise. Source: spec/dashscope.md §1.4."""
    calls = {said["model"]: said for said in python_calls("001")}
    assert set(calls) == {"wan2.2-t2v-plus", "wanx2.1-i2v-plus", "wanx2.1-kf2v-plus", "emo-detect-v1", "emo-v1"}
    known = {"prompt", "img_url", "audio_url", "first_frame_url", "last_frame_url"}
    made: dict[str, VideoRequest] = {}
    for model, said in calls.items():
        given = {"prompt": None, "extend_prompt": True, "function": "video-synthesis"}
        given |= {name: value for name, value in said.items() if name in known}
        parameters = {name: value for name, value in said.items() if name not in known | {"model"}}
        body = {"model": model, "input": given, "parameters": parameters}
        wire = a_submit(body, "/api/v1/services/aigc/image2video/video-synthesis")
        request = DIALECT.decode_submit(wire, SHELF, Profile.COMPAT)
        made[model] = complete(request, SHELF.find(model), Profile.COMPAT)
    assert str(made["wan2.2-t2v-plus"].size) == "720*1280"
    assert made["wanx2.1-i2v-plus"].seconds == 3
    assert made["wanx2.1-kf2v-plus"].seconds == 4
    emo = made["emo-v1"]
    assert [r.role for r in emo.references] == [Role.PORTRAIT, Role.DRIVING_AUDIO]
    assert emo.options == {"style_level": "active"}, "the boxes are found by ourselves"
    assert made["emo-detect-v1"].options == {"ratio": "1:1"}


def test_the_upload_form_of_000_is_the_one_the_client_fills() -> None:
    """Every form field the document's own upload program sends, our client sends, the file last."""
    from understudy.core.wire import UploadTicket

    text = seed_text("000")
    block = text[text.index("files = {") : text.index("response = requests.post(policy_data['upload_host']")]
    documented = [line.split("'")[1] for line in block.splitlines() if line.strip().startswith("'")]
    ticket = UploadTicket("u", "dir", "p", "s", "id", NOON, 300, 1)
    assert documented[-1] == "file"
    assert set(DIALECT.form_fields(ticket, "a.mp4")) == set(documented[:-1])
