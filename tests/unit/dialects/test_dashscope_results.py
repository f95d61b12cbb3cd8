"""The exact JSON of a success of every family, of every check, and what our client half reads of it.

Source: spec/dashscope.md §4.2, §8.1, §8.2; spec/catalog.json, output and usage.
"""

# ruff: noqa: E501 - a table is read by its columns
from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from understudy.catalog.sizing import Facts
from understudy.core.card import ModelCard
from understudy.core.findings import CheckProblem, Findings
from understudy.core.request import Medium, Reference, Role
from understudy.core.units import Size, Tier
from understudy.core.wire import WireReply
from understudy.dialects._bailian import BailianTask
from understudy.dialects.dashscope import DIALECT
from understudy.dialects.dashscope.status import DashScopeChecked
from unit.catalog.asked import VENDORS, a_film, a_picture, a_sound
from unit.dialects.answers import LINK, body_of, checked, done, told, with_findings

PLAIN = {"video_url": LINK, "results": [{"url": LINK}]}
OBJECT = {"results": {"video_url": LINK}, "video_url": LINK}
PROMPT = {"orig_prompt": "a prompt"}
VACE = "wanx2.1-vace-plus"
WIDE = {Role.FIRST_FRAME: a_picture("1280*720")}
DRIVE = {Role.DRIVING_AUDIO: a_sound("10.23")}
VIDEO = {Role.SOURCE_VIDEO: a_film("1278*720", "10", "29.97")}
P720 = {"tier": Tier(720)}


def clips(count: int) -> dict[str, Any]:
    return {"references": tuple(Reference(f"https://host/{n}.mp4", Medium.VIDEO) for n in range(count))}


