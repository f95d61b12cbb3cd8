"""What a check found, on the DashScope wire: three key names for "passed", boxes, and the vendor's words for a failure.

Knows keys, codes and sentences. Must not know thresholds. Source: spec/dashscope.md §8.1; spec/catalog.json,
error_codes.

Hint `wire.dashscope.findings` maps a key of `output` to a field of Findings; `failure` lists what a failed check tells
besides (`code`, `message`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.core.card import ModelCard
from understudy.core.findings import Box, CheckProblem, Findings

NAME = "dashscope"
_PLAIN: Mapping[str, str] = {
    "check_pass": "passed",
    "humanoid": "humanoid",
    "face_bbox": "face_box",
    "ext_bbox": "frame_box",
    "bodystyle": "body",
}
_BOX_KEYS = {"face_box": ("face_bbox", "bbox_face"), "frame_box": ("ext_bbox", "ext_bbox_face")}

_POSE = "The pose of the detected face is invalid, please upload other image with the expected oriention."
_PROPORTION = (
    "The proportion of the detected person in the picture is too large or too small, please upload other image."
)
PROBLEMS: Mapping[CheckProblem, tuple[str, str]] = {
    CheckProblem.NO_FACE: ("InvalidImage.NoHumanFace", "No human face detected."),
    CheckProblem.MANY_FACES: (
        "InvalidFile.MultiHuman",
        "The input image has multi human bodies. Please upload other image with single person.",
    ),
    CheckProblem.FACE_SMALL: ("InvalidFile.BodyProportion", _PROPORTION),
    CheckProblem.FACE_POSE: ("InvalidFile.FacePose", _POSE),
    CheckProblem.FACE_BLURRED: ("InvalidFile.FacePose", _POSE),  # GUESS: no code for a blurred face is printed
    CheckProblem.FACE_COVERED: ("InvalidFile.FacePose", _POSE),  # GUESS: as above
    CheckProblem.FACE_AT_EDGE: ("InvalidFile.BodyProportion", _PROPORTION),  # GUESS: as above
    CheckProblem.NO_BODY: (
        "InvalidFile.NoHuman",
        "The input image has no human body. Please upload other image with single person.",
    ),
    CheckProblem.MANY_BODIES: (
        "InvalidFile.MultiHuman",
        "The input image has multi human bodies. Please upload other image with single person.",
    ),
    CheckProblem.BODY_POSE: ("InvalidFile.FacePose", _POSE),
    CheckProblem.BODY_PROPORTION: ("InvalidFile.BodyProportion", _PROPORTION),
}
"""Code and sentence of each problem; our own sentence with figures follows the vendor's."""
_BY_CODE = {code: problem for problem, (code, _) in reversed(tuple(PROBLEMS.items()))}


def findings_json(findings: Findings, card: ModelCard | None) -> dict[str, Any]:
    """The finding in the words of the card's model; always with `check_pass` and `result` besides (§6.1)."""
    if findings.template_id is not None:
        return {"template_id": findings.template_id}
    hints = card.hints(NAME) if card else {}
    told: dict[str, Any] = {}
    for key, field in hints.get("findings", _PLAIN).items():
        value = getattr(findings, field)
        if value is not None and (findings.passed or field in ("passed", "humanoid")):
            told[key] = list(value) if isinstance(value, tuple) else value
    told["check_pass"] = findings.passed
    told["result"] = "pass" if findings.passed else "fail"
    if findings.problem is not None:
        code, sentence = PROBLEMS[findings.problem]
        words = {"code": code, "message": f"{sentence} {findings.detail}".rstrip()}
        told.update({key: words[key] for key in hints.get("failure", ("code", "message"))})
    elif "message" in hints.get("findings_always", ()):
        told["message"] = ""
    return told


def read_findings(output: Mapping[str, Any]) -> Findings | None:
    """A finding, or the id of a template, in whichever model's words; None where there is none."""
    if isinstance(output.get("template_id"), str) and output["template_id"]:
        return Findings(template_id=output["template_id"])
    boxes = {field: _box(output, keys) for field, keys in _BOX_KEYS.items()}
    passed = next((output[key] for key in ("check_pass", "pass") if isinstance(output.get(key), bool)), None)
    if passed is None and not any(boxes.values()):
        return None
    passed = any(boxes.values()) if passed is None else bool(passed)
    message = str(output.get("message") or "")
    problem = None if passed else _problem(str(output.get("code") or ""), message)
    humanoid = output.get("humanoid")
    body = output.get("bodystyle")
    return Findings(
        passed=passed,
        problem=problem,
        detail=_detail(message, problem),
        face_box=boxes["face_box"],
        frame_box=boxes["frame_box"],
        humanoid=humanoid if isinstance(humanoid, bool) else None,
        body=body if isinstance(body, str) else None,
    )


def _problem(code: str, message: str) -> CheckProblem:
    """By its code, or, from models that tell none, by the sentence the message begins with."""
    worded = (problem for problem, (_, sentence) in PROBLEMS.items() if message.startswith(sentence))
    return _BY_CODE.get(code) or next(worded, CheckProblem.NO_FACE)


def _detail(message: str, problem: CheckProblem | None) -> str:
    return message if problem is None else message.removeprefix(PROBLEMS[problem][1]).strip()


def _box(output: Mapping[str, Any], keys: tuple[str, ...]) -> Box | None:
    for key in keys:
        value = output.get(key)
        if isinstance(value, list) and len(value) == 4 and all(type(item) is int for item in value):
            return (value[0], value[1], value[2], value[3])
    return None