# fmt: off
SUCCESSES: list[tuple[str, dict[str, Any], Facts, str, tuple[str, ...], dict[str, Any], dict[str, Any]]] = [
    # model, what is said, what was seen, seconds, films given, output, usage
    ("wan2.7-r2v", P720 | clips(3), {}, "10", ("8", "8", "1"), PROMPT | PLAIN,
     {"duration": 14.3, "input_video_duration": 4.3, "output_video_duration": 10, "video_count": 1, "SR": 720, "ratio": "16:9"}),
    ("wan2.6-r2v", {"size": Size(1280, 720)} | clips(1), {}, "5", ("30",), PROMPT | PLAIN,
     {"duration": 10, "size": "1280*720", "input_video_duration": 5, "output_video_duration": 5, "video_count": 1, "SR": 720}),
    ("wan2.6-r2v-flash", {}, {}, "5", (), PROMPT | PLAIN,
     {"duration": 5, "size": "1920*1080", "input_video_duration": 0, "output_video_duration": 5, "video_count": 1, "SR": 1080}),
    ("wan2.2-t2v-plus", {"size": Size(832, 480)}, {}, "5", (), PROMPT | PLAIN,
     {"video_duration": 5, "video_ratio": "832*480", "video_count": 1}),
    ("wanx2.1-t2v-turbo", {}, {}, "5", (), PROMPT | PLAIN, {"video_duration": 5, "video_ratio": "1280*720", "video_count": 1}),
    ("wanx2.1-t2v-plus", {}, {}, "5", (), PROMPT | PLAIN, {"video_duration": 5, "video_ratio": "1280*720", "video_count": 1}),
    ("wan2.5-t2v-preview", {}, {}, "10", (), PROMPT | PLAIN, {"video_duration": 10, "video_ratio": "1920*1080", "video_count": 1}),
    ("wan2.6-t2v", {}, {}, "15", (), PROMPT | PLAIN,
     {"duration": 15, "size": "1920*1080", "input_video_duration": 0, "output_video_duration": 15, "video_count": 1, "SR": 1080}),
    ("wan2.7-t2v", {}, {}, "2", (), PROMPT | PLAIN,
     {"duration": 2, "input_video_duration": 0, "output_video_duration": 2, "video_count": 1, "SR": 1080, "ratio": "16:9"}),
    ("wan2.2-i2v-plus", {"prompt": "a cat runs"}, WIDE, "5", (), {"orig_prompt": "a cat runs"} | PLAIN, {"duration": 5, "SR": 1080, "video_count": 1}),
    ("wan2.2-i2v-flash", {}, WIDE, "5", (), PLAIN, {"duration": 5, "SR": 720, "video_count": 1}),
    ("wan2.5-i2v-preview", {}, WIDE, "5", (), PLAIN, {"duration": 5, "SR": 1080, "video_count": 1}),
    ("wanx2.1-i2v-turbo", {}, WIDE, "3", (), PLAIN, {"video_duration": 3, "video_ratio": "standard", "video_count": 1}),
    ("wanx2.1-i2v-plus", {}, WIDE, "5", (), PLAIN, {"video_duration": 5, "video_ratio": "standard", "video_count": 1}),
    ("wan2.6-i2v", {}, WIDE, "5", (), PLAIN, {"duration": 5, "input_video_duration": 0, "output_video_duration": 5, "video_count": 1, "SR": 1080}),
    ("wan2.6-i2v-flash", P720, WIDE, "5", (), PLAIN, {"duration": 5, "input_video_duration": 0, "output_video_duration": 5, "video_count": 1, "SR": 720}),
    ("wan2.7-i2v", {}, WIDE, "5", (), PLAIN, {"video_count": 1, "video_duration": 5, "duration": 5, "SR": 1080}),
    ("wanx2.1-kf2v-plus", {}, WIDE, "5", (), PLAIN, {"video_duration": 5, "video_count": 1, "video_ratio": "standard"}),
    ("wan2.2-kf2v-flash", {}, WIDE, "5", (), PLAIN, {"video_duration": 5, "video_count": 1, "SR": 720}),
    (f"{VACE}/image_reference", {}, {}, "5", (), PROMPT | PLAIN, {"video_duration": 5, "video_ratio": "1280*720", "video_count": 1}),
    (f"{VACE}/video_repainting", {}, VIDEO, "5", ("10",), PROMPT | PLAIN, {"video_duration": 5, "video_ratio": "1278*720", "video_count": 1}),
    ("video-style-transform", {}, VIDEO, "10", ("10",), {"output_video_url": LINK, "video_url": LINK}, {"duration": 10, "SR": 720}),
    ("emo-v1", {"options": {"frame_box": [0, 0, 3, 4]}}, DRIVE, "10.23", (), OBJECT, {"video_duration": 10.23, "video_ratio": "3:4"}),
    ("emo-v1", {}, DRIVE, "10", (), OBJECT, {"video_duration": 10, "video_ratio": "1:1"}),
    ("liveportrait", {}, {**DRIVE, Role.PORTRAIT: a_picture("800*800")}, "10.23", (), OBJECT, {"video_duration": 10.23, "video_ratio": "standard"}),
    ("emoji-v1", {}, {}, "3.2", (), PLAIN, {"video_duration": 3.2, "video_ratio": "standard"}),
    ("videoretalk", {}, {**DRIVE, **VIDEO}, "10", ("10",), PLAIN, {"video_duration": 10, "video_ratio": "standard", "size": "1278*720", "fps": 29.97}),
    ("animate-anyone-gen2", {}, {Role.TEMPLATE: a_film("720*1280", "7.5")}, "7.47", ("7.5",), PLAIN, {"video_duration": 7.47, "video_ratio": "standard"}),
    ("animate-anyone", {}, {}, "7.47", (), PLAIN, {"video_duration": 7.47, "video_ratio": "standard"}),
    ("wan2.2-animate-move", {}, {}, "9", (), PLAIN, {"video_duration": 9, "video_ratio": "standard"}),
    ("wan2.2-s2v", {}, DRIVE, "10.23", (), PLAIN, {"duration": 10.23, "SR": 480}),
    ("wan2.7-videoedit", {"prompt": "make it night"}, VIDEO, "10", ("10",), {"orig_prompt": "make it night"} | PLAIN,
     {"duration": 20, "input_video_duration": 10, "output_video_duration": 10, "video_count": 1, "SR": 1080}),
    ("happyhorse-1.0-t2v", {}, {}, "5", (), PROMPT | PLAIN,
     {"duration": 5, "input_video_duration": 0, "output_video_duration": 5, "video_count": 1, "SR": 1080, "ratio": "16:9"}),
]
# fmt: on


@pytest.mark.parametrize(("name", "said", "facts", "seconds", "films", "output", "usage"), SUCCESSES)
def test_successes(
    name: str,
    said: dict[str, Any],
    facts: Facts,
    seconds: str,
    films: tuple[str, ...],
    output: dict[str, Any],
    usage: dict[str, Any],
) -> None:
    task = done(name, seconds, films, facts, **said)
    body = body_of(task)
    assert body == {"output": output, "usage": usage}
    assert list(body["usage"]) == list(usage), "in the documented order"
    assert [type(value) for value in body["usage"].values()] == [type(value) for value in usage.values()]
    reply = told(task)
    assert BailianTask.model_validate(reply.json()).model_dump(mode="json", exclude_unset=True) == reply.json()
    read = DIALECT.decode_reply(reply)
    assert (read.status, read.result_url, read.usage, read.findings) == ("SUCCEEDED", LINK, usage, None)


def test_every_model_that_makes_a_film_has_its_row() -> None:
    alike = {"wan2.2-animate-mix"} | {c.model for c in VENDORS if c.family == "happyhorse"}
    rows = {name.partition("/")[0] for name, *_ in SUCCESSES} | alike
    films = {c.model for c in VENDORS if not c.makes.is_check and c.makes.value != "motion-template"}
    assert films == rows


@pytest.mark.parametrize("card", [c for c in VENDORS if not c.makes.is_check], ids=lambda card: card.model)
def test_a_rewritten_prompt_is_told_where_the_documents_have_one(card: ModelCard) -> None:
    """Source: spec/dashscope.md §4.2: with prompt_extend, not for wan2.6 and r2v; no prompt, no rewriting."""
    from understudy.catalog.shelf import Shelf

    function = next(iter(Shelf.open().find(card.model).functions), "")
    task = replace(done(f"{card.model}/{function}" if function else card.model), actual_prompt="rewritten")
    extended = replace(task, request=task.request.but(prompt_extend=True))
    assert ("actual_prompt" in body_of(extended)["output"]) is card.tells_actual_prompt
    plain = replace(task, request=task.request.but(prompt_extend=False))
    assert "actual_prompt" not in body_of(plain)["output"]
    assert not card.tells_actual_prompt or card.family in ("wan-t2v", "wan-i2v", "wan-kf2v", "vace")
    assert not (card.tells_actual_prompt and "2.6" in card.model)


def test_a_template_is_told_by_its_id() -> None:
    """Source: spec/dashscope.md §4.2, §8.2."""
    template_id = "AACT.0123abcd.456789-abcdef.0123456789ab"
    task = with_findings(done("animate-anyone-template-gen2", "7.5"), Findings(template_id=template_id))
    assert body_of(task, None) == {
        "output": {"template_id": template_id},
        "usage": {"video_duration": 7.5, "video_ratio": "standard"},
    }
    read = DIALECT.decode_reply(told(task, None))
    assert read.findings == Findings(template_id=template_id)
    assert read.result_url is None


# Checks -------------------------------------------------------------------------------------------------------------

FACE, FRAME = (302, 286, 610, 593), (71, 9, 840, 778)
FINE = Findings(face_box=FACE, frame_box=FRAME, humanoid=True, body="full")
NO_FACE = Findings(False, CheckProblem.NO_FACE, humanoid=False)
MANY = Findings(False, CheckProblem.MANY_FACES, "There are 2 faces.", face_box=FACE, humanoid=True, body="half")
NONE_WORDS = "No human face detected."
MANY_WORDS = "The input image has multi human bodies. Please upload other image with single person. There are 2 faces."
NONE_CODE = {"code": "InvalidImage.NoHumanFace", "message": NONE_WORDS}
MANY_CODE = {"code": "InvalidFile.MultiHuman", "message": MANY_WORDS}
PASS, FAIL = {"check_pass": True, "result": "pass"}, {"check_pass": False, "result": "fail"}
BOXES = (list(FACE), list(FRAME))

# fmt: off
CHECKS: list[tuple[str, Findings, dict[str, Any]]] = [
    ("emo-detect-v1", FINE,    PASS | {"humanoid": True, "face_bbox": BOXES[0], "ext_bbox": BOXES[1]}),
    ("emo-detect-v1", NO_FACE, FAIL | {"humanoid": False} | NONE_CODE),
    ("emo-detect-v1", MANY,    FAIL | {"humanoid": True} | MANY_CODE),  # no boxes when it fails
    ("liveportrait-detect", FINE,    PASS | {"pass": True, "message": ""}),
    ("liveportrait-detect", NO_FACE, FAIL | {"pass": False, "message": NONE_WORDS}),
    ("liveportrait-detect", MANY,    FAIL | {"pass": False, "message": MANY_WORDS}),
    ("emoji-detect-v1", FINE,    PASS | {"bbox_face": BOXES[0], "ext_bbox_face": BOXES[1]}),
    ("emoji-detect-v1", NO_FACE, FAIL | NONE_CODE),
    ("emoji-detect-v1", MANY,    FAIL | MANY_CODE),
    ("animate-anyone-detect-gen2", FINE,    PASS | {"bodystyle": "full"}),
    ("animate-anyone-detect-gen2", MANY,    FAIL | MANY_CODE),
    ("animate-anyone-detect", FINE,         PASS | {"bodystyle": "full"}),
    ("animate-anyone-detect", NO_FACE,      FAIL | NONE_CODE),
    ("wan2.2-s2v-detect", FINE,    PASS | {"humanoid": True}),
    ("wan2.2-s2v-detect", NO_FACE, FAIL | {"humanoid": False} | NONE_CODE),
]
# fmt: on


@pytest.mark.parametrize(("model", "found", "output"), CHECKS)
def test_checks_answered_at_once(model: str, found: Findings, output: dict[str, Any]) -> None:
    """HTTP 200 and one image, whether it passes or fails. Source: spec/dashscope.md §8.1."""
    reply = checked(model, found)
    body = reply.json()
    assert reply.status == 200
    assert set(body) == {"request_id", "output", "usage"}
    assert body["output"] == output
    assert body["usage"] == {"image_count": 1}
    if model != "liveportrait-detect":  # its own key, `pass`, is no name a schema of ours could have
        assert DashScopeChecked.model_validate(body).model_dump(mode="json", exclude_unset=True) == body


@pytest.mark.parametrize(("model", "found", "output"), CHECKS)
def test_checks_asked_for_as_tasks(model: str, found: Findings, output: dict[str, Any]) -> None:
    """compat: the poll of an async check has the fields merged into `output`. Source: spec/dashscope.md §8.1."""
    task = with_findings(done(model), found)
    assert body_of(task, None) == {"output": output, "usage": {"image_count": 1}}
    read = DIALECT.decode_reply(told(task, None))
    assert read.findings is not None
    assert (read.status, read.findings.passed, read.result_url) == ("SUCCEEDED", found.passed, None)


def test_every_check_has_both_rows() -> None:
    rows = {(model, found.passed) for model, found, _ in CHECKS}
    assert rows == {(c.model, passed) for c in VENDORS if c.makes.is_check for passed in (True, False)}


PROBLEMS = [
    (CheckProblem.NO_FACE, "InvalidImage.NoHumanFace"), (CheckProblem.MANY_FACES, "InvalidFile.MultiHuman"),
    (CheckProblem.FACE_SMALL, "InvalidFile.BodyProportion"), (CheckProblem.FACE_POSE, "InvalidFile.FacePose"),
    (CheckProblem.FACE_BLURRED, "InvalidFile.FacePose"), (CheckProblem.FACE_COVERED, "InvalidFile.FacePose"),
    (CheckProblem.FACE_AT_EDGE, "InvalidFile.BodyProportion"), (CheckProblem.NO_BODY, "InvalidFile.NoHuman"),
    (CheckProblem.MANY_BODIES, "InvalidFile.MultiHuman"), (CheckProblem.BODY_POSE, "InvalidFile.FacePose"),
    (CheckProblem.BODY_PROPORTION, "InvalidFile.BodyProportion"),
]  # fmt: skip


@pytest.mark.parametrize(("problem", "code"), PROBLEMS)
def test_every_problem_has_the_vendors_code_and_words(problem: CheckProblem, code: str) -> None:
    output = checked("emo-detect-v1", Findings(False, problem, "Why: so.")).json()["output"]
    assert output["code"] == code
    assert output["message"].endswith(" Why: so.")
    assert code in told_codes()


def told_codes() -> set[str]:
    import json

    from wires import shared

    rows = json.loads(shared("spec", "catalog.json").read_text("utf-8"))["error_codes"]
    return {row["code"] for row in rows}


def test_the_table_of_problems_is_whole() -> None:
    assert {problem for problem, _ in PROBLEMS} == set(CheckProblem)


# What other servers answer -------------------------------------------------------------------------------------------

# fmt: off
FOREIGN: list[tuple[dict[str, Any], Findings | None]] = [
    ({"check_pass": True, "humanoid": True, "face_bbox": [1, 2, 3, 4], "ext_bbox": [0, 0, 9, 9]},
     Findings(humanoid=True, face_box=(1, 2, 3, 4), frame_box=(0, 0, 9, 9))),
    ({"pass": True, "message": ""}, Findings()),
    ({"pass": False, "message": "No human face detected."}, Findings(False, CheckProblem.NO_FACE)),
    ({"bbox_face": [1, 2, 3, 4], "ext_bbox_face": [0, 0, 9, 9]}, Findings(face_box=(1, 2, 3, 4), frame_box=(0, 0, 9, 9))),
    ({"check_pass": True, "bodystyle": "half"}, Findings(body="half")),
    ({"check_pass": False, "code": "InvalidFile.NoHuman", "message": "x"}, Findings(False, CheckProblem.NO_BODY, "x")),
    ({"check_pass": False, "code": "Brand.New", "message": "x"}, Findings(False, CheckProblem.NO_FACE, "x")),
    ({"check_pass": False}, Findings(False, CheckProblem.NO_FACE)),
    ({"bbox_face": [1, 2, 3], "ext_bbox_face": "big"}, None),
    ({"bbox_face": [1, 2, 3, 4.5]}, None),
    ({"template_id": "AACT.x"}, Findings(template_id="AACT.x")),
    ({"template_id": ""}, None),
    ({"video_url": LINK}, None),
]
# fmt: on


@pytest.mark.parametrize(("output", "found"), FOREIGN)
def test_findings_of_other_servers(output: dict[str, Any], found: Findings | None) -> None:
    body = {"output": {"task_id": "t", "task_status": "SUCCEEDED", **output}}
    assert DIALECT.decode_reply(WireReply.of_json(200, body)).findings == found


@pytest.mark.parametrize("links", [OBJECT, PLAIN, {"output_video_url": LINK}, {"results": {"video_url": LINK}}])
def test_links_wherever_a_family_has_them(links: dict[str, Any]) -> None:
    body = {"output": {"task_id": "t", "task_status": "SUCCEEDED", **links}}
    assert DIALECT.decode_reply(WireReply.of_json(200, body)).result_url == LINK
